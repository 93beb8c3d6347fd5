#include "hosts/calls.h"

#include <errno.h>
#include <string.h>

struct block block_in(const void *bytes, size_t size)
{
    return (struct block){.bytes = (void *)bytes, .length = (uint32_t)size};
}

struct block block_out(void *bytes, size_t size)
{
    return (struct block){.bytes = bytes, .capacity = (uint32_t)size};
}

struct block block_address(const struct address *address)
{
    return address ? block_in(&address->storage, address->length) : block_in(NULL, 0);
}

struct block block_address_out(struct address *address)
{
    return address ? block_out(&address->storage, sizeof address->storage) : block_out(NULL, 0);
}

struct block block_bad(size_t size)
{
    return (struct block){
        .pointer = POINTER_BAD, .length = (uint32_t)size, .capacity = (uint32_t)size};
}

struct block block_null(size_t size)
{
    return (struct block){.length = (uint32_t)size, .capacity = (uint32_t)size};
}

static _Thread_local char deviation[sizeof((struct call *)NULL)->deviation];

const char *call_deviation(void)
{
    return deviation;
}

int call_returned(const struct call *call)
{
    if (call->error)
        return -call->error;
    if (call->deviation[0]) {
        memcpy(deviation, call->deviation, sizeof deviation);
        return -DEVIATION;
    }
    return (int)call->result;
}

int perform(struct host *host, struct call *call)
{
    host_perform(host, call);
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
    CALL(OP_BIND, .argument = {fd}, .block = {[1] = block_address(address)});
    return perform(host, &call);
}

int sk_listen(struct host *host, int fd, int backlog)
{
    CALL(OP_LISTEN, .argument = {fd, backlog});
    return perform(host, &call);
}

struct call call_connect(int fd, const struct address *address)
{
    CALL(OP_CONNECT, .argument = {fd}, .block = {[1] = block_address(address)});
    return call;
}

int sk_connect(struct host *host, int fd, const struct address *address)
{
    struct call call = call_connect(fd, address);
    return perform(host, &call);
}

struct call call_accept(int fd, struct address *address)
{
    CALL(OP_ACCEPT, .argument = {fd}, .block = {[1] = block_address_out(address)});
    return call;
}

/* How long a name is that came back: no longer than what holds it, whatever is said. */
static socklen_t name_length(const struct block *name)
{
    const socklen_t most = sizeof((struct address *)NULL)->storage;
    return name->length < most ? name->length : most;
}

/* Performs a call that gives a name back. */
static int perform_named(struct host *host, struct call *call, struct address *address,
                         socklen_t room)
{
    if (address && room >= sizeof address->storage)
        memset(address, 0, sizeof *address);
    call->block[1] = address ? block_out(&address->storage, room) : block_null(0);
    int result = perform(host, call);
    if (address)
        address->length = name_length(&call->block[1]);
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
    CALL(OP_ACCEPT4, .argument = {fd, [2] = flags});
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
    CALL(OP_SEND, .argument = {fd, [2] = flags}, .block = {[1] = block_in(data, size)});
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
    CALL(OP_SENDTO, .argument = {fd, [2] = flags},
         .block = {[1] = block_in(data, size), [3] = block_address(to)});
    return perform(host, &call);
}

int sk_sendmsg_whole(struct host *host, int fd, struct message *message, int flags)
{
    CALL(OP_SENDMSG, .argument = {fd, [2] = flags},
         .block = {[1] = block_in(message, sizeof *message)});
    return perform(host, &call);
}

int sk_sendmsg(struct host *host, int fd, const void *data, size_t size, int flags,
               const struct address *to)
{
    struct message message = {
        .name = block_address(to), .buffer = {block_in(data, size)}, .buffers = 1};
    return sk_sendmsg_whole(host, fd, &message, flags);
}

int sk_write(struct host *host, int fd, const void *data, size_t size)
{
    CALL(OP_WRITE, .argument = {fd}, .block = {[1] = block_in(data, size)});
    return perform(host, &call);
}

struct call call_recv(int fd, void *data, size_t size, int flags)
{
    CALL(OP_RECV, .argument = {fd, [2] = flags}, .block = {[1] = block_out(data, size)});
    return call;
}

int sk_recv(struct host *host, int fd, void *data, size_t size, int flags)
{
    struct call call = call_recv(fd, data, size, flags);
    return perform(host, &call);
}

int sk_recvfrom(struct host *host, int fd, void *data, size_t size, int flags, struct address *from)
{
    CALL(OP_RECVFROM, .argument = {fd, [2] = flags},
         .block = {[1] = block_out(data, size), [3] = block_address_out(from)});
    int result = perform(host, &call);
    if (from)
        from->length = name_length(&call.block[3]);
    return result;
}

static int recvmsg_into(struct host *host, int fd, struct message *message, int flags, bool total)
{
    CALL(OP_RECVMSG, .argument = {fd, [2] = flags},
         .block = {[1] = block_in(message, sizeof *message)}, .total = total);
    return perform(host, &call);
}

int sk_recvmsg_whole(struct host *host, int fd, struct message *message, int flags)
{
    return recvmsg_into(host, fd, message, flags, true);
}

int sk_recvmsg(struct host *host, int fd, void *data, size_t size, int flags, struct address *from,
               int *flags_out)
{
    struct message message = {
        .name = block_address_out(from), .buffer = {block_out(data, size)}, .buffers = 1};
    int result = recvmsg_into(host, fd, &message, flags, false);
    if (from)
        from->length = name_length(&message.name);
    if (flags_out)
        *flags_out = message.flags;
    return result;
}

int sk_read(struct host *host, int fd, void *data, size_t size)
{
    CALL(OP_READ, .argument = {fd}, .block = {[1] = block_out(data, size)});
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
    CALL(OP_GETSOCKOPT, .argument = {fd, level, option}, .block = {[3] = block_out(value, *size)});
    int result = perform(host, &call);
    *size = call.block[3].length;
    return result;
}

int sk_setsockopt_bytes(struct host *host, int fd, int level, int option, const void *value,
                        socklen_t size)
{
    CALL(OP_SETSOCKOPT, .argument = {fd, level, option}, .block = {[3] = block_in(value, size)});
    return perform(host, &call);
}

int sk_getsockopt(struct host *host, int fd, int level, int option, int *value)
{
    int found;
    socklen_t size = sizeof found;
    memset(&found, UNWRITTEN, sizeof found);
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

int sk_constant(struct host *host, const char *name)
{
    CALL(OP_CONSTANT, .block = {block_in(name, strlen(name))});
    return perform(host, &call);
}

int sk_tcp_state(struct host *host, const struct address *local, const struct address *remote)
{
    CALL(OP_TCP_STATE, .block = {block_address(local), block_address(remote)});
    return perform(host, &call);
}

int sk_signals(struct host *host, int signal)
{
    CALL(OP_SIGNALS, .argument = {signal});
    return perform(host, &call);
}
