/* Implementations that are killed, or stopped, at random moments: the run ends by itself, has a
 * result for each variant, blames nobody wrongly and leaves nothing behind.
 *
 * The moments follow from a seed that is printed; KILLS_SEED in the environment gives another. */
#include "calls/clock.h"
#include "tests/processes.h"
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CASES "*.connect.a*"
enum { OFTEN = 25, PAUSE = 20 };

/* An implementation to disturb. */
struct subject {
    const char *spec; /* "@" is the directory of the programs, "%" a kernel of scripts/kernels */
    unsigned repeat;
    unsigned pause; /* milliseconds between two blows, on average */
    unsigned blows; /* at most */
};

/* To add one takes a line. Those that take long to start are given the time to. */
static const struct subject subjects[] = {{"agent:@/sockspec-agent", OFTEN, PAUSE, 100},
                                          {"libc:musl", OFTEN, PAUSE, 100},
                                          {"lwip", OFTEN / 2, PAUSE, 50},
                                          {"gvisor", 3, 250, 12},
                                          {"uml", 1, 500, 8},
                                          {"vm:%", 1, 1500, 3}};

/* A run that takes longer than this many seconds hangs. */
enum { HANG = 100 };

static unsigned seed;
static unsigned all_hits; /* so far */
static const char *directory;
static pid_t background; /* a run that other tests leave alone */

/* ---- a run and its report ---- */

static pid_t start_run(const struct subject *subject, const char *report, const char *more)
{
    char iut[2048], line[4096], path[512];
    snprintf(path, sizeof path, "%s/%s", directory, report);
    snprintf(line, sizeof line,
             "SOCKSPEC run --iut %s --jobs 2 --filter %s --timeout 5 --quiet --json %s/%s%s",
             spec_here(subject->spec, iut, sizeof iut), CASES, directory, report, more);
    pid_t pid = start_line(line);
    await_text(path); /* an implementation that never came up would be the whole run's end */
    return pid;
}

static json_t *read_report(const char *report)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", directory, report);
    char *text = read_file(path);
    json_t *lines = text ? json_lines(text) : NULL;
    unlink(path);
    free(text);
    return lines;
}

static json_int_t number_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

/* Each selected variant once in each repetition, and a trailer whose counts are those of the lines.
 */
static bool is_whole(const json_t *lines)
{
    static const char *const verdicts[] = {"pass", "fail", "inconclusive",
                                           "skip", "kept", "changed"};
    enum { VERDICT_COUNT = sizeof verdicts / sizeof *verdicts };
    size_t last = json_array_size(lines), i;
    const json_t *header = json_array_get(lines, 0), *trailer = json_array_get(lines, last - 1);
    json_int_t count[VERDICT_COUNT] = {0};
    json_t *line, *seen = json_object();
    json_array_foreach (lines, i, line) {
        char key[512];
        snprintf(key, sizeof key, "%s#%d", text_of(line, "id"), (int)number_of(line, "repetition"));
        for (size_t v = 0; v < VERDICT_COUNT; v++)
            count[v] += strcmp(text_of(line, "verdict"), verdicts[v]) == 0;
        if (strcmp(text_of(line, "type"), "variant") == 0)
            json_object_set_new(seen, key, json_true());
    }
    bool good = last > 2 && strcmp(text_of(header, "type"), "run") == 0 &&
                strcmp(text_of(trailer, "type"), "summary") == 0 &&
                number_of(header, "selected") == (json_int_t)last - 2 &&
                number_of(trailer, "ran") == (json_int_t)last - 2 &&
                json_object_size(seen) == last - 2 &&
                json_is_false(json_object_get(trailer, "interrupted"));
    for (size_t v = 0; v < VERDICT_COUNT; v++)
        good = good && number_of(trailer, verdicts[v]) == count[v];
    json_decref(seen);
    return good;
}

/* ---- what a blow may do to a case ---- */

/* The implementation's end: in a call, which is named, or between two. */
static bool blames_a_call(const char *reason)
{
    const char *call = strstr(reason, " in ");
    return strncmp(reason, "crash: ", 7) == 0
               ? strstr(reason, " between calls") || (call && strchr(call, '('))
               : strstr(reason, " did not return within ") && strchr(reason, '(');
}

/* What no document says is no verdict, and may be observed in one way or the other. */
static bool is_pinned(const json_t *line)
{
    const char *verdict = text_of(line, "verdict");
    return strcmp(verdict, "kept") == 0 || strcmp(verdict, "changed") == 0;
}

/* How many cases came out otherwise than undisturbed; each must say that its implementation ended.
 */
static unsigned count_hits(const json_t *calm, const json_t *lines)
{
    unsigned hits = 0;
    size_t i;
    json_t *line;
    json_array_foreach (lines, i, line) {
        const json_t *other = find_object(calm, "id", text_of(line, "id"));
        const char *verdict = text_of(line, "verdict"), *reason = text_of(line, "reason");
        if (strcmp(text_of(line, "type"), "variant") != 0 || same_result(line, other) ||
            (is_pinned(line) && is_pinned(other)))
            continue;
        bool good = strcmp(verdict, "fail") == 0 ? blames_a_call(reason)
                                                 : strcmp(verdict, "inconclusive") == 0 && *reason;
        if (!good)
            printf("\n    %s: %s, %s (%s); undisturbed %s, %s\n", text_of(line, "id"), verdict,
                   text_of(line, "observed"), reason, text_of(other, "verdict"),
                   text_of(other, "observed"));
        CU_ASSERT_TRUE(good);
        hits++;
    }
    return hits;
}

/* ---- blows ---- */

static bool is_sockspec(const struct process *process)
{
    return process && (strcmp(process->name, "sockspec") == 0 ||
                       strcmp(process->name, "sockspec-worker") == 0);
}

static bool is_worker(const struct process *process)
{
    return process && strcmp(process->name, "sockspec-worker") == 0;
}

/* Strikes a process that a worker started (what sockspec itself starts says what this machine has,
 * before the run), or, as often, perhaps one that such a process started:
 * an agent, or what the implementation consists of. What that starts in turn is inside of it. */
static bool strike(pid_t run, int signal)
{
    static struct process list[PROCESSES], taken[PROCESSES];
    size_t count = processes_of(run, list, PROCESSES), candidates = 0;
    bool deeper = rand_r(&seed) % 2;
    for (size_t i = 0; i < count; i++) {
        const struct process *parent = process_parent(list, count, &list[i]);
        const struct process *grandparent = parent ? process_parent(list, count, parent) : NULL;
        if (!is_sockspec(&list[i]) && list[i].state != 'T' &&
            (is_worker(parent) || (deeper && is_worker(grandparent))))
            taken[candidates++] = list[i];
    }
    return candidates > 0 && process_signal(&taken[(unsigned)rand_r(&seed) % candidates], signal);
}

/* Strikes until the run ends; gives how often. */
static unsigned disturb(pid_t run, const struct subject *subject, int signal, int *status)
{
    int64_t deadline = clock_now() + HANG * INT64_C(1000000000);
    struct pollfd end = {.fd = pidfd_open(run, 0), .events = POLLIN};
    unsigned blows = 0;
    while (poll(&end, 1, (int)((unsigned)rand_r(&seed) % (2 * subject->pause))) == 0) {
        if (clock_now() >= deadline) {
            printf("\n    %s: the run did not end within %d s\n", subject->spec, HANG);
            kill(run, SIGKILL);
            break;
        }
        if (blows < subject->blows)
            blows += strike(run, signal);
    }
    close(end.fd);
    waitpid(run, status, 0);
    *status = WIFEXITED(*status) ? WEXITSTATUS(*status) : 128 + WTERMSIG(*status);
    return blows;
}

/* An undisturbed run; NULL if this machine cannot make it. */
static json_t *calm_run(const struct subject *subject)
{
    int status;
    char no_uml[512];
    if (strcmp(subject->spec, "uml") == 0 && !uml_works(no_uml, sizeof no_uml)) {
        printf("\n    uml: left out: %s\n", no_uml);
        return NULL;
    }
    struct subject calm = *subject;
    calm.blows = 0;
    disturb(start_run(&calm, "calm", ""), &calm, 0, &status);
    CU_ASSERT(status >= 0 && status <= 2);
    if (status != 2)
        return read_report("calm");
    char iut[2048], line[4096];
    snprintf(line, sizeof line, "SOCKSPEC run --iut %s", spec_here(subject->spec, iut, sizeof iut));
    struct finished why = run_line(line);
    printf("\n    %s: not on this machine: %s", subject->spec, why.err);
    finished_free(&why);
    return NULL;
}

static void disturbed_run(const struct subject *subject, int signal, const char *more)
{
    int status;
    unsigned first = seed;
    json_t *calm = calm_run(subject);
    if (!calm)
        return;
    int64_t begin = clock_now();
    pid_t run = start_run(subject, "report", more);
    unsigned blows = disturb(run, subject, signal, &status);
    json_t *lines = read_report("report");
    CU_ASSERT(status == 0 || status == 1 || status == 3);
    CU_ASSERT_PTR_NOT_NULL_FATAL(lines);
    CU_ASSERT_TRUE(is_whole(lines));
    unsigned hits = count_hits(calm, lines);
    printf("\n    %s: seed %u, %u blows, %u of %zu cases hit, %.1f s\n", subject->spec, first,
           blows, hits, json_array_size(lines) - 2, (double)(clock_now() - begin) / 1e9);
    CU_ASSERT(hits <= blows);
    CU_ASSERT(blows > 0);
    all_hits += hits;
    CU_ASSERT_TRUE(processes_await_end(background, 10));
    json_decref(lines);
    json_decref(calm);
}

static void test_killed(void)
{
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        char more[32];
        snprintf(more, sizeof more, " --repeat %u", subjects[i].repeat);
        disturbed_run(&subjects[i], SIGKILL, more);
    }
    CU_ASSERT(all_hits > 5);
}

/* An agent that stands still is a hang of the case alone. */
static void test_stopped(void)
{
    static const struct subject subject = {"agent:@/sockspec-agent", 1, 60, 6};
    disturbed_run(&subject, SIGSTOP, " --timeout 1 --repeat 12");
}

/* ---- a worker that stands still ---- */

/* The worker of a case that was there at ten looks: others end sooner. */
static bool find_hanging(struct process *worker)
{
    static struct process list[PROCESSES];
    static pid_t before; /* the case that was seen at the last look */
    static int looks;
    size_t count = processes_of(background, list, PROCESSES);
    for (size_t i = 0; i < count; i++) {
        const struct process *parent = process_parent(list, count, &list[i]);
        if (!parent || strcmp(list[i].name, "sockspec-worker") != 0 ||
            strcmp(parent->name, "sockspec-worker") != 0)
            continue;
        looks = list[i].pid == before ? looks + 1 : 0;
        before = list[i].pid;
        *worker = *parent;
        return looks >= 10;
    }
    return false;
}

static void start_stopped_worker(void)
{
    char line[512];
    struct process worker = {.pid = 0};
    struct backoff backoff = backoff_begin_rarely(5000);
    snprintf(
        line, sizeof line,
        "MACHINERY run --jobs 1 --timeout 3 --filter machinery.hangs --filter machinery.passes "
        "--json "
        "%s/stopped",
        directory);
    background = start_line(line);
    while (!find_hanging(&worker) && backoff_wait(&backoff))
        continue;
    CU_ASSERT_TRUE(process_signal(&worker, SIGSTOP));
}

static void test_stopped_worker(void)
{
    int status;
    struct pollfd end = {.fd = pidfd_open(background, 0), .events = POLLIN};
    CU_ASSERT_EQUAL(poll(&end, 1, HANG * 1000), 1);
    close(end.fd);
    kill(background, SIGKILL);
    waitpid(background, &status, 0);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 3);
    json_t *lines = read_report("stopped");
    CU_ASSERT_PTR_NOT_NULL_FATAL(lines);
    CU_ASSERT_TRUE(is_whole(lines));
    unsigned silent = 0;
    size_t i;
    json_t *line;
    json_array_foreach (lines, i, line)
        silent += strstr(text_of(line, "reason"), "the worker gave no news for ") != NULL &&
                  strcmp(text_of(line, "verdict"), "inconclusive") == 0;
    CU_ASSERT_EQUAL(silent, 1);
    json_decref(lines);
    CU_ASSERT_TRUE(processes_await_end(0, 10));
    background = 0;
}

int main(void)
{
    const char *given = getenv("KILLS_SEED");
    seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
    support_init();
    processes_adopt();
    directory = make_directory();
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("kills", NULL, NULL);
    /* It takes half a minute, in which the others run. */
    CU_add_test(suite, "a worker is stopped", start_stopped_worker);
    CU_add_test(suite, "an agent is stopped", test_stopped);
    CU_add_test(suite, "implementations are killed", test_killed);
    CU_add_test(suite, "the run of the stopped worker ends", test_stopped_worker);
    int status = run_tests();
    remove_directory(directory);
    return status;
}
