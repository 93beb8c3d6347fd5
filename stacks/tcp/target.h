/* Where the agent listens, and from where it is reached. */
#ifndef SOCKSPEC_TARGET_H
#define SOCKSPEC_TARGET_H

#include "stacks/agent/program/token.h"

#include <stddef.h>

struct target {
    char host[80]; /* its address, perhaps with a scope */
    int port;
    int netns; /* where the peer's sockets, and this connection, are made */
    struct token token;
};

/* Connects from the target's namespace, which this thread is in afterwards, and waits at most so
 * many milliseconds. -1 with one line in why. */
int target_connect(const struct target *target, int milliseconds, char *why, size_t size);

#endif
