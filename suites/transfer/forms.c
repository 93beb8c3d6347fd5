#include "suites/transfer/forms.h"

struct call sending(const struct test *t, struct transfer *transfer, int fd, const void *data,
                    size_t size, int flags)
{
    static const enum operation operations[] = {OP_SEND, OP_SENDTO, OP_SENDMSG, OP_WRITE,
                                                OP_WRITEV};
    struct call call = {.operation = operations[t->chosen[0]], .argument = {fd}};
    transfer->buffer = block_in(data, size);
    transfer->message = (struct message){.buffer = {transfer->buffer}, .buffers = 1};
    if (call.operation == OP_SENDMSG)
        call.block[1] = block_in(&transfer->message, sizeof transfer->message);
    else if (call.operation == OP_WRITEV)
        call.block[1] = block_in(&transfer->buffer, sizeof transfer->buffer);
    else
        call.block[1] = transfer->buffer;
    if (call_flags(&call))
        *call_flags(&call) = flags;
    return call;
}

struct call receiving(const struct test *t, struct transfer *transfer, int fd, void *data,
                      size_t size, int flags)
{
    static const enum operation operations[] = {OP_RECV, OP_RECVFROM, OP_RECVMSG, OP_READ,
                                                OP_READV};
    struct call call = {.operation = operations[t->chosen[0]], .argument = {fd}};
    transfer->buffer = block_out(data, size);
    transfer->message = (struct message){.buffer = {transfer->buffer}, .buffers = 1};
    if (call.operation == OP_RECVMSG)
        call.block[1] = block_in(&transfer->message, sizeof transfer->message);
    else if (call.operation == OP_READV)
        call.block[1] = block_in(&transfer->buffer, sizeof transfer->buffer);
    else
        call.block[1] = transfer->buffer;
    if (call_flags(&call))
        *call_flags(&call) = flags;
    return call;
}

int send_as(struct test *t, int fd, const void *data, size_t size, int flags)
{
    struct transfer transfer;
    struct call call = sending(t, &transfer, fd, data, size, flags);
    return perform(t->iut, &call);
}

int receive_as(struct test *t, int fd, void *data, size_t size, int flags)
{
    struct transfer transfer;
    struct call call = receiving(t, &transfer, fd, data, size, flags);
    return perform(t->iut, &call);
}

void observe_came(struct test *t, int result, const void *data)
{
    if (result < 0)
        observe_result(result);
    else
        observe("%s", result ? data_text(data, (size_t)result) : "0 bytes");
}

struct ends connected_ends(struct test *t)
{
    if (type_of(t) == SOCK_STREAM) {
        struct connection c = connected_pair(t);
        return (struct ends){c.iut, c.peer};
    }
    struct endpoint own = bound_datagram_socket(t, t->iut);
    struct endpoint other = bound_datagram_socket(t, t->peer);
    must(sk_connect(t->iut, own.fd, &other.address));
    must(sk_connect(t->peer, other.fd, &own.address));
    return (struct ends){own.fd, other.fd};
}

void await_witness(struct test *t)
{
    struct ends witness = connected_ends(t);
    must(sk_send(t->peer, witness.peer, "x", 1, 0));
    await_data(t, t->iut, witness.iut);
}

/* ---- long streams ---- */

/* Receives at the peer, which is trusted to say when there is something. -EAGAIN: nothing came. */
static int peer_receives(struct test *t, int fd, void *data, size_t size)
{
    struct readiness one = {.fd = fd, .asked = POLLIN};
    must(sk_poll(t->peer, &one, 1, patience));
    return sk_recv(t->peer, fd, data, size, MSG_DONTWAIT);
}

const char *peer_reads_pattern(struct test *t, int fd, size_t position, size_t size)
{
    static unsigned char data[1 << 16];
    static char text[64];
    for (size_t done = 0; done < size;) {
        size_t room = size - done < sizeof data ? size - done : sizeof data;
        int count = peer_receives(t, fd, data, room);
        if (count <= 0) {
            snprintf(text, sizeof text, "%zu of %zu bytes and %s", done, size,
                     count ? result_name(count) : "the end");
            return text;
        }
        size_t same = pattern_differs(data, position + done, (size_t)count);
        if (same < (size_t)count) {
            snprintf(text, sizeof text, "another byte after %zu of %zu", done + same, size);
            return text;
        }
        done += (size_t)count;
    }
    return "all";
}

size_t peer_drains_pattern(struct test *t, int fd, size_t position)
{
    static unsigned char data[1 << 12];
    size_t done = 0;
    for (;;) {
        int there = sk_recv(t->peer, fd, data, sizeof data, MSG_PEEK | MSG_DONTWAIT);
        if (there <= 0 || pattern_differs(data, position + done, (size_t)there) < (size_t)there)
            return done;
        done += (size_t)must(sk_recv(t->peer, fd, data, (size_t)there, MSG_DONTWAIT));
    }
}

const char *peer_reads(struct test *t, int fd, size_t size)
{
    char data[64];
    size_t done = 0;
    while (done < size && size <= sizeof data) {
        int count = peer_receives(t, fd, data + done,
                                  type_of(t) == SOCK_STREAM ? size - done : sizeof data);
        if (count < 0)
            return result_name(count);
        done += (size_t)count;
        if (count == 0 || type_of(t) == SOCK_DGRAM)
            break;
    }
    return done ? data_text(data, done) : "0 bytes";
}

bool is_late(int64_t took, int limit)
{
    return took > (limit + machine_milliseconds(0.1)) * INT64_C(1000000);
}

const char *limit_kept(int64_t took, int limit)
{
    enum { TICKS = 20 };
    if (is_late(took, limit))
        return "too late";
    return took < (limit - TICKS) * INT64_C(1000000) ? "too early" : "in time";
}

void await_caught(struct test *t, int signal, int count)
{
    struct backoff backoff = backoff_begin(patience);
    while (must(sk_signals(t->iut, signal)) < count)
        require(backoff_wait(&backoff), "the signal was not caught");
}
