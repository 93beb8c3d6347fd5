/* TCP Fast Open of listening sockets: cookies, and data of a SYN that is taken. SYNs whose data is
 * not are in fast_open_untaken.c. */
#include "suites/wire/fast_open.h"

#include "calls/clock.h"
#include "wire/headers.h"

enum { PENDING = 5 };

/* What answers a SYN with data and the cookie that another answer has, whatever that is. The talk
 * goes on from there. */
static const char *fast_syn_said(struct talk *talk, const struct packet *having)
{
    send_fast_syn(talk, having, "hello");
    struct packet answer = hear_own(talk);
    talk_counts_from(talk, &answer);
    return said(talk, answer);
}

/* ---- cookies ---- */

RULE(cookie, "wire.fast-open.server.cookie",
     .statement = "A listening socket with TCP_FASTOPEN answers a SYN that asks for a cookie by "
                  "one that has a cookie, and acknowledges the SYN.",
     .outcome = {[BY_LINUX] = {"SYN ACK seq 0 ack 1 then a cookie",
                               {"linux.tcp.7.tcp-fastopen", "linux.tcp.7.tcp-fastopen-cookie",
                                "linux.tcp.7.proc-tcp-fastopen-server", "rfc7413.request-granted",
                                "rfc7413.cookie-per-request", "rfc7413.listener-option",
                                "rfc7413.request-answered", "rfc7413.option-passes"}}});

CASE(cookie, asked, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = talk_to_fast_listener(&line, PENDING);
    tell(&c, SYN, .fast_open = true);
    struct packet answer = hear(&c);
    if (answer.flags & SYN)
        talk_counts_from(&c, &answer);
    if (t->net->described && answer.flags & SYN && !answer.fast_open)
        skip("Fast Open can be off there");
    observe("%s", said(&c, answer));
    observe("%s", option_of(&answer));
}

MUTANT_ON_WIRE(cookie, "no cookie is given")
{
    if (is_syn_ack(packet, heading))
        packet->fast_open = false;
    return true;
}

RULE(length, "wire.fast-open.server.cookie-length",
     .statement =
         "A cookie that a listening socket with TCP_FASTOPEN gives has 4 to 16 octets, and "
         "an even number of them.",
     RFCS("4 to 16 octets then an even number", "rfc7413.option-length",
          "rfc7413.option-length-even", "rfc7413.option-kind", "rfc7413.option-34"));

CASE(length, asked, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = talk_to_fast_listener(&line, PENDING);
    struct packet answer = cookie_answer(&c);
    const unsigned char *option = tcp_option(&answer, OPTION_FAST_OPEN);
    unsigned octets = answer.cookie_length;
    if (option && option[1] == octets + 2 && octets >= 4)
        observe("4 to 16 octets");
    else
        observe("%u octets", option ? option[1] - 2u : octets);
    observe("%s", octets % 2 ? "an odd number" : "an even number");
}

MUTANT_ON_WIRE(length, "the cookie has an octet less")
{
    if (is_syn_ack(packet, heading) && packet->cookie_length)
        packet->cookie_length--;
    return true;
}

RULE(new_cookie, "wire.fast-open.server.new-cookie",
     .statement = "The cookie with which a listening socket with TCP_FASTOPEN answers one that is "
                  "not valid is valid.",
     RFCS("SYN ACK seq 0 ack 6", "rfc7413.option-passes", "rfc7413.cookie-valid",
          "rfc7413.acknowledges-data"));

CASE(new_cookie, altered, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = talk_to_fast_listener(&line, PENDING);
    struct packet cookie = cookie_answer(&c);
    cookie.cookie[0] ^= 0x55;
    fast_syn(&c, &cookie, "hello");
    if (!c.syn.cookie_length)
        skip("a cookie that is not valid is answered without one: it may be");
    struct talk again = talk_to(&line, address_port(&c.iut));
    observe("%s", fast_syn_said(&again, &c.syn));
}

MUTANT_ON_WIRE(new_cookie, "it gives another")
{
    static int cookies;
    if (is_syn_ack(packet, heading) && packet->cookie_length && ++cookies == 2)
        packet->cookie[0] ^= 0x55;
    return true;
}

/* ---- data with a valid cookie ---- */

RULE(acknowledged, "wire.fast-open.server.acknowledged",
     .statement = "A listening socket with TCP_FASTOPEN acknowledges a SYN with a valid cookie "
                  "together with its data.",
     RFCS("SYN ACK seq 0 ack 6", "rfc7413.acknowledges-data", "rfc7413.cookie-valid",
          "rfc7413.buffered"));

CASE(acknowledged, valid, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = talk_to_fast_listener(&line, PENDING);
    struct packet cookie = cookie_answer(&c);
    observe("%s", fast_syn_said(&c, &cookie));
}

MUTANT_ON_WIRE_BY(acknowledged, "the cookie is not looked at", loses_cookie)

RULE(early, "wire.fast-open.server.accept-early",
     .statement = "accept() gives the connection of a SYN with a valid cookie and data before the "
                  "handshake is complete, and recv() gives the data.",
     .outcome = {
         [BY_LINUX] = {"a connection then hello",
                       {"linux.tcp.7.tcp-fastopen-accept", "linux.tcp.7.tcp-fastopen-data",
                        "rfc7413.buffered", "rfc7413.accept-early", "rfc7413.delivered-early"}}});

CASE(early, unanswered, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = fast_opened(&line);
    observe("%s", accepted_now(&c));
    if (c.fd >= 0)
        observe("%s", receive_next(t, iut, c.fd));
}

MUTANT_GIVES(early, "accept() waits for the handshake", OP_ACCEPT, 0, EAGAIN)

RULE(answer, "wire.fast-open.server.answer-early",
     .statement = "What send() is given for the connection of a SYN with a valid cookie and data "
                  "goes out before the handshake is complete.",
     .outcome = {[BY_LINUX] = {"ACK seq 1 ack 6 data 5 then world",
                               {"linux.tcp.7.tcp-fastopen-accept", "rfc7413.overview-response"}}});

CASE(answer, unanswered, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = fast_opened(&line);
    c.fd = fast_accepted(&c);
    must(sk_send(iut, c.fd, "world", 5, 0));
    struct packet packet;
    int64_t begin = clock_now();
    do /* SYN and ACK may be sent again meanwhile */
        packet = hear(&c);
    while (packet.flags == (SYN | ACK) && may_still_come(begin));
    observe("%s", said(&c, packet));
    observe("%s", octets_of(&packet));
}

MUTANT_TAMPERS(answer, "it waits for the handshake", .data = true, .lost = true)

RULE(window, "wire.fast-open.server.initial-window",
     .statement = "Of what send() is given before the handshake is complete no more goes out than "
                  "the initial window of RFC 5681, 4 segments of 1000 octets.",
     RFCS("4 segments at most", "rfc7413.initial-window", "rfc7413.overview-response-limit"),
     .deviation = {[BY_LINUX] = {"10 segments at most", "It begins with those of RFC 6928."}});

enum { SEGMENT = 1000, FIRST = 4 * SEGMENT, LARGER = 10 * SEGMENT };

/* It may go out by and by: what comes again says that the IUT now waits for an answer; but for the
 * SYN and ACK before any of it, since a machine may be slow. */
CASE(window, unanswered, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS,
     .seconds = SYN_SECONDS)
{
    static const char much[2 * LARGER];
    uint32_t before;
    struct line line = take_line(t);
    struct talk c = fast_opened(&line);
    uint32_t first = c.expected;
    c.fd = fast_accepted(&c);
    set_nonblocking(t, iut, c.fd, true);
    int count = must(sk_send(iut, c.fd, much, sizeof much, 0));
    require(count > FIRST, "there is room for %d octets only", count);
    int64_t begin = clock_now();
    do
        before = c.expected;
    while (hear(&c).protocol &&
           (c.expected != before || (before == first && may_still_come(begin))));
    uint32_t sent = c.expected - c.others.number - 1;
    observe("%s", sent <= FIRST    ? "4 segments at most"
                  : sent <= LARGER ? "10 segments at most"
                                   : "more");
}

MUTANT_ON_WIRE(window, "as much goes out as the line has room for")
{
    static const char much[2 * LARGER];
    if (heading == FROM_IUT && packet->flags & ACK && packet->length) {
        packet->data = much;
        packet->length = sizeof much;
    }
    return true;
}

RULE(later, "wire.fast-open.server.data-later",
     .statement = "recv() gives what comes after the data of a SYN with a valid cookie behind it.",
     RFCS("hello then more", "rfc7413.buffered", "rfc7413.server-established",
          "rfc7413.overview-then-normal"));

CASE(later, acknowledged, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"accept", {"before", "after"}}})
{
    struct line line = take_line(t);
    struct talk c = fast_opened(&line);
    if (t->chosen[0] == 0) {
        c.fd = fast_accepted(&c);
        observe("%s", receive_next(t, iut, c.fd));
        tell(&c, ACK);
    } else {
        tell(&c, ACK);
        c.fd = must(sk_accept(iut, c.listener, NULL));
        observe("%s", receive_next(t, iut, c.fd));
    }
    tell(&c, ACK, .text = "more");
    observe("%s", receive_next(t, iut, c.fd));
}

MUTANT_ON_WIRE(later, "the data of the SYN is given again")
{
    if (heading == TO_IUT && packet->flags == ACK && packet->text)
        packet->text = "hell";
    return true;
}

RULE(duplicate, "wire.fast-open.server.duplicate",
     .statement = "A SYN with a valid cookie and data that comes again while its connection lasts "
                  "gives accept() one connection, and recv() the data once.",
     RFCS("hello then nothing more then none", "rfc7413.buffered", "rfc7413.overview-then-normal"));

CASE(duplicate, unanswered, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"handshake", {"open", "complete"}}})
{
    struct line line = take_line(t);
    struct talk c = talk_to_fast_listener(&line, PENDING);
    struct packet cookie = cookie_answer(&c);
    struct packet syn = fast_syn(&c, &cookie, "hello");
    require_by("wire.fast-open.server.acknowledged", c.syn.ack == c.next,
               "the data of the SYN was not taken");
    if (t->chosen[0])
        tell(&c, ACK);
    line_send_packet(&line, syn);
    drain(&line);
    c.fd = t->chosen[0] ? must(sk_accept(iut, c.listener, NULL)) : fast_accepted(&c);
    observe("%s", receive_next(t, iut, c.fd));
    tell(&c, ACK);
    drain(&line);
    set_nonblocking(t, iut, c.fd, true);
    char byte;
    int result = sk_recv(iut, c.fd, &byte, 1, 0);
    bool none = result == -EAGAIN || result == -EWOULDBLOCK;
    observe("%s", none ? "nothing more" : result_name(result));
    observe("%s", accepted_now(&c));
}

MUTANT_ON_WIRE(duplicate, "it makes another connection")
{
    static int syns;
    if (heading == TO_IUT && packet->flags == SYN && packet->text && ++syns == 2)
        packet->source = address_with_port(packet->source, address_port(&packet->source) ^ 1);
    return true;
}

/* ---- pending connections ---- */

RULE(limit, "wire.fast-open.server.limit",
     .statement = "A listening socket with TCP_FASTOPEN takes no data of a SYN while as many "
                  "connections as it says are pending, and does again when the handshake of one is "
                  "complete.",
     .outcome = {
         [BY_LINUX] = {"SYN ACK seq 0 ack 6 then SYN ACK seq 0 ack 1 then SYN ACK seq 0 ack 6",
                       {"linux.tcp.7.tcp-fastopen-length", "rfc7413.pending-limit",
                        "rfc7413.over-limit", "rfc7413.flood-downgraded",
                        "rfc7413.server-established", "rfc7413.listener-option"}}});

CASE(limit, pending, .network = ON_LINE, .family = ANY_FAMILY, .axes = {{"at-most", {"1", "2"}}})
{
    struct line line = take_line(t);
    struct talk pending = talk_to_fast_listener(&line, t->chosen[0] + 1);
    struct packet cookie = cookie_answer(&pending);
    if (t->chosen[0]) {
        struct talk first = talk_to(&line, address_port(&pending.iut));
        fast_syn(&first, &cookie, "hello");
        require_by("wire.fast-open.server.acknowledged", first.syn.ack == first.next,
                   "the data of the first SYN was not taken");
    }
    observe("%s", fast_syn_said(&pending, &cookie));
    struct talk more = talk_to(&line, address_port(&pending.iut));
    observe("%s", fast_syn_said(&more, &cookie));
    tell(&pending, ACK);
    drain(&line);
    struct talk again = talk_to(&line, address_port(&pending.iut));
    observe("%s", fast_syn_said(&again, &cookie));
}

MUTANT(limit, "there may be more")
{
    if (call_is_option(call, OP_SETSOCKOPT, IPPROTO_TCP, TCP_FASTOPEN))
        call_set_option_value(call, PENDING);
    mutate(m, call);
}

/* ---- what is sent again ---- */

RULE(again, "wire.fast-open.server.syn-ack-again",
     .statement = "A SYN and ACK of a listening socket with TCP_FASTOPEN that is not answered is "
                  "sent again without a Fast Open option and without data.",
     RFCS("SYN ACK then no option then no data", "rfc7413.syn-ack-again",
          "rfc7413.request-syn-ack-again"));

/* So that there is data that SYN and ACK could have, if the connection is given so early. */
static void send_early(const struct talk *c)
{
    struct test *t = c->line->t;
    set_nonblocking(t, t->iut, c->listener, true);
    drain(c->line);
    int fd = sk_accept(t->iut, c->listener, NULL);
    if (fd < 0)
        return;
    set_nonblocking(t, t->iut, fd, true);
    int result = sk_send(t->iut, fd, "world", 5, 0);
    if (result != -EAGAIN) /* there need be no room before the handshake is complete */
        must(result);
}

CASE(again, unanswered, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS,
     .seconds = SYN_SECONDS, .axes = {{"syn", {"asks", "has-cookie", "has-another"}}})
{
    struct line line = take_line(t);
    struct talk c = talk_to_fast_listener(&line, PENDING);
    struct packet cookie = cookie_answer(&c);
    if (t->chosen[0] == 0)
        cookie.cookie_length = 0;
    if (t->chosen[0] == 2)
        cookie.cookie[0] ^= 0x55;
    fast_syn(&c, &cookie, t->chosen[0] == 0 ? NULL : "hello");
    if (t->chosen[0] == 1)
        send_early(&c);
    struct packet packet;
    int64_t begin = clock_now();
    do /* the data goes in segments of its own, and can be sent again, too */
        packet = hear(&c);
    while (packet.length && !(packet.flags & SYN) && may_still_come(begin));
    observe("%s", packet.flags == (SYN | ACK) ? "SYN ACK" : said(&c, packet));
    observe("%s", option_of(&packet));
    observe("%s", packet.length ? "data" : "no data");
}

MUTANT_ON_WIRE(again, "it has the option again")
{
    static int answers;
    if (is_syn_ack(packet, heading) && ++answers == 3)
        packet->fast_open = true;
    return true;
}
