/* The other side's window: what may be sent, what is done when it is closed, and when it shrinks.
 */
#include "suites/wire/wire.h"

#include "calls/clock.h"

/* Nobody has to answer it: an ACK that was delayed, of what told the window. */
static bool is_mere_ack(const struct packet *packet, uint32_t expected)
{
    return packet->protocol == IPPROTO_TCP && packet->flags == ACK && !packet->length &&
           packet->seq == expected;
}

/* More of them than this are none that were delayed. */
enum { DELAYED = 3 };

/* What comes while the window is closed: the line does not take what it carries. */
static struct packet hear_probe(struct talk *c)
{
    uint32_t expected = c->expected;
    struct packet probe = hear(c);
    for (int i = 0; i < DELAYED && is_mere_ack(&probe, expected); i++)
        probe = hear(c);
    c->expected = expected;
    return probe;
}

/* Gives data to a window that is closed. What comes at once is no probe: a probe comes by itself.
 */
static void send_to_closed(struct talk *c)
{
    struct test *t = c->line->t;
    uint32_t expected = c->expected;
    must(sk_send(t->iut, c->fd, "hello", 5, 0));
    hear_rest(c);
    c->expected = expected;
}

/* Whether so much data comes. What has come is acknowledged: an octet that a probe had may be sent
 * again alone, and Nagle's algorithm keeps the rest back until then. */
static const char *comes(struct talk *c, size_t size)
{
    uint32_t end = c->expected + (uint32_t)size;
    int64_t begin = clock_now();
    while (c->expected != end && may_still_come(begin)) {
        struct packet packet = hear(c);
        if (!packet.protocol || packet.flags & RST)
            break;
        take_new(c, &packet);
        tell(c, ACK);
    }
    return c->expected == end ? "all of it" : "not all of it";
}

/* Whether so much data has come by now: what a timer sends later does not count. */
static const char *has_come(struct talk *c, size_t size)
{
    uint32_t before = c->expected;
    hear_rest(c);
    return c->expected - before == size ? "all of it" : "not all of it";
}

RULE(fits, "wire.window.fits",
     .statement = "send() sends no more than the other side's window has room for, and goes on "
                  "when it moves.",
     RFCS("within the window then within the window", "rfc9293.fits-window", "rfc9293.window-field",
          "rfc9293.ack-updates-window"));

/* Less than half a segment is no more than a probe. */
CASE(fits, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"window", {"700", "1500", "3000"}}})
{
    enum { MSS = 536 };
    static const uint16_t windows[] = {700, 1500, 3000};
    static char data[8000];
    struct line line = take_line(t);
    struct talk c = line_connected(&line, .mss = MSS);
    say_window(&c, windows[t->chosen[0]]);
    set_nonblocking(t, iut, c.fd, true);
    require(sk_send(iut, c.fd, data, sizeof data, 0) > c.window, "send() takes too little");
    for (int i = 0; i < 2; i++) {
        uint32_t before = c.expected;
        hear(&c);
        hear_rest(&c);
        uint32_t came = c.expected - before;
        observe("%s", came < MSS / 2    ? "too little"
                      : came > c.window ? "too much"
                                        : "within the window");
        tell(&c, ACK);
    }
}

MUTANT_TAMPERS(fits, "the window is taken to be larger", .heading = TO_IUT, .with = ACK,
               .window = 6000)

RULE(is_unsigned, "wire.window.unsigned",
     .statement =
         "send() sends at once into a window of 32768 octets and more, where it does so into "
         "a small one.",
     RFCS("all of it", "rfc9293.must-1"));

CASE(is_unsigned, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"window", {"32768", "65535"}}})
{
    struct line line = take_line(t);
    struct talk c = line_narrow(&line, 1000);
    must(sk_send(iut, c.fd, "hi", 2, 0));
    require(strcmp(has_come(&c, 2), "all of it") == 0, "data does not come at once");
    c.window = t->chosen[0] ? 65535 : 32768;
    tell(&c, ACK, .text = "x");
    drain(&line);
    must(sk_send(iut, c.fd, "hello", 5, 0));
    observe("%s", has_come(&c, 5));
}

MUTANT_ON_WIRE(is_unsigned, "such a window is negative")
{
    static bool large;
    large |= heading == TO_IUT && packet->window > INT16_MAX;
    return heading == TO_IUT || !large || !packet->length;
}

RULE(closed, "wire.window.closed",
     .statement = "While the other side's window is closed send() sends nothing at once; when it "
                  "opens, the data comes at once.",
     RFCS("nothing then all of it", "rfc9293.shld-29", "rfc9293.sender-pushed"));

/* What comes later than a tenth of a second can be a probe, on a loaded machine; then the octets
 * that it had may have to be sent again. */
CASE(closed, opened, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    const int64_t soon = INT64_C(100000000);
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    say_window(&c, 0);
    uint32_t expected = c.expected;
    int64_t begin = clock_now();
    must(sk_send(iut, c.fd, "hello", 5, 0));
    struct packet packet;
    do
        packet = hear_now(&c);
    while (is_mere_ack(&packet, expected));
    observe("%s", packet.protocol && packet.time - begin > soon ? "nothing" : said(&c, packet));
    c.expected = expected;
    c.window = 1000;
    tell(&c, ACK);
    observe("%s", clock_now() - begin > soon ? comes(&c, 5) : has_come(&c, 5));
}

MUTANT_TAMPERS(closed, "the window is taken to be open", .heading = TO_IUT, .data = true,
               .window = 1000)

/* ---- probes ---- */

RULE(probed, "wire.window.probed",
     .statement = "A window that is closed while send() has data for it is probed; an answer that "
                  "opens it makes the data come.",
     RFCS("a probe then all of it", "rfc9293.must-36", "rfc9293.ack-updates-window"));

static const char *is_probe(struct talk *c, struct packet probe)
{
    bool is =
        (probe.flags == ACK || probe.flags == (ACK | PSH)) && !is_mere_ack(&probe, c->expected);
    return is ? "a probe" : said(c, probe);
}

CASE(probed, opened, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE, .tags = TAG_WAITS,
     .seconds = 10)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    say_window(&c, 0);
    send_to_closed(&c);
    observe("%s", is_probe(&c, hear_probe(&c)));
    c.window = 1000;
    tell(&c, ACK);
    observe("%s", comes(&c, 5));
}

MUTANT_ON_WIRE(probed, "the window is never probed")
{
    static bool closed, open;
    closed |= heading == TO_IUT && packet->text;
    open |= heading == TO_IUT && packet->window == 1000;
    if (heading == FROM_IUT && closed && !open)
        packet->flags = RST;
    return true;
}

RULE(probe_data, "wire.window.probe-carries",
     .statement = "The probe of a closed window carries data that send() left: an octet of it or "
                  "more.",
     RFCS("data", "rfc9293.probe-carries-data"),
     .deviation = {[BY_LINUX] = {"no data", "Linux probes by an empty segment with a number that "
                                            "was acknowledged, which is answered as well"}});

CASE(probe_data, first, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS, .seconds = 10)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    say_window(&c, 0);
    send_to_closed(&c);
    struct packet probe = hear_probe(&c);
    require_by("wire.window.probed", probe.protocol, "there is no probe");
    bool sent = probe.length <= 5 && memcmp(probe.data, "hello", probe.length) == 0 &&
                probe.seq == c.expected;
    observe("%s", strcmp(is_probe(&c, probe), "a probe") != 0 ? said(&c, probe)
                  : !probe.length                             ? "no data"
                  : sent                                      ? "data"
                                                              : "other data");
}

MUTANT_ON_WIRE(probe_data, "the probe carries an octet that nobody sent")
{
    static bool closed;
    closed |= heading == TO_IUT && packet->text;
    if (heading == FROM_IUT && closed && packet->flags & ACK) {
        packet->data = "x";
        packet->length = 1;
    }
    return true;
}

RULE(stays, "wire.window.stays-open",
     .statement = "A connection lasts while the probes of its closed window are acknowledged: the "
                  "data of send() comes when it opens.",
     RFCS("a probe then a probe then a probe then all of it", "rfc9293.must-37",
          "rfc9293.must-36"));

CASE(stays, probes, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS, .seconds = 60)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    say_window(&c, 0);
    send_to_closed(&c);
    for (int i = 0; i < 3; i++) {
        observe("%s", is_probe(&c, hear_probe(&c)));
        tell(&c, ACK);
    }
    c.window = 1000;
    tell(&c, ACK);
    observe("%s", comes(&c, 5));
}

MUTANT_ON_WIRE(stays, "the third probe ends it")
{
    static bool closed;
    static int probes;
    closed |= heading == TO_IUT && packet->text;
    if (heading == FROM_IUT && closed && packet->flags & ACK && ++probes > 3)
        packet->flags = RST;
    return true;
}

RULE(backs_off, "wire.window.probes-back-off",
     .statement = "The time between probes of a closed window that has data of send() waiting "
                  "grows, to more than twice as long within two probes.",
     RFCS("it grows", "rfc9293.shld-30"));

/* The last time is compared with the first, since each probe can be late by a little. It is four
 * times as long where each is twice the one before. Twice is what a time has come to that began
 * with two periods of a timer and is longer by one each time, or that was doubled once and no
 * more. The first time counts from the answer, which a loaded machine gives late: the timer may
 * begin anew with it. */
CASE(backs_off, probes, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS, .seconds = 60)
{
    enum { PROBES = 4 };
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    int64_t at[PROBES], answered[PROBES];
    say_window(&c, 0);
    send_to_closed(&c);
    for (int i = 0; i < PROBES; i++) {
        struct packet probe = hear_probe(&c);
        require_by("wire.window.probed", strcmp(is_probe(&c, probe), "a probe") == 0,
                   "there is no probe");
        at[i] = probe.time;
        tell(&c, ACK);
        answered[i] = clock_now();
    }
    double first = (double)(at[1] - answered[0]), last = (double)(at[PROBES - 1] - at[PROBES - 2]);
    observe("%s", last > 2.1 * first ? "it grows" : "it does not");
}

MUTANT_ON_WIRE(backs_off, "all probes have the same distance")
{
    static int64_t last;
    if (heading == FROM_IUT && !(packet->flags & SYN)) {
        last = last ? last + 400000000 : packet->time;
        packet->time = last;
    }
    return true;
}

/* ---- a window that shrinks ---- */

enum { SENT = 1000 };

/* Data that send() gave and the line has seen, and acknowledges none of; the window shrinks. */
static struct talk shrunk(struct line *line, uint16_t window)
{
    static char data[SENT];
    struct test *t = line->t;
    struct talk c = line_connected(line, .mss = 536);
    size_t most;
    must(sk_setsockopt(t->iut, c.fd, IPPROTO_TCP, TCP_NODELAY, 1));
    must(sk_send(t->iut, c.fd, data, sizeof data, 0));
    require(hear_data(&c, sizeof data, &most) == sizeof data, "the data did not come");
    c.expected -= sizeof data;
    say_window(&c, window);
    c.expected += sizeof data;
    return c;
}

RULE(shrinks, "wire.window.shrinks",
     .statement = "Where the window shrinks below what was sent, send() sends no new data, what is "
                  "not acknowledged within it is sent again, and all goes on when it opens.",
     RFCS("no new data then old data then all of it", "rfc9293.shld-15", "rfc9293.shld-16",
          "rfc9293.shld-17"));

/* An ACK, or old data beyond the window: that may be sent again as well (MAY-7). */
static bool is_beyond(const struct packet *packet, uint32_t edge, uint32_t before)
{
    uint32_t end = packet->seq + (uint32_t)packet->length;
    return packet->flags & ACK && !(packet->flags & RST) &&
           (!packet->length ||
            (!sequence_before(packet->seq, edge) && !sequence_before(before, end)));
}

CASE(shrinks, to_little, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .tags = TAG_WAITS, .seconds = 10)
{
    enum { WINDOW = 100 };
    struct line line = take_line(t);
    struct talk c = shrunk(&line, WINDOW);
    must(sk_send(iut, c.fd, "hello", 5, 0));
    uint32_t before = c.expected;
    hear_rest(&c);
    observe("%s", c.expected == before ? "no new data" : "new data");
    struct packet again;
    int64_t begin = clock_now();
    do
        again = hear(&c);
    while (is_beyond(&again, before - SENT + WINDOW, before) && may_still_come(begin));
    bool old = again.length && again.seq == before - SENT && c.expected == before;
    observe("%s", old ? "old data" : said(&c, again));
    c.window = 5000;
    tell(&c, ACK);
    observe("%s", comes(&c, 5));
}

MUTANT_TAMPERS(shrinks, "the window does not shrink", .heading = TO_IUT, .data = true,
               .window = 5000)

RULE(shrinks_to_zero, "wire.window.shrinks-to-zero",
     .statement = "A window that shrinks to nothing while data of send() is not acknowledged is "
                  "probed.",
     RFCS("a probe then all of it", "rfc9293.must-35", "rfc9293.must-34"));

/* A delayed ACK may have the number at which the window ends: later ones are outside of it. */
CASE(shrinks_to_zero, probed, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS,
     .seconds = 10)
{
    struct line line = take_line(t);
    struct talk c = shrunk(&line, 0);
    uint32_t first = c.expected - SENT;
    send_to_closed(&c);
    struct packet probe = hear_probe(&c);
    for (int i = 0; i < DELAYED && is_mere_ack(&probe, first); i++)
        probe = hear_probe(&c);
    observe("%s", is_mere_ack(&probe, first) ? said(&c, probe) : is_probe(&c, probe));
    c.window = 5000;
    tell(&c, ACK);
    observe("%s", comes(&c, 5));
}

MUTANT_ON_WIRE(shrinks_to_zero, "the connection is reset")
{
    static bool closed;
    closed |= heading == TO_IUT && packet->text;
    if (closed && heading == FROM_IUT)
        packet->flags = RST;
    return true;
}

RULE(old, "wire.window.not-from-old",
     .statement = "A segment older than the last one that told the window, with the number of "
                  "that one and an earlier acknowledgment, does not change it: send() goes by the "
                  "newer one.",
     RFCS("ACK seq 3 ack 1 data 5", "rfc9293.window-not-from-old-segments"));

CASE(old, closes, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    must(sk_send(iut, c.fd, "hi", 2, 0));
    require(strcmp(has_come(&c, 2), "all of it") == 0, "data does not come at once");
    tell(&c, ACK); /* the newer one, which has overtaken */
    drain(&line);
    c.window = 0;
    tell(&c, ACK, .ack = -2);
    drain(&line);
    must(sk_send(iut, c.fd, "hello", 5, 0));
    observe("%s", said(&c, hear_now(&c)));
}

/* An octet that comes is a probe's. */
CASE(old, opens, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     RFCS("not all of it", "rfc9293.window-not-from-old-segments", "rfc9293.fits-window"))
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    must(sk_send(iut, c.fd, "hi", 2, 0));
    require(strcmp(has_come(&c, 2), "all of it") == 0, "data does not come at once");
    c.window = 0;
    tell(&c, ACK); /* the newer one */
    drain(&line);
    send_to_closed(&c);
    c.window = 1000;
    tell(&c, ACK, .ack = -2);
    observe("%s", has_come(&c, 5));
}

/* The old segment seems to be a new one. */
MUTANT_ON_WIRE(old, "the window is that of what came last")
{
    static bool any;
    static uint32_t latest;
    if (heading != TO_IUT || !(packet->flags & ACK))
        return true;
    if (any && sequence_before(packet->ack, latest))
        packet->ack = latest;
    any = true;
    latest = packet->ack;
    return true;
}
