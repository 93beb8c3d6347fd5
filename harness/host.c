#include "harness/host.h"

_Thread_local struct caller *this_caller;

unsigned door_lacks(const struct door *door)
{
    while (door->inner)
        door = door->inner;
    return door->lacks;
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
