/* What others may do to this program, or through it: who starts an agent where it does not belong,
 * who gives more, or other, than was thought of. */
#include "calls/protocol.h"
#include "hosts/calls.h"
#include "hosts/lookup.h"
#include "hosts/readiness.h"
#include "lab/namespace.h"
#include "tests/lab.h"
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- as the first process ---- */

/* Where it is not the first process it touches nothing: in namespaces of its own, in case it does.
 */
static void test_init_elsewhere(void)
{
    static const char *const spaces[] = {"--mount", "--net"};
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
        const char *const argv[] = {
            "unshare", spaces[i], "--map-root-user", lab.program, "--init", "/dev/null", NULL};
        struct finished finished = run_program(argv);
        const char *end = strchr(finished.err, '\n');
        CU_ASSERT_EQUAL(finished.status, 2);
        CU_ASSERT_PTR_NOT_NULL(strstr(finished.err, "--init is for the first process"));
        CU_ASSERT(end && end[1] == '\0');
        finished_free(&finished);
    }
}

/* ---- commands of any length ---- */

enum { WORDS = 200, WORD = 50 };

/* Writes a program that notes how many words it was given, and is the agent then. */
static void write_script(char *path, size_t size)
{
    snprintf(path, size, "%s/script", lab.directory);
    FILE *file = fopen(path, "w");
    if (!file ||
        fprintf(file, "#!/bin/sh\necho $# ${#1} >%s/count\nexec %s\n", lab.directory, lab.program) <
            0 ||
        fclose(file) != 0 || chmod(path, 0755) != 0)
        abort();
}

/* Runs a case by an agent of this command: whether it passes. */
static bool passes(const char *command)
{
    char *iut;
    if (asprintf(&iut, "agent:%s", command) < 0)
        abort();
    const char *const argv[] = {getenv("SOCKSPEC"),
                                "run",
                                "--iut",
                                iut,
                                "--filter",
                                "tcp.connect.establishes/data/ipv4,loopback",
                                "--quiet",
                                "--json",
                                "-",
                                NULL};
    struct finished finished = run_program(argv);
    json_t *lines = json_lines(finished.out);
    const json_t *line = lines ? find_object(lines, "type", "variant") : NULL;
    bool good = line && strcmp(text_of(line, "verdict"), "pass") == 0;
    if (!good)
        printf("\n    %s%s\n", finished.err, line ? text_of(line, "reason") : "");
    json_decref(lines);
    finished_free(&finished);
    free(iut);
    return good;
}

/* What the script has noted. */
static void expect_noted(int words, int first)
{
    char path[256], wanted[64];
    snprintf(path, sizeof path, "%s/count", lab.directory);
    snprintf(wanted, sizeof wanted, "%d %d\n", words, first);
    char *noted = read_file(path);
    CU_ASSERT_PTR_NOT_NULL_FATAL(noted);
    CU_ASSERT_STRING_EQUAL(noted, wanted);
    free(noted);
    unlink(path);
}

static void test_long_commands(void)
{
    char script[256], words[WORDS * (WORD + 1) + sizeof script + 16], *to = words;
    write_script(script, sizeof script);
    to += sprintf(to, "%s", script);
    for (int i = 0; i < WORDS; i++)
        to += sprintf(to, " %0*d", WORD, i);
    CU_ASSERT_TRUE(passes(words));
    expect_noted(WORDS, WORD);

    to = words + sprintf(words, "%s '", script); /* for the shell */
    memset(to, 'x', WORDS * WORD);
    strcpy(to + WORDS * WORD, "'");
    CU_ASSERT_TRUE(passes(words));
    expect_noted(1, WORDS * WORD);
    unlink(script);
}

/* ---- text that others wrote ---- */

/* Whether a terminal would take something in a text for more than characters: ESC, BEL, CSI as one
 * character, and what is no UTF-8. */
static bool is_tame(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at; at++)
        if ((*at < ' ' && *at != '\n' && *at != '\t') || *at == 0x7f || *at == 0xff ||
            (at[0] == 0xc2 && at[1] < 0xa0))
            return false;
    return true;
}

static void expect_tame(struct finished finished, const char *text)
{
    bool said = strstr(finished.out, text) || strstr(finished.err, text);
    if (!said || !is_tame(finished.out) || !is_tame(finished.err))
        printf("\n    instead of '%s', tame: %s%s\n", text, finished.out, finished.err);
    CU_ASSERT(said);
    CU_ASSERT_TRUE(is_tame(finished.out));
    CU_ASSERT_TRUE(is_tame(finished.err));
    finished_free(&finished);
}

#define WILD                                                                                       \
    "\x1b[2J\a\xc2\x9b"                                                                            \
    "31m\xff"
#define WILD_JSON "\\u001b[2J\\u0007\\u009b31m"

/* A file with this text, whose path goes into a command line with a "%s". */
static struct finished run_on(const char *line, const char *text)
{
    char path[256], whole[1024];
    snprintf(path, sizeof path, "%s/wild", lab.directory);
    FILE *file = fopen(path, "w");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0)
        abort();
    snprintf(whole, sizeof whole, line, path, path);
    return run_line(whole);
}

static void test_wild_reports(void)
{
    static const char report[] =
        "{\"type\":\"run\",\"iut\":\"iut" WILD_JSON "\"}\n"
        "{\"type\":\"variant\",\"id\":\"tcp.connect.establishes/data/ipv4,loopback\","
        "\"rule\":\"rule" WILD_JSON "\",\"verdict\":\"fail\",\"observed\":\"seen" WILD_JSON
        "\",\"ended\":\"whole\",\"reason\":\"because" WILD_JSON "\"}\n"
        "{\"type\":\"summary\"}\n";
    expect_tame(run_on("SOCKSPEC compare %s %s", report), "0 new failures");
    expect_tame(run_on("SOCKSPEC compare --side-by-side %s %s", report), "seen\\x1b");
    expect_tame(run_on("SOCKSPEC baseline %s", report), "seen\\x1b");
    expect_tame(run_on("SOCKSPEC baseline %s", "{\"" WILD "\n"), "sockspec: ");
    expect_tame(run_on("SOCKSPEC run --filter tcp.connect.establishes/data/ipv4,loopback "
                       "--baseline %s",
                       "wild" WILD "  fail  -- because " WILD "\n"),
                "wild\\x1b");
}

/* Starts a server that says that it failed, in a wild way, whoever connects. */
static pid_t start_wild(int *port)
{
    struct address name = address_of("192.0.2.1", 0);
    namespace_enter(lab.network->netns[SIDE_IUT]);
    int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(server, &name.any, name.length) != 0 || listen(server, 1) != 0 ||
        getsockname(server, &name.any, &name.length) != 0)
        abort();
    *port = address_port(&name);
    pid_t pid = fork();
    if (pid == 0) {
        unsigned char bytes[256];
        size_t length = FRAME_HEADER + sizeof "wild" WILD - 1;
        memcpy(bytes + FRAME_HEADER, "wild" WILD, sizeof "wild" WILD - 1);
        struct frame frame = {.bytes = bytes, .size = sizeof bytes, .at = length};
        frame_complete(&frame, &(struct frame_header){.type = FRAME_ERROR});
        _exit(write(accept(server, NULL, NULL), bytes, length) != (ssize_t)length);
    }
    close(server);
    return pid;
}

static void test_wild_agent(void)
{
    int port;
    pid_t pid = start_wild(&port);
    namespace_enter(lab.network->netns[SIDE_PEER]);
    expect_tame(run_tcp(port, NULL, ""), "the agent says: wild\\x1b");
    waitpid(pid, NULL, 0);
}

/* ---- numbers that others gave ---- */

static int64_t given;

/* Gives a number, and names and sets as they should not be. */
static void give(struct door *door, struct call *call)
{
    (void)door;
    call_succeed(call, given);
    if (call->operation == OP_ACCEPT)
        call->block[1].length = 5000;
    if (call->operation == OP_SELECT && call->block[1].bytes)
        *(int *)call->block[1].bytes = -1;
}

/* A number that is too large is none, rather than what is left of it in an int: an error, or a
 * success. */
static void test_numbers(void)
{
    static const struct door_operations operations = {.perform = give};
    struct door door = {.operations = &operations};
    struct host host = {.name = "iut", .door = &door, .iut = true};
    struct fd_list list = {.fd = {3}, .count = 1};
    struct address name = address_of("192.0.2.1", 7);
    uint32_t address = 1;
    char byte;
    given = INT64_C(0x100000003);
    CU_ASSERT_EQUAL(sk_socket(&host, AF_INET, SOCK_STREAM, 0), -DEVIATION);
    CU_ASSERT_EQUAL(sk_if_nametoindex(&host, "lo"), -DEVIATION);
    CU_ASSERT_EQUAL(sk_fcntl(&host, 3, F_GETFL, 0), -DEVIATION);
    CU_ASSERT_EQUAL(sk_tcp_state(&host, &name, &name), -DEVIATION);
    given = INT64_C(0x100000000) - EAGAIN;
    CU_ASSERT_EQUAL(sk_recv(&host, 3, &byte, 1, MSG_TRUNC), -DEVIATION);
    given = INT64_C(-0x10000000000);
    CU_ASSERT_EQUAL(sk_inet_addr(&host, "192.0.2.1", &address), -DEVIATION);
    CU_ASSERT_EQUAL(address, 1);
    given = -5;
    CU_ASSERT_EQUAL(sk_fcntl(&host, 3, F_GETFL, 0), -DEVIATION);
    given = TCP_STATES;
    CU_ASSERT_EQUAL(sk_tcp_state(&host, &name, &name), -DEVIATION);
    given = 1;
    CU_ASSERT_EQUAL(sk_select(&host, 4, &list, NULL, NULL, NULL), -DEVIATION);
    given = 3;
    CU_ASSERT_EQUAL(sk_accept(&host, 4, &name), -DEVIATION);
    CU_ASSERT(name.length <= sizeof name.storage);
}

/* ---- */

static int run_suite(void)
{
    if (!lab_begin())
        return 3;
    lab.agent = start_agent(NULL);
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("withstand", NULL, NULL);
    CU_add_test(suite, "numbers that others gave", test_numbers);
    CU_add_test(suite, "wild text in reports and baselines", test_wild_reports);
    CU_add_test(suite, "wild text of an agent", test_wild_agent);
    CU_add_test(suite, "--init where it is not the first process", test_init_elsewhere);
    CU_add_test(suite, "commands of any length", test_long_commands);
    int status = run_tests();
    lab_end();
    return status;
}

int main(void)
{
    return lab_main(run_suite);
}
