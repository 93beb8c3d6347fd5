/* A case in a process of its own. */
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

/* Opens the doors to both sides in this process, which is a fresh child, closes them and exits: the
 * record says whether that went well, and what the implementation is. */
void case_look(const struct case_settings *settings, struct network *network,
               const struct tenant *tenant, struct record *record) __attribute__((noreturn));

/* Runs a registered job in this process, which is a fresh child, and exits. The tenant is
 * who lives in the network, or NULL. The record says how it went. */
void case_process(const struct case_settings *settings, size_t index, struct network *network,
                  const struct tenant *tenant, struct record *record) __attribute__((noreturn));

#endif
