/* Calls that were begun: each on a thread of its own. */
#ifndef SOCKSPEC_AGENT_TASKS_H
#define SOCKSPEC_AGENT_TASKS_H

#include "calls/protocol.h"

/* Performs a call on this thread, with its time. */
void task_perform(struct call *call);

/* Answers a call that was performed. */
void task_answer(uint32_t id, const struct call *call);

/* Begins a call, which is the task's from now on, and answers it when it has returned; says so if
 * there is no thread for it. */
void task_begin(uint32_t id, const struct call *call);

/* Interrupts a begun call with SIGUSR1, if it has not returned. */
void task_interrupt(uint32_t id);

/* Whether a begun call waits inside the implementation by now. */
enum waiting task_waits(uint32_t id);

/* Keeps the list of tasks as it is, across a fork(); the child has none. */
void tasks_lock(void);
void tasks_unlock(void);
void tasks_forget(void);

#endif
