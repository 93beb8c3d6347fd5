#include "cli/lists.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An area ("tcp") or a suite of it ("tcp.connect"). */
struct part {
    char name[VARIANT_ID];
    size_t rules, variants;
    const struct rule *last; /* that was counted */
};

struct parts {
    struct part *list;
    size_t count;
};

static struct part *part_of(struct parts *parts, const char *name)
{
    for (size_t i = parts->count; i-- > 0;)
        if (strcmp(parts->list[i].name, name) == 0)
            return &parts->list[i];
    parts->list = reallocarray(parts->list, parts->count + 1, sizeof *parts->list);
    if (!parts->list)
        abort();
    struct part *part = &parts->list[parts->count++];
    *part = (struct part){.rules = 0};
    snprintf(part->name, sizeof part->name, "%s", name);
    return part;
}

static void count_in(struct part *part, const struct rule *rule)
{
    part->rules += part->last != rule;
    part->last = rule;
    part->variants++;
}

/* Both in the order of the ids: an area stands before its suites. */
static void count_variant(struct parts *parts, struct part *all, const struct rule *rule)
{
    char suite[VARIANT_ID], area[VARIANT_ID];
    rule_suite(rule, suite, sizeof suite);
    snprintf(area, sizeof area, "%.*s", (int)strcspn(suite, "."), suite);
    count_in(all, rule);
    count_in(part_of(parts, area), rule);
    if (strcmp(area, suite) != 0)
        count_in(part_of(parts, suite), rule);
}

static void print_text(const struct part *part)
{
    printf("%s%-*s %6zu %9zu\n", strchr(part->name, '.') ? "  " : "",
           strchr(part->name, '.') ? 22 : 24, part->name, part->rules, part->variants);
}

static void print_json(const struct part *part)
{
    bool suite = strchr(part->name, '.') != NULL;
    json_t *object =
        json_pack("{ss ss sI sI}", "type", suite ? "suite" : "area", "id", part->name, "rules",
                  (json_int_t)part->rules, "variants", (json_int_t)part->variants);
    json_dumpf(object, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(object);
}

void list_areas(const struct selection *selection, bool json)
{
    size_t count;
    const struct variant *all = variants(&count);
    struct parts parts = {0};
    struct part sum = {.name = "all"};
    for (size_t i = 0, ordinal = 0; i < count; i++) {
        if (selection_takes(selection, &all[i], ordinal))
            count_variant(&parts, &sum, all[i].of->rule);
        ordinal += selection_matches(selection, &all[i]);
    }
    if (!json)
        printf("%-24s %6s %9s\n", "area", "rules", "variants");
    for (size_t i = 0; i < parts.count; i++)
        (json ? print_json : print_text)(&parts.list[i]);
    if (!json) {
        print_text(&sum);
        printf("\n'sockspec show \"%s.*\"' has the rules of one.\n", parts.list[0].name);
    }
    free(parts.list);
}
