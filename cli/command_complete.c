/* sockspec complete: what a shell offers where a word is begun. */
#include "cli/commands.h"

#include "documents/document.h"
#include "stacks/stack.h"

#include <stdio.h>
#include <string.h>

const char complete_help[] =
    "usage: sockspec complete -- [WORD ...]\n"
    "\n"
    "For the completion of shells: prints what the last of these words, which would stand behind\n"
    "'sockspec', could become, one a line; nothing where it is a file or free text.\n";

static void offer(const char *begun, const char *word)
{
    if (strncmp(word, begun, strlen(begun)) == 0)
        puts(word);
}

static void offer_all(const char *begun, const char *words)
{
    char text[256], *rest = NULL;
    snprintf(text, sizeof text, "%s", words);
    for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        offer(begun, word);
}

/* ---- what there is ---- */

static void offer_commands(const char *begun)
{
    const struct subcommand *command;
    for (size_t i = 0; (command = subcommand_at(i)); i++)
        if (command->perform != command_complete)
            offer(begun, command->name);
    offer(begun, "help");
}

/* The options that begin a line of a command's help. */
static void offer_options(const char *begun, const char *help)
{
    for (const char *line = help; line; line = strchr(line, '\n')) {
        char option[64];
        line += strspn(line, "\n ");
        int length = (int)strspn(line, "-abcdefghijklmnopqrstuvwxyz");
        snprintf(option, sizeof option, "%.*s", length, line);
        if (strncmp(option, "--", 2) == 0)
            offer(begun, option);
    }
    offer_all(begun, "--help --version");
}

/* Rules, before each with the text that stands before it, and globs for their suites. */
static void offer_rules(const char *begun, const char *before)
{
    char last[VARIANT_ID] = "", suite[VARIANT_ID], word[2 * VARIANT_ID];
    for (const struct rule *rule = rules(); rule; rule = next_rule(rule)) {
        rule_suite(rule, suite, sizeof suite);
        snprintf(word, sizeof word, "%s.*", suite);
        if (!*before && strcmp(last, suite) != 0)
            offer(begun, word);
        strcpy(last, suite);
        snprintf(word, sizeof word, "%s%s", before, rule->id);
        offer(begun, word);
    }
}

static void offer_documents(const char *begun)
{
    const struct document *const *all;
    size_t count = documents(&all);
    for (size_t i = 0; i < count; i++)
        offer(begun, all[i]->id);
}

static void offer_profiles(const char *begun)
{
    for (enum profile profile = 0; profile < PROFILES; profile++)
        offer(begun, profile_name(profile));
}

static void offer_implementations(const char *begun)
{
    for (const struct stack *stack = stack_first(); stack; stack = stack->next) {
        char word[128];
        snprintf(word, sizeof word, stack->needs_argument ? "%s:" : "%s", stack->name);
        offer(begun, word);
        for (size_t i = 0; i < sizeof stack->examples / sizeof *stack->examples; i++)
            if (stack->examples[i]) {
                snprintf(word, sizeof word, "%s:%s", stack->name, stack->examples[i]);
                offer(begun, word);
            }
    }
    if (strncmp(begun, "mutant:", 7) == 0)
        offer_rules(begun, "mutant:");
}

/* ---- where the word stands ---- */

/* Options with a value that is one of a few words. */
static const struct {
    const char *option, *values;
} few[] = {{"--tag", "slow waits"},
           {"--color", "auto always never"},
           {"--exit-style", "sockspec kselftest bisect"},
           {"--format", "text json"}};

/* Whether an option has its value in the word behind it: the help has a word in capitals there. */
static bool takes_value(const char *help, const char *option)
{
    size_t length = strlen(option);
    for (const char *at = strstr(help, option); at; at = strstr(at + 1, option))
        if (at[length] == ' ' && at[length + 1] >= 'A' && at[length + 1] <= 'Z')
            return true;
    return false;
}

static void offer_values(const char *begun, const struct subcommand *command, const char *option)
{
    if (strcmp(option, "--profile") == 0)
        offer_profiles(begun);
    else if (strcmp(option, "--iut") == 0)
        offer_implementations(begun);
    else if (strcmp(option, "--filter") == 0 || strcmp(option, "--exclude") == 0)
        offer_rules(begun, "");
    for (size_t i = 0; i < sizeof few / sizeof *few; i++)
        if (strcmp(option, few[i].option) == 0)
            offer_all(begun, few[i].values);
    if (strcmp(option, "--format") == 0 && command->perform == command_coverage)
        offer(begun, "markdown");
}

static void offer_for(const struct subcommand *command, const char *before, const char *begun)
{
    if (strncmp(before, "--", 2) == 0 && takes_value(command->help, before))
        offer_values(begun, command, before);
    else if (*begun == '-')
        offer_options(begun, command->help);
    else if (command->perform == command_show)
        offer_rules(begun, "");
    else if (command->perform == command_coverage)
        offer_documents(begun);
}

int command_complete(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "--") != 0) {
        fputs("sockspec: complete takes the words of a command behind '--'\n", stderr);
        return EXIT_USAGE;
    }
    const char *begun = argc > 2 ? argv[argc - 1] : "";
    const struct subcommand *command = argc > 3 ? subcommand_find(argv[2]) : NULL;
    if (argc <= 3 && *begun == '-')
        offer_all(begun, "--help --version");
    else if (argc <= 3 || (argc == 4 && strcmp(argv[2], "help") == 0))
        offer_commands(begun);
    else if (command)
        offer_for(command, argv[argc - 2], begun);
    return end_output();
}
