#include "harness/rule.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct rule *first;
static const struct rule_case *unattached;
static bool ordered;

void rule_register(const struct rule *rule)
{
    const struct rule **at = &first;
    while (*at && strcmp((*at)->id, rule->id) < 0)
        at = &(*at)->place->next;
    if (*at && strcmp((*at)->id, rule->id) == 0)
        (*at)->place->has_twin = true;
    rule->place->next = *at;
    *at = rule;
}

void case_register(const struct rule_case *rule_case)
{
    *rule_case->next = unattached;
    unattached = rule_case;
}

static void defect(const struct rule *rule, const char *what)
{
    fprintf(stderr, "sockspec: rule %s %s\n", rule->id, what);
    abort();
}

static void check(const struct rule *rule)
{
    if (rule->place->has_twin)
        defect(rule, "is declared twice");
    if (!strchr(rule->id, '.'))
        defect(rule, "has an id without a suite");
    if (!rule->statement)
        defect(rule, "has no statement");
    if (!mutant_of(rule))
        defect(rule, "has no mutant");
    if (!cases_of(rule))
        defect(rule, "has no case");
}

/* Hands each case to its rule, in the order of their lines. */
static void put_in_order(void)
{
    while (unattached) {
        const struct rule_case *rule_case = unattached;
        unattached = case_next(rule_case);
        const struct rule_case **at = &rule_case->rule->place->cases;
        while (*at && (*at)->line < rule_case->line)
            at = (*at)->next;
        *rule_case->next = *at;
        *at = rule_case;
    }
    for (const struct rule *rule = first; rule; rule = next_rule(rule))
        check(rule);
    ordered = true;
}

const struct rule *rules(void)
{
    if (!ordered)
        put_in_order();
    return first;
}

const struct rule *rule_find(const char *id)
{
    for (const struct rule *rule = rules(); rule; rule = next_rule(rule))
        if (strcmp(rule->id, id) == 0)
            return rule;
    return NULL;
}

const struct rule *rule_basic(enum operation operation)
{
    for (const struct rule *rule = rules(); rule; rule = next_rule(rule))
        for (size_t i = 0; i < rule->basics; i++)
            if (rule->basic[i] == operation)
                return rule;
    return NULL;
}

const char *case_outcome(const struct rule_case *rule_case, enum profile profile)
{
    const struct outcome *standing = case_standing(rule_case, profile);
    return standing ? standing->text : NULL;
}

const struct outcome *case_standing(const struct rule_case *rule_case, enum profile profile)
{
    const struct outcome *own = &rule_case->outcome[profile];
    const struct outcome *rules = &rule_case->rule->outcome[profile];
    return own->text ? own : rules->text ? rules : NULL;
}

const char *case_pinned(const struct rule_case *rule_case, enum profile profile)
{
    const char *own = rule_case->pinned[profile];
    if (case_outcome(rule_case, profile))
        return NULL;
    return own ? own : rule_case->rule->pinned[profile];
}

/* The platforms that profiles are about, as their systems call themselves. */
static const char *const platforms[PROFILES] = {[BY_LINUX] = "Linux ", [BY_BSD] = "FreeBSD "};

const struct deviation *case_known(const struct rule_case *rule_case, enum profile profile)
{
    const struct deviation *own = &rule_case->deviation[profile];
    const struct deviation *known = own->observed ? own : &rule_case->rule->deviation[profile];
    return known->observed ? known : NULL;
}

const char *case_deviation(const struct rule_case *rule_case, enum profile profile,
                           const char *system, const char *const *parts, size_t count,
                           const char **instead)
{
    const struct deviation *known = case_known(rule_case, profile);
    size_t wrong;
    bool platform =
        platforms[profile] && strncmp(system, platforms[profile], strlen(platforms[profile])) == 0;
    bool met = platform && known && outcome_allows(known->observed, parts, count, false, &wrong);
    *instead = platform && known && !met ? known->observed : NULL;
    return met ? known->why : NULL;
}

/* From weak to strong; what documents say is no duty, but no choice either. */
static int strength(enum keyword keyword)
{
    static const int strengths[KEYWORDS] = {
        [REQ_UNDEFINED] = 0,  [REQ_UNSPECIFIED] = 0, [REQ_IMPL] = 1, [REQ_MAY] = 2,
        [REQ_DOCUMENTED] = 3, [REQ_SHOULD] = 4,      [REQ_SHALL] = 5};
    return strengths[keyword];
}

static enum keyword stronger(enum keyword keyword, const struct outcome *outcome)
{
    for (size_t i = 0; i < OUTCOME_REQUIREMENTS && outcome->on[i]; i++) {
        const struct requirement *requirement = requirement_find(outcome->on[i]);
        if (requirement &&
            (keyword == KEYWORDS || strength(requirement->keyword) > strength(keyword)))
            keyword = requirement->keyword;
    }
    return keyword;
}

enum keyword rule_keyword(const struct rule *rule, enum profile profile)
{
    enum keyword keyword = stronger(KEYWORDS, &rule->outcome[profile]);
    for (const struct rule_case *of = cases_of(rule); of; of = case_next(of))
        keyword = stronger(keyword, &of->outcome[profile]);
    return keyword;
}

size_t rule_suite(const struct rule *rule, char *text, size_t size)
{
    const char *dot = strrchr(rule->id, '.');
    int n = snprintf(text, size, "%.*s", (int)(dot - rule->id), rule->id);
    return (size_t)n < size ? (size_t)n : size - 1;
}

bool glob_matches(const char *glob, const char *text)
{
    return fnmatch(glob, text, 0) == 0;
}
