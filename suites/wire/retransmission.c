/* What is not acknowledged is sent again: when, how often, and until when. */
#include "suites/wire/states.h"
#include "suites/wire/wire.h"

#include "calls/clock.h"

/* What the line hears that carries data of the connection, or ends it. */
static struct packet hear_text(struct talk *c)
{
    struct packet packet;
    do
        packet = hear(c);
    while (packet.protocol && !packet.length && !(packet.flags & RST));
    return packet;
}

/* The same and what its data is, which said() has not. */
static void observe_text(struct test *t, struct talk *c)
{
    struct packet packet = hear_text(c);
    observe("%s %s", said(c, packet), octets_of(&packet));
}

/* TCP_USER_TIMEOUT, in milliseconds, and whether a connection has ended when it had passed. Who
 * looks only when data is sent again does so 0.7 seconds late where that is 0.2, 0.6 and 1.4
 * seconds after it was sent first. A loaded machine is late at times, but not each time. */
enum { LIMIT = 700 };

static const char *in_time(int64_t begin)
{
    const int64_t slack = INT64_C(100000000), late = machine_milliseconds(0.5) * INT64_C(1000000);
    int64_t took = clock_now() - begin, limit = LIMIT * INT64_C(1000000);
    return took + slack < limit ? "too early" : took > limit + late ? "too late" : "in time";
}

RULE(data, "wire.retransmission.data",
     .statement = "Data of send() that is not acknowledged is sent again, and again.",
     RFCS("ACK seq 1 ack 1 data 5 hello then ACK seq 1 ack 1 data 5 hello then "
          "ACK seq 1 ack 1 data 5 hello",
          "rfc9293.retransmission", "rfc9293.retransmission-timeout",
          "rfc9293.retransmission-timer-restarts", "rfc6298.earliest-sent-again"));

CASE(data, lost, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE, .tags = TAG_WAITS,
     .seconds = 15)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    must(sk_send(iut, c.fd, "hello", 5, 0));
    for (int i = 0; i < 3; i++)
        observe_text(t, &c);
}

MUTANT_TAMPERS(data, "it is sent again with the number that comes next", .data = true, .nth = 2,
               .seq = 5)

RULE(rest, "wire.retransmission.rest",
     .statement = "Data of send() that was acknowledged is not sent again: what comes again begins "
                  "with what was not.",
     RFCS("ACK seq 4 ack 1 data 2 de", "rfc9293.ack-advances", "rfc9293.fully-acknowledged",
          "rfc9293.retransmission-timeout", "rfc9293.acceptable-ack"));

/* What was sent in two parts, of which the first is acknowledged. */
CASE(rest, second, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE, .tags = TAG_WAITS,
     .seconds = 15)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    size_t most;
    must(sk_send(iut, c.fd, "abc", 3, 0));
    require(hear_data(&c, 3, &most) == 3, "the first data did not come");
    tell(&c, ACK);
    must(sk_send(iut, c.fd, "de", 2, 0));
    require(hear_data(&c, 2, &most) == 2, "the second data did not come");
    observe_text(t, &c);
}

/* Both parts are on their way when the first is acknowledged. */
CASE(rest, first_of_two, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .tags = TAG_WAITS, .seconds = 15)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    need_option(t, iut, IPPROTO_TCP, TCP_NODELAY, "TCP_NODELAY");
    must(sk_setsockopt(iut, c.fd, IPPROTO_TCP, TCP_NODELAY, 1));
    size_t most;
    must(sk_send(iut, c.fd, "abc", 3, 0));
    require(hear_data(&c, 3, &most) == 3, "the first data did not come");
    must(sk_send(iut, c.fd, "de", 2, 0));
    require(hear_data(&c, 2, &most) == 2, "the second data did not come");
    tell(&c, ACK, .ack = -2);
    drain(&line);
    observe_text(t, &c);
}

MUTANT_TAMPERS(rest, "the first of it comes again", .data = true, .nth = 3, .seq = -3)

RULE(backs_off, "wire.retransmission.backs-off",
     .statement = "The time after which data of send() is sent again doubles from one time to the "
                  "next, but for what may be added to it each time.",
     RFCS("it doubles", "rfc6298.backs-off", "rfc9293.must-19", "rfc9293.must-18"));

/* Timers are late where there is much to do, never early: of three times, what each says the first
 * of them was, if it has doubled since, the one that was late least says most. */
enum { TIMES = 3 };

static bool doubles(const double *times, double *least)
{
    double first[TIMES];
    bool all = true;
    for (int i = 0; i < TIMES; i++) {
        first[i] = times[i] / (1 << i);
        if (i == 0 || first[i] < *least)
            *least = first[i];
    }
    for (int i = 0; i < TIMES; i++)
        all &= first[i] < 1.6 * *least;
    return all;
}

/* The very first timeout may be shorter than it should be, but not as long as the next: by a coarse
 * clock it begins between two ticks, the others with one. Where something is added to each, as
 * FreeBSD does, what they grow by doubles. */
static bool timeout_doubles(struct test *t, struct line *line)
{
    struct host *iut = t->iut;
    struct talk c = line_connected(line);
    double took[1 + TIMES], grown[TIMES], least;
    int64_t last = 0;
    must(sk_send(iut, c.fd, "hello", 5, 0));
    for (int i = -1; i < 1 + TIMES; i++) {
        struct packet packet = hear_text(&c);
        require_by("wire.retransmission.data", packet.length, "the data does not come again");
        if (i >= 0)
            took[i] = (double)(packet.time - last);
        last = packet.time;
    }
    for (int i = 0; i < TIMES; i++)
        grown[i] = took[i + 1] - took[i];
    tell(&c, RST);
    drain(line);
    return (doubles(took + 1, &least) && took[0] < 0.95 * least) ||
           (doubles(grown, &least) && least > took[0] / 20);
}

/* A loaded machine is late at times, but not each time. */
CASE(backs_off, data, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS, .seconds = 60)
{
    struct line line = take_line(t);
    bool is = timeout_doubles(t, &line) || timeout_doubles(t, &line);
    observe("%s", is ? "it doubles" : "it does not");
}

MUTANT_ON_WIRE(backs_off, "the time is always the same")
{
    static int64_t last;
    if (heading == FROM_IUT && packet->length) {
        last = last ? last + 200000000 : packet->time;
        packet->time = last;
    }
    return true;
}

RULE(stays, "wire.retransmission.backoff-kept",
     .statement = "A timeout that has doubled since data of send() was sent again stays so for the "
                  "next data, which is given after that was acknowledged.",
     RFCS("it stays", "rfc9293.backoff-kept"));

/* Timers are late where there is much to do, never early; their clocks may be coarse. */
CASE(stays, new_data, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS, .seconds = 30)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    int64_t at[3], begin;
    must(sk_send(iut, c.fd, "abc", 3, 0));
    for (int i = 0; i < 3; i++) {
        struct packet packet = hear_text(&c);
        require_by("wire.retransmission.data", packet.length, "the data does not come again");
        at[i] = packet.time;
    }
    tell(&c, ACK);
    drain(&line);
    must(sk_send(iut, c.fd, "de", 2, 0));
    begin = hear_text(&c).time;
    struct packet again = hear_text(&c);
    require_by("wire.retransmission.data", again.length == 2, "the data does not come again");
    /* More than the second timeout: twice that, less what every timeout has beside what doubles.
     * Of the first and the second what was late least says most. */
    int64_t second = at[2] - at[1], doubled = 2 * (at[1] - at[0]);
    observe("%s", 10 * (again.time - begin) > 11 * (second < doubled ? second : doubled)
                      ? "it stays"
                      : "it does not");
}

MUTANT_ON_WIRE(stays, "it is the first timeout again")
{
    static int64_t first, last;
    static int count;
    if (heading == FROM_IUT && packet->length) {
        count++;
        if (count == 2)
            first = packet->time - last;
        if (count == 5)
            packet->time = last + first;
        last = packet->time;
    }
    return true;
}

/* ---- SYNs ---- */

RULE(syn, "wire.retransmission.syn",
     .statement = "The SYN of connect() is sent again with the same number where no answer comes, "
                  "and the connection can still be made.",
     RFCS("SYN seq 0 then 0", "rfc9293.must-22", "rfc9293.retransmission"));

CASE(syn, lost, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS, .seconds = 15)
{
    struct line line = take_line(t);
    struct talk c = line_called(&line);
    observe("%s", said(&c, hear(&c)));
    tell(&c, SYN | ACK);
    observe("%s", connect_ends(&c));
}

MUTANT_TAMPERS(syn, "the SYN has another number when it comes again", .with = SYN, .nth = 2,
               .seq = 1)

RULE(syn_timeout, "wire.retransmission.syn-timeout",
     .statement =
         "The SYN of connect(), and the SYN with ACK of a listening socket, are sent again a "
         "second later or more.",
     RFCS("a second or more", "rfc6298.first-timeout", "rfc6298.first-timeout-longer"));

CASE(syn_timeout, first, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS, .seconds = 15)
{
    struct line line = take_line(t);
    struct talk c = line_called(&line);
    struct packet again = hear(&c);
    require_by("wire.retransmission.syn", has_just(&again, SYN), "the SYN does not come again");
    /* The clocks of timers may be coarse. */
    observe("%s", again.time - c.syn.time >= INT64_C(900000000) ? "a second or more" : "sooner");
}

CASE(syn_timeout, listening, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS,
     .seconds = 15)
{
    struct line line = take_line(t);
    struct talk c = line_calls(&line);
    struct packet again = hear(&c);
    require_by("wire.retransmission.syn-ack", has_just(&again, SYN | ACK),
               "the SYN with ACK does not come again");
    observe("%s", again.time - c.syn.time >= INT64_C(900000000) ? "a second or more" : "sooner");
}

MUTANT_ON_WIRE(syn_timeout, "it takes half a second")
{
    static bool again;
    if (heading == FROM_IUT && packet->flags & SYN) {
        packet->time -= again ? 600000000 : 0;
        again = true;
    }
    return true;
}

RULE(syn_ack, "wire.retransmission.syn-ack",
     .statement =
         "The SYN with ACK of a listening socket is sent again with the same numbers where "
         "it is not acknowledged, and accept() gives the connection when it is.",
     RFCS("SYN ACK seq 0 ack 1 then a connection", "rfc9293.retransmission",
          "rfc9293.retransmission-timeout"));

CASE(syn_ack, lost, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS, .seconds = 15)
{
    struct line line = take_line(t);
    struct talk c = line_calls(&line);
    observe("%s", said(&c, hear(&c)));
    tell(&c, ACK);
    observe("%s", accepted_now(&c));
}

MUTANT_TAMPERS(syn_ack, "it has another number when it comes again", .with = SYN | ACK, .nth = 2,
               .seq = 1)

/* ---- until when ---- */

RULE(returns, "wire.retransmission.send-returns",
     .statement = "send() returns at once although what it sends is not acknowledged.",
     RFCS("5 then at once then ACK seq 1 ack 1 data 5", "rfc9293.send-does-not-wait"));

CASE(returns, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c;
    struct packet packet;
    int count = 0;
    bool late = true;
    for (int i = 0; i < LATE_TRIES && late; i++) {
        c = line_connected(&line);
        int64_t since = clock_now();
        count = finish(sk_begin(iut, call_send(c.fd, "hello", 5, 0)));
        late = clock_late(since);
        packet = hear_text(&c);
        if (late) { /* so that its data does not come again */
            tell(&c, RST);
            drain(&line);
        }
    }
    observe_count(count);
    observe("%s", late ? "late" : "at once");
    observe("%s", said(&c, packet));
}

MUTANT_GIVES(returns, "send() gives up waiting for the ACK", OP_SEND, 0, ETIMEDOUT)

RULE(user_timeout, "wire.retransmission.user-timeout",
     .statement = "Where data of send() is not acknowledged for as long as TCP_USER_TIMEOUT says, "
                  "and not before, recv() fails with ETIMEDOUT, and the connection is gone.",
     .outcome = {
         [BY_POSIX] = {"ETIMEDOUT then told then * then *", {"posix.recv.etimedout-transmission"}},
         [BY_LINUX] = {"ETIMEDOUT then told then in time then RST seq 1",
                       {"linux.tcp.7.tcp-user-timeout", "linux.tcp.7.etimedout",
                        "rfc9293.reports-retransmissions", "rfc9293.user-timeout-closed",
                        "rfc9293.user-timeout-told", "rfc9293.user-timeout-flushes",
                        "rfc9293.must-21", "rfc9293.closed-answers-rst",
                        "rfc9293.closed-rst-with-ack"}},
         [BY_RFC] = {"* then told then in time then RST seq 1",
                     {"rfc9293.user-timeout-closed", "rfc9293.user-timeout-told",
                      "rfc9293.user-timeout-flushes", "rfc9293.must-21", "rfc9293.r2-closes",
                      "rfc9293.must-20", "rfc9293.closed-answers-rst",
                      "rfc9293.closed-rst-with-ack"}}});

/* The RFC names no error, but there must be one. */
static void observe_failure(struct test *t, int error)
{
    observe("%s", error_name(error));
    observe("%s", error ? "told" : "not told");
}

static bool is_too_late(const char *when)
{
    return strcmp(when, "too late") == 0;
}

/* Data of a connection with the timeout that nobody acknowledges: what recv() makes of it, and
 * whether there is a connection then. */
static void observe_timeout(struct test *t, struct talk (*limited)(struct line *))
{
    struct line line = take_line(t);
    struct talk c;
    const char *when = "too late";
    int result = 0;
    char byte;
    need_option(t, t->iut, IPPROTO_TCP, TCP_USER_TIMEOUT, "TCP_USER_TIMEOUT");
    for (int i = 0; i < LATE_TRIES && is_too_late(when); i++) {
        c = limited(&line);
        int64_t begin = clock_now();
        must(sk_send(t->iut, c.fd, "hello", 5, 0));
        result = finish(sk_begin(t->iut, call_recv(c.fd, &byte, 1, 0)));
        when = in_time(begin);
        drain(&line);
    }
    observe_failure(t, result < 0 ? -result : 0);
    observe("%s", when);
    tell(&c, ACK);
    observe("%s", said(&c, hear(&c)));
}

static struct talk limited_connection(struct line *line)
{
    struct test *t = line->t;
    struct talk c = line_connected(line);
    must(sk_setsockopt(t->iut, c.fd, IPPROTO_TCP, TCP_USER_TIMEOUT, LIMIT));
    return c;
}

CASE(user_timeout, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .tags = TAG_WAITS, .seconds = 15)
{
    observe_timeout(t, limited_connection);
}

#define OF_OPEN(first_, ...)                                                                       \
    {                                                                                              \
        first_ " then told then in time then RST seq 1",                                           \
        {                                                                                          \
            __VA_ARGS__, "rfc9293.open-timeout", "rfc9293.user-timeout-closed",                    \
                "rfc9293.user-timeout-flushes", "rfc9293.user-timeout-told", "rfc9293.must-21",    \
                "rfc9293.closed-answers-rst", "rfc9293.closed-rst-with-ack"                        \
        }                                                                                          \
    }

/* The timeout is there before connect(). */
static struct talk limited_before(struct line *line)
{
    struct test *t = line->t;
    struct host *iut = t->iut;
    struct talk c = talk_to(line, 0);
    c.fd = stream_socket(t, iut);
    must(sk_setsockopt(iut, c.fd, IPPROTO_TCP, TCP_USER_TIMEOUT, LIMIT));
    set_nonblocking(t, iut, c.fd, true);
    sk_connect(iut, c.fd, &c.line_name);
    c.syn = must_see(line, SYN);
    c.iut = c.syn.source;
    talk_counts_from(&c, &c.syn);
    tell(&c, SYN | ACK);
    require(hear_but(&c, SYN).flags == ACK, "the SYN with ACK got no ACK");
    require(connected_to_line(&c) == 0, "connect() failed");
    set_nonblocking(t, iut, c.fd, false);
    return c;
}

CASE(user_timeout, before, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS,
     .seconds = 15,
     .outcome = {
         [BY_LINUX] = OF_OPEN("ETIMEDOUT", "linux.tcp.7.tcp-user-timeout", "linux.tcp.7.etimedout"),
         [BY_RFC] = OF_OPEN("*", "rfc9293.r2-closes")})
{
    observe_timeout(t, limited_before);
}

MUTANT_TAMPERS(user_timeout, "the connection is still there", .with = RST, .clear = RST, .set = ACK)

RULE(last_ack, "wire.retransmission.last-ack-timeout",
     .statement =
         "Where the FIN of one who closed second is not acknowledged for as long as "
         "TCP_USER_TIMEOUT says, and not before, the connection is gone, and SO_ERROR tells "
         "of it.",
     .outcome = {[BY_LINUX] = {"ETIMEDOUT then told then in time then RST seq 2",
                               {"rfc9293.last-ack-times-out", "linux.tcp.7.tcp-user-timeout",
                                "linux.tcp.7.etimedout", "rfc9293.user-timeout-closed",
                                "rfc9293.user-timeout-told", "rfc9293.closed-answers-rst",
                                "rfc9293.closed-rst-with-ack"}},
                 [BY_RFC] = {"* then told then in time then RST seq 2",
                             {"rfc9293.last-ack-times-out", "rfc9293.user-timeout-closed",
                              "rfc9293.user-timeout-told", "rfc9293.closed-answers-rst",
                              "rfc9293.closed-rst-with-ack"}}});

CASE(last_ack, fin, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE, .tags = TAG_WAITS,
     .seconds = 15)
{
    struct line line = take_line(t);
    struct talk c;
    const char *when = "too late";
    int error = 0;
    need_option(t, iut, IPPROTO_TCP, TCP_USER_TIMEOUT, "TCP_USER_TIMEOUT");
    for (int i = 0; i < LATE_TRIES && is_too_late(when); i++) {
        struct backoff backoff = backoff_begin_rarely(patience);
        c = limited_connection(&line);
        tell(&c, FIN | ACK);
        require_by("wire.fin.established", strcmp(until_acknowledged(&c), "acknowledged") == 0,
                   "the FIN is not acknowledged");
        int64_t begin = clock_now();
        must(sk_shutdown(iut, c.fd, SHUT_WR));
        must_hear(&c, FIN | ACK);
        do
            must(sk_getsockopt(iut, c.fd, SOL_SOCKET, SO_ERROR, &error));
        while (!error && backoff_wait(&backoff));
        when = in_time(begin);
        drain(&line);
        if (!error)
            break;
    }
    observe_failure(t, error);
    observe("%s", when);
    tell(&c, ACK);
    observe("%s", said(&c, hear_now(&c)));
}

MUTANT_TAMPERS(last_ack, "the connection is still there", .with = RST, .clear = RST, .set = ACK)

RULE(closed, "wire.retransmission.close-timeout",
     .statement = "When data that was sent before close() is not acknowledged for as long as "
                  "TCP_USER_TIMEOUT says, and not before, the connection is gone.",
     .outcome = {[BY_LINUX] = {"gone then in time",
                               {"linux.tcp.7.tcp-user-timeout", "rfc9293.close-turns-into-abort"}},
                 [BY_RFC] = {"gone then in time", {"rfc9293.close-turns-into-abort"}}});

CASE(closed, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE, .tags = TAG_WAITS,
     .seconds = 15)
{
    struct line line = take_line(t);
    const char *is = "gone", *when = "too late";
    need_option(t, iut, IPPROTO_TCP, TCP_USER_TIMEOUT, "TCP_USER_TIMEOUT");
    for (int i = 0; i < LATE_TRIES && is_too_late(when) && strcmp(is, "gone") == 0; i++) {
        struct backoff backoff = backoff_begin_rarely(patience);
        struct talk c = limited_connection(&line);
        uint32_t first = c.expected;
        int64_t begin = clock_now();
        must(sk_send(iut, c.fd, "hello", 5, 0));
        must(sk_close(iut, c.fd));
        require_by("wire.open.first-data", hear_text(&c).length == 5, "the data does not come");
        do {
            drain(&line);
            c.expected = first; /* old segments acknowledge nothing either */
            is = life(&c);
        } while (strcmp(is, "alive") == 0 && backoff_wait(&backoff));
        when = in_time(begin);
    }
    observe("%s", is);
    observe("%s", when);
}

MUTANT_TAMPERS(closed, "the connection is still there", .with = RST, .clear = RST, .set = ACK)
