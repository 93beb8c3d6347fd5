/* Errors and hangups, which nobody has to ask for. */
#include "suites/readiness/ask.h"

/* ---- no error ---- */

RULE(no_error, "readiness.ready.no-error",
     .statement = "poll() does not report POLLERR, nor epoll_wait() EPOLLERR, on a socket without "
                  "an error.",
     .outcome = {[BY_LINUX] = {"no error",
                               {"linux.poll.2.pollerr", "linux.poll.2.revents-subset",
                                "linux.epoll_ctl.2.epollerr", "linux.epoll_wait.2.events"}}});

/* A stream socket that was just made is reported for other reasons or for none. */
static const char *error_of(struct test *t, int fd)
{
    const char *found = answer(t, fd, POLLIN | POLLOUT, 0);
    bool answered = strncmp(found, "0: ", 3) == 0 || strncmp(found, "1: ", 3) == 0;
    return !answered ? found : strstr(found, "error") ? "error" : "no error";
}

#define POLL_NO_ERROR                                                                              \
    .outcome = {[BY_POSIX] = {"no error", {"posix.poll.clears-revents", "posix.poll.pollerr"}},    \
                [BY_BSD] = {"no error", {"posix.poll.clears-revents", "freebsd.poll.2.pollerr"}}}
#define STATES                                                                                     \
    .axes = {{"state", {"fresh", "bound", "listening"}}, {"mode", {"nonblocking", "blocking"}}}

static int socket_in_state(struct test *t)
{
    int fd = t->chosen[0] == 0   ? stream_socket(t, t->iut)
             : t->chosen[0] == 1 ? bound_socket(t, t->iut, SOCK_STREAM, PLACE_MAIN).fd
                                 : listening_socket(t, t->iut).fd;
    set_nonblocking(t, t->iut, fd, t->chosen[1] == 0);
    return fd;
}

CASE(no_error, poll_unconnected, .family = ANY_FAMILY, .network = ON_LOOPBACK,
     .readiness = WITH_POLL, STATES, POLL_NO_ERROR)
{
    observe("%s", error_of(t, socket_in_state(t)));
}

CASE(no_error, epoll_unconnected, .family = ANY_FAMILY, .network = ON_LOOPBACK,
     .readiness = WITH_EPOLL, STATES)
{
    observe("%s", error_of(t, socket_in_state(t)));
}

/* Also when the connection has ended in order. */
static void observe_connected(struct test *t)
{
    struct connection c = connected_pair(t);
    observe("%s", error_of(t, c.iut));
    must(sk_close(t->peer, c.peer));
    require(strcmp(receive_next(t, t->iut, c.iut), "end of file") == 0, "no end of file");
    observe("%s", error_of(t, c.iut));
}

CASE(no_error, poll_connected, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .readiness = WITH_POLL,
     .outcome = {[BY_POSIX] = {"no error then no error",
                               {"posix.poll.clears-revents", "posix.poll.pollerr"}},
                 [BY_BSD] = {"no error then no error",
                             {"posix.poll.clears-revents", "freebsd.poll.2.pollerr"}},
                 [BY_LINUX] = {"no error then no error",
                               {"linux.poll.2.pollerr", "linux.poll.2.revents-subset"}}})
{
    observe_connected(t);
}

CASE(no_error, epoll_connected, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .readiness = WITH_EPOLL,
     .outcome = {[BY_LINUX] = {"no error then no error",
                               {"linux.epoll_ctl.2.epollerr", "linux.epoll_wait.2.events"}}})
{
    observe_connected(t);
}

CASE(no_error, poll_datagram, .family = ANY_FAMILY, .network = ON_LOOPBACK, .readiness = WITH_POLL,
     POLL_NO_ERROR)
{
    observe("%s", error_of(t, bound_datagram_socket(t, iut).fd));
}

CASE(no_error, epoll_datagram, .family = ANY_FAMILY, .network = ON_LOOPBACK,
     .readiness = WITH_EPOLL)
{
    observe("%s", error_of(t, bound_datagram_socket(t, iut).fd));
}

MUTANT(no_error, "POLLERR is always reported")
{
    mutate(m, call);
    if (call_asks_readiness(call))
        call_set_found(call, call_found(call) | POLLERR);
}

/* ---- both directions closed ---- */

RULE(both_closed, "readiness.ready.both-closed",
     .statement = "poll() reports POLLHUP, and epoll_wait() EPOLLHUP, on a connection that both "
                  "sides have closed for sending.",
     .outcome = {
         [BY_LINUX] = {"hangup",
                       {"linux.poll.2.pollhup", "linux.socket.7.pollhup-disconnect",
                        "linux.epoll_ctl.2.epollhup", "linux.epoll_ctl.2.epollhup-always"}}});

static void observe_hangup(struct test *t)
{
    struct connection c = connected_pair(t);
    bool iut_first = t->chosen[2] == 0;
    if (iut_first)
        must(sk_shutdown(t->iut, c.iut, SHUT_WR));
    must(t->chosen[1] == 0 ? sk_shutdown(t->peer, c.peer, SHUT_WR) : sk_close(t->peer, c.peer));
    require(strcmp(receive_next(t, t->iut, c.iut), "end of file") == 0, "no end of file");
    if (!iut_first)
        must(sk_shutdown(t->iut, c.iut, SHUT_WR));
    const char *found = answer(t, c.iut, t->chosen[0] == 0 ? POLLIN : 0, patience);
    observe("%s", strstr(found, "hangup") ? "hangup" : found);
}

#define ASKED_AND_HOW                                                                              \
    .axes = {{"asked", {"readable", "nothing"}},                                                   \
             {"how", {"shutdown", "close"}},                                                       \
             {"first", {"iut", "peer"}}}

CASE(both_closed, poll, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .readiness = WITH_POLL, ASKED_AND_HOW,
     .outcome = {
         [BY_BSD] = {"hangup", {"freebsd.poll.2.pollhup", "freebsd.poll.2.pollhup-always"}}})
{
    observe_hangup(t);
}

CASE(both_closed, epoll, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .readiness = WITH_EPOLL, ASKED_AND_HOW)
{
    observe_hangup(t);
}

/* Also while the acknowledgment of the IUT's FIN is still under way. */
CASE(both_closed, unacknowledged, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE,
     .readiness = WITH_POLL | WITH_EPOLL, .axes = {{"asked", {"readable", "nothing"}}})
{
    struct connection c = connected_pair(t);
    must(sk_shutdown(peer, c.peer, SHUT_WR));
    require(strcmp(receive_next(t, iut, c.iut), "end of file") == 0, "no end of file");
    deliver_from(t, peer, NET_HOLD);
    must(sk_shutdown(iut, c.iut, SHUT_WR));
    const char *found = answer(t, c.iut, t->chosen[0] == 0 ? POLLIN : 0, 0);
    observe("%s", strstr(found, "hangup") ? "hangup" : found);
    deliver_from(t, peer, NET_DELIVER);
}

MUTANT(both_closed, "POLLHUP is never reported")
{
    mutate(m, call);
    if (call_asks_readiness(call))
        call_set_found(call, call_found(call) & ~POLLHUP);
}

/* ---- no connection ---- */

RULE(unconnected, "readiness.ready.unconnected",
     .statement =
         "On Linux poll() and epoll_wait() report a new stream socket as writable and with "
         "POLLHUP.",
     .pinned = {[BY_LINUX] = "1: writable and hangup"});

CASE(unconnected, fresh, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .readiness = WITH_POLL | WITH_EPOLL)
{
    observe("%s", answer(t, stream_socket(t, iut), POLLIN | POLLOUT, 0));
}

MUTANT_BY(unconnected, "nothing is reported of it", reports_nothing)
