/* Socket calls as an application writes them, on the host named first.
 *
 * Each sk_ function performs one call and returns what the libc function of that name returns, but
 * the negative errno instead of -1: 0, a descriptor, a count, or -EISCONN. Descriptors belong to
 * their host. Nothing here retries, checks or interprets. */
#ifndef SOCKSPEC_CALLS_H
#define SOCKSPEC_CALLS_H

#include "calls/address.h"
#include "hosts/host.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

int sk_socket(struct host *host, int family, int type, int protocol);
int sk_bind(struct host *host, int fd, const struct address *address);
int sk_listen(struct host *host, int fd, int backlog);
int sk_connect(struct host *host, int fd, const struct address *address);

/* The address may be NULL. On success it holds the peer's name and the length that came back. */
int sk_accept(struct host *host, int fd, struct address *address);
int sk_accept4(struct host *host, int fd, struct address *address, int flags);

int sk_getsockname(struct host *host, int fd, struct address *address);
int sk_getpeername(struct host *host, int fd, struct address *address);

/* The same three with a chosen room for the name; address->length is what came back, which can be
 * more. Bytes beyond the room are left alone. */
int sk_accept_within(struct host *host, int fd, struct address *address, socklen_t room);
int sk_getsockname_within(struct host *host, int fd, struct address *address, socklen_t room);
int sk_getpeername_within(struct host *host, int fd, struct address *address, socklen_t room);

/* Sending. The address may be NULL. sendmsg() uses one iovec and no control data. */
int sk_send(struct host *host, int fd, const void *data, size_t size, int flags);
int sk_sendto(struct host *host, int fd, const void *data, size_t size, int flags,
              const struct address *to);
int sk_sendmsg(struct host *host, int fd, const void *data, size_t size, int flags,
               const struct address *to);
int sk_write(struct host *host, int fd, const void *data, size_t size);

/* Receiving. The address may be NULL. */
int sk_recv(struct host *host, int fd, void *data, size_t size, int flags);
int sk_recvfrom(struct host *host, int fd, void *data, size_t size, int flags,
                struct address *from);
int sk_recvmsg(struct host *host, int fd, void *data, size_t size, int flags, struct address *from,
               int *flags_out);
int sk_read(struct host *host, int fd, void *data, size_t size);

int sk_shutdown(struct host *host, int fd, int how);
int sk_close(struct host *host, int fd);

/* Options. The plain forms take or give an int; getsockopt stores it only on success. */
int sk_getsockopt(struct host *host, int fd, int level, int option, int *value);
int sk_setsockopt(struct host *host, int fd, int level, int option, int value);
int sk_getsockopt_bytes(struct host *host, int fd, int level, int option, void *value,
                        socklen_t *size);
int sk_setsockopt_bytes(struct host *host, int fd, int level, int option, const void *value,
                        socklen_t size);

int sk_fcntl(struct host *host, int fd, int command, int argument);

/* Readiness. Each takes POLL* events in asked and sets found; select() maps POLLIN, POLLOUT and
 * POLLPRI to its three sets. The timeout is in milliseconds, -1 waits for ever. */
int sk_poll(struct host *host, struct readiness *ready, size_t count, int timeout);
int sk_select(struct host *host, struct readiness *ready, size_t count, int timeout);
int sk_epoll_create(struct host *host);
int sk_epoll_ctl(struct host *host, int epoll, int operation, int fd, int events);
int sk_epoll_wait(struct host *host, int epoll, struct readiness *ready, size_t count, int timeout);

/* The index of an interface, 0 if there is none of that name. */
int sk_if_nametoindex(struct host *host, const char *name);

/* The value of a constant of the implementation's headers ("AF_INET6", "EISCONN"), or
 * -ENOPROTOOPT if it has none of that name. */
int sk_constant(struct host *host, const char *name);

/* The TCP state (enum tcp_state) of the connection between these two ends as the host sees it;
 * STATE_NONE if it knows none, a negative errno if it cannot tell. */
int sk_tcp_state(struct host *host, const struct address *local, const struct address *remote);

/* How many signals of this number the host has caught since the case began. */
int sk_signals(struct host *host, int signal);

/* What a call returned: its result, or the negative errno. */
int call_returned(const struct call *call);

/* The call as a value, for sk_begin() and for mutants. The address, if any, must live as long. */
struct call call_connect(int fd, const struct address *address);
struct call call_accept(int fd, struct address *address);
struct call call_send(int fd, const void *data, size_t size, int flags);
struct call call_recv(int fd, void *data, size_t size, int flags);
struct call call_close(int fd);

#endif
