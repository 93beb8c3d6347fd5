/* The one door: how a call reaches the implementation under test, or the peer.
 *
 * A host has a chain of doors. The innermost performs calls (this process, an agent at the far end
 * of a stream...); those around it watch calls or alter them (a transcript, a mutant). A case talks
 * to hosts only, through the wrappers in hosts/calls.h. */
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

/* The last call that this thread made, or has waited for, as a transcript shows it with its result;
 * no text: there was none. */
struct spoken {
    enum operation operation;
    bool lacked; /* the implementation declared that it does not have what was asked for */
    char text[512];
};
extern _Thread_local struct spoken last_spoken;

struct door_operations {
    /* Performs the call and fills in its result; may block as long as the call does. Several
     * threads may be in it at once. */
    void (*perform)(struct door *door, struct call *call);
    /* Interrupts a call that another thread performs with a caught signal. NULL passes inwards. */
    void (*interrupt)(struct door *door, struct caller *caller);
    /* Whether a call that another thread performs waits inside the implementation now. It may
     * answer false for a call that is about to wait: ask again. NULL passes inwards. */
    bool (*waits)(struct door *door, struct caller *caller);
    /* Opens a door to the process that a call of fork() made, by the number that the call named.
     * NULL passes inwards; an implementation without one has no fork(). */
    struct door *(*child)(struct door *door, uint32_t process);
    /* Lets go of what the door holds, inner doors excluded. NULL: nothing to do. */
    void (*close)(struct door *door);
};

struct door {
    const struct door_operations *operations;
    struct door *inner; /* NULL in an implementation */
    const char *lacks;  /* of an implementation: what it does not have; NULL: it has everything */
    const char *system; /* what it says that it is; NULL: nothing */
};

struct host {
    const char *name; /* "iut", "peer" or "child", as transcripts call it */
    struct door *door;
    bool iut;
    bool untracked; /* it shares its process with another host: its descriptors are not counted */
    atomic_ulong open[16]; /* descriptors of this host's process, a bit each */
};

/* Whether the implementation at the end of a chain has something. What it does not have it
 * declares, or was found out, before the case: a name in its list. These names are in use:
 *
 *     ipv6, mapped       a family, IPv4-mapped addresses
 *     epoll, fork...     an operation, by its name in C; "epoll" for epoll_create1() and the like
 *     signals            nothing is caught
 *     states             nobody can tell in which states its connections are
 *     orphan-states      states are shown only of connections that have a socket
 *     TCP_SYNCNT...      a constant of its headers, or an option that it does not know */
bool door_has(const struct door *door, const char *name);

/* What it says that it is, "" if it does not. */
const char *door_system(const struct door *door);

void door_perform(struct door *door, struct call *call);
void door_interrupt(struct door *door, struct caller *caller);
bool door_waits(struct door *door, struct caller *caller);

/* The door to a process that fork() made; NULL if this implementation has none. */
struct door *door_child(struct door *door, uint32_t process);

/* Performs a call on a host and looks at what came back (call_check()): call->deviation says what
 * no such call can give, a descriptor that was open before included. */
void host_perform(struct host *host, struct call *call);

/* A door that leads to another one without owning it: two hosts in one implementation. Aborts
 * without memory. */
struct door *door_share(struct door *door);

/* Closes the whole chain. */
void host_close(struct host *host);

/* ---- what ends a case from within a door ---- */

enum trouble {
    TROUBLE_NONE,
    TROUBLE_CRASH,     /* the implementation's process ended */
    TROUBLE_TRANSPORT, /* the stream to it broke, or nobody answers */
    TROUBLE_AGENT,     /* the agent itself failed or talks nonsense */
};

/* Ends the case's process. By default a line on stderr and status 1; a case's process puts itself
 * in between to note what happened. */
extern void (*trouble_handler)(enum trouble trouble, const char *what);
__attribute__((noreturn, format(printf, 2, 3))) void give_up(enum trouble trouble,
                                                             const char *format, ...);

#endif
