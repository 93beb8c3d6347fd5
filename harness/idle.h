#ifndef SOCKSPEC_HARNESS_IDLE_H
#define SOCKSPEC_HARNESS_IDLE_H

#include <stdbool.h>

/* Whether this machine had room for more work of late: whether its processors together had nothing
 * to do for a quarter of the time that has passed between the last two looks, which are a tenth of
 * a second apart or more. True before the second look, and where /proc/stat does not tell. Linux
 * only: proc_stat(5). */
bool machine_idles(void);

#endif
