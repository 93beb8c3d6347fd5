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

#define FRIENDS_ONLY                                                                               \
    {                                                                                              \
        [BY_POSIX] = {"friend then nothing"}, [BY_LINUX] = {"friend then nothing"},                \
        [BY_BSD] = {"friend then nothing"}, [BY_ZOS] = {                                           \
            "friend then nothing"                                                                  \
        }                                                                                          \
    }

RULE(strangers, "udp.connect.filters",
     .statement = "A connected datagram socket receives only datagrams from its peer's address and "
                  "port.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH connect(), DESCRIPTION; 2.10.6 Socket Types"},
                 {"connect(2)", "DESCRIPTION: the only address from which datagrams are received"},
                 {ZOS_API, "Streamline data transfer using connect call"},
                 {FREEBSD_CONNECT, "DESCRIPTION: the only address to receive from"}},
     .outcome = FRIENDS_ONLY);

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
        if (type == SOCK_DGRAM && call_address(call).any.sa_family != AF_UNSPEC) {
            mutate(m, call); /* it gets its local name */
            struct address none = address_unspec(sizeof(struct sockaddr_in6)), own;
            sk_getsockname(m->real, fd, &own);
            sk_connect(m->real, fd, &none);
            sk_bind(m->real, fd, &own);
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
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH connect(), DESCRIPTION: sets or resets the peer address"},
                 {"connect(2)", "DESCRIPTION"},
                 {FREEBSD_CONNECT, "DESCRIPTION: changes the association"}},
     .outcome = {[BY_POSIX] = {"new then nothing"},
                 [BY_LINUX] = {"new then nothing"},
                 [BY_BSD] = {"new then nothing"}});

CASE(changes, other_peer, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint own = bound_datagram_socket(t, iut);
    struct endpoint before = bound_datagram_socket(t, peer), now = bound_datagram_socket(t, peer);
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

RULE(queued, "udp.connect.queued-before",
     .statement =
         "On Linux and BSD datagrams that were queued before connect() are still received, "
         "whoever sent them.",
     .level = LEVEL_MAY,
     .sources = {{POSIX_2016, "XSH connect(): limits the sender for subsequent receives; says "
                              "nothing of what is queued"},
                 {"Linux 6.18", "observed; udp(7) does not mention the queue"}},
     .outcome = {[BY_POSIX] = {"*"}, [BY_LINUX] = {"early then friend"}});

CASE(queued, stranger, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint own = bound_datagram_socket(t, iut), friend = bound_datagram_socket(t, peer);
    struct endpoint stranger = bound_datagram_socket(t, peer);
    must(sk_sendto(peer, stranger.fd, "early", 5, 0, &own.address));
    await_data(t, iut, own.fd);
    must(sk_connect(iut, own.fd, &friend.address));
    must(sk_sendto(peer, friend.fd, "friend", 6, 0, &own.address));
    observe("%s", receive_next(t, iut, own.fd));
    observe("%s", receive_next(t, iut, own.fd));
}

MUTANT(queued, "connect() discards what is queued")
{
    char lost[64];
    mutate(m, call);
    if (call->operation == OP_CONNECT && call->result == 0)
        while (sk_recv(m->real, (int)call->argument[0], lost, sizeof lost, MSG_DONTWAIT) >= 0)
            continue;
}

RULE(prefers, "udp.connect.preferred",
     .statement =
         "Of two datagram sockets on one address and port, the one that is connected to the "
         "sender receives its datagrams.",
     .level = LEVEL_SHALL, .sources = {{"Linux 6.18", "observed; no manual describes the choice"}},
     .outcome = {[BY_LINUX] = {"to the connected one"}});

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
    bool first = strcmp(received(t, iut, connected), "x") == 0;
    observe("%s", first                                       ? "to the connected one"
                  : strcmp(received(t, iut, other), "x") == 0 ? "to the other one"
                                                              : "to neither");
}

/* The socket that was bound last gets everything, connected or not: of the two, the connected one
 * loses what it had. */
MUTANT(prefers, "the unconnected one of two sockets on a port receives")
{
    static int connected = -1;
    if (call->operation == OP_CONNECT)
        connected = (int)call->argument[0];
    if (call_receives(call) && call->argument[0] == connected)
        call_fail(call, EAGAIN);
    else
        mutate(m, call);
}
