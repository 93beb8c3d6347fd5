/* Selective acknowledgments that an implementation gets: what it sends again. */
#include "suites/wire/sack.h"
#include "suites/wire/wire.h"

#include "calls/clock.h"

/* What is sent at a time, and how often the same may come again: it can for long. */
enum { SIZE = 5, FUTILE = 8 };

static const char letters[] = "AAAAABBBBBCCCCCDDDDDEEEEEFFFFFGGGGGHHHHH";

/* A connection on which so many segments of five octets have been sent, and none acknowledged. */
static struct talk after_sending(struct line *line, uint32_t segments)
{
    struct test *t = line->t;
    struct talk c = line_sacked(line);
    size_t most;
    must(sk_setsockopt(t->iut, c.fd, IPPROTO_TCP, TCP_NODELAY, 1));
    for (uint32_t i = 0; i < segments; i++) {
        must(sk_send(t->iut, c.fd, letters + (size_t)SIZE * i, SIZE, 0));
        require_by("wire.retransmission.send-returns", hear_data(&c, SIZE, &most) == SIZE,
                   "data of send() does not come");
    }
    return c;
}

/* The line acknowledges all before the octet of this number, where 1 is the first, and reports
 * what lies between two others, if they are not 0. */
static void report(struct talk *c, uint32_t ack, uint32_t left, uint32_t right)
{
    struct packet segment = {.flags = ACK, .ack = c->others.number + ack - c->expected};
    if (right) {
        segment.sack[0][0] = c->others.number + left;
        segment.sack[0][1] = c->others.number + right;
        segment.sacks = 1;
    }
    tell_segment(c, segment);
}

/* The next data that begins with this number. Other data may come before: what was under way, and
 * a probe for what was lost at the end. */
static struct packet hear_at(struct talk *c, uint32_t number)
{
    struct packet packet = {0};
    int64_t begin = clock_now();
    for (int i = 0; i < FUTILE && may_still_come(begin); i++) {
        packet = hear(c);
        if (!packet.protocol || packet.flags & RST ||
            (packet.length && packet.seq == c->others.number + number))
            break;
    }
    return packet;
}

/* For mutants: what was reported is never sent again. */
static bool drops_reported(struct packet *packet, enum heading heading)
{
    static uint32_t left, right;
    if (heading == TO_IUT && packet->sacks) {
        left = packet->sack[0][0];
        right = packet->sack[0][1];
    }
    uint32_t end = packet->seq + (uint32_t)packet->length;
    return heading == TO_IUT || !packet->length || !sequence_before(left, end) ||
           !sequence_before(packet->seq, right);
}

RULE(left_edge, "wire.sack.left-edge",
     .statement = "Data of send() at the left edge of the window that is not acknowledged is sent "
                  "again although the line has reported it by a SACK, or a part of it.",
     RFCS("it comes again", "rfc2018.left-edge-sent-again", "rfc2018.timeouts-unchanged",
          "rfc2018.ack-number"));

static const char *begins_with(const struct talk *c, struct packet packet, uint32_t number)
{
    if (!packet.length || packet.seq != c->others.number + number)
        return said(c, packet);
    size_t size = packet.length < SIZE ? packet.length : SIZE;
    return memcmp(packet.data, letters + number - 1, size) == 0 ? "it comes again" : "other octets";
}

CASE(left_edge, reported, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .tags = TAG_WAITS, .seconds = 15, .axes = {{"octets", {"all", "part"}}})
{
    struct line line = take_line(t);
    struct talk c = after_sending(&line, 1);
    if (t->chosen[0] == 0)
        report(&c, 1, 1, 1 + SIZE);
    else
        report(&c, 1, 2, SIZE);
    hear_rest(&c); /* what was sent before the report came is no answer to it */
    observe("%s", begins_with(&c, hear_at(&c, 1), 1));
}

/* The line has it no more. */
CASE(left_edge, discarded, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .tags = TAG_WAITS, .seconds = 15)
{
    struct line line = take_line(t);
    struct talk c = after_sending(&line, 3);
    report(&c, 1, 1 + SIZE, 1 + 3 * SIZE);
    report(&c, 1 + SIZE, 0, 0);
    observe("%s", begins_with(&c, hear_at(&c, 1 + SIZE), 1 + SIZE));
}

MUTANT_ON_WIRE_BY(left_edge, "what was reported is not sent again", drops_reported)

RULE(kept, "wire.sack.kept-until-acknowledged",
     .statement = "Data of send() that the line has reported by a SACK is kept until it is "
                  "acknowledged: where the line has discarded it all of it is sent again.",
     RFCS("BBBBBCCCCC", "rfc2018.sender-keeps", "rfc2018.not-dequeued",
          "rfc2018.left-edge-sent-again"));

CASE(kept, discarded, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE, .tags = TAG_WAITS,
     .seconds = 30)
{
    enum { FROM = 1 + SIZE, TO = 1 + 3 * SIZE };
    char again[2 * SIZE + 1] = "";
    struct line line = take_line(t);
    struct talk c = after_sending(&line, 3);
    report(&c, 1, FROM, TO);
    uint32_t at = FROM;
    for (int futile = 0; at < TO && futile < FUTILE; futile++) {
        report(&c, at, 0, 0);
        struct packet packet = hear_at(&c, at);
        if (!packet.protocol || packet.flags & RST) /* nothing more will come */
            break;
        if (!packet.length || packet.seq != c.others.number + at)
            continue;
        size_t size = packet.length < TO - at ? packet.length : TO - at;
        memcpy(again + (at - FROM), packet.data, size);
        at += (uint32_t)size;
    }
    observe("%s", *again ? again : "nothing");
}

MUTANT_ON_WIRE(kept, "other octets come instead")
{
    static uint32_t left, right;
    if (heading == TO_IUT && packet->sacks) {
        left = packet->sack[0][0];
        right = packet->sack[0][1];
    }
    if (heading == FROM_IUT && packet->length && !sequence_before(packet->seq, left) &&
        sequence_before(packet->seq, right))
        packet->data = "XXXXXXXXXXXXXXXXXXXX";
    return true;
}

RULE(boundaries, "wire.sack.any-boundaries",
     .statement = "After a SACK that begins and ends within segments of send(), or reports what "
                  "was acknowledged, the connection goes on: what send() gives once all is "
                  "acknowledged is sent.",
     RFCS("ACK seq 11 ack 1 data 5", "rfc2018.any-boundaries", "rfc2018.ack-number",
          "rfc2883.discarded"));

CASE(boundaries, blocks, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"block", {"within-one", "across-two", "acknowledged"}}})
{
    static const struct {
        uint32_t ack, left, right;
    } says[] = {{1, 2, 4}, {1, 3, 9}, {6, 1, 6}};
    struct line line = take_line(t);
    struct talk c = after_sending(&line, 2);
    report(&c, says[t->chosen[0]].ack, says[t->chosen[0]].left, says[t->chosen[0]].right);
    drain(&line);
    report(&c, 11, 0, 0);
    int result = sk_send(iut, c.fd, "hello", 5, MSG_NOSIGNAL);
    struct packet next = {0};
    if (result == 5)
        next = hear_at(&c, 11);
    bool others = next.length == 5 && memcmp(next.data, "hello", 5) != 0;
    observe("%s", result != 5 ? result_name(result) : others ? "other octets" : said(&c, next));
}

MUTANT_ON_WIRE(boundaries, "such a SACK ends the connection")
{
    if (heading == TO_IUT && packet->sacks)
        packet->flags |= RST;
    return true;
}

/* That the sender remembers what was reported RFC 2018 says (5); what it makes of that is left to
 * it, and to skip it is one way. */
RULE(missing, "wire.sack.missing-only",
     .statement = "Where SACKs report all that send() gave but two segments, these are sent again, "
                  "and nothing between them or behind them is before they have been, but for the "
                  "last segment, as a probe.",
     .pinned = {[BY_LINUX] = "what is missing"});

/* The first and the third are missing of eight. The last may come again, as a probe. Each report is
 * of all others: after a timeout what is not yet reported may come again, too. */
CASE(missing, two_of_eight, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .tags = TAG_WAITS, .seconds = 5)
{
    enum { SEGMENTS = 8, REPORTS = 4, MOST = 5 };
    struct line line = take_line(t);
    struct talk c = after_sending(&line, SEGMENTS);
    uint32_t first = c.others.number + 1, third = first + 2 * SIZE, last = first + 7 * SIZE;
    int64_t begin = 0;
    for (int i = 0; i < REPORTS; i++) {
        struct packet sent = tell(&c, ACK, .ack = first - c.expected, .sacks = 2,
                                  .sack = {{third + SIZE, last + SIZE}, {first + SIZE, third}});
        begin = begin ? begin : sent.time;
    }
    bool third_came = false, others = false;
    int firsts = 0;
    while (!(firsts && third_came) && !others && firsts < MOST) {
        struct packet packet = hear(&c);
        require(packet.protocol, "nothing is sent again");
        if (!packet.length || packet.seq == last)
            continue;
        require(packet.time >= begin, "a timer has sent something again before the reports");
        others = (packet.seq != first && packet.seq != third) || packet.length > SIZE;
        firsts += packet.seq == first;
        third_came |= packet.seq == third;
    }
    observe("%s", firsts && third_came && !others ? "what is missing"
                  : others                        ? "what was reported"
                                                  : "one of two");
}

MUTANT_ON_WIRE(missing, "SACKs are not looked at")
{
    if (heading == TO_IUT)
        packet->sacks = 0;
    return true;
}
