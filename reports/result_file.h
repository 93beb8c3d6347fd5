/* Results read back from a JSON Lines report. */
#ifndef SOCKSPEC_RESULT_FILE_H
#define SOCKSPEC_RESULT_FILE_H

#include <jansson.h>
#include <stdbool.h>

struct result_file {
    const char *path;
    json_t *run;      /* the header */
    json_t *variants; /* id -> what a comparison takes of the line of its worst repetition */
    json_t *summary;  /* the trailer; NULL if the run was killed */
    size_t differing; /* variants whose repetitions came out differently */
    json_t *lines;    /* all lines of variants as they are, if they were asked for; or NULL */
};

/* Reads a report; false with one line on stderr that names file, line and reason. A report of a run
 * that did not come to its end is read with a warning, as is one whose repetitions differ. */
bool result_file_read(struct result_file *file, const char *path);

/* The same, which keeps all lines, so that nothing is said of repetitions. */
bool result_file_read_whole(struct result_file *file, const char *path);

/* Whether its run was killed or interrupted. */
bool result_file_is_partial(const struct result_file *file);

void result_file_free(struct result_file *file);

/* Whether a line says what became of its rule: it holds, is broken, or deviates as is known. */
bool result_is_judged(const json_t *line);

/* Whether the repetitions of a variant came out differently. */
bool result_differs(const json_t *line);

/* A string of an object; "" if there is none. */
const char *json_text(const json_t *object, const char *key);

#endif
