/* Parameters that are messages, one or several: a name, buffers and control data. */
#include "calls/kind.h"

#include "calls/kind_parts.h"
#include "calls/options.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* The most messages that a case gives at once, and the most room for control data. */
enum { MESSAGES = 64, CONTROL_ROOM = 1 << 16, SHOWN = 24 };

static enum parameter parameter_at(const struct call *call, int at)
{
    return operation_info(call->operation)->parameter[at];
}

static bool goes_in(const struct call *call, int at)
{
    return parameter_at(call, at) == P_MESSAGE_IN || parameter_at(call, at) == P_MESSAGES_IN;
}

static bool are_several(const struct call *call, int at)
{
    return parameter_at(call, at) == P_MESSAGES_IN || parameter_at(call, at) == P_MESSAGES_OUT;
}

static size_t messages_of(const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    if (!block->bytes || block->pointer == POINTER_BAD)
        return 0;
    return are_several(call, at) ? block->length / sizeof(struct message) : 1;
}

/* How many messages a call filled in or sent. */
static size_t messages_done(const struct call *call, int at)
{
    size_t most = messages_of(call, at);
    if (!are_several(call, at))
        return most;
    return call->result < 0 ? 0 : (uint64_t)call->result < most ? (size_t)call->result : most;
}

/* How many bytes a message received. */
static size_t received(const struct call *call, int at, const struct message *message)
{
    if (are_several(call, at))
        return message->count;
    return call->result > 0 ? (size_t)call->result : 0;
}

/* ---- control data ---- */

static const struct value_type *type_of(const struct control *control)
{
    return control_type(control->level, control->type, control->length);
}

/* How much of a value there is; of one with a length that no value has, nothing. */
static size_t control_there(const struct control *control)
{
    if (control->length > INT32_MAX)
        return 0;
    size_t there = value_there(type_of(control), control->length);
    return there < CONTROL_VALUE ? there : CONTROL_VALUE;
}

static void print_control(struct text *text, const struct control *control)
{
    const char *level = symbol_name(SYMBOLS_LEVEL, control->level);
    const char *type = symbol_name(control_group(control->level), control->type);
    if (level && type)
        text_add(text, "{%s, %s, ", level, type);
    else
        text_add(text, "{%d, %d, ", control->level, control->type);
    value_print(text, type_of(control), control->value, control_there(control));
    if (value_has_length(type_of(control), control->length) && control->length <= CONTROL_VALUE)
        text_add(text, "}");
    else
        text_add(text, ", %d}", (int)control->length);
}

static void put_controls(struct frame *frame, const struct message *message)
{
    frame_put_number(frame, (int64_t)message->controls);
    for (size_t i = 0; i < message->controls; i++) {
        const struct control *control = &message->control[i];
        frame_put_symbol(frame, SYMBOLS_LEVEL, control->level);
        frame_put_symbol(frame, control_group(control->level), control->type);
        put_value_type(frame, type_of(control), control->length);
        put_value(frame, type_of(control), control->value, control_there(control));
    }
}

static void get_controls(struct frame *frame, struct message *message)
{
    message->controls = (size_t)frame_get_count(frame, MESSAGE_CONTROLS);
    for (size_t i = 0; i < message->controls && !frame->bad; i++) {
        struct control *control = &message->control[i];
        control->level = frame_get_int(frame, frame_get_symbol(frame, SYMBOLS_LEVEL));
        control->type =
            frame_get_int(frame, frame_get_symbol(frame, control_group(control->level)));
        const struct value_type *type = get_value_type(frame, &control->length);
        get_value(frame, type, control->value, sizeof control->value);
    }
}

static void check_controls(struct text *why, const struct message *message)
{
    bool cut = message->flags & MSG_CTRUNC;
    for (size_t i = 0; i < message->controls && !cut && !why->used; i++) {
        const struct control *control = &message->control[i];
        const struct value_type *type = type_of(control);
        if (!value_has_length(type, control->length))
            text_add(why, "control data of %u bytes instead of %u", control->length, type->size);
        else
            value_check(why, type, control->value, control_there(control));
    }
}

/* ---- printing ---- */

/* Buffers that go in, or that a call left so many bytes in, or that it has not filled yet. */
static void print_buffers(struct text *text, const struct message *message, bool in, bool filled,
                          size_t left)
{
    text_add(text, "[");
    for (size_t i = 0; i < message->buffers; i++) {
        const struct block *buffer = &message->buffer[i];
        size_t size = in ? buffer->length : buffer->capacity;
        size_t there = in ? size : left < size ? left : size;
        left -= in ? 0 : there;
        text_add(text, i ? ", " : "");
        if (buffer->pointer == POINTER_BAD || !buffer->bytes)
            text_add(text, buffer->pointer == POINTER_BAD ? "BAD" : "NULL");
        else if (in || filled)
            text_add_bytes(text, buffer->bytes, there, SHOWN);
        else
            text_add(text, "...");
        text_add(text, ", %zu", size);
    }
    text_add(text, message->more_buffers ? ", and %u]" : "]", message->more_buffers);
}

static void print_name_of(struct text *text, const struct message *message, bool in, bool filled)
{
    const struct block *name = &message->name;
    if (in)
        print_name(text, name, name->length);
    else if (filled && name->bytes && name->pointer == POINTER_GOOD)
        print_name(text, name, name->length < name->capacity ? name->length : name->capacity);
    else if (name->pointer == POINTER_BAD || !name->bytes)
        text_add(text, name->pointer == POINTER_BAD ? "BAD" : "NULL");
    else
        text_add(text, "[%u]", name->capacity);
}

static void print_message(struct text *text, const struct message *message, bool in, bool filled,
                          size_t left)
{
    char flags[96];
    text_add(text, "{");
    print_name_of(text, message, in, filled);
    text_add(text, ", ");
    if (message->buffers_pointer == POINTER_GOOD)
        print_buffers(text, message, in, filled, left);
    else
        text_add(text, message->buffers_pointer == POINTER_BAD ? "BAD" : "NULL");
    if (message->control_pointer != POINTER_GOOD)
        text_add(text,
                 message->control_pointer == POINTER_BAD ? ", control BAD" : ", control NULL");
    else if (!in && !filled && message->control_room)
        text_add(text, ", control [%u]", message->control_room);
    for (size_t i = 0; (in || filled) && i < message->controls; i++) {
        text_add(text, ", ");
        print_control(text, &message->control[i]);
    }
    if (!in && filled && message->flags) {
        format_flags(SYMBOLS_MESSAGE_FLAG, message->flags, flags, sizeof flags);
        text_add(text, ", %s", flags);
    }
    text_add(text, "}");
}

static void print(struct text *text, const struct call *call, int at, bool finished)
{
    const struct block *block = &call->block[at];
    const struct message *message = block->bytes;
    size_t filled = finished && !call->error ? messages_done(call, at) : 0;
    bool several = are_several(call, at);
    if (block->pointer == POINTER_BAD || !message ||
        (!several && message->pointer != POINTER_GOOD)) {
        bool bad = block->pointer == POINTER_BAD || (message && message->pointer == POINTER_BAD);
        text_add(text, bad ? "BAD" : "NULL");
    } else {
        text_add(text, several ? "[" : "");
        for (size_t i = 0; i < messages_of(call, at); i++) {
            text_add(text, i ? ", " : "");
            print_message(text, &message[i], goes_in(call, at), i < filled,
                          received(call, at, &message[i]));
        }
        text_add(text, several ? "]" : "");
    }
    if (several)
        text_add(text, ", %zu", message ? messages_of(call, at) : (size_t)block->length);
}

/* ---- on the way in ---- */

static void put_message(struct frame *frame, const struct message *message, bool in)
{
    frame_put_number(frame, message->pointer);
    frame_put_number(frame, message->buffers_pointer);
    frame_put_number(frame, message->control_pointer);
    (in ? put_name_in : put_name_room)(frame, &message->name);
    frame_put_number(frame, message->more_buffers);
    put_buffers(frame, message->buffer, message->buffers, in);
    if (in)
        put_controls(frame, message);
    frame_put_number(frame, message->control_room);
    frame_put_flags(frame, SYMBOLS_MESSAGE_FLAG, message->flags);
}

static void get_message(struct frame *frame, struct message *message, bool in)
{
    message->pointer = (enum pointer)frame_get_count(frame, POINTER_NULL);
    message->buffers_pointer = (enum pointer)frame_get_count(frame, POINTER_NULL);
    message->control_pointer = (enum pointer)frame_get_count(frame, POINTER_NULL);
    (in ? get_name_in : get_name_room)(frame, &message->name);
    message->more_buffers = (uint32_t)frame_get_count(frame, UINT32_MAX);
    message->buffers = (size_t)frame_get_count(frame, MESSAGE_BUFFERS);
    get_buffers(frame, message->buffer, message->buffers, in);
    if (in)
        get_controls(frame, message);
    message->control_room = (uint32_t)frame_get_count(frame, CONTROL_ROOM);
    message->flags = frame_get_int(frame, frame_get_flags(frame, SYMBOLS_MESSAGE_FLAG));
}

static void put(struct frame *frame, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    const struct message *message = block->bytes;
    size_t count = messages_of(call, at);
    bool bytes = put_pointer(frame, block);
    frame_put_number(frame, (int64_t)(bytes ? count : block->length));
    for (size_t i = 0; i < count; i++)
        put_message(frame, &message[i], goes_in(call, at));
}

static void get(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    bool bytes = get_pointer(frame, block);
    uint32_t most = !bytes ? UINT32_MAX : are_several(call, at) ? MESSAGES : 1;
    block->length = (uint32_t)frame_get_count(frame, most);
    if (!bytes)
        return;
    /* One message is there whatever is said: the call reads it. */
    size_t count = are_several(call, at) ? block->length : 1;
    block_allocate(frame, block, count * sizeof(struct message));
    block->length = (uint32_t)(count * sizeof(struct message));
    struct message *message = block->bytes;
    for (size_t i = 0; message && i < count && !frame->bad; i++)
        get_message(frame, &message[i], goes_in(call, at));
}

static void release(struct call *call, int at)
{
    struct message *message = call->block[at].bytes;
    size_t count = message ? call->block[at].length / sizeof *message : 0;
    for (size_t i = 0; i < count; i++) {
        free(message[i].name.bytes);
        for (size_t k = 0; k < MESSAGE_BUFFERS; k++)
            free(message[i].buffer[k].bytes);
    }
}

/* ---- on the way back ---- */

static bool gives_name(const struct message *message)
{
    return message->name.bytes && message->name.pointer == POINTER_GOOD;
}

/* Of several messages the counts come first: they say what is in the buffers. */
static void put_out(struct frame *frame, const struct call *call, int at)
{
    const struct message *message = call->block[at].bytes;
    for (size_t i = 0; i < messages_done(call, at); i++, message++) {
        frame_put_number(frame, message->count);
        if (goes_in(call, at))
            continue;
        if (gives_name(message))
            put_name_out(frame, &message->name);
        put_buffers_out(frame, message->buffer, message->buffers, received(call, at, message));
        put_controls(frame, message);
        frame_put_flags(frame, SYMBOLS_MESSAGE_FLAG, message->flags);
    }
    frame_put_flag(frame, call->block[at].overrun);
}

static void get_out(struct frame *frame, struct call *call, int at)
{
    struct message *message = call->block[at].bytes;
    bool overrun = false;
    for (size_t i = 0; i < messages_done(call, at) && !frame->bad; i++, message++) {
        message->count = (uint32_t)frame_get_count(frame, UINT32_MAX);
        if (goes_in(call, at))
            continue;
        if (gives_name(message))
            get_name_out(frame, &message->name);
        overrun |=
            get_buffers_out(frame, message->buffer, message->buffers, received(call, at, message));
        overrun |= message->name.overrun;
        get_controls(frame, message);
        message->flags = frame_get_int(frame, frame_get_flags(frame, SYMBOLS_MESSAGE_FLAG));
    }
    call->block[at].overrun = frame_get_flag(frame) || overrun;
}

/* Whether one of several messages says that more was sent or received than there was. */
static void check_count(struct text *why, const struct call *call, int at,
                        const struct message *message)
{
    bool in = goes_in(call, at), may = !in && call->argument[2] & MSG_TRUNC;
    uint64_t most = 0;
    for (size_t i = 0; i < message->buffers; i++)
        most += in ? message->buffer[i].length : message->buffer[i].capacity;
    if (are_several(call, at) && message->count > most && !may)
        text_add(why, "a message of %u bytes of %llu", message->count, (unsigned long long)most);
}

static void check(struct text *why, const struct call *call, int at)
{
    const struct message *message = call->block[at].bytes;
    for (size_t i = 0; i < messages_done(call, at) && !why->used; i++) {
        check_count(why, call, at, &message[i]);
        if (goes_in(call, at) || why->used)
            continue;
        check_name(why, &message[i].name);
        if (!why->used)
            check_controls(why, &message[i]);
    }
}

#define KIND_IN(name_)  .name = name_, .print = print, .put = put, .get = get, .release = release
#define KIND_OUT(name_) KIND_IN(name_), .put_out = put_out, .get_out = get_out, .check = check

const struct kind kind_message_in = {KIND_IN("message")};
const struct kind kind_message_out = {KIND_OUT("message-out")};
const struct kind kind_messages_in = {KIND_IN("messages"), .put_out = put_out, .get_out = get_out};
const struct kind kind_messages_out = {KIND_OUT("messages-out")};
