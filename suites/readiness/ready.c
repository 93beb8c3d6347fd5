/* What select(), poll() and epoll report as ready, and what not: alike for the three. What
 * POSIX and others say of one call is no promise of another, so each has cases of its own. */
#include "suites/readiness/ask.h"

/* ---- nothing is ready ---- */

RULE(nothing, "readiness.ready.nothing",
     .statement = "poll(), select() and epoll_wait() with a timeout of 0 give 0 and report "
                  "nothing, at once, while nothing is ready.",
     .outcome = {
         [BY_LINUX] = {"0: nothing",
                       {"linux.poll.2.timeout-zero", "linux.poll.2.returns-zero",
                        "linux.select.2.timeout-zero", "linux.select.2.returns-zero",
                        "linux.epoll_wait.2.timeout-zero", "linux.epoll_wait.2.returns-zero",
                        "linux.poll.2.revents-subset", "linux.select.2.sets-modified"}}});

static void ask_at_once(struct test *t, int fd)
{
    struct question question;
    ask(t, &question, fd, POLLIN, 0);
    if (sk_waits(question.pending))
        observe("waits");
    else
        observe("%s", answer_to(t, &question));
}

static void ask_of_data(struct test *t)
{
    ask_at_once(t, ends_of(t).iut);
}

static void ask_of_connection(struct test *t)
{
    ask_at_once(t, listening_socket(t, t->iut).fd);
}

CASE(nothing, no_data_by_select, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .readiness = WITH_SELECT,
     .outcome = {
         [BY_POSIX] = {"0: nothing",
                       {"posix.select.timeout-returns", "posix.select.timeout-maximum-wait",
                        "posix.select.bit-set-iff-asked-and-true", "posix.select.returns-total"}},
         [BY_BSD] = {"0: nothing",
                     {"freebsd.select.2.zero-timeout-polls",
                      "freebsd.select.2.returns-zero-on-timeout",
                      "freebsd.select.2.replaces-sets"}},
         [BY_ZOS] = {"0: nothing",
                     {"zos.select.zero-timeout-polls", "zos.select.call.returns-zero",
                      "zos.select.call.marks"}}})
{
    ask_of_data(t);
}

CASE(nothing, no_data_by_poll, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .readiness = WITH_POLL,
     .outcome = {
         [BY_POSIX] = {"0: nothing",
                       {"posix.poll.timeout-0-returns-at-once", "posix.poll.clears-revents",
                        "posix.poll.returns-0-timeout"}},
         [BY_BSD] = {"0: nothing",
                     {"freebsd.poll.2.timeout-zero-returns",
                      "freebsd.poll.2.returns-zero-on-timeout", "posix.poll.clears-revents"}}})
{
    ask_of_data(t);
}

CASE(nothing, no_data_by_epoll, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .readiness = WITH_EPOLL)
{
    ask_of_data(t);
}

CASE(nothing, no_connection_by_select, .family = ANY_FAMILY, .network = ON_LOOPBACK,
     .readiness = WITH_SELECT,
     .outcome = {
         [BY_POSIX] = {"0: nothing",
                       {"posix.select.timeout-returns", "posix.select.timeout-maximum-wait",
                        "posix.select.bit-set-iff-asked-and-true", "posix.select.returns-total"}},
         [BY_BSD] = {"0: nothing",
                     {"freebsd.select.2.zero-timeout-polls",
                      "freebsd.select.2.returns-zero-on-timeout",
                      "freebsd.select.2.replaces-sets"}},
         [BY_ZOS] = {"0: nothing",
                     {"zos.select.zero-timeout-polls", "zos.select.call.returns-zero",
                      "zos.select.call.marks"}}})
{
    ask_of_connection(t);
}

CASE(nothing, no_connection_by_poll, .family = ANY_FAMILY, .network = ON_LOOPBACK,
     .readiness = WITH_POLL,
     .outcome = {
         [BY_POSIX] = {"0: nothing",
                       {"posix.poll.timeout-0-returns-at-once", "posix.poll.clears-revents",
                        "posix.poll.returns-0-timeout"}},
         [BY_BSD] = {"0: nothing",
                     {"freebsd.poll.2.timeout-zero-returns",
                      "freebsd.poll.2.returns-zero-on-timeout", "posix.poll.clears-revents"}}})
{
    ask_of_connection(t);
}

CASE(nothing, no_connection_by_epoll, .family = ANY_FAMILY, .network = ON_LOOPBACK,
     .readiness = WITH_EPOLL)
{
    ask_of_connection(t);
}

MUTANT_BY(nothing, "everything that was asked for is ready", reports_all)

RULE(only_asked, "readiness.ready.only-asked",
     .statement = "poll(), select() and epoll_wait() report of the events that were asked for "
                  "those that are true, and no others while there is no error.",
     .outcome = {
         [BY_LINUX] = {"1: writable then 1: writable then 0: nothing then 1: readable and writable",
                       {"linux.poll.2.revents-subset", "linux.poll.2.no-events",
                        "linux.poll.2.pollin", "linux.poll.2.pollout", "linux.poll.2.pollpri-oob",
                        "linux.epoll.7.level-default", "linux.epoll_ctl.2.epollin",
                        "linux.epoll_ctl.2.epollout", "linux.epoll_ctl.2.epollpri",
                        "linux.epoll_wait.2.events"}}});

/* poll() and epoll can be asked for nothing; select() is asked for what is not true then. */
static void ask_for_some(struct test *t, int fewest)
{
    struct ends ends = ends_of(t);
    observe("%s", answer(t, ends.iut, POLLIN | POLLOUT, 0));
    must(sk_send(t->peer, ends.peer, "x", 1, 0));
    await_data(t, t->iut, ends.iut);
    observe("%s", answer(t, ends.iut, POLLOUT | POLLPRI, 0));
    observe("%s", answer(t, ends.iut, fewest, 0));
    observe("%s", answer(t, ends.iut, POLLIN | POLLOUT | POLLPRI, 0));
}

CASE(only_asked, data_by_poll, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .readiness = WITH_POLL,
     .outcome = {
         [BY_POSIX] = {"1: writable then 1: writable then 0: nothing then 1: readable and writable",
                       {"posix.poll.clears-revents", "posix.poll.sets-requested-true",
                        "posix.poll.pollin", "posix.poll.pollout", "posix.poll.pollpri",
                        "posix.poll.returns-count"}},
         [BY_BSD] = {"1: writable then 1: writable then 0: nothing then 1: readable and writable",
                     {"posix.poll.clears-revents", "posix.poll.sets-requested-true",
                      "freebsd.poll.2.pollin", "freebsd.poll.2.pollout", "freebsd.poll.2.pollpri",
                      "freebsd.poll.2.returns-ready-count"}}})
{
    ask_for_some(t, 0);
}

CASE(only_asked, data_by_epoll, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .readiness = WITH_EPOLL)
{
    ask_for_some(t, 0);
}

/* Which counts the sets that a descriptor is in. POSIX leaves open what else is an exceptional
 * condition. */
CASE(
    only_asked, data_by_select, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
    .readiness = WITH_SELECT,
    .outcome = {
        [BY_POSIX] =
            {"1: writable then 1: writable | 2: writable and exceptional then 0: nothing | 1: "
             "exceptional then 2: readable and writable | 3: readable and writable and exceptional",
             {"posix.select.bit-set-iff-asked-and-true", "posix.select.modifies-sets",
              "posix.select.returns-total", "posix.select.except-oob-readable",
              "posix.select.read-ready-would-not-block",
              "posix.select.write-ready-would-not-block"}},
        [BY_LINUX] = {"1: writable then 1: writable then 0: nothing then 2: readable and writable",
                      {"linux.select.2.sets-modified", "linux.select.2.returns-count",
                       "linux.select.2.readable", "linux.select.2.writable",
                       "linux.select.2.exceptional-as-poll", "linux.poll.2.pollpri-oob"}},
        [BY_BSD] = {"1: writable then 1: writable then 0: nothing then 2: readable and writable",
                    {"freebsd.select.2.replaces-sets", "freebsd.select.2.returns-total-of-all-sets",
                     "freebsd.select.2.exception-is-oob-only", "freebsd.select.2.examines-sets"}},
        [BY_ZOS] = {"1: writable then 1: writable then 0: nothing then 2: readable and writable",
                    {"zos.select.call.read-data", "zos.select.call.write-room",
                     "zos.select.selectex.exception-oob", "zos.select.call.marks",
                     "zos.select.call.returns-sum", "zos.select.call.returns-zero",
                     "zos.select.zero-timeout-polls"}}})
{
    ask_for_some(t, POLLPRI);
}

MUTANT_BY(only_asked, "everything that was asked for is ready", reports_all)

/* ---- reading ---- */

RULE(connection, "readiness.ready.connection",
     .statement = "poll(), select() and epoll_wait() report a listening socket as readable while a "
                  "connection waits to be accepted, and neither before nor afterwards.",
     .outcome = {
         [BY_LINUX] = {"0: nothing then 1: readable then 1: readable then 0: nothing",
                       {"linux.accept.2.readable-when-pending", "linux.socket.7.pollin-connection",
                        "linux.poll.2.returns-zero", "linux.select.2.sets-modified",
                        "linux.select.2.returns-zero", "linux.epoll_wait.2.returns-zero"}}});

static void queue_and_accept(struct test *t)
{
    struct endpoint listener = listening_socket(t, t->iut);
    int client = stream_socket(t, t->peer), other = stream_socket(t, t->peer);
    observe("%s", answer(t, listener.fd, POLLIN, 0));
    must(sk_connect(t->peer, client, &listener.address));
    must(sk_connect(t->peer, other, &listener.address));
    observe("%s", answer(t, listener.fd, POLLIN, patience));
    must(sk_accept(t->iut, listener.fd, NULL));
    observe("%s", answer(t, listener.fd, POLLIN, patience));
    must(sk_accept(t->iut, listener.fd, NULL));
    observe("%s", answer(t, listener.fd, POLLIN, 0));
}

CASE(connection, queued_by_select, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_SELECT,
     .outcome = {
         [BY_POSIX] = {"0: nothing then 1: readable then 1: readable then 0: nothing",
                       {"posix.select.listening-readable",
                        "posix.select.bit-set-iff-asked-and-true", "posix.accept.select-readable"}},
         [BY_BSD] = {"0: nothing then 1: readable then 1: readable then 0: nothing",
                     {"freebsd.accept.2.select-for-read", "freebsd.select.2.replaces-sets",
                      "freebsd.select.2.returns-total-of-all-sets",
                      "freebsd.select.2.zero-timeout-polls",
                      "freebsd.select.2.returns-zero-on-timeout"}},
         [BY_ZOS] = {"0: nothing then 1: readable then 1: readable then 0: nothing",
                     {"zos.select.call.read-connection", "zos.select.zero-timeout-polls",
                      "zos.select.call.marks", "zos.select.call.returns-zero"}}})
{
    queue_and_accept(t);
}

CASE(connection, queued_by_poll, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_POLL,
     .outcome = {[BY_POSIX] = {"0: nothing then 1: readable then 1: readable then 0: nothing",
                               {"posix.poll.listening-readable", "posix.poll.clears-revents",
                                "posix.poll.returns-count", "posix.poll.returns-0-timeout"}},
                 [BY_BSD] = {"0: nothing then 1: readable then 1: readable then 0: nothing",
                             {"posix.poll.listening-readable", "posix.poll.clears-revents",
                              "freebsd.poll.2.returns-ready-count",
                              "freebsd.poll.2.returns-zero-on-timeout"}}})
{
    queue_and_accept(t);
}

CASE(connection, queued_by_epoll, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_EPOLL)
{
    queue_and_accept(t);
}

MUTANT_BY(connection, "a connection that waits is not reported", reports_nothing)

RULE(end_of_file, "readiness.ready.end-of-file",
     .statement = "select() reports a stream socket as readable when the other side has ended its "
                  "sending, while data is left and when all is read; on Linux poll() and "
                  "epoll_wait() do, or report a hangup when all is read; by other documents "
                  "poll() does while data is left.",
     .outcome = {
         [BY_LINUX] = {"1: readable | 1: readable and hangup then 1: readable | 1: readable and "
                       "hangup | 1: hangup",
                       {"linux.poll.2.pollin", "linux.poll.2.pollhup",
                        "linux.poll.2.pollhup-data-first", "linux.socket.7.pollhup-disconnect",
                        "linux.epoll_ctl.2.epollin", "linux.epoll_ctl.2.epollhup",
                        "linux.epoll_ctl.2.epollhup-data-first",
                        "linux.select.2.readable-as-poll"}}});

static void end_sending(struct test *t)
{
    struct connection c = connected_pair(t);
    must(sk_send(t->peer, c.peer, "x", 1, 0));
    must(t->chosen[0] == 0 ? sk_shutdown(t->peer, c.peer, SHUT_WR) : sk_close(t->peer, c.peer));
    connected_pair(t); /* what is said for that comes behind the FIN */
    observe("%s", answer(t, c.iut, POLLIN, patience));
    require(strcmp(receive_next(t, t->iut, c.iut), "x") == 0, "the data did not come");
    observe("%s", answer(t, c.iut, POLLIN, patience));
}

/* POSIX and FreeBSD do not say what poll() reports of an end of file: nothing, that a receive does
 * not block, or a hangup; but no error, of which there is none. */
#define AT_END_OF_FILE "0: nothing | 1: readable | 1: readable and hangup | 1: hangup"

CASE(end_of_file, ended_by_select, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .axes = {{"how", {"shutdown", "close"}}}, .readiness = WITH_SELECT,
     .outcome = {
         [BY_POSIX] = {"1: readable then 1: readable",
                       {"posix.select.read-ready-data-eof-error",
                        "posix.select.read-ready-would-not-block"}},
         [BY_LINUX] = {"1: readable then 1: readable",
                       {"linux.select.2.readable", "linux.select.2.readable-at-end"}},
         [BY_BSD] = {"1: readable then 1: readable", {"posix.select.read-ready-data-eof-error"}},
         [BY_ZOS] = {"1: readable then 1: readable",
                     {"zos.select.call.read-data", "zos.select.rexx.close-is-read-event"}}})
{
    end_sending(t);
}

CASE(end_of_file, ended_by_poll, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .axes = {{"how", {"shutdown", "close"}}}, .readiness = WITH_POLL,
     .outcome = {[BY_POSIX] = {"1: readable | 1: readable and hangup then " AT_END_OF_FILE,
                               {"posix.poll.pollin", "posix.poll.pollhup-with-pollin",
                                "posix.poll.clears-revents", "posix.poll.returns-count"}},
                 [BY_BSD] = {"1: readable | 1: readable and hangup then " AT_END_OF_FILE,
                             {"freebsd.poll.2.pollin", "freebsd.poll.2.pollhup-always",
                              "freebsd.poll.2.pollrdhup-only-if-asked", "posix.poll.clears-revents",
                              "freebsd.poll.2.returns-ready-count"}}})
{
    end_sending(t);
}

CASE(end_of_file, ended_by_epoll, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .axes = {{"how", {"shutdown", "close"}}}, .readiness = WITH_EPOLL)
{
    end_sending(t);
}

MUTANT(end_of_file, "a socket is reported as readable once")
{
    static bool reported;
    mutate(m, call);
    if (call_asks_readiness(call) && reported)
        call_set_found(call, call_found(call) & ~POLLIN);
    reported |= call_asks_readiness(call) && call_found(call) & POLLIN;
}

RULE(half_closed, "readiness.ready.half-closed",
     .statement = "poll() with POLLRDHUP and epoll_wait() with EPOLLRDHUP report that the other "
                  "side has ended its sending, and not before.",
     .outcome = {[BY_LINUX] = {"0: nothing then 1: half closed | 1: hangup and half closed",
                               {"linux.poll.2.pollrdhup", "linux.epoll_ctl.2.epollrdhup"}}});

static void end_watched(struct test *t)
{
    if (t->readiness == WITH_POLL && sk_constant(t->iut, "POLLRDHUP") < 0)
        skip("this implementation has no POLLRDHUP");
    struct connection c = connected_pair(t);
    must(sk_send(t->peer, c.peer, "x", 1, 0));
    await_data(t, t->iut, c.iut);
    observe("%s", answer(t, c.iut, POLLRDHUP, 0));
    must(t->chosen[0] == 0 ? sk_shutdown(t->peer, c.peer, SHUT_WR) : sk_close(t->peer, c.peer));
    observe("%s", answer(t, c.iut, POLLRDHUP, patience));
}

CASE(half_closed, ended_by_poll, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .axes = {{"how", {"shutdown", "close"}}}, .readiness = WITH_POLL,
     .outcome = {[BY_BSD] = {"0: nothing then 1: half closed | 1: hangup and half closed",
                             {"freebsd.poll.2.pollrdhup", "freebsd.poll.2.returns-ready-count",
                              "freebsd.poll.2.returns-zero-on-timeout"}}})
{
    end_watched(t);
}

CASE(half_closed, ended_by_epoll, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .axes = {{"how", {"shutdown", "close"}}}, .readiness = WITH_EPOLL)
{
    end_watched(t);
}

MUTANT_BY(half_closed, "POLLRDHUP is never reported", reports_nothing)

/* ---- writing ---- */

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
