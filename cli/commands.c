#include "cli/commands.h"

#include <string.h>

static const struct subcommand commands[] = {
    {"run", command_run, run_help},
    {"list", command_list, list_help},
    {"show", command_show, show_help},
    {"coverage", command_coverage, coverage_help},
    {"compare", command_compare, compare_help},
    {"merge", command_merge, merge_help},
    {"baseline", command_baseline, baseline_help},
    {"doctor", command_doctor, doctor_help},
    {"complete", command_complete, complete_help},
};

const struct subcommand *subcommand_at(size_t index)
{
    return index < sizeof commands / sizeof *commands ? &commands[index] : NULL;
}

const struct subcommand *subcommand_find(const char *name)
{
    const struct subcommand *command;
    for (size_t i = 0; (command = subcommand_at(i)); i++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}
