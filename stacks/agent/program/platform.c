/* What a platform does not have, whatever its implementation is. */
#include "stacks/agent/program/agent.h"

#include "calls/symbols.h"
#include "calls/text.h"

#include <sys/socket.h>
#include <unistd.h>

static char known[sizeof((struct hello *)NULL)->lacks];

/* The names of the constants that this platform's headers do not have. */
static void add_absent(struct text *lacks)
{
    const char *name;
    int64_t value;
    for (int group = 0; group < SYMBOL_GROUPS; group++)
        for (size_t i = 0; (name = symbol_at((enum symbol_group)group, i, &value)); i++)
            if (value == SYMBOL_ABSENT)
                text_add(lacks, "%s ", name);
}

/* The operations that this platform has no function for. */
static void add_lacking(struct text *lacks)
{
#ifndef __linux__
    text_add(lacks, "epoll ppoll splice sendfile drop_capability ");
#endif
#ifndef SOCK_NONBLOCK
    text_add(lacks, "accept4 ");
#endif
#ifndef MSG_WAITFORONE
    text_add(lacks, "sendmmsg recvmmsg ");
#endif
#ifdef __APPLE__
    text_add(lacks, "dup3 ");
#endif
#ifdef __dietlibc__
    text_add(lacks, "sockatmark epoll_pwait ");
#endif
    if (access("/proc/self/exe", X_OK) != 0)
        text_add(lacks, "exec ");
}

void platform_learn(void)
{
    struct text lacks = text_in(known, sizeof known);
    add_lacking(&lacks);
    add_absent(&lacks);
}

void platform_describe(struct text *lacks)
{
    if (!*known)
        platform_learn();
    text_add(lacks, "%s", known);
}
