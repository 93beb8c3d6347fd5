/* poll(), select() and epoll through a door. */
#ifndef SOCKSPEC_TESTS_DOOR_READINESS_H
#define SOCKSPEC_TESTS_DOOR_READINESS_H

#include "hosts/host.h"

void door_readiness(struct host *host);

#endif
