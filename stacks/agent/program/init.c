/* The first process of a kernel that has nothing else: lays out the system, then serves cases on a
 * serial line. Linux only. */
#include "stacks/agent/program/agent.h"

#include <stdio.h>

#ifdef __linux__

#include "stacks/agent/program/netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

/* A request to the kernel's routing socket. */
struct request {
    struct netlink_header header;
    union {
        struct netlink_address address;
        struct netlink_neighbour neighbour;
    };
    char room[256];
};

static void add_attribute(struct request *request, int type, const void *bytes, size_t size)
{
    uint32_t at = NETLINK_ALIGN(request->header.length);
    struct netlink_attribute *attribute =
        (struct netlink_attribute *)(void *)((char *)request + at);
    attribute->type = (uint16_t)type;
    attribute->length = (uint16_t)(sizeof *attribute + size);
    memcpy(attribute + 1, bytes, size);
    request->header.length = at + NETLINK_ALIGN(attribute->length);
}

static int send_request(struct request *request)
{
    struct netlink_answer answer;
    int fd = socket(AF_NETLINK, SOCK_RAW, ROUTING);
    request->header.flags |= IS_REQUEST | WANTS_ANSWER;
    if (send(fd, request, request->header.length, 0) < 0 || recv(fd, &answer, sizeof answer, 0) < 0)
        answer.error = -errno;
    close(fd);
    return answer.error;
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
    struct request request = {.header = {.flags = CREATES | REPLACES}};
    if (*word == '=') {
        request.header.type = NEW_NEIGHBOUR;
        request.header.length = sizeof request.header + sizeof request.neighbour;
        request.neighbour = (struct netlink_neighbour){
            .family = (uint8_t)family, .interface = (int32_t)index, .state = NEIGHBOUR_PERMANENT};
        add_attribute(&request, NEIGHBOUR_ADDRESS, bytes, size);
        add_attribute(&request, NEIGHBOUR_HARDWARE, hardware, 6);
    } else {
        const struct netlink_life life = {.valid = UINT32_MAX,
                                          .preferred = *word == '-' ? 0 : UINT32_MAX};
        request.header.type = NEW_ADDRESS;
        request.header.length = sizeof request.header + sizeof request.address;
        request.address = (struct netlink_address){.family = (uint8_t)family,
                                                   .prefix = family == AF_INET ? 24 : 64,
                                                   .flags = ADDRESS_AT_ONCE,
                                                   .interface = index};
        add_attribute(&request, ADDRESS_LOCAL, bytes, size);
        add_attribute(&request, ADDRESS_PREFIX, bytes, size);
        if (family == AF_INET6)
            add_attribute(&request, ADDRESS_LIFE, &life, sizeof life);
    }
    int error = send_request(&request);
    if (error)
        fprintf(stderr, "sockspec-agent: %s: %s\n", word, strerror(-error));
}

/* Has what comes handed on as it comes: segments that wait to be put together are overtaken by
 * packets of other protocols. As ETHTOOL_SGRO of linux/ethtool.h does. */
static void keep_apart(int fd, const char *name)
{
    struct {
        uint32_t command, on;
    } no_merging = {0x2c, 0};
    struct ifreq request = {.ifr_data = (void *)&no_merging};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    ioctl(fd, 0x8946, &request);
}

static void set_up(const char *name)
{
    struct ifreq request = {.ifr_flags = IFF_UP};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    if (ioctl(fd, SIOCSIFFLAGS, &request) != 0)
        fprintf(stderr, "sockspec-agent: cannot bring up %s: %s\n", name, strerror(errno));
    keep_apart(fd, name);
    close(fd);
}

static void load_module(const char *path)
{
    int fd = open(path, O_RDONLY);
#ifdef SYS_finit_module
    const char *end = strrchr(path, '.');
    int flags = end && strcmp(end, ".ko") != 0 ? MODULE_COMPRESSED : 0;
    if (fd < 0 || syscall(SYS_finit_module, fd, "", flags) != 0)
#endif
        fprintf(stderr, "sockspec-agent: cannot load %s: %s\n", path, strerror(errno));
    if (fd >= 0)
        close(fd);
}

/* Whether the kernel has what a virtual machine's devices need, as sysfs shows its drivers: those
 * that are built in are there before the first process, and modules as soon as they are loaded. */
static bool has_drivers(bool interface)
{
    static const struct {
        const char *path, *option;
        bool network;
    } drivers[] = {{"/sys/bus/pci/drivers/virtio-pci", "VIRTIO_PCI", false},
                   {"/sys/bus/virtio/drivers/virtio_console", "VIRTIO_CONSOLE", false},
                   {"/sys/bus/virtio/drivers/virtio_net", "VIRTIO_NET", true}};
    bool all = true, shown = mount("sys", "/sys", "sysfs", 0, NULL) == 0;
    for (size_t i = 0; i < sizeof drivers / sizeof *drivers && shown; i++)
        if ((interface || !drivers[i].network) && access(drivers[i].path, F_OK) != 0) {
            fprintf(stderr, "sockspec-agent: this kernel has no driver CONFIG_%s\n",
                    drivers[i].option);
            all = false;
        }
    if (!all)
        fputs("sockspec-agent: build drivers in, or give modules=DIR of this very kernel\n",
              stderr);
    if (shown)
        umount("/sys");
    return all;
}

/* Opens a device, once its driver has made it: however slow this machine is, who started it gives
 * up some day and ends it. */
static int open_device(const char *path)
{
    char events[4096];
    int changes = inotify_init1(IN_CLOEXEC);
    struct pollfd change = {.fd = changes, .events = POLLIN};
    int fd;
    inotify_add_watch(changes, "/dev", IN_CREATE);
    if (access(path, F_OK) != 0)
        fprintf(stderr, "sockspec-agent: waiting for %s\n", path);
    while ((fd = open(path, O_RDWR | O_NOCTTY)) < 0 && errno == ENOENT && poll(&change, 1, -1) == 1)
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
    if (getpid() != 1) { /* a system that somebody uses */
        fputs("sockspec-agent: --init is for the first process of a system, which this is not\n",
              stderr);
        return NO_INIT;
    }
    mount("proc", "/proc", "proc", 0, NULL);
    mount("dev", "/dev", "devtmpfs", 0, NULL);
    for (; argc > 1 && argv[1][0] == '!';
         argc--, memmove(argv + 1, argv + 2, (size_t)argc * sizeof *argv))
        load_module(argv[1] + 1);
    if (strncmp(argv[0], "/dev/vport", 10) == 0 && !has_drivers(argc > 1))
        reboot(RB_AUTOBOOT); /* the end of the machine, without the many lines of a panic */
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
    fputs("sockspec-agent: --init is for Linux\n", stderr);
    return NO_INIT;
}

#endif
