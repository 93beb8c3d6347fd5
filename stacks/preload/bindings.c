#include "stacks/preload/bindings.h"

#include "calls/text.h"
#include "stacks/agent/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The program shows its help, with the loader telling which symbols it binds to what, all of them
 * at once: ld.so(8). */
__attribute__((noreturn)) static void show(const char *program, const char *library, int out)
{
    int null = open("/dev/null", O_RDWR);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    setenv("LD_PRELOAD", library, 1);
    setenv("LD_DEBUG", "bindings", 1);
    setenv("LD_BIND_NOW", "1", 1);
    unsetenv("LD_DEBUG_OUTPUT");
    execl(program, program, "--help", (char *)NULL);
    _exit(127);
}

struct seen {
    struct text functions; /* of the library */
    size_t bound;          /* symbols of the program, to whatever */
    char refusal[512], last[512];
};

/* "binding file PROGRAM [0] to LIBRARY [0]: normal symbol `connect' [GLIBC_2.2.5]" */
static bool take_binding(struct seen *seen, const char *line, const char *program,
                         const char *library)
{
    const char *from = strstr(line, "binding file "), *to = from ? strstr(from, "] to ") : NULL;
    const char *name = to ? strchr(to, '`') : NULL;
    if (!name)
        return from != NULL;
    from += strlen("binding file ");
    to += strlen("] to ");
    if (strncmp(from, program, strlen(program)) != 0)
        return true;
    seen->bound++;
    if (strncmp(to, library, strlen(library)) == 0 && to[strlen(library)] == ' ')
        text_add(&seen->functions, "%s%.*s", seen->functions.used ? " " : "",
                 (int)strcspn(name + 1, "'"), name + 1);
    return true;
}

static void take_line(struct seen *seen, char *line, const char *program, const char *library)
{
    static const char refused[] = "cannot be preloaded (";
    const char *why = strstr(line, refused);
    line[strcspn(line, "\n")] = '\0';
    if (why && strstr(line, library))
        snprintf(seen->refusal, sizeof seen->refusal, "%.*s", (int)strcspn(why, ")") + 1, why);
    else if (!take_binding(seen, line, program, library) && *line)
        snprintf(seen->last, sizeof seen->last, "%s", line);
}

static bool judge(const struct seen *seen, int status, const char *library, char *why, size_t size)
{
    if (*seen->refusal)
        snprintf(why, size, "%s %s", library, seen->refusal);
    else if (WIFSIGNALED(status))
        snprintf(why, size, "the agent does not come up with %s: SIG%s", library,
                 signal_abbreviation(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != 0)
        snprintf(why, size, "the agent does not come up with %s: status %d%s%s", library,
                 WEXITSTATUS(status), *seen->last ? ": " : "", seen->last);
    else if (seen->bound == 0)
        snprintf(why, size, "the agent beside this program is static: no library can be preloaded");
    else
        return true;
    return false;
}

bool bindings_find(const char *program, const char *library, char *functions, size_t functions_size,
                   char *why, size_t size)
{
    struct seen seen = {.functions = text_in(functions, functions_size)};
    int ends[2], status = 0;
    char *line = NULL;
    size_t room = 0;
    pid_t pid = pipe2(ends, O_CLOEXEC) == 0 ? fork() : -1;
    if (pid == 0)
        show(program, library, ends[1]);
    FILE *stream = pid > 0 ? fdopen(ends[0], "r") : NULL;
    if (!stream) {
        snprintf(why, size, "cannot have %s loaded: %s", library, strerror(errno));
        return false;
    }
    close(ends[1]);
    while (getline(&line, &room, stream) > 0)
        take_line(&seen, line, program, library);
    free(line);
    fclose(stream);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return judge(&seen, status, library, why, size);
}
