/* SO_LINGER: what close() does with a connection. */
#include "suites/suite.h"

#include "calls/clock.h"

/* ---- with no time ---- */

RULE(
    no_time_wait, "tcp.linger.zero-no-time-wait",
    .statement =
        "On Linux close() with SO_LINGER on and no time leaves no TIME_WAIT: the connection's port "
        "is free at once.",
    .pinned = {[BY_LINUX] = "0"});

CASE(no_time_wait, closed, .family = ANY_FAMILY, .network = ANY_NETWORK, .mode = ANY_MODE)
{
    struct endpoint server = listening_socket(t, peer);
    struct endpoint own = bound_socket(t, iut, SOCK_STREAM, PLACE_MAIN);
    must(sk_connect(iut, own.fd, &server.address));
    set_nonblocking(t, iut, own.fd, t->mode == MODE_NONBLOCKING);
    set_linger(t, iut, own.fd, 0);
    must(sk_close(iut, own.fd));
    observe_result(sk_bind(iut, stream_socket(t, iut), &own.name));
}

MUTANT_BY(no_time_wait, "SO_LINGER is ignored", ignores_linger)

RULE(reset, "tcp.linger.zero-reset",
     .statement =
         "On z/OS, and on Linux, close() with SO_LINGER on and no time resets the connection: the "
         "other side gets ECONNRESET.",
     .pinned = {[BY_LINUX] = "ECONNRESET"},
     .outcome = {
         [BY_ZOS] = {"ECONNRESET", {"zos.close.linger.zero-sends-reset", "zos.recv.econnreset"}}});

/* The IUT closes at once; observes that the peer hears nothing of it, if so. */
static bool peer_hears(struct test *t, const struct connection *c)
{
    set_linger(t, t->iut, c->iut, 0);
    must(sk_close(t->iut, c->iut));
    bool heard = ready(t, t->peer, c->peer, POLLIN, patience);
    if (!heard)
        observe("nothing");
    return heard;
}

CASE(reset, peer_reads, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .recv = ANY_RECV)
{
    struct connection c = connected_pair(t);
    char data[8];
    if (peer_hears(t, &c))
        observe_result(receive_by_form(t, peer, c.peer, data, sizeof data));
}

CASE(reset, peer_asks, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE)
{
    struct connection c = connected_pair(t);
    int error;
    if (!peer_hears(t, &c))
        return;
    must(sk_getsockopt(peer, c.peer, SOL_SOCKET, SO_ERROR, &error));
    observe("%s", error_name(error));
}

MUTANT_BY(reset, "SO_LINGER is ignored", ignores_linger)

/* ---- with time ---- */

static struct pending *begin_close(struct host *host, int fd)
{
    return sk_begin(host, (struct call){.operation = OP_CLOSE, .argument = {fd}});
}

RULE(blocks, "tcp.linger.blocks",
     .statement =
         "close() with SO_LINGER on and time left blocks until all data is transmitted, and "
         "gives 0 as soon as it is.",
     .outcome = {
         [BY_POSIX] = {"waits then 0",
                       {"posix.close.linger-blocks", "posix.sockets.options.linger.blocks",
                        "posix.close.returns-0"}},
         [BY_LINUX] = {"waits then 0",
                       {"linux.socket.7.so-linger-close", "linux.close.2.returns-zero"}},
         [BY_BSD] = {"waits then 0",
                     {"freebsd.getsockopt.2.so-linger-blocks", "freebsd.close.2.returns-zero"}},
         [BY_ZOS] = {"waits then 0",
                     {"zos.close.linger.waits-for-acknowledgement",
                      "zos.close.linger.returns-when-sent", "zos.close.returns-zero"}}});

/* The peer reads what it has, again and again, for as long as close() waits and more is left than
 * can be on its way: for a second at most, since timers may have to send what there is little room
 * for. Whether more came each time. */
static bool read_parts(struct test *t, struct pending *closing, int fd, size_t *unread)
{
    enum { ROOM = 4608 };
    char data[ROOM];
    int64_t end = clock_now() + INT64_C(1000000000);
    while (clock_now() < end && *unread > 4 * ROOM && sk_waits(closing)) {
        int result = ready(t, t->peer, fd, POLLIN, -1) ? sk_recv(t->peer, fd, data, ROOM, 0) : 0;
        if (result <= 0)
            return false;
        *unread -= (size_t)result;
    }
    return true;
}

/* What became of a close(). */
struct closed {
    bool waited, transmitted; /* while the peer had not read all; all in the end */
    bool late;                /* it gave its result later than an ACK is delayed after that */
    int result;
};

/* Begins to close a socket that has data which its peer has no room for, with much time. The peer
 * reads a part of it after the other. */
static struct closed close_with_data(struct test *t, bool nonblocking)
{
    size_t unread;
    struct closed seen = {0};
    struct connection c = unsent_data(t, &unread);
    set_nonblocking(t, t->iut, c.iut, nonblocking);
    set_linger(t, t->iut, c.iut, 30);
    struct pending *closing = begin_close(t->iut, c.iut);
    bool more = read_parts(t, closing, c.peer, &unread);
    seen.waited = sk_waits(closing);
    seen.transmitted = more && take_unsent(t, c.peer, unread) == unread;
    if (!seen.transmitted)
        return seen;
    int64_t since = clock_now();
    seen.result = finish(closing);
    seen.late = clock_now() - since > machine_milliseconds(0.5) * INT64_C(1000000);
    return seen;
}

/* A loaded machine is late at times, but not each time. */
static void observe_close(struct test *t, bool nonblocking)
{
    enum { TRIES = 3 };
    struct closed seen = close_with_data(t, nonblocking);
    for (int tries = 1; seen.late && tries < TRIES; tries++)
        seen = close_with_data(t, nonblocking);
    observe("%s", seen.waited ? "waits" : "returns");
    if (!seen.transmitted)
        observe("not all is transmitted");
    else
        observe("%s%s", result_name(seen.result), seen.late ? " late" : "");
}

CASE(blocks, peer_is_full, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE)
{
    observe_close(t, false);
}

MUTANT_BY(blocks, "SO_LINGER is ignored", ignores_linger)

RULE(blocks_nonblocking, "tcp.linger.blocks-nonblocking",
     .statement = "close() with SO_LINGER on and time left blocks although O_NONBLOCK is set.",
     .outcome = {[BY_POSIX] = {"waits then 0",
                               {"posix.close.linger-blocks",
                                "posix.close.linger-blocks-nonblocking", "posix.close.returns-0"}},
                 [BY_LINUX] = {"waits then 0",
                               {"linux.socket.7.so-linger-close",
                                "posix.close.linger-blocks-nonblocking",
                                "linux.close.2.returns-zero"}},
                 [BY_BSD] = {"waits then 0",
                             {"freebsd.getsockopt.2.so-linger-blocks",
                              "posix.close.linger-blocks-nonblocking",
                              "freebsd.close.2.returns-zero"}}},
     .deviation = {[BY_BSD] = {"returns then 0",
                               "always: soclose() does not wait where the socket is nonblocking"}});

CASE(blocks_nonblocking, peer_is_full, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .role = ANY_ROLE)
{
    observe_close(t, true);
}

/* A nonblocking socket's close() does not wait. */
MUTANT(blocks_nonblocking, "close() of a nonblocking socket does not linger")
{
    int fd = (int)call->argument[0];
    struct linger off = {0, 0};
    if (call->operation == OP_CLOSE && sk_fcntl(m->real, fd, F_GETFL, 0) & O_NONBLOCK)
        sk_setsockopt_bytes(m->real, fd, SOL_SOCKET, SO_LINGER, &off, sizeof off);
    mutate(m, call);
}

/* What close() returns then is not said. */
RULE(expires, "tcp.linger.expires",
     .statement = "close() with SO_LINGER on returns when the time is over, in seconds, and not "
                  "before, although data is not transmitted.",
     .outcome = {
         [BY_POSIX] = {"in time",
                       {"posix.close.linger-blocks", "posix.sockets.options.linger.blocks",
                        "posix.sys-socket-h.linger"}},
         [BY_LINUX] = {"in time",
                       {"linux.socket.7.so-linger-close", "linux.socket.7.so-linger-type"}},
         [BY_BSD] = {"in time",
                     {"freebsd.getsockopt.2.so-linger-interval-seconds",
                      "posix.sockets.options.linger.blocks"}},
         [BY_ZOS] = {"in time",
                     {"zos.close.linger.time-in-seconds", "zos.close.linger.returns-when-over"}}});

/* A loaded machine is late at times, but not each time. */
CASE(expires, time_over, .family = ANY_FAMILY, .network = ANY_NETWORK, .tags = TAG_WAITS,
     .seconds = 8, .axes = {{"time", {"one-second", "two-seconds"}}})
{
    enum { TRIES = 3 };
    const int seconds = t->chosen[0] + 1;
    const int64_t tick = INT64_C(50000000);
    bool returned = false, early = false;
    for (int i = 0; i < TRIES && !returned; i++) {
        size_t sent;
        struct connection c = unsent_data(t, &sent);
        int result, latest = 1000 * seconds + machine_milliseconds(0.5);
        set_linger(t, iut, c.iut, seconds);
        int64_t begin = clock_now();
        returned = sk_finish_within(begin_close(iut, c.iut), latest, &result);
        early = clock_now() - begin < INT64_C(1000000000) * seconds - tick;
    }
    observe("%s", !returned ? "too late" : early ? "too early" : "in time");
}

MUTANT_BY(expires, "SO_LINGER is ignored", ignores_linger)

RULE(at_once, "tcp.linger.off-returns",
     .statement = "close() without SO_LINGER returns at once, although data is not transmitted.",
     .outcome = {
         [BY_POSIX] = {"returns", {"posix.sockets.options.linger.off-continues"}},
         [BY_LINUX] = {"returns", {"linux.socket.7.so-linger-off"}},
         [BY_BSD] = {"returns", {"freebsd.getsockopt.2.so-linger-off-returns-quickly"}},
         [BY_ZOS] = {"returns",
                     {"zos.close.linger.default-returns-at-once",
                      "zos.close.linger.default-blocking-or-not", "zos.close.linger.onoff"}}});

/* Closes a socket that has data which its peer has no room for. */
static void observe_quick_close(struct test *t, const struct connection *c, size_t unread)
{
    struct pending *closing = begin_close(t->iut, c->iut);
    observe("%s", sk_waits(closing) ? "waits" : "returns");
    take_unsent(t, c->peer, unread);
    must(finish(closing));
}

CASE(at_once, peer_is_full, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .mode = ANY_MODE)
{
    size_t sent;
    struct connection c = unsent_data(t, &sent);
    set_nonblocking(t, iut, c.iut, t->mode == MODE_NONBLOCKING);
    observe_quick_close(t, &c, sent);
}

/* A time alone is no SO_LINGER. */
CASE(at_once, off_with_time, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE)
{
    size_t sent;
    struct connection c = unsent_data(t, &sent);
    struct linger off = {0, 30};
    must(sk_setsockopt_bytes(iut, c.iut, SOL_SOCKET, SO_LINGER, &off, sizeof off));
    observe_quick_close(t, &c, sent);
}

MUTANT(at_once, "close() always lingers")
{
    struct linger linger = {1, 30};
    if (call->operation == OP_CLOSE)
        sk_setsockopt_bytes(m->real, (int)call->argument[0], SOL_SOCKET, SO_LINGER, &linger,
                            sizeof linger);
    mutate(m, call);
}

/* ---- the option ---- */

static const char *linger_text(struct test *t, int fd)
{
    static char text[48];
    struct linger linger = {-1, -1};
    socklen_t size = sizeof linger;
    must(sk_getsockopt_bytes(t->iut, fd, SOL_SOCKET, SO_LINGER, &linger, &size));
    snprintf(text, sizeof text, "%s, %d s", linger.l_onoff ? "on" : "off", linger.l_linger);
    return text;
}

RULE(preset, "tcp.linger.default",
     .statement = "SO_LINGER is off with a time of 0 on a new stream socket.",
     .outcome = {[BY_POSIX] = {"off, 0 s",
                               {"posix.sockets.options.linger.default-off",
                                "posix.sockets.options.linger.default-time"}},
                 [BY_LINUX] = {"off, 0 s",
                               {"posix.sockets.options.linger.default-off",
                                "posix.sockets.options.linger.default-time"}},
                 [BY_BSD] = {"off, 0 s",
                             {"posix.sockets.options.linger.default-off",
                              "posix.sockets.options.linger.default-time"}}});

CASE(preset, fresh, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK)
{
    observe("%s", linger_text(t, stream_socket(t, iut)));
}

MUTANT(preset, "SO_LINGER is on for new sockets")
{
    struct linger linger = {1, 10};
    mutate(m, call);
    if (call->operation == OP_SOCKET && call->result >= 0)
        sk_setsockopt_bytes(m->real, (int)call->result, SOL_SOCKET, SO_LINGER, &linger,
                            sizeof linger);
}

RULE(reads_back, "tcp.linger.reads-back",
     .statement = "getsockopt() gives the linger state that setsockopt() set, on or off, and the "
                  "time of one that is on.",
     .outcome = {[BY_POSIX] = {"on, 7 s then off",
                               {"posix.getsockopt.retrieves", "posix.setsockopt.sets",
                                "posix.sockets.options.linger.type"}},
                 [BY_LINUX] = {"on, 7 s then off", {"linux.socket.7.so-linger-type"}},
                 [BY_BSD] = {"on, 7 s then off",
                             {"freebsd.getsockopt.2.get-and-set",
                              "freebsd.getsockopt.2.so-linger-struct"}}});

/* With what time it is off matters to nobody. */
CASE(reads_back, set, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK)
{
    int fd = stream_socket(t, iut);
    struct linger off = {0, 7};
    set_linger(t, iut, fd, 7);
    observe("%s", linger_text(t, fd));
    must(sk_setsockopt_bytes(iut, fd, SOL_SOCKET, SO_LINGER, &off, sizeof off));
    observe("%s", strncmp(linger_text(t, fd), "off", 3) == 0 ? "off" : "on");
}

MUTANT(reads_back, "getsockopt() gives a linger time of 0")
{
    mutate(m, call);
    if (call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_LINGER) && call->result == 0)
        ((struct linger *)call_value(call)->bytes)->l_linger = 0;
}

RULE(inherited, "tcp.linger.inherited",
     .statement = "On Linux an accepted socket has the SO_LINGER of its listener.",
     .pinned = {[BY_LINUX] = "on, 7 s"});

CASE(inherited, accepted, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint server = listening_socket(t, iut);
    int client = stream_socket(t, peer);
    set_linger(t, iut, server.fd, 7);
    must(sk_connect(peer, client, &server.address));
    observe("%s", linger_text(t, must(sk_accept(iut, server.fd, NULL))));
}

MUTANT(inherited, "accept() turns SO_LINGER off")
{
    struct linger off = {0, 0};
    mutate(m, call);
    if (call->operation == OP_ACCEPT && call->result >= 0)
        sk_setsockopt_bytes(m->real, (int)call->result, SOL_SOCKET, SO_LINGER, &off, sizeof off);
}
