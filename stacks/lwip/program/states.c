#include "stacks/lwip/program/program.h"

#include "calls/address.h"

#include <errno.h>
#include <string.h>

#define tcp_state lwip_tcp_state /* both have such an enum */
#include <lwip/priv/tcp_priv.h>
#include <lwip/sockets.h>
#include <lwip/tcpip.h>
#undef tcp_state

/* An end of a connection as an IPv6 name without a scope, IPv4 ones mapped, to compare it. */
static struct address end_of(const ip_addr_t *ip, u16_t port)
{
    struct address end = {.length = sizeof end.in6};
    if (IP_IS_V4(ip)) {
        end.in = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
        inet_addr_from_ip4addr(&end.in.sin_addr, ip_2_ip4(ip));
        return address_mapped(end);
    }
    end.in6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(port)};
    memcpy(&end.in6.sin6_addr, ip_2_ip6(ip)->addr, sizeof end.in6.sin6_addr);
    return end;
}

static bool read_end(const struct block *block, struct address *end)
{
    *end = (struct address){.length = block->length};
    if (!block->bytes || block->length > sizeof end->storage)
        return false;
    memcpy(&end->storage, block->bytes, block->length);
    *end = address_with_scope(address_mapped(*end), 0);
    return true;
}

static const struct tcp_pcb *find(const struct tcp_pcb *list, const struct address end[2])
{
    for (; list; list = list->next) {
        struct address local = end_of(&list->local_ip, list->local_port);
        struct address remote = end_of(&list->remote_ip, list->remote_port);
        if (address_equal(&local, &end[0]) && address_equal(&remote, &end[1]))
            return list;
    }
    return NULL;
}

int state_of(const struct call *call)
{
    static const enum tcp_state states[] = {[CLOSED] = STATE_CLOSE,
                                            [LISTEN] = STATE_LISTEN,
                                            [SYN_SENT] = STATE_SYN_SENT,
                                            [SYN_RCVD] = STATE_SYN_RECV,
                                            [ESTABLISHED] = STATE_ESTABLISHED,
                                            [FIN_WAIT_1] = STATE_FIN_WAIT_1,
                                            [FIN_WAIT_2] = STATE_FIN_WAIT_2,
                                            [CLOSE_WAIT] = STATE_CLOSE_WAIT,
                                            [CLOSING] = STATE_CLOSING,
                                            [LAST_ACK] = STATE_LAST_ACK,
                                            [TIME_WAIT] = STATE_TIME_WAIT};
    struct address end[2];
    int state = STATE_NONE;
    if (!read_end(&call->block[0], &end[0]) || !read_end(&call->block[1], &end[1])) {
        errno = EINVAL;
        return -1;
    }
    LOCK_TCPIP_CORE();
    const struct tcp_pcb *pcb = find(tcp_active_pcbs, end);
    if (!pcb)
        pcb = find(tcp_tw_pcbs, end);
    if (pcb)
        state = (int)states[pcb->state];
    UNLOCK_TCPIP_CORE();
    return state;
}
