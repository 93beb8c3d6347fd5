#include "wire/bytes.h"
#include "wire/headers.h"

#include <string.h>

/* What is left to be read. */
struct rest {
    const unsigned char *at;
    size_t size;
};

static void skip(struct rest *rest, size_t count)
{
    rest->at += count;
    rest->size -= count;
}

/* Whether so many bytes are left; if not, says that the packet is cut. */
static bool has(struct packet *packet, const struct rest *rest, size_t count)
{
    if (rest->size >= count)
        return true;
    packet->problems |= PACKET_CUT;
    return false;
}

static void carry(struct packet *packet, struct rest rest)
{
    packet->data = rest.at;
    packet->length = rest.size;
}

/* What does not come whole has no checksum that could be looked at. */
static bool is_whole(const struct packet *packet)
{
    return !(packet->problems & PACKET_CUT) && !packet->fragment && !packet->more_fragments;
}

/* A checksum has the end's address for its destination, not that of a host on the way there. */
static void check_transport(struct packet *packet, struct rest all, unsigned protocol)
{
    const struct address *end = packet->end.length ? &packet->end : &packet->destination;
    if (is_whole(packet) &&
        checksum_end(checksum_add(pseudo_header(&packet->source, end, protocol, all.size), all.at,
                                  all.size)) != 0)
        packet->problems |= PACKET_BAD_CHECKSUM;
}

static void set_ports(struct packet *packet, const unsigned char *at)
{
    packet->source = address_with_port(packet->source, get16(at));
    packet->destination = address_with_port(packet->destination, get16(at + 2));
}

/* ---- transports ---- */

/* A quote of an ICMP error has as much of it as it likes: at least ports and number. */
static void decode_tcp(struct packet *packet, struct rest rest)
{
    struct rest all = rest;
    if (rest.size >= 4)
        set_ports(packet, rest.at);
    if (rest.size >= 8)
        packet->seq = get32(rest.at + 4);
    if (!has(packet, &rest, TCP_HEADER))
        return;
    size_t header = (size_t)(rest.at[12] >> 4) * 4;
    packet->ack = get32(rest.at + 8);
    packet->flags = rest.at[13];
    packet->window = get16(rest.at + 14);
    packet->urgent = get16(rest.at + 18);
    if (header < TCP_HEADER) {
        packet->problems |= PACKET_BAD_HEADER;
        return;
    }
    if (!has(packet, &rest, header))
        return;
    tcp_options_read(packet, rest.at + TCP_HEADER, header - TCP_HEADER);
    skip(&rest, header);
    carry(packet, rest);
    check_transport(packet, all, IPPROTO_TCP);
}

static void decode_udp(struct packet *packet, struct rest rest)
{
    if (rest.size >= 4)
        set_ports(packet, rest.at);
    if (!has(packet, &rest, UDP_HEADER))
        return;
    size_t length = get16(rest.at + 4);
    if (length < UDP_HEADER) {
        packet->problems |= PACKET_BAD_HEADER;
        return;
    }
    if (length > rest.size)
        packet->problems |= PACKET_CUT;
    else
        rest.size = length;
    /* Over IPv4 there need not be one. */
    if (get16(rest.at + 6) || packet->source.any.sa_family == AF_INET6)
        check_transport(packet, rest, IPPROTO_UDP);
    skip(&rest, UDP_HEADER);
    carry(packet, rest);
}

/* The link-layer address of neighbour discovery, in the first of the options that there are. */
static void decode_neighbour(struct packet *packet, struct rest rest)
{
    enum { TARGET = 16, OPTION = 8 };
    if (rest.size >= TARGET + OPTION && rest.at[TARGET + 1] == 1)
        memcpy(packet->hardware, rest.at + TARGET + 2, HARDWARE);
}

static void decode_icmp(struct packet *packet, struct rest rest)
{
    struct rest all = rest;
    if (!has(packet, &rest, ICMP_HEADER))
        return;
    packet->type = rest.at[0];
    packet->code = rest.at[1];
    packet->rest = get32(rest.at + 4);
    skip(&rest, ICMP_HEADER);
    carry(packet, rest);
    if (packet->protocol == IPPROTO_ICMPV6) {
        check_transport(packet, all, IPPROTO_ICMPV6);
        if (packet->type == NEIGHBOUR_SOLICITATION || packet->type == NEIGHBOUR_ADVERTISEMENT)
            decode_neighbour(packet, rest);
    } else if (is_whole(packet) && checksum_end(checksum_add(0, all.at, all.size)) != 0) {
        packet->problems |= PACKET_BAD_CHECKSUM;
    }
}

static void decode_transport(struct packet *packet, struct rest rest)
{
    bool ipv6 = packet->source.any.sa_family == AF_INET6;
    carry(packet, rest);
    if (packet->fragment)
        packet->problems |= PACKET_UNKNOWN; /* the header is in the first fragment */
    else if (packet->protocol == IPPROTO_TCP)
        decode_tcp(packet, rest);
    else if (packet->protocol == IPPROTO_UDP)
        decode_udp(packet, rest);
    else if (packet->protocol == (ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP))
        decode_icmp(packet, rest);
    else
        packet->problems |= PACKET_UNKNOWN;
}

/* ---- IP ---- */

/* Takes what a header says to be there: what is behind it is padding of the link. */
static void limit(struct packet *packet, struct rest *rest, size_t length)
{
    if (length > rest->size)
        packet->problems |= PACKET_CUT;
    else
        rest->size = length;
}

static void keep_raw(struct packet *packet, struct rest rest)
{
    packet->raw = rest.at;
    packet->raw_length = rest.size;
}

static void decode_ipv4(struct packet *packet, struct rest rest)
{
    if (!has(packet, &rest, IPV4_HEADER))
        return;
    size_t header = (size_t)(rest.at[0] & 15) * 4, total = get16(rest.at + 2);
    unsigned fragment = get16(rest.at + 6);
    packet->traffic = rest.at[1];
    packet->identifier = get16(rest.at + 4);
    packet->dont_fragment = fragment & 0x4000;
    packet->more_fragments = fragment & 0x2000;
    packet->fragment = (uint16_t)((fragment & 0x1fff) * 8);
    packet->last_fragment = packet->fragment && !packet->more_fragments;
    packet->hops = rest.at[8];
    packet->protocol = rest.at[9] ? rest.at[9] : IPPROTO_RAW;
    packet->source = address_from(AF_INET, rest.at + 12);
    packet->destination = address_from(AF_INET, rest.at + 16);
    if (rest.at[0] >> 4 != 4 || header < IPV4_HEADER || total < header) {
        packet->problems |= PACKET_BAD_HEADER;
        return;
    }
    limit(packet, &rest, total);
    keep_raw(packet, rest);
    if (!has(packet, &rest, header))
        return;
    if (checksum_end(checksum_add(0, rest.at, header)) != 0)
        packet->problems |= PACKET_BAD_HEADER_CHECKSUM;
    packet->header_options = header - IPV4_HEADER;
    packet->end = end_of_route(rest.at + IPV4_HEADER, packet->header_options);
    skip(&rest, header);
    decode_transport(packet, rest);
}

/* Passes an extension header; false if the next header is none, or cut. */
static bool pass_extension(struct packet *packet, struct rest *rest)
{
    enum { HOP_BY_HOP = 0, ROUTING = 43, FRAGMENT = 44, DESTINATION = 60 };
    int kind = packet->protocol;
    if ((kind != HOP_BY_HOP && kind != ROUTING && kind != FRAGMENT && kind != DESTINATION) ||
        packet->fragment || !has(packet, rest, FRAGMENT_HEADER))
        return false;
    size_t length = kind == FRAGMENT ? FRAGMENT_HEADER : 8 + (size_t)rest->at[1] * 8;
    if (!has(packet, rest, length))
        return false;
    if (kind == FRAGMENT) {
        packet->fragment = get16(rest->at + 2) & 0xfff8;
        packet->more_fragments = rest->at[3] & 1;
        packet->last_fragment = !packet->more_fragments;
        packet->identifier = get32(rest->at + 4);
    }
    packet->protocol = rest->at[0];
    packet->header_options += length;
    skip(rest, length);
    return true;
}

static void decode_ipv6(struct packet *packet, struct rest rest)
{
    if (!has(packet, &rest, IPV6_HEADER))
        return;
    uint32_t first = get32(rest.at);
    packet->traffic = (uint8_t)(first >> 20);
    packet->flow = first & 0xfffff;
    packet->protocol = rest.at[6];
    packet->hops = rest.at[7];
    packet->source = address_from(AF_INET6, rest.at + 8);
    packet->destination = address_from(AF_INET6, rest.at + 24);
    if (first >> 28 != 6) {
        packet->problems |= PACKET_BAD_HEADER;
        return;
    }
    limit(packet, &rest, IPV6_HEADER + (size_t)get16(rest.at + 4));
    keep_raw(packet, rest);
    skip(&rest, IPV6_HEADER);
    while (pass_extension(packet, &rest))
        continue;
    if (packet->protocol == 0)
        packet->protocol = IPPROTO_RAW; /* an extension header that is cut */
    decode_transport(packet, rest);
}

/* ---- the link ---- */

static void decode_arp(struct packet *packet, struct rest rest)
{
    packet->protocol = PROTOCOL_ARP;
    if (!has(packet, &rest, ARP_LENGTH))
        return;
    if (get16(rest.at) != 1 || get16(rest.at + 2) != TYPE_IPV4 || rest.at[4] != HARDWARE ||
        rest.at[5] != 4) {
        packet->problems |= PACKET_BAD_HEADER;
        return;
    }
    packet->code = rest.at[7];
    memcpy(packet->hardware, rest.at + 8, HARDWARE);
    packet->source = address_from(AF_INET, rest.at + 14);
    packet->destination = address_from(AF_INET, rest.at + 24);
}

static void decode_ip(struct packet *packet, struct rest rest)
{
    if (!has(packet, &rest, 1))
        return;
    if (rest.at[0] >> 4 == 6)
        decode_ipv6(packet, rest);
    else
        decode_ipv4(packet, rest);
}

struct packet packet_decode_ip(const void *bytes, size_t size)
{
    struct packet packet = {.protocol = PROTOCOL_NONE};
    decode_ip(&packet, (struct rest){bytes, size});
    return packet;
}

struct packet packet_decode(const void *frame, size_t size)
{
    struct packet packet = {.protocol = PROTOCOL_NONE};
    struct rest rest = {frame, size};
    if (!has(&packet, &rest, ETHERNET_HEADER))
        return packet;
    memcpy(packet.to, rest.at, HARDWARE);
    memcpy(packet.from, rest.at + HARDWARE, HARDWARE);
    unsigned type = get16(rest.at + 12);
    skip(&rest, ETHERNET_HEADER);
    if (type == TYPE_IPV4)
        decode_ipv4(&packet, rest);
    else if (type == TYPE_IPV6)
        decode_ipv6(&packet, rest);
    else if (type == TYPE_ARP)
        decode_arp(&packet, rest);
    else
        packet.problems |= PACKET_UNKNOWN;
    return packet;
}

bool packet_is_error(const struct packet *packet)
{
    static const uint8_t types[] = {3, 4, 5, 11, 12};
    return (packet->protocol == IPPROTO_ICMP && memchr(types, packet->type, sizeof types)) ||
           (packet->protocol == IPPROTO_ICMPV6 && packet->type < 128);
}

struct packet packet_quoted(const struct packet *error)
{
    return packet_is_error(error) ? packet_decode_ip(error->data, error->length)
                                  : (struct packet){.protocol = PROTOCOL_NONE};
}

uint32_t packet_space(const struct packet *packet)
{
    uint32_t data = packet->text ? (uint32_t)strlen(packet->text) : (uint32_t)packet->length;
    return data + !!(packet->flags & SYN) + !!(packet->flags & FIN);
}

bool sequence_before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}
