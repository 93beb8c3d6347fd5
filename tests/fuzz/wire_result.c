/* What the harness makes of what an agent says to a call: hellos, numbers, and results, each of the
 * call before it in the dialogue. */
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>

static unsigned char first[WIRE_FRAME], second[WIRE_FRAME];

static size_t write_result(const struct call *call, unsigned char bytes[WIRE_FRAME])
{
    struct wire wire = {.bytes = bytes, .size = WIRE_FRAME};
    wire_put_result(&wire, call);
    HOLDS(!wire.bad);
    return wire.at;
}

/* What cases rely on. */
static void check(const struct call *call)
{
    const struct operation_info *info = operation_info(call->operation);
    char text[256], little[3];
    HOLDS(call->result >= -1 && call->result <= INT_MAX);
    HOLDS(call->error >= 0 && (call->result < 0 || call->error == 0));
    for (size_t i = 0; i < CALL_PARAMETERS && info->parameter[i] != P_END; i++)
        if (info->parameter[i] == P_DATA_OUT && call->block[0].bytes)
            HOLDS(call->result <= call->block[0].capacity || call->argument[1] & MSG_TRUNC);
    call_format(call, true, text, sizeof text);
    call_format(call, true, little, sizeof little);
    call_format_result(call, text, sizeof text);
}

/* A result that was read for a call, and another copy of that call. */
static void look_at(struct call *call, struct call *copy)
{
    check(call);
    size_t length = write_result(call, first);
    struct wire wire = {.bytes = first, .size = length};
    HOLDS(wire_get_result(&wire, copy));
    check(copy);
    HOLDS(write_result(copy, second) == length && memcmp(first, second, length) == 0);
    HOLDS(call->error == copy->error);
    HOLDS(call->result == copy->result || call->operation == OP_FCNTL); /* flags without a name */
}

static void hear_hello(struct wire *wire)
{
    struct hello hello = {0};
    wire_get_hello(wire, &hello);
    HOLDS(strnlen(hello.system, sizeof hello.system) < sizeof hello.system);
    HOLDS(strnlen(hello.libc, sizeof hello.libc) < sizeof hello.libc);
    struct wire again = {.bytes = first, .size = sizeof first};
    if (!wire->bad) {
        wire_put_hello(&again, &hello);
        HOLDS(again.at == wire->at && memcmp(again.bytes, wire->bytes, wire->at) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct piece piece;
    struct call call, copy;
    bool asked = false;
    while (piece_next(&data, &size, &piece)) {
        if (piece.type == WIRE_HELLO) {
            hear_hello(&piece.body);
        } else if (piece.type == WIRE_RESULT && asked) {
            if (wire_get_result(&piece.body, &call))
                look_at(&call, &copy);
            wire_release(&call);
            wire_release(&copy);
            asked = false;
        } else if (piece.type == WIRE_CALL || piece.type == WIRE_BEGIN) {
            if (asked) {
                wire_release(&call);
                wire_release(&copy);
            }
            asked = piece_call(&piece, &call) && piece_call(&piece, &copy);
        } else {
            wire_get_number(&piece.body);
        }
        piece_free(&piece);
    }
    if (asked) {
        wire_release(&call);
        wire_release(&copy);
    }
    return 0;
}
