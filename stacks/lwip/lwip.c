/* lwIP: its socket API in an agent's process, on the IUT's end of the network. */
#include "stacks/agent/addresses.h"
#include "stacks/agent/agent.h"

#include "lab/link.h"
#include "lab/namespace.h"
#include "lab/network.h"

#include <stdio.h>

static char program[4096];

static bool accepts(const char *argument, char *why, size_t size)
{
    if (argument)
        snprintf(why, size, "'lwip' takes no argument");
    return !argument;
}

static bool check(const char *argument, char *why, size_t size)
{
    (void)argument;
    if (agent_program("sockspec-agent-lwip", program, sizeof program, why, size))
        return true;
    snprintf(why, size,
             "there is no sockspec-agent-lwip beside this program: install liblwip-dev and build "
             "again");
    return false;
}

/* lwIP starts in a millisecond, so each case has one of its own. */
static struct door *open_lwip(const char *argument, int netns, const struct tenant *tenant)
{
    (void)argument;
    (void)tenant;
    const char *words[2 + ADDRESS_WORDS + 1] = {program};
    namespace_enter(netns);
    unsigned index = link_index(LINK_NAME);
    struct network network = {.kind = index ? NETWORK_PAIR : NETWORK_LOOPBACK, .ifindex = {index}};
    words[1] = index ? LINK_NAME : "lo";
    address_words(&network, words + 2);
    return agent_run(words, netns, -1);
}

STACK(lwip, .usage = "lwip", .summary = "lwIP's socket API in a process", .elsewhere = true,
      .takes_interface = true, .accepts = accepts, .check = check, .open = open_lwip);
