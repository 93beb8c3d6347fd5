#include "calls/kind.h"

#include <stdlib.h>
#include <string.h>

const struct kind *kind_of(enum parameter parameter)
{
    static const struct kind *const blocks[PARAMETERS - P_FIRST_BLOCK] = {
        [P_ADDRESS_IN - P_FIRST_BLOCK] = &kind_address_in,
        [P_ADDRESS_OUT - P_FIRST_BLOCK] = &kind_address_out,
        [P_DATA_IN - P_FIRST_BLOCK] = &kind_data_in,
        [P_DATA_OUT - P_FIRST_BLOCK] = &kind_data_out,
        [P_VECTOR_IN - P_FIRST_BLOCK] = &kind_vector_in,
        [P_VECTOR_OUT - P_FIRST_BLOCK] = &kind_vector_out,
        [P_MESSAGE_IN - P_FIRST_BLOCK] = &kind_message_in,
        [P_MESSAGE_OUT - P_FIRST_BLOCK] = &kind_message_out,
        [P_MESSAGES_IN - P_FIRST_BLOCK] = &kind_messages_in,
        [P_MESSAGES_OUT - P_FIRST_BLOCK] = &kind_messages_out,
        [P_VALUE_IN - P_FIRST_BLOCK] = &kind_value_in,
        [P_VALUE_OUT - P_FIRST_BLOCK] = &kind_value_out,
        [P_POLLED - P_FIRST_BLOCK] = &kind_polled,
        [P_SET - P_FIRST_BLOCK] = &kind_set,
        [P_EVENT - P_FIRST_BLOCK] = &kind_event,
        [P_EVENTS_OUT - P_FIRST_BLOCK] = &kind_events_out,
        [P_TIMEVAL - P_FIRST_BLOCK] = &kind_timeval,
        [P_TIMESPEC - P_FIRST_BLOCK] = &kind_timespec,
        [P_SIGSET - P_FIRST_BLOCK] = &kind_sigset,
        [P_ACTION - P_FIRST_BLOCK] = &kind_action,
        [P_TEXT_IN - P_FIRST_BLOCK] = &kind_text_in,
        [P_TEXT_OUT - P_FIRST_BLOCK] = &kind_text_out,
        [P_FDS_OUT - P_FIRST_BLOCK] = &kind_fds_out,
        [P_OFFSET - P_FIRST_BLOCK] = &kind_offset,
        [P_IOCTL - P_FIRST_BLOCK] = &kind_ioctl,
        [P_HINTS - P_FIRST_BLOCK] = &kind_hints,
        [P_FOUND_OUT - P_FIRST_BLOCK] = &kind_found_out,
        [P_INTERFACES_OUT - P_FIRST_BLOCK] = &kind_interfaces_out,
        [P_STATUS_OUT - P_FIRST_BLOCK] = &kind_status_out,
        [P_LIMITS_IN - P_FIRST_BLOCK] = &kind_limits_in,
        [P_LIMITS_OUT - P_FIRST_BLOCK] = &kind_limits_out,
        [P_BINARY_IN - P_FIRST_BLOCK] = &kind_binary_in,
        [P_BINARY_OUT - P_FIRST_BLOCK] = &kind_binary_out,
    };
    return parameter < P_FIRST_BLOCK ? &scalar_kinds[parameter] : blocks[parameter - P_FIRST_BLOCK];
}

bool put_pointer(struct frame *frame, const struct block *block)
{
    bool bytes = block->bytes && block->pointer != POINTER_BAD;
    frame_put_flag(frame, bytes);
    frame_put_flag(frame, block->pointer == POINTER_BAD);
    frame_put_number(frame, block->length_pointer);
    return bytes;
}

bool get_pointer(struct frame *frame, struct block *block)
{
    *block = (struct block){0};
    bool bytes = frame_get_flag(frame), none = frame_get_flag(frame);
    if (bytes && none)
        frame->bad = true; /* there are no bytes at a bad pointer */
    block->pointer = none ? POINTER_BAD : POINTER_GOOD;
    block->length_pointer = (enum pointer)frame_get_count(frame, POINTER_NULL);
    if (bytes && block->pointer == POINTER_BAD)
        frame->bad = true;
    return bytes && !frame->bad;
}

/* ---- room ---- */

/* Bytes beyond the room. */
enum { GUARD = 64 };

void block_allocate(struct frame *frame, struct block *block, size_t size)
{
    block->bytes = frame->bad ? NULL : calloc(1, size + GUARD);
    if (!block->bytes)
        frame->bad = true;
}

void block_guard(struct block *block)
{
    if (block->bytes)
        memset((char *)block->bytes + block->capacity, UNWRITTEN, GUARD);
}

void block_fill(struct block *block, size_t size)
{
    if (block->bytes)
        memset(block->bytes, UNWRITTEN, size);
}

bool block_overrun(const struct block *block)
{
    if (!block->bytes)
        return false;
    const unsigned char *beyond = (const unsigned char *)block->bytes + block->capacity;
    for (size_t i = 0; i < GUARD; i++)
        if (beyond[i] != UNWRITTEN)
            return true;
    return false;
}

/* ---- pointers ---- */

void *bad_pointer(void)
{
    /* The first page is mapped nowhere, and is not the null pointer. */
    return (void *)(uintptr_t)16;
}

void *block_pointer(const struct block *block)
{
    return block->pointer == POINTER_BAD ? bad_pointer() : block->bytes;
}

void *length_pointer(const struct block *block, void *length)
{
    if (block->length_pointer == POINTER_BAD)
        return bad_pointer();
    return block->length_pointer == POINTER_NULL ? NULL : length;
}
