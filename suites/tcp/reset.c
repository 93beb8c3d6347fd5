/* The other side resets the connection: what the calls on the own end say of it. */
#include "hosts/message.h"
#include "suites/suite.h"
#include "suites/tcp/reset_connection.h"

/* ---- receiving ---- */

RULE(receive, "transfer.receive.reset",
     .statement = "recv(), recvfrom(), recvmsg() and read() fail with ECONNRESET when the other "
                  "side has reset the connection, and one that waits does so at once.",
     .outcome = {[BY_POSIX] = {"ECONNRESET",
                               {"posix.recv.econnreset", "posix.recvfrom.econnreset",
                                "posix.recvmsg.econnreset", "posix.read.econnreset",
                                "posix.sockets.pending-error.returned-by-recv"}},
                 [BY_LINUX] = {"ECONNRESET",
                               {"posix.recv.econnreset", "posix.recvfrom.econnreset",
                                "posix.recvmsg.econnreset", "posix.read.econnreset",
                                "posix.sockets.pending-error.returned-by-recv"}},
                 [BY_BSD] = {"ECONNRESET",
                             {"freebsd.recv.2.econnreset", "freebsd.read.2.econnreset",
                              "freebsd.tcp.4.econnreset"}},
                 [BY_ZOS] = {"ECONNRESET", {"zos.recv.econnreset"}}});

CASE(receive, next, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE, .recv = ANY_RECV)
{
    char data[8];
    observe_result(receive_by_form(t, iut, reset_connection(t), data, sizeof data));
}

CASE(receive, waiting, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE,
     .axes = {{"call", {"recv", "read", "recvfrom", "recvmsg"}}},
     .outcome = {[BY_POSIX] = {"waits then ECONNRESET",
                               {"posix.recv.blocks", "posix.recv.econnreset", "posix.read.blocks",
                                "posix.read.econnreset", "posix.recvfrom.blocks",
                                "posix.recvfrom.econnreset", "posix.recvmsg.blocks",
                                "posix.recvmsg.econnreset"}},
                 [BY_LINUX] = {"waits then ECONNRESET",
                               {"posix.recv.blocks", "posix.recv.econnreset", "posix.read.blocks",
                                "posix.read.econnreset", "posix.recvfrom.blocks",
                                "posix.recvfrom.econnreset", "posix.recvmsg.blocks",
                                "posix.recvmsg.econnreset"}},
                 [BY_BSD] = {"waits then ECONNRESET",
                             {"freebsd.recv.2.waits-for-message", "posix.read.blocks",
                              "freebsd.recv.2.econnreset", "freebsd.read.2.econnreset"}},
                 [BY_ZOS] = {"waits then ECONNRESET",
                             {"zos.recv.blocks-without-data", "zos.recv.read.blocks",
                              "zos.recv.recvfrom.blocks", "zos.recv.recvmsg.blocks",
                              "zos.recv.econnreset"}}})
{
    static const enum operation receiving[] = {OP_RECV, OP_READ, OP_RECVFROM, OP_RECVMSG};
    char data[8];
    struct message message = {.buffer = {block_out(data, sizeof data)}, .buffers = 1};
    bool waits = true, late = true;
    int result = 0;
    for (int i = 0; i < LATE_TRIES && late; i++) {
        struct connection c = connected_pair(t);
        struct call call = call_recv(c.iut, data, sizeof data, 0);
        call.operation = receiving[t->chosen[0]];
        if (call.operation == OP_RECVMSG)
            call.block[1] = block_in(&message, sizeof message);
        struct pending *pending = sk_begin(iut, call);
        waits = sk_waits(pending) && waits;
        int64_t since = clock_now();
        reset(t, c.peer);
        result = finish(pending);
        late = clock_late(since);
    }
    observe("%s", waits ? "waits" : "returns");
    observe("%s%s", result_name(result), late ? ", late" : "");
}

MUTANT(receive, "a reset is taken for an end of file")
{
    mutate(m, call);
    if (call_receives(call) && call->error == ECONNRESET)
        call_succeed(call, 0);
}

RULE(told_apart, "tcp.reset.told-apart",
     .statement = "Receiving tells a reset of the connection from its end: it fails, while it "
                  "gives nothing at an end.",
     .outcome = {[BY_RFC] = {"an end then a failure",
                             {"rfc9293.must-12", "rfc9293.receive-fails-after-remote-close",
                              "rfc9293.receive-closed"}},
                 [BY_LINUX] = {"an end then a failure",
                               {"rfc9293.must-12", "rfc9293.receive-fails-after-remote-close",
                                "rfc9293.receive-closed"}}});

static const char *end_or_failure(int result)
{
    return result == 0                                   ? "an end"
           : result == -EAGAIN || result == -EWOULDBLOCK ? "nothing"
           : result < 0                                  ? "a failure"
                                                         : "data";
}

CASE(told_apart, both, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE)
{
    struct connection ended = connected_pair(t);
    char byte;
    must(sk_close(peer, ended.peer));
    int result = finish(sk_begin(iut, call_recv(ended.iut, &byte, 1, 0)));
    observe("%s", end_or_failure(result));
    result = finish(sk_begin(iut, call_recv(reset_connection(t), &byte, 1, 0)));
    observe("%s", end_or_failure(result));
}

MUTANT(told_apart, "a reset is taken for an end of file")
{
    mutate(m, call);
    if (call_receives(call) && call->error == ECONNRESET)
        call_succeed(call, 0);
}

RULE(data, "tcp.reset.data-first",
     .statement = "On Linux recv() gives what came before a reset, also after it.",
     .pinned = {[BY_LINUX] = "hello then ECONNRESET"});

CASE(data, unread, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE)
{
    struct connection c = connected_pair(t);
    struct endpoint nobody = bound_socket(t, peer, SOCK_STREAM, PLACE_MAIN);
    must(sk_send(peer, c.peer, "hello", 5, 0));
    await_data(t, iut, c.iut);
    reset(t, c.peer);
    await_refusal(t, iut, &nobody.address); /* it has come before that */
    observe("%s", receive_next(t, iut, c.iut));
    observe("%s", receive_next(t, iut, c.iut));
}

MUTANT(data, "a reset throws away what came before it")
{
    mutate(m, call);
    if (call_receives(call) && call_flags(call) && !(*call_flags(call) & MSG_PEEK) &&
        call->result > 0)
        call_fail(call, ECONNRESET);
}

/* ---- sending ---- */

RULE(sends, "tcp.reset.send",
     .statement = "send(), sendto(), sendmsg() and write() fail with ECONNRESET, EPIPE or ENOTCONN "
                  "when the other side has reset the connection, and one that waits does so at "
                  "once.",
     .outcome = {[BY_POSIX] = {"ECONNRESET | EPIPE | ENOTCONN",
                               {"posix.send.econnreset", "posix.sendto.econnreset",
                                "posix.sendmsg.econnreset", "posix.write.econnreset",
                                "posix.send.epipe-no-longer-connected",
                                "posix.sendto.epipe-no-longer-connected",
                                "posix.sendmsg.epipe-no-longer-connected",
                                "posix.write.epipe-no-longer-connected", "posix.send.enotconn",
                                "posix.sendto.enotconn", "posix.sendmsg.enotconn",
                                "posix.write.like-send"}},
                 [BY_LINUX] = {"ECONNRESET | EPIPE | ENOTCONN",
                               {"linux.send.2.econnreset", "linux.tcp.7.epipe-unexpected-close",
                                "linux.send.2.enotconn", "linux.send.2.send-is-write"}},
                 [BY_BSD] = {"ECONNRESET | EPIPE | ENOTCONN",
                             {"freebsd.tcp.4.econnreset", "freebsd.send.2.epipe",
                              "freebsd.send.2.enotconn"}}});

/* The refusal comes after the reset on the same way, and who is slow to notice that is asked again:
 * not the second send is to fail, but the first. */
static int send_after_reset(struct test *t)
{
    struct endpoint nobody = bound_socket(t, t->peer, SOCK_STREAM, PLACE_MAIN);
    int result = 0;
    for (int i = 0; i < LATE_TRIES && result >= 0; i++) {
        int fd = reset_connection(t);
        await_refusal(t, t->iut, &nobody.address);
        result = send_by_form(t, t->iut, fd, "x", 1, NULL);
    }
    return result;
}

CASE(sends, next, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE, .send = ANY_SEND)
{
    observe_result(send_after_reset(t));
}

CASE(sends, waiting, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_PAIR, .role = ANY_ROLE,
     .axes = {{"call", {"send", "write", "sendto", "sendmsg"}}})
{
    static const enum operation sending[] = {OP_SEND, OP_WRITE, OP_SENDTO, OP_SENDMSG};
    struct message message = {.buffer = {block_in("x", 1)}, .buffers = 1};
    bool late = true;
    int result = 0;
    for (int i = 0; i < LATE_TRIES && late; i++) {
        struct connection c = full_connection(t);
        struct call call = call_send(c.iut, "x", 1, 0);
        call.operation = sending[t->chosen[0]];
        if (call.operation == OP_SENDMSG)
            call.block[1] = block_in(&message, sizeof message);
        struct pending *pending = sk_begin(iut, call);
        require(sk_waits(pending), "the connection is not full");
        int64_t since = clock_now();
        reset(t, c.peer);
        result = finish(pending);
        late = clock_late(since);
    }
    observe("%s%s", result_name(result), late ? ", late" : "");
}

MUTANT(sends, "what is sent after a reset vanishes")
{
    mutate(m, call);
    if (call_sends(call) && (call->error == ECONNRESET || call->error == EPIPE))
        call_succeed(call, call_data(call)->length);
}

RULE(sends_again, "tcp.reset.send-again",
     .statement =
         "When recv() has told of the reset, send(), sendto(), sendmsg() and write() still "
         "fail: with EPIPE, ECONNRESET or ENOTCONN.",
     .outcome = {[BY_POSIX] = {"EPIPE | ECONNRESET | ENOTCONN",
                               {"posix.send.epipe-no-longer-connected", "posix.send.econnreset",
                                "posix.send.enotconn", "posix.write.epipe-no-longer-connected",
                                "posix.write.econnreset", "posix.sendmsg.epipe-no-longer-connected",
                                "posix.sendto.epipe-no-longer-connected", "posix.sendto.econnreset",
                                "posix.sendmsg.econnreset", "posix.sendto.enotconn",
                                "posix.sendmsg.enotconn", "posix.write.like-send"}},
                 [BY_LINUX] = {"EPIPE | ECONNRESET | ENOTCONN",
                               {"linux.tcp.7.epipe-unexpected-close", "linux.send.2.econnreset",
                                "linux.send.2.enotconn", "linux.send.2.send-is-write"}},
                 [BY_BSD] = {"EPIPE | ECONNRESET | ENOTCONN",
                             {"freebsd.send.2.epipe", "freebsd.tcp.4.econnreset",
                              "freebsd.send.2.enotconn"}}});

CASE(sends_again, told, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE,
     .send = ANY_SEND)
{
    observe_result(send_by_form(t, iut, told_connection(t), "x", 1, NULL));
}

MUTANT(sends_again, "what is sent after a reset vanishes")
{
    mutate(m, call);
    if (call_sends(call) && call->error == EPIPE)
        call_succeed(call, call_data(call)->length);
}

/* ---- the error ---- */

RULE(so_error, "tcp.reset.so-error",
     .statement = "getsockopt() of SO_ERROR gives ECONNRESET when the other side has reset the "
                  "connection, and then 0.",
     .outcome = {
         [BY_POSIX] = {"ECONNRESET then 0",
                       {"posix.sockets.asynchronous-errors.econnreset",
                        "posix.sockets.pending-error.returned-by-getsockopt",
                        "posix.sockets.options.error.clears",
                        "posix.sockets.options.error.zero-if-none"}},
         [BY_LINUX] = {"ECONNRESET then 0",
                       {"posix.sockets.asynchronous-errors.econnreset", "linux.socket.7.so-error"}},
         [BY_BSD] = {"ECONNRESET then 0",
                     {"freebsd.tcp.4.econnreset", "freebsd.getsockopt.2.so-error-returns",
                      "freebsd.getsockopt.2.so-error-clears"}}});

static int so_error_of(struct test *t, int fd)
{
    int error = 0;
    must(sk_getsockopt(t->iut, fd, SOL_SOCKET, SO_ERROR, &error));
    return error;
}

/* The reset may be under way for a moment, and no longer: no timer is what makes the error. */
CASE(so_error, twice, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE)
{
    int error = 0, fd = -1;
    for (int i = 0; i < LATE_TRIES && error == 0; i++) {
        struct backoff backoff = backoff_begin(machine_milliseconds(0.1));
        fd = reset_connection(t);
        while ((error = so_error_of(t, fd)) == 0 && backoff_wait(&backoff))
            continue;
    }
    observe("%s", error_name(error));
    observe("%s", error_name(so_error_of(t, fd)));
}

MUTANT(so_error, "a reset leaves no error")
{
    mutate(m, call);
    if (call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_ERROR))
        call_set_option_value(call, 0);
}

RULE(once, "tcp.reset.once",
     .statement =
         "When recv() has failed with the error of a reset, getsockopt() of SO_ERROR gives "
         "0.",
     .outcome = {[BY_POSIX] = {"0",
                               {"posix.sockets.pending-error.cleared",
                                "posix.sockets.options.error.zero-if-none"}},
                 [BY_LINUX] = {"0",
                               {"posix.sockets.pending-error.cleared",
                                "posix.sockets.options.error.zero-if-none"}},
                 [BY_BSD] = {"0",
                             {"posix.sockets.pending-error.cleared",
                              "posix.sockets.options.error.zero-if-none"}}});

CASE(once, told, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE)
{
    observe("%s", error_name(so_error_of(t, told_connection(t))));
}

MUTANT(once, "a receive leaves the error there")
{
    static bool told;
    mutate(m, call);
    told |= call_receives(call) && call->error == ECONNRESET;
    if (told && call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_ERROR))
        call_set_option_value(call, ECONNRESET);
}

RULE(receives_again, "tcp.reset.receive-again",
     .statement = "On Linux receiving gives an end of file when it has told of a reset.",
     .pinned = {[BY_LINUX] = "end of file then end of file"});

CASE(receives_again, told, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE)
{
    int fd = told_connection(t);
    observe("%s", receive_next(t, iut, fd));
    observe("%s", receive_next(t, iut, fd));
}

MUTANT(receives_again, "receiving goes on to fail with ECONNRESET")
{
    static bool told;
    mutate(m, call);
    if (call_receives(call) && told && !call->error && call->result == 0)
        call_fail(call, ECONNRESET);
    told |= call_receives(call) && call->error == ECONNRESET;
}

/* ---- before accept() ---- */

RULE(aborted, "tcp.reset.before-accept",
     .statement = "accept() of a connection that was reset while it waited in the queue fails with "
                  "ECONNABORTED, unless it has left the queue.",
     .outcome = {[BY_POSIX] = {"ECONNABORTED | the next", {"posix.accept.econnaborted"}},
                 [BY_LINUX] = {"ECONNABORTED | ECONNRESET | the next",
                               {"linux.accept.2.econnaborted",
                                "linux.accept.2.network-errors-passed"}},
                 [BY_BSD] = {"ECONNABORTED | the next", {"freebsd.accept.2.econnaborted"}}},
     .deviation = {[BY_LINUX] = {"the one that was reset",
                                 "Linux hands out a connection that was reset, whose first receive "
                                 "fails with ECONNRESET; it always did"}});

static int client_of(struct test *t, const struct endpoint *server, struct address *name)
{
    int fd = stream_socket(t, t->peer);
    must(sk_connect(t->peer, fd, &server->address));
    must(sk_getsockname(t->peer, fd, name));
    *name = as_written_by(t, t->iut, *name);
    return fd;
}

/* The second client's connection comes after the reset of the first one's, on the same way. */
CASE(aborted, reset, .family = ANY_FAMILY, .network = ON_PAIR)
{
    struct endpoint server = listening_socket(t, iut);
    struct address gone, next, name = {.length = 0};
    reset(t, client_of(t, &server, &gone));
    client_of(t, &server, &next);
    int fd = sk_accept(iut, server.fd, &name);
    if (fd < 0)
        observe_result(fd);
    else
        observe("%s", address_equal(&name, &next)   ? "the next"
                      : address_equal(&name, &gone) ? "the one that was reset"
                                                    : "another name");
}

MUTANT(aborted, "accept() fails with EPROTO")
{
    mutate(m, call);
    if (call->operation == OP_ACCEPT)
        call_fail(call, EPROTO);
}

/* ---- the own close() ---- */

RULE(partly_read, "tcp.reset.partly-read",
     .statement = "close() of a connection on which a part of the data was received and a part not "
                  "resets it: the other side gets ECONNRESET.",
     .outcome = {[BY_LINUX] = {"ECONNRESET", {"rfc9293.shld-3"}},
                 [BY_ZOS] = {"ECONNRESET", {"zos.close.input-queued-resets"}},
                 [BY_RFC] = {"ECONNRESET", {"rfc9293.shld-3"}}});

CASE(partly_read, one_of_two, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE)
{
    struct connection c = connected_pair(t);
    char data[2];
    must(sk_send(peer, c.peer, "ab", 2, 0));
    require(finish(sk_begin(iut, call_recv(c.iut, data, 1, 0))) == 1, "no data came");
    require(finish(sk_begin(iut, call_recv(c.iut, data, 1, MSG_PEEK))) == 1, "no more came");
    must(sk_close(iut, c.iut));
    observe("%s", receive_next(t, peer, c.peer));
}

MUTANT(partly_read, "close() throws away what was not received")
{
    char bytes[16];
    if (call->operation == OP_CLOSE)
        while (sk_recv(m->real, (int)call->argument[0], bytes, sizeof bytes, MSG_DONTWAIT) > 0)
            continue;
    mutate(m, call);
}
