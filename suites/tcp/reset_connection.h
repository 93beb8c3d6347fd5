/* Connections that the other side resets. */
#ifndef SOCKSPEC_RESET_CONNECTION_H
#define SOCKSPEC_RESET_CONNECTION_H

#include "fixtures/sockets.h"

/* Has the peer reset the connection of its socket. */
void reset(struct test *t, int fd);

/* A connection that the peer has reset; the reset may still be under way. */
int reset_connection(struct test *t);

/* The same when the IUT has heard of it, and has given its error to a receive. */
int told_connection(struct test *t);

/* A connection that has no room for another byte: what the IUT sends is held back, so that none
 * comes. A call that does not wait may take all of a chunk or nothing. */
struct connection full_connection(struct test *t);

#endif
