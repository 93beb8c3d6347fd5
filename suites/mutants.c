#include "suites/mutants.h"

#include "calls/address.h"
#include "hosts/calls.h"

#include <poll.h>
#include <string.h>
#include <sys/epoll.h>

bool call_failed(const struct call *call, enum operation operation, int error)
{
    return call->operation == operation && call->error == error;
}

bool call_receives(const struct call *call)
{
    return operation_info(call->operation)->result == R_RECEIVED && call->operation != OP_PREAD;
}

bool call_sends(const struct call *call)
{
    return operation_info(call->operation)->result == R_SENT && call->operation != OP_PWRITE;
}

bool call_asks_readiness(const struct call *call)
{
    switch (call->operation) {
    case OP_POLL:
    case OP_PPOLL:
    case OP_SELECT:
    case OP_PSELECT:
    case OP_EPOLL_WAIT:
    case OP_EPOLL_PWAIT:
        return true;
    default:
        return false;
    }
}

bool call_is_option(const struct call *call, enum operation operation, int level, int option)
{
    return call->operation == operation && call->argument[1] == level &&
           call->argument[2] == option;
}

/* The position of the first parameter of one of two kinds; -1 if there is none. */
static int position(const struct call *call, enum parameter one, enum parameter other)
{
    const struct operation_info *info = operation_info(call->operation);
    for (int i = 0; i < CALL_PARAMETERS && info->parameter[i] != P_END; i++)
        if (info->parameter[i] == one || info->parameter[i] == other)
            return i;
    return -1;
}

static struct message *message_of(struct call *call)
{
    int at = position(call, P_MESSAGE_IN, P_MESSAGE_OUT);
    return at < 0 ? NULL : call->block[at].bytes;
}

struct block *call_data(struct call *call)
{
    int at = position(call, P_DATA_IN, P_DATA_OUT),
        vector = position(call, P_VECTOR_IN, P_VECTOR_OUT);
    if (message_of(call))
        return &message_of(call)->buffer[0];
    if (vector >= 0)
        return call->block[vector].bytes;
    return at < 0 ? NULL : &call->block[at];
}

int64_t *call_flags(struct call *call)
{
    int at = position(call, P_MESSAGE_FLAGS, P_MESSAGE_FLAGS);
    return at < 0 ? NULL : &call->argument[at];
}

struct block *call_name(struct call *call)
{
    int at = position(call, P_ADDRESS_IN, P_ADDRESS_OUT);
    if (message_of(call))
        return &message_of(call)->name;
    return at < 0 ? NULL : &call->block[at];
}

struct address call_address(struct call *call)
{
    struct address address = {0};
    const struct block *from = call_name(call);
    if (!from || !from->bytes)
        return address;
    size_t size = from->length < sizeof address.storage ? from->length : sizeof address.storage;
    if (from->capacity && from->capacity < size)
        size = from->capacity;
    memcpy(&address.storage, from->bytes, size);
    address.length = (socklen_t)size;
    return address;
}

void call_set_address(struct call *call, const struct address *address)
{
    struct block *to = call_name(call);
    if (!to || !to->bytes)
        return;
    socklen_t room = to->capacity ? to->capacity : sizeof address->storage;
    memcpy(to->bytes, &address->storage, address->length < room ? address->length : room);
    to->length = address->length;
}

struct block *call_value(struct call *call)
{
    return &call->block[3];
}

int call_option_value(struct call *call)
{
    int value = 0;
    if (call_value(call)->bytes)
        memcpy(&value, call_value(call)->bytes, sizeof value);
    return value;
}

void call_set_option_value(struct call *call, int value)
{
    if (call_value(call)->bytes && call_value(call)->length >= sizeof value)
        memcpy(call_value(call)->bytes, &value, sizeof value);
}

/* ---- readiness ---- */

/* The events of select()'s sets, in the order of its parameters. */
static const int set_events[3] = {POLLIN, POLLOUT, POLLPRI};

/* What was put into the three sets, before and after the call. A mutant sees them before. */
static int in_sets(const struct call *call)
{
    int events = 0;
    for (int i = 0; i < 3; i++)
        if (call->block[1 + i].length)
            events |= set_events[i];
    return events;
}

int call_asked(struct call *call)
{
    if (call->operation == OP_SELECT || call->operation == OP_PSELECT) {
        int events = 0;
        for (int i = 0; i < 3; i++)
            if (call->block[1 + i].capacity)
                events |= set_events[i];
        return events;
    }
    if (call->operation == OP_POLL || call->operation == OP_PPOLL)
        return call->block[0].bytes ? ((struct readiness *)call->block[0].bytes)->asked : 0;
    return POLLIN | POLLOUT | POLLPRI; /* an epoll instance knows that, not its call */
}

int call_found(struct call *call)
{
    if (call->operation == OP_SELECT || call->operation == OP_PSELECT)
        return in_sets(call);
    if (call->operation == OP_POLL || call->operation == OP_PPOLL)
        return call->block[0].bytes ? ((struct readiness *)call->block[0].bytes)->found : 0;
    const struct event *event = call->block[1].bytes;
    return call->block[1].length ? (int)event->events : 0;
}

static void set_sets(struct call *call, int events)
{
    int count = 0;
    for (int i = 0; i < 3; i++) {
        struct block *set = &call->block[1 + i];
        bool on = events & set_events[i] && set->capacity;
        if (on && !set->length)
            *(int *)set->bytes = (int)call->argument[0] - 1; /* the only one that was asked for */
        set->length = on ? sizeof(int) : 0;
        count += on;
    }
    call_succeed(call, count);
}

void call_set_found(struct call *call, int events)
{
    if (call->error)
        return;
    if (call->operation == OP_SELECT || call->operation == OP_PSELECT) {
        set_sets(call, events);
    } else if (call->operation == OP_POLL || call->operation == OP_PPOLL) {
        ((struct readiness *)call->block[0].bytes)->found = (short)events;
        call_succeed(call, events != 0);
    } else {
        struct event *event = call->block[1].bytes;
        bool had = call->block[1].length != 0;
        if (event && events) {
            event->events = (uint32_t)events;
            if (!had)
                event->data = 0;
        }
        call->block[1].length = events ? sizeof *event : 0;
        call_succeed(call, events != 0);
    }
}

/* ---- mutants that rules share ---- */

void mutate_without_flag(struct mutation *m, struct call *call, int flag)
{
    int64_t *flags = call_flags(call);
    if (flags)
        *flags &= ~(int64_t)flag;
    mutate(m, call);
}

void mutate_without_option(struct mutation *m, struct call *call, int level, int option)
{
    if (call_is_option(call, OP_SETSOCKOPT, level, option))
        call_succeed(call, 0);
    else
        mutate(m, call);
}

void reuses_secretly(struct mutation *m, struct call *call)
{
    if (call->operation == OP_BIND)
        sk_setsockopt(m->real, (int)call->argument[0], SOL_SOCKET, SO_REUSEADDR, 1);
    mutate(m, call);
}

void ignores_reuse(struct mutation *m, struct call *call)
{
    mutate_without_option(m, call, SOL_SOCKET, SO_REUSEADDR);
}

void ignores_linger(struct mutation *m, struct call *call)
{
    mutate_without_option(m, call, SOL_SOCKET, SO_LINGER);
}
