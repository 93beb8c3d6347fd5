/* The implementation's own window, when nobody reads: closed, what comes then, and how it opens. */
#include "calls/clock.h"
#include "suites/wire/states.h"
#include "suites/wire/wire.h"

enum { SEGMENT = 1000, BURST = 16, ROUNDS = 400 };

/* A connection whose IUT has room for little, where it lets itself be told. */
static struct talk connected(struct line *line, uint16_t window)
{
    struct test *t = line->t;
    struct endpoint listener = bound_socket(t, t->iut, SOCK_STREAM, PLACE_MAIN);
    sk_setsockopt(t->iut, listener.fd, SOL_SOCKET, SO_RCVBUF, 4096);
    must(sk_listen(t->iut, listener.fd, 1));
    struct talk c = talk_to(line, address_port(&listener.name));
    c.listener = listener.fd;
    c.window = window;
    tell(&c, SYN, .mss = SEGMENT);
    c.syn = must_see(line, SYN | ACK);
    talk_counts_from(&c, &c.syn);
    tell(&c, ACK);
    c.fd = must(sk_accept(t->iut, c.listener, NULL));
    return c;
}

/* The right edge of the window, and whether an ACK has moved it back. */
struct edge {
    uint32_t right;
    bool back;
};

static void note_edge(struct edge *edge, const struct packet *packet)
{
    uint32_t right = packet->ack + packet->window;
    edge->back |= sequence_before(right, edge->right);
    edge->right = right;
}

/* What the IUT says to what is older than all that it has, or, where it has no room to look at
 * data, to a segment without. The edge, if there is one, is that of all that it says. */
static struct packet answer_to_old(struct talk *c, struct edge *edge)
{
    struct packet answer = {.protocol = PROTOCOL_NONE}, packet;
    uint32_t old = c->own.number - 1 - c->next;
    tell(c, ACK, .seq = old, .text = "?");
    for (packet = hear_now(c); packet.protocol; packet = hear_on(c)) {
        answer = packet;
        if (edge && answer.flags & ACK)
            note_edge(edge, &answer);
    }
    if (!answer.protocol) {
        tell(c, ACK, .seq = old);
        answer = hear_answer(c);
        if (edge && answer.flags & ACK)
            note_edge(edge, &answer);
    }
    return answer;
}

/* What the IUT has taken and how much more it takes, which it says to what is old, since to what
 * came a moment ago it may say so later. */
static struct packet ask_for(struct talk *c, struct edge *edge)
{
    struct test *t = c->line->t;
    struct packet answer = answer_to_old(c, edge);
    require_by("wire.acceptance.outside", answer.flags & ACK, "what is old is not answered");
    return answer;
}

static struct packet ask(struct talk *c)
{
    return ask_for(c, NULL);
}

/* Sends until the window is closed, and stays so; none of it is lost. Who has said that it is
 * closed need not answer again: whether it does is what rules are about. */
static void fill(struct talk *c)
{
    static const char data[SEGMENT];
    struct test *t = c->line->t;
    for (int rounds = 0, closed = 0; closed < 2; rounds++) {
        if (rounds == ROUNDS)
            skip("the window does not close");
        struct packet now = closed ? answer_to_old(c, NULL) : ask(c);
        size_t left = now.window, size;
        c->next = now.flags & ACK ? now.ack : c->next;
        closed = left ? 0 : closed + 1;
        for (int i = 0; i < BURST && left; i++, left -= size) {
            size = left < SEGMENT ? left : SEGMENT;
            tell(c, ACK, .data = data, .length = size);
        }
    }
}

static size_t read_all(struct talk *c)
{
    static char data[16384];
    struct test *t = c->line->t;
    size_t all = 0;
    int count;
    set_nonblocking(t, t->iut, c->fd, true);
    while ((count = sk_recv(t->iut, c->fd, data, sizeof data, 0)) > 0)
        all += (size_t)count;
    set_nonblocking(t, t->iut, c->fd, false);
    return all;
}

/* The states of the axes. In FIN_WAIT_1 it would not stay: the data acknowledges the FIN. */
static enum tcp_state open_state(const struct test *t)
{
    return t->chosen[0] ? STATE_FIN_WAIT_2 : STATE_ESTABLISHED;
}

/* ---- while it is closed ---- */

RULE(answers, "wire.own-window.answers",
     .statement = "While the window is closed, since nobody calls recv(), a segment with data is "
                  "answered by an ACK of the number that is expected still and a window of zero.",
     RFCS("current ACK then window 0", "rfc9293.zero-window-answers", "rfc9293.may-8",
          "rfc9293.acceptable-data-zero-window", "rfc9293.data-zero-window",
          "rfc9293.unacceptable-acknowledged", "rfc9293.text-window-adjusted"));

CASE(answers, probe, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"state", {"established", "fin-wait-2"}}, {"data", {"little", "much"}}})
{
    static const char data[SEGMENT];
    struct line line = take_line(t);
    struct talk c = connected(&line, 1000);
    talk_to_state(&c, open_state(t));
    fill(&c);
    tell(&c, ACK, .data = data, .length = t->chosen[1] ? SEGMENT : 1);
    c.next -= t->chosen[1] ? SEGMENT : 1;
    struct packet answer = hear_answer(&c);
    observe("%s", current_ack(&c, answer));
    observe("window %u", answer.window);
}

MUTANT_ON_WIRE(answers, "the data is acknowledged")
{
    static int closed;
    if (heading == FROM_IUT && packet->flags & ACK && !(packet->flags & SYN) && !packet->window)
        packet->ack += ++closed > 2;
    return true;
}

RULE(dropped, "wire.own-window.dropped",
     .statement = "Data that comes while the window is closed is dropped: recv() gives what was "
                  "acknowledged before, and what comes once the window is open.",
     RFCS("what was acknowledged then abc", "rfc9293.beyond-window-discarded",
          "rfc9293.acceptable-data-zero-window", "rfc9293.data-zero-window",
          "rfc9293.unacceptable-dropped"));

CASE(dropped, probe, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = connected(&line, 1000);
    uint32_t first = c.next;
    fill(&c);
    tell(&c, ACK, .text = "old");
    c.next -= 3;
    tell(&c, ACK, .seq = 3, .text = "older");
    drain(&line);
    size_t count = read_all(&c);
    observe("%s", count == c.next - first ? "what was acknowledged" : "something else");
    require_by("wire.own-window.opens", ask(&c).window >= 3, "the window does not open");
    tell(&c, ACK, .text = "abc");
    drain(&line);
    observe("%s", received_all(t, c.fd));
}

/* What comes while it is closed is put behind the rest, as though there were room. */
MUTANT_ON_WIRE(dropped, "it is kept")
{
    static bool kept;
    if (heading == TO_IUT && packet->text && strcmp(packet->text, "old") == 0)
        kept = true;
    if (heading == TO_IUT && packet->text && kept && strcmp(packet->text, "abc") == 0)
        packet->text = "old";
    return true;
}

RULE(empty, "wire.own-window.empty",
     .statement = "While the window is closed an empty segment with any other number than the one "
                  "expected is answered by an ACK of that one and a window of zero.",
     RFCS("current ACK then window 0", "rfc9293.acceptable-empty-zero-window",
          "rfc9293.zero-length-zero-window", "rfc9293.zero-window-answers",
          "rfc9293.unacceptable-acknowledged"));

CASE(empty, other_number, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"number", {"before", "beyond"}}})
{
    struct line line = take_line(t);
    struct talk c = connected(&line, 1000);
    fill(&c);
    tell(&c, ACK, .seq = t->chosen[0] ? 1 : -1);
    struct packet answer = hear(&c);
    observe("%s", current_ack(&c, answer));
    observe("window %u", answer.window);
}

MUTANT_ON_WIRE(empty, "it is not answered")
{
    static int closed;
    if (heading == FROM_IUT && !(packet->flags & SYN) && !packet->window)
        closed++;
    return heading == FROM_IUT || closed < 2 || packet->text || packet->length;
}

RULE(reset, "wire.own-window.reset",
     .statement = "A RST counts while the window is closed if it has the number that is expected: "
                  "it ends the connection.",
     RFCS("nothing then gone", "rfc9293.must-66", "rfc9293.zero-window-control",
          "rfc9293.acceptable-empty-zero-window", "rfc9293.rst-exact-resets"));

CASE(reset, exact, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = connected(&line, 1000);
    fill(&c);
    require_by("wire.own-window.answers", strcmp(life(&c), "alive") == 0,
               "the connection is gone before");
    tell(&c, RST);
    observe("%s", said(&c, hear_now(&c)));
    observe("%s", life(&c));
}

MUTANT_TAMPERS(reset, "the RST is not heard", .heading = TO_IUT, .with = RST, .lost = true)

RULE(no_reset, "wire.own-window.reset-beside",
     .statement = "A RST with any other number than the one expected is dropped while the window "
                  "is closed: the connection lasts, and nothing is answered.",
     RFCS("nothing then alive", "rfc9293.unacceptable-rst-dropped",
          "rfc9293.acceptable-empty-zero-window", "rfc9293.zero-length-zero-window"));

CASE(no_reset, other_number, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"number", {"before", "beyond"}}})
{
    struct line line = take_line(t);
    struct talk c = connected(&line, 1000);
    fill(&c);
    tell(&c, RST, .seq = t->chosen[0] ? 1 : -1);
    observe("%s", said(&c, hear_now(&c)));
    observe("%s", life(&c));
}

/* Its number is made the one that was told last. */
MUTANT_ON_WIRE(no_reset, "any RST ends the connection")
{
    static uint32_t expected;
    if (heading == FROM_IUT)
        expected = packet->ack;
    else if (packet->flags & RST)
        packet->seq = expected;
    return true;
}

RULE(urgent, "wire.own-window.urgent",
     .statement = "A segment without data that tells of urgent data counts while the window is "
                  "closed: recv() with MSG_OOB gives the urgent octet when it comes, though the "
                  "segment that brings it does not say so.",
     .outcome = {[BY_LINUX] = {"!",
                               {"rfc9293.must-66", "rfc9293.zero-window-control",
                                "linux.recv.2.msg-oob", "linux.tcp.7.urgent-not-inline",
                                "linux.tcp.7.urgent-one-byte", "linux.tcp.7.urgent-pointer-bsd"}}});

CASE(urgent, told_before, .network = ON_LINE, .family = ANY_FAMILY)
{
    char byte;
    struct line line = take_line(t);
    struct talk c = connected(&line, 1000);
    fill(&c);
    tell(&c, ACK | URG, .urgent = 2);
    drain(&line);
    read_all(&c);
    require_by("wire.own-window.opens", ask(&c).window >= 4, "the window does not open");
    tell(&c, ACK, .text = "a!bc");
    drain(&line);
    int result = sk_recv(iut, c.fd, &byte, 1, MSG_OOB);
    observe("%s", result == 1 ? data_text(&byte, 1) : result_name(result));
}

MUTANT_TAMPERS(urgent, "URG is not looked at", .heading = TO_IUT, .with = URG, .clear = URG)

RULE(sends, "wire.own-window.sends",
     .statement = "While the window is closed data of send() goes out, and acknowledgments and "
                  "windows of the other side are heard.",
     RFCS("400 octets", "rfc9293.send-with-zero-receive-window", "rfc9293.zero-window-acks",
          "rfc9293.zero-window-control", "rfc9293.acceptable-empty-zero-window"));

/* Hears what the IUT sends up to this number, and acknowledges none of it or each. */
static void hear_up_to(struct talk *c, uint32_t end, bool acknowledges)
{
    int64_t begin = clock_now();
    while (sequence_before(c->expected, end) && may_still_come(begin)) {
        struct packet packet = hear(c);
        if (!packet.protocol || packet.flags & RST)
            return;
        if (acknowledges)
            tell(c, ACK);
    }
}

/* More than one window of it, so that nothing goes on without an acknowledgment; and more than the
 * first window before the second acknowledgment. The last of it may wait until all else is
 * acknowledged (Nagle). */
CASE(sends, two_windows, .network = ON_LINE, .family = ANY_FAMILY)
{
    enum { NARROW = 100, WIDER = 300 };
    static const char data[NARROW + WIDER];
    struct line line = take_line(t);
    struct talk c = connected(&line, NARROW);
    uint32_t first = c.expected;
    fill(&c);
    must(sk_send(iut, c.fd, data, sizeof data, 0));
    hear_up_to(&c, first + NARROW, false);
    c.window = WIDER;
    tell(&c, ACK);
    hear_up_to(&c, first + 2 * NARROW + 1, false);
    if (c.expected - first > 2 * NARROW) {
        tell(&c, ACK);
        hear_up_to(&c, first + sizeof data, true);
    }
    observe("%u octets", c.expected - first);
}

MUTANT_ON_WIRE(sends, "acknowledgments are not heard while it is closed")
{
    static int closed;
    if (heading == FROM_IUT && !(packet->flags & SYN) && !packet->window)
        closed++;
    return heading == FROM_IUT || closed < 2 || packet->text || packet->length;
}

/* ---- how it opens ---- */

RULE(opens, "wire.own-window.opens",
     .statement = "A window that has closed, since what came was not read, opens when recv() has "
                  "made room: what comes then is acknowledged and given to recv().",
     RFCS("open then acknowledged then abc", "rfc9293.text-window-adjusted",
          "rfc9293.zero-window-answers"));

CASE(opens, all_read, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"state", {"established", "fin-wait-2"}}})
{
    struct line line = take_line(t);
    struct talk c = connected(&line, 1000);
    talk_to_state(&c, open_state(t));
    fill(&c);
    read_all(&c);
    observe("%s", ask(&c).window >= 3 ? "open" : "closed");
    tell(&c, ACK, .text = "abc");
    observe("%s", until_acknowledged(&c));
    observe("%s", receive_next(t, iut, c.fd));
}

MUTANT_ON_WIRE(opens, "it stays closed")
{
    static int closed;
    if (heading == FROM_IUT && !(packet->flags & SYN) && !packet->window)
        closed++;
    if (heading == FROM_IUT && closed >= 2)
        packet->window = 0;
    return true;
}

RULE(silly, "wire.own-window.silly",
     .statement = "A window that is closed does not open by less than a quarter of a segment when "
                  "recv() has taken a fifth of one in small pieces.",
     RFCS("closed or well open", "rfc9293.must-39", "rfc9293.receiver-right-edge-fixed"));

/* How far it opens is a matter of the algorithm, and where what was read is more to the IUT than
 * its octets it may open; half a segment is the least that the document suggests. */
CASE(silly, little_read, .network = ON_LINE, .family = ANY_FAMILY)
{
    enum { PIECE = SEGMENT / 20, PIECES = 4 };
    struct line line = take_line(t);
    struct talk c = connected(&line, 1000);
    unsigned window = 0;
    char data[PIECE];
    fill(&c);
    for (int i = 0; i < PIECES && !window; i++) {
        must(sk_recv(iut, c.fd, data, sizeof data, 0));
        window = ask(&c).window;
    }
    observe("%s", window && window < SEGMENT / 4 ? "open by little" : "closed or well open");
}

MUTANT_ON_WIRE(silly, "it opens by every octet")
{
    static int closed;
    if (heading == FROM_IUT && !(packet->flags & SYN) && !packet->window && ++closed > 2)
        packet->window = (uint16_t)(closed - 2);
    return true;
}

/* ---- its right edge ---- */

RULE(edge, "wire.own-window.right-edge",
     .statement = "The right edge of the window never goes back: while data comes that nobody "
                  "reads, and when recv() has read it.",
     RFCS("never back", "rfc9293.shld-14", "rfc9293.text-right-edge-kept"));

CASE(edge, filled_and_read, .network = ON_LINE, .family = ANY_FAMILY)
{
    enum { MANY = 24 }; /* the window need not close */
    static const char data[SEGMENT];
    struct line line = take_line(t);
    struct talk c = connected(&line, 1000);
    struct edge edge = {.right = c.next + c.syn.window};
    bool closed = false;
    for (int rounds = 0; rounds < MANY && !closed && !edge.back; rounds++) {
        struct packet now = ask_for(&c, &edge);
        c.next = now.ack;
        closed = !now.window;
        if (now.window)
            tell(&c, ACK, .data = data, .length = now.window < SEGMENT ? now.window : SEGMENT);
    }
    read_all(&c);
    ask_for(&c, &edge);
    observe("%s", edge.back ? "back" : "never back");
}

/* An answer to old data comes after it, and says what is right. */
MUTANT_ON_WIRE(edge, "one ACK has a window that shrinks by more than what came")
{
    static int acks;
    if (heading == FROM_IUT && packet->flags == ACK && ++acks == 2)
        packet->window /= 4;
    return true;
}
