#include "stacks/lwip/program/frames.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <lwip/inet_chksum.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* lwIP's lock guards the frame. Before it is what its sender has left for the hardware to do. */
static int packets = -1;
static struct {
    struct virtio_net_hdr offload;
    unsigned char bytes[UINT16_MAX];
} __attribute__((packed)) frame;

unsigned frames_open(const char *interface, unsigned char hardware[ETH_ALEN])
{
    int on = 1, room = 4 << 20;
    struct sockaddr_ll name = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
    struct ifreq request = {0};
    unsigned index = if_nametoindex(interface);
    strncpy(request.ifr_name, interface, sizeof request.ifr_name - 1);
    name.sll_ifindex = (int)index;
    packets = index ? socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0) : -1;
    if (packets < 0 || setsockopt(packets, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on) != 0 ||
        setsockopt(packets, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) != 0 ||
        setsockopt(packets, SOL_SOCKET, SO_RCVBUF, &room, sizeof room) != 0 ||
        ioctl(packets, SIOCGIFHWADDR, &request) != 0 ||
        bind(packets, (struct sockaddr *)&name, sizeof name) != 0)
        return 0;
    memcpy(hardware, request.ifr_hwaddr.sa_data, ETH_ALEN);
    return index;
}

err_t frames_send(struct netif *netif, struct pbuf *packet)
{
    (void)netif;
    frame.offload = (struct virtio_net_hdr){0};
    pbuf_copy_partial(packet, frame.bytes, packet->tot_len, 0);
    size_t size = sizeof frame.offload + packet->tot_len;
    return write(packets, &frame, size) == (ssize_t)size ? ERR_OK : ERR_IF;
}

/* The sender has summed up the pseudo header only. */
static void finish_checksum(size_t size)
{
    size_t start = frame.offload.csum_start, at = start + frame.offload.csum_offset;
    if (!(frame.offload.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) || at + 2 > size)
        return;
    u16_t sum = inet_chksum(frame.bytes + start, (u16_t)(size - start));
    memcpy(frame.bytes + at, &sum, sizeof sum);
}

void frames_receive(struct netif *netif)
{
    ssize_t size;
    while (packets >= 0 && (size = recv(packets, &frame, sizeof frame, MSG_DONTWAIT)) > 0) {
        if ((size_t)size <= sizeof frame.offload)
            continue;
        size_t length = (size_t)size - sizeof frame.offload;
        finish_checksum(length);
        struct pbuf *packet = pbuf_alloc(PBUF_RAW, (u16_t)length, PBUF_RAM);
        if (packet && (pbuf_take(packet, frame.bytes, (u16_t)length) != ERR_OK ||
                       netif->input(packet, netif) != ERR_OK))
            pbuf_free(packet);
    }
}

void frames_await(void)
{
    struct pollfd arrival = {.fd = packets, .events = POLLIN};
    while (poll(&arrival, 1, -1) < 0 && errno == EINTR)
        continue;
}
