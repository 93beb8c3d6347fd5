/* The results of a run while it goes on: in the order of variants, whatever the order in which they
 * come, and handed to the reports as soon as all before them are there. */
#ifndef SOCKSPEC_RESULTS_H
#define SOCKSPEC_RESULTS_H

#include "harness/record.h"
#include "harness/run.h"

struct results {
    const struct run_options *options;
    const struct job *jobs;
    size_t job_count;
    struct result *list; /* those that have not gone to the reports: a ring of this size */
    size_t room;
    size_t count;   /* of all: repetition by repetition, each in the order of jobs */
    size_t flushed; /* this many went to the reports */
    struct run_info info;
    struct totals totals;
    bool *report_failed;
};

/* Begins the reports. The implementation is what it says that it is: "" if it says nothing, NULL if
 * it did not come up. The jobs must outlive the results. Aborts without memory. */
void results_begin(struct results *results, const struct run_options *options,
                   const struct job *jobs, size_t count, const char *implementation);

/* The variant of an ordinal in the run. */
const struct variant *results_variant(const struct results *results, size_t ordinal);

/* Whether a result may come already: one that runs far ahead of the others has to wait. */
bool results_has_room(const struct results *results, size_t ordinal);

/* Keeps a result, for which there is room; takes copies of what it is given. */
void results_put(struct results *results, size_t ordinal, enum verdict verdict, const char *ended,
                 const char *reason, const struct record *record, int64_t nanoseconds);

/* Whether any report can still be written. */
bool results_are_heard(const struct results *results);

/* Hands on what is complete. */
void results_flush(struct results *results);

/* Hands on everything, ends the reports and releases the results; false if one of the reports could
 * not be written. */
bool results_end(struct results *results, struct totals *totals, bool interrupted, double seconds);

#endif
