/* Parameters that say which descriptors are ready: of poll(), select() and epoll. */
#include "calls/kind.h"

#include <inttypes.h>
#include <limits.h>
#include <poll.h>

/* The most descriptors or events that a call names. */
enum { MOST = 1 << 16 };

/* Prints what stands for a block that has no bytes to show; false if it has. */
static bool print_pointer(struct text *text, const struct block *block)
{
    if (block->pointer == POINTER_BAD)
        text_add(text, "BAD");
    else if (!block->bytes)
        text_add(text, "NULL");
    return block->pointer == POINTER_BAD || !block->bytes;
}

/* ---- descriptors of poll() ---- */

static size_t polled_count(const struct block *block)
{
    return block->length / sizeof(struct readiness);
}

static void print_polled_one(struct text *text, const struct readiness *one, bool found)
{
    char flags[96];
    format_flags(SYMBOLS_EVENT, (unsigned short)one->asked, flags, sizeof flags);
    text_add(text, "{%d, %s", one->fd, flags);
    format_flags(SYMBOLS_EVENT, (unsigned short)one->found, flags, sizeof flags);
    text_add(text, found ? " -> %s}" : "}", flags);
}

static void print_polled(struct text *text, const struct call *call, int at, bool finished)
{
    const struct block *block = &call->block[at];
    const struct readiness *ready = block->bytes;
    if (!print_pointer(text, block)) {
        text_add(text, "[");
        for (size_t i = 0; i < polled_count(block); i++) {
            text_add(text, i ? ", " : "");
            print_polled_one(text, &ready[i], finished && !call->error);
        }
        text_add(text, "]");
    }
    text_add(text, ", %zu", polled_count(block));
}

static short get_events(struct frame *frame)
{
    int64_t events = frame_get_flags(frame, SYMBOLS_EVENT);
    if (events < 0 || events > USHRT_MAX)
        frame->bad = true;
    return (short)events;
}

static int get_fd(struct frame *frame)
{
    return frame_get_int(frame, frame_get_number(frame));
}

static void put_polled(struct frame *frame, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    const struct readiness *ready = block->bytes;
    bool bytes = put_pointer(frame, block);
    frame_put_number(frame, (int64_t)polled_count(block));
    for (size_t i = 0; bytes && i < polled_count(block); i++) {
        frame_put_number(frame, ready[i].fd);
        frame_put_flags(frame, SYMBOLS_EVENT, (unsigned short)ready[i].asked);
    }
}

static void get_polled(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    bool bytes = get_pointer(frame, block);
    size_t most = bytes ? MOST : UINT32_MAX / sizeof(struct readiness);
    size_t count = (size_t)frame_get_count(frame, most);
    block->length = (uint32_t)(count * sizeof(struct readiness));
    if (!bytes)
        return;
    block_allocate(frame, block, block->length);
    struct readiness *ready = block->bytes;
    for (size_t i = 0; i < count && !frame->bad; i++) {
        ready[i].fd = get_fd(frame);
        ready[i].asked = get_events(frame);
    }
}

static void put_polled_out(struct frame *frame, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    const struct readiness *ready = block->bytes;
    for (size_t i = 0; i < polled_count(block); i++)
        frame_put_flags(frame, SYMBOLS_EVENT, (unsigned short)ready[i].found);
}

static void get_polled_out(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    struct readiness *ready = block->bytes;
    for (size_t i = 0; i < polled_count(block) && !frame->bad; i++)
        ready[i].found = get_events(frame);
}

/* What poll() can find of a descriptor: what was asked for, and what is told unasked. */
static int can_be_found(const struct readiness *one)
{
    int can = one->asked | POLLERR | POLLHUP | POLLNVAL;
#ifdef POLLWRNORM
    if (one->asked & POLLWRNORM) /* which is the same number on some systems */
        can |= POLLOUT;
#endif
    return can;
}

static void check_polled(struct text *why, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    const struct readiness *ready = block->bytes;
    if (!ready || block->pointer == POINTER_BAD)
        return;
    for (size_t i = 0; i < polled_count(block); i++)
        if (ready[i].found & ~can_be_found(&ready[i])) {
            char flags[48];
            format_flags(SYMBOLS_EVENT, (unsigned short)(ready[i].found & ~can_be_found(&ready[i])),
                         flags, sizeof flags);
            text_add(why, "%s, which was not asked for", flags);
            return;
        }
}

const struct kind kind_polled = {.name = "polled",
                                 .print = print_polled,
                                 .put = put_polled,
                                 .get = get_polled,
                                 .put_out = put_polled_out,
                                 .get_out = get_polled_out,
                                 .check = check_polled};

/* ---- sets of select() ---- */

static size_t set_count(const struct block *block)
{
    return block->length / sizeof(int);
}

static void print_set(struct text *text, const struct call *call, int at, bool finished)
{
    const struct block *block = &call->block[at];
    const int *fd = block->bytes;
    (void)finished;
    if (print_pointer(text, block))
        return;
    text_add(text, "[");
    for (size_t i = 0; i < set_count(block); i++)
        text_add(text, i ? ", %d" : "%d", fd[i]);
    text_add(text, "]");
}

static void put_fds(struct frame *frame, const struct block *block)
{
    const int *fd = block->bytes;
    frame_put_number(frame, (int64_t)set_count(block));
    for (size_t i = 0; i < set_count(block); i++)
        frame_put_number(frame, fd[i]);
}

/* Reads at most as many as there is room for. */
static void get_fds(struct frame *frame, struct block *block)
{
    int *fd = block->bytes;
    size_t count = (size_t)frame_get_count(frame, block->capacity / sizeof *fd);
    for (size_t i = 0; i < count && !frame->bad; i++)
        fd[i] = get_fd(frame);
    block->length = (uint32_t)(count * sizeof *fd);
}

static void put_set(struct frame *frame, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    if (!put_pointer(frame, block))
        return;
    frame_put_number(frame, (int64_t)(block->capacity / sizeof(int)));
    put_fds(frame, block);
}

static void get_set(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    if (!get_pointer(frame, block))
        return;
    block->capacity = (uint32_t)(frame_get_count(frame, MOST) * sizeof(int));
    block_allocate(frame, block, block->capacity);
    if (block->bytes)
        get_fds(frame, block);
}

static void put_set_out(struct frame *frame, const struct call *call, int at)
{
    put_fds(frame, &call->block[at]);
}

static void get_set_out(struct frame *frame, struct call *call, int at)
{
    get_fds(frame, &call->block[at]);
}

static void check_set(struct text *why, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    const int *fd = block->bytes;
    for (size_t i = 0; fd && block->pointer != POINTER_BAD && i < set_count(block); i++)
        if (fd[i] < 0 && !why->used)
            text_add(why, "the descriptor %d", fd[i]);
}

const struct kind kind_set = {.name = "set",
                              .print = print_set,
                              .put = put_set,
                              .get = get_set,
                              .put_out = put_set_out,
                              .get_out = get_set_out,
                              .check = check_set};

/* ---- events of epoll ---- */

static void print_one(struct text *text, const struct event *event)
{
    char flags[128];
    format_flags(SYMBOLS_EPOLL_EVENT, event->events, flags, sizeof flags);
    text_add(text, "{%s, %" PRIu64 "}", flags, event->data);
}

static void put_one(struct frame *frame, const struct event *event)
{
    frame_put_flags(frame, SYMBOLS_EPOLL_EVENT, event->events);
    frame_put_number(frame, (int64_t)event->data);
}

static struct event get_one(struct frame *frame)
{
    int64_t events = frame_get_flags(frame, SYMBOLS_EPOLL_EVENT);
    if (events < 0 || events > UINT32_MAX)
        frame->bad = true;
    return (struct event){.events = (uint32_t)events, .data = (uint64_t)frame_get_number(frame)};
}

static void print_event(struct text *text, const struct call *call, int at, bool finished)
{
    const struct block *block = &call->block[at];
    (void)finished;
    if (!print_pointer(text, block))
        print_one(text, block->bytes);
}

static void put_event(struct frame *frame, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    if (put_pointer(frame, block))
        put_one(frame, block->bytes);
}

static void get_event(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    if (!get_pointer(frame, block))
        return;
    block_allocate(frame, block, sizeof(struct event));
    block->length = sizeof(struct event);
    if (block->bytes)
        *(struct event *)block->bytes = get_one(frame);
}

const struct kind kind_event = {
    .name = "event", .print = print_event, .put = put_event, .get = get_event};

/* ---- events that come out ---- */

static size_t event_count(const struct block *block)
{
    return block->length / sizeof(struct event);
}

static void print_events(struct text *text, const struct call *call, int at, bool finished)
{
    const struct block *block = &call->block[at];
    const struct event *event = block->bytes;
    if (print_pointer(text, block))
        return;
    if (!finished || call->error) {
        text_add(text, "...");
        return;
    }
    text_add(text, "[");
    for (size_t i = 0; i < event_count(block); i++) {
        text_add(text, i ? ", " : "");
        print_one(text, &event[i]);
    }
    text_add(text, "]");
}

static void put_room(struct frame *frame, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    if (put_pointer(frame, block))
        frame_put_number(frame, (int64_t)(block->capacity / sizeof(struct event)));
}

static void get_room(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    if (!get_pointer(frame, block))
        return;
    block->capacity = (uint32_t)(frame_get_count(frame, MOST) * sizeof(struct event));
    block_allocate(frame, block, block->capacity);
}

static void put_events(struct frame *frame, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    const struct event *event = block->bytes;
    frame_put_number(frame, (int64_t)event_count(block));
    for (size_t i = 0; i < event_count(block); i++)
        put_one(frame, &event[i]);
    frame_put_flag(frame, block->overrun);
}

static void get_events_out(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    struct event *event = block->bytes;
    size_t count = (size_t)frame_get_count(frame, block->capacity / sizeof *event);
    for (size_t i = 0; i < count && !frame->bad; i++)
        event[i] = get_one(frame);
    block->length = (uint32_t)(count * sizeof *event);
    block->overrun = frame_get_flag(frame);
}

/* How many may come is the parameter behind the events. */
static void check_events(struct text *why, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    const struct event *event = block->bytes;
    if (!event || block->pointer == POINTER_BAD)
        return;
    if (call->result > call->argument[at + 1])
        text_add(why, "%" PRId64 " of at most %" PRId64 " events", call->result,
                 call->argument[at + 1]);
    for (size_t i = 0; i < event_count(block) && !why->used; i++)
        if (!event[i].events)
            text_add(why, "an event of nothing");
}

const struct kind kind_events_out = {.name = "events-out",
                                     .print = print_events,
                                     .put = put_room,
                                     .get = get_room,
                                     .put_out = put_events,
                                     .get_out = get_events_out,
                                     .check = check_events};
