/* Where things are in the headers of protocols, for both who read and who write them. */
#ifndef SOCKSPEC_WIRE_HEADERS_H
#define SOCKSPEC_WIRE_HEADERS_H

#include "wire/packet.h"

enum {
    ETHERNET_HEADER = 14,
    TYPE_IPV4 = 0x0800,
    TYPE_ARP = 0x0806,
    TYPE_IPV6 = 0x86dd,
    IPV4_HEADER = 20,
    IPV6_HEADER = 40,
    FRAGMENT_HEADER = 8,
    TCP_HEADER = 20,
    UDP_HEADER = 8,
    ICMP_HEADER = 8,
    ARP_LENGTH = 28,
    NEIGHBOUR_SOLICITATION = 135,
    NEIGHBOUR_ADVERTISEMENT = 136,
};

/* The kinds of TCP options. */
enum {
    OPTION_END,
    OPTION_NOP,
    OPTION_MSS,
    OPTION_SCALE,
    OPTION_SACK_PERMITTED,
    OPTION_SACK,
    OPTION_STAMP = 8,
    OPTION_USER_TIMEOUT = 28,
    OPTION_FAST_OPEN = 34,
};

/* Reads TCP options by name; and writes them, as many as there is room for, padded to whole words.
 * Gives how many bytes they take. */
void tcp_options_read(struct packet *packet, const unsigned char *options, size_t size);
size_t tcp_options_write(const struct packet *packet, unsigned char options[OPTIONS_MOST]);

/* The first option of a kind as it is on the wire, kind and length and all; NULL if there is none.
 * If its length makes no sense PACKET_BAD_OPTIONS is among the packet's problems. */
const unsigned char *tcp_option(const struct packet *packet, unsigned kind);

/* The sum of the pseudo-header that the checksums of transports begin with. */
uint32_t pseudo_header(const struct address *source, const struct address *destination,
                       unsigned protocol, size_t length);

/* An IP address from its bytes, without a port; and its bytes, 4 or 16 of them. */
struct address address_from(int family, const unsigned char *bytes);

/* Where a source route among IPv4's options leads to in the end, if it has not come there yet; else
 * an address of length 0. A transport's checksum has that for the destination, or it would be wrong
 * where it is looked at. */
struct address end_of_route(const unsigned char *options, size_t size);
const unsigned char *address_bytes(const struct address *address);

#endif
