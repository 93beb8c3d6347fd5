/* Whose datagrams a connected datagram socket receives. */
#include "suites/suite.h"

/* connect() on datagram sockets is only remembered: it names the peer and says where send() goes,
 * but the kernel filters nothing. */
static struct {
    bool on;
    int fd;
    struct address to;
} remembered;

static void send_to_remembered(struct mutation *m, struct call *call)
{
    int result = sk_sendto(m->real, remembered.fd, call_data(call)->bytes, call_data(call)->length,
                           call_flags(call) ? (int)*call_flags(call) : 0, &remembered.to);
    if (result < 0)
        call_fail(call, -result);
    else
        call_succeed(call, result);
}

/* The IUT's socket is connected to `friend`; a stranger sends first, the friend after it. */
static void observe_strangers(struct test *t, const struct endpoint *own, struct endpoint friend,
                              struct endpoint stranger)
{
    must(sk_connect(t->iut, own->fd, &friend.address));
    must(sk_sendto(t->peer, stranger.fd, "stranger", 8, 0, &own->address));
    must(sk_sendto(t->peer, friend.fd, "friend", 6, 0, &own->address));
    observe("%s", receive_next(t, t->iut, own->fd));
    observe("%s", received(t, t->iut, own->fd));
}

RULE(strangers, "udp.connect.filters",
     .statement = "A connected datagram socket receives only datagrams from its peer's address and "
                  "port.",
     .outcome = {
         [BY_POSIX] = {"friend then nothing",
                       {"posix.connect.datagram.receives-only-from-peer",
                        "posix.sockets.types.dgram.only-from-peer"}},
         [BY_LINUX] = {"friend then nothing", {"linux.connect.2.datagram-filter"}},
         [BY_BSD] = {"friend then nothing", {"freebsd.connect.2.dgram-receives-from-peer-only"}},
         [BY_ZOS] = {"friend then nothing", {"zos.datagram.receives-from-peer-only"}}});

CASE(strangers, foreign_port, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint own = bound_datagram_socket(t, iut);
    observe_strangers(t, &own, bound_datagram_socket(t, peer), bound_datagram_socket(t, peer));
}

CASE(strangers, foreign_address, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint own = bound_datagram_socket(t, iut);
    observe_strangers(t, &own, bound_datagram_socket(t, peer),
                      bound_socket(t, peer, SOCK_DGRAM, PLACE_OTHER));
}

/* The same port number at another address of the peer. */
CASE(strangers, same_port_other_address, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint own = bound_datagram_socket(t, iut), friend = bound_datagram_socket(t, peer);
    struct address there = place_of(t, peer, PLACE_OTHER, address_port(&friend.name));
    struct endpoint stranger = {.fd = datagram_socket(t, peer)};
    must(sk_bind(peer, stranger.fd, &there));
    observe_strangers(t, &own, friend, stranger);
}

MUTANT(strangers, "connect() on a datagram socket filters nothing")
{
    int fd = (int)call->argument[0], type = 0;
    if (call->operation == OP_CONNECT) {
        sk_getsockopt(m->real, fd, SOL_SOCKET, SO_TYPE, &type);
        if (type == SOCK_DGRAM) {
            call_succeed(call, 0);
            remembered.on = true;
            remembered.fd = fd;
            remembered.to = call_address(call);
            return;
        }
    }
    bool sends = call->operation == OP_SEND || call->operation == OP_WRITE;
    if (remembered.on && fd == remembered.fd && sends)
        send_to_remembered(m, call);
    else
        mutate(m, call);
}

/* ---- what changes when the peer changes ---- */

RULE(changes, "udp.connect.filter-changes",
     .statement = "After another connect() a datagram socket receives from the new peer and not "
                  "from the old one.",
     .outcome = {
         [BY_POSIX] = {"new then nothing",
                       {"posix.connect.connects-or-sets-peer",
                        "posix.connect.datagram.receives-only-from-peer"}},
         [BY_LINUX] = {"new then nothing",
                       {"linux.connect.2.many-times", "linux.connect.2.datagram-filter"}},
         [BY_BSD] = {"new then nothing",
                     {"freebsd.connect.2.dgram-many-times",
                      "freebsd.connect.2.dgram-receives-from-peer-only"}},
         [BY_ZOS] = {"new then nothing",
                     {"zos.connect.rexx.udp-many-times", "zos.datagram.receives-from-peer-only"}}});

CASE(changes, other_peer, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .axes = {{"new", {"other-port", "other-address"}}})
{
    struct endpoint own = bound_datagram_socket(t, iut);
    struct endpoint before = bound_datagram_socket(t, peer);
    enum place place = t->chosen[0] ? PLACE_OTHER : PLACE_MAIN;
    struct endpoint now = bound_socket(t, peer, SOCK_DGRAM, place);
    must(sk_connect(iut, own.fd, &before.address));
    must(sk_connect(iut, own.fd, &now.address));
    must(sk_sendto(peer, before.fd, "old", 3, 0, &own.address));
    must(sk_sendto(peer, now.fd, "new", 3, 0, &own.address));
    observe("%s", receive_next(t, iut, own.fd));
    observe("%s", received(t, iut, own.fd));
}

MUTANT(changes, "a second connect() gives 0 and changes nothing")
{
    static bool connected;
    if (call->operation == OP_CONNECT && connected) {
        call_succeed(call, 0);
        return;
    }
    mutate(m, call);
    connected |= call->operation == OP_CONNECT && call->result == 0;
}

/* POSIX has the peer limit the sender for later recv() calls, and this is one. Linux limits who can
 * put a datagram into the queue, and its pages can be read so. */
RULE(queued, "udp.connect.queued-before",
     .statement = "recv() gives no datagram that a stranger sent before connect(); on Linux what "
                  "was queued is still received.",
     .outcome = {[BY_POSIX] = {"friend then nothing",
                               {"posix.connect.datagram.receives-only-from-peer",
                                "posix.sockets.types.dgram.only-from-peer"}}},
     .pinned = {[BY_LINUX] = "early then friend"});

CASE(queued, stranger, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint own = bound_datagram_socket(t, iut), friend = bound_datagram_socket(t, peer);
    struct endpoint stranger = bound_datagram_socket(t, peer);
    must(sk_sendto(peer, stranger.fd, "early", 5, 0, &own.address));
    await_data(t, iut, own.fd);
    must(sk_connect(iut, own.fd, &friend.address));
    must(sk_sendto(peer, friend.fd, "friend", 6, 0, &own.address));
    /* Sent to another socket after it, so that it has arrived when this has. */
    struct endpoint last = bound_datagram_socket(t, iut);
    must(sk_sendto(peer, friend.fd, "last", 4, 0, &last.address));
    await_data(t, iut, last.fd);
    observe("%s", receive_next(t, iut, own.fd));
    observe("%s", received(t, iut, own.fd));
}

/* The text of datagrams is changed, so that this is wrong for everybody. */
MUTANT(queued, "connect() spoils what is queued")
{
    static bool connected;
    mutate(m, call);
    connected |= call->operation == OP_CONNECT && call->result == 0;
    if (connected && call_receives(call) && call->result > 0)
        ((char *)call_data(call)->bytes)[0] ^= 1;
}

RULE(prefers, "udp.connect.preferred",
     .statement =
         "On Linux, of two datagram sockets on one address and port, the one that is connected to "
         "the sender receives its datagrams.",
     .pinned = {[BY_LINUX] = "to the connected one"});

CASE(prefers, connected_first, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .axes = {{"order", {"connected-first", "connected-last"}}})
{
    struct endpoint sender = bound_datagram_socket(t, peer), own[2];
    for (int i = 0; i < 2; i++) {
        struct address here = i == 0 ? place_of(t, iut, PLACE_MAIN, 0) : own[0].name;
        own[i].fd = datagram_socket(t, iut);
        must(sk_setsockopt(iut, own[i].fd, SOL_SOCKET, SO_REUSEADDR, 1));
        must(sk_bind(iut, own[i].fd, &here));
        must(sk_getsockname(iut, own[i].fd, &own[i].name));
    }
    struct address to = as_written_by(t, peer, own[0].name);
    int connected = own[t->chosen[0]].fd, other = own[!t->chosen[0]].fd;
    must(sk_connect(iut, connected, &sender.address));
    must(sk_sendto(peer, sender.fd, "x", 1, 0, &to));
    /* Sent to the other's address alone, so that it is the last that arrives. */
    struct endpoint last = bound_datagram_socket(t, iut);
    must(sk_sendto(peer, sender.fd, "last", 4, 0, &last.address));
    await_data(t, iut, last.fd);
    bool to_connected = strcmp(received(t, iut, connected), "x") == 0;
    bool to_other = strcmp(received(t, iut, other), "x") == 0;
    observe("%s", to_connected && to_other ? "to both"
                  : to_connected           ? "to the connected one"
                  : to_other               ? "to the other one"
                                           : "to neither");
}

MUTANT(prefers, "the connected one of two sockets on a port loses what it had")
{
    static int connected = -1;
    if (call->operation == OP_CONNECT)
        connected = (int)call->argument[0];
    if (call_receives(call) && call->argument[0] == connected)
        call_fail(call, EAGAIN);
    else
        mutate(m, call);
}
