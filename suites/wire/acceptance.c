/* Which segments count: by their numbers, their acknowledgments and their checksums. */
#include "suites/wire/states.h"
#include "suites/wire/wire.h"

/* Answers "nothing" where recv() would block, once all that was sent is processed. */
static const char *received_now(struct talk *c)
{
    drain(c->line);
    return received(c->line->t, c->line->t->iut, c->fd);
}

/* Three octets were sent that should be dropped: what is in their place then is received. */
static void observe_dropped(struct talk *c)
{
    struct test *t = c->line->t;
    const char *seen = received_now(c);
    observe("%s", seen);
    if (strcmp(seen, "nothing") != 0)
        return;
    c->next -= 3;
    tell(c, ACK, .text = "abc");
    observe("%s", receive_next(t, t->iut, c->fd));
}

/* ---- what is outside the window ---- */

static const enum tcp_state states[] = {STATE_ESTABLISHED, STATE_FIN_WAIT_1, STATE_FIN_WAIT_2,
                                        STATE_CLOSE_WAIT,  STATE_CLOSING,    STATE_LAST_ACK};
#define STATES                                                                                     \
    {                                                                                              \
        "state",                                                                                   \
        {                                                                                          \
            "established", "fin-wait-1", "fin-wait-2", "close-wait", "closing", "last-ack"         \
        }                                                                                          \
    }

/* An answer of the current numbers: what the IUT sends next, and expects next. A FIN that its timer
 * sends again is none. */
static const char *answer_to(struct talk *c)
{
    struct packet answer = hear_answer(c);
    if (answer.flags == ACK && !answer.length && answer.seq == c->expected && answer.ack == c->next)
        return "ACK of the current numbers";
    return said(c, answer);
}

RULE(outside, "wire.acceptance.outside",
     .statement = "A segment before or beyond the window of a connection is answered by an ACK of "
                  "the numbers that send() and recv() are at.",
     RFCS("ACK of the current numbers", "rfc9293.unacceptable-acknowledged",
          "rfc9293.synchronized-acks-unacceptable", "rfc9293.synchronized-stays",
          "rfc9293.acceptable-empty-window", "rfc9293.zero-length-in-window",
          "rfc9293.acceptable-data-window", "rfc9293.no-reset-in-doubt"));

/* The window is no larger than 2^30. */
enum { FAR = 0x50000000 };

/* What is added to the acknowledgment: the own FIN is left out in an old segment. Some look at what
 * such a segment acknowledges, as appendix A.2 of RFC 9293 knows; in CLOSING and LAST_ACK that of
 * the FIN would change the state. */
static uint32_t without_fin(const struct test *t)
{
    enum tcp_state state = states[t->chosen[0]];
    bool waits = state == STATE_FIN_WAIT_1 || state == STATE_CLOSING || state == STATE_LAST_ACK;
    return waits && !t->chosen[1] ? UINT32_MAX : 0;
}

/* In LAST_ACK with a socket: data that comes when there is none any more may be refused by a RST.
 */
static struct talk with_socket(struct line *line, enum tcp_state state)
{
    struct test *t = line->t;
    if (state != STATE_LAST_ACK)
        return line_in(line, state);
    struct talk c = line_in(line, STATE_CLOSE_WAIT);
    must(sk_shutdown(t->iut, c.fd, SHUT_WR));
    must_hear(&c, FIN | ACK);
    return c;
}

CASE(outside, empty, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {STATES, {"number", {"before", "beyond"}}})
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, states[t->chosen[0]]);
    tell(&c, ACK, .seq = t->chosen[1] ? FAR : -1, .ack = without_fin(t));
    observe("%s", answer_to(&c));
}

CASE(outside, data, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {STATES, {"number", {"before", "beyond"}}})
{
    struct line line = take_line(t);
    struct talk c = with_socket(&line, states[t->chosen[0]]);
    tell(&c, ACK, .seq = t->chosen[1] ? FAR : -2000, .ack = without_fin(t), .text = "abc");
    observe("%s", answer_to(&c));
}

MUTANT_ON_WIRE(outside, "it is dropped without an answer")
{
    static uint32_t expected;
    if (heading == FROM_IUT && packet->flags & ACK)
        expected = packet->ack;
    return heading == FROM_IUT || !(packet->flags & ACK) || packet->flags & (SYN | FIN) ||
           packet->seq == expected;
}

RULE(not_delivered, "wire.acceptance.not-delivered",
     .statement = "recv() gives no data of a segment that is outside the window.",
     RFCS("nothing then abc", "rfc9293.unacceptable-dropped", "rfc9293.segments-in-sequence",
          "rfc9293.acceptable-data-window", "rfc9293.overlap-is-in-window",
          "rfc9293.text-delivered"));

CASE(not_delivered, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"number", {"before", "beyond"}}})
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    tell(&c, ACK, .seq = t->chosen[0] ? FAR : -2000, .text = "old");
    observe("%s", received_now(&c));
    tell(&c, ACK, .text = "abc");
    observe("%s", receive_next(t, iut, c.fd));
}

MUTANT_ON_WIRE(not_delivered, "it is taken for what comes next")
{
    static uint32_t expected;
    if (heading == FROM_IUT && packet->flags & ACK)
        expected = packet->ack;
    if (heading == TO_IUT && packet->text)
        packet->seq = expected;
    return true;
}

RULE(duplicate, "wire.acceptance.duplicate",
     .statement = "Data that comes twice is given to recv() once, and acknowledged again.",
     RFCS("ACK seq 1 ack 4 then abc then nothing", "rfc9293.duplicates-dropped",
          "rfc9293.segments-in-sequence", "rfc9293.unacceptable-dropped",
          "rfc9293.unacceptable-acknowledged", "rfc9293.synchronized-acks-unacceptable",
          "rfc9293.text-delivered", "rfc9293.reliable-in-order"));

CASE(duplicate, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    struct packet data = tell(&c, ACK, .text = "abc");
    must_hear(&c, ACK);
    line_send_packet(&line, data);
    observe("%s", said(&c, hear(&c)));
    observe("%s", receive_next(t, iut, c.fd));
    observe("%s", received_now(&c));
}

MUTANT_ON_WIRE(duplicate, "it is given twice")
{
    static bool once;
    if (heading == TO_IUT && packet->text) {
        packet->seq += once ? 3 : 0;
        once = true;
    }
    return true;
}

RULE(straddling, "wire.acceptance.straddling",
     .statement = "Of a segment whose first data was received already, recv() gives the rest.",
     RFCS("abc then de then ACK seq 1 ack 6", "rfc9293.straddling-new-part",
          "rfc9293.overlap-is-in-window", "rfc9293.text-delivered", "rfc9293.text-acknowledged"));

CASE(straddling, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    tell(&c, ACK, .text = "abc");
    must_hear(&c, ACK);
    observe("%s", receive_next(t, iut, c.fd));
    tell(&c, ACK, .seq = -3, .text = "abcde");
    observe("%s", receive_next(t, iut, c.fd));
    observe("%s", said(&c, hear(&c)));
}

MUTANT_ON_WIRE(straddling, "all of it is given")
{
    if (heading == TO_IUT && packet->text && strlen(packet->text) == 5)
        packet->seq += 3;
    return true;
}

RULE(wraps, "wire.acceptance.numbers-wrap",
     .statement = "Data is received where its numbers pass 2^32: recv() gives all of it.",
     RFCS("ACK seq 1 ack 11 then 0123456789", "rfc9293.modulo-arithmetic",
          "rfc9293.text-acknowledged", "rfc9293.text-delivered"));

CASE(wraps, data, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"at", {"middle", "first", "last"}}})
{
    static const uint32_t begin[] = {UINT32_MAX - 5, UINT32_MAX - 1, UINT32_MAX - 9};
    struct line line = take_line(t);
    struct talk c = line_called(&line);
    c.next = begin[t->chosen[0]];
    c.own.number = c.next;
    tell(&c, SYN | ACK);
    must_hear(&c, ACK);
    require(connected_to_line(&c) == 0, "there is no connection");
    tell(&c, ACK, .text = "0123456789");
    observe("%s", said(&c, hear(&c)));
    observe("%s", receive_next(t, iut, c.fd));
}

MUTANT_ON_WIRE(wraps, "numbers after the wrap are old ones")
{
    return heading == FROM_IUT || !packet->text ||
           (uint32_t)(packet->seq + strlen(packet->text)) > packet->seq;
}

/* ---- acknowledgments ---- */

RULE(
    no_ack, "wire.acceptance.no-ack",
    .statement = "A segment without ACK is dropped in a connection: recv() gives none of its data.",
    RFCS("nothing then abc", "rfc9293.no-ack-dropped", "rfc9293.text-delivered"));

CASE(no_ack, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    tell(&c, 0, .ack = c.expected, .text = "old"); /* right, if there were an ACK */
    observe_dropped(&c);
}

MUTANT_ON_WIRE(no_ack, "it is taken for one with ACK")
{
    static uint32_t sent;
    if (heading == FROM_IUT && packet->flags & ACK)
        sent = packet->seq + (packet->flags & SYN ? 1 : 0);
    if (heading == TO_IUT && packet->text && !(packet->flags & ACK)) {
        packet->flags |= ACK;
        packet->ack = sent;
    }
    return true;
}

RULE(unsent, "wire.acceptance.ack-of-unsent",
     .statement = "A segment that acknowledges what send() did not send is answered by an ACK and "
                  "dropped: recv() gives none of its data.",
     RFCS("ACK seq 1 ack 1 then nothing then abc", "rfc9293.ack-of-unsent",
          "rfc9293.synchronized-acks-unacceptable", "rfc9293.acceptable-ack",
          "rfc9293.text-delivered"));

CASE(unsent, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .deviation = {[BY_LINUX] = {"nothing then nothing then abc",
                                 "up to 6.19.14 Linux drops such a segment without a word in "
                                 "ESTABLISHED; 7.0.13 answers, and 6.18.44 does"}})
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    tell(&c, ACK, .ack = 1000, .text = "old");
    observe("%s", said(&c, hear(&c)));
    observe_dropped(&c);
}

MUTANT_ON_WIRE(unsent, "the acknowledgment is not looked at")
{
    if (heading == TO_IUT && packet->text)
        packet->ack -= packet->text[0] == 'o' ? 1000 : 0;
    return true;
}

RULE(repeated, "wire.acceptance.old-ack",
     .statement = "A segment that acknowledges again what was acknowledged counts: recv() gives "
                  "its data.",
     RFCS("abc", "rfc9293.ack-duplicate-ignored", "rfc9293.text-delivered"));

CASE(repeated, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    must(sk_send(iut, c.fd, "hello", 5, 0));
    size_t most;
    require(hear_data(&c, 5, &most) == 5, "the data did not come");
    tell(&c, ACK);
    drain(&line);
    tell(&c, ACK, .ack = -3, .text = "abc");
    observe("%s", receive_next(t, iut, c.fd));
}

MUTANT_ON_WIRE(repeated, "it ends the connection")
{
    if (heading == TO_IUT && packet->text)
        packet->flags |= RST;
    return true;
}

/* ---- checksums ---- */

RULE(checksum, "wire.checksum.checked",
     .statement = "A segment with a wrong checksum is dropped: recv() gives none of its data.",
     .outcome = {
         [BY_LINUX] = {"nothing then abc",
                       {"rfc9293.must-3", "linux.tcp.7.checksum", "rfc9293.text-delivered"}},
         [BY_RFC] = {"nothing then abc",
                     {"rfc9293.must-3", "rfc9293.checksum-coverage", "rfc9293.checksum-ipv6",
                      "rfc9293.options-in-checksum", "rfc9293.text-delivered"}}});

CASE(checksum, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"bits", {"lowest", "highest", "all"}}})
{
    static const uint16_t bits[] = {1, 0x8000, 0x5555};
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    tell(&c, ACK, .text = "old", .wrong.checksum = bits[t->chosen[0]]);
    observe_dropped(&c);
}

MUTANT_TAMPERS(checksum, "checksums are not looked at", .heading = TO_IUT, .data = true,
               .mended = true)

RULE(checksum_syn, "wire.checksum.syn",
     .statement = "A SYN with a wrong checksum is dropped without an answer, by a listening socket "
                  "and where none is.",
     .outcome = {[BY_LINUX] = {"nothing", {"rfc9293.must-3", "linux.tcp.7.checksum"}},
                 [BY_RFC] = {"nothing", {"rfc9293.must-3"}}});

CASE(checksum_syn, port, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"port", {"listening", "closed"}}})
{
    struct line line = take_line(t);
    struct talk c = t->chosen[0] ? talk_to(&line, unused_port(t)) : talk_to_listener(&line);
    tell(&c, SYN, .wrong.checksum = 1);
    observe("%s", said(&c, hear_now(&c)));
    /* A right one comes through. */
    c.next--;
    tell(&c, SYN);
    must_hear(&c, t->chosen[0] ? RST | ACK : SYN | ACK);
}

MUTANT_TAMPERS(checksum_syn, "checksums are not looked at", .heading = TO_IUT, .with = SYN,
               .mended = true)

RULE(checksum_sent, "wire.checksum.sent",
     .statement =
         "The segments of a connection have right checksums, its SYN, an ACK, the data of send() "
         "and its FIN, and so has the RST of a closed port.",
     .outcome = {[BY_LINUX] = {"right then right then right then right then right",
                               {"rfc9293.must-2", "linux.tcp.7.checksum"}},
                 [BY_RFC] = {"right then right then right then right then right",
                             {"rfc9293.must-2", "rfc9293.checksum-coverage",
                              "rfc9293.checksum-ipv6", "rfc9293.options-in-checksum"}}});

static const char *checksum_of(struct test *t, struct packet packet)
{
    if (packet.checksum_is_later)
        skip("checksums are left to hardware here");
    return packet.problems & PACKET_BAD_CHECKSUM ? "wrong" : "right";
}

CASE(checksum_sent, all, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"data", {"even", "odd"}}})
{
    struct line line = take_line(t);
    struct talk closed = talk_to(&line, unused_port(t)), c = line_called(&line);
    observe("%s", checksum_of(t, c.syn));
    tell(&c, SYN | ACK);
    observe("%s", checksum_of(t, must_hear(&c, ACK)));
    require(connected_to_line(&c) == 0, "there is no connection");
    must(sk_send(iut, c.fd, "hello!", t->chosen[0] ? 5 : 6, 0));
    struct packet data = must_hear(&c, ACK);
    require_by("transfer.send.arrives", data.length, "the data did not come");
    observe("%s", checksum_of(t, data));
    tell(&c, ACK);
    drain(&line); /* what a timer has sent again until now */
    must(sk_shutdown(iut, c.fd, SHUT_WR));
    observe("%s", checksum_of(t, must_hear(&c, FIN | ACK)));
    tell(&c, ACK);
    drain(&line);
    tell(&closed, SYN);
    observe("%s", checksum_of(t, must_hear(&closed, RST | ACK)));
}

MUTANT_ON_WIRE(checksum_sent, "the checksum of a RST is wrong")
{
    if (heading == FROM_IUT && packet->flags & RST)
        packet->problems |= PACKET_BAD_CHECKSUM;
    return true;
}
