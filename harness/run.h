/* The coordinator: runs a selection of variants on parallel workers and reports the results. */
#ifndef SOCKSPEC_RUN_H
#define SOCKSPEC_RUN_H

#include "harness/baseline.h"
#include "harness/case_process.h"
#include "harness/report.h"

struct run_options {
    const char *iut; /* SPEC */
    struct case_settings settings;
    struct selection selection;
    const struct job *jobs; /* instead of a selection, what to run; they must stay */
    size_t job_count;
    unsigned workers;          /* at once; 0 for as many as keep this machine busy */
    unsigned repeat;           /* how often each variant runs */
    struct baseline *baseline; /* known deviations, or NULL */
    struct report **reports;
    size_t report_count;
};

enum run_end {
    RUN_DONE,        /* every selected variant has its result */
    RUN_EMPTY,       /* the selection took nothing */
    RUN_ABSENT,      /* the implementation does not come up */
    RUN_IMPOSSIBLE,  /* no worker could be started */
    RUN_UNHEARD,     /* no report can be written any more */
    RUN_INTERRUPTED, /* ended by a signal; what was seen is reported */
};

/* Runs. Says on stderr why a run is impossible or a report fails; *reports_failed tells of the
 * latter. */
enum run_end run(const struct run_options *options, struct totals *totals, bool *reports_failed);

#endif
