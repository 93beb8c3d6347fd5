/* Liars about data: what is sent and received, and their flags. */
#include "tests/liars/liar.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/uio.h>

static bool is_stream(int fd)
{
    return type_of_socket(fd) == SOCK_STREAM;
}

static ssize_t instead(ssize_t result, int error, int other)
{
    return result < 0 && errno == error ? fails(other) : result;
}

/* ---- the end of a stream ---- */

static ssize_t reset_is_end(int fd, struct msghdr *message, int flags)
{
    ssize_t result = real.recvmsg(fd, message, flags);
    return result < 0 && errno == ECONNRESET ? 0 : result;
}

static ssize_t end_is_told_once(int fd, struct msghdr *message, int flags)
{
    ssize_t result = real.recvmsg(fd, message, flags);
    if (result != 0 || !is_stream(fd) || room_of(message) == 0)
        return result;
    bool told = noted(fd)->flag;
    noted(fd)->flag = true;
    return told ? fails(ENOTCONN) : 0;
}

static ssize_t end_is_interrupted(int fd, struct msghdr *message, int flags)
{
    ssize_t result = real.recvmsg(fd, message, flags);
    return result == 0 && is_stream(fd) && room_of(message) ? fails(EINTR) : result;
}

/* ---- flags of receiving ---- */

static ssize_t peek_takes(int fd, struct msghdr *message, int flags)
{
    return real.recvmsg(fd, message, flags & ~MSG_PEEK);
}

static ssize_t peek_loops(int fd, struct msghdr *message, int flags)
{
    ssize_t result;
    do
        result = real.recvmsg(fd, message, flags);
    while (result > 0 && flags & MSG_PEEK && flags & MSG_DONTWAIT);
    return result;
}

static ssize_t dontwait_waits(int fd, struct msghdr *message, int flags)
{
    return real.recvmsg(fd, message, flags & ~MSG_DONTWAIT);
}

static ssize_t nonblocking_waits(int fd, struct msghdr *message, int flags)
{
    ssize_t result;
    while ((result = real.recvmsg(fd, message, flags)) < 0 && errno == EAGAIN &&
           is_nonblocking(fd) && !(flags & MSG_DONTWAIT))
        if (real.poll(&(struct pollfd){fd, POLLIN, 0}, 1, -1) < 0)
            return -1;
    return result;
}

static ssize_t waitall_ignored(int fd, struct msghdr *message, int flags)
{
    return real.recvmsg(fd, message, flags & ~MSG_WAITALL);
}

static ssize_t trunc_is_invalid(int fd, struct msghdr *message, int flags)
{
    return flags & MSG_TRUNC ? fails(EINVAL) : real.recvmsg(fd, message, flags);
}

static ssize_t trunc_ignored(int fd, struct msghdr *message, int flags)
{
    return real.recvmsg(fd, message, flags & ~MSG_TRUNC);
}

static ssize_t trunc_not_told(int fd, struct msghdr *message, int flags)
{
    ssize_t result = real.recvmsg(fd, message, flags);
    message->msg_flags &= ~MSG_TRUNC;
    return result;
}

/* ---- waiting ---- */

static ssize_t again_is_timeout(int fd, struct msghdr *message, int flags)
{
    return instead(real.recvmsg(fd, message, flags), EAGAIN, ETIMEDOUT);
}

static int timeout_ignored(int fd, int level, int option, const void *value, socklen_t length)
{
    return level == SOL_SOCKET && option == SO_RCVTIMEO
               ? 0
               : real.setsockopt(fd, level, option, value, length);
}

static int notes_timeout(int fd, int level, int option, const void *value, socklen_t length)
{
    noted(fd)->flag |= level == SOL_SOCKET && option == SO_RCVTIMEO;
    return real.setsockopt(fd, level, option, value, length);
}

static ssize_t timeout_has_own_error(int fd, struct msghdr *message, int flags)
{
    ssize_t result = real.recvmsg(fd, message, flags);
    return noted(fd)->flag ? instead(result, EAGAIN, ETIMEDOUT) : result;
}

static ssize_t never_interrupted(int fd, struct msghdr *message, int flags)
{
    ssize_t result;
    while ((result = real.recvmsg(fd, message, flags)) < 0 && errno == EINTR)
        continue;
    return result;
}

/* ---- datagrams ---- */

/* What had no room comes as the next datagram. */
static ssize_t rest_comes_next(int fd, struct msghdr *message, int flags)
{
    struct noted *note = noted(fd);
    size_t room = room_of(message);
    if (is_stream(fd) || message->msg_iovlen != 1 || flags & (MSG_PEEK | MSG_TRUNC))
        return real.recvmsg(fd, message, flags);
    if (note->size == 0) {
        struct iovec whole = {note->data, sizeof note->data};
        struct msghdr all = *message;
        all.msg_iov = &whole;
        ssize_t result = real.recvmsg(fd, &all, flags);
        if (result <= 0)
            return result;
        message->msg_namelen = all.msg_namelen;
        note->size = (size_t)result;
    }
    size_t size = note->size < room ? note->size : room;
    memcpy(message->msg_iov->iov_base, note->data, size);
    memmove(note->data, note->data + size, note->size - size);
    note->size -= size;
    return (ssize_t)size;
}

static ssize_t empty_is_lost(int fd, struct msghdr *message, int flags)
{
    ssize_t result;
    do
        result = real.recvmsg(fd, message, flags);
    while (result == 0 && !is_stream(fd) && room_of(message));
    return result;
}

static ssize_t empty_is_not_sent(int fd, const struct msghdr *message, int flags)
{
    return room_of(message) == 0 && !is_stream(fd) ? 0 : real.sendmsg(fd, message, flags);
}

/* ---- sending ---- */

static ssize_t never_signals(int fd, const struct msghdr *message, int flags)
{
    return real.sendmsg(fd, message, flags | MSG_NOSIGNAL);
}

static ssize_t always_signals(int fd, const struct msghdr *message, int flags)
{
    return real.sendmsg(fd, message, flags & ~MSG_NOSIGNAL);
}

static ssize_t pipe_is_not_connected(int fd, const struct msghdr *message, int flags)
{
    return instead(real.sendmsg(fd, message, flags), EPIPE, ENOTCONN);
}

static ssize_t no_destination_is_unreachable(int fd, const struct msghdr *message, int flags)
{
    return instead(real.sendmsg(fd, message, flags), EDESTADDRREQ, EHOSTUNREACH);
}

/* A blocking send takes as much as there is room for, like one that does not block. */
static ssize_t sends_a_part(int fd, const struct msghdr *message, int flags)
{
    struct iovec part = *message->msg_iov;
    struct msghdr some = *message;
    if (!is_stream(fd) || message->msg_iovlen != 1 || part.iov_len <= 1000)
        return real.sendmsg(fd, message, flags);
    part.iov_len = 1000;
    some.msg_iov = &part;
    return real.sendmsg(fd, &some, flags);
}

static ssize_t sending_never_blocks(int fd, const struct msghdr *message, int flags)
{
    return real.sendmsg(fd, message, flags | MSG_DONTWAIT);
}

static ssize_t sending_always_blocks(int fd, const struct msghdr *message, int flags)
{
    ssize_t result;
    while ((result = real.sendmsg(fd, message, flags & ~MSG_DONTWAIT)) < 0 && errno == EAGAIN)
        if (real.poll(&(struct pollfd){fd, POLLOUT, 0}, 1, -1) < 0)
            return -1;
    return result;
}

static ssize_t address_ignored(int fd, const struct msghdr *message, int flags)
{
    struct msghdr to = *message;
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    if (to.msg_name && real.getpeername(fd, (struct sockaddr *)&peer, &size) == 0) {
        to.msg_name = NULL;
        to.msg_namelen = 0;
    }
    return real.sendmsg(fd, &to, flags);
}

static int mark_is_invalid(int fd)
{
    (void)fd;
    return fails(EINVAL);
}

const struct liar data_liars[] = {
    /* espressif/esp-idf#2540 */
    {"reset-is-end", .receive = reset_is_end},
    /* espressif/esp-idf#13133 */
    {"end-once", .receive = end_is_told_once},
    /* zephyrproject-rtos/zephyr#5068 */
    {"end-is-interrupted", .receive = end_is_interrupted},
    /* apache/nuttx#1446 */
    {"peek-takes", .receive = peek_takes},
    /* ourairquality/lwip#2 */
    {"peek-loops", .receive = peek_loops},
    {"dontwait-waits", .receive = dontwait_waits},
    /* zephyrproject-rtos/zephyr#6309 */
    {"nonblocking-waits", .receive = nonblocking_waits},
    {"waitall-ignored", .receive = waitall_ignored},
    /* microsoft/WSL#3871 */
    {"trunc-is-invalid", .receive = trunc_is_invalid},
    /* Xilinx-CNS/onload#122 */
    {"trunc-ignored", .receive = trunc_ignored},
    /* As in GideonZ/1541ultimate#802 */
    {"trunc-not-told", .receive = trunc_not_told},
    /* micropython/micropython#5759 */
    {"again-is-timeout", .receive = again_is_timeout},
    /* espressif/esp-idf#6122 */
    {"rcvtimeo-ignored", .setsockopt = timeout_ignored},
    /* apache/nuttx#121 */
    {"rcvtimeo-own-error", .setsockopt = notes_timeout, .receive = timeout_has_own_error},
    {"receive-never-interrupted", .receive = never_interrupted},
    /* Asked for in zephyrproject-rtos/zephyr#8250 */
    {"datagram-rest-next", .receive = rest_comes_next},
    /* apache/nuttx#17699 */
    {"datagram-empty-lost", .receive = empty_is_lost},
    {"datagram-empty-unsent", .send = empty_is_not_sent},
    /* Lind-Project/lind_project#293 */
    {"sigpipe-never", .send = never_signals},
    {"sigpipe-always", .send = always_signals},
    {"epipe-is-enotconn", .send = pipe_is_not_connected},
    {"edestaddrreq-is-unreachable", .send = no_destination_is_unreachable},
    {"send-a-part", .send = sends_a_part},
    {"send-never-blocks", .send = sending_never_blocks},
    {"send-always-blocks", .send = sending_always_blocks},
    {"udp-address-ignored", .send = address_ignored},
    /* microsoft/WSL#10000 */
    {"sockatmark-is-invalid", .sockatmark = mark_is_invalid},
    {NULL}};
