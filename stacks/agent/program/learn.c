#include "stacks/agent/program/agent.h"

void agent_learn(void)
{
    libraries_learn();
    locked_learn();
}
