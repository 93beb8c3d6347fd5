/* Options and requests of ioctl() through a door: values of every type arrive and come back, with
 * the lengths that are claimed. */
#include "tests/door/options.h"

#include "calls/clock.h"
#include "hosts/files.h"
#include "hosts/message.h"
#include "hosts/readiness.h"

#include <CUnit/CUnit.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <time.h>

/* Of the kernel's headers, which do not go with every C library's. */
enum { GET_STAMP = 0x8906, GET_STAMP_NANOSECONDS = 0x8907 };

static int get(struct host *host, int fd, int level, int option)
{
    int value = -12345;
    CU_ASSERT_EQUAL(sk_getsockopt(host, fd, level, option, &value), 0);
    return value;
}

static void await(struct host *host, int fd, short events)
{
    struct readiness one = {.fd = fd, .asked = events};
    CU_ASSERT_EQUAL(sk_poll(host, &one, 1, patience), 1);
}

/* ---- types ---- */

static void try_numbers(struct host *host, int fd)
{
    CU_ASSERT_EQUAL(get(host, fd, IPPROTO_TCP, TCP_NODELAY), 0);
    CU_ASSERT_EQUAL(sk_setsockopt(host, fd, IPPROTO_TCP, TCP_NODELAY, 1), 0);
    CU_ASSERT_EQUAL(get(host, fd, IPPROTO_TCP, TCP_NODELAY), 1);
    CU_ASSERT_EQUAL(sk_setsockopt(host, fd, IPPROTO_IP, IP_TTL, 77), 0);
    CU_ASSERT_EQUAL(get(host, fd, IPPROTO_IP, IP_TTL), 77);
    CU_ASSERT_EQUAL(get(host, fd, SOL_SOCKET, SO_TYPE), SOCK_STREAM);
    CU_ASSERT_EQUAL(get(host, fd, SOL_SOCKET, SO_DOMAIN), AF_INET);
    CU_ASSERT_EQUAL(get(host, fd, SOL_SOCKET, SO_PROTOCOL), IPPROTO_TCP);
    CU_ASSERT_EQUAL(get(host, fd, SOL_SOCKET, SO_ERROR), 0);
    CU_ASSERT_EQUAL(sk_setsockopt(host, fd, SOL_SOCKET, SO_TYPE, SOCK_DGRAM), -ENOPROTOOPT);
    CU_ASSERT_EQUAL(sk_setsockopt(host, fd, SOL_SOCKET, 9999, 1), -ENOPROTOOPT);
    CU_ASSERT_EQUAL(sk_setsockopt(host, -1, SOL_SOCKET, SO_KEEPALIVE, 1), -EBADF);
}

/* An error that waits at a socket, by its name. */
static void try_error(struct host *host)
{
    struct address name = address_of("127.0.0.1", 0);
    int closed = sk_socket(host, AF_INET, SOCK_DGRAM, 0);
    CU_ASSERT_EQUAL(sk_bind(host, closed, &name), 0);
    CU_ASSERT_EQUAL(sk_getsockname(host, closed, &name), 0);
    int fd = sk_socket(host, AF_INET, SOCK_DGRAM, 0);
    CU_ASSERT_EQUAL(sk_connect(host, fd, &name), 0);
    CU_ASSERT_EQUAL(sk_close(host, closed), 0);
    CU_ASSERT_EQUAL(sk_send(host, fd, "x", 1, 0), 1);
    await(host, fd, 0);
    CU_ASSERT_EQUAL(get(host, fd, SOL_SOCKET, SO_ERROR), ECONNREFUSED);
    CU_ASSERT_EQUAL(get(host, fd, SOL_SOCKET, SO_ERROR), 0);
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);
}

static void try_structures(struct host *host, int fd)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 7};
    struct timeval limit = {.tv_sec = 3, .tv_usec = 250000};
    socklen_t size = sizeof linger;
    CU_ASSERT_EQUAL(sk_setsockopt_bytes(host, fd, SOL_SOCKET, SO_LINGER, &linger, size), 0);
    memset(&linger, 0, sizeof linger);
    CU_ASSERT_EQUAL(sk_getsockopt_bytes(host, fd, SOL_SOCKET, SO_LINGER, &linger, &size), 0);
    CU_ASSERT(size == sizeof linger && linger.l_onoff == 1 && linger.l_linger == 7);
    size = sizeof limit;
    CU_ASSERT_EQUAL(sk_setsockopt_bytes(host, fd, SOL_SOCKET, SO_RCVTIMEO, &limit, size), 0);
    memset(&limit, 0, sizeof limit);
    CU_ASSERT_EQUAL(sk_getsockopt_bytes(host, fd, SOL_SOCKET, SO_RCVTIMEO, &limit, &size), 0);
    CU_ASSERT(size == sizeof limit && limit.tv_sec == 3 && limit.tv_usec >= 250000);
    limit.tv_usec = 1000000;
    CU_ASSERT_EQUAL(sk_setsockopt_bytes(host, fd, SOL_SOCKET, SO_RCVTIMEO, &limit, size), -EDOM);
    struct tcp_info info = {0};
    size = sizeof info;
    CU_ASSERT_EQUAL(sk_getsockopt_bytes(host, fd, IPPROTO_TCP, TCP_INFO, &info, &size), 0);
    CU_ASSERT(size == sizeof info && info.tcpi_state == STATE_CLOSE);
    CU_ASSERT(info.tcpi_snd_mss > 0 && info.tcpi_snd_mss < 1 << 16);
}

static void try_texts(struct host *host, int fd)
{
    char text[32] = "";
    socklen_t size = sizeof text;
    CU_ASSERT_EQUAL(sk_setsockopt_bytes(host, fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4), 0);
    CU_ASSERT_EQUAL(sk_getsockopt_bytes(host, fd, IPPROTO_TCP, TCP_CONGESTION, text, &size), 0);
    CU_ASSERT_EQUAL(size, 16);
    CU_ASSERT_STRING_EQUAL(text, "reno");
    CU_ASSERT_EQUAL(sk_setsockopt_bytes(host, fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2), 0);
    size = sizeof text;
    CU_ASSERT_EQUAL(sk_getsockopt_bytes(host, fd, SOL_SOCKET, SO_BINDTODEVICE, text, &size), 0);
    CU_ASSERT_EQUAL(size, 3);
    CU_ASSERT_STRING_EQUAL(text, "lo");
    CU_ASSERT_EQUAL(sk_setsockopt_bytes(host, fd, SOL_SOCKET, SO_BINDTODEVICE, "none", 5), -ENODEV);
}

static void try_groups(struct host *host)
{
    struct ip_mreqn group = {.imr_ifindex = 1};
    struct in_addr interface = {.s_addr = htonl(INADDR_LOOPBACK)};
    struct ipv6_mreq group6 = {.ipv6mr_multiaddr = {.s6_addr = {0xff, 2, [15] = 9}},
                               .ipv6mr_interface = 1};
    socklen_t size = sizeof interface;
    int fd = sk_socket(host, AF_INET, SOCK_DGRAM, 0),
        fd6 = sk_socket(host, AF_INET6, SOCK_DGRAM, 0);
    group.imr_multiaddr.s_addr = htonl(0xef010203);
    CU_ASSERT_EQUAL(
        sk_setsockopt_bytes(host, fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group), 0);
    CU_ASSERT_EQUAL(
        sk_setsockopt_bytes(host, fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group),
        -EADDRINUSE);
    CU_ASSERT_EQUAL(sk_setsockopt_bytes(host, fd, IPPROTO_IP, IP_MULTICAST_IF, &interface, size),
                    0);
    interface.s_addr = 0;
    CU_ASSERT_EQUAL(sk_getsockopt_bytes(host, fd, IPPROTO_IP, IP_MULTICAST_IF, &interface, &size),
                    0);
    CU_ASSERT_EQUAL(interface.s_addr, htonl(INADDR_LOOPBACK));
    CU_ASSERT_EQUAL(
        sk_setsockopt_bytes(host, fd6, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group6, sizeof group6), 0);
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);
    CU_ASSERT_EQUAL(sk_close(host, fd6), 0);
}

static void try_credentials(struct host *host)
{
    int fd[2];
    struct ucred peer = {.uid = 1};
    socklen_t size = sizeof peer;
    CU_ASSERT_EQUAL(sk_socketpair(host, AF_UNIX, SOCK_STREAM, 0, fd), 0);
    CU_ASSERT_EQUAL(sk_getsockopt_bytes(host, fd[0], SOL_SOCKET, SO_PEERCRED, &peer, &size), 0);
    CU_ASSERT(size == sizeof peer && peer.pid > 0 && peer.uid == 0);
    CU_ASSERT_EQUAL(sk_close(host, fd[0]), 0);
    CU_ASSERT_EQUAL(sk_close(host, fd[1]), 0);
}

/* ---- lengths ---- */

static int set(struct host *host, int fd, int option, socklen_t size)
{
    unsigned char value[16] = {1};
    return sk_setsockopt_bytes(host, fd, SOL_SOCKET, option, value, size);
}

static void try_lengths_in(struct host *host, int fd)
{
    int value = 1;
    CU_ASSERT_EQUAL(set(host, fd, SO_KEEPALIVE, 0), -EINVAL);
    CU_ASSERT_EQUAL(set(host, fd, SO_KEEPALIVE, 3), -EINVAL);
    CU_ASSERT_EQUAL(set(host, fd, SO_KEEPALIVE, 16), 0);
    CU_ASSERT_EQUAL(get(host, fd, SOL_SOCKET, SO_KEEPALIVE), 1);
    CU_ASSERT_EQUAL(set(host, fd, SO_LINGER, sizeof(struct linger) - 1), -EINVAL);
    CU_ASSERT_EQUAL(set(host, fd, SO_RCVTIMEO, sizeof(struct timeval) - 1), -EINVAL);
    /* A negative length: only the value's own bytes are there. */
    CU_ASSERT_EQUAL(sk_setsockopt_bytes(host, fd, SOL_SOCKET, SO_KEEPALIVE, &value, (socklen_t)-1),
                    -EINVAL);
    /* One byte is enough for some options. */
    CU_ASSERT_EQUAL(sk_setsockopt_bytes(host, fd, IPPROTO_IP, IP_TOS, "\x10", 1), 0);
    CU_ASSERT_EQUAL(get(host, fd, IPPROTO_IP, IP_TOS), 0x10);
    struct call bad = {.operation = OP_SETSOCKOPT,
                       .argument = {fd, SOL_SOCKET, SO_KEEPALIVE},
                       .block = {[3] = block_bad(sizeof value)}};
    CU_ASSERT_EQUAL(perform(host, &bad), -EFAULT);
    bad.block[3] = block_null(sizeof value);
    CU_ASSERT_EQUAL(perform(host, &bad), -EFAULT);
}

static void try_lengths_out(struct host *host, int fd)
{
    unsigned char value[16];
    socklen_t size = sizeof value;
    CU_ASSERT_EQUAL(sk_setsockopt(host, fd, IPPROTO_IP, IP_TTL, 77), 0);
    memset(value, 0xee, sizeof value);
    CU_ASSERT_EQUAL(sk_getsockopt_bytes(host, fd, IPPROTO_IP, IP_TTL, value, &size), 0);
    CU_ASSERT_EQUAL(size, sizeof(int));
    CU_ASSERT_EQUAL(value[sizeof(int)], 0xee);
    size = 1;
    memset(value, 0xee, sizeof value);
    CU_ASSERT_EQUAL(sk_getsockopt_bytes(host, fd, IPPROTO_IP, IP_TTL, value, &size), 0);
    CU_ASSERT(size == 1 && value[0] == 77 && value[1] == 0xee);
    size = 0;
    CU_ASSERT_EQUAL(sk_getsockopt_bytes(host, fd, SOL_SOCKET, SO_TYPE, value, &size), 0);
    CU_ASSERT_EQUAL(size, 0);
    size = (socklen_t)-1;
    CU_ASSERT_EQUAL(sk_getsockopt_bytes(host, fd, SOL_SOCKET, SO_TYPE, value, &size), -EINVAL);
    struct call call = {.operation = OP_GETSOCKOPT,
                        .argument = {fd, SOL_SOCKET, SO_TYPE},
                        .block = {[3] = block_out(value, sizeof(int))}};
    call.block[3].length_pointer = POINTER_NULL;
    CU_ASSERT_EQUAL(perform(host, &call), -EFAULT);
    call.block[3] = block_bad(sizeof(int));
    CU_ASSERT_EQUAL(perform(host, &call), -EFAULT);
}

/* ---- ioctl() ---- */

static void try_requests(struct host *host)
{
    int fd[2], value = -1;
    CU_ASSERT_EQUAL(sk_socketpair(host, AF_UNIX, SOCK_STREAM, 0, fd), 0);
    CU_ASSERT_EQUAL(sk_send(host, fd[0], "abcde", 5, 0), 5);
    CU_ASSERT_EQUAL(sk_ioctl(host, fd[1], FIONREAD, &value), 0);
    CU_ASSERT_EQUAL(value, 5);
    value = 1;
    CU_ASSERT_EQUAL(sk_ioctl(host, fd[0], FIONBIO, &value), 0);
    CU_ASSERT_EQUAL(sk_fcntl(host, fd[0], F_GETFL, 0), O_RDWR | O_NONBLOCK);
    CU_ASSERT_EQUAL(sk_ioctl(host, fd[0], FIOASYNC, &value), 0);
    CU_ASSERT_EQUAL(sk_fcntl(host, fd[0], F_GETFL, 0), O_RDWR | O_NONBLOCK | O_ASYNC);
    CU_ASSERT_EQUAL(sk_ioctl(host, fd[0], FIOGETOWN, &value), 0);
    CU_ASSERT_EQUAL(value, 0);
    CU_ASSERT_EQUAL(sk_ioctl(host, fd[0], FIONREAD, NULL), -EFAULT);
    CU_ASSERT_EQUAL(sk_ioctl(host, -1, FIONREAD, &value), -EBADF);
    CU_ASSERT_EQUAL(sk_ioctl(host, fd[0], 0x1234, &value), -ENOTTY);
    struct call bad = {
        .operation = OP_IOCTL, .argument = {fd[0], FIONBIO}, .block = {[2] = block_bad(4)}};
    CU_ASSERT_EQUAL(perform(host, &bad), -EFAULT);
    CU_ASSERT_EQUAL(sk_close(host, fd[0]), 0);
    CU_ASSERT_EQUAL(sk_close(host, fd[1]), 0);
}

static void try_interfaces(struct host *host, int fd)
{
    struct ifreq request = {.ifr_name = "lo"};
    struct sockaddr_in name;
    int value = -1;
    CU_ASSERT_EQUAL(sk_ioctl(host, fd, SIOCATMARK, &value), 0);
    CU_ASSERT(value == 0 || value == 1);
    CU_ASSERT_EQUAL(sk_ioctl_bytes(host, fd, SIOCGIFINDEX, &request, sizeof request), 0);
    CU_ASSERT_EQUAL(request.ifr_ifindex, 1);
    CU_ASSERT_STRING_EQUAL(request.ifr_name, "lo");
    CU_ASSERT_EQUAL(sk_ioctl_bytes(host, fd, SIOCGIFFLAGS, &request, sizeof request), 0);
    CU_ASSERT_EQUAL(request.ifr_flags & (IFF_UP | IFF_LOOPBACK), IFF_UP | IFF_LOOPBACK);
    CU_ASSERT_EQUAL(sk_ioctl_bytes(host, fd, SIOCGIFADDR, &request, sizeof request), 0);
    memcpy(&name, &request.ifr_addr, sizeof name);
    CU_ASSERT_EQUAL(name.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
}

static void try_stamps(struct host *host)
{
    struct address name = address_of("127.0.0.1", 0);
    struct timeval time = {0};
    struct timespec finer = {0};
    char byte;
    int fd = sk_socket(host, AF_INET, SOCK_DGRAM, 0);
    CU_ASSERT_EQUAL(sk_ioctl_bytes(host, fd, GET_STAMP, &time, sizeof time), -ENOENT);
    CU_ASSERT_EQUAL(sk_bind(host, fd, &name), 0);
    CU_ASSERT_EQUAL(sk_getsockname(host, fd, &name), 0);
    CU_ASSERT_EQUAL(sk_sendto(host, fd, "x", 1, 0, &name), 1);
    CU_ASSERT_EQUAL(sk_recv(host, fd, &byte, 1, 0), 1);
    CU_ASSERT_EQUAL(sk_ioctl_bytes(host, fd, GET_STAMP, &time, sizeof time), 0);
    CU_ASSERT_EQUAL(sk_ioctl_bytes(host, fd, GET_STAMP_NANOSECONDS, &finer, sizeof finer), 0);
    CU_ASSERT_EQUAL(time.tv_sec, finer.tv_sec);
    CU_ASSERT_EQUAL(time.tv_usec, finer.tv_nsec / 1000);
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);
}

void door_options(struct host *host)
{
    int fd = sk_socket(host, AF_INET, SOCK_STREAM, 0);
    try_numbers(host, fd);
    try_error(host);
    try_structures(host, fd);
    try_texts(host, fd);
    try_groups(host);
    try_credentials(host);
    try_lengths_in(host, fd);
    try_lengths_out(host, fd);
    try_requests(host);
    try_interfaces(host, fd);
    try_stamps(host);
    CU_ASSERT_EQUAL(sk_close(host, fd), 0);
}
