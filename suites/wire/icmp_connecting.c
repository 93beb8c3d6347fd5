/* ICMP errors about the SYN of a connection that is being made. */
#include "suites/wire/icmp.h"
#include "suites/wire/wire.h"

/* connect() of the IUT to the line, blocking or not, which has sent its SYN. */
struct attempt {
    struct talk talk;
    struct pending *connecting; /* NULL: it does not block */
    int told;                   /* what SO_ERROR had, after an error, of one that does not block */
    bool silent;                /* it ended and nobody was told why */
};

static struct attempt attempt(struct line *line)
{
    struct test *t = line->t;
    struct attempt a = {.connecting = NULL};
    if (t->mode != MODE_BLOCKING) {
        a.talk = line_called(line);
        return a;
    }
    static struct address name;
    a.talk = talk_to(line, 0);
    a.talk.fd = stream_socket(t, t->iut);
    name = a.talk.line_name;
    a.connecting = sk_begin(t->iut, call_connect(a.talk.fd, &name));
    struct packet syn = must_see(line, SYN);
    sk_waits(
        a.connecting); /* what comes while the call is still on its way may be kept for later */
    a.talk.syn = syn;
    talk_counts_from(&a.talk, &syn);
    a.talk.iut = syn.source;
    /* The SYN is seen before connect() has let go of the socket: what an error does is only certain
     * when it waits. */
    require(sk_waits(a.connecting), "connect() did not wait for an answer to its SYN");
    return a;
}

/* Answers the SYN: true if that makes a connection. */
static bool is_taken(struct attempt *a)
{
    tell(&a->talk, SYN | ACK);
    struct packet answer = hear_but(&a->talk, SYN);
    return answer.protocol == IPPROTO_TCP && answer.flags == ACK;
}

/* What an error about the SYN has done: an error, or 0 if the connection came to be all the same,
 * once the line had answered. Neither SO_ERROR nor what connect() gives tells alone: the attempt
 * may go on after that; and one that ended without a word is ECONNABORTED here. */
static int outcome_of(struct attempt *a, struct packet error)
{
    struct test *t = a->talk.line->t;
    bool waits = true;
    line_send_packet(a->talk.line, error);
    see_now(a->talk.line);
    if (a->connecting)
        waits = sk_waits(a->connecting);
    else
        must(sk_getsockopt(t->iut, a->talk.fd, SOL_SOCKET, SO_ERROR, &a->told));
    bool taken = is_taken(a);
    int result = a->connecting ? -finish(a->connecting)
                 : taken       ? end_of_connect(&a->talk)
                               : a->told;
    if (a->connecting && result == 0 && !(waits && taken))
        observe("connect() gave 0 without an answer to the SYN");
    if (taken && result)
        observe("the attempt went on after it had failed");
    a->silent = !taken && !result;
    return a->silent ? ECONNABORTED : result;
}

static void observe_connecting(struct test *t, const char *connected)
{
    struct line line = take_line(t);
    struct attempt a = attempt(&line);
    int error = outcome_of(&a, asked_error(t, &a.talk.syn));
    observe("%s", error ? error_name(error) : connected);
}

/* ---- soft errors ---- */

/* Linux has always ended a connection attempt by whatever ICMP says, RFC 5927, section 4 has it of
 * many others; RFC 9293 mentions that, and allows it no more than RFC 1122 did. */
RULE(soft, "wire.icmp.connecting.soft",
     .statement = "A connection attempt goes on after an ICMP error that may be a passing one: "
                  "connect() succeeds once the SYN is answered.",
     .outcome = {[BY_RFC] = {"connected", {"rfc9293.must-56", "rfc9293.icmpv6-too"}},
                 [BY_LINUX] = {"connected",
                               {"rfc9293.must-56", "rfc9293.icmpv6-too",
                                "linux.tcp.7.network-error-retried"}}},
     .deviation = {
         [BY_LINUX] = {"ENETUNREACH | EHOSTUNREACH | EOPNOTSUPP | EPROTO",
                       "Linux ends connect() by the first ICMP error, as RFC 9293 knows of many"}});

CASE(soft, icmp, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_MAPPED, .mode = ANY_MODE,
     .axes = {{"message", {SOFT_ERRORS}}})
{
    observe_connecting(t, "connected");
}

CASE(soft, icmpv6, .network = ON_LINE, .family = FAMILY_IPV6, .mode = ANY_MODE,
     .axes = {{"message", {SOFT_ICMP6_ERRORS}}})
{
    observe_connecting(t, "connected");
}

MUTANT_ON_WIRE(soft, "an error that may pass is taken for an answer that refuses")
{
    if (is_error_to_iut(packet, heading)) {
        bool ipv6 = packet->protocol == IPPROTO_ICMPV6;
        packet->type = ipv6 ? 1 : 3;
        packet->code = ipv6 ? 4 : 3;
    }
    return true;
}

/* ---- hard errors ---- */

/* POSIX, BSD and z/OS say that a refusal ends connect(), and nothing of ICMP: who goes on and is
 * answered all the same was not refused. RFC 9293 has hard errors of ICMP alone, and that an ICMPv6
 * one may end an attempt. */
RULE(refused, "wire.icmp.connecting.port-unreachable",
     .statement =
         "connect() fails with ECONNREFUSED when the SYN is answered by Port Unreachable; by "
         "POSIX, FreeBSD and z/OS, whose connect() knows no ICMP, it may also go on.",
     .outcome = {
         [BY_POSIX] = {"fails then ECONNREFUSED || connected",
                       {"posix.connect.econnrefused",
                        "posix.sockets.asynchronous-errors.econnrefused-connection"}},
         [BY_LINUX] = {"fails then ECONNREFUSED",
                       {"linux.connect.2.econnrefused", "rfc9293.shld-26",
                        "rfc9293.open-fails-by-port-unreachable"}},
         [BY_BSD] = {"fails then ECONNREFUSED || connected",
                     {"posix.connect.econnrefused",
                      "posix.sockets.asynchronous-errors.econnrefused-connection",
                      "freebsd.connect.2.econnrefused"}},
         [BY_ZOS] = {"fails then ECONNREFUSED || connected",
                     {"zos.connect.econnrefused", "zos.connect.econnrefused-no-listener"}}});

static void observe_refused(struct test *t)
{
    struct line line = take_line(t);
    struct attempt a = attempt(&line);
    int error = outcome_of(&a, port_unreachable(&a.talk.syn));
    observe("%s", error ? "fails" : a.told ? "connected, and SO_ERROR has failed" : "connected");
    if (error)
        observe("%s", error_name(error));
}

CASE(refused, at_once, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_MAPPED, .mode = ANY_MODE,
     .outcome = {[BY_RFC] = {"fails then *",
                             {"rfc9293.shld-26", "rfc9293.open-fails-by-port-unreachable"}}})
{
    observe_refused(t);
}

CASE(refused, icmpv6, .network = ON_LINE, .family = FAMILY_IPV6, .mode = ANY_MODE,
     .outcome = {
         [BY_LINUX] = {"fails then ECONNREFUSED",
                       {"linux.connect.2.econnrefused", "rfc9293.open-fails-by-port-unreachable"}}})
{
    observe_refused(t);
}

MUTANT_ON_WIRE(refused, "Port Unreachable is not heard while connecting")
{
    return !is_error_to_iut(packet, heading);
}

RULE(hard, "wire.icmp.connecting.protocol-unreachable",
     .statement = "connect() ends without a connection when the SYN is answered by Protocol "
                  "Unreachable; on Linux it fails with an error.",
     .outcome = {
         [BY_RFC] = {"fails | ends without a word", {"rfc9293.shld-26"}},
         [BY_LINUX] = {"fails", {"rfc9293.shld-26", "linux.connect.2.einprogress-so-error"}}});

CASE(hard, at_once, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_MAPPED, .mode = ANY_MODE)
{
    struct line line = take_line(t);
    struct attempt a = attempt(&line);
    int error = outcome_of(&a, error_about(&a.talk.syn, 3, 2, 0));
    observe("%s", !error ? "connected" : a.silent ? "ends without a word" : "fails");
}

MUTANT_ON_WIRE(hard, "Protocol Unreachable is not heard while connecting")
{
    return !is_error_to_iut(packet, heading);
}

/* ---- which error ---- */

RULE(
    errors, "wire.icmp.connecting.errors",
    .statement =
        "After a connect() that goes on SO_ERROR on Linux has an error of its own for each kind of "
        "ICMP message.");

static void look_connecting(struct test *t)
{
    observe_connecting(t, "connected");
}

CASES_BY_ERROR(errors, look_connecting)

MUTANT_BY(errors, "all messages make the same error", reports_another_error)

/* ---- whose error ---- */

RULE(others, "wire.icmp.connecting.of-another",
     .statement = "An ICMP error about the segment of another connection does nothing to a "
                  "connection that is being made.",
     .outcome = {[BY_RFC] = {"connected", {"rfc9293.must-54", "rfc9293.icmpv6-too"}},
                 [BY_LINUX] = {"connected", {"rfc9293.must-54", "rfc9293.icmpv6-too"}}});

CASE(others, quoted, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"other", {"source-port", "destination-port", "destination"}}})
{
    static const int octets[] = {1, 3, -1}; /* behind IP's header */
    struct line line = take_line(t);
    struct attempt a = attempt(&line);
    struct packet error = port_unreachable(&a.talk.syn);
    unsigned char bytes[128];
    int header = line.address.any.sa_family == AF_INET6 ? 40 : 20;
    require(error.length <= sizeof bytes && error.length > (size_t)header + 8, "what a long SYN");
    memcpy(bytes, error.data, error.length);
    bytes[header + octets[t->chosen[0]]] ^= 1;
    int result =
        outcome_of(&a, error_quoting(&a.talk.syn, error.type, error.code, bytes, error.length));
    observe("%s", result ? error_name(result) : a.told ? error_name(a.told) : "connected");
}

/* For mutants: whatever an error quotes is taken for the SYN that was sent. */
static void quote_syn(struct packet *packet, enum heading heading)
{
    static struct packet syn;
    if (heading == FROM_IUT && packet->protocol == IPPROTO_TCP && packet->flags == SYN)
        syn = *packet;
    if (is_error_to_iut(packet, heading)) {
        packet->data = syn.raw;
        packet->length = syn.raw_length;
    }
}

MUTANT_ON_WIRE(others, "an error of another connection is heard")
{
    quote_syn(packet, heading);
    return true;
}

RULE(sequence, "wire.icmp.connecting.sequence",
     .statement = "Linux ignores an ICMP error that quotes a sequence number which was not sent.",
     .pinned = {[BY_LINUX] = "connected"});

CASE(sequence, beyond, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct attempt a = attempt(&line);
    struct packet error = port_unreachable(&a.talk.syn);
    unsigned char bytes[128];
    size_t header = line.address.any.sa_family == AF_INET6 ? 40 : 20;
    require(error.length <= sizeof bytes && error.length >= header + 8, "what a long SYN");
    memcpy(bytes, error.data, error.length);
    bytes[header + 4] ^= 0x40;
    int result =
        outcome_of(&a, error_quoting(&a.talk.syn, error.type, error.code, bytes, error.length));
    observe("%s", result ? error_name(result) : a.told ? error_name(a.told) : "connected");
}

MUTANT_ON_WIRE(sequence, "an error about any number is heard")
{
    quote_syn(packet, heading);
    return true;
}
