/* Threads that sleep for a lock: on their way into a call or out of it they may do so in their C
 * library, or in the emulator that runs it. */
#include "calls/clock.h"
#include "stacks/agent/program/agent.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { UNKNOWN = -1, NOTHING = -2 };

/* The number of the kernel's call by which a thread sleeps for a lock here; under an emulator it is
 * not the one that this program was made with. UNKNOWN: not yet; NOTHING: this system does not say
 * so. */
static atomic_long for_lock = UNKNOWN;

/* The kernel's call in which the thread of a status sleeps; NOTHING if it does not, or this system
 * does not tell. */
static long call_of(int status)
{
    char text[64], path[64];
    ssize_t length = pread(status, text, sizeof text - 1, 0);
    text[length > 0 ? length : 0] = '\0';
    snprintf(path, sizeof path, "/proc/self/task/%d/syscall", atoi(text));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    length = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    text[length > 0 ? length : 0] = '\0';
    return text[0] >= '0' && text[0] <= '9' ? atol(text) : NOTHING;
}

struct trial {
    pthread_mutex_t lock;
    atomic_int status; /* as asleep_open() gives it to the thread; NOTHING before */
};

static void *sleep_for_lock(void *argument)
{
    struct trial *trial = argument;
    trial->status = asleep_open();
    pthread_mutex_lock(&trial->lock);
    pthread_mutex_unlock(&trial->lock);
    return NULL;
}

/* Has a thread sleep for a lock and looks, until it is seen twice in the same call. */
void locked_learn(void)
{
    struct trial trial = {.lock = PTHREAD_MUTEX_INITIALIZER, .status = NOTHING};
    struct backoff backoff = backoff_begin(machine_milliseconds(1));
    long seen = NOTHING, before;
    pthread_t thread;
    pthread_mutex_lock(&trial.lock);
    if (pthread_create(&thread, NULL, sleep_for_lock, &trial) != 0) {
        for_lock = NOTHING;
        return;
    }
    do {
        before = seen;
        seen = trial.status < 0 || asleep_now(trial.status) != WAITING_YES ? NOTHING
                                                                           : call_of(trial.status);
    } while ((seen == NOTHING || seen != before) && trial.status != -1 && backoff_wait(&backoff));
    for_lock = seen;
    pthread_mutex_unlock(&trial.lock);
    pthread_join(thread, NULL);
    asleep_close(trial.status);
}

bool locked_sleeps(int status)
{
    if (for_lock == UNKNOWN)
        locked_learn();
    return for_lock != NOTHING && call_of(status) == for_lock;
}
