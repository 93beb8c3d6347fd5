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

RULE(not_open, "basic.descriptor.not-open",
     .statement =
         "bind(), listen(), connect(), accept(), getsockname(), getpeername(), shutdown(), "
         "getsockopt(), setsockopt(), close() and fcntl() fail with EBADF on a descriptor "
         "that is not open.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH, ERRORS EBADF of each of these calls"},
                 {"bind(2)", "ERRORS EBADF, and of the page of each of these calls"},
                 {"FreeBSD bind(2)", "ERRORS EBADF, and of the page of each but fcntl()"}},
     .outcome = {[BY_POSIX] = {"EBADF"}, [BY_LINUX] = {"EBADF"}});

CASE(not_open, closed, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE, .axes = {{"call", {SOCKET_CALLS, "close"}}},
     .outcome = {[BY_BSD] = {"EBADF"}})
{
    int fd = typed_socket(t, iut);
    must(sk_close(iut, fd));
    observe_result(call_on(t, fd, t->chosen[0]));
}

CASE(not_open, negative, .family = FAMILY_IPV4, .network = ON_LOOPBACK,
     .axes = {{"call", {SOCKET_CALLS, "close"}}}, .outcome = {[BY_BSD] = {"EBADF"}})
{
    observe_result(call_on(t, -1, t->chosen[0]));
}

CASE(not_open, fcntl, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE)
{
    int fd = typed_socket(t, iut);
    must(sk_close(iut, fd));
    observe_result(call_on(t, fd, FCNTL));
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
         "getsockopt() and setsockopt() fail with ENOTSOCK on a descriptor that is not a "
         "socket's.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH, ERRORS ENOTSOCK of each of these calls"},
                 {"bind(2)", "ERRORS ENOTSOCK, and of the page of each of these calls"},
                 {"FreeBSD bind(2)", "ERRORS ENOTSOCK, and of the page of each of these calls"}},
     .outcome = {[BY_POSIX] = {"ENOTSOCK"}, [BY_LINUX] = {"ENOTSOCK"}, [BY_BSD] = {"ENOTSOCK"}});

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
