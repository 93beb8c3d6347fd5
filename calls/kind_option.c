/* Parameters that are values of options. What travels are the fields of the type that the option
 * has, and the length in terms of that type. */
#include "calls/kind.h"

#include "calls/options.h"

static const struct value_type *type_of(const struct call *call, int at, uint32_t length)
{
    return option_type((int)call->argument[at - 2], (int)call->argument[at - 1], length);
}

static bool there_is_none(const struct block *block)
{
    return block->pointer == POINTER_BAD || !block->bytes;
}

/* Prints the value, of which so many bytes are said to be there, or what stands for it. */
static void print_value(struct text *text, const struct call *call, int at, uint32_t length)
{
    const struct block *block = &call->block[at];
    const struct value_type *type = type_of(call, at, length);
    if (there_is_none(block))
        text_add(text, block->pointer == POINTER_BAD ? "BAD" : "NULL");
    else
        value_print(text, type, block->bytes, value_there(type, length));
}

/* Room for a value that is said to be so long: the type's size at least. */
static size_t room_for(const struct value_type *type, uint32_t length)
{
    return length <= VALUE_MOST && length > type->size ? length : type->size;
}

/* ---- values that go in ---- */

static void print_in(struct text *text, const struct call *call, int at, bool finished)
{
    const struct block *block = &call->block[at];
    (void)finished;
    print_value(text, call, at, block->length);
    text_add(text, ", %d", (int)block->length);
}

static void put_in(struct frame *frame, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    const struct value_type *type = type_of(call, at, block->length);
    bool bytes = put_pointer(frame, block);
    put_value_type(frame, type, block->length);
    if (bytes)
        put_value(frame, type, block->bytes, value_there(type, block->length));
}

static void get_in(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    bool bytes = get_pointer(frame, block);
    const struct value_type *type = get_value_type(frame, &block->length);
    if (!bytes)
        return;
    block_allocate(frame, block, room_for(type, block->length));
    if (block->bytes)
        get_value(frame, type, block->bytes, value_there(type, block->length));
}

const struct kind kind_value_in = {
    .name = "value", .print = print_in, .put = put_in, .get = get_in};

/* ---- values that come out ---- */

/* How much of what came out is there. */
static uint32_t length_out(const struct block *block)
{
    return block->length < block->capacity ? block->length : block->capacity;
}

static void print_out(struct text *text, const struct call *call, int at, bool finished)
{
    const struct block *block = &call->block[at];
    bool there = finished && !call->error;
    if (there || there_is_none(block))
        print_value(text, call, at, length_out(block));
    else
        text_add(text, "...");
    text_add(text, ", %d", (int)(there ? block->length : block->capacity));
    if (block->length_pointer != POINTER_GOOD)
        text_add(text, block->length_pointer == POINTER_BAD ? " at BAD" : " at NULL");
}

static void put_room(struct frame *frame, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    put_pointer(frame, block);
    put_value_type(frame, type_of(call, at, block->capacity), block->capacity);
}

static void get_room(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    bool bytes = get_pointer(frame, block);
    const struct value_type *type = get_value_type(frame, &block->capacity);
    if (!bytes)
        return;
    block_allocate(frame, block, room_for(type, block->capacity));
    block_fill(block, room_for(type, block->capacity));
    if (block->capacity <= VALUE_MOST)
        block_guard(block);
}

static void put_out(struct frame *frame, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    const struct value_type *type = type_of(call, at, block->length);
    put_value_type(frame, type, block->length);
    put_value(frame, type, block->bytes, value_there(type, length_out(block)));
    frame_put_flag(frame, block->capacity <= VALUE_MOST && block_overrun(block));
}

static void get_out(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    const struct value_type *type = get_value_type(frame, &block->length);
    size_t there = value_there(type_of(call, at, block->capacity), block->capacity);
    get_value(frame, type, block->bytes, there);
    block->overrun = frame_get_flag(frame);
}

static void check_out(struct text *why, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    const struct value_type *type = type_of(call, at, block->length);
    bool room = block->capacity <= INT32_MAX;
    if (there_is_none(block) || block->length_pointer != POINTER_GOOD || !room)
        return;
    if (block->length > block->capacity)
        text_add(why, "%u bytes in a room of %u", block->length, block->capacity);
    else if (block->capacity >= type->size && !value_has_length(type, block->length))
        text_add(why, "a value of %u bytes instead of %u", block->length, type->size);
    else
        value_check(why, type, block->bytes, block->length);
}

const struct kind kind_value_out = {.name = "value-out",
                                    .print = print_out,
                                    .put = put_room,
                                    .get = get_room,
                                    .put_out = put_out,
                                    .get_out = get_out,
                                    .check = check_out};
