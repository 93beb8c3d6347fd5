/* The constants that this platform has, by group. */
#ifndef SOCKSPEC_SYMBOL_TABLES_H
#define SOCKSPEC_SYMBOL_TABLES_H

#include "calls/symbols.h"

struct symbol {
    const char *name;
    int64_t value;
};

/* By group; each ends with an entry without a name. */
extern const struct symbol *const symbol_groups[SYMBOL_GROUPS];

#endif
