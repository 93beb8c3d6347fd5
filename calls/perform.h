/* Calls performed with the C library of this program. */
#ifndef SOCKSPEC_PERFORM_H
#define SOCKSPEC_PERFORM_H

#include "calls/call.h"

/* Performs a call on the calling thread and fills in its out blocks. Returns what the function
 * returned, with errno. What this platform does not have fails with LACKING. */
int64_t perform_call(struct call *call);

/* The functions behind it, one for each operation, in perform_*.c. */
#define DECLARE_PERFORMER(id_, name_, ...) int64_t perform_##name_(struct call *call);
OPERATIONS(DECLARE_PERFORMER)
#undef DECLARE_PERFORMER

/* Runs a call with a function that performs it: fills in result, error and time. */
void call_run(struct call *call, int64_t (*perform)(void *context, struct call *call),
              void *context);

/* Ends a call that this platform does not have. */
int64_t perform_lacking(void);

/* The descriptor that is a call's first argument, and another argument as an int. */
static inline int call_fd(const struct call *call)
{
    return (int)call->argument[0];
}

static inline int call_int(const struct call *call, int at)
{
    return (int)call->argument[at];
}

#endif
