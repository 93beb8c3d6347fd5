/* When epoll_wait() reports an event again: by level, by edge, once. */
#include "suites/readiness/ask.h"

/* An instance in which a socket is registered for data. */
struct watch {
    int epoll;
    struct ends ends;
};

static struct watch watch_with(struct test *t, uint32_t flags)
{
    struct watch watch = {must(sk_epoll_create(t->iut)), ends_of(t)};
    must(sk_epoll_ctl(t->iut, watch.epoll, EPOLL_CTL_ADD, watch.ends.iut, EPOLLIN | flags, 0));
    return watch;
}

static void observe_events(struct test *t, const struct watch *watch, int milliseconds)
{
    struct event event = {0};
    int result = sk_epoll_wait(t->iut, watch->epoll, &event, 1, 1, milliseconds);
    observe("%s", answer_text(result, (int)event.events));
}

/* Removes a flag from what epoll_ctl() is told. */
static void without_flag(struct mutation *m, struct call *call, uint32_t flag)
{
    struct event *event = call->block[3].bytes;
    if (call->operation == OP_EPOLL_CTL && event)
        event->events &= ~flag;
    mutate(m, call);
}

RULE(level, "readiness.epoll.level",
     .statement = "epoll_wait() reports data each time as long as some is left, unless it was told "
                  "otherwise.",
     .outcome = {[BY_LINUX] = {"1: readable then 1: readable then 1: readable then 0: nothing",
                               {"linux.epoll.7.level-default", "linux.epoll.7.level-remains",
                                "linux.epoll_ctl.2.epollin", "linux.epoll_wait.2.returns-count",
                                "linux.epoll_wait.2.returns-zero"}}});

CASE(level, read_in_parts, .family = ANY_FAMILY, .network = ANY_NETWORK, .needs = "epoll")
{
    struct watch watch = watch_with(t, 0);
    char byte;
    must(sk_send(peer, watch.ends.peer, "xy", 2, 0));
    observe_events(t, &watch, patience);
    observe_events(t, &watch, 0);
    must(sk_recv(iut, watch.ends.iut, &byte, 1, 0));
    observe_events(t, &watch, 0);
    must(sk_recv(iut, watch.ends.iut, &byte, 1, 0));
    observe_events(t, &watch, 0);
}

MUTANT(level, "events come by edge always")
{
    struct event *event = call->block[3].bytes;
    if (call->operation == OP_EPOLL_CTL && event)
        event->events |= EPOLLET;
    mutate(m, call);
}

RULE(edge, "readiness.epoll.edge",
     .statement = "With EPOLLET epoll_wait() reports data that comes when all was read, and does "
                  "not again because it is left.",
     .outcome = {
         [BY_LINUX] = {"1: readable then 0: nothing then 1: readable",
                       {"linux.epoll.7.edge-only-changes", "linux.epoll.7.edge-each-chunk",
                        "linux.epoll_ctl.2.epollet", "linux.epoll_ctl.2.epollin",
                        "linux.epoll_wait.2.returns-count", "linux.epoll_wait.2.returns-zero"}}});

CASE(edge, more_data, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .needs = "epoll")
{
    struct watch watch = watch_with(t, EPOLLET);
    must(sk_send(peer, watch.ends.peer, "x", 1, 0));
    observe_events(t, &watch, patience);
    observe_events(t, &watch, 0);
    /* That more data brings an event while some is left is not promised; after EAGAIN it
     * is. */
    require(strcmp(received(t, iut, watch.ends.iut), "x") == 0, "the data did not come");
    require(strcmp(received(t, iut, watch.ends.iut), "nothing") == 0, "no EAGAIN");
    must(sk_send(peer, watch.ends.peer, "y", 1, 0));
    observe_events(t, &watch, patience);
}

MUTANT(edge, "EPOLLET is ignored")
{
    without_flag(m, call, EPOLLET);
}

RULE(once, "readiness.epoll.once",
     .statement = "With EPOLLONESHOT epoll_wait() reports a descriptor once, and once again when "
                  "epoll_ctl() with EPOLL_CTL_MOD has armed it anew.",
     .outcome = {
         [BY_LINUX] = {"1: readable then 0: nothing then 0 then 1: readable then 0: nothing",
                       {"linux.epoll.7.oneshot", "linux.epoll.7.oneshot-rearm",
                        "linux.epoll_ctl.2.epolloneshot", "linux.epoll_ctl.2.mod",
                        "linux.epoll_ctl.2.returns-zero", "linux.epoll_ctl.2.epollin",
                        "linux.epoll_wait.2.returns-count", "linux.epoll_wait.2.returns-zero"}}});

CASE(once, armed_anew, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .needs = "epoll")
{
    struct watch watch = watch_with(t, EPOLLONESHOT);
    must(sk_send(peer, watch.ends.peer, "x", 1, 0));
    observe_events(t, &watch, patience);
    require(strcmp(received(t, iut, watch.ends.iut), "x") == 0, "the data did not come");
    must(sk_send(peer, watch.ends.peer, "y", 1, 0));
    await_data(t, iut, watch.ends.iut);
    observe_events(t, &watch, 0);
    observe_result(
        sk_epoll_ctl(iut, watch.epoll, EPOLL_CTL_MOD, watch.ends.iut, EPOLLIN | EPOLLONESHOT, 0));
    observe_events(t, &watch, 0);
    observe_events(t, &watch, 0);
}

MUTANT(once, "with EPOLLONESHOT an event comes again when more data does")
{
    struct event *event = call->block[3].bytes;
    if (call->operation == OP_EPOLL_CTL && event && event->events & EPOLLONESHOT)
        event->events ^= EPOLLONESHOT | EPOLLET;
    mutate(m, call);
}

RULE(added, "readiness.epoll.added-meanwhile",
     .statement = "epoll_wait() that waits returns as soon as epoll_ctl() in another thread adds a "
                  "descriptor that is ready.",
     .outcome = {
         [BY_LINUX] = {"waits then 1: writable",
                       {"linux.epoll_wait.2.added-while-waiting", "linux.epoll_wait.2.empty-waits",
                        "linux.epoll_ctl.2.epollout", "linux.epoll_wait.2.returns-count"}}});

CASE(added, ready, .family = ANY_FAMILY, .network = ON_LOOPBACK, .needs = "epoll")
{
    const char *answer, *late;
    bool waits;
    int tries = 0;
    do {
        int epoll = must(sk_epoll_create(iut)), fd = bound_datagram_socket(t, iut).fd;
        struct event event = {0};
        struct call call = {.operation = OP_EPOLL_WAIT,
                            .argument = {epoll, [2] = 1, [3] = -1},
                            .block = {[1] = block_out(&event, sizeof event)}};
        struct pending *waiting = sk_begin(iut, call);
        waits = sk_waits(waiting);
        int64_t since = clock_now();
        must(sk_epoll_ctl(iut, epoll, EPOLL_CTL_ADD, fd, EPOLLOUT, 0));
        int result = finish(waiting);
        answer = answer_text(result, (int)event.events);
        late = lateness(since);
    } while (wait_again(late, &tries));
    observe("%s", waits ? "waits" : "does not wait");
    observe("%s%s", answer, late);
}

MUTANT(added, "what another thread adds does not end the wait")
{
    struct event *event = call->block[3].bytes;
    if (call->operation == OP_EPOLL_CTL && event)
        event->events = 0;
    mutate(m, call);
}
