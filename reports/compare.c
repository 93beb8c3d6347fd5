#include "reports/compare.h"

#include "calls/clean_text.h"
#include "harness/judge.h"
#include "harness/variant.h"
#include "reports/common.h"
#include "reports/sources.h"

#include <stdlib.h>
#include <string.h>

enum { COMPARED_PARTS = 32 };

/* Whether a case observed all that there is, so that any profile can judge it by that. */
static bool is_whole(const json_t *line)
{
    return strcmp(json_text(line, "ended"), "whole") == 0;
}

/* The parts of what was observed; gives how many there are. */
static size_t parts_of(const json_t *line, const char *parts[COMPARED_PARTS])
{
    size_t i, count = 0;
    json_t *part;
    json_array_foreach (json_object_get(line, "parts"), i, part) {
        if (count < COMPARED_PARTS && json_is_string(part))
            parts[count++] = json_string_value(part);
    }
    return count;
}

static bool is_known(const json_t *line)
{
    return json_is_true(json_object_get(line, "known"));
}

/* What a profile says of a line of a report. A deviation that was known when the run was judged by
 * that profile is none of this run's. */
static enum verdict judge_line(const json_t *line, const struct rule_case *of, enum profile profile,
                               const json_t *run)
{
    const char *outcome = case_outcome(of, profile), *parts[COMPARED_PARTS];
    size_t wrong, count = parts_of(line, parts);
    bool whole = is_whole(line);
    if (is_known(line) && strcmp(json_text(run, "profile"), profile_name(profile)) == 0)
        return VERDICT_SKIP;
    if (outcome && count && !outcome_allows(outcome, parts, count, !whole, &wrong))
        return VERDICT_FAIL;
    if (!whole)
        return judge_word(json_text(line, "ended"));
    const char *pinned = case_pinned(of, profile);
    if (pinned)
        return outcome_allows(pinned, parts, count, false, &wrong) ? VERDICT_KEPT : VERDICT_CHANGED;
    return outcome ? VERDICT_PASS : VERDICT_SKIP;
}

/* Two lines that say the same: the observation, or that and why there is no whole one. */
static bool same(const json_t *a, const json_t *b)
{
    bool decides = is_whole(a);
    return decides == is_whole(b) &&
           strcmp(json_text(a, "observed"), json_text(b, "observed")) == 0 &&
           (decides || strcmp(json_text(a, "verdict"), json_text(b, "verdict")) == 0);
}

/* A case that was skipped says nothing of the implementation, but that it has no such feature. */
static bool is_skipped(const json_t *line)
{
    return strcmp(json_text(line, "ended"), "skip") == 0;
}

static json_t *find_group(json_t *cell, const json_t *line)
{
    size_t i;
    json_t *group;
    json_array_foreach (cell, i, group) {
        const json_t *other = json_object_get(group, "line");
        if (same(other, line) && is_known(other) == is_known(line))
            return group;
    }
    return NULL;
}

static void add_to_cell(json_t *cell, const struct variant *variant, json_t *line,
                        const json_t *run)
{
    json_t *group = find_group(cell, line);
    if (!group) {
        json_t *verdicts = json_object();
        for (enum profile p = 0; p < PROFILES; p++)
            json_object_set_new(verdicts, profile_name(p),
                                json_string(verdict_name(judge_line(line, variant->of, p, run))));
        bool told = is_whole(line) && !is_known(line);
        group = json_pack("{s:s, s:s, s:o, s:[], s:O}", "observed", json_text(line, "observed"),
                          "reason", told ? "" : json_text(line, "reason"), "verdicts", verdicts,
                          "variants", "line", line);
        json_t *transcript = json_object_get(line, "transcript");
        if (transcript)
            json_object_set(group, "transcript", transcript);
        json_array_append_new(cell, group);
    }
    if (result_differs(line))
        json_object_set_new(group, "unsteady", json_true());
    json_array_append_new(json_object_get(group, "variants"),
                          json_string(strrchr(variant->id, '/') + 1));
}

static void forget_lines(json_t *cells)
{
    size_t i, k;
    json_t *cell, *group;
    json_array_foreach (cells, i, cell) {
        json_array_foreach (cell, k, group) {
            json_object_del(group, "line");
        }
    }
}

/* Adds a text to a list, unless it is there; gives its place. */
static size_t add_once(json_t *list, const char *text)
{
    size_t i;
    json_t *each;
    json_array_foreach (list, i, each) {
        if (strcmp(json_string_value(each), text) == 0)
            return i;
    }
    json_array_append_new(list, json_string(text));
    return i;
}

/* What a profile says of a case: how strongly, on which of the sources it stands, what was always
 * so although no document says it, and what is known to deviate. */
static json_t *standing(const struct rule_case *of, enum profile profile, json_t *sources)
{
    const struct rule *rule = of->rule;
    const struct deviation *own = &of->deviation[profile];
    const struct deviation *known = own->observed ? own : &rule->deviation[profile];
    char lines[SOURCE_LINES][SOURCE_LINE];
    json_t *places = json_array();
    size_t found = case_outcome(of, profile) ? source_lines(rule, profile, lines) : 0;
    for (size_t i = 0; i < found; i++)
        json_array_append_new(places, json_integer((json_int_t)add_once(sources, lines[i])));
    return json_pack("{s:s, s:o, s:s?, s:s?, s:s?}", "level", source_level(rule, profile),
                     "sources", places, "pinned", case_pinned(of, profile), "deviates",
                     known->observed, "why", known->why);
}

/* The row of a variant's case. */
static json_t *case_row(const struct variant *variant, json_t *cells, bool different)
{
    const struct rule_case *of = variant->of;
    const struct rule *rule = of->rule;
    char id[VARIANT_ID], area[VARIANT_ID];
    json_t *sources = json_array(), *outcomes = json_object(), *stands = json_object();
    snprintf(id, sizeof id, "%.*s", (int)(strrchr(variant->id, '/') - variant->id), variant->id);
    rule_suite(rule, area, sizeof area);
    for (enum profile p = 0; p < PROFILES; p++) {
        const char *outcome = case_outcome(of, p);
        json_object_set_new(stands, profile_name(p), standing(of, p, sources));
        json_object_set_new(outcomes, profile_name(p),
                            outcome ? json_string(outcome) : json_null());
    }
    forget_lines(cells);
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:b, s:o}", "id", id, "area", area,
                     "statement", rule->statement, "sources", sources, "outcomes", outcomes,
                     "standing", stands, "different", different, "cells", cells);
}

/* The rows of one case, from its first variant on; moves on to the next case. NULL if no file has
 * it. */
static json_t *build_row(const struct result_file *files, size_t count, const struct variant **at,
                         const struct variant *end)
{
    const struct rule_case *of = (*at)->of;
    json_t *cells = json_array();
    bool any = false, different = false;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(cells, json_null());
    for (; *at < end && (*at)->of == of; (*at)++) {
        const json_t *first = NULL;
        for (size_t i = 0; i < count; i++) {
            json_t *line = json_object_get(files[i].variants, (*at)->id);
            if (!line)
                continue;
            if (json_is_null(json_array_get(cells, i)))
                json_array_set_new(cells, i, json_array());
            add_to_cell(json_array_get(cells, i), *at, line, files[i].run);
            any = true;
            if (is_skipped(line))
                continue;
            different |= first && !same(first, line);
            first = first ? first : line;
        }
    }
    if (any)
        return case_row(*at - 1, cells, different);
    json_decref(cells);
    return NULL;
}

/* The kernel that sockspec ran on. */
static const char *own_kernel(const struct result_file *file)
{
    const char *release = json_text(json_object_get(file->run, "system"), "release");
    return *release ? release : json_text(file->run, "kernel");
}

/* What was tested: what it says itself, or the kernel that sockspec ran on. */
static void print_implementation(FILE *out, const struct result_file *file)
{
    const char *said = json_text(file->run, "implementation");
    if (!*said)
        said = json_text(file->summary, "implementation");
    if (*said)
        fputs(said, out);
    else
        fprintf(out, "Linux %s, %s", own_kernel(file), json_text(file->run, "libc"));
}

/* From which file it is, and what else was there. */
static void print_circumstances(FILE *out, const struct result_file *file)
{
    fprintf(out, "; %s, peer Linux %s, %s%s", file->path, own_kernel(file),
            json_text(file->run, "started"), result_file_is_partial(file) ? ", interrupted" : "");
}

static char *describe(const struct result_file *file, bool whole)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        abort();
    print_implementation(out, file);
    if (whole)
        print_circumstances(out, file);
    if (fclose(out) != 0 || !text)
        abort();
    return text;
}

/* A text that need not be UTF-8: the name of a file. */
static json_t *clean_string(const char *text)
{
    char *clean = report_clean(text);
    json_t *string = json_string(clean);
    free(clean);
    return string;
}

static json_t *column_of(const struct result_file *file)
{
    char *implementation = describe(file, false), *detail = describe(file, true);
    json_t *column = json_pack("{s:s, s:o, s:o, s:o}", "name", json_text(file->run, "iut"),
                               "implementation", clean_string(implementation), "detail",
                               clean_string(detail), "file", clean_string(file->path));
    free(implementation);
    free(detail);
    if (!column)
        abort(); /* or the next column would stand above its results */
    return column;
}

/* Where a document can be read, NULL if nowhere: its address, or that of a manual page in a package
 * of Debian's, whose id is "linux.NAME.SECTION". */
static json_t *document_address(const struct document *document)
{
    char package[32], name[32];
    if (strncmp(document->where, "http", 4) == 0)
        return json_string(document->where);
    if (sscanf(document->where, "Debian package %31[manpages-dev] ", package) != 1 ||
        sscanf(document->id, "linux.%31s", name) != 1)
        return NULL;
    return json_sprintf("https://manpages.debian.org/bookworm/%s/%s.en.html", package, name);
}

/* Where documents can be read, by their titles: those that have an address. */
static json_t *addresses(void)
{
    const struct document *const *all;
    size_t count = documents(&all);
    json_t *found = json_object();
    for (size_t i = 0; i < count; i++) {
        json_t *address = document_address(all[i]);
        if (address)
            json_object_set_new(found, all[i]->title, address);
    }
    return found;
}

json_t *compare_build(const struct result_file *files, size_t count, enum profile profile)
{
    json_t *columns = json_array(), *rows = json_array(), *profiles = json_array();
    size_t total;
    const struct variant *at = variants(&total), *end = at + total;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(columns, column_of(&files[i]));
    for (enum profile p = 0; p < PROFILES; p++)
        json_array_append_new(profiles, json_string(profile_name(p)));
    while (at < end) {
        json_t *row = build_row(files, count, &at, end);
        if (row)
            json_array_append_new(rows, row);
    }
    return json_pack("{s:o, s:s, s:o, s:o, s:o}", "profiles", profiles, "profile",
                     profile_name(profile), "documents", addresses(), "columns", columns, "rows",
                     rows);
}

static void print_row(FILE *stream, const json_t *comparison, const json_t *row)
{
    const char *profile = json_text(comparison, "profile");
    size_t i, k;
    json_t *column, *group;
    print_line(stream, "%s", json_text(row, "id"));
    json_array_foreach (json_object_get(comparison, "columns"), i, column) {
        json_t *cell = json_array_get(json_object_get(row, "cells"), i);
        if (json_is_null(cell))
            print_line(stream, "  %-24s not run", json_text(column, "name"));
        json_array_foreach (cell, k, group) {
            const char *observed = json_text(group, "observed");
            const char *reason = json_text(group, "reason");
            bool unsteady = json_is_true(json_object_get(group, "unsteady"));
            print_line(stream, "  %-24s %-12s %s%s%s (%zu%s)", json_text(column, "name"),
                       json_text(json_object_get(group, "verdicts"), profile), observed,
                       *observed && *reason ? ": " : "", reason,
                       json_array_size(json_object_get(group, "variants")),
                       unsteady ? ", the worst of repetitions" : "");
        }
    }
}

size_t compare_print(FILE *stream, const json_t *comparison, bool only_differences)
{
    const json_t *rows = json_object_get(comparison, "rows");
    size_t i, differing = 0;
    json_t *row;
    json_array_foreach (rows, i, row) {
        if (json_is_true(json_object_get(row, "different"))) {
            print_row(stream, comparison, row);
            differing++;
        }
    }
    json_array_foreach (rows, i, row) {
        if (!only_differences && !json_is_true(json_object_get(row, "different")))
            print_row(stream, comparison, row);
    }
    print_line(stream, "%zu of %zu cases differ", differing, json_array_size(rows));
    return differing;
}

/* ---- before and after ---- */

/* In the order in which they are shown; the first ones are regressions. */
enum change {
    NEW_FAILURE,
    UNJUDGED,
    MISSING,
    REGRESSIONS,
    FIXED = REGRESSIONS,
    CHANGED,
    NEW,
    CHANGES
};

static bool failed(const json_t *line)
{
    return strcmp(json_text(line, "verdict"), "fail") == 0;
}

/* The same deviation, for which one of the runs had a baseline and the other none. */
static bool is_noted_in_one(const json_t *before, const json_t *after)
{
    return ((is_known(before) && failed(after)) || (failed(before) && is_known(after))) &&
           strcmp(json_text(before, "observed"), json_text(after, "observed")) == 0 &&
           strcmp(json_text(before, "ended"), json_text(after, "ended")) == 0;
}

static int change_of(const json_t *before, const json_t *after)
{
    if (!after)
        return MISSING;
    if (!before)
        return failed(after) ? NEW_FAILURE : NEW;
    if (is_noted_in_one(before, after))
        return -1;
    if (failed(after) && !failed(before))
        return NEW_FAILURE;
    if (result_is_judged(before) && !result_is_judged(after))
        return UNJUDGED;
    if ((failed(before) || is_known(before)) && strcmp(json_text(after, "verdict"), "pass") == 0)
        return FIXED;
    return strcmp(json_text(before, "observed"), json_text(after, "observed")) != 0 ||
                   strcmp(json_text(before, "verdict"), json_text(after, "verdict")) != 0
               ? CHANGED
               : -1;
}

static size_t print_changes(FILE *stream, enum change wanted, const struct result_file *before,
                            const struct result_file *after)
{
    static const char *const titles[CHANGES] = {"new failures", "judged no more",       "missing",
                                                "fixed",        "changed observations", "new"};
    const struct result_file *from = wanted == MISSING ? before : after;
    size_t count = 0;
    const char *id;
    json_t *line;
    json_object_foreach(from->variants, id, line)
    {
        const json_t *old = json_object_get(before->variants, id);
        const json_t *new = json_object_get(after->variants, id);
        if (change_of(old, new) != (int)wanted)
            continue;
        if (count++ == 0)
            print_line(stream, "%s", titles[wanted]);
        print_line(stream, "  %s: %s %s -> %s %s%s", id, old ? json_text(old, "verdict") : "absent",
                   json_text(old, "observed"), new ? json_text(new, "verdict") : "absent",
                   json_text(new, "observed"),
                   result_differs(old) || result_differs(new) ? " (the worst of repetitions)" : "");
    }
    return count;
}

bool compare_regressions(FILE *stream, const struct result_file *before,
                         const struct result_file *after)
{
    size_t count[CHANGES], regressions = 0;
    for (enum change change = 0; change < CHANGES; change++)
        count[change] = print_changes(stream, change, before, after);
    for (enum change change = 0; change < REGRESSIONS; change++)
        regressions += count[change];
    for (size_t i = 0; i < 2; i++)
        if (result_file_is_partial(i ? after : before))
            print_line(stream, "%s is the report of a run that was interrupted",
                       (i ? after : before)->path);
    print_line(stream,
               "%zu new failures, %zu judged no more, %zu missing, %zu fixed, %zu changed, %zu new",
               count[NEW_FAILURE], count[UNJUDGED], count[MISSING], count[FIXED], count[CHANGED],
               count[NEW]);
    return regressions > 0 || result_file_is_partial(after);
}
