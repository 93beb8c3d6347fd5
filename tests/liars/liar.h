/* Libraries for --iut preload that are broken in one way each.
 *
 * There is one library; which way it is broken says the name of its file, "liar-NAME.so", so that a
 * link to it is another liar. It stands before the C library's calls: a liar that does something
 * else in one of them has a function for it, which may perform the real ones. Only sockets of the
 * Internet are lied about; the stream of the agent is left alone. */
#ifndef SOCKSPEC_TESTS_LIAR_H
#define SOCKSPEC_TESTS_LIAR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

enum end { END_OWN, END_PEER };

struct liar {
    const char *name;
    int (*socket)(int family, int type, int protocol);
    int (*bind)(int fd, const struct sockaddr *name, socklen_t length);
    int (*listen)(int fd, int backlog);
    int (*connect)(int fd, const struct sockaddr *name, socklen_t length);
    int (*accept)(int fd, struct sockaddr *name, socklen_t *length, int flags);
    int (*tell_name)(int fd, enum end end, struct sockaddr *name, socklen_t *length);
    int (*shutdown)(int fd, int how);
    int (*close)(int fd);
    int (*getsockopt)(int fd, int level, int option, void *value, socklen_t *length);
    int (*setsockopt)(int fd, int level, int option, const void *value, socklen_t length);
    /* All that send and all that receive. */
    ssize_t (*send)(int fd, const struct msghdr *message, int flags);
    ssize_t (*receive)(int fd, struct msghdr *message, int flags);
    /* poll(), select(), epoll: what is told of a descriptor of which these POLL* events are asked
     * for and these are true. */
    int (*ready)(int fd, int asked, int found);
    /* poll(), select(), epoll_wait(): what they return; and those that take a mask of signals. */
    int (*waited)(int result);
    int (*waited_masked)(int result);
    /* The events of a descriptor that epoll_ctl() is told. */
    unsigned (*watched)(unsigned events);
    int (*sockatmark)(int fd);
};

/* The liars of a file each, ended by one without a name. */
extern const struct liar plain_liars[], connect_liars[], name_liars[], data_liars[], ready_liars[],
    end_liars[];

/* The one that this library is. */
extern const struct liar *liar;

/* Whether the agent has said that it is there: what happens before is no call of a case. */
extern bool has_spoken;

/* The C library's own. */
extern struct real {
    int (*socket)(int, int, int);
    int (*bind)(int, const struct sockaddr *, socklen_t);
    int (*listen)(int, int);
    int (*connect)(int, const struct sockaddr *, socklen_t);
    int (*accept4)(int, struct sockaddr *, socklen_t *, int);
    int (*getsockname)(int, struct sockaddr *, socklen_t *);
    int (*getpeername)(int, struct sockaddr *, socklen_t *);
    int (*shutdown)(int, int);
    int (*close)(int);
    int (*getsockopt)(int, int, int, void *, socklen_t *);
    int (*setsockopt)(int, int, int, const void *, socklen_t);
    ssize_t (*sendmsg)(int, const struct msghdr *, int);
    ssize_t (*recvmsg)(int, struct msghdr *, int);
    ssize_t (*read)(int, void *, size_t);
    ssize_t (*write)(int, const void *, size_t);
    int (*poll)(void *, unsigned long, int);
    int (*ppoll)(void *, unsigned long, const void *, const void *);
    int (*select)(int, void *, void *, void *, void *);
    int (*pselect)(int, void *, void *, void *, const void *, const void *);
    int (*epoll_ctl)(int, int, int, void *);
    int (*epoll_wait)(int, void *, int, int);
    int (*epoll_pwait)(int, void *, int, int, const void *);
    int (*sockatmark)(int);
} real;

/* What a liar notes about a descriptor; nothing for a new one. */
struct noted {
    bool flag;
    int number;
    struct sockaddr_storage name;
    socklen_t length;
    char data[2048];
    size_t size;
    unsigned watched; /* the events that epoll was asked for */
    int epoll;        /* by this instance of epoll; 0: by none */
    unsigned long long user;
};
struct noted *noted(int fd);

/* Whether an attempt to connect this socket, which is noted by its flag, is over and there never
 * was a connection, which is noted by its number. */
bool has_failed(int fd);

int own_name(int fd, struct sockaddr_storage *name, socklen_t *length);
int int_option(int fd, int level, int option);
int type_of_socket(int fd);
bool is_nonblocking(int fd);
void set_nonblocking(int fd, bool on);

/* -1 with this errno. */
int fails(int error);

/* A name given as a call gives one. */
void give_name(const struct sockaddr_storage *from, socklen_t size, struct sockaddr *name,
               socklen_t *length);

/* So much room there is in a message's buffers. */
size_t room_of(const struct msghdr *message);

#endif
