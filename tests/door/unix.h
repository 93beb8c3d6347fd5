#ifndef SOCKSPEC_DOOR_UNIX_H
#define SOCKSPEC_DOOR_UNIX_H

#include "hosts/host.h"

/* Uses sockets of AF_UNIX by every sort of name: as root, in an empty directory, which it leaves
 * empty. */
void door_unix(struct host *host);

#endif
