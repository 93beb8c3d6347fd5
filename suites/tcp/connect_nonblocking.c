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
    require(result == -EINPROGRESS, "a nonblocking connect() gave %s", result_name(result));
    return attempt;
}

static void let_it_through(struct test *t, const struct attempt *attempt)
{
    deliver_from(t, t->peer, NET_DELIVER);
    require(ready(t, t->iut, attempt->fd, POLLOUT, -1) & POLLOUT,
            "the connection was not established");
}

/* ---- at once ---- */

RULE(in_progress, "tcp.connect.nonblocking-in-progress",
     .statement =
         "connect() on a nonblocking socket whose connection cannot be established at once "
         "fails with EINPROGRESS without waiting.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH connect(), DESCRIPTION and ERRORS EINPROGRESS"},
                 {"connect(2)", "ERRORS EINPROGRESS"},
                 {ZOS_API, "CONNECT: ERRNO 36 EINPROGRESS, the call returns normally"},
                 {FREEBSD_CONNECT, "ERRORS EINPROGRESS"}},
     .outcome = {[BY_POSIX] = {"EINPROGRESS"},
                 [BY_LINUX] = {"EINPROGRESS"},
                 [BY_BSD] = {"EINPROGRESS"},
                 [BY_ZOS] = {"EINPROGRESS"}});

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
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH connect(), DESCRIPTION"},
                 {"connect(2)", "ERRORS EINPROGRESS"},
                 {ZOS_API, "CONNECT: RETCODE 0 or ERRNO 36"},
                 {FREEBSD_CONNECT, "ERRORS EINPROGRESS"}},
     .outcome = {[BY_POSIX] = {"0 | EINPROGRESS"},
                 [BY_LINUX] = {"EINPROGRESS"},
                 [BY_BSD] = {"0 | EINPROGRESS"},
                 [BY_ZOS] = {"0 | EINPROGRESS"}});

CASE(at_once, near, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint server = listening_socket(t, peer);
    int fd = stream_socket(t, iut);
    set_nonblocking(t, iut, fd, true);
    observe_result(sk_connect(iut, fd, &server.address));
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
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH connect(), DESCRIPTION and ERRORS EALREADY"},
                 {"connect(2)", "ERRORS EALREADY"},
                 {FREEBSD_CONNECT, "ERRORS EALREADY"}},
     .outcome = {[BY_POSIX] = {"EALREADY"}, [BY_LINUX] = {"EALREADY"}, [BY_BSD] = {"EALREADY"}});

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
     .statement = "select(), poll() and epoll report a connecting socket as writable when the "
                  "connection is established, and not before.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH connect(), DESCRIPTION; pselect(), DESCRIPTION"},
                 {"connect(2)", "ERRORS EINPROGRESS"},
                 {ZOS_API, "CONNECT: completion is tested by SELECT for writing"},
                 {FREEBSD_CONNECT, "ERRORS EINPROGRESS: select() for writing"}},
     .outcome = {[BY_POSIX] = {"nothing then writable"},
                 [BY_LINUX] = {"nothing then writable"},
                 [BY_BSD] = {"nothing then writable"},
                 [BY_ZOS] = {"nothing then writable"}});

CASE(writable, held_back, .family = ANY_FAMILY, .network = ON_PAIR, .readiness = ANY_READINESS)
{
    struct attempt attempt = held_attempt(t);
    observe("%s", ready_name(ready(t, iut, attempt.fd, POLLIN | POLLOUT, 0) & (POLLIN | POLLOUT)));
    deliver_from(t, peer, NET_DELIVER);
    observe("%s", ready_name(ready(t, iut, attempt.fd, POLLIN | POLLOUT, -1)));
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
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH getpeername(), ERRORS ENOTCONN"},
                 {"getpeername(2)", "ERRORS ENOTCONN"}},
     .outcome = {[BY_POSIX] = {"ENOTCONN"}, [BY_LINUX] = {"ENOTCONN"}});

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
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH send(), ERRORS EAGAIN and ENOTCONN"},
                 {"Linux 6.18", "observed EAGAIN; send(2) names no error for this state"}},
     .outcome = {[BY_POSIX] = {"EAGAIN | ENOTCONN"}, [BY_LINUX] = {"EAGAIN"}});

CASE(early_send, pending, .family = ANY_FAMILY, .network = ON_PAIR, .send = ANY_SEND)
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
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH recv(), ERRORS EAGAIN and ENOTCONN"},
                 {"Linux 6.18", "observed EAGAIN; recv(2) names no error for this state"}},
     .outcome = {[BY_POSIX] = {"EAGAIN | ENOTCONN"}, [BY_LINUX] = {"EAGAIN"}});

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
     .statement = "listen() on a socket whose connection attempt is pending fails with EINVAL.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH listen(), ERRORS EINVAL"},
                 {"Linux 6.18", "observed; listen(2) does not mention the state"}},
     .outcome = {[BY_POSIX] = {"EINVAL"}, [BY_LINUX] = {"EINVAL"}});

CASE(listen_pending, pending, .family = ANY_FAMILY, .network = ON_PAIR)
{
    struct attempt attempt = held_attempt(t);
    observe_result(sk_listen(iut, attempt.fd, 1));
}

MUTANT_GIVES(listen_pending, "listen() succeeds on a connecting socket", OP_LISTEN, EINVAL, 0)

/* ---- when it succeeded ---- */

RULE(success, "tcp.connect.success-so-error",
     .statement = "SO_ERROR reads 0 when a nonblocking connect() has succeeded.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH 2.10.16, SO_ERROR"},
                 {"connect(2)", "ERRORS EINPROGRESS: SO_ERROR is zero on success"}},
     .outcome = {[BY_POSIX] = {"0"}, [BY_LINUX] = {"0"}});

CASE(success, established, .family = ANY_FAMILY, .network = ON_PAIR, .readiness = ANY_READINESS)
{
    struct attempt attempt = held_attempt(t);
    int error = -1;
    let_it_through(t, &attempt);
    must(sk_getsockopt(iut, attempt.fd, SOL_SOCKET, SO_ERROR, &error));
    observe("%s", error_name(error));
}

MUTANT(success, "SO_ERROR reads EINPROGRESS after success")
{
    mutate(m, call);
    if (call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_ERROR) && call_option_value(call) == 0)
        call_set_option_value(call, EINPROGRESS);
}

RULE(connect_after, "tcp.connect.success-again",
     .statement = "connect() on a socket whose nonblocking attempt has succeeded fails with "
                  "EISCONN; Linux gives 0 once before that.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH connect(), ERRORS EISCONN"},
                 {"Linux 6.18", "observed 0 for the call that ends the attempt; not documented"}},
     .outcome = {[BY_POSIX] = {"EISCONN then EISCONN"}, [BY_LINUX] = {"0 then EISCONN"}});

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
