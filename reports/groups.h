/* Results that have something in common: counted, with their variants and the first of them. */
#ifndef SOCKSPEC_GROUPS_H
#define SOCKSPEC_GROUPS_H

#include "harness/report.h"

struct group {
    char *key;                      /* what they have in common */
    struct result first;            /* its texts are the group's own */
    size_t count;                   /* of results */
    const struct variant **members; /* in their order; with repetitions once */
    size_t member_count;
};

struct groups {
    struct group *list;
    size_t count;
};

/* Counts a result in the group of a key. Aborts without memory. */
struct group *groups_add(struct groups *groups, const char *key, const struct result *result);

/* The most frequent first. */
void groups_sort(struct groups *groups);

/* Forgets all groups. */
void groups_empty(struct groups *groups);

/* ---- keys ---- */

enum { KEY_SIZE = 2048 };

/* What was seen instead of what, of a result that fails or has changed. */
void key_of_outcome(const struct result *result, char key[KEY_SIZE]);

/* Why one is inconclusive: the rule about what its precondition stands on (then this is true), or
 * the reason without the call that it names. */
bool key_of_cause(const struct result *result, char key[KEY_SIZE]);

/* Why one is a skip: the reason without the call that it names. */
void key_of_skip(const struct result *result, char key[KEY_SIZE]);

#endif
