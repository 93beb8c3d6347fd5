/* Results of several implementations side by side. */
#ifndef SOCKSPEC_COMPARE_H
#define SOCKSPEC_COMPARE_H

#include "harness/verdict.h"
#include "reports/result_file.h"

#include <stdio.h>

/* Lines the same variants up. An object with "profiles", "profile" (the one to judge by first),
 * "documents" (title to address, of those that have one), "columns" (name, implementation,
 * detail, file) and "rows", one
 * for each case that any file has: id, area, statement, sources, outcomes (by profile), standing
 * (by profile: level, the places of its sources, pinned, deviates and why), different, and cells:
 * for each column null or a list of what was observed, with variants, verdicts by profile, reason,
 * a transcript, and unsteady: true if it is the worst of repetitions. Aborts without memory. */
json_t *compare_build(const struct result_file *files, size_t count, enum profile profile);

/* Prints the rows; differing ones first, or alone. Returns how many differ. */
size_t compare_print(FILE *stream, const json_t *comparison, bool only_differences);

/* The same as one self-contained page. Aborts without memory. */
void compare_print_html(FILE *stream, const json_t *comparison);

/* What changed from one run to another. Prints it and returns whether that is for the worse:
 * variants fail that did not fail before, are judged no more or are missing, or the later run was
 * interrupted. */
bool compare_regressions(FILE *stream, const struct result_file *before,
                         const struct result_file *after);

#endif
