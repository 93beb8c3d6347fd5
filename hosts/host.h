/* The one door: how a call reaches the implementation under test, or the peer.
 *
 * A host has a chain of doors. The innermost performs calls (the kernel of this machine, an agent
 * at the far end of a stream...); those around it watch calls or alter them (a transcript, a
 * mutant). A case talks to hosts only, through the wrappers in calls.h. */
#ifndef SOCKSPEC_HOST_H
#define SOCKSPEC_HOST_H

#include "calls/call.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct door;

/* A thread that performs a begun call, for the door that it ends up in. */
struct caller {
    pthread_t thread;
    int status;         /* its /proc/thread-self/stat, -1 if there is no /proc */
    atomic_bool inside; /* it is in the implementation */
};

/* The running thread if it performs a begun call, else NULL. */
extern _Thread_local struct caller *this_caller;

struct door_operations {
    /* Performs the call and fills in its result; may block as long as the call does. Several
     * threads may be in it at once. */
    void (*perform)(struct door *door, struct call *call);
    /* Interrupts a call that another thread performs with a caught signal. NULL passes inwards. */
    void (*interrupt)(struct door *door, struct caller *caller);
    /* Whether a call that another thread performs waits inside the implementation now. It may
     * answer false for a call that is about to wait: ask again. NULL passes inwards. */
    bool (*waits)(struct door *door, struct caller *caller);
    /* Lets go of what the door holds, inner doors excluded. NULL: nothing to do. */
    void (*close)(struct door *door);
};

/* What an implementation may lack. */
enum {
    LACKS_IPV6 = 1,
    LACKS_EPOLL = 2,
    LACKS_SELECT = 4,
    LACKS_TCP_STATES = 8, /* nobody can tell in which states its connections are */
    LACKS_SIGNALS = 16,
    LACKS_MAPPED = 32,        /* IPv4-mapped addresses */
    LACKS_ORPHAN_STATES = 64, /* states are shown only of connections that have a socket */
};

struct door {
    const struct door_operations *operations;
    struct door *inner; /* NULL in an implementation */
    unsigned lacks;     /* of an implementation: what it cannot do, LACKS_ bits */
    const char *system; /* what it says that it is; NULL: this machine's, through our C library */
};

struct host {
    const char *name; /* "iut" or "peer", as transcripts call it */
    struct door *door;
    bool iut;
};

/* What the implementation at the end of a chain lacks. */
unsigned door_lacks(const struct door *door);

/* What it says that it is, "" for this machine's kernel through our C library. */
const char *door_system(const struct door *door);

void door_perform(struct door *door, struct call *call);
void door_interrupt(struct door *door, struct caller *caller);
bool door_waits(struct door *door, struct caller *caller);

/* A door that leads to another one without owning it: two hosts in one implementation. Aborts
 * without memory. */
struct door *door_share(struct door *door);

/* Closes the whole chain. */
void host_close(struct host *host);

#endif
