/* Sending and receiving on connected datagram sockets, and on those without a peer. */
#include "suites/suite.h"

RULE(send, "udp.connected.send",
     .statement =
         "send(), write(), sendto() and sendmsg() without an address send to the peer that "
         "a datagram socket is connected to.",
     .outcome = {
         [BY_POSIX] = {"0 then hello",
                       {"posix.connect.datagram.sends-to-peer",
                        "posix.sockets.types.dgram.peer-is-destination"}},
         [BY_LINUX] = {"0 then hello",
                       {"linux.connect.2.datagram-default-destination",
                        "linux.udp.7.connect-sets-destination", "linux.send.2.send-is-sendto",
                        "posix.sockets.types.dgram.peer-is-destination"}}});

/* FreeBSD and z/OS speak of these two. */
#define SENDS_TO_PEER                                                                              \
    [BY_BSD] = {"0 then hello",                                                                    \
                {"freebsd.connect.2.dgram-sends-to-peer",                                          \
                 "freebsd.udp.4.connect-fixes-destination"}},                                      \
    [BY_ZOS] = {"0 then hello",                                                                    \
                {"zos.datagram.sends-without-destination",                                         \
                 "zos.connect.call.udp-without-destination",                                       \
                 "zos.datagram.read-write-connected-only"}}

static void observe_send(struct test *t)
{
    struct endpoint to = bound_datagram_socket(t, t->peer);
    int fd = datagram_socket(t, t->iut);
    must(sk_connect(t->iut, fd, &to.address));
    int result = send_by_form(t, t->iut, fd, "hello", 5, NULL);
    observe_result(result);
    if (result >= 0)
        observe("%s", receive_next(t, t->peer, to.fd));
}

CASE(send, to_peer, .family = ANY_FAMILY, .network = ANY_NETWORK, .send = WITH_SEND | WITH_WRITE,
     .outcome = {SENDS_TO_PEER})
{
    observe_send(t);
}

CASE(send, to_peer_without_name, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .send = WITH_SENDTO | WITH_SENDMSG)
{
    observe_send(t);
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
     .outcome = {
         [BY_POSIX] = {"hello",
                       {"posix.recv.receives", "posix.recvfrom.receives",
                        "posix.recvmsg.unconnected-or-connected", "posix.read.like-recv",
                        "posix.recv.like-read"}},
         [BY_LINUX] = {"hello", {"linux.recv.2.both-kinds", "linux.recv.2.recv-is-read"}},
         [BY_BSD] = {"hello",
                     {"freebsd.recv.2.connected-or-not", "freebsd.recv.2.recv-is-recvfrom-null",
                      "freebsd.udp.4.connect-fixes-destination"}},
         [BY_ZOS] = {"hello",
                     {"zos.datagram.receives-from-peer-only",
                      "zos.datagram.read-write-connected-only", "zos.datagram.sendto-any-time"}}});

CASE(receive, from_peer, .family = ANY_FAMILY, .network = ANY_NETWORK, .recv = ANY_RECV)
{
    struct endpoint own = bound_datagram_socket(t, iut), from = bound_datagram_socket(t, peer);
    char text[16] = "";
    must(sk_connect(iut, own.fd, &from.address));
    must(sk_sendto(peer, from.fd, "hello", 5, 0, &own.address));
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
     .outcome = {
         [BY_POSIX] = {"0 then the peer",
                       {"posix.recvfrom.stores-source", "posix.recvfrom.stores-source-length"}},
         [BY_LINUX] = {"0 then the peer",
                       {"linux.recv.2.source-address", "linux.recv.2.address-length"}},
         [BY_BSD] = {"0 then the peer",
                     {"freebsd.recv.2.from-filled-in", "freebsd.recv.2.fromlen-value-result"}},
         [BY_ZOS] = {"0 then the peer",
                     {"zos.recv.recvfrom.name-is-source", "zos.recv.recvfrom.connected-or-not"}}});

CASE(source, by_recvfrom, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint own = bound_datagram_socket(t, iut), from = bound_datagram_socket(t, peer);
    struct address name = {0};
    char text[16];
    must(sk_connect(iut, own.fd, &from.address));
    must(sk_sendto(peer, from.fd, "hello", 5, 0, &own.address));
    await_data(t, iut, own.fd);
    observe_result(sk_recvfrom(iut, own.fd, text, sizeof text, 0, &name));
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
     .statement = "recvmsg() ignores msg_name on a connected socket, and stores no address there.",
     .outcome = {[BY_POSIX] = {"no address", {"posix.recvmsg.connected-ignores-name"}},
                 [BY_LINUX] = {"no address",
                               {"posix.recvmsg.connected-ignores-name", "linux.recv.2.msg-name"}},
                 [BY_BSD] = {"no address",
                             {"posix.recvmsg.connected-ignores-name",
                              "freebsd.recv.2.msg-name-source"}}},
     .deviation = {[BY_LINUX] = {"the peer",
                                 "Linux 6.18 stores the sender's address whether the socket is "
                                 "connected or not; recv(2) has it stored on unconnected ones"},
                   [BY_BSD] = {"the peer",
                               "always: kern_recvit() stores what soreceive() gives, connected or "
                               "not; recv(2) has it stored on unconnected sockets"}});

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

MUTANT(name, "recvmsg() stores a wrong address on a connected socket")
{
    struct address wrong;
    mutate(m, call);
    if (call->operation == OP_RECVMSG && call_name(call)->bytes && !call->error &&
        sk_getsockname(m->real, (int)call->argument[0], &wrong) == 0)
        call_set_address(call, &wrong);
}

/* ---- with an address ---- */

/* FreeBSD's send(2) has the address ignored, and lists EISCONN as udp(4) does. z/OS speaks of one
 * host to send to on one page, and of SENDTO to any on another. */
RULE(override, "udp.connected.sendto-address",
     .statement = "sendto() with an address on a connected datagram socket either sends there or "
                  "fails with EISCONN; on Linux it sends, and by FreeBSD's send(2) it may go to "
                  "the peer.",
     .outcome = {[BY_POSIX] = {"0 then to the other || EISCONN then nowhere",
                               {"posix.sendto.connected-overrides-or-eisconn",
                                "posix.sendmsg.connected-overrides-or-eisconn"}},
                 [BY_LINUX] = {"0 then to the other",
                               {"linux.udp.7.sendto-elsewhere", "linux.send.2.sendto-address",
                                "linux.send.2.sendmsg-address"}},
                 [BY_BSD] = {"0 then to the peer || EISCONN then nowhere",
                             {"freebsd.send.2.connected-ignores-address",
                              "freebsd.udp.4.eisconn-destination"}}});

/* Where a datagram that was sent with an address went: to the other, the peer, both or nowhere. A
 * second one, to the peer, shows what did not arrive there; it may come sooner than what waits for
 * the other's link-layer address. */
static void observe_way(struct test *t, int fd, struct endpoint connected, struct endpoint other)
{
    int result = send_by_form(t, t->iut, fd, "first", 5, &other.address);
    observe_result(result);
    must(sk_send(t->iut, fd, "second", 6, 0));
    bool to_peer = strcmp(receive_next(t, t->peer, connected.fd), "first") == 0;
    if (to_peer)
        receive_next(t, t->peer, connected.fd); /* behind all that became of the first */
    bool awaited = result >= 0 && !to_peer;
    const char *there =
        awaited ? receive_next(t, t->peer, other.fd) : received(t, t->peer, other.fd);
    bool to_other = strcmp(there, "first") == 0;
    observe("%s", to_other && to_peer ? "to both"
                  : to_other          ? "to the other"
                  : to_peer           ? "to the peer"
                                      : "nowhere");
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

/* Neither sends where it is told to nor fails. */
MUTANT(override, "a connected datagram socket drops what is sent with an address")
{
    struct address name;
    bool given =
        (call->operation == OP_SENDTO || call->operation == OP_SENDMSG) && call_name(call)->bytes;
    if (given && sk_getpeername(m->real, (int)call->argument[0], &name) == 0)
        call_succeed(call, call_data(call)->length);
    else
        mutate(m, call);
}

#define PEER_KEPT "the peer then to the peer then from the peer"

RULE(keeps_peer, "udp.connected.sendto-keeps-peer",
     .statement = "sendto() with another address does not change the peer of a connected datagram "
                  "socket.",
     .outcome = {
         [BY_POSIX] = {PEER_KEPT,
                       {"posix.getpeername.stores-peer", "posix.connect.datagram.sends-to-peer",
                        "posix.connect.datagram.receives-only-from-peer",
                        "posix.sendto.connected-overrides-or-eisconn"}},
         [BY_LINUX] = {PEER_KEPT,
                       {"linux.getpeername.2.datagram-own-peer",
                        "linux.udp.7.connect-sets-destination", "linux.connect.2.datagram-filter"}},
         [BY_BSD] = {PEER_KEPT,
                     {"freebsd.getpeername.2.returns-peer-name",
                      "freebsd.connect.2.dgram-sends-to-peer",
                      "freebsd.connect.2.dgram-receives-from-peer-only"}},
         [BY_ZOS] = {PEER_KEPT,
                     {"zos.getpeername.returns-peer-name", "zos.datagram.sends-without-destination",
                      "zos.datagram.receives-from-peer-only"}}});

CASE(keeps_peer, after_override, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .send = WITH_SENDTO | WITH_SENDMSG)
{
    struct endpoint connected = bound_datagram_socket(t, peer);
    struct endpoint other = bound_datagram_socket(t, peer), own = bound_datagram_socket(t, iut);
    struct address name;
    must(sk_connect(iut, own.fd, &connected.address));
    send_by_form(t, iut, own.fd, "x", 1, &other.address);
    int result = sk_getpeername(iut, own.fd, &name);
    observe("%s", result < 0                                 ? result_name(result)
                  : address_equal(&name, &connected.address) ? "the peer"
                                                             : "another peer");
    result = sk_send(iut, own.fd, "second", 6, 0);
    if (result < 0) {
        observe_result(result);
        return;
    }
    /* Whether what was sent with an address came here is another rule's. */
    const char *came = receive_next(t, peer, connected.fd);
    if (strcmp(came, "x") == 0)
        came = receive_next(t, peer, connected.fd);
    observe("%s", strcmp(came, "second") == 0 ? "to the peer" : "to another");
    must(sk_sendto(peer, other.fd, "stranger", 8, 0, &own.address));
    must(sk_sendto(peer, connected.fd, "friend", 6, 0, &own.address));
    came = receive_next(t, iut, own.fd);
    observe("%s", strcmp(came, "friend") == 0 ? "from the peer" : came);
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

/* send() has both errors for it, and write() one more of its own; sendto() and sendmsg() have one
 * that they may detect: where they do not, what is then the destination may be unreachable, and 0
 * is no length of an address. FreeBSD's udp(4) has ENOTCONN. */
RULE(no_peer, "udp.unconnected.no-address",
     .statement = "send() or write() without an address on a datagram socket that has no peer "
                  "fails with EDESTADDRREQ or ENOTCONN, and so do sendto() and sendmsg(); by POSIX "
                  "write() may give ECONNRESET, and the latter two need not fail.",
     .outcome = {[BY_LINUX] = {"EDESTADDRREQ | ENOTCONN",
                               {"linux.send.2.edestaddrreq", "linux.send.2.enotconn",
                                "linux.send.2.send-is-write", "linux.send.2.send-is-sendto"}},
                 [BY_BSD] = {"EDESTADDRREQ | ENOTCONN",
                             {"freebsd.udp.4.enotconn", "posix.send.edestaddrreq",
                              "posix.sendto.edestaddrreq", "posix.sendmsg.edestaddrreq"}}});

#define SEND_FAILS                                                                                 \
    {                                                                                              \
        [BY_POSIX] = {                                                                             \
            "EDESTADDRREQ | ENOTCONN",                                                             \
            {"posix.send.edestaddrreq", "posix.send.enotconn"}                                     \
        }                                                                                          \
    }
#define WRITE_FAILS                                                                                \
    {                                                                                              \
        [BY_POSIX] = {"EDESTADDRREQ | ENOTCONN | ECONNRESET",                                      \
                      {"posix.write.like-send", "posix.send.edestaddrreq", "posix.send.enotconn",  \
                       "posix.write.econnreset"}},                                                 \
        [BY_BSD] = {                                                                               \
            "EDESTADDRREQ | ENOTCONN | ECONNRESET",                                                \
            {"freebsd.udp.4.enotconn", "posix.write.like-send", "posix.send.edestaddrreq",         \
             "posix.write.econnreset"}                                                             \
        }                                                                                          \
    }
#define SENDTO_MAY_FAIL                                                                            \
    {                                                                                              \
        [BY_POSIX] = {                                                                             \
            "0 | EDESTADDRREQ | EINVAL | EHOSTUNREACH | ENETUNREACH",                              \
            {"posix.sendto.edestaddrreq", "posix.sendto.einval-length",                            \
             "posix.sendto.ehostunreach", "posix.sendto.enetunreach"}                              \
        }                                                                                          \
    }
#define SENDMSG_MAY_FAIL                                                                           \
    {                                                                                              \
        [BY_POSIX] = {                                                                             \
            "0 | EDESTADDRREQ | EHOSTUNREACH | ENETUNREACH",                                       \
            {"posix.sendmsg.edestaddrreq", "posix.sendmsg.ehostunreach",                           \
             "posix.sendmsg.enetunreach"}                                                          \
        }                                                                                          \
    }

CASE(no_peer, fresh, .family = ANY_FAMILY, .network = ANY_NETWORK, .send = WITH_SEND,
     .outcome = SEND_FAILS)
{
    observe_result(send_by_form(t, iut, datagram_socket(t, iut), "x", 1, NULL));
}

CASE(no_peer, fresh_written, .family = ANY_FAMILY, .network = ANY_NETWORK, .send = WITH_WRITE,
     .outcome = WRITE_FAILS)
{
    observe_result(send_by_form(t, iut, datagram_socket(t, iut), "x", 1, NULL));
}

CASE(no_peer, fresh_without_name, .family = ANY_FAMILY, .network = ANY_NETWORK, .send = WITH_SENDTO,
     .outcome = SENDTO_MAY_FAIL)
{
    observe_result(send_by_form(t, iut, datagram_socket(t, iut), "x", 1, NULL));
}

CASE(no_peer, fresh_message, .family = ANY_FAMILY, .network = ANY_NETWORK, .send = WITH_SENDMSG,
     .outcome = SENDMSG_MAY_FAIL)
{
    observe_result(send_by_form(t, iut, datagram_socket(t, iut), "x", 1, NULL));
}

CASE(no_peer, bound, .family = ANY_FAMILY, .network = ANY_NETWORK, .send = WITH_SEND,
     .outcome = SEND_FAILS)
{
    observe_result(send_by_form(t, iut, bound_datagram_socket(t, iut).fd, "x", 1, NULL));
}

CASE(no_peer, bound_written, .family = ANY_FAMILY, .network = ANY_NETWORK, .send = WITH_WRITE,
     .outcome = WRITE_FAILS)
{
    observe_result(send_by_form(t, iut, bound_datagram_socket(t, iut).fd, "x", 1, NULL));
}

CASE(no_peer, bound_without_name, .family = ANY_FAMILY, .network = ANY_NETWORK, .send = WITH_SENDTO,
     .outcome = SENDTO_MAY_FAIL)
{
    observe_result(send_by_form(t, iut, bound_datagram_socket(t, iut).fd, "x", 1, NULL));
}

CASE(no_peer, bound_message, .family = ANY_FAMILY, .network = ANY_NETWORK, .send = WITH_SENDMSG,
     .outcome = SENDMSG_MAY_FAIL)
{
    observe_result(send_by_form(t, iut, bound_datagram_socket(t, iut).fd, "x", 1, NULL));
}

MUTANT(no_peer, "sending to nobody fails with EINVAL")
{
    mutate(m, call);
    if (call_sends(call) && call->result < 0)
        call_fail(call, EINVAL);
}

RULE(binds, "udp.unconnected.sendto-binds",
     .statement =
         "On Linux sendto() on a datagram socket that is not bound binds it to a port, and "
         "to the wildcard address.",
     .outcome = {[BY_LINUX] = {"no address and a port",
                               {"linux.udp.7.automatic-port", "linux.ip.7.ephemeral-sendto"}}});

CASE(binds, fresh, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK,
     .send = WITH_SENDTO | WITH_SENDMSG)
{
    struct endpoint to = bound_datagram_socket(t, peer);
    struct address name, from;
    int fd = datagram_socket(t, iut);
    bool same = true;
    char byte;
    must(send_by_form(t, iut, fd, "x", 1, &to.address));
    must(sk_getsockname(iut, fd, &name));
    must(send_by_form(t, iut, fd, "y", 1, &to.address));
    for (int i = 0; i < 2; i++) {
        await_data(t, peer, to.fd);
        must(sk_recvfrom(peer, to.fd, &byte, 1, 0, &from));
        same = same && address_port(&name) == address_port(&from);
    }
    observe("%s and %s", address_is_any(&name) ? "no address" : "an address",
            !address_port(&name) ? "no port"
            : same               ? "a port"
                                 : "another port than it sends from");
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
     .statement = "recvfrom() and recvmsg() on a datagram socket that is not connected give the "
                  "address that a datagram was sent from.",
     .outcome = {[BY_POSIX] = {"0 then the sender",
                               {"posix.recvfrom.stores-source", "posix.recvmsg.stores-source",
                                "posix.sockets.types.dgram.source-available"}},
                 [BY_LINUX] = {"0 then the sender",
                               {"linux.recv.2.source-address", "linux.recv.2.msg-name",
                                "linux.socket.2.datagram-recvfrom"}},
                 [BY_BSD] = {"0 then the sender",
                             {"freebsd.recv.2.from-filled-in", "freebsd.recv.2.msg-name-source"}},
                 [BY_ZOS] = {"0 then the sender",
                             {"zos.recv.recvfrom.name-is-source", "zos.recv.recvmsg.dgram-source"}},
                 [BY_RFC] = {"0 then the sender", {"rfc768.receive-indicates-source"}}});

CASE(sender, by_form, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .recv = WITH_RECVFROM | WITH_RECVMSG)
{
    struct endpoint own = bound_datagram_socket(t, iut), from = bound_datagram_socket(t, peer);
    struct endpoint last = bound_datagram_socket(t, iut), later = bound_datagram_socket(t, peer);
    struct address name = {0};
    char text[16];
    must(sk_sendto(peer, from.fd, "hello", 5, 0, &own.address));
    await_data(t, iut, own.fd);
    /* Another's waits behind it: the address is not that of who sent last. */
    must(sk_sendto(peer, later.fd, "later", 5, 0, &own.address));
    must(sk_sendto(peer, later.fd, "last", 4, 0, &last.address));
    await_data(t, iut, last.fd);
    if (t->recv == WITH_RECVFROM)
        observe_result(sk_recvfrom(iut, own.fd, text, sizeof text, 0, &name));
    else
        observe_result(sk_recvmsg(iut, own.fd, text, sizeof text, 0, &name, NULL));
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
