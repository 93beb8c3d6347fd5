/* The kernel of this machine, called through the C library of this program. */
#ifndef SOCKSPEC_KERNEL_H
#define SOCKSPEC_KERNEL_H

#include "hosts/host.h"

/* A door to the kernel whose sockets are made in the network namespace of this descriptor, which
 * must stay open as long as the door. Aborts without memory. */
struct door *kernel_open(int netns);

/* Whether a call of such a door changed what belongs to this process as a whole and is not put back
 * when its descriptors are closed, or has closing them wait: signals, ids, limits, SO_LINGER. */
bool kernel_altered_process(void);

/* Has that be so from now on: what is under test runs in this process. */
void kernel_alters_process(void);

/* A door to the same kernel in a process of its own, as --iut host has it. */
struct door *host_open(int netns);

struct diag;

/* Answers OP_TCP_STATE for the namespace of this descriptor: the state, or -1 with errno. *diag is
 * opened at the first question; the caller closes it. */
int kernel_state(struct diag **diag, int netns, const struct call *call);

#endif
