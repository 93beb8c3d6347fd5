/* Messages and several buffers: what calls hold becomes what this platform's functions take. */
#include "calls/kind.h"
#include "calls/perform.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

/* The most buffers that there really are, and bytes behind control data that show overruns. */
enum { VECTOR_MOST = 4096, GUARD = 64 };

static void *allocate(size_t count, size_t size)
{
    void *room = calloc(count ? count : 1, size);
    if (!room)
        abort();
    return room;
}

/* What to pass for something that the call holds and that has a pointer of its own. */
static void *pointer_to(enum pointer pointer, void *what)
{
    return pointer == POINTER_BAD ? bad_pointer() : pointer == POINTER_NULL ? NULL : what;
}

/* ---- buffers ---- */

/* A native vector of so many, of which the first so many are given. */
static struct iovec *vector_of(const struct block *buffer, size_t given, size_t count, bool in)
{
    size_t size = count > VECTOR_MOST ? VECTOR_MOST : count;
    struct iovec *vector = allocate(size, sizeof *vector);
    for (size_t i = 0; i < given && i < size; i++) {
        vector[i].iov_base = block_pointer(&buffer[i]);
        vector[i].iov_len = in ? buffer[i].length : buffer[i].capacity;
    }
    return vector;
}

/* Notes in each buffer how many of the bytes received are there. */
static void take_buffers(struct block *buffer, size_t count, size_t received)
{
    for (size_t i = 0; i < count; i++) {
        size_t there = received < buffer[i].capacity ? received : buffer[i].capacity;
        buffer[i].length = (uint32_t)there;
        received -= there;
    }
}

static int64_t perform_vector(struct call *call, bool in)
{
    struct block *block = &call->block[1];
    size_t count = block->bytes ? block->length / sizeof(struct block) : 0;
    struct iovec *vector = vector_of(block->bytes, count, count, in);
    struct iovec *given =
        block->bytes && block->pointer == POINTER_GOOD ? vector : block_pointer(block);
    int said = block->bytes ? (int)count : (int)block->length;
    int64_t result = in ? writev(call_fd(call), given, said) : readv(call_fd(call), given, said);
    int error = errno;
    if (!in && result >= 0)
        take_buffers(block->bytes, count, (size_t)result);
    free(vector);
    errno = error;
    return result;
}

int64_t perform_writev(struct call *call)
{
    return perform_vector(call, true);
}

int64_t perform_readv(struct call *call)
{
    return perform_vector(call, false);
}

/* ---- control data ---- */

/* How much of an element's value there is. */
static size_t control_there(const struct control *control)
{
    if (control->length > INT32_MAX)
        return 0;
    return control->length < CONTROL_VALUE ? control->length : CONTROL_VALUE;
}

static size_t control_size(const struct message *message)
{
    size_t size = 0;
    for (size_t i = 0; i < message->controls; i++)
        size += CMSG_SPACE(control_there(&message->control[i]));
    return size;
}

static void write_controls(unsigned char *at, const struct message *message)
{
    for (size_t i = 0; i < message->controls; i++) {
        const struct control *control = &message->control[i];
        struct cmsghdr *header = (struct cmsghdr *)(void *)at;
        size_t there = control_there(control);
        /* The length that is claimed may be less than a header's. */
        header->cmsg_len = CMSG_LEN(0) + (size_t)(int32_t)control->length;
        header->cmsg_level = control->level;
        header->cmsg_type = control->type;
        memcpy(CMSG_DATA(header), control->value, there);
        at += CMSG_SPACE(there);
    }
}

/* Takes over the elements that came, of which no more than the room is read. */
static void read_controls(struct message *message, const unsigned char *at, size_t size)
{
    message->controls = 0;
    while (size >= CMSG_LEN(0) && message->controls < MESSAGE_CONTROLS) {
        struct control *control = &message->control[message->controls];
        const struct cmsghdr *header = (const struct cmsghdr *)(const void *)at;
        size_t length = header->cmsg_len;
        if (length < CMSG_LEN(0) || length > size)
            break;
        *control = (struct control){.level = header->cmsg_level,
                                    .type = header->cmsg_type,
                                    .length = (uint32_t)(length - CMSG_LEN(0))};
        memcpy(control->value, at + CMSG_LEN(0), control_there(control));
        message->controls++;
        size_t step = CMSG_SPACE(control->length);
        at += step < size ? step : size;
        size -= step < size ? step : size;
    }
}

/* ---- messages ---- */

/* What belongs to a native header. */
struct native {
    struct iovec *vector;
    unsigned char *control;
    size_t control_size;
};

static void build(struct native *native, struct msghdr *header, struct message *message, bool in)
{
    size_t buffers = message->buffers + message->more_buffers;
    bool has_pointer = message->control_room || message->control_pointer != POINTER_GOOD;
    native->vector = vector_of(message->buffer, message->buffers, buffers, in);
    native->control_size = in && message->controls ? control_size(message)
                           : has_pointer           ? CMSG_LEN(message->control_room)
                                                   : 0;
    native->control = allocate(native->control_size + GUARD, 1);
    if (in)
        write_controls(native->control, message);
    memset(native->control + native->control_size, UNWRITTEN, GUARD);
    memset(header, 0, sizeof *header); /* some have padding that the kernel looks at */
    header->msg_name = block_pointer(&message->name);
    header->msg_namelen = in ? message->name.length : message->name.capacity;
    header->msg_iov = pointer_to(message->buffers_pointer, native->vector);
    header->msg_iovlen = buffers;
    header->msg_control = pointer_to(message->control_pointer, native->control);
    header->msg_controllen = native->control_size;
    header->msg_flags = message->flags;
    if (!native->control_size)
        header->msg_control = NULL;
}

/* Takes over what a message received. */
static void take(struct message *message, const struct native *native, const struct msghdr *header,
                 size_t received)
{
    size_t there = header->msg_controllen;
    message->name.length = header->msg_namelen;
    message->flags = header->msg_flags;
    take_buffers(message->buffer, message->buffers, received);
    if (message->control_pointer != POINTER_GOOD)
        there = 0;
    read_controls(message, native->control,
                  there < native->control_size ? there : native->control_size);
}

static bool overran(const struct native *native)
{
    for (size_t i = 0; i < GUARD; i++)
        if (native->control[native->control_size + i] != UNWRITTEN)
            return true;
    return false;
}

/* Releases what belongs to a header; errno stays as it is. */
static void discard(struct native *native)
{
    int error = errno;
    free(native->vector);
    free(native->control);
    errno = error;
}

static int64_t perform_one(struct call *call, bool in)
{
    struct block *block = &call->block[1];
    struct message *message = block->bytes;
    struct native native;
    struct msghdr header, *pointer;
    if (block->pointer == POINTER_BAD || !message) {
        pointer = block_pointer(block);
        return in ? sendmsg(call_fd(call), pointer, call_int(call, 2))
                  : recvmsg(call_fd(call), pointer, call_int(call, 2));
    }
    build(&native, &header, message, in);
    pointer = pointer_to(message->pointer, &header);
    int64_t result = in ? sendmsg(call_fd(call), pointer, call_int(call, 2))
                        : recvmsg(call_fd(call), pointer, call_int(call, 2));
    if (!in && result >= 0) {
        take(message, &native, &header, (size_t)result);
        block->overrun |= overran(&native);
    }
    discard(&native);
    return result;
}

int64_t perform_sendmsg(struct call *call)
{
    return perform_one(call, true);
}

int64_t perform_recvmsg(struct call *call)
{
    return perform_one(call, false);
}

/* ---- several messages ---- */

#ifdef MSG_WAITFORONE

/* A time as recvmmsg() takes it. */
static int receive_several(struct call *call, struct mmsghdr *headers, unsigned count)
{
    struct block *block = &call->block[3];
    struct duration *duration = block->bytes;
    if (!duration || block->pointer == POINTER_BAD)
        return recvmmsg(call_fd(call), headers, count, call_int(call, 2), block_pointer(block));
    struct timespec time = {.tv_sec = (time_t)duration->seconds,
                            .tv_nsec = (long)duration->fraction};
    if (time.tv_sec != duration->seconds || time.tv_nsec != duration->fraction)
        return (int)perform_lacking(); /* this platform's structure cannot hold it */
    int result = recvmmsg(call_fd(call), headers, count, call_int(call, 2), &time);
    duration->seconds = time.tv_sec;
    duration->fraction = time.tv_nsec;
    return result;
}

static int64_t perform_several(struct call *call, bool in)
{
    struct block *block = &call->block[1];
    struct message *message = block->bytes;
    bool there = message && block->pointer == POINTER_GOOD;
    size_t count = there ? block->length / sizeof *message : 0;
    struct mmsghdr *headers = allocate(count, sizeof *headers);
    struct native *natives = allocate(count, sizeof *natives);
    struct mmsghdr *pointer = there ? headers : block_pointer(block);
    unsigned said = there ? (unsigned)count : block->length;
    for (size_t i = 0; i < count; i++)
        build(&natives[i], &headers[i].msg_hdr, &message[i], in);
    int result = in ? sendmmsg(call_fd(call), pointer, said, call_int(call, 2))
                    : receive_several(call, pointer, said);
    for (size_t i = 0; i < count; i++) {
        if (result > 0 && i < (size_t)result) {
            message[i].count = headers[i].msg_len;
            if (!in)
                take(&message[i], &natives[i], &headers[i].msg_hdr, headers[i].msg_len);
            block->overrun |= overran(&natives[i]);
        }
        discard(&natives[i]);
    }
    int error = errno;
    free(headers);
    free(natives);
    errno = error;
    return result;
}

int64_t perform_sendmmsg(struct call *call)
{
    return perform_several(call, true);
}

int64_t perform_recvmmsg(struct call *call)
{
    return perform_several(call, false);
}

#else

int64_t perform_sendmmsg(struct call *call)
{
    (void)call;
    return perform_lacking();
}

int64_t perform_recvmmsg(struct call *call)
{
    (void)call;
    return perform_lacking();
}

#endif
