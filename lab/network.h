/* Isolated networks: where a case's sockets live.
 *
 * loopback: one namespace that both hosts share.
 * pair:     the IUT and the peer in a namespace each, joined by a veth pair. Both know the other's
 *           link-layer addresses for good, so no ARP or neighbour discovery is on the wire, and a
 *           changed entry holds back or loses what one side sends, without a packet filter.
 *
 * Either may also be one that is there already and that its user describes: then nothing in it is
 * ever changed. */
#ifndef SOCKSPEC_NETWORK_H
#define SOCKSPEC_NETWORK_H

#include "calls/address.h"

#include <stdbool.h>

enum network_kind { NETWORK_LOOPBACK, NETWORK_PAIR, NETWORK_KINDS };

enum side { SIDE_IUT, SIDE_PEER };

/* The addresses of a side. On loopback the two sides' are the same. */
enum place {
    PLACE_MAIN,       /* 192.0.2.1, 192.0.2.2; 2001:db8::1:1, ::1:2; on loopback 127.0.0.1, ::1 */
    PLACE_OTHER,      /* another address of the same host */
    PLACE_LINK_LOCAL, /* fe80::1, fe80::2 with the scope of the side's interface; IPv6 on a pair
                         only */
    PLACE_ABSENT,     /* an address on the link (or of the loopback net) that nobody has */
    PLACE_UNROUTED,   /* an address that no route leads to */
    PLACE_LINE,       /* on a pair an address on the peer's side that no kernel has */
    PLACES
};

/* A network that is there already. What is not known of it is 0: an index, an address's length. */
struct described {
    int netns;                            /* of the peer's sockets; -1: loopback, inside the IUT */
    unsigned ifindex[2];                  /* by side */
    struct address address[2][2][PLACES]; /* by side; IPv4, IPv6; place */
    bool errors_limited[2];               /* IPv4, IPv6: the peer's side rations ICMP errors */
    const char *unknown; /* why an address is not known; NULL: its user has not described it */
};

struct network {
    enum network_kind kind;
    int netns[2];        /* descriptors, by side; the same twice for loopback */
    unsigned ifindex[2]; /* of the interface towards the other side */
    struct nl_sock *route[2];
    struct diag *diag[2];
    struct leftovers *leftovers[2];
    bool elsewhere;        /* the IUT is no part of this machine's kernel */
    bool altered;          /* changed since it was made: not to be used again */
    bool rerouted;         /* and not by network_deliver() alone */
    struct hold *hold;     /* of what such an IUT sends, made when it is needed */
    struct line_end *line; /* see network_take_line() */

    const struct described *described; /* it was there already, and stays as it is; or NULL */
};

/* Makes the settings of every network in the namespace of this thread, which is ours. False with a
 * reason in one line if this machine does not let them be made; one that its kernel does not have
 * is none to make. */
bool network_settings(char *why, size_t size);

/* Builds a network; NULL with a reason and errno on failure: EOPNOTSUPP if this machine never can.
 */
struct network *network_create(enum network_kind kind, char *why, size_t size);

/* The same for a network that is there already; the description must stay. NULL without memory. */
struct network *network_describe(enum network_kind kind, const struct described *described);

/* Describes the loopback inside an implementation: the addresses of every loopback interface and,
 * in one that was made for a case, those of network_create(). */
void network_describe_inside(struct described *described, bool made);

/* Takes a side's addresses off its interface of a pair, for an implementation that uses the
 * interface itself. */
bool network_vacate(struct network *network, enum side side);

/* The loopback network inside an implementation that is at one end of a pair; holds nothing. */
struct network network_inside(const struct network *pair);

/* Opens network->line, the end of a line at PLACE_LINE of the peer's side of a pair, or empties the
 * one that is open. From then on an IUT of this machine's kernel finds that address, and leaves
 * neither checksums nor the cutting of segments to the link. False with errno. */
bool network_take_line(struct network *network);

/* Throws a network away. */
void network_free(struct network *network);

/* Makes a used network as good as new: true if it was not altered, no socket is left in it and
 * nothing else (lab/leftovers.h). What is left in a described one is its own business. */
bool network_clean(struct network *network);

/* Undoes what network_deliver() did, so that the network may be used again if it is clean; if more
 * was altered it stays so. */
void network_restore(struct network *network);

/* An address of a side, of AF_INET or AF_INET6, with a port. A scope is the one that this side
 * uses. */
struct address network_address(const struct network *network, enum side side, enum place place,
                               int family, int port);

/* Whether there is such an address: in a described network not each has to be known. If there is
 * none, says in one line what the description lacks. */
bool network_has(const struct network *network, enum side side, enum place place, int family,
                 char *why, size_t size);

/* The link-layer address of a side of a pair; NULL in a described network. */
const unsigned char *network_hardware(const struct network *network, enum side side);

/* What becomes of the packets that one side sends to the other's addresses, on a pair. */
enum delivery {
    NET_DELIVER, /* they arrive; what was held back is sent now, in order */
    NET_HOLD, /* they wait in the sender's neighbour queue, or on the way if the IUT is elsewhere */
    NET_LOSE, /* they go out to a link-layer address that nobody has, or are dropped on the way */
    NET_DISOWN, /* what is held back fails, and its sockets hear that the host is unreachable; false
               with EOPNOTSUPP if the IUT is elsewhere */
};
/* False with EOPNOTSUPP in a described network, as for the route below. */
bool network_deliver(struct network *network, enum side from, enum delivery delivery);

/* Makes the side treat its UNROUTED address as unreachable. */
bool network_unreachable_route(struct network *network, enum side side, int family);

#endif
