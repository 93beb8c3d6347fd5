/* What the code of a case has at hand, beside sockets: preconditions, observations, skips.
 *
 * The macros use the variable `t`, which every case and every fixture function has. */
#ifndef SOCKSPEC_TEST_H
#define SOCKSPEC_TEST_H

#include "calls/clock.h"
#include "harness/record.h"
#include "harness/variant.h"
#include "hosts/calls.h"
#include "hosts/pending.h"
#include "lab/network.h"

struct test {
    const struct variant *variant;
    struct network *net;
    struct record *record;
    struct host *iut, *peer;
    bool elsewhere; /* the IUT is no part of this machine's kernel: its side of the network is its
                       own */
    bool reorders;  /* what it answers to packets of different protocols may change places */
    void (*at_end)(struct test *t); /* what a fixture does when the case is over; or NULL */

    /* The variant's values, by the names of axes.h (FAMILY_IPV4, ON_PAIR, ROLE_CLIENT...); 0 where
     * the case does not have the axis. */
    AXIS_FIELDS
    unsigned chosen[OWN_AXES]; /* indices into the values of the case's own axes */

    int domain;      /* AF_INET or AF_INET6: of the IUT's sockets in this variant */
    int peer_domain; /* of the peer's: AF_INET where the IUT uses IPv4-mapped addresses */
};

/* A precondition: the value of a call that must succeed, or of what was derived from one. Where it
 * fails (is negative), the case ends as inconclusive and names the call. Gives the value. */
#define must(call) test_must(t, (call), #call, __FILE__, __LINE__)

/* A precondition that is no call: ends the case as inconclusive, with printf's format. */
#define require(condition, ...)                                                                    \
    ((condition) ? (void)0 : test_break(t, NULL, __FILE__, __LINE__, __VA_ARGS__))

/* The same where a rule, by its id, says what should be: the reason names it. */
#define require_by(rule, condition, ...)                                                           \
    ((condition) ? (void)0 : test_break(t, rule, __FILE__, __LINE__, __VA_ARGS__))

/* A part of what is observed, with printf's format. At the end of the case the parts are compared
 * with what the profile documents. */
#define observe(...) test_observe(t, __FILE__, __LINE__, __VA_ARGS__)

/* Observes what a call returned: "0" for success of any kind, the name of the error, or what is
 * wrong with the result. Wherever the implementation lacked what the last call asked for, there is
 * nothing to be observed or required, and the case ends as a skip. */
#define observe_result(call) test_observe_result(t, (call), __FILE__, __LINE__)

/* Observes a count, or the error: "5", "EAGAIN". */
#define observe_count(call) test_observe_count(t, (call), __FILE__, __LINE__)

/* Ends the case: this implementation or machine cannot do what it needs, with printf's format. */
#define skip(...) test_skip(t, __FILE__, __LINE__, __VA_ARGS__)

/* Waits for a begun call and gives what it returned. A call that outlives the patience of a case is
 * a failure that names the call, and ends the case. */
#define finish(pending) test_finish(t, (pending), __FILE__, __LINE__)

/* "0" for success of any kind, else the error's name or the deviation. Lives as error_name()'s, or
 * until the thread's next call. */
const char *result_name(int result);

int test_must(struct test *t, int result, const char *call, const char *file, int line);
void test_break(struct test *t, const char *rule, const char *file, int line, const char *format,
                ...) __attribute__((format(printf, 5, 6), noreturn));
void test_observe(struct test *t, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void test_observe_result(struct test *t, int result, const char *file, int line);
void test_observe_count(struct test *t, int result, const char *file, int line);
void test_skip(struct test *t, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5), noreturn));
int test_finish(struct test *t, struct pending *pending, const char *file, int line);

/* Compares each part of the observation with the profile's outcomes as an assertion of CUnit;
 * called when the case's code has ended. */
void test_conclude(struct test *t, enum profile profile);

#endif
