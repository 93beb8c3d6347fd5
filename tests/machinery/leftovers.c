/* What cases leave in a network that no process holds, and that the next case must not see. */
#include "lab/namespace.h"
#include "tests/machinery/misbehaviour.h"

#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { USUAL_MTU = 1500, SMALL_MTU = 1300 };

/* A socket of this process in a side's namespace. */
static int own_socket(struct test *t, enum side side, int family, int type, int protocol)
{
    namespace_enter(t->net->netns[side]);
    int fd = socket(family, type | SOCK_CLOEXEC, protocol);
    require(fd >= 0, "no socket");
    return fd;
}

/* The path MTU to the peer as a new socket of the IUT's side sees it, which stays open with a name.
 */
static int path_mtu(struct test *t, int *fd, struct address *name)
{
    bool ipv6 = t->peer_domain == AF_INET6;
    struct address to = network_address(t->net, SIDE_PEER, PLACE_MAIN, t->peer_domain, 7000);
    int mtu = 0;
    *fd = own_socket(t, SIDE_IUT, t->peer_domain, SOCK_DGRAM, 0);
    name->length = sizeof name->storage;
    require(connect(*fd, &to.any, to.length) == 0 &&
                getsockname(*fd, &name->any, &name->length) == 0 &&
                getsockopt(*fd, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_MTU : IP_MTU, &mtu,
                           &(socklen_t){sizeof mtu}) == 0,
            "no path MTU");
    return mtu;
}

static struct udphdr header_of_datagram(const struct address *from)
{
    return (struct udphdr){
        .source = htons((uint16_t)address_port(from)), .dest = htons(7000), .len = htons(8)};
}

static uint16_t checksum(const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    uint32_t sum = 0;
    for (size_t i = 0; i < size; i += 2)
        sum += (uint32_t)at[i] << 8 | at[i + 1];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return htons((uint16_t)~sum);
}

/* The peer's side says that a datagram of this socket was too big. */
static void send_too_big_ipv4(struct test *t, const struct address *from, const struct address *to)
{
    struct {
        struct icmphdr icmp;
        struct iphdr ip;
        struct udphdr udp;
    } error = {{.type = ICMP_DEST_UNREACH, .code = ICMP_FRAG_NEEDED},
               {.version = 4,
                .ihl = 5,
                .tot_len = htons(USUAL_MTU),
                .ttl = 64,
                .protocol = IPPROTO_UDP,
                .saddr = from->in.sin_addr.s_addr,
                .daddr = to->in.sin_addr.s_addr},
               header_of_datagram(from)};
    error.icmp.un.frag.mtu = htons(SMALL_MTU);
    error.icmp.checksum = checksum(&error, sizeof error);
    struct address there = address_with_port(*from, 0);
    int raw = own_socket(t, SIDE_PEER, AF_INET, SOCK_RAW, IPPROTO_ICMP);
    require(sendto(raw, &error, sizeof error, 0, &there.any, there.length) == sizeof error,
            "no ICMP");
    close(raw);
}

static void send_too_big_ipv6(struct test *t, const struct address *from, const struct address *to)
{
    struct {
        struct icmp6_hdr icmp;
        struct ip6_hdr ip;
        struct udphdr udp;
    } error = {{.icmp6_type = ICMP6_PACKET_TOO_BIG},
               {.ip6_src = from->in6.sin6_addr, .ip6_dst = to->in6.sin6_addr},
               header_of_datagram(from)};
    error.icmp.icmp6_mtu = htonl(SMALL_MTU);
    error.ip.ip6_vfc = 6 << 4;
    error.ip.ip6_plen = htons(USUAL_MTU - 40);
    error.ip.ip6_nxt = IPPROTO_UDP;
    error.ip.ip6_hlim = 64;
    struct address there = address_with_port(*from, 0);
    int raw = own_socket(t, SIDE_PEER, AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
    require(sendto(raw, &error, sizeof error, 0, &there.any, there.length) == sizeof error,
            "no ICMP");
    close(raw);
}

MISBEHAVIOUR(route, "leaves-route-exception", harmless);
CASE(route, a_leaves, .network = ON_PAIR, .family = FAMILY_IPV4 | FAMILY_IPV6)
{
    struct address to = network_address(t->net, SIDE_PEER, PLACE_MAIN, t->peer_domain, 7000);
    struct address name;
    struct backoff backoff = backoff_begin(patience);
    int fd, mtu = path_mtu(t, &fd, &name);
    while (mtu == USUAL_MTU && backoff_wait(&backoff)) {
        if (t->peer_domain == AF_INET6)
            send_too_big_ipv6(t, &name, &to);
        else
            send_too_big_ipv4(t, &name, &to);
        close(fd);
        mtu = path_mtu(t, &fd, &name);
    }
    observe("%s", mtu == SMALL_MTU ? "good" : "bad");
}
CASE(route, b_sees_none, .network = ON_PAIR, .family = FAMILY_IPV4 | FAMILY_IPV6)
{
    struct address name;
    int fd, mtu = path_mtu(t, &fd, &name);
    observe("%s", mtu == USUAL_MTU ? "good" : "bad");
}

/* A neighbour that nobody has. */
MISBEHAVIOUR(neighbour, "leaves-neighbour", harmless);
static bool knows_absent(struct test *t)
{
    char line[256], text[64];
    bool found = false;
    struct address absent = network_address(t->net, SIDE_IUT, PLACE_ABSENT, AF_INET, 0);
    inet_ntop(AF_INET, &absent.in.sin_addr, text, sizeof text);
    namespace_enter(t->net->netns[SIDE_IUT]);
    FILE *file = fopen("/proc/thread-self/net/arp", "re");
    require(file, "no table");
    while (fgets(line, sizeof line, file))
        found |= strncmp(line, text, strlen(text)) == 0;
    fclose(file);
    return found;
}
CASE(neighbour, a_leaves, .network = ON_PAIR)
{
    struct address absent = place_of(t, iut, PLACE_ABSENT, 7000);
    must(sk_sendto(iut, datagram_socket(t, iut), "x", 1, 0, &absent));
    observe("%s", knows_absent(t) ? "good" : "bad");
}
CASE(neighbour, b_sees_none, .network = ON_PAIR)
{
    observe("%s", knows_absent(t) ? "bad" : "good");
}
