/* A worker: a process in namespaces of its own that runs one case at a time. */
#ifndef SOCKSPEC_WORKER_H
#define SOCKSPEC_WORKER_H

#include "harness/case_process.h"
#include "harness/ending.h"

#include <stdbool.h>
#include <sys/types.h>

/* How long a tenant may take to come up, and how long a worker tries to get a network: there may be
 * many at once, and limits that others reach too. In seconds of machine_factor. */
enum { BOOT_SECONDS = 60, NETWORK_SECONDS = 10 };

/* How long other runs on this machine may keep workers from getting networks, likewise. */
enum { CROWDED_SECONDS = 60 };

struct worker {
    pid_t pid;
    unsigned number; /* of those that were started in this run */
    int control;     /* orders go out and results come in; end of file when the worker is gone */
    struct record *record;
    struct ending *ending;
    unsigned queued; /* the ending's, when worker_queues() looked last */
};

/* Starts a worker; false with a reason and errno on failure. Cases must be registered. */
bool worker_start(struct worker *worker, const struct case_settings *settings, char *why,
                  size_t size);

/* The time limit of a case, in seconds: the run's and what its own timers take. */
double worker_limit(const struct variant *variant, const struct case_settings *settings);

/* Orders a registered variant to be run; false if the worker is gone. */
bool worker_order(struct worker *worker, size_t index);

/* Orders the implementation to be opened in a network, and closed again, without a case; the result
 * comes as that of a case does. */
enum { WORKER_LOOKS_AT_LOOPBACK = -2, WORKER_LOOKS_AT_PAIR = -3 };
bool worker_look(struct worker *worker, int at);

/* Reads the news when the control descriptor is readable: 1 for a result (record and ending are
 * filled in), 0 when the worker is ready for its first order, -1 when it is gone. In the last case
 * ending.reason says why if it could not start. */
int worker_news(struct worker *worker);

/* Whether it has been waiting for its turn to make a network since this was asked last: then it is
 * silent for no fault of its own. */
bool worker_queues(struct worker *worker);

/* Ends a worker and everything that it runs, which takes some milliseconds that nobody waits for
 * here. */
void worker_stop(struct worker *worker);

/* Waits until nothing lives of workers that were stopped. Who calls it has to have called
 * workers_adopt() before the first was started. */
void workers_adopt(void);
void workers_await(void);

#endif
