/* Which calls an emulator of another machine's programs gets wrong by itself: plain calls whose
 * answers Linux gives alike on every machine. Prints a word for each that is not as it should be.
 * Run without an emulator it prints nothing. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* As Linux has it; C libraries leave it to the kernel's header. */
enum { FLOWINFO_SEND = 33, PATH_MTU = 14 };

static bool sends_flow_information(int fd)
{
    const int on = 1;
    return setsockopt(fd, IPPROTO_IPV6, FLOWINFO_SEND, &on, sizeof on) == 0;
}

/* A multicast address of a link has a scope, and nobody has to have it. */
static bool gives_scopes(int fd)
{
    struct sockaddr_in6 name = {.sin6_family = AF_INET6, .sin6_scope_id = if_nametoindex("lo")};
    struct sockaddr_in6 given = {.sin6_family = AF_UNSPEC};
    socklen_t size = sizeof given;
    return inet_pton(AF_INET6, "ff02::1", &name.sin6_addr) == 1 &&
           bind(fd, (struct sockaddr *)&name, sizeof name) == 0 &&
           getsockname(fd, (struct sockaddr *)&given, &size) == 0 &&
           given.sin6_scope_id == name.sin6_scope_id;
}

static bool sets_multicast_interface(int fd)
{
    const int loopback = (int)if_nametoindex("lo");
    return setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &loopback, sizeof loopback) == 0;
}

static bool knows_other_levels(int fd)
{
    int value;
    socklen_t size = sizeof value;
    return getsockopt(fd, 12345, 1, &value, &size) == -1 && errno == ENOPROTOOPT;
}

/* As much as there is room for. */
static bool cuts_values(int fd)
{
    struct linger linger = {0, 0x55555555};
    socklen_t size = sizeof linger.l_onoff;
    return getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &size) == 0 &&
           linger.l_linger == 0x55555555;
}

/* accept4() looks at its flags before anything else. */
static bool refuses_flags(int fd)
{
    return accept4(fd, NULL, NULL, 1 << 30) == -1 && errno == EINVAL;
}

/* A socket that sends to this machine. */
static int connected(void)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(9)};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connect(fd, (struct sockaddr *)&name, sizeof name);
    return fd;
}

static bool sets_multicast_address(int fd)
{
    const struct in_addr loopback = {htonl(INADDR_LOOPBACK)};
    return setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &loopback, sizeof loopback) == 0;
}

static bool tells_path_mtu(int fd)
{
    int value;
    socklen_t size = sizeof value;
    return getsockopt(fd, IPPROTO_IP, PATH_MTU, &value, &size) == 0;
}

/* The time to live of one datagram, as an int of this machine's order. */
static bool hands_control_data_on(int fd)
{
    const int hops = 9;
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof hops)];
    } control = {.header = {CMSG_LEN(sizeof hops), IPPROTO_IP, IP_TTL}};
    char byte = 'x';
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    memcpy(CMSG_DATA(&control.header), &hops, sizeof hops);
    return sendmsg(fd, &message, 0) == 1;
}

static volatile sig_atomic_t caught;

static void catch (int signal)
{
    (void)signal;
    caught = 1;
}

/* A signal that pselect() holds back is caught when it has returned. */
static bool catches_what_was_held(void)
{
    const struct sigaction action = {.sa_handler = catch};
    const struct itimerval soon = {.it_value = {.tv_usec = 20000}};
    const struct timespec later = {.tv_nsec = 200000000};
    sigset_t alarms;
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &soon, NULL);
    pselect(0, NULL, NULL, NULL, &later, &alarms);
    getppid();
    return caught;
}

static bool takes_source_routes(int fd)
{
    static const unsigned char route[] = {131, 7, 4, 192, 0, 2, 5, 0};
    return setsockopt(fd, IPPROTO_IP, IP_OPTIONS, route, sizeof route) == 0;
}

int main(void)
{
    int fd = socket(AF_INET6, SOCK_DGRAM, 0), ipv4 = connected();
    if (!sends_flow_information(fd))
        puts("flow-information");
    if (!gives_scopes(fd))
        puts("scopes");
    if (!sets_multicast_interface(fd))
        puts("multicast-interface");
    if (!knows_other_levels(fd))
        puts("other-levels");
    if (!cuts_values(fd))
        puts("short-room");
    if (!refuses_flags(fd))
        puts("accept-flags");
    if (!catches_what_was_held())
        puts("held-signals");
    if (!sets_multicast_address(ipv4))
        puts("multicast-address");
    if (!tells_path_mtu(ipv4))
        puts("path-mtu");
    if (!hands_control_data_on(ipv4))
        puts("control-data");
    if (!takes_source_routes(ipv4))
        puts("source-routes");
    close(fd);
    close(ipv4);
    return 0;
}
