/* Cases with several calls under way, to see which of them is named and whose fault it is; and one
 * that needs its time. */
#include "tests/machinery/misbehaviour.h"

#include <signal.h>
#include <unistd.h>

/* A call of a host that never returns. */
static struct pending *never(struct test *t, struct host *host)
{
    struct endpoint listener = listening_socket(t, host);
    struct pending *pending = sk_begin(host, call_accept(listener.fd, NULL));
    require(sk_waits(pending), "accept() returns");
    return pending;
}

static char byte; /* that never comes */

static struct pending *never_receives(struct test *t, struct host *host)
{
    struct endpoint end = bound_datagram_socket(t, host);
    struct pending *pending = sk_begin(host, call_recv(end.fd, &byte, 1, 0));
    require(sk_waits(pending), "recv() returns");
    return pending;
}

MISBEHAVIOUR(of_iut, "blame-iut", harmless);
CASE(of_iut, beside_own)
{
    never_receives(t, iut);
    finish(never(t, iut));
    observe("good");
}
CASE(of_iut, beside_the_peers)
{
    never_receives(t, peer);
    finish(never(t, iut));
    observe("good");
}
/* The IUT's process ends while the case is in a call of the peer. */
CASE(of_iut, ends_meanwhile)
{
    struct readiness one = {.fd = bound_datagram_socket(t, peer).fd, .asked = POLLIN};
    struct pending *pending = never(t, iut);
    int process = must(sk_getpid(iut));
    if (fork() == 0) {
        usleep(50000);
        kill(process, SIGKILL);
        _exit(0);
    }
    must(sk_poll(peer, &one, 1, patience));
    finish(pending);
    observe("good");
}

MISBEHAVIOUR(of_peer, "blame-peer", harmless);
CASE(of_peer, beside_own)
{
    never_receives(t, peer);
    finish(never(t, peer));
    observe("good");
}
CASE(of_peer, beside_the_iuts)
{
    never_receives(t, iut);
    finish(never(t, peer));
    observe("good");
}
/* The case's time is over while it waits. */
CASE(of_peer, out_of_time)
{
    struct readiness one = {.fd = bound_datagram_socket(t, peer).fd, .asked = POLLIN};
    never_receives(t, iut);
    struct pending *pending = never(t, peer);
    sk_poll(peer, &one, 1, patience * 5 / 4);
    finish(pending);
    observe("good");
}

/* A begun call that fails is the one that is named, not the last one of the case. */
MISBEHAVIOUR(named, "blame-names", harmless);
CASE(named, precondition)
{
    struct address name;
    struct endpoint nobody = bound_socket(t, peer, SOCK_STREAM, PLACE_MAIN);
    struct pending *connecting =
        sk_begin(iut, call_connect(stream_socket(t, iut), &nobody.address));
    require(!sk_waits(connecting), "connect() waits");
    must(sk_getsockname(peer, nobody.fd, &name));
    must(finish(connecting));
    observe("good");
}

/* A case that waits for a while and then for a call: what it must be given the time for. */
MISBEHAVIOUR(needs_time, "needs-time", harmless);
CASE(needs_time, plain, .axes = {{"number", {"1", "2", "3", "4", "5", "6"}}})
{
    struct readiness one = {.fd = bound_datagram_socket(t, peer).fd, .asked = POLLIN};
    struct endpoint listener = listening_socket(t, iut);
    struct pending *accepting = sk_begin(iut, call_accept(listener.fd, NULL));
    must(sk_poll(peer, &one, 1, patience / 2));
    must(sk_connect(peer, stream_socket(t, peer), &listener.address));
    observe("%s", finish(accepting) >= 0 ? "good" : "bad");
}
