/* Known deviations: a file of what an implementation is known to do wrong.
 *
 *     # comment
 *     GLOB  VERDICT  [observed "TEXT"]  [until YYYY-MM-DD]  [release GLOB]  -- REASON
 *
 * GLOB matches ids of rules or variants; VERDICT is fail or inconclusive; TEXT is what is observed;
 * release is matched against the kernel's. The reason, with a link if there is one, ends the line.
 */
#ifndef SOCKSPEC_BASELINE_H
#define SOCKSPEC_BASELINE_H

#include "harness/variant.h"
#include "harness/verdict.h"

struct baseline;

/* Reads a file. NULL with one line on stderr that names file, line and reason. Entries that have
 * expired, or are about another release, are left out; the first with a note on stderr. */
struct baseline *baseline_read(const char *path);

void baseline_free(struct baseline *baseline);

/* The reason of the entry that knows this deviation, or NULL. Keeps count of what entries met. */
const char *baseline_knows(struct baseline *baseline, const struct variant *variant,
                           enum verdict verdict, const char *observed);

/* Says on stderr which entries matched no variant that ran, or only variants that pass now. Returns
 * how many. */
size_t baseline_review(const struct baseline *baseline);

#endif
