/* A SYN that arrives where there is a connection already; TIME_WAIT is in time_wait.c. */
#include "suites/wire/states.h"
#include "suites/wire/wire.h"

/* More than any window that is not scaled. */
enum { BEYOND = 100000, BEFORE = -1000 };

/* life(), and whether a connection that is alive goes on with the number that is right, where the
 * state is one in which the IUT takes data. */
static const char *life_in(struct talk *c, enum tcp_state state)
{
    struct test *t = c->line->t;
    const char *alive = life(c);
    bool takes_data =
        state == STATE_ESTABLISHED || state == STATE_FIN_WAIT_1 || state == STATE_FIN_WAIT_2;
    if (!takes_data || strcmp(alive, "alive") != 0)
        return alive;
    tell(c, ACK, .text = "x");
    const char *came = receive_next(t, t->iut, c->fd);
    return strcmp(came, "x") == 0 ? alive : came;
}

#define OUTSIDE                                                                                    \
    {                                                                                              \
        "current ACK then alive",                                                                  \
        {                                                                                          \
            "rfc9293.syn-outside-window-acknowledged", "rfc9293.no-other-state-change",            \
                "rfc9293.synchronized-acks-unacceptable", "rfc9293.synchronized-stays",            \
                "rfc9293.unacceptable-acknowledged", "rfc9293.unacceptable-dropped"                \
        }                                                                                          \
    }

RULE(outside, "wire.syn.outside-window",
     .statement =
         "A SYN outside the receive window, in any synchronized state before TIME_WAIT, is "
         "answered by an ACK of the current numbers, and changes nothing.",
     .outcome = {[BY_LINUX] = OUTSIDE, [BY_RFC] = OUTSIDE});

CASE(outside, every_state, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {ANY_STATE_TO_LAST_ACK, {"number", {"before", "beyond"}}})
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, chosen_state(t));
    tell(&c, SYN, .seq = (uint32_t)(t->chosen[1] ? BEYOND : BEFORE));
    observe("%s", current_ack(&c, hear_answer(&c)));
    observe("%s", life_in(&c, chosen_state(t)));
}

/* The SYN with ACK that opened the connection, once more. */
CASE(outside, syn_ack_again, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    tell(&c, SYN | ACK, .seq = -1);
    observe("%s", current_ack(&c, hear_answer(&c)));
    observe("%s", life_in(&c, STATE_ESTABLISHED));
}

/* Whether it is a SYN to the IUT that opens no connection: the first one does. */
static bool is_second_syn(const struct packet *packet, enum heading heading)
{
    static unsigned count;
    return heading == TO_IUT && packet->flags & SYN && ++count > 1;
}

MUTANT_ON_WIRE(outside, "the SYN is not answered")
{
    return !is_second_syn(packet, heading);
}

static void syn_in_window(struct test *t)
{
    struct line line = take_line(t);
    struct talk c = line_in(&line, chosen_state(t));
    tell(&c, SYN, .seq = 10);
    struct packet answer = hear_answer(&c);
    observe("%s", answer.flags & RST ? "RST" : current_ack(&c, answer));
    observe("%s", life_in(&c, chosen_state(t)));
}

#define CHALLENGED                                                                                 \
    {                                                                                              \
        "current ACK then alive",                                                                  \
        {                                                                                          \
            "rfc5961.syn-challenged", "rfc5961.syn-challenged-dropped"                             \
        }                                                                                          \
    }

RULE(challenged, "wire.syn.in-window-challenged",
     .statement = "A SYN in the receive window, in any synchronized state before TIME_WAIT, is "
                  "answered by an ACK of the current numbers, and changes nothing.",
     .outcome = {[BY_LINUX] = CHALLENGED, [BY_RFC] = CHALLENGED});

CASE(challenged, every_state, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {ANY_STATE_TO_LAST_ACK})
{
    syn_in_window(t);
}

/* The SYN is made a RST that counts. */
MUTANT_ON_WIRE(challenged, "the SYN ends the connection")
{
    if (is_second_syn(packet, heading)) {
        packet->flags = RST;
        packet->seq -= 10;
    }
    return true;
}

#define EITHER_WAY                                                                                 \
    {                                                                                              \
        "current ACK then alive || RST then gone",                                                 \
        {                                                                                          \
            "rfc9293.syn-challenged", "rfc9293.syn-challenged-dropped",                            \
                "rfc9293.syn-in-window-resets"                                                     \
        }                                                                                          \
    }

RULE(either_way, "wire.syn.in-window",
     .statement = "A SYN in the receive window, in any synchronized state before TIME_WAIT, is "
                  "either answered by an ACK of the current numbers and changes nothing, or "
                  "answered by a RST and ends the connection.",
     .outcome = {[BY_LINUX] = EITHER_WAY, [BY_RFC] = EITHER_WAY});

CASE(either_way, every_state, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {ANY_STATE_TO_LAST_ACK})
{
    syn_in_window(t);
}

MUTANT_ON_WIRE(either_way, "the SYN is not answered")
{
    return !is_second_syn(packet, heading);
}

/* ---- half-open connections ---- */

#define RESTARTED "current ACK then nothing then ECONNRESET then SYN ACK seq 0 ack 1"

RULE(restarted, "wire.half-open.syn",
     .statement = "When a peer that has lost its connection opens it anew, its SYN is answered by "
                  "an ACK of the old numbers, the RST that it sends then ends the old connection, "
                  "recv() fails with ECONNRESET, and its next SYN is answered by the listener.",
     .outcome = {[BY_POSIX] = {"* then * then ECONNRESET then *", {"posix.recv.econnreset"}},
                 [BY_LINUX] = {RESTARTED,
                               {"posix.recv.econnreset", "rfc9293.syn-meets-old-connection",
                                "rfc9293.rst-elsewhere-aborts", "rfc9293.listen-syn-answered"}},
                 [BY_BSD] = {"* then * then ECONNRESET then *", {"freebsd.recv.2.econnreset"}},
                 [BY_ZOS] = {"* then * then ECONNRESET then *", {"zos.recv.econnreset"}},
                 [BY_RFC] = {RESTARTED,
                             {"rfc9293.syn-meets-old-connection", "rfc9293.rst-elsewhere-aborts",
                              "rfc9293.listen-syn-answered"}}});

CASE(restarted, server, .network = ON_LINE, .family = ANY_FAMILY, .role = ROLE_SERVER)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line), again = c;
    struct packet syn = tell(&c, SYN, .seq = BEYOND), answer = hear(&c);
    observe("%s", current_ack(&c, answer));
    line_send_packet(&line, reply(&answer, RST));
    observe("%s", said(&c, hear_now(&c)));
    observe("%s", receive_next(t, iut, c.fd));
    line_send_packet(&line, syn);
    answer = hear(&again);
    again.own = (struct origin){true, syn.seq};
    again.others = (struct origin){true, answer.seq};
    observe("%s", said(&again, answer));
}

MUTANT_TAMPERS(restarted, "the RST is not heard", .heading = TO_IUT, .with = RST, .lost = true)

RULE(aborted, "wire.half-open.data",
     .statement = "A connection is ended when its data is answered by a RST, since the peer has "
                  "lost it: recv() fails with ECONNRESET.",
     .outcome = {[BY_POSIX] = {"ECONNRESET then *", {"posix.recv.econnreset"}},
                 [BY_LINUX] = {"ECONNRESET then gone",
                               {"posix.recv.econnreset", "rfc9293.half-open-aborted",
                                "rfc9293.half-open-reset-on-data", "rfc9293.rst-elsewhere-aborts"}},
                 [BY_BSD] = {"ECONNRESET then *", {"freebsd.recv.2.econnreset"}},
                 [BY_ZOS] = {"ECONNRESET then *", {"zos.recv.econnreset"}},
                 [BY_RFC] = {"ECONNRESET then gone",
                             {"rfc9293.half-open-aborted", "rfc9293.half-open-reset-on-data",
                              "rfc9293.rst-elsewhere-aborts"}}});

CASE(aborted, sending, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    must(sk_send(iut, c.fd, "hello", 5, 0));
    struct packet data = must_hear(&c, ACK);
    line_send_packet(&line, reply(&data, RST));
    observe("%s", receive_next(t, iut, c.fd));
    hear_rest(&c); /* the data can have come again before the RST went */
    observe("%s", life(&c));
}

MUTANT_TAMPERS(aborted, "the RST is not heard", .heading = TO_IUT, .with = RST, .lost = true)

#define TRIES_ON                                                                                   \
    {                                                                                              \
        "RST with the number acknowledged then SYN seq 0 then ACK seq 1 ack 1 then 0",             \
        {                                                                                          \
            "rfc9293.syn-sent-resets-old-connection", "rfc9293.syn-sent-tries-on",                 \
                "rfc9293.unsynchronized-resets-bad-ack", "rfc9293.unsynchronized-reset-number",    \
                "rfc9293.unsynchronized-stays"                                                     \
        }                                                                                          \
    }

RULE(tries_on, "wire.half-open.tries-on",
     .statement =
         "When connect() meets a peer that still has an old connection, and answers to the "
         "SYN by an ACK of its numbers, that ACK is answered by a RST, the SYN is sent "
         "again, and the connection is made without an error.",
     .outcome = {[BY_LINUX] = TRIES_ON, [BY_RFC] = TRIES_ON});

CASE(tries_on, old_connection, .network = ON_LINE, .family = ANY_FAMILY, .seconds = SYN_SECONDS,
     .tags = TAG_WAITS)
{
    struct line line = take_line(t);
    struct talk c = line_called(&line);
    struct packet sent = tell(&c, ACK, .seq = 5000, .ack = 7000), answer = hear_but(&c, SYN);
    bool right = has_just(&answer, RST) && answer.seq == sent.ack;
    int error;
    observe("%s", right ? "RST with the number acknowledged" : said(&c, answer));
    answer = hear(&c);
    observe("%s", said(&c, answer));
    tell(&c, SYN | ACK);
    observe("%s", handshake_said(&c));
    must(sk_getsockopt(iut, c.fd, SOL_SOCKET, SO_ERROR, &error));
    observe("%s", error ? error_name(error) : connect_ends(&c));
}

MUTANT_TAMPERS(tries_on, "the RST has another number", .with = RST, .seq = 1)

RULE(calls, "wire.syn.in-window-calls",
     .statement = "A SYN in the receive window either ends the connection by a RST, a recv() that "
                  "waits fails with ECONNRESET, and what was sent is not sent again; or it is "
                  "answered by an ACK of the current numbers, and both go on.",
     RFCS("current ACK then waits then sent again || RST then ECONNRESET then nothing",
          "rfc9293.syn-in-window-calls", "rfc9293.syn-in-window-signalled",
          "rfc9293.syn-in-window-flushed", "rfc5961.syn-challenged",
          "rfc5961.syn-challenged-dropped"));

/* What becomes of the calls and of what was sent is a "should" of the RST; wire.syn.in-window has
 * what must be. What comes again of another connection, on which data was sent later, shows what
 * does not. */
CASE(calls, waiting, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE, .tags = TAG_WAITS,
     .seconds = 15)
{
    enum { AGAIN = 2 }; /* the data, on a slow machine */
    struct line line = take_line(t);
    struct talk c = line_connected(&line), other = line_connected(&line);
    struct packet packet;
    bool again = false;
    char byte;
    struct pending *waiting = sk_begin(iut, call_recv(c.fd, &byte, 1, 0));
    require_by("wire.early.recv", sk_waits(waiting), "recv() does not wait");
    must(sk_send(iut, c.fd, "hello", 5, 0));
    require_by("wire.open.first-data", hear(&c).length == 5, "the data did not come");
    tell(&c, SYN, .seq = 10);
    packet = hear(&c);
    for (int times = 0; packet.protocol && packet.length && times < AGAIN; times++)
        packet = hear(&c);
    bool reset = packet.flags & RST;
    observe("%s", reset ? "RST" : current_ack(&c, packet));
    if (reset)
        observe_count(finish(waiting));
    must(sk_send(iut, other.fd, "hello", 5, 0));
    for (int times = 0; times < 4 && !again;
         times += address_equal(&packet.destination, &other.end)) {
        packet = see(&line);
        require_by("wire.retransmission.data", packet.protocol, "the data does not come again");
        again |= packet.length && address_equal(&packet.destination, &c.end);
    }
    if (!reset)
        observe("%s", sk_waits(waiting) ? "waits" : "returns");
    observe("%s", again ? "sent again" : "nothing");
}

MUTANT_ON_WIRE(calls, "the answer is a RST, but nothing ends")
{
    static bool sent;
    sent |= packet->length > 0;
    if (heading == FROM_IUT && sent && packet->flags == ACK && !packet->length)
        packet->flags |= RST;
    return true;
}
