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
    struct network *network;
    struct record *record;
    struct host *iut, *peer;
    bool elsewhere; /* the IUT is no part of this machine's kernel: its side of the network is its
                       own */

    /* The variant's values, by the names of rule.h (IPV4, PAIR, CLIENT...); 0 where the case does
     * not have the axis. */
    unsigned family, on, role, mode, readiness, send, recv;
    unsigned choice; /* index into the case's choices */

    int domain;      /* AF_INET or AF_INET6: of the IUT's sockets in this variant */
    int peer_domain; /* of the peer's: AF_INET where the IUT uses IPv4-mapped addresses */
};

/* A precondition: the value of a call that must succeed, or of what was derived from one. Where it
 * fails (is negative), the case ends as inconclusive and names the call. Gives the value. */
#define must(call) test_must(t, (call), #call, __FILE__, __LINE__)

/* A precondition that is no call: ends the case as inconclusive, with printf's format. */
#define require(condition, ...)                                                                    \
    ((condition) ? (void)0 : test_break(t, __FILE__, __LINE__, __VA_ARGS__))

/* What was observed, with printf's format. Several observations are joined by " then ". At the end
 * of the case they are compared with what the profile documents. */
#define observe(...) test_observe(t, __FILE__, __LINE__, __VA_ARGS__)

/* Observes what a call returned: "0" for success of any kind, else the name of the error. */
#define observe_result(call) observe("%s", result_name(call))

/* Ends the case: this implementation or machine cannot do what it needs, with printf's format. */
#define skip(...) test_skip(t, __FILE__, __LINE__, __VA_ARGS__)

/* Waits for a begun call and gives what it returned. A call that outlives the patience of a case is
 * a failure that names the call, and ends the case. */
#define finish(pending) test_finish(t, (pending), __FILE__, __LINE__)

/* "0" for success of any kind, else the error's name. Lives as error_name()'s. */
const char *result_name(int result);

int test_must(struct test *t, int result, const char *call, const char *file, int line);
void test_break(struct test *t, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5), noreturn));
void test_observe(struct test *t, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void test_skip(struct test *t, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5), noreturn));
int test_finish(struct test *t, struct pending *pending, const char *file, int line);

/* Compares the observation with the profile's outcomes as CUnit's assertion; called when the case's
 * code has ended. */
void test_conclude(struct test *t, enum profile profile);

/* Whether what was observed is, so far, the beginning of a documented outcome. */
bool observation_may_become(const char *outcomes, const char *observed);

#endif
