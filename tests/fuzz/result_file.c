/* A report that is read back: it is taken, or refused with a line that says where and why; what was
 * taken can be compared. */
#include "reports/result_file.h"
#include "reports/compare.h"
#include "reports/merged.h"
#include "tests/fuzz/fuzz.h"

#include "harness/rule.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void fails(struct mutation *mutation, struct call *call)
{
    (void)mutation;
    call_fail(call, 1);
}

RULE(rule, "area.rule", .statement = "A rule.",
     .outcome = {[BY_POSIX] = {"EISCONN | 0"}, [BY_LINUX] = {"EISCONN"}});
MUTANT_BY(rule, "it fails", fails)
CASE(rule, plain, .family = ANY_FAMILY)
{
}

/* A form feed separates two reports; without one a report is compared with itself. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *nowhere;
    if (!nowhere)
        nowhere = fopen("/dev/null", "we");
    const uint8_t *cut = size ? memchr(data, '\f', size) : NULL;
    size_t first = cut ? (size_t)(cut - data) : size;
    int fds[2] = {memory_file(data, first), cut ? memory_file(cut + 1, size - first - 1) : -1};
    char path[2][64];
    struct result_file files[2];
    bool good = true;
    for (size_t i = 0; i < 2; i++) {
        memory_path(cut ? fds[i] : fds[0], path[i], sizeof path[i]);
        good = result_file_read(&files[i], path[i]) && good;
    }
    if (good) {
        json_t *comparison = compare_build(files, 2, BY_LINUX);
        HOLDS(comparison != NULL);
        size_t differing = compare_print(nowhere, comparison, false);
        bool worse = compare_regressions(nowhere, &files[0], &files[1]);
        HOLDS(cut || (differing == 0 && worse == result_file_is_partial(&files[1])));
        json_decref(comparison);
    }
    struct merged merged;
    const char *const paths[] = {path[0], path[1]};
    if (merged_read(&merged, paths, 2)) {
        merged_complain(&merged, nowhere);
        HOLDS(good && merged.totals.ran == merged.count);
        HOLDS(merged.info.selected == merged.count + merged.missing);
    }
    merged_free(&merged);
    for (size_t i = 0; i < 2; i++) {
        result_file_free(&files[i]);
        if (fds[i] >= 0)
            close(fds[i]);
    }
    return 0;
}
