/* How a stream is cut: into segments as large as can be, of which the last has PSH. */
#include "suites/wire/wire.h"

/* No more than the least that all hosts take, so that no smaller maximum of the IUT's own counts.
 */
enum { SEGMENT = 500, MUCH = 3 * SEGMENT };

static const char data[MUCH];

RULE(pushed, "wire.cut.push",
     .statement = "The last segment of what send() gives has PSH: no more data waits then.",
     RFCS("PSH", "rfc9293.must-61"));

CASE(pushed, all, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE, .send = ANY_SEND,
     .axes = {{"data", {"little", "much"}}})
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line, .mss = SEGMENT);
    uint32_t end = c.expected + (t->chosen[0] ? MUCH : 5);
    struct packet packet;
    must(send_by_form(t, iut, c.fd, data, t->chosen[0] ? MUCH : 5, NULL));
    do {
        packet = hear(&c);
        tell(&c, ACK);
    } while (packet.protocol && c.expected != end);
    require_by("wire.open.first-data", packet.length, "the data did not come");
    observe("%s", packet.flags & PSH ? "PSH" : "no PSH");
}

MUTANT_TAMPERS(pushed, "PSH is never set", .data = true, .clear = PSH)

/* Whether each segment but the last has the maximum size, of what was sent and of options. */
static bool all_full(struct talk *c, uint32_t end)
{
    while (c->expected != end) {
        uint32_t before = c->expected;
        struct packet packet = hear(c);
        if (!packet.protocol || packet.flags & RST)
            return false;
        if (c->expected == before) /* sent again */
            continue;
        if (c->expected != end && packet.length + packet.options_length != SEGMENT)
            return false;
        tell(c, ACK);
    }
    return true;
}

RULE(full, "wire.cut.full-segments",
     .statement = "Much data of send() goes in segments of the maximum size that the other side's "
                  "SYN has, options counted, but for the last one.",
     RFCS("full", "rfc9293.shld-28"));

CASE(full, much, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"stamps", {"no", "yes"}}})
{
    struct line line = take_line(t);
    struct packet syn = {.flags = SYN, .mss = SEGMENT};
    if (t->chosen[0] == 1)
        syn.stamp = (struct stamp)STAMP(1, 0);
    struct talk c = line_connected_with(&line, syn);
    if (t->chosen[0] == 1)
        need_stamps(&c);
    uint32_t end = c.expected + MUCH;
    must(sk_send(iut, c.fd, data, MUCH, 0));
    observe("%s", all_full(&c, end) ? "full" : "of another size");
}

MUTANT_ON_WIRE(full, "segments have half of that")
{
    if (heading == TO_IUT && packet->flags & SYN)
        packet->mss = SEGMENT / 2;
    return true;
}

enum { PART = 40 };

RULE(collapsed, "wire.cut.collapsed",
     .statement = "What several calls of send() gave while the window was closed goes in one "
                  "segment when it fits.",
     RFCS("in one", "rfc9293.shld-27", "rfc9293.shld-28"));

/* A probe may have taken a part of it before, or an octet of it at the last moment. */
CASE(collapsed, opened, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    enum { CALLS = 10 };
    struct line line = take_line(t);
    struct talk c = line_connected(&line, .mss = SEGMENT);
    say_window(&c, 0);
    uint32_t end = c.expected + CALLS * PART;
    for (int i = 0; i < CALLS; i++)
        must(sk_send(iut, c.fd, data, PART, 0));
    hear_rest(&c);
    c.window = UINT16_MAX;
    tell(&c, ACK);
    struct packet packet;
    do {
        packet = hear(&c);
        tell(&c, ACK);
    } while (packet.protocol && packet.length <= 1);
    observe("%s", packet.length && c.expected == end ? "in one" : "in several");
}

MUTANT_ON_WIRE(collapsed, "each call's data goes by itself")
{
    if (heading == FROM_IUT && packet->length > PART)
        packet->length = PART;
    return true;
}
