/* ICMP errors about the segments of an established connection. */
#include "suites/wire/icmp.h"
#include "suites/wire/states.h"
#include "suites/wire/wire.h"

#include "calls/clock.h"

/* A connection on which the IUT has sent a segment that the line has not acknowledged. */
struct unacknowledged {
    struct talk talk;
    struct packet segment;
};

static struct unacknowledged unacknowledged(struct line *line)
{
    struct test *t = line->t;
    struct unacknowledged u = {.talk = line_connected(line)};
    must(sk_send(t->iut, u.talk.fd, "abc", 3, 0));
    u.segment = hear(&u.talk);
    require(u.segment.length == 3, "the data should have come, and not %s",
            said(&u.talk, u.segment));
    return u;
}

/* What has become of a connection whose calls fail: that they do says nothing of it. */
static const char *ended(struct talk *c)
{
    struct packet packet;
    while ((packet = hear_now(c)).protocol)
        if (packet.flags & RST)
            return "aborted";
    return strcmp(life(c), "gone") == 0 ? "aborted" : "calls fail, and it lives";
}

/* Whether the connection goes on in both directions: the line acknowledges what came and sends
 * something, the IUT reads it and sends more. A soft error may have been reported by a call. */
static const char *goes_on(struct talk *c)
{
    struct test *t = c->line->t;
    char bytes[8];
    tell(c, ACK, .text = "xy");
    int result = sk_recv(t->iut, c->fd, bytes, sizeof bytes, 0);
    if (result < 0)
        result = sk_recv(t->iut, c->fd, bytes, sizeof bytes, 0);
    if (result != 2)
        return ended(c);
    result = sk_send(t->iut, c->fd, "defg", 4, MSG_NOSIGNAL);
    if (result < 0)
        result = sk_send(t->iut, c->fd, "defg", 4, MSG_NOSIGNAL);
    if (result != 4)
        return ended(c);
    for (struct packet packet; (packet = hear(c)).protocol;)
        if (packet.flags & RST)
            return "aborted";
        else if (packet.length == 4)
            return "goes on";
    return "silent";
}

static void observe_going_on(struct test *t)
{
    struct line line = take_line(t);
    struct unacknowledged u = unacknowledged(&line);
    send_asked_error(&line, &u.segment);
    observe("%s", goes_on(&u.talk));
}

/* ---- soft errors ---- */

RULE(soft, "wire.icmp.established.soft",
     .statement = "A connection that is established, or is being closed, is not aborted by an ICMP "
                  "error that may be a passing one.",
     .outcome = {[BY_RFC] = {"goes on", {"rfc9293.must-56", "rfc9293.icmpv6-too"}},
                 [BY_LINUX] = {"goes on",
                               {"rfc9293.must-56", "rfc9293.icmpv6-too",
                                "linux.tcp.7.network-error-retried"}}});

CASE(soft, icmp, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_MAPPED, .role = ANY_ROLE,
     .axes = {{"message", {SOFT_ERRORS}}})
{
    observe_going_on(t);
}

CASE(soft, icmpv6, .network = ON_LINE, .family = FAMILY_IPV6, .role = ANY_ROLE,
     .axes = {{"message", {SOFT_ICMP6_ERRORS}}})
{
    observe_going_on(t);
}

/* The FIN of the IUT could not be delivered for a while. */
CASE(soft, closing, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"state", {"fin-wait-1", "last-ack"}}})
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    uint32_t fin = t->chosen[0] ? 1 : 0;
    if (fin) {
        tell(&c, FIN | ACK);
        require(hear(&c).flags == ACK, "the FIN got no ACK");
    }
    must(sk_shutdown(iut, c.fd, SHUT_WR));
    struct packet own = must_hear(&c, FIN | ACK);
    line_send_packet(&line, host_unreachable(&own));
    drain(&line); /* FINs that a timer sent before it was heard are no answer to the line's */
    if (fin) {    /* a repeated FIN is acknowledged as long as there is a connection */
        tell(&c, FIN | ACK, .seq = -1, .ack = -1);
        observe("%s", (hear(&c).flags & ~(unsigned)FIN) == ACK ? "goes on" : "aborted");
    } else {
        tell(&c, FIN | ACK);
        observe("%s", hear_but(&c, FIN | ACK).flags == ACK ? "goes on" : "aborted");
    }
}

/* What the IUT sends after an error is lost. */
static bool silenced(struct packet *packet, enum heading heading)
{
    static bool silent;
    silent |= is_error_to_iut(packet, heading);
    return !silent || heading != FROM_IUT || packet->length == 3;
}

MUTANT_ON_WIRE_BY(soft, "nothing more is sent after an error", silenced)

/* ---- hard errors ---- */

RULE(hard, "wire.icmp.established.hard",
     .statement = "An established connection is aborted by Protocol Unreachable or Port "
                  "Unreachable.",
     .outcome = {[BY_RFC] = {"aborted", {"rfc9293.shld-26"}},
                 [BY_LINUX] = {"aborted", {"rfc9293.shld-26"}}},
     .deviation = {
         [BY_LINUX] = {"goes on",
                       "no ICMP message ends an established connection on Linux, nor in many "
                       "others, as RFC 9293 notes"}});

CASE(hard, icmp, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_MAPPED, .role = ANY_ROLE,
     .axes = {{"message", {"3-2", "3-3"}}})
{
    observe_going_on(t);
}

MUTANT_ON_WIRE_BY(hard, "the connection is neither aborted nor does it go on", silenced)

/* ---- reported ---- */

/* An error that says that something did not arrive, and whatever a call says of it. */
static int asked_afterwards(struct test *t, bool by_call)
{
    struct line line = take_line(t);
    struct unacknowledged u = unacknowledged(&line);
    char byte;
    int error;
    send_asked_error(&line, &u.segment);
    if (by_call)
        return sk_recv(t->iut, u.talk.fd, &byte, 1, MSG_DONTWAIT);
    must(sk_getsockopt(t->iut, u.talk.fd, SOL_SOCKET, SO_ERROR, &error));
    return -error;
}

RULE(errors, "wire.icmp.established.errors",
     .statement =
         "SO_ERROR on Linux has an error of its own for each kind of ICMP message about an "
         "established connection.");

static void look_errors(struct test *t)
{
    observe("%s", result_name(asked_afterwards(t, false)));
}

CASES_BY_ERROR(errors, look_errors)

MUTANT_BY(errors, "all messages make the same error", reports_another_error)

RULE(reported, "wire.icmp.established.recverr",
     .statement = "With IP_RECVERR an ICMP error about an established connection is reported at "
                  "once: the next receive fails.",
     .outcome = {[BY_LINUX] = {"nothing then an error",
                               {"linux.tcp.7.recverr-immediate", "linux.ip.7.ip-recverr-tcp",
                                "linux.ipv6.7.ipv6-recverr", "rfc9293.shld-25",
                                "rfc9293.reports-icmp", "rfc9293.must-47"}}});

static void observe_reported(struct test *t)
{
    struct line line = take_line(t);
    struct unacknowledged u = unacknowledged(&line);
    hear_errors(t, u.talk.fd);
    for (int i = 0; i < 2; i++) { /* before it there is none */
        char byte;
        if (i)
            send_asked_error(&line, &u.segment);
        int result = sk_recv(t->iut, u.talk.fd, &byte, 1, MSG_DONTWAIT);
        observe("%s", result == -EAGAIN || result >= 0 ? "nothing" : "an error");
    }
}

CASE(reported, icmp, .network = ON_LINE, .family = FAMILY_IPV4, .role = ANY_ROLE,
     .axes = {{"message", {UNREACHABLE, "11-0", "12-0"}}})
{
    observe_reported(t);
}

CASE(reported, icmpv6, .network = ON_LINE, .family = FAMILY_IPV6, .role = ANY_ROLE,
     .axes = {{"message", {ICMP6_ERRORS}}})
{
    observe_reported(t);
}

MUTANT_ON_WIRE(reported, "errors are dropped whatever the option says")
{
    return !is_error_to_iut(packet, heading);
}

RULE(kept, "wire.icmp.established.without-recverr",
     .statement = "Without IP_RECVERR the next receive on Linux does not fail because of an ICMP "
                  "error about an established connection.",
     .pinned = {[BY_LINUX] = "EAGAIN"});

static void observe_kept(struct test *t)
{
    observe_result(asked_afterwards(t, true));
}

CASE(kept, icmp, .network = ON_LINE, .family = FAMILY_IPV4, .role = ANY_ROLE,
     .axes = {{"message", {UNREACHABLE, "11-0", "12-0"}}})
{
    observe_kept(t);
}

CASE(kept, icmpv6, .network = ON_LINE, .family = FAMILY_IPV6, .role = ANY_ROLE,
     .axes = {{"message", {ICMP6_ERRORS}}})
{
    observe_kept(t);
}

MUTANT_GIVES(kept, "a receive fails with what ICMP said", OP_RECV, EAGAIN, EHOSTUNREACH)

/* ---- sent again ---- */

RULE(again, "wire.icmp.established.retransmits",
     .statement = "Data is sent again after an ICMP error said that it did not arrive.",
     .outcome = {
         [BY_LINUX] = {"ACK seq 1 ack 1 data 3", {"linux.tcp.7.network-error-retried"}},
         [BY_RFC] = {"ACK seq 1 ack 1 data 3",
                     {"rfc9293.must-56", "rfc9293.icmpv6-too", "rfc9293.retransmission-timeout"}}});

CASE(again, host_unreachable, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS,
     .seconds = 3)
{
    struct line line = take_line(t);
    struct unacknowledged u = unacknowledged(&line);
    line_send_packet(&line, host_unreachable(&u.segment));
    drain(&line); /* what a timer sent before it was heard */
    observe("%s", said(&u.talk, hear(&u.talk)));
}

MUTANT_ON_WIRE(again, "nothing is sent again after an error")
{
    static bool silent;
    silent |= is_error_to_iut(packet, heading);
    return !silent || heading != FROM_IUT;
}

RULE(
    last, "wire.icmp.established.last-error",
    .statement = "A connection that fails since nobody acknowledges data reports ETIMEDOUT, or the "
                 "last ICMP error about it.",
    .outcome = {[BY_LINUX] = {"ETIMEDOUT | EHOSTUNREACH", {"linux.tcp.7.network-error-reported"}}});

CASE(last, user_timeout, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS, .seconds = 8)
{
    enum { TIME = 500 };
    struct line line = take_line(t);
    struct unacknowledged u = unacknowledged(&line);
    int unreachable = line.address.any.sa_family == AF_INET6 ? 1 : 3;
    need_option(t, iut, IPPROTO_TCP, TCP_USER_TIMEOUT, "TCP_USER_TIMEOUT");
    send_error(&line, &u.segment, unreachable, 0, 0); /* the network's, which is not the last */
    line_send_packet(&line, host_unreachable(&u.segment));
    drain(&line); /* both are heard before the connection can fail */
    must(sk_setsockopt(iut, u.talk.fd, IPPROTO_TCP, TCP_USER_TIMEOUT, TIME));
    char byte;
    int result = finish(sk_begin(iut, call_recv(u.talk.fd, &byte, 1, 0)));
    require_by("wire.icmp.established.soft",
               clock_now() - u.segment.time > TIME / 2 * INT64_C(1000000),
               "the connection ended before it could fail for want of an acknowledgement");
    observe_result(result);
}

MUTANT_GIVES(last, "the connection is said to be reset", OP_RECV, EHOSTUNREACH, ECONNRESET)
