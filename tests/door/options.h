#ifndef SOCKSPEC_DOOR_OPTIONS_H
#define SOCKSPEC_DOOR_OPTIONS_H

#include "hosts/host.h"

/* Sets and reads options of every type, with every sort of length, and makes requests of ioctl():
 * as root, with the loopback interface up. */
void door_options(struct host *host);

#endif
