/* poll(), select() and epoll of a liar. */
#include "tests/liars/liar.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>

enum { DESCRIPTORS = 1024 };

/* ---- time ---- */

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

/* What is ready is looked at again and again, until something is or the time is over (-1: never).
 */
struct waiting {
    long long end;
    bool again;
};

static struct waiting wait_for(long long milliseconds)
{
    return (struct waiting){milliseconds < 0 ? -1 : now() + milliseconds, false};
}

/* Whether to look once more. 1: yes, 0: the time is over, -1: a signal came. */
static int more(struct waiting *waiting)
{
    bool first = !waiting->again;
    waiting->again = true;
    if (first)
        return 1;
    if (waiting->end >= 0 && now() >= waiting->end)
        return 0;
    return real.poll(NULL, 0, 1) < 0 ? -1 : 1;
}

static int told(int result)
{
    return liar->waited ? liar->waited(result) : result;
}

static int told_masked(int result)
{
    return liar->waited_masked ? liar->waited_masked(result) : result;
}

/* ---- poll() ---- */

/* What there is to tell of descriptors, without waiting. */
static int look(struct pollfd *fds, nfds_t count)
{
    int ready = 0;
    if (real.poll(fds, count, 0) < 0)
        return -1;
    for (nfds_t i = 0; i < count; i++) {
        if (liar->ready && fds[i].fd >= 0 && !(fds[i].revents & POLLNVAL))
            fds[i].revents = (short)liar->ready(fds[i].fd, fds[i].events, fds[i].revents);
        ready += fds[i].revents != 0;
    }
    return ready;
}

static int wait_polled(struct pollfd *fds, nfds_t count, long long milliseconds)
{
    struct waiting waiting = wait_for(milliseconds);
    int ready = 0, go;
    while ((go = more(&waiting)) > 0)
        if ((ready = look(fds, count)) != 0)
            return ready;
    return go;
}

int poll(struct pollfd *fds, nfds_t count, int milliseconds)
{
    if (!liar->ready)
        return told(real.poll(fds, count, milliseconds));
    return told(wait_polled(fds, count, milliseconds));
}

int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *time, const sigset_t *mask)
{
    if (!liar->ready || mask)
        return told_masked(real.ppoll(fds, count, time, mask));
    return told_masked(
        wait_polled(fds, count, time ? time->tv_sec * 1000LL + time->tv_nsec / 1000000 : -1));
}

/* ---- select() ---- */

static bool in_set(int fd, const fd_set *set)
{
    return set && FD_ISSET(fd, set);
}

static int take(struct pollfd *fd, int events, fd_set *set)
{
    if (!in_set(fd->fd, set))
        return 0;
    if (fd->revents & events)
        return 1;
    FD_CLR(fd->fd, set);
    return 0;
}

static int wait_selected(int limit, fd_set *in, fd_set *out, fd_set *other, long long milliseconds)
{
    static __thread struct pollfd fds[DESCRIPTORS];
    nfds_t count = 0;
    int ready = 0;
    for (int fd = 0; fd < limit && fd < DESCRIPTORS; fd++) {
        int events = (in_set(fd, in) ? POLLIN : 0) | (in_set(fd, out) ? POLLOUT : 0) |
                     (in_set(fd, other) ? POLLPRI : 0);
        if (events)
            fds[count++] = (struct pollfd){fd, (short)events, 0};
    }
    if (wait_polled(fds, count, milliseconds) < 0)
        return -1;
    for (nfds_t i = 0; i < count; i++)
        if (fds[i].revents & POLLNVAL)
            return fails(EBADF);
    for (nfds_t i = 0; i < count; i++)
        ready += take(&fds[i], POLLIN | POLLHUP | POLLERR, in) +
                 take(&fds[i], POLLOUT | POLLERR, out) + take(&fds[i], POLLPRI, other);
    return ready;
}

int select(int limit, fd_set *in, fd_set *out, fd_set *other, struct timeval *time)
{
    if (!liar->ready || limit < 0 || limit > DESCRIPTORS ||
        (time && (time->tv_sec < 0 || time->tv_usec < 0 || time->tv_usec > 999999)))
        return told(real.select(limit, in, out, other, time));
    return told(wait_selected(limit, in, out, other,
                              time ? time->tv_sec * 1000LL + time->tv_usec / 1000 : -1));
}

int pselect(int limit, fd_set *in, fd_set *out, fd_set *other, const struct timespec *time,
            const sigset_t *mask)
{
    if (!liar->ready || mask || limit < 0 || limit > DESCRIPTORS ||
        (time && (time->tv_sec < 0 || time->tv_nsec < 0 || time->tv_nsec > 999999999)))
        return told_masked(real.pselect(limit, in, out, other, time, mask));
    return told_masked(wait_selected(limit, in, out, other,
                                     time ? time->tv_sec * 1000LL + time->tv_nsec / 1000000 : -1));
}

/* ---- epoll ---- */

int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
    struct epoll_event changed = {0};
    if (event)
        changed = *event;
    if (event && liar->watched)
        changed.events = liar->watched(changed.events);
    int result = real.epoll_ctl(epoll, operation, fd, event ? &changed : NULL);
    if (result == 0) {
        noted(fd)->epoll = operation == EPOLL_CTL_DEL ? 0 : epoll;
        noted(fd)->watched = changed.events;
        noted(fd)->user = changed.data.u64;
    }
    return result;
}

/* What is watched by an instance, by what its user said of it; -1 if it is none of it. */
static int watched_by(int epoll, unsigned long long user)
{
    for (int fd = 0; fd < DESCRIPTORS; fd++)
        if (noted(fd)->epoll == epoll && noted(fd)->user == user)
            return fd;
    return -1;
}

/* Events of which a liar keeps none are left out. */
static int keep_told(int epoll, struct epoll_event *events, int count)
{
    int kept = 0;
    for (int i = 0; i < count; i++) {
        int fd = watched_by(epoll, events[i].data.u64);
        if (fd >= 0)
            events[i].events =
                (unsigned)liar->ready(fd, (int)noted(fd)->watched & 0xffff, (int)events[i].events);
        if (events[i].events)
            events[kept++] = events[i];
    }
    return kept;
}

/* Events that a liar makes up. */
static int make_up(int epoll, struct epoll_event *events, int count, int most)
{
    for (int fd = 0; fd < DESCRIPTORS && count < most; fd++) {
        const struct noted *note = noted(fd);
        struct pollfd polled = {fd, (short)note->watched, 0};
        if (note->epoll != epoll || note->watched & (EPOLLET | EPOLLONESHOT) ||
            real.poll(&polled, 1, 0) != 0)
            continue;
        int made = liar->ready(fd, polled.events, 0);
        if (made)
            events[count++] =
                (struct epoll_event){.events = (unsigned)made, .data.u64 = note->user};
    }
    return count;
}

int epoll_wait(int epoll, struct epoll_event *events, int most, int milliseconds)
{
    struct waiting waiting = wait_for(milliseconds);
    int go;
    if (!liar->ready || !events || most <= 0)
        return told(real.epoll_wait(epoll, events, most, milliseconds));
    while ((go = more(&waiting)) > 0) {
        int ready = real.epoll_wait(epoll, events, most, 0);
        if (ready >= 0)
            ready = make_up(epoll, events, keep_told(epoll, events, ready), most);
        if (ready != 0)
            return told(ready);
    }
    return told(go);
}

int epoll_pwait(int epoll, struct epoll_event *events, int most, int milliseconds,
                const sigset_t *mask)
{
    return liar->ready && !mask
               ? epoll_wait(epoll, events, most, milliseconds)
               : told_masked(real.epoll_pwait(epoll, events, most, milliseconds, mask));
}
