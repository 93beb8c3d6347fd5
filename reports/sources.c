#include "reports/sources.h"

#include "harness/coverage.h"

#include <stdio.h>

static size_t add_lines(const struct rule *rule, enum profile profile,
                        char lines[SOURCE_LINES][SOURCE_LINE], size_t count)
{
    const struct requirement *list[SOURCE_LINES];
    size_t found = rule_requirements(rule, profile, list, SOURCE_LINES);
    for (size_t i = 0; i < found && i < SOURCE_LINES && count < SOURCE_LINES; i++) {
        const struct document *document = document_of(list[i]);
        snprintf(lines[count++], SOURCE_LINE, "%s, %s%s%s: %s%s%s%s",
                 document ? document->title : "?", list[i]->place, list[i]->number ? ", " : "",
                 list[i]->number ? list[i]->number : "", list[i]->says,
                 list[i]->when ? " When: " : "", list[i]->when ? list[i]->when : "",
                 list[i]->when ? "." : "");
    }
    return count;
}

size_t source_lines(const struct rule *rule, enum profile profile,
                    char lines[SOURCE_LINES][SOURCE_LINE])
{
    size_t count = add_lines(rule, profile, lines, 0);
    for (enum profile other = 0; other < PROFILES && count == 0; other++)
        count = add_lines(rule, other, lines, 0);
    return count;
}

const char *source_level(const struct rule *rule, enum profile profile)
{
    enum keyword keyword = rule_keyword(rule, profile);
    return keyword == KEYWORDS ? "observed" : keyword_name(keyword);
}
