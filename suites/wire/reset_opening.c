/* A RST, and other segments that are no answer, while a connection is being made. */
#include "suites/wire/states.h"
#include "suites/wire/wire.h"

enum { BEYOND = 100000, BEFORE = -1000 };

/* ---- SYN_RECEIVED after listen() ---- */

#define LISTENS_ON                                                                                 \
    {                                                                                              \
        "nothing then RST then none then SYN ACK seq 0 ack 1",                                     \
        {                                                                                          \
            "rfc9293.rst-syn-received-passive", "rfc9293.rst-in-syn-received-listens",             \
                "rfc9293.rst-in-syn-received-passive", "rfc9293.must-11",                          \
                "rfc9293.rst-syn-received-flushed", "rfc9293.rst-syn-received-untold",             \
                "rfc9293.opens-after-old-duplicate", "rfc9293.syn-received-after-rst"              \
        }                                                                                          \
    }

RULE(listens_on, "wire.syn-received.rst",
     .statement = "A RST with the number expected next, after a SYN to a listening socket, ends "
                  "that connection without an answer: its handshake can no longer be completed, "
                  "accept() gives none, and the next SYN is answered.",
     .outcome = {[BY_LINUX] = LISTENS_ON, [BY_RFC] = LISTENS_ON});

CASE(listens_on, exact, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_calls(&line), next = c;
    tell(&c, RST);
    observe("%s", said(&c, hear_but_now(&c, SYN | ACK)));
    tell(&c, ACK);
    observe("%s", believable_rst(&c, hear(&c)));
    observe("%s", accepted_now(&c));
    next.next = next.own.number = line_random();
    tell(&next, SYN);
    struct packet answer = hear(&next);
    next.others = (struct origin){true, answer.seq};
    observe("%s", said(&next, answer));
}

MUTANT_TAMPERS(listens_on, "the RST is not heard", .heading = TO_IUT, .with = RST, .lost = true)

#define GOES_ON                                                                                    \
    {                                                                                              \
        "nothing then a connection",                                                               \
        {                                                                                          \
            "rfc9293.rst-outside-dropped", "rfc9293.rst-outside-window-ignored",                   \
                "rfc9293.unacceptable-rst-dropped"                                                 \
        }                                                                                          \
    }

RULE(goes_on, "wire.syn-received.rst-outside-window",
     .statement = "A RST outside the receive window, after a SYN to a listening socket, is dropped "
                  "without an answer, and the handshake can still be completed.",
     .outcome = {[BY_LINUX] = GOES_ON, [BY_RFC] = GOES_ON});

CASE(goes_on, outside, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"number", {"before", "just-before", "beyond"}}})
{
    static const int64_t numbers[] = {BEFORE, -1, BEYOND};
    struct line line = take_line(t);
    struct talk c = line_calls(&line);
    tell(&c, RST, .seq = (uint32_t)numbers[t->chosen[0]]);
    observe("%s", said(&c, hear_but_now(&c, SYN | ACK)));
    tell(&c, ACK);
    observe("%s", accepted_now(&c));
}

MUTANT_ON_WIRE(goes_on, "any RST ends the connection")
{
    static uint32_t expected;
    if (heading == FROM_IUT && packet->flags & ACK)
        expected = packet->ack;
    if (heading == TO_IUT && packet->flags & RST)
        packet->seq = expected;
    return true;
}

#define CHALLENGED                                                                                 \
    {                                                                                              \
        "current ACK then a connection",                                                           \
        {                                                                                          \
            "rfc5961.rst-challenged", "rfc5961.rst-challenged-dropped"                             \
        }                                                                                          \
    }

RULE(challenged, "wire.syn-received.rst-in-window-challenged",
     .statement = "A RST in the receive window that has not the number expected next, after a SYN "
                  "to a listening socket, is answered by an ACK of the current numbers, and the "
                  "handshake can still be completed.",
     .outcome = {[BY_LINUX] = CHALLENGED, [BY_RFC] = CHALLENGED});

CASE(challenged, in_window, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_calls(&line);
    tell(&c, RST, .seq = 10);
    observe("%s", current_ack(&c, hear_but_now(&c, SYN | ACK)));
    tell(&c, ACK);
    observe("%s", accepted_now(&c));
}

MUTANT_TAMPERS(challenged, "the RST is not heard", .heading = TO_IUT, .with = RST, .lost = true)

/* ---- SYN_RECEIVED after connect(), which both sides call ---- */

#define REFUSED                                                                                    \
    {                                                                                              \
        "nothing then ECONNREFUSED",                                                               \
        {                                                                                          \
            "rfc9293.rst-syn-received-active", "rfc9293.rst-in-syn-received-active",               \
                "rfc9293.must-11", "rfc9293.syn-received-after-rst", "rfc9293.replies-to-calls"    \
        }                                                                                          \
    }

RULE(refused, "wire.syn-received.rst-after-connect",
     .statement = "A RST with the number expected next is not answered and makes connect() fail "
                  "with ECONNREFUSED when the peer has sent a SYN, but no ACK of ours.",
     .outcome = {[BY_LINUX] = REFUSED,
                 [BY_RFC] = REFUSED,
                 [BY_POSIX] = {"* then ECONNREFUSED | ECONNRESET",
                               {"posix.connect.econnrefused", "posix.connect.econnreset"}},
                 [BY_BSD] = {"* then ECONNREFUSED | ECONNRESET",
                             {"freebsd.connect.2.econnrefused", "freebsd.connect.2.econnreset"}}},
     .deviation = {[BY_LINUX] = {"nothing then ECONNRESET",
                                 "Linux says ECONNREFUSED only where no SYN has come; it always "
                                 "did, and POSIX permits it"}});

CASE(refused, exact, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_crossed(&line, (struct packet){.flags = SYN});
    tell(&c, RST);
    observe("%s", said(&c, hear_but_now(&c, SYN | ACK)));
    observe("%s", connect_ends(&c));
}

static void times_out(struct mutation *m, struct call *call)
{
    mutate(m, call);
    if (call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_ERROR) && call_option_value(call))
        call_set_option_value(call, ETIMEDOUT);
}

MUTANT_BY(refused, "connect() fails with ETIMEDOUT", times_out)

/* ---- SYN_SENT ---- */

/* That the SYN is refused is what POSIX calls it. */
#define BY_POSIX_REFUSED "posix.connect.econnrefused", "posix.connect.econnreset"
#define SYN_IS_RESET                                                                               \
    "rfc9293.syn-sent-rst-with-ack", "rfc9293.rst-valid-in-syn-sent",                              \
        "rfc9293.rst-elsewhere-aborts", "rfc9293.open-fails-by-rst", "rfc5961.rst-syn-sent",       \
        "rfc9293.closed-rst-with-ack"
#define ENDS(...)                                                                                  \
    {                                                                                              \
        "nothing then ECONNREFUSED | ECONNRESET then RST",                                         \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
/* No number is expected yet: one who checks it nevertheless may expect the 0 of an answer to a SYN.
 */
#define ENDS_OR_NOT(...)                                                                           \
    {                                                                                              \
        "nothing then RST then ECONNREFUSED | ECONNRESET || nothing then ACK seq 1 ack 1 then 0",  \
        {                                                                                          \
            __VA_ARGS__, "rfc9293.syn-sent-rst-exact"                                              \
        }                                                                                          \
    }

RULE(ends, "wire.syn-sent.rst",
     .statement =
         "A RST that acknowledges the SYN is not answered and ends it: connect() fails, and "
         "an answer to the SYN that comes later is answered by a RST; one that has not "
         "the number 0 may also be dropped, and the connection can still be made.",
     .outcome = {[BY_LINUX] = ENDS(SYN_IS_RESET, BY_POSIX_REFUSED), [BY_RFC] = ENDS(SYN_IS_RESET)});

/* POSIX, BSD and z/OS know calls, and no packets. */
CASE(ends, acceptable, .network = ON_LINE, .family = ANY_FAMILY,
     .outcome = {[BY_POSIX] = {"* then ECONNREFUSED | ECONNRESET then *", {BY_POSIX_REFUSED}},
                 [BY_BSD] = {"* then ECONNREFUSED | ECONNRESET then *",
                             {"freebsd.connect.2.econnrefused", "freebsd.connect.2.econnreset"}},
                 [BY_ZOS] = {"* then ECONNREFUSED then *",
                             {"zos.connect.econnrefused", "zos.connect.econnrefused-no-listener"}}})
{
    struct line line = take_line(t);
    struct talk c = line_called(&line);
    c.next = 0;
    tell(&c, RST | ACK);
    observe("%s", said(&c, hear_but_now(&c, SYN)));
    observe("%s", connect_ends(&c));
    tell(&c, SYN | ACK);
    observe("%s", believable_rst(&c, hear(&c)));
}

CASE(ends, any_number, .network = ON_LINE, .family = ANY_FAMILY,
     .outcome = {[BY_LINUX] = ENDS_OR_NOT(SYN_IS_RESET, BY_POSIX_REFUSED),
                 [BY_RFC] = ENDS_OR_NOT(SYN_IS_RESET)})
{
    struct line line = take_line(t);
    struct talk c = line_called(&line);
    tell(&c, RST | ACK);
    observe("%s", said(&c, hear_but_now(&c, SYN)));
    tell(&c, SYN | ACK);
    observe("%s", believable_rst(&c, hear_but(&c, SYN)));
    observe("%s", connect_ends(&c));
}

MUTANT_BY(ends, "connect() fails with ETIMEDOUT", times_out)

/* Has the connection made, and asks whether an error is left of what came before. */
static void observe_made(struct test *t, struct talk *c)
{
    int error = 0;
    tell(c, SYN | ACK);
    observe("%s", handshake_said(c));
    must(sk_getsockopt(t->iut, c->fd, SOL_SOCKET, SO_ERROR, &error));
    observe("%s", error_name(error));
}

#define NOT_OURS                                                                                   \
    {                                                                                              \
        "nothing then ACK seq 1 ack 1 then 0",                                                     \
        {                                                                                          \
            "rfc9293.syn-sent-bad-ack-rst-dropped", "rfc9293.rst-without-ack-in-syn-sent",         \
                "rfc5961.rst-syn-sent"                                                             \
        }                                                                                          \
    }

RULE(not_ours, "wire.syn-sent.rst-with-bad-ack",
     .statement = "A RST that acknowledges what was not sent, while connect() waits for an answer, "
                  "is dropped without an answer, and the connection can still be made and has no "
                  "error.",
     .outcome = {[BY_LINUX] = NOT_OURS, [BY_RFC] = NOT_OURS});

CASE(not_ours, unacceptable, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"number", {"before", "beyond"}}})
{
    struct line line = take_line(t);
    struct talk c = line_called(&line);
    tell(&c, RST | ACK, .ack = t->chosen[0] ? 1000 : -1);
    observe("%s", said(&c, hear_but_now(&c, SYN)));
    observe_made(t, &c);
}

MUTANT_TAMPERS(not_ours, "such a RST is taken for another segment", .heading = TO_IUT, .with = RST,
               .clear = RST)

#define OTHERS                                                                                     \
    {                                                                                              \
        "nothing then ACK seq 1 ack 1 then 0 then nothing",                                        \
        {                                                                                          \
            "rfc9293.syn-sent-other-dropped", "rfc9293.fin-unvalidated-dropped",                   \
                "rfc9293.no-reset-in-doubt"                                                        \
        }                                                                                          \
    }

RULE(others, "wire.syn-sent.no-syn",
     .statement = "A segment that has neither SYN nor RST, and acknowledges nothing or the SYN, is "
                  "dropped without an answer while connect() waits for one, and the connection can "
                  "still be made, has no error, and gives recv() nothing of the segment.",
     .outcome = {[BY_LINUX] = OTHERS, [BY_RFC] = OTHERS});

CASE(others, any_segment, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"segment", {"ack", "data", "fin", "data-without-ack", "fin-without-ack"}}})
{
    static const unsigned flags[] = {ACK, ACK, FIN | ACK, 0, FIN};
    int which = t->chosen[0];
    struct line line = take_line(t);
    struct talk c = line_called(&line);
    /* Data and a FIN have the number behind the SYN's: who keeps them has them in order then. An
     * ACK has the SYN's: who takes it for the SYN expects another number then. */
    tell(&c, flags[which], .seq = which > 0, .text = which == 1 || which == 3 ? "hello" : NULL);
    observe("%s", said(&c, hear_but_now(&c, SYN)));
    observe_made(t, &c);
    observe("%s", received(t, iut, c.fd));
}

MUTANT_TAMPERS(others, "it is taken for a SYN", .heading = TO_IUT, .without = SYN | RST, .set = SYN)
