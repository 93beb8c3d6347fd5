/* What the harness makes of what an agent says to a call: hellos, numbers, and results, each of the
 * call before it in the dialogue. */
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <string.h>

static unsigned char first[FRAME_MOST], second[FRAME_MOST];

static size_t write_result(const struct call *call, unsigned char bytes[FRAME_MOST])
{
    struct frame frame = {.bytes = bytes, .size = FRAME_MOST};
    frame_put_result(&frame, call);
    HOLDS(!frame.bad);
    return frame.at;
}

/* What cases rely on: nothing that a call can give is a surprise that call_check() does not tell.
 */
static void check(struct call *call)
{
    char text[256], little[3];
    HOLDS(call->error >= 0 && call->error < DEVIATION);
    HOLDS(call->error == 0 || call->result == -1);
    call->deviation[0] = '\0';
    call_check(call);
    HOLDS(strnlen(call->deviation, sizeof call->deviation) < sizeof call->deviation);
    HOLDS(call->error == 0 || call->deviation[0] == '\0');
    call_format(call, true, text, sizeof text);
    call_format(call, true, little, sizeof little);
    call_format_result(call, text, sizeof text);
}

/* That somebody wrote beyond a room is said by who saw the memory there: it does not travel on. */
static bool wrote_beyond(const struct call *call)
{
    bool did = false;
    for (int i = 0; i < CALL_PARAMETERS; i++)
        did |= call->block[i].overrun;
    return did;
}

/* A result that was read for a call, and another copy of that call. */
static void look_at(struct call *call, struct call *copy)
{
    check(call);
    size_t length = write_result(call, first);
    struct frame frame = {.bytes = first, .size = length};
    HOLDS(frame_get_result(&frame, copy));
    check(copy);
    HOLDS(write_result(copy, second) == length && memcmp(first, second, length) == 0);
    HOLDS(call->error == copy->error);
    HOLDS(call->result == copy->result);
    HOLDS(wrote_beyond(call) || strcmp(call->deviation, copy->deviation) == 0);
}

static void hear_hello(struct frame *frame)
{
    struct hello hello = {0};
    frame_get_hello(frame, &hello);
    HOLDS(strnlen(hello.system, sizeof hello.system) < sizeof hello.system);
    HOLDS(strnlen(hello.libc, sizeof hello.libc) < sizeof hello.libc);
    HOLDS(strnlen(hello.lacks, sizeof hello.lacks) < sizeof hello.lacks);
    struct frame again = {.bytes = first, .size = sizeof first};
    if (!frame->bad) {
        frame_put_hello(&again, &hello);
        HOLDS(again.at == frame->at && memcmp(again.bytes, frame->bytes, frame->at) == 0);
    }
}

/* The call that a result is awaited of, twice. */
struct asked {
    struct call call, copy;
    bool is_there;
};

static void forget(struct asked *asked)
{
    if (!asked->is_there)
        return;
    call_release(&asked->call);
    call_release(&asked->copy);
    asked->is_there = false;
}

static void hear(struct piece *piece, struct asked *asked)
{
    switch (piece->header.type) {
    case FRAME_HELLO:
        hear_hello(&piece->body);
        break;
    case FRAME_CALL:
    case FRAME_BEGIN:
        forget(asked);
        asked->is_there = piece_call(piece, &asked->call) && piece_call(piece, &asked->copy);
        break;
    case FRAME_RESULT:
        if (asked->is_there && frame_get_result(&piece->body, &asked->call))
            look_at(&asked->call, &asked->copy);
        forget(asked);
        break;
    default:
        frame_get_number(&piece->body);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct piece piece;
    struct asked asked = {.is_there = false};
    while (piece_next(&data, &size, &piece)) {
        hear(&piece, &asked);
        piece_free(&piece);
    }
    forget(&asked);
    return 0;
}
