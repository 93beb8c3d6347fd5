/* Path MTU discovery: what a datagram socket sends after a message that a packet was too big. */
#include "suites/wire/too_big.h"

/* A datagram socket with IP_MTU_DISCOVER or IPV6_MTU_DISCOVER, connected to the line. */
static struct asker discovering(struct line *line, int discover)
{
    struct test *t = line->t;
    struct asker a = asks_connected(line);
    forget_path_mtu(t);
    set_discover(t, a.fd, discover);
    return a;
}

static int path_mtu(struct test *t, int fd)
{
    int mtu, result = t->domain == AF_INET6
                          ? sk_getsockopt(t->iut, fd, IPPROTO_IPV6, IPV6_MTU, &mtu)
                          : sk_getsockopt(t->iut, fd, IPPROTO_IP, IP_MTU, &mtu);
    if (result == -ENOPROTOOPT)
        skip("this implementation does not tell the path's MTU");
    must(result);
    return mtu;
}

/* Makes the path's MTU 1300 by a message about a large datagram. */
static void make_1300(struct line *line, struct asker *a)
{
    datagram_more(line, a, BIG);
    say_too_big(line, &a->datagram, 1300);
    see_now(line);
    pending_error(line->t, a->fd);
}

/* The most data of a datagram that passes a link with this MTU in one piece. */
static size_t most_data(const struct line *line, size_t mtu)
{
    enum { UDP = 8, IPV4 = 20, IPV6 = 40 };
    return mtu - UDP - (on_ipv6(line) ? IPV6 : IPV4);
}

#define BOTH_FAMILIES .network = ON_LINE, .family = FAMILY_IPV4 | FAMILY_IPV6

RULE(reject, "wire.path-mtu.udp-do",
     .statement = "With IP_PMTUDISC_DO a datagram one byte above the path's MTU fails with "
                  "EMSGSIZE, one that just fits goes, and IP_MTU reads that MTU.",
     .outcome = {[BY_LINUX] = {"EMSGSIZE then whole then 1300",
                               {"linux.ip.7.ip-pmtudisc-do-emsgsize", "linux.ip.7.ip-mtu",
                                "linux.ip.7.ip-mtu-discover-connected", "linux.ip.7.emsgsize",
                                "linux.ipv6.7.ipv6-mtu-discover", "linux.ipv6.7.ipv6-mtu-get",
                                "linux.udp.7.emsgsize-above-path-mtu"}}});

CASE(reject, too_big, BOTH_FAMILIES)
{
    static const char data[BIG];
    struct line line = take_line(t);
    struct asker a = discovering(&line, IP_PMTUDISC_DO);
    make_1300(&line, &a);
    size_t most = most_data(&line, 1300);
    observe_result(sk_send(iut, a.fd, data, most + 1, 0));
    int result = sk_send(iut, a.fd, data, most, 0);
    struct packet packet = see_now(&line);
    bool whole = packet.protocol == IPPROTO_UDP && packet.raw_length == 1300;
    observe("%s", result < 0 ? result_name(result)
                  : whole    ? "whole"
                             : packet_words(&packet, NULL, NULL));
    observe("%d", path_mtu(t, a.fd));
}

MUTANT_ON_WIRE(reject, "nothing is known of the MTU")
{
    return !is_error_to_iut(packet, heading);
}

RULE(cut, "wire.path-mtu.udp-want",
     .statement =
         "With IP_PMTUDISC_WANT a datagram one byte above the path's MTU is cut into fragments "
         "that fit.",
     .outcome = {[BY_LINUX] = {"a fragment then a fragment",
                               {"linux.ip.7.ip-pmtudisc-want", "linux.ipv6.7.ipv6-mtu-discover"}}});

CASE(cut, too_big, BOTH_FAMILIES)
{
    static const char data[BIG];
    struct line line = take_line(t);
    struct asker a = discovering(&line, IP_PMTUDISC_WANT);
    make_1300(&line, &a);
    int result = sk_send(iut, a.fd, data, most_data(&line, 1300) + 1, 0);
    if (result < 0) {
        observe_result(result);
        return;
    }
    for (int i = 0; i < 2; i++) {
        struct packet packet = see(&line);
        observe("%s", how_sent(&packet));
    }
}

MUTANT_ON_WIRE(cut, "nothing is known of the MTU")
{
    return !is_error_to_iut(packet, heading);
}

RULE(probe, "wire.path-mtu.udp-probe",
     .statement = "With IP_PMTUDISC_PROBE a datagram above the path's MTU is sent whole.",
     .outcome = {[BY_LINUX] = {"whole with the flag", {"linux.ip.7.ip-pmtudisc-probe"}}});

CASE(probe, too_big, .network = ON_LINE, .family = FAMILY_IPV4)
{
    static const char data[BIG];
    struct line line = take_line(t);
    struct asker a = discovering(&line, IP_PMTUDISC_PROBE);
    make_1300(&line, &a);
    int mtu = path_mtu(t, a.fd);
    require(mtu == 1300, "IP_MTU reads %d, and not what the message said", mtu);
    int result = sk_send(iut, a.fd, data, BIG, 0);
    struct packet packet = see_now(&line);
    observe("%s", result < 0 ? result_name(result) : how_sent(&packet));
}

MUTANT(probe, "what is too big is refused")
{
    mutate(m, call);
    if (call->operation == OP_SEND && call_data(call)->length == BIG)
        call_fail(call, EMSGSIZE);
}

RULE(per_host, "wire.path-mtu.per-destination",
     .statement = "The path's MTU that a message gives is that of its destination: IP_MTU of a "
                  "socket that is connected there later reads it too, and that of sockets that "
                  "are connected elsewhere stays as it is.",
     .outcome = {[BY_LINUX] = {"1300 then 1300 then unchanged",
                               {"linux.ip.7.ip-mtu-discover-per-host", "linux.ip.7.ip-mtu",
                                "linux.ipv6.7.ipv6-mtu-get", "linux.ip.7.ip-mtu-estimate"}}});

CASE(per_host, other_host, BOTH_FAMILIES)
{
    struct line line = take_line(t);
    struct asker a = discovering(&line, IP_PMTUDISC_DO);
    struct address elsewhere = as_written_by(t, iut, place_of(t, peer, PLACE_MAIN, 9));
    struct address same_host = line_name(&line, 0);
    int other = datagram_socket(t, iut), later = datagram_socket(t, iut);
    int there = datagram_socket(t, iut);
    must(sk_connect(iut, other, &elsewhere));
    int before = path_mtu(t, other);
    make_1300(&line, &a);
    must(sk_connect(iut, later, &elsewhere));
    must(sk_connect(iut, there, &same_host));
    observe("%d", path_mtu(t, a.fd));
    observe("%d", path_mtu(t, there));
    bool same = path_mtu(t, other) == before && path_mtu(t, later) == before;
    observe("%s", same ? "unchanged" : "changed");
}

/* The MTU is one for all. */
MUTANT(per_host, "all destinations have the same MTU")
{
    static int least = INT16_MAX;
    mutate(m, call);
    if (call_is_option(call, OP_GETSOCKOPT, IPPROTO_IP, IP_MTU) ||
        call_is_option(call, OP_GETSOCKOPT, IPPROTO_IPV6, IPV6_MTU)) {
        if (call_option_value(call) < least)
            least = call_option_value(call);
        call_set_option_value(call, least);
    }
}

RULE(pending, "wire.path-mtu.pending-error",
     .statement =
         "A connected datagram socket hears that an earlier datagram was too big: SO_ERROR "
         "reads EMSGSIZE.",
     .outcome = {[BY_POSIX] = {"EMSGSIZE",
                               {"posix.sockets.asynchronous-errors.emsgsize",
                                "posix.sockets.options.error.returns-pending"}},
                 [BY_LINUX] = {"EMSGSIZE",
                               {"posix.sockets.asynchronous-errors.emsgsize",
                                "posix.sockets.options.error.returns-pending",
                                "rfc1122.udp-errors-passed", "rfc4443.too-big-passed"}},
                 [BY_BSD] = {"EMSGSIZE",
                             {"posix.sockets.asynchronous-errors.emsgsize",
                              "posix.sockets.options.error.returns-pending"}}});

CASE(pending, too_big, .network = ON_LINE, .family = ANY_FAMILY)
{
    struct line line = take_line(t);
    struct asker a = asks_connected(&line);
    forget_path_mtu(t);
    struct packet sent = datagram_more(&line, &a, BIG);
    if (would_pass(&sent, 1300))
        skip("this implementation lets datagrams be cut, or cuts them itself");
    say_too_big(&line, &sent, 1300);
    see_now(&line);
    observe("%s", pending_error(t, a.fd));
}

MUTANT_ON_WIRE(pending, "nobody hears of it")
{
    return !is_error_to_iut(packet, heading);
}
