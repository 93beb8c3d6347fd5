#include "stacks/agent/program/agent.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The file that a line of /proc/self/maps is about; NULL if it is about none. */
static const char *mapped_file(char *line)
{
    line[strcspn(line, "\n")] = '\0';
    return strchr(line, '/');
}

static bool is_libc(const char *path)
{
    const char *name = strrchr(path, '/') + 1;
    return strncmp(name, "libc.", 5) == 0 || strncmp(name, "libc-", 5) == 0 ||
           strncmp(name, "ld-musl-", 8) == 0;
}

/* Whether a name is that of a file: a path, or only its last part, perhaps without the version. */
static bool is_named(const char *named, const char *path)
{
    char real[PATH_MAX];
    if (!*named)
        return false;
    if (!strchr(named, '/'))
        return strncmp(strrchr(path, '/') + 1, named, strlen(named)) == 0;
    return realpath(named, real) && strcmp(real, path) == 0;
}

/* Whether a list, as LD_PRELOAD has one, names a file. */
static bool names_file(const char *list, const char *path)
{
    char named[PATH_MAX];
    for (const char *at = list; *at; at += strcspn(at, ": ")) {
        at += strspn(at, ": ");
        snprintf(named, sizeof named, "%.*s", (int)strcspn(at, ": "), at);
        if (is_named(named, path))
            return true;
    }
    return false;
}

static char learned[2048]; /* what there is to say; empty as long as nothing is known */

void libraries_learn(void)
{
    char line[PATH_MAX + 128], last[PATH_MAX] = "";
    const char *preloaded = getenv("LD_PRELOAD"), *path;
    struct text text = text_in(learned, sizeof learned);
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps && fgets(line, sizeof line, maps)) {
        if (!(path = mapped_file(line)) || strcmp(path, last) == 0)
            continue;
        snprintf(last, sizeof last, "%s", path);
        if (is_libc(path))
            text_add(&text, " of %s", path);
        else if (preloaded && names_file(preloaded, path))
            text_add(&text, " with %s", path);
    }
    if (maps)
        fclose(maps);
}

void libraries_describe(struct text *text)
{
    if (!*learned)
        libraries_learn();
    text_add(text, "%s", learned);
}
