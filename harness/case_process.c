#include "harness/case_process.h"

#include "calls/clock.h"
#include "calls/signals.h"
#include "harness/test.h"
#include "harness/transcript.h"
#include "lab/namespace.h"
#include "stacks/agent/agent.h"
#include "stacks/host/kernel.h"

#include <CUnit/CUnit.h>
#include <CUnit/TestRun.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    const struct variant *variant;
    CU_pSuite suite;
    CU_pTest test;
} * registered;

/* The test that this process runs; CUnit's test functions take no argument. */
static struct test current;
static enum profile judged_by;

/* What a variant needs and the implementation says that it lacks, in words; NULL if nothing. */
static const char *lacking(const struct test *t)
{
    unsigned lacks = door_lacks(t->iut->door);
    if (lacks & LACKS_IPV6 && t->family & (FAMILY_IPV6 | FAMILY_MAPPED))
        return "IPv6";
    if (lacks & LACKS_MAPPED && t->family & FAMILY_MAPPED)
        return "IPv4-mapped addresses";
    if (lacks & LACKS_EPOLL && t->readiness == WITH_EPOLL)
        return "epoll";
    if (lacks & LACKS_SELECT && t->readiness == WITH_SELECT)
        return "select()";
    if (lacks & t->variant->of->needs & LACKS_SIGNALS)
        return "signals";
    return NULL;
}

static void run_current(void)
{
    struct test *t = &current;
    t->record->entered = true;
    if (lacking(t))
        skip("this implementation has no %s", lacking(t));
    t->variant->of->run(t, t->iut, t->peer);
}

/* A test of its own, so that it runs after a fatal assertion in the case too. */
static void conclude_current(void)
{
    test_conclude(&current, judged_by);
}

bool cases_register(const struct variant *const *variants, size_t count)
{
    char name[VARIANT_ID], last[VARIANT_ID] = "";
    CU_pSuite suite = NULL;
    if (CU_registry_initialized())
        CU_cleanup_registry();
    if (CU_initialize_registry() != CUE_SUCCESS)
        return false;
    free(registered);
    registered = calloc(count + 1, sizeof *registered);
    if (!registered)
        return false;
    for (size_t i = 0; i < count; i++) {
        rule_suite(variants[i]->of->rule, name, sizeof name);
        if (strcmp(name, last) != 0 && !(suite = CU_get_suite(name)) &&
            !(suite = CU_add_suite(name, NULL, NULL)))
            return false;
        memcpy(last, name, sizeof last);
        registered[i].variant = variants[i];
        registered[i].suite = suite;
        registered[i].test = CU_add_test(suite, variants[i]->id, run_current);
        if (!registered[i].test)
            return false;
    }
    return true;
}

const struct variant *registered_variant(size_t index)
{
    return registered[index].variant;
}

static void set_up(const struct case_settings *settings, const struct variant *variant,
                   struct network *network, const struct tenant *tenant, struct record *record)
{
    static struct host iut = {.name = "iut", .iut = true}, peer = {.name = "peer"};
    const unsigned *value = variant->value;
    record->iut_has_processes = settings->stack->has_processes;
    iut.door =
        settings->stack->open_on
            ? settings->stack->open_on(settings->stack_argument, network)
            : settings->stack->open(settings->stack_argument, network->netns[SIDE_IUT], tenant);
    /* Where the IUT has a loopback of its own, both sides are there. */
    peer.door = settings->stack->elsewhere && network->kind == NETWORK_LOOPBACK
                    ? door_share(iut.door)
                    : kernel_open(network->netns[SIDE_PEER]);
    if (settings->stack->isolates && network->kind == NETWORK_LOOPBACK)
        agent_isolate(iut.door); /* a kernel that was built without namespaces has none to give */
    snprintf(record->system, sizeof record->system, "%s", door_system(iut.door));
    transcript_attach(&iut, record);
    transcript_attach(&peer, record);
    current = (struct test){
        .variant = variant,
        .network = network,
        .record = record,
        .iut = &iut,
        .peer = &peer,
        .elsewhere = settings->stack->elsewhere,
        .family = value[AXIS_FAMILY],
        .on = value[AXIS_NETWORK],
        .role = value[AXIS_ROLE],
        .mode = value[AXIS_MODE],
        .readiness = value[AXIS_READINESS],
        .send = value[AXIS_SEND],
        .recv = value[AXIS_RECV],
        .choice = value[AXIS_CHOICE] ? value[AXIS_CHOICE] - 1 : 0,
        .domain = value[AXIS_FAMILY] & (FAMILY_IPV6 | FAMILY_MAPPED) ? AF_INET6 : AF_INET,
        .peer_domain = value[AXIS_FAMILY] & FAMILY_IPV6 ? AF_INET6 : AF_INET,
    };
    judged_by = settings->profile;
}

/* Takes what CUnit recorded against the observation over into the record. */
static void keep_failures(struct record *record)
{
    const CU_FailureRecord *failure = CU_get_failure_list();
    if (!failure)
        return;
    record->deviated = true;
    if (record->broken) {
        char later[REASON_SIZE / 2];
        snprintf(later, sizeof later, "%s", record->reason);
        record_reason(record, "%s; then %s", failure->strCondition, later);
    } else {
        record_reason(record, "%s", failure->strCondition);
    }
}

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

void case_process(const struct case_settings *settings, size_t index, struct network *network,
                  const struct tenant *tenant, struct record *record)
{
    const struct variant *variant = registered[index].variant;
    signals_catch();
    stay_on_one_processor();
    set_up(settings, variant, network, tenant, record);

    int64_t begin = clock_now();
    CU_run_test(registered[index].suite, registered[index].test);
    record->case_nanoseconds = clock_now() - begin;
    record->net_altered = network->rerouted ? 2 : network->altered;

    CU_pTest conclusion = CU_add_test(registered[index].suite, "conclusion", conclude_current);
    if (conclusion && !record->skipped && !record->hung) {
        CU_run_test(registered[index].suite, conclusion);
        keep_failures(record);
    }
    record->finished = true;
    host_close(current.iut);
    host_close(current.peer);
    _exit(0);
}
