/* Both sides of a case inside the implementation: because its user says so, or since it is an agent
 * on another system. */
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static json_int_t count_of(const json_t *lines, const char *verdict)
{
    const json_t *summary = lines ? find_object(lines, "type", "summary") : NULL;
    CU_ASSERT_PTR_NOT_NULL_FATAL(summary);
    return json_integer_value(json_object_get(summary, verdict));
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

#define PART (SANITIZED ? " --shard 1/24" : " --shard 1/8")

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

/* Each case's implementation has an empty directory, which its environment names. */
static void test_directory(void)
{
    int status;
    json_t *lines =
        results_of("agent:test -z \"$(ls -A \"$SOCKSPEC_DIRECTORY\")\" && "
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
    json_t *lines = results_of(spec, "--filter 'tcp.connect.establishes/*ipv4,loopback*'", &status);
    CU_ASSERT_EQUAL(count_of(lines, "pass"), 0);
    json_decref(lines);
    lines = results_of(spec,
                       "--both-inside --filter 'tcp.connect.*ipv4,loopback*' "
                       "--filter 'basic.*ipv4,loopback*' "
                       "--filter 'tcp.release.close-wait/*ipv4,loopback*'",
                       &status);
    unsetenv("SOCKET_WRAPPER_DIR");
    CU_ASSERT(count_of(lines, "pass") > 50);
    CU_ASSERT(count_of(lines, "pass") > 9 * count_of(lines, "inconclusive"));
    CU_ASSERT_PTR_NOT_NULL(find_object(lines, "reason",
                                       "this implementation does not show the states of its "
                                       "connections"));
    json_decref(lines);
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
    return run_tests();
}
