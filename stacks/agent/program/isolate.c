/* A network of a case's own, where a system has namespaces: for cases inside this implementation
 * alone. */
#include "stacks/agent/program/agent.h"

#ifdef __linux__
#include "calls/address.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The kernel's struct in6_ifreq, whose header does not go with the C library's. */
struct ipv6_request {
    struct in6_addr address;
    uint32_t prefix;
    int index;
};

static bool set_up_loopback(const struct in6_addr *other)
{
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    struct ipv6_request addition = {
        .address = *other, .prefix = 128, .index = (int)if_nametoindex("lo")};
    int fd = socket(AF_INET, SOCK_DGRAM, 0), ipv6 = socket(AF_INET6, SOCK_DGRAM, 0);
    bool good = ioctl(fd, SIOCSIFFLAGS, &request) == 0 &&
                (ipv6 < 0 || ioctl(ipv6, SIOCSIFADDR, &addition) == 0);
    if (!good)
        fprintf(stderr, "sockspec-agent: the loopback of a namespace: %s\n", strerror(errno));
    close(fd);
    if (ipv6 >= 0)
        close(ipv6);
    return good;
}

/* Whether a datagram to oneself at this address arrives. */
static bool is_there(struct address address)
{
    socklen_t length = sizeof address.storage;
    int fd = socket(AF_INET6, SOCK_DGRAM, 0);
    struct pollfd arrival = {.fd = fd, .events = POLLIN};
    bool there = bind(fd, &address.any, address.length) == 0 &&
                 getsockname(fd, &address.any, &length) == 0 &&
                 sendto(fd, "x", 1, 0, &address.any, length) == 1 && poll(&arrival, 1, 1) == 1;
    bool no_ipv6 = fd < 0;
    if (fd >= 0)
        close(fd);
    return there || no_ipv6;
}

/* The kernel's work queue makes an IPv6 address one of the host's some time after it was added. */
static bool await_address(const char *text)
{
    enum { TRIES = 1000 };
    for (int i = 0; i < TRIES; i++) {
        if (is_there(address_of(text, 0)))
            return true;
        poll(NULL, 0, 1);
    }
    return false;
}

bool isolate(void)
{
    static const char other[] = "2001:db8::2:1";
    struct address address = address_of(other, 0);
    if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
        return false;
    settings_apply();
    return set_up_loopback(&address.in6.sin6_addr) && await_address("::1") && await_address(other);
}

#else

bool isolate(void)
{
    return false;
}

#endif
