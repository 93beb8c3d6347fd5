/* What close() and shutdown() send. */
#include "suites/wire/states.h"
#include "suites/wire/wire.h"

#include "calls/clock.h"

/* ---- behind what waits ---- */

/* How much data of the IUT has come, in order. */
static uint32_t bytes_of(const struct talk *c)
{
    return c->expected - c->others.number - 1;
}

/* Hears all up to the IUT's FIN, and acknowledges it as it comes; and when that came, if it did. */
static const char *heard_to_fin_at(struct talk *c, int64_t *came)
{
    static char text[120];
    enum { PACKETS = 100 };
    struct packet packet = {.protocol = PROTOCOL_NONE};
    for (int i = 0; i < PACKETS; i++) {
        uint32_t expected = c->expected;
        packet = hear(c);
        if (packet.protocol != IPPROTO_TCP || packet.flags & RST)
            break;
        tell(c, ACK);
        if (packet.flags & FIN && c->expected != expected) {
            *came = packet.time;
            snprintf(text, sizeof text, "%u bytes, FIN", bytes_of(c) - 1);
            return text;
        }
    }
    snprintf(text, sizeof text, "%u bytes, %s", bytes_of(c), said(c, packet));
    return text;
}

static const char *heard_to_fin(struct talk *c)
{
    int64_t came;
    return heard_to_fin_at(c, &came);
}

enum { ROOM = 300, WAITING = 300 };

static void send_waiting(struct test *t, struct talk *c)
{
    static const char data[WAITING];
    must(sk_send(t->iut, c->fd, data, sizeof data, 0));
}

/* A connection whose peer has no room any more, so that what the IUT sends waits. The window was
 * small and is full: it does not shrink. That has come with a byte that the IUT has received. */
static struct talk without_room(struct line *line)
{
    struct test *t = line->t;
    struct talk c = line_narrow(line, ROOM);
    char byte;
    send_waiting(t, &c);
    while (bytes_of(&c) < ROOM) {
        require(hear(&c).protocol, "the window is not filled");
        c.window = (uint16_t)(ROOM - bytes_of(&c)); /* its end stays where it is */
        if (c.window)
            tell(&c, ACK);
    }
    tell(&c, ACK, .text = "x");
    must(sk_recv(t->iut, c.fd, &byte, 1, 0));
    drain(line); /* on a slow machine a timer may have sent it again before that */
    return c;
}

static void make_room(struct talk *c)
{
    c->window = UINT16_MAX;
    tell(c, ACK);
}

#define AFTER_DATA "no FIN then 600 bytes, FIN"

RULE(after_data, "wire.close.after-data",
     .statement =
         "close(), and shutdown() for sending, send a FIN after all that waits to be sent, "
         "and not before it.",
     .outcome = {[BY_LINUX] = {AFTER_DATA,
                               {"rfc9293.close-sends-fin", "rfc9293.close-established",
                                "rfc9293.close-any-time", "rfc9293.close-delivers-what-was-sent",
                                "linux.socket.7.so-linger-off", "linux.socket.7.so-linger-close"}},
                 [BY_RFC] = {AFTER_DATA,
                             {"rfc9293.close-sends-fin", "rfc9293.close-established",
                              "rfc9293.close-any-time", "rfc9293.close-delivers-what-was-sent"}}});

CASE(after_data, shut, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"how", {"sending", "both"}}},
     .outcome = {[BY_BSD] = {AFTER_DATA,
                             {"freebsd.shutdown.2.tcp-sends-queued-data",
                              "freebsd.shutdown.2.tcp-waits-for-ack-then-fin",
                              "freebsd.shutdown.2.tcp6-sends-data-then-fin",
                              "freebsd.shutdown.2.shut-rdwr-implies-shut-wr"}}})
{
    struct line line = take_line(t);
    struct talk c = without_room(&line);
    send_waiting(t, &c);
    must(sk_shutdown(iut, c.fd, t->chosen[0] ? SHUT_RDWR : SHUT_WR));
    observe("%s", fin_now(&c));
    make_room(&c);
    observe("%s", heard_to_fin(&c));
}

CASE(after_data, closed, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = without_room(&line);
    send_waiting(t, &c);
    must(sk_close(iut, c.fd));
    observe("%s", fin_now(&c));
    make_room(&c);
    observe("%s", heard_to_fin(&c));
}

CASE(after_data, lingering, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = without_room(&line);
    send_waiting(t, &c);
    set_linger(t, t->iut, c.fd, 30);
    struct pending *closing = sk_begin(iut, call_close(c.fd));
    sk_waits(closing);
    observe("%s", fin_now(&c));
    make_room(&c);
    observe("%s", heard_to_fin(&c));
    tell(&c, FIN | ACK);
    finish(closing);
}

/* On a connection that the peer has ended already. */
CASE(after_data, peer_ended, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .outcome = {[BY_LINUX] = {AFTER_DATA, {"rfc9293.close-after-fin", "rfc9293.close-close-wait"}},
                 [BY_RFC] = {AFTER_DATA, {"rfc9293.close-after-fin", "rfc9293.close-close-wait"}}})
{
    struct line line = take_line(t);
    struct talk c = without_room(&line);
    tell(&c, FIN | ACK);
    char byte;
    must(sk_recv(iut, c.fd, &byte, 1, 0)); /* the end: so the FIN was processed */
    send_waiting(t, &c);
    must(sk_close(iut, c.fd));
    observe("%s", fin_now(&c));
    make_room(&c);
    observe("%s", heard_to_fin(&c));
}

/* What waits for the window is lost, and a FIN that has no place any more comes at once. */
MUTANT_ON_WIRE(after_data, "what waits is thrown away")
{
    static size_t passed; /* what did not wait */
    bool data = heading == FROM_IUT && packet->protocol == IPPROTO_TCP && packet->length;
    if (!data)
        return true;
    passed += packet->length;
    return passed <= ROOM;
}

RULE(corked, "wire.close.corked",
     .statement = "What TCP_CORK or MSG_MORE holds back is sent at once, and a FIN after it, when "
                  "shutdown() or close() is called.",
     .outcome = {
         [BY_LINUX] = {"3 bytes, FIN", {"rfc9293.close-pushes", "rfc9293.close-sends-fin"}}});

/* Data that is held back goes by itself after a fifth of a second: what comes before that comes by
 * the call, and what comes long after the call by the timer. On a slow machine nobody knows. */
CASE(corked, each, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"by", {"cork", "more"}}, {"call", {"shutdown", "close"}}})
{
    enum { TRIES = 3 };
    const int64_t soon = INT64_C(100000000), before_timers = INT64_C(150000000);
    struct line line = take_line(t);
    for (int tries = TRIES;; tries--) {
        struct talk c = line_connected(&line);
        if (t->chosen[0] == 0)
            must(sk_setsockopt(iut, c.fd, IPPROTO_TCP, TCP_CORK, 1));
        int64_t begin = clock_now(), came = begin;
        must(sk_send(iut, c.fd, "abc", 3, t->chosen[0] ? MSG_MORE : 0));
        must(t->chosen[1] ? sk_close(iut, c.fd) : sk_shutdown(iut, c.fd, SHUT_WR));
        int64_t end = clock_now();
        const char *seen = heard_to_fin_at(&c, &came);
        bool at_once = came - begin < before_timers, late = came - end >= soon;
        if (!at_once && tries) {
            tell(&c, RST); /* so that it sends nothing again */
            drain(&line);
            continue;
        }
        require(at_once || late, "this machine is too slow to see what is held back");
        observe("%s%s", seen, at_once ? "" : ", late");
        return;
    }
}

MUTANT_ON_WIRE(corked, "what is held back is thrown away")
{
    return heading == TO_IUT || packet->protocol != IPPROTO_TCP || !packet->length;
}

RULE(once, "wire.close.no-second-fin",
     .statement = "shutdown() and close() after a FIN was sent send no second one.",
     .outcome = {[BY_LINUX] = {"no FIN", {"rfc9293.close-fin-wait-no-second-fin"}},
                 [BY_RFC] = {"no FIN", {"rfc9293.close-fin-wait-no-second-fin"}}});

/* Before it is acknowledged the first one may be sent again. */
CASE(once, fin_wait_1, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"call", {"sending", "both", "close"}}})
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, STATE_FIN_WAIT_1);
    if (t->chosen[0] == 2)
        must(sk_close(iut, c.fd));
    else
        sk_shutdown(iut, c.fd, t->chosen[0] ? SHUT_RDWR : SHUT_WR);
    struct packet packet;
    do
        packet = hear_answer_now(&c);
    while (packet.protocol && !(packet.flags & (FIN | RST)));
    observe("%s", packet.protocol ? said(&c, packet) : "no FIN");
}

CASE(once, fin_wait_2, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"call", {"sending", "both", "close"}}})
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, STATE_FIN_WAIT_2);
    drain(&line); /* on a slow machine a timer may have sent it again before that */
    if (t->chosen[0] == 2)
        must(sk_close(iut, c.fd));
    else
        sk_shutdown(iut, c.fd, t->chosen[0] ? SHUT_RDWR : SHUT_WR);
    observe("%s", fin_now(&c));
}

static struct packet first_fin;

static bool keeps_fin(struct packet *packet, enum heading heading)
{
    if (heading == FROM_IUT && packet->protocol == IPPROTO_TCP && packet->flags & FIN)
        first_fin = *packet;
    return true;
}

static void sends_second_fin(struct mutation *m, struct call *call)
{
    struct packet second = first_fin;
    bool closes = call->operation == OP_SHUTDOWN || call->operation == OP_CLOSE;
    mutate(m, call);
    second.seq += packet_space(&second);
    if (closes && first_fin.protocol)
        wire_sends(&second);
}

MUTANT_BY(once, "there is a second FIN, behind the first", sends_second_fin, .wire = keeps_fin)

/* ---- lingering ---- */

RULE(lingers, "wire.close.lingers",
     .statement = "close() with SO_LINGER on and time left waits until what was sent is "
                  "acknowledged, and succeeds by the time the other side has closed too.",
     .outcome = {[BY_LINUX] = {"waits then 0",
                               {"rfc9293.closed-successfully-means-delivered",
                                "rfc9293.ack-completes-sends", "rfc9293.ack-fin-wait-2",
                                "linux.socket.7.so-linger-close"}},
                 [BY_ZOS] = {"waits then 0",
                             {"zos.close.linger.waits-for-acknowledgement",
                              "zos.close.linger.returns-when-sent", "zos.close.returns-zero"}}});

/* Hears data and what follows it until something of that is sent again, later than a probe of the
 * tail comes, or nothing does; whether the FIN was there in its turn. One that is there only behind
 * what is sent again is not counted, nor acknowledged. */
static bool heard_again(struct talk *c)
{
    const int64_t begin = clock_now(), a_moment = INT64_C(300000000);
    bool fin = false, again = false;
    while (!again) {
        uint32_t expected = c->expected;
        struct packet packet = hear(c);
        if (!packet.protocol || packet.flags & RST)
            break;
        fin |= packet.flags & FIN && c->expected != expected;
        again = c->expected == expected && (packet.length || packet.flags & FIN) &&
                packet.time - begin > a_moment;
    }
    return fin;
}

/* The call still waits when a timer has sent the data again: by then one that waits for a moment
 * only would have returned. And it returns soon after the acknowledgment. There are those that wait
 * for the other side's FIN as well. A loaded machine is late at times, but not each time. */
CASE(lingers, acknowledged_later, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .tags = TAG_WAITS)
{
    enum { TRIES = 3 };
    const int64_t soon = machine_milliseconds(0.5) * INT64_C(1000000);
    struct line line = take_line(t);
    bool waits = true, late = true;
    int result = 0;
    for (int tries = 0; waits && late && tries < TRIES; tries++) {
        struct talk c = line_connected(&line);
        set_linger(t, t->iut, c.fd, 30);
        must(sk_send(iut, c.fd, "abc", 3, 0));
        struct pending *closing = sk_begin(iut, call_close(c.fd));
        bool fin = heard_again(&c);
        waits = sk_waits(closing);
        tell(&c, ACK);
        if (waits && !fin)
            heard_to_fin(&c);
        int64_t begin = tell(&c, FIN | ACK).time;
        result = finish(closing);
        late = clock_now() - begin > soon;
        drain(&line);
    }
    observe("%s", waits ? "waits" : "returns");
    observe("%s%s", result_name(result), waits && late ? ", late" : "");
}

MUTANT_BY(lingers, "SO_LINGER is ignored", ignores_linger)

static const char *reset_now(struct talk *c)
{
    struct packet packet = hear_answer(c);
    if (has_just(&packet, SYN | ACK)) /* by a timer, on a slow machine */
        packet = hear_answer(c);
    if (packet.flags == ACK && !packet.length) /* of what was received before */
        packet = hear_answer(c);
    if (packet.protocol != IPPROTO_TCP || !(packet.flags & RST))
        return said(c, packet);
    return packet.flags & FIN          ? "RST with FIN"
           : packet.length             ? "RST with data"
           : packet.seq != c->expected ? "RST with another number"
                                       : "RST";
}

/* What has come behind a RST, of which an abort sends one or more (RFC 9293, 3.6). */
static const char *behind_reset(struct talk *c)
{
    struct packet packet;
    do
        packet = hear_now(c);
    while (packet.flags & RST && !(packet.flags & FIN) && !packet.length);
    return said(c, packet);
}

/* It is the ABORT of sockets; who has reset may wait in TIME_WAIT (RFC 9293, 3.5.2), where data is
 * ignored. */
RULE(aborts, "wire.close.aborts",
     .statement =
         "close() with SO_LINGER on and no time sends a RST with the next number, no data "
         "or FIN before it and nothing else after it, and the connection is gone, if not in "
         "TIME_WAIT.",
     .pinned = {[BY_LINUX] = "RST then nothing then RST"},
     .outcome = {
         [BY_ZOS] = {"RST then nothing then RST | ignored", {"zos.close.linger.zero-sends-reset"}},
         [BY_RFC] = {"RST then nothing then RST | ignored",
                     {"rfc9293.abort-sends-rst", "rfc9293.abort-sends-reset",
                      "rfc9293.abort-removes-connection", "rfc9293.abort-closes",
                      "rfc9293.abort-discards-at-once", "rfc9293.user-resets-any-time"}}});

static void observe_abort(struct test *t, struct talk *c)
{
    set_linger(t, t->iut, c->fd, 0);
    must(sk_close(t->iut, c->fd));
    const char *first = reset_now(c);
    observe("%s", first);
    if (strcmp(first, "RST") != 0)
        return;
    observe("%s", behind_reset(c));
    uint32_t next = c->next;
    tell(c, ACK, .text = "x");
    c->next = next;
    struct packet answer = hear(c);
    bool ignored = !answer.protocol || strcmp(current_ack(c, answer), "current ACK") == 0;
    observe("%s", ignored ? "ignored" : believable_rst(c, answer));
}

CASE(aborts, idle, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    observe_abort(t, &c);
}

CASE(aborts, ended, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"state", {"close-wait", "fin-wait-1", "fin-wait-2"}}})
{
    static const enum tcp_state states[] = {STATE_CLOSE_WAIT, STATE_FIN_WAIT_1, STATE_FIN_WAIT_2};
    struct line line = take_line(t);
    struct talk c = line_in(&line, states[t->chosen[0]]);
    observe_abort(t, &c);
}

/* Both ends have opened. On z/OS a socket that does not block knows no SO_LINGER. */
CASE(aborts, syn_received, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_crossed(&line, (struct packet){.flags = SYN});
    set_nonblocking(t, iut, c.fd, false);
    observe_abort(t, &c);
}

RULE(aborts_waiting, "wire.close.aborts-what-waits",
     .statement =
         "close() with SO_LINGER on and no time throws away what waits to be sent: none of "
         "it comes when there is room for it.",
     .pinned = {[BY_LINUX] = "RST then nothing then no data"},
     .outcome = {
         [BY_ZOS] = {"RST then nothing then no data",
                     {"zos.close.linger-0-cancels-data", "zos.close.linger.zero-sends-reset"}},
         [BY_RFC] = {"RST then nothing then no data",
                     {"rfc9293.abort-flushes", "rfc9293.abort-sends-rst",
                      "rfc9293.abort-removes-connection"}}});

/* Whether data or a FIN has come up to now. That the connection is gone may be said as well. */
static const char *data_now(struct talk *c)
{
    struct packet packet = hear_now(c);
    while (packet.protocol && !packet.length && !(packet.flags & FIN))
        packet = hear_on(c);
    return packet.protocol ? said(c, packet) : "no data";
}

/* On a slow machine the closed window may have been probed before. */
CASE(aborts_waiting, no_room, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    enum { PROBES = 5 };
    struct line line = take_line(t);
    struct talk c = without_room(&line);
    struct packet packet;
    int probes = 0;
    send_waiting(t, &c);
    set_linger(t, t->iut, c.fd, 0);
    must(sk_close(iut, c.fd));
    do
        packet = hear(&c);
    while (packet.protocol && packet.length <= 1 && !(packet.flags & (FIN | RST)) &&
           ++probes < PROBES);
    bool just_rst = packet.flags & RST && !(packet.flags & FIN) && !packet.length;
    observe("%s", just_rst ? "RST" : said(&c, packet));
    observe("%s", behind_reset(&c));
    make_room(&c);
    observe("%s", data_now(&c));
}

MUTANT_TAMPERS(aborts, "the RST does not come", .with = RST, .lost = true)

/* It is there behind the RST. */
MUTANT_ON_WIRE(aborts_waiting, "what waits is sent when there is room")
{
    static const char waits[WAITING];
    static bool reset;
    if (heading == FROM_IUT && packet->flags & RST)
        reset = true;
    if (heading == FROM_IUT || !reset || packet->protocol != IPPROTO_TCP || !packet->window)
        return true;
    struct packet data = reply(packet, ACK, .data = waits, .length = sizeof waits);
    wire_sends(&data);
    return false;
}
