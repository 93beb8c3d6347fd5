/* The kinds of parameters: how each is printed, sent to an agent and back, and checked.
 *
 * The block of a parameter holds what an application has in its memory: names are struct sockaddr,
 * option values what the option takes, sets and signals ints. What travels are fields: an agent may
 * have another layout, another byte order and other numbers for everything. */
#ifndef SOCKSPEC_KIND_H
#define SOCKSPEC_KIND_H

#include "calls/call.h"
#include "calls/frame.h"
#include "calls/text.h"

struct kind {
    const char *name; /* as frames call it: it never changes */

    /* Prints the parameter at this position. */
    void (*print)(struct text *text, const struct call *call, int at, bool finished);

    /* Writes what goes in, and reads it on the other side, where the blocks become the call's own:
     * bytes from malloc(), with room for what comes out. */
    void (*put)(struct frame *frame, const struct call *call, int at);
    void (*get)(struct frame *frame, struct call *call, int at);

    /* Writes what came out, and reads it into the caller's block; called only for a block that has
     * bytes. NULL: nothing comes out. */
    void (*put_out)(struct frame *frame, const struct call *call, int at);
    void (*get_out)(struct frame *frame, struct call *call, int at);

    /* Says what is wrong with what came out of a call that succeeded, if it is something that no
     * such call can give; else leaves the text empty. NULL: nothing can be. */
    void (*check)(struct text *why, const struct call *call, int at);

    /* Releases what get() allocated beyond block.bytes. NULL: nothing. */
    void (*release)(struct call *call, int at);
};

/* The kind of a parameter. */
const struct kind *kind_of(enum parameter parameter);

/* A block's pointers on the way: put_pointer() writes what the block's pointers are and whether it
 * has bytes, get_pointer() reads that. Both give whether there are bytes, which then follow. */
bool put_pointer(struct frame *frame, const struct block *block);
bool get_pointer(struct frame *frame, struct block *block);

/* Room of a block that is read, of so many bytes and some more; the call owns it. Bytes beyond
 * block->capacity are filled so that block_overrun() can see whether somebody wrote there. Filled
 * room shows that nothing was written there, which zeros would hide. */
void block_allocate(struct frame *frame, struct block *block, size_t size);
void block_guard(struct block *block);
void block_fill(struct block *block, size_t size);
bool block_overrun(const struct block *block);

/* An address that nothing is mapped at. */
void *bad_pointer(void);

/* What to pass to a function for a block, and for the length of one: its bytes, null or a bad
 * pointer. */
void *block_pointer(const struct block *block);
void *length_pointer(const struct block *block, void *length);

/* Kinds by group, each in a file of its own. */
extern const struct kind scalar_kinds[P_FIRST_BLOCK];
extern const struct kind kind_address_in, kind_address_out, kind_binary_in, kind_binary_out;
extern const struct kind kind_data_in, kind_data_out, kind_vector_in, kind_vector_out;
extern const struct kind kind_text_in, kind_text_out;
extern const struct kind kind_message_in, kind_message_out, kind_messages_in, kind_messages_out;
extern const struct kind kind_value_in, kind_value_out, kind_ioctl;
extern const struct kind kind_polled, kind_set, kind_event, kind_events_out, kind_sigset,
    kind_action;
extern const struct kind kind_timeval, kind_timespec;
extern const struct kind kind_fds_out, kind_offset, kind_status_out, kind_limits_in,
    kind_limits_out;
extern const struct kind kind_hints, kind_found_out, kind_interfaces_out;

#endif
