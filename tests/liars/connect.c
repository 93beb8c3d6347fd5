/* Liars about connect(), its errors and SO_ERROR. Where a public report of such a bug was found,
 * the table names it. */
#include "tests/liars/liar.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

/* ---- SO_ERROR ---- */

static bool is_error(int level, int option)
{
    return level == SOL_SOCKET && option == SO_ERROR;
}

static int error_stays(int fd, int level, int option, void *value, socklen_t *length)
{
    int result = real.getsockopt(fd, level, option, value, length);
    if (result == 0 && is_error(level, option)) {
        noted(fd)->number = *(int *)value ? *(int *)value : noted(fd)->number;
        *(int *)value = noted(fd)->number;
    }
    return result;
}

static int error_never(int fd, int level, int option, void *value, socklen_t *length)
{
    int result = real.getsockopt(fd, level, option, value, length);
    if (result == 0 && is_error(level, option))
        *(int *)value = 0;
    return result;
}

static int error_in_progress(int fd, int level, int option, void *value, socklen_t *length)
{
    int result = real.getsockopt(fd, level, option, value, length);
    if (result == 0 && is_error(level, option) && *(int *)value == 0 && noted(fd)->flag)
        *(int *)value = EINPROGRESS;
    return result;
}

static int error_unsupported(int fd, int level, int option, void *value, socklen_t *length)
{
    return is_error(level, option) ? fails(EINVAL)
                                   : real.getsockopt(fd, level, option, value, length);
}

/* ---- which error ---- */

static int instead(int result, int error, int other)
{
    return result < 0 && errno == error ? fails(other) : result;
}

static int times_out(int fd, const struct sockaddr *name, socklen_t length)
{
    return instead(real.connect(fd, name, length), ECONNREFUSED, ETIMEDOUT);
}

static int is_not_connected(int fd, const struct sockaddr *name, socklen_t length)
{
    return instead(real.connect(fd, name, length), ECONNREFUSED, ENOTCONN);
}

static int in_progress_is_permission(int fd, const struct sockaddr *name, socklen_t length)
{
    return instead(real.connect(fd, name, length), EINPROGRESS, EPERM);
}

static int in_progress_is_again(int fd, const struct sockaddr *name, socklen_t length)
{
    return instead(real.connect(fd, name, length), EINPROGRESS, EAGAIN);
}

static int already_is_in_progress(int fd, const struct sockaddr *name, socklen_t length)
{
    return instead(real.connect(fd, name, length), EALREADY, EINPROGRESS);
}

static int already_is_connected(int fd, const struct sockaddr *name, socklen_t length)
{
    return instead(real.connect(fd, name, length), EALREADY, EISCONN);
}

static int connected_is_0(int fd, const struct sockaddr *name, socklen_t length)
{
    return instead(real.connect(fd, name, length), EISCONN, 0) < 0 && errno ? -1 : 0;
}

static int connected_is_already(int fd, const struct sockaddr *name, socklen_t length)
{
    return instead(real.connect(fd, name, length), EISCONN, EALREADY);
}

static int unspecified_family(int fd, const struct sockaddr *name, socklen_t length)
{
    return name && length >= sizeof name->sa_family && name->sa_family == AF_UNSPEC
               ? fails(EAFNOSUPPORT)
               : real.connect(fd, name, length);
}

/* ---- what connect() does ---- */

static int notes_attempt(int fd, const struct sockaddr *name, socklen_t length)
{
    noted(fd)->flag = true;
    return real.connect(fd, name, length);
}

static int always_blocks(int fd, const struct sockaddr *name, socklen_t length)
{
    bool nonblocking = is_nonblocking(fd);
    set_nonblocking(fd, false);
    int result = real.connect(fd, name, length), error = errno;
    set_nonblocking(fd, nonblocking);
    errno = error;
    return result;
}

static int never_blocks(int fd, const struct sockaddr *name, socklen_t length)
{
    bool nonblocking = is_nonblocking(fd);
    set_nonblocking(fd, true);
    int result = real.connect(fd, name, length), error = errno;
    set_nonblocking(fd, nonblocking);
    errno = error;
    return result;
}

/* A socket whose attempt failed is of no use any more. */
static int dead_after_failure(int fd, const struct sockaddr *name, socklen_t length)
{
    if (noted(fd)->flag)
        return fails(ECONNABORTED);
    int result = real.connect(fd, name, length);
    noted(fd)->flag = result < 0 && (errno == ECONNREFUSED || errno == ETIMEDOUT);
    return result;
}

/* connect() on a datagram socket only notes where to send. */
static int notes_peer(int fd, const struct sockaddr *name, socklen_t length)
{
    struct noted *note = noted(fd);
    struct sockaddr_storage own;
    socklen_t size;
    static const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    int result = real.connect(fd, name, length);
    if (result < 0 || type_of_socket(fd) != SOCK_DGRAM || name->sa_family == AF_UNSPEC) {
        note->length = 0;
        return result;
    }
    own_name(fd, &own, &size);
    real.connect(fd, &nobody, sizeof nobody);
    real.bind(fd, (struct sockaddr *)&own, size);
    memcpy(&note->name, name, length);
    note->length = length;
    return 0;
}

static ssize_t sends_to_noted(int fd, const struct msghdr *message, int flags)
{
    struct msghdr to = *message;
    if (!to.msg_name && noted(fd)->length) {
        to.msg_name = &noted(fd)->name;
        to.msg_namelen = noted(fd)->length;
    }
    return real.sendmsg(fd, &to, flags);
}

static int noted_name(int fd, enum end end, struct sockaddr *name, socklen_t *length)
{
    if (end == END_OWN)
        return real.getsockname(fd, name, length);
    if (!noted(fd)->length)
        return real.getpeername(fd, name, length);
    give_name(&noted(fd)->name, noted(fd)->length, name, length);
    return 0;
}

/* A datagram socket keeps its first peer, and says that it does not. */
static int keeps_first_peer(int fd, const struct sockaddr *name, socklen_t length)
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    bool again = type_of_socket(fd) == SOCK_DGRAM && name && name->sa_family != AF_UNSPEC &&
                 real.getpeername(fd, (struct sockaddr *)&peer, &size) == 0;
    return again ? 0 : real.connect(fd, name, length);
}

static ssize_t refuses_address(int fd, const struct msghdr *message, int flags)
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    if (message->msg_name && type_of_socket(fd) == SOCK_DGRAM &&
        real.getpeername(fd, (struct sockaddr *)&peer, &size) == 0)
        return fails(EISCONN);
    return real.sendmsg(fd, message, flags);
}

/* What a closed port answered is never told to a datagram socket. */
static ssize_t sends_deaf(int fd, const struct msghdr *message, int flags)
{
    ssize_t result = real.sendmsg(fd, message, flags);
    bool refused = result < 0 && errno == ECONNREFUSED && type_of_socket(fd) == SOCK_DGRAM;
    return refused ? real.sendmsg(fd, message, flags) : result;
}

static ssize_t receives_deaf(int fd, struct msghdr *message, int flags)
{
    ssize_t result = real.recvmsg(fd, message, flags);
    bool refused = result < 0 && errno == ECONNREFUSED && type_of_socket(fd) == SOCK_DGRAM;
    return refused ? real.recvmsg(fd, message, flags) : result;
}

static bool is_mapped(const struct sockaddr *name, socklen_t length)
{
    return name && length >= sizeof(struct sockaddr_in6) && name->sa_family == AF_INET6 &&
           IN6_IS_ADDR_V4MAPPED(&((const struct sockaddr_in6 *)name)->sin6_addr);
}

static int no_mapped(int fd, const struct sockaddr *name, socklen_t length)
{
    return is_mapped(name, length) && type_of_socket(fd) == SOCK_STREAM
               ? fails(ENETUNREACH)
               : real.connect(fd, name, length);
}

bool has_failed(int fd)
{
    struct tcp_info info;
    socklen_t length = sizeof info;
    if (!noted(fd)->flag || type_of_socket(fd) != SOCK_STREAM ||
        real.getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0)
        return false;
    noted(fd)->number |= info.tcpi_state == TCP_ESTABLISHED;
    return info.tcpi_state == TCP_CLOSE && !noted(fd)->number;
}

const struct liar connect_liars[] = {
    {"so-error-stays", .getsockopt = error_stays},
    /* KallistiOS/KallistiOS#361 */
    {"so-error-never", .getsockopt = error_never},
    /* devkitPro/libctru#412 */
    {"so-error-in-progress", .getsockopt = error_in_progress, .connect = notes_attempt},
    /* microsoft/WSL#682 */
    {"so-error-unsupported", .getsockopt = error_unsupported},
    /* zephyrproject-rtos/zephyr#63984 */
    {"refused-is-timeout", .connect = times_out},
    /* zephyrproject-rtos/zephyr#85258 */
    {"refused-is-not-connected", .connect = is_not_connected},
    /* F-Stack/f-stack#146 */
    {"in-progress-is-permission", .connect = in_progress_is_permission},
    {"in-progress-is-again", .connect = in_progress_is_again},
    {"already-is-in-progress", .connect = already_is_in_progress},
    /* On WSL: xjdrew/levent#27 */
    {"already-is-connected", .connect = already_is_connected},
    {"connected-is-0", .connect = connected_is_0},
    {"connected-is-already", .connect = connected_is_already},
    {"unspecified-refused", .connect = unspecified_family},
    /* nanovms/nanos#1469 */
    {"connect-always-blocks", .connect = always_blocks},
    /* F-Stack/f-stack#146: connect() must be nonblocking there */
    {"connect-never-blocks", .connect = never_blocks},
    /* google/gvisor#3828 */
    {"dead-after-failure", .connect = dead_after_failure},
    {"udp-unfiltered", .connect = notes_peer, .send = sends_to_noted, .tell_name = noted_name},
    /* google/gvisor#5366: what was sent took the former connection's route */
    {"udp-keeps-first-peer", .connect = keeps_first_peer},
    /* On BSD: golang/go#9807 */
    {"udp-refuses-address", .send = refuses_address},
    {"udp-errors-lost", .send = sends_deaf, .receive = receives_deaf, .getsockopt = error_never},
    /* apache/nuttx#3376 */
    {"tcp-no-mapped", .connect = no_mapped},
    {NULL}};
