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
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016,
                  "XSH poll(), DESCRIPTION: timeout; pselect(), DESCRIPTION: shall block"},
                 {"poll(2)", "DESCRIPTION: it blocks until"},
                 {"select(2)", "DESCRIPTION, timeout"},
                 {"epoll_wait(2)", "DESCRIPTION: it blocks until"},
                 {"FreeBSD poll(2)", "DESCRIPTION: timeout"},
                 {"FreeBSD select(2)", "DESCRIPTION: timeout"}},
     .outcome = {[BY_POSIX] = {"waits then 1: readable"},
                 [BY_LINUX] = {"waits then 1: readable"},
                 [BY_BSD] = {"waits then 1: readable"}});

CASE(woken, data, .family = ANY_FAMILY, .network = ANY_NETWORK, .readiness = ANY_READINESS,
     .type = ANY_TYPE, .axes = LIMITS)
{
    struct ends ends = ends_of(t);
    struct question question;
    ask(t, &question, ends.iut, POLLIN, limit_of(t));
    observe("%s", sk_waits(question.pending) ? "waits" : "does not wait");
    must(sk_send(peer, ends.peer, "x", 1, 0));
    observe("%s", answer_to(t, &question));
}

CASE(woken, connection, .family = ANY_FAMILY, .network = ANY_NETWORK, .readiness = ANY_READINESS)
{
    struct endpoint listener = listening_socket(t, iut);
    int client = stream_socket(t, peer);
    struct question question;
    ask(t, &question, listener.fd, POLLIN, -1);
    observe("%s", sk_waits(question.pending) ? "waits" : "does not wait");
    must(sk_connect(peer, client, &listener.address));
    observe("%s", answer_to(t, &question));
}

CASE(woken, end_of_file, .family = ANY_FAMILY, .network = ANY_NETWORK, .readiness = ANY_READINESS,
     .outcome = {[BY_POSIX] = {"waits then 1: readable | 1: readable and hangup"},
                 [BY_LINUX] = {"waits then 1: readable | 1: readable and hangup"},
                 [BY_BSD] = {"*"}})
{
    struct connection c = connected_pair(t);
    struct question question;
    ask(t, &question, c.iut, POLLIN, -1);
    observe("%s", sk_waits(question.pending) ? "waits" : "does not wait");
    must(sk_shutdown(peer, c.peer, SHUT_WR));
    observe("%s", answer_to(t, &question));
}

MUTANT_BY(woken, "no call waits", does_not_wait)

RULE(at_once, "readiness.wait.ready-already",
     .statement =
         "poll(), select() and epoll_wait() return at once when something is ready, however "
         "long they might wait.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH poll(), DESCRIPTION: if none of the events have occurred; "
                              "pselect(), DESCRIPTION: if none are ready"},
                 {"poll(2)", "DESCRIPTION: if none of the events has occurred"},
                 {"select(2)", "DESCRIPTION, timeout"},
                 {"epoll_wait(2)", "DESCRIPTION: it blocks until"},
                 {"FreeBSD poll(2)", "DESCRIPTION: timeout"},
                 {"FreeBSD select(2)", "DESCRIPTION: timeout"}},
     .outcome = {
         [BY_POSIX] = {"1: readable"}, [BY_LINUX] = {"1: readable"}, [BY_BSD] = {"1: readable"}});

CASE(at_once, data, .family = ANY_FAMILY, .network = ANY_NETWORK, .readiness = ANY_READINESS,
     .type = ANY_TYPE, .axes = LIMITS)
{
    struct ends ends = ends_of(t);
    struct question question;
    must(sk_send(peer, ends.peer, "x", 1, 0));
    await_data(t, iut, ends.iut);
    ask(t, &question, ends.iut, POLLIN, limit_of(t));
    if (sk_waits(question.pending))
        observe("waits");
    else
        observe("%s", answer_to(t, &question));
}

MUTANT_BY(at_once, "what is ready already is not noticed", waits_for_ever)

RULE(timeout, "readiness.wait.timeout",
     .statement =
         "poll(), select() and epoll_wait() give 0 when their time is over and nothing has "
         "become ready, and not before.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH poll(), DESCRIPTION: at least timeout milliseconds; pselect(), "
                              "DESCRIPTION: block until the timeout occurs, rounded up"},
                 {"poll(2)", "DESCRIPTION: timeout, rounded up"},
                 {"select(2)", "DESCRIPTION, timeout: rounded up"},
                 {"epoll_wait(2)", "DESCRIPTION: timeout, rounded up"},
                 {"FreeBSD poll(2)", "RETURN VALUES: if the time limit expires"},
                 {"FreeBSD select(2)", "RETURN VALUES: if the time limit expires"}},
     .outcome = {
         [BY_POSIX] = {"0: nothing then in time"}, [BY_LINUX] = {"0: nothing then in time"}});

/* The implementation may have a clock of its own: by ours it may be so much too early. */
enum { TIME = 30, CLOCKS_DIFFER = 1 };

CASE(timeout, no_data, .family = ANY_FAMILY, .network = ON_LOOPBACK, .readiness = ANY_READINESS,
     .type = ANY_TYPE)
{
    struct ends ends = ends_of(t);
    struct question question;
    int64_t since = clock_now();
    ask(t, &question, ends.iut, POLLIN, TIME);
    observe("%s", answer_to(t, &question));
    int64_t milliseconds = (clock_now() - since) / INT64_C(1000000);
    observe("%s", milliseconds < TIME - CLOCKS_DIFFER ? "too early" : "in time");
}

MUTANT_BY(timeout, "no call waits", does_not_wait)
