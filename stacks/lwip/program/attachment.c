#include "stacks/lwip/program/program.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <lwip/etharp.h>
#include <lwip/ethip6.h>
#include <lwip/inet_chksum.h>
#include <lwip/ip.h>
#include <lwip/netif.h>
#include <lwip/priv/nd6_priv.h>
#include <lwip/prot/etharp.h>
#include <lwip/sockets.h>
#include <lwip/tcpip.h>
#include <net/if.h>
#include <netif/ethernet.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* lwIP's interfaces have the indices of the machine's. They have one IPv4 address each: a further
 * one is that of an interface of its own, which nothing is routed to but what is sent to itself. */
enum { FURTHER = 4, LOOPBACK_INDEX = 1 };
static struct netif loopback, ethernet, further[FURTHER];
static size_t further_count;

static unsigned ethernet_index;
static char ethernet_name[IF_NAMESIZE];

/* What is under way between the machine and lwIP, guarded by lwIP's lock. A frame has before it
 * what its sender has left for the hardware to do. */
static int packets = -1;
static struct {
    struct virtio_net_hdr offload;
    unsigned char bytes[UINT16_MAX];
} __attribute__((packed)) frame;

__attribute__((noreturn)) static void give_up(const char *what)
{
    fprintf(stderr, "sockspec-agent: %s: %s\n", what, strerror(errno));
    exit(3);
}

/* ---- frames ---- */

static err_t send_frame(struct netif *netif, struct pbuf *packet)
{
    (void)netif;
    frame.offload = (struct virtio_net_hdr){0};
    pbuf_copy_partial(packet, frame.bytes, packet->tot_len, 0);
    size_t size = sizeof frame.offload + packet->tot_len;
    return write(packets, &frame, size) == (ssize_t)size ? ERR_OK : ERR_IF;
}

/* The sender has summed up the pseudo header only. */
static void finish_checksum(size_t size)
{
    size_t start = frame.offload.csum_start, at = start + frame.offload.csum_offset;
    if (!(frame.offload.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) || at + 2 > size)
        return;
    u16_t sum = inet_chksum(frame.bytes + start, (u16_t)(size - start));
    memcpy(frame.bytes + at, &sum, sizeof sum);
}

static void receive_frames(void)
{
    ssize_t size;
    while (packets >= 0 && (size = recv(packets, &frame, sizeof frame, MSG_DONTWAIT)) > 0) {
        if ((size_t)size <= sizeof frame.offload)
            continue;
        size_t length = (size_t)size - sizeof frame.offload;
        finish_checksum(length);
        struct pbuf *packet = pbuf_alloc(PBUF_RAW, (u16_t)length, PBUF_RAM);
        if (packet && (pbuf_take(packet, frame.bytes, (u16_t)length) != ERR_OK ||
                       ethernet.input(packet, &ethernet) != ERR_OK))
            pbuf_free(packet);
    }
}

void attachment_take_in(void)
{
    struct netif *netif;
    LOCK_TCPIP_CORE();
    receive_frames();
    NETIF_FOREACH(netif)
    netif_poll(netif);
    UNLOCK_TCPIP_CORE();
}

static void *watch(void *argument)
{
    struct pollfd arrival = {.fd = packets, .events = POLLIN};
    for (;;)
        if (poll(&arrival, 1, -1) > 0)
            attachment_take_in();
    return argument;
}

/* ---- interfaces ---- */

static err_t return_ipv4(struct netif *netif, struct pbuf *packet, const ip4_addr_t *to)
{
    (void)to;
    return netif_loop_output(netif, packet);
}

static err_t return_ipv6(struct netif *netif, struct pbuf *packet, const ip6_addr_t *to)
{
    (void)to;
    return netif_loop_output(netif, packet);
}

static err_t make_loopback(struct netif *netif)
{
    memcpy(netif->name, "lo", 2);
    netif->output = return_ipv4;
    netif->output_ip6 = return_ipv6;
    if (netif == &loopback)
        netif->num = LOOPBACK_INDEX - 1;
    return ERR_OK;
}

static err_t make_ethernet(struct netif *netif)
{
    struct ifreq request = {0};
    memcpy(request.ifr_name, ethernet_name, sizeof request.ifr_name);
    if (ioctl(packets, SIOCGIFHWADDR, &request) != 0)
        give_up("no link-layer address");
    memcpy(netif->hwaddr, request.ifr_hwaddr.sa_data, ETH_HWADDR_LEN);
    netif->hwaddr_len = ETH_HWADDR_LEN;
    memcpy(netif->name, ethernet_name, sizeof netif->name);
    netif->num = (u8_t)(ethernet_index - 1);
    netif->mtu = 1500;
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHERNET | NETIF_FLAG_ETHARP;
    netif->output = etharp_output;
    netif->output_ip6 = ethip6_output;
    netif->linkoutput = send_frame;
    return ERR_OK;
}

static void set_up(struct netif *netif)
{
    netif_set_link_up(netif);
    netif_set_up(netif);
    netif->rs_count = 0; /* no router is asked for */
}

static void open_packets(const char *interface)
{
    int on = 1, room = 4 << 20;
    struct sockaddr_ll name = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
    ethernet_index = if_nametoindex(interface);
    snprintf(ethernet_name, sizeof ethernet_name, "%s", interface);
    name.sll_ifindex = (int)ethernet_index;
    packets = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (packets < 0 || !ethernet_index ||
        setsockopt(packets, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on) != 0 ||
        setsockopt(packets, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) != 0 ||
        setsockopt(packets, SOL_SOCKET, SO_RCVBUF, &room, sizeof room) != 0 ||
        bind(packets, (struct sockaddr *)&name, sizeof name) != 0)
        give_up(interface);
}

unsigned attachment_index(const char *name)
{
    if (strcmp(name, ethernet_name) == 0)
        return netif_get_index(&ethernet);
    return strcmp(name, "lo") == 0 ? netif_get_index(&loopback) : 0;
}

/* ---- addresses ---- */

static void add_ipv4(struct netif *netif, const ip4_addr_t *address)
{
    ip4_addr_t mask;
    /* As in lwIP's own loopback interface, which is its gateway: 0.0.0.0 would be on its way. */
    const ip4_addr_t *gateway = netif == &ethernet ? NULL : address;
    if (ip4_addr_isany_val(*netif_ip4_addr(netif))) {
        IP4_ADDR(&mask, 255, gateway ? 0 : 255, gateway ? 0 : 255, 0);
        netif_set_addr(netif, address, &mask, gateway);
        return;
    }
    if (further_count == FURTHER)
        give_up("too many IPv4 addresses");
    netif = &further[further_count++];
    IP4_ADDR(&mask, 255, 255, 255, 255);
    set_up(netif_add(netif, address, &mask, address, NULL, make_loopback, ip_input));
}

/* The first of an interface is for its link-local address. */
static void add_ipv6(struct netif *netif, const ip6_addr_t *address, bool deprecated)
{
    s8_t slot = ip6_addr_islinklocal(address) ? 0 : 1;
    while (netif_ip6_addr_state(netif, slot) != IP6_ADDR_INVALID)
        if (++slot == LWIP_IPV6_NUM_ADDRESSES)
            give_up("too many IPv6 addresses");
    netif_ip6_addr_set(netif, slot, address);
    netif_ip6_addr_set_state(netif, slot, deprecated ? IP6_ADDR_DEPRECATED : IP6_ADDR_PREFERRED);
}

/* Neighbours are known for good, so that nothing but what cases send is on the wire. lwIP learns
 * one of IPv4 from an ARP message, and shows its table of those of IPv6. */
static void know_ipv4(const ip4_addr_t *address, const struct eth_addr *hardware)
{
    struct {
        struct eth_hdr ethernet;
        struct etharp_hdr arp;
    } __attribute__((packed))
    reply = {.ethernet = {.src = *hardware, .type = PP_HTONS(ETHTYPE_ARP)},
             .arp = {.hwtype = PP_HTONS(1),
                     .proto = PP_HTONS(ETHTYPE_IP),
                     .hwlen = ETH_HWADDR_LEN,
                     .protolen = sizeof *address,
                     .opcode = PP_HTONS(ARP_REPLY),
                     .shwaddr = *hardware}};
    memcpy(&reply.ethernet.dest, ethernet.hwaddr, ETH_HWADDR_LEN);
    memcpy(&reply.arp.dhwaddr, ethernet.hwaddr, ETH_HWADDR_LEN);
    memcpy(&reply.arp.sipaddr, address, sizeof *address);
    memcpy(&reply.arp.dipaddr, netif_ip4_addr(&ethernet), sizeof *address);
    struct pbuf *packet = pbuf_alloc(PBUF_RAW, sizeof reply, PBUF_RAM);
    if (!packet || pbuf_take(packet, &reply, sizeof reply) != ERR_OK ||
        ethernet.input(packet, &ethernet) != ERR_OK)
        give_up("a neighbour");
}

static void know_ipv6(const ip6_addr_t *address, const struct eth_addr *hardware)
{
    struct nd6_neighbor_cache_entry *entry = neighbor_cache;
    reachable_time = UINT32_MAX;
    while (entry->state != ND6_NO_ENTRY)
        if (++entry == neighbor_cache + LWIP_ND6_NUM_NEIGHBORS)
            give_up("too many neighbours");
    entry->next_hop_address = *address;
    ip6_addr_assign_zone(&entry->next_hop_address, IP6_UNICAST, &ethernet);
    entry->netif = &ethernet;
    entry->state = ND6_REACHABLE;
    entry->counter.reachable_time = reachable_time;
    memcpy(entry->lladdr, hardware, ETH_HWADDR_LEN);
}

static void configure(struct netif *netif, const char *word)
{
    static const struct eth_addr peer = {{2, 0, 0, 0, 0, 2}};
    ip_addr_t address;
    if (!ipaddr_aton(word + 1, &address)) {
        errno = EINVAL;
        give_up(word);
    }
    if (*word == '=' && IP_IS_V4(&address))
        know_ipv4(ip_2_ip4(&address), &peer);
    else if (*word == '=')
        know_ipv6(ip_2_ip6(&address), &peer);
    else if (IP_IS_V4(&address))
        add_ipv4(netif, ip_2_ip4(&address));
    else
        add_ipv6(netif, ip_2_ip6(&address), *word == '-');
}

static void start_watching(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, watch, NULL) != 0)
        give_up("no thread");
}

static void started(void *semaphore)
{
    sys_sem_signal(semaphore);
}

void attachment_start(int count, char **words)
{
    struct timespec now;
    sys_sem_t ready;
    clock_gettime(CLOCK_MONOTONIC, &now);
    srand((unsigned)now.tv_nsec); /* lwIP takes its first ports from rand() */
    if (sys_sem_new(&ready, 0) != ERR_OK)
        give_up("no semaphore");
    tcpip_init(started, &ready);
    sys_arch_sem_wait(&ready, 0);
    sys_sem_free(&ready);

    bool wired = count > 0 && strcmp(words[0], "lo") != 0;
    if (wired)
        open_packets(words[0]);
    LOCK_TCPIP_CORE();
    netif_add_noaddr(&loopback, NULL, make_loopback, ip_input);
    configure(&loopback, "+127.0.0.1");
    configure(&loopback, "+::1");
    set_up(&loopback);
    if (wired)
        set_up(netif_add_noaddr(&ethernet, NULL, make_ethernet, ethernet_input));
    for (int i = 1; i < count; i++)
        configure(wired ? &ethernet : &loopback, words[i]);
    UNLOCK_TCPIP_CORE();
    if (wired)
        start_watching();
}
