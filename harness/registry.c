#include "harness/rule.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct rule *first;
static struct rule_case *unattached;
static bool ordered;

void rule_register(struct rule *rule)
{
    struct rule **at = &first;
    while (*at && strcmp((*at)->id, rule->id) < 0)
        at = &(*at)->next;
    if (*at && strcmp((*at)->id, rule->id) == 0)
        (*at)->has_twin = true;
    rule->next = *at;
    *at = rule;
}

void case_register(struct rule_case *rule_case)
{
    rule_case->next = unattached;
    unattached = rule_case;
}

static void defect(const struct rule *rule, const char *what)
{
    fprintf(stderr, "sockspec: rule %s %s\n", rule->id, what);
    abort();
}

static void check(const struct rule *rule)
{
    if (rule->has_twin)
        defect(rule, "is declared twice");
    if (!strchr(rule->id, '.'))
        defect(rule, "has an id without a suite");
    if (!rule->statement)
        defect(rule, "has no statement");
    if (!rule->sources[0].document)
        defect(rule, "has no source");
    if (!rule->mutant.how)
        defect(rule, "has no mutant");
    if (!rule->cases)
        defect(rule, "has no case");
}

/* Hands each case to its rule, in the order of their lines. */
static void put_in_order(void)
{
    while (unattached) {
        struct rule_case *rule_case = unattached;
        unattached = rule_case->next;
        struct rule_case **at = &rule_case->rule->cases;
        while (*at && (*at)->line < rule_case->line)
            at = &(*at)->next;
        rule_case->next = *at;
        *at = rule_case;
    }
    for (const struct rule *rule = first; rule; rule = rule->next)
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
    for (const struct rule *rule = rules(); rule; rule = rule->next)
        if (strcmp(rule->id, id) == 0)
            return rule;
    return NULL;
}

const struct rule *rule_basic(enum operation operation)
{
    for (const struct rule *rule = rules(); rule; rule = rule->next)
        for (size_t i = 0; i < rule->basics; i++)
            if (rule->basic[i] == operation)
                return rule;
    return NULL;
}

const char *case_outcome(const struct rule_case *rule_case, enum profile profile)
{
    const char *own = rule_case->outcome[profile];
    return own ? own : rule_case->rule->outcome[profile];
}

size_t rule_suite(const struct rule *rule, char *text, size_t size)
{
    const char *dot = strrchr(rule->id, '.');
    int n = snprintf(text, size, "%.*s", (int)(dot - rule->id), rule->id);
    return (size_t)n < size ? (size_t)n : size - 1;
}

const char *level_name(enum level level)
{
    static const char *const names[] = {"shall", "should", "may"};
    return names[level];
}

bool glob_matches(const char *glob, const char *text)
{
    return fnmatch(glob, text, 0) == 0;
}
