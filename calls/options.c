#include "calls/options.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* What is no int. Several rows of one name: what is taken by length, the first one by default. */
struct row {
    const char *name;
    enum value_id id;
};

static const struct row options[] = {
    {"SO_LINGER", VALUE_LINGER},
    {"SO_ERROR", VALUE_ERROR},
    {"SO_TYPE", VALUE_SOCKET_TYPE},
    {"SO_DOMAIN", VALUE_FAMILY},
    {"SO_PROTOCOL", VALUE_PROTOCOL},
    {"SO_SNDTIMEO", VALUE_TIMEVAL},
    {"SO_RCVTIMEO", VALUE_TIMEVAL},
    {"SO_BINDTODEVICE", VALUE_TEXT},
    {"SO_PEERCRED", VALUE_CREDENTIALS},
    {"SO_PEERSEC", VALUE_TEXT},
    {"SO_COOKIE", VALUE_UNSIGNED64},
    {"SO_MARK", VALUE_UNSIGNED},
    {"TCP_INFO", VALUE_TCP_INFO},
    {"TCP_CONGESTION", VALUE_TEXT},
    {"IP_MULTICAST_IF", VALUE_IPV4},
    {"IP_MULTICAST_IF", VALUE_MREQ},
    {"IP_MULTICAST_IF", VALUE_MREQN},
    {"IP_ADD_MEMBERSHIP", VALUE_MREQ},
    {"IP_ADD_MEMBERSHIP", VALUE_MREQN},
    {"IP_DROP_MEMBERSHIP", VALUE_MREQ},
    {"IP_DROP_MEMBERSHIP", VALUE_MREQN},
    {"IP_ADD_SOURCE_MEMBERSHIP", VALUE_MREQ_SOURCE},
    {"IP_DROP_SOURCE_MEMBERSHIP", VALUE_MREQ_SOURCE},
    {"IP_BLOCK_SOURCE", VALUE_MREQ_SOURCE},
    {"IP_UNBLOCK_SOURCE", VALUE_MREQ_SOURCE},
    {"IP_UNICAST_IF", VALUE_NETWORK},
    {"IP_OPTIONS", VALUE_BYTES},
    {"IPV6_JOIN_GROUP", VALUE_IPV6_MREQ},
    {"IPV6_LEAVE_GROUP", VALUE_IPV6_MREQ},
    {"IPV6_UNICAST_IF", VALUE_NETWORK},
    {"IPV6_ADDRFORM", VALUE_FAMILY},
    {"IPV6_PKTINFO", VALUE_PKTINFO6},
    {"IPV6_NEXTHOP", VALUE_NAME6},
    {"IPV6_PATHMTU", VALUE_MTU_INFO},
    {"IPV6_HOPOPTS", VALUE_BYTES},
    {"IPV6_DSTOPTS", VALUE_BYTES},
    {"IPV6_RTHDR", VALUE_BYTES},
    {NULL, VALUE_BYTES},
};

static const struct row controls[] = {
    {"SCM_RIGHTS", VALUE_DESCRIPTORS},
    {"SCM_CREDENTIALS", VALUE_CREDENTIALS},
    {"SCM_TIMESTAMP", VALUE_TIMEVAL},
    {"SCM_TIMESTAMPNS", VALUE_TIMESPEC},
    {"SCM_TIMESTAMPING", VALUE_TIMESPECS},
    {"SO_RXQ_OVFL", VALUE_UNSIGNED},
    {"IP_PKTINFO", VALUE_PKTINFO},
    {"IP_RECVDSTADDR", VALUE_IPV4},
    {"IP_RECVORIGDSTADDR", VALUE_NAME4},
    {"IP_TOS", VALUE_BYTE},
    {"IP_TOS", VALUE_INT},
    {"IP_RECVTOS", VALUE_BYTE}, /* on BSD */
    {"IP_RECVTTL", VALUE_BYTE},
    {"IP_RECVERR", VALUE_EXTENDED_ERROR4},
    {"IP_RETOPTS", VALUE_BYTES},
    {"IP_RECVOPTS", VALUE_BYTES},
    {"IPV6_PKTINFO", VALUE_PKTINFO6},
    {"IPV6_RECVERR", VALUE_EXTENDED_ERROR6},
    {"IPV6_FLOWINFO", VALUE_NETWORK},
    {"IPV6_PATHMTU", VALUE_MTU_INFO},
    {"IPV6_HOPOPTS", VALUE_BYTES},
    {"IPV6_DSTOPTS", VALUE_BYTES},
    {"IPV6_RTHDR", VALUE_BYTES},
    {"UDP_SEGMENT", VALUE_UNSIGNED16},
    {NULL, VALUE_BYTES},
};

static const struct row requests[] = {
    {"SIOCGSTAMP", VALUE_TIMEVAL},           {"SIOCGSTAMPNS", VALUE_TIMESPEC},
    {"SIOCGIFNAME", VALUE_INTERFACE_NUMBER}, {"SIOCGIFINDEX", VALUE_INTERFACE_NUMBER},
    {"SIOCGIFMTU", VALUE_INTERFACE_NUMBER},  {"SIOCGIFFLAGS", VALUE_INTERFACE_FLAGS},
    {"SIOCGIFADDR", VALUE_INTERFACE_NAME},   {NULL, VALUE_BYTES},
};

static const struct value_type *by_length(uint32_t length)
{
    return value_type(length == sizeof(int) ? VALUE_INT : VALUE_BYTES);
}

/* The type of what has this name, or none. */
static const struct value_type *find(const struct row *row, const char *name, uint32_t length)
{
    const struct value_type *first = NULL;
    if (!name)
        return by_length(length);
    for (; row->name; row++) {
        const struct value_type *type = value_type(row->id);
        if (strcmp(row->name, name) != 0)
            continue;
        if (!type->name) /* this platform has no such structure */
            type = by_length(length);
        if (type->size == length)
            return type;
        if (!first)
            first = type;
    }
    return first ? first : value_type(VALUE_INT);
}

/* Whether the level's options are known by their own names. */
static bool known_level(int level)
{
    return level == SOL_SOCKET || symbol_options(level) != SYMBOLS_SOL_SOCKET;
}

static const char *name_in(enum symbol_group group, int level, int number)
{
    return known_level(level) ? symbol_name(group, number) : NULL;
}

const struct value_type *option_type(int level, int option, uint32_t length)
{
    return find(options, name_in(symbol_options(level), level, option), length);
}

enum symbol_group control_group(int level)
{
    return level == SOL_SOCKET ? SYMBOLS_CONTROL : symbol_options(level);
}

const struct value_type *control_type(int level, int type, uint32_t length)
{
    return find(controls, name_in(control_group(level), level, type), length);
}

const struct value_type *request_type(int64_t request, uint32_t length)
{
    return find(requests, symbol_name(SYMBOLS_REQUEST, request), length);
}
