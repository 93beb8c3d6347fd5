#include "suites/wire/wire.h"

#include "calls/clock.h"

void drain(struct line *line)
{
    while (see_now(line).protocol)
        continue;
}

const char *accepted_now(struct talk *talk)
{
    struct test *t = talk->line->t;
    set_nonblocking(t, t->iut, talk->listener, true);
    drain(talk->line);
    int fd = sk_accept(t->iut, talk->listener, NULL);
    if (fd < 0)
        return fd == -EAGAIN || fd == -EWOULDBLOCK ? "none" : result_name(fd);
    talk->fd = fd;
    return "a connection";
}

struct talk talk_to_listener(struct line *line)
{
    struct endpoint listener = listening_socket(line->t, line->t->iut);
    struct talk talk = talk_to(line, address_port(&listener.name));
    talk.listener = listener.fd;
    return talk;
}

void hear_rest(struct talk *talk)
{
    while (hear_now(talk).protocol)
        continue;
}

void say_window(struct talk *talk, uint16_t window)
{
    talk->window = window;
    tell(talk, ACK, .text = "x");
    tell(talk, ACK, .text = "x");
    drain(talk->line);
}

struct talk line_narrow(struct line *line, uint16_t window)
{
    enum { SEGMENT = 1000 };
    struct test *t = line->t;
    if (t->role != ROLE_SERVER) {
        struct talk talk = line_connected(line, .window = window, .mss = SEGMENT);
        talk.window = window;
        return talk;
    }
    struct talk talk = line_calls(line, .window = window, .mss = SEGMENT);
    talk.window = window;
    tell(&talk, ACK);
    talk.fd = must(sk_accept(t->iut, talk.listener, NULL));
    return talk;
}

const char *fin_now(struct talk *talk)
{
    struct packet packet;
    while ((packet = hear_now(talk)).protocol)
        if (packet.flags & (FIN | RST))
            return said(talk, packet);
    return "no FIN";
}

struct packet acknowledged(struct talk *talk)
{
    struct packet packet;
    do
        packet = hear(talk);
    while (packet.protocol && ((packet.flags & (RST | ACK)) != ACK || packet.ack != talk->next));
    return packet;
}

void need_stamps(const struct talk *talk)
{
    struct test *t = talk->line->t;
    if (!talk->syn.stamp.there)
        skip("there are no timestamps here: there need not be any");
}

void need_scale(const struct talk *talk)
{
    struct test *t = talk->line->t;
    if (!talk->syn.scale)
        skip("windows are not scaled here: they need not be");
}

const char *received_all(struct test *t, int fd)
{
    static char text[256];
    int more;
    snprintf(text, sizeof text, "%s", receive_next(t, t->iut, fd));
    set_nonblocking(t, t->iut, fd, true);
    for (size_t used = strlen(text); used < sizeof text - 1; used += (size_t)more) {
        more = sk_recv(t->iut, fd, text + used, sizeof text - 1 - used, 0);
        if (more <= 0)
            break;
        text[used + (size_t)more] = '\0';
    }
    return text;
}

struct talk line_stamped(struct line *line, uint32_t value)
{
    struct talk talk = line_connected(line, .stamp = STAMP(value, 0));
    need_stamps(&talk);
    return talk;
}

size_t hear_data(struct talk *talk, size_t size, size_t *most)
{
    enum { FUTILE = 8 }; /* an implementation can send the same again for long */
    size_t came = 0;
    int futile = 0;
    *most = 0;
    while (came < size && futile < FUTILE) {
        uint32_t expected = talk->expected;
        struct packet packet = hear(talk);
        if (!packet.protocol || packet.flags & RST)
            break;
        came += talk->expected - expected;
        futile = talk->expected == expected ? futile + 1 : 0;
        if (packet.length > *most)
            *most = packet.length;
    }
    return came;
}

void take_new(struct talk *talk, const struct packet *packet)
{
    uint32_t end = packet->seq + (uint32_t)packet->length;
    if (packet->length && !sequence_before(talk->expected, packet->seq) &&
        sequence_before(talk->expected, end))
        talk->expected = end;
}

bool may_still_come(int64_t begin)
{
    return clock_now() - begin < patience * INT64_C(1000000) / 2;
}

struct packet hear_own(struct talk *talk)
{
    int64_t begin = clock_now();
    do {
        struct packet packet = hear(talk);
        if (packet.protocol != IPPROTO_TCP || packet.flags != (SYN | ACK) ||
            address_port(&packet.destination) == address_port(&talk->end))
            return packet;
    } while (may_still_come(begin));
    return (struct packet){.protocol = PROTOCOL_NONE};
}

bool has_just(const struct packet *packet, unsigned flags)
{
    unsigned aside = flags & SYN ? ECE | CWR : 0;
    return packet->protocol == IPPROTO_TCP && (packet->flags & ~aside) == flags;
}

/* A SYN that comes within half a millisecond is an answer. What comes later a timer may have sent,
 * which for Linux is a clock tick after what it takes to be wrong, and so may a SYN that comes a
 * second after the one before. */
static bool is_again(const struct talk *talk, const struct packet *packet, unsigned flags,
                     int64_t *last)
{
    const int64_t at_once = 500000, second = INT64_C(900000000); /* clocks may be coarse */
    int64_t after = packet->time - talk->told;
    bool answer = flags & SYN && after >= 0 && after < at_once && packet->time - *last < second;
    *last = packet->time;
    return has_just(packet, flags) && !answer;
}

struct packet hear_but(struct talk *talk, unsigned flags)
{
    enum { AGAIN = 2 };
    int64_t last = talk->syn.time;
    struct packet packet = hear(talk);
    for (int again = 0; again < AGAIN && is_again(talk, &packet, flags, &last); again++)
        packet = hear(talk);
    return packet;
}

struct packet hear_but_now(struct talk *talk, unsigned flags)
{
    int64_t last = talk->syn.time;
    struct packet packet;
    do
        packet = hear_now(talk);
    while (is_again(talk, &packet, flags, &last));
    return packet;
}

struct talk line_crossed(struct line *line, struct packet syn)
{
    struct test *t = line->t;
    struct talk talk = line_called(line);
    tell_segment(&talk, syn);
    struct packet answer = hear_but(&talk, SYN);
    require_by("wire.open.simultaneous", answer.flags == (SYN | ACK),
               "SYN ACK should have come, and not %s", said(&talk, answer));
    talk.next = answer.ack;
    return talk;
}

const char *handshake_said(struct talk *talk)
{
    return said(talk, hear_but(talk, SYN));
}

void ignore_option(struct mutation *m, struct call *call, int ipv4, int ipv6)
{
    if (call_is_option(call, OP_SETSOCKOPT, IPPROTO_IP, ipv4) ||
        call_is_option(call, OP_SETSOCKOPT, IPPROTO_IPV6, ipv6))
        call_succeed(call, 0);
    else
        mutate(m, call);
}

void without_control(struct mutation *m, struct call *call)
{
    if (call->operation == OP_SENDMSG)
        ((struct message *)call->block[1].bytes)->controls = 0;
    mutate(m, call);
}

struct address broadcast_of_the_net(struct test *t, struct address one)
{
    if (t->net->described)
        skip("how long the prefix of the network is, is not known");
    one.in.sin_addr.s_addr |= htonl(0xff);
    return one;
}

const char *octets_of(const struct packet *packet)
{
    return packet->length ? data_text(packet->data, packet->length) : "no data";
}
