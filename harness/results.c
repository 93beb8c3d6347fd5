#include "harness/results.h"

#include "calls/clean_text.h"
#include "calls/version.h"
#include "harness/dialogue.h"

#include <gnu/libc-version.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *libc_name(void)
{
    static char name[64];
    snprintf(name, sizeof name, "glibc %s", gnu_get_libc_version());
    return name;
}

/* Lets each report that still works do something; tells of one that fails, once. */
#define EACH_REPORT(results, step, ...)                                                            \
    for (size_t each = 0; each < (results)->options->report_count; each++) {                       \
        struct report *report = (results)->options->reports[each];                                 \
        if (!(results)->report_failed[each] && report->step && !report->step(report, __VA_ARGS__)) \
            leave_out((results), each);                                                            \
    }

static void leave_out(struct results *results, size_t report)
{
    results->report_failed[report] = true;
    print_line(stderr, "sockspec: %s", results->options->reports[report]->why);
}

/* So many results at least may wait for one before them. */
enum { WAITING_RESULTS = 65536 };

static struct result *result_of(const struct results *results, size_t ordinal)
{
    return &results->list[ordinal % results->room];
}

bool results_has_room(const struct results *results, size_t ordinal)
{
    return ordinal < results->flushed + results->room;
}

/* Takes "NAME RELEASE MACHINE, LIBC" apart; an implementation in this process is this machine's. */
static void describe(struct run_info *info, const char *implementation)
{
    if (!implementation)
        return;
    if (*implementation)
        snprintf(info->implementation, sizeof info->implementation, "%s", implementation);
    else
        snprintf(info->implementation, sizeof info->implementation, "%s %s %s, %s",
                 info->system.sysname, info->system.release, info->system.machine, info->libc);
    char names[sizeof info->implementation];
    snprintf(names, sizeof names, "%.*s", (int)strcspn(info->implementation, ","),
             info->implementation);
    sscanf(names, "%*s %64s %64s", info->release, info->machine);
}

void results_begin(struct results *results, const struct run_options *options,
                   const struct job *jobs, size_t count, const char *implementation)
{
    time_t now = time(NULL);
    *results = (struct results){
        .options = options, .jobs = jobs, .job_count = count, .count = count * options->repeat};
    results->room = 2 * count > WAITING_RESULTS ? 2 * count : WAITING_RESULTS;
    if (results->room > results->count)
        results->room = results->count;
    results->list = calloc(results->room + 1, sizeof *results->list);
    results->report_failed = calloc(options->report_count + 1, sizeof(bool));
    if (!results->list || !results->report_failed)
        abort();
    results->info = (struct run_info){.version = SOCKSPEC_VERSION,
                                      .iut = options->iut,
                                      .both_inside = options->settings.both_inside,
                                      .profile = options->settings.profile,
                                      .libc = libc_name(),
                                      .selected = results->count,
                                      .repeat = options->repeat,
                                      .selection = options->jobs ? NULL : &options->selection};
    uname(&results->info.system);
    describe(&results->info, implementation);
    if (options->settings.stack->detail && implementation)
        results->info.detail = options->settings.stack->detail();
    if (options->baseline)
        baseline_for(options->baseline, results->info.release);
    strftime(results->info.started, sizeof results->info.started, "%Y-%m-%dT%H:%M:%SZ",
             gmtime(&now));
    EACH_REPORT(results, begin, &results->info);
}

bool results_are_heard(const struct results *results)
{
    size_t count = results->options->report_count, failed = 0;
    for (size_t i = 0; i < count; i++)
        failed += results->report_failed[i];
    return count == 0 || failed < count;
}

const struct variant *results_variant(const struct results *results, size_t ordinal)
{
    return results->jobs[ordinal % results->job_count].variant;
}

/* A text of a record, which the case could have left without an end. */
static char *copy(const char *text, size_t size)
{
    char *made = strndup(text, strnlen(text, size - 1));
    if (!made)
        abort();
    return made;
}

static void copy_parts(struct result *result, const struct record *record)
{
    const char *parts[OBSERVATIONS];
    result->part_count = record_parts(record, parts);
    result->parts = calloc(result->part_count + 1, sizeof *result->parts);
    if (!result->parts)
        abort();
    for (size_t i = 0; i < result->part_count; i++)
        result->parts[i] = copy(parts[i], PART_SIZE);
}

/* Why a failure is one that the implementation's own platform is known for, or what it is known for
 * instead. */
static const char *own_deviation(const struct results *results, const struct variant *variant,
                                 const struct record *record, const char **instead)
{
    const char *parts[OBSERVATIONS];
    char *system = copy(record->system, SYSTEM_SIZE);
    const char *known = case_deviation(variant->of, results->options->settings.profile, system,
                                       parts, record_parts(record, parts), instead);
    free(system);
    return known;
}

void results_put(struct results *results, size_t ordinal, enum verdict verdict, const char *ended,
                 const char *reason, const struct record *record, int64_t nanoseconds)
{
    struct result *result = result_of(results, ordinal);
    const struct variant *variant = results_variant(results, ordinal);
    struct baseline *baseline = results->options->baseline;
    char known[REASON_SIZE * 2], observed[OBSERVED_SIZE];
    record_observed(record, observed, sizeof observed);
    const char *deviation = NULL, *instead = NULL, *own_instead = NULL;
    if (baseline)
        deviation = baseline_knows(baseline, variant, verdict, observed, &instead);
    if (!deviation && verdict == VERDICT_FAIL)
        deviation = own_deviation(results, variant, record, &own_instead);
    if (!instead)
        instead = own_instead;
    if (instead && !deviation) {
        snprintf(known, sizeof known, "%s; the deviation that is known here is another: %s", reason,
                 instead);
        reason = known;
    } else if (deviation) {
        snprintf(known, sizeof known, "known deviation: %s (%s: %s)", deviation,
                 verdict_name(verdict), reason);
        reason = known;
        verdict = VERDICT_SKIP;
        results->totals.deviations++;
    }
    *result = (struct result){
        .variant = variant,
        .argument = results->jobs[ordinal % results->job_count].argument,
        .repetition = (unsigned)(ordinal / results->job_count) + 1,
        .verdict = verdict,
        .observed = copy(observed, sizeof observed),
        .because_of = copy(record->because_of, sizeof record->because_of),
        .ended = ended,
        .used = record->used,
        .expected = case_outcome(variant->of, results->options->settings.profile),
        .reason = copy(reason, REASON_SIZE * 2),
        .where = copy(record->where, WHERE_SIZE),
        .transcript = dialogue_text(record),
        .capture = verdict == VERDICT_PASS || verdict == VERDICT_KEPT ? NULL : capture_of(record),
        .seconds = (double)nanoseconds / 1e9,
        .case_seconds = (double)record->case_nanoseconds / 1e9,
        .deviation = deviation != NULL,
        .known = true,
    };
    copy_parts(result, record);
    if (record->system[0]) {
        char *system = copy(record->system, SYSTEM_SIZE);
        text_take(results->totals.system, sizeof results->totals.system, system);
        free(system);
    }
    results->totals.count[verdict]++;
    results->totals.ran++;
}

static void hand_on(struct results *results, struct result *result)
{
    if (!result->known)
        return;
    EACH_REPORT(results, variant, result);
    for (size_t i = 0; i < result->part_count; i++)
        free(result->parts[i]);
    free(result->parts);
    free(result->because_of);
    free(result->observed);
    free(result->reason);
    free(result->where);
    free(result->transcript);
    capture_free(result->capture);
    result->known = false;
}

void results_flush(struct results *results)
{
    while (results->flushed < results->count && result_of(results, results->flushed)->known)
        hand_on(results, result_of(results, results->flushed++));
}

bool results_end(struct results *results, struct totals *totals, bool interrupted, double seconds)
{
    bool good = true;
    /* None has gone beyond the ring. */
    for (size_t i = 0; i < results->room && results->flushed < results->count; i++)
        hand_on(results, result_of(results, results->flushed++));
    results->totals.interrupted = interrupted;
    results->totals.seconds = seconds;
    EACH_REPORT(results, end, &results->totals);
    for (size_t i = 0; i < results->options->report_count; i++)
        good = good && !results->report_failed[i];
    *totals = results->totals;
    free(results->report_failed);
    free(results->list);
    return good;
}
