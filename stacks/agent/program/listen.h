/* An agent that others connect to over TCP. */
#ifndef SOCKSPEC_AGENT_LISTEN_H
#define SOCKSPEC_AGENT_LISTEN_H

#include <stdbool.h>

struct listening {
    const char *port, *address;
    const char *token; /* a file; NULL: the environment may have one */
    const char *user;  /* whom to be; NULL: who it is */
    int clients;       /* so many at once */
    int idle;          /* seconds after which one that asks for nothing is gone */
};

/* Takes the words behind "--listen"; false, with a line on stderr, if they make no
 * sense. */
bool listen_configure(struct listening *wanted, int count, char **words);

/* Serves each connection in processes of its own, with what confine.h leaves; returns an exit
 * status if it cannot listen. */
int listen_on(const struct listening *wanted);

#endif
