#include "calls/clean_text.h"
#include "cli/commands.h"
#include "reports/result_file.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: sockspec baseline RESULTS.json\n"
    "\n"
    "Prints a first file of known deviations, for 'sockspec run --baseline FILE': a line for each\n"
    "rule or variant that failed or was inconclusive. Replace the reasons.\n";

/* Whether all that a report has of a rule deviates alike, so that one line says it. */
static bool whole_rule(const json_t *variants, const json_t *line)
{
    const char *id;
    json_t *other;
    json_object_foreach((json_t *)variants, id, other)
    {
        if (strcmp(json_text(other, "rule"), json_text(line, "rule")) == 0 &&
            (strcmp(json_text(other, "verdict"), json_text(line, "verdict")) != 0 ||
             strcmp(json_text(other, "observed"), json_text(line, "observed")) != 0))
            return false;
    }
    return true;
}

static void print_entry(const char *glob, const json_t *line)
{
    const char *observed = json_text(line, "observed");
    print_line(stdout, "%s  %s%s%s%s  -- not looked into yet", glob, json_text(line, "verdict"),
               *observed ? "  observed \"" : "", observed, *observed ? "\"" : "");
}

int command_baseline(int argc, char **argv)
{
    struct result_file file;
    const char *id, *last = "";
    json_t *line;
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(help, stdout);
        return end_output();
    }
    if (argc != 2) {
        fputs("sockspec: baseline takes one report by 'sockspec run --json'\n", stderr);
        return EXIT_USAGE;
    }
    if (!result_file_read(&file, argv[1])) {
        result_file_free(&file);
        return EXIT_USAGE;
    }
    print_line(stdout, "# Known deviations of %s", json_text(file.run, "iut"));
    json_object_foreach(file.variants, id, line)
    {
        const char *verdict = json_text(line, "verdict"), *rule = json_text(line, "rule");
        if (strcmp(verdict, "fail") != 0 && strcmp(verdict, "inconclusive") != 0)
            continue;
        if (!whole_rule(file.variants, line))
            print_entry(id, line);
        else if (strcmp(rule, last) != 0)
            print_entry(rule, line);
        last = rule;
    }
    int status = end_output();
    result_file_free(&file);
    return status;
}
