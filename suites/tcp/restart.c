/* Starting a server again on the port of its predecessor. */
#include "suites/suite.h"

/* What the predecessor left behind. */
enum { NOTHING, ESTABLISHED_CONNECTION, HALF_CLOSED_CONNECTION, PAST_CONNECTION };
#define WHAT_IS_LEFT .axes = {{"left", {"established", "close-wait", "time-wait"}}}

/* A server of the IUT that has come and gone: its name. */
static struct address past_server(struct test *t, unsigned left, bool reusable)
{
    struct endpoint server = {.fd = stream_socket(t, t->iut)};
    struct address here = place_of(t, t->iut, PLACE_MAIN, 0);
    struct connection c = {0};
    if (reusable)
        must(sk_setsockopt(t->iut, server.fd, SOL_SOCKET, SO_REUSEADDR, 1));
    must(sk_bind(t->iut, server.fd, &here));
    must(sk_listen(t->iut, server.fd, 1));
    must(sk_getsockname(t->iut, server.fd, &server.name));
    server.address = as_written_by(t, t->peer, server.name);
    if (left != NOTHING) {
        c.peer = stream_socket(t, t->peer);
        must(sk_connect(t->peer, c.peer, &server.address));
        c.iut = must(sk_accept(t->iut, server.fd, NULL));
        must(sk_getsockname(t->iut, c.iut, &c.iut_name));
        must(sk_getpeername(t->iut, c.iut, &c.peer_name));
    }
    if (left == HALF_CLOSED_CONNECTION) {
        must(sk_close(t->peer, c.peer));
        require(await_iut_state(t, &c, STATE_CLOSE_WAIT) == STATE_CLOSE_WAIT, "no CLOSE_WAIT");
    }
    if (left == PAST_CONNECTION) {
        must(sk_close(t->iut, c.iut));
        require(strcmp(receive_next(t, t->peer, c.peer), "end of file") == 0, "no end of file");
        must(sk_close(t->peer, c.peer));
        require(await_iut_state(t, &c, STATE_TIME_WAIT) == STATE_TIME_WAIT, "no TIME_WAIT");
    }
    must(sk_close(t->iut, server.fd));
    return server.name;
}

RULE(restart, "tcp.restart.reuseaddr",
     .statement = "With SO_REUSEADDR a server can be started again while connections of its "
                  "predecessor live or are in TIME_WAIT, and clients reach it.",
     .level = LEVEL_SHALL,
     .sources = {{"socket(7)", "SO_REUSEADDR: may bind unless a socket listens there"},
                 {SOCKET_FAQ, "4.5: a server sets it before bind()"},
                 {FREEBSD_OPTIONS, "DESCRIPTION SO_REUSEADDR"}},
     .outcome = {[BY_LINUX] = {"0 then 0 then 0"}, [BY_BSD] = {"0 then 0 then 0"}});

CASE(restart, successor, .family = ANY_FAMILY, .network = ANY_NETWORK, WHAT_IS_LEFT)
{
    struct address name = past_server(t, t->chosen[0] + 1, true);
    int successor = stream_socket(t, iut), client = stream_socket(t, peer);
    struct address address = as_written_by(t, peer, name);
    must(sk_setsockopt(iut, successor, SOL_SOCKET, SO_REUSEADDR, 1));
    observe_result(sk_bind(iut, successor, &name));
    observe_result(sk_listen(iut, successor, 1));
    observe_result(sk_connect(peer, client, &address));
}

MUTANT_BY(restart, "SO_REUSEADDR is ignored", ignores_reuse)

RULE(blocked, "tcp.restart.without-reuseaddr",
     .statement = "Without SO_REUSEADDR a server cannot be started again while connections of its "
                  "predecessor live or are in TIME_WAIT: bind() fails with EADDRINUSE.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH bind(), ERRORS EADDRINUSE; 2.10.16 SO_REUSEADDR"},
                 {"ip(7)", "DESCRIPTION: unavailable for some time after closing"},
                 {SOCKET_FAQ, "4.5"}},
     .outcome = {
         [BY_POSIX] = {"EADDRINUSE"}, [BY_LINUX] = {"EADDRINUSE"}, [BY_BSD] = {"EADDRINUSE"}});

CASE(blocked, successor, .family = ANY_FAMILY, .network = ANY_NETWORK, WHAT_IS_LEFT)
{
    struct address name = past_server(t, t->chosen[0] + 1, false);
    observe_result(sk_bind(iut, stream_socket(t, iut), &name));
}

MUTANT_BY(blocked, "bind() sets SO_REUSEADDR secretly", reuses_secretly)

RULE(no_connection, "tcp.restart.no-connection",
     .statement = "A listener that had no connection frees its port when it is closed.",
     .level = LEVEL_SHALL,
     .sources = {{RFC_9293, "3.10.4 CLOSE call, LISTEN STATE: the TCB is deleted"},
                 {POSIX_2016, "XSH close(), DESCRIPTION: the socket is destroyed"}},
     .outcome = {[BY_POSIX] = {"0 then 0"}, [BY_LINUX] = {"0 then 0"}, [BY_BSD] = {"0 then 0"}});

CASE(no_connection, successor, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct address name = past_server(t, NOTHING, false);
    int successor = stream_socket(t, iut);
    observe_result(sk_bind(iut, successor, &name));
    observe_result(sk_listen(iut, successor, 1));
}

MUTANT(no_connection, "close() does not end listening")
{
    int listens = 0;
    if (call->operation == OP_CLOSE)
        sk_getsockopt(m->real, (int)call->argument[0], SOL_SOCKET, SO_ACCEPTCONN, &listens);
    if (listens)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

RULE(independent, "tcp.restart.connections-survive",
     .statement = "Closing a listener leaves the connections that it has accepted alone.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH accept(), DESCRIPTION: a new socket"},
                 {RFC_9293, "3.10.4 CLOSE call: of one connection"}},
     .outcome = {[BY_POSIX] = {"ESTABLISHED then hello"},
                 [BY_LINUX] = {"ESTABLISHED then hello"},
                 [BY_BSD] = {"ESTABLISHED then hello"}});

CASE(independent, accepted, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ROLE_SERVER)
{
    struct connection c = connected_pair(t);
    must(sk_close(iut, c.listener));
    observe("%s", tcp_state_name(iut_state(t, &c)));
    must(sk_send(peer, c.peer, "hello", 5, 0));
    observe("%s", receive_next(t, iut, c.iut));
}

/* A closed listener takes the connections that it accepted along. */
MUTANT(independent, "closing a listener shuts its connections down")
{
    static int accepted = -1;
    int listens = 0;
    if (call->operation == OP_CLOSE)
        sk_getsockopt(m->real, (int)call->argument[0], SOL_SOCKET, SO_ACCEPTCONN, &listens);
    if (listens && accepted >= 0)
        sk_shutdown(m->real, accepted, SHUT_RDWR);
    mutate(m, call);
    if (call->operation == OP_ACCEPT)
        accepted = (int)call->result;
}

RULE(unaccepted, "tcp.restart.unaccepted-reset",
     .statement = "Closing a listener resets the connections that it has not accepted.",
     .level = LEVEL_MAY,
     .sources = {{POSIX_2016, "XSH close() and listen(): silent on queued connections"},
                 {"Linux 6.18", "observed"}},
     .outcome = {[BY_POSIX] = {"*"}, [BY_LINUX] = {"ECONNRESET"}});

CASE(unaccepted, closed, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint server = listening_socket(t, iut);
    int client = stream_socket(t, peer);
    must(sk_connect(peer, client, &server.address));
    await_queued(t, iut, &server, client);
    must(sk_close(iut, server.fd));
    observe("%s", receive_next(t, peer, client));
}

/* Connections that nobody has accepted. */
MUTANT(unaccepted, "connections that were not accepted live on without a listener")
{
    int listens = 0;
    if (call->operation == OP_CLOSE)
        sk_getsockopt(m->real, (int)call->argument[0], SOL_SOCKET, SO_ACCEPTCONN, &listens);
    if (listens && sk_accept(m->real, (int)call->argument[0], NULL) < 0)
        call_succeed(call, 0);
    mutate(m, call);
}
