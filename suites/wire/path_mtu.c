/* Path MTU discovery: what a connection sends after a message that a packet was too big. */
#include "suites/wire/too_big.h"

/* A connection, and a big segment of the IUT on it. A skip where it sends none, or none that has to
 * be small enough. */
struct stream {
    struct talk talk;
    struct packet big;
};

static void send_big(struct talk *c)
{
    static const char data[BIG];
    struct test *t = c->line->t;
    require(sk_send(t->iut, c->fd, data, BIG, 0) == BIG, "not all was taken");
}

static struct stream stream(struct line *line)
{
    struct test *t = line->t;
    struct stream s = {.talk = line_connected(line, .mss = 1460)};
    forget_path_mtu(t);
    send_big(&s.talk);
    uint32_t first = s.talk.expected;
    s.big = hear(&s.talk);
    require(s.big.protocol == IPPROTO_TCP && s.big.seq == first, "%s came, and not the data",
            said(&s.talk, s.big));
    if (s.big.raw_length <= 1300)
        skip("this implementation sends only small segments");
    if (!on_ipv6(line) && !s.big.dont_fragment)
        skip("this implementation does not discover the path's MTU");
    s.talk.expected = first; /* it is lost */
    return s;
}

/* Acknowledges a packet of what was sent once there is all of a segment: over IPv6 one that does
 * not fit may come in fragments. */
static void take(struct talk *c, const struct packet *packet)
{
    if (packet->fragment)
        c->expected += (uint32_t)packet->length; /* the first one's data is counted by hear() */
    if (packet->protocol == IPPROTO_TCP && packet->length && !packet->more_fragments)
        tell(c, ACK);
}

/* Takes all that was sent, as far as it passes a link: what came of it, and in *largest how long a
 * packet was at most. What a timer sent again before the IUT was told is lost, as the first was. */
static const char *take_all(struct talk *c, size_t mtu, size_t *largest)
{
    enum { MANY = 128 }; /* an MTU of 68 makes 50 of them */
    uint32_t end = c->expected + BIG;
    *largest = 0;
    for (int i = 0; i < MANY && sequence_before(c->expected, end); i++) {
        uint32_t expected = c->expected;
        struct packet packet = hear(c);
        if (!packet.protocol)
            return "incomplete";
        bool fits = packet.protocol != IPPROTO_TCP || !packet.length || would_pass(&packet, mtu);
        if (!fits && packet.time > told_too_big())
            return "too big";
        if (!fits) {
            c->expected = expected;
            continue;
        }
        take(c, &packet);
        if (packet.raw_length > *largest)
            *largest = packet.raw_length;
    }
    return sequence_before(c->expected, end) ? "incomplete" : "all";
}

/* Observes whether what was lost passes a link, and what is sent after it. */
static void observe_fitting(struct talk *c, size_t mtu)
{
    struct test *t = c->line->t;
    size_t largest;
    const char *came = take_all(c, mtu, &largest);
    observe("%s", came);
    if (strcmp(came, "all") != 0)
        return;
    send_big(c);
    observe("%s", take_all(c, mtu, &largest));
}

RULE(tcp, "wire.path-mtu.tcp",
     .statement = "After a message that a segment was too big the data comes in packets that fit, "
                  "or over IPv4 in such as may be cut, and so does what is sent later.",
     .outcome = {[BY_RFC] = {"all then all",
                             {"rfc1191.reduces", "rfc1191.elicits-no-more", "rfc8201.reduces",
                              "rfc8201.elicits-no-more", "rfc4443.too-big-passed",
                              "rfc9293.retransmission"}},
                 [BY_LINUX] = {"all then all",
                               {"rfc1191.reduces", "rfc1191.elicits-no-more", "rfc8201.reduces",
                                "rfc8201.elicits-no-more", "linux.ip.7.ip-mtu-discover-stream",
                                "rfc9293.retransmission"}}});

CASE(tcp, too_big, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"mtu", {"1300", "1280"}}})
{
    struct line line = take_line(t);
    struct stream s = stream(&line);
    uint32_t mtu = t->chosen[0] ? 1280 : 1300;
    say_too_big(&line, &s.big, mtu);
    observe_fitting(&s.talk, mtu);
}

/* Whoever sends a code, it means nothing. */
CASE(tcp, any_code, .network = ON_LINE, .family = FAMILY_IPV6,
     .outcome = {[BY_RFC] = {"all then all",
                             {"rfc8201.reduces", "rfc8201.elicits-no-more",
                              "rfc4443.too-big-code-ignored", "rfc9293.retransmission"}},
                 [BY_LINUX] = {"all then all",
                               {"rfc8201.reduces", "rfc8201.elicits-no-more",
                                "rfc4443.too-big-code-ignored", "rfc9293.retransmission"}}})
{
    struct line line = take_line(t);
    struct stream s = stream(&line);
    say_too_big_by(&line, &s.big, 1300, 5);
    observe_fitting(&s.talk, 1300);
}

MUTANT_ON_WIRE(tcp, "nothing is known of the MTU")
{
    return !is_error_to_iut(packet, heading);
}

RULE(with_paws, "wire.path-mtu.with-paws",
     .statement = "On a connection on which old timestamps are refused the path's MTU is "
                  "discovered: over IPv4 the segments of send() have the don't-fragment flag, and "
                  "after a message that one was too big the data comes in packets that fit, or "
                  "over IPv4 in such as may be cut.",
     .outcome = {
         [BY_RFC] = {"not to be cut then all", {"rfc7323.paws-path-mtu", "rfc9293.retransmission"}},
         [BY_LINUX] = {"not to be cut then all",
                       {"rfc7323.paws-path-mtu", "rfc9293.retransmission", "linux.tcp.7.rfc1323",
                        "linux.ip.7.ip-mtu-discover-stream"}}});

/* A skip where a segment with an old timestamp is taken. */
static void need_paws(struct talk *c)
{
    struct test *t = c->line->t;
    uint32_t next = c->next;
    tell(c, ACK, .text = "x", .stamp = STAMP(c->stamp.value - 1000, c->stamp.echo));
    c->next = next;
    drain(c->line);
    const char *seen = received(t, t->iut, c->fd);
    if (strcmp(seen, "x") == 0)
        skip("old segments are taken here: they may be");
    require_by("wire.paws.old-data", strcmp(seen, "nothing") == 0, "recv() gives %s of old data",
               seen);
}

/* Routers cut nothing over IPv6. */
CASE(with_paws, too_big, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line, .mss = 1460, .stamp = STAMP(100000, 0));
    need_stamps(&c);
    need_paws(&c);
    forget_path_mtu(t);
    send_big(&c);
    uint32_t first = c.expected;
    struct packet big = hear(&c);
    require(big.protocol == IPPROTO_TCP && big.seq == first && big.length,
            "%s came, and not the data", said(&c, big));
    if (big.raw_length <= 1300)
        skip("this implementation sends only small segments");
    observe("%s", on_ipv6(&line) || big.dont_fragment ? "not to be cut" : "may be cut");
    c.expected = first; /* it is lost */
    say_too_big(&line, &big, 1300);
    size_t largest;
    observe("%s", take_all(&c, 1300, &largest));
}

MUTANT_ON_WIRE(with_paws, "segments do not have the flag, and nothing is known of the MTU")
{
    if (heading == FROM_IUT)
        packet->dont_fragment = false;
    return !is_error_to_iut(packet, heading);
}

RULE(without, "wire.path-mtu.without-mtu",
     .statement = "After such a message that gives no MTU the data comes in smaller packets, or in "
                  "such as may be cut, and so does what is sent later.",
     .outcome = {
         [BY_RFC] = {"all then all",
                     {"rfc1191.without-mtu", "rfc1191.elicits-no-more", "rfc9293.retransmission"}},
         [BY_LINUX] = {"all then all",
                       {"rfc1191.without-mtu", "rfc1191.elicits-no-more", "rfc9293.retransmission",
                        "linux.ip.7.ip-mtu-discover-stream"}}});

CASE(without, zero, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_MAPPED, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct stream s = stream(&line);
    say_too_big(&line, &s.big, 0);
    observe_fitting(&s.talk, s.big.raw_length - 1);
}

MUTANT_ON_WIRE(without, "a message without an MTU is not heeded")
{
    return !is_error_to_iut(packet, heading);
}

RULE(least, "wire.path-mtu.least",
     .statement = "No message makes packets smaller than 68 bytes over IPv4.",
     .outcome = {[BY_RFC] = {"all then 68 bytes and more",
                             {"rfc1191.never-below-68", "rfc9293.retransmission"}},
                 [BY_LINUX] = {"all then 68 bytes and more",
                               {"rfc1191.never-below-68", "rfc9293.retransmission"}}});

CASE(least, forty, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_MAPPED)
{
    struct line line = take_line(t);
    struct stream s = stream(&line);
    size_t again, later = 0;
    say_too_big(&line, &s.big, 44);
    const char *came = take_all(&s.talk, BIG + 200, &again);
    if (strcmp(came, "all") == 0) {
        send_big(&s.talk);
        came = take_all(&s.talk, BIG + 200, &later);
    }
    observe("%s", came);
    if (strcmp(came, "all") != 0)
        return;
    observe("%s", again < 68 || later < 68 ? "less than 68 bytes" : "68 bytes and more");
}

MUTANT_ON_WIRE(least, "packets become tiny")
{
    static bool told;
    told |= is_error_to_iut(packet, heading);
    if (told && heading == FROM_IUT && packet->length)
        packet->raw_length = 44;
    return true;
}

RULE(least6, "wire.path-mtu.least-of-ipv6",
     .statement = "A message that gives an MTU below 1280 is discarded over IPv6: packets stay as "
                  "large as they were.",
     .outcome = {
         [BY_RFC] = {"large", {"rfc8201.below-1280-discarded", "rfc8201.never-below-1280"}},
         [BY_LINUX] = {"large", {"rfc8201.below-1280-discarded", "rfc8201.never-below-1280"}}});

CASE(least6, thousand, .network = ON_LINE, .family = FAMILY_IPV6, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct stream s = stream(&line);
    say_too_big(&line, &s.big, 1000);
    uint32_t end = s.big.seq + BIG;
    s.talk.expected = s.big.seq + (uint32_t)s.big.length; /* it had come all the same */
    tell(&s.talk, ACK);
    while (sequence_before(s.talk.expected, end)) {
        struct packet rest = hear(&s.talk);
        require(rest.protocol, "the rest of the data did not come");
        take(&s.talk, &rest);
    }
    bool smaller = false; /* what is sent again for it, if any */
    for (struct packet again; (again = hear_now(&s.talk)).protocol;)
        smaller |= again.seq == s.big.seq && again.length && again.length < s.big.length;
    send_big(&s.talk);
    struct packet next = hear(&s.talk);
    bool same = next.raw_length == s.big.raw_length && !smaller;
    observe("%s", same ? "large" : next.protocol ? "smaller" : "nothing");
}

MUTANT_ON_WIRE(least6, "any MTU is believed")
{
    static bool told;
    told |= is_error_to_iut(packet, heading);
    if (told && heading == FROM_IUT && packet->length)
        packet->raw_length = 1000;
    return true;
}

RULE(increase, "wire.path-mtu.no-increase",
     .statement = "A later message with a larger MTU makes packets no larger.",
     .outcome = {
         [BY_RFC] = {"all",
                     {"rfc1191.no-increase", "rfc8201.no-increase", "rfc9293.retransmission"}},
         [BY_LINUX] = {"all",
                       {"rfc1191.no-increase", "rfc8201.no-increase", "rfc9293.retransmission"}}});

CASE(increase, after_decrease, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct stream s = stream(&line);
    size_t largest;
    say_too_big(&line, &s.big, 1300);
    const char *came = take_all(&s.talk, 1300, &largest);
    require_by("wire.path-mtu.tcp", strcmp(came, "all") == 0,
               "after a message that it was too big the data that comes is %s", came);
    send_big(&s.talk);
    struct packet fitting = hear(&s.talk);
    require_by("wire.path-mtu.tcp", fitting.protocol && would_pass(&fitting, 1300),
               "%s of %zu bytes came later", said(&s.talk, fitting), fitting.raw_length);
    uint32_t end = fitting.seq + BIG;
    say_too_big(&line, &fitting, 1450); /* before it is acknowledged */
    if (!fitting.more_fragments)
        tell(&s.talk, ACK);
    while (fitting.protocol && sequence_before(s.talk.expected, end)) {
        fitting = hear(&s.talk);
        take(&s.talk, &fitting);
    }
    see_now(&line);
    send_big(&s.talk);
    observe("%s", take_all(&s.talk, 1300, &largest));
}

MUTANT_ON_WIRE(increase, "packets grow again")
{
    static int told;
    told += is_error_to_iut(packet, heading);
    if (told == 2 && heading == FROM_IUT && packet->length) {
        packet->raw_length = 1450;
        packet->dont_fragment = true;
    }
    return true;
}

RULE(tcp_dont, "wire.path-mtu.tcp-dont",
     .statement = "With IP_PMTUDISC_DONT the segments of a connection do not have the "
                  "don't-fragment flag, be it data or a FIN.",
     .outcome = {[BY_LINUX] = {"whole then whole", {"linux.ip.7.ip-pmtudisc-dont"}}});

CASE(tcp_dont, data, .network = ON_LINE, .family = FAMILY_IPV4, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    set_discover(t, c.fd, IP_PMTUDISC_DONT);
    must(sk_send(iut, c.fd, "abc", 3, 0));
    struct packet packet = hear(&c);
    observe("%s", packet.length != 3 ? said(&c, packet) : how_sent(&packet));
    tell(&c, ACK);
    must(sk_shutdown(iut, c.fd, SHUT_WR));
    do /* a timer may have sent the data again */
        packet = hear(&c);
    while (packet.protocol && !(packet.flags & FIN));
    observe("%s", packet.protocol ? how_sent(&packet) : "nothing");
}

MUTANT_ON_WIRE(tcp_dont, "segments always have the flag")
{
    if (heading == FROM_IUT)
        packet->dont_fragment = true;
    return true;
}
