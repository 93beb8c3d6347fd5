/* How connections come about: the handshake from either side, and from both at once. */
#include "suites/wire/states.h"
#include "suites/wire/wire.h"

RULE(passive, "wire.open.passive",
     .statement = "A SYN to a listening socket is answered by a SYN with ACK of it, and the ACK of "
                  "that makes a connection that accept() gives, and no other.",
     RFCS("SYN ACK seq 0 ack 1 then none then a connection then none",
          "rfc9293.listen-syn-answered", "rfc9293.three-way-handshake",
          "rfc9293.syn-ack-acknowledges-syn", "rfc9293.ack-syn-received",
          "rfc9293.both-sides-synchronize", "rfc9293.listen-syn-received"));

CASE(passive, accepted, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = talk_to_listener(&line);
    tell(&c, SYN);
    struct packet answer = hear(&c);
    c.others = (struct origin){true, answer.seq};
    observe("%s", said(&c, answer));
    c.expected = answer.seq + 1;
    observe("%s", accepted_now(&c));
    tell(&c, ACK);
    observe("%s", accepted_now(&c));
    observe("%s", accepted_now(&c));
}

MUTANT_TAMPERS(passive, "the SYN with ACK acknowledges too much", .with = SYN | ACK, .ack = 1)

RULE(peer_name, "wire.open.peer-name",
     .statement = "The socket that accept() gives has the peer whose SYN came: getpeername() gives "
                  "its address and port, and what send() sends goes there.",
     RFCS("the SYN's then ACK seq 1 ack 1 data 5", "rfc9293.open-closed-peer-from-syn",
          "rfc9293.listen-peer-filled-in", "rfc9293.send-to-implied-peer",
          "rfc9293.passive-open-any-peer", "rfc9293.passive-open-listens",
          "rfc9293.connection-name", "rfc9293.send-bound-notified"));

CASE(peer_name, accepted, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_calls(&line);
    struct address name;
    tell(&c, ACK);
    c.fd = must(sk_accept(iut, c.listener, NULL));
    must(sk_getpeername(iut, c.fd, &name));
    observe("%s", address_equal(&name, &c.line_name) ? "the SYN's" : "another");
    must(sk_send(iut, c.fd, "hello", 5, 0));
    observe("%s", said(&c, hear(&c)));
}

MUTANT_ON_WIRE(peer_name, "data goes to another port")
{
    if (heading == FROM_IUT && packet->length)
        packet->destination =
            address_with_port(packet->destination, address_port(&packet->destination) ^ 1);
    return true;
}

RULE(active, "wire.open.active",
     .statement =
         "connect() sends a SYN without ACK at once, and answers a SYN that acknowledges it with "
         "an ACK of its own number and the other's, whereupon the socket is connected.",
     RFCS("SYN seq 0 then ACK seq 1 ack 1 then 0", "rfc9293.active-open-at-once",
          "rfc9293.replies-to-calls", "rfc9293.three-way-handshake", "rfc9293.syn-sent-established",
          "rfc9293.syn-sent-ack-form", "rfc9293.syn-sent-learns-number",
          "rfc9293.sequence-number-of-syn", "rfc9293.syn-sent-ack-acceptable",
          "rfc9293.open-closed-active", "rfc9293.open-closed-syn-form"));

/* Where the line's address leads is known beforehand, so that the SYN need not wait for it. */
CASE(active, connected, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = talk_to(&line, 0);
    drain(&line);
    c.fd = stream_socket(t, iut);
    set_nonblocking(t, iut, c.fd, true);
    int result = sk_connect(iut, c.fd, &c.line_name);
    require(result == -EINPROGRESS, "connect() without blocking gave %s", result_name(result));
    c.syn = see_now(&line);
    talk_counts_from(&c, &c.syn);
    c.iut = c.syn.source;
    observe("%s", said(&c, c.syn));
    tell(&c, SYN | ACK);
    observe("%s", handshake_said(&c));
    observe("%s", connect_ends(&c));
}

MUTANT_TAMPERS(active, "the ACK acknowledges one too few", .with = ACK, .without = SYN, .ack = -1)

RULE(first_data, "wire.open.first-data",
     .statement = "The first data that send() sends has the number after that of the SYN, and an "
                  "ACK of the other's SYN.",
     RFCS("ACK seq 1 ack 1 data 5", "rfc9293.first-data-number", "rfc9293.connection-name",
          "rfc9293.sender-pushed", "rfc9293.sequence-number-of-data",
          "rfc9293.acknowledgment-number", "rfc9293.acknowledgment-always",
          "rfc9293.sequence-number-of-syn", "rfc9293.send-to-implied-peer"));

CASE(first_data, connected, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    must(sk_send(iut, c.fd, "hello", 5, 0));
    observe("%s", said(&c, hear(&c)));
}

MUTANT_TAMPERS(first_data, "the ACK of the handshake has taken a number", .data = true, .seq = 1)

/* ---- from both sides ---- */

RULE(simultaneous, "wire.open.simultaneous",
     .statement = "Where connect() at both ends sends a SYN at the same time, the SYN is answered "
                  "by a SYN with ACK that has the number of the own SYN, and one connection comes "
                  "of it.",
     RFCS("SYN ACK seq 0 ack 1 then 0", "rfc9293.must-10", "rfc9293.ack-stuck-mitigated",
          "rfc9293.simultaneous-open-states", "rfc9293.simultaneous-open-syn-ack",
          "rfc9293.syn-sent-syn-received"));

/* The other side's SYN with ACK, which has the number of its SYN. Figure 7 has it complete the
 * handshake. By 3.10.7.4, where A.2 is not heeded, it is out of the window, and a SYN besides: it
 * is answered by an ACK, and the handshake is complete when the other side acknowledges once more.
 */
static void tell_crossed_syn_ack(struct talk *c)
{
    tell(c, SYN | ACK, .seq = -1);
    if (hear_but_now(c, SYN | ACK).flags == ACK)
        tell(c, ACK);
}

/* The answer comes at once: a timer sends SYN and ACK too, in place of the SYN. An ACK alone says
 * as much as the other side's SYN with ACK. */
CASE(simultaneous, both, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"answer", {"syn-ack", "ack"}}})
{
    struct line line = take_line(t);
    struct talk c = line_called(&line);
    tell(&c, SYN);
    observe("%s", said(&c, hear_but_now(&c, SYN)));
    if (t->chosen[0])
        tell(&c, ACK);
    else
        tell_crossed_syn_ack(&c);
    observe("%s", connect_ends(&c));
}

MUTANT_TAMPERS(simultaneous, "the SYN with ACK has a new number", .with = SYN | ACK, .seq = 1000)

RULE(simultaneous_data, "wire.open.simultaneous-data",
     .statement = "A connection that connect() at both ends has made carries data both ways.",
     RFCS("abc then ACK seq 1 ack 4 data 5", "rfc9293.must-10", "rfc9293.simultaneous-open-states",
          "rfc9293.either-direction", "rfc9293.text-ack-piggybacked"));

CASE(simultaneous_data, both_ways, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_crossed(&line, (struct packet){.flags = SYN});
    tell_crossed_syn_ack(&c);
    require_by("wire.open.simultaneous", end_of_connect(&c) == 0, "there is no connection");
    tell(&c, ACK, .text = "abc");
    observe("%s", receive_next(t, iut, c.fd));
    must(sk_send(iut, c.fd, "hello", 5, 0));
    struct packet packet;
    do
        packet = hear(&c);
    while (packet.protocol && !packet.length && !(packet.flags & (SYN | RST)));
    observe("%s", said(&c, packet));
}

MUTANT_TAMPERS(simultaneous_data, "no data comes in", .heading = TO_IUT, .data = true, .set = RST)

/* ---- SYNs that come again, or more of them ---- */

RULE(syn_again, "wire.open.syn-again",
     .statement = "A SYN that comes again before the handshake is complete is acknowledged as "
                  "before, and accept() gives one connection.",
     RFCS("acknowledged then a connection then none", "rfc9293.unacceptable-acknowledged"));

/* An ACK of the current numbers is what the text asks for; SYN and ACK once more say the same. They
 * come at once: a timer sends them too, whether the SYN was heard again or not. */
CASE(syn_again, same, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_calls(&line);
    tell(&c, SYN, .seq = -1);
    struct packet answer = hear_now(&c);
    bool again = answer.flags == (SYN | ACK) && answer.seq == c.syn.seq;
    bool plain = answer.flags == ACK && answer.seq == c.syn.seq + 1;
    if ((again || plain) && answer.ack == c.next)
        observe("acknowledged");
    else
        observe("%s", said(&c, answer));
    tell(&c, ACK);
    observe("%s", accepted_now(&c));
    observe("%s", accepted_now(&c));
}

MUTANT_TAMPERS(syn_again, "the SYN that comes again is not heard", .heading = TO_IUT, .with = SYN,
               .nth = 2, .lost = true)

RULE(listens_on, "wire.open.listens-on",
     .statement = "A listening socket answers a SYN while another connection of its port waits for "
                  "its handshake to end, and accept() gives both.",
     RFCS("SYN ACK seq 0 ack 1 then a connection then a connection", "rfc9293.must-42",
          "rfc9293.listen-syn-answered"));

CASE(listens_on, two, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk first = line_calls(&line), second = talk_to(&line, address_port(&first.iut));
    second.listener = first.listener;
    tell(&second, SYN);
    struct packet answer = hear_own(&second);
    second.others = (struct origin){true, answer.seq};
    observe("%s", said(&second, answer));
    second.expected = answer.seq + 1;
    tell(&second, ACK);
    observe("%s", accepted_now(&second));
    tell(&first, ACK);
    observe("%s", accepted_now(&first));
}

MUTANT_TAMPERS(listens_on, "a second SYN is not heard before the first connection is there",
               .heading = TO_IUT, .with = SYN, .nth = 2, .lost = true)

RULE(bad_ack, "wire.open.bad-ack",
     .statement = "An ACK that does not acknowledge the SYN, or acknowledges what was not sent, in "
                  "answer to the SYN with ACK of a listening socket is answered by a RST that has "
                  "the number acknowledged, or by an ACK if it is beyond what was sent, and "
                  "accept() gives no connection of it.",
     RFCS("RST with the number acknowledged then none", "rfc9293.ack-syn-received-bad",
          "rfc9293.unsynchronized-resets-bad-ack", "rfc9293.unsynchronized-reset-number",
          "rfc9293.unsynchronized-stays"));

static void observe_bad_ack(struct test *t, int beside)
{
    struct line line = take_line(t);
    struct talk c = line_calls(&line);
    struct packet sent = tell(&c, ACK, .ack = (uint32_t)beside);
    struct packet answer = hear_but(&c, SYN | ACK);
    if (answer.flags == RST && answer.seq == sent.ack)
        observe("RST with the number acknowledged");
    else
        observe("%s", said(&c, answer));
    observe("%s", accepted_now(&c));
}

CASE(bad_ack, before, .network = ON_LINE, .family = ANY_FAMILY)
{
    observe_bad_ack(t, -1);
}

/* Who looks for blind data does so before the state counts, and answers by an ACK: so 3.10.7.4 has
 * it, though 3.5.2 asks for a RST. */
#define BEYOND_SENT                                                                                \
    {                                                                                              \
        "RST with the number acknowledged | ACK seq 1 ack 1 then none",                            \
        {                                                                                          \
            "rfc9293.ack-syn-received-bad", "rfc9293.unsynchronized-resets-bad-ack",               \
                "rfc9293.unsynchronized-reset-number", "rfc9293.unsynchronized-stays",             \
                "rfc9293.may-12", "rfc9293.ack-range", "rfc9293.ack-outside-range-answered"        \
        }                                                                                          \
    }

CASE(bad_ack, beyond, .network = ON_LINE, .family = ANY_FAMILY,
     .outcome = {[BY_LINUX] = BEYOND_SENT, [BY_RFC] = BEYOND_SENT})
{
    observe_bad_ack(t, 1000);
}

MUTANT_TAMPERS(bad_ack, "it is not heard", .heading = TO_IUT, .with = ACK, .nth = 1, .lost = true)

/* ---- data with the handshake ---- */

RULE(syn_data, "wire.open.data-with-syn",
     .statement = "A SYN with data is answered as one without, and the data is given to recv() "
                  "when the handshake is complete, and not before; if it was not acknowledged then "
                  "it comes again.",
     RFCS("none then a connection then abc then nothing", "rfc9293.syn-data-held-back",
          "rfc9293.data-with-syn", "rfc9293.three-way-handshake"));

CASE(syn_data, listener, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = talk_to_listener(&line);
    tell(&c, SYN, .text = "abc");
    struct packet answer = hear(&c);
    talk_counts_from(&c, &answer);
    if (!has_just(&answer, SYN | ACK) || c.next - answer.ack > 3) {
        observe("%s", said(&c, answer));
        return;
    }
    observe("%s", accepted_now(&c));
    if (answer.ack == c.next)
        tell(&c, ACK);
    else
        tell(&c, ACK, .seq = -3, .text = "abc");
    observe("%s", accepted_now(&c));
    observe("%s", c.fd >= 0 ? receive_next(t, iut, c.fd) : "nothing");
    observe("%s", c.fd >= 0 ? received(t, iut, c.fd) : "nothing");
}

MUTANT_ON_WIRE(syn_data, "data with a SYN is taken for the connection's")
{
    static bool known;
    if (heading == TO_IUT && packet->flags == SYN && !known) {
        known = true;
        packet->text = NULL;
    } else if (heading == TO_IUT && packet->text) {
        packet->text = "abcabc";
    }
    return true;
}

RULE(syn_ack_data, "wire.open.data-with-syn-ack",
     .statement = "Data that comes with the SYN that answers connect() is not lost: recv() gives "
                  "it, once.",
     RFCS("abc then nothing", "rfc9293.syn-sent-data-processed", "rfc9293.data-with-syn",
          "rfc9293.syn-data-legal"));

CASE(syn_ack_data, connecting, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_called(&line);
    tell(&c, SYN | ACK, .text = "abc");
    struct packet answer = hear(&c);
    int error = end_of_connect(&c);
    if (error) {
        observe("connect() ends with %s", error_name(error));
        return;
    }
    if (answer.ack != c.next)
        tell(&c, ACK, .seq = -3, .text = "abc");
    observe("%s", receive_next(t, iut, c.fd));
    drain(&line);
    observe("%s", received(t, iut, c.fd));
}

MUTANT_ON_WIRE(syn_ack_data, "data with the SYN is read from its second byte on")
{
    if (heading == TO_IUT && packet->text)
        packet->text = "bc";
    return true;
}

RULE(open_again, "wire.open.listen-again",
     .statement =
         "bind() and listen() on the port of a connection make a new listener or fail, and "
         "the connection goes on.",
     RFCS("a listener | a failure then abc", "rfc9293.must-41", "rfc9293.passive-open-listens"));

CASE(open_again, port_in_use, .network = ON_LINE, .family = ANY_FAMILY, .role = ROLE_SERVER)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    struct address name;
    must(sk_getsockname(iut, c.listener, &name));
    must(sk_close(iut, c.listener));
    int fd = stream_socket(t, iut);
    sk_setsockopt(iut, c.fd, SOL_SOCKET, SO_REUSEADDR, 1); /* so that bind() need not fail */
    sk_setsockopt(iut, fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (sk_bind(iut, fd, &name) == 0 && sk_listen(iut, fd, 1) == 0) {
        struct talk other = talk_to(&line, address_port(&c.iut));
        tell(&other, SYN);
        struct packet answer = hear(&other);
        observe("%s", has_just(&answer, SYN | ACK) ? "a listener" : said(&other, answer));
    } else {
        observe("a failure");
    }
    tell(&c, ACK, .text = "abc");
    observe("%s", receive_next(t, iut, c.fd));
}

MUTANT_TAMPERS(open_again, "the connection is reset", .heading = TO_IUT, .data = true, .set = RST)
