/* Proof that the checks can fail: runs the cases of every rule against the rule's mutant, all in
 * one run, and fails unless each of these cases fails. Prints a table: rule, mutant, caught by.
 * With --cross each mutant also meets a variant of every other rule, and the table says which fail
 * too: that takes the square of the time. Further arguments are globs on rules. */
#include "harness/run.h"
#include "stacks/agent/program/family.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What became of a rule's mutant. */
struct fate {
    const struct rule *rule;
    size_t failed, inconclusive, total; /* variants of the rule */
    unsigned caught;                    /* bit per case of the rule, in order */
    char others[1024];                  /* rules that failed too */
    const struct rule *last_other;
};

struct tally {
    struct report report;
    struct fate *fates;
    size_t count;
};

static unsigned case_bit(const struct rule_case *of)
{
    unsigned bit = 1;
    for (const struct rule_case *each = cases_of(of->rule); each != of; each = case_next(each))
        bit <<= 1;
    return bit;
}

/* Jobs come in the order of mutants, so the one of the last result is likely this one's. */
static struct fate *fate_of(struct tally *tally, const char *id)
{
    static size_t at;
    at %= tally->count;
    for (size_t i = 0; i < tally->count; i++, at = (at + 1) % tally->count)
        if (strcmp(tally->fates[at].rule->id, id) == 0)
            return &tally->fates[at];
    abort();
}

/* Where no document says what is right, a mutant does something else than was always done. */
static bool is_caught(enum verdict verdict)
{
    return verdict == VERDICT_FAIL || verdict == VERDICT_CHANGED;
}

static bool count(struct report *report, const struct result *result)
{
    struct fate *fate = fate_of((struct tally *)report, result->argument);
    const struct rule *rule = result->variant->of->rule;
    if (rule == fate->rule) {
        fate->total++;
        fate->failed += is_caught(result->verdict);
        fate->inconclusive += result->verdict == VERDICT_INCONCLUSIVE;
        if (is_caught(result->verdict))
            fate->caught |= case_bit(result->variant->of);
    } else if (result->verdict == VERDICT_FAIL && rule != fate->last_other) {
        size_t used = strlen(fate->others);
        snprintf(fate->others + used, sizeof fate->others - used, " %s", rule->id);
        fate->last_other = rule;
    }
    return true;
}

static void close_nothing(struct report *report)
{
    (void)report;
}

/* The profile that says most about a rule: its cases are judged by that. */
static enum profile profile_of(const struct rule *rule)
{
    for (enum profile profile = BY_LINUX;; profile = (profile + 1) % PROFILES) {
        for (const struct rule_case *of = cases_of(rule); of; of = case_next(of))
            if (case_outcome(of, profile) || case_pinned(of, profile))
                return profile;
        if ((profile + 1) % PROFILES == BY_LINUX)
            return BY_LINUX;
    }
}

static bool is_run(const struct rule *rule)
{
    for (const struct rule_case *of = cases_of(rule); of; of = case_next(of))
        if (!(of->tags & TAG_SLOW))
            return true;
    return false;
}

struct jobs {
    struct job *list;
    size_t count, room;
};

static void add_job(struct jobs *jobs, const struct variant *variant, const char *argument)
{
    if (jobs->count == jobs->room) {
        jobs->room = jobs->room ? 2 * jobs->room : 4096;
        jobs->list = reallocarray(jobs->list, jobs->room, sizeof *jobs->list);
        if (!jobs->list)
            abort();
    }
    jobs->list[jobs->count++] = (struct job){variant, argument};
}

/* The variants of a rule against its mutant; with cross the first one of each other rule too. */
static void add_jobs(struct jobs *jobs, const struct rule *rule, bool cross)
{
    size_t all_count;
    const struct variant *all = variants(&all_count);
    const struct rule *last = NULL;
    for (size_t i = 0; i < all_count; i++) {
        const struct rule_case *of = all[i].of;
        bool first = of->rule != last;
        last = of->rule;
        if (!(of->tags & TAG_SLOW) && (of->rule == rule || (cross && first)))
            add_job(jobs, &all[i], rule->id);
    }
}

static void run_jobs(struct tally *tally, const struct jobs *jobs, enum profile profile)
{
    struct report *reports[] = {&tally->report};
    struct run_options options = {.iut = "mutant",
                                  .settings = {.profile = profile, .seconds = 2},
                                  .jobs = jobs->list,
                                  .job_count = jobs->count,
                                  .repeat = 1,
                                  .reports = reports,
                                  .report_count = 1};
    struct totals totals;
    bool failed;
    options.settings.stack = stack_find("mutant", &options.settings.stack_argument);
    if (jobs->count && run(&options, &totals, &failed) != RUN_DONE)
        exit(1);
}

/* Prints what became of a rule; false if a case of it did not fail. */
static bool report(const struct fate *fate, enum profile profile)
{
    const char *missed = NULL;
    for (const struct rule_case *of = cases_of(fate->rule); of; of = case_next(of))
        if (!(of->tags & TAG_SLOW) && (case_outcome(of, profile) || case_pinned(of, profile)) &&
            !(fate->caught & case_bit(of)))
            missed = of->name;
    printf("%-4s %-48s caught by %zu of %zu variants  %s\n", missed ? "MISS" : "ok", fate->rule->id,
           fate->failed, fate->total, mutant_of(fate->rule)->how);
    if (missed)
        printf("     case %s did not fail\n", missed);
    if (fate->inconclusive)
        printf("     inconclusive: %zu\n", fate->inconclusive);
    if (fate->others[0])
        printf("     also failed:%s\n", fate->others);
    return !missed;
}

static bool is_wanted(const struct rule *rule, char **globs, int count)
{
    bool wanted = count == 0;
    for (int i = 0; i < count; i++)
        wanted |= glob_matches(globs[i], rule->id);
    return wanted;
}

int main(int argc, char **argv)
{
    bool cross = argc > 1 && strcmp(argv[1], "--cross") == 0;
    size_t checked = 0, missed = 0, left_out = 0;
    family_resume_if_asked(argc, argv);
    for (enum profile profile = 0; profile < PROFILES; profile++) {
        struct jobs jobs = {0};
        struct tally tally = {.report = {.variant = count, .close = close_nothing}};
        for (const struct rule *rule = rules(); rule; rule = next_rule(rule)) {
            if (profile_of(rule) != profile || !is_wanted(rule, argv + 1 + cross, argc - 1 - cross))
                continue;
            if (!is_run(rule)) {
                printf("     %-48s has slow cases only\n", rule->id);
                left_out++;
                continue;
            }
            tally.fates = reallocarray(tally.fates, tally.count + 1, sizeof *tally.fates);
            if (!tally.fates)
                abort();
            tally.fates[tally.count++] = (struct fate){.rule = rule};
            add_jobs(&jobs, rule, cross);
        }
        run_jobs(&tally, &jobs, profile);
        for (size_t i = 0; i < tally.count; i++)
            missed += !report(&tally.fates[i], profile);
        checked += tally.count;
        free(tally.fates);
        free(jobs.list);
    }
    printf("%zu passed, %zu failed, %zu skipped\n", checked - missed, missed, left_out);
    return missed || !checked;
}
