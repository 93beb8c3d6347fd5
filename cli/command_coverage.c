/* sockspec coverage: each requirement of a document with the rules that stand on it. */
#include "cli/commands.h"

#include "harness/coverage.h"

#include <ctype.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char coverage_help[] =
    "usage: sockspec coverage [OPTIONS] [DOCUMENT]\n"
    "\n"
    "What a document requires, and which rules stand on it; without DOCUMENT (an id, or a glob of\n"
    "ids) a line for each document.\n"
    "\n"
    "  --open             only requirements that no rule stands on and that one could\n"
    "  --format FORMAT    text (default), markdown, json\n";

enum form { FORM_TEXT, FORM_MARKDOWN, FORM_JSON, FORMS };
static const char *const forms[FORMS] = {"text", "markdown", "json"};

static bool is_open(const struct requirement *requirement)
{
    return !requirement->untestable && !*coverage_rules(requirement);
}

/* ---- one document ---- */

static void print_rules(const struct requirement *requirement, const char *before,
                        const char *between, const char *after)
{
    const struct rule *const *list = coverage_rules(requirement);
    for (size_t i = 0; list[i]; i++)
        printf("%s%s%s", i ? between : before, list[i]->id, list[i + 1] ? "" : after);
}

static void print_text(const struct requirement *requirement)
{
    printf("\n%s  (%s)  %s%s%s\n    %s\n", requirement->id, keyword_name(requirement->keyword),
           requirement->place, requirement->number ? ", " : "",
           requirement->number ? requirement->number : "", requirement->says);
    if (requirement->when)
        printf("    when %s\n", requirement->when);
    if (*coverage_rules(requirement))
        print_rules(requirement, "    rules: ", ", ", "\n");
    else if (requirement->untestable)
        printf("    no rule can: %s\n", requirement->untestable);
    else
        printf("    open\n");
}

/* A text in a cell of a table: what Markdown would take for its own is escaped. Between letters an
 * underscore is none of that. */
static void print_cell(const char *text)
{
    for (const char *c = text; *c; c++) {
        bool inside = c > text && isalnum((unsigned char)c[-1]) && isalnum((unsigned char)c[1]);
        if (strchr("\\`*<|[~$", *c) || (*c == '_' && !inside))
            putchar('\\');
        putchar(*c);
    }
}

static void print_markdown(const struct requirement *requirement)
{
    printf("| `%s` | %s | ", requirement->id, keyword_name(requirement->keyword));
    print_cell(requirement->place);
    if (requirement->number)
        printf(", %s", requirement->number);
    printf(" | ");
    print_cell(requirement->says);
    if (requirement->when) {
        printf(" When: ");
        print_cell(requirement->when);
        putchar('.');
    }
    printf(" | ");
    if (*coverage_rules(requirement)) {
        print_rules(requirement, "`", "`, `", "`");
    } else if (requirement->untestable) {
        printf("no rule can: ");
        print_cell(requirement->untestable);
    } else {
        printf("open");
    }
    puts(" |");
}

static void print_json(const struct document *document, const struct requirement *requirement)
{
    const struct rule *const *list = coverage_rules(requirement);
    json_t *rule_ids = json_array();
    for (size_t i = 0; list[i]; i++)
        json_array_append_new(rule_ids, json_string(list[i]->id));
    json_t *line = json_pack("{ss ss ss ss ss ss? ss? ss? so}", "document", document->id, "id",
                             requirement->id, "place", requirement->place, "keyword",
                             keyword_name(requirement->keyword), "says", requirement->says, "when",
                             requirement->when, "untestable", requirement->untestable, "number",
                             requirement->number, "rules", rule_ids);
    json_dumpf(line, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(line);
}

static void print_markdown_head(const struct document *document, const struct coverage *c)
{
    bool address = strncmp(document->where, "http", 4) == 0;
    printf("# %s\n\n%s, %s%s%s.\n\n", document->title, document->edition, address ? "<" : "",
           document->where, address ? ">" : "");
    printf("%zu requirements: rules stand on %zu, none can on %zu, %zu are open.\n"
           "[All documents, and what the words mean](README.md).\n\n"
           "| requirement | keyword | place | what it says | rules |\n|---|---|---|---|---|\n",
           c->all, c->covered, c->untestable, c->open);
}

static void print_head(const struct document *document, enum form form)
{
    struct coverage c = coverage_of(document);
    if (form == FORM_MARKDOWN)
        print_markdown_head(document, &c);
    if (form == FORM_TEXT)
        printf("%s\n%s, %s\n%zu requirements: rules stand on %zu, none can on %zu, %zu are open\n",
               document->title, document->edition, document->where, c.all, c.covered, c.untestable,
               c.open);
}

static void print_document(const struct document *document, enum form form, bool only_open)
{
    const struct requirement *const *all;
    size_t count = requirements(&all);
    print_head(document, form);
    for (size_t i = 0; i < count; i++) {
        if (document_of(all[i]) != document || (only_open && !is_open(all[i])))
            continue;
        if (form == FORM_JSON)
            print_json(document, all[i]);
        else if (form == FORM_MARKDOWN)
            print_markdown(all[i]);
        else
            print_text(all[i]);
    }
}

/* ---- all of them ---- */

static const char markdown_summary[] =
    "# Coverage\n"
    "\n"
    "What documents require of a socket implementation, a sentence of ours for each place, and "
    "the\n"
    "rules that stand on it. `scripts/coverage` writes these pages, from what\n"
    "`sockspec coverage --format markdown` prints; a test compares them.\n"
    "\n"
    "- **with rules**: the outcome of at least one rule names it, in at least one profile.\n"
    "- **none can**: no rule can stand on it, for the reason given: it is about the system's\n"
    "  administrator, say, or anything is right.\n"
    "- **open**: a rule could, and none does.\n"
    "\n"
    "A keyword is how strongly the text binds: `shall` (MUST), `should` (SHOULD), `may` (both ways "
    "are\n"
    "right), `implementation-defined`, `unspecified`, `undefined`, or `documented`: a manual page "
    "says\n"
    "that it is so.\n"
    "\n"
    "| document | requirements | with rules | none can | open |\n"
    "|---|--:|--:|--:|--:|\n";

static void print_summary_line(const struct document *document, const struct coverage *c,
                               enum form form)
{
    if (form == FORM_MARKDOWN)
        printf("| [%s](%s.md) | %zu | %zu | %zu | %zu |\n", document->title, document->id, c->all,
               c->covered, c->untestable, c->open);
    else if (form == FORM_TEXT)
        printf("%-24s %4zu requirements, %4zu with rules, %4zu where none can, %4zu open  %s\n",
               document->id, c->all, c->covered, c->untestable, c->open, document->title);
    else
        printf("{\"document\":\"%s\",\"requirements\":%zu,\"covered\":%zu,\"untestable\":%zu,"
               "\"open\":%zu}\n",
               document->id, c->all, c->covered, c->untestable, c->open);
}

static void print_summary(enum form form)
{
    const struct document *const *all;
    size_t count = documents(&all);
    struct coverage sum = {0};
    if (form == FORM_MARKDOWN)
        fputs(markdown_summary, stdout);
    for (size_t i = 0; i < count; i++) {
        struct coverage c = coverage_of(all[i]);
        print_summary_line(all[i], &c, form);
        sum.all += c.all;
        sum.covered += c.covered;
        sum.untestable += c.untestable;
        sum.open += c.open;
    }
    if (form == FORM_MARKDOWN)
        printf("| **all** | **%zu** | **%zu** | **%zu** | **%zu** |\n", sum.all, sum.covered,
               sum.untestable, sum.open);
    if (form == FORM_TEXT)
        printf("%-24s %4zu requirements, %4zu with rules, %4zu where none can, %4zu open\n", "all",
               sum.all, sum.covered, sum.untestable, sum.open);
}

static bool print_matching(const char *glob, enum form form, bool only_open)
{
    const struct document *const *all;
    size_t count = documents(&all), printed = 0;
    for (size_t i = 0; i < count; i++)
        if (glob_matches(glob, all[i]->id)) {
            if (printed++ && form == FORM_TEXT)
                putchar('\n');
            print_document(all[i], form, only_open);
        }
    if (!printed)
        fprintf(stderr, "sockspec: no document '%s'; 'sockspec coverage' lists them\n", glob);
    return printed != 0;
}

static bool parse_form(const char *name, enum form *form)
{
    for (int i = 0; i < FORMS; i++)
        if (strcmp(forms[i], name) == 0) {
            *form = (enum form)i;
            return true;
        }
    fprintf(stderr, "sockspec: --format takes text, markdown or json, not '%s'\n", name);
    return false;
}

int command_coverage(int argc, char **argv)
{
    static const struct option options[] = {
        {"format", required_argument, NULL, 'F'}, {"open", no_argument, NULL, 'o'}, {0}};
    enum form form = FORM_TEXT;
    bool only_open = false;
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'o')
            only_open = true;
        else if (option != 'F' || !parse_form(optarg, &form))
            return EXIT_USAGE;
    }
    if (argc - optind > 1) {
        fputs("sockspec: coverage takes one document\n", stderr);
        return EXIT_USAGE;
    }
    if (optind == argc)
        print_summary(form);
    else if (!print_matching(argv[optind], form, only_open))
        return EXIT_USAGE;
    return end_output();
}
