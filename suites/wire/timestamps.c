/* Timestamps: which segments have them, and what they echo. */
#include "suites/wire/wire.h"

enum { BEGIN = 100000, LATER = 1000 };

static const char *has_stamp(struct packet packet)
{
    return !packet.protocol ? "missing" : packet.stamp.there ? "there" : "not there";
}

static const char *echoes(struct packet packet, uint32_t value)
{
    if (!packet.stamp.there)
        return has_stamp(packet);
    return packet.stamp.echo == value ? "echoed" : "another is echoed";
}

/* For mutants. */
static bool echoes_another(struct packet *packet, enum heading heading)
{
    if (heading == FROM_IUT)
        packet->stamp.echo -= 2 * LATER;
    return true;
}

/* ---- where they are ---- */

RULE(answered, "wire.timestamps.answered-only",
     .statement = "A listening socket answers a SYN without timestamps by a SYN with ACK that has "
                  "none.",
     RFCS("not there", "rfc7323.stamp-answered-only"));

CASE(answered, listener, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = talk_to_listener(&line);
    tell(&c, SYN, .mss = 1460);
    observe("%s", has_stamp(must_hear(&c, SYN | ACK)));
}

MUTANT_ON_WIRE(answered, "they are always there")
{
    if (heading == FROM_IUT)
        packet->stamp = (struct stamp)STAMP(1, 0);
    return true;
}

RULE(every, "wire.timestamps.in-every-segment",
     .statement =
         "Once both SYNs had timestamps, the ACK that ends connect(), those of data, of a "
         "FIN and of a segment that is not acceptable, the data of send(), when it is sent "
         "again, too, and the FIN of shutdown() have them.",
     RFCS("there", "rfc7323.stamp-in-every-segment"));

CASE(every, connect, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_called(&line);
    need_stamps(&c);
    tell(&c, SYN | ACK, .stamp = STAMP(BEGIN, c.syn.stamp.value));
    struct packet packet = hear_but(&c, SYN);
    require_by("wire.open.active", packet.flags & ACK, "there is no ACK of the SYN");
    observe("%s", has_stamp(packet));
}

static bool stamped(struct test *t, struct packet packet)
{
    require(packet.protocol, "a segment does not come");
    return packet.stamp.there;
}

CASE(every, connected, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_stamped(&line, BEGIN);
    tell(&c, ACK, .text = "abc");
    bool all = stamped(t, acknowledged(&c));
    must(sk_send(iut, c.fd, "hello", 5, 0));
    all &= stamped(t, hear(&c));
    tell(&c, ACK);
    hear_rest(&c); /* before it was acknowledged it may have been sent again */
    tell(&c, ACK, .seq = -LATER, .text = "x");
    all &= stamped(t, hear(&c));
    must(sk_shutdown(iut, c.fd, SHUT_WR));
    all &= stamped(t, must_hear(&c, FIN | ACK));
    tell(&c, FIN | ACK);
    all &= stamped(t, acknowledged(&c));
    observe("%s", all ? "there" : "not there");
}

CASE(every, sent_again, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE, .seconds = 5,
     .tags = TAG_WAITS)
{
    struct line line = take_line(t);
    struct talk c = line_stamped(&line, BEGIN);
    must(sk_send(iut, c.fd, "hello", 5, 0));
    must_hear(&c, ACK);
    struct packet packet = hear(&c);
    require_by("wire.retransmission.data", packet.length, "the data is not sent again");
    observe("%s", has_stamp(packet));
}

MUTANT_ON_WIRE(every, "they are in SYNs only")
{
    if (heading == FROM_IUT && !(packet->flags & SYN))
        packet->stamp.there = false;
    return true;
}

RULE(rst_of_abort, "wire.timestamps.rst-of-abort",
     .statement = "Once both SYNs had timestamps, the RST of close() with SO_LINGER on and no time "
                  "has them.",
     RFCS("there", "rfc7323.rst-of-abort", "rfc7323.stamp-in-rst"));

CASE(rst_of_abort, connected, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_stamped(&line, BEGIN);
    set_linger(t, iut, c.fd, 0);
    must(sk_close(iut, c.fd));
    struct packet rst = hear(&c);
    require(rst.flags & RST, "close() sent no RST");
    observe("%s", has_stamp(rst));
}

MUTANT_ON_WIRE(rst_of_abort, "a RST has none")
{
    if (heading == FROM_IUT && packet->flags & RST)
        packet->stamp.there = false;
    return true;
}

RULE(rst_answers, "wire.timestamps.rst-answers",
     .statement = "Where connect() uses timestamps, the RST that answers a SYN with timestamps to "
                  "a port that nothing listens at has them, too: it echoes that of the SYN, and "
                  "its own value is zero.",
     RFCS("echoed then zero", "rfc7323.rst-answers-stamped", "rfc7323.rst-echo",
          "rfc7323.rst-value"),
     .deviation = {[BY_LINUX] = {"not there then zero",
                                 "a RST that belongs to no socket has no timestamps on Linux, nor "
                                 "ever had"}});

CASE(rst_answers, syn, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk caller = line_called(&line);
    need_stamps(&caller);
    must(sk_close(iut, caller.fd));
    struct talk c = talk_to(&line, unused_port(t));
    struct packet syn = tell(&c, SYN, .stamp = STAMP(BEGIN, 0));
    struct packet rst = must_hear(&c, RST | ACK);
    observe("%s", echoes(rst, syn.stamp.value));
    observe("%s", rst.stamp.value == 0 ? "zero" : "another value");
}

MUTANT_ON_WIRE(rst_answers, "it has a value")
{
    if (heading == FROM_IUT && packet->flags & RST)
        packet->stamp = (struct stamp)STAMP(7, 7);
    return true;
}

/* ---- what they echo ---- */

RULE(echo, "wire.timestamps.echo",
     .statement = "A listening socket's answer to a SYN, the ACK that ends connect(), and the ACK "
                  "of data echo the timestamp of what they acknowledge.",
     RFCS("echoed", "rfc7323.echo-recent", "rfc7323.echo-one", "rfc7323.echo-kept",
          "rfc7323.echo-is-kept"));

CASE(echo, syn, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = talk_to_listener(&line);
    tell(&c, SYN, .stamp = STAMP(BEGIN, 0));
    c.syn = must_hear(&c, SYN | ACK);
    need_stamps(&c);
    observe("%s", echoes(c.syn, BEGIN));
}

CASE(echo, syn_ack, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_called(&line);
    need_stamps(&c);
    tell(&c, SYN | ACK, .stamp = STAMP(BEGIN, c.syn.stamp.value));
    observe("%s", echoes(hear_but(&c, SYN), BEGIN));
}

CASE(echo, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_stamped(&line, BEGIN);
    c.stamp.value += LATER;
    struct packet data = tell(&c, ACK, .text = "abc");
    observe("%s", echoes(acknowledged(&c), data.stamp.value));
}

MUTANT_ON_WIRE_BY(echo, "another is echoed", echoes_another)

RULE(earliest, "wire.timestamps.echo-earliest",
     .statement = "An ACK of several segments echoes the timestamp of the earliest of them, though "
                  "nobody calls recv().",
     RFCS("echoed", "rfc7323.echo-delayed-ack"));

/* Two at a time, until one ACK is of both: at first each may get its own. */
CASE(earliest, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    enum { ROUNDS = 40 };
    struct line line = take_line(t);
    struct talk c = line_stamped(&line, BEGIN);
    struct packet first, answer;
    bool apart = true;
    for (int i = 0; apart; i++) {
        if (i == ROUNDS)
            skip("each segment is acknowledged by itself: it may be");
        first = tell(&c, ACK, .text = "abc");
        uint32_t between = c.next;
        c.stamp.value += LATER;
        tell(&c, ACK, .text = "def");
        apart = false;
        for (answer = hear(&c); answer.protocol && answer.ack != c.next; answer = hear(&c))
            apart |= answer.ack == between;
    }
    observe("%s", echoes(answer, first.stamp.value));
}

MUTANT_ON_WIRE(earliest, "that of the last one is echoed")
{
    static uint32_t last;
    if (heading == TO_IUT)
        last = packet->stamp.value;
    else if (!(packet->flags & SYN))
        packet->stamp.echo = last;
    return true;
}

/* Three octets have come in order, and what follows the next three. */
static struct talk with_gap(struct line *line, struct packet *in_order)
{
    struct test *t = line->t;
    struct talk c = line_stamped(line, BEGIN);
    *in_order = tell(&c, ACK, .text = "abc");
    require(acknowledged(&c).protocol, "data was not acknowledged");
    c.stamp.value += LATER;
    tell(&c, ACK, .seq = 3, .text = "ghi");
    return c;
}

RULE(gap, "wire.timestamps.echo-gap",
     .statement = "The ACK of data that comes before what it follows echoes the timestamp of the "
                  "newest segment that came in order, though nobody calls recv().",
     RFCS("echoed", "rfc7323.echo-gap"));

CASE(gap, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct packet in_order;
    struct talk c = with_gap(&line, &in_order);
    struct packet answer = hear(&c);
    require_by("wire.order.gap", answer.protocol, "there is no ACK of what came too early");
    observe("%s", echoes(answer, in_order.stamp.value));
}

MUTANT_ON_WIRE_BY(gap, "another is echoed", echoes_another)

RULE(filled, "wire.timestamps.echo-gap-filled",
     .statement = "The ACK of data that fills a gap echoes that data's timestamp, be it newer or "
                  "older than that of what came too early, though nobody calls recv().",
     RFCS("echoed", "rfc7323.echo-gap-filled", "rfc7323.echo-kept"));

/* It is newer if the data was lost and comes again, and older if it was overtaken. */
CASE(filled, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"stamp", {"newer", "older"}}})
{
    struct line line = take_line(t);
    struct packet in_order;
    struct talk c = with_gap(&line, &in_order);
    drain(&line);
    c.stamp.value += (uint32_t)(t->chosen[0] ? -LATER / 2 : LATER);
    struct packet filling = tell(&c, ACK, .text = "def"), answer;
    uint32_t filled = c.next; /* and no further, if it does not keep what comes too early */
    c.next += 3;
    do
        answer = hear(&c);
    while (answer.protocol && sequence_before(answer.ack, filled));
    observe("%s", echoes(answer, filling.stamp.value));
}

MUTANT_ON_WIRE_BY(filled, "another is echoed", echoes_another)

RULE(no_echo, "wire.timestamps.no-echo-in-syn",
     .statement = "The SYN of connect() echoes nothing: that field of its timestamps is zero.",
     RFCS("zero", "rfc7323.echo-zero"));

CASE(no_echo, connect, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_called(&line);
    need_stamps(&c);
    observe("%s", c.syn.stamp.echo == 0 ? "zero" : "something else");
}

MUTANT_ON_WIRE_BY(no_echo, "it echoes something", echoes_another)

RULE(echo_ignored, "wire.timestamps.syn-echo-ignored",
     .statement = "A listening socket answers a SYN that echoes a timestamp as any other, with the "
                  "same timestamps or without.",
     RFCS("SYN ACK seq 0 ack 1 then as ever then a connection", "rfc7323.echo-ignored"));

CASE(echo_ignored, listener, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk usual = talk_to_listener(&line), c = talk_to_listener(&line);
    tell(&usual, SYN, .stamp = STAMP(BEGIN, 0));
    struct stamp ever = must_hear(&usual, SYN | ACK).stamp;
    tell(&c, SYN, .stamp = STAMP(BEGIN, line_random() | 1));
    struct packet answer = hear_own(&c);
    talk_counts_from(&c, &answer);
    observe("%s", said(&c, answer));
    bool same = answer.stamp.there == ever.there && answer.stamp.echo == ever.echo;
    observe("%s", same ? "as ever" : "with other timestamps");
    if (answer.stamp.there)
        c.stamp = (struct stamp)STAMP(BEGIN + 1, answer.stamp.value);
    tell(&c, ACK);
    observe("%s", accepted_now(&c));
}

MUTANT_ON_WIRE(echo_ignored, "such a SYN is dropped")
{
    return heading == FROM_IUT || packet->flags != SYN || packet->stamp.echo == 0;
}

/* ---- where they should be and are not, and the other way round ---- */

/* Data without timestamps, or an ACK. */
static void tell_without(struct talk *c, const char *text)
{
    c->stamp.there = false;
    tell(c, ACK, .text = text);
    c->stamp.there = true;
}

/* For mutants. */
static bool ends_without(struct packet *packet, enum heading heading)
{
    if (heading == TO_IUT && !(packet->flags & SYN) && !packet->stamp.there)
        packet->flags |= RST;
    return true;
}

RULE(no_abort, "wire.timestamps.missing-no-abort",
     .statement = "Data, or an ACK, without timestamps does not end a connection that has them: "
                  "recv() gives what comes then.",
     .outcome = {[BY_LINUX] = {"abcdef", {"rfc7323.stampless-no-abort"}},
                 [BY_BSD] = {"abcdef", {"freebsd.tcp.4.mib.tolerate-missing-ts"}},
                 [BY_RFC] = {"abcdef", {"rfc7323.stampless-no-abort"}}});

CASE(no_abort, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"segment", {"data", "ack"}}})
{
    struct line line = take_line(t);
    struct talk c = line_stamped(&line, BEGIN);
    uint32_t next = c.next;
    tell_without(&c, t->chosen[0] ? NULL : "abc");
    drain(&line);
    c.next = next; /* once more, whether the first was dropped or not */
    tell(&c, ACK, .text = "abc");
    tell(&c, ACK, .text = "def");
    drain(&line);
    observe("%s", received_all(t, c.fd));
}

MUTANT_ON_WIRE_BY(no_abort, "it ends the connection", ends_without)

RULE(dropped, "wire.timestamps.missing-dropped",
     .statement = "Data without timestamps, on a connection that has them, is dropped silently: "
                  "recv() gives nothing. FreeBSD tolerates it: recv() gives it.",
     .outcome = {[BY_LINUX] = {"nothing then nothing", {"rfc7323.stampless-dropped"}},
                 [BY_BSD] = {"nothing | ACK seq 1 ack 4 then abc",
                             {"freebsd.tcp.4.mib.tolerate-missing-ts"}},
                 [BY_RFC] = {"nothing then nothing", {"rfc7323.stampless-dropped"}}},
     .deviation = {[BY_LINUX] = {"nothing | ACK seq 1 ack 4 then abc",
                                 "Linux takes such a segment, and always did; RFC 7323 knows of "
                                 "some that do"}});

CASE(dropped, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_stamped(&line, BEGIN);
    tell_without(&c, "abc");
    observe("%s", said(&c, hear_now(&c)));
    observe("%s", received(t, iut, c.fd));
}

MUTANT_ON_WIRE_BY(dropped, "it ends the connection", ends_without)

RULE(not_in_use, "wire.timestamps.not-in-use-ignored",
     .statement = "Where a SYN had no timestamps recv() gives the data of segments that have them, "
                  "whatever their values.",
     RFCS("abcdef", "rfc7323.stamp-not-in-use-ignored"));

CASE(not_in_use, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    tell(&c, ACK, .text = "abc", .stamp = STAMP(BEGIN, 7));
    tell(&c, ACK, .text = "def", .stamp = STAMP(BEGIN - LATER, 9));
    drain(&line);
    observe("%s", received_all(t, c.fd));
}

MUTANT_ON_WIRE(not_in_use, "an old one is refused")
{
    return heading == FROM_IUT || packet->stamp.value != BEGIN - LATER;
}
