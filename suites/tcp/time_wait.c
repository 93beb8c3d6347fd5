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

/* Such a connection that the IUT has closed first, until it is in TIME_WAIT. */
static struct connection time_wait(struct test *t, bool reusable)
{
    struct connection c = connection_of_port(t, reusable);
    must(sk_close(t->iut, c.iut));
    require(strcmp(receive_next(t, t->peer, c.peer), "end of file") == 0, "no end of file");
    must(sk_close(t->peer, c.peer));
    int state = await_iut_state(t, &c, STATE_TIME_WAIT);
    require(state == STATE_TIME_WAIT, "%s instead of TIME_WAIT", tcp_state_name(state));
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
     .statement = "bind() to the local port of a connection in TIME_WAIT fails with EADDRINUSE, "
                  "although no socket has it any more, unless SO_REUSEADDR is set.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH bind(), ERRORS EADDRINUSE; 2.10.16 SO_REUSEADDR: reuse is off"},
                 {"ip(7)", "DESCRIPTION: unavailable for some time after closing"},
                 {SOCKET_FAQ, "2.7 and 4.5"}},
     .outcome = {
         [BY_POSIX] = {"EADDRINUSE"}, [BY_LINUX] = {"EADDRINUSE"}, [BY_BSD] = {"EADDRINUSE"}});

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
     .level = LEVEL_SHALL,
     .sources = {{"socket(7)", "NOTES: when it was set both in the previous program and the new"},
                 {"ip(7)", "DESCRIPTION: unless the SO_REUSEADDR flag has been set"},
                 {FREEBSD_OPTIONS, "DESCRIPTION SO_REUSEADDR: of the new socket"}},
     .outcome = {[BY_LINUX] = {"0"}, [BY_BSD] = {"0"}});

CASE(reusable, both, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE, WHICH_ADDRESS)
{
    struct connection c = time_wait(t, true);
    observe_result(bind_again(t, &c.iut_name, true));
}

MUTANT_BY(reusable, "SO_REUSEADDR is ignored", ignores_reuse)

RULE(new_only, "tcp.time-wait.reuse-new-only",
     .statement =
         "With SO_REUSEADDR on the new socket alone bind() to a port in TIME_WAIT succeeds "
         "on BSD and fails with EADDRINUSE on Linux.",
     .level = LEVEL_SHALL,
     .sources = {{"socket(7)", "NOTES: unlike FreeBSD, both programs must have set it"}},
     .outcome = {[BY_LINUX] = {"EADDRINUSE"}, [BY_BSD] = {"0"}});

CASE(new_only, new_socket, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     WHICH_ADDRESS)
{
    struct connection c = time_wait(t, false);
    observe_result(bind_again(t, &c.iut_name, true));
}

MUTANT_BY(new_only, "bind() sets SO_REUSEADDR secretly", reuses_secretly)

RULE(old_only, "tcp.time-wait.reuse-old-only",
     .statement =
         "With SO_REUSEADDR on the socket that had the connection, but not on the new one, "
         "bind() to its port in TIME_WAIT fails with EADDRINUSE.",
     .level = LEVEL_SHALL,
     .sources = {{"socket(7)", "NOTES: the program that wants to reuse the port must have set it"},
                 {FREEBSD_OPTIONS, "DESCRIPTION SO_REUSEADDR: of the new socket"}},
     .outcome = {[BY_LINUX] = {"EADDRINUSE"}, [BY_BSD] = {"EADDRINUSE"}});

CASE(old_only, old_socket, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     WHICH_ADDRESS)
{
    struct connection c = time_wait(t, true);
    observe_result(bind_again(t, &c.iut_name, false));
}

MUTANT_BY(old_only, "bind() sets SO_REUSEADDR secretly", reuses_secretly)

RULE(other_address, "tcp.time-wait.other-address",
     .statement = "A connection in TIME_WAIT keeps its port on its own local address only.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH bind(), ERRORS EADDRINUSE: of the address"},
                 {RFC_9293, "3.3.1: a socket is an address and a port"}},
     .outcome = {[BY_POSIX] = {"0"}, [BY_LINUX] = {"0"}, [BY_BSD] = {"0"}});

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
     .statement = "The side that closed second can use its port again at once, without any option.",
     .level = LEVEL_SHALL,
     .sources = {{SOCKET_FAQ, "2.7: only the end that sends the first FIN goes into TIME_WAIT"},
                 {RFC_9293, "3.10.7.4 LAST-ACK STATE: the TCB is deleted"}},
     .outcome = {[BY_POSIX] = {"0"}, [BY_LINUX] = {"0"}, [BY_BSD] = {"0"}});

CASE(second_closer, no_option, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     WHICH_ADDRESS)
{
    struct connection c = connection_of_port(t, false);
    must(sk_close(peer, c.peer));
    require(strcmp(receive_next(t, iut, c.iut), "end of file") == 0, "no end of file");
    must(sk_close(iut, c.iut));
    require(await_iut_state(t, &c, STATE_NONE) == STATE_NONE, "the connection is still there");
    observe_result(bind_again(t, &c.iut_name, false));
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

RULE(same_pair, "tcp.time-wait.connect-same-pair",
     .statement = "Linux opens a connection from a port in TIME_WAIT to the same peer again, where "
                  "timestamps keep the two apart.",
     .level = LEVEL_MAY,
     .sources = {{RFC_9293, "3.6.1: the side in TIME_WAIT may reuse the pair where it is safe"},
                 {"RFC 6191", "2: timestamps tell the new connection from the old"},
                 {"Linux 6.18", "observed; tcp_tw_reuse in tcp(7) is about chosen ports only"}},
     .outcome = {[BY_LINUX] = {"0"}});

CASE(same_pair, client, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct connection c = time_wait(t, true);
    int fd = stream_socket(t, iut);
    reuse(t, iut, fd);
    must(sk_bind(iut, fd, &c.iut_name));
    observe_result(sk_connect(iut, fd, &c.peer_name));
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
     .statement = "A server with a connection in TIME_WAIT accepts a new connection from the same "
                  "client port.",
     .level = LEVEL_MAY,
     .sources = {{RFC_9293, "3.6.1 MAY-2: a new SYN may reopen the connection from TIME_WAIT"},
                 {"Linux 6.18", "observed"}},
     .outcome = {[BY_POSIX] = {"0 then 0 || ECONNREFUSED then EAGAIN || ETIMEDOUT then EAGAIN"},
                 [BY_LINUX] = {"0 then 0"}});

CASE(incoming, same_client_port, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ROLE_SERVER)
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
    require(await_iut_state(t, &c, STATE_TIME_WAIT) == STATE_TIME_WAIT, "no TIME_WAIT");

    int again = stream_socket(t, peer);
    reuse(t, peer, again);
    must(sk_bind(peer, again, &client.name));
    int result = sk_connect(peer, again, &server.address);
    observe_result(result);
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

/* ---- how long it lasts ---- */

static void waits_for_ever(struct mutation *m, struct call *call)
{
    mutate(m, call);
    if (call->operation == OP_TCP_STATE && call->result == STATE_NONE)
        call_succeed(call, STATE_TIME_WAIT);
}

/* Waits until the IUT has no connection any more; gives the time in seconds, -1 if it has it for
 * longer than the case is patient. */
static double seconds_until_gone(struct test *t, const struct connection *c)
{
    int64_t begin = clock_now();
    struct backoff backoff = backoff_begin(patience);
    while (iut_state(t, c) != STATE_NONE)
        if (!backoff_wait(&backoff))
            return -1;
    return (double)(clock_now() - begin) / 1e9;
}

RULE(two_msl, "tcp.time-wait.ends",
     .statement =
         "TIME_WAIT ends by itself: after 2MSL, which Linux sets to 60 s; the port is then "
         "free.",
     .level = LEVEL_SHALL,
     .sources = {{RFC_9293, "3.6.1 MUST-13: 2 MSL, where 3.4.2 takes 2 minutes for MSL"},
                 {"ip(7)", "DESCRIPTION: unavailable for some time after closing"},
                 {"Linux 6.18", "TCP_TIMEWAIT_LEN is 60 s, less than the RFC's 4 minutes"},
                 {SOCKET_FAQ, "2.7"}},
     .outcome = {[BY_LINUX] = {"after a minute then 0"}});

CASE(two_msl, waited_for, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_PAIR, .tags = TAG_SLOW,
     .seconds = 270)
{
    struct connection c = time_wait(t, false);
    /* These are bounds of the documents: what takes longer on a slow machine is seen later, and a
     * minute never as less. */
    double seconds = seconds_until_gone(t, &c);
    observe("%s", seconds < 0      ? "never"
                  : seconds >= 230 ? "after four minutes"
                  : seconds >= 55  ? "after a minute"
                                   : "within a minute");
    observe_result(bind_again(t, &c.iut_name, false));
}

MUTANT_BY(two_msl, "TIME_WAIT lasts for ever", waits_for_ever)

RULE(orphan, "tcp.release.fin-wait-2-ends",
     .statement = "On Linux an orphaned connection in FIN_WAIT_2 ends after the time that "
                  "TCP_LINGER2 sets.",
     .level = LEVEL_MAY,
     .sources = {{"tcp(7)", "TCP_LINGER2 and tcp_fin_timeout"},
                 {RFC_9293, "3.6.1: does not limit FIN-WAIT-2"}},
     .outcome = {[BY_LINUX] = {"ends in time"}});

CASE(orphan, one_second, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE,
     .tags = TAG_WAITS, .seconds = 4)
{
    struct connection c = connection_of_port(t, false);
    must(sk_setsockopt(iut, c.iut, IPPROTO_TCP, TCP_LINGER2, 1));
    must(sk_close(iut, c.iut));
    require(await_iut_state(t, &c, STATE_FIN_WAIT_2) == STATE_FIN_WAIT_2, "no FIN_WAIT_2");
    observe("%s", seconds_until_gone(t, &c) >= 0 ? "ends in time" : "is still there");
}

MUTANT_BY(orphan, "FIN_WAIT_2 lasts for ever", waits_for_ever)
