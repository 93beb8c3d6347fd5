/* Fragments, and the flag that forbids them. */
#include "suites/suite.h"

/* More than any Ethernet takes in one piece. */
enum { BIG = 20000, UDP_HEADER = 8, IPV4_HEADER = 20, IPV6_HEADER = 40 };

static int connected_to(struct test *t, struct line *line)
{
    struct address name = line_name(line, 0);
    int fd = datagram_socket(t, t->iut);
    must(sk_connect(t->iut, fd, &name));
    return fd;
}

static void discover(struct test *t, int fd, int how)
{
    if (t->domain == AF_INET6)
        must(sk_setsockopt(t->iut, fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, how));
    else
        must(sk_setsockopt(t->iut, fd, IPPROTO_IP, IP_MTU_DISCOVER, how));
}

static void ignores_discover(struct mutation *m, struct call *call)
{
    if (call_is_option(call, OP_SETSOCKOPT, IPPROTO_IP, IP_MTU_DISCOVER) ||
        call_is_option(call, OP_SETSOCKOPT, IPPROTO_IPV6, IPV6_MTU_DISCOVER))
        call_succeed(call, 0);
    else
        mutate(m, call);
}

/* ---- the flag ---- */

enum { AS_IT_IS = -1 };

/* A machine that is not ours may have path MTU discovery off, which its sockets begin with. */
static void need_discovery(struct test *t, int fd)
{
    int how;
    if (t->net->described && sk_getsockopt(t->iut, fd, IPPROTO_IP, IP_MTU_DISCOVER, &how) == 0 &&
        how == IP_PMTUDISC_DONT)
        skip("path MTU discovery is off there");
}

/* Whether a small datagram of a socket may be fragmented, on which IP_MTU_DISCOVER was set or not:
 * to what has the flag otherwise before, where there is that, as it may be the default. */
static void observe_flag(struct test *t, int how)
{
    struct line line = take_line(t);
    struct address name = line_name(&line, 0);
    bool unconnected = t->send == WITH_SENDTO || t->send == WITH_SENDMSG;
    int fd = unconnected ? datagram_socket(t, t->iut) : connected_to(t, &line);
    if (how == AS_IT_IS) {
        need_discovery(t, fd);
    } else {
        sk_setsockopt(t->iut, fd, IPPROTO_IP, IP_MTU_DISCOVER,
                      how == IP_PMTUDISC_DONT ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT);
        discover(t, fd, how);
    }
    must(send_by_form(t, t->iut, fd, "abc", 3, unconnected ? &name : NULL));
    struct packet packet = see(&line);
    observe("%s", packet.protocol != IPPROTO_UDP ? packet_words(&packet, NULL, NULL)
                  : packet.dont_fragment         ? "may not be fragmented"
                                                 : "may be fragmented");
}

static bool without_flag(struct packet *packet)
{
    packet->dont_fragment = false;
    return true;
}

RULE(flag_do, "wire.fragment.flag-do",
     .statement = "A datagram has the don't-fragment flag if setsockopt() set IP_PMTUDISC_DO.",
     .outcome = {[BY_LINUX] = {"may not be fragmented", {"linux.ip.7.ip-pmtudisc-do"}}});

CASE(flag_do, datagram, .network = ON_LINE, .family = FAMILY_IPV4, .send = ANY_SEND)
{
    observe_flag(t, IP_PMTUDISC_DO);
}

MUTANT_ON_WIRE(flag_do, "the flag is missing")
{
    return heading == TO_IUT || without_flag(packet);
}

RULE(flag_want, "wire.fragment.flag-want",
     .statement =
         "A datagram that fits the path MTU has the don't-fragment flag if setsockopt() set "
         "IP_PMTUDISC_WANT, or nothing and the machine's setting has discovery on.",
     .outcome = {
         [BY_LINUX] = {"may not be fragmented",
                       {"linux.ip.7.ip-pmtudisc-want", "linux.ip.7.ip-mtu-discover-default"}}});

CASE(flag_want, datagram, .network = ON_LINE, .family = FAMILY_IPV4, .send = ANY_SEND)
{
    observe_flag(t, IP_PMTUDISC_WANT);
}

CASE(flag_want, nothing_set, .network = ON_LINE, .family = FAMILY_IPV4, .send = ANY_SEND)
{
    observe_flag(t, AS_IT_IS);
}

MUTANT_ON_WIRE(flag_want, "the flag is missing")
{
    return heading == TO_IUT || without_flag(packet);
}

RULE(flag_probe, "wire.fragment.flag-probe",
     .statement = "A datagram has the don't-fragment flag if setsockopt() set IP_PMTUDISC_PROBE.",
     .outcome = {[BY_LINUX] = {"may not be fragmented", {"linux.ip.7.ip-pmtudisc-probe"}}});

CASE(flag_probe, datagram, .network = ON_LINE, .family = FAMILY_IPV4, .send = ANY_SEND)
{
    observe_flag(t, IP_PMTUDISC_PROBE);
}

MUTANT_ON_WIRE(flag_probe, "the flag is missing")
{
    return heading == TO_IUT || without_flag(packet);
}

RULE(flag_dont, "wire.fragment.flag-dont",
     .statement = "A datagram has no don't-fragment flag if setsockopt() set IP_PMTUDISC_DONT.",
     .outcome = {[BY_LINUX] = {"may be fragmented", {"linux.ip.7.ip-pmtudisc-dont"}}});

CASE(flag_dont, datagram, .network = ON_LINE, .family = FAMILY_IPV4, .send = ANY_SEND)
{
    observe_flag(t, IP_PMTUDISC_DONT);
}

MUTANT_BY(flag_dont, "IP_MTU_DISCOVER is ignored", ignores_discover)

RULE(flag_stream, "wire.fragment.flag-stream",
     .statement = "The data of a stream socket has the don't-fragment flag, as the path MTU is "
                  "discovered unless the machine's setting has that off.",
     .outcome = {
         [BY_LINUX] = {"may not be fragmented",
                       {"linux.ip.7.ip-mtu-discover-stream", "linux.ip.7.ip-mtu-discover-default",
                        "rfc9293.path-mtu-discovery"}}});

CASE(flag_stream, data, .network = ON_LINE, .family = FAMILY_IPV4, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    need_discovery(t, c.fd);
    must(sk_send(iut, c.fd, "abc", 3, 0));
    struct packet packet = must_hear(&c, ACK);
    require(packet.length, "data should have come");
    observe("%s", packet.dont_fragment ? "may not be fragmented" : "may be fragmented");
}

MUTANT_ON_WIRE(flag_stream, "the flag is missing")
{
    return heading == TO_IUT || without_flag(packet);
}

/* ---- what is too long ---- */

static int send_octets(struct test *t, int fd, size_t size)
{
    static unsigned char data[BIG];
    pattern_fill(data, 0, size);
    return sk_send(t->iut, fd, data, size, 0);
}

/* The most that a datagram of the socket can have in one piece. */
static int most_of(struct test *t, int fd)
{
    enum { ETHERNET = 1500 };
    bool ipv6 = t->domain == AF_INET6;
    int mtu = 0;
    if (sk_getsockopt(t->iut, fd, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_MTU : IP_MTU,
                      &mtu) < 0) {
        if (t->net->described)
            skip("nothing says what the MTU is");
        mtu = ETHERNET;
    }
    int most = mtu - (ipv6 ? IPV6_HEADER : IPV4_HEADER) - UDP_HEADER;
    require(most > 0 && most < BIG, "the path MTU is said to be %d", mtu);
    return most;
}

RULE(too_long, "wire.fragment.too-long",
     .statement = "send() of a datagram above the MTU fails with EMSGSIZE and sends nothing if it "
                  "may not be fragmented.",
     .outcome = {
         [BY_LINUX] = {"EMSGSIZE then nothing",
                       {"linux.ip.7.ip-pmtudisc-do-emsgsize", "linux.ip.7.emsgsize",
                        "linux.udp.7.emsgsize-above-path-mtu", "linux.send.2.emsgsize",
                        "linux.send.2.emsgsize-not-sent", "linux.ipv6.7.ipv6-mtu-discover"}}});

CASE(too_long, datagram, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_IPV6,
     .axes = {{"length", {"much", "one"}}})
{
    struct line line = take_line(t);
    int fd = connected_to(t, &line), size = BIG;
    discover(t, fd, IP_PMTUDISC_DO);
    if (t->chosen[0] == 1)
        size = most_of(t, fd) + 1;
    observe_result(send_octets(t, fd, (size_t)size));
    struct packet packet = see_now(&line);
    observe("%s", packet_words(&packet, NULL, NULL));
}

MUTANT_BY(too_long, "IP_MTU_DISCOVER is ignored", ignores_discover)

RULE(fragments, "wire.fragment.fragments",
     .statement = "send() of a datagram above the MTU sends all of it in fragments if setsockopt() "
                  "set IP_PMTUDISC_WANT or IP_PMTUDISC_DONT.",
     .outcome = {[BY_LINUX] = {"all in fragments",
                               {"linux.ip.7.ip-pmtudisc-want", "linux.udp.7.fragments-without-pmtu",
                                "linux.ipv6.7.ipv6-mtu-discover"}}});

/* Whether a part of what send_octets() sent is right, which begins so far behind the IP header. */
static bool is_part(const unsigned char *part, size_t begin, size_t length)
{
    size_t header = begin >= UDP_HEADER           ? 0
                    : UDP_HEADER - begin < length ? UDP_HEADER - begin
                                                  : length;
    return pattern_differs(part + header, begin + header - UDP_HEADER, length - header) ==
           length - header;
}

/* Fragments may come in any order; each byte has to come. */
static const char *fragments_of(struct line *line, size_t all)
{
    enum { UNIT = 8 }; /* of offsets */
    static bool come[BIG + UDP_HEADER];
    size_t count = 0;
    uint32_t identifier = 0;
    while (count < all) {
        struct packet packet = see(line);
        size_t header = packet.source.any.sa_family == AF_INET6 ? IPV6_HEADER : (size_t)IPV4_HEADER;
        if (!packet.protocol)
            return "a part is missing";
        if (packet.protocol != IPPROTO_UDP || (!packet.fragment && !packet.more_fragments))
            return packet_words(&packet, NULL, NULL);
        if (packet.problems & PACKET_BAD_HEADER_CHECKSUM && !packet.checksum_is_later)
            return "a fragment with a wrong checksum";
        if (packet.dont_fragment)
            return "a fragment that may not be fragmented";
        header += packet.header_options;
        if (count && packet.identifier != identifier)
            return "fragments that do not belong together";
        if (packet.raw_length < header)
            return "a fragment that is cut";
        identifier = packet.identifier;
        size_t length = packet.raw_length - header;
        if (packet.fragment + length > all)
            return "more than was sent";
        if (packet.more_fragments && length % UNIT)
            return "a fragment that no other fits behind";
        if (packet.more_fragments == (packet.fragment + length == all))
            return packet.more_fragments ? "a last one that is not" : "one that is not the last";
        if (!is_part((const unsigned char *)packet.raw + header, packet.fragment, length))
            return "something else";
        for (size_t i = packet.fragment; i < packet.fragment + length; i++) {
            count += !come[i];
            come[i] = true;
        }
    }
    return "all in fragments";
}

CASE(fragments, datagram, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_IPV6,
     .axes = {{"discover", {"want", "dont"}}})
{
    struct line line = take_line(t);
    int fd = connected_to(t, &line);
    discover(t, fd, t->chosen[0] ? IP_PMTUDISC_DONT : IP_PMTUDISC_WANT);
    int result = send_octets(t, fd, BIG);
    if (result < 0) {
        observe_result(result);
        return;
    }
    observe("%s", fragments_of(&line, BIG + UDP_HEADER));
}

MUTANT_ON_WIRE(fragments, "the second fragment is lost")
{
    static int count;
    bool piece = packet->fragment || packet->more_fragments;
    return heading == TO_IUT || !piece || ++count != 2;
}
