/* Time and room: slow machines, machines that stand still, many runs at once, limits that are
 * reached, settings that cannot be made; and who is blamed meanwhile. */
#include "calls/clock.h"
#include "tests/processes.h"
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *directory;

/* ---- runs ---- */

static json_t *results(const char *line, int status)
{
    struct finished finished = run_line(line);
    if (finished.status != status)
        printf("\n    '%s' exited with %d: %s\n", line, finished.status, finished.err);
    CU_ASSERT_EQUAL(finished.status, status);
    json_t *lines = json_lines(finished.out);
    CU_ASSERT_PTR_NOT_NULL_FATAL(lines);
    finished_free(&finished);
    return lines;
}

static void expect(const json_t *lines, const char *id, const char *verdict, const char *reason)
{
    const json_t *object = find_object(lines, "id", id);
    bool good = strcmp(text_of(object, "verdict"), verdict) == 0 &&
                strncmp(text_of(object, "reason"), reason, strlen(reason)) == 0;
    if (!good)
        printf("\n    %s: expected %s (%s), got %s (%s)\n", id, verdict, reason,
               text_of(object, "verdict"), text_of(object, "reason"));
    CU_ASSERT_TRUE(good);
}

/* ---- who is blamed ---- */

static void test_blame(void)
{
    json_t *lines = results("MACHINERY run --json - --filter machinery.blame-* --timeout 2", 1);
    expect(lines, "machinery.blame-iut/beside-own", "fail", "accept(");
    expect(lines, "machinery.blame-iut/beside-the-peers", "fail", "accept(");
    expect(lines, "machinery.blame-iut/ends-meanwhile", "fail", "crash: SIGKILL in accept(");
    expect(lines, "machinery.blame-peer/beside-own", "inconclusive", "the peer's accept(");
    expect(lines, "machinery.blame-peer/beside-the-iuts", "inconclusive", "the peer's accept(");
    expect(lines, "machinery.blame-peer/out-of-time", "inconclusive", "hang: the peer's accept(");
    expect(lines, "machinery.blame-names/precondition", "inconclusive",
           "precondition failed: iut connect(");
    json_decref(lines);
}

/* The stream to an agent ends, and whoever was at its end lives on. */
static void test_transport(void)
{
    char line[4096], path[256], script[4096], program[2048];
    snprintf(path, sizeof path, "%s/agent", directory);
    FILE *file = fopen(path, "we");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    snprintf(script, sizeof script,
             "#!/bin/sh\nexec 3<&0\n%s <&3 3<&- &\nexec <&- >&- 3<&-\nsleep 0.4\nkill -9 $!\n"
             "exec sleep 60\n",
             spec_here("@/sockspec-agent", program, sizeof program));
    fputs(script, file);
    fclose(file);
    chmod(path, 0755);
    snprintf(line, sizeof line,
             "MACHINERY run --json - --iut agent:%s --filter machinery.begun-call-hangs "
             "--timeout 3",
             path);
    json_t *lines = results(line, 3);
    expect(lines, "machinery.begun-call-hangs/plain", "inconclusive",
           "transport: the agent's stream ended in accept(");
    CU_ASSERT_STRING_EQUAL(
        text_of(find_object(lines, "id", "machinery.begun-call-hangs/plain"), "ended"),
        "transport");
    json_decref(lines);
    unlink(path);
}

/* Starts a run whose report is in our directory, and waits until it is at its first cases. */
static pid_t start_run(const char *what, const char *report)
{
    char line[512], path[256];
    snprintf(path, sizeof path, "%s/%s", directory, report);
    snprintf(line, sizeof line, "%s --quiet --json %s", what, path);
    pid_t pid = start_line(line);
    await_text(path);
    return pid;
}

static int end_of_run(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static json_t *report_of(const char *report)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", directory, report);
    char *text = read_file(path);
    json_t *lines = text ? json_lines(text) : NULL;
    free(text);
    unlink(path);
    CU_ASSERT_PTR_NOT_NULL_FATAL(lines);
    return lines;
}

static struct process await_worker(pid_t pid)
{
    struct process worker = {0};
    struct backoff backoff = backoff_begin(10000);
    while (!process_find(pid, "sockspec-worker", &worker) && backoff_wait(&backoff))
        continue;
    return worker;
}

static void test_killed_worker(void)
{
    pid_t pid = start_run("MACHINERY run --jobs 1 --filter machinery.needs-time", "killed");
    struct process worker = await_worker(pid);
    CU_ASSERT_TRUE(worker.pid && process_signal(&worker, SIGKILL));
    CU_ASSERT_EQUAL(end_of_run(pid), 3);
    json_t *lines = report_of("killed");
    CU_ASSERT_EQUAL(count_of(lines, "pass"), 5);
    CU_ASSERT_EQUAL(count_of(lines, "inconclusive"), 1);
    json_decref(lines);
}

/* The coordinator may not have as many files as it has to hear of. */
static void test_deaf_coordinator(void)
{
    struct rlimit few = {2, 2};
    pid_t pid = start_run("MACHINERY run --jobs 1 --filter machinery.needs-time", "deaf");
    CU_ASSERT_NOT_EQUAL(await_worker(pid).pid, 0);
    CU_ASSERT_EQUAL(prlimit(pid, RLIMIT_NOFILE, &few, NULL), 0);
    CU_ASSERT_EQUAL(end_of_run(pid), 3);
    json_decref(report_of("deaf"));
}

/* ---- slow machines ---- */

#define SELECTION "--filter tcp.connect.a* --filter tcp.linger.* --filter udp.error.*"

static void test_short_limit(void)
{
    json_t *lines = results("SOCKSPEC run --json - --timeout 0.5 " SELECTION, 0);
    CU_ASSERT_EQUAL(count_of(lines, "fail"), 0);
    json_decref(lines);
}

/* What fails within ten seconds fails within four. */
static void test_fails_stay(void)
{
    static const char *const broken[] = {"connect/succeeds", "recv/blocks"};
    static const char *const verdicts[] = {"pass", "fail", "inconclusive"};
    for (size_t i = 0; i < 2; i++) {
        json_t *lines[2];
        for (int within_four = 0; within_four < 2; within_four++) {
            char line[512];
            snprintf(line, sizeof line,
                     "SOCKSPEC run --json - --iut broken:%s --timeout %d --filter tcp.connect.a* "
                     "--filter udp.error.* --filter tcp.linger.e*",
                     broken[i], within_four ? 4 : 10);
            lines[within_four] = results(line, 1);
        }
        for (size_t v = 0; v < 3; v++)
            CU_ASSERT_EQUAL(count_of(lines[0], verdicts[v]), count_of(lines[1], verdicts[v]));
        json_decref(lines[0]);
        json_decref(lines[1]);
    }
}

static void test_factor(void)
{
    json_t *lines = results("MACHINERY run --json - --filter machinery.blame-iut --timeout 0.2 "
                            "--slow-machine 5",
                            1);
    expect(lines, "machinery.blame-iut/beside-own", "fail",
           "accept(5, NULL) did not return within "
           "500 ms");
    json_decref(lines);
    setenv("SOCKSPEC_SLOW", "3", 1);
    lines = results("MACHINERY run --json - --filter machinery.blame-iut --timeout 0.2", 1);
    expect(lines, "machinery.blame-iut/beside-own", "fail",
           "accept(5, NULL) did not return within "
           "300 ms");
    json_decref(lines);
    setenv("SOCKSPEC_SLOW", "a bit", 1);
    struct finished finished = run_line("MACHINERY run --filter machinery.passes");
    CU_ASSERT_EQUAL(finished.status, 2);
    finished_free(&finished);
    unsetenv("SOCKSPEC_SLOW");
}

/* ---- standing still ---- */

static void signal_all(const struct process *list, size_t count, pid_t first, int signal)
{
    if (signal == SIGSTOP)
        kill(first, signal);
    for (size_t i = 0; i < count; i++)
        process_signal(&list[i], signal);
    if (signal == SIGCONT)
        kill(first, signal);
}

static void test_standstill(void)
{
    static struct process list[PROCESSES];
    struct timespec pause = {0, 600000000}, standstill = {2, 500000000};
    pid_t pid = start_run("MACHINERY run --jobs 2 --timeout 1 --repeat 4 "
                          "--filter machinery.needs-time",
                          "still");
    CU_ASSERT_NOT_EQUAL(await_worker(pid).pid, 0);
    for (int i = 0; i < 2; i++) {
        nanosleep(&pause, NULL);
        size_t count = processes_of(pid, list, PROCESSES);
        signal_all(list, count, pid, SIGSTOP);
        nanosleep(&standstill, NULL);
        signal_all(list, count, pid, SIGCONT);
    }
    CU_ASSERT_EQUAL(end_of_run(pid), 0);
    json_t *lines = report_of("still");
    CU_ASSERT_EQUAL(count_of(lines, "pass"), 24);
    json_decref(lines);
}

/* ---- settings ---- */

struct cover {
    const char *type, *place, *data;
    uid_t uid; /* whose run it is */
    int status;
};

/* Runs where something is mounted that hides what a run needs; gives its status, and what it said.
 */
static int run_covered(const struct cover *cover, char *said, size_t size)
{
    int errors[2], status = 0;
    ssize_t length;
    size_t used = 0;
    if (pipe(errors) != 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDOUT_FILENO);
        dup2(errors[1], STDERR_FILENO);
        if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
            mount(cover->type, cover->place, cover->type, 0, cover->data) != 0 ||
            (cover->uid && setuid(cover->uid) != 0))
            _exit(77);
        execl(getenv("MACHINERY"), "sockspec", "run", "--filter", "machinery.passes", NULL);
        _exit(78);
    }
    close(errors[1]);
    while ((length = read(errors[0], said + used, size - 1 - used)) > 0)
        used += (size_t)length;
    said[used] = '\0';
    close(errors[0]);
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* As containers have it: who may mount takes away what hides the settings. */
static void test_settings(void)
{
    static const struct cover covers[] = {{"tmpfs", "/proc/sys", "", 0, 0},
                                          {"tmpfs", "/proc/sys", "", 65534, 3},
                                          {"proc", "/proc", "subset=pid", 0, 3}};
    for (size_t i = 0; i < sizeof covers / sizeof *covers; i++) {
        char said[2048];
        int status = run_covered(&covers[i], said, sizeof said);
        if (status == 77)
            continue; /* this machine does not let us */
        CU_ASSERT_EQUAL(status, covers[i].status);
        const char *line = strstr(said, "the settings of networks cannot be made");
        CU_ASSERT_EQUAL(line != NULL, status == 3);
        CU_ASSERT(!line || !strstr(line + 1, "the settings of networks cannot be made"));
    }
}

/* ---- room ---- */

static void test_many_runs(void)
{
    enum { RUNS = 8 };
    pid_t runs[RUNS];
    char report[RUNS][16];
    for (int i = 0; i < RUNS; i++) {
        snprintf(report[i], sizeof report[i], "run%d", i);
        runs[i] = start_run("SOCKSPEC run --filter *.connect.a* --filter tcp.linger.*", report[i]);
    }
    for (int i = 0; i < RUNS; i++) {
        int status = end_of_run(runs[i]);
        if (status != 0)
            printf("\n    run %d exited with %d", i, status);
        CU_ASSERT_EQUAL(status, 0);
        json_t *lines = report_of(report[i]);
        CU_ASSERT_EQUAL(count_of(lines, "fail") + count_of(lines, "inconclusive"), 0);
        json_decref(lines);
    }
}

/* One job has few processes beside its own. */
static void test_one_job(void)
{
    static struct process list[PROCESSES];
    pid_t pid = start_run("MACHINERY run --jobs 1 --filter machinery.waits --repeat 8", "one");
    CU_ASSERT_NOT_EQUAL(await_worker(pid).pid, 0);
    struct timespec pause = {0, 500000000};
    nanosleep(&pause, NULL);
    size_t workers = 0, count = processes_of(pid, list, PROCESSES);
    for (size_t i = 0; i < count; i++) {
        const struct process *parent = process_parent(list, count, &list[i]);
        /* The processes of cases have its name, and are its children. */
        workers += strcmp(list[i].name, "sockspec-worker") == 0 &&
                   !(parent && strcmp(parent->name, list[i].name) == 0);
    }
    CU_ASSERT(workers >= 1 && workers <= 9);
    CU_ASSERT_EQUAL(end_of_run(pid), 0);
    json_decref(report_of("one"));
}

/* What a case leaves in a network. */
static void test_leftovers(void)
{
    json_decref(results("MACHINERY run --json - --jobs 1 --filter machinery.leaves-route* "
                        "--filter machinery.leaves-neighbour",
                        0));
}

int main(void)
{
    support_init();
    directory = make_directory();
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("limits", NULL, NULL);
    CU_add_test(suite, "who is blamed", test_blame);
    CU_add_test(suite, "a transport that breaks", test_transport);
    CU_add_test(suite, "a worker that is killed", test_killed_worker);
    CU_add_test(suite, "a coordinator that hears nothing", test_deaf_coordinator);
    CU_add_test(suite, "a short limit", test_short_limit);
    CU_add_test(suite, "fails stay fails", test_fails_stay);
    CU_add_test(suite, "a slow machine", test_factor);
    CU_add_test(suite, "time stands still", test_standstill);
    CU_add_test(suite, "settings that cannot be made", test_settings);
    CU_add_test(suite, "many runs", test_many_runs);
    CU_add_test(suite, "one job", test_one_job);
    CU_add_test(suite, "leftovers", test_leftovers);
    int status = run_tests();
    remove_directory(directory);
    return status;
}
