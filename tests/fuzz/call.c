/* What an agent makes of calls: one that can be read can be printed, and sent on unchanged. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

static unsigned char first[FRAME_MOST], second[FRAME_MOST];

static struct frame write_call(const struct call *call, unsigned char bytes[FRAME_MOST])
{
    struct frame frame = {.bytes = bytes, .size = FRAME_MOST, .at = FRAME_HEADER};
    frame_put_call(&frame, call);
    HOLDS(!frame.bad);
    return frame;
}

static struct call read_call(const struct frame *written)
{
    struct call call;
    bool known;
    struct frame frame = {.bytes = written->bytes + FRAME_HEADER,
                          .size = written->at - FRAME_HEADER};
    HOLDS(frame_get_call(&frame, &call, &known));
    HOLDS(known);
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
    struct frame frame = write_call(call, first);
    struct call again = read_call(&frame);
    struct frame rewritten = write_call(&again, second);
    HOLDS(frame.at == rewritten.at &&
          memcmp(first + FRAME_HEADER, second + FRAME_HEADER, frame.at - FRAME_HEADER) == 0);
    struct call once_more = read_call(&rewritten);
    print(&again, before);
    print(&once_more, after);
    HOLDS(strcmp(before, after) == 0);
    call_release(&again);
    call_release(&once_more);
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
            call_release(&call);
        }
        piece_free(&piece);
    }
    return 0;
}
