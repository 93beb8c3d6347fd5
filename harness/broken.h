/* Implementations that are broken in one operation and one way each: proof that whatever an
 * implementation does wrong is seen by some rule. They are made from the table of operations alone,
 * not from rules. */
#ifndef SOCKSPEC_BROKEN_H
#define SOCKSPEC_BROKEN_H

#include "hosts/host.h"

enum way {
    WAY_ONE_MORE,     /* what succeeds gives one more */
    WAY_ONE_LESS,     /* a count, a number of descriptors is one less */
    WAY_NOTHING,      /* it says that it succeeded and does nothing */
    WAY_FAILS,        /* what would succeed fails with an error that has no reason */
    WAY_SUCCEEDS,     /* what would fail says that it succeeded */
    WAY_OTHER_ERROR,  /* what would fail fails with an error that has no reason */
    WAY_DATA,         /* the last byte of what is sent or received is another one */
    WAY_NAME,         /* the name that comes back has another port */
    WAY_NAME_LENGTH,  /* its length is one less */
    WAY_FLAGS,        /* msg_flags, or the flags that F_GETFL gives, are others */
    WAY_VALUE,        /* an option's value that comes back is another one */
    WAY_VALUE_LENGTH, /* its length is one less */
    WAY_IGNORED,      /* what is set has no effect: another value is set */
    WAY_NEVER,        /* nothing is ever ready */
    WAY_ALWAYS,       /* everything that is asked for is always ready */
    WAY_LATE,         /* what is ready is told when the time is over */
    WAY_BLOCKS,       /* it waits although it must not */
    WAY_RETURNS,      /* it returns at once although it has to wait */
    WAYS
};

/* "one-more", "succeeds"... */
const char *way_name(enum way way);

/* Whether an operation can be broken in a way: its result, parameters and nature decide. */
bool way_applies(enum way way, enum operation operation);

#endif
