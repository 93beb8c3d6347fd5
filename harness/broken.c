#include "harness/broken.h"

#include "calls/clock.h"
#include "hosts/calls.h"
#include "stacks/host/kernel.h"
#include "stacks/stack.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[WAYS] = {
    [WAY_ONE_MORE] = "one-more",
    [WAY_ONE_LESS] = "one-less",
    [WAY_NOTHING] = "does-nothing",
    [WAY_FAILS] = "fails",
    [WAY_SUCCEEDS] = "succeeds",
    [WAY_OTHER_ERROR] = "other-error",
    [WAY_DATA] = "wrong-data",
    [WAY_NAME] = "wrong-name",
    [WAY_NAME_LENGTH] = "wrong-name-length",
    [WAY_FLAGS] = "wrong-flags",
    [WAY_VALUE] = "wrong-value",
    [WAY_VALUE_LENGTH] = "wrong-value-length",
    [WAY_IGNORED] = "ignored",
    [WAY_NEVER] = "never-ready",
    [WAY_ALWAYS] = "always-ready",
    [WAY_LATE] = "late",
    [WAY_BLOCKS] = "blocks",
    [WAY_RETURNS] = "returns-at-once",
};

const char *way_name(enum way way)
{
    return names[way];
}

/* ---- which operation can be broken in which way ---- */

/* The position of a parameter in an operation; -1 if it has none. */
static int position(enum operation operation, enum parameter parameter)
{
    const struct operation_info *info = operation_info(operation);
    for (int i = 0; i < CALL_PARAMETERS && info->parameter[i] != P_END; i++)
        if (info->parameter[i] == parameter)
            return i;
    return -1;
}

static bool has(enum operation operation, enum parameter parameter)
{
    return position(operation, parameter) >= 0;
}

/* Whether it can wait for something that the other side does. */
static bool can_wait(enum operation operation)
{
    enum result_kind result = operation_info(operation)->result;
    return result == R_SENT || result == R_RECEIVED || operation == OP_ACCEPT ||
           operation == OP_ACCEPT4 || operation == OP_CONNECT;
}

static bool is_readiness(enum operation operation)
{
    return operation_info(operation)->result == R_READY && operation != OP_SENDMMSG &&
           operation != OP_RECVMMSG;
}

static bool gives_name(enum operation operation)
{
    return has(operation, P_ADDRESS_OUT) || operation == OP_RECVMSG;
}

bool way_applies(enum way way, enum operation operation)
{
    const struct operation_info *info = operation_info(operation);
    enum result_kind result = info->result;
    bool count = result == R_SENT || result == R_RECEIVED || result == R_READY;
    if (info->question)
        return false;
    switch (way) {
    case WAY_ONE_MORE:
        return count || result == R_ZERO || result == R_DESCRIPTOR || result == R_NUMBER;
    case WAY_ONE_LESS:
        return count;
    case WAY_NOTHING:
        return result == R_SENT ||
               (result == R_ZERO && !gives_name(operation) && !has(operation, P_VALUE_OUT));
    case WAY_FAILS:
        return result != R_ANY && result != R_NOTHING;
    case WAY_SUCCEEDS:
    case WAY_OTHER_ERROR:
        /* These have no failure that a case can bring about on purpose. */
        return result != R_ANY && result != R_NOTHING && operation != OP_EPOLL_CREATE &&
               operation != OP_IF_NAMETOINDEX;
    case WAY_DATA:
        return result == R_SENT || result == R_RECEIVED;
    case WAY_NAME:
    case WAY_NAME_LENGTH:
        return gives_name(operation);
    case WAY_FLAGS:
        return operation == OP_RECVMSG || operation == OP_FCNTL;
    case WAY_VALUE:
    case WAY_VALUE_LENGTH:
        return has(operation, P_VALUE_OUT);
    case WAY_IGNORED:
        return has(operation, P_VALUE_IN) || operation == OP_FCNTL;
    case WAY_NEVER:
    case WAY_ALWAYS:
    case WAY_LATE:
        return is_readiness(operation);
    case WAY_BLOCKS:
    case WAY_RETURNS:
        return can_wait(operation);
    default:
        return false;
    }
}

/* ---- the door ---- */

struct broken {
    struct door door;
    struct host real; /* the door behind, for calls of its own */
    enum operation operation;
    enum way way;
};

/* An error that no socket call has. */
enum { NO_REASON = EXDEV };

static struct block *block_of(struct call *call, enum parameter parameter)
{
    int at = position(call->operation, parameter);
    return at < 0 ? NULL : &call->block[at];
}

static struct message *message_of(struct call *call)
{
    struct block *in = block_of(call, P_MESSAGE_IN), *out = block_of(call, P_MESSAGE_OUT);
    return in ? in->bytes : out ? out->bytes : NULL;
}

/* The first buffer of what is sent or received. */
static struct block *data_of(struct call *call)
{
    static const enum parameter kinds[] = {P_DATA_IN, P_DATA_OUT, P_VECTOR_IN, P_VECTOR_OUT};
    if (message_of(call))
        return message_of(call)->buffers ? &message_of(call)->buffer[0] : NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct block *block = block_of(call, kinds[i]);
        if (block)
            return i < 2 ? block : block->bytes;
    }
    return NULL;
}

static struct block *name_of(struct call *call)
{
    return message_of(call) ? &message_of(call)->name : block_of(call, P_ADDRESS_OUT);
}

/* A success that an implementation could claim without having done anything. */
static int64_t claimed(struct call *call)
{
    const struct block *data = data_of(call);
    return operation_info(call->operation)->result == R_SENT && data ? data->length : 0;
}

/* Of what fails: a descriptor that is good for nothing, or a plausible number. */
static void claim_success(struct broken *broken, struct call *call)
{
    if (operation_info(call->operation)->result != R_DESCRIPTOR) {
        call_succeed(call, claimed(call));
        return;
    }
    int fd = sk_socket(&broken->real, AF_INET, SOCK_DGRAM, 0);
    if (fd >= 0)
        call_succeed(call, fd);
}

/* ---- what comes back is wrong ---- */

static void change_data(struct call *call)
{
    const struct block *data = data_of(call);
    size_t there = call->error || call->result <= 0 || !data ? 0 : (size_t)call->result;
    size_t room = data ? data->capacity : 0;
    if (there && room && data->bytes)
        ((char *)data->bytes)[(there < room ? there : room) - 1] ^= 1;
}

/* Sends other data than it was given, from a copy. */
static void send_changed(struct door *door, struct call *call)
{
    struct block *data = data_of(call);
    void *given = data ? data->bytes : NULL;
    char *copy = given && data->length ? malloc(data->length) : NULL;
    if (copy) {
        memcpy(copy, given, data->length);
        copy[data->length - 1] ^= 1;
        data->bytes = copy;
    }
    door_perform(door, call);
    if (copy)
        data->bytes = given;
    free(copy);
}

static void change_name(struct call *call)
{
    struct block *name = name_of(call);
    struct sockaddr *address = name ? name->bytes : NULL;
    if (call->error || !address || name->length < sizeof(struct sockaddr_in) ||
        name->capacity < sizeof(struct sockaddr_in))
        return;
    if (address->sa_family == AF_INET || address->sa_family == AF_INET6) {
        struct sockaddr_in *in =
            (struct sockaddr_in *)(void *)address; /* the port is at one place */
        in->sin_port = htons((uint16_t)(ntohs(in->sin_port) ^ 1));
    }
}

static void shorten_name(struct call *call)
{
    struct block *name = name_of(call);
    if (!call->error && name && name->bytes && name->length)
        name->length--;
}

static void change_flags(struct call *call)
{
    if (call->error)
        return;
    if (call->operation == OP_RECVMSG)
        message_of(call)->flags ^= MSG_TRUNC;
    else if (call->argument[1] == F_GETFL)
        call->result ^= O_NONBLOCK;
    else if (call->argument[1] == F_GETFD)
        call->result ^= FD_CLOEXEC;
}

static void change_value(struct call *call)
{
    struct block *value = block_of(call, P_VALUE_OUT);
    if (!call->error && value->bytes && value->length && value->capacity)
        ((char *)value->bytes)[0] ^= 1;
}

static void shorten_value(struct call *call)
{
    struct block *value = block_of(call, P_VALUE_OUT);
    if (!call->error && value->bytes && value->length)
        value->length--;
}

/* What is set is what it was: the call is made with the value that is there. */
static void ignore(struct broken *broken, struct call *call)
{
    bool sets = call->operation == OP_SETSOCKOPT || call->argument[1] == F_SETFL ||
                call->argument[1] == F_SETFD || call->argument[1] == F_SETOWN;
    if (sets)
        call_succeed(call, 0);
    else
        door_perform(broken->door.inner, call);
}

/* ---- readiness ---- */

/* Everything that was asked for, found or not. */
static void find_all(struct call *call, bool found)
{
    struct block *polled = block_of(call, P_POLLED);
    struct readiness *ready = polled ? polled->bytes : NULL;
    int64_t count = 0;
    for (size_t i = 0; ready && i < polled->length / sizeof *ready; i++) {
        ready[i].found = found ? ready[i].asked : 0;
        count += ready[i].found != 0;
    }
    call_succeed(call, count);
}

/* The sets of select() are what was asked for until the call changes them. */
static void find_sets(struct call *call, bool found)
{
    int64_t count = 0;
    for (int i = 0; i < CALL_PARAMETERS; i++) {
        if (operation_info(call->operation)->parameter[i] != P_SET)
            continue;
        if (!found)
            call->block[i].length = 0;
        count += call->block[i].length / (int64_t)sizeof(int);
    }
    call_succeed(call, count);
}

/* An epoll instance knows what it was asked for; here what was added to it last. */
static struct event last_added;

static void find_events(struct call *call, bool found)
{
    struct block *events = block_of(call, P_EVENTS_OUT);
    bool room = events->bytes && events->capacity >= sizeof last_added;
    if (found && room)
        memcpy(events->bytes, &last_added, sizeof last_added);
    events->length = found && room ? sizeof last_added : 0;
    call_succeed(call, found && room);
}

static void find(struct call *call, bool found)
{
    if (block_of(call, P_POLLED))
        find_all(call, found);
    else if (block_of(call, P_EVENTS_OUT))
        find_events(call, found);
    else
        find_sets(call, found);
}

/* How long a call may wait, in milliseconds; -1: for ever. */
static int64_t time_of(struct call *call)
{
    int at = position(call->operation, P_MILLISECONDS);
    const struct block *micro = block_of(call, P_TIMEVAL), *nano = block_of(call, P_TIMESPEC);
    const struct duration *time = micro ? micro->bytes : nano ? nano->bytes : NULL;
    if (at >= 0)
        return call->argument[at];
    return time ? time->seconds * 1000 + time->fraction / (micro ? 1000 : 1000000) : -1;
}

/* Waits for nothing, as long as the call may. */
static void sit_out(struct call *call)
{
    int64_t left = time_of(call);
    int64_t until = clock_now() + left * INT64_C(1000000);
    while (left != 0 && (left < 0 || clock_now() < until))
        poll(NULL, 0, left < 0 ? 1000 : (int)((until - clock_now()) / 1000000) + 1);
}

/* ---- waiting ---- */

/* Performs a call as if its descriptor were blocking, or nonblocking. */
static void perform_in_mode(struct broken *broken, struct call *call, bool blocking)
{
    struct host *real = &broken->real;
    int fd = (int)call->argument[0], flags = sk_fcntl(real, fd, F_GETFL, 0);
    int other = blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
    int at = position(call->operation, P_MESSAGE_FLAGS);
    int64_t given = at < 0 ? 0 : call->argument[at];
    if (at >= 0 && blocking)
        call->argument[at] &= ~(int64_t)MSG_DONTWAIT;
    if (flags >= 0 && other != flags)
        sk_fcntl(real, fd, F_SETFL, other);
    door_perform(broken->door.inner, call);
    if (flags >= 0 && other != flags)
        sk_fcntl(real, fd, F_SETFL, flags);
    if (at >= 0)
        call->argument[at] = given;
}

/* ---- all of them ---- */

static void spoil_result(struct broken *broken, struct call *call)
{
    bool success = !call->error;
    switch (broken->way) {
    case WAY_ONE_MORE:
        call->result += success;
        break;
    case WAY_ONE_LESS:
        call->result -= success && call->result > 0;
        break;
    case WAY_FAILS:
        if (success)
            call_fail(call, NO_REASON);
        break;
    case WAY_SUCCEEDS:
        if (!success)
            claim_success(broken, call);
        break;
    case WAY_OTHER_ERROR:
        if (!success)
            call_fail(call, NO_REASON);
        break;
    case WAY_DATA:
        change_data(call);
        break;
    case WAY_NAME:
        change_name(call);
        break;
    case WAY_NAME_LENGTH:
        shorten_name(call);
        break;
    case WAY_FLAGS:
        change_flags(call);
        break;
    case WAY_VALUE:
        change_value(call);
        break;
    case WAY_VALUE_LENGTH:
        shorten_value(call);
        break;
    default:
        break;
    }
}

static void spoil(struct broken *broken, struct call *call)
{
    switch (broken->way) {
    case WAY_NOTHING:
        call_succeed(call, claimed(call));
        return;
    case WAY_IGNORED:
        ignore(broken, call);
        return;
    case WAY_ALWAYS:
        find(call, true);
        return;
    case WAY_NEVER:
        sit_out(call);
        find(call, false);
        return;
    case WAY_LATE:
        sit_out(call);
        break;
    case WAY_BLOCKS:
    case WAY_RETURNS:
        perform_in_mode(broken, call, broken->way == WAY_BLOCKS);
        return;
    case WAY_DATA:
        if (operation_info(call->operation)->result == R_SENT) {
            send_changed(broken->door.inner, call);
            return;
        }
        break;
    default:
        break;
    }
    door_perform(broken->door.inner, call);
    spoil_result(broken, call);
}

static void perform_broken(struct door *door, struct call *call)
{
    struct broken *broken = (struct broken *)door;
    if (call->operation == OP_EPOLL_CTL && call->block[3].bytes)
        memcpy(&last_added, call->block[3].bytes, sizeof last_added);
    if (call->operation == broken->operation)
        spoil(broken, call);
    else
        door_perform(door->inner, call);
}

static void close_broken(struct door *door)
{
    free(door);
}

/* "OPERATION/WAY". */
static bool parse(const char *argument, enum operation *operation, enum way *way)
{
    char name[32];
    const char *slash = strchr(argument, '/');
    if (!slash || (size_t)(slash - argument) >= sizeof name)
        return false;
    snprintf(name, sizeof name, "%.*s", (int)(slash - argument), argument);
    for (*way = 0; *way < WAYS; ++*way)
        if (strcmp(names[*way], slash + 1) == 0)
            return operation_find(name, operation) && way_applies(*way, *operation);
    return false;
}

static bool accepts(const char *argument, char *why, size_t size)
{
    enum operation operation;
    enum way way;
    if (!argument || parse(argument, &operation, &way))
        return true;
    snprintf(why, size, "'%s' is no operation and way to be wrong, as in connect/succeeds",
             argument);
    return false;
}

static struct door *open_broken(const char *argument, int netns, const struct tenant *tenant)
{
    static const struct door_operations operations = {.perform = perform_broken,
                                                      .close = close_broken};
    struct broken *broken = calloc(1, sizeof *broken);
    (void)tenant;
    if (!broken || !parse(argument, &broken->operation, &broken->way))
        abort();
    last_added = (struct event){0};
    broken->door = (struct door){.operations = &operations, .inner = host_open(netns)};
    broken->real =
        (struct host){.name = "iut", .door = broken->door.inner, .iut = true, .untracked = true};
    return &broken->door;
}

STACK(broken, .usage = "broken:OPERATION/WAY",
      .summary = "the host, with one operation wrong in one way: some rule must fail",
      .needs_argument = true, .accepts = accepts, .open = open_broken);
