/* How long select(), poll() and epoll wait: until something is ready, or the time is over. */
#include "suites/readiness/ask.h"

#define LIMITS                                                                                     \
    {                                                                                              \
        {                                                                                          \
            "limit",                                                                               \
            {                                                                                      \
                "none", "hour"                                                                     \
            }                                                                                      \
        }                                                                                          \
    }

/* For axes of LIMITS. */
static int limit_of(const struct test *t)
{
    return t->chosen[0] == 0 ? -1 : AN_HOUR;
}

RULE(woken, "readiness.wait.woken",
     .statement = "poll(), select() and epoll_wait() wait while nothing is ready, and return when "
                  "something is.",
     .outcome = {[BY_LINUX] = {"waits then 1: readable",
                               {"linux.poll.2.blocks", "linux.poll.2.returns-on-ready",
                                "linux.poll.2.timeout-negative", "linux.select.2.waits",
                                "linux.select.2.returns-on-ready", "linux.select.2.timeout-null",
                                "linux.epoll_wait.2.waits", "linux.epoll_wait.2.returns-on-event",
                                "linux.epoll_wait.2.timeout-minus-one"}}});

static void wait_for_data(struct test *t)
{
    struct ends ends = ends_of(t);
    struct question question;
    ask(t, &question, ends.iut, POLLIN, limit_of(t));
    observe("%s", sk_waits(question.pending) ? "waits" : "does not wait");
    must(sk_send(t->peer, ends.peer, "x", 1, 0));
    observe("%s", answer_to(t, &question));
}

static void wait_for_connection(struct test *t)
{
    struct endpoint listener = listening_socket(t, t->iut);
    int client = stream_socket(t, t->peer);
    struct question question;
    ask(t, &question, listener.fd, POLLIN, -1);
    observe("%s", sk_waits(question.pending) ? "waits" : "does not wait");
    must(sk_connect(t->peer, client, &listener.address));
    observe("%s", answer_to(t, &question));
}

static void wait_for_end(struct test *t)
{
    struct connection c = connected_pair(t);
    struct question question;
    ask(t, &question, c.iut, POLLIN, -1);
    observe("%s", sk_waits(question.pending) ? "waits" : "does not wait");
    must(sk_shutdown(t->peer, c.peer, SHUT_WR));
    observe("%s", answer_to(t, &question));
}

CASE(woken, data_by_select, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .axes = LIMITS, .readiness = WITH_SELECT,
     .outcome = {
         [BY_POSIX] = {"waits then 1: readable",
                       {"posix.select.blocks", "posix.select.null-timeout-blocks",
                        "posix.select.timeout-31-days", "posix.select.read-ready-data-eof-error"}},
         [BY_BSD] = {"waits then 1: readable",
                     {"freebsd.select.2.null-timeout-blocks", "freebsd.select.2.timeout-limits",
                      "freebsd.select.2.examines-sets"}},
         [BY_ZOS] = {"waits then 1: readable",
                     {"zos.select.null-timeout-blocks", "zos.select.timeout-limits",
                      "zos.select.call.read-data"}}})
{
    wait_for_data(t);
}

CASE(woken, data_by_poll, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .axes = LIMITS, .readiness = WITH_POLL,
     .outcome = {[BY_POSIX] = {"waits then 1: readable",
                               {"posix.poll.timeout-minus-1-blocks", "posix.poll.waits-timeout",
                                "posix.poll.pollin"}},
                 [BY_BSD] = {"waits then 1: readable",
                             {"freebsd.poll.2.timeout-inftim-blocks",
                              "freebsd.poll.2.timeout-milliseconds", "freebsd.poll.2.pollin"}}})
{
    wait_for_data(t);
}

CASE(woken, data_by_epoll, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .axes = LIMITS, .readiness = WITH_EPOLL)
{
    wait_for_data(t);
}

CASE(woken, connection_by_select, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_SELECT,
     .outcome = {
         [BY_POSIX] = {"waits then 1: readable",
                       {"posix.select.blocks", "posix.select.null-timeout-blocks",
                        "posix.select.timeout-31-days", "posix.select.listening-readable"}},
         [BY_LINUX] = {"waits then 1: readable",
                       {"linux.accept.2.readable-when-pending", "linux.select.2.waits",
                        "linux.select.2.timeout-null"}},
         [BY_BSD] = {"waits then 1: readable",
                     {"freebsd.select.2.null-timeout-blocks", "freebsd.select.2.timeout-limits",
                      "freebsd.accept.2.select-for-read"}},
         [BY_ZOS] = {"waits then 1: readable",
                     {"zos.select.null-timeout-blocks", "zos.select.call.read-connection"}}})
{
    wait_for_connection(t);
}

CASE(woken, connection_by_poll, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_POLL,
     .outcome = {
         [BY_POSIX] = {"waits then 1: readable",
                       {"posix.poll.timeout-minus-1-blocks", "posix.poll.waits-timeout",
                        "posix.poll.listening-readable"}},
         [BY_LINUX] = {"waits then 1: readable",
                       {"linux.accept.2.readable-when-pending", "linux.poll.2.waits",
                        "linux.poll.2.timeout-negative"}},
         [BY_BSD] = {"waits then 1: readable",
                     {"freebsd.poll.2.timeout-inftim-blocks", "freebsd.poll.2.timeout-milliseconds",
                      "posix.poll.listening-readable"}}})
{
    wait_for_connection(t);
}

CASE(woken, connection_by_epoll, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_EPOLL,
     .outcome = {[BY_LINUX] = {"waits then 1: readable",
                               {"linux.accept.2.readable-when-pending", "linux.epoll_wait.2.waits",
                                "linux.epoll_wait.2.timeout-minus-one"}}})
{
    wait_for_connection(t);
}

/* POSIX and FreeBSD do not say what poll() reports of an end of file. */
CASE(woken, end_of_file_by_select, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_SELECT,
     .outcome = {
         [BY_POSIX] = {"waits then 1: readable",
                       {"posix.select.blocks", "posix.select.null-timeout-blocks",
                        "posix.select.timeout-31-days", "posix.select.read-ready-data-eof-error"}},
         [BY_LINUX] = {"waits then 1: readable",
                       {"linux.select.2.readable-at-end", "linux.select.2.waits",
                        "linux.select.2.timeout-null"}},
         [BY_BSD] = {"waits then 1: readable",
                     {"freebsd.select.2.null-timeout-blocks", "freebsd.select.2.timeout-limits",
                      "posix.select.read-ready-data-eof-error"}},
         [BY_ZOS] = {"waits then 1: readable",
                     {"zos.select.null-timeout-blocks", "zos.select.rexx.close-is-read-event"}}})
{
    wait_for_end(t);
}

CASE(woken, end_of_file_by_poll, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_POLL,
     .outcome = {[BY_LINUX] = {"waits then 1: readable | 1: readable and hangup | 1: hangup",
                               {"linux.poll.2.pollin", "linux.poll.2.pollhup",
                                "linux.socket.7.pollhup-disconnect",
                                "linux.select.2.readable-as-poll", "linux.poll.2.waits"}}})
{
    wait_for_end(t);
}

CASE(woken, end_of_file_by_epoll, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_EPOLL,
     .outcome = {[BY_LINUX] = {"waits then 1: readable | 1: readable and hangup | 1: hangup",
                               {"linux.epoll_ctl.2.epollin", "linux.epoll_ctl.2.epollhup",
                                "linux.socket.7.pollhup-disconnect",
                                "linux.select.2.readable-as-poll", "linux.epoll_wait.2.waits"}}})
{
    wait_for_end(t);
}

MUTANT_BY(woken, "no call waits", does_not_wait)

RULE(at_once, "readiness.wait.ready-already",
     .statement = "poll(), select() and epoll_wait() return at once when something is ready, "
                  "however long they might wait.",
     .outcome = {[BY_LINUX] = {"1: readable",
                               {"linux.poll.2.blocks", "linux.poll.2.returns-on-ready",
                                "linux.select.2.waits", "linux.select.2.returns-on-ready",
                                "linux.epoll_wait.2.returns-on-event", "linux.poll.2.pollin",
                                "linux.select.2.readable", "linux.epoll_ctl.2.epollin"}}});

static void ask_when_ready(struct test *t)
{
    struct ends ends = ends_of(t);
    struct question question;
    must(sk_send(t->peer, ends.peer, "x", 1, 0));
    await_data(t, t->iut, ends.iut);
    ask(t, &question, ends.iut, POLLIN, limit_of(t));
    if (sk_waits(question.pending))
        observe("waits");
    else
        observe("%s", answer_to(t, &question));
}

CASE(at_once, data_by_select, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .axes = LIMITS, .readiness = WITH_SELECT,
     .outcome = {
         [BY_POSIX] = {"1: readable",
                       {"posix.select.blocks", "posix.select.null-timeout-blocks",
                        "posix.select.timeout-31-days", "posix.select.read-ready-data-eof-error"}},
         [BY_BSD] = {"1: readable",
                     {"freebsd.select.2.null-timeout-blocks", "freebsd.select.2.timeout-limits",
                      "freebsd.select.2.examines-sets"}},
         [BY_ZOS] = {"1: readable",
                     {"zos.select.null-timeout-blocks", "zos.select.timeout-limits",
                      "zos.select.call.read-data"}}})
{
    ask_when_ready(t);
}

CASE(at_once, data_by_poll, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .axes = LIMITS, .readiness = WITH_POLL,
     .outcome = {[BY_POSIX] = {"1: readable",
                               {"posix.poll.timeout-minus-1-blocks", "posix.poll.waits-timeout",
                                "posix.poll.pollin"}},
                 [BY_BSD] = {"1: readable",
                             {"freebsd.poll.2.timeout-inftim-blocks",
                              "freebsd.poll.2.timeout-milliseconds", "freebsd.poll.2.pollin"}}})
{
    ask_when_ready(t);
}

CASE(at_once, data_by_epoll, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .axes = LIMITS, .readiness = WITH_EPOLL)
{
    ask_when_ready(t);
}

MUTANT_BY(at_once, "what is ready already is not noticed", waits_for_ever)

RULE(timeout, "readiness.wait.timeout",
     .statement = "poll(), select() and epoll_wait() give 0 when their time is over and nothing "
                  "has become ready, and not before.",
     .outcome = {
         [BY_LINUX] = {"0: nothing then in time",
                       {"linux.poll.2.returns-on-timeout", "linux.poll.2.timeout-rounded-up",
                        "linux.poll.2.returns-zero", "linux.select.2.returns-on-timeout",
                        "linux.select.2.timeout-rounded-up", "linux.select.2.returns-zero",
                        "linux.epoll_wait.2.returns-on-timeout",
                        "linux.epoll_wait.2.timeout-rounded-up", "linux.epoll_wait.2.returns-zero",
                        "linux.poll.2.revents-subset", "linux.select.2.sets-modified"}}});

static void let_time_pass(struct test *t)
{
    struct ends ends = ends_of(t);
    struct question question;
    const char *answered, *length;
    int tries = 0;
    do {
        int64_t since = clock_now();
        ask(t, &question, ends.iut, POLLIN, A_WHILE);
        answered = answer_to(t, &question);
        length = length_of_wait(since);
    } while (wait_again(length, &tries));
    observe("%s", answered);
    observe("%s", length);
}

/* FreeBSD's pages have the time as the longest that a call waits, and conform to POSIX in that it
 * is the shortest too. POSIX has it rounded up to what is supported, however much that is. */
CASE(timeout, no_data_by_select, .family = ANY_FAMILY, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .readiness = WITH_SELECT,
     .outcome = {
         [BY_POSIX] = {"0: nothing then in time | too late",
                       {"posix.select.blocks", "posix.select.timeout-returns",
                        "posix.select.granularity-rounds-up", "posix.select.returns-bits",
                        "posix.select.timeout-clears-sets"}},
         [BY_BSD] = {"0: nothing then in time",
                     {"freebsd.select.2.timeout-limits", "freebsd.select.2.returns-zero-on-timeout",
                      "freebsd.select.2.replaces-sets", "posix.select.blocks",
                      "posix.select.granularity-rounds-up"}}})
{
    let_time_pass(t);
}

CASE(timeout, no_data_by_poll, .family = ANY_FAMILY, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .readiness = WITH_POLL,
     .outcome = {[BY_POSIX] = {"0: nothing then in time | too late",
                               {"posix.poll.waits-timeout", "posix.poll.returns-0-timeout",
                                "posix.poll.granularity-rounds-up", "posix.poll.clears-revents"}},
                 [BY_BSD] = {"0: nothing then in time",
                             {"freebsd.poll.2.timeout-milliseconds",
                              "freebsd.poll.2.returns-zero-on-timeout", "posix.poll.waits-timeout",
                              "posix.poll.granularity-rounds-up", "posix.poll.clears-revents"}}})
{
    let_time_pass(t);
}

CASE(timeout, no_data_by_epoll, .family = ANY_FAMILY, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .readiness = WITH_EPOLL)
{
    let_time_pass(t);
}

MUTANT_BY(timeout, "no call waits", does_not_wait)
