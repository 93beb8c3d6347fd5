/* Implementations at the far end of a stream: the same verdicts as without one, and streams that
 * break off or make no sense. */
#include "calls/protocol.h"
#include "hosts/calls.h"
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Runs variants on an implementation; the lines of the JSON report. */
static json_t *results_of(const char *spec, const char *filter, int *status)
{
    char iut[2048], text[2200];
    spec_here(spec, iut, sizeof iut);
    snprintf(text, sizeof text, "%s", getenv("SOCKSPEC"));
    const char *const argv[] = {text,   "run",     "--iut",  iut, "--filter",
                                filter, "--quiet", "--json", "-", NULL};
    struct finished finished = run_program(argv);
    json_t *lines = json_lines(finished.out);
    *status = finished.status;
    if (finished.status > 1)
        printf("\n    %s: %s\n", iut, finished.err);
    finished_free(&finished);
    return lines;
}

/* How many variants of b differ from those of a in verdict or observation. */
static size_t differences(const json_t *a, const json_t *b)
{
    size_t count = 0, i;
    json_t *line;
    json_array_foreach (b, i, line) {
        if (strcmp(text_of(line, "type"), "variant") != 0)
            continue;
        const json_t *other = find_object(a, "id", text_of(line, "id"));
        if (same_result(line, other))
            continue;
        count++;
        printf("\n    %s: %s %s, %s\n", text_of(line, "id"), text_of(line, "verdict"),
               text_of(line, "observed"), text_of(line, "reason"));
    }
    return count;
}

#define EVERYTHING (SANITIZED ? "*ipv4,loopback*" : "*")

static void test_same_verdicts(void)
{
    int status;
    json_t *host = results_of("host", EVERYTHING, &status);
    json_t *agent = results_of("agent:@/sockspec-agent", EVERYTHING, &status);
    CU_ASSERT_EQUAL(status, 0);
    CU_ASSERT(json_array_size(host) > 300);
    CU_ASSERT_EQUAL(json_array_size(host), json_array_size(agent));
    CU_ASSERT_EQUAL(differences(host, agent), 0);
    json_decref(host);
    json_decref(agent);
}

/* A library that hides one error fails just the rules about it. */
static void test_preload(void)
{
    int status;
    json_t *wrong = results_of("preload:@/libdeviant.so", "tcp.connect.already-connected", &status);
    CU_ASSERT_EQUAL(status, 1);
    CU_ASSERT_EQUAL(
        json_integer_value(json_object_get(find_object(wrong, "type", "summary"), "pass")), 0);
    json_t *right = results_of("preload:@/libdeviant.so", "udp.connect.*", &status);
    CU_ASSERT_EQUAL(status, 0);
    json_decref(wrong);
    json_decref(right);
}

/* An agent that is none, or not for long: a line that says so before the first case, and no hang.
 */
static void test_broken_agents(void)
{
    static const struct {
        const char *spec, *reason;
    } agents[] = {
        {"agent:/bin/false", "the implementation's process exited with status 1"},
        {"agent:/bin/cat", "the agent did not say hello"},
        {"agent:/bin/echo nonsense and more nonsense", "a frame that makes no sense"},
        {"agent:/no/such/program", "the agent cannot be started"},
        {"agent:head -c 15 | @/sockspec-agent", "the agent says: the stream ended within a frame"},
        {"agent:printf hello", "exited with status 0"},
        {"agent:printf hello; exec <&- >&-; sleep 60", "the agent's stream ended within a frame"},
        {"agent:printf hello; cat", "a part of a frame, and no more of it"}};
    for (size_t i = 0; i < sizeof agents / sizeof *agents; i++) {
        char spec[1024];
        const char *const argv[] = {getenv("SOCKSPEC"),
                                    "run",
                                    "--quiet",
                                    "--filter",
                                    "tcp.connect.establishes/*ipv4,loopback*",
                                    "--iut",
                                    spec_here(agents[i].spec, spec, sizeof spec),
                                    NULL};
        struct finished finished = run_program(argv);
        /* The one that says hello before it ends is found out by the cases. */
        bool good = (finished.status == 2 && strstr(finished.err, agents[i].reason)) ||
                    (finished.status == 3 && strstr(finished.out, agents[i].reason));
        if (!good)
            printf("\n    %s: status %d: %s\n", agents[i].spec, finished.status, finished.err);
        CU_ASSERT_TRUE(good);
        finished_free(&finished);
    }
}

/* Puts the result of the call in a frame in its place. */
static void answer(struct frame *frame)
{
    bool known;
    struct call call;
    struct frame read = {.bytes = frame->bytes, .size = frame->at};
    CU_ASSERT_TRUE_FATAL(frame_get_call(&read, &call, &known) && known);
    frame->at = 0;
    frame_put_result(frame, &call);
    call_release(&call);
}

/* An agent whose name is no text: a whole report with what can be read of it. */
static void test_strange_name(void)
{
    unsigned char bytes[1024];
    char command[8192] = "agent:printf '", *to = command + strlen(command);
    int status;
    struct frame frame = {.bytes = bytes, .size = sizeof bytes, .at = FRAME_HEADER};
    struct hello hello = {.version = PROTOCOL_VERSION,
                          .system = "Pl\xc3\xa4n\xff 9\x1b[2J\nfrom\tBell \xed\xa0\x80",
                          .libc = "C\xc3"};
    frame_put_hello(&frame, &hello);
    size_t length = frame_complete(&frame, &(struct frame_header){.type = FRAME_HELLO});
    for (size_t i = 0; i < length; i++)
        to += sprintf(to, "\\%03o", bytes[i]);
    strcpy(to, "'; head -c 1 >/dev/null");
    json_t *lines = results_of(command, "tcp.connect.establishes/data/ipv4,loopback", &status);
    CU_ASSERT_PTR_NOT_NULL_FATAL(lines);
    CU_ASSERT_STRING_EQUAL(text_of(find_object(lines, "type", "summary"), "implementation"),
                           "Pl\xc3\xa4n? 9?[2J | from Bell ???, C?");
    json_decref(lines);
}

/* As the first process of a system it takes a device, and any number of modules, without an
 * interface: what a virtual machine is given to try its processor. In namespaces of its own. */
static void test_init(void)
{
    char agent[2048];
    spec_here("@/sockspec-agent", agent, sizeof agent);
    for (int modules = 0; modules < 3; modules++) {
        const char *const argv[] = {"unshare",
                                    "--mount",
                                    "--net",
                                    "--pid",
                                    "--fork",
                                    agent,
                                    "--init",
                                    "/dev/null",
                                    modules > 0 ? "!/no/one" : NULL,
                                    modules > 1 ? "!/no/two" : NULL,
                                    NULL};
        struct finished finished = run_program(argv);
        CU_ASSERT_EQUAL(finished.status, 0);
        CU_ASSERT_PTR_NULL(strstr(finished.err, "usage"));
        CU_ASSERT_PTR_NULL(strstr(finished.err, "bring up !"));
        CU_ASSERT_EQUAL(strstr(finished.err, "cannot load /no/one") != NULL, modules > 0);
        CU_ASSERT_EQUAL(strstr(finished.err, "cannot load /no/two") != NULL, modules > 1);
        finished_free(&finished);
    }
}

/* What the two sides do with bytes that were damaged on the way: nothing worse than to say so. */
static void test_damaged_frames(void)
{
    unsigned char bytes[4096];
    char data[64] = "AF_INET6";
    struct address name = address_of("192.0.2.1", 7000), other;
    struct readiness ready[3] = {{.fd = 3, .asked = POLLIN}};
    const struct call calls[] = {
        {.operation = OP_SOCKET, .argument = {AF_INET, SOCK_STREAM, 0}},
        {.operation = OP_CONNECT, .argument = {3}, .block = {[1] = block_address(&name)}},
        {.operation = OP_GETSOCKNAME, .argument = {3}, .block = {[1] = block_address_out(&other)}},
        {.operation = OP_RECVFROM,
         .argument = {3},
         .block = {[1] = block_out(data, 64), [3] = block_address_out(&other)}},
        {.operation = OP_SETSOCKOPT,
         .argument = {3, SOL_SOCKET, SO_REUSEADDR},
         .block = {[3] = block_in(data, 4)}},
        {.operation = OP_POLL, .argument = {[1] = 100}, .block = {block_in(ready, sizeof ready)}},
        {.operation = OP_CONSTANT, .block = {block_in(data, 8)}}};
    unsigned seed = 1, decoded = 0;
    for (unsigned round = 0; round < 40000; round++) {
        const struct call *sent = &calls[round % (sizeof calls / sizeof *calls)];
        struct frame frame = {.bytes = bytes, .size = sizeof bytes};
        bool result = round / 7 % 2, known;
        struct call call = *sent;
        frame_put_call(&frame, sent);
        if (result)
            answer(&frame);
        CU_ASSERT_FALSE_FATAL(frame.bad);
        for (unsigned damage = rand_r(&seed) % 4; damage > 0; damage--)
            bytes[(unsigned)rand_r(&seed) % frame.at] = (unsigned char)rand_r(&seed);
        struct frame read = {.bytes = bytes, .size = frame.at};
        if (rand_r(&seed) % 8 == 0)
            read.size = (size_t)rand_r(&seed) % (frame.at + 1);
        if (result) {
            decoded += frame_get_result(&read, &call);
        } else if (frame_get_call(&read, &call, &known)) {
            decoded += known;
            call_release(&call);
        }
    }
    CU_ASSERT(decoded > 1000);
}

/* A call that went in a frame is the call that was sent. */
static void test_round_trip(void)
{
    unsigned char bytes[4096];
    bool known = false;
    struct call call, sent = {.operation = OP_SETSOCKOPT,
                              .argument = {7, SOL_SOCKET, SO_REUSEADDR},
                              .block = {[3] = block_in((int[]){1}, sizeof(int))}};
    struct frame frame = {.bytes = bytes, .size = sizeof bytes};
    char before[256], after[256];
    frame_put_call(&frame, &sent);
    struct frame read = {.bytes = bytes, .size = frame.at};
    CU_ASSERT_TRUE_FATAL(frame_get_call(&read, &call, &known));
    CU_ASSERT_TRUE(known);
    call_format(&sent, false, before, sizeof before);
    call_format(&call, false, after, sizeof after);
    CU_ASSERT_STRING_EQUAL(before, after);
    call_release(&call);
}

/* What this side has no name for is a call that nobody here can make, and no nonsense. */
static void test_unknown_operation(void)
{
    unsigned char bytes[64];
    bool known = true;
    struct call call;
    struct frame frame = {.bytes = bytes, .size = sizeof bytes};
    frame_put_text(&frame, "levitate");
    frame_put_number(&frame, 0);
    struct frame read = {.bytes = bytes, .size = frame.at};
    CU_ASSERT_TRUE_FATAL(frame_get_call(&read, &call, &known));
    CU_ASSERT_FALSE(known);
    call_release(&call);
}

int main(void)
{
    support_init();
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("agent", NULL, NULL);
    CU_add_test(suite, "round trip", test_round_trip);
    CU_add_test(suite, "an unknown operation", test_unknown_operation);
    CU_add_test(suite, "damaged frames", test_damaged_frames);
    CU_add_test(suite, "broken agents", test_broken_agents);
    if (geteuid() == 0)
        CU_add_test(suite, "the first process", test_init);
    CU_add_test(suite, "a strange name", test_strange_name);
    CU_add_test(suite, "the same verdicts as host", test_same_verdicts);
    /* The sanitizers' own library wants to be loaded first. */
    if (!SANITIZED)
        CU_add_test(suite, "preload", test_preload);
    return run_tests();
}
