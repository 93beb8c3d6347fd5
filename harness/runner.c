#include "harness/runner.h"

#include "calls/clock.h"
#include "harness/worker.h"
#include "lab/fork.h"
#include "lab/namespace.h"
#include "stacks/agent/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* Adds to a text of which the beginning and the end are kept: what there is no room for is dropped
 * from the middle on. */
static void keep(char text[OUTPUT_SIZE], size_t *used, const char *chunk, size_t length)
{
    const size_t room = OUTPUT_SIZE - 1 - *used;
    if (length > room) {
        char *middle = text + OUTPUT_SIZE / 2;
        size_t dropped = length - room;
        *used -= dropped;
        memmove(middle, middle + dropped, (size_t)(text + *used - middle));
    }
    for (size_t i = 0; i < length; i++)
        text[(*used)++] = chunk[i] ? chunk[i] : '?';
    text[*used] = '\0';
}

enum { CHUNK = OUTPUT_SIZE / 4 };

/* Reads some of what the case wrote; false at the end. */
static bool drain(int output, char text[OUTPUT_SIZE], size_t *used)
{
    char chunk[CHUNK];
    ssize_t length = read(output, chunk, sizeof chunk);
    if (length <= 0)
        return length < 0 && errno == EAGAIN;
    keep(text, used, chunk, (size_t)length);
    return true;
}

/* How often it is looked whether time stands still, in milliseconds. */
enum { TICK = 100 };

/* A look at the clock. Where much more time has passed than this process wanted to wait it was not
 * let run, and so were others: the machine was frozen, or everything that belongs to a run was
 * stopped. What a case then did not get in time says nothing. */
static void look_at_clock(struct ending *ending, double seconds, int64_t *last, int64_t asked)
{
    int64_t now = clock_now();
    if ((double)(now - *last - asked) > seconds / 8 * 1e9)
        ending->stood_still = true;
    *last = now;
}

/* Lets go of what joins us to a process. */
static void forget(struct runner *runner)
{
    for (size_t i = 0; i < RUNNER_DESCRIPTORS; i++) {
        if (runner->fd[i] >= 0)
            close(runner->fd[i]);
        runner->fd[i] = -1;
    }
    runner->pid = 0;
}

/* Ends the process, if it has not ended. */
static void end(struct runner *runner, int *status)
{
    kill(runner->pid, SIGKILL);
    waitpid(runner->pid, status, 0);
    forget(runner);
}

/* What a process that has ended or ends a case has written, and not what others go on writing. */
static void drain_rest(int output, char text[OUTPUT_SIZE], size_t *used)
{
    enum { CHUNKS = 65536 / CHUNK };
    struct pollfd rest = {output, POLLIN, 0};
    for (int i = 0; i < CHUNKS && poll(&rest, 1, 0) > 0; i++)
        if (!drain(output, text, used))
            break;
}

bool runner_attend(struct runner *runner, struct tenant *tenant, int64_t last,
                   const struct case_settings *settings, struct ending *ending)
{
    int64_t deadline = last + (int64_t)(ending->limit * 1e9);
    size_t used = 0;
    char over;
    int error = 0;
    bool goes_on = false;
    struct pollfd fds[] = {{runner->fd[RUNNER_PROCESS], POLLIN, 0},
                           {runner->fd[RUNNER_OVER], POLLIN, 0},
                           {runner->fd[RUNNER_OUTPUT], POLLIN, 0},
                           {tenant->pid ? tenant->errors : -1, POLLIN, 0}};
    while (!error) {
        int64_t left = (deadline - clock_now()) / 1000000;
        int wait = left < 0 ? 0 : (int)(left > TICK ? TICK : left + 1);
        int n = poll(fds, sizeof fds / sizeof *fds, wait);
        if (n < 0 && errno != EINTR)
            error = errno;
        look_at_clock(ending, settings->seconds, &last, wait * INT64_C(1000000));
        if (n > 0 && fds[2].revents && !drain(runner->fd[RUNNER_OUTPUT], ending->output, &used))
            fds[2].fd = -1;
        if (n > 0 && fds[3].revents && !tenant_listen(tenant))
            fds[3].fd = -1;
        if (n > 0 && fds[0].revents)
            break;
        if (n > 0 && fds[1].revents) {
            if ((goes_on = read(runner->fd[RUNNER_OVER], &over, 1) == 1))
                break;
            fds[1].fd = -1; /* it ends */
        }
        if (clock_now() >= deadline) {
            ending->timed_out = true;
            break;
        }
    }
    if (fds[2].fd >= 0)
        drain_rest(runner->fd[RUNNER_OUTPUT], ending->output, &used);
    if (!goes_on)
        end(runner, &ending->status);
    errno = error;
    return !error;
}

/* What joins us to a process: its ends of three pipes, as far as there are any. No sockets: they
 * would be in a network, which is not clean then. */
struct ends {
    int orders, over, output;
};

static bool join(int *ours, int *its, bool we_read)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    *ours = ends[!we_read];
    *its = ends[we_read];
    return true;
}

/* Where the cases of a stack have a process each there are no orders but the first. */
static bool open_ends(struct runner *runner, bool one_each, struct ends *its)
{
    *its = (struct ends){-1, -1, -1};
    return join(&runner->fd[RUNNER_OUTPUT], &its->output, true) &&
           fcntl(runner->fd[RUNNER_OUTPUT], F_SETFL, O_NONBLOCK) == 0 &&
           (one_each || (join(&runner->fd[RUNNER_ORDERS], &its->orders, false) &&
                         join(&runner->fd[RUNNER_OVER], &its->over, true)));
}

static void close_ends(struct ends ends)
{
    if (ends.orders >= 0)
        close(ends.orders);
    if (ends.over >= 0)
        close(ends.over);
    if (ends.output >= 0)
        close(ends.output);
}

/* What a fresh process of cases does. */
__attribute__((noreturn)) static void live(const struct case_settings *settings,
                                           const struct order *order, struct ends ends, int null,
                                           const struct tenant *tenant, struct record *record)
{
    dup2(null, STDIN_FILENO);
    dup2(ends.output, STDOUT_FILENO);
    dup2(ends.output, STDERR_FILENO);
    setpgid(0, 0);
    case_process(settings, *order, ends.orders, ends.over, tenant, record);
}

/* A process that begins with this order. */
static bool start(struct runner *runner, const struct case_settings *settings,
                  const struct order *order, const struct tenant *tenant, struct record *record,
                  int null, char *why, size_t size)
{
    const struct stack *stack = settings->stack;
    struct ends its;
    /* A network in which an implementation elsewhere has a part is used as of one case. */
    bool one_each = stack->start || stack->network || stack->elsewhere;
    const char *what = "no pipe";
    for (size_t i = 0; i < RUNNER_DESCRIPTORS; i++)
        runner->fd[i] = -1;
    if (open_ends(runner, one_each, &its)) {
        what = "no process";
        runner->pid = fork_patiently(machine_milliseconds(NETWORK_SECONDS));
        if (runner->pid == 0) {
            forget(runner);
            live(settings, order, its, null, tenant, record);
        }
    }
    if (runner->pid > 0) {
        what = "its process cannot be watched";
        runner->fd[RUNNER_PROCESS] = pidfd_open(runner->pid, 0);
    }
    if (runner->fd[RUNNER_PROCESS] < 0) {
        snprintf(why, size, "%s: %s", what, namespace_reason(errno));
        if (runner->pid > 0)
            end(runner, NULL);
        forget(runner);
    }
    close_ends(its);
    return runner->pid > 0;
}

void runner_end(struct runner *runner)
{
    if (runner->pid > 0)
        end(runner, NULL);
}

bool runner_order(struct runner *runner, const struct case_settings *settings,
                  const struct order *order, const struct tenant *tenant, unsigned changes,
                  struct record *record, int null, char *why, size_t size)
{
    struct pollfd ended = {runner->pid > 0 ? runner->fd[RUNNER_PROCESS] : -1, POLLIN, 0};
    bool knows = runner->pid > 0 && runner->changes == changes && poll(&ended, 1, 0) == 0;
    if (knows && write(runner->fd[RUNNER_ORDERS], order, sizeof *order) == sizeof *order)
        return true;
    runner_end(runner);
    runner->changes = changes;
    return start(runner, settings, order, tenant, record, null, why, size);
}
