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

static bool complain(const char *path, size_t line, const char *reason)
{
    print_line(stderr, "sockspec: %s:%zu: %s", path, line, reason);
    return false;
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
        return json_object_set(file->variants, json_text(object, "id"), object) == 0;
    *ended = strcmp(type, "summary") == 0;
    if (*ended && !file->summary)
        file->summary = json_incref(object);
    return *ended;
}

bool result_file_read(struct result_file *file, const char *path)
{
    char *line = NULL;
    size_t size = 0, number = 0;
    bool good = true, ended = false;
    FILE *stream = fopen(path, "r");
    *file = (struct result_file){.path = path, .variants = json_object()};
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
    free(line);
    fclose(stream);
    return good;
}

void result_file_free(struct result_file *file)
{
    json_decref(file->run);
    json_decref(file->variants);
    json_decref(file->summary);
}
