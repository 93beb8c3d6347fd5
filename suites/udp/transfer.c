/* Sending and receiving on connected datagram sockets, and on those without a peer. */
#include "suites/suite.h"

RULE(send, "udp.connected.send",
     .statement =
         "send(), write(), sendto() and sendmsg() without an address send to the peer that "
         "a datagram socket is connected to.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH connect(), DESCRIPTION; 2.10.6 Socket Types"},
                 {"connect(2)", "DESCRIPTION: where datagrams are sent by default"},
                 {ZOS_API, "Streamline data transfer using connect call"},
                 {FREEBSD_SEND, "DESCRIPTION: send() on a connected socket"}},
     .outcome = {[BY_POSIX] = {"0 then hello"},
                 [BY_LINUX] = {"0 then hello"},
                 [BY_BSD] = {"0 then hello"},
                 [BY_ZOS] = {"0 then hello"}});

CASE(send, to_peer, .family = ANY_FAMILY, .network = ANY_NETWORK, .send = ANY_SEND)
{
    struct endpoint to = bound_datagram_socket(t, peer);
    int fd = datagram_socket(t, iut);
    must(sk_connect(iut, fd, &to.address));
    int result = send_by_form(t, iut, fd, "hello", 5, NULL);
    observe_result(result);
    if (result >= 0)
        observe("%s", receive_next(t, peer, to.fd));
}

/* Forms without an address work on connection-mode sockets only. */
MUTANT(send, "sending without an address fails with EDESTADDRREQ")
{
    const struct block *name = call_name(call);
    if (call_sends(call) && (!name || !name->bytes))
        call_fail(call, EDESTADDRREQ);
    else
        mutate(m, call);
}

RULE(receive, "udp.connected.receive",
     .statement = "recv(), read(), recvfrom() and recvmsg() receive the peer's datagrams on a "
                  "connected datagram socket.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH recv(), recvfrom() and recvmsg(), DESCRIPTION"},
                 {"recv(2)", "DESCRIPTION"}},
     .outcome = {[BY_POSIX] = {"hello"}, [BY_LINUX] = {"hello"}});

CASE(receive, from_peer, .family = ANY_FAMILY, .network = ANY_NETWORK, .recv = ANY_RECV)
{
    struct endpoint own = bound_datagram_socket(t, iut), from = bound_datagram_socket(t, peer);
    char text[16] = "";
    must(sk_connect(iut, own.fd, &from.address));
    must(sk_sendto(peer, from.fd, "hello", 5, 0, &own.address));
    await_data(t, iut, own.fd);
    int length = receive_by_form(t, iut, own.fd, text, sizeof text - 1);
    observe("%s", length < 0 ? result_name(length) : (text[length] = '\0', text));
}

MUTANT(receive, "receiving loses the last byte of a datagram")
{
    mutate(m, call);
    if ((call->operation == OP_RECV || call->operation == OP_RECVFROM ||
         call->operation == OP_RECVMSG || call->operation == OP_READ) &&
        call->result > 1)
        call->result--;
}

RULE(source, "udp.connected.source",
     .statement = "recvfrom() with an address on a connected datagram socket gives the sender's "
                  "address.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH recvfrom(), DESCRIPTION"}, {"recv(2)", "recvfrom()"}},
     .outcome = {[BY_POSIX] = {"the peer"}, [BY_LINUX] = {"the peer"}});

CASE(source, by_recvfrom, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint own = bound_datagram_socket(t, iut), from = bound_datagram_socket(t, peer);
    struct address name;
    char text[16];
    must(sk_connect(iut, own.fd, &from.address));
    must(sk_sendto(peer, from.fd, "hello", 5, 0, &own.address));
    await_data(t, iut, own.fd);
    must(sk_recvfrom(iut, own.fd, text, sizeof text, 0, &name));
    observe("%s", name.length == 0                      ? "no address"
                  : address_equal(&name, &from.address) ? "the peer"
                                                        : "another address");
}

MUTANT(source, "recvfrom() gives no address on a connected socket")
{
    mutate(m, call);
    if ((call->operation == OP_RECVFROM || call->operation == OP_RECVMSG) && call->result >= 0)
        call_name(call)->length = 0;
}

RULE(name, "udp.connected.recvmsg-name",
     .statement = "POSIX has recvmsg() ignore msg_name on a connected socket; Linux stores the "
                  "sender's address there as recvfrom() does.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH recvmsg(), DESCRIPTION: msg_name is for unconnected sockets"},
                 {"recv(2)", "recvmsg(): msg_name points to the source address"}},
     .outcome = {[BY_POSIX] = {"no address"}, [BY_LINUX] = {"the peer"}});

CASE(name, by_recvmsg, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint own = bound_datagram_socket(t, iut), from = bound_datagram_socket(t, peer);
    struct address name = {0};
    char text[16];
    must(sk_connect(iut, own.fd, &from.address));
    must(sk_sendto(peer, from.fd, "hello", 5, 0, &own.address));
    await_data(t, iut, own.fd);
    must(sk_recvmsg(iut, own.fd, text, sizeof text, 0, &name, NULL));
    observe("%s", name.any.sa_family == AF_UNSPEC       ? "no address"
                  : address_equal(&name, &from.address) ? "the peer"
                                                        : "another address");
}

MUTANT(name, "recvmsg() stores no address on a connected socket")
{
    mutate(m, call);
    if (call->operation == OP_RECVMSG && call_name(call)->bytes && !call->error)
        memset(call_name(call)->bytes, 0, call_name(call)->capacity);
}

/* ---- with an address ---- */

RULE(override, "udp.connected.sendto-address",
     .statement = "sendto() with an address on a connected datagram socket either sends there or "
                  "fails with EISCONN; Linux sends.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH sendto(), DESCRIPTION: overrides the peer, or EISCONN"},
                 {"send(2)", "DESCRIPTION; ERRORS EISCONN"},
                 {ZOS_API, "Call sequence in datagram socket sessions: one host only"},
                 {FREEBSD_SEND, "ERRORS EISCONN"}},
     .outcome = {[BY_POSIX] = {"0 then to the other || EISCONN then nowhere"},
                 [BY_LINUX] = {"0 then to the other"},
                 [BY_BSD] = {"EISCONN then nowhere"},
                 [BY_ZOS] = {"EISCONN then nowhere"}});

/* Where a datagram that was sent with an address went: to the other, to the peer, or nowhere. A
 * second one, to the peer, shows what did not arrive. */
static void observe_way(struct test *t, int fd, struct endpoint connected, struct endpoint other)
{
    int result = send_by_form(t, t->iut, fd, "first", 5, &other.address);
    observe_result(result);
    must(sk_send(t->iut, fd, "second", 6, 0));
    bool to_peer = strcmp(receive_next(t, t->peer, connected.fd), "first") == 0;
    bool to_other = strcmp(received(t, t->peer, other.fd), "first") == 0;
    observe("%s", to_other ? "to the other" : to_peer ? "to the peer" : "nowhere");
}

CASE(override, other_port, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .send = WITH_SENDTO | WITH_SENDMSG)
{
    struct endpoint connected = bound_datagram_socket(t, peer);
    int fd = datagram_socket(t, iut);
    must(sk_connect(iut, fd, &connected.address));
    observe_way(t, fd, connected, bound_datagram_socket(t, peer));
}

CASE(override, other_address, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .send = WITH_SENDTO | WITH_SENDMSG)
{
    struct endpoint connected = bound_datagram_socket(t, peer);
    int fd = datagram_socket(t, iut);
    must(sk_connect(iut, fd, &connected.address));
    observe_way(t, fd, connected, bound_socket(t, peer, SOCK_DGRAM, PLACE_OTHER));
}

MUTANT(override, "a connected datagram socket refuses an address with EISCONN")
{
    struct address name;
    bool given =
        (call->operation == OP_SENDTO || call->operation == OP_SENDMSG) && call_name(call)->bytes;
    if (given && sk_getpeername(m->real, (int)call->argument[0], &name) == 0)
        call_fail(call, EISCONN);
    else
        mutate(m, call);
}

RULE(keeps_peer, "udp.connected.sendto-keeps-peer",
     .statement = "sendto() with another address does not change the peer of a connected datagram "
                  "socket.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH sendto(), DESCRIPTION; connect() alone sets the peer address"}},
     .outcome = {[BY_POSIX] = {"the peer"}, [BY_LINUX] = {"the peer"}});

CASE(keeps_peer, after_override, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .send = WITH_SENDTO | WITH_SENDMSG)
{
    struct endpoint connected = bound_datagram_socket(t, peer);
    struct endpoint other = bound_datagram_socket(t, peer);
    struct address name;
    int fd = datagram_socket(t, iut);
    must(sk_connect(iut, fd, &connected.address));
    send_by_form(t, iut, fd, "x", 1, &other.address);
    must(sk_getpeername(iut, fd, &name));
    observe("%s", address_equal(&name, &connected.address) ? "the peer" : "another peer");
}

/* sendto() with an address sets the peer. */
MUTANT(keeps_peer, "sendto() with an address changes the peer")
{
    struct address name;
    bool given =
        (call->operation == OP_SENDTO || call->operation == OP_SENDMSG) && call_name(call)->bytes;
    bool connected = given && sk_getpeername(m->real, (int)call->argument[0], &name) == 0;
    mutate(m, call);
    if (connected && call->result >= 0) {
        struct address to = call_address(call);
        sk_connect(m->real, (int)call->argument[0], &to);
    }
}

/* ---- without a peer and without an address ---- */

RULE(no_peer, "udp.unconnected.no-address",
     .statement = "Sending without an address on a datagram socket that has no peer fails with "
                  "EDESTADDRREQ.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH send(), ERRORS EDESTADDRREQ; sendto(), ERRORS (may)"},
                 {"send(2)", "ERRORS EDESTADDRREQ"}},
     .outcome = {[BY_POSIX] = {"EDESTADDRREQ"}, [BY_LINUX] = {"EDESTADDRREQ"}});

CASE(no_peer, fresh, .family = ANY_FAMILY, .network = ANY_NETWORK, .send = ANY_SEND)
{
    observe_result(send_by_form(t, iut, datagram_socket(t, iut), "x", 1, NULL));
}

CASE(no_peer, bound, .family = ANY_FAMILY, .network = ANY_NETWORK, .send = ANY_SEND)
{
    observe_result(send_by_form(t, iut, bound_datagram_socket(t, iut).fd, "x", 1, NULL));
}

MUTANT(no_peer, "sending to nobody succeeds")
{
    mutate(m, call);
    if (call_sends(call) && call->result < 0 && call->error == EDESTADDRREQ)
        call_succeed(call, call_data(call)->length);
}

RULE(binds, "udp.unconnected.sendto-binds",
     .statement = "sendto() on a datagram socket that is not bound binds it to a port; its address "
                  "stays the wildcard.",
     .level = LEVEL_MAY,
     .sources = {{"ip(7)", "DESCRIPTION: an unbound socket is bound to a free port on sending"},
                 {"Linux 6.18", "the address was observed"}},
     .outcome = {[BY_LINUX] = {"no address and a port"}});

CASE(binds, fresh, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK,
     .send = WITH_SENDTO | WITH_SENDMSG)
{
    struct endpoint to = bound_datagram_socket(t, peer);
    struct address name;
    int fd = datagram_socket(t, iut);
    must(send_by_form(t, iut, fd, "x", 1, &to.address));
    must(sk_getsockname(iut, fd, &name));
    observe("%s and %s", address_is_any(&name) ? "no address" : "an address",
            address_port(&name) ? "a port" : "no port");
}

MUTANT(binds, "a socket has no port after sendto()")
{
    mutate(m, call);
    if (call->operation == OP_GETSOCKNAME && call->result == 0) {
        struct address name = address_with_port(call_address(call), 0);
        call_set_address(call, &name);
    }
}

RULE(sender, "udp.unconnected.source",
     .statement = "recvfrom() and recvmsg() give the address that a datagram was sent from.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH recvfrom() and recvmsg(), DESCRIPTION"},
                 {"recv(2)", "DESCRIPTION"},
                 {MAN_UDP, "DESCRIPTION"}},
     .outcome = {[BY_POSIX] = {"the sender"}, [BY_LINUX] = {"the sender"}});

CASE(sender, by_form, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .recv = WITH_RECVFROM | WITH_RECVMSG)
{
    struct endpoint own = bound_datagram_socket(t, iut), from = bound_datagram_socket(t, peer);
    struct address name = {0};
    char text[16];
    must(sk_sendto(peer, from.fd, "hello", 5, 0, &own.address));
    await_data(t, iut, own.fd);
    if (t->recv == WITH_RECVFROM)
        must(sk_recvfrom(iut, own.fd, text, sizeof text, 0, &name));
    else
        must(sk_recvmsg(iut, own.fd, text, sizeof text, 0, &name, NULL));
    observe("%s", address_equal(&name, &from.address) ? "the sender" : "another address");
}

MUTANT(sender, "recvfrom() gives a wrong port")
{
    mutate(m, call);
    if ((call->operation == OP_RECVFROM || call->operation == OP_RECVMSG) && call->result >= 0) {
        struct address from = call_address(call);
        from = address_with_port(from, address_port(&from) ^ 1);
        call_set_address(call, &from);
    }
}
