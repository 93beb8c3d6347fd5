/* RFC 5681 by what can be seen of it: what goes out after a timeout and after duplicate ACKs, and
 * how many ACKs a segment gets. */
#include "suites/wire/wire.h"

enum { SEGMENT = 500, MUCH = 80 * SEGMENT };

/* A connection on which send() has given more than goes out at once, and the first segment of that,
 * which is lost. The line takes segments of SEGMENT octets and has no SACK. An octet before that is
 * acknowledged: duplicates of what acknowledges no more than the SYN mean nothing to NewReno (RFC
 * 6582, 3.2), which RFC 5681 allows, and they are to have the window of the ACK before them. */
static struct talk much_sent(struct line *line, struct packet *first)
{
    static const char data[MUCH];
    struct test *t = line->t;
    struct talk c = line_connected(line, .mss = SEGMENT);
    must(sk_send(t->iut, c.fd, data, 1, 0));
    must_hear(&c, ACK);
    tell(&c, ACK);
    drain(line);
    set_nonblocking(t, t->iut, c.fd, true);
    must(sk_send(t->iut, c.fd, data, sizeof data, 0));
    *first = hear(&c);
    require(first->length, "no data came");
    return c;
}

RULE(loss_window, "wire.congestion.loss-window",
     .statement =
         "When what send() gave is sent again since its timeout expired, one segment of it "
         "goes out before something is acknowledged.",
     RFCS("one segment", "rfc5681.loss-window", "rfc9293.must-19"));

/* Whether it has data behind the first segment, which may go in parts. */
static bool is_more(const struct packet *packet, const struct packet *first)
{
    uint32_t end = packet->seq + (uint32_t)packet->length;
    return packet->length && sequence_before(first->seq + SEGMENT, end);
}

/* Up to the next timeout. */
CASE(loss_window, timeout, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .tags = TAG_WAITS, .seconds = 10)
{
    struct line line = take_line(t);
    struct packet first, packet;
    struct talk c = much_sent(&line, &first);
    int segments = 1, others = 0;
    for (packet = hear(&c); !packet.length || packet.seq != first.seq; packet = hear(&c)) {
        require(packet.protocol, "nothing is sent again");
        segments += packet.length > 0;
    }
    if (segments == 1)
        skip("one segment goes out before something is acknowledged");
    do {
        others += is_more(&packet, &first);
        packet = hear(&c);
    } while (packet.protocol && packet.seq != first.seq);
    observe("%s", others ? "more" : "one segment");
}

MUTANT_ON_WIRE(loss_window, "the next segment comes with it")
{
    static uint32_t first;
    struct packet next = *packet;
    if (heading == TO_IUT || packet->length < SEGMENT)
        return true;
    if (first && packet->seq == first) {
        next.seq += (uint32_t)packet->length;
        wire_sends(&next);
    }
    first = first ? first : packet->seq;
    return true;
}

RULE(fast_retransmit, "wire.congestion.fast-retransmit",
     .statement = "When the first of several segments is lost, and each one that comes is answered "
                  "by a duplicate ACK, the first is sent again at once.",
     RFCS("sent again at once", "rfc5681.fast-retransmit"));

/* Three duplicates should do; who has met with much reordering may wait for more, which the new
 * data brings that goes out meanwhile. There is no timeout of less than a fifth of a second: what
 * is sent again before that comes by the duplicates, and what comes long after the last of them by
 * the timeout. On a slow machine nobody knows. */
CASE(fast_retransmit, lost, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    enum { TRIES = 3 };
    const int64_t before_timers = INT64_C(150000000);
    struct line line = take_line(t);
    for (int tries = TRIES;; tries--) {
        struct packet first, packet, duplicate = {.protocol = PROTOCOL_NONE};
        struct talk c = much_sent(&line, &first);
        int duplicates = 0;
        while ((packet = hear(&c)).protocol && !(packet.length && packet.seq == first.seq)) {
            if (packet.length) {
                duplicate = tell(&c, ACK, .ack = first.seq - c.expected);
                duplicates++;
            }
        }
        if (duplicates < 3)
            skip("fewer than four segments go out before something is acknowledged");
        bool at_once = packet.protocol && packet.time - first.time < before_timers;
        if (packet.protocol && !at_once && tries) {
            tell(&c, RST); /* so that it sends nothing again */
            drain(&line);
            continue;
        }
        require(!packet.protocol || at_once || packet.time - duplicate.time >= before_timers,
                "this machine is too slow to see what duplicates do");
        observe("%s", !packet.protocol ? "not sent again"
                      : at_once        ? "sent again at once"
                                       : "sent again later");
        return;
    }
}

/* ACKs of nothing new are not heard. */
MUTANT_ON_WIRE(fast_retransmit, "duplicates are not heard")
{
    static bool data;
    data |= heading == FROM_IUT && packet->length == SEGMENT;
    return heading == FROM_IUT || !data || packet->flags != ACK || packet->text || packet->length;
}

/* ---- ACKs ---- */

RULE(one_ack, "wire.ack.one-a-segment",
     .statement = "Data is answered by one ACK a segment at most while nobody calls recv().",
     RFCS("one ACK at most", "rfc5681.one-ack-a-segment"));

/* Whether what is out of order, or old, is answered at all other rules say. A second one may be
 * delayed, by less than half a second. */

CASE(one_ack, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"segment", {"in-order", "too-early", "old"}}}, .tags = TAG_WAITS)
{
    static const int numbers[] = {0, 10, -3};
    static const double delayed = 0.6;
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    int acks = 0;
    tell(&c, ACK, .seq = (uint32_t)numbers[t->chosen[0]], .text = "abc");
    struct packet packet = t->chosen[0] ? hear_within(&c, delayed) : hear(&c);
    for (; packet.protocol && acks < 2; packet = hear_within(&c, delayed))
        acks += packet.flags == ACK && !packet.length;
    require_by("wire.ack.within-half-a-second", acks || t->chosen[0], "the data got no ACK");
    observe("%s", acks > 1 ? "several ACKs" : "one ACK at most");
}

MUTANT_TAMPERS(one_ack, "it comes twice", .with = ACK, .without = SYN, .twice = true)
