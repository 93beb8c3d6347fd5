/* What is sent arrives as it was sent. */
#include "suites/transfer/forms.h"

/* The last byte of what is sent gets lost, and nobody is told. */
static void loses_last_byte(struct mutation *m, struct call *call)
{
    bool long_enough = call_sends(call) && call_data(call)->length > 1;
    if (long_enough)
        call_data(call)->length--;
    mutate(m, call);
    if (!long_enough)
        return;
    call_data(call)->length++;
    if (!call->error)
        call->result++;
}

RULE(arrives, "transfer.send.arrives",
     .statement = "send(), sendto(), sendmsg() and write() send the data that they are given, and "
                  "return how many bytes that was.",
     .basic = {OP_SEND, OP_SENDTO, OP_SENDMSG, OP_WRITE}, .basics = 4,
     .outcome = {
         [BY_POSIX] = {"5 then hello",
                       {"posix.send.returns-count", "posix.sendto.returns-count",
                        "posix.sendmsg.returns-count", "posix.write.returns-count",
                        "posix.write.like-send", "posix.send.initiates-transmission",
                        "posix.sockets.types.dgram.peer-is-destination", "posix.sendto.sends",
                        "posix.sendto.connectionless-to-address",
                        "posix.sendmsg.connectionless-to-address"}},
         [BY_LINUX] = {"5 then hello",
                       {"linux.send.2.returns-count", "linux.send.2.sendto-address",
                        "linux.send.2.sendmsg-address", "linux.send.2.send-is-write"}},
         [BY_BSD] = {"5 then hello",
                     {"freebsd.send.2.returns-bytes", "freebsd.send.2.target-address",
                      "freebsd.write.2.returns-count", "freebsd.connect.2.dgram-sends-to-peer",
                      "freebsd.socket.2.stream.reliable-sequenced"}}});

CASE(arrives, connected, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     SENDING(WITH_FLAGS | WITH_WRITE))
{
    struct ends ends = connected_ends(t);
    observe_count(send_as(t, ends.iut, "hello", 5, 0));
    observe("%s", peer_reads(t, ends.peer, 5));
}

CASE(arrives, accepted, .family = ANY_FAMILY, .network = ON_PAIR, .role = ROLE_SERVER,
     SENDING(WITH_FLAGS | WITH_WRITE))
{
    struct ends ends = connected_ends(t);
    observe_count(send_as(t, ends.iut, "hello", 5, 0));
    observe("%s", peer_reads(t, ends.peer, 5));
}

CASE(arrives, addressed, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = TYPE_DATAGRAM,
     .send = WITH_SENDTO | WITH_SENDMSG)
{
    struct endpoint to = bound_datagram_socket(t, peer);
    int fd = datagram_socket(t, iut);
    observe_count(send_by_form(t, iut, fd, "hello", 5, &to.address));
    observe("%s", peer_reads(t, to.fd, 5));
}

MUTANT_BY(arrives, "the last byte is not sent", loses_last_byte)

RULE(writev, "transfer.writev.arrives",
     .statement = "writev() sends the data that it is given, and returns how many bytes that was.",
     .basic = {OP_WRITEV}, .basics = 1,
     .outcome = {[BY_POSIX] = {"5 then hello",
                               {"posix.writev.like-write", "posix.writev.returns-count",
                                "posix.write.like-send"}},
                 [BY_LINUX] = {"5 then hello",
                               {"posix.writev.like-write", "posix.writev.returns-count",
                                "linux.send.2.send-is-write"}},
                 [BY_BSD] = {"5 then hello",
                             {"freebsd.write.2.writev-gathers", "freebsd.write.2.returns-count"}}});

CASE(writev, connected, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     SENDING(WITH_WRITEV))
{
    struct ends ends = connected_ends(t);
    observe_count(send_as(t, ends.iut, "hello", 5, 0));
    observe("%s", peer_reads(t, ends.peer, 5));
}

MUTANT_BY(writev, "the last byte is not sent", loses_last_byte)

/* ---- several buffers ---- */

RULE(buffers, "transfer.send.buffers",
     .statement = "sendmsg() and writev() send the bytes of several buffers in their order; on a "
                  "datagram socket as one datagram.",
     .outcome = {[BY_POSIX] = {"5 then hello",
                               {"posix.sendmsg.iov-in-turn", "posix.sendmsg.iov-empty-buffers",
                                "posix.sendmsg.returns-count", "posix.writev.in-turn",
                                "posix.writev.returns-count",
                                "posix.sockets.types.dgram.one-output-operation"}},
                 [BY_LINUX] = {"5 then hello",
                               {"linux.send.2.sendmsg-gathers", "linux.send.2.msg-iov",
                                "linux.send.2.returns-count", "posix.writev.in-turn",
                                "posix.writev.returns-count",
                                "posix.sockets.types.dgram.one-output-operation"}},
                 [BY_BSD] = {"5 then hello",
                             {"freebsd.write.2.writev-gathers", "freebsd.write.2.returns-count",
                              "freebsd.send.2.returns-bytes", "posix.sendmsg.iov-in-turn",
                              "posix.sockets.types.dgram.one-output-operation"}}});

static void observe_gathered(struct test *t, const char *const piece[3])
{
    struct ends ends = connected_ends(t);
    struct message message = {.buffers = 3};
    for (int i = 0; i < 3; i++)
        message.buffer[i] = block_in(piece[i], strlen(piece[i]));
    observe_count(t->chosen[0] == 0 ? sk_sendmsg_whole(t->iut, ends.iut, &message, 0)
                                    : sk_writev(t->iut, ends.iut, message.buffer, 3));
    observe("%s", peer_reads(t, ends.peer, 5));
    if (type_of(t) == SOCK_DGRAM) {
        /* Another one after it shows that there is no more of it. */
        must(sk_send(t->iut, ends.iut, "next", 4, 0));
        const char *next = peer_reads(t, ends.peer, 4);
        if (strcmp(next, "next") != 0)
            observe("and another datagram: %s", next);
    }
}

CASE(buffers, three, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .axes = {{"call", {"sendmsg", "writev"}}})
{
    observe_gathered(t, (const char *const[]){"h", "el", "lo"});
}

CASE(buffers, empty, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .axes = {{"call", {"sendmsg", "writev"}}, {"empty", {"first", "middle", "last"}}})
{
    static const char *const pieces[3][3] = {
        {"", "hel", "lo"}, {"he", "", "llo"}, {"h", "ello", ""}};
    observe_gathered(t, pieces[t->chosen[1]]);
}

static void exchange_ends(struct block *buffer)
{
    struct block first = buffer[0];
    buffer[0] = buffer[2];
    buffer[2] = first;
}

MUTANT(buffers, "several buffers are sent in the reverse order")
{
    bool gathers = call->operation == OP_SENDMSG || call->operation == OP_WRITEV;
    if (gathers)
        exchange_ends(call_data(call));
    mutate(m, call);
    if (gathers)
        exchange_ends(call_data(call));
}

/* ---- streams ---- */

enum { LONG = 100000, PIECE = 1000 };

static unsigned char sent[LONG];

RULE(order, "transfer.send.order",
     .statement = "What send(), sendto(), sendmsg(), write() and writev() send on a stream socket "
                  "arrives whole and in its order.",
     .outcome = {
         [BY_POSIX] = {"all then end of file",
                       {"posix.sockets.types.stream.reliable-sequenced", "posix.send.blocks",
                        "posix.sendto.blocks", "posix.sendmsg.blocks", "posix.write.blocks",
                        "posix.writev.like-write", "posix.shutdown.shut-wr"}},
         [BY_LINUX] = {"all then end of file",
                       {"linux.socket.2.stream-not-lost", "linux.send.2.blocks",
                        "posix.sockets.types.stream.reliable-sequenced", "rfc9293.sends-in-order",
                        "rfc9293.close-sends-fin"}},
         [BY_BSD] = {"all then end of file",
                     {"freebsd.socket.2.stream.reliable-sequenced",
                      "freebsd.send.2.blocks-without-space", "freebsd.shutdown.2.shut-wr"}},
         [BY_RFC] = {
             "all then end of file",
             {"rfc9293.reliable-in-order", "rfc9293.sends-in-order", "rfc9293.close-sends-fin"}}});

/* Pieces of 1 to 1000 bytes. The peer reads what has come so far, so that there is always room, but
 * waits for nothing before the end: small pieces may be held back until others are acknowledged. */
CASE(order, many_sends, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK, SENDING(0))
{
    struct ends ends = connected_ends(t);
    size_t arrived = 0;
    int count = 0;
    pattern_fill(sent, 0, LONG);
    for (size_t done = 0, size; done < LONG; done += (size_t)count) {
        size = 1 + done * 7 % PIECE;
        size = LONG - done < size ? LONG - done : size;
        count = send_as(t, ends.iut, sent + done, size, 0);
        if (count <= 0)
            break;
        arrived += peer_drains_pattern(t, ends.peer, arrived);
    }
    const char *last = peer_reads_pattern(t, ends.peer, arrived, LONG - arrived);
    observe("%s", count < 0 ? result_name(count) : last);
    must(sk_shutdown(iut, ends.iut, SHUT_WR));
    observe("%s", receive_next(t, peer, ends.peer));
}

/* That it takes all is the API's, and not TCP's: what it took arrives then. */
CASE(order, one_send, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK, SENDING(0),
     .outcome = {[BY_RFC] = {"all | a part was taken then end of file",
                             {"rfc9293.reliable-in-order", "rfc9293.sends-in-order",
                              "rfc9293.close-sends-fin"}}})
{
    struct ends ends = connected_ends(t);
    struct transfer transfer;
    char part[64];
    pattern_fill(sent, 0, LONG);
    struct pending *pending = sk_begin(iut, sending(t, &transfer, ends.iut, sent, LONG, 0));
    sk_waits(pending); /* it is under way, with or without room for all */
    const char *arrived = peer_reads_pattern(t, ends.peer, 0, LONG);
    int count = finish(pending);
    snprintf(part, sizeof part, "%d of %d bytes and %s", count, LONG, result_name(-EAGAIN));
    observe("%s", count < 0                                    ? result_name(count)
                  : count < LONG && strcmp(arrived, part) == 0 ? "a part was taken"
                  : count == LONG                              ? arrived
                                                               : "another part than was taken");
    must(sk_shutdown(iut, ends.iut, SHUT_WR));
    observe("%s", receive_next(t, peer, ends.peer));
}

/* Sends the first byte of something longer a second time. */
MUTANT(order, "a byte is sent twice")
{
    mutate(m, call);
    if (call_sends(call) && !call->error && call_data(call)->length > 900)
        sk_send(m->real, (int)call->argument[0], call_data(call)->bytes, 1, 0);
}

RULE(stream_address, "transfer.sendto.stream-address",
     .statement = "sendto() and sendmsg() with an address on a connected stream socket ignore it, "
                  "or fail with EISCONN.",
     .outcome = {
         [BY_POSIX] = {"5 then hello || EISCONN",
                       {"posix.sendto.connection-mode-ignores-address", "posix.sendto.eisconn",
                        "posix.sendmsg.connection-mode-ignores-address", "posix.sendmsg.eisconn"}},
         [BY_LINUX] = {"5 then hello || EISCONN",
                       {"linux.send.2.stream-address-ignored",
                        "linux.send.2.stream-address-eisconn", "linux.send.2.eisconn"}},
         [BY_BSD] = {"5 then hello || EISCONN",
                     {"freebsd.send.2.connected-ignores-address", "freebsd.send.2.eisconn"}}});

CASE(stream_address, another, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK,
     .send = WITH_SENDTO | WITH_SENDMSG)
{
    struct ends ends = connected_ends(t);
    struct endpoint other = bound_datagram_socket(t, peer);
    int count = send_by_form(t, iut, ends.iut, "hello", 5, &other.address);
    observe_count(count);
    if (count >= 0)
        observe("%s", peer_reads(t, ends.peer, 5));
}

MUTANT(stream_address, "a stream socket refuses an address with EOPNOTSUPP")
{
    int type = 0;
    bool given = call_sends(call) && call_name(call) && call_name(call)->bytes;
    if (given)
        sk_getsockopt(m->real, (int)call->argument[0], SOL_SOCKET, SO_TYPE, &type);
    if (type == SOCK_STREAM)
        call_fail(call, EOPNOTSUPP);
    else
        mutate(m, call);
}

/* ---- datagrams ---- */

RULE(boundaries, "transfer.send.boundaries",
     .statement = "Each send(), sendto(), sendmsg(), write() or writev() on a datagram socket "
                  "sends one datagram.",
     .outcome = {
         [BY_POSIX] = {"one then three then five!",
                       {"posix.sockets.types.dgram.one-output-operation", "posix.write.like-send",
                        "posix.writev.like-write"}},
         [BY_LINUX] = {"one then three then five!",
                       {"linux.socket.2.sock-dgram",
                        "posix.sockets.types.dgram.one-output-operation",
                        "linux.send.2.send-is-write"}},
         [BY_BSD] = {"one then three then five!",
                     {"freebsd.socket.2.sock-dgram",
                      "posix.sockets.types.dgram.one-output-operation", "posix.write.like-send"}}});

CASE(boundaries, three, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = TYPE_DATAGRAM,
     SENDING(0))
{
    struct ends ends = connected_ends(t);
    must(send_as(t, ends.iut, "one", 3, 0));
    must(send_as(t, ends.iut, "three", 5, 0));
    must(send_as(t, ends.iut, "five!", 5, 0));
    for (int i = 0; i < 3; i++)
        observe("%s", receive_next(t, peer, ends.peer));
}

MUTANT(boundaries, "a byte of a datagram comes a second time, as a datagram")
{
    mutate(m, call);
    if (call_sends(call) && !call->error && call_data(call)->length)
        sk_send(m->real, (int)call->argument[0], call_data(call)->bytes, 1, 0);
}

RULE(empty, "transfer.send.empty",
     .statement = "send(), sendto() and sendmsg() of no bytes on a datagram socket send an empty "
                  "datagram.",
     .outcome = {
         [BY_LINUX] = {"0 then an empty datagram then next",
                       {"linux.recv.2.empty-datagrams-permitted", "linux.send.2.returns-count"}}});

CASE(empty, connected, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = TYPE_DATAGRAM,
     SENDING(WITH_FLAGS))
{
    struct ends ends = connected_ends(t);
    observe_count(send_as(t, ends.iut, "", 0, 0));
    must(send_as(t, ends.iut, "next", 4, 0));
    observe("%s", receive_next(t, peer, ends.peer));
    observe("%s", receive_next(t, peer, ends.peer));
}

MUTANT(empty, "an empty datagram is not sent")
{
    if (call_sends(call) && call_data(call)->length == 0)
        call_succeed(call, 0);
    else
        mutate(m, call);
}
