/* Liars about readiness. */
#include "tests/liars/liar.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>

static int state_of(int fd)
{
    struct tcp_info info;
    socklen_t length = sizeof info;
    bool known = type_of_socket(fd) == SOCK_STREAM &&
                 real.getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0;
    return known ? info.tcpi_state : 0;
}

static int writable_always(int fd, int asked, int found)
{
    (void)fd;
    return found | (asked & POLLOUT);
}

static int writable_while_connecting(int fd, int asked, int found)
{
    return found | (state_of(fd) == TCP_SYN_SENT ? asked & POLLOUT : 0);
}

static int error_never(int fd, int asked, int found)
{
    (void)fd, (void)asked;
    return found & ~POLLERR;
}

static int error_and_hangup_never(int fd, int asked, int found)
{
    (void)fd, (void)asked;
    return found & ~(POLLERR | POLLHUP | EPOLLRDHUP);
}

static int hangup_never(int fd, int asked, int found)
{
    (void)fd, (void)asked;
    return found & ~POLLHUP;
}

static int nothing_for_end(int fd, int asked, int found)
{
    char byte;
    struct iovec vector = {&byte, 1};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    (void)asked;
    if (found & POLLIN && state_of(fd) == TCP_CLOSE_WAIT &&
        real.recvmsg(fd, &message, MSG_PEEK | MSG_DONTWAIT) == 0)
        return found & ~POLLIN;
    return found;
}

/* An attempt to connect, so that a socket without one can be told from one whose attempt failed. */
static int attempt(int fd, const struct sockaddr *name, socklen_t length)
{
    int result = real.connect(fd, name, length);
    noted(fd)->flag = true;
    noted(fd)->number |= result == 0;
    return result;
}

static int failure_not_writable(int fd, int asked, int found)
{
    (void)asked;
    return has_failed(fd) ? found & ~POLLOUT & ~POLLERR & ~POLLHUP : found;
}

static int failure_not_readable(int fd, int asked, int found)
{
    return has_failed(fd) && !(asked & POLLOUT) ? 0 : found;
}

/* What a reset connection has to tell is told to nobody who waits. */
static int reset_unreported(int fd, int asked, int found)
{
    (void)asked;
    return state_of(fd) == TCP_CLOSE && noted(fd)->number ? 0 : found;
}

static int readable_with_writable(int fd, int asked, int found)
{
    (void)asked;
    return found | (found & POLLOUT && state_of(fd) == TCP_ESTABLISHED ? POLLIN : 0);
}

static int fresh_is_broken(int fd, int asked, int found)
{
    (void)asked;
    return found |
           (state_of(fd) == TCP_CLOSE && is_nonblocking(fd) && !noted(fd)->flag ? POLLERR | POLLHUP
                                                                                : 0);
}

static int listener_never(int fd, int asked, int found)
{
    (void)asked;
    return state_of(fd) == TCP_LISTEN ? found & ~POLLIN : found;
}

static int no_peer_hangup(int fd, int asked, int found)
{
    (void)fd, (void)asked;
    return found & ~EPOLLRDHUP;
}

static unsigned edge(unsigned events)
{
    return events | EPOLLET;
}

static unsigned level(unsigned events)
{
    return events & ~(unsigned)EPOLLET;
}

static unsigned for_ever(unsigned events)
{
    return events & ~(unsigned)EPOLLONESHOT;
}

static int wrong_error(int result)
{
    return result < 0 && errno == EBADF ? fails(ENOPROTOOPT) : result;
}

static int at_most_one(int result)
{
    return result > 1 ? 1 : result;
}

const struct liar ready_liars[] = {
    /* microsoft/WSL#616 */
    {"writable-always", .ready = writable_always},
    {"writable-while-connecting", .ready = writable_while_connecting},
    {"pollerr-never", .ready = error_never},
    /* micropython/micropython#3747 */
    {"pollerr-pollhup-never", .ready = error_and_hangup_never},
    {"pollhup-never", .ready = hangup_never},
    /* Worse than lwIP of the ESP8266, which reports a hangup alone, as documents let it:
     * micropython/micropython#2931 */
    {"end-unreported", .ready = nothing_for_end},
    /* zephyrproject-rtos/zephyr#63984 */
    {"failure-not-writable", .connect = attempt, .ready = failure_not_writable},
    /* zephyrproject-rtos/zephyr#99411 */
    {"failure-not-readable", .connect = attempt, .ready = failure_not_readable},
    /* zephyrproject-rtos/zephyr#30137 */
    {"reset-unreported", .connect = attempt, .ready = reset_unreported},
    /* F-Stack/f-stack#107 */
    {"readable-with-writable", .ready = readable_with_writable},
    /* apache/nuttx#10324 */
    {"fresh-is-broken", .connect = attempt, .ready = fresh_is_broken},
    /* micropython/micropython-esp32#39 */
    {"listener-never-ready", .ready = listener_never},
    /* unikraft/lib-lwip#55 */
    {"pollrdhup-never", .ready = no_peer_hangup},
    /* mtcp-stack/mtcp#297 */
    {"epoll-level-is-edge", .watched = edge},
    /* F-Stack/f-stack#115 */
    {"epoll-edge-is-level", .watched = level},
    {"epoll-oneshot-for-ever", .watched = for_ever},
    /* espressif/esp-lwip#27 */
    {"select-wrong-error", .waited = wrong_error},
    {"ready-at-most-1", .waited = at_most_one},
    {NULL}};
