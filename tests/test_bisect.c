/* The lines that README has for 'git bisect run', in repositories that are made here: they find the
 * commit that broke a rule, past commits that do not build or build nothing. */
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* README's lines that test such an implementation, from "git bisect run" to the last quote. */
static bool recipe_for(const char *spec, char *text, size_t size)
{
    char path[PATH_MAX];
    bool found = false;
    snprintf(path, sizeof path, "%s/README.md", getenv("SOURCE"));
    char *readme = read_file(path);
    for (const char *at = readme; at && !found && (at = strstr(at, "    git bisect run "));) {
        const char *end = strstr(at, "\n\n");
        size_t length = end ? (size_t)(end - at) : strlen(at);
        found = memmem(at, length, spec, strlen(spec)) != NULL;
        snprintf(text, size, "%.*s", (int)length, at);
        at += length;
    }
    free(readme);
    return found;
}

/* Bisects a repository that a script makes; COMMIT is there "git commit" of all that is in the
 * directory. The commit "the culprit" must be found. */
static void find_culprit(const char *spec, const char *rule, const char *repository)
{
    static const char commands[] =
        "set -e; dir=$(mktemp -d); trap 'rm -rf $dir' EXIT; cd $dir; PATH=$(dirname $S):$PATH\n"
        "export HOME=$dir GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b "
        "GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b\n"
        "COMMIT() { git add -A . && git commit -q -m \"$1\"; }\n"
        "git init -q . && printf 'arch\\n*.so\\n' >.gitignore\n"
        "%s\n"
        "git bisect start HEAD $(git rev-list --max-parents=0 HEAD)\n"
        "RULE='%s'; eval \"${RECIPE//RULE/$RULE}\"\n"
        "echo; git log -1 --format=%%s refs/bisect/bad";
    char recipe[1024], line[4096];
    CU_ASSERT_TRUE_FATAL(recipe_for(spec, recipe, sizeof recipe));
    setenv("RECIPE", recipe, 1);
    snprintf(line, sizeof line, commands, repository, rule);
    struct finished finished = run_shell("/", line);
    bool good = finished.status == 0 && strstr(finished.out, "\nthe culprit\n") &&
                strstr(finished.out, "is the first bad commit");
    if (!good)
        printf("\n    %s: status %d: %s%s\n", spec, finished.status, finished.out, finished.err);
    CU_ASSERT_TRUE(good);
    finished_free(&finished);
}

/* The commit in the middle is tested first, and does not build. */
static void test_library(void)
{
    find_culprit(
        "preload:", "tcp.connect.already-connected/*/ipv4*",
        "cat >Makefile <<'END'\n"
        "libmine.so: mine.c\n"
        "\trm -f $@; $(CC) -shared -fPIC -o $@ $<\n"
        ".PHONY: libmine.so\n"
        "END\n"
        "cat >mine.c <<'END'\n"
        "#define _GNU_SOURCE\n"
        "#include <dlfcn.h>\n"
        "#include <errno.h>\n"
        "#include <sys/socket.h>\n"
        "int connect(int fd, const struct sockaddr *name, socklen_t size)\n"
        "{\n"
        "    int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "
        "\"connect\");\n"
        "    int result = real(fd, name, size);\n"
        "    return result;\n"
        "}\n"
        "END\n"
        "COMMIT begin; echo >>mine.c; COMMIT more\n"
        "sed -i 's/shared/fsyntax-only/' Makefile; COMMIT 'builds nothing'\n"
        "git revert --no-edit -n HEAD; echo '{' >>mine.c; COMMIT 'does not build'\n"
        "sed -i '$d' mine.c; echo >>mine.c; COMMIT 'builds again'\n"
        "sed -i 's/return result/errno = errno == EISCONN ? EPERM : errno; return result/' mine.c\n"
        "COMMIT 'the culprit'; echo >>mine.c; COMMIT end; echo >>mine.c; COMMIT later\n");
}

/* A tree whose image is one of Debian's, with its modules where they are looked for. The commit
 * that is bad need not be tested: one before it is good, and the other does not build. */
static void test_kernel(void)
{
    char kernel[1024], modules[1200], repository[3000];
    spec_here("%", kernel, sizeof kernel);
    if (access(kernel, R_OK) != 0 || access("/usr/bin/qemu-system-x86_64", X_OK) != 0 ||
        access("/dev/net/tun", R_OK | W_OK) != 0) {
        puts("left out: no kernel image, or no QEMU");
        return;
    }
    snprintf(modules, sizeof modules, "%.*s/../lib/modules/%s",
             (int)(strrchr(kernel, '/') - kernel), kernel, strstr(kernel, "vmlinuz-") + 8);
    snprintf(repository, sizeof repository,
             "cat >Makefile <<'END'\n"
             "olddefconfig:\n"
             "\tmkdir -p arch/x86/boot arch/x86/lib/modules\n"
             "bzImage:\n"
             "\tcp %s arch/x86/boot/bzImage\n"
             "\tln -sfn %s arch/x86/lib/modules/bzImage\n"
             "END\n"
             "COMMIT begin; sed -i 's/cp /cp no-/' Makefile; COMMIT 'does not build'\n"
             "git revert --no-edit -n HEAD; COMMIT 'builds again'\n"
             "echo >>Makefile; COMMIT 'the culprit'\n",
             kernel, modules);
    setenv("SOCKSPEC_SLOW", "3", 0); /* an emulated processor, while others use this one */
    find_culprit("vm:", "udp.bind.in-use/*/ipv4*", repository);
}

int main(void)
{
    support_init();
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("bisect", NULL, NULL);
    CU_add_test(suite, "a preloaded library", test_library);
    CU_add_test(suite, "a kernel", test_kernel);
    return run_tests();
}
