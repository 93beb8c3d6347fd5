/* Calls before there is a connection: they wait for it, or end with the attempt. */
#include "suites/wire/wire.h"

#include "calls/clock.h"

/* A connection that the IUT's connect() is making, in SYN_SENT or, since the other side's SYN came
 * too, in SYN_RECEIVED; calls wait there. */
static struct talk connecting(struct line *line, bool syn_received)
{
    struct test *t = line->t;
    struct talk c =
        syn_received ? line_crossed(line, (struct packet){.flags = SYN}) : line_called(line);
    set_nonblocking(t, t->iut, c.fd, false);
    return c;
}

/* Completes the handshake, and leaves nothing of it to be heard. */
static void complete(struct talk *c, bool syn_received)
{
    if (syn_received)
        tell(c, ACK);
    else
        tell(c, SYN | ACK);
}

static void without_waiting(struct mutation *m, struct call *call)
{
    int64_t *flags = call_flags(call);
    if (flags)
        *flags |= MSG_DONTWAIT;
    mutate(m, call);
}

#define EITHER_STATE .axes = {{"state", {"syn-sent", "syn-received"}}}

RULE(sends, "wire.early.send",
     .statement = "send() on a socket that is connecting sends no data before the connection is "
                  "there, and its data then.",
     RFCS("no data then 5 then ACK seq 1 ack 1 data 5 then hello", "rfc9293.send-opening-queued"));

/* So that what a late try has left does not come again. */
static void end_try(struct talk *c)
{
    tell(c, RST);
    drain(c->line);
}

/* A call that looks now and then whether the connection stands is late. */
CASE(sends, waiting, .network = ON_LINE, .family = ANY_FAMILY, EITHER_STATE)
{
    struct line line = take_line(t);
    struct talk c;
    struct packet packet;
    bool data = false, late;
    int count, tries = 0;
    do {
        c = connecting(&line, t->chosen[0]);
        struct pending *sending = sk_begin(iut, call_send(c.fd, "hello", 5, 0));
        sk_waits(sending);
        while ((packet = hear_now(&c)).protocol)
            data |= packet.length != 0;
        int64_t begin = clock_now();
        complete(&c, t->chosen[0]);
        count = finish(sending);
        late = clock_late(begin);
        if (late && tries < LATE_TRIES - 1)
            end_try(&c);
    } while (late && ++tries < LATE_TRIES);
    observe("%s", data ? "data" : "no data");
    if (late)
        observe("late");
    else
        observe_count(count);
    do /* it goes now: the connection is there, and nothing else is on its way */
        packet = hear_now(&c);
    while (packet.protocol && !packet.length && !(packet.flags & RST));
    observe("%s", said(&c, packet));
    observe("%s", octets_of(&packet));
}

MUTANT_BY(sends, "send() does not wait for the connection", without_waiting)

RULE(no_room, "wire.early.send-no-room",
     .statement =
         "send() on a nonblocking socket that is connecting fails with EAGAIN, "
         "EWOULDBLOCK, ENOBUFS or ENOMEM when there is no room for its data, which may be at once.",
     RFCS("EAGAIN | EWOULDBLOCK | ENOBUFS | ENOMEM", "rfc9293.send-opening-no-room"));

CASE(no_room, too_much, .network = ON_LINE, .family = ANY_FAMILY, EITHER_STATE)
{
    enum { PARTS = 1000 };
    static const char data[65536];
    struct line line = take_line(t);
    struct talk c = connecting(&line, t->chosen[0]);
    int result = 1;
    set_nonblocking(t, iut, c.fd, true);
    for (int i = 0; i < PARTS && result > 0; i++)
        result = sk_send(iut, c.fd, data, sizeof data, 0);
    observe_result(result);
}

MUTANT_GIVES(no_room, "send() succeeds", OP_SEND, EAGAIN, 0)

RULE(receives, "wire.early.recv",
     .statement = "recv() on a socket that is connecting waits for the connection, and gives the "
                  "data that comes then.",
     RFCS("waits then hello", "rfc9293.receive-opening-queued"));

CASE(receives, waiting, .network = ON_LINE, .family = ANY_FAMILY, EITHER_STATE)
{
    char data[16];
    struct line line = take_line(t);
    bool waits, late;
    int count, tries = 0;
    do {
        struct talk c = connecting(&line, t->chosen[0]);
        struct pending *receiving = sk_begin(iut, call_recv(c.fd, data, sizeof data, 0));
        waits = sk_waits(receiving);
        complete(&c, t->chosen[0]);
        drain(&line);
        int64_t begin = clock_now();
        tell(&c, ACK | PSH, .text = "hello");
        count = finish(receiving);
        late = clock_late(begin);
        if (late)
            end_try(&c);
    } while (late && ++tries < LATE_TRIES);
    observe("%s", waits ? "waits" : "returns");
    observe("%s%s", count > 0 ? data_text(data, (size_t)count) : result_name(count),
            late ? ", late" : "");
}

MUTANT_BY(receives, "recv() does not wait for the connection", without_waiting)

RULE(shut, "wire.early.shutdown",
     .statement =
         "shutdown() in SYN_SENT, where it succeeds, ends a send() that waits for the connection "
         "at once, and a recv() too if it is for both directions.",
     RFCS("ends", "rfc9293.close-syn-sent-calls"));

/* What becomes of a call that waits for the connection when shutdown() is called. */
static const char *shut_while_waiting(struct line *line, bool *late)
{
    static char data[8] = "hello"; /* a call that waits on has it longer than this function */
    struct test *t = line->t;
    bool receives = t->chosen[0] == 2;
    struct talk c = connecting(line, false);
    struct call call =
        receives ? call_recv(c.fd, data, sizeof data, 0) : call_send(c.fd, data, 5, 0);
    struct pending *waiting = sk_begin(t->iut, call);
    bool waits = sk_waits(waiting);
    int count;
    if (!waits && !receives && finish(waiting) >= 0)
        skip("send() takes data at once here");
    require_by(receives ? "wire.early.recv" : "wire.early.send", waits, "the call does not wait");
    if (sk_shutdown(t->iut, c.fd, t->chosen[0] ? SHUT_RDWR : SHUT_WR) < 0)
        skip("shutdown() is refused before there is a connection");
    int64_t then = clock_now();
    if (!sk_finish_within(waiting, patience, &count))
        return "waits on";
    *late = clock_late(then);
    line_send_packet(line, reply(&c.syn, RST | ACK)); /* so that no SYN comes again */
    drain(line);
    return count < (receives ? 1 : 0) ? "ends" : "does all";
}

/* CLOSE ends a RECEIVE; of a shutdown() for sending that is not asked, which by POSIX leaves it
 * alone. A call that is late was ended by a timer, that of the SYN perhaps. */
CASE(shut, waiting, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"call", {"send-sending", "send-both", "recv-both"}}})
{
    struct line line = take_line(t);
    const char *end;
    bool late;
    int tries = 0;
    do {
        late = false;
        end = shut_while_waiting(&line, &late);
    } while (late && ++tries < LATE_TRIES);
    observe("%s%s", end, late ? ", late" : "");
}

MUTANT(shut, "shutdown() does nothing then")
{
    if (call->operation == OP_SHUTDOWN)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

RULE(shut_later, "wire.early.shutdown-waits",
     .statement = "shutdown() for sending, in SYN_RECEIVED and after a send(), sends no FIN before "
                  "the connection is there, and one then, behind what send() has taken.",
     RFCS("no FIN then FIN", "rfc9293.close-syn-received-queued", "rfc9293.close-established"));

static bool fin_comes_now(struct talk *c)
{
    struct packet packet;
    bool fin = false;
    while ((packet = hear_now(c)).protocol)
        fin |= (packet.flags & FIN) != 0;
    return fin;
}

/* What becomes of the data that send() had not taken is for sockets to say. */
CASE(shut_later, sending, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = connecting(&line, true);
    struct packet packet;
    struct pending *sending = sk_begin(iut, call_send(c.fd, "hello", 5, 0));
    int taken = 0;
    if (!sk_waits(sending)) {
        taken = finish(sending);
        require_by("wire.early.send", taken > 0, "send() takes no data");
        sending = NULL; /* the data waits */
    }
    if (sk_shutdown(iut, c.fd, SHUT_WR) < 0)
        skip("shutdown() is refused before there is a connection");
    observe("%s", fin_comes_now(&c) ? "FIN" : "no FIN");
    tell(&c, ACK);
    if (sending)
        taken = finish(sending);
    int64_t begin = clock_now();
    do { /* a FIN may wait for the ACK of the data, but for no timer */
        packet = hear_now(&c);
        tell(&c, ACK);
    } while (packet.protocol && !(packet.flags & (FIN | RST)) && may_still_come(begin));
    uint32_t came = c.expected - c.others.number - 1; /* the FIN is one of them, if in order */
    bool behind = taken > 0 ? came == (uint32_t)taken + 1 : came > 0;
    observe("%s", packet.flags & FIN && behind ? "FIN" : said(&c, packet));
}

MUTANT_TAMPERS(shut_later, "a RST is sent instead", .with = FIN, .clear = FIN, .set = RST)

/* ---- data with the SYN, and no address ---- */

RULE(syn_data, "wire.early.syn-data-kept",
     .statement = "Data that came with the SYN that a listening socket has answered is kept: once "
                  "the handshake is complete recv() gives it, though it does not come again.",
     RFCS("a connection then abc", "rfc9293.listen-syn-data-kept", "rfc9293.listen-syn-received"),
     .deviation = {[BY_LINUX] = {"a connection then nothing",
                                 "Linux keeps the data of a SYN only by Fast Open, with a "
                                 "cookie; the text says should"}});

CASE(syn_data, listener, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = talk_to_listener(&line);
    tell(&c, SYN, .text = "abc");
    struct packet answer = must_hear(&c, SYN | ACK);
    talk_counts_from(&c, &answer);
    tell(&c, ACK);
    observe("%s", accepted_now(&c));
    require(c.fd >= 0, "there is no connection");
    observe("%s", received(t, iut, c.fd));
}

MUTANT_TAMPERS(syn_data, "the connection is reset", .heading = TO_IUT, .with = ACK, .set = RST)

RULE(nobody, "wire.early.no-address",
     .statement = "connect() that is given no address fails and sends nothing, on a new stream "
                  "socket and on a listening one.",
     RFCS("fails then nothing", "rfc9293.open-closed-no-peer", "rfc9293.open-listen-no-peer"));

CASE(nobody, no_bytes, .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_IPV6,
     .axes = {{"socket", {"new", "listening"}}})
{
    struct line line = take_line(t);
    struct address name = line_name(&line, 0);
    int fd = t->chosen[0] ? listening_socket(t, iut).fd : stream_socket(t, iut);
    name.length = 0;
    int result = sk_connect(iut, fd, &name);
    bool tried = result == -ECONNREFUSED || result == -ECONNRESET || result == -ETIMEDOUT ||
                 result == -EINPROGRESS; /* a SYN went to somewhere else */
    observe("%s", tried ? result_name(result) : result < 0 ? "fails" : "succeeds");
    observe("%s", see_now(&line).protocol ? "something" : "nothing");
}

MUTANT(nobody, "connect() without an address succeeds")
{
    mutate(m, call);
    if (call->operation == OP_CONNECT)
        call_succeed(call, 0);
}
