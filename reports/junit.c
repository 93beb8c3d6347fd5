/* JUnit, as the Jenkins xUnit schema has it. It is written when it is complete. */
#include "reports/common.h"
#include "reports/sources.h"

#include <mxml.h>
#include <stdlib.h>
#include <string.h>

struct suite {
    char name[VARIANT_ID];
    mxml_node_t *node;
    size_t count[VERDICTS], total;
    double seconds;
};

struct junit {
    struct report report;
    struct run_info run;
    struct output *output;
    mxml_node_t *document, *root;
    struct suite *suites;
    size_t suite_count;
};

static void set(mxml_node_t *node, const char *name, const char *value)
{
    char *clean = report_clean(value);
    mxmlElementSetAttr(node, name, clean);
    free(clean);
}

static void add_property(mxml_node_t *properties, const char *name, const char *value)
{
    mxml_node_t *property = mxmlNewElement(properties, "property");
    mxmlElementSetAttr(property, "name", name);
    set(property, "value", value);
}

static bool begin(struct report *report, const struct run_info *run)
{
    struct junit *junit = (struct junit *)report;
    junit->run = *run;
    junit->document = mxmlNewXML("1.0");
    junit->root = mxmlNewElement(junit->document, "testsuites");
    mxmlElementSetAttr(junit->root, "name", "sockspec");
    return true;
}

static void begin_suite(struct junit *junit, struct suite *suite)
{
    suite->node = mxmlNewElement(junit->root, "testsuite");
    mxmlElementSetAttr(suite->node, "name", suite->name);
    set(suite->node, "hostname", junit->run.system.nodename);
    set(suite->node, "timestamp", junit->run.started);
    mxml_node_t *properties = mxmlNewElement(suite->node, "properties");
    add_property(properties, "sockspec", junit->run.version);
    add_property(properties, "iut", junit->run.iut);
    add_property(properties, "profile", profile_name(junit->run.profile));
    add_property(properties, "implementation", junit->run.implementation);
    add_property(properties, "kernel", junit->run.release);
    add_property(properties, "machine", junit->run.machine);
    if (junit->run.detail)
        add_property(properties, "detail", junit->run.detail);
    add_property(properties, "system", junit->run.system.sysname);
    add_property(properties, "libc", junit->run.libc);
}

static struct suite *suite_of(struct junit *junit, const struct rule *rule)
{
    char name[VARIANT_ID];
    rule_suite(rule, name, sizeof name);
    for (size_t i = junit->suite_count; i-- > 0;)
        if (strcmp(junit->suites[i].name, name) == 0)
            return &junit->suites[i];
    junit->suites = reallocarray(junit->suites, junit->suite_count + 1, sizeof *junit->suites);
    if (!junit->suites)
        abort();
    struct suite *suite = &junit->suites[junit->suite_count++];
    *suite = (struct suite){0};
    memcpy(suite->name, name, sizeof name);
    begin_suite(junit, suite);
    return suite;
}

/* What a person needs to know of a variant that is no pass. */
static char *explain(const struct junit *junit, const struct result *result)
{
    const struct rule *rule = result->variant->of->rule;
    char lines[SOURCE_LINES][SOURCE_LINE];
    char *text = NULL, *rerun = report_rerun(&junit->run, result->variant);
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        abort();
    fprintf(out, "\nrule:     %s (%s)\n          %s\n", rule->id,
            source_level(rule, junit->run.profile), rule->statement);
    size_t count = source_lines(rule, junit->run.profile, lines);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "source:   %s\n", lines[i]);
    fprintf(out, "expected: %s\nobserved: %s\nreason:   %s\nat:       %s\n",
            result->expected ? result->expected : "nothing is documented", result->observed,
            result->reason, result->where);
    fprintf(out, "again:    %s\n\n%s", rerun, result->transcript);
    free(rerun);
    fclose(out);
    return text;
}

static void add_outcome(struct junit *junit, mxml_node_t *testcase, const struct result *result)
{
    char message[1024];
    if (result->verdict == VERDICT_SKIP || result->verdict == VERDICT_CHANGED) {
        set(mxmlNewElement(testcase, "skipped"), "message", result->reason);
        return;
    }
    mxml_node_t *node =
        mxmlNewElement(testcase, result->verdict == VERDICT_FAIL ? "failure" : "error");
    mxmlElementSetAttr(node, "type", result->verdict == VERDICT_FAIL ? "rule" : "inconclusive");
    snprintf(message, sizeof message, "%s: %s", result->variant->of->rule->id, result->reason);
    set(node, "message", message);
    char *text = explain(junit, result), *clean = report_clean(text);
    mxmlNewOpaque(node, clean);
    free(clean);
    free(text);
}

static bool variant(struct report *report, const struct result *result)
{
    struct junit *junit = (struct junit *)report;
    struct suite *suite = suite_of(junit, result->variant->of->rule);
    mxml_node_t *testcase = mxmlNewElement(suite->node, "testcase");
    char name[VARIANT_ID + 16];
    snprintf(name, sizeof name, result->repetition > 1 ? "%s #%u" : "%s", result->variant->id,
             result->repetition);
    mxmlElementSetAttr(testcase, "name", name);
    mxmlElementSetAttrf(testcase, "classname", "sockspec.%s", suite->name);
    mxmlElementSetAttrf(testcase, "time", "%.6f", result->seconds);
    suite->count[result->verdict]++;
    suite->total++;
    suite->seconds += result->seconds;
    if (result->verdict != VERDICT_PASS && result->verdict != VERDICT_KEPT)
        add_outcome(junit, testcase, result);
    return true;
}

static void set_counts(mxml_node_t *node, size_t total, const size_t *count, double seconds)
{
    mxmlElementSetAttrf(node, "tests", "%zu", total);
    mxmlElementSetAttrf(node, "failures", "%zu", count[VERDICT_FAIL]);
    mxmlElementSetAttrf(node, "errors", "%zu", count[VERDICT_INCONCLUSIVE]);
    mxmlElementSetAttrf(node, "time", "%.3f", seconds);
}

/* One element a line; nothing is added inside of texts. */
static const char *spaces(mxml_node_t *node, int where)
{
    const char *name = mxmlGetElement(node);
    bool has_text = name && (strcmp(name, "failure") == 0 || strcmp(name, "error") == 0);
    if (where == MXML_WS_AFTER_CLOSE || (where == MXML_WS_AFTER_OPEN && !has_text))
        return "\n";
    return NULL;
}

static bool end(struct report *report, const struct totals *totals)
{
    struct junit *junit = (struct junit *)report;
    for (size_t i = 0; i < junit->suite_count; i++) {
        struct suite *suite = &junit->suites[i];
        set_counts(suite->node, suite->total, suite->count, suite->seconds);
        mxmlElementSetAttrf(suite->node, "skipped", "%zu",
                            suite->count[VERDICT_SKIP] + suite->count[VERDICT_CHANGED]);
        if (totals->interrupted)
            add_property(
                mxmlFindElement(suite->node, suite->node, "properties", NULL, NULL, MXML_DESCEND),
                "interrupted", "true");
    }
    set_counts(junit->root, totals->ran, totals->count, totals->seconds);
    mxmlSetWrapMargin(0);
    FILE *stream = output_begin(junit->output);
    if (mxmlSaveFile(junit->document, stream, spaces) != 0) {
        snprintf(report->why, sizeof report->why, "no memory for the JUnit report");
        return false;
    }
    return output_end(junit->output, report->why, sizeof report->why);
}

static void close_junit(struct report *report)
{
    struct junit *junit = (struct junit *)report;
    output_close(junit->output);
    mxmlDelete(junit->document);
    free(junit->suites);
    free(junit);
}

struct report *report_junit(struct output *output)
{
    struct junit *junit = calloc(1, sizeof *junit);
    if (!junit)
        abort();
    junit->report =
        (struct report){.begin = begin, .variant = variant, .end = end, .close = close_junit};
    junit->output = output;
    return &junit->report;
}
