#include "lab/fork.h"

#include "calls/clock.h"

#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/* Sanitizers know fork() alone. */
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
#if __GLIBC_PREREQ(2, 34)
#define HAS_FORK_ALONE
#endif
#endif
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#undef HAS_FORK_ALONE
#endif
#endif

pid_t fork_alone(void)
{
#ifdef HAS_FORK_ALONE
    return _Fork();
#else
    return fork();
#endif
}

pid_t fork_patiently(int milliseconds)
{
    struct backoff backoff = backoff_begin_rarely(milliseconds);
    pid_t pid;
    while ((pid = fork_alone()) < 0 && backoff_wait(&backoff))
        continue;
    return pid;
}

void heap_for_forks(void)
{
#ifdef __GLIBC__
    mallopt(M_MXFAST, 0);
    mallopt(M_ARENA_MAX, 1);
#endif
}
