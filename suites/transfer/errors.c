/* Sending and receiving on what is no socket, is not connected, or cannot carry that much. */
#include "suites/transfer/forms.h"

/* A descriptor that was a socket's. */
static int closed_socket(struct test *t)
{
    int fd = datagram_socket(t, t->iut);
    must(sk_close(t->iut, fd));
    return fd;
}

static void gives_einval(struct mutation *m, struct call *call)
{
    mutate(m, call);
    if ((call_sends(call) || call_receives(call)) && call->error)
        call_fail(call, EINVAL);
}

RULE(send_closed, "transfer.send.bad-descriptor",
     .statement = "send(), sendto(), sendmsg(), write() and writev() on a descriptor that is not "
                  "open fail with EBADF.",
     .outcome = {[BY_POSIX] = {"EBADF",
                               {"posix.send.ebadf", "posix.sendto.ebadf", "posix.sendmsg.ebadf",
                                "posix.write.ebadf", "posix.writev.like-write"}},
                 [BY_LINUX] = {"EBADF",
                               {"linux.send.2.ebadf", "linux.send.2.send-is-write",
                                "posix.writev.like-write"}},
                 [BY_BSD] = {"EBADF", {"freebsd.send.2.ebadf", "freebsd.write.2.ebadf"}}});

CASE(send_closed, closed, .family = FAMILY_IPV4, .network = ON_LOOPBACK, SENDING(0))
{
    observe_result(send_as(t, closed_socket(t), "hello", 5, 0));
}

MUTANT_BY(send_closed, "a closed descriptor gives EINVAL", gives_einval)

RULE(receive_closed, "transfer.receive.bad-descriptor",
     .statement = "recv(), recvfrom(), recvmsg(), read() and readv() on a descriptor that is not "
                  "open fail with EBADF.",
     .outcome = {[BY_POSIX] = {"EBADF",
                               {"posix.recv.ebadf", "posix.recvfrom.ebadf", "posix.recvmsg.ebadf",
                                "posix.read.ebadf", "posix.readv.like-read"}},
                 [BY_LINUX] = {"EBADF",
                               {"linux.recv.2.ebadf", "linux.recv.2.recv-is-read",
                                "posix.readv.like-read"}},
                 [BY_BSD] = {"EBADF",
                             {"freebsd.recv.2.ebadf", "freebsd.read.2.ebadf",
                              "freebsd.read.2.readv-scatters"}}});

CASE(receive_closed, closed, .family = FAMILY_IPV4, .network = ON_LOOPBACK, RECEIVING(0))
{
    char data[16];
    observe_result(receive_as(t, closed_socket(t), data, sizeof data, 0));
}

MUTANT_BY(receive_closed, "a closed descriptor gives EINVAL", gives_einval)

RULE(send_pipe, "transfer.send.not-a-socket",
     .statement = "send(), sendto() and sendmsg() on a descriptor that is not a socket's fail with "
                  "ENOTSOCK.",
     .outcome = {
         [BY_POSIX] = {"ENOTSOCK",
                       {"posix.send.enotsock", "posix.sendto.enotsock", "posix.sendmsg.enotsock"}},
         [BY_LINUX] = {"ENOTSOCK", {"linux.send.2.enotsock"}},
         [BY_BSD] = {"ENOTSOCK", {"freebsd.send.2.enotsock"}}});

CASE(send_pipe, pipe, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .needs = "pipe",
     SENDING(WITH_FLAGS))
{
    int fds[2];
    must(sk_pipe(iut, fds));
    observe_result(send_as(t, fds[1], "hello", 5, 0));
}

MUTANT_BY(send_pipe, "a pipe gives EINVAL", gives_einval)

RULE(receive_pipe, "transfer.receive.not-a-socket",
     .statement = "recv(), recvfrom() and recvmsg() on a descriptor that is not a socket's fail "
                  "with ENOTSOCK.",
     .outcome = {[BY_POSIX] = {"ENOTSOCK",
                               {"posix.recv.enotsock", "posix.recvfrom.enotsock",
                                "posix.recvmsg.enotsock"}},
                 [BY_LINUX] = {"ENOTSOCK", {"linux.recv.2.enotsock"}},
                 [BY_BSD] = {"ENOTSOCK", {"freebsd.recv.2.enotsock"}}});

CASE(receive_pipe, pipe, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .needs = "pipe",
     RECEIVING(WITH_FLAGS))
{
    int fds[2];
    char data[16];
    must(sk_pipe(iut, fds));
    observe_result(receive_as(t, fds[0], data, sizeof data, 0));
}

MUTANT_BY(receive_pipe, "a pipe gives EINVAL", gives_einval)

/* ---- no connection ---- */

RULE(send_unconnected, "transfer.send.not-connected",
     .statement = "send(), sendto() and sendmsg() on a stream socket that was never connected fail "
                  "with ENOTCONN, or, as the pages of Linux and FreeBSD admit, with EPIPE.",
     .outcome = {
         [BY_POSIX] = {"ENOTCONN",
                       {"posix.send.enotconn", "posix.sendto.enotconn", "posix.sendmsg.enotconn"}},
         [BY_LINUX] = {"ENOTCONN | EPIPE",
                       {"linux.send.2.stream-enotconn", "linux.send.2.enotconn",
                        "linux.send.2.epipe-for-enotconn", "rfc9293.send-closed",
                        "rfc9293.send-without-open", "rfc9293.send-before-peer-known",
                        "rfc9293.send-listen-no-peer", "rfc9293.call-without-connection"}},
         [BY_BSD] = {"ENOTCONN | EPIPE", {"freebsd.send.2.enotconn", "freebsd.send.2.epipe"}}});

CASE(send_unconnected, fresh, .family = ANY_FAMILY, .network = ON_LOOPBACK, SENDING(WITH_FLAGS))
{
    observe_result(send_as(t, stream_socket(t, iut), "hello", 5, 0));
}

CASE(send_unconnected, listening, .family = ANY_FAMILY, .network = ON_LOOPBACK, SENDING(WITH_FLAGS))
{
    observe_result(send_as(t, listening_socket(t, iut).fd, "hello", 5, 0));
}

MUTANT_BY(send_unconnected, "an unconnected stream socket gives EINVAL", gives_einval)

RULE(write_unconnected, "transfer.write.not-connected",
     .statement =
         "write() and writev() on a stream socket that was never connected fail: by POSIX "
         "with ECONNRESET, or with ENOTCONN as send() does; by Linux and FreeBSD also with EPIPE.",
     .outcome = {[BY_POSIX] = {"ECONNRESET | ENOTCONN",
                               {"posix.write.econnreset", "posix.write.like-send",
                                "posix.send.enotconn", "posix.writev.like-write"}},
                 [BY_LINUX] = {"ENOTCONN | EPIPE",
                               {"linux.send.2.send-is-write", "linux.send.2.enotconn",
                                "linux.send.2.epipe-for-enotconn", "posix.writev.like-write"}},
                 [BY_BSD] = {"ECONNRESET | ENOTCONN | EPIPE",
                             {"freebsd.write.2.epipe-not-connected", "posix.write.econnreset",
                              "posix.write.like-send", "posix.send.enotconn",
                              "freebsd.write.2.writev-gathers"}}});

CASE(write_unconnected, fresh, .family = ANY_FAMILY, .network = ON_LOOPBACK,
     SENDING(WITH_WRITE | WITH_WRITEV))
{
    observe_result(send_as(t, stream_socket(t, iut), "hello", 5, 0));
}

MUTANT_BY(write_unconnected, "an unconnected stream socket gives EINVAL", gives_einval)

RULE(writev_peerless, "transfer.writev.no-peer",
     .statement =
         "writev() on a datagram socket that has no peer fails with EDESTADDRREQ or ENOTCONN, "
         "as send() does, or by POSIX with ECONNRESET, as write() does.",
     .outcome = {[BY_POSIX] = {"EDESTADDRREQ | ENOTCONN | ECONNRESET",
                               {"posix.writev.like-write", "posix.write.like-send",
                                "posix.send.edestaddrreq", "posix.send.enotconn",
                                "posix.write.econnreset"}},
                 [BY_LINUX] = {"EDESTADDRREQ | ENOTCONN",
                               {"linux.send.2.send-is-write", "linux.send.2.edestaddrreq",
                                "linux.send.2.enotconn", "posix.writev.like-write"}},
                 [BY_BSD] = {"EDESTADDRREQ | ENOTCONN | ECONNRESET",
                             {"freebsd.udp.4.enotconn", "freebsd.write.2.writev-gathers",
                              "posix.write.like-send", "posix.send.edestaddrreq",
                              "posix.write.econnreset"}}});

CASE(writev_peerless, fresh, .family = ANY_FAMILY, .network = ON_LOOPBACK, SENDING(WITH_WRITEV))
{
    observe_result(send_as(t, datagram_socket(t, iut), "hello", 5, 0));
}

MUTANT_BY(writev_peerless, "a datagram socket without a peer gives EINVAL", gives_einval)

RULE(receive_unconnected, "transfer.receive.not-connected",
     .statement = "recv(), recvfrom(), recvmsg(), read() and readv() on a stream socket that was "
                  "never connected fail with ENOTCONN.",
     .outcome = {
         [BY_POSIX] = {"ENOTCONN",
                       {"posix.recv.enotconn", "posix.recvfrom.enotconn", "posix.recvmsg.enotconn",
                        "posix.read.enotconn", "posix.readv.like-read"}},
         [BY_LINUX] = {"ENOTCONN",
                       {"linux.recv.2.enotconn", "linux.recv.2.recv-is-read", "posix.read.enotconn",
                        "posix.readv.like-read", "rfc9293.receive-closed",
                        "rfc9293.receive-without-open", "rfc9293.call-without-connection"}},
         [BY_BSD] = {"ENOTCONN",
                     {"freebsd.recv.2.enotconn", "posix.read.enotconn", "posix.readv.like-read"}}});

CASE(receive_unconnected, fresh, .family = ANY_FAMILY, .network = ON_LOOPBACK, RECEIVING(0))
{
    char data[16];
    observe_result(receive_as(t, stream_socket(t, iut), data, sizeof data, 0));
}

CASE(receive_unconnected, listening, .family = ANY_FAMILY, .network = ON_LOOPBACK, RECEIVING(0))
{
    char data[16];
    observe_result(receive_as(t, listening_socket(t, iut).fd, data, sizeof data, 0));
}

MUTANT_BY(receive_unconnected, "an unconnected stream socket gives EINVAL", gives_einval)

/* ---- too much ---- */

/* Where there is no room for so much either, that is as true. */
#define TOO_LONG "EMSGSIZE | ENOBUFS | ENOMEM then next"
#define NO_ROOM_FOR_IT                                                                             \
    "posix.send.enobufs", "posix.sendto.enobufs", "posix.sendto.enomem", "posix.sendmsg.enobufs",  \
        "posix.sendmsg.enomem", "posix.write.enobufs"

RULE(too_long, "transfer.send.too-long",
     .statement = "send(), sendto(), sendmsg(), write() and writev() of more than a datagram can "
                  "hold fail with EMSGSIZE, or where there is no memory for so much with ENOBUFS "
                  "or ENOMEM, and send nothing.",
     .outcome = {
         [BY_POSIX] = {TOO_LONG,
                       {"posix.send.emsgsize", "posix.send.too-long-sends-nothing",
                        "posix.sendto.emsgsize", "posix.sendmsg.emsgsize", "posix.write.like-send",
                        "posix.writev.like-write", NO_ROOM_FOR_IT}},
         [BY_LINUX] = {TOO_LONG,
                       {"linux.send.2.emsgsize", "linux.send.2.emsgsize-not-sent",
                        "linux.send.2.send-is-write", "posix.writev.like-write", NO_ROOM_FOR_IT}},
         [BY_BSD] = {TOO_LONG,
                     {"freebsd.send.2.too-long-emsgsize", "freebsd.send.2.too-long-not-sent",
                      "posix.write.like-send", "posix.writev.like-write", NO_ROOM_FOR_IT}}});

static bool finds_no_memory(int result)
{
    return result == -ENOBUFS || result == -ENOMEM;
}

/* Where a datagram as long as can be (0: not tried) finds memory, this one does not lack it. */
static void observe_too_long(struct test *t, size_t size, size_t longest)
{
    static char much[66000];
    struct ends ends = connected_ends(t);
    int result = send_as(t, ends.iut, much, size, 0);
    if (finds_no_memory(result) && longest &&
        !finds_no_memory(send_as(t, ends.iut, much, longest, 0))) {
        observe("%s, but not for %zu bytes", result_name(result), longest);
        return;
    }
    observe_result(result);
    must(send_as(t, ends.iut, "next", 4, 0));
    observe("%s", receive_next(t, t->peer, ends.peer));
}

/* UDP has 16 bits for the length. */
CASE(too_long, beyond_udp, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = TYPE_DATAGRAM,
     SENDING(0))
{
    observe_too_long(t, 66000, 0);
}

/* So has IP, which counts the header of UDP, and IPv4 its own too. Memory for one byte less is
 * memory enough: who has it, and lacks it for this, counts wrongly. */
CASE(too_long, one_more, .family = ANY_FAMILY, .network = ON_LOOPBACK, .type = TYPE_DATAGRAM,
     SENDING(0))
{
    enum { MOST = 65535, UDP_HEADER = 8, IPV4_HEADER = 20 };
    size_t longest = MOST - UDP_HEADER - (t->peer_domain == AF_INET ? IPV4_HEADER : 0);
    observe_too_long(t, longest + 1, longest);
}

MUTANT(too_long, "as much is sent as fits")
{
    bool too_long = call_sends(call) && call_data(call)->length > 60000;
    uint32_t length = too_long ? call_data(call)->length : 0;
    if (too_long)
        call_data(call)->length = 100;
    mutate(m, call);
    if (too_long)
        call_data(call)->length = length;
}
