/* The clock that timestamps are of: that it runs, how fast, and from where. */
#include "suites/wire/wire.h"

enum { BEGIN = 100000, LATER = 1000 };

/* What is seen comes a little later than it was sent, by less than that in seconds. */
static const double late = 0.5;

RULE(monotonic, "wire.timestamps.monotonic",
     .statement = "The timestamps of what send() and recv() make a connection send never decrease.",
     RFCS("never", "rfc7323.clock-monotonic"));

CASE(monotonic, exchange, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    enum { EXCHANGES = 8 };
    struct line line = take_line(t);
    struct talk c = line_stamped(&line, BEGIN);
    uint32_t last = c.syn.stamp.value;
    bool never = true;
    for (int i = 0; i < EXCHANGES; i++) {
        must(sk_send(iut, c.fd, "hello", 5, 0));
        struct packet packet = hear(&c);
        require(packet.stamp.there, "there are no timestamps in what send() sends");
        never = never && !sequence_before(packet.stamp.value, last);
        last = packet.stamp.value;
        tell(&c, ACK, .text = "x");
        receive_next(t, iut, c.fd);
    }
    observe("%s", never ? "never" : "they do");
}

MUTANT_ON_WIRE(monotonic, "the clock goes backwards")
{
    static uint32_t back;
    if (heading == FROM_IUT && !(packet->flags & SYN))
        packet->stamp.value -= back += LATER;
    return true;
}

/* How far the clock went between data and the same data when it is sent again, two seconds later or
 * more. */
struct span {
    double seconds;
    uint32_t first, last;
};

static struct span two_seconds(struct talk *c)
{
    const int64_t two = INT64_C(2000000000);
    struct test *t = c->line->t;
    must(sk_send(t->iut, c->fd, "hello", 5, 0));
    struct packet first = hear(c), packet;
    require(first.stamp.there, "there are no timestamps in what send() sends");
    do {
        packet = hear(c);
        require(packet.protocol, "it is not sent again for two seconds");
    } while (packet.length == 0 || packet.time - first.time < two);
    require_by("wire.timestamps.in-every-segment", packet.stamp.there,
               "there are no timestamps in what is sent again");
    return (struct span){(double)(packet.time - first.time) / 1e9, first.stamp.value,
                         packet.stamp.value};
}

static struct span clock_runs(struct test *t)
{
    struct line line = take_line(t);
    struct talk c = line_stamped(&line, BEGIN);
    return two_seconds(&c);
}

#define AGAIN                                                                                      \
    .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE, .tags = TAG_WAITS, .seconds = 12

RULE(again, "wire.timestamps.sent-again",
     .statement = "What send() gave is sent again with the timestamp of that time: two seconds "
                  "later it is a greater one.",
     RFCS("greater", "rfc7323.stamp-is-clock", "rfc7323.clock-proportional"));

CASE(again, data, AGAIN)
{
    struct line line = take_line(t);
    struct talk c = line_stamped(&line, BEGIN);
    struct span span = two_seconds(&c);
    tell(&c, ACK);
    must(sk_send(iut, c.fd, "!", 1, 0)); /* what is new shows that the clock has ticked at all */
    struct packet packet;
    do
        packet = hear(&c);
    while (packet.protocol && packet.length != 1);
    require(packet.protocol, "nothing new is sent");
    require_by("wire.timestamps.clock-range", sequence_before(span.first, packet.stamp.value),
               "the clock does not tick in two seconds");
    observe("%s", sequence_before(span.first, span.last) ? "greater" : "not");
}

MUTANT_ON_WIRE(again, "it keeps its first timestamp")
{
    static uint32_t first;
    if (heading == FROM_IUT && packet->length > 1)
        packet->stamp.value = first = first ? first : packet->stamp.value;
    return true;
}

RULE(ends, "wire.timestamps.of-the-end",
     .statement = "The FIN of close(), and the RST of close() with SO_LINGER on and no time, have "
                  "the timestamp of that time: two seconds after data of send() it is a greater "
                  "one.",
     RFCS("greater", "rfc7323.stamp-is-clock", "rfc7323.clock-proportional"));

CASE(ends, close, AGAIN, .axes = {{"by", {"fin", "rst"}}})
{
    struct line line = take_line(t);
    struct talk c = line_stamped(&line, BEGIN);
    struct span span = two_seconds(&c);
    require_by("wire.timestamps.sent-again", sequence_before(span.first, span.last),
               "the timestamp is the same after two seconds");
    tell(&c, ACK);
    if (t->chosen[0])
        set_linger(t, iut, c.fd, 0);
    must(sk_close(iut, c.fd));
    struct packet end;
    do
        end = hear(&c);
    while (end.protocol && !(end.flags & (FIN | RST)));
    require(end.protocol, "close() sends no end of the connection");
    if (end.flags & RST && !end.stamp.there)
        skip("the RST has no timestamps");
    if (end.flags & RST && end.stamp.value == 0)
        skip("the timestamp of the RST is zero, as RFC 7323 has it for one that answers a segment");
    require_by("wire.timestamps.in-every-segment", end.stamp.there, "the FIN has no timestamps");
    observe("%s", sequence_before(span.first, end.stamp.value) ? "greater" : "not");
}

MUTANT_ON_WIRE(ends, "it has that of the data")
{
    static uint32_t first;
    if (heading == FROM_IUT && packet->length && !first)
        first = packet->stamp.value;
    if (heading == FROM_IUT && packet->flags & (FIN | RST))
        packet->stamp.value = first;
    return true;
}

RULE(range, "wire.timestamps.clock-range",
     .statement = "The timestamps of what send() gave, when it is sent and when it is sent again, "
                  "are of a clock that ticks once in 1 ms to 1 s.",
     RFCS("once in 1 ms to 1 s", "rfc7323.clock-range"));

CASE(range, data, AGAIN)
{
    struct span span = clock_runs(t);
    double ticks = span.last - span.first;
    observe("%s", ticks < span.seconds - late - 1        ? "too slow"
                  : ticks > 1000 * (span.seconds + late) ? "too fast"
                                                         : "once in 1 ms to 1 s");
}

MUTANT_ON_WIRE(range, "the clock counts microseconds")
{
    if (heading == FROM_IUT && packet->length)
        packet->stamp.value *= 1000;
    return true;
}

RULE(not_too_fast, "wire.timestamps.not-too-fast",
     .statement = "The timestamps of what send() gave, when it is sent and when it is sent again, "
                  "are of a clock that ticks no faster than once in 59 ns.",
     RFCS("not too fast", "rfc7323.clock-not-too-fast"));

CASE(not_too_fast, data, AGAIN)
{
    struct span span = clock_runs(t);
    double ticks = span.last - span.first;
    observe("%s", ticks > (span.seconds + late) / 59e-9 ? "too fast" : "not too fast");
}

MUTANT_ON_WIRE(not_too_fast, "the clock counts nanoseconds")
{
    if (heading == FROM_IUT && packet->length)
        packet->stamp.value *= 1000000;
    return true;
}

RULE(
    random_offset, "wire.timestamps.random-offset",
    .statement = "The timestamps of several connect()s to the same host are not of one clock: each "
                 "connection's have an offset of their own.",
    .outcome = {[BY_LINUX] = {"one for each", {"rfc7323.random-offset"}},
                [BY_BSD] = {"one for each", {"freebsd.tcp.4.mib.ts-offset-per-conn"}},
                [BY_RFC] = {"one for each", {"rfc7323.random-offset"}}},
    .deviation = {[BY_LINUX] = {"one for all", "until March 2026 Linux had an offset for each pair "
                                               "of addresses, so that timestamps grew from one "
                                               "connection to the next"}});

/* By chance two of them are within a minute once in six thousand times: one such pair says
 * nothing. */
CASE(random_offset, connect, .network = ON_LINE, .family = ANY_FAMILY)
{
    enum { CONNECTIONS = 4, PAIRS = 6, MINUTE = 60000 };
    struct line line = take_line(t);
    uint32_t values[CONNECTIONS];
    int near = 0;
    for (int i = 0; i < CONNECTIONS; i++) {
        struct talk c = line_called(&line);
        need_stamps(&c);
        values[i] = c.syn.stamp.value;
        for (int other = 0; other < i; other++) {
            uint32_t difference = values[i] - values[other];
            near += difference <= MINUTE || difference >= (uint32_t)-MINUTE;
        }
    }
    observe("%s", near <= 1 ? "one for each" : near == PAIRS ? "one for all" : "one for several");
}

/* And not of all four, which is a known deviation. */
MUTANT_ON_WIRE(random_offset, "the timestamps of three connect()s are of one clock")
{
    enum { APART = 1 << 30 };
    static uint32_t first;
    static int syns;
    if (heading == FROM_IUT && packet->flags & SYN) {
        first = syns ? first : packet->stamp.value;
        packet->stamp.value = ++syns > 3 ? first + APART : first;
    }
    return true;
}
