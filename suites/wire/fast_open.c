/* What rules about TCP Fast Open share. */
#include "suites/wire/fast_open.h"

#include "calls/clock.h"
#include "wire/headers.h"

const char *option_of(const struct packet *packet)
{
    return !packet->fast_open      ? "no option"
           : packet->cookie_length ? "a cookie"
                                   : "an empty option";
}

struct packet with_bad_length(struct packet packet, int chosen)
{
    static const unsigned char options[][20] = {
        {OPTION_FAST_OPEN, 3, 'a', OPTION_NOP},
        {OPTION_FAST_OPEN, 4, 'a', 'b'},
        {OPTION_FAST_OPEN, 7, 'a', 'b', 'c', 'd', 'e', OPTION_NOP},
        {OPTION_FAST_OPEN, 20, 'a', 'b', 'c', 'd', 'e'}};
    static const unsigned length[] = {4, 4, 8, 20};
    packet.options_length = length[chosen];
    memcpy(packet.options, options[chosen], packet.options_length);
    return packet;
}

/* ---- the IUT as a client ---- */

void need_fast_client(struct test *t)
{
    need_option(t, t->iut, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, "TCP_FASTOPEN_CONNECT");
    int probe = stream_socket(t, t->iut);
    int result = sk_setsockopt(t->iut, probe, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1);
    if (t->net->described && result == -EOPNOTSUPP)
        skip("Fast Open is off there: TCP_FASTOPEN_CONNECT cannot be set");
    must(result);
    must(sk_close(t->iut, probe));
}

int fast_socket(struct test *t)
{
    int fd = stream_socket(t, t->iut);
    set_nonblocking(t, t->iut, fd, true);
    if (t->chosen[0] == BY_CONNECT)
        must(sk_setsockopt(t->iut, fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1));
    return fd;
}

int fast_begin(struct talk *talk, const char *text)
{
    struct test *t = talk->line->t;
    if (t->chosen[0] == BY_SENDTO)
        return sk_sendto(t->iut, talk->fd, text, strlen(text), MSG_FASTOPEN, &talk->line_name);
    if (t->chosen[0] == BY_SENDMSG)
        return sk_sendmsg(t->iut, talk->fd, text, strlen(text), MSG_FASTOPEN, &talk->line_name);
    int result = sk_connect(t->iut, talk->fd, &talk->line_name);
    if (result == 0)
        must(sk_send(t->iut, talk->fd, text, strlen(text), 0));
    return result;
}

struct talk talk_from_port(struct line *line, int port)
{
    struct talk talk = talk_to(line, 0);
    talk.line_name = line_name(line, port);
    talk.end = address_with_port(line->address, port);
    return talk;
}

struct call call_fast_open(const struct talk *talk, const char *text)
{
    struct call call = call_send(talk->fd, text, strlen(text), MSG_FASTOPEN);
    call.operation = OP_SENDTO;
    call.block[3] = block_address(&talk->line_name);
    return call;
}

bool is_open(const struct packet *packet)
{
    struct packet plain = *packet;
    plain.flags &= ~(unsigned)PSH;
    return has_just(&plain, SYN);
}

bool see_syn(struct line *line, struct talk *talk)
{
    talk->syn = see(line);
    if (!is_open(&talk->syn))
        return false;
    talk_counts_from(talk, &talk->syn);
    talk->iut = talk->syn.source;
    return true;
}

static struct talk tried_by(struct line *line, int port, int fd, const char *text)
{
    struct test *t = line->t;
    struct talk talk = port ? talk_from_port(line, port) : talk_to(line, 0);
    talk.fd = fd;
    int result = fast_begin(&talk, text);
    require(result >= 0 || result == -EINPROGRESS, "the call gave %s", result_name(result));
    if (see_syn(line, &talk))
        must(sk_getsockname(t->iut, talk.fd, &talk.iut_name));
    return talk;
}

/* One that outlives cases knows that an earlier one refused its data. */
static void need_fast_open_on(struct test *t, int port, const struct packet *syn)
{
    if (port == 0 && (t->net->described || t->elsewhere) && is_open(syn) && !syn->fast_open)
        skip("the implementation asks for no cookie: Fast Open can be off there, or have failed in "
             "an earlier case");
}

struct talk fast_tried(struct line *line, int port, const char *text)
{
    struct test *t = line->t;
    struct talk c = tried_by(line, port, fast_socket(t), text);
    need_fast_open_on(t, port, &c.syn);
    return c;
}

struct talk fast_called(struct line *line, int port, const char *text)
{
    struct test *t = line->t;
    struct talk c = fast_called_by(line, port, fast_socket(t), text);
    need_fast_open_on(t, port, &c.syn);
    return c;
}

struct talk fast_called_by(struct line *line, int port, int fd, const char *text)
{
    struct test *t = line->t;
    struct talk talk = tried_by(line, port, fd, text);
    require_by("wire.fast-open.client.request", is_open(&talk.syn),
               "a SYN should have come, and not %s", packet_words(&talk.syn, NULL, NULL));
    return talk;
}

struct talk fast_first(struct line *line)
{
    struct test *t = line->t;
    need_fast_client(t);
    struct talk c = fast_tried(line, 0, "hello");
    if (c.syn.cookie_length && t->elsewhere)
        skip("the implementation has a cookie of an earlier case");
    return c;
}

struct talk fast_asking(struct line *line)
{
    struct test *t = line->t;
    struct talk c = fast_first(line);
    require_by("wire.fast-open.client.request", is_open(&c.syn),
               "a SYN should have come, and not %s", packet_words(&c.syn, NULL, NULL));
    require_by("wire.fast-open.client.request", !c.syn.cookie_length,
               "the SYN has a cookie that nobody gave");
    return c;
}

int given_cookie_with(struct line *line, const char *cookie, struct packet answer)
{
    struct test *t = line->t;
    need_fast_client(t);
    struct talk c = fast_called(line, 0, "hello");
    require_by("wire.fast-open.client.request", c.syn.fast_open, "no cookie is asked for");
    answer.fast_open = true;
    answer.cookie_length = 8;
    memcpy(answer.cookie, cookie, 8);
    tell_segment(&c, answer);
    need_handshake(&c);
    return address_port(&c.end);
}

void need_handshake(struct talk *talk)
{
    struct test *t = talk->line->t;
    const char *heard = handshake_said(talk);
    require(strncmp(heard, "ACK ", 4) == 0, "the SYN and ACK is answered by %s", heard);
}

void answer_syn(struct talk *talk, int unacknowledged)
{
    tell(talk, SYN | ACK, .ack = (uint32_t)-unacknowledged, .mss = 1000);
    talk->expected -= (uint32_t)unacknowledged;
}

void send_when_connected(struct talk *talk, const char *text)
{
    struct test *t = talk->line->t;
    int error = connected_to_line(talk);
    require(error == 0, "the connection failed with %s", error_name(error));
    /* In SYN-RECEIVED there may be a peer's name, and no room yet. */
    struct backoff backoff = backoff_begin(patience);
    int result;
    do
        result = sk_send(t->iut, talk->fd, text, strlen(text), 0);
    while (result == -EAGAIN && backoff_wait(&backoff));
    must(result);
}

const char *data_heard(struct talk *talk, size_t size)
{
    static char text[64];
    size_t came = 0;
    int64_t begin = clock_now(); /* other data can be sent again and again */
    while (came < size && size < sizeof text && may_still_come(begin)) {
        uint32_t expected = talk->expected;
        struct packet packet = hear(talk);
        if (!packet.protocol)
            break;
        if (talk->expected != expected && came + packet.length < sizeof text) {
            memcpy(text + came, packet.data, packet.length);
            came += packet.length;
            tell(talk, ACK);
        }
    }
    text[came] = '\0';
    return text;
}

/* ---- the IUT as a server ---- */

struct talk talk_to_fast_listener(struct line *line, int pending)
{
    enum { BACKLOG = 16 };
    struct test *t = line->t;
    need_option(t, t->iut, IPPROTO_TCP, TCP_FASTOPEN, "TCP_FASTOPEN");
    struct endpoint listener = bound_socket(t, t->iut, SOCK_STREAM, PLACE_MAIN);
    int result = sk_setsockopt(t->iut, listener.fd, IPPROTO_TCP, TCP_FASTOPEN, pending);
    if (result == -EPERM)
        skip("Fast Open is off here: TCP_FASTOPEN cannot be set");
    must(sk_listen(t->iut, listener.fd, BACKLOG));
    if (result < 0) /* there are those that want it of a listening socket */
        must(sk_setsockopt(t->iut, listener.fd, IPPROTO_TCP, TCP_FASTOPEN, pending));
    struct talk talk = talk_to(line, address_port(&listener.name));
    talk.listener = listener.fd;
    return talk;
}

struct packet cookie_answer(const struct talk *listening)
{
    struct test *t = listening->line->t;
    struct talk c = talk_to(listening->line, address_port(&listening->iut));
    tell(&c, SYN, .mss = 1000, .fast_open = true);
    struct packet answer = must_hear(&c, SYN | ACK);
    tell(&c, RST);
    drain(listening->line); /* it can have been sent again meanwhile */
    if (t->net->described && !answer.cookie_length)
        skip("the implementation gives no cookie: Fast Open can be off there");
    require_by("wire.fast-open.server.cookie", answer.cookie_length, "no cookie is given");
    return answer;
}

struct packet send_fast_syn(struct talk *talk, const struct packet *having, const char *text)
{
    struct packet syn = {.flags = SYN,
                         .mss = 1000,
                         .fast_open = true,
                         .cookie_length = having->cookie_length,
                         .text = text};
    memcpy(syn.cookie, having->cookie, sizeof syn.cookie);
    return tell_segment(talk, syn);
}

struct packet fast_syn(struct talk *talk, const struct packet *having, const char *text)
{
    struct packet syn = send_fast_syn(talk, having, text);
    do /* another connection's may be sent again meanwhile */
        talk->syn = must_hear(talk, SYN | ACK);
    while (address_port(&talk->syn.destination) != address_port(&talk->end));
    talk_counts_from(talk, &talk->syn);
    return syn;
}

struct talk fast_opened(struct line *line)
{
    enum { PENDING = 5 };
    struct test *t = line->t;
    struct talk c = talk_to_fast_listener(line, PENDING);
    struct packet cookie = cookie_answer(&c);
    fast_syn(&c, &cookie, "hello");
    require_by("wire.fast-open.server.acknowledged", c.syn.ack == c.next,
               "the data of the SYN was not taken");
    return c;
}

int fast_accepted(const struct talk *talk)
{
    struct test *t = talk->line->t;
    set_nonblocking(t, t->iut, talk->listener, true);
    drain(talk->line);
    int fd = sk_accept(t->iut, talk->listener, NULL);
    if (fd == -EAGAIN)
        skip("the connection is given when the handshake is complete: it may be");
    return must(fd);
}

/* ---- for mutants ---- */

bool is_syn(const struct packet *packet, enum heading heading)
{
    return heading == FROM_IUT && packet->flags == SYN;
}

bool is_syn_ack(const struct packet *packet, enum heading heading)
{
    return heading == FROM_IUT && packet->flags == (SYN | ACK);
}

bool loses_cookie(struct packet *packet, enum heading heading)
{
    if (heading == TO_IUT && packet->flags == SYN && packet->text)
        packet->fast_open = false;
    return true;
}
