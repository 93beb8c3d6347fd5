#include "hosts/host.h"

#include <stdlib.h>

_Thread_local struct caller *this_caller;

unsigned door_lacks(const struct door *door)
{
    while (door->inner)
        door = door->inner;
    return door->lacks;
}

const char *door_system(const struct door *door)
{
    while (door->inner)
        door = door->inner;
    return door->system ? door->system : "";
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

static void share_close(struct door *door)
{
    free(door);
}

struct door *door_share(struct door *to)
{
    static const struct door_operations operations = {share_perform, share_interrupt, share_waits,
                                                      share_close};
    struct shared *shared = calloc(1, sizeof *shared);
    if (!shared)
        abort();
    shared->door = (struct door){.operations = &operations, .lacks = door_lacks(to)};
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
