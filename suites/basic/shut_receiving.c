/* Receiving on a socket that is shut down for it. */
#include "suites/suite.h"

#include <unistd.h>

RULE(received, "basic.shutdown.shut-rd-received",
     .statement =
         "After shutdown() for receiving recv() gives no data, does not wait for any, and does "
         "not say to ask again or that there is no socket, with data from before, with data that "
         "comes later, and without.",
     .outcome = {
         [BY_POSIX] = {"no data then *",
                       {"posix.shutdown.shut-rd", "posix.shutdown.shut-rdwr",
                        "posix.errors.other-circumstances-treatable"}},
         [BY_LINUX] = {"no data then *",
                       {"linux.shutdown.2.shut-rd", "linux.shutdown.2.shut-rdwr",
                        "posix.errors.other-circumstances-treatable"}},
         [BY_BSD] = {"no data then *",
                     {"freebsd.shutdown.2.shut-rd", "freebsd.shutdown.2.shut-rdwr",
                      "posix.errors.other-circumstances-treatable"}},
         [BY_ZOS] = {"no data then 0",
                     {"zos.shutdown.table.local-receive-read-zero", "zos.shutdown.call.how-2"}}});

/* When data comes that is not read before shutdown(). */
enum coming { NEVER, BEFORE, LATER };

static struct connection shut_connection(struct test *t, int how, enum coming data)
{
    struct connection c = connected_pair(t);
    if (data == BEFORE) {
        must(sk_send(t->peer, c.peer, "x", 1, 0));
        await_data(t, t->iut, c.iut);
    }
    must(sk_shutdown(t->iut, c.iut, how));
    if (data == LATER) {
        /* When the data of another connection is there, what was sent before it has come too. */
        struct connection witness = connected_pair(t);
        int sent = sk_send(t->peer, c.peer, "x", 1, MSG_NOSIGNAL);
        if (sent != -EPIPE && sent != -ECONNRESET) /* some reset the connection at once */
            must(sent);
        must(sk_send(t->peer, witness.peer, "x", 1, MSG_NOSIGNAL));
        await_data(t, t->iut, witness.iut);
    }
    return c;
}

/* A receive, and whether it came back at once. */
static int receive(struct test *t, int fd, bool *late)
{
    char byte;
    int64_t since = clock_now();
    int result = finish(sk_begin(t->iut, call_recv(fd, &byte, 1, 0)));
    *late = *late || clock_late(since);
    return result;
}

/* What a result says of data. Whether a receive fails or gives an end of file is said by z/OS
 * alone; but it is not told to ask again, which is for nonblocking sockets and signals, and the
 * descriptor is that of a socket still. */
static const char *data_by(int result)
{
    return result > 0                                                        ? "data"
           : result == -EAGAIN || result == -EWOULDBLOCK || result == -EINTR ? "no data yet"
           : result == -EBADF || result == -ENOTSOCK                         ? "no socket"
                                                                             : "no data";
}

/* What a receive gives that does not wait, and the next one if that has more to say: an error is
 * told once. */
static void observe_no_data(struct test *t, int how, enum coming data)
{
    int result, tries = 0;
    bool late;
    do {
        struct connection c = shut_connection(t, how, data);
        late = false;
        result = receive(t, c.iut, &late);
        int again = result > 0 ? 0 : receive(t, c.iut, &late);
        if (strcmp(data_by(again), "no data") != 0)
            result = again;
        late = late && strcmp(data_by(result), "no data") == 0;
    } while (late && ++tries < LATE_TRIES);
    observe("%s%s", data_by(result), late ? ", late" : "");
    observe_count(result);
}

#define HOWS .axes = {{"how", {"read", "both"}}}
static int how_of(const struct test *t)
{
    return t->chosen[0] == 0 ? SHUT_RD : SHUT_RDWR;
}

CASE(received, nothing_came, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE, HOWS)
{
    observe_no_data(t, how_of(t), NEVER);
}

#define LINUX_READS_ON                                                                             \
    .deviation = {                                                                                 \
        [BY_LINUX] = {"data then 1",                                                               \
                      "on Linux a socket that is shut down for receiving still gives what "        \
                      "came and comes; it always did"}}

CASE(received, came_before, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE, HOWS,
     LINUX_READS_ON)
{
    observe_no_data(t, how_of(t), BEFORE);
}

CASE(received, came_later, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     LINUX_READS_ON)
{
    observe_no_data(t, SHUT_RD, LATER);
}

/* Data that comes when nothing can be sent any more is answered with a reset by some, and what a
 * receive gives after that is said nowhere. */
CASE(received, came_after_both, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .outcome = {[BY_ZOS] = {"no data then *", {"zos.shutdown.call.how-2"}}})
{
    observe_no_data(t, SHUT_RDWR, LATER);
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
