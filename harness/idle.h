#ifndef SOCKSPEC_HARNESS_IDLE_H
#define SOCKSPEC_HARNESS_IDLE_H

#include <stdbool.h>

/* Whether this machine had room for more work of late: whether its processors together had nothing
 * to do for a quarter of the time between the last two looks, which are a tenth of a second apart
 * or more. Work of the least priority counts as any other. True before the second look, and where
 * /proc/stat (proc(5)) does not tell. */
bool machine_idles(void);

#endif
