#include "calls/frame.h"

#include <limits.h>
#include <string.h>

static void put(struct frame *frame, const void *bytes, size_t count)
{
    if (frame->bad || count > frame->size - frame->at) {
        frame->bad = true;
        return;
    }
    if (count)
        memcpy(frame->bytes + frame->at, bytes, count);
    frame->at += count;
}

/* Bytes of the frame itself; NULL if there are not so many left. */
static unsigned char *get(struct frame *frame, size_t count)
{
    if (frame->bad || count > frame->size - frame->at) {
        frame->bad = true;
        return NULL;
    }
    frame->at += count;
    return frame->bytes + frame->at - count;
}

static void put_unsigned(struct frame *frame, uint64_t value, size_t count)
{
    unsigned char bytes[8];
    for (size_t i = 0; i < count; i++)
        bytes[i] = (unsigned char)(value >> 8 * i);
    put(frame, bytes, count);
}

static uint64_t get_unsigned(struct frame *frame, size_t count)
{
    const unsigned char *bytes = get(frame, count);
    uint64_t value = 0;
    for (size_t i = 0; bytes && i < count; i++)
        value |= (uint64_t)bytes[i] << 8 * i;
    return value;
}

void frame_put_number(struct frame *frame, int64_t number)
{
    put_unsigned(frame, (uint64_t)number, 8);
}

int64_t frame_get_number(struct frame *frame)
{
    return (int64_t)get_unsigned(frame, 8);
}

uint64_t frame_get_count(struct frame *frame, uint64_t most)
{
    uint64_t count = get_unsigned(frame, 8);
    if (count <= most)
        return count;
    frame->bad = true;
    return 0;
}

int frame_get_int(struct frame *frame, int64_t number)
{
    if (number < INT_MIN || number > INT_MAX)
        frame->bad = true;
    return (int)number;
}

void frame_put_flag(struct frame *frame, bool flag)
{
    put_unsigned(frame, flag, 1);
}

bool frame_get_flag(struct frame *frame)
{
    return get_unsigned(frame, 1) != 0;
}

void frame_put_bytes(struct frame *frame, const void *bytes, size_t count)
{
    put_unsigned(frame, count, 4);
    put(frame, bytes, count);
}

const void *frame_get_bytes(struct frame *frame, size_t *count)
{
    *count = (size_t)get_unsigned(frame, 4);
    const void *bytes = get(frame, *count);
    if (!bytes)
        *count = 0;
    return bytes;
}

size_t frame_get_into(struct frame *frame, void *buffer, size_t size)
{
    size_t count;
    const void *bytes = frame_get_bytes(frame, &count);
    if (count > size) {
        frame->bad = true;
        return 0;
    }
    if (count)
        memcpy(buffer, bytes, count);
    return count;
}

void frame_put_text(struct frame *frame, const char *text)
{
    size_t length = strlen(text);
    put_unsigned(frame, length, 2);
    put(frame, text, length);
}

/* A text where it lies in the frame. */
static const char *get_text(struct frame *frame, size_t *length)
{
    *length = (size_t)get_unsigned(frame, 2);
    const char *text = (const char *)get(frame, *length);
    if (!text || memchr(text, '\0', *length)) {
        frame->bad = true;
        *length = 0;
    }
    return text;
}

void frame_get_text(struct frame *frame, char *text, size_t size)
{
    size_t length;
    const char *found = get_text(frame, &length);
    if (length >= size) {
        frame->bad = true;
        length = 0;
    }
    if (length)
        memcpy(text, found, length);
    text[length] = '\0';
}

/* Reads a name and looks it up; an empty one stands for no name. */
static bool get_name(struct frame *frame, enum symbol_group group, int64_t *value)
{
    size_t length;
    int64_t found = 0;
    const char *name = get_text(frame, &length);
    if (frame->bad || length == 0)
        return false;
    if (!symbol_find(group, name, length, &found))
        frame->lacking = true;
    *value = found;
    return true;
}

void frame_put_symbol(struct frame *frame, enum symbol_group group, int64_t value)
{
    const char *name = symbol_name(group, value);
    frame_put_text(frame, name ? name : "");
    if (!name)
        frame_put_number(frame, value);
}

int64_t frame_get_symbol(struct frame *frame, enum symbol_group group)
{
    int64_t value = 0;
    return get_name(frame, group, &value) ? value : frame_get_number(frame);
}

void frame_put_flags(struct frame *frame, enum symbol_group group, int64_t flags)
{
    const char *name;
    int64_t value;
    for (size_t i = 0; (name = symbol_at(group, i, &value)); i++)
        if (value > 0 && (flags & value) == value) {
            frame_put_text(frame, name);
            flags &= ~value;
        }
    frame_put_text(frame, "");
    frame_put_number(frame, flags);
}

int64_t frame_get_flags(struct frame *frame, enum symbol_group group)
{
    int64_t flags = 0, value = 0;
    while (get_name(frame, group, &value))
        flags |= value;
    return flags | frame_get_number(frame);
}

size_t frame_begin(struct frame *frame)
{
    put_unsigned(frame, 0, 4);
    return frame->at;
}

void frame_end(struct frame *frame, size_t begun)
{
    struct frame length = {.bytes = frame->bytes, .size = begun, .at = begun - 4};
    if (!frame->bad)
        put_unsigned(&length, frame->at - begun, 4);
}

struct frame frame_enclosed(struct frame *frame)
{
    size_t length = (size_t)get_unsigned(frame, 4);
    unsigned char *bytes = get(frame, length);
    return (struct frame){.bytes = bytes, .size = bytes ? length : 0, .bad = !bytes};
}
