/* When data is sent: the Nagle algorithm, TCP_NODELAY, TCP_CORK, MSG_MORE. */
#include "suites/suite.h"

#include "calls/clock.h"

#include <netinet/udp.h>

/* What is held back may be sent after a tenth of a second at the earliest (RFC 9293, 3.8.6.2.1),
 * and nobody has timers of less than two tenths for what TCP_CORK holds, or to send again. A
 * machine that was too slow is asked once more, on another connection. */
enum { SOON = 90000000, BEFORE_TIMERS = 180000000, TRIES = 5 };

/* How much data of the IUT has come, in order. */
static uint32_t bytes_of(const struct talk *c)
{
    return c->expected - c->others.number - 1;
}

/* Waits until so much data has come that was not there before; how much has, and when the last of
 * it did, if not before this moment. What comes again ends it too, when data that was sent at once
 * would have been there before that. */
static uint32_t awaited(struct talk *c, uint32_t count, int64_t *last)
{
    uint32_t before = bytes_of(c), had = before;
    while (had - before < count) {
        struct packet packet = hear(c);
        bool is_new = bytes_of(c) != had;
        had = bytes_of(c);
        if (!packet.protocol)
            break;
        if (!is_new && (!packet.length || packet.time - *last < SOON))
            continue;
        *last = packet.time;
        if (!is_new)
            break;
    }
    return had - before;
}

/* How much data has come up to now that was not there before, and when any last did. Looking may
 * take longer than that. */
static uint32_t come_now(struct talk *c, int64_t *last)
{
    uint32_t before = bytes_of(c), had = before;
    for (struct packet packet; (packet = hear_now(c)).protocol; had = bytes_of(c))
        if (packet.length)
            *last = packet.time;
    return had - before;
}

/* Whether what was done between two moments made data come at once, which came then. On a machine
 * that was too slow nobody knows: it may have been done late, or have come late; and when the first
 * data was sent long ago a timer may have fired, which sends too, or after which less may be sent.
 */
enum promptness { AT_ONCE, LATE, UNKNOWN };
static enum promptness promptness(int64_t first, int64_t begin, int64_t end, int64_t came)
{
    if (came - begin < SOON)
        return came - first < BEFORE_TIMERS ? AT_ONCE : UNKNOWN;
    return came - end >= SOON ? LATE : UNKNOWN;
}

#define TOO_SLOW "this machine is too slow to see what is held back"

/* What is done on a connection. */
typedef void act(struct test *t, struct talk *c);

/* Observes how much data comes of it at once that the IUT sends, and how much when what holds it
 * back is gone. */
static void observe_held(struct test *t, act *sends, act *releases, uint32_t all)
{
    struct line line = take_line(t);
    for (int tries = TRIES;; tries--) {
        struct talk c = line_connected(&line, .mss = 1000);
        int64_t first = clock_now(), last = first;
        sends(t, &c);
        uint32_t at_once = come_now(&c, &last);
        int64_t begin = clock_now(), came = begin;
        releases(t, &c);
        int64_t end = clock_now();
        uint32_t later = awaited(&c, all - at_once, &came);
        enum promptness when = promptness(first, begin, end, came);
        bool quick = last - first < SOON, right = !at_once && later == all && when == AT_ONCE;
        if (tries && (!quick || (!at_once && when != AT_ONCE))) {
            tell(&c, RST); /* so that it sends nothing again */
            continue;
        }
        require(quick && (at_once || right || (when != UNKNOWN && end - first < BEFORE_TIMERS)),
                TOO_SLOW);
        observe("%u bytes", at_once);
        observe("%u bytes%s", later, when == LATE ? ", late" : "");
        return;
    }
}

static void set(struct test *t, struct talk *c, int option, int value)
{
    must(sk_setsockopt(t->iut, c->fd, IPPROTO_TCP, option, value));
}

static void send_some(struct test *t, struct talk *c, const char *text, int flags)
{
    must(sk_send(t->iut, c->fd, text, strlen(text), flags));
}

static void ignores_nodelay(struct mutation *m, struct call *call)
{
    mutate_without_option(m, call, IPPROTO_TCP, TCP_NODELAY);
}

static void ignores_cork(struct mutation *m, struct call *call)
{
    mutate_without_option(m, call, IPPROTO_TCP, TCP_CORK);
}

static void ignores_more(struct mutation *m, struct call *call)
{
    mutate_without_flag(m, call, MSG_MORE);
}

/* ---- Nagle ---- */

/* A byte that is not acknowledged, and a little more. */
static void send_twice(struct test *t, struct talk *c)
{
    send_some(t, c, "a", 0);
    must_hear(c, ACK);
    send_some(t, c, "bc", 0);
}

static void acknowledge(struct test *t, struct talk *c)
{
    (void)t;
    tell(c, ACK);
}

static void set_nodelay(struct test *t, struct talk *c)
{
    set(t, c, TCP_NODELAY, 1);
}

RULE(nagle, "wire.nagle.holds-back",
     .statement = "A little data that is sent while other data is not acknowledged waits for the "
                  "acknowledgment.",
     .outcome = {
         [BY_LINUX] = {"0 bytes then 2 bytes",
                       {"linux.tcp.7.tcp-nodelay-off", "rfc9293.shld-7",
                        "rfc9293.nagle-holds-back"}},
         [BY_BSD] = {"0 bytes then 2 bytes", {"freebsd.tcp.4.tcp-nodelay-gathers"}},
         [BY_RFC] = {"0 bytes then 2 bytes", {"rfc9293.shld-7", "rfc9293.nagle-holds-back"}}});

CASE(nagle, two_sends, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    observe_held(t, send_twice, acknowledge, 2);
}

MUTANT(nagle, "TCP_NODELAY is always on")
{
    if (call_sends(call))
        sk_setsockopt(m->real, (int)call->argument[0], IPPROTO_TCP, TCP_NODELAY, 1);
    mutate(m, call);
}

RULE(nodelay, "wire.nodelay.at-once",
     .statement = "With TCP_NODELAY a little data is sent at once although other data is not "
                  "acknowledged.",
     .outcome = {
         [BY_POSIX] = {"2 bytes", {"posix.netinet-tcp-h.nodelay"}},
         [BY_LINUX] = {"2 bytes",
                       {"linux.tcp.7.tcp-nodelay", "rfc9293.must-17", "rfc9293.must-60",
                        "rfc9293.sender-pushed"}},
         [BY_BSD] = {"2 bytes",
                     {"freebsd.tcp.4.tcp-nodelay-defeats",
                      "freebsd.tcp.4.tcp-nodelay-sends-when-presented"}},
         [BY_RFC] = {"2 bytes", {"rfc9293.must-17", "rfc9293.must-60", "rfc9293.sender-pushed"}}});

CASE(nodelay, two_sends, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    for (int tries = TRIES;; tries--) {
        struct talk c = line_connected(&line, .mss = 1000);
        set_nodelay(t, &c);
        send_some(t, &c, "a", 0);
        int64_t first = must_hear(&c, ACK).time, begin = clock_now(), last = begin;
        send_some(t, &c, "bc", 0);
        int64_t end = clock_now();
        uint32_t came = awaited(&c, 2, &last);
        enum promptness when = promptness(first, begin, end, last);
        if (tries && when != AT_ONCE) {
            tell(&c, RST);
            continue;
        }
        bool right = came == 2 && when == AT_ONCE;
        require(right || (when != UNKNOWN && end - first < BEFORE_TIMERS), TOO_SLOW);
        observe("%u bytes%s", came, when == LATE ? ", late" : "");
        return;
    }
}

MUTANT_BY(nodelay, "TCP_NODELAY is ignored", ignores_nodelay)

/* ---- TCP_CORK ---- */

static void cork_and_send(struct test *t, struct talk *c)
{
    set(t, c, TCP_CORK, 1);
    send_some(t, c, "bc", 0);
}

static void uncork(struct test *t, struct talk *c)
{
    set(t, c, TCP_CORK, 0);
}

RULE(cork, "wire.cork.holds-back",
     .statement = "TCP_CORK holds back what is no full segment, until it is cleared.",
     .outcome = {[BY_LINUX] = {"0 bytes then 2 bytes",
                               {"linux.tcp.7.tcp-cork", "linux.tcp.7.tcp-cork-cleared"}}});

CASE(cork, little, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    observe_held(t, cork_and_send, uncork, 2);
}

MUTANT_BY(cork, "TCP_CORK is ignored", ignores_cork)

RULE(cork_overrides, "wire.cork.overrides-nodelay",
     .statement = "After TCP_NODELAY was set setsockopt() sets TCP_CORK too, which holds data back "
                  "all the same.",
     .outcome = {
         [BY_LINUX] = {"0 then 0 bytes then 2 bytes",
                       {"linux.tcp.7.tcp-nodelay-corked", "linux.tcp.7.tcp-cork-with-nodelay",
                        "linux.tcp.7.tcp-cork-cleared", "linux.getsockopt.2.returns-zero"}}});

static void set_both_and_send(struct test *t, struct talk *c)
{
    set_nodelay(t, c);
    cork_and_send(t, c);
}

CASE(cork_overrides, both, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    int fd = stream_socket(t, iut);
    must(sk_setsockopt(iut, fd, IPPROTO_TCP, TCP_NODELAY, 1));
    int result = sk_setsockopt(iut, fd, IPPROTO_TCP, TCP_CORK, 1);
    observe_result(result);
    if (result == 0)
        observe_held(t, set_both_and_send, uncork, 2);
}

MUTANT_BY(cork_overrides, "TCP_CORK is ignored", ignores_cork)

RULE(flushes, "wire.nodelay.flushes",
     .statement = "Setting TCP_NODELAY sends what waits, also what TCP_CORK holds back.",
     .outcome = {[BY_LINUX] = {"0 bytes then 2 bytes", {"linux.tcp.7.tcp-nodelay-flushes"}}});

CASE(flushes, nagle, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    observe_held(t, send_twice, set_nodelay, 2);
}

CASE(flushes, corked, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    observe_held(t, cork_and_send, set_nodelay, 2);
}

MUTANT_BY(flushes, "TCP_NODELAY is ignored", ignores_nodelay)

RULE(cork_full, "wire.cork.full-segments",
     .statement = "TCP_CORK lets full segments go and holds back the rest, until it is cleared.",
     .outcome = {[BY_LINUX] = {"a rest is held back then all",
                               {"linux.tcp.7.tcp-cork", "linux.tcp.7.tcp-cork-cleared"}}});

/* What has gone in how long segments: those that are full are all as long as the first. */
static const char *how_full(uint32_t went, uint32_t first, uint32_t full, uint32_t all)
{
    if (went == all)
        return "all";
    if (went < full)
        return "less than a segment is sent";
    return went % first || all - went >= first ? "other than full segments" : "a rest is held back";
}

/* What has gone is acknowledged, so that nothing but TCP_CORK holds back the rest. */
CASE(cork_full, one_and_a_half, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    enum { SEGMENT = 1000, ALL = 1500 };
    static const char data[ALL];
    struct line line = take_line(t);
    for (int tries = TRIES;; tries--) {
        struct talk c = line_connected(&line, .mss = SEGMENT);
        set(t, &c, TCP_CORK, 1);
        int64_t first = clock_now(), last = first;
        must(sk_send(iut, c.fd, data, sizeof data, 0));
        int64_t gone = clock_now();
        uint32_t segment = awaited(&c, 1, &last);
        enum promptness start = promptness(first, first, gone, last);
        if (!segment || (!tries && start == LATE)) {
            observe("%s", segment ? "a segment is sent late" : "nothing is sent");
            return;
        }
        uint32_t went = segment + come_now(&c, &last);
        tell(&c, ACK);
        went += come_now(&c, &last);
        int64_t begin = clock_now(), came = begin;
        uncork(t, &c);
        int64_t end = clock_now();
        uint32_t later = awaited(&c, ALL - went, &came);
        enum promptness when = promptness(first, begin, end, came);
        bool quick = last - first < SOON, held = went < ALL;
        if (tries && (!quick || (held && when != AT_ONCE))) {
            tell(&c, RST);
            continue;
        }
        bool right = held && later == ALL - went && when == AT_ONCE;
        require(quick && (!held || right || (when != UNKNOWN && end - first < BEFORE_TIMERS)),
                TOO_SLOW);
        observe("%s", how_full(went, segment, SEGMENT, ALL));
        observe("%s%s", went + later == ALL ? "all" : "not all", when == LATE ? ", late" : "");
        return;
    }
}

MUTANT_BY(cork_full, "TCP_CORK is ignored", ignores_cork)

RULE(ceiling, "wire.cork.ceiling",
     .statement = "What TCP_CORK holds back is sent by itself after a fifth of a second or so, and "
                  "not before.",
     .outcome = {
         [BY_LINUX] = {"2 bytes", {"linux.tcp.7.tcp-cork", "linux.tcp.7.tcp-cork-ceiling"}}});

/* The page has 200 milliseconds; timers are coarse, and machines loaded: what comes not much later
 * is asked for again and again. So is what comes much later, but once only: Linux takes the time
 * of a retransmission if that is longer, and it is where the handshake was slow. What comes earlier
 * than any such timer after send() was called was not held back for as long. */
#define WITHIN 0.4
#define SURELY 1.0

static bool takes_longer(int64_t nanoseconds, double seconds)
{
    return nanoseconds > machine_milliseconds(seconds) * INT64_C(1000000);
}

CASE(ceiling, not_cleared, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .tags = TAG_WAITS, .seconds = 1)
{
    struct line line = take_line(t);
    bool asked_again = false;
    for (int tries = TRIES;; tries--) {
        struct talk c = line_connected(&line, .mss = 1000);
        int64_t begin = clock_now();
        cork_and_send(t, &c);
        int64_t sent = clock_now(), came = sent;
        uint32_t at_once = come_now(&c, &came);
        uint32_t bytes = at_once ? at_once : awaited(&c, 2, &came);
        bool late = takes_longer(came - sent, WITHIN), surely = takes_longer(came - sent, SURELY);
        bool early = came - begin < BEFORE_TIMERS;
        if (tries && (at_once || (late && (!surely || !asked_again)))) {
            asked_again |= surely;
            tell(&c, RST);
            continue;
        }
        require_by("wire.cork.holds-back", !at_once, "TCP_CORK held nothing back");
        observe("%u bytes%s", bytes, late ? ", late" : bytes && early ? ", early" : "");
        return;
    }
}

MUTANT_TAMPERS(ceiling, "it is not sent", .data = true, .lost = true)

/* ---- MSG_MORE ---- */

static void send_more(struct test *t, struct talk *c)
{
    send_some(t, c, "bc", MSG_MORE);
}

static void send_last(struct test *t, struct talk *c)
{
    send_some(t, c, "d", 0);
}

RULE(more, "wire.more.holds-back",
     .statement = "send() with MSG_MORE on a stream socket holds back what is no full segment, "
                  "until a call without it.",
     .outcome = {[BY_LINUX] = {"0 bytes then 3 bytes",
                               {"linux.send.2.msg-more-tcp", "linux.tcp.7.tcp-cork",
                                "linux.tcp.7.tcp-cork-cleared"}}});

CASE(more, little, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    observe_held(t, send_more, send_last, 3);
}

MUTANT_BY(more, "MSG_MORE is ignored", ignores_more)

/* Observes the datagram that the IUT has sent by now: its data. */
static void observe_datagram(struct line *line)
{
    struct test *t = line->t;
    struct packet packet = see_now(line);
    bool whole = packet.protocol == IPPROTO_UDP && !packet.problems && !packet.fragment &&
                 !packet.more_fragments;
    observe("%s",
            whole ? data_text(packet.data, packet.length) : packet_words(&packet, NULL, NULL));
}

RULE(more_datagram, "wire.more.datagram",
     .statement = "What calls with MSG_MORE send on a datagram socket goes as one datagram with "
                  "what a call without it sends.",
     .outcome = {[BY_LINUX] = {"nothing then abcd", {"linux.send.2.msg-more-udp"}}});

CASE(more_datagram, two_calls, .network = ON_LINE, .family = ANY_FAMILY,
     .send = WITH_SEND | WITH_SENDTO | WITH_SENDMSG)
{
    struct line line = take_line(t);
    struct address to = line_name(&line, 0);
    int fd = datagram_socket(t, iut), result;
    if (t->send == WITH_SEND)
        must(sk_connect(iut, fd, &to));
    if (t->send == WITH_SEND)
        result = sk_send(iut, fd, "abc", 3, MSG_MORE);
    else if (t->send == WITH_SENDTO)
        result = sk_sendto(iut, fd, "abc", 3, MSG_MORE, &to);
    else
        result = sk_sendmsg(iut, fd, "abc", 3, MSG_MORE, &to);
    if (result < 0) {
        observe_result(result);
        return;
    }
    observe_datagram(&line);
    must(send_by_form(t, iut, fd, "d", 1, t->send == WITH_SEND ? NULL : &to));
    observe_datagram(&line);
}

MUTANT_BY(more_datagram, "MSG_MORE is ignored", ignores_more)

RULE(cork_datagram, "wire.cork.datagram",
     .statement = "What is sent while UDP_CORK is set goes as one datagram when it is cleared.",
     .outcome = {[BY_LINUX] = {"nothing then abcd", {"linux.udp.7.udp-cork"}}});

CASE(cork_datagram, two_sends, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct address to = line_name(&line, 0);
    int fd = datagram_socket(t, iut);
    must(sk_connect(iut, fd, &to));
    must(sk_setsockopt(iut, fd, IPPROTO_UDP, UDP_CORK, 1));
    must(sk_send(iut, fd, "abc", 3, 0));
    must(sk_send(iut, fd, "d", 1, 0));
    observe_datagram(&line);
    must(sk_setsockopt(iut, fd, IPPROTO_UDP, UDP_CORK, 0));
    observe_datagram(&line);
}

MUTANT(cork_datagram, "UDP_CORK is ignored")
{
    if (call->operation == OP_SETSOCKOPT && call->argument[1] == IPPROTO_UDP)
        call_succeed(call, 0);
    else
        mutate(m, call);
}
