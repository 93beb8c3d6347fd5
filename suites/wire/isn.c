/* The sequence numbers with which connections begin. */
#include "suites/wire/wire.h"

RULE(clock, "wire.isn.clock",
     .statement = "The first sequence number of a listening socket's answer follows a clock that "
                  "counts about every 4 microseconds or more often: between the same ends it goes "
                  "forward from one connection to the next.",
     RFCS("forward then forward then forward", "rfc9293.must-8"));

/* The clock need be neither precise nor realtime: a quarter of the rate will do. One that goes
 * round faster than this is none. */
enum { LEAST_PER_MILLISECOND = 250 / 4 };

static const char *progress(const struct packet *before, const struct packet *now)
{
    uint32_t counted = now->seq - before->seq;
    int64_t least = (now->time - before->time) / 1000000 * LEAST_PER_MILLISECOND;
    return counted >= INT32_MAX ? "back" : counted < least ? "slowly" : "forward";
}

static struct packet answer_to_syn(struct talk *c)
{
    c->next = line_random();
    tell(c, SYN);
    return must_hear(c, SYN | ACK);
}

static void reset_it(struct line *line, const struct packet *answer)
{
    line_send_packet(line, reply(answer, RST));
    drain(line);
}

/* Of several more that follow at once none goes back: numbers at random would. */
static bool goes_on_at_once(struct talk *c, struct packet before)
{
    enum { MORE = 4 };
    bool forward = true;
    for (int i = 0; i < MORE; i++) {
        struct packet answer = answer_to_syn(c);
        forward &= answer.seq - before.seq < INT32_MAX;
        reset_it(c->line, &answer);
        before = answer;
    }
    return forward;
}

/* What is between two connections is the time after which the IUT sends its answer again. */
CASE(clock, same_ends, .network = ON_LINE, .family = ANY_FAMILY, .seconds = 3 * SYN_SECONDS,
     .tags = TAG_WAITS)
{
    enum { ROUNDS = 3 };
    struct line line = take_line(t);
    struct talk c = talk_to_listener(&line);
    struct packet before = answer_to_syn(&c);
    for (int i = 0; i < ROUNDS; i++) {
        must_hear(&c, SYN | ACK);
        reset_it(&line, &before);
        bool forward = goes_on_at_once(&c, before);
        struct packet answer = answer_to_syn(&c);
        observe("%s", forward ? progress(&before, &answer) : "back");
        before = answer;
    }
}

MUTANT_ON_WIRE(clock, "each connection begins with the same number")
{
    if (heading == FROM_IUT && packet->flags == (SYN | ACK))
        packet->seq = 4711;
    return true;
}

RULE(apart, "wire.isn.apart",
     .statement = "The first sequence numbers of a listening socket's answers to different ports "
                  "are not those of one clock: they are far apart, though they come at once.",
     RFCS("far apart", "rfc9293.shld-1"));

/* Numbers at random are so near to each other in one of eight pairs. */
enum { CONNECTIONS = 12, NEAR = 1 << 28 };

CASE(apart, ports, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk first = talk_to_listener(&line);
    uint32_t before = 0;
    bool far = false;
    for (int i = 0; i < CONNECTIONS; i++) {
        struct talk c = talk_to(&line, address_port(&first.iut));
        tell(&c, SYN);
        struct packet answer = must_hear(&c, SYN | ACK);
        uint32_t up = answer.seq - before, down = before - answer.seq;
        far |= i && up > NEAR && down > NEAR;
        before = answer.seq;
        line_send_packet(&line, reply(&answer, RST));
        drain(&line);
    }
    observe("%s", far ? "far apart" : "near each other");
}

MUTANT_ON_WIRE(apart, "all connections begin by one clock")
{
    static uint32_t clock;
    if (heading == FROM_IUT && packet->flags == (SYN | ACK))
        packet->seq = clock += 64000;
    return true;
}
