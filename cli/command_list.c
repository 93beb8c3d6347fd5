/* sockspec list: rules, cases and variants. */
#include "cli/commands.h"
#include "cli/lists.h"
#include "harness/coverage.h"
#include "reports/sources.h"

#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

const char list_help[] =
    "usage: sockspec list [OPTIONS]\n"
    "\n"
    "Rules, their cases and variants, with sources and profiles.\n"
    "\n"
    "  --areas          instead: areas and suites, with the numbers of their rules and variants\n"
    "  --functions      instead: the functions and options of the sockets API, with the number of\n"
    "                   rules about each (on its mere number too, unless abi.* is excluded), and\n"
    "                   those that no rule is about\n"
    "  --format FORMAT  text (default), json\n"
    "  --filter GLOB    only rules or variants whose id matches; may be given several times\n"
    "  --exclude GLOB   not those\n"
    "  --tag TAG        only cases with this tag: slow, waits\n"
    "  --slow           slow cases too (they take a minute and more)\n"
    "  --shard I/N      the I-th of N parts of the selection\n"
    "\n"
    "Exit status: 0; 2 usage, or a filter that matches nothing.\n";

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

static void list_text(const struct selection *selection, const struct variant *all, size_t count)
{
    const struct rule *last = NULL;
    for (size_t i = 0, ordinal = 0; i < count; i++) {
        if (selection_takes(selection, &all[i], ordinal)) {
            if (all[i].of->rule != last)
                print_rule(last = all[i].of->rule);
            printf("    %s", all[i].id);
            print_tags(all[i].of);
            putchar('\n');
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

/* By profile, what is only pinned. */
static json_t *pinned_json(const struct rule_case *of)
{
    json_t *list = json_object();
    for (enum profile profile = 0; profile < PROFILES; profile++) {
        const char *pinned = case_pinned(of, profile);
        json_object_set_new(list, profile_name(profile),
                            pinned ? json_string(pinned) : json_null());
    }
    return list;
}

/* By profile, how its platform is known to deviate. */
static json_t *deviations_json(const struct rule_case *of)
{
    json_t *list = json_object();
    for (enum profile profile = 0; profile < PROFILES; profile++) {
        const struct deviation *known = case_known(of, profile);
        json_object_set_new(
            list, profile_name(profile),
            known ? json_pack("{ss ss}", "observed", known->observed, "why", known->why)
                  : json_null());
    }
    return list;
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

static void list_json(const struct selection *selection, const struct variant *all, size_t count)
{
    char suite[VARIANT_ID], name[VARIANT_ID], tags[64];
    for (size_t i = 0, ordinal = 0; i < count; i++) {
        const struct rule_case *of = all[i].of;
        if (selection_takes(selection, &all[i], ordinal)) {
            rule_suite(of->rule, suite, sizeof suite);
            case_name(of, name);
            tags_format(of->tags, tags, sizeof tags);
            json_t *object = json_pack(
                "{ss ss ss ss ss ss ss so so so so so ss ss}", "type", "variant", "id", all[i].id,
                "rule", of->rule->id, "suite", suite, "case", name, "statement",
                of->rule->statement, "level", source_level(of->rule, BY_LINUX), "sources",
                sources_json(of->rule), "outcomes", outcomes_json(of), "pinned", pinned_json(of),
                "deviations", deviations_json(of), "axes", axes_json(&all[i]), "tags", tags,
                "mutant", mutant_of(of->rule)->how);
            json_dumpf(object, stdout, JSON_COMPACT);
            putchar('\n');
            json_decref(object);
        }
        ordinal += selection_matches(selection, &all[i]);
    }
}

enum what { VARIANTS, AREAS, FUNCTIONS };

static void list(enum what what, const struct selection *selection, bool json)
{
    size_t count;
    const struct variant *all = variants(&count);
    if (what == AREAS)
        list_areas(selection, json);
    else if (what == FUNCTIONS)
        list_functions(selection, json);
    else
        (json ? list_json : list_text)(selection, all, count);
}

static bool parse_format(const char *format, bool *json)
{
    *json = strcmp(format, "json") == 0;
    if (*json || strcmp(format, "text") == 0)
        return true;
    fprintf(stderr, "sockspec: --format takes text or json, not '%s'\n", format);
    return false;
}

int command_list(int argc, char **argv)
{
    static const struct option options[] = {SELECTION_OPTIONS,
                                            {"format", required_argument, NULL, 'F'},
                                            {"areas", no_argument, NULL, 'a'},
                                            {"functions", no_argument, NULL, 'u'},
                                            {0}};
    struct selection selection = {0};
    enum what what = VARIANTS;
    bool json = false, taken, good = true;
    int option, status = -1;
    while (status < 0 && (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'F') {
            good = parse_format(optarg, &json);
        } else if (option == 'a' || option == 'u') {
            good = what == VARIANTS;
            what = option == 'a' ? AREAS : FUNCTIONS;
            if (!good)
                fputs("sockspec: list takes one of --areas and --functions\n", stderr);
        } else {
            good = option != '?' && selection_option(&selection, option, optarg, &taken);
        }
        if (!good)
            status = EXIT_USAGE;
    }
    if (status < 0 && optind < argc) {
        fprintf(stderr, "sockspec: list takes no argument '%s'; did you mean --filter?\n",
                argv[optind]);
        status = EXIT_USAGE;
    }
    if (status < 0 && selection_count(&selection) == 0)
        status = EXIT_USAGE;
    if (status < 0) {
        list(what, &selection, json);
        status = end_output();
    }
    selection_free(&selection);
    return status;
}
