/* UDP's checksum, and other reasons to take a datagram or not. */
#include "suites/wire/icmp.h"
#include "suites/wire/wire.h"

/* A socket of the IUT, and a datagram of the line to it. */
struct receiver {
    int fd;
    struct packet datagram;
};

static struct receiver receiver(struct line *line)
{
    struct test *t = line->t;
    struct endpoint end = bound_datagram_socket(t, t->iut);
    struct address from = line_name(line, 0);
    set_nonblocking(t, t->iut, end.fd, true);
    return (struct receiver){
        .fd = end.fd,
        .datagram = {.protocol = IPPROTO_UDP,
                     .source = address_with_port(line->address, address_port(&from)),
                     .destination = address_with_port(line->iut, address_port(&end.name)),
                     .text = "first"}};
}

/* Sends the datagram, changed by the case, and one behind it that is right: observes what was
 * answered and what the socket received first. */
static void observe_delivery(struct line *line, const struct receiver *to, struct packet datagram)
{
    struct test *t = line->t;
    line_send_packet(line, datagram);
    struct packet right = to->datagram;
    right.text = "second";
    line_send_packet(line, right);
    struct packet answer;
    line->groups = true; /* an answer to a group would be seen, and only errors are answers there */
    do
        answer = see_now(line);
    while (answer.to[0] & 1 && !packet_is_error(&answer));
    observe("%s", packet_words(&answer, NULL, NULL));
    observe("%s", receive_next(t, t->iut, to->fd));
}

#define DISCARDED "nothing then second"
#define DELIVERED "nothing then first"

RULE(wrong, "wire.udp.checksum.wrong",
     .statement = "A datagram whose checksum is wrong is discarded silently.",
     .outcome = {[BY_RFC] = {DISCARDED, {"rfc1122.udp-checksum-wrong"}},
                 [BY_LINUX] = {DISCARDED, {"rfc1122.udp-checksum-wrong", "linux.udp.7.checksum"}}});

CASE(wrong, one_bit, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct receiver to = receiver(&line);
    struct packet datagram = to.datagram;
    datagram.wrong.checksum = 0x100;
    observe_delivery(&line, &to, datagram);
}

static void mend(struct packet *packet, enum heading heading)
{
    if (heading == TO_IUT) {
        packet->wrong = (struct wrong){0};
        packet->hops = 0;
    }
}

MUTANT_ON_WIRE(wrong, "checksums are not looked at")
{
    mend(packet, heading);
    return true;
}

RULE(closed, "wire.udp.checksum.wrong-and-closed",
     .statement = "A datagram whose checksum is wrong is not answered, if no socket has its port.",
     .outcome = {[BY_RFC] = {"nothing", {"rfc1122.udp-checksum-wrong"}},
                 [BY_LINUX] = {"nothing", {"rfc1122.udp-checksum-wrong", "linux.udp.7.checksum"}}});

CASE(closed, one_bit, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct receiver to = receiver(&line);
    must(sk_close(iut, to.fd));
    to.datagram.wrong.checksum = 0x100;
    line_send_packet(&line, to.datagram);
    struct packet answer = see_now(&line);
    observe("%s", packet_words(&answer, NULL, NULL));
}

MUTANT_ON_WIRE(closed, "checksums are not looked at")
{
    mend(packet, heading);
    return true;
}

RULE(none, "wire.udp.checksum.none",
     .statement = "A datagram of IPv4 without a checksum is delivered.",
     .outcome = {[BY_RFC] = {DELIVERED, {"rfc768.no-checksum"}},
                 [BY_LINUX] = {DELIVERED, {"rfc768.no-checksum"}}});

CASE(none, zero, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_MAPPED)
{
    struct line line = take_line(t);
    struct receiver to = receiver(&line);
    struct packet datagram = to.datagram;
    datagram.wrong.no_checksum = true;
    observe_delivery(&line, &to, datagram);
}

MUTANT_ON_WIRE(none, "datagrams without a checksum are dropped")
{
    return heading != TO_IUT || !packet->wrong.no_checksum;
}

RULE(none6, "wire.udp.checksum.none-of-ipv6",
     .statement = "A datagram of IPv6 without a checksum is discarded.",
     .outcome = {[BY_RFC] = {"* then second", {"rfc8200.udp-no-checksum"}},
                 [BY_LINUX] = {"* then second", {"rfc8200.udp-no-checksum"}}});

CASE(none6, zero, .network = ON_LINE, .family = FAMILY_IPV6)
{
    struct line line = take_line(t);
    struct receiver to = receiver(&line);
    struct packet datagram = to.datagram;
    datagram.wrong.no_checksum = true;
    observe_delivery(&line, &to, datagram);
}

MUTANT_ON_WIRE(none6, "a checksum of 0 is taken for none")
{
    mend(packet, heading);
    return true;
}

/* ---- sending ---- */

static unsigned checksum_of(const struct packet *packet)
{
    size_t at = packet->source.any.sa_family == AF_INET6 ? 46 : 26;
    const unsigned char *bytes = packet->raw;
    return packet->raw_length < at + 2 ? 0 : (unsigned)bytes[at] << 8 | bytes[at + 1];
}

/* A skip where the sender leaves the checksum to hardware, and the line sees what is none yet. */
static unsigned made_checksum(struct test *t, const struct packet *packet)
{
    if (packet->checksum_is_later)
        skip("checksums are left to hardware here");
    return checksum_of(packet);
}

/* Sends this to the line from a connected socket, and gives the datagram as it came. */
static struct packet datagram_of(struct line *line, const struct asker *from, const void *data,
                                 size_t size)
{
    struct test *t = line->t;
    must(sk_send(t->iut, from->fd, data, size, 0));
    struct packet packet = see(line);
    require(packet.protocol == IPPROTO_UDP, "a datagram should have come, and not %s",
            packet_words(&packet, NULL, NULL));
    return packet;
}

/* For mutants: the implementation sends no checksum. */
static void without_checksum(struct packet *packet, enum heading heading)
{
    static unsigned char bytes[2048];
    size_t at = packet->source.any.sa_family == AF_INET6 ? 46 : 26;
    if (heading != FROM_IUT || packet->protocol != IPPROTO_UDP ||
        packet->raw_length > sizeof bytes || packet->raw_length < at + 2)
        return;
    memcpy(bytes, packet->raw, packet->raw_length);
    bytes[at] = bytes[at + 1] = 0;
    packet->raw = bytes;
}

RULE(sent, "wire.udp.checksum.sent",
     .statement = "A datagram that is sent has a checksum, and it is right.",
     .outcome = {
         [BY_RFC] = {"right",
                     {"rfc768.checksum", "rfc1122.udp-checksum-default", "rfc8200.udp-checksum"}},
         [BY_LINUX] = {"right",
                       {"rfc768.checksum", "rfc1122.udp-checksum-default", "rfc8200.udp-checksum",
                        "linux.udp.7.checksum"}}});

CASE(sent, any_length, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"bytes", {"0", "1", "2", "1001"}}})
{
    static const size_t lengths[] = {0, 1, 2, 1001};
    static unsigned char
        data[1001]; /* no zeros, which a checksum that leaves them out has as well */
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (unsigned char)(1 + i % 251);
    struct line line = take_line(t);
    struct asker a = asks_connected(&line);
    struct packet packet = datagram_of(&line, &a, data, lengths[t->chosen[0]]);
    observe("%s", made_checksum(t, &packet) == 0          ? "none"
                  : packet.problems & PACKET_BAD_CHECKSUM ? "wrong"
                                                          : "right");
}

MUTANT_ON_WIRE(sent, "datagrams have no checksum")
{
    without_checksum(packet, heading);
    return true;
}

RULE(ones, "wire.udp.checksum.ones", .statement = "A checksum that comes out as 0 is sent as FFFF.",
     .outcome = {[BY_RFC] = {"ffff",
                             {"rfc768.checksum-ones", "rfc1122.udp-checksum-ones",
                              "rfc8200.udp-checksum-ones"}},
                 [BY_LINUX] = {"ffff",
                               {"rfc768.checksum-ones", "rfc1122.udp-checksum-ones",
                                "rfc8200.udp-checksum-ones"}}});

/* The checksum of a datagram with two zero bytes is what the same datagram needs as its data for
 * all to come out as 0. */
CASE(ones, chosen_data, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct asker a = asks_connected(&line);
    struct packet packet = datagram_more(&line, &a, 2);
    unsigned sum = made_checksum(t, &packet);
    unsigned char data[2] = {(unsigned char)(sum >> 8), (unsigned char)sum};
    packet = datagram_of(&line, &a, data, sizeof data);
    observe("%04x", made_checksum(t, &packet));
}

MUTANT_ON_WIRE(ones, "a checksum of 0 is sent as it is")
{
    if (heading == FROM_IUT && checksum_of(packet) == 0xffff)
        without_checksum(packet, heading);
    return true;
}

/* ---- IP ---- */

RULE(nobody, "wire.udp.invalid-source",
     .statement = "A datagram from a broadcast or multicast address is discarded.",
     .outcome = {
         [BY_RFC] = {DISCARDED, {"rfc1122.invalid-source", "rfc1122.udp-invalid-source"}},
         [BY_LINUX] = {DISCARDED, {"rfc1122.invalid-source", "rfc1122.udp-invalid-source"}}});

CASE(nobody, from, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_MAPPED,
     .axes = {{"source", {"broadcast", "multicast"}}})
{
    struct line line = take_line(t);
    struct receiver to = receiver(&line);
    struct packet datagram = to.datagram;
    datagram.source =
        address_of(t->chosen[0] ? "224.0.0.5" : "255.255.255.255", address_port(&datagram.source));
    observe_delivery(&line, &to, datagram);
}

CASE(nobody, broadcast_of_the_net, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_MAPPED,
     .deviation = {[BY_LINUX] = {"nothing then first",
                                 "without rp_filter Linux refuses only sources that are its own: "
                                 "fib_validate_source()"}})
{
    struct line line = take_line(t);
    struct receiver to = receiver(&line);
    struct packet datagram = to.datagram;
    datagram.source = broadcast_of_the_net(t, datagram.source);
    observe_delivery(&line, &to, datagram);
}

/* An octet of it, which is not what Linux delivers by itself. */
MUTANT_ON_WIRE(nobody, "anybody is a source, of one octet")
{
    if (heading == TO_IUT && packet->text && strcmp(packet->text, "first") == 0) {
        packet->source = address_of("192.0.2.9", address_port(&packet->source));
        packet->text = "f";
    }
    return true;
}

RULE(ttl, "wire.ip.time-to-live-one",
     .statement = "A datagram is delivered whose time to live is 1.",
     .outcome = {[BY_RFC] = {DELIVERED, {"rfc1122.ttl-one-is-enough"}},
                 [BY_LINUX] = {DELIVERED, {"rfc1122.ttl-one-is-enough"}}});

CASE(ttl, one, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_MAPPED)
{
    struct line line = take_line(t);
    struct receiver to = receiver(&line);
    struct packet datagram = to.datagram;
    datagram.hops = 1;
    observe_delivery(&line, &to, datagram);
}

MUTANT_ON_WIRE(ttl, "what may go no further is dropped")
{
    return heading != TO_IUT || packet->hops != 1;
}

RULE(header, "wire.ip.bad-header",
     .statement = "A datagram whose header has a wrong checksum, or a version that is not 4, is "
                  "discarded silently.",
     .outcome = {[BY_RFC] = {DISCARDED, {"rfc1122.header-checksum", "rfc1122.version"}},
                 [BY_LINUX] = {DISCARDED, {"rfc1122.header-checksum", "rfc1122.version"}}});

CASE(header, wrong, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_MAPPED,
     .axes = {{"wrong", {"checksum", "version"}}})
{
    struct line line = take_line(t);
    struct receiver to = receiver(&line);
    struct packet datagram = to.datagram;
    if (t->chosen[0])
        datagram.wrong.version = 5;
    else
        datagram.wrong.header_checksum = 1;
    observe_delivery(&line, &to, datagram);
}

MUTANT_ON_WIRE(header, "headers are not looked at")
{
    mend(packet, heading);
    return true;
}
