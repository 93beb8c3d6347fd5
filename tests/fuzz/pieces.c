#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void does_not_hold(const char *condition, const char *file, int line)
{
    printf("%s:%d: this does not hold: %s\n", file, line, condition);
    fflush(stdout);
    abort();
}

bool piece_next(const uint8_t **data, size_t *size, struct piece *piece)
{
    *piece = (struct piece){.start = *data};
    int length = *size < FRAME_HEADER ? -1 : frame_read_header(*data, &piece->header);
    if (length < 0)
        return false;
    size_t rest = *size - FRAME_HEADER;
    piece->body.size = (size_t)length < rest ? (size_t)length : rest;
    piece->whole = FRAME_HEADER + piece->body.size;
    piece->body.bytes = malloc(piece->body.size ? piece->body.size : 1);
    if (!piece->body.bytes)
        abort();
    memcpy(piece->body.bytes, *data + FRAME_HEADER, piece->body.size);
    *data += piece->whole;
    *size -= piece->whole;
    return true;
}

void piece_free(struct piece *piece)
{
    free(piece->body.bytes);
    piece->body.bytes = NULL;
}

bool piece_call(struct piece *piece, struct call *call)
{
    bool known, is_call = piece->header.type == FRAME_CALL || piece->header.type == FRAME_BEGIN;
    piece->body.at = 0;
    piece->body.bad = piece->body.lacking = false;
    if (!is_call || !frame_get_call(&piece->body, call, &known))
        return false;
    if (!known)
        call_release(call);
    return known;
}

int memory_file(const void *bytes, size_t size)
{
    int fd = memfd_create("input", MFD_CLOEXEC);
    if (fd < 0 || pwrite(fd, bytes, size, 0) != (ssize_t)size)
        abort();
    return fd;
}

const char *memory_path(int fd, char *path, size_t size)
{
    snprintf(path, size, "/proc/self/fd/%d", fd);
    return path;
}
