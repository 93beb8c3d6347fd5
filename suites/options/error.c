/* getsockopt() and setsockopt() of what they do not take. */
#include "suites/suite.h"

/* A number that no option and no level has. */
enum { UNKNOWN = 12345 };

#define CALLS                                                                                      \
    "call",                                                                                        \
    {                                                                                              \
        "getsockopt", "setsockopt"                                                                 \
    }

/* Makes the call that the variant says. */
static int call_with(struct test *t, int fd, int level, int option)
{
    int value = 0;
    return t->chosen[0] ? sk_setsockopt(t->iut, fd, level, option, 1)
                        : sk_getsockopt(t->iut, fd, level, option, &value);
}

RULE(unknown, "options.error.unknown-option",
     .statement = "getsockopt() and setsockopt() with an option that the level does not have fail "
                  "with ENOPROTOOPT; by POSIX, and on FreeBSD at the levels of IP, with EINVAL as "
                  "well.",
     .outcome = {
         [BY_POSIX] = {"ENOPROTOOPT | EINVAL",
                       {"posix.getsockopt.enoprotoopt", "posix.setsockopt.enoprotoopt",
                        "posix.getsockopt.einval-option", "posix.setsockopt.einval-option"}},
         [BY_LINUX] = {"ENOPROTOOPT", {"linux.getsockopt.2.enoprotoopt"}},
         [BY_BSD] = {"ENOPROTOOPT", {"freebsd.getsockopt.2.enoprotoopt"}}});

CASE(unknown, socket, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .axes = {{CALLS}})
{
    observe_result(call_with(t, typed_socket(t, iut), SOL_SOCKET, UNKNOWN));
}

CASE(unknown, protocol, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE, .axes = {{CALLS}})
{
    int level = type_of(t) == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
    observe_result(call_with(t, typed_socket(t, iut), level, UNKNOWN));
}

CASE(unknown, internet, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE, .axes = {{CALLS}},
     .outcome = {[BY_LINUX] = {"ENOPROTOOPT",
                               {"linux.getsockopt.2.enoprotoopt", "linux.ip.7.enoprotoopt",
                                "linux.ipv6.7.like-ipv4"}},
                 [BY_BSD] = {"ENOPROTOOPT | EINVAL",
                             {"freebsd.getsockopt.2.enoprotoopt", "freebsd.ip.4.einval-option-name",
                              "freebsd.ip6.4.einval-option-name"}}})
{
    int level = t->domain == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
    observe_result(call_with(t, typed_socket(t, iut), level, UNKNOWN));
}

MUTANT(unknown, "unknown options are taken without a word")
{
    mutate(m, call);
    if (call_failed(call, OP_GETSOCKOPT, ENOPROTOOPT) ||
        call_failed(call, OP_SETSOCKOPT, ENOPROTOOPT))
        call_succeed(call, 0);
}

RULE(level, "options.error.other-level",
     .statement = "getsockopt() and setsockopt() with a level that the socket does not have fail "
                  "with ENOPROTOOPT; by POSIX and on FreeBSD with EINVAL as well, on Linux with "
                  "EOPNOTSUPP.",
     .outcome = {
         [BY_POSIX] = {"ENOPROTOOPT | EINVAL",
                       {"posix.getsockopt.enoprotoopt", "posix.setsockopt.enoprotoopt",
                        "posix.getsockopt.einval-option", "posix.setsockopt.einval-option"}},
         [BY_LINUX] = {"ENOPROTOOPT | EOPNOTSUPP",
                       {"linux.getsockopt.2.enoprotoopt", "linux.ip.7.enoprotoopt-eopnotsupp",
                        "linux.ipv6.7.like-ipv4"}},
         [BY_BSD] = {"ENOPROTOOPT | EINVAL",
                     {"posix.getsockopt.enoprotoopt", "posix.setsockopt.enoprotoopt",
                      "posix.getsockopt.einval-option", "posix.setsockopt.einval-option"}}});

/* FreeBSD's own pages have an error for an option that a level does not know, and do not say what
 * becomes of a level that nobody has, or another protocol. */
CASE(level, unknown, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .axes = {{CALLS}})
{
    observe_result(call_with(t, typed_socket(t, iut), UNKNOWN, 1));
}

CASE(level, tcp_of_datagram, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .axes = {{CALLS}})
{
    observe_result(call_with(t, datagram_socket(t, iut), IPPROTO_TCP, TCP_NODELAY));
}

MUTANT(level, "options of unknown levels are taken without a word")
{
    mutate(m, call);
    if ((call->operation == OP_GETSOCKOPT || call->operation == OP_SETSOCKOPT) && call->error)
        call_succeed(call, 0);
}

/* ---- lengths ---- */

RULE(short_value, "options.error.short-value",
     .statement = "setsockopt() of the socket's or TCP's level with a value that is too short for "
                  "the option fails with EINVAL.",
     .outcome = {[BY_LINUX] = {"EINVAL", {"linux.getsockopt.2.einval-length"}}});

CASE(short_value, number, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE, .axes = {{"length", {"0", "1", "3"}}})
{
    static const socklen_t lengths[] = {0, 1, 3};
    int value = 1;
    observe_result(sk_setsockopt_bytes(iut, typed_socket(t, iut), SOL_SOCKET, SO_KEEPALIVE, &value,
                                       lengths[t->chosen[0]]));
}

CASE(short_value, number_of_tcp, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .axes = {{"length", {"0", "1", "3"}}})
{
    static const socklen_t lengths[] = {0, 1, 3};
    int value = 1;
    observe_result(sk_setsockopt_bytes(iut, stream_socket(t, iut), IPPROTO_TCP, TCP_NODELAY, &value,
                                       lengths[t->chosen[0]]));
}

CASE(short_value, linger, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK)
{
    struct linger linger = {1, 1};
    observe_result(sk_setsockopt_bytes(iut, stream_socket(t, iut), SOL_SOCKET, SO_LINGER, &linger,
                                       sizeof linger.l_onoff));
}

CASE(short_value, time, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE)
{
    struct timeval time = {1, 0};
    observe_result(sk_setsockopt_bytes(iut, typed_socket(t, iut), SOL_SOCKET, SO_RCVTIMEO, &time,
                                       sizeof(int)));
}

MUTANT_GIVES(short_value, "setsockopt() takes values of any length", OP_SETSOCKOPT, EINVAL, 0)

RULE(cut, "options.error.short-room",
     .statement = "getsockopt() with less room than the value needs returns 0 and as much of the "
                  "value as there is room for, and writes nothing beyond.",
     .outcome = {
         [BY_POSIX] = {"0 then cut",
                       {"posix.getsockopt.truncates-silently", "posix.getsockopt.returns-0"}},
         [BY_LINUX] = {"0 then cut",
                       {"posix.getsockopt.truncates-silently", "posix.getsockopt.returns-0"}},
         [BY_BSD] = {"0 then cut",
                     {"posix.getsockopt.truncates-silently", "posix.getsockopt.returns-0"}}});

/* Whether these are the bytes of a number, in the order that they may have there. */
static bool is_number(const unsigned char *bytes, unsigned number)
{
    unsigned lowest_first = 0, highest_first = 0;
    for (int i = 3; i >= 0; i--)
        lowest_first = lowest_first << 8 | bytes[i];
    for (int i = 0; i < 4; i++)
        highest_first = highest_first << 8 | bytes[i];
    return lowest_first == number || highest_first == number;
}

/* What is cut comes as the bytes that it is there: the first of the two numbers of the value, which
 * is not 0, and not the second. */
CASE(cut, four_bytes, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE)
{
    struct linger whole = {1, 77};
    unsigned char bytes[16], untouched[16];
    int fd = typed_socket(t, iut);
    socklen_t size = sizeof whole, room = sizeof whole.l_onoff;
    must(sk_setsockopt_bytes(iut, fd, SOL_SOCKET, SO_LINGER, &whole, size));
    must(sk_getsockopt_bytes(iut, fd, SOL_SOCKET, SO_LINGER, &whole, &size));
    memset(bytes, 0x55, sizeof bytes);
    memset(untouched, 0x55, sizeof untouched);
    int result = sk_getsockopt_bytes(iut, fd, SOL_SOCKET, SO_LINGER, bytes, &room);
    observe_result(result);
    if (result < 0)
        return;
    observe("%s", memcmp(bytes + 4, untouched, sizeof bytes - 4) != 0 ? "written beyond the room"
                  : !is_number(bytes, (unsigned)whole.l_onoff)        ? "another value"
                                                                      : "cut");
}

/* Whether the numbers of the IUT begin with their lowest byte: so does the first one of a value, of
 * which only that is asked for. */
static bool begins_with_lowest(struct test *t)
{
    struct linger on = {1, 77};
    unsigned char bytes[sizeof on.l_onoff];
    socklen_t room = sizeof bytes;
    int fd = stream_socket(t, t->iut);
    must(sk_setsockopt_bytes(t->iut, fd, SOL_SOCKET, SO_LINGER, &on, sizeof on));
    must(sk_getsockopt_bytes(t->iut, fd, SOL_SOCKET, SO_LINGER, bytes, &room));
    return bytes[0] != 0;
}

/* Of a number the lowest byte, or where numbers begin with the highest that one. The option is one
 * whose value is the same number everywhere where it is told: a type of socket is none. */
CASE(cut, one_byte, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE)
{
    unsigned char bytes[16], untouched[16];
    int whole = 0, fd = typed_socket(t, iut);
    socklen_t room = 1;
    must(sk_setsockopt(iut, fd, SOL_SOCKET, SO_KEEPALIVE, 1));
    memset(bytes, 0x55, sizeof bytes);
    memset(untouched, 0x55, sizeof untouched);
    int result = sk_getsockopt_bytes(iut, fd, SOL_SOCKET, SO_KEEPALIVE, bytes, &room);
    observe_result(result);
    if (result < 0)
        return;
    must(sk_getsockopt(iut, fd, SOL_SOCKET, SO_KEEPALIVE, &whole));
    int first = (begins_with_lowest(t) ? whole : whole >> 24) & 0xff;
    observe("%s", memcmp(bytes + 1, untouched, sizeof bytes - 1) != 0 ? "written beyond the room"
                  : bytes[0] != first                                 ? "another value"
                                                                      : "cut");
}

MUTANT(cut, "getsockopt() with too little room fails with EINVAL")
{
    mutate(m, call);
    bool pair = call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_LINGER);
    if (call->operation == OP_GETSOCKOPT && !call->error &&
        call_value(call)->capacity < (pair ? sizeof(struct linger) : sizeof(int)))
        call_fail(call, EINVAL);
}
