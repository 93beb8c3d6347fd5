#include "lab/hold.h"

#include "lab/link.h"
#include "lab/namespace.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/tc_act/tc_mirred.h>
#include <linux/virtio_net.h>
#include <netlink/route/act/mirred.h>
#include <netlink/route/classifier.h>
#include <netlink/route/cls/u32.h>
#include <netlink/route/qdisc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Packets from the implementation are turned aside where they come in, to the other side's
 * loopback interface, which ignores what is for another link-layer address. There they are
 * captured. What is let go again comes from a link-layer address that is not turned aside. */

enum { LOOPBACK_INDEX = 1, LARGEST = sizeof(struct virtio_net_hdr) + 65536 + ETH_HLEN };

struct hold {
    int netns[2];
    unsigned ifindex[2];
    unsigned char hardware[6];
    struct nl_sock *route; /* at the other side */
    int capture;           /* -1 unless packets are held */
    int inject;            /* -1 until packets are let go */
    unsigned char packet[LARGEST];
};

struct hold *hold_open(const int netns[2], const unsigned ifindex[2],
                       const unsigned char hardware[6])
{
    struct hold *hold = calloc(1, sizeof *hold);
    if (!hold)
        return NULL;
    memcpy(hold->netns, netns, sizeof hold->netns);
    memcpy(hold->ifindex, ifindex, sizeof hold->ifindex);
    memcpy(hold->hardware, hardware, sizeof hold->hardware);
    hold->capture = hold->inject = -1;
    namespace_enter(netns[SIDE_PEER]);
    hold->route = link_open();
    if (hold->route)
        return hold;
    free(hold);
    return NULL;
}

/* A socket for whole frames on an interface, with what is left for the hardware to do to each
 * (checksums, segmentation) before it. */
static int frame_socket(int netns, unsigned ifindex)
{
    int on = 1, room = 4 << 20;
    struct sockaddr_ll name = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)ifindex};
    namespace_enter(netns);
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on) == 0 &&
        bind(fd, (struct sockaddr *)&name, sizeof name) == 0)
        return fd;
    close(fd);
    return -1;
}

static bool set_ingress(struct hold *hold, bool add)
{
    struct rtnl_qdisc *qdisc = rtnl_qdisc_alloc();
    int result = -NLE_NOMEM;
    if (qdisc) {
        rtnl_tc_set_ifindex(TC_CAST(qdisc), (int)hold->ifindex[SIDE_PEER]);
        rtnl_tc_set_parent(TC_CAST(qdisc), TC_H_INGRESS);
        rtnl_tc_set_handle(TC_CAST(qdisc), TC_H_MAKE(TC_H_INGRESS, 0));
        rtnl_tc_set_kind(TC_CAST(qdisc), "ingress");
        result = add ? rtnl_qdisc_add(hold->route, qdisc, NLM_F_CREATE)
                     : rtnl_qdisc_delete(hold->route, qdisc);
    }
    rtnl_qdisc_put(qdisc);
    errno = EOPNOTSUPP;
    return result >= 0 || (!add && (result == -NLE_OBJ_NOTFOUND || result == -NLE_INVAL)) ||
           (add && result == -NLE_EXIST);
}

/* Everything from the link-layer address goes to the loopback interface instead. */
static bool add_filter(struct hold *hold)
{
    struct rtnl_cls *filter = rtnl_cls_alloc();
    struct rtnl_act *action = rtnl_act_alloc();
    const unsigned char *last = &hold->hardware[4]; /* its last two bytes, before the protocol */
    bool good = false;
    if (filter && action) {
        rtnl_tc_set_ifindex(TC_CAST(filter), (int)hold->ifindex[SIDE_PEER]);
        rtnl_tc_set_parent(TC_CAST(filter), TC_H_MAKE(TC_H_INGRESS, 0));
        rtnl_cls_set_prio(filter, 1);
        rtnl_cls_set_protocol(filter, ETH_P_ALL);
        rtnl_tc_set_kind(TC_CAST(action), "mirred");
        rtnl_mirred_set_action(action, TCA_EGRESS_REDIR);
        rtnl_mirred_set_policy(action, TC_ACT_STOLEN);
        rtnl_mirred_set_ifindex(action, LOOPBACK_INDEX);
        good = rtnl_tc_set_kind(TC_CAST(filter), "u32") == 0 &&
               rtnl_u32_add_key_uint16(filter, (uint16_t)(last[0] << 8 | last[1]), 0xffff, -4, 0) ==
                   0 &&
               rtnl_u32_add_action(filter, action) == 0 && rtnl_u32_set_cls_terminal(filter) == 0 &&
               rtnl_cls_add(hold->route, filter, NLM_F_CREATE | NLM_F_EXCL) == 0;
    }
    rtnl_act_put(action);
    rtnl_cls_put(filter);
    errno = EOPNOTSUPP;
    return good;
}

/* Turns packets aside, or no longer. */
static bool divert(struct hold *hold, bool on)
{
    if (!on)
        return set_ingress(hold, false);
    /* One that is there already has its filter. */
    return set_ingress(hold, false) && set_ingress(hold, true) && add_filter(hold);
}

/* Sends on what was captured so far, from an address that the filter lets pass. */
static bool let_go(struct hold *hold)
{
    struct virtio_net_hdr *offload = (struct virtio_net_hdr *)hold->packet;
    struct ethhdr *frame = (struct ethhdr *)(offload + 1);
    struct sockaddr_ll from = {.sll_family = AF_PACKET};
    socklen_t length = sizeof from;
    ssize_t size;
    while ((size = recvfrom(hold->capture, hold->packet, sizeof hold->packet, 0,
                            (struct sockaddr *)&from, &length)) > 0) {
        bool held = from.sll_pkttype != PACKET_OUTGOING &&
                    memcmp(frame->h_source, hold->hardware, ETH_ALEN) == 0;
        frame->h_source[ETH_ALEN - 1] = 0xff;
        if (held && send(hold->inject, hold->packet, (size_t)size, 0) != size)
            return false;
        length = sizeof from;
    }
    return size < 0 && errno == EAGAIN;
}

static bool deliver(struct hold *hold)
{
    if (hold->capture < 0)
        return divert(hold, false);
    if (hold->inject < 0)
        hold->inject = frame_socket(hold->netns[SIDE_IUT], hold->ifindex[SIDE_IUT]);
    /* Twice: what still came to be held while the first part went out. */
    bool good = hold->inject >= 0 && let_go(hold) && divert(hold, false) && let_go(hold);
    close(hold->capture);
    hold->capture = -1;
    return good;
}

bool hold_set(struct hold *hold, enum delivery delivery)
{
    switch (delivery) {
    case NET_DELIVER:
        return deliver(hold);
    case NET_HOLD:
        if (hold->capture < 0)
            hold->capture = frame_socket(hold->netns[SIDE_PEER], LOOPBACK_INDEX);
        return hold->capture >= 0 && divert(hold, true);
    case NET_LOSE:
        if (hold->capture >= 0)
            close(hold->capture);
        hold->capture = -1;
        return divert(hold, true);
    default:
        errno = EOPNOTSUPP;
        return false;
    }
}

void hold_close(struct hold *hold)
{
    if (hold->capture >= 0)
        close(hold->capture);
    if (hold->inject >= 0)
        close(hold->inject);
    nl_socket_free(hold->route);
    free(hold);
}
