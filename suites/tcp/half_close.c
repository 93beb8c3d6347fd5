/* What a connection is good for while one side has closed, and what becomes of data at its end. */
#include "suites/suite.h"

/* ---- the own side is closed ---- */

RULE(still_receives, "tcp.half-close.receives",
     .statement = "After shutdown(SHUT_WR) a socket still receives what the other side sends.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH shutdown(), DESCRIPTION SHUT_WR"},
                 {RFC_9293, "3.6: the user who closes may continue to receive"}},
     .outcome = {[BY_POSIX] = {"hello then end of file"},
                 [BY_LINUX] = {"hello then end of file"},
                 [BY_BSD] = {"hello then end of file"}});

CASE(still_receives, after_fin, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE)
{
    struct connection c = connected_pair(t);
    must(sk_shutdown(iut, c.iut, SHUT_WR));
    require(await_iut_state(t, &c, STATE_FIN_WAIT_2) == STATE_FIN_WAIT_2, "no FIN_WAIT_2");
    must(sk_send(peer, c.peer, "hello", 5, 0));
    observe("%s", receive_next(t, iut, c.iut));
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
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH send(), sendto(), sendmsg(), write(), ERRORS EPIPE"},
                 {"send(2)", "ERRORS EPIPE"}},
     .outcome = {[BY_POSIX] = {"EPIPE"}, [BY_LINUX] = {"EPIPE"}, [BY_BSD] = {"EPIPE"}});

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
     .statement = "The thread that sends on a stream socket which is shut down for sending gets "
                  "SIGPIPE.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH send(), ERRORS EPIPE; XSH write(), ERRORS EPIPE"},
                 {"send(2)", "ERRORS EPIPE"}},
     .outcome = {[BY_POSIX] = {"SIGPIPE"}, [BY_LINUX] = {"SIGPIPE"}, [BY_BSD] = {"SIGPIPE"}});

CASE(sigpipe, shut_down, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .send = ANY_SEND, .needs = "signals")
{
    struct connection c = connected_pair(t);
    must(sk_shutdown(iut, c.iut, SHUT_WR));
    require(send_by_form(t, iut, c.iut, "late", 4, NULL) == -EPIPE, "no EPIPE");
    observe("%s", must(sk_signals(iut, SIGPIPE)) == 1 ? "SIGPIPE" : "no signal");
}

/* Sends with MSG_NOSIGNAL whatever the caller said. */
MUTANT(sigpipe, "no call sends SIGPIPE")
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

RULE(nosignal, "tcp.half-close.send-nosignal",
     .statement = "With MSG_NOSIGNAL sending on a stream socket that is shut down gives EPIPE and "
                  "no signal.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH send(), DESCRIPTION MSG_NOSIGNAL"},
                 {"send(2)", "DESCRIPTION MSG_NOSIGNAL"}},
     .outcome = {[BY_POSIX] = {"EPIPE then no signal"}, [BY_LINUX] = {"EPIPE then no signal"}});

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
    if (call_sends(call) && call->operation != OP_WRITE)
        *call_flags(call) &= ~(int64_t)MSG_NOSIGNAL;
    mutate(m, call);
}

/* ---- the other side is closed ---- */

RULE(eof, "tcp.half-close.end-of-file",
     .statement = "When the other side has closed and all is read, receiving gives 0, each time.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH recv(), recvfrom(), recvmsg(), read(), RETURN VALUE"},
                 {"recv(2)", "RETURN VALUE"},
                 {SOCKET_FAQ, "2.1: a closed socket reads as zero bytes"}},
     .outcome = {[BY_POSIX] = {"5 then 0 then 0"},
                 [BY_LINUX] = {"5 then 0 then 0"},
                 [BY_BSD] = {"5 then 0 then 0"}});

CASE(eof, peer_closed, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .recv = ANY_RECV)
{
    struct connection c = connected_pair(t);
    char data[16];
    must(sk_send(peer, c.peer, "hello", 5, 0));
    must(sk_close(peer, c.peer));
    require(await_iut_state(t, &c, STATE_CLOSE_WAIT) == STATE_CLOSE_WAIT, "no CLOSE_WAIT");
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

RULE(eof_ready, "tcp.half-close.end-of-file-readable",
     .statement = "A socket whose other side has closed is reported as readable.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH pselect(), DESCRIPTION: would not block; XSH poll() POLLIN"},
                 {"select(2)", "DESCRIPTION: ready on end-of-file"},
                 {SOCKET_FAQ, "2.13: select says there is data, but read returns zero"}},
     .outcome = {[BY_POSIX] = {"readable"}, [BY_LINUX] = {"readable"}, [BY_BSD] = {"readable"}});

CASE(eof_ready, peer_closed, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .readiness = ANY_READINESS)
{
    struct connection c = connected_pair(t);
    must(sk_close(peer, c.peer));
    require(await_iut_state(t, &c, STATE_CLOSE_WAIT) == STATE_CLOSE_WAIT, "no CLOSE_WAIT");
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
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH shutdown(), DESCRIPTION SHUT_WR: of the own sending only"},
                 {RFC_9293, "3.6 case 2: data may be sent in CLOSE-WAIT"}},
     .outcome = {
         [BY_POSIX] = {"4 then late"}, [BY_LINUX] = {"4 then late"}, [BY_BSD] = {"4 then late"}});

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
     .level = LEVEL_SHALL,
     .sources = {{RFC_9293, "3.6: CLOSE sends all that was buffered before; 3.9.1.4"},
                 {POSIX_2016, "XSH 2.10.16 SO_LINGER: close() lets the data be transmitted"}},
     .outcome = {[BY_POSIX] = {"hello then end of file"},
                 [BY_LINUX] = {"hello then end of file"},
                 [BY_BSD] = {"hello then end of file"}});

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

MUTANT(queued, "close() resets the connection")
{
    struct linger at_once = {1, 0};
    if (call->operation == OP_CLOSE)
        sk_setsockopt_bytes(m->real, (int)call->argument[0], SOL_SOCKET, SO_LINGER, &at_once,
                            sizeof at_once);
    mutate(m, call);
}

RULE(after_close, "tcp.release.data-after-close",
     .statement = "Data that arrives after close() is answered by a reset.", .level = LEVEL_SHOULD,
     .sources = {{RFC_9293, "3.6.1 SHLD-3: a RST shows that data was lost"}},
     .outcome = {[BY_POSIX] = {"CLOSED"}, [BY_LINUX] = {"CLOSED"}, [BY_BSD] = {"CLOSED"}});

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
     .level = LEVEL_SHOULD, .sources = {{RFC_9293, "3.6.1 SHLD-3: a RST shows that data was lost"}},
     .outcome = {[BY_POSIX] = {"ECONNRESET"}, [BY_LINUX] = {"ECONNRESET"}});

CASE(unread, closed, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE)
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
