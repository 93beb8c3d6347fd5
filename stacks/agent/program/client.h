/* One connection to an agent that listens. */
#ifndef SOCKSPEC_AGENT_CLIENT_H
#define SOCKSPEC_AGENT_CLIENT_H

#include "stacks/agent/program/token.h"

/* Serves it in this process and one more, both of which are gone at its end, and which end when
 * nothing was asked for so many seconds. A token that is not empty is asked for first. */
__attribute__((noreturn)) void client_serve(int accepted, const struct token *token, int idle);

/* Tells one that is not served why, and closes the connection. */
void client_refuse(int accepted, const char *why);

#endif
