/* Urgent data that arrives: how the application is told of it. */
#include "suites/wire/states.h"
#include "suites/wire/urgent.h"

RULE(is_told, "wire.urgent.told",
     .statement = "The application is told of urgent data, by SIGURG or by an exceptional "
                  "condition that poll() or select() finds, when its urgent pointer arrives, "
                  "also before the data does.",
     RFCS("told", "rfc9293.must-30", "rfc9293.must-31", "rfc9293.must-32", "rfc9293.urg-signalled",
          "rfc9293.urgent-signalled", "rfc9293.urgent-mode-entered",
          "rfc9293.receive-urgent-informed", "rfc9293.reports-urgent"));

CASE(is_told, arrives, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"state", {"established", "fin-wait-1", "fin-wait-2"}},
              {"end", {"in-the-segment", "in-a-later-one", "far-away", "of-no-data"}}})
{
    static const uint16_t pointers[] = {3, 1000, UINT16_MAX, 1000};
    struct line line = take_line(t);
    struct talk c = line_in(&line, chosen_state(t));
    ask_to_be_told(t, c.fd);
    bool empty = t->chosen[1] == 3; /* and with another window, so that it is no duplicate ACK */
    tell(&c, URG | ACK, .text = empty ? "" : "abc", .urgent = pointers[t->chosen[1]],
         .ack = chosen_state(t) == STATE_FIN_WAIT_1 ? -1 : 0, .window = empty ? UINT16_MAX - 1 : 0);
    observe("%s", told(&c));
}

MUTANT_TAMPERS(is_told, "URG is ignored", .heading = TO_IUT, .with = URG, .clear = URG)

/* Whether TCP has out-of-band data POSIX leaves to it: only where it has there is such an option.
 */
static void need_urgent(struct test *t)
{
    need_option(t, t->iut, SOL_SOCKET, SO_OOBINLINE, "SO_OOBINLINE");
}

RULE(signal, "wire.urgent.signal",
     .statement = "Urgent data sends SIGURG to the process that fcntl() with F_SETOWN has made the "
                  "socket's owner.",
     .outcome = {
         [BY_POSIX] = {"SIGURG",
                       {"posix.sockets.signals.sigurg-to-owner", "posix.fcntl.setown",
                        "posix.fcntl.setown-positive-process"}},
         [BY_LINUX] = {"SIGURG",
                       {"linux.tcp.7.urgent-sigurg", "linux.socket.7.pollpri-urgent",
                        "linux.socket.2.setown-sigurg", "posix.sockets.signals.sigurg-to-owner",
                        "posix.fcntl.setown", "posix.fcntl.setown-positive-process"}},
         [BY_BSD] = {"SIGURG",
                     {"freebsd.fcntl.2.setown", "freebsd.socket.2.stream.oob-families"}}});

CASE(signal, owner, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE, .needs = "signals")
{
    need_urgent(t);
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    own(t, c.fd);
    tell(&c, URG | ACK, .text = "abc", .urgent = 3);
    observe("%s", signals_come(t, 1) ? "SIGURG" : "no signal");
}

MUTANT_BY(signal, "F_SETOWN is ignored", ignores_owner)

RULE(nobody, "wire.urgent.no-owner",
     .statement = "Urgent data sends no SIGURG where fcntl() with F_SETOWN was given 0 at last.",
     .outcome = {
         [BY_POSIX] = {"no signal", {"posix.fcntl.setown-zero-none"}},
         [BY_LINUX] = {"no signal", {"posix.fcntl.setown-zero-none", "rfc9293.shld-20"}},
         [BY_BSD] = {"no signal", {"freebsd.fcntl.2.setown", "posix.fcntl.setown-zero-none"}}});

CASE(nobody, owner_no_more, .network = ON_LINE, .family = ANY_FAMILY, .needs = "signals")
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    own(t, c.fd);
    must(sk_fcntl(iut, c.fd, F_SETOWN, 0));
    tell(&c, URG | ACK, .text = "abc", .urgent = 3);
    drain(&line);
    observe("%s", must(sk_signals(iut, SIGURG)) ? "SIGURG" : "no signal");
}

MUTANT(nobody, "F_SETOWN with 0 is ignored")
{
    if (call->operation == OP_FCNTL && call->argument[1] == F_SETOWN && call->argument[2] == 0)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

RULE(again, "wire.urgent.signal-again",
     .statement = "SIGURG comes again when the urgent pointer moves on, and neither when it is "
                  "repeated nor when it goes back.",
     .outcome = {
         [BY_LINUX] = {"1 then 1 then 2",
                       {"linux.tcp.7.urgent-sigurg", "rfc9293.must-32", "rfc9293.urg-advances",
                        "rfc9293.urg-not-signalled-again", "rfc9293.reports-urgent",
                        "rfc9293.urgent-pointer-invalid"}},
         [BY_RFC] = {"1 then 1 then 2",
                     {"rfc9293.must-32", "rfc9293.urg-advances", "rfc9293.urg-not-signalled-again",
                      "rfc9293.reports-urgent", "rfc9293.urgent-pointer-invalid"}}});

/* By which means an application is told, the RFC leaves open: where that is no SIGURG, nothing is
 * to be said of it. */
CASE(again, two_more, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .needs = "signals", .axes = {{"pointer", {"repeated", "goes-back"}}})
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    own(t, c.fd);
    tell(&c, URG | ACK, .text = "abc", .urgent = 10);
    int caught = signals_come(t, 1);
    require_by("wire.urgent.signal", caught > 0, "urgent data sent no SIGURG");
    observe_count(caught);
    if (t->chosen[0]) { /* and is repeated then, for who follows it back */
        tell(&c, URG | ACK, .text = "de", .urgent = 2);
        tell(&c, URG | ACK, .text = "f", .urgent = 5);
    } else {
        tell(&c, URG | ACK, .text = "def", .urgent = 7);
    }
    drain(&line);
    observe_count(sk_signals(iut, SIGURG));
    tell(&c, URG | ACK, .text = "ghi", .urgent = 9);
    observe_count(signals_come(t, 2));
}

MUTANT_ON_WIRE(again, "a later pointer is not looked at")
{
    static bool urgent;
    if (heading == TO_IUT && packet->flags & URG) {
        if (urgent)
            packet->flags &= ~(unsigned)URG;
        urgent = true;
    }
    return true;
}

/* ---- readiness ---- */

RULE(exceptional, "wire.urgent.exceptional",
     .statement = "poll(), select() and epoll_wait() find an exceptional condition where there is "
                  "urgent data.",
     .outcome = {
         [BY_LINUX] = {"exceptional",
                       {"linux.tcp.7.urgent-poll", "linux.tcp.7.urgent-select",
                        "linux.socket.7.pollpri-urgent", "linux.poll.2.pollpri-oob",
                        "linux.select.2.exceptional-as-poll", "linux.epoll_ctl.2.epollpri"}}});

static void find_urgent(struct test *t)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    tell(&c, URG | ACK, .text = "abc", .urgent = 3);
    observe("%s", ready_name(ready(t, t->iut, c.fd, POLLPRI, -1)));
}

CASE(exceptional, poll, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .readiness = WITH_POLL | WITH_EPOLL)
{
    find_urgent(t);
}

CASE(exceptional, select, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .readiness = WITH_SELECT,
     .outcome = {
         [BY_POSIX] = {"exceptional",
                       {"posix.select.except-oob-readable", "posix.select.except-oob-mark"}},
         [BY_BSD] = {
             "exceptional",
             {"freebsd.select.2.exception-is-oob-only", "freebsd.socket.2.stream.oob-families"}}})
{
    need_urgent(t);
    find_urgent(t);
}

MUTANT_TAMPERS(exceptional, "URG is ignored", .heading = TO_IUT, .with = URG, .clear = URG)

RULE(remains, "wire.urgent.remains",
     .statement = "poll() finds an exceptional condition until recv() has read the urgent data, "
                  "with SO_OOBINLINE, and none then.",
     .outcome = {
         [BY_LINUX] = {"exceptional then ab then exceptional then c then nothing",
                       {"linux.tcp.7.urgent-poll", "linux.poll.2.pollpri-oob", "rfc9293.must-33",
                        "rfc9293.receive-urgent-notified", "rfc9293.urgent-mode-left"}}});

CASE(remains, in_line, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    char part[2];
    keep_inline(t, c.fd);
    tell(&c, URG | ACK, .text = "abcde", .urgent = 3);
    observe("%s", ready_name(ready(t, iut, c.fd, POLLPRI, -1)));
    observe("%s", data_text(part, (size_t)must(sk_recv(iut, c.fd, part, sizeof part, 0))));
    observe("%s", ready_name(ready(t, iut, c.fd, POLLPRI, 0)));
    /* Data behind the urgent byte is left, which is no exceptional condition. */
    observe("%s", data_text(part, (size_t)must(sk_recv(iut, c.fd, part, 1, 0))));
    observe("%s", ready_name(ready(t, iut, c.fd, POLLPRI, 0)));
}

MUTANT(remains, "the condition is found once")
{
    static bool found;
    mutate(m, call);
    if (call_asks_readiness(call) && !call->error) {
        if (found)
            call_set_found(call, call_found(call) & ~POLLPRI);
        found |= call_found(call) & POLLPRI;
    }
}

/* ---- what is no urgent data ---- */

RULE(unflagged, "wire.urgent.no-flag",
     .statement = "An urgent pointer without URG means nothing: the application is told nothing, "
                  "and recv() gives all of the data.",
     RFCS("not told then abcde", "rfc9293.urgent-pointer-needs-urg"));

CASE(unflagged, pointer, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    ask_to_be_told(t, c.fd);
    tell(&c, ACK, .text = "abcde", .urgent = 3);
    observe("%s", told_now(&c));
    observe("%s", stream_to(t, c.fd, 'e'));
}

MUTANT_ON_WIRE(unflagged, "a pointer is enough")
{
    if (heading == TO_IUT && packet->urgent)
        packet->flags |= URG;
    return true;
}

RULE(after_fin, "wire.urgent.after-fin",
     .statement = "URG in a segment that comes after the other side's FIN is ignored: the "
                  "application is not told.",
     RFCS("not told then alive", "rfc9293.urg-after-fin-ignored"),
     .deviation = {[BY_LINUX] = {"told then alive",
                                 "Linux looks at URG in whichever state: tcp_rcv_state_process() "
                                 "does before it looks at the state"}});

CASE(after_fin, late, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"state", {"close-wait", "closing"}}})
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, t->chosen[0] ? STATE_CLOSING : STATE_CLOSE_WAIT);
    ask_to_be_told(t, c.fd);
    tell(&c, URG | ACK, .urgent = 3, .ack = t->chosen[0] ? -1 : 0);
    observe("%s", told_now(&c));
    observe("%s", life(&c));
}

MUTANT_TAMPERS(after_fin, "it ends the connection", .heading = TO_IUT, .with = URG, .set = RST)
