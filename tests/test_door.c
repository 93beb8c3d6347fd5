/* Every call through every sort of door: performed in this process, in a process of its own, and by
 * the agent's program. Each group of calls has a process, a network and a directory for itself. */
#include "calls/clock.h"
#include "calls/signals.h"
#include "lab/files.h"
#include "lab/namespace.h"
#include "lab/network.h"
#include "stacks/agent/agent.h"
#include "stacks/agent/program/family.h"
#include "stacks/host/kernel.h"
#include "tests/door/files.h"
#include "tests/door/fork.h"
#include "tests/door/lookup.h"
#include "tests/door/messages.h"
#include "tests/door/options.h"
#include "tests/door/process.h"
#include "tests/door/readiness.h"
#include "tests/door/signals.h"
#include "tests/door/unix.h"
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <CUnit/TestRun.h>
#include <libgen.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A program beside sockspec; false if it is not there. */
static bool beside(const char *name, char *path, size_t size)
{
    char self[1000];
    snprintf(self, sizeof self, "%s", getenv("SOCKSPEC"));
    snprintf(path, size, "%s/%s", dirname(self), name);
    return access(path, X_OK) == 0;
}

static struct door *open_words(const char *const words[], int netns)
{
    struct tenant stream;
    if (!agent_start(&stream, words, netns))
        give_up(TROUBLE_AGENT, "the agent cannot be started");
    return agent_open(&stream, netns, true);
}

static struct door *open_program(const char *name, int netns)
{
    char path[1100];
    const char *const words[] = {path, NULL};
    beside(name, path, sizeof path);
    return open_words(words, netns);
}

static struct door *open_agent(int netns)
{
    return open_program("sockspec-agent", netns);
}

static struct door *open_i686(int netns)
{
    return open_program("sockspec-agent-i686", netns);
}

static struct door *open_s390x(int netns)
{
    char path[1100];
    const char *const words[] = {"qemu-s390x-static", path, NULL};
    beside("sockspec-agent-s390x", path, sizeof path);
    return open_words(words, netns);
}

/* Those that need a program of their own are left out where the build made none. An emulator has
 * deviations of its own: it ends where select() has a descriptor beyond FD_SETSIZE, does not turn
 * the bytes of control data at IPPROTO_IP, lacks options, and cannot start a program again. */
static const struct {
    const char *name, *program;
    struct door *(*open)(int netns);
    const char *without; /* groups */
} doors[] = {{"this process", "sockspec", kernel_open},
             {"its own process", "sockspec", host_open},
             {"agent", "sockspec-agent", open_agent},
             {"agent of 32 bits", "sockspec-agent-i686", open_i686},
             {"agent with the other byte order", "sockspec-agent-s390x", open_s390x,
              "readiness messages options fork"}};

enum { DOORS = sizeof doors / sizeof *doors };

/* In the process of a group: gives how many assertions failed, and says which. */
static int try_group(struct door *(*open)(int netns), void (*group)(struct host *host))
{
    char why[256];
    struct network *network = network_create(NETWORK_LOOPBACK, why, sizeof why);
    files_set_up();
    const char *place = files_fresh();
    if (!network || !place || chdir(place) != 0) {
        printf("\n    %s", network ? files_missing(".") : why);
        return 1;
    }
    unsigned before = CU_get_number_of_failure_records();
    signals_catch();
    static struct host host = {.name = "iut", .iut = true};
    host.door = open(network->netns[SIDE_IUT]);
    jmp_buf
        end; /* for fatal assertions: the test that this process is a copy of goes on elsewhere */
    CU_get_current_test()->pJumpBuf = &end;
    if (setjmp(end) == 0) {
        group(&host);
        host_close(&host);
    }
    const CU_FailureRecord *failure = CU_get_failure_list();
    for (unsigned i = 0; failure; failure = failure->pNext, i++)
        if (i >= before)
            printf("\n    %s:%u: %s", failure->strFileName, failure->uiLineNumber,
                   failure->strCondition);
    return CU_get_number_of_failure_records() > before;
}

static int end_of(pid_t pid)
{
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The first process of a PID namespace has to live as long as the others, and takes them with it.
 */
static int isolated(struct door *(*open)(int netns), void (*group)(struct host *host))
{
    char why[256];
    if (!namespace_isolate(why, sizeof why)) {
        printf("\n    %s", why);
        return 1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        int status = try_group(open, group);
        fflush(stdout);
        _exit(status);
    }
    return end_of(pid);
}

/* Not every kernel starts programs with words of 32 bits. */
static bool starts(const char *program)
{
    const char *const argv[] = {program, "--help", NULL};
    struct finished finished = run_program(argv);
    bool good = finished.status == 0;
    finished_free(&finished);
    return good;
}

static void through_every_door(const char *name, void (*group)(struct host *host))
{
    for (size_t i = 0; i < DOORS; i++) {
        char path[1100];
        bool left_out = doors[i].without && strstr(doors[i].without, name);
        if (left_out || !beside(doors[i].program, path, sizeof path))
            continue;
        if (doors[i].open == open_i686 && !starts(path)) {
            printf("\n    left out: this kernel does not start %s", path);
            continue;
        }
        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0) {
            int status = isolated(doors[i].open, group);
            fflush(stdout);
            _exit(status);
        }
        int status = end_of(pid);
        if (status)
            printf("\n    through the door to %s: %d\n", doors[i].name, status);
        CU_ASSERT_EQUAL(status, 0);
    }
}

#define GROUPS(X)                                                                                  \
    X(files)                                                                                       \
    X(unix)                                                                                        \
    X(readiness)                                                                                   \
    X(signals)                                                                                     \
    X(lookup)                                                                                      \
    X(lookup_files)                                                                                \
    X(messages)                                                                                    \
    X(options)                                                                                     \
    X(fork)                                                                                        \
    X(process)

#define TEST(name_)                                                                                \
    static void test_##name_(void)                                                                 \
    {                                                                                              \
        through_every_door(#name_, door_##name_);                                                  \
    }
GROUPS(TEST)

int main(int argc, char **argv)
{
    family_resume_if_asked(argc, argv);
    support_init();
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("door", NULL, NULL);
#define ADD(name_) CU_add_test(suite, #name_, test_##name_);
    GROUPS(ADD)
    return run_tests();
}
