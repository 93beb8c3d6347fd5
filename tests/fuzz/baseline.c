/* A file of known deviations: it is taken, or refused with a line that says where and why. */
#include "harness/baseline.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct rule rule = {.id = "area.rule"};
    static const struct rule_case of = {.name = "plain", .rule = &rule};
    static const struct variant variant = {.of = &of, .id = "area.rule/plain/ipv4"};
    char path[64];
    int file = memory_file(data, size);
    struct baseline *baseline = baseline_read(memory_path(file, path, sizeof path));
    if (baseline) {
        const char *instead, *reason;
        baseline_for(baseline, "6.1.0");
        reason = baseline_knows(baseline, &variant, VERDICT_FAIL, "ENODEV", &instead);
        HOLDS(!reason || strlen(reason) < size);
        baseline_knows(baseline, &variant, VERDICT_PASS, "0", &instead);
        baseline_review(baseline);
        baseline_free(baseline);
    }
    close(file);
    return 0;
}
