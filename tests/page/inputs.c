#include "tests/page/inputs.h"

#include "reports/compare.h"
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RULES                                                                                      \
    "--filter tcp.connect.a*ipv4* --filter tcp.connect.refused/*ipv4* "                            \
    "--filter ipv6.scope.bind-no-interface --filter udp.connect.queued-before/*ipv4* "             \
    "--filter abi.error.EA*"

static const char *place;

/* Runs a line with the directory in place of each "@"; what it printed, which the caller frees. */
static char *run_in_place(const char *line, int status)
{
    char whole[1024] = "";
    for (; *line; line++)
        snprintf(whole + strlen(whole), sizeof whole - strlen(whole), *line == '@' ? "%s" : "%.1s",
                 *line == '@' ? place : line);
    struct finished finished = run_line(whole);
    if (finished.status != status)
        fprintf(stderr, "%s: %s\n", whole, finished.err);
    CU_ASSERT_EQUAL(finished.status, status);
    free(finished.err);
    return finished.out;
}

/* Writes objects, one a line; takes them. */
static void write_lines(const char *name, json_t *lines)
{
    char path[512];
    size_t i;
    json_t *line;
    snprintf(path, sizeof path, "%s/%s", place, name);
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    json_array_foreach (lines, i, line) {
        json_dumpf(line, file, JSON_COMPACT);
        fputc('\n', file);
    }
    fclose(file);
    json_decref(lines);
}

static void set(json_t *line, const char *verdict, const char *observed, const char *ended,
                const char *reason)
{
    json_object_set_new(line, "verdict", json_string(verdict));
    json_object_set_new(line, "observed", json_string(observed));
    json_object_set_new(line, "parts", *observed ? json_pack("[s]", observed) : json_array());
    json_object_set_new(line, "ended", json_string(ended));
    json_object_set_new(line, "reason", json_string(reason));
    json_object_set_new(line, "transcript", json_pack("[s, s]", "iut  nothing", NASTY));
}

static void make_nasty(void)
{
    char *report = run_in_place("SOCKSPEC run --quiet --json - " RULES, 0);
    json_t *lines = json_lines(report), *line;
    size_t i, kind = 0;
    json_array_foreach (lines, i, line) {
        if (strcmp(text_of(line, "type"), "run") == 0)
            json_object_set_new(line, "iut", json_string("nasty " NASTY));
        if (strcmp(text_of(line, "rule"), "tcp.connect.refused") != 0)
            continue;
        if (kind == 0)
            set(line, "fail", NASTY, "whole", "expected ECONNREFUSED, observed " NASTY);
        else if (kind == 1)
            set(line, "inconclusive", "", "precondition", "a precondition " NASTY);
        else if (kind == 2)
            set(line, "skip", "", "skip", "cannot " NASTY);
        kind++;
    }
    CU_ASSERT(kind > 3);
    write_lines("nasty<i>&\"'", lines);
    free(report);
}

void make_page(const char *directory)
{
    place = directory;
    free(run_in_place("SOCKSPEC run --quiet --json @/host " RULES, 0));
    free(run_in_place("SOCKSPEC run --quiet --json @/posix --profile posix " RULES, 1));
    free(run_in_place(
        "SOCKSPEC run --quiet --json @/mutant --iut mutant:tcp.connect.refused " RULES, 1));
    make_nasty();
    free(run_in_place("SOCKSPEC compare @/host @/mutant @/posix @/nasty<i>&\"' --html @/page.html "
                      "--json @/data",
                      0));
    free(run_in_place("SOCKSPEC compare @/mutant --html @/one.html", 0));
    free(run_in_place("SOCKSPEC compare --side-by-side @/host @/host --html @/alike.html", 0));
}

/* What is observed if all is well: the first alternative of each part of an outcome. */
static json_t *parts_of(const char *outcome)
{
    json_t *parts = json_array();
    const char *whole_end = strstr(outcome, " || ");
    const char *end = whole_end ? whole_end : outcome + strlen(outcome);
    for (const char *at = outcome; at < end;) {
        const char *next = strstr(at, " then "), *part_end = next && next < end ? next : end;
        const char *other = strstr(at, " | ");
        size_t length = (size_t)((other && other < part_end ? other : part_end) - at);
        json_array_append_new(parts, json_stringn(at, length));
        at = part_end == end ? end : part_end + strlen(" then ");
    }
    return parts;
}

/* The parts as one text. */
static json_t *joined(const json_t *parts)
{
    char text[512] = "";
    size_t i;
    json_t *part;
    json_array_foreach (parts, i, part)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? " then " : "",
                 json_string_value(part));
    return json_string(text);
}

/* A line of a variant that passed, or failed with a transcript. */
static json_t *made_up(const json_t *variant, bool good)
{
    const char *outcome = text_of(json_object_get(variant, "outcomes"), "linux");
    json_t *parts = good ? parts_of(outcome) : json_pack("[s]", "EINVAL");
    json_t *line =
        json_pack("{ss sO ss so so ss ss}", "type", "variant", "id", json_object_get(variant, "id"),
                  "verdict", good ? "pass" : "fail", "observed", joined(parts), "parts", parts,
                  "ended", "whole", "reason", good ? "" : "expected another, observed EINVAL");
    if (!good)
        json_object_set_new(
            line, "transcript",
            json_pack("[s]", "iut  connect(13, 127.0.0.1:5000) = -1 EINVAL <12 us>"));
    return line;
}

void make_many(const char *directory)
{
    place = directory;
    char *list = run_in_place("SOCKSPEC list --format json", 0);
    char line[512] = "SOCKSPEC compare --html @/many.html --json @/many.json";
    json_t *variants = json_lines(list), *variant;
    for (size_t i = 0; i < MADE_UP; i++) {
        char name[16];
        size_t k;
        snprintf(name, sizeof name, "made-up-%zu", i);
        snprintf(line + strlen(line), sizeof line - strlen(line), " @/%s", name);
        json_t *lines = json_pack("[{ss ss ss ss}]", "type", "run", "iut", name, "kernel", "6.0",
                                  "started", "2026-01-01T00:00:00Z");
        json_array_foreach (variants, k, variant) {
            json_array_append_new(lines, made_up(variant, (k / 7 + 1) % (i + 2) != 0));
        }
        write_lines(name, lines);
    }
    free(run_in_place(line, 0));
    json_decref(variants);
    free(list);
}

/* A part as another implementation had it: at another time, with other numbers. */
static json_t *another(const json_t *part, unsigned *seed)
{
    json_t *copy = json_copy((json_t *)part);
    if (!json_object_get(part, "transcript"))
        return copy;
    json_t *lines = json_array();
    for (int i = 0; i < 10; i++)
        json_array_append_new(
            lines, json_sprintf("iut  connect(%d, 127.0.0.1:%d) = -1 EINVAL (22) <%d us>", i + 3,
                                rand_r(seed) % 28000 + 32000, rand_r(seed) % 100));
    json_object_set_new(copy, "transcript", lines);
    return copy;
}

/* The cells of a row, twice, by as many others. */
static json_t *other_cells(const json_t *cells, unsigned *seed)
{
    json_t *wide = json_array(), *part;
    for (size_t i = 0; i < HUGE_COLUMNS; i++) {
        json_t *cell = json_array();
        size_t k;
        json_array_foreach (json_array_get(cells, i % MADE_UP), k, part) {
            json_array_append_new(cell, another(part, seed));
        }
        json_array_append_new(wide, cell);
    }
    return wide;
}

void make_huge(const char *directory)
{
    char path[512];
    size_t i;
    unsigned seed = 1;
    snprintf(path, sizeof path, "%s/many.json", directory);
    json_t *comparison = json_load_file(path, 0, NULL), *rows = json_array(), *row;
    json_t *columns = json_object_get(comparison, "columns");
    CU_ASSERT_PTR_NOT_NULL_FATAL(comparison);
    for (int time = 0; time < 3; time++) {
        json_array_foreach (json_object_get(comparison, "rows"), i, row) {
            json_t *copy = json_copy(row);
            const char *id = text_of(row, "id");
            const char *area = text_of(row, "area");
            json_object_set_new(copy, "id", json_sprintf("%s%d%s", area, time, id + strlen(area)));
            json_object_set_new(copy, "area", json_sprintf("%s%d", area, time));
            json_object_set_new(copy, "cells", other_cells(json_object_get(row, "cells"), &seed));
            json_array_append_new(rows, copy);
        }
    }
    json_object_set_new(comparison, "rows", rows);
    for (size_t k = MADE_UP; k < HUGE_COLUMNS; k++) {
        json_t *column = json_copy(json_array_get(columns, k - MADE_UP));
        json_object_set_new(column, "name", json_sprintf("made-up-%zu", k));
        json_array_append_new(columns, column);
    }
    snprintf(path, sizeof path, "%s/huge.html", directory);
    FILE *page = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(page);
    compare_print_html(page, comparison);
    fclose(page);
    json_decref(comparison);
}
