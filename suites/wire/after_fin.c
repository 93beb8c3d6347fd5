/* Data and calls after a FIN or a close(), of either side. */
#include "suites/wire/states.h"
#include "suites/wire/wire.h"

/* ---- the own FIN was sent ---- */

#define TAKEN                                                                                      \
    {                                                                                              \
        "acknowledged then hello",                                                                 \
        {                                                                                          \
            "rfc9293.text-delivered", "rfc9293.text-acknowledged", "rfc9293.one-direction-alone",  \
                "rfc9293.receive-in-fin-wait-1", "rfc9293.receive-reassembled",                    \
                "rfc9293.close-is-simplex", "rfc9293.receive-acknowledges"                         \
        }                                                                                          \
    }

RULE(taken, "wire.after-fin.receives",
     .statement = "Data that arrives is acknowledged and delivered, after shutdown(SHUT_WR) as "
                  "before it.",
     .outcome = {[BY_LINUX] = TAKEN, [BY_RFC] = TAKEN});

CASE(taken, fin_wait, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"state", {"established", "fin-wait-1", "fin-wait-2"}}})
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, chosen_state(t));
    tell(&c, ACK, .text = "hello", .ack = chosen_state(t) == STATE_FIN_WAIT_1 ? -1 : 0);
    observe("%s", until_acknowledged(&c));
    observe("%s", receive_next(t, iut, c.fd));
}

MUTANT_TAMPERS(taken, "data is acknowledged one short", .with = ACK, .without = SYN, .ack = -1)

RULE(refuses, "wire.after-fin.sends-nothing",
     .statement = "After shutdown(SHUT_WR) send() fails with EPIPE, and nothing is sent, whatever "
                  "the peer has answered.",
     .outcome = {[BY_POSIX] = {"EPIPE then *",
                               {"posix.send.epipe-shut-down", "posix.send.msg-nosignal-epipe"}},
                 [BY_LINUX] = {"EPIPE then nothing",
                               {"linux.send.2.epipe", "rfc9293.send-closing",
                                "rfc9293.no-send-after-close"}},
                 [BY_BSD] = {"EPIPE then *", {"freebsd.send.2.epipe"}},
                 [BY_ZOS] = {"EPIPE then *", {"zos.shutdown.table.local-send-write-epipe"}},
                 [BY_RFC] = {"EPIPE | ENOTCONN | ESHUTDOWN then nothing",
                             {"rfc9293.send-closing", "rfc9293.no-send-after-close"}}});

/* LAST_ACK and TIME_WAIT with the socket open. */
CASE(refuses, closing_states, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"state", {"fin-wait-1", "fin-wait-2", "closing", "last-ack", "time-wait"}}})
{
    static const enum tcp_state states[] = {STATE_FIN_WAIT_1, STATE_FIN_WAIT_2, STATE_CLOSING,
                                            STATE_CLOSE_WAIT, STATE_FIN_WAIT_2};
    struct line line = take_line(t);
    struct talk c = line_in(&line, states[t->chosen[0]]);
    if (t->chosen[0] == 3) {
        must(sk_shutdown(iut, c.fd, SHUT_WR));
        must_hear(&c, FIN | ACK);
    }
    if (t->chosen[0] == 4) {
        tell(&c, FIN | ACK);
        require(strcmp(until_acknowledged(&c), "acknowledged") == 0, "the FIN got no ACK");
    }
    observe_result(sk_send(iut, c.fd, "hello", 5, MSG_NOSIGNAL));
    observe("%s", said(&c, hear_answer_now(&c)));
}

MUTANT_GIVES(refuses, "send() succeeds after shutdown()", OP_SEND, EPIPE, 0)

/* ---- the peer's FIN has come ---- */

#define SENDS_ON                                                                                   \
    {                                                                                              \
        "ACK seq 1 ack 2 data 5 then nothing",                                                     \
        {                                                                                          \
            "rfc9293.send-close-wait", "rfc9293.half-closed-sending", "rfc9293.ack-close-wait",    \
                "rfc9293.send-established", "rfc9293.first-data-number",                           \
                "rfc9293.acknowledgments-in-established"                                           \
        }                                                                                          \
    }

RULE(sends_on, "wire.after-fin.sends-on",
     .statement = "After the peer's FIN send() sends data as before, and its acknowledgment is not "
                  "answered.",
     .outcome = {[BY_LINUX] = SENDS_ON, [BY_RFC] = SENDS_ON});

CASE(sends_on, close_wait, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, STATE_CLOSE_WAIT);
    must(sk_send(iut, c.fd, "hello", 5, 0));
    observe("%s", said(&c, hear(&c)));
    struct packet sent = tell(&c, ACK), packet;
    do /* on a slow machine a timer may have sent the data again before that */
        packet = hear_now(&c);
    while (packet.length && packet.time < sent.time);
    observe("%s", said(&c, packet));
}

MUTANT_TAMPERS(sends_on, "data does not acknowledge the FIN", .with = ACK, .data = true, .ack = -1)

#define IGNORED                                                                                    \
    {                                                                                              \
        "ignored then alive then none of it",                                                      \
        {                                                                                          \
            "rfc9293.text-after-fin-ignored"                                                       \
        }                                                                                          \
    }

/* Who sends a RST goes to TIME_WAIT or forgets the connection: RFC 9293, 3.5.2 and 3.6. */
#define IGNORED_OR_LOST                                                                            \
    {                                                                                              \
        "ignored then alive || RST then gone | alive",                                             \
        {                                                                                          \
            "rfc9293.text-after-fin-ignored", "rfc9293.shld-3"                                     \
        }                                                                                          \
    }

RULE(ignored, "wire.after-fin.data-ignored",
     .statement =
         "Data that comes after the peer's FIN is not acknowledged, recv() gives none of it, "
         "and it does not end the connection; after close() a RST may say that it is lost.",
     .outcome = {[BY_LINUX] = IGNORED, [BY_RFC] = IGNORED});

/* Whether the connection is there as life() has it, and still expects what it did: an ACK of the
 * data may be delayed, and the answer to an old segment has the same number, as has a FIN that is
 * sent again. */
static const char *life_without_data(struct talk *c)
{
    struct packet answer;
    tell(c, ACK, .seq = -1);
    while ((answer = hear_now(c)).protocol) {
        if (answer.flags & RST)
            return "gone";
        if (answer.ack != c->next)
            return said(c, answer);
    }
    return "alive";
}

static struct talk data_after_fin(struct test *t, struct line *line, enum tcp_state state)
{
    struct talk c = line_in(line, state);
    bool unacknowledged = state == STATE_CLOSING || state == STATE_LAST_ACK;
    uint32_t next = c.next;
    struct packet sent = tell(&c, ACK, .text = "hello", .ack = unacknowledged ? -1 : 0);
    c.next = next;
    struct packet answer = hear_answer_now(&c);
    if (answer.flags & RST && answer.seq == sent.ack) /* what its sender expects */
        observe("RST");
    else if (answer.flags & RST)
        observe("%s", believable_rst(&c, answer));
    else if (answer.protocol == 0 || strcmp(current_ack(&c, answer), "current ACK") == 0)
        observe("ignored");
    else
        observe("%s", said(&c, answer));
    observe("%s", life_without_data(&c));
    return c;
}

CASE(ignored, open, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"state", {"close-wait", "closing"}}})
{
    struct line line = take_line(t);
    struct talk c = data_after_fin(t, &line, t->chosen[0] ? STATE_CLOSING : STATE_CLOSE_WAIT);
    const char *given = received(t, iut, c.fd);
    if (!strstr("hello", given)) /* nor a part, nor behind the end */
        given = received(t, iut, c.fd);
    observe("%s", strstr("hello", given) ? given : "none of it");
}

CASE(ignored, closed, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"state", {"last-ack", "time-wait"}}},
     .outcome = {[BY_LINUX] = IGNORED_OR_LOST, [BY_RFC] = IGNORED_OR_LOST})
{
    struct line line = take_line(t);
    data_after_fin(t, &line, t->chosen[0] ? STATE_TIME_WAIT : STATE_LAST_ACK);
}

MUTANT_TAMPERS(ignored, "such data ends the connection without a word", .heading = TO_IUT,
               .with = ACK, .data = true, .set = RST)

RULE(end_again, "wire.after-fin.end-again",
     .statement = "After the peer's FIN recv() gives an end of file, however often it is called.",
     .outcome = {
         [BY_POSIX] = {"end of file then end of file", {"posix.recv.returns-0-orderly-shutdown"}},
         [BY_LINUX] = {"end of file then end of file",
                       {"posix.recv.returns-0-orderly-shutdown", "rfc9293.receive-closing",
                        "rfc9293.receive-close-wait-end"}},
         [BY_BSD] = {"end of file then end of file",
                     {"freebsd.recv.2.returns-zero-after-shutdown"}},
         [BY_ZOS] = {"end of file then end of file", {"zos.recv.returns-zero-closed"}},
         [BY_RFC] = {"end of file then end of file | ENOTCONN | ESHUTDOWN",
                     {"rfc9293.receive-closing", "rfc9293.receive-close-wait-end"}}});

CASE(end_again, every_state, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"state", {"close-wait", "closing", "time-wait"}}})
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, t->chosen[0] ? STATE_CLOSING : STATE_CLOSE_WAIT);
    if (t->chosen[0] == 2)
        tell(&c, ACK);
    drain(&line);
    observe("%s", receive_next(t, iut, c.fd));
    observe("%s", receive_next(t, iut, c.fd));
}

MUTANT(end_again, "the second recv() after an end fails with ENOTCONN")
{
    static unsigned ends;
    mutate(m, call);
    if (call_receives(call) && !call->error && call->result == 0 && ++ends > 1)
        call_fail(call, ENOTCONN);
}

/* ---- close() loses data ---- */

/* Whether something of the connection remains then is not said: the side that sends a RST should
 * go to TIME_WAIT (RFC 9293, 3.5.2), where it aborts it is CLOSED (3.10.5). */
#define LOST                                                                                       \
    {                                                                                              \
        "RST",                                                                                     \
        {                                                                                          \
            "rfc9293.shld-3", "rfc9293.may-1"                                                      \
        }                                                                                          \
    }

RULE(
    unread, "wire.after-close.unread",
    .statement = "close() while data is unread sends a RST and no FIN.",
    .outcome = {
        [BY_LINUX] = LOST, [BY_RFC] = LOST, [BY_ZOS] = {"RST", {"zos.close.input-queued-resets"}}});

CASE(unread, at_close, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"read", {"nothing", "a-part"}}, {"peer", {"open", "has-closed"}}})
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    char part[2];
    tell(&c, t->chosen[1] ? FIN | ACK : ACK, .text = "hello");
    require(strcmp(until_acknowledged(&c), "acknowledged") == 0, "data was not acknowledged");
    if (t->chosen[0])
        must(sk_recv(iut, c.fd, part, sizeof part, 0));
    must(sk_close(iut, c.fd));
    struct packet packet;
    do
        packet = hear(&c);
    while (packet.flags == ACK && packet.length == 0); /* the window may be told anew */
    bool fin = packet.flags & FIN;
    for (struct packet more = hear_now(&c); more.protocol; more = hear_now(&c))
        fin |= more.flags & FIN;
    observe("%s%s", believable_rst(&c, packet), fin && packet.flags & RST ? ", FIN" : "");
}

MUTANT_TAMPERS(unread, "a FIN is sent instead", .with = RST, .set = FIN | ACK, .clear = RST)

RULE(late, "wire.after-close.data",
     .statement = "Data that arrives after close() is answered by a RST.",
     .outcome = {[BY_LINUX] = LOST, [BY_RFC] = LOST});

CASE(late, fin_wait, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"own-fin", {"acknowledged", "with-the-data"}}, {"fin", {"data", "data-and-fin"}}})
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    must(sk_close(iut, c.fd));
    must_hear(&c, FIN | ACK);
    if (t->chosen[0] == 0) {
        tell(&c, ACK);
        require(hear_answer_now(&c).protocol == 0, "the ACK of the FIN was answered");
    }
    tell(&c, t->chosen[1] ? FIN | ACK : ACK, .text = "hello");
    observe("%s", believable_rst(&c, hear_answer(&c)));
}

MUTANT_TAMPERS(late, "such data is acknowledged", .with = RST, .nth = 1, .set = ACK, .clear = RST)

/* ---- what close() sends ---- */

#define ALL_THEN_FIN                                                                               \
    {                                                                                              \
        "2500 then FIN",                                                                           \
        {                                                                                          \
            "rfc9293.close-established", "rfc9293.close-close-wait", "rfc9293.close-after-fin",    \
                "rfc9293.close-sends-fin", "rfc9293.close-delivers-what-was-sent",                 \
                "rfc9293.close-is-graceful"                                                        \
        }                                                                                          \
    }

RULE(all, "wire.after-close.all-then-fin",
     .statement = "What was sent before close() and could not be transmitted is transmitted after "
                  "it, and then a FIN.",
     .outcome = {[BY_LINUX] = ALL_THEN_FIN,
                 [BY_ZOS] = {"2500 then *", {"zos.close.no-linger-returns-and-sends"}},
                 [BY_RFC] = ALL_THEN_FIN});

CASE(all, window_opens, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"peer", {"open", "has-closed"}}})
{
    enum { ALL = 2500 };
    static const char data[ALL];
    struct line line = take_line(t);
    struct talk c = line_narrow(&line, 1000);
    if (t->chosen[0]) {
        tell(&c, FIN | ACK);
        require(strcmp(until_acknowledged(&c), "acknowledged") == 0, "the FIN got no ACK");
    }
    must(sk_send(iut, c.fd, data, ALL, 0));
    must(sk_close(iut, c.fd));
    c.window = UINT16_MAX;
    struct packet packet;
    uint32_t first = c.expected;
    do {
        packet = hear(&c);
        tell(&c, ACK);
    } while (packet.protocol == IPPROTO_TCP && packet.length > 0 && !(packet.flags & (FIN | RST)));
    uint32_t fin = packet.flags & FIN;
    observe("%u", c.expected - first - fin);
    observe("%s", fin ? "FIN" : said(&c, packet));
}

MUTANT_TAMPERS(all, "the FIN is a RST", .with = FIN, .set = RST, .clear = FIN)

RULE(reopened, "wire.after-fin.reopen",
     .statement = "While the other side has not answered a FIN with its own, connect() to it "
                  "fails on the socket that sent it, and a new one cannot have its port and "
                  "connect() there.",
     RFCS("fails", "rfc9293.reopen-while-closing", "rfc9293.open-already-exists"));

CASE(reopened, same_socket, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"state", {"established", "fin-wait-1", "fin-wait-2"}, .only = 6}})
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    sk_connect(iut, c.fd, &c.line_name); /* the first may tell that there is a connection */
    talk_to_state(&c, chosen_state(t));
    set_nonblocking(t, iut, c.fd, true);
    int result = sk_connect(iut, c.fd, &c.line_name);
    observe("%s", result < 0 && result != -EINPROGRESS ? "fails" : "goes on");
}

/* A socket that lets others have its port, as some ask of both. */
static int sharing_socket(struct test *t)
{
    int fd = stream_socket(t, t->iut);
    must(sk_setsockopt(t->iut, fd, SOL_SOCKET, SO_REUSEADDR, 1));
    set_nonblocking(t, t->iut, fd, true);
    return fd;
}

CASE(reopened, another_socket, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = talk_to(&line, 0);
    struct address own = place_of(t, iut, PLACE_MAIN, 0);
    c.fd = sharing_socket(t);
    must(sk_bind(iut, c.fd, &own));
    must(sk_getsockname(iut, c.fd, &c.iut_name));
    c.iut = address_with_port(line.iut, address_port(&c.iut_name));
    sk_connect(iut, c.fd, &c.line_name);
    struct packet syn = must_hear(&c, SYN);
    talk_counts_from(&c, &syn);
    tell(&c, SYN | ACK);
    require_by("wire.open.active", acknowledged(&c).protocol, "the SYN with ACK got no ACK");
    must(sk_close(iut, c.fd));
    must_hear(&c, FIN | ACK);
    int fd = sharing_socket(t);
    int result = sk_bind(iut, fd, &c.iut_name);
    if (result == 0)
        result = sk_connect(iut, fd, &c.line_name);
    observe("%s", result < 0 && result != -EINPROGRESS ? "fails" : "goes on");
}

MUTANT(reopened, "connections are opened again at any time")
{
    static bool closed;
    closed |= call->operation == OP_SHUTDOWN || call->operation == OP_CLOSE;
    if (closed && call->operation == OP_CONNECT)
        call_succeed(call, 0);
    else
        mutate(m, call);
}
