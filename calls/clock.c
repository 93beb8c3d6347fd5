#include "calls/clock.h"

#include <sched.h>

int patience = 5000;
double machine_factor = 1;

int64_t clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

struct timespec clock_after(int milliseconds)
{
    int64_t then = clock_now() + milliseconds * INT64_C(1000000);
    return (struct timespec){then / 1000000000, then % 1000000000};
}

int machine_milliseconds(double seconds)
{
    return (int)(seconds * 1000 * machine_factor);
}

bool clock_late(int64_t since)
{
    return clock_now() - since > machine_milliseconds(0.1) * INT64_C(1000000);
}

struct backoff backoff_begin(int milliseconds)
{
    return (struct backoff){.deadline = clock_now() + milliseconds * INT64_C(1000000),
                            .doublings = 7};
}

struct backoff backoff_begin_rarely(int milliseconds)
{
    struct backoff backoff = backoff_begin(milliseconds);
    backoff.doublings = 12;
    return backoff;
}

bool backoff_wait(struct backoff *backoff)
{
    enum { AT_ONCE = 16, SHORTEST = 20000 };
    if (backoff->late)
        return false;
    if (clock_now() >= backoff->deadline)
        return backoff->late = true;
    unsigned tries = backoff->tries++;
    if (tries < AT_ONCE) {
        sched_yield();
        return true;
    }
    unsigned doublings = tries - AT_ONCE;
    int64_t pause = (int64_t)SHORTEST
                    << (doublings < backoff->doublings ? doublings : backoff->doublings);
    struct timespec interval = {0, pause};
    nanosleep(&interval, NULL);
    return true;
}
