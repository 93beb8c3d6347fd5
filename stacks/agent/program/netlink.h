/* What the routing socket and modules of Linux take, as the kernel has it: its headers do not go
 * with every C library. */
#ifndef SOCKSPEC_AGENT_NETLINK_H
#define SOCKSPEC_AGENT_NETLINK_H

#include <stdint.h>

/* Messages and attributes begin at multiples of 4. */
#define NETLINK_ALIGN(length_) (((length_) + 3) & ~UINT32_C(3))

enum {
    ROUTING = 0, /* NETLINK_ROUTE */
    /* Flags: a request; answer it; replace what is there; or make it. */
    IS_REQUEST = 0x1,
    WANTS_ANSWER = 0x4,
    REPLACES = 0x100,
    CREATES = 0x400,
    /* Types of messages. */
    NEW_ADDRESS = 20,
    NEW_NEIGHBOUR = 28,
    /* Attributes of addresses, and of neighbours. */
    ADDRESS_PREFIX = 1,
    ADDRESS_LOCAL = 2,
    ADDRESS_LIFE = 6,
    NEIGHBOUR_ADDRESS = 1,
    NEIGHBOUR_HARDWARE = 2,
    /* Their flags and states. */
    ADDRESS_AT_ONCE = 0x2, /* IFA_F_NODAD */
    NEIGHBOUR_PERMANENT = 0x80,
    /* Of finit_module(): a file that is compressed. */
    MODULE_COMPRESSED = 4,
};

struct netlink_header {
    uint32_t length;
    uint16_t type, flags;
    uint32_t sequence, port;
};

struct netlink_attribute {
    uint16_t length, type;
};

struct netlink_address {
    uint8_t family, prefix, flags, scope;
    uint32_t interface;
};

struct netlink_neighbour {
    uint8_t family, padding[3];
    int32_t interface;
    uint16_t state;
    uint8_t flags, type;
};

struct netlink_life {
    uint32_t preferred, valid, created, updated;
};

/* What is behind the header of an answer: 0, or an errno that is negative. */
struct netlink_answer {
    struct netlink_header header;
    int32_t error;
    char room[272];
};

#endif
