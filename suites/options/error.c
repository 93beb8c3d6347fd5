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
                  "with ENOPROTOOPT; by POSIX with EINVAL as well.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016,
                  "XSH getsockopt(), setsockopt(), ERRORS ENOPROTOOPT: not supported by "
                  "the protocol; EINVAL: invalid at the level"},
                 {"getsockopt(2)", "ERRORS ENOPROTOOPT"},
                 {FREEBSD_OPTIONS, "ERRORS ENOPROTOOPT"}},
     .outcome = {[BY_POSIX] = {"ENOPROTOOPT | EINVAL"},
                 [BY_LINUX] = {"ENOPROTOOPT"},
                 [BY_BSD] = {"ENOPROTOOPT"}});

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
     .type = ANY_TYPE, .axes = {{CALLS}})
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
                  "with ENOPROTOOPT; by POSIX with EINVAL as well.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016,
                  "XSH getsockopt(), setsockopt(), ERRORS ENOPROTOOPT: not supported by "
                  "the protocol; EINVAL: invalid at the level"},
                 {"getsockopt(2)", "ERRORS ENOPROTOOPT: unknown at the level"},
                 {FREEBSD_OPTIONS, "ERRORS ENOPROTOOPT: unknown at the level"}},
     .outcome = {[BY_POSIX] = {"ENOPROTOOPT | EINVAL"}});

CASE(level, unknown, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .axes = {{CALLS}}, .outcome = {[BY_LINUX] = {"ENOPROTOOPT"}, [BY_BSD] = {"ENOPROTOOPT"}})
{
    observe_result(call_with(t, typed_socket(t, iut), UNKNOWN, 1));
}

/* The pages of systems do not say what becomes of a level that another protocol has. */
CASE(level, tcp_of_datagram, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .axes = {{CALLS}})
{
    observe_result(call_with(t, datagram_socket(t, iut), IPPROTO_TCP, TCP_NODELAY));
}

MUTANT(level, "options of unknown levels are taken without a word")
{
    mutate(m, call);
    if (call_failed(call, OP_GETSOCKOPT, ENOPROTOOPT) ||
        call_failed(call, OP_SETSOCKOPT, ENOPROTOOPT))
        call_succeed(call, 0);
}

/* ---- lengths ---- */

RULE(short_value, "options.error.short-value",
     .statement = "setsockopt() with a value that is too short for the option fails with EINVAL.",
     .level = LEVEL_SHALL, .sources = {{"getsockopt(2)", "ERRORS EINVAL: optlen invalid"}},
     .outcome = {[BY_LINUX] = {"EINVAL"}});

CASE(short_value, number, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE, .axes = {{"length", {"0", "1", "3"}}})
{
    static const socklen_t lengths[] = {0, 1, 3};
    int value = 1;
    observe_result(sk_setsockopt_bytes(iut, typed_socket(t, iut), SOL_SOCKET, SO_KEEPALIVE, &value,
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
     .statement = "getsockopt() with less room than the value needs returns 0 and writes nothing "
                  "beyond that room.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH getsockopt(), DESCRIPTION: silently truncated"}},
     .outcome = {[BY_POSIX] = {"0 then cut"}});

CASE(cut, two_bytes, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE)
{
    unsigned char bytes[8];
    socklen_t size = 2;
    memset(bytes, 0x55, sizeof bytes);
    observe_result(
        sk_getsockopt_bytes(iut, typed_socket(t, iut), SOL_SOCKET, SO_TYPE, bytes, &size));
    bool beyond = false;
    for (size_t i = 2; i < sizeof bytes; i++)
        beyond |= bytes[i] != 0x55;
    observe("%s", beyond ? "written beyond the room" : "cut");
}

MUTANT_GIVES(cut, "getsockopt() with too little room fails with EINVAL", OP_GETSOCKOPT, 0, EINVAL)
