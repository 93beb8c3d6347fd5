#include "stacks/agent/agent.h"

#include "lab/namespace.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

extern char **environ;

static bool states_inside;

void agent_states_inside(void)
{
    states_inside = true;
}

const char **agent_words(const char *command)
{
    size_t count = 0, room = strlen(command) / 2 + 4;
    const char **words = calloc(1, room * sizeof *words + strlen(command) + 1);
    char *rest = NULL;
    if (!words)
        abort();
    char *text = (char *)(words + room);
    strcpy(text, command);
    if (text[strcspn(text, "'\"\\$`|&;<>()*?~#=")]) {
        words[0] = "/bin/sh";
        words[1] = "-c";
        words[2] = text;
        return words;
    }
    for (char *word = strtok_r(text, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest))
        words[count++] = word;
    return words;
}

bool agent_start(struct tenant *stream, const char *const words[], int netns)
{
    int ends[2];
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults, none;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return false;
    if (netns >= 0) {
        namespace_enter(netns);
        /* It need not find out what it can tell of its connections: the kernel is asked. */
        if (!states_inside)
            setenv("SOCKSPEC_STATES", "kernel", 1);
    }
    sigfillset(&defaults);
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setsigmask(&attributes, &none);
    int error =
        posix_spawnp(&stream->pid, words[0], &actions, &attributes, (char *const *)words, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    stream->input = stream->output = ends[0];
    stream->errors = -1;
    stream->said[0] = '\0';
    if (error) {
        close(ends[0]);
        errno = error;
    }
    return error == 0;
}

struct door *agent_run(const char *const words[], int netns, int states_netns)
{
    struct tenant stream;
    if (!agent_start(&stream, words, netns))
        give_up(TROUBLE_AGENT, "the agent cannot be started: %s", strerror(errno));
    return agent_open(&stream, states_inside ? -1 : states_netns, true);
}

static char self[4096]; /* this program; "" if /proc does not say it */
static int self_error;

/* At the start: in a root that was changed, /proc says the path outside it as soon as there is a
 * mount namespace of our own. */
__attribute__((constructor)) static void find_self(void)
{
    if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
        self_error = errno;
}

bool agent_program(const char *name, char *path, size_t size, char *why, size_t why_size)
{
    if (!*self) {
        snprintf(why, why_size, "/proc/self/exe cannot be read (%s): is /proc mounted?",
                 strerror(self_error));
        return false;
    }
    int folder = (int)(strrchr(self, '/') ? strrchr(self, '/') - self : 0);
    snprintf(path, size, "%.*s/%s", folder, self, name);
    if (access(path, X_OK) == 0)
        return true;
    snprintf(why, why_size, "there is no %s beside this program: %s", name, strerror(errno));
    return false;
}

const char *signal_abbreviation(int number)
{
    const char *name = sigabbrev_np(number);
    return name ? name : "of an unknown number";
}
