/* Selective acknowledgments of what has come before: D-SACK. */
#include "suites/wire/sack.h"
#include "suites/wire/wire.h"

/* What Linux documents that it does, and others may: a duplicate is reported before all else. */
#define DUPLICATES(with_, without_, ...)                                                           \
    .outcome = {[BY_LINUX] = {with_, {"linux.tcp.7.proc-tcp-dsack", __VA_ARGS__}},                 \
                [BY_RFC] = {with_ " | " without_, {__VA_ARGS__}}}

/* A connection of which three octets have come in order. */
static struct talk after_three(struct line *line)
{
    struct test *t = line->t;
    struct talk c = line_sacked(line);
    tell(&c, ACK, .text = "abc");
    require_by("wire.ack.within-half-a-second", acknowledged(&c).protocol,
               "data was not acknowledged");
    return c;
}

/* For mutants: a duplicate is said to be an octet longer. */
static bool duplicates_longer(struct packet *packet, enum heading heading)
{
    if (heading == FROM_IUT && packet->sacks)
        packet->sack[0][1]++;
    return true;
}

RULE(old, "wire.sack.duplicate",
     .statement = "The ACK of data that has come before, and was acknowledged, has a block of just "
                  "that data, if it reports duplicates.",
     DUPLICATES("1:4", "no block", "rfc2883.first-block", "rfc2883.edges",
                "rfc2883.no-negotiation"));

CASE(old, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = after_three(&line);
    observe("%s", blocks(&c, early(&c, (uint32_t)-3, "abc")));
}

MUTANT_ON_WIRE_BY(old, "it is said to be longer", duplicates_longer)

RULE(number, "wire.sack.duplicate-ack-number",
     .statement = "The ACK of data that has come before acknowledges all that has come in order, "
                  "where selective acknowledgments are in use as ever.",
     RFCS("ACK seq 1 ack 4", "rfc2883.ack-unchanged", "rfc2018.ack-number"));

CASE(number, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = after_three(&line);
    observe("%s", said(&c, early(&c, (uint32_t)-3, "abc")));
}

MUTANT_ON_WIRE(number, "the number is that of the duplicate")
{
    if (heading == FROM_IUT && packet->sacks)
        packet->ack = packet->sack[0][0];
    return true;
}

RULE(once, "wire.sack.duplicate-once",
     .statement = "A duplicate is reported by one ACK at most, and not by that of the data that "
                  "comes next, be it in order or too early.",
     .outcome = {
         [BY_LINUX] = {"1:4 then not again",
                       {"linux.tcp.7.proc-tcp-dsack", "rfc2883.once", "rfc2883.newest-only"}},
         [BY_RFC] = {"1:4 | no block then not again", {"rfc2883.once", "rfc2883.newest-only"}}});

/* Whether any block is of what was acknowledged. */
static const char *old_again(const struct talk *c, struct packet packet)
{
    for (unsigned i = 0; i < packet.sacks; i++)
        if (sequence_before(packet.sack[i][0], packet.ack))
            return blocks(c, packet);
    return packet.protocol ? "not again" : "no ACK";
}

CASE(once, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"next", {"in-order", "early"}}})
{
    struct line line = take_line(t);
    struct talk c = after_three(&line);
    observe("%s", blocks(&c, early(&c, (uint32_t)-3, "abc")));
    struct packet next;
    if (t->chosen[0] == 1) {
        next = early(&c, 3, "gh");
    } else {
        tell(&c, ACK, .text = "def");
        do /* an ACK that has just that number may be one too many of the duplicate */
            next = hear(&c);
        while (next.protocol && !next.sacks && next.ack != c.next);
        require_by("wire.ack.within-half-a-second", next.protocol, "data was not acknowledged");
    }
    observe("%s", old_again(&c, next));
}

MUTANT_ON_WIRE(once, "it is reported by all that follow")
{
    static uint32_t duplicate[2];
    if (heading == FROM_IUT && duplicate[1] != duplicate[0]) {
        memcpy(packet->sack[0], duplicate, sizeof duplicate);
        packet->sacks = 1;
    } else if (heading == FROM_IUT && packet->sacks) {
        memcpy(duplicate, packet->sack[0], sizeof duplicate);
    }
    return true;
}

RULE(gap, "wire.sack.duplicate-and-gap",
     .statement = "While there is a gap the ACK of data that has come before it reports what has "
                  "come behind the gap, and in front of that the duplicate, if it reports "
                  "duplicates.",
     DUPLICATES("1:4 7:9", "7:9", "rfc2883.first-block", "rfc2883.more-blocks", "rfc2018.every-ack",
                "rfc2018.many-blocks"));

CASE(gap, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = after_three(&line);
    need_blocks(&c, early(&c, 3, "gh"));
    observe("%s", blocks(&c, early(&c, (uint32_t)-3, "abc")));
}

MUTANT_ON_WIRE(gap, "the duplicate is all that it reports")
{
    if (heading == FROM_IUT && packet->sacks && sequence_before(packet->sack[0][0], packet->ack))
        packet->sacks = 1;
    return true;
}

RULE(queued, "wire.sack.duplicate-queued",
     .statement = "The ACK of data behind a gap that has come before reports the block with all "
                  "that is contiguous with it, and in front of that the duplicate, if it reports "
                  "duplicates.",
     DUPLICATES("5:7 3:7", "3:7", "rfc2883.first-block", "rfc2883.second-block",
                "rfc2018.every-ack"));

CASE(queued, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_sacked(&line);
    need_blocks(&c, early(&c, 2, "cd"));
    require_by("wire.sack.first-block", reports(&c, early(&c, 4, "ef"), 2, 4),
               "what is contiguous is not reported as one");
    observe("%s", blocks(&c, early(&c, 4, "ef")));
}

MUTANT_ON_WIRE(queued, "the duplicate is all that it reports")
{
    if (heading == FROM_IUT && packet->sacks > 1)
        packet->sacks = 1;
    return true;
}

RULE(part, "wire.sack.duplicate-part",
     .statement = "Of data that has come in part, up to what was acknowledged, the ACK reports the "
                  "part that had come, if it reports duplicates.",
     DUPLICATES("1:4", "no block", "rfc2883.partial", "rfc2883.first-block", "rfc2883.edges"));

CASE(part, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = after_three(&line);
    tell(&c, ACK, .seq = -3, .text = "abcdef");
    c.next += 3;
    struct packet answer = acknowledged(&c);
    require_by("wire.ack.within-half-a-second", answer.protocol, "data was not acknowledged");
    observe("%s", blocks(&c, answer));
}

MUTANT_ON_WIRE_BY(part, "all of it is reported", duplicates_longer)

RULE(parts, "wire.sack.duplicate-parts",
     .statement = "Of data behind a gap two parts of which have come, the first block of the ACK "
                  "is the first part alone, if it reports duplicates, and all that is contiguous "
                  "if it does not.",
     DUPLICATES("3:5", "3:9", "rfc2883.first-part", "rfc2883.partial", "rfc2018.first-block"));

CASE(parts, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_sacked(&line);
    need_blocks(&c, early(&c, 2, "cd"));
    early(&c, 10, "kl");
    early(&c, 6, "gh");
    struct packet answer = early(&c, 2, "cdefgh");
    require_by("wire.sack.each-segment", answer.sacks, "there is no block");
    /* A block that stands there twice was reported as a duplicate at first. */
    bool twice =
        answer.sacks > 1 && memcmp(answer.sack[0], answer.sack[1], sizeof *answer.sack) == 0;
    bool whole = reports(&c, answer, 2, 6);
    answer.sacks = twice ? 2 : 1;
    /* Else the part is no duplicate, but what an old block has. */
    require_by("wire.sack.duplicate-queued", whole || !reports(&c, answer, 2, 2),
               "what has come is not reported as one");
    observe("%s", blocks(&c, answer));
}

MUTANT_ON_WIRE_BY(parts, "the part is said to be longer", duplicates_longer)
