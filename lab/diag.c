#include "lab/diag.h"

#include "calls/symbols.h"
#include "lab/namespace.h"
#include "lab/netlink.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netlink/msg.h>
#include <netlink/socket.h>
#include <stdlib.h>
#include <string.h>

struct diag {
    struct nl_sock *socket;
};

/* The states of a connection. Without listening and bound sockets, for which the kernel would walk
 * tables that all namespaces share; those end with the process that holds them. */
#define CONNECTION_STATES (0x1fffu & ~(1u << STATE_LISTEN | 1u << STATE_CLOSE | 1u << STATE_NONE))

/* Called for each socket of a dump. */
typedef void visit(const struct inet_diag_msg *socket, void *context);

struct dump {
    visit *visit;
    void *context;
};

struct diag *diag_open(int netns)
{
    struct diag *diag = calloc(1, sizeof *diag);
    if (diag) {
        namespace_enter(netns);
        diag->socket = netlink_open(NETLINK_SOCK_DIAG);
        if (diag->socket)
            return diag;
    }
    free(diag);
    errno = EPROTONOSUPPORT;
    return NULL;
}

void diag_close(struct diag *diag)
{
    nl_socket_free(diag->socket);
    free(diag);
}

static void take(const struct nlmsghdr *header, void *context)
{
    const struct dump *dump = context;
    if (nlmsg_datalen(header) >= (int)sizeof(struct inet_diag_msg))
        dump->visit(nlmsg_data(header), dump->context);
}

static int walk(struct diag *diag, int family, int protocol, visit *each, void *context)
{
    unsigned states = protocol == IPPROTO_TCP ? CONNECTION_STATES : ~0u;
    struct inet_diag_req_v2 request = {.sdiag_family = (uint8_t)family,
                                       .sdiag_protocol = (uint8_t)protocol,
                                       .idiag_states = states};
    struct dump dump = {each, context};
    return netlink_ask(diag->socket, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &request, sizeof request,
                       take, &dump);
}

struct search {
    struct address end[2];
    int state;
};

/* An end of a socket, IPv4 ones in their IPv6-mapped form and without scopes, to compare them. */
static struct address normal(int family, const uint32_t *bytes, uint16_t port)
{
    struct address address = {.length = sizeof address.in6};
    if (family == AF_INET) {
        address.in = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = port};
        memcpy(&address.in.sin_addr, bytes, 4);
        return address_mapped(address);
    }
    address.in6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = port};
    memcpy(&address.in6.sin6_addr, bytes, 16);
    return address;
}

static void compare(const struct inet_diag_msg *socket, void *context)
{
    struct search *search = context;
    struct address local =
        normal(socket->idiag_family, socket->id.idiag_src, socket->id.idiag_sport);
    struct address remote =
        normal(socket->idiag_family, socket->id.idiag_dst, socket->id.idiag_dport);
    if (address_equal(&local, &search->end[0]) && address_equal(&remote, &search->end[1]))
        search->state = socket->idiag_state == 12 ? STATE_SYN_RECV : socket->idiag_state;
}

int diag_state(struct diag *diag, const struct address *local, const struct address *remote)
{
    const struct address *given[2] = {local, remote};
    struct search search = {.state = STATE_NONE};
    bool mapped = true;
    for (size_t i = 0; i < 2; i++) {
        struct address a = address_with_scope(address_mapped(*given[i]), 0);
        search.end[i] =
            normal(AF_INET6, (const uint32_t *)(void *)&a.in6.sin6_addr, a.in6.sin6_port);
        mapped = mapped && IN6_IS_ADDR_V4MAPPED(&a.in6.sin6_addr);
    }
    int error = walk(diag, AF_INET6, IPPROTO_TCP, compare, &search);
    if (!error && mapped && search.state == STATE_NONE)
        error = walk(diag, AF_INET, IPPROTO_TCP, compare, &search);
    if (error) {
        errno = error;
        return -1;
    }
    return search.state;
}

struct census {
    int count;
    struct inet_diag_req_v2 found[64]; /* of the first ones, to remove them */
};

static void collect(const struct inet_diag_msg *socket, void *context)
{
    struct census *census = context;
    if (census->count < 64) {
        struct inet_diag_req_v2 *one = &census->found[census->count];
        *one = (struct inet_diag_req_v2){
            .sdiag_family = socket->idiag_family, .idiag_states = 0xffffffff, .id = socket->id};
    }
    census->count++;
}

int diag_clear(struct diag *diag)
{
    static const int protocols[] = {IPPROTO_TCP, IPPROTO_UDP};
    static const int families[] = {AF_INET, AF_INET6};
    enum { ROUNDS = 4 };
    int left = 0;
    for (int round = 0; round < ROUNDS; round++) {
        left = 0;
        for (size_t p = 0; p < 2; p++)
            for (size_t f = 0; f < 2; f++) {
                struct census census = {0};
                int error = walk(diag, families[f], protocols[p], collect, &census);
                if (error) {
                    errno = error;
                    return -1;
                }
                for (int i = 0; i < census.count && i < 64; i++) {
                    census.found[i].sdiag_protocol = (uint8_t)protocols[p];
                    /* One that went away by itself, or cannot be removed, shows in the count. */
                    netlink_ask(diag->socket, SOCK_DESTROY, NLM_F_ACK, &census.found[i],
                                sizeof census.found[i], NULL, NULL);
                }
                left += census.count;
            }
        if (left == 0)
            return 0;
    }
    return left;
}
