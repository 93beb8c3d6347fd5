/* The process that runs a worker's cases, one after the other. It lasts as long as nothing of a
 * case is left in it, and then there is another one. */
#ifndef SOCKSPEC_RUNNER_H
#define SOCKSPEC_RUNNER_H

#include "harness/case_process.h"
#include "harness/ending.h"

#include <stdbool.h>
#include <sys/types.h>

enum {
    RUNNER_PROCESS, /* its pidfd */
    RUNNER_ORDERS,  /* where it takes orders; -1 if the first is its only one */
    RUNNER_OVER,    /* where it says that a case is over; likewise */
    RUNNER_OUTPUT,  /* where what it writes is read */
    RUNNER_DESCRIPTORS
};

struct runner {
    pid_t pid; /* 0: there is none */
    int fd[RUNNER_DESCRIPTORS];
    unsigned changes; /* of what it has copies of, when it was forked */
};

/* Has an order followed: by the process that is there, if it was forked since the last of so many
 * changes of the worker's networks, else by a new one, whose standard input is the descriptor null.
 * False with errno and why if there can be none. */
bool runner_order(struct runner *runner, const struct case_settings *settings,
                  const struct order *order, const struct tenant *tenant, unsigned changes,
                  struct record *record, int null, char *why, size_t size);

/* Waits until the case is over, its process ended or its time up, and then ends the process; reads
 * its output and the tenant's meanwhile. False with errno, and the process ended, if that cannot be
 * done. The last look at the clock was before the order. Afterwards runner->pid is 0 if the process
 * is gone. */
bool runner_attend(struct runner *runner, struct tenant *tenant, int64_t last,
                   const struct case_settings *settings, struct ending *ending);

/* Ends the process, if there is one. */
void runner_end(struct runner *runner);

#endif
