#include "suites/mutants.h"

#include "calls/address.h"
#include "hosts/calls.h"

#include <string.h>

bool call_failed(const struct call *call, enum operation operation, int error)
{
    return call->operation == operation && call->result < 0 && call->error == error;
}

bool call_receives(const struct call *call)
{
    return call->operation == OP_RECV || call->operation == OP_RECVFROM ||
           call->operation == OP_RECVMSG || call->operation == OP_READ;
}

bool call_sends(const struct call *call)
{
    return call->operation == OP_SEND || call->operation == OP_SENDTO ||
           call->operation == OP_SENDMSG || call->operation == OP_WRITE;
}

bool call_is_option(const struct call *call, enum operation operation, int level, int option)
{
    return call->operation == operation && call->argument[1] == level &&
           call->argument[2] == option;
}

struct address call_address(const struct call *call, int block)
{
    struct address address = {0};
    const struct block *from = &call->block[block];
    size_t size = from->length < sizeof address.storage ? from->length : sizeof address.storage;
    if (from->capacity && from->capacity < size)
        size = from->capacity;
    if (from->bytes)
        memcpy(&address.storage, from->bytes, size);
    address.length = (socklen_t)size;
    return address;
}

void call_set_address(struct call *call, int block, const struct address *address)
{
    struct block *to = &call->block[block];
    if (!to->bytes)
        return;
    memcpy(to->bytes, &address->storage,
           address->length < to->capacity ? address->length : to->capacity);
    to->length = address->length;
}

int call_option_value(const struct call *call)
{
    int value = 0;
    if (call->block[0].bytes)
        memcpy(&value, call->block[0].bytes, sizeof value);
    return value;
}

void call_set_option_value(struct call *call, int value)
{
    if (call->block[0].bytes && call->block[0].length >= sizeof value)
        memcpy(call->block[0].bytes, &value, sizeof value);
}

void reuses_secretly(struct mutation *m, struct call *call)
{
    if (call->operation == OP_BIND)
        sk_setsockopt(m->real, (int)call->argument[0], SOL_SOCKET, SO_REUSEADDR, 1);
    mutate(m, call);
}

void ignores_reuse(struct mutation *m, struct call *call)
{
    if (call_is_option(call, OP_SETSOCKOPT, SOL_SOCKET, SO_REUSEADDR))
        call_succeed(call, 0);
    else
        mutate(m, call);
}
