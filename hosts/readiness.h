/* Waiting until descriptors are ready, and signals, as an application writes it: see
 * hosts/calls.h. */
#ifndef SOCKSPEC_READINESS_H
#define SOCKSPEC_READINESS_H

#include "hosts/host.h"

#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>

/* poll() and ppoll(). Each descriptor's found is set, to 0 if the call fails. A time or a set of
 * signals that is NULL is a null pointer. */
int sk_poll(struct host *host, struct readiness *ready, size_t count, int milliseconds);

/* A set of signals for the calls that replace the mask for as long as they wait. */
struct signal_list {
    int signal[8];
    size_t count;
};

int sk_ppoll(struct host *host, struct readiness *ready, size_t count, struct duration *timeout,
             const struct signal_list *mask);

/* A set of select(): descriptors in any order. One that no set can hold is left out. */
enum { FD_LIST = 64 };

struct fd_list {
    int fd[FD_LIST];
    size_t count;
};

/* select() and pselect() as they are: what comes back in a set is its descriptors below the limit,
 * in order; the timeout of select() is in microseconds and comes back as the call left it. A call
 * that fails leaves all of them alone. */
int sk_select(struct host *host, int limit, struct fd_list *readable, struct fd_list *writable,
              struct fd_list *exceptional, struct duration *timeout);
int sk_pselect(struct host *host, int limit, struct fd_list *readable, struct fd_list *writable,
               struct fd_list *exceptional, struct duration *timeout,
               const struct signal_list *mask);

/* select() in poll()'s clothes: POLLIN, POLLOUT and POLLPRI stand for the three sets. A descriptor
 * that no set can hold fails with EBADF, more than FD_LIST with EINVAL. */
int sk_select_ready(struct host *host, struct readiness *ready, size_t count, int milliseconds);

/* epoll. Its descriptor is closed like any other. */
int sk_epoll_create(struct host *host);
int sk_epoll_create1(struct host *host, int flags);

/* The event of EPOLL_CTL_DEL is a null pointer. */
int sk_epoll_ctl(struct host *host, int epoll, int operation, int fd, uint32_t events,
                 uint64_t data);

/* There is room for so many events whatever the call is told, which is most; those that came are in
 * order at the beginning. */
int sk_epoll_wait(struct host *host, int epoll, struct event *event, size_t room, int most,
                  int milliseconds);
int sk_epoll_pwait(struct host *host, int epoll, struct event *event, size_t room, int most,
                   int milliseconds, const struct signal_list *mask);

/* What a signal does from now on in the host's process. The action may be NULL. */
int sk_sigaction(struct host *host, int signal, const struct action *action);

/* Raises a signal in the host's own process. */
int sk_kill(struct host *host, int signal);

/* Of the signals of this number that the host has caught since the case began (sk_signals()), how
 * many were caught by a thread that was in a call. */
int sk_signals_in_call(struct host *host, int signal);

#endif
