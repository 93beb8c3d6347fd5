/* The fields that values have on this platform. */
#include "calls/value.h"

#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#define FIELD(kind_, struct_, member_)                                                             \
    {                                                                                              \
        .kind = (kind_), .offset = offsetof(struct_, member_),                                     \
        .size = sizeof(((struct_ *)NULL)->member_), .count = 1                                     \
    }
#define SCALAR(name_, kind_, size_)                                                                \
    {                                                                                              \
        .name = (name_), .size = (size_), .field = { {(kind_), 0, (size_), 1} }                    \
    }
#define STRUCT(name_, struct_, ...)                                                                \
    {                                                                                              \
        .name = (name_), .size = sizeof(struct_), .field = { __VA_ARGS__ }                         \
    }

#ifdef __linux__
/* As the kernel has it; its header does not go with every C library's. */
struct extended_error {
    uint32_t error;
    uint8_t origin, type, code, padding;
    uint32_t info, data;
};
struct extended_error4 {
    struct extended_error error;
    struct sockaddr_in offender;
};
struct extended_error6 {
    struct extended_error error;
    struct sockaddr_in6 offender;
};
#define EXTENDED_ERROR                                                                             \
    FIELD(FIELD_ERROR, struct extended_error, error),                                              \
        FIELD(FIELD_UNSIGNED, struct extended_error, origin),                                      \
        FIELD(FIELD_UNSIGNED, struct extended_error, type),                                        \
        FIELD(FIELD_UNSIGNED, struct extended_error, code),                                        \
        FIELD(FIELD_UNSIGNED, struct extended_error, info),                                        \
        FIELD(FIELD_UNSIGNED, struct extended_error, data)
#endif

static const struct value_type types[VALUE_TYPES] = {
    [VALUE_BYTES] = {.name = "bytes"},
    [VALUE_TEXT] = {.name = "text"},
    [VALUE_INT] = SCALAR("int", FIELD_NUMBER, sizeof(int)),
    [VALUE_BYTE] = SCALAR("byte", FIELD_UNSIGNED, 1),
    [VALUE_UNSIGNED16] = SCALAR("unsigned16", FIELD_UNSIGNED, 2),
    [VALUE_UNSIGNED] = SCALAR("unsigned", FIELD_UNSIGNED, 4),
    [VALUE_UNSIGNED64] = SCALAR("unsigned64", FIELD_UNSIGNED, 8),
    [VALUE_NETWORK] = SCALAR("network", FIELD_NETWORK, 4),
    [VALUE_ERROR] = SCALAR("error", FIELD_ERROR, sizeof(int)),
    [VALUE_SOCKET_TYPE] = SCALAR("socket-type", FIELD_SOCKET_TYPE, sizeof(int)),
    [VALUE_FAMILY] = SCALAR("family", FIELD_FAMILY, sizeof(int)),
    [VALUE_PROTOCOL] = SCALAR("protocol", FIELD_PROTOCOL, sizeof(int)),
    [VALUE_LINGER] = STRUCT("linger", struct linger, FIELD(FIELD_NUMBER, struct linger, l_onoff),
                            FIELD(FIELD_NUMBER, struct linger, l_linger)),
    [VALUE_TIMEVAL] = STRUCT("timeval", struct timeval, FIELD(FIELD_NUMBER, struct timeval, tv_sec),
                             FIELD(FIELD_MICROSECONDS, struct timeval, tv_usec)),
    [VALUE_TIMESPEC] =
        STRUCT("timespec", struct timespec, FIELD(FIELD_NUMBER, struct timespec, tv_sec),
               FIELD(FIELD_NANOSECONDS, struct timespec, tv_nsec)),
    [VALUE_TIMESPECS] = {.name = "timespecs",
                         .size = sizeof(struct timespec),
                         .repeats = true,
                         .field = {FIELD(FIELD_NUMBER, struct timespec, tv_sec),
                                   FIELD(FIELD_NANOSECONDS, struct timespec, tv_nsec)}},
    [VALUE_IPV4] = SCALAR("ipv4", FIELD_ADDRESS, sizeof(struct in_addr)),
    [VALUE_MREQ] =
        STRUCT("mreq", struct ip_mreq, FIELD(FIELD_ADDRESS, struct ip_mreq, imr_multiaddr),
               FIELD(FIELD_ADDRESS, struct ip_mreq, imr_interface)),
    [VALUE_MREQN] =
        STRUCT("mreqn", struct ip_mreqn, FIELD(FIELD_ADDRESS, struct ip_mreqn, imr_multiaddr),
               FIELD(FIELD_ADDRESS, struct ip_mreqn, imr_address),
               FIELD(FIELD_NUMBER, struct ip_mreqn, imr_ifindex)),
#ifndef __dietlibc__
    [VALUE_MREQ_SOURCE] = STRUCT("mreq-source", struct ip_mreq_source,
                                 FIELD(FIELD_ADDRESS, struct ip_mreq_source, imr_multiaddr),
                                 FIELD(FIELD_ADDRESS, struct ip_mreq_source, imr_interface),
                                 FIELD(FIELD_ADDRESS, struct ip_mreq_source, imr_sourceaddr)),
    [VALUE_MTU_INFO] =
        STRUCT("mtu-info", struct ip6_mtuinfo, FIELD(FIELD_NAME, struct ip6_mtuinfo, ip6m_addr),
               FIELD(FIELD_UNSIGNED, struct ip6_mtuinfo, ip6m_mtu)),
#endif
    [VALUE_IPV6_MREQ] = STRUCT("ipv6-mreq", struct ipv6_mreq,
                               FIELD(FIELD_ADDRESS, struct ipv6_mreq, ipv6mr_multiaddr),
                               FIELD(FIELD_UNSIGNED, struct ipv6_mreq, ipv6mr_interface)),
#ifdef IP_PKTINFO
    [VALUE_PKTINFO] =
        STRUCT("pktinfo", struct in_pktinfo, FIELD(FIELD_UNSIGNED, struct in_pktinfo, ipi_ifindex),
               FIELD(FIELD_ADDRESS, struct in_pktinfo, ipi_spec_dst),
               FIELD(FIELD_ADDRESS, struct in_pktinfo, ipi_addr)),
#endif
    [VALUE_PKTINFO6] =
        STRUCT("pktinfo6", struct in6_pktinfo, FIELD(FIELD_ADDRESS, struct in6_pktinfo, ipi6_addr),
               FIELD(FIELD_UNSIGNED, struct in6_pktinfo, ipi6_ifindex)),
    [VALUE_NAME4] = SCALAR("name4", FIELD_NAME, sizeof(struct sockaddr_in)),
    [VALUE_NAME6] = SCALAR("name6", FIELD_NAME, sizeof(struct sockaddr_in6)),
#ifdef __linux__
    [VALUE_CREDENTIALS] =
        STRUCT("credentials", struct ucred, FIELD(FIELD_NUMBER, struct ucred, pid),
               FIELD(FIELD_UNSIGNED, struct ucred, uid), FIELD(FIELD_UNSIGNED, struct ucred, gid)),
    [VALUE_EXTENDED_ERROR4] = STRUCT("extended-error4", struct extended_error4, EXTENDED_ERROR,
                                     FIELD(FIELD_NAME, struct extended_error4, offender)),
    [VALUE_EXTENDED_ERROR6] = STRUCT("extended-error6", struct extended_error6, EXTENDED_ERROR,
                                     FIELD(FIELD_NAME, struct extended_error6, offender)),
    /* Linux's, as far as the C library's header has it. */
    [VALUE_TCP_INFO] = {.name = "tcp-info",
                        .size = 104,
                        .grows = true,
                        .field = {{FIELD_UNSIGNED, 0, 1, 6},
                                  {FIELD_HALVES, 6, 1, 1},
                                  {FIELD_UNSIGNED, 7, 1, 1},
                                  {FIELD_UNSIGNED, 8, 4, 24}}},
#endif
    [VALUE_DESCRIPTORS] = {.name = "descriptors",
                           .size = sizeof(int),
                           .repeats = true,
                           .field = {{FIELD_NUMBER, 0, sizeof(int), 1}}},
    [VALUE_INTERFACE_NUMBER] =
        STRUCT("interface-number", struct ifreq, FIELD(FIELD_TEXT, struct ifreq, ifr_name),
               {FIELD_NUMBER, offsetof(struct ifreq, ifr_addr), sizeof(int), 1}),
    [VALUE_INTERFACE_FLAGS] =
        STRUCT("interface-flags", struct ifreq, FIELD(FIELD_TEXT, struct ifreq, ifr_name),
               {FIELD_NUMBER, offsetof(struct ifreq, ifr_addr), sizeof(short), 1}),
    [VALUE_INTERFACE_NAME] =
        STRUCT("interface-name", struct ifreq, FIELD(FIELD_TEXT, struct ifreq, ifr_name),
               FIELD(FIELD_NAME, struct ifreq, ifr_addr)),
};

const struct value_type *value_type(enum value_id id)
{
    return &types[id];
}
