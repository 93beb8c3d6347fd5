/* What a connection in TIME_WAIT does with what still comes. */
#include "suites/suite.h"

/* A connection of the IUT in TIME_WAIT, as the packets show. */
static struct talk time_wait(struct line *line)
{
    return line_in(line, STATE_TIME_WAIT);
}

RULE(fin_again, "wire.time-wait.fin-again",
     .statement = "In TIME_WAIT a FIN that comes again, since the last ACK was lost, is "
                  "acknowledged again.",
     .outcome = {[BY_LINUX] = {"ACK seq 2 ack 2 then ACK seq 2 ack 2",
                               {"rfc9293.time-wait-fin-acknowledged"}},
                 [BY_RFC] = {"ACK seq 2 ack 2 then ACK seq 2 ack 2",
                             {"rfc9293.time-wait-fin-acknowledged"}}});

CASE(fin_again, twice, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = time_wait(&line);
    for (int i = 0; i < 2; i++) {
        tell(&c, FIN | ACK, .seq = -1);
        observe("%s", said(&c, hear(&c)));
    }
}

MUTANT_TAMPERS(fin_again, "the FIN is acknowledged once and no more", .heading = TO_IUT,
               .with = FIN | ACK, .nth = 2, .lost = true)

RULE(rst_closes, "wire.time-wait.rst",
     .statement = "A RST with the number expected ends a connection in TIME_WAIT, and is not "
                  "answered.",
     .outcome = {[BY_RFC] = {"nothing then RST seq 2", {"rfc9293.rst-closing-closed"}},
                 [BY_LINUX] = {"nothing then RST seq 2", {"rfc9293.rst-closing-closed"}}});

CASE(rst_closes, exact, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = time_wait(&line);
    tell(&c, RST);
    observe("%s", said(&c, hear_now(&c)));
    if (c.listener >= 0)
        must(sk_close(iut, c.listener));
    tell(&c, ACK, .seq = -1); /* something that a connection would answer otherwise */
    observe("%s", said(&c, hear(&c)));
}

MUTANT_TAMPERS(rst_closes, "the RST is not heard", .heading = TO_IUT, .with = RST, .lost = true)

/* ---- a new connection between the same ends ---- */

static const char *accepted(struct talk *c)
{
    struct test *t = c->line->t;
    set_nonblocking(t, t->iut, c->listener, true);
    int fd = sk_accept(t->iut, c->listener, NULL);
    return fd >= 0 ? "a connection" : fd == -EAGAIN ? "none" : result_name(fd);
}

RULE(syn_old, "wire.time-wait.old-syn",
     .statement = "A SYN whose number is not beyond those of the connection that is in TIME_WAIT "
                  "is answered by an ACK of its numbers, and accept() gives no connection of it.",
     .outcome = {[BY_LINUX] = {"ACK seq 2 ack 2 then none",
                               {"rfc9293.unacceptable-acknowledged", "rfc9293.unacceptable-dropped",
                                "rfc9293.time-wait-syn-number"}},
                 [BY_RFC] = {"ACK seq 2 ack 2 then none",
                             {"rfc9293.unacceptable-acknowledged", "rfc9293.unacceptable-dropped",
                              "rfc9293.time-wait-syn-number"}}});

CASE(syn_old, before, .network = ON_LINE, .family = ANY_FAMILY, .role = ROLE_SERVER)
{
    struct line line = take_line(t);
    struct talk c = time_wait(&line);
    tell(&c, SYN, .seq = -2);
    observe("%s", said(&c, hear(&c)));
    observe("%s", accepted(&c));
}

MUTANT_TAMPERS(syn_old, "the SYN opens a connection", .heading = TO_IUT, .with = SYN, .nth = 2,
               .seq = 100000)

RULE(old_data, "wire.time-wait.old-data",
     .statement = "A segment of the connection that was in TIME_WAIT is acknowledged and not "
                  "delivered by the connection between the same ends that a SYN opened after it.",
     .outcome = {
         [BY_LINUX] = {"ACK seq 1 ack 1 then EAGAIN",
                       {"rfc9293.unacceptable-acknowledged", "rfc9293.unacceptable-dropped"}},
         [BY_RFC] = {"ACK seq 1 ack 1 then EAGAIN",
                     {"rfc9293.unacceptable-acknowledged", "rfc9293.unacceptable-dropped"}}});

/* The new connection's numbers are far beyond the old one's, so that an old segment is outside of
 * its window. */
CASE(old_data, before_window, .network = ON_LINE, .family = ANY_FAMILY, .role = ROLE_SERVER)
{
    struct line line = take_line(t);
    struct talk old = time_wait(&line), c = old;
    char byte;
    c.next += 1000000;
    c.own.number = c.next;
    tell(&c, SYN);
    struct packet answer = hear(&c);
    if (answer.flags != (SYN | ACK))
        skip("a SYN does not end TIME_WAIT here: it need not");
    c.others = (struct origin){true, answer.seq};
    c.expected = answer.seq + 1;
    tell(&c, ACK);
    int fd = must(sk_accept(iut, c.listener, NULL));
    tell(&old, ACK, .text = "old");
    observe("%s", said(&c, hear(&c)));
    observe_count(sk_recv(iut, fd, &byte, 1, MSG_DONTWAIT));
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
