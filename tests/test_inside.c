/* Both sides of a case inside the implementation: because its user says so, or since it is an agent
 * on another system. */
#include "hosts/calls.h"
#include "lab/link.h"
#include "lab/namespace.h"
#include "stacks/agent/agent.h"
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <fcntl.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define NO_NETWORK "both sides are inside the implementation: there is no network between them"

/* Runs a specification, "@" in which stands for the directory of the programs, with more options
 * behind it (words without blanks); the lines of the JSON report, or NULL. */
static json_t *results_of(const char *spec, const char *options, int *status)
{
    char iut[2048], line[4096];
    spec_here(spec, iut, sizeof iut);
    snprintf(line, sizeof line, "$S run --quiet --json - --iut \"$SPEC\" %s", options);
    setenv("SPEC", iut, 1);
    struct finished finished = run_shell("/", line);
    json_t *lines = json_lines(finished.out);
    *status = finished.status;
    if (*status > 1 && !lines)
        printf("\n    %s %s: %.2000s\n", iut, options, finished.err);
    finished_free(&finished);
    return lines;
}

/* Variants that differ from the host's, but for skips whose reason begins like one of these. */
static size_t differences(const json_t *host, const json_t *lines, const char *const reasons[])
{
    size_t count = 0, i;
    json_t *line;
    json_array_foreach (lines, i, line) {
        const char *why = text_of(line, "reason");
        bool known = same_result(line, find_object(host, "id", text_of(line, "id")));
        bool skip = strcmp(text_of(line, "verdict"), "skip") == 0;
        for (size_t k = 0; !known && skip && reasons[k]; k++)
            known = strncmp(why, reasons[k], strlen(reasons[k])) == 0;
        if (known || strcmp(text_of(line, "type"), "variant") != 0)
            continue;
        count++;
        printf("\n    %s: %s %s, %s\n", text_of(line, "id"), text_of(line, "verdict"),
               text_of(line, "observed"), why);
    }
    return count;
}

#define PART (SANITIZED ? " --shard 1/96" : " --shard 1/24")

/* ---- because its user says so ---- */

static void test_same_verdicts(void)
{
    static const char *const reasons[] = {NO_NETWORK, "the routes of this implementation", NULL};
    char options[256];
    int status;
    snprintf(options, sizeof options, "--filter '*loopback*' --filter tcp.connect.es*%s", PART);
    json_t *host = results_of("host", options, &status);
    CU_ASSERT_EQUAL(status, 0);
    strcat(options, " --both-inside");
    json_t *inside = results_of("agent:@/sockspec-agent", options, &status);
    CU_ASSERT_EQUAL(status, 0);
    CU_ASSERT_EQUAL(json_array_size(host), json_array_size(inside));
    CU_ASSERT_EQUAL(differences(host, inside, reasons), 0);
    CU_ASSERT(count_of(inside, "pass") > 9 * count_of(inside, "skip"));
    const json_t *header = find_object(inside, "type", "run");
    CU_ASSERT_TRUE(json_is_true(json_object_get(header, "both_inside")));
    json_decref(host);
    json_decref(inside);
}

/* What needs a network between the sides is a skip, for which nothing is started. */
static void test_pair(void)
{
    int status;
    json_t *lines = results_of("agent:/no/such/program",
                               "--both-inside --filter 'udp.connect.*,pair*'", &status);
    CU_ASSERT_EQUAL(status, 3);
    CU_ASSERT(count_of(lines, "skip") > 0);
    CU_ASSERT_EQUAL(count_of(lines, "skip"), count_of(lines, "ran"));
    CU_ASSERT_EQUAL(differences(lines, lines, (const char *const[]){NO_NETWORK, NULL}), 0);
    json_decref(lines);
}

/* The line that runs a variant again does so in the same way. */
static void test_again(void)
{
    struct finished finished =
        run_line("SOCKSPEC run --quiet --both-inside --iut mutant:tcp.connect.already-connected "
                 "--filter tcp.connect.already-connected/*/ipv4,loopback,client");
    CU_ASSERT_EQUAL(finished.status, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(finished.out, "' --both-inside --filter '"));
    finished_free(&finished);
}

/* Each case's implementation has an empty directory, which its environment names and where the
 * agent goes; its command starts where sockspec did. */
static void test_directory(void)
{
    int status;
    json_t *lines =
        results_of("agent:test $(pwd -P) = / && test -z \"$(ls -A \"$SOCKSPEC_DIRECTORY\")\" && "
                   "touch \"$SOCKSPEC_DIRECTORY/used\" && exec @/sockspec-agent",
                   "--both-inside --jobs 1 --filter 'tcp.connect.establishes/*loopback'", &status);
    CU_ASSERT_EQUAL(status, 0);
    CU_ASSERT_EQUAL(count_of(lines, "pass"), 3);
    json_decref(lines);
}

/* A library whose sockets are files in a directory: without the option none of its connections
 * comes about. It does not show their states. */
static void test_socket_wrapper(void)
{
    static const char *const paths[] = {"/usr/lib/x86_64-linux-gnu/libsocket_wrapper.so",
                                        "/usr/lib/aarch64-linux-gnu/libsocket_wrapper.so"};
    char spec[256];
    int status;
    size_t i = 0;
    while (i < 2 && access(paths[i], R_OK) != 0)
        i++;
    if (i == 2) {
        puts("\n    left out: no libsocket-wrapper");
        return;
    }
    snprintf(spec, sizeof spec, "preload:%s", paths[i]);
    setenv("SOCKET_WRAPPER_DIR", ".", 1);
    setenv("SOCKET_WRAPPER_MAX_SOCKETS", "64", 1); /* a longer table costs each case's start */
    json_t *lines = results_of(spec, "--filter 'tcp.connect.establishes/*ipv4,loopback*'", &status);
    CU_ASSERT_EQUAL(count_of(lines, "pass"), 0);
    json_decref(lines);
    lines = results_of(spec,
                       "--both-inside --filter 'tcp.connect.*ipv4,loopback*' "
                       "--filter 'basic.*ipv4,loopback*' "
                       "--filter 'tcp.release.close-wait/*ipv4,loopback*'",
                       &status);
    unsetenv("SOCKET_WRAPPER_DIR");
    unsetenv("SOCKET_WRAPPER_MAX_SOCKETS");
    CU_ASSERT(count_of(lines, "pass") > 50);
    CU_ASSERT(count_of(lines, "pass") > 9 * count_of(lines, "inconclusive"));
    if (count_of(lines, "pass") <= 9 * count_of(lines, "inconclusive"))
        print_verdicts(lines, "inconclusive");
    CU_ASSERT_PTR_NOT_NULL(find_object(lines, "reason",
                                       "this implementation does not show the states of its "
                                       "connections"));
    json_decref(lines);
}

/* ---- since it is an agent on another system ---- */

static const char *const not_there[] = {NO_NETWORK, "a described network is not changed", NULL};

/* As an implementation it is another system: nothing of this one's environment is there. */
static void test_remote(void)
{
    char options[256];
    int status;
    snprintf(options, sizeof options, "--filter '*loopback*' --filter tcp.connect.es*%s", PART);
    json_t *host = results_of("host", options, &status);
    json_t *far = results_of("remote:env -i @/sockspec-agent --repeat", options, &status);
    CU_ASSERT_EQUAL(status, 0);
    CU_ASSERT_EQUAL(json_array_size(host), json_array_size(far));
    CU_ASSERT_EQUAL(differences(host, far, not_there), 0);
    CU_ASSERT(count_of(far, "pass") > 9 * count_of(far, "skip"));
    json_decref(host);
    json_decref(far);
}

/* The command is started where sockspec was, and kept: once for a first look, once for the run. */
static void test_kept(void)
{
    char net[64] = "", spec[1024], path[256];
    const char *directory = make_directory();
    int status;
    CU_ASSERT(readlink("/proc/self/ns/net", net, sizeof net - 1) > 0);
    snprintf(spec, sizeof spec,
             "remote:echo x >>%s/starts; test \"$(readlink /proc/self/ns/net)\" = '%s' && "
             "exec @/sockspec-agent --repeat",
             directory, net);
    json_t *lines = results_of(spec, "--filter 'tcp.connect.e*'", &status);
    CU_ASSERT_EQUAL(status, 0);
    CU_ASSERT(count_of(lines, "pass") > 2);
    snprintf(path, sizeof path, "%s/starts", directory);
    char *starts = read_file(path);
    CU_ASSERT_STRING_EQUAL(starts ? starts : "", "x\nx\n");
    free(starts);
    remove_directory(directory);
    json_decref(lines);
}

/* A stream that breaks off costs the case that it was used by; then the command is started again.
 */
static void test_broken_stream(void)
{
    size_t i, broken = 0;
    int status;
    json_t *line,
        *lines = results_of("remote:dd bs=1 count=20000 status=none | @/sockspec-agent --repeat",
                            "--filter '*.connect.*ipv4,loopback*'", &status);
    json_array_foreach (lines, i, line)
        broken += strcmp(text_of(line, "ended"), "transport") == 0 ||
                  strcmp(text_of(line, "ended"), "agent") == 0;
    CU_ASSERT_EQUAL(status, 3);
    CU_ASSERT(broken > 0);
    CU_ASSERT_EQUAL(count_of(lines, "inconclusive"), (json_int_t)broken);
    CU_ASSERT_EQUAL(count_of(lines, "fail"), 0);
    CU_ASSERT(count_of(lines, "pass") > 5 * (json_int_t)broken);
    json_decref(lines);
}

static void test_no_agent(void)
{
    static const struct {
        const char *spec, *complaint;
    } commands[] = {{"remote:", "say which: remote:COMMAND"},
                    {"remote:/no/such/program", "cannot run /no/such/program: No such file"},
                    {"remote:echo nobody home >&2; exit 1", "came up: nobody home"},
                    {"remote:echo a shell that greets", "is that sockspec-agent --repeat?"},
                    {"remote:head -c 20000 | @/sockspec-agent", "does not answer"},
                    {"remote:@/sockspec-agent", "start it with --repeat"}};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        char spec[1024];
        const char *const argv[] = {getenv("SOCKSPEC"), "run", "--iut",
                                    spec_here(commands[i].spec, spec, sizeof spec), NULL};
        struct finished finished = run_program(argv);
        const char *end = strchr(finished.err, '\n');
        bool good =
            finished.status == 2 && end && !end[1] && strstr(finished.err, commands[i].complaint);
        if (!good)
            printf("\n    %s: %d: %s", spec, finished.status, finished.err);
        CU_ASSERT_TRUE(good);
        finished_free(&finished);
    }
}

/* Where the agent can make no network for a case, the loopback that is there is used, and what is
 * not known of it is a skip. In a network namespace, so that it is nobody's. */
static void test_without_namespaces(void)
{
    static const char *const reasons[] = {NO_NETWORK, "the agent can make no network", NULL};
    static const char options[] = "--filter '*different-addresses/*,loopback*' "
                                  "--filter 'tcp.connect.e*loopback*'";
    int status, before = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    struct nl_sock *route = namespace_create() >= 0 ? link_open() : NULL;
    CU_ASSERT_FATAL(route && link_set_up(route, 1, true));
    json_t *lines =
        results_of("remote:exec unshare --user --map-root-user sh -c "
                   "'echo 0 >/proc/sys/user/max_net_namespaces; exec @/sockspec-agent --repeat'",
                   options, &status);
    nl_socket_free(route);
    namespace_enter(before);
    CU_ASSERT_EQUAL(status, 0);
    CU_ASSERT(count_of(lines, "pass") > 2);
    CU_ASSERT(count_of(lines, "skip") > 2);
    json_t *host = results_of("host", options, &status);
    CU_ASSERT_EQUAL(differences(host, lines, reasons), 0);
    json_decref(host);
    json_decref(lines);
}

/* An agent that is inside a call hears of the end of its stream, or it would stay for good. */
static void test_unheard(void)
{
    char program[1024];
    struct tenant stream;
    const char *const words[] = {spec_here("@/sockspec-agent", program, sizeof program), "--repeat",
                                 NULL};
    CU_ASSERT_TRUE_FATAL(agent_start(&stream, words, -1));
    struct pollfd end = {.fd = pidfd_open(stream.pid, 0), .events = POLLIN};
    pid_t pid = fork();
    if (pid == 0) {
        struct host host = {.name = "iut", .iut = true, .door = agent_open(&stream, -1, false)};
        int fd = sk_socket(&host, AF_INET, SOCK_STREAM, 0);
        struct address here = address_of("127.0.0.1", 0);
        alarm(1); /* which ends this process in the middle of the last call */
        if (sk_bind(&host, fd, &here) == 0 && sk_listen(&host, fd, 1) == 0)
            sk_accept(&host, fd, NULL);
        _exit(0);
    }
    close(stream.input);
    CU_ASSERT_EQUAL(waitpid(pid, NULL, 0), pid);
    CU_ASSERT_EQUAL(poll(&end, 1, 10000), 1);
    kill(stream.pid, SIGKILL);
    waitpid(stream.pid, NULL, 0);
    close(end.fd);
}

int main(void)
{
    support_init();
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("inside", NULL, NULL);
    CU_add_test(suite, "the same verdicts", test_same_verdicts);
    CU_add_test(suite, "no network between them", test_pair);
    CU_add_test(suite, "once more", test_again);
    CU_add_test(suite, "a directory", test_directory);
    /* The sanitizers' own library wants to be loaded first. */
    if (!SANITIZED)
        CU_add_test(suite, "socket_wrapper", test_socket_wrapper);
    CU_add_test(suite, "another system", test_remote);
    CU_add_test(suite, "kept for the run", test_kept);
    CU_add_test(suite, "a stream that breaks off", test_broken_stream);
    CU_add_test(suite, "no agent", test_no_agent);
    if (geteuid() == 0)
        CU_add_test(suite, "without namespaces", test_without_namespaces);
    CU_add_test(suite, "an agent that nobody hears", test_unheard);
    return run_tests();
}
