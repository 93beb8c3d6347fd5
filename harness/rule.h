/* Rules, their cases and their mutants: what a suite declares, in this order.
 *
 *     RULE(already_connected, "tcp.connect.already-connected",
 *          .statement = "connect() on a connected stream socket fails with EISCONN.",
 *          .outcome = {[BY_POSIX] = {"EISCONN", {"posix.connect.eisconn"}},
 *                      [BY_LINUX] = {"EISCONN", {"linux.connect.2.eisconn"}}});
 *
 *     CASE(already_connected, same_address, .family = ANY_FAMILY, .network = ANY_NETWORK)
 *     {
 *         struct connection c = connected_pair(t);
 *         observe_result(sk_connect(iut, c.iut, &c.peer_name));
 *     }
 *
 *     MUTANT_GIVES(already_connected, "connect() on a connected socket succeeds", OP_CONNECT,
 *                  EISCONN, 0)
 *
 * The code that follows CASE runs once per variant: once for each combination of the values of its
 * axes. It has `t` (struct test: the variant and its network) and the hosts `iut` and `peer`. */
#ifndef SOCKSPEC_RULE_H
#define SOCKSPEC_RULE_H

#include "documents/document.h"
#include "harness/axes.h"
#include "harness/verdict.h"
#include "hosts/host.h"
#include "lab/network.h"
#include "wire/packet.h"

#include <stdbool.h>

/* How a platform is known to contradict a document of its own. The outcome stays what the document
 * says; on that platform the deviation fails no run. */
struct deviation {
    const char *observed; /* in the form of an outcome */
    const char *why;      /* since when, and who says so */
};

/* What a mutant has at hand: the door that it stands before, as a host to make calls on. */
struct mutation {
    struct host *real;
};

/* Which way a packet goes. */
enum heading { FROM_IUT, TO_IUT };

/* How segments are tampered with on their way, so that the implementation seems to send something
 * else, or hears something else than was sent. */
struct tampering {
    enum heading heading;
    unsigned with, without; /* of all segments those that have these flags, and none of those */
    bool data;              /* only those with data */
    unsigned nth;           /* only the first of them (1), the second...; 0: all */
    bool lost;              /* it vanishes */
    bool twice;             /* it comes again */
    unsigned set, clear;    /* flags */
    int64_t seq, ack;       /* are added to its numbers */
    int window;             /* is added to its window */
    bool mended;            /* a wrong checksum is made right */
};

/* An implementation that is broken in just one rule. */
struct mutant {
    const char *how; /* what it does wrong, in one sentence */
    /* Performs a call wrongly; mutate() passes it on. State may be static: every case finds
     * variables as they are at the start of the program. */
    void (*perform)(struct mutation *mutation, struct call *call);
    /* Without such a function: a call of this operation that ends with this error, or succeeds (0),
     * ends with the other instead. */
    enum operation operation;
    int error, instead;
    /* Looks at a packet between the implementation and a line, and may change it; false: it is
     * lost. */
    bool (*wire)(struct packet *packet, enum heading heading);
    struct tampering tampering; /* the same without a function */
};

/* Performs a call as a mutant does. */
void mutant_perform(const struct mutant *mutant, struct mutation *mutation, struct call *call);

/* From now on what passes a line in this process passes this mutant. */
void wire_broken_by(const struct mutant *mutant);

/* Passes a packet by the mutant of this process, if there is one; false if it is lost. */
bool wire_passes(struct packet *packet, enum heading heading);

/* For mutants: the implementation seems to send this packet too, at once. And takes the next of
 * these; false if there is none. */
void wire_sends(const struct packet *packet);
bool wire_sent(struct packet *packet);

/* Performs the call as the implementation would. */
void mutate(struct mutation *mutation, struct call *call);

enum { RULE_BASICS = 4, OUTCOME_REQUIREMENTS = 12 };

/* What a profile says that a case observes. */
struct outcome {
    const char *text; /* in the form that harness/verdict.h explains */
    /* The requirements of the profile's documents that it stands on, by their ids. */
    const char *on[OUTCOME_REQUIREMENTS];
};

struct rule {
    const char *id; /* never changes; its part before the last dot names the suite */
    const char *statement;
    /* What each profile documents that a case observes. Without a text it documents nothing, and
     * the case gives no verdict under it. */
    struct outcome outcome[PROFILES];
    /* What a platform has always done although no document says so: an implementation that does
     * otherwise has changed, or is another, and breaks no rule. NULL: nothing is known. */
    const char *pinned[PROFILES];
    /* What the platform of a profile does although its own documents say otherwise. */
    struct deviation deviation[PROFILES];
    /* The operations whose basic working this rule is about: where a precondition of another rule's
     * case fails in one of them, its reason names this rule. */
    enum operation basic[RULE_BASICS];
    size_t basics;

    struct rule_place *place;
};

/* What the registry and MUTANT fill in of a rule; apart, since a process that has written nothing
 * to the tables of rules and cases shares them with those that it forks. */
struct rule_place {
    const struct rule *next;
    const struct rule_case *cases;
    const struct mutant *mutant;
    bool has_twin;
};

/* The rule after this one, its first case and its mutant; NULL if there is none. */
static inline const struct rule *next_rule(const struct rule *rule)
{
    return rule->place->next;
}

static inline const struct rule_case *cases_of(const struct rule *rule)
{
    return rule->place->cases;
}

static inline const struct mutant *mutant_of(const struct rule *rule)
{
    return rule->place->mutant;
}

struct test;

/* Tags of a case. */
enum {
    TAG_SLOW = 1,  /* takes a minute and more: left out unless asked for */
    TAG_WAITS = 2, /* spends seconds in the implementation's timers: occupies no worker */
};

struct rule_case {
    const char *name;                   /* within its rule */
    AXIS_FIELDS                         /* .family, .network... */
        struct own_axis axes[OWN_AXES]; /* t->chosen[0] is the index into the values of the first */
    unsigned tags;
    const char *needs; /* what its code uses beside what its axes say, as door_has() names it, names
                          separated by blanks */
    double seconds;    /* how long it may take beside what other cases may, for timers of its
                          implementation */
    /* What profiles document for this case, or platforms do in it, if it is not what the rule says.
     */
    struct outcome outcome[PROFILES];
    const char *pinned[PROFILES];
    struct deviation deviation[PROFILES];

    const struct rule *rule;
    void (*run)(struct test *t, struct host *iut, struct host *peer);
    const char *file;
    int line;
    const struct rule_case **next; /* of its rule; apart like struct rule_place */
};

/* The case of the same rule after this one, or NULL. */
static inline const struct rule_case *case_next(const struct rule_case *of)
{
    return *of->next;
}

/* Make a rule, or a case of a rule, known before main(); see RULE and CASE. */
void rule_register(const struct rule *rule);
void case_register(const struct rule_case *rule_case);

/* The first rule by id, after the registry was put in order; follow next_rule(). The cases of a
 * rule are in the order of their lines. Aborts with a message on a defect: an id twice, no case, no
 * source, no mutant. */
const struct rule *rules(void);

/* The rule with this id, or NULL. */
const struct rule *rule_find(const char *id);

/* What a profile documents for a case: the case's own or its rule's. NULL: nothing. */
const char *case_outcome(const struct rule_case *rule_case, enum profile profile);

/* The same with what it stands on; NULL if the profile documents nothing. */
const struct outcome *case_standing(const struct rule_case *rule_case, enum profile profile);

/* What a profile's platform has always done in a case without a document that says so, where the
 * profile documents nothing. NULL: nothing is known. */
const char *case_pinned(const struct rule_case *rule_case, enum profile profile);

/* How the platform of a profile is known to deviate in a case; NULL: it is not. */
const struct deviation *case_known(const struct rule_case *rule_case, enum profile profile);

/* Why an observation is a known deviation of the platform of a profile, which calls itself by this
 * name ("Linux 6.18"); NULL if it is none, and then *instead is the one that is known, or NULL. */
const char *case_deviation(const struct rule_case *rule_case, enum profile profile,
                           const char *system, const char *const *parts, size_t count,
                           const char **instead);

/* How strongly a profile's documents bind in a rule: the keyword of what its outcome stands on, the
 * strongest if there are several. KEYWORDS if it stands on nothing. */
enum keyword rule_keyword(const struct rule *rule, enum profile profile);

/* The suite of a rule: its id up to the last dot. Returns the length. */
size_t rule_suite(const struct rule *rule, char *text, size_t size);

/* Whether the text matches a glob (fnmatch's, where "*" takes dots and slashes too). */
bool glob_matches(const char *glob, const char *text);

/* The rule about the basic working of an operation, or NULL. */
const struct rule *rule_basic(enum operation operation);

/* A variable that is not put back after a case (harness/reuse.h). */
#define OUTLASTS_CASES __attribute__((section("outlasts_cases")))

#define RULE(name_, id_, ...)                                                                      \
    static OUTLASTS_CASES struct rule_place place_##name_;                                         \
    static const struct rule rule_##name_ = {.id = id_, .place = &place_##name_, __VA_ARGS__};     \
    __attribute__((constructor)) static void register_rule_##name_(void)                           \
    {                                                                                              \
        rule_register(&rule_##name_);                                                              \
    }                                                                                              \
    struct rule

#define CASE(of_, name_, ...)                                                                      \
    static void case_##of_##_##name_(struct test *, struct host *, struct host *);                 \
    static OUTLASTS_CASES const struct rule_case *after_##of_##_##name_;                           \
    static const struct rule_case description_##of_##_##name_ = {.name = #name_,                   \
                                                                 .rule = &rule_##of_,              \
                                                                 .run = case_##of_##_##name_,      \
                                                                 .file = __FILE__,                 \
                                                                 .line = __LINE__,                 \
                                                                 .next = &after_##of_##_##name_,   \
                                                                 __VA_ARGS__};                     \
    __attribute__((constructor)) static void register_##of_##_##name_(void)                        \
    {                                                                                              \
        case_register(&description_##of_##_##name_);                                               \
    }                                                                                              \
    static void case_##of_##_##name_(__attribute__((unused)) struct test *t,                       \
                                     __attribute__((unused)) struct host *iut,                     \
                                     __attribute__((unused)) struct host *peer)

/* The mutant of a rule: how it is broken, in one sentence, and the code that follows, which gets
 * each call that the case makes on the IUT, in `call`. mutate(m, call) has the implementation
 * perform it; calls of its own go to m->real. State may be static: every case finds variables as
 * they are at the start of the program. */
#define MUTANT(of_, how_, ...)                                                                     \
    static void mutant_##of_(struct mutation *, struct call *);                                    \
    MUTANT_BY(of_, how_, mutant_##of_, __VA_ARGS__)                                                \
    static void mutant_##of_(__attribute__((unused)) struct mutation *m, struct call *call)

/* The same by a function that several rules share. */
#define MUTANT_BY(of_, how_, function_, ...)                                                       \
    __attribute__((constructor)) static void register_mutant_##of_(void)                           \
    {                                                                                              \
        static const struct mutant mutant = {.how = how_, .perform = function_, __VA_ARGS__};      \
        place_##of_.mutant = &mutant;                                                              \
    }

/* The same for what passes between the IUT and a line: the code gets each packet, as a value that
 * it may change, and its heading; it says whether the packet passes. wire_sends() sends others,
 * as the IUT. */
#define MUTANT_ON_WIRE(of_, how_)                                                                  \
    static bool mutant_##of_(struct packet *, enum heading);                                       \
    MUTANT_ON_WIRE_BY(of_, how_, mutant_##of_)                                                     \
    static bool mutant_##of_(struct packet *packet, enum heading heading)

/* The same by a function that several rules share. */
#define MUTANT_ON_WIRE_BY(of_, how_, function_)                                                    \
    __attribute__((constructor)) static void register_mutant_##of_(void)                           \
    {                                                                                              \
        static const struct mutant mutant = {.how = how_, .wire = function_};                      \
        place_##of_.mutant = &mutant;                                                              \
    }

/* The same where it is enough to say what is done to which segments: MUTANT_TAMPERS(of, "how",
 * .with = RST, .lost = true). */
#define MUTANT_TAMPERS(of_, how_, ...)                                                             \
    __attribute__((constructor)) static void register_mutant_##of_(void)                           \
    {                                                                                              \
        static const struct mutant mutant = {.how = how_, .tampering = {__VA_ARGS__}};             \
        place_##of_.mutant = &mutant;                                                              \
    }

/* The same where it is enough to say what a call gives instead: a call of this operation that fails
 * with this error (0: that succeeds) fails with the other (0: succeeds). */
#define MUTANT_GIVES(of_, how_, operation_, error_, instead_)                                      \
    __attribute__((constructor)) static void register_mutant_##of_(void)                           \
    {                                                                                              \
        static const struct mutant mutant = {                                                      \
            .how = how_, .operation = operation_, .error = error_, .instead = instead_};           \
        place_##of_.mutant = &mutant;                                                              \
    }

#endif
