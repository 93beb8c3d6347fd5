/* TCP_USER_TIMEOUT, and the option of RFC 5482 by which one side tells the other. */
#include "suites/wire/wire.h"

#include "wire/headers.h"

/* What a clock of an implementation may be ahead of ours, in nanoseconds. */
static const int64_t slack = INT64_C(100000000);

static void limit(struct test *t, int fd, int milliseconds)
{
    need_option(t, t->iut, IPPROTO_TCP, TCP_USER_TIMEOUT, "TCP_USER_TIMEOUT");
    must(sk_setsockopt(t->iut, fd, IPPROTO_TCP, TCP_USER_TIMEOUT, milliseconds));
}

/* The most that data may wait in these cases: one that looks at it only when its retransmission
 * timer expires, 200 milliseconds from the first and then each time twice as long, does so after
 * 1.4 seconds and after 3, and is late. */
enum { WAITS = 1600 };

/* Whether something came when so much time had passed, and not before; at most so much. It is
 * later by what a loaded machine is. */
static const char *in_times(int64_t begin, int64_t end, int milliseconds, int most)
{
    int64_t took = end - begin, time = milliseconds * INT64_C(1000000);
    int64_t late = (most + machine_milliseconds(1.3)) * INT64_C(1000000);
    return took > late ? "too late" : took + slack >= time ? "not before" : "before";
}

static const char *in_time(int64_t begin, int64_t end, int milliseconds)
{
    return in_times(begin, end, milliseconds, milliseconds);
}

/* The values of options that the line tells: seconds, minutes, and those that are reserved. */
#define TOLD                                                                                       \
    {                                                                                              \
        "told",                                                                                    \
        {                                                                                          \
            "seconds", "minutes", "0-seconds", "0-minutes"                                         \
        }                                                                                          \
    }
static const struct user_timeout told[] = {UTO_SECONDS(30), UTO_MINUTES(30), UTO_SECONDS(0),
                                           UTO_MINUTES(0)};

/* ---- how long ---- */

RULE(not_before, "wire.user-timeout.not-before",
     .statement =
         "Where data of send() is not acknowledged recv() fails with ETIMEDOUT when the time "
         "of TCP_USER_TIMEOUT has passed, and not before.",
     .outcome = {[BY_LINUX] = {"ETIMEDOUT then not before",
                               {"linux.tcp.7.tcp-user-timeout", "linux.tcp.7.tcp-user-timeout-type",
                                "linux.tcp.7.etimedout", "rfc5482.user-timeout"}}});

/* Data that was sent twice and then acknowledged counts no more. */
static void have_acknowledged(struct talk *c)
{
    struct test *t = c->line->t;
    must(sk_send(t->iut, c->fd, "hi", 2, 0));
    for (int i = 0; i < 2; i++)
        require_by("wire.retransmission.data", hear(c).length == 2, "data is not sent again");
    tell(c, ACK);
    drain(c->line);
}

CASE(not_before, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .tags = TAG_WAITS, .seconds = 10, .axes = {{"before", {"nothing", "acknowledged"}}})
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    char byte;
    if (t->chosen[0])
        have_acknowledged(&c);
    limit(t, c.fd, WAITS);
    int64_t begin = clock_now();
    must(sk_send(iut, c.fd, "hello", 5, 0));
    observe_count(finish(sk_begin(iut, call_recv(c.fd, &byte, 1, 0))));
    observe("%s", in_time(begin, clock_now(), WAITS));
}

static void quarters(struct mutation *m, struct call *call)
{
    if (call_is_option(call, OP_SETSOCKOPT, IPPROTO_TCP, TCP_USER_TIMEOUT))
        call_set_option_value(call, call_option_value(call) / 4);
    mutate(m, call);
}

MUTANT_BY(not_before, "the time is a quarter of that", quarters)

RULE(zero_window, "wire.user-timeout.zero-window",
     .statement =
         "Where the other side has no room for data of send() for the time of "
         "TCP_USER_TIMEOUT, and not before, recv() fails with ETIMEDOUT, though probes are "
         "answered.",
     .outcome = {[BY_LINUX] = {"ETIMEDOUT then not before",
                               {"linux.tcp.7.tcp-user-timeout-zero-window",
                                "linux.tcp.7.tcp-user-timeout-type"}}});

CASE(zero_window, probed, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .tags = TAG_WAITS, .seconds = 10)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    struct backoff backoff = backoff_begin_rarely(patience);
    char bytes[8];
    uint32_t expected = c.expected;
    say_window(&c, 0);
    must(sk_recv(iut, c.fd, bytes, 2, MSG_WAITALL)); /* what told the window */
    limit(t, c.fd, WAITS);
    int64_t begin = clock_now();
    must(sk_send(iut, c.fd, "hello", 5, 0));
    struct pending *pending = sk_begin(iut, call_recv(c.fd, bytes, 1, 0));
    do
        if (hear_now(&c).protocol == IPPROTO_TCP) {
            c.expected = expected; /* what a probe has finds no room */
            tell(&c, ACK);
        }
    while (!sk_returned(pending) && backoff_wait(&backoff));
    observe_count(finish(pending));
    observe("%s", in_time(begin, clock_now(), WAITS));
}

MUTANT_BY(zero_window, "the time is a quarter of that", quarters)

RULE(default_time, "wire.user-timeout.zero",
     .statement =
         "With TCP_USER_TIMEOUT of 0 data of send() that is not acknowledged is sent again "
         "for longer than TCP_USER_TIMEOUT said before.",
     .outcome = {[BY_LINUX] = {"ACK seq 1 ack 1 data 5", {"linux.tcp.7.tcp-user-timeout-zero"}}});

CASE(default_time, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .tags = TAG_WAITS, .seconds = 12)
{
    enum { TIME = 500 };
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    limit(t, c.fd, TIME);
    limit(t, c.fd, 0);
    int64_t begin = clock_now();
    must(sk_send(iut, c.fd, "hello", 5, 0));
    struct packet packet;
    do
        packet = hear(&c);
    while (packet.protocol && packet.time - begin < 3 * TIME * INT64_C(1000000));
    observe("%s", said(&c, packet));
}

MUTANT(default_time, "0 changes nothing")
{
    if (call_is_option(call, OP_SETSOCKOPT, IPPROTO_TCP, TCP_USER_TIMEOUT) &&
        call_option_value(call) == 0)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

/* ---- keep-alives ---- */

RULE(overrides, "wire.user-timeout.keep-alive",
     .statement =
         "With SO_KEEPALIVE and TCP_USER_TIMEOUT recv() fails with ETIMEDOUT when no keep-alive "
         "was answered for that time, and not before, however many TCP_KEEPCNT says.",
     .outcome = {
         [BY_LINUX] = {"ETIMEDOUT then not before then fewer than 8 keep-alives",
                       {"linux.tcp.7.tcp-user-timeout-keepalive", "rfc5482.keep-alives-too"}}});

static void hurry(struct test *t, int fd, int count)
{
    need_option(t, t->iut, IPPROTO_TCP, TCP_KEEPIDLE, "TCP_KEEPIDLE");
    must(sk_setsockopt(t->iut, fd, IPPROTO_TCP, TCP_KEEPIDLE, 1));
    must(sk_setsockopt(t->iut, fd, IPPROTO_TCP, TCP_KEEPINTVL, 1));
    must(sk_setsockopt(t->iut, fd, IPPROTO_TCP, TCP_KEEPCNT, count));
    must(sk_setsockopt(t->iut, fd, SOL_SOCKET, SO_KEEPALIVE, 1));
}

/* The first is answered: a connection that ends because it is idle ends before. The time may count
 * from that answer, or from the next keep-alive, a second later; and it may be looked at when the
 * one after is due. */
CASE(overrides, unanswered, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .tags = TAG_WAITS, .seconds = 30, .axes = {{"count", {"1", "8"}}})
{
    enum { TIME = 2800, BY_THEN = 1000 + TIME + 1000, MOST = 8 };
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    char byte;
    int probes = 0;
    limit(t, c.fd, TIME);
    hurry(t, c.fd, t->chosen[0] ? MOST : 1);
    struct pending *pending = sk_begin(iut, call_recv(c.fd, &byte, 1, 0));
    require_by("wire.keep-alive.probe", hear(&c).flags == ACK, "there is no keep-alive");
    int64_t begin = clock_now();
    tell(&c, ACK);
    observe_count(finish(pending));
    observe("%s", in_times(begin, clock_now(), TIME, BY_THEN));
    for (struct packet packet = hear_now(&c); packet.protocol; packet = hear_now(&c))
        probes += packet.flags == ACK;
    observe("%s", !probes         ? "no keep-alives"
                  : probes < MOST ? "fewer than 8 keep-alives"
                                  : "8 keep-alives and more");
}

MUTANT(overrides, "TCP_KEEPCNT decides")
{
    mutate_without_option(m, call, IPPROTO_TCP, TCP_USER_TIMEOUT);
}

RULE(begins, "wire.user-timeout.keep-alive-begin",
     .statement = "With SO_KEEPALIVE a connection that is idle for TCP_KEEPIDLE is probed, and not "
                  "before, though TCP_USER_TIMEOUT is less.",
     .outcome = {[BY_LINUX] = {
                     "a probe then not before",
                     {"linux.tcp.7.tcp-user-timeout-no-retransmit", "linux.tcp.7.tcp-keepidle"}}});

CASE(begins, idle, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE, .tags = TAG_WAITS,
     .seconds = 10)
{
    enum { TIME = 300, IDLE = 1000 };
    struct line line = take_line(t);
    int64_t begin = clock_now(); /* it is idle from the handshake on */
    struct talk c = line_connected(&line);
    int64_t set = clock_now(); /* it cannot be late before */
    limit(t, c.fd, TIME);
    hurry(t, c.fd, 2);
    struct packet packet = hear(&c);
    /* An octet that was acknowledged before may go with it. */
    bool probe = packet.flags == ACK && packet.length <= 1 && packet.seq == c.expected - 1;
    observe("%s", probe ? "a probe" : said(&c, packet));
    bool late = packet.time - set > (IDLE + machine_milliseconds(0.9)) * INT64_C(1000000);
    observe("%s", late ? "too late" : in_time(begin, packet.time, IDLE));
}

MUTANT_ON_WIRE(begins, "the probe comes when the time of TCP_USER_TIMEOUT has passed")
{
    if (heading == FROM_IUT && packet->flags == ACK)
        packet->time -= INT64_C(700000000);
    return true;
}

/* ---- where ---- */

RULE(syn_sent, "wire.user-timeout.connect",
     .statement = "connect() goes on, and the SYN is sent again, when the time of TCP_USER_TIMEOUT "
                  "has passed.",
     .outcome = {[BY_LINUX] = {"goes on",
                               {"linux.tcp.7.tcp-user-timeout-synchronized",
                                "rfc5482.other-states"}}},
     .deviation = {
         [BY_LINUX] = {"ETIMEDOUT", "It gives up calling when that time has passed, too."}});

CASE(syn_sent, unanswered, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS,
     .seconds = 15)
{
    enum { TIME = 1500 };
    struct line line = take_line(t);
    struct address name = line_name(&line, 0);
    struct backoff backoff = backoff_begin_rarely(patience);
    int fd = stream_socket(t, iut);
    int64_t begin = clock_now(), last = begin;
    limit(t, fd, TIME);
    struct pending *pending = sk_begin(iut, call_connect(fd, &name));
    do {
        struct packet packet = see_now(&line);
        if (has_just(&packet, SYN))
            last = packet.time;
    } while (last - begin < TIME * INT64_C(1000000) + slack && !sk_returned(pending) &&
             backoff_wait(&backoff));
    if (sk_returned(pending))
        observe_result(finish(pending));
    else
        observe("%s", last - begin >= TIME * INT64_C(1000000) ? "goes on" : "no SYN comes");
}

MUTANT_GIVES(syn_sent, "connect() is refused", OP_CONNECT, ETIMEDOUT, ECONNREFUSED)

RULE(inherited, "wire.user-timeout.inherited",
     .statement = "For a socket that accept() gives getsockopt() gives the TCP_USER_TIMEOUT of the "
                  "listening socket.",
     .outcome = {[BY_LINUX] = {"the same", {"linux.tcp.7.tcp-user-timeout-inherited"}}});

CASE(inherited, accepted, .network = ON_LINE, .family = ANY_FAMILY)
{
    enum { TIME = 12345 };
    struct line line = take_line(t);
    struct talk c = talk_to_listener(&line);
    int value = 0;
    limit(t, c.listener, TIME);
    tell(&c, SYN);
    struct packet answer = must_hear(&c, SYN | ACK);
    talk_counts_from(&c, &answer);
    tell(&c, ACK);
    c.fd = must(sk_accept(iut, c.listener, NULL));
    must(sk_getsockopt(iut, c.fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &value));
    if (value == TIME)
        observe("the same");
    else
        observe("%s", value ? "another" : "0");
}

MUTANT(inherited, "it has none")
{
    mutate(m, call);
    if (call->operation == OP_ACCEPT && call->result >= 0)
        sk_setsockopt(m->real, (int)call->result, IPPROTO_TCP, TCP_USER_TIMEOUT, 0);
}

RULE(any_state, "wire.user-timeout.any-state",
     .statement = "TCP_USER_TIMEOUT can be set in any state, and getsockopt() gives what was set.",
     .outcome = {[BY_LINUX] = {"0 then the same",
                               {"linux.tcp.7.tcp-user-timeout-any-state",
                                "linux.tcp.7.tcp-user-timeout-type"}}});

static void observe_set(struct test *t, int fd)
{
    enum { TIME = 12345 };
    int value = 0;
    observe_result(sk_setsockopt(t->iut, fd, IPPROTO_TCP, TCP_USER_TIMEOUT, TIME));
    must(sk_getsockopt(t->iut, fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &value));
    observe("%s", value == TIME ? "the same" : "another");
}

CASE(any_state, each, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"state",
               {"syn-sent", "established", "fin-wait-1", "fin-wait-2", "closing", "close-wait",
                "last-ack", "time-wait", "syn-received"}}})
{
    static const enum tcp_state states[] = {STATE_SYN_SENT,   STATE_ESTABLISHED, STATE_FIN_WAIT_1,
                                            STATE_FIN_WAIT_2, STATE_CLOSING,     STATE_CLOSE_WAIT,
                                            STATE_CLOSE_WAIT, STATE_FIN_WAIT_2,  STATE_SYN_RECV};
    enum tcp_state before = states[t->chosen[0]];
    /* than line_in() goes with an open socket */
    bool further = t->chosen[0] == 6 || t->chosen[0] == 7;
    struct line line = take_line(t);
    need_option(t, iut, IPPROTO_TCP, TCP_USER_TIMEOUT, "TCP_USER_TIMEOUT");
    struct talk c = before == STATE_SYN_RECV ? line_crossed(&line, (struct packet){.flags = SYN})
                                             : line_in(&line, before);
    if (further && before == STATE_CLOSE_WAIT) {
        must(sk_shutdown(iut, c.fd, SHUT_WR));
        must_hear(&c, FIN | ACK);
    } else if (further) {
        tell(&c, FIN | ACK);
        must_hear(&c, ACK);
    }
    drain(&line); /* an ACK may have been the last */
    observe_set(t, c.fd);
}

CASE(any_state, unconnected, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"state", {"closed", "listen"}}})
{
    need_option(t, iut, IPPROTO_TCP, TCP_USER_TIMEOUT, "TCP_USER_TIMEOUT");
    observe_set(t, t->chosen[0] ? listening_socket(t, iut).fd : stream_socket(t, iut));
}

MUTANT(any_state, "it keeps whole seconds")
{
    mutate(m, call);
    if (call_is_option(call, OP_GETSOCKOPT, IPPROTO_TCP, TCP_USER_TIMEOUT) && call->result == 0)
        call_set_option_value(call, call_option_value(call) / 1000 * 1000);
}

/* ---- the option ---- */

RULE(in_syn, "wire.user-timeout.option-in-syn",
     .statement = "A SYN with the User Timeout Option is answered by a listening socket by a SYN "
                  "with ACK, whatever it says, and recv() gives what comes later.",
     RFCS("SYN ACK seq 0 ack 1 then abc", "rfc5482.unknown-ignored",
          "rfc5482.unknown-ignored-anywhere", "rfc5482.later-segments", "rfc5482.zero-ignored"));

CASE(in_syn, listener, .network = ON_LINE, .family = ANY_FAMILY, .axes = {TOLD})
{
    struct line line = take_line(t);
    struct talk c = talk_to_listener(&line);
    tell(&c, SYN, .user_timeout = told[t->chosen[0]]);
    struct packet answer = hear(&c);
    talk_counts_from(&c, &answer);
    observe("%s", said(&c, answer));
    tell(&c, ACK, .text = "abc");
    c.fd = must(sk_accept(iut, c.listener, NULL));
    observe("%s", receive_next(t, iut, c.fd));
}

MUTANT_ON_WIRE(in_syn, "a SYN with the option is dropped")
{
    return heading == FROM_IUT || !packet->user_timeout.there;
}

RULE(in_data, "wire.user-timeout.option-in-data",
     .statement = "recv() gives the data of a segment with the User Timeout Option, whatever it "
                  "says, and what comes later.",
     RFCS("abc then def", "rfc5482.unknown-ignored", "rfc5482.unknown-ignored-anywhere",
          "rfc5482.later-segments", "rfc5482.zero-ignored"));

CASE(in_data, connected, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE, .axes = {TOLD})
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    tell(&c, ACK, .text = "abc", .user_timeout = told[t->chosen[0]]);
    observe("%s", receive_next(t, iut, c.fd));
    tell(&c, ACK, .text = "def");
    observe("%s", receive_next(t, iut, c.fd));
}

MUTANT_ON_WIRE(in_data, "the option resets the connection")
{
    if (heading == TO_IUT && packet->user_timeout.there)
        packet->flags |= RST;
    return true;
}

RULE(own, "wire.user-timeout.option-own",
     .statement =
         "A User Timeout Option of connect()'s SYN, of a listening socket's answer to one, "
         "or of data of send() has 4 octets and says something else than 0, if there is "
         "one.",
     RFCS("right, if any", "rfc5482.length", "rfc5482.zero-not-sent"));

static bool is_right(const struct packet *packet)
{
    const unsigned char *option = tcp_option(packet, OPTION_USER_TIMEOUT);
    return !option || (option[1] == 4 && packet->user_timeout.value);
}

CASE(own, syn_and_data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"set", {"no", "yes"}}})
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    if (t->chosen[0])
        limit(t, c.fd, 60000);
    must(sk_send(iut, c.fd, "hello", 5, 0));
    struct packet data = hear(&c);
    require(data.length, "there is no data");
    observe("%s", is_right(&c.syn) && is_right(&data) ? "right, if any" : "wrong");
}

MUTANT_ON_WIRE(own, "it says 0")
{
    static const unsigned char zero[] = {OPTION_USER_TIMEOUT, 4, 0, 0};
    if (heading == FROM_IUT && packet->length) {
        memcpy(packet->options, zero, sizeof zero);
        packet->options_length = sizeof zero;
        packet->user_timeout = told[2];
    }
    return true;
}

RULE(set, "wire.user-timeout.option-set-explicitly",
     .statement =
         "Where TCP_USER_TIMEOUT is set, data of send() is not acknowledged, and the other "
         "side tells a longer or a shorter time, recv() fails with ETIMEDOUT when that time "
         "has passed all the same, and not before.",
     .outcome = {[BY_LINUX] = {"ETIMEDOUT then not before",
                               {"rfc5482.set-explicitly", "rfc5482.not-changed",
                                "linux.tcp.7.tcp-user-timeout"}}});

CASE(set, told, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE, .tags = TAG_WAITS,
     .seconds = 10, .axes = {{"told", {"longer", "shorter"}}})
{
    static const struct user_timeout others[] = {UTO_MINUTES(30), UTO_SECONDS(1)};
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    char bytes[8];
    limit(t, c.fd, WAITS);
    tell(&c, ACK, .text = "abc", .user_timeout = others[t->chosen[0]]);
    must(sk_recv(iut, c.fd, bytes, sizeof bytes, 0));
    int64_t begin = clock_now();
    must(sk_send(iut, c.fd, "hello", 5, 0));
    observe_count(finish(sk_begin(iut, call_recv(c.fd, bytes, 1, 0))));
    observe("%s", in_time(begin, clock_now(), WAITS));
}

MUTANT(set, "what the other side tells makes it half a second")
{
    mutate(m, call);
    if (call->operation == OP_RECV && call->result > 0)
        sk_setsockopt(m->real, (int)call->argument[0], IPPROTO_TCP, TCP_USER_TIMEOUT, 500);
}

RULE(short_time, "wire.user-timeout.option-short",
     .statement =
         "A User Timeout Option that says a second does not end a connection on which data "
         "of send() is not acknowledged for longer.",
     RFCS("ACK seq 1 ack 4 data 5", "rfc5482.lower-limit"));

CASE(short_time, second, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .tags = TAG_WAITS, .seconds = 12)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    char bytes[8];
    tell(&c, ACK, .text = "abc", .user_timeout = UTO_SECONDS(1));
    must(sk_recv(iut, c.fd, bytes, sizeof bytes, 0));
    int64_t begin = clock_now();
    must(sk_send(iut, c.fd, "hello", 5, 0));
    struct packet packet;
    do
        packet = hear(&c);
    while (packet.protocol && packet.time - begin < INT64_C(1500000000));
    observe("%s", said(&c, packet));
}

MUTANT_ON_WIRE(short_time, "the connection is reset")
{
    static int segments;
    if (heading == FROM_IUT && packet->length && ++segments > 2)
        packet->flags = RST;
    return true;
}
