/* sockspec merge: reports of parts as one. */
#include "calls/clean_text.h"
#include "cli/commands.h"
#include "cli/reporting.h"
#include "lab/stop.h"
#include "reports/merged.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

const char merge_help[] =
    "usage: sockspec merge [OPTIONS] A.json B.json ...\n"
    "\n"
    "Takes reports by 'sockspec run --json' of one implementation, by shards or from several\n"
    "machines, as one, and reports as 'run' does. Several results of a variant are its\n"
    "repetitions. What is missing of shards and of runs that were killed is said.\n"
    "\n"
    "  --strict        fail as well if anything is 'changed'\n"
    "  --junit FILE    write a JUnit report; '-' is standard output, here and below\n"
    "  --tap FILE      write TAP 13\n"
    "  --json FILE     write JSON Lines, which 'compare', 'baseline' and 'merge' read\n"
    "  --verbose       a line for each variant, and each that fails by itself\n"
    "  --quiet         only failures, changes, inconclusive results and the last lines\n"
    "  --color WHEN    auto, always, never (default auto)\n"
    "\n"
    "Exit status: 0 no rule is broken, 1 one is, 2 usage, a malformed report, or one of another\n"
    "implementation, 3 results are missing or inconclusive, or a report could not be written.\n";

enum { STRICT = 1 };

static const struct option options[] = {
    {"strict", no_argument, NULL, STRICT}, REPORTING_OPTIONS, {0}};

/* Tells of a report that cannot be written; no more goes there. */
static bool drop(struct report **report)
{
    print_line(stderr, "sockspec: %s", (*report)->why);
    (*report)->begin = NULL;
    (*report)->variant = NULL;
    (*report)->end = NULL;
    return false;
}

static bool report_all(const struct merged *merged, struct reporting *reporting)
{
    bool good = true;
    for (size_t i = 0; i < reporting->count; i++) {
        struct report **at = &reporting->reports[i], *report = *at;
        if (report->begin && !report->begin(report, &merged->info))
            good = drop(at);
        for (size_t k = 0; k < merged->count && report->variant; k++)
            if (!report->variant(report, &merged->list[k]))
                good = drop(at);
        if (report->end && !report->end(report, &merged->totals))
            good = drop(at);
    }
    return good;
}

static int status_of(const struct merged *merged, bool strict, bool written)
{
    const size_t *count = merged->totals.count;
    if (count[VERDICT_FAIL] || (strict && count[VERDICT_CHANGED]))
        return EXIT_FAILED;
    bool nothing = !count[VERDICT_PASS] && !count[VERDICT_KEPT] && !count[VERDICT_CHANGED] &&
                   !merged->totals.deviations;
    bool open = nothing || merged->missing || count[VERDICT_INCONCLUSIVE] || !written;
    return open ? EXIT_INCONCLUSIVE : EXIT_PASSED;
}

static int merge(struct merged *merged, struct reporting *reporting, bool strict)
{
    merged_complain(merged, stderr);
    enum reporting_end opened = reporting_open(reporting);
    if (opened != REPORTING_OPEN)
        return opened == REPORTING_CLASHING ? EXIT_USAGE : EXIT_INCONCLUSIVE;
    bool written = report_all(merged, reporting);
    reporting_close(reporting);
    return status_of(merged, strict, written);
}

int command_merge(int argc, char **argv)
{
    struct reporting reporting;
    struct merged merged;
    int option, status = EXIT_USAGE;
    bool strict = false, taken;
    reporting_init(&reporting);
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == STRICT)
            strict = true;
        else if (option == '?' || !reporting_option(&reporting, option, optarg, &taken))
            return EXIT_USAGE;
    }
    if (optind == argc) {
        fputs("sockspec: merge takes reports by 'sockspec run --json'\n", stderr);
        return EXIT_USAGE;
    }
    stop_listen();
    if (merged_read(&merged, (const char *const *)argv + optind, (size_t)(argc - optind)))
        status = merge(&merged, &reporting, strict);
    merged_free(&merged);
    stop_say();
    return stop_asked() ? EXIT_INTERRUPTED : status;
}
