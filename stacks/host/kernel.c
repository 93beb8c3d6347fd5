#include "stacks/host/kernel.h"

#include "fixtures/diag.h"
#include "fixtures/namespace.h"
#include "harness/address.h"
#include "harness/clock.h"
#include "harness/symbols.h"
#include "stacks/host/signals.h"
#include "stacks/stack.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

struct kernel {
    struct door door;
    int netns;
    struct diag *diag; /* opened at the first question */
};

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

static int64_t do_socket(struct kernel *kernel, struct call *call)
{
    namespace_enter(kernel->netns);
    return socket((int)call->argument[0], (int)call->argument[1], (int)call->argument[2]);
}

static int64_t do_state(struct kernel *kernel, struct call *call)
{
    struct address end[2] = {0};
    if (!kernel->diag)
        kernel->diag = diag_open(kernel->netns);
    if (!kernel->diag)
        return -1;
    for (size_t i = 0; i < 2; i++) {
        memcpy(&end[i].storage, call->block[i].bytes, call->block[i].length);
        end[i].length = call->block[i].length;
    }
    return diag_state(kernel->diag, &end[0], &end[1]);
}

/* A question about a name: a constant of the headers, or an interface. */
static int64_t do_name(struct kernel *kernel, const struct call *call)
{
    char name[64] = "";
    long value;
    if (call->block[0].length < sizeof name)
        memcpy(name, call->block[0].bytes, call->block[0].length);
    if (call->operation == OP_CONSTANT) {
        if (symbol_value(name, &value))
            return value;
        errno = ENOPROTOOPT;
        return -1;
    }
    namespace_enter(kernel->netns);
    return if_nametoindex(name);
}

static int64_t dispatch(struct kernel *kernel, struct call *call)
{
    const int64_t *argument = call->argument;
    const struct block *block = call->block;
    int fd = (int)argument[0];
    switch (call->operation) {
    case OP_SOCKET:
        return do_socket(kernel, call);
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
    case OP_EPOLL_CREATE:
        return epoll_create1((int)argument[0]);
    case OP_EPOLL_CTL:
        return epoll_ctl(
            fd, (int)argument[1], (int)argument[2],
            &(struct epoll_event){.events = (uint32_t)argument[3], .data.fd = (int)argument[2]});
    case OP_EPOLL_WAIT:
        return do_epoll_wait(call);
    case OP_IF_NAMETOINDEX:
    case OP_CONSTANT:
        return do_name(kernel, call);
    case OP_TCP_STATE:
        return do_state(kernel, call);
    case OP_SIGNALS:
        return signals_caught((int)argument[0]);
    case OPERATIONS:
        break;
    }
    errno = ENOSYS;
    return -1;
}

static void perform(struct door *door, struct call *call)
{
    struct caller *caller = this_caller;
    if (caller)
        atomic_store(&caller->inside, true);
    int64_t begin = clock_now();
    errno = 0;
    call->result = dispatch((struct kernel *)door, call);
    call->error = call->result < 0 ? errno : 0;
    call->nanoseconds = clock_now() - begin;
    if (caller)
        atomic_store(&caller->inside, false);
}

static void interrupt(struct door *door, struct caller *caller)
{
    (void)door;
    pthread_kill(caller->thread, SIGUSR1);
}

/* A thread that sleeps inside a call waits in it: nothing else on its way sleeps. */
static bool waits(struct door *door, struct caller *caller)
{
    char text[256];
    (void)door;
    if (!atomic_load(&caller->inside))
        return false;
    ssize_t length = pread(caller->status, text, sizeof text - 1, 0);
    if (length <= 0)
        return false;
    text[length] = '\0';
    const char *state = strrchr(text, ')');
    return state && strncmp(state, ") S", 3) == 0 && atomic_load(&caller->inside);
}

static void close_kernel(struct door *door)
{
    struct kernel *kernel = (struct kernel *)door;
    if (kernel->diag)
        diag_close(kernel->diag);
    free(kernel);
}

struct door *kernel_open(int netns)
{
    static const struct door_operations operations = {
        .perform = perform, .interrupt = interrupt, .waits = waits, .close = close_kernel};
    struct kernel *kernel = calloc(1, sizeof *kernel);
    if (!kernel)
        abort();
    kernel->door.operations = &operations;
    kernel->netns = netns;
    return &kernel->door;
}

static struct door *open_host(const char *argument, int netns)
{
    (void)argument;
    return kernel_open(netns);
}

static bool check_host(const char *argument, char *why, size_t size)
{
    if (argument)
        snprintf(why, size, "'host' takes no argument");
    return !argument;
}

STACK(host, .usage = "host", .summary = "the kernel of this machine, through this program's libc",
      .check = check_host, .open = open_host);
