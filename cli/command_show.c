/* sockspec show: all that there is to know about a rule, or a few lines about each of several. */
#include "cli/commands.h"
#include "harness/coverage.h"
#include "reports/common.h"
#include "reports/sources.h"

#include <stdio.h>
#include <string.h>

const char show_help[] =
    "usage: sockspec show ID | GLOB\n"
    "\n"
    "ID is a rule's, or a variant's (its rule is shown): by profile the outcomes and what they\n"
    "stand on, what is only pinned, known deviations; the cases and their variants; the mutant.\n"
    "Rules that a glob matches ('tcp.connect.*') are shown in a few lines each.\n";

enum { WIDTH = 80, NAME = 10 };

/* ---- text in lines of bearable length ---- */

static void print_wrapped(const char *text, int indent)
{
    report_words(stdout, text, indent, WIDTH);
    putchar('\n');
}

static void print_line(int indent, const char *text)
{
    printf("%*s", indent, "");
    print_wrapped(text, indent);
}

static void print_named(const char *name, const char *text)
{
    printf("  %-*s", NAME, name);
    print_wrapped(text, 2 + NAME);
}

/* ---- what a profile says ---- */

/* A line "outcome EISCONN" for the rule (of is NULL) or for a case of it. */
static void print_text(const char *what, const struct rule_case *of, const char *text)
{
    char line[1024], name[VARIANT_ID] = "";
    if (!text)
        return;
    if (of)
        case_name(of, name);
    snprintf(line, sizeof line, "%s%s%s%s", of ? "in case " : "", name, of ? ": " : "", text);
    print_named(what, line);
}

static void print_deviation(const struct deviation *deviation, const struct rule_case *of)
{
    char line[1024];
    if (!deviation->observed)
        return;
    snprintf(line, sizeof line, "%s (known: %s)", deviation->observed, deviation->why);
    print_text("deviates", of, line);
}

static void print_requirement(const struct requirement *requirement)
{
    const struct document *document = document_of(requirement);
    char line[1024];
    printf("\n    %s (%s)\n", requirement->id, keyword_name(requirement->keyword));
    snprintf(line, sizeof line, "%s, %s%s%s", document ? document->title : "?", requirement->place,
             requirement->number ? ", " : "", requirement->number ? requirement->number : "");
    print_line(6, line);
    print_line(6, requirement->says);
    if (requirement->when) {
        printf("      when ");
        print_wrapped(requirement->when, 11);
    }
}

static bool profile_says_anything(const struct rule *rule, enum profile profile)
{
    bool any = rule->outcome[profile].text || rule->pinned[profile];
    for (const struct rule_case *of = cases_of(rule); of; of = case_next(of))
        any = any || of->outcome[profile].text || of->pinned[profile];
    return any;
}

static void show_profile(const struct rule *rule, enum profile profile)
{
    const struct requirement *list[SOURCE_LINES];
    size_t count = rule_requirements(rule, profile, list, SOURCE_LINES);
    printf("\n%s: %s\n", profile_name(profile),
           count ? source_level(rule, profile) : "no document says it, it was always so");
    print_text("outcome", NULL, rule->outcome[profile].text);
    print_text("pinned", NULL, rule->pinned[profile]);
    print_deviation(&rule->deviation[profile], NULL);
    for (const struct rule_case *of = cases_of(rule); of; of = case_next(of)) {
        print_text("outcome", of, of->outcome[profile].text);
        print_text("pinned", of, of->pinned[profile]);
        print_deviation(&of->deviation[profile], of);
    }
    for (size_t i = 0; i < count && i < SOURCE_LINES; i++)
        print_requirement(list[i]);
}

/* ---- a rule as a whole ---- */

static void show_case(const struct rule_case *of)
{
    char tags[64], name[VARIANT_ID];
    size_t count;
    const struct variant *all = variants(&count);
    case_name(of, name);
    printf("\ncase %s (%s:%d)\n", name, of->file, of->line);
    tags_format(of->tags, tags, sizeof tags);
    if (*tags)
        print_named("tags", tags);
    if (of->needs)
        print_named("needs", of->needs);
    for (size_t i = 0; i < count; i++)
        if (all[i].of == of)
            printf("  %s\n", all[i].id);
}

/* Profiles that say nothing share a line. */
static void show_silent(const struct rule *rule)
{
    size_t count = 0;
    for (enum profile profile = 0; profile < PROFILES; profile++)
        if (!profile_says_anything(rule, profile))
            printf("%s%s", count++ ? ", " : "\n", profile_name(profile));
    if (count)
        puts(": nothing is documented, what is observed gets no verdict");
}

static void show_rule(const struct rule *rule)
{
    printf("%s\n", rule->id);
    print_line(2, rule->statement);
    for (enum profile profile = 0; profile < PROFILES; profile++)
        if (profile_says_anything(rule, profile))
            show_profile(rule, profile);
    show_silent(rule);
    for (const struct rule_case *of = cases_of(rule); of; of = case_next(of))
        show_case(of);
    printf("\nmutant\n");
    print_line(2, mutant_of(rule)->how);
    printf("\nrun it\n  sockspec run --filter %s\n  sockspec run --iut mutant:%s --filter %s\n",
           rule->id, rule->id, rule->id);
}

/* ---- several of them ---- */

static void print_pinned(enum profile profile, const char *pinned)
{
    char line[1024];
    snprintf(line, sizeof line, "%s (pinned: no document says it)", pinned);
    print_named(profile_name(profile), line);
}

static void show_briefly(const struct rule *rule)
{
    printf("%s\n", rule->id);
    print_line(2, rule->statement);
    for (enum profile profile = 0; profile < PROFILES; profile++) {
        const char *outcome = rule->outcome[profile].text, *pinned = rule->pinned[profile];
        if (outcome)
            print_named(profile_name(profile), outcome);
        else if (pinned)
            print_pinned(profile, pinned);
        else if (profile_says_anything(rule, profile))
            print_named(profile_name(profile), "by case");
    }
}

static size_t show_matching(const char *glob)
{
    size_t shown = 0;
    for (const struct rule *rule = rules(); rule; rule = next_rule(rule))
        if (glob_matches(glob, rule->id)) {
            if (shown++)
                putchar('\n');
            show_briefly(rule);
        }
    return shown;
}

int command_show(int argc, char **argv)
{
    if (argc != 2) {
        fputs("sockspec: show takes the id of a rule; 'sockspec list' has them\n", stderr);
        return EXIT_USAGE;
    }
    char id[VARIANT_ID];
    snprintf(id, sizeof id, "%.*s", (int)strcspn(argv[1], "/"), argv[1]);
    const struct rule *rule = rule_find(id);
    if (rule) {
        show_rule(rule);
    } else if (!show_matching(argv[1])) {
        fprintf(stderr, "sockspec: no rule '%s'; 'sockspec list' has them\n", argv[1]);
        return EXIT_USAGE;
    }
    return end_output();
}
