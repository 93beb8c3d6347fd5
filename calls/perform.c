#include "calls/perform.h"

#include "calls/clock.h"
#include "calls/signals.h"

#include <errno.h>

int64_t perform_lacking(void)
{
    errno = LACKING;
    return -1;
}

int64_t perform_call(struct call *call)
{
    static int64_t (*const performers[OPERATIONS_COUNT])(struct call *) = {
#define PERFORMER(id_, name_, ...) [OP_##id_] = perform_##name_,
        OPERATIONS(PERFORMER)
#undef PERFORMER
    };
    return performers[call->operation](call);
}

void call_run(struct call *call, int64_t (*perform)(void *context, struct call *call),
              void *context)
{
    enum result_kind kind = operation_info(call->operation)->result;
    int64_t begin = clock_now();
    errno = 0;
    signals_enter_call();
    call->result = perform(context, call);
    int error = errno;
    signals_leave_call();
    /* Where any number is a result a call cannot fail, but that it is not there; where no number
     * is, errno alone tells. */
    bool failed = kind == R_ANY                           ? error == LACKING
                  : kind == R_LOOKUP || kind == R_NOTHING ? error != 0
                                                          : call->result < 0;
    call->error = !failed ? 0 : error > 0 ? error : NO_ERRNO;
    call->nanoseconds = clock_now() - begin;
}
