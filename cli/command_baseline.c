#include "calls/clean_text.h"
#include "cli/commands.h"
#include "reports/result_file.h"

#include <stdio.h>
#include <string.h>

const char baseline_help[] =
    "usage: sockspec baseline RESULTS.json\n"
    "\n"
    "Prints a first file of known deviations, for 'sockspec run --baseline FILE': a line for each\n"
    "rule or variant that failed or was inconclusive. Replace the reasons.\n";

static bool alike(const json_t *a, const json_t *b)
{
    return strcmp(json_text(a, "verdict"), json_text(b, "verdict")) == 0 &&
           strcmp(json_text(a, "observed"), json_text(b, "observed")) == 0;
}

/* The rules of which all that a report has came out alike, so that one line says it: true for each,
 * false for the others. */
static json_t *uniform_rules(json_t *variants)
{
    json_t *line, *first = json_object(), *uniform = json_object();
    const char *id;
    json_object_foreach(variants, id, line)
    {
        const char *rule = json_text(line, "rule");
        const json_t *other = json_object_get(first, rule);
        if (!other)
            json_object_set(first, rule, line);
        if (!other || !alike(line, other))
            json_object_set_new(uniform, rule, json_boolean(!other));
    }
    json_decref(first);
    return uniform;
}

static void print_entry(const char *glob, const json_t *line, bool whole)
{
    const char *observed = json_text(line, "observed");
    print_line(stdout, "%s  %s%s%s%s  -- not looked into yet%s", glob, json_text(line, "verdict"),
               *observed ? "  observed \"" : "", observed, *observed ? "\"" : "",
               !whole && result_differs(line) ? " (the worst of repetitions that differ)" : "");
}

int command_baseline(int argc, char **argv)
{
    struct result_file file;
    const char *id, *last = "";
    json_t *line;
    if (argc != 2) {
        fputs("sockspec: baseline takes one report by 'sockspec run --json'\n", stderr);
        return EXIT_USAGE;
    }
    if (!result_file_read(&file, argv[1])) {
        result_file_free(&file);
        return EXIT_USAGE;
    }
    json_t *uniform = uniform_rules(file.variants);
    print_line(stdout, "# Known deviations of %s", json_text(file.run, "iut"));
    json_object_foreach(file.variants, id, line)
    {
        const char *verdict = json_text(line, "verdict"), *rule = json_text(line, "rule");
        if (strcmp(verdict, "fail") != 0 && strcmp(verdict, "inconclusive") != 0)
            continue;
        if (!json_is_true(json_object_get(uniform, rule)))
            print_entry(id, line, false);
        else if (strcmp(rule, last) != 0)
            print_entry(rule, line, true);
        last = rule;
    }
    json_decref(uniform);
    int status = end_output();
    result_file_free(&file);
    return status;
}
