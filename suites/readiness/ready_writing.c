/* When select(), poll() and epoll report that a socket can be written to. */
#include "suites/readiness/ask.h"

RULE(writable, "readiness.ready.writable",
     .statement =
         "poll(), select() and epoll_wait() report a connection on which nothing is unsent, and a "
         "datagram socket, as writable.",
     .outcome = {[BY_LINUX] = {"1: writable",
                               {"linux.poll.2.pollout", "linux.poll.2.o-nonblock-irrelevant",
                                "linux.select.2.writable", "linux.select.2.o-nonblock-irrelevant",
                                "linux.epoll_ctl.2.epollout", "linux.socket.7.pollout-room"}}});

static void ask_established(struct test *t)
{
    struct connection c = connected_pair(t);
    set_nonblocking(t, t->iut, c.iut, t->mode == MODE_NONBLOCKING);
    observe("%s", answer(t, c.iut, POLLIN | POLLOUT, 0));
}

static void ask_datagram(struct test *t)
{
    int fd = bound_datagram_socket(t, t->iut).fd;
    observe("%s", answer(t, fd, POLLIN | POLLOUT, 0));
}

CASE(writable, established_by_select, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .mode = ANY_MODE, .readiness = WITH_SELECT,
     .outcome = {
         [BY_POSIX] = {"1: writable",
                       {"posix.select.write-ready-would-not-block",
                        "posix.select.socket-output-is-sendmsg"}},
         [BY_BSD] = {"1: writable",
                     {"freebsd.select.2.examines-sets", "freebsd.getsockopt.2.so-sndlowat-select"}},
         [BY_ZOS] = {"1: writable", {"zos.select.call.write-room"}}})
{
    ask_established(t);
}

CASE(writable, established_by_poll, .family = ANY_FAMILY, .network = ANY_NETWORK, .mode = ANY_MODE,
     .readiness = WITH_POLL,
     .outcome = {
         [BY_POSIX] = {"1: writable", {"posix.poll.pollout", "posix.poll.ignores-nonblock"}},
         [BY_BSD] = {"1: writable", {"freebsd.poll.2.pollout"}}})
{
    ask_established(t);
}

CASE(writable, established_by_epoll, .family = ANY_FAMILY, .network = ANY_NETWORK, .mode = ANY_MODE,
     .readiness = WITH_EPOLL)
{
    ask_established(t);
}

CASE(writable, datagram_by_select, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_SELECT,
     .outcome = {
         [BY_POSIX] = {"1: writable",
                       {"posix.select.write-ready-would-not-block",
                        "posix.select.socket-output-is-sendmsg"}},
         [BY_BSD] = {"1: writable",
                     {"freebsd.select.2.examines-sets", "freebsd.getsockopt.2.so-sndlowat-select"}},
         [BY_ZOS] = {"1: writable", {"zos.select.call.write-room"}}})
{
    ask_datagram(t);
}

CASE(writable, datagram_by_poll, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_POLL,
     .outcome = {
         [BY_POSIX] = {"1: writable", {"posix.poll.pollout", "posix.poll.ignores-nonblock"}},
         [BY_BSD] = {"1: writable", {"freebsd.poll.2.pollout"}}})
{
    ask_datagram(t);
}

CASE(writable, datagram_by_epoll, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_EPOLL)
{
    ask_datagram(t);
}

MUTANT_BY(writable, "nothing is ever writable", reports_nothing)

RULE(connected, "readiness.ready.connected",
     .statement =
         "poll(), select() and epoll_wait() report a socket as writable when a nonblocking "
         "connect() on it has succeeded, and one that waits for that returns at once.",
     .outcome = {
         [BY_LINUX] = {"1: writable",
                       {"linux.connect.2.einprogress-writable", "linux.socket.7.poll-connected",
                        "linux.epoll_ctl.2.whatever-polls"}}});

/* A socket whose connection is being established, or stands by now. */
static int connecting_socket(struct test *t)
{
    struct endpoint server = listening_socket(t, t->peer);
    int fd = stream_socket(t, t->iut);
    set_nonblocking(t, t->iut, fd, true);
    int result = sk_connect(t->iut, fd, &server.address);
    require(result == 0 || result == -EINPROGRESS, "a nonblocking connect() gave %s",
            result_name(result));
    return fd;
}

static void connect_near(struct test *t)
{
    int fd = connecting_socket(t);
    observe("%s", answer(t, fd, POLLOUT, patience));
}

static void connect_while_it_waits(struct test *t)
{
    const char *answered, *late;
    bool waits;
    int tries = 0;
    do {
        struct question question;
        deliver_from(t, t->peer, NET_HOLD);
        ask(t, &question, connecting_socket(t), POLLOUT, -1);
        waits = sk_waits(question.pending);
        deliver_from(t, t->peer, NET_DELIVER);
        int64_t since = clock_now();
        answered = answer_to(t, &question);
        late = lateness(since);
    } while (wait_again(late, &tries));
    if (!waits)
        observe("does not wait");
    observe("%s%s", answered, late);
}

CASE(connected, near_by_select, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_SELECT,
     .outcome = {
         [BY_POSIX] = {"1: writable",
                       {"posix.select.connect-succeeded-writable",
                        "posix.connect.established.select-writable"}},
         [BY_BSD] = {"1: writable", {"freebsd.connect.2.einprogress-select-for-writing"}},
         [BY_ZOS] = {"1: writable",
                     {"zos.connect.select-for-writing", "zos.select.call.write-connect-completes",
                      "zos.connect.call.select-for-completion"}}})
{
    connect_near(t);
}

CASE(connected, near_by_poll, .family = ANY_FAMILY, .network = ANY_NETWORK, .readiness = WITH_POLL,
     .outcome = {
         [BY_POSIX] = {"1: writable",
                       {"posix.poll.connecting-writable", "posix.connect.established.poll-writable",
                        "posix.poll.clears-revents"}},
         [BY_BSD] = {"1: writable",
                     {"posix.poll.connecting-writable", "posix.connect.established.poll-writable",
                      "freebsd.poll.2.pollout"}}})
{
    connect_near(t);
}

CASE(connected, near_by_epoll, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_EPOLL)
{
    connect_near(t);
}

/* POSIX calls a descriptor on which an output function would not block ready for select(), be it
 * that it fails: so may one do that is not connected yet. */
CASE(connected, while_it_waits_by_select, .family = ANY_FAMILY, .network = ON_PAIR,
     .readiness = WITH_SELECT,
     .outcome = {
         [BY_POSIX] = {"1: writable || does not wait then 1: writable",
                       {"posix.select.connect-succeeded-writable",
                        "posix.connect.established.select-writable"}},
         [BY_BSD] = {"1: writable", {"freebsd.connect.2.einprogress-select-for-writing"}},
         [BY_ZOS] = {"1: writable",
                     {"zos.connect.select-for-writing", "zos.select.call.write-connect-completes",
                      "zos.connect.call.select-for-completion"}}})
{
    connect_while_it_waits(t);
}

CASE(connected, while_it_waits_by_poll, .family = ANY_FAMILY, .network = ON_PAIR,
     .readiness = WITH_POLL,
     .outcome = {
         [BY_POSIX] = {"1: writable",
                       {"posix.poll.connecting-writable", "posix.connect.established.poll-writable",
                        "posix.poll.clears-revents"}},
         [BY_BSD] = {"1: writable",
                     {"posix.poll.connecting-writable", "posix.connect.established.poll-writable",
                      "freebsd.poll.2.pollout"}}})
{
    connect_while_it_waits(t);
}

CASE(connected, while_it_waits_by_epoll, .family = ANY_FAMILY, .network = ON_PAIR,
     .readiness = WITH_EPOLL)
{
    connect_while_it_waits(t);
}

MUTANT_BY(connected, "that a connection stands is not reported", reports_nothing)

RULE(full, "readiness.ready.full",
     .statement =
         "poll(), select() and epoll_wait() do not report a connection as writable on which "
         "sending would block, and one that waits for that returns soon after there is room.",
     .outcome = {[BY_LINUX] = {"0: nothing then waits then 1: writable",
                               {"linux.poll.2.pollout", "linux.select.2.writable",
                                "linux.epoll_ctl.2.epollout", "linux.socket.7.pollout-room",
                                "linux.poll.2.timeout-negative", "linux.select.2.timeout-null",
                                "linux.epoll_wait.2.timeout-minus-one",
                                "linux.poll.2.returns-on-ready", "linux.select.2.returns-on-ready",
                                "linux.epoll_wait.2.returns-on-event"}}});

/* Sends until sending would block, of a single byte too, and leaves the socket as one that blocks.
 * Gives how much that was. */
static size_t fill(struct test *t, int fd)
{
    static const char data[16384];
    enum { MOST = 64 << 20 };
    size_t sent = 0;
    int result;
    set_nonblocking(t, t->iut, fd, true);
    while ((result = sk_send(t->iut, fd, data, sizeof data, 0)) > 0 && sent < MOST)
        sent += (size_t)result;
    while ((result = sk_send(t->iut, fd, data, 1, 0)) > 0 && sent < MOST)
        sent += (size_t)result;
    set_nonblocking(t, t->iut, fd, false);
    require(result == -EAGAIN || result == -EWOULDBLOCK, "sending without end gave %s",
            result > 0 ? "no EAGAIN" : result_name(result));
    return sent;
}

static void drain(struct test *t, int fd, size_t size)
{
    static char data[16384];
    while (size > 0)
        size -=
            (size_t)must(sk_recv(t->peer, fd, data, size < sizeof data ? size : sizeof data, 0));
}

static void fill_and_drain(struct test *t)
{
    const char *answered, *late;
    int tries = 0;
    do {
        struct connection c = connected_pair(t);
        struct question question;
        deliver_from(t, t->iut, NET_HOLD);
        size_t sent = fill(t, c.iut);
        if (tries == 0)
            observe("%s", answer(t, c.iut, POLLOUT, 0));
        ask(t, &question, c.iut, POLLOUT, -1);
        bool waits = sk_waits(question.pending);
        if (tries == 0)
            observe("%s", waits ? "waits" : "does not wait");
        deliver_from(t, t->iut, NET_DELIVER);
        drain(t, c.peer, sent);
        int64_t since = clock_now();
        answered = answer_to(t, &question);
        late = clock_now() - since > machine_milliseconds(0.5) * INT64_C(1000000) ? ", late" : "";
    } while (wait_again(late, &tries));
    observe("%s%s", answered, late);
}

CASE(full, held_back_by_select, .family = ANY_FAMILY, .network = ON_PAIR, .readiness = WITH_SELECT,
     .outcome = {
         [BY_POSIX] = {"0: nothing then waits then 1: writable",
                       {"posix.select.write-ready-would-not-block",
                        "posix.select.socket-output-is-sendmsg", "posix.select.blocks",
                        "posix.select.null-timeout-blocks",
                        "posix.select.bit-set-iff-asked-and-true",
                        "posix.sockets.options.sndlowat.select"}},
         [BY_BSD] = {"0: nothing then waits then 1: writable",
                     {"freebsd.select.2.examines-sets", "freebsd.select.2.null-timeout-blocks",
                      "freebsd.getsockopt.2.so-sndlowat-select"}},
         [BY_ZOS] = {"0: nothing then waits then 1: writable",
                     {"zos.select.call.write-room", "zos.select.null-timeout-blocks"}}})
{
    fill_and_drain(t);
}

CASE(full, held_back_by_poll, .family = ANY_FAMILY, .network = ON_PAIR, .readiness = WITH_POLL,
     .outcome = {[BY_POSIX] = {"0: nothing then waits then 1: writable",
                               {"posix.poll.pollout", "posix.poll.clears-revents",
                                "posix.poll.timeout-minus-1-blocks"}},
                 [BY_BSD] = {"0: nothing then waits then 1: writable",
                             {"freebsd.poll.2.pollout", "freebsd.poll.2.timeout-inftim-blocks",
                              "freebsd.poll.2.returns-ready-count"}}})
{
    fill_and_drain(t);
}

CASE(full, held_back_by_epoll, .family = ANY_FAMILY, .network = ON_PAIR, .readiness = WITH_EPOLL)
{
    fill_and_drain(t);
}

MUTANT_BY(full, "a socket without room is reported as writable", reports_all)
