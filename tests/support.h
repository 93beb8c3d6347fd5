/* What our own tests share: running a program and reading what it says. */
#ifndef SOCKSPEC_TESTS_SUPPORT_H
#define SOCKSPEC_TESTS_SUPPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* With sanitizers a process costs tens of milliseconds, and a part of all variants has to do; and
 * memory has no limit. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* Whether SOCKSPEC_TEST_WHOLE is set: then tests run whole implementations of which a part has to
 * do else. */
bool whole_runs(void);

struct finished {
    int status; /* exit status, or 128 + the signal */
    char *out, *err;
};

/* Runs a program and waits for its end, at most 120 s (then it is killed: status 137). */
struct finished run_program(const char *const *argv);

/* The same for a command line of words separated by single blanks; "SOCKSPEC" and "MACHINERY" stand
 * for the programs that are tested. */
struct finished run_line(const char *line);

/* Has a shell run a line in a directory; $S and $M are the programs. */
struct finished run_shell(const char *directory, const char *line);

/* Waits until a file has something in it, at most so long: a report, which begins when its run
 * comes to the first cases. */
void await_text(const char *path);

void finished_free(struct finished *finished);

/* A SPEC with the directory of the programs in place of "@", or the first kernel that
 * scripts/kernels has unpacked in place of "%"; gives the text. */
const char *spec_here(const char *spec, char *text, size_t size);

/* Whether a process costs this machine several times what it costs others, as where a hypervisor
 * keeps page tables by software: there tests of whole implementations take smaller parts. Looked at
 * once; what else the machine does is no matter. */
bool machine_is_slow(void);

/* Whether User-mode Linux works on this machine at all: whether it can run a program of the
 * machine's own, nothing of ours being involved, and fast enough. If not, says why. Takes 30 s at
 * most. */
bool uml_works(char *why, size_t size);

/* Starts a command line in the background, its output to /dev/null. */
pid_t start_line(const char *line);

/* A file's text, NULL if it cannot be read. The caller frees it. */
char *read_file(const char *path);

/* The objects of a JSON Lines text, as an array; NULL if a line is no JSON. */
json_t *json_lines(const char *text);

/* The first object with this text under the key, NULL if there is none. */
const json_t *find_object(const json_t *lines, const char *key, const char *text);

/* A text of an object, "" if it has none. */
const char *text_of(const json_t *object, const char *key);

/* How many variants have this verdict by the summary, which has to be there. */
json_int_t count_of(const json_t *lines, const char *verdict);

/* Prints the variants with this verdict, and why, for whoever reads a failed test. */
void print_verdicts(const json_t *lines, const char *verdict);

/* Whether two variants' lines have the same verdict and observation; false if one is NULL. */
bool same_result(const json_t *a, const json_t *b);

/* A fresh directory, of the test's own; removed by remove_directory(), which returns how many files
 * were in it. */
const char *make_directory(void);
int remove_directory(const char *path);

/* Which programs are tested; set by main() from the environment that CTest gives. */
void support_init(void);

/* Runs the registered CUnit tests and prints their results; the exit status of the test. */
int run_tests(void);

#endif
