/* What an agent makes of calls: one that can be read can be printed, and sent on unchanged. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

static unsigned char first[WIRE_FRAME], second[WIRE_FRAME];

static struct wire write_call(const struct call *call, unsigned char bytes[WIRE_FRAME])
{
    struct wire wire = {.bytes = bytes, .size = WIRE_FRAME, .at = WIRE_HEADER};
    wire_put_call(&wire, call);
    HOLDS(!wire.bad);
    return wire;
}

static struct call read_call(const struct wire *written)
{
    struct call call;
    struct wire wire = {.bytes = written->bytes + WIRE_HEADER, .size = written->at - WIRE_HEADER};
    HOLDS(wire_get_call(&wire, &call));
    HOLDS(!wire.absent);
    return call;
}

static void print(const struct call *call, char text[256])
{
    char little[3];
    HOLDS(call_format(call, false, little, sizeof little) < sizeof little);
    HOLDS(call_format(call, false, text, 256) < 256);
    call_format_result(call, little, sizeof little);
}

static void look_at(const struct call *call)
{
    char before[256], after[256];
    struct wire wire = write_call(call, first);
    struct call again = read_call(&wire);
    struct wire rewritten = write_call(&again, second);
    HOLDS(wire.at == rewritten.at &&
          memcmp(first + WIRE_HEADER, second + WIRE_HEADER, wire.at - WIRE_HEADER) == 0);
    struct call once_more = read_call(&rewritten);
    print(&again, before);
    print(&once_more, after);
    HOLDS(strcmp(before, after) == 0);
    wire_release(&again);
    wire_release(&once_more);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct piece piece;
    char text[256];
    while (piece_next(&data, &size, &piece)) {
        struct call call;
        if (piece_call(&piece, &call)) {
            print(&call, text);
            look_at(&call);
            wire_release(&call);
        }
        piece_free(&piece);
    }
    return 0;
}
