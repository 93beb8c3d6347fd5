/* Processes that fork() makes and exec() replaces, through a door. */
#include "tests/door/fork.h"

#include "calls/clock.h"
#include "hosts/files.h"
#include "hosts/pending.h"
#include "hosts/readiness.h"

#include <CUnit/CUnit.h>
#include <errno.h>
#include <string.h>

static int bound_socket(struct host *host, int flags, struct address *name)
{
    int fd = sk_socket(host, AF_INET, SOCK_DGRAM | flags, 0);
    *name = address_of("127.0.0.1", 0);
    CU_ASSERT_EQUAL(sk_bind(host, fd, name), 0);
    CU_ASSERT_EQUAL(sk_getsockname(host, fd, name), 0);
    return fd;
}

/* Asserts that a descriptor is the socket of this name. */
static void is_socket(struct host *host, int fd, const struct address *name)
{
    struct address found = {0};
    CU_ASSERT_EQUAL(sk_getsockname(host, fd, &found), 0);
    CU_ASSERT_TRUE(address_equal(name, &found));
}

static bool is_closed(struct host *host, int fd)
{
    struct address name;
    return sk_getsockname(host, fd, &name) == -EBADF;
}

/* A child has what its parent had; from then on each has its own. */
static void inherits(struct host *host)
{
    struct host child;
    struct address name, later;
    int fd = bound_socket(host, 0, &name);
    int pid = sk_fork(host, &child);
    CU_ASSERT_TRUE_FATAL(pid > 0);
    CU_ASSERT_EQUAL(sk_getpid(&child), pid);
    CU_ASSERT_NOT_EQUAL(sk_getpid(host), pid);
    is_socket(&child, fd, &name);

    int of_child = bound_socket(&child, 0, &later), of_parent = sk_dup(host, fd);
    CU_ASSERT_EQUAL(of_child, of_parent);
    is_socket(&child, of_child, &later);
    is_socket(host, of_parent, &name);
    CU_ASSERT_EQUAL(sk_close(host, of_parent), 0);
    is_socket(&child, of_child, &later);

    CU_ASSERT_EQUAL(sk_close(&child, fd), 0);
    CU_ASSERT_TRUE(is_closed(&child, fd));
    is_socket(host, fd, &name);
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);
    int mask = sk_umask(host, 022);
    CU_ASSERT_EQUAL(sk_umask(host, mask), 022);
    CU_ASSERT_EQUAL(sk_umask(&child, 077), mask);
    CU_ASSERT_EQUAL(sk_umask(host, mask), mask);
    host_close(&child);
    CU_ASSERT_EQUAL(sk_await_child(host), 0);
}

/* The socket lives as long as either has it. */
static void shares(struct host *host)
{
    struct host child;
    char data[8] = "";
    int pair[2];
    CU_ASSERT_EQUAL(sk_socketpair(host, AF_UNIX, SOCK_STREAM, 0, pair), 0);
    CU_ASSERT_TRUE_FATAL(sk_fork(host, &child) > 0);
    CU_ASSERT_EQUAL(sk_close(&child, pair[0]), 0);
    CU_ASSERT_EQUAL(sk_write(&child, pair[1], "hello", 5), 5);
    CU_ASSERT_EQUAL(sk_read(host, pair[0], data, sizeof data), 5);
    CU_ASSERT_EQUAL(memcmp(data, "hello", 5), 0);
    CU_ASSERT_EQUAL(sk_close(host, pair[1]), 0);
    CU_ASSERT_EQUAL(sk_recv(host, pair[0], data, sizeof data, MSG_DONTWAIT), -EAGAIN);
    CU_ASSERT_EQUAL(sk_close(&child, pair[1]), 0);
    CU_ASSERT_EQUAL(sk_recv(host, pair[0], data, sizeof data, MSG_DONTWAIT), 0);
    CU_ASSERT_EQUAL(sk_close(host, pair[0]), 0);
    host_close(&child);
    CU_ASSERT_EQUAL(sk_await_child(host), 0);
}

/* A call that a child waits in, while its parent goes on; one that is interrupted. */
static void waits(struct host *host)
{
    struct host child;
    char data[4];
    int pair[2], result;
    CU_ASSERT_EQUAL(sk_socketpair(host, AF_UNIX, SOCK_STREAM, 0, pair), 0);
    CU_ASSERT_TRUE_FATAL(sk_fork(host, &child) > 0);
    struct pending *pending = sk_begin(&child, call_recv(pair[1], data, sizeof data, 0));
    CU_ASSERT_TRUE(sk_waits(pending));
    CU_ASSERT_EQUAL(sk_send(host, pair[0], "ab", 2, 0), 2);
    CU_ASSERT_TRUE_FATAL(sk_finish_within(pending, patience, &result));
    CU_ASSERT_EQUAL(result, 2);
    pending = sk_begin(&child, call_recv(pair[1], data, sizeof data, 0));
    CU_ASSERT_TRUE(sk_waits(pending));
    int of_parent = sk_signals(host, SIGUSR1);
    sk_interrupt(pending);
    CU_ASSERT_TRUE_FATAL(sk_finish_within(pending, patience, &result));
    CU_ASSERT_EQUAL(result, -EINTR);
    CU_ASSERT_EQUAL(sk_signals(host, SIGUSR1), of_parent);
    host_close(&child);
    CU_ASSERT_EQUAL(sk_await_child(host), 0);
    CU_ASSERT_EQUAL(sk_close(host, pair[0]), 0);
    CU_ASSERT_EQUAL(sk_close(host, pair[1]), 0);
}

/* A child's child is a host as well, and nobody's but its parent's. */
static void has_grandchildren(struct host *host)
{
    struct host child, grandchild;
    struct address name;
    int fd = bound_socket(host, 0, &name);
    CU_ASSERT_TRUE_FATAL(sk_fork(host, &child) > 0);
    int pid = sk_fork(&child, &grandchild);
    CU_ASSERT_TRUE_FATAL(pid > 0);
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);
    CU_ASSERT_EQUAL(sk_close(&child, fd), 0);
    is_socket(&grandchild, fd, &name);
    CU_ASSERT_EQUAL(sk_getpid(&grandchild), pid);
    host_close(&grandchild);
    CU_ASSERT_EQUAL(sk_await_child(&child), 0);
    CU_ASSERT_EQUAL(sk_await_child(&child), 0);
    host_close(&child);
    CU_ASSERT_EQUAL(sk_await_child(host), 0);
}

/* The status of the last child. */
static void ends(struct host *host)
{
    struct host first, second;
    CU_ASSERT_TRUE_FATAL(sk_fork(host, &first) > 0);
    CU_ASSERT_TRUE_FATAL(sk_fork(host, &second) > 0);
    CU_ASSERT_EQUAL(sk_await_child(&second), -ECHILD);
    CU_ASSERT_EQUAL(sk_kill(&second, SIGKILL), 0);
    host_close(&second);
    host_close(&first);
    CU_ASSERT_EQUAL(sk_await_child(host), 128 + SIGKILL);
}

static void replaces_program(struct host *host)
{
    struct address kept, lost, set;
    int keep = bound_socket(host, 0, &kept), lose = bound_socket(host, SOCK_CLOEXEC, &lost),
        cleared = bound_socket(host, SOCK_CLOEXEC, &set);
    int pid = sk_getpid(host);
    CU_ASSERT_EQUAL(sk_fcntl(host, cleared, F_SETFD, 0), 0);
    CU_ASSERT_EQUAL(sk_sigaction(host, SIGURG, &(struct action){ACTION_IGNORE, false}), 0);
    CU_ASSERT_EQUAL(sk_exec(host), 0);
    CU_ASSERT_EQUAL(sk_getpid(host), pid);
    is_socket(host, keep, &kept);
    CU_ASSERT_TRUE(is_closed(host, lose));
    is_socket(host, cleared, &set);
    CU_ASSERT_EQUAL(sk_fcntl(host, keep, F_GETFD, 0), 0);
    /* What was caught is counted again, from 0 on. */
    CU_ASSERT_EQUAL(sk_signals(host, SIGUSR1), 0);
    CU_ASSERT_EQUAL(sk_kill(host, SIGUSR1), 0);
    CU_ASSERT_EQUAL(sk_signals(host, SIGUSR1), 1);
    int again = bound_socket(host, SOCK_CLOEXEC, &lost);
    CU_ASSERT_EQUAL(sk_close(host, again), 0);
    CU_ASSERT_EQUAL(sk_close(host, keep), 0);
    CU_ASSERT_EQUAL(sk_close(host, cleared), 0);
}

/* What one process closes on exec() its parent keeps. */
static void replaces_program_of_child(struct host *host)
{
    struct host child;
    struct address name, other;
    int fd = bound_socket(host, SOCK_CLOEXEC, &name), kept = bound_socket(host, 0, &other);
    CU_ASSERT_TRUE_FATAL(sk_fork(host, &child) > 0);
    CU_ASSERT_EQUAL(sk_exec(&child), 0);
    CU_ASSERT_TRUE(is_closed(&child, fd));
    is_socket(&child, kept, &other);
    is_socket(host, fd, &name);
    host_close(&child);
    CU_ASSERT_EQUAL(sk_await_child(host), 0);
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);
    CU_ASSERT_EQUAL(sk_close(host, kept), 0);
}

static void has_none(struct host *host)
{
    struct host child;
    CU_ASSERT_EQUAL(sk_fork(host, &child), -LACKING);
    CU_ASSERT_PTR_NULL(child.door);
    CU_ASSERT_EQUAL(sk_exec(host), -LACKING);
    CU_ASSERT_EQUAL(sk_await_child(host), -LACKING);
}

void door_fork(struct host *host)
{
    if (!door_has(host->door, "fork")) {
        has_none(host);
        return;
    }
    CU_ASSERT_EQUAL(sk_await_child(host), -ECHILD);
    inherits(host);
    shares(host);
    waits(host);
    has_grandchildren(host);
    ends(host);
    replaces_program_of_child(host);
    replaces_program(host);
}
