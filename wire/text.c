#include "wire/text.h"

#include "calls/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- connections ---- */

/* The connection that a packet belongs to, and which end sent it; NULL if there is none. */
static struct flow *find_flow(const struct flows *flows, const struct packet *packet, int *sender)
{
    for (size_t i = 0; i < flows->count; i++)
        for (int end = 0; end < 2; end++)
            if (address_equal(&flows->flow[i].end[end], &packet->source) &&
                address_equal(&flows->flow[i].end[!end], &packet->destination)) {
                *sender = end;
                return (struct flow *)&flows->flow[i];
            }
    return NULL;
}

static struct flow *add_flow(struct flows *flows, const struct packet *packet)
{
    if (flows->count == FLOWS)
        return NULL;
    struct flow *flow = &flows->flow[flows->count++];
    *flow = (struct flow){.end = {packet->source, packet->destination}};
    return flow;
}

void flows_note(struct flows *flows, const struct packet *packet)
{
    int sender = 0;
    if (packet->protocol != IPPROTO_TCP || packet->problems & PACKET_BAD_HEADER)
        return;
    struct flow *flow = find_flow(flows, packet, &sender);
    if (!flow && !(flow = add_flow(flows, packet)))
        return;
    struct origin *own = &flow->origin[sender], *other = &flow->origin[!sender];
    if (packet->flags & SYN)
        *own = (struct origin){true, packet->seq};
    else if (!own->known && !(packet->flags & RST))
        *own = (struct origin){true, packet->seq - 1};
    if (packet->flags & ACK && !other->known)
        *other = (struct origin){true, packet->ack - 1};
}

/* ---- words ---- */

static char *room_for_text(size_t *size)
{
    enum { TEXTS = 8 };
    static _Thread_local char texts[TEXTS][160];
    static _Thread_local unsigned next;
    *size = sizeof texts[0];
    return texts[next++ % TEXTS];
}

static void add_flags(struct text *text, unsigned flags, unsigned shown)
{
    static const char *const names[] = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};
    static const unsigned order[] = {SYN, RST, FIN, PSH, URG, ECE, CWR, ACK};
    bool any = false;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (flags & shown & order[i]) {
            text_add(text, any ? " %s" : "%s", names[__builtin_ctz(order[i])]);
            any = true;
        }
    if (!any)
        text_add(text, "no flags");
}

enum { WORTH_A_WORD = SYN | RST | FIN | URG | ACK };

const char *flags_text(unsigned flags)
{
    size_t size;
    char *bytes = room_for_text(&size);
    struct text text = text_in(bytes, size);
    add_flags(&text, flags, WORTH_A_WORD);
    return bytes;
}

static uint32_t relative(uint32_t number, const struct origin *origin)
{
    return origin && origin->known ? number - origin->number : number;
}

static void add_numbers(struct text *text, const struct packet *packet, const struct origin *own,
                        const struct origin *other)
{
    text_add(text, " seq %" PRId32, (int32_t)relative(packet->seq, own));
    if (packet->flags & ACK)
        text_add(text, " ack %" PRId32, (int32_t)relative(packet->ack, other));
    size_t length = packet->text ? strlen(packet->text) : packet->length;
    if (length)
        text_add(text, " data %zu", length);
}

static void add_problems(struct text *text, const struct packet *packet)
{
    static const char *const names[] = {"cut",          "bad header",  "bad header checksum",
                                        "bad checksum", "bad options", "undecoded"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (packet->problems >> i & 1 &&
            !(packet->checksum_is_later && 1u << i == PACKET_BAD_CHECKSUM))
            text_add(text, ", %s", names[i]);
    if (packet->wrong.checksum)
        text_add(text, ", wrong checksum");
}

static void add_words(struct text *text, const struct packet *packet, const struct origin *own,
                      const struct origin *other, unsigned shown)
{
    switch (packet->protocol) {
    case PROTOCOL_NONE:
        text_add(text, packet->problems ? "frame" : "nothing");
        break;
    case PROTOCOL_ARP:
        text_add(text, "ARP %u", packet->code);
        break;
    case IPPROTO_TCP:
        add_flags(text, packet->flags, shown);
        add_numbers(text, packet, own, other);
        break;
    case IPPROTO_UDP:
        text_add(text, "UDP data %zu", packet->text ? strlen(packet->text) : packet->length);
        break;
    case IPPROTO_ICMP:
    case IPPROTO_ICMPV6:
        text_add(text, "%s %u/%u", packet->protocol == IPPROTO_ICMP ? "ICMP" : "ICMPv6",
                 packet->type, packet->code);
        break;
    default:
        text_add(text, "protocol %d", packet->protocol);
    }
    if (packet->fragment || packet->more_fragments)
        text_add(text, ", fragment %u", packet->fragment);
}

const char *packet_words(const struct packet *packet, const struct origin *own,
                         const struct origin *other)
{
    size_t size;
    char *bytes = room_for_text(&size);
    struct text text = text_in(bytes, size);
    add_words(&text, packet, own, other, WORTH_A_WORD);
    add_problems(&text, packet);
    return bytes;
}

static void add_options(struct text *text, const struct packet *packet, const struct origin *other)
{
    struct text first = *text;
    if (packet->mss)
        text_add(text, ",mss %u", packet->mss);
    if (packet->sack_permitted)
        text_add(text, ",sackOK");
    if (packet->stamp.there)
        text_add(text, ",TS %" PRIu32 " %" PRIu32, packet->stamp.value, packet->stamp.echo);
    if (packet->scale)
        text_add(text, ",wscale %u", packet->scale - 1);
    for (unsigned i = 0; i < packet->sacks && i < SACK_MOST; i++)
        text_add(text, ",sack %" PRIu32 ":%" PRIu32, relative(packet->sack[i][0], other),
                 relative(packet->sack[i][1], other));
    if (packet->fast_open)
        text_add(text, ",cookie %u bytes", packet->cookie_length);
    if (packet->user_timeout.there)
        text_add(text, ",UTO %u %s", packet->user_timeout.value,
                 packet->user_timeout.minutes ? "min" : "s");
    if (text->used > first.used) {
        text->bytes[first.used] = '<';
        text_add(text, ">");
    } else if (packet->options_length) {
        text_add(text, "<%u bytes of options>", packet->options_length);
    }
}

void packet_line(const struct packet *packet, const struct flows *flows, char *line, size_t size)
{
    struct text text = text_in(line, size);
    int sender = 0;
    const struct flow *flow = find_flow(flows, packet, &sender);
    const struct origin *own = flow ? &flow->origin[sender] : NULL;
    const struct origin *other = flow ? &flow->origin[!sender] : NULL;
    if (packet->source.length) {
        bool ports = packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP;
        char host[2][ADDRESS_TEXT];
        address_host(&packet->source, host[0], sizeof host[0]);
        address_host(&packet->destination, host[1], sizeof host[1]);
        text_add(&text, "%s > %s ", ports ? address_text(&packet->source) : host[0],
                 ports ? address_text(&packet->destination) : host[1]);
    }
    add_words(&text, packet, own, other, ~0u);
    if (packet->protocol == IPPROTO_TCP) {
        text_add(&text, " win %u ", packet->window);
        add_options(&text, packet, other);
    }
    struct packet quoted = packet_quoted(packet);
    if (quoted.source.length)
        text_add(&text, " about what went to %s", address_text(&quoted.destination));
    while (text.used && text.bytes[text.used - 1] == ' ')
        text.bytes[--text.used] = '\0';
    add_problems(&text, packet);
}
