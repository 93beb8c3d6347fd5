/* Receiving on a socket that is shut down for it. */
#include "suites/suite.h"

#include <unistd.h>

RULE(received, "basic.shutdown.shut-rd-received",
     .statement = "After shutdown() for receiving recv() gives no data and does not wait for any, "
                  "with data from before, with data that comes later, and without.",
     .outcome = {
         [BY_POSIX] = {"no data then *", {"posix.shutdown.shut-rd", "posix.shutdown.shut-rdwr"}},
         [BY_LINUX] = {"no data then *",
                       {"linux.shutdown.2.shut-rd", "linux.shutdown.2.shut-rdwr"}},
         [BY_BSD] = {"no data then *",
                     {"freebsd.shutdown.2.shut-rd", "freebsd.shutdown.2.shut-rdwr"}},
         [BY_ZOS] = {"no data then 0",
                     {"zos.shutdown.table.local-receive-read-zero", "zos.shutdown.call.how-2"}}});

/* What a receive gives that does not wait, and the next one if that gives data. Whether it fails or
 * gives an end of file is said by z/OS alone; but it is not told to ask again, which is for
 * nonblocking sockets, and the descriptor is that of a socket still. */
static void observe_no_data(struct test *t, int fd)
{
    char byte;
    int first = 0, tries = 0;
    bool late;
    do {
        int64_t since = clock_now();
        int result = finish(sk_begin(t->iut, call_recv(fd, &byte, 1, 0)));
        int again = result > 0 ? 0 : finish(sk_begin(t->iut, call_recv(fd, &byte, 1, 0)));
        late = result <= 0 && again <= 0 && clock_late(since);
        if (tries == 0 || result > 0 || again > 0)
            first = again > 0 ? again : result; /* an error is told once */
    } while (late && ++tries < LATE_TRIES);
    observe("%s%s",
            first > 0                                   ? "data"
            : first == -EAGAIN || first == -EWOULDBLOCK ? "no data yet"
            : first == -EBADF || first == -ENOTSOCK     ? "no socket"
                                                        : "no data",
            late ? ", late" : "");
    observe_count(first);
}

#define HOWS .axes = {{"how", {"read", "both"}}}
static int how_of(const struct test *t)
{
    return t->chosen[0] == 0 ? SHUT_RD : SHUT_RDWR;
}

CASE(received, nothing_came, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE, HOWS)
{
    struct connection c = connected_pair(t);
    must(sk_shutdown(iut, c.iut, how_of(t)));
    observe_no_data(t, c.iut);
}

#define LINUX_READS_ON                                                                             \
    .deviation = {                                                                                 \
        [BY_LINUX] = {"data then 1",                                                               \
                      "on Linux a socket that is shut down for receiving still gives what "        \
                      "came and comes; it always did"}}

CASE(received, came_before, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE, HOWS,
     LINUX_READS_ON)
{
    struct connection c = connected_pair(t);
    must(sk_send(peer, c.peer, "x", 1, 0));
    await_data(t, iut, c.iut);
    must(sk_shutdown(iut, c.iut, how_of(t)));
    observe_no_data(t, c.iut);
}

/* When the data of another connection is there, what was sent before it has come too. */
static void observe_later(struct test *t, int how)
{
    struct connection c = connected_pair(t), witness = connected_pair(t);
    must(sk_shutdown(t->iut, c.iut, how));
    must(sk_send(t->peer, c.peer, "x", 1, MSG_NOSIGNAL));
    must(sk_send(t->peer, witness.peer, "x", 1, MSG_NOSIGNAL));
    await_data(t, t->iut, witness.iut);
    observe_no_data(t, c.iut);
}

CASE(received, came_later, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     LINUX_READS_ON)
{
    observe_later(t, SHUT_RD);
}

/* Data that comes when nothing can be sent any more is answered with a reset by some, and what a
 * receive gives after that is said nowhere. */
CASE(received, came_after_both, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .outcome = {[BY_ZOS] = {"no data then *", {"zos.shutdown.call.how-2"}}})
{
    observe_later(t, SHUT_RDWR);
}

MUTANT(received, "a receive waits for ever after shutdown() for receiving")
{
    static int shut = -1;
    while (shut >= 0 && call_receives(call) && (int)call->argument[0] == shut)
        pause();
    mutate(m, call);
    if (call->operation == OP_SHUTDOWN)
        shut = (int)call->argument[0];
}

RULE(wakes, "basic.shutdown.shut-rd-wakes",
     .statement =
         "On Linux shutdown() for receiving ends a recv() that waits, at once: it gives an "
         "end of file.",
     .pinned = {[BY_LINUX] = "waits then 0"});

CASE(wakes, waiting, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE, HOWS)
{
    char byte;
    int result, tries = 0;
    bool waits, ends, late;
    do {
        struct connection c = connected_pair(t);
        struct pending *receiving = sk_begin(iut, call_recv(c.iut, &byte, 1, 0));
        waits = sk_waits(receiving);
        int64_t since = clock_now();
        must(sk_shutdown(iut, c.iut, how_of(t)));
        ends = sk_finish_within(receiving, patience, &result);
        late = ends && clock_late(since);
    } while (late && ++tries < LATE_TRIES);
    observe("%s", waits ? "waits" : "returns");
    if (ends && !late)
        observe_count(result);
    else
        observe("%s", ends ? "ends late" : "still waits");
}

MUTANT(wakes, "a receive that is ended fails with ECONNABORTED")
{
    mutate(m, call);
    if (call_receives(call) && !call->error && call->result == 0)
        call_fail(call, ECONNABORTED);
}
