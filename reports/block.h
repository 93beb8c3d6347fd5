/* What a terminal shows of results that are no passes: a block for each group of them. */
#ifndef SOCKSPEC_BLOCK_H
#define SOCKSPEC_BLOCK_H

#include "reports/groups.h"

/* Where to print, and for which run. */
struct printer {
    FILE *stream;
    bool color;
    bool verbose; /* all lines of a transcript, those that come again too */
    const struct run_info *run;
};

/* How many variants of each case of a rule have run, in one repetition. */
struct cases_run {
    const struct rule_case *of[64];
    size_t ran[64], count;
    unsigned repetition;
};

const char *print_color(const struct printer *printer, enum verdict verdict);
const char *print_plain(const struct printer *printer);
const char *print_bold(const struct printer *printer);

/* Prints a text without letting it control the terminal. */
void print_clean(const struct printer *printer, const char *text);

/* One result, whole. */
void block_result(const struct printer *printer, const struct result *result);

/* Results of one rule, of which so many variants have run: what they have in common once, which
 * variants they are, and the transcript of the first. */
void block_rule(const struct printer *printer, const struct group *group,
                const struct cases_run *run);

/* The same of results that have changed, in a line. */
void block_changed(const struct printer *printer, const struct group *group,
                   const struct cases_run *run);

/* Results of any rules that have one cause: how many, in which cases (the first dozen), and the
 * first of them. */
void block_cause(const struct printer *printer, const struct group *group, const char *cause);

#endif
