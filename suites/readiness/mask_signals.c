/* ppoll(), pselect() and epoll_pwait(): another mask of signals for as long as they wait. */
#include "suites/readiness/masked.h"

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
    masked_call(t, &masked, which, ends.iut, -1, SIGUSR1_MASK);
    struct pending *pending = sk_begin(t->iut, masked.call);
    require_by("readiness.mask.woken", sk_waits(pending), "the call does not wait");
    sk_interrupt(pending);
    sk_waits(pending);
    observe("%s", must(sk_signals(t->iut, SIGUSR1)) ? "catches the signal" : "waits");
    must(sk_send(t->peer, ends.peer, "x", 1, 0));
    observe("%s", masked_answer(&masked, finish(pending)));
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
        masked_call(t, &masked, which, fd, -1, masks[t->chosen[0]]);
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
