/* A look at what is to be tested, before the first case: what is wrong for every case is said once,
 * and reports can name the implementation from the beginning. */
#ifndef SOCKSPEC_LOOK_H
#define SOCKSPEC_LOOK_H

#include "harness/worker.h"

/* Which networks the cases need. */
enum { LOOK_AT_LOOPBACK = 1, LOOK_AT_PAIR = 2 };

enum look {
    LOOK_GOOD,
    LOOK_ABSENT,     /* the implementation does not come up */
    LOOK_IMPOSSIBLE, /* this machine lacks what a run takes */
    LOOK_STOPPED,    /* a signal asked for an end */
};

/* What was found. */
struct looked {
    struct worker worker;     /* goes on to work, and what it started with it; or stop it */
    char system[SYSTEM_SIZE]; /* what the implementation says that it is; "" if nothing */
};

/* Starts a worker and has it open the implementation in these networks, without a case. Cases need
 * not be registered, unless the worker goes on to run some. Without success there is no worker, and
 * the reason is one line in why. */
enum look look(const struct case_settings *settings, unsigned networks, struct looked *found,
               char *why, size_t size);

#endif
