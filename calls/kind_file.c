/* Parameters that have to do with descriptors, files and limits. */
#include "calls/kind.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

/* Prints what stands for a block that has no bytes to show; false if it has. */
static bool print_pointer(struct text *text, const struct block *block)
{
    if (block->pointer == POINTER_BAD)
        text_add(text, "BAD");
    else if (!block->bytes)
        text_add(text, "NULL");
    return block->pointer == POINTER_BAD || !block->bytes;
}

/* The same for one whose content is nothing before the call has succeeded. */
static bool print_room(struct text *text, const struct call *call, int at, bool finished)
{
    if (print_pointer(text, &call->block[at]))
        return true;
    if (finished && !call->error)
        return false;
    text_add(text, "...");
    return true;
}

static bool is_there(const struct block *block)
{
    return block->bytes && block->pointer == POINTER_GOOD;
}

/* ---- room for something of a fixed size: only whether it is there travels ---- */

static void put_room(struct frame *frame, const struct call *call, int at)
{
    put_pointer(frame, &call->block[at]);
}

static void get_room_of(struct frame *frame, struct block *block, size_t size)
{
    if (!get_pointer(frame, block))
        return;
    block->capacity = (uint32_t)size;
    block_allocate(frame, block, size);
    block_guard(block);
}

/* ---- two descriptors ---- */

static void print_fds(struct text *text, const struct call *call, int at, bool finished)
{
    const int *fds = call->block[at].bytes;
    if (!print_room(text, call, at, finished))
        text_add(text, "[%d, %d]", fds[0], fds[1]);
}

static void get_fds_room(struct frame *frame, struct call *call, int at)
{
    get_room_of(frame, &call->block[at], 2 * sizeof(int));
}

static void put_fds(struct frame *frame, const struct call *call, int at)
{
    const int *fds = call->block[at].bytes;
    frame_put_number(frame, fds[0]);
    frame_put_number(frame, fds[1]);
    frame_put_flag(frame, block_overrun(&call->block[at]));
}

static void get_fds(struct frame *frame, struct call *call, int at)
{
    int *fds = call->block[at].bytes;
    fds[0] = frame_get_int(frame, frame_get_number(frame));
    fds[1] = frame_get_int(frame, frame_get_number(frame));
    call->block[at].overrun = frame_get_flag(frame);
}

static void check_fds(struct text *why, const struct call *call, int at)
{
    const int *fds = call->block[at].bytes;
    if (is_there(&call->block[at]) && (fds[0] < 0 || fds[1] < 0 || fds[0] == fds[1]))
        text_add(why, "the descriptors %d and %d", fds[0], fds[1]);
}

const struct kind kind_fds_out = {.name = "fds-out",
                                  .print = print_fds,
                                  .put = put_room,
                                  .get = get_fds_room,
                                  .put_out = put_fds,
                                  .get_out = get_fds,
                                  .check = check_fds};

/* ---- an offset in a file ---- */

static void print_offset(struct text *text, const struct call *call, int at, bool finished)
{
    (void)finished;
    if (!print_pointer(text, &call->block[at]))
        text_add(text, "[%" PRId64 "]", *(const int64_t *)call->block[at].bytes);
}

static void put_offset_out(struct frame *frame, const struct call *call, int at)
{
    frame_put_number(frame, *(const int64_t *)call->block[at].bytes);
}

static void get_offset_out(struct frame *frame, struct call *call, int at)
{
    *(int64_t *)call->block[at].bytes = frame_get_number(frame);
}

static void put_offset(struct frame *frame, const struct call *call, int at)
{
    if (put_pointer(frame, &call->block[at]))
        put_offset_out(frame, call, at);
}

static void get_offset(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    if (!get_pointer(frame, block))
        return;
    block->capacity = sizeof(int64_t);
    block_allocate(frame, block, block->capacity);
    if (block->bytes)
        get_offset_out(frame, call, at);
}

static void check_offset(struct text *why, const struct call *call, int at)
{
    const int64_t *offset = call->block[at].bytes;
    if (is_there(&call->block[at]) && *offset < 0)
        text_add(why, "the offset %" PRId64, *offset);
}

const struct kind kind_offset = {.name = "offset",
                                 .print = print_offset,
                                 .put = put_offset,
                                 .get = get_offset,
                                 .put_out = put_offset_out,
                                 .get_out = get_offset_out,
                                 .check = check_offset};

/* ---- what stat() tells ---- */

/* The bits beside the type; POSIX says which number each is. */
enum { PERMISSIONS = 07777 };

/* Types travel as words. Linux gives no type to what is no file at all, as that of epoll. */
static const struct {
    const char *word, *name;
    int64_t type;
} types[] = {
    {"socket", "S_IFSOCK", S_IFSOCK},  {"file", "S_IFREG", S_IFREG},
    {"directory", "S_IFDIR", S_IFDIR}, {"pipe", "S_IFIFO", S_IFIFO},
    {"link", "S_IFLNK", S_IFLNK},      {"characters", "S_IFCHR", S_IFCHR},
    {"blocks", "S_IFBLK", S_IFBLK},    {"none", "0", 0},
    {"unknown", "S_IFMT", S_IFMT},
};

enum { TYPES = sizeof types / sizeof *types, TYPE_UNKNOWN = TYPES - 1 };

static size_t type_of(const struct file_status *status)
{
    for (size_t i = 0; i < TYPES; i++)
        if (types[i].type == (status->mode & S_IFMT))
            return i;
    return TYPE_UNKNOWN;
}

static void print_status(struct text *text, const struct call *call, int at, bool finished)
{
    const struct file_status *status = call->block[at].bytes;
    if (print_room(text, call, at, finished))
        return;
    text_add(text, "{%s|0%03o, uid %" PRId64 ", gid %" PRId64 ", size %" PRId64 "}",
             types[type_of(status)].name, (unsigned)(status->mode & PERMISSIONS), status->uid,
             status->gid, status->size);
}

static void get_status_room(struct frame *frame, struct call *call, int at)
{
    get_room_of(frame, &call->block[at], sizeof(struct file_status));
}

static void put_status(struct frame *frame, const struct call *call, int at)
{
    const struct file_status *status = call->block[at].bytes;
    frame_put_text(frame, types[type_of(status)].word);
    frame_put_number(frame, status->mode & PERMISSIONS);
    frame_put_number(frame, status->size);
    frame_put_number(frame, status->links);
    frame_put_number(frame, status->inode);
    frame_put_number(frame, status->uid);
    frame_put_number(frame, status->gid);
}

static int64_t get_type(struct frame *frame)
{
    char word[16];
    frame_get_text(frame, word, sizeof word);
    for (size_t i = 0; i < TYPES; i++)
        if (strcmp(types[i].word, word) == 0)
            return types[i].type;
    frame->bad = true;
    return 0;
}

static void get_status(struct frame *frame, struct call *call, int at)
{
    struct file_status *status = call->block[at].bytes;
    status->mode = get_type(frame);
    status->mode |= (int64_t)frame_get_count(frame, PERMISSIONS);
    status->size = frame_get_number(frame);
    status->links = frame_get_number(frame);
    status->inode = frame_get_number(frame);
    status->uid = frame_get_number(frame);
    status->gid = frame_get_number(frame);
}

static void check_status(struct text *why, const struct call *call, int at)
{
    const struct file_status *status = call->block[at].bytes;
    if (!is_there(&call->block[at]))
        return;
    if (type_of(status) == TYPE_UNKNOWN)
        text_add(why, "a file of an unknown type");
    else if (status->size < 0)
        text_add(why, "a file of %" PRId64 " bytes", status->size);
}

const struct kind kind_status_out = {.name = "status-out",
                                     .print = print_status,
                                     .put = put_room,
                                     .get = get_status_room,
                                     .put_out = put_status,
                                     .get_out = get_status,
                                     .check = check_status};

/* ---- a soft and a hard limit ---- */

static void print_limit(struct text *text, int64_t limit)
{
    if (limit < 0)
        text_add(text, "RLIM_INFINITY");
    else
        text_add(text, "%" PRId64, limit);
}

static void print_limits(struct text *text, const struct call *call, int at, bool finished)
{
    const struct limits *limits = call->block[at].bytes;
    bool out = operation_info(call->operation)->parameter[at] == P_LIMITS_OUT;
    if (out ? print_room(text, call, at, finished) : print_pointer(text, &call->block[at]))
        return;
    text_add(text, "{");
    print_limit(text, limits->soft);
    text_add(text, ", ");
    print_limit(text, limits->hard);
    text_add(text, "}");
}

static void put_limits_out(struct frame *frame, const struct call *call, int at)
{
    const struct limits *limits = call->block[at].bytes;
    frame_put_number(frame, limits->soft);
    frame_put_number(frame, limits->hard);
}

static void get_limits_out(struct frame *frame, struct call *call, int at)
{
    struct limits *limits = call->block[at].bytes;
    limits->soft = frame_get_number(frame);
    limits->hard = frame_get_number(frame);
}

static void put_limits(struct frame *frame, const struct call *call, int at)
{
    if (put_pointer(frame, &call->block[at]))
        put_limits_out(frame, call, at);
}

static void get_limits_room(struct frame *frame, struct call *call, int at)
{
    get_room_of(frame, &call->block[at], sizeof(struct limits));
}

static void get_limits(struct frame *frame, struct call *call, int at)
{
    get_limits_room(frame, call, at);
    if (call->block[at].bytes)
        get_limits_out(frame, call, at);
}

/* No limit is the highest one. */
static void check_limits(struct text *why, const struct call *call, int at)
{
    const struct limits *limits = call->block[at].bytes;
    if (is_there(&call->block[at]) && (uint64_t)limits->soft > (uint64_t)limits->hard)
        text_add(why, "a soft limit above the hard one");
}

const struct kind kind_limits_in = {
    .name = "limits", .print = print_limits, .put = put_limits, .get = get_limits};
const struct kind kind_limits_out = {.name = "limits-out",
                                     .print = print_limits,
                                     .put = put_room,
                                     .get = get_limits_room,
                                     .put_out = put_limits_out,
                                     .get_out = get_limits_out,
                                     .check = check_limits};
