/* What happens while a handshake is not complete: a second SYN, an old one, close(), windows. */
#include "suites/wire/states.h"
#include "suites/wire/wire.h"

#include "calls/clock.h"

/* The answer to the next SYN between these ends, which has a number of its own. */
static const char *syn_answered(struct talk *c)
{
    c->next = line_random();
    c->own.number = c->next;
    tell(c, SYN);
    struct packet answer = hear(c);
    talk_counts_from(c, &answer);
    return said(c, answer);
}

/* ---- old duplicates: figures 8 and 11 of RFC 9293 ---- */

RULE(old_syn, "wire.open.old-duplicate-syn",
     .statement = "A listening socket answers the old duplicate of a SYN as any other, and when "
                  "the peer has answered by a RST, serves the SYN that comes then: accept() gives "
                  "one connection, and no other.",
     RFCS("SYN ACK seq 0 ack 1 then nothing then SYN ACK seq 0 ack 1 then a connection then none",
          "rfc9293.old-duplicate-syn-answered", "rfc9293.opens-after-old-duplicate",
          "rfc9293.listen-syn-answered"));

/* Of a connection that there never was here, or that was reset. */
CASE(old_syn, between_same_ends, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"connection", {"none", "reset"}}})
{
    struct line line = take_line(t);
    struct talk c = talk_to_listener(&line);
    struct packet old = {.flags = SYN};
    uint32_t begin = c.next;
    if (t->chosen[0]) {
        syn_answered(&c);
        begin = c.own.number;
        tell(&c, ACK);
        require(strcmp(accepted_now(&c), "a connection") == 0, "there is no connection");
        tell(&c, RST);
        drain(&line);
    }
    c.next = c.own.number = begin;
    tell_segment(&c, old);
    struct packet answer = hear(&c);
    c.others = (struct origin){true, answer.seq};
    observe("%s", said(&c, answer));
    struct packet rst = line_send_packet(&line, reply(&answer, RST));
    do /* the SYN and ACK can have come again before the RST went */
        answer = hear_now(&c);
    while (answer.protocol && answer.time < rst.time);
    observe("%s", said(&c, answer));
    observe("%s", syn_answered(&c));
    tell(&c, ACK);
    observe("%s", accepted_now(&c));
    observe("%s", accepted_now(&c));
}

MUTANT_TAMPERS(old_syn, "the RST is not heard", .heading = TO_IUT, .with = RST, .lost = true)

RULE(two_listeners, "wire.open.two-listeners",
     .statement = "When the old duplicate of a SYN makes one listening socket answer another, the "
                  "other sends a RST, and both listen as before: a SYN is answered, and accept() "
                  "gives its connection and no other.",
     RFCS("answered then SYN ACK seq 0 ack 1 then a connection then none",
          "rfc9293.two-listeners-listen-on", "rfc9293.rst-syn-received-passive",
          "rfc9293.listener-resets-syn-ack", "rfc9293.unsynchronized-stays",
          "rfc9293.listen-syn-answered"));

CASE(two_listeners, either, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"socket", {"answering", "answered"}}})
{
    struct line line = take_line(t);
    struct talk c = talk_to_listener(&line);
    struct packet answer;
    bool right;
    if (t->chosen[0]) {
        talk_as_connected(&c);
        tell(&c, SYN | ACK);
        answer = hear(&c);
        right = has_just(&answer, RST) && answer.seq == c.expected;
    } else {
        tell(&c, SYN);
        answer = hear(&c);
        right = has_just(&answer, SYN | ACK) && answer.ack == c.next;
    }
    observe("%s", right ? "answered" : said(&c, answer));
    if (!t->chosen[0])
        line_send_packet(&line, reply(&answer, RST));
    drain(&line);
    observe("%s", syn_answered(&c));
    tell(&c, ACK);
    observe("%s", accepted_now(&c));
    observe("%s", accepted_now(&c));
}

MUTANT_ON_WIRE(two_listeners, "no SYN is heard after a RST")
{
    static bool reset;
    reset |= (packet->flags & RST) != 0;
    return heading == FROM_IUT || !reset || packet->flags != SYN;
}

/* ---- a SYN in SYN_RECEIVED ---- */

RULE(syn_passive, "wire.syn-received.syn",
     .statement = "A SYN in the receive window, after another one to a listening socket, ends that "
                  "connection: its handshake can no longer be completed, and the next SYN is "
                  "answered.",
     RFCS("RST then none then SYN ACK seq 0 ack 1", "rfc9293.syn-syn-received-passive"));

/* Whether it is answered is not said. */
CASE(syn_passive, in_window, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_calls(&line);
    tell(&c, SYN, .seq = 10);
    drain(&line);
    tell(&c, ACK);
    observe("%s", believable_rst(&c, hear(&c)));
    observe("%s", accepted_now(&c));
    observe("%s", syn_answered(&c));
}

MUTANT_TAMPERS(syn_passive, "it is not heard", .heading = TO_IUT, .with = SYN, .nth = 2,
               .lost = true)

RULE(syn_active, "wire.syn-received.syn-after-connect",
     .statement = "A SYN in the receive window, when connect() at both ends has sent one, is "
                  "either answered by an ACK of the current numbers, and the connection is made "
                  "by an ACK, or answered by a RST, and connect() fails.",
     RFCS("current ACK then 0 || RST then fails", "rfc9293.syn-syn-received-active",
          "rfc9293.syn-challenged", "rfc9293.syn-challenged-dropped",
          "rfc9293.syn-in-window-resets"));

/* With which error is a "should" of the text, which has no names for errors. */
CASE(syn_active, in_window, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_crossed(&line, (struct packet){.flags = SYN});
    tell(&c, SYN, .seq = 10);
    struct packet answer = hear_but(&c, SYN | ACK);
    observe("%s", answer.flags & RST ? "RST" : current_ack(&c, answer));
    tell(&c, ACK);
    const char *end = connect_ends(&c);
    bool ended = strcmp(end, "0") != 0 && strcmp(end, "EINPROGRESS") != 0;
    observe("%s", ended ? "fails" : end);
}

MUTANT_TAMPERS(syn_active, "it is not heard", .heading = TO_IUT, .with = SYN, .nth = 2,
               .lost = true)

/* ---- close() ---- */

RULE(closing, "wire.syn-received.close",
     .statement = "close() of a socket whose connect() has met the peer's SYN, but no ACK of its "
                  "own, sends a FIN; when that is acknowledged the peer's FIN is, too.",
     RFCS("FIN ACK seq 1 ack 1 then current ACK", "rfc9293.close-syn-received",
          "rfc9293.close-any-time"));

/* By the text the FIN does not wait for the ACK; FreeBSD's does. */
CASE(closing, nothing_sent, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_crossed(&line, (struct packet){.flags = SYN});
    must(sk_close(iut, c.fd));
    observe("%s", said(&c, hear_but(&c, SYN | ACK)));
    tell(&c, ACK);
    hear_rest(&c); /* what a timer has sent again meanwhile */
    tell(&c, FIN | ACK);
    observe("%s", current_ack(&c, hear(&c)));
}

MUTANT_TAMPERS(closing, "a RST is sent instead", .with = FIN, .clear = FIN, .set = RST)

/* ---- data and windows ---- */

RULE(syn_data, "wire.open.simultaneous-syn-data",
     .statement = "Data that comes with the SYN that meets connect()'s own is given to recv() "
                  "once the connection is made, and not before; if it was not acknowledged then it "
                  "comes again.",
     RFCS("nothing then 0 then abc then nothing", "rfc9293.syn-data-held-back",
          "rfc9293.syn-sent-data-queued"));

CASE(syn_data, both, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_crossed(&line, (struct packet){.flags = SYN, .text = "abc"});
    static const char data[] = "abc";
    uint32_t taken = c.next - c.own.number - 1; /* there are those that take a part */
    char early[4];
    set_nonblocking(t, iut, c.fd, true);
    observe("%s", sk_recv(iut, c.fd, early, sizeof early, 0) > 0 ? "too early" : "nothing");
    tell(&c, ACK);
    observe("%s", connect_ends(&c));
    if (taken < 3)
        tell(&c, ACK, .text = data + taken);
    drain(&line);
    observe("%s", received_all(t, c.fd));
    observe("%s", received(t, iut, c.fd));
}

MUTANT_ON_WIRE(syn_data, "data with the SYN is read from its second byte on")
{
    if (heading == TO_IUT && packet->text)
        packet->text = "bcd";
    return true;
}

RULE(window, "wire.syn-received.window",
     .statement = "The window of the ACK that completes the handshake takes the place of the "
                  "SYN's: what send() sends goes by it.",
     RFCS("ACK seq 1 ack 1 data 5", "rfc9293.ack-syn-received-window"));

/* A SYN has its window unscaled, as all segments have here. */
static struct talk accepted_with_windows(struct line *line, int syn, int ack)
{
    struct test *t = line->t;
    struct talk c = talk_to_listener(line);
    c.window = (uint16_t)syn;
    tell(&c, SYN);
    struct packet answer = must_hear(&c, SYN | ACK);
    talk_counts_from(&c, &answer);
    c.window = (uint16_t)ack;
    tell(&c, ACK);
    require(strcmp(accepted_now(&c), "a connection") == 0, "there is no connection");
    return c;
}

CASE(window, opened, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = accepted_with_windows(&line, 0, 5000);
    must(sk_send(iut, c.fd, "hello", 5, 0));
    observe("%s", said(&c, hear(&c)));
}

/* What comes later than a tenth of a second can be a probe, on a loaded machine. */
CASE(window, closed, .network = ON_LINE, .family = ANY_FAMILY,
     RFCS("nothing then all of it", "rfc9293.ack-syn-received-window",
          "rfc9293.ack-updates-window"))
{
    const int64_t soon = INT64_C(100000000);
    size_t most;
    struct line line = take_line(t);
    struct talk c = accepted_with_windows(&line, 5000, 0);
    uint32_t expected = c.expected;
    int64_t begin = clock_now();
    must(sk_send(iut, c.fd, "hello", 5, 0));
    struct packet packet = hear_now(&c);
    observe("%s", packet.protocol && packet.time - begin > soon ? "nothing" : said(&c, packet));
    c.expected = expected;
    c.window = 1000;
    tell(&c, ACK);
    observe("%s", hear_data(&c, 5, &most) == 5 ? "all of it" : "not all of it");
}

/* The ACK's window is the SYN's. */
MUTANT_ON_WIRE(window, "the window is that of the SYN")
{
    static uint16_t window;
    if (heading == TO_IUT && packet->flags & SYN)
        window = packet->window;
    if (heading == TO_IUT && packet->flags == ACK)
        packet->window = window;
    return true;
}
