/* What comes again and again in a transcript: a case that waits asks until it has its answer. */
#ifndef SOCKSPEC_REPEATS_H
#define SOCKSPEC_REPEATS_H

#include <stddef.h>

/* So many lines from a place on come again right behind themselves, so many times more: the same
 * calls with the same results, whatever the times they took and the data that they moved. */
struct repeat {
    size_t lines, times; /* times is 0 or at least 2 */
};

/* Looks at the lines from this one on; what a case observed never counts as the same. */
struct repeat repeat_at(const char *const *lines, size_t count, size_t at);

#endif
