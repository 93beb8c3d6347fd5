/* What lwIP claims to have. Its sockets.h says so: it lists the options and flags that it knows,
 * and notes which of them are "unimplemented"; opt.h says what a build leaves out. What it does not
 * claim makes a skip, what it claims and gets wrong a failure. */
#include "stacks/lwip/program/program.h"

#include "calls/text.h"

#include <lwip/opt.h>
#include <lwip/sockets.h>

/* The options that sockets.h has and does not call unimplemented. */
static bool has_option(int64_t level, int64_t option)
{
    switch (level) {
    case SOL_SOCKET:
        return option == SO_REUSEADDR || option == SO_KEEPALIVE || option == SO_BROADCAST ||
               option == SO_ACCEPTCONN || option == SO_LINGER || option == SO_RCVBUF ||
               option == SO_SNDTIMEO || option == SO_RCVTIMEO || option == SO_ERROR ||
               option == SO_TYPE || option == SO_BINDTODEVICE;
    case IPPROTO_TCP:
        return option == TCP_NODELAY || option == TCP_KEEPIDLE || option == TCP_KEEPINTVL ||
               option == TCP_KEEPCNT;
    case IPPROTO_IP:
        return option == IP_TOS || option == IP_TTL || option == IP_PKTINFO ||
               option == IP_MULTICAST_TTL || option == IP_MULTICAST_IF ||
               option == IP_MULTICAST_LOOP || option == IP_ADD_MEMBERSHIP ||
               option == IP_DROP_MEMBERSHIP;
    case IPPROTO_IPV6:
        return option == IPV6_V6ONLY || option == IPV6_JOIN_GROUP || option == IPV6_LEAVE_GROUP;
    default:
        return false;
    }
}

/* An option that exists elsewhere; one that exists nowhere is lwIP's to refuse. */
static bool is_option(const struct call *call)
{
    const int64_t *argument = call->argument;
    return symbol_name(SYMBOLS_LEVEL, argument[1]) &&
           symbol_name(symbol_options((int)argument[1]), argument[2]);
}

/* The operations that it has a function for. */
static bool has_operation(enum operation operation)
{
    switch (operation) {
    case OP_SOCKET:
    case OP_BIND:
    case OP_LISTEN:
    case OP_CONNECT:
    case OP_ACCEPT:
    case OP_GETSOCKNAME:
    case OP_GETPEERNAME:
    case OP_SHUTDOWN:
    case OP_CLOSE:
    case OP_SEND:
    case OP_SENDTO:
    case OP_SENDMSG:
    case OP_WRITE:
    case OP_WRITEV:
    case OP_RECV:
    case OP_RECVFROM:
    case OP_RECVMSG:
    case OP_READ:
    case OP_READV:
    case OP_GETSOCKOPT:
    case OP_SETSOCKOPT:
    case OP_FCNTL:
    case OP_POLL:
    case OP_IF_NAMETOINDEX:
    case OP_CONSTANT:
    case OP_TCP_STATE:
        return true;
    case OP_SELECT:
        return LWIP_SOCKET_SELECT;
    default:
        return false;
    }
}

bool claimed(const struct call *call)
{
    if (!has_operation(call->operation))
        return false;
    switch (call->operation) {
    case OP_SOCKET: /* no SOCK_NONBLOCK, no SOCK_CLOEXEC */
        return (call->argument[1] & ~INT64_C(0xf)) == 0;
    case OP_GETSOCKOPT:
    case OP_SETSOCKOPT:
        return !is_option(call) || has_option(call->argument[1], call->argument[2]);
    case OP_SEND:
    case OP_SENDTO:
    case OP_SENDMSG:
    case OP_RECV:
    case OP_RECVFROM:
    case OP_RECVMSG: /* MSG_NOSIGNAL asks for what is so anyway */
        return (call->argument[2] & (MSG_OOB | MSG_WAITALL)) == 0;
    default:
        return true;
    }
}

/* Whether an IPv6 socket takes in what it sends to itself by IPv4. */
static bool has_mapped(void)
{
    struct sockaddr_in6 name = {.sin6_family = AF_INET6}, from;
    socklen_t length = sizeof name, from_length = sizeof from;
    char byte;
    int fd = lwip_socket(AF_INET6, SOCK_DGRAM, 0);
    lwip_inet_pton(AF_INET6, "::ffff:127.0.0.1", &name.sin6_addr);
    bool has = fd >= 0 && lwip_bind(fd, (struct sockaddr *)&name, length) == 0 &&
               lwip_getsockname(fd, (struct sockaddr *)&name, &length) == 0 &&
               lwip_sendto(fd, "x", 1, 0, (struct sockaddr *)&name, length) == 1;
    attachment_take_in();
    has = has &&
          lwip_recvfrom(fd, &byte, 1, MSG_DONTWAIT, (struct sockaddr *)&from, &from_length) == 1 &&
          IN6_IS_ADDR_V4MAPPED(&from.sin6_addr);
    if (fd >= 0)
        lwip_close(fd);
    return has;
}

void claims_lacking(char *names, size_t size)
{
    struct text lacks = text_in(names, size);
    text_add(&lacks, "epoll signals fork exec "); /* in none of its headers */
    for (int i = 0; i < OPERATIONS_COUNT; i++)
        if (!has_operation((enum operation)i))
            text_add(&lacks, "%s ", operation_info((enum operation)i)->name);
    if (!LWIP_IPV6)
        text_add(&lacks, "ipv6 mapped ");
    else if (!has_mapped())
        text_add(&lacks, "mapped ");
}
