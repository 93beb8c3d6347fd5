/* The kernel of this machine, broken in just one rule: proof that the rule's cases can fail. */
#include "harness/rule.h"
#include "stacks/host/kernel.h"
#include "stacks/stack.h"

#include <stdio.h>
#include <stdlib.h>

struct mutant_door {
    struct door door;
    const struct rule *rule;
    struct host real; /* the door behind, for calls of the mutant's own */
    struct mutation mutation;
};

static bool mutant_is_on_wire(const struct mutant *mutant)
{
    const struct tampering *how = &mutant->tampering;
    return mutant->wire || how->lost || how->twice || how->set || how->clear || how->seq ||
           how->ack || how->window || how->mended;
}

static void perform(struct door *door, struct call *call)
{
    struct mutant_door *mutant = (struct mutant_door *)door;
    mutant_perform(mutant_of(mutant->rule), &mutant->mutation, call);
}

void mutant_perform(const struct mutant *mutant, struct mutation *mutation, struct call *call)
{
    if (mutant->perform) {
        mutant->perform(mutation, call);
        return;
    }
    mutate(mutation, call);
    if (mutant_is_on_wire(mutant))
        return;
    if (call->operation != mutant->operation || call->error != mutant->error)
        return;
    if (mutant->instead)
        call_fail(call, mutant->instead);
    else
        call_succeed(call, 0);
}

void mutate(struct mutation *mutation, struct call *call)
{
    door_perform(mutation->real->door, call);
}

static void close_mutant(struct door *door)
{
    free(door);
}

static bool accepts(const char *argument, char *why, size_t size)
{
    if (!argument || rule_find(argument))
        return true;
    snprintf(why, size, "no rule '%s'; 'sockspec list' has them", argument);
    return false;
}

static struct door *open_mutant(const char *argument, int netns, const struct tenant *tenant)
{
    (void)tenant;
    static const struct door_operations operations = {.perform = perform, .close = close_mutant};
    struct mutant_door *mutant = calloc(1, sizeof *mutant);
    if (!mutant)
        abort();
    mutant->door = (struct door){.operations = &operations, .inner = host_open(netns)};
    mutant->rule = rule_find(argument);
    wire_broken_by(mutant_of(mutant->rule));
    mutant->real =
        (struct host){.name = "iut", .door = mutant->door.inner, .iut = true, .untracked = true};
    mutant->mutation.real = &mutant->real;
    return &mutant->door;
}

STACK(mutant, .usage = "mutant:RULE",
      .summary = "the host, broken in just this rule: its cases must fail", .needs_argument = true,
      .accepts = accepts, .open = open_mutant);
