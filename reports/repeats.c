#include "reports/repeats.h"

#include <stdbool.h>
#include <string.h>

/* The next character of a line that counts: quoted data and the time at the end do not. */
static char next(const char **at)
{
    while (**at == '"') {
        *at += 1 + strcspn(*at + 1, "\"");
        *at += **at == '"';
    }
    return **at == '<' ? '\0' : **at ? *(*at)++ : '\0';
}

static bool is_same(const char *a, const char *b)
{
    char one, other;
    do {
        one = next(&a);
        other = next(&b);
    } while (one == other && one);
    return one == other;
}

static bool is_call(const char *line)
{
    return *line && *line != ' ';
}

static bool are_same(const char *const *a, const char *const *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!is_call(a[i]) || !is_same(a[i], b[i]))
            return false;
    return true;
}

struct repeat repeat_at(const char *const *lines, size_t count, size_t at)
{
    enum { LEAST = 2, LONGEST = 4 };
    for (size_t length = 1; length <= LONGEST; length++) {
        size_t times = 0;
        while (at + (times + 2) * length <= count &&
               are_same(lines + at, lines + at + (times + 1) * length, length))
            times++;
        if (times >= LEAST)
            return (struct repeat){length, times};
    }
    return (struct repeat){0};
}
