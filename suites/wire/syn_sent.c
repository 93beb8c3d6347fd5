/* What comes while the implementation waits for an answer to its SYN. */
#include "suites/wire/wire.h"

RULE(bad_ack, "wire.syn-sent.bad-ack",
     .statement = "A segment that acknowledges what was not sent, while connect() waits for an "
                  "answer, is answered by a RST with the number that it acknowledged, and the "
                  "connection can still be made and has no error.",
     RFCS("RST with the number acknowledged then ACK seq 1 ack 1 then 0",
          "rfc9293.syn-sent-bad-ack-reset", "rfc9293.syn-sent-established",
          "rfc9293.syn-sent-ack-form", "rfc9293.wrong-syn-ack-reset",
          "rfc9293.syn-sent-survives-wrong-syn-ack", "rfc9293.reset-for-foreign-segment",
          "rfc9293.unsynchronized-resets-bad-ack", "rfc9293.unsynchronized-stays"));

enum { WITH_SYN, WITHOUT_SYN };

CASE(bad_ack, unsent, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"segment", {"syn-ack", "ack"}}, {"number", {"before", "beyond"}}})
{
    struct line line = take_line(t);
    struct talk c = line_called(&line);
    struct packet sent =
        tell(&c, t->chosen[0] == WITH_SYN ? SYN | ACK : ACK, .ack = t->chosen[1] ? 1000 : -1);
    struct packet answer = hear_but(&c, SYN);
    int error;
    if (answer.flags == RST && answer.seq == sent.ack)
        observe("RST with the number acknowledged");
    else
        observe("%s", said(&c, answer));
    c.own.number += 100000; /* nothing is kept of the segment that was refused */
    c.next = c.own.number;
    tell(&c, SYN | ACK);
    observe("%s", handshake_said(&c));
    must(sk_getsockopt(iut, c.fd, SOL_SOCKET, SO_ERROR, &error));
    observe("%s", error_name(error));
}

MUTANT_TAMPERS(bad_ack, "the RST has another number", .with = RST, .seq = 1)

RULE(rst_alone, "wire.syn-sent.rst-without-ack",
     .statement = "A RST without ACK, while connect() waits for an answer, has no effect: nothing "
                  "is answered, and the connection can still be made and has no error.",
     RFCS("nothing then ACK seq 1 ack 1 then 0", "rfc9293.syn-sent-rst-without-ack",
          "rfc9293.syn-sent-established", "rfc9293.syn-sent-ack-form"));

/* Zero is what an implementation may have for the number that it expects, before it knows one. And
 * what stands where a segment with ACK acknowledges means nothing in one without. */
CASE(rst_alone, any_number, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"number", {"any", "zero"}}, {"field", {"empty", "as-if-acknowledging"}}})
{
    struct line line = take_line(t);
    struct talk c = line_called(&line);
    tell(&c, RST, .seq = t->chosen[0] ? -c.next : 0, .ack = t->chosen[1] ? c.expected : 0);
    int error;
    observe("%s", said(&c, hear_but_now(&c, SYN)));
    tell(&c, SYN | ACK);
    observe("%s", handshake_said(&c));
    must(sk_getsockopt(iut, c.fd, SOL_SOCKET, SO_ERROR, &error));
    observe("%s", error_name(error));
}

/* The RST is given what makes it one that counts. */
MUTANT_ON_WIRE(rst_alone, "the RST ends the connection")
{
    static uint32_t expected;
    if (heading == FROM_IUT && packet->flags == SYN)
        expected = packet->seq + 1;
    if (heading == TO_IUT && packet->flags == RST) {
        packet->flags |= ACK;
        packet->ack = expected;
    }
    return true;
}

RULE(acknowledged, "wire.syn-sent.acknowledged",
     .statement = "A SYN that was acknowledged is not sent again: that of a connect() that came "
                  "later, and gets no answer, is sent again without it.",
     RFCS("SYN seq 0 then nothing", "rfc9293.syn-sent-acknowledged-removed"));

/* Both timers may expire in the same tick of a clock, in either order: the first SYN may come
 * before the later one, or right behind it. */
CASE(acknowledged, two, .network = ON_LINE, .family = ANY_FAMILY, .seconds = SYN_SECONDS,
     .tags = TAG_WAITS)
{
    struct line line = take_line(t);
    struct talk c = line_called(&line);
    tell(&c, SYN | ACK);
    struct packet answer =
        hear_but(&c, SYN); /* before the SYN was acknowledged it may come again */
    require_by("wire.open.active", answer.flags == ACK, "ACK should have come, and not %s",
               said(&c, answer));
    struct talk later = line_called(&line);
    struct packet again = hear(&later);
    require_by("wire.retransmission.syn", again.protocol, "no SYN comes again");
    observe("%s", said(&later, again));
    observe("%s", said(&c, hear_now(&c)));
}

/* In place of what is sent again comes the SYN of the first connection. */
MUTANT_ON_WIRE(acknowledged, "the SYN is sent again")
{
    static struct packet first;
    static unsigned count;
    if (heading == FROM_IUT && packet->flags == SYN) {
        if (count == 0)
            first = *packet;
        if (++count == 3)
            *packet = first;
    }
    return true;
}
