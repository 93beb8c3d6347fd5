/* An implementation that can be put under test: what --iut SPEC chooses. */
#ifndef SOCKSPEC_STACK_H
#define SOCKSPEC_STACK_H

#include "hosts/host.h"
#include "lab/network.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* An implementation that is started once for a network and outlives cases, or an agent. */
struct tenant {
    int input, output; /* the stream from and to its agent; may be the same */
    pid_t pid;         /* of the process that it lives and dies with; not 0 */
    int keeper;        /* who has started it for us, and ends it when this is closed: pid is none of
                          ours then; 0: nobody has */
    int errors;        /* where its standard error is read; -1 if it is somebody else's */
    char said[6144];   /* the end of what was read there, since somebody emptied it */
    const char *token; /* what its agent may ask for before it says hello; NULL: there is none */
};

struct stack {
    const char *name;    /* what stands before the colon in SPEC */
    const char *usage;   /* SPEC as a user writes it */
    const char *summary; /* what it is, in a few words */

    /* It is nothing without an argument. */
    bool needs_argument;

    /* Whether an argument (the text behind the colon, or NULL) makes sense, whatever this machine
     * has; if not, says why in one line. NULL: any does. */
    bool (*accepts)(const char *argument, char *why, size_t size);

    /* Does once in each worker, before processes are forked for cases, what each of them would have
     * to do for itself. NULL: nothing. */
    void (*warm_up)(void);

    /* Whether what a run with this argument takes is there; if not, says in one line what is
     * missing. Called once, before the run; without an argument that it needs, only to ask for the
     * parts that this machine must have. NULL: nothing is needed. */
    bool (*check)(const char *argument, char *why, size_t size);

    /* Where it did not come up: may put what a user can do something about in the place of how it
     * ended. NULL: nothing is known. */
    void (*explain)(const char *argument, char *why, size_t size);

    /* What a report should say of it beside what it says itself, after check(); NULL: nothing. */
    const char *(*detail)(void);

    /* Opens the door in the process of a case, in the network namespace of this descriptor. The
     * tenant is what start made, else NULL. */
    struct door *(*open)(const char *argument, int netns, const struct tenant *tenant);

    /* Starts an implementation for a network that was just made (a pair, or what network has
     * provided), before the first case in it; false with a reason. It is stopped with the network.
     * NULL: there is nothing to start. */
    bool (*start)(const char *argument, struct network *network, struct tenant *tenant, char *why,
                  size_t size);

    /* For networks that are there already: provides one instead of network_create(), and opens the
     * door on it instead of open, if there is such a function. */
    struct network *(*network)(const char *argument, enum network_kind kind, char *why,
                               size_t size);
    struct door *(*open_on)(const char *argument, const struct network *network);

    /* So many cases at a time and no more; 0: as many as the run wants. */
    unsigned most_at_once;

    /* It keeps a processor busy all the time, so that a run has one case at a time for each, if it
     * is not told otherwise. */
    bool busy;

    /* Its sockets are no part of this machine's kernel: on loopback both sides of a case are inside
     * the implementation, and what it sends is held back on the way. */
    bool elsewhere;

    /* Both sides of each case are inside, as with --both-inside. */
    bool both_inside;

    /* A tenant with network namespaces: cases on its loopback get one each, so that they do not
     * meet each other's leftovers. */
    bool isolates;

    /* What it answers to packets of different protocols comes in another order than they came. */
    bool reorders;

    /* It uses the IUT's interface of a pair itself, so our addresses are taken off it. */
    bool takes_interface;

    /* Arguments that stand for implementations of their own, for 'sockspec doctor'; none: the
     * stack without an argument. */
    const char *examples[4];

    struct stack *next;
};

/* Makes a stack known, before main(); see STACK. */
void stack_register(struct stack *stack);

/* Defines and registers a stack: STACK(host, .usage = "host", ...). */
#define STACK(name_, ...)                                                                          \
    static struct stack name_##_stack = {.name = #name_, __VA_ARGS__};                             \
    __attribute__((constructor)) static void register_##name_##_stack(void)                        \
    {                                                                                              \
        stack_register(&name_##_stack);                                                            \
    }                                                                                              \
    struct stack

/* The first of all stacks, by name; follow next. */
const struct stack *stack_first(void);

/* Finds the stack of a SPEC and its argument (NULL without a colon); NULL if there is none. */
const struct stack *stack_find(const char *spec, const char **argument);

#endif
