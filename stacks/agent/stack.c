/* An agent started by a command, in the IUT's namespace, anew for each case. */
#include "stacks/stack.h"
#include "stacks/agent/agent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A command's words; with anything that a shell would look at, the shell gets it whole. They are
 * never released: this process runs one case. */
static const char **split(const char *command)
{
    char *text = strdup(command), *rest = NULL;
    const char **words = calloc(strlen(command) / 2 + 4, sizeof *words);
    size_t count = 0;
    if (!text || !words)
        abort();
    if (text[strcspn(text, "'\"\\$`|&;<>()*?~#=")]) {
        words[0] = "/bin/sh";
        words[1] = "-c";
        words[2] = text;
        return words;
    }
    for (char *word = strtok_r(text, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest))
        words[count++] = word;
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
