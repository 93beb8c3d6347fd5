/* What is answered where there is no connection: by a port that nobody has, and by a listener. */
#include "suites/wire/wire.h"

/* ---- a port that nobody has ---- */

static struct talk with_closed_port(struct line *line)
{
    struct talk c = talk_to(line, unused_port(line->t));
    talk_as_connected(&c);
    return c;
}

#define WITHOUT_ACK(outcome_)                                                                      \
    RFCS(outcome_, "rfc9293.closed-answers-rst", "rfc9293.closed-rst-without-ack",                 \
         "rfc9293.closed-resets", "rfc9293.closed-reset-without-ack",                              \
         "rfc9293.reset-for-foreign-segment")

RULE(no_ack, "wire.closed.without-ack",
     .statement = "A segment without ACK to a port that no socket has is answered by a RST with "
                  "number 0, which acknowledges all that the segment takes.",
     WITHOUT_ACK("RST ACK seq 0 ack 1"));

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
     WITHOUT_ACK("RST ACK seq 0 ack 6"))
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

CASE(no_ack, no_flags, .network = ON_LINE, .family = ANY_FAMILY, WITHOUT_ACK("RST ACK seq 0 ack 3"))
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
     RFCS("RST seq 1", "rfc9293.closed-answers-rst", "rfc9293.closed-rst-with-ack",
          "rfc9293.closed-resets", "rfc9293.closed-reset-with-ack",
          "rfc9293.data-for-no-connection-reset", "rfc9293.reset-for-foreign-segment"));

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
     RFCS("nothing", "rfc9293.closed-rst-discarded", "rfc9293.closed-ignores-rst"));

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

RULE(leaves_nothing, "wire.closed.leaves-nothing",
     .statement = "What comes to a port that no socket has leaves nothing behind: a socket that "
                  "listens there afterwards has no connection of it for accept(), and recv() gives "
                  "nothing of its data on a connection between the same ends.",
     RFCS("none then a connection then abc then nothing", "rfc9293.closed-stays-closed",
          "rfc9293.closed-data-discarded"));

static void listen_at(struct talk *c)
{
    struct test *t = c->line->t;
    struct address name = place_of(t, t->iut, PLACE_MAIN, address_port(&c->iut));
    c->listener = stream_socket(t, t->iut);
    must(sk_bind(t->iut, c->listener, &name));
    must(sk_listen(t->iut, c->listener, 5));
}

/* Whether a SYN is answered as a listener does; what else comes is no connection. */
static bool opened(struct talk *c)
{
    tell(c, SYN);
    struct packet answer = hear_own(c);
    bool is = has_just(&answer, SYN | ACK) && answer.ack == c->next;
    if (is) {
        c->expected = answer.seq + 1;
        tell(c, ACK);
    }
    return is;
}

CASE(leaves_nothing, any_segment, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"segment", {"syn", "syn-data", "data"}}})
{
    struct line line = take_line(t);
    struct talk c = with_closed_port(&line);
    uint32_t data = c.next + (t->chosen[0] != 2);
    tell(&c, t->chosen[0] == 2 ? ACK : SYN, .text = t->chosen[0] ? "old" : NULL);
    require_by(t->chosen[0] == 2 ? "wire.closed.with-ack" : "wire.closed.without-ack",
               hear(&c).flags & RST, "no RST came");
    c.next = data - 4; /* so that the data would come next behind that of the connection */
    listen_at(&c);
    observe("%s", accepted_now(&c));
    if (!opened(&c)) { /* what is left is in the way, if other ends get a connection */
        struct talk other = talk_to(&line, address_port(&c.iut));
        require_by("wire.open.passive", opened(&other), "SYN ACK should have come");
        observe("no connection");
        return;
    }
    observe("%s", accepted_now(&c));
    tell(&c, ACK, .text = "abc");
    observe("%s", receive_next(t, iut, c.fd));
    observe("%s", received(t, iut, c.fd));
}

MUTANT_ON_WIRE(leaves_nothing, "its data is kept for later")
{
    if (heading == TO_IUT && packet->text && strcmp(packet->text, "abc") == 0)
        packet->text = "oldabc";
    return true;
}

/* ---- a listener ---- */

static struct talk with_listener(struct line *line)
{
    struct talk c = talk_to_listener(line);
    talk_as_connected(&c);
    return c;
}

RULE(listen_ack, "wire.listen.ack",
     .statement = "A segment with ACK to a listening socket is answered by a RST that has the "
                  "number acknowledged, and accept() gives no connection of it.",
     RFCS("RST seq 1 then none", "rfc9293.listen-ack-reset", "rfc9293.listen-ack-no-connection",
          "rfc9293.listener-resets-syn-ack", "rfc9293.reset-for-foreign-segment",
          "rfc9293.unsynchronized-resets-bad-ack", "rfc9293.unsynchronized-reset-number"));

CASE(listen_ack, any_segment, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"segment", {"ack", "data", "fin", "syn"}}})
{
    static const unsigned flags[] = {ACK, ACK, FIN | ACK, SYN | ACK};
    struct line line = take_line(t);
    struct talk c = with_listener(&line);
    tell(&c, flags[t->chosen[0]], .text = t->chosen[0] == 1 ? "abc" : NULL);
    observe("%s", said(&c, hear(&c)));
    observe("%s", accepted_now(&c));
}

MUTANT_TAMPERS(listen_ack, "the RST is missing", .with = RST, .lost = true)

RULE(listen_rst, "wire.listen.rst",
     .statement = "A RST to a listening socket is ignored: it is not answered, and the socket goes "
                  "on to listen.",
     RFCS("nothing then SYN ACK seq 0 ack 1", "rfc9293.listen-rst-ignored",
          "rfc9293.rst-ignored-in-listen"));

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
     RFCS("nothing", "rfc9293.listen-other-dropped", "rfc9293.no-reset-in-doubt"));

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
