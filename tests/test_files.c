/* The file system of a worker: what a case finds in it, and that nothing of the machine's changes.
 */
#include "lab/files.h"
#include "lab/namespace.h"
#include "tests/support.h"

#include <CUnit/Basic.h>
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const paths[] = {"/etc/hosts",       "/etc/services",      "/etc/protocols",
                                    "/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/host.conf",
                                    "/etc/gai.conf"};
enum { PATHS = sizeof paths / sizeof *paths, SOMEBODY = 65534 };

/* ---- in a process of its own, which says what is wrong and how often ---- */

static int wrong;

static void check(bool good, const char *what)
{
    if (good)
        return;
    printf("\n    %s", what);
    fflush(stdout);
    wrong++;
}

static int in_child(void (*run)(void))
{
    int status = 0;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        run();
        _exit(wrong);
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void isolate(void)
{
    char why[256] = "";
    check(namespace_isolate(why, sizeof why), why);
    check(namespace_may_mount(), "mounts are not private");
    files_set_up();
}

static void become_somebody(void)
{
    check(setgroups(0, NULL) == 0 && setresgid(SOMEBODY, SOMEBODY, SOMEBODY) == 0 &&
              setresuid(SOMEBODY, SOMEBODY, SOMEBODY) == 0,
          "cannot become another user");
    prctl(PR_SET_DUMPABLE, 1); /* or its own files in /proc are not its own */
}

static void nothing_missing(void)
{
    check(!files_missing("."), "no working directory");
    for (size_t i = 0; i < PATHS; i++)
        if (files_missing(paths[i]))
            check(false, files_missing(paths[i]));
}

/* ---- look-ups ---- */

static void looks_up(const char *node, const char *service, int type, const char *expected,
                     int port)
{
    const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = type};
    struct addrinfo *found = NULL;
    char text[INET_ADDRSTRLEN] = "";
    int error = getaddrinfo(node, service, &hints, &found);
    check(error == 0, node);
    if (error)
        return;
    struct sockaddr_in name;
    memcpy(&name, found->ai_addr, sizeof name);
    inet_ntop(AF_INET, &name.sin_addr, text, sizeof text);
    check(strcmp(text, expected) == 0 && ntohs(name.sin_port) == port, text);
    freeaddrinfo(found);
}

static void look_up(void)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    looks_up("four.sockspec.test", "sockspec-stream", SOCK_STREAM, "192.0.2.4", 7001);
    looks_up("both", "sockdatagram", SOCK_DGRAM, "192.0.2.7", 7002);
    looks_up("localhost", "sockspec-both", SOCK_DGRAM, "127.0.0.1", 7003);
    check(getaddrinfo("none.sockspec.test", NULL, &hints, &found) == EAI_NONAME,
          "a name that no file has");
    const struct protoent *udp = getprotobyname("udp");
    check(udp && udp->p_proto == 17, "a protocol's name");
    check(getservbyname("sockspec-stream", "udp") == NULL, "a service of the other protocol");
}

/* Look-ups are made by a process that was forked since. */
static void run_files(void)
{
    isolate();
    nothing_missing();
    check(in_child(look_up) == 0, "look-ups fail");
    check(access("/etc/passwd", F_OK) == 0, "the machine's other files are gone");
    check(open("/etc/hosts", O_WRONLY) < 0, "a case can change what the next one reads");
}

static void run_files_as_somebody(void)
{
    become_somebody();
    run_files();
}

/* ---- working directories ---- */

static bool is_empty(const char *path)
{
    DIR *folder = opendir(path);
    int count = 0;
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count == 2;
}

static void make_file(const char *path)
{
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600);
    check(fd >= 0, path);
    close(fd);
}

/* What a case may leave. The umask and the directory that cannot be entered are in the way. */
static void leave_things(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "socket"};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    check(bind(fd, (struct sockaddr *)&name, sizeof name) == 0, "bind() to a path");
    close(fd);
    make_file("file");
    check(mkfifo("fifo", 0600) == 0 && symlink("/etc", "link") == 0, "special files");
    check(mkdir("closed", 0700) == 0 && mkdir("closed/below", 0700) == 0, "directories");
    make_file("closed/below/file");
    check(chmod("closed", 0) == 0 && chmod(".", 0) == 0, "modes");
    umask(0777);
}

/* Makes a fresh directory and enters it. */
static bool fresh(void)
{
    const char *path = files_fresh();
    return path && chdir(path) == 0;
}

static void run_directories(void)
{
    char first[4096] = "", second[4096];
    struct stat status;
    isolate();
    files_clear();
    check(fresh() && is_empty("."), "the first");
    check(getcwd(first, sizeof first) != NULL, "its name");
    check(in_child(leave_things) == 0, "a case");
    umask(0777);
    check(fresh() && is_empty("."), "the second");
    check(stat(".", &status) == 0 && (status.st_mode & 07777) == 0755, "its mode");
    check(getcwd(second, sizeof second) && strcmp(first, second) == 0, "another name");
    leave_things();
    files_clear();
    check(access(first, F_OK) != 0, "something is left");
    check(access("/etc/passwd", F_OK) == 0, "a link was followed");
    files_clear();
}

static void run_directories_as_somebody(void)
{
    become_somebody();
    run_directories();
}

/* One that a case makes for itself, and the worker removes. */
static void take_fresh(void)
{
    check(fresh() && is_empty("."), "a case's own");
    make_file("file");
}

static void run_directory_of_child(void)
{
    isolate();
    check(in_child(take_fresh) == 0, "the first case");
    files_clear();
    check(in_child(take_fresh) == 0, "the second case");
}

/* What cannot be removed is no business of the next case. */
static void run_stubborn(void)
{
    isolate();
    check(fresh() && mkdir("mounted", 0700) == 0, "the first");
    check(mount("x", "mounted", "tmpfs", 0, NULL) == 0, "a case mounts something");
    files_clear();
    check(fresh() && is_empty("."), "the second");
}

/* ---- what cannot be done ---- */

static void run_not_isolated(void)
{
    check(files_missing(".") && files_missing("/etc/hosts"), "nothing was set up");
    check(!fresh(), "a directory of nobody");
    files_clear();
    files_set_up();
    check(files_missing(".") && strstr(files_missing("."), "lets nobody mount"), "a directory");
    check(files_missing("/etc/hosts") &&
              strstr(files_missing("/etc/hosts"), "this machine's /etc/hosts cannot be replaced"),
          "a file");
    check(!fresh(), "a directory of the machine's");
}

/* Mounts of somebody more powerful below /etc, as containers have them: nothing can be laid over
 * all of it, but files over files. */
static void run_mounted_files(void)
{
    check(unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
              mount("/etc/hosts", "/etc/hosts", NULL, MS_BIND, NULL) == 0,
          "such a machine");
    become_somebody();
    isolate();
    check(!files_missing("."), "no working directory");
    for (size_t i = 0; i < PATHS; i++)
        if (access(paths[i], F_OK) == 0)
            check(!files_missing(paths[i]), paths[i]);
        else
            check(files_missing(paths[i]) != NULL, paths[i]);
    check(in_child(look_up) == 0, "look-ups fail");
    check(open("/etc/hosts", O_WRONLY) < 0, "a case can change what the next one reads");
}

/* ---- tests ---- */

static char *machine(void)
{
    char *mounts = read_file("/proc/self/mountinfo"), *all = NULL;
    for (size_t i = 0; i < PATHS; i++) {
        char *text = read_file(paths[i]), *longer;
        if (asprintf(&longer, "%s\n%s:\n%s", all ? all : mounts, paths[i], text ? text : "-") < 0)
            abort();
        free(text);
        free(all);
        all = longer;
    }
    free(mounts);
    return all;
}

static void run(void (*what)(void))
{
    char *before = machine();
    CU_ASSERT_EQUAL(in_child(what), 0);
    char *after = machine();
    CU_ASSERT_STRING_EQUAL(before, after);
    free(before);
    free(after);
}

static void test_files(void)
{
    run(run_files);
    if (geteuid() == 0)
        run(run_files_as_somebody);
}

static void test_directories(void)
{
    run(run_directories);
    run(run_directory_of_child);
    run(run_stubborn);
    if (geteuid() == 0)
        run(run_directories_as_somebody);
}

static void test_what_cannot_be_done(void)
{
    run(run_not_isolated);
    if (geteuid() == 0)
        run(run_mounted_files);
}

int main(void)
{
    support_init();
    CU_initialize_registry();
    CU_pSuite suite = CU_add_suite("files", NULL, NULL);
    CU_add_test(suite, "files of ours", test_files);
    CU_add_test(suite, "working directories", test_directories);
    CU_add_test(suite, "what cannot be done", test_what_cannot_be_done);
    return run_tests();
}
