/* Sending and receiving. */
#include "calls/kind.h"
#include "calls/perform.h"

#include <sys/socket.h>
#include <unistd.h>

int64_t perform_send(struct call *call)
{
    const struct block *data = &call->block[1];
    return send(call_fd(call), block_pointer(data), data->length, call_int(call, 2));
}

int64_t perform_sendto(struct call *call)
{
    const struct block *data = &call->block[1], *name = &call->block[3];
    return sendto(call_fd(call), block_pointer(data), data->length, call_int(call, 2),
                  block_pointer(name), name->length);
}

int64_t perform_write(struct call *call)
{
    const struct block *data = &call->block[1];
    return write(call_fd(call), block_pointer(data), data->length);
}

int64_t perform_recv(struct call *call)
{
    const struct block *data = &call->block[1];
    return recv(call_fd(call), block_pointer(data), data->capacity, call_int(call, 2));
}

int64_t perform_recvfrom(struct call *call)
{
    const struct block *data = &call->block[1];
    struct block *name = &call->block[3];
    socklen_t length = name->capacity;
    bool null = !name->bytes && name->pointer == POINTER_GOOD && name->capacity == 0;
    int64_t result = recvfrom(call_fd(call), block_pointer(data), data->capacity, call_int(call, 2),
                              block_pointer(name), null ? NULL : length_pointer(name, &length));
    if (result >= 0)
        name->length = length;
    return result;
}

int64_t perform_read(struct call *call)
{
    const struct block *data = &call->block[1];
    return read(call_fd(call), block_pointer(data), data->capacity);
}
