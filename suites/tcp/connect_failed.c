/* A nonblocking connect() on a stream socket that has failed. */
#include "suites/suite.h"

/* A nonblocking socket of the IUT whose attempt was refused; the error is pending. An
 * implementation that can tell at once may do so, and then nothing is pending. */
static int refused_attempt(struct test *t)
{
    struct endpoint server = bound_socket(t, t->peer, SOCK_STREAM, PLACE_MAIN);
    int fd = stream_socket(t, t->iut);
    set_nonblocking(t, t->iut, fd, true);
    int result = sk_connect(t->iut, fd, &server.address);
    if (result == -ECONNREFUSED || result == -ECONNRESET)
        skip("a nonblocking connect() is refused at once, so that no error is left pending");
    require_by("tcp.connect.nonblocking-at-once", result == -EINPROGRESS,
               "a nonblocking connect() gave %s", result_name(result));
    await_refusal(t, t->iut, &server.address);
    return fd;
}

/* ---- it is reported ---- */

RULE(writable, "tcp.connect.failure-writable",
     .statement =
         "select() reports a socket whose nonblocking connect() has failed as writable; on "
         "Linux poll() does too.",
     .outcome = {[BY_LINUX] = {"writable", {"linux.connect.2.einprogress-writable"}}});

CASE(writable, refused, .family = ANY_FAMILY, .network = ANY_NETWORK, .readiness = WITH_SELECT,
     .outcome = {[BY_POSIX] = {"writable", {"posix.select.connect-failed-writable"}},
                 [BY_BSD] = {"writable",
                             {"freebsd.connect.2.einprogress-select-for-writing",
                              "posix.select.connect-failed-writable"}}})
{
    int fd = refused_attempt(t);
    observe("%s", ready_name(ready(t, iut, fd, POLLOUT, 0) & POLLOUT));
}

CASE(writable, polled, .family = ANY_FAMILY, .network = ANY_NETWORK, .readiness = WITH_POLL)
{
    int fd = refused_attempt(t);
    observe("%s", ready_name(ready(t, iut, fd, POLLOUT, 0) & POLLOUT));
}

static void hides_writable(struct mutation *m, struct call *call)
{
    mutate(m, call);
    if (call_asks_readiness(call))
        call_set_found(call, call_found(call) & ~POLLOUT);
}

MUTANT_BY(writable, "a failed attempt is not reported as writable", hides_writable)

RULE(writable_epoll, "tcp.connect.failure-epollout",
     .statement =
         "On Linux epoll_wait() reports a socket whose nonblocking connect() has failed as "
         "writable.",
     .outcome = {
         [BY_LINUX] = {"writable",
                       {"linux.connect.2.einprogress-writable", "linux.epoll.7.level-default"}}});

CASE(writable_epoll, refused, .family = ANY_FAMILY, .network = ANY_NETWORK, .readiness = WITH_EPOLL)
{
    int fd = refused_attempt(t);
    observe("%s", ready_name(ready(t, iut, fd, POLLOUT, 0) & POLLOUT));
}

MUTANT_BY(writable_epoll, "a failed attempt is not reported as writable", hides_writable)

RULE(readable, "tcp.connect.failure-readable",
     .statement = "select() reports a socket whose nonblocking connect() has failed as readable, "
                  "since receiving would give an error and not block.",
     .outcome = {
         [BY_POSIX] = {"readable",
                       {"posix.select.read-ready-data-eof-error",
                        "posix.sockets.pending-error.returned-by-recv"}},
         [BY_LINUX] = {"readable",
                       {"linux.select.2.readable", "linux.socket.2.pending-error-returned"}},
         [BY_BSD] = {"readable",
                     {"posix.select.read-ready-data-eof-error",
                      "posix.sockets.pending-error.returned-by-recv"}}});

CASE(readable, refused, .family = ANY_FAMILY, .network = ANY_NETWORK, .readiness = WITH_SELECT)
{
    int fd = refused_attempt(t);
    observe("%s", ready_name(ready(t, iut, fd, POLLIN, 0) & POLLIN));
}

MUTANT(readable, "a failed attempt is not reported as readable")
{
    mutate(m, call);
    if (call_asks_readiness(call))
        call_set_found(call, call_found(call) & ~POLLIN);
}

RULE(pollerr, "tcp.connect.failure-pollerr",
     .statement = "On Linux poll() and epoll_wait() report POLLERR on a socket whose nonblocking "
                  "connect() has failed, whether it was asked for or not.",
     .outcome = {[BY_LINUX] = {"error",
                               {"linux.socket.7.pollerr-error", "linux.poll.2.pollerr",
                                "linux.poll.2.errors-always", "linux.epoll_ctl.2.epollerr",
                                "linux.epoll_ctl.2.epollerr-always"}}});

CASE(pollerr, refused, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_POLL | WITH_EPOLL, .axes = {{"asked", {"pollout", "nothing"}}})
{
    int fd = refused_attempt(t);
    observe("%s", ready_name(ready(t, iut, fd, t->chosen[0] == 0 ? POLLOUT : 0, 0) & POLLERR));
}

MUTANT(pollerr, "POLLERR is never reported")
{
    mutate(m, call);
    if (call->operation == OP_POLL || call->operation == OP_EPOLL_WAIT)
        call_set_found(call, call_found(call) & ~POLLERR);
}

RULE(exceptional, "tcp.connect.failure-exceptional",
     .statement =
         "select() reports a socket with a pending error in its third set; on FreeBSD that "
         "set is for urgent data only.",
     .outcome = {[BY_POSIX] = {"writable and exceptional",
                               {"posix.select.except-pending-error",
                                "posix.select.connect-failed-writable"}},
                 [BY_LINUX] = {"writable and exceptional",
                               {"posix.select.except-pending-error",
                                "linux.connect.2.einprogress-writable"}},
                 [BY_BSD] = {"writable",
                             {"freebsd.select.2.exception-is-oob-only",
                              "posix.select.connect-failed-writable"}}},
     .deviation = {[BY_LINUX] = {"writable",
                                 "always: the third set of select() is what poll() calls POLLPRI "
                                 "(select(2), NOTES), and an error on a TCP socket sets none"}});

CASE(exceptional, refused, .family = ANY_FAMILY, .network = ANY_NETWORK, .readiness = WITH_SELECT)
{
    int fd = refused_attempt(t);
    observe("%s", ready_name(ready(t, iut, fd, POLLOUT | POLLPRI, 0)));
}

MUTANT(exceptional, "select() reports nothing of what is asked for in its third set too")
{
    mutate(m, call);
    if (call->operation == OP_SELECT && call_asked(call) & POLLPRI)
        call_set_found(call, 0);
}

/* What SO_ERROR reads. That the call fails itself, with the pending error, is no precondition that
 * is missing, but what was seen. */
static const char *so_error_text(struct test *t, int fd)
{
    static char text[64];
    int error = -1, result = sk_getsockopt(t->iut, fd, SOL_SOCKET, SO_ERROR, &error);
    snprintf(text, sizeof text, "%s%s", result < 0 ? "the call fails with " : "",
             result < 0 ? result_name(result) : error_name(error));
    return text;
}

RULE(so_error, "tcp.connect.failure-so-error",
     .statement = "SO_ERROR reads the error of a failed connection attempt once, and then 0.",
     .outcome = {[BY_POSIX] = {"ECONNREFUSED then 0",
                               {"posix.sockets.asynchronous-errors.econnrefused-connection",
                                "posix.sockets.options.error.returns-pending",
                                "posix.sockets.options.error.clears",
                                "posix.sockets.options.error.zero-if-none"}},
                 [BY_LINUX] = {"ECONNREFUSED then 0",
                               {"linux.connect.2.einprogress-so-error",
                                "linux.connect.2.econnrefused", "linux.socket.7.so-error"}},
                 [BY_BSD] = {"ECONNREFUSED then 0",
                             {"posix.sockets.asynchronous-errors.econnrefused-connection",
                              "freebsd.getsockopt.2.so-error-returns",
                              "freebsd.getsockopt.2.so-error-clears"}}});

CASE(so_error, refused, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    int fd = refused_attempt(t);
    for (int i = 0; i < 2; i++)
        observe("%s", so_error_text(t, fd));
}

MUTANT(so_error, "SO_ERROR always reads 0")
{
    mutate(m, call);
    if (call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_ERROR))
        call_set_option_value(call, 0);
}

RULE(reason, "tcp.connect.failure-reason",
     .statement = "The pending error of a failed attempt says why: on Linux ETIMEDOUT if the host "
                  "never answered; EHOSTUNREACH or EHOSTDOWN if it was found that it cannot be "
                  "reached, or ETIMEDOUT after that.",
     .outcome = {
         [BY_LINUX] = {"ETIMEDOUT",
                       {"linux.connect.2.einprogress-so-error", "linux.connect.2.etimedout"}}});

/* Begins an attempt that nobody answers. */
static int silent_attempt(struct test *t, bool short_one)
{
    struct endpoint server = listening_socket(t, t->peer);
    int fd = stream_socket(t, t->iut);
    if (short_one)
        retransmit_once(t, t->iut, fd);
    set_nonblocking(t, t->iut, fd, true);
    deliver_from(t, t->iut, NET_LOSE);
    int result = sk_connect(t->iut, fd, &server.address);
    require_by("tcp.connect.nonblocking-in-progress", result == -EINPROGRESS,
               "a nonblocking connect() gave %s", result_name(result));
    return fd;
}

/* One that ends before a SYN can be sent again has not timed out. */
static void observe_failure(struct test *t, int fd, int64_t begin)
{
    bool at_once = clock_now() - begin < INT64_C(500000000);
    const char *error = so_error_text(t, fd);
    observe("%s%s", error, strcmp(error, "ETIMEDOUT") == 0 && at_once ? " at once" : "");
}

CASE(reason, silence, .family = ANY_FAMILY, .network = ON_PAIR, .readiness = ANY_READINESS,
     .tags = TAG_WAITS, .seconds = SYN_SECONDS)
{
    int64_t begin = clock_now();
    int fd = silent_attempt(t, true);
    if (!ready(t, iut, fd, POLLOUT, -1))
        skip("this implementation does not keep to TCP_SYNCNT: --slow waits for its own limit");
    observe_failure(t, fd, begin);
}

CASE(reason, own_limit, .family = ANY_FAMILY, .network = ON_PAIR, .readiness = ANY_READINESS,
     .tags = TAG_SLOW, .seconds = 300)
{
    int64_t begin = clock_now();
    int fd = silent_attempt(t, false);
    require(ready(t, iut, fd, POLLOUT, -1), "the attempt did not end");
    observe_failure(t, fd, begin);
}

CASE(reason, unreachable, .family = ANY_FAMILY, .network = ON_PAIR, .readiness = ANY_READINESS,
     .outcome = {
         [BY_POSIX] = {"EHOSTUNREACH | EHOSTDOWN | ETIMEDOUT",
                       {"posix.sockets.asynchronous-errors.ehostunreach",
                        "posix.sockets.asynchronous-errors.ehostdown", "posix.connect.etimedout"}},
         [BY_LINUX] = {"EHOSTUNREACH | EHOSTDOWN | ETIMEDOUT",
                       {"linux.connect.2.einprogress-so-error",
                        "posix.sockets.asynchronous-errors.ehostunreach",
                        "posix.sockets.asynchronous-errors.ehostdown",
                        "linux.connect.2.etimedout"}},
         [BY_BSD] = {"EHOSTUNREACH | EHOSTDOWN | ETIMEDOUT",
                     {"posix.sockets.asynchronous-errors.ehostunreach",
                      "posix.sockets.asynchronous-errors.ehostdown",
                      "freebsd.connect.2.etimedout"}}})
{
    struct endpoint server = listening_socket(t, peer);
    int fd = stream_socket(t, iut);
    set_nonblocking(t, iut, fd, true);
    deliver_from(t, iut, NET_HOLD);
    int64_t begin = clock_now();
    int result = sk_connect(iut, fd, &server.address);
    require_by("tcp.connect.nonblocking-in-progress", result == -EINPROGRESS,
               "a nonblocking connect() gave %s", result_name(result));
    lose_neighbour(t, iut, fd, &server.address);
    if (!ready(t, iut, fd, POLLOUT, -1))
        skip("the attempt goes on, as RFC 9293 3.9.2.2 (MUST-56) has it of connections");
    observe_failure(t, fd, begin);
}

/* Why else an attempt fails: the error that SO_ERROR reads is that of a blocking connect(). */
MUTANT(reason, "every failed attempt reads as ECONNREFUSED")
{
    mutate(m, call);
    if (call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_ERROR) && call_option_value(call))
        call_set_option_value(call, ECONNREFUSED);
}

/* ---- other ways to hear of it ---- */

/* Where several errors apply, any of them is right. */
RULE(receive, "tcp.connect.failure-receive",
     .statement = "Receiving on a socket whose nonblocking connect() has failed gives the pending "
                  "error; under POSIX also that it is not connected.",
     .outcome = {
         [BY_POSIX] = {"ECONNREFUSED | ENOTCONN",
                       {"posix.sockets.pending-error.returned-by-recv", "posix.read.like-recv",
                        "posix.recv.enotconn", "posix.recvfrom.enotconn", "posix.recvmsg.enotconn",
                        "posix.read.enotconn"}},
         [BY_LINUX] = {"ECONNREFUSED",
                       {"linux.socket.2.pending-error-returned", "linux.recv.2.econnrefused"}},
         [BY_BSD] = {"ECONNREFUSED | ENOTCONN",
                     {"posix.sockets.pending-error.returned-by-recv", "posix.read.like-recv",
                      "freebsd.recv.2.enotconn", "posix.read.enotconn"}}});

CASE(receive, refused, .family = ANY_FAMILY, .network = ANY_NETWORK, .recv = ANY_RECV)
{
    int fd = refused_attempt(t);
    char byte;
    observe_result(receive_by_form(t, iut, fd, &byte, 1));
}

MUTANT(receive, "receiving after a failed attempt reads as end of file")
{
    mutate(m, call);
    bool receives = call->operation == OP_RECV || call->operation == OP_RECVFROM ||
                    call->operation == OP_RECVMSG || call->operation == OP_READ;
    if (receives && call->result < 0 && call->error == ECONNREFUSED)
        call_succeed(call, 0);
}

RULE(send, "tcp.connect.failure-send",
     .statement = "Sending on a socket whose nonblocking connect() has failed gives the pending "
                  "error; under POSIX also that it is not, or no longer, connected.",
     .outcome = {[BY_POSIX] = {"ECONNREFUSED | ENOTCONN | EPIPE",
                               {"posix.sockets.pending-error.returned-by-send",
                                "posix.send.enotconn", "posix.sendto.enotconn",
                                "posix.sendmsg.enotconn", "posix.send.epipe-no-longer-connected",
                                "posix.sendto.epipe-no-longer-connected",
                                "posix.sendmsg.epipe-no-longer-connected"}},
                 [BY_LINUX] = {"ECONNREFUSED", {"linux.socket.2.pending-error-returned"}},
                 [BY_BSD] = {"ECONNREFUSED | ENOTCONN | EPIPE",
                             {"posix.sockets.pending-error.returned-by-send",
                              "freebsd.send.2.enotconn", "freebsd.send.2.epipe"}}});

CASE(send, refused, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .send = WITH_SEND | WITH_SENDTO | WITH_SENDMSG)
{
    int fd = refused_attempt(t);
    observe_result(send_by_form(t, iut, fd, "x", 1, NULL));
}

/* write() has an error more for a socket that is not connected. */
CASE(send, by_write, .family = ANY_FAMILY, .network = ANY_NETWORK, .send = WITH_WRITE,
     .outcome = {[BY_POSIX] = {"ECONNREFUSED | ENOTCONN | EPIPE | ECONNRESET",
                               {"posix.sockets.pending-error.returned-by-send",
                                "posix.write.like-send", "posix.send.enotconn",
                                "posix.write.epipe-no-longer-connected", "posix.write.econnreset"}},
                 [BY_BSD] = {"ECONNREFUSED | ENOTCONN | EPIPE | ECONNRESET",
                             {"posix.sockets.pending-error.returned-by-send",
                              "posix.write.like-send", "posix.send.enotconn",
                              "freebsd.write.2.epipe-not-connected", "posix.write.econnreset"}}})
{
    int fd = refused_attempt(t);
    observe_result(send_by_form(t, iut, fd, "x", 1, NULL));
}

MUTANT(send, "data sent after a failed attempt is taken and lost")
{
    mutate(m, call);
    bool sends = call->operation == OP_SEND || call->operation == OP_SENDTO ||
                 call->operation == OP_SENDMSG || call->operation == OP_WRITE;
    if (sends && call->result < 0)
        call_succeed(call, call_data(call)->length);
}

RULE(no_peer, "tcp.connect.failure-no-peer",
     .statement =
         "On Linux getpeername() on a socket whose connection attempt has failed fails with "
         "ENOTCONN; POSIX and connect(2) leave the state of such a socket open.",
     .pinned = {[BY_LINUX] = "ENOTCONN"});

CASE(no_peer, refused, .family = ANY_FAMILY, .network = ANY_NETWORK, .mode = ANY_MODE)
{
    struct endpoint server = bound_socket(t, peer, SOCK_STREAM, PLACE_MAIN);
    struct address name;
    int fd;
    if (t->mode == MODE_NONBLOCKING) {
        fd = refused_attempt(t);
    } else {
        fd = stream_socket(t, iut);
        require_by("tcp.connect.refused", sk_connect(iut, fd, &server.address) == -ECONNREFUSED,
                   "connect() was not refused");
    }
    observe_result(sk_getpeername(iut, fd, &name));
}

MUTANT_GIVES(no_peer, "getpeername() succeeds after a failed attempt", OP_GETPEERNAME, ENOTCONN, 0)

RULE(reported, "tcp.connect.failure-reported-once",
     .statement = "On Linux an error that connect() itself has returned is not pending any more: "
                  "SO_ERROR reads 0; POSIX and connect(2) leave the state of such a socket open.",
     .pinned = {[BY_LINUX] = "ECONNREFUSED then 0"});

CASE(reported, blocking, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint server = bound_socket(t, peer, SOCK_STREAM, PLACE_MAIN);
    int fd = stream_socket(t, iut);
    observe_result(sk_connect(iut, fd, &server.address));
    observe("%s", so_error_text(t, fd));
}

MUTANT(reported, "the error that connect() returned stays pending")
{
    static int last;
    mutate(m, call);
    if (call->operation == OP_CONNECT && call->result < 0)
        last = call->error;
    if (call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_ERROR))
        call_set_option_value(call, last);
}

/* ---- another try on the same socket ---- */

/* Sockets are good for one attempt only. */
static bool failed_once;
RULE(retry, "tcp.connect.failure-retry",
     .statement = "POSIX leaves open what a socket is good for after connect() has failed; Linux "
                  "lets it connect again.",
     .pinned = {[BY_LINUX] = "0 then hello"});

CASE(retry, blocking, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint server = bound_socket(t, peer, SOCK_STREAM, PLACE_MAIN);
    int fd = stream_socket(t, iut);
    require_by("tcp.connect.refused", sk_connect(iut, fd, &server.address) == -ECONNREFUSED,
               "connect() was not refused");
    must(sk_listen(peer, server.fd, 1));
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

/* With the error unread, the next call reports it; read by SO_ERROR, Linux says ECONNABORTED once
 * and then makes a new attempt. */
CASE(retry, error_unread, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .pinned = {[BY_LINUX] = "ECONNREFUSED then EINPROGRESS"})
{
    int fd = refused_attempt(t);
    struct endpoint server = listening_socket(t, peer);
    observe_result(sk_connect(iut, fd, &server.address));
    observe_result(sk_connect(iut, fd, &server.address));
}

CASE(retry, error_read, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .pinned = {[BY_LINUX] = "ECONNABORTED then EINPROGRESS"})
{
    int fd = refused_attempt(t), error;
    struct endpoint server = listening_socket(t, peer);
    must(sk_getsockopt(iut, fd, SOL_SOCKET, SO_ERROR, &error));
    observe_result(sk_connect(iut, fd, &server.address));
    observe_result(sk_connect(iut, fd, &server.address));
}

MUTANT(retry, "a socket whose connect() failed refuses another with EINVAL")
{
    if (call->operation == OP_CONNECT && failed_once) {
        call_fail(call, EINVAL);
        return;
    }
    mutate(m, call);
    failed_once |= call_failed(call, OP_CONNECT, ECONNREFUSED) ||
                   (call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_ERROR) &&
                    call_option_value(call) == ECONNREFUSED);
}
