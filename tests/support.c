#include "tests/support.h"

#include "calls/clock.h"

#include <CUnit/Basic.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS = 64, PATIENCE_SECONDS = 120 };

static const char *sockspec_path, *machinery_path;

void support_init(void)
{
    sockspec_path = getenv("SOCKSPEC");
    machinery_path = getenv("MACHINERY");
    if (!sockspec_path || !machinery_path) {
        fputs("SOCKSPEC and MACHINERY must name the programs to test; ctest sets them\n", stderr);
        exit(2);
    }
}

struct capture {
    int fd;
    char *text;
    size_t used, room;
};

/* Reads what there is; false at the end. */
static bool capture_some(struct capture *capture)
{
    if (capture->room - capture->used < 65536) {
        capture->room += 262144;
        capture->text = realloc(capture->text, capture->room);
        if (!capture->text)
            abort();
    }
    ssize_t n = read(capture->fd, capture->text + capture->used, capture->room - capture->used - 1);
    capture->used += n > 0 ? (size_t)n : 0;
    capture->text[capture->used] = '\0';
    return n > 0;
}

static pid_t spawn(const char *const *argv, int out, int err)
{
    pid_t pid = argv[0] ? fork() : -1;
    if (pid != 0)
        return pid;
    int null = open("/dev/null", O_RDONLY);
    /* Whoever runs a test in the background of a script ignores these. */
    signal(SIGINT, SIG_DFL);
    signal(SIGQUIT, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    dup2(null, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    execvp(argv[0], (char *const *)argv);
    perror(argv[0]);
    _exit(127);
}

bool whole_runs(void)
{
    return getenv("SOCKSPEC_TEST_WHOLE") != NULL;
}

struct finished run_program(const char *const *argv)
{
    int out[2], err[2], status;
    if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0)
        abort();
    pid_t pid = spawn(argv, out[1], err[1]);
    close(out[1]);
    close(err[1]);
    struct capture captures[2] = {{.fd = out[0]}, {.fd = err[0]}};
    struct pollfd fds[2] = {{out[0], POLLIN, 0}, {err[0], POLLIN, 0}};
    while (fds[0].fd >= 0 || fds[1].fd >= 0) {
        if (poll(fds, 2, PATIENCE_SECONDS * 1000) <= 0) {
            kill(pid, SIGKILL);
            break;
        }
        for (size_t i = 0; i < 2; i++)
            if (fds[i].revents && !capture_some(&captures[i]))
                fds[i].fd = -1;
    }
    waitpid(pid, &status, 0);
    close(out[0]);
    close(err[0]);
    return (struct finished){WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
                             captures[0].text ? captures[0].text : strdup(""),
                             captures[1].text ? captures[1].text : strdup("")};
}

/* Splits a line at blanks into argv; returns the text that argv points into. */
static char *split(const char *line, const char **argv)
{
    size_t count = 0;
    char *copy = strdup(line), *rest = NULL;
    for (char *word = strtok_r(copy, " ", &rest); word && count < WORDS - 1;
         word = strtok_r(NULL, " ", &rest)) {
        argv[count++] = strcmp(word, "SOCKSPEC") == 0    ? sockspec_path
                        : strcmp(word, "MACHINERY") == 0 ? machinery_path
                                                         : word;
    }
    argv[count] = NULL;
    return copy;
}

struct finished run_line(const char *line)
{
    const char *argv[WORDS];
    char *words = split(line, argv);
    struct finished finished = run_program(argv);
    free(words);
    return finished;
}

struct finished run_shell(const char *directory, const char *line)
{
    char whole[4096];
    snprintf(whole, sizeof whole, "cd %s; S=%s; M=%s; %s", directory, sockspec_path, machinery_path,
             line);
    const char *const argv[] = {"/bin/bash", "-c", whole, NULL};
    return run_program(argv);
}

pid_t start_line(const char *line)
{
    const char *argv[WORDS];
    char *words = split(line, argv);
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    pid_t pid = spawn(argv, null, null);
    close(null);
    free(words);
    return pid;
}

const char *spec_here(const char *spec, char *text, size_t size)
{
    const char *at = strpbrk(spec, "@%"), *end = strrchr(sockspec_path, '/');
    char pattern[1024];
    glob_t found = {.gl_pathc = 0};
    snprintf(pattern, sizeof pattern, "%s/*/boot/vmlinuz-*", getenv("KERNELS"));
    if (!at)
        snprintf(text, size, "%s", spec);
    else if (*at == '@')
        snprintf(text, size, "%.*s%.*s%s", (int)(at - spec), spec, (int)(end - sockspec_path),
                 sockspec_path, at + 1);
    else
        snprintf(text, size, "%.*s%s%s", (int)(at - spec), spec,
                 glob(pattern, 0, NULL, &found) == 0 ? found.gl_pathv[0] : "no-kernel", at + 1);
    if (found.gl_pathc)
        globfree(&found);
    return text;
}

/* Milliseconds that a process costs which does nothing, at best. */
static double process_costs(void)
{
    enum { TRIES = 50 };
    double best = 1e9;
    for (int i = 0; i < TRIES; i++) {
        int64_t begin = clock_now();
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        waitpid(pid, NULL, 0);
        double took = (double)(clock_now() - begin) / 1e6;
        best = took < best ? took : best;
    }
    return best;
}

bool machine_is_slow(void)
{
    static double costs;
    if (costs == 0)
        costs = process_costs();
    return costs > 0.4;
}

/* Processor time of all children that have ended. */
static double seconds_of_children(void)
{
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* What a start takes where a case takes some milliseconds. Virtual machines without page tables in
 * hardware need seconds, and then calls that send much outlive the limit of a case. */
enum { UML_SECONDS = 2 };

bool uml_works(char *why, size_t size)
{
    /* Where ptrace() has no floating-point registers to give, it ends the first process by itself.
     */
    static const char probe[] =
        "dir=$(mktemp -d) && timeout -s KILL 30 linux.uml uml_dir=$dir mem=96M root=/dev/root "
        "rootfstype=hostfs ro noreboot init=/bin/true con=null con0=fd:0,fd:1 ssl=null 2>&1; "
        "rm -rf $dir";
    const char *const argv[] = {"/bin/sh", "-c", probe, NULL};
    double before = seconds_of_children();
    struct finished finished = run_program(argv);
    double seconds = seconds_of_children() - before;
    bool works = !strstr(finished.out, "fatal_sigsegv");
    const char *at = strstr(finished.out, "userspace - ");
    at = at ? at : "it ended the first process by SIGSEGV\n";
    snprintf(why, size, "not even /bin/true runs in it: %.*s", (int)strcspn(at, "\r\n"), at);
    if (works && seconds > UML_SECONDS) {
        snprintf(why, size, "/bin/true takes it %.1f s of this machine: too slow", seconds);
        works = false;
    }
    finished_free(&finished);
    return works;
}

void await_text(const char *path)
{
    struct stat file;
    struct backoff backoff = backoff_begin(PATIENCE_SECONDS * 1000);
    while ((stat(path, &file) != 0 || file.st_size == 0) && backoff_wait(&backoff))
        continue;
}

void finished_free(struct finished *finished)
{
    free(finished->out);
    free(finished->err);
}

char *read_file(const char *path)
{
    struct capture capture = {.fd = open(path, O_RDONLY | O_CLOEXEC)};
    if (capture.fd < 0)
        return NULL;
    while (capture_some(&capture))
        continue;
    close(capture.fd);
    return capture.text;
}

json_t *json_lines(const char *text)
{
    json_t *lines = json_array();
    while (*text) {
        size_t length = strcspn(text, "\n");
        json_t *line = json_loadb(text, length, 0, NULL);
        if (!line) {
            json_decref(lines);
            return NULL;
        }
        json_array_append_new(lines, line);
        text += length + (text[length] == '\n');
    }
    return lines;
}

const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

const json_t *find_object(const json_t *lines, const char *key, const char *text)
{
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *object = json_array_get(lines, i);
        if (strcmp(text_of(object, key), text) == 0)
            return object;
    }
    return NULL;
}

json_int_t count_of(const json_t *lines, const char *verdict)
{
    const json_t *summary = lines ? find_object(lines, "type", "summary") : NULL;
    CU_ASSERT_PTR_NOT_NULL_FATAL(summary);
    return json_integer_value(json_object_get(summary, verdict));
}

void print_verdicts(const json_t *lines, const char *verdict)
{
    size_t i;
    const json_t *line;
    json_array_foreach (lines, i, line)
        if (strcmp(text_of(line, "verdict"), verdict) == 0)
            printf("\n    %s: %s, %s: %s\n", text_of(line, "id"), verdict,
                   text_of(line, "observed"), text_of(line, "reason"));
}

bool same_result(const json_t *a, const json_t *b)
{
    return a && b && strcmp(text_of(a, "verdict"), text_of(b, "verdict")) == 0 &&
           strcmp(text_of(a, "observed"), text_of(b, "observed")) == 0;
}

const char *make_directory(void)
{
    static char path[64];
    strcpy(path, "/tmp/sockspec-test.XXXXXX");
    if (!mkdtemp(path))
        abort();
    return path;
}

int remove_directory(const char *path)
{
    int count = 0;
    DIR *directory = opendir(path);
    for (struct dirent *entry; directory && (entry = readdir(directory));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            unlinkat(dirfd(directory), entry->d_name, 0);
            count++;
        }
    if (directory)
        closedir(directory);
    rmdir(path);
    return count;
}

int run_tests(void)
{
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failed = CU_get_number_of_failures();
    unsigned ran = CU_get_number_of_tests_run();
    CU_cleanup_registry();
    return failed || ran == 0;
}
