/* Descriptors that are no sockets, and files. */
#define _FILE_OFFSET_BITS                                                                          \
    64 /* files and their numbers are large, whatever words this machine has */

#include "calls/kind.h"
#include "calls/perform.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/sendfile.h>
#endif

/* What the platform's own structure is passed for: it, unless the call has no good pointer. */
static void *pass(const struct block *block, void *own)
{
    return block->bytes && block->pointer == POINTER_GOOD ? own : block_pointer(block);
}

/* ---- offsets ---- */

/* A number that an offset of this platform cannot hold is beyond what it can do. */
static bool too_large(int64_t offset)
{
    if ((int64_t)(off_t)offset == offset)
        return false;
    errno = EOVERFLOW;
    return true;
}

int64_t perform_lseek(struct call *call)
{
    if (too_large(call->argument[1]))
        return -1;
    return lseek(call_fd(call), (off_t)call->argument[1], call_int(call, 2));
}

int64_t perform_pread(struct call *call)
{
    const struct block *data = &call->block[1];
    if (too_large(call->argument[2]))
        return -1;
    return pread(call_fd(call), block_pointer(data), data->capacity, (off_t)call->argument[2]);
}

int64_t perform_pwrite(struct call *call)
{
    const struct block *data = &call->block[1];
    if (too_large(call->argument[2]))
        return -1;
    return pwrite(call_fd(call), block_pointer(data), data->length, (off_t)call->argument[2]);
}

int64_t perform_ftruncate(struct call *call)
{
    if (too_large(call->argument[1]))
        return -1;
    return ftruncate(call_fd(call), (off_t)call->argument[1]);
}

int64_t perform_fsync(struct call *call)
{
    return fsync(call_fd(call));
}

/* ---- between two descriptors ---- */

#ifdef __linux__

static int64_t offset_in(const struct block *block)
{
    return block->bytes && block->pointer == POINTER_GOOD ? *(const int64_t *)block->bytes : 0;
}

/* Takes over an offset that a call has moved. */
static void offset_out(const struct block *block, int64_t offset, int64_t result)
{
    if (result >= 0 && block->bytes && block->pointer == POINTER_GOOD)
        *(int64_t *)block->bytes = offset;
}

int64_t perform_splice(struct call *call)
{
    loff_t from = offset_in(&call->block[1]), to = offset_in(&call->block[3]);
    int64_t result =
        splice(call_fd(call), pass(&call->block[1], &from), call_int(call, 2),
               pass(&call->block[3], &to), (size_t)call->argument[4], (unsigned)call->argument[5]);
    offset_out(&call->block[1], from, result);
    offset_out(&call->block[3], to, result);
    return result;
}

int64_t perform_sendfile(struct call *call)
{
    if (too_large(offset_in(&call->block[2])))
        return -1;
    off_t offset = (off_t)offset_in(&call->block[2]);
    int64_t result = sendfile(call_fd(call), call_int(call, 1), pass(&call->block[2], &offset),
                              (size_t)call->argument[3]);
    offset_out(&call->block[2], offset, result);
    return result;
}

#else

int64_t perform_splice(struct call *call)
{
    (void)call;
    return perform_lacking();
}

/* Functions of this name elsewhere take and give something else. */
int64_t perform_sendfile(struct call *call)
{
    (void)call;
    return perform_lacking();
}

#endif

/* ---- descriptors ---- */

int64_t perform_open(struct call *call)
{
    return open(block_pointer(&call->block[0]), call_int(call, 1), (mode_t)call->argument[2]);
}

int64_t perform_pipe(struct call *call)
{
    return pipe(block_pointer(&call->block[0]));
}

int64_t perform_dup(struct call *call)
{
    return dup(call_fd(call));
}

int64_t perform_dup2(struct call *call)
{
    return dup2(call_fd(call), call_int(call, 1));
}

int64_t perform_dup3(struct call *call)
{
#ifdef __APPLE__
    (void)call;
    return perform_lacking();
#else
    return dup3(call_fd(call), call_int(call, 1), call_int(call, 2));
#endif
}

/* ---- files by their names ---- */

/* Fills in what stat() told, if it did. */
static int64_t take_status(const struct block *block, const struct stat *from, int64_t result)
{
    struct file_status *status = block->bytes;
    if (result == 0 && status && block->pointer == POINTER_GOOD)
        *status = (struct file_status){.mode = (int64_t)from->st_mode,
                                       .size = (int64_t)from->st_size,
                                       .links = (int64_t)from->st_nlink,
                                       .inode = (int64_t)from->st_ino,
                                       .uid = (int64_t)from->st_uid,
                                       .gid = (int64_t)from->st_gid};
    return result;
}

int64_t perform_fstat(struct call *call)
{
    struct stat status;
    int64_t result = fstat(call_fd(call), pass(&call->block[1], &status));
    return take_status(&call->block[1], &status, result);
}

int64_t perform_stat(struct call *call)
{
    struct stat status;
    int64_t result = stat(block_pointer(&call->block[0]), pass(&call->block[1], &status));
    return take_status(&call->block[1], &status, result);
}

int64_t perform_chmod(struct call *call)
{
    return chmod(block_pointer(&call->block[0]), (mode_t)call->argument[1]);
}

int64_t perform_unlink(struct call *call)
{
    return unlink(block_pointer(&call->block[0]));
}

int64_t perform_symlink(struct call *call)
{
    return symlink(block_pointer(&call->block[0]), block_pointer(&call->block[1]));
}

int64_t perform_mkdir(struct call *call)
{
    return mkdir(block_pointer(&call->block[0]), (mode_t)call->argument[1]);
}
