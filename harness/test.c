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
    return result < 0 ? error_name(-result) : "0";
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

int test_must(struct test *t, int result, const char *call, const char *file, int line)
{
    if (result >= 0)
        return result;
    if (result == -ENOSYS)
        test_skip(t, file, line, "this implementation does not have what is asked for: %s",
                  transcript_last());
    at(t, file, line);
    t->record->broken = true;
    record_reason(t->record, "precondition failed: %s, in %s", transcript_last(), call);
    end_case(t, file, line);
}

void test_break(struct test *t, const char *file, int line, const char *format, ...)
{
    char what[REASON_SIZE / 2];
    va_list list;
    va_start(list, format);
    vsnprintf(what, sizeof what, format, list);
    va_end(list);
    at(t, file, line);
    t->record->broken = true;
    record_reason(t->record, "precondition failed: %s%s%s", what,
                  *transcript_last() ? "; the last call was: " : "", transcript_last());
    end_case(t, file, line);
}

void test_observe(struct test *t, const char *file, int line, const char *format, ...)
{
    char what[OBSERVED_SIZE / 2];
    va_list list;
    va_start(list, format);
    vsnprintf(what, sizeof what, format, list);
    va_end(list);
    at(t, file, line);
    record_observe(t->record, "%s", what);
    record_line(t->record, "     -> observed %s", what);
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
    if (sk_finish_within(pending, patience, &result))
        return result;
    const struct call_under_way *call = record_unfinished(t->record);
    at(t, file, line);
    t->record->hung = call && call->iut;
    t->record->broken = !t->record->hung;
    record_reason(t->record, "%s did not return within %d ms", call ? call->text : "a call",
                  patience);
    end_case(t, file, line);
}

bool observation_may_become(const char *outcomes, const char *observed)
{
    size_t length = strlen(observed);
    if (strcmp(outcomes, "*") == 0)
        return true;
    for (const char *at = outcomes; at; at = strchr(at, '|')) {
        at += strspn(at, "| ");
        if (strncmp(at, observed, length) == 0 && strchr(" |", at[length]))
            return true;
    }
    return false;
}

void test_conclude(struct test *t, enum profile profile)
{
    struct record *record = t->record;
    const char *outcome = case_outcome(t->variant->of, profile);
    char text[OBSERVED_SIZE + 256];
    if (!outcome || record->observations == 0)
        return;
    /* After a broken precondition there is no more to see; what was seen may be wrong already. */
    bool good = record->broken ? observation_may_become(outcome, record->observed)
                               : outcome_allows(outcome, record->observed);
    snprintf(text, sizeof text, "expected %s, observed %s", outcome, record->observed);
    CU_assertImplementation(good, (unsigned)t->variant->of->line, text, t->variant->of->file, "",
                            CU_FALSE);
}
