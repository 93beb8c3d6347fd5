/* Connections in the queue of a listener, those that it gave away, and the listener itself. */
#include "suites/suite.h"

#include <limits.h>

/* ---- listen() ---- */

RULE(backlog, "basic.listen.any-backlog",
     .statement = "listen() takes a negative backlog, and one beyond every limit, with which "
                  "a connection is queued that accept() gives; on FreeBSD so with a negative one.",
     .outcome = {
         [BY_POSIX] = {"0 then 0 then 0",
                       {"posix.listen.beyond-limit-is-limit", "posix.listen.returns-0",
                        "posix.listen.marks-accepting", "posix.accept.first-connection",
                        "posix.accept.returns-descriptor"}},
         [BY_LINUX] = {"0 then 0 then 0",
                       {"linux.listen.2.backlog-capped", "linux.listen.2.returns-zero",
                        "linux.listen.2.marks-passive", "linux.accept.2.first-of-queue",
                        "linux.accept.2.returns-descriptor"}},
         [BY_BSD] = {"0 then 0 then 0",
                     {"freebsd.listen.2.soacceptqueue-limits-backlog",
                      "freebsd.listen.2.makes-willing-to-accept", "freebsd.listen.2.returns-zero",
                      "freebsd.accept.2.takes-first-connection",
                      "freebsd.accept.2.returns-descriptor"}},
         [BY_ZOS] = {"0 then 0 then 0",
                     {"zos.listen.backlog-limited-by-somaxconn", "zos.listen.makes-passive",
                      "zos.listen.makes-queue", "zos.listen.returns-zero",
                      "zos.accept.takes-first-connection"}}});

/* A negative backlog is one of 0 by most documents, with which there need be no queue; by FreeBSD's
 * it is the limit. */
CASE(backlog, bound, .family = ANY_FAMILY, .network = ON_LOOPBACK,
     .axes = {{"backlog", {"-1", "least"}}},
     .outcome = {
         [BY_POSIX] = {"0 then *", {"posix.listen.negative-as-0", "posix.listen.returns-0"}},
         [BY_LINUX] = {"0 then *", {"posix.listen.negative-as-0", "linux.listen.2.returns-zero"}},
         [BY_BSD] = {"0 then accepted",
                     {"freebsd.listen.2.negative-backlog-is-limit", "freebsd.listen.2.returns-zero",
                      "freebsd.listen.2.makes-willing-to-accept",
                      "freebsd.accept.2.takes-first-connection"}},
         [BY_ZOS] = {"0 then *", {"zos.listen.negative-backlog-is-0", "zos.listen.returns-zero"}}})
{
    static const int backlog[] = {-1, INT_MIN};
    struct endpoint own = bound_socket(t, iut, SOCK_STREAM, PLACE_MAIN);
    int accepted, result = sk_listen(iut, own.fd, backlog[t->chosen[0]]);
    observe_result(result);
    if (result < 0)
        return;
    bool comes = try_connect(t, peer, &own.address) >= 0 &&
                 sk_finish_within(sk_begin(iut, call_accept(own.fd, NULL)), patience, &accepted);
    observe("%s", !comes ? "not accepted" : accepted < 0 ? result_name(accepted) : "accepted");
}

/* Where the queue is as long as the limit there is room for one: no sum with the backlog has become
 * negative. A connection that found no room can have succeeded for its client. */
CASE(backlog, most, .family = ANY_FAMILY, .network = ON_LOOPBACK)
{
    struct endpoint own = bound_socket(t, iut, SOCK_STREAM, PLACE_MAIN);
    int result = sk_listen(iut, own.fd, INT_MAX);
    observe_result(result);
    if (result < 0)
        return;
    result = try_connect(t, peer, &own.address);
    observe_result(result);
    if (result < 0)
        return;
    observe_result(finish(sk_begin(iut, call_accept(own.fd, NULL))));
}

MUTANT(backlog, "listen() of more than 1000 or less than 0 fails with EINVAL")
{
    if (call->operation == OP_LISTEN && (call->argument[1] < 0 || call->argument[1] > 1000))
        call_fail(call, EINVAL);
    else
        mutate(m, call);
}

/* ---- accept() ---- */

/* FreeBSD's page has ECONNABORTED for a connection that was closed while it waited, and does not
 * say which ends are meant: its profile has no outcome. */
RULE(went_away, "basic.accept.closed-meanwhile",
     .statement = "accept() returns a connection whose client has sent data and closed while it "
                  "waited; its data can be received, and then the end of file.",
     .outcome = {[BY_POSIX] = {"0 then hello then end of file",
                               {"posix.accept.first-connection",
                                "posix.sockets.receive-queue.buffers-until-received",
                                "posix.recv.returns-0-orderly-shutdown"}},
                 [BY_LINUX] = {"0 then hello then end of file",
                               {"linux.accept.2.first-of-queue",
                                "posix.sockets.receive-queue.buffers-until-received",
                                "posix.recv.returns-0-orderly-shutdown"}},
                 [BY_ZOS] = {"0 then hello then end of file",
                             {"zos.accept.takes-first-connection", "zos.recv.returns-length",
                              "zos.recv.returns-zero-closed",
                              "zos.shutdown.table.remote-send-read-zero"}}});

/* Waits until the IUT has acknowledged the end of a client, if the peer can tell: it has come then.
 */
static void await_end_known(struct test *t, const struct address *client,
                            const struct address *server)
{
    struct backoff backoff = backoff_begin(patience);
    if (!door_has(t->peer->door, "states") || !door_has(t->peer->door, "orphan-states"))
        return;
    while (state_between(t, t->peer, client, server) == STATE_FIN_WAIT_1 && backoff_wait(&backoff))
        continue;
}

CASE(went_away, closed, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .axes = {{"how", {"close", "shutdown"}}})
{
    struct endpoint server = listening_socket(t, iut);
    int client = stream_socket(t, peer);
    struct address name;
    must(sk_connect(peer, client, &server.address));
    must(sk_getsockname(peer, client, &name));
    must(sk_send(peer, client, "hello", 5, 0));
    must(t->chosen[0] == 0 ? sk_close(peer, client) : sk_shutdown(peer, client, SHUT_WR));
    await_end_known(t, &name, &server.address);
    int fd = sk_accept(iut, server.fd, NULL);
    observe_result(fd);
    if (fd < 0)
        return;
    observe("%s", receive_next(t, iut, fd));
    observe("%s", receive_next(t, iut, fd));
}

MUTANT(went_away, "accept() fails with ECONNABORTED")
{
    mutate(m, call);
    if (call->operation == OP_ACCEPT && !call->error)
        call_fail(call, ECONNABORTED);
}

RULE(independent, "basic.accept.outlives-listener",
     .statement = "A connection from accept() goes on when its listener is closed.",
     .outcome = {[BY_POSIX] = {"0 then to iut then to peer",
                               {"posix.accept.new-socket-same-kind", "posix.accept.new-descriptor",
                                "posix.close.returns-0"}},
                 [BY_LINUX] = {"0 then to iut then to peer",
                               {"linux.accept.2.new-descriptor", "linux.accept.2.connected",
                                "linux.close.2.returns-zero"}},
                 [BY_BSD] = {"0 then to iut then to peer",
                             {"freebsd.accept.2.makes-new-socket", "freebsd.close.2.returns-zero"}},
                 [BY_ZOS] = {"0 then to iut then to peer",
                             {"zos.accept.new-socket-same-properties", "zos.close.returns-zero"}}});

CASE(independent, listener_closed, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .role = ROLE_SERVER)
{
    struct connection c = connected_pair(t);
    observe_result(sk_close(iut, c.listener));
    /* A connection that was reset by the close() takes nothing from the peer any more. */
    int result = sk_send(peer, c.peer, "to iut", 6, MSG_NOSIGNAL);
    observe("%s", result < 0 ? result_name(result) : receive_next(t, iut, c.iut));
    result = sk_send(iut, c.iut, "to peer", 7, MSG_NOSIGNAL);
    observe("%s", result < 0 ? result_name(result) : receive_next(t, peer, c.peer));
}

/* Which descriptor is closed does not matter: here it is the listener. */
MUTANT(independent, "close() of a listener ends its connections")
{
    static int accepted = -1;
    mutate(m, call);
    if (call->operation == OP_ACCEPT && !call->error)
        accepted = (int)call->result;
    if (call->operation == OP_CLOSE && accepted >= 0)
        sk_shutdown(m->real, accepted, SHUT_RDWR);
}

RULE(kind, "basic.accept.same-kind",
     .statement = "The socket from accept() is a stream socket: getsockopt() of SO_TYPE says so.",
     .outcome = {
         [BY_POSIX] = {"SOCK_STREAM",
                       {"posix.accept.new-socket-same-kind", "posix.sockets.options.type.returns"}},
         [BY_LINUX] = {"SOCK_STREAM",
                       {"posix.accept.new-socket-same-kind", "linux.socket.7.so-type"}},
         [BY_BSD] = {"SOCK_STREAM",
                     {"posix.accept.new-socket-same-kind", "freebsd.getsockopt.2.so-type"}},
         [BY_ZOS] = {"SOCK_STREAM", {"zos.accept.new-socket-same-properties"}}});

CASE(kind, accepted, .family = ANY_FAMILY, .network = ON_LOOPBACK, .role = ROLE_SERVER)
{
    int type = 0;
    int result = sk_getsockopt(iut, connected_pair(t).iut, SOL_SOCKET, SO_TYPE, &type);
    observe("%s", result < 0            ? result_name(result)
                  : type == SOCK_STREAM ? "SOCK_STREAM"
                                        : "another type");
}

MUTANT(kind, "the type of what accept() gave is SOCK_SEQPACKET")
{
    mutate(m, call);
    if (call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_TYPE))
        call_set_option_value(call, SOCK_SEQPACKET);
}

RULE(lowest, "basic.accept.lowest-descriptor",
     .statement = "accept() returns the lowest descriptor that is not open.",
     .outcome = {[BY_POSIX] = {"the lowest", {"posix.accept.lowest-descriptor"}},
                 [BY_LINUX] = {"the lowest", {"posix.accept.lowest-descriptor"}},
                 [BY_BSD] = {"the lowest", {"posix.accept.lowest-descriptor"}}});

/* What socket() gives is the lowest one, and is free again when it is closed. The lowest is neither
 * the first nor the last that is closed. */
CASE(lowest, closed_before, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK)
{
    struct endpoint server = listening_socket(t, iut);
    must(sk_connect(peer, stream_socket(t, peer), &server.address));
    int lowest = stream_socket(t, iut), above = stream_socket(t, iut);
    int highest = stream_socket(t, iut);
    require(lowest < above && lowest < highest, "socket() gave %d, %d and %d", lowest, above,
            highest);
    must(sk_close(iut, above));
    must(sk_close(iut, lowest));
    must(sk_close(iut, highest));
    int fd = must(sk_accept(iut, server.fd, NULL));
    require_by("basic.socket.lowest-descriptor", fd >= lowest,
               "accept() gave %d, where socket() gave no less than %d", fd, lowest);
    observe("%s", fd == lowest ? "the lowest" : "a higher one");
}

MUTANT(lowest, "accept() returns one above")
{
    mutate(m, call);
    if (call->operation == OP_ACCEPT && !call->error)
        call->result = sk_dup(m->real, (int)call->result);
}

/* ---- a listener is not connected ---- */

RULE(shuts_listener, "basic.shutdown.listening",
     .statement = "shutdown() on a listening socket fails with ENOTCONN.",
     .outcome = {[BY_POSIX] = {"ENOTCONN", {"posix.shutdown.enotconn"}},
                 [BY_LINUX] = {"ENOTCONN", {"linux.shutdown.2.enotconn"}},
                 [BY_BSD] = {"ENOTCONN", {"freebsd.shutdown.2.enotconn"}}},
     .deviation = {
         [BY_LINUX] = {"0", "on Linux shutdown() of a listener succeeds, and for receiving ends "
                            "the listening; it always did"}});

CASE(shuts_listener, listening, .family = ANY_FAMILY, .network = ON_LOOPBACK,
     .axes = {{"how", {"read", "write", "both"}}})
{
    static const int how[] = {SHUT_RD, SHUT_WR, SHUT_RDWR};
    observe_result(sk_shutdown(iut, listening_socket(t, iut).fd, how[t->chosen[0]]));
}

MUTANT(shuts_listener, "shutdown() fails with EOPNOTSUPP")
{
    if (call->operation == OP_SHUTDOWN)
        call_fail(call, EOPNOTSUPP);
    else
        mutate(m, call);
}
