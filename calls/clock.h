/* Monotonic time, and waiting for something that tells nobody when it changes. */
#ifndef SOCKSPEC_CLOCK_H
#define SOCKSPEC_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* How long a case waits for an event that must come, in milliseconds: half of the time that it may
 * take. Long, so that a loaded machine changes no verdict. */
extern int patience;

/* How many times slower this machine is than one that the times in this program are made for; 1
 * unless a run sets it. A run multiplies the limit of a case by it, so that patience has it
 * already; every other time that decides something is multiplied where it is used. */
enum { SLOWEST = 1000 };
extern double machine_factor;

/* So many seconds of such a machine, in milliseconds of this one. */
int machine_milliseconds(double seconds);

/* Nanoseconds of the monotonic clock. */
int64_t clock_now(void);

/* Whether more time has passed since then than it takes to go on at once: a tenth of a second,
 * which no clock's granularity is. So is one who looks now and then, or sleeps for a moment. A
 * loaded machine is late at times, but not each time: who was late is asked again, LATE_TRIES times
 * in all. */
enum { LATE_TRIES = 5 };
bool clock_late(int64_t since);

/* The monotonic time so many milliseconds from now. */
struct timespec clock_after(int milliseconds);

/* Asking again and again, at once at first and then at growing intervals up to 2 ms: for states
 * that the kernel shows but does not announce. */
struct backoff {
    int64_t deadline;
    unsigned tries;
    unsigned doublings; /* of the interval, at most */
    bool late;          /* the last try was, or is, after the deadline */
};

struct backoff backoff_begin(int milliseconds);

/* The same at intervals up to 80 ms: for what costs the machine something. */
struct backoff backoff_begin_rarely(int milliseconds);

/* Lets time pass before the next try; false when the deadline has passed. One try comes after it,
 * since nobody may have been let run for all of that time. */
bool backoff_wait(struct backoff *backoff);

#endif
