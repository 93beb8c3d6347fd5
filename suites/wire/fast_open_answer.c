/* TCP Fast Open of those who call: what answers the SYN, and what becomes of its data. Where data,
 * or SYN and ACK, is the answer it comes at once: a timer sends them, too. */
#include "suites/wire/fast_open.h"

/* A segment, and its data beside that: the right number of octets can be of the wrong ones. */
static void observe_data(const struct talk *talk, struct packet packet)
{
    struct test *t = talk->line->t;
    observe("%s", said(talk, packet));
    observe("%s", octets_of(&packet));
}

RULE(without, "wire.fast-open.client.no-option-answered",
     .statement =
         "A SYN and ACK without a cookie that answers a SYN which asked for one completes the "
         "handshake, and what send() is given then comes behind it.",
     RFCS("ACK seq 1 ack 1 then ACK seq 1 ack 1 data 5 then hello", "rfc7413.compatible",
          "rfc7413.data-after-handshake"));

CASE(without, first, .network = ON_LINE, .family = ANY_FAMILY, .axes = {FAST_CALL})
{
    struct line line = take_line(t);
    struct talk c = fast_asking(&line);
    answer_syn(&c, 0);
    observe("%s", handshake_said(&c));
    send_when_connected(&c, "hello");
    observe_data(&c, hear(&c));
}

MUTANT_TAMPERS(without, "the data has another number", .with = ACK, .without = SYN, .data = true,
               .seq = 5)

RULE(taken, "wire.fast-open.client.acknowledged",
     .statement = "Data of a SYN that was acknowledged with it is not sent again, and what send() "
                  "is given next comes behind it.",
     RFCS("ACK seq 6 ack 1 then ACK seq 6 ack 1 data 4 then more then ACK seq 6 ack 1 data 4 then "
          "more",
          "rfc7413.syn-counts", "rfc7413.ack-sent", "rfc7413.overview-ack",
          "rfc7413.client-established", "rfc9293.fully-acknowledged",
          "rfc9293.retransmission-timeout"));

/* What is sent again is the first that was not acknowledged. */
CASE(taken, all, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS, .seconds = 15,
     .axes = {FAST_CALL})
{
    struct line line = take_line(t);
    int port = given_cookie(&line, "cookie:1", .mss = 1000);
    struct talk c = fast_called(&line, port, "hello");
    require_by("wire.fast-open.client.cookie-used", c.syn.length == 5, "the SYN has no data");
    answer_syn(&c, 0);
    observe("%s", handshake_said(&c));
    send_when_connected(&c, "more");
    observe_data(&c, hear(&c));
    observe_data(&c, hear(&c));
}

MUTANT_TAMPERS(taken, "the data counts as not sent", .with = ACK, .without = SYN, .data = true,
               .seq = -5)

RULE(again, "wire.fast-open.client.data-again",
     .statement = "Data of a SYN that was not acknowledged with it is sent again in the first ACK.",
     RFCS("ACK seq 1 ack 1 data 5 then hello", "rfc7413.data-again", "rfc7413.ack-sent"));

CASE(again, none, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {FAST_CALL, {"cookie", {"another", "none"}}})
{
    struct line line = take_line(t);
    int port = given_cookie(&line, "cookie:1", .mss = 1000);
    struct talk c = fast_called(&line, port, "hello");
    require_by("wire.fast-open.client.cookie-used", c.syn.length == 5, "the SYN has no data");
    tell(&c, SYN | ACK, .ack = (uint32_t)-5, .mss = 1000, .fast_open = t->chosen[1] == 0,
         .cookie_length = 8, .cookie = "cookie:2");
    c.expected -= 5;
    observe_data(&c, hear_but_now(&c, SYN));
}

/* As though all was acknowledged. */
MUTANT_ON_WIRE(again, "it is not sent again")
{
    static uint32_t next;
    if (is_syn(packet, heading))
        next = packet->seq + packet_space(packet);
    if (heading == TO_IUT && packet->flags == (SYN | ACK))
        packet->ack = next;
    return true;
}

RULE(partly, "wire.fast-open.client.data-partly",
     .statement =
         "Of the data of a SYN that was acknowledged in part the rest is sent again in the "
         "first ACK.",
     RFCS("ACK seq 3 ack 1 data 3 then llo", "rfc7413.data-again", "rfc7413.ack-sent"));

CASE(partly, two_octets, .network = ON_LINE, .family = ANY_FAMILY, .axes = {FAST_CALL})
{
    struct line line = take_line(t);
    int port = given_cookie(&line, "cookie:1", .mss = 1000);
    struct talk c = fast_called(&line, port, "hello");
    require_by("wire.fast-open.client.cookie-used", c.syn.length == 5, "the SYN has no data");
    answer_syn(&c, 3);
    observe_data(&c, hear_but_now(&c, SYN));
}

MUTANT_TAMPERS(partly, "all is sent again", .heading = TO_IUT, .with = SYN | ACK, .nth = 2,
               .ack = -2)

RULE(crossing, "wire.fast-open.client.simultaneous",
     .statement = "A SYN that crosses one with data is answered by SYN and ACK, and the data comes "
                  "once and in order, before what send() is given next.",
     RFCS("SYN ACK then hello more", "rfc7413.simultaneous", "rfc7413.syn-counts",
          "rfc7413.data-after-handshake", "rfc9293.syn-sent-syn-received",
          "rfc9293.simultaneous-open-syn-ack", "rfc9293.ack-syn-received",
          "rfc9293.fully-acknowledged"));

CASE(crossing, both, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS,
     .seconds = SYN_SECONDS, .axes = {FAST_CALL, {"acknowledged", {"data", "syn"}}})
{
    struct line line = take_line(t);
    bool data = t->chosen[1] == 0;
    int port = given_cookie(&line, "cookie:1", .mss = 1000);
    struct talk c = fast_called(&line, port, "hello");
    require_by("wire.fast-open.client.cookie-used", c.syn.length == 5, "the SYN has no data");
    tell(&c, SYN, .mss = 1000);
    struct packet answer = hear_but_now(&c, SYN);
    bool right =
        answer.flags == (SYN | ACK) && answer.seq == c.others.number && answer.ack == c.next;
    observe("%s", right ? "SYN ACK" : said(&c, answer));
    c.expected -= data ? 0 : 5;
    tell(&c, ACK);
    send_when_connected(&c, " more");
    observe("%s%s", data ? "hello" : "", data_heard(&c, data ? 5 : 10));
}

MUTANT_TAMPERS(crossing, "it is answered by a RST", .with = SYN | ACK, .set = RST, .clear = SYN)
