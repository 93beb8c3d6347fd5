/* What fcntl() and close() do with the descriptor of a socket. */
#include "suites/suite.h"

RULE(status_flags, "basic.fcntl.status-flags",
     .statement = "fcntl() with F_SETFL turns O_NONBLOCK of a socket on and off, as F_GETFL shows.",
     .basic = {OP_FCNTL}, .basics = 1,
     .outcome = {
         [BY_POSIX] = {"0 then 0 | not 0 then nonblocking then 0 | not 0 then blocking",
                       {"posix.fcntl.getfl", "posix.fcntl.setfl", "posix.fcntl.setfl-not-minus-1",
                        "posix.sockets.io-mode.set-by-fcntl"}},
         [BY_LINUX] = {"0 then 0 then nonblocking then 0 then blocking",
                       {"linux.fcntl.2.getfl", "linux.fcntl.2.setfl", "linux.fcntl.2.setfl-which",
                        "linux.fcntl.2.returns-zero"}},
         [BY_BSD] = {"0 then 0 | not 0 then nonblocking then 0 | not 0 then blocking",
                     {"freebsd.fcntl.2.getfl", "freebsd.fcntl.2.setfl", "freebsd.fcntl.2.returns",
                      "freebsd.socket.2.nonblock.by-fcntl"}}});

/* What a command that sets flags returned: 0 by Linux, anything but -1 by POSIX and FreeBSD. */
static void observe_set(struct test *t, int result)
{
    if (result > 0)
        observe("not 0");
    else
        observe_result(result);
}

static void observe_mode(struct test *t, int fd)
{
    int flags = sk_fcntl(t->iut, fd, F_GETFL, 0);
    if (flags < 0)
        observe_result(flags);
    else
        observe("%s", flags & O_NONBLOCK ? "nonblocking" : "blocking");
}

CASE(status_flags, fresh, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE)
{
    int fd = typed_socket(t, iut);
    int flags = sk_fcntl(iut, fd, F_GETFL, 0);
    observe_result(flags);
    if (flags < 0)
        return;
    observe_set(t, sk_fcntl(iut, fd, F_SETFL, flags | O_NONBLOCK));
    observe_mode(t, fd);
    observe_set(t, sk_fcntl(iut, fd, F_SETFL, flags & ~O_NONBLOCK));
    observe_mode(t, fd);
}

MUTANT(status_flags, "F_SETFL gives 0 and sets nothing")
{
    if (call->operation == OP_FCNTL && call->argument[1] == F_SETFL)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

RULE(descriptor_flags, "basic.fcntl.descriptor-flags",
     .statement = "fcntl() with F_SETFD turns FD_CLOEXEC of a socket's descriptor on and off, as "
                  "F_GETFD shows.",
     .outcome = {[BY_POSIX] = {"0 | not 0 then FD_CLOEXEC then 0 | not 0 then no flag",
                               {"posix.fcntl.getfd", "posix.fcntl.setfd",
                                "posix.fcntl.setfd-not-minus-1", "posix.fcntl.fd-cloexec"}},
                 [BY_LINUX] = {"0 then FD_CLOEXEC then 0 then no flag",
                               {"linux.fcntl.2.getfd", "linux.fcntl.2.setfd",
                                "linux.fcntl.2.returns-zero"}},
                 [BY_BSD] = {"0 | not 0 then FD_CLOEXEC then 0 | not 0 then no flag",
                             {"freebsd.fcntl.2.getfd", "freebsd.fcntl.2.setfd",
                              "freebsd.fcntl.2.returns"}}});

static void observe_flag(struct test *t, int fd)
{
    int flags = sk_fcntl(t->iut, fd, F_GETFD, 0);
    if (flags < 0)
        observe_result(flags);
    else
        observe("%s", flags & FD_CLOEXEC ? "FD_CLOEXEC" : "no flag");
}

CASE(descriptor_flags, fresh, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE)
{
    int fd = typed_socket(t, iut);
    observe_set(t, sk_fcntl(iut, fd, F_SETFD, FD_CLOEXEC));
    observe_flag(t, fd);
    observe_set(t, sk_fcntl(iut, fd, F_SETFD, 0));
    observe_flag(t, fd);
}

MUTANT(descriptor_flags, "F_SETFD gives 0 and sets nothing")
{
    if (call->operation == OP_FCNTL && call->argument[1] == F_SETFD)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

RULE(unknown_command, "basic.fcntl.unknown-command",
     .statement = "fcntl() with a command that there is not fails with EINVAL.",
     .outcome = {[BY_POSIX] = {"EINVAL", {"posix.fcntl.einval-command"}},
                 [BY_LINUX] = {"EINVAL", {"linux.fcntl.2.einval-command"}},
                 [BY_BSD] = {"EINVAL", {"freebsd.fcntl.2.einval-command"}}});

CASE(unknown_command, fresh, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE)
{
    observe_result(sk_fcntl(iut, typed_socket(t, iut), 12345, 0));
}

MUTANT_GIVES(unknown_command, "fcntl() ignores commands that it does not know", OP_FCNTL, EINVAL, 0)

/* ---- close() ---- */

RULE(closes, "basic.close.closes",
     .statement = "close() returns 0, and the descriptor is not open any more: getsockopt() on it "
                  "fails with EBADF.",
     .basic = {OP_CLOSE}, .basics = 1,
     .outcome = {[BY_POSIX] = {"0 then EBADF",
                               {"posix.close.returns-0", "posix.close.deallocates",
                                "posix.getsockopt.ebadf"}},
                 [BY_LINUX] = {"0 then EBADF",
                               {"linux.close.2.returns-zero", "linux.close.2.descriptor-free",
                                "linux.getsockopt.2.ebadf"}},
                 [BY_BSD] = {"0 then EBADF",
                             {"freebsd.close.2.returns-zero", "freebsd.close.2.deletes-descriptor",
                              "freebsd.getsockopt.2.ebadf"}}});

CASE(closes, fresh, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE)
{
    int fd = typed_socket(t, iut), type;
    observe_result(sk_close(iut, fd));
    observe_result(sk_getsockopt(iut, fd, SOL_SOCKET, SO_TYPE, &type));
}

CASE(closes, connected, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE)
{
    struct connection c = connected_pair(t);
    int type;
    observe_result(sk_close(iut, c.iut));
    observe_result(sk_getsockopt(iut, c.iut, SOL_SOCKET, SO_TYPE, &type));
}

static void never_closes(struct mutation *m, struct call *call)
{
    if (call->operation == OP_CLOSE)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

MUTANT_BY(closes, "close() gives 0 and closes nothing", never_closes)

/* POSIX says that the socket is destroyed, not what the other side hears of it. */
RULE(ends_connection, "basic.close.ends-connection",
     .statement = "close() on the only descriptor of a connected TCP socket ends the connection: "
                  "the other side receives the end of file.",
     .outcome = {
         [BY_LINUX] = {"0 then end of file",
                       {"linux.close.2.returns-zero", "rfc9293.close-sends-fin",
                        "rfc9293.fin-signalled"}},
         [BY_ZOS] = {"0 then end of file",
                     {"zos.close.returns-zero", "zos.close.closes-tcp-connection",
                      "zos.recv.returns-zero-closed"}},
         [BY_RFC] = {"* then end of file",
                     {"rfc9293.close-established", "rfc9293.close-sends-fin",
                      "rfc9293.fin-signalled", "rfc9293.receive-fails-after-remote-close"}}});

CASE(ends_connection, connected, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE)
{
    struct connection c = connected_pair(t);
    observe_result(sk_close(iut, c.iut));
    observe("%s", receive_next(t, peer, c.peer));
}

MUTANT_BY(ends_connection, "close() gives 0 and closes nothing", never_closes)
