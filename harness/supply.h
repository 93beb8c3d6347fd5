/* What a worker has for its cases: networks, which are used again as long as they are clean, and
 * the tenant that a stack starts in one. */
#ifndef SOCKSPEC_SUPPLY_H
#define SOCKSPEC_SUPPLY_H

#include "harness/worker.h"

struct supply {
    const struct case_settings *settings;
    struct ending *ending;                /* what a worker tells; how often it waited for a turn */
    struct network *ready[NETWORK_KINDS]; /* clean networks, for the next case */
    struct tenant tenant;                 /* what the stack started on the pair; pid 0: nothing */
    int failed_boots;                     /* of tenants, since one came up */
    unsigned changes; /* counts when a network is made, prepared for a line or thrown away */
};

/* A network that is clean, with its tenant if the stack has one; NULL, and why, if there can be
 * none. Ends the process where tenants do not come up again and again. */
struct network *supply_take(struct supply *supply, enum network_kind kind, char *why, size_t size);

/* Keeps a network for the next case, where what this one did with it can be undone, or throws it
 * away. */
void supply_give_back(struct supply *supply, struct network *network, const struct record *record);

#endif
