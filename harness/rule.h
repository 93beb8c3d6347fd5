/* Rules and their cases: what a suite declares.
 *
 *     RULE(already_connected, "tcp.connect.already-connected",
 *          .statement = "connect() on a connected stream socket fails with EISCONN.",
 *          .level = SHALL,
 *          .sources = {{"POSIX.1-2017", "connect(), ERRORS"}},
 *          .outcome = {[POSIX] = "EISCONN", [LINUX] = "EISCONN", [BSD] = "EISCONN"},
 *          .mutant = {.how = "connect() gives 0 instead of EISCONN", .perform = connects_again});
 *
 *     CASE(already_connected, same_address, .family = ANY_FAMILY, .network = ANY_NETWORK)
 *     {
 *         struct connection c = connected_pair(t);
 *         observe_result(sk_connect(iut, c.iut, &c.far));
 *     }
 *
 * The code that follows CASE runs once per variant: once for each combination of the values of its
 * axes. It has `t` (struct test: the variant and its network) and the hosts `iut` and `peer`. */
#ifndef SOCKSPEC_RULE_H
#define SOCKSPEC_RULE_H

#include "harness/verdict.h"
#include "hosts/host.h"
#include "lab/network.h"

#include <stdbool.h>

enum level { LEVEL_SHALL, LEVEL_SHOULD, LEVEL_MAY };

struct source {
    const char *document; /* with its edition: "POSIX.1-2017", "RFC 9293", "connect(2)" */
    const char *place;    /* page and section */
};

/* What a mutant has at hand: the door that it stands before, as a host to make calls on. */
struct mutation {
    struct host *real;
};

/* An implementation that is broken in just one rule. */
struct mutant {
    const char *how; /* what it does wrong, in one sentence */
    /* Performs a call wrongly; mutate() passes it on. State may be static: every case runs in a
     * process of its own. */
    void (*perform)(struct mutation *mutation, struct call *call);
    const char *also; /* rules that this mutant cannot help breaking too, as a glob; NULL: none */
};

/* Performs the call as the implementation would. */
void mutate(struct mutation *mutation, struct call *call);

enum { RULE_SOURCES = 6, CASE_CHOICES = 16 };

struct rule {
    const char *id; /* never changes; its part before the last dot names the suite */
    const char *statement;
    enum level level;
    struct source sources[RULE_SOURCES];
    /* What each profile documents that a case observes, as outcome_allows() takes it. NULL: it
     * documents nothing, and the case gives no verdict under it. */
    const char *outcome[PROFILES];
    struct mutant mutant;

    /* The rest is filled in by the registry. */
    struct rule *next;
    struct rule_case *cases;
    bool has_twin;
};

struct test;

/* The values of the axes, as bits where a case says which it runs over, 0 for an axis that it does
 * not have. */
enum {
    FAMILY_IPV4 = 1,
    FAMILY_IPV6 = 2,
    FAMILY_MAPPED = 4,
    ANY_FAMILY = FAMILY_IPV4 | FAMILY_IPV6 | FAMILY_MAPPED
};
enum { ON_LOOPBACK = 1, ON_PAIR = 2, ANY_NETWORK = ON_LOOPBACK | ON_PAIR };
enum {
    WITH_SELECT = 1,
    WITH_POLL = 2,
    WITH_EPOLL = 4,
    ANY_READINESS = WITH_SELECT | WITH_POLL | WITH_EPOLL
};
enum { MODE_BLOCKING = 1, MODE_NONBLOCKING = 2, ANY_MODE = MODE_BLOCKING | MODE_NONBLOCKING };
enum {
    WITH_SEND = 1,
    WITH_SENDTO = 2,
    WITH_SENDMSG = 4,
    WITH_WRITE = 8,
    ANY_SEND = WITH_SEND | WITH_SENDTO | WITH_SENDMSG | WITH_WRITE
};
enum {
    WITH_RECV = 1,
    WITH_RECVFROM = 2,
    WITH_RECVMSG = 4,
    WITH_READ = 8,
    ANY_RECV = WITH_RECV | WITH_RECVFROM | WITH_RECVMSG | WITH_READ
};
/* Who called connect(): the IUT, or the peer (and the IUT accepted). */
enum { ROLE_CLIENT = 1, ROLE_SERVER = 2, ANY_ROLE = ROLE_CLIENT | ROLE_SERVER };

/* Tags of a case. */
enum {
    TAG_SLOW = 1,  /* takes a minute and more: left out unless asked for */
    TAG_WAITS = 2, /* spends seconds in the implementation's timers: occupies no worker */
};

struct rule_case {
    const char *name; /* within its rule */
    unsigned family, network, readiness, mode, send, recv, role;
    /* An axis of the case's own: t->choice is the index into these. */
    const char *axis;
    const char *choices[CASE_CHOICES];
    unsigned tags;
    unsigned needs; /* what its code uses beside what its axes say: LACKS_SIGNALS */
    double seconds; /* time limit; 0: the run's */
    /* What profiles document for this case if it is not the rule's outcome. */
    const char *outcome[PROFILES];

    struct rule *rule;
    void (*run)(struct test *t, struct host *iut, struct host *peer);
    const char *file;
    int line;
    struct rule_case *next;
};

/* Make a rule, or a case of a rule, known before main(); see RULE and CASE. */
void rule_register(struct rule *rule);
void case_register(struct rule_case *rule_case);

/* The first rule by id, after the registry was put in order; follow next. The cases of a rule are
 * in the order of their lines. Aborts with a message on a defect: an id twice, no case, no source,
 * no mutant. */
const struct rule *rules(void);

/* The rule with this id, or NULL. */
const struct rule *rule_find(const char *id);

/* What a profile documents for a case: the case's own or its rule's. NULL: nothing. */
const char *case_outcome(const struct rule_case *rule_case, enum profile profile);

/* The suite of a rule: its id up to the last dot. Returns the length. */
size_t rule_suite(const struct rule *rule, char *text, size_t size);

const char *level_name(enum level level);

/* Whether the text matches a glob (fnmatch's, where "*" takes dots and slashes too). */
bool glob_matches(const char *glob, const char *text);

#define RULE(name_, id_, ...)                                                                      \
    static struct rule rule_##name_ = {.id = id_, __VA_ARGS__};                                    \
    __attribute__((constructor)) static void register_rule_##name_(void)                           \
    {                                                                                              \
        rule_register(&rule_##name_);                                                              \
    }                                                                                              \
    struct rule

#define CASE(of_, name_, ...)                                                                      \
    static void case_##of_##_##name_(struct test *, struct host *, struct host *);                 \
    static struct rule_case description_##of_##_##name_ = {.name = #name_,                         \
                                                           .rule = &rule_##of_,                    \
                                                           .run = case_##of_##_##name_,            \
                                                           .file = __FILE__,                       \
                                                           .line = __LINE__,                       \
                                                           __VA_ARGS__};                           \
    __attribute__((constructor)) static void register_##of_##_##name_(void)                        \
    {                                                                                              \
        case_register(&description_##of_##_##name_);                                               \
    }                                                                                              \
    static void case_##of_##_##name_(__attribute__((unused)) struct test *t,                       \
                                     __attribute__((unused)) struct host *iut,                     \
                                     __attribute__((unused)) struct host *peer)

#endif
