/* Frames as an implementation may send them: each is decoded, said in words, and what was made of
 * it encoded again; nothing is read or written outside of what there is. */
#include "tests/fuzz/fuzz.h"

#include "wire/packet.h"
#include "wire/text.h"

#include <string.h>

static void say(const struct packet *packet, struct flows *flows)
{
    char line[300], little[5];
    flows_note(flows, packet);
    packet_line(packet, flows, line, sizeof line);
    packet_line(packet, flows, little, sizeof little);
    HOLDS(strlen(line) < sizeof line && strlen(little) < sizeof little);
    HOLDS(*packet_words(packet, NULL, NULL));
}

/* What it carries lies within the frame. */
static void look_at(const struct packet *packet, const uint8_t *data, size_t size)
{
    const uint8_t *carried = packet->data;
    HOLDS(!carried || (carried >= data && carried <= data + size &&
                       packet->length <= size - (size_t)(carried - data)));
    HOLDS(packet->sacks <= SACK_MOST && packet->options_length <= OPTIONS_MOST);
}

/* A sound packet that is encoded and decoded is the same. */
static void encode(const struct packet *packet)
{
    static unsigned char frame[FRAME_ROOM];
    size_t size = packet_encode(packet, frame, sizeof frame);
    struct packet again = packet_decode(frame, size);
    char little[40];
    packet_encode(packet, little, sizeof little);
    if (!size || packet->problems || packet->header_options || packet->protocol == IPPROTO_RAW)
        return;
    HOLDS(again.problems == 0 && again.protocol == packet->protocol);
    HOLDS(again.flags == packet->flags && again.seq == packet->seq && again.ack == packet->ack);
    HOLDS(again.type == packet->type && again.code == packet->code && again.rest == packet->rest);
    HOLDS(again.mss == packet->mss && again.scale == packet->scale &&
          again.sacks == packet->sacks && again.stamp.value == packet->stamp.value);
    HOLDS(again.length == packet->length &&
          memcmp(again.data ? again.data : "", packet->data ? packet->data : "", packet->length) ==
              0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct flows flows = {.count = 0};
    struct packet packet = packet_decode(data, size);
    struct packet quoted = packet_quoted(&packet);
    look_at(&packet, data, size);
    look_at(&quoted, data, size);
    say(&packet, &flows);
    say(&quoted, &flows);
    encode(&packet);
    encode(&quoted);
    return 0;
}
