#include "harness/worker.h"

#include "calls/clock.h"
#include "harness/runner.h"
#include "harness/supply.h"
#include "lab/files.h"
#include "lab/fork.h"
#include "lab/line.h"
#include "lab/namespace.h"
#include "lab/stop.h"
#include "stacks/agent/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READY = -1, FORKING = -1 };

/* In the worker's process. */
struct state {
    const struct case_settings *settings;
    struct worker *worker;
    struct supply supply;
    struct runner runner;
    int null;
    int children; /* who they are, as /proc says it; -1: it does not */
};

/* Whether somebody lives here beside the runner. Orphans of this PID namespace are our children. */
static bool has_strays(const struct state *state)
{
    char text[64];
    ssize_t length = state->children < 0 ? -1 : pread(state->children, text, sizeof text - 1, 0);
    if (length <= 0)
        return true; /* or it cannot be told */
    text[length] = '\0';
    return text[strcspn(text, " ")] && text[strcspn(text, " ") + 1];
}

/* Ends what a case left behind: in this PID namespace there is nothing else, unless there are
 * tenants; then its process group has to do. */
static void clear_processes(const struct state *state, pid_t group)
{
    if (state->settings->stack->start) {
        kill(-group, SIGKILL);
        return;
    }
    if (waitpid(-1, NULL, WNOHANG) < 0)
        return;
    kill(-1, SIGKILL);
    while (waitpid(-1, NULL, 0) > 0)
        continue;
}

/* Adds what the tenant wrote last to the output of a case that it did not see through, which is cut
 * to make room for that. */
static void quote_tenant(struct tenant *tenant, struct ending *ending)
{
    static const char before[] = "\nthe implementation wrote: ";
    tenant_listen(tenant);
    size_t used = strlen(ending->output), length = sizeof before - 1 + strlen(tenant->said);
    size_t room = sizeof ending->output - 1;
    if (!*tenant->said)
        return;
    if (used + length > room)
        used = room - length;
    snprintf(ending->output + used, sizeof ending->output - used, "%s%s",
             used ? before : before + 1, tenant->said);
}

/* What came to the line and was not read by the case any more. */
static void keep_unread(struct line_end *line, struct record *record)
{
    static unsigned char frame[65536];
    struct captured about = {.from_iut = true};
    bool later;
    int size;
    while ((size = line_read(line, frame, sizeof frame, &about.time, &later)) > 0) {
        about.length = (uint32_t)size;
        record_frame(record, &about, frame);
    }
}

/* Follows an order; false, and why, if there is nothing to follow it in. */
static bool follow(struct state *state, int32_t order)
{
    const struct variant *variant = order >= 0 ? registered_job((size_t)order)->variant : NULL;
    struct record *record = state->worker->record;
    struct ending *ending = state->worker->ending;
    ending->limit = variant ? worker_limit(variant, state->settings) : state->settings->seconds;

    /* A tenant is at the end of a pair and has its own loopback there, unless it provides its
     * network itself. */
    const struct stack *stack = state->settings->stack;
    bool loopback = both_inside(state->settings) ||
                    (variant ? !variant_needs_pair(variant) : order == WORKER_LOOKS_AT_LOOPBACK);
    bool line = !loopback && variant && variant->value[AXIS_network] == ON_LINE;
    bool at_pair = stack->start && !stack->network;
    struct network *network =
        supply_take(&state->supply, loopback && !at_pair ? NETWORK_LOOPBACK : NETWORK_PAIR,
                    ending->reason, sizeof ending->reason);
    if (!network)
        return false;
    bool had_line = network->line;
    if (line && !network_take_line(network))
        snprintf(record->no_line, sizeof record->no_line, "%s%s", strerror(errno),
                 errno == EPERM ? " (packet sockets take the capability NET_RAW)" : "");
    state->supply.changes += network->line && !had_line;
    if (state->supply.tenant.pid) {
        tenant_listen(&state->supply.tenant);
        state->supply.tenant.said[0] = '\0'; /* what belongs to this case comes from now on */
    }
    /* For the implementation's process, and for agents that start elsewhere. */
    const char *directory = files_fresh();
    if (!directory != !getenv("SOCKSPEC_DIRECTORY"))
        state->supply.changes++;
    if (!directory)
        unsetenv("SOCKSPEC_DIRECTORY");
    else if (setenv("SOCKSPEC_DIRECTORY", directory, 1) != 0)
        abort();
    int64_t last = clock_now();
    struct network inside = network_inside(network);
    struct order what = {.index = order, .network = loopback && at_pair ? &inside : network};
    struct tenant *tenant = &state->supply.tenant;
    struct runner *runner = &state->runner;
    if (!runner_order(runner, state->settings, &what, stack->start ? tenant : NULL,
                      state->supply.changes, record, state->null, ending->reason,
                      sizeof ending->reason)) {
        state->supply.ready[network->kind] = network; /* as it was */
        return false;
    }
    pid_t pid = runner->pid;
    if (!runner_attend(runner, tenant, last, state->settings, ending)) {
        ending->no_network = true;
        snprintf(ending->reason, sizeof ending->reason, "its process cannot be watched: %s",
                 strerror(errno));
    }
    if (tenant->pid && !record->finished)
        quote_tenant(tenant, ending);
    if (runner->pid > 0 && has_strays(state))
        runner_end(runner);
    if (runner->pid == 0)
        clear_processes(state, pid);
    if (line && network->line)
        keep_unread(network->line, record);
    files_clear();
    supply_give_back(&state->supply, network, record);
    return true;
}

/* What a worker is told: a job's index, or to look at a network. */
static void run_order(struct state *state, int32_t order)
{
    struct ending *ending = state->worker->ending;
    int64_t begin = clock_now();
    memset(ending, 0, offsetof(struct ending, output) + 1);
    record_reset(state->worker->record);
    if (!follow(state, order))
        ending->no_network = true;
    ending->nanoseconds = clock_now() - begin;
}

static void say(int control, int32_t what)
{
    if (send(control, &what, sizeof what, MSG_NOSIGNAL) != sizeof what)
        _exit(1);
}

/* The kernel hands packets on per processor, so that what two processors send can change places. A
 * case stays on one; here so does the tenant, which its worker takes along. */
static void stay_on_processor(unsigned number)
{
    cpu_set_t allowed, one;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return;
    number %= (unsigned)CPU_COUNT(&allowed);
    for (int processor = 0; processor < CPU_SETSIZE; processor++)
        if (CPU_ISSET(processor, &allowed) && number-- == 0) {
            CPU_ZERO(&one);
            CPU_SET(processor, &one);
            sched_setaffinity(0, sizeof one, &one);
        }
}

/* As many files for every worker, where there may be so many. */
static void limit_files(void)
{
    enum { FILES = 1024 };
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return;
    files.rlim_cur = files.rlim_max = files.rlim_max < FILES ? files.rlim_max : FILES;
    setrlimit(RLIMIT_NOFILE, &files);
}

/* The worker's life, as the first process of its PID namespace. */
__attribute__((noreturn)) static void work(const struct case_settings *settings,
                                           struct worker *worker)
{
    struct state state = {.settings = settings,
                          .worker = worker,
                          .supply = {.settings = settings, .ending = worker->ending}};
    struct rlimit none = {0, 0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "sockspec-worker");
    /* What networks wait for comes within milliseconds, or they are made anew. */
    patience = machine_milliseconds(
        settings->seconds < 10 * machine_factor ? settings->seconds / 2 / machine_factor : 5);
    setrlimit(RLIMIT_CORE, &none);
    limit_files();
    signal(SIGPIPE, SIG_IGN);
    files_set_up();
    heap_for_forks();
    if (settings->stack->warm_up)
        settings->stack->warm_up();
    if (settings->stack->start)
        stay_on_processor(worker->number);
    state.null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    state.children = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    if (state.null < 0) {
        snprintf(worker->ending->reason, sizeof worker->ending->reason, "cannot open /dev/null: %s",
                 strerror(errno));
        _exit(1);
    }
    say(worker->control, READY);
    for (;;) {
        int32_t index;
        if (recv(worker->control, &index, sizeof index, 0) != sizeof index)
            _exit(0);
        run_order(&state, index);
        say(worker->control, index);
    }
}

/* Namespaces, if need be once there is room for them: no more than that is tried twice. */
static bool isolate_patiently(char *why, size_t size)
{
    struct backoff backoff = backoff_begin_rarely(machine_milliseconds(NETWORK_SECONDS));
    while (!namespace_isolate(why, size))
        if (!namespace_is_limit(errno) || !backoff_wait(&backoff))
            return false;
    *why = '\0';
    return true;
}

/* Makes the namespaces and, in them, the worker; then only waits for its end. */
__attribute__((noreturn)) static void launch(const struct case_settings *settings,
                                             struct worker *worker)
{
    sigset_t none;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    stop_forget();
    setsid(); /* the terminal's ^C is for the coordinator */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (!isolate_patiently(worker->ending->reason, sizeof worker->ending->reason))
        _exit(1);
    /* What no network of this run can have ends it before any case. */
    if (!settings->stack->network &&
        !network_settings(worker->ending->reason, sizeof worker->ending->reason))
        _exit(1);
    worker->ending->first = FORKING;
    pid_t pid = fork_patiently(machine_milliseconds(NETWORK_SECONDS));
    if (pid == 0)
        work(settings, worker);
    worker->ending->first = pid > 0 ? pid : 0;
    close(worker->control);
    if (pid < 0)
        snprintf(worker->ending->reason, sizeof worker->ending->reason, "no process: %s",
                 namespace_reason(errno));
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    _exit(0);
}

/* Whether processes that are forked from now on have a worker's memory too. Those of other workers
 * have no use for it, and each mapping costs each case's processes time. */
static void inherit(struct worker *worker, bool inherited)
{
    int advice = inherited ? MADV_DOFORK : MADV_DONTFORK;
    madvise(worker->record, sizeof *worker->record, advice);
    madvise(worker->ending, sizeof *worker->ending, advice);
}

bool worker_start(struct worker *worker, const struct case_settings *settings, char *why,
                  size_t size)
{
    static unsigned started;
    int ends[2];
    *worker =
        (struct worker){.pid = -1, .control = -1, .number = started++, .record = record_create()};
    worker->ending = mmap(NULL, sizeof *worker->ending, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (worker->ending == MAP_FAILED)
        worker->ending = NULL;
    if (!worker->record || !worker->ending ||
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        snprintf(why, size, "cannot start a worker: %s", namespace_reason(errno));
        worker_stop(worker);
        return false;
    }
    worker->control = ends[0];
    inherit(worker, true);
    worker->pid = fork();
    if (worker->pid == 0) {
        close(ends[0]);
        worker->control = ends[1];
        launch(settings, worker);
    }
    inherit(worker, false);
    close(ends[1]);
    if (worker->pid < 0) {
        snprintf(why, size, "cannot start a worker: %s", namespace_reason(errno));
        worker_stop(worker);
        return false;
    }
    return true;
}

double worker_limit(const struct variant *variant, const struct case_settings *settings)
{
    return settings->seconds + variant->of->seconds * machine_factor;
}

bool worker_order(struct worker *worker, size_t index)
{
    int32_t order = (int32_t)index;
    return send(worker->control, &order, sizeof order, MSG_NOSIGNAL) == sizeof order;
}

bool worker_look(struct worker *worker, int at)
{
    int32_t order = at;
    return send(worker->control, &order, sizeof order, MSG_NOSIGNAL) == sizeof order;
}

int worker_news(struct worker *worker)
{
    int32_t news;
    if (recv(worker->control, &news, sizeof news, 0) != sizeof news)
        return -1;
    return news == READY ? 0 : 1;
}

bool worker_queues(struct worker *worker)
{
    unsigned before = worker->queued;
    return (worker->queued = worker->ending->queued) != before;
}

/* ---- what stopped workers leave to die ---- */

/* The first processes of PID namespaces: when one is gone nothing lives in there. They become ours
 * when their launchers are. */
static struct {
    pid_t *list;
    size_t count;
} dying;

void workers_adopt(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* Which process a launcher has made, if any. One that is about to tell is let do so. */
static pid_t first_of(const struct ending *ending)
{
    struct backoff backoff = backoff_begin(machine_milliseconds(1));
    pid_t first = 0;
    while (ending && (first = ending->first) == FORKING && backoff_wait(&backoff))
        continue;
    return first;
}

static void await_later(pid_t first)
{
    dying.list = reallocarray(dying.list, dying.count + 1, sizeof *dying.list);
    if (!dying.list)
        abort();
    dying.list[dying.count++] = first;
}

/* No process that is not ours is waited for or ended here: it may have ended, and its number may be
 * another's. */
static bool is_gone(pid_t pid)
{
    pid_t ended;
    while ((ended = waitpid(pid, NULL, WNOHANG)) < 0 && errno == EINTR)
        continue;
    return ended != 0;
}

void workers_await(void)
{
    for (size_t i = 0; i < dying.count; i++)
        if (!is_gone(dying.list[i])) {
            kill(dying.list[i], SIGKILL);
            while (waitpid(dying.list[i], NULL, 0) < 0 && errno == EINTR)
                continue;
        }
    free(dying.list);
    dying.list = NULL;
    dying.count = 0;
}

void worker_stop(struct worker *worker)
{
    pid_t first = worker->pid > 0 ? first_of(worker->ending) : 0;
    if (worker->pid > 0) {
        kill(worker->pid, SIGKILL);
        while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    for (size_t i = dying.count; i-- > 0;)
        if (is_gone(dying.list[i]))
            dying.list[i] = dying.list[--dying.count];
    if (first > 0)
        await_later(first);
    if (worker->control >= 0)
        close(worker->control);
    if (worker->record)
        record_free(worker->record);
    if (worker->ending)
        munmap(worker->ending, sizeof *worker->ending);
    *worker = (struct worker){.pid = -1, .control = -1};
}
