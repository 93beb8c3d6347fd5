/* What a run costs, and of what: prints, judges nothing. scripts/bench builds and runs it. */
#include "fixtures/namespace.h"
#include "harness/calls.h"
#include "harness/clock.h"
#include "harness/run.h"
#include "stacks/agent/agent.h"
#include "stacks/host/kernel.h"
#include <sched.h>

#include <stdio.h>
#include <stdlib.h>
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
    if (result->variant->of->tags & (SLOW | WAITS))
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

/* Exact ids of the variants of one network (0: of all), cases about timers excepted. */
static size_t choose(unsigned network, const char **filters)
{
    size_t total, chosen = 0;
    const struct variant *all = variants(&total);
    for (size_t i = 0; i < total; i++) {
        unsigned on = all[i].value[AXIS_NETWORK] == PAIR ? PAIR : LOOPBACK;
        if (!(all[i].of->tags & (SLOW | WAITS)) && (!network || on == network))
            filters[chosen++] = all[i].id;
    }
    return chosen;
}

static void measure(const char *title, unsigned network, unsigned jobs)
{
    size_t total;
    variants(&total);
    const char **filters = calloc(total + 1, sizeof *filters);
    struct sums sums = {.report = {.variant = add, .close = close_nothing}};
    struct report *reports[] = {&sums.report};
    struct run_options options = {.iut = "host",
                                  .settings = {.profile = LINUX},
                                  .jobs = jobs,
                                  .repeat = 1,
                                  .seconds = 10,
                                  .reports = reports,
                                  .report_count = 1};
    struct totals totals;
    bool failed;
    options.settings.stack = stack_find("host", &options.settings.stack_argument);
    options.selection.filters = filters;
    options.selection.filter_count = choose(network, filters);
    if (options.selection.filter_count && run(&options, &totals, &failed) == RUN_DONE) {
        double n = (double)sums.count;
        printf("%-28s %5zu variants  %7.2f s  %6.2f ms each of wall time; in a worker %6.2f ms,\n"
               "%-28s the case itself %.2f ms, process, network and harness %.2f ms\n",
               title, sums.count, totals.seconds, totals.seconds * 1e3 / n, sums.seconds * 1e3 / n,
               "", sums.case_seconds * 1e3 / n, (sums.seconds - sums.case_seconds) * 1e3 / n);
        fflush(stdout);
    }
    free(filters);
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

int main(void)
{
    char why[256];
    unsigned processors = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    printf("%u processors\n", processors);
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
    measure("all, every processor", 0, processors);
    measure("loopback, every processor", LOOPBACK, processors);
    measure("pair, every processor", PAIR, processors);
    measure("loopback, one worker", LOOPBACK, 1);
    measure("pair, one worker", PAIR, 1);
    return 0;
}
