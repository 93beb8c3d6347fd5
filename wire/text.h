/* Packets in words, with the numbers of TCP relative to their connection. */
#ifndef SOCKSPEC_WIRE_TEXT_H
#define SOCKSPEC_WIRE_TEXT_H

#include "wire/packet.h"

/* The sequence number from which one direction of a connection is counted: that of its SYN. Where
 * it is not known numbers are shown as they are. */
struct origin {
    bool known;
    uint32_t number;
};

enum { FLOWS = 16 };

/* The connections of a conversation, by the addresses of their ends. */
struct flows {
    struct flow {
        struct address end[2];
        struct origin origin[2]; /* of what that end sends */
    } flow[FLOWS];
    size_t count;
};

/* Takes note of a segment that came or went: a SYN is where its direction begins. Of a connection
 * that was not seen to begin the first numbers are taken to be 1. */
void flows_note(struct flows *flows, const struct packet *packet);

/* Flags alone: "SYN ACK", "RST", "none"; PSH and those of ECN are not worth a word. */
const char *flags_text(unsigned flags);

/* What a segment says in words that mean the same whoever sent it: flags, its number, what it
 * acknowledges, how much data: "SYN seq 0", "ACK seq 1 ack 4 data 3", "RST seq 1", and what is
 * wrong with it. "nothing" if there was no packet. ICMP, UDP and ARP alike: "ICMP 3/3", "UDP data
 * 5", "ARP". The text lives until the thread has asked for eight others. */
const char *packet_words(const struct packet *packet, const struct origin *own,
                         const struct origin *other);

/* A line of a transcript: who to whom, and everything that is worth to be seen. */
void packet_line(const struct packet *packet, const struct flows *flows, char *line, size_t size);

#endif
