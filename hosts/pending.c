#include "hosts/pending.h"

#include "calls/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct pending {
    struct host *host;
    struct call call;
    struct caller caller;
    struct spoken spoken; /* of its thread, for the one that waits for it */
    pthread_mutex_t lock;
    pthread_cond_t change;
    bool started;
    bool returned;
};

/* Begun and not finished. */
static unsigned count;

bool sk_any_begun(void)
{
    return count > 0;
}

static void *run(void *argument)
{
    struct pending *pending = argument;
    this_caller = &pending->caller;
    pending->caller.status = open("/proc/thread-self/stat", O_RDONLY | O_CLOEXEC);
    pthread_mutex_lock(&pending->lock);
    pending->started = true;
    pthread_cond_broadcast(&pending->change);
    pthread_mutex_unlock(&pending->lock);

    host_perform(pending->host, &pending->call);

    pthread_mutex_lock(&pending->lock);
    pending->spoken = last_spoken;
    pending->returned = true;
    pthread_cond_broadcast(&pending->change);
    pthread_mutex_unlock(&pending->lock);
    return NULL;
}

struct pending *sk_begin(struct host *host, struct call call)
{
    struct pending *pending = calloc(1, sizeof *pending);
    pthread_condattr_t attributes;
    if (!pending)
        abort();
    pending->host = host;
    pending->call = call;
    pthread_mutex_init(&pending->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&pending->change, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&pending->caller.thread, NULL, run, pending) != 0) {
        fputs("no thread for a begun call\n", stderr);
        abort();
    }
    count++;
    pthread_mutex_lock(&pending->lock);
    while (!pending->started)
        pthread_cond_wait(&pending->change, &pending->lock);
    pthread_mutex_unlock(&pending->lock);
    return pending;
}

bool sk_returned(struct pending *pending)
{
    pthread_mutex_lock(&pending->lock);
    bool returned = pending->returned;
    pthread_mutex_unlock(&pending->lock);
    return returned;
}

bool sk_waits(struct pending *pending)
{
    struct backoff backoff = backoff_begin(patience);
    do {
        if (sk_returned(pending))
            return false;
        if (door_waits(pending->host->door, &pending->caller))
            return !sk_returned(pending);
    } while (backoff_wait(&backoff));
    return true;
}

void sk_interrupt(struct pending *pending)
{
    door_interrupt(pending->host->door, &pending->caller);
}

bool sk_finish_within(struct pending *pending, int milliseconds, int *result)
{
    struct timespec deadline = clock_after(milliseconds);
    bool returned;
    pthread_mutex_lock(&pending->lock);
    while (!pending->returned &&
           pthread_cond_timedwait(&pending->change, &pending->lock, &deadline) != ETIMEDOUT)
        continue;
    returned = pending->returned;
    pthread_mutex_unlock(&pending->lock);
    if (!returned)
        return false;
    pthread_join(pending->caller.thread, NULL);
    count--;
    *result = call_returned(&pending->call);
    last_spoken = pending->spoken;
    if (pending->caller.status >= 0)
        close(pending->caller.status);
    pthread_cond_destroy(&pending->change);
    pthread_mutex_destroy(&pending->lock);
    free(pending);
    return true;
}

const struct host *pending_host(const struct pending *pending)
{
    return pending->host;
}

const struct call *pending_call(const struct pending *pending)
{
    return &pending->call;
}
