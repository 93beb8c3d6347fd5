/* What a connection is good for while one side has closed, and what becomes of data at its end. */
#include "suites/suite.h"

/* ---- the own side is closed ---- */

RULE(still_receives, "tcp.half-close.receives",
     .statement = "After shutdown(SHUT_WR) a socket still receives what the other side sends.",
     .outcome = {
         [BY_POSIX] = {"hello then end of file",
                       {"posix.shutdown.shut-wr", "posix.recv.stream-as-available",
                        "posix.recv.returns-0-orderly-shutdown"}},
         [BY_LINUX] = {"hello then end of file",
                       {"linux.shutdown.2.shut-wr", "linux.recv.2.returns-zero-at-end",
                        "rfc9293.close-is-simplex"}},
         [BY_BSD] = {"hello then end of file",
                     {"freebsd.shutdown.2.shut-wr", "freebsd.shutdown.2.stream-all-or-part",
                      "posix.recv.stream-as-available",
                      "freebsd.recv.2.returns-zero-after-shutdown"}},
         [BY_ZOS] = {"hello then end of file",
                     {"zos.shutdown.call.how-1", "zos.shutdown.call.one-way",
                      "zos.recv.returns-zero-closed"}},
         [BY_RFC] = {"hello then end of file",
                     {"rfc9293.close-is-simplex", "rfc9293.receive-fails-after-remote-close",
                      "rfc9293.receive-in-fin-wait-1"}}});

CASE(still_receives, after_fin, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE)
{
    struct connection c = connected_pair(t);
    must(sk_shutdown(iut, c.iut, SHUT_WR));
    require(strcmp(receive_next(t, peer, c.peer), "end of file") == 0, "no end of file");
    must(sk_send(peer, c.peer, "hello", 5, 0));
    observe("%s", receive_next(t, iut, c.iut));
    must(sk_close(peer, c.peer));
    observe("%s", receive_next(t, iut, c.iut));
}

/* Before the other side has heard of it. */
CASE(still_receives, fin_held_back, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE)
{
    struct connection c = connected_pair(t);
    deliver_from(t, iut, NET_HOLD);
    must(sk_shutdown(iut, c.iut, SHUT_WR));
    must(sk_send(peer, c.peer, "hello", 5, 0));
    observe("%s", receive_next(t, iut, c.iut));
    deliver_from(t, iut, NET_DELIVER);
    must(sk_close(peer, c.peer));
    observe("%s", receive_next(t, iut, c.iut));
}

MUTANT(still_receives, "shutdown(SHUT_WR) ends receiving too")
{
    static bool closed;
    if (closed && call_receives(call)) {
        call_succeed(call, 0);
        return;
    }
    mutate(m, call);
    closed |= call->operation == OP_SHUTDOWN;
}

RULE(epipe, "tcp.half-close.send-epipe",
     .statement = "Sending on a socket after shutdown(SHUT_WR) fails with EPIPE.",
     .outcome = {[BY_POSIX] = {"EPIPE",
                               {"posix.send.epipe-shut-down", "posix.sendto.epipe-shut-down",
                                "posix.sendmsg.epipe-shut-down", "posix.write.epipe-shut-down"}},
                 [BY_LINUX] = {"EPIPE", {"linux.send.2.epipe", "linux.socket.7.sigpipe-and-epipe"}},
                 [BY_BSD] = {"EPIPE", {"freebsd.send.2.epipe", "posix.write.epipe-shut-down"}},
                 [BY_ZOS] = {"EPIPE", {"zos.shutdown.table.local-send-write-epipe"}}});

CASE(epipe, shut_down, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .send = ANY_SEND)
{
    struct connection c = connected_pair(t);
    must(sk_shutdown(iut, c.iut, SHUT_WR));
    observe_result(send_by_form(t, iut, c.iut, "late", 4, NULL));
}

MUTANT(epipe, "what is sent after shutdown(SHUT_WR) vanishes")
{
    static bool closed;
    if (closed && call_sends(call)) {
        call_succeed(call, call_data(call)->length);
        return;
    }
    mutate(m, call);
    closed |= call->operation == OP_SHUTDOWN;
}

RULE(sigpipe, "tcp.half-close.send-sigpipe",
     .statement =
         "On Linux sending on a stream socket that is shut down for sending raises SIGPIPE; "
         "POSIX promises that of a socket that is not connected any more.",
     .outcome = {
         [BY_LINUX] = {"SIGPIPE",
                       {"linux.send.2.epipe-sigpipe", "linux.socket.7.sigpipe-and-epipe"}}});

CASE(sigpipe, shut_down, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .send = ANY_SEND, .needs = "signals")
{
    struct connection c = connected_pair(t);
    must(sk_shutdown(iut, c.iut, SHUT_WR));
    require_by("tcp.half-close.send-epipe", send_by_form(t, iut, c.iut, "late", 4, NULL) == -EPIPE,
               "no EPIPE");
    observe("%s", must(sk_signals(iut, SIGPIPE)) == 1 ? "SIGPIPE" : "no signal");
}

/* Sends with MSG_NOSIGNAL whatever the caller said. */
static void sends_no_signal(struct mutation *m, struct call *call)
{
    if (call->operation == OP_WRITE) {
        int result = sk_send(m->real, (int)call->argument[0], call_data(call)->bytes,
                             call_data(call)->length, MSG_NOSIGNAL);
        if (result < 0)
            call_fail(call, -result);
        else
            call_succeed(call, result);
        return;
    }
    if (call_sends(call))
        *call_flags(call) |= MSG_NOSIGNAL;
    mutate(m, call);
}

MUTANT_BY(sigpipe, "no call sends SIGPIPE", sends_no_signal)

RULE(sigpipe_thread, "tcp.half-close.reset-sigpipe",
     .statement = "The thread that sends on a stream socket which is not connected any more, since "
                  "the other side has reset the connection, gets SIGPIPE.",
     .outcome = {[BY_POSIX] = {"SIGPIPE",
                               {"posix.sockets.signals.sigpipe",
                                "posix.sockets.types.stream.sigpipe-on-broken"}},
                 [BY_LINUX] = {"SIGPIPE",
                               {"linux.socket.2.sigpipe", "linux.socket.7.sigpipe-broken",
                                "posix.sockets.signals.sigpipe"}},
                 [BY_BSD] = {"SIGPIPE", {"freebsd.socket.2.stream.sigpipe"}}});

/* Sends with the variant's call on a thread of its own, so that another one can get the signal. */
static int send_on_thread(struct test *t, int fd)
{
    static char data[] = "late";
    struct message message = {.buffer = {block_in(data, 4)}, .buffers = 1};
    struct call call = call_send(fd, data, 4, 0);
    if (t->send == WITH_SENDTO)
        call.operation = OP_SENDTO, call.block[3] = block_address(NULL);
    else if (t->send == WITH_SENDMSG)
        call.operation = OP_SENDMSG, call.block[1] = block_in(&message, sizeof message);
    else if (t->send == WITH_WRITE)
        call.operation = OP_WRITE;
    return finish(sk_begin(t->iut, call));
}

CASE(sigpipe_thread, reset, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .send = ANY_SEND, .needs = "signals")
{
    struct connection c = connected_pair(t);
    struct linger at_once = {1, 0};
    must(sk_setsockopt_bytes(peer, c.peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once));
    must(sk_close(peer, c.peer));
    require_by("transfer.receive.reset", strcmp(receive_next(t, iut, c.iut), "ECONNRESET") == 0,
               "the reset was not seen");
    send_on_thread(t, c.iut); /* what it gives is the matter of tcp.reset.send */
    int all = must(sk_signals(iut, SIGPIPE)), own = must(sk_signals_in_call(iut, SIGPIPE));
    observe("%s", all == 0 ? "no signal" : own == 0 ? "SIGPIPE in another thread" : "SIGPIPE");
}

MUTANT_BY(sigpipe_thread, "no call sends SIGPIPE", sends_no_signal)

RULE(nosignal, "tcp.half-close.send-nosignal",
     .statement = "With MSG_NOSIGNAL sending on a stream socket that is shut down gives EPIPE and "
                  "no signal.",
     .outcome = {[BY_POSIX] = {"EPIPE then no signal",
                               {"posix.send.epipe-shut-down", "posix.sendto.epipe-shut-down",
                                "posix.sendmsg.epipe-shut-down",
                                "posix.sockets.signals.sigpipe-suppressed"}},
                 [BY_LINUX] = {"EPIPE then no signal",
                               {"linux.send.2.epipe", "linux.send.2.epipe-sigpipe",
                                "linux.socket.7.no-sigpipe-with-nosignal"}},
                 [BY_BSD] = {"EPIPE then no signal",
                             {"freebsd.send.2.epipe", "freebsd.send.2.msg-nosignal",
                              "posix.send.epipe-shut-down"}}});

CASE(nosignal, shut_down, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .needs = "signals", .axes = {{"call", {"send", "sendto", "sendmsg"}}})
{
    struct connection c = connected_pair(t);
    must(sk_shutdown(iut, c.iut, SHUT_WR));
    if (t->chosen[0] == 0)
        observe_result(sk_send(iut, c.iut, "late", 4, MSG_NOSIGNAL));
    else if (t->chosen[0] == 1)
        observe_result(sk_sendto(iut, c.iut, "late", 4, MSG_NOSIGNAL, NULL));
    else
        observe_result(sk_sendmsg(iut, c.iut, "late", 4, MSG_NOSIGNAL, NULL));
    observe("%s", must(sk_signals(iut, SIGPIPE)) ? "SIGPIPE" : "no signal");
}

MUTANT(nosignal, "MSG_NOSIGNAL is ignored")
{
    mutate_without_flag(m, call, MSG_NOSIGNAL);
}

/* ---- the other side is closed ---- */

RULE(eof, "tcp.half-close.end-of-file",
     .statement = "When the other side has closed and all is read, receiving gives 0, each time.",
     .outcome = {
         [BY_POSIX] = {"5 then 0 then 0",
                       {"posix.recv.returns-0-orderly-shutdown",
                        "posix.recvfrom.returns-0-orderly-shutdown",
                        "posix.recvmsg.returns-0-orderly-shutdown", "posix.read.like-recv"}},
         [BY_LINUX] = {"5 then 0 then 0", {"linux.recv.2.returns-zero-at-end"}},
         [BY_BSD] = {"5 then 0 then 0",
                     {"freebsd.recv.2.returns-zero-after-shutdown", "posix.read.like-recv",
                      "posix.recv.returns-0-orderly-shutdown"}},
         [BY_ZOS] = {"5 then 0 then 0",
                     {"zos.recv.returns-zero-closed", "zos.select.rexx.close-is-read-event"}}});

CASE(eof, peer_closed, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .recv = ANY_RECV)
{
    struct connection c = connected_pair(t);
    char data[16];
    must(sk_send(peer, c.peer, "hello", 5, 0));
    must(sk_close(peer, c.peer));
    observe("%d", must(receive_by_form(t, iut, c.iut, data, sizeof data)));
    for (int i = 0; i < 2; i++) {
        int result = receive_by_form(t, iut, c.iut, data, sizeof data);
        observe("%s", result > 0 ? "data" : result_name(result));
    }
}

MUTANT(eof, "the second read at the end of a stream gives ENOTCONN")
{
    static bool ended;
    mutate(m, call);
    if (call_receives(call) && call->result == 0) {
        if (ended)
            call_fail(call, ENOTCONN);
        ended = true;
    }
}

/* poll() and epoll_wait() are the matter of readiness.ready.end-of-file. By RFC 9293 the user is
 * told without receiving, and may be so in another way than by select(). */
RULE(eof_ready, "tcp.half-close.end-of-file-readable",
     .statement = "select() reports a socket whose other side has closed as readable.",
     .outcome = {
         [BY_POSIX] = {"readable",
                       {"posix.select.read-ready-data-eof-error",
                        "posix.select.socket-input-is-recvmsg"}},
         [BY_LINUX] = {"readable",
                       {"linux.select.2.readable-at-end", "rfc9293.remote-close-signalled"}},
         [BY_BSD] = {"readable", {"posix.select.read-ready-data-eof-error"}},
         [BY_ZOS] = {"readable", {"zos.select.rexx.close-is-read-event"}}});

CASE(eof_ready, peer_closed, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .readiness = WITH_SELECT)
{
    struct connection c = connected_pair(t);
    must(sk_close(peer, c.peer));
    await_data(t, iut, c.iut); /* the end */
    observe("%s", ready_name(ready(t, iut, c.iut, POLLIN, 0) & POLLIN));
}

/* An end of file is hidden from readiness calls. */
MUTANT(eof_ready, "an end of file is not reported as readable")
{
    static int accepted = -1, connected = -1;
    char byte;
    mutate(m, call);
    if (call->operation == OP_ACCEPT && !call->error)
        accepted = (int)call->result;
    if (call->operation == OP_CONNECT)
        connected = (int)call->argument[0];
    int fd = accepted >= 0 ? accepted : connected;
    if (call_asks_readiness(call) && sk_recv(m->real, fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
        call_set_found(call, call_found(call) & ~POLLIN);
}

RULE(still_sends, "tcp.half-close.sends",
     .statement = "A socket still sends after the other side has closed its sending.",
     .outcome = {
         [BY_POSIX] = {"4 then late",
                       {"posix.shutdown.shut-wr", "posix.sockets.types.stream.reliable-sequenced"}},
         [BY_LINUX] = {"4 then late", {"linux.shutdown.2.shut-wr", "rfc9293.send-close-wait"}},
         [BY_BSD] = {"4 then late",
                     {"freebsd.shutdown.2.shut-wr",
                      "posix.sockets.types.stream.reliable-sequenced"}},
         [BY_RFC] = {"4 then late", {"rfc9293.send-close-wait"}}});

CASE(still_sends, after_end_of_file, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .send = ANY_SEND)
{
    struct connection c = connected_pair(t);
    must(sk_shutdown(peer, c.peer, SHUT_WR));
    require(strcmp(receive_next(t, iut, c.iut), "end of file") == 0, "no end of file");
    int sent = send_by_form(t, iut, c.iut, "late", 4, NULL);
    observe("%s", sent == 4 ? "4" : result_name(sent));
    observe("%s", receive_next(t, peer, c.peer));
}

/* Closes its own side as soon as it reads the end of the other. */
MUTANT(still_sends, "reading an end of file closes the own side")
{
    mutate(m, call);
    if (call_receives(call) && call->result == 0) {
        sk_shutdown(m->real, (int)call->argument[0], SHUT_WR);
        call_succeed(call, 0);
    }
}

/* ---- data at the end ---- */

RULE(queued, "tcp.release.queued-data",
     .statement = "What was sent before close() is delivered before the end of file.",
     .outcome = {
         [BY_LINUX] = {"hello then end of file",
                       {"linux.socket.7.so-linger-off", "rfc9293.close-delivers-what-was-sent"}},
         [BY_RFC] = {"hello then end of file",
                     {"rfc9293.close-delivers-what-was-sent", "rfc9293.close-established"}}});

CASE(queued, closed, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE)
{
    struct connection c = connected_pair(t);
    must(sk_send(iut, c.iut, "hello", 5, 0));
    must(sk_close(iut, c.iut));
    observe("%s", receive_next(t, peer, c.peer));
    observe("%s", receive_next(t, peer, c.peer));
}

CASE(queued, held_back, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE)
{
    struct connection c = connected_pair(t);
    deliver_from(t, iut, NET_HOLD);
    must(sk_send(iut, c.iut, "hello", 5, 0));
    must(sk_close(iut, c.iut));
    deliver_from(t, iut, NET_DELIVER);
    observe("%s", receive_next(t, peer, c.peer));
    observe("%s", receive_next(t, peer, c.peer));
}

CASE(queued, not_transmitted, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .outcome = {
         [BY_LINUX] = {"all then end of file",
                       {"linux.socket.7.so-linger-off", "rfc9293.close-delivers-what-was-sent"}},
         [BY_RFC] = {"all then end of file",
                     {"rfc9293.close-delivers-what-was-sent", "rfc9293.close-is-graceful"}}})
{
    size_t sent;
    struct connection c = unsent_data(t, &sent);
    must(sk_close(iut, c.iut));
    observe("%s", take_unsent(t, c.peer, sent) == sent ? "all" : "less");
    observe("%s", receive_next(t, peer, c.peer));
}

MUTANT(queued, "close() resets the connection")
{
    struct linger at_once = {1, 0};
    if (call->operation == OP_CLOSE)
        sk_setsockopt_bytes(m->real, (int)call->argument[0], SOL_SOCKET, SO_LINGER, &at_once,
                            sizeof at_once);
    mutate(m, call);
}

RULE(after_close, "tcp.release.data-after-close",
     .statement = "Data that arrives after close() is answered by a reset.",
     .outcome = {
         [BY_LINUX] = {"CLOSED", {"rfc9293.shld-3"}}, [BY_RFC] = {"CLOSED", {"rfc9293.shld-3"}}});

CASE(after_close, peer_sends, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE)
{
    struct connection c = connected_pair(t);
    must(sk_close(iut, c.iut));
    require(await_peer_state(t, &c, STATE_CLOSE_WAIT) == STATE_CLOSE_WAIT, "no CLOSE_WAIT");
    must(sk_send(peer, c.peer, "late", 4, 0));
    observe("%s", tcp_state_name(await_peer_state(t, &c, STATE_NONE)));
}

MUTANT(after_close, "close() only ends sending")
{
    if (call->operation == OP_CLOSE)
        call->operation = OP_SHUTDOWN, call->argument[1] = SHUT_WR;
    mutate(m, call);
}

RULE(unread, "tcp.release.unread-data",
     .statement = "close() with received data unread resets the connection, so that the other side "
                  "hears that its data was lost.",
     .outcome = {[BY_LINUX] = {"ECONNRESET", {"rfc9293.shld-3"}},
                 [BY_ZOS] = {"ECONNRESET", {"zos.close.input-queued-resets"}},
                 [BY_RFC] = {"ECONNRESET", {"rfc9293.shld-3"}}});

/* What a receive says of a reset is no matter of TCP, so that another host hears it. */
CASE(unread, closed, .family = ANY_FAMILY, .network = ON_PAIR, .role = ANY_ROLE)
{
    struct connection c = connected_pair(t);
    must(sk_send(peer, c.peer, "hello", 5, 0));
    await_data(t, iut, c.iut);
    must(sk_close(iut, c.iut));
    observe("%s", receive_next(t, peer, c.peer));
}

MUTANT(unread, "close() with unread data sends a FIN")
{
    char data[64];
    if (call->operation == OP_CLOSE)
        while (sk_recv(m->real, (int)call->argument[0], data, sizeof data, MSG_DONTWAIT) > 0)
            continue;
    mutate(m, call);
}
