/* The calls that stand before the C library's, and what liars need. */
#include "tests/liars/liar.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

struct real real;
const struct liar *liar;
bool has_spoken;

enum { DESCRIPTORS = 1024 };

static struct noted notes[DESCRIPTORS];

static const struct liar *find(const char *name)
{
    const struct liar *const lists[] = {plain_liars, connect_liars, name_liars,
                                        data_liars,  ready_liars,   end_liars};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (const struct liar *at = lists[i]; at->name; at++)
            if (strcmp(at->name, name) == 0)
                return at;
    return NULL;
}

/* Which liar this is, by the name of its file. */
static const struct liar *who_am_i(void)
{
    Dl_info info;
    char name[64] = "";
    const char *file = dladdr(&real, &info) ? strrchr(info.dli_fname, '/') : NULL;
    if (!file || sscanf(file, "/liar-%63[^.].so", name) != 1 || !find(name)) {
        fprintf(stderr, "no such liar: %s\n", name);
        abort();
    }
    return find(name);
}

static void *next(const char *name)
{
    void *function = dlsym(RTLD_NEXT, name);
    if (!function)
        abort();
    return function;
}

__attribute__((constructor)) static void begin(void)
{
    if (liar)
        return;
#define FIND(name_) *(void **)&real.name_ = next(#name_)
    FIND(socket), FIND(bind), FIND(listen), FIND(connect), FIND(accept4), FIND(getsockname);
    FIND(getpeername), FIND(shutdown), FIND(close), FIND(getsockopt), FIND(setsockopt);
    FIND(sendmsg), FIND(recvmsg), FIND(read), FIND(write), FIND(poll), FIND(ppoll), FIND(select);
    FIND(pselect), FIND(epoll_ctl), FIND(epoll_wait), FIND(epoll_pwait), FIND(sockatmark);
#undef FIND
    liar = who_am_i();
}

/* ---- what liars need ---- */

struct noted *noted(int fd)
{
    static struct noted other;
    return fd >= 0 && fd < DESCRIPTORS ? &notes[fd] : &other;
}

int int_option(int fd, int level, int option)
{
    int value = -1;
    socklen_t length = sizeof value;
    return real.getsockopt(fd, level, option, &value, &length) == 0 ? value : -1;
}

int type_of_socket(int fd)
{
    return int_option(fd, SOL_SOCKET, SO_TYPE);
}

int own_name(int fd, struct sockaddr_storage *name, socklen_t *length)
{
    *length = sizeof *name;
    return real.getsockname(fd, (struct sockaddr *)name, length);
}

bool is_nonblocking(int fd)
{
    return fcntl(fd, F_GETFL) & O_NONBLOCK;
}

void set_nonblocking(int fd, bool on)
{
    int flags = fcntl(fd, F_GETFL);
    fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}

int fails(int error)
{
    errno = error;
    return -1;
}

void give_name(const struct sockaddr_storage *from, socklen_t size, struct sockaddr *name,
               socklen_t *length)
{
    if (!name || !length)
        return;
    memcpy(name, from, *length < size ? *length : size);
    *length = size;
}

size_t room_of(const struct msghdr *message)
{
    size_t room = 0;
    for (size_t i = 0; i < message->msg_iovlen; i++)
        room += message->msg_iov[i].iov_len;
    return room;
}

/* A socket of the Internet; errno stays. */
static bool is_ours(int fd)
{
    begin();
    int error = errno, domain = int_option(fd, SOL_SOCKET, SO_DOMAIN);
    errno = error;
    return domain == AF_INET || domain == AF_INET6;
}

static int fresh(int fd)
{
    if (fd >= 0)
        *noted(fd) = (struct noted){0};
    return fd;
}

/* ---- sockets ---- */

int socket(int family, int type, int protocol)
{
    begin();
    bool ours = family == AF_INET || family == AF_INET6;
    return fresh(ours && liar->socket ? liar->socket(family, type, protocol)
                                      : real.socket(family, type, protocol));
}

int bind(int fd, const struct sockaddr *name, socklen_t length)
{
    return is_ours(fd) && liar->bind ? liar->bind(fd, name, length) : real.bind(fd, name, length);
}

int listen(int fd, int backlog)
{
    return is_ours(fd) && liar->listen ? liar->listen(fd, backlog) : real.listen(fd, backlog);
}

int connect(int fd, const struct sockaddr *name, socklen_t length)
{
    return is_ours(fd) && liar->connect ? liar->connect(fd, name, length)
                                        : real.connect(fd, name, length);
}

int accept4(int fd, struct sockaddr *name, socklen_t *length, int flags)
{
    return fresh(is_ours(fd) && liar->accept ? liar->accept(fd, name, length, flags)
                                             : real.accept4(fd, name, length, flags));
}

int accept(int fd, struct sockaddr *name, socklen_t *length)
{
    return accept4(fd, name, length, 0);
}

int getsockname(int fd, struct sockaddr *name, socklen_t *length)
{
    return is_ours(fd) && liar->tell_name ? liar->tell_name(fd, END_OWN, name, length)
                                          : real.getsockname(fd, name, length);
}

int getpeername(int fd, struct sockaddr *name, socklen_t *length)
{
    return is_ours(fd) && liar->tell_name ? liar->tell_name(fd, END_PEER, name, length)
                                          : real.getpeername(fd, name, length);
}

int shutdown(int fd, int how)
{
    return is_ours(fd) && liar->shutdown ? liar->shutdown(fd, how) : real.shutdown(fd, how);
}

int close(int fd)
{
    return is_ours(fd) && liar->close ? liar->close(fd) : real.close(fd);
}

int getsockopt(int fd, int level, int option, void *value, socklen_t *length)
{
    return is_ours(fd) && liar->getsockopt ? liar->getsockopt(fd, level, option, value, length)
                                           : real.getsockopt(fd, level, option, value, length);
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t length)
{
    return is_ours(fd) && liar->setsockopt ? liar->setsockopt(fd, level, option, value, length)
                                           : real.setsockopt(fd, level, option, value, length);
}

int sockatmark(int fd)
{
    return is_ours(fd) && liar->sockatmark ? liar->sockatmark(fd) : real.sockatmark(fd);
}

/* ---- data ---- */

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    return is_ours(fd) && liar->send ? liar->send(fd, message, flags)
                                     : real.sendmsg(fd, message, flags);
}

ssize_t sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *name,
               socklen_t length)
{
    struct iovec vector = {(void *)data, size};
    return sendmsg(fd,
                   &(struct msghdr){.msg_name = (void *)name,
                                    .msg_namelen = name ? length : 0,
                                    .msg_iov = &vector,
                                    .msg_iovlen = 1},
                   flags);
}

ssize_t send(int fd, const void *data, size_t size, int flags)
{
    return sendto(fd, data, size, flags, NULL, 0);
}

ssize_t write(int fd, const void *data, size_t size)
{
    if (is_ours(fd) && size)
        return send(fd, data, size, 0);
    has_spoken = true;
    return real.write(fd, data, size);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    return is_ours(fd) && liar->receive ? liar->receive(fd, message, flags)
                                        : real.recvmsg(fd, message, flags);
}

ssize_t recvfrom(int fd, void *data, size_t size, int flags, struct sockaddr *name,
                 socklen_t *length)
{
    struct iovec vector = {data, size};
    struct msghdr message = {.msg_name = name,
                             .msg_namelen = name && length ? *length : 0,
                             .msg_iov = &vector,
                             .msg_iovlen = 1};
    ssize_t result = recvmsg(fd, &message, flags);
    if (result >= 0 && name && length)
        *length = message.msg_namelen;
    return result;
}

ssize_t recv(int fd, void *data, size_t size, int flags)
{
    return recvfrom(fd, data, size, flags, NULL, NULL);
}

ssize_t read(int fd, void *data, size_t size)
{
    return is_ours(fd) && size ? recv(fd, data, size, 0) : real.read(fd, data, size);
}
