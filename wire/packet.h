/* A packet as a value: decoded from a frame of an Ethernet, or to be encoded into one.
 *
 * Numbers are those of the wire, in host order. What is 0 is absent, or (sending) what is right:
 * checksums, lengths, a version and so on are right unless `wrong` says otherwise. */
#ifndef SOCKSPEC_PACKET_H
#define SOCKSPEC_PACKET_H

#include "calls/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The flags of a TCP segment. */
enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16, URG = 32, ECE = 64, CWR = 128 };

/* Protocols beside those of <netinet/in.h>, in packet.protocol. */
enum { PROTOCOL_NONE = 0, PROTOCOL_ARP = 0x10806 };

enum { HARDWARE = 6, OPTIONS_MOST = 40, SACK_MOST = 4, COOKIE_MOST = 16, FRAME_ROOM = 65550 };

/* What is not as it should be in a packet that was received, a bit each. */
enum {
    PACKET_CUT = 1,        /* it ends before what its headers say */
    PACKET_BAD_HEADER = 2, /* lengths or a version that make no sense; decoded no further */
    PACKET_BAD_HEADER_CHECKSUM = 4, /* of IPv4 */
    PACKET_BAD_CHECKSUM = 8,        /* of TCP, UDP, ICMP, ICMPv6 */
    PACKET_BAD_OPTIONS = 16, /* TCP options that end in the middle of one, or have no length */
    PACKET_UNKNOWN = 32,     /* a protocol that is not decoded: data has what follows */
};

/* The timestamps option. */
struct stamp {
    bool there;
    uint32_t value, echo;
};

/* The User Timeout Option. */
struct user_timeout {
    bool there, minutes; /* or else seconds */
    uint16_t value;      /* of 15 bits */
};

/* What is wrong on purpose in a packet that is sent. */
struct wrong {
    uint16_t checksum;        /* these bits of the transport's checksum are turned around */
    uint16_t header_checksum; /* the same of IPv4's header */
    bool no_checksum;         /* UDP: it is 0 */
    int length;               /* the lengths of IP and UDP say so many bytes more than there are */
    int words;                /* TCP's header length says so many words more than it has */
    unsigned reserved;        /* these of the four bits behind TCP's header length are set */
    unsigned version;         /* of IP, instead of 4 or 6 */
};

struct packet {
    int64_t time;           /* when it was received or sent, in clock_now()'s nanoseconds */
    unsigned problems;      /* PACKET_... */
    bool checksum_is_later; /* the sender left the checksum to hardware that there is none of */

    unsigned char from[HARDWARE], to[HARDWARE]; /* of the link; zeros sending: what is usual */

    /* IP. The addresses have the ports of TCP and UDP; the protocol is 0 if there was no packet. */
    int protocol; /* IPPROTO_TCP, PROTOCOL_ARP... */
    struct address source, destination;
    struct address end;    /* of a source route that leads on from the destination; not sent */
    uint8_t hops;          /* time to live, hop limit; sending 0: 64 */
    uint8_t traffic;       /* type of service, traffic class */
    uint32_t flow;         /* label */
    bool dont_fragment;    /* IPv4 */
    uint16_t fragment;     /* offset in bytes */
    bool more_fragments;   /* sending: a fragment of IPv6 has its header for that */
    bool last_fragment;    /* of several, as `fragment` is not 0; sending, IPv6: an atomic one */
    uint32_t identifier;   /* IPv4's, or that of IPv6's fragment header */
    size_t header_options; /* bytes of IPv4 options or of IPv6 extension headers; not sent */
    /* Sending: the options of IPv4, filled up with End of Option List. */
    unsigned char ip_options[OPTIONS_MOST];
    unsigned ip_options_length;

    /* TCP */
    unsigned flags;
    uint32_t seq, ack;
    uint16_t window, urgent;
    uint16_t mss;
    unsigned scale; /* the window scale and 1, so that 0 is none: SCALE(7) */
    bool sack_permitted;
    struct stamp stamp; /* STAMP(value, echo) */
    uint32_t sack[SACK_MOST][2];
    unsigned sacks;
    bool fast_open; /* with a cookie, or asking for one */
    unsigned cookie_length;
    unsigned char cookie[COOKIE_MOST];
    struct user_timeout user_timeout; /* UTO_SECONDS(value), UTO_MINUTES(value) */
    /* All options as they are on the wire. Sending, these are sent instead of those by name. */
    unsigned char options[OPTIONS_MOST];
    unsigned options_length;

    /* ICMP and ICMPv6; ARP: the operation in code */
    uint8_t type, code;
    uint32_t rest; /* the four bytes behind the checksum: identifier and number, MTU, pointer */

    /* ARP, and the link-layer address in an option of neighbour discovery: whose it is */
    unsigned char hardware[HARDWARE];

    /* What the protocol carries. It lives as long as what it was decoded from, or is the sender's;
     * sending, a text is data too. */
    const void *data;
    size_t length;
    const char *text;

    /* Of a packet that was received: the IP packet as it came. */
    const void *raw;
    size_t raw_length;

    struct wrong wrong;
};

#define SCALE(shift_) ((shift_) + 1)
#define STAMP(value_, echo_)                                                                       \
    {                                                                                              \
        .there = true, .value = (value_), .echo = (echo_)                                          \
    }
#define UTO_SECONDS(value_)                                                                        \
    {                                                                                              \
        .there = true, .value = (value_)                                                           \
    }
#define UTO_MINUTES(value_)                                                                        \
    {                                                                                              \
        .there = true, .minutes = true, .value = (value_)                                          \
    }

/* Decodes a frame, or an IP packet as ICMP errors quote it: whatever the bytes are. What cannot be
 * decoded is left 0 and said by `problems`. The packet refers to the bytes. */
struct packet packet_decode(const void *frame, size_t size);
struct packet packet_decode_ip(const void *bytes, size_t size);

/* Whether it is an error of ICMP or ICMPv6, and the packet that one quotes; protocol 0 if there is
 * none. A quote is cut as a rule. */
bool packet_is_error(const struct packet *packet);
struct packet packet_quoted(const struct packet *error);

/* Encodes a frame; gives its size, or 0 if it is no packet that can be (or there is no room). */
size_t packet_encode(const struct packet *packet, void *frame, size_t room);

/* What a segment takes of the sequence space: its data, and SYN and FIN. */
uint32_t packet_space(const struct packet *packet);

/* Whether a is before b in the sequence space. */
bool sequence_before(uint32_t a, uint32_t b);

/* The Internet checksum of bytes, beginning with a sum of others. */
uint32_t checksum_add(uint32_t sum, const void *bytes, size_t size);
uint16_t checksum_end(uint32_t sum);

#endif
