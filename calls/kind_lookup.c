/* Parameters of name look-up: hints, what was found, and interfaces. */
#include "calls/kind.h"

#include "calls/kind_parts.h"

#include <string.h>
#include <sys/socket.h>

/* More results than this are not taken along; of how many there are, only so many are counted: a
 * list that is longer has no end. */
enum { FOUND_MOST = 32, INTERFACES_MOST = 256, COUNTED_MOST = 1024, SHOWN = 64 };

/* ---- hints ---- */

static void print_symbol(struct text *text, enum symbol_group group, int value)
{
    const char *name = symbol_name(group, value);
    if (name)
        text_add(text, "%s", name);
    else
        text_add(text, "%d", value);
}

static void print_hints(struct text *text, const struct call *call, int at, bool finished)
{
    const struct block *block = &call->block[at];
    const struct hints *hints = block->bytes;
    char flags[128];
    (void)finished;
    if (!hints || block->pointer == POINTER_BAD) {
        text_add(text, block->pointer == POINTER_BAD ? "BAD" : "NULL");
        return;
    }
    format_flags(SYMBOLS_LOOKUP_FLAG, hints->flags, flags, sizeof flags);
    text_add(text, "{%s, ", flags);
    print_symbol(text, SYMBOLS_FAMILY, hints->family);
    text_add(text, ", ");
    print_symbol(text, SYMBOLS_TYPE, hints->type);
    text_add(text, ", ");
    print_symbol(text, SYMBOLS_PROTOCOL, hints->protocol);
    text_add(text, hints->odd ? ", 1}" : "}");
}

/* Hints and results have these in common. */
static void put_what(struct frame *frame, int flags, int family, int type, int protocol)
{
    frame_put_flags(frame, SYMBOLS_LOOKUP_FLAG, flags);
    frame_put_symbol(frame, SYMBOLS_FAMILY, family);
    frame_put_symbol(frame, SYMBOLS_TYPE, type);
    frame_put_symbol(frame, SYMBOLS_PROTOCOL, protocol);
}

static void get_what(struct frame *frame, int *flags, int *family, int *type, int *protocol)
{
    *flags = frame_get_int(frame, frame_get_flags(frame, SYMBOLS_LOOKUP_FLAG));
    *family = frame_get_int(frame, frame_get_symbol(frame, SYMBOLS_FAMILY));
    *type = frame_get_int(frame, frame_get_symbol(frame, SYMBOLS_TYPE));
    *protocol = frame_get_int(frame, frame_get_symbol(frame, SYMBOLS_PROTOCOL));
}

static void put_hints(struct frame *frame, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    const struct hints *hints = block->bytes;
    if (!put_pointer(frame, block))
        return;
    put_what(frame, hints->flags, hints->family, hints->type, hints->protocol);
    frame_put_flag(frame, hints->odd);
}

static void get_hints(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    if (!get_pointer(frame, block))
        return;
    block_allocate(frame, block, sizeof(struct hints));
    struct hints *hints = block->bytes;
    if (!hints)
        return;
    get_what(frame, &hints->flags, &hints->family, &hints->type, &hints->protocol);
    hints->odd = frame_get_flag(frame);
    block->length = sizeof *hints;
}

const struct kind kind_hints = {
    .name = "hints", .print = print_hints, .put = put_hints, .get = get_hints};

/* ---- room for a list: how many elements there are is counted beyond it ---- */

static void put_list_room(struct frame *frame, const struct block *block, size_t size, size_t most)
{
    size_t room = block->capacity / size;
    if (put_pointer(frame, block))
        frame_put_number(frame, (int64_t)(room < most ? room : most));
}

static void get_list_room(struct frame *frame, struct block *block, size_t size, size_t most)
{
    if (!get_pointer(frame, block))
        return;
    block->capacity = (uint32_t)(frame_get_count(frame, most) * size);
    block_allocate(frame, block, block->capacity);
}

static size_t count_there(const struct block *block, size_t size, size_t most)
{
    size_t room = block->bytes ? block->capacity / size : 0, count = block->length / size;
    room = room < most ? room : most;
    return count < room ? count : room;
}

static void put_list_count(struct frame *frame, const struct block *block, size_t size)
{
    frame_put_number(frame, (int64_t)(block->length / size));
}

static void get_list_count(struct frame *frame, struct block *block, size_t size)
{
    block->length = (uint32_t)(frame_get_count(frame, COUNTED_MOST) * size);
}

/* Says so if a list was longer than lists are. */
static bool check_list(struct text *why, const struct block *block, size_t size)
{
    if (block->length / size >= COUNTED_MOST)
        text_add(why, "a list without an end");
    return block->length / size < COUNTED_MOST;
}

/* ---- what was found ---- */

static size_t found_there(const struct block *block)
{
    return count_there(block, sizeof(struct found), FOUND_MOST);
}

/* The name of a result as a block of its own. Its room is the list's, beyond which nobody looks. */
static struct block name_of(const struct found *found)
{
    _Static_assert(sizeof found->name >= sizeof(struct sockaddr_storage), "a name has room");
    return (struct block){
        .bytes = (void *)found->name, .length = found->name_length, .capacity = UINT32_MAX};
}

static void print_found(struct text *text, const struct call *call, int at, bool finished)
{
    const struct block *block = &call->block[at];
    const struct found *found = block->bytes;
    if (!finished || call->error || call->result != 0) {
        text_add(text, "...");
        return;
    }
    text_add(text, "[");
    for (size_t i = 0; i < found_there(block); i++) {
        struct block name = name_of(&found[i]);
        uint32_t stored =
            name.length < sizeof found[i].name ? name.length : (uint32_t)sizeof found[i].name;
        text_add(text, i ? ", {" : "{");
        print_symbol(text, SYMBOLS_TYPE, found[i].type);
        text_add(text, ", ");
        print_symbol(text, SYMBOLS_PROTOCOL, found[i].protocol);
        text_add(text, ", ");
        print_name(text, &name, stored);
        text_add(text, found[i].has_canonical ? ", " : "}");
        if (!found[i].has_canonical)
            continue;
        text_add_bytes(text, found[i].canonical, strlen(found[i].canonical), SHOWN);
        text_add(text, "}");
    }
    size_t count = block->length / sizeof *found;
    text_add(text, count > found_there(block) ? ", of %zu]" : "]", count);
}

static void put_found_room(struct frame *frame, const struct call *call, int at)
{
    put_list_room(frame, &call->block[at], sizeof(struct found), FOUND_MOST);
}

static void get_found_room(struct frame *frame, struct call *call, int at)
{
    get_list_room(frame, &call->block[at], sizeof(struct found), FOUND_MOST);
}

static void put_found(struct frame *frame, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    const struct found *found = block->bytes;
    put_list_count(frame, block, sizeof *found);
    for (size_t i = 0; i < found_there(block); i++) {
        struct block name = name_of(&found[i]);
        put_what(frame, found[i].flags, found[i].family, found[i].type, found[i].protocol);
        put_name_out(frame, &name);
        frame_put_flag(frame, found[i].has_canonical);
        frame_put_text(frame, found[i].canonical);
        frame_put_number(frame, found[i].handle);
    }
}

static void get_found(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    struct found *found = block->bytes;
    get_list_count(frame, block, sizeof *found);
    for (size_t i = 0; i < found_there(block) && !frame->bad; i++) {
        found[i] = (struct found){0};
        struct block name = name_of(&found[i]);
        get_what(frame, &found[i].flags, &found[i].family, &found[i].type, &found[i].protocol);
        get_name_out(frame, &name);
        found[i].name_length = name.length;
        found[i].has_canonical = frame_get_flag(frame);
        frame_get_text(frame, found[i].canonical, sizeof found[i].canonical);
        found[i].handle = frame_get_number(frame);
    }
}

static void check_found(struct text *why, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    const struct found *found = block->bytes;
    if (call->result != 0 || !found || !check_list(why, block, sizeof *found))
        return;
    if (block->length == 0)
        text_add(why, "nothing was found, and no error");
    for (size_t i = 0; i < found_there(block) && !why->used; i++) {
        struct block name = name_of(&found[i]);
        const struct sockaddr *any = name.bytes;
        check_name(why, &name);
        if (!why->used && any->sa_family != found[i].family)
            text_add(why, "a result of family %d with a name of %d", found[i].family,
                     any->sa_family);
    }
}

const struct kind kind_found_out = {.name = "found-out",
                                    .print = print_found,
                                    .put = put_found_room,
                                    .get = get_found_room,
                                    .put_out = put_found,
                                    .get_out = get_found,
                                    .check = check_found};

/* ---- interfaces ---- */

static size_t interfaces_there(const struct block *block)
{
    return count_there(block, sizeof(struct interface), INTERFACES_MOST);
}

static void print_interfaces(struct text *text, const struct call *call, int at, bool finished)
{
    const struct block *block = &call->block[at];
    const struct interface *interface = block->bytes;
    if (!finished || call->error) {
        text_add(text, "...");
        return;
    }
    text_add(text, "[");
    for (size_t i = 0; i < interfaces_there(block); i++)
        text_add(text, i ? ", %u: %s" : "%u: %s", interface[i].index, interface[i].name);
    text_add(text, "]");
}

static void put_interfaces_room(struct frame *frame, const struct call *call, int at)
{
    put_list_room(frame, &call->block[at], sizeof(struct interface), INTERFACES_MOST);
}

static void get_interfaces_room(struct frame *frame, struct call *call, int at)
{
    get_list_room(frame, &call->block[at], sizeof(struct interface), INTERFACES_MOST);
}

static void put_interfaces(struct frame *frame, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    const struct interface *interface = block->bytes;
    put_list_count(frame, block, sizeof *interface);
    for (size_t i = 0; i < interfaces_there(block); i++) {
        frame_put_number(frame, interface[i].index);
        frame_put_text(frame, interface[i].name);
    }
}

static void get_interfaces(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    struct interface *interface = block->bytes;
    get_list_count(frame, block, sizeof *interface);
    for (size_t i = 0; i < interfaces_there(block) && !frame->bad; i++) {
        interface[i].index = (unsigned)frame_get_count(frame, UINT32_MAX);
        frame_get_text(frame, interface[i].name, sizeof interface[i].name);
    }
}

static void check_interfaces(struct text *why, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    const struct interface *interface = block->bytes;
    if (!interface || !check_list(why, block, sizeof *interface))
        return;
    for (size_t i = 0; i < interfaces_there(block) && !why->used; i++)
        if (interface[i].index == 0 || interface[i].name[0] == '\0')
            text_add(why, "an interface without an index or a name");
}

const struct kind kind_interfaces_out = {.name = "interfaces-out",
                                         .print = print_interfaces,
                                         .put = put_interfaces_room,
                                         .get = get_interfaces_room,
                                         .put_out = put_interfaces,
                                         .get_out = get_interfaces,
                                         .check = check_interfaces};
