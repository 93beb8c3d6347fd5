#include "calls/protocol.h"

#include "calls/kind.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>

/* ---- frames ---- */

static void put32(unsigned char *bytes, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (unsigned char)(value >> 8 * i);
}

static uint32_t get32(const unsigned char *bytes)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++)
        value |= (uint32_t)bytes[i] << 8 * i;
    return value;
}

size_t frame_complete(struct frame *frame, const struct frame_header *header)
{
    put32(frame->bytes, (uint32_t)(frame->at - 4));
    frame->bytes[4] = (unsigned char)header->type;
    put32(frame->bytes + 5, header->process);
    put32(frame->bytes + 9, header->id);
    return frame->at;
}

int frame_read_header(const unsigned char bytes[FRAME_HEADER], struct frame_header *header)
{
    uint32_t length = get32(bytes);
    unsigned type = bytes[4];
    *header = (struct frame_header){(enum frame_type)type, get32(bytes + 5), get32(bytes + 9)};
    if (length < FRAME_HEADER - 4 || length > FRAME_MOST || type == 0 || type >= FRAME_TYPES)
        return -1;
    return (int)(length - (FRAME_HEADER - 4));
}

static const char magic[] = "sockspec";

void frame_put_hello(struct frame *frame, const struct hello *hello)
{
    frame_put_text(frame, magic);
    frame_put_number(frame, hello->version);
    frame_put_text(frame, hello->system);
    frame_put_text(frame, hello->libc);
    frame_put_text(frame, hello->lacks);
}

void frame_get_hello(struct frame *frame, struct hello *hello)
{
    char word[sizeof magic];
    frame_get_text(frame, word, sizeof word);
    if (strcmp(word, magic) != 0)
        frame->bad = true;
    hello->version = (int)frame_get_count(frame, INT_MAX);
    frame_get_text(frame, hello->system, sizeof hello->system);
    frame_get_text(frame, hello->libc, sizeof hello->libc);
    frame_get_text(frame, hello->lacks, sizeof hello->lacks);
}

/* ---- calls ---- */

static int count_parameters(const struct operation_info *info)
{
    int count = 0;
    while (count < CALL_PARAMETERS && info->parameter[count] != P_END)
        count++;
    return count;
}

void frame_put_call(struct frame *frame, const struct call *call)
{
    const struct operation_info *info = operation_info(call->operation);
    int count = count_parameters(info);
    frame_put_text(frame, info->name);
    frame_put_number(frame, count);
    for (int i = 0; i < count; i++) {
        const struct kind *kind = kind_of(info->parameter[i]);
        frame_put_text(frame, kind->name);
        size_t begun = frame_begin(frame);
        kind->put(frame, call, i);
        frame_end(frame, begun);
    }
}

/* Reads a parameter; one that is of another kind here is left alone. */
static void get_parameter(struct frame *frame, struct call *call, int at, bool *known)
{
    enum parameter parameter = operation_info(call->operation)->parameter[at];
    char name[32];
    frame_get_text(frame, name, sizeof name);
    struct frame inside = frame_enclosed(frame);
    if (parameter == P_END || strcmp(name, kind_of(parameter)->name) != 0) {
        *known = false;
        return;
    }
    kind_of(parameter)->get(&inside, call, at);
    if (inside.bad || inside.at != inside.size)
        frame->bad = true;
    if (inside.lacking)
        *known = false;
}

bool frame_get_call(struct frame *frame, struct call *call, bool *known)
{
    char name[32];
    memset(call, 0, sizeof *call);
    frame_get_text(frame, name, sizeof name);
    *known = operation_find(name, &call->operation);
    if (!*known)
        return !frame->bad;
    int count = (int)frame_get_count(frame, CALL_PARAMETERS);
    if (count != count_parameters(operation_info(call->operation)))
        *known = false;
    for (int i = 0; i < count && *known && !frame->bad; i++)
        get_parameter(frame, call, i, known);
    if (!frame->bad && (!*known || frame->at == frame->size))
        return true;
    call_release(call);
    return false;
}

/* ---- results ---- */

static bool gives_flags(const struct call *call)
{
    return call->operation == OP_FCNTL && call->argument[1] == F_GETFL;
}

static bool has_out(const struct call *call, int at)
{
    const struct block *block = &call->block[at];
    enum parameter parameter = operation_info(call->operation)->parameter[at];
    return parameter >= P_FIRST_BLOCK && kind_of(parameter)->put_out && block->bytes &&
           block->pointer == POINTER_GOOD;
}

void frame_put_result(struct frame *frame, const struct call *call)
{
    const struct operation_info *info = operation_info(call->operation);
    frame_put_flag(frame, call->error != 0);
    frame_put_number(frame, call->nanoseconds);
    if (call->error) {
        /* What is no error of the platform is one of ours. */
        frame_put_number(frame, call->error >= NO_ERRNO ? call->error : 0);
        if (call->error < NO_ERRNO)
            frame_put_symbol(frame, SYMBOLS_ERROR, call->error);
        return;
    }
    if (gives_flags(call)) {
        frame_put_symbol(frame, SYMBOLS_OPEN_FLAG, call->result & O_ACCMODE);
        frame_put_flags(frame, SYMBOLS_FILE_FLAG, call->result & ~(int64_t)O_ACCMODE);
    } else if (info->result == R_LOOKUP)
        frame_put_symbol(frame, SYMBOLS_LOOKUP_ERROR, call->result);
    else
        frame_put_number(frame, call->result);
    for (int i = 0; i < count_parameters(info); i++)
        if (has_out(call, i))
            kind_of(info->parameter[i])->put_out(frame, call, i);
}

static bool get_error(struct frame *frame, struct call *call)
{
    int64_t special = (int64_t)frame_get_count(frame, LACKING);
    int64_t error = special ? special : frame_get_symbol(frame, SYMBOLS_ERROR);
    /* An error without a name here is a number there. */
    call_fail(call, error > 0 && error < DEVIATION ? (int)error : NO_ERRNO);
    return !frame->bad && frame->at == frame->size && error > 0 && error <= INT_MAX;
}

bool frame_get_result(struct frame *frame, struct call *call)
{
    const struct operation_info *info = operation_info(call->operation);
    bool failed = frame_get_flag(frame);
    call->nanoseconds = (int64_t)frame_get_count(frame, INT64_MAX);
    if (failed)
        return get_error(frame, call);
    if (gives_flags(call)) {
        int64_t access = frame_get_symbol(frame, SYMBOLS_OPEN_FLAG);
        call_succeed(call, access | frame_get_flags(frame, SYMBOLS_FILE_FLAG));
    } else if (info->result == R_LOOKUP)
        call_succeed(call, frame_get_symbol(frame, SYMBOLS_LOOKUP_ERROR));
    else
        call_succeed(call, frame_get_number(frame));
    for (int i = 0; i < count_parameters(info); i++)
        if (has_out(call, i))
            kind_of(info->parameter[i])->get_out(frame, call, i);
    return !frame->bad && !frame->lacking && frame->at == frame->size;
}
