/* Sockets, their names and their options. */
#include "calls/kind.h"
#include "calls/perform.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

int64_t perform_socket(struct call *call)
{
    return socket(call_int(call, 0), call_int(call, 1), call_int(call, 2));
}

int64_t perform_socketpair(struct call *call)
{
    return socketpair(call_int(call, 0), call_int(call, 1), call_int(call, 2),
                      block_pointer(&call->block[3]));
}

int64_t perform_bind(struct call *call)
{
    const struct block *name = &call->block[1];
    return bind(call_fd(call), block_pointer(name), name->length);
}

int64_t perform_listen(struct call *call)
{
    return listen(call_fd(call), call_int(call, 1));
}

int64_t perform_connect(struct call *call)
{
    const struct block *name = &call->block[1];
    return connect(call_fd(call), block_pointer(name), name->length);
}

/* The length of a name that a call gives: passed by a pointer, which is null with the name's. */
struct name_length {
    socklen_t length;
    socklen_t *pointer;
};

static struct name_length length_of(const struct block *name)
{
    return (struct name_length){.length = name->capacity};
}

static socklen_t *pass_length(const struct block *name, struct name_length *length)
{
    bool null = !name->bytes && name->pointer == POINTER_GOOD && name->capacity == 0;
    return null ? NULL : length_pointer(name, &length->length);
}

/* Takes over the length that came back. */
static int64_t take_length(struct block *name, const struct name_length *length, int64_t result)
{
    if (result >= 0)
        name->length = length->length;
    return result;
}

int64_t perform_accept(struct call *call)
{
    struct block *name = &call->block[1];
    struct name_length length = length_of(name);
    return take_length(name, &length,
                       accept(call_fd(call), block_pointer(name), pass_length(name, &length)));
}

int64_t perform_accept4(struct call *call)
{
#ifdef SOCK_NONBLOCK
    struct block *name = &call->block[1];
    struct name_length length = length_of(name);
    return take_length(
        name, &length,
        accept4(call_fd(call), block_pointer(name), pass_length(name, &length), call_int(call, 2)));
#else
    (void)call;
    return perform_lacking();
#endif
}

int64_t perform_getsockname(struct call *call)
{
    struct block *name = &call->block[1];
    struct name_length length = length_of(name);
    return take_length(name, &length,
                       getsockname(call_fd(call), block_pointer(name), pass_length(name, &length)));
}

int64_t perform_getpeername(struct call *call)
{
    struct block *name = &call->block[1];
    struct name_length length = length_of(name);
    return take_length(name, &length,
                       getpeername(call_fd(call), block_pointer(name), pass_length(name, &length)));
}

int64_t perform_shutdown(struct call *call)
{
    return shutdown(call_fd(call), call_int(call, 1));
}

int64_t perform_sockatmark(struct call *call)
{
#ifdef __dietlibc__
    (void)call;
    return perform_lacking();
#else
    return sockatmark(call_fd(call));
#endif
}

int64_t perform_close(struct call *call)
{
    return close(call_fd(call));
}

int64_t perform_getsockopt(struct call *call)
{
    struct block *value = &call->block[3];
    socklen_t length = value->capacity;
    int64_t result = getsockopt(call_fd(call), call_int(call, 1), call_int(call, 2),
                                block_pointer(value), length_pointer(value, &length));
    if (result >= 0)
        value->length = length;
    return result;
}

int64_t perform_setsockopt(struct call *call)
{
    const struct block *value = &call->block[3];
    return setsockopt(call_fd(call), call_int(call, 1), call_int(call, 2), block_pointer(value),
                      value->length);
}

int64_t perform_fcntl(struct call *call)
{
    return fcntl(call_fd(call), call_int(call, 1), call_int(call, 2));
}
