/* connect() on a datagram socket: it sets the peer, sends nothing, and may be repeated. */
#include "suites/suite.h"

/* A datagram socket of the IUT that is connected to an endpoint of the peer. */
static int connected_datagram_socket(struct test *t, const struct endpoint *to)
{
    int fd = datagram_socket(t, t->iut);
    must(sk_connect(t->iut, fd, &to->address));
    return fd;
}

RULE(silent, "udp.connect.sends-nothing",
     .statement = "connect() on a datagram socket succeeds at once and sends nothing to the peer.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH connect(), DESCRIPTION: no connection is made"},
                 {ZOS_API, "Streamline data transfer using connect call"},
                 {MAN_UDP, "DESCRIPTION of connect(2)"},
                 {FREEBSD_CONNECT, "DESCRIPTION: it names the peer"}},
     .outcome = {[BY_POSIX] = {"0 then first"},
                 [BY_LINUX] = {"0 then first"},
                 [BY_BSD] = {"0 then first"},
                 [BY_ZOS] = {"0 then first"}});

CASE(silent, first_datagram, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint to = bound_datagram_socket(t, peer);
    int fd = datagram_socket(t, iut);
    observe_result(sk_connect(iut, fd, &to.address));
    must(sk_send(iut, fd, "first", 5, 0));
    observe("%s", receive_next(t, peer, to.fd));
}

MUTANT(silent, "connect() sends a datagram to the peer")
{
    mutate(m, call);
    if (call->operation == OP_CONNECT && call->result == 0)
        sk_send(m->real, (int)call->argument[0], "hello", 5, 0);
}

RULE(nobody, "udp.connect.nobody-there",
     .statement = "connect() on a datagram socket succeeds whether or not anybody receives at the "
                  "address.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH connect(), DESCRIPTION: no connection is made"},
                 {ZOS_API, "Streamline data transfer using connect call: the functions are local"},
                 {FREEBSD_CONNECT, "DESCRIPTION: it names the peer"}},
     .outcome = {[BY_POSIX] = {"0"}, [BY_LINUX] = {"0"}, [BY_BSD] = {"0"}, [BY_ZOS] = {"0"}});

CASE(nobody, closed_port, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint to = bound_datagram_socket(t, peer);
    int fd = datagram_socket(t, iut);
    must(sk_close(peer, to.fd));
    observe_result(sk_connect(iut, fd, &to.address));
}

MUTANT(nobody, "connect() asks the peer first and is refused")
{
    struct readiness answer = {.fd = (int)call->argument[0], .asked = POLLIN};
    mutate(m, call);
    if (call->operation != OP_CONNECT || call->result < 0)
        return;
    sk_send(m->real, answer.fd, "are you there?", 14, 0);
    if (sk_poll(m->real, &answer, 1, patience / 50) > 0)
        call_fail(call, ECONNREFUSED);
}

RULE(no_route, "udp.connect.no-route",
     .statement = "connect() on a datagram socket to a network that no route leads to fails with "
                  "ENETUNREACH.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH connect(), ERRORS ENETUNREACH"},
                 {"connect(2)", "ERRORS ENETUNREACH"}},
     .outcome = {[BY_POSIX] = {"ENETUNREACH"}, [BY_LINUX] = {"ENETUNREACH"}});

CASE(no_route, unrouted, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct address nowhere = place_of(t, iut, PLACE_UNROUTED, 7);
    observe_result(sk_connect(iut, datagram_socket(t, iut), &nowhere));
}

MUTANT_GIVES(no_route, "connect() on a datagram socket does not look for a route", OP_CONNECT,
             ENETUNREACH, 0)

/* ---- names ---- */

RULE(peer_name, "udp.connect.peer-name",
     .statement = "getpeername() on a connected datagram socket gives the address that it was "
                  "connected to, and ENOTCONN before.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH getpeername(), DESCRIPTION and ERRORS ENOTCONN"},
                 {"getpeername(2)", "DESCRIPTION and ERRORS"}},
     .outcome = {[BY_POSIX] = {"ENOTCONN then the peer"}, [BY_LINUX] = {"ENOTCONN then the peer"}});

static void observe_peer(struct test *t, int fd, const struct address *expected)
{
    struct address name;
    int result = sk_getpeername(t->iut, fd, &name);
    if (result < 0)
        observe_result(result);
    else
        observe("%s", address_equal(&name, expected) ? "the peer" : "another peer");
}

CASE(peer_name, before_and_after, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint to = bound_datagram_socket(t, peer);
    int fd = datagram_socket(t, iut);
    observe_peer(t, fd, &to.address);
    must(sk_connect(iut, fd, &to.address));
    observe_peer(t, fd, &to.address);
}

MUTANT(peer_name, "getpeername() fails with ENOTCONN on datagram sockets")
{
    mutate(m, call);
    if (call->operation == OP_GETPEERNAME && call->result == 0)
        call_fail(call, ENOTCONN);
}

RULE(own_name, "udp.connect.own-name",
     .statement = "connect() on a datagram socket binds it, if it is not bound, to a port and to "
                  "the address of the route.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH connect(), DESCRIPTION: bound to an unused local address"},
                 {"ip(7)", "DESCRIPTION"}},
     .outcome = {[BY_POSIX] = {"the route's address and a port"},
                 [BY_LINUX] = {"the route's address and a port"}});

CASE(own_name, connected, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint to = bound_datagram_socket(t, peer);
    struct address name, route = place_of(t, iut, PLACE_MAIN, 0);
    int fd = connected_datagram_socket(t, &to);
    must(sk_getsockname(iut, fd, &name));
    observe("%s and %s",
            address_same_host(&name, &route) ? "the route's address"
            : address_is_any(&name)          ? "no address"
                                             : "another address",
            address_port(&name) ? "a port" : "no port");
}

MUTANT(own_name, "getsockname() reports the wildcard address after connect()")
{
    mutate(m, call);
    if (call->operation == OP_GETSOCKNAME && call->result == 0) {
        struct address name = call_address(call);
        name = address_any(name.any.sa_family, address_port(&name));
        call_set_address(call, &name);
    }
}

/* ---- repeated ---- */

RULE(repeated, "udp.connect.repeated",
     .statement = "connect() on a datagram socket may be repeated and replaces the peer each time, "
                  "for sending and for receiving.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH connect(), DESCRIPTION: sets or resets the peer address"},
                 {"connect(2)", "DESCRIPTION: datagram sockets may connect several times"},
                 {FREEBSD_CONNECT, "DESCRIPTION: several times"}},
     .outcome = {[BY_POSIX] = {"0 then the peer then to the second"},
                 [BY_LINUX] = {"0 then the peer then to the second"},
                 [BY_BSD] = {"0 then the peer then to the second"}});

CASE(repeated, other_port, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .axes = {{"second", {"other-port", "other-address"}}})
{
    struct endpoint first = bound_datagram_socket(t, peer);
    struct endpoint second =
        bound_socket(t, peer, SOCK_DGRAM, t->chosen[0] == 0 ? PLACE_MAIN : PLACE_OTHER);
    int fd = connected_datagram_socket(t, &first);
    observe_result(sk_connect(iut, fd, &second.address));
    observe_peer(t, fd, &second.address);
    must(sk_send(iut, fd, "x", 1, 0));
    observe("%s", strcmp(receive_next(t, peer, second.fd), "x") == 0 ? "to the second"
                                                                     : "not to the second");
}

MUTANT(repeated, "a second connect() on a datagram socket fails with EISCONN")
{
    struct address name;
    if (call->operation == OP_CONNECT && call_address(call).any.sa_family != AF_UNSPEC &&
        sk_getpeername(m->real, (int)call->argument[0], &name) == 0)
        call_fail(call, EISCONN);
    else
        mutate(m, call);
}

RULE(same_again, "udp.connect.same-again",
     .statement = "connect() on a datagram socket to the peer that it has already succeeds.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH connect(), ERRORS EISCONN: only for connection-mode sockets"},
                 {"connect(2)", "DESCRIPTION: datagram sockets may connect several times"},
                 {FREEBSD_CONNECT, "DESCRIPTION: several times"}},
     .outcome = {[BY_POSIX] = {"0"}, [BY_LINUX] = {"0"}, [BY_BSD] = {"0"}});

CASE(same_again, connected, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint to = bound_datagram_socket(t, peer);
    int fd = connected_datagram_socket(t, &to);
    observe_result(sk_connect(iut, fd, &to.address));
}

/* Refuses to be given the peer that it has. */
MUTANT(same_again, "connect() to the same peer again fails with EISCONN")
{
    struct address name, to = call_address(call);
    if (call->operation == OP_CONNECT &&
        sk_getpeername(m->real, (int)call->argument[0], &name) == 0 && address_equal(&name, &to))
        call_fail(call, EISCONN);
    else
        mutate(m, call);
}

RULE(keeps_port, "udp.connect.keeps-port",
     .statement = "A repeated connect() leaves the local port of a datagram socket as it is.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH connect(), DESCRIPTION: binds only what is not bound yet"}},
     .outcome = {[BY_POSIX] = {"kept"}, [BY_LINUX] = {"kept"}});

CASE(keeps_port, other_peer, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .axes = {{"bound", {"by-connect", "by-bind"}}})
{
    struct endpoint first = bound_datagram_socket(t, peer), second = bound_datagram_socket(t, peer);
    struct address before, after;
    int fd = t->chosen[0] == 0 ? datagram_socket(t, iut) : bound_datagram_socket(t, iut).fd;
    must(sk_connect(iut, fd, &first.address));
    must(sk_getsockname(iut, fd, &before));
    must(sk_connect(iut, fd, &second.address));
    must(sk_getsockname(iut, fd, &after));
    observe("%s", address_port(&before) == address_port(&after) ? "kept" : "changed");
}

MUTANT(keeps_port, "a second connect() changes the local port")
{
    static int connects, offset;
    mutate(m, call);
    if (call->operation == OP_CONNECT && call->result == 0 && ++connects > 1)
        offset = 1;
    if (call->operation == OP_GETSOCKNAME && call->result == 0) {
        struct address name = call_address(call);
        name = address_with_port(name, address_port(&name) + offset);
        call_set_address(call, &name);
    }
}
