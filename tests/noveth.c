/* Before libnl-route: no link can be made, as by a kernel that has none of its kind. */
#include <netlink/errno.h>

struct nl_sock;
struct rtnl_link;

int rtnl_link_add(struct nl_sock *socket, struct rtnl_link *link, int flags);

int rtnl_link_add(struct nl_sock *socket, struct rtnl_link *link, int flags)
{
    (void)socket;
    (void)link;
    (void)flags;
    return -NLE_OPNOTSUPP;
}
