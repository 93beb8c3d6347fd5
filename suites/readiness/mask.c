/* ppoll(), pselect() and epoll_pwait(): what poll(), select() and epoll_wait() do. */
#include "suites/readiness/masked.h"

/* For axes of masks. */
#define MASKS                                                                                      \
    {                                                                                              \
        "mask",                                                                                    \
        {                                                                                          \
            "null", "empty", "sigusr1"                                                             \
        }                                                                                          \
    }
static enum mask mask_of(const struct test *t)
{
    return (enum mask)t->chosen[0];
}

/* ---- mutants ---- */

static void does_not_sleep(struct mutation *m, struct call *call)
{
    static struct duration none;
    int at = call->operation == OP_PPOLL ? 1 : call->operation == OP_PSELECT ? 4 : -1;
    if (at >= 0) {
        call->block[at] = block_out(&none, sizeof none);
        call->block[at].length = sizeof none;
    }
    if (call->operation == OP_EPOLL_PWAIT)
        call->argument[3] = 0;
    mutate(m, call);
}

/* ---- what is ready ---- */

RULE(data, "readiness.mask.data",
     .statement = "ppoll(), pselect() and epoll_pwait() give 1 and report a socket as readable to "
                  "which data has come.",
     .outcome = {[BY_LINUX] = {"1: readable",
                               {"linux.poll.2.returns-count", "linux.poll.2.pollin",
                                "linux.poll.2.ppoll-as-poll", "linux.select.2.returns-count",
                                "linux.select.2.readable", "linux.select.2.sets-modified",
                                "linux.select.2.pselect-as-select",
                                "linux.epoll_wait.2.returns-count", "linux.epoll_ctl.2.epollin",
                                "linux.epoll_wait.2.pwait-as-wait"}}},
     .basic = {OP_PPOLL, OP_PSELECT, OP_EPOLL_PWAIT}, .basics = 3);

static void ask_for_data(struct test *t, enum masking which)
{
    struct ends ends = ends_of(t);
    struct masked masked;
    must(sk_send(t->peer, ends.peer, "x", 1, 0));
    masked_call(t, &masked, which, ends.iut, patience, mask_of(t));
    observe("%s", masked_answer(&masked, perform(t->iut, &masked.call)));
}

CASE(data, ppoll, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK, .type = ANY_TYPE,
     .axes = {MASKS}, .needs = "ppoll",
     .outcome = {[BY_BSD] = {"1: readable",
                             {"freebsd.poll.2.returns-ready-count", "freebsd.poll.2.pollin",
                              "freebsd.poll.2.ppoll.same-fds"}}})
{
    ask_for_data(t, PPOLL);
}

CASE(data, pselect, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK, .type = ANY_TYPE,
     .axes = {MASKS}, .needs = "pselect",
     .outcome = {[BY_POSIX] = {"1: readable",
                               {"posix.select.returns-bits", "posix.select.readfds-output",
                                "posix.select.read-ready-data-eof-error"}},
                 [BY_BSD] = {"1: readable",
                             {"freebsd.pselect.2.returns-as-select",
                              "freebsd.select.2.examines-sets", "freebsd.select.2.replaces-sets",
                              "freebsd.select.2.returns-total-of-all-sets"}}})
{
    ask_for_data(t, PSELECT);
}

CASE(data, epoll_pwait, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK,
     .type = ANY_TYPE, .axes = {MASKS}, .needs = "epoll epoll_pwait")
{
    ask_for_data(t, EPOLL_PWAIT);
}

MUTANT_BY(data, "data is not reported", reports_nothing)

RULE(count, "readiness.mask.count",
     .statement = "ppoll(), pselect() and epoll_pwait() return how many of the descriptors are "
                  "ready.",
     .outcome = {
         [BY_LINUX] = {"2",
                       {"linux.poll.2.returns-count", "linux.select.2.returns-count",
                        "linux.epoll_wait.2.returns-count", "linux.poll.2.ppoll-as-poll",
                        "linux.select.2.pselect-as-select", "linux.epoll_wait.2.pwait-as-wait"}}});

/* Three sockets of the IUT, of which the first and the last have data. */
struct three {
    int fd[3];
};

static struct three three_sockets(struct test *t)
{
    struct three three;
    for (int i = 0; i < 3; i++) {
        struct ends ends = ends_of(t);
        three.fd[i] = ends.iut;
        if (i == 1)
            continue;
        must(sk_send(t->peer, ends.peer, "x", 1, 0));
        await_data(t, t->iut, ends.iut);
    }
    return three;
}

CASE(count, ppoll, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .needs = "ppoll",
     .outcome = {
         [BY_BSD] = {"2", {"freebsd.poll.2.returns-ready-count", "freebsd.poll.2.ppoll.same-fds"}}})
{
    struct three of = three_sockets(t);
    struct readiness ready[3];
    struct duration none = {0};
    for (int i = 0; i < 3; i++)
        ready[i] = (struct readiness){.fd = of.fd[i], .asked = POLLIN};
    observe_count(sk_ppoll(iut, ready, 3, &none, NULL));
}

CASE(count, pselect, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .needs = "pselect",
     .outcome = {[BY_POSIX] = {"2", {"posix.select.returns-bits", "posix.select.returns-total"}},
                 [BY_BSD] = {"2",
                             {"freebsd.pselect.2.returns-as-select",
                              "freebsd.select.2.returns-total-of-all-sets"}}})
{
    struct three of = three_sockets(t);
    struct fd_list set = {.fd = {of.fd[0], of.fd[1], of.fd[2]}, .count = 3};
    struct duration none = {0};
    int limit = 0;
    for (int i = 0; i < 3; i++)
        limit = of.fd[i] >= limit ? of.fd[i] + 1 : limit;
    require(limit <= FD_SETSIZE, "no set holds the descriptor %d", limit - 1);
    observe_count(sk_pselect(iut, limit, &set, NULL, NULL, &none, NULL));
}

CASE(count, epoll_pwait, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE, .needs = "epoll epoll_pwait")
{
    struct three of = three_sockets(t);
    struct event event[4];
    int epoll = must(sk_epoll_create(iut));
    for (int i = 0; i < 3; i++)
        must(sk_epoll_ctl(iut, epoll, EPOLL_CTL_ADD, of.fd[i], EPOLLIN, 0));
    observe_count(sk_epoll_pwait(iut, epoll, event, 4, 4, 0, NULL));
}

MUTANT(count, "they give 1 if anything is ready")
{
    mutate(m, call);
    if (mask_at(call) >= 0 && !call->error && call->result > 1)
        call_succeed(call, 1);
}

RULE(nothing, "readiness.mask.nothing",
     .statement = "ppoll(), pselect() and epoll_pwait() with no time give 0 at once and report "
                  "nothing while nothing is ready.",
     .outcome = {
         [BY_LINUX] = {"0: nothing",
                       {"linux.poll.2.returns-zero", "linux.poll.2.ppoll-bounded",
                        "linux.poll.2.ppoll-as-poll", "linux.select.2.timeout-zero",
                        "linux.select.2.returns-zero", "linux.select.2.pselect-as-select",
                        "linux.epoll_wait.2.timeout-zero", "linux.epoll_wait.2.returns-zero",
                        "linux.epoll_wait.2.pwait-as-wait", "linux.poll.2.revents-subset",
                        "linux.select.2.sets-modified"}}});

static void ask_at_once(struct test *t, enum masking which)
{
    int fd = ends_of(t).iut, tries = 0;
    const char *answer, *late;
    do {
        struct masked masked;
        masked_call(t, &masked, which, fd, 0, mask_of(t));
        int64_t since = clock_now();
        struct pending *pending = sk_begin(t->iut, masked.call);
        if (sk_waits(pending)) {
            observe("waits");
            return;
        }
        answer = masked_answer_left(t, &masked, which, pending);
        late = lateness(since);
    } while (wait_again(late, &tries));
    observe("%s%s", answer, late);
}

CASE(nothing, ppoll, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .axes = {MASKS}, .needs = "ppoll",
     .outcome = {
         [BY_BSD] = {"0: nothing",
                     {"freebsd.poll.2.returns-zero-on-timeout", "freebsd.poll.2.ppoll.timespec",
                      "freebsd.poll.2.timeout-zero-returns", "freebsd.poll.2.ppoll.same-fds",
                      "posix.poll.clears-revents"}}})
{
    ask_at_once(t, PPOLL);
}

CASE(nothing, pselect, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .axes = {MASKS}, .needs = "pselect",
     .outcome = {
         [BY_POSIX] = {"0: nothing",
                       {"posix.select.timeout-maximum-wait", "posix.select.timeout-returns",
                        "posix.select.timeout-clears-sets", "posix.select.returns-total"}},
         [BY_BSD] = {"0: nothing",
                     {"freebsd.pselect.2.returns-as-select", "freebsd.select.2.zero-timeout-polls",
                      "freebsd.select.2.returns-zero-on-timeout",
                      "freebsd.select.2.replaces-sets"}}})
{
    ask_at_once(t, PSELECT);
}

CASE(nothing, epoll_pwait, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .axes = {MASKS}, .needs = "epoll epoll_pwait")
{
    ask_at_once(t, EPOLL_PWAIT);
}

MUTANT_BY(nothing, "what was asked for is still there though the call gives 0", leaves_all)

/* ---- waiting ---- */

RULE(already, "readiness.mask.ready-already",
     .statement = "ppoll(), pselect() and epoll_pwait() return at once when something is ready, "
                  "however long they might wait.",
     .outcome = {
         [BY_LINUX] = {"1: readable",
                       {"linux.poll.2.blocks", "linux.poll.2.returns-on-ready",
                        "linux.poll.2.ppoll-as-poll", "linux.select.2.returns-on-ready",
                        "linux.select.2.pselect-as-select", "linux.epoll_wait.2.returns-on-event",
                        "linux.epoll_wait.2.pwait-as-wait", "linux.poll.2.returns-count",
                        "linux.select.2.returns-count", "linux.epoll_wait.2.returns-count"}}});

/* For axes of masks and limits. */
#define LIMITS                                                                                     \
    {                                                                                              \
        "limit",                                                                                   \
        {                                                                                          \
            "none", "hour"                                                                         \
        }                                                                                          \
    }

static void ask_when_ready(struct test *t, enum masking which)
{
    int limit = t->chosen[1] == 0 ? -1 : AN_HOUR;
    const char *answer, *late;
    int tries = 0;
    do {
        struct ends ends = ends_of(t);
        struct masked masked;
        must(sk_send(t->peer, ends.peer, "x", 1, 0));
        await_data(t, t->iut, ends.iut);
        masked_call(t, &masked, which, ends.iut, limit, mask_of(t));
        int64_t since = clock_now();
        struct pending *pending = sk_begin(t->iut, masked.call);
        if (sk_waits(pending)) {
            observe("waits");
            return;
        }
        answer = masked_answer(&masked, finish(pending));
        late = lateness(since);
    } while (wait_again(late, &tries));
    observe("%s%s", answer, late);
}

CASE(already, ppoll, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .axes = {MASKS, LIMITS}, .needs = "ppoll",
     .outcome = {[BY_BSD] = {"1: readable",
                             {"freebsd.poll.2.ppoll.waits-for-ready-or-signal",
                              "freebsd.poll.2.ppoll.null-waits",
                              "freebsd.poll.2.returns-ready-count", "freebsd.poll.2.pollin"}}})
{
    ask_when_ready(t, PPOLL);
}

CASE(already, pselect, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .axes = {MASKS, LIMITS}, .needs = "pselect",
     .outcome = {
         [BY_POSIX] = {"1: readable",
                       {"posix.select.blocks", "posix.select.null-timeout-blocks",
                        "posix.select.read-ready-data-eof-error", "posix.select.returns-bits"}},
         [BY_BSD] = {"1: readable",
                     {"freebsd.pselect.2.null-waits", "freebsd.pselect.2.returns-as-select",
                      "posix.select.blocks", "freebsd.select.2.examines-sets"}}})
{
    ask_when_ready(t, PSELECT);
}

CASE(already, epoll_pwait, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .axes = {MASKS, LIMITS}, .needs = "epoll epoll_pwait")
{
    ask_when_ready(t, EPOLL_PWAIT);
}

MUTANT_BY(already, "what is ready already is not noticed", waits_for_ever)

RULE(woken, "readiness.mask.woken",
     .statement = "ppoll(), pselect() and epoll_pwait() without a time wait while nothing is "
                  "ready, and return as soon as something is.",
     .outcome = {[BY_LINUX] = {
                     "waits then 1: readable",
                     {"linux.poll.2.ppoll-null-timeout", "linux.poll.2.returns-on-ready",
                      "linux.poll.2.ppoll-as-poll", "linux.select.2.timeout-null",
                      "linux.select.2.returns-on-ready", "linux.select.2.pselect-as-select",
                      "linux.epoll_wait.2.timeout-minus-one", "linux.epoll_wait.2.returns-on-event",
                      "linux.epoll_wait.2.pwait-as-wait", "linux.poll.2.returns-count",
                      "linux.select.2.returns-count", "linux.epoll_wait.2.returns-count"}}});

static void wait_for_data(struct test *t, enum masking which)
{
    const char *answer, *late;
    bool waits;
    int tries = 0;
    do {
        struct ends ends = ends_of(t);
        struct masked masked;
        masked_call(t, &masked, which, ends.iut, -1, mask_of(t));
        struct pending *pending = sk_begin(t->iut, masked.call);
        waits = sk_waits(pending);
        int64_t since = clock_now();
        must(sk_send(t->peer, ends.peer, "x", 1, 0));
        answer = masked_answer(&masked, finish(pending));
        late = lateness(since);
    } while (wait_again(late, &tries));
    observe("%s", waits ? "waits" : "does not wait");
    observe("%s%s", answer, late);
}

CASE(woken, ppoll, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .axes = {MASKS}, .needs = "ppoll",
     .outcome = {[BY_BSD] = {"waits then 1: readable",
                             {"freebsd.poll.2.ppoll.null-waits",
                              "freebsd.poll.2.ppoll.waits-for-ready-or-signal",
                              "freebsd.poll.2.returns-ready-count", "freebsd.poll.2.pollin"}}})
{
    wait_for_data(t, PPOLL);
}

CASE(woken, pselect, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .axes = {MASKS}, .needs = "pselect",
     .outcome = {
         [BY_POSIX] = {"waits then 1: readable",
                       {"posix.select.null-timeout-blocks", "posix.select.blocks",
                        "posix.select.read-ready-data-eof-error", "posix.select.returns-bits"}},
         [BY_BSD] = {"waits then 1: readable",
                     {"freebsd.pselect.2.null-waits", "freebsd.pselect.2.returns-as-select",
                      "posix.select.blocks", "freebsd.select.2.examines-sets"}}})
{
    wait_for_data(t, PSELECT);
}

CASE(woken, epoll_pwait, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE, .axes = {MASKS}, .needs = "epoll epoll_pwait")
{
    wait_for_data(t, EPOLL_PWAIT);
}

MUTANT_BY(woken, "no call waits", does_not_sleep)

RULE(timeout, "readiness.mask.timeout",
     .statement = "ppoll(), pselect() and epoll_pwait() give 0 and report nothing when their "
                  "time is over and nothing has become ready, and not before.",
     .outcome = {
         [BY_LINUX] = {"0: nothing then in time",
                       {"linux.poll.2.returns-zero", "linux.poll.2.timeout-rounded-up",
                        "linux.poll.2.ppoll-as-poll", "linux.select.2.returns-zero",
                        "linux.select.2.timeout-rounded-up", "linux.select.2.pselect-as-select",
                        "linux.epoll_wait.2.returns-zero", "linux.epoll_wait.2.timeout-rounded-up",
                        "linux.epoll_wait.2.pwait-as-wait", "linux.poll.2.revents-subset",
                        "linux.select.2.sets-modified"}}});

static void wait_in_vain(struct test *t, enum masking which)
{
    struct ends ends = ends_of(t);
    struct masked masked;
    const char *answer, *length;
    int tries = 0;
    do {
        masked_call(t, &masked, which, ends.iut, A_WHILE, mask_of(t));
        int64_t since = clock_now();
        answer = masked_answer_left(t, &masked, which, sk_begin(t->iut, masked.call));
        length = length_of_wait(since);
    } while (wait_again(length, &tries));
    observe("%s", answer);
    observe("%s", length);
}

CASE(timeout, ppoll, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .type = TYPE_DATAGRAM,
     .axes = {MASKS}, .needs = "ppoll")
{
    wait_in_vain(t, PPOLL);
}

CASE(timeout, pselect, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .type = TYPE_DATAGRAM,
     .axes = {MASKS}, .needs = "pselect",
     .outcome = {
         [BY_POSIX] = {"0: nothing then in time | too late",
                       {"posix.select.blocks", "posix.select.timeout-returns",
                        "posix.select.granularity-rounds-up", "posix.select.returns-bits",
                        "posix.select.timeout-clears-sets"}},
         [BY_BSD] = {"0: nothing then in time",
                     {"freebsd.pselect.2.returns-as-select", "freebsd.select.2.timeout-limits",
                      "freebsd.select.2.returns-zero-on-timeout", "freebsd.select.2.replaces-sets",
                      "posix.select.blocks", "posix.select.granularity-rounds-up"}}})
{
    wait_in_vain(t, PSELECT);
}

CASE(timeout, epoll_pwait, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .type = TYPE_DATAGRAM,
     .axes = {MASKS}, .needs = "epoll epoll_pwait")
{
    wait_in_vain(t, EPOLL_PWAIT);
}

MUTANT_BY(timeout, "no call waits", does_not_sleep)
