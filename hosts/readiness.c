#include "hosts/readiness.h"

#include "hosts/calls.h"

#include <errno.h>
#include <sys/select.h>

#define CALL(operation_, ...) struct call call = {.operation = operation_, __VA_ARGS__}

/* A time goes in and comes back. */
static struct block block_duration(struct duration *time)
{
    struct block block = block_out(time, time ? sizeof *time : 0);
    block.length = block.capacity;
    return block;
}

static struct block block_signals(const struct signal_list *list)
{
    return list ? block_in(list->signal, list->count * sizeof *list->signal) : block_in(NULL, 0);
}

/* ---- poll() ---- */

static struct block block_polled(struct readiness *ready, size_t count)
{
    for (size_t i = 0; ready && i < count; i++)
        ready[i].found = 0;
    return block_in(ready, count * sizeof *ready);
}

int sk_poll(struct host *host, struct readiness *ready, size_t count, int milliseconds)
{
    CALL(OP_POLL, .argument = {[1] = milliseconds}, .block = {block_polled(ready, count)});
    return perform(host, &call);
}

int sk_ppoll(struct host *host, struct readiness *ready, size_t count, struct duration *timeout,
             const struct signal_list *mask)
{
    CALL(OP_PPOLL,
         .block = {block_polled(ready, count), block_duration(timeout), block_signals(mask)});
    return perform(host, &call);
}

/* ---- select() ---- */

static struct block block_list(struct fd_list *list)
{
    struct block block = block_out(list ? list->fd : NULL, list ? sizeof list->fd : 0);
    block.length = list ? (uint32_t)(list->count * sizeof *list->fd) : 0;
    return block;
}

static void take_list(struct fd_list *list, const struct block *block)
{
    if (list)
        list->count = block->length / sizeof *list->fd;
}

/* Performs a call whose parameters begin with the limit and three sets. */
static int perform_sets(struct host *host, struct call *call, struct fd_list *const list[3])
{
    for (int k = 0; k < 3; k++)
        call->block[1 + k] = block_list(list[k]);
    int result = perform(host, call);
    for (int k = 0; k < 3; k++)
        take_list(list[k], &call->block[1 + k]);
    return result;
}

int sk_select(struct host *host, int limit, struct fd_list *readable, struct fd_list *writable,
              struct fd_list *exceptional, struct duration *timeout)
{
    CALL(OP_SELECT, .argument = {limit}, .block = {[4] = block_duration(timeout)});
    return perform_sets(host, &call, (struct fd_list *const[]){readable, writable, exceptional});
}

int sk_pselect(struct host *host, int limit, struct fd_list *readable, struct fd_list *writable,
               struct fd_list *exceptional, struct duration *timeout,
               const struct signal_list *mask)
{
    CALL(OP_PSELECT, .argument = {limit},
         .block = {[4] = block_duration(timeout), [5] = block_signals(mask)});
    return perform_sets(host, &call, (struct fd_list *const[]){readable, writable, exceptional});
}

static bool contains(const struct fd_list *list, int fd)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->fd[i] == fd)
            return true;
    return false;
}

int sk_select_ready(struct host *host, struct readiness *ready, size_t count, int milliseconds)
{
    static const short event[3] = {POLLIN, POLLOUT, POLLPRI};
    struct fd_list list[3] = {0};
    struct duration time = {milliseconds / 1000, milliseconds % 1000 * 1000};
    int highest = -1;
    if (count > FD_LIST)
        return -EINVAL;
    for (size_t i = 0; i < count; i++) {
        ready[i].found = 0;
        if (ready[i].fd < 0 || ready[i].fd >= FD_SETSIZE)
            return -EBADF;
        highest = ready[i].fd > highest ? ready[i].fd : highest;
        for (int k = 0; k < 3; k++)
            if (ready[i].asked & event[k])
                list[k].fd[list[k].count++] = ready[i].fd;
    }
    int result =
        sk_select(host, highest + 1, &list[0], &list[1], &list[2], milliseconds < 0 ? NULL : &time);
    for (size_t i = 0; i < count && result >= 0; i++)
        for (int k = 0; k < 3; k++)
            if (contains(&list[k], ready[i].fd))
                ready[i].found |= event[k];
    return result;
}

/* ---- epoll ---- */

int sk_epoll_create1(struct host *host, int flags)
{
    CALL(OP_EPOLL_CREATE, .argument = {flags});
    return perform(host, &call);
}

int sk_epoll_create(struct host *host)
{
    return sk_epoll_create1(host, 0);
}

int sk_epoll_ctl(struct host *host, int epoll, int operation, int fd, uint32_t events,
                 uint64_t data)
{
    struct event event = {.events = events, .data = data};
    CALL(OP_EPOLL_CTL, .argument = {epoll, operation, fd});
    if (operation != EPOLL_CTL_DEL)
        call.block[3] = block_in(&event, sizeof event);
    return perform(host, &call);
}

int sk_epoll_wait(struct host *host, int epoll, struct event *event, size_t room, int most,
                  int milliseconds)
{
    CALL(OP_EPOLL_WAIT, .argument = {epoll, [2] = most, [3] = milliseconds},
         .block = {[1] = block_out(event, room * sizeof *event)});
    return perform(host, &call);
}

int sk_epoll_pwait(struct host *host, int epoll, struct event *event, size_t room, int most,
                   int milliseconds, const struct signal_list *mask)
{
    CALL(OP_EPOLL_PWAIT, .argument = {epoll, [2] = most, [3] = milliseconds},
         .block = {[1] = block_out(event, room * sizeof *event), [4] = block_signals(mask)});
    return perform(host, &call);
}

/* ---- signals ---- */

int sk_sigaction(struct host *host, int signal, const struct action *action)
{
    CALL(OP_SIGACTION, .argument = {signal},
         .block = {[1] = action ? block_in(action, sizeof *action) : block_in(NULL, 0)});
    return perform(host, &call);
}

int sk_kill(struct host *host, int signal)
{
    CALL(OP_KILL, .argument = {signal});
    return perform(host, &call);
}

int sk_signals_in_call(struct host *host, int signal)
{
    CALL(OP_SIGNALS_IN_CALL, .argument = {signal});
    return perform(host, &call);
}
