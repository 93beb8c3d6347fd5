#include "calls/clean_text.h"
#include "cli/commands.h"
#include "cli/reporting.h"

#include "calls/clock.h"
#include "harness/run.h"
#include "lab/stop.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char run_help[] =
    "usage: sockspec run [OPTIONS]\n"
    "\n"
    "  --iut SPEC         the implementation under test (default host); --help-iut lists them\n"
    "  --both-inside      the peer is the implementation too, on loopback alone: for sockets that\n"
    "                     only reach each other\n"
    "  --profile NAME     whom to judge by: posix, linux, bsd, zos, rfc (default linux)\n"
    "  --filter GLOB      only rules or variants whose id matches; may be given several times\n"
    "  --exclude GLOB     not those\n"
    "  --tag TAG          only cases with this tag: slow, waits\n"
    "  --slow             slow cases too (they take a minute and more)\n"
    "  --shard I/N        the I-th of N parts of the selection\n"
    "  --baseline FILE    known deviations, which do not fail the run; sockspec(1) has the form\n"
    "  --strict           fail as well if anything is 'changed', see below\n"
    "  --strict-baseline  fail as well if one of them is gone\n"
    "  --jobs N           workers at once (default: three for each processor, one for vm:)\n"
    "  --timeout SECONDS  time limit of a case (default 10)\n"
    "  --slow-machine N   this machine is N times slower: all limits are N times longer (default\n"
    "                     1, or SOCKSPEC_SLOW in the environment)\n"
    "  --repeat N         run the selection N times\n"
    "  --junit FILE       write a JUnit report; '-' is standard output, here and below\n"
    "  --tap FILE         write TAP 13, as results come\n"
    "  --json FILE        write JSON Lines, as results come\n"
    "  --artifacts DIR    keep what passed the line of cases that do not pass, a pcapng file each\n"
    "  --verbose          a line for each variant, and each that fails by itself\n"
    "  --quiet            only failures, changes, inconclusive results and the last lines\n"
    "  --color WHEN       auto, always, never (default auto)\n"
    "  --exit-style STYLE what the exit status means: sockspec, kselftest, bisect\n"
    "\n"
    "Verdicts: pass, fail, inconclusive (a precondition failed), skip; kept or changed where no\n"
    "document says what is right, but what the platform always did is known.\n"
    "Exit status: 0 no rule is broken, 1 one is, 2 usage, or what is to be tested is not there,\n"
    "3 the run could not be made, was inconclusive in part or judged nothing, or a report could "
    "not\n"
    "be written, 130 interrupted. For git bisect: 125 cannot be tested, 128 usage.\n";

enum exit_style { STYLE_SOCKSPEC, STYLE_KSELFTEST, STYLE_BISECT, STYLES };

/* How a run ends for who reads its exit status. */
enum end {
    END_PASSED,
    END_FAILED,
    END_USAGE,      /* the command line makes no sense */
    END_ABSENT,     /* what is to be tested is not there, or of no use */
    END_IMPOSSIBLE, /* this machine cannot */
    END_UNDECIDED,  /* inconclusive in part, or a report could not be written */
    END_NOTHING,    /* nothing was judged */
    END_INTERRUPTED,
    ENDS
};

/* kselftest: 1 fails, 4 skips, and its 2 would be a failure that is expected. git bisect: 125 is a
 * revision that cannot be tested, all else up to 127 a bad one, and 128 ends the bisection. */
static const int statuses[STYLES][ENDS] = {
    [STYLE_SOCKSPEC] = {EXIT_PASSED, EXIT_FAILED, EXIT_USAGE, EXIT_USAGE, EXIT_INCONCLUSIVE,
                        EXIT_INCONCLUSIVE, EXIT_INCONCLUSIVE, EXIT_INTERRUPTED},
    [STYLE_KSELFTEST] = {0, 1, 1, 4, 4, 1, 4, EXIT_INTERRUPTED},
    [STYLE_BISECT] = {0, 1, EXIT_NO_BISECTION, 125, 125, 125, 125, EXIT_INTERRUPTED},
};

struct command {
    struct run_options run;
    struct reporting reporting;
    const char *artifacts;
    enum exit_style style;
    bool strict, strict_baseline;
};

static int list_stacks(void)
{
    for (const struct stack *stack = stack_first(); stack; stack = stack->next)
        printf("%-23s%s%s\n", stack->usage,
               strlen(stack->usage) < 23 ? " " : "\n                        ", stack->summary);
    return end_output();
}

static bool parse_style(enum exit_style *style, const char *name)
{
    static const char *const styles[STYLES] = {"sockspec", "kselftest", "bisect"};
    for (size_t i = 0; i < STYLES; i++)
        if (strcmp(styles[i], name) == 0) {
            *style = (enum exit_style)i;
            return true;
        }
    return false;
}

static bool parse_timeout(struct command *command, const char *text)
{
    char *end;
    command->run.settings.seconds = strtod(text, &end);
    if (end != text && *end == '\0' && command->run.settings.seconds > 0 &&
        command->run.settings.seconds <= 86400)
        return true;
    fprintf(stderr, "sockspec: --timeout takes a number of seconds up to 86400, not '%s'\n", text);
    return false;
}

static bool parse_slowness(const char *text, const char *where)
{
    char *end;
    double factor = strtod(text, &end);
    if (end != text && *end == '\0' && factor >= 1 && factor <= SLOWEST) {
        machine_factor = factor;
        return true;
    }
    fprintf(stderr, "sockspec: %s takes a number from 1 to %d, not '%s'\n", where, SLOWEST, text);
    return false;
}

static bool parse_profile(struct command *command, const char *name)
{
    if (profile_find(name, &command->run.settings.profile))
        return true;
    fprintf(stderr, "sockspec: no profile '%s'; there are posix, linux, bsd, zos and rfc\n", name);
    return false;
}

static bool parse_iut(struct command *command, const char *spec)
{
    struct case_settings *settings = &command->run.settings;
    command->run.iut = spec;
    return parse_spec("--iut ", spec, &settings->stack, &settings->stack_argument);
}

/* Whether what is to be tested is there; false with a line on stderr. */
static bool check_iut(const struct command *command)
{
    const struct case_settings *settings = &command->run.settings;
    char why[512] = "";
    if (!settings->stack->check ||
        settings->stack->check(settings->stack_argument, why, sizeof why))
        return true;
    if (!stop_asked())
        print_line(stderr, "sockspec: --iut %s: %s", command->run.iut, why);
    return false;
}

enum { HELP_IUT = 1, STRICT_BASELINE, STRICT, SLOW_MACHINE, BOTH_INSIDE };

static const struct option options[] = {{"iut", required_argument, NULL, 'i'},
                                        {"both-inside", no_argument, NULL, BOTH_INSIDE},
                                        {"profile", required_argument, NULL, 'p'},
                                        SELECTION_OPTIONS,
                                        {"baseline", required_argument, NULL, 'b'},
                                        {"strict-baseline", no_argument, NULL, STRICT_BASELINE},
                                        {"strict", no_argument, NULL, STRICT},
                                        {"jobs", required_argument, NULL, 'j'},
                                        {"timeout", required_argument, NULL, 'T'},
                                        {"slow-machine", required_argument, NULL, SLOW_MACHINE},
                                        {"repeat", required_argument, NULL, 'r'},
                                        REPORTING_OPTIONS,
                                        {"artifacts", required_argument, NULL, 'a'},
                                        {"exit-style", required_argument, NULL, 'e'},
                                        {"help-iut", no_argument, NULL, HELP_IUT},
                                        {0}};

static bool take_option(struct command *command, int option)
{
    bool taken;
    long number;
    if (!selection_option(&command->run.selection, option, optarg, &taken))
        return false;
    if (taken)
        return true;
    if (!reporting_option(&command->reporting, option, optarg, &taken))
        return false;
    if (taken)
        return true;
    switch (option) {
    case 'i':
        return parse_iut(command, optarg);
    case BOTH_INSIDE:
        command->run.settings.both_inside = true;
        return true;
    case 'p':
        return parse_profile(command, optarg);
    case 'b':
        if (command->run.baseline)
            baseline_free(command->run.baseline);
        command->run.baseline = baseline_read(optarg);
        return command->run.baseline != NULL;
    case STRICT:
        command->strict = true;
        return true;
    case STRICT_BASELINE:
        command->strict_baseline = true;
        return true;
    case 'j':
        if (!parse_number("--jobs", optarg, 1, 256, &number))
            return false;
        command->run.workers = (unsigned)number;
        return true;
    case 'r':
        if (!parse_number("--repeat", optarg, 1, 100000, &number))
            return false;
        command->run.repeat = (unsigned)number;
        return true;
    case 'T':
        return parse_timeout(command, optarg);
    case SLOW_MACHINE:
        return parse_slowness(optarg, "--slow-machine");
    case 'a':
        command->artifacts = optarg;
        return true;
    case 'e':
        if (parse_style(&command->style, optarg))
            return true;
        fprintf(stderr, "sockspec: --exit-style takes sockspec, kselftest or bisect, not '%s'\n",
                optarg);
        return false;
    default:
        return false;
    }
}

/* A JUnit report is in memory until it is complete; half a kilobyte for each result. */
static bool fits(const struct command *command, size_t taken)
{
    enum { MOST = 2000000 };
    size_t results = taken * command->run.repeat;
    if (!command->reporting.junit || results <= MOST)
        return true;
    fprintf(
        stderr,
        "sockspec: %zu results are too many for a JUnit report, which takes up to %d; --tap and "
        "--json write them as they come\n",
        results, MOST);
    return false;
}

/* False with a line on stderr. */
static bool add_artifacts(struct command *command)
{
    char why[512];
    struct report *artifacts =
        command->artifacts ? report_artifacts(command->artifacts, why, sizeof why) : NULL;
    if (artifacts)
        command->reporting.reports[command->reporting.count++] = artifacts;
    else if (command->artifacts)
        print_line(stderr, "sockspec: %s", why);
    return artifacts || !command->artifacts;
}

static enum end end_of(const struct command *command, enum run_end end, const struct totals *totals,
                       bool reports_failed)
{
    if (end == RUN_INTERRUPTED)
        return END_INTERRUPTED;
    bool nothing = !totals->count[VERDICT_PASS] && !totals->count[VERDICT_FAIL] &&
                   !totals->count[VERDICT_KEPT] && !totals->count[VERDICT_CHANGED] &&
                   !totals->deviations; /* which are failures that are known */
    if (nothing && end == RUN_DONE)
        fputs("sockspec: nothing passed and nothing failed: this run says nothing\n", stderr);
    if (totals->count[VERDICT_FAIL] || (command->strict && totals->count[VERDICT_CHANGED]))
        return END_FAILED;
    if (end == RUN_ABSENT)
        return END_ABSENT;
    if (end == RUN_IMPOSSIBLE && totals->ran == 0)
        return END_IMPOSSIBLE;
    if (end == RUN_IMPOSSIBLE || totals->count[VERDICT_INCONCLUSIVE] || reports_failed)
        return END_UNDECIDED;
    return nothing ? END_NOTHING : END_PASSED;
}

/* The limits of this machine. More than some days are none. */
static void scale_limits(struct case_settings *settings)
{
    enum { MOST = 1000000 };
    double seconds = settings->seconds * machine_factor;
    settings->seconds = seconds < MOST ? seconds : MOST;
}

static enum end perform(struct command *command)
{
    struct totals totals = {0};
    struct reporting *reporting = &command->reporting;
    bool reports_failed = false;
    size_t taken = selection_count(&command->run.selection);
    if (taken == 0 || !fits(command, taken))
        return END_USAGE;
    if (!check_iut(command))
        return END_ABSENT;
    enum reporting_end opened = reporting_open(reporting);
    if (opened != REPORTING_OPEN)
        return opened == REPORTING_CLASHING ? END_USAGE : END_UNDECIDED;
    bool artifacts = add_artifacts(command);
    command->run.reports = reporting->reports;
    command->run.report_count = reporting->count;
    scale_limits(&command->run.settings);
    enum run_end run_end =
        artifacts ? run(&command->run, &totals, &reports_failed) : RUN_IMPOSSIBLE;
    enum end end = end_of(command, run_end, &totals, reports_failed);
    if (run_end == RUN_DONE && command->run.baseline && baseline_review(command->run.baseline) &&
        command->strict_baseline && end == END_PASSED)
        end = END_FAILED;
    reporting_close(reporting);
    /* Whoever collects kselftests wants to see something pass. */
    if (command->style == STYLE_KSELFTEST && end == END_PASSED && !totals.count[VERDICT_PASS])
        end = END_NOTHING;
    return end;
}

/* The style of the exit status, which holds for whatever else is wrong with the line too. One that
 * there is not, or that is missing, may have been meant for git bisect, which only a status of 128
 * keeps from blame; so may one whose option is mistyped. */
static enum exit_style style_asked(int argc, char **argv)
{
    enum exit_style style = STYLE_SOCKSPEC;
    int option;
    opterr = 0;
    bool unknown = false;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if ((option == 'e' && !parse_style(&style, optarg)) || (option == '?' && optopt == 'e'))
            style = STYLE_BISECT;
        unknown |= option == '?';
    }
    if (style == STYLE_SOCKSPEC && (unknown || optind < argc) && meant_for_bisection(argc, argv))
        style = STYLE_BISECT;
    opterr = 1;
    optind = 0; /* from the beginning again */
    return style;
}

int command_run(int argc, char **argv)
{
    struct command command = {
        .run = {.repeat = 1, .settings = {.profile = BY_LINUX, .seconds = 10}}};
    int option, status = -1;
    enum end end = END_PASSED;
    const char *slow = getenv("SOCKSPEC_SLOW");
    command.style = style_asked(argc, argv);
    if (slow && *slow && !parse_slowness(slow, "SOCKSPEC_SLOW in the environment"))
        return statuses[command.style][END_USAGE];
    stop_listen();
    parse_iut(&command, "host");
    reporting_init(&command.reporting);
    while (status < 0 && end == END_PASSED &&
           (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == HELP_IUT) {
            status = list_stacks();
        } else if (option == '?' || !take_option(&command, option)) {
            end = END_USAGE;
        }
    }
    if (status < 0 && end == END_PASSED && optind < argc) {
        fprintf(stderr, "sockspec: run takes no argument '%s'; did you mean --filter?\n",
                argv[optind]);
        end = END_USAGE;
    }
    if (status < 0 && end == END_PASSED)
        end = perform(&command);
    stop_say();
    if (stop_asked())
        end = END_INTERRUPTED;
    if (status < 0 || end != END_PASSED)
        status = statuses[command.style][end];
    if (command.run.baseline)
        baseline_free(command.run.baseline);
    selection_free(&command.run.selection);
    return status;
}
