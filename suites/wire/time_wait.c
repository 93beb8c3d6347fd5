/* What a connection in TIME_WAIT does with what still comes. */
#include "suites/wire/states.h"
#include "suites/wire/wire.h"

#include "calls/clock.h"

/* A connection of the IUT in TIME_WAIT, as the packets show, and how it came there. */
static struct talk time_wait(struct line *line)
{
    return line_in(line, STATE_TIME_WAIT);
}

#define WAY_THERE .axes = {{"from", {"fin-wait-2", "fin-wait-1", "closing"}}}

/* Up to then it may send its FIN again, by itself or with the ACK of the line's. */
static struct talk time_wait_from(struct line *line, int way)
{
    struct test *t = line->t;
    struct talk c = line_connected(line);
    must(sk_close(t->iut, c.fd));
    must_hear(&c, FIN | ACK);
    if (way == 0)
        tell(&c, ACK);
    tell(&c, FIN | ACK, .ack = way == 2 ? -1 : 0);
    require(acknowledged(&c).protocol, "the FIN was not acknowledged");
    if (way == 2)
        tell(&c, ACK);
    hear_rest(&c);
    return c;
}

RULE(fin_again, "wire.time-wait.fin-again",
     .statement = "In TIME_WAIT a FIN that comes again, since the last ACK was lost, is "
                  "acknowledged again.",
     .outcome = {[BY_LINUX] = {"ACK seq 2 ack 2 then ACK seq 2 ack 2",
                               {"rfc9293.time-wait-fin-acknowledged"}},
                 [BY_RFC] = {"ACK seq 2 ack 2 then ACK seq 2 ack 2",
                             {"rfc9293.time-wait-fin-acknowledged"}}});

CASE(fin_again, twice, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE, WAY_THERE)
{
    struct line line = take_line(t);
    struct talk c = time_wait_from(&line, t->chosen[0]);
    for (int i = 0; i < 2; i++) {
        tell(&c, FIN | ACK, .seq = -1);
        observe("%s", said(&c, hear(&c)));
    }
}

MUTANT_TAMPERS(fin_again, "the FIN is acknowledged once and no more", .heading = TO_IUT,
               .with = FIN | ACK, .nth = 2, .lost = true)

RULE(rst_closes, "wire.time-wait.rst",
     .statement = "A RST with the number expected ends a connection in TIME_WAIT, or is ignored as "
                  "RFC 1337 proposes, and is not answered. Linux does the former, unless "
                  "tcp_rfc1337 is set.",
     .outcome = {[BY_LINUX] = {"nothing then RST",
                               {"rfc9293.rst-closing-closed", "linux.tcp.7.proc-tcp-rfc1337-off"}},
                 [BY_RFC] = {"nothing then RST | current ACK",
                             {"rfc9293.rst-closing-closed", "rfc1337.rst-ignored"}}});

CASE(rst_closes, exact, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE, WAY_THERE)
{
    struct line line = take_line(t);
    struct talk c = time_wait_from(&line, t->chosen[0]);
    tell(&c, RST);
    observe("%s", said(&c, hear_now(&c)));
    if (c.listener >= 0)
        must(sk_close(iut, c.listener));
    tell(&c, FIN | ACK, .seq = -1); /* which a connection in TIME_WAIT acknowledges */
    struct packet answer = hear(&c);
    observe("%s", answer.flags & RST ? believable_rst(&c, answer) : current_ack(&c, answer));
}

MUTANT_TAMPERS(rst_closes, "the RST is answered by an ACK", .heading = TO_IUT, .with = RST,
               .clear = RST, .set = ACK, .seq = -1)

#define OLD_SEGMENT                                                                                \
    {                                                                                              \
        "current ACK then alive",                                                                  \
        {                                                                                          \
            "rfc9293.unacceptable-acknowledged", "rfc9293.unacceptable-dropped",                   \
                "rfc9293.synchronized-acks-unacceptable"                                           \
        }                                                                                          \
    }

RULE(old_segment, "wire.time-wait.old-segment",
     .statement = "In TIME_WAIT a segment outside the receive window is answered by an ACK of the "
                  "current numbers, and does not end the connection.",
     .outcome = {[BY_LINUX] = OLD_SEGMENT, [BY_RFC] = OLD_SEGMENT});

CASE(old_segment, outside, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"segment", {"data-before", "ack-before", "data-beyond", "ack-beyond"}}})
{
    struct line line = take_line(t);
    struct talk c = time_wait(&line);
    tell(&c, ACK, .seq = (uint32_t)(t->chosen[0] < 2 ? -5 : 100000),
         .text = t->chosen[0] % 2 ? NULL : "old");
    observe("%s", current_ack(&c, hear(&c)));
    observe("%s", life(&c));
}

MUTANT_TAMPERS(old_segment, "what is acknowledged is one short", .with = ACK, .without = SYN | FIN,
               .ack = -1)

#define ANEW                                                                                       \
    {                                                                                              \
        "gone then alive",                                                                         \
        {                                                                                          \
            "rfc9293.time-wait-fin-restarts", "rfc9293.fin-time-wait", "rfc9293.time-wait-timeout" \
        }                                                                                          \
    }

RULE(anew, "wire.time-wait.begins-anew",
     .statement = "A FIN that comes again makes the time of TIME_WAIT begin anew: the connection "
                  "outlives one that came to TIME_WAIT after it.",
     .outcome = {[BY_LINUX] = ANEW, [BY_RFC] = ANEW});

/* How long the implementation waits need not be known: the other connection's end shows it. */
CASE(anew, two_connections, .network = ON_LINE, .family = ANY_FAMILY, .seconds = 500,
     .tags = TAG_SLOW)
{
    enum { SECONDS = 5 };
    struct line line = take_line(t);
    struct talk kept = time_wait(&line), other = time_wait(&line);
    struct backoff backoff = backoff_begin_rarely(patience);
    int64_t next = 0;
    while (state_between(t, iut, &other.iut_name, &other.line_name) == STATE_TIME_WAIT) {
        if (clock_now() >= next) {
            tell(&kept, FIN | ACK, .seq = -1);
            must_hear(&kept, ACK);
            next = clock_now() + SECONDS * INT64_C(1000000000);
        }
        require(backoff_wait(&backoff), "TIME_WAIT does not end");
    }
    observe("%s", life(&other));
    observe("%s", life(&kept));
}

/* The FIN is acknowledged, but the connection does not hear of it. */
MUTANT_ON_WIRE(anew, "the time of TIME_WAIT goes on")
{
    static int ports[8];
    static size_t count;
    int port = address_port(&packet->source);
    if (heading == FROM_IUT || !(packet->flags & FIN))
        return true;
    for (size_t i = 0; i < count; i++) {
        if (ports[i] != port)
            continue;
        struct packet ack = {.protocol = IPPROTO_TCP,
                             .source = packet->destination,
                             .destination = packet->source,
                             .flags = ACK,
                             .seq = packet->ack,
                             .ack = packet->seq + 1,
                             .window = packet->window};
        wire_sends(&ack);
        return false;
    }
    ports[count++] = port;
    return true;
}

/* ---- a new connection between the same ends ---- */

/* No more than a SHOULD: RFC 9293 lets a SYN open a connection whatever its number, by MAY-2. */
#define OLD_SYN                                                                                    \
    {                                                                                              \
        "ACK seq 2 ack 2 | nothing then none then alive",                                          \
        {                                                                                          \
            "rfc9293.unacceptable-acknowledged", "rfc6191.number-refused"                          \
        }                                                                                          \
    }

RULE(syn_old, "wire.time-wait.old-syn",
     .statement =
         "A SYN whose number is not beyond those of the connection that is in TIME_WAIT "
         "is answered by an ACK of its numbers, or dropped, and accept() gives no connection "
         "of it: TIME_WAIT goes on.",
     .outcome = {[BY_LINUX] = OLD_SYN, [BY_RFC] = OLD_SYN});

CASE(syn_old, before, .network = ON_LINE, .family = ANY_FAMILY, .role = ROLE_SERVER,
     .axes = {{"number", {"of-the-syn", "of-the-fin"}}})
{
    struct line line = take_line(t);
    struct talk c = time_wait(&line);
    tell(&c, SYN, .seq = (uint32_t)(t->chosen[0] ? -1 : -2));
    observe("%s", said(&c, hear_now(&c)));
    observe("%s", accepted_now(&c));
    observe("%s", life(&c));
}

MUTANT_TAMPERS(syn_old, "the SYN opens a connection", .heading = TO_IUT, .with = SYN, .nth = 2,
               .seq = 100000)

RULE(old_data, "wire.time-wait.old-data",
     .statement = "A segment of the connection that was in TIME_WAIT is acknowledged and not "
                  "delivered by the connection between the same ends that a SYN opened after it.",
     .outcome = {[BY_LINUX] = {"ACK seq 1 ack 1 then nothing",
                               {"rfc9293.unacceptable-acknowledged", "rfc9293.unacceptable-dropped",
                                "rfc9293.synchronized-acks-unacceptable"}},
                 [BY_RFC] = {"ACK seq 1 ack 1 then nothing",
                             {"rfc9293.unacceptable-acknowledged", "rfc9293.unacceptable-dropped",
                              "rfc9293.synchronized-acks-unacceptable"}}});

/* The new connection's numbers are far beyond the old one's, so that an old segment is outside of
 * its window. */
CASE(old_data, before_window, .network = ON_LINE, .family = ANY_FAMILY, .role = ROLE_SERVER)
{
    struct line line = take_line(t);
    struct talk old = time_wait(&line), c = old;
    c.next += 1000000;
    c.own.number = c.next;
    tell(&c, SYN);
    struct packet answer = hear(&c);
    if (answer.flags != (SYN | ACK))
        skip("a SYN does not end TIME_WAIT here: it need not");
    talk_counts_from(&c, &answer);
    tell(&c, ACK);
    int fd = must(sk_accept(iut, c.listener, NULL));
    drain(&line); /* SYN and ACK may have been sent again */
    tell(&old, ACK, .text = "old");
    observe("%s", said(&c, hear(&c)));
    observe("%s", received(t, iut, fd));
}

/* The old segment is taken for the next one of the new connection. */
MUTANT_ON_WIRE(old_data, "the old segment is delivered")
{
    static uint32_t seq, ack;
    if (heading == FROM_IUT && packet->flags == (SYN | ACK)) {
        seq = packet->ack;
        ack = packet->seq + 1;
    }
    if (heading == TO_IUT && packet->text) {
        packet->seq = seq;
        packet->ack = ack;
    }
    return true;
}
