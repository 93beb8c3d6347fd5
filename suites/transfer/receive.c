/* What is received is what was sent. */
#include "suites/transfer/forms.h"

#define RECEIVE_PAGES                                                                              \
    {POSIX_2016, "XSH recv(), recvfrom(), recvmsg() and read(), DESCRIPTION; RETURN VALUE"},       \
    {                                                                                              \
        "recv(2)", "DESCRIPTION; RETURN VALUE"                                                     \
    }

#define HELLO                                                                                      \
    {                                                                                              \
        [BY_POSIX] = {"5 then hello"}, [BY_LINUX] = {"5 then hello"}, [BY_BSD] = {                 \
            "5 then hello"                                                                         \
        }                                                                                          \
    }

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
                  "sent, and return how many bytes that is.",
     .level = LEVEL_SHALL,
     .sources = {RECEIVE_PAGES,
                 {FREEBSD_RECV_2, "DESCRIPTION; RETURN VALUES"},
                 {FREEBSD_READ_2, "RETURN VALUES"}},
     .outcome = HELLO, .basic = {OP_RECV, OP_RECVFROM, OP_RECVMSG, OP_READ}, .basics = 4);

CASE(gives, connected, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     RECEIVING(WITH_FLAGS | WITH_READ))
{
    struct ends ends = connected_ends(t);
    must(sk_send(peer, ends.peer, "hello", 5, 0));
    await_data(t, iut, ends.iut);
    observe_received(t, ends.iut);
}

CASE(gives, unconnected, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = TYPE_DATAGRAM,
     RECEIVING(WITH_FLAGS | WITH_READ))
{
    struct endpoint own = bound_datagram_socket(t, iut);
    must(sk_sendto(peer, datagram_socket(t, peer), "hello", 5, 0, &own.address));
    await_data(t, iut, own.fd);
    observe_received(t, own.fd);
}

MUTANT_BY(gives, "bytes come in another order", swaps_bytes)

RULE(readv, "transfer.readv.gives",
     .statement = "readv() gives the data that the other side has sent, and returns how many bytes "
                  "that is.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH readv(), DESCRIPTION; XSH read(), RETURN VALUE"},
                 {"readv(2)", "DESCRIPTION; RETURN VALUE"},
                 {FREEBSD_READ_2, "DESCRIPTION; RETURN VALUES"}},
     .outcome = HELLO, .basic = {OP_READV}, .basics = 1);

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
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH recvmsg(), DESCRIPTION: msg_iov, in turn; XSH readv()"},
                 {"recv(2)", "recvmsg(): msg_iov, as with readv()"},
                 {"readv(2)", "DESCRIPTION: in array order"}},
     .outcome = {[BY_POSIX] = {"5 then he..llo.."}, [BY_LINUX] = {"5 then he..llo.."}});

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
                  "that was sent, in its order, whatever sizes it was sent and is asked for in.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH 2.10.6 Socket Types: SOCK_STREAM; XSH recv(), DESCRIPTION"},
                 {"socket(2)", "DESCRIPTION SOCK_STREAM"},
                 {FREEBSD_SOCKET_2, "DESCRIPTION SOCK_STREAM: sequenced, reliable"},
                 {RFC_9293, "3.4: octets in order"}},
     .outcome = {[BY_POSIX] = {"all then end of file"},
                 [BY_LINUX] = {"all then end of file"},
                 [BY_BSD] = {"all then end of file"}});

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
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH recv(), recvfrom() and recvmsg(), DESCRIPTION: entire message"},
                 {MAN_UDP, "DESCRIPTION: only one packet"}},
     .outcome = {[BY_POSIX] = {"one then three"}, [BY_LINUX] = {"one then three"}});

CASE(boundaries, two, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = TYPE_DATAGRAM,
     RECEIVING(0))
{
    struct ends ends = connected_ends(t);
    char data[16];
    must(sk_send(peer, ends.peer, "one", 3, 0));
    must(sk_send(peer, ends.peer, "three", 5, 0));
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
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH recv(), recvfrom() and recvmsg(), RETURN VALUE"},
                 {"recv(2)", "RETURN VALUE: zero-length datagrams; NOTES"}},
     .outcome = {[BY_POSIX] = {EMPTY}, [BY_LINUX] = {EMPTY}});

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

/* recv(2) of Linux, NOTES, has read() leave the datagram there; its kernel does not. */
RULE(read_empty, "transfer.read.empty",
     .statement = "read() and readv() return 0 for an empty datagram and take it out of the queue, "
                  "as recv() does.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH read(), DESCRIPTION: as recv() with no flags"}},
     .outcome = {[BY_POSIX] = {EMPTY}});

CASE(read_empty, connected, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = TYPE_DATAGRAM,
     RECEIVING(WITH_READ | WITH_READV))
{
    observe_empty(t);
}

MUTANT_BY(read_empty, "empty datagrams are skipped", skips_empty)

/* ---- flags ---- */

RULE(peek, "transfer.receive.peek",
     .statement = "recv(), recvfrom() and recvmsg() with MSG_PEEK give the data and leave it "
                  "there for the next call.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH recv(), recvfrom() and recvmsg(), DESCRIPTION MSG_PEEK"},
                 {"recv(2)", "The flags argument, MSG_PEEK"},
                 {FREEBSD_RECV_2, "DESCRIPTION, MSG_PEEK"}},
     .outcome = {[BY_POSIX] = {"hello then hello then nothing"},
                 [BY_LINUX] = {"hello then hello then nothing"},
                 [BY_BSD] = {"hello then hello then nothing"}});

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
    if (call_receives(call) && call_flags(call))
        *call_flags(call) &= ~(int64_t)MSG_PEEK;
    mutate(m, call);
}

RULE(waitall, "transfer.receive.waitall",
     .statement = "recv(), recvfrom() and recvmsg() with MSG_WAITALL on a stream socket wait until "
                  "all that they ask for is there.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH recv(), recvfrom() and recvmsg(), DESCRIPTION MSG_WAITALL"},
                 {"recv(2)", "The flags argument, MSG_WAITALL"},
                 {FREEBSD_RECV_2, "DESCRIPTION, MSG_WAITALL"}},
     .outcome = {[BY_POSIX] = {"waits then hello"},
                 [BY_LINUX] = {"waits then hello"},
                 [BY_BSD] = {"waits then hello"}});

/* The first half is there when the call is made. */
CASE(waitall, half, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = TYPE_STREAM,
     RECEIVING(WITH_FLAGS))
{
    struct ends ends = connected_ends(t);
    struct transfer transfer;
    char data[5];
    must(sk_send(peer, ends.peer, "hel", 3, 0));
    await_data(t, iut, ends.iut);
    struct pending *pending =
        sk_begin(iut, receiving(t, &transfer, ends.iut, data, sizeof data, MSG_WAITALL));
    bool waits = sk_waits(pending);
    must(sk_send(peer, ends.peer, "lo", 2, 0));
    int count = finish(pending);
    if (count >= 0) /* not every implementation has the flag */
        observe("%s", waits ? "waits" : "returns");
    observe_came(t, count, data);
}

MUTANT(waitall, "MSG_WAITALL is ignored")
{
    if (call_receives(call) && call_flags(call))
        *call_flags(call) &= ~(int64_t)MSG_WAITALL;
    mutate(m, call);
}

RULE(waitall_datagram, "transfer.receive.waitall-datagram",
     .statement = "recv(), recvfrom() and recvmsg() with MSG_WAITALL on a datagram socket give one "
                  "datagram, as without it.",
     .level = LEVEL_MAY,
     .sources = {{"recv(2)", "The flags argument, MSG_WAITALL: no effect for datagram sockets"}},
     .outcome = {[BY_LINUX] = {"hel"}});

CASE(waitall_datagram, half, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK,
     .type = TYPE_DATAGRAM, RECEIVING(WITH_FLAGS))
{
    struct ends ends = connected_ends(t);
    char data[5];
    must(sk_send(peer, ends.peer, "hel", 3, 0));
    observe_came(t, receive_as(t, ends.iut, data, sizeof data, MSG_WAITALL), data);
}

MUTANT(waitall_datagram, "MSG_WAITALL on a datagram socket fails with EOPNOTSUPP")
{
    if (call_receives(call) && call_flags(call) && *call_flags(call) & MSG_WAITALL)
        call_fail(call, EOPNOTSUPP);
    else
        mutate(m, call);
}
