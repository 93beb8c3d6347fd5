#include "hosts/message.h"

#include <stdlib.h>
#include <string.h>

#define CALL(operation_, ...) struct call call = {.operation = operation_, __VA_ARGS__}

/* A block that both goes in and comes out. */
static struct block block_both(void *bytes, size_t size)
{
    struct block block = block_in(bytes, bytes ? size : 0);
    block.capacity = block.length;
    return block;
}

int sk_writev(struct host *host, int fd, struct block *buffers, size_t count)
{
    CALL(OP_WRITEV, .argument = {fd}, .block = {[1] = block_in(buffers, count * sizeof *buffers)});
    return perform(host, &call);
}

int sk_readv(struct host *host, int fd, struct block *buffers, size_t count)
{
    CALL(OP_READV, .argument = {fd}, .block = {[1] = block_in(buffers, count * sizeof *buffers)});
    return perform(host, &call);
}

int sk_sendmmsg(struct host *host, int fd, struct message *messages, size_t count, int flags)
{
    CALL(OP_SENDMMSG, .argument = {fd, [2] = flags},
         .block = {[1] = block_in(messages, count * sizeof *messages)});
    return perform(host, &call);
}

int sk_recvmmsg(struct host *host, int fd, struct message *messages, size_t count, int flags,
                struct duration *timeout)
{
    CALL(OP_RECVMMSG, .argument = {fd, [2] = flags},
         .block = {[1] = block_in(messages, count * sizeof *messages),
                   [3] = block_both(timeout, sizeof *timeout)});
    return perform(host, &call);
}

int sk_ioctl_bytes(struct host *host, int fd, long request, void *value, size_t size)
{
    CALL(OP_IOCTL, .argument = {fd, request}, .block = {[2] = block_both(value, size)});
    return perform(host, &call);
}

int sk_ioctl(struct host *host, int fd, long request, int *value)
{
    return sk_ioctl_bytes(host, fd, request, value, sizeof *value);
}

void control_add(struct message *message, int level, int type, const void *value, size_t size)
{
    if (message->controls >= MESSAGE_CONTROLS || size > CONTROL_VALUE)
        abort();
    struct control *control = &message->control[message->controls++];
    *control = (struct control){.level = level, .type = type, .length = (uint32_t)size};
    if (size)
        memcpy(control->value, value, size);
}

const struct control *control_find(const struct message *message, int level, int type)
{
    for (size_t i = 0; i < message->controls; i++)
        if (message->control[i].level == level && message->control[i].type == type)
            return &message->control[i];
    return NULL;
}
