/* Selective acknowledgments: which blocks a segment has. */
#include "suites/wire/sack.h"
#include "suites/wire/wire.h"
#include "wire/headers.h"

/* Segments of two octets with gaps between them, and how many blocks have room. */
enum { SIZE = 2, APART = 4, FOUR = 4, THREE = 3 };

static const char *first_is(const struct talk *c, struct packet packet, uint32_t at, uint32_t size)
{
    bool newest = packet.sacks && packet.sack[0][0] == c->next + at &&
                  packet.sack[0][1] == c->next + at + size;
    return newest ? "the newest" : blocks(c, packet);
}

RULE(first, "wire.sack.first-block",
     .statement = "The first block of an ACK is the one with the segment that it answers, whatever "
                  "the order in which segments come, and with all that is contiguous with that "
                  "segment.",
     RFCS("the newest then the newest then the newest", "rfc2018.first-block",
          "rfc2018.newest-reported"));

CASE(first, permuted, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"order", {"ascending", "descending", "middle-last"}}})
{
    static const uint32_t orders[][3] = {{2, 6, 10}, {10, 6, 2}, {10, 2, 6}};
    struct line line = take_line(t);
    struct talk c = line_sacked(&line);
    for (int i = 0; i < 3; i++) {
        uint32_t at = orders[t->chosen[0]][i];
        struct packet answer = early(&c, at, "xy");
        if (i == 0)
            need_blocks(&c, answer);
        require_by("wire.sack.each-segment", answer.sacks, "there is no block");
        observe("%s", first_is(&c, answer, at, SIZE));
    }
}

/* The third is contiguous with the first, which has been kept as the end shows: who discards it
 * reports the newest segment alone. */
CASE(first, grown, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"side", {"left", "right"}}})
{
    struct line line = take_line(t);
    struct talk c = line_sacked(&line);
    struct packet answer = early(&c, 4, "xy");
    need_blocks(&c, answer);
    observe("%s", first_is(&c, answer, 4, SIZE));
    answer = early(&c, 10, "xy");
    require_by("wire.sack.each-segment", answer.sacks, "there is no block");
    observe("%s", first_is(&c, answer, 10, SIZE));
    uint32_t at = t->chosen[0] == 0 ? 2 : 6;
    answer = early(&c, at, "xy");
    require_by("wire.sack.each-segment", answer.sacks, "there is no block");
    const char *words = first_is(&c, answer, at < 4 ? at : 4, (uint32_t)2 * SIZE);
    struct packet all = fill_gap(&c, at < 4 ? "ab" : "abcd", (uint32_t)2 * SIZE);
    require_by("wire.order.kept", all.ack == c.next, "what came too early was not kept");
    observe("%s", words);
}

MUTANT_ON_WIRE(first, "the newest block is the last")
{
    if (heading == FROM_IUT && packet->sacks > 1) {
        uint32_t newest[2];
        memcpy(newest, packet->sack[0], sizeof newest);
        memmove(packet->sack[0], packet->sack[1], (packet->sacks - 1) * sizeof newest);
        memcpy(packet->sack[packet->sacks - 1], newest, sizeof newest);
    }
    return true;
}

RULE(joined, "wire.sack.joined",
     .statement = "Where what lay between two blocks has come, they are reported as one, and "
                  "no part of it as another.",
     RFCS("3:9", "rfc2018.isolated", "rfc2018.first-block"));

/* The end shows that all of it was kept: who discards some reports less. */
CASE(joined, between, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_sacked(&line);
    need_blocks(&c, early(&c, 2, "cd"));
    early(&c, 6, "gh");
    struct packet answer = early(&c, 4, "ef");
    require_by("wire.sack.each-segment", answer.sacks, "there is no block");
    const char *words = blocks(&c, answer);
    struct packet all = fill_gap(&c, "ab", (uint32_t)3 * SIZE);
    require_by("wire.order.kept", all.ack == c.next, "what came too early was not kept");
    observe("%s", words);
}

MUTANT_ON_WIRE(joined, "a part of it is reported again")
{
    if (heading == FROM_IUT && packet->sacks == 1 &&
        packet->sack[0][1] - packet->sack[0][0] > SIZE) {
        packet->sack[1][0] = packet->sack[0][0];
        packet->sack[1][1] = packet->sack[0][0] + SIZE;
        packet->sacks = 2;
    }
    return true;
}

RULE(repeated, "wire.sack.repeated",
     .statement = "An ACK reports the blocks that were the first of the two ACKs before it, beside "
                  "its own.",
     RFCS("3:5 then 3:5 7:9 then 3:5 7:9 11:13", "rfc2018.repeats", "rfc2018.many-blocks",
          "rfc2018.any-order"));

/* With timestamps there is room for three. */
static struct talk line_maybe_stamped(struct line *line, bool stamped)
{
    struct talk c = stamped ? line_sacked(line, .stamp = STAMP(1000, 0)) : line_sacked(line);
    if (stamped)
        need_stamps(&c);
    return c;
}

CASE(repeated, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"timestamps", {"without", "with"}}})
{
    struct line line = take_line(t);
    struct talk c = line_maybe_stamped(&line, t->chosen[0] == 1);
    struct packet first = early(&c, 2, "cd");
    need_blocks(&c, first);
    struct packet second = early(&c, 6, "gh"), third = early(&c, 10, "kl");
    need_kept(&c, 3);
    observe("%s", sorted_blocks(&c, first));
    observe("%s", sorted_blocks(&c, second));
    observe("%s", sorted_blocks(&c, third));
}

MUTANT_ON_WIRE(repeated, "there is never more than one block")
{
    if (heading == FROM_IUT && packet->sacks > 1)
        packet->sacks = 1;
    return true;
}

/* Six segments come with gaps between them; gives the ACK of the last. */
enum { SEGMENTS = 6 };

static struct packet six_gaps(struct talk *c)
{
    struct packet answer = {0};
    for (uint32_t i = 0; i < SEGMENTS; i++) {
        answer = early(c, SIZE + i * APART, "xy");
        if (i == 0)
            need_blocks(c, answer);
    }
    return answer;
}

RULE(many, "wire.sack.as-many-as-fit",
     .statement = "Where more blocks wait than an ACK has room for, it has four different ones, or "
                  "three beside timestamps.",
     RFCS("as many as fit", "rfc2018.many-blocks"));

CASE(many, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"timestamps", {"without", "with"}}})
{
    struct line line = take_line(t);
    struct talk c = line_maybe_stamped(&line, t->chosen[0] == 1);
    struct packet answer = six_gaps(&c);
    unsigned room = t->chosen[0] == 1 ? THREE : FOUR, different = 0;
    for (uint32_t i = 0; i < SEGMENTS; i++)
        different += reports(&c, answer, SIZE + i * APART, SIZE);
    need_kept(&c, SEGMENTS);
    observe("%s", answer.sacks > room ? "more" : different == room ? "as many as fit" : "fewer");
}

MUTANT_ON_WIRE(many, "room for one more is left")
{
    unsigned room = packet->stamp.there ? THREE : FOUR;
    if (heading == FROM_IUT && packet->sacks == room)
        packet->sacks--;
    return true;
}

RULE(newest, "wire.sack.newest",
     .statement = "Where more blocks wait than an ACK has room for, it has those of the segments "
                  "that came last, each once.",
     RFCS("those that came last", "rfc2018.repeats"));

CASE(newest, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"timestamps", {"without", "with"}}})
{
    struct line line = take_line(t);
    struct talk c = line_maybe_stamped(&line, t->chosen[0] == 1);
    struct packet answer = six_gaps(&c);
    require_by("wire.sack.as-many-as-fit", answer.sacks > 1, "there are not even two blocks");
    bool all = true;
    for (uint32_t i = 0; i < answer.sacks; i++)
        all &= reports(&c, answer, SIZE + (SEGMENTS - 1 - i) * APART, SIZE);
    const char *words = all ? "those that came last" : blocks(&c, answer);
    need_kept(&c, SEGMENTS);
    observe("%s", words);
}

MUTANT_ON_WIRE(newest, "the oldest block is always among them")
{
    static uint32_t oldest[2];
    if (heading == FROM_IUT && packet->sacks == 1 && !oldest[1])
        memcpy(oldest, packet->sack[0], sizeof oldest);
    if (heading == FROM_IUT && packet->sacks > 1)
        memcpy(packet->sack[packet->sacks - 1], oldest, sizeof oldest);
    return true;
}

RULE(length, "wire.sack.length",
     .statement = "The SACK option of an ACK is eight octets long for each block that was to be "
                  "reported, and two more.",
     RFCS("10 then 18", "rfc2018.length"));

static int sack_length(struct packet packet)
{
    const unsigned char *option = tcp_option(&packet, OPTION_SACK);
    return option ? option[1] : 0;
}

CASE(length, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_sacked(&line);
    struct packet one = early(&c, 2, "cd");
    if (sack_length(one) <= 2) /* none, or of no block */
        need_blocks(&c, one);
    struct packet two = early(&c, 6, "gh");
    /* One whose length is of one block has no more; any other is what the rule is about. */
    require_by("wire.sack.repeated", sack_length(two) > 10, "there are not two blocks");
    observe("%d", sack_length(one));
    observe("%d", sack_length(two));
}

MUTANT_ON_WIRE(length, "it says two octets more")
{
    const unsigned char *option = tcp_option(packet, OPTION_SACK);
    if (heading == FROM_IUT && option)
        packet->options[option + 1 - packet->options] += 2;
    return true;
}

RULE(none, "wire.sack.none-in-order",
     .statement =
         "The ACK of data that comes in order has no block, nor has that of what fills the "
         "only gap.",
     RFCS("no block", "rfc2018.reports-queued", "rfc2018.isolated",
          "rfc2018.acknowledged-normally"));

CASE(none, in_order, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_sacked(&line);
    tell(&c, ACK, .text = "abc");
    struct packet answer = acknowledged(&c);
    require_by("wire.ack.within-half-a-second", answer.protocol, "data was not acknowledged");
    observe("%s", blocks(&c, answer));
}

CASE(none, filled, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_sacked(&line);
    need_blocks(&c, early(&c, 2, "cd"));
    struct packet answer = fill_gap(&c, "ab", SIZE);
    require_by("wire.sack.ack-number", answer.ack == c.next, "the ACK has another number");
    observe("%s", blocks(&c, answer));
}

MUTANT_ON_WIRE(none, "what was acknowledged is reported as well")
{
    if (heading == FROM_IUT && !(packet->flags & SYN) && !packet->sacks) {
        packet->sack[0][0] = packet->ack - SIZE;
        packet->sack[0][1] = packet->ack;
        packet->sacks = 1;
    }
    return true;
}
