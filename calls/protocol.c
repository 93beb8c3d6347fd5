#include "calls/protocol.h"

#include "calls/symbols.h"

#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* ---- numbers ---- */

static void put_bytes(struct wire *wire, const void *bytes, size_t count)
{
    if (wire->bad || count > wire->size - wire->at) {
        wire->bad = true;
        return;
    }
    if (count)
        memcpy(wire->bytes + wire->at, bytes, count);
    wire->at += count;
}

/* Bytes of the frame itself; NULL if there are not so many left. */
static unsigned char *get_bytes(struct wire *wire, size_t count)
{
    if (wire->bad || count > wire->size - wire->at) {
        wire->bad = true;
        return NULL;
    }
    wire->at += count;
    return wire->bytes + wire->at - count;
}

static void put_unsigned(struct wire *wire, uint64_t value, size_t count)
{
    unsigned char bytes[8];
    for (size_t i = 0; i < count; i++)
        bytes[i] = (unsigned char)(value >> 8 * i);
    put_bytes(wire, bytes, count);
}

static uint64_t get_unsigned(struct wire *wire, size_t count)
{
    const unsigned char *bytes = get_bytes(wire, count);
    uint64_t value = 0;
    for (size_t i = 0; bytes && i < count; i++)
        value |= (uint64_t)bytes[i] << 8 * i;
    return value;
}

void wire_put_number(struct wire *wire, uint32_t number)
{
    put_unsigned(wire, number, 4);
}

uint32_t wire_get_number(struct wire *wire)
{
    return (uint32_t)get_unsigned(wire, 4);
}

/* ---- names ---- */

/* A code of 0 is followed by the value itself. */
static void put_symbol(struct wire *wire, enum symbol_group group, int64_t value)
{
    unsigned code = symbol_code(group, (long)value);
    put_unsigned(wire, code, 1);
    if (!code)
        put_unsigned(wire, (uint64_t)value, 8);
}

static int64_t get_symbol(struct wire *wire, enum symbol_group group)
{
    unsigned code = (unsigned)get_unsigned(wire, 1);
    long value = 0;
    if (!code)
        return (int64_t)get_unsigned(wire, 8);
    if (symbol_decode(group, code, &value))
        return value;
    wire->absent = true;
    return 0;
}

/* A bit for each flag by its code, and what has no name. */
static void put_flags(struct wire *wire, enum symbol_group group, int64_t flags)
{
    uint32_t codes = 0;
    long value;
    for (unsigned code = 1; code <= 32 && symbol_decode(group, code, &value); code++)
        if (value > 0 && (flags & value) == value) {
            codes |= 1u << (code - 1);
            flags &= ~(int64_t)value;
        }
    put_unsigned(wire, codes, 4);
    put_unsigned(wire, (uint64_t)flags, 4);
}

static int64_t get_flags(struct wire *wire, enum symbol_group group)
{
    uint32_t codes = (uint32_t)get_unsigned(wire, 4);
    int64_t flags = (int64_t)get_unsigned(wire, 4);
    long value;
    for (unsigned code = 1; code <= 32; code++)
        if (codes & 1u << (code - 1)) {
            if (symbol_decode(group, code, &value) && value > 0)
                flags |= value;
            else
                wire->absent = true;
        }
    return flags;
}

/* ---- parameters ---- */

enum { TYPE_MASK = 0xf };

static void put_scalar(struct wire *wire, enum parameter parameter, const int64_t *argument)
{
    enum symbol_group group;
    if (parameter == P_TYPE) {
        put_symbol(wire, SYMBOLS_TYPE, *argument & TYPE_MASK);
        put_flags(wire, SYMBOLS_SOCKET_FLAG, *argument & ~INT64_C(0xf));
    } else if (parameter == P_FCNTL_ARGUMENT && argument[-1] == F_SETFL) {
        put_flags(wire, SYMBOLS_FILE_FLAG, *argument);
    } else if (parameter_flags(parameter, &group)) {
        put_flags(wire, group, *argument);
    } else if (parameter_symbol(parameter, argument, &group)) {
        put_symbol(wire, group, *argument);
    } else {
        put_unsigned(wire, (uint64_t)*argument, 8);
    }
}

static void get_scalar(struct wire *wire, enum parameter parameter, int64_t *argument)
{
    enum symbol_group group;
    if (parameter == P_TYPE) {
        *argument = get_symbol(wire, SYMBOLS_TYPE);
        *argument |= get_flags(wire, SYMBOLS_SOCKET_FLAG);
    } else if (parameter == P_FCNTL_ARGUMENT && argument[-1] == F_SETFL) {
        *argument = get_flags(wire, SYMBOLS_FILE_FLAG);
    } else if (parameter_flags(parameter, &group)) {
        *argument = get_flags(wire, group);
    } else if (parameter_symbol(parameter, argument, &group)) {
        *argument = get_symbol(wire, group);
    } else {
        *argument = (int64_t)get_unsigned(wire, 8);
    }
}

/* A name: its length, its family where it has one, and what follows the family. */
static void put_name(struct wire *wire, const void *bytes, size_t length, size_t stored)
{
    struct sockaddr_storage name = {0};
    put_unsigned(wire, length, 4);
    memcpy(&name, bytes, stored);
    put_symbol(wire, SYMBOLS_FAMILY, name.ss_family);
    put_unsigned(wire, stored, 1);
    if (stored > sizeof name.ss_family)
        put_bytes(wire, (char *)&name + sizeof name.ss_family, stored - sizeof name.ss_family);
}

/* Gives how many bytes are stored. */
static size_t get_name(struct wire *wire, struct sockaddr_storage *name, uint32_t *length)
{
    *length = (uint32_t)get_unsigned(wire, 4);
    name->ss_family = (sa_family_t)get_symbol(wire, SYMBOLS_FAMILY);
    size_t stored = (size_t)get_unsigned(wire, 1);
    if (stored > WIRE_NAME)
        wire->bad = true;
    if (stored > sizeof name->ss_family && !wire->bad) {
        const void *rest = get_bytes(wire, stored - sizeof name->ss_family);
        if (rest)
            memcpy((char *)name + sizeof name->ss_family, rest, stored - sizeof name->ss_family);
    }
    return wire->bad ? 0 : stored;
}

/* Room for an out block; the call owns it. */
static void allocate(struct wire *wire, struct block *block, size_t size)
{
    block->bytes = wire->bad ? NULL : calloc(1, size ? size : 1);
    if (!block->bytes)
        wire->bad = true;
}

static void put_ready(struct wire *wire, const struct block *block, bool result)
{
    const struct readiness *ready = block->bytes;
    size_t count = block->length / sizeof *ready;
    put_unsigned(wire, count, 2);
    for (size_t i = 0; i < count; i++) {
        put_unsigned(wire, (uint32_t)ready[i].fd, 4);
        put_flags(wire, SYMBOLS_EVENT, result ? ready[i].found : ready[i].asked);
    }
}

static void put_block(struct wire *wire, enum parameter parameter, const struct block *block)
{
    put_unsigned(wire, block->bytes != NULL, 1);
    if (!block->bytes)
        return;
    switch (parameter) {
    case P_ADDRESS_IN:
        put_name(wire, block->bytes, block->length,
                 block->length < WIRE_NAME ? block->length : WIRE_NAME);
        break;
    case P_ADDRESS_OUT: /* with what is there now, so that writes beyond the room show */
        put_unsigned(wire, block->capacity, 4);
        put_bytes(wire, block->bytes, WIRE_NAME);
        break;
    case P_DATA_OUT:
    case P_VALUE_OUT:
        put_unsigned(wire, block->capacity, 4);
        break;
    case P_READY:
        put_ready(wire, block, false);
        break;
    default:
        put_unsigned(wire, block->length, 4);
        put_bytes(wire, block->bytes, block->length);
    }
}

static void get_ready(struct wire *wire, struct block *block)
{
    size_t count = (size_t)get_unsigned(wire, 2);
    if (count > WIRE_READY)
        wire->bad = true;
    allocate(wire, block, count * sizeof(struct readiness));
    struct readiness *ready = block->bytes;
    for (size_t i = 0; i < count && !wire->bad; i++) {
        ready[i].fd = (int32_t)get_unsigned(wire, 4);
        ready[i].asked = (short)get_flags(wire, SYMBOLS_EVENT);
    }
    block->length = block->capacity = (uint32_t)(count * sizeof *ready);
}

static void get_block(struct wire *wire, enum parameter parameter, struct block *block)
{
    const unsigned char *bytes;
    *block = (struct block){0};
    if (!get_unsigned(wire, 1))
        return;
    switch (parameter) {
    case P_ADDRESS_IN:
        allocate(wire, block, WIRE_NAME);
        if (block->bytes)
            get_name(wire, block->bytes, &block->length);
        break;
    case P_ADDRESS_OUT:
        block->capacity = (uint32_t)get_unsigned(wire, 4);
        bytes = get_bytes(wire, WIRE_NAME);
        allocate(wire, block, WIRE_NAME);
        if (bytes && block->bytes)
            memcpy(block->bytes, bytes, WIRE_NAME);
        if (block->capacity > WIRE_NAME)
            wire->bad = true;
        break;
    case P_DATA_OUT:
    case P_VALUE_OUT:
        block->capacity = (uint32_t)get_unsigned(wire, 4);
        if (block->capacity > WIRE_FRAME / 2)
            wire->bad = true;
        allocate(wire, block, block->capacity);
        break;
    case P_READY:
        get_ready(wire, block);
        break;
    default: /* copied, since it may be read as numbers */
        block->length = (uint32_t)get_unsigned(wire, 4);
        bytes = get_bytes(wire, block->length);
        allocate(wire, block, block->length);
        if (bytes && block->bytes && block->length)
            memcpy(block->bytes, bytes, block->length);
    }
}

/* ---- calls ---- */

void wire_put_call(struct wire *wire, const struct call *call)
{
    const struct operation_info *info = operation_info(call->operation);
    const int64_t *argument = call->argument;
    const struct block *block = call->block;
    put_unsigned(wire, call->operation, 1);
    for (size_t i = 0; i < CALL_PARAMETERS && info->parameter[i] != P_END; i++)
        if (info->parameter[i] < P_FIRST_BLOCK)
            put_scalar(wire, info->parameter[i], argument++);
    for (size_t i = 0; i < CALL_PARAMETERS && info->parameter[i] != P_END; i++)
        if (info->parameter[i] >= P_FIRST_BLOCK)
            put_block(wire, info->parameter[i], block++);
}

bool wire_get_call(struct wire *wire, struct call *call)
{
    *call = (struct call){0};
    unsigned operation = (unsigned)get_unsigned(wire, 1);
    if (operation >= OPERATIONS) {
        wire->bad = true;
        return false;
    }
    call->operation = operation;
    const struct operation_info *info = operation_info(call->operation);
    int64_t *argument = call->argument;
    struct block *block = call->block;
    for (size_t i = 0; i < CALL_PARAMETERS && info->parameter[i] != P_END; i++)
        if (info->parameter[i] < P_FIRST_BLOCK)
            get_scalar(wire, info->parameter[i], argument++);
    for (size_t i = 0; i < CALL_PARAMETERS && info->parameter[i] != P_END; i++)
        if (info->parameter[i] >= P_FIRST_BLOCK)
            get_block(wire, info->parameter[i], block++);
    if (wire->bad || wire->at != wire->size) {
        wire_release(call);
        return false;
    }
    return true;
}

void wire_release(struct call *call)
{
    for (size_t i = 0; i < CALL_BLOCKS; i++) {
        free(call->block[i].bytes);
        call->block[i].bytes = NULL;
    }
}

/* ---- results ---- */

/* A result that is a set of flags, or an option's value that is an error or a type. */
static bool gives_flags(const struct call *call)
{
    return call->operation == OP_FCNTL && call->argument[1] == F_GETFL;
}

static bool value_symbol(const struct call *call, enum symbol_group *group)
{
    if (call->operation != OP_GETSOCKOPT || call->argument[1] != SOL_SOCKET ||
        call->block[0].capacity < sizeof(int))
        return false;
    *group = call->argument[2] == SO_ERROR ? SYMBOLS_ERROR : SYMBOLS_TYPE;
    return call->argument[2] == SO_ERROR || call->argument[2] == SO_TYPE;
}

/* How many bytes of data a call gave. */
static size_t data_given(const struct call *call, const struct block *block)
{
    size_t given = call->result > 0 ? (size_t)call->result : 0;
    return given < block->capacity ? given : block->capacity;
}

static void put_out_block(struct wire *wire, enum parameter parameter, const struct call *call,
                          const struct block *block)
{
    enum symbol_group group;
    size_t stored;
    int value;
    switch (parameter) {
    case P_ADDRESS_OUT:
        put_unsigned(wire, block->length, 4);
        put_bytes(wire, block->bytes, WIRE_NAME);
        put_symbol(wire, SYMBOLS_FAMILY, ((const struct sockaddr *)block->bytes)->sa_family);
        break;
    case P_DATA_OUT:
        stored = data_given(call, block);
        put_unsigned(wire, stored, 4);
        put_bytes(wire, block->bytes, stored);
        break;
    case P_VALUE_OUT:
        put_unsigned(wire, block->length, 4);
        if (value_symbol(call, &group)) {
            memcpy(&value, block->bytes, sizeof value);
            put_symbol(wire, group, value);
        } else {
            put_bytes(wire, block->bytes, block->capacity);
        }
        break;
    case P_READY:
        put_ready(wire, block, true);
        break;
    default:
        break;
    }
}

void wire_put_result(struct wire *wire, const struct call *call)
{
    const struct operation_info *info = operation_info(call->operation);
    const struct block *block = call->block;
    put_unsigned(wire, call->result < 0, 1);
    if (call->result < 0)
        put_symbol(wire, SYMBOLS_ERROR, call->error);
    else if (gives_flags(call))
        put_flags(wire, SYMBOLS_FILE_FLAG, call->result & O_NONBLOCK);
    else
        put_unsigned(wire, (uint64_t)call->result, 8);
    put_flags(wire, SYMBOLS_MESSAGE_FLAG, call->out_flags);
    put_unsigned(wire, (uint64_t)call->nanoseconds, 8);
    for (size_t i = 0; i < CALL_PARAMETERS && info->parameter[i] != P_END; i++)
        if (info->parameter[i] >= P_FIRST_BLOCK) {
            if (block->bytes)
                put_out_block(wire, info->parameter[i], call, block);
            block++;
        }
}

static void get_out_block(struct wire *wire, enum parameter parameter, const struct call *call,
                          struct block *block)
{
    enum symbol_group group;
    const unsigned char *bytes = NULL;
    size_t stored = 0;
    switch (parameter) {
    case P_ADDRESS_OUT:
        block->length = (uint32_t)get_unsigned(wire, 4);
        bytes = get_bytes(wire, stored = WIRE_NAME);
        if (bytes)
            memcpy(block->bytes, bytes, stored);
        int64_t family = get_symbol(wire, SYMBOLS_FAMILY);
        if (call->result >= 0 && block->capacity >= sizeof(sa_family_t) &&
            block->length >= sizeof(sa_family_t))
            ((struct sockaddr *)block->bytes)->sa_family = (sa_family_t)family;
        return;
    case P_DATA_OUT:
        stored = (size_t)get_unsigned(wire, 4);
        /* Cases take the result for how much there is, and it is at most the room but for those who
         * ask how long a datagram is. */
        if (stored != data_given(call, block) ||
            (call->result > block->capacity && !(call->argument[1] & MSG_TRUNC)))
            wire->bad = true;
        break;
    case P_VALUE_OUT:
        block->length = (uint32_t)get_unsigned(wire, 4);
        if (value_symbol(call, &group)) {
            int value = (int)get_symbol(wire, group);
            memcpy(block->bytes, &value, sizeof value);
            return;
        }
        stored = block->capacity;
        break;
    case P_READY: {
        struct readiness *ready = block->bytes;
        size_t count = (size_t)get_unsigned(wire, 2);
        if (count != block->length / sizeof *ready)
            wire->bad = true;
        for (size_t i = 0; i < count && !wire->bad; i++) {
            get_unsigned(wire, 4);
            ready[i].found = (short)get_flags(wire, SYMBOLS_EVENT);
        }
        return;
    }
    default:
        return;
    }
    if (stored > block->capacity)
        wire->bad = true;
    bytes = wire->bad ? NULL : get_bytes(wire, stored);
    if (bytes && stored)
        memcpy(block->bytes, bytes, stored);
}

bool wire_get_result(struct wire *wire, struct call *call)
{
    const struct operation_info *info = operation_info(call->operation);
    struct block *block = call->block;
    bool failed = get_unsigned(wire, 1);
    int64_t value = failed              ? get_symbol(wire, SYMBOLS_ERROR)
                    : gives_flags(call) ? get_flags(wire, SYMBOLS_FILE_FLAG)
                                        : (int64_t)get_unsigned(wire, 8);
    /* No function gives anything else, and cases know results as ints. */
    if (value < 0 || value > INT_MAX)
        wire->bad = true;
    if (failed)
        call_fail(call, (int)value);
    else
        call_succeed(call, value);
    call->out_flags = (int)get_flags(wire, SYMBOLS_MESSAGE_FLAG);
    call->nanoseconds = (int64_t)get_unsigned(wire, 8);
    for (size_t i = 0; i < CALL_PARAMETERS && info->parameter[i] != P_END; i++)
        if (info->parameter[i] >= P_FIRST_BLOCK) {
            if (block->bytes)
                get_out_block(wire, info->parameter[i], call, block);
            block++;
        }
    return !wire->bad && !wire->absent && wire->at == wire->size;
}

/* ---- frames ---- */

size_t wire_frame(struct wire *wire, enum wire_type type, uint32_t id)
{
    struct wire header = {.bytes = wire->bytes, .size = WIRE_HEADER};
    put_unsigned(&header, wire->at - 4, 4);
    put_unsigned(&header, type, 1);
    put_unsigned(&header, id, 4);
    return wire->at;
}

int wire_header(const unsigned char bytes[WIRE_HEADER], enum wire_type *type, uint32_t *id)
{
    struct wire header = {.bytes = (unsigned char *)bytes, .size = WIRE_HEADER};
    uint32_t length = (uint32_t)get_unsigned(&header, 4);
    unsigned kind = (unsigned)get_unsigned(&header, 1);
    *id = (uint32_t)get_unsigned(&header, 4);
    *type = kind;
    if (length < WIRE_HEADER - 4 || length > WIRE_FRAME || kind < WIRE_HELLO || kind > WIRE_ISOLATE)
        return -1;
    return (int)(length - (WIRE_HEADER - 4));
}

static void put_text(struct wire *wire, const char *text)
{
    size_t length = strlen(text);
    put_unsigned(wire, length, 1);
    put_bytes(wire, text, length);
}

static void get_text(struct wire *wire, char *text, size_t size)
{
    size_t length = (size_t)get_unsigned(wire, 1);
    const unsigned char *bytes = get_bytes(wire, length);
    if (!bytes || length >= size || memchr(bytes, '\0', length)) {
        wire->bad = true;
        length = 0;
    }
    if (length)
        memcpy(text, bytes, length);
    text[length] = '\0';
}

static const char magic[8] = "sockspec";

void wire_put_hello(struct wire *wire, const struct hello *hello)
{
    put_bytes(wire, magic, sizeof magic);
    put_unsigned(wire, hello->version, 2);
    put_unsigned(wire, hello->lacks, 4);
    put_text(wire, hello->system);
    put_text(wire, hello->libc);
}

void wire_get_hello(struct wire *wire, struct hello *hello)
{
    const unsigned char *word = get_bytes(wire, sizeof magic);
    if (!word || memcmp(word, magic, sizeof magic) != 0)
        wire->bad = true;
    hello->version = (unsigned)get_unsigned(wire, 2);
    hello->lacks = (unsigned)get_unsigned(wire, 4);
    get_text(wire, hello->system, sizeof hello->system);
    get_text(wire, hello->libc, sizeof hello->libc);
}
