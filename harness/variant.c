#include "harness/variant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* The axes that all cases share. */
static const struct own_axis shared[AXIS_OWN] = {
#define AXIS_ROW(name_, ...) [AXIS_##name_] = {#name_, {__VA_ARGS__}},
    AXES_TABLE(AXIS_ROW)
#undef AXIS_ROW
};

static const struct own_axis *axis_of(const struct rule_case *of, enum axis axis)
{
    return axis < AXIS_OWN ? &shared[axis] : &of->axes[axis - AXIS_OWN];
}

const char *variant_axis(const struct variant *variant, enum axis axis)
{
    return axis_of(variant->of, axis)->name;
}

const char *variant_value(const struct variant *variant, enum axis axis)
{
    unsigned value = variant->value[axis];
    return value ? axis_of(variant->of, axis)->values[__builtin_ctz(value)] : NULL;
}

bool variant_needs_pair(const struct variant *variant)
{
    return variant->value[AXIS_network] & (ON_PAIR | ON_LINE);
}

/* The values of an axis that a case runs over, as bits: of its own all that it names. */
static unsigned case_values(const struct rule_case *of, enum axis axis)
{
    unsigned count = 0;
    if (axis < AXIS_OWN)
        return of->on[axis];
    const char *const *values = axis_of(of, axis)->values;
    while (count < AXIS_VALUES && values[count])
        count++;
    unsigned all = (1u << count) - 1, only = axis_of(of, axis)->only;
    return only ? all & only : all;
}

bool case_has_value(const struct rule_case *of, const char *axis, const char *value)
{
    for (enum axis a = 0; a < AXES; a++)
        for (unsigned values = case_values(of, a); values; values &= values - 1)
            if (strcmp(axis_of(of, a)->name, axis) == 0 &&
                strcmp(axis_of(of, a)->values[__builtin_ctz(values)], value) == 0)
                return true;
    return false;
}

void case_name(const struct rule_case *of, char name[VARIANT_ID])
{
    snprintf(name, VARIANT_ID, "%s", of->name);
    for (char *c = name; *c; c++)
        *c = *c == '_' ? '-' : *c;
}

static size_t checked(const struct variant *variant, size_t length)
{
    if (length < VARIANT_ID)
        return length;
    fprintf(stderr, "sockspec: the id of a variant of %s is too long\n", variant->of->rule->id);
    abort();
}

static void name_variant(struct variant *variant)
{
    char name[VARIANT_ID];
    case_name(variant->of, name);
    size_t used = checked(
        variant, (size_t)snprintf(variant->id, VARIANT_ID, "%s/%s", variant->of->rule->id, name));
    bool any = false;
    for (enum axis axis = 0; axis < AXES; axis++) {
        const char *value = variant_value(variant, axis);
        if (!value)
            continue;
        used = checked(variant, used + (size_t)snprintf(variant->id + used, VARIANT_ID - used,
                                                        "%c%s", any ? ',' : '/', value));
        any = true;
    }
}

static struct variant *all;
static size_t all_count, all_room;

static void add_variant(const struct variant *variant)
{
    if (all_count == all_room) {
        all_room = all_room ? 2 * all_room : 1024;
        all = reallocarray(all, all_room, sizeof *all);
        if (!all)
            abort();
    }
    all[all_count] = *variant;
    name_variant(&all[all_count++]);
}

/* Combines the values of this axis with those of the axes after it. */
static void expand(struct variant *variant, enum axis axis)
{
    if (axis == AXES) {
        add_variant(variant);
        return;
    }
    unsigned values = case_values(variant->of, axis);
    variant->value[axis] = 0;
    if (values == 0) {
        expand(variant, axis + 1);
    } else {
        for (unsigned bit = 1; bit <= values; bit <<= 1)
            if (values & bit) {
                variant->value[axis] = bit;
                expand(variant, axis + 1);
            }
    }
}

/* Moves them to memory that processes share: a fork for each case would copy the tables of it. */
static void share_all(void)
{
    size_t size = all_count * sizeof *all;
    void *memory =
        size == 0 ? MAP_FAILED
                  : mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return;
    memcpy(memory, all, size);
    free(all);
    all = memory;
}

const struct variant *variants(size_t *count)
{
    if (!all) {
        for (const struct rule *rule = rules(); rule; rule = next_rule(rule))
            for (const struct rule_case *of = cases_of(rule); of; of = case_next(of)) {
                struct variant variant = {.of = of};
                expand(&variant, 0);
            }
        share_all();
    }
    *count = all_count;
    return all;
}

static bool any_matches(const char *const *globs, size_t count, const struct variant *variant)
{
    for (size_t i = 0; i < count; i++)
        if (glob_matches(globs[i], variant->id) || glob_matches(globs[i], variant->of->rule->id))
            return true;
    return false;
}

const char *selection_vain(const struct selection *selection)
{
    size_t count;
    const struct variant *each = variants(&count);
    for (size_t i = 0; i < selection->filter_count; i++) {
        size_t at = 0;
        while (at < count && !any_matches(&selection->filters[i], 1, &each[at]))
            at++;
        if (at == count)
            return selection->filters[i];
    }
    return NULL;
}

bool selection_matches(const struct selection *selection, const struct variant *variant)
{
    unsigned tags = variant->of->tags;
    if ((tags & TAG_SLOW) && !selection->slow && !(selection->tags & TAG_SLOW))
        return false;
    if (selection->tags && !(selection->tags & tags))
        return false;
    if (selection->filter_count &&
        !any_matches(selection->filters, selection->filter_count, variant))
        return false;
    return !any_matches(selection->excludes, selection->exclude_count, variant);
}

bool selection_takes(const struct selection *selection, const struct variant *variant,
                     size_t ordinal)
{
    if (!selection_matches(selection, variant))
        return false;
    return selection->shards == 0 || ordinal % selection->shards == selection->shard - 1;
}

static const struct {
    const char *name;
    unsigned tag;
} tags[] = {{"slow", TAG_SLOW}, {"waits", TAG_WAITS}};

bool tag_find(const char *name, unsigned *tag)
{
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (strcmp(tags[i].name, name) == 0) {
            *tag = tags[i].tag;
            return true;
        }
    return false;
}

void tags_format(unsigned set, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < sizeof tags / sizeof *tags && used < size; i++)
        if (set & tags[i].tag)
            used +=
                (size_t)snprintf(text + used, size - used, "%s%s", used ? " " : "", tags[i].name);
}
