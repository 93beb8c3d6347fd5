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
     .statement = "connect() on a datagram socket succeeds and sends the peer no datagram.",
     .outcome = {
         [BY_POSIX] = {"0 then first",
                       {"posix.connect.connectionless.sets-peer", "posix.connect.returns-0",
                        "posix.connect.datagram.sends-to-peer"}},
         [BY_LINUX] = {"0 then first",
                       {"posix.connect.connectionless.sets-peer",
                        "linux.connect.2.datagram-default-destination"}},
         [BY_BSD] = {"0 then first",
                     {"posix.connect.connectionless.sets-peer", "freebsd.connect.2.dgram-sets-peer",
                      "freebsd.connect.2.dgram-sends-to-peer"}},
         [BY_ZOS] = {"0 then first",
                     {"zos.datagram.connect-exchanges-nothing", "zos.datagram.connect-local",
                      "zos.datagram.sends-without-destination"}}});

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
     .statement = "connect() on a datagram socket succeeds although nobody receives at the "
                  "address.",
     .outcome = {
         [BY_POSIX] = {"0", {"posix.connect.connectionless.sets-peer", "posix.connect.returns-0"}},
         [BY_LINUX] = {"0",
                       {"posix.connect.connectionless.sets-peer",
                        "linux.connect.2.datagram-default-destination"}},
         [BY_BSD] = {"0",
                     {"posix.connect.connectionless.sets-peer",
                      "freebsd.connect.2.dgram-sets-peer"}},
         [BY_ZOS] = {"0",
                     {"zos.datagram.connect-exchanges-nothing", "zos.datagram.connect-local"}}});

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

/* The network cannot be reached, and so neither can the host: either error is right. */
RULE(no_route, "udp.connect.no-route",
     .statement = "connect() on a datagram socket to a network that no route leads to fails with "
                  "ENETUNREACH or EHOSTUNREACH.",
     .outcome = {[BY_POSIX] = {"ENETUNREACH | EHOSTUNREACH",
                               {"posix.connect.enetunreach", "posix.connect.ehostunreach",
                                "posix.errors.any-of-several"}},
                 [BY_LINUX] = {"ENETUNREACH | EHOSTUNREACH",
                               {"linux.connect.2.enetunreach", "linux.ip.7.ehostunreach-local"}},
                 [BY_BSD] = {"ENETUNREACH | EHOSTUNREACH",
                             {"freebsd.connect.2.enetunreach", "freebsd.connect.2.ehostunreach"}}});

CASE(no_route, unrouted, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct address nowhere = place_of(t, iut, PLACE_UNROUTED, 7);
    observe_result(sk_connect(iut, datagram_socket(t, iut), &nowhere));
}

MUTANT(no_route, "connect() on a datagram socket does not look for a route")
{
    mutate(m, call);
    if (call_failed(call, OP_CONNECT, ENETUNREACH) || call_failed(call, OP_CONNECT, EHOSTUNREACH))
        call_succeed(call, 0);
}

/* ---- names ---- */

RULE(peer_name, "udp.connect.peer-name",
     .statement = "getpeername() on a connected datagram socket gives the address that it was "
                  "connected to.",
     .outcome = {
         [BY_POSIX] = {"the peer",
                       {"posix.getpeername.stores-peer", "posix.connect.connectionless.sets-peer"}},
         [BY_LINUX] = {"the peer", {"linux.getpeername.2.datagram-own-peer"}},
         [BY_BSD] = {"the peer",
                     {"freebsd.getpeername.2.returns-peer-name",
                      "freebsd.connect.2.dgram-sets-peer"}},
         [BY_ZOS] = {"the peer",
                     {"zos.getpeername.returns-peer-name", "zos.connect.udp-sets-peer"}}});

static void observe_peer(struct test *t, int fd, const struct address *expected)
{
    struct address name;
    int result = sk_getpeername(t->iut, fd, &name);
    if (result < 0)
        observe_result(result);
    else
        observe("%s", address_equal(&name, expected) ? "the peer" : "another peer");
}

CASE(peer_name, connected, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint to = bound_datagram_socket(t, peer);
    observe_peer(t, connected_datagram_socket(t, &to), &to.address);
}

MUTANT(peer_name, "getpeername() fails with ENOTCONN on datagram sockets")
{
    mutate(m, call);
    if (call->operation == OP_GETPEERNAME && call->result == 0)
        call_fail(call, ENOTCONN);
}

/* POSIX does not say which local address; its <netinet/in.h> counts INADDR_ANY among those of the
 * host. */
RULE(own_name, "udp.connect.own-name",
     .statement = "connect() on a datagram socket that is not bound binds it to a local address "
                  "and a port.",
     .outcome = {[BY_POSIX] = {"a port then the route's address | no address | another of its own",
                               {"posix.connect.binds-unbound-socket",
                                "posix.connect.binds-to-unused-address",
                                "posix.getsockname.stores-name"}},
                 [BY_LINUX] = {"a port then no address",
                               {"linux.ip.7.connect-binds", "linux.getsockname.2.returns-address"}},
                 [BY_BSD] = {"a port then the route's address | no address | another of its own",
                             {"posix.connect.binds-unbound-socket",
                              "posix.connect.binds-to-unused-address",
                              "freebsd.getsockname.2.returns-current-name"}}},
     .deviation = {[BY_LINUX] = {"a port then the route's address",
                                 "ip(7) has the address stay INADDR_ANY; Linux 6.18 has it be "
                                 "that of the route"}});

CASE(own_name, connected, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint to = bound_datagram_socket(t, peer);
    struct address name, seen, route = place_of(t, iut, PLACE_MAIN, 0);
    int fd = connected_datagram_socket(t, &to);
    char byte;
    must(sk_getsockname(iut, fd, &name));
    /* What is sent shows the peer whose port and address it is. */
    must(sk_send(iut, fd, "x", 1, 0));
    await_data(t, peer, to.fd);
    must(sk_recvfrom(peer, to.fd, &byte, 1, 0, &seen));
    observe("%s", address_port(&name) == 0                     ? "no port"
                  : address_port(&name) != address_port(&seen) ? "a port that is not its own"
                                                               : "a port");
    seen = as_written_by(t, iut, seen);
    observe("%s", address_is_any(&name)              ? "no address"
                  : !address_same_host(&name, &seen) ? "another than it sends from"
                  : address_same_host(&name, &route) ? "the route's address"
                                                     : "another of its own");
}

MUTANT(own_name, "getsockname() reports port 0 after connect()")
{
    mutate(m, call);
    if (call->operation == OP_GETSOCKNAME && call->result == 0) {
        struct address name = address_with_port(call_address(call), 0);
        call_set_address(call, &name);
    }
}

/* ---- repeated ---- */

RULE(repeated, "udp.connect.repeated",
     .statement = "A second connect() on a datagram socket succeeds and replaces the peer.",
     .outcome = {
         [BY_POSIX] = {"0 then the peer then to the second",
                       {"posix.connect.connects-or-sets-peer",
                        "posix.connect.datagram.sends-to-peer", "posix.getpeername.stores-peer"}},
         [BY_LINUX] = {"0 then the peer then to the second",
                       {"linux.connect.2.many-times",
                        "linux.connect.2.datagram-default-destination",
                        "linux.getpeername.2.datagram-own-peer"}},
         [BY_BSD] = {"0 then the peer then to the second",
                     {"freebsd.connect.2.dgram-many-times", "freebsd.connect.2.dgram-sends-to-peer",
                      "freebsd.getpeername.2.returns-peer-name"}},
         [BY_ZOS] = {"0 then the peer then to the second",
                     {"zos.connect.rexx.udp-many-times", "zos.datagram.sends-without-destination",
                      "zos.connect.udp-sets-peer", "zos.getpeername.returns-peer-name"}}});

CASE(repeated, other_port, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .axes = {{"second", {"other-port", "other-address"}}})
{
    struct endpoint first = bound_datagram_socket(t, peer);
    struct endpoint second =
        bound_socket(t, peer, SOCK_DGRAM, t->chosen[0] == 0 ? PLACE_MAIN : PLACE_OTHER);
    int fd = connected_datagram_socket(t, &first);
    observe_result(sk_connect(iut, fd, &second.address));
    observe_peer(t, fd, &second.address);
    int result = sk_send(iut, fd, "x", 1, 0);
    if (result < 0) {
        observe_result(result);
        return;
    }
    /* What is sent to the first after it has arrived there after it. */
    must(sk_sendto(iut, datagram_socket(t, iut), "last", 4, 0, &first.address));
    bool to_second = strcmp(receive_next(t, peer, second.fd), "x") == 0;
    bool to_first = strcmp(receive_next(t, peer, first.fd), "x") == 0;
    observe("%s", to_second && to_first ? "to both"
                  : to_second           ? "to the second"
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

/* FreeBSD's udp(4) knows EISCONN for a socket that has a connection. */
RULE(same_again, "udp.connect.same-again",
     .statement = "connect() on a datagram socket to the peer that it has already succeeds, and "
                  "that is its peer then.",
     .outcome = {
         [BY_POSIX] = {"0 then the peer",
                       {"posix.connect.connects-or-sets-peer", "posix.connect.eisconn",
                        "posix.errors.no-error-is-success", "posix.getpeername.stores-peer"}},
         [BY_LINUX] = {"0 then the peer",
                       {"linux.connect.2.many-times", "posix.connect.connects-or-sets-peer",
                        "linux.getpeername.2.datagram-own-peer"}},
         [BY_BSD] = {"0 then the peer || EISCONN",
                     {"freebsd.connect.2.dgram-many-times", "freebsd.udp.4.eisconn-connect",
                      "freebsd.getpeername.2.returns-peer-name"}}});

CASE(same_again, connected, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint to = bound_datagram_socket(t, peer);
    int fd = connected_datagram_socket(t, &to);
    int result = sk_connect(iut, fd, &to.address);
    observe_result(result);
    if (result == 0)
        observe_peer(t, fd, &to.address);
}

/* Refuses to be given the peer that it has. */
MUTANT(same_again, "connect() to the same peer again fails with EADDRINUSE")
{
    struct address name, to = call_address(call);
    if (call->operation == OP_CONNECT &&
        sk_getpeername(m->real, (int)call->argument[0], &name) == 0 && address_equal(&name, &to))
        call_fail(call, EADDRINUSE);
    else
        mutate(m, call);
}

RULE(keeps_port, "udp.connect.keeps-port",
     .statement = "A repeated connect() leaves the local port of a datagram socket as it is.",
     .outcome = {
         [BY_POSIX] = {"kept",
                       {"posix.connect.binds-unbound-socket", "posix.bind.assigns-address",
                        "posix.connect.connectionless.sets-peer", "posix.getsockname.stores-name"}},
         [BY_LINUX] = {"kept",
                       {"posix.connect.binds-unbound-socket", "linux.ip.7.connect-binds",
                        "linux.bind.2.assigns", "linux.getsockname.2.returns-address"}},
         [BY_BSD] = {"kept",
                     {"posix.connect.binds-unbound-socket", "freebsd.bind.2.assigns-local-address",
                      "freebsd.connect.2.dgram-many-times",
                      "freebsd.getsockname.2.returns-current-name"}}});

CASE(keeps_port, other_peer, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .axes = {{"bound", {"by-connect", "by-bind"}}})
{
    struct endpoint first = bound_datagram_socket(t, peer), second = bound_datagram_socket(t, peer);
    struct address before, after, seen;
    char byte;
    int fd = t->chosen[0] == 0 ? datagram_socket(t, iut) : bound_datagram_socket(t, iut).fd;
    must(sk_connect(iut, fd, &first.address));
    must(sk_getsockname(iut, fd, &before));
    must(sk_connect(iut, fd, &second.address));
    must(sk_getsockname(iut, fd, &after));
    must(sk_send(iut, fd, "x", 1, 0));
    await_data(t, peer, second.fd);
    must(sk_recvfrom(peer, second.fd, &byte, 1, 0, &seen));
    bool kept = address_port(&before) == address_port(&after);
    observe("%s", !kept                                         ? "changed"
                  : address_port(&after) != address_port(&seen) ? "kept, but sent from another"
                                                                : "kept");
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
