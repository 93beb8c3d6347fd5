/* What select(), poll() and epoll report as ready, and what not: alike for the three. */
#include "suites/readiness/ask.h"

/* ---- nothing is ready ---- */

RULE(nothing, "readiness.ready.nothing",
     .statement =
         "poll(), select() and epoll_wait() with a timeout of 0 give 0 and report nothing, "
         "at once, while nothing is ready.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH poll(), DESCRIPTION and RETURN VALUE; pselect(), DESCRIPTION"},
                 {"poll(2)", "DESCRIPTION and RETURN VALUE"},
                 {"select(2)", "DESCRIPTION, timeout; RETURN VALUE"},
                 {"epoll_wait(2)", "DESCRIPTION and RETURN VALUE"},
                 {"FreeBSD poll(2)", "DESCRIPTION and RETURN VALUES"},
                 {"FreeBSD select(2)", "DESCRIPTION and RETURN VALUES"}},
     .outcome = {
         [BY_POSIX] = {"0: nothing"}, [BY_LINUX] = {"0: nothing"}, [BY_BSD] = {"0: nothing"}});

static void ask_at_once(struct test *t, int fd)
{
    struct question question;
    ask(t, &question, fd, POLLIN, 0);
    if (sk_waits(question.pending))
        observe("waits");
    else
        observe("%s", answer_to(t, &question));
}

CASE(nothing, no_data, .family = ANY_FAMILY, .network = ANY_NETWORK, .readiness = ANY_READINESS,
     .type = ANY_TYPE)
{
    ask_at_once(t, ends_of(t).iut);
}

CASE(nothing, no_connection, .family = ANY_FAMILY, .network = ON_LOOPBACK,
     .readiness = ANY_READINESS)
{
    ask_at_once(t, listening_socket(t, iut).fd);
}

MUTANT_BY(nothing, "everything that was asked for is ready", reports_all)

RULE(only_asked, "readiness.ready.only-asked",
     .statement =
         "poll(), select() and epoll_wait() report of the events that were asked for those "
         "that are true, and no others while there is no error.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH poll(), DESCRIPTION: revents; pselect(), DESCRIPTION"},
                 {"poll(2)", "DESCRIPTION: revents"},
                 {"select(2)", "DESCRIPTION, readfds, writefds and exceptfds"},
                 {"epoll(7)", "Level-triggered: a faster poll(2), with its semantics"},
                 {"FreeBSD select(2)", "DESCRIPTION"}},
     .outcome = {[BY_POSIX] = {"1: writable then 0: nothing then 1: readable and writable"},
                 [BY_LINUX] = {"1: writable then 0: nothing then 1: readable and writable"}});

CASE(only_asked, data, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_POLL | WITH_EPOLL, .type = ANY_TYPE)
{
    struct ends ends = ends_of(t);
    must(sk_send(peer, ends.peer, "x", 1, 0));
    await_data(t, iut, ends.iut);
    observe("%s", answer(t, ends.iut, POLLOUT | POLLPRI, 0));
    observe("%s", answer(t, ends.iut, 0, 0));
    observe("%s", answer(t, ends.iut, POLLIN | POLLOUT | POLLPRI, 0));
}

/* Which counts the sets that a descriptor is in. */
CASE(only_asked, data_in_sets, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_SELECT, .type = ANY_TYPE,
     .outcome = {[BY_POSIX] = {"1: writable then 0: nothing then 2: readable and writable"},
                 [BY_LINUX] = {"1: writable then 0: nothing then 2: readable and writable"},
                 [BY_BSD] = {"1: writable then 0: nothing then 2: readable and writable"}})
{
    struct ends ends = ends_of(t);
    must(sk_send(peer, ends.peer, "x", 1, 0));
    await_data(t, iut, ends.iut);
    observe("%s", answer(t, ends.iut, POLLOUT | POLLPRI, 0));
    observe("%s", answer(t, ends.iut, POLLPRI, 0));
    observe("%s", answer(t, ends.iut, POLLIN | POLLOUT | POLLPRI, 0));
}

MUTANT_BY(only_asked, "everything that was asked for is ready", reports_all)

/* ---- reading ---- */

RULE(connection, "readiness.ready.connection",
     .statement = "poll(), select() and epoll_wait() report a listening socket as readable while a "
                  "connection waits to be accepted, and neither before nor afterwards.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH poll(), DESCRIPTION; pselect(), DESCRIPTION: if the socket is "
                              "listening"},
                 {"accept(2)", "DESCRIPTION: a readable event"},
                 {FREEBSD_ACCEPT, "DESCRIPTION: select() it for read"}},
     .outcome = {[BY_POSIX] = {"0: nothing then 1: readable then 0: nothing"},
                 [BY_LINUX] = {"0: nothing then 1: readable then 0: nothing"},
                 [BY_BSD] = {"0: nothing then 1: readable then 0: nothing"}});

CASE(connection, queued, .family = ANY_FAMILY, .network = ANY_NETWORK, .readiness = ANY_READINESS)
{
    struct endpoint listener = listening_socket(t, iut);
    int client = stream_socket(t, peer);
    observe("%s", answer(t, listener.fd, POLLIN, 0));
    must(sk_connect(peer, client, &listener.address));
    await_queued(t, iut, &listener, client);
    observe("%s", answer(t, listener.fd, POLLIN, patience));
    must(sk_accept(iut, listener.fd, NULL));
    observe("%s", answer(t, listener.fd, POLLIN, 0));
}

MUTANT_BY(connection, "a connection that waits is not reported", reports_nothing)

RULE(end_of_file, "readiness.ready.end-of-file",
     .statement = "poll(), select() and epoll_wait() report a stream socket as readable when the "
                  "other side has ended its sending, while data is left and when all is read.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH pselect(), DESCRIPTION: an end of file is ready for reading; "
                              "poll(), DESCRIPTION POLLIN"},
                 {"select(2)", "DESCRIPTION, readfds: ready on end-of-file"},
                 {"poll(2)", "DESCRIPTION POLLIN, POLLHUP"},
                 {"epoll_ctl(2)", "DESCRIPTION EPOLLIN, EPOLLHUP"}},
     .outcome = {[BY_POSIX] = {"1: readable | 1: readable and hangup "
                               "then 1: readable | 1: readable and hangup"},
                 [BY_LINUX] = {"1: readable | 1: readable and hangup "
                               "then 1: readable | 1: readable and hangup"}});

CASE(end_of_file, ended, .family = ANY_FAMILY, .network = ANY_NETWORK, .readiness = ANY_READINESS,
     .axes = {{"how", {"shutdown", "close"}}})
{
    struct connection c = connected_pair(t);
    must(sk_send(peer, c.peer, "x", 1, 0));
    must(t->chosen[0] == 0 ? sk_shutdown(peer, c.peer, SHUT_WR) : sk_close(peer, c.peer));
    observe("%s", answer(t, c.iut, POLLIN, patience));
    require(strcmp(receive_next(t, iut, c.iut), "x") == 0, "the data did not come");
    observe("%s", answer(t, c.iut, POLLIN, patience));
}

MUTANT(end_of_file, "a socket is reported as readable once")
{
    static bool reported;
    mutate(m, call);
    if (call_asks_readiness(call) && reported)
        call_set_found(call, call_found(call) & ~POLLIN);
    reported |= call_asks_readiness(call) && call_found(call) & POLLIN;
}

RULE(half_closed, "readiness.ready.half-closed",
     .statement =
         "poll() with POLLRDHUP and epoll_wait() with EPOLLRDHUP report that the other side "
         "has ended its sending, and not before.",
     .level = LEVEL_SHALL,
     .sources = {{"poll(2)", "DESCRIPTION POLLRDHUP"}, {"epoll_ctl(2)", "DESCRIPTION EPOLLRDHUP"}},
     .outcome = {[BY_LINUX] = {"0: nothing then 1: half closed | 1: hangup and half closed"}});

CASE(half_closed, ended, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = WITH_POLL | WITH_EPOLL, .axes = {{"how", {"shutdown", "close"}}})
{
    if (t->readiness == WITH_POLL && sk_constant(iut, "POLLRDHUP") < 0)
        skip("this implementation has no POLLRDHUP");
    struct connection c = connected_pair(t);
    must(sk_send(peer, c.peer, "x", 1, 0));
    await_data(t, iut, c.iut);
    observe("%s", answer(t, c.iut, POLLRDHUP, 0));
    must(t->chosen[0] == 0 ? sk_shutdown(peer, c.peer, SHUT_WR) : sk_close(peer, c.peer));
    observe("%s", answer(t, c.iut, POLLRDHUP, patience));
}

MUTANT_BY(half_closed, "POLLRDHUP is never reported", reports_nothing)

/* ---- writing ---- */

RULE(writable, "readiness.ready.writable",
     .statement = "poll(), select() and epoll_wait() report a socket that has nothing unsent as "
                  "writable.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH poll(), DESCRIPTION POLLOUT; pselect(), DESCRIPTION: ready for "
                              "writing"},
                 {"poll(2)", "DESCRIPTION POLLOUT"},
                 {"select(2)", "DESCRIPTION, writefds"},
                 {"epoll_ctl(2)", "DESCRIPTION EPOLLOUT"},
                 {"FreeBSD poll(2)", "DESCRIPTION POLLOUT"},
                 {"FreeBSD select(2)", "DESCRIPTION"}},
     .outcome = {
         [BY_POSIX] = {"1: writable"}, [BY_LINUX] = {"1: writable"}, [BY_BSD] = {"1: writable"}});

CASE(writable, established, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .readiness = ANY_READINESS, .mode = ANY_MODE)
{
    struct connection c = connected_pair(t);
    set_nonblocking(t, iut, c.iut, t->mode == MODE_NONBLOCKING);
    observe("%s", answer(t, c.iut, POLLIN | POLLOUT, patience));
}

CASE(writable, datagram, .family = ANY_FAMILY, .network = ANY_NETWORK, .readiness = ANY_READINESS)
{
    int fd = bound_datagram_socket(t, iut).fd;
    observe("%s", answer(t, fd, POLLIN | POLLOUT, patience));
}

MUTANT_BY(writable, "nothing is ever writable", reports_nothing)

RULE(connected, "readiness.ready.connected",
     .statement =
         "poll(), select() and epoll_wait() report a socket as writable when a nonblocking "
         "connect() on it has succeeded, and one that waits for that returns then.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH poll(), DESCRIPTION; pselect(), DESCRIPTION; connect(), "
                              "DESCRIPTION"},
                 {"connect(2)", "ERRORS EINPROGRESS"},
                 {FREEBSD_CONNECT, "ERRORS EINPROGRESS: select() for writing"}},
     .outcome = {
         [BY_POSIX] = {"1: writable"}, [BY_LINUX] = {"1: writable"}, [BY_BSD] = {"1: writable"}});

/* A socket whose connection is being established, or stands by now. */
static int connecting_socket(struct test *t)
{
    struct endpoint server = listening_socket(t, t->peer);
    int fd = stream_socket(t, t->iut);
    set_nonblocking(t, t->iut, fd, true);
    int result = sk_connect(t->iut, fd, &server.address);
    require(result == 0 || result == -EINPROGRESS, "a nonblocking connect() gave %s",
            result_name(result));
    return fd;
}

CASE(connected, near, .family = ANY_FAMILY, .network = ANY_NETWORK, .readiness = ANY_READINESS)
{
    int fd = connecting_socket(t);
    observe("%s", answer(t, fd, POLLIN | POLLOUT, patience));
}

CASE(connected, while_it_waits, .family = ANY_FAMILY, .network = ON_PAIR,
     .readiness = ANY_READINESS)
{
    struct question question;
    deliver_from(t, peer, NET_HOLD);
    ask(t, &question, connecting_socket(t), POLLOUT, -1);
    if (!sk_waits(question.pending))
        observe("does not wait");
    deliver_from(t, peer, NET_DELIVER);
    observe("%s", answer_to(t, &question));
}

MUTANT_BY(connected, "that a connection stands is not reported", reports_nothing)

RULE(full, "readiness.ready.full",
     .statement = "poll(), select() and epoll_wait() do not report a socket as writable on which "
                  "sending would block, and one that waits for that returns when there is room.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH poll(), DESCRIPTION POLLOUT; pselect(), DESCRIPTION: ready for "
                              "writing"},
                 {"poll(2)", "DESCRIPTION POLLOUT"},
                 {"select(2)", "DESCRIPTION, writefds"},
                 {"epoll_ctl(2)", "DESCRIPTION EPOLLOUT"},
                 {"FreeBSD poll(2)", "DESCRIPTION POLLOUT"}},
     .outcome = {[BY_POSIX] = {"0: nothing then waits then 1: writable"},
                 [BY_LINUX] = {"0: nothing then waits then 1: writable"},
                 [BY_BSD] = {"0: nothing then waits then 1: writable"}});

/* Sends until sending would block. Gives how much that was. */
static size_t fill(struct test *t, int fd)
{
    static const char data[16384];
    enum { MOST = 64 << 20 };
    size_t sent = 0;
    int result;
    while ((result = sk_send(t->iut, fd, data, sizeof data, MSG_DONTWAIT)) > 0 && sent < MOST)
        sent += (size_t)result;
    require(result == -EAGAIN || result == -EWOULDBLOCK, "sending without end gave %s",
            result > 0 ? "no EAGAIN" : result_name(result));
    return sent;
}

static void drain(struct test *t, int fd, size_t size)
{
    static char data[16384];
    while (size > 0)
        size -=
            (size_t)must(sk_recv(t->peer, fd, data, size < sizeof data ? size : sizeof data, 0));
}

CASE(full, held_back, .family = ANY_FAMILY, .network = ON_PAIR, .readiness = ANY_READINESS)
{
    struct connection c = connected_pair(t);
    struct question question;
    deliver_from(t, iut, NET_HOLD);
    size_t sent = fill(t, c.iut);
    observe("%s", answer(t, c.iut, POLLOUT, 0));
    ask(t, &question, c.iut, POLLOUT, -1);
    observe("%s", sk_waits(question.pending) ? "waits" : "does not wait");
    deliver_from(t, iut, NET_DELIVER);
    drain(t, c.peer, sent);
    observe("%s", answer_to(t, &question));
}

MUTANT_BY(full, "a socket without room is reported as writable", reports_all)
