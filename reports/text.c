#include "harness/report.h"

#include "calls/clean_text.h"
#include "calls/clock.h"
#include "reports/block.h"
#include "reports/common.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What the summary says of a suite. */
struct suite {
    char name[VARIANT_ID];
    size_t count[VERDICTS];
    double seconds;
};

struct text {
    struct report report;
    struct text_options options;
    struct run_info run;
    struct printer printer;
    struct suite *suites;
    size_t suite_count;
    /* Of the rule whose results are coming: what fails or has changed, and how much has run. */
    const struct rule *rule;
    struct groups outcomes;
    struct cases_run ran;
    /* Of the whole run: why variants were inconclusive or skips, and which rules failed. */
    struct groups causes, skips;
    const struct rule **failed;
    size_t failed_count;
    size_t seen, count[VERDICTS];
    bool progress; /* a line at the bottom shows how far the run is */
    int64_t began, drawn;
};

static bool written(struct text *text)
{
    if (fflush(text->options.stream) == 0 && !ferror(text->options.stream))
        return true;
    snprintf(text->report.why, sizeof text->report.why, "cannot write to %s: %s",
             text->options.place, strerror(errno));
    return false;
}

static void erase_progress(const struct text *text)
{
    if (text->progress && text->drawn)
        fputs("\r\033[K", text->options.stream);
}

/* With the variant that has been running longest, if there is news of one. */
static void draw_progress(struct text *text, const struct variant *longest, double running)
{
    enum { EVERY = 100000000 };
    int64_t now = clock_now();
    if (!text->progress || now - text->drawn < EVERY)
        return;
    double seconds = (double)(now - text->began) / 1e9;
    erase_progress(text);
    fprintf(text->options.stream, "%zu/%zu  %zu failed  %zu inconclusive  %.0f/s", text->seen,
            text->run.selected, text->count[VERDICT_FAIL], text->count[VERDICT_INCONCLUSIVE],
            seconds > 0 ? (double)text->seen / seconds : 0.0);
    if (longest)
        fprintf(text->options.stream, "  %.0f s in %.60s", running, longest->id);
    fflush(text->options.stream);
    text->drawn = now;
}

static void waiting(struct report *report, const struct variant *variant, double seconds)
{
    draw_progress((struct text *)report, variant, seconds);
}

static struct suite *suite_of(struct text *text, const struct rule *rule)
{
    char name[VARIANT_ID];
    rule_suite(rule, name, sizeof name);
    for (size_t i = text->suite_count; i-- > 0;)
        if (strcmp(text->suites[i].name, name) == 0)
            return &text->suites[i];
    text->suites = reallocarray(text->suites, text->suite_count + 1, sizeof *text->suites);
    if (!text->suites)
        abort();
    struct suite *suite = &text->suites[text->suite_count++];
    *suite = (struct suite){0};
    memcpy(suite->name, name, sizeof name);
    return suite;
}

static bool begin(struct report *report, const struct run_info *run)
{
    struct text *text = (struct text *)report;
    text->run = *run;
    text->printer = (struct printer){text->options.stream, text->options.color,
                                     text->options.verbose, &text->run};
    text->began = clock_now();
    text->progress = !text->options.quiet && !text->options.verbose && text->options.terminal;
    if (!text->options.quiet) {
        print_line(text->options.stream, "sockspec %s: %s%s%s%s by profile %s, %zu variants",
                   run->version, run->iut, *run->implementation ? " (" : "", run->implementation,
                   *run->implementation ? ")" : "", profile_name(run->profile), run->selected);
        if (run->detail)
            print_line(text->options.stream, "%s", run->detail);
    }
    return written(text);
}

/* ---- results ---- */

static void add_failed(struct text *text, const struct rule *rule)
{
    text->failed = reallocarray(text->failed, text->failed_count + 1, sizeof *text->failed);
    if (!text->failed)
        abort();
    text->failed[text->failed_count++] = rule;
}

/* Prints what there is to say about the rule whose results have come. */
static void end_rule(struct text *text)
{
    if (text->outcomes.count)
        erase_progress(text);
    for (size_t i = 0; i < text->outcomes.count; i++) {
        const struct group *group = &text->outcomes.list[i];
        if (group->first.verdict == VERDICT_CHANGED)
            block_changed(&text->printer, group, &text->ran);
        else
            block_rule(&text->printer, group, &text->ran);
    }
    groups_empty(&text->outcomes);
    text->ran.count = 0;
}

static void count_case(struct cases_run *run, const struct result *result)
{
    const struct rule_case *of = result->variant->of;
    size_t most = sizeof run->of / sizeof *run->of;
    if (!run->count)
        run->repetition = result->repetition;
    if (result->repetition != run->repetition)
        return;
    if (!run->count || run->of[run->count - 1] != of) {
        if (run->count == most)
            return;
        run->of[run->count] = of;
        run->ran[run->count++] = 0;
    }
    run->ran[run->count - 1]++;
}

static void print_one(const struct text *text, const struct result *result)
{
    bool reason = result->verdict == VERDICT_SKIP || result->verdict == VERDICT_CHANGED;
    fprintf(text->options.stream, "%s%-4s%s %s: ", print_color(&text->printer, result->verdict),
            verdict_name(result->verdict), print_plain(&text->printer), result->variant->id);
    print_clean(&text->printer, reason ? result->reason : result->observed);
    fprintf(text->options.stream, " (%.1f ms)\n", result->seconds * 1000);
}

static void print_at_once(const struct text *text, const struct result *result)
{
    if (result->verdict == VERDICT_FAIL || result->verdict == VERDICT_INCONCLUSIVE)
        block_result(&text->printer, result);
    else
        print_one(text, result);
}

/* Keeps what is printed when more is known. */
static void gather(struct text *text, const struct result *result)
{
    char key[KEY_SIZE];
    if (result->verdict == VERDICT_FAIL || result->verdict == VERDICT_CHANGED) {
        key_of_outcome(result, key);
        if (!text->options.verbose)
            groups_add(&text->outcomes, key, result);
    } else if (result->verdict == VERDICT_INCONCLUSIVE) {
        key_of_cause(result, key);
        groups_add(&text->causes, key, result);
    } else if (result->verdict == VERDICT_SKIP) {
        key_of_skip(result, key);
        groups_add(&text->skips, key, result);
    }
}

static bool variant(struct report *report, const struct result *result)
{
    struct text *text = (struct text *)report;
    const struct rule *rule = result->variant->of->rule;
    struct suite *suite = suite_of(text, rule);
    if (rule != text->rule)
        end_rule(text);
    text->rule = rule;
    suite->count[result->verdict]++;
    suite->seconds += result->seconds;
    text->count[result->verdict]++;
    text->seen++;
    if (result->verdict == VERDICT_FAIL)
        add_failed(text, rule);
    count_case(&text->ran, result);
    gather(text, result);
    if (text->options.verbose)
        print_at_once(text, result);
    draw_progress(text, NULL, 0);
    return written(text);
}

/* ---- the end ---- */

static bool has_failed(const struct text *text, const char *id)
{
    for (size_t i = 0; i < text->failed_count; i++)
        if (strcmp(text->failed[i]->id, id) == 0)
            return true;
    return false;
}

static void print_cause(const struct text *text, const struct group *group)
{
    char cause[KEY_SIZE + 64];
    bool is_rule = *group->first.because_of;
    snprintf(cause, sizeof cause, "%s%s%s", is_rule ? "see rule " : "", group->key,
             !is_rule                       ? ""
             : has_failed(text, group->key) ? ", which fails"
                                            : ", which does not fail here");
    block_cause(&text->printer, group, cause);
}

/* With --verbose each has been shown. */
static void print_causes(struct text *text)
{
    enum { SHOWN = 12 };
    groups_sort(&text->causes);
    for (size_t i = 0; i < text->causes.count && i < SHOWN && !text->options.verbose; i++)
        print_cause(text, &text->causes.list[i]);
    if (text->causes.count > SHOWN && !text->options.verbose)
        fprintf(text->options.stream, "\nand %zu causes more; --verbose shows all\n",
                text->causes.count - SHOWN);
}

/* Where reasons differ in a call, that of the first stands for all. */
static void print_skip(const struct text *text, const struct group *group)
{
    char line[KEY_SIZE], whole[KEY_SIZE];
    const char *rest = group->first.reason + strlen(group->key);
    snprintf(whole, sizeof whole, "%s%s%s", group->key,
             *rest && group->count > 1 ? ", for instance" : "", rest);
    text_take(line, sizeof line, whole);
    fprintf(text->options.stream, "%6zu  ", group->count);
    report_words(text->options.stream, line, 8, 100);
    fputc('\n', text->options.stream);
}

static void print_skips(struct text *text)
{
    enum { SHOWN = 20 };
    FILE *out = text->options.stream;
    if (!text->skips.count)
        return;
    groups_sort(&text->skips);
    fprintf(out, "\n%sskipped%s\n", print_bold(&text->printer), print_plain(&text->printer));
    for (size_t i = 0; i < text->skips.count && i < SHOWN; i++)
        print_skip(text, &text->skips.list[i]);
    if (text->skips.count > SHOWN)
        fprintf(out, "        and %zu reasons more; --verbose shows all\n",
                text->skips.count - SHOWN);
}

static void print_suites(const struct text *text)
{
    FILE *out = text->options.stream;
    fprintf(out, "\n%s%-32s %6s %6s %6s %6s %6s %7s %8s%s\n", print_bold(&text->printer), "suite",
            "pass", "fail", "inconc", "skip", "kept", "changed", "ms each",
            print_plain(&text->printer));
    for (size_t i = 0; i < text->suite_count; i++) {
        const struct suite *suite = &text->suites[i];
        size_t total = 0;
        fprintf(out, "%-32s", suite->name);
        for (enum verdict v = VERDICT_PASS; v < VERDICTS; v++) {
            fprintf(out, v == VERDICT_CHANGED ? " %s%7zu%s" : " %s%6zu%s",
                    suite->count[v] ? print_color(&text->printer, v) : "", suite->count[v],
                    suite->count[v] ? print_plain(&text->printer) : "");
            total += suite->count[v];
        }
        fprintf(out, " %8.1f\n", suite->seconds * 1000 / (double)total);
    }
}

static bool end(struct report *report, const struct totals *totals)
{
    struct text *text = (struct text *)report;
    FILE *out = text->options.stream;
    end_rule(text);
    erase_progress(text);
    print_causes(text);
    if (!text->options.quiet) {
        print_suites(text);
        print_skips(text);
    }
    fprintf(out, "%s%zu passed, %zu failed, %zu inconclusive, %zu skipped in %.1f s%s\n",
            text->options.quiet ? "" : "\n", totals->count[VERDICT_PASS],
            totals->count[VERDICT_FAIL], totals->count[VERDICT_INCONCLUSIVE],
            totals->count[VERDICT_SKIP], totals->seconds,
            totals->interrupted ? " (incomplete)" : "");
    if (totals->count[VERDICT_KEPT] + totals->count[VERDICT_CHANGED])
        fprintf(out,
                "beside them no document says what is right in %zu: it was always so in %zu, %zu "
                "changed\n",
                totals->count[VERDICT_KEPT] + totals->count[VERDICT_CHANGED],
                totals->count[VERDICT_KEPT], totals->count[VERDICT_CHANGED]);
    if (totals->deviations)
        fprintf(out, "of those skipped, %zu are known deviations\n", totals->deviations);
    if (totals->interrupted)
        fprintf(out, "%zu of %zu variants had run\n", totals->ran, text->run.selected);
    return written(text);
}

static void close_text(struct report *report)
{
    struct text *text = (struct text *)report;
    free(text->suites);
    groups_empty(&text->outcomes);
    groups_empty(&text->causes);
    groups_empty(&text->skips);
    free(text->failed);
    free(text);
}

struct report *report_text(const struct text_options *options)
{
    struct text *text = calloc(1, sizeof *text);
    if (!text)
        abort();
    text->report = (struct report){
        .begin = begin, .variant = variant, .end = end, .waiting = waiting, .close = close_text};
    text->options = *options;
    return &text->report;
}
