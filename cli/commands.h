/* The commands of the command line. Each takes its own argv, from its name on, and returns the exit
 * status of the program. */
#ifndef SOCKSPEC_COMMANDS_H
#define SOCKSPEC_COMMANDS_H

#include "harness/variant.h"
#include "stacks/stack.h"

#include <stdbool.h>

enum {
    EXIT_PASSED = 0,         /* every rule holds, or is known not to apply */
    EXIT_FAILED = 1,         /* a rule is broken */
    EXIT_USAGE = 2,          /* the command line or its files make no sense */
    EXIT_INCONCLUSIVE = 3,   /* the run could not be made, or not all of it gave a verdict */
    EXIT_NO_BISECTION = 128, /* usage, for git bisect: it ends, and blames no revision */
    EXIT_INTERRUPTED = 130,
};

struct subcommand {
    const char *name;
    int (*perform)(int argc, char **argv);
    const char *help; /* options stand at the beginnings of its lines */
};

/* The commands one by one; NULL after the last. */
const struct subcommand *subcommand_at(size_t index);

/* The command of a name; NULL if there is none. */
const struct subcommand *subcommand_find(const char *name);

int command_run(int argc, char **argv);
int command_list(int argc, char **argv);
int command_show(int argc, char **argv);
int command_compare(int argc, char **argv);
int command_merge(int argc, char **argv);
int command_baseline(int argc, char **argv);
int command_doctor(int argc, char **argv);
int command_coverage(int argc, char **argv);
int command_complete(int argc, char **argv);

extern const char run_help[], list_help[], show_help[], compare_help[], merge_help[],
    baseline_help[], doctor_help[], coverage_help[], complete_help[];

/* Flushes standard output; EXIT_PASSED, or EXIT_INCONCLUSIVE with a line on stderr if what was
 * printed did not arrive. */
int end_output(void);

/* Whether a line that makes no sense was meant for git bisect: the word is there, in whatever
 * option somebody mistyped. */
bool meant_for_bisection(int argc, char **argv);

/* Finds the implementation of a SPEC that an option, or "", was given; false with a line on stderr
 * if it makes no sense. */
bool parse_spec(const char *option, const char *spec, const struct stack **stack,
                const char **argument);

/* ---- options that several commands take ---- */

/* Options that choose variants, for getopt_long(): to be put into a command's own array. */
#define SELECTION_OPTIONS                                                                          \
    {"filter", required_argument, NULL, 'f'}, {"exclude", required_argument, NULL, 'x'},           \
        {"tag", required_argument, NULL, 't'}, {"slow", no_argument, NULL, 'S'},                   \
    {                                                                                              \
        "shard", required_argument, NULL, 'H'                                                      \
    }

/* Takes one of these options; false with a line on stderr if its argument is no good. *taken tells
 * whether it was one of them. */
bool selection_option(struct selection *selection, int option, char *argument, bool *taken);

/* How many variants a selection takes; 0, with a line on stderr, if a filter matches nothing or
 * nothing is left. */
size_t selection_count(const struct selection *selection);

void selection_free(struct selection *selection);

/* A whole number within bounds; false with a line on stderr otherwise. */
bool parse_number(const char *option, const char *text, long least, long most, long *number);

#endif
