#ifndef SOCKSPEC_ADDRESS_BOUND_H
#define SOCKSPEC_ADDRESS_BOUND_H

#include "harness/test.h"

/* What bind() to a name gave: what succeeds has given the socket that address, and that port
 * unless it is 0. */
void observe_bound(struct test *t, int fd, const struct address *asked, int result);

#endif
