/* Processes for cases, of which there are many. */
#ifndef SOCKSPEC_LAB_FORK_H
#define SOCKSPEC_LAB_FORK_H

#include <sys/types.h>

/* fork() in a process of one thread. It leaves out what fork() does for the locks of other threads,
 * which costs each side a dozen pages; functions of pthread_atfork() are not called. */
pid_t fork_alone(void);

/* The same, if need be once there is room for a process, for which it waits so many milliseconds.
 */
pid_t fork_patiently(int milliseconds);

/* Has the heap of this process and of those that it forks written in few places, since what is
 * written is copied for each: freed pieces are not joined later, and threads have no heap of their
 * own. */
void heap_for_forks(void);

#endif
