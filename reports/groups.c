#include "reports/groups.h"

#include <stdlib.h>
#include <string.h>

static char *copy(const char *text)
{
    char *own = text ? strdup(text) : NULL;
    if (text && !own)
        abort();
    return own;
}

/* What is printed of a result; its parts stay where they are. */
static struct result copy_result(const struct result *from)
{
    struct result result = *from;
    result.parts = NULL;
    result.part_count = 0;
    result.observed = copy(from->observed);
    result.because_of = copy(from->because_of);
    result.expected = copy(from->expected);
    result.reason = copy(from->reason);
    result.where = copy(from->where);
    result.transcript = copy(from->transcript);
    return result;
}

static void free_result(struct result *result)
{
    free(result->observed);
    free(result->because_of);
    free((char *)result->expected);
    free(result->reason);
    free(result->where);
    free(result->transcript);
}

static struct group *find_group(struct groups *groups, const char *key, const struct result *result)
{
    for (size_t i = 0; i < groups->count; i++)
        if (strcmp(groups->list[i].key, key) == 0)
            return &groups->list[i];
    groups->list = reallocarray(groups->list, groups->count + 1, sizeof *groups->list);
    if (!groups->list)
        abort();
    struct group *group = &groups->list[groups->count++];
    *group = (struct group){.key = copy(key), .first = copy_result(result)};
    return group;
}

static bool has_member(const struct group *group, const struct variant *variant)
{
    for (size_t i = group->member_count; i-- > 0;)
        if (group->members[i] == variant)
            return true;
    return false;
}

struct group *groups_add(struct groups *groups, const char *key, const struct result *result)
{
    struct group *group = find_group(groups, key, result);
    group->count++;
    if (result->repetition > 1 && has_member(group, result->variant))
        return group;
    group->members = reallocarray(group->members, group->member_count + 1, sizeof *group->members);
    if (!group->members)
        abort();
    group->members[group->member_count++] = result->variant;
    return group;
}

static int by_count(const void *a, const void *b)
{
    const struct group *one = a, *other = b;
    return one->count < other->count   ? 1
           : one->count > other->count ? -1
                                       : strcmp(one->key, other->key);
}

void groups_sort(struct groups *groups)
{
    if (groups->count)
        qsort(groups->list, groups->count, sizeof *groups->list, by_count);
}

void groups_empty(struct groups *groups)
{
    for (size_t i = 0; i < groups->count; i++) {
        free(groups->list[i].key);
        free(groups->list[i].members);
        free_result(&groups->list[i].first);
    }
    free(groups->list);
    *groups = (struct groups){0};
}

/* ---- keys ---- */

/* A reason up to the call that it names, whose numbers and addresses differ from variant to
 * variant. */
static void cut_call(const char *reason, char key[KEY_SIZE])
{
    static const char *const calls[] = {": iut ", ": peer ", "; the last call was"};
    size_t length = strlen(reason);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        const char *at = strstr(reason, calls[i]);
        if (at && (size_t)(at - reason) < length)
            length = (size_t)(at - reason);
    }
    snprintf(key, KEY_SIZE, "%.*s", (int)length, reason);
}

/* Of an end that is not the case's own it matters as well how it came, up to a call's arguments. */
void key_of_outcome(const struct result *result, char key[KEY_SIZE])
{
    bool whole = strcmp(result->ended, "whole") == 0;
    snprintf(key, KEY_SIZE, "%s\n%s\n%s\n%s\n%.*s", verdict_name(result->verdict),
             result->expected ? result->expected : "", result->observed, result->ended,
             whole ? 0 : (int)strcspn(result->reason, "("), result->reason);
}

bool key_of_cause(const struct result *result, char key[KEY_SIZE])
{
    bool is_rule = *result->because_of != '\0';
    if (is_rule)
        snprintf(key, KEY_SIZE, "%s", result->because_of);
    else
        cut_call(result->reason, key);
    return is_rule;
}

void key_of_skip(const struct result *result, char key[KEY_SIZE])
{
    cut_call(result->reason, key);
}
