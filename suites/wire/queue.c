/* What a listening socket does with more than accept() has taken. */
#include "suites/wire/wire.h"

enum { BACKLOG = 1, TRIES = 64 };

static struct endpoint short_listener(struct test *t)
{
    struct endpoint listener = bound_socket(t, t->iut, SOCK_STREAM, PLACE_MAIN);
    must(sk_listen(t->iut, listener.fd, BACKLOG));
    return listener;
}

/* Waits until the implementation has processed all that was sent; SYNs with ACK that a timer sends
 * again are passed over. */
static void settle(struct line *line)
{
    while (see_now(line).protocol)
        continue;
}

/* The answer to a SYN, which is a SYN and ACK or what came instead. */
static struct packet answer_to_syn(struct talk *c)
{
    tell(c, SYN, .mss = 1000);
    struct packet packet = hear_now(c);
    while (packet.protocol == IPPROTO_TCP && !address_equal(&packet.destination, &c->end))
        packet = hear_now(c);
    if (packet.flags == (SYN | ACK)) {
        talk_counts_from(c, &packet);
    }
    return packet;
}

/* Connects until the queue is full, and gives the SYN that got no SYN and ACK. */
static struct talk fill(struct line *line, const struct endpoint *listener, struct packet *answer)
{
    struct test *t = line->t;
    for (int i = 0; i < TRIES; i++) {
        struct talk c = talk_to(line, address_port(&listener->name));
        *answer = answer_to_syn(&c);
        if (answer->flags != (SYN | ACK)) {
            require(i > 0, "not even the first SYN got a SYN and ACK");
            return c;
        }
        tell(&c, ACK);
    }
    skip("a queue for one connection takes all of %d", TRIES);
}

RULE(full, "wire.queue.full",
     .statement = "A SYN that finds the queue of listen() full is not answered, and not by a RST "
                  "either.",
     .outcome = {[BY_LINUX] = {"nothing",
                               {"linux.listen.2.full-ignored",
                                "linux.tcp.7.proc-tcp-abort-on-overflow-off"}},
                 [BY_BSD] = {"nothing", {"freebsd.listen.2.full-queue-tcp-drops"}},
                 [BY_ZOS] = {"nothing", {"zos.listen.full-queue-ignores"}}});

CASE(full, syn, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct endpoint listener = short_listener(t);
    struct packet answer;
    struct talk c = fill(&line, &listener, &answer);
    observe("%s", said(&c, answer));
}

/* A SYN that nobody answers gets a RST, when what came before it shows that. */
MUTANT_ON_WIRE(full, "it is answered by a RST")
{
    static int connected;
    struct packet rst;
    if (heading == FROM_IUT && packet->flags == (SYN | ACK))
        connected++;
    if (heading == TO_IUT && packet->flags == SYN && connected >= 1 + BACKLOG) {
        rst = reply(packet, RST | ACK);
        wire_sends(&rst);
    }
    return true;
}

RULE(room, "wire.queue.room",
     .statement =
         "A SYN that found the queue of listen() full is answered when it comes again after "
         "accept() has made room.",
     .outcome = {[BY_LINUX] = {"SYN ACK seq 0 ack 1",
                               {"linux.listen.2.full-ignored",
                                "linux.tcp.7.proc-tcp-abort-on-overflow-off"}}});

CASE(room, syn_again, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct endpoint listener = short_listener(t);
    struct packet answer;
    struct talk c = fill(&line, &listener, &answer);
    must(sk_accept(iut, listener.fd, NULL));
    c.next = c.own.number;
    answer = answer_to_syn(&c);
    observe("%s", said(&c, answer));
}

MUTANT_TAMPERS(room, "the SYN that comes again is dropped", .heading = TO_IUT, .with = SYN,
               .nth = 4, .lost = true)

RULE(flood, "wire.queue.flood",
     .statement = "Half-open connections that nobody completes keep none out that is completed: "
                  "accept() gives it, with what it sent.",
     .outcome = {
         [BY_LINUX] = {"SYN ACK seq 0 ack 1 then hello", {"linux.tcp.7.proc-tcp-syncookies-1"}}});

CASE(flood, half_open, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct endpoint listener = short_listener(t);
    for (int i = 0; i < TRIES; i++) {
        struct talk never = talk_to(&line, address_port(&listener.name));
        tell(&never, SYN, .mss = 1000);
    }
    settle(&line);
    struct talk c = talk_to(&line, address_port(&listener.name));
    struct packet answer = answer_to_syn(&c);
    observe("%s", said(&c, answer));
    tell(&c, ACK);
    tell(&c, ACK, .text = "hello");
    set_nonblocking(t, iut, listener.fd, true);
    settle(&line);
    int fd = sk_accept(iut, listener.fd, NULL);
    observe("%s", fd < 0 ? result_name(fd) : receive_next(t, iut, fd));
}

MUTANT_ON_WIRE(flood, "a SYN beyond the sixtieth is dropped")
{
    static int count;
    return heading == FROM_IUT || packet->flags != SYN || ++count <= 60;
}

/* ---- TCP_DEFER_ACCEPT ---- */

RULE(deferred, "wire.queue.deferred",
     .statement =
         "With TCP_DEFER_ACCEPT poll() tells of a connection, and accept() gives it, only when "
         "data has come.",
     .outcome = {[BY_LINUX] = {"nothing then EAGAIN then readable then hello",
                               {"linux.tcp.7.tcp-defer-accept"}}});

CASE(deferred, data, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct endpoint listener = listening_socket(t, iut);
    need_option(t, iut, IPPROTO_TCP, TCP_DEFER_ACCEPT, "TCP_DEFER_ACCEPT");
    must(sk_setsockopt(iut, listener.fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 30));
    set_nonblocking(t, iut, listener.fd, true);
    struct talk c = talk_to(&line, address_port(&listener.name));
    require(answer_to_syn(&c).flags == (SYN | ACK), "the SYN got no answer");
    tell(&c, ACK);
    settle(&line);
    observe("%s", ready_name(ready(t, iut, listener.fd, POLLIN, 0)));
    int fd = sk_accept(iut, listener.fd, NULL);
    observe_result(fd);
    tell(&c, ACK, .text = "hello");
    settle(&line);
    observe("%s", ready_name(ready(t, iut, listener.fd, POLLIN, 0)));
    fd = fd < 0 ? sk_accept(iut, listener.fd, NULL) : fd;
    observe("%s", fd < 0 ? result_name(fd) : receive_next(t, iut, fd));
}

MUTANT(deferred, "TCP_DEFER_ACCEPT is ignored")
{
    mutate_without_option(m, call, IPPROTO_TCP, TCP_DEFER_ACCEPT);
}

/* ---- before accept() ---- */

RULE(queued_data, "wire.queue.data",
     .statement =
         "Data of a connection that waits for accept() is acknowledged, and received after "
         "it.",
     .outcome = {[BY_LINUX] = {"ACK seq 1 ack 6 then hello",
                               {"rfc9293.text-acknowledged", "rfc9293.receive-reassembled"}},
                 [BY_RFC] = {"ACK seq 1 ack 6 then hello",
                             {"rfc9293.text-acknowledged", "rfc9293.receive-reassembled"}}});

/* An acknowledgment may be delayed, but not that of what comes a second time. */
CASE(queued_data, before_accept, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct talk c = line_calls(&line);
    tell(&c, ACK);
    struct packet sent = tell(&c, ACK, .text = "hello"), packet;
    line_send_packet(&line, sent);
    packet = hear_but(&c, SYN | ACK);
    observe("%s", said(&c, packet));
    c.fd = must(sk_accept(iut, c.listener, NULL));
    observe("%s", receive_next(t, iut, c.fd));
}

MUTANT_TAMPERS(queued_data, "data before accept() is dropped", .heading = TO_IUT, .data = true,
               .lost = true)
