/* Processes that descend from one of ours, as /proc shows them; never anybody else's. */
#ifndef SOCKSPEC_TESTS_PROCESSES_H
#define SOCKSPEC_TESTS_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct process {
    pid_t pid, parent;
    char state; /* 'R', 'S', 'T', 'Z'... */
    char name[32];
};

enum { PROCESSES = 4096 };

/* Those that an ancestor started, and those that they started; those that ended but were not waited
 * for are left out. By their numbers; returns how many. */
size_t processes_of(pid_t ancestor, struct process *list, size_t room);

/* The parent of a process in such a list; NULL if it is not there. */
const struct process *process_parent(const struct process *list, size_t count,
                                     const struct process *process);

/* The first of them whose name begins like this; false if there is none. */
bool process_find(pid_t ancestor, const char *name, struct process *found);

/* Sends a signal to a process that was found, if it still is the same one. */
bool process_signal(const struct process *process, int signal);

/* Has orphans become our children, so that processes_of(getpid()) has them too. */
void processes_adopt(void);

/* Waits until nothing lives that descends from us, but for a child (0: none) and its own; after so
 * many seconds prints what is left and returns false. */
bool processes_await_end(pid_t except, int seconds);

#endif
