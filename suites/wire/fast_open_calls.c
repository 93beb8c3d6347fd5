/* TCP Fast Open of those who call, as Linux has it: what the calls give, and when. */
#include "suites/wire/fast_open.h"

#include "calls/clock.h"

/* How long a call waits of which that is asked: one that only sleeps for a moment has returned. */
static int a_while(void)
{
    return machine_milliseconds(0.5);
}

RULE(in_progress, "wire.fast-open.client.in-progress",
     .statement = "connect() with TCP_FASTOPEN_CONNECT, and sendto() and sendmsg() with "
                  "MSG_FASTOPEN, without blocking, fail with EINPROGRESS where no cookie is known.",
     .outcome = {[BY_LINUX] = {"EINPROGRESS",
                               {"linux.send.2.msg-fastopen-no-cookie",
                                "linux.tcp.7.tcp-fastopen-connect-no-cookie",
                                "rfc7413.msg-fastopen-no-cookie"}}});

CASE(in_progress, first, .network = ON_LINE, .family = ANY_FAMILY, .axes = {FAST_CALL})
{
    struct line line = take_line(t);
    need_fast_client(t);
    struct talk c = talk_to(&line, 0);
    c.fd = fast_socket(t);
    bool connects = t->chosen[0] == BY_CONNECT;
    int result = connects ? sk_connect(iut, c.fd, &c.line_name) : fast_begin(&c, "hello");
    if (connects && result == 0 && t->elsewhere)
        sk_send(iut, c.fd, "hello", 5, 0); /* shows whether it has a cookie */
    if (see(&line).cookie_length && t->elsewhere)
        skip("the implementation has a cookie of an earlier case");
    observe_result(result);
}

MUTANT(in_progress, "the call says that it would block")
{
    mutate(m, call);
    if (call_failed(call, OP_CONNECT, EINPROGRESS) || call_failed(call, OP_SENDTO, EINPROGRESS) ||
        call_failed(call, OP_SENDMSG, EINPROGRESS))
        call_fail(call, EAGAIN);
}

RULE(deferred, "wire.fast-open.client.connect-deferred",
     .statement = "connect() with TCP_FASTOPEN_CONNECT succeeds at once and sends nothing where a "
                  "cookie is known.",
     .outcome = {[BY_LINUX] = {"0 then nothing", {"linux.tcp.7.tcp-fastopen-connect-cookie"}}});

CASE(deferred, second, .network = ON_LINE, .family = ANY_FAMILY, .axes = {{"call", {"connect"}}})
{
    struct line line = take_line(t);
    int port = given_cookie(&line, "cookie:1", .mss = 1000);
    struct address name = line_name(&line, port);
    bool late;
    int result, tries = 0;
    do {
        int fd = fast_socket(t);
        set_nonblocking(t, iut, fd, false);
        int64_t begin = clock_now();
        result = finish(sk_begin(iut, call_connect(fd, &name)));
        late = clock_late(begin);
    } while (late && ++tries < LATE_TRIES);
    observe("%s%s", result_name(result), late ? ", late" : "");
    struct packet packet = see_now(&line);
    observe("%s", packet.protocol ? flags_text(packet.flags) : "nothing");
}

MUTANT(deferred, "connect() has the SYN sent")
{
    mutate(m, call);
    if (call->operation == OP_CONNECT && call->result == 0)
        sk_send(m->real, (int)call->argument[0], "x", 1, MSG_DONTWAIT);
}

RULE(count, "wire.fast-open.client.count",
     .statement = "sendto() with MSG_FASTOPEN, without blocking, gives how much of the data went "
                  "with the SYN where a cookie is known.",
     .outcome = {
         [BY_LINUX] = {"what went",
                       {"linux.send.2.msg-fastopen-nonblocking", "rfc7413.msg-fastopen-count"}}});

CASE(count, second, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"call", {"connect", "sendto"}}, {"octets", {"5", "5000"}}})
{
    static const char data[5000];
    size_t size = t->chosen[1] == 0 ? 5 : sizeof data;
    struct line line = take_line(t);
    int port = given_cookie(&line, "cookie:1", .mss = 1000);
    struct address name = line_name(&line, port);
    int fd = stream_socket(t, iut);
    set_nonblocking(t, iut, fd, true);
    int sent = sk_sendto(iut, fd, data, size, MSG_FASTOPEN, &name);
    struct packet syn = see(&line);
    if (sent <= 0)
        observe("%s", result_name(sent));
    else
        observe("%s", is_open(&syn) && syn.length == (size_t)sent ? "what went" : "another number");
}

MUTANT_GIVES(count, "the call says that the connection is in progress", OP_SENDTO, 0, EINPROGRESS)

/* sendto() that blocks, to where a cookie is known or not: the call, whose SYN comes next. */
static struct pending *begin_blocking(struct line *line, struct talk *c)
{
    struct test *t = line->t;
    need_fast_client(t);
    int port = t->chosen[1] ? 0 : given_cookie(line, "cookie:1", .mss = 1000);
    *c = port ? talk_from_port(line, port) : talk_to(line, 0);
    c->fd = stream_socket(t, t->iut);
    return sk_begin(t->iut, call_fast_open(c, "hello"));
}

/* Takes note of its SYN. That none comes is observed: false then. */
static bool syn_comes(struct line *line, struct talk *c)
{
    struct test *t = line->t;
    bool comes = see_syn(line, c);
    if (!comes)
        observe("%s", packet_words(&c->syn, NULL, NULL));
    return comes;
}

RULE(blocks, "wire.fast-open.client.blocks",
     .statement = "sendto() with MSG_FASTOPEN that blocks returns when the handshake is complete, "
                  "and the data comes once.",
     .outcome = {
         [BY_LINUX] = {"waits then 5 then hello then 5 of data",
                       {"linux.send.2.msg-fastopen-blocks", "rfc7413.msg-fastopen-blocks"}}});

/* A call that looks now and then whether the connection stands is late. */
CASE(blocks, both, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS,
     .axes = {{"call", {"connect"}}, {"cookie", {"known", "unknown"}}})
{
    struct line line = take_line(t);
    struct talk c;
    bool waits, late;
    int count = 0, tries = 0;
    do {
        struct pending *pending = begin_blocking(&line, &c);
        if (!syn_comes(&line, &c))
            return;
        waits = !sk_finish_within(pending, a_while(), &count);
        drain(&line);
        answer_syn(&c, 0);
        int64_t begin = clock_now();
        if (waits)
            count = finish(pending);
        late = clock_late(begin);
        if (late && tries < LATE_TRIES - 1) { /* so that its data does not come again */
            tell(&c, RST);
            drain(&line);
        }
    } while (late && ++tries < LATE_TRIES);
    observe("%s", waits ? "waits" : "has returned");
    if (late)
        observe("late");
    else
        observe_count(count);
    const char *first = c.syn.length ? (const char *)c.syn.data : "";
    size_t missing = c.syn.length < 5 ? 5 - c.syn.length : 0;
    observe("%.*s%s", (int)c.syn.length, first, data_heard(&c, missing));
    while (hear_now(&c).protocol)
        continue;
    observe("%u of data", c.expected - c.others.number - 1);
}

MUTANT(blocks, "the call does not block")
{
    if (call->operation == OP_SENDTO)
        *call_flags(call) |= MSG_DONTWAIT;
    mutate(m, call);
}

RULE(refused, "wire.fast-open.client.refused",
     .statement =
         "sendto() with MSG_FASTOPEN that blocks fails with ECONNREFUSED where a RST answers "
         "its SYN.",
     .outcome = {[BY_LINUX] = {"ECONNREFUSED",
                               {"linux.send.2.msg-fastopen-errors", "linux.connect.2.econnrefused",
                                "rfc7413.msg-fastopen-fails"}}});

CASE(refused, both, .network = ON_LINE, .family = ANY_FAMILY,
     .axes = {{"call", {"connect"}}, {"cookie", {"known", "unknown"}}})
{
    struct line line = take_line(t);
    struct talk c;
    struct pending *pending = begin_blocking(&line, &c);
    if (!syn_comes(&line, &c))
        return;
    line_send_packet(&line, reply(&c.syn, RST | ACK));
    observe_result(finish(pending));
}

MUTANT_GIVES(refused, "the call says that the connection was reset", OP_SENDTO, ECONNREFUSED,
             ECONNRESET)

RULE(already, "wire.fast-open.client.already",
     .statement = "sendto() with MSG_FASTOPEN fails with EALREADY while connect() with "
                  "TCP_FASTOPEN_CONNECT makes the connection.",
     .outcome = {[BY_LINUX] = {"EALREADY", {"linux.send.2.ealready"}}});

CASE(already, first, .network = ON_LINE, .family = ANY_FAMILY, .axes = {{"call", {"connect"}}})
{
    struct line line = take_line(t);
    struct talk c = fast_asking(&line);
    observe_result(sk_sendto(iut, c.fd, "hello", 5, MSG_FASTOPEN, &c.line_name));
}

MUTANT_GIVES(already, "it says that the connection is in progress", OP_SENDTO, EALREADY,
             EINPROGRESS)

RULE(reads, "wire.fast-open.client.read-first",
     .statement = "recv() directly after connect() with TCP_FASTOPEN_CONNECT waits, and nothing is "
                  "sent, where a cookie is known.",
     .outcome = {
         [BY_LINUX] = {"waits then nothing",
                       {"linux.tcp.7.tcp-fastopen-connect-read", "linux.recv.2.recv-is-read"}}});

CASE(reads, second, .network = ON_LINE, .family = ANY_FAMILY, .tags = TAG_WAITS,
     .axes = {{"call", {"connect"}}})
{
    int result;
    struct line line = take_line(t);
    int port = given_cookie(&line, "cookie:1", .mss = 1000);
    struct address name = line_name(&line, port);
    char byte;
    int fd = fast_socket(t);
    must(sk_connect(iut, fd, &name));
    set_nonblocking(t, iut, fd, false);
    struct pending *pending = sk_begin(iut, call_recv(fd, &byte, 1, 0));
    observe("%s", sk_finish_within(pending, a_while(), &result) ? result_name(result) : "waits");
    struct packet packet = see_now(&line);
    observe("%s", packet.protocol ? flags_text(packet.flags) : "nothing");
}

MUTANT(reads, "recv() has the SYN sent")
{
    if (call->operation == OP_RECV)
        sk_send(m->real, (int)call->argument[0], "x", 1, MSG_DONTWAIT);
    mutate(m, call);
}
