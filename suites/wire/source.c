/* From where packets come. */
#include "hosts/message.h"
#include "suites/wire/wire.h"

/* Whether a packet comes from this name, which the IUT has written. */
static const char *whose(const struct test *t, const struct packet *packet,
                         const struct address *name)
{
    struct address source = as_written_by(t, t->iut, packet->source);
    return !packet->protocol                             ? "nothing"
           : address_port(&source) != address_port(name) ? "another port"
           : address_same_host(&source, name)            ? "its own"
           : address_is_any(name)                        ? "that of no address"
                                                         : "another address";
}

static struct address name_of(struct test *t, int fd)
{
    struct address name;
    must(sk_getsockname(t->iut, fd, &name));
    return name;
}

static struct packet begin_connection(struct test *t, struct line *line, int fd)
{
    struct address to = line_name(line, 0);
    set_nonblocking(t, t->iut, fd, true);
    int result = sk_connect(t->iut, fd, &to);
    require(result == -EINPROGRESS, "connect() without blocking gave %s", result_name(result));
    return must_see(line, SYN);
}

/* The IUT seems to have the other of its addresses. */
static bool from_elsewhere(struct packet *packet, enum heading heading)
{
    if (heading == FROM_IUT && packet->source.any.sa_family == AF_INET)
        packet->source.in.sin_addr.s_addr ^= htonl(64);
    else if (heading == FROM_IUT)
        packet->source.in6.sin6_addr.s6_addr[15] ^= 64;
    return true;
}

/* ---- bound ---- */

/* Documents that know no packets say what the other side is told: where a packet comes from is what
 * its accept() and recvfrom() give. */

RULE(bound_stream, "wire.source.bound-stream",
     .statement = "connect() of a stream socket that bind() gave an address and port sends its SYN "
                  "from there.",
     .outcome = {
         [BY_POSIX] = {"its own",
                       {"posix.bind.assigns-address", "posix.accept.stores-peer-address"}},
         [BY_LINUX] = {"its own",
                       {"linux.bind.2.assigns", "linux.accept.2.peer-address", "rfc9293.must-43",
                        "rfc9293.active-open-from-address"}},
         [BY_BSD] = {"its own",
                     {"freebsd.bind.2.assigns-local-address", "freebsd.accept.2.addr-is-peer"}},
         [BY_ZOS] = {"its own",
                     {"zos.bind.binds-name", "zos.bind.rexx.specific-is-source",
                      "zos.accept.addr-is-requester"}},
         [BY_RFC] = {"its own", {"rfc9293.must-43", "rfc9293.active-open-from-address"}}});

CASE(bound_stream, address, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"address", {"main", "other"}}})
{
    struct line line = take_line(t);
    struct endpoint own =
        bound_socket(t, iut, SOCK_STREAM, t->chosen[0] ? PLACE_OTHER : PLACE_MAIN);
    struct packet syn = begin_connection(t, &line, own.fd);
    observe("%s", whose(t, &syn, &own.name));
}

MUTANT_ON_WIRE_BY(bound_stream, "the SYN comes from another address", from_elsewhere)

RULE(bound_datagram, "wire.source.bound-datagram",
     .statement = "Datagrams of a socket that bind() gave an address and port come from there.",
     .outcome = {
         [BY_POSIX] = {"its own",
                       {"posix.bind.assigns-address", "posix.sockets.types.dgram.source-available",
                        "posix.recvfrom.stores-source"}},
         [BY_LINUX] = {"its own",
                       {"linux.bind.2.assigns", "linux.recv.2.source-address",
                        "rfc1122.udp-source-choice", "rfc768.send-names-both-ends"}},
         [BY_BSD] = {"its own",
                     {"freebsd.bind.2.assigns-local-address",
                      "freebsd.socket.2.dgram.source-address"}},
         [BY_ZOS] = {"its own", {"zos.bind.binds-name", "zos.bind.rexx.specific-is-source"}},
         [BY_RFC] = {"its own", {"rfc1122.udp-source-choice", "rfc768.send-names-both-ends"}}});

CASE(bound_datagram, address, .network = ON_LINE, .family = ANY_FAMILY,
     .send = WITH_SENDTO | WITH_SENDMSG, .axes = {{"address", {"main", "other"}}})
{
    struct line line = take_line(t);
    struct address to = line_name(&line, 0);
    struct endpoint own = bound_socket(t, iut, SOCK_DGRAM, t->chosen[0] ? PLACE_OTHER : PLACE_MAIN);
    must(send_by_form(t, iut, own.fd, "abc", 3, &to));
    struct packet packet = see(&line);
    observe("%s", whose(t, &packet, &own.name));
}

MUTANT_ON_WIRE_BY(bound_datagram, "datagrams come from another address", from_elsewhere)

/* ---- chosen ---- */

RULE(chosen_stream, "wire.source.chosen-stream",
     .statement = "The SYN of a socket that was not bound comes from the address and port that "
                  "getsockname() gives after connect().",
     .outcome = {
         [BY_POSIX] = {"its own",
                       {"posix.connect.binds-unbound-socket", "posix.getsockname.stores-name",
                        "posix.accept.stores-peer-address"}},
         [BY_LINUX] = {"its own",
                       {"linux.ip.7.connect-binds", "linux.getsockname.2.returns-address",
                        "linux.accept.2.peer-address"}},
         [BY_BSD] = {"its own",
                     {"posix.connect.binds-unbound-socket",
                      "freebsd.getsockname.2.returns-current-name",
                      "freebsd.accept.2.addr-is-peer"}},
         [BY_ZOS] = {"its own",
                     {"zos.connect.stream-completes-binding", "zos.getsockname.stores-name",
                      "zos.getsockname.tells-implicit-port", "zos.accept.addr-is-requester"}}});

CASE(chosen_stream, connecting, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    int fd = stream_socket(t, iut);
    struct packet syn = begin_connection(t, &line, fd);
    struct address name = name_of(t, fd);
    observe("%s", whose(t, &syn, &name));
}

MUTANT_ON_WIRE_BY(chosen_stream, "the SYN comes from another address", from_elsewhere)

RULE(chosen_own, "wire.source.chosen-own",
     .statement = "The SYN of a socket that was not bound, on a host with several addresses, comes "
                  "from one of them: it is no wildcard, loopback or group address, nor the limited "
                  "broadcast address, and bind() of another socket takes it.",
     RFCS("its own", "rfc9293.must-44", "rfc9293.active-open-chooses-address"));

/* An address that is nobody's on a network, although bind() takes it: from 224.0.0.0 on are groups
 * and the limited broadcast address. */
static bool is_nobodys(const struct address *address)
{
    if (address->any.sa_family == AF_INET) {
        unsigned first = ntohl(address->in.sin_addr.s_addr) >> 24;
        return address_is_any(address) || first == 127 || first >= 224;
    }
    return address_is_any(address) || IN6_IS_ADDR_LOOPBACK(&address->in6.sin6_addr) ||
           IN6_IS_ADDR_MULTICAST(&address->in6.sin6_addr);
}

CASE(chosen_own, connecting, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct packet syn = begin_connection(t, &line, stream_socket(t, iut));
    struct address source = as_written_by(t, iut, address_with_port(syn.source, 0));
    int result = sk_bind(iut, stream_socket(t, iut), &source);
    observe("%s", is_nobodys(&syn.source) ? "nobody's" : result ? result_name(result) : "its own");
}

MUTANT_ON_WIRE(chosen_own, "the SYN comes from the address that it goes to")
{
    if (heading == FROM_IUT)
        packet->source = address_with_port(packet->destination, address_port(&packet->source));
    return true;
}

RULE(chosen_datagram, "wire.source.chosen-datagram",
     .statement = "Datagrams of a socket that was not bound come from the port that getsockname() "
                  "gives after the first one, all of them.",
     .outcome = {[BY_LINUX] = {"the port then the port",
                               {"linux.udp.7.automatic-port", "linux.ip.7.ephemeral-sendto"}}});

CASE(chosen_datagram, two, .network = ON_LINE, .family = ANY_FAMILY,
     .send = WITH_SENDTO | WITH_SENDMSG)
{
    struct line line = take_line(t);
    int fd = datagram_socket(t, iut);
    struct address name;
    for (int i = 0; i < 2; i++) {
        struct address to = line_name(&line, 0);
        must(send_by_form(t, iut, fd, "abc", 3, &to));
        struct packet packet = see(&line);
        if (i == 0)
            name = name_of(t, fd);
        observe("%s", address_port(&packet.source) == address_port(&name) ? "the port" : "another");
    }
}

MUTANT_ON_WIRE(chosen_datagram, "each datagram has a port of its own")
{
    static int count;
    if (heading == FROM_IUT && packet->protocol == IPPROTO_UDP)
        packet->source = address_with_port(packet->source, 9999 - count++);
    return true;
}

/* ---- control data ---- */

RULE(pktinfo, "wire.source.pktinfo",
     .statement = "A control message IP_PKTINFO of sendmsg() says from which address its datagram "
                  "comes.",
     .outcome = {[BY_LINUX] = {"other then main", {"linux.ip.7.ip-pktinfo-source"}}});

RULE(pktinfo6, "wire.source.ipv6-pktinfo",
     .statement =
         "A control message IPV6_PKTINFO of sendmsg() says from which address its datagram "
         "comes.",
     .pinned = {[BY_LINUX] = "other then main"},
     .outcome = {
         [BY_BSD] = {"other then main",
                     {"freebsd.ip6.4.ancillary-in-sendmsg", "freebsd.ip6.4.ancillary-same-format",
                      "freebsd.ip6.4.ipv6-pktinfo-struct"}},
         [BY_RFC] = {"other then main", {"rfc3542.source-given"}}});

static void add_source(struct test *t, struct message *message, const struct address *address)
{
    if (t->domain == AF_INET6) {
        struct in6_pktinfo info = {.ipi6_addr = address->in6.sin6_addr};
        control_add(message, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    } else {
        struct in_pktinfo info = {.ipi_spec_dst = address->in.sin_addr};
        control_add(message, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    }
}

/* From either address of the IUT, of a socket that has none. */
static void observe_sources(struct test *t)
{
    static const enum place places[] = {PLACE_OTHER, PLACE_MAIN};
    struct line line = take_line(t);
    struct address to = line_name(&line, 0);
    int fd = datagram_socket(t, t->iut);
    for (int i = 0; i < 2; i++) {
        struct address source = place_of(t, t->iut, places[i], 0),
                       other = place_of(t, t->iut, places[!i], 0);
        struct message message = {
            .name = block_address(&to), .buffer = {block_in("abc", 3)}, .buffers = 1};
        add_source(t, &message, &source);
        must(sk_sendmsg_whole(t->iut, fd, &message, 0));
        struct packet packet = see(&line);
        observe("%s", address_same_host(&packet.source, &source)  ? (i ? "main" : "other")
                      : address_same_host(&packet.source, &other) ? (i ? "other" : "main")
                                                                  : "elsewhere");
    }
}

CASE(pktinfo, both, .network = ON_LINE, .family = FAMILY_IPV4)
{
    observe_sources(t);
}

MUTANT_BY(pktinfo, "control data is ignored", without_control)

CASE(pktinfo6, both, .network = ON_LINE, .family = FAMILY_IPV6)
{
    observe_sources(t);
}

MUTANT_BY(pktinfo6, "control data is ignored", without_control)

/* ---- who was called ---- */

/* A connection that the line makes to the IUT's other address. */
static struct talk to_other(struct line *line, int port)
{
    struct test *t = line->t;
    struct talk c = talk_to(line, port);
    c.iut = network_address(t->net, SIDE_IUT, PLACE_OTHER, t->peer_domain, port);
    c.iut_name = place_of(t, t->iut, PLACE_OTHER, port);
    return c;
}

static struct endpoint listening_on(struct test *t, const struct address *name)
{
    struct endpoint listener = {.fd = stream_socket(t, t->iut)};
    must(sk_bind(t->iut, listener.fd, name));
    must(sk_listen(t->iut, listener.fd, 5));
    listener.name = name_of(t, listener.fd);
    return listener;
}

RULE(called_any, "wire.source.called-address",
     .statement = "A socket that listens on any address answers a SYN from the address that was "
                  "called, and accept() gives a socket that has it.",
     .outcome = {
         [BY_LINUX] = {"SYN ACK seq 0 ack 1 then its own",
                       {"rfc9293.passive-open-any-address", "linux.ip.7.bind-any-binds-all"}},
         [BY_RFC] = {"SYN ACK seq 0 ack 1 then its own", {"rfc9293.passive-open-any-address"}}});

CASE(called_any, other_address, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct address any = address_any(t->domain, 0);
    struct endpoint listener = listening_on(t, &any);
    struct talk c = to_other(&line, address_port(&listener.name));
    tell(&c, SYN);
    struct packet answer = hear(&c);
    talk_counts_from(&c, &answer);
    observe("%s", said(&c, answer));
    tell(&c, ACK);
    struct address name = name_of(t, must(sk_accept(iut, listener.fd, NULL)));
    observe("%s", address_equal(&name, &c.iut_name) ? "its own" : "another");
}

MUTANT_ON_WIRE_BY(called_any, "the answer comes from the main address", from_elsewhere)

RULE(called_other, "wire.source.not-called-address",
     .statement = "A SYN to another address than that on which a socket listens is answered by a "
                  "RST.",
     .outcome = {[BY_LINUX] = {"RST ACK seq 0 ack 1",
                               {"rfc9293.passive-open-on-address", "rfc9293.closed-rejects-syn",
                                "rfc9293.closed-reset-without-ack"}},
                 [BY_RFC] = {"RST ACK seq 0 ack 1",
                             {"rfc9293.passive-open-on-address", "rfc9293.closed-rejects-syn",
                              "rfc9293.closed-reset-without-ack"}}});

CASE(called_other, other_address, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct address own = place_of(t, iut, PLACE_MAIN, 0);
    struct endpoint listener = listening_on(t, &own);
    struct talk c = to_other(&line, address_port(&listener.name));
    tell(&c, SYN);
    observe("%s", said(&c, hear(&c)));
}

/* bind() to an address binds to all. */
MUTANT(called_other, "sockets are bound to all addresses")
{
    struct address name = call_address(call), any;
    if (call->operation == OP_BIND) {
        any = address_any(name.any.sa_family, address_port(&name));
        call_set_address(call, &any);
    }
    mutate(m, call);
}

/* A connection, by the case's role, of which the IUT's end is its other address: it is bound to
 * that, or was called there and listens on any. */
static struct talk connected_at_other(struct line *line)
{
    struct test *t = line->t;
    struct address any = address_any(t->domain, 0);
    struct endpoint own = t->role == ROLE_SERVER
                              ? listening_on(t, &any)
                              : bound_socket(t, t->iut, SOCK_STREAM, PLACE_OTHER);
    struct talk c = to_other(line, address_port(&own.name));
    if (t->role == ROLE_SERVER) {
        tell(&c, SYN);
        c.syn = must_see(line, SYN | ACK);
        talk_counts_from(&c, &c.syn);
        tell(&c, ACK);
        c.listener = own.fd;
        c.fd = must(sk_accept(t->iut, own.fd, NULL));
        hear_rest(&c); /* the SYN and ACK can have come again before the ACK went */
        return c;
    }
    c.fd = own.fd;
    set_nonblocking(t, t->iut, c.fd, true);
    int result = sk_connect(t->iut, c.fd, &c.line_name);
    require(result == -EINPROGRESS, "connect() without blocking gave %s", result_name(result));
    c.syn = must_see(line, SYN);
    talk_counts_from(&c, &c.syn);
    tell(&c, SYN | ACK);
    struct packet ack = hear_but(&c, SYN);
    require(has_just(&ack, ACK), "ACK should have come, and not %s", said(&c, ack));
    int error = connected_to_line(&c);
    require(error == 0, "connect() failed with %s", error_name(error));
    set_nonblocking(t, t->iut, c.fd, false);
    return c;
}

RULE(stays, "wire.source.stays",
     .statement = "All segments of a connection come from one address and port, data, ACK and FIN "
                  "too, also where the host has several addresses.",
     .outcome = {
         [BY_LINUX] = {"its own then its own then its own then its own", {"rfc9293.must-45"}},
         [BY_BSD] = {"* then its own then its own then its own",
                     {"freebsd.tcp.4.address-fixed-once-connected"}},
         [BY_RFC] = {"its own then its own then its own then its own", {"rfc9293.must-45"}}});

/* The other address is one that the IUT would not choose: what is chosen anew for a segment is
 * another one. */
CASE(stays, to_the_end, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"address", {"main", "other"}}})
{
    struct line line = take_line(t);
    struct talk c = t->chosen[0] ? connected_at_other(&line) : line_connected(&line);
    observe("%s", whose(t, &c.syn, &c.iut_name));
    must(sk_send(iut, c.fd, "abc", 3, 0));
    struct packet packet = see(&line);
    observe("%s", whose(t, &packet, &c.iut_name));
    c.expected += 3;
    tell(&c, ACK, .text = "abc");
    packet = see(&line);
    for (int again = 0; again < 2 && packet.length; again++) /* before that was heard */
        packet = see(&line);
    observe("%s", whose(t, &packet, &c.iut_name));
    must(sk_shutdown(iut, c.fd, SHUT_WR));
    packet = hear_but(&c, ACK);
    observe("%s", whose(t, &packet, &c.iut_name));
}

MUTANT_ON_WIRE(stays, "data comes from another address")
{
    return !packet->length || from_elsewhere(packet, heading);
}
