/* Sending and receiving on what is no socket, is not connected, or cannot carry that much. */
#include "suites/transfer/forms.h"

#define EACH(outcome_)                                                                             \
    {                                                                                              \
        [BY_POSIX] = {outcome_}, [BY_LINUX] = {outcome_}, [BY_BSD] = { outcome_ }                  \
    }

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
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH send(), sendto(), sendmsg() and write(), ERRORS EBADF"},
                 {"send(2)", "ERRORS EBADF"},
                 {"write(2)", "ERRORS EBADF"},
                 {FREEBSD_SEND_2, "ERRORS EBADF"},
                 {FREEBSD_WRITE_2, "ERRORS EBADF"}},
     .outcome = EACH("EBADF"));

CASE(send_closed, closed, .family = FAMILY_IPV4, .network = ON_LOOPBACK, SENDING(0))
{
    observe_result(send_as(t, closed_socket(t), "hello", 5, 0));
}

MUTANT_BY(send_closed, "a closed descriptor gives EINVAL", gives_einval)

RULE(receive_closed, "transfer.receive.bad-descriptor",
     .statement = "recv(), recvfrom(), recvmsg(), read() and readv() on a descriptor that is not "
                  "open fail with EBADF.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH recv(), recvfrom(), recvmsg() and read(), ERRORS EBADF"},
                 {"recv(2)", "ERRORS EBADF"},
                 {"read(2)", "ERRORS EBADF"},
                 {FREEBSD_RECV_2, "ERRORS EBADF"},
                 {FREEBSD_READ_2, "ERRORS EBADF"}},
     .outcome = EACH("EBADF"));

CASE(receive_closed, closed, .family = FAMILY_IPV4, .network = ON_LOOPBACK, RECEIVING(0))
{
    char data[16];
    observe_result(receive_as(t, closed_socket(t), data, sizeof data, 0));
}

MUTANT_BY(receive_closed, "a closed descriptor gives EINVAL", gives_einval)

RULE(send_pipe, "transfer.send.not-a-socket",
     .statement = "send(), sendto() and sendmsg() on a descriptor that is not a socket's fail with "
                  "ENOTSOCK.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH send(), sendto() and sendmsg(), ERRORS ENOTSOCK"},
                 {"send(2)", "ERRORS ENOTSOCK"},
                 {FREEBSD_SEND_2, "ERRORS ENOTSOCK"}},
     .outcome = EACH("ENOTSOCK"));

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
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH recv(), recvfrom() and recvmsg(), ERRORS ENOTSOCK"},
                 {"recv(2)", "ERRORS ENOTSOCK"},
                 {FREEBSD_RECV_2, "ERRORS ENOTSOCK"}},
     .outcome = EACH("ENOTSOCK"));

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

#define WRITE_UNCONNECTED "ECONNRESET | ENOTCONN"

RULE(send_unconnected, "transfer.send.not-connected",
     .statement = "send(), sendto() and sendmsg() on a stream socket that was never connected fail "
                  "with ENOTCONN; on Linux it can be EPIPE.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH send(), sendto() and sendmsg(), ERRORS ENOTCONN"},
                 {"send(2)", "ERRORS ENOTCONN; BUGS: EPIPE instead"},
                 {FREEBSD_SEND_2, "ERRORS ENOTCONN, EPIPE"}},
     .outcome = {[BY_POSIX] = {"ENOTCONN"},
                 [BY_LINUX] = {"ENOTCONN | EPIPE"},
                 [BY_BSD] = {"ENOTCONN | EPIPE"}});

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
     .statement = "write() and writev() on a stream socket that was never connected fail: by POSIX "
                  "with ECONNRESET, or with ENOTCONN as send() does.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH write(), ERRORS ECONNRESET; DESCRIPTION: as send()"},
                 {"send(2)", "DESCRIPTION: as write(); ERRORS ENOTCONN; BUGS: EPIPE instead"}},
     .outcome = {[BY_POSIX] = {WRITE_UNCONNECTED}, [BY_LINUX] = {"ENOTCONN | EPIPE"}});

CASE(write_unconnected, fresh, .family = ANY_FAMILY, .network = ON_LOOPBACK,
     SENDING(WITH_WRITE | WITH_WRITEV))
{
    observe_result(send_as(t, stream_socket(t, iut), "hello", 5, 0));
}

MUTANT_BY(write_unconnected, "an unconnected stream socket gives EINVAL", gives_einval)

RULE(writev_peerless, "transfer.writev.no-peer",
     .statement = "writev() on a datagram socket that has no peer fails with EDESTADDRREQ, as "
                  "send() does.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016,
                  "XSH writev() and write(), DESCRIPTION: as send(); XSH send(), ERRORS "
                  "EDESTADDRREQ"},
                 {"write(2)", "ERRORS EDESTADDRREQ"}},
     .outcome = {[BY_POSIX] = {"EDESTADDRREQ"}, [BY_LINUX] = {"EDESTADDRREQ"}});

CASE(writev_peerless, fresh, .family = ANY_FAMILY, .network = ON_LOOPBACK, SENDING(WITH_WRITEV))
{
    observe_result(send_as(t, datagram_socket(t, iut), "hello", 5, 0));
}

MUTANT_BY(writev_peerless, "a datagram socket without a peer gives EINVAL", gives_einval)

RULE(receive_unconnected, "transfer.receive.not-connected",
     .statement = "recv(), recvfrom(), recvmsg(), read() and readv() on a stream socket that was "
                  "never connected fail with ENOTCONN.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH recv(), recvfrom(), recvmsg() and read(), ERRORS ENOTCONN"},
                 {"recv(2)", "ERRORS ENOTCONN"},
                 {FREEBSD_RECV_2, "ERRORS ENOTCONN; read(2) does not have it"}},
     .outcome = {[BY_POSIX] = {"ENOTCONN"}, [BY_LINUX] = {"ENOTCONN"}});

CASE(receive_unconnected, fresh, .family = ANY_FAMILY, .network = ON_LOOPBACK,
     .outcome = {[BY_BSD] = {"ENOTCONN"}}, RECEIVING(WITH_FLAGS))
{
    char data[16];
    observe_result(receive_as(t, stream_socket(t, iut), data, sizeof data, 0));
}

CASE(receive_unconnected, fresh_read, .family = ANY_FAMILY, .network = ON_LOOPBACK,
     RECEIVING(WITH_READ | WITH_READV))
{
    char data[16];
    observe_result(receive_as(t, stream_socket(t, iut), data, sizeof data, 0));
}

CASE(receive_unconnected, listening, .family = ANY_FAMILY, .network = ON_LOOPBACK,
     .outcome = {[BY_BSD] = {"ENOTCONN"}}, RECEIVING(WITH_FLAGS))
{
    char data[16];
    observe_result(receive_as(t, listening_socket(t, iut).fd, data, sizeof data, 0));
}

MUTANT_BY(receive_unconnected, "an unconnected stream socket gives EINVAL", gives_einval)

/* ---- too much ---- */

RULE(too_long, "transfer.send.too-long",
     .statement = "send(), sendto(), sendmsg(), write() and writev() of more than a datagram can "
                  "hold fail with EMSGSIZE, and send nothing.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH send(), sendto() and sendmsg(), DESCRIPTION; ERRORS EMSGSIZE"},
                 {"send(2)", "DESCRIPTION; ERRORS EMSGSIZE"},
                 {FREEBSD_SEND_2, "DESCRIPTION; ERRORS EMSGSIZE; write(2) does not have it"}},
     .outcome = {[BY_POSIX] = {"EMSGSIZE then next"}, [BY_LINUX] = {"EMSGSIZE then next"}});

/* UDP has 16 bits for the length. */
static void observe_too_long(struct test *t)
{
    static char much[66000];
    struct ends ends = connected_ends(t);
    observe_result(send_as(t, ends.iut, much, sizeof much, 0));
    must(send_as(t, ends.iut, "next", 4, 0));
    observe("%s", receive_next(t, t->peer, ends.peer));
}

CASE(too_long, beyond_udp, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = TYPE_DATAGRAM,
     .outcome = {[BY_BSD] = {"EMSGSIZE then next"}}, SENDING(WITH_FLAGS))
{
    observe_too_long(t);
}

CASE(too_long, written, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = TYPE_DATAGRAM,
     SENDING(WITH_WRITE | WITH_WRITEV))
{
    observe_too_long(t);
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
