/* Liars about names: bind(), getsockname(), getpeername(), accept(). */
#include "tests/liars/liar.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>

static int real_name(int fd, enum end end, struct sockaddr *name, socklen_t *length)
{
    return end == END_OWN ? real.getsockname(fd, name, length) : real.getpeername(fd, name, length);
}

/* ---- accept() ---- */

static int accept_without_name(int fd, struct sockaddr *name, socklen_t *length, int flags)
{
    (void)name, (void)length;
    return real.accept4(fd, NULL, NULL, flags);
}

static int accept_with_own_name(int fd, struct sockaddr *name, socklen_t *length, int flags)
{
    int result = real.accept4(fd, NULL, NULL, flags);
    if (result >= 0 && name)
        real.getsockname(result, name, length);
    return result;
}

static int accept_inherits(int fd, struct sockaddr *name, socklen_t *length, int flags)
{
    return real.accept4(fd, name, length, flags | (is_nonblocking(fd) ? SOCK_NONBLOCK : 0));
}

static int accept_waits(int fd, struct sockaddr *name, socklen_t *length, int flags)
{
    int result;
    while ((result = real.accept4(fd, name, length, flags)) < 0 && errno == EAGAIN)
        if (real.poll(&(struct pollfd){fd, POLLIN, 0}, 1, -1) < 0)
            return -1;
    return result;
}

static int accept_without_flags(int fd, struct sockaddr *name, socklen_t *length, int flags)
{
    return real.accept4(fd, name, length, flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC));
}

/* ---- getsockname(), getpeername() ---- */

static int own_is_peer(int fd, enum end end, struct sockaddr *name, socklen_t *length)
{
    if (end == END_OWN && real.getpeername(fd, name, length) == 0)
        return 0;
    return real_name(fd, end, name, length);
}

static void set_port(struct sockaddr *name, const socklen_t *length, in_port_t port)
{
    if (name && *length >= sizeof(struct sockaddr_in))
        ((struct sockaddr_in *)name)->sin_port = port;
}

/* The port that bind() was given. */
static int notes_port(int fd, const struct sockaddr *name, socklen_t length)
{
    noted(fd)->flag =
        length >= sizeof(struct sockaddr_in) && ((const struct sockaddr_in *)name)->sin_port == 0;
    return real.bind(fd, name, length);
}

static int own_as_bound(int fd, enum end end, struct sockaddr *name, socklen_t *length)
{
    int result = real_name(fd, end, name, length);
    if (result == 0 && end == END_OWN && noted(fd)->flag)
        set_port(name, length, 0);
    return result;
}

static int notes_bound(int fd, const struct sockaddr *name, socklen_t length)
{
    int result = real.bind(fd, name, length);
    noted(fd)->flag |= result == 0;
    return result;
}

/* A name that bind() did not give is none. */
static int own_if_bound(int fd, enum end end, struct sockaddr *name, socklen_t *length)
{
    int result = real_name(fd, end, name, length);
    if (result == 0 && end == END_OWN && !noted(fd)->flag && name &&
        *length > sizeof name->sa_family)
        memset(name->sa_data, 0, *length - sizeof name->sa_family);
    return result;
}

static int own_if_connected(int fd, enum end end, struct sockaddr *name, socklen_t *length)
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    return end == END_OWN && real.getpeername(fd, (struct sockaddr *)&peer, &size) != 0
               ? fails(EINVAL)
               : real_name(fd, end, name, length);
}

static int notes_connection(int fd, const struct sockaddr *name, socklen_t length)
{
    noted(fd)->flag = true;
    return real.connect(fd, name, length);
}

static int garbage_if_unbound(int fd, enum end end, struct sockaddr *name, socklen_t *length)
{
    int result = real_name(fd, end, name, length);
    if (result == 0 && end == END_OWN && name && *length >= sizeof(struct sockaddr_in) &&
        ((struct sockaddr_in *)name)->sin_port == 0)
        memset(name->sa_data, 0xa5, *length - sizeof name->sa_family);
    return result;
}

/* What accept() made has no name of its own. */
static int own_if_not_accepted(int fd, enum end end, struct sockaddr *name, socklen_t *length)
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    bool accepted = !noted(fd)->flag && type_of_socket(fd) == SOCK_STREAM &&
                    real.getpeername(fd, (struct sockaddr *)&peer, &size) == 0;
    return end == END_OWN && accepted ? fails(EINVAL) : real_name(fd, end, name, length);
}

static int sixteen_bytes(int fd, enum end end, struct sockaddr *name, socklen_t *length)
{
    int result = real_name(fd, end, name, length);
    if (result == 0 && end == END_PEER && name && *length > 16)
        memset((char *)name + 16, 0, *length - 16);
    return result;
}

static int one_byte(int fd, enum end end, struct sockaddr *name, socklen_t *length)
{
    struct sockaddr_storage whole;
    socklen_t size = sizeof whole;
    int result = real_name(fd, end, (struct sockaddr *)&whole, &size);
    if (result == 0 && name && length && *length)
        memcpy(name, &whole, 1);
    if (result == 0 && length)
        *length = size;
    return result;
}

/* An IPv4-mapped name becomes an IPv4 one. */
static int unmapped(int fd, enum end end, struct sockaddr *name, socklen_t *length)
{
    struct sockaddr_storage whole;
    const struct sockaddr_in6 *six = (struct sockaddr_in6 *)&whole;
    socklen_t size = sizeof whole;
    int result = real_name(fd, end, (struct sockaddr *)&whole, &size);
    if (result != 0 || six->sin6_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&six->sin6_addr))
        return real_name(fd, end, name, length);
    struct sockaddr_storage four = {0};
    struct sockaddr_in *in = (struct sockaddr_in *)&four;
    in->sin_family = AF_INET;
    in->sin_port = six->sin6_port;
    memcpy(&in->sin_addr, &six->sin6_addr.s6_addr[12], 4);
    give_name(&four, sizeof *in, name, length);
    return 0;
}

/* The peer of the last connect(). */
static int notes_peer(int fd, const struct sockaddr *name, socklen_t length)
{
    int result = real.connect(fd, name, length);
    struct noted *note = noted(fd);
    if (name && name->sa_family != AF_UNSPEC && length <= sizeof note->name) {
        memcpy(&note->name, name, length);
        note->length = length;
    }
    return result;
}

static int peer_for_ever(int fd, enum end end, struct sockaddr *name, socklen_t *length)
{
    const struct noted *note = noted(fd);
    if (end == END_OWN || !note->length)
        return real_name(fd, end, name, length);
    give_name(&note->name, note->length, name, length);
    return 0;
}

static ssize_t received_from_nowhere(int fd, struct msghdr *message, int flags)
{
    ssize_t result = real.recvmsg(fd, message, flags);
    if (result >= 0 && message->msg_name && message->msg_namelen)
        set_port(message->msg_name, &message->msg_namelen, 0);
    return result;
}

/* ---- bind() ---- */

static int reuses_always(int family, int type, int protocol)
{
    int fd = real.socket(family, type, protocol), on = 1;
    real.setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    return fd;
}

static bool is_reuse(int level, int option)
{
    return level == SOL_SOCKET && option == SO_REUSEADDR;
}

static int reuse_ignored(int fd, int level, int option, const void *value, socklen_t length)
{
    return is_reuse(level, option) ? 0 : real.setsockopt(fd, level, option, value, length);
}

static int binds_again(int fd, const struct sockaddr *name, socklen_t length)
{
    struct sockaddr_storage own;
    socklen_t size;
    bool bound = own_name(fd, &own, &size) == 0 && ((struct sockaddr_in *)&own)->sin_port != 0;
    return bound ? 0 : real.bind(fd, name, length);
}

/* Whoever lets the system choose gets the port of whoever did so before. */
static int chooses_one_port(int fd, const struct sockaddr *name, socklen_t length)
{
    static in_port_t chosen;
    struct sockaddr_storage own = {0};
    struct sockaddr_in *in = (struct sockaddr_in *)&own;
    int on = 1;
    if (length < sizeof *in || length > sizeof own ||
        ((const struct sockaddr_in *)name)->sin_port != 0)
        return real.bind(fd, name, length);
    memcpy(&own, name, length);
    in->sin_port = chosen;
    real.setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    int result = real.bind(fd, (struct sockaddr *)&own, length);
    own_name(fd, &own, &length);
    chosen = in->sin_port;
    return result;
}

/* ---- IPV6_V6ONLY ---- */

static bool is_v6only(int level, int option)
{
    return level == IPPROTO_IPV6 && option == IPV6_V6ONLY;
}

static int v6only_ignored(int fd, int level, int option, const void *value, socklen_t length)
{
    return is_v6only(level, option) ? 0 : real.setsockopt(fd, level, option, value, length);
}

static int v6only_always(int family, int type, int protocol)
{
    int fd = real.socket(family, type, protocol), on = 1;
    if (family == AF_INET6)
        real.setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    return fd;
}

const struct liar name_liars[] = {
    /* zardus/preeny#12 */
    {"accept-without-name", .accept = accept_without_name},
    /* SerenityOS/serenity#425 */
    {"accept-with-own-name", .accept = accept_with_own_name},
    /* On BSD: etcimon/libasync#63 */
    {"accept-inherits-nonblock", .accept = accept_inherits},
    {"accept-always-blocks", .accept = accept_waits},
    /* nanovms/nanos#460 */
    {"accept4-without-flags", .accept = accept_without_flags},
    /* emscripten-core/emscripten#3997 */
    {"getsockname-is-peer", .tell_name = own_is_peer},
    /* gramineproject/graphene#1713 */
    {"getsockname-port-0", .bind = notes_port, .tell_name = own_as_bound},
    /* emscripten-core/emscripten#4008, Lind-Project/safeposix-rust#307 */
    {"getsockname-only-bound", .bind = notes_bound, .tell_name = own_if_bound},
    {"getsockname-garbage", .tell_name = garbage_if_unbound},
    /* zephyrproject-rtos/zephyr#61545 */
    {"getsockname-only-connected", .tell_name = own_if_connected},
    /* zephyrproject-rtos/zephyr#28755 */
    {"getsockname-not-accepted", .connect = notes_connection, .tell_name = own_if_not_accepted},
    /* microsoftarchive/redis#224 */
    {"getpeername-16-bytes", .tell_name = sixteen_bytes},
    /* F-Stack/f-stack#814 */
    {"names-one-byte", .tell_name = one_byte},
    /* Asked for in nanovms/nanos#1322 */
    {"names-unmapped", .tell_name = unmapped},
    {"getpeername-for-ever", .connect = notes_peer, .tell_name = peer_for_ever},
    {"received-from-port-0", .receive = received_from_nowhere},
    {"bind-in-use", .socket = reuses_always},
    {"reuseaddr-ignored", .setsockopt = reuse_ignored},
    {"bind-one-port", .bind = chooses_one_port},
    {"bind-again", .bind = binds_again},
    /* microsoft/WSL#674: [::1] took the port of 127.0.0.1 */
    {"v6only-ignored", .setsockopt = v6only_ignored},
    /* microsoft/WSL#14154 */
    {"v6only-always", .socket = v6only_always, .setsockopt = v6only_ignored},
    {NULL}};
