/* Reports of parts as one. */
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *place;

#define SELECTED "--profile posix --filter 'udp.dis*' --filter 'tcp.connect.a*loopback*'"

/* Runs a shell's line where the reports are; gives what was printed on both streams, the latter
 * first, and the status. */
static int in_place(const char *line, char *said, size_t size)
{
    struct finished finished = run_shell(place, line);
    int status = finished.status;
    snprintf(said, size, "%s%s", finished.err, finished.out);
    finished_free(&finished);
    return status;
}

static json_t *report(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", place, name);
    char *text = read_file(path);
    json_t *lines = text ? json_lines(text) : NULL;
    free(text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(lines);
    return lines;
}

static json_int_t number_of(const json_t *lines, const char *type, const char *key)
{
    return json_integer_value(json_object_get(find_object(lines, "type", type), key));
}

/* Shards in any order are the whole run. */
static void test_shards(void)
{
    static const char *const keys[] = {
        "id",       "rule",     "suite", "case",   "axes",  "level", "verdict",    "parts",
        "observed", "expected", "ended", "reason", "where", "known", "because_of", "repetition"};
    char said[65536], text[65536];
    CU_ASSERT_EQUAL(in_place("$S run " SELECTED " --quiet --json whole", said, sizeof said), 1);
    for (int i = 1; i <= 3; i++) {
        snprintf(text, sizeof text, "$S run " SELECTED " --quiet --shard %d/3 --json s%d", i, i);
        in_place(text, said, sizeof said);
    }
    CU_ASSERT_EQUAL(
        in_place("$S merge --json all --junit all.xml --tap all.tap s3 s1 s2", said, sizeof said),
        1);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "fail udp.dissolve."));
    CU_ASSERT_PTR_NULL(strstr(said, "missing"));
    json_t *whole = report("whole"), *all = report("all"), *line;
    size_t i;
    CU_ASSERT_EQUAL(json_array_size(whole), json_array_size(all));
    json_array_foreach (whole, i, line)
        for (size_t k = 0; i > 0 && k < sizeof keys / sizeof *keys; k++) {
            const json_t *a = json_object_get(line, keys[k]);
            const json_t *b = json_object_get(json_array_get(all, i), keys[k]);
            CU_ASSERT(a == b || json_equal(a, b)); /* or neither has it */
        }
    CU_ASSERT_EQUAL(number_of(whole, "summary", "fail"), number_of(all, "summary", "fail"));
    CU_ASSERT_EQUAL(number_of(whole, "run", "selected"), number_of(all, "run", "selected"));
    CU_ASSERT_EQUAL(in_place("xmllint --noout all.xml && test $(grep -c '^ok\\|^not ok' all.tap) "
                             "= $(grep -c '\"variant\"' whole)",
                             said, sizeof said),
                    0);
    json_decref(whole);
    json_decref(all);
    /* It is a report like any other. */
    CU_ASSERT_EQUAL(in_place("$S compare whole all", said, sizeof said), 0);
    CU_ASSERT_EQUAL(in_place("$S merge --quiet all", said, sizeof said), 1);
    CU_ASSERT_PTR_NULL(strstr(said, "not known"));
}

static void test_missing(void)
{
    char said[65536];
    CU_ASSERT_EQUAL(in_place("$S merge --quiet --json part s1 s3", said, sizeof said), 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "sockspec: shard 2/3 is missing: "));
    json_t *part = report("part");
    CU_ASSERT_TRUE(
        json_is_true(json_object_get(find_object(part, "type", "summary"), "interrupted")));
    json_decref(part);
    /* Nothing fails by the documents of Linux. */
    CU_ASSERT_EQUAL(in_place("$S run --filter 'udp.dis*' --shard 1/2 --json l1; "
                             "$S run --filter 'udp.dis*' --shard 2/2 --json l2; "
                             "$S merge --quiet l1",
                             said, sizeof said),
                    3);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "shard 2/2 is missing"));
    CU_ASSERT_EQUAL(in_place("$S merge --quiet l1 l2", said, sizeof said), 0);
    /* A run that was killed after three results; then what it did not do is done. */
    CU_ASSERT_EQUAL(in_place("head -n 4 l2 >killed; $S merge --quiet l1 killed", said, sizeof said),
                    3);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "killed ends without a trailer"));
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "killed: "));
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "variants that it was to run are missing"));
    CU_ASSERT_EQUAL(in_place("$S merge --quiet l1 killed l2", said, sizeof said), 0);
    CU_ASSERT_PTR_NULL(strstr(said, "are missing"));
}

/* The same run on two machines: each variant twice, and what they differ in is said. */
static void test_machines(void)
{
    char said[65536];
    CU_ASSERT_EQUAL(
        in_place("sed '1s/\"release\":\"[^\"]*\"/\"release\":\"9.9\"/;"
                 "1s/\"implementation\":\"[^\"]*\"/\"implementation\":\"Moon 1\"/' l1 >far; "
                 "$S merge --quiet --json both l1 l2 far",
                 said, sizeof said),
        0);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "far beside Linux 9.9, "));
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "far of Moon 1 on "));
    json_t *both = report("both");
    CU_ASSERT_EQUAL(number_of(both, "run", "repeat"), 2);
    CU_ASSERT_EQUAL(json_array_size(json_object_get(find_object(both, "type", "run"), "merged")),
                    3);
    json_decref(both);
}

static void test_refused(void)
{
    static const struct {
        const char *line, *complaint;
        int status;
    } lines[] = {{"$S merge", "merge takes reports", 2},
                 {"$S merge /no/such/file", "cannot read /no/such/file", 2},
                 {"$S merge s1 l1", "l1: it is judged by another profile: linux", 2},
                 {"sed '1s/\"iut\":\"host\"/\"iut\":\"lwip\"/' l1 >o; $S merge l1 o",
                  "o: it is of another implementation", 2},
                 {"sed 's/udp.dissolve/udp.other/' l1 >o; $S merge o", "has no such variant", 2},
                 {"sed 's/\"verdict\":\"pass\"/\"verdict\":\"good\"/' l1 >o; $S merge o",
                  "no verdict of this sockspec: good", 2},
                 {"sed '1s/\"selection\"/\"other\"/' l1 >o; $S merge --quiet o l2",
                  "o does not say what its run took", 0},
                 {"$S merge l1 l2 --json x --tap x", "x", 2},
                 {"$S merge l1 l2 --json /dev/full", "cannot write /dev/full", 3}};
    char said[65536];
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        int status = in_place(lines[i].line, said, sizeof said);
        if (status != lines[i].status || !strstr(said, lines[i].complaint))
            printf("\n    %s: %d: %s", lines[i].line, status, said);
        CU_ASSERT_EQUAL(status, lines[i].status);
        CU_ASSERT_PTR_NOT_NULL(strstr(said, lines[i].complaint));
    }
}

int main(void)
{
    support_init();
    place = make_directory();
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("merge", NULL, NULL);
    CU_add_test(suite, "shards", test_shards);
    CU_add_test(suite, "what is missing", test_missing);
    CU_add_test(suite, "machines", test_machines);
    CU_add_test(suite, "refused", test_refused);
    int status = run_tests();
    remove_directory(place);
    return status;
}
