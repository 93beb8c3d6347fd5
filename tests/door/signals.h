/* Signals through a door. */
#ifndef SOCKSPEC_TESTS_DOOR_SIGNALS_H
#define SOCKSPEC_TESTS_DOOR_SIGNALS_H

#include "hosts/host.h"

void door_signals(struct host *host);

#endif
