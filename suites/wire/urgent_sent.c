/* Urgent data that is sent: what MSG_OOB puts on the wire. */
#include "suites/wire/states.h"
#include "suites/wire/wire.h"

/* With URG a segment says where the urgent data ends: it points at the octet after it. */
static uint32_t pointed_at(const struct packet *packet)
{
    return packet->seq + packet->urgent;
}

/* Hears and acknowledges data until it ends there: whether all that can point at the end, with 16
 * bits, do. */
static const char *points_at(struct talk *c, uint32_t end)
{
    while (c->expected != end) {
        struct packet packet = hear(c);
        if (packet.protocol != IPPROTO_TCP || packet.flags & (RST | SYN))
            return said(c, packet);
        if (packet.length && end - packet.seq <= UINT16_MAX) {
            if (!(packet.flags & URG))
                return "no URG";
            if (pointed_at(&packet) != end)
                return "points elsewhere";
        }
        tell(c, ACK);
    }
    return "points behind it";
}

static int send_urgent(struct test *t, int fd, const void *data, size_t size)
{
    if (t->send == WITH_SENDTO)
        return sk_sendto(t->iut, fd, data, size, MSG_OOB, NULL);
    if (t->send == WITH_SENDMSG)
        return sk_sendmsg(t->iut, fd, data, size, MSG_OOB, NULL);
    return sk_send(t->iut, fd, data, size, MSG_OOB);
}

/* Sends urgent data, and observes where its segments point. */
static void observe_urgent(struct test *t, struct talk *c, const void *data, size_t size)
{
    uint32_t end = c->expected + (uint32_t)size;
    int result = send_urgent(t, c->fd, data, size);
    if (result < 0)
        observe_result(result);
    else
        observe("%s", points_at(c, end));
}

static void ignores_oob(struct mutation *m, struct call *call)
{
    mutate_without_flag(m, call, MSG_OOB);
}

#define POINTS                                                                                     \
    .outcome = {                                                                                   \
        [BY_LINUX] = {"points behind it",                                                          \
                      {"linux.tcp.7.urgent-data-sent", "linux.tcp.7.urgent-pointer-bsd",           \
                       "linux.tcp.7.proc-tcp-stdurg-off", "linux.send.2.msg-oob",                  \
                       "rfc9293.must-62", "rfc9293.urgent-flag-sets-pointer",                      \
                       "rfc9293.no-urg-no-urgent-data", "rfc9293.send-established-urgent"}},       \
        [BY_RFC] = {"points behind it",                                                            \
                    {"rfc9293.must-30", "rfc9293.must-62", "rfc9293.urgent-pointer-offset",        \
                     "rfc9293.urgent-flag-sets-pointer", "rfc9293.no-urg-no-urgent-data",          \
                     "rfc9293.send-established-urgent"}}}

RULE(pointer, "wire.urgent-sent.pointer",
     .statement = "What send() with MSG_OOB sends goes in segments with URG, whose urgent pointer "
                  "points at the octet after it.",
     POINTS);

CASE(pointer, established, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"size", {"1", "5", "2000"}}})
{
    static const size_t sizes[] = {1, 5, 2000};
    static char data[2000];
    struct line line = take_line(t);
    struct talk c = line_connected(&line, .mss = 1000);
    size_t size = sizes[t->chosen[0]];
    observe_urgent(t, &c, data, size);
}

CASE(pointer, close_wait, .network = ON_LINE, .family = ANY_FAMILY,
     .send = WITH_SEND | WITH_SENDTO | WITH_SENDMSG)
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, STATE_CLOSE_WAIT);
    observe_urgent(t, &c, "hello", 5);
}

MUTANT_BY(pointer, "MSG_OOB is ignored", ignores_oob)

RULE(behind, "wire.urgent-sent.behind-data",
     .statement = "Data that waits when send() with MSG_OOB is called goes with URG and an urgent "
                  "pointer at the octet after the urgent data.",
     POINTS);

CASE(behind, window_opens, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    say_window(&c, 0);
    uint32_t end = c.expected + 5;
    must(sk_send(iut, c.fd, "hel", 3, 0));
    must(sk_send(iut, c.fd, "lo", 2, MSG_OOB));
    hear_rest(&c); /* a probe, perhaps */
    require(c.expected != end, "the window was ignored");
    c.window = 1000;
    tell(&c, ACK);
    observe("%s", points_at(&c, end));
}

MUTANT_ON_WIRE(behind, "the pointer is the length of the urgent data")
{
    if (heading == FROM_IUT && packet->flags & URG)
        packet->urgent = 2;
    return true;
}

RULE(any_length, "wire.urgent-sent.any-length",
     .statement = "send() with MSG_OOB sends more than an urgent pointer can span, and segments "
                  "whose pointer reaches its end point there.",
     RFCS("points behind it", "rfc9293.must-31", "rfc9293.must-62",
          "rfc9293.urgent-flag-sets-pointer"));

CASE(any_length, long_data, .network = ON_LINE, .family = ANY_FAMILY)
{
    /* What goes out before send() has taken the rest cannot point at the end of that. */
    enum { ALL = 100000, EARLY = 20000 };
    static char data[ALL];
    struct line line = take_line(t);
    struct talk c = line_connected(&line, .mss = 1400);
    c.window = UINT16_MAX;
    must(sk_setsockopt(iut, c.fd, SOL_SOCKET, SO_SNDBUF, 4 * ALL));
    set_nonblocking(t, iut, c.fd, true);
    uint32_t first = c.expected;
    int sent = sk_send(iut, c.fd, data, ALL, MSG_OOB);
    if (sent < 0) {
        observe_result(sent);
        return;
    }
    require(sent > UINT16_MAX + EARLY, "send() takes too little");
    observe("%s", points_at(&c, first + (uint32_t)sent));
}

MUTANT_TAMPERS(any_length, "the urgent pointer is given up", .with = URG, .clear = URG)

RULE(others, "wire.urgent-sent.others",
     .statement = "Data that send() without MSG_OOB sends before and after urgent data that was "
                  "acknowledged goes without URG.",
     RFCS("no URG then URG then no URG", "rfc9293.no-urg-no-urgent-data", "rfc9293.must-62",
          "rfc9293.urgent-flag-sets-pointer"));

/* Whether the segments with these octets that were just sent have URG, in however many they come;
 * they are acknowledged, and the IUT knows that when this returns. What was sent before may come
 * again. */
static const char *urgency(struct talk *c, uint32_t size)
{
    uint32_t begin = c->expected, end = begin + size;
    unsigned with = 0, without = 0;
    while (sequence_before(c->expected, end)) {
        struct packet packet = hear(c);
        if (!packet.length)
            return said(c, packet);
        if (sequence_before(packet.seq, begin))
            continue;
        with += (packet.flags & URG) != 0;
        without += !(packet.flags & URG);
        tell(c, ACK);
    }
    drain(c->line);
    return !with ? "no URG" : without ? "URG in a part" : "URG";
}

CASE(others, one_by_one, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    for (int i = 0; i < 3; i++) {
        must(sk_send(iut, c.fd, "hello", 5, i == 1 ? MSG_OOB : 0));
        observe("%s", urgency(&c, 5));
    }
}

MUTANT_ON_WIRE(others, "once there was urgent data all is")
{
    static bool urgent;
    if (heading == FROM_IUT) {
        urgent |= packet->flags & URG;
        if (urgent)
            packet->flags |= URG;
    }
    return true;
}

RULE(nothing, "wire.urgent-sent.nothing",
     .statement = "send() of no data with MSG_OOB sends nothing that has URG, and data that send() "
                  "without it sends next has none.",
     RFCS("no URG then no URG", "rfc9293.no-urg-no-urgent-data", "rfc9293.urgent-needs-an-octet"));

CASE(nothing, no_data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    unsigned flags = 0;
    sk_send(iut, c.fd, "", 0, MSG_OOB); /* it may be refused */
    for (struct packet packet; (packet = hear_now(&c)).protocol; flags |= packet.flags)
        continue;
    observe("%s", flags & URG ? "URG" : "no URG");
    must(sk_send(iut, c.fd, "hello", 5, 0));
    observe("%s", urgency(&c, 5));
}

MUTANT(nothing, "urgent data is made up")
{
    if (call_sends(call))
        sk_send(m->real, (int)call->argument[0], "x", 1, MSG_OOB);
    mutate(m, call);
}
