/* poll(), select() and epoll through a door: what goes in arrives, what comes back is what was
 * there. */
#include "tests/door/readiness.h"

#include "calls/clock.h"
#include "hosts/calls.h"
#include "hosts/readiness.h"

#include <CUnit/CUnit.h>
#include <errno.h>
#include <limits.h>
#include <sys/select.h>

/* A socket that sends to itself: writable, and readable once it has. */
static int open_self(struct host *host)
{
    struct address name = address_of("127.0.0.1", 0);
    int fd = sk_socket(host, AF_INET, SOCK_DGRAM, 0);
    CU_ASSERT_EQUAL(sk_bind(host, fd, &name), 0);
    CU_ASSERT_EQUAL(sk_getsockname(host, fd, &name), 0);
    CU_ASSERT_EQUAL(sk_connect(host, fd, &name), 0);
    return fd;
}

static void make_readable(struct host *host, int fd)
{
    struct readiness one = {.fd = fd, .asked = POLLIN};
    CU_ASSERT_EQUAL(sk_send(host, fd, "x", 1, 0), 1);
    CU_ASSERT_EQUAL(sk_poll(host, &one, 1, patience), 1);
    CU_ASSERT_EQUAL(one.found, POLLIN);
}

/* Two ends of a connection, of which the first has urgent data to read. */
static void open_urgent(struct host *host, int fd[2])
{
    struct address name = address_of("127.0.0.1", 0);
    struct readiness one = {.asked = POLLPRI};
    int listening = sk_socket(host, AF_INET, SOCK_STREAM, 0);
    CU_ASSERT_EQUAL(sk_bind(host, listening, &name), 0);
    CU_ASSERT_EQUAL(sk_getsockname(host, listening, &name), 0);
    CU_ASSERT_EQUAL(sk_listen(host, listening, 1), 0);
    fd[1] = sk_socket(host, AF_INET, SOCK_STREAM, 0);
    CU_ASSERT_EQUAL(sk_connect(host, fd[1], &name), 0);
    one.fd = fd[0] = sk_accept(host, listening, NULL);
    CU_ASSERT_EQUAL(sk_close(host, listening), 0);
    CU_ASSERT_EQUAL(sk_send(host, fd[1], "!", 1, MSG_OOB), 1);
    CU_ASSERT_EQUAL(sk_poll(host, &one, 1, patience), 1);
}

/* ---- poll() and ppoll() ---- */

static void try_poll(struct host *host, int idle, int full, int closed)
{
    struct readiness ready[] = {{.fd = idle, .asked = POLLIN},
                                {.fd = full, .asked = POLLIN | POLLOUT | POLLRDNORM},
                                {.fd = closed, .asked = POLLIN},
                                {.fd = -1, .asked = POLLIN}};
    CU_ASSERT_EQUAL(sk_poll(host, ready, 4, -1), 2);
    CU_ASSERT_EQUAL(ready[0].found, 0);
    CU_ASSERT_EQUAL(ready[1].found, POLLIN | POLLOUT | POLLRDNORM);
    CU_ASSERT_EQUAL(ready[2].found, POLLNVAL);
    CU_ASSERT_EQUAL(ready[3].found, 0);
    CU_ASSERT_EQUAL(sk_poll(host, ready, 1, 0), 0);
    CU_ASSERT_EQUAL(sk_poll(host, NULL, 0, 0), 0);
    CU_ASSERT_EQUAL(sk_poll(host, NULL, 1, 0), -EFAULT);
    struct call bad = {.operation = OP_POLL, .block = {block_bad(2 * sizeof *ready)}};
    CU_ASSERT_EQUAL(perform(host, &bad), -EFAULT);
}

static void try_ppoll(struct host *host, int idle, int full)
{
    struct readiness ready[] = {{.fd = idle, .asked = POLLIN}, {.fd = full, .asked = POLLIN}};
    struct signal_list mask = {{SIGUSR1, SIGIO}, 2};
    struct duration zero = {0, 0}, long_one = {3600, 999999999}, odd = {0, 1000000000},
                    negative = {-1, 0};
    CU_ASSERT_EQUAL(sk_ppoll(host, ready, 1, &zero, NULL), 0);
    CU_ASSERT_EQUAL(sk_ppoll(host, ready, 2, &long_one, &mask), 1);
    CU_ASSERT_EQUAL(ready[1].found, POLLIN);
    CU_ASSERT(long_one.seconds == 3600 && long_one.fraction == 999999999);
    CU_ASSERT_EQUAL(sk_ppoll(host, ready, 2, NULL, &mask), 1);
    CU_ASSERT_EQUAL(sk_ppoll(host, ready, 2, &odd, NULL), -EINVAL);
    CU_ASSERT_EQUAL(sk_ppoll(host, ready, 2, &negative, NULL), -EINVAL);
    CU_ASSERT_EQUAL(ready[1].found, 0);
}

/* ---- select() and pselect() ---- */

static void try_select(struct host *host, int idle, int full, int urgent)
{
    int limit = (urgent > full ? urgent : full) + 1;
    struct fd_list in = {{full, idle}, 2}, out = {{idle}, 1}, urgents = {{urgent, idle}, 2};
    struct duration hour = {3600, 0}, zero = {0, 0};
    CU_ASSERT_EQUAL(sk_select(host, limit, &in, &out, &urgents, &hour), 3);
    CU_ASSERT(in.count == 1 && in.fd[0] == full);
    CU_ASSERT(out.count == 1 && out.fd[0] == idle);
    CU_ASSERT(urgents.count == 1 && urgents.fd[0] == urgent);
    /* Linux leaves what is left of the time, and some C libraries hide that. */
    CU_ASSERT((hour.seconds == 3600 && hour.fraction == 0) ||
              (hour.seconds > 3000 && hour.seconds < 3600 && hour.fraction >= 0));

    in = (struct fd_list){{idle}, 1};
    CU_ASSERT_EQUAL(sk_select(host, limit, &in, NULL, NULL, &zero), 0);
    CU_ASSERT(in.count == 0 && zero.seconds == 0 && zero.fraction == 0);
    CU_ASSERT_EQUAL(sk_select(host, 0, NULL, NULL, NULL, &zero), 0);
    out = (struct fd_list){{idle}, 1};
    CU_ASSERT_EQUAL(sk_select(host, limit, NULL, &out, NULL, NULL), 1);
}

static void try_odd_select(struct host *host, int full, int closed)
{
    struct fd_list in = {{full}, 1};
    struct duration negative = {-1, 0}, large = {0, 1500000}, zero = {0, 0};
    CU_ASSERT_EQUAL(sk_select(host, -1, &in, NULL, NULL, &zero), -EINVAL);
    CU_ASSERT_EQUAL(sk_select(host, INT_MIN, NULL, NULL, NULL, &zero), -EINVAL);
    CU_ASSERT_EQUAL(sk_select(host, full + 1, &in, NULL, NULL, &negative), -EINVAL);
    CU_ASSERT(in.count == 1 && negative.seconds == -1);
    CU_ASSERT_EQUAL(sk_select(host, full + 1, &in, NULL, NULL, &large), 1);
    /* What is at or above the limit is not looked at; no set has a descriptor below 0. */
    in = (struct fd_list){{full, -3}, 2};
    CU_ASSERT_EQUAL(sk_select(host, full, &in, NULL, NULL, &zero), 0);
    CU_ASSERT_EQUAL(in.count, 0);
    in = (struct fd_list){{full}, 1};
    CU_ASSERT_EQUAL(sk_select(host, INT_MAX, &in, NULL, NULL, NULL), 1);
    in = (struct fd_list){{closed, full}, 2};
    CU_ASSERT_EQUAL(sk_select(host, closed + 1, &in, NULL, NULL, &zero), -EBADF);
    struct call bad = {.operation = OP_SELECT, .argument = {1}, .block = {[2] = block_bad(0)}};
    CU_ASSERT_EQUAL(perform(host, &bad), -EFAULT);
}

/* A process that may have so many descriptors can select() them in sets that are larger. */
static void try_high_select(struct host *host, int full)
{
    int high = sk_fcntl(host, full, F_DUPFD, FD_SETSIZE + 500);
    struct fd_list in = {{high, full, INT_MAX}, 3};
    struct duration zero = {0, 0};
    if (high == -EINVAL)
        return;
    CU_ASSERT_EQUAL(sk_select(host, high + 1, &in, NULL, NULL, &zero), 2);
    CU_ASSERT(in.count == 2 && in.fd[0] == full && in.fd[1] == high);
    struct readiness one = {.fd = high, .asked = POLLIN};
    CU_ASSERT_EQUAL(sk_select_ready(host, &one, 1, 0), -EBADF);
    CU_ASSERT_EQUAL(sk_close(host, high), 0);
}

static void try_pselect(struct host *host, int idle, int full)
{
    int limit = (idle > full ? idle : full) + 1;
    struct fd_list in = {{idle, full}, 2}, out = {{full}, 1}, urgents = {{full}, 1};
    struct duration hour = {3600, 5}, negative = {0, -1};
    struct signal_list mask = {{SIGUSR1}, 1};
    CU_ASSERT_EQUAL(sk_pselect(host, limit, &in, &out, &urgents, &hour, &mask), 2);
    CU_ASSERT(in.count == 1 && in.fd[0] == full && out.count == 1 && urgents.count == 0);
    CU_ASSERT(hour.seconds == 3600 && hour.fraction == 5);
    CU_ASSERT_EQUAL(sk_pselect(host, limit, &in, NULL, NULL, NULL, NULL), 1);
    CU_ASSERT_EQUAL(sk_pselect(host, limit, &in, NULL, NULL, &negative, NULL), -EINVAL);
    CU_ASSERT_EQUAL(sk_pselect(host, -1, NULL, NULL, NULL, &hour, NULL), -EINVAL);
}

static void try_select_ready(struct host *host, int idle, int full, int urgent)
{
    struct readiness ready[] = {{.fd = idle, .asked = POLLIN},
                                {.fd = full, .asked = POLLIN | POLLOUT},
                                {.fd = urgent, .asked = POLLPRI},
                                {.fd = idle, .asked = POLLOUT}};
    struct readiness none = {.fd = -1, .asked = POLLIN};
    CU_ASSERT_EQUAL(sk_select_ready(host, ready, 3, -1), 3);
    CU_ASSERT_EQUAL(ready[0].found, 0);
    CU_ASSERT_EQUAL(ready[1].found, POLLIN | POLLOUT);
    CU_ASSERT_EQUAL(ready[2].found, POLLPRI);
    CU_ASSERT_EQUAL(sk_select_ready(host, ready, 1, 0), 0);
    CU_ASSERT_EQUAL(sk_select_ready(host, ready, 0, 0), 0);
    CU_ASSERT_EQUAL(sk_select_ready(host, &ready[3], 1, 0), 1);
    CU_ASSERT_EQUAL(sk_select_ready(host, &none, 1, 0), -EBADF);
}

/* ---- epoll ---- */

static const uint64_t LARGE = UINT64_C(0x8123456789abcdef);

static void try_epoll_create(struct host *host)
{
    int epoll = sk_epoll_create1(host, SOCK_CLOEXEC);
    CU_ASSERT_EQUAL(sk_fcntl(host, epoll, F_GETFD, 0), FD_CLOEXEC);
    CU_ASSERT_EQUAL(sk_close(host, epoll), 0);
    CU_ASSERT_EQUAL(sk_epoll_create1(host, 1), -EINVAL);
}

static void try_epoll_ctl(struct host *host, int epoll, int fd)
{
    struct event event[4];
    uint32_t edge = EPOLLIN | EPOLLOUT | EPOLLET;
    CU_ASSERT_EQUAL(sk_epoll_ctl(host, epoll, EPOLL_CTL_MOD, fd, EPOLLIN, 0), -ENOENT);
    CU_ASSERT_EQUAL(sk_epoll_ctl(host, epoll, EPOLL_CTL_ADD, fd, edge, LARGE), 0);
    CU_ASSERT_EQUAL(sk_epoll_ctl(host, epoll, EPOLL_CTL_ADD, fd, edge, LARGE), -EEXIST);
    CU_ASSERT_EQUAL(sk_epoll_wait(host, epoll, event, 4, 4, patience), 1);
    CU_ASSERT(event[0].events == (EPOLLIN | EPOLLOUT) && event[0].data == LARGE);
    CU_ASSERT_EQUAL(sk_epoll_wait(host, epoll, event, 4, 4, 0), 0);

    CU_ASSERT_EQUAL(
        sk_epoll_ctl(host, epoll, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLONESHOT, UINT64_MAX), 0);
    CU_ASSERT_EQUAL(sk_epoll_wait(host, epoll, event, 4, 4, patience), 1);
    CU_ASSERT(event[0].events == EPOLLIN && event[0].data == UINT64_MAX);
    CU_ASSERT_EQUAL(sk_epoll_wait(host, epoll, event, 4, 4, 0), 0);

    CU_ASSERT_EQUAL(sk_epoll_ctl(host, epoll, EPOLL_CTL_DEL, fd, 0, 0), 0);
    CU_ASSERT_EQUAL(sk_epoll_ctl(host, epoll, EPOLL_CTL_DEL, fd, 0, 0), -ENOENT);
    CU_ASSERT_EQUAL(
        sk_epoll_ctl(host, epoll, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLEXCLUSIVE | EPOLLET, 1), 0);
    CU_ASSERT_EQUAL(sk_epoll_ctl(host, epoll, EPOLL_CTL_MOD, fd, EPOLLIN, 1), -EINVAL);
    CU_ASSERT_EQUAL(sk_epoll_ctl(host, epoll, EPOLL_CTL_DEL, fd, 0, 0), 0);
    CU_ASSERT_EQUAL(sk_epoll_ctl(host, epoll, 99, fd, EPOLLIN, 1), -EINVAL);
    struct call null = {.operation = OP_EPOLL_CTL, .argument = {epoll, EPOLL_CTL_ADD, fd}};
    CU_ASSERT_EQUAL(perform(host, &null), -EFAULT);
    null.block[3] = block_bad(0);
    CU_ASSERT_EQUAL(perform(host, &null), -EFAULT);
}

/* Room, and how many events may come. */
static void try_epoll_wait(struct host *host, int epoll, int a, int b)
{
    struct event event[3] = {[2] = {.data = 77}};
    struct signal_list mask = {{SIGUSR1, SIGALRM}, 2};
    CU_ASSERT_EQUAL(sk_epoll_ctl(host, epoll, EPOLL_CTL_ADD, a, EPOLLIN, (uint64_t)a), 0);
    CU_ASSERT_EQUAL(sk_epoll_ctl(host, epoll, EPOLL_CTL_ADD, b, EPOLLOUT, (uint64_t)b), 0);
    CU_ASSERT_EQUAL(sk_epoll_wait(host, epoll, event, 3, 3, patience), 2);
    CU_ASSERT_EQUAL(event[0].data + event[1].data, (uint64_t)(a + b));
    CU_ASSERT_EQUAL(event[2].data, 77);
    CU_ASSERT_EQUAL(sk_epoll_wait(host, epoll, event, 3, 1, -1), 1);
    CU_ASSERT_EQUAL(sk_epoll_pwait(host, epoll, event, 3, 1, -1, &mask), 1);
    CU_ASSERT_EQUAL(sk_epoll_pwait(host, epoll, event, 3, 3, 0, NULL), 2);
    CU_ASSERT_EQUAL(sk_epoll_wait(host, epoll, event, 3, 1000000, 0), 2);
    CU_ASSERT_EQUAL(sk_epoll_wait(host, epoll, event, 3, 0, 0), -EINVAL);
    CU_ASSERT_EQUAL(sk_epoll_wait(host, epoll, event, 3, -1, 0), -EINVAL);
    CU_ASSERT_EQUAL(sk_epoll_pwait(host, epoll, event, 3, INT_MAX, 0, NULL), -EINVAL);
    CU_ASSERT_EQUAL(sk_epoll_wait(host, a, event, 3, 3, 0), -EINVAL);
    CU_ASSERT_EQUAL(sk_epoll_wait(host, epoll, NULL, 0, 3, 0), -EFAULT);
    /* More than there is room for is noticed, and stays outside. */
    event[1].data = 78;
    CU_ASSERT_EQUAL(sk_epoll_wait(host, epoll, event, 1, 2, 0), -DEVIATION);
    CU_ASSERT_EQUAL(event[1].data, 78);
}

void door_readiness(struct host *host)
{
    int urgent[2], idle = open_self(host), full = open_self(host), epoll = sk_epoll_create(host);
    int closed = open_self(host);
    CU_ASSERT_EQUAL(sk_close(host, closed), 0);
    make_readable(host, full);
    open_urgent(host, urgent);
    closed = sk_fcntl(host, idle, F_DUPFD, urgent[1] + 1);
    CU_ASSERT_EQUAL(sk_close(host, closed), 0);

    try_poll(host, idle, full, closed);
    try_ppoll(host, idle, full);
    try_select(host, idle, full, urgent[0]);
    try_odd_select(host, full, closed);
    try_high_select(host, full);
    try_pselect(host, idle, full);
    try_select_ready(host, idle, full, urgent[0]);
    try_epoll_create(host);
    try_epoll_ctl(host, epoll, full);
    try_epoll_wait(host, epoll, full, idle);

    int fds[] = {idle, full, epoll, urgent[0], urgent[1]};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        CU_ASSERT_EQUAL(sk_close(host, fds[i]), 0);
}
