/* An agent that listens serves whoever connects, and so only what cases need. */
#ifndef SOCKSPEC_AGENT_CONFINE_H
#define SOCKSPEC_AGENT_CONFINE_H

#include "calls/call.h"
#include "calls/text.h"

/* From now on, in this process and those that it forks. */
void confine(void);

/* Whether a call may be performed here; one that may not is answered by LACKING. */
bool confine_allows(const struct call *call);

/* Adds the names of what is lacking for that reason to what a hello says. */
void confine_describe(struct text *lacks);

#endif
