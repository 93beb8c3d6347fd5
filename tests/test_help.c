/* What helps to find one's way: help, manuals and completion say the same, and all of it. */
#include "cli/commands.h"
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *output_of(const char *line)
{
    struct finished finished = run_line(line);
    char *out = strdup(finished.out);
    CU_ASSERT_EQUAL(finished.status, 0);
    CU_ASSERT_STRING_EQUAL(finished.err, "");
    finished_free(&finished);
    if (!out)
        abort();
    return out;
}

static void expect_output(const char *line, const char *expected)
{
    char *out = output_of(line);
    if (strcmp(out, expected) != 0)
        printf("\n    '%s' prints:\n%s", line, out);
    CU_ASSERT_STRING_EQUAL(out, expected);
    free(out);
}

static void test_ways_to_ask(void)
{
    const struct subcommand *command;
    char line[128], *all = output_of("SOCKSPEC help"), *version = output_of("SOCKSPEC --version");
    expect_output("SOCKSPEC --help", all);
    expect_output("SOCKSPEC -h", all);
    for (size_t i = 0; (command = subcommand_at(i)); i++) {
        static const char *const ways[] = {"help %s", "%s --help", "%s -h", "%s --nonsense -h"};
        for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
            size_t used = (size_t)snprintf(line, sizeof line, "SOCKSPEC ");
            snprintf(line + used, sizeof line - used, ways[way], command->name);
            expect_output(line, command->help);
        }
        snprintf(line, sizeof line, "SOCKSPEC %s --version", command->name);
        expect_output(line, version);
    }
    struct finished finished = run_line("SOCKSPEC help nonsense");
    CU_ASSERT_EQUAL(finished.status, 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(finished.err, "no command 'nonsense'"));
    finished_free(&finished);
    free(all);
    free(version);
}

/* ---- manuals ---- */

/* A manual's text, without what is meant for roff inside of words. */
static char *manual(const char *name)
{
    char path[1100];
    snprintf(path, sizeof path, "%s/docs/%s", getenv("SOURCE"), name);
    char *text = read_file(path), *to = text;
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    for (const char *from = text; *from; from++)
        if (*from != '\\')
            *to++ = *from;
    *to = '\0';
    return text;
}

/* The next option in a text, from a place on that moves; false if there is none. */
static bool next_option(const char **at, char option[64])
{
    while ((*at = strstr(*at, "--"))) {
        size_t length = strspn(*at, "-abcdefghijklmnopqrstuvwxyz");
        snprintf(option, 64, "%.*s", (int)length, *at);
        *at += length;
        if (length > 3 && option[2] != '-')
            return true;
    }
    return false;
}

static bool has_option(const char *text, const char *option)
{
    char found[64];
    while (next_option(&text, found))
        if (strcmp(found, option) == 0)
            return true;
    return false;
}

/* Each option that one text has stands in the other. */
static void expect_options(const char *text, const char *in, const char *what)
{
    char option[64];
    while (next_option(&text, option)) {
        if (!has_option(in, option))
            printf("\n    %s has no %s\n", what, option);
        CU_ASSERT_TRUE(has_option(in, option));
    }
}

static void test_manuals(void)
{
    const struct subcommand *command;
    char *text = manual("sockspec.1"), *agent = manual("sockspec-agent.1"), line[1100];
    char *help = output_of(spec_here("@/sockspec-agent --help", line, sizeof line));
    char *own = output_of("SOCKSPEC help");
    size_t size = strlen(own) + strlen(help) + 1;
    for (size_t i = 0; (command = subcommand_at(i)); i++)
        size += strlen(command->help);
    char *all = malloc(size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(all);
    strcat(strcpy(all, own), help);
    free(own);
    for (size_t i = 0; (command = subcommand_at(i)); i++) {
        expect_options(command->help, text, "sockspec(1)");
        strcat(all, command->help);
    }
    expect_options(help, agent, "sockspec-agent(1)");
    expect_options(text, all, "--help");
    expect_options(agent, all, "--help");
    free(text);
    free(agent);
    free(help);
    free(all);
}

/* ---- completion ---- */

static void test_words(void)
{
    expect_output("SOCKSPEC complete -- li", "list\n");
    expect_output("SOCKSPEC complete -- help cov", "coverage\n");
    expect_output("SOCKSPEC complete -- --v", "--version\n");
    expect_output("SOCKSPEC complete -- run --prof", "--profile\n");
    expect_output("SOCKSPEC complete -- run --profile b", "bsd\n");
    expect_output("SOCKSPEC complete -- run --iut libc:m", "libc:musl\n");
    expect_output("SOCKSPEC complete -- run --iut mutant:udp.connect.filters",
                  "mutant:udp.connect.filters\n");
    expect_output("SOCKSPEC complete -- run --filter tcp.linger.*", "tcp.linger.*\n");
    expect_output("SOCKSPEC complete -- coverage --format m", "markdown\n");
    expect_output("SOCKSPEC complete -- coverage rfc76", "rfc768\n");
    expect_output("SOCKSPEC complete -- show udp.connect.filters", "udp.connect.filters\n");
    expect_output("SOCKSPEC complete -- run --junit x", "");
    expect_output("SOCKSPEC complete -- nonsense x", "");
}

/* Has a shell, if there is one here, load our completion and print what it finds for a line. */
static void expect_shell(const char *shell, const char *script, const char *expected)
{
    char line[2048];
    const char *directory = make_directory();
    snprintf(
        line, sizeof line,
        "command -v %s >/dev/null || exit 77; PATH=$(dirname $S):$PATH; cd $SOURCE/cli/completion; "
        "%s %s",
        shell, shell, script);
    struct finished finished = run_shell(directory, line);
    if (finished.status == 77) {
        printf("\n    not run: there is no %s", shell);
    } else {
        if (strcmp(finished.out, expected) != 0)
            printf("\n    %s: status %d, %s%s\n", shell, finished.status, finished.out,
                   finished.err);
        CU_ASSERT_STRING_EQUAL(finished.out, expected);
    }
    finished_free(&finished);
    remove_directory(directory);
}

#define IN_BASH(line_)                                                                             \
    "-c '. ./sockspec.bash; COMP_LINE=\"" line_ "\"; COMP_POINT=${#COMP_LINE}; _sockspec; "        \
    "printf \"%s\\n\" \"${COMPREPLY[@]}\"'"
#define IN_ZSH(words_, count_)                                                                     \
    "-fc 'compadd() { print -l -- $found }; _files() { print files }; words=(" words_              \
    "); CURRENT=" count_ "; . ./_sockspec'"
#define IN_FISH(line_) "--no-config -c 'source sockspec.fish; complete -C \"" line_ "\"'"

static void test_shells(void)
{
    expect_shell("bash", IN_BASH("sockspec run --prof"), "--profile\n");
    expect_shell("bash", IN_BASH("sockspec run --profile b"), "bsd\n");
    expect_shell("bash", IN_BASH("sockspec run --iut libc:m"), "musl\n");
    expect_shell("zsh", IN_ZSH("sockspec run --prof", "3"), "--profile\n");
    expect_shell("zsh", IN_ZSH("sockspec coverage rfc76", "3"), "rfc768\n");
    expect_shell("zsh", IN_ZSH("sockspec run --junit x", "4"), "files\n");
    expect_shell("fish", IN_FISH("sockspec run --prof"), "--profile\n");
    expect_shell("fish", IN_FISH("sockspec run --profile b"), "bsd\n");
}

int main(void)
{
    support_init();
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("help", NULL, NULL);
    CU_add_test(suite, "ways to ask", test_ways_to_ask);
    CU_add_test(suite, "manuals", test_manuals);
    CU_add_test(suite, "words", test_words);
    CU_add_test(suite, "shells", test_shells);
    return run_tests();
}
