/* The command line: sockspec run | list | show | coverage | compare | baseline | doctor. */
#include "cli/commands.h"
#include "harness/version.h"
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
    "  list         the rules, their cases and variants\n"
    "  show ID      one rule explained: outcomes, what they stand on, cases, how to run it\n"
    "  coverage     what documents require, and which rules stand on it\n"
    "  compare A B  what implementations did, side by side, or what changed between two runs\n"
    "  baseline A   a first file of known deviations, from a report\n"
    "  doctor       which implementations can be tested on this machine\n"
    "  --help       this; 'sockspec COMMAND --help' for a command's options\n"
    "  --version    the version\n"
    "\n"
    "The manual is sockspec(1).\n";

static const struct {
    const char *name;
    int (*perform)(int argc, char **argv);
} commands[] = {{"run", command_run},           {"list", command_list},
                {"show", command_show},         {"compare", command_compare},
                {"baseline", command_baseline}, {"doctor", command_doctor},
                {"coverage", command_coverage}};

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

int main(int argc, char **argv)
{
    if (!fill_standard_streams())
        return EXIT_INCONCLUSIVE;
    /* What the caller has open is nothing for implementations. */
    close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
    const char *command = argc > 1 ? argv[1] : NULL;
    static char name[] = "sockspec"; /* what getopt_long() calls us */
    if (!command) {
        fputs(help, stderr);
        return EXIT_USAGE;
    }
    if (strcmp(command, "--resume") == 0) /* the process under test called exec() */
        _exit(family_resume(argc - 2, argv + 2));
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(command, commands[i].name) == 0) {
            argv[1] = name;
            return commands[i].perform(argc - 1, argv + 1);
        }
    if (strcmp(command, "--help") == 0 || strcmp(command, "-h") == 0) {
        fputs(help, stdout);
        return end_output();
    }
    if (strcmp(command, "--version") == 0) {
        puts("sockspec " SOCKSPEC_VERSION);
        return end_output();
    }
    fprintf(stderr, "sockspec: no command '%s'; try 'sockspec --help'\n", command);
    return EXIT_USAGE;
}
