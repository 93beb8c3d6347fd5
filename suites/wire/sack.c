/* Selective acknowledgments: when they are permitted, and which segments have them. */
#include "suites/wire/sack.h"
#include "suites/wire/states.h"
#include "suites/wire/wire.h"
#include "wire/headers.h"

#include "calls/clock.h"

#include <stdlib.h>

void need_sack(const struct talk *talk)
{
    struct test *t = talk->line->t;
    if (!talk->syn.sack_permitted)
        skip("selective acknowledgments are not permitted here: they need not be");
}

void need_blocks(const struct talk *talk, struct packet ack)
{
    struct test *t = talk->line->t;
    if (!ack.sacks)
        skip("there are no selective acknowledgments here: there need not be any");
}

struct talk line_sacked_with(struct line *line, struct packet syn)
{
    struct talk talk = line_connected_with(line, syn);
    need_sack(&talk);
    return talk;
}

struct packet early(struct talk *talk, uint32_t at, const char *text)
{
    struct test *t = talk->line->t;
    tell(talk, ACK, .seq = at, .text = text);
    struct packet answer = hear_but(talk, SYN | ACK); /* which a slow machine may see again */
    require_by("wire.order.gap", (answer.flags & (SYN | RST | ACK)) == ACK,
               "data out of order is not acknowledged");
    return answer;
}

struct packet fill_gap(struct talk *talk, const char *text, uint32_t behind)
{
    struct test *t = talk->line->t;
    uint32_t before = talk->next;
    struct packet packet;
    tell(talk, ACK, .text = text);
    do /* one too many of what came too early */
        packet = hear(talk);
    while (packet.protocol && packet.ack == before);
    /* Who still reports it has it. */
    require_by("wire.order.kept", packet.ack != talk->next || packet.sacks,
               "what came too early was not kept");
    talk->next += behind;
    return packet;
}

void need_kept(struct talk *talk, unsigned gaps)
{
    struct test *t = talk->line->t;
    for (unsigned i = 0; i < gaps; i++) {
        tell(talk, ACK, .text = "ab");
        talk->next += 2;
    }
    require_by("wire.order.kept", acknowledged(talk).protocol, "what came too early was not kept");
}

static int by_left_edge(const void *a, const void *b)
{
    const uint32_t *one = a, *other = b;
    return *one == *other ? 0 : sequence_before(*one, *other) ? -1 : 1;
}

/* In words; the first ones stay where they are. */
static const char *block_words(const struct talk *talk, struct packet packet, unsigned firsts)
{
    static char text[SACK_MOST * 24];
    int used = 0;
    if (!packet.protocol || !packet.sacks)
        return packet.protocol ? "no block" : "no ACK";
    qsort(packet.sack[firsts], packet.sacks - firsts, sizeof *packet.sack, by_left_edge);
    for (unsigned i = 0; i < packet.sacks; i++)
        used +=
            snprintf(text + used, sizeof text - (size_t)used, "%s%u:%u", i ? " " : "",
                     packet.sack[i][0] - talk->own.number, packet.sack[i][1] - talk->own.number);
    return text;
}

const char *blocks(const struct talk *talk, struct packet packet)
{
    return block_words(talk, packet, 1);
}

const char *sorted_blocks(const struct talk *talk, struct packet packet)
{
    return block_words(talk, packet, 0);
}

bool reports(const struct talk *talk, struct packet packet, uint32_t at, uint32_t size)
{
    for (unsigned i = 0; i < packet.sacks; i++)
        if (packet.sack[i][0] == talk->next + at && packet.sack[i][1] == talk->next + at + size)
            return true;
    return false;
}

static const char *permits(struct packet packet)
{
    return !packet.protocol ? "missing" : packet.sack_permitted ? "there" : "not there";
}

/* For mutants: only the first ACK that could has them. */
static bool reports_once(struct packet *packet, enum heading heading)
{
    static int count;
    if (heading == FROM_IUT && packet->sacks && ++count > 1)
        packet->sacks = 0;
    return true;
}

/* ---- SACK-Permitted ---- */

/* For mutants. */
static bool permits_nothing(struct packet *packet, enum heading heading)
{
    if (heading == FROM_IUT)
        packet->sack_permitted = false;
    return true;
}

RULE(offered, "wire.sack.offered", .statement = "The SYN of connect() has SACK-Permitted.",
     .outcome = {
         [BY_LINUX] = {"there", {"linux.tcp.7.proc-tcp-sack", "rfc2018.permitted-in-syn"}}});

CASE(offered, connect, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_called(&line);
    observe("%s", permits(c.syn));
}

MUTANT_ON_WIRE_BY(offered, "it is not there", permits_nothing)

RULE(answered, "wire.sack.answered",
     .statement = "A listening socket answers a SYN that has SACK-Permitted by a SYN with ACK that "
                  "has it, too.",
     .outcome = {
         [BY_LINUX] = {"there", {"linux.tcp.7.proc-tcp-sack", "rfc2018.permitted-in-syn"}}});

CASE(answered, listener, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = talk_to_listener(&line);
    tell(&c, SYN, .mss = 1460, .sack_permitted = true);
    observe("%s", permits(must_hear(&c, SYN | ACK)));
}

MUTANT_ON_WIRE_BY(answered, "it is not there", permits_nothing)

/* RFC 2018 has no word on it: each side permits for itself. */
RULE(unasked, "wire.sack.answered-only",
     .statement = "A listening socket answers a SYN without SACK-Permitted by a SYN with ACK that "
                  "does not have it.",
     .pinned = {[BY_LINUX] = "not there"});

CASE(unasked, listener, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = talk_to_listener(&line);
    tell(&c, SYN, .mss = 1460);
    observe("%s", permits(must_hear(&c, SYN | ACK)));
}

MUTANT_ON_WIRE(unasked, "it is always there")
{
    if (heading == FROM_IUT && packet->flags & SYN)
        packet->sack_permitted = true;
    return true;
}

RULE(form, "wire.sack.permitted-form",
     .statement = "SACK-Permitted, in the SYN of connect() and a listening socket's answer to one, "
                  "is two octets long.",
     RFCS("two octets", "rfc2018.permitted-form"));

static const char *permitted_form(struct test *t, struct packet syn)
{
    const unsigned char *option = tcp_option(&syn, OPTION_SACK_PERMITTED);
    if (!option)
        skip("selective acknowledgments are not permitted here: they need not be");
    return option[1] == 2 ? "two octets" : "another length";
}

CASE(form, connect, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_called(&line);
    observe("%s", permitted_form(t, c.syn));
}

CASE(form, listener, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_calls(&line, .sack_permitted = true);
    observe("%s", permitted_form(t, c.syn));
}

MUTANT_ON_WIRE(form, "it is three octets long")
{
    const unsigned char *option = tcp_option(packet, OPTION_SACK_PERMITTED);
    if (heading == FROM_IUT && option)
        packet->options[option + 1 - packet->options] = 3;
    return true;
}

RULE(only_in_syn, "wire.sack.only-in-syn",
     .statement = "Where both SYNs had SACK-Permitted, none of these has it: the ACK that ends "
                  "connect(), those of data in order and out of order, the data of send(), and the "
                  "FIN of shutdown().",
     RFCS("not there", "rfc2018.permitted-only-in-syn"));

CASE(only_in_syn, connect, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_called(&line);
    need_sack(&c);
    tell(&c, SYN | ACK, .sack_permitted = true);
    struct packet ack = hear_but(&c, SYN);
    require((ack.flags & (SYN | RST | ACK)) == ACK, "the ACK does not come");
    observe("%s", permits(ack));
}

static bool permitted_by(struct test *t, struct packet packet)
{
    require(packet.protocol, "a segment does not come");
    return packet.sack_permitted;
}

/* Whether any segment permits up to the one that is new: others may be sent again before it. */
static bool permitted_up_to_new(struct talk *c)
{
    struct test *t = c->line->t;
    uint32_t expected = c->expected;
    int64_t begin = clock_now();
    bool any = false;
    while (c->expected == expected && may_still_come(begin))
        any |= permitted_by(t, hear(c));
    require(c->expected != expected, "nothing new is sent");
    return any;
}

CASE(only_in_syn, connected, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_sacked(&line);
    tell(&c, ACK, .text = "abc");
    bool any = permitted_by(t, acknowledged(&c));
    any |= permitted_by(t, early(&c, 3, "gh"));
    must(sk_send(iut, c.fd, "hello", 5, 0));
    any |= permitted_up_to_new(&c);
    tell(&c, ACK);
    must(sk_shutdown(iut, c.fd, SHUT_WR));
    any |= permitted_up_to_new(&c);
    observe("%s", any ? "there" : "not there");
}

MUTANT_ON_WIRE(only_in_syn, "every segment has it")
{
    if (heading == FROM_IUT)
        packet->sack_permitted = true;
    return true;
}

/* ---- SACK ---- */

RULE(not_permitted, "wire.sack.not-permitted",
     .statement = "Where the other side's SYN had no SACK-Permitted, there are no selective "
                  "acknowledgments: neither of data that comes too early, nor of data that has "
                  "come before.",
     RFCS("no block then no block then no block", "rfc2018.not-permitted"));

/* An option that has no block is one. */
static const char *any_option(const struct talk *talk, struct packet packet)
{
    bool empty = !packet.sacks && tcp_option(&packet, OPTION_SACK);
    return empty ? "an empty option" : blocks(talk, packet);
}

CASE(not_permitted, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    tell(&c, ACK, .text = "abc");
    require_by("wire.ack.within-half-a-second", acknowledged(&c).protocol,
               "data was not acknowledged");
    observe("%s", any_option(&c, early(&c, 3, "gh")));
    observe("%s", any_option(&c, early(&c, (uint32_t)-3, "abc")));
    observe("%s", any_option(&c, early(&c, 3, "gh")));
}

MUTANT_ON_WIRE(not_permitted, "they are sent all the same")
{
    if (heading == FROM_IUT && !(packet->flags & SYN) && !packet->sacks) {
        packet->sack[0][0] = packet->ack + 3;
        packet->sack[0][1] = packet->ack + 5;
        packet->sacks = 1;
    }
    return true;
}

RULE(generated, "wire.sack.generated",
     .statement = "Where both SYNs had SACK-Permitted, the ACK of data that comes before what it "
                  "follows reports that data as a block: its first number, and the one behind its "
                  "last.",
     .outcome = {[BY_LINUX] = {"3:5",
                               {"linux.tcp.7.proc-tcp-sack", "rfc2018.generated", "rfc2018.edges",
                                "rfc2018.reports-queued"}},
                 [BY_RFC] = {"3:5 | no block",
                             {"rfc2018.generated", "rfc2018.edges", "rfc2018.reports-queued"}}});

CASE(generated, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_sacked(&line);
    observe("%s", blocks(&c, early(&c, 2, "cd")));
}

MUTANT_ON_WIRE(generated, "a block ends with the number of its last octet")
{
    for (unsigned i = 0; heading == FROM_IUT && i < packet->sacks; i++)
        packet->sack[i][1]--;
    return true;
}

RULE(number, "wire.sack.ack-number",
     .statement = "Where selective acknowledgments are in use, data that comes before what it "
                  "follows is acknowledged with the number still expected, and what fills the gap "
                  "with the number that is expected then.",
     RFCS("ACK seq 1 ack 1 then ACK seq 1 ack 5", "rfc2018.ack-number",
          "rfc2018.acknowledged-normally"));

CASE(number, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_sacked(&line);
    struct packet first = early(&c, 2, "cd");
    observe("%s", said(&c, first));
    if (first.ack == c.next) /* who acknowledges what lies behind the gap need not report it */
        need_blocks(&c, first);
    observe("%s", said(&c, fill_gap(&c, "ab", 2)));
}

MUTANT_ON_WIRE(number, "the number is behind the highest block")
{
    if (heading == FROM_IUT && packet->sacks)
        packet->ack = packet->sack[0][1];
    return true;
}

RULE(each, "wire.sack.each-segment",
     .statement = "While there is a gap each segment with new data behind it gets an ACK that "
                  "reports all that has come there.",
     RFCS("3:5 then 3:5 7:9 then 3:9", "rfc2018.ack-of-each", "rfc2018.each-has-sack",
          "rfc2018.generated-always", "rfc2018.many-blocks"));

/* Two of them come at once, so that no timer of a delayed ACK can make an ACK for each; not in
 * order, or something on the way may make one segment of them. The end shows that all of it was
 * kept: who discards some reports less. */
CASE(each, at_once, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_sacked(&line);
    struct packet first = early(&c, 2, "cd");
    tell(&c, ACK, .seq = 6, .text = "gh");
    tell(&c, ACK, .seq = 4, .text = "ef");
    struct packet second = hear(&c), third = hear(&c);
    if (!second.sacks && !third.sacks) /* who reports at all is to do so from the first one on */
        need_blocks(&c, first);
    struct packet all = fill_gap(&c, "ab", 6);
    require_by("wire.order.kept", all.ack == c.next, "what came too early was not kept");
    observe("%s", sorted_blocks(&c, first));
    observe("%s", sorted_blocks(&c, second));
    observe("%s", sorted_blocks(&c, third));
}

MUTANT_ON_WIRE_BY(each, "one of them reports anything", reports_once)

RULE(every, "wire.sack.every-ack",
     .statement = "While there is a gap the ACK of any segment reports what has come behind it: "
                  "that of old data, of an old segment without data, and of data beyond the "
                  "window.",
     RFCS("reported", "rfc2018.every-ack", "rfc2018.generated-always"));

CASE(every, answers, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"segment", {"old-data", "old-and-empty", "beyond-window"}}})
{
    enum { BEYOND = 70000 };
    struct line line = take_line(t);
    struct talk c = line_sacked(&line);
    tell(&c, ACK, .text = "abc");
    require_by("wire.ack.within-half-a-second", acknowledged(&c).protocol,
               "data was not acknowledged");
    need_blocks(&c, early(&c, 3, "gh"));
    if (t->chosen[0] == 0)
        tell(&c, ACK, .seq = -3, .text = "abc");
    else if (t->chosen[0] == 1)
        tell(&c, ACK, .seq = -1);
    else
        tell(&c, ACK, .seq = BEYOND, .text = "x");
    struct packet answer = hear(&c);
    require(answer.flags & ACK, "there is no ACK");
    observe("%s", reports(&c, answer, 3, 2) ? "reported" : "not reported");
}

MUTANT_ON_WIRE_BY(every, "only the first ACK reports anything", reports_once)

RULE(remaining, "wire.sack.second-gap",
     .statement = "The ACK of data that fills the first of two gaps reports what has come behind "
                  "the second.",
     RFCS("7:9", "rfc2018.every-ack"));

CASE(remaining, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_sacked(&line);
    need_blocks(&c, early(&c, 2, "cd"));
    require_by("wire.sack.each-segment", reports(&c, early(&c, 6, "gh"), 6, 2),
               "what has come behind the second gap is not reported");
    struct packet answer = fill_gap(&c, "ab", 2);
    require_by("wire.sack.ack-number", answer.ack == c.next, "the ACK has another number");
    need_kept(&c, 1);
    observe("%s", blocks(&c, answer));
}

MUTANT_ON_WIRE(remaining, "an ACK of something new reports nothing")
{
    static uint32_t last;
    if (heading == FROM_IUT && packet->flags & ACK) {
        if (packet->ack != last)
            packet->sacks = 0;
        last = packet->ack;
    }
    return true;
}

RULE(half_closed, "wire.sack.half-closed",
     .statement = "Data that comes too early is reported after shutdown() of the sending side as "
                  "it was before.",
     RFCS("3:5 7:9", "rfc2018.generated-always", "rfc2018.every-ack", "rfc2018.many-blocks"));

/* The answer to what has come there. In FIN_WAIT_1 there are those that acknowledge by their FIN
 * once more: one that reports what has just come is no timer's. */
static struct packet hear_report(struct talk *c, uint32_t at, uint32_t size)
{
    struct packet packet;
    do
        packet = hear_now(c);
    while (packet.protocol && packet.flags & FIN && !reports(c, packet, at, size));
    return packet.protocol ? packet : hear_answer(c);
}

CASE(half_closed, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"state", {"fin-wait-1", "fin-wait-2"}}})
{
    struct line line = take_line(t);
    struct talk c = line_sacked(&line);
    need_blocks(&c, early(&c, 2, "cd"));
    must(sk_shutdown(iut, c.fd, SHUT_WR));
    must_hear(&c, FIN | ACK);
    if (t->chosen[0] == 1)
        tell(&c, ACK);
    tell(&c, ACK, .seq = 6, .ack = t->chosen[0] == 1 ? 0 : (uint32_t)-1, .text = "gh");
    observe("%s", sorted_blocks(&c, hear_report(&c, 6, 2)));
}

MUTANT_ON_WIRE(half_closed, "nothing is reported after a FIN")
{
    static bool finished;
    if (heading == FROM_IUT && finished)
        packet->sacks = 0;
    finished |= heading == FROM_IUT && packet->flags & FIN;
    return true;
}
