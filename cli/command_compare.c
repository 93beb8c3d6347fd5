#include "calls/clean_text.h"
#include "cli/commands.h"
#include "reports/compare.h"
#include "reports/output.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char compare_help[] =
    "usage: sockspec compare [OPTIONS] A.json B.json ...\n"
    "\n"
    "Lines up what implementations did, from reports by 'sockspec run --json'.\n"
    "\n"
    "  --before-after      what changed from A to B, whatever they are called; status 1 if it is "
    "for\n"
    "                      the worse: new failures, judged before and not now, missing variants, "
    "or\n"
    "                      an interrupted B. Two reports with the same --iut are compared so "
    "anyway\n"
    "  --side-by-side      they are not\n"
    "  --only-differences  leave out cases in which all that have the feature did the same\n"
    "  --profile NAME      whom to judge by: posix, linux, bsd, zos, rfc (default linux)\n"
    "  --html FILE         write one self-contained page; one report is enough for it\n"
    "  --json FILE         write the comparison as JSON; '-' is standard output\n"
    "\n"
    "Exit status: 0 compared, 1 worse than before, 2 usage or a malformed file, 3 cannot be "
    "written.\n";

struct command {
    bool only_differences, side_by_side, before_after;
    const char *html, *json;
    enum profile profile;
};

static const struct option options[] = {{"only-differences", no_argument, NULL, 'd'},
                                        {"side-by-side", no_argument, NULL, 's'},
                                        {"before-after", no_argument, NULL, 'b'},
                                        {"profile", required_argument, NULL, 'p'},
                                        {"html", required_argument, NULL, 'w'},
                                        {"json", required_argument, NULL, 'j'},
                                        {0}};

static bool take_option(struct command *command, int option)
{
    switch (option) {
    case 'd':
        command->only_differences = true;
        return true;
    case 's':
        command->side_by_side = true;
        return true;
    case 'b':
        command->before_after = true;
        return true;
    case 'w':
        command->html = optarg;
        return true;
    case 'j':
        command->json = optarg;
        return true;
    case 'p':
        if (profile_find(optarg, &command->profile))
            return true;
        print_line(stderr, "sockspec: no profile '%s'; there are posix, linux, bsd, zos and rfc",
                   optarg);
        return false;
    default:
        return false;
    }
}

static bool same_implementation(const struct result_file *a, const struct result_file *b)
{
    return strcmp(json_text(a->run, "iut"), json_text(b->run, "iut")) == 0;
}

/* Opens what a report goes to, if it was asked for; false with a line on stderr. */
static bool open_output(const char *path, struct output **output)
{
    char why[512];
    if (!path || (*output = output_open(path, OUTPUT_WHOLE, why, sizeof why)))
        return true;
    print_line(stderr, "sockspec: %s", why);
    return false;
}

static bool complete(struct output *output)
{
    char why[512];
    if (!output || output_end(output, why, sizeof why))
        return true;
    print_line(stderr, "sockspec: %s", why);
    return false;
}

static int compare(const struct command *command, struct output *html, struct output *json,
                   const struct result_file *files, size_t count)
{
    bool regression = command->before_after || (count == 2 && !command->side_by_side &&
                                                same_implementation(&files[0], &files[1]));
    bool taken = (html && output_is_stdout(html)) || (json && output_is_stdout(json));
    FILE *text = taken ? stderr : stdout;
    json_t *comparison = compare_build(files, count, command->profile);
    int status = EXIT_PASSED;
    if (regression)
        status = compare_regressions(text, &files[0], &files[1]) ? EXIT_FAILED : EXIT_PASSED;
    else
        compare_print(text, comparison, command->only_differences);
    if (html)
        compare_print_html(output_begin(html), comparison);
    if (json)
        json_dumpf(comparison, output_begin(json), JSON_INDENT(1));
    bool whole = complete(html);
    whole = complete(json) && whole;
    if (!whole)
        status = EXIT_INCONCLUSIVE;
    json_decref(comparison);
    int written = end_output();
    return written ? written : status;
}

static int perform(const struct command *command, const struct result_file *files, size_t count)
{
    struct output *outputs[2] = {NULL};
    int status = EXIT_INCONCLUSIVE;
    if (open_output(command->html, &outputs[0]) && open_output(command->json, &outputs[1]))
        status = outputs_differ(outputs, 2) ? compare(command, outputs[0], outputs[1], files, count)
                                            : EXIT_USAGE;
    for (size_t i = 0; i < 2; i++)
        if (outputs[i])
            output_close(outputs[i]);
    return status;
}

int command_compare(int argc, char **argv)
{
    struct command command = {.profile = BY_LINUX};
    int option, status = EXIT_USAGE;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == '?' || !take_option(&command, option))
            return EXIT_USAGE;
    }
    size_t count = (size_t)(argc - optind), read = 0;
    if (count < (command.html || command.json ? 1 : 2)) {
        fputs("sockspec: compare takes two reports or more, or one for a page of it\n", stderr);
        return EXIT_USAGE;
    }
    if (command.before_after && (count != 2 || command.side_by_side)) {
        fputs("sockspec: --before-after is for two reports, and not --side-by-side\n", stderr);
        return EXIT_USAGE;
    }
    struct result_file *files = calloc(count, sizeof *files);
    if (!files)
        abort();
    while (read < count && result_file_read(&files[read], argv[optind + (int)read]))
        read++;
    if (read == count)
        status = perform(&command, files, count);
    for (size_t i = 0; i < count; i++)
        result_file_free(&files[i]);
    free(files);
    return status;
}
