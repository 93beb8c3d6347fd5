#include "calls/perform.h"

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
