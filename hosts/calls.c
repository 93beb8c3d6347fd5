#include "hosts/calls.h"

#include <errno.h>
#include <string.h>

static struct block in(const void *bytes, size_t size)
{
    return (struct block){.bytes = (void *)bytes, .length = (uint32_t)size};
}

static struct block out(void *bytes, size_t size)
{
    return (struct block){.bytes = bytes, .capacity = (uint32_t)size};
}

static struct block in_address(const struct address *address)
{
    return address ? in(&address->storage, address->length) : in(NULL, 0);
}

static struct block out_address(struct address *address)
{
    return address ? out(&address->storage, sizeof address->storage) : out(NULL, 0);
}

int call_returned(const struct call *call)
{
    if (call->result >= 0)
        return (int)call->result;
    return call->error ? -call->error : -NO_ERRNO;
}

static int perform(struct host *host, struct call *call)
{
    door_perform(host->door, call);
    return call_returned(call);
}

#define CALL(operation_, ...) struct call call = {.operation = operation_, __VA_ARGS__}

int sk_socket(struct host *host, int family, int type, int protocol)
{
    CALL(OP_SOCKET, .argument = {family, type, protocol});
    return perform(host, &call);
}

int sk_bind(struct host *host, int fd, const struct address *address)
{
    CALL(OP_BIND, .argument = {fd}, .block = {in_address(address)});
    return perform(host, &call);
}

int sk_listen(struct host *host, int fd, int backlog)
{
    CALL(OP_LISTEN, .argument = {fd, backlog});
    return perform(host, &call);
}

struct call call_connect(int fd, const struct address *address)
{
    CALL(OP_CONNECT, .argument = {fd}, .block = {in_address(address)});
    return call;
}

int sk_connect(struct host *host, int fd, const struct address *address)
{
    struct call call = call_connect(fd, address);
    return perform(host, &call);
}

struct call call_accept(int fd, struct address *address)
{
    CALL(OP_ACCEPT, .argument = {fd}, .block = {out_address(address)});
    return call;
}

/* Performs a call that gives a name back. */
static int perform_named(struct host *host, struct call *call, struct address *address,
                         socklen_t room)
{
    if (address && room >= sizeof address->storage)
        memset(address, 0, sizeof *address);
    call->block[0] = address ? out(&address->storage, room) : out(NULL, 0);
    int result = perform(host, call);
    if (address)
        address->length = call->block[0].length;
    return result;
}

int sk_accept_within(struct host *host, int fd, struct address *address, socklen_t room)
{
    CALL(OP_ACCEPT, .argument = {fd});
    return perform_named(host, &call, address, room);
}

int sk_accept(struct host *host, int fd, struct address *address)
{
    return sk_accept_within(host, fd, address, sizeof address->storage);
}

int sk_accept4(struct host *host, int fd, struct address *address, int flags)
{
    CALL(OP_ACCEPT4, .argument = {fd, flags});
    return perform_named(host, &call, address, sizeof address->storage);
}

int sk_getsockname_within(struct host *host, int fd, struct address *address, socklen_t room)
{
    CALL(OP_GETSOCKNAME, .argument = {fd});
    return perform_named(host, &call, address, room);
}

int sk_getsockname(struct host *host, int fd, struct address *address)
{
    return sk_getsockname_within(host, fd, address, sizeof address->storage);
}

int sk_getpeername_within(struct host *host, int fd, struct address *address, socklen_t room)
{
    CALL(OP_GETPEERNAME, .argument = {fd});
    return perform_named(host, &call, address, room);
}

int sk_getpeername(struct host *host, int fd, struct address *address)
{
    return sk_getpeername_within(host, fd, address, sizeof address->storage);
}

struct call call_send(int fd, const void *data, size_t size, int flags)
{
    CALL(OP_SEND, .argument = {fd, flags}, .block = {in(data, size)});
    return call;
}

int sk_send(struct host *host, int fd, const void *data, size_t size, int flags)
{
    struct call call = call_send(fd, data, size, flags);
    return perform(host, &call);
}

int sk_sendto(struct host *host, int fd, const void *data, size_t size, int flags,
              const struct address *to)
{
    CALL(OP_SENDTO, .argument = {fd, flags}, .block = {in(data, size), in_address(to)});
    return perform(host, &call);
}

int sk_sendmsg(struct host *host, int fd, const void *data, size_t size, int flags,
               const struct address *to)
{
    CALL(OP_SENDMSG, .argument = {fd, flags}, .block = {in(data, size), in_address(to)});
    return perform(host, &call);
}

int sk_write(struct host *host, int fd, const void *data, size_t size)
{
    CALL(OP_WRITE, .argument = {fd}, .block = {in(data, size)});
    return perform(host, &call);
}

struct call call_recv(int fd, void *data, size_t size, int flags)
{
    CALL(OP_RECV, .argument = {fd, flags}, .block = {out(data, size)});
    return call;
}

int sk_recv(struct host *host, int fd, void *data, size_t size, int flags)
{
    struct call call = call_recv(fd, data, size, flags);
    return perform(host, &call);
}

int sk_recvfrom(struct host *host, int fd, void *data, size_t size, int flags, struct address *from)
{
    CALL(OP_RECVFROM, .argument = {fd, flags}, .block = {out(data, size), out_address(from)});
    int result = perform(host, &call);
    if (from)
        from->length = call.block[1].length;
    return result;
}

int sk_recvmsg(struct host *host, int fd, void *data, size_t size, int flags, struct address *from,
               int *flags_out)
{
    CALL(OP_RECVMSG, .argument = {fd, flags}, .block = {out(data, size), out_address(from)});
    int result = perform(host, &call);
    if (from)
        from->length = call.block[1].length;
    if (flags_out)
        *flags_out = call.out_flags;
    return result;
}

int sk_read(struct host *host, int fd, void *data, size_t size)
{
    CALL(OP_READ, .argument = {fd}, .block = {out(data, size)});
    return perform(host, &call);
}

int sk_shutdown(struct host *host, int fd, int how)
{
    CALL(OP_SHUTDOWN, .argument = {fd, how});
    return perform(host, &call);
}

struct call call_close(int fd)
{
    CALL(OP_CLOSE, .argument = {fd});
    return call;
}

int sk_close(struct host *host, int fd)
{
    struct call call = call_close(fd);
    return perform(host, &call);
}

int sk_getsockopt_bytes(struct host *host, int fd, int level, int option, void *value,
                        socklen_t *size)
{
    CALL(OP_GETSOCKOPT, .argument = {fd, level, option}, .block = {out(value, *size)});
    int result = perform(host, &call);
    *size = call.block[0].length;
    return result;
}

int sk_setsockopt_bytes(struct host *host, int fd, int level, int option, const void *value,
                        socklen_t size)
{
    CALL(OP_SETSOCKOPT, .argument = {fd, level, option}, .block = {in(value, size)});
    return perform(host, &call);
}

int sk_getsockopt(struct host *host, int fd, int level, int option, int *value)
{
    int found = 0;
    socklen_t size = sizeof found;
    int result = sk_getsockopt_bytes(host, fd, level, option, &found, &size);
    if (result >= 0)
        *value = found;
    return result;
}

int sk_setsockopt(struct host *host, int fd, int level, int option, int value)
{
    return sk_setsockopt_bytes(host, fd, level, option, &value, sizeof value);
}

int sk_fcntl(struct host *host, int fd, int command, int argument)
{
    CALL(OP_FCNTL, .argument = {fd, command, argument});
    return perform(host, &call);
}

static int perform_ready(struct host *host, enum operation operation, int fd,
                         struct readiness *ready, size_t count, int timeout)
{
    struct call call = {.operation = operation};
    size_t next = 0;
    if (operation == OP_EPOLL_WAIT)
        call.argument[next++] = fd;
    call.argument[next] = timeout;
    call.block[0] = in(ready, count * sizeof *ready);
    call.block[0].capacity = call.block[0].length;
    return perform(host, &call);
}

int sk_poll(struct host *host, struct readiness *ready, size_t count, int timeout)
{
    return perform_ready(host, OP_POLL, -1, ready, count, timeout);
}

int sk_select(struct host *host, struct readiness *ready, size_t count, int timeout)
{
    return perform_ready(host, OP_SELECT, -1, ready, count, timeout);
}

int sk_epoll_create(struct host *host)
{
    CALL(OP_EPOLL_CREATE, .argument = {0});
    return perform(host, &call);
}

int sk_epoll_ctl(struct host *host, int epoll, int operation, int fd, int events)
{
    CALL(OP_EPOLL_CTL, .argument = {epoll, operation, fd, events});
    return perform(host, &call);
}

int sk_epoll_wait(struct host *host, int epoll, struct readiness *ready, size_t count, int timeout)
{
    return perform_ready(host, OP_EPOLL_WAIT, epoll, ready, count, timeout);
}

int sk_if_nametoindex(struct host *host, const char *name)
{
    CALL(OP_IF_NAMETOINDEX, .block = {in(name, strlen(name))});
    return perform(host, &call);
}

int sk_constant(struct host *host, const char *name)
{
    CALL(OP_CONSTANT, .block = {in(name, strlen(name))});
    return perform(host, &call);
}

int sk_tcp_state(struct host *host, const struct address *local, const struct address *remote)
{
    CALL(OP_TCP_STATE, .block = {in_address(local), in_address(remote)});
    return perform(host, &call);
}

int sk_signals(struct host *host, int signal)
{
    CALL(OP_SIGNALS, .argument = {signal});
    return perform(host, &call);
}
