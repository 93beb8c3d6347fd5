/* Descriptors that are no sockets, and files, through a door. */
#include "tests/door/files.h"

#include "hosts/files.h"

#include <CUnit/CUnit.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* Asserts that these bytes come next. */
static void read_back(struct host *host, int fd, const char *expected)
{
    char data[64] = "";
    CU_ASSERT_EQUAL(sk_read(host, fd, data, sizeof data - 1), (int)strlen(expected));
    CU_ASSERT_STRING_EQUAL(data, expected);
}

static void close_both(struct host *host, const int fds[2])
{
    CU_ASSERT_EQUAL(sk_close(host, fds[0]), 0);
    CU_ASSERT_EQUAL(sk_close(host, fds[1]), 0);
}

/* ---- descriptors ---- */

static void opens(struct host *host)
{
    int fd = sk_open(host, "opened", O_RDWR | O_CREAT | O_EXCL, 0600);
    CU_ASSERT_TRUE(fd >= 0);
    CU_ASSERT_EQUAL(sk_fcntl(host, fd, F_GETFL, 0) & O_ACCMODE, O_RDWR);
    CU_ASSERT_EQUAL(sk_fcntl(host, fd, F_GETFD, 0), 0);
    CU_ASSERT_EQUAL(sk_open(host, "opened", O_RDWR | O_CREAT | O_EXCL, 0600), -EEXIST);
    CU_ASSERT_EQUAL(sk_open(host, "missing", O_RDONLY, 0), -ENOENT);
    CU_ASSERT_EQUAL(sk_open(host, "opened", O_RDONLY | O_DIRECTORY, 0), -ENOTDIR);
    CU_ASSERT_EQUAL(sk_write(host, fd, "first", 5), 5);

    int again = sk_open(host, "opened", O_WRONLY | O_APPEND | O_CLOEXEC, 0);
    CU_ASSERT_EQUAL(sk_write(host, again, "second", 6), 6);
    CU_ASSERT_EQUAL(sk_read(host, again, (char[1]){0}, 1), -EBADF);
    CU_ASSERT_EQUAL(sk_fcntl(host, again, F_GETFD, 0), FD_CLOEXEC);
    CU_ASSERT_EQUAL(sk_fsync(host, again), 0);
    read_back(host, fd, "second");
    CU_ASSERT_EQUAL(sk_close(host, again), 0);
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);
    CU_ASSERT_EQUAL(sk_unlink(host, "opened"), 0);
    CU_ASSERT_EQUAL(sk_unlink(host, "opened"), -ENOENT);
}

static void pipes(struct host *host)
{
    int fds[2];
    CU_ASSERT_EQUAL(sk_pipe(host, fds), 0);
    CU_ASSERT_EQUAL(sk_write(host, fds[1], "through", 7), 7);
    read_back(host, fds[0], "through");
    CU_ASSERT_EQUAL(sk_lseek(host, fds[0], 0, SEEK_CUR), -ESPIPE);
    CU_ASSERT_EQUAL(sk_read(host, fds[1], (char[1]){0}, 1), -EBADF);
    close_both(host, fds);

    struct call call = {.operation = OP_PIPE, .block = {block_bad(0)}};
    CU_ASSERT_EQUAL(perform(host, &call), -EFAULT);
}

static void duplicates(struct host *host)
{
    struct address name, same;
    int fd = sk_socket(host, AF_INET, SOCK_DGRAM, 0);
    CU_ASSERT_EQUAL(sk_bind(host, fd, &(struct address){0}), -EINVAL);
    struct address any = address_of("127.0.0.1", 0);
    CU_ASSERT_EQUAL(sk_bind(host, fd, &any), 0);
    CU_ASSERT_EQUAL(sk_getsockname(host, fd, &name), 0);

    int second = sk_dup(host, fd), third = second + 10;
    CU_ASSERT_TRUE(second > fd);
    CU_ASSERT_EQUAL(sk_dup2(host, fd, third), third);
    CU_ASSERT_EQUAL(sk_dup2(host, third, third), third);
    CU_ASSERT_EQUAL(sk_dup2(host, second, third), third); /* closes what was there */
    CU_ASSERT_EQUAL(sk_dup3(host, fd, third + 1, O_CLOEXEC), third + 1);
    CU_ASSERT_EQUAL(sk_dup3(host, fd, fd, 0), -EINVAL);
    CU_ASSERT_EQUAL(sk_fcntl(host, third, F_GETFD, 0), 0);
    CU_ASSERT_EQUAL(sk_fcntl(host, third + 1, F_GETFD, 0), FD_CLOEXEC);

    /* Each is the same socket, as long as one is left. */
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);
    CU_ASSERT_EQUAL(sk_dup(host, fd), -EBADF);
    CU_ASSERT_EQUAL(sk_dup2(host, fd, second), -EBADF);
    CU_ASSERT_EQUAL(sk_getsockname(host, second, &same), 0);
    CU_ASSERT_TRUE(address_equal(&name, &same));
    CU_ASSERT_EQUAL(sk_close(host, second), 0);
    CU_ASSERT_EQUAL(sk_close(host, third), 0);
    CU_ASSERT_EQUAL(sk_getsockname(host, third + 1, &same), 0);
    CU_ASSERT_TRUE(address_equal(&name, &same));
    CU_ASSERT_EQUAL(sk_close(host, third + 1), 0);
}

static void pairs(struct host *host)
{
    int fds[2] = {-1, -1};
    CU_ASSERT_EQUAL(sk_socketpair(host, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    CU_ASSERT_EQUAL(sk_fcntl(host, fds[0], F_GETFD, 0), FD_CLOEXEC);
    CU_ASSERT_EQUAL(sk_write(host, fds[0], "across", 6), 6);
    read_back(host, fds[1], "across");
    close_both(host, fds);
    CU_ASSERT_EQUAL(sk_socketpair(host, AF_INET, SOCK_STREAM, 0, fds), -EOPNOTSUPP);
    CU_ASSERT_EQUAL(sk_socketpair(host, AF_UNIX, SOCK_STREAM, 0, NULL), -EFAULT);
}

/* ---- files ---- */

static void offsets(struct host *host)
{
    const int64_t far = INT64_C(5) << 30;
    char data[8] = "";
    int fd = sk_open(host, "offsets", O_RDWR | O_CREAT | O_TRUNC, 0600);
    CU_ASSERT_EQUAL(sk_pwrite(host, fd, "abcdef", 6, 2), 6);
    CU_ASSERT_EQUAL(sk_pread(host, fd, data, sizeof data, 4), 4);
    CU_ASSERT_EQUAL(memcmp(data, "cdef", 4), 0);
    CU_ASSERT_EQUAL(sk_pread(host, fd, data, sizeof data, 100), 0);
    CU_ASSERT_EQUAL(sk_pread(host, fd, data, sizeof data, -1), -EINVAL);
    CU_ASSERT_EQUAL(sk_lseek(host, fd, 0, SEEK_CUR), 0);
    CU_ASSERT_EQUAL(sk_lseek(host, fd, -3, SEEK_END), 5);
    read_back(host, fd, "def");
    CU_ASSERT_EQUAL(sk_lseek(host, fd, -9, SEEK_CUR), -EINVAL);
    CU_ASSERT_EQUAL(sk_lseek(host, fd, far, SEEK_SET), far);
    CU_ASSERT_EQUAL(sk_lseek(host, fd, 1, SEEK_CUR), far + 1);
    CU_ASSERT_EQUAL(sk_ftruncate(host, fd, 4), 0);
    CU_ASSERT_EQUAL(sk_lseek(host, fd, 0, SEEK_END), 4);
    CU_ASSERT_EQUAL(sk_ftruncate(host, fd, -1), -EINVAL);
    CU_ASSERT_EQUAL(sk_fsync(host, fd), 0);
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);
    CU_ASSERT_EQUAL(sk_fsync(host, fd), -EBADF);
    CU_ASSERT_EQUAL(sk_unlink(host, "offsets"), 0);
}

/* Sockets are no files. */
static void sockets(struct host *host)
{
    struct file_status status = {0};
    char data[4];
    int fd = sk_socket(host, AF_INET, SOCK_STREAM, 0);
    CU_ASSERT_EQUAL(sk_lseek(host, fd, 0, SEEK_SET), -ESPIPE);
    CU_ASSERT_EQUAL(sk_pread(host, fd, data, sizeof data, 0), -ESPIPE);
    CU_ASSERT_EQUAL(sk_pwrite(host, fd, data, sizeof data, 0), -ESPIPE);
    CU_ASSERT_EQUAL(sk_ftruncate(host, fd, 0), -EINVAL);
    CU_ASSERT_EQUAL(sk_fsync(host, fd), -EINVAL);
    CU_ASSERT_EQUAL(sk_fstat(host, fd, &status), 0);
    CU_ASSERT_EQUAL(status.mode & S_IFMT, S_IFSOCK);
    CU_ASSERT_EQUAL(status.size, 0);
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);
    CU_ASSERT_EQUAL(sk_fstat(host, fd, &status), -EBADF);
}

static void statuses(struct host *host)
{
    struct file_status status = {0}, same = {0};
    int fds[2];
    int fd = sk_open(host, "file", O_RDWR | O_CREAT, 0640);
    CU_ASSERT_EQUAL(sk_write(host, fd, "12345", 5), 5);
    CU_ASSERT_EQUAL(sk_chmod(host, "file", 04751), 0);
    CU_ASSERT_EQUAL(sk_fstat(host, fd, &status), 0);
    CU_ASSERT_EQUAL(status.mode, S_IFREG | 04751);
    CU_ASSERT_EQUAL(status.size, 5);
    CU_ASSERT_EQUAL(status.links, 1);
    CU_ASSERT_EQUAL(status.uid, 0);
    CU_ASSERT_EQUAL(status.gid, 0);
    CU_ASSERT_EQUAL(sk_symlink(host, "file", "link"), 0);
    CU_ASSERT_EQUAL(sk_symlink(host, "file", "link"), -EEXIST);
    CU_ASSERT_EQUAL(sk_stat(host, "link", &same), 0);
    CU_ASSERT_EQUAL(memcmp(&status, &same, sizeof same), 0);
    CU_ASSERT_EQUAL(sk_unlink(host, "file"), 0);
    CU_ASSERT_EQUAL(sk_stat(host, "link", &same), -ENOENT);
    CU_ASSERT_EQUAL(sk_fstat(host, fd, &status), 0);
    CU_ASSERT_EQUAL(status.links, 0);
    CU_ASSERT_EQUAL(sk_unlink(host, "link"), 0);
    CU_ASSERT_EQUAL(sk_chmod(host, "link", 0600), -ENOENT);
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);

    CU_ASSERT_EQUAL(sk_mkdir(host, "directory", 0700), 0);
    CU_ASSERT_EQUAL(sk_mkdir(host, "directory", 0700), -EEXIST);
    CU_ASSERT_EQUAL(sk_stat(host, "directory", &status), 0);
    CU_ASSERT_EQUAL(status.mode & (S_IFMT | 0777), S_IFDIR | 0700);
    CU_ASSERT_EQUAL(sk_stat(host, "/dev/null", &status), 0);
    CU_ASSERT_EQUAL(status.mode & S_IFMT, S_IFCHR);
    CU_ASSERT_EQUAL(sk_pipe(host, fds), 0);
    CU_ASSERT_EQUAL(sk_fstat(host, fds[1], &status), 0);
    CU_ASSERT_EQUAL(status.mode & S_IFMT, S_IFIFO);
    close_both(host, fds);
}

/* ---- between two descriptors ---- */

/* A file of ten digits. */
static int digits(struct host *host)
{
    int fd = sk_open(host, "digits", O_RDWR | O_CREAT | O_TRUNC, 0600);
    CU_ASSERT_EQUAL(sk_pwrite(host, fd, "0123456789", 10, 0), 10);
    CU_ASSERT_EQUAL(sk_unlink(host, "digits"), 0);
    return fd;
}

static void splices(struct host *host)
{
    int pipe[2], pair[2], file = digits(host);
    int64_t offset = 3;
    CU_ASSERT_EQUAL(sk_pipe(host, pipe), 0);
    CU_ASSERT_EQUAL(sk_socketpair(host, AF_UNIX, SOCK_STREAM, 0, pair), 0);

    CU_ASSERT_EQUAL(sk_splice(host, file, &offset, pipe[1], NULL, 4, 0), 4);
    CU_ASSERT_EQUAL(offset, 7);
    CU_ASSERT_EQUAL(sk_lseek(host, file, 0, SEEK_CUR), 0);
    CU_ASSERT_EQUAL(sk_splice(host, pipe[0], NULL, pair[0], NULL, 100, SPLICE_F_MORE), 4);
    read_back(host, pair[1], "3456");

    CU_ASSERT_EQUAL(sk_write(host, pair[1], "back", 4), 4);
    CU_ASSERT_EQUAL(sk_splice(host, pair[0], NULL, pipe[1], NULL, 100, SPLICE_F_NONBLOCK), 4);
    CU_ASSERT_EQUAL(sk_splice(host, pipe[0], NULL, file, &offset, 4, 0), 4);
    CU_ASSERT_EQUAL(offset, 11);
    read_back(host, file, "0123456back");

    CU_ASSERT_EQUAL(sk_splice(host, pipe[0], NULL, pair[0], NULL, 1, SPLICE_F_NONBLOCK), -EAGAIN);
    CU_ASSERT_EQUAL(sk_splice(host, file, NULL, pair[0], NULL, 1, 0), -EINVAL);
    CU_ASSERT_EQUAL(sk_splice(host, pipe[0], &offset, pair[0], NULL, 1, 0), -ESPIPE);
    CU_ASSERT_EQUAL(offset, 11);
    CU_ASSERT_EQUAL(sk_close(host, file), 0);
    CU_ASSERT_EQUAL(sk_splice(host, file, NULL, pipe[1], NULL, 1, 0), -EBADF);
    close_both(host, pipe);
    close_both(host, pair);
}

static void sends_files(struct host *host)
{
    int pair[2], file = digits(host);
    int64_t offset = 8;
    CU_ASSERT_EQUAL(sk_socketpair(host, AF_UNIX, SOCK_STREAM, 0, pair), 0);
    CU_ASSERT_EQUAL(sk_sendfile(host, pair[0], file, &offset, 100), 2);
    CU_ASSERT_EQUAL(offset, 10);
    CU_ASSERT_EQUAL(sk_lseek(host, file, 0, SEEK_CUR), 0);
    CU_ASSERT_EQUAL(sk_sendfile(host, pair[0], file, NULL, 5), 5);
    CU_ASSERT_EQUAL(sk_lseek(host, file, 0, SEEK_CUR), 5);
    CU_ASSERT_EQUAL(sk_sendfile(host, pair[0], file, &offset, 5), 0);
    read_back(host, pair[1], "8901234");
    offset = -1;
    CU_ASSERT_EQUAL(sk_sendfile(host, pair[0], file, &offset, 5), -EINVAL);
    CU_ASSERT_EQUAL(sk_close(host, file), 0);
    CU_ASSERT_EQUAL(sk_sendfile(host, pair[0], file, NULL, 5), -EBADF);
    close_both(host, pair);
}

static void marks(struct host *host)
{
    struct address name = address_of("127.0.0.1", 0);
    char data[4] = "";
    int listener = sk_socket(host, AF_INET, SOCK_STREAM, 0);
    int fds[2] = {sk_socket(host, AF_INET, SOCK_STREAM, 0), -1};
    CU_ASSERT_EQUAL(sk_bind(host, listener, &name), 0);
    CU_ASSERT_EQUAL(sk_listen(host, listener, 1), 0);
    CU_ASSERT_EQUAL(sk_getsockname(host, listener, &name), 0);
    CU_ASSERT_EQUAL(sk_connect(host, fds[0], &name), 0);
    fds[1] = sk_accept(host, listener, NULL);
    CU_ASSERT_EQUAL(sk_sockatmark(host, fds[1]), 0);
    CU_ASSERT_EQUAL(sk_send(host, fds[0], "ab", 2, MSG_OOB), 2); /* one segment, the mark at b */
    CU_ASSERT_EQUAL(sk_recv(host, fds[1], data, sizeof data, 0), 1);
    CU_ASSERT_EQUAL(sk_sockatmark(host, fds[1]), 1);
    CU_ASSERT_EQUAL(sk_recv(host, fds[1], data, sizeof data, MSG_OOB), 1);
    CU_ASSERT_EQUAL(data[0], 'b');
    CU_ASSERT_EQUAL(sk_close(host, listener), 0);
    CU_ASSERT_EQUAL(sk_sockatmark(host, listener), -EBADF);
    close_both(host, fds);
}

void door_files(struct host *host)
{
    opens(host);
    pipes(host);
    duplicates(host);
    pairs(host);
    offsets(host);
    sockets(host);
    statuses(host);
    splices(host);
    sends_files(host);
    marks(host);
}
