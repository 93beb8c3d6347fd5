/* Parts of parameters that several kinds have: names and buffers, alone and in messages. */
#ifndef SOCKSPEC_KIND_PARTS_H
#define SOCKSPEC_KIND_PARTS_H

#include "calls/call.h"
#include "calls/frame.h"
#include "calls/text.h"

/* A name that goes in. */
void put_name_in(struct frame *frame, const struct block *block);
void get_name_in(struct frame *frame, struct block *block);

/* The room for one that comes out, and what came. */
void put_name_room(struct frame *frame, const struct block *block);
void get_name_room(struct frame *frame, struct block *block);
void put_name_out(struct frame *frame, const struct block *block);
void get_name_out(struct frame *frame, struct block *block);

/* Prints the first so many bytes of a name, and says what is wrong with one that came out. */
void print_name(struct text *text, const struct block *block, size_t length);
void check_name(struct text *why, const struct block *block);

/* Buffers: put_buffers() writes how many there are, which get_buffers()' caller reads first. */
void put_buffers(struct frame *frame, const struct block *buffer, size_t count, bool in);
void get_buffers(struct frame *frame, struct block *buffer, size_t count, bool in);

/* What a call that received so many bytes left in them. Reading says whether somebody wrote beyond
 * one's room. */
void put_buffers_out(struct frame *frame, const struct block *buffer, size_t count,
                     size_t received);
bool get_buffers_out(struct frame *frame, struct block *buffer, size_t count, size_t received);

#endif
