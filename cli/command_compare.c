#include "cli/commands.h"
#include "reports/compare.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: sockspec compare [OPTIONS] A.json B.json ...\n"
    "\n"
    "Lines up what implementations did, from reports by 'sockspec run --json'. Two runs of one\n"
    "implementation become a report of what changed, with exit status 1 on new failures.\n"
    "\n"
    "  --only-differences  leave out cases in which all did the same\n"
    "  --side-by-side      two runs of one implementation are compared like any others\n"
    "  --profile NAME      whom to judge by: posix, linux, bsd, zos (default linux)\n"
    "  --html FILE         write one self-contained page\n"
    "  --json FILE         write the comparison as JSON\n"
    "\n"
    "Exit status: 0 compared, 1 new failures, 2 usage or a malformed file, 3 cannot be written.\n";

struct command {
    bool only_differences, side_by_side;
    const char *html, *json;
    enum profile profile;
};

static const struct option options[] = {{"only-differences", no_argument, NULL, 'd'},
                                        {"side-by-side", no_argument, NULL, 's'},
                                        {"profile", required_argument, NULL, 'p'},
                                        {"html", required_argument, NULL, 'w'},
                                        {"json", required_argument, NULL, 'j'},
                                        {"help", no_argument, NULL, 'h'},
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
    case 'w':
        command->html = optarg;
        return true;
    case 'j':
        command->json = optarg;
        return true;
    case 'p':
        if (profile_find(optarg, &command->profile))
            return true;
        fprintf(stderr, "sockspec: no profile '%s'; there are posix, linux, bsd and zos\n", optarg);
        return false;
    default:
        return false;
    }
}

static bool same_implementation(const struct result_file *a, const struct result_file *b)
{
    return strcmp(json_text(a->run, "iut"), json_text(b->run, "iut")) == 0;
}

static int cannot_write(const char *path)
{
    fprintf(stderr, "sockspec: cannot write %s: %s\n", path, strerror(errno));
    return EXIT_INCONCLUSIVE;
}

static int compare(const struct command *command, const struct result_file *files, size_t count)
{
    bool regression =
        count == 2 && !command->side_by_side && same_implementation(&files[0], &files[1]);
    json_t *comparison = compare_build(files, count, command->profile);
    int status = EXIT_PASSED;
    if (regression)
        status = compare_regressions(stdout, &files[0], &files[1]) ? EXIT_FAILED : EXIT_PASSED;
    else
        compare_print(stdout, comparison, command->only_differences);
    if (command->html && !compare_write_html(command->html, comparison))
        status = cannot_write(command->html);
    if (command->json && json_dump_file(comparison, command->json, JSON_INDENT(1)) != 0)
        status = cannot_write(command->json);
    json_decref(comparison);
    int written = end_output();
    return written ? written : status;
}

int command_compare(int argc, char **argv)
{
    struct command command = {.profile = BY_LINUX};
    int option, status = EXIT_USAGE;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'h') {
            fputs(help, stdout);
            return end_output();
        }
        if (option == '?' || !take_option(&command, option))
            return EXIT_USAGE;
    }
    size_t count = (size_t)(argc - optind), read = 0;
    if (count < 2) {
        fputs("sockspec: compare takes two reports or more\n", stderr);
        return EXIT_USAGE;
    }
    struct result_file *files = calloc(count, sizeof *files);
    if (!files)
        abort();
    while (read < count && result_file_read(&files[read], argv[optind + (int)read]))
        read++;
    if (read == count)
        status = compare(&command, files, count);
    for (size_t i = 0; i < count; i++)
        result_file_free(&files[i]);
    free(files);
    return status;
}
