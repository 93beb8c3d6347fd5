/* The kernel of this machine, through this program's libc. What is under test runs in a process of
 * its own, so that it can fork, replace its program, and lose its descriptors and rights. */
#include "lab/fork.h"
#include "lab/namespace.h"
#include "stacks/agent/agent.h"
#include "stacks/agent/program/agent.h"
#include "stacks/host/kernel.h"
#include "stacks/stack.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_in_process(const char *argument)
{
    return argument && strcmp(argument, "in-process") == 0;
}

/* The life of the process under test: nothing of the harness is open in it but its stream. */
__attribute__((noreturn)) static void live(int stream, int netns)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    namespace_enter(netns);
    close_range(STDERR_FILENO + 1, (unsigned)stream - 1, 0);
    close_range((unsigned)stream + 1, ~0u, 0);
    int end = descriptor_away(stream); /* for which there is room now */
    close(stream);
    implementation_states_elsewhere();
    agent_enter_directory();
    agent_serve(end, end);
    _exit(0);
}

struct door *host_open(int netns)
{
    int ends[2];
    struct tenant stream;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        give_up(TROUBLE_AGENT, "no stream to a process: %s", strerror(errno));
    pid_t pid = fork_alone();
    if (pid == 0)
        live(ends[1], netns);
    if (pid < 0)
        give_up(TROUBLE_AGENT, "no process for the implementation: %s", strerror(errno));
    close(ends[1]);
    stream = (struct tenant){.input = ends[0], .output = ends[0], .pid = pid};
    return agent_open(&stream, netns, true);
}

static struct door *open_host(const char *argument, int netns, const struct tenant *tenant)
{
    (void)tenant;
    if (!is_in_process(argument))
        return host_open(netns);
    kernel_alters_process();
    return kernel_open(netns);
}

static bool accepts_host(const char *argument, char *why, size_t size)
{
    if (!argument || is_in_process(argument))
        return true;
    snprintf(why, size, "'host' takes no argument but 'in-process'");
    return false;
}

STACK(host, .usage = "host[:in-process]",
      .summary = "the kernel of this machine, through this program's libc", .accepts = accepts_host,
      .warm_up = agent_learn, .open = open_host);
