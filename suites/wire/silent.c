/* Calls that send nothing. */
#include "suites/wire/wire.h"

/* Where a mutant that sends too much sends to. */
static struct address towards;

static struct line quiet_line(struct test *t)
{
    struct line line = take_line(t);
    towards = line_name(&line, 0);
    return line;
}

static void send_too_much(struct mutation *m)
{
    int fd = sk_socket(m->real, towards.any.sa_family, SOCK_DGRAM, 0);
    sk_sendto(m->real, fd, "too much", 8, 0, &towards);
    sk_close(m->real, fd);
}

static const char *now(struct line *line)
{
    struct packet packet = see_now(line);
    return packet_words(&packet, NULL, NULL);
}

/* ---- datagram sockets ---- */

RULE(datagram_connect, "wire.silent.datagram-connect",
     .statement = "connect() on a datagram socket sends nothing, whether it sets the peer, changes "
                  "it or takes it away.",
     .pinned = {[BY_LINUX] = "nothing"});

CASE(datagram_connect, each, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"peer", {"first", "another", "none"}}})
{
    struct line line = quiet_line(t);
    struct address first = line_name(&line, 0), another = line_name(&line, 0),
                   none = address_unspec(first.length);
    int fd = datagram_socket(t, iut);
    must(sk_connect(iut, fd, &first));
    if (t->chosen[0] == 1)
        must(sk_connect(iut, fd, &another));
    else if (t->chosen[0] == 2)
        sk_connect(iut, fd, &none); /* there are those that say EAFNOSUPPORT, and do it */
    observe("%s", now(&line));
}

MUTANT(datagram_connect, "connect() on a datagram socket greets the peer")
{
    mutate(m, call);
    if (call->operation == OP_CONNECT)
        send_too_much(m);
}

RULE(datagram_calls, "wire.silent.datagram-calls",
     .statement = "setsockopt() of SO_KEEPALIVE, shutdown() and close() of a connected datagram "
                  "socket send nothing.",
     .pinned = {[BY_LINUX] = "nothing"});

CASE(datagram_calls, each, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"call", {"setsockopt", "shutdown", "close"}}})
{
    struct line line = quiet_line(t);
    struct address name = line_name(&line, 0);
    int fd = datagram_socket(t, iut);
    must(sk_connect(iut, fd, &name));
    if (t->chosen[0] == 0)
        must(sk_setsockopt(iut, fd, SOL_SOCKET, SO_KEEPALIVE, 1));
    else if (t->chosen[0] == 1)
        sk_shutdown(iut, fd, SHUT_RDWR);
    else
        must(sk_close(iut, fd));
    observe("%s", now(&line));
}

MUTANT(datagram_calls, "the peer is told of it")
{
    mutate(m, call);
    if (call->operation == OP_SETSOCKOPT || call->operation == OP_SHUTDOWN ||
        call->operation == OP_CLOSE)
        send_too_much(m);
}

/* ---- stream sockets without a connection ---- */

RULE(listening, "wire.silent.listen",
     .statement = "listen() on a stream socket sends nothing, whether bind() gave it an address "
                  "or not.",
     .outcome = {[BY_LINUX] = {"nothing", {"rfc9293.open-closed-passive"}},
                 [BY_RFC] = {"nothing", {"rfc9293.open-closed-passive"}}});

CASE(listening, bound, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = quiet_line(t);
    struct endpoint own = bound_socket(t, iut, SOCK_STREAM, PLACE_MAIN);
    drain(&line);
    must(sk_listen(iut, own.fd, 5));
    observe("%s", now(&line));
}

CASE(listening, not_bound, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = quiet_line(t);
    must(sk_listen(iut, stream_socket(t, iut), 5));
    observe("%s", now(&line));
}

MUTANT(listening, "listen() tells the network")
{
    mutate(m, call);
    if (call->operation == OP_LISTEN)
        send_too_much(m);
}

RULE(options, "wire.silent.options",
     .statement =
         "setsockopt() of SO_KEEPALIVE or TCP_NODELAY on a stream socket that has no connection "
         "sends nothing, nor does close().",
     .pinned = {[BY_LINUX] = "nothing"});

CASE(options, before_connect, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"option", {"keepalive", "nodelay", "none"}}})
{
    struct line line = quiet_line(t);
    struct endpoint own = bound_socket(t, iut, SOCK_STREAM, PLACE_MAIN);
    if (t->chosen[0] == 0)
        must(sk_setsockopt(iut, own.fd, SOL_SOCKET, SO_KEEPALIVE, 1));
    else if (t->chosen[0] == 1)
        must(sk_setsockopt(iut, own.fd, IPPROTO_TCP, TCP_NODELAY, 1));
    must(sk_close(iut, own.fd));
    observe("%s", now(&line));
}

MUTANT(options, "close() tells the network")
{
    mutate(m, call);
    if (call->operation == OP_CLOSE)
        send_too_much(m);
}

RULE(close_listener, "wire.silent.close-listener",
     .statement = "close() of a listening socket that nobody has called sends nothing, and a SYN "
                  "that comes then is answered by a RST that acknowledges it, of number 0.",
     .outcome = {[BY_LINUX] = {"nothing then RST ACK seq 0 ack 1",
                               {"rfc9293.close-listen", "rfc9293.closed-rst-without-ack"}},
                 [BY_RFC] = {"nothing then RST ACK seq 0 ack 1",
                             {"rfc9293.close-listen", "rfc9293.closed-rst-without-ack"}}});

CASE(close_listener, nobody_called, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = quiet_line(t);
    struct endpoint listener = listening_socket(t, iut);
    must(sk_close(iut, listener.fd));
    observe("%s", now(&line));
    struct talk c = talk_to(&line, address_port(&listener.name));
    tell(&c, SYN);
    observe("%s", said(&c, hear(&c)));
}

MUTANT(close_listener, "a listening socket is never closed")
{
    if (call->operation == OP_CLOSE)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

/* ---- stream sockets ---- */

RULE(accepting, "wire.silent.accept",
     .statement = "accept() sends nothing: the connection is established before it.",
     .pinned = {[BY_LINUX] = "nothing"});

CASE(accepting, established, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = quiet_line(t);
    struct talk c = line_calls(&line);
    tell(&c, ACK);
    c.fd = must(sk_accept(iut, c.listener, NULL));
    /* Its SYN with ACK may have been sent again before. */
    observe("%s", said(&c, hear_but_now(&c, SYN | ACK)));
}

MUTANT(accepting, "accept() tells the peer")
{
    mutate(m, call);
    if (call->operation == OP_ACCEPT)
        send_too_much(m);
}

RULE(close_syn_sent, "wire.silent.close-syn-sent",
     .statement = "close() of a socket that is connecting sends nothing, and the answer to its SYN "
                  "is answered by a RST without ACK, of the number that it acknowledges.",
     .outcome = {[BY_LINUX] = {"nothing then RST seq 1",
                               {"rfc9293.close-syn-sent", "rfc9293.closed-rst-with-ack",
                                "rfc9293.open-can-be-given-up", "rfc9293.close-any-time"}},
                 [BY_RFC] = {"nothing then RST seq 1",
                             {"rfc9293.close-syn-sent", "rfc9293.closed-rst-with-ack",
                              "rfc9293.open-can-be-given-up", "rfc9293.close-any-time"}}});

CASE(close_syn_sent, answered_later, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_called(&line);
    must(sk_close(iut, c.fd));
    observe("%s", said(&c, hear_but_now(&c, SYN))); /* its SYN may have been sent again before */
    tell(&c, SYN | ACK);
    observe("%s", said(&c, hear(&c)));
}

MUTANT_TAMPERS(close_syn_sent, "the RST does not come", .with = RST, .lost = true)

RULE(shut_receiving, "wire.silent.shut-receiving",
     .statement = "shutdown() for receiving alone sends nothing.",
     .pinned = {[BY_LINUX] = "nothing"});

CASE(shut_receiving, established, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = quiet_line(t);
    struct talk c = line_connected(&line);
    must(sk_shutdown(iut, c.fd, SHUT_RD));
    observe("%s", said(&c, hear_but_now(&c, SYN | ACK)));
}

MUTANT(shut_receiving, "it shuts sending too")
{
    if (call->operation == OP_SHUTDOWN && call->argument[1] == SHUT_RD)
        call->argument[1] = SHUT_RDWR;
    mutate(m, call);
}
