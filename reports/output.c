#include "reports/output.h"

#include "reports/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

struct output {
    enum output_kind kind;
    char *path;              /* as it was named */
    int directory;           /* of the file, behind all links; -1 for a descriptor of ours */
    char name[NAME_MAX + 1]; /* of the file in there */
    int descriptor;          /* of ours that was named, which goes on where it stands; or -1 */
    int fd;                  /* to write to; -1: a file is put into its place in the end */
    struct stat file,
        parent;   /* the file as it was found, st_nlink 0 if it was not; its directory */
    bool through; /* it is no file that could be replaced */
    bool created, begun;
    int error; /* what emptying it gave */
    FILE *stream;
    char *text; /* what was printed of a whole report */
    size_t size;
};

static bool fail(const struct output *output, char *why, size_t size)
{
    snprintf(why, size, "cannot write %s: %s",
             strcmp(output->path, "-") == 0 ? "standard output" : output->path, strerror(errno));
    return false;
}

/* ---- finding the place ---- */

/* Makes the directories that a path needs. */
static bool make_directories(const char *path)
{
    char part[PATH_MAX];
    bool good = true;
    for (const char *slash = strchr(path + 1, '/'); slash && good; slash = strchr(slash + 1, '/')) {
        snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
        good = access(part, F_OK) == 0 || mkdir(part, 0777) == 0 || errno == EEXIST;
    }
    return good;
}

/* Whether a directory, by its resolved path, has the descriptors of this process. */
static bool has_our_descriptors(const char *path)
{
    int pid = 0;
    const char *end = strrchr(path, '/');
    return sscanf(path, "/proc/%d/", &pid) == 1 && pid == getpid() && strcmp(end, "/fd") == 0;
}

/* Follows links to the file that is meant, which need not be there. What stands behind a link of
 * /proc has no other name. */
static bool find(struct output *output, const char *named)
{
    enum { LINKS = 40 };
    char path[PATH_MAX], directory[PATH_MAX], target[PATH_MAX];
    snprintf(path, sizeof path, "%s", named);
    if (!*path || strlen(named) >= sizeof path) {
        errno = *path ? ENAMETOOLONG : ENOENT;
        return false;
    }
    for (int links = 0; links < LINKS; links++) {
        const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
        char *before = strndup(path, slash ? (size_t)(slash - path) + 1 : 0);
        struct statfs system;
        if (!before)
            abort();
        bool good = make_directories(path) && realpath(*before ? before : ".", directory);
        free(before);
        if (!good || strlen(name) > NAME_MAX) {
            errno = good ? ENAMETOOLONG : errno;
            return false;
        }
        strcpy(output->name, *name ? name : ".");
        if (has_our_descriptors(directory) && name[strspn(name, "0123456789")] == '\0') {
            output->descriptor = atoi(name);
            return true;
        }
        if (output->directory >= 0)
            close(output->directory);
        output->directory = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (output->directory < 0 || fstat(output->directory, &output->parent) != 0 ||
            fstatfs(output->directory, &system) != 0)
            return false;
        if (fstatat(output->directory, output->name, &output->file, AT_SYMLINK_NOFOLLOW) != 0) {
            output->file = (struct stat){.st_nlink = 0};
            return errno == ENOENT;
        }
        if (!S_ISLNK(output->file.st_mode))
            return true;
        output->through = system.f_type == PROC_SUPER_MAGIC;
        if (output->through)
            return fstatat(output->directory, output->name, &output->file, 0) == 0;
        ssize_t length = readlinkat(output->directory, output->name, target, sizeof target - 1);
        if (length < 0)
            return false;
        target[length] = '\0';
        if (snprintf(path, sizeof path, "%s%s%s", *target == '/' ? "" : directory,
                     *target == '/' ? "" : "/", target) >= (int)sizeof path) {
            errno = ENAMETOOLONG;
            return false;
        }
    }
    errno = ELOOP;
    return false;
}

/* ---- files that are put into their place ---- */

/* A file beside the one that is meant, under a name that nobody can have guessed; -1 with errno. */
static int create_beside(const struct output *output, char name[NAME_MAX + 1])
{
    uint64_t random;
    if (getrandom(&random, sizeof random, 0) != sizeof random)
        return -1;
    snprintf(name, NAME_MAX + 1, ".sockspec-%016" PRIx64, random);
    return openat(output->directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                  0666);
}

/* Whether a file cannot be replaced for what its directory is, so that it has to be overwritten if
 * there is one: nobody may add to the directory, or the file is mounted there. */
static bool is_irreplaceable(const struct output *output)
{
    return output->file.st_nlink &&
           (errno == EACCES || errno == EPERM || errno == EROFS || errno == EBUSY);
}

static int open_in_place(const struct output *output, int flags)
{
    return openat(output->directory, output->name,
                  O_WRONLY | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC | flags, 0666);
}

/* Whether the file can be replaced, or at least overwritten. */
static bool try_replacing(const struct output *output)
{
    char name[NAME_MAX + 1];
    int fd = create_beside(output, name);
    if (fd >= 0)
        unlinkat(output->directory, name, 0);
    else if (is_irreplaceable(output))
        fd = open_in_place(output, 0);
    if (fd < 0)
        return false;
    close(fd);
    return true;
}

/* Replaces the file by one that has its owner and its permissions. */
static bool replace(const struct output *output)
{
    char name[NAME_MAX + 1];
    int fd = create_beside(output, name);
    if (fd < 0)
        return false;
    if (output->file.st_nlink && (fchown(fd, output->file.st_uid, output->file.st_gid) == 0 ||
                                  output->file.st_uid == geteuid()))
        fchmod(fd, output->file.st_mode & 0777);
    bool good = stream_write(fd, output->text, output->size) && fsync(fd) == 0;
    good = close(fd) == 0 && good;
    good = good && renameat(output->directory, name, output->directory, output->name) == 0;
    if (!good) {
        int error = errno;
        unlinkat(output->directory, name, 0);
        errno = error;
    }
    return good;
}

static bool overwrite(const struct output *output)
{
    int fd = open_in_place(output, O_TRUNC);
    bool good = fd >= 0 && stream_write(fd, output->text, output->size);
    if (fd >= 0)
        good = close(fd) == 0 && good;
    return good;
}

/* No signal that ends us comes in between: the file beside would stay. */
static bool put_into_place(const struct output *output)
{
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    bool good = replace(output) || (is_irreplaceable(output) && overwrite(output));
    int error = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return good;
}

/* ---- opening ---- */

static bool open_descriptor(struct output *output)
{
    output->fd = fcntl(output->descriptor, F_DUPFD_CLOEXEC, 0);
    return output->fd >= 0 && fstat(output->fd, &output->file) == 0;
}

static bool open_lines(struct output *output)
{
    output->fd = open_in_place(output, O_CREAT | O_EXCL);
    output->created = output->fd >= 0;
    if (output->fd < 0 && errno == EEXIST)
        output->fd = open_in_place(output, 0);
    return output->fd >= 0 && fstat(output->fd, &output->file) == 0;
}

static bool open_file(struct output *output)
{
    if (!find(output, output->path))
        return false;
    if (output->descriptor >= 0)
        return open_descriptor(output);
    output->through = output->through || (output->file.st_nlink && !S_ISREG(output->file.st_mode));
    if (!output->through)
        return output->kind == OUTPUT_LINES ? open_lines(output) : try_replacing(output);
    output->fd = openat(output->directory, output->name, O_WRONLY | O_NOCTTY | O_CLOEXEC);
    return output->fd >= 0;
}

struct output *output_open(const char *path, enum output_kind kind, char *why, size_t size)
{
    struct output *output = calloc(1, sizeof *output);
    if (!output)
        abort();
    *output = (struct output){
        .kind = kind, .path = strdup(path), .directory = -1, .descriptor = -1, .fd = -1};
    if (strcmp(path, "-") == 0)
        output->descriptor = STDOUT_FILENO;
    bool good = output->descriptor >= 0 ? open_descriptor(output) : open_file(output);
    if (good)
        output->stream = kind == OUTPUT_WHOLE ? open_memstream(&output->text, &output->size)
                                              : stream_on(output->fd);
    if (!output->stream) {
        fail(output, why, size);
        output_close(output);
        return NULL;
    }
    /* Who reads a report and stops is told of, as is a file that gets too large. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    return output;
}

bool output_is_stdout(const struct output *output)
{
    return output->descriptor == STDOUT_FILENO;
}

bool output_same(const struct output *a, const struct output *b)
{
    if (a->descriptor >= 0 && a->descriptor == b->descriptor)
        return true;
    if (a->directory >= 0 && b->directory >= 0 && a->parent.st_dev == b->parent.st_dev &&
        a->parent.st_ino == b->parent.st_ino && strcmp(a->name, b->name) == 0)
        return !S_ISCHR(a->file.st_mode); /* /dev/null takes everything */
    return a->file.st_nlink && b->file.st_nlink && a->file.st_dev == b->file.st_dev &&
           a->file.st_ino == b->file.st_ino && !S_ISCHR(a->file.st_mode);
}

bool outputs_differ(struct output *const outputs[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (outputs[i] && outputs[k] && output_same(outputs[i], outputs[k])) {
                fprintf(stderr, "sockspec: only one report can go to %s\n",
                        output_is_stdout(outputs[i]) ? "standard output" : outputs[i]->path);
                return false;
            }
    return true;
}

/* ---- writing ---- */

FILE *output_begin(struct output *output)
{
    bool replaced = output->kind == OUTPUT_LINES && output->descriptor < 0 && !output->through;
    output->begun = true;
    if (replaced && ftruncate(output->fd, 0) != 0)
        output->error = errno;
    return output->stream;
}

bool output_flush(struct output *output, char *why, size_t size)
{
    bool good = !output->error && fflush(output->stream) == 0 && !ferror(output->stream);
    errno = output->error ? output->error : errno;
    return good || fail(output, why, size);
}

bool output_end(struct output *output, char *why, size_t size)
{
    if (!output_flush(output, why, size))
        return false;
    bool good = true;
    if (output->kind == OUTPUT_WHOLE)
        good = output->fd >= 0 ? stream_write(output->fd, output->text, output->size)
                               : put_into_place(output);
    return good || fail(output, why, size);
}

void output_close(struct output *output)
{
    if (output->created && !output->begun)
        unlinkat(output->directory, output->name, 0);
    bool owned = output->kind == OUTPUT_LINES && output->stream; /* fd is the stream's */
    if (output->stream)
        fclose(output->stream);
    if (output->fd >= 0 && !owned)
        close(output->fd);
    if (output->directory >= 0)
        close(output->directory);
    free(output->text);
    free(output->path);
    free(output);
}
