/* The kernel of this machine, called through the C library of this program. */
#ifndef SOCKSPEC_KERNEL_H
#define SOCKSPEC_KERNEL_H

#include "harness/host.h"

/* A door to the kernel whose sockets are made in the network namespace of this descriptor, which
 * must stay open as long as the door. Aborts without memory. */
struct door *kernel_open(int netns);

#endif
