/* What a host answers to datagrams that nobody takes, and what it must not answer. */
#include "suites/wire/icmp.h"
#include "suites/wire/wire.h"

/* A datagram of the line to a port of the IUT that no socket has. */
static struct packet to_closed_port(struct line *line)
{
    struct test *t = line->t;
    struct endpoint once = bound_datagram_socket(t, t->iut);
    must(sk_close(t->iut, once.fd));
    struct address from = line_name(line, 0);
    return (struct packet){
        .protocol = IPPROTO_UDP,
        .source = address_with_port(line->address, address_port(&from)),
        .destination = address_with_port(line->iut, address_port(&once.name)),
        .text = "hello",
    };
}

/* The error that the IUT sends, at once; anything else is not asked for. */
static struct packet error_now(struct line *line)
{
    struct packet packet;
    do
        packet = see_now(line);
    while (packet.protocol && !packet_is_error(&packet));
    return packet;
}

/* Sends a packet, which is given as it went, and gives what is answered. Errors are rationed, by
 * what earlier cases asked for: an implementation that has sent none for so long has one to spare.
 */
static struct packet answer_to(struct line *line, struct packet *sent)
{
    *sent = line_send_packet(line, *sent);
    struct packet answer = see(line);
    if (answer.protocol)
        return answer;
    line_send_packet(line, *sent);
    return see_now(line);
}

static struct packet must_answer_by_error(struct line *line, struct packet *sent)
{
    struct test *t = line->t;
    struct packet packet = answer_to(line, sent);
    require_by("wire.udp.closed.port-unreachable", packet_is_error(&packet),
               "Port Unreachable should have come, and not %s", packet_words(&packet, NULL, NULL));
    return packet;
}

RULE(closed, "wire.udp.closed.port-unreachable",
     .statement = "A datagram to a port that no socket has is answered by Port Unreachable.",
     .outcome = {
         [BY_RFC] = {"ICMP 3/3 | ICMPv6 1/4",
                     {"rfc1122.udp-port-unreachable", "rfc1122.port-unreachable",
                      "rfc4443.port-unreachable"}},
         [BY_LINUX] = {"ICMP 3/3 | ICMPv6 1/4",
                       {"rfc1122.udp-port-unreachable", "rfc1122.port-unreachable",
                        "rfc4443.port-unreachable"}},
         [BY_BSD] = {"ICMP 3/3 | ICMPv6 1/4", {"freebsd.udp.4.mib.blackhole-default-off"}}});

CASE(closed, datagram, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct packet sent = to_closed_port(&line), answer = answer_to(&line, &sent);
    observe("%s", packet_words(&answer, NULL, NULL));
}

MUTANT_ON_WIRE(closed, "a closed port is silent")
{
    return heading != FROM_IUT || !packet_is_error(packet);
}

/* ---- what it says ---- */

RULE(quote, "wire.udp.closed.quote",
     .statement = "An ICMP error quotes the header and at least 8 bytes behind it of what caused "
                  "it, unchanged, and one of ICMPv6 all of it if it is short.",
     .outcome = {[BY_RFC] = {"unchanged", {"rfc1122.icmp-quote", "rfc4443.quote"}},
                 [BY_LINUX] = {"unchanged", {"rfc1122.icmp-quote", "rfc4443.quote"}}});

/* Whether an error has this much of the packet that it is about or more, as it was sent: "too
 * little", "changed", "unchanged". What there is behind the packet is not looked at: it may be
 * padding and an extension. */
static const char *quoted(const struct packet *error, const struct packet *sent, size_t least)
{
    enum { LINK = 14 };
    static unsigned char frame[2048];
    size_t size = packet_encode(sent, frame, sizeof frame) - LINK;
    size_t same = error->length < size ? error->length : size;
    return error->length < least                          ? "too little"
           : memcmp(error->data, frame + LINK, same) == 0 ? "unchanged"
                                                          : "changed";
}

CASE(quote, datagram, .network = ON_LINE, .family = ANY_FAMILY)
{
    enum { HEADER = 20, HEADER6 = 40, UDP = 8, HELLO = 5 };
    struct line line = take_line(t);
    struct packet sent = to_closed_port(&line);
    sent.identifier = 0x1234;
    sent.hops = 77;
    struct packet answer = must_answer_by_error(&line, &sent);
    bool ipv6 = t->peer_domain == AF_INET6; /* which quotes all of it */
    observe("%s", quoted(&answer, &sent, ipv6 ? HEADER6 + UDP + HELLO : HEADER + UDP));
}

/* The header is longer by four options that do nothing. */
CASE(quote, datagram_with_options, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_MAPPED)
{
    enum { HEADER = 24, UDP = 8 };
    struct line line = take_line(t);
    struct packet sent = to_closed_port(&line);
    memset(sent.ip_options, 1, 4);
    sent.ip_options_length = 4;
    struct packet answer = must_answer_by_error(&line, &sent);
    observe("%s", quoted(&answer, &sent, HEADER + UDP));
}

MUTANT_ON_WIRE(quote, "an error quotes only 20 bytes")
{
    if (heading == FROM_IUT && packet_is_error(packet))
        packet->length = 20;
    return true;
}

RULE(all, "wire.udp.closed.quote-of-ipv6",
     .statement = "An ICMPv6 error quotes all of the packet that caused it, or as much as makes "
                  "the error 1280 bytes long, unchanged.",
     .outcome = {[BY_RFC] = {"unchanged then 1280 bytes then unchanged", {"rfc4443.quote"}},
                 [BY_LINUX] = {"unchanged then 1280 bytes then unchanged", {"rfc4443.quote"}}});

CASE(all, short_and_long, .network = ON_LINE, .family = FAMILY_IPV6)
{
    static char data[1400];
    struct line line = take_line(t);
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)i;
    struct packet sent = to_closed_port(&line);
    sent.text = NULL;
    sent.data = data;
    sent.length = 1000;
    struct packet answer = must_answer_by_error(&line, &sent);
    observe("%s", answer.length == 40 + 8 + 1000 ? quoted(&answer, &sent, 0) : "another part");
    sent.length = 1400;
    answer = must_answer_by_error(&line, &sent);
    observe("%zu bytes", answer.raw_length);
    observe("%s", quoted(&answer, &sent, 0));
}

MUTANT_ON_WIRE(all, "an error quotes what ICMP of IPv4 would")
{
    if (heading == FROM_IUT && packet_is_error(packet)) {
        packet->raw_length -= packet->length - 48;
        packet->length = 48;
    }
    return true;
}

RULE(service, "wire.udp.closed.type-of-service",
     .statement = "An ICMP error has a type of service of 0, the precedence aside, whatever that "
                  "of the datagram is.",
     .outcome = {[BY_RFC] = {"0", {"rfc1122.icmp-type-of-service"}},
                 [BY_LINUX] = {"0", {"rfc1122.icmp-type-of-service"}}});

/* The three bits of the precedence do not count. */
enum { SERVICE_BITS = 0x1f };

static void observe_service(struct test *t, uint8_t traffic)
{
    struct line line = take_line(t);
    struct packet sent = to_closed_port(&line);
    sent.traffic = traffic;
    observe("%d", must_answer_by_error(&line, &sent).traffic & SERVICE_BITS);
}

CASE(service, zero, .network = ON_LINE, .family = FAMILY_IPV4)
{
    observe_service(t, 0);
}

CASE(service, throughput, .network = ON_LINE, .family = FAMILY_IPV4,
     .deviation = {[BY_LINUX] = {"8", "Linux gives an error the type of service of what it is "
                                      "about: icmp_send()"}})
{
    observe_service(t, 8);
}

MUTANT_ON_WIRE(service, "errors are sent with low delay")
{
    if (heading == FROM_IUT && packet_is_error(packet))
        packet->traffic = 16;
    return true;
}

RULE(source, "wire.udp.closed.source",
     .statement = "An ICMPv6 error comes from the address that the datagram was sent to.",
     .outcome = {[BY_RFC] = {"the same", {"rfc4443.source-is-destination"}},
                 [BY_LINUX] = {"the same", {"rfc4443.source-is-destination"}}});

CASE(source, of_several, .network = ON_LINE, .family = FAMILY_IPV6,
     .axes = {{"address", {"main", "other"}}})
{
    struct line line = take_line(t);
    struct packet sent = to_closed_port(&line);
    struct address asked = place_of(t, iut, t->chosen[0] ? PLACE_OTHER : PLACE_MAIN, 0);
    sent.destination = address_with_port(asked, address_port(&sent.destination));
    struct packet answer = must_answer_by_error(&line, &sent);
    observe("%s", address_same_host(&answer.source, &asked) ? "the same" : "another");
}

MUTANT_ON_WIRE(source, "errors come from an address of nobody's")
{
    if (heading == FROM_IUT && packet_is_error(packet))
        packet->source.in6.sin6_addr.s6_addr[15] ^= 0x40;
    return true;
}

/* ---- protocols ---- */

RULE(protocol, "wire.ip.unknown-protocol",
     .statement = "A packet with a protocol that the host does not have is answered by Protocol "
                  "Unreachable, or Parameter Problem with code 1 of ICMPv6.",
     .outcome = {
         [BY_RFC] = {"ICMP 3/2 | ICMPv6 4/1",
                     {"rfc1122.protocol-unreachable", "rfc4443.parameter-problem-sent"}},
         [BY_LINUX] = {"ICMP 3/2 | ICMPv6 4/1",
                       {"rfc1122.protocol-unreachable", "rfc4443.parameter-problem-sent"}}});

CASE(protocol, experiment, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_IPV6,
     .axes = {{"protocol", {"253", "254"}}})
{
    struct line line = take_line(t);
    struct packet sent = {.protocol = 253 + (int)t->chosen[0], .text = "something else"};
    struct packet answer = answer_to(&line, &sent);
    observe("%s", packet_words(&answer, NULL, NULL));
}

MUTANT_ON_WIRE(protocol, "an unknown protocol is ignored")
{
    return heading != FROM_IUT || !packet_is_error(packet);
}

/* ---- what is not answered ---- */

RULE(
    quiet, "wire.icmp.not-sent",
    .statement =
        "No ICMP error is sent about a datagram to a group or by a broadcast of the link (or, "
        "of IPv6, a multicast), from an address that is no single host, or, of IPv4, about a later "
        "fragment.",
    .outcome = {
        [BY_RFC] = {"nothing",
                    {"rfc1122.icmp-not-about-group", "rfc1122.icmp-not-about-link-broadcast",
                     "rfc1122.icmp-not-about-fragment", "rfc1122.icmp-not-about-no-host",
                     "rfc4443.not-about-group", "rfc4443.not-about-link-multicast",
                     "rfc4443.not-about-link-broadcast", "rfc4443.not-about-no-node"}},
        [BY_LINUX] = {"nothing",
                      {"rfc1122.icmp-not-about-group", "rfc1122.icmp-not-about-link-broadcast",
                       "rfc1122.icmp-not-about-fragment", "rfc1122.icmp-not-about-no-host",
                       "rfc4443.not-about-group", "rfc4443.not-about-link-multicast",
                       "rfc4443.not-about-link-broadcast", "rfc4443.not-about-no-node"}}});

static const unsigned char everybody[HARDWARE] = {255, 255, 255, 255, 255, 255};

static void to_group(struct packet *packet, const char *group)
{
    packet->destination = address_of(group, address_port(&packet->destination));
}

static void from_nobody(struct packet *packet, const char *address)
{
    packet->source = address_of(address, address_port(&packet->source));
}

/* A fragment from the middle, which begins with what could be a datagram's header: who takes it for
 * one has a port that is closed. */
static void become_fragment(struct packet *packet)
{
    enum { HEADERS = 14 + 20 };
    static unsigned char frame[128];
    size_t size = packet_encode(packet, frame, sizeof frame);
    packet->text = NULL;
    packet->data = frame + HEADERS;
    packet->length = size - HEADERS;
    packet->fragment = 1480;
}

static void observe_quiet(struct line *line, const struct packet *packet)
{
    struct test *t = line->t;
    line->groups = true; /* an answer to a group would be seen */
    line_send_packet(line, *packet);
    struct packet answer = error_now(line);
    observe("%s", packet_words(&answer, NULL, NULL));
}

CASE(quiet, icmp, .network = ON_LINE, .family = FAMILY_IPV4,
     .axes = {{"datagram",
               {"to-broadcast", "to-multicast", "link-broadcast", "later-fragment",
                "wrong-later-fragment", "from-zero", "from-loopback", "from-broadcast",
                "from-multicast", "from-class-e"}}})
{
    static const unsigned char all_systems[HARDWARE] = {1, 0, 0x5e, 0, 0, 1};
    static const char *const nobody[] = {"0.0.0.0", "127.0.0.1", "255.255.255.255", "224.0.0.5",
                                         "240.0.0.1"};
    struct line line = take_line(t);
    struct packet packet = to_closed_port(&line);
    unsigned chosen = t->chosen[0];
    if (chosen == 0)
        to_group(&packet, "255.255.255.255");
    if (chosen == 1)
        to_group(&packet, "224.0.0.1");
    if (chosen == 0 || chosen == 2)
        memcpy(packet.to, everybody, HARDWARE);
    if (chosen == 1)
        memcpy(packet.to, all_systems, HARDWARE);
    if (chosen == 3)
        become_fragment(&packet);
    if (chosen == 4) { /* the option is longer than all options may be: a parameter problem */
        packet.fragment = 1480;
        packet.ip_options[0] = 7;
        packet.ip_options[1] = 40;
        packet.ip_options_length = 4;
    }
    if (chosen > 4)
        from_nobody(&packet, nobody[chosen - 5]);
    observe_quiet(&line, &packet);
}

/* To other sources that are no host there may be no route, so that no answer could be seen. */
CASE(quiet, from_broadcast_of_the_net, .network = ON_LINE, .family = FAMILY_IPV4,
     .deviation = {[BY_LINUX] = {"ICMP 3/3",
                                 "without rp_filter Linux refuses only sources that are its own, "
                                 "and icmp_send() looks at the destination: "
                                 "fib_validate_source()"}})
{
    struct line line = take_line(t);
    struct packet packet = to_closed_port(&line);
    packet.source = broadcast_of_the_net(t, packet.source);
    observe_quiet(&line, &packet);
}

CASE(quiet, to_broadcast_of_the_net, .network = ON_LINE, .family = FAMILY_IPV4)
{
    struct line line = take_line(t);
    struct packet packet = to_closed_port(&line);
    packet.destination = broadcast_of_the_net(t, packet.destination);
    memcpy(packet.to, everybody, HARDWARE);
    observe_quiet(&line, &packet);
}

CASE(quiet, icmpv6, .network = ON_LINE, .family = FAMILY_IPV6,
     .axes = {{"datagram",
               {"to-multicast", "link-multicast", "link-broadcast", "from-unspecified",
                "from-multicast"}}})
{
    static const unsigned char all_nodes[HARDWARE] = {0x33, 0x33, 0, 0, 0, 1};
    struct line line = take_line(t);
    struct packet packet = to_closed_port(&line);
    unsigned chosen = t->chosen[0];
    if (chosen == 0)
        to_group(&packet, "ff02::1");
    if (chosen < 2)
        memcpy(packet.to, all_nodes, HARDWARE);
    if (chosen == 2)
        memcpy(packet.to, everybody, HARDWARE);
    if (chosen > 2)
        from_nobody(&packet, chosen == 3 ? "::" : "ff02::5");
    observe_quiet(&line, &packet);
}

/* Sends Host Unreachable about all that comes. */
static void answer_with_error(const struct packet *packet)
{
    bool ipv6 = packet->source.any.sa_family == AF_INET6;
    struct packet error = {.protocol = ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP,
                           .source = packet->destination,
                           .destination = packet->source,
                           .type = ipv6 ? 1 : 3,
                           .code = ipv6 ? 3 : 1};
    wire_sends(&error);
}

MUTANT_ON_WIRE(quiet, "whatever comes is answered by an error")
{
    if (heading == TO_IUT)
        answer_with_error(packet);
    return true;
}

RULE(about_error, "wire.icmp.not-about-error",
     .statement = "No ICMP error is sent about an ICMP error.",
     .outcome = {
         [BY_RFC] = {"nothing", {"rfc1122.icmp-not-about-error", "rfc4443.not-about-error"}},
         [BY_LINUX] = {"nothing", {"rfc1122.icmp-not-about-error", "rfc4443.not-about-error"}}});

/* The error that the variant asks for, about a datagram that the IUT never sent. */
static struct packet error_about_nothing(struct line *line)
{
    static unsigned char frame[256];
    struct packet about = to_closed_port(line);
    struct packet never_sent = {.protocol = IPPROTO_UDP,
                                .source = about.destination,
                                .destination = about.source,
                                .text = "hello"};
    size_t size = packet_encode(&never_sent, frame, sizeof frame);
    never_sent.raw = frame + 14;
    never_sent.raw_length = size - 14;
    return asked_error(line->t, &never_sent);
}

CASE(about_error, icmp, .network = ON_LINE, .family = FAMILY_IPV4,
     .axes = {{"message", {"3-0", "3-2", "3-3", "4-0", "11-0", "11-1", "12-0"}}})
{
    struct line line = take_line(t);
    struct packet error = error_about_nothing(&line);
    observe_quiet(&line, &error);
}

/* Type 100 is an error that nobody knows. */
CASE(about_error, icmpv6, .network = ON_LINE, .family = FAMILY_IPV6,
     .axes = {{"message", {"1-0", "1-4", "3-0", "3-1", "4-0", "4-1", "100-0"}}})
{
    struct line line = take_line(t);
    struct packet error = error_about_nothing(&line);
    observe_quiet(&line, &error);
}

/* What any other datagram is answered for by a Parameter Problem: the option is longer than all
 * options are. */
CASE(about_error, icmp_with_wrong_option, .network = ON_LINE, .family = FAMILY_IPV4,
     .axes = {{"message", {"3-0", "3-3", "4-0", "11-0", "12-0"}}})
{
    struct line line = take_line(t);
    struct packet error = error_about_nothing(&line);
    error.ip_options[0] = 7;
    error.ip_options[1] = 40;
    error.ip_options_length = 4;
    observe_quiet(&line, &error);
}

/* The same of IPv6: an option for experiments, about which its type asks to be told. */
CASE(about_error, icmpv6_with_unknown_option, .network = ON_LINE, .family = FAMILY_IPV6,
     .axes = {{"message", {"1-0", "1-4", "3-0", "4-1", "100-0"}}})
{
    enum { HEADERS = 14 + 40, OPTIONS = 8 };
    static unsigned char frame[512], body[512] = {IPPROTO_ICMPV6, 0, 0x9e, 4};
    struct line line = take_line(t);
    struct packet error = error_about_nothing(&line);
    error.source = line.address;
    error.destination = line.iut;
    size_t size = packet_encode(&error, frame, sizeof frame) - HEADERS;
    memcpy(body + OPTIONS, frame + HEADERS, size);
    struct packet packet = {.protocol = IPPROTO_DSTOPTS, .data = body, .length = OPTIONS + size};
    observe_quiet(&line, &packet);
}

MUTANT_ON_WIRE(about_error, "whatever comes is answered by an error")
{
    if (heading == TO_IUT)
        answer_with_error(packet);
    return true;
}
