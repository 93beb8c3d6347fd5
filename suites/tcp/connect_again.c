/* connect() on a stream socket that has a connection, had one, or listens. */
#include "suites/suite.h"

RULE(already_connected, "tcp.connect.already-connected",
     .statement =
         "connect() on a stream socket that is connected fails with EISCONN, whichever side "
         "it is on, to its peer's address and to another one's.",
     .outcome = {[BY_POSIX] = {"EISCONN", {"posix.connect.eisconn"}},
                 [BY_LINUX] = {"EISCONN", {"linux.connect.2.eisconn", "linux.ip.7.eisconn"}},
                 [BY_BSD] = {"EISCONN", {"freebsd.connect.2.eisconn"}}});

/* IBM's text is about further calls after the first. */
CASE(already_connected, once_more, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .role = ROLE_CLIENT, .outcome = {[BY_ZOS] = {"EISCONN", {"zos.connect.eisconn"}}})
{
    struct connection c = connected_pair(t);
    observe_result(sk_connect(iut, c.iut, &c.peer_name));
}

CASE(already_connected, same_address, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .role = ANY_ROLE, .mode = ANY_MODE)
{
    struct connection c = connected_pair(t);
    set_nonblocking(t, iut, c.iut, t->mode == MODE_NONBLOCKING);
    observe_result(sk_connect(iut, c.iut, &c.peer_name));
}

CASE(already_connected, other_address, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .role = ANY_ROLE, .mode = ANY_MODE)
{
    struct connection c = connected_pair(t);
    struct endpoint other = listening_socket(t, peer);
    set_nonblocking(t, iut, c.iut, t->mode == MODE_NONBLOCKING);
    observe_result(sk_connect(iut, c.iut, &other.address));
}

CASE(already_connected, half_closed, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .axes = {{"closed", {"own-side", "peer-side"}}})
{
    struct connection c = connected_pair(t);
    if (t->chosen[0] == 0) {
        must(sk_shutdown(iut, c.iut, SHUT_WR));
        require(strcmp(receive_next(t, peer, c.peer), "end of file") == 0, "no end of file");
    } else {
        must(sk_shutdown(peer, c.peer, SHUT_WR));
        require(strcmp(receive_next(t, iut, c.iut), "end of file") == 0, "no end of file");
    }
    observe_result(sk_connect(iut, c.iut, &c.peer_name));
}

MUTANT_GIVES(already_connected, "connect() on a connected socket succeeds", OP_CONNECT, EISCONN, 0)

RULE(survives, "tcp.connect.already-connected-survives",
     .statement = "On Linux a connection survives a connect() that failed with EISCONN; POSIX and "
                  "connect(2) leave the state of a socket open whose connect() failed.",
     .pinned = {[BY_LINUX] = "hello then hello"});

CASE(survives, data, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE)
{
    struct connection c = connected_pair(t);
    struct endpoint other = listening_socket(t, peer);
    int result = sk_connect(iut, c.iut, &other.address);
    require_by("tcp.connect.already-connected", result == -EISCONN, "connect() gave %s",
               result_name(result));
    must(sk_send(peer, c.peer, "hello", 5, 0));
    observe("%s", receive_next(t, iut, c.iut));
    int sent = sk_send(iut, c.iut, "hello", 5, MSG_NOSIGNAL);
    observe("%s", sent < 0 ? result_name(sent) : receive_next(t, peer, c.peer));
}

MUTANT(survives, "connect() on a connected socket shuts the connection down")
{
    mutate(m, call);
    if (call_failed(call, OP_CONNECT, EISCONN)) {
        sk_shutdown(m->real, (int)call->argument[0], SHUT_RDWR);
        call_fail(call, EISCONN);
    }
}

RULE(listening, "tcp.connect.listening",
     .statement =
         "connect() on a listening socket fails on Linux with EISCONN, where POSIX permits "
         "EOPNOTSUPP.",
     .pinned = {[BY_LINUX] = "EISCONN"});

CASE(listening, other_listener, .family = ANY_FAMILY, .network = ANY_NETWORK, .mode = ANY_MODE)
{
    struct endpoint server = listening_socket(t, peer);
    struct endpoint own = listening_socket(t, iut);
    set_nonblocking(t, iut, own.fd, t->mode == MODE_NONBLOCKING);
    observe_result(sk_connect(iut, own.fd, &server.address));
}

MUTANT_GIVES(listening, "connect() on a listening socket gives EINVAL", OP_CONNECT, EISCONN, EINVAL)

RULE(after_reset, "tcp.connect.after-reset",
     .statement = "On Linux connect() on a socket whose connection was reset fails with EISCONN.",
     .pinned = {[BY_LINUX] = "EISCONN"});

CASE(after_reset, read, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE)
{
    struct connection c = connected_pair(t);
    struct endpoint server = listening_socket(t, peer);
    /* RFC 1122, 4.2.2.13: a connection that is closed with data unread is reset. */
    must(sk_send(iut, c.iut, "unread", 6, 0));
    await_peer(t, c.peer);
    must(sk_close(peer, c.peer));
    require(strcmp(receive_next(t, iut, c.iut), "ECONNRESET") == 0, "the reset was not seen");
    observe_result(sk_connect(iut, c.iut, &server.address));
}

MUTANT_GIVES(after_reset, "connect() after a reset gives ENOTCONN", OP_CONNECT, EISCONN, ENOTCONN)

/* ---- AF_UNSPEC ---- */

RULE(dissolve, "tcp.connect.unspec-connected",
     .statement = "On Linux connect() with AF_UNSPEC dissolves a TCP connection: the socket has no "
                  "peer any more and can be connected anew.",
     .outcome = {
         [BY_LINUX] = {"0 then ENOTCONN then 0 then hello",
                       {"linux.connect.2.dissolves", "linux.connect.2.connects-after-dissolving",
                        "linux.getpeername.2.enotconn"}}});

CASE(dissolve, connected, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE)
{
    struct connection c = connected_pair(t);
    struct endpoint server = listening_socket(t, peer);
    struct address none = address_unspec(sizeof(struct sockaddr_in6)), name;
    observe_result(sk_connect(iut, c.iut, &none));
    observe_result(sk_getpeername(iut, c.iut, &name));
    int again = sk_connect(iut, c.iut, &server.address);
    observe_result(again);
    if (again == 0)
        observe("%s", greeting(t, c.iut, server.fd));
}

static void keeps_connection(struct mutation *m, struct call *call)
{
    struct address to = call_address(call);
    if (call->operation == OP_CONNECT && to.any.sa_family == AF_UNSPEC)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

MUTANT_BY(dissolve, "connect() with AF_UNSPEC gives 0 and does nothing", keeps_connection)

RULE(dissolve_resets, "tcp.connect.unspec-connected-reset",
     .statement =
         "On Linux the other side sees a reset when connect() with AF_UNSPEC dissolves a TCP "
         "connection.",
     .pinned = {[BY_LINUX] = "ECONNRESET"});

CASE(dissolve_resets, connected, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE)
{
    struct connection c = connected_pair(t);
    struct address none = address_unspec(sizeof(struct sockaddr_in6));
    int result = sk_connect(iut, c.iut, &none);
    require_by("tcp.connect.unspec-connected", result == 0, "AF_UNSPEC gave %s",
               result_name(result));
    /* Before anything else could reset it: the socket is open still. */
    observe("%s", receive_next(t, peer, c.peer));
}

MUTANT_BY(dissolve_resets, "connect() with AF_UNSPEC gives 0 and does nothing", keeps_connection)

RULE(call_off, "tcp.connect.unspec-pending",
     .statement = "On Linux connect() with AF_UNSPEC calls a pending connection attempt off; the "
                  "socket can then be connected anew.",
     .pinned = {[BY_LINUX] = "0 then EINPROGRESS then writable then 0 then the new attempt"});

CASE(call_off, pending, .family = ANY_FAMILY, .network = ON_PAIR)
{
    struct endpoint server = listening_socket(t, peer);
    struct address none = address_unspec(sizeof(struct sockaddr_in6)), own, first;
    int error, fd = stream_socket(t, iut);
    set_nonblocking(t, iut, fd, true);
    deliver_from(t, peer, NET_HOLD);
    require(sk_connect(iut, fd, &server.address) == -EINPROGRESS, "connect() did not wait");
    observe_result(sk_connect(iut, fd, &none));
    observe_result(sk_connect(iut, fd, &server.address));
    deliver_from(t, peer, NET_DELIVER);
    int found = ready(t, iut, fd, POLLOUT, -1);
    observe("%s", ready_name(found));
    must(sk_getsockopt(iut, fd, SOL_SOCKET, SO_ERROR, &error));
    observe("%s", error_name(error));
    if (found != POLLOUT || error)
        return;
    /* The old attempt is answered first: had it gone on, its connection would be the first. */
    must(sk_getsockname(iut, fd, &own));
    await_peer(t, server.fd);
    must(sk_accept(peer, server.fd, &first));
    own = as_written_by(t, peer, own);
    observe("%s", address_equal(&first, &own) ? "the new attempt" : "the old attempt");
}

/* The socket is as good as new; the attempt has another descriptor, and is not called off. */
MUTANT(call_off, "the attempt goes on when connect() with AF_UNSPEC has called it off")
{
    static bool pending;
    struct address to = call_address(call), own;
    int fd = (int)call->argument[0];
    if (pending && call->operation == OP_CONNECT && to.any.sa_family == AF_UNSPEC) {
        sk_getsockname(m->real, fd, &own);
        sk_dup(m->real, fd);
        int fresh = sk_socket(m->real, own.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
        sk_dup2(m->real, fresh, fd);
        call_succeed(call, 0);
    } else {
        mutate(m, call);
    }
    pending |= call_failed(call, OP_CONNECT, EINPROGRESS);
}

RULE(unspec_fresh, "tcp.connect.unspec-fresh",
     .statement = "On Linux connect() with AF_UNSPEC succeeds on a stream socket without a "
                  "connection, and leaves it as good as new.",
     .pinned = {[BY_LINUX] = "0 then 0 then hello"});

CASE(unspec_fresh, then_connect, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint server = listening_socket(t, peer);
    struct address none = address_unspec(sizeof(struct sockaddr_in6));
    int fd = stream_socket(t, iut);
    observe_result(sk_connect(iut, fd, &none));
    int result = sk_connect(iut, fd, &server.address);
    observe_result(result);
    if (result == 0)
        observe("%s", greeting(t, fd, server.fd));
}

/* Only what has a peer can lose it. */
MUTANT(unspec_fresh, "connect() with AF_UNSPEC gives EAFNOSUPPORT on an unconnected socket")
{
    static bool connected;
    struct address to = call_address(call);
    if (!connected && call->operation == OP_CONNECT && to.any.sa_family == AF_UNSPEC) {
        call_fail(call, EAFNOSUPPORT);
        return;
    }
    mutate(m, call);
    connected |= call->operation == OP_CONNECT || call->operation == OP_ACCEPT ||
                 call->operation == OP_LISTEN;
}

RULE(unspec_listening, "tcp.connect.unspec-listening",
     .statement = "On Linux connect() with AF_UNSPEC ends a socket's listening.",
     .pinned = {[BY_LINUX] = "0 then ECONNREFUSED"});

CASE(unspec_listening, then_client, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint own = listening_socket(t, iut);
    struct address none = address_unspec(sizeof(struct sockaddr_in6));
    /* With a port of its own, lest it be given the one that becomes free. */
    int result, client = bound_socket(t, peer, SOCK_STREAM, PLACE_MAIN).fd;
    observe_result(sk_connect(iut, own.fd, &none));
    struct pending *connecting = sk_begin(peer, call_connect(client, &own.address));
    bool ended = sk_finish_within(connecting, patience, &result);
    observe("%s", ended ? result_name(result) : "no answer");
}

/* The listener goes on listening. */
MUTANT(unspec_listening, "a listening socket listens on after connect() with AF_UNSPEC")
{
    int listens = 0;
    struct address to = call_address(call);
    if (call->operation == OP_CONNECT && to.any.sa_family == AF_UNSPEC)
        sk_getsockopt(m->real, (int)call->argument[0], SOL_SOCKET, SO_ACCEPTCONN, &listens);
    if (listens)
        call_succeed(call, 0);
    else
        mutate(m, call);
}
