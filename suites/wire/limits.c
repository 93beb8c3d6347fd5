/* How long an implementation goes on by itself where nobody answers. */
#include "suites/wire/wire.h"

#include "calls/clock.h"

/* Waits for so many seconds, or for an error of the socket; whether none came. */
static bool lasts(struct test *t, int fd, int seconds)
{
    struct backoff backoff = backoff_begin_rarely(patience);
    int64_t end = clock_now() + seconds * INT64_C(1000000000);
    int error = 0;
    while (!error && clock_now() < end && backoff_wait(&backoff))
        must(sk_getsockopt(t->iut, fd, SOL_SOCKET, SO_ERROR, &error));
    return !error;
}

RULE(syn, "wire.limits.syn",
     .statement = "Where nobody answers its SYN, connect() sends it again and does not give up "
                  "before three minutes have passed.",
     RFCS("SYN seq 0 then goes on", "rfc9293.must-23"),
     .deviation = {[BY_LINUX] = {"SYN seq 0 then gives up",
                                 "Linux gives up after 127 seconds, unless tcp_syn_retries says "
                                 "otherwise, as tcp(7) has it"}});

CASE(syn, silence, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_IPV6, .tags = TAG_SLOW,
     .seconds = 200)
{
    struct line line = take_line(t);
    struct talk c = line_called(&line);
    observe("%s", said(&c, hear(&c)));
    /* A second and more has passed by then. */
    observe("%s", lasts(t, c.fd, 3 * 60 - 1) ? "goes on" : "gives up");
}

MUTANT_TAMPERS(syn, "the SYN has another number when it comes again", .with = SYN, .nth = 2,
               .seq = 1)

RULE(data, "wire.limits.data",
     .statement = "Where nobody acknowledges data of send() the connection lasts for 100 seconds "
                  "and more.",
     RFCS("lasts", "rfc9293.shld-11"));

CASE(data, silence, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_IPV6, .tags = TAG_SLOW,
     .seconds = 120)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    must(sk_send(iut, c.fd, "hello", 5, 0));
    observe("%s", lasts(t, c.fd, 100) ? "lasts" : "is given up");
}

MUTANT(data, "it is given up at once")
{
    mutate(m, call);
    if (call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_ERROR))
        call_set_option_value(call, ETIMEDOUT);
}
