/* ICMP errors about datagrams, without the error queue (error_queue.c). */
#include "suites/wire/icmp.h"

static const char *an_error(const char *name)
{
    return strcmp(name, "0") ? "an error" : name;
}

/* ---- all that there are ---- */

RULE(passed, "wire.icmp.datagram.passed-up",
     .statement = "Every ICMP error about a datagram, those about the MTU and Source Quench aside, "
                  "reaches the program: SO_ERROR of a connected socket or its next receive has it, "
                  "with IP_RECVERR where there is such an option. None is answered.",
     .outcome = {[BY_RFC] = {"nothing then an error",
                             {"rfc1122.udp-errors-passed", "rfc4443.unreachable-passed",
                              "rfc1122.icmp-not-about-error", "rfc4443.not-about-error",
                              "rfc4443.time-exceeded-passed", "rfc4443.parameter-problem-passed"}},
                 [BY_LINUX] = {"nothing then an error",
                               {"rfc1122.udp-errors-passed", "rfc4443.unreachable-passed",
                                "rfc1122.icmp-not-about-error", "rfc4443.not-about-error",
                                "rfc4443.time-exceeded-passed", "rfc4443.parameter-problem-passed",
                                "linux.udp.7.recverr-queue"}}});

static void observe_passed(struct test *t)
{
    struct line line = take_line(t);
    struct asker a = asks_connected(&line);
    hear_errors_if_possible(t, a.fd);
    struct packet answer = send_asked_error(&line, &a.datagram);
    observe("%s", packet_words(&answer, NULL, NULL));
    observe("%s", an_error(reported_error(t, a.fd)));
}

CASE(passed, unreachable, .network = ON_LINE, .family = FAMILY_IPV4,
     .axes = {{"message", {UNREACHABLE, "3-15"}}})
{
    observe_passed(t);
}

CASE(passed, other, .network = ON_LINE, .family = FAMILY_IPV4,
     .axes = {{"message", {"11-0", "12-0", "12-1"}}})
{
    observe_passed(t);
}

CASE(passed, reassembly, .network = ON_LINE, .family = FAMILY_IPV4, .axes = {{"message", {"11-1"}}},
     .deviation = {[BY_LINUX] = {"nothing then 0",
                                 "Linux counts that a datagram could not be put together, and "
                                 "tells nobody"}})
{
    observe_passed(t);
}

CASE(passed, icmpv6, .network = ON_LINE, .family = FAMILY_IPV6,
     .axes = {{"message", {ICMP6_ERRORS}}})
{
    observe_passed(t);
}

MUTANT_ON_WIRE(passed, "an error is reported to nobody, and answered by another")
{
    if (!is_error_to_iut(packet, heading))
        return true;
    struct packet answer = *packet;
    answer.source = packet->destination;
    answer.destination = packet->source;
    wire_sends(&answer);
    return false;
}

/* ---- which error ---- */

RULE(errors, "wire.icmp.datagram.errors",
     .statement = "With IP_RECVERR Linux reports an error of its own for each kind of ICMP message "
                  "about a datagram, on a connected socket or not.");

static void look_errors(struct test *t)
{
    struct line line = take_line(t);
    struct asker connected = asks_connected(&line), unconnected = asks_unconnected(&line);
    hear_errors(t, connected.fd);
    hear_errors(t, unconnected.fd);
    send_asked_error(&line, &connected.datagram);
    send_asked_error(&line, &unconnected.datagram);
    const char *error = pending_error(t, connected.fd);
    observe("%s", strcmp(error, pending_error(t, unconnected.fd)) ? "they differ" : error);
}

CASES_BY_ERROR(errors, look_errors)

MUTANT_BY(errors, "all messages make the same error", reports_another_error)

/* Which errors are fatal udp(7) does not say. */
RULE(plain, "wire.icmp.datagram.without-recverr",
     .statement = "Without IP_RECVERR Linux reports on a connected socket those ICMP errors that "
                  "will not pass, and no others.");

static void look_plain(struct test *t)
{
    struct line line = take_line(t);
    struct asker a = asks_connected(&line);
    send_asked_error(&line, &a.datagram);
    observe("%s", reported_error(t, a.fd));
}

ERROR_CASE(plain, net, FAMILY_IPV4, "ENETUNREACH", look_plain, "3-6", "3-9")
ERROR_CASE(plain, host, FAMILY_IPV4, "EHOSTUNREACH", look_plain, "3-10", "3-13", "3-14", "3-15")
ERROR_CASE(plain, protocol, FAMILY_IPV4, "ENOPROTOOPT", look_plain, "3-2")
ERROR_CASE(plain, host_unknown, FAMILY_IPV4, "EHOSTDOWN", look_plain, "3-7")
ERROR_CASE(plain, isolated, FAMILY_IPV4, "ENONET", look_plain, "3-8")
ERROR_CASE(plain, parameter, FAMILY_IPV4, "EPROTO", look_plain, "12-0", "12-1")
ERROR_CASE(plain, passing, FAMILY_IPV4, "0", look_plain, "3-0", "3-1", "3-5", "3-11", "3-12",
           "11-0", "11-1")
ERROR_CASE(plain, prohibited6, FAMILY_IPV6, "EACCES", look_plain, "1-1", "1-5", "1-6")
ERROR_CASE(plain, parameter6, FAMILY_IPV6, "EPROTO", look_plain, "4-0", "4-1", "4-2")
ERROR_CASE(plain, passing6, FAMILY_IPV6, "0", look_plain, "1-0", "1-2", "1-3", "3-0", "3-1")

MUTANT(plain, "an error that may pass is reported too, and all are the same")
{
    if (!invents_error(m, call, EDOM) && call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_ERROR))
        call_set_option_value(call, EDOM);
}

RULE(unconnected, "wire.icmp.datagram.unconnected",
     .statement = "Without IP_RECVERR Linux reports no ICMP error that may pass on a socket that "
                  "is not connected.",
     .pinned = {[BY_LINUX] = "0"});

static void look_unconnected(struct test *t)
{
    struct line line = take_line(t);
    struct asker a = asks_unconnected(&line);
    send_asked_error(&line, &a.datagram);
    observe("%s", reported_error(t, a.fd));
}

ERROR_CASE(unconnected, icmp, FAMILY_IPV4, "0", look_unconnected, "3-0", "3-1", "3-5", "3-11",
           "3-12", "11-0", "11-1")
ERROR_CASE(unconnected, icmpv6, FAMILY_IPV6, "0", look_unconnected, "1-0", "1-2", "1-3", "3-0",
           "3-1")

MUTANT(unconnected, "an error that may pass is reported")
{
    invents_error(m, call, EHOSTUNREACH);
}

/* ---- from anywhere ---- */

/* POSIX does not say by whom a datagram has to be rejected. */

RULE(router, "wire.icmp.datagram.from-router",
     .statement =
         "Port Unreachable is heard from whomever it comes: a receive fails or SO_ERROR has an "
         "error, and on Linux a receive fails with ECONNREFUSED.",
     .outcome = {[BY_LINUX] = {"an error then ECONNREFUSED",
                               {"linux.udp.7.econnrefused", "linux.socket.2.pending-error-returned",
                                "rfc1122.udp-errors-passed", "rfc4443.unreachable-passed"}},
                 [BY_RFC] = {"an error then *",
                             {"rfc1122.udp-errors-passed", "rfc4443.unreachable-passed"}}});

/* A host of the same link, which nobody is. */
static struct packet from_elsewhere(struct test *t, struct packet error)
{
    error.source = place_of(t, t->peer, PLACE_ABSENT, 0);
    error.destination = network_address(t->net, SIDE_IUT, PLACE_MAIN, t->peer_domain, 0);
    return error;
}

CASE(router, receives, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct asker a = asks_connected(&line);
    char byte;
    line_send_packet(&line, from_elsewhere(t, port_unreachable(&a.datagram)));
    see_now(&line);
    set_nonblocking(t, iut, a.fd, true);
    int result = sk_recv(iut, a.fd, &byte, 1, 0);
    bool fails = result < 0 && result != -EAGAIN && result != -EWOULDBLOCK;
    observe("%s", fails ? "an error" : an_error(pending_error(t, a.fd)));
    observe_result(result);
}

MUTANT_ON_WIRE(router, "only the destination is heard")
{
    return !is_error_to_iut(packet, heading);
}

/* ---- whose error ---- */

RULE(whose, "wire.icmp.datagram.right-socket",
     .statement =
         "An ICMP error reaches the socket whose datagram it quotes, and no other: SO_ERROR or the "
         "next receive has it, under POSIX SO_ERROR as ECONNREFUSED for Port Unreachable.",
     .outcome = {[BY_RFC] = {"an error then * then 0",
                             {"rfc1122.udp-errors-passed", "rfc4443.unreachable-passed"}},
                 [BY_POSIX] = {"an error then ECONNREFUSED then 0",
                               {"posix.sockets.asynchronous-errors.become-pending",
                                "posix.sockets.asynchronous-errors.econnrefused-datagram",
                                "posix.sockets.pending-error.returned-by-getsockopt"}},
                 [BY_LINUX] = {"an error then ECONNREFUSED then 0",
                               {"linux.udp.7.econnrefused", "rfc1122.udp-errors-passed",
                                "rfc4443.unreachable-passed",
                                "posix.sockets.pending-error.returned-by-getsockopt"}},
                 [BY_BSD] = {"an error then ECONNREFUSED then 0",
                             {"posix.sockets.asynchronous-errors.become-pending",
                              "posix.sockets.asynchronous-errors.econnrefused-datagram",
                              "posix.sockets.pending-error.returned-by-getsockopt"}}});

/* One more socket that asks where another does. */
static int asks_there(struct line *line, const struct asker *first)
{
    struct test *t = line->t;
    int fd = datagram_socket(t, t->iut);
    must(sk_connect(t->iut, fd, &first->line_name));
    must(sk_send(t->iut, fd, "hello", 5, 0));
    require(see(line).protocol == IPPROTO_UDP, "its datagram did not come");
    return fd;
}

CASE(whose, two_sockets, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"port", {"another", "the-same"}}})
{
    struct line line = take_line(t);
    struct asker one = asks_connected(&line);
    int other = t->chosen[0] ? asks_there(&line, &one) : asks_connected(&line).fd;
    line_send_packet(&line, port_unreachable(&one.datagram));
    see_now(&line);
    const char *pending = pending_error(t, one.fd);
    bool is_pending = strcmp(pending, "0") != 0;
    observe("%s", an_error(is_pending ? pending : reported_error(t, one.fd)));
    observe("%s", is_pending ? pending : "0");
    observe("%s", an_error(reported_error(t, other)));
}

MUTANT(whose, "all sockets hear of the error")
{
    invents_error(m, call, ECONNREFUSED);
}

RULE(protocol, "wire.icmp.datagram.other-protocol",
     .statement = "An ICMP error about a segment of TCP does not reach a datagram socket with the "
                  "same addresses and ports.",
     .outcome = {[BY_RFC] = {"0", {"rfc1122.icmp-demultiplexed", "rfc4443.demultiplexed"}},
                 [BY_LINUX] = {"0", {"rfc1122.icmp-demultiplexed", "rfc4443.demultiplexed"}}});

CASE(protocol, tcp, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct asker a = asks_connected(&line);
    struct packet error = port_unreachable(&a.datagram);
    unsigned char bytes[128];
    require(error.length <= sizeof bytes, "what a long datagram");
    memcpy(bytes, error.data, error.length);
    bytes[line.address.any.sa_family == AF_INET6 ? 6 : 9] = IPPROTO_TCP;
    line_send_packet(&line,
                     error_quoting(&a.datagram, error.type, error.code, bytes, error.length));
    see_now(&line);
    observe("%s", reported_error(t, a.fd));
}

MUTANT(protocol, "an error of TCP is heard")
{
    invents_error(m, call, ECONNREFUSED);
}
