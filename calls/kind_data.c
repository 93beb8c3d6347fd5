/* Parameters that are bytes and texts. */
#include "calls/kind.h"
#include "calls/kind_parts.h"

#include "calls/kind_parts.h"

#include <stdlib.h>
#include <string.h>

/* The most that a case sends or receives at once. */
enum { MOST = 1 << 19, SHOWN = 24 };

/* Prints what stands for a block that has no bytes to show; false if it has. */
static bool print_pointer(struct text *text, const struct block *block)
{
    if (block->pointer == POINTER_BAD)
        text_add(text, "BAD");
    else if (!block->bytes)
        text_add(text, "NULL");
    return block->pointer == POINTER_BAD || !block->bytes;
}

/* ---- data ---- */

static void print_in(struct text *text, const struct call *call, int at, bool finished)
{
    const struct block *block = &call->block[at];
    (void)finished;
    if (!print_pointer(text, block))
        text_add_bytes(text, block->bytes, block->length, SHOWN);
    text_add(text, ", %u", block->length);
}

static void put_in(struct frame *frame, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    if (put_pointer(frame, block))
        frame_put_bytes(frame, block->bytes, block->length);
    else
        frame_put_number(frame, block->length);
}

static void get_in(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    size_t count;
    if (!get_pointer(frame, block)) {
        block->length = (uint32_t)frame_get_count(frame, UINT32_MAX);
        return;
    }
    const void *bytes = frame_get_bytes(frame, &count);
    block_allocate(frame, block, count);
    if (block->bytes && count)
        memcpy(block->bytes, bytes, count);
    block->length = (uint32_t)count;
}

static void print_out(struct text *text, const struct call *call, int at, bool finished)
{
    const struct block *block = &call->block[at];
    if (print_pointer(text, block))
        ;
    else if (finished && !call->error)
        text_add_bytes(text, block->bytes, call_received(call, block), SHOWN);
    else
        text_add(text, "...");
    text_add(text, ", %u", block->capacity);
}

static void put_room(struct frame *frame, const struct call *call, int at)
{
    put_pointer(frame, &call->block[at]);
    frame_put_number(frame, call->block[at].capacity);
}

static void get_room(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    bool bytes = get_pointer(frame, block);
    block->capacity = (uint32_t)frame_get_count(frame, bytes ? MOST : UINT32_MAX);
    if (!bytes)
        return;
    block_allocate(frame, block, block->capacity);
    block_guard(block);
}

static void put_data(struct frame *frame, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    frame_put_bytes(frame, block->bytes, call_received(call, block));
    frame_put_flag(frame, block_overrun(block));
}

static void get_data(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    if (frame_get_into(frame, block->bytes, block->capacity) != call_received(call, block))
        frame->bad = true;
    block->overrun = frame_get_flag(frame);
}

const struct kind kind_data_in = {.name = "data", .print = print_in, .put = put_in, .get = get_in};
const struct kind kind_data_out = {.name = "data-out",
                                   .print = print_out,
                                   .put = put_room,
                                   .get = get_room,
                                   .put_out = put_data,
                                   .get_out = get_data};

/* ---- texts ---- */

static void print_text(struct text *text, const struct call *call, int at, bool finished)
{
    const struct block *block = &call->block[at];
    (void)finished;
    if (!print_pointer(text, block))
        text_add_bytes(text, block->bytes, block->length, 64);
}

/* Read as a string, so it ends with a NUL. */
static void get_text(struct frame *frame, struct call *call, int at)
{
    get_in(frame, call, at); /* block_allocate() leaves room behind, filled with zeros */
}

const struct kind kind_text_in = {
    .name = "text", .print = print_text, .put = put_in, .get = get_text};

/* A text that comes out: its length is what came before the NUL; without one in the room, the room
 * and one. */
static void print_text_out(struct text *text, const struct call *call, int at, bool finished)
{
    const struct block *block = &call->block[at];
    if (print_pointer(text, block))
        return;
    if (finished && !call->error)
        text_add_bytes(text, block->bytes,
                       block->length < block->capacity ? block->length : block->capacity, 64);
    else
        text_add(text, "[%u]", block->capacity);
}

static void put_text_out(struct frame *frame, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    const char *bytes = block->bytes;
    size_t length = strnlen(bytes, block->capacity);
    frame_put_bytes(frame, bytes, length);
    frame_put_flag(frame, length < block->capacity);
    frame_put_flag(frame, block_overrun(block));
}

static void get_text_out(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    size_t length = frame_get_into(frame, block->bytes, block->capacity);
    bool ends = frame_get_flag(frame);
    if (ends && length >= block->capacity)
        frame->bad = true;
    else if (ends)
        ((char *)block->bytes)[length] = '\0';
    block->length = (uint32_t)(ends ? length : length + 1);
    block->overrun = frame_get_flag(frame);
}

/* A call that failed may leave the buffer as it was. */
static void check_text_out(struct text *why, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    bool failed = operation_info(call->operation)->result == R_LOOKUP && call->result != 0;
    bool nothing = operation_info(call->operation)->result == R_FOUND && call->result == 0;
    if (block->bytes && block->capacity && block->length > block->capacity && !failed && !nothing)
        text_add(why, "a text without an end");
}

const struct kind kind_text_out = {.name = "text-out",
                                   .print = print_text_out,
                                   .put = put_room,
                                   .get = get_room,
                                   .put_out = put_text_out,
                                   .get_out = get_text_out,
                                   .check = check_text_out};

/* ---- several buffers ---- */

/* More than an implementation takes at once, so that it can be asked to. */
enum { BUFFERS = 1100 };

static size_t buffers_of(const struct block *block)
{
    return block->bytes ? block->length / sizeof(struct block) : 0;
}

static void print_vector(struct text *text, const struct call *call, int at, bool finished)
{
    const struct block *block = &call->block[at], *buffer = block->bytes;
    bool in = operation_info(call->operation)->parameter[at] == P_VECTOR_IN;
    size_t left = finished && call->result > 0 ? (size_t)call->result : 0;
    if (print_pointer(text, block)) {
        text_add(text, ", %u", block->length);
        return;
    }
    text_add(text, "[");
    for (size_t i = 0; i < buffers_of(block); i++) {
        size_t size = in ? buffer[i].length : buffer[i].capacity;
        size_t there = in ? size : left < size ? left : size;
        left -= in ? 0 : there;
        text_add(text, i ? ", " : "");
        if (!print_pointer(text, &buffer[i]))
            text_add_bytes(text, buffer[i].bytes, there, SHOWN);
        text_add(text, ", %zu", size);
    }
    text_add(text, "], %zu", buffers_of(block));
}

void put_buffers(struct frame *frame, const struct block *buffer, size_t count, bool in)
{
    frame_put_number(frame, (int64_t)count);
    for (size_t i = 0; i < count; i++) {
        bool bytes = put_pointer(frame, &buffer[i]);
        if (in && bytes)
            frame_put_bytes(frame, buffer[i].bytes, buffer[i].length);
        else
            frame_put_number(frame, in ? buffer[i].length : buffer[i].capacity);
    }
}

void get_buffers(struct frame *frame, struct block *buffer, size_t count, bool in)
{
    for (size_t i = 0; i < count && !frame->bad; i++) {
        size_t size;
        bool bytes = get_pointer(frame, &buffer[i]);
        if (in && bytes) {
            const void *given = frame_get_bytes(frame, &size);
            block_allocate(frame, &buffer[i], size);
            if (buffer[i].bytes && size)
                memcpy(buffer[i].bytes, given, size);
            buffer[i].length = (uint32_t)size;
        } else if (in) {
            buffer[i].length = (uint32_t)frame_get_count(frame, UINT32_MAX);
        } else {
            buffer[i].capacity = (uint32_t)frame_get_count(frame, bytes ? MOST : UINT32_MAX);
            if (!bytes)
                continue;
            block_allocate(frame, &buffer[i], buffer[i].capacity);
            block_guard(&buffer[i]);
        }
    }
}

void put_buffers_out(struct frame *frame, const struct block *buffer, size_t count, size_t received)
{
    for (size_t i = 0; i < count; i++) {
        size_t there = received < buffer[i].capacity ? received : buffer[i].capacity;
        received -= there;
        if (!buffer[i].bytes)
            continue;
        frame_put_bytes(frame, buffer[i].bytes, there);
        frame_put_flag(frame, block_overrun(&buffer[i]));
    }
}

bool get_buffers_out(struct frame *frame, struct block *buffer, size_t count, size_t received)
{
    bool overrun = false;
    for (size_t i = 0; i < count && !frame->bad; i++) {
        size_t there = received < buffer[i].capacity ? received : buffer[i].capacity;
        received -= there;
        if (!buffer[i].bytes || buffer[i].pointer == POINTER_BAD)
            continue;
        if (frame_get_into(frame, buffer[i].bytes, buffer[i].capacity) != there)
            frame->bad = true;
        buffer[i].length = (uint32_t)there;
        overrun |= frame_get_flag(frame);
    }
    return overrun;
}

static void put_vector(struct frame *frame, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    bool in = operation_info(call->operation)->parameter[at] == P_VECTOR_IN;
    if (put_pointer(frame, block))
        put_buffers(frame, block->bytes, buffers_of(block), in);
    else
        frame_put_number(frame, block->length);
}

static void get_vector(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    bool in = operation_info(call->operation)->parameter[at] == P_VECTOR_IN;
    bool bytes = get_pointer(frame, block);
    size_t count = (size_t)frame_get_count(frame, bytes ? BUFFERS : UINT32_MAX);
    if (!bytes) {
        block->length = (uint32_t)count;
        return;
    }
    block_allocate(frame, block, count * sizeof(struct block));
    block->length = (uint32_t)(count * sizeof(struct block));
    if (block->bytes)
        get_buffers(frame, block->bytes, count, in);
}

static void release_vector(struct call *call, int at)
{
    struct block *buffer = call->block[at].bytes;
    for (size_t i = 0; i < buffers_of(&call->block[at]); i++)
        free(buffer[i].bytes);
}

static void put_vector_out(struct frame *frame, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    put_buffers_out(frame, block->bytes, buffers_of(block),
                    call->result > 0 ? (size_t)call->result : 0);
}

static void get_vector_out(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    block->overrun = get_buffers_out(frame, block->bytes, buffers_of(block),
                                     call->result > 0 ? (size_t)call->result : 0);
}

const struct kind kind_vector_in = {.name = "vector",
                                    .print = print_vector,
                                    .put = put_vector,
                                    .get = get_vector,
                                    .release = release_vector};
const struct kind kind_vector_out = {.name = "vector-out",
                                     .print = print_vector,
                                     .put = put_vector,
                                     .get = get_vector,
                                     .put_out = put_vector_out,
                                     .get_out = get_vector_out,
                                     .release = release_vector};
