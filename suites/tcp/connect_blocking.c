/* A blocking connect() on a stream socket: it returns once the connection stands or has failed. */
#include "suites/suite.h"

/* ---- success ---- */

RULE(establishes, "tcp.connect.establishes",
     .statement =
         "When connect() on a blocking stream socket has returned 0, the connection stands.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH connect(), DESCRIPTION"},
                 {"connect(2)", "DESCRIPTION and RETURN VALUE"},
                 {ZOS_API, "CONNECT: blocks until the connection is established"},
                 {FREEBSD_CONNECT, "DESCRIPTION"}},
     .outcome = {[BY_POSIX] = {"0 then ESTABLISHED"},
                 [BY_LINUX] = {"0 then ESTABLISHED"},
                 [BY_BSD] = {"0 then ESTABLISHED"},
                 [BY_ZOS] = {"0 then ESTABLISHED"}});

CASE(establishes, state, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint server = listening_socket(t, peer);
    int fd = stream_socket(t, iut);
    struct address name;
    observe_result(sk_connect(iut, fd, &server.address));
    must(sk_getsockname(iut, fd, &name));
    observe("%s", tcp_state_name(state_between(t, iut, &name, &server.address)));
}

MUTANT(establishes, "connect() gives 0 and sends nothing")
{
    if (call->operation == OP_CONNECT) {
        struct address any = address_any(AF_INET, 0);
        sk_bind(m->real, (int)call->argument[0], &any); /* so that it has a name at least */
        call_succeed(call, 0);
    } else {
        mutate(m, call);
    }
}

RULE(blocks, "tcp.connect.blocks-until-established",
     .statement = "connect() on a blocking stream socket does not return while the handshake is "
                  "held back, and returns 0 when it is completed.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH connect(), DESCRIPTION"},
                 {ZOS_API, "CONNECT: blocks until the connection is established or an error"},
                 {FREEBSD_CONNECT, "ERRORS EINPROGRESS: nonblocking sockets only"}},
     .outcome = {[BY_POSIX] = {"waits in SYN_SENT then 0 then ESTABLISHED"},
                 [BY_LINUX] = {"waits in SYN_SENT then 0 then ESTABLISHED"},
                 [BY_BSD] = {"waits in SYN_SENT then 0 then ESTABLISHED"},
                 [BY_ZOS] = {"waits in SYN_SENT then 0 then ESTABLISHED"}});

CASE(blocks, held_back, .family = ANY_FAMILY, .network = ON_PAIR,
     .axes = {{"held", {"syn", "syn-ack"}}})
{
    struct host *held = t->chosen[0] == 0 ? iut : peer;
    struct endpoint server = listening_socket(t, peer);
    int fd = stream_socket(t, iut);
    struct address name;
    deliver_from(t, held, NET_HOLD);
    struct pending *connecting = sk_begin(iut, call_connect(fd, &server.address));
    bool waits = sk_waits(connecting);
    must(sk_getsockname(iut, fd, &name));
    observe("%s in %s", waits ? "waits" : "returns",
            tcp_state_name(state_between(t, iut, &name, &server.address)));
    deliver_from(t, held, NET_DELIVER);
    observe_result(finish(connecting));
    observe("%s", tcp_state_name(state_between(t, iut, &name, &server.address)));
}

MUTANT(blocks, "connect() returns 0 without waiting for the handshake")
{
    int fd = (int)call->argument[0];
    if (call->operation != OP_CONNECT) {
        mutate(m, call);
        return;
    }
    int flags = sk_fcntl(m->real, fd, F_GETFL, 0);
    sk_fcntl(m->real, fd, F_SETFL, flags | O_NONBLOCK);
    mutate(m, call);
    sk_fcntl(m->real, fd, F_SETFL, flags);
    if (call_failed(call, OP_CONNECT, EINPROGRESS))
        call_succeed(call, 0);
}

/* ---- failure ---- */

RULE(
    refused, "tcp.connect.refused",
    .statement = "connect() to a port that nobody listens on fails with ECONNREFUSED.",
    .level = LEVEL_SHALL,
    .sources = {{POSIX_2016, "XSH connect(), ERRORS ECONNREFUSED"},
                {"connect(2)", "ERRORS ECONNREFUSED"},
                {RFC_9293, "3.10.7.1: a segment to a closed port is answered by a reset"},
                {FREEBSD_CONNECT, "ERRORS ECONNREFUSED"}},
    .outcome = {
        [BY_POSIX] = {"ECONNREFUSED"}, [BY_LINUX] = {"ECONNREFUSED"}, [BY_BSD] = {"ECONNREFUSED"}});

CASE(refused, no_listener, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .axes = {{"port", {"closed", "bound"}}})
{
    struct endpoint server = bound_socket(t, peer, SOCK_STREAM, PLACE_MAIN);
    int fd = stream_socket(t, iut);
    if (t->chosen[0] == 0)
        must(sk_close(peer, server.fd));
    observe_result(sk_connect(iut, fd, &server.address));
}

MUTANT_GIVES(refused, "a refused connect() gives ETIMEDOUT", OP_CONNECT, ECONNREFUSED, ETIMEDOUT)

RULE(times_out, "tcp.connect.times-out",
     .statement = "connect() to a host that never answers fails with ETIMEDOUT.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH connect(), DESCRIPTION and ERRORS ETIMEDOUT"},
                 {"connect(2)", "ERRORS ETIMEDOUT"},
                 {FREEBSD_CONNECT, "ERRORS ETIMEDOUT"}},
     .outcome = {[BY_POSIX] = {"ETIMEDOUT"}, [BY_LINUX] = {"ETIMEDOUT"}, [BY_BSD] = {"ETIMEDOUT"}});

CASE(times_out, silence, .family = ANY_FAMILY, .network = ON_PAIR, .tags = TAG_WAITS,
     .seconds = SYN_SECONDS)
{
    struct endpoint server = listening_socket(t, peer);
    int result, fd = stream_socket(t, iut);
    retransmit_once(t, iut, fd);
    deliver_from(t, iut, NET_LOSE);
    struct pending *connecting = sk_begin(iut, call_connect(fd, &server.address));
    if (!sk_finish_within(connecting, patience, &result))
        skip("this implementation does not keep to TCP_SYNCNT: --slow waits for its own limit");
    observe_result(result);
}

CASE(times_out, own_limit, .family = ANY_FAMILY, .network = ON_PAIR, .tags = TAG_SLOW,
     .seconds = 300)
{
    struct endpoint server = listening_socket(t, peer);
    int fd = stream_socket(t, iut);
    deliver_from(t, iut, NET_LOSE);
    observe_result(sk_connect(iut, fd, &server.address));
}

MUTANT_GIVES(times_out, "a connect() that times out gives ECONNREFUSED", OP_CONNECT, ETIMEDOUT,
             ECONNREFUSED)

RULE(no_route, "tcp.connect.no-route",
     .statement = "connect() to a network that no route leads to fails with ENETUNREACH.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH connect(), ERRORS ENETUNREACH"},
                 {"connect(2)", "ERRORS ENETUNREACH"}},
     .outcome = {[BY_POSIX] = {"ENETUNREACH"}, [BY_LINUX] = {"ENETUNREACH"}});

CASE(no_route, unrouted, .family = ANY_FAMILY, .network = ANY_NETWORK, .mode = ANY_MODE)
{
    struct address nowhere = place_of(t, iut, PLACE_UNROUTED, 7);
    int fd = stream_socket(t, iut);
    set_nonblocking(t, iut, fd, t->mode == MODE_NONBLOCKING);
    observe_result(sk_connect(iut, fd, &nowhere));
}

MUTANT_GIVES(no_route, "connect() without a route gives EHOSTUNREACH", OP_CONNECT, ENETUNREACH,
             EHOSTUNREACH)

RULE(unreachable, "tcp.connect.host-unreachable",
     .statement = "connect() to a host that cannot be reached may fail with EHOSTUNREACH.",
     .level = LEVEL_MAY,
     .sources = {{POSIX_2016, "XSH connect(), ERRORS EHOSTUNREACH (may)"},
                 {"ip(7)", "ERRORS EHOSTUNREACH: no valid routing table entry matches"}},
     .outcome = {
         [BY_POSIX] = {"EHOSTUNREACH | ENETUNREACH | ETIMEDOUT"}, [BY_LINUX] = {"EHOSTUNREACH"}});

CASE(unreachable, route, .family = ANY_FAMILY, .network = ANY_NETWORK, .mode = ANY_MODE,
     .outcome = {[BY_POSIX] = {"EHOSTUNREACH | ENETUNREACH"}})
{
    struct address nowhere = place_of(t, iut, PLACE_UNROUTED, 7);
    int fd = stream_socket(t, iut);
    unreachable_route(t, iut);
    set_nonblocking(t, iut, fd, t->mode == MODE_NONBLOCKING);
    observe_result(sk_connect(iut, fd, &nowhere));
}

/* The neighbour does not answer; the sender learns it while the call waits. */
CASE(unreachable, neighbour, .family = ANY_FAMILY, .network = ON_PAIR)
{
    struct endpoint server = listening_socket(t, peer);
    int fd = stream_socket(t, iut);
    deliver_from(t, iut, NET_HOLD);
    struct pending *connecting = sk_begin(iut, call_connect(fd, &server.address));
    require(sk_waits(connecting), "connect() did not wait");
    lose_neighbour(t, iut, fd, &server.address);
    observe_result(finish(connecting));
}

MUTANT_GIVES(unreachable, "connect() to an unreachable host gives ENETUNREACH", OP_CONNECT,
             EHOSTUNREACH, ENETUNREACH)

/* ---- interrupted by a signal ---- */

/* A blocking connect() that waits in the handshake, with the peer's answer held back. */
static struct pending *waiting_connect(struct test *t, int fd, const struct address *to)
{
    deliver_from(t, t->peer, NET_HOLD);
    struct pending *connecting = sk_begin(t->iut, call_connect(fd, to));
    require(sk_waits(connecting), "connect() did not wait");
    return connecting;
}

RULE(interrupted, "tcp.connect.interrupted",
     .statement = "connect() that a caught signal interrupts fails with EINTR, and the connection "
                  "is established all the same.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH connect(), DESCRIPTION and ERRORS EINTR"},
                 {"connect(2)", "ERRORS EINTR"},
                 {FREEBSD_CONNECT, "ERRORS EINTR: established in the background"}},
     .outcome = {[BY_POSIX] = {"EINTR then writable then 0 then ESTABLISHED"},
                 [BY_LINUX] = {"EINTR then writable then 0 then ESTABLISHED"},
                 [BY_BSD] = {"EINTR then writable then 0 then ESTABLISHED"}});

CASE(interrupted, goes_on, .family = ANY_FAMILY, .network = ON_PAIR, .readiness = ANY_READINESS,
     .needs = "signals")
{
    struct endpoint server = listening_socket(t, peer);
    int fd = stream_socket(t, iut), error = 0;
    struct address name;
    struct pending *connecting = waiting_connect(t, fd, &server.address);
    sk_interrupt(connecting);
    observe_result(finish(connecting));
    deliver_from(t, peer, NET_DELIVER);
    observe("%s", ready_name(ready(t, iut, fd, POLLOUT, -1)));
    must(sk_getsockopt(iut, fd, SOL_SOCKET, SO_ERROR, &error));
    observe("%s", error_name(error));
    must(sk_getsockname(iut, fd, &name));
    observe("%s", tcp_state_name(state_between(t, iut, &name, &server.address)));
}

MUTANT(interrupted, "an interrupted connect() gives up the attempt")
{
    mutate(m, call);
    if (call_failed(call, OP_CONNECT, EINTR)) {
        struct address none = address_unspec(sizeof(struct sockaddr_in6));
        sk_connect(m->real, (int)call->argument[0], &none);
    }
}

/* After an interruption, the next connect() starts afresh. */
static bool was_interrupted;
RULE(interrupted_again, "tcp.connect.interrupted-again",
     .statement = "After connect() was interrupted, another connect() fails with EALREADY until "
                  "the connection is established.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH connect(), DESCRIPTION and ERRORS EALREADY"},
                 {FREEBSD_CONNECT, "ERRORS EINTR and EALREADY"}},
     .outcome = {[BY_POSIX] = {"EALREADY"}, [BY_LINUX] = {"EALREADY"}, [BY_BSD] = {"EALREADY"}});

CASE(interrupted_again, pending, .family = ANY_FAMILY, .network = ON_PAIR, .needs = "signals")
{
    struct endpoint server = listening_socket(t, peer);
    int fd = stream_socket(t, iut);
    struct pending *connecting = waiting_connect(t, fd, &server.address);
    sk_interrupt(connecting);
    require(finish(connecting) == -EINTR, "connect() was not interrupted");
    /* Nonblocking, since Linux would have a blocking one wait for the first attempt's end. */
    set_nonblocking(t, iut, fd, true);
    observe_result(sk_connect(iut, fd, &server.address));
}

MUTANT(interrupted_again, "after an interruption connect() reports EINPROGRESS again")
{
    mutate(m, call);
    was_interrupted |= call_failed(call, OP_CONNECT, EINTR);
    if (was_interrupted && call_failed(call, OP_CONNECT, EALREADY))
        call_fail(call, EINPROGRESS);
}

RULE(send_timeout, "tcp.connect.send-timeout",
     .statement = "On Linux SO_SNDTIMEO also limits connect(), which then fails with EINPROGRESS "
                  "while the attempt goes on.",
     .level = LEVEL_MAY, .sources = {{"socket(7)", "SO_RCVTIMEO and SO_SNDTIMEO"}},
     .outcome = {[BY_LINUX] = {"EINPROGRESS"}});

CASE(send_timeout, held_back, .family = ANY_FAMILY, .network = ON_PAIR)
{
    struct endpoint server = listening_socket(t, peer);
    struct timeval limit = {0, 20000};
    int fd = stream_socket(t, iut), result;
    must(sk_setsockopt_bytes(iut, fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit));
    deliver_from(t, peer, NET_HOLD);
    /* To wait on is no hang: POSIX does not apply the option to connect(). */
    struct pending *connecting = sk_begin(iut, call_connect(fd, &server.address));
    bool returned = sk_finish_within(connecting, patience, &result);
    observe("%s", returned ? result_name(result) : "waits on");
}

MUTANT_GIVES(send_timeout, "connect() limited by SO_SNDTIMEO gives ETIMEDOUT", OP_CONNECT,
             EINPROGRESS, ETIMEDOUT)
