/* Addresses that no end of a connection can have: everybody's, groups', those of no other host. */
#include "suites/wire/wire.h"

/* Where the host is of a case, for mutants. */
static struct line host;

/* From now on an answer to everybody is seen, too. */
static void see_groups(struct line *line)
{
    line->groups = true;
    host = *line;
}

static struct line line_with_groups(struct test *t)
{
    struct line line = take_line(t);
    see_groups(&line);
    return line;
}

/* Everybody on the link, or the group of all hosts, that every host is in. */
#define TO_MANY                                                                                    \
    {                                                                                              \
        "to",                                                                                      \
        {                                                                                          \
            "everybody", "all-hosts"                                                               \
        }                                                                                          \
    }

static struct address of_many(const struct test *t, unsigned which, int port)
{
    static const char *const ipv4[] = {"255.255.255.255", "224.0.0.1"};
    static const char *const ipv6[] = {"ff02::1", "ff01::1"};
    return address_of((t->peer_domain == AF_INET6 ? ipv6 : ipv4)[which], port);
}

/* In frames to the host alone, or to everybody that the address stands for. */
#define IN_FRAMES                                                                                  \
    {                                                                                              \
        "frame",                                                                                   \
        {                                                                                          \
            "to-host", "to-many"                                                                   \
        }                                                                                          \
    }

static void set_hardware(const struct test *t, struct packet *packet, unsigned which)
{
    memset(packet->to, 255, HARDWARE);
    if (which == 0)
        memcpy(packet->to, host.iut_hardware, HARDWARE);
    else if (t->peer_domain == AF_INET6)
        memcpy(packet->to, (const unsigned char[]){0x33, 0x33, 0, 0, 0, 1}, HARDWARE);
    else if (IN_MULTICAST(ntohl(packet->destination.in.sin_addr.s_addr)))
        memcpy(packet->to, (const unsigned char[]){1, 0, 0x5e, 0, 0, 1}, HARDWARE);
}

/* A segment between these ends whatever the connection's are. */
static void send_between(struct talk *c, struct packet packet, unsigned frame)
{
    packet.protocol = IPPROTO_TCP;
    packet.source = packet.source.length ? packet.source : c->end;
    packet.destination = packet.destination.length ? packet.destination : c->iut;
    packet.seq = c->next;
    packet.ack = packet.flags & ACK ? c->expected : 0;
    packet.window = c->window;
    set_hardware(c->line->t, &packet, frame);
    line_send_packet(c->line, packet);
}

/* What TCP or an error of ICMP says to it, whomever it is sent to; what hosts say of groups is
 * passed over. */
static const char *answer_to_it(struct talk *c)
{
    struct packet packet;
    do
        packet = see_now(c->line);
    while (packet.protocol && packet.protocol != IPPROTO_TCP && !packet_is_error(&packet));
    return packet.protocol == IPPROTO_TCP ? flags_text(packet.flags)
           : packet.protocol              ? "an error of ICMP"
                                          : "nothing";
}

/* A socket that listens on all addresses, and a connection to it of which nothing was sent. */
static struct talk to_listener_on_any(struct line *line)
{
    struct test *t = line->t;
    struct address any = address_any(t->domain, 0), name;
    int fd = stream_socket(t, t->iut);
    must(sk_bind(t->iut, fd, &any));
    must(sk_listen(t->iut, fd, 5));
    must(sk_getsockname(t->iut, fd, &name));
    struct talk c = talk_to(line, address_port(&name));
    c.listener = fd;
    return c;
}

/* ---- to many ---- */

RULE(syn_to_many, "wire.address.syn-to-many",
     .statement = "A SYN to a broadcast or multicast address is not answered, and accept() of a "
                  "socket that listens on all addresses gives no connection of it.",
     RFCS("nothing then none", "rfc9293.must-57", "rfc9293.any-segment-to-broadcast",
          "rfc9293.unicast-only"));

static void observe_syn(struct talk *c, struct packet syn, unsigned frame)
{
    struct test *t = c->line->t;
    syn.flags = SYN;
    send_between(c, syn, frame);
    observe("%s", answer_to_it(c));
    observe("%s", accepted_now(c));
}

CASE(syn_to_many, listener, .network = ON_LINE, .family = ANY_FAMILY, .axes = {TO_MANY, IN_FRAMES})
{
    struct line line = line_with_groups(t);
    struct talk c = to_listener_on_any(&line);
    struct address to = of_many(t, t->chosen[0], address_port(&c.iut));
    observe_syn(&c, (struct packet){.destination = to}, t->chosen[1]);
}

CASE(syn_to_many, broadcast_of_the_net, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_MAPPED,
     .axes = {IN_FRAMES})
{
    struct line line = line_with_groups(t);
    struct talk c = to_listener_on_any(&line);
    struct address to = broadcast_of_the_net(t, c.iut);
    observe_syn(&c, (struct packet){.destination = to}, t->chosen[0]);
}

/* The host takes what is sent to many for its own. */
static bool to_host_alone(struct packet *packet, enum heading heading)
{
    if (heading == TO_IUT && packet->protocol == IPPROTO_TCP) {
        packet->destination = address_with_port(host.iut, address_port(&packet->destination));
        memcpy(packet->to, host.iut_hardware, HARDWARE);
    }
    return true;
}

MUTANT_ON_WIRE_BY(syn_to_many, "it is taken for one to the host alone", to_host_alone)

RULE(closed_to_many, "wire.address.closed-to-many",
     .statement = "A segment to a broadcast or multicast address, and a port on which nobody "
                  "listens, is not answered.",
     RFCS("nothing", "rfc9293.must-57", "rfc9293.any-segment-to-broadcast"));

#define SEGMENTS                                                                                   \
    {                                                                                              \
        "segment",                                                                                 \
        {                                                                                          \
            "syn", "ack", "fin"                                                                    \
        }                                                                                          \
    }
static const unsigned segments[] = {SYN, ACK, FIN | ACK};

static struct talk to_closed_port(struct line *line)
{
    struct talk c = talk_to(line, unused_port(line->t));
    talk_as_connected(&c);
    return c;
}

CASE(closed_to_many, any_segment, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {TO_MANY, IN_FRAMES, SEGMENTS})
{
    struct line line = line_with_groups(t);
    struct talk c = to_closed_port(&line);
    struct packet segment = {.destination = of_many(t, t->chosen[0], address_port(&c.iut)),
                             .flags = segments[t->chosen[2]]};
    send_between(&c, segment, t->chosen[1]);
    observe("%s", answer_to_it(&c));
}

CASE(closed_to_many, broadcast_of_the_net, .network = ON_LINE,
     .family = FAMILY_IPV4 | FAMILY_MAPPED, .axes = {IN_FRAMES, SEGMENTS})
{
    struct line line = line_with_groups(t);
    struct talk c = to_closed_port(&line);
    struct packet segment = {.destination = broadcast_of_the_net(t, c.iut),
                             .flags = segments[t->chosen[1]]};
    send_between(&c, segment, t->chosen[0]);
    observe("%s", answer_to_it(&c));
}

MUTANT_ON_WIRE_BY(closed_to_many, "it is taken for one to the host alone", to_host_alone)

RULE(data_to_many, "wire.address.data-to-many",
     .statement = "A segment of a connection that is sent to a broadcast or multicast address is "
                  "not answered, and recv() gives none of its data.",
     RFCS("nothing then nothing then abc", "rfc9293.any-segment-to-broadcast",
          "rfc9293.unicast-only"));

static void observe_data_to(struct talk *c, struct address to, unsigned frame)
{
    struct test *t = c->line->t;
    send_between(c, (struct packet){.destination = to, .flags = ACK, .text = "old"}, frame);
    observe("%s", answer_to_it(c));
    observe("%s", received(t, t->iut, c->fd));
    tell(c, ACK, .text = "abc");
    observe("%s", receive_next(t, t->iut, c->fd));
}

CASE(data_to_many, connected, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {TO_MANY, IN_FRAMES})
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    see_groups(&line);
    observe_data_to(&c, of_many(t, t->chosen[0], address_port(&c.iut)), t->chosen[1]);
}

CASE(data_to_many, broadcast_of_the_net, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_MAPPED,
     .role = ANY_ROLE, .axes = {IN_FRAMES})
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    see_groups(&line);
    observe_data_to(&c, broadcast_of_the_net(t, c.iut), t->chosen[0]);
}

MUTANT_ON_WIRE(data_to_many, "it is taken for one to the host alone")
{
    return !(packet->text) || to_host_alone(packet, heading);
}

/* ---- from nobody ---- */

/* Addresses that RFC 1122, 3.2.1.3, and RFC 4291 let come from no other host. */
#define FROM_NOBODY                                                                                \
    {                                                                                              \
        "from",                                                                                    \
        {                                                                                          \
            "everybody", "group", "loopback", "unspecified"                                        \
        }                                                                                          \
    }

static struct address of_nobody(const struct test *t, unsigned which, int port)
{
    static const char *const ipv4[] = {"255.255.255.255", "239.192.3.4", "127.0.0.1", "0.0.0.0"};
    static const char *const ipv6[] = {"ff02::1", "ff0e::7:1234", "::1", "::"};
    return address_of((t->peer_domain == AF_INET6 ? ipv6 : ipv4)[which], port);
}

static bool from_line(struct packet *packet, enum heading heading)
{
    if (heading == TO_IUT && packet->protocol == IPPROTO_TCP)
        packet->source = address_with_port(host.address, address_port(&packet->source));
    return true;
}

RULE(syn_from_nobody, "wire.address.syn-from-nobody",
     .statement = "A SYN whose source address no other host can have, such as a broadcast, "
                  "multicast or loopback address, is ignored: nothing is sent, and accept() gives "
                  "no connection of it.",
     RFCS("nothing then none", "rfc9293.must-63", "rfc9293.unicast-only"));

CASE(syn_from_nobody, listener, .network = ON_LINE, .family = ANY_FAMILY, .axes = {FROM_NOBODY})
{
    struct line line = line_with_groups(t);
    struct talk c = to_listener_on_any(&line);
    struct address from = of_nobody(t, t->chosen[0], address_port(&c.end));
    observe_syn(&c, (struct packet){.source = from}, 0);
}

CASE(syn_from_nobody, broadcast_of_the_net, .network = ON_LINE,
     .family = FAMILY_IPV4 | FAMILY_MAPPED,
     .deviation = {[BY_LINUX] = {"SYN ACK then none",
                                 "without rp_filter Linux refuses only sources that are its own: "
                                 "fib_validate_source()"}})
{
    struct line line = line_with_groups(t);
    struct talk c = to_listener_on_any(&line);
    struct address from = broadcast_of_the_net(t, c.end);
    observe_syn(&c, (struct packet){.source = from}, 0);
}

/* A SYN by a RST without ACK, since Linux answers some of them otherwise itself. */
static bool answered(struct packet *packet, enum heading heading)
{
    if (heading == TO_IUT && packet->protocol == IPPROTO_TCP && packet->flags == SYN)
        packet->flags |= ACK;
    return from_line(packet, heading);
}

MUTANT_ON_WIRE_BY(syn_from_nobody, "it is answered", answered)

RULE(closed_from_nobody, "wire.address.closed-from-nobody",
     .statement = "A segment whose source address no other host can have, to a port on which "
                  "nobody listens, is not answered.",
     RFCS("nothing", "rfc9293.must-63", "rfc9293.any-segment-to-broadcast"));

CASE(closed_from_nobody, any_segment, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {FROM_NOBODY, SEGMENTS})
{
    struct line line = line_with_groups(t);
    struct talk c = to_closed_port(&line);
    struct packet segment = {.source = of_nobody(t, t->chosen[0], address_port(&c.end)),
                             .flags = segments[t->chosen[1]]};
    send_between(&c, segment, 0);
    observe("%s", answer_to_it(&c));
}

CASE(closed_from_nobody, broadcast_of_the_net, .network = ON_LINE,
     .family = FAMILY_IPV4 | FAMILY_MAPPED,
     .deviation = {[BY_LINUX] = {"RST ACK",
                                 "without rp_filter Linux refuses only sources that are its own: "
                                 "fib_validate_source()"}})
{
    struct line line = line_with_groups(t);
    struct talk c = to_closed_port(&line);
    struct address from = broadcast_of_the_net(t, c.end);
    send_between(&c, (struct packet){.source = from, .flags = SYN}, 0);
    observe("%s", answer_to_it(&c));
}

MUTANT_ON_WIRE_BY(closed_from_nobody, "it is answered", answered)

/* ---- connect() ---- */

RULE(connect_many, "wire.address.connect-to-many",
     .statement = "connect() of a stream socket to a broadcast or multicast address fails, and "
                  "nothing is sent; FreeBSD says EAFNOSUPPORT of a multicast address.",
     RFCS("fails then nothing then *", "rfc9293.must-46", "rfc9293.unicast-only"));

/* Where a socket of the mutant connects to instead. */
static struct address towards;

static void connect_to_many(struct test *t, struct talk *c, struct address to)
{
    struct host *iut = t->iut;
    struct endpoint own = bound_socket(t, iut, SOCK_STREAM, PLACE_MAIN);
    if (to.any.sa_family == AF_INET6 && IN6_IS_ADDR_MC_LINKLOCAL(&to.in6.sin6_addr))
        to = address_with_scope(to, t->net->ifindex[SIDE_IUT]);
    to = as_written_by(t, iut, to);
    towards = c->line_name;
    set_nonblocking(t, iut, own.fd, true);
    int result = sk_connect(iut, own.fd, &to), error = 0;
    const char *sent = answer_to_it(c);
    if (result == -EINPROGRESS) /* that it fails may be told by SO_ERROR, as soon as that */
        must(sk_getsockopt(iut, own.fd, SOL_SOCKET, SO_ERROR, &error));
    bool goes_on = result == -EINPROGRESS && !error;
    observe("%s", result == 0 ? "is connected" : goes_on ? "goes on" : "fails");
    observe("%s", sent);
    observe("%s", error ? error_name(error) : result_name(result));
}

/* From the address on the link, and with its scope: else some have no way to many at all, whatever
 * they think of it. */
CASE(connect_many, everybody, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = line_with_groups(t);
    struct talk c = talk_to(&line, 0);
    connect_to_many(t, &c, of_nobody(t, 0, address_port(&c.line_name)));
}

CASE(connect_many, group, .network = ON_LINE, .family = ANY_FAMILY,
     .outcome = {[BY_BSD] = {"fails then * then EAFNOSUPPORT", {"freebsd.tcp.4.eafnosupport"}}})
{
    struct line line = line_with_groups(t);
    struct talk c = talk_to(&line, 0);
    connect_to_many(t, &c, of_nobody(t, 1, address_port(&c.line_name)));
}

CASE(connect_many, broadcast_of_the_net, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_MAPPED)
{
    struct line line = line_with_groups(t);
    struct talk c = talk_to(&line, 0);
    connect_to_many(t, &c, broadcast_of_the_net(t, c.end));
}

MUTANT(connect_many, "connect() to many finds one")
{
    if (call->operation == OP_CONNECT)
        call_set_address(call, &towards);
    mutate(m, call);
}
