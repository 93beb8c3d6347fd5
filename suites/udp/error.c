/* Errors that come back for datagrams: whom ICMP's port unreachable reaches. */
#include "suites/suite.h"

/* An address of the peer at which nobody receives, so that errors come back. A socket that is
 * connected to itself, and so hears nobody else, keeps the port from being given to the IUT's own
 * socket. */
static struct endpoint closed_port(struct test *t)
{
    expect_errors(t);
    struct endpoint deaf = bound_datagram_socket(t, t->peer);
    struct address itself = as_written_by(t, t->peer, deaf.address);
    must(sk_connect(t->peer, deaf.fd, &itself));
    return deaf;
}

/* A connected socket of the IUT that has sent a datagram to a closed port. The error is there when
 * this returns. */
static int refused_socket(struct test *t)
{
    struct address nobody = closed_port(t).address;
    int fd = datagram_socket(t, t->iut);
    must(sk_connect(t->iut, fd, &nobody));
    must(sk_send(t->iut, fd, "x", 1, 0));
    await_port_error(t, t->iut);
    return fd;
}

/* Drops the error before a call could report it. */
static void drop_error(struct mutation *m, int fd)
{
    int error;
    sk_getsockopt(m->real, fd, SOL_SOCKET, SO_ERROR, &error);
}

RULE(receive, "udp.error.receive",
     .statement = "After a datagram to a closed port, the next receive on a connected socket fails "
                  "with ECONNREFUSED, once.",
     .outcome = {[BY_POSIX] = {"ECONNREFUSED then EAGAIN | EWOULDBLOCK",
                               {"posix.sockets.asynchronous-errors.econnrefused-datagram",
                                "posix.sockets.pending-error.returned-by-recv",
                                "posix.sockets.pending-error.cleared",
                                "posix.recv.nonblocking-eagain", "posix.read.like-recv"}},
                 [BY_LINUX] = {"ECONNREFUSED then EAGAIN | EWOULDBLOCK",
                               {"linux.udp.7.econnrefused", "linux.socket.2.pending-error-returned",
                                "linux.recv.2.nonblocking"}},
                 [BY_BSD] = {"ECONNREFUSED then EAGAIN",
                             {"freebsd.getsockopt.2.so-error-asynchronous",
                              "posix.sockets.asynchronous-errors.econnrefused-datagram",
                              "posix.sockets.pending-error.returned-by-recv",
                              "posix.sockets.pending-error.cleared", "posix.read.like-recv",
                              "freebsd.recv.2.eagain-nonblocking"}}});

CASE(receive, closed_port, .family = ANY_FAMILY, .network = ANY_NETWORK, .recv = ANY_RECV)
{
    char byte;
    int fd = refused_socket(t);
    set_nonblocking(t, iut, fd, true);
    observe_result(receive_by_form(t, iut, fd, &byte, 1));
    observe_result(receive_by_form(t, iut, fd, &byte, 1));
}

MUTANT(receive, "receiving does not report ICMP errors")
{
    if (call_receives(call))
        drop_error(m, (int)call->argument[0]);
    mutate(m, call);
}

RULE(send, "udp.error.send",
     .statement =
         "After a datagram to a closed port, the next send on a connected socket fails with "
         "ECONNREFUSED.",
     .outcome = {
         [BY_POSIX] = {"ECONNREFUSED",
                       {"posix.sockets.asynchronous-errors.econnrefused-datagram",
                        "posix.sockets.pending-error.returned-by-send", "posix.write.like-send"}},
         [BY_LINUX] = {"ECONNREFUSED",
                       {"linux.udp.7.econnrefused", "linux.socket.2.pending-error-returned"}},
         [BY_BSD] = {"ECONNREFUSED", {"freebsd.send.2.econnrefused", "posix.write.like-send"}}});

CASE(send, closed_port, .family = ANY_FAMILY, .network = ANY_NETWORK, .send = ANY_SEND)
{
    int fd = refused_socket(t);
    observe_result(send_by_form(t, iut, fd, "x", 1, NULL));
}

MUTANT(send, "sending does not report ICMP errors")
{
    if (call_sends(call))
        drop_error(m, (int)call->argument[0]);
    mutate(m, call);
}

RULE(so_error, "udp.error.so-error",
     .statement = "After a datagram to a closed port, SO_ERROR of a connected socket reads "
                  "ECONNREFUSED once, and then 0.",
     .outcome = {
         [BY_POSIX] = {"ECONNREFUSED then 0",
                       {"posix.sockets.asynchronous-errors.econnrefused-datagram",
                        "posix.sockets.options.error.returns-pending",
                        "posix.sockets.options.error.clears",
                        "posix.sockets.options.error.zero-if-none"}},
         [BY_LINUX] = {"ECONNREFUSED then 0",
                       {"linux.socket.2.pending-error", "linux.udp.7.econnrefused",
                        "linux.socket.7.so-error"}},
         [BY_BSD] = {"ECONNREFUSED then 0",
                     {"freebsd.send.2.econnrefused", "freebsd.getsockopt.2.so-error-returns",
                      "freebsd.getsockopt.2.so-error-clears",
                      "freebsd.getsockopt.2.so-error-asynchronous"}}});

CASE(so_error, closed_port, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    int fd = refused_socket(t), error;
    for (int i = 0; i < 2; i++) {
        int result = sk_getsockopt(iut, fd, SOL_SOCKET, SO_ERROR, &error);
        if (result == -ECONNREFUSED)
            observe("the call fails with it");
        else {
            must(result);
            observe("%s", error_name(error));
        }
    }
}

/* The error stays for ever. */
MUTANT(so_error, "SO_ERROR does not clear the error")
{
    static int error;
    mutate(m, call);
    if (call->operation != OP_GETSOCKOPT || call->argument[2] != SO_ERROR)
        return;
    if (call_option_value(call))
        error = call_option_value(call);
    call_set_option_value(call, error);
}

RULE(readable, "udp.error.readable",
     .statement =
         "select() reports a connected socket with a pending error as readable, since a receive "
         "would not block.",
     .outcome = {[BY_POSIX] = {"readable",
                               {"posix.select.read-ready-data-eof-error",
                                "posix.sockets.asynchronous-errors.econnrefused-datagram",
                                "posix.sockets.pending-error.returned-by-recv"}},
                 [BY_LINUX] = {"readable",
                               {"linux.select.2.readable", "linux.select.2.readable-as-poll",
                                "linux.socket.7.pollerr-error", "linux.udp.7.econnrefused"}},
                 [BY_BSD] = {"readable",
                             {"posix.select.read-ready-data-eof-error",
                              "posix.sockets.asynchronous-errors.econnrefused-datagram",
                              "posix.sockets.pending-error.returned-by-recv"}}});

/* By select() alone: of poll() no text says that an error is data that can be read. */
CASE(readable, by_select, .family = ANY_FAMILY, .network = ANY_NETWORK, .readiness = WITH_SELECT)
{
    int fd = refused_socket(t);
    observe("%s", ready_name(ready(t, iut, fd, POLLIN, 0)));
}

MUTANT(readable, "a pending error makes no socket readable")
{
    mutate(m, call);
    if (call_asks_readiness(call) && call_asked(call) & POLLIN)
        call_set_found(call, call_found(call) & ~POLLIN);
}

/* POSIX has POLLERR for an error "on the device or stream", and does not say that a socket's
 * pending error is one. */
RULE(pollerr, "udp.error.pollerr",
     .statement = "On Linux poll() and epoll_wait() report POLLERR on a connected socket with a "
                  "pending error, asked for or not.",
     .outcome = {
         [BY_LINUX] = {"error",
                       {"linux.poll.2.pollerr", "linux.poll.2.errors-always",
                        "linux.socket.7.pollerr-error", "linux.udp.7.econnrefused",
                        "linux.epoll_ctl.2.epollerr", "linux.epoll_ctl.2.epollerr-always"}}});

CASE(pollerr, closed_port, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_POLL | WITH_EPOLL, .axes = {{"asked", {"nothing", "pollerr"}}})
{
    int fd = refused_socket(t), asked = t->chosen[0] == 0 ? 0 : POLLERR;
    observe("%s", ready_name(ready(t, iut, fd, asked, 0) & POLLERR));
}

MUTANT(pollerr, "POLLERR is not reported on datagram sockets")
{
    mutate(m, call);
    if (call->operation == OP_POLL || call->operation == OP_EPOLL_WAIT)
        call_set_found(call, call_found(call) & ~POLLERR);
}

/* ---- the unconnected ---- */

static bool unconnected(struct mutation *m, int fd)
{
    struct address name;
    return sk_getpeername(m->real, fd, &name) < 0;
}

/* Of POSIX it is not clear whether an error occurs "for a socket" that is not connected. */
RULE(
    reported_unconnected, "udp.error.reported-unconnected",
    .statement =
        "On Linux a receive on an unconnected socket fails with ECONNREFUSED after a datagram to a "
        "closed port, as udp(7) has it.",
    .outcome = {[BY_LINUX] = {"ECONNREFUSED then 0",
                              {"linux.udp.7.fatal-errors-unconnected", "linux.udp.7.econnrefused",
                               "linux.socket.7.so-error"}}},
    .deviation = {[BY_LINUX] = {"nothing then 0",
                                "Linux 6.18 tells an unconnected socket of errors of the network "
                                "only with IP_RECVERR, whatever udp(7) says"}});

CASE(reported_unconnected, closed_port, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct address nobody = closed_port(t).address;
    int fd = datagram_socket(t, iut), error;
    must(sk_sendto(iut, fd, "x", 1, 0, &nobody));
    await_port_error(t, iut);
    observe("%s", received(t, iut, fd));
    must(sk_getsockopt(iut, fd, SOL_SOCKET, SO_ERROR, &error));
    observe("%s", error_name(error));
}

/* The error stays for SO_ERROR, whoever asks. */
MUTANT(reported_unconnected, "an unconnected socket keeps an error for ever")
{
    mutate(m, call);
    if (call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_ERROR) &&
        unconnected(m, (int)call->argument[0]))
        call_set_option_value(call, ECONNREFUSED);
}

RULE(survives, "udp.error.association-survives",
     .statement = "A socket stays connected when an error came back: once somebody receives at the "
                  "address, datagrams arrive.",
     .outcome = {[BY_POSIX] = {"ECONNREFUSED then 0 then again",
                               {"posix.sockets.asynchronous-errors.econnrefused-datagram",
                                "posix.sockets.pending-error.returned-by-recv",
                                "posix.sockets.pending-error.cleared",
                                "posix.connect.datagram.sends-to-peer"}},
                 [BY_LINUX] = {"ECONNREFUSED then 0 then again",
                               {"linux.udp.7.econnrefused", "linux.socket.2.pending-error-returned",
                                "linux.udp.7.connect-sets-destination"}},
                 [BY_BSD] = {"ECONNREFUSED then 0 then again",
                             {"freebsd.getsockopt.2.so-error-asynchronous",
                              "posix.sockets.asynchronous-errors.econnrefused-datagram",
                              "posix.sockets.pending-error.returned-by-recv",
                              "posix.sockets.pending-error.cleared",
                              "freebsd.connect.2.dgram-sends-to-peer"}}});

CASE(survives, listener_comes, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint nobody = closed_port(t);
    struct address here = as_written_by(t, peer, nobody.address);
    int fd = datagram_socket(t, iut), late = datagram_socket(t, peer);
    must(sk_connect(iut, fd, &nobody.address));
    must(sk_send(iut, fd, "x", 1, 0));
    await_port_error(t, iut);
    observe("%s", received(t, iut, fd));
    must(sk_close(peer, nobody.fd));
    must(sk_bind(peer, late, &here));
    int result = sk_send(iut, fd, "again", 5, 0);
    observe_result(result);
    if (result >= 0)
        observe("%s", receive_next(t, peer, late));
}

MUTANT(survives, "an ICMP error dissolves the association")
{
    mutate(m, call);
    if (call_receives(call) && call->error == ECONNREFUSED) {
        struct address none = address_unspec(sizeof(struct sockaddr_in6));
        if (!unconnected(m, (int)call->argument[0]))
            sk_connect(m->real, (int)call->argument[0], &none);
        call_fail(call, ECONNREFUSED);
    }
}
