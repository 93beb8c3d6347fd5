/* Data that goes with a SYN: where Fast Open (RFC 7413) has a cookie, sendto() opens. */
#include "suites/wire/wire.h"

enum { COOKIE = 8 };

/* sendto() with MSG_FASTOPEN on a new socket, to the line; the SYN that it sends. */
static struct talk opened_by_sending(struct line *line, const char *text, int *result)
{
    struct test *t = line->t;
    struct talk c = talk_to(line, 0);
    c.fd = stream_socket(t, t->iut);
    set_nonblocking(t, t->iut, c.fd, true);
    *result = sk_sendto(t->iut, c.fd, text, strlen(text), MSG_FASTOPEN, &c.line_name);
    if (*result == -EOPNOTSUPP || *result == -ENOTCONN || *result == -EPIPE)
        skip("sendto() does not open connections here");
    c.syn = must_see(line, SYN);
    c.iut = c.syn.source;
    c.others = (struct origin){true, c.syn.seq};
    c.expected = c.syn.seq + 1;
    return c;
}

/* The IUT has a cookie of the line then. */
static void give_cookie(struct line *line)
{
    struct test *t = line->t;
    int result;
    struct talk c = opened_by_sending(line, "x", &result);
    if (!c.syn.fast_open)
        skip("the SYN asks for no cookie");
    tell(&c, SYN | ACK, .mss = 1000, .fast_open = true, .cookie_length = COOKIE,
         .cookie = "cookies");
    require(hear_but(&c, SYN).flags & ACK, "the handshake does not end");
    tell(&c, RST);
    drain(line);
    must(sk_close(t->iut, c.fd));
}

/* What a segment says, if its data is this. */
static const char *said_with(const struct talk *c, struct packet packet, const char *text)
{
    bool other = packet.length == strlen(text) && memcmp(packet.data, text, packet.length) != 0;
    return other ? "other data" : said(c, packet);
}

RULE(opens, "wire.syn-with-data.send-opens",
     .statement = "sendto() with MSG_FASTOPEN opens a connection: where there is a cookie its data "
                  "goes with the SYN, and not once more with the ACK of the answer that "
                  "acknowledges it.",
     .outcome = {
         [BY_LINUX] = {"SYN seq 0 data 3 then 3 then ACK seq 4 ack 1 then 0",
                       {"linux.send.2.msg-fastopen", "linux.send.2.msg-fastopen-nonblocking",
                        "rfc9293.automatic-open", "rfc9293.send-opens", "rfc9293.data-with-syn",
                        "rfc9293.syn-data-legal", "rfc9293.syn-sent-established",
                        "rfc9293.syn-sent-ack-form"}}});

CASE(opens, cookie, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    int result;
    give_cookie(&line);
    struct talk c = opened_by_sending(&line, "abc", &result);
    observe("%s", said_with(&c, c.syn, "abc"));
    observe_count(result);
    c.expected += (uint32_t)c.syn.length;
    tell(&c, SYN | ACK, .mss = 1000);
    observe("%s", handshake_said(&c));
    observe_result(connected_to_line(&c));
}

MUTANT_ON_WIRE(opens, "the data does not go with the SYN")
{
    if (heading == FROM_IUT && packet->flags == SYN)
        packet->length = 0;
    return true;
}

RULE(partial, "wire.syn-with-data.partial-ack",
     .statement = "Where the answer acknowledges the SYN of sendto() with MSG_FASTOPEN, but not "
                  "the data that went with it, the connection is made, and the data comes again.",
     RFCS("0 then ACK seq 1 ack 1 data 3", "rfc9293.syn-sent-partial-ack",
          "rfc9293.syn-sent-established", "rfc9293.syn-data-legal", "rfc9293.retransmission"));

CASE(partial, cookie, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct packet packet;
    int result;
    give_cookie(&line);
    struct talk c = opened_by_sending(&line, "abc", &result);
    require_by("wire.syn-with-data.send-opens", c.syn.length == 3, "the SYN has no data");
    tell(&c, SYN | ACK, .mss = 1000);
    observe_result(connected_to_line(&c));
    do
        packet = hear_but(&c, SYN);
    while (packet.protocol && !packet.length && !(packet.flags & RST));
    observe("%s", said_with(&c, packet, "abc"));
}

MUTANT_TAMPERS(partial, "the data does not come again", .data = true, .without = SYN, .lost = true)
