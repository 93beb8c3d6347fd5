/* Verdicts, profiles, and how an observation is judged. */
#ifndef SOCKSPEC_VERDICT_H
#define SOCKSPEC_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

enum verdict { PASS, FAIL, INCONCLUSIVE, SKIP, VERDICTS };

enum profile { POSIX, LINUX, BSD, ZOS, PROFILES };

const char *verdict_name(enum verdict verdict);

/* "posix", "linux", "bsd", "zos". */
const char *profile_name(enum profile profile);

/* The profile of a name; false if there is none of that name. */
bool profile_find(const char *name, enum profile *profile);

/* Whether an observation is among documented outcomes: "EISCONN", "EISCONN | EALREADY", or "*" for
 * any. The text between two bars counts without the blanks around it. */
bool outcome_allows(const char *outcomes, const char *observed);

#endif
