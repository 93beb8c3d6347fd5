/* TCP Fast Open of those who call: asking for a cookie, and the SYN that has data. */
#include "suites/wire/fast_open.h"

static bool is_syn(const struct packet *packet, enum heading heading)
{
    return heading == FROM_IUT && packet->flags == SYN;
}

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
    struct talk c = fast_asking(&line);
    observe("%s", said(&c, c.syn));
    observe("%s", option_of(&c.syn));
}

MUTANT_ON_WIRE(request, "nothing is asked for")
{
    if (is_syn(packet, heading))
        packet->fast_open = false;
    return true;
}

RULE(in_progress, "wire.fast-open.client.in-progress",
     .statement = "connect() with TCP_FASTOPEN_CONNECT, and sendto() with MSG_FASTOPEN, without "
                  "blocking, fail with EINPROGRESS where no cookie is known.",
     .outcome = {[BY_LINUX] = {"EINPROGRESS",
                               {"linux.send.2.msg-fastopen-no-cookie",
                                "linux.tcp.7.tcp-fastopen-connect-no-cookie",
                                "rfc7413.msg-fastopen-no-cookie"}}});

CASE(in_progress, first, .network = ON_LINE, .family = ANY_FAMILY, .axes = {FAST_CALL})
{
    struct line line = take_line(t);
    need_fast_client(t);
    struct talk c = talk_to(&line, 0);
    c.fd = fast_socket(t);
    int result = fast_begin(&c, "hello");
    if (must_see(&line, SYN).cookie_length)
        skip("the implementation has a cookie of an earlier case");
    observe_result(result);
}

MUTANT(in_progress, "the call says that it would block")
{
    mutate(m, call);
    if (call_failed(call, OP_CONNECT, EINPROGRESS) || call_failed(call, OP_SENDTO, EINPROGRESS) ||
        call_failed(call, OP_SENDMSG, EINPROGRESS))
        call_fail(call, EAGAIN);
}

RULE(without, "wire.fast-open.client.no-option-answered",
     .statement =
         "A connection whose SYN asked for a cookie and got an answer without one is as any "
         "other: what send() is given comes in order.",
     RFCS("ACK seq 1 ack 1 then ACK seq 1 ack 1 data 5", "rfc7413.compatible",
          "rfc7413.data-after-handshake"));

CASE(without, first, .network = ON_LINE, .family = ANY_FAMILY, .axes = {FAST_CALL})
{
    struct line line = take_line(t);
    struct talk c = fast_asking(&line);
    answer_syn(&c, 0);
    observe("%s", handshake_said(&c));
    send_when_connected(&c, "hello");
    observe("%s", said(&c, hear(&c)));
}

MUTANT_TAMPERS(without, "the data has another number", .with = ACK, .without = SYN, .data = true,
               .seq = 5)

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
    require(result == -EINPROGRESS, "connect() without blocking gave %s", result_name(result));
    c.syn = must_see(&line, SYN);
    talk_counts_from(&c, &c.syn);
    c.iut = c.syn.source;
    observe("%s", said(&c, c.syn));
    observe("%s", option_of(&c.syn));
}

MUTANT_ON_WIRE(unasked, "each SYN asks for a cookie")
{
    if (is_syn(packet, heading))
        packet->fast_open = true;
    return true;
}

/* ---- the SYN with data ---- */

RULE(used, "wire.fast-open.client.cookie-used",
     .statement = "connect() with TCP_FASTOPEN_CONNECT and then send(), and sendto() with "
                  "MSG_FASTOPEN, send a SYN with the data and the cookie that the other side has "
                  "given.",
     .outcome = {
         [BY_LINUX] = {"SYN seq 0 data 5 then the cookie",
                       {"linux.tcp.7.tcp-fastopen-connect",
                        "linux.tcp.7.tcp-fastopen-connect-write", "linux.send.2.msg-fastopen",
                        "rfc7413.client-caches", "rfc7413.syn-cookie", "rfc7413.syn-data",
                        "rfc7413.cookie-passed-back", "rfc7413.option-passes",
                        "rfc7413.request-replaces", "rfc7413.msg-fastopen"}},
         [BY_RFC] = {"SYN seq 0 data 5 then the cookie",
                     {"rfc7413.client-caches", "rfc7413.syn-cookie", "rfc7413.syn-data",
                      "rfc7413.cookie-passed-back", "rfc7413.option-passes",
                      "rfc7413.request-replaces", "rfc7413.overview-many"}}});

static const char *cookie_words(const struct packet *packet, const char *cookie)
{
    if (!packet->cookie_length)
        return option_of(packet);
    bool same = packet->cookie_length == 8 && memcmp(packet->cookie, cookie, 8) == 0;
    return same ? "the cookie" : "another cookie";
}

CASE(used, second, .network = ON_LINE, .family = ANY_FAMILY, .axes = {FAST_CALL})
{
    struct line line = take_line(t);
    int port = given_cookie(&line, "cookie:1", .mss = 1000);
    struct talk c = fast_called(&line, port, "hello");
    observe("%s", said(&c, c.syn));
    observe("%s", cookie_words(&c.syn, "cookie:1"));
}

MUTANT_ON_WIRE_BY(used, "no cookie is kept", hears_no_cookie)

RULE(replaced, "wire.fast-open.client.cookie-replaced",
     .statement = "A SYN with data has the cookie that the other side has given last.",
     RFCS("the cookie", "rfc7413.syn-ack-updates", "rfc7413.client-caches-one",
          "rfc7413.client-caches"));

CASE(replaced, third, .network = ON_LINE, .family = ANY_FAMILY, .axes = {FAST_CALL})
{
    struct line line = take_line(t);
    int port = given_cookie(&line, "cookie:1", .mss = 1000);
    struct talk c = fast_called(&line, port, "hello");
    require_by("wire.fast-open.client.cookie-used", c.syn.length, "the SYN has no data");
    tell(&c, SYN | ACK, .mss = 1000, .fast_open = true, .cookie_length = 8, .cookie = "cookie:2");
    must_hear(&c, ACK);
    struct talk again = fast_called(&line, port, "hello");
    observe("%s", cookie_words(&again.syn, "cookie:2"));
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
          "rfc7413.option-unaligned"));

CASE(lengths, second, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {FAST_CALL, {"octets", {"4", "6", "10"}}})
{
    static const unsigned octets[] = {4, 6, 10};
    struct line line = take_line(t);
    struct talk c = fast_asking(&line);
    tell(&c, SYN | ACK, .mss = 1000, .fast_open = true, .cookie_length = octets[t->chosen[1]],
         .cookie = "0123456789");
    must_hear(&c, ACK);
    struct packet syn = fast_called(&line, address_port(&c.end), "hello").syn;
    bool same = syn.cookie_length == octets[t->chosen[1]] &&
                memcmp(syn.cookie, "0123456789", syn.cookie_length) == 0;
    observe("%s", same ? "the same" : option_of(&syn));
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
     RFCS("SYN seq 0 data 5 then the cookie", "rfc7413.request-spurious", "rfc7413.client-caches"));

CASE(spurious, second, .network = ON_LINE, .family = ANY_FAMILY, .axes = {FAST_CALL})
{
    struct line line = take_line(t);
    struct talk c = fast_asking(&line);
    struct packet answer = tell(&c, SYN | ACK, .mss = 1000, .fast_open = true, .cookie_length = 8,
                                .cookie = "cookie:1");
    must_hear(&c, ACK);
    answer.fast_open = false;
    line_send_packet(&line, answer);
    drain(&line);
    struct talk next = fast_called(&line, address_port(&c.end), "hello");
    observe("%s", said(&next, next.syn));
    observe("%s", cookie_words(&next.syn, "cookie:1"));
}

MUTANT_ON_WIRE_BY(spurious, "the cookie is forgotten", hears_no_cookie)

RULE(deferred, "wire.fast-open.client.connect-deferred",
     .statement = "connect() with TCP_FASTOPEN_CONNECT succeeds at once and sends nothing where a "
                  "cookie is known.",
     .outcome = {[BY_LINUX] = {"0 then nothing", {"linux.tcp.7.tcp-fastopen-connect-cookie"}}});

CASE(deferred, second, .network = ON_LINE, .family = ANY_FAMILY, .axes = {{"call", {"connect"}}})
{
    struct line line = take_line(t);
    int port = given_cookie(&line, "cookie:1", .mss = 1000);
    struct talk c = talk_from_port(&line, port);
    c.fd = fast_socket(t);
    set_nonblocking(t, iut, c.fd, false);
    struct pending *pending = sk_begin(iut, call_connect(c.fd, &c.line_name));
    observe_result(finish(pending));
    struct packet packet = see_now(&line);
    observe("%s", packet.protocol ? flags_text(packet.flags) : "nothing");
}

MUTANT(deferred, "connect() has the SYN sent")
{
    mutate(m, call);
    if (call->operation == OP_CONNECT && call->result == 0)
        sk_send(m->real, (int)call->argument[0], "x", 1, MSG_DONTWAIT);
}

RULE(count, "wire.fast-open.client.count",
     .statement = "sendto() with MSG_FASTOPEN, without blocking, gives how much of the data went "
                  "with the SYN where a cookie is known.",
     .outcome = {
         [BY_LINUX] = {"5 then 5",
                       {"linux.send.2.msg-fastopen-nonblocking", "rfc7413.msg-fastopen-count"}}});

CASE(count, second, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"call", {"connect", "sendto"}}})
{
    struct line line = take_line(t);
    int port = given_cookie(&line, "cookie:1", .mss = 1000);
    struct address name = line_name(&line, port);
    int fd = stream_socket(t, iut);
    set_nonblocking(t, iut, fd, true);
    observe_count(sk_sendto(iut, fd, "hello", 5, MSG_FASTOPEN, &name));
    observe("%zu", must_see(&line, SYN).length);
}

MUTANT_GIVES(count, "the call says that the connection is in progress", OP_SENDTO, 0, EINPROGRESS)

RULE(blocks, "wire.fast-open.client.blocks",
     .statement = "sendto() with MSG_FASTOPEN that blocks returns when the handshake is complete, "
                  "and the data comes once.",
     .outcome = {
         [BY_LINUX] = {"waits then 5 then 5 of data",
                       {"linux.send.2.msg-fastopen-blocks", "rfc7413.msg-fastopen-blocks"}}});

CASE(blocks, both, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"call", {"connect"}}, {"cookie", {"known", "unknown"}}})
{
    struct line line = take_line(t);
    need_fast_client(t);
    int port = t->chosen[1] ? 0 : given_cookie(&line, "cookie:1", .mss = 1000);
    struct talk c = port ? talk_from_port(&line, port) : talk_to(&line, 0);
    c.fd = stream_socket(t, iut);
    struct pending *pending = sk_begin(iut, call_fast_open(&c, "hello"));
    c.syn = must_see(&line, SYN);
    talk_counts_from(&c, &c.syn);
    c.iut = c.syn.source;
    drain(&line);
    observe("%s", sk_waits(pending) && !sk_returned(pending) ? "waits" : "has returned");
    answer_syn(&c, 0);
    observe_count(finish(pending));
    size_t most, came = c.syn.length;
    if (came < 5)
        came += hear_data(&c, 5 - came, &most);
    while (hear_now(&c).protocol)
        continue;
    observe("%u of data", c.expected - c.others.number - 1);
}

MUTANT(blocks, "the call does not block")
{
    if (call->operation == OP_SENDTO)
        *call_flags(call) |= MSG_DONTWAIT;
    mutate(m, call);
}

RULE(refused, "wire.fast-open.client.refused",
     .statement =
         "sendto() with MSG_FASTOPEN that blocks fails with ECONNREFUSED where a RST answers "
         "its SYN.",
     .outcome = {
         [BY_LINUX] = {"ECONNREFUSED",
                       {"linux.send.2.msg-fastopen-errors", "rfc7413.msg-fastopen-fails"}}});

CASE(refused, both, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"call", {"connect"}}, {"cookie", {"known", "unknown"}}})
{
    struct line line = take_line(t);
    need_fast_client(t);
    int port = t->chosen[1] ? 0 : given_cookie(&line, "cookie:1", .mss = 1000);
    struct talk c = port ? talk_from_port(&line, port) : talk_to(&line, 0);
    c.fd = stream_socket(t, iut);
    struct pending *pending = sk_begin(iut, call_fast_open(&c, "hello"));
    struct packet syn = must_see(&line, SYN);
    line_send_packet(&line, reply(&syn, RST | ACK));
    observe_result(finish(pending));
}

MUTANT_GIVES(refused, "the call says that the connection was reset", OP_SENDTO, ECONNREFUSED,
             ECONNRESET)

/* ---- what answers it ---- */

RULE(taken, "wire.fast-open.client.acknowledged",
     .statement = "Data of a SYN that was acknowledged with it is not sent again, and what send() "
                  "is given next comes behind it.",
     RFCS("ACK seq 6 ack 1 then ACK seq 6 ack 1 data 4", "rfc7413.syn-counts", "rfc7413.ack-sent",
          "rfc7413.overview-ack", "rfc7413.client-established"));

CASE(taken, all, .network = ON_LINE, .family = ANY_FAMILY, .axes = {FAST_CALL})
{
    struct line line = take_line(t);
    int port = given_cookie(&line, "cookie:1", .mss = 1000);
    struct talk c = fast_called(&line, port, "hello");
    answer_syn(&c, 0);
    observe("%s", handshake_said(&c));
    send_when_connected(&c, "more");
    observe("%s", said(&c, hear(&c)));
}

MUTANT_TAMPERS(taken, "the data counts as not sent", .with = ACK, .without = SYN, .data = true,
               .seq = -5)

RULE(again, "wire.fast-open.client.data-again",
     .statement = "Data of a SYN that was not acknowledged with it is sent again in the first ACK.",
     RFCS("ACK seq 1 ack 1 data 5", "rfc7413.data-again", "rfc7413.ack-sent"));

CASE(again, none, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {FAST_CALL, {"cookie", {"another", "none"}}})
{
    struct line line = take_line(t);
    int port = given_cookie(&line, "cookie:1", .mss = 1000);
    struct talk c = fast_called(&line, port, "hello");
    require_by("wire.fast-open.client.cookie-used", c.syn.length == 5, "the SYN has no data");
    tell(&c, SYN | ACK, .ack = (uint32_t)-5, .mss = 1000, .fast_open = t->chosen[1] == 0,
         .cookie_length = 8, .cookie = "cookie:2");
    c.expected -= 5;
    observe("%s", handshake_said(&c));
}

/* As though all was acknowledged. */
MUTANT_ON_WIRE(again, "it is not sent again")
{
    static uint32_t next;
    if (is_syn(packet, heading))
        next = packet->seq + packet_space(packet);
    if (heading == TO_IUT && packet->flags == (SYN | ACK))
        packet->ack = next;
    return true;
}

RULE(partly, "wire.fast-open.client.data-partly",
     .statement = "Of the data of a SYN that was acknowledged in part the rest is sent again.",
     RFCS("ACK seq 3 ack 1 data 3", "rfc7413.data-again", "rfc7413.ack-sent"));

CASE(partly, two_octets, .network = ON_LINE, .family = ANY_FAMILY, .axes = {FAST_CALL})
{
    struct line line = take_line(t);
    int port = given_cookie(&line, "cookie:1", .mss = 1000);
    struct talk c = fast_called(&line, port, "hello");
    require_by("wire.fast-open.client.cookie-used", c.syn.length == 5, "the SYN has no data");
    answer_syn(&c, 3);
    observe("%s", handshake_said(&c));
}

MUTANT_TAMPERS(partly, "all is sent again", .heading = TO_IUT, .with = SYN | ACK, .nth = 2,
               .ack = -2)

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
    observe("%s", c.syn.length == 0            ? "none"
                  : c.syn.length <= most       ? "some"
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

/* ---- calls ---- */

RULE(already, "wire.fast-open.client.already",
     .statement = "sendto() with MSG_FASTOPEN fails with EALREADY while connect() with "
                  "TCP_FASTOPEN_CONNECT makes the connection.",
     .outcome = {[BY_LINUX] = {"EALREADY", {"linux.send.2.ealready"}}});

CASE(already, first, .network = ON_LINE, .family = ANY_FAMILY, .axes = {{"call", {"connect"}}})
{
    struct line line = take_line(t);
    struct talk c = fast_asking(&line);
    observe_result(sk_sendto(iut, c.fd, "hello", 5, MSG_FASTOPEN, &c.line_name));
}

MUTANT_GIVES(already, "it says that the connection is in progress", OP_SENDTO, EALREADY,
             EINPROGRESS)

RULE(reads, "wire.fast-open.client.read-first",
     .statement = "recv() directly after connect() with TCP_FASTOPEN_CONNECT waits, and nothing is "
                  "sent, where a cookie is known.",
     .outcome = {[BY_LINUX] = {"waits then nothing", {"linux.tcp.7.tcp-fastopen-connect-read"}}});

CASE(reads, second, .network = ON_LINE, .family = ANY_FAMILY, .axes = {{"call", {"connect"}}})
{
    struct line line = take_line(t);
    int port = given_cookie(&line, "cookie:1", .mss = 1000);
    struct address name = line_name(&line, port);
    char byte;
    int fd = fast_socket(t);
    must(sk_connect(iut, fd, &name));
    set_nonblocking(t, iut, fd, false);
    struct pending *pending = sk_begin(iut, call_recv(fd, &byte, 1, 0));
    observe("%s", sk_waits(pending) && !sk_returned(pending) ? "waits" : "has returned");
    struct packet packet = see_now(&line);
    observe("%s", packet.protocol ? flags_text(packet.flags) : "nothing");
}

MUTANT(reads, "recv() has the SYN sent")
{
    if (call->operation == OP_RECV)
        sk_send(m->real, (int)call->argument[0], "x", 1, MSG_DONTWAIT);
    mutate(m, call);
}
