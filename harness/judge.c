#include "harness/judge.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

static const char *signal_name(int signal)
{
    const char *name = sigabbrev_np(signal);
    return name ? name : "unknown";
}

/* A case whose process did not reach its end: the call that it was in decides whose fault it is. */
static enum verdict judge_unfinished(const struct record *record, const struct ending *ending,
                                     char *reason, size_t size)
{
    const struct call_under_way *call = record_unfinished(record);
    bool iut = call && call->iut;
    const char *side = call && !call->iut ? "the peer's " : "";
    int length = call ? (int)strnlen(call->text, CALL_TEXT_SIZE) : 0;
    char what[64];
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

static enum verdict judge_finished(const struct variant *variant, enum profile profile,
                                   const struct record *record, const struct ending *ending,
                                   char *reason, size_t size)
{
    snprintf(reason, size, "%.*s", (int)strnlen(record->reason, REASON_SIZE - 1), record->reason);
    if (record->skipped)
        return VERDICT_SKIP;
    if (record->hung || record->deviated)
        return VERDICT_FAIL;
    if (record->broken)
        return VERDICT_INCONCLUSIVE;
    if (record->observations == 0) {
        snprintf(reason, size, "the case observed nothing");
        return VERDICT_INCONCLUSIVE;
    }
    if (ending->left_behind && !record->iut_has_processes) {
        snprintf(reason, size, "the case left %d process%s behind", ending->left_behind,
                 ending->left_behind == 1 ? "" : "es");
        return VERDICT_INCONCLUSIVE;
    }
    if (!case_outcome(variant->of, profile)) {
        snprintf(reason, size, "profile %s documents nothing here; observed for comparison",
                 profile_name(profile));
        return VERDICT_SKIP;
    }
    reason[0] = '\0';
    return VERDICT_PASS;
}

enum verdict judge(const struct variant *variant, enum profile profile, const struct record *record,
                   const struct ending *ending, char *reason, size_t size)
{
    if (ending->no_network) {
        snprintf(reason, size, "could not run: %s", ending->reason);
        return VERDICT_INCONCLUSIVE;
    }
    /* Its own word that it finished is worth nothing if the kernel saw something else. */
    bool finished = record->finished && !ending->timed_out && WIFEXITED(ending->status) &&
                    WEXITSTATUS(ending->status) == 0;
    enum verdict verdict = finished ? judge_finished(variant, profile, record, ending, reason, size)
                                    : judge_unfinished(record, ending, reason, size);
    if (ending->output[0] && verdict != VERDICT_PASS) {
        size_t used = strlen(reason);
        snprintf(reason + used, size - used, "%soutput: %.600s", used ? "; " : "", ending->output);
    }
    return verdict;
}
