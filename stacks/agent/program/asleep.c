#include "stacks/agent/program/agent.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int asleep_open(void)
{
    return open("/proc/thread-self/stat", O_RDONLY | O_CLOEXEC);
}

enum waiting asleep_now(int status)
{
    char text[256];
    ssize_t length = status < 0 ? -1 : pread(status, text, sizeof text - 1, 0);
    if (length <= 0)
        return WAITING_UNKNOWN;
    text[length] = '\0';
    const char *state = strrchr(text, ')');
    return state && strncmp(state, ") S", 3) == 0 ? WAITING_YES : WAITING_NO;
}

void asleep_close(int status)
{
    if (status >= 0)
        close(status);
}
