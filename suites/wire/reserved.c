/* The bits of a segment's header that are kept for later. */
#include "suites/wire/wire.h"

/* The last of the four has a use where accurate ECN was agreed upon, which a SYN that has the other
 * bits of ECN asks for; the line never agrees. It sends none, for one who has that use may take it
 * for the question. */
enum { RESERVED = 0x0e, LAST = 0x01, OFFSET_AT = 12, IPV4_HEADER_UNIT = 4, IPV6_HEADER = 40 };

/* Those of a packet that was received. */
static const char *reserved_of(const struct packet *packet)
{
    const unsigned char *bytes = packet->raw;
    size_t header = packet->source.any.sa_family == AF_INET6
                        ? IPV6_HEADER
                        : (size_t)(bytes[0] & 15) * IPV4_HEADER_UNIT;
    bool asks = (packet->flags & (SYN | ACK | ECE | CWR)) == (SYN | ECE | CWR);
    return bytes[header + OFFSET_AT] & (asks ? RESERVED : RESERVED | LAST) ? "set" : "zero";
}

/* The next segment that has one of these flags, or data where none is named. What is sent again
 * meanwhile is passed over. */
static struct packet next_with(struct talk *c, unsigned flags)
{
    struct test *t = c->line->t;
    struct packet packet;
    do
        packet = hear(c);
    while (packet.protocol && !(flags ? packet.flags & flags : packet.length));
    require(packet.protocol == IPPROTO_TCP, "%s did not come", flags ? flags_text(flags) : "data");
    return packet;
}

RULE(sent, "wire.header.reserved-sent",
     .statement =
         "The reserved bits of the SYN, an ACK, data and the FIN of a connection, and of the "
         "RST of a closed port, are zero.",
     RFCS("zero then zero then zero then zero then zero", "rfc9293.reserved-bits-sent"));

CASE(sent, segments, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line), closed = talk_to(&line, unused_port(t));
    struct packet packet;
    observe("%s", reserved_of(&c.syn));
    tell(&c, ACK, .text = "abc");
    packet = acknowledged(&c);
    require(packet.protocol, "the data got no ACK");
    observe("%s", reserved_of(&packet));
    must(sk_send(iut, c.fd, "abc", 3, 0));
    packet = next_with(&c, 0);
    observe("%s", reserved_of(&packet));
    tell(&c, ACK);
    must(sk_shutdown(iut, c.fd, SHUT_WR));
    packet = next_with(&c, FIN);
    observe("%s", reserved_of(&packet));
    tell(&c, ACK);
    tell(&closed, SYN);
    packet = next_with(&closed, RST);
    observe("%s", reserved_of(&packet));
}

/* All bits of the byte are turned on in a copy. */
MUTANT_ON_WIRE(sent, "the reserved bits of a RST are set")
{
    static unsigned char bytes[128];
    if (heading == FROM_IUT && packet->flags & RST && packet->raw_length <= sizeof bytes) {
        size_t header = packet->source.any.sa_family == AF_INET6 ? IPV6_HEADER : 20;
        memcpy(bytes, packet->raw, packet->raw_length);
        bytes[header + OFFSET_AT] |= RESERVED;
        packet->raw = bytes;
    }
    return true;
}

RULE(taken, "wire.header.reserved-received",
     .statement = "Reserved bits that are set are ignored: the handshake, data and the end of a "
                  "connection are as without them, for accept() and recv().",
     RFCS("SYN ACK seq 0 ack 1 then a connection then abc then end of file",
          "rfc9293.reserved-bits-received"));

CASE(taken, segments, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"bits", {"lowest", "middle", "highest", "all"}}})
{
    static const unsigned bits[] = {2, 4, 8, RESERVED};
    struct wrong wrong = {.reserved = bits[t->chosen[0]]};
    struct line line = take_line(t);
    struct talk c = talk_to_listener(&line);
    tell(&c, SYN, .wrong = wrong);
    struct packet answer = hear(&c);
    talk_counts_from(&c, &answer);
    observe("%s", said(&c, answer));
    tell(&c, ACK, .wrong = wrong);
    observe("%s", accepted_now(&c));
    tell(&c, ACK, .text = "abc", .wrong = wrong);
    observe("%s", receive_next(t, iut, c.fd));
    tell(&c, FIN | ACK, .wrong = wrong);
    observe("%s", receive_next(t, iut, c.fd));
}

MUTANT_ON_WIRE(taken, "data with reserved bits is damaged")
{
    if (heading == TO_IUT && packet->text && packet->wrong.reserved)
        packet->text = "bcd";
    return true;
}
