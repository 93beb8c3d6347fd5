/* The implementation that a C library's sockets are. */
#include "stacks/agent/program/agent.h"

#include "calls/perform.h"
#include "calls/signals.h"
#include "calls/text.h"

#include <errno.h>
#if defined(__GLIBC__) && !defined(__dietlibc__)
#include <gnu/libc-version.h>
#pragma weak gnu_get_libc_version
#endif
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

bool implementation_configure(int count, char **words)
{
    (void)words;
    return count == 0;
}

int64_t implementation_perform(struct call *call)
{
    return call->operation == OP_TCP_STATE ? states_find(call) : perform_call(call);
}

static const char *libc_name(void)
{
#if defined(__dietlibc__)
    return "diet libc";
#elif defined(__GLIBC__)
    static char name[32] = "musl"; /* a loader of another library runs what was built for glibc */
    if (gnu_get_libc_version)
        snprintf(name, sizeof name, "glibc %.20s", gnu_get_libc_version());
    return name;
#elif defined(__linux__)
    return "musl";
#else
    return "the system's";
#endif
}

/* Whether there is a family. One that is refused for another reason is there, and broken. */
static bool has_family(int family)
{
    int fd = socket(family, SOCK_DGRAM, 0);
    if (fd >= 0)
        close(fd);
    return fd >= 0 || errno != EAFNOSUPPORT;
}

static bool states_are_asked_elsewhere;

void implementation_states_elsewhere(void)
{
    states_are_asked_elsewhere = true;
}

/* What nobody can tell of its connections. */
static void add_states(struct text *lacks)
{
    enum shown shown = access("/proc/net/tcp", R_OK) == 0 ? states_shown() : SHOWN_NONE;
    if (shown == SHOWN_NONE)
        text_add(lacks, "states ");
    else if (shown == SHOWN_SOCKETS)
        text_add(lacks, "orphan-states ");
}

void implementation_describe(struct hello *hello)
{
    struct utsname system;
    struct text libc = text_in(hello->libc, sizeof hello->libc);
    struct text lacks = text_in(hello->lacks, sizeof hello->lacks);
    implementation_resume();
    if (uname(&system) == 0)
        snprintf(hello->system, sizeof hello->system, "%.40s %.40s %.40s", system.sysname,
                 system.release, system.machine);
    text_add(&libc, "%s", libc_name());
    libraries_describe(&libc);
    if (!has_family(AF_INET6))
        text_add(&lacks, "ipv6 mapped ");
    platform_describe(&lacks);
    if (!states_are_asked_elsewhere && !getenv("SOCKSPEC_STATES"))
        add_states(&lacks);
}

void implementation_resume(void)
{
    signals_catch();
}

bool implementation_forks(void)
{
    return true;
}

void implementation_enter(struct begun *begun)
{
    begun->status = asleep_open();
}

/* A thread that sleeps inside a call waits in it, unless it is for a lock on its way. */
enum waiting implementation_waits(const struct begun *begun)
{
    enum waiting waiting = asleep_now(begun->status);
    return waiting == WAITING_YES && locked_sleeps(begun->status) ? WAITING_NO : waiting;
}

void implementation_leave(struct begun *begun)
{
    asleep_close(begun->status);
}
