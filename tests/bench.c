/* What a run costs, and of what: prints, judges nothing. scripts/bench builds and runs it, with the
 * kernel images to start in virtual machines. */
#include "calls/clock.h"
#include "harness/run.h"
#include "hosts/calls.h"
#include "lab/namespace.h"
#include "stacks/agent/agent.h"
#include "stacks/agent/program/family.h"
#include "stacks/host/kernel.h"
#include <sched.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The sums over the variants of one network, cases about timers excepted. */
struct sums {
    struct report report;
    unsigned network;
    size_t count;
    double seconds, case_seconds;
};

static bool add(struct report *report, const struct result *result)
{
    struct sums *sums = (struct sums *)report;
    if (result->variant->of->tags & (TAG_SLOW | TAG_WAITS))
        return true;
    sums->count++;
    sums->seconds += result->seconds;
    sums->case_seconds += result->case_seconds;
    return true;
}

static void close_nothing(struct report *report)
{
    (void)report;
}

/* The variants of one network (0: of all), cases about timers excepted. */
static size_t choose(unsigned network, struct job *jobs)
{
    size_t total, chosen = 0;
    const struct variant *all = variants(&total);
    for (size_t i = 0; i < total; i++) {
        unsigned value = all[i].value[AXIS_network], on = value ? value : ON_LOOPBACK;
        if (!(all[i].of->tags & (TAG_SLOW | TAG_WAITS)) && (!network || on == network))
            jobs[chosen++].variant = &all[i];
    }
    return chosen;
}

/* Runs these variants (all with a count of 0) on an implementation; false if it cannot. */
static bool run_on(const char *spec, const struct job *jobs, size_t count, unsigned workers,
                   struct sums *sums, struct totals *totals)
{
    struct report *reports[] = {&sums->report};
    struct run_options options = {.iut = spec,
                                  .settings = {.profile = BY_LINUX, .seconds = 10},
                                  .jobs = count ? jobs : NULL,
                                  .job_count = count,
                                  .workers = workers,
                                  .repeat = 1,
                                  .reports = reports,
                                  .report_count = 1};
    char why[256];
    bool failed;
    *sums = (struct sums){.report = {.variant = add, .close = close_nothing}};
    options.settings.stack = stack_find(spec, &options.settings.stack_argument);
    const struct stack *stack = options.settings.stack;
    if (!stack)
        return false;
    if (stack->check && !stack->check(options.settings.stack_argument, why, sizeof why)) {
        printf("%-28s %s\n", spec, why);
        return false;
    }
    return run(&options, totals, &failed) == RUN_DONE;
}

static void measure(const char *title, unsigned network, unsigned workers)
{
    size_t total;
    variants(&total);
    struct job *jobs = calloc(total + 1, sizeof *jobs);
    struct sums sums;
    struct totals totals;
    size_t count = choose(network, jobs);
    if (count && run_on("host", jobs, count, workers, &sums, &totals)) {
        double n = (double)sums.count;
        printf("%-28s %5zu variants  %7.2f s  %6.2f ms each of wall time; in a worker %6.2f ms,\n"
               "%-28s the case itself %.2f ms, process, network and harness %.2f ms\n",
               title, sums.count, totals.seconds, totals.seconds * 1e3 / n, sums.seconds * 1e3 / n,
               "", sums.case_seconds * 1e3 / n, (sums.seconds - sums.case_seconds) * 1e3 / n);
        fflush(stdout);
    }
    free(jobs);
}

/* A case that every implementation can make; the first one shows what it takes to start. */
static const struct variant *any_on_a_pair(void)
{
    size_t total;
    const struct variant *all = variants(&total);
    for (size_t i = 0; i < total; i++)
        if (glob_matches("tcp.connect.establishes/*ipv4,pair*", all[i].id))
            return &all[i];
    abort();
}

/* A default run on an implementation, its start included, beside the host's; gives its seconds. */
static double measure_default_run(const char *spec, double host)
{
    struct job one = {.variant = any_on_a_pair()};
    struct sums sums;
    struct totals totals, first;
    if (!run_on(spec, &one, 1, 1, &sums, &first) || !run_on(spec, NULL, 0, 0, &sums, &totals))
        return 0;
    printf("%-28s a default run takes %.1f s, %.1f times the host's; a first case %.2f s\n",
           strlen(spec) > 28 ? strrchr(spec, '/') + 1 : spec, totals.seconds,
           totals.seconds / (host > 0 ? host : totals.seconds), first.seconds);
    fflush(stdout);
    return totals.seconds;
}

/* Those that this machine has, and the kernels that are named. */
static void measure_implementations(char **kernels)
{
    double host = measure_default_run("host", 0);
    static const char *const specs[] = {"libc:musl", "libc:diet", "lwip", "uml", "gvisor"};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++)
        measure_default_run(specs[i], host);
    for (; *kernels; kernels++) {
        char spec[1024];
        snprintf(spec, sizeof spec, "vm:%s", *kernels);
        measure_default_run(spec, host);
    }
}

/* What the kernel asks for the parts, in this process. */
static void measure_parts(void)
{
    enum { TIMES = 100 };
    char why[256];
    int64_t begin = clock_now();
    for (int i = 0; i < TIMES; i++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        waitpid(pid, NULL, 0);
    }
    printf("%-28s %.3f ms\n", "fork and wait", (double)(clock_now() - begin) / 1e6 / TIMES);
    for (enum network_kind kind = 0; kind < NETWORK_KINDS; kind++) {
        int64_t made = 0, cleaned = 0;
        for (int i = 0; i < TIMES; i++) {
            begin = clock_now();
            struct network *network = network_create(kind, why, sizeof why);
            if (!network) {
                printf("no network: %s\n", why);
                return;
            }
            made += clock_now() - begin;
            begin = clock_now();
            network_clean(network);
            cleaned += clock_now() - begin;
            network_free(network);
        }
        printf("%-28s %.3f ms, clean it for the next case %.3f ms\n",
               kind == NETWORK_PAIR ? "make a pair" : "make a loopback network",
               (double)made / 1e6 / TIMES, (double)cleaned / 1e6 / TIMES);
    }
    fflush(stdout);
}

/* What a call costs through a door. */
static double microseconds_a_call(struct door *door)
{
    enum { CALLS = 20000 };
    struct host host = {.name = "iut", .door = door, .iut = true};
    struct address name;
    int fd = sk_socket(&host, AF_INET, SOCK_DGRAM, 0);
    int64_t begin = clock_now();
    for (int i = 0; i < CALLS; i++)
        sk_getsockname(&host, fd, &name);
    double each = (double)(clock_now() - begin) / 1e3 / CALLS;
    host_close(&host);
    return each;
}

static void measure_calls(void)
{
    char path[4096], why[256];
    struct network *network = network_create(NETWORK_LOOPBACK, why, sizeof why);
    const char *const words[] = {path, NULL};
    struct tenant agent;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(sched_getcpu(), &set);
    sched_setaffinity(0, sizeof set, &set); /* as a case has it */
    if (!network || !agent_program("sockspec-agent", path, sizeof path, why, sizeof why) ||
        !agent_start(&agent, words, network->netns[SIDE_IUT])) {
        printf("no agent: %s\n", why);
        return;
    }
    double direct = microseconds_a_call(kernel_open(network->netns[SIDE_IUT]));
    double far = microseconds_a_call(agent_open(&agent, network->netns[SIDE_IUT], true));
    printf("%-28s %.1f us, through an agent %.1f us\n", "a call", direct, far);
    network_free(network);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    char why[256];
    family_resume_if_asked(argc, argv);
    printf("%ld processors\n", sysconf(_SC_NPROCESSORS_ONLN));
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        if (!namespace_isolate(why, sizeof why)) {
            fprintf(stderr, "bench: %s\n", why);
            _exit(3);
        }
        /* The first process of the new PID namespace has to live as long as the others. */
        pid_t first = fork();
        if (first == 0) {
            measure_parts();
            measure_calls();
            _exit(0);
        }
        waitpid(first, NULL, 0);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    measure("all, as by default", 0, 0);
    measure("loopback, as by default", ON_LOOPBACK, 0);
    measure("pair, as by default", ON_PAIR, 0);
    measure("loopback, one worker", ON_LOOPBACK, 1);
    measure("pair, one worker", ON_PAIR, 1);
    measure("line, one worker", ON_LINE, 1);
    measure_implementations(argv + 1);
    return 0;
}
