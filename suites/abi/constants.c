/* The numbers of the constants in the headers: a part of a platform's ABI.
 *
 * Linux: as most architectures have them; alpha, mips, parisc and sparc differ. BSD: FreeBSD. */
#include "suites/abi/abi.h"

#define CONSTANT(group, name, linux, bsd, zos, header)                                             \
    ABI_VALUE(name##_number, "abi." #group "." #name, #name,                                       \
              "The number of " #name " is that of the platform.", linux, bsd, zos,                 \
              {"Linux 6.18, glibc 2.36", "<" header ">"}, {"FreeBSD 13", "<" header ">"})

#define FAMILY(name, linux, bsd, zos)                                                              \
    ABI_VALUE(name##_number, "abi.family." #name, #name,                                           \
              "The number of " #name " is that of the platform.", linux, bsd, zos,                 \
              {"Linux 6.18, glibc 2.36", "<sys/socket.h>"}, {"FreeBSD 13", "<sys/socket.h>"},      \
              {ZOS_API, "FAMILY of a socket address structure"})

FAMILY(AF_UNSPEC, "0", "0", NULL)
FAMILY(AF_UNIX, "1", "1", NULL)
FAMILY(AF_INET, "2", "2", "2")
FAMILY(AF_INET6, "10", "28", "19")
CONSTANT(type, SOCK_STREAM, "1", "1", NULL, "sys/socket.h")
CONSTANT(type, SOCK_DGRAM, "2", "2", NULL, "sys/socket.h")
CONSTANT(type, SOCK_RAW, "3", "3", NULL, "sys/socket.h")
CONSTANT(type, SOCK_SEQPACKET, "5", "5", NULL, "sys/socket.h")
CONSTANT(type, SOCK_NONBLOCK, "2048", "536870912", NULL, "sys/socket.h")
CONSTANT(type, SOCK_CLOEXEC, "524288", "268435456", NULL, "sys/socket.h")
CONSTANT(protocol, IPPROTO_IP, "0", "0", NULL, "netinet/in.h")
CONSTANT(protocol, IPPROTO_ICMP, "1", "1", NULL, "netinet/in.h")
CONSTANT(protocol, IPPROTO_TCP, "6", "6", NULL, "netinet/in.h")
CONSTANT(protocol, IPPROTO_UDP, "17", "17", NULL, "netinet/in.h")
CONSTANT(protocol, IPPROTO_IPV6, "41", "41", NULL, "netinet/in.h")
CONSTANT(how, SHUT_RD, "0", "0", NULL, "sys/socket.h")
CONSTANT(how, SHUT_WR, "1", "1", NULL, "sys/socket.h")
CONSTANT(how, SHUT_RDWR, "2", "2", NULL, "sys/socket.h")
CONSTANT(option, SOL_SOCKET, "1", "65535", NULL, "sys/socket.h")
CONSTANT(option, SO_DEBUG, "1", "1", NULL, "sys/socket.h")
CONSTANT(option, SO_REUSEADDR, "2", "4", NULL, "sys/socket.h")
CONSTANT(option, SO_TYPE, "3", "4104", NULL, "sys/socket.h")
CONSTANT(option, SO_ERROR, "4", "4103", NULL, "sys/socket.h")
CONSTANT(option, SO_DONTROUTE, "5", "16", NULL, "sys/socket.h")
CONSTANT(option, SO_BROADCAST, "6", "32", NULL, "sys/socket.h")
CONSTANT(option, SO_SNDBUF, "7", "4097", NULL, "sys/socket.h")
CONSTANT(option, SO_RCVBUF, "8", "4098", NULL, "sys/socket.h")
CONSTANT(option, SO_KEEPALIVE, "9", "8", NULL, "sys/socket.h")
CONSTANT(option, SO_OOBINLINE, "10", "256", NULL, "sys/socket.h")
CONSTANT(option, SO_LINGER, "13", "128", NULL, "sys/socket.h")
CONSTANT(option, SO_REUSEPORT, "15", "512", NULL, "sys/socket.h")
CONSTANT(option, SO_ACCEPTCONN, "30", "2", NULL, "sys/socket.h")
CONSTANT(option, TCP_NODELAY, "1", "1", NULL, "netinet/tcp.h")
CONSTANT(flag, MSG_OOB, "1", "1", NULL, "sys/socket.h")
CONSTANT(flag, MSG_PEEK, "2", "2", NULL, "sys/socket.h")
CONSTANT(flag, MSG_DONTROUTE, "4", "4", NULL, "sys/socket.h")
CONSTANT(flag, MSG_CTRUNC, "8", "32", NULL, "sys/socket.h")
CONSTANT(flag, MSG_TRUNC, "32", "16", NULL, "sys/socket.h")
CONSTANT(flag, MSG_DONTWAIT, "64", "128", NULL, "sys/socket.h")
CONSTANT(flag, MSG_EOR, "128", "8", NULL, "sys/socket.h")
CONSTANT(flag, MSG_WAITALL, "256", "64", NULL, "sys/socket.h")
CONSTANT(flag, MSG_NOSIGNAL, "16384", "131072", NULL, "sys/socket.h")
CONSTANT(flag, O_NONBLOCK, "2048", "4", NULL, "fcntl.h")
CONSTANT(event, POLLIN, "1", "1", NULL, "poll.h")
CONSTANT(event, POLLPRI, "2", "2", NULL, "poll.h")
CONSTANT(event, POLLOUT, "4", "4", NULL, "poll.h")
CONSTANT(event, POLLERR, "8", "8", NULL, "poll.h")
CONSTANT(event, POLLHUP, "16", "16", NULL, "poll.h")
CONSTANT(event, POLLNVAL, "32", "32", NULL, "poll.h")

/* ---- sizes ---- */

#define SIZE(ident, text, linux, bsd, header)                                                      \
    ABI_VALUE(ident, "abi.size." #ident, text, "The size of " #ident " is that of the platform.",  \
              linux, bsd, NULL, {"Linux 6.18, glibc 2.36", "<" header ">"},                        \
              {"FreeBSD 13", "<" header ">"})

SIZE(sockaddr_in, "sizeof(struct sockaddr_in)", "16", "16", "netinet/in.h")
SIZE(sockaddr_in6, "sizeof(struct sockaddr_in6)", "28", "28", "netinet/in.h")
SIZE(sockaddr_storage, "sizeof(struct sockaddr_storage)", "128", "128", "sys/socket.h")
SIZE(sa_family_t, "sizeof(sa_family_t)", "2", "1", "sys/socket.h")
SIZE(socklen_t, "sizeof(socklen_t)", "4", "4", "sys/socket.h")
