/* Calls on descriptors that are no sockets, on files and on the process, as hosts/calls.h has those
 * on sockets. Paths are the implementation's. */
#ifndef SOCKSPEC_FILES_H
#define SOCKSPEC_FILES_H

#include "hosts/calls.h"

/* Descriptors. The flags are those of open(), SOCK_ flags for a socket pair. */
int sk_open(struct host *host, const char *path, int flags, int mode);
int sk_pipe(struct host *host, int fds[2]);
int sk_socketpair(struct host *host, int family, int type, int protocol, int fds[2]);
int sk_dup(struct host *host, int fd);
int sk_dup2(struct host *host, int fd, int to);
int sk_dup3(struct host *host, int fd, int to, int flags);

/* Files. The type of a file is in its status by the S_ constants of this platform's headers. */
int sk_fstat(struct host *host, int fd, struct file_status *status);
int sk_stat(struct host *host, const char *path, struct file_status *status);
int sk_chmod(struct host *host, const char *path, int mode);
int sk_unlink(struct host *host, const char *path);
int sk_symlink(struct host *host, const char *target, const char *path);
int sk_mkdir(struct host *host, const char *path, int mode);

/* What is at offsets in files. */
int64_t sk_lseek(struct host *host, int fd, int64_t offset, int whence);
int sk_pread(struct host *host, int fd, void *data, size_t size, int64_t offset);
int sk_pwrite(struct host *host, int fd, const void *data, size_t size, int64_t offset);
int sk_ftruncate(struct host *host, int fd, int64_t length);
int sk_fsync(struct host *host, int fd);

/* From one descriptor to another, as Linux has it. Offsets may be NULL; those that are not are
 * moved on if the call succeeds. */
int sk_splice(struct host *host, int from, int64_t *from_offset, int to, int64_t *to_offset,
              size_t size, int flags);
int sk_sendfile(struct host *host, int to, int from, int64_t *offset, size_t size);

/* Whether the urgent mark comes next: 1 or 0. */
int sk_sockatmark(struct host *host, int fd);

/* The process. A capability (CAP_NET_BIND_SERVICE) is dropped for good. */
int sk_getpid(struct host *host);
int sk_seteuid(struct host *host, unsigned uid);
int sk_setegid(struct host *host, unsigned gid);
int sk_drop_capability(struct host *host, int capability);
int sk_umask(struct host *host, int mask);
int sk_getrlimit(struct host *host, int resource, struct limits *limits);
int sk_setrlimit(struct host *host, int resource, const struct limits *limits);

/* Processes. sk_fork() gives the number of a child that goes on as a host of its own, with the
 * descriptors that its parent has; whoever called it closes it (host_close()), which ends its
 * process with status 0. sk_exec() replaces the program of a host's process: what does not close on
 * exec stays open. */
int sk_fork(struct host *host, struct host *child);
int sk_exec(struct host *host);

/* Waits for the end of all children of the host's process; gives the status of the last one: 0, its
 * exit status, or 128 and the signal that ended it. */
int sk_await_child(struct host *host);

#endif
