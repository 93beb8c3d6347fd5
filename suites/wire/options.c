/* Options of segments, those that make no sense too, and the maximum segment size. */
#include "calls/clock.h"
#include "suites/wire/states.h"
#include "suites/wire/wire.h"

enum { FRAME_LENGTH = 1500 };
enum { MSS_KIND = 2, EXPERIMENT = 253, UNKNOWN_KIND = 77 };

/* The next segment of this connection, whatever others say meanwhile. */
static struct packet hear_only(struct talk *c)
{
    int64_t begin = clock_now();
    do {
        struct packet packet = hear(c);
        if (packet.protocol != IPPROTO_TCP ||
            address_port(&packet.destination) == address_port(&c->end))
            return packet;
    } while (may_still_come(begin));
    return (struct packet){.protocol = PROTOCOL_NONE};
}

/* What a listener gives to a fresh SYN. */
static const char *syn_answered(struct line *line, int port)
{
    struct talk c = talk_to(line, port);
    tell(&c, SYN);
    struct packet answer = hear_only(&c);
    c.others = (struct origin){true, answer.seq};
    return said(&c, answer);
}

RULE(unknown_syn, "wire.options.unknown-in-syn",
     .statement = "A listening socket answers a SYN that has options of an unknown kind as one "
                  "without them.",
     RFCS("SYN ACK seq 0 ack 1", "rfc9293.must-6"));

CASE(unknown_syn, listener, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"option", {"empty", "long", "odd", "several"}}})
{
    static const struct {
        unsigned char options[OPTIONS_MOST];
        unsigned length;
    } having[] = {{{UNKNOWN_KIND, 2, 1, 1}, 4},
                  {{UNKNOWN_KIND, 40}, 40},
                  {{UNKNOWN_KIND, 5, 'a', 'b', 'c', MSS_KIND, 4, 4, 0, 0}, 12},
                  {{UNKNOWN_KIND, 4, 2, 4, EXPERIMENT, 8, 3, 3, 3, 3, 3, 3, 1, 78, 3, 0}, 16}};
    struct line line = take_line(t);
    struct talk c = talk_to_listener(&line);
    struct packet syn = {.flags = SYN, .options_length = having[t->chosen[0]].length};
    memcpy(syn.options, having[t->chosen[0]].options, sizeof syn.options);
    tell_segment(&c, syn);
    struct packet answer = hear(&c);
    c.others = (struct origin){true, answer.seq};
    observe("%s", said(&c, answer));
}

MUTANT_ON_WIRE(unknown_syn, "a SYN with options of an unknown kind is dropped")
{
    return heading == FROM_IUT || packet->options[0] != UNKNOWN_KIND;
}

RULE(unknown_data, "wire.options.unknown-in-data",
     .statement = "recv() gives the data of a segment that has an option of an unknown kind.",
     RFCS("abc", "rfc9293.must-6", "rfc9293.must-5"));

CASE(unknown_data, connected, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    tell(&c, ACK, .text = "abc", .options = {UNKNOWN_KIND, 6, 1, 2, 3, 4, 1, 1},
         .options_length = 8);
    observe("%s", receive_next(t, iut, c.fd));
}

MUTANT_ON_WIRE(unknown_data, "the segment resets the connection")
{
    if (heading == TO_IUT && packet->options[0] == UNKNOWN_KIND)
        packet->flags |= RST;
    return true;
}

RULE(known, "wire.options.in-any-segment",
     .statement = "recv() gives the data of segments that have End of Option List, No-Operation or "
                  "Maximum Segment Size, though no SYN.",
     RFCS("abc", "rfc9293.must-4", "rfc9293.must-5"));

CASE(known, connected, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"option", {"end", "nop", "mss"}}})
{
    static const unsigned char options[][4] = {{0, 0, 0, 0}, {1, 1, 1, 1}, {MSS_KIND, 4, 4, 0}};
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    struct packet packet = {.flags = ACK, .text = "abc", .options_length = 4};
    memcpy(packet.options, options[t->chosen[0]], 4);
    tell_segment(&c, packet);
    observe("%s", receive_next(t, iut, c.fd));
}

MUTANT_ON_WIRE(known, "options in a segment without SYN reset the connection")
{
    if (heading == TO_IUT && packet->text && packet->options_length)
        packet->flags |= RST;
    return true;
}

/* ---- lengths that cannot be ---- */

#define BAD_LENGTHS                                                                                \
    {                                                                                              \
        "option",                                                                                  \
        {                                                                                          \
            "zero", "one", "beyond", "cut", "mss-short"                                            \
        }                                                                                          \
    }
static const struct {
    unsigned char options[8];
    unsigned length;
} bad[] = {{{UNKNOWN_KIND, 0, 1, 1}, 4},
           {{UNKNOWN_KIND, 1, 1, 1}, 4},
           {{UNKNOWN_KIND, 60, 1, 1}, 4},
           {{1, 1, 1, UNKNOWN_KIND}, 4},
           {{MSS_KIND, 3, 4, 1}, 4}};

RULE(bad_syn, "wire.options.bad-length-in-syn",
     .statement = "After a SYN with an option whose length cannot be, a listening socket answers "
                  "other SYNs as ever.",
     RFCS("SYN ACK seq 0 ack 1", "rfc9293.must-7"));

/* Nothing is asked before the other SYN: who reads such options for ever answers nothing any more.
 */
CASE(bad_syn, listener, .network = ON_LINE, .family = ANY_FAMILY, .axes = {BAD_LENGTHS})
{
    struct line line = take_line(t);
    struct talk c = talk_to_listener(&line);
    struct packet syn = {.flags = SYN, .options_length = bad[t->chosen[0]].length};
    memcpy(syn.options, bad[t->chosen[0]].options, sizeof bad->options);
    tell_segment(&c, syn);
    observe("%s", syn_answered(&line, address_port(&c.iut)));
}

MUTANT_TAMPERS(bad_syn, "it hears no other", .heading = TO_IUT, .with = SYN, .nth = 2, .lost = true)

RULE(bad_data, "wire.options.bad-length-in-data",
     .statement = "A segment with an option whose length cannot be resets the connection, or is "
                  "dropped, or recv() gives its data as if the option were not there; all that "
                  "comes later is taken as ever.",
     RFCS("abc then def || reset", "rfc9293.must-7", "rfc9293.illegal-option-length-resets"));

/* The data comes once more without the option, in case that it was dropped. */
CASE(bad_data, connected, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {BAD_LENGTHS})
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    struct packet packet = {
        .flags = ACK, .text = "abc", .options_length = bad[t->chosen[0]].length};
    memcpy(packet.options, bad[t->chosen[0]].options, sizeof bad->options);
    tell_segment(&c, packet);
    c.next -= 3;
    tell(&c, ACK, .text = "abc");
    const char *seen = receive_next(t, iut, c.fd);
    bool reset = strcmp(seen, "ECONNRESET") == 0 || strcmp(seen, "ECONNABORTED") == 0;
    observe("%s", reset ? "reset" : seen);
    if (reset)
        return;
    tell(&c, ACK, .text = "def");
    observe("%s", receive_next(t, iut, c.fd));
}

MUTANT_ON_WIRE(bad_data, "what comes after the option is not data")
{
    if (heading == TO_IUT && packet->text)
        packet->text = "bcd";
    return true;
}

RULE(end, "wire.options.end-of-list",
     .statement = "Nothing that follows End of Option List in a SYN is taken for an option: the "
                  "SYN with ACK of a listening socket has neither window scale nor timestamps for "
                  "it.",
     RFCS("no", "rfc9293.end-of-option-list", "rfc9293.must-4", "rfc7323.scale-answered-only",
          "rfc7323.stamp-answered-only"));

/* That selective acknowledgments are permitted may be said to whoever calls (RFC 2018, 2). */

CASE(end, listener, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = talk_to_listener(&line);
    /* Kinds 3 and 8 behind the end. */
    tell(&c, SYN, .options = {0, 3, 3, 7, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0, 1, 1},
         .options_length = 16);
    struct packet answer = must_hear(&c, SYN | ACK);
    observe("%s", answer.scale || answer.stamp.there ? "yes" : "no");
}

MUTANT_ON_WIRE(end, "End of Option List is passed over")
{
    if (heading == TO_IUT && packet->flags == SYN && packet->options_length)
        packet->options[0] = 1;
    return true;
}

RULE(padding, "wire.options.padding",
     .statement = "In the segments that connect(), send() and listening sockets make, what follows "
                  "End of Option List is zeros, and options fill the header.",
     RFCS("zeros then zeros then zeros then zeros", "rfc9293.must-69", "rfc9293.data-offset"));

static const char *padding_of(struct packet packet)
{
    unsigned i = 0;
    if (!packet.protocol || packet.problems & PACKET_BAD_OPTIONS)
        return packet.protocol ? "bad options" : "missing";
    while (i < packet.options_length && packet.options[i])
        i += packet.options[i] == 1 ? 1 : packet.options[i + 1];
    while (i < packet.options_length && !packet.options[i])
        i++;
    return i == packet.options_length ? "zeros" : "other than zeros";
}

CASE(padding, segments, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_called(&line), called = talk_to_listener(&line);
    observe("%s", padding_of(c.syn));
    tell(&c, SYN | ACK, .mss = 1000, .scale = SCALE(1), .stamp = STAMP(1, c.syn.stamp.value));
    observe("%s", padding_of(hear_but(&c, SYN)));
    require(connected_to_line(&c) == 0, "there is no connection");
    must(sk_send(iut, c.fd, "hello", 5, 0));
    observe("%s", padding_of(hear(&c)));
    tell(&c, ACK);
    tell(&called, SYN, .mss = 1000, .scale = SCALE(1), .sack_permitted = true);
    observe("%s", padding_of(hear_only(&called)));
}

MUTANT_ON_WIRE(padding, "behind the end is rubbish")
{
    if (heading == FROM_IUT && packet->flags & SYN) {
        memcpy(packet->options, (unsigned char[]){0, 0, 7, 0}, 4);
        packet->options_length = 4;
    }
    return true;
}

/* ---- the maximum segment size ---- */

#define IPV4_DEFAULT 536
#define IPV6_DEFAULT 1220

RULE(mss_sent, "wire.mss.sent",
     .statement = "The SYN of connect(), and a listening socket's answer to one, have the option "
                  "Maximum Segment Size unless 536 octets over IPv4, or 1220 over IPv6, are all "
                  "that can be received; the ACK that follows, and data of send(), have it not.",
     RFCS("there | needless then not there then not there then there | needless", "rfc9293.must-14",
          "rfc9293.shld-5", "rfc9293.may-3", "rfc9293.must-65", "rfc9293.mss-option-length",
          "rfc9293.mss-option-in-syn"));

static const char *mss_of(struct packet packet)
{
    return !packet.protocol ? "missing" : packet.mss ? "there" : "not there";
}

/* Whether more than the default is received, of which the other side has to be told. */
static bool takes_more_than_default(struct talk *c)
{
    static const char data[IPV6_DEFAULT + 1];
    size_t size = c->line->t->peer_domain == AF_INET6 ? IPV6_DEFAULT : IPV4_DEFAULT;
    if (c->syn.window <= size)
        return false;
    tell(c, ACK, .data = data, .length = size + 1);
    if (strcmp(until_acknowledged(c), "acknowledged") == 0)
        return true;
    c->next -= (uint32_t)size + 1;
    return false;
}

CASE(mss_sent, segments, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_called(&line), called = talk_to_listener(&line);
    tell(&c, SYN | ACK, .mss = 1000);
    struct packet answer = hear_but(&c, SYN);
    bool needless = !c.syn.mss && connected_to_line(&c) == 0 && !takes_more_than_default(&c);
    observe("%s", needless ? "needless" : mss_of(c.syn));
    observe("%s", mss_of(answer));
    require(connected_to_line(&c) == 0, "there is no connection");
    must(sk_send(iut, c.fd, "hello", 5, 0));
    observe("%s", mss_of(hear(&c)));
    tell(&c, ACK); /* so that it does not come again */
    drain(&line);
    tell(&called, SYN, .mss = 1000);
    answer = hear(&called);
    needless = needless && has_just(&answer, SYN | ACK) && !answer.mss;
    observe("%s", needless ? "needless" : mss_of(answer));
}

MUTANT_ON_WIRE(mss_sent, "it is in every segment")
{
    if (heading == FROM_IUT)
        packet->mss = 1000;
    return true;
}

RULE(mss_receivable, "wire.mss.receivable",
     .statement = "A segment as large as the Maximum Segment Size that connect(), or a listening "
                  "socket, has sent is received: recv() gives its data.",
     RFCS("acknowledged then all of it", "rfc9293.must-67"));

/* What came of this data, when it was acknowledged. */
static const char *all_received(struct talk *c, const char *data, size_t size)
{
    static char buffer[FRAME_LENGTH];
    struct test *t = c->line->t;
    struct backoff backoff = backoff_begin(patience);
    size_t came = 0;
    set_nonblocking(t, t->iut, c->fd, true);
    do {
        int got = sk_recv(t->iut, c->fd, buffer, sizeof buffer, 0);
        if (got > 0 && ((size_t)got > size - came || memcmp(buffer, data + came, (size_t)got) != 0))
            return "other data";
        if (got > 0)
            came += (size_t)got;
        else if (got != -EAGAIN && got != -EWOULDBLOCK)
            break;
    } while (came < size && backoff_wait(&backoff));
    return came == size ? "all of it" : came ? "a part of it" : "nothing";
}

CASE(mss_receivable, segment, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    static char data[FRAME_LENGTH];
    struct line line = take_line(t);
    struct talk c = line_connected(&line, .mss = 1000);
    size_t headers = (t->peer_domain == AF_INET6 ? 40 : 20) + 20;
    if (c.syn.mss == 0 || c.syn.mss + headers > FRAME_LENGTH)
        skip("a frame cannot be filled by a segment of that size");
    if (c.syn.window < c.syn.mss)
        skip("the window is smaller than a segment of that size");
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)(i % 251);
    tell(&c, ACK, .data = data, .length = c.syn.mss);
    observe("%s", until_acknowledged(&c));
    observe("%s", all_received(&c, data, c.syn.mss));
}

MUTANT_ON_WIRE(mss_receivable, "segments of more than a hundred octets are lost")
{
    return heading == FROM_IUT || packet->length <= 100;
}

/* Whether the largest segment of so much data has at most so many bytes, its options counted. */
static const char *largest(struct talk *c, size_t limit)
{
    static char data[4000];
    struct test *t = c->line->t;
    size_t came = 0, all;
    set_nonblocking(t, t->iut, c->fd, true);
    all = (size_t)must(sk_send(t->iut, c->fd, data, sizeof data, 0));
    require(all > limit, "send() takes too little");
    while (came < all) {
        uint32_t expected = c->expected;
        struct packet packet = hear(c);
        require(packet.protocol, "the data did not come");
        if (packet.length + packet.options_length > limit)
            return "too large";
        came += c->expected - expected;
        tell(c, ACK);
    }
    return "small enough";
}

RULE(mss_default, "wire.mss.default",
     .statement = "Where the other side's SYN has no option Maximum Segment Size, send() makes no "
                  "segment of more than 536 octets over IPv4, or 1220 over IPv6, options counted.",
     RFCS("small enough", "rfc9293.must-15", "rfc9293.options-reduce-data"));

CASE(mss_default, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"stamps", {"no", "yes"}}})
{
    struct line line = take_line(t);
    struct packet syn = {.flags = SYN};
    if (t->chosen[0])
        syn.stamp = (struct stamp)STAMP(1, 0);
    struct talk c = line_connected_with(&line, syn);
    observe("%s", largest(&c, t->peer_domain == AF_INET6 ? IPV6_DEFAULT : IPV4_DEFAULT));
}

MUTANT_ON_WIRE(mss_default, "it is taken to be 1460")
{
    if (heading == TO_IUT && packet->flags & SYN)
        packet->mss = 1460;
    return true;
}

RULE(mss_heeded, "wire.mss.heeded",
     .statement = "send() makes no segment larger than the other side's Maximum Segment Size, "
                  "options counted.",
     RFCS("small enough", "rfc9293.must-14", "rfc9293.must-16", "rfc9293.options-reduce-data"));

CASE(mss_heeded, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"stamps", {"no", "yes"}}, {"size", {"300", "700", "1100"}}})
{
    static const uint16_t sizes[] = {300, 700, 1100};
    struct line line = take_line(t);
    struct packet syn = {.flags = SYN, .mss = sizes[t->chosen[1]]};
    if (t->chosen[0])
        syn.stamp = (struct stamp)STAMP(1, 0);
    struct talk c = line_connected_with(&line, syn);
    observe("%s", largest(&c, sizes[t->chosen[1]]));
}

MUTANT_ON_WIRE(mss_heeded, "it is not heeded")
{
    if (heading == TO_IUT && packet->flags & SYN)
        packet->mss = 1400;
    return true;
}

RULE(mss_anywhere, "wire.mss.not-aligned",
     .statement = "send() heeds a Maximum Segment Size that does not begin on a word boundary, "
                  "behind No-Operations or an option of an unknown kind.",
     RFCS("small enough", "rfc9293.must-64", "rfc9293.no-operation", "rfc9293.must-6"));

CASE(mss_anywhere, data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"behind", {"one", "two", "three", "unknown"}}})
{
    static const unsigned char behind[][12] = {
        {1, MSS_KIND, 4, 1, 44, 1, 1, 1, 1, 1, 1, 1},
        {1, 1, MSS_KIND, 4, 1, 44, 1, 1, 1, 1, 1, 1},
        {1, 1, 1, MSS_KIND, 4, 1, 44, 1, 1, 1, 1, 1},
        {UNKNOWN_KIND, 5, 7, 7, 7, MSS_KIND, 4, 1, 44, 1, 1, 1}};
    struct line line = take_line(t);
    struct packet syn = {.flags = SYN, .options_length = sizeof behind[0]};
    memcpy(syn.options, behind[t->chosen[0]], sizeof behind[0]);
    struct talk c = line_connected_with(&line, syn);
    observe("%s", largest(&c, 300));
}

MUTANT_ON_WIRE(mss_anywhere, "options are read word by word")
{
    if (heading == TO_IUT && packet->flags & SYN)
        packet->options_length = 0;
    return true;
}
