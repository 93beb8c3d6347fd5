/* Every implementation that this machine has: a default run, with no verdict left open. */
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What they are held to, beside that no verdict is inconclusive. */
enum expected { KEEPS_RULES, MAY_FAIL };

/* What is known of an implementation: rules that it breaks, where it is held to them all, and those
 * without which others cannot be judged. docs/behaviour has more about each. */
static const struct {
    const char *spec, *rules; /* a glob */
    const char *why;
} explained[] = {
    {"libc:musl", "basic.accept4.unknown-flags", "its accept4() takes flags that there are not"},
    {"vm", "basic.accept4.unknown-flags", "the agent in the machine is one with musl"},
    {"uml", "basic.accept4.unknown-flags", "the agent in it is one with musl"},
    {"libc:diet", "readiness.mask.*", "its ppoll() gives EINVAL, its pselect() takes any time"},
    {"vm", "wire.acceptance.ack-of-unsent",
     "before 7.0 Linux drops such a segment in ESTABLISHED without an answer"},
    {"uml", "wire.*", "it starts on no processor here: packets of it were never looked at"},
    {"gvisor", "tcp.connect.unspec-connected", "connect() on TCP refuses AF_UNSPEC"},
    {"gvisor", "wire.error-queue.*",
     "no error is queued for a datagram socket that is not connected, nor others than Port "
     "Unreachable"},
    {"gvisor", "wire.group.*", "nobody is told of a group that is joined"},
    {"gvisor", "wire.source-route.*", "no route is looked at, and none is taken"},
    {"gvisor", "wire.icmp.datagram.passed-up", "only Port Unreachable is told"},
    {"gvisor", "wire.urgent.*", "there is no urgent data"},
    {"gvisor", "wire.window-scale.*", "an echo request beside so many segments gets lost at times"},
    {"gvisor", "wire.close.aborts",
     "its sandbox ends in close() with SO_LINGER 0 where the SYNs of both ends have crossed"},
    {"lwip", "address.name.mapped", "accept() of an IPv6 socket names an IPv4 client by AF_INET"},
    {"lwip", "address.bind.not-local", "bind() takes addresses of nobody"},
    {"lwip", "basic.fcntl.descriptor-flags", "fcntl() knows O_NONBLOCK alone"},
    {"lwip", "tcp.connect.refused", "connect() says ECONNRESET of a refusal"},
    {"lwip", "wire.source-route.accepted", "no route is looked at"},
    {"lwip", "wire.early.send", "a send() that would wait for the connection gives EINPROGRESS"},
    {"lwip", "tcp.connect.unspec-connected", "connect() on TCP refuses AF_UNSPEC"},
    {"lwip", "udp.connect.filter*", "an interface has one IPv4 address: no datagram from another"},
    {"lwip", "udp.dissolve.receives-again", "the same"},
    {"lwip", "wire.source.bound-datagram", "the same"},
    {"lwip", "wire.open.simultaneous", "a SYN that meets a SYN is answered by that SYN again"},
};

enum { EXPLAINED = sizeof explained / sizeof *explained };

static bool is_of(const char *spec, size_t which)
{
    return strncmp(explained[which].spec, spec, strlen(explained[which].spec)) == 0;
}

/* Why it is known; NULL: it is not. */
static const char *known(const char *spec, const char *rule)
{
    for (size_t i = 0; i < EXPLAINED; i++)
        if (is_of(spec, i) && fnmatch(explained[i].rules, rule, 0) == 0)
            return explained[i].why;
    return NULL;
}

/* Whether a rule says that something is not as it should be, or as it always was. */
static bool speaks(const json_t *lines, const char *rule)
{
    size_t i;
    json_t *line;
    json_array_foreach (lines, i, line) {
        const char *verdict = text_of(line, "verdict");
        if (strcmp(text_of(line, "rule"), rule) == 0 &&
            (strcmp(verdict, "fail") == 0 || strcmp(verdict, "changed") == 0))
            return true;
    }
    return false;
}

/* A precondition that another rule is about is explained by what that rule says, which may be in
 * another part. */
static bool is_explained(const json_t *lines, const char *spec, const json_t *line)
{
    const char *because_of = text_of(line, "because_of");
    return known(spec, text_of(line, "rule")) || known(spec, because_of) ||
           (*because_of && speaks(lines, because_of));
}

/* Prints what is known, and holds no more: all of it has run. */
static size_t outdated(const json_t *lines, const char *spec)
{
    size_t count = 0;
    for (size_t i = 0; i < EXPLAINED; i++) {
        size_t at;
        json_t *line;
        bool holds = !is_of(spec, i);
        json_array_foreach (lines, at, line)
            holds |= (strcmp(text_of(line, "verdict"), "fail") == 0 ||
                      strcmp(text_of(line, "verdict"), "inconclusive") == 0) &&
                     fnmatch(explained[i].rules, text_of(line, "rule"), 0) == 0;
        if (!holds) {
            printf("\n    no more: %s, %s", explained[i].rules, explained[i].why);
            count++;
        }
    }
    return count;
}

static json_int_t number_of(const json_t *summary, const char *verdict)
{
    return json_integer_value(json_object_get(summary, verdict));
}

/* Tells what was run, or why it was not, to who reads the test's output or its list. */
static void tell(const char *spec, const char *what)
{
    const char *path = getenv("LIST");
    FILE *list = path ? fopen(path, "a") : NULL;
    printf("\n    %s: %s", spec, what);
    if (list) {
        fprintf(list, "%s: %s\n", spec, what);
        fclose(list);
    }
}

/* Whether one variant ends so again, alone. */
static bool ends_again(const char *spec, const char *id, const char *verdict)
{
    const char *const argv[] = {getenv("SOCKSPEC"), "run", "--iut",    spec, "--quiet",
                                "--json",           "-",   "--filter", id,   NULL};
    struct finished finished = run_program(argv);
    json_t *lines = json_lines(finished.out);
    const json_t *summary = lines ? find_object(lines, "type", "summary") : NULL;
    bool again = !summary || number_of(summary, verdict) > 0;
    json_decref(lines);
    finished_free(&finished);
    return again;
}

/* Prints the variants with a verdict that should not be; gives how many. An emulator, or a stack
 * that is late, leaves one open now and then: what nobody knows the reason of is made once more,
 * and said to be seen once. */
static size_t unexplained(const json_t *lines, const char *spec, const char *verdict)
{
    enum { AGAIN = 5 };
    bool open = strcmp(verdict, "inconclusive") == 0;
    size_t i, count = 0, asked = 0;
    json_t *line;
    json_array_foreach (lines, i, line) {
        const char *id = text_of(line, "id");
        if (strcmp(text_of(line, "verdict"), verdict) != 0 || is_explained(lines, spec, line))
            continue;
        bool again = !open || asked++ >= AGAIN || ends_again(spec, id, verdict);
        printf("\n    %s%s %s: %s", verdict, again ? "" : ", once", id, text_of(line, "reason"));
        count += again;
    }
    return count;
}

/* Runs a part of it; all where nobody waits for the test, and less where the machine is slow. */
static void run_part_on(const char *spec, const char *part, enum expected expected)
{
    enum { SLOW_PARTS = 8 };
    unsigned which = 1, of = 1;
    char shard[32];
    if (!whole_runs()) {
        sscanf(part, "%u/%u", &which, &of);
        of *= machine_is_slow() ? SLOW_PARTS : 1;
    }
    snprintf(shard, sizeof shard, "%u/%u", which, of);
    const char *const argv[] = {getenv("SOCKSPEC"), "run", "--iut",   spec,  "--quiet",
                                "--json",           "-",   "--shard", shard, NULL};
    char what[512];
    struct finished finished = run_program(argv);
    json_t *lines = json_lines(finished.out);
    const json_t *summary = lines ? find_object(lines, "type", "summary") : NULL;
    if (summary && finished.status != 2) {
        snprintf(what, sizeof what,
                 "%lld passed, %lld failed, %lld inconclusive, %lld skipped in %.1f s",
                 number_of(summary, "pass"), number_of(summary, "fail"),
                 number_of(summary, "inconclusive"), number_of(summary, "skip"),
                 json_number_value(json_object_get(summary, "seconds")));
        tell(spec, what);
        CU_ASSERT(number_of(summary, "pass") > 0);
        CU_ASSERT_EQUAL(unexplained(lines, spec, "inconclusive"), 0);
        if (expected == KEEPS_RULES)
            CU_ASSERT_EQUAL(unexplained(lines, spec, "fail"), 0);
        if (whole_runs())
            CU_ASSERT_EQUAL(outdated(lines, spec), 0);
    } else {
        finished.err[strcspn(finished.err, "\n")] = '\0';
        snprintf(what, sizeof what, "not run: %.400s", finished.err);
        tell(spec, what);
        CU_ASSERT_EQUAL(finished.status, 2);
    }
    json_decref(lines);
    finished_free(&finished);
}

static void run_on(const char *spec, enum expected expected)
{
    run_part_on(spec, "1/1", expected);
}

static void test_libcs(void)
{
    run_on("libc:musl", KEEPS_RULES);
    run_part_on("libc:diet", "1/2", KEEPS_RULES);
    run_part_on("libc:/lib64/ld-linux-x86-64.so.2", "1/8", KEEPS_RULES);
}

static void test_gvisor(void)
{
    run_part_on("gvisor", "1/8", MAY_FAIL); /* it honours no timer of ours */
}

static void test_lwip(void)
{
    run_part_on("lwip", "1/2", MAY_FAIL);
}

static void test_uml(void)
{
    char why[512], what[600];
    if (!uml_works(why, sizeof why)) {
        snprintf(what, sizeof what, "left out: %s", why);
        tell("uml", what);
        return;
    }
    run_on("uml", KEEPS_RULES);
}

/* The kernels that scripts/kernels has unpacked; on an emulated processor each takes minutes for
 * all of it, and so gets a part of its own. */
static void test_virtual_machines(void)
{
    char pattern[1024], spec[1100];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/*/boot/vmlinuz-*", getenv("KERNELS"));
    if (glob(pattern, 0, NULL, &found) != 0) {
        tell("vm", "not run: no kernel image, scripts/kernels gets some");
        return;
    }
    /* They start slowly on an emulated processor that has to work for other tests too. */
    setenv("SOCKSPEC_SLOW", "4", 1);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char shard[16];
        snprintf(spec, sizeof spec, "vm:%s", found.gl_pathv[i]);
        snprintf(shard, sizeof shard, "%zu/8", i % 8 + 1);
        run_part_on(spec, shard, KEEPS_RULES);
    }
    globfree(&found);
    unsetenv("SOCKSPEC_SLOW");
}

int main(void)
{
    support_init();
    if (machine_is_slow())
        setenv("SOCKSPEC_SLOW", "2", 0);
    if (getenv("LIST"))
        remove(getenv("LIST"));
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("implementations", NULL, NULL);
    CU_add_test(suite, "C libraries", test_libcs);
    CU_add_test(suite, "gVisor", test_gvisor);
    CU_add_test(suite, "lwIP", test_lwip);
    CU_add_test(suite, "User-mode Linux", test_uml);
    CU_add_test(suite, "virtual machines", test_virtual_machines);
    return run_tests();
}
