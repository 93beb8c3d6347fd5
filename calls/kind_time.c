/* Parameters that are times to wait for, and what concerns signals. */
#include "calls/kind.h"

#include <inttypes.h>
#include <limits.h>

/* The most signals that a set names; no system has more. */
enum { MOST_SIGNALS = 128 };

/* Prints what stands for a block that has no bytes to show; false if it has. */
static bool print_pointer(struct text *text, const struct block *block)
{
    if (block->pointer == POINTER_BAD)
        text_add(text, "BAD");
    else if (!block->bytes)
        text_add(text, "NULL");
    return block->pointer == POINTER_BAD || !block->bytes;
}

/* ---- times ---- */

static void print_time(struct text *text, const struct block *block, const char *fraction)
{
    const struct duration *time = block->bytes;
    if (!print_pointer(text, block))
        text_add(text, "{tv_sec=%" PRId64 ", %s=%" PRId64 "}", time->seconds, fraction,
                 time->fraction);
}

/* What is shown of one that came back is what select() left of it. */
static void print_timeval(struct text *text, const struct call *call, int at, bool finished)
{
    const struct block *block = &call->block[at];
    if (finished && !call->error && block->bytes && block->pointer == POINTER_GOOD)
        text_add(text, "left ");
    print_time(text, block, "tv_usec");
}

static void print_timespec(struct text *text, const struct call *call, int at, bool finished)
{
    (void)finished;
    print_time(text, &call->block[at], "tv_nsec");
}

static void put_duration(struct frame *frame, const struct call *call, int at)
{
    const struct duration *time = call->block[at].bytes;
    frame_put_number(frame, time->seconds);
    frame_put_number(frame, time->fraction);
}

/* Any value is one that a call may take or leave. */
static void get_duration(struct frame *frame, struct call *call, int at)
{
    struct duration *time = call->block[at].bytes;
    time->seconds = frame_get_number(frame);
    time->fraction = frame_get_number(frame);
}

static void put_time(struct frame *frame, const struct call *call, int at)
{
    if (put_pointer(frame, &call->block[at]))
        put_duration(frame, call, at);
}

static void get_time(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    if (!get_pointer(frame, block))
        return;
    block_allocate(frame, block, sizeof(struct duration));
    block->length = block->capacity = sizeof(struct duration);
    if (block->bytes)
        get_duration(frame, call, at);
}

const struct kind kind_timeval = {.name = "timeval",
                                  .print = print_timeval,
                                  .put = put_time,
                                  .get = get_time,
                                  .put_out = put_duration,
                                  .get_out = get_duration};
const struct kind kind_timespec = {.name = "timespec",
                                   .print = print_timespec,
                                   .put = put_time,
                                   .get = get_time,
                                   .put_out = put_duration,
                                   .get_out = get_duration};

/* ---- sets of signals ---- */

static size_t signal_count(const struct block *block)
{
    return block->length / sizeof(int);
}

static void print_sigset(struct text *text, const struct call *call, int at, bool finished)
{
    const struct block *block = &call->block[at];
    const int *signal = block->bytes;
    (void)finished;
    if (print_pointer(text, block))
        return;
    text_add(text, "[");
    for (size_t i = 0; i < signal_count(block); i++) {
        const char *name = symbol_name(SYMBOLS_SIGNAL, signal[i]);
        text_add(text, i ? ", " : "");
        if (name)
            text_add(text, "%s", name);
        else
            text_add(text, "%d", signal[i]);
    }
    text_add(text, "]");
}

static void put_sigset(struct frame *frame, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    const int *signal = block->bytes;
    if (!put_pointer(frame, block))
        return;
    frame_put_number(frame, (int64_t)signal_count(block));
    for (size_t i = 0; i < signal_count(block); i++)
        frame_put_symbol(frame, SYMBOLS_SIGNAL, signal[i]);
}

static void get_sigset(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    if (!get_pointer(frame, block))
        return;
    size_t count = (size_t)frame_get_count(frame, MOST_SIGNALS);
    block->length = (uint32_t)(count * sizeof(int));
    block_allocate(frame, block, block->length);
    int *signal = block->bytes;
    for (size_t i = 0; i < count && !frame->bad; i++) {
        int64_t number = frame_get_symbol(frame, SYMBOLS_SIGNAL);
        if (number < INT_MIN || number > INT_MAX)
            frame->bad = true;
        signal[i] = (int)number;
    }
}

const struct kind kind_sigset = {
    .name = "sigset", .print = print_sigset, .put = put_sigset, .get = get_sigset};

/* ---- what a signal does ---- */

static void print_action(struct text *text, const struct call *call, int at, bool finished)
{
    static const char *const names[] = {
        [ACTION_COUNT] = "COUNT", [ACTION_IGNORE] = "SIG_IGN", [ACTION_DEFAULT] = "SIG_DFL"};
    const struct block *block = &call->block[at];
    const struct action *action = block->bytes;
    (void)finished;
    if (!print_pointer(text, block))
        text_add(text, "{%s, %s}", names[action->does], action->restart ? "SA_RESTART" : "0");
}

static void put_action(struct frame *frame, const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    const struct action *action = block->bytes;
    if (!put_pointer(frame, block))
        return;
    frame_put_number(frame, action->does);
    frame_put_flag(frame, action->restart);
}

static void get_action(struct frame *frame, struct call *call, int at)
{
    struct block *block = &call->block[at];
    if (!get_pointer(frame, block))
        return;
    block_allocate(frame, block, sizeof(struct action));
    block->length = sizeof(struct action);
    struct action *action = block->bytes;
    if (!action)
        return;
    action->does = frame_get_count(frame, ACTION_DEFAULT);
    action->restart = frame_get_flag(frame);
}

const struct kind kind_action = {
    .name = "action", .print = print_action, .put = put_action, .get = get_action};
