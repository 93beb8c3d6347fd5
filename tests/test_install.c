/* What becomes of sockspec where others build and install it: installed, for another machine, in a
 * tree that cannot be written, on a machine with packages of several architectures. */
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *directory;

/* Has a shell run a line in the directory of the test, where "installed" is what was installed. $B
 * is the folder of the build. Prints what it says if the status is another, and gives its output.
 */
static char *shell(const char *line, int status)
{
    char whole[3000];
    snprintf(whole, sizeof whole, "B=$(dirname $S); %s", line);
    struct finished finished = run_shell(directory, whole);
    if (finished.status != status)
        printf("\n    '%s' exited with %d, expected %d: %s%s", line, finished.status, status,
               finished.out, finished.err);
    CU_ASSERT_EQUAL(finished.status, status);
    char *text = malloc(strlen(finished.out) + strlen(finished.err) + 1);
    if (!text)
        abort();
    strcpy(text, finished.out);
    strcat(text, finished.err);
    finished_free(&finished);
    return text;
}

static void expect(const char *line, int status)
{
    free(shell(line, status));
}

/* ---- installed ---- */

/* Implementations whose agents the build has made can be tested by an installed sockspec too. */
static void test_agents(void)
{
    static const char *const names[] = {"", "-musl", "-diet", "-lwip"};
    char line[512];
    expect("cmake --install $B --prefix installed >/dev/null", 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(line, sizeof line,
                 "test ! -e $B/sockspec-agent%s || installed/bin/sockspec-agent%s --version",
                 names[i], names[i]);
        char *text = shell(line, 0);
        CU_ASSERT(!*text || strncmp(text, "sockspec-agent 0", 16) == 0);
        free(text);
    }
    expect("installed/bin/sockspec doctor >there; $S doctor >here; cmp here there", 0);
    expect("! grep '^ok *libc:musl' here || installed/bin/sockspec run --quiet --iut libc:musl "
           "--filter 'tcp.connect.already-connected/*/ipv4,loopback,*'",
           0);
}

static void test_files(void)
{
    static const char *const files[] = {
        "man/man1/sockspec.1", "man/man1/sockspec-agent.1", "bash-completion/completions/sockspec",
        "zsh/site-functions/_sockspec", "fish/vendor_completions.d/sockspec.fish"};
    char line[512];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(line, sizeof line, "test -s installed/share/%s", files[i]);
        expect(line, 0);
    }
}

/* The line of the documentation, among what is installed for other machines. */
static void test_sources(void)
{
    expect("line=$(sed -n 's/^    cc -std/cc -std/p' $SOURCE/docs/testing-another-machine.md) && "
           "grep -qxF \"$line\" $SOURCE/docs/sockspec-agent.1 && "
           "cd installed/share/sockspec/agent && sh -c \"$line\" && ./sockspec-agent --version",
           0);
}

/* ---- built for another machine ---- */

/* No agent that this sockspec could not start; without a compiler for another machine there is
 * nothing to look at. */
static void expect_no_agents(const char *options)
{
    char line[1024];
    snprintf(line, sizeof line,
             "command -v i686-linux-gnu-gcc && command -v clang || exit 0; "
             "cmake -S $SOURCE -B cross -DBUILD_TESTING=OFF %s >log 2>&1 || { cat log; exit 1; }; "
             "cmake --build cross --target help | grep -E 'agent-(musl|diet|lwip)$' && exit 1; "
             "rm -r cross",
             options);
    expect(line, 0);
}

static void test_other_machines(void)
{
    expect_no_agents("-DCMAKE_C_COMPILER=i686-linux-gnu-gcc");
    expect_no_agents("-DCMAKE_C_COMPILER=clang -DCMAKE_C_COMPILER_TARGET=i686-linux-gnu");
    expect_no_agents("-DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=i686 "
                     "-DCMAKE_C_COMPILER=i686-linux-gnu-gcc");
}

/* ---- scripts ---- */

/* Runs scripts/run with commands of these names in place of the machine's own. */
#define IN_ORDER "PATH=$PWD/bin:$PATH "

static void make_command(const char *name, const char *text)
{
    char line[1024];
    snprintf(line, sizeof line, "mkdir -p bin; printf '#!/bin/sh\n%s\n' >bin/%s; chmod +x bin/%s",
             text, name, name);
    expect(line, 0);
}

/* Where nothing can be written, one line says what to do, and doing that helps. */
static void test_written_nowhere(void)
{
    char *text = shell(
        "unshare $([ $(id -u) = 0 ] && echo -m || echo -rm) sh -c 'mount --bind $SOURCE $SOURCE && "
        "mount -o remount,bind,ro $SOURCE && exec $SOURCE/scripts/run --quiet'",
        3);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "SOCKSPEC_BUILD="));
    CU_ASSERT_EQUAL(strcspn(text, "\n") + 1, strlen(text));
    free(text);
    make_command("cmake", "echo \"$*\" >>asked");
    expect("mkdir -p elsewhere; printf '#!/bin/sh\necho ran \"$@\"' >elsewhere/sockspec; "
           "chmod +x elsewhere/sockspec",
           0);
    text = shell("SOCKSPEC_BUILD=$PWD/elsewhere " IN_ORDER "$SOURCE/scripts/run --quiet", 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "ran run --quiet\n"));
    free(text);
    expect("grep -q -- '-B .*/elsewhere' asked && rm -r bin asked", 0);
}

/* A package that is there for another architecture too is there; one that is there for another
 * alone is not, and without root and sudo one line says so. */
static void test_architectures(void)
{
    make_command("cmake", "");
    make_command("id", "echo 1000");
    make_command("dpkg", "echo amd64");
    make_command("dpkg-query", "for package; do :; done; case $package in\n"
                               "$FOREIGN) echo \"installed i386\";;\n"
                               "cmake|make) echo \"installed all\";;\n"
                               "*) echo \"installed amd64\"; echo \"installed i386\";;\nesac");
    expect("for p in $(ls /usr/bin); do [ -e bin/$p ] || [ $p = sudo ] || "
           "ln -s /usr/bin/$p bin/$p; done",
           0);
    expect("SOCKSPEC_BUILD=$PWD/elsewhere PATH=$PWD/bin $SOURCE/scripts/run", 0);
    char *text =
        shell("FOREIGN=gcc SOCKSPEC_BUILD=$PWD/elsewhere PATH=$PWD/bin $SOURCE/scripts/run", 3);
    if (!strstr(text, "to install them: gcc\n"))
        printf("\n    %s\n", text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "to install them: gcc\n"));
    CU_ASSERT_EQUAL(strcspn(text, "\n") + 1, strlen(text));
    free(text);
    expect("rm -r bin", 0);
}

int main(void)
{
    support_init();
    directory = make_directory();
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("install", NULL, NULL);
    CU_add_test(suite, "agents", test_agents);
    CU_add_test(suite, "files", test_files);
    CU_add_test(suite, "the agent's sources", test_sources);
    CU_add_test(suite, "other machines", test_other_machines);
    CU_add_test(suite, "a tree that cannot be written", test_written_nowhere);
    CU_add_test(suite, "packages of several architectures", test_architectures);
    int status = run_tests();
    char line[1200];
    snprintf(line, sizeof line, "rm -rf %s", directory);
    return system(line) == 0 ? status : 1;
}
