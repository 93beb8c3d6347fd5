#include "lab/files.h"

#include "lab/namespace.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- what the files say ---- */

static const char hosts[] = "127.0.0.1 localhost\n"
                            "::1 localhost ip6-localhost ip6-loopback\n"
                            "192.0.2.4 four.sockspec.test four\n"
                            "2001:db8::6 six.sockspec.test six\n"
                            "192.0.2.7 both.sockspec.test both\n"
                            "2001:db8::7 both.sockspec.test both\n"
                            "192.0.2.8 several.sockspec.test several\n"
                            "192.0.2.9 several.sockspec.test several\n";

static const char services[] = "echo 7/tcp\n"
                               "echo 7/udp\n"
                               "discard 9/tcp sink null\n"
                               "discard 9/udp sink null\n"
                               "ssh 22/tcp\n"
                               "smtp 25/tcp mail\n"
                               "domain 53/tcp\n"
                               "domain 53/udp\n"
                               "tftp 69/udp\n"
                               "http 80/tcp www\n"
                               "ntp 123/udp\n"
                               "https 443/tcp\n"
                               "exec 512/tcp\n"
                               "biff 512/udp comsat\n"
                               "sockspec-stream 7001/tcp sockstream\n"
                               "sockspec-datagram 7002/udp sockdatagram\n"
                               "sockspec-both 7003/tcp sockboth\n"
                               "sockspec-both 7003/udp sockboth\n";

static const char protocols[] = "ip 0 IP\n"
                                "icmp 1 ICMP\n"
                                "igmp 2 IGMP\n"
                                "tcp 6 TCP\n"
                                "udp 17 UDP\n"
                                "ipv6 41 IPv6\n"
                                "ipv6-icmp 58 IPv6-ICMP\n"
                                "sctp 132 SCTP\n"
                                "udplite 136 UDPLite\n";

/* Where no server is named there is one on this machine, which nobody runs in a case's network: a
 * resolver that asks it all the same is done after a second. */
static const char resolver[] = "options timeout:1 attempts:1\n";

static const char sources[] = "passwd: files\n"
                              "group: files\n"
                              "hosts: files\n"
                              "networks: files\n"
                              "protocols: files\n"
                              "services: files\n";

static const struct file {
    const char *path, *text;
} files[] = {
    {"/etc/hosts", hosts},
    {"/etc/services", services},
    {"/etc/protocols", protocols},
    {"/etc/resolv.conf", resolver},
    {"/etc/nsswitch.conf", sources},
    {"/etc/host.conf", "multi on\n"},
    {"/etc/gai.conf", "# the preferences of RFC 6724\n"},
};

enum { FILES = sizeof files / sizeof *files, REASON = 160 };

/* ---- what there is ---- */

static char no_directory[REASON] = "no file system was made for cases";
static char no_file[FILES][REASON]; /* empty for a file that is ours */
static bool set_up;
static const char *place; /* where our file system is mounted */
static int ours = -1;     /* the root of our file system */

const char *files_missing(const char *what)
{
    if (!set_up || strcmp(what, ".") == 0)
        return no_directory[0] ? no_directory : NULL;
    for (size_t i = 0; i < FILES; i++)
        if (strcmp(files[i].path, what) == 0)
            return no_file[i][0] ? no_file[i] : NULL;
    return NULL;
}

/* ---- a file system of our own ---- */

static bool is_empty_directory(const char *path)
{
    DIR *folder = opendir(path);
    bool empty = folder != NULL;
    for (struct dirent *entry; empty && (entry = readdir(folder));)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    if (folder)
        closedir(folder);
    return empty;
}

/* An empty directory to mount it on: what is in a directory is out of sight beneath a mount, and
 * may be the very program that is tested. Nearly every machine has several of these. */
static const char *find_place(void)
{
    static const char *const places[] = {
        "/mnt",       "/media",          "/srv",     "/opt",          "/dev/shm",
        "/home",      "/boot",           "/var/opt", "/var/local",    "/var/mail",
        "/var/empty", "/usr/games",      "/usr/src", "/var/lib/misc", "/sys/kernel/debug",
        "/run",       "/run/lock",       "/var/tmp", "/tmp",          "/usr/local/src",
        "/root",      "/usr/local/games"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (is_empty_directory(places[i]))
            return places[i];
    return NULL;
}

/* Room for what cases write, and no more of the machine's memory. */
static bool make_file_system(void)
{
    place = namespace_may_mount() ? find_place() : NULL;
    if (!place) {
        snprintf(no_directory, sizeof no_directory, "this machine %s",
                 namespace_may_mount() ? "has no empty directory to mount a file system on"
                                       : "lets nobody mount a file system");
        return false;
    }
    if (mount("sockspec", place, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=64m") != 0 ||
        (ours = open(place, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0) {
        snprintf(no_directory, sizeof no_directory,
                 "this machine lets nobody mount a file system: %s", strerror(errno));
        return false;
    }
    no_directory[0] = '\0';
    return true;
}

/* ---- files of /etc ---- */

/* A file in our own directory of its name: "/etc/hosts" in PLACE/etc. */
static void path_of(const struct file *file, char *path, size_t size)
{
    snprintf(path, size, "%s%s", place, file->path);
}

static bool write_file(const struct file *file)
{
    char path[64];
    path_of(file, path, sizeof path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    ssize_t length = (ssize_t)strlen(file->text);
    bool good = fd >= 0 && write(fd, file->text, (size_t)length) == length && fchmod(fd, 0644) == 0;
    if (fd >= 0)
        close(fd);
    return good;
}

/* Our files before the machine's, in one directory that nobody can write to. */
static bool overlay_files(void)
{
    char layers[64];
    snprintf(layers, sizeof layers, "lowerdir=%s/etc:/etc", place);
    return mount("sockspec", "/etc", "overlay", MS_NOSUID | MS_NODEV, layers) == 0;
}

/* One of our files over the machine's, if it has one, for reading alone. */
static void bind_file(const struct file *file, char *why)
{
    char path[64];
    path_of(file, path, sizeof path);
    if (mount(path, file->path, NULL, MS_BIND, NULL) != 0 ||
        mount(NULL, file->path, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV,
              NULL) != 0)
        snprintf(why, REASON, "this machine's %s cannot be replaced: %s", file->path,
                 strerror(errno));
}

/* What answers look-ups from outside, whatever the files say: it is hidden below an empty
 * directory, in which nobody listens. */
static bool hide_cache(void)
{
    static const char cache[] = "/var/run/nscd";
    char nothing[64];
    snprintf(nothing, sizeof nothing, "%s/nothing", place);
    return access(cache, F_OK) != 0 ||
           (mkdir(nothing, 0755) == 0 && mount(nothing, cache, NULL, MS_BIND, NULL) == 0);
}

static bool make_files(void)
{
    char folder[64];
    snprintf(folder, sizeof folder, "%s/etc", place);
    if (mkdir(folder, 0755) != 0 || chmod(folder, 0755) != 0)
        return false;
    for (size_t i = 0; i < FILES; i++)
        if (!write_file(&files[i]))
            return false;
    return true;
}

/* The same reason for all. */
static void no_files(const char *reason)
{
    for (size_t i = 0; i < FILES; i++)
        snprintf(no_file[i], REASON, "this machine's %s cannot be replaced: %s", files[i].path,
                 reason);
}

void files_set_up(void)
{
    set_up = true;
    if (!make_file_system())
        no_files(no_directory);
    else if (!make_files())
        no_files(strerror(errno));
    else if (!hide_cache())
        no_files("its nscd answers for them");
    else if (!overlay_files())
        for (size_t i = 0; i < FILES; i++)
            bind_file(&files[i], no_file[i]);
}

/* ---- the working directory of a case ---- */

static const char working[] = "case";

static void remove_tree(int parent, const char *name);

/* Removes what is in a directory. */
static void empty(int fd)
{
    DIR *folder = fdopendir(fd);
    if (!folder) {
        close(fd);
        return;
    }
    for (struct dirent *entry; (entry = readdir(folder));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove_tree(dirfd(folder), entry->d_name);
    closedir(folder);
}

/* Removes a file, or a directory as deep as it goes: a case leaves few levels. */
static void remove_tree(int parent, const char *name)
{
    if (unlinkat(parent, name, 0) == 0 || unlinkat(parent, name, AT_REMOVEDIR) == 0 ||
        errno != ENOTEMPTY)
        return;
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0)
        empty(fd);
    unlinkat(parent, name, AT_REMOVEDIR);
}

const char *files_fresh(void)
{
    static char path[64];
    if (ours < 0)
        return NULL;
    files_clear();
    /* A mode of its own, whatever the umask is. */
    if (mkdirat(ours, working, 0755) == 0 && fchmodat(ours, working, 0755, 0) == 0) {
        snprintf(path, sizeof path, "%s/%s", place, working);
        return path;
    }
    snprintf(no_directory, sizeof no_directory, "no empty directory can be made: %s",
             strerror(errno));
    return NULL;
}

void files_clear(void)
{
    static unsigned left;
    char aside[24];
    if (ours < 0)
        return;
    remove_tree(ours, working);
    if (faccessat(ours, working, F_OK, 0) != 0)
        return;
    /* Something in there cannot be removed; the next case has nothing to do with that. */
    snprintf(aside, sizeof aside, "left.%u", left++);
    renameat(ours, working, ours, aside);
}
