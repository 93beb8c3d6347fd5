#include "lab/stop.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

/* Those that ask come first. */
static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM, SIGPIPE, SIGXFSZ};
enum { ASKING = 4, SIGNALS = sizeof signals / sizeof *signals };

/* How often what blocks is interrupted, in microseconds. A single signal could come just before a
 * call that blocks. */
enum { TICK = 50000 };

static struct sigaction before[SIGNALS];
static bool listening, said;
static volatile sig_atomic_t asked;

static void set_ticks(int microseconds)
{
    struct itimerval ticks = {{0, microseconds}, {0, microseconds}};
    setitimer(ITIMER_REAL, &ticks, NULL);
}

static void take(int signal)
{
    int error = errno;
    if (!asked) {
        asked = signal;
        set_ticks(TICK);
    }
    errno = error;
}

static void tick(int signal)
{
    (void)signal;
}

void stop_listen(void)
{
    sigset_t set;
    if (listening)
        return;
    listening = true;
    sigemptyset(&set);
    for (int i = 0; i < SIGNALS; i++) {
        struct sigaction action = {.sa_handler = i < ASKING              ? take
                                                 : signals[i] == SIGALRM ? tick
                                                                         : SIG_IGN};
        sigaction(signals[i], NULL, &before[i]);
        if (i < ASKING && before[i].sa_handler == SIG_IGN)
            continue;
        sigaction(signals[i], &action, NULL);
        if (i <= ASKING)
            sigaddset(&set, signals[i]);
    }
    /* Whoever started us may have blocked them. */
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

bool stop_asked(void)
{
    return asked != 0;
}

void stop_say(void)
{
    if (asked && !said)
        fprintf(stderr, "sockspec: SIG%s: this ends early\n", sigabbrev_np(asked));
    said = asked != 0;
}

void stop_forget(void)
{
    if (!listening)
        return;
    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &before[i], NULL);
    set_ticks(0);
    listening = said = false;
    asked = 0;
}
