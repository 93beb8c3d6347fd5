#include "harness/reuse.h"

#include "hosts/pending.h"
#include "stacks/host/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of reuse.ld: the pages on which the variables of cases lie, and nothing else does. */
extern char variables_of_cases[] __attribute__((weak));
extern char variables_of_cases_end[] __attribute__((weak));

/* So many descriptors are looked at; a fresh process has fewer. */
enum { LOOKED_AT = 128 };

/* Where the process is before its cases have directories; -1: not known. */
static int place = -1;

/* From here on descriptors are the cases'; those below are open, all of them. */
static int first_free;

/* The descriptor behind the highest that poll() finds; it does not find those of O_PATH. */
static int behind_highest(void)
{
    struct pollfd looked_at[LOOKED_AT];
    int behind = 0;
    for (int fd = 0; fd < LOOKED_AT; fd++)
        looked_at[fd] = (struct pollfd){.fd = fd};
    if (poll(looked_at, LOOKED_AT, 0) < 0)
        return LOOKED_AT; /* it cannot be told */
    for (int fd = 0; fd < LOOKED_AT; fd++)
        if (!(looked_at[fd].revents & POLLNVAL))
            behind = fd + 1;
    return behind;
}

void reuse_prepare(void)
{
    int fd = -1;
    place = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    first_free = behind_highest();
    if (first_free <= place)
        first_free = place + 1;
    while (first_free < LOOKED_AT && (fd = fcntl(place, F_DUPFD_CLOEXEC, 0)) >= 0 &&
           fd < first_free)
        continue;
    if (fd >= 0) {
        close(fd);
        first_free = fd; /* higher than it was, if there are others of O_PATH */
    }
}

/* Closes those of the cases; false if one is missing below. */
static bool close_descriptors(void)
{
    close_range((unsigned)first_free, ~0u, 0);
    int lowest = fcntl(place, F_DUPFD_CLOEXEC, 0);
    close(lowest);
    return lowest == first_free;
}

static bool has_children(void)
{
    return waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD;
}

/* Where objects have other names than reuse.ld knows (link-time optimization), or sections of other
 * names (-fdata-sections), there is nothing between the two, and all variables lie elsewhere. */
static size_t variables_size(void)
{
    return (uintptr_t)variables_of_cases_end - (uintptr_t)variables_of_cases;
}

bool reuse_possible(const struct record *record)
{
    return variables_size() > 0 && place >= 0 && first_free < LOOKED_AT && record->finished &&
           !record->broken && !record->skipped && !record->hung && !record->trouble &&
           !sk_any_begun() && !kernel_altered_process() && !has_children();
}

bool reuse_restore(void)
{
    if (fchdir(place) != 0 || !close_descriptors() ||
        madvise(variables_of_cases, variables_size(), MADV_DONTNEED) != 0)
        return false;
    memset(&last_spoken, 0, sizeof last_spoken);
    return true;
}
