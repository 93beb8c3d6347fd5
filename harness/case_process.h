/* The process in which cases run. */
#ifndef SOCKSPEC_CASE_PROCESS_H
#define SOCKSPEC_CASE_PROCESS_H

#include "harness/record.h"
#include "harness/variant.h"
#include "lab/network.h"
#include "stacks/stack.h"

/* How the cases of a run are run. */
struct case_settings {
    const struct stack *stack;
    const char *stack_argument;
    bool both_inside; /* the peer is the implementation too, on loopback: there is no pair */
    enum profile profile;
    double
        seconds; /* how long a case may take beside its own timers; its patience is half of that */
};

/* Whether both sides of each case are inside the implementation. */
static inline bool both_inside(const struct case_settings *settings)
{
    return settings->both_inside || settings->stack->both_inside;
}

/* What a run does once: a variant, and the argument of the stack if it is not the run's. */
struct job {
    const struct variant *variant;
    const char *argument;
};

/* Makes the jobs of a run known, and their variants to CUnit, suites by suites of rules; before
 * case_process(). The jobs must stay. False without memory. */
bool cases_register(const struct job *jobs, size_t count);

/* The job of an index. */
const struct job *registered_job(size_t index);

/* What a case's process is told to do. */
struct order {
    int32_t index;           /* of a registered job; negative: only opens the doors to both sides */
    struct network *network; /* one that was there when the process was forked */
};

/* Follows an order in this process, which is a fresh child, and those that come in afterwards, each
 * of which it answers with a byte when the case is over and nothing is left of it. Exits where
 * something is left, at the end of the orders, and after a while. Without orders (-1) there are no
 * more. The tenant is who lives in the network, or NULL. The record says how it went. */
void case_process(const struct case_settings *settings, struct order order, int orders, int over,
                  const struct tenant *tenant, struct record *record) __attribute__((noreturn));

#endif
