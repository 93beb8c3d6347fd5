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
     .basic = {OP_SOCKET}, .basics = 1,
     .outcome = {
         [BY_POSIX] = {"0 then a socket of that type",
                       {"posix.socket.returns-descriptor", "posix.socket.returns-non-negative",
                        "posix.socket.protocol-zero-default",
                        "posix.sockets.internet.default-stream-tcp",
                        "posix.sockets.internet.default-dgram-udp",
                        "posix.sockets.options.type.returns"}},
         [BY_LINUX] = {"0 then a socket of that type",
                       {"linux.socket.2.returns-endpoint", "linux.socket.2.returns-descriptor",
                        "linux.socket.2.sock-stream", "linux.socket.2.sock-dgram",
                        "linux.socket.2.protocol-zero", "linux.socket.2.protocol-number",
                        "linux.socket.7.so-type"}},
         [BY_BSD] = {"0 then a socket of that type",
                     {"freebsd.socket.2.makes-endpoint", "freebsd.socket.2.returns-descriptor",
                      "freebsd.socket.2.sock-stream", "freebsd.socket.2.sock-dgram",
                      "freebsd.socket.2.protocol-zero-is-default",
                      "freebsd.socket.2.protocol-selects", "freebsd.getsockopt.2.so-type"}},
         [BY_ZOS] = {"0 then a socket of that type",
                     {"zos.socket.makes-endpoint", "zos.socket.types", "zos.socket.protocols",
                      "zos.socket.rexx.default-tcp", "zos.socket.rexx.default-udp"}}});

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
     .statement = "socket() returns the lowest descriptor that is not open.",
     .outcome = {[BY_POSIX] = {"the lowest then the next",
                               {"posix.socket.lowest-descriptor", "posix.descriptors.lowest"}},
                 [BY_LINUX] = {"the lowest then the next", {"linux.socket.2.lowest-descriptor"}},
                 [BY_BSD] = {"the lowest then the next", {"posix.socket.lowest-descriptor"}}});

/* A socket's descriptor, but for those that are lower than the lowest that was closed: whatever
 * else became free meanwhile is lower, and is taken before it. */
static int socket_from(struct test *t, int lowest)
{
    enum { MOST = 16 };
    int fd, taken = 0;
    do
        fd = typed_socket(t, t->iut);
    while (fd < lowest && ++taken < MOST);
    return fd;
}

/* The order is neither that in which they were closed nor its reverse. Only descriptors of sockets
 * are compared: where a stack has no files, those below its first may be files of its process. */
CASE(lowest, closed, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE)
{
    int fd[3];
    for (int i = 0; i < 3; i++) {
        fd[i] = typed_socket(t, iut);
        for (int k = i; k > 0 && fd[k] < fd[k - 1]; k--) {
            int above = fd[k - 1];
            fd[k - 1] = fd[k];
            fd[k] = above;
        }
    }
    must(sk_close(iut, fd[1]));
    must(sk_close(iut, fd[0]));
    must(sk_close(iut, fd[2]));
    int first = socket_from(t, fd[0]), second = socket_from(t, fd[1]);
    observe("%s", first == fd[0] ? "the lowest" : "another one");
    observe("%s", second == fd[1] ? "the next" : "another one");
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
     .statement = "O_NONBLOCK is off on the descriptor that socket() returns.",
     .outcome = {[BY_POSIX] = {"blocking", {"posix.sockets.io-mode.initially-off"}},
                 [BY_LINUX] = {"blocking", {"posix.sockets.io-mode.initially-off"}},
                 [BY_BSD] = {"blocking", {"posix.sockets.io-mode.initially-off"}},
                 [BY_ZOS] = {"blocking", {"zos.accept.call.blocking-default"}}});

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
     .statement = "socket() with SOCK_NONBLOCK in its type returns a descriptor that has "
                  "O_NONBLOCK.",
     .outcome = {[BY_LINUX] = {"0 then nonblocking", {"linux.socket.2.sock-nonblock"}},
                 [BY_BSD] = {"0 then nonblocking", {"freebsd.socket.2.sock-nonblock"}}});

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
     .statement =
         "socket() with SOCK_CLOEXEC in its type returns a descriptor with the flag FD_CLOEXEC.",
     .outcome = {[BY_LINUX] = {"0 then FD_CLOEXEC", {"linux.socket.2.sock-cloexec"}},
                 [BY_BSD] = {"0 then FD_CLOEXEC", {"freebsd.socket.2.sock-cloexec"}}});

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
     .outcome = {
         [BY_LINUX] = {"no flag",
                       {"linux.execve.2.descriptors-stay-open", "linux.execve.2.close-on-exec"}},
         [BY_BSD] = {
             "no flag",
             {"freebsd.close.2.execve-keeps-descriptors", "freebsd.close.2.fd-cloexec-closes"}}});

CASE(stays_open, fresh, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE)
{
    int flags = sk_fcntl(iut, typed_socket(t, iut), F_GETFD, 0);
    require_by("basic.fcntl.descriptor-flags", flags >= 0, "F_GETFD gave %s", result_name(flags));
    observe("%s", flags & FD_CLOEXEC ? "FD_CLOEXEC" : "no flag");
}

MUTANT(stays_open, "socket() sets FD_CLOEXEC")
{
    mutate(m, call);
    if (call->operation == OP_SOCKET && call->result >= 0)
        sk_fcntl(m->real, (int)call->result, F_SETFD, FD_CLOEXEC);
}
