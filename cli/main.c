/* The command line: sockspec COMMAND. */
#include "calls/version.h"
#include "cli/commands.h"
#include "stacks/agent/program/family.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: sockspec COMMAND [OPTIONS]\n"
    "\n"
    "  run          judge a socket implementation by documented rules\n"
    "  list         the rules, their cases and variants; areas; functions and options\n"
    "  show ID      one rule explained: outcomes, what they stand on, cases, how to run it\n"
    "  coverage     what documents require, and which rules stand on it\n"
    "  compare A B  what implementations did, side by side, or what changed between two runs\n"
    "  merge A B    the reports of shards, or of several machines, as one\n"
    "  baseline A   a first file of known deviations, from a report\n"
    "  doctor       which implementations can be tested on this machine, or whether one can\n"
    "  help         this; 'help COMMAND', 'COMMAND --help' and 'COMMAND -h' for a command's "
    "options\n"
    "  --version    the version\n"
    "\n"
    "The manual is sockspec(1).\n";

/* A standard stream that is closed gets a file that takes nothing in: or a report that is opened
 * gets its number, and what is printed there. False without such a file. */
static bool fill_standard_streams(void)
{
    int fd;
    while ((fd = open("/dev/null", O_RDONLY)) >= 0 && fd <= STDERR_FILENO)
        continue;
    if (fd >= 0)
        close(fd);
    return fd >= 0 || (fcntl(STDIN_FILENO, F_GETFD) >= 0 && fcntl(STDOUT_FILENO, F_GETFD) >= 0 &&
                       fcntl(STDERR_FILENO, F_GETFD) >= 0);
}

/* Whether a word asks for help, in one of these ways or by another. */
static bool asks(const char *word, const char *other)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 ||
           (other && strcmp(word, other) == 0);
}

static int no_command(const char *word)
{
    fprintf(stderr, "sockspec: no command '%s'; try 'sockspec --help'\n", word);
    return EXIT_USAGE;
}

/* Of a command, or with NULL of all. */
static int give_help(const char *word)
{
    const struct subcommand *command = word ? subcommand_find(word) : NULL;
    if (word && !command)
        return no_command(word);
    fputs(command ? command->help : help, stdout);
    return end_output();
}

static int print_version(void)
{
    puts("sockspec " SOCKSPEC_VERSION);
    return end_output();
}

int main(int argc, char **argv)
{
    if (!fill_standard_streams())
        return EXIT_INCONCLUSIVE;
    /* What the caller has open is nothing for implementations. */
    close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
    const char *word = argc > 1 ? argv[1] : NULL;
    static char name[] = "sockspec"; /* what getopt_long() calls us */
    if (!word) {
        fputs(help, stderr);
        return EXIT_USAGE;
    }
    family_resume_if_asked(argc, argv);
    if (asks(word, "help"))
        return give_help(argc > 2 ? argv[2] : NULL);
    if (strcmp(word, "--version") == 0)
        return print_version();
    const struct subcommand *command = subcommand_find(word);
    if (!command) {
        int status = no_command(word);
        return meant_for_bisection(argc, argv) ? EXIT_NO_BISECTION : status;
    }
    for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (asks(argv[i], NULL))
            return give_help(word);
        if (strcmp(argv[i], "--version") == 0)
            return print_version();
    }
    argv[1] = name;
    return command->perform(argc - 1, argv + 1);
}
