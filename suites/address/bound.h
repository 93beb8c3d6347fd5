#ifndef SOCKSPEC_ADDRESS_BOUND_H
#define SOCKSPEC_ADDRESS_BOUND_H

#include "harness/test.h"

/* A socket of the IUT that can have the addresses of the variant's family. FreeBSD's inet6(4) has
 * IPV6_V6ONLY on unless it is turned off, and then IPv4-mapped ones are none that it can have. */
int address_socket(struct test *t, int type);

/* Such a socket, bound to an address of the IUT and this port: its descriptor, and its name. */
int bound_at(struct test *t, int type, enum place place, int port, struct address *name);

/* What bind() to a name gave: what succeeds has given the socket that address, and that port
 * unless it is 0. */
void observe_bound(struct test *t, int fd, const struct address *asked, int result);

#endif
