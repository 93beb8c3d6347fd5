/* Calls on what is no descriptor, or not a socket's. */
#include "suites/suite.h"

/* The calls; the last two are for descriptors of any kind. */
enum {
    BIND,
    LISTEN,
    CONNECT,
    ACCEPT,
    GETSOCKNAME,
    GETPEERNAME,
    SHUTDOWN,
    GETSOCKOPT,
    SETSOCKOPT,
    CLOSE,
    FCNTL
};
#define SOCKET_CALLS                                                                               \
    "bind", "listen", "connect", "accept", "getsockname", "getpeername", "shutdown", "getsockopt", \
        "setsockopt"

/* Makes the call that the variant says. */
static int call_on(struct test *t, int fd, unsigned which)
{
    struct host *iut = t->iut;
    struct address name = place_of(t, iut, PLACE_MAIN, 7000);
    int value;
    switch (which) {
    case BIND:
        return sk_bind(iut, fd, &name);
    case LISTEN:
        return sk_listen(iut, fd, 1);
    case CONNECT:
        return sk_connect(iut, fd, &name);
    case ACCEPT:
        return sk_accept(iut, fd, &name);
    case GETSOCKNAME:
        return sk_getsockname(iut, fd, &name);
    case GETPEERNAME:
        return sk_getpeername(iut, fd, &name);
    case SHUTDOWN:
        return sk_shutdown(iut, fd, SHUT_RDWR);
    case GETSOCKOPT:
        return sk_getsockopt(iut, fd, SOL_SOCKET, SO_TYPE, &value);
    case SETSOCKOPT:
        return sk_setsockopt(iut, fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    case CLOSE:
        return sk_close(iut, fd);
    default:
        return sk_fcntl(iut, fd, F_GETFL, 0);
    }
}

/* The requirements of each of these calls, by their error. */
#define EACH_POSIX(error_)                                                                         \
    "posix.bind." error_, "posix.listen." error_, "posix.connect." error_, "posix.accept." error_, \
        "posix.getsockname." error_, "posix.getpeername." error_, "posix.shutdown." error_,        \
        "posix.getsockopt." error_, "posix.setsockopt." error_
#define EACH_PAGE(system_, error_)                                                                 \
    system_ ".bind.2." error_, system_ ".listen.2." error_, system_ ".connect.2." error_,          \
        system_ ".accept.2." error_, system_ ".getsockname.2." error_,                             \
        system_ ".getpeername.2." error_, system_ ".shutdown.2." error_,                           \
        system_ ".getsockopt.2." error_

RULE(not_open, "basic.descriptor.not-open",
     .statement = "bind(), listen(), connect(), accept(), getsockname(), getpeername(), "
                  "shutdown(), getsockopt(), setsockopt(), close() and fcntl() fail with EBADF on "
                  "a descriptor that is not open.",
     .outcome = {[BY_POSIX] = {"EBADF", {EACH_POSIX("ebadf"), "posix.close.ebadf"}},
                 [BY_LINUX] = {"EBADF", {EACH_PAGE("linux", "ebadf"), "linux.close.2.ebadf"}},
                 [BY_BSD] = {"EBADF", {EACH_PAGE("freebsd", "ebadf"), "freebsd.close.2.ebadf"}}});

CASE(not_open, closed, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE, .axes = {{"call", {SOCKET_CALLS, "close"}}})
{
    int fd = typed_socket(t, iut);
    must(sk_close(iut, fd));
    observe_result(call_on(t, fd, t->chosen[0]));
}

CASE(not_open, negative, .family = FAMILY_IPV4, .network = ON_LOOPBACK,
     .axes = {{"call", {SOCKET_CALLS, "close"}}})
{
    observe_result(call_on(t, -1, t->chosen[0]));
}

CASE(not_open, fcntl, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .axes = {{"descriptor", {"closed", "negative"}}},
     .outcome = {[BY_POSIX] = {"EBADF", {"posix.fcntl.ebadf"}},
                 [BY_LINUX] = {"EBADF", {"linux.fcntl.2.ebadf"}},
                 [BY_BSD] = {"EBADF", {"freebsd.fcntl.2.ebadf"}}})
{
    int fd = typed_socket(t, iut);
    must(sk_close(iut, fd));
    observe_result(call_on(t, t->chosen[0] == 0 ? fd : -1, FCNTL));
}

MUTANT(not_open, "a descriptor that is not open gives EINVAL")
{
    mutate(m, call);
    if (call->error == EBADF)
        call_fail(call, EINVAL);
}

RULE(no_socket, "basic.descriptor.no-socket",
     .statement =
         "bind(), listen(), connect(), accept(), getsockname(), getpeername(), shutdown(), "
         "getsockopt() and setsockopt() fail with ENOTSOCK on a descriptor that is not a socket's.",
     .outcome = {[BY_POSIX] = {"ENOTSOCK", {EACH_POSIX("enotsock")}},
                 [BY_LINUX] = {"ENOTSOCK", {EACH_PAGE("linux", "enotsock")}},
                 [BY_BSD] = {"ENOTSOCK", {EACH_PAGE("freebsd", "enotsock")}}});

CASE(no_socket, of_a_pipe, .family = FAMILY_IPV4, .network = ON_LOOPBACK,
     .axes = {{"call", {SOCKET_CALLS}}}, .needs = "pipe")
{
    int fds[2];
    must(sk_pipe(iut, fds));
    observe_result(call_on(t, fds[0], t->chosen[0]));
}

CASE(no_socket, of_a_file, .family = FAMILY_IPV4, .network = ON_LOOPBACK,
     .axes = {{"call", {SOCKET_CALLS}}}, .needs = "open")
{
    int fd = must(sk_open(iut, "/dev/null", O_RDWR, 0));
    observe_result(call_on(t, fd, t->chosen[0]));
}

MUTANT(no_socket, "a descriptor that is not a socket's gives EBADF")
{
    mutate(m, call);
    if (call->error == ENOTSOCK)
        call_fail(call, EBADF);
}
