/* TCP_MAXSEG, and what is announced without it. */
#include "suites/wire/wire.h"

enum { SMALL = 500, HUGE_SIZE = 30000, OFFERED = 1400, ALL = 3000 };

/* There are those in which it can only be less than the default of 536. */
static void set_maxseg(struct test *t, int fd, int size)
{
    need_option(t, t->iut, IPPROTO_TCP, TCP_MAXSEG, "TCP_MAXSEG");
    int result = sk_setsockopt(t->iut, fd, IPPROTO_TCP, TCP_MAXSEG, size);
    if (result == -EINVAL && size == OFFERED)
        skip("TCP_MAXSEG cannot be made %d here", size);
    must(result);
}

static void ignores_maxseg(struct mutation *m, struct call *call)
{
    mutate_without_option(m, call, IPPROTO_TCP, TCP_MAXSEG);
}

/* The connection of a socket, or a listener, on which TCP_MAXSEG may be set before. */
static struct talk with_maxseg(struct line *line, int size, int offered)
{
    struct test *t = line->t;
    struct talk c = talk_to(line, 0);
    if (t->role == ROLE_SERVER) {
        struct endpoint listener = listening_socket(t, t->iut);
        if (size)
            set_maxseg(t, listener.fd, size);
        c = talk_to(line, address_port(&listener.name));
        c.listener = listener.fd;
        tell(&c, SYN, .mss = (uint16_t)offered);
        c.syn = must_see(line, SYN | ACK);
    } else {
        c.fd = stream_socket(t, t->iut);
        if (size)
            set_maxseg(t, c.fd, size);
        set_nonblocking(t, t->iut, c.fd, true);
        sk_connect(t->iut, c.fd, &c.line_name);
        c.syn = must_see(line, SYN);
        c.iut = c.syn.source;
    }
    talk_counts_from(&c, &c.syn);
    return c;
}

static void complete(struct talk *c, int offered)
{
    struct test *t = c->line->t;
    if (t->role == ROLE_SERVER) {
        tell(c, ACK);
        c->fd = must(sk_accept(t->iut, c->listener, NULL));
        return;
    }
    tell(c, SYN | ACK, .mss = (uint16_t)offered);
    struct packet answer = hear_but(c, SYN);
    require(answer.flags == ACK, "ACK should have come, and not %s", said(c, answer));
    require(connected_to_line(c) == 0, "connect() failed");
    set_nonblocking(t, t->iut, c->fd, false);
}

RULE(announced, "wire.maxseg.announced",
     .statement = "TCP_MAXSEG, set before the connection, is the maximum segment size that the SYN "
                  "announces.",
     .outcome = {[BY_LINUX] = {"500", {"linux.tcp.7.tcp-maxseg-announced"}}});

CASE(announced, before, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    observe("%u", with_maxseg(&line, SMALL, OFFERED).syn.mss);
}

MUTANT_BY(announced, "TCP_MAXSEG is ignored", ignores_maxseg)

RULE(bounded, "wire.maxseg.bounded",
     .statement = "No segment that is sent has more data than TCP_MAXSEG, set before the "
                  "connection.",
     .outcome = {[BY_LINUX] = {"3000 bytes, none above 500", {"linux.tcp.7.tcp-maxseg"}}});

RULE(offered, "wire.maxseg.peers",
     .statement =
         "No segment that is sent has more data than the maximum segment size that the peer "
         "announced, although TCP_MAXSEG is more.",
     .outcome = {[BY_LINUX] = {"3000 bytes, none above 500", {"rfc9293.must-16"}},
                 [BY_RFC] = {"3000 bytes, none above 500", {"rfc9293.must-16"}}});

/* Hears what the IUT sends at once, and acknowledges it. */
static void observe_segments(struct talk *c)
{
    static const char data[ALL];
    struct test *t = c->line->t;
    uint32_t begin = c->expected;
    size_t longest = 0;
    must(sk_send(t->iut, c->fd, data, sizeof data, 0));
    while (c->expected - begin < ALL) {
        struct packet packet = hear(c);
        if (!packet.protocol)
            break;
        longest = packet.length > longest ? packet.length : longest;
        tell(c, ACK);
    }
    observe("%u bytes, %s", c->expected - begin,
            longest > SMALL ? "one above 500" : "none above 500");
}

CASE(bounded, before, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = with_maxseg(&line, SMALL, OFFERED);
    complete(&c, OFFERED);
    observe_segments(&c);
}

MUTANT_BY(bounded, "TCP_MAXSEG is ignored", ignores_maxseg)

CASE(offered, less, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = with_maxseg(&line, OFFERED, SMALL);
    complete(&c, SMALL);
    observe_segments(&c);
}

/* The IUT hears of another maximum segment size than was sent. */
MUTANT_ON_WIRE(offered, "the peer's maximum segment size is not heeded")
{
    if (heading == TO_IUT && packet->flags & SYN)
        packet->mss = OFFERED;
    return true;
}

RULE(above_mtu, "wire.maxseg.above-mtu",
     .statement = "TCP_MAXSEG above the MTU changes nothing of what the SYN announces.",
     .outcome = {[BY_LINUX] = {"the same", {"linux.tcp.7.tcp-maxseg-above-mtu"}}});

CASE(above_mtu, before, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk usual = with_maxseg(&line, 0, OFFERED);
    tell(&usual, RST | ACK); /* its SYN does not come again in place of the other's */
    drain(&line);
    unsigned huge = with_maxseg(&line, HUGE_SIZE, OFFERED).syn.mss;
    observe("%s", usual.syn.mss == huge ? "the same" : "another");
}

MUTANT_ON_WIRE(above_mtu, "what was set is announced")
{
    static int count;
    if (heading == FROM_IUT && packet->flags & SYN && ++count == 2)
        packet->mss = HUGE_SIZE;
    return true;
}

RULE(from_mtu, "wire.mss.from-mtu",
     .statement = "The maximum segment size that the SYN of connect(), and a listening socket's "
                  "answer to one, announce is the MTU less the headers of IP and TCP without "
                  "options, whether options are in use or not.",
     RFCS("the MTU's", "rfc9293.mss-from-mtu"));

CASE(from_mtu, both_sides, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_IPV6,
     .role = ANY_ROLE, .axes = {{"timestamps", {"with", "without"}}})
{
    bool ipv6 = t->domain == AF_INET6;
    int level = ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, option = ipv6 ? IPV6_MTU : IP_MTU, mtu;
    struct line line = take_line(t);
    struct talk c = t->chosen[0] ? line_connected(&line) : line_connected(&line, .stamp = {true});
    int result = sk_getsockopt(iut, c.fd, level, option, &mtu);
    if (result < 0)
        skip("the MTU is not told: getsockopt() gives %s", result_name(result));
    unsigned headers = ipv6 ? 60 : 40;
    if (c.syn.mss + headers == (unsigned)mtu)
        observe("the MTU's");
    else
        observe("%u of an MTU of %d", c.syn.mss, mtu);
}

MUTANT_ON_WIRE(from_mtu, "it leaves room for options")
{
    if (heading == FROM_IUT && packet->flags & SYN)
        packet->mss -= 12;
    return true;
}
