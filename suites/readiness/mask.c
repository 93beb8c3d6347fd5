/* ppoll(), pselect() and epoll_pwait(): what poll(), select() and epoll_wait() do, with another
 * mask of signals for as long as they wait. */
#include "suites/readiness/ask.h"

/* Which one. They stand on different documents, so that each has cases of its own. */
enum masking { PPOLL, PSELECT, EPOLL_PWAIT };

/* Which mask a call is given. SIGUSR1 is the signal that interrupts (sk_interrupt()). */
enum mask { NULL_MASK, EMPTY_MASK, SIGUSR1_MASK, SIGUSR2_MASK };

/* A call about one descriptor of which POLLIN is asked for; it points into this. */
struct masked {
    struct readiness one;
    struct fd_list set;
    struct duration time;
    struct event event;
    int signal;
    struct call call;
};

static struct block mask_block(struct masked *masked, enum mask mask)
{
    masked->signal = mask == SIGUSR2_MASK ? SIGUSR2 : SIGUSR1;
    return mask == NULL_MASK
               ? block_in(NULL, 0)
               : block_in(&masked->signal, mask == EMPTY_MASK ? 0 : sizeof masked->signal);
}

/* So many milliseconds; -1: without end. */
static struct block time_block(struct masked *masked, int milliseconds)
{
    masked->time = (struct duration){milliseconds / 1000, milliseconds % 1000 * 1000000LL};
    struct block block = block_out(milliseconds < 0 ? NULL : &masked->time,
                                   milliseconds < 0 ? 0 : sizeof masked->time);
    block.length = block.capacity;
    return block;
}

static void prepare_ppoll(struct masked *masked, int milliseconds, enum mask mask)
{
    masked->call =
        (struct call){.operation = OP_PPOLL,
                      .block = {block_in(&masked->one, sizeof masked->one),
                                time_block(masked, milliseconds), mask_block(masked, mask)}};
}

static void prepare_pselect(struct masked *masked, int milliseconds, enum mask mask)
{
    masked->set = (struct fd_list){.fd = {masked->one.fd}, .count = 1};
    masked->call = (struct call){.operation = OP_PSELECT,
                                 .argument = {masked->one.fd + 1},
                                 .block = {[1] = block_out(masked->set.fd, sizeof masked->set.fd),
                                           [4] = time_block(masked, milliseconds),
                                           [5] = mask_block(masked, mask)}};
    masked->call.block[1].length = sizeof *masked->set.fd;
}

static void prepare_epoll_pwait(struct test *t, struct masked *masked, int milliseconds,
                                enum mask mask)
{
    int epoll = must(sk_epoll_create(t->iut));
    must(sk_epoll_ctl(t->iut, epoll, EPOLL_CTL_ADD, masked->one.fd, EPOLLIN, 0));
    masked->call = (struct call){
        .operation = OP_EPOLL_PWAIT,
        .argument = {epoll, [2] = 1, [3] = milliseconds},
        .block = {
            [1] = block_out(&masked->event, sizeof masked->event), [4] = mask_block(masked, mask)}};
}

static void prepare(struct test *t, struct masked *masked, enum masking which, int fd,
                    int milliseconds, enum mask mask)
{
    *masked = (struct masked){.one = {.fd = fd, .asked = POLLIN}};
    require(fd < FD_SETSIZE || which != PSELECT, "no set holds the descriptor %d", fd);
    if (which == PPOLL)
        prepare_ppoll(masked, milliseconds, mask);
    else if (which == PSELECT)
        prepare_pselect(masked, milliseconds, mask);
    else
        prepare_epoll_pwait(t, masked, milliseconds, mask);
}

/* What was reported. Of a set that a begun call took, the result alone says whether its only
 * descriptor is still there: such a call keeps the length to itself. */
static int found(const struct masked *masked)
{
    if (masked->call.operation == OP_PPOLL)
        return masked->one.found;
    if (masked->call.operation == OP_EPOLL_PWAIT)
        return (int)masked->event.events;
    return masked->call.block[1].length && masked->set.fd[0] == masked->one.fd ? POLLIN : 0;
}

static const char *answered(const struct masked *masked, int result)
{
    return answer_text(result, found(masked));
}

/* The same of a call that has begun, with what it left behind although it returned 0. */
static const char *left_behind(struct test *t, struct masked *masked, enum masking which,
                               struct pending *pending)
{
    await_return(pending);
    masked->call = *pending_call(pending); /* which says what is left of the set */
    int result = finish(pending);
    return which == EPOLL_PWAIT ? answered(masked, result) : answer_left(result, found(masked));
}

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

/* The position of the mask, and of the time as a block. */
static int mask_at(const struct call *call)
{
    return call->operation == OP_PPOLL         ? 2
           : call->operation == OP_PSELECT     ? 5
           : call->operation == OP_EPOLL_PWAIT ? 4
                                               : -1;
}

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

/* A failure is none. */
static void never_fails(struct mutation *m, struct call *call)
{
    mutate(m, call);
    if (mask_at(call) >= 0 && call->error)
        call_succeed(call, 0);
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
    prepare(t, &masked, which, ends.iut, patience, mask_of(t));
    observe("%s", answered(&masked, perform(t->iut, &masked.call)));
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
        prepare(t, &masked, which, fd, 0, mask_of(t));
        int64_t since = clock_now();
        struct pending *pending = sk_begin(t->iut, masked.call);
        if (sk_waits(pending)) {
            observe("waits");
            return;
        }
        answer = left_behind(t, &masked, which, pending);
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
        prepare(t, &masked, which, ends.iut, limit, mask_of(t));
        int64_t since = clock_now();
        struct pending *pending = sk_begin(t->iut, masked.call);
        if (sk_waits(pending)) {
            observe("waits");
            return;
        }
        answer = answered(&masked, finish(pending));
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
        prepare(t, &masked, which, ends.iut, -1, mask_of(t));
        struct pending *pending = sk_begin(t->iut, masked.call);
        waits = sk_waits(pending);
        int64_t since = clock_now();
        must(sk_send(t->peer, ends.peer, "x", 1, 0));
        answer = answered(&masked, finish(pending));
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
        prepare(t, &masked, which, ends.iut, A_WHILE, mask_of(t));
        int64_t since = clock_now();
        answer = left_behind(t, &masked, which, sk_begin(t->iut, masked.call));
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

/* ---- signals ---- */

RULE(holds, "readiness.mask.holds-signals",
     .statement = "ppoll(), pselect() and epoll_pwait() are not interrupted by a signal of their "
                  "mask; it is caught when they have returned.",
     .outcome = {
         [BY_LINUX] = {"waits then 1: readable then caught",
                       {"linux.poll.2.ppoll-null-timeout", "linux.select.2.timeout-null",
                        "linux.epoll_wait.2.timeout-minus-one", "linux.poll.2.ppoll-mask",
                        "linux.select.2.pselect-mask", "linux.epoll_wait.2.pwait-mask",
                        "linux.poll.2.ppoll-as-poll", "linux.select.2.pselect-as-select",
                        "linux.epoll_wait.2.pwait-as-wait", "linux.poll.2.returns-count",
                        "linux.select.2.returns-count", "linux.epoll_wait.2.returns-count"}}});

static const char *becomes_caught(struct test *t)
{
    struct backoff backoff = backoff_begin(patience);
    while (must(sk_signals(t->iut, SIGUSR1)) == 0)
        if (!backoff_wait(&backoff))
            return "never caught";
    return "caught";
}

/* A call that the signal interrupts after all says so, since it has had time for that. */
static void hold_signal(struct test *t, enum masking which)
{
    struct ends ends = ends_of(t);
    struct masked masked;
    prepare(t, &masked, which, ends.iut, -1, SIGUSR1_MASK);
    struct pending *pending = sk_begin(t->iut, masked.call);
    require_by("readiness.mask.woken", sk_waits(pending), "the call does not wait");
    sk_interrupt(pending);
    sk_waits(pending);
    observe("%s", must(sk_signals(t->iut, SIGUSR1)) ? "catches the signal" : "waits");
    must(sk_send(t->peer, ends.peer, "x", 1, 0));
    observe("%s", answered(&masked, finish(pending)));
    observe("%s", becomes_caught(t));
}

CASE(holds, ppoll, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .needs = "ppoll signals",
     .outcome = {
         [BY_BSD] = {"waits then 1: readable then caught",
                     {"freebsd.poll.2.ppoll.sets-mask", "freebsd.poll.2.ppoll.restores-mask",
                      "freebsd.poll.2.ppoll.null-waits",
                      "freebsd.poll.2.ppoll.waits-for-ready-or-signal",
                      "freebsd.poll.2.returns-ready-count", "freebsd.poll.2.pollin"}}})
{
    hold_signal(t, PPOLL);
}

CASE(holds, pselect, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .needs = "pselect signals",
     .outcome = {
         [BY_POSIX] = {"waits then 1: readable then caught",
                       {"posix.select.pselect-sigmask-replaced",
                        "posix.select.pselect-sigmask-restored", "posix.select.null-timeout-blocks",
                        "posix.select.blocks", "posix.select.returns-bits"}},
         [BY_BSD] = {"waits then 1: readable then caught",
                     {"freebsd.pselect.2.sets-mask", "freebsd.pselect.2.restores-mask",
                      "freebsd.pselect.2.null-waits", "freebsd.pselect.2.returns-as-select",
                      "freebsd.select.2.examines-sets"}}})
{
    hold_signal(t, PSELECT);
}

CASE(holds, epoll_pwait, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .needs = "epoll epoll_pwait signals")
{
    hold_signal(t, EPOLL_PWAIT);
}

MUTANT(holds, "the mask is ignored")
{
    if (mask_at(call) >= 0)
        call->block[mask_at(call)] = block_in(NULL, 0);
    mutate(m, call);
}

RULE(interrupted, "readiness.mask.interrupted",
     .statement =
         "ppoll(), pselect() and epoll_pwait() fail with EINTR as soon as a signal that is "
         "not in their mask is caught while they wait.",
     .outcome = {
         [BY_LINUX] = {"waits then EINTR",
                       {"linux.poll.2.eintr", "linux.select.2.eintr", "linux.epoll_wait.2.eintr",
                        "linux.poll.2.ppoll-null-mask", "linux.select.2.pselect-null-mask",
                        "linux.epoll_wait.2.pwait-null-mask", "linux.poll.2.ppoll-null-timeout",
                        "linux.select.2.timeout-null", "linux.epoll_wait.2.timeout-minus-one",
                        "linux.poll.2.ppoll-as-poll", "linux.select.2.pselect-as-select",
                        "linux.epoll_wait.2.pwait-as-wait"}}});

static void interrupt_call(struct test *t, enum masking which)
{
    static const enum mask masks[] = {NULL_MASK, EMPTY_MASK, SIGUSR2_MASK};
    struct masked masked;
    int fd = ends_of(t).iut, result, tries = 0;
    const char *late;
    bool waits;
    do {
        prepare(t, &masked, which, fd, -1, masks[t->chosen[0]]);
        struct pending *pending = sk_begin(t->iut, masked.call);
        waits = sk_waits(pending);
        int64_t since = clock_now();
        sk_interrupt(pending);
        result = finish(pending);
        late = lateness(since);
    } while (wait_again(late, &tries));
    observe("%s", waits ? "waits" : "does not wait");
    observe("%s%s", result_name(result), late);
}

#define UNMASKED .axes = {{"mask", {"null", "empty", "sigusr2"}}}

CASE(interrupted, ppoll, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .type = ANY_TYPE, UNMASKED,
     .needs = "ppoll signals",
     .outcome = {[BY_BSD] = {"waits then EINTR",
                             {"freebsd.poll.2.eintr", "freebsd.poll.2.ppoll.null-waits",
                              "freebsd.poll.2.ppoll.waits-for-ready-or-signal"}}})
{
    interrupt_call(t, PPOLL);
}

CASE(interrupted, pselect, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .type = ANY_TYPE,
     UNMASKED, .needs = "pselect signals",
     .outcome = {[BY_POSIX] = {"waits then EINTR",
                               {"posix.select.null-timeout-blocks", "posix.select.blocks",
                                "posix.select.eintr"}},
                 [BY_BSD] = {"waits then EINTR",
                             {"freebsd.pselect.2.errors-as-select", "freebsd.select.2.eintr",
                              "freebsd.pselect.2.null-waits", "posix.select.eintr"}}})
{
    interrupt_call(t, PSELECT);
}

CASE(interrupted, epoll_pwait, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .type = ANY_TYPE,
     UNMASKED, .needs = "epoll epoll_pwait signals")
{
    interrupt_call(t, EPOLL_PWAIT);
}

MUTANT_BY(interrupted, "they give 0 when a signal comes", never_fails)
