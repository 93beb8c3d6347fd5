/* What the fuzz targets share. Each is one function that libFuzzer (clang) calls with inputs that
 * it makes up, or replay.c (other compilers) with the files of its corpus.
 *
 * The targets of the agent's protocol all take a dialogue: frames of both directions, one after the
 * other, as they were recorded between a harness and an agent. Each looks at those that it is
 * about. */
#ifndef SOCKSPEC_TESTS_FUZZ_H
#define SOCKSPEC_TESTS_FUZZ_H

#include "calls/protocol.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program with the place if something that must hold does not. */
#define HOLDS(condition)                                                                           \
    do                                                                                             \
        if (!(condition))                                                                          \
            does_not_hold(#condition, __FILE__, __LINE__);                                         \
    while (0)
void does_not_hold(const char *condition, const char *file, int line) __attribute__((noreturn));

/* A frame of an input. */
struct piece {
    struct frame_header header;
    const uint8_t *start; /* its header */
    size_t whole;         /* bytes of the input, header included */
    struct frame body;    /* a copy, so that reading beyond its end is noticed */
};

/* Takes the next frame; the last may be shorter than it says. False at the end, or if there is no
 * frame. Let go of each with piece_free(). */
bool piece_next(const uint8_t **data, size_t *size, struct piece *piece);
void piece_free(struct piece *piece);

/* Whether the call is one that a harness makes: it is decoded, and all of it has names here. */
bool piece_call(struct piece *piece, struct call *call);

/* A file in memory with these bytes; the descriptor stands at the beginning and is the caller's. */
int memory_file(const void *bytes, size_t size);

/* Its path, for those who open by path. */
const char *memory_path(int fd, char *path, size_t size);

#endif
