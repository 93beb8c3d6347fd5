/* The command line: what it accepts, what it says of nonsense, its exit statuses and its reports.
 */
#include "harness/about.h"
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Runs a line and checks its exit status, and that stderr holds a text in exactly one line (or,
 * with NULL, holds nothing). */
static void expect(const char *line, int status, const char *complaint)
{
    struct finished finished = run_line(line);
    size_t newlines = 0;
    for (const char *c = finished.err; *c; c++)
        newlines += *c == '\n';
    bool good = finished.status == status &&
                (complaint ? newlines == 1 && strstr(finished.err, complaint) : !*finished.err);
    if (!good)
        printf("\n    '%s' exited with %d, expected %d and '%s': %s\n", line, finished.status,
               status, complaint ? complaint : "", finished.err);
    CU_ASSERT_TRUE(good);
    finished_free(&finished);
}

static void test_usage(void)
{
    expect("SOCKSPEC --help", 0, NULL);
    expect("SOCKSPEC --version", 0, NULL);
    expect("SOCKSPEC run --help", 0, NULL);
    expect("SOCKSPEC run --help-iut", 0, NULL);
    expect("SOCKSPEC nonsense", 2, "no command 'nonsense'");
    expect("SOCKSPEC run --nonsense", 2, "--nonsense");
    expect("SOCKSPEC run nonsense", 2, "did you mean --filter");
    expect("SOCKSPEC run --filter no.such.rule", 2, "no variant matches");
    expect("SOCKSPEC run --iut mars", 2, "no implementation 'mars'");
    expect("SOCKSPEC run --iut host:x", 2, "takes no argument");
    expect("SOCKSPEC run --iut mutant", 2, "say which: mutant:RULE");
    expect("SOCKSPEC run --iut mutant:no.such", 2, "no rule 'no.such'");
    expect("SOCKSPEC run --profile dos", 2, "no profile 'dos'");
    expect("SOCKSPEC run --jobs 0", 2, "--jobs");
    expect("SOCKSPEC run --jobs 2x", 2, "--jobs");
    expect("SOCKSPEC run --repeat -1", 2, "--repeat");
    expect("SOCKSPEC run --timeout soon", 2, "--timeout");
    expect("SOCKSPEC run --timeout nan", 2, "--timeout");
    expect("SOCKSPEC run --shard 3/2", 2, "--shard");
    expect("SOCKSPEC run --shard 0/2", 2, "--shard");
    expect("SOCKSPEC run --tag quick", 2, "no tag 'quick'");
    expect("SOCKSPEC run --color maybe", 2, "--color");
    expect("SOCKSPEC run --exit-style posix", 128, "--exit-style");
    expect("SOCKSPEC run --json - --tap -", 2, "only one report");
    expect("SOCKSPEC run --junit /proc/no/x.xml", 3, "/proc/no/x.xml");
    expect("SOCKSPEC run --json /proc/x", 3, "/proc/x");
    expect("SOCKSPEC list --format yaml", 2, "--format");
    expect("SOCKSPEC list --filter no.such.rule", 2, "no variant matches");
    /* Of several filters each has to match something, here as there. */
    expect("SOCKSPEC list --filter tcp.connect.* --filter no.such", 2,
           "no variant matches --filter 'no.such'");
    expect("MACHINERY run --filter machinery.slow", 2, "which --slow takes too");
    expect("MACHINERY list --filter machinery.slow", 2, "which --slow takes too");
    expect("SOCKSPEC list --areas --filter no.such.rule", 2, "no variant matches");
    expect("SOCKSPEC list --functions --filter no.such.rule", 2, "no variant matches");
    expect("SOCKSPEC list --areas --functions", 2, "one of --areas and --functions");
    expect("SOCKSPEC show", 2, "takes the id");
    expect("SOCKSPEC show no.such.rule", 2, "no rule 'no.such.rule'");
}

static void test_exit_status(void)
{
    expect("MACHINERY run --quiet --filter machinery.passes", 0, NULL);
    expect("MACHINERY run --quiet --filter machinery.deviates", 1, NULL);
    expect("MACHINERY run --quiet --filter machinery.precondition", 3, "this run says nothing");
    expect("MACHINERY run --quiet --filter machinery.skips", 3, "this run says nothing");
    expect("MACHINERY run --quiet --filter machinery.d* --filter machinery.p*", 1, NULL);
    expect("MACHINERY run --quiet --filter machinery.skips --exit-style kselftest", 4,
           "this run says nothing");
    expect("MACHINERY run --quiet --filter machinery.deviates --exit-style kselftest", 1, NULL);
    expect("MACHINERY run --quiet --filter machinery.precondition --exit-style bisect", 125,
           "this run says nothing");
    expect("MACHINERY run --quiet --filter machinery.deviates --exit-style bisect", 1, NULL);
    /* What is not there cannot be tested; what makes no sense blames no commit, wherever the style
     * stands. */
    expect("SOCKSPEC run --iut preload:/no/such.so", 2, "/no/such.so: No such file");
    expect("SOCKSPEC run --iut preload:/no/such.so --exit-style bisect", 125, "No such file");
    expect("SOCKSPEC run --exit-style=bisect --iut libc:/no/such", 125, "No such file");
    expect("SOCKSPEC run --iut vm:/no/such --exit-style bisect", 125, "/no/such");
    expect("SOCKSPEC run --iut preload:/no/such.so --exit-style kselftest", 4, "No such file");
    expect("SOCKSPEC run --filter no.such.rule --exit-style bisect", 128, "no variant matches");
    expect("SOCKSPEC run --nonsense --exit-style bisect", 128, "--nonsense");
    expect("SOCKSPEC run --iut mars --exit-style bisect", 128, "no implementation 'mars'");
    expect("SOCKSPEC run --iut host:x --exit-style bisect", 128, "takes no argument");
    expect("SOCKSPEC run --iut vm:/no/such,x=1 --exit-style bisect", 128, "'x=1' is none of");
    expect("SOCKSPEC run --iut libc:/no/such,libary=/ --exit-style bisect", 128, "'libary=/' is");
    expect("SOCKSPEC run --iut libc:glibc --exit-style bisect", 128, "there is --iut host");
    expect("SOCKSPEC doctor libc:glibc,library=/x", 2, "the path of a dynamic loader");
    expect("SOCKSPEC run --iut libc:ld.so --exit-style bisect", 125, "No such file");
    expect("SOCKSPEC run nonsense --exit-style bisect", 128, "did you mean --filter");
    expect("SOCKSPEC run --filter tcp.connect.* --filter no.such.rule", 2, "'no.such.rule'");
    /* However the style itself, its option or the command is mistyped. */
    expect("SOCKSPEC run --exit-style bisct --filter udp.bind.*", 128, "not 'bisct'");
    expect("SOCKSPEC run --filter udp.bind.* --exit-style", 128, "requires an argument");
    expect("SOCKSPEC run --exitstyle bisect --filter udp.bind.*", 128, "'--exitstyle'");
    expect("SOCKSPEC run --filter udp.bind.* --exit_style=bisect", 128, "--exit_style");
    expect("SOCKSPEC run --exit-style kselftest --nonsense", 1, "--nonsense");
    expect("SOCKSPEC rn --exit-style bisect", 128, "no command 'rn'");
    expect("SOCKSPEC --exit-style bisect run", 128, "no command '--exit-style'");
    expect("SOCKSPEC run --filter no.such.rule --exit-style kselftest", 1, "no variant matches");
    expect("MACHINERY run --quiet --filter machinery.passes --profile bsd", 3,
           "this run says nothing");
    expect("MACHINERY run --quiet --tag slow", 0, NULL);
}

/* A report that cannot be written is said once, fails the run, and stops nothing else. */
static void test_full_disk(void)
{
    expect("MACHINERY run --quiet --filter machinery.passes --json /dev/full", 3,
           "No space left on device");
    expect("MACHINERY run --quiet --filter machinery.passes --tap /dev/full", 3,
           "No space left on device");
    expect("MACHINERY run --quiet --filter machinery.deviates --json /dev/full", 1,
           "No space left on device");
}

/* What a profile documents stands on something that is quoted; what only was observed, on nothing.
 */
static bool is_sourced(const json_t *variant)
{
    static const char *const keys[] = {"profile", "requirement", "place", "keyword", "says"};
    const json_t *sources = json_object_get(variant, "sources");
    bool good = true;
    for (enum profile profile = 0; profile < PROFILES; profile++) {
        const char *name = profile_name(profile);
        bool here = *text_of(json_object_get(variant, "outcomes"), name) != '\0';
        good = good && (!here || find_object(sources, "profile", name));
    }
    for (size_t i = 0; i < json_array_size(sources); i++)
        for (size_t key = 0; key < sizeof keys / sizeof *keys; key++)
            good = good && *text_of(json_array_get(sources, i), keys[key]);
    return good;
}

/* Whether the name of the case is what the id has behind the rule. */
static bool has_case_of_id(const json_t *line)
{
    const char *name = text_of(line, "case"), *at = strchr(text_of(line, "id"), '/');
    return *name && at && strncmp(at + 1, name, strlen(name)) == 0 &&
           (at[1 + strlen(name)] == '/' || at[1 + strlen(name)] == '\0');
}

static void test_list(void)
{
    struct finished finished = run_line("SOCKSPEC list --format json --slow");
    json_t *lines = json_lines(finished.out);
    CU_ASSERT_PTR_NOT_NULL_FATAL(lines);
    const char *last = "";
    size_t pinned = 0, deviations = 0;
    CU_ASSERT(json_array_size(lines) > 0);
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *one = json_array_get(lines, i);
        CU_ASSERT_EQUAL(json_object_size(json_object_get(one, "outcomes")), PROFILES);
        CU_ASSERT_EQUAL(json_object_size(json_object_get(one, "pinned")), PROFILES);
        CU_ASSERT_EQUAL(json_object_size(json_object_get(one, "deviations")), PROFILES);
        CU_ASSERT_TRUE(has_case_of_id(one));
        pinned += *text_of(json_object_get(one, "pinned"), "linux") != '\0';
        const json_t *known = json_object_get(json_object_get(one, "deviations"), "linux");
        deviations += *text_of(known, "observed") && *text_of(known, "why");
        if (!is_sourced(one) && strcmp(text_of(one, "rule"), last) != 0) {
            printf("\n    %s", last = text_of(one, "rule"));
            CU_FAIL("an outcome without a source");
        }
        CU_ASSERT(*text_of(one, "statement") && *text_of(one, "rule") && *text_of(one, "suite"));
    }
    CU_ASSERT(pinned > 0 && deviations > 0);
    json_decref(lines);
    finished_free(&finished);
}

/* The objects that a line prints, as an array. */
static json_t *printed(const char *line)
{
    struct finished finished = run_line(line);
    json_t *lines = json_lines(finished.out);
    CU_ASSERT_EQUAL(finished.status, 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(lines);
    finished_free(&finished);
    return lines;
}

static json_int_t sum_of(const json_t *lines, const char *type, const char *key)
{
    json_int_t sum = 0;
    for (size_t i = 0; i < json_array_size(lines); i++)
        if (strcmp(text_of(json_array_get(lines, i), "type"), type) == 0)
            sum += json_integer_value(json_object_get(json_array_get(lines, i), key));
    return sum;
}

/* Areas have all variants, and suites all of the areas that they are in. */
static void test_areas(void)
{
    json_t *variants = printed("SOCKSPEC list --format json");
    json_t *areas = printed("SOCKSPEC list --areas --format json");
    json_t *tcp = printed("SOCKSPEC list --areas --format json --filter tcp.*");
    CU_ASSERT_EQUAL(sum_of(areas, "area", "variants"), (json_int_t)json_array_size(variants));
    CU_ASSERT_EQUAL(sum_of(tcp, "area", "rules"), sum_of(tcp, "suite", "rules"));
    CU_ASSERT_EQUAL(sum_of(tcp, "area", "variants"), sum_of(tcp, "suite", "variants"));
    CU_ASSERT_PTR_NOT_NULL(find_object(areas, "id", "udp"));
    CU_ASSERT_PTR_NOT_NULL(find_object(tcp, "id", "tcp.connect"));
    CU_ASSERT_PTR_NULL(find_object(tcp, "id", "udp"));
    json_decref(variants);
    json_decref(areas);
    json_decref(tcp);
}

/* What of the API has rules, and what has none; nothing that has rules is missing there. */
static void test_functions(void)
{
    static const char *const ours[] = {"fork",      "exec",  "kill", "sigaction", "getrlimit",
                                       "setrlimit", "umask", "open", "pipe",      NULL};
    json_t *names = printed("SOCKSPEC list --functions --format json --slow");
    json_t *of_udp = printed("SOCKSPEC list --functions --format json --filter udp.*");
    for (int o = 0; o < OPERATIONS_COUNT; o++) {
        const char *name = operation_info((enum operation)o)->name;
        bool has_rule = false, is_ours = operation_info((enum operation)o)->question;
        for (const struct rule *rule = rules(); rule; rule = next_rule(rule))
            has_rule = has_rule || rule_is_about(rule, (enum operation)o);
        for (size_t i = 0; ours[i]; i++)
            is_ours = is_ours || strcmp(ours[i], name) == 0;
        const json_t *line = find_object(names, "name", name);
        if (has_rule && !is_ours && json_array_size(json_object_get(line, "rules")) == 0)
            printf("\n    %s has rules, and the list does not say so\n", name);
        CU_ASSERT(!has_rule || is_ours || json_array_size(json_object_get(line, "rules")) > 0);
    }
    CU_ASSERT_EQUAL(
        json_array_size(json_object_get(find_object(names, "name", "getservent"), "rules")), 0);
    CU_ASSERT(
        json_array_size(json_object_get(find_object(names, "name", "SO_KEEPALIVE"), "rules")) > 1);
    CU_ASSERT_EQUAL(
        json_array_size(json_object_get(find_object(of_udp, "name", "listen"), "rules")), 0);
    json_decref(names);
    json_decref(of_udp);
}

/* A report spells a case as ids do. */
static void test_case_names(void)
{
    struct finished finished =
        run_line("SOCKSPEC run --quiet --json - --filter tcp.connect.already-connected*ipv4,l*");
    json_t *lines = json_lines(finished.out);
    size_t hyphens = 0;
    for (size_t i = 1; i + 1 < json_array_size(lines); i++) {
        CU_ASSERT_TRUE(has_case_of_id(json_array_get(lines, i)));
        hyphens += strchr(text_of(json_array_get(lines, i), "case"), '-') != NULL;
    }
    CU_ASSERT(hyphens > 0);
    json_decref(lines);
    finished_free(&finished);
}

/* Whether a line is a command or an id, which stay whole. */
static bool is_whole_line(const char *line, size_t length)
{
    return memmem(line, length, "sockspec run ", 13) || memchr(line, '/', length);
}

/* What show prints can be read in a terminal of 80 columns. */
static void expect_narrow(const char *line, const char *const wanted[])
{
    struct finished finished = run_line(line);
    CU_ASSERT_EQUAL(finished.status, 0);
    for (size_t i = 0; wanted[i]; i++) {
        if (!strstr(finished.out, wanted[i]))
            printf("\n    '%s' says nothing of '%s'\n", line, wanted[i]);
        CU_ASSERT_PTR_NOT_NULL(strstr(finished.out, wanted[i]));
    }
    for (const char *at = finished.out; *at;) {
        size_t length = strcspn(at, "\n");
        if (length > 80 && !is_whole_line(at, length))
            printf("\n    '%s' has a long line: %.*s\n", line, (int)length, at);
        CU_ASSERT(length <= 80 || is_whole_line(at, length));
        at += length + (at[length] == '\n');
    }
    finished_free(&finished);
}

static void test_show(void)
{
    static const char *const documented[] = {"posix: shall\n",
                                             "  outcome   EISCONN\n",
                                             "posix.connect.eisconn (shall)\n",
                                             "case same-address (suites/tcp/connect_again.c:",
                                             "--iut mutant:tcp.connect.already-connected ",
                                             NULL};
    static const char *const several[] = {"tcp.connect.already-connected\n",
                                          "udp.connect.filters\n", "pinned", NULL};
    expect_narrow("SOCKSPEC show tcp.connect.already-connected", documented);
    expect_narrow("SOCKSPEC show tcp.connect.already-connected/once-more", documented);
    expect_narrow("SOCKSPEC show *", several);
}

static void test_order_does_not_depend_on_timing(void)
{
    struct finished one = run_line("MACHINERY run --tap - --jobs 1 --filter machinery.passes");
    struct finished many = run_line("MACHINERY run --tap - --jobs 8 --filter machinery.passes");
    char *a = one.out, *b = many.out;
    while (a && b) { /* line by line, without the times */
        size_t la = strcspn(a, "\n"), lb = strcspn(b, "\n");
        size_t ta = strcspn(a, "#\n"), tb = strcspn(b, "#\n");
        CU_ASSERT(ta == tb && memcmp(a, b, ta) == 0);
        a = a[la] ? a + la + 1 : NULL;
        b = b[lb] ? b + lb + 1 : NULL;
    }
    CU_ASSERT(!a && !b);
    finished_free(&one);
    finished_free(&many);
}

static void test_junit(void)
{
    const char *directory = make_directory();
    char line[512], path[128];
    snprintf(path, sizeof path, "%s/junit.xml", directory);
    snprintf(line, sizeof line, "MACHINERY run --quiet --timeout 3 --repeat 2 --junit %s", path);
    struct finished finished = run_line(line);
    CU_ASSERT_EQUAL(finished.status, 1);
    finished_free(&finished);
    snprintf(line, sizeof line, "xmllint --noout --schema %s/tests/junit-10.xsd %s",
             getenv("SOURCE"), path);
    finished = run_line(line);
    if (finished.status != 0)
        printf("\n%s\n", finished.err);
    CU_ASSERT_EQUAL(finished.status, 0);
    finished_free(&finished);
    char *text = read_file(path);
    CU_ASSERT(text && strstr(text, "expected good, observed bad"));
    CU_ASSERT(text && strstr(text, "sockspec run --filter"));
    free(text);
    CU_ASSERT_EQUAL(remove_directory(directory), 1); /* and no temporary file beside it */
}

static void test_repeat_and_shards(void)
{
    struct finished finished =
        run_line("MACHINERY run --json - --repeat 3 --shard 2/2 --filter machinery.passes");
    json_t *lines = json_lines(finished.out);
    CU_ASSERT_EQUAL(json_array_size(lines), 2 + 3 * 3);
    json_decref(lines);
    finished_free(&finished);
    /* Each time of as many variants. */
    finished = run_line(
        "MACHINERY run --repeat 2 --filter machinery.line-deviates --filter machinery.passes");
    char *first = strstr(finished.out, "2 of 2 variants");
    CU_ASSERT_PTR_NOT_NULL(first);
    CU_ASSERT_PTR_NOT_NULL(first ? strstr(first + 1, "2 of 2 variants") : NULL);
    finished_free(&finished);
}

/* Where there may be too few files for a run this is said, once, and no case is blamed. With enough
 * of them it passes, also if they have to be asked for. */
static void test_few_files(void)
{
    static const struct {
        const char *limit;
        bool passes;
    } limits[] = {{"ulimit -n 5", false},
                  {"ulimit -n 60", false},
                  {"ulimit -n 127", false},
                  {"ulimit -n 128", true},
                  {"ulimit -n 200; ulimit -Sn 20", true}};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        char line[1024];
        snprintf(line, sizeof line,
                 "%s && exec $M run --quiet --jobs 8 --repeat 10 --filter machinery.passes",
                 limits[i].limit);
        struct finished finished = run_shell("/", line);
        const char *newline = strchr(finished.err, '\n');
        bool refused = finished.status == 3 && newline && !newline[1] &&
                       strstr(finished.err, "open files and no more: a run takes 128\n");
        bool passed = finished.status == 0 && strstr(finished.out, "60 passed, 0 failed");
        if (limits[i].passes ? !passed : !refused)
            printf("\n    %s: status %d, %s%s\n", limits[i].limit, finished.status, finished.out,
                   finished.err);
        CU_ASSERT(limits[i].passes ? passed : refused);
        finished_free(&finished);
    }
}

/* In the process of a case it is the same platform: what is known of that is known there. And what
 * is lacking there is named as everywhere. */
static void test_in_process(void)
{
    struct finished finished =
        run_line("SOCKSPEC run --json - --iut host:in-process --filter "
                 "basic.shutdown.listening/*ipv4* --filter basic.close.child/*ipv4,loopback*");
    CU_ASSERT_EQUAL(finished.status, 0);
    json_t *lines = json_lines(finished.out);
    const json_t *summary = lines ? find_object(lines, "type", "summary") : NULL;
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(summary, "known")), 3);
    CU_ASSERT_EQUAL(strncmp(text_of(summary, "implementation"), "Linux ", 6), 0);
    const json_t *line =
        lines ? find_object(lines, "id", "basic.close.child/fork/ipv4,loopback,client,child")
              : NULL;
    CU_ASSERT_STRING_EQUAL(text_of(line, "reason"),
                           "this implementation declares that it has no fork()");
    json_decref(lines);
    finished_free(&finished);
}

/* The line after "again", in a shell, is the same variant on the same implementation: of a slow
 * case, and whatever the words are made of. */
static void test_again(void)
{
    char spec[1600] = "", agent[512], line[4096];
    const char *directory = make_directory();
    /* It comes up once, for the look before the run. */
    snprintf(spec, sizeof spec,
             "agent:sh -c 'mkdir %s/once 2>/dev/null && exec %s; exit 3' # \"it's\" \\*;",
             directory, spec_here("@/sockspec-agent", agent, sizeof agent));
    size_t length = strlen(spec);
    memset(spec + length, 'x', 700);
    spec[length + 700] = '\0';
    const char *const argv[] = {
        getenv("MACHINERY"), "run", "--slow", "--profile", "posix", "--iut", spec, "--filter",
        "machinery.slow",    NULL};
    struct finished first = run_program(argv);
    CU_ASSERT_EQUAL(first.status, 3);
    char *again = strstr(first.out, "again      sockspec run ");
    CU_ASSERT_PTR_NOT_NULL_FATAL(again);
    again += strlen("again      sockspec");
    snprintf(line, sizeof line, "%s%.*s --quiet --json -", getenv("MACHINERY"),
             (int)strcspn(again, "\n"), again);
    const char *const shell[] = {"/bin/sh", "-c", line, NULL};
    finished_free(&first);
    first = run_shell(directory, "rmdir once");
    struct finished second = run_program(shell);
    json_t *lines = json_lines(second.out);
    CU_ASSERT_EQUAL(second.status, 3);
    CU_ASSERT_EQUAL_FATAL(json_array_size(lines), 3);
    CU_ASSERT_STRING_EQUAL(text_of(json_array_get(lines, 0), "iut"), spec);
    CU_ASSERT_STRING_EQUAL(text_of(json_array_get(lines, 0), "profile"), "posix");
    CU_ASSERT_STRING_EQUAL(text_of(json_array_get(lines, 1), "id"), "machinery.slow/plain");
    json_decref(lines);
    finished_free(&first);
    finished_free(&second);
    snprintf(agent, sizeof agent, "%s/once", directory);
    rmdir(agent);
    remove_directory(directory);
}

static size_t times(const char *text, const char *what)
{
    size_t count = 0;
    for (const char *at = strstr(text, what); at; at = strstr(at + 1, what))
        count++;
    return count;
}

/* What a line prints holds each text so many times. */
static void expect_times(const char *line, const char *what, size_t least, size_t most)
{
    struct finished finished = run_line(line);
    size_t count = times(finished.out, what);
    if (count < least || count > most)
        printf("\n    '%s' says '%s' %zu times:\n%.2000s\n", line, what, count, finished.out);
    CU_ASSERT(count >= least && count <= most);
    finished_free(&finished);
}

#define BROKEN                                                                                     \
    "SOCKSPEC run --iut mutant:tcp.connect.already-connected "                                     \
    "--filter tcp.connect.already-connected/*/ipv4* "

/* Whose case does one thing again and again. */
#define WAITING                                                                                    \
    "SOCKSPEC run --iut mutant:tcp.linger.blocks-nonblocking "                                     \
    "--filter tcp.linger.blocks-nonblocking/*/ipv4,loopback,client "

/* A rule that fails is shown once for what was observed; causes and reasons are shown once. */
static void test_blocks(void)
{
    enum { MANY = 10, ALL = 1000 };
    expect_times(BROKEN "--quiet", "\nfail ", 1, 1);
    expect_times(BROKEN "--quiet", "fail tcp.connect.already-connected, ", 1, 1);
    expect_times(BROKEN "--quiet", "same-address: all ", 1, 1);
    expect_times(BROKEN "--quiet", "\n  again ", 1, 1);
    expect_times(BROKEN "--quiet", "\n  transcript of ", 1, 1);
    expect_times(BROKEN "--verbose", "\nfail ", MANY, ALL);
    expect_times(BROKEN "--verbose", "\n  transcript\n", MANY, ALL);
    expect_times(WAITING "--quiet", "times more)\n", 1, 1);
    expect_times(WAITING "--verbose", "times more)\n", 0, 0);
    expect_times("MACHINERY run --repeat 3 --filter machinery.precondition", "\ninconclusive ", 1,
                 1);
    expect_times("MACHINERY run --verbose --repeat 3 --filter machinery.precondition",
                 "\ninconclusive ", 3, ALL);
    expect_times("MACHINERY run --repeat 3 --filter machinery.skips", "\nskipped\n", 1, 1);
    expect_times("MACHINERY run --quiet --filter machinery.skips", "\nskipped\n", 0, 0);
}

int main(void)
{
    support_init();
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("cli", NULL, NULL);
    CU_add_test(suite, "usage", test_usage);
    CU_add_test(suite, "exit status", test_exit_status);
    CU_add_test(suite, "full disk", test_full_disk);
    CU_add_test(suite, "show", test_show);
    CU_add_test(suite, "list", test_list);
    CU_add_test(suite, "case names", test_case_names);
    CU_add_test(suite, "areas", test_areas);
    CU_add_test(suite, "functions", test_functions);
    CU_add_test(suite, "order", test_order_does_not_depend_on_timing);
    CU_add_test(suite, "junit", test_junit);
    CU_add_test(suite, "few files", test_few_files);
    CU_add_test(suite, "in the process of a case", test_in_process);
    CU_add_test(suite, "again", test_again);
    CU_add_test(suite, "blocks", test_blocks);
    CU_add_test(suite, "repeat and shards", test_repeat_and_shards);
    return run_tests();
}
