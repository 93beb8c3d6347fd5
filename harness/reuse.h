/* What a case leaves in its process, so that the next one can run in the same: a process for each
 * costs more than most cases. */
#ifndef SOCKSPEC_REUSE_H
#define SOCKSPEC_REUSE_H

#include "harness/record.h"

/* Notes how this process is, before its first case. */
void reuse_prepare(void);

/* Whether the case that is over has left nothing in this process but what reuse_restore() takes
 * away: it came to its end by itself, and no thread, no child and nothing that belongs to a process
 * as a whole is left. Always false where the variables of cases are not kept apart (a linker
 * without reuse.ld). */
bool reuse_possible(const struct record *record);

/* Makes the process as it was: descriptors are closed, it is in the directory in which it was, and
 * variables of cases and fixtures have the values that they have at the start of the program. False
 * if that cannot be done. */
bool reuse_restore(void);

#endif
