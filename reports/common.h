/* What the reports share. */
#ifndef SOCKSPEC_REPORTS_COMMON_H
#define SOCKSPEC_REPORTS_COMMON_H

#include "harness/report.h"

/* A copy that is valid UTF-8 and valid in XML 1.0: other bytes and control characters (but newline
 * and tab) become "\x1b". The caller frees it. Aborts without memory. */
char *report_clean(const char *text);

/* Opens a report's file; "-" is standard output. NULL with errno on failure. */
FILE *report_open(const char *path);

/* Flushes what was written; false with a line in report->why if it did not arrive. */
bool report_written(struct report *report, FILE *stream, const char *path);

/* Closes a file of report_open(). */
void report_close(FILE *stream);

#endif
