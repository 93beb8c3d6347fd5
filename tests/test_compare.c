/* Known deviations and comparisons. */
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *place;

static void write_text(const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", place, name);
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs(text, file);
    fclose(file);
}

/* Runs a line with the directory in place of each "@"; gives what it printed on both streams. */
static int run_in_place(const char *line, char *said, size_t size)
{
    char whole[1024] = "";
    for (; *line; line++)
        snprintf(whole + strlen(whole), sizeof whole - strlen(whole), *line == '@' ? "%s" : "%.1s",
                 *line == '@' ? place : line);
    struct finished finished = run_line(whole);
    snprintf(said, size, "%s%s", finished.out, finished.err);
    int status = finished.status;
    finished_free(&finished);
    return status;
}

#define FAILING "--filter transfer.write.not-connected --profile posix --quiet"

static void test_baseline(void)
{
    char said[8192];
    write_text("known",
               "# a comment\n\ntransfer.write.not-c* fail observed \"EPIPE\" -- Linux says so\n");
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC run " FAILING, said, sizeof said), 1);
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC run " FAILING " --baseline @/known", said, sizeof said),
                    0);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "6 are known deviations"));
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC run --filter transfer.write.not-connected --quiet "
                                 "--baseline @/known",
                                 said, sizeof said),
                    0);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "now passes: remove it"));
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC run --filter transfer.write.not-connected --quiet "
                                 "--baseline @/known --strict-baseline",
                                 said, sizeof said),
                    1);
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC run --filter ipv6.scope.connect --quiet "
                                 "--baseline @/known",
                                 said, sizeof said),
                    0);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "matches nothing that ran"));
    write_text("past", "transfer.write.* fail until 2020-01-01 -- old\n");
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC run " FAILING " --baseline @/past", said, sizeof said),
                    1);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "has expired"));
}

/* Globs are found by their beginnings, which may be empty or all of an id. */
static void test_globs(void)
{
    static const char *const globs[] = {"*", "?ransfer.write.not*", "transfer.write.not-connected",
                                        "transfer.write.not-connected/*,write*", "[t]*"};
    char said[8192], text[128];
    for (size_t i = 0; i < sizeof globs / sizeof *globs; i++) {
        snprintf(text, sizeof text, "x fail -- no\n%s fail -- the first\n* fail -- later\n",
                 globs[i]);
        write_text("known", text);
        CU_ASSERT_EQUAL(run_in_place("SOCKSPEC run " FAILING " --verbose --baseline @/known", said,
                                     sizeof said),
                        0);
        CU_ASSERT_PTR_NOT_NULL(strstr(said, "known deviation: the first"));
        CU_ASSERT_PTR_NULL(strstr(said, "later ("));
        CU_ASSERT_PTR_NOT_NULL(strstr(said, ":1: x: matches nothing that ran"));
        CU_ASSERT_PTR_NULL(strstr(said, ":3: "));
    }
}

/* So many that all of them for each would take minutes. */
static void test_large_files(void)
{
    enum { LINES = 300000 };
    static char said[1 << 26];
    char path[512];
    snprintf(path, sizeof path, "%s/large", place);
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    for (int i = 0; i < LINES; i++)
        fprintf(file, "udp.bind.rule%d fail -- known\n", i);
    fclose(file);
    CU_ASSERT_EQUAL(
        run_in_place("SOCKSPEC run --quiet --filter udp.* --baseline @/large", said, sizeof said),
        0);
    file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    for (int i = 0; i < LINES; i++)
        fprintf(file, "*.rule%d fail -- known\n", i);
    fclose(file);
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC run --baseline @/large", said, sizeof said), 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "more than 10000 lines have a wildcard after ''"));
    file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs("{\"type\":\"run\",\"format\":2}\n", file);
    for (int i = 0; i < LINES; i++)
        fprintf(
            file,
            "{\"type\":\"variant\",\"id\":\"a.r%d/c/%d\",\"rule\":\"a.r%d\",\"verdict\":\"fail\","
            "\"observed\":\"\"}\n",
            i / 2, i, i / 2);
    fclose(file);
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC baseline @/large", said, sizeof said), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "a.r149999  fail"));
}

static void test_malformed(void)
{
    static const struct {
        const char *text, *complaint;
    } files[] = {{"a fail\n", ":1: the reason is missing"},
                 {"\na good -- x\n", ":2: the verdict must be"},
                 {"a fail until soon -- x\n", ":1: a date is"},
                 {"a fail colour blue -- x\n", ":1: known words are"},
                 {"a fail -- \n", ":1: the reason is missing"},
                 {"a fail \"colour -- x\n", ":1: a quote is not closed"},
                 {"a fail observed \"A -- x\n", ":1: a quote is not closed"},
                 {"a fail observed -- x\n", ":1: a value is missing"},
                 {" -- x\n", ":1: a line is"}};
    char said[4096];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        write_text("bad", files[i].text);
        CU_ASSERT_EQUAL(run_in_place("SOCKSPEC run --baseline @/bad", said, sizeof said), 2);
        CU_ASSERT_PTR_NOT_NULL(strstr(said, files[i].complaint));
    }
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC run --baseline @", said, sizeof said), 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "cannot read"));
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC compare @ @", said, sizeof said), 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "cannot read"));
    write_text("bad", "{}\n");
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC compare @/bad @/bad", said, sizeof said), 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "/bad:1: this is no line"));
    write_text("bad", "");
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC compare @/bad @/bad", said, sizeof said), 2);
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC compare @/absent @/bad", said, sizeof said), 2);
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC compare @/bad", said, sizeof said), 2);
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC baseline @/bad", said, sizeof said), 2);
}

static void test_compare(void)
{
    static char said[65536];
    run_in_place("SOCKSPEC run --filter tcp.connect.l* --quiet --json @/a", said, sizeof said);
    run_in_place("SOCKSPEC run --filter tcp.connect.l* --quiet --json @/b "
                 "--iut mutant:tcp.connect.listening",
                 said, sizeof said);
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC compare @/a @/b --html @/page --json @/data "
                                 "--only-differences",
                                 said, sizeof said),
                    0);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "1 of 1 cases differ"));
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "EINVAL"));
    char path[512];
    snprintf(path, sizeof path, "%s/page", place);
    char *page = read_file(path);
    CU_ASSERT(page && strstr(page, "</html>") && !strstr(page, "@DATA@"));
    free(page);
    /* The same implementation twice: what changed. */
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC compare @/a @/a", said, sizeof said), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "0 new failures"));
    run_in_place("SOCKSPEC run --filter transfer.write.not-c* --quiet --json @/c", said,
                 sizeof said);
    run_in_place("SOCKSPEC run " FAILING " --json @/d", said, sizeof said);
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC compare @/c @/d", said, sizeof said), 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "6 new failures"));
}

/* A hang or a skip is not taken for what was observed before it, in whatever profile. */
static void test_undecided(void)
{
    static const struct {
        const char *verdict, *observed, *ended, *reason;
    } lines[] = {{"pass", "EISCONN", "whole", ""},
                 {"fail", "EISCONN", "hang", "hang: connect()"},
                 {"skip", "EISCONN", "skip", "there is no moon"},
                 {"skip", "", "skip", "there is no sun"},
                 {"fail", "", "crash", "crash: SIGSEGV"},
                 {"skip", "EISCONN", "whole", "profile zos documents nothing here"}};
    static const char *const variants[] = {"ipv4,loopback,client",   "ipv4,pair,client",
                                           "ipv6,loopback,client",   "ipv6,pair,client",
                                           "mapped,loopback,client", "mapped,pair,client"};
    static const char *const wanted[] = {
        "pass         EISCONN (2)", "fail         EISCONN: hang: connect() (1)",
        "skip         EISCONN: there is no moon (1)", "skip         there is no sun (1)",
        "fail         crash: SIGSEGV (1)"};
    char text[4096] = "{\"type\":\"run\",\"iut\":\"x\"}\n", said[8192];
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text),
                 "{\"type\":\"variant\",\"id\":\"tcp.connect.already-connected/once-more/%s\","
                 "\"verdict\":\"%s\",\"observed\":\"%s\",\"parts\":[%s%s%s],"
                 "\"ended\":\"%s\",\"reason\":\"%s\"}\n",
                 variants[i], lines[i].verdict, lines[i].observed, *lines[i].observed ? "\"" : "",
                 lines[i].observed, *lines[i].observed ? "\"" : "", lines[i].ended,
                 lines[i].reason);
    write_text("odd", text);
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC compare --side-by-side @/odd @/odd", said, sizeof said),
                    0);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        CU_ASSERT_PTR_NOT_NULL(strstr(said, wanted[i]));
}

#define RESULT(verdict, observed)                                                                  \
    "{\"type\":\"variant\",\"id\":\"tcp.connect.listening/other-listener/ipv4,pair,blocking\","    \
    "\"rule\":\"tcp.connect.listening\",\"verdict\":\"" verdict "\",\"observed\":\"" observed      \
    "\",\"parts\":[\"" observed "\"],\"ended\":\"whole\",\"reason\":\"\"}\n"
#define HEAD(iut) "{\"type\":\"run\",\"format\":2,\"iut\":\"" iut "\"}\n"
#define TAIL      "{\"type\":\"summary\"}\n"

/* Of repetitions the worst counts, wherever it stands. */
static void test_repetitions(void)
{
    char said[8192];
    write_text("steady", HEAD("x") RESULT("pass", "EISCONN") RESULT("pass", "EISCONN") TAIL);
    write_text("flaky", HEAD("x") RESULT("pass", "EISCONN") RESULT("fail", "EINVAL")
                            RESULT("pass", "EISCONN") TAIL);
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC compare @/steady @/flaky", said, sizeof said), 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "1 new failures"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(said, "/flaky: repetitions of 1 variants came out differently; the worst counts"));
    CU_ASSERT_PTR_NULL(strstr(said, "/steady: "));
    CU_ASSERT_EQUAL(
        run_in_place("SOCKSPEC compare --side-by-side @/steady @/flaky", said, sizeof said), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "EINVAL (1, the worst of repetitions)"));
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC baseline @/flaky", said, sizeof said), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "tcp.connect.listening  fail  observed \"EINVAL\""));
}

#define CASES(verdict, observed)                                                                   \
    RESULT(verdict, observed)                                                                      \
    "{\"type\":\"variant\",\"id\":\"b.c/d/e\",\"rule\":\"b.c\",\"verdict\":\"pass\","              \
    "\"observed\":\"0\"}\n"
#define KNOWN                                                                                      \
    "{\"type\":\"variant\",\"id\":\"b.c/d/"                                                        \
    "e\",\"verdict\":\"skip\",\"known\":true,\"observed\":\"1\"}\n"
#define DEVIATES(observed)                                                                         \
    "{\"type\":\"variant\",\"id\":\"b.c/d/e\",\"verdict\":\"fail\",\"observed\":\"" observed "\"}" \
    "\n"
#define SKIPPED                                                                                    \
    "{\"type\":\"variant\",\"id\":\"tcp.connect.listening/other-listener/ipv4,pair,blocking\","    \
    "\"rule\":\"tcp.connect.listening\",\"verdict\":\"skip\",\"observed\":\"\",\"parts\":[],"      \
    "\"ended\":\"skip\",\"reason\":\"there is no moon\"}\n"
#define INTERRUPTED "{\"type\":\"summary\",\"ran\":1,\"interrupted\":true}\n"

/* Two reports as before and after, whatever their implementations are called. */
static void test_before_after(void)
{
    static const struct {
        const char *before, *after, *says;
        int status;
    } gates[] = {
        {CASES("pass", "0") TAIL, CASES("pass", "0") TAIL, "0 new failures, 0 judged no more", 0},
        {CASES("pass", "0") TAIL, CASES("fail", "1") TAIL, "1 new failures, 0 judged no more", 1},
        {CASES("fail", "1") TAIL, CASES("fail", "1") TAIL, "0 new failures, 0 judged no more", 0},
        {CASES("pass", "0") TAIL, CASES("inconclusive", "") TAIL, "1 judged no more, 0 missing", 1},
        {CASES("kept", "0") TAIL, CASES("skip", "") TAIL, "1 judged no more, 0 missing", 1},
        {CASES("pass", "0") TAIL, RESULT("pass", "0") KNOWN TAIL, "0 judged no more, 0 missing", 0},
        {CASES("skip", "") TAIL, CASES("inconclusive", "") TAIL, "0 judged no more, 0 missing", 0},
        {CASES("pass", "0") TAIL, RESULT("pass", "0") TAIL, "\n  b.c/d/e: pass 0 -> absent", 1},
        {CASES("pass", "0") TAIL, RESULT("pass", "0"), "ends without a trailer", 1},
        {CASES("pass", "0") TAIL, RESULT("pass", "0") INTERRUPTED, "1 missing", 1},
        {RESULT("pass", "0") TAIL, RESULT("pass", "0") INTERRUPTED,
         "/after is the report of a run that was interrupted", 1},
        {RESULT("pass", "0") INTERRUPTED, CASES("pass", "0") TAIL,
         "/before is the report of a run that was interrupted", 0},
        {RESULT("pass", "0") TAIL, CASES("pass", "0") TAIL, "0 changed, 1 new", 0},
        /* A baseline for one of them changes nothing of what was observed. */
        {DEVIATES("1") TAIL, KNOWN TAIL, "0 fixed, 0 changed", 0},
        {KNOWN TAIL, DEVIATES("1") TAIL, "0 new failures, 0 judged no more", 0},
        {KNOWN TAIL, DEVIATES("2") TAIL, "1 new failures", 1},
        {KNOWN TAIL, DEVIATES("2") TAIL, "skip 1 -> fail 2", 1}};
    char said[8192], text[4096];
    for (size_t i = 0; i < sizeof gates / sizeof *gates; i++) {
        snprintf(text, sizeof text, "%s%s", HEAD("vm:old"), gates[i].before);
        write_text("before", text);
        snprintf(text, sizeof text, "%s%s", HEAD("vm:new"), gates[i].after);
        write_text("after", text);
        int status =
            run_in_place("SOCKSPEC compare --before-after @/before @/after", said, sizeof said);
        bool good = status == gates[i].status && strstr(said, gates[i].says);
        if (!good)
            printf("\n    %zu: status %d: %s", i, status, said);
        CU_ASSERT_TRUE(good);
    }
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC compare @/before @/after", said, sizeof said), 0);
    CU_ASSERT_EQUAL(
        run_in_place("SOCKSPEC compare --before-after @/after @/after @/after", said, sizeof said),
        2);
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC compare --before-after --side-by-side @/after @/after",
                                 said, sizeof said),
                    2);
}

/* Who has no such feature did nothing else. */
static void test_skips_do_not_differ(void)
{
    char said[8192];
    write_text("here", HEAD("left") RESULT("pass", "EISCONN") TAIL);
    write_text("lacks", HEAD("right") SKIPPED TAIL);
    write_text("other", HEAD("other") RESULT("fail", "EINVAL") TAIL);
    run_in_place("SOCKSPEC compare --only-differences @/here @/lacks", said, sizeof said);
    CU_ASSERT_STRING_EQUAL(said, "0 of 1 cases differ\n");
    run_in_place("SOCKSPEC compare --only-differences @/lacks @/here @/other", said, sizeof said);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "there is no moon"));
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "1 of 1 cases differ"));
}

static void test_names_and_formats(void)
{
    char said[8192];
    write_text("a", HEAD("left") RESULT("pass", "EISCONN") TAIL);
    write_text("b\xff", HEAD("right") RESULT("pass", "EINVAL") TAIL);
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC compare @/b\xff @/a --json @/j", said, sizeof said), 0);
    const char *right = strstr(said, "\n  right "), *left = strstr(said, "\n  left ");
    CU_ASSERT(right && left && right < left);
    CU_ASSERT(right && strstr(right, "EINVAL") && strstr(right, "EINVAL") < left);
    char path[512], *text;
    snprintf(path, sizeof path, "%s/j", place);
    text = read_file(path);
    CU_ASSERT(text && strstr(text, "/b\\\\xff, peer"));
    free(text);
    write_text("old", "{\"type\":\"run\",\"format\":1,\"iut\":\"x\"}\n" RESULT("pass", "0") TAIL);
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC compare @/old @/a", said, sizeof said), 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "/old:1: the report is of format 1, and"));
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC baseline @/old", said, sizeof said), 2);
}

static void test_doctor(void)
{
    char said[8192];
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC doctor", said, sizeof said), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "ok   host"));
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "gvisor"));
    CU_ASSERT_EQUAL(run_in_place("SOCKSPEC doctor x", said, sizeof said), 2);
}

int main(void)
{
    support_init();
    place = make_directory();
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("compare", NULL, NULL);
    CU_add_test(suite, "known deviations", test_baseline);
    CU_add_test(suite, "globs", test_globs);
    CU_add_test(suite, "large files", test_large_files);
    CU_add_test(suite, "malformed files", test_malformed);
    CU_add_test(suite, "comparisons", test_compare);
    CU_add_test(suite, "undecided by observation", test_undecided);
    CU_add_test(suite, "repetitions", test_repetitions);
    CU_add_test(suite, "before and after", test_before_after);
    CU_add_test(suite, "names of files, formats", test_names_and_formats);
    CU_add_test(suite, "skips are no differences", test_skips_do_not_differ);
    CU_add_test(suite, "doctor", test_doctor);
    int status = run_tests();
    remove_directory(place);
    return status;
}
