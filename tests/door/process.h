#ifndef SOCKSPEC_DOOR_PROCESS_H
#define SOCKSPEC_DOOR_PROCESS_H

#include "hosts/host.h"

/* Performs every call on the process, but those that make others: as root, in a directory that it
 * leaves as it is. At its end the process cannot bind ports below 1024 any more. */
void door_process(struct host *host);

#endif
