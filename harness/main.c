/* The command line: sockspec run | list | show. */
#include "harness/commands.h"
#include "harness/version.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: sockspec COMMAND [OPTIONS]\n"
    "\n"
    "  run          judge a socket implementation by documented rules\n"
    "  list         the rules, their cases and variants\n"
    "  show ID      one rule explained: statement, sources, outcomes, how to run it\n"
    "  --help       this; 'sockspec COMMAND --help' for a command's options\n"
    "  --version    the version\n"
    "\n"
    "The manual is sockspec(1).\n";

int main(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : NULL;
    if (!command) {
        fputs(help, stderr);
        return EXIT_USAGE;
    }
    if (strcmp(command, "run") == 0)
        return command_run(argc - 1, argv + 1);
    if (strcmp(command, "list") == 0)
        return command_list(argc - 1, argv + 1);
    if (strcmp(command, "show") == 0)
        return command_show(argc - 1, argv + 1);
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
