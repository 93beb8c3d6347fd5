/* Why cases were inconclusive, counted: what a failed precondition stands on, and whether the rule about
 * that fails in the same run. */
#ifndef SOCKSPEC_BLAME_H
#define SOCKSPEC_BLAME_H

#include "harness/report.h"

struct blame;

/* An empty account. Aborts without memory. */
struct blame *blame_create(void);

/* Counts a result. */
void blame_add(struct blame *blame, const struct result *result);

/* Prints a line for each cause, the most frequent first; nothing if there is none. */
void blame_print(const struct blame *blame, FILE *out);

void blame_free(struct blame *blame);

#endif
