/* What options and control data make of the IP header. */
#include "hosts/message.h"
#include "suites/wire/wire.h"

/* The types of service are those that RFC 1349 knew: an implementation may take no others. */
enum { ONE = 7, OTHER = 9, CLASS = 0x10, OTHER_CLASS = 0x08, DIFFSERV = 0xfc };

/* The options of IPv4 and IPv6 that are about the same field. */
static int level_of(const struct test *t)
{
    return t->domain == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
}

static int hops_option(const struct test *t)
{
    return t->domain == AF_INET6 ? IPV6_UNICAST_HOPS : IP_TTL;
}

static int class_option(const struct test *t)
{
    return t->domain == AF_INET6 ? IPV6_TCLASS : IP_TOS;
}

static void set(struct test *t, int fd, int option, int value)
{
    must(sk_setsockopt(t->iut, fd, level_of(t), option, value));
}

static void ignores_hops(struct mutation *m, struct call *call)
{
    ignore_option(m, call, IP_TTL, IPV6_UNICAST_HOPS);
}

static void ignores_class(struct mutation *m, struct call *call)
{
    ignore_option(m, call, IP_TOS, IPV6_TCLASS);
}

/* The SYN of a socket on which an option is set. */
static struct packet syn_with(struct test *t, int option, int value)
{
    struct line line = take_line(t);
    struct address name = line_name(&line, 0);
    int fd = stream_socket(t, t->iut);
    set(t, fd, option, value);
    set_nonblocking(t, t->iut, fd, true);
    sk_connect(t->iut, fd, &name);
    return must_see(&line, SYN);
}

/* What a listening socket answers to a SYN after an option was set on it. */
static struct packet answer_with(struct test *t, int option, int value)
{
    struct line line = take_line(t);
    struct endpoint listener = listening_socket(t, t->iut);
    set(t, listener.fd, option, value);
    struct talk c = talk_to(&line, address_port(&listener.name));
    tell(&c, SYN);
    return must_hear(&c, SYN | ACK);
}

/* Data of a connection, sent after an option was set. */
static struct packet data_with(struct test *t, struct talk *c, int option, int value)
{
    set(t, c->fd, option, value);
    must(sk_send(t->iut, c->fd, "abc", 3, 0));
    struct packet packet = must_hear(c, ACK);
    require(packet.length, "data should have come");
    tell(c, ACK);
    return packet;
}

/* What the segments behind the SYN have of a connection on whose socket an option was set before
 * connect(): the value, or that of the first that has another. */
static int seen_behind_syn(struct test *t, int option, int value, int seen(struct packet))
{
    enum { OF_SYN, OF_FIN, DATA, LAST, SEGMENTS };
    struct line line = take_line(t);
    struct talk c = talk_to(&line, 0);
    struct packet packets[SEGMENTS];
    c.fd = stream_socket(t, t->iut);
    set(t, c.fd, option, value);
    set_nonblocking(t, t->iut, c.fd, true);
    sk_connect(t->iut, c.fd, &c.line_name);
    struct packet syn = must_see(&line, SYN);
    c.iut = syn.source;
    talk_counts_from(&c, &syn);
    tell(&c, SYN | ACK);
    packets[OF_SYN] = must_hear(&c, ACK);
    require(connected_to_line(&c) == 0, "connect() failed");
    tell(&c, FIN | ACK);
    packets[OF_FIN] = must_hear(&c, ACK);
    must(sk_send(t->iut, c.fd, "abc", 3, 0));
    packets[DATA] = must_hear(&c, ACK);
    require(packets[DATA].length, "data should have come");
    tell(&c, ACK);
    must(sk_shutdown(t->iut, c.fd, SHUT_WR));
    packets[LAST] = must_hear(&c, FIN | ACK);
    for (int i = 0; i < SEGMENTS; i++)
        if (seen(packets[i]) != value)
            return seen(packets[i]);
    return value;
}

/* A datagram to the line, sent with the variant's call, of a connected socket or to an address. */
static struct packet datagram_to(struct test *t, struct line *line, int fd,
                                 const struct address *to)
{
    must(send_by_form(t, t->iut, fd, "abc", 3, to));
    struct packet packet = see(line);
    require(packet.protocol == IPPROTO_UDP, "a datagram should have come, and not %s",
            packet_words(&packet, NULL, NULL));
    return packet;
}

static struct packet datagram_of(struct test *t, struct line *line, int fd)
{
    return datagram_to(t, line, fd, NULL);
}

static int connected_datagram_socket(struct test *t, struct line *line)
{
    struct address name = line_name(line, 0);
    int fd = datagram_socket(t, t->iut);
    must(sk_connect(t->iut, fd, &name));
    return fd;
}

/* ---- time to live, hop limit ---- */

#define HOPS_OF_STREAM(statement_option_)                                                          \
    .statement = "The segments of a stream socket have the " statement_option_                     \
                 " that setsockopt() set, also if it is changed while the connection lasts."

RULE(ttl_stream, "wire.ttl.stream", HOPS_OF_STREAM("time to live"),
     .outcome = {[BY_LINUX] = {"7", {"linux.ip.7.ip-ttl"}}});

RULE(hops_stream, "wire.hops.stream", HOPS_OF_STREAM("hop limit"),
     .outcome = {[BY_LINUX] = {"7", {"linux.ipv6.7.ipv6-unicast-hops"}}});

/* Behind it: what documents say of an option that is set before connect(), and of one that is set
 * on a connection. The SYN with ACK has what was set on the listening socket where it is a packet
 * of that: only Linux documents the option for each packet of a socket, and elsewhere it may be one
 * of the connection's socket, which is another. */
#define OF_STREAM(rule_, family_, option_, value_, seen_, before_, later_)                         \
    CASE(rule_, syn, .network = ON_LINE, .family = family_, .outcome = {before_})                  \
    {                                                                                              \
        observe("%d", seen_(syn_with(t, option_(t), value_)));                                     \
    }                                                                                              \
    CASE(rule_, behind_syn, .network = ON_LINE, .family = family_, .outcome = {before_})           \
    {                                                                                              \
        observe("%d", seen_behind_syn(t, option_(t), value_, seen_));                              \
    }                                                                                              \
    CASE(rule_, syn_ack, .network = ON_LINE, .family = family_)                                    \
    {                                                                                              \
        observe("%d", seen_(answer_with(t, option_(t), value_)));                                  \
    }                                                                                              \
    CASE(rule_, data, .network = ON_LINE, .family = family_, .role = ANY_ROLE,                     \
         .outcome = {later_})                                                                      \
    {                                                                                              \
        struct line line = take_line(t);                                                           \
        struct talk c = line_connected(&line);                                                     \
        observe("%d", seen_(data_with(t, &c, option_(t), value_)));                                \
    }                                                                                              \
    CASE(rule_, fin, .network = ON_LINE, .family = family_, .role = ANY_ROLE, .outcome = {later_}) \
    {                                                                                              \
        struct line line = take_line(t);                                                           \
        struct talk c = line_connected(&line);                                                     \
        set(t, c.fd, option_(t), value_);                                                          \
        must(sk_shutdown(iut, c.fd, SHUT_WR));                                                     \
        observe("%d", seen_(must_hear(&c, FIN | ACK)));                                            \
    }

static int hops_of(struct packet packet)
{
    return packet.hops;
}

/* The two lower bits are of ECN, which is TCP's business. */
static int class_of(struct packet packet)
{
    return packet.traffic & DIFFSERV;
}

/* RFC 9293 has it that the time to live can be configured, which may be by a setting of the
 * machine: it says nothing of an option of a socket. */
#define TTL_LATER  [BY_BSD] = {"7", {"freebsd.ip.4.ip-ttl"}}
#define TTL_BEFORE TTL_LATER, [BY_LINUX] = {"7", {"linux.ip.7.ip-ttl", "rfc9293.must-49"}}

OF_STREAM(ttl_stream, FAMILY_IPV4, hops_option, ONE, hops_of, TTL_BEFORE, TTL_LATER)
MUTANT_BY(ttl_stream, "IP_TTL is ignored", ignores_hops)

#define HOPS_SET                                                                                   \
    [BY_POSIX] = {"7", {"posix.sockets.ipv6.unicast-hops.limit"}},                                 \
    [BY_BSD] = {"7", {"freebsd.ip6.4.ipv6-unicast-hops"}}

OF_STREAM(hops_stream, FAMILY_IPV6, hops_option, ONE, hops_of, HOPS_SET, HOPS_SET)
MUTANT_BY(hops_stream, "IPV6_UNICAST_HOPS is ignored", ignores_hops)

RULE(ttl_datagram, "wire.ttl.datagram",
     .statement = "The datagrams of a socket have the time to live that setsockopt() set.",
     .outcome = {[BY_LINUX] = {"7 then 9", {"linux.ip.7.ip-ttl", "rfc1122.udp-ttl-and-tos"}},
                 [BY_BSD] = {"7 then 9", {"freebsd.ip.4.ip-ttl"}},
                 [BY_RFC] = {"7 then 9", {"rfc1122.udp-ttl-and-tos"}}});

RULE(hops_datagram, "wire.hops.datagram",
     .statement = "The datagrams of a socket have the hop limit that setsockopt() set.",
     .outcome = {[BY_POSIX] = {"7 then 9", {"posix.sockets.ipv6.unicast-hops.limit"}},
                 [BY_LINUX] = {"7 then 9", {"linux.ipv6.7.ipv6-unicast-hops"}},
                 [BY_BSD] = {"7 then 9", {"freebsd.ip6.4.ipv6-unicast-hops"}}});

/* Whether the variant's call is given the address, on a socket that is not connected. */
static bool names_address(const struct test *t)
{
    return t->send == WITH_SENDTO || t->send == WITH_SENDMSG;
}

static void observe_hops(struct test *t)
{
    struct line line = take_line(t);
    struct address name = line_name(&line, 0);
    const struct address *to = names_address(t) ? &name : NULL;
    int fd = to ? datagram_socket(t, t->iut) : connected_datagram_socket(t, &line);
    set(t, fd, hops_option(t), ONE);
    observe("%d", datagram_to(t, &line, fd, to).hops);
    set(t, fd, hops_option(t), OTHER);
    observe("%d", datagram_to(t, &line, fd, to).hops);
}

CASE(ttl_datagram, set, .network = ON_LINE, .family = FAMILY_IPV4, .send = ANY_SEND)
{
    observe_hops(t);
}

MUTANT_BY(ttl_datagram, "IP_TTL is ignored", ignores_hops)

CASE(hops_datagram, set, .network = ON_LINE, .family = FAMILY_IPV6, .send = ANY_SEND)
{
    observe_hops(t);
}

MUTANT_BY(hops_datagram, "IPV6_UNICAST_HOPS is ignored", ignores_hops)

RULE(ttl_get, "wire.ttl.get",
     .statement = "getsockopt() gives the time to live that packets have, whether one was set or "
                  "not.",
     .outcome = {[BY_LINUX] = {"the same", {"linux.ip.7.ip-ttl-get", "linux.ip.7.ip-ttl"}}});

CASE(ttl_get, datagram, .network = ON_LINE, .family = FAMILY_IPV4,
     .axes = {{"time-to-live", {"set", "default"}}})
{
    struct line line = take_line(t);
    int fd = connected_datagram_socket(t, &line), told = 0;
    if (t->chosen[0] == 0)
        set(t, fd, IP_TTL, ONE);
    must(sk_getsockopt(iut, fd, IPPROTO_IP, IP_TTL, &told));
    int seen = datagram_of(t, &line, fd).hops;
    observe("%s", seen == told ? "the same" : "another");
}

CASE(ttl_get, segment, .network = ON_LINE, .family = FAMILY_IPV4, .role = ANY_ROLE,
     .axes = {{"time-to-live", {"set", "default"}}})
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    int told = 0;
    if (t->chosen[0] == 0)
        set(t, c.fd, IP_TTL, ONE);
    must(sk_getsockopt(iut, c.fd, IPPROTO_IP, IP_TTL, &told));
    must(sk_send(iut, c.fd, "x", 1, 0));
    struct packet segment = hear(&c);
    require(segment.length == 1, "the data should have come, and not %s", said(&c, segment));
    observe("%s", segment.hops == told ? "the same" : "another");
}

MUTANT(ttl_get, "getsockopt() gives one less")
{
    mutate(m, call);
    if (call_is_option(call, OP_GETSOCKOPT, IPPROTO_IP, IP_TTL))
        call_set_option_value(call, call_option_value(call) - 1);
}

RULE(ttl_default, "wire.ttl.default",
     .statement = "Packets have a time to live of 64 if none was set on their socket, nor another "
                  "default.",
     .outcome = {[BY_LINUX] = {"64", {"linux.ip.7.proc-ip-default-ttl"}}});

/* A machine that is not ours may have been given another default. */
static void need_usual_default(struct test *t, int fd)
{
    enum { USUAL = 64 };
    int told;
    if (t->net->described && sk_getsockopt(t->iut, fd, IPPROTO_IP, IP_TTL, &told) == 0 &&
        told != USUAL)
        skip("the time to live is %d there by default", told);
}

CASE(ttl_default, datagram, .network = ON_LINE, .family = FAMILY_IPV4)
{
    struct line line = take_line(t);
    sk_setsockopt(iut, datagram_socket(t, iut), IPPROTO_IP, IP_TTL, ONE); /* that one's alone */
    int fd = connected_datagram_socket(t, &line);
    need_usual_default(t, fd);
    observe("%d", datagram_of(t, &line, fd).hops);
}

CASE(ttl_default, syn, .network = ON_LINE, .family = FAMILY_IPV4)
{
    struct line line = take_line(t);
    sk_setsockopt(iut, stream_socket(t, iut), IPPROTO_IP, IP_TTL, ONE); /* that one's alone */
    struct talk c = line_called(&line);
    need_usual_default(t, c.fd);
    observe("%d", c.syn.hops);
}

MUTANT_ON_WIRE(ttl_default, "packets have a time to live of 32")
{
    if (heading == FROM_IUT)
        packet->hops = 32;
    return true;
}

RULE(hops_default, "wire.hops.default",
     .statement =
         "Setting IPV6_UNICAST_HOPS to -1 makes datagrams have the hop limit again that the "
         "system selects.",
     .outcome = {[BY_POSIX] = {"the same", {"posix.sockets.ipv6.unicast-hops.system-default"}},
                 [BY_LINUX] = {"the same",
                               {"linux.ipv6.7.ipv6-unicast-hops-default",
                                "posix.sockets.ipv6.unicast-hops.system-default"}},
                 [BY_BSD] = {"the same", {"posix.sockets.ipv6.unicast-hops.system-default"}}});

CASE(hops_default, set_back, .network = ON_LINE, .family = FAMILY_IPV6)
{
    struct line line = take_line(t);
    int fd = connected_datagram_socket(t, &line);
    int before = datagram_of(t, &line, fd).hops, other = before == ONE ? OTHER : ONE;
    set(t, fd, IPV6_UNICAST_HOPS, other);
    int between = datagram_of(t, &line, fd).hops;
    require_by("wire.hops.datagram", between == other, "the hop limit should be %d, and is %d",
               other, between);
    int result = sk_setsockopt(iut, fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, -1);
    if (result < 0) {
        observe_result(result);
        return;
    }
    observe("%s", datagram_of(t, &line, fd).hops == before ? "the same" : "another");
}

MUTANT(hops_default, "-1 is ignored")
{
    if (call_is_option(call, OP_SETSOCKOPT, IPPROTO_IPV6, IPV6_UNICAST_HOPS) &&
        call_option_value(call) == -1)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

/* ---- type of service, traffic class ---- */

#define CLASS_OF_STREAM                                                                            \
    .statement = "The segments of a stream socket have the differentiated services field that "    \
                 "setsockopt() set, also if it is changed while the connection lasts."

#define GIVEN_FIELD "rfc9293.must-48", "rfc9293.diffserv-each-direction"

/* RFC 9293 has it that the field can be given for a connection; that it can be changed later is not
 * required, nor by RFC 3542 of the traffic class, and wire.tos.acknowledgments is about that. */
RULE(tos_stream, "wire.tos.stream", CLASS_OF_STREAM,
     .outcome = {[BY_LINUX] = {"16", {"linux.ip.7.ip-tos"}}});

#define TOS_LATER [BY_BSD] = {"16", {"freebsd.ip.4.ip-tos"}}
#define TOS_BEFORE                                                                                 \
    TOS_LATER, [BY_LINUX] = {"16", {"linux.ip.7.ip-tos", GIVEN_FIELD}},                            \
               [BY_RFC] = {"16", {GIVEN_FIELD}}

OF_STREAM(tos_stream, FAMILY_IPV4, class_option, CLASS, class_of, TOS_BEFORE, TOS_LATER)
MUTANT_BY(tos_stream, "IP_TOS is ignored", ignores_class)

RULE(tclass_stream, "wire.tclass.stream", CLASS_OF_STREAM, .pinned = {[BY_LINUX] = "16"});

#define AS_IT_IS     "rfc3542.traffic-class-value"
#define TCLASS_LATER [BY_BSD] = {"16", {"freebsd.ip6.4.ipv6-tclass"}}
#define TCLASS_BEFORE                                                                              \
    [BY_BSD] = {"16", {"freebsd.ip6.4.ipv6-tclass"}}, [BY_LINUX] = {"16", {GIVEN_FIELD}},          \
    [BY_RFC] = {"16", {GIVEN_FIELD, AS_IT_IS}}

OF_STREAM(tclass_stream, FAMILY_IPV6, class_option, CLASS, class_of, TCLASS_BEFORE, TCLASS_LATER)
MUTANT_BY(tclass_stream, "IPV6_TCLASS is ignored", ignores_class)

RULE(tos_default, "wire.tos.default",
     .statement = "Where setsockopt() set no differentiated services field the segments of all "
                  "stream sockets have the same, the default.",
     RFCS("the default then the default then the default", "rfc9293.open-defaults"));

CASE(tos_default, not_set, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_IPV6,
     .role = ANY_ROLE)
{
    struct line line = take_line(t);
    int usual = class_of(line_connected(&line).syn);
    sk_setsockopt(iut, stream_socket(t, iut), level_of(t), class_option(t),
                  usual == CLASS ? OTHER_CLASS : CLASS); /* which is that one's alone */
    struct talk c = line_connected(&line);
    struct packet packets[3] = {c.syn};
    must(sk_send(iut, c.fd, "abc", 3, 0));
    packets[1] = must_hear(&c, ACK);
    require(packets[1].length, "data should have come");
    must(sk_shutdown(iut, c.fd, SHUT_WR));
    packets[2] = must_hear(&c, FIN | ACK);
    for (int i = 0; i < 3; i++)
        observe("%s", class_of(packets[i]) == usual ? "the default" : "another");
}

MUTANT_ON_WIRE(tos_default, "data is sent with another precedence")
{
    if (heading == FROM_IUT && packet->length)
        packet->traffic ^= 0x20;
    return true;
}

/* The option is set on a connection: RFC 9293 has it that this should be possible. */
#define OF_ACKNOWLEDGMENTS "rfc9293.shld-21", "rfc9293.shld-22"

RULE(acknowledgments, "wire.tos.acknowledgments",
     .statement = "The acknowledgments of a stream socket have the differentiated services field "
                  "that setsockopt() set, and not the peer's.",
     .outcome = {
         [BY_LINUX] = {"16", {OF_ACKNOWLEDGMENTS}}, [BY_RFC] = {"16", {OF_ACKNOWLEDGMENTS}}});

/* The acknowledgments of a FIN and of what is too old: the field, or another that one has. */
static void observe_acknowledgment(struct test *t)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    set(t, c.fd, class_option(t), CLASS);
    tell(&c, FIN | ACK, .traffic = OTHER_CLASS);
    int seen = class_of(must_hear(&c, ACK));
    if (seen == CLASS) {
        tell(&c, ACK, .seq = -1, .traffic = OTHER_CLASS, .text = "x");
        struct packet packet = hear(&c);
        require_by("wire.acceptance.outside", has_just(&packet, ACK),
                   "ACK should have come, and not %s", said(&c, packet));
        seen = class_of(packet);
    }
    observe("%d", seen);
}

CASE(acknowledgments, of_fin, .network = ON_LINE, .family = FAMILY_IPV4, .role = ANY_ROLE,
     .outcome = {[BY_LINUX] = {"16", {"linux.ip.7.ip-tos", OF_ACKNOWLEDGMENTS}},
                 [BY_BSD] = {"16", {"freebsd.ip.4.ip-tos"}}})
{
    observe_acknowledgment(t);
}

CASE(acknowledgments, of_fin_ipv6, .network = ON_LINE, .family = FAMILY_IPV6, .role = ANY_ROLE,
     .outcome = {[BY_RFC] = {"16", {OF_ACKNOWLEDGMENTS, "rfc3542.tcp-starts-using"}},
                 [BY_BSD] = {"16", {"freebsd.ip6.4.ipv6-tclass"}}})
{
    observe_acknowledgment(t);
}

MUTANT_BY(acknowledgments, "IP_TOS is ignored", ignores_class)

RULE(tos_datagram, "wire.tos.datagram",
     .statement = "The datagrams of a socket have the type of service that setsockopt() set.",
     .outcome = {[BY_LINUX] = {"16 then 8", {"linux.ip.7.ip-tos", "rfc1122.udp-ttl-and-tos"}},
                 [BY_BSD] = {"16 then 8", {"freebsd.ip.4.ip-tos"}},
                 [BY_RFC] = {"16 then 8", {"rfc1122.udp-ttl-and-tos"}}});

RULE(tclass_datagram, "wire.tclass.datagram",
     .statement = "The datagrams of a socket have the traffic class that setsockopt() set.",
     .pinned = {[BY_LINUX] = "16 then 8"},
     .outcome = {[BY_BSD] = {"16 then 8", {"freebsd.ip6.4.ipv6-tclass"}},
                 [BY_RFC] = {"16 then 8", {"rfc3542.traffic-class-value"}}});

static void observe_class(struct test *t)
{
    struct line line = take_line(t);
    struct address name = line_name(&line, 0);
    const struct address *to = names_address(t) ? &name : NULL;
    int fd = to ? datagram_socket(t, t->iut) : connected_datagram_socket(t, &line);
    set(t, fd, class_option(t), CLASS);
    observe("%d", class_of(datagram_to(t, &line, fd, to)));
    set(t, fd, class_option(t), OTHER_CLASS);
    observe("%d", class_of(datagram_to(t, &line, fd, to)));
}

CASE(tos_datagram, set, .network = ON_LINE, .family = FAMILY_IPV4, .send = ANY_SEND)
{
    observe_class(t);
}

MUTANT_BY(tos_datagram, "IP_TOS is ignored", ignores_class)

CASE(tclass_datagram, set, .network = ON_LINE, .family = FAMILY_IPV6, .send = ANY_SEND)
{
    observe_class(t);
}

MUTANT_BY(tclass_datagram, "IPV6_TCLASS is ignored", ignores_class)

/* ---- control data ---- */

/* A datagram with control data, and one without it, from a socket on which the option is set. */
static void observe_control(struct test *t, int option, int value, int control, int once,
                            int seen(struct packet))
{
    struct line line = take_line(t);
    struct message message = {.buffer = {block_in("abc", 3)}, .buffers = 1};
    int fd = connected_datagram_socket(t, &line);
    set(t, fd, option, value);
    control_add(&message, level_of(t), control, &once, sizeof once);
    int result = sk_sendmsg_whole(t->iut, fd, &message, 0);
    if (result < 0) {
        observe_result(result);
        return;
    }
    struct packet packet = see(&line);
    if (packet.protocol == IPPROTO_UDP)
        observe("%d", seen(packet));
    else
        observe("%s", packet_words(&packet, NULL, NULL));
    observe("%d", seen(datagram_of(t, &line, fd)));
}

RULE(control_hops, "wire.control.hops",
     .statement =
         "A control message IPV6_HOPLIMIT of sendmsg() sets the hop limit of its datagram, "
         "and of no other.",
     .outcome = {
         [BY_LINUX] = {"9 then 7",
                       {"linux.ipv6.7.ipv6-header-sent", "linux.ipv6.7.ipv6-unicast-hops"}},
         [BY_BSD] = {"9 then 7",
                     {"freebsd.ip6.4.ancillary-in-sendmsg", "freebsd.ip6.4.ancillary-same-format",
                      "freebsd.ip6.4.conflict-1-ancillary", "freebsd.ip6.4.ipv6-unicast-hops"}},
         [BY_RFC] = {"9 then 7", {"rfc3542.hop-limit-once", "rfc3542.hop-limit-value"}}});

CASE(control_hops, one_datagram, .network = ON_LINE, .family = FAMILY_IPV6)
{
    observe_control(t, IPV6_UNICAST_HOPS, ONE, IPV6_HOPLIMIT, OTHER, hops_of);
}

MUTANT_BY(control_hops, "control data is ignored", without_control)

RULE(control_ttl, "wire.control.ttl",
     .statement = "On Linux a control message IP_TTL of sendmsg() sets the time to live of its "
                  "datagram, and of no other.",
     .pinned = {[BY_LINUX] = "9 then 7"});

CASE(control_ttl, one_datagram, .network = ON_LINE, .family = FAMILY_IPV4)
{
    observe_control(t, IP_TTL, ONE, IP_TTL, OTHER, hops_of);
}

MUTANT_BY(control_ttl, "control data is ignored", without_control)

RULE(control_tos, "wire.control.tos",
     .statement = "On Linux a control message IP_TOS of sendmsg() sets the type of service of its "
                  "datagram, and of no other.",
     .pinned = {[BY_LINUX] = "8 then 16"});

CASE(control_tos, one_datagram, .network = ON_LINE, .family = FAMILY_IPV4)
{
    observe_control(t, IP_TOS, CLASS, IP_TOS, OTHER_CLASS, class_of);
}

MUTANT_BY(control_tos, "control data is ignored", without_control)

RULE(control_tclass, "wire.control.tclass",
     .statement = "A control message IPV6_TCLASS of sendmsg() sets the traffic class of its "
                  "datagram, and of no other.",
     .pinned = {[BY_LINUX] = "8 then 16"},
     .outcome = {
         [BY_RFC] = {"8 then 16", {"rfc3542.traffic-class-once", "rfc3542.traffic-class-value"}}});

CASE(control_tclass, one_datagram, .network = ON_LINE, .family = FAMILY_IPV6)
{
    observe_control(t, IPV6_TCLASS, CLASS, IPV6_TCLASS, OTHER_CLASS, class_of);
}

MUTANT_BY(control_tclass, "control data is ignored", without_control)
