#ifndef SOCKSPEC_DOOR_FORK_H
#define SOCKSPEC_DOOR_FORK_H

#include "hosts/host.h"

/* Forks, replaces programs and waits for children: with the loopback interface up. Where the host
 * has no fork(), sees that it says so. */
void door_fork(struct host *host);

#endif
