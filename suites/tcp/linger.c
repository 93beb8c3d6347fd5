/* SO_LINGER: what close() does with a connection. */
#include "suites/suite.h"

#include "calls/clock.h"

static void set_linger(struct test *t, struct host *host, int fd, int seconds)
{
    struct linger linger = {1, seconds};
    must(sk_setsockopt_bytes(host, fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
}

static void ignores_linger(struct mutation *m, struct call *call)
{
    if (call_is_option(call, OP_SETSOCKOPT, SOL_SOCKET, SO_LINGER))
        call_succeed(call, 0);
    else
        mutate(m, call);
}

/* ---- with no time ---- */

RULE(no_time_wait, "tcp.linger.zero-no-time-wait",
     .statement =
         "close() with SO_LINGER on and no time leaves no TIME_WAIT: the connection is gone "
         "and its port free at once.",
     .level = LEVEL_SHALL,
     .sources = {{RFC_9293, "3.10.5 ABORT call, 3.6.1: a connection that is aborted has no 2MSL"},
                 {FREEBSD_OPTIONS, "DESCRIPTION SO_LINGER: zero discards and resets"}},
     .outcome = {[BY_LINUX] = "CLOSED then 0", [BY_BSD] = "CLOSED then 0"});

CASE(no_time_wait, closed, .family = ANY_FAMILY, .network = ANY_NETWORK, .mode = ANY_MODE)
{
    struct endpoint server = listening_socket(t, peer);
    struct endpoint own = bound_socket(t, iut, SOCK_STREAM, PLACE_MAIN);
    must(sk_connect(iut, own.fd, &server.address));
    set_nonblocking(t, iut, own.fd, t->mode == MODE_NONBLOCKING);
    set_linger(t, iut, own.fd, 0);
    must(sk_close(iut, own.fd));
    /* In which state it is otherwise is a matter of how fast the peer is. */
    int state = state_between(t, iut, &own.name, &server.address);
    observe("%s", state == STATE_NONE ? "CLOSED" : "not CLOSED");
    observe_result(sk_bind(iut, stream_socket(t, iut), &own.name));
}

MUTANT_BY(no_time_wait, "SO_LINGER is ignored", ignores_linger)

RULE(reset, "tcp.linger.zero-reset",
     .statement =
         "close() with SO_LINGER on and no time resets the connection: the other side gets "
         "ECONNRESET.",
     .level = LEVEL_SHALL,
     .sources = {{RFC_9293, "3.10.5 ABORT call: sends a reset"},
                 {FREEBSD_OPTIONS, "DESCRIPTION SO_LINGER: zero discards and resets"},
                 {POSIX_2016, "XSH recv(), ERRORS ECONNRESET"}},
     .outcome = {[BY_LINUX] = "ECONNRESET", [BY_BSD] = "ECONNRESET"});

CASE(reset, peer_reads, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .recv = ANY_RECV)
{
    struct connection c = connected_pair(t);
    char data[8];
    set_linger(t, iut, c.iut, 0);
    must(sk_close(iut, c.iut));
    await_peer(t, c.peer);
    observe_result(receive_by_form(t, peer, c.peer, data, sizeof data));
}

CASE(reset, peer_asks, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE)
{
    struct connection c = connected_pair(t);
    int error;
    set_linger(t, iut, c.iut, 0);
    must(sk_close(iut, c.iut));
    await_peer(t, c.peer);
    must(sk_getsockopt(peer, c.peer, SOL_SOCKET, SO_ERROR, &error));
    observe("%s", error_name(error));
}

MUTANT_BY(reset, "SO_LINGER is ignored", ignores_linger)

/* ---- with time ---- */

/* A connection with data of the IUT that is not acknowledged while the peer is held back. */
static struct connection unsent_data(struct test *t)
{
    struct connection c = connected_pair(t);
    deliver_from(t, t->peer, NET_HOLD);
    must(sk_send(t->iut, c.iut, "hello", 5, 0));
    return c;
}

static struct pending *begin_close(struct host *host, int fd)
{
    return sk_begin(host, (struct call){.operation = OP_CLOSE, .argument = {fd}});
}

RULE(blocks, "tcp.linger.blocks",
     .statement = "close() with SO_LINGER on and time left blocks until the data is acknowledged.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH 2.10.16 SO_LINGER; close(), DESCRIPTION"},
                 {"socket(7)", "SO_LINGER"},
                 {FREEBSD_OPTIONS, "DESCRIPTION SO_LINGER"}},
     .outcome = {
         [BY_POSIX] = "waits then 0", [BY_LINUX] = "waits then 0", [BY_BSD] = "waits then 0"});

CASE(blocks, data_held_back, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE)
{
    struct connection c = unsent_data(t);
    set_linger(t, iut, c.iut, 30);
    struct pending *closing = begin_close(iut, c.iut);
    observe("%s", sk_waits(closing) ? "waits" : "returns");
    deliver_from(t, peer, NET_DELIVER);
    observe_result(finish(closing));
}

MUTANT_BY(blocks, "SO_LINGER is ignored", ignores_linger)

RULE(blocks_nonblocking, "tcp.linger.blocks-nonblocking",
     .statement = "close() with SO_LINGER on blocks although O_NONBLOCK is set.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH close(), DESCRIPTION: whether O_NONBLOCK is clear or set"}},
     .outcome = {[BY_POSIX] = "waits then 0", [BY_LINUX] = "waits then 0"});

CASE(blocks_nonblocking, data_held_back, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE)
{
    struct connection c = unsent_data(t);
    set_nonblocking(t, iut, c.iut, true);
    set_linger(t, iut, c.iut, 30);
    struct pending *closing = begin_close(iut, c.iut);
    observe("%s", sk_waits(closing) ? "waits" : "returns");
    deliver_from(t, peer, NET_DELIVER);
    observe_result(finish(closing));
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

RULE(expires, "tcp.linger.expires",
     .statement = "close() with SO_LINGER on returns when the time is over, in seconds, although "
                  "data is not acknowledged.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH 2.10.16 SO_LINGER: until the end of the interval, in seconds"},
                 {"socket(7)", "SO_LINGER"}},
     .outcome = {[BY_POSIX] = "0 in time", [BY_LINUX] = "0 in time"});

CASE(expires, one_second, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE,
     .tags = TAG_WAITS, .seconds = 2)
{
    struct connection c = unsent_data(t);
    set_linger(t, iut, c.iut, 1);
    int64_t begin = clock_now();
    int result = finish(begin_close(iut, c.iut));
    observe("%s %s", result_name(result),
            clock_now() - begin >= INT64_C(950000000) ? "in time" : "at once");
}

MUTANT_BY(expires, "SO_LINGER is ignored", ignores_linger)

RULE(at_once, "tcp.linger.off-returns",
     .statement = "close() without SO_LINGER returns at once, and the data is still delivered.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH 2.10.16 SO_LINGER: as quickly as possible"},
                 {"socket(7)", "SO_LINGER: the closing is done in the background"}},
     .outcome = {[BY_POSIX] = "returns then hello then end of file",
                 [BY_LINUX] = "returns then hello then end of file"});

CASE(at_once, data_held_back, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE)
{
    struct connection c = unsent_data(t);
    struct pending *closing = begin_close(iut, c.iut);
    observe("%s", sk_waits(closing) ? "waits" : "returns");
    deliver_from(t, peer, NET_DELIVER);
    finish(closing);
    observe("%s", receive_next(t, peer, c.peer));
    observe("%s", receive_next(t, peer, c.peer));
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
     .statement = "SO_LINGER is off with a time of 0 on a new socket.", .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH 2.10.16 SO_LINGER: the default"}},
     .outcome = {[BY_POSIX] = "off, 0 s", [BY_LINUX] = "off, 0 s"});

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
     .statement = "getsockopt() gives the linger state and time that setsockopt() set.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH 2.10.16 SO_LINGER; XBD <sys/socket.h> struct linger"},
                 {"socket(7)", "SO_LINGER"}},
     .outcome = {[BY_POSIX] = "on, 7 s", [BY_LINUX] = "on, 7 s"});

CASE(reads_back, set, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK)
{
    int fd = stream_socket(t, iut);
    set_linger(t, iut, fd, 7);
    observe("%s", linger_text(t, fd));
}

MUTANT(reads_back, "getsockopt() gives a linger time of 0")
{
    mutate(m, call);
    if (call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_LINGER) && call->result == 0)
        ((struct linger *)call_value(call)->bytes)->l_linger = 0;
}

RULE(inherited, "tcp.linger.inherited",
     .statement = "An accepted socket has the SO_LINGER of its listener.", .level = LEVEL_MAY,
     .sources = {{FREEBSD_ACCEPT, "DESCRIPTION: the new socket has the properties of the old"},
                 {"Linux 6.18", "observed; accept(2) speaks of file status flags only"}},
     .outcome = {[BY_LINUX] = "on, 7 s", [BY_BSD] = "on, 7 s"});

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
