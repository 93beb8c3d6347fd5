/* Acknowledgments that cannot be, and segments without any. */
#include "suites/wire/states.h"
#include "suites/wire/wire.h"

/* What mutants know of the IUT: the number behind all that it has sent, and whether its FIN was
 * among that. */
static struct {
    uint32_t number;
    bool there, fin;
} has_sent;

/* An ACK that has nothing but its numbers, on its way to the IUT. */
static bool is_bare_ack(const struct packet *packet, enum heading heading)
{
    if (heading == FROM_IUT && packet->protocol == IPPROTO_TCP) {
        uint32_t behind = packet->seq + packet_space(packet);
        if (!has_sent.there || sequence_before(has_sent.number, behind))
            has_sent.number = behind;
        has_sent.there = true;
        has_sent.fin |= (packet->flags & FIN) != 0;
    }
    return heading == TO_IUT && packet->protocol == IPPROTO_TCP && packet->flags == ACK &&
           packet->length == 0;
}

#define UNSENT                                                                                     \
    {                                                                                              \
        "current ACK then alive",                                                                  \
        {                                                                                          \
            "rfc9293.ack-of-unsent", "rfc9293.no-other-state-change",                              \
                "rfc9293.synchronized-acks-unacceptable", "rfc9293.synchronized-stays"             \
        }                                                                                          \
    }

RULE(unsent, "wire.ack.unsent",
     .statement = "A segment that acknowledges what was not sent, in any synchronized state, is "
                  "answered by an ACK of the current numbers, and does not end the connection.",
     .outcome = {[BY_LINUX] = UNSENT, [BY_RFC] = UNSENT});

static void ack_of_unsent(struct test *t, enum tcp_state state)
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, state);
    tell(&c, ACK, .ack = 1000);
    observe("%s", current_ack(&c, hear_answer_now(&c)));
    observe("%s", life(&c));
}

CASE(unsent, established, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .deviation = {[BY_LINUX] = {"nothing then alive",
                                 "up to 6.19.14 Linux drops such a segment without a word in "
                                 "ESTABLISHED; 7.0.13 answers, and 6.18.44 does"}})
{
    ack_of_unsent(t, STATE_ESTABLISHED);
}

CASE(unsent, every_state, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"state", {"fin-wait-1", "fin-wait-2", "close-wait", "closing", "last-ack"}}})
{
    static const enum tcp_state states[] = {STATE_FIN_WAIT_1, STATE_FIN_WAIT_2, STATE_CLOSE_WAIT,
                                            STATE_CLOSING, STATE_LAST_ACK};
    ack_of_unsent(t, states[t->chosen[0]]);
}

CASE(unsent, time_wait, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .deviation = {[BY_LINUX] = {"nothing then alive",
                                 "in TIME_WAIT Linux does not look at what an empty segment with "
                                 "the number expected acknowledges"}})
{
    ack_of_unsent(t, STATE_TIME_WAIT);
}

MUTANT_ON_WIRE(unsent, "such a segment ends the connection")
{
    if (is_bare_ack(packet, heading) && sequence_before(has_sent.number, packet->ack))
        packet->flags |= RST;
    return true;
}

#define DROPPED                                                                                    \
    {                                                                                              \
        "nothing then right",                                                                      \
        {                                                                                          \
            "rfc9293.ack-of-unsent", "rfc9293.text-delivered"                                      \
        }                                                                                          \
    }

RULE(unsent_data, "wire.ack.unsent-with-data",
     .statement = "Data whose segment acknowledges what was not sent is not delivered.",
     .outcome = {[BY_LINUX] = DROPPED, [BY_RFC] = DROPPED});

/* What comes in its place then is taken: it was not kept for later. */
CASE(unsent_data, delivering_states, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"state", {"established", "fin-wait-1", "fin-wait-2"}}})
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, chosen_state(t));
    uint32_t next = c.next;
    tell(&c, ACK, .ack = 1000, .text = "wrong");
    c.next = next;
    hear_rest(&c);
    const char *early = received(t, iut, c.fd);
    observe("%s", early);
    if (strcmp(early, "nothing") != 0)
        return;
    tell(&c, ACK, .text = "right");
    observe("%s", receive_next(t, iut, c.fd));
}

MUTANT_TAMPERS(unsent_data, "what is acknowledged does not matter", .heading = TO_IUT, .with = ACK,
               .data = true, .ack = -1000)

#define TOO_OLD                                                                                    \
    {                                                                                              \
        "current ACK then nothing then right || acknowledged then hello",                          \
        {                                                                                          \
            "rfc9293.ack-range", "rfc9293.ack-outside-range-answered", "rfc9293.may-12",           \
                "rfc9293.ack-duplicate-ignored", "rfc9293.text-delivered",                         \
                "rfc9293.text-acknowledged", "rfc5961.ack-range"                                   \
        }                                                                                          \
    }

RULE(too_old, "wire.ack.too-old",
     .statement = "A segment that acknowledges something older than the largest window ever "
                  "offered is either answered by an ACK and its data discarded, or its data "
                  "delivered and acknowledged.",
     .outcome = {[BY_LINUX] = TOO_OLD, [BY_RFC] = TOO_OLD});

/* Of data that was discarded nothing is kept: what comes in its place is taken. */
CASE(too_old, with_data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    tell(&c, ACK, .ack = -100000, .text = "hello");
    struct packet answer = hear(&c);
    bool taken = strcmp(current_ack(&c, answer), "current ACK") == 0;
    c.next -= taken ? 0 : 5;
    observe("%s", taken ? "acknowledged" : current_ack(&c, answer));
    const char *seen = taken ? receive_next(t, iut, c.fd) : received(t, iut, c.fd);
    observe("%s", seen);
    if (taken || strcmp(seen, "nothing") != 0)
        return;
    tell(&c, ACK, .text = "right");
    observe("%s", receive_next(t, iut, c.fd));
}

MUTANT_TAMPERS(too_old, "it is dropped without an answer", .heading = TO_IUT, .with = ACK,
               .data = true, .lost = true)

#define NO_ACK(outcome_)                                                                           \
    {                                                                                              \
        outcome_,                                                                                  \
        {                                                                                          \
            "rfc9293.no-ack-dropped"                                                               \
        }                                                                                          \
    }

RULE(missing, "wire.ack.missing",
     .statement = "A segment without ACK, SYN and RST is dropped in the synchronized states before "
                  "TIME_WAIT: neither its data nor its FIN is taken or answered.",
     .outcome = {
         [BY_LINUX] = NO_ACK("nothing then nothing"), [BY_RFC] = NO_ACK("nothing then nothing")});

/* What stands where the acknowledgment would be would be right. */
CASE(missing, delivering_states, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"state", {"established", "fin-wait-1", "fin-wait-2"}}, {"segment", {"data", "fin"}}})
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, chosen_state(t));
    uint32_t next = c.next;
    tell(&c, t->chosen[1] ? FIN : 0, .ack = c.expected, .text = t->chosen[1] ? NULL : "hello");
    c.next = next;
    observe("%s", said(&c, hear_answer_now(&c)));
    observe("%s", received(t, iut, c.fd));
}

/* In LAST_ACK the acknowledgment would end the connection; data and a FIN behind the FIN would be
 * acknowledged or refused. Data for which no socket is open any more may be answered by a RST. */
CASE(missing, later_states, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"state", {"close-wait", "closing", "last-ack"}},
              {"segment", {"empty", "data", "fin"}}},
     .outcome = {
         [BY_LINUX] = NO_ACK("nothing then alive"), [BY_RFC] = NO_ACK("nothing then alive")})
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, t->chosen[0] == 1 ? STATE_CLOSING : STATE_CLOSE_WAIT);
    if (t->chosen[0] == 2) {
        must(sk_shutdown(iut, c.fd, SHUT_WR));
        must_hear(&c, FIN | ACK);
    }
    uint32_t next = c.next;
    tell(&c, t->chosen[1] == 2 ? FIN : 0, .ack = c.expected,
         .text = t->chosen[1] == 1 ? "hello" : NULL);
    c.next = next;
    observe("%s", said(&c, hear_answer_now(&c)));
    observe("%s", life(&c));
}

MUTANT_ON_WIRE(missing, "a segment without ACK is taken for one with a wrong one")
{
    static uint32_t expected;
    static bool ended; /* behind the FIN nothing is delivered, but what is old is answered */
    if (heading == FROM_IUT)
        expected = packet->seq + packet_space(packet);
    if (heading == TO_IUT && !(packet->flags & (SYN | RST | ACK))) {
        bool delivered = !ended && (packet->text || packet->flags & FIN);
        packet->flags |= ACK;
        packet->ack = expected;
        packet->seq -= delivered ? 0 : 5;
    }
    ended |= heading == TO_IUT && packet->flags & FIN;
    return true;
}

/* ---- what ends CLOSING and LAST_ACK ---- */

#define OTHER_ACK                                                                                  \
    {                                                                                              \
        "nothing then FIN again",                                                                  \
        {                                                                                          \
            "rfc9293.ack-closing-ignored", "rfc9293.retransmission-timeout"                        \
        }                                                                                          \
    }

RULE(closing_other, "wire.ack.closing-other",
     .statement = "In CLOSING an ACK that does not acknowledge the own FIN is ignored: the FIN is "
                  "sent again.",
     .outcome = {[BY_LINUX] = OTHER_ACK, [BY_RFC] = OTHER_ACK});

CASE(closing_other, before_fin, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .tags = TAG_WAITS, .seconds = 3)
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, STATE_CLOSING);
    tell(&c, ACK, .ack = -1);
    observe("%s", said(&c, hear_answer_now(&c)));
    struct packet packet = hear(&c);
    bool again = packet.flags & FIN && packet.seq + packet_space(&packet) == c.expected;
    observe("%s", again ? "FIN again" : said(&c, packet));
}

MUTANT_ON_WIRE(closing_other, "such an ACK is taken for that of the FIN")
{
    if (is_bare_ack(packet, heading) && sequence_before(packet->ack, has_sent.number))
        packet->ack = has_sent.number;
    return true;
}

#define CLOSED_THEN                                                                                \
    {                                                                                              \
        "nothing then gone",                                                                       \
        {                                                                                          \
            "rfc9293.ack-last-ack", "rfc9293.last-ack-deletes"                                     \
        }                                                                                          \
    }

RULE(last_ack, "wire.ack.last-ack",
     .statement = "In LAST_ACK the acknowledgment of the own FIN ends the connection, without an "
                  "answer, and nothing of it remains.",
     .outcome = {[BY_LINUX] = CLOSED_THEN, [BY_RFC] = CLOSED_THEN});

CASE(last_ack, of_fin, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, STATE_LAST_ACK);
    tell(&c, ACK);
    observe("%s", said(&c, hear_answer_now(&c)));
    observe("%s", life(&c));
}

MUTANT_ON_WIRE(last_ack, "the acknowledgment is not heard")
{
    return !is_bare_ack(packet, heading) || !has_sent.fin;
}

#define KEPT                                                                                       \
    {                                                                                              \
        "alive then hello",                                                                        \
        {                                                                                          \
            "rfc9293.ack-fin-wait-2-kept", "rfc9293.text-delivered"                                \
        }                                                                                          \
    }

RULE(fin_wait_2, "wire.ack.fin-wait-2",
     .statement = "In FIN_WAIT_2 the connection goes on to exist after its FIN was acknowledged, "
                  "however often: recv() still gives what comes.",
     .outcome = {[BY_LINUX] = KEPT, [BY_RFC] = KEPT});

CASE(fin_wait_2, twice, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, STATE_FIN_WAIT_2);
    tell(&c, ACK);
    drain(&line);
    observe("%s", life(&c));
    tell(&c, ACK, .text = "hello");
    observe("%s", receive_next(t, iut, c.fd));
}

/* The first leads there. */
MUTANT_ON_WIRE(fin_wait_2, "an ACK in FIN_WAIT_2 ends the connection")
{
    static int count;
    if (is_bare_ack(packet, heading) && has_sent.fin && ++count > 1)
        packet->flags |= RST;
    return true;
}

/* ---- fewer than segments ---- */

enum { FULL = 500, BURST = 8, BURSTS = 5, SEGMENTS = BURSTS * BURST };

RULE(fewer, "wire.ack.fewer",
     .statement = "Not every one of many full segments that come at once has an acknowledgment of "
                  "its own.",
     RFCS("fewer than segments", "rfc9293.shld-18", "rfc5681.acks-delayed"));

CASE(fewer, many, .network = ON_LINE, .family = ANY_FAMILY)
{
    static const char data[FULL];
    struct line line = take_line(t);
    struct talk c = line_connected(&line, .mss = FULL);
    int acks = 0;
    struct packet packet;
    if (c.syn.window < SEGMENTS * FULL)
        skip("the window has no room for so many segments");
    for (int burst = 0; burst < BURSTS; burst++) {
        for (int i = 0; i < BURST; i++)
            tell(&c, ACK, .data = data, .length = FULL);
        do {
            packet = hear(&c);
            acks += packet.protocol != 0;
        } while (packet.protocol && packet.ack != c.next);
        require_by("wire.ack.within-half-a-second", packet.protocol, "not all is acknowledged");
    }
    while (hear_now(&c).protocol)
        acks++;
    observe("%s", acks < SEGMENTS ? "fewer than segments" : "as many as segments");
}

MUTANT_ON_WIRE(fewer, "each ACK comes again and again")
{
    enum { TIMES = 15 };
    if (heading == FROM_IUT && packet->flags == ACK)
        for (int i = 0; i < TIMES; i++)
            wire_sends(packet);
    return true;
}
