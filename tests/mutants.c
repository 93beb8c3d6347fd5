/* Proof that the checks can fail: runs the cases of every rule against the rule's mutant, and fails
 * unless each of these cases fails. Prints a table: rule, mutant, caught by, other rules that
 * failed too (of each, the first variant is run). Arguments are globs on rules. */
#include "calls/clock.h"
#include "harness/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Collects what a run says. */
struct tally {
    struct report report;
    const struct rule *rule;
    size_t failed, inconclusive, total; /* variants of the rule */
    char others[4096];                  /* rules that failed too */
    const struct rule *last_other;
    unsigned caught_cases; /* bit per case of the rule, in order */
};

static unsigned case_bit(const struct rule_case *of)
{
    unsigned bit = 1;
    for (const struct rule_case *each = of->rule->cases; each != of; each = each->next)
        bit <<= 1;
    return bit;
}

static bool count(struct report *report, const struct result *result)
{
    struct tally *tally = (struct tally *)report;
    const struct rule *rule = result->variant->of->rule;
    if (rule == tally->rule) {
        tally->total++;
        tally->failed += result->verdict == VERDICT_FAIL;
        tally->inconclusive += result->verdict == VERDICT_INCONCLUSIVE;
        if (result->verdict == VERDICT_FAIL)
            tally->caught_cases |= case_bit(result->variant->of);
    } else if (result->verdict == VERDICT_FAIL && rule != tally->last_other) {
        size_t used = strlen(tally->others);
        snprintf(tally->others + used, sizeof tally->others - used, " %s", rule->id);
        tally->last_other = rule;
    }
    return true;
}

static void close_nothing(struct report *report)
{
    (void)report;
}

/* The area of a rule: its id up to the first dot. */
static bool same_area(const struct rule *a, const struct rule *b)
{
    size_t length = strcspn(a->id, ".") + 1;
    return strncmp(a->id, b->id, length) == 0;
}

/* The numbers of constants concern no call, and no call them. */
static bool is_number(const struct rule *rule)
{
    return strncmp(rule->id, "abi.", 4) == 0;
}

/* The rule's variants and, of the other rules that wait for no timers, the first each. */
static size_t choose(const struct rule *rule, const char **filters)
{
    size_t total, chosen = 0;
    const struct variant *all = variants(&total);
    const struct rule *last = NULL;
    for (size_t i = 0; i < total; i++) {
        const struct rule *other = all[i].of->rule;
        bool meets = is_number(rule) ? same_area(rule, other) : !is_number(other);
        bool first = other != last && !(all[i].of->tags & (TAG_SLOW | TAG_WAITS));
        if (other == rule || (first && meets))
            filters[chosen++] = all[i].id;
        last = other;
    }
    return chosen;
}

/* Whether the rule has a case that a default run takes. */
static bool is_run(const struct rule *rule)
{
    for (const struct rule_case *of = rule->cases; of; of = of->next)
        if (!(of->tags & TAG_SLOW))
            return true;
    return false;
}

/* A profile under which every case of the rule can fail: one that has an outcome for them. */
static enum profile judge_by(const struct rule *rule)
{
    enum profile profile = BY_LINUX;
    if (!case_outcome(rule->cases, profile))
        for (profile = 0; profile < PROFILES - 1 && !case_outcome(rule->cases, profile); profile++)
            continue;
    return profile;
}

static bool check(const struct rule *rule, bool alone)
{
    enum profile profile = judge_by(rule);
    size_t total;
    variants(&total);
    const char **filters = calloc(total + 1, sizeof *filters);
    struct tally tally = {.report = {.variant = count, .close = close_nothing}, .rule = rule};
    struct report *reports[] = {&tally.report};
    char iut[256];
    snprintf(iut, sizeof iut, "mutant:%s", rule->id);
    struct run_options options = {.iut = iut,
                                  .settings = {.profile = profile},
                                  .jobs = 4 * (unsigned)sysconf(_SC_NPROCESSORS_ONLN),
                                  .repeat = 1,
                                  .seconds = 3,
                                  .reports = reports,
                                  .report_count = 1};
    options.settings.stack = stack_find(iut, &options.settings.stack_argument);
    options.selection.filters = filters;
    if (alone) {
        filters[0] = rule->id;
        options.selection.filter_count = 1;
    } else {
        options.selection.filter_count = choose(rule, filters);
    }
    struct totals totals;
    bool failed;
    int64_t begin = clock_now();
    enum run_end end = run(&options, &totals, &failed);
    free(filters);

    unsigned cases = 0;
    const char *missed = NULL;
    for (const struct rule_case *of = rule->cases; of; of = of->next) {
        unsigned bit = 1u << cases++;
        if (!(of->tags & TAG_SLOW) && case_outcome(of, profile) && !(tally.caught_cases & bit))
            missed = of->name;
    }
    bool good = end == RUN_DONE && !missed;
    printf("%-4s %-48s caught by %zu of %zu variants in %.1f s  %s\n", good ? "ok" : "MISS",
           rule->id, tally.failed, tally.total, (double)(clock_now() - begin) / 1e9,
           rule->mutant.how);
    if (missed)
        printf("     case %s did not fail\n", missed);
    if (tally.inconclusive)
        printf("     inconclusive: %zu\n", tally.inconclusive);
    if (tally.others[0])
        printf("     also failed:%s\n", tally.others);
    fflush(stdout);
    return good;
}

int main(int argc, char **argv)
{
    size_t checked = 0, missed = 0, left_out = 0;
    patience = 500; /* what a mutant withholds never comes */
    bool alone = argc > 1 && strcmp(argv[1], "--alone") == 0;
    for (const struct rule *rule = rules(); rule; rule = rule->next) {
        bool wanted = argc < 2 + alone;
        for (int i = 1 + alone; i < argc; i++)
            wanted |= glob_matches(argv[i], rule->id);
        if (!wanted)
            continue;
        if (!is_run(rule)) {
            printf("     %-48s has slow cases only\n", rule->id);
            left_out++;
            continue;
        }
        checked++;
        missed += !check(rule, alone);
    }
    printf("%zu passed, %zu failed, %zu skipped\n", checked - missed, missed, left_out);
    return missed || !checked;
}
