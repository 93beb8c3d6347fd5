#include "lab/link.h"

#include "calls/clock.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/bridge.h>
#include <netlink/route/link/veth.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/route.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* libnl's error codes as errno values, as near as they come. */
static bool good(int result)
{
    if (result >= 0)
        return true;
    switch (-result) {
    case NLE_PERM:
    case NLE_NOACCESS:
        errno = EPERM;
        break;
    case NLE_EXIST:
        errno = EEXIST;
        break;
    case NLE_NODEV:
    case NLE_OBJ_NOTFOUND:
        errno = ENODEV;
        break;
    case NLE_OPNOTSUPP:
        errno = EOPNOTSUPP;
        break;
    case NLE_NOMEM:
        errno = ENOMEM;
        break;
    case NLE_INVAL:
        errno = EINVAL;
        break;
    default:
        errno = EIO;
    }
    return false;
}

struct nl_sock *link_open(void)
{
    struct nl_sock *socket = nl_socket_alloc();
    if (socket && !good(nl_connect(socket, NETLINK_ROUTE))) {
        nl_socket_free(socket);
        return NULL;
    }
    return socket;
}

unsigned link_index(const char *name)
{
    struct ifreq request = {.ifr_ifindex = 0};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return 0; /* with the errno that if_nametoindex() loses */
    int found = ioctl(fd, SIOCGIFINDEX, &request);
    close(fd);
    return found == 0 ? (unsigned)request.ifr_ifindex : 0;
}

/* Makes an interface what is wanted; takes that over, which may be NULL. */
static bool change(struct nl_sock *socket, unsigned index, struct rtnl_link *wanted)
{
    struct rtnl_link *current = rtnl_link_alloc();
    int result = -NLE_NOMEM;
    if (wanted && current) {
        rtnl_link_set_ifindex(current, (int)index);
        result = rtnl_link_change(socket, current, wanted, 0);
    }
    rtnl_link_put(wanted);
    rtnl_link_put(current);
    return good(result);
}

bool link_set_up(struct nl_sock *socket, unsigned index, bool up)
{
    struct rtnl_link *wanted = rtnl_link_alloc();
    if (wanted && up)
        rtnl_link_set_flags(wanted, IFF_UP);
    else if (wanted)
        rtnl_link_unset_flags(wanted, IFF_UP);
    return change(socket, index, wanted);
}

bool link_await_running(struct nl_sock *socket, unsigned index)
{
    enum { OPERATIONAL = 6 }; /* IF_OPER_UP: <linux/if.h> does not go with <net/if.h> */
    struct backoff backoff = backoff_begin(patience);
    for (;;) {
        struct rtnl_link *link = NULL;
        if (!good(rtnl_link_get_kernel(socket, (int)index, NULL, &link)))
            return false;
        bool running =
            rtnl_link_get_flags(link) & IFF_RUNNING && rtnl_link_get_operstate(link) == OPERATIONAL;
        rtnl_link_put(link);
        if (running)
            return true;
        if (!backoff_wait(&backoff)) {
            errno = ETIMEDOUT;
            return false;
        }
    }
}

static struct nl_addr *to_nl(const struct address *address)
{
    if (address->any.sa_family == AF_INET)
        return nl_addr_build(AF_INET, &address->in.sin_addr, 4);
    return nl_addr_build(AF_INET6, &address->in6.sin6_addr, 16);
}

/* Whether packets to an address of this host are taken in. */
static bool is_local(struct nl_sock *socket, const struct address *address)
{
    struct nl_addr *destination = to_nl(address);
    struct rtnl_route *route = NULL;
    bool local = destination && rtnl_route_lookup(socket, destination, &route) >= 0 && route &&
                 rtnl_route_get_type(route) == RTN_LOCAL;
    if (route)
        rtnl_route_put(route);
    nl_addr_put(destination);
    return local;
}

bool link_await_local(struct nl_sock *socket, const struct address *address)
{
    struct backoff backoff = backoff_begin(patience);
    while (!is_local(socket, address))
        if (!backoff_wait(&backoff)) {
            errno = ETIMEDOUT;
            return false;
        }
    return true;
}

static void set_hardware(struct rtnl_link *link, const unsigned char *hardware)
{
    struct nl_addr *address = nl_addr_build(AF_LLC, hardware, 6);
    rtnl_link_set_addr(link, address);
    nl_addr_put(address);
}

bool link_add_veth(struct nl_sock *socket, int other_netns, const unsigned char *here,
                   const unsigned char *there)
{
    struct rtnl_link *link = rtnl_link_veth_alloc();
    if (!link)
        return good(-NLE_NOMEM);
    struct rtnl_link *peer = rtnl_link_veth_get_peer(link);
    rtnl_link_set_name(link, LINK_NAME);
    rtnl_link_set_name(peer, LINK_NAME);
    set_hardware(link, here);
    set_hardware(peer, there);
    rtnl_link_set_ns_fd(peer, other_netns);
    int result = rtnl_link_add(socket, link, NLM_F_CREATE | NLM_F_EXCL);
    rtnl_link_put(peer);
    rtnl_link_put(link);
    return good(result);
}

bool link_set_hardware(struct nl_sock *socket, unsigned index, const unsigned char *hardware)
{
    struct rtnl_link *wanted = rtnl_link_alloc();
    if (wanted)
        set_hardware(wanted, hardware);
    return change(socket, index, wanted);
}

bool link_do_checksums(unsigned index)
{
    struct ethtool_value off = {.cmd = ETHTOOL_STXCSUM};
    struct ifreq request = {.ifr_data = (char *)&off};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool good =
        fd >= 0 && if_indextoname(index, request.ifr_name) && ioctl(fd, SIOCETHTOOL, &request) == 0;
    int error = errno;
    if (fd >= 0)
        close(fd);
    errno = error;
    return good;
}

bool link_add_bridge(struct nl_sock *socket, const char *name)
{
    return good(rtnl_link_bridge_add(socket, name));
}

bool link_enslave(struct nl_sock *socket, const char *bridge, const char *port)
{
    return good(rtnl_link_enslave_ifindex(socket, (int)link_index(bridge), (int)link_index(port)));
}

/* An address of an interface as libnl wants it; NULL without memory. */
static struct rtnl_addr *address_object(unsigned index, const struct address *address, int prefix)
{
    struct rtnl_addr *object = rtnl_addr_alloc();
    struct nl_addr *local = to_nl(address);
    if (object && local) {
        nl_addr_set_prefixlen(local, prefix);
        rtnl_addr_set_ifindex(object, (int)index);
        rtnl_addr_set_local(object, local);
    } else {
        rtnl_addr_put(object);
        object = NULL;
    }
    nl_addr_put(local);
    return object;
}

bool link_add_address(struct nl_sock *socket, unsigned index, const struct address *address,
                      int prefix, bool spare)
{
    struct rtnl_addr *object = address_object(index, address, prefix);
    if (!object)
        return good(-NLE_NOMEM);
    rtnl_addr_set_flags(object, IFA_F_NODAD);
    if (spare) {
        rtnl_addr_set_valid_lifetime(object, UINT32_MAX);
        rtnl_addr_set_preferred_lifetime(object, 0);
    }
    int result = rtnl_addr_add(socket, object, 0);
    rtnl_addr_put(object);
    return good(result);
}

bool link_remove_address(struct nl_sock *socket, unsigned index, const struct address *address,
                         int prefix)
{
    struct rtnl_addr *object = address_object(index, address, prefix);
    if (!object)
        return good(-NLE_NOMEM);
    int result = rtnl_addr_delete(socket, object, 0);
    rtnl_addr_put(object);
    /* One that is gone went with the one that it was secondary to. */
    return result == -NLE_NOADDR || good(result);
}

bool link_set_neighbour(struct nl_sock *socket, unsigned index, const struct address *address,
                        const unsigned char *hardware, bool failed)
{
    struct rtnl_neigh *neighbour = rtnl_neigh_alloc();
    struct nl_addr *destination = to_nl(address);
    struct nl_addr *link = hardware ? nl_addr_build(AF_LLC, hardware, 6) : NULL;
    int result = -NLE_NOMEM;
    if (neighbour && destination) {
        rtnl_neigh_set_ifindex(neighbour, (int)index);
        rtnl_neigh_set_dst(neighbour, destination);
        /* An incomplete entry that was set by hand has no timer: packets queue up behind it until
         * it is given an address (they are sent) or fails (their senders are told). */
        rtnl_neigh_set_state(neighbour, failed     ? NUD_FAILED
                                        : hardware ? NUD_PERMANENT
                                                   : NUD_INCOMPLETE);
        if (link)
            rtnl_neigh_set_lladdr(neighbour, link);
        result = rtnl_neigh_add(socket, neighbour, NLM_F_CREATE | NLM_F_REPLACE);
    }
    nl_addr_put(link);
    nl_addr_put(destination);
    rtnl_neigh_put(neighbour);
    return good(result);
}

bool link_add_unreachable(struct nl_sock *socket, const struct address *net, int prefix)
{
    struct rtnl_route *route = rtnl_route_alloc();
    struct nl_addr *destination = to_nl(net);
    int result = -NLE_NOMEM;
    if (route && destination) {
        nl_addr_set_prefixlen(destination, prefix);
        rtnl_route_set_dst(route, destination);
        rtnl_route_set_type(route, RTN_UNREACHABLE);
        rtnl_route_set_scope(route, RT_SCOPE_UNIVERSE);
        rtnl_route_set_table(route, RT_TABLE_MAIN);
        result = rtnl_route_add(socket, route, NLM_F_CREATE);
    }
    nl_addr_put(destination);
    rtnl_route_put(route);
    return good(result);
}
