/* What ioctl() takes or gives: a value of the type that the request before it has, in and out. Its
 * block's length and capacity are the same; ioctl() itself knows of no length. */
#include "calls/kind.h"

#include "calls/options.h"

static const struct value_type *type_of(const struct call *call, int at)
{
    return request_type(call->argument[at - 1], call->block[at].capacity);
}

static void print(struct text *text, const struct call *call, int at, bool finished)
{
    const struct block *block = &call->block[at];
    const struct value_type *type = type_of(call, at);
    (void)finished;
    if (block->pointer == POINTER_BAD || !block->bytes)
        text_add(text, block->pointer == POINTER_BAD ? "BAD" : "NULL");
    else
        value_print(text, type, block->bytes, value_there(type, block->capacity));
}

static void put(struct frame *frame, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    const struct value_type *type = type_of(call, at);
    bool bytes = put_pointer(frame, block);
    put_value_type(frame, type, block->capacity);
    if (bytes)
        put_value(frame, type, block->bytes, value_there(type, block->capacity));
}

/* There is room for the whole value, whatever is said: ioctl() is not told. What is said to be
 * there may be of another type than the request's, to which ioctl() writes. */
static void get(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    bool bytes = get_pointer(frame, block);
    const struct value_type *type = get_value_type(frame, &block->capacity);
    if (!bytes)
        return;
    if (block->capacity < type->size || block->capacity > VALUE_MOST)
        block->capacity = type->size;
    if (block->capacity < type_of(call, at)->size)
        block->capacity = type_of(call, at)->size;
    block->length = block->capacity;
    block_allocate(frame, block, block->capacity);
    if (!block->bytes)
        return;
    get_value(frame, type, block->bytes, block->capacity);
    block_guard(block);
}

static void put_out(struct frame *frame, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    const struct value_type *type = type_of(call, at);
    put_value(frame, type, block->bytes, value_there(type, block->capacity));
    frame_put_flag(frame, block_overrun(block));
}

static void get_out(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    const struct value_type *type = type_of(call, at);
    get_value(frame, type, block->bytes, value_there(type, block->capacity));
    block->overrun = frame_get_flag(frame);
}

static void check(struct text *why, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    if (block->bytes && block->pointer == POINTER_GOOD)
        value_check(why, type_of(call, at), block->bytes, block->capacity);
}

const struct kind kind_ioctl = {.name = "ioctl",
                                .print = print,
                                .put = put,
                                .get = get,
                                .put_out = put_out,
                                .get_out = get_out,
                                .check = check};
