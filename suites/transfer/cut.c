/* Datagrams that are longer than the room for them, and the names that come with datagrams. */
#include "suites/transfer/forms.h"

RULE(cut, "transfer.receive.cut",
     .statement = "recv(), recvfrom(), recvmsg(), read() and readv() of a datagram that is longer "
                  "than their room give as much as there is room for, and the rest is lost.",
     .outcome = {
         [BY_POSIX] = {"3 then hel then next",
                       {"posix.recv.excess-discarded", "posix.recv.returns-written-length",
                        "posix.recvfrom.excess-discarded", "posix.recvfrom.returns-written-length",
                        "posix.read.like-recv", "posix.readv.like-read"}},
         [BY_LINUX] = {"3 then hel then next",
                       {"linux.udp.7.truncated", "linux.udp.7.one-packet",
                        "linux.recv.2.returns-received", "linux.recv.2.recv-is-read",
                        "posix.recv.excess-discarded", "posix.readv.like-read"}},
         [BY_BSD] = {"3 then hel then next",
                     {"freebsd.recv.2.returns-received", "freebsd.read.2.returns-count",
                      "freebsd.recv.2.excess-may-be-discarded", "posix.recv.excess-discarded",
                      "posix.recvmsg.excess-discarded", "posix.read.like-recv",
                      "freebsd.read.2.readv-scatters"}},
         [BY_ZOS] = {"3 | 5 then hel then next",
                     {"zos.recv.dgram-extra-discarded", "zos.recv.recvmsg.dgram-extra-discarded",
                      "zos.recv.rexx.dgram-remainder-discarded",
                      "zos.send.call.dgram-extra-discarded", "zos.recv.returns-length"}}});

/* Of recvmsg() POSIX lets the result be the length of the whole datagram; z/OS has its calls return
 * the length of what came in. */
static void observe_cut(struct test *t)
{
    struct ends ends = connected_ends(t);
    struct transfer transfer;
    char data[16];
    must(sk_send(t->peer, ends.peer, "hello", 5, 0));
    must(sk_send(t->peer, ends.peer, "next", 4, 0));
    await_data(t, t->iut, ends.iut);
    struct call call = receiving(t, &transfer, ends.iut, data, 3, 0);
    call.total = true;
    int count = perform(t->iut, &call);
    observe_count(count);
    observe_came(t, count > 3 ? 3 : count, data);
    observe("%s", receive_next(t, t->iut, ends.iut));
}

CASE(cut, little_room, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = TYPE_DATAGRAM,
     RECEIVING(WITH_RECV | WITH_RECVFROM | WITH_READ | WITH_READV))
{
    observe_cut(t);
}

/* POSIX has recvmsg() return "the total length of the message". */
CASE(cut, recvmsg, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = TYPE_DATAGRAM,
     .outcome = {[BY_POSIX] = {"3 | 5 then hel then next",
                               {"posix.recvmsg.excess-discarded",
                                "posix.recvmsg.returns-total-length"}}},
     RECEIVING(WITH_RECVMSG))
{
    observe_cut(t);
}

/* As on a stream socket, the rest comes with the next receive. */
MUTANT(cut, "the rest of a datagram comes later")
{
    static char whole[64], rest[64];
    static int kept;
    bool peeks = call_flags(call) && *call_flags(call) & MSG_PEEK;
    if (!call_receives(call) || peeks) {
        mutate(m, call);
    } else if (kept) {
        memcpy(call_data(call)->bytes, rest, (size_t)kept);
        call_succeed(call, kept);
        kept = 0;
    } else {
        int length =
            sk_recv(m->real, (int)call->argument[0], whole, sizeof whole, MSG_PEEK | MSG_DONTWAIT);
        mutate(m, call);
        kept = call->error || length <= call->result ? 0 : length - (int)call->result;
        memcpy(rest, whole + call->result * (kept > 0), (size_t)kept);
    }
}

/* Observes what recvmsg() says about a message that it gives into so much room. */
static void observe_told(struct test *t, int fd, struct message *message)
{
    int result = sk_recvmsg_whole(t->iut, fd, message, 0);
    if (result < 0)
        observe_result(result);
    else
        observe("%s", message->flags & MSG_TRUNC ? "cut" : "whole");
}

RULE(truncated, "transfer.recvmsg.truncated",
     .statement = "recvmsg() sets MSG_TRUNC in msg_flags when a datagram was longer than the room "
                  "for it, and does not set it when it was not.",
     .outcome = {[BY_POSIX] = {"whole then cut then whole",
                               {"posix.recvmsg.excess-sets-msg-trunc",
                                "posix.recvmsg.flags-are-conditions"}},
                 [BY_LINUX] = {"whole then cut then whole",
                               {"linux.recv.2.flags-trunc", "linux.udp.7.truncated"}},
                 [BY_BSD] = {"whole then cut then whole", {"freebsd.recv.2.flags-msg-trunc"}}});

/* More room than is needed, too little, and just enough. */
static const size_t rooms[] = {16, 3, 5};

CASE(truncated, one_buffer, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = TYPE_DATAGRAM)
{
    struct ends ends = connected_ends(t);
    for (int i = 0; i < 3; i++) {
        char data[16];
        struct message message = {.buffer = {block_out(data, rooms[i])}, .buffers = 1};
        must(sk_send(peer, ends.peer, "hello", 5, 0));
        await_data(t, iut, ends.iut);
        observe_told(t, ends.iut, &message);
    }
}

CASE(truncated, several_buffers, .family = ANY_FAMILY, .network = ON_LOOPBACK,
     .type = TYPE_DATAGRAM)
{
    struct ends ends = connected_ends(t);
    for (int i = 0; i < 3; i++) {
        char data[16];
        struct message message = {.buffer = {block_out(data, 2), block_out(data + 2, rooms[i] - 2)},
                                  .buffers = 2};
        must(sk_send(peer, ends.peer, "hello", 5, 0));
        await_data(t, iut, ends.iut);
        observe_told(t, ends.iut, &message);
    }
}

MUTANT(truncated, "recvmsg() never sets MSG_TRUNC")
{
    mutate(m, call);
    if (call->operation == OP_RECVMSG && !call->error)
        ((struct message *)call->block[1].bytes)->flags &= ~MSG_TRUNC;
}

RULE(stream_whole, "transfer.recvmsg.stream-not-truncated",
     .statement = "recvmsg() on a stream socket does not set MSG_TRUNC when there is more data "
                  "than room: nothing is lost.",
     .outcome = {
         [BY_POSIX] = {"whole then hel then lo",
                       {"posix.recvmsg.stream-discards-nothing",
                        "posix.recvmsg.flags-are-conditions"}},
         [BY_LINUX] = {"whole then hel then lo",
                       {"linux.recv.2.flags-trunc", "posix.recvmsg.stream-discards-nothing"}},
         [BY_BSD] = {"whole then hel then lo",
                     {"freebsd.recv.2.flags-msg-trunc", "posix.recvmsg.stream-discards-nothing"}}});

CASE(stream_whole, little_room, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK,
     .type = TYPE_STREAM)
{
    struct ends ends = connected_ends(t);
    must(sk_send(peer, ends.peer, "hello", 5, 0));
    await_data(t, iut, ends.iut);
    char data[] = {'.', '.', '.'};
    struct message message = {.buffer = {block_out(data, sizeof data)}, .buffers = 1};
    observe_told(t, ends.iut, &message);
    observe("%s", data_text(data, sizeof data));
    observe("%s", receive_next(t, iut, ends.iut));
}

MUTANT(stream_whole, "recvmsg() sets MSG_TRUNC when its room is full")
{
    mutate(m, call);
    if (call->operation == OP_RECVMSG && !call->error && call->result == call_data(call)->capacity)
        ((struct message *)call->block[1].bytes)->flags |= MSG_TRUNC;
}

RULE(flags_in, "transfer.recvmsg.flags-ignored",
     .statement = "recvmsg() ignores the msg_flags that it is given.",
     .outcome = {[BY_POSIX] = {"whole then hello then nothing",
                               {"posix.recvmsg.msg-flags-ignored-on-input",
                                "posix.recvmsg.flags-are-conditions", "posix.recvmsg.receives",
                                "posix.sockets.receive-queue.buffers-until-received",
                                "posix.recv.nonblocking-eagain"}},
                 [BY_LINUX] = {"whole then hello then nothing",
                               {"posix.recvmsg.msg-flags-ignored-on-input",
                                "linux.recv.2.flags-trunc", "linux.recv.2.both-kinds",
                                "posix.sockets.receive-queue.buffers-until-received",
                                "linux.recv.2.nonblocking"}},
                 [BY_BSD] = {"whole then hello then nothing",
                             {"freebsd.recv.2.msg-flags-set",
                              "posix.recvmsg.msg-flags-ignored-on-input", "posix.recvmsg.receives",
                              "posix.sockets.receive-queue.buffers-until-received",
                              "freebsd.recv.2.nonblock-minus-one-eagain"}}});

/* With MSG_TRUNC for a flag of the call a stream might throw its data away. */
CASE(flags_in, given, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    struct ends ends = connected_ends(t);
    must(sk_send(peer, ends.peer, "hello", 5, 0));
    await_data(t, iut, ends.iut);
    char data[] = ".....";
    struct message message = {
        .buffer = {block_out(data, 5)}, .buffers = 1, .flags = MSG_TRUNC | MSG_PEEK};
    observe_told(t, ends.iut, &message);
    observe("%s", data_text(data, 5));
    observe("%s", received(t, iut, ends.iut));
}

MUTANT(flags_in, "recvmsg() adds to the flags that it is given")
{
    struct message *message = call->operation == OP_RECVMSG ? call->block[1].bytes : NULL;
    int given = message ? message->flags : 0;
    mutate(m, call);
    if (message && !call->error)
        message->flags |= given;
}

RULE(real_length, "transfer.receive.real-length",
     .statement = "recv(), recvfrom() and recvmsg() with MSG_TRUNC return the length of the whole "
                  "datagram, and give as much as there is room for.",
     .outcome = {[BY_LINUX] = {"5 then hel.", {"linux.recv.2.msg-trunc", "linux.udp.7.truncated"}},
                 [BY_BSD] = {"5 then hel.",
                             {"freebsd.recv.2.msg-trunc", "freebsd.recv.2.msg-trunc-supported-on",
                              "freebsd.recv.2.returns-what-is-there"}}});

CASE(real_length, little_room, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = TYPE_DATAGRAM,
     RECEIVING(WITH_FLAGS))
{
    struct ends ends = connected_ends(t);
    char data[] = "....";
    must(sk_send(peer, ends.peer, "hello", 5, 0));
    await_data(t, iut, ends.iut);
    observe_count(receive_as(t, ends.iut, data, 3, MSG_TRUNC));
    observe("%s", data_text(data, 4));
}

MUTANT(real_length, "MSG_TRUNC is ignored")
{
    mutate_without_flag(m, call, MSG_TRUNC);
}

/* ---- names ---- */

RULE(name_length, "transfer.receive.name-length",
     .statement = "recvfrom() and recvmsg() give the length of the sender's name along with it.",
     .outcome = {[BY_POSIX] = {"the length of its own name",
                               {"posix.recvfrom.stores-source-length",
                                "posix.recvmsg.stores-source-length"}},
                 [BY_LINUX] = {"the length of its own name",
                               {"linux.recv.2.address-length", "linux.recv.2.msg-namelen"}},
                 [BY_BSD] = {"the length of its own name",
                             {"freebsd.recv.2.fromlen-value-result",
                              "posix.recvmsg.stores-source-length"}}});

CASE(name_length, unconnected, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = TYPE_DATAGRAM,
     .recv = WITH_RECVFROM | WITH_RECVMSG)
{
    struct endpoint own = bound_datagram_socket(t, iut);
    struct address name = {0};
    char data[16];
    must(sk_sendto(peer, datagram_socket(t, peer), "hello", 5, 0, &own.address));
    await_data(t, iut, own.fd);
    int result = t->recv == WITH_RECVFROM
                     ? sk_recvfrom(iut, own.fd, data, sizeof data, 0, &name)
                     : sk_recvmsg(iut, own.fd, data, sizeof data, 0, &name, NULL);
    if (result < 0)
        observe_result(result);
    else if (name.length == own.name.length)
        observe("the length of its own name");
    else
        observe("%u instead of %u", (unsigned)name.length, (unsigned)own.name.length);
}

MUTANT(name_length, "the room for a name comes back as its length")
{
    mutate(m, call);
    if ((call->operation == OP_RECVFROM || call->operation == OP_RECVMSG) && !call->error &&
        call_name(call)->bytes)
        call_name(call)->length = call_name(call)->capacity;
}
