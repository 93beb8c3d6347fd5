/* TCP Fast Open of those who call, where it does not work: no answer, a cookie that is none, and
 * what is remembered of that. */
#include "suites/wire/fast_open.h"

#include "wire/bytes.h"
#include "wire/headers.h"

enum { EXPERIMENT_KIND = 254, EXPERIMENT = 0xf989 };

const char *asked_by(const struct packet *syn)
{
    const unsigned char *option = tcp_option(syn, EXPERIMENT_KIND);
    if (option && !(syn->problems & PACKET_BAD_OPTIONS) && option[1] >= 4 &&
        get16(option + 2) == EXPERIMENT)
        return "an experimental option";
    return option_of(syn);
}

/* ---- no answer ---- */

RULE(syn_again, "wire.fast-open.client.syn-again",
     .statement = "A SYN with a Fast Open option that is not answered is sent again without the "
                  "option and without data.",
     RFCS("SYN seq 0 then no option", "rfc7413.syn-again", "rfc7413.request-syn-again"));

CASE(syn_again, unanswered, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS,
     .seconds = SYN_SECONDS, .axes = {FAST_CALL, {"syn", {"asks", "has-data"}}})
{
    struct line line = take_line(t);
    need_fast_client(t);
    int port = t->chosen[1] ? given_cookie(&line, "cookie:1", .mss = 1000) : 0;
    struct talk c = fast_called(&line, port, "hello");
    require_by(t->chosen[1] ? "wire.fast-open.client.cookie-used" : "wire.fast-open.client.request",
               c.syn.fast_open, "the SYN has no Fast Open option");
    struct packet packet = hear(&c);
    observe("%s", said(&c, packet));
    observe("%s", asked_by(&packet));
}

MUTANT_ON_WIRE(syn_again, "the option is there again")
{
    static uint32_t number;
    static bool known;
    if (heading == FROM_IUT && packet->flags == SYN) {
        packet->fast_open |= known && packet->seq == number;
        number = packet->seq;
        known = true;
    }
    return true;
}

RULE(plain, "wire.fast-open.client.data-after-syn-again",
     .statement =
         "Data of a SYN that was not answered comes after the handshake of the SYN that is "
         "sent without it, once and in order.",
     RFCS("hello more", "rfc7413.syn-again", "rfc7413.data-after-handshake", "rfc7413.data-again"));

CASE(plain, answered, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS,
     .seconds = SYN_SECONDS, .axes = {FAST_CALL})
{
    struct line line = take_line(t);
    int port = given_cookie(&line, "cookie:1", .mss = 1000);
    struct talk c = fast_called(&line, port, "hello");
    require_by("wire.fast-open.client.cookie-used", c.syn.length == 5, "the SYN has no data");
    must_hear(&c, SYN);
    c.expected = c.others.number + 1;
    tell(&c, SYN | ACK, .mss = 1000);
    send_when_connected(&c, " more");
    observe("%s", data_heard(&c, 10));
}

MUTANT_ON_WIRE(plain, "the data of the SYN is lost")
{
    if (heading == FROM_IUT && packet->flags & ACK && packet->length >= 5 &&
        memcmp(packet->data, "hello", 5) == 0) {
        static const char other[] = "?????????????";
        packet->data = other;
    }
    return true;
}

/* ---- cookies that are none ---- */

RULE(bad_length, "wire.fast-open.client.bad-length",
     .statement = "A Fast Open option in a SYN and ACK whose length cannot be is ignored: the "
                  "connection is made, and the next SYN has neither data nor a cookie.",
     RFCS("ACK seq 1 ack 1 then SYN seq 0 then no cookie", "rfc7413.option-bad-length",
          "rfc7413.syn-needs-cookie"));

CASE(bad_length, answer, .network = ON_LINE, .family = ANY_FAMILY, .axes = {FAST_CALL, BAD_LENGTHS})
{
    struct line line = take_line(t);
    struct talk c = fast_asking(&line);
    tell_segment(&c, with_bad_length((struct packet){.flags = SYN | ACK}, t->chosen[1]));
    observe("%s", handshake_said(&c));
    struct talk next = fast_called(&line, address_port(&c.end), "hello");
    observe("%s", said(&next, next.syn));
    observe("%s", next.syn.cookie_length ? "a cookie" : "no cookie");
}

MUTANT_ON_WIRE(bad_length, "it is taken for a cookie")
{
    if (heading == TO_IUT && packet->flags == (SYN | ACK) && packet->options_length) {
        packet->options_length = 0;
        packet->fast_open = true;
        packet->cookie_length = 8;
    }
    return true;
}

RULE(without_syn, "wire.fast-open.client.without-syn",
     .statement =
         "A Fast Open option in a segment without SYN is ignored: the segment's data is "
         "acknowledged, and the next SYN to where the cookie came from has neither data nor a "
         "cookie.",
     RFCS("acknowledged then SYN seq 0 then no cookie", "rfc7413.option-without-syn",
          "rfc7413.syn-needs-cookie", "rfc9293.text-acknowledged"));

CASE(without_syn, data, .network = ON_LINE, .family = ANY_FAMILY, .axes = {FAST_CALL})
{
    struct line line = take_line(t);
    struct talk c = fast_asking(&line);
    tell(&c, SYN | ACK, .mss = 1000);
    need_handshake(&c);
    tell(&c, ACK, .text = "abc", .fast_open = true, .cookie_length = 8, .cookie = "cookie:1");
    observe("%s", acknowledged(&c).protocol ? "acknowledged" : "not acknowledged");
    struct talk next = fast_called(&line, address_port(&c.end), "hello");
    observe("%s", said(&next, next.syn));
    observe("%s", next.syn.cookie_length ? "a cookie" : "no cookie");
}

/* The IUT hears the cookie with the SYN and ACK. */
MUTANT_ON_WIRE(without_syn, "it is kept")
{
    if (heading == TO_IUT && packet->flags == (SYN | ACK)) {
        packet->fast_open = true;
        packet->cookie_length = 8;
    }
    return true;
}

/* ---- what is remembered ---- */

RULE(not_again, "wire.fast-open.client.not-asked-again",
     .statement =
         "A client whose SYN asked for a cookie and got no answer, but then one without the "
         "option, does not ask again at once.",
     RFCS("no option", "rfc7413.request-failed-remembered"),
     .deviation = {[BY_LINUX] = {"an empty option", "It asks again with the next connection."}});

CASE(not_again, unanswered, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS,
     .seconds = SYN_SECONDS, .axes = {FAST_CALL})
{
    struct line line = take_line(t);
    struct talk c = fast_asking(&line);
    require_by("wire.fast-open.client.request", c.syn.fast_open, "no cookie is asked for");
    must_hear(&c, SYN);
    tell(&c, SYN | ACK, .mss = 1000);
    need_handshake(&c);
    struct talk next = fast_called(&line, address_port(&c.end), "hello");
    observe("%s", asked_by(&next.syn));
}

MUTANT_ON_WIRE(not_again, "it takes one for given")
{
    if (heading == FROM_IUT && packet->flags == SYN && packet->fast_open) {
        static int asked;
        packet->cookie_length = ++asked == 2 ? 8 : 0;
    }
    return true;
}

#define NEVER_REMEMBERS                                                                            \
    {                                                                                              \
        "SYN seq 0 data 5 then a cookie",                                                          \
            "It keeps only that SYNs got no answer, and that, since 5.14, only where "             \
            "net.ipv4.tcp_fastopen_blackhole_timeout_sec is set."                                  \
    }

RULE(negative, "wire.fast-open.client.negative",
     .statement = "A client whose SYN had data that was not acknowledged, or had no answer, or an "
                  "ICMP error, sends the next SYN between the same ports with neither data nor a "
                  "Fast Open option.",
     RFCS("SYN seq 0 then no option", "rfc7413.negative-disables"),
     .deviation = {[BY_LINUX] = NEVER_REMEMBERS});

/* A socket of a port of the IUT's, so that another can call from the very same. */
static int socket_from(struct test *t, int port)
{
    struct address name = place_of(t, t->iut, PLACE_MAIN, port ? port : port_for(t, t->iut));
    int fd = fast_socket(t);
    must(sk_setsockopt(t->iut, fd, SOL_SOCKET, SO_REUSEADDR, 1));
    must(sk_bind(t->iut, fd, &name));
    return fd;
}

/* Data that goes with a SYN; and the next SYN between the same ports. */
static struct talk with_data(struct line *line)
{
    struct test *t = line->t;
    int port = given_cookie(line, "cookie:1", .mss = 1000);
    struct talk c = fast_called_by(line, port, socket_from(t, 0), "hello");
    require_by("wire.fast-open.client.cookie-used", c.syn.length == 5, "the SYN has no data");
    return c;
}

static void observe_next(const struct talk *c)
{
    struct test *t = c->line->t;
    must(sk_close(t->iut, c->fd));
    drain(c->line);
    int fd = socket_from(t, address_port(&c->iut));
    struct talk next = fast_called_by(c->line, address_port(&c->end), fd, "hello");
    observe("%s", said(&next, next.syn));
    observe("%s", asked_by(&next.syn));
}

CASE(negative, unacknowledged, .network = ON_LINE, .family = ANY_FAMILY, .axes = {FAST_CALL})
{
    struct line line = take_line(t);
    struct talk c = with_data(&line);
    answer_syn(&c, 5);
    need_handshake(&c);
    tell(&c, RST | ACK);
    drain(&line);
    observe_next(&c);
}

CASE(negative, icmp, .network = ON_LINE, .family = ANY_FAMILY, .axes = {FAST_CALL})
{
    struct line line = take_line(t);
    bool ipv6 = t->peer_domain == AF_INET6;
    struct talk c = with_data(&line);
    line_send_packet(&line, error_about(&c.syn, ipv6 ? 1 : 3, ipv6 ? 1 : 10, 0));
    drain(&line);
    observe_next(&c);
}

/* The SYN is sent again meanwhile, as the timer of connections has it. */
CASE(negative, unanswered, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS,
     .seconds = SYN_SECONDS, .axes = {FAST_CALL})
{
    struct line line = take_line(t);
    struct talk c = with_data(&line);
    struct backoff backoff = backoff_begin_rarely(patience);
    int error = 0;
    retransmit_once(t, iut, c.fd);
    do
        must(sk_getsockopt(iut, c.fd, SOL_SOCKET, SO_ERROR, &error));
    while (!error && backoff_wait(&backoff));
    require(error == ETIMEDOUT, "the connection failed with %s", error_name(error));
    observe_next(&c);
}

MUTANT_ON_WIRE(negative, "the next SYN has data")
{
    static int connections;
    static uint32_t number;
    if (heading == FROM_IUT && packet->flags == SYN) {
        connections += connections == 0 || packet->seq != number;
        number = packet->seq;
        if (connections == 3) {
            packet->data = "x";
            packet->length = 1;
        }
    }
    return true;
}
