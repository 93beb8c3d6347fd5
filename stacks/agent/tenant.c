#include "stacks/agent/agent.h"

#include "calls/clean_text.h"
#include "calls/clock.h"
#include "lab/namespace.h"
#include "lab/stop.h"

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

/* Waits for a child's end, as does who becomes the parent of what others leave; its exit status. */
static int await_end(pid_t child)
{
    int status = 0;
    pid_t pid;
    while ((pid = waitpid(-1, &status, 0)) != child && (pid >= 0 || errno == EINTR))
        continue;
    return pid == child && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* What a process in between started. */
static volatile pid_t started;

/* Has await_end() see the end of it all. */
static void end_started(int signal)
{
    (void)signal;
    if (started <= 0)
        _exit(127);
    kill(started, SIGKILL);
}

static void close_from(int first)
{
    for (int fd = first; fd < 1024; fd++)
        close(fd);
}

/* In the tenant's first process: its own mounts, /proc and streams; then the command, as a process
 * of its own: the first one cannot be ended by signals that come from within, as a kernel that
 * panics ends itself. */
__attribute__((noreturn)) static void live(const char *const words[], int netns,
                                           const int pipes[2][2], bool (*prepare)(void *),
                                           void *context)
{
    sigset_t none;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("proc", "/proc", "proc", 0, NULL) != 0) {
        fprintf(stderr, "cannot mount /proc for %s: %s\n", words[0], strerror(errno));
        _exit(127);
    }
    if (netns >= 0)
        namespace_enter(netns);
    for (int fd = STDERR_FILENO + 1; fd < 1024; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    /* Before prepare(), which has numbers of its own for what it opens. */
    dup2(pipes[0][0], STDIN_FILENO);
    dup2(pipes[1][1], STDOUT_FILENO);
    if (prepare && !prepare(context))
        _exit(127);
    pid_t command = fork();
    if (command != 0) {
        close_from(0);
        _exit(command < 0 ? 127 : await_end(command));
    }
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

static void close_all(const int pipes[2][2], const int errors[2])
{
    const int fds[] = {pipes[0][0], pipes[0][1], pipes[1][0], pipes[1][1], errors[0], errors[1]};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

bool tenant_start(struct tenant *tenant, const char *const words[], int netns,
                  enum tenant_stream kind, bool (*prepare)(void *context), void *context, char *why,
                  size_t size)
{
    int pipes[2][2] = {{-1, -1}, {-1, -1}}, errors[2] = {-1, -1};
    if (!make_stream(pipes, kind) || pipe2(errors, O_CLOEXEC) != 0 ||
        fcntl(errors[0], F_SETFL, O_NONBLOCK) != 0) {
        snprintf(why, size, "no pipes: %s", strerror(errno));
        close_all(pipes, errors);
        return false;
    }
    /* An intermediate process, since unshare() puts only children into a new PID namespace. */
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        stop_forget();
        dup2(errors[1], STDERR_FILENO);
        if (unshare(CLONE_NEWPID | CLONE_NEWNS) != 0) {
            fprintf(stderr, "no namespaces for %s: %s\n", words[0], strerror(errno));
            _exit(127);
        }
        signal(SIGTERM, end_started);
        started = fork();
        if (started == 0)
            live(words, netns, (const int(*)[2])pipes, prepare, context);
        close_from(STDERR_FILENO + 1);
        _exit(await_end(started));
    }
    if (pid < 0) {
        snprintf(why, size, "no process: %s", strerror(errno));
        close_all(pipes, errors);
        return false;
    }
    close(pipes[0][0]);
    close(pipes[1][1]);
    close(errors[1]);
    *tenant = (struct tenant){
        .input = pipes[1][0], .output = pipes[0][1], .pid = pid, .errors = errors[0]};
    return true;
}

bool tenant_listen(struct tenant *tenant)
{
    enum { CHUNKS = 64 }; /* at once: there may be no end of it */
    char chunk[sizeof tenant->said / 2];
    size_t used = strlen(tenant->said);
    ssize_t n = 0;
    for (int i = 0; i < CHUNKS && (n = read(tenant->errors, chunk, sizeof chunk)) > 0; i++) {
        size_t room = sizeof tenant->said - 1, length = (size_t)n;
        size_t dropped = used + length > room ? used + length - room : 0;
        memmove(tenant->said, tenant->said + dropped, used -= dropped);
        for (size_t k = 0; k < length; k++)
            tenant->said[used++] = chunk[k] ? chunk[k] : '?';
        tenant->said[used] = '\0';
    }
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

/* Waits for its first word, or its end; how many milliseconds are left, 0 for none. */
static int64_t await_word(struct tenant *tenant, int seconds)
{
    int64_t deadline = clock_now() + seconds * INT64_C(1000000000), left;
    struct pollfd fds[2] = {{tenant->input, POLLIN, 0}, {tenant->errors, POLLIN, 0}};
    while (!stop_asked() && (left = (deadline - clock_now()) / 1000000) > 0) {
        int n = poll(fds, 2, (int)left + 1);
        if (n > 0 && fds[1].revents && !tenant_listen(tenant))
            fds[1].fd = -1;
        if (n > 0 && fds[0].revents)
            return left;
    }
    return 0;
}

bool tenant_await(struct tenant *tenant, int seconds, char *why, size_t size)
{
    char said[3 * sizeof tenant->said]; /* ends of lines take three bytes */
    int count = 0;
    bool ended = await_word(tenant, seconds) > 0;
    if (ended && ioctl(tenant->input, FIONREAD, &count) == 0 && count > 0)
        return true;
    tenant_listen(tenant);
    int used =
        ended ? snprintf(why, size, "the implementation ended before it came up")
              : snprintf(
                    why, size,
                    "the implementation did not come up within %d s (--slow-machine gives it more)",
                    seconds);
    text_take(said, sizeof said, tenant->said);
    /* What it said last tells most; of a kernel, what its panic begins with. */
    size_t length = strlen(said), room = size - (size_t)used - sizeof ": ...";
    const char *panic = strstr(said, "Kernel panic");
    const char *from = panic ? panic : length > room ? said + length - room : said;
    while (from > said && (*from & 0xc0) == 0x80)
        from++;
    if (length)
        snprintf(why + used, size - (size_t)used, ": %s%s", from > said ? "..." : "", from);
    errno = ended ? ECONNRESET : ETIMEDOUT;
    return false;
}

bool tenant_try(struct tenant *tenant, int seconds, char *why, size_t size)
{
    bool good = tenant_await(tenant, seconds, why, size);
    tenant_stop(tenant);
    return good;
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
    if (poll(&stream, 1, 0) < 0 || stream.revents & (POLLHUP | POLLERR))
        return false;
    return tenant->keeper ||
           (waitid(P_PID, (id_t)tenant->pid, &end, WEXITED | WNOHANG | WNOWAIT) == 0 &&
            end.si_pid == 0);
}

/* Has the keeper end it, and waits until it has. */
static void let_go(const struct tenant *tenant)
{
    struct pollfd end = {.fd = tenant->keeper, .events = POLLIN};
    shutdown(tenant->keeper, SHUT_WR);
    while (poll(&end, 1, machine_milliseconds(10)) < 0 && errno == EINTR && !stop_asked())
        continue;
    close(tenant->keeper);
}

void tenant_stop(struct tenant *tenant)
{
    close(tenant->input);
    if (tenant->output != tenant->input)
        close(tenant->output);
    if (tenant->errors >= 0)
        close(tenant->errors);
    if (tenant->keeper) {
        let_go(tenant);
        return;
    }
    /* The process in between ends the others and then itself; or they end with it, some day. */
    struct backoff backoff = backoff_begin(machine_milliseconds(5));
    pid_t ended;
    kill(tenant->pid, SIGTERM);
    while (((ended = waitpid(tenant->pid, NULL, WNOHANG)) == 0 || (ended < 0 && errno == EINTR)) &&
           backoff_wait(&backoff))
        continue;
    if (ended == 0) {
        kill(tenant->pid, SIGKILL);
        waitpid(tenant->pid, NULL, 0);
    }
}
