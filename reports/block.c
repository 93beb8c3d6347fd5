#include "reports/block.h"

#include "calls/clean_text.h"
#include "reports/common.h"
#include "reports/repeats.h"
#include "reports/sources.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 100, INDENT = 13 };

const char *print_color(const struct printer *printer, enum verdict verdict)
{
    static const char *const colors[VERDICTS] = {"\033[32m", "\033[31m", "\033[35m",
                                                 "\033[33m", "\033[32m", "\033[36m"};
    return printer->color ? colors[verdict] : "";
}

const char *print_plain(const struct printer *printer)
{
    return printer->color ? "\033[0m" : "";
}

const char *print_bold(const struct printer *printer)
{
    return printer->color ? "\033[1m" : "";
}

void print_clean(const struct printer *printer, const char *text)
{
    for (size_t taken; *text; text += taken ? taken : 1) {
        taken = *text == '\t' ? 1 : text_character(text);
        if (taken)
            fwrite(text, 1, taken, printer->stream);
        else
            fprintf(printer->stream, "\\x%02x", (unsigned char)*text);
    }
}

static void print_field(const struct printer *printer, const char *name, const char *value)
{
    fprintf(printer->stream, "  %-10s ", name);
    print_clean(printer, value);
    fputc('\n', printer->stream);
}

/* The lines of a text, which is cut up for them; the caller frees their list. */
static const char **split(char *text, size_t *count)
{
    const char **lines = calloc(strlen(text) / 2 + 2, sizeof *lines);
    char *rest = NULL;
    if (!lines)
        abort();
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        lines[(*count)++] = line;
    return lines;
}

static void print_lines(const struct printer *printer, const char *const *lines, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        fputs("    ", printer->stream);
        print_clean(printer, lines[i]);
        fputc('\n', printer->stream);
    }
}

/* The calls; what a case that waits does again and again is shown once, unless all is wanted. */
static void print_transcript(const struct printer *printer, const struct result *result, bool other)
{
    if (!*result->transcript)
        return;
    size_t count = 0;
    char *text = strdup(result->transcript);
    const char **lines = text ? split(text, &count) : NULL;
    if (!lines)
        abort();
    fprintf(printer->stream, "  transcript%s%s\n", other ? " of " : "",
            other ? result->variant->id : "");
    for (size_t i = 0; i < count;) {
        struct repeat again = {0};
        if (!printer->verbose)
            again = repeat_at(lines, count, i);
        size_t shown = again.times ? again.lines : 1;
        print_lines(printer, lines + i, shown);
        if (again.lines == 1)
            fprintf(printer->stream, "         (this line %zu times more)\n", again.times);
        else if (again.times)
            fprintf(printer->stream, "         (these %zu lines %zu times more)\n", again.lines,
                    again.times);
        i += shown + again.lines * again.times;
    }
    free(lines);
    free(text);
}

/* ---- the parts of a block ---- */

static void print_title(const struct printer *printer, enum verdict verdict, const char *id)
{
    fprintf(printer->stream, "\n%s%s%s %s%s%s", print_color(printer, verdict),
            verdict_name(verdict), print_plain(printer), print_bold(printer), id,
            print_plain(printer));
}

static void print_words(const struct printer *printer, const char *name, const char *sentence)
{
    fprintf(printer->stream, "  %-10s ", name);
    report_words(printer->stream, sentence, INDENT, WIDTH);
    fputc('\n', printer->stream);
}

static void print_rule(const struct printer *printer, const struct rule *rule)
{
    char lines[SOURCE_LINES][SOURCE_LINE];
    print_words(printer, "rule", rule->statement);
    size_t count = source_lines(rule, printer->run->profile, lines);
    for (size_t i = 0; i < count; i++)
        print_words(printer, i ? "" : "source", lines[i]);
}

static void print_seen(const struct printer *printer, const struct result *result)
{
    if (result->expected)
        print_field(printer, "expected", result->expected);
    print_field(printer, "observed", *result->observed ? result->observed : "nothing");
    if (*result->reason)
        print_field(printer, "because", result->reason);
    if (*result->where)
        print_field(printer, "at", result->where);
}

static void print_again(const struct printer *printer, const struct result *result)
{
    char *rerun = report_rerun(printer->run, result->variant);
    print_field(printer, "again", rerun);
    free(rerun);
}

static void print_whole(const struct printer *printer, const struct result *result)
{
    print_rule(printer, result->variant->of->rule);
    print_seen(printer, result);
    print_transcript(printer, result, false);
    print_again(printer, result);
}

void block_result(const struct printer *printer, const struct result *result)
{
    print_title(printer, result->verdict, result->variant->id);
    fputc('\n', printer->stream);
    print_whole(printer, result);
}

/* One variant, which may have run several times. */
static void block_one(const struct printer *printer, const struct group *group)
{
    print_title(printer, group->first.verdict, group->first.variant->id);
    if (group->count > 1)
        fprintf(printer->stream, ", %zu times", group->count);
    fputc('\n', printer->stream);
    print_whole(printer, &group->first);
}

/* ---- variants ---- */

/* The members of a group from the first on that are of the same case. */
static size_t same_case(const struct group *group, size_t first)
{
    size_t end = first;
    while (end < group->member_count && group->members[end]->of == group->members[first]->of)
        end++;
    return end - first;
}

static size_t ran(const struct cases_run *run, const struct rule_case *of)
{
    for (size_t i = 0; i < run->count; i++)
        if (run->of[i] == of)
            return run->ran[i];
    return 0;
}

/* The values of variants, as many in a line as there is room for. */
static void print_values(const struct printer *printer, const struct group *group, size_t first,
                         size_t count)
{
    size_t column = 0;
    for (size_t i = first; i < first + count; i++) {
        const char *values = strrchr(group->members[i]->id, '/') + 1;
        size_t length = strlen(values);
        bool fits = i > first && column + 2 + length <= WIDTH;
        if (fits)
            fputs("  ", printer->stream);
        else
            fprintf(printer->stream, "\n%*s", INDENT + 2, "");
        column = (fits ? column + 2 : INDENT + 2) + length;
        fputs(values, printer->stream);
    }
}

/* A case and which of its variants a group has. */
static void print_case(const struct printer *printer, const struct group *group, size_t first,
                       size_t count, size_t all)
{
    const char *id = group->members[first]->id, *name = strchr(id, '/') + 1;
    fprintf(printer->stream, "  %-10s %.*s", first ? "" : "variants", (int)strcspn(name, "/"),
            name);
    if (count == all) {
        fprintf(printer->stream, ": all %zu", all);
    } else {
        fprintf(printer->stream, ": %zu of %zu", count, all);
        print_values(printer, group, first, count);
    }
    fputc('\n', printer->stream);
}

static size_t all_ran(const struct cases_run *run)
{
    size_t sum = 0;
    for (size_t i = 0; i < run->count; i++)
        sum += run->ran[i];
    return sum;
}

void block_rule(const struct printer *printer, const struct group *group,
                const struct cases_run *run)
{
    const struct rule *rule = group->first.variant->of->rule;
    if (group->member_count == 1) {
        block_one(printer, group);
        return;
    }
    print_title(printer, group->first.verdict, rule->id);
    fprintf(printer->stream, ", %zu of %zu variants\n", group->member_count, all_ran(run));
    print_rule(printer, rule);
    print_seen(printer, &group->first);
    for (size_t i = 0, count; i < group->member_count; i += count) {
        count = same_case(group, i);
        print_case(printer, group, i, count, ran(run, group->members[i]->of));
    }
    print_transcript(printer, &group->first, true);
    print_again(printer, &group->first);
}

void block_changed(const struct printer *printer, const struct group *group,
                   const struct cases_run *run)
{
    bool one = group->member_count == 1;
    const struct variant *variant = group->first.variant;
    fprintf(printer->stream, "%schanged%s %s", print_color(printer, VERDICT_CHANGED),
            print_plain(printer), one ? variant->id : variant->of->rule->id);
    if (!one)
        fprintf(printer->stream, ", %zu of %zu variants", group->member_count, all_ran(run));
    fputs(": ", printer->stream);
    print_clean(printer, group->first.reason);
    fputc('\n', printer->stream);
}

/* The cases that a group is of, and how many of its variants are of each. */
static void print_cases(const struct printer *printer, const struct group *group)
{
    enum { SHOWN = 12 };
    char line[VARIANT_ID + 32];
    size_t cases = 0;
    for (size_t i = 0, count; i < group->member_count; i += count) {
        const char *id = group->members[i]->id;
        count = same_case(group, i);
        if (cases++ >= SHOWN)
            continue;
        snprintf(line, sizeof line, "%zu of %.*s", count, (int)(strrchr(id, '/') - id), id);
        print_field(printer, i ? "" : "variants", line);
    }
    if (cases > SHOWN)
        fprintf(printer->stream, "%*sand %zu cases more; --verbose shows all\n", INDENT, "",
                cases - SHOWN);
}

void block_cause(const struct printer *printer, const struct group *group, const char *cause)
{
    if (group->member_count == 1) {
        block_one(printer, group);
        return;
    }
    char title[64];
    snprintf(title, sizeof title, "%zu variants", group->member_count);
    print_title(printer, group->first.verdict, title);
    fputs(": ", printer->stream);
    print_clean(printer, cause);
    fputc('\n', printer->stream);
    print_cases(printer, group);
    print_field(printer, "first", group->first.variant->id);
    print_seen(printer, &group->first);
    print_transcript(printer, &group->first, false);
    print_again(printer, &group->first);
}
