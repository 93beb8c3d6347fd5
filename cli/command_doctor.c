#include "calls/clean_text.h"
#include "cli/commands.h"
#include "harness/look.h"
#include "lab/stop.h"

#include <stdio.h>
#include <string.h>

const char doctor_help[] =
    "usage: sockspec doctor [SPEC...]\n"
    "\n"
    "Prints which implementations can be tested on this machine, and what the others lack; with\n"
    "SPECs, as --iut takes them, that of these. Each is brought up and asked what it is, as "
    "'sockspec\n"
    "run' does before its first case.\n"
    "\n"
    "Exit status: 0, or 1 if one of the SPECs cannot be tested; 2 usage.\n";

/* What there is to test, in a few words, or why it cannot be tested. */
static bool examine(const struct stack *stack, const char *argument, char *says, size_t size)
{
    const struct case_settings settings = {
        .stack = stack, .stack_argument = argument, .profile = BY_LINUX, .seconds = 10};
    struct looked looked;
    if (stack->check && !stack->check(argument, says, size))
        return false;
    if (stack->needs_argument && !argument) {
        snprintf(says, size, "%s", stack->summary);
        return true;
    }
    if (look(&settings, LOOK_AT_LOOPBACK | LOOK_AT_PAIR, &looked, says, size) != LOOK_GOOD)
        return false;
    worker_stop(&looked.worker);
    snprintf(says, size, "%s%s%s%s", stack->summary, *looked.system ? ": " : "", looked.system,
             stack->detail ? "; " : "");
    if (stack->detail)
        strncat(says, stack->detail(), size - strlen(says) - 1);
    return true;
}

static bool print_found(const struct stack *stack, const char *spec, const char *argument)
{
    char says[2048] = "";
    bool good = examine(stack, argument, says, sizeof says);
    if (!stop_asked())
        print_line(stdout, "%-4s %-23s %s", good ? "ok" : "-", spec, says);
    fflush(stdout);
    return good;
}

static void examine_all(void)
{
    for (const struct stack *stack = stack_first(); stack && !stop_asked(); stack = stack->next) {
        if (!stack->examples[0])
            print_found(stack, stack->needs_argument ? stack->usage : stack->name, NULL);
        for (size_t i = 0; i < 4 && stack->examples[i] && !stop_asked(); i++) {
            char spec[128];
            snprintf(spec, sizeof spec, "%s:%s", stack->name, stack->examples[i]);
            print_found(stack, spec, stack->examples[i]);
        }
    }
}

int command_doctor(int argc, char **argv)
{
    int status = EXIT_PASSED;
    for (int i = 1; i < argc; i++)
        if (!parse_spec("", argv[i], &(const struct stack *){0}, &(const char *){0}))
            return EXIT_USAGE;
    stop_listen();
    workers_adopt();
    if (argc == 1)
        examine_all();
    for (int i = 1; i < argc && !stop_asked(); i++) {
        const struct stack *stack;
        const char *argument;
        if (!parse_spec("", argv[i], &stack, &argument) || !print_found(stack, argv[i], argument))
            status = EXIT_FAILED;
    }
    workers_await();
    stop_say();
    int written = end_output();
    return stop_asked() ? EXIT_INTERRUPTED : written ? written : status;
}
