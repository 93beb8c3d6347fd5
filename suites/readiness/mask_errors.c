/* What ppoll(), pselect() and epoll_pwait() refuse. */
#include "suites/readiness/masked.h"

RULE(invalid_time, "readiness.mask.invalid-time",
     .statement = "ppoll() and pselect() fail with EINVAL if their time is negative.",
     .outcome = {
         [BY_LINUX] = {"EINVAL",
                       {"linux.poll.2.einval-timeout", "linux.poll.2.ppoll-negative-timeout",
                        "linux.select.2.einval-timeout", "linux.select.2.pselect-as-select"}}});

static struct duration negative_time(const struct test *t)
{
    return (struct duration){t->chosen[0] == 0 ? -1 : 0, t->chosen[0] == 0 ? 0 : -1};
}

#define PARTS .axes = {{"part", {"seconds", "nanoseconds"}}}

CASE(invalid_time, ppoll, .network = ON_LOOPBACK, PARTS, .needs = "ppoll",
     .outcome = {
         [BY_BSD] = {"EINVAL", {"freebsd.poll.2.einval-timeout", "freebsd.poll.2.ppoll.timespec"}}})
{
    struct duration time = negative_time(t);
    observe_result(sk_ppoll(iut, NULL, 0, &time, NULL));
}

CASE(invalid_time, pselect, .network = ON_LOOPBACK, PARTS, .needs = "pselect",
     .outcome = {[BY_POSIX] = {"EINVAL", {"posix.select.einval-timeout"}},
                 [BY_BSD] = {"EINVAL",
                             {"freebsd.pselect.2.errors-as-select",
                              "freebsd.select.2.einval-timeout", "posix.select.einval-timeout"}}})
{
    struct duration time = negative_time(t);
    observe_result(sk_pselect(iut, 0, NULL, NULL, NULL, &time, NULL));
}

MUTANT_BY(invalid_time, "any time is taken", never_fails)

RULE(not_open, "readiness.mask.not-open",
     .statement =
         "pselect() of a set with a descriptor that is not open, and epoll_pwait() on one, "
         "fail with EBADF.",
     .outcome = {[BY_LINUX] = {"EBADF",
                               {"linux.select.2.ebadf", "linux.select.2.pselect-as-select",
                                "linux.epoll_wait.2.ebadf", "linux.epoll_wait.2.pwait-as-wait"}}});

/* Of two sockets the lower one is closed: Linux does not look above the highest that is open. The
 * other one is ready for writing, and a call may not stop there. */
CASE(not_open, pselect, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .needs = "pselect",
     .axes = {{"set", {"readable", "writable", "exceptional"}}, {"time", {"none", "endless"}}},
     .outcome = {[BY_POSIX] = {"EBADF", {"posix.select.ebadf"}},
                 [BY_BSD] = {"EBADF",
                             {"freebsd.pselect.2.errors-as-select", "freebsd.select.2.ebadf",
                              "posix.select.ebadf"}}})
{
    int one = bound_datagram_socket(t, iut).fd, other = bound_datagram_socket(t, iut).fd;
    int lower = one < other ? one : other, higher = one < other ? other : one;
    struct fd_list set[3] = {0};
    struct duration none = {0};
    set[1] = (struct fd_list){.fd = {higher}, .count = 1};
    set[t->chosen[0]].fd[set[t->chosen[0]].count++] = lower;
    require(higher < FD_SETSIZE, "no set holds the descriptor %d", higher);
    must(sk_close(iut, lower));
    observe_result(sk_pselect(iut, higher + 1, &set[0], &set[1], &set[2],
                              t->chosen[1] == 0 ? &none : NULL, NULL));
}

CASE(not_open, epoll_pwait, .network = ON_LOOPBACK, .needs = "epoll epoll_pwait")
{
    struct event event[1];
    int epoll = must(sk_epoll_create(iut));
    must(sk_close(iut, epoll));
    observe_result(sk_epoll_pwait(iut, epoll, event, 1, 1, 0, NULL));
}

MUTANT_BY(not_open, "descriptors that are not open are ignored", never_fails)

RULE(no_such_descriptor, "readiness.mask.ppoll-not-open",
     .statement = "ppoll() reports POLLNVAL for a descriptor that is not open, and counts it.",
     .outcome = {[BY_LINUX] = {"1 then no socket",
                               {"linux.poll.2.pollnval", "linux.poll.2.errors-always",
                                "linux.poll.2.ppoll-as-poll", "linux.poll.2.returns-count"}},
                 [BY_BSD] = {"1 then no socket",
                             {"freebsd.poll.2.pollnval", "freebsd.poll.2.pollnval-always",
                              "freebsd.poll.2.ppoll.same-fds", "posix.poll.returns-count"}}});

CASE(no_such_descriptor, closed, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .needs = "ppoll")
{
    struct readiness one = {.fd = bound_datagram_socket(t, iut).fd, .asked = POLLIN};
    struct duration none = {0};
    must(sk_close(iut, one.fd));
    observe_count(sk_ppoll(iut, &one, 1, &none, NULL));
    observe("%s", ready_name(one.found));
}

MUTANT_BY(no_such_descriptor, "a descriptor that is not open is ignored", reports_nothing)

RULE(negative_limit, "readiness.mask.negative-limit",
     .statement = "pselect() fails with EINVAL if its first argument is negative.",
     .outcome = {[BY_POSIX] = {"EINVAL", {"posix.select.einval-nfds"}},
                 [BY_LINUX] = {"EINVAL",
                               {"linux.select.2.einval-nfds", "linux.select.2.pselect-as-select"}},
                 [BY_BSD] = {"EINVAL",
                             {"freebsd.pselect.2.errors-as-select", "freebsd.select.2.einval-nfds",
                              "posix.select.einval-nfds"}}});

CASE(negative_limit, minus_one, .network = ON_LOOPBACK, .needs = "pselect")
{
    struct duration none = {0};
    observe_result(sk_pselect(iut, -1, NULL, NULL, NULL, &none, NULL));
}

MUTANT_BY(negative_limit, "a negative number is taken for 0", never_fails)

RULE(no_instance, "readiness.mask.no-instance",
     .statement = "epoll_pwait() fails with EINVAL on a descriptor that is no epoll instance.",
     .outcome = {[BY_LINUX] = {
                     "EINVAL",
                     {"linux.epoll_wait.2.einval-not-epoll", "linux.epoll_wait.2.pwait-as-wait"}}});

CASE(no_instance, socket, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .needs = "epoll epoll_pwait")
{
    struct event event[1];
    observe_result(sk_epoll_pwait(iut, typed_socket(t, iut), event, 1, 1, 0, NULL));
}

MUTANT_BY(no_instance, "any descriptor is an instance", never_fails)

RULE(no_room, "readiness.mask.no-events",
     .statement = "epoll_pwait() fails with EINVAL if it may give 0 events or less.",
     .outcome = {[BY_LINUX] = {
                     "EINVAL",
                     {"linux.epoll_wait.2.einval-maxevents", "linux.epoll_wait.2.pwait-as-wait"}}});

CASE(no_room, at_most, .network = ON_LOOPBACK, .needs = "epoll epoll_pwait",
     .axes = {{"most", {"zero", "negative"}}})
{
    struct event event[1];
    int epoll = must(sk_epoll_create(iut));
    observe_result(sk_epoll_pwait(iut, epoll, event, 1, t->chosen[0] == 0 ? 0 : -1, 0, NULL));
}

MUTANT_BY(no_room, "epoll_pwait() for no events succeeds", never_fails)
