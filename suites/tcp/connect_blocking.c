/* A blocking connect() on a stream socket: it returns once the connection stands or has failed. */
#include "suites/suite.h"

/* ---- success ---- */

RULE(establishes, "tcp.connect.establishes",
     .statement =
         "When connect() on a blocking stream socket has returned 0, the connection stands.",
     .outcome = {
         [BY_POSIX] = {"0 then hello",
                       {"posix.connect.blocks-until-established", "posix.connect.returns-0"}},
         [BY_LINUX] = {"0 then hello",
                       {"linux.connect.2.connects", "linux.connect.2.returns-zero"}},
         [BY_BSD] = {"0 then hello",
                     {"freebsd.connect.2.stream-attempts-connection",
                      "freebsd.connect.2.returns-zero"}},
         [BY_ZOS] = {"0 then hello",
                     {"zos.connect.blocks-until-set-up", "zos.connect.call.blocks",
                      "zos.connect.rexx.blocking-waits"}}});

CASE(establishes, data, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint server = listening_socket(t, peer);
    int fd = stream_socket(t, iut);
    observe_result(sk_connect(iut, fd, &server.address));
    observe("%s", greeting(t, fd, server.fd));
}

MUTANT(establishes, "connect() gives 0 and sends nothing")
{
    if (call->operation == OP_CONNECT)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

RULE(blocks, "tcp.connect.blocks-until-established",
     .statement = "connect() on a blocking stream socket does not return while the handshake is "
                  "held back, and returns 0 as soon as it is completed.",
     .outcome = {
         [BY_POSIX] = {"waits then 0 then hello",
                       {"posix.connect.blocks-until-established", "posix.connect.returns-0"}},
         [BY_LINUX] = {"waits then 0 then hello",
                       {"posix.connect.blocks-until-established", "linux.connect.2.returns-zero"}},
         [BY_BSD] = {"waits then 0 then hello",
                     {"posix.connect.blocks-until-established", "freebsd.connect.2.returns-zero"}},
         [BY_ZOS] = {"waits then 0 then hello",
                     {"zos.connect.blocks-until-set-up", "zos.connect.call.blocks",
                      "zos.connect.rexx.blocking-waits"}}});

/* A connect() whose handshake is held back for a moment: a call that only sleeps has returned by
 * then. Gives what it returned, and whether that was late after the handshake had gone on. */
static int held_connect(struct test *t, struct host *held, int fd, const struct address *to,
                        bool *waited, bool *late)
{
    int result;
    deliver_from(t, held, NET_HOLD);
    struct pending *connecting = sk_begin(t->iut, call_connect(fd, to));
    *waited = !sk_finish_within(connecting, machine_milliseconds(0.5), &result);
    deliver_from(t, held, NET_DELIVER);
    int64_t begin = clock_now();
    if (*waited)
        result = finish(connecting);
    *late = clock_late(begin);
    return result;
}

/* A call that looks now and then whether the connection stands is late. */
CASE(blocks, held_back, .family = ANY_FAMILY, .network = ON_PAIR, .tags = TAG_WAITS,
     .axes = {{"held", {"syn", "syn-ack"}}})
{
    struct host *held = t->chosen[0] == 0 ? iut : peer;
    struct endpoint server;
    bool waited, late;
    int fd, result, tries = 0;
    do {
        server = listening_socket(t, peer);
        fd = stream_socket(t, iut);
        result = held_connect(t, held, fd, &server.address, &waited, &late);
    } while (late && ++tries < LATE_TRIES);
    observe("%s", waited ? "waits" : "returns");
    observe("%s%s", result_name(result), late ? ", late" : "");
    observe("%s", greeting(t, fd, server.fd));
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

RULE(refused, "tcp.connect.refused",
     .statement =
         "connect() to a port that nobody listens on fails with ECONNREFUSED, or under POSIX "
         "and on FreeBSD with ECONNRESET, since the other host resets the request.",
     .outcome = {
         [BY_POSIX] = {"ECONNREFUSED | ECONNRESET",
                       {"posix.connect.econnrefused", "posix.connect.econnreset"}},
         [BY_LINUX] = {"ECONNREFUSED", {"linux.connect.2.econnrefused"}},
         [BY_BSD] = {"ECONNREFUSED | ECONNRESET",
                     {"freebsd.connect.2.econnrefused", "freebsd.connect.2.econnreset"}},
         [BY_ZOS] = {"ECONNREFUSED",
                     {"zos.connect.econnrefused", "zos.connect.econnrefused-no-listener"}}});

CASE(refused, no_listener, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .axes = {{"port", {"closed", "bound"}}})
{
    struct endpoint server = bound_socket(t, peer, SOCK_STREAM, PLACE_MAIN);
    /* With a port of its own, lest it be given the one that becomes free. */
    int fd = bound_socket(t, iut, SOCK_STREAM, PLACE_MAIN).fd;
    if (t->chosen[0] == 0)
        must(sk_close(peer, server.fd));
    observe_result(sk_connect(iut, fd, &server.address));
}

MUTANT_GIVES(refused, "a refused connect() gives ETIMEDOUT", OP_CONNECT, ECONNREFUSED, ETIMEDOUT)

RULE(times_out, "tcp.connect.times-out",
     .statement = "connect() to a host that never answers fails with ETIMEDOUT, and not at once.",
     .outcome = {
         [BY_POSIX] = {"ETIMEDOUT",
                       {"posix.connect.blocks-until-established", "posix.connect.timeout-fails",
                        "posix.connect.etimedout"}},
         [BY_LINUX] = {"ETIMEDOUT",
                       {"linux.connect.2.etimedout", "posix.connect.blocks-until-established",
                        "rfc9293.open-fails-by-retransmissions"}},
         [BY_BSD] = {"ETIMEDOUT",
                     {"freebsd.connect.2.etimedout", "posix.connect.blocks-until-established"}},
         [BY_ZOS] = {"ETIMEDOUT", {"zos.connect.etimedout", "zos.connect.blocks-until-set-up"}}});

/* The end of an attempt in words. One that ends before a SYN can be sent again has not timed out.
 */
static const char *end_name(int result, int64_t begin)
{
    bool at_once = clock_now() - begin < INT64_C(500000000);
    return result == -ETIMEDOUT && at_once ? "ETIMEDOUT at once" : result_name(result);
}

CASE(times_out, silence, .family = ANY_FAMILY, .network = ON_PAIR, .tags = TAG_WAITS,
     .seconds = SYN_SECONDS)
{
    struct endpoint server = listening_socket(t, peer);
    int result, fd = stream_socket(t, iut);
    retransmit_once(t, iut, fd);
    deliver_from(t, iut, NET_LOSE);
    int64_t begin = clock_now();
    struct pending *connecting = sk_begin(iut, call_connect(fd, &server.address));
    if (!sk_finish_within(connecting, patience, &result))
        skip("this implementation does not keep to TCP_SYNCNT: --slow waits for its own limit");
    observe("%s", end_name(result, begin));
}

CASE(times_out, own_limit, .family = ANY_FAMILY, .network = ON_PAIR, .tags = TAG_SLOW,
     .seconds = 300)
{
    struct endpoint server = listening_socket(t, peer);
    int fd = stream_socket(t, iut);
    deliver_from(t, iut, NET_LOSE);
    int64_t begin = clock_now();
    observe("%s", end_name(sk_connect(iut, fd, &server.address), begin));
}

MUTANT_GIVES(times_out, "a connect() that times out gives ECONNREFUSED", OP_CONNECT, ETIMEDOUT,
             ECONNREFUSED)

RULE(no_route, "tcp.connect.no-route",
     .statement = "connect() to a network that no route leads to fails with ENETUNREACH, or with "
                  "EHOSTUNREACH, since the host cannot be reached either; a nonblocking one can "
                  "leave the error pending.",
     .outcome = {[BY_POSIX] = {"ENETUNREACH | EHOSTUNREACH",
                               {"posix.connect.enetunreach", "posix.connect.ehostunreach",
                                "posix.sockets.asynchronous-errors.enetunreach",
                                "posix.sockets.asynchronous-errors.ehostunreach"}},
                 [BY_LINUX] = {"ENETUNREACH | EHOSTUNREACH",
                               {"linux.connect.2.enetunreach", "linux.ip.7.ehostunreach-local"}},
                 [BY_BSD] = {"ENETUNREACH | EHOSTUNREACH",
                             {"freebsd.connect.2.enetunreach", "freebsd.connect.2.ehostunreach"}}});

/* How an attempt ends: by its own error, or by one that a nonblocking one finds later. */
static const char *end_of_attempt(struct test *t, int fd, const struct address *to)
{
    int64_t begin = clock_now();
    int result, error;
    if (!sk_finish_within(sk_begin(t->iut, call_connect(fd, to)), patience, &result))
        return "no end";
    if (t->mode == MODE_NONBLOCKING && result == -EINPROGRESS) {
        if (!ready(t, t->iut, fd, POLLOUT, -1))
            return "no end";
        must(sk_getsockopt(t->iut, fd, SOL_SOCKET, SO_ERROR, &error));
        result = -error;
    }
    return end_name(result, begin);
}

CASE(no_route, unrouted, .family = ANY_FAMILY, .network = ANY_NETWORK, .mode = ANY_MODE)
{
    struct address nowhere = place_of(t, iut, PLACE_UNROUTED, 7);
    int fd = stream_socket(t, iut);
    set_nonblocking(t, iut, fd, t->mode == MODE_NONBLOCKING);
    observe("%s", end_of_attempt(t, fd, &nowhere));
}

MUTANT_GIVES(no_route, "connect() without a route gives ETIMEDOUT", OP_CONNECT, ENETUNREACH,
             ETIMEDOUT)

RULE(unreachable, "tcp.connect.host-unreachable",
     .statement = "connect() to a host that was found to be out of reach fails with EHOSTUNREACH, "
                  "EHOSTDOWN, ENETUNREACH or, when it has waited long enough, ETIMEDOUT; POSIX "
                  "leaves open how long.",
     .outcome = {[BY_POSIX] = {"EHOSTUNREACH | ENETUNREACH | ETIMEDOUT | no end",
                               {"posix.connect.ehostunreach", "posix.connect.enetunreach",
                                "posix.connect.etimedout", "posix.connect.blocks-until-established",
                                "posix.sockets.asynchronous-errors.enetunreach",
                                "posix.sockets.asynchronous-errors.ehostunreach"}},
                 [BY_LINUX] = {"EHOSTUNREACH | ENETUNREACH | ETIMEDOUT",
                               {"linux.ip.7.ehostunreach-local", "linux.ip.7.ehostunreach-icmp",
                                "linux.connect.2.enetunreach", "linux.connect.2.etimedout"}},
                 [BY_BSD] = {"EHOSTUNREACH | ENETUNREACH | ETIMEDOUT",
                             {"freebsd.connect.2.ehostunreach", "freebsd.connect.2.enetunreach",
                              "freebsd.connect.2.etimedout"}}});

CASE(unreachable, route, .family = ANY_FAMILY, .network = ANY_NETWORK, .mode = ANY_MODE)
{
    struct address nowhere = place_of(t, iut, PLACE_UNROUTED, 7);
    int fd = stream_socket(t, iut);
    unreachable_route(t, iut);
    set_nonblocking(t, iut, fd, t->mode == MODE_NONBLOCKING);
    observe("%s", end_of_attempt(t, fd, &nowhere));
}

/* There is a route, but the neighbour does not answer; the sender learns it while the call waits.
 */
CASE(unreachable, neighbour, .family = ANY_FAMILY, .network = ON_PAIR,
     .outcome = {
         [BY_POSIX] = {"EHOSTUNREACH | EHOSTDOWN | ETIMEDOUT",
                       {"posix.connect.ehostunreach", "posix.sockets.asynchronous-errors.ehostdown",
                        "posix.connect.etimedout"}},
         [BY_LINUX] = {"EHOSTUNREACH | EHOSTDOWN | ETIMEDOUT",
                       {"linux.ip.7.ehostunreach-icmp", "posix.connect.ehostunreach",
                        "posix.sockets.asynchronous-errors.ehostdown",
                        "linux.connect.2.etimedout"}},
         [BY_BSD] = {"EHOSTUNREACH | EHOSTDOWN | ETIMEDOUT",
                     {"freebsd.connect.2.ehostunreach",
                      "posix.sockets.asynchronous-errors.ehostdown",
                      "freebsd.connect.2.etimedout"}}})
{
    struct endpoint server = listening_socket(t, peer);
    int fd = stream_socket(t, iut), result;
    deliver_from(t, iut, NET_HOLD);
    int64_t begin = clock_now();
    struct pending *connecting = sk_begin(iut, call_connect(fd, &server.address));
    require(sk_waits(connecting), "connect() did not wait");
    lose_neighbour(t, iut, fd, &server.address);
    if (!sk_finish_within(connecting, patience, &result))
        skip("the attempt goes on, as RFC 9293 3.9.2.2 (MUST-56) has it of connections");
    observe("%s", end_name(result, begin));
}

MUTANT_GIVES(unreachable, "connect() to an unreachable host gives ECONNREFUSED", OP_CONNECT,
             EHOSTUNREACH, ECONNREFUSED)

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
     .outcome = {
         [BY_LINUX] = {"EINTR then writable then 0 then hello",
                       {"linux.connect.2.eintr", "posix.connect.interrupted-request-goes-on",
                        "posix.connect.established.select-writable",
                        "posix.connect.established.poll-writable", "linux.epoll_ctl.2.epollout",
                        "posix.sockets.options.error.zero-if-none"}}});

/* Lets through what the peer's host has sent, and waits until it has arrived: until a datagram has
 * that is sent after it, on the same way. */
static void let_peer_through(struct test *t)
{
    struct endpoint witness = bound_datagram_socket(t, t->iut);
    deliver_from(t, t->peer, NET_DELIVER);
    must(sk_sendto(t->peer, datagram_socket(t, t->peer), "x", 1, 0, &witness.address));
    await_data(t, t->iut, witness.fd);
}

/* By POSIX select() may call a socket ready that is not connected yet, as sending on it may fail
 * without blocking: it is asked when the connection stands. */
static void observe_interruption(struct test *t)
{
    struct endpoint server = listening_socket(t, t->peer);
    int fd = stream_socket(t, t->iut), error = 0;
    struct pending *connecting = waiting_connect(t, fd, &server.address);
    sk_interrupt(connecting);
    observe_result(finish(connecting));
    let_peer_through(t);
    observe("%s", ready_name(ready(t, t->iut, fd, POLLOUT, -1)));
    must(sk_getsockopt(t->iut, fd, SOL_SOCKET, SO_ERROR, &error));
    observe("%s", error_name(error));
    observe("%s", greeting(t, fd, server.fd));
}

CASE(interrupted, goes_on, .family = ANY_FAMILY, .network = ON_PAIR,
     .readiness = WITH_SELECT | WITH_POLL, .needs = "signals",
     .outcome = {
         [BY_POSIX] = {"EINTR then writable then 0 then hello",
                       {"posix.connect.interrupted-fails-eintr",
                        "posix.connect.interrupted-request-goes-on",
                        "posix.connect.established.select-writable",
                        "posix.connect.established.poll-writable",
                        "posix.sockets.options.error.zero-if-none"}},
         [BY_BSD] = {"EINTR then writable then 0 then hello",
                     {"freebsd.connect.2.eintr", "freebsd.connect.2.eintr-goes-on-in-background",
                      "posix.connect.established.select-writable",
                      "posix.connect.established.poll-writable",
                      "posix.sockets.options.error.zero-if-none"}}})
{
    observe_interruption(t);
}

CASE(interrupted, by_epoll, .family = ANY_FAMILY, .network = ON_PAIR, .readiness = WITH_EPOLL,
     .needs = "signals")
{
    observe_interruption(t);
}

MUTANT(interrupted, "an interrupted connect() gives up the attempt")
{
    mutate(m, call);
    if (call_failed(call, OP_CONNECT, EINTR)) {
        struct address none = address_unspec(sizeof(struct sockaddr_in6));
        sk_connect(m->real, (int)call->argument[0], &none);
    }
}

RULE(interrupted_again, "tcp.connect.interrupted-again",
     .statement = "After connect() was interrupted, another connect() fails with EALREADY while "
                  "the connection is still being established.",
     .outcome = {
         [BY_POSIX] = {"EALREADY",
                       {"posix.connect.ealready", "posix.connect.interrupted-request-goes-on"}},
         [BY_BSD] = {
             "EALREADY",
             {"freebsd.connect.2.ealready", "freebsd.connect.2.eintr-goes-on-in-background"}}});

static void observe_again(struct test *t, bool nonblocking)
{
    struct endpoint server = listening_socket(t, t->peer);
    int fd = stream_socket(t, t->iut);
    struct pending *connecting = waiting_connect(t, fd, &server.address);
    sk_interrupt(connecting);
    require_by("tcp.connect.interrupted", finish(connecting) == -EINTR,
               "connect() was not interrupted");
    set_nonblocking(t, t->iut, fd, nonblocking);
    connecting = sk_begin(t->iut, call_connect(fd, &server.address));
    bool waits = sk_waits(connecting);
    if (waits)
        deliver_from(t, t->peer, NET_DELIVER);
    int result = finish(connecting);
    observe("%s", waits ? "waits" : result_name(result));
}

CASE(interrupted_again, pending, .family = ANY_FAMILY, .network = ON_PAIR, .needs = "signals",
     .outcome = {
         [BY_LINUX] = {"EALREADY",
                       {"linux.connect.2.ealready", "posix.connect.interrupted-request-goes-on"}}})
{
    observe_again(t, true);
}

/* connect(2) has EALREADY for nonblocking sockets only: on Linux a blocking one waits for the end
 * of the first attempt. */
CASE(interrupted_again, blocking, .family = ANY_FAMILY, .network = ON_PAIR, .needs = "signals")
{
    observe_again(t, false);
}

MUTANT(interrupted_again, "after an interruption connect() reports EINPROGRESS again")
{
    static bool was_interrupted;
    mutate(m, call);
    was_interrupted |= call_failed(call, OP_CONNECT, EINTR);
    if (was_interrupted && call_failed(call, OP_CONNECT, EALREADY))
        call_fail(call, EINPROGRESS);
}

RULE(send_timeout, "tcp.connect.send-timeout",
     .statement = "On Linux SO_SNDTIMEO also limits connect(), which then fails with EINPROGRESS "
                  "while the attempt goes on.",
     .outcome = {
         [BY_LINUX] = {"EINPROGRESS in time then writable then 0",
                       {"linux.socket.7.so-timeo-connect", "linux.connect.2.einprogress-writable",
                        "linux.connect.2.einprogress-so-error"}}});

/* A connect() of a socket with a time limit of so many milliseconds, whose handshake is held back;
 * gives how long it took in nanoseconds. */
static int64_t limited_connect(struct test *t, int fd, const struct address *to, int limit,
                               const char **end)
{
    struct timeval time = {0, limit * 1000};
    int result;
    must(sk_setsockopt_bytes(t->iut, fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time));
    deliver_from(t, t->peer, NET_HOLD);
    int64_t begin = clock_now();
    struct pending *connecting = sk_begin(t->iut, call_connect(fd, to));
    *end = sk_finish_within(connecting, limit + patience, &result) ? result_name(result) : "no end";
    return clock_now() - begin;
}

/* A loaded machine is late at times, but not each time. */
CASE(send_timeout, held_back, .family = ANY_FAMILY, .network = ON_PAIR, .tags = TAG_WAITS)
{
    enum { LIMIT = 100 };
    const int64_t over = LIMIT * INT64_C(1000000), tick = INT64_C(25000000);
    const char *end;
    int fd, error, tries = 0;
    bool early, late;
    do {
        struct endpoint server = listening_socket(t, peer);
        if (tries)
            deliver_from(t, peer, NET_DELIVER);
        fd = stream_socket(t, iut);
        int64_t begin = clock_now();
        early = limited_connect(t, fd, &server.address, LIMIT, &end) < over - tick;
        late = clock_late(begin + over);
    } while (late && strcmp(end, "no end") != 0 && ++tries < LATE_TRIES);
    observe("%s %s", end, early ? "too early" : late ? "too late" : "in time");
    deliver_from(t, peer, NET_DELIVER);
    observe("%s", ready_name(ready(t, iut, fd, POLLOUT, -1)));
    must(sk_getsockopt(iut, fd, SOL_SOCKET, SO_ERROR, &error));
    observe("%s", error_name(error));
}

MUTANT_GIVES(send_timeout, "connect() limited by SO_SNDTIMEO gives ETIMEDOUT", OP_CONNECT,
             EINPROGRESS, ETIMEDOUT)
