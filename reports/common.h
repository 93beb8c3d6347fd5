/* What the reports share. */
#ifndef SOCKSPEC_REPORTS_COMMON_H
#define SOCKSPEC_REPORTS_COMMON_H

#include "harness/report.h"
#include "reports/output.h"

/* A copy that is valid UTF-8 and valid in XML 1.0: other bytes and control characters (but newline
 * and tab) become "\x1b". The caller frees it. Aborts without memory. */
char *report_clean(const char *text);

/* Prints a sentence of ours behind what stands in the line already up to this column; lines after
 * the first begin there too, and none is longer than the width if words allow it. */
void report_words(FILE *out, const char *text, int column, int width);

#endif
