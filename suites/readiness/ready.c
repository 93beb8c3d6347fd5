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
    const char *answered, *late;
    int tries = 0;
    do {
        struct question question;
        int64_t since = clock_now();
        ask(t, &question, fd, POLLIN, 0);
        if (sk_waits(question.pending)) {
            observe("waits");
            return;
        }
        answered = answer_left_to(t, &question);
        late = lateness(since);
    } while (wait_again(late, &tries));
    observe("%s%s", answered, late);
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

MUTANT_BY(nothing, "what was asked for is still there though the call gives 0", leaves_all)

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
