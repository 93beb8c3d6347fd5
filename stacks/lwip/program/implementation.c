/* The implementation that lwIP's sockets are. */
#include "stacks/agent/program/agent.h"

#include "calls/perform.h"
#include "calls/signals.h"
#include "stacks/lwip/program/program.h"

#include <errno.h>
#include <lwip/init.h>
#include <sched.h>
#include <stdio.h>

static int word_count;
static char **words;

bool implementation_configure(int count, char **own)
{
    word_count = count;
    words = own;
    return true;
}

void implementation_describe(struct hello *hello)
{
    signals_catch();
    attachment_start(word_count, words);
    snprintf(hello->system, sizeof hello->system, "lwIP %s", LWIP_VERSION_STRING);
    snprintf(hello->libc, sizeof hello->libc, "lwIP's own");
    claims_lacking(hello->lacks, sizeof hello->lacks);
}

int64_t implementation_perform(struct call *call)
{
    if (!claimed(call)) {
        errno = LACKING;
        return -1;
    }
    /* As in a kernel, what was sent before the call is there when the call is made. */
    attachment_take_in();
    return call->operation == OP_TCP_STATE ? state_of(call) : perform_call(call);
}

void implementation_resume(void)
{
}

bool implementation_forks(void)
{
    return false; /* its sockets are threads' and tables of one process */
}

void implementation_enter(struct begun *begun)
{
    begun->status = asleep_open();
}

/* A call sleeps for a moment wherever another thread has a lock, or has yet to do what was asked of
 * it. What still sleeps when lwIP has done all that there is to do, and every lock was free, waits.
 */
enum waiting implementation_waits(const struct begun *begun)
{
    enum { LOOKS = 3 };
    enum waiting waiting = WAITING_YES;
    for (int look = 0; look < LOOKS && waiting == WAITING_YES; look++) {
        attachment_take_in();
        sched_yield();
        waiting = asleep_now(begun->status);
    }
    return waiting;
}

void implementation_leave(struct begun *begun)
{
    asleep_close(begun->status);
}
