/* Waiting until descriptors are ready. */
#include "calls/kind.h"
#include "calls/perform.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/time.h>
#ifdef __linux__
#include <sys/epoll.h>
#endif

/* Frees memory behind a call, whose errno stays. */
static int64_t free_behind(void *memory, int64_t result)
{
    int error = errno;
    free(memory);
    errno = error;
    return result;
}

static bool has_bytes(const struct block *block)
{
    return block->bytes && block->pointer != POINTER_BAD;
}

/* ---- what these calls take besides descriptors ---- */

/* A mask of signals to pass for a block. What is no signal is in none. */
static const sigset_t *pass_mask(const struct block *block, sigset_t *mask)
{
    const int *signal = block->bytes;
    if (!has_bytes(block))
        return block_pointer(block);
    sigemptyset(mask);
    for (size_t i = 0; i < block->length / sizeof *signal; i++)
        if (signal[i] > 0)
            sigaddset(mask, signal[i]);
    errno = 0;
    return mask;
}

/* A time to pass for a block; *fits is false if this platform's structure cannot hold it. */
static struct timespec *pass_timespec(const struct block *block, struct timespec *time, bool *fits)
{
    const struct duration *asked = block->bytes;
    *fits = true;
    if (!has_bytes(block))
        return block_pointer(block);
    time->tv_sec = (time_t)asked->seconds;
    time->tv_nsec = (long)asked->fraction;
    *fits = time->tv_sec == asked->seconds && time->tv_nsec == asked->fraction;
    return time;
}

static struct timeval *pass_timeval(const struct block *block, struct timeval *time, bool *fits)
{
    const struct duration *asked = block->bytes;
    *fits = true;
    if (!has_bytes(block))
        return block_pointer(block);
    time->tv_sec = (time_t)asked->seconds;
    time->tv_usec = (suseconds_t)asked->fraction;
    *fits = time->tv_sec == asked->seconds && time->tv_usec == asked->fraction;
    return time;
}

/* Takes over what is left of a time. */
static void take_time(const struct block *block, int64_t seconds, int64_t fraction)
{
    if (has_bytes(block))
        *(struct duration *)block->bytes = (struct duration){seconds, fraction};
}

/* ---- poll() ---- */

/* The descriptors to pass for a block; NULL if there is no memory or the block has no bytes. What
 * is in revents beforehand is nothing that a call may leave there. */
static struct pollfd *make_polled(const struct block *block, nfds_t count)
{
    const struct readiness *ready = block->bytes;
    struct pollfd *fds = has_bytes(block) ? calloc(count + 1, sizeof *fds) : NULL;
    for (nfds_t i = 0; fds && i < count; i++)
        fds[i] = (struct pollfd){.fd = ready[i].fd, .events = ready[i].asked, .revents = -1};
    return fds;
}

static void take_polled(const struct block *block, const struct pollfd *fds, nfds_t count)
{
    struct readiness *ready = block->bytes;
    for (nfds_t i = 0; fds && i < count; i++)
        ready[i].found = fds[i].revents;
}

int64_t perform_poll(struct call *call)
{
    const struct block *block = &call->block[0];
    nfds_t count = (nfds_t)(block->length / sizeof(struct readiness));
    struct pollfd *fds = make_polled(block, count);
    if (has_bytes(block) && !fds)
        return -1;
    int64_t result = poll(fds ? fds : block_pointer(block), count, call_int(call, 1));
    if (result >= 0)
        take_polled(block, fds, count);
    return free_behind(fds, result);
}

int64_t perform_ppoll(struct call *call)
{
#ifdef __linux__
    const struct block *block = &call->block[0];
    nfds_t count = (nfds_t)(block->length / sizeof(struct readiness));
    struct timespec time = {0};
    sigset_t mask;
    bool fits;
    struct timespec *timeout = pass_timespec(&call->block[1], &time, &fits);
    if (!fits)
        return perform_lacking();
    struct pollfd *fds = make_polled(block, count);
    if (has_bytes(block) && !fds)
        return -1;
    int64_t result =
        ppoll(fds ? fds : block_pointer(block), count, timeout, pass_mask(&call->block[2], &mask));
    if (result >= 0) {
        take_polled(block, fds, count);
        take_time(&call->block[1], time.tv_sec, time.tv_nsec);
    }
    return free_behind(fds, result);
#else
    (void)call;
    return perform_lacking();
#endif
}

/* ---- select() ---- */

/* Descriptors up to here are looked after: no process has more. */
enum { MOST_DESCRIPTORS = 1 << 20 };

/* The three sets of a call: each an array of fd_set one behind the other, whose bits are those of
 * one large set, since a descriptor beyond FD_SETSIZE is no element of an fd_set. They have room
 * for as many descriptors as the call names, so that nobody reads or writes beyond them. */
struct sets {
    fd_set *memory;
    fd_set *set[3]; /* NULL: none */
    size_t each;    /* fd_sets in each */
};

/* What is in a set although no descriptor has the number is left out. */
static bool in_sets(const struct sets *sets, int fd)
{
    return fd >= 0 && (size_t)fd / FD_SETSIZE < sets->each;
}

static size_t count_fds(const struct block *block)
{
    return has_bytes(block) ? block->length / sizeof(int) : 0;
}

static int highest_descriptor(const struct call *call)
{
    int limit = call_int(call, 0), highest = limit > 0 ? limit - 1 : 0;
    for (int k = 0; k < 3; k++) {
        const int *fd = call->block[1 + k].bytes;
        for (size_t i = 0; i < count_fds(&call->block[1 + k]); i++)
            highest = fd[i] > highest ? fd[i] : highest;
    }
    return highest < MOST_DESCRIPTORS ? highest : MOST_DESCRIPTORS - 1;
}

static bool make_sets(const struct call *call, struct sets *sets)
{
    sets->each = (size_t)highest_descriptor(call) / FD_SETSIZE + 1;
    sets->memory = calloc(3 * sets->each, sizeof(fd_set));
    if (!sets->memory)
        return false;
    for (size_t k = 0; k < 3; k++) {
        const struct block *block = &call->block[1 + k];
        const int *fd = block->bytes;
        fd_set *set = sets->memory + k * sets->each;
        sets->set[k] = has_bytes(block) ? set : block_pointer(block);
        for (size_t i = 0; i < count_fds(block); i++)
            if (in_sets(sets, fd[i]))
                FD_SET(fd[i] % FD_SETSIZE, &set[fd[i] / FD_SETSIZE]);
    }
    return true;
}

/* Takes over what the call left of a set among the descriptors that it looks at, which are those
 * below its first argument, as far as there is room. */
static void take_set(const struct call *call, const struct sets *sets, const fd_set *set,
                     struct block *block)
{
    int *fd = block->bytes;
    size_t count = 0;
    if (!has_bytes(block))
        return;
    for (int i = 0; i < call_int(call, 0) && in_sets(sets, i); i++)
        if (FD_ISSET(i % FD_SETSIZE, &set[i / FD_SETSIZE]) && count < block->capacity / sizeof *fd)
            fd[count++] = i;
    block->length = (uint32_t)(count * sizeof *fd);
}

static int64_t take_sets(struct call *call, const struct sets *sets, int64_t result)
{
    for (int k = 0; k < 3 && result >= 0; k++)
        take_set(call, sets, sets->set[k], &call->block[1 + k]);
    return free_behind(sets->memory, result);
}

int64_t perform_select(struct call *call)
{
    struct sets sets;
    struct timeval time = {0};
    bool fits;
    struct timeval *timeout = pass_timeval(&call->block[4], &time, &fits);
    if (!fits)
        return perform_lacking();
    if (!make_sets(call, &sets))
        return -1;
    int64_t result = select(call_int(call, 0), sets.set[0], sets.set[1], sets.set[2], timeout);
    if (result >= 0)
        take_time(&call->block[4], time.tv_sec, time.tv_usec);
    return take_sets(call, &sets, result);
}

int64_t perform_pselect(struct call *call)
{
    struct sets sets;
    struct timespec time = {0};
    sigset_t mask;
    bool fits;
    struct timespec *timeout = pass_timespec(&call->block[4], &time, &fits);
    if (!fits)
        return perform_lacking();
    if (!make_sets(call, &sets))
        return -1;
    int64_t result = pselect(call_int(call, 0), sets.set[0], sets.set[1], sets.set[2], timeout,
                             pass_mask(&call->block[5], &mask));
    if (result >= 0)
        take_time(&call->block[4], time.tv_sec, time.tv_nsec);
    return take_sets(call, &sets, result);
}

/* ---- epoll ---- */

#ifdef __linux__

int64_t perform_epoll_create1(struct call *call)
{
    return epoll_create1(call_int(call, 0));
}

int64_t perform_epoll_ctl(struct call *call)
{
    const struct block *block = &call->block[3];
    const struct event *asked = block->bytes;
    struct epoll_event event, *pointer = block_pointer(block);
    if (has_bytes(block)) {
        event = (struct epoll_event){.events = asked->events, .data.u64 = asked->data};
        pointer = &event;
    }
    return epoll_ctl(call_fd(call), call_int(call, 1), call_int(call, 2), pointer);
}

/* Room for events: as many as the block has room for and as the call says, which may be more, and
 * some that nobody may write. More than MOST_EVENTS are never ready. */
enum { MOST_EVENTS = 1 << 16, SPARE_EVENTS = 16 };

struct events {
    struct epoll_event *memory;
    size_t room;  /* of the block */
    size_t asked; /* what the call may write */
    size_t all;
};

static bool make_events(const struct call *call, struct events *events)
{
    int most = call_int(call, 2);
    events->room = call->block[1].capacity / sizeof(struct event);
    events->asked = most < 0 ? 0 : most < MOST_EVENTS ? (size_t)most : MOST_EVENTS;
    events->all = (events->room > events->asked ? events->room : events->asked) + SPARE_EVENTS;
    events->memory = calloc(events->all, sizeof *events->memory);
    if (events->memory)
        memset(events->memory + events->asked, UNWRITTEN,
               (events->all - events->asked) * sizeof *events->memory);
    return events->memory;
}

static bool wrote_beyond(const struct events *events)
{
    const unsigned char *byte = (const unsigned char *)(events->memory + events->asked);
    for (size_t i = 0; i < (events->all - events->asked) * sizeof *events->memory; i++)
        if (byte[i] != UNWRITTEN)
            return true;
    return false;
}

/* Takes over the events that came, as far as there is room. */
static int64_t take_events(struct call *call, const struct events *events, int64_t result)
{
    struct block *block = &call->block[1];
    struct event *event = block->bytes;
    size_t count = result < 0 ? 0 : (uint64_t)result < events->room ? (size_t)result : events->room;
    for (size_t i = 0; i < count; i++)
        event[i] = (struct event){events->memory[i].events, events->memory[i].data.u64};
    block->length = (uint32_t)(count * sizeof *event);
    block->overrun = wrote_beyond(events);
    return free_behind(events->memory, result);
}

int64_t perform_epoll_wait(struct call *call)
{
    struct block *block = &call->block[1];
    struct events events;
    if (!has_bytes(block))
        return epoll_wait(call_fd(call), block_pointer(block), call_int(call, 2),
                          call_int(call, 3));
    if (!make_events(call, &events))
        return -1;
    return take_events(
        call, &events,
        epoll_wait(call_fd(call), events.memory, call_int(call, 2), call_int(call, 3)));
}

int64_t perform_epoll_pwait(struct call *call)
{
#ifdef __dietlibc__
    (void)call;
    return perform_lacking();
#else
    struct block *block = &call->block[1];
    sigset_t mask;
    const sigset_t *pointer = pass_mask(&call->block[4], &mask);
    struct events events;
    if (!has_bytes(block))
        return epoll_pwait(call_fd(call), block_pointer(block), call_int(call, 2),
                           call_int(call, 3), pointer);
    if (!make_events(call, &events))
        return -1;
    return take_events(
        call, &events,
        epoll_pwait(call_fd(call), events.memory, call_int(call, 2), call_int(call, 3), pointer));
#endif
}

#else

#define LACKING_EPOLL(name_)                                                                       \
    int64_t perform_##name_(struct call *call)                                                     \
    {                                                                                              \
        (void)call;                                                                                \
        return perform_lacking();                                                                  \
    }
LACKING_EPOLL(epoll_create1)
LACKING_EPOLL(epoll_ctl)
LACKING_EPOLL(epoll_wait)
LACKING_EPOLL(epoll_pwait)

#endif
