#include "lab/network.h"

#include "lab/diag.h"
#include "lab/hold.h"
#include "lab/leftovers.h"
#include "lab/line.h"
#include "lab/link.h"
#include "lab/namespace.h"
#include "lab/settings.h"

#include <errno.h>
#include <netlink/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The index of lo in every namespace. */
enum { LOOPBACK_INDEX = 1 };

static const struct {
    const char *text[2]; /* by side */
} ipv4[] =
    {
        [PLACE_MAIN] = {{"192.0.2.1", "192.0.2.2"}},
        [PLACE_OTHER] = {{"192.0.2.3", "192.0.2.4"}},
        [PLACE_ABSENT] = {{"192.0.2.9", "192.0.2.9"}},
        [PLACE_UNROUTED] = {{"198.51.100.1", "198.51.100.1"}},
        [PLACE_LINE] = {{"192.0.2.5", "192.0.2.5"}},
},
  ipv6[] = {
      [PLACE_MAIN] = {{"2001:db8::1:1", "2001:db8::1:2"}},
      [PLACE_OTHER] = {{"2001:db8::2:1", "2001:db8::2:2"}},
      [PLACE_LINK_LOCAL] = {{"fe80::1", "fe80::2"}},
      [PLACE_ABSENT] = {{"2001:db8::9", "2001:db8::9"}},
      [PLACE_UNROUTED] = {{"2001:db8:ffff::1", "2001:db8:ffff::1"}},
      [PLACE_LINE] = {{"2001:db8::1:5", "2001:db8::1:5"}},
};

static const char *loopback_text(enum place place, int family)
{
    switch (place) {
    case PLACE_MAIN:
        return family == AF_INET ? "127.0.0.1" : "::1";
    case PLACE_OTHER:
        return family == AF_INET ? "127.0.0.2" : "2001:db8::2:1";
    case PLACE_ABSENT:
        return family == AF_INET ? "192.0.2.9" : "2001:db8::9";
    default:
        return family == AF_INET ? "198.51.100.1" : "2001:db8:ffff::1";
    }
}

struct address network_address(const struct network *network, enum side side, enum place place,
                               int family, int port)
{
    const char *text;
    if (network->described) {
        struct address known = network->described->address[side][family == AF_INET6][place];
        known = address_with_port(known, port);
        return place == PLACE_LINK_LOCAL ? address_with_scope(known, network->ifindex[side])
                                         : known;
    }
    if (network->kind == NETWORK_LOOPBACK)
        text = loopback_text(place, family);
    else
        text = family == AF_INET ? ipv4[place].text[side] : ipv6[place].text[side];
    struct address address = address_of(text, port);
    return place == PLACE_LINK_LOCAL ? address_with_scope(address, network->ifindex[side])
                                     : address;
}

/* The line of a description that would give an address. */
static void wanted_line(const struct network *network, enum side side, enum place place, int family,
                        char *line, size_t size)
{
    static const char *const values[PLACES] = {[PLACE_MAIN] = "MAIN",
                                               [PLACE_OTHER] = "MAIN OTHER",
                                               [PLACE_LINK_LOCAL] = "MAIN fe80::...",
                                               [PLACE_ABSENT] = "ADDRESS",
                                               [PLACE_UNROUTED] = "ADDRESS",
                                               [PLACE_LINE] = "ADDRESS"};
    const char *key = place == PLACE_ABSENT               ? "absent"
                      : place == PLACE_UNROUTED           ? "unrouted"
                      : place == PLACE_LINE               ? "line"
                      : network->kind == NETWORK_LOOPBACK ? "loopback"
                      : side == SIDE_IUT                  ? "iut"
                                                          : "peer";
    const char *value = network->kind == NETWORK_LOOPBACK ? "ADDRESS" : values[place];
    if (network->described->address[side][family == AF_INET6][place].length)
        snprintf(line, size, "%sinterface NAME", side == SIDE_IUT ? "iut-" : "");
    else
        snprintf(line, size, "%s ipv%c %s", key, family == AF_INET6 ? '6' : '4', value);
}

bool network_has(const struct network *network, enum side side, enum place place, int family,
                 char *why, size_t size)
{
    char line[64];
    if (!network->described ||
        (network->described->address[side][family == AF_INET6][place].length &&
         (place != PLACE_LINK_LOCAL || network->ifindex[side])))
        return true;
    wanted_line(network, side, place, family, line, sizeof line);
    if (network->described->unknown)
        snprintf(why, size, "%s", network->described->unknown);
    else
        snprintf(why, size, "the description of the network does not say '%s'", line);
    return false;
}

static bool fail(char *why, size_t size, const char *what)
{
    int error = errno;
    snprintf(why, size, "cannot %s: %s", what, namespace_reason(error));
    errno = error;
    return false;
}

static struct nl_sock *route_socket(struct network *network, enum side side)
{
    if (network->kind == NETWORK_LOOPBACK)
        side = SIDE_IUT;
    if (!network->route[side]) {
        namespace_enter(network->netns[side]);
        network->route[side] = link_open();
    }
    return network->route[side];
}

/* Where nothing of /proc/sys is to be seen no setting is missing, but all are out of reach. */
static bool sees_settings(char *why, size_t size)
{
    int probe = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (probe >= 0)
        close(probe);
    if (namespace_setting("ipv4/ip_forward") >= 0 &&
        (probe < 0 || namespace_setting("ipv6/bindv6only") >= 0))
        return true;
    if (namespace_is_limit(errno) || errno == EMFILE)
        return fail(why, size, "read the settings of networks");
    snprintf(why, size,
             "the settings of networks cannot be made: there is no /proc/sys/net here (it "
             "is covered, or /proc is mounted with subset=pid): run where it is");
    return false;
}

bool network_settings(char *why, size_t size)
{
    if (!sees_settings(why, size))
        return false;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (!namespace_sysctl(settings[i].name, settings[i].value)) {
            snprintf(why, size,
                     "the settings of networks cannot be made: sysctl net/%s: %s (is /proc/sys "
                     "mounted read-only? in a container --security-opt unmask=ALL, Docker's "
                     "systempaths=unconfined)",
                     settings[i].name, strerror(errno));
            return false;
        }
    return true;
}

static bool make_namespace(struct network *network, enum side side, char *why, size_t size)
{
    network->netns[side] = namespace_create();
    if (network->netns[side] < 0)
        return fail(why, size, "make a network namespace");
    if (!network_settings(why, size))
        return false;
    if (!route_socket(network, side))
        return fail(why, size, "open a netlink socket");
    if (!link_set_up(network->route[side], LOOPBACK_INDEX, true))
        return fail(why, size, "bring up lo");
    return true;
}

static bool await_addresses(struct network *network, enum side side, char *why, size_t size)
{
    for (enum place place = PLACE_MAIN; place <= PLACE_OTHER; place++) {
        struct address address = network_address(network, side, place, AF_INET6, 0);
        if (!link_await_local(route_socket(network, side), &address))
            return fail(why, size, "wait for an IPv6 address");
    }
    return true;
}

static bool add_addresses(struct network *network, enum side side, char *why, size_t size)
{
    struct nl_sock *socket = route_socket(network, side);
    unsigned index = network->ifindex[side];
    /* First, so that it is ready when the others are. */
    struct address link_local = network_address(network, side, PLACE_LINK_LOCAL, AF_INET6, 0);
    if (!link_add_address(socket, index, &link_local, 64, false))
        return fail(why, size, "add a link-local address");
    for (enum place place = PLACE_MAIN; place <= PLACE_OTHER; place++) {
        struct address v6 = network_address(network, side, place, AF_INET6, 0);
        struct address v4 = network_address(network, side, place, AF_INET, 0);
        if (!link_add_address(socket, index, &v6, 64, place == PLACE_OTHER))
            return fail(why, size, "add an IPv6 address");
        if (!link_add_address(socket, index, &v4, 24, false))
            return fail(why, size, "add an IPv4 address");
    }
    return true;
}

/* The link-layer addresses of the two ends, one that nobody has, and that of a line. */
enum { NOBODY = SIDE_PEER + 1, LINE };
static const unsigned char hardware[][6] = {[SIDE_IUT] = {2, 0, 0, 0, 0, 1},
                                            [SIDE_PEER] = {2, 0, 0, 0, 0, 2},
                                            [NOBODY] = {2, 0, 0, 0, 0, 9},
                                            [LINE] = {2, 0, 0, 0, 0, 5}};

static bool set_neighbours(struct network *network, enum side from, enum delivery delivery)
{
    struct nl_sock *socket = route_socket(network, from);
    enum side to = from == SIDE_IUT ? SIDE_PEER : SIDE_IUT;
    const unsigned char *target = delivery == NET_DELIVER ? hardware[to]
                                  : delivery == NET_LOSE  ? hardware[NOBODY]
                                                          : NULL;
    for (enum place place = PLACE_MAIN; place <= PLACE_LINK_LOCAL; place++)
        for (int k = 0; k < 2; k++) {
            if (k == 0 && place == PLACE_LINK_LOCAL)
                continue;
            struct address a = network_address(network, to, place, k ? AF_INET6 : AF_INET, 0);
            if (!link_set_neighbour(socket, network->ifindex[from], &a, target,
                                    delivery == NET_DISOWN))
                return false;
        }
    return true;
}

static bool build_loopback(struct network *network, char *why, size_t size)
{
    if (!make_namespace(network, SIDE_IUT, why, size))
        return false;
    network->netns[SIDE_PEER] = network->netns[SIDE_IUT];
    network->ifindex[SIDE_IUT] = network->ifindex[SIDE_PEER] = LOOPBACK_INDEX;
    struct address other = network_address(network, SIDE_IUT, PLACE_OTHER, AF_INET6, 0);
    if (!link_add_address(network->route[SIDE_IUT], LOOPBACK_INDEX, &other, 128, false))
        return fail(why, size, "add an IPv6 address to lo");
    return await_addresses(network, SIDE_IUT, why, size);
}

static bool build_pair(struct network *network, char *why, size_t size)
{
    for (enum side side = SIDE_IUT; side <= SIDE_PEER; side++)
        if (!make_namespace(network, side, why, size))
            return false;
    if (!link_add_veth(network->route[SIDE_IUT], network->netns[SIDE_PEER], hardware[SIDE_IUT],
                       hardware[SIDE_PEER]))
        return errno == EOPNOTSUPP
                   ? fail(why, size,
                          "make a veth pair (CONFIG_VETH, or the module veth, which modprobe "
                          "loads; --exclude '*pair*' leaves out what needs it)")
                   : fail(why, size, "make a veth pair");
    for (enum side side = SIDE_IUT; side <= SIDE_PEER; side++) {
        namespace_enter(network->netns[side]);
        network->ifindex[side] = link_index(LINK_NAME);
        if (network->ifindex[side] == 0)
            return fail(why, size, "find a veth");
        if (!link_set_up(network->route[side], network->ifindex[side], true))
            return fail(why, size, "bring up a veth");
        if (!add_addresses(network, side, why, size))
            return false;
    }
    for (enum side side = SIDE_IUT; side <= SIDE_PEER; side++)
        if (!link_await_running(network->route[side], network->ifindex[side]))
            return fail(why, size, "wait for a veth to transmit");
    for (enum side side = SIDE_IUT; side <= SIDE_PEER; side++)
        if (!await_addresses(network, side, why, size))
            return false;
    for (enum side side = SIDE_IUT; side <= SIDE_PEER; side++)
        if (!set_neighbours(network, side, NET_DELIVER))
            return fail(why, size, "set a neighbour");
    return true;
}

/* What tells whether the network is clean again, made while it is: it is not, where that cannot be
 * told. */
static void watch(struct network *network)
{
    enum side last = network->kind == NETWORK_PAIR ? SIDE_PEER : SIDE_IUT;
    for (enum side side = SIDE_IUT; side <= last; side++) {
        network->diag[side] = diag_open(network->netns[side]);
        network->leftovers[side] = leftovers_watch(network->netns[side]);
    }
}

struct network *network_create(enum network_kind kind, char *why, size_t size)
{
    struct network *network = calloc(1, sizeof *network);
    if (!network) {
        fail(why, size, "make a network");
        return NULL;
    }
    network->kind = kind;
    network->netns[SIDE_IUT] = network->netns[SIDE_PEER] = -1;
    if (kind == NETWORK_LOOPBACK ? build_loopback(network, why, size)
                                 : build_pair(network, why, size)) {
        watch(network);
        return network;
    }
    int error = errno;
    network_free(network);
    errno = error;
    return NULL;
}

struct network network_inside(const struct network *pair)
{
    return (struct network){.kind = NETWORK_LOOPBACK,
                            .netns = {pair->netns[SIDE_IUT], pair->netns[SIDE_IUT]},
                            .ifindex = {LOOPBACK_INDEX, LOOPBACK_INDEX},
                            .elsewhere = true};
}

struct network *network_describe(enum network_kind kind, const struct described *described)
{
    struct network *network = calloc(1, sizeof *network);
    if (!network)
        return NULL;
    network->kind = kind;
    network->described = described;
    network->netns[SIDE_IUT] = -1;
    network->netns[SIDE_PEER] = described->netns;
    for (enum side side = SIDE_IUT; side <= SIDE_PEER; side++)
        network->ifindex[side] = described->ifindex[side];
    return network;
}

void network_describe_inside(struct described *described, bool made)
{
    const struct network usual = {.kind = NETWORK_LOOPBACK};
    *described = (struct described){.netns = -1};
    for (unsigned side = 0; side < 2; side++)
        for (unsigned family = 0; family < 2; family++)
            for (enum place place = PLACE_MAIN; place <= PLACE_UNROUTED; place++)
                if (place == PLACE_MAIN || (made && place != PLACE_LINK_LOCAL))
                    described->address[side][family][place] = network_address(
                        &usual, (enum side)side, place, family ? AF_INET6 : AF_INET, 0);
}

/* The kernel ends a namespace some time after its last user. What is held back in it until then
 * counts against the few sockets that answer for all namespaces (resets, ICMP), and they fall
 * silent when it is too much: links that go down drop it now. */
static void drop_held(struct network *network)
{
    for (enum side side = SIDE_IUT; side <= SIDE_PEER; side++)
        if (network->route[side] && network->ifindex[side])
            link_set_up(network->route[side], network->ifindex[side], false);
}

/* Nothing is ever changed in a network that is not ours. */
static bool is_ours(const struct network *network)
{
    errno = EOPNOTSUPP;
    return !network->described;
}

bool network_vacate(struct network *network, enum side side)
{
    if (!is_ours(network))
        return false;
    for (enum place place = PLACE_MAIN; place <= PLACE_LINK_LOCAL && network->kind == NETWORK_PAIR;
         place++)
        for (int k = 0; k < 2; k++) {
            int family = k ? AF_INET6 : AF_INET;
            if (place == PLACE_LINK_LOCAL && family == AF_INET)
                continue;
            struct address address = network_address(network, side, place, family, 0);
            if (!link_remove_address(route_socket(network, side), network->ifindex[side], &address,
                                     family == AF_INET ? 24 : 64))
                return false;
        }
    return true;
}

/* What the other side of a line has to be told once: where it is, and to leave nothing to the link
 * that is to be seen there. An implementation elsewhere asks the line itself. */
static bool prepare_line(struct network *network)
{
    namespace_enter(network->netns[SIDE_IUT]);
    if (!link_do_checksums(network->ifindex[SIDE_IUT]))
        return false;
    for (int k = 0; k < 2 && !network->elsewhere; k++) {
        struct address line =
            network_address(network, SIDE_PEER, PLACE_LINE, k ? AF_INET6 : AF_INET, 0);
        if (!link_set_neighbour(route_socket(network, SIDE_IUT), network->ifindex[SIDE_IUT], &line,
                                hardware[LINE], false))
            return false;
    }
    return true;
}

/* In a network that is not ours nobody sends frames who was not let do so. */
static bool describes_line(const struct network *network)
{
    const struct described *described = network->described;
    errno = EOPNOTSUPP;
    return network->ifindex[SIDE_PEER] && (described->address[SIDE_PEER][0][PLACE_LINE].length ||
                                           described->address[SIDE_PEER][1][PLACE_LINE].length);
}

bool network_take_line(struct network *network)
{
    if (network->line) {
        line_empty(network->line);
        return true;
    }
    errno = EOPNOTSUPP;
    if (network->kind != NETWORK_PAIR)
        return false;
    if (network->described ? !describes_line(network) : !prepare_line(network))
        return false;
    network->line =
        line_open(network->netns[SIDE_PEER], network->ifindex[SIDE_PEER], hardware[LINE]);
    if (network->line && network->leftovers[SIDE_PEER])
        leftovers_expect_packet_socket(network->leftovers[SIDE_PEER]);
    return network->line;
}

void network_free(struct network *network)
{
    if (network->line)
        line_close(network->line);
    if (network->described) {
        free(network);
        return;
    }
    if (network->altered && network->kind == NETWORK_PAIR)
        drop_held(network);
    if (network->hold)
        hold_close(network->hold);
    for (enum side side = SIDE_IUT; side <= SIDE_PEER; side++) {
        if (network->route[side])
            nl_socket_free(network->route[side]);
        if (network->diag[side])
            diag_close(network->diag[side]);
        if (network->leftovers[side])
            leftovers_free(network->leftovers[side]);
    }
    if (network->netns[SIDE_PEER] >= 0 && network->kind == NETWORK_PAIR)
        namespace_close(network->netns[SIDE_PEER]);
    if (network->netns[SIDE_IUT] >= 0)
        namespace_close(network->netns[SIDE_IUT]);
    free(network);
}

bool network_clean(struct network *network)
{
    if (network->described)
        return true;
    if (network->altered)
        return false;
    enum side last = network->kind == NETWORK_PAIR ? SIDE_PEER : SIDE_IUT;
    /* An implementation elsewhere has sockets of its own in the network. */
    for (enum side side = SIDE_IUT; side <= last; side++)
        if (!network->diag[side] || !network->leftovers[side] ||
            diag_clear(network->diag[side]) != 0 ||
            !leftovers_none(network->leftovers[side], !network->elsewhere))
            return false;
    return true;
}

/* What an IUT sends that has neighbour entries of its own. */
static bool deliver_from_elsewhere(struct network *network, enum delivery delivery)
{
    if (!network->hold)
        network->hold = hold_open(network->netns, network->ifindex, hardware[SIDE_IUT]);
    return network->hold && hold_set(network->hold, delivery);
}

const unsigned char *network_hardware(const struct network *network, enum side side)
{
    return network->described ? NULL : hardware[side];
}

bool network_deliver(struct network *network, enum side from, enum delivery delivery)
{
    if (!is_ours(network))
        return false;
    network->altered = true;
    if (network->kind == NETWORK_PAIR && network->elsewhere && from == SIDE_IUT)
        return deliver_from_elsewhere(network, delivery);
    return network->kind == NETWORK_PAIR && set_neighbours(network, from, delivery);
}

/* What is held back must not reach the next case, and so fails first. */
static bool restore_side(struct network *network, enum side from)
{
    return set_neighbours(network, from, NET_DISOWN) && set_neighbours(network, from, NET_DELIVER);
}

void network_restore(struct network *network)
{
    if (!is_ours(network) || network->kind != NETWORK_PAIR || network->rerouted ||
        !restore_side(network, SIDE_PEER))
        return;
    if (network->elsewhere ? deliver_from_elsewhere(network, NET_DELIVER)
                           : restore_side(network, SIDE_IUT))
        network->altered = false;
}

bool network_unreachable_route(struct network *network, enum side side, int family)
{
    if (!is_ours(network))
        return false;
    struct address net = network_address(network, side, PLACE_UNROUTED, family, 0);
    network->altered = network->rerouted = true;
    return link_add_unreachable(route_socket(network, side), &net, family == AF_INET ? 32 : 128);
}
