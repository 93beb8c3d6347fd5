/* What rules stand on: every outcome has a requirement of its own profile's documents, and says no
 * more than that. */
#include "harness/coverage.h"
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t complaints;

__attribute__((format(printf, 2, 3))) static void complain(const char *id, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    printf("\n    %s: ", id);
    vprintf(format, list);
    va_end(list);
    complaints++;
}

/* Whether a whole outcome or a part of it leaves a choice. */
static bool leaves_choice(const char *outcome)
{
    return strchr(outcome, '|') || strchr(outcome, '*');
}

/* What outcomes may stand on; the strongest decides. */
static void check_outcome(const struct rule *rule, enum profile profile,
                          const struct outcome *outcome)
{
    bool binds = false, may = false;
    if (!outcome->text)
        return;
    if (!outcome->on[0])
        complain(rule->id, "the outcome of %s stands on nothing", profile_name(profile));
    for (size_t i = 0; i < OUTCOME_REQUIREMENTS && outcome->on[i]; i++) {
        const struct requirement *requirement = requirement_find(outcome->on[i]);
        if (!requirement) {
            complain(rule->id, "there is no requirement %s", outcome->on[i]);
            continue;
        }
        const struct document *document = document_of(requirement);
        if (!document || !profile_stands_on(profile_name(profile), document))
            complain(rule->id, "%s does not stand on %s", profile_name(profile), requirement->id);
        if (requirement->keyword == REQ_UNSPECIFIED || requirement->keyword == REQ_UNDEFINED)
            complain(rule->id, "%s leaves it open, so there is no verdict", requirement->id);
        binds |= requirement->keyword == REQ_SHALL || requirement->keyword == REQ_SHOULD ||
                 requirement->keyword == REQ_DOCUMENTED || requirement->keyword == REQ_IMPL;
        may |= requirement->keyword == REQ_MAY;
    }
    if (may && !binds && !leaves_choice(outcome->text))
        complain(rule->id, "a 'may' of %s has one outcome only: %s", profile_name(profile),
                 outcome->text);
}

static void test_outcomes(void)
{
    complaints = 0;
    for (const struct rule *rule = rules(); rule; rule = next_rule(rule))
        for (enum profile profile = 0; profile < PROFILES; profile++) {
            check_outcome(rule, profile, &rule->outcome[profile]);
            for (const struct rule_case *of = cases_of(rule); of; of = case_next(of))
                check_outcome(rule, profile, &of->outcome[profile]);
        }
    CU_ASSERT_EQUAL(complaints, 0);
}

/* A rule that no document and no earlier look says anything about judges nothing. */
static void test_every_rule_judges(void)
{
    complaints = 0;
    for (const struct rule *rule = rules(); rule; rule = next_rule(rule))
        for (const struct rule_case *of = cases_of(rule); of; of = case_next(of)) {
            bool any = false;
            for (enum profile profile = 0; profile < PROFILES; profile++)
                any |= case_outcome(of, profile) || case_pinned(of, profile);
            if (!any)
                complain(rule->id, "case %s has no outcome in any profile", of->name);
        }
    CU_ASSERT_EQUAL(complaints, 0);
}

/* A pinned observation beside an outcome would be a second word on the same thing. */
static void test_pinned(void)
{
    complaints = 0;
    for (const struct rule *rule = rules(); rule; rule = next_rule(rule))
        for (enum profile profile = 0; profile < PROFILES; profile++)
            if (rule->pinned[profile] && rule->outcome[profile].text)
                complain(rule->id, "%s has an outcome and a pinned observation",
                         profile_name(profile));
    CU_ASSERT_EQUAL(complaints, 0);
}

static void test_documents(void)
{
    const struct requirement *const *all;
    size_t count = requirements(&all);
    complaints = 0;
    CU_ASSERT(count > 1000);
    for (size_t i = 0; i < count; i++) {
        if (!document_of(all[i]))
            complain(all[i]->id, "no document has this requirement");
        if (i && strcmp(all[i - 1]->id, all[i]->id) == 0)
            complain(all[i]->id, "there are two of this id");
        if (!all[i]->place || !all[i]->says || !*all[i]->place || !*all[i]->says)
            complain(all[i]->id, "its place or its sentence is missing");
        if (all[i]->untestable && *coverage_rules(all[i]))
            complain(all[i]->id, "no rule can stand on it, it says, and %s does",
                     coverage_rules(all[i])[0]->id);
    }
    CU_ASSERT_EQUAL(complaints, 0);
}

/* The rules that a source's preconditions name; gives how many it names. */
static size_t check_named(const char *path)
{
    static const char by[] = "require_by(";
    char *text = read_file(path);
    size_t count = 0;
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    for (char *at = text; (at = strstr(at, by));) {
        at += strlen(by);
        char *id = at + strspn(at, " \n");
        if (*id++ != '"')
            continue; /* a helper's, which is given the rule */
        at = id + strcspn(id, "\"");
        *at++ = '\0';
        if (!rule_find(id))
            complain(path, "there is no rule %s", id);
        count++;
    }
    free(text);
    return count;
}

static void test_named_rules(void)
{
    static const char *const rooms[] = {"fixtures/*.c", "suites/*/*.c"};
    const char *source = getenv("SOURCE");
    size_t count = 0;
    complaints = 0;
    for (size_t room = 0; room < sizeof rooms / sizeof *rooms; room++) {
        char pattern[1024];
        glob_t found = {.gl_pathc = 0};
        snprintf(pattern, sizeof pattern, "%s/%s", source, rooms[room]);
        glob(pattern, 0, NULL, &found);
        for (size_t i = 0; i < found.gl_pathc; i++)
            count += check_named(found.gl_pathv[i]);
        globfree(&found);
    }
    CU_ASSERT(count > 50);
    CU_ASSERT_EQUAL(complaints, 0);
}

int main(void)
{
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("requirements", NULL, NULL);
    CU_add_test(suite, "documents", test_documents);
    CU_add_test(suite, "outcomes stand on requirements", test_outcomes);
    CU_add_test(suite, "every case judges", test_every_rule_judges);
    CU_add_test(suite, "pinned", test_pinned);
    CU_add_test(suite, "preconditions name rules that there are", test_named_rules);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failures != 0;
}
