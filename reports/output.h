/* Where a report goes: the one way in which files are written that a command line names.
 *
 * A regular file, or one that is not there yet, is replaced when the report is complete, by another
 * that is written beside it; one that is to be read while results come is written in its place, but
 * emptied only when the run begins. Symbolic links are followed and stay. Anything else (a device,
 * a FIFO, a socket, a descriptor by its name in /dev/fd or /proc/self/fd) is written through. "-"
 * is standard output. Directories that are missing are made. */
#ifndef SOCKSPEC_REPORTS_OUTPUT_H
#define SOCKSPEC_REPORTS_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct output;

enum output_kind {
    OUTPUT_WHOLE, /* of use when it is complete */
    OUTPUT_LINES, /* of use as it comes */
};

/* Finds out whether a file can be written, and changes none that is there. NULL with a line in why.
 * Aborts without memory. */
struct output *output_open(const char *path, enum output_kind kind, char *why, size_t size);

bool output_is_stdout(const struct output *output);

/* Whether two that are open would write over each other. */
bool output_same(const struct output *a, const struct output *b);

/* What to print to. From now on what was there before is gone, if the kind is OUTPUT_LINES. */
FILE *output_begin(struct output *output);

/* Has lines arrive that were printed so far; false with a line in why if they did not. */
bool output_flush(struct output *output, char *why, size_t size);

/* Puts the complete report into its place; false with a line in why if that failed. */
bool output_end(struct output *output, char *why, size_t size);

/* Releases it. What was never completed leaves no trace, but for lines. */
void output_close(struct output *output);

/* Whether each goes to another place; some may be NULL. False with a line on stderr. */
bool outputs_differ(struct output *const outputs[], size_t count);

#endif
