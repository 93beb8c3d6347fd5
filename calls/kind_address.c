/* Parameters that are names of sockets, and addresses alone. They travel as fields: an agent may
 * have another layout, with a length before the family, and another byte order. */
#include "calls/kind.h"
#include "calls/kind_parts.h"

#include "calls/address.h"
#include "calls/kind_parts.h"

#include <stddef.h>
#include <string.h>
#include <sys/un.h>

#if defined(__APPLE__) || defined(__FreeBSD__) || defined(__NetBSD__) || defined(__OpenBSD__) ||   \
    defined(__DragonFly__)
#define NAMES_HAVE_LENGTHS 1
#endif

enum {
    NAME = sizeof(struct sockaddr_storage),
    FAMILY_END = offsetof(struct sockaddr, sa_data),
    PATH = offsetof(struct sockaddr_un, sun_path),
    NAME_ROOM = 1024, /* the most room that there really is, whatever a call says */
};

/* ---- fields ---- */

/* Writes a name of which so many bytes are there; those of a field that is not whole are zeros
 * beyond them. */
static void put_name(struct frame *frame, const void *bytes, size_t stored)
{
    struct address name = {0};
    memcpy(&name.storage, bytes, stored);
    frame_put_number(frame, (int64_t)stored);
    if (stored < FAMILY_END) {
        frame_put_bytes(frame, bytes, stored);
        return;
    }
    frame_put_symbol(frame, SYMBOLS_FAMILY, name.any.sa_family);
    switch (name.any.sa_family) {
    case AF_INET:
        frame_put_number(frame, ntohs(name.in.sin_port));
        frame_put_bytes(frame, &name.in.sin_addr, sizeof name.in.sin_addr);
        frame_put_bytes(frame, name.in.sin_zero, sizeof name.in.sin_zero);
        break;
    case AF_INET6:
        frame_put_number(frame, ntohs(name.in6.sin6_port));
        frame_put_number(frame, ntohl(name.in6.sin6_flowinfo));
        frame_put_bytes(frame, &name.in6.sin6_addr, sizeof name.in6.sin6_addr);
        frame_put_number(frame, name.in6.sin6_scope_id);
        break;
    default:
        frame_put_bytes(frame, (const char *)bytes + FAMILY_END, stored - FAMILY_END);
    }
}

static void get_exactly(struct frame *frame, void *buffer, size_t size)
{
    if (frame_get_into(frame, buffer, size) != size)
        frame->bad = true;
}

/* Reads one as this platform lays it out; gives how many bytes of it are there. */
static size_t get_name(struct frame *frame, struct address *name)
{
    *name = (struct address){0};
    size_t stored = (size_t)frame_get_count(frame, NAME);
    if (stored < FAMILY_END) {
        get_exactly(frame, &name->storage, stored);
        return stored;
    }
    int64_t family = frame_get_symbol(frame, SYMBOLS_FAMILY);
    name->any.sa_family = (sa_family_t)family;
    if (name->any.sa_family != family)
        frame->bad = true;
#ifdef NAMES_HAVE_LENGTHS
    name->any.sa_len = (unsigned char)stored;
#endif
    switch (name->any.sa_family) {
    case AF_INET:
        name->in.sin_port = htons((uint16_t)frame_get_count(frame, UINT16_MAX));
        get_exactly(frame, &name->in.sin_addr, sizeof name->in.sin_addr);
        get_exactly(frame, name->in.sin_zero, sizeof name->in.sin_zero);
        break;
    case AF_INET6:
        name->in6.sin6_port = htons((uint16_t)frame_get_count(frame, UINT16_MAX));
        name->in6.sin6_flowinfo = htonl((uint32_t)frame_get_count(frame, UINT32_MAX));
        get_exactly(frame, &name->in6.sin6_addr, sizeof name->in6.sin6_addr);
        name->in6.sin6_scope_id = (uint32_t)frame_get_count(frame, UINT32_MAX);
        break;
    default:
        if (frame_get_into(frame, (char *)&name->storage + FAMILY_END, NAME - FAMILY_END) !=
            stored - FAMILY_END)
            frame->bad = true;
    }
    return frame->bad ? 0 : stored;
}

void put_name_in(struct frame *frame, const struct block *block)
{
    frame_put_number(frame, block->length);
    if (put_pointer(frame, block))
        put_name(frame, block->bytes, block->length < NAME ? block->length : NAME);
}

void get_name_in(struct frame *frame, struct block *block)
{
    struct address name;
    uint32_t length = (uint32_t)frame_get_count(frame, UINT32_MAX);
    if (get_pointer(frame, block)) {
        get_name(frame, &name);
        block_allocate(frame, block, NAME_ROOM);
        if (block->bytes)
            memcpy(block->bytes, &name.storage, sizeof name.storage);
    }
    block->length = length;
}

void put_name_room(struct frame *frame, const struct block *block)
{
    put_pointer(frame, block);
    frame_put_number(frame, block->capacity);
}

void get_name_room(struct frame *frame, struct block *block)
{
    bool bytes = get_pointer(frame, block);
    block->capacity = (uint32_t)frame_get_count(frame, UINT32_MAX);
    if (!bytes)
        return;
    block_allocate(frame, block, block->capacity < NAME_ROOM ? block->capacity : NAME_ROOM);
    if (block->bytes && block->capacity <= NAME_ROOM)
        block_guard(block);
}

/* How much of a name that came out is there. */
static size_t stored_out(const struct block *block)
{
    size_t stored = block->length < block->capacity ? block->length : block->capacity;
    return stored < NAME ? stored : NAME;
}

void put_name_out(struct frame *frame, const struct block *block)
{
    frame_put_number(frame, block->length);
    put_name(frame, block->bytes, stored_out(block));
    frame_put_flag(frame, block->capacity <= NAME_ROOM && block_overrun(block));
}

void get_name_out(struct frame *frame, struct block *block)
{
    struct address name;
    block->length = (uint32_t)frame_get_count(frame, UINT32_MAX);
    size_t stored = get_name(frame, &name);
    if (stored != stored_out(block))
        frame->bad = true;
    else
        memcpy(block->bytes, &name.storage, stored);
    block->overrun = frame_get_flag(frame);
}

/* ---- names that go in ---- */

static bool print_pointer(struct text *text, const struct block *block)
{
    if (block->pointer == POINTER_BAD)
        text_add(text, "BAD");
    return block->pointer == POINTER_BAD;
}

void print_name(struct text *text, const struct block *block, size_t length)
{
    char name[ADDRESS_TEXT];
    if (print_pointer(text, block))
        return;
    address_format(block->bytes, length, name, sizeof name);
    text_add(text, "%s", name);
}

static void print_in(struct text *text, const struct call *call, int at, bool finished)
{
    const struct block *block = &call->block[at];
    (void)finished;
    print_name(text, block, block->length);
    if (!block->bytes && block->length)
        text_add(text, " (length %u)", block->length);
}

static void put_in(struct frame *frame, const struct call *call, int at)
{
    put_name_in(frame, &call->block[at]);
}

static void get_in(struct frame *frame, struct call *call, int at)
{
    get_name_in(frame, &call->block[at]);
}

const struct kind kind_address_in = {
    .name = "name", .print = print_in, .put = put_in, .get = get_in};

/* ---- names that come out ---- */

static void print_out(struct text *text, const struct call *call, int at, bool finished)
{
    const struct block *block = &call->block[at];
    bool there = block->bytes && block->pointer == POINTER_GOOD;
    if (finished && !call->error && there)
        print_name(text, block, stored_out(block));
    else if (!print_pointer(text, block))
        text_add(text, block->bytes ? "[%d]" : "NULL", (int)block->capacity);
    if (block->length_pointer != POINTER_GOOD)
        text_add(text, block->length_pointer == POINTER_BAD ? ", BAD" : ", NULL");
}

static void put_room(struct frame *frame, const struct call *call, int at)
{
    put_name_room(frame, &call->block[at]);
}

static void get_room(struct frame *frame, struct call *call, int at)
{
    get_name_room(frame, &call->block[at]);
}

static void put_out(struct frame *frame, const struct call *call, int at)
{
    put_name_out(frame, &call->block[at]);
}

static void get_out(struct frame *frame, struct call *call, int at)
{
    get_name_out(frame, &call->block[at]);
}

/* The lengths that a name of a family can have; false if that is anybody's. */
static bool lengths_of(int family, uint32_t *least, uint32_t *most)
{
    *least = *most = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    if (family == AF_UNIX) {
        *least = FAMILY_END;
        *most = sizeof(struct sockaddr_un) + 1;
    }
    return family == AF_INET || family == AF_INET6 || family == AF_UNIX;
}

void check_name(struct text *why, const struct block *block)
{
    uint32_t least, most;
    const struct sockaddr *name = block->bytes;
    if (!name || block->pointer == POINTER_BAD || block->length == 0)
        return;
    if (block->length > NAME) {
        text_add(why, "a name of %u bytes", block->length);
        return;
    }
    /* What is said of a name that was cut is for rules about that. */
    if (block->capacity < NAME || block->length < FAMILY_END)
        return;
    if (!symbol_name(SYMBOLS_FAMILY, name->sa_family))
        text_add(why, "a name of family %d", name->sa_family);
    else if (lengths_of(name->sa_family, &least, &most) &&
             (block->length < least || block->length > most))
        text_add(why, "an %s name of %u bytes", symbol_name(SYMBOLS_FAMILY, name->sa_family),
                 block->length);
}

static void check_out(struct text *why, const struct call *call, int at)
{
    check_name(why, &call->block[at]);
}

const struct kind kind_address_out = {.name = "name-out",
                                      .print = print_out,
                                      .put = put_room,
                                      .get = get_room,
                                      .put_out = put_out,
                                      .get_out = get_out,
                                      .check = check_out};

/* ---- addresses alone: 4 or 16 bytes in network order everywhere ---- */

static void print_binary(struct text *text, const struct call *call, int at, bool finished)
{
    const struct block *block = &call->block[at];
    size_t count = block->capacity ? block->capacity : block->length;
    bool out = operation_info(call->operation)->parameter[at] == P_BINARY_OUT;
    if (print_pointer(text, block))
        return;
    if (!block->bytes)
        text_add(text, "NULL");
    else if (out && (!finished || call->error || call->result != 1))
        text_add(text, "...");
    else
        text_add_bytes(text, block->bytes, count, 16);
}

static void put_binary(struct frame *frame, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    if (put_pointer(frame, block))
        frame_put_bytes(frame, block->bytes, block->length);
}

static void get_binary(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    if (!get_pointer(frame, block))
        return;
    block_allocate(frame, block, NAME);
    if (block->bytes)
        block->length = (uint32_t)frame_get_into(frame, block->bytes, NAME);
}

const struct kind kind_binary_in = {
    .name = "binary", .print = print_binary, .put = put_binary, .get = get_binary};

static void put_binary_room(struct frame *frame, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    if (put_pointer(frame, block))
        frame_put_bytes(frame, block->bytes, block->capacity); /* as it was: some calls leave it */
}

static void get_binary_room(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    size_t count;
    if (!get_pointer(frame, block))
        return;
    const void *bytes = frame_get_bytes(frame, &count);
    if (count > NAME)
        frame->bad = true;
    block->capacity = (uint32_t)count;
    block_allocate(frame, block, count);
    if (!block->bytes)
        return;
    memcpy(block->bytes, bytes, count);
    block_guard(block);
}

static void put_binary_out(struct frame *frame, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    frame_put_bytes(frame, block->bytes, block->capacity);
    frame_put_flag(frame, block_overrun(block));
}

static void get_binary_out(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    get_exactly(frame, block->bytes, block->capacity);
    block->overrun = frame_get_flag(frame);
}

const struct kind kind_binary_out = {.name = "binary-out",
                                     .print = print_binary,
                                     .put = put_binary_room,
                                     .get = get_binary_room,
                                     .put_out = put_binary_out,
                                     .get_out = get_binary_out};
