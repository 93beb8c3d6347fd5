/* An agent started by a command, in the IUT's namespace, anew for each case. */
#include "stacks/stack.h"
#include "stacks/agent/agent.h"

#include <stdlib.h>

static struct door *open_agent(const char *argument, int netns, const struct tenant *tenant)
{
    (void)tenant;
    const char **words = agent_words(argument);
    struct door *door = agent_run(words, netns, netns);
    free(words);
    return door;
}

STACK(agent, .usage = "agent:COMMAND",
      .summary = "an agent over the command's standard input and output, in the IUT's namespace",
      .needs_argument = true, .open = open_agent);
