/* What a connection is good for while one side has closed, and what becomes of data at its end. */
#include "suites/suite.h"

/* ---- the own side is closed ---- */

static void deaf_when_closed(struct mutation *m, struct call *call)
{
    static bool closed;
    if (closed && call_receives(call)) {
        call_succeed(call, 0);
        return;
    }
    mutate(m, call);
    closed |= call->operation == OP_SHUTDOWN;
}

RULE(still_receives, "tcp.half-close.receives",
     .statement = "After shutdown(SHUT_WR) a socket still receives what the other side sends.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH shutdown(), DESCRIPTION SHUT_WR"},
                 {RFC_9293, "3.6: the user who closes may continue to receive"}},
     .outcome = {[BY_POSIX] = "hello then end of file",
                 [BY_LINUX] = "hello then end of file",
                 [BY_BSD] = "hello then end of file"},
     .mutant = {"shutdown(SHUT_WR) ends receiving too", deaf_when_closed});

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

static void swallows(struct mutation *m, struct call *call)
{
    static bool closed;
    if (closed && call_sends(call)) {
        call_succeed(call, call->block[0].length);
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
     .outcome = {[BY_POSIX] = "EPIPE", [BY_LINUX] = "EPIPE", [BY_BSD] = "EPIPE"},
     .mutant = {"what is sent after shutdown(SHUT_WR) vanishes", swallows});

CASE(epipe, shut_down, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .send = ANY_SEND)
{
    struct connection c = connected_pair(t);
    must(sk_shutdown(iut, c.iut, SHUT_WR));
    observe_result(send_by_form(t, iut, c.iut, "late", 4, NULL));
}

/* Sends with MSG_NOSIGNAL whatever the caller said. */
static void never_signals(struct mutation *m, struct call *call)
{
    if (call->operation == OP_WRITE) {
        int result = sk_send(m->real, (int)call->argument[0], call->block[0].bytes,
                             call->block[0].length, MSG_NOSIGNAL);
        if (result < 0)
            call_fail(call, -result);
        else
            call_succeed(call, result);
        return;
    }
    if (call_sends(call))
        call->argument[1] |= MSG_NOSIGNAL;
    mutate(m, call);
}

RULE(sigpipe, "tcp.half-close.send-sigpipe",
     .statement = "The thread that sends on a stream socket which is shut down for sending gets "
                  "SIGPIPE.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH send(), ERRORS EPIPE; XSH write(), ERRORS EPIPE"},
                 {"send(2)", "ERRORS EPIPE"}},
     .outcome = {[BY_POSIX] = "SIGPIPE", [BY_LINUX] = "SIGPIPE", [BY_BSD] = "SIGPIPE"},
     .mutant = {"no call sends SIGPIPE", never_signals});

CASE(sigpipe, shut_down, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .send = ANY_SEND, .needs = LACKS_SIGNALS)
{
    struct connection c = connected_pair(t);
    must(sk_shutdown(iut, c.iut, SHUT_WR));
    require(send_by_form(t, iut, c.iut, "late", 4, NULL) == -EPIPE, "no EPIPE");
    observe("%s", must(sk_signals(iut, SIGPIPE)) == 1 ? "SIGPIPE" : "no signal");
}

static void always_signals(struct mutation *m, struct call *call)
{
    if (call_sends(call) && call->operation != OP_WRITE)
        call->argument[1] &= ~(int64_t)MSG_NOSIGNAL;
    mutate(m, call);
}

RULE(nosignal, "tcp.half-close.send-nosignal",
     .statement = "With MSG_NOSIGNAL sending on a stream socket that is shut down gives EPIPE and "
                  "no signal.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH send(), DESCRIPTION MSG_NOSIGNAL"},
                 {"send(2)", "DESCRIPTION MSG_NOSIGNAL"}},
     .outcome = {[BY_POSIX] = "EPIPE then no signal", [BY_LINUX] = "EPIPE then no signal"},
     .mutant = {"MSG_NOSIGNAL is ignored", always_signals});

CASE(nosignal, shut_down, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .needs = LACKS_SIGNALS, .axis = "call", .choices = {"send", "sendto", "sendmsg"})
{
    struct connection c = connected_pair(t);
    must(sk_shutdown(iut, c.iut, SHUT_WR));
    if (t->choice == 0)
        observe_result(sk_send(iut, c.iut, "late", 4, MSG_NOSIGNAL));
    else if (t->choice == 1)
        observe_result(sk_sendto(iut, c.iut, "late", 4, MSG_NOSIGNAL, NULL));
    else
        observe_result(sk_sendmsg(iut, c.iut, "late", 4, MSG_NOSIGNAL, NULL));
    observe("%s", must(sk_signals(iut, SIGPIPE)) ? "SIGPIPE" : "no signal");
}

/* ---- the other side is closed ---- */

static void eof_once(struct mutation *m, struct call *call)
{
    static bool ended;
    mutate(m, call);
    if (call_receives(call) && call->result == 0) {
        if (ended)
            call_fail(call, ENOTCONN);
        ended = true;
    }
}

RULE(eof, "tcp.half-close.end-of-file",
     .statement = "When the other side has closed and all is read, receiving gives 0, each time.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH recv(), recvfrom(), recvmsg(), read(), RETURN VALUE"},
                 {"recv(2)", "RETURN VALUE"},
                 {SOCKET_FAQ, "2.1: a closed socket reads as zero bytes"}},
     .outcome = {[BY_POSIX] = "5 then 0 then 0",
                 [BY_LINUX] = "5 then 0 then 0",
                 [BY_BSD] = "5 then 0 then 0"},
     .mutant = {"the second read at the end of a stream gives ENOTCONN", eof_once});

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

/* An end of file is hidden from readiness calls. */
static void hides_eof(struct mutation *m, struct call *call)
{
    struct readiness *ready = call->block[0].bytes;
    int shut = 0;
    mutate(m, call);
    if (call->operation != OP_SELECT && call->operation != OP_POLL &&
        call->operation != OP_EPOLL_WAIT)
        return;
    char byte;
    shut = sk_recv(m->real, ready->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
    if (shut)
        ready->found &= ~POLLIN;
}

RULE(eof_ready, "tcp.half-close.end-of-file-readable",
     .statement = "A socket whose other side has closed is reported as readable.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH pselect(), DESCRIPTION: would not block; XSH poll() POLLIN"},
                 {"select(2)", "DESCRIPTION: ready on end-of-file"},
                 {SOCKET_FAQ, "2.13: select says there is data, but read returns zero"}},
     .outcome = {[BY_POSIX] = "readable", [BY_LINUX] = "readable", [BY_BSD] = "readable"},
     .mutant = {"an end of file is not reported as readable", hides_eof});

CASE(eof_ready, peer_closed, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE,
     .readiness = ANY_READINESS)
{
    struct connection c = connected_pair(t);
    must(sk_close(peer, c.peer));
    require(await_iut_state(t, &c, STATE_CLOSE_WAIT) == STATE_CLOSE_WAIT, "no CLOSE_WAIT");
    observe("%s", ready_name(ready(t, iut, c.iut, POLLIN, 0) & POLLIN));
}

/* Closes its own side as soon as it reads the end of the other. */
static void closes_along(struct mutation *m, struct call *call)
{
    mutate(m, call);
    if (call_receives(call) && call->result == 0) {
        sk_shutdown(m->real, (int)call->argument[0], SHUT_WR);
        call_succeed(call, 0);
    }
}

RULE(still_sends, "tcp.half-close.sends",
     .statement = "A socket still sends after the other side has closed its sending.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH shutdown(), DESCRIPTION SHUT_WR: of the own sending only"},
                 {RFC_9293, "3.6 case 2: data may be sent in CLOSE-WAIT"}},
     .outcome = {[BY_POSIX] = "4 then late", [BY_LINUX] = "4 then late", [BY_BSD] = "4 then late"},
     .mutant = {"reading an end of file closes the own side", closes_along});

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

/* ---- data at the end ---- */

static void drops_queue(struct mutation *m, struct call *call)
{
    struct linger at_once = {1, 0};
    if (call->operation == OP_CLOSE)
        sk_setsockopt_bytes(m->real, (int)call->argument[0], SOL_SOCKET, SO_LINGER, &at_once,
                            sizeof at_once);
    mutate(m, call);
}

RULE(queued, "tcp.release.queued-data",
     .statement = "What was sent before close() is delivered before the end of file.",
     .level = LEVEL_SHALL,
     .sources = {{RFC_9293, "3.6: CLOSE sends all that was buffered before; 3.9.1.4"},
                 {POSIX_2016, "XSH 2.10.16 SO_LINGER: close() lets the data be transmitted"}},
     .outcome = {[BY_POSIX] = "hello then end of file",
                 [BY_LINUX] = "hello then end of file",
                 [BY_BSD] = "hello then end of file"},
     .mutant = {"close() resets the connection", drops_queue});

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

static void half_closes(struct mutation *m, struct call *call)
{
    if (call->operation == OP_CLOSE)
        call->operation = OP_SHUTDOWN, call->argument[1] = SHUT_WR;
    mutate(m, call);
}

RULE(after_close, "tcp.release.data-after-close",
     .statement = "Data that arrives after close() is answered by a reset.", .level = LEVEL_SHOULD,
     .sources = {{RFC_9293, "3.6.1 SHLD-3: a RST shows that data was lost"}},
     .outcome = {[BY_POSIX] = "CLOSED", [BY_LINUX] = "CLOSED", [BY_BSD] = "CLOSED"},
     .mutant = {"close() only ends sending", half_closes});

CASE(after_close, peer_sends, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE)
{
    struct connection c = connected_pair(t);
    must(sk_close(iut, c.iut));
    require(await_peer_state(t, &c, STATE_CLOSE_WAIT) == STATE_CLOSE_WAIT, "no CLOSE_WAIT");
    must(sk_send(peer, c.peer, "late", 4, 0));
    observe("%s", tcp_state_name(await_peer_state(t, &c, STATE_NONE)));
}

static void reads_first(struct mutation *m, struct call *call)
{
    char data[64];
    if (call->operation == OP_CLOSE)
        while (sk_recv(m->real, (int)call->argument[0], data, sizeof data, MSG_DONTWAIT) > 0)
            continue;
    mutate(m, call);
}

RULE(unread, "tcp.release.unread-data",
     .statement = "close() with received data unread resets the connection, so that the other side "
                  "hears that its data was lost.",
     .level = LEVEL_SHOULD, .sources = {{RFC_9293, "3.6.1 SHLD-3: a RST shows that data was lost"}},
     .outcome = {[BY_POSIX] = "ECONNRESET", [BY_LINUX] = "ECONNRESET"},
     .mutant = {"close() with unread data sends a FIN", reads_first});

CASE(unread, closed, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE)
{
    struct connection c = connected_pair(t);
    must(sk_send(peer, c.peer, "hello", 5, 0));
    require(await_readable(t, iut, c.iut), "the data did not arrive");
    must(sk_close(iut, c.iut));
    observe("%s", receive_next(t, peer, c.peer));
}
