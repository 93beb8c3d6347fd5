/* connect() with AF_UNSPEC dissolves the association of a datagram socket. */
#include "suites/suite.h"

/* A name of AF_UNSPEC as long as one of the socket's own family. Another length may be refused. */
static struct address unspec_name(const struct test *t)
{
    return address_unspec(t->domain == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                : sizeof(struct sockaddr_in));
}

/* Others: the family alone, and what holds any address. */
#define LENGTHS .axes = {{"name", {"family-only", "sockaddr-storage"}}}
static struct address odd_name(const struct test *t)
{
    return address_unspec(t->chosen[0] == 0 ? sizeof(sa_family_t)
                                            : sizeof(struct sockaddr_storage));
}

static bool is_dissolving(struct call *call)
{
    return call->operation == OP_CONNECT && call_address(call).any.sa_family == AF_UNSPEC;
}

/* A connected datagram socket of the IUT, bound first or not. */
struct associated {
    int fd;
    struct endpoint to;
};

static struct associated associated_socket(struct test *t, bool bound)
{
    struct associated a = {.to = bound_datagram_socket(t, t->peer)};
    a.fd = bound ? bound_datagram_socket(t, t->iut).fd : datagram_socket(t, t->iut);
    must(sk_connect(t->iut, a.fd, &a.to.address));
    return a;
}

/* FreeBSD's connect() does so with an address that is not valid, and so it may say so: AF_UNSPEC is
 * no family of the socket's, and the null address no machine's. */
#define GIVEN_BY_BSD "0 | EAFNOSUPPORT | EADDRNOTAVAIL"
#define BSD_DISSOLVES                                                                              \
    "freebsd.connect.2.dgram-dissolves-with-invalid-address", "freebsd.connect.2.returns-zero",    \
        "freebsd.connect.2.eafnosupport", "freebsd.connect.2.eaddrnotavail"

RULE(dissolves, "udp.dissolve.no-peer",
     .statement =
         "After connect() with AF_UNSPEC a datagram socket has no peer: getpeername() fails "
         "with ENOTCONN.",
     .outcome = {[BY_POSIX] = {"0 then ENOTCONN",
                               {"posix.connect.af-unspec-resets-peer", "posix.connect.returns-0",
                                "posix.getpeername.enotconn"}},
                 [BY_LINUX] = {"0 then ENOTCONN",
                               {"linux.connect.2.dissolves", "posix.connect.af-unspec-resets-peer",
                                "linux.connect.2.returns-zero", "linux.getpeername.2.enotconn"}},
                 [BY_BSD] = {GIVEN_BY_BSD " then ENOTCONN",
                             {BSD_DISSOLVES, "freebsd.getpeername.2.enotconn"}}});

/* A socket whose connect() failed is in a state that POSIX does not specify. */
#define OR_REFUSED                                                                                 \
    {                                                                                              \
        [BY_POSIX] = {"0 then ENOTCONN || EINVAL then *",                                          \
                      {"posix.connect.af-unspec-resets-peer", "posix.connect.einval-length",       \
                       "posix.getpeername.enotconn"}},                                             \
        [BY_LINUX] = {"0 then ENOTCONN || EINVAL then *",                                          \
                      {"linux.connect.2.dissolves", "posix.connect.af-unspec-resets-peer",         \
                       "posix.connect.einval-length", "linux.getpeername.2.enotconn"}},            \
        [BY_BSD] = {                                                                               \
            GIVEN_BY_BSD " then ENOTCONN || EINVAL then *",                                        \
            {BSD_DISSOLVES, "freebsd.connect.2.einval-namelen", "freebsd.getpeername.2.enotconn"}  \
        }                                                                                          \
    }

static void observe_dissolving(struct test *t, struct address none)
{
    struct associated a = associated_socket(t, false);
    struct address name;
    observe_result(sk_connect(t->iut, a.fd, &none));
    observe_result(sk_getpeername(t->iut, a.fd, &name));
}

CASE(dissolves, connected, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    observe_dissolving(t, unspec_name(t));
}

CASE(dissolves, other_length, .family = ANY_FAMILY, .network = ANY_NETWORK, LENGTHS,
     .outcome = OR_REFUSED)
{
    observe_dissolving(t, odd_name(t));
}

MUTANT(dissolves, "connect() with AF_UNSPEC gives 0 and is ignored")
{
    if (is_dissolving(call))
        call_succeed(call, 0);
    else
        mutate(m, call);
}

/* The peer is gone, but the filter stays. */
static struct {
    int fd;
    struct address peer;
} filtered = {.fd = -1};

RULE(receives, "udp.dissolve.receives-again",
     .statement = "After connect() with AF_UNSPEC a datagram socket that was bound receives from "
                  "anybody again.",
     .outcome = {[BY_POSIX] = {"0 then stranger then foreigner then friend",
                               {"posix.connect.af-unspec-resets-peer",
                                "posix.sockets.types.dgram.several-sources"}},
                 [BY_LINUX] = {"0 then stranger then foreigner then friend",
                               {"linux.connect.2.dissolves", "posix.connect.af-unspec-resets-peer",
                                "linux.udp.7.bind-to-receive"}},
                 [BY_BSD] = {GIVEN_BY_BSD " then stranger then foreigner then friend",
                             {BSD_DISSOLVES}}},
     .deviation = {[BY_LINUX] = {"0 then stranger then friend",
                                 "Linux 6.18 goes on to filter by the old peer's address, where "
                                 "the socket is one of IPv6"}});

/* A datagram socket of the IUT, bound to a port that it asked for. A port that the system chose
 * would be something else: see releases-chosen-port. */
static struct endpoint asked_for_port(struct test *t)
{
    struct endpoint found = bound_datagram_socket(t, t->iut), own = found;
    own.fd = datagram_socket(t, t->iut);
    must(sk_close(t->iut, found.fd));
    must(sk_bind(t->iut, own.fd, &found.name));
    return own;
}

CASE(receives, strangers, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint own = asked_for_port(t), friend = bound_datagram_socket(t, peer);
    struct endpoint stranger = bound_datagram_socket(t, peer);
    struct endpoint foreigner = bound_socket(t, peer, SOCK_DGRAM, PLACE_OTHER);
    struct address none = unspec_name(t);
    must(sk_connect(iut, own.fd, &friend.address));
    observe_result(sk_connect(iut, own.fd, &none));
    must(sk_sendto(peer, stranger.fd, "stranger", 8, 0, &own.address));
    must(sk_sendto(peer, foreigner.fd, "foreigner", 9, 0, &own.address));
    must(sk_sendto(peer, friend.fd, "friend", 6, 0, &own.address));
    const char *text;
    int datagrams = 0;
    do {
        text = receive_next(t, iut, own.fd);
        observe("%s", text);
    } while (strcmp(text, "friend") != 0 && ++datagrams < 3);
}

MUTANT(receives, "after AF_UNSPEC only the old peer's datagrams arrive")
{
    int fd = (int)call->argument[0];
    if (is_dissolving(call)) {
        filtered.fd = fd;
        call_succeed(call, 0);
    } else if (call->operation == OP_GETPEERNAME && fd == filtered.fd) {
        call_fail(call, ENOTCONN);
    } else {
        mutate(m, call);
    }
}

RULE(
    no_destination, "udp.dissolve.send",
    .statement = "After connect() with AF_UNSPEC sending without an address fails with "
                 "EDESTADDRREQ or ENOTCONN, and nothing reaches the old peer; by POSIX write() "
                 "may fail with ECONNRESET or EPIPE too, and sendto() and sendmsg() need not fail.",
    .outcome = {[BY_LINUX] = {"0 then EDESTADDRREQ | ENOTCONN then nothing",
                              {"linux.connect.2.dissolves", "posix.connect.af-unspec-resets-peer",
                               "linux.send.2.edestaddrreq", "linux.send.2.enotconn",
                               "linux.send.2.send-is-write"}},
                [BY_BSD] = {GIVEN_BY_BSD " then EDESTADDRREQ | ENOTCONN then nothing",
                            {BSD_DISSOLVES, "freebsd.udp.4.enotconn", "posix.send.edestaddrreq"}}});

static void observe_sending(struct test *t)
{
    struct associated a = associated_socket(t, false);
    struct address none = unspec_name(t);
    observe_result(sk_connect(t->iut, a.fd, &none));
    observe_result(send_by_form(t, t->iut, a.fd, "x", 1, NULL));
    /* What is sent after it has arrived after it. */
    struct endpoint last = bound_datagram_socket(t, t->peer);
    must(sk_sendto(t->iut, datagram_socket(t, t->iut), "last", 4, 0, &last.address));
    await_data(t, t->peer, last.fd);
    observe("%s", received(t, t->peer, a.to.fd));
}

CASE(no_destination, dissolved, .family = ANY_FAMILY, .network = ANY_NETWORK, .send = WITH_SEND,
     .outcome = {[BY_POSIX] = {"0 then EDESTADDRREQ | ENOTCONN then nothing",
                               {"posix.connect.af-unspec-resets-peer", "posix.send.edestaddrreq",
                                "posix.send.enotconn"}}})
{
    observe_sending(t);
}

/* write() has errors of its own for a socket that is not connected, or is so no longer. */
CASE(no_destination, dissolved_written, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .send = WITH_WRITE,
     .outcome = {[BY_POSIX] = {"0 then EDESTADDRREQ | ENOTCONN | ECONNRESET | EPIPE then nothing",
                               {"posix.connect.af-unspec-resets-peer", "posix.write.like-send",
                                "posix.send.edestaddrreq", "posix.send.enotconn",
                                "posix.write.econnreset", "posix.write.epipe-no-longer-connected"}},
                 [BY_BSD] = {GIVEN_BY_BSD
                             " then EDESTADDRREQ | ENOTCONN | ECONNRESET | EPIPE then nothing",
                             {BSD_DISSOLVES, "freebsd.udp.4.enotconn", "posix.write.like-send",
                              "posix.send.edestaddrreq", "posix.write.econnreset",
                              "posix.write.epipe-no-longer-connected"}}})
{
    observe_sending(t);
}

/* These may fail so. If they do not, they do not reach the old peer either, which is none now. What
 * is then the destination may be unreachable, and 0 is no length of an address. */
CASE(no_destination, dissolved_without_name, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .send = WITH_SENDTO,
     .outcome = {[BY_POSIX] = {"0 then 0 | EDESTADDRREQ | EINVAL | EHOSTUNREACH | ENETUNREACH "
                               "then nothing",
                               {"posix.connect.af-unspec-resets-peer", "posix.sendto.edestaddrreq",
                                "posix.sendto.einval-length", "posix.sendto.ehostunreach",
                                "posix.sendto.enetunreach"}}})
{
    observe_sending(t);
}

CASE(no_destination, dissolved_message, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .send = WITH_SENDMSG,
     .outcome = {[BY_POSIX] = {"0 then 0 | EDESTADDRREQ | EHOSTUNREACH | ENETUNREACH then nothing",
                               {"posix.connect.af-unspec-resets-peer", "posix.sendmsg.edestaddrreq",
                                "posix.sendmsg.ehostunreach", "posix.sendmsg.enetunreach"}}})
{
    observe_sending(t);
}

/* Data goes to the old peer still. */
MUTANT(no_destination, "after AF_UNSPEC data still goes to the old peer")
{
    static struct address old;
    bool sends = call->operation == OP_SEND || call->operation == OP_WRITE ||
                 call->operation == OP_SENDTO || call->operation == OP_SENDMSG;
    if (is_dissolving(call))
        sk_getpeername(m->real, (int)call->argument[0], &old);
    mutate(m, call);
    if (sends && call->result < 0 && call->error == EDESTADDRREQ && old.length) {
        int result = sk_sendto(m->real, (int)call->argument[0], call_data(call)->bytes,
                               call_data(call)->length, 0, &old);
        if (result >= 0)
            call_succeed(call, result);
    }
}

RULE(again, "udp.dissolve.connect-again",
     .statement = "After connect() with AF_UNSPEC a datagram socket can be connected again.",
     .outcome = {
         [BY_POSIX] = {"0 then 0 then hello",
                       {"posix.connect.af-unspec-resets-peer",
                        "posix.connect.connects-or-sets-peer",
                        "posix.connect.datagram.sends-to-peer"}},
         [BY_LINUX] = {"0 then 0 then hello",
                       {"linux.connect.2.dissolves", "linux.connect.2.connects-after-dissolving",
                        "linux.connect.2.datagram-default-destination"}},
         [BY_BSD] = {GIVEN_BY_BSD " then 0 then hello",
                     {BSD_DISSOLVES, "freebsd.connect.2.dgram-many-times",
                      "freebsd.connect.2.dgram-sends-to-peer"}}});

CASE(again, other_peer, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .axes = {{"bound", {"by-connect", "by-bind"}}})
{
    struct associated a = associated_socket(t, t->chosen[0] == 1);
    struct endpoint other = bound_datagram_socket(t, peer);
    struct address none = unspec_name(t);
    observe_result(sk_connect(iut, a.fd, &none));
    int result = sk_connect(iut, a.fd, &other.address);
    observe_result(result);
    if (result < 0)
        return;
    result = sk_send(iut, a.fd, "hello", 5, 0);
    if (result < 0)
        observe_result(result);
    else
        observe("%s", receive_next(t, peer, other.fd));
}

MUTANT(again, "a dissolved socket refuses another connect()")
{
    static bool dissolved;
    if (dissolved && call->operation == OP_CONNECT) {
        call_fail(call, EINVAL);
        return;
    }
    mutate(m, call);
    dissolved |= is_dissolving(call);
}

RULE(nothing, "udp.dissolve.unconnected",
     .statement = "connect() with AF_UNSPEC succeeds on a datagram socket that has no peer.",
     .outcome = {
         [BY_POSIX] = {"0",
                       {"posix.connect.af-unspec-resets-peer", "posix.errors.no-error-is-success"}},
         [BY_LINUX] = {"0", {"posix.connect.af-unspec-resets-peer", "linux.connect.2.dissolves"}}});

CASE(nothing, fresh, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct address none = unspec_name(t);
    observe_result(sk_connect(iut, datagram_socket(t, iut), &none));
}

CASE(nothing, twice, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct associated a = associated_socket(t, false);
    struct address none = unspec_name(t);
    must(sk_connect(iut, a.fd, &none));
    observe_result(sk_connect(iut, a.fd, &none));
}

MUTANT(nothing, "connect() with AF_UNSPEC fails with ENOTCONN without a peer")
{
    struct address name;
    if (is_dissolving(call) && sk_getpeername(m->real, (int)call->argument[0], &name) < 0)
        call_fail(call, ENOTCONN);
    else
        mutate(m, call);
}

/* ---- the local name ---- */

/* The port that what is sent now comes from, or the error. */
static int sends_from(struct test *t, int fd)
{
    struct endpoint witness = bound_datagram_socket(t, t->peer);
    struct address seen;
    char byte;
    int result = sk_sendto(t->iut, fd, "x", 1, 0, &witness.address);
    if (result < 0)
        return result;
    await_data(t, t->peer, witness.fd);
    must(sk_recvfrom(t->peer, witness.fd, &byte, 1, 0, &seen));
    return address_port(&seen);
}

static void observe_port(struct test *t, int fd, const struct address *before)
{
    struct address after;
    must(sk_getsockname(t->iut, fd, &after));
    if (address_port(&after) != address_port(before)) {
        observe("%s", address_port(&after) == 0 ? "released" : "changed");
        return;
    }
    int port = sends_from(t, fd);
    if (port < 0)
        observe("kept, but sending gives %s", result_name(port));
    else
        observe("%s", port == address_port(before) ? "kept" : "kept, but sent from another");
}

RULE(bound_port, "udp.dissolve.keeps-bound-port",
     .statement = "A port that bind() gave a datagram socket is kept when its association is "
                  "dissolved.",
     .outcome = {[BY_POSIX] = {"kept",
                               {"posix.bind.assigns-address", "posix.getsockname.stores-name",
                                "posix.connect.af-unspec-resets-peer"}},
                 [BY_LINUX] = {"kept",
                               {"linux.bind.2.assigns", "linux.getsockname.2.returns-address",
                                "posix.connect.af-unspec-resets-peer"}}});

CASE(bound_port, explicit_port, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint own = asked_for_port(t), to = bound_datagram_socket(t, peer);
    struct address none = unspec_name(t);
    must(sk_connect(iut, own.fd, &to.address));
    must(sk_connect(iut, own.fd, &none));
    observe_port(t, own.fd, &own.name);
}

/* The port of a bound socket goes with the association. */
MUTANT(bound_port, "AF_UNSPEC releases the port of a bound socket")
{
    static bool dissolved;
    mutate(m, call);
    dissolved |= is_dissolving(call);
    if (dissolved && call->operation == OP_GETSOCKNAME && call->result == 0) {
        struct address name = address_with_port(call_address(call), 0);
        call_set_address(call, &name);
    }
}

/* POSIX has connect() bind a socket that is not bound, and reset nothing but the peer. */
RULE(free_port, "udp.dissolve.releases-chosen-port",
     .statement =
         "A port that the system chose for a datagram socket is kept when its association is "
         "dissolved; Linux releases it.",
     .outcome = {[BY_POSIX] = {"kept",
                               {"posix.connect.binds-unbound-socket", "posix.bind.assigns-address",
                                "posix.getsockname.stores-name",
                                "posix.connect.af-unspec-resets-peer"}}},
     .pinned = {[BY_LINUX] = "released"});

CASE(free_port, chosen_by_connect, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct associated a = associated_socket(t, false);
    struct address none = unspec_name(t), before;
    must(sk_getsockname(iut, a.fd, &before));
    must(sk_connect(iut, a.fd, &none));
    observe_port(t, a.fd, &before);
}

CASE(free_port, chosen_by_bind, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct associated a = associated_socket(t, true);
    struct address none = unspec_name(t), before;
    must(sk_getsockname(iut, a.fd, &before));
    must(sk_connect(iut, a.fd, &none));
    observe_port(t, a.fd, &before);
}

MUTANT(free_port, "AF_UNSPEC changes the port that the system chose")
{
    static int port;
    struct address own;
    if (is_dissolving(call) && sk_getsockname(m->real, (int)call->argument[0], &own) == 0)
        port = address_port(&own) ^ 1;
    mutate(m, call);
    if (port && call->operation == OP_GETSOCKNAME && call->result == 0) {
        own = address_with_port(call_address(call), port);
        call_set_address(call, &own);
    }
}

RULE(wildcard, "udp.dissolve.wildcard-again",
     .statement = "On Linux the local address that connect() chose becomes the wildcard again when "
                  "the association is dissolved.",
     .pinned = {[BY_LINUX] = "an address then no address"});

CASE(wildcard, chosen_by_connect, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK)
{
    struct associated a = associated_socket(t, false);
    struct address none = unspec_name(t), name;
    must(sk_getsockname(iut, a.fd, &name));
    observe("%s", address_is_any(&name) ? "no address" : "an address");
    must(sk_connect(iut, a.fd, &none));
    must(sk_getsockname(iut, a.fd, &name));
    observe("%s", address_is_any(&name) ? "no address" : "an address");
}

MUTANT(wildcard, "AF_UNSPEC leaves the local address as it was")
{
    static struct address name;
    struct address found;
    if (is_dissolving(call))
        sk_getsockname(m->real, (int)call->argument[0], &name);
    mutate(m, call);
    if (call->operation == OP_GETSOCKNAME && call->result == 0 && name.length) {
        found = address_with_port(name, 0);
        call_set_address(call, &found);
    }
}
