/* Verdicts, profiles, and how an observation is judged. */
#ifndef SOCKSPEC_VERDICT_H
#define SOCKSPEC_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

enum verdict {
    VERDICT_PASS,
    VERDICT_FAIL,
    VERDICT_INCONCLUSIVE,
    VERDICT_SKIP,
    /* Of what no document says, and only an earlier look at the platform: it does what it always
     * did, or something else. Neither is conformance. */
    VERDICT_KEPT,
    VERDICT_CHANGED,
    VERDICTS
};

enum profile { BY_POSIX, BY_LINUX, BY_BSD, BY_ZOS, BY_RFC, PROFILES };

const char *verdict_name(enum verdict verdict);

/* The verdict of a name; false if there is none of that name. */
bool verdict_find(const char *name, enum verdict *verdict);

/* "posix", "linux", "bsd", "zos". */
const char *profile_name(enum profile profile);

/* The profile of a name; false if there is none of that name. */
bool profile_find(const char *name, enum profile *profile);

/* ---- outcomes ----
 *
 * What a case observes are parts, in their order. An outcome is written as a text: parts joined by
 * " then ", each of them a set of alternatives joined by " | "; whole outcomes that are right as
 * well stand behind " || ". "*" as a part stands for anything, as a whole outcome for anything at
 * all.
 *
 *     "EISCONN"                 one part
 *     "EISCONN | EALREADY"      one part, either of them
 *     "0 then 5 | EAGAIN"       0, then one of two
 *     "0 then 0 || EISCONN"     both parts, or this one alone
 */

/* Whether these parts are a documented outcome, or (so_far) may become one. If not, *wrong is the
 * first part that is not documented; as many as there are parts if one is missing. */
bool outcome_allows(const char *outcome, const char *const *parts, size_t count, bool so_far,
                    size_t *wrong);

#endif
