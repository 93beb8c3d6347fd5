/* Window Scale: when windows are scaled, and by how much. */
#include "suites/wire/states.h"
#include "suites/wire/wire.h"

enum { MSS = 536, SMALL = 700, LARGE = 7000, SHIFT = 7 };

static const char *has_scale(struct packet packet)
{
    return !packet.protocol ? "missing" : packet.scale ? "there" : "not there";
}

/* Sends much and says whether what comes is within the window, and more than `least`. Where
 * the window has room for a segment, half of one is not too much to ask. */
static const char *fills(struct talk *c, size_t least, size_t window)
{
    enum { MUCH = 60000 };
    static char data[MUCH];
    struct test *t = c->line->t;
    set_nonblocking(t, t->iut, c->fd, true);
    int64_t taken = must(sk_send(t->iut, c->fd, data, sizeof data, 0));
    require(taken > (int64_t)window, "send() takes too little");
    uint32_t before = c->expected;
    int64_t begin = clock_now();
    do {
        struct packet packet = hear(c);
        if (packet.protocol && sequence_before(packet.seq, before))
            tell(c, ACK, .ack = before - c->expected); /* one of the last has got lost */
    } while (c->expected - before <= least && may_still_come(begin));
    hear_rest(c);
    size_t came = c->expected - before;
    return came > window ? "too much" : came > least ? "within the window" : "too little";
}

/* ---- when ---- */

RULE(answered, "wire.window-scale.answered",
     .statement = "Where connect() offers Window Scale, a listening socket answers a SYN that has "
                  "it by a SYN with ACK that has it, too.",
     RFCS("there", "rfc7323.scale-answered", "rfc7323.scale-offered"));

CASE(answered, listener, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"shift", {"0", "7", "14"}}})
{
    static const unsigned shifts[] = {0, 7, 14};
    struct line line = take_line(t);
    struct talk caller = line_called(&line), c = talk_to_listener(&line);
    need_scale(&caller);
    must(sk_close(iut, caller.fd));
    drain(&line); /* its SYN may have been sent again */
    tell(&c, SYN, .mss = 1460, .scale = SCALE(shifts[t->chosen[0]]));
    observe("%s", has_scale(must_hear(&c, SYN | ACK)));
}

MUTANT_ON_WIRE(answered, "it is offered, and not answered")
{
    if (heading == FROM_IUT && packet->flags == (SYN | ACK))
        packet->scale = 0;
    return true;
}

RULE(answered_only, "wire.window-scale.answered-only",
     .statement = "A listening socket answers a SYN without Window Scale by a SYN with ACK that "
                  "does not have it.",
     RFCS("not there", "rfc7323.scale-answered-only"));

CASE(answered_only, listener, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = talk_to_listener(&line);
    tell(&c, SYN, .mss = 1460);
    observe("%s", has_scale(must_hear(&c, SYN | ACK)));
}

MUTANT_ON_WIRE(answered_only, "it is always there")
{
    if (heading == FROM_IUT)
        packet->scale = SCALE(SHIFT);
    return true;
}

RULE(shift, "wire.window-scale.shift",
     .statement = "The Window Scale of connect()'s SYN, and of a listening socket's answer to one, "
                  "is 14 at most.",
     RFCS("at most 14", "rfc7323.scale-at-most-14"));

static const char *at_most_14(struct talk *c)
{
    need_scale(c);
    return c->syn.scale <= SCALE(14) ? "at most 14" : "more than 14";
}

CASE(shift, connect, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_called(&line);
    observe("%s", at_most_14(&c));
}

CASE(shift, listener, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_calls(&line, .scale = SCALE(SHIFT));
    observe("%s", at_most_14(&c));
}

MUTANT_ON_WIRE(shift, "it is 15")
{
    if (heading == FROM_IUT && packet->scale)
        packet->scale = SCALE(15);
    return true;
}

RULE(only_in_syn, "wire.window-scale.only-in-syn",
     .statement =
         "Where both SYNs had Window Scale, neither the ACK of data nor the data of send() "
         "has it.",
     RFCS("not there then not there", "rfc7323.scale-only-in-syn"));

CASE(only_in_syn, connected, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line, .scale = SCALE(SHIFT));
    need_scale(&c);
    tell(&c, ACK, .text = "abc");
    observe("%s", has_scale(acknowledged(&c)));
    must(sk_send(iut, c.fd, "hello", 5, 0));
    struct packet data = hear(&c);
    require(data.length, "there is no data");
    observe("%s", has_scale(data));
}

MUTANT_ON_WIRE(only_in_syn, "it is in every segment")
{
    if (heading == FROM_IUT)
        packet->scale = SCALE(SHIFT);
    return true;
}

/* ---- the other side's windows ---- */

/* The IUT sends much, and hears of each segment at once that it came. Whether something came again:
 * a loaded machine may be slower than its timer. */
static bool transfer_again(struct talk *c)
{
    static char data[60000];
    struct test *t = c->line->t;
    uint32_t first = c->expected;
    uint32_t size = (uint32_t)must(sk_send(t->iut, c->fd, data, sizeof data, 0));
    bool again = false;
    while (c->expected - first < size) {
        uint32_t before = c->expected;
        struct packet packet = hear(c);
        require(packet.protocol, "the data did not come");
        again |= packet.length && sequence_before(packet.seq, before);
        tell(c, ACK);
    }
    return again || hear_now(c).length;
}

/* Its congestion window grows beyond 2^14 octets. When its timer has expired it begins anew. */
static void transfer(struct talk *c)
{
    enum { TIMES = 4 };
    struct test *t = c->line->t;
    set_nonblocking(t, t->iut, c->fd, true);
    for (int i = 0; i < TIMES && transfer_again(c); i++)
        continue;
}

RULE(applied, "wire.window-scale.applied",
     .statement = "Where both SYNs had Window Scale, send() takes the other side's windows to be "
                  "scaled by the shift that its SYN has.",
     RFCS("within the window", "rfc7323.scale-taken", "rfc7323.incoming-window-scaled",
          "rfc7323.first-within-window"));

/* More than half of the window: a shift that is less by one gives no more than that. */
CASE(applied, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"shift", {"1", "7", "14"}}})
{
    static const struct {
        unsigned shift;
        uint16_t window, mss;
    } windows[] = {{1, 400, MSS}, {7, 6, MSS}, {14, 1, 1460}};
    unsigned shift = windows[t->chosen[0]].shift;
    size_t window = (size_t)windows[t->chosen[0]].window << shift;
    struct line line = take_line(t);
    struct talk c = line_connected(&line, .mss = windows[t->chosen[0]].mss, .scale = SCALE(shift));
    need_scale(&c);
    transfer(&c);
    say_window(&c, windows[t->chosen[0]].window);
    observe("%s", fills(&c, window / 2, window));
}

MUTANT_ON_WIRE(applied, "windows are not scaled")
{
    if (heading == TO_IUT && packet->flags & SYN)
        packet->scale = SCALE(0);
    return true;
}

RULE(over_14, "wire.window-scale.over-14",
     .statement = "send() takes a shift above 14 in the other side's Window Scale to be 14.",
     RFCS("within the window", "rfc7323.scale-over-14"));

CASE(over_14, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"shift", {"15", "30", "255"}}})
{
    static const unsigned shifts[] = {15, 30, 255};
    struct line line = take_line(t);
    struct talk c = line_connected(&line, .mss = 1460, .scale = SCALE(shifts[t->chosen[0]]));
    need_scale(&c);
    transfer(&c);
    say_window(&c, 1);
    observe("%s", fills(&c, 1 << 13, 1 << 14));
}

MUTANT_ON_WIRE(over_14, "windows are scaled by more")
{
    if (heading == TO_IUT && packet->window == 1)
        packet->window = 2;
    return true;
}

RULE(syn_unscaled, "wire.window-scale.syn-window",
     .statement = "connect() takes the window of a SYN with ACK to be unscaled, though that has "
                  "Window Scale: send() sends no more at first.",
     RFCS("within the window", "rfc7323.syn-window-unscaled", "rfc7323.incoming-window-scaled"));

CASE(syn_unscaled, connect, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line, .mss = MSS, .window = SMALL, .scale = SCALE(SHIFT));
    need_scale(&c);
    observe("%s", fills(&c, MSS / 2, SMALL));
}

MUTANT_TAMPERS(syn_unscaled, "it is scaled", .heading = TO_IUT, .with = SYN, .window = LARGE)

RULE(elsewhere, "wire.window-scale.elsewhere-ignored",
     .statement = "send() takes no note of a Window Scale in segments that are no SYNs.",
     RFCS("within the window", "rfc7323.scale-elsewhere-ignored", "rfc7323.scale-fixed"));

CASE(elsewhere, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"syn", {"without", "with"}}})
{
    struct line line = take_line(t);
    struct packet syn = {.flags = SYN, .mss = MSS, .scale = t->chosen[0] ? SCALE(0) : 0};
    struct talk c = line_connected_with(&line, syn);
    c.window = SMALL;
    tell(&c, ACK, .text = "x", .scale = SCALE(SHIFT));
    tell(&c, ACK, .text = "x", .scale = SCALE(SHIFT));
    drain(&line);
    observe("%s", fills(&c, MSS / 2, SMALL));
}

MUTANT_ON_WIRE(elsewhere, "the window is scaled")
{
    if (heading == TO_IUT && packet->scale && !(packet->flags & SYN))
        packet->window = LARGE;
    return true;
}

/* ---- where the other side has none ---- */

RULE(not_taken, "wire.window-scale.not-taken",
     .statement = "connect() offers Window Scale, and the SYN with ACK does not have it: the other "
                  "side's windows are taken to be unscaled by send(), and those of the ACKs of "
                  "that SYN and of data are.",
     RFCS("unscaled then unscaled then within the window", "rfc7323.scale-not-taken",
          "rfc7323.scale-both-ways"));

/* What was offered with the SYN should not be taken back. */
static const char *unscaled(const struct talk *c, struct packet packet)
{
    return !packet.protocol                      ? "missing"
           : packet.window >= c->syn.window / 2u ? "unscaled"
                                                 : "scaled";
}

CASE(not_taken, connect, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_called(&line);
    need_scale(&c);
    if (c.syn.scale < SCALE(2))
        skip("the shift is too small to be seen");
    tell(&c, SYN | ACK, .mss = MSS);
    observe("%s", unscaled(&c, must_hear(&c, ACK)));
    require(connected_to_line(&c) == 0, "there is no connection");
    tell(&c, ACK, .text = "abc");
    observe("%s", unscaled(&c, acknowledged(&c)));
    say_window(&c, SMALL);
    observe("%s", fills(&c, MSS / 2, SMALL));
}

MUTANT_ON_WIRE(not_taken, "the own windows are scaled")
{
    if (heading == FROM_IUT && !(packet->flags & SYN))
        packet->window >>= SHIFT;
    return true;
}

/* ---- the own windows ---- */

static unsigned own_shift(const struct talk *c)
{
    return c->syn.scale - 1;
}

RULE(own, "wire.window-scale.own",
     .statement =
         "Where both SYNs had Window Scale, the windows of the ACK of data and of the data "
         "of send() are scaled by the shift of the own SYN: they are not far less than that "
         "SYN's, and a RST with the last number in them is in the window: it either ends the "
         "connection without an answer, or is answered by an ACK and changes nothing.",
     RFCS("scaled then scaled then current ACK then alive || "
          "scaled then scaled then nothing then gone",
          "rfc7323.outgoing-window-scaled", "rfc7323.scale-taken", "rfc7323.offered-is-honored",
          "rfc9293.rst-in-window-challenged", "rfc9293.rst-challenged-dropped",
          "rfc9293.rst-valid-in-window"));

static const char *scaled(const struct talk *c, struct packet packet)
{
    uint32_t window = (uint32_t)packet.window << own_shift(c);
    return !packet.protocol ? "missing" : window < c->syn.window / 2u ? "not scaled" : "scaled";
}

CASE(own, connected, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line, .scale = SCALE(SHIFT));
    need_scale(&c);
    if (own_shift(&c) == 0)
        skip("a shift of 0 cannot be seen");
    tell(&c, ACK, .text = "abc");
    observe("%s", scaled(&c, acknowledged(&c)));
    must(sk_send(iut, c.fd, "hello", 5, 0));
    struct packet data = hear(&c);
    observe("%s", scaled(&c, data));
    uint32_t end = data.ack + ((uint32_t)data.window << own_shift(&c));
    tell(&c, ACK);
    tell(&c, RST, .seq = end - 1 - c.next);
    observe("%s", current_ack(&c, hear_now(&c)));
    observe("%s", life(&c));
}

MUTANT_ON_WIRE(own, "they are not scaled")
{
    if (heading == FROM_IUT && !(packet->flags & SYN))
        packet->window = UINT16_MAX;
    return true;
}

RULE(honored, "wire.window-scale.honored",
     .statement = "Where both SYNs had Window Scale, what any ACK offered is in the window though "
                  "later ones, being rounded, may end before it: a RST with the last number of all "
                  "either ends the connection without an answer, or is answered by an ACK and "
                  "changes nothing.",
     RFCS("current ACK then alive || nothing then gone", "rfc7323.offered-is-honored",
          "rfc7323.window-tracked", "rfc9293.rst-in-window-challenged",
          "rfc9293.rst-challenged-dropped", "rfc9293.rst-valid-in-window"));

/* Nobody reads, and the pieces are no multiples of what windows are counted by. */
CASE(honored, rst, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    static const char data[101];
    struct line line = take_line(t);
    struct talk c = line_connected(&line, .mss = MSS, .scale = SCALE(SHIFT));
    uint32_t furthest = 0;
    need_scale(&c);
    for (int i = 0; i < 4; i++) {
        tell(&c, ACK, .data = data, .length = sizeof data);
        struct packet ack = acknowledged(&c);
        require(ack.protocol, "data was not acknowledged");
        uint32_t end = ack.ack + ((uint32_t)ack.window << own_shift(&c));
        if (!furthest || sequence_before(furthest, end))
            furthest = end;
    }
    tell(&c, RST, .seq = furthest - 1 - c.next);
    observe("%s", current_ack(&c, hear_now(&c)));
    observe("%s", life(&c));
}

MUTANT_TAMPERS(honored, "the RST is not heard", .heading = TO_IUT, .with = RST, .lost = true)

RULE(taken_back, "wire.window-scale.taken-back",
     .statement = "Where both SYNs had Window Scale, what send() sent within the window begins to "
                  "be sent again though the window was taken back, by as much as it is counted by "
                  "or all of it; when it opens the rest comes.",
     RFCS("sent again then all of it", "rfc7323.first-again", "rfc7323.first-within-window"));

CASE(taken_back, data, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS, .seconds = 10,
     .axes = {{"by", {"little", "all"}}})
{
    enum { SENT = 500, WINDOW = 4, LATER = 5, ACKS = 4 };
    static const char data[SENT];
    struct line line = take_line(t);
    struct talk c = line_connected(&line, .mss = MSS, .scale = SCALE(SHIFT));
    need_scale(&c);
    say_window(&c, WINDOW);
    must(sk_send(iut, c.fd, data, sizeof data, 0));
    size_t most;
    uint32_t first = c.expected;
    require(hear_data(&c, SENT, &most) == SENT, "the data did not come");
    c.expected = first; /* it is lost */
    say_window(&c, t->chosen[0] ? 0 : WINDOW - 1);
    struct packet again = hear(&c);
    for (int i = 0; i < ACKS && again.protocol && !again.length && !(again.flags & RST); i++)
        again = hear(&c);
    /* A window of nothing RFC 9293 has probed, for which an octet is enough (MUST-35). */
    bool same = again.length && again.seq == first && !(again.flags & RST);
    observe("%s", same ? "sent again" : said(&c, again));
    must(sk_send(iut, c.fd, "hello", LATER, 0));
    c.window = UINT16_MAX >> SHIFT;
    do {
        tell(&c, ACK);
        again = hear(&c);
        take_new(&c, &again);
    } while (c.expected != first + SENT + LATER && again.protocol && !(again.flags & RST));
    observe("%s", c.expected == first + SENT + LATER ? "all of it" : "not all of it");
}

MUTANT_ON_WIRE(taken_back, "the connection is reset")
{
    static uint32_t sent;
    if (heading == FROM_IUT && packet->length && sent && !sequence_before(sent, packet->seq))
        packet->flags = RST;
    if (heading == FROM_IUT && packet->length && !sent)
        sent = packet->seq;
    return true;
}
