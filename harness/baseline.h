/* Known deviations: a file of what an implementation is known to do wrong.
 *
 *     # comment
 *     GLOB  VERDICT  [observed "TEXT"]  [until YYYY-MM-DD]  [release GLOB]  -- REASON
 *
 * GLOB matches ids of rules or variants; VERDICT is fail or inconclusive; TEXT is what is observed;
 * release is matched against that of the implementation's kernel. The reason, with a link if there
 * is one, ends the line.
 */
#ifndef SOCKSPEC_BASELINE_H
#define SOCKSPEC_BASELINE_H

#include "harness/variant.h"
#include "harness/verdict.h"

struct baseline;

/* Reads a file. NULL with one line on stderr that names file, line and reason. Entries that have
 * expired are left out with a note on stderr. */
struct baseline *baseline_read(const char *path);

/* From now on entries that are about other releases than this one, of the implementation's kernel,
 * count for nothing. */
void baseline_for(struct baseline *baseline, const char *release);

void baseline_free(struct baseline *baseline);

/* The reason of the entry that knows this deviation, or NULL; then *instead is what an entry about
 * the same verdict says that was observed, or NULL. Keeps count of what entries met. */
const char *baseline_knows(struct baseline *baseline, const struct variant *variant,
                           enum verdict verdict, const char *observed, const char **instead);

/* Says on stderr which entries matched no variant that ran, or only variants that pass now. Returns
 * how many. */
size_t baseline_review(const struct baseline *baseline);

#endif
