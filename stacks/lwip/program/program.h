/* lwIP as what is behind the agent: its socket API, in the agent's process, on a network interface
 * of the machine. */
#ifndef SOCKSPEC_LWIP_PROGRAM_H
#define SOCKSPEC_LWIP_PROGRAM_H

#include "calls/call.h"

#include <stdbool.h>

/* ---- attachment.c: how it is on the network ---- */

/* Starts lwIP and attaches it. The words: an interface, or "lo" for the loopback alone, and
 * addresses: "+" ours, "-" ours but deprecated, "=" the peer's. Ends the process with a line on
 * stderr where that cannot be. */
void attachment_start(int count, char **words);

/* Has lwIP take in what has arrived by now, on the interface and on its loopback. */
void attachment_take_in(void);

/* The index of an interface by the name that the machine has for it; 0 without one. */
unsigned attachment_index(const char *name);

/* ---- claims.c: what it says of itself ---- */

/* Whether lwIP claims to have what a call asks for. */
bool claimed(const struct call *call);

/* What it lacks altogether, by names. lwIP runs. */
void claims_lacking(char *names, size_t size);

/* ---- states.c ---- */

/* The TCP state of a connection, whether or not it has a socket; -1 with errno. */
int state_of(const struct call *call);

#endif
