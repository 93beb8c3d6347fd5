/* Changes dialogues frame by frame: a frame whose length is wrong hides all that follow it. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed);

/* The header says how long the frame is. */
static void set_length(uint8_t *frame, size_t whole)
{
    for (size_t i = 0; i < 4; i++)
        frame[i] = (uint8_t)((whole - 4) >> 8 * i);
}

/* Where the frame of this ordinal is, counted around; 0 if there is none. */
static size_t find(const uint8_t *data, size_t size, size_t ordinal, size_t *start)
{
    struct piece piece;
    size_t count = 0;
    for (int round = 0; round < 2; round++) {
        const uint8_t *at = data;
        size_t left = size, number = 0;
        while (piece_next(&at, &left, &piece)) {
            piece_free(&piece);
            if (round && number++ == ordinal % count) {
                *start = (size_t)(piece.start - data);
                return piece.whole;
            }
            count += !round;
        }
        if (count == 0)
            return 0;
    }
    return 0;
}

/* Replaces a part of the data; gives the new size. */
static size_t splice(uint8_t *data, size_t size, size_t start, size_t old, const uint8_t *with,
                     size_t length)
{
    memmove(data + start + length, data + start + old, size - start - old);
    memcpy(data + start, with, length);
    return size - old + length;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed)
{
    enum { HEADER_KEPT = 4, CHANGE_BODY = 10, CHANGE_FRAME = 12, DOUBLE = 13, REMOVE = 14 };
    size_t start = 0, whole = find(data, size, seed >> 8, &start);
    unsigned choice = seed % 16;
    if (whole < FRAME_HEADER || choice > REMOVE || (whole == FRAME_HEADER && size == room))
        return LLVMFuzzerMutate(data, size, room);
    uint8_t *frame = malloc(room + FRAME_HEADER);
    if (!frame)
        abort();
    memcpy(frame, data + start, whole);
    size_t keep = choice < CHANGE_BODY ? FRAME_HEADER : HEADER_KEPT;
    if (choice < CHANGE_FRAME) {
        size_t length =
            keep + LLVMFuzzerMutate(frame + keep, whole - keep, whole - keep + room - size);
        length = length < FRAME_HEADER ? FRAME_HEADER : length;
        set_length(frame, length);
        if (size - whole + length <= room)
            size = splice(data, size, start, whole, frame, length);
    } else if (choice <= DOUBLE && size + whole <= room) {
        size = splice(data, size, start, 0, frame, whole);
    } else if (choice == REMOVE && size > whole) {
        size = splice(data, size, start, whole, frame, 0);
    }
    free(frame);
    return size;
}
