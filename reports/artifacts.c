/* What is kept of cases that do not pass, beside what reports say: the packets of their line. */
#include "reports/common.h"
#include "reports/pcapng.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct artifacts {
    struct report report;
    char *directory;
};

/* "DIRECTORY/rule:case:values.pcapng", and the number of the repetition. The caller frees it. */
static char *path_of(const struct artifacts *artifacts, const struct result *result)
{
    char repetition[24] = "", *path, *name;
    if (result->repetition > 1)
        snprintf(repetition, sizeof repetition, ":%u", result->repetition);
    if (asprintf(&path, "%s/%s%s.pcapng", artifacts->directory, result->variant->id, repetition) <
        0)
        abort();
    name = path + strlen(artifacts->directory) + 1;
    while ((name = strchr(name, '/')))
        *name = ':';
    return path;
}

static bool variant(struct report *report, const struct result *result)
{
    struct artifacts *artifacts = (struct artifacts *)report;
    char *path, *comment;
    if (!result->capture)
        return true;
    path = path_of(artifacts, result);
    if (asprintf(&comment, "%s: %s: %s", result->variant->id, verdict_name(result->verdict),
                 result->reason) < 0)
        abort();
    FILE *stream = fopen(path, "we");
    bool good = stream && pcapng_write(stream, result->capture, comment);
    if (stream && fclose(stream) != 0)
        good = false;
    if (!good)
        snprintf(report->why, sizeof report->why, "cannot write %s: %s", path, strerror(errno));
    free(comment);
    free(path);
    return good;
}

static void close_artifacts(struct report *report)
{
    struct artifacts *artifacts = (struct artifacts *)report;
    free(artifacts->directory);
    free(artifacts);
}

/* Makes a directory, and those that it is in. */
static bool make_directory(char *path)
{
    for (char *at = path + 1; (at = strchr(at, '/')); *at++ = '/') {
        *at = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST) {
            *at = '/';
            return false;
        }
    }
    return mkdir(path, 0777) == 0 || errno == EEXIST;
}

struct report *report_artifacts(const char *directory, char *why, size_t size)
{
    struct artifacts *artifacts = calloc(1, sizeof *artifacts);
    if (!artifacts || !(artifacts->directory = strdup(directory)))
        abort();
    artifacts->report = (struct report){.variant = variant, .close = close_artifacts};
    if (*directory && make_directory(artifacts->directory) && access(directory, W_OK | X_OK) == 0)
        return &artifacts->report;
    snprintf(why, size, "cannot keep artifacts in %s: %s", directory,
             *directory ? strerror(errno) : "it has no name");
    close_artifacts(&artifacts->report);
    return NULL;
}
