#include "calls/call.h"

#include "calls/kind.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static const struct operation_info operations[OPERATIONS_COUNT] = {
#define ROW(id_, name_, result_, ...)                                                              \
    [OP_##id_] = {#name_, result_, {__VA_ARGS__}, OP_##id_ >= OP_CONSTANT},
    OPERATIONS(ROW)
#undef ROW
};

const struct operation_info *operation_info(enum operation operation)
{
    return &operations[operation];
}

bool operation_find(const char *name, enum operation *operation)
{
    for (int i = 0; i < OPERATIONS_COUNT; i++)
        if (strcmp(operations[i].name, name) == 0) {
            *operation = (enum operation)i;
            return true;
        }
    return false;
}

void call_succeed(struct call *call, int64_t result)
{
    call->result = result;
    call->error = 0;
}

void call_fail(struct call *call, int error)
{
    call->result = -1;
    call->error = error ? error : NO_ERRNO;
}

size_t call_received(const struct call *call, const struct block *block)
{
    size_t given = call->result > 0 ? (size_t)call->result : 0;
    return given < block->capacity ? given : block->capacity;
}

void call_release(struct call *call)
{
    const struct operation_info *info = operation_info(call->operation);
    for (int i = 0; i < CALL_PARAMETERS && info->parameter[i] != P_END; i++) {
        const struct kind *kind = kind_of(info->parameter[i]);
        if (kind->release)
            kind->release(call, i);
        free(call->block[i].bytes);
        call->block[i].bytes = NULL;
    }
}

size_t call_format(const struct call *call, bool finished, char *buffer, size_t size)
{
    struct text text = text_in(buffer, size);
    const struct operation_info *info = operation_info(call->operation);
    text_add(&text, "%s(", info->name);
    for (int i = 0; i < CALL_PARAMETERS && info->parameter[i] != P_END; i++) {
        if (i)
            text_add(&text, ", ");
        kind_of(info->parameter[i])->print(&text, call, i, finished);
    }
    text_add(&text, ")");
    return text.used;
}

static bool gives_flags(const struct call *call)
{
    return call->operation == OP_FCNTL && call->argument[1] == F_GETFL;
}

size_t call_format_result(const struct call *call, char *buffer, size_t size)
{
    struct text text = text_in(buffer, size);
    const struct operation_info *info = operation_info(call->operation);
    char flags[96];
    if (call->error)
        text_add(&text, "-1 %s", error_name(call->error));
    else if (info->result == R_NOTHING)
        text_add(&text, "void");
    else if (info->result == R_STATE)
        text_add(&text, "%s", tcp_state_name((int)call->result));
    else if (info->result == R_LOOKUP && call->result != 0)
        text_add(&text, "%s",
                 symbol_name(SYMBOLS_LOOKUP_ERROR, call->result) ?: "an unknown error");
    else if (gives_flags(call)) {
        format_flags(SYMBOLS_FILE_FLAG, call->result, flags, sizeof flags);
        text_add(&text, "%s", flags);
    } else
        text_add(&text, "%" PRId64, call->result);
    if (call->deviation[0])
        text_add(&text, " (%s)", call->deviation);
    return text.used;
}

/* ---- what results can be ---- */

/* How much a call could send or receive: the bytes or the room of its data. */
static size_t most_data(const struct call *call)
{
    const struct operation_info *info = operation_info(call->operation);
    for (int i = 0; i < CALL_PARAMETERS; i++) {
        const struct block *block = &call->block[i];
        const struct message *message = block->bytes;
        const struct block *buffer = block->bytes;
        size_t most = 0;
        switch (info->parameter[i]) {
        case P_DATA_IN:
            return block->length;
        case P_DATA_OUT:
            return block->capacity;
        case P_VECTOR_IN:
        case P_VECTOR_OUT:
            for (size_t k = 0; buffer && k < block->length / sizeof *buffer; k++)
                most += info->parameter[i] == P_VECTOR_IN ? buffer[k].length : buffer[k].capacity;
            return most;
        case P_MESSAGE_IN:
        case P_MESSAGE_OUT:
            /* Those beyond what a message holds are empty. */
            for (size_t k = 0; message && k < message->buffers && k < MESSAGE_BUFFERS; k++)
                most += info->parameter[i] == P_MESSAGE_IN ? message->buffer[k].length
                                                           : message->buffer[k].capacity;
            return most;
        default:
            break;
        }
    }
    return 0;
}

/* How much a call could move from one descriptor to another. */
static uint64_t most_moved(const struct call *call)
{
    return call->operation == OP_SPLICE     ? (uint64_t)call->argument[4]
           : call->operation == OP_SENDFILE ? (uint64_t)call->argument[3]
                                            : UINT64_MAX;
}

/* Whether a receiving call may say that there was more than it had room for. */
static bool tells_whole_length(const struct call *call)
{
    const struct message *message = call->operation == OP_RECVMSG ? call->block[1].bytes : NULL;
    if (call->total && message && message->flags & MSG_TRUNC)
        return true;
    bool flags = call->operation == OP_RECV || call->operation == OP_RECVFROM ||
                 call->operation == OP_RECVMSG;
    return flags && call->argument[2] & MSG_TRUNC;
}

/* The descriptors, events or messages that came back. */
static size_t ready_count(const struct call *call)
{
    const struct operation_info *info = operation_info(call->operation);
    size_t count = 0;
    for (int i = 0; i < CALL_PARAMETERS && info->parameter[i] != P_END; i++) {
        const struct block *block = &call->block[i];
        const struct readiness *ready = block->bytes;
        if (!ready || block->pointer == POINTER_BAD)
            continue;
        if (info->parameter[i] == P_POLLED)
            for (size_t k = 0; k < block->length / sizeof *ready; k++)
                count += ready[k].found != 0;
        if (info->parameter[i] == P_SET)
            count += block->length / sizeof(int);
        if (info->parameter[i] == P_EVENTS_OUT)
            count += block->length / sizeof(struct event);
        if (info->parameter[i] == P_MESSAGES_IN || info->parameter[i] == P_MESSAGES_OUT)
            count += block->length / sizeof(struct message);
    }
    return count;
}

/* Whether what came back is as many as there can be, rather than exactly what is said. */
static bool is_upper_bound(const struct call *call)
{
    return call->operation == OP_SENDMMSG || call->operation == OP_RECVMMSG;
}

/* What an int or a socklen_t of 32 bits holds. Those who take results take no more. */
static bool has_room(const struct call *call)
{
    int64_t result = call->result;
    switch (operation_info(call->operation)->result) {
    case R_ANY: /* constants may be negative, addresses have no sign */
        return result <= UINT32_MAX && result >= (call->operation == OP_CONSTANT ? INT32_MIN : 0);
    case R_NUMBER:
        return result <= INT32_MAX || call->operation == OP_LSEEK;
    case R_STATE:
        return result < TCP_STATES;
    default:
        return result <= INT32_MAX && result >= INT32_MIN;
    }
}

/* Whether a command of fcntl() gives a number that may be negative: that of a group. */
static bool may_be_negative(const struct call *call)
{
    return call->argument[1] == F_GETOWN;
}

static void check_result(struct text *why, const struct call *call)
{
    int64_t result = call->result;
    size_t most;
    if (!has_room(call)) {
        text_add(why, "the number %" PRId64, result);
        return;
    }
    switch (operation_info(call->operation)->result) {
    case R_ZERO:
        if (result != 0)
            text_add(why, "%" PRId64 " instead of 0", result);
        break;
    case R_DUPLICATE:
        if (result != call->argument[1])
            text_add(why, "%" PRId64 " instead of %" PRId64, result, call->argument[1]);
        break;
    case R_SENT:
    case R_RECEIVED:
        most = most_data(call);
        if (result < 0 || ((uint64_t)result > most && !tells_whole_length(call)))
            text_add(why, "%" PRId64 " of %zu bytes", result, most);
        break;
    case R_READY:
        most = ready_count(call);
        if (result < 0 ||
            (is_upper_bound(call) ? (uint64_t)result > most : (uint64_t)result != most))
            text_add(why, "%" PRId64 " of %zu ready", result, most);
        break;
    case R_FCNTL:
        if (result < 0 && !may_be_negative(call))
            text_add(why, "%" PRId64 " without an error", result);
        break;
    case R_FOUND:
        if (result != 0 && result != 1)
            text_add(why, "%" PRId64 " instead of 1 or 0", result);
        break;
    case R_DESCRIPTOR:
    case R_NUMBER:
    case R_STATE:
        if (result < 0)
            text_add(why, "%" PRId64 " without an error", result);
        else if ((uint64_t)result > most_moved(call))
            text_add(why, "%" PRId64 " of %" PRIu64 " bytes", result, most_moved(call));
        break;
    default:
        break;
    }
}

void call_check(struct call *call)
{
    const struct operation_info *info = operation_info(call->operation);
    struct text why = text_in(call->deviation, sizeof call->deviation);
    if (call->error)
        return;
    check_result(&why, call);
    for (int i = 0; i < CALL_PARAMETERS && info->parameter[i] != P_END && !why.used; i++) {
        const struct kind *kind = kind_of(info->parameter[i]);
        if (call->block[i].overrun)
            text_add(&why, "it wrote beyond the room that it was given");
        else if (kind->check)
            kind->check(&why, call, i);
    }
}
