/* A stream on its way: what send() gave leaves in order, and at first a little of it. */
#include "suites/wire/wire.h"

#include "calls/clock.h"

RULE(in_order, "wire.sends.in-order",
     .statement = "What several calls of send() give goes out in the order of the calls, also when "
                  "all of it had to wait.",
     RFCS("abcdefgh", "rfc9293.sends-in-order", "rfc9293.no-message-boundaries"));

CASE(in_order, after_closed_window, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    char all[9] = "";
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    uint32_t first = c.expected;
    say_window(&c, 0);
    must(sk_send(iut, c.fd, "abc", 3, 0));
    must(sk_send(iut, c.fd, "d", 1, 0));
    must(sk_send(iut, c.fd, "efgh", 4, 0));
    c.window = 1000;
    tell(&c, ACK);
    int64_t begin = clock_now();
    while (c.expected - first < 8 && may_still_come(begin)) {
        struct packet packet = hear(&c);
        if (!packet.protocol || packet.flags & RST)
            break;
        if (packet.length && packet.seq - first + packet.length <= 8)
            memcpy(all + (packet.seq - first), packet.data, packet.length);
        tell(&c, ACK);
    }
    observe("%s", data_text(all, strlen(all)));
}

/* The first call takes its data, which goes with the second one. */
MUTANT(in_order, "the second of two calls comes first")
{
    static int calls;
    if (call_sends(call) && calls++ == 0) {
        call_succeed(call, 3);
        return;
    }
    mutate(m, call);
    if (call_sends(call) && calls == 2)
        sk_send(m->real, (int)call->argument[0], "abc", 3, 0);
}

RULE(boundaries, "wire.sends.no-boundaries",
     .statement =
         "recv() is bound by no segment: what it leaves of what one brought the next calls "
         "give, with what came in others behind it.",
     .outcome = {
         [BY_POSIX] = {"ab then cdef",
                       {"posix.recv.stream-no-boundaries", "posix.recv.stream-discards-nothing",
                        "posix.sockets.types.stream.any-input-size"}},
         [BY_LINUX] = {"ab then cdef",
                       {"linux.tcp.7.no-record-boundaries", "rfc9293.no-message-boundaries"}},
         [BY_BSD] = {"ab then cdef", {"freebsd.socket.2.stream.no-record-boundaries"}},
         [BY_ZOS] = {"ab then cdef", {"zos.recv.stream-no-boundaries"}},
         [BY_RFC] = {"ab then cdef", {"rfc9293.no-message-boundaries"}}});

/* Reads just so much, as programs do. */
static const char *read_exactly(struct test *t, int fd, int size)
{
    static char data[16];
    int had = 0, count = 0;
    while (had < size && (count = sk_recv(t->iut, fd, data + had, (size_t)(size - had), 0)) > 0)
        had += count;
    return had == size ? data_text(data, (size_t)had) : result_name(count);
}

CASE(boundaries, reads, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    tell(&c, ACK | PSH, .text = "abc");
    tell(&c, ACK | PSH, .text = "def");
    drain(&line);
    set_nonblocking(t, iut, c.fd, true);
    observe("%s", read_exactly(t, c.fd, 2));
    observe("%s", read_exactly(t, c.fd, 4));
}

MUTANT(boundaries, "what recv() leaves of what has come is lost")
{
    char rest[16];
    mutate(m, call);
    if (call_receives(call))
        while (sk_recv(m->real, (int)call->argument[0], rest, sizeof rest, MSG_DONTWAIT) > 0)
            continue;
}

RULE(fills, "wire.sends.fills-buffer",
     .statement = "recv() fills its buffer in one call where enough has come for that, in several "
                  "segments of which none has PSH.",
     RFCS("4", "rfc9293.receive-fills-buffer"));

CASE(fills, once, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    char data[4];
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    tell(&c, ACK, .text = "abc");
    tell(&c, ACK, .text = "def");
    drain(&line);
    observe_count(sk_recv(iut, c.fd, data, sizeof data, 0));
}

MUTANT(fills, "recv() gives one octet at a time")
{
    if (call_receives(call))
        call_data(call)->capacity = 1;
    mutate(m, call);
}

RULE(begins, "wire.sends.begins-slowly",
     .statement = "Of much data that send() gives to a new connection no more than half goes out "
                  "before something is acknowledged, although the window has room for all.",
     RFCS("a part", "rfc9293.slow-start-limits", "rfc9293.must-19", "rfc5681.slow-start-used"));

/* There are those that begin with ten segments (RFC 6928), and one more to probe with. It may go
 * out by and by: what comes again says that the IUT now waits for an answer. */
CASE(begins, much, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE, .tags = TAG_WAITS,
     .seconds = 10)
{
    enum { SEGMENT = 500, MUCH = 60 * SEGMENT };
    static const char data[MUCH];
    uint32_t before;
    struct line line = take_line(t);
    struct talk c = line_connected(&line, .mss = SEGMENT);
    uint32_t first = c.expected;
    set_nonblocking(t, iut, c.fd, true);
    int taken = must(sk_send(iut, c.fd, data, sizeof data, 0));
    if (taken <= 24 * SEGMENT)
        skip("send() takes only %d octets, half of which may go out at once", taken);
    do
        before = c.expected;
    while (hear_but(&c, SYN | ACK).protocol && c.expected != before);
    uint32_t sent = c.expected - first;
    require(sent, "no data came");
    observe("%s", sent <= (uint32_t)taken / 2 ? "a part" : "more than half");
}

/* The rest of it follows the first segment. */
MUTANT_ON_WIRE(begins, "all goes out")
{
    static const char rest[2000];
    static bool begun;
    struct packet more = *packet;
    if (heading == TO_IUT || !packet->length || begun)
        return true;
    begun = true;
    more.seq += (uint32_t)packet->length;
    more.data = rest;
    more.length = sizeof rest;
    for (int i = 0; i < 15; i++, more.seq += sizeof rest)
        wire_sends(&more);
    return true;
}
