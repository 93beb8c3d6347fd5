/* The basic working of listen(), connect(), accept() and shutdown(). */
#include "suites/basic/accepting.h"
#include "suites/suite.h"

/* ---- listen() ---- */

RULE(listens, "basic.listen.accepts",
     .statement = "listen() returns 0, and clients can connect to the socket then.",
     .basic = {OP_LISTEN}, .basics = 1,
     .outcome = {
         [BY_POSIX] = {"0 then 0",
                       {"posix.listen.returns-0", "posix.listen.marks-accepting",
                        "posix.connect.stream.attempts-connection", "posix.connect.returns-0"}},
         [BY_LINUX] = {"0 then 0",
                       {"linux.listen.2.returns-zero", "linux.listen.2.marks-passive",
                        "linux.connect.2.stream-attempts", "linux.connect.2.returns-zero"}},
         [BY_BSD] = {"0 then 0",
                     {"freebsd.listen.2.returns-zero", "freebsd.listen.2.makes-willing-to-accept",
                      "freebsd.connect.2.stream-attempts-connection",
                      "freebsd.connect.2.returns-zero"}},
         [BY_ZOS] = {"0 then 0",
                     {"zos.listen.returns-zero", "zos.listen.makes-passive",
                      "zos.connect.stream-attempts-connection"}}});

CASE(listens, bound, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint server = bound_socket(t, iut, SOCK_STREAM, PLACE_MAIN);
    observe_result(sk_listen(iut, server.fd, 5));
    struct pending *connecting =
        sk_begin(peer, call_connect(stream_socket(t, peer), &server.address));
    int result;
    if (sk_finish_within(connecting, patience, &result))
        observe_result(result);
    else
        observe("no answer");
}

MUTANT(listens, "listen() gives 0 and does nothing")
{
    if (call->operation == OP_LISTEN)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

RULE(no_datagrams, "basic.listen.datagram",
     .statement = "listen() on a datagram socket fails with EOPNOTSUPP.",
     .outcome = {[BY_POSIX] = {"EOPNOTSUPP", {"posix.listen.eopnotsupp"}},
                 [BY_LINUX] = {"EOPNOTSUPP", {"linux.listen.2.eopnotsupp", "linux.listen.2.types"}},
                 [BY_BSD] = {"EOPNOTSUPP",
                             {"freebsd.listen.2.eopnotsupp",
                              "freebsd.listen.2.stream-and-seqpacket-only"}}});

CASE(no_datagrams, bound, .family = ANY_FAMILY, .network = ON_LOOPBACK)
{
    observe_result(sk_listen(iut, bound_datagram_socket(t, iut).fd, 5));
}

MUTANT_GIVES(no_datagrams, "listen() on a datagram socket succeeds", OP_LISTEN, EOPNOTSUPP, 0)

RULE(not_connected, "basic.listen.connected",
     .statement = "listen() on a connected stream socket fails with EINVAL.",
     .outcome = {[BY_POSIX] = {"EINVAL", {"posix.listen.einval-connected"}},
                 [BY_LINUX] = {"EINVAL", {"posix.listen.einval-connected"}},
                 [BY_BSD] = {"EINVAL", {"freebsd.listen.2.einval"}}});

CASE(not_connected, connected, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE)
{
    observe_result(sk_listen(iut, connected_pair(t).iut, 5));
}

MUTANT_GIVES(not_connected, "listen() on a connected socket succeeds", OP_LISTEN, EINVAL, 0)

/* ---- connect() ---- */

RULE(connects, "basic.connect.connects",
     .statement =
         "connect() returns 0, and the socket is connected to that address then: "
         "getpeername() gives it, and there the connection, or what send() sends, arrives.",
     .basic = {OP_CONNECT}, .basics = 1,
     .outcome = {
         [BY_POSIX] = {"0 then connected",
                       {"posix.connect.returns-0", "posix.connect.stream.attempts-connection",
                        "posix.connect.connectionless.sets-peer",
                        "posix.connect.datagram.sends-to-peer", "posix.getpeername.stores-peer"}},
         [BY_LINUX] = {"0 then connected",
                       {"linux.connect.2.returns-zero", "linux.connect.2.connects",
                        "linux.connect.2.datagram-default-destination",
                        "linux.getpeername.2.returns-address"}},
         [BY_BSD] = {"0 then connected",
                     {"freebsd.connect.2.returns-zero",
                      "freebsd.connect.2.stream-attempts-connection",
                      "freebsd.connect.2.dgram-sets-peer", "freebsd.connect.2.dgram-sends-to-peer",
                      "freebsd.getpeername.2.returns-peer-name"}},
         [BY_ZOS] = {"0 then connected",
                     {"zos.connect.stream-attempts-connection", "zos.connect.udp-sets-peer",
                      "zos.connect.call.udp-without-destination",
                      "zos.getpeername.returns-peer-name", "zos.socket.return-codes"}}});

/* Whether the server at the address gets a connection, or a datagram that is sent to nobody in
 * particular, whatever the IUT says of it. */
static bool has_reached(struct test *t, int fd, const struct endpoint *server)
{
    struct backoff backoff = backoff_begin(patience);
    int result;
    if (type_of(t) == SOCK_DGRAM)
        return sk_send(t->iut, fd, "hello", 5, 0) >= 0 &&
               strcmp(receive_next(t, t->peer, server->fd), "hello") == 0;
    set_nonblocking(t, t->peer, server->fd, true);
    do
        result = sk_accept(t->peer, server->fd, NULL);
    while ((result == -EAGAIN || result == -EWOULDBLOCK) && backoff_wait(&backoff));
    return result >= 0;
}

CASE(connects, fresh, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    struct endpoint server = bound_socket(t, peer, type_of(t), PLACE_MAIN);
    int fd = typed_socket(t, iut);
    struct address name;
    if (type_of(t) == SOCK_STREAM)
        must(sk_listen(peer, server.fd, 1));
    observe_result(sk_connect(iut, fd, &server.address));
    int result = sk_getpeername(iut, fd, &name);
    if (result == -ENOTCONN)
        observe("not connected");
    else if (must(result) == 0 && !address_equal(&name, &server.address))
        observe("connected elsewhere");
    else
        observe("%s", has_reached(t, fd, &server) ? "connected" : "not connected");
}

MUTANT(connects, "connect() gives 0 and does nothing")
{
    if (call->operation == OP_CONNECT)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

/* ---- accept() ---- */

/* A client of the peer that is in the queue, and its name as the IUT writes it. */
struct client {
    int fd;
    struct address name;
};

static struct client client_of(struct test *t, const struct endpoint *server)
{
    struct client client = {.fd = stream_socket(t, t->peer)};
    must(sk_connect(t->peer, client.fd, &server->address));
    await_queued(t, t->iut, server, client.fd); /* before the next one comes */
    must(sk_getsockname(t->peer, client.fd, &client.name));
    client.name = as_written_by(t, t->iut, client.name);
    return client;
}

/* Accepts a connection; whose it is, by the name that comes back and by what is received. */
static void accept_one(struct test *t, int listener, const struct client *expected)
{
    struct address name = {.length = 0};
    int fd = sk_accept(t->iut, listener, &name);
    observe_result(fd);
    if (fd < 0)
        return;
    observe("%s", address_equal(&name, &expected->name) ? "its name" : "another name");
    observe("%s", receive_next(t, t->iut, fd));
}

RULE(accepts, "basic.accept.first",
     .statement = "accept() returns a new descriptor of the first connection in the queue, and the "
                  "client's name.",
     .basic = {OP_ACCEPT}, .basics = 1,
     .outcome = {
         [BY_POSIX] = {"0 then its name then first then 0 then its name then second",
                       {"posix.accept.first-connection", "posix.accept.new-descriptor",
                        "posix.accept.returns-descriptor", "posix.accept.stores-peer-address",
                        "posix.accept.original-stays-open"}},
         [BY_LINUX] = {"0 then its name then first then 0 then its name then second",
                       {"linux.accept.2.first-of-queue", "linux.accept.2.new-descriptor",
                        "linux.accept.2.returns-descriptor", "linux.accept.2.peer-address",
                        "linux.accept.2.listener-unaffected"}},
         [BY_BSD] = {"0 then its name then first then 0 then its name then second",
                     {"freebsd.accept.2.takes-first-connection",
                      "freebsd.accept.2.makes-new-socket", "freebsd.accept.2.returns-descriptor",
                      "freebsd.accept.2.addr-is-peer", "freebsd.accept.2.original-stays-open"}},
         [BY_ZOS] = {"0 then its name then first then 0 then its name then second",
                     {"zos.accept.takes-first-connection", "zos.accept.new-socket-same-properties",
                      "zos.accept.addr-is-requester", "zos.accept.original-stays-available"}}});

CASE(accepts, two, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint server = bound_socket(t, iut, SOCK_STREAM, PLACE_MAIN);
    must(sk_listen(iut, server.fd, 5));
    struct client first = client_of(t, &server), second = client_of(t, &server);
    must(sk_send(peer, first.fd, "first", 5, 0));
    must(sk_send(peer, second.fd, "second", 6, 0));
    accept_one(t, server.fd, &first);
    accept_one(t, server.fd, &second);
}

MUTANT(accepts, "accept() gives the last connection")
{
    static int kept = -1;
    static struct address name;
    if (call->operation != OP_ACCEPT) {
        mutate(m, call);
        return;
    }
    if (kept < 0) {
        kept = sk_accept(m->real, (int)call->argument[0], &name);
        mutate(m, call);
    } else {
        call_succeed(call, kept);
        call_set_address(call, &name);
    }
}

RULE(empty, "basic.accept.empty-nonblocking",
     .statement = "accept() on a nonblocking socket without a connection in its queue fails at "
                  "once with EAGAIN or EWOULDBLOCK.",
     .outcome = {
         [BY_POSIX] = {"EAGAIN | EWOULDBLOCK",
                       {"posix.accept.nonblocking-eagain", "posix.accept.eagain",
                        "posix.sockets.io-mode.nonblocking-returns-at-once"}},
         [BY_LINUX] = {"EAGAIN | EWOULDBLOCK",
                       {"linux.accept.2.eagain",
                        "posix.sockets.io-mode.nonblocking-returns-at-once"}},
         [BY_BSD] = {"EAGAIN | EWOULDBLOCK",
                     {"freebsd.accept.2.ewouldblock", "freebsd.accept.2.fails-without-connection",
                      "freebsd.socket.2.nonblock.eagain-is-ewouldblock",
                      "posix.sockets.io-mode.nonblocking-returns-at-once"}},
         [BY_ZOS] = {"EAGAIN | EWOULDBLOCK",
                     {"zos.accept.ewouldblock", "zos.accept.call.blocks-unless-nonblocking"}}});

CASE(empty, listening, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint server = listening_socket(t, iut);
    set_nonblocking(t, iut, server.fd, true);
    observe_empty_queue(t, call_accept(server.fd, NULL));
}

MUTANT_GIVES(empty, "accept() without a connection gives ECONNABORTED", OP_ACCEPT, EAGAIN,
             ECONNABORTED)

RULE(waits, "basic.accept.waits",
     .statement = "accept() on a blocking socket waits until there is a connection, and returns "
                  "soon after there is.",
     .outcome = {
         [BY_POSIX] = {"waits then 0", {"posix.accept.blocks", "posix.accept.returns-descriptor"}},
         [BY_LINUX] = {"waits then 0",
                       {"linux.accept.2.blocks", "linux.accept.2.returns-descriptor"}},
         [BY_BSD] = {"waits then 0",
                     {"freebsd.accept.2.blocks-without-connection",
                      "freebsd.accept.2.returns-descriptor"}},
         [BY_ZOS] = {
             "waits then 0",
             {"zos.accept.blocks-without-connection", "zos.accept.takes-first-connection"}}});

CASE(waits, listening, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint server = listening_socket(t, iut);
    observe_waiting_for_client(t, &server, call_accept(server.fd, NULL));
}

MUTANT(waits, "accept() does not wait")
{
    int fd = (int)call->argument[0];
    if (call->operation == OP_ACCEPT)
        sk_fcntl(m->real, fd, F_SETFL, O_RDWR | O_NONBLOCK);
    mutate(m, call);
}

RULE(not_listening, "basic.accept.not-listening",
     .statement = "accept() on a stream socket that does not listen fails with EINVAL.",
     .outcome = {[BY_POSIX] = {"EINVAL", {"posix.accept.einval"}},
                 [BY_LINUX] = {"EINVAL", {"linux.accept.2.einval-not-listening"}},
                 [BY_BSD] = {"EINVAL", {"freebsd.accept.2.einval-not-listening"}}});

CASE(not_listening, bound, .family = ANY_FAMILY, .network = ON_LOOPBACK)
{
    struct endpoint own = bound_socket(t, iut, SOCK_STREAM, PLACE_MAIN);
    observe_result(sk_accept(iut, own.fd, NULL));
}

CASE(not_listening, connected, .family = ANY_FAMILY, .network = ON_LOOPBACK, .role = ANY_ROLE)
{
    observe_result(sk_accept(iut, connected_pair(t).iut, NULL));
}

MUTANT_GIVES(not_listening, "accept() gives ENOTCONN", OP_ACCEPT, EINVAL, ENOTCONN)

RULE(accepts_no_datagrams, "basic.accept.datagram",
     .statement = "accept() on a datagram socket fails with EOPNOTSUPP, or with EINVAL, as it does "
                  "not listen.",
     .outcome = {[BY_POSIX] = {"EOPNOTSUPP | EINVAL",
                               {"posix.accept.eopnotsupp", "posix.accept.einval",
                                "posix.errors.any-of-several"}},
                 [BY_LINUX] = {"EOPNOTSUPP | EINVAL",
                               {"linux.accept.2.eopnotsupp", "linux.accept.2.einval-not-listening",
                                "posix.errors.any-of-several"}},
                 [BY_BSD] = {"EOPNOTSUPP | EINVAL",
                             {"freebsd.accept.2.einval-not-listening", "posix.accept.eopnotsupp",
                              "posix.errors.any-of-several"}}});

CASE(accepts_no_datagrams, bound, .family = ANY_FAMILY, .network = ON_LOOPBACK)
{
    observe_result(sk_accept(iut, bound_datagram_socket(t, iut).fd, NULL));
}

MUTANT_GIVES(accepts_no_datagrams, "accept() gives EAGAIN", OP_ACCEPT, EOPNOTSUPP, EAGAIN)

/* ---- shutdown() ---- */

RULE(ends_sending, "basic.shutdown.ends-sending",
     .statement = "shutdown() for sending returns 0, and the other side receives the end of file.",
     .basic = {OP_SHUTDOWN}, .basics = 1,
     .outcome = {
         [BY_POSIX] = {"0 then end of file",
                       {"posix.shutdown.returns-0", "posix.shutdown.shut-wr",
                        "posix.shutdown.shut-rdwr", "posix.recv.returns-0-orderly-shutdown"}},
         [BY_LINUX] = {"0 then end of file",
                       {"linux.shutdown.2.returns-zero", "linux.shutdown.2.shut-wr",
                        "linux.shutdown.2.shut-rdwr", "posix.recv.returns-0-orderly-shutdown"}},
         [BY_BSD] = {"0 then end of file",
                     {"freebsd.shutdown.2.returns-zero",
                      "freebsd.shutdown.2.tcp-waits-for-ack-then-fin",
                      "freebsd.shutdown.2.tcp6-sends-data-then-fin",
                      "freebsd.shutdown.2.shut-rdwr-implies-shut-wr",
                      "freebsd.recv.2.returns-zero-after-shutdown"}},
         [BY_ZOS] = {"0 then end of file",
                     {"zos.shutdown.returns-zero", "zos.shutdown.call.how-1",
                      "zos.shutdown.call.how-2", "zos.shutdown.table.remote-send-read-zero"}}});

CASE(ends_sending, connected, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .axes = {{"how", {"write", "both"}}})
{
    struct connection c = connected_pair(t);
    observe_result(sk_shutdown(iut, c.iut, t->chosen[0] ? SHUT_RDWR : SHUT_WR));
    observe("%s", receive_next(t, peer, c.peer));
}

MUTANT(ends_sending, "shutdown() gives 0 and does nothing")
{
    if (call->operation == OP_SHUTDOWN)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

RULE(ends_receiving, "basic.shutdown.ends-receiving",
     .statement = "shutdown() for receiving returns 0 and leaves the other direction open.",
     .outcome = {[BY_POSIX] = {"0 then hello",
                               {"posix.shutdown.returns-0", "posix.shutdown.shuts-down",
                                "posix.shutdown.shut-rd"}},
                 [BY_LINUX] = {"0 then hello",
                               {"linux.shutdown.2.returns-zero", "linux.shutdown.2.shut-rd",
                                "posix.shutdown.shuts-down"}},
                 [BY_BSD] = {"0 then hello",
                             {"freebsd.shutdown.2.returns-zero", "freebsd.shutdown.2.shut-rd",
                              "freebsd.shutdown.2.stream-all-or-part"}},
                 [BY_ZOS] = {"0 then hello",
                             {"zos.shutdown.returns-zero", "zos.shutdown.call.how-0",
                              "zos.shutdown.call.one-way"}}});

CASE(ends_receiving, connected, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE)
{
    struct connection c = connected_pair(t);
    observe_result(sk_shutdown(iut, c.iut, SHUT_RD));
    int sent = sk_send(iut, c.iut, "hello", 5, MSG_NOSIGNAL);
    if (sent < 0)
        observe_result(sent);
    else
        observe("%s", receive_next(t, peer, c.peer));
}

MUTANT(ends_receiving, "shutdown() always shuts down both directions")
{
    int64_t how = call->argument[1];
    if (call->operation == OP_SHUTDOWN)
        call->argument[1] = SHUT_RDWR;
    mutate(m, call);
    if (call->operation == OP_SHUTDOWN)
        call->argument[1] = how;
}

/* Where datagram sockets cannot be shut down at all two errors apply by POSIX, and either will do.
 */
RULE(unconnected, "basic.shutdown.unconnected",
     .statement = "shutdown() on a socket that is not connected fails with ENOTCONN; by POSIX that "
                  "of a datagram socket may give EOPNOTSUPP, where they have no shutdown().",
     .outcome = {[BY_POSIX] = {"ENOTCONN", {"posix.shutdown.enotconn"}},
                 [BY_LINUX] = {"ENOTCONN", {"linux.shutdown.2.enotconn"}},
                 [BY_BSD] = {"ENOTCONN", {"freebsd.shutdown.2.enotconn"}}});

#define HOW .axes = {{"how", {"read", "write", "both"}}}
static int how_of(const struct test *t)
{
    static const int how[] = {SHUT_RD, SHUT_WR, SHUT_RDWR};
    return how[t->chosen[0]];
}

/* To end sending is a CLOSE of RFC 9293; to end receiving alone is not, and datagrams have none. */
#define FOR_SENDING                                                                                \
    .axes = {{"how", {"write", "both"}}},                                                          \
    .outcome = {[BY_LINUX] = {"ENOTCONN",                                                          \
                              {"linux.shutdown.2.enotconn", "rfc9293.close-closed",                \
                               "rfc9293.close-not-open", "rfc9293.call-without-connection"}}}
static int sending_of(const struct test *t)
{
    return t->chosen[0] ? SHUT_RDWR : SHUT_WR;
}

CASE(unconnected, fresh, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, FOR_SENDING)
{
    observe_result(sk_shutdown(iut, stream_socket(t, iut), sending_of(t)));
}

CASE(unconnected, fresh_receiving, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK)
{
    observe_result(sk_shutdown(iut, stream_socket(t, iut), SHUT_RD));
}

CASE(unconnected, bound, .family = ANY_FAMILY, .network = ON_LOOPBACK, FOR_SENDING)
{
    struct endpoint own = bound_socket(t, iut, SOCK_STREAM, PLACE_MAIN);
    observe_result(sk_shutdown(iut, own.fd, sending_of(t)));
}

CASE(unconnected, bound_receiving, .family = ANY_FAMILY, .network = ON_LOOPBACK)
{
    struct endpoint own = bound_socket(t, iut, SOCK_STREAM, PLACE_MAIN);
    observe_result(sk_shutdown(iut, own.fd, SHUT_RD));
}

#define MAY_HAVE_NO_SHUTDOWN                                                                       \
    .outcome = {[BY_POSIX] = {"ENOTCONN | EOPNOTSUPP",                                             \
                              {"posix.shutdown.enotconn", "posix.errors.eopnotsupp",               \
                               "posix.errors.any-of-several"}}}

CASE(unconnected, fresh_datagram, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, HOW,
     MAY_HAVE_NO_SHUTDOWN)
{
    observe_result(sk_shutdown(iut, datagram_socket(t, iut), how_of(t)));
}

CASE(unconnected, bound_datagram, .family = ANY_FAMILY, .network = ON_LOOPBACK, HOW,
     MAY_HAVE_NO_SHUTDOWN)
{
    observe_result(sk_shutdown(iut, bound_datagram_socket(t, iut).fd, how_of(t)));
}

MUTANT_GIVES(unconnected, "shutdown() without a connection succeeds", OP_SHUTDOWN, ENOTCONN, 0)

RULE(invalid_how, "basic.shutdown.invalid-how",
     .statement = "shutdown() in a direction that there is not fails with EINVAL.",
     .outcome = {[BY_POSIX] = {"EINVAL", {"posix.shutdown.einval"}},
                 [BY_LINUX] = {"EINVAL", {"linux.shutdown.2.einval"}},
                 [BY_BSD] = {"EINVAL", {"freebsd.shutdown.2.einval"}}});

CASE(invalid_how, connected, .family = ANY_FAMILY, .network = ON_LOOPBACK, .role = ANY_ROLE,
     .axes = {{"how", {"99", "-1"}}})
{
    observe_result(sk_shutdown(iut, connected_pair(t).iut, t->chosen[0] ? -1 : 99));
}

MUTANT_GIVES(invalid_how, "shutdown() ignores what it does not know", OP_SHUTDOWN, EINVAL, 0)
