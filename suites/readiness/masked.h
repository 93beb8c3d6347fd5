#ifndef SOCKSPEC_SUITES_READINESS_MASKED_H
#define SOCKSPEC_SUITES_READINESS_MASKED_H

/* Calls of ppoll(), pselect() and epoll_pwait(). */
#include "suites/readiness/ask.h"

/* Which one. They stand on different documents, so that each has cases of its own. */
enum masking { PPOLL, PSELECT, EPOLL_PWAIT };

/* Which mask a call is given. SIGUSR1 is the signal that interrupts (sk_interrupt()). */
enum mask { NULL_MASK, EMPTY_MASK, SIGUSR1_MASK, SIGUSR2_MASK };

/* A call about one descriptor of which POLLIN is asked for; it points into this. */
struct masked {
    struct readiness one;
    struct fd_list set;
    struct duration time;
    struct event event;
    int signal;
    struct call call;
};

/* Makes such a call ready, with a mask and a time in milliseconds; -1: without end. */
void masked_call(struct test *t, struct masked *masked, enum masking which, int fd,
                 int milliseconds, enum mask mask);

/* What it reported, beside its result. */
const char *masked_answer(const struct masked *masked, int result);

/* The same of a call that has begun, with what it left behind although it returned 0. */
const char *masked_answer_left(struct test *t, struct masked *masked, enum masking which,
                               struct pending *pending);

/* ---- for mutants ---- */

/* The position of the mask, -1 where there is none. */
int mask_at(const struct call *call);

/* A mutant: a failure of such a call is none. */
void never_fails(struct mutation *m, struct call *call);

#endif
