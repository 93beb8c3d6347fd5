/* Starts commands for workers, outside of their namespaces: a process of its own, forked before
 * them. What it started ends when whoever asked for it lets go of it, or with the run. */
#ifndef SOCKSPEC_KEEPER_H
#define SOCKSPEC_KEEPER_H

#include "stacks/stack.h"

/* Starts the keeper, once; it ends with this process, which waits for it. False with a reason. */
bool keeper_begin(char *why, size_t size);

/* Has the keeper start a command (its words end with a NULL) as a tenant: in a session of its own
 * without a terminal, on pipes, with a standard error that we read. May be called in any process
 * that was forked since keeper_begin(). False with a reason. */
bool keeper_start(struct tenant *tenant, const char *const words[], char *why, size_t size);

#endif
