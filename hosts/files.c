#include "hosts/files.h"

#include <string.h>

static struct block block_path(const char *path)
{
    return block_in(path, strlen(path));
}

static struct block block_status(struct file_status *status)
{
    return block_out(status, sizeof *status);
}

static struct block block_offset(int64_t *offset)
{
    return block_out(offset, offset ? sizeof *offset : 0);
}

#define CALL(operation_, ...) struct call call = {.operation = operation_, __VA_ARGS__}

/* ---- descriptors ---- */

int sk_open(struct host *host, const char *path, int flags, int mode)
{
    CALL(OP_OPEN, .argument = {[1] = flags, [2] = mode}, .block = {block_path(path)});
    return perform(host, &call);
}

int sk_pipe(struct host *host, int fds[2])
{
    CALL(OP_PIPE, .block = {block_out(fds, 2 * sizeof *fds)});
    return perform(host, &call);
}

int sk_socketpair(struct host *host, int family, int type, int protocol, int fds[2])
{
    CALL(OP_SOCKETPAIR, .argument = {family, type, protocol},
         .block = {[3] = block_out(fds, 2 * sizeof *fds)});
    return perform(host, &call);
}

int sk_dup(struct host *host, int fd)
{
    CALL(OP_DUP, .argument = {fd});
    return perform(host, &call);
}

int sk_dup2(struct host *host, int fd, int to)
{
    CALL(OP_DUP2, .argument = {fd, to});
    return perform(host, &call);
}

int sk_dup3(struct host *host, int fd, int to, int flags)
{
    CALL(OP_DUP3, .argument = {fd, to, flags});
    return perform(host, &call);
}

/* ---- files ---- */

int sk_fstat(struct host *host, int fd, struct file_status *status)
{
    CALL(OP_FSTAT, .argument = {fd}, .block = {[1] = block_status(status)});
    return perform(host, &call);
}

int sk_stat(struct host *host, const char *path, struct file_status *status)
{
    CALL(OP_STAT, .block = {block_path(path), block_status(status)});
    return perform(host, &call);
}

int sk_chmod(struct host *host, const char *path, int mode)
{
    CALL(OP_CHMOD, .argument = {[1] = mode}, .block = {block_path(path)});
    return perform(host, &call);
}

int sk_unlink(struct host *host, const char *path)
{
    CALL(OP_UNLINK, .block = {block_path(path)});
    return perform(host, &call);
}

int sk_symlink(struct host *host, const char *target, const char *path)
{
    CALL(OP_SYMLINK, .block = {block_path(target), block_path(path)});
    return perform(host, &call);
}

int sk_mkdir(struct host *host, const char *path, int mode)
{
    CALL(OP_MKDIR, .argument = {[1] = mode}, .block = {block_path(path)});
    return perform(host, &call);
}

/* ---- offsets ---- */

int64_t sk_lseek(struct host *host, int fd, int64_t offset, int whence)
{
    CALL(OP_LSEEK, .argument = {fd, offset, whence});
    int returned = perform(host, &call);
    return call.error || call.deviation[0] ? returned : call.result; /* may be no int */
}

int sk_pread(struct host *host, int fd, void *data, size_t size, int64_t offset)
{
    CALL(OP_PREAD, .argument = {fd, [2] = offset}, .block = {[1] = block_out(data, size)});
    return perform(host, &call);
}

int sk_pwrite(struct host *host, int fd, const void *data, size_t size, int64_t offset)
{
    CALL(OP_PWRITE, .argument = {fd, [2] = offset}, .block = {[1] = block_in(data, size)});
    return perform(host, &call);
}

int sk_ftruncate(struct host *host, int fd, int64_t length)
{
    CALL(OP_FTRUNCATE, .argument = {fd, length});
    return perform(host, &call);
}

int sk_fsync(struct host *host, int fd)
{
    CALL(OP_FSYNC, .argument = {fd});
    return perform(host, &call);
}

/* ---- between two descriptors ---- */

int sk_splice(struct host *host, int from, int64_t *from_offset, int to, int64_t *to_offset,
              size_t size, int flags)
{
    CALL(OP_SPLICE, .argument = {from, [2] = to, [4] = (int64_t)size, [5] = flags},
         .block = {[1] = block_offset(from_offset), [3] = block_offset(to_offset)});
    return perform(host, &call);
}

int sk_sendfile(struct host *host, int to, int from, int64_t *offset, size_t size)
{
    CALL(OP_SENDFILE, .argument = {to, from, [3] = (int64_t)size},
         .block = {[2] = block_offset(offset)});
    return perform(host, &call);
}

int sk_sockatmark(struct host *host, int fd)
{
    CALL(OP_SOCKATMARK, .argument = {fd});
    return perform(host, &call);
}

/* ---- the process ---- */

int sk_getpid(struct host *host)
{
    CALL(OP_GETPID);
    return perform(host, &call);
}

int sk_seteuid(struct host *host, unsigned uid)
{
    CALL(OP_SETEUID, .argument = {uid});
    return perform(host, &call);
}

int sk_setegid(struct host *host, unsigned gid)
{
    CALL(OP_SETEGID, .argument = {gid});
    return perform(host, &call);
}

int sk_drop_capability(struct host *host, int capability)
{
    CALL(OP_DROP_CAPABILITY, .argument = {capability});
    return perform(host, &call);
}

int sk_umask(struct host *host, int mask)
{
    CALL(OP_UMASK, .argument = {mask});
    return perform(host, &call);
}

int sk_getrlimit(struct host *host, int resource, struct limits *limits)
{
    CALL(OP_GETRLIMIT, .argument = {resource}, .block = {[1] = block_out(limits, sizeof *limits)});
    return perform(host, &call);
}

int sk_setrlimit(struct host *host, int resource, const struct limits *limits)
{
    CALL(OP_SETRLIMIT, .argument = {resource}, .block = {[1] = block_in(limits, sizeof *limits)});
    return perform(host, &call);
}

/* ---- processes ---- */

int sk_fork(struct host *host, struct host *child)
{
    static atomic_uint last;
    unsigned number = atomic_fetch_add(&last, 1) + 1;
    CALL(OP_FORK, .argument = {number});
    *child = (struct host){.name = "child", .iut = host->iut, .untracked = host->untracked};
    int returned = perform(host, &call);
    if (returned < 0)
        return returned;
    child->door = door_child(host->door, number);
    if (!child->door) /* whatever it says, an implementation without processes has no child */
        return -LACKING;
    for (size_t i = 0; i < sizeof host->open / sizeof *host->open; i++)
        atomic_store(&child->open[i], atomic_load(&host->open[i]));
    return returned;
}

int sk_exec(struct host *host)
{
    CALL(OP_EXEC);
    return perform(host, &call);
}

int sk_await_child(struct host *host)
{
    CALL(OP_AWAIT_CHILD);
    return perform(host, &call);
}
