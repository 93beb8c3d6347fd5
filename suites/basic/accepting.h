/* Accepting where nothing is in the queue yet. */
#ifndef SOCKSPEC_ACCEPTING_H
#define SOCKSPEC_ACCEPTING_H

#include "suites/suite.h"

/* Observes whether a call that accepts on a server of the IUT waits, and what it returns when a
 * client of the peer has connected: "0", or "0, late" if it did not return soon after. */
void observe_waiting_for_client(struct test *t, const struct endpoint *server, struct call accepts);

/* Observes what a call returns that accepts on a nonblocking server without a connection: its
 * error, and ", late" behind that if it took a while. */
void observe_empty_queue(struct test *t, struct call accepts);

#endif
