#include "harness/supply.h"

#include "calls/clock.h"
#include "stacks/agent/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* How often in a row a tenant may fail to come up before the run is given up: somebody may be
 * killing them. One that takes all of its time counts for several. */
enum { BOOTS = 10, SLOW_BOOT = 5 };

/* Throws a network away, and who lives in it. */
static void drop_network(struct supply *supply, struct network *network)
{
    if (supply->tenant.pid)
        tenant_stop(&supply->tenant);
    supply->tenant.pid = 0;
    supply->changes++;
    network_free(network);
}

/* Waits until no other worker on this machine, of whatever run, makes a network: hundreds that ask
 * the kernel at once keep each other from it for minutes. Returns what to close afterwards. One
 * that keeps its turn for long was stopped by somebody, and is waited for once and no more. */
static int take_turn(struct ending *ending)
{
    static bool in_vain;
    struct backoff backoff = backoff_begin_rarely(machine_milliseconds(CROWDED_SECONDS));
    int turn = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    while (turn >= 0 && !in_vain && flock(turn, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        in_vain = !backoff_wait(&backoff);
        ending->queued++;
    }
    return turn;
}

static struct network *make_in_turn(struct ending *ending, enum network_kind kind, char *why,
                                    size_t size)
{
    int turn = take_turn(ending);
    struct network *network = network_create(kind, why, size);
    int error = errno;
    if (turn >= 0)
        close(turn);
    errno = error;
    return network;
}

/* A network that is ours to make is tried again: others may be using up what it takes, or the
 * machine's time, and will be done some day. */
static struct network *make_network(const struct supply *supply, enum network_kind kind, char *why,
                                    size_t size)
{
    const struct case_settings *settings = supply->settings;
    struct backoff backoff = backoff_begin_rarely(machine_milliseconds(NETWORK_SECONDS));
    struct network *network;
    if (settings->stack->network)
        return settings->stack->network(settings->stack_argument, kind, why, size);
    while (!(network = make_in_turn(supply->ending, kind, why, size)) && errno != EOPNOTSUPP &&
           backoff_wait(&backoff))
        continue;
    return network;
}

struct network *supply_take(struct supply *supply, enum network_kind kind, char *why, size_t size)
{
    const struct case_settings *settings = supply->settings;
    struct network *network = supply->ready[kind];
    struct tenant *tenant = &supply->tenant;
    supply->ready[kind] = NULL;
    if (network && (!tenant->pid || tenant_lives(tenant)))
        return network;
    if (network)
        drop_network(supply, network);
    network = make_network(supply, kind, why, size);
    if (!network)
        return NULL;
    supply->changes++;
    network->elsewhere = settings->stack->elsewhere;
    if (settings->stack->takes_interface && !network_vacate(network, SIDE_IUT)) {
        snprintf(why, size, "the addresses cannot be taken off: %s", strerror(errno));
        drop_network(supply, network);
        return NULL;
    }
    if (!settings->stack->start)
        return network;
    supply->ending->no_implementation = true;
    bool started = settings->stack->start(settings->stack_argument, network, tenant, why, size);
    if (!started)
        tenant->pid = 0;
    if (started && tenant_await(tenant, (int)(BOOT_SECONDS * machine_factor), why, size)) {
        supply->failed_boots = 0;
        supply->ending->no_implementation = false;
        return network;
    }
    supply->failed_boots += started && errno == ETIMEDOUT ? SLOW_BOOT : 1;
    drop_network(supply, network);
    if (supply->failed_boots >= BOOTS)
        _exit(1); /* the reason is told for the whole run */
    return NULL;
}

void supply_give_back(struct supply *supply, struct network *network, const struct record *record)
{
    bool tenant = supply->tenant.pid != 0;
    network->altered |= record->net_altered != 0;
    network->rerouted |= record->net_altered == 2;
    bool good = record->finished && !(tenant && record->hung);
    if (good && network->altered)
        network_restore(network);
    if (good && network_clean(network))
        supply->ready[network->kind] = network;
    else
        drop_network(supply, network);
}
