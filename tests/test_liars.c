/* Libraries that are broken in one way each, put before the C library by --iut preload
 * (tests/liars): ways to be wrong that suites took for good, and bugs that users of other stacks
 * reported. For each a rule must fail that is about just this, whose id the table has; where no
 * document forbids the lie, the rule must say that something has changed. A liar whose rule does
 * not exist yet is listed as open.
 *
 * With names of liars as arguments: prints which rules fail for them, of all. */
#include "harness/run.h"
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* So many variants of a case meet a liar. */
enum { OF_A_CASE = 2 };

/* How long one may take. */
static const double seconds = 1;

struct lie {
    const char *liar; /* its name, as tests/liars has it */
    const char *by;   /* rules of which one must fail, as globs; all of their cases run */
    const char *on;   /* if only variants that match this glob are of use */
    const char *also; /* rules that run as well and must not be inconclusive */
    const char *says; /* the reason of each failure has this text */
    bool pinned;      /* no document says that it is a lie, only that it was otherwise */
};

static const struct lie lies[] = {
#include "tests/liars/lies.h"
};

enum { LIES = sizeof lies / sizeof *lies };

struct fate {
    char library[PATH_MAX];
    size_t ran, failed, inconclusive;
    const struct rule *caught; /* the first of the rules that should fail */
    const struct rule *unsure; /* one of those that may not be inconclusive */
    char reason[512];          /* of a failure that does not say what it should */
    bool open;                 /* there is no such rule */
};

static struct fate outcomes[LIES];
static char honest[PATH_MAX];
static bool *fails_anyway; /* by a variant's place: an honest library fails it too */

/* ---- what runs ---- */

/* Globs that are separated by blanks. */
static bool any_matches(const char *globs, const char *id)
{
    char glob[128];
    for (const char *at = globs; at && *at; at += strcspn(at, " "), at += strspn(at, " ")) {
        snprintf(glob, sizeof glob, "%.*s", (int)strcspn(at, " "), at);
        if (glob_matches(glob, id))
            return true;
    }
    return false;
}

static bool rule_exists(const char *globs)
{
    for (const struct rule *rule = rules(); rule; rule = next_rule(rule))
        if (any_matches(globs, rule->id))
            return true;
    return false;
}

static bool is_judged(const struct variant *variant, bool pinned)
{
    return (pinned ? case_pinned(variant->of, BY_LINUX) : case_outcome(variant->of, BY_LINUX)) !=
           NULL;
}

static bool is_wanted(const struct lie *lie, const struct variant *variant)
{
    const char *rule = variant->of->rule->id;
    return is_judged(variant, lie->pinned) && !(variant->of->tags & TAG_SLOW) &&
           (any_matches(lie->by, rule) || any_matches(lie->also, rule)) &&
           (!lie->on || glob_matches(lie->on, variant->id));
}

/* Adds the jobs of a liar; one that is as honest as a library can be takes the same ones. */
static size_t add_jobs(const struct lie *lie, const char *library, struct job *jobs)
{
    size_t count, added = 0, of_case = 0;
    const struct variant *all = variants(&count);
    const struct rule_case *last = NULL;
    for (size_t i = 0; i < count; i++) {
        if (!is_wanted(lie, &all[i]))
            continue;
        of_case = all[i].of == last ? of_case + 1 : 0;
        last = all[i].of;
        if (of_case < OF_A_CASE)
            jobs[added++] = (struct job){&all[i], library};
    }
    return added;
}

/* ---- what becomes of it ---- */

static size_t place_of(const struct variant *variant)
{
    size_t count;
    return (size_t)(variant - variants(&count));
}

static void close_nothing(struct report *report)
{
    (void)report;
}

static bool note_honest(struct report *report, const struct result *result)
{
    (void)report;
    fails_anyway[place_of(result->variant)] |=
        result->verdict == VERDICT_FAIL || result->verdict == VERDICT_CHANGED;
    return true;
}

static void note_failure(const struct lie *lie, struct fate *outcome, const struct result *result)
{
    const struct rule *rule = result->variant->of->rule;
    if (fails_anyway[place_of(result->variant)])
        return;
    outcome->failed++;
    if (any_matches(lie->by, rule->id))
        outcome->caught = rule;
    if (lie->says && !strstr(result->reason, lie->says))
        snprintf(outcome->reason, sizeof outcome->reason, "%s", result->reason);
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool note_lie(struct report *report, const struct result *result)
{
    (void)report;
    const struct rule *rule = result->variant->of->rule;
    for (size_t i = 0; i < LIES; i++) {
        struct fate *outcome = &outcomes[i];
        if (strcmp(outcome->library, result->argument) != 0 ||
            !is_wanted(&lies[i], result->variant))
            continue;
        outcome->ran++;
        if (result->verdict == (lies[i].pinned ? VERDICT_CHANGED : VERDICT_FAIL))
            note_failure(&lies[i], outcome, result);
        if (result->verdict != VERDICT_INCONCLUSIVE)
            continue;
        outcome->inconclusive++;
        if (any_matches(lies[i].also, rule->id) && begins(result->reason, "precondition failed"))
            outcome->unsure = rule;
    }
    return true;
}

static bool note_all(struct report *report, const struct result *result)
{
    (void)report;
    static const struct rule *last;
    if (result->verdict == VERDICT_FAIL && result->variant->of->rule != last) {
        last = result->variant->of->rule;
        printf("  %s: %s\n", last->id, result->reason);
    }
    return true;
}

static bool run_jobs(const struct job *jobs, size_t count,
                     bool (*note)(struct report *, const struct result *))
{
    struct report report = {.variant = note, .close = close_nothing}, *reports[] = {&report};
    struct run_options options = {.iut = "preload",
                                  .settings = {.profile = BY_LINUX, .seconds = seconds},
                                  .jobs = jobs,
                                  .job_count = count,
                                  .repeat = 1,
                                  .reports = reports,
                                  .report_count = 1};
    struct totals totals;
    bool failed;
    options.settings.stack = stack_find("preload", &options.settings.stack_argument);
    return run(&options, &totals, &failed) == RUN_DONE;
}

/* Each variant once. */
static size_t each_once(const struct job *jobs, size_t count, struct job *once)
{
    size_t all, added = 0;
    variants(&all);
    bool *taken = calloc(all + 1, sizeof *taken);
    for (size_t i = 0; taken && i < count; i++) {
        size_t place = place_of(jobs[i].variant);
        if (!taken[place])
            once[added++] = (struct job){jobs[i].variant, honest};
        taken[place] = true;
    }
    free(taken);
    return added;
}

/* Has the honest library and then all liars run; before CUnit is used for anything else. */
static bool run_lies(void)
{
    size_t count, all = 0;
    variants(&count);
    struct job *jobs = calloc(LIES * count + 1, sizeof *jobs),
               *truths = calloc(count + 1, sizeof *truths);
    fails_anyway = calloc(count + 1, sizeof *fails_anyway);
    if (!jobs || !truths || !fails_anyway)
        abort();
    for (size_t i = 0; i < LIES; i++)
        all += add_jobs(&lies[i], outcomes[i].library, jobs + all);
    bool ran = run_jobs(truths, each_once(jobs, all, truths), note_honest) &&
               run_jobs(jobs, all, note_lie);
    free(jobs);
    free(truths);
    free(fails_anyway);
    CU_cleanup_registry();
    return ran;
}

/* ---- the libraries ---- */

/* Makes the library a liar by a name of its own; its path. */
static void make_liar(const char *name, char path[PATH_MAX])
{
    char directory[PATH_MAX / 2], library[PATH_MAX];
    snprintf(directory, sizeof directory, "%s", getenv("SOCKSPEC"));
    dirname(directory);
    snprintf(library, sizeof library, "%s/libliars.so", directory);
    snprintf(path, PATH_MAX, "%s/liars", directory);
    mkdir(path, 0755);
    snprintf(path, PATH_MAX, "%s/liars/liar-%s.so", directory, name);
    unlink(path);
    if (link(library, path) != 0) {
        perror(path);
        exit(1);
    }
}

static bool prepare(void)
{
    char why[256] = "";
    const char *argument;
    make_liar("honest", honest);
    for (size_t i = 0; i < LIES; i++) {
        make_liar(lies[i].liar, outcomes[i].library);
        outcomes[i].open = !rule_exists(lies[i].by);
    }
    const struct stack *stack = stack_find("preload", &argument);
    if (!stack->check(honest, why, sizeof why))
        fprintf(stderr, "%s\n", why);
    return !*why;
}

/* ---- tests ---- */

static void print_lie(const struct lie *lie, const struct fate *outcome)
{
    bool good = outcome->caught && !outcome->unsure && !outcome->reason[0];
    printf("\n    %-4s %-26s %3zu of %3zu fail, %2zu inconclusive  %s%s%s%s",
           outcome->open ? "open"
           : good        ? "ok"
                         : "MISS",
           lie->liar, outcome->failed, outcome->ran, outcome->inconclusive,
           outcome->caught ? outcome->caught->id : lie->by,
           outcome->unsure ? "; inconclusive: " : "", outcome->unsure ? outcome->unsure->id : "",
           outcome->reason);
    CU_ASSERT(good || outcome->open);
}

static void test_lies(void)
{
    for (size_t i = 0; i < LIES; i++)
        print_lie(&lies[i], &outcomes[i]);
}

/* An implementation without sockets that did not declare so is not one that conforms. */
static void test_no_socket(void)
{
    static const struct {
        const char *style;
        int status;
    } styles[] = {{"sockspec", 3}, {"bisect", 125}, {"kselftest", 1}};
    char library[PATH_MAX];
    make_liar("no-socket", library);
    for (size_t i = 0; i < sizeof styles / sizeof *styles; i++) {
        char line[PATH_MAX + 128];
        snprintf(
            line, sizeof line,
            "SOCKSPEC run --quiet --exit-style %s --iut preload:%s --filter udp.*/*ipv4* --filter "
            "tcp.half-close.*/*ipv4*",
            styles[i].style, library);
        struct finished finished = run_line(line);
        CU_ASSERT(finished.status == styles[i].status || finished.status == 1);
        if (finished.status != styles[i].status && finished.status != 1)
            printf("\n    %s: status %d: %s", styles[i].style, finished.status, finished.out);
        CU_ASSERT_PTR_NOT_NULL(strstr(finished.out, " 0 skipped"));
        finished_free(&finished);
    }
}

/* ---- */

static bool is_tried(const struct variant *variant, const struct variant *before)
{
    return !(variant->of->tags & TAG_SLOW) && case_outcome(variant->of, BY_LINUX) &&
           (!before || before->of != variant->of || strstr(variant->id, "v6only"));
}

static int print_failing(char **names)
{
    size_t count, added;
    const struct variant *all = variants(&count);
    struct job *jobs = calloc(count + 1, sizeof *jobs);
    if (!jobs || !prepare())
        return 1;
    for (; *names; names++) {
        char library[PATH_MAX];
        make_liar(*names, library);
        added = 0;
        for (size_t i = 0; i < count; i++)
            if (is_tried(&all[i], i ? &all[i - 1] : NULL))
                jobs[added++] = (struct job){&all[i], library};
        printf("%s\n", *names);
        if (!run_jobs(jobs, added, note_all))
            return 1;
    }
    free(jobs);
    return 0;
}

int main(int argc, char **argv)
{
    support_init();
    if (argc > 1)
        return print_failing(argv + 1);
    if (!prepare() || !run_lies())
        return 1;
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("liars", NULL, NULL);
    CU_add_test(suite, "lies", test_lies);
    CU_add_test(suite, "no socket", test_no_socket);
    return run_tests();
}
