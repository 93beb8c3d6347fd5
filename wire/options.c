#include "wire/bytes.h"
#include "wire/headers.h"

#include <string.h>

static void read_sack(struct packet *packet, const unsigned char *at, size_t size)
{
    for (packet->sacks = 0; size >= 8 && packet->sacks < SACK_MOST; size -= 8, at += 8) {
        packet->sack[packet->sacks][0] = get32(at);
        packet->sack[packet->sacks++][1] = get32(at + 4);
    }
}

/* An option's value, behind its kind and length. One of another length than it must have is as
 * good as none. */
static void read_option(struct packet *packet, unsigned kind, const unsigned char *at, size_t size)
{
    switch (kind) {
    case OPTION_MSS:
        packet->mss = size == 2 ? get16(at) : 0;
        break;
    case OPTION_SCALE:
        packet->scale = size == 1 ? SCALE(*at) : 0;
        break;
    case OPTION_SACK_PERMITTED:
        packet->sack_permitted = size == 0;
        break;
    case OPTION_SACK:
        read_sack(packet, at, size);
        break;
    case OPTION_STAMP:
        if (size == 8)
            packet->stamp = (struct stamp)STAMP(get32(at), get32(at + 4));
        break;
    case OPTION_FAST_OPEN:
        packet->fast_open = true;
        packet->cookie_length = (unsigned)(size < COOKIE_MOST ? size : COOKIE_MOST);
        memcpy(packet->cookie, at, packet->cookie_length);
        break;
    default:
        break;
    }
}

void tcp_options_read(struct packet *packet, const unsigned char *options, size_t size)
{
    packet->options_length = (unsigned)(size < OPTIONS_MOST ? size : OPTIONS_MOST);
    memcpy(packet->options, options, packet->options_length);
    for (size_t at = 0; at < size && options[at] != OPTION_END;) {
        if (options[at] == OPTION_NOP) {
            at++;
            continue;
        }
        size_t length = at + 1 < size ? options[at + 1] : 0;
        if (length < 2 || length > size - at) {
            packet->problems |= PACKET_BAD_OPTIONS;
            return;
        }
        read_option(packet, options[at], options + at + 2, length - 2);
        at += length;
    }
}

struct writer {
    unsigned char *bytes;
    size_t used;
};

/* Room for an option of so many bytes, behind its kind and length; NULL if there is none. */
static unsigned char *add_option(struct writer *writer, unsigned kind, size_t size)
{
    if (writer->used + size + 2 > OPTIONS_MOST)
        return NULL;
    unsigned char *at = writer->bytes + writer->used;
    at[0] = (unsigned char)kind;
    at[1] = (unsigned char)(size + 2);
    writer->used += size + 2;
    return at + 2;
}

static void write_sack(const struct packet *packet, struct writer *writer)
{
    unsigned count = packet->sacks < SACK_MOST ? packet->sacks : SACK_MOST;
    unsigned char *at = add_option(writer, OPTION_SACK, 8 * (size_t)count);
    for (unsigned i = 0; at && i < count; i++, at += 8) {
        put32(at, packet->sack[i][0]);
        put32(at + 4, packet->sack[i][1]);
    }
}

size_t tcp_options_write(const struct packet *packet, unsigned char options[OPTIONS_MOST])
{
    struct writer writer = {.bytes = options};
    unsigned char *at;
    if (packet->mss && (at = add_option(&writer, OPTION_MSS, 2)))
        put16(at, packet->mss);
    if (packet->sack_permitted)
        add_option(&writer, OPTION_SACK_PERMITTED, 0);
    if (packet->stamp.there && (at = add_option(&writer, OPTION_STAMP, 8))) {
        put32(at, packet->stamp.value);
        put32(at + 4, packet->stamp.echo);
    }
    if (packet->scale && (at = add_option(&writer, OPTION_SCALE, 1)))
        *at = (unsigned char)(packet->scale - 1);
    if (packet->sacks)
        write_sack(packet, &writer);
    unsigned cookie = packet->cookie_length < COOKIE_MOST ? packet->cookie_length : COOKIE_MOST;
    if (packet->fast_open && (at = add_option(&writer, OPTION_FAST_OPEN, cookie)))
        memcpy(at, packet->cookie, cookie);
    while (writer.used % 4)
        options[writer.used++] = OPTION_NOP;
    return writer.used;
}
