/* Options that tell what a socket is: SO_TYPE, SO_ACCEPTCONN, SO_ERROR... */
#include "suites/suite.h"

/* Reads an option that is an int; whether it succeeded. */
static bool reads(struct test *t, int fd, int option, int *value)
{
    int result = sk_getsockopt(t->iut, fd, SOL_SOCKET, option, value);
    observe_result(result);
    return result >= 0;
}

RULE(type, "options.state.type",
     .statement = "getsockopt() returns 0 and with SO_TYPE the type of the socket, an int.",
     .basic = {OP_GETSOCKOPT}, .basics = 1,
     .outcome = {
         [BY_POSIX] = {"0 then its type",
                       {"posix.getsockopt.returns-0", "posix.getsockopt.retrieves",
                        "posix.sockets.options.type.returns", "posix.sockets.options.type.type"}},
         [BY_LINUX] = {"0 then its type",
                       {"linux.getsockopt.2.returns-zero", "linux.socket.7.so-type",
                        "linux.socket.7.option-int"}},
         [BY_BSD] = {"0 then its type",
                     {"freebsd.getsockopt.2.returns-zero", "freebsd.getsockopt.2.so-type",
                      "freebsd.getsockopt.2.getsockopt-returns-value"}}});

CASE(type, fresh, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE)
{
    int value;
    if (reads(t, typed_socket(t, iut), SO_TYPE, &value))
        observe("%s", value == type_of(t) ? "its type" : "another type");
}

CASE(type, connected, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE)
{
    int value;
    if (reads(t, connected_pair(t).iut, SO_TYPE, &value))
        observe("%s", value == SOCK_STREAM ? "its type" : "another type");
}

MUTANT(type, "SO_TYPE is that of a raw socket")
{
    mutate(m, call);
    if (call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_TYPE) && call->result == 0)
        call_set_option_value(call, SOCK_RAW);
}

RULE(length, "options.state.length",
     .statement = "getsockopt() with more room than the value needs gives the value's length.",
     .outcome = {
         [BY_POSIX] = {"0 then its length",
                       {"posix.getsockopt.sets-length", "posix.getsockopt.returns-0",
                        "posix.sockets.options.type.type", "posix.sockets.options.error.type",
                        "posix.sockets.options.keepalive.type",
                        "posix.sockets.options.reuseaddr.type"}},
         [BY_LINUX] = {"0 then its length",
                       {"linux.getsockopt.2.getsockopt-length", "linux.socket.7.option-int",
                        "linux.getsockopt.2.returns-zero"}},
         [BY_BSD] = {"0 then its length",
                     {"freebsd.getsockopt.2.optlen-value-result",
                      "freebsd.getsockopt.2.int-options", "freebsd.getsockopt.2.returns-zero"}}});

CASE(length, more_room, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE, .axes = {{"option", {"type", "error", "keepalive", "reuseaddr"}}})
{
    static const int options[] = {SO_TYPE, SO_ERROR, SO_KEEPALIVE, SO_REUSEADDR};
    int room[4] = {0};
    socklen_t size = sizeof room;
    int result = sk_getsockopt_bytes(iut, typed_socket(t, iut), SOL_SOCKET, options[t->chosen[0]],
                                     room, &size);
    observe_result(result);
    if (result == 0 && size == sizeof(int))
        observe("its length");
    else if (result == 0)
        observe("%u bytes", size);
}

MUTANT(length, "the length stays what it was")
{
    mutate(m, call);
    if (call->operation == OP_GETSOCKOPT && call->result == 0)
        call_value(call)->length = call_value(call)->capacity;
}

RULE(no_error, "options.state.no-error",
     .statement = "getsockopt() with SO_ERROR gives 0 while the socket has no error.",
     .outcome = {
         [BY_POSIX] = {"0 then none",
                       {"posix.sockets.options.error.zero-if-none", "posix.getsockopt.returns-0"}},
         [BY_LINUX] = {"0 then none",
                       {"linux.socket.7.so-error", "posix.sockets.options.error.zero-if-none",
                        "linux.getsockopt.2.returns-zero"}},
         [BY_BSD] = {
             "0 then none",
             {"freebsd.getsockopt.2.so-error-returns", "freebsd.getsockopt.2.so-error-get-only",
              "posix.sockets.options.error.zero-if-none", "freebsd.getsockopt.2.returns-zero"}}});

CASE(no_error, fresh, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE)
{
    int value;
    if (reads(t, typed_socket(t, iut), SO_ERROR, &value))
        observe("%s", value ? error_name(value) : "none");
}

CASE(no_error, connected, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE)
{
    int value;
    if (reads(t, connected_pair(t).iut, SO_ERROR, &value))
        observe("%s", value ? error_name(value) : "none");
}

MUTANT(no_error, "SO_ERROR is ENOTCONN")
{
    mutate(m, call);
    if (call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_ERROR) && call->result == 0)
        call_set_option_value(call, ENOTCONN);
}

RULE(listens, "options.state.acceptconn",
     .statement = "getsockopt() with SO_ACCEPTCONN tells whether listen() was called on a socket.",
     .outcome = {
         [BY_POSIX] = {"0 then 0 then 0 then 1 | another than 0",
                       {"posix.sockets.options.acceptconn.reports",
                        "posix.sockets.options.acceptconn.zero-not-listening",
                        "posix.sockets.options.acceptconn.nonzero-listening",
                        "posix.getsockopt.returns-0"}},
         [BY_LINUX] = {"0 then 0 then 0 then 1",
                       {"linux.socket.7.so-acceptconn", "linux.getsockopt.2.returns-zero"}},
         [BY_BSD] = {"0 then 0 then 0 then 1 | another than 0",
                     {"freebsd.getsockopt.2.so-acceptconn", "freebsd.getsockopt.2.returns-zero"}}});

static void observe_listening(struct test *t, int fd)
{
    int value;
    if (reads(t, fd, SO_ACCEPTCONN, &value))
        observe("%s", value == 0 ? "0" : value == 1 ? "1" : "another than 0");
}

CASE(listens, bound, .family = ANY_FAMILY, .network = ON_LOOPBACK)
{
    struct endpoint own = bound_socket(t, iut, SOCK_STREAM, PLACE_MAIN);
    observe_listening(t, own.fd);
    must(sk_listen(iut, own.fd, 1));
    observe_listening(t, own.fd);
}

MUTANT(listens, "SO_ACCEPTCONN is 0 always")
{
    mutate(m, call);
    if (call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_ACCEPTCONN) && call->result == 0)
        call_set_option_value(call, 0);
}

RULE(never_listens, "options.state.acceptconn-not-listening",
     .statement =
         "getsockopt() with SO_ACCEPTCONN gives 0 for a connected and for a datagram socket.",
     .outcome = {
         [BY_POSIX] = {"0 then 0",
                       {"posix.sockets.options.acceptconn.zero-not-listening",
                        "posix.getsockopt.returns-0"}},
         [BY_LINUX] = {"0 then 0",
                       {"linux.socket.7.so-acceptconn", "linux.getsockopt.2.returns-zero"}},
         [BY_BSD] = {"0 then 0",
                     {"freebsd.getsockopt.2.so-acceptconn", "freebsd.getsockopt.2.returns-zero"}}});

CASE(never_listens, connected, .family = ANY_FAMILY, .network = ON_LOOPBACK, .role = ANY_ROLE)
{
    observe_listening(t, connected_pair(t).iut);
}

CASE(never_listens, datagram, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK)
{
    observe_listening(t, datagram_socket(t, iut));
}

MUTANT(never_listens, "SO_ACCEPTCONN is 1 always")
{
    mutate(m, call);
    if (call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_ACCEPTCONN) && call->result == 0)
        call_set_option_value(call, 1);
}

RULE(domain, "options.state.domain",
     .statement = "getsockopt() with SO_DOMAIN gives the address family of the socket.",
     .outcome = {[BY_LINUX] = {"0 then its family",
                               {"linux.socket.7.so-domain", "linux.getsockopt.2.returns-zero"}},
                 [BY_BSD] = {"0 then its family",
                             {"freebsd.getsockopt.2.so-domain-get-only",
                              "freebsd.getsockopt.2.returns-zero"}}});

CASE(domain, fresh, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .needs = "SO_DOMAIN")
{
    int value;
    if (reads(t, typed_socket(t, iut), SO_DOMAIN, &value))
        observe("%s", value == t->domain ? "its family" : "another family");
}

CASE(domain, connected, .family = ANY_FAMILY, .network = ON_LOOPBACK, .role = ANY_ROLE,
     .needs = "SO_DOMAIN")
{
    int value;
    if (reads(t, connected_pair(t).iut, SO_DOMAIN, &value))
        observe("%s", value == t->domain ? "its family" : "another family");
}

MUTANT(domain, "SO_DOMAIN is AF_UNIX")
{
    mutate(m, call);
    if (call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_DOMAIN) && call->result == 0)
        call_set_option_value(call, AF_UNIX);
}

RULE(protocol, "options.state.protocol",
     .statement = "getsockopt() with SO_PROTOCOL gives the protocol of the socket: TCP for a "
                  "stream and UDP for a datagram socket.",
     .outcome = {
         [BY_LINUX] = {"0 then its protocol",
                       {"linux.socket.7.so-protocol", "linux.getsockopt.2.returns-zero"}},
         [BY_BSD] = {"0 then its protocol",
                     {"freebsd.getsockopt.2.so-protocol", "freebsd.getsockopt.2.returns-zero",
                      "freebsd.getsockopt.2.so-protocol-get-only"}}});

CASE(protocol, fresh, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .needs = "SO_PROTOCOL")
{
    int value, right = type_of(t) == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
    if (reads(t, typed_socket(t, iut), SO_PROTOCOL, &value))
        observe("%s", value == right ? "its protocol" : "another protocol");
}

CASE(protocol, connected, .family = ANY_FAMILY, .network = ON_LOOPBACK, .role = ANY_ROLE,
     .needs = "SO_PROTOCOL")
{
    int value;
    if (reads(t, connected_pair(t).iut, SO_PROTOCOL, &value))
        observe("%s", value == IPPROTO_TCP ? "its protocol" : "another protocol");
}

MUTANT(protocol, "SO_PROTOCOL is the 0 that socket() was given")
{
    mutate(m, call);
    if (call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_PROTOCOL) && call->result == 0)
        call_set_option_value(call, 0);
}
