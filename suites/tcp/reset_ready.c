/* The other side resets the connection: what select(), poll() and epoll say of it. */
#include "suites/readiness/ask.h"
#include "suites/tcp/reset_connection.h"

/* That there is one is not enough: select() says for what, poll() that the connection is broken,
 * and epoll_wait() that there is an error. */
static bool tells(const struct test *t, const char *answer)
{
    if (strncmp(answer, "1: ", 3) != 0)
        return false;
    if (t->readiness == WITH_SELECT)
        return strstr(answer, "readable") || strstr(answer, "writable");
    return strstr(answer, t->readiness == WITH_POLL ? "hangup" : "error") != NULL;
}

/* What was reported of a connection that is reset. The error, and the end of either direction, may
 * come one after the other: poll() that woke up in between is asked again. */
static const char *reported(struct test *t, int fd, int event, const char *first)
{
    struct backoff backoff = backoff_begin(patience);
    const char *found = first;
    while (t->readiness == WITH_POLL && !tells(t, found) && strncmp(found, "1: ", 3) == 0 &&
           backoff_wait(&backoff))
        found = answer(t, fd, event, patience);
    return tells(t, found) ? "reported" : found;
}

static void observe_reset(struct test *t, int fd, int event)
{
    observe("%s", reported(t, fd, event, answer(t, fd, event, patience)));
}

RULE(ready, "readiness.ready.reset",
     .statement =
         "select() reports a socket whose connection the other side has reset as readable "
         "and as writable; on Linux and BSD poll() reports it as well, by POLLHUP, and on "
         "Linux epoll_wait(), by EPOLLERR, whether they watch it for data or for room; one "
         "that waits returns at once.",
     .outcome = {
         [BY_LINUX] = {"reported",
                       {"linux.select.2.readable", "linux.select.2.writable",
                        "linux.socket.7.pollerr-error", "linux.socket.7.pollhup-broken",
                        "linux.poll.2.pollerr", "linux.poll.2.errors-always",
                        "linux.epoll_ctl.2.epollerr", "linux.epoll_ctl.2.epollerr-always"}}});

/* FreeBSD's select(2) says that it conforms with POSIX, and not itself when one is ready. */
#define BY_SELECT(parts_)                                                                          \
    .readiness = WITH_SELECT,                                                                      \
    .outcome = {                                                                                   \
        [BY_POSIX] = {parts_,                                                                      \
                      {"posix.select.blocks", "posix.select.read-ready-data-eof-error",            \
                       "posix.select.write-ready-would-not-block"}},                               \
        [BY_LINUX] = {parts_,                                                                      \
                      {"linux.select.2.timeout-null", "linux.select.2.waits",                      \
                       "linux.select.2.returns-on-ready", "linux.select.2.readable",               \
                       "linux.select.2.writable"}},                                                \
        [BY_BSD] = {parts_,                                                                        \
                    {"freebsd.select.2.examines-sets", "freebsd.select.2.null-timeout-blocks",     \
                     "posix.select.read-ready-data-eof-error",                                     \
                     "posix.select.write-ready-would-not-block"}}}
#define BY_POLL(parts_)                                                                            \
    .readiness = WITH_POLL,                                                                        \
    .outcome = {[BY_LINUX] = {parts_,                                                              \
                              {"linux.poll.2.blocks", "linux.poll.2.timeout-negative",             \
                               "linux.poll.2.returns-on-ready", "linux.socket.7.pollhup-broken",   \
                               "linux.poll.2.errors-always"}},                                     \
                [BY_BSD] = {parts_,                                                                \
                            {"freebsd.poll.2.pollhup", "freebsd.poll.2.pollhup-always",            \
                             "freebsd.poll.2.timeout-inftim-blocks"}}}
#define BY_EPOLL(parts_)                                                                           \
    .readiness = WITH_EPOLL,                                                                       \
    .outcome = {                                                                                   \
        [BY_LINUX] = {parts_,                                                                      \
                      {"linux.epoll_wait.2.waits", "linux.epoll_wait.2.timeout-minus-one",         \
                       "linux.epoll_wait.2.returns-on-event", "linux.epoll_ctl.2.epollerr",        \
                       "linux.epoll_ctl.2.epollerr-always"}}}

CASE(ready, select, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE,
     BY_SELECT("reported"))
{
    observe_reset(t, reset_connection(t), POLLIN);
}

CASE(ready, poll, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE, BY_POLL("reported"))
{
    observe_reset(t, reset_connection(t), POLLIN);
}

CASE(ready, epoll, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE, BY_EPOLL("reported"))
{
    observe_reset(t, reset_connection(t), POLLIN);
}

CASE(ready, told, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE,
     .axes = {{"asked", {"readable", "writable"}}}, BY_SELECT("reported"))
{
    observe_reset(t, told_connection(t), t->chosen[0] == 0 ? POLLIN : POLLOUT);
}

/* For data to come, or for room where there is none. A call that looks now and then is late. */
static void observe_wake(struct test *t, int event)
{
    const char *found = NULL;
    bool waits = true, late = true;
    for (int i = 0; i < LATE_TRIES && late; i++) {
        struct connection c = event == POLLOUT ? full_connection(t) : connected_pair(t);
        struct question question;
        ask(t, &question, c.iut, event, -1);
        waits = sk_waits(question.pending) && waits;
        int64_t since = clock_now();
        reset(t, c.peer);
        found = answer_to(t, &question);
        late = clock_late(since);
        found = reported(t, c.iut, event, found);
    }
    observe("%s", waits ? "waits" : "does not wait");
    observe("%s%s", found, late ? ", late" : "");
}

CASE(ready, select_waits, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE,
     BY_SELECT("waits then reported"))
{
    observe_wake(t, POLLIN);
}

CASE(ready, poll_waits, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE,
     BY_POLL("waits then reported"))
{
    observe_wake(t, POLLIN);
}

CASE(ready, epoll_waits, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE,
     BY_EPOLL("waits then reported"))
{
    observe_wake(t, POLLIN);
}

CASE(ready, select_waits_full, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_PAIR,
     .role = ANY_ROLE, BY_SELECT("waits then reported"))
{
    observe_wake(t, POLLOUT);
}

CASE(ready, poll_waits_full, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_PAIR,
     .role = ANY_ROLE, BY_POLL("waits then reported"))
{
    observe_wake(t, POLLOUT);
}

CASE(ready, epoll_waits_full, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_PAIR,
     .role = ANY_ROLE, BY_EPOLL("waits then reported"))
{
    observe_wake(t, POLLOUT);
}

MUTANT_BY(ready, "a reset is not reported", reports_nothing)

RULE(pollerr, "readiness.ready.reset-pollerr",
     .statement = "On Linux poll() reports POLLERR, and epoll_wait() EPOLLERR, without being asked "
                  "for it, on a socket whose connection the other side has reset.",
     .outcome = {[BY_LINUX] = {"error",
                               {"linux.poll.2.pollerr", "linux.poll.2.errors-always",
                                "linux.socket.7.pollerr-error", "linux.epoll_ctl.2.epollerr",
                                "linux.epoll_ctl.2.epollerr-always"}}});

CASE(pollerr, reset, .family = ANY_FAMILY, .network = ON_PAIR, .readiness = WITH_POLL | WITH_EPOLL,
     .role = ANY_ROLE, .axes = {{"asked", {"readable", "nothing"}}})
{
    static const int asked[] = {POLLIN, 0};
    const char *found = answer(t, reset_connection(t), asked[t->chosen[0]], patience);
    observe("%s", strstr(found, "error") ? "error" : found);
}

MUTANT(pollerr, "POLLERR is never reported")
{
    mutate(m, call);
    if (call_asks_readiness(call))
        call_set_found(call, call_found(call) & ~POLLERR);
}
