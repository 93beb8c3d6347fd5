/* Case after case on one stream. */
#include "stacks/agent/program/agent.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef POLLRDHUP
#define POLLRDHUP 0
#endif

static int ends[2] = {-1, -1}; /* a pipe: has something to be read when a process has ended */

static void note_end(int signal)
{
    int error = errno;
    (void)signal;
    (void)!write(ends[1], "", 1);
    errno = error;
}

/* Has the end of a process heard as the stream's is: away from the numbers that cases have. */
static bool listen_to_ends(void)
{
    struct sigaction action = {.sa_handler = note_end, .sa_flags = SA_RESTART | SA_NOCLDSTOP};
    int pair[2];
    if (pipe(pair) != 0)
        return false;
    for (int i = 0; i < 2; i++) {
        ends[i] = descriptor_away(pair[i]);
        close(pair[i]);
    }
    return ends[0] >= 0 && ends[1] >= 0 && sigaction(SIGCHLD, &action, NULL) == 0;
}

/* Waits until a process has ended, or the stream: who is inside a call does not hear of that, and
 * nobody else would ever end it. Whether the process ended first. */
static bool ends_first(int input)
{
    struct pollfd fds[2] = {{.fd = ends[0], .events = POLLIN}, {.fd = input, .events = POLLRDHUP}};
    char byte;
    while (poll(fds, 2, -1) < 0 && errno == EINTR)
        continue;
    return fds[0].revents && read(ends[0], &byte, 1) == 1;
}

int agent_repeat(int input, int output, bool listens)
{
    enum { FOLLOWS = 0, GONE = 1 };
    listens = listens && listen_to_ends();
    agent_learn();
    for (;;) {
        int status = 0;
        pid_t pid = fork();
        if (pid == 0) {
            if (listens) {
                signal(SIGCHLD, SIG_DFL);
                close(ends[0]);
                close(ends[1]);
            }
            end_with_parent();
            _exit(agent_serve(input, output) ? FOLLOWS : GONE);
        }
        if (pid < 0)
            return 3;
        bool gone = listens && !ends_first(input);
        if (gone)
            kill(pid, SIGKILL);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            continue;
        if (gone)
            return 0;
        if (WIFSIGNALED(status)) {
            if (!tell_of_death(output, WTERMSIG(status)))
                return 3;
        } else if (WEXITSTATUS(status) != FOLLOWS) {
            return WEXITSTATUS(status) == GONE ? 0 : WEXITSTATUS(status);
        }
    }
}
