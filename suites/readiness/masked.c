#include "suites/readiness/masked.h"

static struct block mask_block(struct masked *masked, enum mask mask)
{
    masked->signal = mask == SIGUSR2_MASK ? SIGUSR2 : SIGUSR1;
    return mask == NULL_MASK
               ? block_in(NULL, 0)
               : block_in(&masked->signal, mask == EMPTY_MASK ? 0 : sizeof masked->signal);
}

/* So many milliseconds; -1: without end. */
static struct block time_block(struct masked *masked, int milliseconds)
{
    masked->time = (struct duration){milliseconds / 1000, milliseconds % 1000 * 1000000LL};
    struct block block = block_out(milliseconds < 0 ? NULL : &masked->time,
                                   milliseconds < 0 ? 0 : sizeof masked->time);
    block.length = block.capacity;
    return block;
}

static void prepare_ppoll(struct masked *masked, int milliseconds, enum mask mask)
{
    masked->call =
        (struct call){.operation = OP_PPOLL,
                      .block = {block_in(&masked->one, sizeof masked->one),
                                time_block(masked, milliseconds), mask_block(masked, mask)}};
}

static void prepare_pselect(struct masked *masked, int milliseconds, enum mask mask)
{
    masked->set = (struct fd_list){.fd = {masked->one.fd}, .count = 1};
    masked->call = (struct call){.operation = OP_PSELECT,
                                 .argument = {masked->one.fd + 1},
                                 .block = {[1] = block_out(masked->set.fd, sizeof masked->set.fd),
                                           [4] = time_block(masked, milliseconds),
                                           [5] = mask_block(masked, mask)}};
    masked->call.block[1].length = sizeof *masked->set.fd;
}

static void prepare_epoll_pwait(struct test *t, struct masked *masked, int milliseconds,
                                enum mask mask)
{
    int epoll = must(sk_epoll_create(t->iut));
    must(sk_epoll_ctl(t->iut, epoll, EPOLL_CTL_ADD, masked->one.fd, EPOLLIN, 0));
    masked->call = (struct call){
        .operation = OP_EPOLL_PWAIT,
        .argument = {epoll, [2] = 1, [3] = milliseconds},
        .block = {
            [1] = block_out(&masked->event, sizeof masked->event), [4] = mask_block(masked, mask)}};
}

void masked_call(struct test *t, struct masked *masked, enum masking which, int fd,
                 int milliseconds, enum mask mask)
{
    *masked = (struct masked){.one = {.fd = fd, .asked = POLLIN}};
    require(fd < FD_SETSIZE || which != PSELECT, "no set holds the descriptor %d", fd);
    if (which == PPOLL)
        prepare_ppoll(masked, milliseconds, mask);
    else if (which == PSELECT)
        prepare_pselect(masked, milliseconds, mask);
    else
        prepare_epoll_pwait(t, masked, milliseconds, mask);
}

/* What was reported. Of a set that a begun call took, the result alone says whether its only
 * descriptor is still there: such a call keeps the length to itself. */
static int found(const struct masked *masked)
{
    if (masked->call.operation == OP_PPOLL)
        return masked->one.found;
    if (masked->call.operation == OP_EPOLL_PWAIT)
        return (int)masked->event.events;
    return masked->call.block[1].length && masked->set.fd[0] == masked->one.fd ? POLLIN : 0;
}

const char *masked_answer(const struct masked *masked, int result)
{
    return answer_text(result, found(masked));
}

const char *masked_answer_left(struct test *t, struct masked *masked, enum masking which,
                               struct pending *pending)
{
    await_return(pending);
    masked->call = *pending_call(pending); /* which says what is left of the set */
    int result = finish(pending);
    return which == EPOLL_PWAIT ? masked_answer(masked, result)
                                : answer_left(result, found(masked));
}

int mask_at(const struct call *call)
{
    return call->operation == OP_PPOLL         ? 2
           : call->operation == OP_PSELECT     ? 5
           : call->operation == OP_EPOLL_PWAIT ? 4
                                               : -1;
}

void never_fails(struct mutation *m, struct call *call)
{
    mutate(m, call);
    if (mask_at(call) >= 0 && call->error)
        call_succeed(call, 0);
}
