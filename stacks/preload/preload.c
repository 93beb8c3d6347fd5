/* Libraries that stand before the C library's socket calls: the agent with LD_PRELOAD. */
#include "stacks/agent/agent.h"
#include "stacks/preload/bindings.h"
#include "stacks/stack.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char program[PATH_MAX];

/* The agent's functions that are the library's. */
static char functions[2048];

static bool check(const char *argument, char *why, size_t size)
{
    char path[PATH_MAX];
    struct stat file;
    if (!agent_program("sockspec-agent", program, sizeof program, why, size))
        return false;
    if (!argument)
        return true;
    if (!realpath(argument, path) || stat(path, &file) != 0 || access(path, R_OK) != 0) {
        snprintf(why, size, "%s: %s", argument, strerror(errno));
        return false;
    }
    if (!S_ISREG(file.st_mode)) {
        snprintf(why, size, "%s is no file", argument);
        return false;
    }
    return bindings_find(program, path, functions, sizeof functions, why, size);
}

static const char *detail(void)
{
    static char text[sizeof functions + 64];
    snprintf(text, sizeof text, "of the library take part: %s",
             *functions ? functions : "none of its functions, by name");
    return text;
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
      .check = check, .detail = detail, .open = open_preload);
