/* A window that opens by little, and by much, for one who has much to send. */
#include "suites/wire/wire.h"

#include "calls/clock.h"

/* The first window of the other side, and the largest. What may not be sent at once may be after a
 * tenth of a second (RFC 9293, 3.8.6.2.1). */
enum { WINDOW = 1000, SOON = 90000000 };

/* Takes what comes at once and acknowledges it, the right edge of the window staying where it is.
 */
static void take_window(struct talk *c, uint32_t edge)
{
    uint32_t before;
    do {
        before = c->expected;
        hear_rest(c);
        c->window = (uint16_t)(edge - c->expected);
        if (c->expected != before)
            tell(c, ACK);
    } while (c->expected != before);
}

/* A connection that has more to send than the window takes, which is used up but for a little. Its
 * right edge, and when it began to wait at the earliest. */
static struct talk waiting(struct line *line, uint16_t mss, uint32_t *edge, int64_t *since)
{
    static const char data[8000];
    struct test *t = line->t;
    struct talk c = line_connected(line, .mss = mss, .window = WINDOW);
    c.window = WINDOW;
    *edge = c.expected + WINDOW;
    set_nonblocking(t, t->iut, c.fd, true);
    *since = clock_now();
    require(must(sk_send(t->iut, c.fd, data, sizeof data, 0)) > 4 * WINDOW, "send() takes little");
    require_by("wire.window.fits", hear(&c).length, "no data came");
    c.window = (uint16_t)(*edge - c.expected);
    tell(&c, ACK);
    take_window(&c, *edge);
    require(*edge - c.expected < WINDOW / 4, "the window is not used");
    return c;
}

/* Moves the right edge; whether data comes before a time, and so much in one segment. */
static const char *after_opening(struct talk *c, uint32_t edge, int64_t before, size_t least)
{
    c->window = (uint16_t)(edge - c->expected);
    tell(c, ACK);
    for (struct packet packet; (packet = hear_now(c)).protocol;)
        if (packet.length >= least && packet.time < before)
            return "data";
    return "nothing";
}

#define AVOIDED "nothing then nothing then nothing then data"

RULE(little, "wire.silly-window.little",
     .statement = "While the window opens by a few octets send() sends none of what waits for "
                  "more at once; when there is room for a full segment, data comes.",
     RFCS(AVOIDED, "rfc9293.must-38", "rfc9293.sender-full-segment"));

/* That a full segment goes out at once is a "should", of wire.silly-window.half; a few octets are
 * no more than a probe. */
CASE(little, then_much, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"octets", {"1", "10", "40"}}, {"nagle", {"on", "off"}}})
{
    static const uint32_t octets[] = {1, 10, 40};
    uint32_t edge;
    struct line line = take_line(t);
    int64_t since;
    struct talk c = waiting(&line, 500, &edge, &since);
    if (t->chosen[1])
        must(sk_setsockopt(iut, c.fd, IPPROTO_TCP, TCP_NODELAY, 1));
    for (int i = 0; i < 3; i++)
        observe("%s", after_opening(&c, edge += octets[t->chosen[0]], since + SOON, 1));
    c.window = (uint16_t)(edge + WINDOW - c.expected);
    tell(&c, ACK);
    size_t most;
    observe("%s", hear_data(&c, WINDOW / 4, &most) >= WINDOW / 4 ? "data" : "nothing");
}

/* It hears of more than there is. */
MUTANT_ON_WIRE(little, "it sends into any window")
{
    static bool used;
    used |= heading == TO_IUT && packet->window < WINDOW / 4;
    if (heading == TO_IUT && used && packet->window && packet->window < WINDOW)
        packet->window += WINDOW;
    return true;
}

RULE(half, "wire.silly-window.half",
     .statement =
         "Once all is acknowledged send() sends at once into a window of more than half of "
         "the largest one, although no full segment fits, and into one where a full "
         "segment fits, although it is less than half of the largest.",
     RFCS("data", "rfc9293.sender-fraction", "rfc9293.sender-full-segment"));

/* A few octets are no more than a probe. */
CASE(half, of_largest, .network = ON_LINE, .family = ANY_FAMILY)
{
    uint32_t edge;
    int64_t since;
    struct line line = take_line(t);
    struct talk c = waiting(&line, 1400, &edge, &since);
    observe("%s", after_opening(&c, c.expected + WINDOW / 2 + 100, INT64_MAX, WINDOW / 4));
}

CASE(half, full_segment, .network = ON_LINE, .family = ANY_FAMILY)
{
    enum { SEGMENT = 300 };
    uint32_t edge;
    int64_t since;
    struct line line = take_line(t);
    struct talk c = waiting(&line, SEGMENT, &edge, &since);
    observe("%s", after_opening(&c, c.expected + SEGMENT + 20, INT64_MAX, SEGMENT / 2));
}

MUTANT_ON_WIRE(half, "it waits for all of the largest window")
{
    static bool used;
    used |= heading == TO_IUT && packet->window < WINDOW / 4;
    if (heading == TO_IUT && used)
        packet->window = 0;
    return true;
}

RULE(overrides, "wire.silly-window.override",
     .statement = "When the window has opened by a few octets and nothing more comes, data of "
                  "send() that waits is sent after a tenth of a second to a second.",
     RFCS("in time", "rfc9293.sender-override"));

/* A timer is late by a quarter where there is much to do. How much goes out then is not said: the
 * timer may be that of window probes. */
CASE(overrides, little, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS, .seconds = 10)
{
    enum { OCTETS = 40 };
    const int64_t late = machine_milliseconds(1.25) * INT64_C(1000000);
    uint32_t edge;
    int64_t since;
    struct line line = take_line(t);
    struct talk c = waiting(&line, 500, &edge, &since);
    c.window = (uint16_t)(edge + OCTETS - c.expected);
    int64_t begin = clock_now();
    uint32_t before = c.expected;
    tell(&c, ACK);
    struct packet packet;
    do /* what has come before may come again, to ask for the window */
        packet = hear(&c);
    while (packet.protocol && c.expected == before && packet.time - begin <= late);
    observe("%s", !packet.protocol || packet.time - begin > late ? "too late"
                  : packet.time < since + SOON                   ? "too soon"
                                                                 : "in time");
}

MUTANT_ON_WIRE(overrides, "it waits for room for a full segment")
{
    static bool used;
    used |= heading == TO_IUT && packet->window < WINDOW / 4;
    return !used || heading == TO_IUT || !packet->length;
}
