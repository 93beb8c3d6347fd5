#include "hosts/host.h"

#include "calls/clean_text.h"
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

_Thread_local struct caller *this_caller;
_Thread_local struct spoken last_spoken;

static const struct door *innermost(const struct door *door)
{
    while (door->inner)
        door = door->inner;
    return door;
}

bool door_has(const struct door *door, const char *name)
{
    const char *lacks = innermost(door)->lacks;
    size_t length = strlen(name);
    for (const char *at = lacks; at && *at; at += strcspn(at, " ")) {
        at += strspn(at, " ");
        if (strncmp(at, name, length) == 0 && strchr(" ", at[length]))
            return false;
    }
    return true;
}

const char *door_system(const struct door *door)
{
    const char *system = innermost(door)->system;
    return system ? system : "";
}

void door_perform(struct door *door, struct call *call)
{
    door->operations->perform(door, call);
}

void door_interrupt(struct door *door, struct caller *caller)
{
    while (!door->operations->interrupt)
        door = door->inner;
    door->operations->interrupt(door, caller);
}

bool door_waits(struct door *door, struct caller *caller)
{
    while (!door->operations->waits)
        door = door->inner;
    return door->operations->waits(door, caller);
}

struct door *door_child(struct door *door, uint32_t process)
{
    while (door && !door->operations->child)
        door = door->inner;
    return door ? door->operations->child(door, process) : NULL;
}

/* ---- descriptors ---- */

enum { BITS = 8 * sizeof(unsigned long) };

static bool mark(struct host *host, int64_t fd, bool open)
{
    unsigned long bit = 1ul << (size_t)fd % BITS;
    size_t word = (size_t)fd / BITS;
    if (host->untracked || fd < 0 || word >= sizeof host->open / sizeof *host->open)
        return false;
    unsigned long before =
        open ? atomic_fetch_or(&host->open[word], bit) : atomic_fetch_and(&host->open[word], ~bit);
    return before & bit;
}

/* A number that a call frees is free as soon as the call is made: another may get it at once. */
static void release_descriptors(struct host *host, const struct call *call)
{
    if (call->operation == OP_CLOSE)
        mark(host, call->argument[0], false);
    if (call->operation == OP_DUP2 || call->operation == OP_DUP3)
        mark(host, call->argument[1], false);
    if (call->operation == OP_EXEC) /* those that close on exec are not known */
        for (size_t i = 0; i < sizeof host->open / sizeof *host->open; i++)
            atomic_store(&host->open[i], 0);
}

static void take_descriptor(struct host *host, struct call *call, int64_t fd)
{
    if (mark(host, fd, true) && !call->deviation[0])
        snprintf(call->deviation, sizeof call->deviation, "%d, which was open already", (int)fd);
}

/* Descriptors that came in messages. */
static void take_received(struct host *host, struct call *call)
{
    const struct block *block = &call->block[1];
    const struct message *message = block->bytes;
    if (call->operation != OP_RECVMSG && call->operation != OP_RECVMMSG)
        return;
    for (size_t i = 0; message && i < block->length / sizeof *message; i++)
        for (size_t k = 0; k < message[i].controls; k++) {
            const struct control *control = &message[i].control[k];
            const int *fd = (const int *)(const void *)control->value;
            if (control->level != SOL_SOCKET || control->type != SCM_RIGHTS)
                continue;
            for (size_t n = 0; n < control->length / sizeof *fd && n < CONTROL_VALUE / sizeof *fd;
                 n++)
                take_descriptor(host, call, fd[n]);
        }
}

static void take_descriptors(struct host *host, struct call *call)
{
    const struct operation_info *info = operation_info(call->operation);
    bool duplicates = call->operation == OP_FCNTL &&
                      (call->argument[1] == F_DUPFD || call->argument[1] == F_DUPFD_CLOEXEC);
    if (call->error)
        return;
    if (info->result == R_DESCRIPTOR || duplicates)
        take_descriptor(host, call, call->result);
    else if (info->result == R_DUPLICATE && call->argument[0] != call->argument[1])
        take_descriptor(host, call, call->result);
    else if (info->result == R_DUPLICATE)
        mark(host, call->result, true);
    take_received(host, call);
    for (int i = 0; i < CALL_PARAMETERS && info->parameter[i] != P_END; i++) {
        const int *pair = call->block[i].bytes;
        if (info->parameter[i] == P_FDS_OUT && pair && call->block[i].pointer == POINTER_GOOD)
            for (int k = 0; k < 2; k++)
                take_descriptor(host, call, pair[k]);
    }
}

void host_perform(struct host *host, struct call *call)
{
    call->deviation[0] = '\0';
    release_descriptors(host, call);
    door_perform(host->door, call);
    call_check(call);
    take_descriptors(host, call);
}

/* ---- sharing ---- */

struct shared {
    struct door door;
    struct door *to;
};

static void share_perform(struct door *door, struct call *call)
{
    door_perform(((struct shared *)door)->to, call);
}

static void share_interrupt(struct door *door, struct caller *caller)
{
    door_interrupt(((struct shared *)door)->to, caller);
}

static bool share_waits(struct door *door, struct caller *caller)
{
    return door_waits(((struct shared *)door)->to, caller);
}

static struct door *share_child(struct door *door, uint32_t process)
{
    return door_child(((struct shared *)door)->to, process);
}

static void share_close(struct door *door)
{
    free(door);
}

struct door *door_share(struct door *to)
{
    static const struct door_operations operations = {.perform = share_perform,
                                                      .interrupt = share_interrupt,
                                                      .waits = share_waits,
                                                      .child = share_child,
                                                      .close = share_close};
    struct shared *shared = calloc(1, sizeof *shared);
    if (!shared)
        abort();
    shared->door = (struct door){.operations = &operations, .lacks = innermost(to)->lacks};
    shared->to = to;
    return &shared->door;
}

void host_close(struct host *host)
{
    struct door *inner;
    for (struct door *door = host->door; door; door = inner) {
        inner = door->inner;
        if (door->operations->close)
            door->operations->close(door);
    }
    host->door = NULL;
}

/* ---- giving up ---- */

void (*trouble_handler)(enum trouble trouble, const char *what);

void give_up(enum trouble trouble, const char *format, ...)
{
    char what[512];
    va_list list;
    va_start(list, format);
    vsnprintf(what, sizeof what, format, list);
    va_end(list);
    if (trouble_handler)
        trouble_handler(trouble, what);
    print_line(stderr, "%s", what);
    _exit(1);
}
