/* Questions to the kernel over netlink. */
#ifndef SOCKSPEC_LAB_NETLINK_H
#define SOCKSPEC_LAB_NETLINK_H

#include <linux/netlink.h>
#include <stddef.h>

struct nl_sock;

/* A socket of a protocol (NETLINK_ROUTE...) in the network namespace of this thread, for
 * netlink_ask(). NULL if there is none; nl_socket_free() closes it. */
struct nl_sock *netlink_open(int protocol);

/* Called for each message of an answer. */
typedef void netlink_visit(const struct nlmsghdr *header, void *context);

/* Sends a request of a type with flags beside NLM_F_REQUEST and reads all that is answered; 0 or an
 * errno. Without a visitor (NULL) what comes is passed over. */
int netlink_ask(struct nl_sock *socket, int type, int flags, const void *request, size_t size,
                netlink_visit *visit, void *context);

#endif
