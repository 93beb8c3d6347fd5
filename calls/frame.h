/* Bytes on the way between the harness and an agent: numbers in little-endian, texts and bytes with
 * their length, constants by their names. */
#ifndef SOCKSPEC_FRAME_H
#define SOCKSPEC_FRAME_H

#include "calls/symbols.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A frame being written or read. Reading beyond the end or writing beyond the room sets bad, and
 * gives zeros. */
struct frame {
    unsigned char *bytes;
    size_t size; /* room, or bytes to read */
    size_t at;
    bool bad;
    bool lacking; /* something was read that this platform has no constant for */
};

void frame_put_number(struct frame *frame, int64_t number);
int64_t frame_get_number(struct frame *frame);

/* The same for one that is at least 0 and at most so much; anything else is bad. */
uint64_t frame_get_count(struct frame *frame, uint64_t most);

/* A number that was read, as an int; one that is none is bad. */
int frame_get_int(struct frame *frame, int64_t number);

void frame_put_flag(struct frame *frame, bool flag);
bool frame_get_flag(struct frame *frame);

/* Bytes with their count. Reading gives a pointer into the frame and the count. */
void frame_put_bytes(struct frame *frame, const void *bytes, size_t count);
const void *frame_get_bytes(struct frame *frame, size_t *count);

/* Reads bytes into a buffer of this size; more is bad. Gives how many there were. */
size_t frame_get_into(struct frame *frame, void *buffer, size_t size);

/* Texts, without their NUL. Reading copies into a buffer; a longer one, or a NUL within, is bad. */
void frame_put_text(struct frame *frame, const char *text);
void frame_get_text(struct frame *frame, char *text, size_t size);

/* A constant by its name; a value without one travels as a number. */
void frame_put_symbol(struct frame *frame, enum symbol_group group, int64_t value);
int64_t frame_get_symbol(struct frame *frame, enum symbol_group group);

/* A set of flags by their names, and a number for the rest. */
void frame_put_flags(struct frame *frame, enum symbol_group group, int64_t flags);
int64_t frame_get_flags(struct frame *frame, enum symbol_group group);

/* Leaves room for the length of what follows; frame_end() fills it in. */
size_t frame_begin(struct frame *frame);
void frame_end(struct frame *frame, size_t begun);

/* Reads what frame_begin() and frame_end() enclosed as a frame of its own, and goes on behind it.
 */
struct frame frame_enclosed(struct frame *frame);

#endif
