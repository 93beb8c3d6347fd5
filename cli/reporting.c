#include "cli/reporting.h"

#include "calls/clean_text.h"
#include "lab/stop.h"
#include "reports/output.h"
#include "reports/stream.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILES = 3 };

static bool parse_color(struct text_options *text, const char *when)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    if (strcmp(when, "always") == 0)
        text->color = true;
    else if (strcmp(when, "never") == 0)
        text->color = false;
    else if (strcmp(when, "auto") == 0)
        text->color = isatty(STDOUT_FILENO) && !(no_color && *no_color) &&
                      !(term && strcmp(term, "dumb") == 0);
    else {
        fprintf(stderr, "sockspec: --color takes auto, always or never, not '%s'\n", when);
        return false;
    }
    return true;
}

void reporting_init(struct reporting *reporting)
{
    *reporting = (struct reporting){.count = 0};
    parse_color(&reporting->text, "auto");
}

bool reporting_option(struct reporting *reporting, int option, const char *argument, bool *taken)
{
    *taken = true;
    switch (option) {
    case 'J':
        reporting->junit = argument;
        return true;
    case 'A':
        reporting->tap = argument;
        return true;
    case 'N':
        reporting->json = argument;
        return true;
    case 'v':
        reporting->text.verbose = true;
        return true;
    case 'q':
        reporting->text.quiet = true;
        return true;
    case 'c':
        return parse_color(&reporting->text, argument);
    default:
        *taken = false;
        return true;
    }
}

static enum reporting_end open_outputs(const struct reporting *reporting,
                                       struct output *outputs[FILES])
{
    const char *const paths[FILES] = {reporting->junit, reporting->tap, reporting->json};
    char why[512];
    for (size_t i = 0; i < FILES; i++)
        if (paths[i] && !(outputs[i] = output_open(paths[i], i ? OUTPUT_LINES : OUTPUT_WHOLE, why,
                                                   sizeof why))) {
            if (!stop_asked())
                print_line(stderr, "sockspec: %s", why);
            return REPORTING_UNOPENED;
        }
    return outputs_differ(outputs, FILES) ? REPORTING_OPEN : REPORTING_CLASHING;
}

static void add_reports(struct reporting *reporting, struct output *const outputs[FILES])
{
    static struct report *(*const make[FILES])(struct output *) = {report_junit, report_tap,
                                                                   report_json};
    struct text_options *text = &reporting->text;
    int fd = STDOUT_FILENO;
    for (size_t i = 0; i < FILES; i++)
        if (outputs[i] && output_is_stdout(outputs[i])) {
            fd = STDERR_FILENO;
            text->color = false;
        }
    text->place = fd == STDOUT_FILENO ? "standard output" : "standard error";
    text->terminal = isatty(fd);
    text->stream = stream_on(fcntl(fd, F_DUPFD_CLOEXEC, 0));
    reporting->reports[reporting->count++] = report_text(text);
    for (size_t i = 0; i < FILES; i++)
        if (outputs[i])
            reporting->reports[reporting->count++] = make[i](outputs[i]);
}

enum reporting_end reporting_open(struct reporting *reporting)
{
    struct output *outputs[FILES] = {NULL};
    enum reporting_end end = open_outputs(reporting, outputs);
    if (end == REPORTING_OPEN)
        add_reports(reporting, outputs);
    for (size_t i = 0; i < FILES && end != REPORTING_OPEN; i++)
        if (outputs[i])
            output_close(outputs[i]);
    return end;
}

void reporting_close(struct reporting *reporting)
{
    for (size_t i = 0; i < reporting->count; i++)
        reporting->reports[i]->close(reporting->reports[i]);
    if (reporting->count)
        fclose(reporting->text.stream);
}
