/* Errors that come back for datagrams: whom ICMP's port unreachable reaches. */
#include "suites/suite.h"

/* An address of the peer at which nobody receives, so that errors come back. */
static struct address closed_port(struct test *t)
{
    expect_errors(t);
    struct endpoint gone = bound_datagram_socket(t, t->peer);
    must(sk_close(t->peer, gone.fd));
    return gone.address;
}

/* A connected socket of the IUT that has sent a datagram to a closed port. The error is there when
 * this returns. */
static int refused_socket(struct test *t)
{
    struct address nobody = closed_port(t);
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
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH 2.10.10 Pending Error; 2.10.15 Asynchronous Errors"},
                 {MAN_UDP, "ERRORS ECONNREFUSED"},
                 {"RFC 1122", "4.1.3.3: ICMP errors are passed up"}},
     .outcome = {[BY_POSIX] = "ECONNREFUSED then EAGAIN", [BY_LINUX] = "ECONNREFUSED then EAGAIN"});

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
         "ECONNREFUSED instead of sending.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH 2.10.10 Pending Error; 2.10.15 Asynchronous Errors"},
                 {MAN_UDP, "ERRORS ECONNREFUSED"},
                 {FREEBSD_SEND, "ERRORS ECONNREFUSED"}},
     .outcome = {
         [BY_POSIX] = "ECONNREFUSED", [BY_LINUX] = "ECONNREFUSED", [BY_BSD] = "ECONNREFUSED"});

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
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH 2.10.16, SO_ERROR: asynchronous errors on connected sockets"},
                 {"socket(7)", "SO_ERROR"}},
     .outcome = {[BY_POSIX] = "ECONNREFUSED then 0", [BY_LINUX] = "ECONNREFUSED then 0"});

CASE(so_error, closed_port, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    int fd = refused_socket(t), error;
    for (int i = 0; i < 2; i++) {
        must(sk_getsockopt(iut, fd, SOL_SOCKET, SO_ERROR, &error));
        observe("%s", error_name(error));
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
         "A connected socket with a pending error is reported as readable, since a receive "
         "would not block.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH pselect(), DESCRIPTION: a receive would not block"},
                 {"select(2)", "DESCRIPTION: ready if the operation would not block"}},
     .outcome = {[BY_POSIX] = "readable", [BY_LINUX] = "readable"});

/* Linux has poll() say POLLERR alone; whoever asks for POLLIN learns by it that a receive returns.
 */
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

RULE(pollerr, "udp.error.pollerr",
     .statement =
         "poll() and epoll report POLLERR on a connected socket with a pending error, asked "
         "for or not.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH poll(), DESCRIPTION POLLERR"}, {"poll(2)", "POLLERR"}},
     .outcome = {[BY_POSIX] = "error", [BY_LINUX] = "error"});

CASE(pollerr, closed_port, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_POLL | WITH_EPOLL)
{
    int fd = refused_socket(t);
    observe("%s", ready_name(ready(t, iut, fd, 0, 0) & POLLERR));
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

RULE(unconnected_hears_nothing, "udp.error.unconnected",
     .statement =
         "An error for a datagram that was sent from an unconnected socket is not reported "
         "to the socket.",
     .level = LEVEL_MAY,
     .sources = {{"Linux 6.18", "observed; udp(7), Error handling, says that every socket hears of "
                                "errors, as Linux 2.2 did"},
                 {"ip(7)", "IP_RECVERR: for error handling on unconnected sockets"}},
     .outcome = {[BY_LINUX] = "nothing then 0"});

CASE(unconnected_hears_nothing, closed_port, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct address nobody = closed_port(t);
    int fd = datagram_socket(t, iut), error;
    must(sk_sendto(iut, fd, "x", 1, 0, &nobody));
    await_port_error(t, iut);
    observe("%s", received(t, iut, fd));
    must(sk_getsockopt(iut, fd, SOL_SOCKET, SO_ERROR, &error));
    observe("%s", error_name(error));
}

/* Every socket hears of every error of its datagrams. */
MUTANT(unconnected_hears_nothing, "unconnected sockets hear of ICMP errors too")
{
    if (call->operation == OP_SOCKET) {
        mutate(m, call);
        int level = call->argument[0] == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
        sk_setsockopt(m->real, (int)call->result, level,
                      level == IPPROTO_IP ? IP_RECVERR : IPV6_RECVERR, 1);
        return;
    }
    mutate(m, call);
}

RULE(survives, "udp.error.association-survives",
     .statement = "A socket stays connected when an error came back: once somebody receives at the "
                  "address, datagrams arrive.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH 2.10.10 Pending Error: reported and cleared"},
                 {MAN_UDP, "ERRORS ECONNREFUSED"}},
     .outcome = {[BY_POSIX] = "ECONNREFUSED then 0 then again",
                 [BY_LINUX] = "ECONNREFUSED then 0 then again"});

CASE(survives, listener_comes, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct address nobody = closed_port(t), here = as_written_by(t, peer, nobody);
    int fd = datagram_socket(t, iut), late = datagram_socket(t, peer);
    must(sk_connect(iut, fd, &nobody));
    must(sk_send(iut, fd, "x", 1, 0));
    await_port_error(t, iut);
    observe("%s", received(t, iut, fd));
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
