#include "harness/test.h"

#include "calls/symbols.h"
#include "harness/transcript.h"

#include <CUnit/CUnit.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *result_name(int result)
{
    return result == -DEVIATION ? call_deviation() : result < 0 ? error_name(-result) : "0";
}

static void at(struct test *t, const char *file, int line)
{
    snprintf(t->record->where, WHERE_SIZE, "%s:%d", file, line);
}

/* Ends the case here: CUnit leaves the test function at a fatal assertion. */
__attribute__((noreturn)) static void end_case(const struct test *t, const char *file, int line)
{
    CU_assertImplementation(CU_FALSE, (unsigned)line, t->record->reason, file, "", CU_TRUE);
    abort();
}

/* What a precondition stands on: the rule that says so, if there is one. */
static void blame(struct test *t, const char *rule)
{
    snprintf(t->record->because_of, sizeof t->record->because_of, "%s", rule ? rule : "");
}

__attribute__((noreturn)) static void skip_lacking(struct test *t, const char *file, int line)
{
    test_skip(t, file, line, "this implementation declares that it lacks what is asked for: %s",
              transcript_last());
}

int test_must(struct test *t, int result, const char *call, const char *file, int line)
{
    enum operation operation;
    if (result >= 0)
        return result;
    if (result == -LACKING)
        skip_lacking(t, file, line);
    at(t, file, line);
    t->record->broken = true;
    bool known = transcript_last_operation(&operation);
    const struct rule *rule = known ? rule_basic(operation) : NULL;
    blame(t, rule ? rule->id : NULL);
    record_reason(t->record, "precondition failed: %s, in %s%s%s", transcript_last(), call,
                  rule ? "; see rule " : "", rule ? rule->id : "");
    end_case(t, file, line);
}

void test_break(struct test *t, const char *rule, const char *file, int line, const char *format,
                ...)
{
    char what[REASON_SIZE / 2];
    va_list list;
    if (transcript_last_lacked())
        skip_lacking(t, file, line);
    va_start(list, format);
    vsnprintf(what, sizeof what, format, list);
    va_end(list);
    at(t, file, line);
    t->record->broken = true;
    blame(t, rule);
    record_reason(t->record, "precondition failed: %s%s%s%s%s", what,
                  *transcript_last() ? "; the last call was: " : "", transcript_last(),
                  rule ? "; see rule " : "", rule ? rule : "");
    end_case(t, file, line);
}

void test_observe(struct test *t, const char *file, int line, const char *format, ...)
{
    char what[PART_SIZE];
    va_list list;
    if (transcript_last_lacked())
        skip_lacking(t, file, line);
    va_start(list, format);
    vsnprintf(what, sizeof what, format, list);
    va_end(list);
    at(t, file, line);
    record_observe(t->record, "%s", what);
    record_line(t->record, "     -> observed %s", what);
}

void test_observe_result(struct test *t, int result, const char *file, int line)
{
    if (result == -LACKING)
        skip_lacking(t, file, line);
    test_observe(t, file, line, "%s", result_name(result));
}

void test_observe_count(struct test *t, int result, const char *file, int line)
{
    if (result < 0)
        test_observe_result(t, result, file, line);
    else
        test_observe(t, file, line, "%d", result);
}

void test_skip(struct test *t, const char *file, int line, const char *format, ...)
{
    char what[REASON_SIZE / 2];
    va_list list;
    va_start(list, format);
    vsnprintf(what, sizeof what, format, list);
    va_end(list);
    at(t, file, line);
    t->record->skipped = true;
    record_reason(t->record, "%s", what);
    end_case(t, file, line);
}

int test_finish(struct test *t, struct pending *pending, const char *file, int line)
{
    int result;
    char call[CALL_TEXT_SIZE];
    bool iut = pending_host(pending)->iut;
    call_format(pending_call(pending), false, call, sizeof call);
    record_await(t->record, iut, call);
    bool returned = sk_finish_within(pending, patience, &result);
    record_await_none(t->record);
    if (returned)
        return result;
    at(t, file, line);
    t->record->hung = iut;
    t->record->broken = !t->record->hung;
    record_reason(t->record, "%s%s did not return within %d ms", iut ? "" : "the peer's ", call,
                  patience);
    end_case(t, file, line);
}

/* One assertion of CUnit. */
static void assert_part(const struct test *t, bool good, const char *text)
{
    CU_assertImplementation(good, (unsigned)t->variant->of->line, text, t->variant->of->file, "",
                            CU_FALSE);
}

void test_conclude(struct test *t, enum profile profile)
{
    const struct record *record = t->record;
    const char *outcome = case_outcome(t->variant->of, profile);
    const char *parts[OBSERVATIONS];
    char text[OBSERVED_SIZE + 512], observed[OBSERVED_SIZE];
    size_t count = record_parts(record, parts), wrong;
    if (!outcome || count == 0)
        return;
    record_observed(record, observed, sizeof observed);
    for (size_t i = 0; i < count; i++) {
        bool good = outcome_allows(outcome, parts, i + 1, true, &wrong);
        snprintf(text, sizeof text, "expected %s, observed %s%s%s%s", outcome, observed,
                 count > 1 ? ": part " : "", count > 1 ? (const char[]){(char)('1' + i), 0} : "",
                 count > 1 ? " differs" : "");
        assert_part(t, good, text);
        if (!good)
            return;
    }
    /* After a broken precondition there is no more to see. */
    snprintf(text, sizeof text, "expected %s, observed %s and no more", outcome, observed);
    if (!record->broken && !record->hung && !record->skipped)
        assert_part(t, outcome_allows(outcome, parts, count, false, &wrong), text);
}
