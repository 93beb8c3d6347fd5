/* Signals of this process: what they do, and how many came. */
#include "calls/kind.h"
#include "calls/perform.h"
#include "calls/signals.h"

#include <signal.h>
#include <unistd.h>

int64_t perform_sigaction(struct call *call)
{
    const struct block *block = &call->block[1];
    const struct action *asked = block->bytes;
    if (!asked || block->pointer == POINTER_BAD)
        return sigaction(call_int(call, 0), block_pointer(block), NULL);
    struct sigaction action = {.sa_flags = asked->restart ? SA_RESTART : 0};
    action.sa_handler = asked->does == ACTION_COUNT    ? signals_count
                        : asked->does == ACTION_IGNORE ? SIG_IGN
                                                       : SIG_DFL;
    sigemptyset(&action.sa_mask);
    return sigaction(call_int(call, 0), &action, NULL);
}

/* A case raises signals in the process that makes its calls, and nowhere else. */
int64_t perform_kill(struct call *call)
{
    return kill(getpid(), call_int(call, 0));
}

int64_t perform_signals_caught(struct call *call)
{
    return signals_caught(call_int(call, 0));
}

int64_t perform_signals_in_call(struct call *call)
{
    return signals_in_call(call_int(call, 0));
}
