#include "reports/result_file.h"

#include "calls/clean_text.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *json_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* The format of reports that is read here; docs/results.md has it. */
enum { FORMAT = 2 };

static bool complain(const char *path, size_t line, const char *reason)
{
    print_line(stderr, "sockspec: %s:%zu: %s", path, line, reason);
    return false;
}

/* A header that says nothing of a format is somebody else's, and means ours. */
static bool is_readable(const struct result_file *file, size_t line)
{
    const json_t *format = json_object_get(file->run, "format");
    char reason[128];
    if (!format || json_integer_value(format) == FORMAT)
        return true;
    snprintf(reason, sizeof reason,
             "the report is of format %" JSON_INTEGER_FORMAT ", and this sockspec reads %d alone",
             json_integer_value(format), FORMAT);
    return complain(file->path, line, reason);
}

bool result_is_judged(const json_t *line)
{
    const char *verdict = json_text(line, "verdict");
    return strcmp(verdict, "inconclusive") != 0 &&
           (strcmp(verdict, "skip") != 0 || json_is_true(json_object_get(line, "known")));
}

bool result_file_is_partial(const struct result_file *file)
{
    return !file->summary || json_is_true(json_object_get(file->summary, "interrupted"));
}

bool result_differs(const json_t *line)
{
    return json_is_true(json_object_get(line, "differs"));
}

/* How bad a verdict is among those of several repetitions. */
static size_t badness(const json_t *line)
{
    static const char *const verdicts[] = {"pass",    "kept",         "skip",
                                           "changed", "inconclusive", "fail"};
    size_t i = 0, count = sizeof verdicts / sizeof *verdicts;
    while (i < count && strcmp(json_text(line, "verdict"), verdicts[i]) != 0)
        i++;
    return i;
}

/* What is kept of a line: reports can be large. */
static json_t *extract(const json_t *line)
{
    static const char *const keys[] = {"rule",  "verdict", "observed", "parts",
                                       "ended", "reason",  "known",    "transcript"};
    json_t *kept = json_object();
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        json_t *value = json_object_get(line, keys[i]);
        if (value)
            json_object_set(kept, keys[i], value);
    }
    return kept;
}

/* Takes a variant's line, or another repetition of it: the worst counts. */
static bool take_variant(struct result_file *file, json_t *line)
{
    const char *id = json_text(line, "id");
    json_t *before = json_object_get(file->variants, id);
    if (file->lines)
        json_array_append(file->lines, line);
    if (!before)
        return json_object_set_new(file->variants, id, extract(line)) == 0;
    bool differs = result_differs(before) ||
                   strcmp(json_text(before, "verdict"), json_text(line, "verdict")) != 0 ||
                   strcmp(json_text(before, "observed"), json_text(line, "observed")) != 0;
    file->differing += differs && !result_differs(before);
    if (badness(line) > badness(before)) {
        before = extract(line);
        json_object_set_new(file->variants, id, before);
    }
    return !differs || json_object_set_new(before, "differs", json_true()) == 0;
}

/* Takes one line; false if it makes no sense. */
static bool take(struct result_file *file, json_t *object, bool *ended)
{
    const char *type = json_text(object, "type");
    if (strcmp(type, "run") == 0 && !file->run) {
        file->run = json_incref(object);
        return true;
    }
    if (strcmp(type, "variant") == 0 && file->run && *json_text(object, "id") &&
        *json_text(object, "verdict") && json_is_string(json_object_get(object, "observed")))
        return take_variant(file, object);
    *ended = strcmp(type, "summary") == 0;
    if (*ended && !file->summary)
        file->summary = json_incref(object);
    return *ended;
}

static bool read_lines(struct result_file *file, const char *path)
{
    char *line = NULL;
    size_t size = 0, number = 0;
    bool good = true, ended = false;
    FILE *stream = fopen(path, "r");
    if (!stream) {
        print_line(stderr, "sockspec: cannot read %s: %s", path, strerror(errno));
        return false;
    }
    ssize_t length;
    while (good && (length = getline(&line, &size, stream)) > 0) {
        json_error_t error;
        json_t *object = json_loadb(line, (size_t)length, 0, &error);
        number++;
        if (!object)
            good = complain(path, number, error.text);
        else if (!take(file, object, &ended))
            good = complain(path, number, "this is no line of a report by 'sockspec run --json'");
        else if (file->run == object)
            good = is_readable(file, number);
        json_decref(object);
    }
    if (ferror(stream)) {
        print_line(stderr, "sockspec: cannot read %s: %s", path, strerror(errno));
        good = false;
    }
    if (good && !file->run)
        good = complain(path, number, "the header of the run is missing");
    if (good && !ended)
        print_line(stderr, "sockspec: %s ends without a trailer: the run did not end", path);
    else if (good && result_file_is_partial(file))
        print_line(stderr,
                   "sockspec: %s: the run was interrupted: %" JSON_INTEGER_FORMAT
                   " of %" JSON_INTEGER_FORMAT " results are there",
                   path, json_integer_value(json_object_get(file->summary, "ran")),
                   json_integer_value(json_object_get(file->run, "selected")));
    if (good && file->differing && !file->lines)
        print_line(
            stderr,
            "sockspec: %s: repetitions of %zu variants came out differently; the worst counts",
            path, file->differing);
    free(line);
    fclose(stream);
    return good;
}

bool result_file_read(struct result_file *file, const char *path)
{
    *file = (struct result_file){.path = path, .variants = json_object()};
    return read_lines(file, path);
}

bool result_file_read_whole(struct result_file *file, const char *path)
{
    *file = (struct result_file){.path = path, .variants = json_object(), .lines = json_array()};
    return read_lines(file, path);
}

void result_file_free(struct result_file *file)
{
    json_decref(file->lines);
    json_decref(file->run);
    json_decref(file->variants);
    json_decref(file->summary);
}
