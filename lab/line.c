#include "lab/line.h"

#include "calls/clock.h"
#include "lab/namespace.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

struct line_end {
    int fd;
    unsigned char hardware[6];
};

/* Frames to this link-layer address, or to a group. What the machine's other addresses get is no
 * concern of a line, and costs no copy. */
static bool take_own(int fd, const unsigned char *hardware)
{
    uint32_t high = (uint32_t)hardware[0] << 24 | (uint32_t)hardware[1] << 16 |
                    (uint32_t)hardware[2] << 8 | hardware[3];
    uint16_t low = (uint16_t)(hardware[4] << 8 | hardware[5]);
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 1, 4, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, high, 0, 3),
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 4), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, low, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0x40000),    BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}

/* Where an interface takes in what is for its own address alone, it has to take in all. */
static void take_all(int fd, unsigned ifindex)
{
    struct packet_mreq request = {.mr_ifindex = (int)ifindex, .mr_type = PACKET_MR_PROMISC};
    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof request);
}

static bool set_up(int fd, unsigned ifindex, const unsigned char *hardware)
{
    int on = 1, room = 4 << 20;
    struct sockaddr_ll name = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)ifindex};
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);
    take_all(fd, ifindex);
    return take_own(fd, hardware) &&
           setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) == 0 &&
           setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof on) == 0 &&
           bind(fd, (struct sockaddr *)&name, sizeof name) == 0;
}

struct line_end *line_open(int netns, unsigned ifindex, const unsigned char hardware[6])
{
    struct line_end *line = calloc(1, sizeof *line);
    if (!line)
        return NULL;
    namespace_enter(netns);
    memcpy(line->hardware, hardware, sizeof line->hardware);
    line->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (line->fd >= 0 && set_up(line->fd, ifindex, hardware))
        return line;
    int error = errno;
    line_close(line);
    errno = error;
    return NULL;
}

void line_close(struct line_end *line)
{
    if (line->fd >= 0)
        close(line->fd);
    free(line);
}

int line_descriptor(const struct line_end *line)
{
    return line->fd;
}

const unsigned char *line_hardware(const struct line_end *line)
{
    return line->hardware;
}

/* The kernel's stamps are of the time of day. */
static int64_t monotonic(const struct timespec *stamp)
{
    struct timespec day;
    clock_gettime(CLOCK_REALTIME, &day);
    int64_t ago = (day.tv_sec - stamp->tv_sec) * INT64_C(1000000000) + day.tv_nsec - stamp->tv_nsec;
    return clock_now() - (ago > 0 ? ago : 0);
}

static void read_control(struct msghdr *message, int64_t *time, bool *checksum_is_later)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
        struct timespec stamp;
        struct tpacket_auxdata about;
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
            memcpy(&stamp, CMSG_DATA(c), sizeof stamp);
            *time = monotonic(&stamp);
        }
        if (c->cmsg_level == SOL_PACKET && c->cmsg_type == PACKET_AUXDATA) {
            memcpy(&about, CMSG_DATA(c), sizeof about);
            *checksum_is_later = about.tp_status & TP_STATUS_CSUMNOTREADY;
        }
    }
}

int line_read(struct line_end *line, void *frame, size_t room, int64_t *time,
              bool *checksum_is_later)
{
    _Alignas(struct cmsghdr) char control[256];
    struct iovec buffer = {frame, room};
    struct msghdr message = {.msg_iov = &buffer,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    ssize_t size;
    *time = clock_now();
    *checksum_is_later = false;
    while ((size = recvmsg(line->fd, &message, 0)) < 0 && errno == EINTR)
        continue;
    if (size < 0)
        return errno == EAGAIN ? 0 : -1;
    read_control(&message, time, checksum_is_later);
    return (int)size;
}

bool line_write(struct line_end *line, const void *frame, size_t size)
{
    ssize_t sent;
    while ((sent = send(line->fd, frame, size, 0)) < 0 && errno == EINTR)
        continue;
    return sent == (ssize_t)size;
}

void line_empty(struct line_end *line)
{
    char frame[1];
    while (recv(line->fd, frame, sizeof frame, 0) >= 0 || errno == EINTR)
        continue;
}
