/* The implementation that a C library's sockets are. */
#include "stacks/agent/program/agent.h"

#include "stacks/host/perform.h"
#include "stacks/host/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

void implementation_perform(struct call *call)
{
    int64_t begin = now();
    errno = 0;
    call->result = call->operation == OP_TCP_STATE ? states_find(call) : perform_call(call);
    call->error = call->result < 0 ? errno : 0;
    call->nanoseconds = now() - begin;
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
    begun->status = open("/proc/thread-self/stat", O_RDONLY | O_CLOEXEC);
}

enum wire_waiting implementation_waits(const struct begun *begun)
{
    char text[256];
    ssize_t length = begun->status < 0 ? -1 : pread(begun->status, text, sizeof text - 1, 0);
    if (length <= 0)
        return WAITING_UNKNOWN;
    text[length] = '\0';
    const char *state = strrchr(text, ')');
    return state && strncmp(state, ") S", 3) == 0 ? WAITING_YES : WAITING_NO;
}

void implementation_leave(struct begun *begun)
{
    if (begun->status >= 0)
        close(begun->status);
}
