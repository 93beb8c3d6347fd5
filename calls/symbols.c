#include "calls/symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#ifdef __linux__
#include <sys/epoll.h>
#else
#define EPOLL_CTL_ADD ABSENT
#define EPOLL_CTL_MOD ABSENT
#define EPOLL_CTL_DEL ABSENT
#endif

/* The value of a constant that this platform does not have. */
#define ABSENT LONG_MIN

/* What not every platform has. */
#ifndef constant
#define constant ABSENT
#endif
#ifndef IPV6_V6ONLY
#define IPV6_V6ONLY ABSENT
#endif
#ifndef IPV6_JOIN_GROUP
#define IPV6_JOIN_GROUP ABSENT
#endif
#ifndef IPV6_LEAVE_GROUP
#define IPV6_LEAVE_GROUP ABSENT
#endif
#ifndef SO_REUSEPORT
#define SO_REUSEPORT ABSENT
#endif
#ifndef SO_PROTOCOL
#define SO_PROTOCOL ABSENT
#endif
#ifndef SO_DOMAIN
#define SO_DOMAIN ABSENT
#endif
#ifndef SO_BINDTODEVICE
#define SO_BINDTODEVICE ABSENT
#endif
#ifndef TCP_MAXSEG
#define TCP_MAXSEG ABSENT
#endif
#ifndef TCP_INFO
#define TCP_INFO ABSENT
#endif
#ifndef TCP_SYNCNT
#define TCP_SYNCNT ABSENT
#endif
#ifndef TCP_USER_TIMEOUT
#define TCP_USER_TIMEOUT ABSENT
#endif
#ifndef TCP_LINGER2
#define TCP_LINGER2 ABSENT
#endif
#ifndef TCP_KEEPIDLE
#define TCP_KEEPIDLE ABSENT
#endif
#ifndef TCP_CORK
#define TCP_CORK ABSENT
#endif
#ifndef IP_TOS
#define IP_TOS ABSENT
#endif
#ifndef IP_TTL
#define IP_TTL ABSENT
#endif
#ifndef IP_RECVERR
#define IP_RECVERR ABSENT
#endif
#ifndef IP_PKTINFO
#define IP_PKTINFO ABSENT
#endif
#ifndef IP_MULTICAST_TTL
#define IP_MULTICAST_TTL ABSENT
#endif
#ifndef IPV6_RECVERR
#define IPV6_RECVERR ABSENT
#endif
#ifndef IPV6_TCLASS
#define IPV6_TCLASS ABSENT
#endif
#ifndef MSG_DONTWAIT
#define MSG_DONTWAIT ABSENT
#endif
#ifndef MSG_CONFIRM
#define MSG_CONFIRM ABSENT
#endif
#ifndef MSG_ERRQUEUE
#define MSG_ERRQUEUE ABSENT
#endif
#ifndef MSG_MORE
#define MSG_MORE ABSENT
#endif
#ifndef SOCK_NONBLOCK
#define SOCK_NONBLOCK ABSENT
#endif
#ifndef SOCK_CLOEXEC
#define SOCK_CLOEXEC ABSENT
#endif
#ifndef O_ASYNC
#define O_ASYNC ABSENT
#endif
#ifndef POLLRDHUP
#define POLLRDHUP ABSENT
#endif
#ifndef SIGIO
#define SIGIO ABSENT
#endif
#ifndef ESOCKTNOSUPPORT
#define ESOCKTNOSUPPORT ABSENT
#endif
#ifndef EPFNOSUPPORT
#define EPFNOSUPPORT ABSENT
#endif
#ifndef ESHUTDOWN
#define ESHUTDOWN ABSENT
#endif
#ifndef EHOSTDOWN
#define EHOSTDOWN ABSENT
#endif

struct symbol {
    const char *name;
    long value;
};

#define S(constant)                                                                                \
    {                                                                                              \
#constant, constant                                                                        \
    }

static const struct symbol families[] = {S(AF_UNSPEC), S(AF_UNIX), S(AF_INET), S(AF_INET6), {0}};
static const struct symbol types[] = {
    S(SOCK_STREAM), S(SOCK_DGRAM), S(SOCK_RAW), S(SOCK_SEQPACKET), {0}};
static const struct symbol protocols[] = {
    S(IPPROTO_IP),   S(IPPROTO_ICMP),   S(IPPROTO_TCP), S(IPPROTO_UDP),
    S(IPPROTO_IPV6), S(IPPROTO_ICMPV6), S(IPPROTO_RAW), {0}};
static const struct symbol hows[] = {S(SHUT_RD), S(SHUT_WR), S(SHUT_RDWR), {0}};
static const struct symbol levels[] = {
    S(SOL_SOCKET), S(IPPROTO_TCP), S(IPPROTO_IP), S(IPPROTO_IPV6), {0}};
static const struct symbol socket_options[] = {S(SO_DEBUG),     S(SO_ACCEPTCONN),
                                               S(SO_BROADCAST), S(SO_REUSEADDR),
                                               S(SO_KEEPALIVE), S(SO_LINGER),
                                               S(SO_OOBINLINE), S(SO_SNDBUF),
                                               S(SO_RCVBUF),    S(SO_ERROR),
                                               S(SO_TYPE),      S(SO_DONTROUTE),
                                               S(SO_SNDLOWAT),  S(SO_RCVLOWAT),
                                               S(SO_SNDTIMEO),  S(SO_RCVTIMEO),
                                               S(SO_REUSEPORT), S(SO_PROTOCOL),
                                               S(SO_DOMAIN),    S(SO_BINDTODEVICE),
                                               S(SOMAXCONN),    {0}};
static const struct symbol tcp_options[] = {S(TCP_NODELAY),  S(TCP_MAXSEG),       S(TCP_INFO),
                                            S(TCP_SYNCNT),   S(TCP_USER_TIMEOUT), S(TCP_LINGER2),
                                            S(TCP_KEEPIDLE), S(TCP_CORK),         {0}};
static const struct symbol ip_options[] = {S(IP_TOS),     S(IP_TTL),           S(IP_RECVERR),
                                           S(IP_PKTINFO), S(IP_MULTICAST_TTL), {0}};
static const struct symbol ipv6_options[] = {
    S(IPV6_V6ONLY),     S(IPV6_UNICAST_HOPS),       S(IPV6_MULTICAST_IF),   S(IPV6_MULTICAST_HOPS),
    S(IPV6_JOIN_GROUP), S(IPV6_LEAVE_GROUP),        S(IPV6_MULTICAST_LOOP), S(IPV6_RECVERR),
    S(IPV6_TCLASS),     {"IPV6_FLOWINFO_SEND", 33}, {"IPV6_FLOWINFO", 11},  {0}};
static const struct symbol message_flags[] = {
    S(MSG_OOB), S(MSG_PEEK),    S(MSG_DONTROUTE), S(MSG_CTRUNC),   S(MSG_TRUNC),    S(MSG_DONTWAIT),
    S(MSG_EOR), S(MSG_WAITALL), S(MSG_CONFIRM),   S(MSG_ERRQUEUE), S(MSG_NOSIGNAL), S(MSG_MORE),
    {0}};
static const struct symbol socket_flags[] = {S(SOCK_NONBLOCK), S(SOCK_CLOEXEC), {0}};
static const struct symbol fcntl_commands[] = {S(F_GETFD),  S(F_SETFD),  S(F_GETFL), S(F_SETFL),
                                               S(F_GETOWN), S(F_SETOWN), {0}};
static const struct symbol file_flags[] = {S(O_NONBLOCK), S(O_ASYNC), {0}};
static const struct symbol epoll_operations[] = {
    S(EPOLL_CTL_ADD), S(EPOLL_CTL_MOD), S(EPOLL_CTL_DEL), {0}};
static const struct symbol events[] = {S(POLLIN),  S(POLLPRI),  S(POLLOUT),   S(POLLERR),
                                       S(POLLHUP), S(POLLNVAL), S(POLLRDHUP), {0}};
static const struct symbol signals[] = {S(SIGPIPE), S(SIGURG), S(SIGIO), S(SIGUSR1), {0}};
static const struct symbol errors[] = {S(EPERM),
                                       S(ENOENT),
                                       S(ESRCH),
                                       S(EINTR),
                                       S(EIO),
                                       S(ENXIO),
                                       S(EBADF),
                                       S(ECHILD),
                                       S(EAGAIN),
                                       S(EWOULDBLOCK),
                                       S(ENOMEM),
                                       S(EACCES),
                                       S(EFAULT),
                                       S(EBUSY),
                                       S(EEXIST),
                                       S(ENODEV),
                                       S(ENOTDIR),
                                       S(EISDIR),
                                       S(EINVAL),
                                       S(ENFILE),
                                       S(EMFILE),
                                       S(ENOTTY),
                                       S(ENOSPC),
                                       S(ESPIPE),
                                       S(EPIPE),
                                       S(EDOM),
                                       S(ERANGE),
                                       S(ENAMETOOLONG),
                                       S(ENOSYS),
                                       S(ELOOP),
                                       S(EPROTO),
                                       S(EBADMSG),
                                       S(EOVERFLOW),
                                       S(ENOTSOCK),
                                       S(EDESTADDRREQ),
                                       S(EMSGSIZE),
                                       S(EPROTOTYPE),
                                       S(ENOPROTOOPT),
                                       S(EPROTONOSUPPORT),
                                       S(ESOCKTNOSUPPORT),
                                       S(EOPNOTSUPP),
                                       S(EPFNOSUPPORT),
                                       S(EAFNOSUPPORT),
                                       S(EADDRINUSE),
                                       S(EADDRNOTAVAIL),
                                       S(ENETDOWN),
                                       S(ENETUNREACH),
                                       S(ENETRESET),
                                       S(ECONNABORTED),
                                       S(ECONNRESET),
                                       S(ENOBUFS),
                                       S(EISCONN),
                                       S(ENOTCONN),
                                       S(ESHUTDOWN),
                                       S(ETIMEDOUT),
                                       S(ECONNREFUSED),
                                       S(EHOSTDOWN),
                                       S(EHOSTUNREACH),
                                       S(EALREADY),
                                       S(EINPROGRESS),
                                       S(ECANCELED),
                                       {0}};
static const struct symbol sizes[] = {
    {"sizeof(struct sockaddr_in)", sizeof(struct sockaddr_in)},
    {"sizeof(struct sockaddr_in6)", sizeof(struct sockaddr_in6)},
    {"sizeof(struct sockaddr_storage)", sizeof(struct sockaddr_storage)},
    {"sizeof(sa_family_t)", sizeof(sa_family_t)},
    {"sizeof(socklen_t)", sizeof(socklen_t)},
    {0}};

static const struct symbol *const groups[SYMBOL_GROUPS] = {
    [SYMBOLS_FAMILY] = families,
    [SYMBOLS_TYPE] = types,
    [SYMBOLS_PROTOCOL] = protocols,
    [SYMBOLS_HOW] = hows,
    [SYMBOLS_LEVEL] = levels,
    [SYMBOLS_SOL_SOCKET] = socket_options,
    [SYMBOLS_IPPROTO_TCP] = tcp_options,
    [SYMBOLS_IPPROTO_IP] = ip_options,
    [SYMBOLS_IPPROTO_IPV6] = ipv6_options,
    [SYMBOLS_MESSAGE_FLAG] = message_flags,
    [SYMBOLS_SOCKET_FLAG] = socket_flags,
    [SYMBOLS_FCNTL] = fcntl_commands,
    [SYMBOLS_FILE_FLAG] = file_flags,
    [SYMBOLS_EPOLL_OPERATION] = epoll_operations,
    [SYMBOLS_EVENT] = events,
    [SYMBOLS_SIGNAL] = signals,
    [SYMBOLS_ERROR] = errors,
    [SYMBOLS_SIZE] = sizes,
};

const char *symbol_name(enum symbol_group group, long value)
{
    for (const struct symbol *s = groups[group]; s->name; s++)
        if (s->value == value && value != ABSENT)
            return s->name;
    return NULL;
}

unsigned symbol_code(enum symbol_group group, long value)
{
    for (const struct symbol *s = groups[group]; s->name; s++)
        if (s->value == value && value != ABSENT)
            return (unsigned)(s - groups[group]) + 1;
    return 0;
}

bool symbol_decode(enum symbol_group group, unsigned code, long *value)
{
    const struct symbol *s = groups[group];
    while (code > 1 && s->name)
        s++, code--;
    if (code != 1 || !s->name || s->value == ABSENT)
        return false;
    *value = s->value;
    return true;
}

bool symbol_value(const char *name, long *value)
{
    for (size_t g = 0; g < SYMBOL_GROUPS; g++)
        for (const struct symbol *s = groups[g]; s->name; s++)
            if (strcmp(s->name, name) == 0) {
                *value = s->value;
                return s->value != ABSENT;
            }
    return false;
}

const char *error_name(int error)
{
    static _Thread_local char unnamed[24];
    if (error == 0)
        return "0";
    const char *name = error == NO_ERRNO ? "no errno" : symbol_name(SYMBOLS_ERROR, error);
    if (name)
        return name;
    snprintf(unnamed, sizeof unnamed, "errno %d", error);
    return unnamed;
}

size_t format_flags(enum symbol_group group, long flags, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (const struct symbol *s = groups[group]; s->name && used < size; s++)
        if (s->value > 0 && (flags & s->value) == s->value) {
            used += (size_t)snprintf(text + used, size - used, "%s%s", used ? "|" : "", s->name);
            flags &= ~s->value;
        }
    if ((flags || used == 0) && used < size)
        used += (size_t)snprintf(text + used, size - used, flags ? "%s0x%lx" : "%s0",
                                 used ? "|" : "", flags);
    return used < size ? used : size - 1;
}

const char *tcp_state_name(int state)
{
    static const char *const names[TCP_STATES] = {
        [STATE_NONE] = "CLOSED",           [STATE_ESTABLISHED] = "ESTABLISHED",
        [STATE_SYN_SENT] = "SYN_SENT",     [STATE_SYN_RECV] = "SYN_RECV",
        [STATE_FIN_WAIT_1] = "FIN_WAIT_1", [STATE_FIN_WAIT_2] = "FIN_WAIT_2",
        [STATE_TIME_WAIT] = "TIME_WAIT",   [STATE_CLOSE] = "CLOSED",
        [STATE_CLOSE_WAIT] = "CLOSE_WAIT", [STATE_LAST_ACK] = "LAST_ACK",
        [STATE_LISTEN] = "LISTEN",         [STATE_CLOSING] = "CLOSING",
    };
    return state >= 0 && state < TCP_STATES ? names[state] : "an unknown state";
}
