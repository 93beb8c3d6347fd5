/* Starting a server again on the port of its predecessor. */
#include "suites/suite.h"

/* What the predecessor left behind. */
enum { NOTHING, ESTABLISHED_CONNECTION, HALF_CLOSED_CONNECTION, PAST_CONNECTION };
#define WHAT_IS_LEFT .axes = {{"left", {"established", "close-wait", "time-wait"}}}

/* A server of the IUT that has come and gone: its name. */
static struct address past_server(struct test *t, unsigned left, bool reusable)
{
    struct endpoint server = {.fd = stream_socket(t, t->iut)};
    struct address here = place_of(t, t->iut, PLACE_MAIN, 0);
    struct connection c = {0};
    if (reusable)
        must(sk_setsockopt(t->iut, server.fd, SOL_SOCKET, SO_REUSEADDR, 1));
    must(sk_bind(t->iut, server.fd, &here));
    must(sk_listen(t->iut, server.fd, 1));
    must(sk_getsockname(t->iut, server.fd, &server.name));
    server.address = as_written_by(t, t->peer, server.name);
    if (left != NOTHING) {
        c.peer = stream_socket(t, t->peer);
        must(sk_connect(t->peer, c.peer, &server.address));
        c.iut = must(sk_accept(t->iut, server.fd, NULL));
        must(sk_getsockname(t->iut, c.iut, &c.iut_name));
        must(sk_getpeername(t->iut, c.iut, &c.peer_name));
    }
    if (left == HALF_CLOSED_CONNECTION) {
        must(sk_close(t->peer, c.peer));
        require(strcmp(receive_next(t, t->iut, c.iut), "end of file") == 0, "no end of file");
    }
    if (left == PAST_CONNECTION) {
        must(sk_close(t->iut, c.iut));
        require(strcmp(receive_next(t, t->peer, c.peer), "end of file") == 0, "no end of file");
        must(sk_close(t->peer, c.peer));
        require(await_peer_state(t, &c, STATE_NONE) == STATE_NONE, "no TIME_WAIT");
    }
    must(sk_close(t->iut, server.fd));
    return server.name;
}

RULE(restart, "tcp.restart.reuseaddr",
     .statement = "With SO_REUSEADDR a server can be started again while connections of its "
                  "predecessor live or are in TIME_WAIT, and clients reach it.",
     .outcome = {
         [BY_LINUX] = {"0 then 0 then 0",
                       {"linux.socket.7.so-reuseaddr", "linux.socket.7.reuseaddr-both",
                        "linux.ip.7.bound-address-after-close", "linux.ipv6.7.like-ipv4",
                        "linux.listen.2.returns-zero", "linux.listen.2.marks-passive",
                        "linux.connect.2.stream-attempts", "linux.accept.2.first-of-queue"}},
         [BY_BSD] = {"0 then 0 then 0",
                     {"freebsd.getsockopt.2.so-reuseaddr", "freebsd.listen.2.returns-zero",
                      "freebsd.listen.2.makes-willing-to-accept",
                      "freebsd.connect.2.stream-attempts-connection",
                      "freebsd.accept.2.takes-first-connection"}},
         [BY_ZOS] = {"0 then 0 then 0",
                     {"zos.bind.so-reuseaddr-avoids", "zos.bind.keeps-state-for-fixed-time",
                      "zos.getsockopt.so-reuseaddr-restart", "zos.listen.returns-zero",
                      "zos.listen.makes-passive", "zos.connect.stream-attempts-connection",
                      "zos.accept.takes-first-connection"}}});

CASE(restart, successor, .family = ANY_FAMILY, .network = ANY_NETWORK, WHAT_IS_LEFT)
{
    struct address name = past_server(t, t->chosen[0] + 1, true);
    int successor = stream_socket(t, iut), client = stream_socket(t, peer);
    struct address address = as_written_by(t, peer, name);
    must(sk_setsockopt(iut, successor, SOL_SOCKET, SO_REUSEADDR, 1));
    observe_result(sk_bind(iut, successor, &name));
    observe_result(sk_listen(iut, successor, 1));
    int result = sk_connect(peer, client, &address);
    observe_result(result < 0 ? result : finish(sk_begin(iut, call_accept(successor, NULL))));
}

MUTANT_BY(restart, "SO_REUSEADDR is ignored", ignores_reuse)

/* Whether the address of a connection in TIME_WAIT is in use, POSIX does not say. */
RULE(blocked, "tcp.restart.without-reuseaddr",
     .statement = "Without SO_REUSEADDR a server cannot be started again while connections of its "
                  "predecessor live, or on Linux are in TIME_WAIT: bind() fails with EADDRINUSE.",
     .outcome = {
         [BY_LINUX] = {"EADDRINUSE",
                       {"linux.bind.2.eaddrinuse", "linux.ip.7.eaddrinuse",
                        "linux.ip.7.bound-address-after-close", "linux.ipv6.7.like-ipv4"}}});

CASE(blocked, live_connection, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .axes = {{"left", {"established", "close-wait"}}},
     .outcome = {[BY_POSIX] = {"EADDRINUSE",
                               {"posix.bind.eaddrinuse",
                                "posix.sockets.options.reuseaddr.default-no-reuse"}},
                 [BY_BSD] = {"EADDRINUSE", {"freebsd.bind.2.eaddrinuse"}}})
{
    struct address name = past_server(t, t->chosen[0] + 1, false);
    observe_result(sk_bind(iut, stream_socket(t, iut), &name));
}

CASE(blocked, time_wait, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct address name = past_server(t, PAST_CONNECTION, false);
    observe_result(sk_bind(iut, stream_socket(t, iut), &name));
}

MUTANT_BY(blocked, "bind() sets SO_REUSEADDR secretly", reuses_secretly)

/* By ip(7) the address of any TCP socket is unavailable for some time, and it says nothing of those
 * that had no connection. */
RULE(no_connection, "tcp.restart.no-connection",
     .statement = "A listener that had no connection frees its port when it is closed.",
     .outcome = {[BY_POSIX] = {"0 then 0",
                               {"posix.close.socket-destroyed", "posix.bind.assigns-address",
                                "posix.bind.eaddrinuse", "posix.errors.no-error-is-success",
                                "posix.listen.returns-0"}},
                 [BY_BSD] = {"0 then 0",
                             {"freebsd.close.2.last-close-discards-name-and-data",
                              "freebsd.bind.2.assigns-local-address",
                              "freebsd.listen.2.returns-zero"}}},
     .pinned = {[BY_LINUX] = "0 then 0"});

CASE(no_connection, successor, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct address name = past_server(t, NOTHING, false);
    int successor = stream_socket(t, iut);
    observe_result(sk_bind(iut, successor, &name));
    observe_result(sk_listen(iut, successor, 1));
}

MUTANT(no_connection, "close() does not end listening")
{
    int listens = 0;
    if (call->operation == OP_CLOSE)
        sk_getsockopt(m->real, (int)call->argument[0], SOL_SOCKET, SO_ACCEPTCONN, &listens);
    if (listens)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

RULE(independent, "tcp.restart.connections-survive",
     .statement = "Closing a listener leaves the connections that it has accepted alone.",
     .outcome = {
         [BY_POSIX] = {"hello then hello",
                       {"posix.accept.new-descriptor", "posix.close.socket-destroyed",
                        "posix.sockets.types.stream.reliable-sequenced"}},
         [BY_LINUX] = {"hello then hello",
                       {"linux.accept.2.new-descriptor", "linux.close.2.last-descriptor",
                        "linux.socket.2.stream-full-duplex", "linux.socket.2.stream-not-lost"}},
         [BY_BSD] = {"hello then hello",
                     {"freebsd.accept.2.makes-new-socket", "posix.close.socket-destroyed",
                      "freebsd.socket.2.stream.reliable-sequenced"}},
         [BY_ZOS] = {"hello then hello",
                     {"zos.accept.new-socket-same-properties", "zos.close.shuts-down-and-frees",
                      "zos.socket.stream-two-way-reliable"}}});

CASE(independent, accepted, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ROLE_SERVER)
{
    struct connection c = connected_pair(t);
    must(sk_close(iut, c.listener));
    /* A connection that the close() has reset may be so for the peer already. */
    int sent = sk_send(peer, c.peer, "hello", 5, MSG_NOSIGNAL);
    observe("%s", sent < 0 ? result_name(sent) : receive_next(t, iut, c.iut));
    sent = sk_send(iut, c.iut, "hello", 5, MSG_NOSIGNAL);
    observe("%s", sent < 0 ? result_name(sent) : receive_next(t, peer, c.peer));
}

/* A closed listener takes the connections that it accepted along. */
MUTANT(independent, "closing a listener shuts its connections down")
{
    static int accepted = -1;
    int listens = 0;
    if (call->operation == OP_CLOSE)
        sk_getsockopt(m->real, (int)call->argument[0], SOL_SOCKET, SO_ACCEPTCONN, &listens);
    if (listens && accepted >= 0)
        sk_shutdown(m->real, accepted, SHUT_RDWR);
    mutate(m, call);
    if (call->operation == OP_ACCEPT)
        accepted = (int)call->result;
}

RULE(unaccepted, "tcp.restart.unaccepted-reset",
     .statement = "On Linux close() of a listening socket resets the connections that it has not "
                  "accepted.",
     .pinned = {[BY_LINUX] = "ECONNRESET"});

CASE(unaccepted, closed, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint server = listening_socket(t, iut);
    int client = stream_socket(t, peer);
    must(sk_connect(peer, client, &server.address));
    await_queued(t, iut, &server, client);
    must(sk_close(iut, server.fd));
    observe("%s", receive_next(t, peer, client));
}

/* Connections that nobody has accepted. */
MUTANT(unaccepted, "connections that were not accepted live on without a listener")
{
    int listens = 0;
    if (call->operation == OP_CLOSE)
        sk_getsockopt(m->real, (int)call->argument[0], SOL_SOCKET, SO_ACCEPTCONN, &listens);
    if (listens && sk_accept(m->real, (int)call->argument[0], NULL) < 0)
        call_succeed(call, 0);
    mutate(m, call);
}
