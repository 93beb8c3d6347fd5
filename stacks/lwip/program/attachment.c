#include "stacks/lwip/program/program.h"

#include "stacks/lwip/program/frames.h"

#include <errno.h>
#include <lwip/etharp.h>
#include <lwip/ethip6.h>
#include <lwip/ip.h>
#include <lwip/priv/nd6_priv.h>
#include <lwip/prot/iana.h>
#include <lwip/tcpip.h>
#include <netif/ethernet.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* lwIP's interfaces have the indices of the machine's. They have one IPv4 address each: a further
 * one is that of an interface of its own, which nothing is routed to but what is sent to itself. */
enum { FURTHER = 4, LOOPBACK_INDEX = 1 };
static struct netif loopback, ethernet, further[FURTHER];
static size_t further_count;

static const char *machine_name = ""; /* the machine's, for the Ethernet interface */
static unsigned machine_index;

__attribute__((noreturn)) static void give_up(const char *what)
{
    fprintf(stderr, "sockspec-agent: %s: %s\n", what, strerror(errno));
    _exit(3);
}

void attachment_take_in(void)
{
    LOCK_TCPIP_CORE();
    frames_receive(&ethernet);
    for (struct netif *netif = netif_list; netif; netif = netif->next)
        netif_poll(netif);
    UNLOCK_TCPIP_CORE();
}

static void *watch(void *argument)
{
    for (;;) {
        frames_await();
        attachment_take_in();
    }
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
    memcpy(netif->name, "en", 2);
    netif->num = (u8_t)(machine_index - 1);
    netif->hwaddr_len = ETH_HWADDR_LEN;
    netif->mtu = 1500;
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHERNET | NETIF_FLAG_ETHARP |
                   NETIF_FLAG_IGMP | NETIF_FLAG_MLD6;
    netif->output = etharp_output;
    netif->output_ip6 = ethip6_output;
    netif->linkoutput = frames_send;
    return ERR_OK;
}

static void set_up(struct netif *netif)
{
    netif_set_link_up(netif);
    netif_set_up(netif);
    netif->rs_count = 0; /* no router is asked for */
}

unsigned attachment_index(const char *name)
{
    if (strcmp(name, machine_name) == 0)
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
             .arp = {.hwtype = PP_HTONS(LWIP_IANA_HWTYPE_ETHERNET),
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

/* ---- starting ---- */

static void started(void *semaphore)
{
    sys_sem_signal(semaphore);
}

/* lwIP takes its first ports from rand(), which is left as it is, so that every run is the same:
 * one start in 16384 would take the last port of the range, after which lwIP's next one is 0. */
static void start_lwip(void)
{
    sys_sem_t ready;
    if (sys_sem_new(&ready, 0) != ERR_OK)
        give_up("no semaphore");
    tcpip_init(started, &ready);
    sys_arch_sem_wait(&ready, 0);
    sys_sem_free(&ready);
}

static void add_ethernet(const char *interface)
{
    machine_name = interface;
    machine_index = frames_open(interface, ethernet.hwaddr);
    if (machine_index == 0 || machine_index > UINT8_MAX)
        give_up(interface);
    set_up(netif_add_noaddr(&ethernet, NULL, make_ethernet, ethernet_input));
}

void attachment_start(int count, char **words)
{
    bool wired = count > 0 && strcmp(words[0], "lo") != 0;
    pthread_t watcher;
    start_lwip();
    LOCK_TCPIP_CORE();
    netif_add_noaddr(&loopback, NULL, make_loopback, ip_input);
    configure(&loopback, "+127.0.0.1");
    configure(&loopback, "+::1");
    set_up(&loopback);
    if (wired)
        add_ethernet(words[0]);
    for (int i = 1; i < count; i++)
        configure(wired ? &ethernet : &loopback, words[i]);
    UNLOCK_TCPIP_CORE();
    if (wired && pthread_create(&watcher, NULL, watch, NULL) != 0)
        give_up("no thread");
}
