/* What is received is what was sent. */
#include "suites/transfer/forms.h"

/* Receives in the case's form what is there, and observes its length and what it is. */
static void observe_received(struct test *t, int fd)
{
    char data[16] = "";
    int count = receive_as(t, fd, data, sizeof data, 0);
    observe_count(count);
    if (count >= 0)
        observe_came(t, count, data);
}

static void swaps_bytes(struct mutation *m, struct call *call)
{
    mutate(m, call);
    if (call_receives(call) && !call->error && call->result > 1) {
        char *data = call_data(call)->bytes, first = data[0];
        data[0] = data[1];
        data[1] = first;
    }
}

RULE(gives, "transfer.receive.gives",
     .statement = "recv(), recvfrom(), recvmsg() and read() give the data that the other side has "
                  "sent, and return how many bytes that is; by POSIX read() may fail with ENOTCONN "
                  "on a datagram socket that has no peer.",
     .basic = {OP_RECV, OP_RECVFROM, OP_RECVMSG, OP_READ}, .basics = 4,
     .outcome = {[BY_POSIX] = {"5 then hello",
                               {"posix.recv.receives", "posix.recvfrom.receives",
                                "posix.recvmsg.receives", "posix.recv.returns-length",
                                "posix.recvfrom.returns-length", "posix.recvmsg.returns-length",
                                "posix.read.returns-count", "posix.read.like-recv"}},
                 [BY_LINUX] = {"5 then hello",
                               {"linux.recv.2.both-kinds", "linux.recv.2.returns-length",
                                "linux.recv.2.recv-is-read", "rfc9293.receive-byte-count"}},
                 [BY_BSD] = {"5 then hello",
                             {"freebsd.recv.2.returns-length", "freebsd.read.2.returns-count",
                              "posix.recv.receives", "posix.read.like-recv"}}});

CASE(gives, connected, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     RECEIVING(WITH_FLAGS | WITH_READ))
{
    struct ends ends = connected_ends(t);
    must(sk_send(peer, ends.peer, "hello", 5, 0));
    await_data(t, iut, ends.iut);
    observe_received(t, ends.iut);
}

static void observe_from_anybody(struct test *t)
{
    struct endpoint own = bound_datagram_socket(t, t->iut);
    must(sk_sendto(t->peer, datagram_socket(t, t->peer), "hello", 5, 0, &own.address));
    await_data(t, t->iut, own.fd);
    observe_received(t, own.fd);
}

CASE(gives, unconnected, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = TYPE_DATAGRAM,
     RECEIVING(WITH_FLAGS))
{
    observe_from_anybody(t);
}

/* POSIX has read() be recv(), and fail on every socket that is not connected: either is right. */
CASE(gives, unconnected_read, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = TYPE_DATAGRAM,
     .outcome = {[BY_POSIX] = {"5 then hello || ENOTCONN",
                               {"posix.read.like-recv", "posix.read.returns-count",
                                "posix.recv.receives", "posix.recv.returns-length",
                                "posix.read.enotconn"}},
                 [BY_BSD] = {"5 then hello || ENOTCONN",
                             {"freebsd.read.2.returns-count",
                              "freebsd.udp.4.connect-fixes-destination", "posix.recv.receives",
                              "posix.read.like-recv", "posix.read.enotconn"}}},
     RECEIVING(WITH_READ))
{
    observe_from_anybody(t);
}

MUTANT_BY(gives, "bytes come in another order", swaps_bytes)

RULE(readv, "transfer.readv.gives",
     .statement = "readv() gives the data that the other side has sent, and returns how many bytes "
                  "that is.",
     .basic = {OP_READV}, .basics = 1,
     .outcome = {[BY_POSIX] = {"5 then hello",
                               {"posix.readv.like-read", "posix.read.returns-count",
                                "posix.read.like-recv"}},
                 [BY_LINUX] = {"5 then hello",
                               {"posix.readv.like-read", "posix.read.returns-count",
                                "linux.recv.2.recv-is-read"}},
                 [BY_BSD] = {"5 then hello",
                             {"freebsd.read.2.readv-scatters", "freebsd.read.2.returns-count"}}});

CASE(readv, connected, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     RECEIVING(WITH_READV))
{
    struct ends ends = connected_ends(t);
    must(sk_send(peer, ends.peer, "hello", 5, 0));
    await_data(t, iut, ends.iut);
    observe_received(t, ends.iut);
}

MUTANT_BY(readv, "bytes come in another order", swaps_bytes)

/* ---- several buffers ---- */

RULE(buffers, "transfer.receive.buffers",
     .statement = "recvmsg() and readv() fill several buffers in their order, each one before the "
                  "next, and nothing beside them.",
     .outcome = {[BY_POSIX] = {"5 then he..llo..",
                               {"posix.recvmsg.iov-in-turn", "posix.recvmsg.returns-length",
                                "posix.readv.in-turn", "posix.readv.fills-before-next",
                                "posix.readv.like-read", "posix.read.returns-count"}},
                 [BY_LINUX] = {"5 then he..llo..",
                               {"linux.recv.2.msg-iov", "linux.recv.2.returns-length",
                                "posix.readv.in-turn", "posix.readv.fills-before-next",
                                "posix.readv.like-read", "posix.read.returns-count"}},
                 [BY_BSD] = {"5 then he..llo..",
                             {"freebsd.recv.2.msg-iov-scatters", "posix.recvmsg.iov-in-turn",
                              "freebsd.recv.2.returns-length", "freebsd.read.2.readv-scatters",
                              "freebsd.read.2.readv-fills", "freebsd.read.2.returns-count"}}});

/* Three buffers of these sizes, the last with more room than is needed, and a gap before it. */
static void observe_scattered(struct test *t, size_t first, size_t second)
{
    struct ends ends = connected_ends(t);
    char room[] = ".........";
    size_t last = first + second + 2;
    struct message message = {.buffer = {block_out(room, first), block_out(room + first, second),
                                         block_out(room + last, sizeof room - 1 - last)},
                              .buffers = 3};
    must(sk_send(t->peer, ends.peer, "hello", 5, 0));
    await_data(t, t->iut, ends.iut);
    observe_count(t->chosen[0] == 0 ? sk_recvmsg_whole(t->iut, ends.iut, &message, 0)
                                    : sk_readv(t->iut, ends.iut, message.buffer, 3));
    observe("%s", data_text(room, sizeof room - 1));
}

CASE(buffers, three, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .axes = {{"call", {"recvmsg", "readv"}}})
{
    observe_scattered(t, 1, 1);
}

CASE(buffers, empty, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .axes = {{"call", {"recvmsg", "readv"}}, {"empty", {"first", "middle"}}})
{
    observe_scattered(t, t->chosen[1] == 0 ? 0 : 2, t->chosen[1] == 0 ? 2 : 0);
}

MUTANT(buffers, "only the first buffer is filled")
{
    bool scatters = call->operation == OP_RECVMSG || call->operation == OP_READV;
    mutate(m, call);
    if (scatters && !call->error && call->result > call_data(call)->capacity)
        call->result = call_data(call)->capacity;
}

/* ---- streams ---- */

enum { LONG = 100000, PIECE = 3000 };

RULE(order, "transfer.receive.order",
     .statement = "recv(), recvfrom(), recvmsg(), read() and readv() on a stream socket give all "
                  "that was sent, in its order, whatever sizes it is asked for in.",
     .outcome = {
         [BY_POSIX] = {"all then end of file",
                       {"posix.sockets.types.stream.reliable-sequenced",
                        "posix.sockets.types.stream.any-input-size",
                        "posix.recv.stream-discards-nothing",
                        "posix.recv.returns-0-orderly-shutdown", "posix.read.like-recv"}},
         [BY_LINUX] = {"all then end of file",
                       {"linux.socket.2.stream-not-lost", "linux.recv.2.returns-zero-at-end",
                        "posix.sockets.types.stream.reliable-sequenced",
                        "posix.sockets.types.stream.any-input-size"}},
         [BY_BSD] = {"all then end of file",
                     {"freebsd.socket.2.stream.reliable-sequenced",
                      "freebsd.socket.2.stream.no-record-boundaries",
                      "freebsd.recv.2.returns-zero-after-shutdown"}},
         [BY_ZOS] = {"all then end of file",
                     {"zos.socket.stream-two-way-reliable", "zos.recv.stream-no-boundaries",
                      "zos.recv.returns-zero-closed", "zos.shutdown.table.remote-send-read-zero"}},
         [BY_RFC] = {"all then end of file",
                     {"rfc9293.reliable-in-order", "rfc9293.receive-fails-after-remote-close"}}});

CASE(order, many_receives, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK,
     RECEIVING(0))
{
    static unsigned char sent[LONG], data[PIECE];
    struct ends ends = connected_ends(t);
    const char *wrong = "all";
    pattern_fill(sent, 0, LONG);
    struct pending *pending = sk_begin(peer, call_send(ends.peer, sent, LONG, 0));
    sk_waits(pending); /* it is under way, with or without room for all */
    for (size_t done = 0; done < LONG;) {
        int count = receive_as(t, ends.iut, data, 1 + done * 7 % PIECE, 0);
        if (count <= 0) {
            wrong = count ? result_name(count) : "an early end";
            break;
        }
        if (pattern_differs(data, done, (size_t)count) < (size_t)count)
            wrong = "another byte";
        done += (size_t)count;
    }
    observe("%s", wrong);
    require(finish(pending) == LONG, "the peer did not send all");
    must(sk_shutdown(peer, ends.peer, SHUT_WR));
    observe("%s", receive_next(t, iut, ends.iut));
}

MUTANT(order, "a receive of some hundred bytes loses one")
{
    mutate(m, call);
    if (call_receives(call) && !call->error && call->result > 200)
        call->result--;
}

/* ---- datagrams ---- */

RULE(boundaries, "transfer.receive.boundaries",
     .statement = "recv(), recvfrom(), recvmsg(), read() and readv() on a datagram socket give one "
                  "datagram each.",
     .outcome = {
         [BY_POSIX] = {"one then three",
                       {"posix.sockets.types.dgram.one-input-operation",
                        "posix.recv.first-message-only", "posix.recvfrom.first-message-only",
                        "posix.recvmsg.first-message-only", "posix.read.like-recv",
                        "posix.readv.like-read"}},
         [BY_LINUX] = {"one then three", {"linux.udp.7.one-packet"}},
         [BY_BSD] = {"one then three",
                     {"posix.sockets.types.dgram.one-input-operation",
                      "posix.recv.first-message-only", "posix.recvfrom.first-message-only",
                      "posix.recvmsg.first-message-only", "posix.read.like-recv",
                      "freebsd.read.2.readv-scatters"}}});

CASE(boundaries, two, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = TYPE_DATAGRAM,
     RECEIVING(0))
{
    struct ends ends = connected_ends(t);
    char data[16];
    must(sk_send(peer, ends.peer, "one", 3, 0));
    must(sk_send(peer, ends.peer, "three", 5, 0));
    await_witness(t);
    for (int i = 0; i < 2; i++) {
        await_data(t, iut, ends.iut);
        observe_came(t, receive_as(t, ends.iut, data, sizeof data, 0), data);
    }
}

MUTANT(boundaries, "datagrams are joined")
{
    mutate(m, call);
    bool peeks = call_flags(call) && *call_flags(call) & MSG_PEEK;
    if (!call_receives(call) || call->error || peeks)
        return;
    const struct block *data = call_data(call);
    int more = sk_recv(m->real, (int)call->argument[0], (char *)data->bytes + call->result,
                       data->capacity - (size_t)call->result, MSG_DONTWAIT);
    call->result += more > 0 ? more : 0;
}

#define EMPTY "0 then next"

static void skips_empty(struct mutation *m, struct call *call)
{
    do
        mutate(m, call);
    while (call_receives(call) && !call->error && call->result == 0);
}

RULE(empty, "transfer.receive.empty",
     .statement = "recv(), recvfrom() and recvmsg() return 0 for an empty datagram, and take it "
                  "out of the queue.",
     .outcome = {
         [BY_POSIX] = {EMPTY,
                       {"posix.recv.returns-length", "posix.recvfrom.returns-length",
                        "posix.recvmsg.returns-length", "posix.recv.message-in-one-operation",
                        "posix.recvfrom.message-in-one-operation",
                        "posix.recvmsg.message-in-one-operation"}},
         [BY_LINUX] = {EMPTY,
                       {"linux.recv.2.returns-zero-empty",
                        "linux.recv.2.recv-takes-empty-datagram"}},
         [BY_BSD] = {EMPTY,
                     {"freebsd.recv.2.returns-length", "posix.recv.message-in-one-operation",
                      "posix.recvfrom.message-in-one-operation",
                      "posix.recvmsg.message-in-one-operation"}}});

/* An empty datagram and one behind it, each waited for by the call itself. */
static void observe_empty(struct test *t)
{
    struct ends ends = connected_ends(t);
    char data[16];
    must(sk_send(t->peer, ends.peer, "", 0, 0));
    must(sk_send(t->peer, ends.peer, "next", 4, 0));
    observe_count(receive_as(t, ends.iut, data, sizeof data, 0));
    observe_came(t, receive_as(t, ends.iut, data, sizeof data, 0), data);
}

CASE(empty, connected, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = TYPE_DATAGRAM,
     RECEIVING(WITH_FLAGS))
{
    observe_empty(t);
}

MUTANT_BY(empty, "empty datagrams are skipped", skips_empty)

RULE(read_empty, "transfer.read.empty",
     .statement = "read() and readv() return 0 for an empty datagram and take it out of the queue, "
                  "as recv() does; Linux's recv(2) has them leave it there.",
     .outcome = {[BY_POSIX] = {EMPTY,
                               {"posix.read.like-recv", "posix.readv.like-read",
                                "posix.recv.returns-length",
                                "posix.recv.message-in-one-operation"}},
                 [BY_LINUX] = {"0 then 0 bytes",
                               {"linux.recv.2.read-leaves-empty-datagram",
                                "linux.recv.2.returns-zero-empty", "posix.readv.like-read"}},
                 [BY_BSD] = {EMPTY,
                             {"posix.read.like-recv", "posix.readv.like-read",
                              "posix.recv.returns-length", "posix.recv.message-in-one-operation"}}},
     .deviation = {
         [BY_LINUX] = {
             EMPTY,
             "read() takes the datagram as recv() does, and as POSIX has it; seen on Linux 6.18"}});

CASE(read_empty, connected, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = TYPE_DATAGRAM,
     RECEIVING(WITH_READ | WITH_READV))
{
    observe_empty(t);
}

MUTANT_BY(read_empty, "empty datagrams are skipped", skips_empty)

/* ---- flags ---- */

RULE(peek, "transfer.receive.peek",
     .statement = "recv(), recvfrom() and recvmsg() with MSG_PEEK give the data and leave it "
                  "there for the next call, which takes it.",
     .outcome = {
         [BY_POSIX] = {"hello then hello then nothing",
                       {"posix.recv.msg-peek", "posix.recvfrom.msg-peek", "posix.recvmsg.msg-peek",
                        "posix.recv.receives", "posix.recvfrom.receives", "posix.recvmsg.receives",
                        "posix.sockets.receive-queue.buffers-until-received",
                        "posix.recv.nonblocking-eagain"}},
         [BY_LINUX] = {"hello then hello then nothing",
                       {"linux.recv.2.msg-peek",
                        "posix.sockets.receive-queue.buffers-until-received",
                        "linux.recv.2.nonblocking"}},
         [BY_BSD] = {"hello then hello then nothing",
                     {"freebsd.recv.2.msg-peek", "freebsd.recv.2.msg-peek-same-data-again",
                      "posix.sockets.receive-queue.buffers-until-received",
                      "freebsd.recv.2.nonblock-minus-one-eagain"}}});

CASE(peek, twice, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     RECEIVING(WITH_FLAGS))
{
    struct ends ends = connected_ends(t);
    char data[16];
    must(sk_send(peer, ends.peer, "hello", 5, 0));
    observe_came(t, receive_as(t, ends.iut, data, sizeof data, MSG_PEEK), data);
    observe_came(t, receive_as(t, ends.iut, data, sizeof data, 0), data);
    observe("%s", received(t, iut, ends.iut));
}

MUTANT(peek, "MSG_PEEK is ignored")
{
    mutate_without_flag(m, call, MSG_PEEK);
}

RULE(waitall, "transfer.receive.waitall",
     .statement = "recv(), recvfrom() and recvmsg() with MSG_WAITALL on a stream socket wait until "
                  "all that they ask for is there.",
     .outcome = {[BY_POSIX] = {"waits then hello",
                               {"posix.recv.msg-waitall", "posix.recvfrom.msg-waitall",
                                "posix.recvmsg.msg-waitall"}},
                 [BY_LINUX] = {"waits then hello", {"linux.recv.2.msg-waitall"}},
                 [BY_BSD] = {"waits then hello", {"freebsd.recv.2.msg-waitall"}}});

/* The first half is there when the call is made, and the rest comes in two pieces: what arrives is
 * not all yet. */
static void observe_waitall(struct test *t)
{
    struct host *iut = t->iut, *peer = t->peer;
    struct ends ends = connected_ends(t);
    struct transfer transfer;
    char data[5];
    must(sk_setsockopt(peer, ends.peer, IPPROTO_TCP, TCP_NODELAY, 1));
    must(sk_send(peer, ends.peer, "hel", 3, 0));
    await_data(t, iut, ends.iut);
    struct pending *pending =
        sk_begin(iut, receiving(t, &transfer, ends.iut, data, sizeof data, MSG_WAITALL));
    bool waits = sk_waits(pending);
    must(sk_send(peer, ends.peer, "l", 1, 0));
    await_witness(t);
    waits = sk_waits(pending) && waits;
    must(sk_send(peer, ends.peer, "o", 1, 0));
    int count = finish(pending);
    if (count >= 0) /* not every implementation has the flag */
        observe("%s", waits ? "waits" : "returns");
    observe_came(t, count, data);
}

CASE(waitall, half, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = TYPE_STREAM,
     RECEIVING(WITH_RECV | WITH_RECVMSG))
{
    observe_waitall(t);
}

/* z/OS says it of this one. */
CASE(waitall, half_recvfrom, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = TYPE_STREAM,
     .outcome = {[BY_ZOS] = {"waits then hello", {"zos.recv.msg-waitall-blocks"}}},
     RECEIVING(WITH_RECVFROM))
{
    observe_waitall(t);
}

MUTANT(waitall, "MSG_WAITALL is ignored")
{
    mutate_without_flag(m, call, MSG_WAITALL);
}

RULE(waitall_datagram, "transfer.receive.waitall-datagram",
     .statement = "recv(), recvfrom() and recvmsg() with MSG_WAITALL on a datagram socket give one "
                  "datagram, as without it.",
     .outcome = {[BY_LINUX] = {"hel then lo",
                               {"linux.recv.2.msg-waitall-datagram", "linux.udp.7.one-packet"}}});

/* There is more, and it would fit. */
CASE(waitall_datagram, half, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK,
     .type = TYPE_DATAGRAM, RECEIVING(WITH_FLAGS))
{
    struct ends ends = connected_ends(t);
    char data[5];
    must(sk_send(peer, ends.peer, "hel", 3, 0));
    must(sk_send(peer, ends.peer, "lo", 2, 0));
    await_witness(t);
    observe_came(t, receive_as(t, ends.iut, data, sizeof data, MSG_WAITALL), data);
    observe("%s", receive_next(t, iut, ends.iut));
}

MUTANT(waitall_datagram, "MSG_WAITALL on a datagram socket fails with EOPNOTSUPP")
{
    if (call_receives(call) && call_flags(call) && *call_flags(call) & MSG_WAITALL)
        call_fail(call, EOPNOTSUPP);
    else
        mutate(m, call);
}
