#include "harness/report.h"

#include "calls/clean_text.h"
#include "calls/clock.h"
#include "reports/blame.h"
#include "reports/sources.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    struct suite *suites;
    size_t suite_count;
    struct blame *blame;
    size_t seen, count[VERDICTS];
    bool progress; /* a line at the bottom shows how far the run is */
    int64_t began, drawn;
};

static const char *color(const struct text *text, enum verdict verdict)
{
    static const char *const colors[VERDICTS] = {"\033[32m", "\033[31m", "\033[35m",
                                                 "\033[33m", "\033[32m", "\033[36m"};
    return text->options.color ? colors[verdict] : "";
}

static const char *plain(const struct text *text)
{
    return text->options.color ? "\033[0m" : "";
}

static const char *bold(const struct text *text)
{
    return text->options.color ? "\033[1m" : "";
}

static bool written(struct text *text)
{
    if (fflush(text->options.stream) == 0 && !ferror(text->options.stream))
        return true;
    snprintf(text->report.why, sizeof text->report.why, "cannot write to the terminal: %s",
             strerror(errno));
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
    text->began = clock_now();
    text->progress =
        !text->options.quiet && !text->options.verbose && isatty(fileno(text->options.stream));
    if (!text->options.quiet)
        fprintf(text->options.stream, "sockspec %s: %s%s (%s %s, %s) by profile %s, %zu variants\n",
                run->version, run->iut, strcmp(run->iut, "host") == 0 ? "" : " on this machine",
                run->system.sysname, run->system.release, run->libc, profile_name(run->profile),
                run->selected);
    return written(text);
}

static void print_field(const struct text *text, const char *name, const char *value)
{
    fprintf(text->options.stream, "  %-10s ", name);
    text_print(text->options.stream, value, strlen(value));
    fputc('\n', text->options.stream);
}

static void print_transcript(const struct text *text, const char *transcript)
{
    if (!*transcript)
        return;
    fputs("  transcript\n", text->options.stream);
    while (*transcript) {
        size_t length = strcspn(transcript, "\n");
        fputs("    ", text->options.stream);
        text_print(text->options.stream, transcript, length);
        fputc('\n', text->options.stream);
        transcript += length + (transcript[length] == '\n');
    }
}

static void print_trouble(const struct text *text, const struct result *result)
{
    const struct rule *rule = result->variant->of->rule;
    FILE *out = text->options.stream;
    char lines[SOURCE_LINES][SOURCE_LINE], *rerun = report_rerun(&text->run, result->variant);
    fprintf(out, "\n%s%s%s %s%s%s\n", color(text, result->verdict), verdict_name(result->verdict),
            plain(text), bold(text), result->variant->id, plain(text));
    print_field(text, "rule", rule->statement);
    size_t count = source_lines(rule, text->run.profile, lines);
    for (size_t i = 0; i < count; i++)
        print_field(text, i ? "" : "source", lines[i]);
    if (result->expected)
        print_field(text, "expected", result->expected);
    print_field(text, "observed", *result->observed ? result->observed : "nothing");
    if (*result->reason)
        print_field(text, "because", result->reason);
    if (*result->where)
        print_field(text, "at", result->where);
    print_transcript(text, result->transcript);
    print_field(text, "again", rerun);
    free(rerun);
}

static bool variant(struct report *report, const struct result *result)
{
    struct text *text = (struct text *)report;
    struct suite *suite = suite_of(text, result->variant->of->rule);
    bool trouble = result->verdict == VERDICT_FAIL || result->verdict == VERDICT_INCONCLUSIVE;
    suite->count[result->verdict]++;
    suite->seconds += result->seconds;
    text->count[result->verdict]++;
    blame_add(text->blame, result);
    text->seen++;
    if (trouble) {
        erase_progress(text);
        print_trouble(text, result);
    } else if (text->options.verbose || result->verdict == VERDICT_CHANGED) {
        const char *said = result->verdict == VERDICT_SKIP || result->verdict == VERDICT_CHANGED
                               ? result->reason
                               : result->observed;
        fprintf(text->options.stream, "%s%-4s%s %s: ", color(text, result->verdict),
                verdict_name(result->verdict), plain(text), result->variant->id);
        text_print(text->options.stream, said, strlen(said));
        fprintf(text->options.stream, " (%.1f ms)\n", result->seconds * 1000);
    }
    draw_progress(text, NULL, 0);
    return written(text);
}

static void print_suites(const struct text *text)
{
    FILE *out = text->options.stream;
    fprintf(out, "\n%s%-32s %6s %6s %6s %6s %6s %7s %8s%s\n", bold(text), "suite", "pass", "fail",
            "inconc", "skip", "kept", "changed", "ms each", plain(text));
    for (size_t i = 0; i < text->suite_count; i++) {
        const struct suite *suite = &text->suites[i];
        size_t total = 0;
        fprintf(out, "%-32s", suite->name);
        for (enum verdict v = VERDICT_PASS; v < VERDICTS; v++) {
            fprintf(out, v == VERDICT_CHANGED ? " %s%7zu%s" : " %s%6zu%s",
                    suite->count[v] ? color(text, v) : "", suite->count[v],
                    suite->count[v] ? plain(text) : "");
            total += suite->count[v];
        }
        fprintf(out, " %8.1f\n", suite->seconds * 1000 / (double)total);
    }
}

static bool end(struct report *report, const struct totals *totals)
{
    struct text *text = (struct text *)report;
    FILE *out = text->options.stream;
    erase_progress(text);
    if (!text->options.quiet)
        print_suites(text);
    blame_print(text->blame, out);
    fprintf(out, "%s%zu passed, %zu failed, %zu inconclusive, %zu skipped in %.1f s%s\n",
            text->options.quiet ? "" : "\n", totals->count[VERDICT_PASS],
            totals->count[VERDICT_FAIL], totals->count[VERDICT_INCONCLUSIVE],
            totals->count[VERDICT_SKIP], totals->seconds,
            totals->interrupted ? " (ended early)" : "");
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
    blame_free(text->blame);
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
    text->blame = blame_create();
    return &text->report;
}
