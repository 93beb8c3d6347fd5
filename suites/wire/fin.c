/* A FIN that arrives, in each state, and one that is lost. */
#include "suites/wire/states.h"
#include "suites/wire/wire.h"

#define ESTABLISHED_ENDS                                                                           \
    {                                                                                              \
        "current ACK then end of file then no FIN",                                                \
        {                                                                                          \
            "rfc9293.fin-acknowledged", "rfc9293.fin-signalled", "rfc9293.fin-established",        \
                "rfc9293.fin-from-network", "rfc9293.no-fin-before-close",                         \
                "rfc9293.receive-fails-after-remote-close", "rfc9293.receive-close-wait-end",      \
                "rfc9293.reports-remote-close"                                                     \
        }                                                                                          \
    }

RULE(established, "wire.fin.established",
     .statement = "A FIN on an established connection is acknowledged, recv() gives an end of "
                  "file, and no FIN is sent before the program closes.",
     .outcome = {[BY_LINUX] = ESTABLISHED_ENDS, [BY_RFC] = ESTABLISHED_ENDS});

CASE(established, alone, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    tell(&c, FIN | ACK);
    observe("%s", current_ack(&c, hear(&c)));
    observe("%s", receive_next(t, iut, c.fd));
    observe("%s", fin_now(&c));
}

MUTANT_ON_WIRE(established, "a FIN is answered by a FIN")
{
    static bool ended;
    if (heading == TO_IUT && packet->flags & FIN)
        ended = true;
    if (heading == FROM_IUT && ended)
        packet->flags |= FIN;
    return true;
}

#define DATA_FIRST                                                                                 \
    {                                                                                              \
        "acknowledged then hello then end of file",                                                \
        {                                                                                          \
            "rfc9293.fin-acknowledged", "rfc9293.fin-signalled", "rfc9293.fin-pushes",             \
                "rfc9293.syn-and-fin-count", "rfc9293.text-delivered",                             \
                "rfc9293.text-acknowledged", "rfc9293.receive-close-wait-data",                    \
                "rfc9293.receive-close-wait-end", "rfc9293.receive-closing",                       \
                "rfc9293.close-implies-push"                                                       \
        }                                                                                          \
    }

RULE(with_data, "wire.fin.with-data",
     .statement = "Data in the segment of a FIN is delivered before the end of file, whether or "
                  "not it is pushed, and both are acknowledged.",
     .outcome = {[BY_LINUX] = DATA_FIRST, [BY_RFC] = DATA_FIRST});

CASE(with_data, pushed_or_not, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"state", {"established", "fin-wait-1", "fin-wait-2"}},
              {"push", {"pushed", "not-pushed"}}})
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, chosen_state(t));
    tell(&c, FIN | ACK | (t->chosen[1] ? 0 : PSH), .text = "hello");
    observe("%s", until_acknowledged(&c));
    observe("%s", receive_next(t, iut, c.fd));
    observe("%s", receive_next(t, iut, c.fd));
}

MUTANT_TAMPERS(with_data, "the FIN is not seen in a segment with data", .heading = TO_IUT,
               .with = FIN, .data = true, .clear = FIN)

#define AT_ONCE                                                                                    \
    {                                                                                              \
        "acknowledged then a connection then end of file",                                         \
        {                                                                                          \
            "rfc9293.fin-established", "rfc9293.fin-acknowledged", "rfc9293.ack-syn-received",     \
                "rfc9293.fin-signalled", "rfc9293.receive-close-wait-end"                          \
        }                                                                                          \
    }

RULE(at_once, "wire.fin.syn-received",
     .statement = "A FIN in the segment that completes the handshake is acknowledged; accept() "
                  "gives the connection, and recv() an end of file.",
     .outcome = {[BY_LINUX] = AT_ONCE, [BY_RFC] = AT_ONCE});

CASE(at_once, with_ack, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_calls(&line);
    tell(&c, FIN | ACK);
    struct packet answer = hear_but(&c, SYN | ACK);
    observe("%s", answer.flags == ACK && answer.ack == c.next ? "acknowledged" : said(&c, answer));
    int fd = sk_accept(iut, c.listener, NULL);
    observe("%s", fd >= 0 ? "a connection" : result_name(fd));
    observe("%s", receive_next(t, iut, fd));
}

MUTANT_TAMPERS(at_once, "the FIN is not seen", .heading = TO_IUT, .with = FIN, .clear = FIN)

/* ---- the side that has closed ---- */

#define TO_TIME_WAIT                                                                               \
    {                                                                                              \
        "acknowledged then current ACK",                                                           \
        {                                                                                          \
            "rfc9293.fin-fin-wait-1-acknowledged", "rfc9293.fin-fin-wait-2",                       \
                "rfc9293.fin-acknowledged-by-closer", "rfc9293.fin-acknowledged",                  \
                "rfc9293.fin-time-wait", "rfc9293.must-13", "rfc9293.normal-close-states",         \
                "rfc9293.time-wait-fin-acknowledged"                                               \
        }                                                                                          \
    }

/* The IUT's side ends what it sends, by one of two calls. */
static void end_sending(struct talk *c, bool closes)
{
    struct test *t = c->line->t;
    if (closes)
        must(sk_close(t->iut, c->fd));
    else
        must(sk_shutdown(t->iut, c->fd, SHUT_WR));
    must_hear(c, FIN | ACK);
}

RULE(closer, "wire.fin.closer",
     .statement = "The side that has closed first acknowledges the other side's FIN, with or after "
                  "the acknowledgment of its own, and does so again when the FIN comes again.",
     .outcome = {[BY_LINUX] = TO_TIME_WAIT, [BY_RFC] = TO_TIME_WAIT});

CASE(closer, fin_wait, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"state", {"fin-wait-1", "fin-wait-2"}}, {"call", {"shutdown", "close"}}})
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    end_sending(&c, t->chosen[1]);
    if (t->chosen[0])
        tell(&c, ACK);
    tell(&c, FIN | ACK);
    observe("%s", until_acknowledged(&c));
    tell(&c, FIN | ACK, .seq = -1);
    observe("%s", current_ack(&c, hear_answer(&c)));
}

MUTANT_TAMPERS(closer, "a FIN is acknowledged once", .heading = TO_IUT, .with = FIN, .nth = 2,
               .lost = true)

RULE(at_once_closed, "wire.fin.fin-wait-1-to-time-wait",
     .statement =
         "A segment that brings the other side's FIN and the acknowledgment of the own one "
         "takes the side that has called shutdown() or close() from FIN_WAIT_1 to "
         "TIME_WAIT.",
     RFCS("TIME_WAIT", "rfc9293.fin-wait-1-to-time-wait", "rfc9293.fin-fin-wait-1-acknowledged"));

CASE(at_once_closed, one_segment, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"call", {"shutdown", "close"}}})
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    end_sending(&c, t->chosen[0]);
    tell(&c, FIN | ACK);
    until_acknowledged(&c);
    hear_answer_now(&c);
    observe("%s", tcp_state_name(state_between(t, iut, &c.iut_name, &c.line_name)));
}

MUTANT_TAMPERS(at_once_closed, "the acknowledgment in the segment of a FIN is not heard",
               .heading = TO_IUT, .with = FIN, .ack = -1)

/* How a FIN that has crossed the IUT's is acknowledged: by an ACK, or by the own FIN once more, at
 * once. The FIN that a timer sends again has the number of what came meanwhile as well, and answers
 * nothing. */
static const char *crossing_acknowledged(struct talk *c)
{
    uint32_t fin = c->expected - 1;
    struct packet packet = hear_now(c);
    bool again = packet.flags == (FIN | ACK) && packet.seq == fin;
    if (again && packet.ack == c->next)
        return "acknowledged";
    if (again || !packet.protocol)
        packet = hear_answer(c);
    return packet.flags == ACK && packet.ack == c->next ? "acknowledged" : said(c, packet);
}

#define CROSSED                                                                                    \
    {                                                                                              \
        "acknowledged then nothing then current ACK",                                              \
        {                                                                                          \
            "rfc9293.fin-fin-wait-1", "rfc9293.fin-acknowledged", "rfc9293.simultaneous-close",    \
                "rfc9293.simultaneous-close-states", "rfc9293.ack-closing",                        \
                "rfc9293.time-wait-fin-acknowledged", "rfc9293.must-13"                            \
        }                                                                                          \
    }

RULE(crossed, "wire.fin.crossed",
     .statement = "When the FINs of both sides cross, the other side's is acknowledged, the "
                  "acknowledgment of the own one is not answered, and the connection still "
                  "acknowledges the FIN when it comes again.",
     .outcome = {[BY_LINUX] = CROSSED, [BY_RFC] = CROSSED});

CASE(crossed, closing, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"call", {"shutdown", "close"}}})
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    end_sending(&c, t->chosen[0]);
    tell(&c, FIN | ACK, .ack = -1);
    observe("%s", crossing_acknowledged(&c));
    tell(&c, ACK);
    observe("%s", said(&c, hear_answer_now(&c)));
    tell(&c, FIN | ACK, .seq = -1);
    observe("%s", current_ack(&c, hear_answer(&c)));
}

MUTANT_ON_WIRE(crossed, "the connection is gone without TIME_WAIT")
{
    static bool fin;
    fin |= heading == FROM_IUT && packet->flags & FIN;
    if (heading == TO_IUT && fin && packet->flags == ACK)
        packet->flags |= RST;
    return true;
}

/* ---- once more ---- */

#define AGAIN                                                                                      \
    {                                                                                              \
        "current ACK then alive",                                                                  \
        {                                                                                          \
            "rfc9293.fin-close-wait", "rfc9293.fin-closing", "rfc9293.fin-last-ack",               \
                "rfc9293.unacceptable-acknowledged", "rfc9293.synchronized-acks-unacceptable"      \
        }                                                                                          \
    }

RULE(again, "wire.fin.again",
     .statement = "A FIN that comes again in CLOSE_WAIT, CLOSING or LAST_ACK is acknowledged "
                  "again, and does not end the connection.",
     .outcome = {[BY_LINUX] = AGAIN, [BY_RFC] = AGAIN});

CASE(again, same, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"state", {"close-wait", "closing", "last-ack"}}})
{
    static const enum tcp_state states[] = {STATE_CLOSE_WAIT, STATE_CLOSING, STATE_LAST_ACK};
    struct line line = take_line(t);
    struct talk c = line_in(&line, states[t->chosen[0]]);
    tell(&c, FIN | ACK, .seq = -1, .ack = states[t->chosen[0]] == STATE_CLOSE_WAIT ? 0 : -1);
    observe("%s", current_ack(&c, hear_answer(&c)));
    observe("%s", life(&c));
}

MUTANT_TAMPERS(again, "a FIN that comes again ends the connection", .heading = TO_IUT, .with = FIN,
               .nth = 2, .set = RST, .seq = 1)

/* ---- lost ---- */

#define SENT_AGAIN                                                                                 \
    {                                                                                              \
        "the FIN",                                                                                 \
        {                                                                                          \
            "rfc9293.fin-retransmitted", "rfc9293.retransmission-timeout"                          \
        }                                                                                          \
    }

RULE(
    lost, "wire.fin.lost",
    .statement = "A FIN that is not acknowledged is sent again, after shutdown() as after close().",
    .outcome = {[BY_LINUX] = SENT_AGAIN, [BY_RFC] = SENT_AGAIN});

CASE(lost, unacknowledged, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"state", {"fin-wait-1", "fin-wait-1-closed", "closing", "last-ack"}}}, .seconds = 10,
     .tags = TAG_WAITS)
{
    static const enum tcp_state states[] = {STATE_FIN_WAIT_1, STATE_ESTABLISHED, STATE_CLOSING,
                                            STATE_LAST_ACK};
    struct line line = take_line(t);
    struct talk c = line_in(&line, states[t->chosen[0]]);
    if (t->chosen[0] == 1) {
        must(sk_close(iut, c.fd));
        must_hear(&c, FIN | ACK);
    }
    struct packet packet = hear(&c);
    bool fin = packet.flags & FIN && packet.flags & ACK && !(packet.flags & (SYN | RST)) &&
               packet.seq + packet_space(&packet) == c.expected;
    observe("%s", fin ? "the FIN" : said(&c, packet));
}

MUTANT_ON_WIRE(lost, "a FIN is sent once")
{
    static unsigned count;
    return heading == TO_IUT || !(packet->flags & FIN) || ++count == 1;
}
