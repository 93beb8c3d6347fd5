/* Liars that are wrong whatever they are asked: suites that ask for too little take them for good.
 */
#include "tests/liars/liar.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* ---- results ---- */

static int forty_two(int result)
{
    (void)result;
    return 42;
}

static int one_for_zero(int result)
{
    return result == 0 ? 1 : result;
}

static int one_of_bind(int fd, const struct sockaddr *name, socklen_t length)
{
    return one_for_zero(real.bind(fd, name, length));
}

static int one_of_connect(int fd, const struct sockaddr *name, socklen_t length)
{
    return one_for_zero(real.connect(fd, name, length));
}

static int one_of_listen(int fd, int backlog)
{
    return one_for_zero(real.listen(fd, backlog));
}

static int one_of_shutdown(int fd, int how)
{
    return one_for_zero(real.shutdown(fd, how));
}

static int one_of_getsockopt(int fd, int level, int option, void *value, socklen_t *length)
{
    return one_for_zero(real.getsockopt(fd, level, option, value, length));
}

static int one_of_setsockopt(int fd, int level, int option, const void *value, socklen_t length)
{
    return one_for_zero(real.setsockopt(fd, level, option, value, length));
}

static int one_of_own_name(int fd, enum end end, struct sockaddr *name, socklen_t *length)
{
    return end == END_OWN ? one_for_zero(real.getsockname(fd, name, length))
                          : real.getpeername(fd, name, length);
}

static int one_of_peer_name(int fd, enum end end, struct sockaddr *name, socklen_t *length)
{
    return end == END_OWN ? real.getsockname(fd, name, length)
                          : one_for_zero(real.getpeername(fd, name, length));
}

static ssize_t three_more(int fd, const struct msghdr *message, int flags)
{
    ssize_t result = real.sendmsg(fd, message, flags);
    return result >= 0 ? result + 3 : result;
}

/* The byte behind what came, if there is room for it. */
static ssize_t nul_behind(int fd, struct msghdr *message, int flags)
{
    ssize_t result = real.recvmsg(fd, message, flags);
    if (result <= 0 || message->msg_iovlen != 1 || (size_t)result >= room_of(message))
        return result;
    ((char *)message->msg_iov->iov_base)[result] = '\0';
    return result + 1;
}

static int no_socket(int family, int type, int protocol)
{
    (void)family, (void)type, (void)protocol;
    return fails(ENOSYS);
}

static int accept_old(int fd, struct sockaddr *name, socklen_t *length, int flags)
{
    int result = real.accept4(fd, name, length, flags);
    return result < 0 ? result : fd;
}

static ssize_t name_of_length(int fd, struct msghdr *message, int flags, socklen_t length)
{
    bool wanted = message->msg_name;
    ssize_t result = real.recvmsg(fd, message, flags);
    if (result >= 0 && wanted)
        message->msg_namelen = length;
    return result;
}

static ssize_t empty_name(int fd, struct msghdr *message, int flags)
{
    return name_of_length(fd, message, flags, 0);
}

static ssize_t long_name(int fd, struct msghdr *message, int flags)
{
    return name_of_length(fd, message, flags, 300);
}

/* ---- a failed connect() is never reported ---- */

static int attempt(int fd, const struct sockaddr *name, socklen_t length)
{
    int result = real.connect(fd, name, length);
    noted(fd)->flag = true;
    noted(fd)->number |= result == 0;
    return result;
}

static int silent_about_failure(int fd, int asked, int found)
{
    (void)asked;
    return has_failed(fd) ? 0 : found;
}

/* Nothing is wrong with it: that readiness is looked at anew as long as a call waits is no lie. */
static int as_found(int fd, int asked, int found)
{
    (void)fd, (void)asked;
    return found;
}

/* ---- calls that do not return ----
 *
 * The agent makes a connection of its own before it says that it is there; those are let pass. */

static int hangs(int fd)
{
    while (has_spoken)
        pause();
    return real.close(fd);
}

static int crashes(int fd, const struct sockaddr *name, socklen_t length)
{
    if (has_spoken)
        raise(SIGSEGV);
    return real.connect(fd, name, length);
}

static int exits(int fd, const struct sockaddr *name, socklen_t length)
{
    if (has_spoken)
        _exit(0);
    return real.connect(fd, name, length);
}

const struct liar plain_liars[] = {
    {"honest", .ready = as_found},
    {"waits-42", .waited = forty_two},
    {"masked-waits-42", .waited_masked = forty_two},
    {"bind-1", .bind = one_of_bind},
    {"connect-1", .connect = one_of_connect},
    {"listen-1", .listen = one_of_listen},
    {"shutdown-1", .shutdown = one_of_shutdown},
    {"getsockopt-1", .getsockopt = one_of_getsockopt},
    {"setsockopt-1", .setsockopt = one_of_setsockopt},
    {"getsockname-1", .tell_name = one_of_own_name},
    {"getpeername-1", .tell_name = one_of_peer_name},
    {"sent-3-more", .send = three_more},
    {"nul-behind", .receive = nul_behind},
    {"no-socket", .socket = no_socket},
    {"failure-unreported", .connect = attempt, .ready = silent_about_failure},
    {"accept-old", .accept = accept_old},
    {"name-empty", .receive = empty_name},
    {"name-300", .receive = long_name},
    {"close-hangs", .close = hangs},
    {"connect-crashes", .connect = crashes},
    {"connect-exits", .connect = exits},
    {NULL}};
