/* TAP 13: a line for each variant as it comes; what went wrong follows as a YAML block. */
#include "reports/common.h"
#include "reports/sources.h"

#include <stdlib.h>
#include <string.h>

struct tap {
    struct report report;
    struct run_info run;
    struct output *output;
    FILE *stream;
    size_t number;
};

static bool begin(struct report *report, const struct run_info *run)
{
    struct tap *tap = (struct tap *)report;
    tap->stream = output_begin(tap->output);
    tap->run = *run;
    char *iut = report_clean(run->iut), *implementation = report_clean(run->implementation);
    fprintf(tap->stream, "TAP version 13\n1..%zu\n# sockspec %s: %s (%s) by profile %s\n",
            run->selected, run->version, iut, implementation, profile_name(run->profile));
    if (run->detail)
        fprintf(tap->stream, "# %s\n", run->detail);
    free(iut);
    free(implementation);
    return output_flush(tap->output, report->why, sizeof report->why);
}

/* A text on one line, with nothing in it that TAP or YAML would take for its own. */
static void put_flat(FILE *stream, const char *text)
{
    char *clean = report_clean(text);
    for (const char *c = clean; *c; c++)
        if (*c == '#')
            fputs("\\#", stream);
        else
            fputc(*c == '\n' || *c == '\t' ? ' ' : *c, stream);
    free(clean);
}

/* A key with a double-quoted YAML string. */
static void put_key(FILE *stream, const char *key, const char *text)
{
    char *clean = report_clean(text);
    fprintf(stream, "  %s: \"", key);
    for (const char *c = clean; *c; c++)
        if (*c == '\n')
            fputs("\\n", stream);
        else if (*c == '"' || *c == '\\')
            fprintf(stream, "\\%c", *c);
        else
            fputc(*c, stream);
    fputs("\"\n", stream);
    free(clean);
}

static void put_transcript(FILE *stream, const char *transcript)
{
    char *clean = report_clean(transcript), *rest = NULL;
    fputs("  transcript: |\n", stream);
    for (char *line = strtok_r(clean, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        fprintf(stream, "    %s\n", line);
    free(clean);
}

/* Keys of a mapping are each there once. */
static void put_numbered(FILE *stream, const char *key, size_t number, const char *text)
{
    char name[32];
    snprintf(name, sizeof name, number ? "%s-%zu" : "%s", key, number + 1);
    put_key(stream, name, text);
}

static void put_trouble(struct tap *tap, const struct result *result)
{
    const struct rule *rule = result->variant->of->rule;
    char lines[SOURCE_LINES][SOURCE_LINE], *rerun = report_rerun(&tap->run, result->variant);
    fputs("  ---\n", tap->stream);
    put_key(tap->stream, "verdict", verdict_name(result->verdict));
    put_key(tap->stream, "rule", rule->statement);
    size_t count = source_lines(rule, tap->run.profile, lines);
    for (size_t i = 0; i < count; i++)
        put_numbered(tap->stream, "source", i, lines[i]);
    put_key(tap->stream, "expected", result->expected ? result->expected : "");
    put_key(tap->stream, "observed", result->observed);
    put_key(tap->stream, "reason", result->reason);
    put_key(tap->stream, "at", result->where);
    put_key(tap->stream, "again", rerun);
    free(rerun);
    if (*result->transcript)
        put_transcript(tap->stream, result->transcript);
    fputs("  ...\n", tap->stream);
}

static bool variant(struct report *report, const struct result *result)
{
    struct tap *tap = (struct tap *)report;
    bool good = result->verdict != VERDICT_FAIL && result->verdict != VERDICT_INCONCLUSIVE;
    fprintf(tap->stream, "%sok %zu - %s", good ? "" : "not ", ++tap->number, result->variant->id);
    if (result->repetition > 1)
        fprintf(tap->stream, " (%u)", result->repetition);
    if (result->verdict == VERDICT_SKIP || result->verdict == VERDICT_CHANGED) {
        fputs(" # SKIP ", tap->stream);
        put_flat(tap->stream, result->reason);
    } else {
        fprintf(tap->stream, " # time=%.3fms", result->seconds * 1000);
    }
    fputc('\n', tap->stream);
    if (!good)
        put_trouble(tap, result);
    return output_flush(tap->output, report->why, sizeof report->why);
}

static bool end(struct report *report, const struct totals *totals)
{
    struct tap *tap = (struct tap *)report;
    if (totals->interrupted)
        fputs("Bail out! interrupted\n", tap->stream);
    return output_flush(tap->output, report->why, sizeof report->why);
}

static void close_tap(struct report *report)
{
    struct tap *tap = (struct tap *)report;
    output_close(tap->output);
    free(tap);
}

struct report *report_tap(struct output *output)
{
    struct tap *tap = calloc(1, sizeof *tap);
    if (!tap)
        abort();
    tap->report =
        (struct report){.begin = begin, .variant = variant, .end = end, .close = close_tap};
    tap->output = output;
    return &tap->report;
}
