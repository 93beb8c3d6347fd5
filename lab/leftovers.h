/* What a case may leave in a network namespace beside connections, which lab/diag.h removes.
 *
 * All processes of a case are gone by then, and with them, at once, their sockets of every kind and
 * what those had joined. What can remain:
 *
 *     sockets that are on their way in a message of each other (AF_UNIX), until the kernel finds
 * out fragments of datagrams whose rest never came what routes learned: a path MTU, a redirect, as
 * exceptions of theirs neighbours that were looked for what TCP keeps of peers: Fast Open's
 * cookies; net.ipv4.tcp_no_metrics_save forbids the rest
 *
 * Kernels before 5.3 show no exceptions of routes, and before 4.17 count the sockets of the whole
 * machine: there these are not seen. */
#ifndef SOCKSPEC_LEFTOVERS_H
#define SOCKSPEC_LEFTOVERS_H

#include <stdbool.h>

struct leftovers;

/* Looks at a namespace as it is before cases, with all sockets of the harness itself. NULL with
 * errno on failure. */
struct leftovers *leftovers_watch(int netns);

/* One more socket for frames is there on purpose from now on. */
void leftovers_expect_packet_socket(struct leftovers *leftovers);

void leftovers_free(struct leftovers *leftovers);

/* Whether nothing is left, as far as it cannot be removed. Other sockets that are open in there on
 * purpose (count_sockets is false) hide those that are not. */
bool leftovers_none(struct leftovers *leftovers, bool count_sockets);

#endif
