#include "wire/bytes.h"
#include "wire/headers.h"

#include <string.h>

/* A frame that is being written; what does not fit makes it none. */
struct frame {
    unsigned char *bytes;
    size_t size, room;
    bool full;
};

/* So many bytes more, which are 0; NULL if there is no room. */
static unsigned char *more(struct frame *frame, size_t count)
{
    if (frame->full || frame->room - frame->size < count) {
        frame->full = true;
        return NULL;
    }
    unsigned char *at = frame->bytes + frame->size;
    memset(at, 0, count);
    frame->size += count;
    return at;
}

static void add_data(struct frame *frame, const struct packet *packet)
{
    const void *data = packet->text ? packet->text : packet->data;
    size_t length = packet->text ? strlen(packet->text) : packet->length;
    unsigned char *at = more(frame, length);
    if (at && length)
        memcpy(at, data, length);
}

/* ---- transports: each from where it begins to the end of the frame ---- */

/* The checksum of a transport, once all of it is there. */
static uint16_t transport_checksum(const struct packet *packet, const struct frame *frame,
                                   size_t begin, int protocol)
{
    struct address end = end_of_route(packet->ip_options, packet->ip_options_length);
    uint32_t sum = protocol == IPPROTO_ICMP
                       ? 0
                       : pseudo_header(&packet->source, end.length ? &end : &packet->destination,
                                       (unsigned)protocol, frame->size - begin);
    return checksum_end(checksum_add(sum, frame->bytes + begin, frame->size - begin)) ^
           packet->wrong.checksum;
}

static void add_tcp(struct frame *frame, const struct packet *packet)
{
    unsigned char options[OPTIONS_MOST];
    size_t begin = frame->size, length = packet->options_length;
    if (length == 0)
        length = tcp_options_write(packet, options);
    else if (length <= OPTIONS_MOST)
        memcpy(options, packet->options, length);
    if (length > OPTIONS_MOST) {
        frame->full = true;
        return;
    }
    unsigned char *at = more(frame, TCP_HEADER + (length + 3) / 4 * 4);
    if (!at)
        return;
    put16(at, (uint16_t)address_port(&packet->source));
    put16(at + 2, (uint16_t)address_port(&packet->destination));
    put32(at + 4, packet->seq);
    put32(at + 8, packet->ack);
    at[12] = (unsigned char)(((int)(TCP_HEADER + length + 3) / 4 + packet->wrong.words) << 4);
    at[12] |= packet->wrong.reserved & 15;
    at[13] = (unsigned char)packet->flags;
    put16(at + 14, packet->window);
    put16(at + 18, packet->urgent);
    memcpy(at + TCP_HEADER, options, length);
    add_data(frame, packet);
    put16(at + 16, transport_checksum(packet, frame, begin, IPPROTO_TCP));
}

static void add_udp(struct frame *frame, const struct packet *packet)
{
    size_t begin = frame->size;
    unsigned char *at = more(frame, UDP_HEADER);
    if (!at)
        return;
    put16(at, (uint16_t)address_port(&packet->source));
    put16(at + 2, (uint16_t)address_port(&packet->destination));
    add_data(frame, packet);
    put16(at + 4, (uint16_t)((int)(frame->size - begin) + packet->wrong.length));
    if (packet->wrong.no_checksum)
        return;
    uint16_t checksum = transport_checksum(packet, frame, begin, IPPROTO_UDP);
    put16(at + 6, checksum ? checksum : 0xffff);
}

static void add_icmp(struct frame *frame, const struct packet *packet)
{
    size_t begin = frame->size;
    unsigned char *at = more(frame, ICMP_HEADER);
    if (!at)
        return;
    at[0] = packet->type;
    at[1] = packet->code;
    put32(at + 4, packet->rest);
    add_data(frame, packet);
    put16(at + 2, transport_checksum(packet, frame, begin, packet->protocol));
}

static void add_transport(struct frame *frame, const struct packet *packet)
{
    if (packet->fragment)
        add_data(frame, packet); /* what a case cut into fragments itself */
    else if (packet->protocol == IPPROTO_TCP)
        add_tcp(frame, packet);
    else if (packet->protocol == IPPROTO_UDP)
        add_udp(frame, packet);
    else if (packet->protocol == IPPROTO_ICMP || packet->protocol == IPPROTO_ICMPV6)
        add_icmp(frame, packet);
    else
        add_data(frame, packet);
}

/* ---- IP ---- */

static void add_ipv4(struct frame *frame, const struct packet *packet)
{
    size_t begin = frame->size;
    unsigned version = packet->wrong.version ? packet->wrong.version : 4;
    size_t header = IPV4_HEADER + (packet->ip_options_length + 3) / 4 * 4;
    if (packet->ip_options_length > OPTIONS_MOST) {
        frame->full = true;
        return;
    }
    unsigned char *at = more(frame, header);
    if (!at)
        return;
    at[0] = (unsigned char)(version << 4 | header / 4);
    at[1] = packet->traffic;
    put16(at + 4, (uint16_t)packet->identifier);
    put16(at + 6, (uint16_t)(packet->fragment / 8 | (packet->dont_fragment ? 0x4000 : 0) |
                             (packet->more_fragments ? 0x2000 : 0)));
    at[8] = packet->hops ? packet->hops : 64;
    at[9] = (unsigned char)packet->protocol;
    memcpy(at + 12, address_bytes(&packet->source), 4);
    memcpy(at + 16, address_bytes(&packet->destination), 4);
    memcpy(at + IPV4_HEADER, packet->ip_options, packet->ip_options_length);
    add_transport(frame, packet);
    put16(at + 2, (uint16_t)((int)(frame->size - begin) + packet->wrong.length));
    put16(at + 10, checksum_end(checksum_add(0, at, header)) ^ packet->wrong.header_checksum);
}

static void add_ipv6(struct frame *frame, const struct packet *packet)
{
    enum { FRAGMENT = 44 };
    bool fragment = packet->fragment || packet->more_fragments || packet->last_fragment;
    unsigned version = packet->wrong.version ? packet->wrong.version : 6;
    unsigned char *at = more(frame, IPV6_HEADER), *extension = NULL;
    if (!at || (fragment && !(extension = more(frame, FRAGMENT_HEADER))))
        return;
    put32(at, version << 28 | (uint32_t)packet->traffic << 20 | (packet->flow & 0xfffff));
    at[6] = fragment ? FRAGMENT : (unsigned char)packet->protocol;
    at[7] = packet->hops ? packet->hops : 64;
    memcpy(at + 8, address_bytes(&packet->source), 16);
    memcpy(at + 24, address_bytes(&packet->destination), 16);
    if (extension) {
        extension[0] = (unsigned char)packet->protocol;
        put16(extension + 2, (uint16_t)((packet->fragment & 0xfff8) | packet->more_fragments));
        put32(extension + 4, packet->identifier);
    }
    size_t begin = (size_t)(at - frame->bytes) + IPV6_HEADER;
    add_transport(frame, packet);
    put16(at + 4, (uint16_t)((int)(frame->size - begin) + packet->wrong.length));
}

static void add_arp(struct frame *frame, const struct packet *packet)
{
    unsigned char *at = more(frame, ARP_LENGTH);
    if (!at)
        return;
    put16(at, 1);
    put16(at + 2, TYPE_IPV4);
    at[4] = HARDWARE;
    at[5] = 4;
    at[7] = packet->code;
    memcpy(at + 8, packet->hardware, HARDWARE);
    memcpy(at + 14, address_bytes(&packet->source), 4);
    memcpy(at + 18, packet->to, HARDWARE);
    memcpy(at + 24, address_bytes(&packet->destination), 4);
}

size_t packet_encode(const struct packet *packet, void *bytes, size_t room)
{
    struct frame frame = {.bytes = bytes, .room = room};
    int family = packet->source.any.sa_family;
    unsigned char *at = more(&frame, ETHERNET_HEADER);
    if (!at || packet->destination.any.sa_family != family ||
        (family != AF_INET && family != AF_INET6))
        return 0;
    memcpy(at, packet->to, HARDWARE);
    memcpy(at + HARDWARE, packet->from, HARDWARE);
    if (packet->protocol == PROTOCOL_ARP && family == AF_INET) {
        put16(at + 12, TYPE_ARP);
        add_arp(&frame, packet);
    } else if (family == AF_INET) {
        put16(at + 12, TYPE_IPV4);
        add_ipv4(&frame, packet);
    } else {
        put16(at + 12, TYPE_IPV6);
        add_ipv6(&frame, packet);
    }
    return frame.full ? 0 : frame.size;
}
