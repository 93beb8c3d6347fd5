/* Messages with several buffers and control data, several messages at once, and ioctl(); beside
 * hosts/calls.h, with the same results. */
#ifndef SOCKSPEC_MESSAGE_H
#define SOCKSPEC_MESSAGE_H

#include "hosts/calls.h"

int sk_writev(struct host *host, int fd, struct block *buffers, size_t count);
int sk_readv(struct host *host, int fd, struct block *buffers, size_t count);

/* Each message's count is what was sent or received of it. The timeout may be NULL; it comes back
 * as the implementation leaves it, in seconds and nanoseconds. */
int sk_sendmmsg(struct host *host, int fd, struct message *messages, size_t count, int flags);
int sk_recvmmsg(struct host *host, int fd, struct message *messages, size_t count, int flags,
                struct duration *timeout);

/* A request of which the implementation reads or writes an int; and one with another value. */
int sk_ioctl(struct host *host, int fd, long request, int *value);
int sk_ioctl_bytes(struct host *host, int fd, long request, void *value, size_t size);

/* Adds an element of control data to a message. A value or an element more than there is room for
 * is a defect of the caller and aborts. */
void control_add(struct message *message, int level, int type, const void *value, size_t size);

/* The first element of a type that came with a message, NULL if none did. */
const struct control *control_find(const struct message *message, int level, int type);

#endif
