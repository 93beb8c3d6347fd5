/* What comes out when cases crash, hang, leak, flood...: the right verdict, and nothing left. */
#include "calls/clock.h"
#include "tests/processes.h"
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Whether a variant of a run came out with this verdict and a reason that holds this text. */
static void expect(const json_t *lines, const char *id, const char *verdict, const char *reason)
{
    const json_t *object = find_object(lines, "id", id);
    const char *found = text_of(object, "verdict"), *why = text_of(object, "reason");
    bool good = strcmp(found, verdict) == 0 && strstr(why, reason);
    if (!good)
        printf("\n    %s: expected %s (%s), got %s (%s)\n", id, verdict, reason, found, why);
    CU_ASSERT_TRUE(good);
}

static json_t *results(const char *line, int status)
{
    struct finished finished = run_line(line);
    if (finished.status != status)
        printf("\n    '%s' exited with %d: %s\n", line, finished.status, finished.err);
    CU_ASSERT_EQUAL(finished.status, status);
    json_t *lines = json_lines(finished.out);
    CU_ASSERT_PTR_NOT_NULL(lines);
    finished_free(&finished);
    return lines;
}

static void test_verdicts(void)
{
    json_t *lines = results("MACHINERY run --json - --jobs 3 --timeout 3", 1);
    expect(lines, "machinery.passes/plain/ipv6,pair", "pass", "");
    expect(lines, "machinery.deviates/plain", "fail", "expected good, observed bad");
    expect(lines, "machinery.deviates-in-parts/plain", "fail", "what follows cannot be done");
    expect(lines, "machinery.skips/plain", "skip", "there is no moon");
    expect(lines, "machinery.precondition/plain", "inconclusive", "iut listen(-1, 1) = -1 EBADF");
    expect(lines, "machinery.observes-nothing/plain", "inconclusive", "observed nothing");
    expect(lines, "machinery.crashes/plain", "inconclusive", "SIGSEGV outside of any call");
    expect(lines, "machinery.hangs/plain", "inconclusive", "did not end within 3 s");
    expect(lines, "machinery.peer-hangs/plain", "inconclusive", "the peer's accept(");
    expect(lines, "machinery.begun-call-hangs/plain", "fail", "accept(");
    expect(lines, "machinery.exits/plain", "inconclusive", "exited with status 0");
    expect(lines, "machinery.leaks-processes/plain", "pass", "");
    expect(lines, "machinery.floods-output/plain", "fail", "much ado");
    expect(lines, "machinery.says/plain", "fail", "output: said without more");
    expect(lines, "machinery.floods-transcript/plain", "fail", "");
    expect(lines, "machinery.scribbles/plain", "fail", "crash: SIGKILL");
    expect(lines, "machinery.control-characters/plain", "fail", "");
    expect(lines, "machinery.kills-its-worker/plain", "pass", "");
    expect(lines, "machinery.litters/zz-is-tidy/pair,4", "pass", "");
    CU_ASSERT_PTR_NULL(find_object(lines, "id", "machinery.slow/plain"));
    const json_t *summary = find_object(lines, "type", "summary");
    CU_ASSERT_FALSE(json_is_true(json_object_get(summary, "interrupted")));
    json_decref(lines);
}

/* A crash, a hang, an exit of the implementation is its failure, and names the call. */
static void test_calls(void)
{
    static const struct {
        const char *rule, *reason;
    } calls[] = {{"call-crashes", "crash: SIGSEGV in listen("},
                 {"call-hangs", "hang: listen("},
                 {"call-leaves", "exited with status 7 in listen("}};
    for (size_t i = 0; i < 3; i++) {
        char line[256], id[64];
        snprintf(
            line, sizeof line,
            "MACHINERY run --json - --timeout 2 --iut mutant:machinery.%s --filter machinery.%s",
            calls[i].rule, calls[i].rule);
        snprintf(id, sizeof id, "machinery.%s/plain", calls[i].rule);
        json_t *lines = results(line, 1);
        expect(lines, id, "fail", calls[i].reason);
        const json_t *object = find_object(lines, "id", id);
        CU_ASSERT(json_array_size(json_object_get(object, "transcript")) > 0);
        json_decref(lines);
    }
}

/* Cases run in one process as long as nothing is left in it, and each finds it as the first did. */
static void test_reuse(void)
{
    json_t *lines =
        results("MACHINERY run --json - --jobs 1 --filter machinery.finds-all-as-it-was "
                "--filter machinery.leaves-*",
                0);
    expect(lines, "machinery.finds-all-as-it-was/again/third", "pass", "");
    expect(lines, "machinery.leaves-thread/b-is-elsewhere", "pass", "");
    expect(lines, "machinery.leaves-handler/b-is-elsewhere", "pass", "");
    expect(lines, "machinery.leaves-child/b-is-elsewhere", "pass", "");
    expect(lines, "machinery.leaves-orphan/b-is-elsewhere", "pass", "");
    expect(lines, "machinery.leaves-closed/b-is-elsewhere", "pass", "");
    expect(lines, "machinery.leaves-closed/c-follows", "pass", "");
    expect(lines, "machinery.leaves-lingering/a-leaves/pair", "pass", "");
    expect(lines, "machinery.leaves-lingering/b-is-elsewhere", "pass", "");
    json_decref(lines);
}

static void test_waiting_occupies_no_worker(void)
{
    json_t *lines = results("MACHINERY run --json - --jobs 1 --filter machinery.waits", 0);
    double seconds =
        json_real_value(json_object_get(find_object(lines, "type", "summary"), "seconds"));
    CU_ASSERT(seconds < 5.0); /* six of a second each, one worker */
    json_decref(lines);
    json_decref(results("MACHINERY run --json - --jobs 1 --filter machinery.meets", 0));
}

/* What descends from this test; other tests may run beside it. */
static size_t our_processes(void)
{
    static struct process list[PROCESSES];
    return processes_of(getpid(), list, PROCESSES);
}

/* Waits until there are none of our processes, or some; false if that takes too long. */
static bool await_processes(bool some)
{
    for (int i = 0; i < 1000; i++) {
        if ((our_processes() > 0) == some)
            return true;
        usleep(10000);
    }
    return false;
}

static void test_interrupted(void)
{
    const char *directory = make_directory();
    char line[256], path[128];
    int status;
    snprintf(path, sizeof path, "%s/out.json", directory);
    snprintf(line, sizeof line,
             "MACHINERY run --jobs 2 --json %s --filter machinery.passes --repeat 100000", path);
    pid_t pid = start_line(line);
    char *text = NULL;
    for (int i = 0; i < 1000; i++) { /* until some results are written */
        free(text);
        text = read_file(path);
        if (text && strlen(text) > 20000)
            break;
        usleep(10000);
    }
    free(text);
    kill(pid, SIGINT);
    waitpid(pid, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 130)
        printf("\n    the interrupted run ended with status 0x%x\n", status);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 130);
    text = read_file(path);
    json_t *lines = json_lines(text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(lines);
    const json_t *summary = find_object(lines, "type", "summary");
    CU_ASSERT(json_is_true(json_object_get(summary, "interrupted")));
    CU_ASSERT(json_integer_value(json_object_get(summary, "ran")) ==
              (json_int_t)json_array_size(lines) - 2);
    json_decref(lines);
    free(text);
    CU_ASSERT(await_processes(false));
    CU_ASSERT_EQUAL(remove_directory(directory), 1);
}

/* A coordinator that is killed takes everything with it. */
static void test_killed(void)
{
    int status;
    pid_t pid = start_line("MACHINERY run --jobs 2 --filter machinery.waits --repeat 10");
    CU_ASSERT(await_processes(true));
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    CU_ASSERT(await_processes(false));
}

static void test_killed_worker(void)
{
    const char *directory = make_directory();
    char line[256], path[128];
    int status;
    snprintf(path, sizeof path, "%s/out.json", directory);
    snprintf(line, sizeof line,
             "MACHINERY run --jobs 1 --timeout 2 --json %s --filter machinery.hangs "
             "--filter machinery.passes --repeat 4",
             path);
    pid_t pid = start_line(line);
    struct process worker;
    struct backoff backoff = backoff_begin(5000);
    bool found;
    while (!(found = process_find(pid, "sockspec-worker", &worker)) && backoff_wait(&backoff))
        continue;
    CU_ASSERT(found && process_signal(&worker, SIGKILL));
    waitpid(pid, &status, 0);
    char *text = read_file(path);
    json_t *lines = json_lines(text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(lines);
    const json_t *summary = find_object(lines, "type", "summary");
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(summary, "ran")), 28);
    json_decref(lines);
    free(text);
    remove_directory(directory);
}

static void test_nothing_is_left(void)
{
    CU_ASSERT(await_processes(false));
}

int main(void)
{
    support_init();
    processes_adopt();
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("machinery", NULL, NULL);
    CU_add_test(suite, "verdicts", test_verdicts);
    CU_add_test(suite, "crash, hang and exit in a call", test_calls);
    CU_add_test(suite, "cases in one process", test_reuse);
    CU_add_test(suite, "waiting occupies no worker", test_waiting_occupies_no_worker);
    CU_add_test(suite, "interrupted", test_interrupted);
    CU_add_test(suite, "killed", test_killed);
    CU_add_test(suite, "killed worker", test_killed_worker);
    CU_add_test(suite, "nothing is left", test_nothing_is_left);
    return run_tests();
}
