#include "stacks/agent/agent.h"

#include "lab/namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the tenant's first process: its own mounts, /proc and streams; then the command. */
__attribute__((noreturn)) static void live(const char *const words[], int netns,
                                           const int pipes[2][2], bool (*prepare)(void *),
                                           void *context)
{
    sigset_t none;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("proc", "/proc", "proc", 0, NULL) != 0) {
        fprintf(stderr, "cannot mount /proc for %s: %s\n", words[0], strerror(errno));
        _exit(127);
    }
    namespace_enter(netns);
    for (int fd = STDERR_FILENO + 1; fd < 1024; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    if (prepare && !prepare(context))
        _exit(127);
    dup2(pipes[0][0], STDIN_FILENO);
    dup2(pipes[1][1], STDOUT_FILENO);
    execvp(words[0], (char *const *)words);
    fprintf(stderr, "cannot run %s: %s\n", words[0], strerror(errno));
    _exit(127);
}

/* Reading and writing ends of what goes in and of what comes out. */
static bool make_stream(int pipes[2][2], enum tenant_stream kind)
{
    int ends[2];
    if (kind == STREAM_PIPES)
        return pipe2(pipes[0], O_CLOEXEC) == 0 && pipe2(pipes[1], O_CLOEXEC) == 0;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return false;
    pipes[0][0] = ends[0];
    pipes[1][1] = fcntl(ends[0], F_DUPFD_CLOEXEC, 0);
    pipes[1][0] = ends[1];
    pipes[0][1] = fcntl(ends[1], F_DUPFD_CLOEXEC, 0);
    return true;
}

bool tenant_start(struct tenant *tenant, const char *const words[], int netns,
                  enum tenant_stream kind, bool (*prepare)(void *context), void *context, char *why,
                  size_t size)
{
    int pipes[2][2];
    if (!make_stream(pipes, kind)) {
        snprintf(why, size, "no pipes: %s", strerror(errno));
        return false;
    }
    /* An intermediate process, since unshare() puts only children into a new PID namespace. */
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (unshare(CLONE_NEWPID | CLONE_NEWNS) != 0) {
            fprintf(stderr, "no namespaces for %s: %s\n", words[0], strerror(errno));
            _exit(127);
        }
        pid_t first = fork();
        if (first == 0)
            live(words, netns, (const int(*)[2])pipes, prepare, context);
        for (int fd = STDERR_FILENO + 1; fd < 1024; fd++)
            close(fd);
        int status = 0;
        while (waitpid(first, &status, 0) < 0 && errno == EINTR)
            continue;
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
    }
    close(pipes[0][0]);
    close(pipes[1][1]);
    if (pid < 0) {
        snprintf(why, size, "no process: %s", strerror(errno));
        close(pipes[0][1]);
        close(pipes[1][0]);
        return false;
    }
    *tenant = (struct tenant){.input = pipes[1][0], .output = pipes[0][1], .pid = pid};
    return true;
}

bool tenant_await(const struct tenant *tenant, int seconds, char *why, size_t size)
{
    struct pollfd hello = {.fd = tenant->input, .events = POLLIN};
    int n, said = 0;
    while ((n = poll(&hello, 1, seconds * 1000)) < 0 && errno == EINTR)
        continue;
    if (n == 1 && ioctl(tenant->input, FIONREAD, &said) == 0 && said > 0)
        return true;
    snprintf(why, size,
             n == 0 ? "the implementation did not come up within %d s"
                    : "the implementation ended before it came up",
             seconds);
    errno = n == 0 ? ETIMEDOUT : ECONNRESET;
    return false;
}

struct door *tenant_open(const char *argument, int netns, const struct tenant *tenant)
{
    (void)argument;
    (void)netns;
    return agent_open(tenant, -1, false);
}

bool tenant_lives(const struct tenant *tenant)
{
    struct pollfd stream = {.fd = tenant->input, .events = POLLIN};
    siginfo_t end = {.si_pid = 0};
    return poll(&stream, 1, 0) >= 0 && !(stream.revents & (POLLHUP | POLLERR)) &&
           waitid(P_PID, (id_t)tenant->pid, &end, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           end.si_pid == 0;
}

void tenant_stop(struct tenant *tenant)
{
    close(tenant->input);
    if (tenant->output != tenant->input)
        close(tenant->output);
    kill(tenant->pid, SIGKILL);
    while (waitpid(tenant->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}
