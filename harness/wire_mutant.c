/* What a mutant does to packets between the implementation and a line. */
#include "harness/rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SENT_MOST = 16 };

static const struct mutant *current;
static struct packet sent[SENT_MOST];
static size_t first, behind_last;

void wire_broken_by(const struct mutant *mutant)
{
    current = mutant;
}

void wire_sends(const struct packet *packet)
{
    if (behind_last - first == SENT_MOST) {
        fprintf(stderr, "a mutant sends too much at once\n");
        abort();
    }
    sent[behind_last++ % SENT_MOST] = *packet;
}

bool wire_sent(struct packet *packet)
{
    if (first == behind_last)
        return false;
    *packet = sent[first++ % SENT_MOST];
    return true;
}

static bool is_meant(const struct tampering *how, const struct packet *packet, enum heading heading)
{
    static unsigned count;
    return heading == how->heading && packet->protocol == IPPROTO_TCP &&
           (packet->flags & how->with) == how->with && !(packet->flags & how->without) &&
           (!how->data || packet->length || packet->text) && (!how->nth || ++count == how->nth);
}

static bool tamper(const struct tampering *how, struct packet *packet)
{
    packet->flags = (packet->flags & ~how->clear) | how->set;
    packet->seq += (uint32_t)how->seq;
    packet->ack += (uint32_t)how->ack;
    packet->window = (uint16_t)(packet->window + how->window);
    if (how->mended) {
        packet->wrong.checksum = 0;
        packet->problems &= ~(unsigned)PACKET_BAD_CHECKSUM;
    }
    if (how->twice && how->heading == FROM_IUT)
        wire_sends(packet);
    return !how->lost;
}

bool wire_passes(struct packet *packet, enum heading heading)
{
    if (!current)
        return true;
    if (current->wire)
        return current->wire(packet, heading);
    return !is_meant(&current->tampering, packet, heading) || tamper(&current->tampering, packet);
}
