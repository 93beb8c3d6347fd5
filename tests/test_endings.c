/* How a run ends before its end: readers that go away or take nothing, signals, files that may not
 * grow. Nothing of what can be finished is lost, and nothing is left. */
#include "tests/processes.h"
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *directory;

/* Runs a line in the directory of the test, then empties that; $M is the machinery, and LONG what
 * runs for minutes. What the shell said has to hold a text. */
static void expect(const char *line, int status, const char *text)
{
    static struct process left[PROCESSES];
    char whole[2048];
    snprintf(whole, sizeof whole,
             "set -m; LONG='run --quiet --jobs 2 --filter machinery.passes --repeat 100000'\n"
             "await() { until eval \"$1\" 2>/dev/null; do :; done; }\n"
             "%s",
             line);
    struct finished finished = run_shell(directory, whole);
    bool good = finished.status == status && strstr(finished.err, text);
    if (!good)
        printf("\n    '%s' exited with %d, expected %d and '%s': %s\n", line, finished.status,
               status, text, finished.err);
    CU_ASSERT_TRUE(good);
    finished_free(&finished);
    finished = run_shell(directory, "rm -f *; ls -A");
    CU_ASSERT_STRING_EQUAL(finished.out, ""); /* what begins with a dot was left */
    finished_free(&finished);
    CU_ASSERT_EQUAL(processes_of(getpid(), left, PROCESSES), 0);
}

/* Reports that are whole. */
#define WHOLE(tap) " && grep -q summary j && grep -q '<testsuites' x && grep -q '" tap "' t"
#define REPORTS    " --json j --junit x --tap t "

static void test_reader_gone(void)
{
    expect("$M run --filter machinery.passes" REPORTS "| true; s=${PIPESTATUS[0]}; "
           "test $s = 3" WHOLE("ok 6"),
           0, "sockspec: cannot write to standard output: Broken pipe\n");
    expect("$M run --filter machinery.passes --json - --junit x --tap t | head -1 >j; "
           "test ${PIPESTATUS[0]} = 3 && grep -q '</testsuites>' x && grep -q 'ok 6' t",
           0, "cannot write standard output: Broken pipe\n");
    /* Nobody is left who hears anything. */
    expect("$M $LONG --verbose | true; exit ${PIPESTATUS[0]}", 3, "Broken pipe\n");
}

/* Signals end a run although somebody takes nothing; the others get what there is. */
static void test_reader_blocks(void)
{
    static const char *const names[] = {"INT", "TERM", "HUP", "QUIT"};
    char line[1024];
    for (size_t i = 0; i < 4; i++) {
        snprintf(line, sizeof line,
                 "mkfifo f; exec 7<>f; $M $LONG --json f --junit x --tap t & "
                 "await 'grep -q pipe_write /proc/$!/wchan'; "
                 "kill -%s $!; kill -TERM $!; wait $!; test $? = 130 && "
                 "grep -q '</testsuites>' x && grep -q 'Bail out' t",
                 names[i]);
        expect(line, 0, "this ends early\n");
    }
    expect("mkfifo f; exec 7<>f; $M $LONG --verbose >f & "
           "await 'grep -q pipe_write /proc/$!/wchan'; "
           "kill -TERM $!; wait $!",
           130, "SIGTERM: this ends early\n");
    /* Nobody opens the other end. */
    expect("mkfifo f; $M $LONG --tap t --json f & await 'test -e t'; kill -TERM $!; wait $!", 130,
           "SIGTERM: this ends early\n");
}

/* From the very beginning, and more than once. */
static void test_signals(void)
{
    for (int i = 0; i < 5; i++)
        expect("$M $LONG" REPORTS "& await 'test -e j'; "
               "kill -TERM $!; kill -INT $!; kill -TERM $!; wait $!; test $? = 130" WHOLE("TAP"),
               0, ": this ends early\n");
    expect("trap '' HUP; $M run --quiet --filter machinery.passes --repeat 20 --json j & "
           "await 'test -s j'; kill -HUP $!; wait $!",
           0, "");
}

/* A look at an agent that says nothing is ended. */
static void test_silent_agent(void)
{
    static struct process left[PROCESSES];
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    char line[256];
    int status, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CU_ASSERT_EQUAL(bind(listener, (struct sockaddr *)&name, sizeof name), 0);
    CU_ASSERT_EQUAL(listen(listener, 1), 0);
    getsockname(listener, (struct sockaddr *)&name, &(socklen_t){sizeof name});
    snprintf(line, sizeof line, "SOCKSPEC run --iut tcp:127.0.0.1:%d", ntohs(name.sin_port));
    pid_t pid = start_line(line);
    CU_ASSERT_EQUAL(poll(&(struct pollfd){listener, POLLIN, 0}, 1, 60000), 1);
    CU_ASSERT(processes_of(pid, left, PROCESSES) > 0);
    kill(pid, SIGTERM);
    waitpid(pid, &status, 0);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 130);
    CU_ASSERT_EQUAL(processes_of(getpid(), left, PROCESSES), 0);
    close(listener);
}

/* A look at whether a sandbox comes up, and runs with tenants. */
static void test_tenants(void)
{
    static const char *const tenants[] = {"gvisor", "uml", "lwip"};
    char line[512];
    expect("$S doctor >d & await 'pgrep -P $! >f'; kill -TERM $!; wait $!", 130,
           "SIGTERM: this ends early\n");
    for (size_t i = 0; i < 3; i++) {
        snprintf(line, sizeof line,
                 "$S run --iut %s --quiet --jobs 2 --filter 'tcp.connect.listening*'; "
                 "test $? != 130",
                 tenants[i]);
        expect(line, 0, "");
    }
}

/* Where there is not even /dev/null a report gets the number of a stream that is closed. */
static void test_closed_output(void)
{
    expect("unshare -m true 2>/dev/null || exit 0; mkdir d; unshare -m sh -c '"
           "mount -t tmpfs none /dev && exec $0 run --filter machinery.passes --json j >&-' $M; "
           "test $? = 3 && rmdir d && test ! -e j",
           0, "");
    expect("$M run --filter machinery.passes --json j >&-; test $? = 3 && ! grep -q passed, j", 0,
           "cannot write to standard output: Bad file descriptor\n");
}

static void test_large_files(void)
{
    expect("(ulimit -f 4; $M run --quiet --filter machinery.passes --repeat 50 --tap t --json j); "
           "test $? = 3",
           0, "cannot write j: File too large\n");
}

#define MANY_REPETITIONS                                                                           \
    "$M run --quiet --jobs 2 --repeat 100000 --json j & "                                          \
    "await 'grep -q repetition j'; kill -TERM $!; wait $!"

/* However often a run repeats, it keeps what waits to be reported alone. Sanitizers reserve more
 * addresses than a limit would leave. */
static void test_many_repetitions(void)
{
    expect(SANITIZED ? MANY_REPETITIONS : "ulimit -v 400000; " MANY_REPETITIONS, 130,
           "SIGTERM: this ends early\n");
    expect("$M run --junit x --repeat 100000", 2, "are too many for a JUnit report");
}

int main(void)
{
    support_init();
    processes_adopt();
    directory = make_directory();
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("endings", NULL, NULL);
    CU_add_test(suite, "a reader goes away", test_reader_gone);
    CU_add_test(suite, "a reader takes nothing", test_reader_blocks);
    CU_add_test(suite, "signals", test_signals);
    CU_add_test(suite, "an agent that says nothing", test_silent_agent);
    CU_add_test(suite, "nobody is left of tenants", test_tenants);
    CU_add_test(suite, "standard output is closed", test_closed_output);
    CU_add_test(suite, "files that get too large", test_large_files);
    CU_add_test(suite, "many repetitions", test_many_repetitions);
    int status = run_tests();
    remove_directory(directory);
    return status;
}
