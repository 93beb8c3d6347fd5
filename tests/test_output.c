/* Where reports go: whatever is named is written as what it is, and nothing is lost before there is
 * something better. */
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define PASSES "run --quiet --filter machinery.passes"

static const char *directory;

/* Has a shell, in the directory of the test, run this line; $S and $M are the programs. */
__attribute__((format(printf, 1, 2))) static struct finished shell(const char *format, ...)
{
    char line[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    return run_shell(directory, line);
}

/* The same, with what it is to exit with, and a text that stderr holds in its only line; with NULL
 * it holds nothing. */
static void expect(const char *line, int status, const char *complaint)
{
    struct finished finished = shell("%s", line);
    char *newline = strchr(finished.err, '\n');
    bool good =
        finished.status == status &&
        (complaint ? newline && !newline[1] && strstr(finished.err, complaint) : !*finished.err);
    if (!good)
        printf("\n    '%s' exited with %d, expected %d and '%s': %s\n", line, finished.status,
               status, complaint ? complaint : "", finished.err);
    CU_ASSERT_TRUE(good);
    finished_free(&finished);
}

static void make(const char *path, const char *text)
{
    finished_free(&(struct finished[]){shell("printf '%s' >%s", text, path)}[0]);
}

/* Whether a file of the directory begins like this and holds that. */
static bool holds(const char *path, const char *begin, const char *what)
{
    char whole[256];
    snprintf(whole, sizeof whole, "%s/%s", directory, path);
    char *text = read_file(whole);
    bool good = text && strncmp(text, begin, strlen(begin)) == 0 && strstr(text, what);
    if (!good)
        printf("\n    %s holds: %.200s\n", path, text ? text : "nothing");
    free(text);
    return good;
}

/* Both kinds of report: whole ones, and lines. */
static const struct {
    const char *option, *begin, *what;
} kinds[] = {{"--junit", "<?xml", "</testsuites>"},
             {"--tap", "TAP version 13", "ok 6"},
             {"--json", "{\"type\":\"run\"", "\"summary\""}};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void expect_run(size_t kind, const char *path, int status, const char *complaint)
{
    char line[512];
    snprintf(line, sizeof line, "$M " PASSES " %s %s", kinds[kind].option, path);
    expect(line, status, complaint);
}

static mode_t mode_of(const char *path)
{
    char whole[256];
    struct stat file = {.st_mode = 0};
    snprintf(whole, sizeof whole, "%s/%s", directory, path);
    lstat(whole, &file);
    return file.st_mode;
}

static void test_links(void)
{
    for (size_t i = 0; i < KINDS; i++) {
        make("target", "old");
        expect("chmod 640 target; ln -sf target link; ln -sf \"$PWD/link\" longer", 0, NULL);
        expect_run(i, "longer", 0, NULL);
        CU_ASSERT(S_ISLNK(mode_of("longer")) && S_ISLNK(mode_of("link")));
        CU_ASSERT_EQUAL(mode_of("target"), S_IFREG | 0640);
        CU_ASSERT_TRUE(holds("target", kinds[i].begin, kinds[i].what));
        expect("rm target", 0, NULL);
        expect_run(i, "longer", 0, NULL); /* whose target is missing */
        CU_ASSERT(S_ISLNK(mode_of("longer")));
        CU_ASSERT_TRUE(holds("target", kinds[i].begin, kinds[i].what));
        expect("rm target link longer; ln -s loop loop", 0, NULL);
        expect_run(i, "loop", 3, "loop");
        expect("rm loop; ls -A | wc -l | grep -qx 0", 0, NULL);
    }
}

static void test_devices(void)
{
    char path[256];
    snprintf(path, sizeof path, "%s/full", directory);
    for (size_t i = 0; i < KINDS; i++) {
        expect_run(i, "/dev/full", 3, "cannot write /dev/full: No space left on device");
        if (mknod(path, S_IFCHR | 0666, makedev(1, 7)) != 0)
            continue; /* it takes root */
        int fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd >= 0) {
            close(fd);
            expect_run(i, "full", 3, "No space left on device");
            CU_ASSERT(S_ISCHR(mode_of("full")));
        }
        unlink(path);
    }
    expect("$M " PASSES " --junit /dev/null --tap /dev/null --json /dev/null", 0, NULL);
}

static void test_fifo(void)
{
    char line[512];
    for (size_t i = 0; i < KINDS; i++) {
        snprintf(line, sizeof line,
                 "mkfifo fifo; cat fifo >got & $M " PASSES " %s fifo; s=$?; wait; exit $s",
                 kinds[i].option);
        expect(line, 0, NULL);
        CU_ASSERT(S_ISFIFO(mode_of("fifo")));
        CU_ASSERT_TRUE(holds("got", kinds[i].begin, kinds[i].what));
        snprintf(line, sizeof line,
                 "$M " PASSES " %s >(cat >got2; : >fifo); s=$?; : <fifo; exit $s", kinds[i].option);
        expect(line, 0, NULL);
        CU_ASSERT_TRUE(holds("got2", kinds[i].begin, kinds[i].what));
        /* Nobody is left who reads. */
        snprintf(line, sizeof line, "exec 3<>fifo 4>fifo 3<&-; $M " PASSES " %s /dev/fd/4",
                 kinds[i].option);
        expect(line, 3, "Broken pipe");
        expect("rm fifo got got2; ls -A | wc -l | grep -qx 0", 0, NULL);
    }
}

static void test_descriptors(void)
{
    static const char *const names[] = {"/dev/fd/7", "/proc/self/fd/7", "seven"};
    char line[512];
    for (size_t i = 0; i < KINDS; i++)
        for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
            snprintf(line, sizeof line,
                     "ln -sf /proc/self/fd/7 seven; exec 7>got; echo before >&7; $M " PASSES
                     " %s %s && echo after >&7",
                     kinds[i].option, names[k]);
            expect(line, 0, NULL);
            CU_ASSERT_TRUE(holds("got", "before\n", "\nafter\n"));
            CU_ASSERT_TRUE(holds("got", "before\n", kinds[i].what));
        }
    for (size_t i = 0; i < KINDS; i++) {
        snprintf(line, sizeof line, "$M " PASSES " %s /dev/stdout >got 2>text", kinds[i].option);
        expect(line, 0, NULL);
        CU_ASSERT_TRUE(holds("got", kinds[i].begin, kinds[i].what));
        CU_ASSERT_TRUE(holds("text", "", "6 passed"));
    }
    expect("$M " PASSES " --json /dev/fd/99", 3, "/dev/fd/99");
    expect("rm got text seven; ls -A | wc -l | grep -qx 0", 0, NULL);
}

/* What is not known to be run empties nothing. */
static void test_old_reports_stay(void)
{
    make("old", "old");
    for (size_t i = 0; i < KINDS; i++) {
        char line[512];
        snprintf(line, sizeof line, "$M run --filter typo %s old", kinds[i].option);
        expect(line, 2, "no variant matches");
        snprintf(line, sizeof line, "$M run %s old --nonsense", kinds[i].option);
        expect(line, 2, "nonsense");
        snprintf(line, sizeof line, "$M run %s old --%s /proc/x", kinds[i].option,
                 i ? "junit" : "tap");
        expect(line, 3, "/proc/x");
        CU_ASSERT_TRUE(holds("old", "old", "old"));
    }
    expect("$M run --json new --junit /proc/x", 3, "/proc/x");
    expect("rm old; ls -A | wc -l | grep -qx 0", 0, NULL);
}

static void test_same_file(void)
{
    make("old", "old");
    expect("ln -s old link; ln old hard; mkdir sub; mkfifo fifo", 0, NULL);
    expect("$M run --json old --tap sub/../old", 2, "only one report can go to");
    expect("$M run --json old --junit link", 2, "only one report can go to");
    expect("$M run --tap hard --json link", 2, "only one report can go to");
    expect("$M run --tap new --json ./new", 2, "only one report can go to");
    expect("$M run --junit new --json sub/../new", 2, "only one report can go to");
    expect("exec 3<>fifo; $M run --json fifo --tap fifo", 2, "only one report can go to");
    expect("$M run --json - --junit /dev/stdout", 2, "standard output");
    CU_ASSERT_TRUE(holds("old", "old", "old"));
    expect("rm old link hard fifo; rmdir sub; ls -A | wc -l | grep -qx 0", 0, NULL);
}

static void test_directories(void)
{
    for (size_t i = 0; i < KINDS; i++) {
        expect_run(i, "a/b/c", 0, NULL);
        CU_ASSERT_TRUE(holds("a/b/c", kinds[i].begin, kinds[i].what));
        expect_run(i, "a/b", 3, "Is a directory");
        expect_run(i, "a/b/c/d", 3, "Not a directory");
        expect("rm -r a", 0, NULL);
    }
}

static void test_compare(void)
{
    expect("$M run --quiet --json a >/dev/null", 1, NULL);
    expect("$M compare a a --side-by-side --json - >j 2>text; test ! -e -", 0, NULL);
    CU_ASSERT_TRUE(holds("j", "{", "\"profiles\""));
    CU_ASSERT_TRUE(holds("text", "", "machinery.passes"));
    expect("$M compare a a --side-by-side --html - >h 2>text", 0, NULL);
    CU_ASSERT_TRUE(holds("h", "<", "</html>"));
    expect("$M compare a a --html - --json -", 2, "only one report");
    expect("$M compare a a --html x --json ./x", 2, "only one report");
    expect("$M compare a a --json /dev/full", 3, "No space left on device");
    expect("$M compare a a --html /proc/x", 3, "/proc/x");
    expect("ln -s h link; $M compare a a --html link --json n/j; rm n/j; rmdir n", 0, NULL);
    CU_ASSERT(S_ISLNK(mode_of("link")));
    expect("rm a j h link text; ls -A | wc -l | grep -qx 0", 0, NULL);
}

/* Who closes standard streams does not find in a report what is printed there. */
static void test_closed_streams(void)
{
    static const char *const lines[] = {
        "$M run --quiet --filter machinery.deviates --json j --baseline b --junit x >&- 2>&-",
        "$M run --quiet --filter machinery.deviates --json j --baseline b --junit x <&- >&- 2>&-"};
    make("b", "machinery.passes fail -- it never did");
    for (size_t i = 0; i < 2; i++) {
        expect(lines[i], 1, NULL);
        CU_ASSERT_TRUE(holds("j", "{\"type\":\"run\"", "\"summary\""));
        CU_ASSERT_TRUE(holds("x", "<?xml", "</testsuites>"));
        expect("! grep -q sockspec: j x && test $(wc -l <j) = 3 && rm j x", 0, NULL);
    }
    expect("rm b; ls -A | wc -l | grep -qx 0", 0, NULL);
}

/* As it comes means that it can be read while the run goes on; and an end by force loses nothing of
 * it and leaves nothing else. */
static void test_killed_run(void)
{
    expect("$M run --quiet --jobs 1 --filter machinery.passes --repeat 100000 --json j --tap t "
           "--junit x & until grep -q ipv6 j t 2>/dev/null; do sleep 0.01; done; kill -9 $!; "
           "wait; test \"$(ls -A)\" = \"j\nt\"",
           0, "Killed");
    CU_ASSERT_TRUE(holds("j", "{\"type\":\"run\"", "machinery.passes"));
    CU_ASSERT_TRUE(holds("t", "TAP version 13", "machinery.passes"));
    remove_directory(directory);
}

int main(void)
{
    support_init();
    directory = make_directory();
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("output", NULL, NULL);
    CU_add_test(suite, "symbolic links", test_links);
    CU_add_test(suite, "devices", test_devices);
    CU_add_test(suite, "FIFOs", test_fifo);
    CU_add_test(suite, "descriptors", test_descriptors);
    CU_add_test(suite, "old reports stay", test_old_reports_stay);
    CU_add_test(suite, "the same file", test_same_file);
    CU_add_test(suite, "directories", test_directories);
    CU_add_test(suite, "closed standard streams", test_closed_streams);
    CU_add_test(suite, "compare", test_compare);
    CU_add_test(suite, "a run is killed", test_killed_run);
    return run_tests();
}
