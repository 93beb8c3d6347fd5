/* A first look at a described network and its agent, before a run: what is wrong with them is one
 * line then, and not a failure of every case. */
#ifndef SOCKSPEC_PROBE_H
#define SOCKSPEC_PROBE_H

#include "stacks/tcp/description.h"
#include "stacks/tcp/target.h"

/* Completes a description by what only the two sides can tell: indexes of interfaces, whether ICMP
 * errors are rationed and, without a file (NULL), the main addresses. Looks whether the addresses
 * are theirs; nothing is sent but over the connection to the agent. *isolates tells whether cases
 * inside the IUT get a network of their own there. Settings that rules depend on are named on
 * stderr. False with one line in why. */
bool probe(const struct target *target, const char *file, struct description *description,
           bool *isolates, char *why, size_t size);

#endif
