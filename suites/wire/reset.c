/* A RST that arrives: in the synchronized states. Half-made connections are in reset_opening.c. */
#include "suites/wire/states.h"
#include "suites/wire/wire.h"

#include "calls/clock.h"

/* More than any window that is not scaled. */
enum { BEYOND = 100000, BEFORE = -1000 };

RULE(exact, "wire.reset.exact",
     .statement = "A RST with the number expected next ends a connection in any synchronized state "
                  "before TIME_WAIT, and is not answered.",
     .outcome = {
         [BY_LINUX] = {"nothing then gone",
                       {"rfc9293.rst-exact-resets", "rfc9293.rst-established-closed",
                        "rfc9293.rst-closing-closed", "rfc9293.rst-valid-in-window",
                        "rfc9293.rst-elsewhere-aborts", "rfc9293.rst-in-synchronized-aborts",
                        "rfc9293.state-after-rst-received", "rfc5961.rst-exact"}},
         [BY_RFC] = {"nothing then gone",
                     {"rfc9293.rst-exact-resets", "rfc9293.rst-established-closed",
                      "rfc9293.rst-closing-closed", "rfc9293.rst-valid-in-window",
                      "rfc9293.rst-elsewhere-aborts", "rfc9293.rst-in-synchronized-aborts",
                      "rfc9293.state-after-rst-received", "rfc5961.rst-exact"}}});

CASE(exact, every_state, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {ANY_STATE_TO_LAST_ACK})
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, chosen_state(t));
    tell(&c, RST);
    observe("%s", said(&c, hear_answer_now(&c)));
    observe("%s", life(&c));
}

MUTANT_TAMPERS(exact, "the RST is not heard", .heading = TO_IUT, .with = RST, .lost = true)

RULE(told, "wire.reset.told",
     .statement =
         "recv() that waits when a RST arrives fails with ECONNRESET at once, and one that "
         "is called after it as well, also where shutdown() has ended sending.",
     .outcome = {
         [BY_POSIX] = {"ECONNRESET",
                       {"posix.recv.econnreset", "posix.sockets.pending-error.returned-by-recv"}},
         [BY_LINUX] = {"ECONNRESET",
                       {"posix.recv.econnreset", "rfc9293.rst-established-calls",
                        "rfc9293.rst-established-signalled", "rfc9293.must-12"}},
         [BY_BSD] = {"ECONNRESET", {"freebsd.recv.2.econnreset"}},
         [BY_ZOS] = {"ECONNRESET", {"zos.recv.econnreset"}},
         [BY_RFC] = {"ECONNRESET",
                     {"rfc9293.rst-established-calls", "rfc9293.rst-established-signalled"}}});

/* Who calls when the connection is gone may be told just that. */

CASE(told, afterwards, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"state", {"established", "fin-wait-1", "fin-wait-2"}}},
     .outcome = {[BY_RFC] = {"ECONNRESET | ENOTCONN",
                             {"rfc9293.rst-established-signalled", "rfc9293.must-12",
                              "rfc9293.receive-closed", "rfc9293.rst-established-closed"}}})
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, chosen_state(t));
    tell(&c, RST);
    drain(&line);
    observe("%s", receive_next(t, iut, c.fd));
}

CASE(told, waiting, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"state", {"established", "fin-wait-1", "fin-wait-2"}}})
{
    struct line line = take_line(t);
    char byte;
    int result = 0;
    bool late = true;
    for (int i = 0; i < LATE_TRIES && late; i++) {
        struct talk c = line_in(&line, chosen_state(t));
        struct pending *receiving = sk_begin(iut, call_recv(c.fd, &byte, 1, 0));
        require(sk_waits(receiving), "recv() does not wait");
        int64_t since = clock_now();
        tell(&c, RST);
        result = finish(receiving);
        late = clock_late(since);
    }
    observe("%s%s", result_name(result), late ? ", late" : "");
}

MUTANT(told, "a reset is taken for an end of file")
{
    mutate(m, call);
    if (call_receives(call) && call->error == ECONNRESET)
        call_succeed(call, 0);
}

RULE(told_sending, "wire.reset.told-sending",
     .statement = "After a RST in CLOSE_WAIT send() fails with ECONNRESET, EPIPE or ENOTCONN.",
     .outcome = {[BY_POSIX] = {"ECONNRESET | EPIPE | ENOTCONN",
                               {"posix.send.econnreset", "posix.send.epipe-no-longer-connected",
                                "posix.send.enotconn"}},
                 [BY_LINUX] = {"ECONNRESET | EPIPE | ENOTCONN",
                               {"posix.send.econnreset", "posix.send.epipe-no-longer-connected",
                                "posix.send.enotconn", "rfc9293.rst-established-closed",
                                "rfc9293.send-closed"}},
                 [BY_BSD] = {"ECONNRESET | EPIPE | ENOTCONN",
                             {"freebsd.tcp.4.econnreset", "freebsd.send.2.epipe",
                              "freebsd.send.2.enotconn"}},
                 [BY_RFC] = {"ECONNRESET | EPIPE | ENOTCONN",
                             {"rfc9293.rst-established-signalled", "rfc9293.rst-established-closed",
                              "rfc9293.send-closed"}}});

CASE(told_sending, close_wait, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, STATE_CLOSE_WAIT);
    tell(&c, RST);
    require_by("wire.reset.exact", hear_now(&c).protocol == 0, "the RST was answered");
    observe_result(sk_send(iut, c.fd, "x", 1, MSG_NOSIGNAL));
}

MUTANT_TAMPERS(told_sending, "the RST is not heard", .heading = TO_IUT, .with = RST, .lost = true)

#define OUTSIDE(outcome_)                                                                          \
    {                                                                                              \
        outcome_,                                                                                  \
        {                                                                                          \
            "rfc9293.rst-outside-dropped", "rfc9293.rst-outside-window-ignored",                   \
                "rfc9293.unacceptable-rst-dropped", "rfc5961.rst-outside"                          \
        }                                                                                          \
    }

RULE(outside, "wire.reset.outside-window",
     .statement = "A RST outside the receive window is dropped without an answer, and changes "
                  "nothing.",
     .outcome = {
         [BY_LINUX] = OUTSIDE("nothing then alive"), [BY_RFC] = OUTSIDE("nothing then alive")});

/* life() of a connection of which nothing may have changed: an open socket still gives what comes,
 * or the end of file that has come. */
static const char *unchanged(struct talk *c, enum tcp_state state)
{
    struct test *t = c->line->t;
    bool data_comes =
        state == STATE_ESTABLISHED || state == STATE_FIN_WAIT_1 || state == STATE_FIN_WAIT_2;
    const char *is = life(c);
    if (strcmp(is, "alive") != 0 || c->fd < 0)
        return is;
    if (data_comes)
        tell(c, ACK, .text = "hello");
    const char *came = receive_next(t, t->iut, c->fd);
    return strcmp(came, data_comes ? "hello" : "end of file") == 0 ? "alive" : came;
}

static void rst_at(struct test *t, int64_t where, enum tcp_state state)
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, state);
    tell(&c, RST, .seq = (uint32_t)where);
    observe("%s", said(&c, hear_answer_now(&c)));
    observe("%s", unchanged(&c, state));
}

CASE(outside, far, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {ANY_STATE, {"number", {"before", "beyond"}}})
{
    rst_at(t, t->chosen[1] ? BEYOND : BEFORE, chosen_state(t));
}

CASE(outside, just_before, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"state", {"established", "fin-wait-1", "fin-wait-2"}}})
{
    rst_at(t, -1, chosen_state(t));
}

/* The RST is given the number that counts. */
static bool rst_counts(struct packet *packet, enum heading heading)
{
    static uint32_t expected;
    if (heading == FROM_IUT && packet->flags & ACK)
        expected = packet->ack;
    if (heading == TO_IUT && packet->flags & RST)
        packet->seq = expected;
    return true;
}

MUTANT_ON_WIRE_BY(outside, "any RST ends the connection", rst_counts)

RULE(of_fin, "wire.reset.number-of-fin",
     .statement = "A RST that has the number of a FIN before it is outside the receive window: it "
                  "is dropped without an answer, and changes nothing.",
     .outcome = {
         [BY_LINUX] = OUTSIDE("nothing then alive"), [BY_RFC] = OUTSIDE("nothing then alive")});

CASE(of_fin, before_time_wait, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"state", {"close-wait", "closing", "last-ack"}}},
     .deviation = {[BY_LINUX] = {"nothing then gone",
                                 "since 4.12 a RST with the number of the FIN before it counts: "
                                 "macOS sends such ones"}})
{
    static const enum tcp_state states[] = {STATE_CLOSE_WAIT, STATE_CLOSING, STATE_LAST_ACK};
    rst_at(t, -1, states[t->chosen[0]]);
}

CASE(of_fin, time_wait, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    rst_at(t, -1, STATE_TIME_WAIT);
}

MUTANT_TAMPERS(of_fin, "the RST is answered by an ACK", .heading = TO_IUT, .with = RST,
               .clear = RST, .set = ACK)

/* ---- in the window, but not the number expected ---- */

static void rst_in_window(struct test *t, enum tcp_state state)
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, state);
    tell(&c, RST, .seq = 10);
    observe("%s", current_ack(&c, hear_answer_now(&c)));
    observe("%s", unchanged(&c, state));
}

#define CHALLENGED                                                                                 \
    {                                                                                              \
        "current ACK then alive",                                                                  \
        {                                                                                          \
            "rfc5961.rst-challenged", "rfc5961.rst-challenged-dropped"                             \
        }                                                                                          \
    }
/* RFC 1337 has RSTs ignored there. */
#define TIME_WAIT_MAY_BE_SILENT                                                                    \
    {                                                                                              \
        "current ACK then alive || nothing then alive",                                            \
        {                                                                                          \
            "rfc5961.rst-challenged", "rfc5961.rst-challenged-dropped", "rfc1337.rst-ignored"      \
        }                                                                                          \
    }

RULE(challenged, "wire.reset.in-window-challenged",
     .statement =
         "A RST in the receive window that has not the number expected next is answered "
         "by an ACK of the current numbers, and changes nothing; in TIME_WAIT it may be ignored.",
     .outcome = {[BY_LINUX] = CHALLENGED, [BY_RFC] = CHALLENGED});

CASE(challenged, every_state, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {ANY_STATE_TO_LAST_ACK})
{
    rst_in_window(t, chosen_state(t));
}

CASE(challenged, time_wait, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .outcome = {[BY_LINUX] = TIME_WAIT_MAY_BE_SILENT, [BY_RFC] = TIME_WAIT_MAY_BE_SILENT})
{
    rst_in_window(t, STATE_TIME_WAIT);
}

MUTANT_ON_WIRE_BY(challenged, "any RST ends the connection", rst_counts)

#define EITHER_WAY                                                                                 \
    {                                                                                              \
        "current ACK then alive || nothing then gone",                                             \
        {                                                                                          \
            "rfc9293.rst-in-window-challenged", "rfc9293.rst-challenged-dropped",                  \
                "rfc9293.rst-valid-in-window", "rfc9293.rst-protection"                            \
        }                                                                                          \
    }

RULE(either_way, "wire.reset.in-window",
     .statement = "A RST in the receive window that has not the number expected next either ends "
                  "the connection without an answer, or is answered by an ACK and changes nothing.",
     .outcome = {[BY_LINUX] = EITHER_WAY, [BY_RFC] = EITHER_WAY});

CASE(either_way, every_state, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {ANY_STATE_TO_LAST_ACK})
{
    rst_in_window(t, chosen_state(t));
}

MUTANT_TAMPERS(either_way, "the RST is not heard", .heading = TO_IUT, .with = RST, .lost = true)

RULE(after_challenge, "wire.reset.after-challenge",
     .statement = "A RST with the number that the ACK asked for is not answered and ends a "
                  "connection that has answered another RST, or a SYN, by an ACK: recv() tells it.",
     .outcome = {
         [BY_POSIX] = {"* then ECONNRESET then *",
                       {"posix.recv.econnreset", "posix.sockets.pending-error.returned-by-recv"}},
         [BY_BSD] = {"* then ECONNRESET then *", {"freebsd.recv.2.econnreset"}},
         [BY_ZOS] = {"* then ECONNRESET then *", {"zos.recv.econnreset"}},
         [BY_LINUX] = {"nothing then ECONNRESET then gone",
                       {"rfc5961.rst-after-challenge", "rfc5961.syn-peer-restarted",
                        "rfc9293.rst-exact-resets", "rfc9293.rst-established-calls",
                        "rfc9293.rst-established-closed", "posix.recv.econnreset"}},
         [BY_RFC] = {"nothing then ECONNRESET | ENOTCONN then gone",
                     {"rfc5961.rst-after-challenge", "rfc5961.syn-peer-restarted",
                      "rfc9293.rst-exact-resets", "rfc9293.must-12",
                      "rfc9293.rst-established-closed", "rfc9293.receive-closed"}}});

CASE(after_challenge, rst_or_syn, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"first", {"rst", "syn"}}})
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    if (t->chosen[0] == 0)
        tell(&c, RST, .seq = 10);
    else
        tell(&c, SYN, .seq = BEYOND);
    struct packet ack = hear_now(&c);
    if (ack.flags != ACK)
        skip("there is no challenge here: there need not be one");
    line_send_packet(&line, reply(&ack, RST));
    observe("%s", said(&c, hear_now(&c)));
    observe("%s", receive_next(t, iut, c.fd));
    observe("%s", life(&c));
}

MUTANT_ON_WIRE(after_challenge, "that RST is not heard")
{
    static uint32_t expected;
    if (heading == FROM_IUT && packet->flags & ACK)
        expected = packet->ack;
    return heading == FROM_IUT || !(packet->flags & RST) || packet->seq != expected;
}

RULE(with_data, "wire.reset.with-data",
     .statement = "A RST that carries data ends the connection as well as one that does not.",
     .outcome = {[BY_LINUX] = {"nothing then gone", {"rfc9293.shld-2"}},
                 [BY_RFC] = {"nothing then gone", {"rfc9293.shld-2"}}});

CASE(with_data, every_state, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {ANY_STATE_TO_LAST_ACK})
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, chosen_state(t));
    tell(&c, RST, .text = "not here any more");
    observe("%s", said(&c, hear_answer_now(&c)));
    observe("%s", life(&c));
}

MUTANT_TAMPERS(with_data, "a RST with data is not heard", .heading = TO_IUT, .with = RST,
               .data = true, .lost = true)

/* ---- what was sent before ---- */

RULE(flushed, "wire.reset.flushed",
     .statement =
         "Data of send() that was not acknowledged when a RST came is not sent again: that "
         "which another connection sends later, and gets no RST for, is.",
     RFCS("nothing", "rfc9293.rst-established-flushed"));

enum { ESTABLISHED, FIN_WAIT_1, CLOSE_WAIT };

/* Hears the FIN behind data that is not acknowledged. False if the data comes again before it:
 * where a timer sends it before there is a FIN, that waits for its acknowledgment. */
static bool hear_fin_behind(struct test *t, struct talk *c)
{
    struct packet packet;
    int times = 0;
    do
        packet = hear(c);
    while (packet.protocol && !(packet.flags & FIN) && (times += packet.length > 0) < 2);
    require(packet.protocol, "no FIN came");
    return packet.flags & FIN;
}

/* Brings a connection into a state with something that is not acknowledged. False if the data came
 * again before the FIN. */
static bool leave_unacknowledged(struct test *t, struct talk *c, unsigned state)
{
    size_t most;
    if (state == CLOSE_WAIT) {
        tell(c, FIN | ACK);
        require(strcmp(until_acknowledged(c), "acknowledged") == 0, "the FIN is not acknowledged");
    }
    must(sk_send(t->iut, c->fd, "hello", 5, 0));
    if (state == FIN_WAIT_1) {
        must(sk_shutdown(t->iut, c->fd, SHUT_WR));
        return hear_fin_behind(t, c);
    }
    require_by("wire.open.first-data", hear_data(c, 5, &most) == 5, "the data did not come");
    return true;
}

/* How long after the RST the connection would send again is told by another one, which has the same
 * timer and sends later: when it has done so for the third time. Where it took long to get there,
 * that time counts five times: a timer that has run is doubled and ends within twice that and once
 * more itself, and a line that seemed slow makes it three times that. */
CASE(flushed, unacknowledged, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"state", {"established", "fin-wait-1", "close-wait"}}}, .tags = TAG_WAITS,
     .seconds = 15)
{
    const int64_t most = INT64_C(1000000) * machine_milliseconds(1);
    struct line line = take_line(t);
    struct talk other = line_connected(&line), c;
    const char *again = "nothing";
    int64_t taken, began = 0, now = 0;
    bool ready;
    int tries = 0;
    do {
        int64_t since = clock_now();
        c = line_connected(&line);
        ready = leave_unacknowledged(t, &c, t->chosen[0]);
        tell(&c, RST);
        drain(&line);
        taken = clock_now() - since;
    } while ((!ready || taken > most) && ++tries < LATE_TRIES);
    require(ready && taken <= most, "no RST could be sent soon after the data, %d times", tries);
    must(sk_send(iut, other.fd, "hello", 5, 0));
    for (int times = 0; times < 3 || now - began < 5 * taken;) {
        struct packet packet = see(&line);
        require_by("wire.retransmission.data", packet.protocol, "the data does not come again");
        if (packet.length && address_equal(&packet.destination, &other.end)) {
            now = packet.time;
            began = times++ ? began : now;
        } else if (packet.protocol == IPPROTO_TCP && (packet.length || packet.flags & FIN)) {
            again = said(&c, packet);
        }
    }
    observe("%s", again);
}

MUTANT_TAMPERS(flushed, "the RST is not heard", .heading = TO_IUT, .with = RST, .lost = true)
