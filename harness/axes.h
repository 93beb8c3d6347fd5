/* Axes: what a case can be varied in. One line adds one. */
#ifndef SOCKSPEC_AXES_H
#define SOCKSPEC_AXES_H

/* An axis: its field in a case and a variant, and in the order of their bits its values as ids show
 * them, which are never more than AXIS_VALUES. */
#define AXES_TABLE(AXIS)                                                                           \
    AXIS(family, "ipv4", "ipv6", "mapped")                                                         \
    AXIS(network, "loopback", "pair", "line")                                                      \
    AXIS(role, "client", "server")                                                                 \
    AXIS(mode, "blocking", "nonblocking")                                                          \
    AXIS(readiness, "select", "poll", "epoll")                                                     \
    AXIS(send, "send", "sendto", "sendmsg", "write")                                               \
    AXIS(recv, "recv", "recvfrom", "recvmsg", "read")                                              \
    AXIS(type, "stream", "datagram")

enum { FAMILY_IPV4 = 1, FAMILY_IPV6 = 2, FAMILY_MAPPED = 4, ANY_FAMILY = 7 };
/* On a line the case itself forges and reads packets, at one end of a pair: fixtures/line.h. */
enum { ON_LOOPBACK = 1, ON_PAIR = 2, ANY_NETWORK = 3, ON_LINE = 4 };
/* Who called connect(): the IUT, or the peer (and the IUT accepted). */
enum { ROLE_CLIENT = 1, ROLE_SERVER = 2, ANY_ROLE = 3 };
enum { MODE_BLOCKING = 1, MODE_NONBLOCKING = 2, ANY_MODE = 3 };
enum { WITH_SELECT = 1, WITH_POLL = 2, WITH_EPOLL = 4, ANY_READINESS = 7 };
enum { WITH_SEND = 1, WITH_SENDTO = 2, WITH_SENDMSG = 4, WITH_WRITE = 8, ANY_SEND = 15 };
enum { WITH_RECV = 1, WITH_RECVFROM = 2, WITH_RECVMSG = 4, WITH_READ = 8, ANY_RECV = 15 };
enum { TYPE_STREAM = 1, TYPE_DATAGRAM = 2, ANY_TYPE = 3 };

enum axis {
#define AXIS_NUMBER(name_, ...) AXIS_##name_,
    AXES_TABLE(AXIS_NUMBER)
#undef AXIS_NUMBER
        AXIS_OWN, /* the first of a case's own */
    OWN_AXES = 3,
    AXES = AXIS_OWN + OWN_AXES,
    AXIS_VALUES = 16
};

/* The fields of a struct that has values on the axes that all cases share, by name or by number:
 * bits; of a case those that it runs over, of a variant one; 0 for an axis that it does not have.
 */
#define AXIS_FIELD(name_, ...) unsigned name_;
#define AXIS_FIELDS                                                                                \
    union {                                                                                        \
        unsigned on[AXIS_OWN];                                                                     \
        struct {                                                                                   \
            AXES_TABLE(AXIS_FIELD)                                                                 \
        };                                                                                         \
    };

/* An axis of a case's own: a name and the names of its values. */
struct own_axis {
    const char *name;
    const char *values[AXIS_VALUES];
    unsigned only; /* those that the case runs over, a bit each; 0: all */
};

#endif
