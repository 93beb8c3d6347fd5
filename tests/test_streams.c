/* What implementations get for standard streams: ours, which are read, and never the caller's. */
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *directory;

/* Makes a program of the shell out of this text, in which $AGENT is the agent; its path. */
static const char *script(const char *text)
{
    static char path[256];
    char agent[2048];
    snprintf(path, sizeof path, "%s/program", directory);
    FILE *file = fopen(path, "we");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fprintf(file, "#!/bin/sh\nAGENT=%s\n%s\n", spec_here("@/sockspec-agent", agent, sizeof agent),
            text);
    fchmod(fileno(file), 0755);
    fclose(file);
    return path;
}

/* A run on such a program in place of User-mode Linux, inside of its own loopback. */
static struct finished run_on(const char *text)
{
    char line[1024];
    snprintf(line, sizeof line,
             "SOCKSPEC run --quiet --json - --jobs 1 --iut uml:%s --filter "
             "tcp.connect.establishes/*ipv4,loopback*",
             script(text));
    return run_line(line);
}

static void test_boot_failure(void)
{
    struct finished finished = run_on("echo no room >&2; printf 'on \\033[1mboard\\377' >&2");
    CU_ASSERT_EQUAL(finished.status, 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(
        finished.err, "the implementation ended before it came up: no room | on ?[1mboard?\n"));
    finished_free(&finished);
    /* Of much the end is kept. */
    finished = run_on("yes noise | head -n 100000 >&2; echo the last word >&2");
    CU_ASSERT(strstr(finished.err, "came up: ...") &&
              strstr(finished.err, "noise | the last word"));
    finished_free(&finished);
}

/* It is read, before and while cases run, and does not get into those that end well. */
static void test_noise(void)
{
    struct finished finished = run_on("yes noise | head -n 100000 >&2\n"
                                      "yes noise >&2 & exec $AGENT --repeat");
    CU_ASSERT_EQUAL(finished.status, 0);
    CU_ASSERT_PTR_NULL(strstr(finished.err, "noise"));
    CU_ASSERT_PTR_NULL(strstr(finished.out, "noise"));
    finished_free(&finished);
}

/* What it writes while a case does not get on is quoted. */
static void test_last_words(void)
{
    char line[1024];
    snprintf(line, sizeof line,
             "SOCKSPEC run --quiet --json - --jobs 1 --timeout 2 --repeat 1500 --iut uml:%s "
             "--filter tcp.connect.establishes/data/ipv4,loopback",
             script("test -e $0.first && exec $AGENT --repeat\n"
                    ": >$0.first; exec 3<&0; $AGENT --repeat <&3 &\n"
                    "sleep 0.4; kill -STOP $!; sleep 0.5; echo alas >&2; sleep 2; kill -9 $!"));
    struct finished finished = run_line(line);
    CU_ASSERT_PTR_NOT_NULL(strstr(finished.out, "the implementation wrote: alas"));
    finished_free(&finished);
}

static void test_owner(void)
{
    static const char *const specs[] = {"gvisor"};
    static const char *const names[] = {"in", "out", "err"};
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        char line[2048];
        snprintf(line, sizeof line,
                 "cd %s; touch in; %s run --quiet --iut %s --filter "
                 "'tcp.connect.establishes/*ipv4*' <in >out 2>err",
                 directory, getenv("SOCKSPEC"), specs[i]);
        const char *const argv[] = {"/bin/sh", "-c", line, NULL};
        struct finished finished = run_program(argv);
        if (finished.status == 2)
            printf("\n    %s: not on this machine", specs[i]);
        else
            CU_ASSERT_EQUAL(finished.status, 0);
        finished_free(&finished);
        for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
            char path[256];
            struct stat file;
            snprintf(path, sizeof path, "%s/%s", directory, names[k]);
            CU_ASSERT_EQUAL_FATAL(stat(path, &file), 0);
            CU_ASSERT(file.st_uid == geteuid() && file.st_gid == getegid());
            unlink(path);
        }
    }
}

/* Of an agent's output the beginning and the end are kept too, and a NUL hides nothing. */
static void test_last_words_of_agent(void)
{
    char line[1024];
    snprintf(line, sizeof line,
             "SOCKSPEC run --quiet --json - --iut agent:%s --filter "
             "tcp.connect.establishes/data/ipv4,loopback",
             script("printf 'the \\0first word' >&2; yes noise | head -n 100000 >&2\n"
                    "echo the last word >&2; exit 1"));
    struct finished finished = run_line(line);
    CU_ASSERT(strstr(finished.err, "the ?first word") && strstr(finished.err, " ... ") &&
              strstr(finished.err, "noise | the last word"));
    finished_free(&finished);
}

/* As under a service manager, where /dev/stderr cannot be opened: virtual machines come up; and one
 * that does not says on its console why. */
static void test_virtual_machine(void)
{
    char iut[2048], bare[4096];
    int ends[2], status;
    spec_here("vm:%", iut, sizeof iut);
    CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        execl(getenv("SOCKSPEC"), "sockspec", "run", "--quiet", "--iut", iut, "--filter",
              "tcp.connect.establishes/*ipv4*", (char *)NULL);
        _exit(127);
    }
    CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
    close(ends[0]);
    close(ends[1]);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 2) {
        printf("\n    vm: not on this machine");
        return;
    }
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    snprintf(bare, sizeof bare,
             "SOCKSPEC run --json - --iut %s,modules=%s --filter "
             "tcp.connect.establishes/data/ipv4,loopback",
             iut, directory);
    struct finished finished = run_line(bare);
    CU_ASSERT(finished.status == 0 || strstr(finished.err, "came up: sockspec-agent: "));
    finished_free(&finished);
}

/* A platform that there is not is refused, once, and not found out case by case. */
static void test_platform(void)
{
    struct finished finished = run_line("SOCKSPEC run --iut gvisor:xyz");
    char *newline = strchr(finished.err, '\n');
    CU_ASSERT_EQUAL(finished.status, 2);
    CU_ASSERT(newline && newline[1] == '\0');
    CU_ASSERT(strstr(finished.err, "--iut gvisor:xyz: ") &&
              (strstr(finished.err, "no runsc") || strstr(finished.err, "unknown platform: xyz")));
    finished_free(&finished);
}

/* What the caller has open beside its standard streams stays with us. */
static void test_descriptors(void)
{
    char path[256];
    snprintf(path, sizeof path, "%s/precious", directory);
    int fd = open(path, O_RDWR | O_CREAT, 0600); /* without O_CLOEXEC */
    CU_ASSERT(fd >= 0);
    const char *const argv[] = {getenv("SOCKSPEC"),
                                "run",
                                "--json",
                                "-",
                                "--iut",
                                "agent:ls -l /proc/$$/fd | grep -c precious >&2; exit 1",
                                "--filter",
                                "tcp.connect.establishes/data/ipv4,loopback",
                                NULL};
    struct finished finished = run_program(argv);
    CU_ASSERT_PTR_NOT_NULL(strstr(finished.err, "exited with status 1: 0\n"));
    finished_free(&finished);
    close(fd);
}

int main(void)
{
    support_init();
    directory = make_directory();
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("streams", NULL, NULL);
    CU_add_test(suite, "the caller's descriptors", test_descriptors);
    CU_add_test(suite, "an agent's last words", test_last_words_of_agent);
    CU_add_test(suite, "virtual machines", test_virtual_machine);
    if (geteuid() == 0) {
        CU_add_test(suite, "an implementation that does not come up", test_boot_failure);
        CU_add_test(suite, "a platform that is none", test_platform);
        CU_add_test(suite, "noise", test_noise);
        CU_add_test(suite, "last words", test_last_words);
        CU_add_test(suite, "owners of the caller's files", test_owner);
    }
    int status = run_tests();
    remove_directory(directory);
    return status;
}
