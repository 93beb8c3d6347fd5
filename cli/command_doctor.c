#include "cli/commands.h"
#include "lab/stop.h"
#include "stacks/stack.h"

#include <stdio.h>
#include <string.h>

const char doctor_help[] =
    "usage: sockspec doctor\n"
    "\n"
    "Prints which implementations can be tested on this machine, and what the others lack.\n";

static void examine(const struct stack *stack, const char *argument)
{
    char spec[128], why[256] = "";
    if (argument)
        snprintf(spec, sizeof spec, "%s:%s", stack->name, argument);
    else
        snprintf(spec, sizeof spec, "%s", stack->needs_argument ? stack->usage : stack->name);
    bool good = !stack->check || stack->check(argument, why, sizeof why);
    if (stop_asked())
        return;
    printf("%-4s %-23s %s\n", good ? "ok" : "-", spec, good ? stack->summary : why);
}

int command_doctor(int argc, char **argv)
{
    if (argc != 1) {
        fprintf(stderr, "sockspec: doctor takes no argument '%s'\n", argv[1]);
        return EXIT_USAGE;
    }
    stop_listen();
    for (const struct stack *stack = stack_first(); stack && !stop_asked(); stack = stack->next) {
        if (!stack->examples[0])
            examine(stack, NULL);
        for (size_t i = 0; i < 4 && stack->examples[i] && !stop_asked(); i++)
            examine(stack, stack->examples[i]);
    }
    stop_say();
    int status = end_output();
    return stop_asked() ? EXIT_INTERRUPTED : status;
}
