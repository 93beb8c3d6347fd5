/* What rules about connections in several states share. */
#ifndef SOCKSPEC_WIRE_STATES_H
#define SOCKSPEC_WIRE_STATES_H

#include "suites/suite.h"

/* An axis of the synchronized states, the first of a case; there can be fewer of them, in this
 * order. And the state that a variant has. */
#define STATES_TO_LAST_ACK                                                                         \
    "established", "fin-wait-1", "fin-wait-2", "close-wait", "closing", "last-ack"
#define ANY_STATE                                                                                  \
    {                                                                                              \
        "state",                                                                                   \
        {                                                                                          \
            STATES_TO_LAST_ACK, "time-wait"                                                        \
        }                                                                                          \
    }
#define ANY_STATE_TO_LAST_ACK                                                                      \
    {                                                                                              \
        "state",                                                                                   \
        {                                                                                          \
            STATES_TO_LAST_ACK                                                                     \
        }                                                                                          \
    }
enum tcp_state chosen_state(const struct test *t);

/* The next packet, or what was sent up to now, without FINs that the IUT sends again: a loaded
 * machine may be slower than its timer. */
struct packet hear_answer(struct talk *c);
struct packet hear_answer_now(struct talk *c);

/* "current ACK" if it is an empty ACK of the numbers that the connection has come to; else what it
 * says. */
const char *current_ack(const struct talk *c, struct packet packet);

/* "RST" if it is one that the line has to believe, having the number that it expects; else what it
 * says. */
const char *believable_rst(const struct talk *c, struct packet packet);

/* Whether the connection is there: "alive" or "gone". Where it is not, an old segment is answered
 * by a RST; where it is, by none. */
const char *life(struct talk *c);

/* Hears segments until the IUT has acknowledged all that the line sent, or nothing comes any more:
 * "acknowledged", or what is wrong. */
const char *until_acknowledged(struct talk *c);

/* The error with which a connect() that goes on ends, 0, or EINPROGRESS if it does not. */
const char *connect_ends(struct talk *c);

#endif
