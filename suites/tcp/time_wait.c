/* The port of a connection in TIME_WAIT. */
#include "suites/suite.h"

#include "calls/clock.h"

static void reuse(struct test *t, struct host *host, int fd)
{
    must(sk_setsockopt(host, fd, SOL_SOCKET, SO_REUSEADDR, 1));
}

/* A socket of the IUT that has a connection with a client or server of the peer by t->role; its
 * port was bound, with SO_REUSEADDR if so said. The listeners are closed. */
static struct connection connection_of_port(struct test *t, bool reusable)
{
    struct connection c;
    struct endpoint own = {.fd = stream_socket(t, t->iut)};
    struct address here = place_of(t, t->iut, PLACE_MAIN, port_for(t, t->iut));
    if (reusable)
        reuse(t, t->iut, own.fd);
    must(sk_bind(t->iut, own.fd, &here));
    must(sk_getsockname(t->iut, own.fd, &own.name));
    if (t->role == ROLE_SERVER) {
        own.address = as_written_by(t, t->peer, own.name);
        must(sk_listen(t->iut, own.fd, 1));
        c.peer = stream_socket(t, t->peer);
        must(sk_connect(t->peer, c.peer, &own.address));
        c.iut = must(sk_accept(t->iut, own.fd, NULL));
        must(sk_close(t->iut, own.fd));
    } else {
        struct endpoint server = listening_socket(t, t->peer);
        c.iut = own.fd;
        must(sk_connect(t->iut, c.iut, &server.address));
        c.peer = must(sk_accept(t->peer, server.fd, NULL));
        c.listener = server.fd;
    }
    must(sk_getsockname(t->iut, c.iut, &c.iut_name));
    must(sk_getpeername(t->iut, c.iut, &c.peer_name));
    return c;
}

/* Such a connection that the IUT has closed first, until it is in TIME_WAIT: the peer's FIN has
 * been acknowledged then, as the peer knows. */
static struct connection time_wait(struct test *t, bool reusable)
{
    struct connection c = connection_of_port(t, reusable);
    must(sk_close(t->iut, c.iut));
    require(strcmp(receive_next(t, t->peer, c.peer), "end of file") == 0, "no end of file");
    must(sk_close(t->peer, c.peer));
    require(await_peer_state(t, &c, STATE_NONE) == STATE_NONE, "the FIN was not acknowledged");
    return c;
}

/* What bind() of a new socket to a port gives. */
enum { SAME_ADDRESS, WILDCARD };
#define WHICH_ADDRESS .axes = {{"address", {"same", "wildcard"}}}
static int bind_again(struct test *t, const struct address *name, bool reusable)
{
    int fd = stream_socket(t, t->iut);
    struct address any = address_any(t->domain, address_port(name));
    if (reusable)
        reuse(t, t->iut, fd);
    return sk_bind(t->iut, fd, t->chosen[0] == WILDCARD ? &any : name);
}

RULE(in_use, "tcp.time-wait.in-use",
     .statement = "On Linux bind() without SO_REUSEADDR to the local port of a connection in "
                  "TIME_WAIT fails with EADDRINUSE, although no socket has it any more.",
     .outcome = {[BY_LINUX] = {"EADDRINUSE",
                               {"linux.ip.7.bound-address-after-close", "linux.ip.7.eaddrinuse",
                                "linux.ipv6.7.like-ipv4"}}});

CASE(in_use, no_option, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     WHICH_ADDRESS)
{
    struct connection c = time_wait(t, false);
    observe_result(bind_again(t, &c.iut_name, false));
}

MUTANT_BY(in_use, "bind() sets SO_REUSEADDR secretly", reuses_secretly)

RULE(reusable, "tcp.time-wait.reuse-both",
     .statement = "With SO_REUSEADDR on the socket that had the connection and on the new one, "
                  "bind() to a port in TIME_WAIT succeeds.",
     .outcome = {[BY_LINUX] = {"0",
                               {"linux.socket.7.reuseaddr-both",
                                "linux.ip.7.bound-address-after-close", "linux.ipv6.7.like-ipv4"}},
                 [BY_BSD] = {"0", {"freebsd.getsockopt.2.so-reuseaddr"}}});

CASE(reusable, both, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE, WHICH_ADDRESS)
{
    struct connection c = time_wait(t, true);
    observe_result(bind_again(t, &c.iut_name, true));
}

MUTANT_BY(reusable, "SO_REUSEADDR is ignored", ignores_reuse)

RULE(new_only, "tcp.time-wait.reuse-new-only",
     .statement =
         "On Linux SO_REUSEADDR on the new socket alone is not enough: bind() to a port in "
         "TIME_WAIT fails with EADDRINUSE.",
     .outcome = {[BY_LINUX] = {"EADDRINUSE",
                               {"linux.socket.7.reuseaddr-both", "linux.ip.7.eaddrinuse",
                                "linux.ipv6.7.like-ipv4"}}});

CASE(new_only, new_socket, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     WHICH_ADDRESS)
{
    struct connection c = time_wait(t, false);
    observe_result(bind_again(t, &c.iut_name, true));
}

MUTANT_BY(new_only, "bind() sets SO_REUSEADDR secretly", reuses_secretly)

RULE(old_only, "tcp.time-wait.reuse-old-only",
     .statement =
         "On Linux SO_REUSEADDR on the socket that had the connection, but not on the new one, is "
         "not enough: bind() to its port in TIME_WAIT fails with EADDRINUSE.",
     .outcome = {[BY_LINUX] = {"EADDRINUSE",
                               {"linux.socket.7.reuseaddr-both", "linux.ip.7.eaddrinuse",
                                "linux.ipv6.7.like-ipv4"}}});

CASE(old_only, old_socket, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     WHICH_ADDRESS)
{
    struct connection c = time_wait(t, true);
    observe_result(bind_again(t, &c.iut_name, false));
}

MUTANT_BY(old_only, "bind() sets SO_REUSEADDR secretly", reuses_secretly)

/* FreeBSD's tcp(4) has EADDRINUSE for a port that is taken, on whatever address. */
RULE(other_address, "tcp.time-wait.other-address",
     .statement = "A connection in TIME_WAIT keeps its port on its own local address only.",
     .outcome = {[BY_POSIX] = {"0",
                               {"posix.bind.assigns-address", "posix.bind.eaddrinuse",
                                "posix.errors.no-error-is-success"}},
                 [BY_LINUX] = {"0",
                               {"linux.bind.2.assigns", "linux.ip.7.one-socket-per-pair",
                                "linux.ipv6.7.like-ipv4"}}});

CASE(other_address, no_option, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE)
{
    struct connection c = time_wait(t, false);
    struct address other = place_of(t, iut, PLACE_OTHER, address_port(&c.iut_name));
    observe_result(bind_again(t, &other, false));
}

/* Ports are in use on all addresses at once. */
MUTANT(other_address, "a port in use on one address is in use on all")
{
    if (call->operation == OP_BIND) {
        struct address name = call_address(call);
        struct address any = address_any(name.any.sa_family, address_port(&name));
        int probe = sk_socket(m->real, name.any.sa_family, SOCK_STREAM, 0);
        int free_everywhere = sk_bind(m->real, probe, &any);
        sk_close(m->real, probe);
        if (free_everywhere < 0) {
            call_fail(call, EADDRINUSE);
            return;
        }
    }
    mutate(m, call);
}

static struct address last_connected;
RULE(second_closer, "tcp.time-wait.second-closer",
     .statement =
         "On Linux the side that closed second can use its port again as soon as its FIN is "
         "acknowledged, without any option.",
     .pinned = {[BY_LINUX] = "0"});

CASE(second_closer, no_option, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     WHICH_ADDRESS)
{
    struct connection c = connection_of_port(t, false);
    must(sk_close(peer, c.peer));
    require(strcmp(receive_next(t, iut, c.iut), "end of file") == 0, "no end of file");
    must(sk_close(iut, c.iut));
    struct backoff backoff = backoff_begin(machine_milliseconds(0.5));
    int result;
    /* The acknowledgement is on its way. */
    while ((result = bind_again(t, &c.iut_name, false)) == -EADDRINUSE && backoff_wait(&backoff))
        continue;
    observe_result(result);
}

MUTANT(second_closer, "a port that had a connection stays in use")
{
    struct address to = call_address(call);
    if (call->operation == OP_BIND && address_port(&to) &&
        address_port(&to) == address_port(&last_connected)) {
        call_fail(call, EADDRINUSE);
        return;
    }
    mutate(m, call);
    if (call->operation == OP_GETSOCKNAME && call->result == 0)
        last_connected = call_address(call);
}

/* By RFC 9293 the other side's SYN may open a connection in TIME-WAIT again, but this side's OPEN
 * fails. Linux's tcp(7) lets it succeed where it is safe, by tcp_tw_reuse, so that either would be
 * right there; and POSIX has EADDRINUSE as an error that connect() may find. */
RULE(same_pair, "tcp.time-wait.connect-same-pair",
     .statement =
         "connect() from a port in TIME_WAIT to the same peer fails, since that connection "
         "exists already; Linux opens it again, where timestamps keep the two apart.",
     .outcome = {[BY_RFC] = {"a failure", {"rfc9293.open-already-exists", "rfc9293.must-13"}}},
     .pinned = {[BY_LINUX] = "0"});

CASE(same_pair, client, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct connection c = time_wait(t, true);
    int fd = stream_socket(t, iut);
    reuse(t, iut, fd);
    must(sk_bind(iut, fd, &c.iut_name));
    observe("%s", sk_connect(iut, fd, &c.peer_name) < 0 ? "a failure" : "0");
}

MUTANT(same_pair, "connect() to the same peer gives EADDRNOTAVAIL")
{
    static struct address connected;
    struct address to = call_address(call);
    if (call->operation == OP_CONNECT && address_port(&connected) &&
        address_equal(&to, &connected)) {
        call_fail(call, EADDRNOTAVAIL);
        return;
    }
    mutate(m, call);
    if (call->operation == OP_CONNECT && call->result == 0)
        connected = to;
}

RULE(incoming, "tcp.time-wait.incoming",
     .statement =
         "A server with a connection in TIME_WAIT may accept a new connection from the same "
         "client port, as Linux does.",
     .pinned = {[BY_LINUX] = "0 then 0"},
     .outcome = {
         [BY_RFC] = {"0 then 0 || not let in then EAGAIN | EWOULDBLOCK", {"rfc9293.may-2"}}});

/* Where it is ignored the peer does not try for minutes. Which error its connect() has then is no
 * matter of this rule: on loopback the IUT is its own peer. */
CASE(incoming, same_client_port, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ROLE_SERVER,
     .seconds = SYN_SECONDS)
{
    struct endpoint server = {.fd = stream_socket(t, iut)};
    struct address here = place_of(t, iut, PLACE_MAIN, 0);
    struct connection c;
    must(sk_bind(iut, server.fd, &here));
    must(sk_listen(iut, server.fd, 2));
    must(sk_getsockname(iut, server.fd, &server.name));
    server.address = as_written_by(t, peer, server.name);
    struct endpoint client = bound_socket(t, peer, SOCK_STREAM, PLACE_MAIN);
    must(sk_connect(peer, client.fd, &server.address));
    c.iut = must(sk_accept(iut, server.fd, NULL));
    c.iut_name = server.name;
    c.peer_name = client.address;
    must(sk_close(iut, c.iut));
    require(strcmp(receive_next(t, peer, client.fd), "end of file") == 0, "no end of file");
    must(sk_close(peer, client.fd));
    require(await_peer_state(t, &c, STATE_NONE) == STATE_NONE, "the FIN was not acknowledged");

    int again = stream_socket(t, peer);
    reuse(t, peer, again);
    must(sk_bind(peer, again, &client.name));
    if (t->network == ON_PAIR)
        retransmit_once(t, peer, again);
    int result;
    if (!sk_finish_within(sk_begin(peer, call_connect(again, &server.address)), patience, &result))
        result = -ETIMEDOUT; /* the IUT is its own peer, and its patience cannot be set */
    observe("%s", result < 0 ? "not let in" : "0");
    set_nonblocking(t, iut, server.fd, result < 0);
    observe_result(finish(sk_begin(iut, call_accept(server.fd, NULL))));
}

/* A new connection of a pair of ports that had one is not let in. */
MUTANT(incoming, "accept() gives ECONNABORTED for the second connection")
{
    static int accepted;
    mutate(m, call);
    if (call->operation == OP_ACCEPT && call->result >= 0 && accepted++)
        call_fail(call, ECONNABORTED);
}

/* Waits until the peer has sent something again, as it says. */
static void await_repetition(struct test *t, int fd)
{
    struct backoff backoff = backoff_begin(patience);
    struct tcp_info info = {0};
    do {
        socklen_t size = sizeof info;
        must(sk_getsockopt_bytes(t->peer, fd, IPPROTO_TCP, TCP_INFO, &info, &size));
    } while (info.tcpi_retransmits == 0 && backoff_wait(&backoff));
    require(info.tcpi_retransmits > 0, "the peer sent nothing again");
}

/* What the peer sees of it: its FIN is sent again, since the acknowledgement was lost. */
RULE(acknowledges, "tcp.time-wait.acknowledges-fin",
     .statement = "The side in TIME_WAIT acknowledges a FIN that is sent again, so that the other "
                  "side ends without an error.",
     .outcome = {[BY_LINUX] = {"0", {"rfc9293.time-wait-fin-acknowledged", "rfc9293.must-13"}},
                 [BY_RFC] = {"0", {"rfc9293.time-wait-fin-acknowledged", "rfc9293.must-13"}}});

CASE(acknowledges, after_loss, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE,
     .axes = {{"by", {"close", "shutdown"}}}, .tags = TAG_WAITS, .seconds = 5)
{
    struct connection c = connected_pair(t);
    int error;
    must(t->chosen[0] == 0 ? sk_close(iut, c.iut) : sk_shutdown(iut, c.iut, SHUT_WR));
    require(strcmp(receive_next(t, peer, c.peer), "end of file") == 0, "no end of file");
    deliver_from(t, iut, NET_LOSE);
    must(sk_shutdown(peer, c.peer, SHUT_WR));
    require(peer_state(t, &c) == STATE_LAST_ACK, "no LAST_ACK");
    await_repetition(t, c.peer);
    deliver_from(t, iut, NET_DELIVER);
    bool answered = await_peer_state(t, &c, STATE_NONE) == STATE_NONE;
    must(sk_getsockopt(peer, c.peer, SOL_SOCKET, SO_ERROR, &error));
    observe("%s", answered ? error_name(error) : "no answer");
}

/* A socket under repair goes without a word; the other side's FIN is answered by a reset then. */
MUTANT(acknowledges, "a connection is forgotten when its FIN is acknowledged")
{
    int fd = (int)call->argument[0];
    if (call->operation != OP_CLOSE && call->operation != OP_SHUTDOWN) {
        mutate(m, call);
        return;
    }
    struct backoff backoff = backoff_begin(patience);
    struct tcp_info info = {0};
    sk_shutdown(m->real, fd, SHUT_WR);
    do {
        socklen_t size = sizeof info;
        sk_getsockopt_bytes(m->real, fd, IPPROTO_TCP, TCP_INFO, &info, &size);
    } while (info.tcpi_state == TCP_FIN_WAIT1 && backoff_wait(&backoff));
    sk_setsockopt(m->real, fd, IPPROTO_TCP, TCP_REPAIR, 1);
    sk_close(m->real, fd);
    call_succeed(call, 0);
}

/* ---- how long it lasts ---- */

/* An implementation that keeps a port that was found in use. */
static void in_use_for_ever(struct mutation *m, struct call *call)
{
    static bool in_use;
    if (call->operation == OP_BIND && in_use) {
        call_fail(call, EADDRINUSE);
        return;
    }
    mutate(m, call);
    in_use |= call_failed(call, OP_BIND, EADDRINUSE);
}

/* Waits until a port can be bound to without any option, for at most so many seconds; gives the
 * time since the beginning in seconds. */
static double seconds_until_free(struct test *t, int64_t begin, const struct address *name,
                                 int seconds)
{
    struct backoff backoff = backoff_begin(seconds * 1000);
    for (;;) {
        int fd = stream_socket(t, t->iut), result = sk_bind(t->iut, fd, name);
        must(sk_close(t->iut, fd));
        if (result != -EADDRINUSE)
            must(result);
        if (result == 0 || !backoff_wait(&backoff))
            break;
    }
    return (double)(clock_now() - begin) / 1e9;
}

RULE(two_msl, "tcp.time-wait.ends",
     .statement = "TIME_WAIT ends by itself: on Linux after 60 s the port is free again.",
     .pinned = {[BY_LINUX] = "after a minute"});

CASE(two_msl, waited_for, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_PAIR, .tags = TAG_SLOW,
     .seconds = 270)
{
    struct connection c = time_wait(t, false);
    double seconds = seconds_until_free(t, clock_now(), &c.iut_name, 250);
    observe("%s", seconds >= 250  ? "never"
                  : seconds >= 90 ? "after minutes"
                  : seconds >= 55 ? "after a minute"
                                  : "within a minute");
}

MUTANT_BY(two_msl, "TIME_WAIT lasts for ever", in_use_for_ever)

RULE(orphan, "tcp.release.fin-wait-2-ends",
     .statement = "On Linux the port of a connection in FIN_WAIT_2 that no socket has any more is "
                  "free after the seconds that TCP_LINGER2 sets.",
     .outcome = {[BY_LINUX] = {"in time",
                               {"linux.tcp.7.tcp-linger2", "linux.tcp.7.tcp-linger2-overrides"}}});

CASE(orphan, one_second, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE,
     .tags = TAG_WAITS, .seconds = 15)
{
    double seconds, latest = 1 + machine_milliseconds(0.5) / 1e3;
    int most = (int)(3 * latest), tries = 0;
    do {
        struct connection c = connection_of_port(t, false);
        must(sk_setsockopt(iut, c.iut, IPPROTO_TCP, TCP_LINGER2, 1));
        int64_t begin = clock_now(); /* before the time can begin */
        must(sk_close(iut, c.iut));
        seconds = seconds_until_free(t, begin, &c.iut_name, most);
    } while (seconds > latest && seconds < most && ++tries < LATE_TRIES);
    observe("%s", seconds > latest ? "too late" : seconds < 0.9 ? "too early" : "in time");
}

MUTANT_BY(orphan, "FIN_WAIT_2 lasts for ever", in_use_for_ever)
