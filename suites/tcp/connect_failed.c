/* A nonblocking connect() on a stream socket that has failed. */
#include "suites/suite.h"

/* A nonblocking socket of the IUT whose attempt was refused; the error is pending. An
 * implementation that can tell at once may do so: then that is observed, and there is no socket
 * (-1). */
static int refused_attempt(struct test *t)
{
    struct endpoint server = bound_socket(t, t->peer, SOCK_STREAM, PLACE_MAIN);
    int fd = stream_socket(t, t->iut);
    set_nonblocking(t, t->iut, fd, true);
    int result = sk_connect(t->iut, fd, &server.address);
    if (result == -ECONNREFUSED) {
        observe("refused at once");
        return -1;
    }
    require_by("tcp.connect.nonblocking", result == -EINPROGRESS, "a nonblocking connect() gave %s",
               result_name(result));
    await_refusal(t, t->iut, &server.address);
    return fd;
}

/* ---- it is reported ---- */

RULE(writable, "tcp.connect.failure-writable",
     .statement = "A socket whose connection attempt has failed is reported as writable, and as "
                  "readable, since neither would block.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016,
                  "XSH pselect(), DESCRIPTION: succeeded or failed with a pending error"},
                 {"connect(2)", "ERRORS EINPROGRESS"}},
     .outcome = {[BY_POSIX] = {"readable and writable"}, [BY_LINUX] = {"readable and writable"}});

CASE(writable, refused, .family = ANY_FAMILY, .network = ANY_NETWORK, .readiness = ANY_READINESS)
{
    int fd = refused_attempt(t);
    if (fd < 0)
        return;
    observe("%s", ready_name(ready(t, iut, fd, POLLIN | POLLOUT, -1) & (POLLIN | POLLOUT)));
}

MUTANT(writable, "a failed attempt is not reported as writable")
{
    mutate(m, call);
    if (call_asks_readiness(call) && call_asked(call) & POLLIN)
        call_set_found(call, call_found(call) & ~POLLOUT);
}

RULE(pollerr, "tcp.connect.failure-pollerr",
     .statement = "poll() reports POLLERR on a socket whose connection attempt has failed, whether "
                  "it was asked for or not.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH poll(), DESCRIPTION POLLERR"},
                 {"poll(2)", "DESCRIPTION POLLERR: error condition"},
                 {"epoll_ctl(2)", "DESCRIPTION EPOLLERR: always reported"}},
     .outcome = {[BY_POSIX] = {"error"}, [BY_LINUX] = {"error"}});

CASE(pollerr, refused, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_POLL | WITH_EPOLL, .axes = {{"asked", {"pollout", "nothing"}}})
{
    int fd = refused_attempt(t);
    if (fd < 0)
        return;
    observe("%s", ready_name(ready(t, iut, fd, t->chosen[0] == 0 ? POLLOUT : 0, -1) & POLLERR));
}

MUTANT(pollerr, "POLLERR is never reported")
{
    mutate(m, call);
    if (call->operation == OP_POLL || call->operation == OP_EPOLL_WAIT)
        call_set_found(call, call_found(call) & ~POLLERR);
}

RULE(exceptional, "tcp.connect.failure-exceptional",
     .statement = "select() reports a socket with a pending error in its third set; Linux keeps "
                  "that set for urgent data.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH pselect(), DESCRIPTION: a pending error is exceptional"},
                 {"select(2)", "DESCRIPTION of exceptfds, with poll(2) POLLPRI"}},
     .outcome = {[BY_POSIX] = {"exceptional"}, [BY_LINUX] = {"nothing"}});

CASE(exceptional, refused, .family = ANY_FAMILY, .network = ANY_NETWORK, .readiness = WITH_SELECT)
{
    int fd = refused_attempt(t);
    if (fd < 0)
        return;
    observe("%s", ready_name(ready(t, iut, fd, POLLOUT | POLLPRI, -1) & POLLPRI));
}

MUTANT(exceptional, "select() reports the opposite in its third set")
{
    mutate(m, call);
    if (call->operation == OP_SELECT)
        call_set_found(call, call_found(call) ^ (POLLPRI & call_asked(call)));
}

RULE(so_error, "tcp.connect.failure-so-error",
     .statement = "SO_ERROR reads the error of a failed connection attempt once, and then 0.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH 2.10.16, SO_ERROR; 2.10.10 Pending Error"},
                 {"connect(2)", "ERRORS EINPROGRESS"},
                 {"socket(7)", "SO_ERROR"}},
     .outcome = {[BY_POSIX] = {"ECONNREFUSED then 0"}, [BY_LINUX] = {"ECONNREFUSED then 0"}});

CASE(so_error, refused, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    int fd = refused_attempt(t), error;
    if (fd < 0)
        return;
    for (int i = 0; i < 2; i++) {
        must(sk_getsockopt(iut, fd, SOL_SOCKET, SO_ERROR, &error));
        observe("%s", error_name(error));
    }
}

MUTANT(so_error, "SO_ERROR always reads 0")
{
    mutate(m, call);
    if (call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_ERROR))
        call_set_option_value(call, 0);
}

RULE(reason, "tcp.connect.failure-reason",
     .statement = "The pending error of a failed attempt says why: ETIMEDOUT if the host never "
                  "answered, EHOSTUNREACH if it cannot be reached.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH connect(), ERRORS; 2.10.10 Pending Error"},
                 {"connect(2)", "ERRORS EINPROGRESS and ETIMEDOUT"},
                 {FREEBSD_CONNECT, "ERRORS ETIMEDOUT and EHOSTUNREACH"}},
     .outcome = {[BY_POSIX] = {"ETIMEDOUT"}, [BY_LINUX] = {"ETIMEDOUT"}, [BY_BSD] = {"ETIMEDOUT"}});

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
    require(result == -EINPROGRESS, "a nonblocking connect() gave %s", result_name(result));
    return fd;
}

static void observe_failure(struct test *t, int fd)
{
    int error;
    must(sk_getsockopt(t->iut, fd, SOL_SOCKET, SO_ERROR, &error));
    observe("%s", error_name(error));
}

CASE(reason, silence, .family = ANY_FAMILY, .network = ON_PAIR, .readiness = ANY_READINESS,
     .tags = TAG_WAITS, .seconds = SYN_SECONDS)
{
    int fd = silent_attempt(t, true);
    if (!ready(t, iut, fd, POLLOUT, -1))
        skip("this implementation does not keep to TCP_SYNCNT: --slow waits for its own limit");
    observe_failure(t, fd);
}

CASE(reason, own_limit, .family = ANY_FAMILY, .network = ON_PAIR, .readiness = ANY_READINESS,
     .tags = TAG_SLOW, .seconds = 300)
{
    int fd = silent_attempt(t, false);
    require(ready(t, iut, fd, POLLOUT, -1), "the attempt did not end");
    observe_failure(t, fd);
}

CASE(reason, unreachable, .family = ANY_FAMILY, .network = ON_PAIR, .readiness = ANY_READINESS,
     .outcome = {[BY_POSIX] = {"EHOSTUNREACH | ENETUNREACH | ETIMEDOUT"},
                 [BY_LINUX] = {"EHOSTUNREACH"},
                 [BY_BSD] = {"EHOSTUNREACH | EHOSTDOWN"}})
{
    struct endpoint server = listening_socket(t, peer);
    int fd = stream_socket(t, iut);
    set_nonblocking(t, iut, fd, true);
    deliver_from(t, iut, NET_HOLD);
    int result = sk_connect(iut, fd, &server.address);
    require(result == -EINPROGRESS, "a nonblocking connect() gave %s", result_name(result));
    lose_neighbour(t, iut, fd, &server.address);
    require(ready(t, iut, fd, POLLOUT, -1), "the attempt did not end");
    observe_failure(t, fd);
}

/* Why else an attempt fails: the error that SO_ERROR reads is that of a blocking connect(). */
MUTANT(reason, "every failed attempt reads as ECONNREFUSED")
{
    mutate(m, call);
    if (call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_ERROR) && call_option_value(call))
        call_set_option_value(call, ECONNREFUSED);
}

/* ---- other ways to hear of it ---- */

RULE(receive, "tcp.connect.failure-receive",
     .statement = "Receiving on a socket whose connection attempt has failed gives the pending "
                  "error.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH 2.10.10 Pending Error"}, {"connect(2)", "ERRORS ECONNREFUSED"}},
     .outcome = {[BY_POSIX] = {"ECONNREFUSED"}, [BY_LINUX] = {"ECONNREFUSED"}});

CASE(receive, refused, .family = ANY_FAMILY, .network = ANY_NETWORK, .recv = ANY_RECV)
{
    int fd = refused_attempt(t);
    if (fd < 0)
        return;
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

RULE(
    send, "tcp.connect.failure-send",
    .statement = "Sending on a socket whose connection attempt has failed gives the pending error.",
    .level = LEVEL_SHALL, .sources = {{POSIX_2016, "XSH 2.10.10 Pending Error"}},
    .outcome = {[BY_POSIX] = {"ECONNREFUSED"}, [BY_LINUX] = {"ECONNREFUSED"}});

CASE(send, refused, .family = ANY_FAMILY, .network = ANY_NETWORK, .send = ANY_SEND)
{
    int fd = refused_attempt(t);
    if (fd < 0)
        return;
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
     .statement = "getpeername() on a socket whose connection attempt has failed fails with "
                  "ENOTCONN.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH getpeername(), ERRORS ENOTCONN"},
                 {"getpeername(2)", "ERRORS ENOTCONN"}},
     .outcome = {[BY_POSIX] = {"ENOTCONN"}, [BY_LINUX] = {"ENOTCONN"}});

CASE(no_peer, refused, .family = ANY_FAMILY, .network = ANY_NETWORK, .mode = ANY_MODE)
{
    struct endpoint server = bound_socket(t, peer, SOCK_STREAM, PLACE_MAIN);
    struct address name;
    int fd;
    if (t->mode == MODE_NONBLOCKING) {
        fd = refused_attempt(t);
        if (fd < 0)
            return;
    } else {
        fd = stream_socket(t, iut);
        require(sk_connect(iut, fd, &server.address) < 0, "connect() was not refused");
    }
    observe_result(sk_getpeername(iut, fd, &name));
}

MUTANT_GIVES(no_peer, "getpeername() succeeds after a failed attempt", OP_GETPEERNAME, ENOTCONN, 0)

RULE(reported, "tcp.connect.failure-reported-once",
     .statement = "An error that connect() itself has returned is not pending any more: SO_ERROR "
                  "reads 0.",
     .level = LEVEL_SHALL, .sources = {{POSIX_2016, "XSH 2.10.10 Pending Error"}},
     .outcome = {[BY_POSIX] = {"ECONNREFUSED then 0"}, [BY_LINUX] = {"ECONNREFUSED then 0"}});

CASE(reported, blocking, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint server = bound_socket(t, peer, SOCK_STREAM, PLACE_MAIN);
    int fd = stream_socket(t, iut), error;
    observe_result(sk_connect(iut, fd, &server.address));
    must(sk_getsockopt(iut, fd, SOL_SOCKET, SO_ERROR, &error));
    observe("%s", error_name(error));
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
     .level = LEVEL_MAY,
     .sources = {{POSIX_2016, "XSH connect(), APPLICATION USAGE: the state is unspecified"},
                 {"connect(2)", "NOTES: consider the socket's state as unspecified"},
                 {"Linux 6.18", "observed"}},
     .outcome = {[BY_POSIX] = {"*"}, [BY_LINUX] = {"0 then ESTABLISHED"}});

CASE(retry, blocking, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint server = bound_socket(t, peer, SOCK_STREAM, PLACE_MAIN);
    int fd = stream_socket(t, iut);
    struct address name;
    require(sk_connect(iut, fd, &server.address) < 0, "connect() was not refused");
    must(sk_listen(peer, server.fd, 1));
    int result = sk_connect(iut, fd, &server.address);
    observe_result(result);
    if (result < 0)
        return; /* and it may not even have a name any more */
    must(sk_getsockname(iut, fd, &name));
    observe("%s", tcp_state_name(state_between(t, iut, &name, &server.address)));
}

/* With the error unread, the next call reports it; read by SO_ERROR, Linux says ECONNABORTED once
 * and then makes a new attempt. */
CASE(retry, error_unread, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .outcome = {[BY_LINUX] = {"ECONNREFUSED then EINPROGRESS"}})
{
    int fd = refused_attempt(t);
    if (fd < 0)
        return;
    struct endpoint server = listening_socket(t, peer);
    observe_result(sk_connect(iut, fd, &server.address));
    observe_result(sk_connect(iut, fd, &server.address));
}

CASE(retry, error_read, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .outcome = {[BY_LINUX] = {"ECONNABORTED then EINPROGRESS"}})
{
    int fd = refused_attempt(t), error;
    if (fd < 0)
        return;
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
