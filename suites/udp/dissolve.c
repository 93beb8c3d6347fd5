/* connect() with AF_UNSPEC dissolves the association of a datagram socket. */
#include "suites/suite.h"

/* The names that dissolve: a family alone, or a whole zeroed name of the socket's family. */
enum { SHORTEST, AS_IN, AS_IN6 };
#define NAMES .axes = {{"name", {"family-only", "sockaddr-in", "sockaddr-in6"}}}

static struct address unspec_name(const struct test *t)
{
    static const socklen_t lengths[] = {[SHORTEST] = sizeof(sa_family_t),
                                        [AS_IN] = sizeof(struct sockaddr_in),
                                        [AS_IN6] = sizeof(struct sockaddr_in6)};
    return address_unspec(lengths[t->chosen[0]]);
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

RULE(dissolves, "udp.dissolve.no-peer",
     .statement =
         "After connect() with AF_UNSPEC a datagram socket has no peer: getpeername() fails "
         "with ENOTCONN.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH connect(), DESCRIPTION: AF_UNSPEC resets the peer address"},
                 {"connect(2)", "DESCRIPTION: AF_UNSPEC dissolves the association"},
                 {FREEBSD_CONNECT, "DESCRIPTION: an invalid address, such as a null one"}},
     .outcome = {
         [BY_POSIX] = {"0 then ENOTCONN"},
         [BY_LINUX] = {"0 then ENOTCONN"},
         [BY_BSD] = {"0 then ENOTCONN || EAFNOSUPPORT then ENOTCONN || EINVAL then ENOTCONN"}});

CASE(dissolves, connected, .family = ANY_FAMILY, .network = ANY_NETWORK, NAMES)
{
    struct associated a = associated_socket(t, false);
    struct address none = unspec_name(t), name;
    observe_result(sk_connect(iut, a.fd, &none));
    observe_result(sk_getpeername(iut, a.fd, &name));
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
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016,
                  "XSH connect(), DESCRIPTION: the peer address, which limits receiving, "
                  "is reset"},
                 {"connect(2)", "DESCRIPTION"},
                 {FREEBSD_CONNECT, "DESCRIPTION: the association is dissolved"}},
     .outcome = {[BY_POSIX] = {"stranger"}, [BY_LINUX] = {"stranger"}, [BY_BSD] = {"stranger"}});

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

CASE(receives, stranger, .family = ANY_FAMILY, .network = ANY_NETWORK, NAMES)
{
    struct endpoint own = asked_for_port(t), friend = bound_datagram_socket(t, peer);
    struct endpoint stranger = bound_datagram_socket(t, peer);
    struct address none = unspec_name(t);
    must(sk_connect(iut, own.fd, &friend.address));
    sk_connect(iut, own.fd, &none);
    must(sk_sendto(peer, stranger.fd, "stranger", 8, 0, &own.address));
    must(sk_sendto(peer, friend.fd, "friend", 6, 0, &own.address));
    observe("%s", receive_next(t, iut, own.fd));
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

RULE(no_destination, "udp.dissolve.send",
     .statement = "After connect() with AF_UNSPEC sending without an address fails with "
                  "EDESTADDRREQ.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH send(), ERRORS EDESTADDRREQ; connect(), DESCRIPTION"},
                 {"send(2)", "ERRORS EDESTADDRREQ"}},
     .outcome = {[BY_POSIX] = {"EDESTADDRREQ"}, [BY_LINUX] = {"EDESTADDRREQ"}});

CASE(no_destination, dissolved, .family = ANY_FAMILY, .network = ANY_NETWORK, .send = ANY_SEND)
{
    struct associated a = associated_socket(t, false);
    struct address none = address_unspec(sizeof(struct sockaddr_in6));
    sk_connect(iut, a.fd, &none);
    observe_result(send_by_form(t, iut, a.fd, "x", 1, NULL));
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

RULE(
    again, "udp.dissolve.connect-again",
    .statement = "After connect() with AF_UNSPEC a datagram socket can be connected again.",
    .level = LEVEL_SHALL,
    .sources = {{POSIX_2016, "XSH connect(), DESCRIPTION: sets or resets the peer address"},
                {"connect(2)", "DESCRIPTION: can be connected to another address thereafter"},
                {FREEBSD_CONNECT, "DESCRIPTION: several times"}},
    .outcome = {
        [BY_POSIX] = {"0 then hello"}, [BY_LINUX] = {"0 then hello"}, [BY_BSD] = {"0 then hello"}});

CASE(again, other_peer, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .axes = {{"bound", {"by-connect", "by-bind"}}})
{
    struct associated a = associated_socket(t, t->chosen[0] == 1);
    struct endpoint other = bound_datagram_socket(t, peer);
    struct address none = address_unspec(sizeof(struct sockaddr_in6));
    sk_connect(iut, a.fd, &none);
    int result = sk_connect(iut, a.fd, &other.address);
    observe_result(result);
    if (result == 0) {
        must(sk_send(iut, a.fd, "hello", 5, 0));
        observe("%s", receive_next(t, peer, other.fd));
    }
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
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH connect(), DESCRIPTION: the peer address shall be reset"},
                 {"connect(2)", "DESCRIPTION"}},
     .outcome = {[BY_POSIX] = {"0"}, [BY_LINUX] = {"0"}});

CASE(nothing, fresh, .family = ANY_FAMILY, .network = ANY_NETWORK, NAMES)
{
    struct address none = unspec_name(t);
    observe_result(sk_connect(iut, datagram_socket(t, iut), &none));
}

CASE(nothing, twice, .family = ANY_FAMILY, .network = ANY_NETWORK, NAMES)
{
    struct associated a = associated_socket(t, false);
    struct address none = unspec_name(t);
    sk_connect(iut, a.fd, &none);
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

static void observe_port(struct test *t, int fd, const struct address *before)
{
    struct address after;
    must(sk_getsockname(t->iut, fd, &after));
    observe("%s", address_port(&after) == 0                      ? "released"
                  : address_port(&after) == address_port(before) ? "kept"
                                                                 : "changed");
}

RULE(bound_port, "udp.dissolve.keeps-bound-port",
     .statement = "A port that bind() gave a datagram socket is kept when its association is "
                  "dissolved.",
     .level = LEVEL_MAY,
     .sources = {{POSIX_2016, "XSH connect(), DESCRIPTION: only the peer address is reset"},
                 {"Linux 6.18", "observed; connect(2) does not mention the local name"}},
     .outcome = {[BY_POSIX] = {"kept"}, [BY_LINUX] = {"kept"}});

CASE(bound_port, explicit_port, .family = ANY_FAMILY, .network = ANY_NETWORK, NAMES)
{
    struct endpoint own = asked_for_port(t), to = bound_datagram_socket(t, peer);
    struct address none = unspec_name(t);
    must(sk_connect(iut, own.fd, &to.address));
    sk_connect(iut, own.fd, &none);
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

RULE(free_port, "udp.dissolve.releases-chosen-port",
     .statement =
         "On Linux a port that the system chose for a datagram socket is released when its "
         "association is dissolved.",
     .level = LEVEL_MAY,
     .sources = {{POSIX_2016, "XSH connect(), DESCRIPTION: only the peer address is reset"},
                 {"Linux 6.18", "observed; connect(2) does not mention the local name"}},
     .outcome = {[BY_POSIX] = {"kept"}, [BY_LINUX] = {"released"}});

CASE(free_port, chosen_by_connect, .family = ANY_FAMILY, .network = ANY_NETWORK, NAMES)
{
    struct associated a = associated_socket(t, false);
    struct address none = unspec_name(t), before;
    must(sk_getsockname(iut, a.fd, &before));
    sk_connect(iut, a.fd, &none);
    observe_port(t, a.fd, &before);
}

CASE(free_port, chosen_by_bind, .family = ANY_FAMILY, .network = ANY_NETWORK, NAMES)
{
    struct associated a = associated_socket(t, true);
    struct address none = unspec_name(t), before;
    must(sk_getsockname(iut, a.fd, &before));
    sk_connect(iut, a.fd, &none);
    observe_port(t, a.fd, &before);
}

MUTANT(free_port, "AF_UNSPEC keeps the port that the system chose")
{
    struct address own;
    int fd = (int)call->argument[0];
    if (is_dissolving(call))
        sk_getsockname(m->real, fd, &own);
    mutate(m, call);
    if (is_dissolving(call) && call->result == 0) {
        struct address any = address_any(own.any.sa_family, address_port(&own));
        sk_bind(m->real, fd, &any);
        call_succeed(call, 0);
    }
}

RULE(wildcard, "udp.dissolve.wildcard-again",
     .statement = "On Linux the local address that connect() chose becomes the wildcard again when "
                  "the association is dissolved.",
     .level = LEVEL_MAY,
     .sources = {{"Linux 6.18", "observed; connect(2) does not mention the local name"}},
     .outcome = {[BY_LINUX] = {"no address"}});

CASE(wildcard, chosen_by_connect, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK,
     NAMES)
{
    struct associated a = associated_socket(t, false);
    struct address none = unspec_name(t), name;
    sk_connect(iut, a.fd, &none);
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
