#include "harness/verdict.h"

#include <string.h>

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[VERDICTS] = {"pass", "fail", "inconclusive", "skip"};
    return names[verdict];
}

static const char *const profiles[PROFILES] = {"posix", "linux", "bsd", "zos"};

const char *profile_name(enum profile profile)
{
    return profiles[profile];
}

bool profile_find(const char *name, enum profile *profile)
{
    for (int i = 0; i < PROFILES; i++)
        if (strcmp(profiles[i], name) == 0) {
            *profile = (enum profile)i;
            return true;
        }
    return false;
}

bool outcome_allows(const char *outcomes, const char *observed)
{
    if (strcmp(outcomes, "*") == 0)
        return true;
    size_t wanted = strlen(observed);
    for (const char *at = outcomes; at;) {
        const char *bar = strchr(at, '|');
        const char *end = bar ? bar : at + strlen(at);
        while (at < end && *at == ' ')
            at++;
        while (end > at && end[-1] == ' ')
            end--;
        if ((size_t)(end - at) == wanted && memcmp(at, observed, wanted) == 0)
            return true;
        at = bar ? bar + 1 : NULL;
    }
    return false;
}
