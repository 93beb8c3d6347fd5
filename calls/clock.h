/* Monotonic time, and waiting for something that tells nobody when it changes. */
#ifndef SOCKSPEC_CLOCK_H
#define SOCKSPEC_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* How long a case waits for an event that must come, in milliseconds: half of the time that it may
 * take. Long, so that a loaded machine changes no verdict. */
extern int patience;

/* How many times slower this machine is than one that the cases' own times are made for; 1 unless a
 * run sets it. */
extern double machine_factor;

/* Nanoseconds of the monotonic clock. */
int64_t clock_now(void);

/* The monotonic time so many milliseconds from now. */
struct timespec clock_after(int milliseconds);

/* Asking again and again, at once at first and then at growing intervals up to 2 ms: for states
 * that the kernel shows but does not announce. */
struct backoff {
    int64_t deadline;
    unsigned tries;
};

struct backoff backoff_begin(int milliseconds);

/* Lets time pass before the next try; false when the deadline has passed. */
bool backoff_wait(struct backoff *backoff);

#endif
