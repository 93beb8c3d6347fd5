/* Socket calls as an application writes them, on the host named first.
 *
 * Each sk_ function performs one call and returns what the libc function of that name returns, but
 * the negative errno instead of -1: 0, a descriptor, a count, or -EISCONN; -DEVIATION for a result
 * that no such call can give (call_deviation() has it in words), -LACKING for what this
 * implementation declared that it does not have. Descriptors belong to their host. Nothing here
 * retries or interprets.
 *
 * Beside this file: readiness.h, files.h, lookup.h. */
#ifndef SOCKSPEC_CALLS_H
#define SOCKSPEC_CALLS_H

#include "calls/address.h"
#include "hosts/host.h"

#include <fcntl.h>
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

/* Sending. The address may be NULL. The plain sendmsg() uses one buffer and no control data. */
int sk_send(struct host *host, int fd, const void *data, size_t size, int flags);
int sk_sendto(struct host *host, int fd, const void *data, size_t size, int flags,
              const struct address *to);
int sk_sendmsg(struct host *host, int fd, const void *data, size_t size, int flags,
               const struct address *to);
int sk_sendmsg_whole(struct host *host, int fd, struct message *message, int flags);
int sk_write(struct host *host, int fd, const void *data, size_t size);

/* Receiving. The address may be NULL. */
int sk_recv(struct host *host, int fd, void *data, size_t size, int flags);
int sk_recvfrom(struct host *host, int fd, void *data, size_t size, int flags,
                struct address *from);
int sk_recvmsg(struct host *host, int fd, void *data, size_t size, int flags, struct address *from,
               int *flags_out);
/* The result may be the length of all of a message that was cut: what POSIX has recvmsg() give. */
int sk_recvmsg_whole(struct host *host, int fd, struct message *message, int flags);
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

/* The value of a constant of the implementation's headers ("AF_INET6", "EISCONN"), or
 * -ENOPROTOOPT if it has none of that name. */
int sk_constant(struct host *host, const char *name);

/* The TCP state (enum tcp_state) of the connection between these two ends as the host sees it;
 * STATE_NONE if it knows none, a negative errno if it cannot tell. */
int sk_tcp_state(struct host *host, const struct address *local, const struct address *remote);

/* How many signals of this number the host has caught since the case began. */
int sk_signals(struct host *host, int signal);

/* What a call returned: its result, the negative errno, or -DEVIATION. */
int call_returned(const struct call *call);

/* What the last -DEVIATION that this thread was given stands for: "1 instead of 0". */
const char *call_deviation(void);

/* Performs a call on a host and gives what it returned. */
int perform(struct host *host, struct call *call);

/* Blocks of calls: bytes that go in, room for what comes out, names. */
struct block block_in(const void *bytes, size_t size);
struct block block_out(void *bytes, size_t size);
struct block block_address(const struct address *address);
struct block block_address_out(struct address *address);

/* A bad pointer that stands for what the call takes, with a length; and a null one. */
struct block block_bad(size_t size);
struct block block_null(size_t size);

/* The call as a value, for sk_begin() and for mutants. The address, if any, must live as long. */
struct call call_connect(int fd, const struct address *address);
struct call call_accept(int fd, struct address *address);
struct call call_send(int fd, const void *data, size_t size, int flags);
struct call call_recv(int fd, void *data, size_t size, int flags);
struct call call_close(int fd);

#endif
