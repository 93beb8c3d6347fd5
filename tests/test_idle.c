/* Workers that have nothing to do for long are no workers that fell silent. */
#include "calls/clock.h"
#include "tests/processes.h"
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* A bit longer than a worker may be silent. */
enum { LONG_SECONDS = 33 };

/* Workers, but not what they forked for their cases. */
static size_t workers_of(pid_t run, struct process found[], size_t room)
{
    static struct process list[PROCESSES];
    size_t count = processes_of(run, list, PROCESSES), workers = 0;
    for (size_t i = 0; i < count && workers < room; i++) {
        const struct process *parent = process_parent(list, count, &list[i]);
        if (strcmp(list[i].name, "sockspec-worker") == 0 &&
            !(parent && strcmp(parent->name, list[i].name) == 0))
            found[workers++] = list[i];
    }
    return workers;
}

/* The first case waits for the second, for which another worker is started. From then on one is
 * enough, and the other waits. */
static void test_parked(void)
{
    struct process before[2];
    int status;
    pid_t pid = start_line("MACHINERY run --quiet --jobs 1 --filter machinery.meets --filter "
                           "machinery.dawdles --repeat 1000");
    struct pollfd end = {.fd = pidfd_open(pid, 0), .events = POLLIN};
    struct backoff backoff = backoff_begin(machine_milliseconds(10));
    while (workers_of(pid, before, 2) < 2 && backoff_wait(&backoff))
        continue;
    CU_ASSERT(workers_of(pid, before, 2) == 2);
    CU_ASSERT_EQUAL(poll(&end, 1, LONG_SECONDS * 1000), 0);
    for (size_t i = 0; i < 2; i++)
        CU_ASSERT_TRUE(process_signal(&before[i], 0));
    close(end.fd);
    kill(pid, SIGINT);
    waitpid(pid, &status, 0);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 130);
}

int main(void)
{
    support_init();
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("idle", NULL, NULL);
    CU_add_test(suite, "a worker that waits for an order", test_parked);
    return run_tests();
}
