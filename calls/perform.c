#include "calls/perform.h"

#include "calls/signals.h"
#include "calls/symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/epoll.h>
#endif

static socklen_t name_result(struct block *block, socklen_t length)
{
    return block->length = length;
}

static int64_t do_message(struct call *call)
{
    bool sending = call->operation == OP_SENDMSG;
    struct block *data = &call->block[0], *name = &call->block[1];
    struct iovec vector = {data->bytes, sending ? data->length : data->capacity};
    struct msghdr message = {.msg_name = name->bytes,
                             .msg_namelen = sending ? name->length : name->capacity,
                             .msg_iov = &vector,
                             .msg_iovlen = 1};
    int flags = (int)call->argument[1];
    if (sending)
        return sendmsg((int)call->argument[0], &message, flags);
    int64_t result = recvmsg((int)call->argument[0], &message, flags);
    if (result >= 0) {
        name_result(name, message.msg_namelen);
        call->out_flags = message.msg_flags;
    }
    return result;
}

static int64_t do_named(struct call *call)
{
    int fd = (int)call->argument[0];
    struct block *block = &call->block[call->operation == OP_RECVFROM];
    socklen_t length = block->capacity;
    socklen_t *lengthp = block->bytes ? &length : NULL;
    int64_t result;
    switch (call->operation) {
    case OP_ACCEPT:
        result = accept(fd, block->bytes, lengthp);
        break;
    case OP_ACCEPT4:
        result = accept4(fd, block->bytes, lengthp, (int)call->argument[1]);
        break;
    case OP_GETSOCKNAME:
        result = getsockname(fd, block->bytes, lengthp);
        break;
    case OP_GETPEERNAME:
        result = getpeername(fd, block->bytes, lengthp);
        break;
    default:
        result = recvfrom(fd, call->block[0].bytes, call->block[0].capacity, (int)call->argument[1],
                          block->bytes, lengthp);
    }
    if (result >= 0 && block->bytes)
        name_result(block, length);
    return result;
}

static int64_t do_poll(struct call *call)
{
    struct readiness *ready = call->block[0].bytes;
    nfds_t count = call->block[0].length / sizeof *ready;
    struct pollfd fds[count ? count : 1];
    for (nfds_t i = 0; i < count; i++)
        fds[i] = (struct pollfd){.fd = ready[i].fd, .events = ready[i].asked};
    int64_t result = poll(fds, count, (int)call->argument[0]);
    for (nfds_t i = 0; i < count; i++)
        ready[i].found = result >= 0 ? fds[i].revents : 0;
    return result;
}

static int64_t do_select(struct call *call)
{
    struct readiness *ready = call->block[0].bytes;
    size_t count = call->block[0].length / sizeof *ready;
    int timeout = (int)call->argument[0], highest = -1;
    struct timeval time = {timeout / 1000, timeout % 1000 * 1000};
    fd_set set[3];
    static const short event[3] = {POLLIN, POLLOUT, POLLPRI};
    for (size_t k = 0; k < 3; k++)
        FD_ZERO(&set[k]);
    for (size_t i = 0; i < count; i++) {
        if (ready[i].fd < 0 || ready[i].fd >= FD_SETSIZE) {
            errno = EBADF;
            return -1;
        }
        highest = ready[i].fd > highest ? ready[i].fd : highest;
        for (size_t k = 0; k < 3; k++)
            if (ready[i].asked & event[k])
                FD_SET(ready[i].fd, &set[k]);
    }
    int64_t result = select(highest + 1, &set[0], &set[1], &set[2], timeout < 0 ? NULL : &time);
    for (size_t i = 0; i < count; i++) {
        ready[i].found = 0;
        for (size_t k = 0; k < 3 && result >= 0; k++)
            if (FD_ISSET(ready[i].fd, &set[k]))
                ready[i].found |= event[k];
    }
    return result;
}

#ifdef __linux__
static int64_t do_epoll_wait(struct call *call)
{
    struct readiness *ready = call->block[0].bytes;
    size_t count = call->block[0].length / sizeof *ready;
    struct epoll_event events[count ? count : 1];
    int64_t result = epoll_wait((int)call->argument[0], events, (int)count, (int)call->argument[1]);
    for (size_t i = 0; i < count; i++) {
        ready[i].found = 0;
        for (int64_t k = 0; k < result; k++)
            if (events[k].data.fd == ready[i].fd)
                ready[i].found = (short)events[k].events;
    }
    return result;
}

#endif

static int64_t do_option(struct call *call)
{
    struct block *value = &call->block[0];
    int fd = (int)call->argument[0], level = (int)call->argument[1];
    int option = (int)call->argument[2];
    if (call->operation == OP_SETSOCKOPT)
        return setsockopt(fd, level, option, value->bytes, value->length);
    socklen_t length = value->capacity;
    int64_t result = getsockopt(fd, level, option, value->bytes, &length);
    value->length = length;
    return result;
}

/* A question about a name: a constant of the headers, or an interface. */
static int64_t do_name(const struct call *call)
{
    char name[64] = "";
    long value;
    if (call->block[0].bytes && call->block[0].length < sizeof name)
        memcpy(name, call->block[0].bytes, call->block[0].length);
    if (call->operation == OP_IF_NAMETOINDEX)
        return if_nametoindex(name);
    if (symbol_value(name, &value))
        return value;
    errno = ENOPROTOOPT;
    return -1;
}

int64_t perform_call(struct call *call)
{
    const int64_t *argument = call->argument;
    const struct block *block = call->block;
    int fd = (int)argument[0];
    switch (call->operation) {
    case OP_SOCKET:
        return socket((int)argument[0], (int)argument[1], (int)argument[2]);
    case OP_BIND:
        return bind(fd, block[0].bytes, block[0].length);
    case OP_LISTEN:
        return listen(fd, (int)argument[1]);
    case OP_CONNECT:
        return connect(fd, block[0].bytes, block[0].length);
    case OP_ACCEPT:
    case OP_ACCEPT4:
    case OP_GETSOCKNAME:
    case OP_GETPEERNAME:
    case OP_RECVFROM:
        return do_named(call);
    case OP_SEND:
        return send(fd, block[0].bytes, block[0].length, (int)argument[1]);
    case OP_SENDTO:
        return sendto(fd, block[0].bytes, block[0].length, (int)argument[1], block[1].bytes,
                      block[1].length);
    case OP_SENDMSG:
    case OP_RECVMSG:
        return do_message(call);
    case OP_WRITE:
        return write(fd, block[0].bytes, block[0].length);
    case OP_RECV:
        return recv(fd, block[0].bytes, block[0].capacity, (int)argument[1]);
    case OP_READ:
        return read(fd, block[0].bytes, block[0].capacity);
    case OP_SHUTDOWN:
        return shutdown(fd, (int)argument[1]);
    case OP_CLOSE:
        return close(fd);
    case OP_GETSOCKOPT:
    case OP_SETSOCKOPT:
        return do_option(call);
    case OP_FCNTL:
        return fcntl(fd, (int)argument[1], (int)argument[2]);
    case OP_POLL:
        return do_poll(call);
    case OP_SELECT:
        return do_select(call);
#ifdef __linux__
    case OP_EPOLL_CREATE:
        return epoll_create1((int)argument[0]);
    case OP_EPOLL_CTL:
        return epoll_ctl(
            fd, (int)argument[1], (int)argument[2],
            &(struct epoll_event){.events = (uint32_t)argument[3], .data.fd = (int)argument[2]});
    case OP_EPOLL_WAIT:
        return do_epoll_wait(call);
#endif
    case OP_IF_NAMETOINDEX:
    case OP_CONSTANT:
        return do_name(call);
    case OP_SIGNALS:
        return signals_caught((int)argument[0]);
    default:
        break;
    }
    errno = ENOSYS;
    return -1;
}
