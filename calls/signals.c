#include "calls/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

static const int counted[] = {SIGPIPE, SIGURG, SIGIO, SIGUSR1};

static atomic_int caught[sizeof counted / sizeof *counted];

static void count(int signal)
{
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
        if (counted[i] == signal)
            atomic_fetch_add(&caught[i], 1);
}

void signals_catch(void)
{
    struct sigaction action = {.sa_handler = count};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
        sigaction(counted[i], &action, NULL);
}

int signals_caught(int signal)
{
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
        if (counted[i] == signal)
            return atomic_load(&caught[i]);
    errno = EINVAL;
    return -1;
}
