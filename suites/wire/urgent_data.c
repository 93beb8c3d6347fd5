/* Urgent data that arrives: where it is in the stream, and how it is received. */
#include "suites/wire/urgent.h"

/* ---- in line ---- */

RULE(in_line, "wire.urgent.inline",
     .statement = "With SO_OOBINLINE recv() without MSG_OOB gives urgent data where it is in the "
                  "stream.",
     .outcome = {
         [BY_POSIX] = {"abcde",
                       {"posix.sockets.options.oobinline.in-line",
                        "posix.sockets.options.oobinline.read-without-flag"}},
         [BY_LINUX] = {"abcde", {"linux.tcp.7.urgent-inline", "linux.socket.7.so-oobinline"}},
         [BY_BSD] = {"abcde",
                     {"freebsd.getsockopt.2.so-oobinline-in-queue",
                      "freebsd.getsockopt.2.so-oobinline-without-msg-oob"}}});

CASE(in_line, stream, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"urgent", {"first", "between", "last"}}})
{
    static const uint16_t pointers[] = {1, 3, 5};
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    keep_inline(t, c.fd);
    tell(&c, URG | ACK, .text = "abcde", .urgent = pointers[t->chosen[0]]);
    observe("%s", stream_to(t, c.fd, 'e'));
}

MUTANT_BY(in_line, "SO_OOBINLINE is ignored", ignores_inline)

RULE(mark, "wire.urgent.mark",
     .statement = "With SO_OOBINLINE recv() stops where the urgent data ends, or before its last "
                  "octet, and sockatmark() gives 1 there and 0 before it; an urgent pointer that "
                  "goes back changes nothing.",
     .outcome = {[BY_LINUX] = {"0 then abcd then 1 then efg",
                               {"linux.tcp.7.siocatmark", "linux.tcp.7.siocatmark-inline",
                                "linux.tcp.7.read-stops-at-mark", "linux.tcp.7.urgent-one-byte",
                                "linux.tcp.7.urgent-pointer-bsd", "rfc9293.must-33",
                                "rfc9293.urgent-pointer-offset", "rfc9293.receive-stops-at-mark",
                                "rfc9293.urg-advances"}},
                 [BY_RFC] = {"0 then abcd then 1 then efg | e || 0 then abcde then 1 then fg",
                             {"rfc9293.must-33", "rfc9293.must-62", "rfc9293.urgent-pointer-offset",
                              "rfc9293.receive-stops-at-mark", "rfc9293.receive-urgent-flag",
                              "rfc9293.urgent-mode-left", "rfc9293.urg-advances",
                              "rfc9293.urgent-pointer-invalid"}}});

/* What recv() gives until it stands at the mark, or has given all that came, in however many
 * pieces. */
static const char *stream_to_mark(struct test *t, int fd)
{
    char text[64];
    size_t used = 0;
    int more;
    set_nonblocking(t, t->iut, fd, true);
    do {
        more = sk_recv(t->iut, fd, text + used, sizeof text - used, 0);
        used += more > 0 ? (size_t)more : 0;
    } while (more > 0 && used < sizeof text && sk_sockatmark(t->iut, fd) == 0);
    return data_text(text, used);
}

CASE(mark, in_the_stream, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .needs = "sockatmark", .axes = {{"pointer", {"of-its-segment", "repeated", "goes-back"}}})
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    keep_inline(t, c.fd);
    if (t->chosen[0] == 0)
        tell(&c, ACK, .text = "ab");
    else
        tell(&c, URG | ACK, .text = "ab", .urgent = 5);
    tell(&c, URG | ACK, .text = "cdefg", .urgent = t->chosen[0] == 2 ? 1 : 3);
    drain(&line);
    observe_count(sk_sockatmark(iut, c.fd));
    observe("%s", stream_to_mark(t, c.fd));
    observe_count(sk_sockatmark(iut, c.fd));
    observe("%s", received(t, iut, c.fd));
}

MUTANT_ON_WIRE(mark, "the urgent data is taken to end two octets later")
{
    if (heading == TO_IUT && packet->flags & URG)
        packet->urgent += 2;
    return true;
}

RULE(survives, "wire.urgent.invalid",
     .statement =
         "With SO_OOBINLINE recv() gives all of the data though an urgent pointer points at "
         "nothing, or far beyond what has come.",
     RFCS("abcde", "rfc9293.text-delivered", "rfc9293.urgent-pointer-invalid", "rfc9293.must-31"));

CASE(survives, pointer, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .axes = {{"pointer", {"0", "1000", "65535"}}})
{
    static const uint16_t pointers[] = {0, 1000, UINT16_MAX};
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    keep_inline(t, c.fd);
    tell(&c, URG | ACK, .text = "ab", .urgent = pointers[t->chosen[0]]);
    tell(&c, ACK, .text = "cde");
    observe("%s", stream_to(t, c.fd, 'e'));
}

MUTANT_TAMPERS(survives, "URG resets the connection", .heading = TO_IUT, .with = URG, .set = RST)

/* ---- out of band ---- */

/* Receives out of band, with these flags beside, by the variant's call. */
static int receive_urgent(struct test *t, int fd, void *data, size_t size, int flags)
{
    flags |= MSG_OOB;
    if (t->recv == WITH_RECVFROM)
        return sk_recvfrom(t->iut, fd, data, size, flags, NULL);
    if (t->recv == WITH_RECVMSG)
        return sk_recvmsg(t->iut, fd, data, size, flags, NULL, NULL);
    return sk_recv(t->iut, fd, data, size, flags);
}

static void observe_urgent(struct test *t, int fd, int flags)
{
    char data[8];
    int result = receive_urgent(t, fd, data, sizeof data, flags);
    if (result < 0)
        observe_result(result);
    else
        observe("%s", data_text(data, (size_t)result));
}

/* A connection over which one urgent byte has come, c of "abcde", which is not kept in line. */
static struct talk with_urgent(struct line *line)
{
    struct talk c = line_connected(line);
    tell(&c, URG | ACK, .text = "abcde", .urgent = 3);
    drain(line);
    return c;
}

#define ANY_OOB .recv = WITH_RECV | WITH_RECVFROM | WITH_RECVMSG

RULE(apart, "wire.urgent.apart",
     .statement = "Without SO_OOBINLINE recv() with MSG_OOB alone gives the urgent byte, which is "
                  "the one before the urgent pointer.",
     .outcome = {[BY_LINUX] = {"c then abde",
                               {"linux.tcp.7.urgent-not-inline", "linux.socket.7.so-oobinline-off",
                                "linux.recv.2.msg-oob", "linux.tcp.7.urgent-one-byte",
                                "linux.tcp.7.urgent-pointer-bsd"}}});

CASE(apart, both, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE, ANY_OOB)
{
    struct line line = take_line(t);
    struct talk c = with_urgent(&line);
    observe_urgent(t, c.fd, 0);
    observe("%s", stream_to(t, c.fd, 'e'));
}

MUTANT(apart, "SO_OOBINLINE is always on")
{
    if (call_receives(call))
        sk_setsockopt(m->real, (int)call->argument[0], SOL_SOCKET, SO_OOBINLINE, 1);
    mutate(m, call);
}

RULE(left_out, "wire.urgent.left-out",
     .statement = "Without SO_OOBINLINE recv() stops before the urgent byte, where sockatmark() "
                  "gives 1, and then gives what follows it.",
     .outcome = {[BY_LINUX] = {"0 then ab then 1 then de",
                               {"linux.tcp.7.siocatmark", "linux.tcp.7.siocatmark-not-inline",
                                "linux.tcp.7.read-stops-at-mark", "linux.tcp.7.urgent-not-inline",
                                "linux.tcp.7.urgent-one-byte", "linux.tcp.7.urgent-pointer-bsd"}}});

CASE(left_out, stream, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .needs = "sockatmark")
{
    struct line line = take_line(t);
    struct talk c = with_urgent(&line);
    observe_count(sk_sockatmark(iut, c.fd));
    observe("%s", receive_next(t, iut, c.fd));
    observe_count(sk_sockatmark(iut, c.fd));
    observe("%s", received(t, iut, c.fd));
}

MUTANT_TAMPERS(left_out, "URG is ignored", .heading = TO_IUT, .with = URG, .clear = URG)

RULE(flag, "wire.urgent.recvmsg-flag",
     .statement = "recvmsg() sets MSG_OOB in msg_flags when it has received out-of-band data, and "
                  "not when it has received normal data.",
     .outcome = {[BY_POSIX] = {"MSG_OOB then no flag", {"posix.recvmsg.flag-oob"}},
                 [BY_LINUX] = {"MSG_OOB then no flag", {"linux.recv.2.flags-oob"}},
                 [BY_BSD] = {"MSG_OOB then no flag", {"freebsd.recv.2.flags-msg-oob"}}});

CASE(flag, recvmsg, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = with_urgent(&line);
    char byte;
    int flags = 0;
    int size = must(sk_recvmsg(iut, c.fd, &byte, 1, MSG_OOB, NULL, &flags));
    require(size == 1, "nothing was received out of band");
    observe("%s", flags & MSG_OOB ? "MSG_OOB" : "no flag");
    must(sk_recvmsg(iut, c.fd, &byte, 1, 0, NULL, &flags));
    observe("%s", flags & MSG_OOB ? "MSG_OOB" : "no flag");
}

MUTANT(flag, "recvmsg() does not set it")
{
    mutate(m, call);
    if (call->operation == OP_RECVMSG && !call->error)
        ((struct message *)call->block[0].bytes)->flags &= ~MSG_OOB;
}

RULE(peek, "wire.urgent.peek",
     .statement = "recv() with MSG_OOB and MSG_PEEK gives the urgent byte and leaves it; without "
                  "MSG_PEEK it takes it.",
     .outcome = {
         [BY_LINUX] = {"c then c then EINVAL | EAGAIN | EWOULDBLOCK",
                       {"linux.tcp.7.urgent-peek", "posix.recv.einval-oob", "posix.recv.eagain-oob",
                        "posix.recvfrom.einval-oob", "posix.recvfrom.eagain-oob",
                        "posix.recvmsg.einval-oob", "posix.recvmsg.eagain-oob"}}});

CASE(peek, twice, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE, ANY_OOB)
{
    struct line line = take_line(t);
    struct talk c = with_urgent(&line);
    set_nonblocking(t, iut, c.fd, true);
    observe_urgent(t, c.fd, MSG_PEEK);
    observe_urgent(t, c.fd, 0);
    observe_urgent(t, c.fd, 0);
}

MUTANT(peek, "MSG_PEEK is ignored")
{
    mutate_without_flag(m, call, MSG_PEEK);
}

RULE(truncate, "wire.urgent.discards",
     .statement = "recv() with MSG_OOB and MSG_TRUNC discards the urgent byte.",
     .outcome = {[BY_LINUX] = {"not given then EINVAL | EAGAIN | EWOULDBLOCK",
                               {"linux.tcp.7.msg-trunc-oob", "posix.recv.einval-oob",
                                "posix.recv.eagain-oob"}}});

CASE(truncate, urgent, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = with_urgent(&line);
    char byte = 'x';
    must(sk_recv(iut, c.fd, &byte, 1, MSG_OOB | MSG_TRUNC));
    observe("%s", byte == 'c' ? "given" : "not given");
    set_nonblocking(t, iut, c.fd, true);
    observe_urgent(t, c.fd, 0);
}

MUTANT(truncate, "MSG_TRUNC is ignored")
{
    mutate_without_flag(m, call, MSG_TRUNC);
}

RULE(displaced, "wire.urgent.displaced",
     .statement = "When newer urgent data arrives, recv() gives the older as normal data.",
     .outcome = {[BY_LINUX] = {"d then abc", {"linux.tcp.7.urgent-newer-displaces"}}});

CASE(displaced, two_bytes, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    tell(&c, URG | ACK, .text = "ab", .urgent = 2);
    tell(&c, URG | ACK, .text = "cd", .urgent = 2);
    drain(&line);
    observe_urgent(t, c.fd, 0);
    observe("%s", stream_to(t, c.fd, 'c'));
}

/* Nothing comes between the reader and the older byte. */
CASE(displaced, next_to_read, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE,
     .outcome = {[BY_LINUX] = {"c then ab", {"linux.tcp.7.urgent-newer-displaces"}}},
     .deviation = {[BY_LINUX] = {"c then b", "Linux throws the older byte away if it is the next "
                                             "to be read"}})
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    tell(&c, URG | ACK, .text = "a", .urgent = 1);
    tell(&c, URG | ACK, .text = "bc", .urgent = 2);
    drain(&line);
    observe_urgent(t, c.fd, 0);
    observe("%s", stream_to(t, c.fd, 'b'));
}

MUTANT_TAMPERS(displaced, "newer urgent data is not looked at", .heading = TO_IUT, .with = URG,
               .nth = 2, .clear = URG)

RULE(none, "wire.urgent.none",
     .statement =
         "recv() with MSG_OOB fails with EINVAL or EAGAIN where there is no urgent data, or "
         "with EOPNOTSUPP where there never is any.",
     .outcome = {
         [BY_POSIX] = {"EINVAL | EAGAIN | EWOULDBLOCK | EOPNOTSUPP",
                       {"posix.recv.einval-oob", "posix.recv.eagain-oob", "posix.recv.eopnotsupp",
                        "posix.recvfrom.eopnotsupp", "posix.recvmsg.eopnotsupp",
                        "posix.recvfrom.einval-oob", "posix.recvfrom.eagain-oob",
                        "posix.recvmsg.einval-oob", "posix.recvmsg.eagain-oob"}},
         [BY_LINUX] = {"EINVAL | EAGAIN | EWOULDBLOCK",
                       {"posix.recv.einval-oob", "posix.recv.eagain-oob",
                        "posix.recvfrom.einval-oob", "posix.recvfrom.eagain-oob",
                        "posix.recvmsg.einval-oob", "posix.recvmsg.eagain-oob"}},
         [BY_BSD] = {"EINVAL | EAGAIN | EWOULDBLOCK",
                     {"freebsd.socket.2.stream.oob-families", "posix.recv.einval-oob",
                      "posix.recv.eagain-oob", "posix.recvfrom.einval-oob",
                      "posix.recvfrom.eagain-oob", "posix.recvmsg.einval-oob",
                      "posix.recvmsg.eagain-oob"}}});

CASE(none, normal_data, .network = ON_LINE, .family = ANY_FAMILY, .role = ANY_ROLE, ANY_OOB)
{
    struct line line = take_line(t);
    struct talk c = line_connected(&line);
    tell(&c, ACK, .text = "abc");
    drain(&line);
    set_nonblocking(t, iut, c.fd, true);
    observe_urgent(t, c.fd, 0);
}

MUTANT(none, "MSG_OOB is ignored")
{
    mutate_without_flag(m, call, MSG_OOB);
}
