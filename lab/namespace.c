#include "lab/namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

/* Where this thread is, as far as we moved it. */
static _Thread_local int current = -1;

/* Whether what this process mounts is seen by nobody else. */
static bool mounts_are_private;

static bool write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t length = (ssize_t)strlen(text);
    bool good = write(fd, text, (size_t)length) == length;
    close(fd);
    return good;
}

/* Whether a file, like a sysctl that cannot be written, says this already. */
static bool has_line(const char *path, const char *text)
{
    char found[64] = "";
    int error = errno;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, found, sizeof found - 1);
    if (fd >= 0)
        close(fd);
    errno = error;
    for (ssize_t i = 0; i < length; i++)
        if (found[i] == '\t' || found[i] == '\n')
            found[i] = found[i] == '\t' ? ' ' : '\0';
    return length > 0 && strcmp(found, text) == 0;
}

/* A user namespace in which the caller is root, with its own ids and no others mapped. */
static bool become_root(void)
{
    char map[64];
    unsigned uid = geteuid(), gid = getegid();
    if (unshare(CLONE_NEWUSER) != 0)
        return false;
    if (!write_file("/proc/self/setgroups", "deny") && errno != ENOENT)
        return false;
    snprintf(map, sizeof map, "0 %u 1", uid);
    if (!write_file("/proc/self/uid_map", map))
        return false;
    snprintf(map, sizeof map, "0 %u 1", gid);
    return write_file("/proc/self/gid_map", map);
}

/* Namespaces that are made from this one get small socket tables of their own, which sock_diag
 * walks in microseconds; the machine's common ones have a quarter of a million rows. Kernels before
 * 6.1 have no such setting and are slower. */
static void small_tables(void)
{
    namespace_sysctl("ipv4/tcp_child_ehash_entries", "64");
    namespace_sysctl("ipv4/udp_child_hash_entries", "128");
}

/* Containers cover /proc/sys by itself, read-only. What covers it is taken away here, where nobody
 * else sees that; a user namespace's root cannot, and is told what to do by network_settings(). */
static void uncover_settings(void)
{
    enum { COVERS = 4 };
    for (int i = 0; i < COVERS && access("/proc/sys/net/ipv4/ip_forward", W_OK) != 0; i++)
        if (umount2("/proc/sys", MNT_DETACH) != 0)
            return;
}

/* What every process in the new namespaces relies on. */
static bool isolated(void)
{
    mounts_are_private = mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
    if (mounts_are_private)
        uncover_settings();
    small_tables();
    return true;
}

bool namespace_is_limit(int error)
{
    return error == ENOSPC || error == EAGAIN || error == ENOMEM || error == ENFILE;
}

const char *namespace_reason(int error)
{
    static char text[256];
    const char *limit =
        error == ENOSPC   ? " (a limit: sysctl user.max_net_namespaces, user.max_pid_namespaces, "
                            "user.max_mnt_namespaces or user.max_user_namespaces)"
        : error == EAGAIN ? " (a limit of processes: ulimit -u, pids.max of the control group, "
                            "sysctl kernel.pid_max or kernel.threads-max)"
        : error == ENFILE ? " (a limit of files: sysctl fs.file-max)"
                          : "";
    snprintf(text, sizeof text, "%s%s", strerror(error), limit);
    return text;
}

/* What stands in the way, in one line; errno stays. False. */
static bool not_isolated(char *why, size_t size, const char *what)
{
    int error = errno;
    snprintf(why, size, "%s: %s", what, namespace_reason(error));
    errno = error;
    return false;
}

/* A limit of none is not reached, but forbids it. */
static bool forbids_user_namespaces(void)
{
    int error = errno;
    bool none = has_line("/proc/sys/user/max_user_namespaces", "0");
    errno = error;
    return none || !namespace_is_limit(error);
}

bool namespace_isolate(char *why, size_t size)
{
    const int flags = CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWNS;
    if (unshare(flags) == 0)
        return isolated();
    if (errno != EPERM)
        return not_isolated(why, size, "cannot make network, PID and mount namespaces");
    if (!become_root()) {
        if (!forbids_user_namespaces())
            return not_isolated(why, size, "cannot make a user namespace");
        snprintf(why, size,
                 "no permission to make namespaces (%s): run as root, or allow user namespaces "
                 "(sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, "
                 "kernel.apparmor_restrict_unprivileged_userns; in a container --privileged)",
                 strerror(errno));
        errno = EPERM;
        return false;
    }
    if (unshare(flags) != 0)
        return not_isolated(why, size, "cannot make namespaces inside a user namespace");
    return isolated();
}

bool namespace_may_mount(void)
{
    return mounts_are_private;
}

int namespace_create(void)
{
    if (unshare(CLONE_NEWNET) != 0)
        return -1;
    small_tables();
    return current = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
}

void namespace_enter(int netns)
{
    if (netns == current)
        return;
    if (setns(netns, CLONE_NEWNET) != 0) {
        perror("sockspec: cannot enter a network namespace");
        abort();
    }
    current = netns;
}

void namespace_close(int netns)
{
    if (netns == current)
        current = -1;
    close(netns);
}

bool namespace_sysctl(const char *name, const char *value)
{
    char path[128];
    snprintf(path, sizeof path, "/proc/sys/net/%s", name);
    return write_file(path, value) || errno == ENOENT || has_line(path, value);
}

long namespace_setting(const char *name)
{
    char path[128];
    long value = -1;
    snprintf(path, sizeof path, "/proc/sys/net/%s", name);
    FILE *file = fopen(path, "re");
    if (!file)
        return -1;
    if (fscanf(file, "%ld", &value) != 1)
        value = -1;
    fclose(file);
    return value;
}
