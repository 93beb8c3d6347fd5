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
