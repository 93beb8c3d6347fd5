/* ICMP that nobody heeds: Source Quench, and types that nobody knows. */
#include "suites/wire/icmp.h"
#include "suites/wire/states.h"
#include "suites/wire/wire.h"

enum { SEGMENT = 500 };

/* Whether it is a segment that a timeout has sent once more: there is none within a tenth of a
 * second. One that comes before that is an answer. */
static bool is_timeouts(const struct packet *packet, const struct packet *first)
{
    const int64_t soon = INT64_C(100000000);
    return packet->protocol == IPPROTO_TCP && first->protocol == IPPROTO_TCP &&
           address_equal(&packet->destination, &first->destination) && packet->seq == first->seq &&
           packet->length == first->length &&
           ((packet->flags ^ first->flags) & (SYN | ACK | FIN | RST)) == 0 &&
           packet->time - first->time > soon;
}

RULE(tcp, "wire.source-quench.tcp",
     .statement =
         "A Source Quench about a segment is discarded: it is not answered, "
         "getsockopt() of SO_ERROR gives no error, connect() goes on, and what send() sends "
         "then is no less.",
     .outcome = {[BY_RFC] = {"nothing then 0", {"rfc9293.must-55", "rfc6633.tcp-discards"}},
                 [BY_LINUX] = {"nothing then 0", {"rfc9293.must-55", "rfc6633.tcp-discards"}}});

/* Sends an error about a packet, and observes what comes and what the program is told. A segment
 * that nobody acknowledges may come again meanwhile. */
static void observe_silence(struct line *line, int fd, const struct packet *about,
                            struct packet error)
{
    struct test *t = line->t;
    struct packet answer;
    line_send_packet(line, error);
    do
        answer = see_now(line);
    while (is_timeouts(&answer, about));
    observe("%s", packet_words(&answer, NULL, NULL));
    observe("%s", about->protocol == IPPROTO_UDP ? reported_error(t, fd) : pending_error(t, fd));
}

CASE(tcp, connecting, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_MAPPED,
     .outcome = {
         [BY_RFC] = {"nothing then 0 then 0", {"rfc9293.must-55", "rfc6633.tcp-discards"}},
         [BY_LINUX] = {"nothing then 0 then 0", {"rfc9293.must-55", "rfc6633.tcp-discards"}}})
{
    struct line line = take_line(t);
    struct talk c = line_called(&line);
    hear_errors_if_possible(t, c.fd);
    observe_silence(&line, c.fd, &c.syn, error_about(&c.syn, 4, 0, 0));
    tell(&c, SYN | ACK);
    observe("%s", connect_ends(&c));
}

CASE(tcp, established, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_MAPPED, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    hear_errors_if_possible(t, c.fd);
    must(sk_send(iut, c.fd, "abc", 3, 0));
    struct packet segment = must_hear(&c, ACK);
    observe_silence(&line, c.fd, &segment, error_about(&segment, 4, 0, 0));
}

/* How much of plenty goes out before something is acknowledged. */
static uint32_t sent_at_once(struct talk *c)
{
    static const char data[40 * SEGMENT];
    struct test *t = c->line->t;
    uint32_t before = c->expected;
    set_nonblocking(t, t->iut, c->fd, true);
    must(sk_send(t->iut, c->fd, data, sizeof data, 0));
    hear_rest(c);
    return c->expected - before;
}

/* Whether one of two segments has come again up to now, by a timeout. */
static bool timed_out(struct line *line, const struct packet segments[2])
{
    bool again = false;
    for (struct packet packet; (packet = see_now(line)).protocol;)
        again |= is_timeouts(&packet, &segments[0]) || is_timeouts(&packet, &segments[1]);
    return again;
}

/* Once the answer was a slow start. Another connection shows how much it is otherwise; who spreads
 * over time what he sends need not send the same to the octet. */
CASE(tcp, window, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_MAPPED, .role = ANY_ROLE,
     .outcome = {[BY_RFC] = {"as much", {"rfc9293.must-55", "rfc6633.tcp-discards"}},
                 [BY_LINUX] = {"as much", {"rfc9293.must-55", "rfc6633.tcp-discards"}}})
{
    struct line line = take_line(t);
    struct talk c[2];
    struct packet segments[2] = {{.protocol = PROTOCOL_NONE}};
    bool again = false;
    for (int i = 0; i < 2; i++)
        c[i] = line_connected(&line, .mss = SEGMENT);
    for (int i = 0; i < 2; i++) {
        must(sk_send(iut, c[i].fd, "a", 1, 0));
        segments[i] = must_hear(&c[i], ACK);
        while (!address_equal(&segments[i].destination, &c[i].end)) { /* the first one's again */
            again = true;
            segments[i] = must_hear(&c[i], ACK);
        }
        if (i == 1)
            line_send_packet(&line, error_about(&segments[i], 4, 0, 0));
        again |= timed_out(&line, segments);
    }
    for (int i = 0; i < 2; i++) /* or a timeout would make either slow */
        tell(&c[i], ACK);
    again |= timed_out(&line, segments);
    uint32_t otherwise = sent_at_once(&c[0]), quenched = sent_at_once(&c[1]);
    require(quenched >= otherwise / 2 || !again, "a timeout was faster than the acknowledgment");
    observe("%s", quenched >= otherwise / 2 ? "as much" : "less");
}

static bool stops_sending(struct packet *packet, enum heading heading)
{
    static int port;
    if (heading == TO_IUT && packet->protocol == IPPROTO_ICMP && packet->type == 4) {
        struct packet quoted = packet_quoted(packet);
        port = address_port(&quoted.source);
    }
    return heading == TO_IUT || packet->protocol != IPPROTO_TCP || !packet->length ||
           address_port(&packet->source) != port;
}

static void tells_of_quench(struct mutation *m, struct call *call)
{
    invents_error(m, call, ENOBUFS);
}

MUTANT_BY(tcp, "SO_ERROR has a Source Quench, and no more is sent", tells_of_quench,
          .wire = stops_sending)

RULE(udp, "wire.source-quench.udp",
     .statement = "A Source Quench about a datagram is discarded: it is not answered, and neither "
                  "getsockopt() of SO_ERROR nor recv() gives an error.",
     .outcome = {[BY_RFC] = {"nothing then 0", {"rfc6633.udp-discards"}},
                 [BY_LINUX] = {"nothing then 0", {"rfc6633.udp-discards"}}});

CASE(udp, connected, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_MAPPED)
{
    struct line line = take_line(t);
    struct asker a = asks_connected(&line);
    hear_errors_if_possible(t, a.fd);
    observe_silence(&line, a.fd, &a.datagram, error_about(&a.datagram, 4, 0, 0));
}

MUTANT_BY(udp, "SO_ERROR has a Source Quench", tells_of_quench)

/* ---- unknown types ---- */

RULE(unknown, "wire.icmp.unknown-type",
     .statement = "An ICMP message of an unknown type is discarded silently, and so is an "
                  "informational one of ICMPv6: it is not answered, and gives no error.",
     .outcome = {[BY_RFC] = {"nothing then 0",
                             {"rfc1122.icmp-unknown-type", "rfc4443.unknown-information"}},
                 [BY_LINUX] = {"nothing then 0",
                               {"rfc1122.icmp-unknown-type", "rfc4443.unknown-information"}}});

static void observe_unknown(struct test *t)
{
    struct line line = take_line(t);
    struct asker a = asks_connected(&line);
    hear_errors_if_possible(t, a.fd);
    observe_silence(&line, a.fd, &a.datagram, asked_error(t, &a.datagram));
}

CASE(unknown, icmp, .network = ON_LINE, .family = FAMILY_IPV4,
     .axes = {{"message", {"1-0", "2-0", "7-3", "44-0", "252-0"}}})
{
    observe_unknown(t);
}

CASE(unknown, icmpv6, .network = ON_LINE, .family = FAMILY_IPV6,
     .axes = {{"message", {"162-0", "200-0", "252-0"}}})
{
    observe_unknown(t);
}

MUTANT_ON_WIRE(unknown, "what is unknown is taken for Port Unreachable")
{
    bool ipv6 = packet->protocol == IPPROTO_ICMPV6;
    if (heading == TO_IUT && (ipv6 || packet->protocol == IPPROTO_ICMP)) {
        packet->type = ipv6 ? 1 : 3;
        packet->code = ipv6 ? 4 : 3;
    }
    return true;
}

RULE(unknown_error, "wire.icmp.unknown-error",
     .statement = "An ICMPv6 error of an unknown type about a datagram reaches the program that "
                  "has sent it: SO_ERROR of a connected socket or its next receive has it, with "
                  "IPV6_RECVERR where there is such an option.",
     .outcome = {
         [BY_RFC] = {"an error", {"rfc4443.unknown-error-passed", "rfc1122.udp-errors-passed"}},
         [BY_LINUX] = {"an error", {"rfc4443.unknown-error-passed", "rfc1122.udp-errors-passed"}}});

/* 127 is reserved for types to come, which section 2.1 wants ignored. */
CASE(unknown_error, icmpv6, .network = ON_LINE, .family = FAMILY_IPV6,
     .axes = {{"message", {"5-0", "50-0", "126-0"}}})
{
    struct line line = take_line(t);
    struct asker a = asks_connected(&line);
    hear_errors_if_possible(t, a.fd);
    send_asked_error(&line, &a.datagram);
    observe("%s", strcmp(reported_error(t, a.fd), "0") ? "an error" : "0");
}

MUTANT_ON_WIRE(unknown_error, "what is unknown is dropped")
{
    return !is_error_to_iut(packet, heading);
}
