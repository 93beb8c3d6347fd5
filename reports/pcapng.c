#include "reports/pcapng.h"

#include "calls/clock.h"
#include "calls/version.h"
#include "reports/common.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Kinds of blocks and of options, and what is in them. */
enum {
    SECTION_HEADER = 0x0a0d0d0a,
    INTERFACE_DESCRIPTION = 1,
    ENHANCED_PACKET = 6,
    ORDER_MARK = 0x1a2b3c4d,
    ETHERNET = 1,
    OPTION_COMMENT = 1,
    OPTION_APPLICATION = 4,
    OPTION_NAME = 2,
    OPTION_RESOLUTION = 9,
    OPTION_FLAGS = 2,
    NANOSECONDS = 9,
    INBOUND = 1,
    OUTBOUND = 2,
};

/* A block that is put together: its bytes behind kind and length. */
struct piece {
    char *bytes;
    size_t size;
    FILE *stream;
};

static void begin(struct piece *piece)
{
    piece->stream = open_memstream(&piece->bytes, &piece->size);
    if (!piece->stream)
        abort();
}

static void put(struct piece *piece, const void *bytes, size_t size)
{
    static const char padding[4];
    fwrite(bytes, 1, size, piece->stream);
    fwrite(padding, 1, (4 - size % 4) % 4, piece->stream);
}

static void put32(struct piece *piece, uint32_t value)
{
    put(piece, &value, sizeof value);
}

static void put_option(struct piece *piece, uint16_t kind, const void *value, size_t size)
{
    uint16_t length = (uint16_t)(size < UINT16_MAX ? size : UINT16_MAX), head[2] = {kind, length};
    put(piece, head, sizeof head);
    put(piece, value, length);
}

static void put_text(struct piece *piece, uint16_t kind, const char *text)
{
    char *clean = report_clean(text);
    put_option(piece, kind, clean, strlen(clean));
    free(clean);
}

/* Writes the block behind its kind, between its length and its length. */
static void end(FILE *stream, struct piece *piece, uint32_t kind)
{
    put32(piece, 0); /* the end of the options */
    fclose(piece->stream);
    uint32_t length = (uint32_t)piece->size + 12;
    fwrite(&kind, sizeof kind, 1, stream);
    fwrite(&length, sizeof length, 1, stream);
    fwrite(piece->bytes, 1, piece->size, stream);
    fwrite(&length, sizeof length, 1, stream);
    free(piece->bytes);
}

static void write_section(FILE *stream, const char *comment)
{
    static const uint16_t version[2] = {1, 0};
    static const int64_t unknown = -1;
    struct piece piece;
    begin(&piece);
    put32(&piece, ORDER_MARK);
    put(&piece, version, sizeof version);
    put(&piece, &unknown, sizeof unknown);
    put_text(&piece, OPTION_COMMENT, comment);
    put_text(&piece, OPTION_APPLICATION, "sockspec " SOCKSPEC_VERSION);
    end(stream, &piece, SECTION_HEADER);
}

static void write_interface(FILE *stream)
{
    static const uint16_t type[2] = {ETHERNET, 0};
    static const unsigned char resolution = NANOSECONDS;
    struct piece piece;
    begin(&piece);
    put(&piece, type, sizeof type);
    put32(&piece, 0);
    put_text(&piece, OPTION_NAME, "line");
    put_option(&piece, OPTION_RESOLUTION, &resolution, 1);
    end(stream, &piece, INTERFACE_DESCRIPTION);
}

static void write_packet(FILE *stream, const struct captured_frame *frame, int64_t to_day)
{
    uint64_t time = (uint64_t)(frame->time + to_day);
    uint32_t flags = frame->from_iut ? INBOUND : OUTBOUND;
    struct piece piece;
    begin(&piece);
    put32(&piece, 0);
    put32(&piece, (uint32_t)(time >> 32));
    put32(&piece, (uint32_t)time);
    put32(&piece, (uint32_t)frame->length);
    put32(&piece, (uint32_t)frame->length);
    put(&piece, frame->bytes, frame->length);
    if (frame->before)
        put_text(&piece, OPTION_COMMENT, frame->before);
    put_option(&piece, OPTION_FLAGS, &flags, sizeof flags);
    end(stream, &piece, ENHANCED_PACKET);
}

bool pcapng_write(FILE *stream, const struct capture *capture, const char *comment)
{
    struct timespec day;
    clock_gettime(CLOCK_REALTIME, &day);
    int64_t to_day = day.tv_sec * INT64_C(1000000000) + day.tv_nsec - clock_now();
    write_section(stream, comment);
    write_interface(stream);
    for (size_t i = 0; i < capture->count; i++)
        write_packet(stream, &capture->frame[i], to_day);
    return fflush(stream) == 0 && !ferror(stream);
}
