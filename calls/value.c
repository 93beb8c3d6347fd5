#include "calls/value.h"

#include "calls/address.h"
#include "calls/kind_parts.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 24, NUMBERS_SHOWN = 8 };

/* ---- lengths ---- */

/* How many whole values a length has room for. */
static size_t whole_values(const struct value_type *type, uint32_t length)
{
    if (!type->size || length > INT32_MAX)
        return 0;
    return type->repeats ? length / type->size : length >= type->size;
}

size_t value_there(const struct value_type *type, uint32_t length)
{
    if (length > VALUE_MOST)
        return type->size;
    return type->size && !type->repeats && length > type->size ? type->size : length;
}

bool value_has_length(const struct value_type *type, uint32_t length)
{
    if (!type->size || (type->grows && length > type->size))
        return true;
    return type->repeats ? length % type->size == 0 : length == type->size;
}

/* ---- numbers as they are in memory ---- */

static bool is_signed(enum field_kind kind)
{
    return kind != FIELD_UNSIGNED && kind != FIELD_NETWORK && kind != FIELD_HALVES;
}

/* Two halves of a byte with the first one lowest; the same back. */
static uint8_t halves(uint8_t byte)
{
    bool lowest_first = htons(1) != 1;
    return lowest_first ? byte : (uint8_t)(byte << 4 | byte >> 4);
}

static int64_t load(const struct value_field *field, const void *bytes)
{
    union {
        int8_t s1;
        int16_t s2;
        int32_t s4;
        int64_t s8;
        uint8_t u1;
        uint16_t u2;
        uint32_t u4;
    } n = {0};
    bool negative = is_signed(field->kind);
    memcpy(&n, bytes, field->size);
    switch (field->size) {
    case 1:
        if (field->kind == FIELD_HALVES)
            return halves(n.u1);
        return negative ? n.s1 : n.u1;
    case 2:
        return negative ? n.s2 : n.u2;
    case 4:
        if (field->kind == FIELD_NETWORK)
            return ntohl(n.u4);
        return negative ? (int64_t)n.s4 : (int64_t)n.u4;
    default:
        return n.s8;
    }
}

/* Stores a number; one that does not fit here as the least or the greatest that does. */
static void store(const struct value_field *field, void *bytes, int64_t number)
{
    bool negative = is_signed(field->kind);
    int bits = 8 * (int)field->size;
    if (bits < 64) {
        int64_t most = (INT64_C(1) << (negative ? bits - 1 : bits)) - 1;
        int64_t least = negative ? -most - 1 : 0;
        number = number < least ? least : number > most ? most : number;
    }
    int8_t n1 = (int8_t)number;
    int16_t n2 = (int16_t)number;
    int32_t n4 = (int32_t)number;
    if (field->kind == FIELD_HALVES)
        n1 = (int8_t)halves((uint8_t)number);
    if (field->kind == FIELD_NETWORK)
        n4 = (int32_t)htonl((uint32_t)number);
    const void *from = field->size == 1   ? (const void *)&n1
                       : field->size == 2 ? (const void *)&n2
                       : field->size == 4 ? (const void *)&n4
                                          : (const void *)&number;
    memcpy(bytes, from, field->size);
}

/* The group of a field that is a constant; SYMBOL_GROUPS if it is none. */
static enum symbol_group group_of(const struct value_field *field)
{
    switch (field->kind) {
    case FIELD_ERROR:
        return SYMBOLS_ERROR;
    case FIELD_SOCKET_TYPE:
        return SYMBOLS_TYPE;
    case FIELD_FAMILY:
        return SYMBOLS_FAMILY;
    case FIELD_PROTOCOL:
        return SYMBOLS_PROTOCOL;
    default:
        return SYMBOL_GROUPS;
    }
}

/* ---- printing ---- */

static void print_field(struct text *text, const struct value_field *field, const void *bytes)
{
    char address[ADDRESS_TEXT];
    const char *name;
    switch (field->kind) {
    case FIELD_ADDRESS:
        inet_ntop(field->size == 4 ? AF_INET : AF_INET6, bytes, address, sizeof address);
        text_add(text, "%s", address);
        break;
    case FIELD_TEXT:
        text_add_bytes(text, bytes, strnlen(bytes, field->size), SHOWN);
        break;
    case FIELD_NAME:
        address_format(bytes, field->size, address, sizeof address);
        text_add(text, "%s", address);
        break;
    default:
        name = group_of(field) < SYMBOL_GROUPS ? symbol_name(group_of(field), load(field, bytes))
                                               : NULL;
        if (name)
            text_add(text, "%s", name);
        else
            text_add(text, "%" PRId64, load(field, bytes));
    }
}

static void print_fields(struct text *text, const struct value_type *type,
                         const unsigned char *bytes)
{
    const char *between = "";
    for (const struct value_field *field = type->field; field->count; field++)
        for (size_t i = 0; i < field->count; i++, between = ", ") {
            if (i == NUMBERS_SHOWN) {
                text_add(text, "%s...", between);
                break;
            }
            text_add(text, "%s", between);
            print_field(text, field, bytes + field->offset + i * field->size);
        }
}

void value_print(struct text *text, const struct value_type *type, const void *bytes, size_t there)
{
    size_t whole = whole_values(type, (uint32_t)there);
    bool several = type->field[1].count > 0;
    if (!whole) {
        bool ends = type == value_type(VALUE_TEXT);
        text_add_bytes(text, bytes, ends ? strnlen(bytes, there) : there, SHOWN);
        return;
    }
    text_add(text, several && !type->repeats ? "" : "[");
    for (size_t i = 0; i < whole; i++) {
        text_add(text, "%s%s", i ? ", " : "", several ? "{" : "");
        print_fields(text, type, (const unsigned char *)bytes + i * type->size);
        text_add(text, several ? "}" : "");
    }
    text_add(text, several && !type->repeats ? "" : "]");
}

/* ---- checking ---- */

static void check_field(struct text *why, const struct value_field *field, const void *bytes)
{
    enum symbol_group group = group_of(field);
    int64_t number;
    switch (field->kind) {
    case FIELD_MICROSECONDS:
    case FIELD_NANOSECONDS:
        number = load(field, bytes);
        if (number < 0 || number >= (field->kind == FIELD_MICROSECONDS ? 1000000 : 1000000000))
            text_add(why, "a time with a fraction of %" PRId64, number);
        break;
    case FIELD_ERROR:
    case FIELD_SOCKET_TYPE:
    case FIELD_FAMILY:
        number = load(field, bytes);
        if (!symbol_name(group, number) && (number || field->kind != FIELD_ERROR))
            text_add(why, "%" PRId64 ", which is no %s", number,
                     group == SYMBOLS_ERROR  ? "error"
                     : group == SYMBOLS_TYPE ? "type of a socket"
                                             : "family");
        break;
    default:
        break;
    }
}

void value_check(struct text *why, const struct value_type *type, const void *bytes, size_t there)
{
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < whole_values(type, (uint32_t)there); i++)
        for (const struct value_field *field = type->field; field->count && !why->used; field++)
            check_field(why, field, byte + i * type->size + field->offset);
}

/* ---- on the way ---- */

void put_value_type(struct frame *frame, const struct value_type *type, uint32_t length)
{
    size_t whole = whole_values(type, length);
    frame_put_text(frame, type->name);
    frame_put_number(frame, (int64_t)whole);
    frame_put_number(frame, (int64_t)(length - whole * type->size));
}

/* A type by its name; what this platform does not have is bytes of which none are used. */
static const struct value_type *get_type(struct frame *frame)
{
    char name[32];
    frame_get_text(frame, name, sizeof name);
    for (enum value_id id = 0; id < VALUE_TYPES; id++)
        if (value_type(id)->name && strcmp(value_type(id)->name, name) == 0)
            return value_type(id);
    frame->lacking = true;
    return value_type(VALUE_BYTES);
}

const struct value_type *get_value_type(struct frame *frame, uint32_t *length)
{
    const struct value_type *type = get_type(frame);
    uint64_t whole = frame_get_count(frame, VALUE_MOST);
    uint64_t rest = frame_get_count(frame, UINT32_MAX);
    /* What is cut short there is so here as well, although the type may be smaller; and behind
     * whole values of which there can be more, less than one is left. */
    bool cut = whole ? type->repeats : rest <= INT32_MAX;
    if (cut && type->size && rest >= type->size)
        rest = type->size - 1;
    *length = (uint32_t)(whole * type->size + rest);
    return type;
}

static void put_field(struct frame *frame, const struct value_field *field, const void *bytes)
{
    struct block name = {.bytes = (void *)bytes, .length = field->size};
    switch (field->kind) {
    case FIELD_ADDRESS:
        frame_put_bytes(frame, bytes, field->size);
        break;
    case FIELD_TEXT:
        frame_put_bytes(frame, bytes, strnlen(bytes, field->size));
        break;
    case FIELD_NAME:
        put_name_in(frame, &name);
        break;
    default:
        if (group_of(field) < SYMBOL_GROUPS)
            frame_put_symbol(frame, group_of(field), load(field, bytes));
        else
            frame_put_number(frame, load(field, bytes));
    }
}

static void get_field(struct frame *frame, const struct value_field *field, void *bytes)
{
    struct block name = {0};
    size_t length;
    switch (field->kind) {
    case FIELD_ADDRESS:
        if (frame_get_into(frame, bytes, field->size) != field->size)
            frame->bad = true;
        break;
    case FIELD_TEXT:
        length = frame_get_into(frame, bytes, field->size);
        memset((char *)bytes + length, 0, field->size - length);
        break;
    case FIELD_NAME:
        get_name_in(frame, &name);
        if (!name.bytes)
            frame->bad = true;
        else
            memcpy(bytes, name.bytes, field->size);
        free(name.bytes);
        break;
    default:
        store(field, bytes,
              group_of(field) < SYMBOL_GROUPS ? frame_get_symbol(frame, group_of(field))
                                              : frame_get_number(frame));
    }
}

void put_value(struct frame *frame, const struct value_type *type, const void *bytes, size_t there)
{
    const unsigned char *byte = bytes;
    size_t whole = whole_values(type, (uint32_t)there);
    frame_put_number(frame, (int64_t)whole);
    if (!whole)
        frame_put_bytes(frame, bytes, there);
    for (size_t i = 0; i < whole; i++, byte += type->size)
        for (const struct value_field *field = type->field; field->count; field++)
            for (size_t k = 0; k < field->count; k++)
                put_field(frame, field, byte + field->offset + k * field->size);
}

/* Bytes of a value that is cut short; it may be larger on the other side than it is here. */
static size_t get_cut(struct frame *frame, void *bytes, size_t room)
{
    size_t count;
    const void *given = frame_get_bytes(frame, &count);
    if (count > room)
        count = room;
    if (count)
        memcpy(bytes, given, count);
    return count;
}

size_t get_value(struct frame *frame, const struct value_type *type, void *bytes, size_t room)
{
    unsigned char *byte = bytes;
    size_t whole = (size_t)frame_get_count(frame, type->size ? room / type->size : 0);
    if (!whole)
        return get_cut(frame, bytes, room);
    for (size_t i = 0; i < whole && !frame->bad; i++, byte += type->size)
        for (const struct value_field *field = type->field; field->count; field++)
            for (size_t k = 0; k < field->count; k++)
                get_field(frame, field, byte + field->offset + k * field->size);
    return whole * type->size;
}
