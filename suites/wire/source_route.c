/* Source routes that a program gives, and those that segments have come by. */
#include "suites/wire/wire.h"

enum { LOOSE_ROUTE = 131, ROUTE_LENGTH = 7, FIRST = 4, PADDED = 8, IPV4_HEADER = 20 };

/* The source route that a packet has, of so many bytes; NULL: it has none. There are those that put
 * a No-Operation before it. */
static const unsigned char *route_of(const struct packet *packet, int length)
{
    enum { NO_OPERATION = 1 };
    const unsigned char *option = (const unsigned char *)packet->raw + IPV4_HEADER;
    const unsigned char *end = option + packet->header_options;
    while (option < end && *option == NO_OPERATION)
        option++;
    return end - option >= length && option[0] == LOOSE_ROUTE && option[1] == length ? option
                                                                                     : NULL;
}

/* Whether the packet goes to the first host of a route and has the other end as what comes then. */
static const char *way_of(const struct packet *packet, const struct line *line,
                          const struct address *end)
{
    if (packet->protocol != IPPROTO_TCP || !address_same_host(&packet->destination, &line->address))
        return "elsewhere";
    const unsigned char *route = route_of(packet, ROUTE_LENGTH);
    bool there = route && route[2] == FIRST && memcmp(route + 3, &end->in.sin_addr, 4) == 0;
    return there ? "by the first host" : "to the first host alone";
}

/* A host behind the line, with a port that no case has used. */
static struct address behind(const struct line *line, const char *host)
{
    struct address own = line_name(line, 0);
    return address_of(host, address_port(&own));
}

/* The next segment that has data, or that has a FIN: what was sent before can be sent again
 * meanwhile, and an ACK of its own can come. */
static struct packet see_data(struct line *line)
{
    struct packet packet;
    do
        packet = see(line);
    while (packet.protocol == IPPROTO_TCP && packet.length == 0);
    return packet;
}

static struct packet see_fin(struct line *line)
{
    struct packet packet;
    do
        packet = see(line);
    while (packet.protocol == IPPROTO_TCP && !(packet.flags & FIN));
    return packet;
}

/* How the option is written is each system's own: Linux puts the end behind the hosts itself. */
RULE(active, "wire.source-route.connect",
     .statement = "setsockopt() of IP_OPTIONS gives connect() a source route: its SYN goes to the "
                  "first host of the route, and has the option with the other end's address.",
     .outcome = {[BY_LINUX] = {"by the first host", {"rfc9293.must-51", "linux.ip.7.ip-options"}}});

CASE(active, loose, .network = ON_LINE, .family = FAMILY_IPV4)
{
    struct line line = take_line(t);
    struct address end = behind(&line, "198.51.100.77");
    unsigned char options[PADDED] = {LOOSE_ROUTE, ROUTE_LENGTH, FIRST};
    memcpy(options + 3, &line.address.in.sin_addr, 4);
    int fd = stream_socket(t, iut);
    must(sk_setsockopt_bytes(iut, fd, IPPROTO_IP, IP_OPTIONS, options, sizeof options));
    set_nonblocking(t, iut, fd, true);
    int result = sk_connect(iut, fd, &end);
    struct packet syn = see(&line);
    observe("%s", result == -EINPROGRESS ? way_of(&syn, &line, &end) : result_name(result));
}

/* The route goes to the first host and no further. */
MUTANT_ON_WIRE(active, "the route is left out")
{
    if (heading == FROM_IUT)
        packet->header_options = 0;
    return true;
}

/* ---- source routes that come with segments ---- */

/* The segment with a source route that it has come to the end of, by way of these hosts. */
static struct packet come_by(struct packet packet, const struct address *const *hosts, int count)
{
    int length = 3 + 4 * count;
    packet.ip_options[0] = LOOSE_ROUTE;
    packet.ip_options[1] = (unsigned char)length;
    packet.ip_options[2] = (unsigned char)(length + 1);
    for (int i = 0; i < count; i++)
        memcpy(packet.ip_options + 3 + 4 * i, &hosts[i]->in.sin_addr, 4);
    packet.ip_options_length = (unsigned)length;
    return packet;
}

/* A connection with a host behind the line, which has called by way of it; what the IUT answers to
 * its SYN. Where nothing comes the line calls by way of that host: whoever takes source routes, and
 * answers by none, answers to the line then. */
static struct talk called_by_route(struct line *line, struct packet *answer)
{
    struct test *t = line->t;
    struct address behind_it = address_of("198.51.100.77", 0);
    const struct address *hosts[] = {&line->address}, *behind_hosts[] = {&behind_it};
    struct talk c = talk_to_listener(line);
    struct address own = c.end;
    c.end = address_with_port(behind_it, address_port(&own));
    tell_segment(&c, come_by((struct packet){.flags = SYN}, hosts, 1));
    *answer = see_now(line); /* or an ICMP error */
    if (answer->protocol != IPPROTO_TCP) {
        c.end = own;
        tell_segment(&c, come_by((struct packet){.flags = SYN}, behind_hosts, 1));
        *answer = see_now(line);
    }
    if (answer->protocol != IPPROTO_TCP || answer->flags & RST)
        skip("segments with a source route are not taken here");
    talk_counts_from(&c, answer);
    return c;
}

/* The same where this is no part of what is looked at. */
static struct talk must_be_called_by_route(struct line *line, struct packet *answer)
{
    struct test *t = line->t;
    struct talk c = called_by_route(line, answer);
    const char *way = way_of(answer, line, &c.end);
    require_by("wire.source-route.accepted", strcmp(way, "by the first host") == 0,
               "the answer goes %s", way);
    return c;
}

static void accept_by_route(struct talk *c)
{
    struct test *t = c->line->t;
    const struct address *hosts[] = {&c->line->address};
    tell_segment(c, come_by((struct packet){.flags = ACK}, hosts, 1));
    require(strcmp(accepted_now(c), "a connection") == 0, "there is no connection");
}

#define BY_ROUTE                                                                                   \
    "by the first host then by the first host then by the first host then by the first host"

RULE(passive, "wire.source-route.accepted",
     .statement = "When the SYN that reaches a listening socket has come by a source route, all "
                  "segments of the connection go by the same route back: its answer, the ACK of "
                  "data, and what send() and shutdown() send.",
     .outcome = {[BY_LINUX] = {BY_ROUTE, {"rfc9293.must-53", "linux.ip.7.ip-options-from-syn"}},
                 [BY_RFC] = {BY_ROUTE, {"rfc9293.must-53"}}});

CASE(passive, loose, .network = ON_LINE, .family = FAMILY_IPV4)
{
    struct line line = take_line(t);
    struct packet packet;
    struct talk c = called_by_route(&line, &packet);
    const char *way = way_of(&packet, &line, &c.end);
    observe("%s", way);
    if (strcmp(way, "by the first host") != 0)
        return;
    accept_by_route(&c);
    const struct address *hosts[] = {&line.address};
    tell_segment(&c, come_by((struct packet){.flags = ACK | PSH, .text = "hi"}, hosts, 1));
    packet = acknowledged(&c);
    observe("%s", way_of(&packet, &line, &c.end));
    must(sk_send(iut, c.fd, "abc", 3, 0));
    packet = see_data(&line);
    observe("%s", way_of(&packet, &line, &c.end));
    must(sk_shutdown(iut, c.fd, SHUT_WR));
    packet = see_fin(&line);
    observe("%s", way_of(&packet, &line, &c.end));
}

MUTANT_ON_WIRE(passive, "the route is that of the SYN's answer alone")
{
    if (heading == FROM_IUT && !(packet->flags & SYN))
        packet->header_options = 0;
    return true;
}

RULE(mss, "wire.source-route.mss",
     .statement = "A listening socket announces the same maximum segment size to a host of another "
                  "network, whose SYN has come by a source route, as to one of its own.",
     RFCS("the same", "rfc9293.mss-from-interface", "rfc9293.mss-from-mtu"));

CASE(mss, loose, .network = ON_LINE, .family = FAMILY_IPV4)
{
    struct line line = take_line(t);
    struct packet answer;
    struct talk own = line_calls(&line);
    require_by("wire.mss.from-mtu", own.syn.mss, "no maximum segment size is announced");
    must_be_called_by_route(&line, &answer);
    if (answer.mss == own.syn.mss)
        observe("the same");
    else
        observe("%u, not %u", answer.mss, own.syn.mss);
}

MUTANT_ON_WIRE(mss, "that of another network is told 536")
{
    if (heading == FROM_IUT && packet->flags & SYN && packet->header_options)
        packet->mss = 536;
    return true;
}

/* Linux says by a page of its own that it does not do what RFC 9293 recommends. */
RULE(later, "wire.source-route.later",
     .statement = "When data comes by another source route than the SYN that a listening socket "
                  "has answered, what send() sends then goes by the later one; by Linux's ip(7) "
                  "it goes by that of the SYN as before.",
     .outcome = {
         [BY_LINUX] = {"by the first route",
                       {"linux.ip.7.ip-options-from-syn", "linux.ip.7.ip-options-not-changed"}},
         [BY_RFC] = {"by the later route", {"rfc9293.shld-24"}}});

CASE(later, by_two_hosts, .network = ON_LINE, .family = FAMILY_IPV4)
{
    struct line line = take_line(t);
    struct packet packet;
    struct talk c = must_be_called_by_route(&line, &packet);
    struct address far = address_of("198.51.100.99", 0);
    const struct address *hosts[] = {&far, &line.address};
    accept_by_route(&c);
    tell_segment(&c, come_by((struct packet){.flags = ACK | PSH, .text = "abc"}, hosts, 2));
    drain(&line);
    must(sk_send(iut, c.fd, "def", 3, 0));
    packet = see_data(&line);
    const unsigned char *route =
        packet.protocol == IPPROTO_TCP ? route_of(&packet, ROUTE_LENGTH + 4) : NULL;
    bool two = route && address_same_host(&packet.destination, &line.address) &&
               route[2] == FIRST && memcmp(route + 3, &far.in.sin_addr, 4) == 0 &&
               memcmp(route + 7, &c.end.in.sin_addr, 4) == 0;
    if (two)
        observe("by the later route");
    else if (strcmp(way_of(&packet, &line, &c.end), "by the first host") == 0)
        observe("by the first route");
    else
        observe("%s", way_of(&packet, &line, &c.end));
}

MUTANT_ON_WIRE(later, "the data goes by no route")
{
    if (heading == FROM_IUT && packet->length)
        packet->header_options = 0;
    return true;
}

RULE(given, "wire.source-route.given-first",
     .statement = "A source route that setsockopt() of IP_OPTIONS gave connect() stays that of the "
                  "connection when the answer to the SYN has come by another: the ACK and what "
                  "send() sends go by the one that was given.",
     .outcome = {[BY_LINUX] = {"by the first host then by the first host",
                               {"rfc9293.must-52", "linux.ip.7.ip-options"}}});

CASE(given, answer_by_another, .network = ON_LINE, .family = FAMILY_IPV4)
{
    struct line line = take_line(t);
    struct address end = behind(&line, "198.51.100.77"), other = address_of("198.51.100.78", 0);
    const struct address *hosts[] = {&other};
    unsigned char options[PADDED] = {LOOSE_ROUTE, ROUTE_LENGTH, FIRST};
    memcpy(options + 3, &line.address.in.sin_addr, 4);
    int fd = stream_socket(t, iut);
    must(sk_setsockopt_bytes(iut, fd, IPPROTO_IP, IP_OPTIONS, options, sizeof options));
    set_nonblocking(t, iut, fd, true);
    int result = sk_connect(iut, fd, &end);
    require_by("wire.source-route.connect", result == -EINPROGRESS, "connect() gave %s",
               result_name(result));
    struct packet syn = see(&line);
    require_by("wire.source-route.connect", has_just(&syn, SYN), "no SYN came");
    struct packet answer = reply(&syn, SYN | ACK, .seq = line_random());
    answer.source = end;
    line_send_packet(&line, come_by(answer, hosts, 1));
    struct packet packet = see_now(&line);
    while (packet.protocol == IPPROTO_TCP && packet.flags & SYN) /* once more */
        packet = see_now(&line);
    if (packet.protocol != IPPROTO_TCP) {
        line_send_packet(&line, answer);
        struct packet without = see_now(&line);
        if (without.protocol == IPPROTO_TCP && !(without.flags & RST))
            skip("segments with a source route are not taken here");
    }
    const char *way = way_of(&packet, &line, &end);
    observe("%s", way);
    if (strcmp(way, "by the first host") != 0) /* send() may have no way then */
        return;
    must(sk_send(iut, fd, "abc", 3, 0));
    packet = see_data(&line);
    observe("%s", way_of(&packet, &line, &end));
}

MUTANT_ON_WIRE(given, "the route is that of the SYN alone")
{
    if (heading == FROM_IUT && !(packet->flags & SYN))
        packet->header_options = 0;
    return true;
}
