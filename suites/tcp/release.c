/* The orderly release of a connection, state by state. A state is held open by holding back what
 * the peer sends, and looked at when the peer has the FIN that leads to it, so that there is no
 * race. What an implementation that does not
 * show its states can be asked about, as the peer sees it, comes at the end. */
#include "calls/clock.h"
#include "suites/suite.h"

/* An implementation that shows one state of its connections as another one. */
#define MUTANT_STATE(name_, state_, shown_)                                                        \
    static void name_(struct mutation *m, struct call *call)                                       \
    {                                                                                              \
        mutate(m, call);                                                                           \
        if (call->operation == OP_TCP_STATE && call->result == (state_))                           \
            call_succeed(call, shown_);                                                            \
    }

enum { BY_CLOSE, BY_SHUTDOWN };
#define HOW_TO_CLOSE .axes = {{"by", {"close", "shutdown"}}}

/* Ends the IUT's sending in the variant's way. */
static void finish_sending(struct test *t, const struct connection *c)
{
    if (t->chosen[0] == BY_SHUTDOWN)
        must(sk_shutdown(t->iut, c->iut, SHUT_WR));
    else
        must(sk_close(t->iut, c->iut));
}

/* ---- the side that closes first ---- */

RULE(fin_wait_1, "tcp.release.fin-wait-1",
     .statement = "The side that closes an ESTABLISHED connection first is in FIN_WAIT_1 until its "
                  "FIN is acknowledged.",
     .outcome = {[BY_LINUX] = {"FIN_WAIT_1",
                               {"rfc9293.close-established-state", "rfc9293.status-state",
                                "rfc9293.close-sends-fin"}},
                 [BY_RFC] = {"FIN_WAIT_1",
                             {"rfc9293.close-established-state", "rfc9293.status-state",
                              "rfc9293.close-sends-fin"}}});

CASE(fin_wait_1, unacknowledged, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE,
     HOW_TO_CLOSE)
{
    struct connection c = connected_pair(t);
    deliver_from(t, peer, NET_HOLD);
    finish_sending(t, &c);
    bool came = await_peer_state(t, &c, STATE_CLOSE_WAIT) == STATE_CLOSE_WAIT;
    observe("%s%s", tcp_state_name(iut_state(t, &c)), came ? "" : ", but no FIN came");
}

MUTANT(fin_wait_1, "close() and shutdown() do nothing")
{
    if (call->operation == OP_CLOSE || call->operation == OP_SHUTDOWN)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

MUTANT_STATE(misses_ack, STATE_FIN_WAIT_2, STATE_FIN_WAIT_1)

RULE(fin_wait_2, "tcp.release.fin-wait-2",
     .statement =
         "The side that closed first is in FIN_WAIT_2 when its FIN is acknowledged and the "
         "other side has not closed yet.",
     .outcome = {[BY_LINUX] = {"FIN_WAIT_2",
                               {"rfc9293.ack-fin-wait-1", "rfc9293.status-state",
                                "rfc9293.normal-close-states"}},
                 [BY_RFC] = {"FIN_WAIT_2",
                             {"rfc9293.ack-fin-wait-1", "rfc9293.status-state",
                              "rfc9293.normal-close-states"}}});

CASE(fin_wait_2, acknowledged, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     HOW_TO_CLOSE)
{
    struct connection c = connected_pair(t);
    finish_sending(t, &c);
    observe("%s", tcp_state_name(await_iut_state(t, &c, STATE_FIN_WAIT_2)));
}

CASE(fin_wait_2, after_holding, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE,
     HOW_TO_CLOSE)
{
    struct connection c = connected_pair(t);
    deliver_from(t, peer, NET_HOLD);
    finish_sending(t, &c);
    require(await_iut_state(t, &c, STATE_FIN_WAIT_1) == STATE_FIN_WAIT_1, "no FIN_WAIT_1");
    deliver_from(t, peer, NET_DELIVER);
    observe("%s", tcp_state_name(await_iut_state(t, &c, STATE_FIN_WAIT_2)));
}

MUTANT_BY(fin_wait_2, "the acknowledgement of a FIN changes no state", misses_ack)

MUTANT_STATE(skips_time_wait, STATE_TIME_WAIT, STATE_NONE)

RULE(time_wait, "tcp.release.time-wait",
     .statement = "The side that closed first is in TIME_WAIT after the other side's FIN.",
     .outcome = {[BY_LINUX] = {"TIME_WAIT",
                               {"rfc9293.fin-fin-wait-2", "rfc9293.status-state",
                                "rfc9293.fin-fin-wait-1-acknowledged", "rfc9293.must-13"}},
                 [BY_RFC] = {"TIME_WAIT",
                             {"rfc9293.fin-fin-wait-2", "rfc9293.status-state",
                              "rfc9293.fin-fin-wait-1-acknowledged", "rfc9293.must-13"}}});

CASE(time_wait, closed_first, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     HOW_TO_CLOSE)
{
    struct connection c = connected_pair(t);
    finish_sending(t, &c);
    require(await_iut_state(t, &c, STATE_FIN_WAIT_2) == STATE_FIN_WAIT_2, "no FIN_WAIT_2");
    must(sk_close(peer, c.peer));
    observe("%s", tcp_state_name(await_iut_state(t, &c, STATE_TIME_WAIT)));
}

/* The acknowledgement comes with the peer's FIN, while the IUT is in FIN_WAIT_1: the one before was
 * lost. */
CASE(time_wait, from_fin_wait_1, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE,
     HOW_TO_CLOSE)
{
    struct connection c = connected_pair(t);
    deliver_from(t, peer, NET_LOSE);
    finish_sending(t, &c);
    require(await_peer_state(t, &c, STATE_CLOSE_WAIT) == STATE_CLOSE_WAIT, "no CLOSE_WAIT");
    deliver_from(t, peer, NET_DELIVER);
    must(sk_close(peer, c.peer));
    deliver_from(t, peer, NET_HOLD); /* it comes once */
    observe("%s", tcp_state_name(await_iut_state(t, &c, STATE_TIME_WAIT)));
}

MUTANT_BY(time_wait, "the connection is forgotten when the other side's FIN arrives",
          skips_time_wait)

/* ---- the side that closes second ---- */

MUTANT_STATE(ignores_fin, STATE_CLOSE_WAIT, STATE_ESTABLISHED)

RULE(
    close_wait, "tcp.release.close-wait",
    .statement = "The side that has received a FIN is in CLOSE_WAIT when it has not closed itself.",
    .outcome = {[BY_LINUX] = {"CLOSE_WAIT",
                              {"rfc9293.fin-established", "rfc9293.status-state",
                               "rfc9293.no-fin-before-close"}},
                [BY_RFC] = {"CLOSE_WAIT",
                            {"rfc9293.fin-established", "rfc9293.status-state",
                             "rfc9293.no-fin-before-close"}}});

CASE(close_wait, peer_closed, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE)
{
    struct connection c = connected_pair(t);
    must(sk_close(peer, c.peer));
    observe("%s", tcp_state_name(await_iut_state(t, &c, STATE_CLOSE_WAIT)));
}

CASE(close_wait, after_reading, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE)
{
    struct connection c = connected_pair(t);
    must(sk_shutdown(peer, c.peer, SHUT_WR));
    require(strcmp(receive_next(t, iut, c.iut), "end of file") == 0, "no end of file");
    observe("%s", tcp_state_name(await_iut_state(t, &c, STATE_CLOSE_WAIT)));
}

MUTANT_BY(close_wait, "a FIN does not change the state", ignores_fin)

MUTANT_STATE(forgets_early, STATE_LAST_ACK, STATE_NONE)

RULE(last_ack, "tcp.release.last-ack",
     .statement = "The side that closes second is in LAST_ACK until its FIN is acknowledged.",
     .outcome = {
         [BY_LINUX] = {"LAST_ACK", {"rfc9293.close-close-wait-state", "rfc9293.status-state"}},
         [BY_RFC] = {"LAST_ACK", {"rfc9293.close-close-wait-state", "rfc9293.status-state"}}});

CASE(last_ack, unacknowledged, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE,
     HOW_TO_CLOSE)
{
    struct connection c = connected_pair(t);
    must(sk_shutdown(peer, c.peer, SHUT_WR));
    require(await_iut_state(t, &c, STATE_CLOSE_WAIT) == STATE_CLOSE_WAIT, "no CLOSE_WAIT");
    deliver_from(t, peer, NET_HOLD);
    finish_sending(t, &c);
    bool came = await_peer_state(t, &c, STATE_TIME_WAIT) == STATE_TIME_WAIT;
    observe("%s%s", tcp_state_name(iut_state(t, &c)), came ? "" : ", but no FIN came");
}

MUTANT_BY(last_ack, "the connection is forgotten before its FIN is acknowledged", forgets_early)

MUTANT_STATE(waits_for_nothing, STATE_NONE, STATE_TIME_WAIT)

RULE(closed, "tcp.release.closed",
     .statement = "The side that closed second has no connection any more once its FIN is "
                  "acknowledged, and no TIME_WAIT.",
     .outcome = {[BY_LINUX] = {"CLOSED", {"rfc9293.ack-last-ack", "rfc9293.last-ack-deletes"}},
                 [BY_RFC] = {"CLOSED", {"rfc9293.ack-last-ack", "rfc9293.last-ack-deletes"}}});

/* What the IUT's connection is when it is neither in CLOSE_WAIT nor in LAST_ACK any more: a
 * TIME_WAIT too would come to its end. */
static int state_after_last_ack(struct test *t, const struct connection *c)
{
    struct backoff backoff = backoff_begin(patience);
    int state;
    do
        state = iut_state(t, c);
    while ((state == STATE_CLOSE_WAIT || state == STATE_LAST_ACK) && backoff_wait(&backoff));
    return state;
}

CASE(closed, closed_second, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     HOW_TO_CLOSE)
{
    struct connection c = connected_pair(t);
    must(sk_shutdown(peer, c.peer, SHUT_WR));
    require(await_iut_state(t, &c, STATE_CLOSE_WAIT) == STATE_CLOSE_WAIT, "no CLOSE_WAIT");
    finish_sending(t, &c);
    require_by("tcp.release.last-ack", strcmp(receive_next(t, peer, c.peer), "end of file") == 0,
               "no FIN came");
    observe("%s", tcp_state_name(state_after_last_ack(t, &c)));
}

CASE(closed, after_last_ack, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE,
     HOW_TO_CLOSE)
{
    struct connection c = connected_pair(t);
    must(sk_shutdown(peer, c.peer, SHUT_WR));
    require(await_iut_state(t, &c, STATE_CLOSE_WAIT) == STATE_CLOSE_WAIT, "no CLOSE_WAIT");
    deliver_from(t, peer, NET_HOLD);
    finish_sending(t, &c);
    require(await_iut_state(t, &c, STATE_LAST_ACK) == STATE_LAST_ACK, "no LAST_ACK");
    deliver_from(t, peer, NET_DELIVER);
    observe("%s", tcp_state_name(state_after_last_ack(t, &c)));
}

MUTANT_BY(closed, "the side that closed second is in TIME_WAIT too", waits_for_nothing)

/* ---- both at once ---- */

/* A connection whose two FINs have crossed on the wire: the IUT has the peer's, its own FIN and the
 * acknowledgement of the peer's are held back. */
static struct connection crossed_fins(struct test *t)
{
    struct connection c = connected_pair(t);
    deliver_from(t, t->peer, NET_HOLD);
    deliver_from(t, t->iut, NET_HOLD);
    finish_sending(t, &c);
    must(sk_close(t->peer, c.peer));
    require(await_iut_state(t, &c, STATE_FIN_WAIT_1) == STATE_FIN_WAIT_1, "no FIN_WAIT_1");
    require(peer_state(t, &c) == STATE_FIN_WAIT_1, "no FIN_WAIT_1 on the peer");
    deliver_from(t, t->peer, NET_DELIVER);
    return c;
}

MUTANT_STATE(misses_crossing, STATE_CLOSING, STATE_FIN_WAIT_2)

RULE(closing, "tcp.release.closing",
     .statement = "When both sides close at the same time, a side that has the other's FIN but no "
                  "acknowledgement of its own is in CLOSING.",
     .outcome = {[BY_LINUX] = {"CLOSING",
                               {"rfc9293.fin-fin-wait-1", "rfc9293.status-state",
                                "rfc9293.simultaneous-close-states"}},
                 [BY_RFC] = {"CLOSING",
                             {"rfc9293.fin-fin-wait-1", "rfc9293.status-state",
                              "rfc9293.simultaneous-close-states"}}});

CASE(closing, simultaneous, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE,
     HOW_TO_CLOSE)
{
    struct connection c = crossed_fins(t);
    observe("%s", tcp_state_name(await_iut_state(t, &c, STATE_CLOSING)));
}

MUTANT_BY(closing, "a FIN in FIN_WAIT_1 leads to FIN_WAIT_2", misses_crossing)

MUTANT_STATE(forgets_crossing, STATE_TIME_WAIT, STATE_NONE)

RULE(closing_ends, "tcp.release.closing-time-wait",
     .statement = "After a simultaneous close both sides are in TIME_WAIT.",
     .outcome = {[BY_LINUX] = {"TIME_WAIT then TIME_WAIT",
                               {"rfc9293.ack-closing", "rfc9293.status-state",
                                "rfc9293.simultaneous-close-states"}},
                 [BY_RFC] = {"TIME_WAIT then TIME_WAIT",
                             {"rfc9293.ack-closing", "rfc9293.status-state",
                              "rfc9293.simultaneous-close-states"}}});

CASE(closing_ends, simultaneous, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE,
     HOW_TO_CLOSE)
{
    struct connection c = crossed_fins(t);
    require(await_iut_state(t, &c, STATE_CLOSING) == STATE_CLOSING, "no CLOSING");
    deliver_from(t, iut, NET_DELIVER);
    observe("%s", tcp_state_name(await_iut_state(t, &c, STATE_TIME_WAIT)));
    observe("%s", tcp_state_name(await_peer_state(t, &c, STATE_TIME_WAIT)));
}

MUTANT_BY(closing_ends, "CLOSING ends without TIME_WAIT", forgets_crossing)

/* ---- what the peer sees ---- */

RULE(fin_again, "tcp.release.fin-sent-again",
     .statement = "A FIN that was lost is sent again, with the data before it.",
     .outcome = {[BY_LINUX] = {"hello then end of file", {"rfc9293.fin-retransmitted"}},
                 [BY_RFC] = {"hello then end of file", {"rfc9293.fin-retransmitted"}}});

CASE(fin_again, after_loss, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE,
     HOW_TO_CLOSE, .tags = TAG_WAITS)
{
    struct connection c = connected_pair(t);
    deliver_from(t, iut, NET_LOSE);
    must(sk_send(iut, c.iut, "hello", 5, 0));
    finish_sending(t, &c);
    deliver_from(t, iut, NET_DELIVER);
    observe("%s", receive_next(t, peer, c.peer));
    observe("%s", receive_next(t, peer, c.peer));
}

MUTANT(fin_again, "close() and shutdown() send nothing")
{
    if (call->operation == OP_CLOSE || call->operation == OP_SHUTDOWN)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

RULE(simultaneous, "tcp.release.simultaneous",
     .statement = "When both sides close at the same time, either FIN is acknowledged: the other "
                  "side ends in TIME_WAIT.",
     .outcome = {
         [BY_LINUX] = {"TIME_WAIT", {"rfc9293.simultaneous-close", "rfc9293.fin-acknowledged"}},
         [BY_RFC] = {"TIME_WAIT", {"rfc9293.simultaneous-close", "rfc9293.fin-acknowledged"}}});

CASE(simultaneous, crossed, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE,
     HOW_TO_CLOSE)
{
    struct connection c = connected_pair(t);
    deliver_from(t, peer, NET_HOLD);
    deliver_from(t, iut, NET_HOLD);
    finish_sending(t, &c);
    must(sk_close(peer, c.peer));
    deliver_from(t, peer, NET_DELIVER);
    deliver_from(t, peer, NET_HOLD); /* it comes once, and not again when the IUT expects it */
    deliver_from(t, iut, NET_DELIVER);
    observe("%s", tcp_state_name(await_peer_state(t, &c, STATE_TIME_WAIT)));
}

MUTANT(simultaneous, "close() resets the connection, and shutdown() does nothing")
{
    struct linger at_once = {1, 0};
    if (call->operation == OP_CLOSE)
        sk_setsockopt_bytes(m->real, (int)call->argument[0], SOL_SOCKET, SO_LINGER, &at_once,
                            sizeof at_once);
    if (call->operation == OP_SHUTDOWN)
        call_succeed(call, 0);
    else
        mutate(m, call);
}
