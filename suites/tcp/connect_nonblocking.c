/* A nonblocking connect() on a stream socket, while the connection is being established. */
#include "suites/suite.h"

/* A nonblocking socket of the IUT whose connection attempt is held back by the peer's side. */
struct attempt {
    int fd;
    struct endpoint server;
};

static struct attempt held_attempt(struct test *t)
{
    struct attempt attempt = {.server = listening_socket(t, t->peer),
                              .fd = stream_socket(t, t->iut)};
    set_nonblocking(t, t->iut, attempt.fd, true);
    deliver_from(t, t->peer, NET_HOLD);
    int result = sk_connect(t->iut, attempt.fd, &attempt.server.address);
    require_by("tcp.connect.nonblocking-in-progress", result == -EINPROGRESS,
               "a nonblocking connect() gave %s", result_name(result));
    return attempt;
}

static void let_it_through(struct test *t, const struct attempt *attempt)
{
    deliver_from(t, t->peer, NET_DELIVER);
    await_peer(t, attempt->server.fd); /* the handshake is over */
}

/* ---- at once ---- */

RULE(in_progress, "tcp.connect.nonblocking-in-progress",
     .statement =
         "connect() on a nonblocking socket whose connection cannot be established at once "
         "fails with EINPROGRESS without waiting.",
     .outcome = {
         [BY_POSIX] = {"EINPROGRESS",
                       {"posix.connect.nonblocking-fails-einprogress",
                        "posix.sockets.io-mode.connect-does-not-block"}},
         [BY_LINUX] = {"EINPROGRESS", {"linux.connect.2.einprogress"}},
         [BY_BSD] = {"EINPROGRESS", {"freebsd.connect.2.einprogress"}},
         [BY_ZOS] = {"EINPROGRESS",
                     {"zos.connect.einprogress", "zos.connect.call.einprogress-returns-normally",
                      "zos.connect.rexx.nonblocking-returns-at-once"}}});

CASE(in_progress, held_back, .family = ANY_FAMILY, .network = ON_PAIR,
     .axes = {{"held", {"syn", "syn-ack"}}})
{
    struct endpoint server = listening_socket(t, peer);
    int fd = stream_socket(t, iut);
    set_nonblocking(t, iut, fd, true);
    deliver_from(t, t->chosen[0] == 0 ? iut : peer, NET_HOLD);
    struct pending *connecting = sk_begin(iut, call_connect(fd, &server.address));
    if (sk_waits(connecting))
        observe("waits");
    else
        observe_result(finish(connecting));
}

MUTANT(in_progress, "connect() blocks on a nonblocking socket too")
{
    int fd = (int)call->argument[0];
    if (call->operation == OP_CONNECT)
        sk_fcntl(m->real, fd, F_SETFL, sk_fcntl(m->real, fd, F_GETFL, 0) & ~O_NONBLOCK);
    mutate(m, call);
}

RULE(at_once, "tcp.connect.nonblocking-at-once",
     .statement = "connect() on a nonblocking socket gives 0 if the connection is established at "
                  "once, else EINPROGRESS.",
     .outcome = {
         [BY_POSIX] = {"0 then hello || EINPROGRESS",
                       {"posix.connect.returns-0", "posix.connect.nonblocking-fails-einprogress"}},
         [BY_LINUX] = {"0 then hello || EINPROGRESS",
                       {"linux.connect.2.returns-zero", "linux.connect.2.einprogress"}},
         [BY_BSD] = {"0 then hello || EINPROGRESS",
                     {"freebsd.connect.2.returns-zero", "freebsd.connect.2.einprogress"}},
         [BY_ZOS] = {"0 then hello || EINPROGRESS",
                     {"zos.connect.call.zero-when-completed", "zos.connect.call.einprogress"}}});

CASE(at_once, near, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint server = listening_socket(t, peer);
    int fd = stream_socket(t, iut);
    set_nonblocking(t, iut, fd, true);
    int result = sk_connect(iut, fd, &server.address);
    observe_result(result);
    if (result < 0)
        return;
    int sent = sk_send(iut, fd, "hello", 5, MSG_NOSIGNAL);
    if (sent < 0)
        observe("sending gives %s", result_name(sent));
    else if (!ready(t, peer, server.fd, POLLIN, -1))
        observe("no connection comes");
    else
        observe("%s", receive_next(t, peer, must(sk_accept(peer, server.fd, NULL))));
}

/* Where the peer is so near that a connection stands at once, 0 is as good. */
MUTANT(at_once, "a nonblocking connect() gives EAGAIN")
{
    mutate(m, call);
    if (call_failed(call, OP_CONNECT, EINPROGRESS))
        call_fail(call, EAGAIN);
}

/* ---- while it is pending ---- */

RULE(already, "tcp.connect.pending-again",
     .statement = "connect() on a socket whose connection attempt is pending fails with EALREADY.",
     .outcome = {[BY_POSIX] = {"EALREADY",
                               {"posix.connect.again-before-established-ealready",
                                "posix.connect.ealready"}},
                 [BY_LINUX] = {"EALREADY", {"linux.connect.2.ealready"}},
                 [BY_BSD] = {"EALREADY", {"freebsd.connect.2.ealready"}}});

CASE(already, same_address, .family = ANY_FAMILY, .network = ON_PAIR)
{
    struct attempt attempt = held_attempt(t);
    observe_result(sk_connect(iut, attempt.fd, &attempt.server.address));
}

CASE(already, other_address, .family = ANY_FAMILY, .network = ON_PAIR)
{
    struct attempt attempt = held_attempt(t);
    struct endpoint other = listening_socket(t, peer);
    observe_result(sk_connect(iut, attempt.fd, &other.address));
}

MUTANT_GIVES(already, "a second connect() reports EINPROGRESS again", OP_CONNECT, EALREADY,
             EINPROGRESS)

RULE(writable, "tcp.connect.writable-when-over",
     .statement =
         "select(), poll() and epoll_wait() report a connecting socket as writable when the "
         "connection is established, and not before.",
     .outcome = {[BY_LINUX] = {"nothing then writable",
                               {"linux.connect.2.einprogress-writable",
                                "linux.socket.7.poll-connected", "linux.epoll_ctl.2.epollout"}}});

static void observe_writable(struct test *t)
{
    struct attempt attempt = held_attempt(t);
    observe("%s", ready_name(ready(t, t->iut, attempt.fd, POLLOUT, 0) & POLLOUT));
    let_it_through(t, &attempt);
    int soon = machine_milliseconds(0.5);
    observe("%s", ready_name(ready(t, t->iut, attempt.fd, POLLOUT, soon) & POLLOUT));
}

/* POSIX calls a descriptor on which an output function would not block ready, be it that it fails:
 * so may one do that is not connected yet. */
CASE(writable, selected, .family = ANY_FAMILY, .network = ON_PAIR, .readiness = WITH_SELECT,
     .outcome = {
         [BY_POSIX] = {"nothing | writable then writable",
                       {"posix.connect.established.select-writable",
                        "posix.select.connect-succeeded-writable"}},
         [BY_BSD] = {"nothing then writable", {"freebsd.connect.2.einprogress-select-for-writing"}},
         [BY_ZOS] = {"nothing then writable",
                     {"zos.connect.call.select-for-completion",
                      "zos.connect.rexx.select-for-completion",
                      "zos.select.call.write-connect-completes"}}})
{
    observe_writable(t);
}

CASE(writable, polled, .family = ANY_FAMILY, .network = ON_PAIR, .readiness = WITH_POLL,
     .outcome = {
         [BY_POSIX] = {"nothing then writable",
                       {"posix.connect.established.poll-writable", "posix.poll.connecting-writable",
                        "posix.poll.pollout", "posix.poll.clears-revents",
                        "posix.sockets.types.stream.connected-before-data"}},
         [BY_BSD] = {"nothing then writable",
                     {"freebsd.poll.2.pollout", "posix.connect.established.poll-writable",
                      "freebsd.socket.2.stream.needs-connection"}}})
{
    observe_writable(t);
}

CASE(writable, by_epoll, .family = ANY_FAMILY, .network = ON_PAIR, .readiness = WITH_EPOLL)
{
    observe_writable(t);
}

/* Reports writability to everybody who asks for it. */
MUTANT(writable, "a connecting socket is reported as writable at any time")
{
    mutate(m, call);
    if (call_asks_readiness(call))
        call_set_found(call, call_found(call) | POLLOUT);
}

RULE(no_peer, "tcp.connect.pending-no-peer",
     .statement = "getpeername() on a socket whose connection attempt is pending fails with "
                  "ENOTCONN.",
     .outcome = {[BY_POSIX] = {"ENOTCONN", {"posix.getpeername.enotconn"}},
                 [BY_LINUX] = {"ENOTCONN", {"linux.getpeername.2.enotconn"}},
                 [BY_BSD] = {"ENOTCONN", {"freebsd.getpeername.2.enotconn"}}});

CASE(no_peer, pending, .family = ANY_FAMILY, .network = ON_PAIR)
{
    struct attempt attempt = held_attempt(t);
    struct address name;
    observe_result(sk_getpeername(iut, attempt.fd, &name));
}

MUTANT_GIVES(no_peer, "getpeername() succeeds before the connection stands", OP_GETPEERNAME,
             ENOTCONN, 0)

RULE(early_send, "tcp.connect.pending-send",
     .statement = "Sending on a nonblocking socket whose connection attempt is pending fails.",
     .outcome = {
         [BY_POSIX] = {"EAGAIN | EWOULDBLOCK | ENOTCONN | EINPROGRESS",
                       {"posix.send.eagain", "posix.send.enotconn", "posix.sendto.eagain",
                        "posix.sendto.enotconn", "posix.sendmsg.eagain", "posix.sendmsg.enotconn",
                        "posix.errors.einprogress", "posix.errors.any-of-several"}},
         [BY_LINUX] = {"EAGAIN | EWOULDBLOCK | ENOTCONN | EPIPE",
                       {"linux.send.2.eagain", "linux.send.2.enotconn",
                        "linux.send.2.stream-enotconn", "linux.send.2.epipe-for-enotconn",
                        "linux.send.2.send-is-write"}},
         [BY_BSD] = {"EAGAIN | EWOULDBLOCK | ENOTCONN | EPIPE",
                     {"freebsd.socket.2.stream.needs-connection", "freebsd.send.2.eagain",
                      "freebsd.send.2.enotconn", "freebsd.send.2.epipe"}}});

CASE(early_send, pending, .family = ANY_FAMILY, .network = ON_PAIR,
     .send = WITH_SEND | WITH_SENDTO | WITH_SENDMSG)
{
    struct attempt attempt = held_attempt(t);
    observe_result(send_by_form(t, iut, attempt.fd, "early", 5, NULL));
}

/* write() has other errors for a socket that is not connected. */
CASE(early_send, by_write, .family = ANY_FAMILY, .network = ON_PAIR, .send = WITH_WRITE,
     .outcome = {
         [BY_POSIX] = {"EAGAIN | EWOULDBLOCK | ENOTCONN | ECONNRESET | EINPROGRESS",
                       {"posix.write.eagain", "posix.write.econnreset", "posix.write.like-send",
                        "posix.send.enotconn", "posix.errors.einprogress",
                        "posix.errors.any-of-several"}},
         [BY_BSD] = {"EAGAIN | EWOULDBLOCK | ENOTCONN | ECONNRESET | EPIPE",
                     {"freebsd.write.2.epipe-not-connected", "posix.write.eagain",
                      "posix.write.econnreset", "posix.write.like-send", "posix.send.enotconn"}}})
{
    struct attempt attempt = held_attempt(t);
    observe_result(send_by_form(t, iut, attempt.fd, "early", 5, NULL));
}

MUTANT(early_send, "data is taken before the connection stands, and lost")
{
    mutate(m, call);
    bool sends = call->operation == OP_SEND || call->operation == OP_SENDTO ||
                 call->operation == OP_SENDMSG || call->operation == OP_WRITE;
    if (sends && call->result < 0)
        call_succeed(call, call_data(call)->length);
}

RULE(early_receive, "tcp.connect.pending-receive",
     .statement = "Receiving on a nonblocking socket whose connection attempt is pending fails.",
     .outcome = {
         [BY_POSIX] = {"EAGAIN | EWOULDBLOCK | ENOTCONN | EINPROGRESS",
                       {"posix.recv.eagain", "posix.recvfrom.eagain", "posix.recvmsg.eagain",
                        "posix.read.eagain", "posix.recv.enotconn", "posix.recvfrom.enotconn",
                        "posix.recvmsg.enotconn", "posix.read.enotconn", "posix.errors.einprogress",
                        "posix.errors.any-of-several"}},
         [BY_LINUX] = {"EAGAIN | EWOULDBLOCK | ENOTCONN",
                       {"linux.recv.2.eagain", "linux.recv.2.enotconn"}},
         [BY_BSD] = {"EAGAIN | EWOULDBLOCK | ENOTCONN",
                     {"freebsd.recv.2.eagain-nonblocking", "posix.read.eagain",
                      "freebsd.recv.2.enotconn", "posix.read.enotconn"}}});

CASE(early_receive, pending, .family = ANY_FAMILY, .network = ON_PAIR, .recv = ANY_RECV)
{
    struct attempt attempt = held_attempt(t);
    char byte;
    observe_result(receive_by_form(t, iut, attempt.fd, &byte, 1));
}

MUTANT(early_receive, "receiving before the connection stands reads as end of file")
{
    mutate(m, call);
    bool receives = call->operation == OP_RECV || call->operation == OP_RECVFROM ||
                    call->operation == OP_RECVMSG || call->operation == OP_READ;
    if (receives && call->result < 0)
        call_succeed(call, 0);
}

RULE(listen_pending, "tcp.connect.pending-listen",
     .statement =
         "On FreeBSD, and on Linux, listen() on a socket whose connection attempt is pending "
         "fails with EINVAL.",
     .pinned = {[BY_LINUX] = "EINVAL"},
     .outcome = {[BY_BSD] = {"EINVAL", {"freebsd.listen.2.einval"}}});

CASE(listen_pending, pending, .family = ANY_FAMILY, .network = ON_PAIR)
{
    struct attempt attempt = held_attempt(t);
    observe_result(sk_listen(iut, attempt.fd, 1));
}

MUTANT_GIVES(listen_pending, "listen() succeeds on a connecting socket", OP_LISTEN, EINVAL, 0)

/* ---- when it succeeded ---- */

RULE(success, "tcp.connect.success-so-error",
     .statement = "SO_ERROR reads 0 when a nonblocking connect() has succeeded.",
     .outcome = {[BY_POSIX] = {"0", {"posix.sockets.options.error.zero-if-none"}},
                 [BY_LINUX] = {"0", {"linux.connect.2.einprogress-so-error"}},
                 [BY_BSD] = {"0", {"posix.sockets.options.error.zero-if-none"}}});

CASE(success, established, .family = ANY_FAMILY, .network = ON_PAIR, .readiness = ANY_READINESS)
{
    struct attempt attempt = held_attempt(t);
    let_it_through(t, &attempt);
    require_by("tcp.connect.writable-when-over", ready(t, iut, attempt.fd, POLLOUT, -1) & POLLOUT,
               "the socket is not reported as writable");
    int error = -1, result = sk_getsockopt(iut, attempt.fd, SOL_SOCKET, SO_ERROR, &error);
    observe("%s%s", result < 0 ? "the call fails with " : "",
            result < 0 ? result_name(result) : error_name(error));
}

MUTANT(success, "SO_ERROR reads EINPROGRESS after success")
{
    mutate(m, call);
    if (call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_ERROR) && call_option_value(call) == 0)
        call_set_option_value(call, EINPROGRESS);
}

RULE(connect_after, "tcp.connect.success-again",
     .statement = "connect() on a socket whose nonblocking attempt has succeeded fails with "
                  "EISCONN.",
     .outcome = {[BY_POSIX] = {"EISCONN then EISCONN", {"posix.connect.eisconn"}},
                 [BY_LINUX] = {"EISCONN then EISCONN", {"linux.connect.2.eisconn"}},
                 [BY_BSD] = {"EISCONN then EISCONN", {"freebsd.connect.2.eisconn"}},
                 [BY_ZOS] = {"EISCONN then EISCONN", {"zos.connect.eisconn"}}},
     .deviation = {[BY_LINUX] = {"0 then EISCONN",
                                 "always: the first connect() after the attempt's end "
                                 "reports how it ended, here that it succeeded"}});

CASE(connect_after, established, .family = ANY_FAMILY, .network = ON_PAIR)
{
    struct attempt attempt = held_attempt(t);
    let_it_through(t, &attempt);
    observe_result(sk_connect(iut, attempt.fd, &attempt.server.address));
    observe_result(sk_connect(iut, attempt.fd, &attempt.server.address));
}

MUTANT(connect_after, "connect() succeeds again and again")
{
    mutate(m, call);
    if (call->operation == OP_CONNECT && call->error == EISCONN)
        call_succeed(call, 0);
}
