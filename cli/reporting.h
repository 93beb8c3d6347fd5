/* The reports that commands write, and the options that say which. */
#ifndef SOCKSPEC_REPORTING_H
#define SOCKSPEC_REPORTING_H

#include "harness/report.h"

struct reporting {
    const char *junit, *tap, *json; /* files; NULL: none */
    struct text_options text;
    struct report *reports[5]; /* with room for one that its command adds */
    size_t count;
};

/* These options, for getopt_long(): to be put into a command's own array. */
#define REPORTING_OPTIONS                                                                          \
    {"junit", required_argument, NULL, 'J'}, {"tap", required_argument, NULL, 'A'},                \
        {"json", required_argument, NULL, 'N'}, {"verbose", no_argument, NULL, 'v'},               \
        {"quiet", no_argument, NULL, 'q'},                                                         \
    {                                                                                              \
        "color", required_argument, NULL, 'c'                                                      \
    }

/* What holds without any of them. */
void reporting_init(struct reporting *reporting);

/* Takes one of these options; false with a line on stderr if its argument is no good. *taken tells
 * whether it was one of them. */
bool reporting_option(struct reporting *reporting, int option, const char *argument, bool *taken);

/* Opens the files and makes the reports; otherwise there are none, and a line on stderr says which
 * cannot be written (UNOPENED) or that two are the same (CLASHING). */
enum reporting_end { REPORTING_OPEN, REPORTING_UNOPENED, REPORTING_CLASHING };
enum reporting_end reporting_open(struct reporting *reporting);

void reporting_close(struct reporting *reporting);

#endif
