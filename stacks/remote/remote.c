/* An agent on another system, over the standard streams of a command that is started where sockspec
 * was and kept for the run. Both sides of a case are there. */
#include "stacks/agent/agent.h"
#include "stacks/remote/keeper.h"

#include "calls/clock.h"
#include "lab/network.h"
#include "lab/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* How many seconds of machine_factor it may take to come up, and to be ready for another case. */
enum { PATIENCE = 60, AGAIN = 10 };

/* Found out by check(), before workers are forked. */
static struct {
    struct described loopback;
    bool isolates; /* it gives each case a network of its own */
} remote;

/* ---- a first look at the agent, in a process of its own ---- */

enum { ISOLATES, SHARES, TROUBLE };

static int complaints;

__attribute__((noreturn)) static void complain(enum trouble trouble, const char *what)
{
    (void)trouble;
    _exit(write(complaints, what, strlen(what)) < 0 ? TROUBLE : TROUBLE);
}

__attribute__((noreturn)) static void look(const struct tenant *tenant)
{
    struct host host = {.name = "iut", .iut = true};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    stop_forget();
    trouble_handler = complain;
    host.door = agent_open(tenant, -1, false);
    bool isolates = agent_isolate(host.door);
    host_close(&host);
    _exit(isolates ? ISOLATES : SHARES);
}

/* Waits for the end of who looks, or of patience: whether the former came first. */
static bool speaks(int fd)
{
    struct pollfd news = {.fd = fd, .events = POLLIN};
    int n;
    while ((n = poll(&news, 1, machine_milliseconds(AGAIN))) < 0 && errno == EINTR && !stop_asked())
        continue;
    return n > 0;
}

/* Whether an agent is there that serves a case, and what it makes of loopback networks. */
static bool serves_a_case(const struct tenant *tenant, char *why, size_t size)
{
    int pipes[2], status = 0;
    char said[512];
    if (pipe2(pipes, O_CLOEXEC) != 0) {
        snprintf(why, size, "no pipe: %s", strerror(errno));
        return false;
    }
    complaints = pipes[1];
    pid_t pid = fork();
    if (pid == 0)
        look(tenant);
    close(pipes[1]);
    if (pid > 0 && !speaks(pipes[0]))
        kill(pid, SIGKILL);
    ssize_t length = pid > 0 ? read(pipes[0], said, sizeof said) : 0;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    close(pipes[0]);
    remote.isolates = WEXITSTATUS(status) == ISOLATES;
    if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) != TROUBLE)
        return true;
    snprintf(why, size, "%.*s: is that sockspec-agent --repeat?", length > 0 ? (int)length : 25,
             length > 0 ? said : "the agent does not answer");
    return false;
}

static bool start_command(const char *argument, struct tenant *tenant, char *why, size_t size)
{
    const char **words = agent_words(argument);
    bool started = keeper_start(tenant, words, why, size);
    free(words);
    return started;
}

/* ---- the stack ---- */

static bool check(const char *argument, char *why, size_t size)
{
    struct tenant tenant;
    char ended[1024];
    if (!argument)
        return true; /* this machine needs nothing for it */
    if (!keeper_begin(why, size) || !start_command(argument, &tenant, why, size))
        return false;
    bool good = tenant_await(&tenant, (int)(PATIENCE * machine_factor), why, size) &&
                serves_a_case(&tenant, why, size);
    if (good && !tenant_await(&tenant, (int)(AGAIN * machine_factor), ended, sizeof ended)) {
        snprintf(why, size, "the agent serves one case and no more: start it with --repeat");
        good = false;
    }
    tenant_stop(&tenant);
    network_describe_inside(&remote.loopback, remote.isolates);
    remote.loopback.unknown = "the agent can make no network of a case's own, and of the loopback "
                              "that is there other addresses are not known";
    return good;
}

static struct network *provide(const char *argument, enum network_kind kind, char *why, size_t size)
{
    (void)argument;
    (void)kind;
    struct network *network = network_describe(NETWORK_LOOPBACK, &remote.loopback);
    if (!network)
        snprintf(why, size, "no memory for a network");
    return network;
}

static bool start(const char *argument, struct network *network, struct tenant *tenant, char *why,
                  size_t size)
{
    (void)network;
    return start_command(argument, tenant, why, size);
}

static struct door *open_remote(const char *argument, int netns, const struct tenant *tenant)
{
    struct door *door = tenant_open(argument, netns, tenant);
    if (remote.isolates && !agent_isolate(door))
        give_up(TROUBLE_AGENT, "the agent has no more networks for cases of their own");
    return door;
}

/* One case at a time: they may share the ports and limits of one system. */
STACK(remote, .usage = "remote:COMMAND",
      .summary = "an agent on another system over the command's standard streams, both sides of "
                 "each case there",
      .needs_argument = true, .elsewhere = true, .both_inside = true, .most_at_once = 1,
      .check = check, .network = provide, .start = start, .open = open_remote);
