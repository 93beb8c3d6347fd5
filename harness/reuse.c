#include "harness/reuse.h"

#include "hosts/pending.h"
#include "stacks/host/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of reuse.ld: the pages on which the variables of cases lie, and nothing else does. */
extern char variables_of_cases[] __attribute__((weak));
extern char variables_of_cases_end[] __attribute__((weak));

/* So many descriptors are looked at; a fresh process has fewer. */
enum { LOOKED_AT = 128 };

/* Descriptors that no case finds open, from one number to another: holes between those of the
 * process, and all behind. */
static struct range {
    unsigned from, to;
} ranges[LOOKED_AT];
static size_t range_count;

/* Where the process is before its cases have directories; -1: not known. */
static int place = -1;

void reuse_prepare(void)
{
    place = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    range_count = 0;
    for (unsigned fd = 0; fd < LOOKED_AT; fd++) {
        struct range *last = &ranges[range_count];
        if (fcntl((int)fd, F_GETFD) >= 0)
            continue;
        if (range_count > 0 && last[-1].to == fd - 1)
            last[-1].to = fd;
        else
            ranges[range_count++] = (struct range){fd, fd};
    }
    if (range_count > 0 && ranges[range_count - 1].to == LOOKED_AT - 1)
        ranges[range_count - 1].to = ~0u;
    else
        range_count = 0;
}

static bool has_children(void)
{
    return waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD;
}

/* Where objects have other names than reuse.ld knows (link-time optimization), or sections of other
 * names (-fdata-sections), there is nothing between the two, and all variables lie elsewhere. */
static size_t variables_size(void)
{
    return (size_t)(variables_of_cases_end - variables_of_cases);
}

/* Whether a case closed none of the descriptors that others need too. */
static bool keeps_descriptors(void)
{
    unsigned fd = 0;
    for (size_t i = 0; i < range_count; i++) {
        for (; fd < ranges[i].from; fd++)
            if (fcntl((int)fd, F_GETFD) < 0)
                return false;
        fd = ranges[i].to + 1;
    }
    return true;
}

bool reuse_possible(const struct record *record)
{
    return variables_size() > 0 && range_count > 0 && place >= 0 && record->finished &&
           !record->broken && !record->skipped && !record->hung && !record->trouble &&
           !sk_any_begun() && !kernel_altered_process() && keeps_descriptors() && !has_children();
}

bool reuse_restore(void)
{
    if (fchdir(place) != 0)
        return false;
    for (size_t i = 0; i < range_count; i++)
        close_range(ranges[i].from, ranges[i].to, 0);
    /* Pages that were written are thrown away; the program's file has them as they were. */
    if (madvise(variables_of_cases, variables_size(), MADV_DONTNEED) != 0)
        return false;
    memset(&last_spoken, 0, sizeof last_spoken);
    return true;
}
