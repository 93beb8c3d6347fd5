/* The "newc" form of cpio archives: what Linux unpacks into its first file system (kernel
 * documentation, initramfs buffer format). */
#include "stacks/vm/initrd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_all(int fd, const void *bytes, size_t count)
{
    ssize_t n = write(fd, bytes, count);
    if (n >= 0 && (size_t)n != count)
        errno = ENOSPC;
    return n == (ssize_t)count;
}

/* Headers with their names, and contents, begin at multiples of 4. */
static bool pad(int initrd)
{
    off_t at = lseek(initrd, 0, SEEK_END);
    return at % 4 == 0 || write_all(initrd, "\0\0\0", (size_t)(4 - at % 4));
}

static bool add_header(int initrd, const char *name, unsigned mode, size_t size)
{
    char header[512];
    static unsigned inode = 1;
    /* magic inode mode uid gid links mtime size, device twice, name's size, checksum; name */
    int length = snprintf(
        header, sizeof header, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%s",
        inode++, mode, 0, 0, 1, 0, (unsigned)size, 0, 0, 0, 0, (unsigned)strlen(name) + 1, 0, name);
    if (length >= (int)sizeof header) {
        errno = ENAMETOOLONG;
        return false;
    }
    return write_all(initrd, header, (size_t)length + 1) && pad(initrd);
}

int initrd_create(void)
{
    enum { BEYOND_OTHERS = 64 }; /* the TAP's number, and those of the streams */
    int fd = memfd_create("sockspec-initrd", 0), moved = fcntl(fd, F_DUPFD, BEYOND_OTHERS);
    if (moved < 0)
        return fd;
    close(fd);
    return moved;
}

bool initrd_add_directory(int initrd, const char *name)
{
    return add_header(initrd, name, S_IFDIR | 0755, 0);
}

bool initrd_add_file(int initrd, const char *name, const char *path)
{
    struct stat file;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool good =
        fd >= 0 && fstat(fd, &file) == 0 && add_header(initrd, name, S_IFREG | 0755, file.st_size);
    for (off_t left = good ? file.st_size : 0; good && left > 0;) {
        ssize_t n = sendfile(initrd, fd, NULL, (size_t)left);
        good = n > 0;
        left -= n;
    }
    good = good && pad(initrd);
    if (fd >= 0)
        close(fd);
    return good;
}

bool initrd_finish(int initrd)
{
    return add_header(initrd, "TRAILER!!!", 0, 0);
}
