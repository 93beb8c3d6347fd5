/* Links, addresses, neighbours and routes of a namespace, through libnl. Each function returns
 * false with errno set on failure. */
#ifndef SOCKSPEC_LINK_H
#define SOCKSPEC_LINK_H

#include "calls/address.h"

#include <netlink/socket.h>
#include <stdbool.h>

/* What both ends of a pair are called in their namespaces. */
#define LINK_NAME "sock0"

/* A netlink socket in the thread's network namespace; NULL on failure. */
struct nl_sock *link_open(void);

/* The index of an interface of the thread's network namespace, 0 with errno if there is none. */
unsigned link_index(const char *name);

bool link_set_up(struct nl_sock *socket, unsigned index, bool up);

/* Waits until packets to an address that was added are taken in: for IPv6 the kernel's work queue
 * sees to that some time later. False with errno, ETIMEDOUT if it never does. */
bool link_await_local(struct nl_sock *socket, const struct address *address);

/* Waits until an interface that is up transmits: the kernel drops what is sent before, for as long
 * as its work queue has not heard of the carrier. False with errno, ETIMEDOUT if it never does. */
bool link_await_running(struct nl_sock *socket, unsigned index);

/* A veth pair: one end here, the other in the namespace of the descriptor, both called LINK_NAME,
 * with these link-layer addresses. */
bool link_add_veth(struct nl_sock *socket, int other_netns, const unsigned char *here,
                   const unsigned char *there);

/* Gives an interface another link-layer address. */
bool link_set_hardware(struct nl_sock *socket, unsigned index, const unsigned char *hardware);

/* Has an interface of the thread's network namespace leave no checksums and no cutting of segments
 * to hardware that there is none of. */
bool link_do_checksums(unsigned index);

/* A bridge, and making an interface a port of it. */
bool link_add_bridge(struct nl_sock *socket, const char *name);
bool link_enslave(struct nl_sock *socket, const char *bridge, const char *port);

/* Adds an address that is usable at once (no duplicate address detection); a spare one is
 * deprecated in the sense of RFC 4862, so that the kernel does not choose it by itself. */
bool link_add_address(struct nl_sock *socket, unsigned index, const struct address *address,
                      int prefix, bool spare);
bool link_remove_address(struct nl_sock *socket, unsigned index, const struct address *address,
                         int prefix);

/* Sets a neighbour for good: to a link-layer address, or (NULL) to one that is yet to be resolved
 * and never will be, or (failed) to one whose resolution has failed. */
bool link_set_neighbour(struct nl_sock *socket, unsigned index, const struct address *address,
                        const unsigned char *hardware, bool failed);

/* A route of type "unreachable" for the net of this address. */
bool link_add_unreachable(struct nl_sock *socket, const struct address *net, int prefix);

#endif
