#include "harness/look.h"

#include "harness/judge.h"

#include "calls/clean_text.h"
#include "calls/clock.h"
#include "hosts/host.h"
#include "lab/stop.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* How often a worker may be gone, or time stand still, until that is this machine's fault. */
enum { TRIES = 3, TICK = 100 };

/* Waits for what a worker says, as long as one may be silent: worker_news(). */
static int await_news(struct worker *worker, const struct case_settings *settings)
{
    double beside = 3 * NETWORK_SECONDS + (settings->stack->start ? BOOT_SECONDS : 0);
    int64_t most = (int64_t)((settings->seconds + beside * machine_factor) * 1e9);
    int64_t deadline = clock_now() + most;
    struct pollfd news = {.fd = worker->control, .events = POLLIN};
    while (!stop_asked() && clock_now() < deadline) {
        if (poll(&news, 1, TICK) > 0)
            return worker_news(worker);
        if (worker_queues(worker))
            deadline = clock_now() + most;
    }
    return -1;
}

/* Why the doors could not be opened, with what was written meanwhile. */
static void tell_failure(const struct worker *worker, char *why, size_t size)
{
    const struct record *record = worker->record;
    const struct ending *ending = worker->ending;
    if (ending->reason[0]) {
        snprintf(why, size, "%s", ending->reason);
        return;
    }
    if (record->trouble_text[0])
        snprintf(why, size, "%.*s",
                 (int)strnlen(record->trouble_text, sizeof record->trouble_text - 1),
                 record->trouble_text);
    else if (ending->timed_out)
        snprintf(why, size, "it did not come up within %g s (--slow-machine gives it more)",
                 ending->limit);
    else
        snprintf(why, size, "the case's process ended by status %#x", ending->status);
    add_output(ending->output, ": ", why, size);
}

/* Whether the doors could not be opened for want of what every process needs: that is no fault of
 * the implementation's. */
static bool lacks_room(const char *why)
{
    static const int limits[] = {EMFILE, ENFILE, EAGAIN, ENOMEM};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (strstr(why, strerror(limits[i])))
            return true;
    return false;
}

/* Has a worker look at one network. */
static enum look look_at(const struct case_settings *settings, struct looked *found, int order,
                         char *why, size_t size)
{
    struct worker *worker = &found->worker;
    bool sent = worker_look(worker, order);
    if (!sent || await_news(worker, settings) != 1)
        return LOOK_STOPPED;
    if (worker->record->finished) {
        snprintf(found->system, sizeof found->system, "%.*s",
                 (int)strnlen(worker->record->system, SYSTEM_SIZE - 1), worker->record->system);
        return LOOK_GOOD;
    }
    tell_failure(worker, why, size);
    bool machine = worker->ending->no_network && !worker->ending->no_implementation;
    if (machine || lacks_room(why))
        return LOOK_IMPOSSIBLE;
    if (settings->stack->explain)
        settings->stack->explain(settings->stack_argument, why, size);
    return LOOK_ABSENT;
}

static bool start_patiently(struct worker *worker, const struct case_settings *settings, char *why,
                            size_t size)
{
    struct backoff backoff = backoff_begin_rarely(machine_milliseconds(NETWORK_SECONDS));
    bool started;
    while (!(started = worker_start(worker, settings, why, size)) && !stop_asked() &&
           backoff_wait(&backoff))
        continue;
    return started;
}

/* One try; LOOK_STOPPED without a reason if the worker is gone. */
static enum look try(const struct case_settings *settings, unsigned networks, struct looked *found,
                     char *why, size_t size)
{
    enum look seen = LOOK_GOOD;
    *why = '\0';
    if (!start_patiently(&found->worker, settings, why, size))
        return stop_asked() ? LOOK_STOPPED : LOOK_IMPOSSIBLE;
    if (await_news(&found->worker, settings) != 0)
        seen = LOOK_STOPPED;
    /* A tenant is at the end of a pair, unless it provides its network itself. */
    bool at_pair = settings->stack->start && !settings->stack->network;
    if (seen == LOOK_GOOD && (networks & LOOK_AT_PAIR || at_pair))
        seen = look_at(settings, found, WORKER_LOOKS_AT_PAIR, why, size);
    if (seen == LOOK_GOOD && networks & LOOK_AT_LOOPBACK && !at_pair)
        seen = look_at(settings, found, WORKER_LOOKS_AT_LOOPBACK, why, size);
    if (seen == LOOK_STOPPED && found->worker.ending->reason[0]) {
        snprintf(why, size, "%s", found->worker.ending->reason);
        seen = LOOK_IMPOSSIBLE;
    }
    return seen;
}

enum look look(const struct case_settings *settings, unsigned networks, struct looked *found,
               char *why, size_t size)
{
    enum look seen = LOOK_STOPPED;
    for (int i = 0; i < TRIES; i++) {
        *found = (struct looked){.worker = {.pid = -1, .control = -1}};
        seen = try(settings, networks, found, why, size);
        if (seen == LOOK_GOOD)
            return seen;
        bool still = found->worker.ending && found->worker.ending->stood_still;
        worker_stop(&found->worker);
        if (stop_asked())
            return LOOK_STOPPED;
        if (seen != LOOK_STOPPED && !still)
            return seen;
    }
    if (seen == LOOK_STOPPED)
        snprintf(why, size, "workers end, or fall silent, as soon as they are started");
    return seen == LOOK_STOPPED ? LOOK_IMPOSSIBLE : seen;
}
