#include "harness/coverage.h"

#include <stdlib.h>
#include <string.h>

/* A rule that stands on a requirement. */
struct use {
    const struct requirement *requirement;
    const struct rule *rule;
};

static struct use *uses;
static size_t use_count, use_room;

/* By requirement, the rules ended by a NULL. */
static const struct rule **lists;

static void add_use(const struct requirement *requirement, const struct rule *rule)
{
    if (use_count == use_room) {
        use_room = use_room ? 2 * use_room : 1024;
        uses = reallocarray(uses, use_room, sizeof *uses);
        if (!uses)
            abort();
    }
    uses[use_count++] = (struct use){requirement, rule};
}

static void add_outcome(const struct outcome *outcome, const struct rule *rule)
{
    for (size_t i = 0; i < OUTCOME_REQUIREMENTS && outcome->on[i]; i++) {
        const struct requirement *requirement = requirement_find(outcome->on[i]);
        if (requirement)
            add_use(requirement, rule);
    }
}

static int by_requirement(const void *a, const void *b)
{
    const struct use *one = a, *other = b;
    int order = strcmp(one->requirement->id, other->requirement->id);
    return order ? order : strcmp(one->rule->id, other->rule->id);
}

static void collect(void)
{
    for (const struct rule *rule = rules(); rule; rule = next_rule(rule)) {
        for (enum profile profile = 0; profile < PROFILES; profile++)
            add_outcome(&rule->outcome[profile], rule);
        for (const struct rule_case *of = cases_of(rule); of; of = case_next(of))
            for (enum profile profile = 0; profile < PROFILES; profile++)
                add_outcome(&of->outcome[profile], rule);
    }
    if (use_count)
        qsort(uses, use_count, sizeof *uses, by_requirement);
    lists = calloc(2 * use_count + 1, sizeof *lists);
    if (!lists)
        abort();
}

/* Where a requirement's uses begin; use_count if there are none. */
static size_t first_use(const struct requirement *requirement)
{
    size_t low = 0, high = use_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (strcmp(uses[middle].requirement->id, requirement->id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct rule *const *coverage_rules(const struct requirement *requirement)
{
    if (!lists)
        collect();
    /* Each use has two places, so that there is room for the ends. */
    size_t at = first_use(requirement), to = 2 * at;
    for (size_t i = at; i < use_count && uses[i].requirement == requirement; i++)
        if (to == 2 * at || lists[to - 1] != uses[i].rule)
            lists[to++] = uses[i].rule;
    if (to == 2 * at) {
        static const struct rule *const none[] = {NULL};
        return none;
    }
    lists[to] = NULL;
    return &lists[2 * at];
}

struct coverage coverage_of(const struct document *document)
{
    struct coverage coverage = {0};
    const struct requirement *const *all;
    size_t count = requirements(&all);
    for (size_t i = 0; i < count; i++) {
        if (document_of(all[i]) != document)
            continue;
        coverage.all++;
        if (*coverage_rules(all[i]))
            coverage.covered++;
        else if (all[i]->untestable)
            coverage.untestable++;
        else
            coverage.open++;
    }
    return coverage;
}

static size_t add_requirements(const struct outcome *outcome, const struct requirement **list,
                               size_t count, size_t most)
{
    for (size_t i = 0; i < OUTCOME_REQUIREMENTS && outcome->on[i]; i++) {
        const struct requirement *requirement = requirement_find(outcome->on[i]);
        size_t at = 0;
        while (at < count && at < most && list[at] != requirement)
            at++;
        if (!requirement || (at < count && at < most))
            continue;
        if (count < most)
            list[count] = requirement;
        count++;
    }
    return count;
}

size_t rule_requirements(const struct rule *rule, enum profile profile,
                         const struct requirement **list, size_t most)
{
    size_t count = add_requirements(&rule->outcome[profile], list, 0, most);
    for (const struct rule_case *of = cases_of(rule); of; of = case_next(of))
        count = add_requirements(&of->outcome[profile], list, count, most);
    return count;
}
