/* select(): what is its own. */
#include "suites/readiness/ask.h"

#include <sys/resource.h>
#include <sys/select.h>

static struct fd_list set_of(int one, int other)
{
    return (struct fd_list){.fd = {one, other}, .count = 2};
}

/* One more than the highest of two descriptors. */
static int limit_of(int one, int other)
{
    return (one > other ? one : other) + 1;
}

/* Which of two descriptors a set has. */
static const char *members(const struct fd_list *set, int one, int other)
{
    bool has_one = false, has_other = false, has_more = false;
    for (size_t i = 0; i < set->count; i++) {
        has_one |= set->fd[i] == one;
        has_other |= set->fd[i] == other;
        has_more |= set->fd[i] != one && set->fd[i] != other;
    }
    return has_more               ? "another one"
           : has_one && has_other ? "both"
           : has_one              ? "the first"
           : has_other            ? "the second"
                                  : "none";
}

RULE(data, "readiness.select.data",
     .statement = "select() gives 1, and has in the first set a socket to which data has come, and "
                  "not in the third, though POSIX leaves open what else is exceptional.",
     .basic = {OP_SELECT}, .basics = 1,
     .outcome = {[BY_POSIX] = {"1: readable | 2: readable and exceptional",
                               {"posix.select.read-ready-data-eof-error",
                                "posix.select.bit-set-iff-asked-and-true",
                                "posix.select.returns-bits", "posix.select.except-oob-readable"}},
                 [BY_LINUX] = {"1: readable",
                               {"linux.select.2.readable", "linux.select.2.sets-modified",
                                "linux.select.2.returns-count",
                                "linux.select.2.exceptional-as-poll", "linux.poll.2.pollpri-oob"}},
                 [BY_BSD] = {"1: readable",
                             {"freebsd.select.2.examines-sets", "freebsd.select.2.replaces-sets",
                              "freebsd.select.2.returns-total-of-all-sets",
                              "freebsd.select.2.exception-is-oob-only"}},
                 [BY_ZOS] = {"1: readable",
                             {"zos.select.call.read-data", "zos.select.selectex.exception-oob",
                              "zos.select.call.marks", "zos.select.call.returns-sum"}}});

CASE(data, arrived, .family = ANY_FAMILY, .network = ANY_NETWORK, .readiness = WITH_SELECT,
     .type = ANY_TYPE)
{
    struct ends ends = ends_of(t);
    must(sk_send(peer, ends.peer, "x", 1, 0));
    observe("%s", answer(t, ends.iut, POLLIN | POLLPRI, patience));
}

MUTANT_BY(data, "data is not reported", reports_nothing)

RULE(count, "readiness.select.count",
     .statement = "select() counts what is in the sets when it returns: a descriptor that is in "
                  "two of them counts twice.",
     .outcome = {
         [BY_POSIX] = {"3 then the first then both",
                       {"posix.select.returns-total", "posix.select.returns-bits",
                        "posix.select.bit-set-iff-asked-and-true", "posix.select.modifies-sets"}},
         [BY_LINUX] = {"3 then the first then both",
                       {"linux.select.2.returns-count", "linux.select.2.sets-modified",
                        "linux.select.2.readable", "linux.select.2.writable"}},
         [BY_BSD] = {"3 then the first then both",
                     {"freebsd.select.2.returns-total-of-all-sets",
                      "freebsd.select.2.replaces-sets", "freebsd.select.2.examines-sets"}},
         [BY_ZOS] = {"3 then the first then both",
                     {"zos.select.call.read-data", "zos.select.call.write-room",
                      "zos.select.call.marks", "zos.select.call.returns-sum"}}});

CASE(count, three_bits, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .needs = "select")
{
    struct ends busy = ends_of(t), idle = ends_of(t);
    struct fd_list readable = set_of(busy.iut, idle.iut), writable = readable;
    struct duration none = {0};
    must(sk_send(peer, busy.peer, "x", 1, 0));
    await_data(t, iut, busy.iut);
    observe_count(sk_select(iut, limit_of(busy.iut, idle.iut), &readable, &writable, NULL, &none));
    observe("%s", members(&readable, busy.iut, idle.iut));
    observe("%s", members(&writable, busy.iut, idle.iut));
}

MUTANT(count, "select() counts descriptors")
{
    mutate(m, call);
    if (call->operation == OP_SELECT && call->result == 3)
        call_succeed(call, 2);
}

RULE(cleared, "readiness.select.cleared",
     .statement =
         "select() takes all descriptors out of its first set, or its third, when its time is over "
         "and none is ready.",
     .outcome = {
         [BY_POSIX] = {"0 then none",
                       {"posix.select.timeout-clears-sets", "posix.select.returns-total"}},
         [BY_LINUX] = {"0 then none",
                       {"linux.select.2.sets-modified", "linux.select.2.returns-zero"}},
         [BY_BSD] = {"0 then none",
                     {"freebsd.select.2.replaces-sets",
                      "freebsd.select.2.returns-zero-on-timeout"}},
         [BY_ZOS] = {"0 then none", {"zos.select.call.returns-zero", "zos.select.call.marks"}}});

CASE(cleared, timeout, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .needs = "select", .axes = {{"time", {"none", "some"}}})
{
    struct ends one = ends_of(t), other = ends_of(t);
    struct fd_list readable = set_of(one.iut, other.iut);
    struct duration time = {0, t->chosen[0] == 0 ? 0 : 1000};
    observe_count(sk_select(iut, limit_of(one.iut, other.iut), &readable, NULL, NULL, &time));
    observe("%s", members(&readable, one.iut, other.iut));
}

/* What else is exceptional POSIX leaves open. */
CASE(cleared, exceptional, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .needs = "select",
     .outcome = {
         [BY_POSIX] = {"0 then none || 1 then the first | the second || 2 then both",
                       {"posix.select.timeout-clears-sets", "posix.select.returns-total",
                        "posix.select.returns-bits"}},
         [BY_LINUX] = {"0 then none",
                       {"linux.select.2.sets-modified", "linux.select.2.returns-zero",
                        "linux.select.2.exceptional-as-poll", "linux.poll.2.pollpri-oob"}},
         [BY_BSD] = {"0 then none",
                     {"freebsd.select.2.replaces-sets", "freebsd.select.2.returns-zero-on-timeout",
                      "freebsd.select.2.exception-is-oob-only"}},
         [BY_ZOS] = {"0 then none",
                     {"zos.select.call.returns-zero", "zos.select.call.marks",
                      "zos.select.selectex.exception-oob"}}})
{
    struct ends one = ends_of(t), other = ends_of(t);
    struct fd_list exceptional = set_of(one.iut, other.iut);
    struct duration none = {0};
    observe_count(sk_select(iut, limit_of(one.iut, other.iut), NULL, NULL, &exceptional, &none));
    observe("%s", members(&exceptional, one.iut, other.iut));
}

/* Such a call has its sets as they were. */
MUTANT(cleared, "select() leaves the sets alone when its time is over")
{
    uint32_t length[3];
    for (int i = 0; i < 3; i++)
        length[i] = call->block[1 + i].length;
    mutate(m, call);
    if (call->operation == OP_SELECT && !call->error && call->result == 0)
        for (int i = 0; i < 3; i++)
            call->block[1 + i].length = length[i];
}

RULE(limit, "readiness.select.limit",
     .statement = "select() looks at the descriptors that are less than its first argument, and at "
                  "no others.",
     .outcome = {
         [BY_POSIX] = {"1 then the first then 0",
                       {"posix.select.first-nfds", "posix.select.bit-set-iff-asked-and-true",
                        "posix.select.returns-total", "posix.select.returns-bits"}},
         [BY_LINUX] = {"1 then the first then 0",
                       {"linux.select.2.nfds", "linux.select.2.writable",
                        "linux.select.2.returns-count", "linux.select.2.returns-zero"}},
         [BY_BSD] = {"1 then the first then 0",
                     {"freebsd.select.2.checks-below-nfds", "freebsd.select.2.examines-sets",
                      "freebsd.select.2.returns-total-of-all-sets",
                      "freebsd.select.2.returns-zero-on-timeout"}}});

CASE(limit, between, .family = ANY_FAMILY, .network = ON_LOOPBACK, .needs = "select")
{
    int one = bound_datagram_socket(t, iut).fd, other = bound_datagram_socket(t, iut).fd;
    int lower = one < other ? one : other, higher = one < other ? other : one;
    struct fd_list both = set_of(lower, higher), again = both;
    struct duration none = {0};
    observe_count(sk_select(iut, higher, NULL, &both, NULL, &none));
    observe("%s", members(&both, lower, higher));
    none = (struct duration){0};
    observe_count(sk_select(iut, lower, NULL, &again, NULL, &none));
}

MUTANT(limit, "select() looks at the descriptor that is its first argument")
{
    if (call->operation == OP_SELECT)
        call->argument[0]++;
    mutate(m, call);
}

RULE(not_open, "readiness.select.not-open",
     .statement = "select() fails with EBADF if a set has a descriptor that is not open.",
     .outcome = {[BY_POSIX] = {"EBADF", {"posix.select.ebadf"}},
                 [BY_LINUX] = {"EBADF", {"linux.select.2.ebadf"}},
                 [BY_BSD] = {"EBADF", {"freebsd.select.2.ebadf"}}});

/* Of two sockets the lower one is closed: Linux says that it does not look above the highest that
 * is open. The other one is ready for writing, and a call may not stop there. */
CASE(not_open, closed, .family = ANY_FAMILY, .network = ON_LOOPBACK, .needs = "select",
     .axes = {{"set", {"readable", "writable", "exceptional"}}, {"time", {"none", "endless"}}})
{
    int one = bound_datagram_socket(t, iut).fd, other = bound_datagram_socket(t, iut).fd;
    int lower = one < other ? one : other, higher = one < other ? other : one;
    struct fd_list set[3] = {0};
    struct duration none = {0};
    set[1] = (struct fd_list){.fd = {higher}, .count = 1};
    set[t->chosen[0]].fd[set[t->chosen[0]].count++] = lower;
    must(sk_close(iut, lower));
    observe_result(
        sk_select(iut, higher + 1, &set[0], &set[1], &set[2], t->chosen[1] == 0 ? &none : NULL));
}

MUTANT_GIVES(not_open, "select() ignores descriptors that are not open", OP_SELECT, EBADF, 0)

RULE(negative, "readiness.select.negative-limit",
     .statement = "select() fails with EINVAL if its first argument is negative.",
     .outcome = {[BY_POSIX] = {"EINVAL", {"posix.select.einval-nfds"}},
                 [BY_LINUX] = {"EINVAL", {"linux.select.2.einval-nfds"}},
                 [BY_BSD] = {"EINVAL", {"freebsd.select.2.einval-nfds"}}});

CASE(negative, minus_one, .network = ON_LOOPBACK, .needs = "select")
{
    struct duration none = {0};
    observe_result(sk_select(iut, -1, NULL, NULL, NULL, &none));
}

MUTANT_GIVES(negative, "select() of a negative number succeeds", OP_SELECT, EINVAL, 0)

RULE(too_large, "readiness.select.large-limit",
     .statement = "select() fails with EINVAL if its first argument is greater than FD_SETSIZE; on "
                  "Linux, than RLIMIT_NOFILE.",
     .outcome = {[BY_POSIX] = {"EINVAL", {"posix.select.einval-nfds"}},
                 [BY_LINUX] = {"EINVAL", {"linux.select.2.einval-nfds"}}},
     .deviation = {[BY_LINUX] = {"0",
                                 "the kernel takes a number that is too large for the number of "
                                 "descriptors that the process has room for; seen in Linux 6.18"}});

/* The limit of open files, which need not be more than sets can hold, is lowered, so that the
 * argument is above both. How much a set holds is the implementation's own. */
CASE(too_large, above_both, .network = ON_LOOPBACK, .needs = "select getrlimit setrlimit")
{
    struct limits given, low;
    struct duration none = {0};
    int size = sk_constant(iut, "FD_SETSIZE");
    if (size < 0)
        skip("this implementation does not say how large its sets are");
    must(sk_getrlimit(iut, RLIMIT_NOFILE, &given));
    low = given;
    if (given.soft < 0 || given.soft > size)
        low.soft = size;
    must(sk_setrlimit(iut, RLIMIT_NOFILE, &low));
    observe_result(sk_select(iut, size + 1, NULL, NULL, NULL, &none));
    must(sk_setrlimit(iut, RLIMIT_NOFILE, &given));
}

/* Linux has no error for it: another one would be wrong there too. */
MUTANT(too_large, "select() of too large a number gives EBADF")
{
    mutate(m, call);
    if (call->operation == OP_SELECT && call->argument[0] > FD_SETSIZE)
        call_fail(call, EBADF);
}

RULE(bad_time, "readiness.select.invalid-time",
     .statement = "select() fails with EINVAL if its time is invalid, as a negative one is.",
     .outcome = {[BY_POSIX] = {"EINVAL", {"posix.select.einval-timeout"}},
                 [BY_LINUX] = {"EINVAL", {"linux.select.2.einval-timeout"}},
                 [BY_BSD] = {"EINVAL", {"freebsd.select.2.einval-timeout"}}});

CASE(bad_time, negative, .network = ON_LOOPBACK, .needs = "select",
     .axes = {{"part", {"seconds", "microseconds"}}})
{
    struct duration time = {t->chosen[0] == 0 ? -1 : 0, t->chosen[0] == 0 ? 0 : -1};
    observe_result(sk_select(iut, 0, NULL, NULL, NULL, &time));
}

MUTANT_GIVES(bad_time, "select() with a negative time succeeds", OP_SELECT, EINVAL, 0)

RULE(sleeps, "readiness.select.sleeps",
     .statement = "select() without sets waits for the time given, on POSIX rounded up to what is "
                  "supported, and gives 0.",
     .outcome = {
         [BY_POSIX] = {"0 then in time | too late",
                       {"posix.select.no-sets-sleeps", "posix.select.granularity-rounds-up",
                        "posix.select.returns-bits"}},
         [BY_LINUX] = {"0 then in time",
                       {"linux.select.2.polls-as-sleep", "linux.select.2.timeout-rounded-up",
                        "linux.select.2.returns-zero"}},
         [BY_BSD] = {"0 then in time",
                     {"posix.select.no-sets-sleeps", "posix.select.granularity-rounds-up",
                      "freebsd.select.2.timeout-limits",
                      "freebsd.select.2.returns-zero-on-timeout"}}});

CASE(sleeps, no_sets, .network = ON_LOOPBACK, .needs = "select")
{
    const char *length;
    int result, tries = 0;
    do {
        struct duration time = {0, A_WHILE * 1000};
        struct call call = {.operation = OP_SELECT, .block = {[4] = block_out(&time, sizeof time)}};
        call.block[4].length = sizeof time;
        int64_t since = clock_now();
        result = finish(sk_begin(iut, call));
        length = length_of_wait(since);
    } while (wait_again(length, &tries));
    observe_count(result);
    observe("%s", length);
}

MUTANT_BY(sleeps, "select() does not wait", does_not_wait)
