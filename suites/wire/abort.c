/* close() with SO_LINGER on and no time, the ABORT of sockets, where no RST is asked for. What it
 * does to a connection that has come about and has not ended is in close.c. */
#include "suites/wire/states.h"
#include "suites/wire/wire.h"

static void close_hard(struct test *t, int fd)
{
    set_linger(t, t->iut, fd, 0);
    must(sk_close(t->iut, fd));
}

RULE(listener, "wire.abort.listener",
     .statement = "close() of a listening socket with SO_LINGER on and no time sends nothing, and "
                  "a SYN that comes then is answered by a RST.",
     .pinned = {[BY_LINUX] = "nothing then RST ACK seq 0 ack 1"},
     .outcome = {[BY_RFC] = {"nothing then RST ACK seq 0 ack 1",
                             {"rfc9293.abort-listen", "rfc9293.abort-removes-connection",
                              "rfc9293.closed-rst-without-ack"}}});

CASE(listener, nobody_called, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = talk_to_listener(&line);
    close_hard(t, c.listener);
    observe("%s", said(&c, hear_now(&c)));
    tell(&c, SYN);
    observe("%s", said(&c, hear(&c)));
}

MUTANT(listener, "a listening socket is never closed")
{
    if (call->operation == OP_CLOSE)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

RULE(connecting, "wire.abort.syn-sent",
     .statement =
         "close() of a socket that is connecting, with SO_LINGER on and no time, gives "
         "the attempt up: an acknowledgment of its SYN, with a SYN or without, is answered "
         "by a RST.",
     .pinned = {[BY_LINUX] = "RST"},
     .outcome = {[BY_RFC] = {"RST",
                             {"rfc9293.abort-syn-sent", "rfc9293.abort-removes-connection",
                              "rfc9293.closed-rst-with-ack", "rfc9293.user-resets-any-time"}}});

/* Whether something is sent before is not said. An attempt that went on would drop an ACK without a
 * SYN. */
CASE(connecting, answered_later, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"answer", {"syn-ack", "ack"}}})
{
    struct line line = take_line(t);
    struct talk c = line_called(&line);
    close_hard(t, c.fd);
    drain(&line);
    tell(&c, t->chosen[0] ? ACK : SYN | ACK);
    observe("%s", believable_rst(&c, hear(&c)));
}

MUTANT_TAMPERS(connecting, "the RST does not come", .with = RST, .lost = true)

#define GONE "0 then gone"

RULE(closing, "wire.abort.closing",
     .statement = "close() with SO_LINGER on and no time succeeds in CLOSING, LAST_ACK and "
                  "TIME_WAIT, and the connection is gone at once; in TIME_WAIT it may linger.",
     .pinned = {[BY_LINUX] = GONE}, .outcome = {[BY_RFC] = {GONE, {"rfc9293.abort-closing"}}});

/* A socket that has called shutdown() in such a state is open. */
static void observe_closing(struct test *t, struct talk *c)
{
    set_linger(t, t->iut, c->fd, 0);
    observe_result(sk_close(t->iut, c->fd));
    drain(c->line);
    observe("%s", life(c));
}

CASE(closing, closing, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, STATE_CLOSING);
    observe_closing(t, &c);
}

CASE(closing, last_ack, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, STATE_CLOSE_WAIT);
    must(sk_shutdown(iut, c.fd, SHUT_WR));
    must_hear(&c, FIN | ACK);
    observe_closing(t, &c);
}

/* An ABORT would end TIME_WAIT, which a connection closed actively has to wait for; no text says
 * that this close() is one. Linux keeps TIME_WAIT apart from the socket. */
CASE(closing, time_wait, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .pinned = {[BY_LINUX] = "0 then alive"},
     .outcome = {[BY_RFC] = {"0 then gone | alive", {"rfc9293.abort-closing", "rfc9293.must-13"}}})
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, STATE_FIN_WAIT_2);
    tell(&c, FIN | ACK);
    must_hear(&c, ACK);
    observe_closing(t, &c);
}

MUTANT_GIVES(closing, "close() fails with ENOTCONN", OP_CLOSE, 0, ENOTCONN)
