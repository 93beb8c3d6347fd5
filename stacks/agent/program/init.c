/* The first process of a kernel that has nothing else: lays out the system, then serves cases on a
 * serial line. Linux only. */
#include "stacks/agent/program/agent.h"

#ifdef __linux__

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/module.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

/* A request to the kernel's routing socket. */
struct request {
    struct nlmsghdr header;
    union {
        struct ifaddrmsg address;
        struct ndmsg neighbour;
    };
    char room[256];
};

static void add_attribute(struct request *request, int type, const void *bytes, size_t size)
{
    struct rtattr *attribute =
        (struct rtattr *)(void *)((char *)request + NLMSG_ALIGN(request->header.nlmsg_len));
    attribute->rta_type = (unsigned short)type;
    attribute->rta_len = (unsigned short)RTA_LENGTH(size);
    memcpy(RTA_DATA(attribute), bytes, size);
    request->header.nlmsg_len =
        (unsigned)(NLMSG_ALIGN(request->header.nlmsg_len) + RTA_ALIGN(attribute->rta_len));
}

static int send_request(struct request *request)
{
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
        char room[256];
    } answer;
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    request->header.nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
    if (send(fd, request, request->header.nlmsg_len, 0) < 0 ||
        recv(fd, &answer, sizeof answer, 0) < 0)
        answer.error.error = -errno;
    close(fd);
    return answer.error.error;
}

/* An address, its bytes and their count; family 0 if it is none. */
static int read_address(const char *text, unsigned char bytes[16], size_t *size)
{
    if (inet_pton(AF_INET, text, bytes) == 1)
        return *size = 4, AF_INET;
    if (inet_pton(AF_INET6, text, bytes) == 1)
        return *size = 16, AF_INET6;
    return 0;
}

/* "+ADDRESS" is ours, "-ADDRESS" ours but deprecated, "=ADDRESS" the peer's. */
static void configure(unsigned index, const char *word, const unsigned char *hardware)
{
    unsigned char bytes[16];
    size_t size = 0;
    int family = read_address(word + 1, bytes, &size);
    struct request request = {.header = {.nlmsg_flags = NLM_F_CREATE | NLM_F_REPLACE}};
    if (*word == '=') {
        request.header.nlmsg_type = RTM_NEWNEIGH;
        request.header.nlmsg_len = NLMSG_LENGTH(sizeof request.neighbour);
        request.neighbour = (struct ndmsg){.ndm_family = (unsigned char)family,
                                           .ndm_ifindex = (int)index,
                                           .ndm_state = NUD_PERMANENT};
        add_attribute(&request, NDA_DST, bytes, size);
        add_attribute(&request, NDA_LLADDR, hardware, 6);
    } else {
        struct ifa_cacheinfo life = {.ifa_valid = ~0u, .ifa_prefered = *word == '-' ? 0 : ~0u};
        request.header.nlmsg_type = RTM_NEWADDR;
        request.header.nlmsg_len = NLMSG_LENGTH(sizeof request.address);
        request.address = (struct ifaddrmsg){.ifa_family = (unsigned char)family,
                                             .ifa_prefixlen = family == AF_INET ? 24 : 64,
                                             .ifa_flags = IFA_F_NODAD,
                                             .ifa_index = index};
        add_attribute(&request, IFA_LOCAL, bytes, size);
        add_attribute(&request, IFA_ADDRESS, bytes, size);
        if (family == AF_INET6)
            add_attribute(&request, IFA_CACHEINFO, &life, sizeof life);
    }
    int error = send_request(&request);
    if (error)
        fprintf(stderr, "sockspec-agent: %s: %s\n", word, strerror(-error));
}

static void set_up(const char *name)
{
    struct ifreq request = {.ifr_flags = IFF_UP};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    if (ioctl(fd, SIOCSIFFLAGS, &request) != 0)
        fprintf(stderr, "sockspec-agent: cannot bring up %s: %s\n", name, strerror(errno));
    close(fd);
}

static void load_module(const char *path)
{
    int fd = open(path, O_RDONLY);
#ifdef SYS_finit_module
    const char *end = strrchr(path, '.');
    int flags = end && strcmp(end, ".ko") != 0 ? MODULE_INIT_COMPRESSED_FILE : 0;
    if (fd < 0 || syscall(SYS_finit_module, fd, "", flags) != 0)
#endif
        fprintf(stderr, "sockspec-agent: cannot load %s: %s\n", path, strerror(errno));
    if (fd >= 0)
        close(fd);
}

/* Opens a device, once its driver has made it. */
static int open_device(const char *path)
{
    enum { PATIENCE_MILLISECONDS = 10000 };
    char events[4096];
    int changes = inotify_init1(IN_CLOEXEC);
    struct pollfd change = {.fd = changes, .events = POLLIN};
    int fd;
    inotify_add_watch(changes, "/dev", IN_CREATE);
    while ((fd = open(path, O_RDWR | O_NOCTTY)) < 0 && errno == ENOENT &&
           poll(&change, 1, PATIENCE_MILLISECONDS) == 1)
        if (read(changes, events, sizeof events) < 0)
            break;
    if (fd < 0)
        fprintf(stderr, "sockspec-agent: %s: %s\n", path, strerror(errno));
    close(changes);
    return fd;
}

int init_stream(int argc, char **argv)
{
    /* argv: device of the stream, modules after "!", interface, addresses... */
    unsigned char hardware[6] = {2, 0, 0, 0, 0, 2};
    struct termios raw;
    mount("proc", "/proc", "proc", 0, NULL);
    mount("dev", "/dev", "devtmpfs", 0, NULL);
    for (; argc > 1 && argv[1][0] == '!';
         argc--, memmove(argv + 1, argv + 2, (size_t)argc * sizeof *argv))
        load_module(argv[1] + 1);
    settings_apply();
    set_up("lo");
    if (argc > 1)
        set_up(argv[1]);
    for (int i = 2; i < argc; i++)
        configure(if_nametoindex(argv[1]), argv[i], hardware);
    int stream = open_device(argv[0]);
    if (stream >= 0 && tcgetattr(stream, &raw) == 0) {
        cfmakeraw(&raw);
        tcsetattr(stream, TCSANOW, &raw);
    }
    return stream;
}

#else

int init_stream(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return -1;
}

#endif
