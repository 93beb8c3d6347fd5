/* Liars about listening, and about the ends of connections. */
#include "tests/liars/liar.h"

#include <errno.h>
#include <netinet/in.h>

/* ---- listen() ---- */

static int listens_once(int fd, int backlog)
{
    return int_option(fd, SOL_SOCKET, SO_ACCEPTCONN) == 1 ? fails(EINVAL)
                                                          : real.listen(fd, backlog);
}

static int acceptconn_0(int fd, int level, int option, void *value, socklen_t *length)
{
    int result = real.getsockopt(fd, level, option, value, length);
    if (result == 0 && level == SOL_SOCKET && option == SO_ACCEPTCONN)
        *(int *)value = 0;
    return result;
}

/* ---- shutdown() ---- */

static int does_nothing(int fd, int how)
{
    (void)fd, (void)how;
    return 0;
}

static int wakes_nobody(int fd, int how)
{
    return how == SHUT_RD ? 0 : real.shutdown(fd, how);
}

static int shuts_both(int fd, int how)
{
    (void)how;
    return real.shutdown(fd, SHUT_RDWR);
}

static int any_socket(int fd, int how)
{
    int result = real.shutdown(fd, how);
    return result < 0 && errno == ENOTCONN ? 0 : result;
}

/* ---- close() ---- */

/* What was not read is thrown away first, so that the connection ends in order. */
static int reads_all(int fd)
{
    char bytes[4096];
    struct iovec vector = {bytes, sizeof bytes};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    if (type_of_socket(fd) == SOCK_STREAM)
        while (real.recvmsg(fd, &message, MSG_DONTWAIT) > 0)
            continue;
    return real.close(fd);
}

static struct linger linger_of(int fd)
{
    struct linger linger = {0};
    socklen_t length = sizeof linger;
    real.getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &length);
    return linger;
}

static int closes_lingering(int fd, struct linger linger)
{
    real.setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    return real.close(fd);
}

static int linger_ignored(int fd)
{
    return closes_lingering(fd, (struct linger){0});
}

static int linger_0_is_off(int fd)
{
    struct linger linger = linger_of(fd);
    linger.l_onoff = linger.l_onoff && linger.l_linger > 0;
    return closes_lingering(fd, linger);
}

static int linger_for_ever(int fd)
{
    struct linger linger = linger_of(fd);
    if (linger.l_onoff && linger.l_linger > 0)
        linger.l_linger = 3600;
    return closes_lingering(fd, linger);
}

static int always_resets(int fd)
{
    return closes_lingering(fd, (struct linger){.l_onoff = 1});
}

/* The connection ends, whoever else has a descriptor of it. */
static int ends_all(int fd)
{
    real.shutdown(fd, SHUT_RDWR);
    return real.close(fd);
}

/* The connection stays open, since nothing is sent. */
static int says_nothing(int fd)
{
    if (type_of_socket(fd) == SOCK_STREAM)
        return 0;
    return real.close(fd);
}

const struct liar end_liars[] = {
    /* nanovms/nanos#1605 */
    {"listen-once", .listen = listens_once},
    /* Of sockets of AF_UNIX: google/gvisor#8487 */
    {"acceptconn-0", .getsockopt = acceptconn_0},
    /* zephyrproject-rtos/zephyr#38034 */
    {"shutdown-nothing", .shutdown = does_nothing},
    /* virtio-win/kvm-guest-drivers-windows#1020 is the like */
    {"shut-rd-wakes-nobody", .shutdown = wakes_nobody},
    {"shutdown-both", .shutdown = shuts_both},
    {"shutdown-unconnected", .shutdown = any_socket},
    /* google/gvisor#1449 */
    {"close-unread-in-order", .close = reads_all},
    {"linger-ignored", .close = linger_ignored},
    /* espressif/esp-idf#10258 */
    {"linger-0-in-order", .close = linger_0_is_off},
    /* apache/nuttx#8129 */
    {"linger-for-ever", .close = linger_for_ever},
    {"close-resets", .close = always_resets},
    {"close-ends-all", .close = ends_all},
    {"close-says-nothing", .close = says_nothing},
    {NULL}};
