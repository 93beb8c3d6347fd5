/* Calls that are begun now and finished later: for "does not return until...", for signals, and for
 * what another side does meanwhile. */
#ifndef SOCKSPEC_PENDING_H
#define SOCKSPEC_PENDING_H

#include "hosts/calls.h"

struct pending;

/* Begins a call on a thread of its own. What the call points to must live until it is finished.
 * Aborts if there is no thread to be had. */
struct pending *sk_begin(struct host *host, struct call call);

/* Waits until the call either waits inside the implementation or has returned; true if it waits.
 * Gives up after the patience of a case and then says true: the call did not return. */
bool sk_waits(struct pending *pending);

/* Whether the call has returned by now. */
bool sk_returned(struct pending *pending);

/* Interrupts the call with SIGUSR1, which is caught by a handler set without SA_RESTART unless
 * sigaction() has said otherwise. */
void sk_interrupt(struct pending *pending);

/* Waits until the call has returned, for at most so many milliseconds; true if it has, with what it
 * returned in *result. The pending call is then gone. */
bool sk_finish_within(struct pending *pending, int milliseconds, int *result);

/* Whether a call was begun in this process that was not finished. */
bool sk_any_begun(void);

/* Who was asked what: for the reason of a call that never returned. */
const struct host *pending_host(const struct pending *pending);
const struct call *pending_call(const struct pending *pending);

#endif
