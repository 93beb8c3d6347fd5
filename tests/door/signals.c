/* Signals through a door: what they do, and that they are counted. */
#include "tests/door/signals.h"

#include "calls/clock.h"
#include "hosts/calls.h"
#include "hosts/pending.h"
#include "hosts/readiness.h"

#include <CUnit/CUnit.h>
#include <errno.h>

static const struct action count = {ACTION_COUNT, false}, count_restart = {ACTION_COUNT, true},
                           ignore = {ACTION_IGNORE, false}, by_default = {ACTION_DEFAULT, false};

/* Raises a signal and asserts how often it is caught, each time within the call that raised it. */
static void assert_raised(struct host *host, int signal, int times)
{
    int before = sk_signals(host, signal), before_in_call = sk_signals_in_call(host, signal);
    CU_ASSERT_EQUAL(sk_kill(host, signal), 0);
    CU_ASSERT_EQUAL(sk_signals(host, signal) - before, times);
    CU_ASSERT_EQUAL(sk_signals_in_call(host, signal) - before_in_call, times);
}

static void try_actions(struct host *host)
{
    static const int others[] = {SIGUSR2, SIGALRM, SIGCHLD};
    assert_raised(host, SIGUSR1, 1);
    CU_ASSERT_EQUAL(sk_sigaction(host, SIGUSR1, &ignore), 0);
    assert_raised(host, SIGUSR1, 0);
    CU_ASSERT_EQUAL(sk_sigaction(host, SIGUSR1, &count_restart), 0);
    assert_raised(host, SIGUSR1, 1);
    CU_ASSERT_EQUAL(sk_sigaction(host, SIGUSR1, &count), 0);
    /* By default these two do nothing. */
    CU_ASSERT_EQUAL(sk_sigaction(host, SIGURG, &by_default), 0);
    assert_raised(host, SIGURG, 0);
    CU_ASSERT_EQUAL(sk_sigaction(host, SIGURG, &count), 0);
    assert_raised(host, SIGURG, 1);
    assert_raised(host, SIGCHLD, 0);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        CU_ASSERT_EQUAL(sk_sigaction(host, others[i], &count), 0);
        assert_raised(host, others[i], 1);
        CU_ASSERT_EQUAL(sk_sigaction(host, others[i], &by_default), 0);
    }
}

static void try_errors(struct host *host)
{
    CU_ASSERT_EQUAL(sk_sigaction(host, SIGUSR1, NULL), 0);
    CU_ASSERT_EQUAL(sk_sigaction(host, SIGKILL, &count), -EINVAL);
    CU_ASSERT_EQUAL(sk_sigaction(host, 0, &count), -EINVAL);
    CU_ASSERT_EQUAL(sk_sigaction(host, 1000, &count), -EINVAL);
    CU_ASSERT_EQUAL(sk_kill(host, 0), 0);
    CU_ASSERT_EQUAL(sk_kill(host, 1000), -EINVAL);
    CU_ASSERT_EQUAL(sk_signals(host, 0), -EINVAL);
    CU_ASSERT_EQUAL(sk_signals_in_call(host, 1000), -EINVAL);
}

/* A signal that a call raises comes to the thread that makes it. */
static void try_pipe(struct host *host, int fd)
{
    int before = sk_signals(host, SIGPIPE), in_call = sk_signals_in_call(host, SIGPIPE);
    CU_ASSERT_EQUAL(sk_shutdown(host, fd, SHUT_WR), 0);
    CU_ASSERT_EQUAL(sk_send(host, fd, "x", 1, 0), -EPIPE);
    CU_ASSERT_EQUAL(sk_signals(host, SIGPIPE), before + 1);
    CU_ASSERT_EQUAL(sk_signals_in_call(host, SIGPIPE), in_call + 1);
    CU_ASSERT_EQUAL(sk_sigaction(host, SIGPIPE, &ignore), 0);
    CU_ASSERT_EQUAL(sk_send(host, fd, "x", 1, 0), -EPIPE);
    CU_ASSERT_EQUAL(sk_signals(host, SIGPIPE), before + 1);
    CU_ASSERT_EQUAL(sk_sigaction(host, SIGPIPE, &count), 0);
}

static void await_signals(struct host *host, int signal, int times)
{
    struct backoff backoff = backoff_begin(patience);
    while (sk_signals_in_call(host, signal) < times && backoff_wait(&backoff))
        continue;
    CU_ASSERT_EQUAL(sk_signals_in_call(host, signal), times);
}

/* A signal ends a call that waits, unless calls are restarted behind it. */
static void try_restart(struct host *host, int fd, int other)
{
    char byte;
    int result = 0, caught = sk_signals_in_call(host, SIGUSR1);
    struct pending *waiting = sk_begin(host, call_recv(fd, &byte, 1, 0));
    CU_ASSERT(sk_waits(waiting));
    sk_interrupt(waiting);
    CU_ASSERT(sk_finish_within(waiting, patience, &result));
    CU_ASSERT_EQUAL(result, -EINTR);
    CU_ASSERT_EQUAL(sk_signals_in_call(host, SIGUSR1), caught + 1);

    CU_ASSERT_EQUAL(sk_sigaction(host, SIGUSR1, &count_restart), 0);
    waiting = sk_begin(host, call_recv(fd, &byte, 1, 0));
    CU_ASSERT(sk_waits(waiting));
    sk_interrupt(waiting);
    await_signals(host, SIGUSR1, caught + 2);
    CU_ASSERT(sk_waits(waiting));
    CU_ASSERT_EQUAL(sk_send(host, other, "x", 1, 0), 1);
    CU_ASSERT(sk_finish_within(waiting, patience, &result));
    CU_ASSERT_EQUAL(result, 1);
    CU_ASSERT_EQUAL(sk_sigaction(host, SIGUSR1, &count), 0);
}

void door_signals(struct host *host)
{
    struct address name = address_of("127.0.0.1", 0);
    int listening = sk_socket(host, AF_INET, SOCK_STREAM, 0);
    int fd = sk_socket(host, AF_INET, SOCK_STREAM, 0);
    CU_ASSERT_EQUAL(sk_bind(host, listening, &name), 0);
    CU_ASSERT_EQUAL(sk_getsockname(host, listening, &name), 0);
    CU_ASSERT_EQUAL(sk_listen(host, listening, 1), 0);
    CU_ASSERT_EQUAL(sk_connect(host, fd, &name), 0);
    int accepted = sk_accept(host, listening, NULL);

    try_actions(host);
    try_errors(host);
    try_restart(host, fd, accepted);
    try_pipe(host, fd);

    CU_ASSERT_EQUAL(sk_close(host, accepted), 0);
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);
    CU_ASSERT_EQUAL(sk_close(host, listening), 0);
}
