#ifndef SOCKSPEC_DOOR_MESSAGES_H
#define SOCKSPEC_DOOR_MESSAGES_H

#include "hosts/host.h"

/* Sends and receives messages with several buffers and control data, several at once: as root,
 * with the loopback interface up. */
void door_messages(struct host *host);

#endif
