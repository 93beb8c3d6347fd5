/* Proof that what an implementation does wrong is seen: each operation that cases use is broken in
 * each way that applies to it (harness/broken.h), and in every cell of this table a rule must fail
 * that names the operation. Not only inconclusive cases, and not only rules about something else.
 * Prints the table. An operation that no rule names yet is listed as open. Arguments are globs on
 * "operation/way". */
#include "harness/about.h"
#include "harness/broken.h"
#include "harness/run.h"
#include "stacks/agent/program/family.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* So many variants of a rule, and of all rules, meet a broken implementation. Those that have most
 * to do with it come first. */
enum { OF_A_CASE = 2, OF_A_CELL = 60 };

struct cell {
    enum operation operation;
    enum way way;
    char argument[64];
    size_t ran, failed, inconclusive;
    const struct rule *caught; /* by this rule, which names the operation */
    const struct rule *beside; /* or failed this one, which does not */
};

struct sweep {
    struct report report;
    struct operations *used; /* by a variant's place: what it performs on the IUT */
    struct cell *cells;
    size_t count;
};

static void close_nothing(struct report *report)
{
    (void)report;
}

static size_t place_of(const struct variant *variant)
{
    size_t count;
    return (size_t)(variant - variants(&count));
}

/* ---- what the cases use ---- */

static bool note_use(struct report *report, const struct result *result)
{
    struct sweep *sweep = (struct sweep *)report;
    if (result->verdict == VERDICT_PASS)
        sweep->used[place_of(result->variant)] = result->used;
    return true;
}

/* Words by which a statement speaks of several calls at once. */
static bool has_word(const char *statement, const char *const *words)
{
    for (; *words; words++)
        if (strcasestr(statement, *words))
            return true;
    return false;
}

/* Whether a rule is about an operation: it names it, or speaks of it among several. */
static bool names(const struct rule *rule, enum operation operation)
{
    static const char *const sending[] = {"send", "sent", NULL},
                             *const receiving[] = {"receiv", "read", NULL},
                             *const readiness[] = {"readable", "writable", "readiness",
                                                   "reported", "ready",    NULL};
    const struct operation_info *info = operation_info(operation);
    return rule_names(rule, operation) ||
           (info->result == R_SENT && has_word(rule->statement, sending)) ||
           (info->result == R_RECEIVED && has_word(rule->statement, receiving)) ||
           (info->result == R_READY && has_word(rule->statement, readiness));
}

/* ---- what becomes of broken ones ---- */

static bool note_cell(struct report *report, const struct result *result)
{
    struct sweep *sweep = (struct sweep *)report;
    static size_t at;
    const struct rule *rule = result->variant->of->rule;
    while (strcmp(sweep->cells[at].argument, result->argument) != 0)
        at = (at + 1) % sweep->count;
    struct cell *cell = &sweep->cells[at];
    cell->ran++;
    cell->inconclusive += result->verdict == VERDICT_INCONCLUSIVE;
    if (result->verdict != VERDICT_FAIL)
        return true;
    cell->failed++;
    if (names(rule, cell->operation))
        cell->caught = cell->caught ? cell->caught : rule;
    else
        cell->beside = rule;
    return true;
}

static bool run_all(struct sweep *sweep, const char *stack, const struct job *jobs, size_t count,
                    double seconds)
{
    struct report *reports[] = {&sweep->report};
    struct run_options options = {.iut = stack,
                                  .settings = {.profile = BY_LINUX, .seconds = seconds},
                                  .jobs = jobs,
                                  .job_count = count,
                                  .repeat = 1,
                                  .reports = reports,
                                  .report_count = 1};
    struct totals totals;
    bool failed;
    options.settings.stack = stack_find(stack, &options.settings.stack_argument);
    return run(&options, &totals, &failed) == RUN_DONE;
}

static bool is_quick(const struct variant *variant)
{
    return !(variant->of->tags & TAG_SLOW) && case_outcome(variant->of, BY_LINUX);
}

/* Adds a cell's jobs: first of the rules that name the operation. */
static size_t add_jobs(const struct sweep *sweep, const struct cell *cell, struct job *jobs)
{
    size_t all_count, added = 0;
    const struct variant *all = variants(&all_count);
    for (int naming = 1; naming >= 0; naming--) {
        const struct rule_case *last = NULL;
        size_t of_case = 0;
        for (size_t i = 0; i < all_count && (naming || added < OF_A_CELL); i++) {
            if (!is_quick(&all[i]) || !operations_has(&sweep->used[i], cell->operation) ||
                names(all[i].of->rule, cell->operation) != naming)
                continue;
            of_case = all[i].of == last ? of_case + 1 : 0;
            last = all[i].of;
            if (of_case < OF_A_CASE)
                jobs[added++] = (struct job){&all[i], cell->argument};
        }
    }
    return added;
}

static bool is_wanted(const char *argument, char **globs, int count)
{
    bool wanted = count == 0;
    for (int i = 0; i < count; i++)
        wanted |= glob_matches(globs[i], argument);
    return wanted;
}

/* Operations that a rule is about and that cases perform. */
static bool is_in_use(const struct sweep *sweep, enum operation operation)
{
    size_t count;
    const struct variant *all = variants(&count);
    for (size_t i = 0; i < count; i++)
        if (operations_has(&sweep->used[i], operation) && names(all[i].of->rule, operation))
            return true;
    return false;
}

static void add_cells(struct sweep *sweep, char **globs, int count)
{
    for (int o = 0; o < OPERATIONS_COUNT; o++) {
        enum operation operation = (enum operation)o;
        if (operation_info(operation)->question)
            continue;
        if (!is_in_use(sweep, operation)) {
            printf("open %s: no rule about it yet\n", operation_info(operation)->name);
            continue;
        }
        for (enum way way = 0; way < WAYS; way++) {
            struct cell cell = {.operation = operation, .way = way};
            snprintf(cell.argument, sizeof cell.argument, "%s/%s", operation_info(operation)->name,
                     way_name(way));
            if (way_applies(way, operation) && is_wanted(cell.argument, globs, count))
                sweep->cells[sweep->count++] = cell;
        }
    }
}

static bool print_cell(const struct cell *cell)
{
    printf("%-4s %-32s %3zu of %3zu fail, %3zu inconclusive  %s%s\n", cell->caught ? "ok" : "MISS",
           cell->argument, cell->failed, cell->ran, cell->inconclusive,
           cell->caught   ? cell->caught->id
           : cell->beside ? "only a rule about something else: "
                          : "",
           cell->caught || !cell->beside ? "" : cell->beside->id);
    return cell->caught;
}

int main(int argc, char **argv)
{
    size_t count, jobs_count = 0, missed = 0;
    const struct variant *all = variants(&count);
    struct sweep sweep = {.report = {.variant = note_use, .close = close_nothing}};
    struct job *jobs = calloc(count + 1, sizeof *jobs);
    family_resume_if_asked(argc, argv);
    sweep.used = calloc(count + 1, sizeof *sweep.used);
    sweep.cells = calloc((size_t)OPERATIONS_COUNT * WAYS, sizeof *sweep.cells);
    if (!jobs || !sweep.used || !sweep.cells)
        abort();
    for (size_t i = 0; i < count; i++)
        if (is_quick(&all[i]))
            jobs[jobs_count++].variant = &all[i];
    if (!run_all(&sweep, "host", jobs, jobs_count, 10))
        exit(1);

    add_cells(&sweep, argv + 1, argc - 1);
    free(jobs);
    jobs = calloc(sweep.count * (count + 1) + 1, sizeof *jobs);
    if (!jobs)
        abort();
    jobs_count = 0;
    for (size_t i = 0; i < sweep.count; i++)
        jobs_count += add_jobs(&sweep, &sweep.cells[i], jobs + jobs_count);
    sweep.report.variant = note_cell;
    if (!run_all(&sweep, "broken", jobs, jobs_count, 1))
        exit(1);

    for (size_t i = 0; i < sweep.count; i++)
        missed += !print_cell(&sweep.cells[i]);
    printf("%zu passed, %zu failed\n", sweep.count - missed, missed);
    free(jobs);
    free(sweep.used);
    free(sweep.cells);
    return missed || sweep.count == 0;
}
