/* What is answered where there is no connection: by a port that nobody has, and by a listener. */
#include "suites/suite.h"

/* ---- a port that nobody has ---- */

static struct talk with_closed_port(struct line *line)
{
    struct talk c = talk_to(line, unused_port(line->t));
    talk_as_connected(&c);
    return c;
}

RULE(no_ack, "wire.closed.without-ack",
     .statement = "A segment without ACK to a port that no socket has is answered by a RST with "
                  "number 0, which acknowledges all that the segment takes.",
     .outcome = {[BY_LINUX] = {"RST ACK seq 0 ack 1",
                               {"rfc9293.closed-answers-rst", "rfc9293.closed-rst-without-ack"}},
                 [BY_RFC] = {"RST ACK seq 0 ack 1",
                             {"rfc9293.closed-answers-rst", "rfc9293.closed-rst-without-ack"}}});

#define ACKNOWLEDGES(outcome_)                                                                     \
    .outcome = {                                                                                   \
        [BY_LINUX] = {outcome_, {"rfc9293.closed-answers-rst", "rfc9293.closed-rst-without-ack"}}, \
        [BY_RFC] = {outcome_, {"rfc9293.closed-answers-rst", "rfc9293.closed-rst-without-ack"}}}

/* What stands where the acknowledgment would be means nothing without ACK. */
enum { UNUSED_ACK = 0x12345678 };

CASE(no_ack, syn, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = talk_to(&line, unused_port(t));
    tell(&c, SYN, .mss = 1460, .ack = UNUSED_ACK);
    observe("%s", said(&c, hear(&c)));
}

CASE(no_ack, syn_with_data, .network = ON_LINE, .family = ANY_FAMILY,
     ACKNOWLEDGES("RST ACK seq 0 ack 6"))
{
    struct line line = take_line(t);
    struct talk c = talk_to(&line, unused_port(t));
    tell(&c, SYN, .ack = UNUSED_ACK, .text = "hello");
    observe("%s", said(&c, hear(&c)));
}

CASE(no_ack, fin, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = talk_to(&line, unused_port(t));
    tell(&c, FIN, .ack = UNUSED_ACK);
    observe("%s", said(&c, hear(&c)));
}

CASE(no_ack, no_flags, .network = ON_LINE, .family = ANY_FAMILY,
     ACKNOWLEDGES("RST ACK seq 0 ack 3"))
{
    struct line line = take_line(t);
    struct talk c = talk_to(&line, unused_port(t));
    tell(&c, 0, .ack = UNUSED_ACK, .text = "abc");
    observe("%s", said(&c, hear(&c)));
}

MUTANT_TAMPERS(no_ack, "the RST acknowledges one too few", .with = RST | ACK, .ack = -1)

RULE(ack, "wire.closed.with-ack",
     .statement = "A segment with ACK to a port that no socket has is answered by a RST that has "
                  "the number acknowledged, and no ACK.",
     .outcome = {
         [BY_LINUX] = {"RST seq 1", {"rfc9293.closed-answers-rst", "rfc9293.closed-rst-with-ack"}},
         [BY_RFC] = {"RST seq 1", {"rfc9293.closed-answers-rst", "rfc9293.closed-rst-with-ack"}}});

CASE(ack, any_segment, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"segment", {"ack", "data", "fin", "syn"}}})
{
    static const unsigned flags[] = {ACK, ACK, FIN | ACK, SYN | ACK};
    struct line line = take_line(t);
    struct talk c = with_closed_port(&line);
    tell(&c, flags[t->chosen[0]], .text = t->chosen[0] == 1 ? "abc" : NULL);
    observe("%s", said(&c, hear(&c)));
}

MUTANT_TAMPERS(ack, "the RST has ACK too", .with = RST, .set = ACK)

RULE(rst, "wire.closed.rst", .statement = "A RST to a port that no socket has is not answered.",
     .outcome = {[BY_LINUX] = {"nothing", {"rfc9293.closed-rst-discarded"}},
                 [BY_RFC] = {"nothing", {"rfc9293.closed-rst-discarded"}}});

CASE(rst, any_segment, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"segment", {"rst", "rst-ack", "rst-syn"}}})
{
    static const unsigned flags[] = {RST, RST | ACK, RST | SYN};
    struct line line = take_line(t);
    struct talk c = with_closed_port(&line);
    tell(&c, flags[t->chosen[0]]);
    observe("%s", said(&c, hear_now(&c)));
}

MUTANT_TAMPERS(rst, "a RST is taken for another segment", .heading = TO_IUT, .with = RST,
               .clear = RST)

/* ---- a listener ---- */

static struct talk with_listener(struct line *line)
{
    struct endpoint listener = listening_socket(line->t, line->t->iut);
    struct talk c = talk_to(line, address_port(&listener.name));
    talk_as_connected(&c);
    c.listener = listener.fd;
    return c;
}

/* Whether accept() has nothing to give, once an answer to something later shows that all was
 * processed. */
static const char *accepted(struct talk *c)
{
    struct test *t = c->line->t;
    set_nonblocking(t, t->iut, c->listener, true);
    see_now(c->line);
    int fd = sk_accept(t->iut, c->listener, NULL);
    return fd >= 0 ? "a connection" : fd == -EAGAIN ? "none" : result_name(fd);
}

RULE(listen_ack, "wire.listen.ack",
     .statement = "A segment with ACK to a listening socket is answered by a RST that has the "
                  "number acknowledged, and accept() gives no connection of it.",
     .outcome = {[BY_LINUX] = {"RST seq 1 then none",
                               {"rfc9293.listen-ack-reset", "rfc9293.listen-ack-no-connection"}},
                 [BY_RFC] = {"RST seq 1 then none",
                             {"rfc9293.listen-ack-reset", "rfc9293.listen-ack-no-connection"}}});

CASE(listen_ack, any_segment, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"segment", {"ack", "data", "fin", "syn"}}})
{
    static const unsigned flags[] = {ACK, ACK, FIN | ACK, SYN | ACK};
    struct line line = take_line(t);
    struct talk c = with_listener(&line);
    tell(&c, flags[t->chosen[0]], .text = t->chosen[0] == 1 ? "abc" : NULL);
    observe("%s", said(&c, hear(&c)));
    observe("%s", accepted(&c));
}

MUTANT_TAMPERS(listen_ack, "the RST is missing", .with = RST, .lost = true)

RULE(listen_rst, "wire.listen.rst",
     .statement = "A RST to a listening socket is ignored: it is not answered, and the socket goes "
                  "on to listen.",
     .outcome = {[BY_LINUX] = {"nothing then SYN ACK seq 0 ack 1", {"rfc9293.listen-rst-ignored"}},
                 [BY_RFC] = {"nothing then SYN ACK seq 0 ack 1", {"rfc9293.listen-rst-ignored"}}});

CASE(listen_rst, any_segment, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"segment", {"rst", "rst-ack", "rst-syn"}}})
{
    static const unsigned flags[] = {RST, RST | ACK, RST | SYN};
    struct line line = take_line(t);
    struct talk c = with_listener(&line), next;
    tell(&c, flags[t->chosen[0]]);
    observe("%s", said(&c, hear_now(&c)));
    next = talk_to(&line, address_port(&c.iut));
    tell(&next, SYN);
    struct packet answer = hear(&next);
    next.others = (struct origin){true, answer.seq};
    observe("%s", said(&next, answer));
}

MUTANT_TAMPERS(listen_rst, "a RST is taken for a SYN", .heading = TO_IUT, .with = RST,
               .clear = RST | ACK, .set = SYN)

RULE(listen_other, "wire.listen.no-flags",
     .statement = "A segment that has neither SYN nor ACK nor RST is not answered by a listening "
                  "socket.",
     .outcome = {[BY_LINUX] = {"nothing", {"rfc9293.listen-other-dropped"}},
                 [BY_RFC] = {"nothing", {"rfc9293.listen-other-dropped"}}});

CASE(listen_other, any_segment, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"segment", {"data", "fin"}}})
{
    struct line line = take_line(t);
    struct talk c = with_listener(&line);
    tell(&c, t->chosen[0] ? FIN : 0, .text = t->chosen[0] ? NULL : "abc");
    observe("%s", said(&c, hear_now(&c)));
}

MUTANT_TAMPERS(listen_other, "it is taken for a segment with ACK", .heading = TO_IUT,
               .without = RST | SYN | ACK, .set = ACK)
