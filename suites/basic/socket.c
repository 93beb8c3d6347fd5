/* socket(): what it gives, and how a new socket is. */
#include "suites/suite.h"

/* What a descriptor stands for, in words. */
static const char *socket_behind(struct test *t, struct host *host, int fd)
{
    int type, result = sk_getsockopt(host, fd, SOL_SOCKET, SO_TYPE, &type);
    if (result == -EBADF || result == -ENOTSOCK)
        return "no socket";
    must(result);
    return type == type_of(t) ? "a socket of that type" : "a socket of another type";
}

RULE(creates, "basic.socket.creates",
     .statement = "socket() returns a new descriptor, which is of a socket of the given type.",
     .level = LEVEL_SHALL, .basic = {OP_SOCKET}, .basics = 1,
     .sources = {{POSIX_2016, "XSH socket(), DESCRIPTION and RETURN VALUE"},
                 {"socket(2)", "DESCRIPTION and RETURN VALUE"},
                 {"FreeBSD socket(2)", "DESCRIPTION and RETURN VALUES"},
                 {ZOS_API, "socket(): makes an endpoint and returns a descriptor of it"}},
     .outcome = {[BY_POSIX] = {"0 then a socket of that type"},
                 [BY_LINUX] = {"0 then a socket of that type"},
                 [BY_BSD] = {"0 then a socket of that type"},
                 [BY_ZOS] = {"0 then a socket of that type"}});

CASE(creates, fresh, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .axes = {{"protocol", {"default", "named"}}})
{
    int named = type_of(t) == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
    int fd = sk_socket(iut, t->domain, type_of(t), t->chosen[0] ? named : 0);
    observe_result(fd);
    if (fd >= 0)
        observe("%s", socket_behind(t, iut, fd));
}

MUTANT(creates, "socket() makes a datagram socket of a stream socket, and the reverse")
{
    int64_t type = call->argument[1], protocol = call->argument[2];
    if (call->operation == OP_SOCKET) {
        call->argument[1] = type == SOCK_STREAM ? SOCK_DGRAM : SOCK_STREAM;
        call->argument[2] = 0;
    }
    mutate(m, call);
    call->argument[1] = type;
    call->argument[2] = protocol;
}

RULE(lowest, "basic.socket.lowest-descriptor",
     .statement = "socket() returns the lowest descriptor that is not open.", .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH 2.14 File Descriptor Allocation; socket(), DESCRIPTION"},
                 {"socket(2)", "DESCRIPTION: the lowest-numbered one that is not open"}},
     .outcome = {
         [BY_POSIX] = {"the lowest then the next"}, [BY_LINUX] = {"the lowest then the next"}});

CASE(lowest, closed, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE)
{
    int first = typed_socket(t, iut), second = typed_socket(t, iut);
    must(typed_socket(t, iut));
    require(first < second, "the second socket has a lower descriptor than the first");
    must(sk_close(iut, second));
    must(sk_close(iut, first));
    /* Whatever else became free meanwhile is lower still. */
    observe("%s", typed_socket(t, iut) <= first ? "the lowest" : "a higher one");
    observe("%s", typed_socket(t, iut) <= second ? "the next" : "a higher one");
}

MUTANT(lowest, "socket() never gives a descriptor twice")
{
    static int next = 200;
    mutate(m, call);
    if (call->operation != OP_SOCKET || call->result < 0)
        return;
    int fd = (int)call->result;
    call->result = sk_dup2(m->real, fd, next++);
    sk_close(m->real, fd);
}

/* ---- the flags of a new socket ---- */

RULE(blocks, "basic.socket.blocking",
     .statement = "The descriptor that socket() returns is blocking: O_NONBLOCK is off.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH 2.10.7 Socket I/O Mode: clear when the socket is created"},
                 {"socket(2)", "DESCRIPTION SOCK_NONBLOCK: what sets O_NONBLOCK"}},
     .outcome = {[BY_POSIX] = {"blocking"}, [BY_LINUX] = {"blocking"}});

CASE(blocks, fresh, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE)
{
    int flags = must(sk_fcntl(iut, typed_socket(t, iut), F_GETFL, 0));
    observe("%s", flags & O_NONBLOCK ? "nonblocking" : "blocking");
}

MUTANT(blocks, "socket() sets O_NONBLOCK")
{
    mutate(m, call);
    if (call->operation == OP_SOCKET && call->result >= 0)
        sk_fcntl(m->real, (int)call->result, F_SETFL, O_RDWR | O_NONBLOCK);
}

RULE(nonblocking, "basic.socket.sock-nonblock",
     .statement = "socket() with SOCK_NONBLOCK in its type returns a nonblocking descriptor.",
     .level = LEVEL_SHALL,
     .sources = {{"socket(2)", "DESCRIPTION SOCK_NONBLOCK"},
                 {"FreeBSD socket(2)", "DESCRIPTION SOCK_NONBLOCK"}},
     .outcome = {[BY_LINUX] = {"0 then nonblocking"}, [BY_BSD] = {"0 then nonblocking"}});

CASE(nonblocking, fresh, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE, .needs = "SOCK_NONBLOCK")
{
    int fd = sk_socket(iut, t->domain, type_of(t) | SOCK_NONBLOCK, 0);
    observe_result(fd);
    if (fd < 0)
        return;
    int flags = must(sk_fcntl(iut, fd, F_GETFL, 0));
    observe("%s", flags & O_NONBLOCK ? "nonblocking" : "blocking");
}

/* Ignores a flag in the type that socket() is given. */
static void make_without(struct mutation *m, struct call *call, int flag)
{
    int64_t given = call->argument[1];
    if (call->operation == OP_SOCKET)
        call->argument[1] = given & ~(int64_t)flag;
    mutate(m, call);
    call->argument[1] = given;
}

MUTANT(nonblocking, "socket() ignores SOCK_NONBLOCK")
{
    make_without(m, call, SOCK_NONBLOCK);
}

RULE(closes_on_exec, "basic.socket.sock-cloexec",
     .statement = "socket() with SOCK_CLOEXEC in its type returns a descriptor with the flag "
                  "FD_CLOEXEC.",
     .level = LEVEL_SHALL,
     .sources = {{"socket(2)", "DESCRIPTION SOCK_CLOEXEC"},
                 {"FreeBSD socket(2)", "DESCRIPTION SOCK_CLOEXEC"}},
     .outcome = {[BY_LINUX] = {"0 then FD_CLOEXEC"}, [BY_BSD] = {"0 then FD_CLOEXEC"}});

CASE(closes_on_exec, fresh, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE, .needs = "SOCK_CLOEXEC")
{
    int fd = sk_socket(iut, t->domain, type_of(t) | SOCK_CLOEXEC, 0);
    observe_result(fd);
    if (fd < 0)
        return;
    int flags = must(sk_fcntl(iut, fd, F_GETFD, 0));
    observe("%s", flags & FD_CLOEXEC ? "FD_CLOEXEC" : "no flag");
}

MUTANT(closes_on_exec, "socket() ignores SOCK_CLOEXEC")
{
    make_without(m, call, SOCK_CLOEXEC);
}

RULE(stays_open, "basic.socket.open-across-exec",
     .statement = "The descriptor that socket() returns does not have the flag FD_CLOEXEC.",
     .level = LEVEL_SHALL,
     .sources = {{"execve(2)", "DESCRIPTION: descriptors stay open by default"},
                 {"FreeBSD close(2)", "DESCRIPTION: descriptors stay open by default"}},
     .outcome = {[BY_LINUX] = {"no flag"}, [BY_BSD] = {"no flag"}});

CASE(stays_open, fresh, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE)
{
    int flags = must(sk_fcntl(iut, typed_socket(t, iut), F_GETFD, 0));
    observe("%s", flags & FD_CLOEXEC ? "FD_CLOEXEC" : "no flag");
}

MUTANT(stays_open, "socket() sets FD_CLOEXEC")
{
    mutate(m, call);
    if (call->operation == OP_SOCKET && call->result >= 0)
        sk_fcntl(m->real, (int)call->result, F_SETFD, FD_CLOEXEC);
}
