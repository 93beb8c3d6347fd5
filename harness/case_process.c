#include "harness/case_process.h"

#include "calls/clock.h"
#include "calls/signals.h"
#include "harness/reuse.h"
#include "harness/test.h"
#include "harness/transcript.h"
#include "lab/namespace.h"
#include "stacks/agent/agent.h"
#include "stacks/host/kernel.h"

#include <CUnit/CUnit.h>
#include <CUnit/TestRun.h>
#include <errno.h>
#include <malloc.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* So many bytes stay at the end of the heap when it is put in order. */
enum { HEAP_KEPT = 1 << 20 };

/* So many cases run in one process, which keeps the memory that they do not free. */
enum { CASES_IN_PROCESS = 64 };

/* The case of a variant as CUnit knows it. */
struct registered {
    CU_pSuite suite;
    CU_pTest test;
};

static const struct job *jobs;
static struct registered *registered; /* by the place of a variant among all */
static struct registered conclusion;  /* what comes after each */

/* The test that this process runs; CUnit's test functions take no argument. */
static struct test current;
static enum profile judged_by;

/* What a variant needs and the implementation declares that it lacks, in words; empty if nothing.
 */
static void lacking(const struct test *t, char *what, size_t size)
{
    const struct door *door = t->iut->door;
    const char *needs = t->variant->of->needs;
    snprintf(what, size, "%s",
             t->family & (FAMILY_IPV6 | FAMILY_MAPPED) && !door_has(door, "ipv6") ? "IPv6"
             : t->family & FAMILY_MAPPED && !door_has(door, "mapped")   ? "IPv4-mapped addresses"
             : t->readiness == WITH_EPOLL && !door_has(door, "epoll")   ? "epoll"
             : t->readiness == WITH_SELECT && !door_has(door, "select") ? "select()"
                                                                        : "");
    for (const char *at = needs; at && *at && !*what; at += strcspn(at, " ")) {
        char name[64];
        enum operation operation;
        at += strspn(at, " ");
        snprintf(name, sizeof name, "%.*s", (int)strcspn(at, " "), at);
        if (*name && !door_has(door, name))
            snprintf(what, size, operation_find(name, &operation) ? "%s()" : "%s", name);
    }
}

static void run_current(void)
{
    struct test *t = &current;
    char what[64];
    t->record->entered = true;
    if (!t->iut->door)
        skip("both sides are inside the implementation: there is no network between them");
    lacking(t, what, sizeof what);
    if (*what)
        skip("this implementation declares that it has no %s", what);
    t->variant->of->run(t, t->iut, t->peer);
}

/* A test of its own, so that it runs after a fatal assertion in the case too. */
static void conclude_current(void)
{
    test_conclude(&current, judged_by);
}

static struct registered *registered_of(const struct variant *variant)
{
    size_t count;
    return &registered[variant - variants(&count)];
}

/* Makes the case of a variant a test of its suite; what was registered last is likely its own. */
static bool register_variant(const struct variant *variant, const struct variant **last)
{
    char name[VARIANT_ID];
    struct registered *to = registered_of(variant);
    const struct rule *rule = variant->of->rule;
    if (to->test)
        return true;
    if (*last && (*last)->of == variant->of) {
        *to = *registered_of(*last);
        return true;
    }
    *last = variant;
    rule_suite(rule, name, sizeof name);
    to->suite = CU_get_suite(name);
    if (!to->suite && !(to->suite = CU_add_suite(name, NULL, NULL)))
        return false;
    snprintf(name, sizeof name, "%s/%s", rule->id, variant->of->name);
    to->test = CU_get_test(to->suite, name);
    if (!to->test)
        to->test = CU_add_test(to->suite, name, run_current);
    return to->test != NULL;
}

static void hold_something(void)
{
    CU_PASS("");
}

/* Does once, before processes are forked for cases, what each of them would do for itself: has
 * CUnit's functions resolved and the heap put in order. */
static bool warm_up(void)
{
    CU_pSuite suite = CU_add_suite("warm-up", NULL, NULL);
    CU_pTest test = CU_add_test(suite, "warm-up", hold_something);
    if (!test)
        return false;
    CU_run_test(suite, test);
    malloc_trim(HEAP_KEPT);
    return true;
}

bool cases_register(const struct job *list, size_t count)
{
    const struct variant *last = NULL;
    size_t all;
    variants(&all);
    if (CU_registry_initialized())
        CU_cleanup_registry();
    free(registered);
    registered = calloc(all + 1, sizeof *registered);
    if (CU_initialize_registry() != CUE_SUCCESS || !registered)
        return false;
    jobs = list;
    for (size_t i = 0; i < count; i++)
        if (!register_variant(list[i].variant, &last))
            return false;
    conclusion.suite = CU_add_suite("conclusion", NULL, NULL);
    conclusion.test = CU_add_test(conclusion.suite, "conclusion", conclude_current);
    return conclusion.test && warm_up();
}

const struct job *registered_job(size_t index)
{
    return &jobs[index];
}

/* Notes what ended the case from within a door, and ends it. */
__attribute__((noreturn)) static void note_trouble(enum trouble trouble, const char *what)
{
    struct record *record = current.record;
    snprintf(record->trouble_text, sizeof record->trouble_text, "%s", what);
    record->trouble = (unsigned char)trouble;
    _exit(0);
}

/* Whether its sockets are no part of this machine's kernel. */
static bool is_elsewhere(const struct case_settings *settings)
{
    return settings->stack->elsewhere || both_inside(settings);
}

static struct host iut, peer;

/* Opens the doors to the two sides. */
static void open_hosts(const struct case_settings *settings, struct network *network,
                       const struct tenant *tenant, struct record *record)
{
    const struct stack *stack = settings->stack;
    iut = (struct host){.name = "iut", .iut = true};
    peer = (struct host){.name = "peer"};
    if (both_inside(settings))
        agent_states_inside();
    iut.door = stack->open_on
                   ? stack->open_on(settings->stack_argument, network)
                   : stack->open(settings->stack_argument, network->netns[SIDE_IUT], tenant);
    const char *directory = getenv("SOCKSPEC_DIRECTORY");
    if (directory && chdir(directory) != 0)
        give_up(TROUBLE_AGENT, "no working directory: %s", strerror(errno));
    /* Where the IUT has a loopback of its own, both sides are there. */
    bool inside = is_elsewhere(settings) && network->kind == NETWORK_LOOPBACK;
    peer.door = inside ? door_share(iut.door) : kernel_open(network->netns[SIDE_PEER]);
    /* Two hosts in one process have their descriptors in common. */
    peer.untracked = iut.untracked = inside;
    if (stack->isolates && network->kind == NETWORK_LOOPBACK)
        agent_isolate(iut.door); /* a kernel that was built without namespaces has none to give */
    snprintf(record->system, sizeof record->system, "%s", door_system(iut.door));
    transcript_attach(&iut, record);
    transcript_attach(&peer, record);
}

static void set_up(const struct case_settings *settings, const struct variant *variant,
                   struct network *network, const struct tenant *tenant, struct record *record)
{
    current = (struct test){.variant = variant,
                            .net = network,
                            .record = record,
                            .iut = &iut,
                            .peer = &peer,
                            .elsewhere = is_elsewhere(settings),
                            .reorders = settings->stack->reorders};
    trouble_handler = note_trouble;
    if (!both_inside(settings) || !variant_needs_pair(variant))
        open_hosts(settings, network, tenant, record);
    memcpy(current.on, variant->value, sizeof current.on);
    for (size_t i = 0; i < OWN_AXES; i++) {
        unsigned value = variant->value[AXIS_OWN + i];
        current.chosen[i] = value ? (unsigned)__builtin_ctz(value) : 0;
    }
    bool ipv6 = current.family & (FAMILY_IPV6 | FAMILY_MAPPED);
    current.domain = ipv6 ? AF_INET6 : AF_INET;
    current.peer_domain = current.family & FAMILY_IPV6 ? AF_INET6 : AF_INET;
    judged_by = settings->profile;
}

/* Takes what CUnit recorded against the observation over into the record. */
static void keep_failures(struct record *record)
{
    const CU_FailureRecord *failure = CU_get_failure_list();
    if (!failure)
        return;
    record->deviated = true;
    if (record->broken || record->skipped || record->hung) {
        char later[REASON_SIZE / 2];
        snprintf(later, sizeof later, "%.*s", (int)sizeof later - 1, record->reason);
        record_reason(record, "%s; then %s", failure->strCondition, later);
    } else {
        record_reason(record, "%s", failure->strCondition);
    }
}

/* Where this process may run. */
static cpu_set_t processors;

/* The kernel hands packets on per processor. On one processor what was sent first arrives first, so
 * that a later datagram shows that an earlier one did not arrive. */
static void stay_on_one_processor(void)
{
    cpu_set_t set;
    int processor = sched_getcpu();
    CPU_ZERO(&set);
    if (processor >= 0 && processor < CPU_SETSIZE) {
        CPU_SET(processor, &set);
        sched_setaffinity(0, sizeof set, &set);
    }
}

static void close_hosts(void)
{
    host_close(&iut);
    host_close(&peer);
}

static void run_case(const struct case_settings *settings, size_t index, struct network *network,
                     const struct tenant *tenant, struct record *record)
{
    const struct registered *test = registered_of(jobs[index].variant);
    struct case_settings own = *settings;
    if (jobs[index].argument)
        own.stack_argument = jobs[index].argument;
    /* Half of the time that it may take, and what its own timers take. */
    patience =
        (int)(settings->seconds * 500 + jobs[index].variant->of->seconds * machine_factor * 1000);
    stay_on_one_processor();
    set_up(&own, jobs[index].variant, network, tenant, record);

    int64_t begin = clock_now();
    CU_run_test(test->suite, test->test);
    record->case_nanoseconds = clock_now() - begin;
    if (current.at_end)
        current.at_end(&current);
    record->net_altered = network->rerouted ? 2 : network->altered;

    CU_run_test(conclusion.suite, conclusion.test);
    keep_failures(record);
    fflush(stdout); /* it is no other case's */
    record->finished = true;
    close_hosts();
}

/* Opens the doors and closes them: the record says whether that went well, and what the
 * implementation is. */
static void look(const struct case_settings *settings, struct network *network,
                 const struct tenant *tenant, struct record *record)
{
    current = (struct test){.net = network, .record = record, .iut = &iut, .peer = &peer};
    patience = (int)(settings->seconds * 500);
    trouble_handler = note_trouble;
    open_hosts(settings, network, tenant, record);
    record->finished = true;
    close_hosts();
}

/* Says that a case is over and waits for the next order, in a network that is clean again; false if
 * there is none. */
static bool next_order(int orders, int over, struct order *order)
{
    if (write(over, "", 1) != 1 || read(orders, order, sizeof *order) != sizeof *order)
        return false;
    order->network->altered = order->network->rerouted = false;
    return true;
}

void case_process(const struct case_settings *settings, struct order order, int orders, int over,
                  const struct tenant *tenant, struct record *record)
{
    int left = orders < 0 ? 0 : CASES_IN_PROCESS;
    sched_getaffinity(0, sizeof processors, &processors);
    signals_catch();
    if (left > 0)
        reuse_prepare();
    do {
        if (order.index < 0)
            look(settings, order.network, tenant, record);
        else
            run_case(settings, (size_t)order.index, order.network, tenant, record);
        if (--left <= 0 || !reuse_possible(record) || !reuse_restore())
            break;
        sched_setaffinity(0, sizeof processors, &processors);
    } while (next_order(orders, over, &order));
    _exit(0);
}
