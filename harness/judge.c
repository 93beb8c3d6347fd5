#include "harness/judge.h"

#include "calls/clean_text.h"
#include "hosts/host.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

static const char *signal_name(int signal)
{
    const char *name = sigabbrev_np(signal);
    return name ? name : "unknown";
}

/* Its text, which a case could have left without an end. */
static int length_of(const char *text, size_t size)
{
    return (int)strnlen(text, size - 1);
}

/* What a door said: it ends the process by itself, so a signal is none of its doing. */
static enum trouble trouble_of(const struct record *record, const struct ending *ending)
{
    bool known = record->trouble <= TROUBLE_AGENT;
    return known && WIFEXITED(ending->status) ? (enum trouble)record->trouble : TROUBLE_NONE;
}

/* What a door said of the end of the case. The implementation's own process ended: that is a
 * failure if it had come up, whatever call the case was in. All else is not the implementation's
 * doing. */
static enum verdict judge_trouble(const struct record *record, char *reason, size_t size)
{
    const struct call_under_way *call = record_unfinished(record);
    const struct call_under_way *of_iut = record_unfinished_of_iut(record);
    bool crash = record->trouble == TROUBLE_CRASH;
    if (crash && of_iut)
        call = of_iut;
    bool fail = crash && record->entered;
    const char *kind = crash                                  ? "crash: "
                       : record->trouble == TROUBLE_TRANSPORT ? "transport: "
                                                              : "agent: ";
    snprintf(reason, size, "%s%.*s%s%s%.*s", kind,
             length_of(record->trouble_text, sizeof record->trouble_text), record->trouble_text,
             call              ? " in "
             : record->entered ? " between calls"
                               : " before the case began",
             call && !call->iut ? "the peer's " : "",
             call ? length_of(call->text, CALL_TEXT_SIZE) : 0, call ? call->text : "");
    return fail ? VERDICT_FAIL : VERDICT_INCONCLUSIVE;
}

/* A case whose process did not reach its end: the call that it was in decides whose fault it is. */
static enum verdict judge_unfinished(const struct record *record, const struct ending *ending,
                                     char *reason, size_t size)
{
    const struct call_under_way *call = record_unfinished(record);
    bool iut = call && call->iut;
    const char *side = call && !call->iut ? "the peer's " : "";
    int length = call ? length_of(call->text, CALL_TEXT_SIZE) : 0;
    char what[64];
    if (trouble_of(record, ending))
        return judge_trouble(record, reason, size);
    if (ending->timed_out) {
        if (call)
            snprintf(reason, size, "hang: %s%.*s did not return within %g s", side, length,
                     call->text, ending->limit);
        else
            snprintf(reason, size, "the case did not end within %g s, outside of any call",
                     ending->limit);
        return iut ? VERDICT_FAIL : VERDICT_INCONCLUSIVE;
    }
    if (WIFSIGNALED(ending->status))
        snprintf(what, sizeof what, "crash: SIG%s", signal_name(WTERMSIG(ending->status)));
    else
        snprintf(what, sizeof what, "the process exited with status %d",
                 WEXITSTATUS(ending->status));
    if (call)
        snprintf(reason, size, "%s in %s%.*s", what, side, length, call->text);
    else
        snprintf(reason, size, "%s outside of any call", what);
    return iut ? VERDICT_FAIL : VERDICT_INCONCLUSIVE;
}

/* What no document says is compared with what the platform has always done. */
static enum verdict judge_pinned(const struct variant *variant, enum profile profile,
                                 const struct record *record, char *reason, size_t size)
{
    const char *pinned = case_pinned(variant->of, profile), *parts[OBSERVATIONS];
    char observed[OBSERVED_SIZE];
    size_t wrong, count = record_parts(record, parts);
    reason[0] = '\0';
    if (outcome_allows(pinned, parts, count, false, &wrong))
        return VERDICT_KEPT;
    record_observed(record, observed, sizeof observed);
    snprintf(reason, size, "no document says so, but it was %s, and now %s is observed", pinned,
             observed);
    return VERDICT_CHANGED;
}

static enum verdict judge_finished(const struct variant *variant, enum profile profile,
                                   const struct record *record, char *reason, size_t size)
{
    snprintf(reason, size, "%.*s", length_of(record->reason, REASON_SIZE), record->reason);
    if (record->hung || record->deviated)
        return VERDICT_FAIL;
    if (record->skipped)
        return VERDICT_SKIP;
    if (record->broken)
        return VERDICT_INCONCLUSIVE;
    if (record->observations == 0) {
        snprintf(reason, size, "the case observed nothing");
        return VERDICT_INCONCLUSIVE;
    }
    if (case_pinned(variant->of, profile))
        return judge_pinned(variant, profile, record, reason, size);
    if (!case_outcome(variant->of, profile)) {
        snprintf(reason, size, "profile %s documents nothing here; observed for comparison",
                 profile_name(profile));
        return VERDICT_SKIP;
    }
    reason[0] = '\0';
    return VERDICT_PASS;
}

/* Whether what was observed, up to whatever ended the case, is wrong already. */
static bool deviates(const struct variant *variant, enum profile profile,
                     const struct record *record)
{
    const char *outcome = case_outcome(variant->of, profile), *parts[OBSERVATIONS];
    size_t wrong, count = record_parts(record, parts);
    return outcome && count && !outcome_allows(outcome, parts, count, true, &wrong);
}

/* Puts what was observed before what ended the case. */
static void put_deviation_first(const struct variant *variant, enum profile profile,
                                const struct record *record, char *reason, size_t size)
{
    char observed[OBSERVED_SIZE], end[REASON_SIZE];
    record_observed(record, observed, sizeof observed);
    snprintf(end, sizeof end, "%.*s", (int)sizeof end - 1, reason);
    snprintf(reason, size, "expected %s, observed %s; then %s", case_outcome(variant->of, profile),
             observed, end);
}

static bool reached_its_end(const struct record *record, const struct ending *ending)
{
    return record->finished && !record->trouble && !ending->timed_out &&
           WIFEXITED(ending->status) && WEXITSTATUS(ending->status) == 0;
}

void add_output(const char *output, const char *before, char *reason, size_t size)
{
    enum { SHOWN = 600 };
    char said[2 * OUTPUT_SIZE]; /* ends of lines take three bytes */
    text_take(said, sizeof said, output);
    size_t used = strlen(reason), length = strlen(said), head = length, tail = length;
    if (length > SHOWN) {
        head = SHOWN / 2;
        tail = length - SHOWN / 2;
        while (head > 0 && (said[head] & 0xc0) == 0x80)
            head--;
        while (tail < length && (said[tail] & 0xc0) == 0x80)
            tail++;
    }
    if (*said)
        snprintf(reason + used, size - used, "%s%.*s%s%s", before, (int)head, said,
                 head < tail ? " ... " : "", said + tail);
}

enum verdict judge(const struct variant *variant, enum profile profile, const struct record *record,
                   const struct ending *ending, char *reason, size_t size)
{
    if (ending->no_network) {
        snprintf(reason, size, "could not run: %s", ending->reason);
        return VERDICT_INCONCLUSIVE;
    }
    /* Its own word that it finished is worth nothing if the kernel saw something else. */
    bool finished = reached_its_end(record, ending);
    enum verdict verdict = finished ? judge_finished(variant, profile, record, reason, size)
                                    : judge_unfinished(record, ending, reason, size);
    /* Where the way to the implementation was lost, so was what it sent. */
    bool lost = trouble_of(record, ending) == TROUBLE_TRANSPORT;
    if (!finished && !lost && deviates(variant, profile, record)) {
        put_deviation_first(variant, profile, record, reason, size);
        verdict = VERDICT_FAIL;
    }
    if (ending->output[0] && verdict != VERDICT_PASS)
        add_output(ending->output, *reason ? "; output: " : "output: ", reason, size);
    return verdict;
}

static const char *end_of_unfinished(const struct record *record, const struct ending *ending)
{
    const struct call_under_way *call = record_unfinished(record);
    bool iut = call && call->iut;
    switch (trouble_of(record, ending)) {
    case TROUBLE_CRASH:
        return record->entered ? "crash" : "agent";
    case TROUBLE_TRANSPORT:
        return "transport";
    case TROUBLE_AGENT:
        return "agent";
    default:
        return !iut ? "precondition" : ending->timed_out ? "hang" : "crash";
    }
}

const char *judge_end(const struct record *record, const struct ending *ending)
{
    if (ending->no_network)
        return "not-run";
    if (!reached_its_end(record, ending))
        return end_of_unfinished(record, ending);
    return record->hung                ? "hang"
           : record->skipped           ? "skip"
           : record->broken            ? "precondition"
           : record->observations == 0 ? "nothing"
                                       : "whole";
}

enum verdict judge_word(const char *ended)
{
    return strcmp(ended, "skip") == 0                                  ? VERDICT_SKIP
           : strcmp(ended, "hang") == 0 || strcmp(ended, "crash") == 0 ? VERDICT_FAIL
                                                                       : VERDICT_INCONCLUSIVE;
}
