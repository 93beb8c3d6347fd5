/* Socket calls through the C library that this is linked with, on the calling thread. Portable: the
 * agent has it too. */
#ifndef SOCKSPEC_PERFORM_H
#define SOCKSPEC_PERFORM_H

#include "calls/call.h"

/* Performs a call and fills in its out blocks. Returns what the function returned, with errno; -1
 * with ENOSYS for what is no call of a C library. Result and error of the call are left alone. */
int64_t perform_call(struct call *call);

#endif
