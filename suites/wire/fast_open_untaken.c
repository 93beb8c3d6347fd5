/* TCP Fast Open of listening sockets: SYNs whose data is not taken. */
#include "suites/wire/fast_open.h"

enum { PENDING = 5 };

/* The IUT sees the cookie that it gave. */
static bool mends_cookie(struct packet *packet, enum heading heading)
{
    static unsigned char valid[COOKIE_MOST];
    static bool known;
    if (is_syn_ack(packet, heading) && packet->cookie_length && !known) {
        memcpy(valid, packet->cookie, sizeof valid);
        known = true;
    }
    if (heading == TO_IUT && packet->flags == SYN && packet->cookie_length && known)
        memcpy(packet->cookie, valid, sizeof valid);
    return true;
}

RULE(off, "wire.fast-open.server.off",
     .statement =
         "A listening socket without TCP_FASTOPEN answers a SYN that has a Fast Open option "
         "as one without it: it acknowledges the SYN, takes no data, and accept() gives "
         "nothing before the handshake is complete.",
     RFCS("SYN ACK seq 0 ack 1 then no option then none", "rfc7413.enabled-explicitly",
          "rfc7413.disabled-ignores", "rfc7413.not-by-default", "rfc7413.acknowledges-syn",
          "rfc7413.accept-connected"));

CASE(off, fresh, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"option", {"empty", "cookie"}}, {"data", {"some", "none"}}})
{
    struct line line = take_line(t);
    need_option(t, iut, IPPROTO_TCP, TCP_FASTOPEN, "TCP_FASTOPEN");
    struct talk c = talk_to_listener(&line);
    tell(&c, SYN, .fast_open = true, .cookie_length = t->chosen[0] ? 8 : 0, .cookie = "cookie!",
         .text = t->chosen[1] ? NULL : "hello");
    struct packet answer = hear(&c);
    c.others = (struct origin){true, answer.seq};
    observe("%s", said(&c, answer));
    observe("%s", option_of(&answer));
    observe("%s", accepted_now(&c));
}

MUTANT(off, "listen() turns TCP_FASTOPEN on")
{
    if (call->operation == OP_LISTEN)
        sk_setsockopt(m->real, (int)call->argument[0], IPPROTO_TCP, TCP_FASTOPEN, PENDING);
    mutate(m, call);
}

RULE(invalid, "wire.fast-open.server.invalid-cookie",
     .statement =
         "A SYN with data and a cookie that is not valid is acknowledged without its data, "
         "and accept() gives nothing before the handshake is complete.",
     RFCS("SYN ACK seq 0 ack 1 then none", "rfc7413.cookie-made-by-server",
          "rfc7413.accept-connected"));

/* What follows from a cookie that is not valid must be, but that this one is not is a "should": a
 * server may take any (7.3). */
CASE(invalid, altered, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = talk_to_fast_listener(&line, PENDING);
    struct packet cookie = cookie_answer(&c);
    cookie.cookie[0] ^= 0x55;
    send_fast_syn(&c, &cookie, "hello");
    struct packet answer = hear_own(&c);
    c.others = (struct origin){true, answer.seq};
    observe("%s", said(&c, answer));
    observe("%s", accepted_now(&c));
}

MUTANT_ON_WIRE_BY(invalid, "any cookie is as good", mends_cookie)

RULE(once, "wire.fast-open.server.data-again",
     .statement =
         "recv() gives data once that came with a cookie that is not valid, and again after "
         "the handshake.",
     RFCS("hello then nothing more", "rfc7413.not-valid", "rfc7413.overview-data-dropped",
          "rfc7413.overview-then-normal", "rfc7413.compatible"));

CASE(once, altered, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = talk_to_fast_listener(&line, PENDING);
    struct packet cookie = cookie_answer(&c);
    cookie.cookie[0] ^= 0x55;
    fast_syn(&c, &cookie, "hello");
    if (c.syn.ack == c.next)
        skip("a cookie that was altered is valid all the same: it may be");
    c.next = c.own.number + 1;
    tell(&c, ACK, .text = "hello");
    c.fd = must(sk_accept(iut, c.listener, NULL));
    observe("%s", receive_next(t, iut, c.fd));
    drain(&line);
    set_nonblocking(t, iut, c.fd, true);
    char byte;
    int result = sk_recv(iut, c.fd, &byte, 1, 0);
    bool none = result == -EAGAIN || result == -EWOULDBLOCK;
    observe("%s", none ? "nothing more" : result_name(result));
}

MUTANT_ON_WIRE(once, "both are given")
{
    if (heading == TO_IUT && packet->flags == ACK && packet->text)
        packet->text = "hellohello";
    return true;
}

RULE(plain, "wire.fast-open.server.no-option",
     .statement = "accept() of a listening socket with TCP_FASTOPEN gives nothing before the "
                  "handshake is complete where a SYN has data and no Fast Open option.",
     RFCS("none", "rfc7413.accept-connected", "rfc9293.syn-data-held-back",
          "rfc7413.cookie-made-by-server"));

CASE(plain, data, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = talk_to_fast_listener(&line, PENDING);
    cookie_answer(&c);
    tell(&c, SYN, .mss = 1000, .text = "hello");
    must_hear(&c, SYN | ACK);
    observe("%s", accepted_now(&c));
}

/* The IUT sees the cookie that it has given. */
MUTANT_ON_WIRE(plain, "no cookie is as good as one")
{
    static struct packet answer;
    if (is_syn_ack(packet, heading) && packet->cookie_length)
        answer = *packet;
    if (heading == TO_IUT && packet->flags == SYN && packet->text) {
        packet->fast_open = true;
        packet->cookie_length = answer.cookie_length;
        memcpy(packet->cookie, answer.cookie, sizeof answer.cookie);
    }
    return true;
}

RULE(bad_length, "wire.fast-open.server.bad-length",
     .statement = "A SYN with data and a Fast Open option whose length cannot be is answered by a "
                  "listening socket with TCP_FASTOPEN as one without the option.",
     RFCS("as without it then none", "rfc7413.option-bad-length", "rfc7413.accept-connected"));

/* A server may add an option to any SYN and ACK. */
CASE(bad_length, listener, .network = ON_LINE, .family = ANY_FAMILY, .axes = {BAD_LENGTHS})
{
    struct line line = take_line(t);
    struct talk c = talk_to_fast_listener(&line, PENDING);
    cookie_answer(&c);
    struct talk without = talk_to(&line, address_port(&c.iut));
    tell(&without, SYN, .text = "hello");
    struct packet plain = must_hear(&without, SYN | ACK);
    tell_segment(&c, with_bad_length((struct packet){.flags = SYN, .text = "hello"}, t->chosen[0]));
    struct packet answer = hear_own(&c);
    c.others = (struct origin){true, answer.seq};
    if (answer.flags == (SYN | ACK) && answer.ack - c.own.number == plain.ack - without.own.number)
        observe("%s", answer.fast_open == plain.fast_open ? "as without it" : option_of(&answer));
    else
        observe("%s", said(&c, answer));
    observe("%s", accepted_now(&c));
}

MUTANT_ON_WIRE(bad_length, "the option is taken for one that asks")
{
    if (heading == TO_IUT && packet->flags == SYN && packet->options_length) {
        packet->options_length = 0;
        packet->fast_open = true;
    }
    return true;
}

RULE(without_syn, "wire.fast-open.server.without-syn",
     .statement = "A Fast Open option in a segment without SYN is ignored by the connection of a "
                  "listening socket with TCP_FASTOPEN: recv() gives its data, and the ACK has no "
                  "such option.",
     RFCS("abc then no option", "rfc7413.option-without-syn", "rfc9293.text-delivered",
          "rfc9293.text-acknowledged"));

CASE(without_syn, established, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = talk_to_fast_listener(&line, PENDING);
    cookie_answer(&c);
    tell(&c, SYN, .mss = 1000);
    struct packet answer = must_hear(&c, SYN | ACK);
    talk_counts_from(&c, &answer);
    tell(&c, ACK);
    c.fd = must(sk_accept(iut, c.listener, NULL));
    tell(&c, ACK, .text = "abc", .fast_open = true);
    observe("%s", receive_next(t, iut, c.fd));
    answer = acknowledged(&c);
    observe("%s", answer.protocol ? option_of(&answer) : "no ACK");
}

MUTANT_ON_WIRE(without_syn, "a cookie is given")
{
    if (heading == FROM_IUT && !(packet->flags & SYN)) {
        packet->fast_open = true;
        packet->cookie_length = 8;
    }
    return true;
}

RULE(other_address, "wire.fast-open.server.other-address",
     .statement = "The cookie that a listening socket with TCP_FASTOPEN gave to one address is not "
                  "valid in a SYN with data from another: accept() gives nothing.",
     RFCS("none", "rfc7413.cookie-of-address", "rfc7413.accept-connected"));

/* From the address that it was given to it is valid. Nobody answers for the other: the IUT's
 * answers go nowhere. */
CASE(other_address, neighbour, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    if (t->net->described)
        skip("a described network is not changed: nothing is sent from addresses of others");
    struct talk c = talk_to_fast_listener(&line, PENDING);
    struct packet cookie = cookie_answer(&c);
    struct talk own = talk_to(&line, address_port(&c.iut));
    own.listener = c.listener;
    fast_syn(&own, &cookie, "hello");
    require_by("wire.fast-open.server.acknowledged", own.syn.ack == own.next,
               "the data of the SYN was not taken");
    must(sk_close(iut, fast_accepted(&own)));
    struct packet syn = {.protocol = IPPROTO_TCP,
                         .flags = SYN,
                         .destination = c.iut,
                         .source = c.end,
                         .seq = c.next,
                         .window = c.window,
                         .fast_open = true,
                         .cookie_length = cookie.cookie_length,
                         .text = "hello"};
    memcpy(syn.cookie, cookie.cookie, sizeof syn.cookie);
    if (t->peer_domain == AF_INET6)
        syn.source.in6.sin6_addr.s6_addr[15] ^= 0x40;
    else
        syn.source.in.sin_addr.s_addr ^= htonl(0x40);
    line_send_packet(&line, syn);
    observe("%s", accepted_now(&c));
}

/* The IUT sees the address that the cookie was given to. */
MUTANT_ON_WIRE(other_address, "it is valid for anybody")
{
    static struct address first;
    if (heading == TO_IUT && packet->flags == SYN && !first.length)
        first = packet->source;
    if (heading == TO_IUT && packet->flags == SYN)
        packet->source = address_with_port(first, address_port(&packet->source));
    return true;
}
