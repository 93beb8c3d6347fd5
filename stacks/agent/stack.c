/* An agent started by a command, in the IUT's namespace, anew for each case. */
#include "stacks/stack.h"
#include "stacks/agent/agent.h"

#include <stdio.h>
#include <string.h>

/* A command's words; with anything that a shell would look at, the shell gets it whole. */
static const char *const *split(const char *command)
{
    enum { WORDS = 64 };
    static const char *words[WORDS + 1];
    static char text[4096];
    size_t count = 0;
    char *rest = NULL;
    snprintf(text, sizeof text, "%s", command);
    if (text[strcspn(text, "'\"\\$`|&;<>()*?~#=")]) {
        words[0] = "/bin/sh";
        words[1] = "-c";
        words[2] = text;
        words[3] = NULL;
        return words;
    }
    for (char *word = strtok_r(text, " \t", &rest); word && count < WORDS;
         word = strtok_r(NULL, " \t", &rest))
        words[count++] = word;
    words[count] = NULL;
    return words;
}

static struct door *open_agent(const char *argument, int netns, const struct tenant *tenant)
{
    (void)tenant;
    return agent_run(split(argument), netns, netns);
}

STACK(agent, .usage = "agent:COMMAND",
      .summary = "an agent over the command's standard input and output, in the IUT's namespace",
      .needs_argument = true, .open = open_agent);
