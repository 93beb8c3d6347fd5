/* One side of a run by tcp: goes away: the agent, the way to it, a case's process there, the
 * harness. */
#include "calls/clock.h"
#include "calls/protocol.h"
#include "hosts/calls.h"
#include "lab/namespace.h"
#include "lab/network.h"
#include "tests/lab.h"
#include "tests/support.h"
#include "tests/untouched.h"

#include <CUnit/Basic.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *report_path(void)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/report", lab.directory);
    return path;
}

/* Starts a run whose report goes to a file. */
static pid_t begin_run(const char *filter)
{
    char line[1024];
    unlink(report_path());
    snprintf(line, sizeof line,
             "SOCKSPEC run --json %s --iut tcp:192.0.2.1:%d,network=%s --filter %s", report_path(),
             lab.agent.port, describe_all(), filter);
    return start_line(line);
}

/* How many lines the report has. */
static size_t count_lines(void)
{
    size_t count = 0;
    char *text = read_file(report_path());
    for (const char *at = text; at && (at = strchr(at, '\n')); at++)
        count++;
    free(text);
    return count;
}

/* Waits until the report has so many lines; false if that takes longer than it may. */
static bool await_lines(size_t wanted)
{
    struct backoff backoff = backoff_begin(60000);
    while (count_lines() < wanted && backoff_wait(&backoff))
        continue;
    return count_lines() >= wanted;
}

static json_t *end_run(pid_t pid, int *status)
{
    waitpid(pid, status, 0);
    char *text = read_file(report_path());
    json_t *lines = json_lines(text ? text : "");
    free(text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(lines);
    CU_ASSERT_PTR_NOT_NULL_FATAL(find_object(lines, "type", "summary"));
    return lines;
}

/* One result for each variant, whenever the agent goes. */
static void test_agent_gone(void)
{
    enum { BEFORE = 20 };
    int status;
    pid_t pid = begin_run("udp.*");
    CU_ASSERT_TRUE(await_lines(BEFORE));
    stop_agent(&lab.agent);
    json_t *lines = end_run(pid, &status);
    json_int_t selected =
        json_integer_value(json_object_get(find_object(lines, "type", "run"), "selected"));
    CU_ASSERT_EQUAL(json_array_size(lines), (size_t)selected + 2);
    CU_ASSERT(count_of(lines, "pass") >= BEFORE - 1);
    CU_ASSERT(count_of(lines, "inconclusive") > 0);
    const char *reason = text_of(json_array_get(lines, (size_t)selected), "reason");
    CU_ASSERT_PTR_NOT_NULL(strstr(reason, "cannot connect to the agent at 192.0.2.1:"));
    CU_ASSERT(WIFEXITED(status) && (WEXITSTATUS(status) == 3 || WEXITSTATUS(status) == 1));
    json_decref(lines);
    lab.agent = start_agent(NULL);
}

/* The way to the agent is gone for a while: that is nobody's hanging call. */
static void test_way_gone(void)
{
    enum { BEFORE = 20 };
    int status;
    pid_t pid = begin_run("udp.*loopback* --timeout 4");
    CU_ASSERT_TRUE(await_lines(BEFORE));
    CU_ASSERT_TRUE(network_deliver(lab.network, SIDE_PEER, NET_LOSE));
    CU_ASSERT_TRUE(await_lines(count_lines() + 2));
    CU_ASSERT_TRUE(network_deliver(lab.network, SIDE_PEER, NET_DELIVER));
    json_t *lines = end_run(pid, &status);
    CU_ASSERT_EQUAL(count_of(lines, "fail"), 0);
    CU_ASSERT(count_of(lines, "inconclusive") > 0);
    CU_ASSERT_EQUAL(WEXITSTATUS(status), 3);
    json_decref(lines);
}

/* The child of a process, -1 if it has none. */
static pid_t child_of(pid_t parent)
{
    pid_t found = -1;
    DIR *processes = opendir("/proc");
    for (struct dirent *entry; processes && found < 0 && (entry = readdir(processes));) {
        char path[300];
        int of = -1;
        snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
        char *text = entry->d_name[0] >= '1' && entry->d_name[0] <= '9' ? read_file(path) : NULL;
        const char *name_end = text ? strrchr(text, ')') : NULL;
        if (name_end && sscanf(name_end, ") %*c %d", &of) == 1 && of == parent)
            found = atoi(entry->d_name);
        free(text);
    }
    if (processes)
        closedir(processes);
    return found;
}

/* Whether the peer has an end of a connection that the IUT has closed, and not the agent. */
static bool in_close_wait(void)
{
    enum { CLOSE_WAIT = 8 };
    char *text, *rest = NULL;
    bool found = false;
    namespace_enter(lab.network->netns[SIDE_PEER]);
    text = read_file("/proc/net/tcp");
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        unsigned port, state;
        found |= sscanf(line, " %*u: %*x:%*x %*x:%x %x", &port, &state) == 2 &&
                 state == CLOSE_WAIT && port != (unsigned)lab.agent.port;
    }
    free(text);
    return found;
}

/* Ends the far process of a case while the case asks it for a state, which it does for a second;
 * the verdict's reason, and how many of the two cases passed. */
static json_int_t end_far_process(char *reason, size_t size)
{
    int status;
    pid_t pid = begin_run("tcp.release.fin-wait-2-ends/one-second/ipv4,*");
    struct backoff backoff = backoff_begin(20000);
    CU_ASSERT_TRUE(await_lines(1));
    while (!in_close_wait() && backoff_wait(&backoff))
        continue;
    pid_t serving = child_of(lab.agent.pid), of_case = serving > 0 ? child_of(serving) : -1;
    if (of_case > 0)
        kill(of_case, SIGSEGV);
    json_t *lines = end_run(pid, &status);
    const json_t *first = json_array_get(lines, 1);
    snprintf(reason, size, "%s: %s", text_of(first, "verdict"), text_of(first, "reason"));
    json_int_t passed = count_of(lines, "pass");
    json_decref(lines);
    return passed;
}

/* A crash at the far end is a failure that names the call; the agent serves the next case. */
static void test_crash(void)
{
    enum { TRIES = 5 }; /* on a machine that is so slow that the second is over too soon */
    char reason[512] = "";
    json_int_t passed = 0;
    if (!lab.own_proc) {
        puts("\n    left out: no /proc of this test's own can be mounted");
        return;
    }
    for (int i = 0; i < TRIES && !strstr(reason, "fail: crash: SIGSEGV in "); i++)
        passed = end_far_process(reason, sizeof reason);
    CU_ASSERT_PTR_NOT_NULL(strstr(reason, "fail: crash: SIGSEGV in "));
    CU_ASSERT_EQUAL(passed, 1);
    if (!strstr(reason, "fail: crash"))
        printf("\n    %s\n", reason);
}

/* Bytes of a stream, all of them. */
static bool read_bytes(int fd, void *bytes, size_t count)
{
    size_t done = 0;
    for (ssize_t n; done < count; done += (size_t)n)
        if ((n = read(fd, (char *)bytes + done, count - done)) <= 0)
            return false;
    return true;
}

/* Sends a call, and takes in its result if it is waited for. */
static int64_t perform_far(int fd, struct call *call, bool wait)
{
    static unsigned char bytes[4096];
    unsigned char header[FRAME_HEADER];
    struct frame frame = {.bytes = bytes, .size = sizeof bytes, .at = FRAME_HEADER};
    struct frame_header answer;
    frame_put_call(&frame, call);
    size_t length = frame_complete(&frame, &(struct frame_header){.type = FRAME_CALL, .id = 1});
    CU_ASSERT_FATAL(write(fd, bytes, length) == (ssize_t)length);
    if (!wait)
        return 0;
    CU_ASSERT_TRUE_FATAL(read_bytes(fd, header, sizeof header));
    int size = frame_read_header(header, &answer);
    CU_ASSERT_FATAL(answer.type == FRAME_RESULT && size > 0 && size < (int)sizeof bytes);
    CU_ASSERT_TRUE_FATAL(read_bytes(fd, bytes, (size_t)size));
    struct frame result = {.bytes = bytes, .size = (size_t)size};
    CU_ASSERT_TRUE_FATAL(frame_get_result(&result, call));
    return call->result;
}

/* When the harness goes, a process of the agent that is inside a call ends too: its port is free
 * again. */
static void test_harness_gone(void)
{
    unsigned char header[FRAME_HEADER], hello[4096];
    struct frame_header first;
    struct address to = address_of("192.0.2.1", lab.agent.port), name = address_of("192.0.2.1", 0);
    namespace_enter(lab.network->netns[SIDE_PEER]);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CU_ASSERT_FATAL(connect(fd, &to.any, to.length) == 0);
    CU_ASSERT_TRUE_FATAL(read_bytes(fd, header, sizeof header));
    int size = frame_read_header(header, &first);
    CU_ASSERT_FATAL(first.type == FRAME_HELLO && size > 0 && size < (int)sizeof hello);
    CU_ASSERT_TRUE_FATAL(read_bytes(fd, hello, (size_t)size));

    struct call call = {.operation = OP_SOCKET, .argument = {AF_INET, SOCK_DGRAM, 0}};
    int far = (int)perform_far(fd, &call, true);
    call = (struct call){
        .operation = OP_BIND, .argument = {far}, .block = {[1] = block_address(&name)}};
    CU_ASSERT_EQUAL(perform_far(fd, &call, true), 0);
    call = (struct call){
        .operation = OP_GETSOCKNAME, .argument = {far}, .block = {[1] = block_address_out(&name)}};
    CU_ASSERT_EQUAL(perform_far(fd, &call, true), 0);

    namespace_enter(lab.network->netns[SIDE_IUT]);
    int again = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    CU_ASSERT_EQUAL(bind(again, &name.any, sizeof name.in), -1);
    char byte;
    struct call waiting = call_recv(far, &byte, 1, 0);
    perform_far(fd, &waiting, false);
    close(fd);
    struct backoff backoff = backoff_begin(patience);
    int result;
    while ((result = bind(again, &name.any, sizeof name.in)) != 0 && backoff_wait(&backoff))
        continue;
    CU_ASSERT_EQUAL(result, 0);
    close(again);
}

static int run_suite(void)
{
    if (!lab_begin_noted())
        return 3;
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("gone", NULL, NULL);
    CU_add_test(suite, "the agent goes", test_agent_gone);
    CU_add_test(suite, "the way to the agent is gone", test_way_gone);
    CU_add_test(suite, "a crash at the far end", test_crash);
    CU_add_test(suite, "the harness goes", test_harness_gone);
    CU_add_test(suite, "nothing changed", test_nothing_changed);
    int status = run_tests();
    lab_end();
    return status;
}

int main(void)
{
    return lab_main(run_suite);
}
