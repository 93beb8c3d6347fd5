/* TCP Fast Open of those who call: asking for a cookie, and the SYN that has data. What becomes of
 * them is in fast_open_answer.c, and Linux's calls in fast_open_calls.c. */
#include "suites/wire/fast_open.h"

/* The IUT hears no cookie of the line. */
static bool hears_no_cookie(struct packet *packet, enum heading heading)
{
    if (heading == TO_IUT && packet->flags & SYN)
        packet->fast_open = false;
    return true;
}

/* ---- asking ---- */

RULE(request, "wire.fast-open.client.request",
     .statement =
         "connect() with TCP_FASTOPEN_CONNECT, and sendto() and sendmsg() with "
         "MSG_FASTOPEN, send a SYN without data that asks for a cookie where none is known.",
     .outcome = {
         [BY_LINUX] = {"SYN seq 0 then an empty option",
                       {"linux.tcp.7.tcp-fastopen-connect-no-cookie",
                        "linux.tcp.7.proc-tcp-fastopen-client",
                        "linux.send.2.msg-fastopen-no-cookie", "linux.send.2.msg-fastopen-sysctl",
                        "rfc7413.request-first", "rfc7413.request-empty", "rfc7413.option-asks",
                        "rfc7413.syn-needs-cookie", "rfc7413.msg-fastopen-no-cookie"}},
         [BY_RFC] = {"SYN seq 0 then an empty option",
                     {"rfc7413.request-first", "rfc7413.request-empty", "rfc7413.option-asks",
                      "rfc7413.syn-needs-cookie"}}});

CASE(request, first, .network = ON_LINE, .family = ANY_FAMILY, .axes = {FAST_CALL})
{
    struct line line = take_line(t);
    struct talk c = fast_first(&line);
    observe("%s", said(&c, c.syn));
    observe("%s", option_of(&c.syn));
}

MUTANT_ON_WIRE(request, "nothing is asked for")
{
    if (is_syn(packet, heading))
        packet->fast_open = false;
    return true;
}

RULE(unasked, "wire.fast-open.client.not-by-default",
     .statement =
         "connect() without TCP_FASTOPEN_CONNECT sends a SYN without a Fast Open option and "
         "without data, though a cookie is known.",
     RFCS("SYN seq 0 then no option", "rfc7413.not-by-default"));

CASE(unasked, plain, .network = ON_LINE, .family = ANY_FAMILY, .axes = {FAST_CALL})
{
    struct line line = take_line(t);
    int port = given_cookie(&line, "cookie:1", .mss = 1000);
    struct talk c = talk_from_port(&line, port);
    c.fd = stream_socket(t, iut);
    set_nonblocking(t, iut, c.fd, true);
    int result = sk_connect(iut, c.fd, &c.line_name);
    require(result == 0 || result == -EINPROGRESS, "connect() without blocking gave %s",
            result_name(result));
    see_syn(&line, &c); /* none, where connect() waits for data to send with it */
    observe("%s", said(&c, c.syn));
    observe("%s", asked_by(&c.syn));
}

MUTANT_ON_WIRE(unasked, "each SYN asks for a cookie")
{
    if (is_syn(packet, heading))
        packet->fast_open = true;
    return true;
}

/* ---- the SYN with data ---- */

static const char *cookie_words(const struct packet *packet, const char *cookie)
{
    if (!packet->cookie_length)
        return option_of(packet);
    bool same = packet->cookie_length == 8 && memcmp(packet->cookie, cookie, 8) == 0;
    return same ? "the cookie" : "another cookie";
}

RULE(used, "wire.fast-open.client.cookie-used",
     .statement =
         "connect() with TCP_FASTOPEN_CONNECT and then send(), and sendto() and sendmsg() "
         "with MSG_FASTOPEN, send a SYN with the data and the cookie that the other side has "
         "given.",
     .outcome = {
         [BY_LINUX] = {"SYN seq 0 data 5 then hello then the cookie",
                       {"linux.tcp.7.tcp-fastopen-connect",
                        "linux.tcp.7.tcp-fastopen-connect-write", "linux.send.2.send-is-write",
                        "linux.send.2.msg-fastopen", "rfc7413.client-caches", "rfc7413.syn-cookie",
                        "rfc7413.syn-data", "rfc7413.cookie-passed-back", "rfc7413.option-passes",
                        "rfc7413.request-replaces", "rfc7413.msg-fastopen"}},
         [BY_RFC] = {"SYN seq 0 data 5 then hello then the cookie",
                     {"rfc7413.client-caches", "rfc7413.syn-cookie", "rfc7413.syn-data",
                      "rfc7413.cookie-passed-back", "rfc7413.option-passes",
                      "rfc7413.request-replaces", "rfc7413.overview-many"}}});

CASE(used, second, .network = ON_LINE, .family = ANY_FAMILY, .axes = {FAST_CALL})
{
    struct line line = take_line(t);
    int port = given_cookie(&line, "cookie:1", .mss = 1000);
    struct talk c = fast_tried(&line, port, "hello");
    observe("%s", said(&c, c.syn));
    observe("%.*s", c.syn.length ? (int)c.syn.length : -1,
            c.syn.length ? (const char *)c.syn.data : "no data");
    observe("%s", cookie_words(&c.syn, "cookie:1"));
}

MUTANT_ON_WIRE_BY(used, "no cookie is kept", hears_no_cookie)

RULE(replaced, "wire.fast-open.client.cookie-replaced",
     .statement = "A SYN with data has the cookie that the other side has given last.",
     RFCS("the cookie", "rfc7413.syn-ack-updates", "rfc7413.client-caches-one"));

CASE(replaced, third, .network = ON_LINE, .family = ANY_FAMILY, .axes = {FAST_CALL})
{
    struct line line = take_line(t);
    int port = given_cookie(&line, "cookie:1", .mss = 1000);
    struct talk c = fast_called(&line, port, "hello");
    require_by("wire.fast-open.client.cookie-used", c.syn.length, "the SYN has no data");
    tell(&c, SYN | ACK, .mss = 1000, .fast_open = true, .cookie_length = 8, .cookie = "cookie:2");
    need_handshake(&c);
    struct talk again = fast_called(&line, port, "hello");
    observe("%s", again.syn.length ? cookie_words(&again.syn, "cookie:2") : "no data");
}

MUTANT_ON_WIRE(replaced, "the first one is kept")
{
    static int answers;
    if (heading == TO_IUT && packet->flags == (SYN | ACK) && ++answers == 2)
        packet->fast_open = false;
    return true;
}

RULE(lengths, "wire.fast-open.client.cookie-lengths",
     .statement = "A SYN with data has a cookie of 4, 6 or 10 octets as it was given.",
     RFCS("the same", "rfc7413.cookie-passed-back", "rfc7413.option-length",
          "rfc7413.option-unaligned", "rfc7413.syn-cookie", "rfc7413.syn-data"));

CASE(lengths, second, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {FAST_CALL, {"octets", {"4", "6", "10"}}})
{
    static const unsigned octets[] = {4, 6, 10};
    struct line line = take_line(t);
    struct talk c = fast_asking(&line);
    tell(&c, SYN | ACK, .mss = 1000, .fast_open = true, .cookie_length = octets[t->chosen[1]],
         .cookie = "0123456789");
    need_handshake(&c);
    struct packet syn = fast_called(&line, address_port(&c.end), "hello").syn;
    bool same = syn.cookie_length == octets[t->chosen[1]] &&
                memcmp(syn.cookie, "0123456789", syn.cookie_length) == 0;
    observe("%s", !same ? option_of(&syn) : !syn.length ? "the same, without data" : "the same");
}

MUTANT_ON_WIRE(lengths, "it has two octets less")
{
    if (is_syn(packet, heading) && packet->cookie_length)
        packet->cookie_length -= 2;
    return true;
}

RULE(spurious, "wire.fast-open.client.spurious-answer",
     .statement =
         "A SYN and ACK that comes again, without a cookie, takes nothing away: the next SYN "
         "has data and the cookie that was given.",
     RFCS("SYN seq 0 data 5 then the cookie", "rfc7413.request-spurious", "rfc7413.client-caches",
          "rfc7413.syn-cookie", "rfc7413.syn-data"));

CASE(spurious, second, .network = ON_LINE, .family = ANY_FAMILY, .axes = {FAST_CALL})
{
    struct line line = take_line(t);
    struct talk c = fast_asking(&line);
    struct packet answer = tell(&c, SYN | ACK, .mss = 1000, .fast_open = true, .cookie_length = 8,
                                .cookie = "cookie:1");
    need_handshake(&c);
    answer.fast_open = false;
    line_send_packet(&line, answer);
    drain(&line);
    struct talk next = fast_called(&line, address_port(&c.end), "hello");
    observe("%s", said(&next, next.syn));
    observe("%s", cookie_words(&next.syn, "cookie:1"));
}

MUTANT_ON_WIRE(spurious, "the cookie is forgotten")
{
    static int answers;
    answers += heading == TO_IUT && packet->flags == (SYN | ACK);
    if (is_syn(packet, heading) && answers > 1)
        packet->cookie_length = packet->length = 0;
    return true;
}

/* ---- how much ---- */

/* How much of more than it can have the SYN has, when the cookie came with this maximum segment
 * size. */
static void observe_size(struct line *line, uint16_t told, size_t most)
{
    static char text[1430];
    struct test *t = line->t;
    memset(text, 'x', sizeof text - 1);
    int port = given_cookie(line, "cookie:1", .mss = told);
    struct talk c = fast_called(line, port, text);
    require_by("wire.fast-open.client.cookie-used", c.syn.length, "the SYN has no data");
    observe("%s", c.syn.length <= most         ? "some"
                  : c.syn.length < sizeof text ? "too much"
                                               : "more than was sent");
}

static bool has_more(struct packet *packet, enum heading heading)
{
    static char data[1440];
    if (is_syn(packet, heading) && packet->length) {
        packet->data = data;
        packet->length = sizeof data;
    }
    return true;
}

RULE(mss, "wire.fast-open.client.syn-size",
     .statement = "A SYN has no more data than 536 octets over IPv4 and 1220 over IPv6 where the "
                  "other side has told no maximum segment size.",
     RFCS("some", "rfc7413.syn-data", "rfc7413.client-default-mss"),
     .deviation = {[BY_LINUX] = {"too much",
                                 "It goes by the maximum segment size that it has told itself."}});

CASE(mss, not_told, .network = ON_LINE, .family = ANY_FAMILY, .axes = {FAST_CALL})
{
    struct line line = take_line(t);
    observe_size(&line, 0, t->peer_domain == AF_INET6 ? 1220 : 536);
}

MUTANT_ON_WIRE_BY(mss, "it has more", has_more)

RULE(told_mss, "wire.fast-open.client.mss-kept",
     .statement =
         "A SYN has no more data than the maximum segment size of the SYN and ACK that gave "
         "the cookie.",
     RFCS("some", "rfc7413.client-caches-mss", "rfc7413.syn-ack-updates"));

CASE(told_mss, small, .network = ON_LINE, .family = ANY_FAMILY, .axes = {FAST_CALL})
{
    struct line line = take_line(t);
    observe_size(&line, 300, 300);
}

MUTANT_ON_WIRE_BY(told_mss, "it has more", has_more)
