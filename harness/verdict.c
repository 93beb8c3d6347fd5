#include "harness/verdict.h"

#include <string.h>

static const char *const verdicts[VERDICTS] = {"pass", "fail", "inconclusive",
                                               "skip", "kept", "changed"};

const char *verdict_name(enum verdict verdict)
{
    return verdicts[verdict];
}

bool verdict_find(const char *name, enum verdict *verdict)
{
    for (size_t i = 0; i < VERDICTS; i++)
        if (strcmp(name, verdicts[i]) == 0) {
            *verdict = (enum verdict)i;
            return true;
        }
    return false;
}

static const char *const profiles[PROFILES] = {"posix", "linux", "bsd", "zos", "rfc"};

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

/* A piece of an outcome: the text from begin on, of this length, without the blanks around it. */
struct piece {
    const char *begin;
    size_t length;
};

/* Takes the next piece up to a separator off the rest; false at the end. */
static bool take(struct piece *rest, const char *separator, struct piece *piece)
{
    size_t width = strlen(separator);
    if (!rest->begin)
        return false;
    const char *end = rest->length ? memmem(rest->begin, rest->length, separator, width) : NULL;
    *piece = (struct piece){rest->begin, end ? (size_t)(end - rest->begin) : rest->length};
    if (end)
        *rest = (struct piece){end + width, rest->length - piece->length - width};
    else
        *rest = (struct piece){0};
    while (piece->length && *piece->begin == ' ')
        piece->begin++, piece->length--;
    while (piece->length && piece->begin[piece->length - 1] == ' ')
        piece->length--;
    return true;
}

static bool is_text(const struct piece *piece, const char *text)
{
    return piece->length == strlen(text) && memcmp(piece->begin, text, piece->length) == 0;
}

/* Whether one of a part's alternatives is this. */
static bool part_allows(struct piece alternatives, const char *part)
{
    struct piece one;
    if (is_text(&alternatives, "*"))
        return true;
    while (take(&alternatives, "|", &one))
        if (is_text(&one, part))
            return true;
    return false;
}

/* How many parts from the first on are those of a whole outcome; *complete if there are no more in
 * it. */
static size_t agreeing(struct piece outcome, const char *const *parts, size_t count, bool *complete)
{
    struct piece part;
    size_t agree = 0;
    while (agree < count && take(&outcome, " then ", &part) && part_allows(part, parts[agree]))
        agree++;
    *complete = agree == count && !outcome.begin;
    return agree;
}

bool outcome_allows(const char *outcome, const char *const *parts, size_t count, bool so_far,
                    size_t *wrong)
{
    struct piece rest = {outcome, strlen(outcome)}, whole;
    *wrong = 0;
    while (take(&rest, "||", &whole)) {
        bool complete;
        if (is_text(&whole, "*"))
            return true;
        size_t agree = agreeing(whole, parts, count, &complete);
        if (complete || (so_far && agree == count))
            return true;
        if (agree > *wrong)
            *wrong = agree;
    }
    return false;
}
