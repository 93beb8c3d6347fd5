#include "stacks/agent/program/agent.h"

void agent_learn(void)
{
    libraries_learn();
    platform_learn();
    /* A second thread has the place of the first, as those of cases have then, and what the C
     * library looks up for that is looked up here. */
    locked_learn();
    locked_learn();
}
