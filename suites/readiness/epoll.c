/* epoll_create1() and epoll_wait(). */
#include "suites/readiness/ask.h"

/* ---- instances ---- */

RULE(create, "readiness.epoll.create",
     .statement = "epoll_create1() opens a new epoll instance, in which nothing is registered.",
     .basic = {OP_EPOLL_CREATE}, .basics = 1,
     .outcome = {
         [BY_LINUX] = {"0 then 0 then 0",
                       {"linux.epoll_create.2.new-instance",
                        "linux.epoll_create.2.returns-descriptor",
                        "linux.epoll_create.2.create1-alike", "linux.epoll_wait.2.returns-zero"}}});

CASE(create, beside_another, .network = ON_LOOPBACK, .family = FAMILY_IPV4, .needs = "epoll")
{
    int fd = bound_datagram_socket(t, iut).fd, busy = sk_epoll_create1(iut, 0);
    observe_result(busy);
    int added = busy < 0 ? busy : sk_epoll_ctl(iut, busy, EPOLL_CTL_ADD, fd, EPOLLOUT, 0);
    int empty = sk_epoll_create1(iut, 0);
    observe_result(empty);
    struct event event;
    observe_count(sk_epoll_wait(iut, empty, &event, 1, 1, 0));
    require(added == 0 && sk_epoll_wait(iut, busy, &event, 1, 1, 0) == 1,
            "what is registered in the other instance is not reported there");
}

MUTANT(create, "epoll_create1() gives a descriptor that is no instance")
{
    if (call->operation == OP_EPOLL_CREATE)
        call_succeed(call, sk_socket(m->real, AF_INET, SOCK_DGRAM, 0));
    else
        mutate(m, call);
}

RULE(close_on_exec, "readiness.epoll.close-on-exec",
     .statement = "epoll_create1() sets FD_CLOEXEC on its descriptor if it was given "
                  "EPOLL_CLOEXEC, and only then.",
     .outcome = {[BY_LINUX] = {"kept then closed",
                               {"linux.epoll_create.2.epoll-cloexec",
                                "linux.execve.2.descriptors-stay-open"}}});

CASE(close_on_exec, with_and_without, .network = ON_LOOPBACK, .needs = "epoll fcntl")
{
    int plain = must(sk_epoll_create1(iut, 0));
    observe("%s", must(sk_fcntl(iut, plain, F_GETFD, 0)) & FD_CLOEXEC ? "closed" : "kept");
    int closing = sk_epoll_create1(iut, EPOLL_CLOEXEC);
    if (closing < 0)
        observe_result(closing);
    else
        observe("%s", must(sk_fcntl(iut, closing, F_GETFD, 0)) & FD_CLOEXEC ? "closed" : "kept");
}

MUTANT(close_on_exec, "EPOLL_CLOEXEC is ignored")
{
    if (call->operation == OP_EPOLL_CREATE)
        call->argument[0] &= ~(int64_t)EPOLL_CLOEXEC;
    mutate(m, call);
}

RULE(readable, "readiness.epoll.instance-readable",
     .statement = "poll(), select() and epoll_wait() report an epoll instance as readable while "
                  "epoll_wait() on it would report something.",
     .outcome = {
         [BY_LINUX] = {"0: nothing then 1: readable then 1: readable then 0: nothing",
                       {"linux.epoll.7.instance-is-readable", "linux.epoll_wait.2.returns-zero",
                        "linux.poll.2.returns-zero", "linux.select.2.returns-zero"}}});

CASE(readable, data, .family = ANY_FAMILY, .network = ON_LOOPBACK, .readiness = ANY_READINESS,
     .type = ANY_TYPE, .needs = "epoll")
{
    struct ends ends = ends_of(t);
    int epoll = must(sk_epoll_create(iut));
    must(sk_epoll_ctl(iut, epoll, EPOLL_CTL_ADD, ends.iut, EPOLLIN, 0));
    observe("%s", answer(t, epoll, POLLIN, 0));
    must(sk_send(peer, ends.peer, "x", 1, 0));
    observe("%s", answer(t, epoll, POLLIN, patience));
    observe("%s", answer(t, epoll, POLLIN, 0));
    require(strcmp(receive_next(t, iut, ends.iut), "x") == 0, "the data did not come");
    observe("%s", answer(t, epoll, POLLIN, 0));
}

MUTANT_BY(readable, "an instance is never readable", reports_nothing)

/* ---- what comes back ---- */

RULE(data, "readiness.epoll.data",
     .statement =
         "epoll_wait() gives 1 and EPOLLIN, and nothing else, for a socket to which data has come.",
     .basic = {OP_EPOLL_WAIT}, .basics = 1,
     .outcome = {
         [BY_LINUX] = {"1: readable",
                       {"linux.epoll_ctl.2.epollin", "linux.epoll_wait.2.events",
                        "linux.epoll_wait.2.returns-count", "linux.epoll.7.level-default"}}});

CASE(data, arrived, .family = ANY_FAMILY, .network = ANY_NETWORK, .readiness = WITH_EPOLL,
     .type = ANY_TYPE)
{
    struct ends ends = ends_of(t);
    must(sk_send(peer, ends.peer, "x", 1, 0));
    observe("%s", answer(t, ends.iut, POLLIN | POLLPRI, patience));
}

MUTANT_BY(data, "data is not reported", reports_nothing)

/* Three sockets, of which the first and the last have data, in an instance that knows them by
 * numbers. */
enum { FIRST = 1, IDLE = 2, LAST = 3 };

static int instance_of_three(struct test *t)
{
    int epoll = must(sk_epoll_create(t->iut));
    for (int number = FIRST; number <= LAST; number++) {
        struct ends ends = ends_of(t);
        must(sk_epoll_ctl(t->iut, epoll, EPOLL_CTL_ADD, ends.iut, EPOLLIN, (uint64_t)number));
        if (number == IDLE)
            continue;
        must(sk_send(t->peer, ends.peer, "x", 1, 0));
        await_data(t, t->iut, ends.iut);
    }
    return epoll;
}

/* The numbers in events as bits; the lowest one for any that is not of data that has come. */
static unsigned numbers(const struct event *event, int count)
{
    unsigned all = 0;
    for (int i = 0; i < count; i++)
        all |= event[i].events == EPOLLIN && event[i].data >= FIRST && event[i].data <= LAST
                   ? 1U << event[i].data
                   : 1;
    return all;
}

static const char *numbers_text(unsigned all)
{
    return all == (1U << FIRST | 1U << LAST) ? "first and last"
           : all == 1U << FIRST              ? "first"
           : all == 1U << LAST               ? "last"
           : all                             ? "others"
                                             : "none";
}

RULE(count, "readiness.epoll.count",
     .statement = "epoll_wait() gives an event of each descriptor that is ready, and their number.",
     .outcome = {[BY_LINUX] = {"2 then first and last",
                               {"linux.epoll_wait.2.returns-count", "linux.epoll_wait.2.waits",
                                "linux.epoll_wait.2.data"}}});

CASE(count, two_of_three, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .needs = "epoll")
{
    struct event event[4] = {0};
    int epoll = instance_of_three(t);
    int count = sk_epoll_wait(iut, epoll, event, 4, 4, patience);
    observe_count(count);
    observe("%s", numbers_text(numbers(event, count)));
}

MUTANT(count, "epoll_wait() gives one event at a time")
{
    if (call->operation == OP_EPOLL_WAIT)
        call->argument[2] = 1;
    mutate(m, call);
}

RULE(most, "readiness.epoll.most",
     .statement = "epoll_wait() gives maxevents events at most; the next call gives those of other "
                  "descriptors.",
     .outcome = {[BY_LINUX] = {
                     "1 then 1 then first and last",
                     {"linux.epoll_wait.2.at-most-maxevents", "linux.epoll_wait.2.round-robin"}}});

CASE(most, one_at_a_time, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .needs = "epoll")
{
    struct event event[2][2] = {0};
    int epoll = instance_of_three(t), count[2];
    for (int i = 0; i < 2; i++)
        observe_count(count[i] = sk_epoll_wait(iut, epoll, event[i], 2, 1, patience));
    observe("%s", numbers_text(numbers(event[0], count[0]) | numbers(event[1], count[1])));
}

/* Gives the event that it gave before. */
MUTANT(most, "epoll_wait() always begins with the same descriptor")
{
    static struct event before;
    struct event *event = call->block[1].bytes;
    mutate(m, call);
    if (call->operation != OP_EPOLL_WAIT || call->error || call->result < 1)
        return;
    if (before.events)
        *event = before;
    before = *event;
}

/* ---- errors ---- */

RULE(no_room, "readiness.epoll.wait-no-events",
     .statement = "epoll_wait() fails with EINVAL if it may give 0 events or less.",
     .outcome = {[BY_LINUX] = {"EINVAL", {"linux.epoll_wait.2.einval-maxevents"}}});

CASE(no_room, at_most, .network = ON_LOOPBACK, .needs = "epoll",
     .axes = {{"most", {"zero", "negative"}}})
{
    struct event event[1];
    int epoll = must(sk_epoll_create(iut));
    observe_result(sk_epoll_wait(iut, epoll, event, 1, t->chosen[0] == 0 ? 0 : -1, 0));
}

MUTANT_GIVES(no_room, "epoll_wait() for no events succeeds", OP_EPOLL_WAIT, EINVAL, 0)

RULE(no_instance, "readiness.epoll.wait-no-instance",
     .statement = "epoll_wait() on a descriptor that is no epoll instance fails with EINVAL.",
     .outcome = {[BY_LINUX] = {"EINVAL", {"linux.epoll_wait.2.einval-not-epoll"}}});

CASE(no_instance, socket, .family = ANY_FAMILY, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .needs = "epoll")
{
    struct event event[1];
    observe_result(sk_epoll_wait(iut, typed_socket(t, iut), event, 1, 1, 0));
}

MUTANT_GIVES(no_instance, "epoll_wait() on a socket gives EBADF", OP_EPOLL_WAIT, EINVAL, EBADF)

RULE(closed, "readiness.epoll.wait-closed",
     .statement = "epoll_wait() on a descriptor that is not open fails with EBADF.",
     .outcome = {[BY_LINUX] = {"EBADF", {"linux.epoll_wait.2.ebadf"}}});

CASE(closed, instance, .network = ON_LOOPBACK, .needs = "epoll")
{
    struct event event[1];
    int epoll = must(sk_epoll_create(iut));
    must(sk_close(iut, epoll));
    observe_result(sk_epoll_wait(iut, epoll, event, 1, 1, 0));
}

MUTANT_GIVES(closed, "epoll_wait() on a closed descriptor gives EINVAL", OP_EPOLL_WAIT, EBADF,
             EINVAL)
