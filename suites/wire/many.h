/* Datagrams to groups and to everybody. */
#ifndef SOCKSPEC_WIRE_MANY_H
#define SOCKSPEC_WIRE_MANY_H

#include "suites/wire/wire.h"

/* A line that sees what goes to groups, too. */
struct line line_to_many(struct test *t);

/* Whether what was asked for then may still come: in a network of others there is always something.
 */
bool is_awaited(int64_t begin);

/* The next datagram to a group or everybody; what hosts and their other programs say to groups is
 * passed over. */
struct packet see_datagram(struct line *line, struct address to, bool now);

#endif
