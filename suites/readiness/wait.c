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
     .statement =
         "poll(), select() and epoll_wait() wait while nothing is ready, and return as soon "
         "as something is.",
     .outcome = {
         [BY_LINUX] = {"waits then 1: readable",
                       {"linux.poll.2.blocks", "linux.poll.2.returns-on-ready",
                        "linux.poll.2.timeout-negative", "linux.select.2.waits",
                        "linux.select.2.returns-on-ready", "linux.select.2.timeout-null",
                        "linux.epoll_wait.2.waits", "linux.epoll_wait.2.returns-on-event",
                        "linux.epoll_wait.2.timeout-minus-one", "linux.poll.2.returns-count",
                        "linux.select.2.returns-count", "linux.epoll_wait.2.returns-count"}}});

/* What became of a call that nothing was ready for at first. */
struct wake {
    bool waited;
    const char *answer; /* NULL if it was not to be waited for */
    bool late;          /* it came some time after something had become ready */
};

/* Something has just become ready. */
static void await_wake(struct test *t, struct question *question, struct wake *wake)
{
    int64_t begin = clock_now();
    wake->answer = answer_to(t, question);
    wake->late = clock_late(begin);
}

/* One that looks now and then whether something is ready is late. */
static void observe_wake(struct test *t, struct wake (*wakes)(struct test *))
{
    struct wake wake = wakes(t);
    for (int tries = 1; wake.late && tries < LATE_TRIES; tries++)
        wake = wakes(t);
    observe("%s", wake.waited ? "waits" : "does not wait");
    if (wake.answer)
        observe("%s%s", wake.answer, wake.late ? ", late" : "");
}

static struct wake data_wakes(struct test *t)
{
    struct ends ends = ends_of(t);
    struct question question;
    struct wake wake = {0};
    ask(t, &question, ends.iut, POLLIN, limit_of(t));
    wake.waited = sk_waits(question.pending);
    must(sk_send(t->peer, ends.peer, "x", 1, 0));
    await_wake(t, &question, &wake);
    return wake;
}

/* Nothing comes for so long that a call that only sleeps for a moment has returned. */
static struct wake connection_wakes(struct test *t)
{
    struct endpoint listener = listening_socket(t, t->iut);
    int result, client = stream_socket(t, t->peer);
    struct question question;
    struct wake wake = {0};
    ask(t, &question, listener.fd, POLLIN, -1);
    wake.waited = !sk_finish_within(question.pending, machine_milliseconds(0.3), &result);
    if (!wake.waited)
        return wake;
    must(sk_connect(t->peer, client, &listener.address));
    await_wake(t, &question, &wake);
    return wake;
}

static struct wake end_wakes(struct test *t)
{
    struct connection c = connected_pair(t);
    struct question question;
    struct wake wake = {0};
    ask(t, &question, c.iut, POLLIN, -1);
    wake.waited = sk_waits(question.pending);
    must(sk_shutdown(t->peer, c.peer, SHUT_WR));
    await_wake(t, &question, &wake);
    return wake;
}

CASE(woken, data_by_select, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .axes = LIMITS, .readiness = WITH_SELECT,
     .outcome = {
         [BY_POSIX] = {"waits then 1: readable",
                       {"posix.select.blocks", "posix.select.null-timeout-blocks",
                        "posix.select.returns-bits", "posix.select.timeout-31-days",
                        "posix.select.read-ready-data-eof-error"}},
         [BY_BSD] = {"waits then 1: readable",
                     {"freebsd.select.2.null-timeout-blocks", "freebsd.select.2.timeout-limits",
                      "freebsd.select.2.returns-total-of-all-sets",
                      "freebsd.select.2.examines-sets"}},
         [BY_ZOS] = {"waits then 1: readable",
                     {"zos.select.null-timeout-blocks", "zos.select.call.returns-sum",
                      "zos.select.timeout-limits", "zos.select.call.read-data"}}})
{
    observe_wake(t, data_wakes);
}

CASE(woken, data_by_poll, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .axes = LIMITS, .readiness = WITH_POLL,
     .outcome = {
         [BY_POSIX] = {"waits then 1: readable",
                       {"posix.poll.timeout-minus-1-blocks", "posix.poll.waits-timeout",
                        "posix.poll.returns-count", "posix.poll.pollin"}},
         [BY_BSD] = {"waits then 1: readable",
                     {"freebsd.poll.2.timeout-inftim-blocks", "freebsd.poll.2.returns-ready-count",
                      "freebsd.poll.2.timeout-milliseconds", "freebsd.poll.2.pollin"}}})
{
    observe_wake(t, data_wakes);
}

CASE(woken, data_by_epoll, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .axes = LIMITS, .readiness = WITH_EPOLL)
{
    observe_wake(t, data_wakes);
}

CASE(woken, connection_by_select, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_SELECT, .tags = TAG_WAITS,
     .outcome = {
         [BY_POSIX] = {"waits then 1: readable",
                       {"posix.select.blocks", "posix.select.null-timeout-blocks",
                        "posix.select.returns-bits", "posix.select.timeout-31-days",
                        "posix.select.listening-readable"}},
         [BY_LINUX] = {"waits then 1: readable",
                       {"linux.accept.2.readable-when-pending", "linux.select.2.waits",
                        "linux.select.2.timeout-null", "linux.select.2.returns-count"}},
         [BY_BSD] = {"waits then 1: readable",
                     {"freebsd.select.2.null-timeout-blocks", "freebsd.select.2.timeout-limits",
                      "freebsd.select.2.returns-total-of-all-sets",
                      "freebsd.accept.2.select-for-read"}},
         [BY_ZOS] = {"waits then 1: readable",
                     {"zos.select.null-timeout-blocks", "zos.select.call.returns-sum",
                      "zos.select.call.read-connection"}}})
{
    observe_wake(t, connection_wakes);
}

CASE(woken, connection_by_poll, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_POLL, .tags = TAG_WAITS,
     .outcome = {
         [BY_POSIX] = {"waits then 1: readable",
                       {"posix.poll.timeout-minus-1-blocks", "posix.poll.waits-timeout",
                        "posix.poll.returns-count", "posix.poll.listening-readable"}},
         [BY_LINUX] = {"waits then 1: readable",
                       {"linux.accept.2.readable-when-pending", "linux.poll.2.waits",
                        "linux.poll.2.timeout-negative", "linux.poll.2.returns-count"}},
         [BY_BSD] = {"waits then 1: readable",
                     {"freebsd.poll.2.timeout-inftim-blocks", "freebsd.poll.2.returns-ready-count",
                      "freebsd.poll.2.timeout-milliseconds", "posix.poll.listening-readable"}}})
{
    observe_wake(t, connection_wakes);
}

CASE(woken, connection_by_epoll, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_EPOLL, .tags = TAG_WAITS,
     .outcome = {[BY_LINUX] = {"waits then 1: readable",
                               {"linux.accept.2.readable-when-pending", "linux.epoll_wait.2.waits",
                                "linux.epoll_wait.2.timeout-minus-one",
                                "linux.epoll_wait.2.returns-count"}}})
{
    observe_wake(t, connection_wakes);
}

/* POSIX and FreeBSD do not say what poll() reports of an end of file. */
CASE(woken, end_of_file_by_select, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_SELECT,
     .outcome = {
         [BY_POSIX] = {"waits then 1: readable",
                       {"posix.select.blocks", "posix.select.null-timeout-blocks",
                        "posix.select.returns-bits", "posix.select.timeout-31-days",
                        "posix.select.read-ready-data-eof-error"}},
         [BY_LINUX] = {"waits then 1: readable",
                       {"linux.select.2.readable-at-end", "linux.select.2.waits",
                        "linux.select.2.timeout-null", "linux.select.2.returns-count"}},
         [BY_BSD] = {"waits then 1: readable",
                     {"freebsd.select.2.null-timeout-blocks", "freebsd.select.2.timeout-limits",
                      "freebsd.select.2.returns-total-of-all-sets",
                      "posix.select.read-ready-data-eof-error"}},
         [BY_ZOS] = {"waits then 1: readable",
                     {"zos.select.null-timeout-blocks", "zos.select.call.returns-sum",
                      "zos.select.rexx.close-is-read-event"}}})
{
    observe_wake(t, end_wakes);
}

CASE(woken, end_of_file_by_poll, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_POLL,
     .outcome = {
         [BY_LINUX] = {"waits then 1: readable | 1: readable and hangup | 1: hangup",
                       {"linux.poll.2.pollin", "linux.poll.2.pollhup",
                        "linux.socket.7.pollhup-disconnect", "linux.select.2.readable-as-poll",
                        "linux.poll.2.waits", "linux.poll.2.returns-count"}}})
{
    observe_wake(t, end_wakes);
}

CASE(woken, end_of_file_by_epoll, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_EPOLL,
     .outcome = {
         [BY_LINUX] = {"waits then 1: readable | 1: readable and hangup | 1: hangup",
                       {"linux.epoll_ctl.2.epollin", "linux.epoll_ctl.2.epollhup",
                        "linux.socket.7.pollhup-disconnect", "linux.select.2.readable-as-poll",
                        "linux.epoll_wait.2.waits", "linux.epoll_wait.2.returns-count"}}})
{
    observe_wake(t, end_wakes);
}

MUTANT_BY(woken, "no call waits", does_not_wait)

RULE(at_once, "readiness.wait.ready-already",
     .statement = "poll(), select() and epoll_wait() return at once when something is ready, "
                  "however long they might wait.",
     .outcome = {[BY_LINUX] = {"1: readable",
                               {"linux.poll.2.blocks", "linux.poll.2.returns-on-ready",
                                "linux.select.2.waits", "linux.select.2.returns-on-ready",
                                "linux.epoll_wait.2.returns-on-event", "linux.poll.2.pollin",
                                "linux.select.2.readable", "linux.epoll_ctl.2.epollin",
                                "linux.poll.2.returns-count", "linux.select.2.returns-count",
                                "linux.epoll_wait.2.returns-count"}}});

/* Not every implementation tells that a call waits, and one that goes round does not. */
static void ask_when_ready(struct test *t)
{
    const char *answered, *late;
    int tries = 0;
    do {
        struct ends ends = ends_of(t);
        struct question question;
        must(sk_send(t->peer, ends.peer, "x", 1, 0));
        await_data(t, t->iut, ends.iut);
        int64_t since = clock_now();
        ask(t, &question, ends.iut, POLLIN, limit_of(t));
        if (sk_waits(question.pending)) {
            observe("waits");
            return;
        }
        answered = answer_to(t, &question);
        late = lateness(since);
    } while (wait_again(late, &tries));
    observe("%s%s", answered, late);
}

CASE(at_once, data_by_select, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .axes = LIMITS, .readiness = WITH_SELECT,
     .outcome = {
         [BY_POSIX] = {"1: readable",
                       {"posix.select.blocks", "posix.select.null-timeout-blocks",
                        "posix.select.returns-bits", "posix.select.timeout-31-days",
                        "posix.select.read-ready-data-eof-error"}},
         [BY_BSD] = {"1: readable",
                     {"freebsd.select.2.null-timeout-blocks", "freebsd.select.2.timeout-limits",
                      "freebsd.select.2.returns-total-of-all-sets",
                      "freebsd.select.2.examines-sets"}},
         [BY_ZOS] = {"1: readable",
                     {"zos.select.null-timeout-blocks", "zos.select.call.returns-sum",
                      "zos.select.timeout-limits", "zos.select.call.read-data"}}})
{
    ask_when_ready(t);
}

CASE(at_once, data_by_poll, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .axes = LIMITS, .readiness = WITH_POLL,
     .outcome = {
         [BY_POSIX] = {"1: readable",
                       {"posix.poll.timeout-minus-1-blocks", "posix.poll.waits-timeout",
                        "posix.poll.returns-count", "posix.poll.pollin"}},
         [BY_BSD] = {"1: readable",
                     {"freebsd.poll.2.timeout-inftim-blocks", "freebsd.poll.2.returns-ready-count",
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
     .statement = "poll(), select() and epoll_wait() give 0 and report nothing when their "
                  "time is over and nothing has become ready, and not before.",
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
        answered = answer_left_to(t, &question);
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
