/* Which rules stand on which requirements. */
#ifndef SOCKSPEC_COVERAGE_H
#define SOCKSPEC_COVERAGE_H

#include "harness/rule.h"

/* The rules that stand on a requirement, in the order of their ids; ends with a NULL. Lives until
 * the process ends. Aborts without memory. */
const struct rule *const *coverage_rules(const struct requirement *requirement);

/* What a document's requirements come to. */
struct coverage {
    size_t covered, open, untestable, all;
};
struct coverage coverage_of(const struct document *document);

/* The requirements that a rule stands on in a profile, its cases' own included, each once. Gives
 * how many there are, of which at most so many are stored. */
size_t rule_requirements(const struct rule *rule, enum profile profile,
                         const struct requirement **list, size_t most);

#endif
