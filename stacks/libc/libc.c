/* Other C libraries: the agent built against one, or run by another dynamic loader. */
#include "stacks/agent/agent.h"
#include "stacks/stack.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The libraries that the build makes an agent for, and where they come from. */
static const struct {
    const char *name, *program, *package;
} libraries[] = {{"musl", "sockspec-agent-musl", "musl-tools"},
                 {"diet", "sockspec-agent-diet", "dietlibc-dev"}};

/* The words that start the agent; false with a reason. */
static bool command(const char *argument, const char *words[3], char *why, size_t size)
{
    static char program[4096], loader[4096];
    words[1] = words[2] = NULL;
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
        if (strcmp(argument, libraries[i].name) == 0) {
            words[0] = program;
            if (agent_program(libraries[i].program, program, sizeof program, why, size))
                return true;
            snprintf(why, size, "there is no %s beside this program: install %s and build again",
                     libraries[i].program, libraries[i].package);
            return false;
        }
    snprintf(loader, sizeof loader, "%s", argument);
    words[0] = loader;
    words[1] = program;
    if (access(loader, X_OK) != 0) {
        snprintf(why, size, "%s: %s; known are musl, diet, and paths of dynamic loaders", argument,
                 strerror(errno));
        return false;
    }
    return agent_program("sockspec-agent", program, sizeof program, why, size);
}

static bool check(const char *argument, char *why, size_t size)
{
    const char *words[3];
    return command(argument, words, why, size);
}

static struct door *open_libc(const char *argument, int netns, const struct tenant *tenant)
{
    (void)tenant;
    const char *words[3];
    char why[256];
    if (!command(argument, words, why, sizeof why))
        give_up(TROUBLE_AGENT, "%s", why);
    return agent_run(words, netns, netns);
}

STACK(libc, .usage = "libc:NAME",
      .summary = "the agent built with musl or diet, or run by this dynamic loader",
      .needs_argument = true, .check = check, .open = open_libc, .examples = {"musl", "diet"});
