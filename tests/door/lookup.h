#ifndef SOCKSPEC_TESTS_DOOR_LOOKUP_H
#define SOCKSPEC_TESTS_DOOR_LOOKUP_H

#include "hosts/host.h"

/* Names and addresses that are in no file, and interfaces. */
void door_lookup(struct host *host);

/* Names and services of the files that files_set_up() makes, where the host sees them. */
void door_lookup_files(struct host *host);

#endif
