/* A SYN that meets a connection in TIME_WAIT: when it opens another one between the same ends. */
#include "suites/wire/states.h"
#include "suites/wire/wire.h"

/* The line's first timestamp. */
enum { STAMP_BEGIN = 100000 };

/* A connection that a client opened in TIME_WAIT, with timestamps or without. */
static struct talk time_wait(struct line *line, bool stamps)
{
    struct test *t = line->t;
    if (!stamps)
        return line_in(line, STATE_TIME_WAIT);
    struct talk c = line_in(line, STATE_TIME_WAIT, .stamp = STAMP(STAMP_BEGIN, 0));
    if (!c.stamp.there)
        skip("there are no timestamps here: there need not be any");
    return c;
}

/* The SYN of a new connection between the same ends. Its number is the old connection's next one
 * and what is added; its stamp the last that was sent and what is added, if it has any. */
struct again {
    int number;
    bool stamped;
    int stamp;
};

static struct talk syn_again(const struct talk *old, struct again with)
{
    struct talk c = *old;
    struct stamp stamp = {.there = with.stamped, .value = STAMP_BEGIN};
    if (c.stamp.there)
        stamp.value = c.stamp.value - 1;
    stamp.value += (uint32_t)with.stamp;
    c.stamp.there = false;
    c.next += (uint32_t)with.number;
    c.own.number = c.next;
    tell(&c, SYN, .mss = 1460, .stamp = with.stamped ? stamp : (struct stamp){0});
    c.stamp.value = stamp.value + 1;
    return c;
}

/* The same, and what answers it. */
static struct talk call_again(const struct talk *old, struct again with, struct packet *answer)
{
    struct talk c = syn_again(old, with);
    *answer = hear(&c);
    talk_counts_from(&c, answer);
    if (with.stamped && answer->stamp.there)
        c.stamp = (struct stamp)STAMP(c.stamp.value, answer->stamp.value);
    return c;
}

static const char *completed(struct talk *c)
{
    tell(c, ACK);
    return accepted_now(c);
}

/* Such a SYN, which is answered as any other. */
static void opens(struct test *t, bool stamps, struct again with)
{
    struct line line = take_line(t);
    struct talk old = time_wait(&line, stamps);
    struct packet answer;
    struct talk c = call_again(&old, with, &answer);
    observe("%s", said(&c, answer));
    observe("%s", completed(&c));
}

#define OPENS(...)                                                                                 \
    {                                                                                              \
        "SYN ACK seq 0 ack 1 then a connection",                                                   \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define SERVER .network = ON_LINE, .family = ANY_FAMILY, .role = ROLE_SERVER

/* The second SYN's number and stamp are made old, by more than cases add to them. */
static bool second_is_old(struct packet *packet, enum heading heading)
{
    static unsigned count;
    if (heading == TO_IUT && packet->flags == SYN && ++count == 2) {
        packet->seq -= 2000000;
        packet->stamp.value -= 50000;
    }
    return true;
}

RULE(number, "wire.time-wait.newer-number",
     .statement = "A SYN without timestamps whose number is greater than all of the connection in "
                  "TIME_WAIT, which had none either, opens a new connection between the same ends.",
     .outcome = {[BY_LINUX] = OPENS("rfc6191.number-greater", "rfc9293.may-2"),
                 [BY_RFC] = OPENS("rfc6191.number-greater", "rfc9293.may-2")});

CASE(number, greater, SERVER, .axes = {{"by", {"a-little", "much"}}})
{
    opens(t, false, (struct again){.number = t->chosen[0] ? 1000000 : 10});
}

MUTANT_ON_WIRE_BY(number, "the SYN is taken for an old one", second_is_old)

RULE(stamp, "wire.time-wait.newer-stamp",
     .statement = "A SYN whose timestamp is greater than the last one of the connection in "
                  "TIME_WAIT opens a new connection between the same ends, whatever its number.",
     .outcome = {
         [BY_LINUX] = OPENS("rfc6191.stamp-greater", "rfc9293.shld-4",
                            "rfc9293.syn-time-wait-timestamp", "rfc9293.time-wait-timestamps"),
         [BY_RFC] = OPENS("rfc6191.stamp-greater", "rfc9293.shld-4",
                          "rfc9293.syn-time-wait-timestamp", "rfc9293.time-wait-timestamps")});

CASE(stamp, greater, SERVER, .axes = {{"number", {"less", "greater"}}})
{
    opens(t, true,
          (struct again){.number = t->chosen[0] ? 1000 : -2000, .stamped = true, .stamp = 1000});
}

MUTANT_ON_WIRE_BY(stamp, "the SYN is taken for an old one", second_is_old)

RULE(equal, "wire.time-wait.equal-stamp",
     .statement = "A SYN whose timestamp is the last one of the connection in TIME_WAIT and whose "
                  "number is greater opens a new connection between the same ends.",
     .outcome = {
         [BY_LINUX] = OPENS("rfc6191.stamp-equal"), [BY_RFC] = OPENS("rfc6191.stamp-equal")});

CASE(equal, number_greater, SERVER)
{
    opens(t, true, (struct again){.number = 1000, .stamped = true});
}

MUTANT_ON_WIRE_BY(equal, "the SYN is taken for an old one", second_is_old)

RULE(given_up, "wire.time-wait.stamp-given-up",
     .statement = "A SYN without a timestamp whose number is greater than all of the connection in "
                  "TIME_WAIT, which had timestamps, opens a new connection between the same ends.",
     .outcome = {
         [BY_LINUX] = OPENS("rfc6191.stamp-given-up"), [BY_RFC] = OPENS("rfc6191.stamp-given-up")});

CASE(given_up, number_greater, SERVER)
{
    opens(t, true, (struct again){.number = 1000});
}

MUTANT_ON_WIRE_BY(given_up, "the SYN is taken for an old one", second_is_old)

RULE(new_stamp, "wire.time-wait.new-stamp",
     .statement = "A SYN with a timestamp opens a new connection between the ends of one in "
                  "TIME_WAIT that had none, whatever its number.",
     .outcome = {[BY_LINUX] = OPENS("rfc6191.stamp-new"), [BY_RFC] = OPENS("rfc6191.stamp-new")});

/* Where the IUT has no timestamps the new connection would not have any either. */
static void need_any_stamps(struct test *t)
{
    struct line line = take_line(t);
    struct talk other = line_connected(&line, .stamp = STAMP(STAMP_BEGIN, 0));
    if (!other.stamp.there)
        skip("there are no timestamps here: there need not be any");
}

CASE(new_stamp, number_greater, SERVER)
{
    need_any_stamps(t);
    opens(t, false, (struct again){.number = 1000, .stamped = true});
}

CASE(new_stamp, number_less, SERVER,
     .deviation = {[BY_LINUX] = {"ACK seq 2 ack 2 then none",
                                 "where the old connection had no timestamps Linux goes by the "
                                 "number alone; it always did"}})
{
    need_any_stamps(t);
    struct line line = take_line(t);
    struct talk old = time_wait(&line, false);
    struct packet answer;
    struct talk c = call_again(&old, (struct again){.number = -2000, .stamped = true}, &answer);
    bool opened = answer.flags == (SYN | ACK);
    observe("%s", said(opened ? &c : &old, answer));
    observe("%s", opened ? completed(&c) : accepted_now(&c));
}

MUTANT_ON_WIRE(new_stamp, "the SYN is not heard")
{
    static unsigned count;
    return heading == FROM_IUT || packet->flags != SYN || packet->mss == 0 || ++count > 1;
}

/* ---- refused ---- */

#define REFUSED                                                                                    \
    {                                                                                              \
        "refused then none then alive",                                                            \
        {                                                                                          \
            "rfc6191.stamp-refused", "rfc9293.time-wait-timestamps",                               \
                "rfc9293.unacceptable-acknowledged"                                                \
        }                                                                                          \
    }

RULE(refused, "wire.time-wait.older-stamp",
     .statement = "A SYN whose timestamp is less than the last one of the connection in TIME_WAIT, "
                  "or is equal to it or missing, with a number that is not greater, opens no "
                  "connection and does not end TIME_WAIT: it is dropped, or answered by an ACK of "
                  "the old numbers.",
     .outcome = {[BY_LINUX] = REFUSED, [BY_RFC] = REFUSED});

CASE(refused, any_reason, SERVER,
     .axes = {{"stamp",
               {"less", "less-and-number-less", "equal-and-number-of-fin",
                "missing-and-number-of-fin"}}})
{
    static const struct again with[] = {{.number = 1000, .stamped = true, .stamp = -1000},
                                        {.number = -2000, .stamped = true, .stamp = -1000},
                                        {.number = -1, .stamped = true},
                                        {.number = -1}};
    struct line line = take_line(t);
    struct talk old = time_wait(&line, true);
    struct talk c = syn_again(&old, with[t->chosen[0]]);
    struct packet answer = hear_now(&c);
    bool is = answer.protocol == 0 || strcmp(current_ack(&old, answer), "current ACK") == 0;
    observe("%s", is ? "refused" : said(&old, answer));
    observe("%s", accepted_now(&c));
    observe("%s", life(&old));
}

MUTANT_ON_WIRE(refused, "any SYN opens a connection")
{
    static unsigned count;
    if (heading == TO_IUT && packet->flags == SYN && ++count == 2) {
        packet->seq += 100000;
        packet->stamp.value += 50000;
    }
    return true;
}

/* ---- what the new connection begins with ---- */

#define GREATER                                                                                    \
    {                                                                                              \
        "greater",                                                                                 \
        {                                                                                          \
            "rfc9293.time-wait-syn-number"                                                         \
        }                                                                                          \
    }

RULE(own_number, "wire.time-wait.own-number",
     .statement = "The number with which the answer begins, when a SYN in TIME_WAIT opens a new "
                  "connection, is greater than all that the old connection sent.",
     .outcome = {[BY_LINUX] = GREATER, [BY_RFC] = GREATER});

/* Numbers at random are greater half of the time. */
CASE(own_number, of_answer, SERVER, .axes = {{"by", {"number", "stamp"}}})
{
    enum { TIMES = 6 };
    bool stamps = t->chosen[0], greater = true;
    struct line line = take_line(t);
    for (int i = 0; i < TIMES; i++) {
        struct talk old = time_wait(&line, stamps);
        struct packet answer;
        call_again(&old, (struct again){.number = 1000, .stamped = stamps, .stamp = 1000}, &answer);
        if (answer.flags != (SYN | ACK))
            skip("a SYN does not end TIME_WAIT here: it need not");
        greater &= !sequence_before(answer.seq, old.expected);
        line_send_packet(&line, reply(&answer, RST));
        while (see_now(&line).protocol)
            continue;
    }
    observe("%s", greater ? "greater" : "not greater");
}

MUTANT_TAMPERS(own_number, "the numbers begin where the old ones did", .with = SYN | ACK, .nth = 2,
               .seq = -1000000)

#define RETURNS                                                                                    \
    {                                                                                              \
        "current ACK",                                                                             \
        {                                                                                          \
            "rfc9293.time-wait-syn-duplicate"                                                      \
        }                                                                                          \
    }

RULE(duplicate, "wire.time-wait.old-duplicate",
     .statement = "When a SYN that was accepted in TIME_WAIT turns out to be an old duplicate, as "
                  "the peer answers by a RST, TIME_WAIT goes on: a FIN that comes again is "
                  "acknowledged.",
     .outcome = {[BY_LINUX] = RETURNS, [BY_RFC] = RETURNS},
     .deviation = {[BY_LINUX] = {"RST seq 2",
                                 "Linux forgets the old connection when it accepts the SYN; it "
                                 "always did"}});

CASE(duplicate, reset, SERVER)
{
    struct line line = take_line(t);
    struct talk old = time_wait(&line, false);
    struct packet answer;
    call_again(&old, (struct again){.number = 1000}, &answer);
    if (answer.flags != (SYN | ACK))
        skip("a SYN does not end TIME_WAIT here: it need not");
    line_send_packet(&line, reply(&answer, RST));
    require(hear_but_now(&old, SYN | ACK).protocol == 0, "the RST was answered");
    tell(&old, FIN | ACK, .seq = -1);
    observe("%s", current_ack(&old, hear(&old)));
}

MUTANT_TAMPERS(duplicate, "the FIN is not heard", .heading = TO_IUT, .with = FIN, .nth = 2,
               .lost = true)
