/* Reports of parts of a run, or of the same run on several machines, as one. */
#ifndef SOCKSPEC_MERGED_H
#define SOCKSPEC_MERGED_H

#include "harness/report.h"
#include "reports/result_file.h"

#include <stdbool.h>
#include <stdio.h>

/* One of the reports. */
struct merged_part {
    struct result_file file;
    struct selection selection;
    bool selects; /* its header says what its run took */
};

struct merged {
    struct merged_part *parts;
    size_t part_count;
    struct selection whole; /* what all took together, where info says it */
    struct run_info info;   /* of the whole; merged are those of the parts */
    struct result *list;    /* in the order of variants, several of one as its repetitions */
    size_t count;
    struct totals totals;
    size_t missing; /* results that are in none of them, as far as that is known */
};

/* Reads the reports. False with a line on stderr if one of them cannot be read, has what this
 * program does not know, or is of another implementation or profile than the first. Aborts without
 * memory. */
bool merged_read(struct merged *merged, const char *const *paths, size_t count);

/* Counts what is missing and says so, a line for each shard, or report that did not come to its
 * end, and for what systems differ in. */
void merged_complain(struct merged *merged, FILE *stream);

void merged_free(struct merged *merged);

#endif
