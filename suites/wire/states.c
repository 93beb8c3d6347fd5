#include "suites/wire/states.h"

#include "calls/clock.h"
#include "suites/wire/wire.h"

enum tcp_state chosen_state(const struct test *t)
{
    static const enum tcp_state states[] = {STATE_ESTABLISHED, STATE_FIN_WAIT_1, STATE_FIN_WAIT_2,
                                            STATE_CLOSE_WAIT,  STATE_CLOSING,    STATE_LAST_ACK,
                                            STATE_TIME_WAIT};
    return states[t->chosen[0]];
}

/* Whether it is a FIN that came before, where this number was expected next. */
static bool is_fin_again(const struct packet *packet, uint32_t expected)
{
    return packet->protocol == IPPROTO_TCP && packet->flags & FIN && !(packet->flags & RST) &&
           sequence_before(packet->seq, expected);
}

struct packet hear_answer(struct talk *c)
{
    uint32_t expected = c->expected;
    int64_t begin = clock_now();
    do {
        struct packet packet = hear(c);
        if (!is_fin_again(&packet, expected))
            return packet;
    } while (may_still_come(begin));
    return (struct packet){.protocol = PROTOCOL_NONE};
}

struct packet hear_answer_now(struct talk *c)
{
    uint32_t expected = c->expected;
    struct packet packet;
    do
        packet = hear_now(c);
    while (is_fin_again(&packet, expected));
    return packet;
}

const char *current_ack(const struct talk *c, struct packet packet)
{
    bool is = packet.protocol == IPPROTO_TCP && packet.flags == ACK && packet.length == 0 &&
              packet.seq == c->expected && packet.ack == c->next;
    return is ? "current ACK" : said(c, packet);
}

const char *believable_rst(const struct talk *c, struct packet packet)
{
    bool is = packet.protocol == IPPROTO_TCP && packet.flags & RST && packet.seq == c->expected;
    return is ? "RST" : said(c, packet);
}

const char *life(struct talk *c)
{
    tell(c, ACK, .seq = -1);
    return hear_answer_now(c).flags & RST ? "gone" : "alive";
}

const char *until_acknowledged(struct talk *c)
{
    int64_t begin = clock_now();
    for (;;) {
        struct packet packet = hear(c);
        if (packet.protocol != IPPROTO_TCP || packet.flags & (RST | SYN) || !(packet.flags & ACK))
            return said(c, packet);
        if (packet.ack == c->next)
            return "acknowledged";
        if (!may_still_come(begin))
            return said(c, packet);
    }
}

/* Some name the peer in SYN_RECEIVED, where connect() goes on still: asked again it says so. */
const char *connect_ends(struct talk *c)
{
    struct test *t = c->line->t;
    struct backoff backoff = backoff_begin(patience);
    int error = end_of_connect(c), again = 0;
    while (!error && (again = sk_connect(t->iut, c->fd, &c->line_name)) != 0 && again != -EISCONN)
        if (again != -EALREADY && again != -EINPROGRESS)
            error = -again;
        else if (!backoff_wait(&backoff))
            error = EINPROGRESS;
    return error_name(error);
}
