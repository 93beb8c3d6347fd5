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

/* What the number of a connection is ahead of the one's before by the clock, since each may add
 * something by itself. */
static const char *progress(const struct packet *before, const struct packet *now, uint32_t own)
{
    uint32_t counted = now->seq - before->seq;
    int64_t least = (now->time - before->time) / 1000000 * LEAST_PER_MILLISECOND;
    if (counted >= INT32_MAX)
        return "back";
    return counted < own || counted - own < least ? "slowly" : "forward";
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

/* The least by which one of several more that follow at once is ahead of the one before, and the
 * last of them; numbers at random would go back, and that is INT32_MAX and more. */
static uint32_t step_at_once(struct talk *c, struct packet *last)
{
    enum { MORE = 4 };
    uint32_t least = UINT32_MAX, most = 0;
    for (int i = 0; i < MORE; i++) {
        reset_it(c->line, last);
        struct packet answer = answer_to_syn(c);
        uint32_t step = answer.seq - last->seq;
        least = step < least ? step : least;
        most = step > most ? step : most;
        *last = answer;
    }
    return most >= INT32_MAX ? most : least;
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
        struct packet answer = answer_to_syn(&c), last = answer;
        uint32_t own = step_at_once(&c, &last);
        observe("%s", own < INT32_MAX ? progress(&before, &answer, own) : "back");
        before = last;
    }
}

MUTANT_ON_WIRE(clock, "the numbers count connections and no time")
{
    static uint32_t count;
    if (heading == TO_IUT && packet->flags == SYN)
        count += 64000;
    if (heading == FROM_IUT && packet->flags == (SYN | ACK))
        packet->seq = count;
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
