/* PAWS: segments whose timestamps are older than what came before. RFC 7323 lets an implementation
 * have timestamps without it, and Linux says that it has it: by the RFC alone such a segment may be
 * taken as well, as any other is, but not be dropped without an ACK. */
#include "suites/wire/wire.h"

enum { BEGIN = 100000, OLD = BEGIN - 1000, LATER = 1000 };

#define LINUX_AND_RFC(linux_, rfc_, ...)                                                           \
    .outcome = {[BY_LINUX] = {linux_, {"linux.tcp.7.rfc1323", __VA_ARGS__}},                       \
                [BY_RFC] = {rfc_, {__VA_ARGS__}}}

/* Whether old data is refused: what comes in later segments is. */
static bool refuses_old(struct talk *c)
{
    struct test *t = c->line->t;
    uint32_t next = c->next;
    tell(c, ACK, .text = "?", .stamp = STAMP(OLD, c->stamp.echo));
    drain(c->line);
    const char *seen = received(t, t->iut, c->fd);
    if (strcmp(seen, "?") == 0)
        return false;
    require_by("wire.paws.old-data", strcmp(seen, "nothing") == 0, "recv() gives %s of old data",
               seen);
    c->next = next;
    return true;
}

static void need_paws(struct talk *c)
{
    struct test *t = c->line->t;
    if (!refuses_old(c))
        skip("old segments are taken here: they may be");
}

/* What either says of other segments: they are refused where data is. */
#define AS_DATA(outcome_, ...)                                                                     \
    LINUX_AND_RFC("data refused then " outcome_, "data refused then " outcome_ " || data taken",   \
                  __VA_ARGS__)

static bool observe_refused(struct talk *c)
{
    struct test *t = c->line->t;
    bool refused = refuses_old(c);
    observe("%s", refused ? "data refused" : "data taken");
    return refused;
}

/* Sends a segment with this timestamp, and observes the answer and what recv() gives; what was not
 * taken is sent again with a good timestamp. */
static void observe_old(struct talk *c, unsigned flags, const char *text, uint32_t value)
{
    struct test *t = c->line->t;
    uint32_t next = c->next;
    tell(c, flags, .text = text, .stamp = STAMP(value, c->stamp.echo));
    struct packet answer = hear_now(c);
    observe("%s", said(c, answer));
    const char *seen = received(t, t->iut, c->fd);
    observe("%s", seen);
    if (strcmp(seen, "nothing") != 0)
        return;
    c->next = next;
    tell(c, flags, .text = text);
    observe("%s", receive_next(t, t->iut, c->fd));
}

/* For mutants: what answers an old segment is lost. */
static bool loses_answers(struct packet *packet, enum heading heading)
{
    static bool old;
    if (heading == TO_IUT)
        old = packet->stamp.there && sequence_before(packet->stamp.value, BEGIN);
    return heading == TO_IUT || !old || packet->length || packet->flags != ACK;
}

RULE(data, "wire.paws.old-data",
     .statement =
         "On a connection with timestamps the next data in order, if its timestamp is less "
         "than the last one, is answered by an ACK of what came before, and recv() gives "
         "nothing of it.",
     LINUX_AND_RFC("ACK seq 1 ack 1 then nothing then abc",
                   "ACK seq 1 ack 1 then nothing then abc || nothing | ACK seq 1 ack 4 then abc",
                   "rfc7323.paws-old-acknowledged", "rfc7323.paws-old-dropped",
                   "rfc7323.prediction-after-paws", "rfc7323.paws-begins-with-syn"));

CASE(data, established, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_stamped(&line, BEGIN);
    observe_old(&c, ACK, "abc", OLD);
}

MUTANT_ON_WIRE_BY(data, "there is no ACK", loses_answers)

RULE(fin, "wire.paws.old-fin",
     .statement = "On a connection with timestamps a FIN, if its timestamp is less than the last "
                  "one, is refused as data is: it is answered by an ACK of what came before, and "
                  "does not end what recv() gives.",
     AS_DATA("ACK seq 1 ack 1 then nothing then end of file", "rfc7323.paws-old-acknowledged",
             "rfc7323.paws-old-dropped", "rfc7323.paws-all-segments",
             "rfc7323.prediction-after-paws"));

CASE(fin, established, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_stamped(&line, BEGIN);
    if (observe_refused(&c))
        observe_old(&c, FIN | ACK, NULL, OLD);
}

MUTANT_ON_WIRE_BY(fin, "there is no ACK", loses_answers)

RULE(kept, "wire.paws.kept",
     .statement = "On a connection on which old timestamps are refused, that of a segment that was "
                  "refused does not become what later ones are compared with: the next data, if "
                  "its own is between that and the last one that was taken, is answered by an ACK "
                  "of what came before, and recv() gives nothing of it.",
     RFCS("ACK seq 1 ack 1 then nothing then abc", "rfc7323.kept-never-decreases",
          "rfc7323.paws-old-acknowledged", "rfc7323.paws-old-dropped"));

CASE(kept, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_stamped(&line, BEGIN);
    need_paws(&c);
    observe_old(&c, ACK, "abc", OLD + (BEGIN - OLD) / 2);
}

/* The second one seems to be as new as any. */
MUTANT_ON_WIRE(kept, "it is compared with the old one")
{
    static int old;
    if (heading == TO_IUT && packet->text && sequence_before(packet->stamp.value, BEGIN) &&
        ++old == 2)
        packet->stamp.value = 2 * BEGIN;
    return true;
}

RULE(one_less, "wire.paws.one-less",
     .statement = "On a connection on which old timestamps are refused data whose timestamp is one "
                  "less than the last one is as old as any: it is answered by an ACK of what came "
                  "before, and recv() gives nothing of it.",
     LINUX_AND_RFC("ACK seq 1 ack 3 then nothing then abc", "ACK seq 1 ack 3 then nothing then abc",
                   "rfc7323.paws-old-acknowledged", "rfc7323.paws-old-dropped",
                   "rfc7323.stamps-wrap"),
     .deviation = {[BY_LINUX] = {"nothing | ACK seq 1 ack 6 then abc",
                                 "Linux takes a timestamp that is one less than the "
                                 "last; it always did"}});

CASE(one_less, established, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_stamped(&line, BEGIN);
    need_paws(&c);
    struct packet last = tell(&c, ACK, .text = "xy");
    require(acknowledged(&c).protocol, "data was not acknowledged");
    require(strcmp(receive_next(t, iut, c.fd), "xy") == 0, "data did not come");
    observe_old(&c, ACK, "abc", last.stamp.value - 1);
}

MUTANT_ON_WIRE(one_less, "it resets the connection")
{
    static uint32_t last;
    if (heading == TO_IUT && packet->text && packet->stamp.value == last - 1)
        packet->flags |= RST;
    if (heading == TO_IUT)
        last = packet->stamp.value;
    return true;
}

/* Hears what the IUT has sent up to now: whether there is new data, and an empty ACK. */
static const char *new_data(struct talk *c, bool *empty)
{
    uint32_t expected = c->expected;
    struct packet packet;
    *empty = false;
    while ((packet = hear_now(c)).protocol)
        *empty |= packet.flags == ACK && packet.length == 0;
    return c->expected != expected ? "data" : "no data";
}

RULE(ack, "wire.paws.old-ack",
     .statement = "On a connection with timestamps an ACK of what send() sent, if its timestamp is "
                  "less than the last one, is refused as data is: it is answered by an ACK, and no "
                  "more is sent for it.",
     AS_DATA("ACK then no data then data", "rfc7323.paws-all-segments",
             "rfc7323.paws-old-acknowledged", "rfc7323.paws-old-dropped"));

CASE(ack, window, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    enum { WINDOW = 536 };
    static char data[4 * WINDOW];
    struct line line = take_line(t);
    struct talk c = line_connected(&line, .mss = WINDOW, .stamp = STAMP(BEGIN, 0));
    bool empty;
    need_stamps(&c);
    if (!observe_refused(&c))
        return;
    say_window(&c, WINDOW);
    set_nonblocking(t, iut, c.fd, true);
    require(sk_send(iut, c.fd, data, sizeof data, 0) == sizeof data, "send() takes too little");
    hear(&c);
    hear_rest(&c);
    tell(&c, ACK, .stamp = STAMP(OLD, c.stamp.echo));
    const char *came = new_data(&c, &empty);
    observe("%s", empty ? "ACK" : "no ACK");
    observe("%s", came);
    if (strcmp(came, "data") == 0)
        return;
    uint32_t expected = c.expected;
    tell(&c, ACK);
    hear(&c);
    hear_rest(&c);
    observe("%s", c.expected != expected ? "data" : "no data");
}

MUTANT_ON_WIRE_BY(ack, "there is no ACK", loses_answers)

RULE(equal, "wire.paws.equal",
     .statement = "recv() gives the data of segments whose timestamps are all the same.",
     RFCS("abcdefghi", "rfc7323.paws-in-order"));

CASE(equal, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    static const char *const texts[] = {"abc", "def", "ghi"};
    struct line line = take_line(t);
    struct talk c = line_stamped(&line, BEGIN);
    for (int i = 0; i < 3; i++)
        tell(&c, ACK, .text = texts[i], .stamp = c.stamp);
    drain(&line);
    observe("%s", received_all(t, c.fd));
}

MUTANT_TAMPERS(equal, "it is refused", .heading = TO_IUT, .data = true, .nth = 2, .lost = true)

RULE(wraps, "wire.paws.wraps",
     .statement =
         "A timestamp that is up to 2^31-1 ahead of the last one by 32-bit arithmetic is "
         "newer, though it be a smaller number: recv() gives the data that has it, and the "
         "ACK echoes it.",
     RFCS("echoed then abc", "rfc7323.stamps-wrap", "rfc7323.paws-in-order", "rfc7323.paws-kept",
          "rfc7323.echo-kept"));

CASE(wraps, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"ahead", {"a-little", "half"}}})
{
    static const uint32_t begin = 0xffffff00;
    struct line line = take_line(t);
    struct talk c = line_stamped(&line, begin);
    struct packet data =
        tell(&c, ACK, .text = "abc",
             .stamp = STAMP(begin + (t->chosen[0] ? 0x7fffffff : 1000), c.stamp.echo));
    struct packet answer = acknowledged(&c);
    observe("%s", answer.stamp.echo == data.stamp.value ? "echoed" : "not echoed");
    observe("%s", receive_next(t, iut, c.fd));
}

MUTANT_ON_WIRE(wraps, "smaller numbers are old")
{
    return heading == FROM_IUT || !packet->text || packet->stamp.value > 0xffffff00;
}

RULE(once, "wire.paws.once",
     .statement = "Data that came before what it follows, with a smaller timestamp than that has, "
                  "is not looked at again: recv() gives all of it in order.",
     RFCS("abcdef", "rfc7323.paws-once", "rfc7323.paws-out-of-order"));

/* The second half first, and what recv() gives when the first has come so much later. */
static const char *second_half_first(struct talk *c, uint32_t later)
{
    tell(c, ACK, .seq = 3, .text = "def", .stamp = c->stamp);
    drain(c->line);
    c->stamp.value += later;
    tell(c, ACK, .text = "abc", .stamp = c->stamp);
    c->next += 3;
    drain(c->line);
    return received_all(c->line->t, c->fd);
}

CASE(once, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_stamped(&line, BEGIN);
    require_by("wire.order.kept", strcmp(second_half_first(&c, 0), "abcdef") == 0,
               "what comes too early is not kept");
    set_nonblocking(t, iut, c.fd, false);
    observe("%s", second_half_first(&c, LATER));
}

MUTANT_TAMPERS(once, "it is thrown away then", .heading = TO_IUT, .data = true, .nth = 3,
               .lost = true)

/* ---- RSTs ---- */

RULE(rst, "wire.paws.old-rst",
     .statement =
         "A RST with the number expected next ends a connection with timestamps though its "
         "own is less than the last one: recv() fails with ECONNRESET.",
     .outcome = {[BY_LINUX] = {"ECONNRESET",
                               {"posix.recv.econnreset", "rfc7323.rst-no-paws",
                                "rfc9293.rst-exact-resets", "rfc9293.rst-established-calls"}},
                 [BY_RFC] = {"ECONNRESET",
                             {"rfc7323.rst-no-paws", "rfc9293.rst-exact-resets",
                              "rfc9293.rst-established-calls"}}});

CASE(rst, established, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_stamped(&line, BEGIN);
    tell(&c, RST | ACK, .stamp = STAMP(OLD, c.stamp.echo));
    observe("%s", receive_next(t, iut, c.fd));
}

MUTANT_TAMPERS(rst, "it is refused", .heading = TO_IUT, .with = RST, .lost = true)

RULE(rst_future, "wire.paws.rst-updates-nothing",
     .statement = "After a RST outside the window whose timestamp is far ahead recv() gives the "
                  "data of segments with lesser ones.",
     RFCS("abc", "rfc7323.rst-updates-nothing"));

CASE(rst_future, established, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_stamped(&line, BEGIN);
    tell(&c, RST | ACK, .seq = -LATER, .stamp = STAMP(2 * BEGIN, c.stamp.echo));
    drain(&line);
    tell(&c, ACK, .text = "abc");
    observe("%s", receive_next(t, iut, c.fd));
}

MUTANT_ON_WIRE(rst_future, "what comes then is old")
{
    static bool future;
    if (heading == TO_IUT && packet->flags & RST)
        future = true;
    return heading == FROM_IUT || !future || !packet->text;
}
