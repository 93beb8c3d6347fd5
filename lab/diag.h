/* The sockets of a network namespace, as the kernel's sock_diag shows them. */
#ifndef SOCKSPEC_DIAG_H
#define SOCKSPEC_DIAG_H

#include "calls/address.h"

struct diag;

/* Opens sock_diag in the namespace of this descriptor. NULL with errno on failure. */
struct diag *diag_open(int netns);

void diag_close(struct diag *diag);

/* The TCP state (enum tcp_state) of the connection with these two ends; STATE_NONE if there is no
 * such connection, -1 with errno on failure. IPv4 and IPv4-mapped names mean the same. */
int diag_state(struct diag *diag, const struct address *local, const struct address *remote);

/* Removes every TCP and UDP socket of the namespace, those in TIME_WAIT too. Returns how many are
 * left (0: there are none), or -1 with errno if that cannot be told. */
int diag_clear(struct diag *diag);

#endif
