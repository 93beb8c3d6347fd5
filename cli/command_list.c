/* sockspec list: rules, cases and variants. */
#include "cli/commands.h"
#include "harness/coverage.h"
#include "reports/sources.h"

#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

static const char list_help[] =
    "usage: sockspec list [--format text|json] [--filter GLOB] [--exclude GLOB] [--tag TAG]\n"
    "                     [--slow] [--shard I/N]\n"
    "\n"
    "Rules, their cases and variants, with sources and profiles. Slow cases are listed with "
    "--slow.\n";

static void print_rule(const struct rule *rule)
{
    printf("%s  %s\n", rule->id, rule->statement);
}

static void print_tags(const struct rule_case *of)
{
    char tags[64];
    tags_format(of->tags, tags, sizeof tags);
    if (*tags)
        printf("  [%s]", tags);
}

static void list_text(const struct selection *selection, const struct variant *all, size_t count,
                      size_t *taken)
{
    const struct rule *last = NULL;
    for (size_t i = 0, ordinal = 0; i < count; i++) {
        if (selection_takes(selection, &all[i], ordinal)) {
            if (all[i].of->rule != last)
                print_rule(last = all[i].of->rule);
            printf("    %s", all[i].id);
            print_tags(all[i].of);
            putchar('\n');
            ++*taken;
        }
        ordinal += selection_matches(selection, &all[i]);
    }
}

static json_t *sources_json(const struct rule *rule)
{
    json_t *list = json_array();
    for (enum profile profile = 0; profile < PROFILES; profile++) {
        const struct requirement *found[SOURCE_LINES];
        size_t count = rule_requirements(rule, profile, found, SOURCE_LINES);
        for (size_t i = 0; i < count && i < SOURCE_LINES; i++)
            json_array_append_new(
                list, json_pack("{ss ss ss ss ss}", "profile", profile_name(profile), "requirement",
                                found[i]->id, "place", found[i]->place, "keyword",
                                keyword_name(found[i]->keyword), "says", found[i]->says));
    }
    return list;
}

static json_t *outcomes_json(const struct rule_case *of)
{
    json_t *outcomes = json_object();
    for (enum profile profile = 0; profile < PROFILES; profile++) {
        const char *outcome = case_outcome(of, profile);
        json_object_set_new(outcomes, profile_name(profile),
                            outcome ? json_string(outcome) : json_null());
    }
    return outcomes;
}

static json_t *axes_json(const struct variant *variant)
{
    json_t *values = json_object();
    for (enum axis axis = 0; axis < AXES; axis++) {
        const char *value = variant_value(variant, axis);
        if (value)
            json_object_set_new(values, variant_axis(variant, axis), json_string(value));
    }
    return values;
}

static void list_json(const struct selection *selection, const struct variant *all, size_t count,
                      size_t *taken)
{
    char suite[VARIANT_ID], tags[64];
    for (size_t i = 0, ordinal = 0; i < count; i++) {
        const struct rule_case *of = all[i].of;
        if (selection_takes(selection, &all[i], ordinal)) {
            rule_suite(of->rule, suite, sizeof suite);
            tags_format(of->tags, tags, sizeof tags);
            json_t *object =
                json_pack("{ss ss ss ss ss ss so so so ss ss}", "type", "variant", "id", all[i].id,
                          "rule", of->rule->id, "suite", suite, "statement", of->rule->statement,
                          "level", source_level(of->rule, BY_LINUX), "sources",
                          sources_json(of->rule), "outcomes", outcomes_json(of), "axes",
                          axes_json(&all[i]), "tags", tags, "mutant", of->rule->mutant.how);
            json_dumpf(object, stdout, JSON_COMPACT);
            putchar('\n');
            json_decref(object);
            ++*taken;
        }
        ordinal += selection_matches(selection, &all[i]);
    }
}

int command_list(int argc, char **argv)
{
    static const struct option options[] = {SELECTION_OPTIONS,
                                            {"format", required_argument, NULL, 'F'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    struct selection selection = {0};
    bool json = false, taken;
    int option, status = -1;
    while (status < 0 && (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'h') {
            fputs(list_help, stdout);
            status = end_output();
        } else if (option == '?' || !selection_option(&selection, option, optarg, &taken)) {
            status = EXIT_USAGE;
        } else if (option == 'F') {
            json = strcmp(optarg, "json") == 0;
            if (!json && strcmp(optarg, "text") != 0) {
                fprintf(stderr, "sockspec: --format takes text or json, not '%s'\n", optarg);
                status = EXIT_USAGE;
            }
        }
    }
    if (status < 0 && optind < argc) {
        fprintf(stderr, "sockspec: list takes no argument '%s'; did you mean --filter?\n",
                argv[optind]);
        status = EXIT_USAGE;
    }
    if (status < 0) {
        size_t count, listed = 0;
        const struct variant *all = variants(&count);
        (json ? list_json : list_text)(&selection, all, count, &listed);
        if (listed == 0) {
            fputs("sockspec: no variant matches\n", stderr);
            status = EXIT_USAGE;
        } else {
            status = end_output();
        }
    }
    selection_free(&selection);
    return status;
}
