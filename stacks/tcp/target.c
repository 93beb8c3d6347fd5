#include "stacks/tcp/target.h"

#include "calls/address.h"
#include "calls/clock.h"
#include "lab/namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Waits for a connection that was begun; 0 or an errno. */
static int await_connection(int fd, int milliseconds)
{
    struct pollfd wanted = {.fd = fd, .events = POLLOUT};
    int error = 0, n;
    while ((n = poll(&wanted, 1, milliseconds)) < 0 && errno == EINTR)
        continue;
    if (n == 0)
        return ETIMEDOUT;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &(socklen_t){sizeof error}) != 0)
        return errno;
    return error;
}

/* Ends a connection whose other end is out of reach while a case's patience lasts, whoever has
 * something to say: or an answer that cannot come would be taken for a call that hangs. */
static void notice_loss(int fd)
{
    enum { PROBES = 4 };
    int on = 1, probes = PROBES, interval = patience / 1000 / (PROBES + 1), most = patience;
    interval = interval > 1 ? interval : 1;
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &interval, sizeof interval);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &most, sizeof most);
}

int target_connect(const struct target *target, int milliseconds, char *why, size_t size)
{
    struct address address;
    int on = 1;
    namespace_enter(target->netns);
    if (!address_parse(target->host, target->port, &address)) {
        snprintf(why, size, "'%s' is no address (names are not looked up)", target->host);
        return -1;
    }
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int error = fd < 0                                           ? errno
                : connect(fd, &address.any, address.length) == 0 ? 0
                : errno == EINPROGRESS ? await_connection(fd, milliseconds)
                                       : errno;
    if (error) {
        if (fd >= 0)
            close(fd);
        snprintf(why, size, "cannot connect to the agent at %s: %s", address_text(&address),
                 strerror(error));
        return -1;
    }
    fcntl(fd, F_SETFL, 0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    notice_loss(fd);
    return fd;
}
