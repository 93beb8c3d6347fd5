/* Libraries that stand before the C library's socket calls: the agent with LD_PRELOAD. */
#include "stacks/agent/agent.h"
#include "stacks/stack.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char program[PATH_MAX];

static bool check(const char *argument, char *why, size_t size)
{
    if (argument && access(argument, R_OK) != 0) {
        snprintf(why, size, "%s: %s", argument, strerror(errno));
        return false;
    }
    return agent_program("sockspec-agent", program, sizeof program, why, size);
}

static struct door *open_preload(const char *argument, int netns, const struct tenant *tenant)
{
    (void)tenant;
    const char *const words[] = {program, NULL};
    char path[PATH_MAX];
    setenv("LD_PRELOAD", realpath(argument, path) ? path : argument, 1);
    struct door *door = agent_run(words, netns, netns);
    unsetenv("LD_PRELOAD");
    return door;
}

STACK(preload, .usage = "preload:LIBRARY",
      .summary = "the agent with this library loaded before the C library", .needs_argument = true,
      .check = check, .open = open_preload);
