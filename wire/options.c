#include "wire/bytes.h"
#include "wire/headers.h"

#include <string.h>

/* A bit of the User Timeout Option. */
enum { IN_MINUTES = 0x8000 };

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
    case OPTION_USER_TIMEOUT:
        if (size == 2)
            packet->user_timeout = (struct user_timeout){
                .there = true, .minutes = get16(at) & IN_MINUTES, .value = get16(at) & ~IN_MINUTES};
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

/* The next option at or after `at`, or `size` if there is none; of one without a length that makes
 * sense the length is 0. */
static size_t next_option(const unsigned char *options, size_t size, size_t at, size_t *length)
{
    while (at < size && options[at] == OPTION_NOP)
        at++;
    if (at >= size || options[at] == OPTION_END)
        return size;
    *length = at + 1 < size ? options[at + 1] : 0;
    if (*length < 2 || *length > size - at)
        *length = 0;
    return at;
}

void tcp_options_read(struct packet *packet, const unsigned char *options, size_t size)
{
    size_t length = 0;
    packet->options_length = (unsigned)(size < OPTIONS_MOST ? size : OPTIONS_MOST);
    memcpy(packet->options, options, packet->options_length);
    for (size_t at = 0; (at = next_option(options, size, at, &length)) < size; at += length) {
        if (!length) {
            packet->problems |= PACKET_BAD_OPTIONS;
            return;
        }
        read_option(packet, options[at], options + at + 2, length - 2);
    }
}

const unsigned char *tcp_option(const struct packet *packet, unsigned kind)
{
    size_t size = packet->options_length, length = 0;
    for (size_t at = 0; (at = next_option(packet->options, size, at, &length)) + 1 < size;
         at += length) {
        if (packet->options[at] == kind)
            return packet->options + at;
        if (!length)
            break;
    }
    return NULL;
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
    const struct user_timeout *timeout = &packet->user_timeout;
    if (timeout->there && (at = add_option(&writer, OPTION_USER_TIMEOUT, 2)))
        put16(at, (uint16_t)(timeout->value | (timeout->minutes ? IN_MINUTES : 0)));
    while (writer.used % 4)
        options[writer.used++] = OPTION_NOP;
    return writer.used;
}
