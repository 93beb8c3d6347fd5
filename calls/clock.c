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

struct backoff backoff_begin(int milliseconds)
{
    return (struct backoff){.deadline = clock_now() + milliseconds * INT64_C(1000000)};
}

bool backoff_wait(struct backoff *backoff)
{
    enum { AT_ONCE = 16, SHORTEST = 20000, LONGEST = 2000000 };
    if (clock_now() >= backoff->deadline)
        return false;
    unsigned tries = backoff->tries++;
    if (tries < AT_ONCE) {
        sched_yield();
        return true;
    }
    unsigned doublings = tries - AT_ONCE;
    int64_t pause = doublings < 7 ? (int64_t)SHORTEST << doublings : LONGEST;
    struct timespec interval = {0, pause < LONGEST ? pause : LONGEST};
    nanosleep(&interval, NULL);
    return true;
}
