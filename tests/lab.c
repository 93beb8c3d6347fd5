#include "tests/lab.h"

#include "lab/link.h"
#include "lab/namespace.h"
#include "tests/support.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct lab lab;

static bool write_to(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    return good;
}

/* As on a system without network namespaces: in a user namespace that may have none. */
void do_without_namespaces(void)
{
    char map[32];
    snprintf(map, sizeof map, "0 %u 1", geteuid());
    if (unshare(CLONE_NEWUSER) != 0 || !write_to("/proc/self/uid_map", map) ||
        !write_to("/proc/sys/user/max_net_namespaces", "0"))
        _exit(126);
}

struct agent start_agent(void (*prepare)(void))
{
    int out[2];
    char line[128] = "";
    struct agent started = {0};
    if (pipe2(out, O_CLOEXEC) != 0)
        abort();
    started.pid = fork();
    if (started.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        namespace_enter(lab.network->netns[SIDE_IUT]);
        if (prepare)
            prepare();
        dup2(out[1], STDOUT_FILENO);
        execl(lab.program, lab.program, "--listen", "0", "192.0.2.1", lab.options[0],
              lab.options[1], NULL);
        _exit(127);
    }
    close(out[1]);
    FILE *stream = fdopen(out[0], "r");
    if (!stream || !fgets(line, sizeof line, stream) ||
        sscanf(line, "sockspec-agent: listening on 192.0.2.1:%d", &started.port) != 1)
        fprintf(stderr, "no agent: %s\n", line);
    fclose(stream);
    return started;
}

void stop_agent(struct agent *old)
{
    kill(old->pid, SIGKILL);
    waitpid(old->pid, NULL, 0);
}

bool lab_begin(void)
{
    char why[256];
    lab.own_proc = unshare(CLONE_NEWNS) == 0 &&
                   mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
                   mount("proc", "/proc", "proc", 0, NULL) == 0;
    lab.network = network_create(NETWORK_PAIR, why, sizeof why);
    if (!lab.network) {
        fprintf(stderr, "no network: %s\n", why);
        return false;
    }
    lab.directory = make_directory();
    return true;
}

void lab_end(void)
{
    if (lab.agent.pid > 0)
        stop_agent(&lab.agent);
    network_free(lab.network);
    remove_directory(lab.directory);
}

/* Writes a file and gives its path, which lives until the next one. */
const char *write_text(const char *text)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/network", lab.directory);
    FILE *file = fopen(path, "w");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0)
        abort();
    return path;
}

/* The peer's side of the network by a path; the lines behind it. */
const char *describe(const char *lines)
{
    char text[2048], self[32] = "";
    if (readlink("/proc/self", self, sizeof self - 1) < 0)
        abort();
    snprintf(text, sizeof text, "peer-namespace /proc/%s/fd/%d\n%s", self,
             lab.network->netns[SIDE_PEER], lines);
    return write_text(text);
}

const char *describe_all(void)
{
    return describe("interface " LINK_NAME "\niut-interface " LINK_NAME "\n" ADDRESSES NOWHERE);
}

struct finished run_tcp(int port, const char *file, const char *options)
{
    char line[1024];
    snprintf(line, sizeof line, "SOCKSPEC run --quiet --json - --iut tcp:192.0.2.1:%d%s%s %s", port,
             file ? ",network=" : "", file ? file : "", options);
    return run_line(line);
}

/* Runs a part of main() in a child and gives its exit status. */
static int in_child(int (*part)(void))
{
    int status;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        int result = part();
        fflush(stdout);
        _exit(result); /* a leak check would take another namespace's /proc for its own */
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 3;
}

static int (*suite_inside)(void);

/* The first process of the new PID namespace has to live as long as the others. */
static int isolated(void)
{
    char why[256];
    if (namespace_isolate(why, sizeof why))
        return in_child(suite_inside);
    fprintf(stderr, "%s\n", why);
    return 3;
}

int lab_main(int (*suite)(void))
{
    support_init();
    spec_here("@/sockspec-agent", lab.program, sizeof lab.program);
    suite_inside = suite;
    return in_child(isolated);
}
