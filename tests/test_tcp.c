/* An agent over TCP, on a network that was there before: in namespaces of this test's own, one with
 * the agent, one for the peer. */
#include "hosts/calls.h"
#include "lab/link.h"
#include "lab/namespace.h"
#include "lab/network.h"
#include "tests/lab.h"
#include "tests/support.h"
#include "tests/untouched.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* With sanitizers a process costs tens of milliseconds, and a part has to do. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PART "1/24"
#endif
#endif
#ifndef PART
#define PART "1/8"
#endif

/* ---- runs ---- */

/* The report of a run that must come to its end. */
static json_t *report_of(struct finished finished)
{
    json_t *lines = json_lines(finished.out);
    if (!lines || !find_object(lines, "type", "summary"))
        printf("\n    %s", finished.err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(lines);
    CU_ASSERT_PTR_NOT_NULL_FATAL(find_object(lines, "type", "summary"));
    finished_free(&finished);
    return lines;
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* What an agent that listens does for nobody, and what no description says. */
static const char not_served[] = "this implementation declares that it ";
static const char not_described[] = "how long the prefix of the network is, is not known";

/* What clients do with Fast Open where the IUT outlives cases: it remembers of which end it has a
 * cookie, how large its segments may be and whether it refused. Fails are counted elsewhere. */
static bool remembers(const json_t *line)
{
    return begins(text_of(line, "rule"), "wire.fast-open.client.") ||
           begins(text_of(line, "rule"), "wire.syn-with-data.");
}

/* Those that are not to be, whatever they remember. */
static size_t broken(const json_t *lines)
{
    size_t count = 0, i;
    json_t *line;
    json_array_foreach (lines, i, line) {
        const char *verdict = text_of(line, "verdict");
        if (strcmp(verdict, "fail") != 0 && strcmp(verdict, "inconclusive") != 0)
            continue;
        count++;
        printf("\n    %s: %s, %s", text_of(line, "id"), verdict, text_of(line, "reason"));
    }
    return count;
}

/* Variants that differ from the host's, but for skips for this reason, for what the IUT remembers,
 * or because of what is not served. */
static size_t differences(const json_t *host, const json_t *lines, const char *reason)
{
    size_t count = 0, i;
    json_t *line;
    json_array_foreach (lines, i, line) {
        if (strcmp(text_of(line, "type"), "variant") != 0)
            continue;
        const json_t *other = find_object(host, "id", text_of(line, "id"));
        const char *why = text_of(line, "reason");
        bool skip = strcmp(text_of(line, "verdict"), "skip") == 0;
        bool same = same_result(line, other) || remembers(line) ||
                    (skip && (begins(why, reason) || begins(why, not_served) ||
                              begins(why, not_described)));
        if (same)
            continue;
        count++;
        printf("\n    %s: %s %s, %s; here %s %s, %s\n", text_of(line, "id"),
               text_of(line, "verdict"), text_of(line, "observed"), why, text_of(other, "verdict"),
               text_of(other, "observed"), text_of(other, "reason"));
    }
    return count;
}

static void test_same_verdicts(void)
{
    json_t *host = report_of(run_line("SOCKSPEC run --quiet --json - --shard " PART));
    json_t *far = report_of(run_tcp(lab.agent.port, describe_all(), "--shard " PART));
    CU_ASSERT_EQUAL(differences(host, far, "a described network is not changed: "), 0);
    CU_ASSERT_EQUAL(json_array_size(host), json_array_size(far));
    CU_ASSERT_EQUAL(broken(far), 0);
    CU_ASSERT(count_of(far, "pass") > 7 * count_of(far, "skip"));
    printf("\n    %d passed, %d skipped\n", (int)count_of(far, "pass"), (int)count_of(far, "skip"));
    json_decref(host);
    json_decref(far);
}

/* Where cases inside the IUT have no namespace of their own, what one leaves does not disturb the
 * next: they take ports that are free on all addresses. */
static void test_without_namespaces(void)
{
    static const char options[] = "--filter tcp.*,loopback* --repeat 2 --shard " PART;
    struct agent confined = start_agent(do_without_namespaces);
    const char *file = describe(ADDRESSES "loopback ipv4 127.0.0.2\n");
    if (!confined.port) {
        puts("\n    left out: no user namespaces here");
        stop_agent(&confined);
        return;
    }
    json_t *far = report_of(run_tcp(confined.port, file, options));
    CU_ASSERT_EQUAL(count_of(far, "fail") + count_of(far, "inconclusive"), 0);
    CU_ASSERT(count_of(far, "pass") > 9 * count_of(far, "skip"));
    json_decref(far);

    far = report_of(run_tcp(confined.port, file, "--filter *different-addresses/*,loopback*"));
    CU_ASSERT_EQUAL(count_of(far, "skip"), 2); /* of IPv6 */
    CU_ASSERT_EQUAL(count_of(far, "pass"), 4);
    CU_ASSERT_EQUAL(differences(far, far,
                                "the description of the network does not say 'loopback "
                                "ipv6 ADDRESS'"),
                    0);
    json_decref(far);
    stop_agent(&confined);
}

/* What the connection shows is enough for a part. Sockspec is started on the peer's side. */
static void test_without_description(void)
{
    const char *options = "--filter udp.connect.*";
    namespace_enter(lab.network->netns[SIDE_PEER]);
    json_t *host = report_of(run_line("SOCKSPEC run --quiet --json - --filter udp.connect.*"));
    json_t *far = report_of(run_tcp(lab.agent.port, NULL, options));
    CU_ASSERT_EQUAL(differences(host, far, "the description of the network does not say '"), 0);
    CU_ASSERT(count_of(far, "pass") > count_of(far, "skip"));
    CU_ASSERT(count_of(far, "skip") > 0);
    json_decref(host);
    json_decref(far);
}

/* Each address that is not described is a skip that names it. */
static void test_part_of_a_description(void)
{
    static const struct {
        const char *lines, *filter, *reason;
    } parts[] = {{"iut ipv4 192.0.2.1 192.0.2.3\npeer ipv4 192.0.2.2",
                  "udp.connect.filters/*-address/ipv4,pair",
                  "the description of the network does not say 'peer ipv4 MAIN OTHER'"},
                 {ADDRESSES, "address.bind.not-local/absent/ipv6,pair*",
                  "the description of the network does not say 'absent ipv6 ADDRESS'"},
                 {ADDRESSES, "udp.connect.no-route/*/mapped,pair",
                  "the description of the network does not say 'unrouted ipv4 ADDRESS'"},
                 {ADDRESSES, "ipv6.scope.bind/*",
                  "the description of the network does not say 'iut-interface NAME'"},
                 {ADDRESSES "iut-interface " LINK_NAME, "ipv6.scope.connect/*",
                  "the description of the network does not say 'interface NAME'"}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char options[128];
        snprintf(options, sizeof options, "--filter %s", parts[i].filter);
        json_t *lines = report_of(run_tcp(lab.agent.port, describe(parts[i].lines), options));
        CU_ASSERT(count_of(lines, "skip") > 0);
        CU_ASSERT_EQUAL(count_of(lines, "skip"), count_of(lines, "ran"));
        CU_ASSERT_EQUAL(differences(NULL, lines, parts[i].reason), 0);
        json_decref(lines);
    }
}

/* Where the peer's side sends few ICMP errors, cases do not wait for them. */
static void test_rationed_errors(void)
{
    namespace_enter(lab.network->netns[SIDE_PEER]);
    CU_ASSERT_TRUE(namespace_sysctl("ipv4/icmp_ratelimit", "1000"));
    json_t *lines =
        report_of(run_tcp(lab.agent.port, describe_all(), "--filter udp.error.so-error/*pair*"));
    namespace_enter(lab.network->netns[SIDE_PEER]);
    CU_ASSERT_TRUE(namespace_sysctl("ipv4/icmp_ratelimit", "0"));
    CU_ASSERT_EQUAL(count_of(lines, "skip"), 2); /* IPv4 and mapped */
    CU_ASSERT_EQUAL(count_of(lines, "pass"), 1);
    CU_ASSERT_EQUAL(differences(lines, lines, "the peer's side sends only so many ICMP errors"), 0);
    json_decref(lines);
}

/* ---- what makes no run ---- */

/* One line on stderr that has this text, and status 2. */
static void refused(struct finished finished, const char *text)
{
    const char *end = strchr(finished.err, '\n');
    bool good = finished.status == 2 && end && end[1] == '\0' && strstr(finished.err, text);
    if (!good)
        printf("\n    status %d instead of '%s': %s\n", finished.status, text, finished.err);
    CU_ASSERT(good);
    finished_free(&finished);
}

static void test_malformed_descriptions(void)
{
    static const struct {
        const char *text, *complaint;
    } files[] = {
        {"peer-namespace /no/such/file\n" ADDRESSES, "network:1: /no/such/file: No such file"},
        {"\n# a file, but no namespace\npeer-namespace /dev/null\n" ADDRESSES,
         "network:3: /dev/null: it is no network namespace"},
        {"peer-namespace\n" ADDRESSES, "network:1: a value is missing behind 'peer-namespace'"},
        {"interface a b\n", "network:1: one value is enough for 'interface'"},
        {"interface a\ninterface b\n", "network:2: this was said before: 'interface'"},
        {ADDRESSES "colour red\n", "network:5: no such key: 'colour'"},
        {"iut 192.0.2.1\n",
         "network:1: a line of addresses is KEY ipv4|ipv6 ADDRESS, unlike 'iut'"},
        {"iut ipv5 192.0.2.1\n", "network:1: addresses are ipv4 or ipv6, not 'ipv5'"},
        {"iut ipv4 192.0.2.256\n", "network:1: no IPv4 address: '192.0.2.256'"},
        {"iut ipv4 ::1\n", "network:1: no IPv4 address: '::1'"},
        {"iut ipv6 fe80::1%lo\n", "network:1: no IPv6 address: 'fe80::1%lo'"},
        {"iut ipv6 ::\n", "network:1: no address of anybody: '::'"},
        {"iut ipv4 192.0.2.1 192.0.2.3 192.0.2.5\n", "network:1: one too many: '192.0.2.5'"},
        {"iut ipv6 fe80::1 fe80::3\n", "network:1: one too many: 'fe80::3'"},
        {"iut ipv4 1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5\n",
         "network:1: too many words, from '1.1.1.5'"},
        {"absent ipv4 192.0.2.9\nabsent ipv4 192.0.2.8\n", "network:2: one too many: '192.0.2.8'"},
        {"iut ipv4 192.0.2.1\niut ipv4 192.0.2.3\n",
         "network:2: a side's addresses of a family are one line, and this is another: 'iut'"},
        {"iut ipv4 192.0.2.1\npeer ipv4 192.0.2.1\n",
         "network: 192.0.2.1 is said to be two things"},
        {ADDRESSES "absent ipv4 192.0.2.4\n", "network: 192.0.2.4 is said to be two things"},
        {"iut ipv4 192.0.2.1\npeer ipv6 2001:db8::1:2\n",
         "network: it needs addresses of both sides"},
        {"", "network: it needs addresses of both sides"}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        refused(run_tcp(lab.agent.port, write_text(files[i].text), ""), files[i].complaint);
    refused(run_tcp(lab.agent.port, "/no/such/file", ""),
            "cannot read /no/such/file: No such file");
}

/* Descriptions that are well formed and not true. */
static void test_wrong_descriptions(void)
{
    static const struct {
        const char *lines, *complaint;
    } files[] = {
        {"iut ipv4 192.0.2.1 192.0.2.5\npeer ipv4 192.0.2.2\n",
         "network: the IUT has no address 192.0.2.5: bind() gives EADDRNOTAVAIL"},
        {"iut ipv4 192.0.2.1\npeer ipv4 192.0.2.2 192.0.2.5\n",
         "network: the peer's side has no address 192.0.2.5: bind() gives EADDRNOTAVAIL"},
        {"iut ipv4 192.0.2.3 192.0.2.1\npeer ipv4 192.0.2.2\n",
         "network: towards 192.0.2.2 the IUT uses 192.0.2.1: its main address, the first one"},
        {ADDRESSES "interface nic7\n", "network:6: the peer's side has no interface 'nic7'"},
        {ADDRESSES "iut-interface nic7\n", "network:6: the IUT has no interface 'nic7'"}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        refused(run_tcp(lab.agent.port, describe(files[i].lines), ""), files[i].complaint);
}

static void test_no_agent(void)
{
    static const char *const specs[] = {"tcp",
                                        "tcp:",
                                        "tcp:192.0.2.1",
                                        "tcp:192.0.2.1:",
                                        "tcp:192.0.2.1:0",
                                        "tcp:192.0.2.1:70000",
                                        "tcp:192.0.2.1:7,network=",
                                        "tcp:192.0.2.1:7,net=x",
                                        "tcp:[2001:db8::1:1",
                                        "tcp:board:7"};
    char line[128];
    namespace_enter(lab.network->netns[SIDE_PEER]);
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        snprintf(line, sizeof line, "SOCKSPEC run --iut %s", specs[i]);
        refused(run_line(line), "sockspec: --iut tcp");
    }
    refused(run_tcp(9, NULL, ""), "cannot connect to the agent at 192.0.2.1:9: Connection refused");
}

/* Servers that are no agents: one that says something else, one that hangs up, and two of other
 * versions of the protocol. */
static void test_garbled_hello(void)
{
    static const struct {
        const char *text;
        size_t length;
        const char *complaint;
    } hellos[] = {{"SSH-2.0-OpenSSH_9.2\r\n", 21, "the agent sent a frame that makes no sense"},
                  {"", 0, "the agent's stream ended"},
                  {"\x1b\0\0\0\1\0\0\0\0\0\0\0\0\x08\0sockspec\4\0\0\0\0\0\0\0", 31,
                   "the agent speaks version 4 of the protocol"},
                  {"\x17\0\0\0\1\0\0\0\0sockspec\1\0\0\0\0\0\0\0\0\0", 27,
                   "the agent speaks version 1 of the protocol"}};
    for (size_t i = 0; i < sizeof hellos / sizeof *hellos; i++) {
        struct address name = address_of("192.0.2.1", 0);
        namespace_enter(lab.network->netns[SIDE_IUT]);
        int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (bind(server, &name.any, name.length) != 0 || listen(server, 1) != 0 ||
            getsockname(server, &name.any, &name.length) != 0)
            abort();
        pid_t pid = fork();
        if (pid == 0) {
            int fd = accept(server, NULL, NULL);
            _exit(write(fd, hellos[i].text, hellos[i].length) < 0);
        }
        close(server);
        namespace_enter(lab.network->netns[SIDE_PEER]);
        refused(run_tcp(address_port(&name), NULL, ""), hellos[i].complaint);
        waitpid(pid, NULL, 0);
    }
}

static void test_arguments_of_the_agent(void)
{
    static const struct {
        const char *arguments;
        int status;
        const char *complaint;
    } calls[] = {{"--listen", 2, "--listen takes a port"},
                 {"--listen 0 --tokn x", 2, "--listen takes no '--tokn'"},
                 {"--listen 0 --token", 2, "wants a word behind '--token'"},
                 {"--listen 0 --idle soon", 2, "--idle takes a number from 1"},
                 {"--repaet", 2, "no option '--repaet'"},
                 {"--repeat --listen", 2, "--repeat takes no option '--listen'"},
                 {"repeat", 2, "no argument is taken, and there is 'repeat'"},
                 {"--listen seven", 2, "'seven' is no port"},
                 {"--listen 65536", 2, "'65536' is no port"},
                 {"--listen 0 board", 2, "'board' is no address"},
                 {"--listen 0 192.0.2.77", 3, "cannot listen on 192.0.2.77:0"}};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        char line[1200];
        snprintf(line, sizeof line, "%s %s", lab.program, calls[i].arguments);
        struct finished finished = run_line(line);
        CU_ASSERT_EQUAL(finished.status, calls[i].status);
        CU_ASSERT_PTR_NOT_NULL(strstr(finished.err, calls[i].complaint));
        CU_ASSERT_EQUAL(strcspn(finished.err, "\n") + 1, strlen(finished.err));
        finished_free(&finished);
    }
}

/* ---- the machines ---- */

/* Settings of the IUT's machine that rules depend on are named, and no others. */
static void test_settings(void)
{
    struct agent agent = start_agent(NULL);
    for (int changed = 1; changed >= 0; changed--) {
        namespace_enter(lab.network->netns[SIDE_IUT]);
        CU_ASSERT_TRUE(namespace_sysctl("ipv6/bindv6only", changed ? "1" : "0"));
        CU_ASSERT_TRUE(namespace_sysctl("ipv4/tcp_timestamps", changed ? "0" : "1"));
        struct finished finished =
            run_tcp(agent.port, describe_all(), "--filter udp.connect.* --shard 1/8");
        const char *v6only = strstr(finished.err, "on the IUT IPv6 sockets are IPV6_V6ONLY");
        const char *timeless = strstr(finished.err, "the IUT has no TCP timestamps");
        CU_ASSERT(changed ? v6only && timeless : !v6only && !timeless);
        CU_ASSERT_PTR_NULL(strstr(finished.err, "the peer's side"));
        finished_free(&finished);
    }
    stop_agent(&agent);
}

/* ---- */

static int run_suite(void)
{
    if (!lab_begin_noted())
        return 3;
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("tcp", NULL, NULL);
    CU_add_test(suite, "the same verdicts as host", test_same_verdicts);
    CU_add_test(suite, "without namespaces there", test_without_namespaces);
    CU_add_test(suite, "without a description", test_without_description);
    CU_add_test(suite, "part of a description", test_part_of_a_description);
    CU_add_test(suite, "rationed ICMP errors", test_rationed_errors);
    CU_add_test(suite, "malformed descriptions", test_malformed_descriptions);
    CU_add_test(suite, "wrong descriptions", test_wrong_descriptions);
    CU_add_test(suite, "no agent", test_no_agent);
    CU_add_test(suite, "garbled hello", test_garbled_hello);
    CU_add_test(suite, "arguments of the agent", test_arguments_of_the_agent);
    CU_add_test(suite, "settings that rules depend on", test_settings);
    CU_add_test(suite, "nothing changed", test_nothing_changed);
    int status = run_tests();
    lab_end();
    return status;
}

int main(void)
{
    return lab_main(run_suite);
}
