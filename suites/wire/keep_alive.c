/* Keep-alives: when they are sent, what they look like, and what their answers do. */
#include "suites/wire/states.h"
#include "suites/wire/wire.h"

#include "calls/clock.h"

enum { IDLE = 2 };

/* Keep-alives begin after two seconds, and there are two of them, a second apart. */
static void hurry(struct test *t, int fd)
{
    need_option(t, t->iut, IPPROTO_TCP, TCP_KEEPIDLE, "TCP_KEEPIDLE");
    must(sk_setsockopt(t->iut, fd, IPPROTO_TCP, TCP_KEEPIDLE, IDLE));
    must(sk_setsockopt(t->iut, fd, IPPROTO_TCP, TCP_KEEPINTVL, 1));
    must(sk_setsockopt(t->iut, fd, IPPROTO_TCP, TCP_KEEPCNT, 2));
}

/* Whether so many seconds have passed between these times. Clocks of timers tick twice in a second
 * at some places. */
static const char *in_time(int64_t begin, int64_t end, int seconds)
{
    const int64_t tick = INT64_C(600000000), late = machine_milliseconds(0.8) * INT64_C(1000000);
    int64_t took = end - begin, time = seconds * INT64_C(1000000000);
    return took < time - tick ? "too early" : took > time + late ? "too late" : "in time";
}

/* The same where the time begins with what came last or, at the latest, when it was asked for,
 * which a slow machine does later. */
static const char *in_time_since(int64_t begin, int64_t asked, int64_t end, int seconds)
{
    const char *since = in_time(begin, end, seconds);
    bool late = strcmp(in_time(asked, end, seconds), "too late") == 0;
    return strcmp(since, "too late") == 0 && !late ? "in time" : since;
}

RULE(probe, "wire.keep-alive.probe",
     .statement =
         "With SO_KEEPALIVE a connection that is idle for TCP_KEEPIDLE is probed by an ACK "
         "without data, or on FreeBSD with one octet of garbage.",
     .outcome = {
         [BY_LINUX] = {"ACK without data then in time",
                       {"linux.tcp.7.tcp-keepidle", "rfc9293.shld-12"}},
         [BY_BSD] = {"ACK without data | ACK seq 0 ack 1 data 1 then in time",
                     {"freebsd.tcp.4.tcp-keepidle", "freebsd.getsockopt.2.so-keepalive-transmits"}},
         [BY_RFC] = {"ACK without data then *", {"rfc9293.may-5", "rfc9293.shld-12"}}});

/* That it has no data is a "should"; what must be of its time is in wire.keep-alive.off. An ACK
 * with the number that comes next is no probe: nobody answers that. */
CASE(probe, idle, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE, .tags = TAG_WAITS,
     .seconds = 10)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    int64_t begin = clock_now();
    tell(&c, ACK); /* how long the connection was idle before does not count then */
    drain(&line);
    hurry(t, c.fd);
    must(sk_setsockopt(iut, c.fd, SOL_SOCKET, SO_KEEPALIVE, 1));
    int64_t asked = clock_now();
    struct packet packet = hear(&c);
    if (packet.flags == ACK && !packet.length && sequence_before(packet.seq, c.expected))
        observe("ACK without data");
    else
        observe("%s", said(&c, packet));
    observe("%s", in_time_since(begin, asked, packet.time, IDLE));
}

MUTANT_ON_WIRE(probe, "it has an octet of data")
{
    if (heading == FROM_IUT && packet->flags == ACK && !packet->length) {
        packet->data = "x";
        packet->length = 1;
    }
    return true;
}

RULE(off, "wire.keep-alive.off",
     .statement =
         "A connection on which SO_KEEPALIVE was not set, or cleared again, is not probed, "
         "whatever TCP_KEEPIDLE says (but may be on FreeBSD), and one on which it is set when "
         "nothing has come for so long, and not before.",
     .outcome = {[BY_LINUX] = {"not probed then in time",
                               {"linux.tcp.7.tcp-keepidle", "rfc9293.must-25", "rfc9293.must-24",
                                "rfc9293.must-26", "rfc9293.must-27"}},
                 /* always_keepalive has FreeBSD probe those too on which the option is off */
                 [BY_BSD] = {"* then in time", {"freebsd.tcp.4.tcp-keepidle"}},
                 [BY_RFC] = {"not probed then in time",
                             {"rfc9293.must-24", "rfc9293.must-25", "rfc9293.must-26",
                              "rfc9293.must-27"}}});

/* A connection that is probed every second shows when half of the time has passed: then something
 * comes on the one that is probed later, by when the one without would have been. */
CASE(off, beside, .network = ON_LINE, .family = ANY_FAMILY, .role = ROLE_CLIENT, .tags = TAG_WAITS,
     .seconds = 15, .axes = {{"option", {"untouched", "cleared"}}})
{
    struct line line = take_line(t);
    struct talk without = line_connected(&line), with = line_connected(&line),
                clock = line_connected(&line);
    bool probed = false;
    const int64_t moment = machine_milliseconds(0.2) * INT64_C(1000000);
    int64_t first = 0, begin = clock_now(), heard = 0;
    tell(&with, ACK); /* how long they were idle before does not count then */
    tell(&without, ACK);
    tell(&clock, ACK);
    drain(&line);
    hurry(t, without.fd); /* first: a timer that clearing leaves running shall expire in time */
    if (t->chosen[0]) {
        must(sk_setsockopt(iut, without.fd, SOL_SOCKET, SO_KEEPALIVE, 1));
        must(sk_setsockopt(iut, without.fd, SOL_SOCKET, SO_KEEPALIVE, 0));
        require(strcmp(in_time(begin, clock_now(), IDLE), "too early") == 0,
                "it was idle so long while the option was set");
    }
    hurry(t, with.fd);
    must(sk_setsockopt(iut, with.fd, SOL_SOCKET, SO_KEEPALIVE, 1));
    hurry(t, clock.fd);
    must(sk_setsockopt(iut, clock.fd, IPPROTO_TCP, TCP_KEEPIDLE, IDLE / 2));
    must(sk_setsockopt(iut, clock.fd, SOL_SOCKET, SO_KEEPALIVE, 1));
    while (!first && may_still_come(begin)) {
        struct packet packet = see(&line);
        require_by("wire.keep-alive.probe", packet.protocol, "there is no probe");
        int port = address_port(&packet.source);
        if (port == address_port(&with.iut)) {
            first = packet.time;
        } else if (port == address_port(&clock.iut)) {
            tell(&clock, ACK);
            if (!heard)
                heard = tell(&with, ACK).time;
        } else if (port == address_port(&without.iut)) {
            probed = true;
        }
    }
    require_by("wire.keep-alive.probe", first, "there is no probe");
    require((heard && first - heard > moment) ||
                strcmp(in_time(begin, first, IDLE), "too early") == 0,
            "nothing came by when the probe was due: the line was slow, or TCP_KEEPIDLE is not %d",
            IDLE / 2);
    observe("%s", probed ? "probed" : "not probed");
    observe("%s", heard ? in_time(heard, first, IDLE) : "too early");
}

MUTANT(off, "SO_KEEPALIVE is on from the first")
{
    mutate(m, call);
    if (call->operation == OP_CONNECT)
        sk_setsockopt(m->real, (int)call->argument[0], SOL_SOCKET, SO_KEEPALIVE, 1);
    if (call_is_option(call, OP_SETSOCKOPT, SOL_SOCKET, SO_KEEPALIVE) &&
        call_option_value(call) == 0)
        sk_setsockopt(m->real, (int)call->argument[0], SOL_SOCKET, SO_KEEPALIVE, 1);
}

RULE(answered, "wire.keep-alive.one-unanswered",
     .statement = "A connection lasts though one keep-alive was not answered: recv() gives what "
                  "comes later.",
     .outcome = {[BY_LINUX] = {"abc", {"rfc9293.must-29", "linux.tcp.7.tcp-keepcnt"}},
                 [BY_BSD] = {"abc", {"freebsd.tcp.4.tcp-keepcnt"}},
                 [BY_RFC] = {"abc", {"rfc9293.must-29"}}});

CASE(answered, second, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS, .seconds = 15)
{
    enum { ENOUGH = 8 }; /* a slow machine answers the second before the last was sent */
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    hurry(t, c.fd);
    must(sk_setsockopt(iut, c.fd, IPPROTO_TCP, TCP_KEEPCNT, ENOUGH));
    must(sk_setsockopt(iut, c.fd, SOL_SOCKET, SO_KEEPALIVE, 1));
    require_by("wire.keep-alive.probe", hear(&c).flags == ACK, "there is no probe");
    hear(&c); /* the next one, or the end of a connection that was taken for dead */
    tell(&c, ACK, .text = "abc");
    observe("%s", receive_next(t, iut, c.fd));
}

MUTANT_ON_WIRE(answered, "the connection is dropped by then")
{
    if (heading == TO_IUT && packet->text)
        packet->flags |= RST;
    return true;
}

RULE(dead, "wire.keep-alive.unanswered",
     .statement =
         "After TCP_KEEPCNT keep-alives without an answer, with TCP_KEEPINTVL between them and an "
         "answer to the last waited for, the connection is gone: recv() fails with ETIMEDOUT.",
     .outcome = {[BY_POSIX] = {"ETIMEDOUT then * then * then * then *",
                               {"posix.sockets.options.keepalive.breaks",
                                "posix.recv.etimedout-transmission"}},
                 [BY_LINUX] = {"ETIMEDOUT then 2 keep-alives then in time then waits then gone",
                               {"linux.tcp.7.tcp-keepcnt", "linux.tcp.7.tcp-keepintvl",
                                "posix.recv.etimedout-transmission"}},
                 [BY_BSD] = {"ETIMEDOUT then 2 keep-alives then in time then waits then gone",
                             {"freebsd.tcp.4.tcp-keepcnt", "freebsd.tcp.4.tcp-keepintvl",
                              "freebsd.getsockopt.2.so-keepalive-breaks",
                              "posix.recv.etimedout-transmission"}}});

CASE(dead, both, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE, .tags = TAG_WAITS,
     .seconds = 15)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    char byte;
    int probes = 0;
    int64_t at[2] = {0};
    hurry(t, c.fd);
    must(sk_setsockopt(iut, c.fd, SOL_SOCKET, SO_KEEPALIVE, 1));
    struct pending *waiting = sk_begin(iut, call_recv(c.fd, &byte, 1, 0));
    observe_count(finish(waiting));
    int64_t end = clock_now();
    for (struct packet packet = hear_now(&c); packet.protocol; packet = hear_now(&c)) {
        if (packet.flags == ACK && probes < 2)
            at[probes] = packet.time;
        probes += packet.flags == ACK;
    }
    observe("%d keep-alives", probes);
    observe("%s", in_time(at[0], at[1], 1));
    observe("%s", strcmp(in_time(at[1], end, 1), "too early") ? "waits" : "does not wait");
    observe("%s", life(&c));
}

MUTANT_TAMPERS(dead, "one is sent twice", .with = ACK, .without = SYN | RST, .nth = 2,
               .twice = true)

RULE(
    idle_time, "wire.keep-alive.two-hours",
    .statement =
        "Unless it is set, TCP_KEEPIDLE is two hours, or more by the RFC, and SO_KEEPALIVE is off.",
    .outcome = {[BY_POSIX] = {"* then off", {"posix.sockets.options.keepalive.default"}},
                [BY_LINUX] = {"two hours then off",
                              {"linux.tcp.7.proc-tcp-keepalive-time", "rfc9293.must-28",
                               "rfc9293.must-25"}},
                [BY_BSD] = {"two hours then off",
                            {"freebsd.tcp.4.mib.keepidle", "freebsd.tcp.4.tcp-keepidle",
                             "posix.sockets.options.keepalive.default"}},
                [BY_RFC] = {"two hours | more than two hours then off",
                            {"rfc9293.must-28", "rfc9293.must-25"}}});

CASE(idle_time, connected, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    int seconds = 0, on = 0;
    need_option(t, iut, IPPROTO_TCP, TCP_KEEPIDLE, "TCP_KEEPIDLE");
    must(sk_getsockopt(iut, c.fd, IPPROTO_TCP, TCP_KEEPIDLE, &seconds));
    observe("%s", seconds == 7200  ? "two hours"
                  : seconds > 7200 ? "more than two hours"
                                   : "less than two hours");
    must(sk_getsockopt(iut, c.fd, SOL_SOCKET, SO_KEEPALIVE, &on));
    observe("%s", on ? "on" : "off");
}

MUTANT(idle_time, "TCP_KEEPIDLE is an hour")
{
    mutate(m, call);
    if (call_is_option(call, OP_GETSOCKOPT, IPPROTO_TCP, TCP_KEEPIDLE) && call->result == 0)
        call_set_option_value(call, 3600);
}
