#include "suites/wire/many.h"

#include "calls/clock.h"

struct line line_to_many(struct test *t)
{
    struct line line = take_line(t);
    line.groups = true;
    return line;
}

/* Whether it is a datagram that a case sent there, to any port if none is given. What goes to
 * everybody may have the broadcast address of the link's network instead. */
static bool is_datagram_to(const struct packet *packet, const struct address *to)
{
    const struct address everybody = address_of("255.255.255.255", 0);
    int port = address_port(to);
    return packet->protocol == IPPROTO_UDP &&
           (!port || address_port(&packet->destination) == port) &&
           (address_same_host(to, &everybody) || address_same_host(to, &packet->destination));
}

bool is_awaited(int64_t begin)
{
    return clock_now() - begin < patience * INT64_C(1000000);
}

struct packet see_datagram(struct line *line, struct address to, bool now)
{
    int64_t begin = clock_now();
    struct packet packet;
    do {
        packet = now ? see_now(line) : see(line);
        if (!packet.protocol || is_datagram_to(&packet, &to))
            return packet;
    } while (is_awaited(begin));
    return (struct packet){.protocol = PROTOCOL_NONE};
}
