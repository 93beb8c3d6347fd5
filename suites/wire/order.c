/* Segments that come in another order than they were sent, and when they are acknowledged. */
#include "suites/wire/states.h"
#include "suites/wire/wire.h"

RULE(kept, "wire.order.kept",
     .statement = "Data that comes before what it follows is kept: once that has come recv() gives "
                  "all of it in order, and the ACK is of all.",
     RFCS("ACK seq 1 ack 6 then abcde", "rfc9293.shld-31"));

CASE(kept, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    struct packet answer;
    tell(&c, ACK, .seq = 3, .text = "de");
    drain(&line);
    tell(&c, ACK, .text = "abc");
    c.next += 2;
    answer = hear(&c);
    observe("%s", said(&c, answer));
    observe("%s", received_all(t, c.fd));
}

MUTANT_TAMPERS(kept, "it is dropped", .heading = TO_IUT, .data = true, .nth = 1, .lost = true)

RULE(gap, "wire.order.gap",
     .statement = "Data that comes before what it follows is acknowledged at once, with the number "
                  "still expected.",
     RFCS("ACK seq 1 ack 1", "rfc9293.out-of-order-acknowledged", "rfc9293.may-13",
          "rfc5681.out-of-order-at-once"));

CASE(gap, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    tell(&c, ACK, .seq = 3, .text = "de");
    observe("%s", said(&c, hear_now(&c)));
}

MUTANT_TAMPERS(gap, "it is acknowledged as though all had come", .with = ACK, .without = SYN,
               .ack = 5)

RULE(filled, "wire.order.gap-filled",
     .statement = "Data that fills a gap before what came earlier is acknowledged at once.",
     RFCS("ACK seq 1 ack 6", "rfc9293.out-of-order-acknowledged", "rfc5681.gap-filled-at-once"));

/* To who has not kept what came earlier there is no gap, and the ACK may be delayed. */
CASE(filled, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    tell(&c, ACK, .seq = 3, .text = "de");
    drain(&line);
    tell(&c, ACK, .text = "abc");
    struct packet answer = hear_now(&c), later = answer;
    if (!answer.protocol)
        later = hear(&c);
    require_by("wire.order.kept", !later.protocol || later.ack != c.next,
               "what came earlier was not kept");
    observe("%s", said(&c, answer));
}

MUTANT_TAMPERS(filled, "the ACK has the number of before", .with = ACK, .without = SYN, .ack = -5)

RULE(gaps, "wire.order.backwards",
     .statement = "recv() gives all data in order, whatever the order in which it comes, and none "
                  "of it before what it follows has come.",
     RFCS("nothing then 0123456789", "rfc9293.reliable-in-order", "rfc9293.in-order-processing",
          "rfc9293.overlap-trimmed"));

/* In the end all of it comes once more: what is early need not be kept. */
CASE(gaps, permuted, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"order", {"backwards", "odd-first", "overlapping"}}})
{
    static const struct {
        int at;
        const char *text;
    } orders[][6] = {{{8, "89"}, {6, "67"}, {4, "45"}, {2, "23"}, {0, "01"}},
                     {{6, "67"}, {2, "23"}, {8, "89"}, {4, "45"}, {0, "01"}},
                     {{7, "789"}, {3, "3456"}, {5, "5678"}, {1, "123"}, {0, "0123"}}};
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    uint32_t first = c.next;
    for (int i = 0; i < 5; i++) {
        if (orders[t->chosen[0]][i].at == 0) {
            drain(&line);
            observe("%s", received(t, iut, c.fd));
        }
        c.next = first + (uint32_t)orders[t->chosen[0]][i].at;
        tell(&c, ACK, .text = orders[t->chosen[0]][i].text);
    }
    drain(&line);
    c.next = first;
    tell(&c, ACK, .text = "0123456789");
    drain(&line);
    observe("%s", received_all(t, c.fd));
}

MUTANT_ON_WIRE(gaps, "the first is taken for what comes next")
{
    static uint32_t expected;
    static bool taken;
    if (heading == FROM_IUT && packet->flags & ACK)
        expected = packet->ack;
    if (heading == TO_IUT && packet->text && !taken) {
        packet->seq = expected;
        taken = true;
    }
    return true;
}

RULE(fin, "wire.order.fin-early",
     .statement =
         "A FIN that comes before the data that it follows ends the stream after the data, "
         "and not before it has come: recv() waits for it.",
     RFCS("nothing then abc then end of file", "rfc9293.segments-in-sequence",
          "rfc9293.reliable-in-order", "rfc9293.syn-and-fin-count"));

CASE(fin, early, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    tell(&c, FIN | ACK, .seq = 3);
    drain(&line);
    observe("%s", received(t, iut, c.fd));
    tell(&c, ACK, .text = "abc");
    observe("%s", receive_next(t, iut, c.fd));
    drain(&line);
    tell(&c, FIN | ACK); /* once more, where it was not kept */
    observe("%s", receive_next(t, iut, c.fd));
}

MUTANT_TAMPERS(fin, "a FIN counts when it comes", .heading = TO_IUT, .with = FIN, .nth = 1,
               .seq = -3)

/* ---- when ---- */

RULE(delay, "wire.ack.within-half-a-second",
     .statement = "Data is acknowledged within half a second, though nobody calls send() or "
                  "recv().",
     RFCS("current ACK then in time", "rfc9293.must-40", "rfc9293.text-acknowledged",
          "rfc9293.text-ack-form", "rfc9293.cumulative-acknowledgment", "rfc5681.within-500-ms"));

/* Some acknowledge the first segments of a connection at once: it goes on until an ACK was delayed.
 * What is late because the machine had other things to do is not late again. */
CASE(delay, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    enum { MOST = 24, AT_ONCE = 10000000, TOO_LATE = 500000000, OFTEN = 2 };
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    struct packet answer;
    int64_t took = 0;
    int late = 0;
    bool right = true;
    for (int i = 0; i < MOST && right && late < OFTEN; i++) {
        if (took >= AT_ONCE && took < TOO_LATE)
            break;
        struct packet data = tell(&c, ACK, .text = "abc");
        answer = hear(&c);
        took = answer.time - data.time;
        late += took >= TOO_LATE;
        right = strcmp(current_ack(&c, answer), "current ACK") == 0;
    }
    observe("%s", current_ack(&c, answer));
    observe("%s", took < TOO_LATE ? "in time" : "too late");
}

MUTANT_ON_WIRE(delay, "after the first ten it is delayed by a second")
{
    static int count;
    if (heading == FROM_IUT && packet->flags == ACK && ++count > 10)
        packet->time += INT64_C(1000000000);
    return true;
}

RULE(second, "wire.ack.second-segment",
     .statement = "At least every second segment of full size is acknowledged at once: the first "
                  "ones though nobody calls recv(), and those that follow while it takes them.",
     RFCS("yes", "rfc9293.shld-19", "rfc5681.second-segment"));

/* Each is processed before the next one comes: several at once may get one ACK. Some acknowledge
 * each of the first: it goes on for a while where the window has room. */
CASE(second, full, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"reader", {"nobody", "recv"}}})
{
    enum { FEW = 4, MANY = 24 };
    static char data[9000];
    struct line line = take_line(t);
    struct talk c = line_connected(&line, .mss = 1460);
    size_t size = c.syn.mss ? c.syn.mss : t->peer_domain == AF_INET6 ? 1220 : 536;
    require(size <= sizeof data, "segments are too large");
    if (c.syn.window < FEW * size)
        skip("the window has no room for so many segments");
    uint32_t acknowledged = c.next, right = c.next + c.syn.window;
    bool left = false;
    set_nonblocking(t, iut, c.fd, true);
    for (int i = 0; i < (t->chosen[0] ? MANY : FEW) && !left && right - c.next >= size; i++) {
        tell(&c, ACK, .data = data, .length = size);
        for (struct packet packet = hear_now(&c); packet.protocol; packet = hear_on(&c)) {
            acknowledged = packet.ack;
            right = packet.ack + packet.window;
        }
        left = c.next - acknowledged >= 2 * size;
        if (t->chosen[0])
            must(sk_recv(iut, c.fd, data, sizeof data, 0));
    }
    observe("%s", left ? "no" : "yes");
}

MUTANT_ON_WIRE(second, "every third ACK goes out")
{
    static unsigned acks;
    return heading == TO_IUT || packet->flags & SYN || !(packet->flags & ACK) || acks++ % 3 == 0;
}
