#include "reports/blame.h"

#include "calls/clean_text.h"

#include <stdlib.h>
#include <string.h>

/* What a group has in common: the rule that its reasons name, or the reason itself. */
struct cause {
    char *text;
    bool is_rule;
    size_t count;
    char example[160]; /* of a rule's: what went wrong, once */
};

struct blame {
    struct cause *causes;
    size_t count;
    const struct rule **failed; /* rules that failed in this run */
    size_t failed_count;
};

struct blame *blame_create(void)
{
    struct blame *blame = calloc(1, sizeof *blame);
    if (!blame)
        abort();
    return blame;
}

static void add_failed(struct blame *blame, const struct rule *rule)
{
    if (blame->failed_count && blame->failed[blame->failed_count - 1] == rule)
        return;
    blame->failed = reallocarray(blame->failed, blame->failed_count + 1, sizeof *blame->failed);
    if (!blame->failed)
        abort();
    blame->failed[blame->failed_count++] = rule;
}

static struct cause *cause_of(struct blame *blame, const char *text, bool is_rule)
{
    for (size_t i = 0; i < blame->count; i++)
        if (blame->causes[i].is_rule == is_rule && strcmp(blame->causes[i].text, text) == 0)
            return &blame->causes[i];
    blame->causes = reallocarray(blame->causes, blame->count + 1, sizeof *blame->causes);
    char *copy = strdup(text);
    if (!blame->causes || !copy)
        abort();
    struct cause *cause = &blame->causes[blame->count++];
    *cause = (struct cause){.text = copy, .is_rule = is_rule};
    return cause;
}

void blame_add(struct blame *blame, const struct result *result)
{
    if (result->verdict == VERDICT_FAIL)
        add_failed(blame, result->variant->of->rule);
    if (result->verdict != VERDICT_INCONCLUSIVE)
        return;
    bool is_rule = *result->because_of != '\0';
    struct cause *cause = cause_of(blame, is_rule ? result->because_of : result->reason, is_rule);
    if (cause->count++ == 0)
        text_take(cause->example, sizeof cause->example, result->reason);
}

static bool has_failed(const struct blame *blame, const char *id)
{
    for (size_t i = 0; i < blame->failed_count; i++)
        if (strcmp(blame->failed[i]->id, id) == 0)
            return true;
    return false;
}

static int by_count(const void *a, const void *b)
{
    const struct cause *one = a, *other = b;
    return one->count < other->count ? 1 : one->count > other->count ? -1 : 0;
}

void blame_print(const struct blame *blame, FILE *out)
{
    enum { SHOWN = 12 };
    char line[160];
    if (!blame->count)
        return; /* and there is no list */
    fputs("\ninconclusive\n", out);
    qsort(blame->causes, blame->count, sizeof *blame->causes, by_count);
    for (size_t i = 0; i < blame->count && i < SHOWN; i++) {
        const struct cause *cause = &blame->causes[i];
        text_take(line, sizeof line, cause->text);
        print_line(out, "%6zu  %s%s%s", cause->count, line, cause->is_rule ? ", which " : "",
                   !cause->is_rule                  ? ""
                   : has_failed(blame, cause->text) ? "fails"
                                                    : "does not fail here");
        if (cause->is_rule)
            print_line(out, "        %s", cause->example);
    }
    if (blame->count > SHOWN)
        fprintf(out, "        and %zu causes more\n", blame->count - SHOWN);
}

void blame_free(struct blame *blame)
{
    for (size_t i = 0; i < blame->count; i++)
        free(blame->causes[i].text);
    free(blame->causes);
    free(blame->failed);
    free(blame);
}
