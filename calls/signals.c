#include "calls/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

/* Signals have numbers from 1 on; no system counts further. */
enum { NUMBERS = 129 };

static atomic_int caught[NUMBERS], in_call[NUMBERS];

static _Thread_local volatile sig_atomic_t inside;

void signals_count(int signal)
{
    if (signal <= 0 || signal >= NUMBERS)
        return;
    atomic_fetch_add(&caught[signal], 1);
    if (inside)
        atomic_fetch_add(&in_call[signal], 1);
}

void signals_catch(void)
{
    static const int raised[] = {SIGPIPE, SIGURG, SIGIO, SIGUSR1};
    struct sigaction action = {.sa_handler = signals_count};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof raised / sizeof *raised; i++)
        sigaction(raised[i], &action, NULL);
}

void signals_enter_call(void)
{
    inside = 1;
}

void signals_leave_call(void)
{
    inside = 0;
}

static int number_of(atomic_int count[NUMBERS], int signal)
{
    if (signal > 0 && signal < NUMBERS)
        return atomic_load(&count[signal]);
    errno = EINVAL;
    return -1;
}

int signals_caught(int signal)
{
    return number_of(caught, signal);
}

int signals_in_call(int signal)
{
    return number_of(in_call, signal);
}
