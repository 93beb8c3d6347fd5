/* Verdicts, profiles, and how an observation is judged. */
#ifndef SOCKSPEC_VERDICT_H
#define SOCKSPEC_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

enum verdict { VERDICT_PASS, VERDICT_FAIL, VERDICT_INCONCLUSIVE, VERDICT_SKIP, VERDICTS };

enum profile { BY_POSIX, BY_LINUX, BY_BSD, BY_ZOS, PROFILES };

const char *verdict_name(enum verdict verdict);

/* "posix", "linux", "bsd", "zos". */
const char *profile_name(enum profile profile);

/* The profile of a name; false if there is none of that name. */
bool profile_find(const char *name, enum profile *profile);

/* Whether an observation is among documented outcomes: "EISCONN", "EISCONN | EALREADY", or "*" for
 * any. The text between two bars counts without the blanks around it. */
bool outcome_allows(const char *outcomes, const char *observed);

#endif
