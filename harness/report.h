/* What comes out of a run: the result of each variant, and the forms in which it is reported. */
#ifndef SOCKSPEC_REPORT_H
#define SOCKSPEC_REPORT_H

#include "harness/dialogue.h"
#include "harness/record.h"
#include "harness/variant.h"
#include "harness/verdict.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/utsname.h>

/* Where a report goes: reports/output.h. */
struct output;

/* About the run as a whole; known before its first result. */
struct run_info {
    const char *version;  /* of sockspec */
    const char *iut;      /* the --iut SPEC */
    bool both_inside;     /* the peer is the implementation too */
    enum profile profile; /* whom it is judged by */
    struct utsname
        system;       /* of the machine that runs sockspec: sysname, release, machine, nodename */
    const char *libc; /* of sockspec: "glibc 2.36" */
    /* What is tested, as it says itself before the first result; its kernel, or what it is instead
     * of one, and the machine that it is on. Empty if it does not say, or never came up. */
    char implementation[SYSTEM_SIZE], release[65], machine[65];
    const char *detail; /* what else there is to say of it, or NULL */
    char started[32];   /* UTC, ISO 8601: "2026-11-23T08:30:00Z" */
    size_t selected;    /* variants that the run takes, repetitions included */
    unsigned repeat;    /* how often each variant runs */

    const struct selection *selection; /* what it takes; NULL: that is not known */
    const struct run_info *merged;     /* the runs whose results these are; NULL: of this one */
    size_t merged_count;
};

/* About one variant. Texts are UTF-8 as the case left them and may hold control characters. */
struct result {
    const struct variant *variant;
    const char *argument; /* of the stack, if this job had one of its own */
    unsigned repetition;  /* 1... */
    enum verdict verdict;
    char *observed; /* all parts as one text; "" if nothing was */
    char **parts;   /* part by part */
    size_t part_count;
    char *because_of; /* of an inconclusive one: the rule that says what should have been; "" */
    struct operations used;  /* which operations the case performed on the IUT */
    const char *ended;       /* how the case ended, as judge_end() says it */
    const char *expected;    /* what the profile documents ("EISCONN | EALREADY"), or NULL */
    char *reason;            /* why it is not a pass; "" for a pass */
    char *where;             /* file:line of the last observation, "" if there was none */
    char *transcript;        /* the calls, a line each, "" if none was made */
    struct capture *capture; /* what passed its line, of one that is no pass; or NULL */
    double seconds;          /* wall time of the variant, its process and network included */
    double case_seconds;     /* of that, the case's own code */
    bool deviation;          /* a skip because it deviates in a way that is known */
    bool known;              /* false: it did not run */
};

struct totals {
    size_t count[VERDICTS];
    size_t ran;
    size_t deviations;        /* of the skips, those that deviate in a way that is known */
    double seconds;           /* wall time of the run */
    bool interrupted;         /* ended before all selected variants had run */
    char system[SYSTEM_SIZE]; /* what the implementation says that it is; "": the kernel of this
                                 machine */
};

/* One form of report. Results arrive in the order of variants, whatever the order in which they
 * ran. */
struct report {
    /* Returns false, with a line in why, when the report cannot be written (a full disk); the run
     * goes on without it and fails at the end. Any of the three may be NULL. */
    bool (*begin)(struct report *report, const struct run_info *run);
    bool (*variant)(struct report *report, const struct result *result);
    bool (*end)(struct report *report, const struct totals *totals);
    /* Called while nothing comes: the variant that has been running longest, and for how many
     * seconds. NULL for reports that do not care. */
    void (*waiting)(struct report *report, const struct variant *variant, double seconds);
    /* Releases the report; always called. */
    void (*close)(struct report *report);
    char why[256];
};

/* The reports, and whether they are of use as they come. Each takes its output over, and aborts
 * without memory. */
struct report *report_junit(struct output *output); /* Jenkins xUnit schema: OUTPUT_WHOLE */
struct report *report_tap(struct output *output);   /* TAP 13: OUTPUT_LINES */
struct report *report_json(struct output *output);  /* JSON Lines: OUTPUT_LINES */

/* Keeps in a directory, which is made if it is missing, the packets of each case on a line that
 * does not pass, in a pcapng file with the name of its variant. NULL with a line in why. */
struct report *report_artifacts(const char *directory, char *why, size_t size);

/* What the user of a terminal reads: of each rule that fails, when its variants have run, a block
 * for each thing that was observed; at the end why others were inconclusive, a summary by suite,
 * and why others were skips. */
struct text_options {
    bool verbose; /* a line or a block for each variant instead, as they come */
    bool quiet;   /* neither the summary nor skips */
    bool color;
    bool terminal; /* a line at its bottom shows how far the run is */
    FILE *stream;
    const char *place; /* what that is: "standard output" */
};
struct report *report_text(const struct text_options *options);

/* The command for a shell that runs just this variant again: "sockspec run --filter '...'", with
 * the IUT and profile of the run where they are not the default. The caller frees it. Aborts
 * without memory. */
char *report_rerun(const struct run_info *run, const struct variant *variant);

#endif
