/* From what a case left behind to a verdict. */
#ifndef SOCKSPEC_JUDGE_H
#define SOCKSPEC_JUDGE_H

#include "harness/record.h"
#include "harness/worker.h"

/* The verdict of a case, and in reason why it is not a pass (empty for a pass). A failed
 * precondition is inconclusive, a crash or hang in a call of the IUT is a failure that names the
 * call, and so on: docs/verdicts.md. */
enum verdict judge(const struct variant *variant, enum profile profile, const struct record *record,
                   const struct ending *ending, char *reason, size_t size);

/* Appends to a reason what a case's processes wrote, on one line with this before it, if they wrote
 * anything; of much, the beginning and the end: the last words tell most. */
void add_output(const char *output, const char *before, char *reason, size_t size);

/* How a case ended, in a word that reports keep: "whole" (it observed all that there is), "skip",
 * "precondition", "hang", "crash", "transport", "agent", "nothing" (it observed nothing), or
 * "not-run". */
const char *judge_end(const struct record *record, const struct ending *ending);

/* The verdict that such an end is by itself, whatever was observed before. */
enum verdict judge_word(const char *ended);

#endif
