/* What a rule stands on, in lines for people. */
#ifndef SOCKSPEC_SOURCES_LINES_H
#define SOCKSPEC_SOURCES_LINES_H

#include "harness/rule.h"

enum { SOURCE_LINES = 12, SOURCE_LINE = 512 };

/* The requirements that a rule stands on in a profile, one a line: document, place, and what it
 * says. A profile that documents nothing has those of the others. Gives how many lines there are.
 */
size_t source_lines(const struct rule *rule, enum profile profile,
                    char lines[SOURCE_LINES][SOURCE_LINE]);

/* How strongly a rule binds in a profile: "shall", "may"...; "observed" if no document says so. */
const char *source_level(const struct rule *rule, enum profile profile);

#endif
