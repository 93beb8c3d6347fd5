/* Other C libraries: the agent built against one, or run by another dynamic loader. */
#include "stacks/agent/agent.h"
#include "stacks/stack.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The libraries that the build makes an agent for, and where they come from. */
static const struct {
    const char *name, *program, *package;
} libraries[] = {{"musl", "sockspec-agent-musl", "musl-tools"},
                 {"diet", "sockspec-agent-diet", "dietlibc-dev"}};

enum { WORDS = 6 };

/* Where a loader's own C library lies: beside it, where it is installed; above it, in the tree that
 * glibc was built in. False if it is in neither; musl's loader is its library. */
static bool own_library(const char *loader, char *folder, size_t size)
{
    static const char *const places[] = {"", "/.."};
    char real[PATH_MAX], path[PATH_MAX + 16];
    if (!realpath(loader, real))
        return false;
    *strrchr(real, '/') = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(path, sizeof path, "%s%s/libc.so.6", real, places[i]);
        if (access(path, R_OK) != 0)
            continue;
        snprintf(path, sizeof path, "%s%s", real, places[i]);
        return realpath(path, real) && snprintf(folder, size, "%s", real) < (int)size;
    }
    return false;
}

static bool known_library(size_t known, char *program, size_t program_size, char *why, size_t size)
{
    if (agent_program(libraries[known].program, program, program_size, why, size))
        return true;
    snprintf(why, size, "there is no %s beside this program: install %s and build again",
             libraries[known].program, libraries[known].package);
    return false;
}

/* By its name: ld-linux-x86-64.so.2, ld64.so.1, ld.so. */
static bool is_glibcs(const char *loader)
{
    const char *name = strrchr(loader, '/');
    name = name ? name + 1 : loader;
    return strncmp(name, "ld", 2) == 0 && !strstr(name, "musl");
}

static const char key[] = ",library=";

/* Neither a library that there is an agent for, nor the path of a file: a word like "glibc". */
static bool is_mere_word(const char *argument)
{
    size_t length = strcspn(argument, ",");
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
        if (strcmp(argument, libraries[i].name) == 0)
            return false;
    return strcspn(argument, "./") >= length && access(argument, F_OK) != 0;
}

/* A word behind the loader that is no option of ours: a mistake, and not what is missing here. */
static bool accepts(const char *argument, char *why, size_t size)
{
    const char *option = argument ? strrchr(argument, ',') : NULL;
    if (argument && is_mere_word(argument)) {
        snprintf(why, size,
                 "libc: takes musl, diet or the path of a dynamic loader, as in "
                 "libc:/opt/glibc/lib/ld-linux-x86-64.so.2; for this system's own library there is "
                 "--iut host");
        return false;
    }
    if (!option || !strchr(option, '=') || strstr(argument, key) || access(argument, F_OK) == 0)
        return true;
    snprintf(why, size, "'%.100s' is none of library=DIR", option + 1);
    return false;
}

/* A loader, and perhaps where its library is. */
static bool find_loader(const char *argument, char loader[PATH_MAX], char folder[PATH_MAX],
                        char *why, size_t size)
{
    const char *option = strstr(argument, key);
    struct stat file;
    *folder = '\0';
    snprintf(loader, PATH_MAX, "%.*s", option ? (int)(option - argument) : (int)strlen(argument),
             argument);
    if (stat(loader, &file) != 0 || access(loader, X_OK) != 0) {
        snprintf(why, size, "%s: %s; known are musl, diet, and paths of dynamic loaders", loader,
                 strerror(errno));
        return false;
    }
    if (!S_ISREG(file.st_mode)) {
        snprintf(why, size, "%s is no file", loader);
        return false;
    }
    if (!option) {
        if (own_library(loader, folder, PATH_MAX) || !is_glibcs(loader))
            return true;
        snprintf(why, size, "no libc.so.6 beside %s or above it: ,library=DIR says where it is",
                 loader);
        return false;
    }
    snprintf(folder, PATH_MAX, "%s", option + strlen(key));
    /* Without one there the loader would take the system's, which nobody asked about. */
    char library[PATH_MAX + 16];
    snprintf(library, sizeof library, "%s/libc.so%s", folder, is_glibcs(loader) ? ".6" : "");
    if (access(library, R_OK) == 0)
        return true;
    snprintf(why, size, "%s: %s", library, strerror(errno));
    return false;
}

/* The words that start the agent; false with a reason. */
static bool command(const char *argument, const char *words[WORDS], char *why, size_t size)
{
    static char program[PATH_MAX], loader[PATH_MAX], folder[PATH_MAX];
    size_t count = 0;
    memset(words, 0, WORDS * sizeof *words);
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
        if (strcmp(argument, libraries[i].name) == 0) {
            words[0] = program;
            return known_library(i, program, sizeof program, why, size);
        }
    if (!find_loader(argument, loader, folder, why, size))
        return false;
    words[count++] = loader;
    if (*folder) {
        words[count++] = "--library-path";
        words[count++] = folder;
    }
    words[count++] = program;
    return agent_program("sockspec-agent", program, sizeof program, why, size);
}

static bool check(const char *argument, char *why, size_t size)
{
    const char *words[WORDS];
    return !argument || command(argument, words, why, size);
}

/* Whether a file has a text in it. */
static bool has_text(const char *path, const char *text)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat file;
    void *bytes = MAP_FAILED;
    if (fd >= 0 && fstat(fd, &file) == 0 && file.st_size > 0)
        bytes = mmap(NULL, (size_t)file.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    bool found = bytes != MAP_FAILED && memmem(bytes, (size_t)file.st_size, text, strlen(text));
    if (bytes != MAP_FAILED)
        munmap(bytes, (size_t)file.st_size);
    if (fd >= 0)
        close(fd);
    return found;
}

/* A program is linked with one C library, which another one's loader does not put in its place. */
static void explain(const char *argument, char *why, size_t size)
{
    const char *words[WORDS];
    char how[256], other[256];
    snprintf(how, sizeof how, "%s", why);
    if (!command(argument, words, other, sizeof other) || !words[1])
        return; /* no loader */
    bool musl = has_text(words[0], "musl libc");
    const char *program = words[words[2] ? 3 : 1]; /* with --library-path and its folder before */
    if (musl && !has_text(program, "/ld-musl-"))
        snprintf(
            why, size,
            "%s: this is musl's loader, and the agent was linked with another C library: build "
            "one with musl-gcc for --iut 'agent:%s ./sockspec-agent'",
            how, words[0]);
}

static struct door *open_libc(const char *argument, int netns, const struct tenant *tenant)
{
    (void)tenant;
    const char *words[WORDS];
    char why[256];
    if (!command(argument, words, why, sizeof why))
        give_up(TROUBLE_AGENT, "%s", why);
    return agent_run(words, netns, netns);
}

STACK(libc, .usage = "libc:NAME or libc:LOADER[,library=DIR]",
      .summary = "the agent built with musl or diet, or run by this dynamic loader",
      .needs_argument = true, .accepts = accepts, .check = check, .explain = explain,
      .open = open_libc, .examples = {"musl", "diet"});
