#include "cli/commands.h"

#include "calls/clean_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int end_output(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_PASSED;
    fprintf(stderr, "sockspec: cannot write to standard output: %s\n", strerror(errno));
    return EXIT_INCONCLUSIVE;
}

bool meant_for_bisection(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *value = strchr(argv[i], '=');
        if (strcasecmp(value ? value + 1 : argv[i], "bisect") == 0)
            return true;
    }
    return false;
}

bool parse_number(const char *option, const char *text, long least, long most, long *number)
{
    char *end;
    errno = 0;
    *number = strtol(text, &end, 10);
    if (errno == 0 && end != text && *end == '\0' && *number >= least && *number <= most)
        return true;
    fprintf(stderr, "sockspec: %s takes a whole number from %ld to %ld, not '%s'\n", option, least,
            most, text);
    return false;
}

bool parse_spec(const char *option, const char *spec, const struct stack **stack,
                const char **argument)
{
    char why[512] = "";
    *stack = stack_find(spec, argument);
    if (!*stack) {
        print_line(stderr, "sockspec: no implementation '%s'; 'sockspec run --help-iut' lists them",
                   spec);
        return false;
    }
    if ((*stack)->needs_argument && !(*argument && (*argument)[strspn(*argument, " \t")])) {
        print_line(stderr, "sockspec: %s%s: say which: %s", option, spec, (*stack)->usage);
        return false;
    }
    if ((*stack)->accepts && !(*stack)->accepts(*argument, why, sizeof why)) {
        print_line(stderr, "sockspec: %s%s: %s", option, spec, why);
        return false;
    }
    return true;
}

static bool parse_shard(struct selection *selection, const char *text)
{
    unsigned shard, shards;
    int length = 0;
    if (sscanf(text, "%9u/%9u%n", &shard, &shards, &length) == 2 && text[length] == '\0' &&
        text[0] != '-' && shards > 0 && shard > 0 && shard <= shards) {
        selection->shard = shard;
        selection->shards = shards;
        return true;
    }
    fprintf(stderr, "sockspec: --shard takes I/N with I from 1 to N, not '%s'\n", text);
    return false;
}

static void add(const char ***list, size_t *count, const char *text)
{
    *list = reallocarray(*list, *count + 1, sizeof **list);
    if (!*list)
        abort();
    (*list)[(*count)++] = text;
}

bool selection_option(struct selection *selection, int option, char *argument, bool *taken)
{
    unsigned tag;
    *taken = true;
    switch (option) {
    case 'f':
        add(&selection->filters, &selection->filter_count, argument);
        return true;
    case 'x':
        add(&selection->excludes, &selection->exclude_count, argument);
        return true;
    case 't':
        if (!tag_find(argument, &tag)) {
            fprintf(stderr, "sockspec: no tag '%s'; there are slow and waits\n", argument);
            return false;
        }
        selection->tags |= tag;
        return true;
    case 'S':
        selection->slow = true;
        return true;
    case 'H':
        return parse_shard(selection, argument);
    default:
        *taken = false;
        return true;
    }
}

static size_t count_taken(const struct selection *selection)
{
    size_t count, ordinal = 0, taken = 0;
    const struct variant *all = variants(&count);
    for (size_t i = 0; i < count; i++) {
        taken += selection_takes(selection, &all[i], ordinal);
        ordinal += selection_matches(selection, &all[i]);
    }
    return taken;
}

size_t selection_count(const struct selection *selection)
{
    struct selection slow = *selection;
    const char *vain = selection_vain(selection);
    size_t taken = vain ? 0 : count_taken(selection);
    slow.slow = true;
    if (vain)
        print_line(stderr,
                   "sockspec: no variant matches --filter '%s'; 'sockspec list' shows them all",
                   vain);
    else if (taken == 0 && count_taken(&slow) > 0)
        fputs("sockspec: no variant matches but slow ones, which --slow takes too\n", stderr);
    else if (taken == 0)
        fputs("sockspec: no variant matches; 'sockspec list' shows them all\n", stderr);
    return taken;
}

void selection_free(struct selection *selection)
{
    free(selection->filters);
    free(selection->excludes);
}
