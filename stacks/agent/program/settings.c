/* The settings of every network, in the agent's own. */
#include "stacks/agent/program/agent.h"

#ifdef __linux__
#include "lab/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void set(const char *name, const char *value)
{
    char path[128];
    snprintf(path, sizeof path, "/proc/sys/net/%s", name);
    int fd = open(path, O_WRONLY);
    if (fd < 0)
        return; /* an older kernel has not all of them */
    if (write(fd, value, strlen(value)) < 0)
        fprintf(stderr, "sockspec-agent: %s: %s\n", path, strerror(errno));
    close(fd);
}

void settings_apply(void)
{
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        set(settings[i].name, settings[i].value);
}

#endif
