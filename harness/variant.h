/* Variants: a case under one combination of the values of its axes. */
#ifndef SOCKSPEC_VARIANT_H
#define SOCKSPEC_VARIANT_H

#include "harness/rule.h"

enum { VARIANT_ID = 192 };

struct variant {
    const struct rule_case *of;
    unsigned value[AXES]; /* one bit each; 0 where the case has no such axis */
    char id[VARIANT_ID];  /* "rule/case/value,value": stable and unique */
};

/* The name of a variant's value on an axis; NULL if its case has no such axis. */
const char *variant_value(const struct variant *variant, enum axis axis);

/* Whether it takes a pair: to connect the two sides, or to be a line. */
bool variant_needs_pair(const struct variant *variant);

/* What an axis is called for a variant: "family", "network"..., its own axes by the case's names.
 */
const char *variant_axis(const struct variant *variant, enum axis axis);

/* Whether a case has variants with this value on the axis of this name. */
bool case_has_value(const struct rule_case *of, const char *axis, const char *value);

/* The name of a case as ids show it: words joined by hyphens. */
void case_name(const struct rule_case *of, char name[VARIANT_ID]);

/* All variants of all rules, in order of rule ids, cases and values. Lives until the process ends;
 * aborts without memory. */
const struct variant *variants(size_t *count);

/* Which variants a run takes. */
struct selection {
    const char **filters; /* globs on ids of rules and variants; none: everything */
    size_t filter_count;
    const char **excludes;
    size_t exclude_count;
    unsigned tags;          /* only cases with one of these; 0: any */
    bool slow;              /* slow ones too */
    unsigned shard, shards; /* one of so many equal parts; 0 of 0: all */
};

/* Whether a selection takes a variant; ordinal counts those that the filters took before it. */
bool selection_takes(const struct selection *selection, const struct variant *variant,
                     size_t ordinal);

/* Whether a selection's filters take a variant, shards aside. */
bool selection_matches(const struct selection *selection, const struct variant *variant);

/* The first of a selection's filters that takes no variant at all; NULL if there is none. */
const char *selection_vain(const struct selection *selection);

/* The tag of a name ("slow", "waits"); false if there is none. */
bool tag_find(const char *name, unsigned *tag);

/* Prints a case's tags, separated by blanks. */
void tags_format(unsigned tags, char *text, size_t size);

#endif
