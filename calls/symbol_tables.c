/* What this platform's headers define. A constant that every platform has stands as it is; of the
 * others one that is missing has the value SYMBOL_ABSENT. */
#ifdef __APPLE__
#define __APPLE_USE_RFC_3542 1 /* else its headers have other numbers for IPV6_PKTINFO and such */
#endif

#include "calls/symbol_tables.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/types.h>
#ifdef __linux__
#include <sys/epoll.h>

#include "calls/symbols_linux.h"
#else
#include <sys/filio.h>
#include <sys/sockio.h>
#endif

#include "calls/symbols_absent.h"

#define S(constant)                                                                                \
    {                                                                                              \
#constant, (int64_t)(constant)                                                             \
    }

/* A flag that is the highest of 32 bits, which some headers have as a negative number. */
#define S32(constant)                                                                              \
    {                                                                                              \
#constant, (constant) == SYMBOL_ABSENT ? SYMBOL_ABSENT : (int64_t)(uint32_t)(constant)     \
    }

static const struct symbol families[] = {S(AF_UNSPEC),    S(AF_UNIX),    S(AF_INET),
                                         S(AF_INET6),     S(AF_NETLINK), S(AF_PACKET),
                                         S(AF_APPLETALK), S(AF_VSOCK),   {0}};
static const struct symbol types[] = {S(SOCK_STREAM),    S(SOCK_DGRAM), S(SOCK_RAW),
                                      S(SOCK_SEQPACKET), S(SOCK_RDM),   {0}};
static const struct symbol protocols[] = {S(IPPROTO_IP),
                                          S(IPPROTO_ICMP),
                                          S(IPPROTO_IGMP),
                                          S(IPPROTO_TCP),
                                          S(IPPROTO_UDP),
                                          S(IPPROTO_IPV6),
                                          S(IPPROTO_ICMPV6),
                                          S(IPPROTO_SCTP),
                                          S(IPPROTO_UDPLITE),
                                          S(IPPROTO_RAW),
                                          {0}};
static const struct symbol hows[] = {S(SHUT_RD), S(SHUT_WR), S(SHUT_RDWR), {0}};
static const struct symbol levels[] = {
    S(SOL_SOCKET),   S(IPPROTO_TCP),    S(IPPROTO_UDP), S(IPPROTO_IP),
    S(IPPROTO_IPV6), S(IPPROTO_ICMPV6), S(IPPROTO_RAW), {0}};
static const struct symbol socket_options[] = {S(SO_DEBUG),
                                               S(SO_ACCEPTCONN),
                                               S(SO_BROADCAST),
                                               S(SO_REUSEADDR),
                                               S(SO_KEEPALIVE),
                                               S(SO_LINGER),
                                               S(SO_OOBINLINE),
                                               S(SO_SNDBUF),
                                               S(SO_RCVBUF),
                                               S(SO_ERROR),
                                               S(SO_TYPE),
                                               S(SO_DONTROUTE),
                                               S(SO_SNDLOWAT),
                                               S(SO_RCVLOWAT),
                                               S(SO_SNDTIMEO),
                                               S(SO_RCVTIMEO),
                                               S(SO_REUSEPORT),
                                               S(SO_PROTOCOL),
                                               S(SO_DOMAIN),
                                               S(SO_BINDTODEVICE),
                                               S(SO_PASSCRED),
                                               S(SO_PEERCRED),
                                               S(SO_PRIORITY),
                                               S(SO_MARK),
                                               S(SO_TIMESTAMP),
                                               S(SO_TIMESTAMPNS),
                                               S(SO_TIMESTAMPING),
                                               S(SO_SNDBUFFORCE),
                                               S(SO_RCVBUFFORCE),
                                               S(SO_PEEK_OFF),
                                               S(SO_RXQ_OVFL),
                                               S(SO_INCOMING_CPU),
                                               S(SO_BUSY_POLL),
                                               S(SO_LOCK_FILTER),
                                               S(SO_ATTACH_FILTER),
                                               S(SO_ATTACH_BPF),
                                               S(SO_ATTACH_REUSEPORT_CBPF),
                                               S(SO_ATTACH_REUSEPORT_EBPF),
                                               S(SO_PASSSEC),
                                               S(SO_PEERSEC),
                                               S(SO_COOKIE),
                                               S(SO_NOSIGPIPE),
                                               S(SO_USELOOPBACK),
                                               S(SOMAXCONN),
                                               {0}};
static const struct symbol tcp_options[] = {S(TCP_NODELAY),       S(TCP_MAXSEG),
                                            S(TCP_INFO),          S(TCP_SYNCNT),
                                            S(TCP_USER_TIMEOUT),  S(TCP_LINGER2),
                                            S(TCP_KEEPIDLE),      S(TCP_KEEPINTVL),
                                            S(TCP_KEEPCNT),       S(TCP_CORK),
                                            S(TCP_DEFER_ACCEPT),  S(TCP_WINDOW_CLAMP),
                                            S(TCP_QUICKACK),      S(TCP_CONGESTION),
                                            S(TCP_FASTOPEN),      S(TCP_FASTOPEN_CONNECT),
                                            S(TCP_NOTSENT_LOWAT), {0}};
static const struct symbol udp_options[] = {S(UDP_CORK), S(UDP_SEGMENT), S(UDP_GRO), {0}};
static const struct symbol ip_options[] = {S(IP_TOS),
                                           S(IP_TTL),
                                           S(IP_RECVERR),
                                           S(IP_PKTINFO),
                                           S(IP_MULTICAST_TTL),
                                           S(IP_MULTICAST_LOOP),
                                           S(IP_MULTICAST_IF),
                                           S(IP_ADD_MEMBERSHIP),
                                           S(IP_DROP_MEMBERSHIP),
                                           S(IP_ADD_SOURCE_MEMBERSHIP),
                                           S(IP_DROP_SOURCE_MEMBERSHIP),
                                           S(IP_BLOCK_SOURCE),
                                           S(IP_UNBLOCK_SOURCE),
                                           S(IP_MULTICAST_ALL),
                                           S(IP_BIND_ADDRESS_NO_PORT),
                                           S(IP_FREEBIND),
                                           S(IP_HDRINCL),
                                           S(IP_MTU),
                                           S(IP_MTU_DISCOVER),
                                           S(IP_OPTIONS),
                                           S(IP_RECVOPTS),
                                           S(IP_RECVTOS),
                                           S(IP_RECVTTL),
                                           S(IP_RETOPTS),
                                           S(IP_RECVORIGDSTADDR),
                                           S(IP_TRANSPARENT),
                                           S(IP_MINTTL),
                                           S(IP_NODEFRAG),
                                           S(IP_ROUTER_ALERT),
                                           S(IP_UNICAST_IF),
                                           S(IP_RECVDSTADDR),
                                           {0}};
static const struct symbol ipv6_options[] = {S(IPV6_V6ONLY),
                                             S(IPV6_UNICAST_HOPS),
                                             S(IPV6_MULTICAST_IF),
                                             S(IPV6_MULTICAST_HOPS),
                                             S(IPV6_MULTICAST_LOOP),
                                             S(IPV6_JOIN_GROUP),
                                             S(IPV6_LEAVE_GROUP),
                                             S(IPV6_RECVERR),
                                             S(IPV6_TCLASS),
                                             S(IPV6_RECVTCLASS),
                                             S(IPV6_PKTINFO),
                                             S(IPV6_RECVPKTINFO),
                                             S(IPV6_HOPLIMIT),
                                             S(IPV6_RECVHOPLIMIT),
                                             S(IPV6_MTU),
                                             S(IPV6_MTU_DISCOVER),
                                             S(IPV6_DONTFRAG),
                                             S(IPV6_AUTOFLOWLABEL),
                                             S(IPV6_ADDRFORM),
                                             S(IPV6_CHECKSUM),
                                             S(IPV6_HOPOPTS),
                                             S(IPV6_DSTOPTS),
                                             S(IPV6_RTHDR),
                                             S(IPV6_UNICAST_IF),
                                             S(IPV6_FLOWINFO),
                                             S(IPV6_FLOWINFO_SEND),
                                             S(IPV6_ROUTER_ALERT),
                                             S(IPV6_NEXTHOP),
                                             S(IPV6_RECVPATHMTU),
                                             S(IPV6_PATHMTU),
                                             S(IPV6_ADDR_PREFERENCES),
                                             {0}};
static const struct symbol message_flags[] = {
    S(MSG_OOB),      S(MSG_PEEK), S(MSG_DONTROUTE),    S(MSG_CTRUNC),     S(MSG_TRUNC),
    S(MSG_DONTWAIT), S(MSG_EOR),  S(MSG_WAITALL),      S(MSG_CONFIRM),    S(MSG_ERRQUEUE),
    S(MSG_NOSIGNAL), S(MSG_MORE), S(MSG_CMSG_CLOEXEC), S(MSG_WAITFORONE), S(MSG_FASTOPEN),
    S(MSG_ZEROCOPY), {0}};
static const struct symbol socket_flags[] = {S(SOCK_NONBLOCK), S(SOCK_CLOEXEC), {0}};
static const struct symbol fcntl_commands[] = {
    S(F_GETFD),      S(F_SETFD),      S(F_GETFL),  S(F_SETFL), S(F_GETOWN),
    S(F_SETOWN),     S(F_GETSIG),     S(F_SETSIG), S(F_DUPFD), S(F_DUPFD_CLOEXEC),
    S(F_GETPIPE_SZ), S(F_SETPIPE_SZ), {0}};
static const struct symbol file_flags[] = {
    S(O_NONBLOCK), S(O_ASYNC), S(O_APPEND), S(O_DIRECT), {0}};
static const struct symbol epoll_operations[] = {
    S(EPOLL_CTL_ADD), S(EPOLL_CTL_MOD), S(EPOLL_CTL_DEL), {0}};
static const struct symbol events[] = {
    S(POLLIN),    S(POLLPRI),    S(POLLOUT),    S(POLLERR),    S(POLLHUP),    S(POLLNVAL),
    S(POLLRDHUP), S(POLLRDNORM), S(POLLRDBAND), S(POLLWRNORM), S(POLLWRBAND), S(POLLMSG),
    {0}};
static const struct symbol signals[] = {S(SIGPIPE), S(SIGURG),  S(SIGIO),   S(SIGUSR1),
                                        S(SIGUSR2), S(SIGALRM), S(SIGCHLD), S(SIGTERM),
                                        S(SIGSEGV), S(SIGKILL), {0}};
static const struct symbol errors[] = {S(EPERM),           S(ENOENT),       S(ESRCH),
                                       S(EINTR),           S(EIO),          S(ENXIO),
                                       S(E2BIG),           S(ENOEXEC),      S(EBADF),
                                       S(ECHILD),          S(EAGAIN),       S(EWOULDBLOCK),
                                       S(ENOMEM),          S(EACCES),       S(EFAULT),
                                       S(EBUSY),           S(EEXIST),       S(EXDEV),
                                       S(ENODEV),          S(ENOTDIR),      S(EISDIR),
                                       S(EINVAL),          S(ENFILE),       S(EMFILE),
                                       S(ENOTTY),          S(ETXTBSY),      S(EFBIG),
                                       S(ENOSPC),          S(ESPIPE),       S(EROFS),
                                       S(EMLINK),          S(EPIPE),        S(EDOM),
                                       S(ERANGE),          S(EDEADLK),      S(ENAMETOOLONG),
                                       S(ENOLCK),          S(ENOSYS),       S(ENOTEMPTY),
                                       S(ELOOP),           S(ENOMSG),       S(EIDRM),
                                       S(ENOSTR),          S(ENODATA),      S(ETIME),
                                       S(ENOSR),           S(ENONET),       S(ENOLINK),
                                       S(EPROTO),          S(EMULTIHOP),    S(EBADMSG),
                                       S(EOVERFLOW),       S(EILSEQ),       S(EUSERS),
                                       S(ENOTSOCK),        S(EDESTADDRREQ), S(EMSGSIZE),
                                       S(EPROTOTYPE),      S(ENOPROTOOPT),  S(EPROTONOSUPPORT),
                                       S(ESOCKTNOSUPPORT), S(EOPNOTSUPP),   S(ENOTSUP),
                                       S(EPFNOSUPPORT),    S(EAFNOSUPPORT), S(EADDRINUSE),
                                       S(EADDRNOTAVAIL),   S(ENETDOWN),     S(ENETUNREACH),
                                       S(ENETRESET),       S(ECONNABORTED), S(ECONNRESET),
                                       S(ENOBUFS),         S(EISCONN),      S(ENOTCONN),
                                       S(ESHUTDOWN),       S(ETOOMANYREFS), S(ETIMEDOUT),
                                       S(ECONNREFUSED),    S(EHOSTDOWN),    S(EHOSTUNREACH),
                                       S(EALREADY),        S(EINPROGRESS),  S(ESTALE),
                                       S(EDQUOT),          S(ECANCELED),    S(EOWNERDEAD),
                                       S(ENOTRECOVERABLE), S(ECOMM),        {0}};
static const struct symbol open_flags[] = {
    S(O_RDONLY),   S(O_WRONLY),  S(O_RDWR),      S(O_CREAT), S(O_EXCL), S(O_TRUNC), S(O_APPEND),
    S(O_NONBLOCK), S(O_CLOEXEC), S(O_DIRECTORY), S(O_PATH),  S(O_SYNC), {0}};
static const struct symbol whences[] = {S(SEEK_SET), S(SEEK_CUR), S(SEEK_END), {0}};
static const struct symbol resources[] = {S(RLIMIT_NOFILE), S(RLIMIT_FSIZE), {0}};
static const struct symbol requests[] = {
    S(FIONREAD),  S(FIONBIO),     S(FIOASYNC),     S(SIOCATMARK),  S(SIOCGSTAMP),   S(SIOCGSTAMPNS),
    S(SIOCOUTQ),  S(SIOCINQ),     S(SIOCOUTQNSD),  S(SIOCGPGRP),   S(SIOCSPGRP),    S(FIOSETOWN),
    S(FIOGETOWN), S(SIOCGIFNAME), S(SIOCGIFINDEX), S(SIOCGIFADDR), S(SIOCGIFFLAGS), S(SIOCGIFMTU),
    {0}};
static const struct symbol lookup_flags[] = {
    S(AI_PASSIVE),  S(AI_CANONNAME), S(AI_NUMERICHOST), S(AI_NUMERICSERV),
    S(AI_V4MAPPED), S(AI_ALL),       S(AI_ADDRCONFIG),  {0}};
static const struct symbol lookup_errors[] = {S(EAI_AGAIN),
                                              S(EAI_BADFLAGS),
                                              S(EAI_FAIL),
                                              S(EAI_FAMILY),
                                              S(EAI_MEMORY),
                                              S(EAI_NONAME),
                                              S(EAI_SERVICE),
                                              S(EAI_SOCKTYPE),
                                              S(EAI_SYSTEM),
                                              S(EAI_OVERFLOW),
                                              S(EAI_NODATA),
                                              S(EAI_ADDRFAMILY),
                                              {0}};
static const struct symbol name_flags[] = {S(NI_NOFQDN),
                                           S(NI_NUMERICHOST),
                                           S(NI_NAMEREQD),
                                           S(NI_NUMERICSERV),
                                           S(NI_NUMERICSCOPE),
                                           S(NI_DGRAM),
                                           {0}};
static const struct symbol epoll_events[] = {
    S(EPOLLIN),     S(EPOLLPRI),     S(EPOLLOUT),    S(EPOLLERR),
    S(EPOLLHUP),    S(EPOLLRDHUP),   S(EPOLLRDNORM), S(EPOLLRDBAND),
    S(EPOLLWRNORM), S(EPOLLWRBAND),  S(EPOLLMSG),    S(EPOLLEXCLUSIVE),
    S(EPOLLWAKEUP), S(EPOLLONESHOT), S32(EPOLLET),   {0}};
static const struct symbol splice_flags[] = {
    S(SPLICE_F_MOVE), S(SPLICE_F_NONBLOCK), S(SPLICE_F_MORE), {0}};
static const struct symbol capabilities[] = {
    S(CAP_NET_BIND_SERVICE), S(CAP_NET_RAW),      S(CAP_NET_ADMIN), S(CAP_SETUID),
    S(CAP_SETGID),           S(CAP_DAC_OVERRIDE), S(CAP_KILL),      {0}};
static const struct symbol controls[] = {
    S(SCM_RIGHTS),      S(SCM_CREDENTIALS),  S(SCM_CREDS),   S(SCM_TIMESTAMP),
    S(SCM_TIMESTAMPNS), S(SCM_TIMESTAMPING), S(SO_RXQ_OVFL), {0}};

/* On these architectures Linux has numbers of its own for errors, options and flags. */
#if defined(__linux__) &&                                                                          \
    (defined(__alpha__) || defined(__hppa__) || defined(__mips__) || defined(__sparc__))
#define OWN_NUMBERS 1
#else
#define OWN_NUMBERS SYMBOL_ABSENT
#endif

/* What no header has a name for. */
static const struct symbol sizes[] = {
    {"sizeof(struct sockaddr_in)", sizeof(struct sockaddr_in)},
    {"sizeof(struct sockaddr_in6)", sizeof(struct sockaddr_in6)},
    {"sizeof(struct sockaddr_storage)", sizeof(struct sockaddr_storage)},
    {"sizeof(sa_family_t)", sizeof(sa_family_t)},
    {"sizeof(socklen_t)", sizeof(socklen_t)},
    {"FD_SETSIZE", FD_SETSIZE},
    {"OWN_NUMBERS", OWN_NUMBERS},
    {0}};

const struct symbol *const symbol_groups[SYMBOL_GROUPS] = {
    [SYMBOLS_FAMILY] = families,
    [SYMBOLS_TYPE] = types,
    [SYMBOLS_PROTOCOL] = protocols,
    [SYMBOLS_HOW] = hows,
    [SYMBOLS_LEVEL] = levels,
    [SYMBOLS_SOL_SOCKET] = socket_options,
    [SYMBOLS_IPPROTO_TCP] = tcp_options,
    [SYMBOLS_IPPROTO_UDP] = udp_options,
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
    [SYMBOLS_OPEN_FLAG] = open_flags,
    [SYMBOLS_WHENCE] = whences,
    [SYMBOLS_RESOURCE] = resources,
    [SYMBOLS_REQUEST] = requests,
    [SYMBOLS_LOOKUP_FLAG] = lookup_flags,
    [SYMBOLS_LOOKUP_ERROR] = lookup_errors,
    [SYMBOLS_NAME_FLAG] = name_flags,
    [SYMBOLS_EPOLL_EVENT] = epoll_events,
    [SYMBOLS_SPLICE_FLAG] = splice_flags,
    [SYMBOLS_CAPABILITY] = capabilities,
    [SYMBOLS_CONTROL] = controls,
    [SYMBOLS_SIZE] = sizes,
};
