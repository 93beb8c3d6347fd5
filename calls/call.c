#include "calls/call.h"

#include "calls/address.h"
#include "calls/symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct operation_info operations[OPERATIONS] = {
    [OP_SOCKET] = {"socket", {P_FAMILY, P_TYPE, P_PROTOCOL}},
    [OP_BIND] = {"bind", {P_FD, P_ADDRESS_IN}},
    [OP_LISTEN] = {"listen", {P_FD, P_INT}},
    [OP_CONNECT] = {"connect", {P_FD, P_ADDRESS_IN}},
    [OP_ACCEPT] = {"accept", {P_FD, P_ADDRESS_OUT}},
    [OP_ACCEPT4] = {"accept4", {P_FD, P_ADDRESS_OUT, P_SOCKET_FLAGS}},
    [OP_GETSOCKNAME] = {"getsockname", {P_FD, P_ADDRESS_OUT}},
    [OP_GETPEERNAME] = {"getpeername", {P_FD, P_ADDRESS_OUT}},
    [OP_SEND] = {"send", {P_FD, P_DATA_IN, P_MESSAGE_FLAGS}},
    [OP_SENDTO] = {"sendto", {P_FD, P_DATA_IN, P_MESSAGE_FLAGS, P_ADDRESS_IN}},
    [OP_SENDMSG] = {"sendmsg", {P_FD, P_DATA_IN, P_MESSAGE_FLAGS, P_ADDRESS_IN}},
    [OP_WRITE] = {"write", {P_FD, P_DATA_IN}},
    [OP_RECV] = {"recv", {P_FD, P_DATA_OUT, P_MESSAGE_FLAGS}},
    [OP_RECVFROM] = {"recvfrom", {P_FD, P_DATA_OUT, P_MESSAGE_FLAGS, P_ADDRESS_OUT}},
    [OP_RECVMSG] = {"recvmsg", {P_FD, P_DATA_OUT, P_MESSAGE_FLAGS, P_ADDRESS_OUT}},
    [OP_READ] = {"read", {P_FD, P_DATA_OUT}},
    [OP_SHUTDOWN] = {"shutdown", {P_FD, P_HOW}},
    [OP_CLOSE] = {"close", {P_FD}},
    [OP_GETSOCKOPT] = {"getsockopt", {P_FD, P_LEVEL, P_OPTION, P_VALUE_OUT}},
    [OP_SETSOCKOPT] = {"setsockopt", {P_FD, P_LEVEL, P_OPTION, P_VALUE_IN}},
    [OP_FCNTL] = {"fcntl", {P_FD, P_FCNTL_COMMAND, P_FCNTL_ARGUMENT}},
    [OP_POLL] = {"poll", {P_READY, P_MILLISECONDS}},
    [OP_SELECT] = {"select", {P_READY, P_MILLISECONDS}},
    [OP_EPOLL_CREATE] = {"epoll_create1", {P_INT}},
    [OP_EPOLL_CTL] = {"epoll_ctl", {P_FD, P_EPOLL_OPERATION, P_FD, P_EVENTS}},
    [OP_EPOLL_WAIT] = {"epoll_wait", {P_FD, P_READY, P_MILLISECONDS}},
    [OP_IF_NAMETOINDEX] = {"if_nametoindex", {P_NAME}},
    [OP_CONSTANT] = {"constant", {P_NAME}, .question = true},
    [OP_TCP_STATE] = {"tcp_state", {P_ADDRESS_IN, P_ADDRESS_IN}, .question = true},
    [OP_SIGNALS] = {"signals_caught", {P_SIGNAL}, .question = true},
};

const struct operation_info *operation_info(enum operation operation)
{
    return &operations[operation];
}

void call_succeed(struct call *call, int64_t result)
{
    call->result = result;
    call->error = 0;
}

void call_fail(struct call *call, int error)
{
    call->result = -1;
    call->error = error;
}

struct text {
    char *bytes;
    size_t size;
    size_t used;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *text, const char *format, ...)
{
    va_list list;
    if (text->used + 1 >= text->size)
        return;
    va_start(list, format);
    int n = vsnprintf(text->bytes + text->used, text->size - text->used, format, list);
    va_end(list);
    text->used += (size_t)n;
    if (text->used >= text->size)
        text->used = text->size - 1;
}

static void add_data(struct text *text, const struct block *block, size_t length)
{
    enum { SHOWN = 24 };
    const unsigned char *bytes = block->bytes;
    if (!bytes) {
        add(text, "NULL");
        return;
    }
    add(text, "\"");
    for (size_t i = 0; i < length && i < SHOWN; i++)
        if (bytes[i] >= 0x20 && bytes[i] < 0x7f && bytes[i] != '"' && bytes[i] != '\\')
            add(text, "%c", bytes[i]);
        else
            add(text, "\\x%02x", bytes[i]);
    add(text, length > SHOWN ? "\"..." : "\"");
}

/* An option's value; there are only so many bytes of it. */
static void add_value(struct text *text, const struct block *block, size_t there)
{
    int number;
    if (!block->bytes) {
        add(text, "NULL");
    } else if (block->length == sizeof number && there >= sizeof number) {
        memcpy(&number, block->bytes, sizeof number);
        add(text, "[%d], %zu", number, sizeof number);
    } else if (block->length == 2 * sizeof number && there >= 2 * sizeof number) {
        /* struct linger */
        int second;
        memcpy(&number, block->bytes, sizeof number);
        memcpy(&second, (const char *)block->bytes + sizeof number, sizeof second);
        add(text, "{%d, %d}, %zu", number, second, 2 * sizeof number);
    } else {
        add(text, "..., %u", block->length);
    }
}

static void add_ready(struct text *text, const struct block *block, bool finished)
{
    const struct readiness *ready = block->bytes;
    char flags[96];
    add(text, "[");
    for (size_t i = 0; i < block->length / sizeof *ready; i++) {
        format_flags(SYMBOLS_EVENT, ready[i].asked, flags, sizeof flags);
        add(text, "%s{%d, %s", i ? ", " : "", ready[i].fd, flags);
        format_flags(SYMBOLS_EVENT, ready[i].found, flags, sizeof flags);
        add(text, finished ? " -> %s}" : "}", flags);
    }
    add(text, "]");
}

static void add_symbol(struct text *text, enum symbol_group group, int64_t value)
{
    const char *name = symbol_name(group, (long)value);
    if (name)
        add(text, "%s", name);
    else
        add(text, "%" PRId64, value);
}

static void add_flags(struct text *text, enum symbol_group group, int64_t flags)
{
    char names[128];
    format_flags(group, (long)flags, names, sizeof names);
    add(text, "%s", names);
}

static void add_type(struct text *text, int64_t type)
{
    add_symbol(text, SYMBOLS_TYPE, type & 0xf);
    if (type & ~INT64_C(0xf)) {
        add(text, "|");
        add_flags(text, SYMBOLS_SOCKET_FLAG, type & ~INT64_C(0xf));
    }
}

static enum symbol_group options_of(int64_t level)
{
    switch (level) {
    case IPPROTO_TCP:
        return SYMBOLS_IPPROTO_TCP;
    case IPPROTO_IP:
        return SYMBOLS_IPPROTO_IP;
    case IPPROTO_IPV6:
        return SYMBOLS_IPPROTO_IPV6;
    default:
        return SYMBOLS_SOL_SOCKET;
    }
}

bool parameter_symbol(enum parameter parameter, const int64_t *argument, enum symbol_group *group)
{
    static const struct {
        enum parameter parameter;
        enum symbol_group group;
    } groups[] = {{P_FAMILY, SYMBOLS_FAMILY},
                  {P_PROTOCOL, SYMBOLS_PROTOCOL},
                  {P_HOW, SYMBOLS_HOW},
                  {P_LEVEL, SYMBOLS_LEVEL},
                  {P_FCNTL_COMMAND, SYMBOLS_FCNTL},
                  {P_EPOLL_OPERATION, SYMBOLS_EPOLL_OPERATION},
                  {P_SIGNAL, SYMBOLS_SIGNAL}};
    if (parameter == P_OPTION) {
        *group = options_of(argument[-1]);
        return true;
    }
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (groups[i].parameter == parameter) {
            *group = groups[i].group;
            return true;
        }
    return false;
}

bool parameter_flags(enum parameter parameter, enum symbol_group *group)
{
    *group = parameter == P_MESSAGE_FLAGS  ? SYMBOLS_MESSAGE_FLAG
             : parameter == P_SOCKET_FLAGS ? SYMBOLS_SOCKET_FLAG
                                           : SYMBOLS_EVENT;
    return parameter == P_MESSAGE_FLAGS || parameter == P_SOCKET_FLAGS || parameter == P_EVENTS;
}

static void add_scalar(struct text *text, enum parameter parameter, const int64_t *argument)
{
    enum symbol_group group;
    if (parameter == P_TYPE)
        add_type(text, *argument);
    else if (parameter == P_FCNTL_ARGUMENT && argument[-1] == F_SETFL)
        add_flags(text, SYMBOLS_FILE_FLAG, *argument);
    else if (parameter_flags(parameter, &group))
        add_flags(text, group, *argument);
    else if (parameter_symbol(parameter, argument, &group))
        add_symbol(text, group, *argument);
    else
        add(text, "%" PRId64, *argument);
}

static void add_block(struct text *text, enum parameter parameter, const struct call *call,
                      const struct block *block, bool finished)
{
    char name[ADDRESS_TEXT];
    bool good = finished && call->result >= 0;
    switch (parameter) {
    case P_ADDRESS_IN:
        address_format(block->bytes, block->length, name, sizeof name);
        add(text, "%s", name);
        break;
    case P_ADDRESS_OUT:
        if (good && block->bytes) {
            size_t stored = block->length < block->capacity ? block->length : block->capacity;
            address_format(block->bytes, stored, name, sizeof name);
            add(text, "%s", name);
        } else {
            add(text, block->bytes ? "[%u]" : "NULL", block->capacity);
        }
        break;
    case P_DATA_IN:
        add_data(text, block, block->length);
        add(text, ", %u", block->length);
        break;
    case P_DATA_OUT:
        if (good)
            add_data(text, block,
                     (size_t)call->result < block->capacity ? (size_t)call->result
                                                            : block->capacity);
        else
            add(text, block->bytes ? "..." : "NULL");
        add(text, ", %u", block->capacity);
        break;
    case P_VALUE_IN:
        add_value(text, block, block->length);
        break;
    case P_VALUE_OUT:
        if (good)
            add_value(text, block, block->capacity);
        else
            add(text, "[%u]", block->capacity);
        break;
    case P_READY:
        add_ready(text, block, good);
        break;
    default:
        if (block->bytes)
            add(text, "\"%.*s\"", (int)block->length, (const char *)block->bytes);
        else
            add(text, "NULL");
    }
}

size_t call_format(const struct call *call, bool finished, char *buffer, size_t size)
{
    struct text text = {buffer, size, 0};
    const struct operation_info *info = operation_info(call->operation);
    const int64_t *argument = call->argument;
    const struct block *block = call->block;

    add(&text, "%s(", info->name);
    for (size_t i = 0; i < CALL_PARAMETERS && info->parameter[i] != P_END; i++) {
        if (i)
            add(&text, ", ");
        if (info->parameter[i] < P_FIRST_BLOCK)
            add_scalar(&text, info->parameter[i], argument++);
        else
            add_block(&text, info->parameter[i], call, block++, finished);
    }
    add(&text, ")");
    return text.used;
}

size_t call_format_result(const struct call *call, char *buffer, size_t size)
{
    struct text text = {buffer, size, 0};
    if (call->result < 0)
        add(&text, "-1 %s", error_name(call->error ? call->error : NO_ERRNO));
    else if (call->operation == OP_TCP_STATE)
        add(&text, "%s", tcp_state_name((int)call->result));
    else if (call->operation == OP_FCNTL && call->argument[1] == F_GETFL)
        add(&text, "0x%" PRIx64, (uint64_t)call->result);
    else
        add(&text, "%" PRId64, call->result);
    return text.used;
}
