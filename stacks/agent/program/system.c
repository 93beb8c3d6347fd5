/* The implementation that a C library's sockets are. */
#include "stacks/agent/program/agent.h"

#include "calls/perform.h"
#include "calls/signals.h"

#include <stdio.h>
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
    static char name[32];
    snprintf(name, sizeof name, "glibc %d.%d", __GLIBC__, __GLIBC_MINOR__);
    return name;
#elif defined(__linux__)
    return "musl";
#else
    return "the system's";
#endif
}

static bool has_socket(int family)
{
    int fd = socket(family, SOCK_DGRAM, 0);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

void implementation_describe(struct hello *hello)
{
    struct utsname system;
    signals_catch();
    if (uname(&system) == 0)
        snprintf(hello->system, sizeof hello->system, "%.60s %.60s", system.sysname,
                 system.release);
    snprintf(hello->libc, sizeof hello->libc, "%s", libc_name());
    if (!has_socket(AF_INET6))
        hello->lacks |= LACKS_IPV6;
#ifndef __linux__
    hello->lacks |= LACKS_EPOLL;
#endif
    if (access("/proc/net/tcp", R_OK) != 0)
        hello->lacks |= LACKS_TCP_STATES;
    else if (!states_show_orphans())
        hello->lacks |= LACKS_ORPHAN_STATES;
}

void implementation_enter(struct begun *begun)
{
    begun->status = asleep_open();
}

/* A thread that sleeps inside a call waits in it: nothing else on its way sleeps. */
enum wire_waiting implementation_waits(const struct begun *begun)
{
    return asleep_now(begun->status);
}

void implementation_leave(struct begun *begun)
{
    asleep_close(begun->status);
}
