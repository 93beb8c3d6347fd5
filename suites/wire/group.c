/* Sending to groups, joining and leaving them. */
#include "suites/wire/many.h"

#include "calls/clock.h"

/* Those of the case: what hosts say of a group they may say again when it is left already. */
static char group4[INET_ADDRSTRLEN], group6[INET6_ADDRSTRLEN];

static void choose_groups(void)
{
    uint32_t number = line_random();
    snprintf(group4, sizeof group4, "239.192.%u.%u", number >> 8 & 255, number & 255);
    snprintf(group6, sizeof group6, "ff12::7:%x", number & 0xffff);
}

static struct address group_of(const struct test *t, int port)
{
    return address_of(t->domain == AF_INET6 ? group6 : group4, port);
}

static struct line line_with_groups(struct test *t)
{
    choose_groups();
    return line_to_many(t);
}

/* A datagram socket of the IUT's main address, whose multicast packets leave towards the line: the
 * interface that a system chooses may be another. */
static int sender(struct test *t)
{
    struct endpoint own = bound_datagram_socket(t, t->iut);
    if (t->domain == AF_INET)
        must(sk_setsockopt_bytes(t->iut, own.fd, IPPROTO_IP, IP_MULTICAST_IF, &own.name.in.sin_addr,
                                 sizeof own.name.in.sin_addr));
    else
        must(sk_setsockopt(t->iut, own.fd, IPPROTO_IPV6, IPV6_MULTICAST_IF,
                           (int)t->net->ifindex[SIDE_IUT]));
    return own.fd;
}

/* An option of IPv4's groups. Linux documents an int, BSD an unsigned char: an implementation need
 * not take both. */
static void set_multicast(struct test *t, int fd, int option, int value)
{
    unsigned char byte = (unsigned char)value;
    int result = sk_setsockopt(t->iut, fd, IPPROTO_IP, option, value);
    if (result == -EINVAL)
        must(sk_setsockopt_bytes(t->iut, fd, IPPROTO_IP, option, &byte, sizeof byte));
    else
        must(result);
}

static void send_to_group(struct test *t, int fd, int port)
{
    struct address to = group_of(t, port);
    must(sk_sendto(t->iut, fd, "abc", 3, 0, &to));
}

/* ---- the header ---- */

RULE(ttl, "wire.group.ttl",
     .statement = "Datagrams to groups have the time to live of IP_MULTICAST_TTL, 1 unless "
                  "setsockopt() set it.",
     .outcome = {
         [BY_LINUX] = {"1 then 7",
                       {"linux.ip.7.ip-multicast-ttl", "linux.ip.7.ip-multicast-ttl-default"}},
         [BY_BSD] = {"1 then 7",
                     {"freebsd.ip.4.ip-multicast-ttl", "freebsd.ip.4.ip-multicast-ttl-default"}}});

RULE(hops, "wire.group.hops",
     .statement = "Datagrams to groups have the hop limit of IPV6_MULTICAST_HOPS, 1 unless "
                  "setsockopt() set it.",
     .outcome = {[BY_POSIX] = {"1 then 7",
                               {"posix.sockets.ipv6.multicast-hops.limit",
                                "posix.sockets.ipv6.multicast-hops.default"}},
                 [BY_LINUX] = {"1 then 7",
                               {"linux.ipv6.7.ipv6-multicast-hops",
                                "posix.sockets.ipv6.multicast-hops.default"}},
                 [BY_BSD] = {"1 then 7",
                             {"freebsd.ip6.4.ipv6-multicast-hops",
                              "posix.sockets.ipv6.multicast-hops.default"}}});

/* The options for sending to one host are about something else. */
static void observe_hops(struct test *t)
{
    struct line line = line_with_groups(t);
    int fd = sender(t), level = t->domain == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
    must(sk_setsockopt(t->iut, fd, level, t->domain == AF_INET ? IP_TTL : IPV6_UNICAST_HOPS, 9));
    send_to_group(t, fd, 4711);
    observe("%d", see_datagram(&line, group_of(t, 4711), false).hops);
    if (t->domain == AF_INET)
        set_multicast(t, fd, IP_MULTICAST_TTL, 7);
    else
        must(sk_setsockopt(t->iut, fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 7));
    send_to_group(t, fd, 4711);
    observe("%d", see_datagram(&line, group_of(t, 4711), false).hops);
}

CASE(ttl, datagram, .network = ON_LINE, .family = FAMILY_IPV4)
{
    observe_hops(t);
}

/* RFC 1112 does not say whether a time to live for single hosts is one for groups. */
CASE(ttl, alone, .network = ON_LINE, .family = FAMILY_IPV4,
     .outcome = {[BY_RFC] = {"1 then 7", {"rfc1112.send-ttl-default", "rfc1112.send-ttl"}}})
{
    struct line line = line_with_groups(t);
    int fd = sender(t);
    send_to_group(t, fd, 4711);
    observe("%d", see_datagram(&line, group_of(t, 4711), false).hops);
    set_multicast(t, fd, IP_MULTICAST_TTL, 7);
    send_to_group(t, fd, 4711);
    observe("%d", see_datagram(&line, group_of(t, 4711), false).hops);
}

MUTANT(ttl, "IP_MULTICAST_TTL is ignored")
{
    ignore_option(m, call, IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS);
}

CASE(hops, datagram, .network = ON_LINE, .family = FAMILY_IPV6)
{
    observe_hops(t);
}

MUTANT(hops, "IPV6_MULTICAST_HOPS is ignored")
{
    ignore_option(m, call, IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS);
}

RULE(ethernet, "wire.group.ethernet",
     .statement = "A datagram to an IPv4 group goes to the Ethernet address that its low 23 bits "
                  "make.",
     .outcome = {[BY_LINUX] = {"01-00-5e-40-07-09", {"rfc1112.ethernet-address"}},
                 [BY_RFC] = {"01-00-5e-40-07-09", {"rfc1112.ethernet-address"}}});

CASE(ethernet, datagram, .network = ON_LINE, .family = FAMILY_IPV4)
{
    struct line line = line_with_groups(t);
    struct address to = address_of("239.192.7.9", 4711);
    must(sk_sendto(iut, sender(t), "abc", 3, 0, &to));
    struct packet packet = see_datagram(&line, to, false);
    observe("%02x-%02x-%02x-%02x-%02x-%02x", packet.to[0], packet.to[1], packet.to[2], packet.to[3],
            packet.to[4], packet.to[5]);
}

MUTANT_ON_WIRE(ethernet, "24 bits are taken")
{
    if (heading == FROM_IUT && packet->protocol == IPPROTO_UDP)
        packet->to[3] |= 128;
    return true;
}

/* ---- where to ---- */

RULE(interface, "wire.group.interface",
     .statement = "Datagrams to groups leave by the interface whose address setsockopt() set as "
                  "IP_MULTICAST_IF.",
     .outcome = {[BY_LINUX] = {"seen then not seen", {"linux.ip.7.ip-multicast-if"}},
                 [BY_BSD] = {"seen then not seen", {"freebsd.ip.4.ip-multicast-if"}}});

static void send_by_interface(struct test *t, int fd, struct address by, int port)
{
    must(sk_setsockopt_bytes(t->iut, fd, IPPROTO_IP, IP_MULTICAST_IF, &by.in.sin_addr,
                             sizeof by.in.sin_addr));
    send_to_group(t, fd, port);
}

/* After the second there is a third that leaves towards the line, and comes next. */
CASE(interface, two, .network = ON_LINE, .family = FAMILY_IPV4,
     .outcome = {[BY_RFC] = {"seen then not seen", {"rfc1112.send-interface"}}})
{
    struct line line = line_with_groups(t);
    struct address main = place_of(t, iut, PLACE_MAIN, 0), loopback = address_of("127.0.0.1", 0);
    int fd = datagram_socket(t, iut);
    send_by_interface(t, fd, main, 4711);
    send_by_interface(t, fd, loopback, 4712);
    send_by_interface(t, fd, main, 4713);
    struct packet packet = see_datagram(&line, group_of(t, 0), false);
    observe("%s", address_port(&packet.destination) == 4711 ? "seen" : "not seen");
    packet = see_datagram(&line, group_of(t, 0), false);
    observe("%s", !packet.protocol                            ? "nothing"
                  : address_port(&packet.destination) == 4713 ? "not seen"
                                                              : "seen");
}

/* What leaves by the loopback interface a socket gets that has joined by it. */
CASE(interface, loopback, .network = ON_LINE, .family = FAMILY_IPV4,
     .outcome = {
         [BY_LINUX] = {"abc",
                       {"linux.ip.7.ip-multicast-if", "linux.ip.7.ip-add-membership",
                        "linux.ip.7.ip-multicast-loop"}},
         [BY_BSD] = {"abc",
                     {"freebsd.ip.4.ip-multicast-if", "freebsd.ip.4.ip-add-membership-ip-mreq",
                      "freebsd.ip.4.ip-multicast-loop"}}})
{
    struct line line = line_with_groups(t);
    struct address main = place_of(t, iut, PLACE_MAIN, 0), loopback = address_of("127.0.0.1", 0);
    struct address group = group_of(t, 0), any = address_any(AF_INET, 0), name;
    struct ip_mreq mreq = {.imr_multiaddr = group.in.sin_addr,
                           .imr_interface = loopback.in.sin_addr};
    int fd = datagram_socket(t, iut), inside = datagram_socket(t, iut);
    must(sk_bind(iut, inside, &any));
    must(sk_getsockname(iut, inside, &name));
    int joined =
        sk_setsockopt_bytes(iut, inside, IPPROTO_IP, IP_ADD_MEMBERSHIP, &mreq, sizeof mreq);
    if (joined == -EADDRNOTAVAIL || joined == -ENODEV)
        skip("no socket can join a group by the loopback interface");
    must(joined);
    set_multicast(t, fd, IP_MULTICAST_LOOP, 1);
    send_by_interface(t, fd, main, 4711);
    see_datagram(&line, group, false);
    send_by_interface(t, fd, loopback, address_port(&name));
    observe("%s", receive_next(t, iut, inside));
}

MUTANT(interface, "the first IP_MULTICAST_IF counts")
{
    static int count;
    if (call_is_option(call, OP_SETSOCKOPT, IPPROTO_IP, IP_MULTICAST_IF) && count++)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

#define LOOPED "left then left then the second"

RULE(loop, "wire.group.loop",
     .statement = "A datagram to a group that is joined is received by its sender's host if "
                  "setsockopt() set IP_MULTICAST_LOOP or IPV6_MULTICAST_LOOP, not if it cleared "
                  "it, and leaves in either case.",
     .outcome = {[BY_LINUX] = {LOOPED, {"linux.ip.7.ip-multicast-loop"}},
                 [BY_BSD] = {LOOPED, {"freebsd.ip.4.ip-multicast-loop"}}});

/* When the IUT was last told to join or leave. */
static int64_t told_at;

static void join(struct test *t, int fd, bool leave)
{
    struct address group = group_of(t, 0), own = place_of(t, t->iut, PLACE_MAIN, 0);
    struct ip_mreq mreq = {.imr_multiaddr = group.in.sin_addr, .imr_interface = own.in.sin_addr};
    struct ipv6_mreq mreq6 = {.ipv6mr_multiaddr = group.in6.sin6_addr,
                              .ipv6mr_interface = t->net->ifindex[SIDE_IUT]};
    if (t->domain == AF_INET6)
        must(sk_setsockopt_bytes(t->iut, fd, IPPROTO_IPV6,
                                 leave ? IPV6_LEAVE_GROUP : IPV6_JOIN_GROUP, &mreq6, sizeof mreq6));
    else
        must(sk_setsockopt_bytes(t->iut, fd, IPPROTO_IP,
                                 leave ? IP_DROP_MEMBERSHIP : IP_ADD_MEMBERSHIP, &mreq,
                                 sizeof mreq));
    told_at = clock_now();
}

static void observe_loop(struct test *t)
{
    struct host *iut = t->iut;
    struct line line = line_with_groups(t);
    struct address any = address_any(t->domain, 0), name;
    int fd = datagram_socket(t, iut), from = sender(t);
    must(sk_bind(iut, fd, &any));
    must(sk_getsockname(iut, fd, &name));
    join(t, fd, false);
    struct address to = group_of(t, address_port(&name));
    for (int on = 0; on < 2; on++) {
        if (t->domain == AF_INET)
            set_multicast(t, from, IP_MULTICAST_LOOP, on);
        else
            must(sk_setsockopt(iut, from, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, on));
        const char *text = on ? "second" : "first";
        must(sk_sendto(iut, from, text, strlen(text), 0, &to));
        struct packet packet = see_datagram(&line, to, false);
        observe("%s", !packet.protocol                        ? "nothing"
                      : strcmp(octets_of(&packet), text) == 0 ? "left"
                                                              : "something else left");
    }
    observe("the %s", receive_next(t, iut, fd));
}

CASE(loop, both, .network = ON_LINE, .family = FAMILY_IPV4,
     .outcome = {[BY_RFC] = {LOOPED, {"rfc1112.send-loop"}}})
{
    observe_loop(t);
}

#define LOOPED_BY_POSIX                                                                            \
    "posix.sockets.ipv6.multicast-loop.1-delivered",                                               \
        "posix.sockets.ipv6.multicast-loop.0-not-delivered", "posix.sendto.sends"

CASE(loop, both_ipv6, .network = ON_LINE, .family = FAMILY_IPV6,
     .outcome = {[BY_POSIX] = {LOOPED, {LOOPED_BY_POSIX}},
                 [BY_LINUX] = {LOOPED, {"linux.ipv6.7.ipv6-multicast-loop", LOOPED_BY_POSIX}},
                 [BY_BSD] = {LOOPED, {"freebsd.ip6.4.ipv6-multicast-loop", LOOPED_BY_POSIX}}})
{
    observe_loop(t);
}

MUTANT(loop, "IP_MULTICAST_LOOP is ignored")
{
    ignore_option(m, call, IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP);
}

/* ---- who listens ---- */

enum {
    IGMP_REPORT = 0x12,
    IGMP_REPORT_2 = 0x16,
    IGMP_LEAVE = 0x17,
    IGMP_REPORT_3 = 0x22,
    MLD_REPORT = 131,
    MLD_DONE = 132,
    MLD_REPORT_2 = 143,
    /* records of the versions of reports that have several; others say what was so before */
    TO_INCLUDE = 3,
    TO_EXCLUDE = 4,
};

struct bytes {
    const unsigned char *at;
    size_t size;
};

/* What the records of a report say of a group: joined (1), left (-1) or nothing. */
static int in_records(struct bytes records, const void *group, size_t length)
{
    enum { HEADER = 4 };
    while (records.size >= HEADER + length) {
        unsigned type = records.at[0], sources = records.at[2] << 8 | records.at[3];
        size_t size = HEADER + length + sources * length + records.at[1] * 4u;
        if (memcmp(records.at + HEADER, group, length) == 0)
            return sources ? 0 : type == TO_EXCLUDE ? 1 : type == TO_INCLUDE ? -1 : 0;
        if (size > records.size)
            break;
        records.at += size;
        records.size -= size;
    }
    return 0;
}

static int igmp_says(const struct packet *packet, const struct in_addr *group)
{
    enum { HEADER = 8, GROUP = 4 };
    const unsigned char *at = packet->data;
    if (packet->length < HEADER)
        return 0;
    if (at[0] == IGMP_REPORT_3)
        return in_records((struct bytes){at + HEADER, packet->length - HEADER}, group,
                          sizeof *group);
    if (memcmp(at + GROUP, group, sizeof *group) != 0)
        return 0;
    return at[0] == IGMP_REPORT || at[0] == IGMP_REPORT_2 ? 1 : at[0] == IGMP_LEAVE ? -1 : 0;
}

static int mld_says(const struct packet *packet, const struct in6_addr *group)
{
    if (packet->type == MLD_REPORT_2)
        return in_records((struct bytes){packet->data, packet->length}, group, sizeof *group);
    if (packet->length < sizeof *group || memcmp(packet->data, group, sizeof *group) != 0)
        return 0;
    return packet->type == MLD_REPORT ? 1 : packet->type == MLD_DONE ? -1 : 0;
}

/* A report whose checksum is wrong is one that nobody takes. */
static int says_of_group(const struct test *t, const struct packet *packet)
{
    struct address group = group_of(t, 0);
    if (packet->problems & ~(unsigned)PACKET_UNKNOWN)
        return 0;
    if (packet->protocol == IPPROTO_IGMP)
        return checksum_end(checksum_add(0, packet->data, packet->length)) == 0
                   ? igmp_says(packet, &group.in.sin_addr)
                   : 0;
    return packet->protocol == IPPROTO_ICMPV6 ? mld_says(packet, &group.in6.sin6_addr) : 0;
}

/* The next that the IUT says of the group, and whether by version 3 of IGMP, which it has to say at
 * once: that is by the next tick of a slow clock, of which there are five in a second, and before
 * what is due within a second. */
static const char *said_of_group(struct line *line, bool *version3)
{
    static const double at_once = 0.5;
    int64_t begin = clock_now();
    struct packet packet;
    int says;
    do {
        packet = see(line);
        says = packet.protocol ? says_of_group(line->t, &packet) : 0;
    } while (packet.protocol && !says && is_awaited(begin));
    if (!says)
        return "nothing";
    *version3 =
        packet.protocol == IPPROTO_IGMP && *(const unsigned char *)packet.data == IGMP_REPORT_3;
    bool late = packet.time > told_at + machine_milliseconds(at_once) * INT64_C(1000000);
    return says > 0 ? (late ? "joined, but late" : "joined") : late ? "left, but late" : "left";
}

/* The family is IPv4 or not in all mutants of this file. */
static bool says_nothing(const struct packet *packet, enum heading heading, bool leaving)
{
    bool igmp = packet->protocol == IPPROTO_IGMP;
    const struct address group = address_of(igmp ? group4 : group6, 0);
    int says = igmp                                 ? igmp_says(packet, &group.in.sin_addr)
               : packet->protocol == IPPROTO_ICMPV6 ? mld_says(packet, &group.in6.sin6_addr)
                                                    : 0;
    return heading == TO_IUT || says != (leaving ? -1 : 1);
}

RULE(joins, "wire.group.join",
     .statement = "setsockopt() that joins a group has it reported at once, unasked.",
     .outcome = {[BY_LINUX] = {"joined", {"rfc1112.join-reports"}},
                 [BY_RFC] = {"joined", {"rfc1112.join-reports"}}});

CASE(joins, igmp, .network = ON_LINE, .family = FAMILY_IPV4)
{
    struct line line = line_with_groups(t);
    bool version3;
    join(t, datagram_socket(t, iut), false);
    observe("%s", said_of_group(&line, &version3));
}

MUTANT_ON_WIRE(joins, "nobody is told")
{
    return says_nothing(packet, heading, false);
}

RULE(listens, "wire.group.listen",
     .statement = "setsockopt() that joins an IPv6 group has it reported at once, unasked.",
     .pinned = {[BY_LINUX] = "joined"},
     .outcome = {[BY_RFC] = {"joined", {"rfc2710.start-reports"}}});

CASE(listens, mld, .network = ON_LINE, .family = FAMILY_IPV6)
{
    struct line line = line_with_groups(t);
    bool version3;
    join(t, datagram_socket(t, iut), false);
    observe("%s", said_of_group(&line, &version3));
}

MUTANT_ON_WIRE(listens, "nobody is told")
{
    return says_nothing(packet, heading, false);
}

RULE(leaves, "wire.group.leave",
     .statement = "setsockopt() that leaves a group, or close() of the only socket that joined it, "
                  "has that reported at once, unasked.",
     .pinned = {[BY_LINUX] = "left"});

static bool is_joined(const char *said)
{
    return strncmp(said, "joined", strlen("joined")) == 0;
}

/* Who has not reported a group need not say that it is left; and of IGMP only version 3 has it that
 * this is always reported. */
static void observe_leaving(struct test *t, bool by_close)
{
    struct line line = line_with_groups(t);
    int fd = datagram_socket(t, t->iut);
    bool version3 = false, igmp = t->domain == AF_INET;
    join(t, fd, false);
    const char *said = said_of_group(&line, &version3);
    require_by(igmp ? "wire.group.join" : "wire.group.listen", is_joined(said),
               "joining should be reported, and there is %s", said);
    if (igmp && !version3)
        skip("the implementation does not report groups by version 3 of IGMP");
    if (by_close)
        must(sk_close(t->iut, fd));
    else
        join(t, fd, true);
    told_at = clock_now();
    do /* a report may be sent twice */
        said = said_of_group(&line, &version3);
    while (is_joined(said));
    observe("%s%s", said, igmp && !version3 ? ", in another version" : "");
}

#define LEAVING .network = ON_LINE, .axes = {{"by", {"option", "close"}}}

CASE(leaves, igmp, LEAVING, .family = FAMILY_IPV4,
     .outcome = {[BY_RFC] = {"left", {"rfc3376.change-reported", "rfc3376.change-record"}}})
{
    observe_leaving(t, t->chosen[0]);
}

CASE(leaves, mld, LEAVING, .family = FAMILY_IPV6,
     .outcome = {[BY_RFC] = {"left", {"rfc2710.cease-done", "rfc2710.cease-at-once"}}})
{
    observe_leaving(t, t->chosen[0]);
}

MUTANT_ON_WIRE(leaves, "nobody is told")
{
    return says_nothing(packet, heading, true);
}
