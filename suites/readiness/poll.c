/* poll(): what is its own. */
#include "suites/readiness/ask.h"

#include <sys/resource.h>

RULE(data, "readiness.poll.data",
     .statement =
         "poll() gives 1 and POLLIN, and nothing else, for a socket to which data has come.",
     .basic = {OP_POLL}, .basics = 1,
     .outcome = {[BY_POSIX] = {"1: readable",
                               {"posix.poll.pollin", "posix.poll.sets-requested-true",
                                "posix.poll.clears-revents", "posix.poll.returns-count"}},
                 [BY_LINUX] = {"1: readable",
                               {"linux.poll.2.pollin", "linux.poll.2.revents-subset",
                                "linux.poll.2.returns-count", "linux.socket.7.pollin-data"}},
                 [BY_BSD] = {"1: readable",
                             {"freebsd.poll.2.pollin", "freebsd.poll.2.returns-ready-count",
                              "posix.poll.clears-revents"}}});

CASE(data, arrived, .family = ANY_FAMILY, .network = ANY_NETWORK, .readiness = WITH_POLL,
     .type = ANY_TYPE)
{
    struct ends ends = ends_of(t);
    must(sk_send(peer, ends.peer, "x", 1, 0));
    observe("%s", answer(t, ends.iut, POLLIN | POLLPRI, patience));
}

MUTANT_BY(data, "data is not reported", reports_nothing)

RULE(count, "readiness.poll.count",
     .statement =
         "poll() counts the descriptors of which it reports something, however much that is.",
     .outcome = {
         [BY_POSIX] = {"2 then readable and writable then nothing then writable",
                       {"posix.poll.returns-count", "posix.poll.sets-requested-true",
                        "posix.poll.clears-revents", "posix.poll.pollin", "posix.poll.pollout"}},
         [BY_LINUX] = {"2 then readable and writable then nothing then writable",
                       {"linux.poll.2.returns-count", "linux.poll.2.revents-subset",
                        "linux.poll.2.pollin", "linux.poll.2.pollout"}},
         [BY_BSD] = {"2 then readable and writable then nothing then writable",
                     {"freebsd.poll.2.returns-ready-count", "freebsd.poll.2.pollin",
                      "freebsd.poll.2.pollout", "posix.poll.clears-revents"}}});

CASE(count, two_of_three, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    struct ends busy = ends_of(t), idle = ends_of(t), other = ends_of(t);
    struct readiness ready[] = {{.fd = busy.iut, .asked = POLLIN | POLLOUT},
                                {.fd = idle.iut, .asked = POLLIN},
                                {.fd = other.iut, .asked = POLLIN | POLLOUT}};
    must(sk_send(peer, busy.peer, "x", 1, 0));
    await_data(t, iut, busy.iut);
    observe_count(sk_poll(iut, ready, 3, 0));
    for (int i = 0; i < 3; i++)
        observe("%s", ready_name(ready[i].found));
}

MUTANT(count, "poll() counts events")
{
    const struct readiness *ready = call->block[0].bytes;
    int64_t events = 0;
    mutate(m, call);
    if (call->operation != OP_POLL || call->error)
        return;
    for (size_t i = 0; i < call->block[0].length / sizeof *ready; i++)
        events += __builtin_popcount((unsigned)ready[i].found);
    call_succeed(call, events);
}

RULE(not_open, "readiness.poll.not-open",
     .statement = "poll() reports POLLNVAL for a descriptor that is not open, whatever it was "
                  "asked for, counts it, and looks at the others nevertheless.",
     .outcome = {[BY_POSIX] = {"2 then no socket then writable",
                               {"posix.poll.pollnval", "posix.poll.sets-hup-err-nval-unrequested",
                                "posix.poll.pollnval-ignored-in-events", "posix.poll.returns-count",
                                "posix.poll.examines-each", "posix.poll.pollout"}},
                 [BY_LINUX] = {"2 then no socket then writable",
                               {"linux.poll.2.pollnval", "linux.poll.2.errors-always",
                                "linux.poll.2.returns-count", "linux.poll.2.pollout"}},
                 [BY_BSD] = {"2 then no socket then writable",
                             {"freebsd.poll.2.pollnval", "freebsd.poll.2.pollnval-always",
                              "freebsd.poll.2.no-error-for-one-descriptor",
                              "posix.poll.returns-count", "freebsd.poll.2.pollout"}}});

CASE(not_open, closed, .family = ANY_FAMILY, .network = ON_LOOPBACK,
     .axes = {{"asked", {"nothing", "readable"}}, {"time", {"none", "endless"}}})
{
    int closed = datagram_socket(t, iut), open = bound_datagram_socket(t, iut).fd;
    struct readiness ready[] = {{.fd = closed, .asked = t->chosen[0] == 0 ? 0 : POLLIN},
                                {.fd = open, .asked = POLLOUT}};
    must(sk_close(iut, closed));
    observe_count(sk_poll(iut, ready, 2, t->chosen[1] == 0 ? 0 : -1));
    observe("%s", ready_name(ready[0].found));
    observe("%s", ready_name(ready[1].found));
}

MUTANT(not_open, "poll() fails with EBADF")
{
    const struct readiness *ready = call->block[0].bytes;
    mutate(m, call);
    if (call->operation == OP_POLL && ready[0].found & POLLNVAL)
        call_fail(call, EBADF);
}

RULE(negative, "readiness.poll.negative",
     .statement = "poll() leaves out an element whose descriptor is negative: it reports nothing "
                  "for it and does not count it.",
     .outcome = {[BY_POSIX] = {"1 then nothing then writable",
                               {"posix.poll.negative-fd-ignores-events",
                                "posix.poll.negative-fd-clears-revents", "posix.poll.returns-count",
                                "posix.poll.pollout"}},
                 [BY_LINUX] = {"1 then nothing then writable",
                               {"linux.poll.2.negative-descriptor", "linux.poll.2.returns-count",
                                "linux.poll.2.pollout"}}});

/* One element with a descriptor that is none, and one with a socket. */
static void poll_beside(struct test *t, int negative)
{
    int fd = bound_datagram_socket(t, t->iut).fd;
    struct readiness ready[] = {{.fd = negative < 0 ? negative : ~fd, .asked = POLLIN | POLLOUT},
                                {.fd = fd, .asked = POLLOUT}};
    observe_count(sk_poll(t->iut, ready, 2, 0));
    observe("%s", ready_name(ready[0].found));
    observe("%s", ready_name(ready[1].found));
}

CASE(negative, minus_one, .family = ANY_FAMILY, .network = ON_LOOPBACK,
     .outcome = {[BY_BSD] = {"1 then nothing then writable",
                             {"freebsd.poll.2.fd-minus-one-skipped",
                              "freebsd.poll.2.fd-minus-one-clears-revents",
                              "freebsd.poll.2.returns-ready-count", "freebsd.poll.2.pollout"}}})
{
    poll_beside(t, -1);
}

CASE(negative, complement, .family = ANY_FAMILY, .network = ON_LOOPBACK)
{
    poll_beside(t, 0);
}

MUTANT(negative, "poll() calls a negative descriptor one that is not open")
{
    struct readiness *ready = call->block[0].bytes;
    mutate(m, call);
    if (call->operation == OP_POLL && ready[0].fd < 0) {
        ready[0].found = POLLNVAL;
        call_succeed(call, call->result + 1);
    }
}

RULE(
    too_many, "readiness.poll.too-many",
    .statement =
        "poll() of more descriptors than a process may have open fails with EINVAL; on POSIX, "
        "which has a limit of its own, it may be that lowering RLIMIT_NOFILE does not change that.",
    .outcome = {[BY_POSIX] = {"EINVAL | 0", {"posix.poll.einval"}},
                [BY_LINUX] = {"EINVAL", {"linux.poll.2.einval-nfds"}}});

/* The limit is lowered, so that one more is not too many to be handled here. POSIX has {OPEN_MAX},
 * and lets it follow RLIMIT_NOFILE or not. */
CASE(too_many, above_limit, .family = FAMILY_IPV4, .network = ON_LOOPBACK,
     .needs = "getrlimit setrlimit")
{
    enum { LOW = 128 };
    struct readiness ready[LOW + 1];
    struct limits given, low;
    for (int i = 0; i <= LOW; i++)
        ready[i] = (struct readiness){.fd = -1};
    must(sk_getrlimit(iut, RLIMIT_NOFILE, &given));
    require(given.soft < 0 || given.soft > LOW, "the limit is no more than %d", LOW);
    low = (struct limits){LOW, given.hard};
    must(sk_setrlimit(iut, RLIMIT_NOFILE, &low));
    observe_result(sk_poll(iut, ready, LOW + 1, 0));
    must(sk_setrlimit(iut, RLIMIT_NOFILE, &given));
}

MUTANT_GIVES(too_many, "poll() of any number succeeds", OP_POLL, EINVAL, 0)
