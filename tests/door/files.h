#ifndef SOCKSPEC_DOOR_FILES_H
#define SOCKSPEC_DOOR_FILES_H

#include "hosts/host.h"

/* Performs every call on files and on descriptors that are no sockets: as root, in an empty
 * directory, in which a directory is left since no call removes one. */
void door_files(struct host *host);

#endif
