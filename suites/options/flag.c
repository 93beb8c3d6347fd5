/* Options that are on or off. */
#include "suites/suite.h"

static const struct {
    int level, option;
} options[] = {{SOL_SOCKET, SO_KEEPALIVE}, {SOL_SOCKET, SO_REUSEADDR}, {SOL_SOCKET, SO_OOBINLINE},
               {SOL_SOCKET, SO_BROADCAST}, {SOL_SOCKET, SO_DONTROUTE}, {IPPROTO_TCP, TCP_NODELAY},
               {SOL_SOCKET, SO_DEBUG},     {IPPROTO_IPV6, IPV6_V6ONLY}};
enum { KEEPALIVE, REUSEADDR, OOBINLINE, BROADCAST, DONTROUTE, NODELAY, DEBUG, V6ONLY };
#define OPTIONS(only_)                                                                             \
    .axes = {{"option",                                                                            \
              {"keepalive", "reuseaddr", "oobinline", "broadcast", "dontroute", "nodelay",         \
               "debug", "v6only"},                                                                 \
              only_}}

/* Observes what an option's value is: "on", "off", or what is wrong. */
static void observe_option(struct test *t, int fd)
{
    int value = 0, level = options[t->chosen[0]].level, option = options[t->chosen[0]].option;
    socklen_t size = sizeof value;
    int result = sk_getsockopt_bytes(t->iut, fd, level, option, &value, &size);
    if (result < 0)
        observe_result(result);
    else if (size != sizeof value)
        observe("%u bytes", size);
    else
        observe("%s", value ? "on" : "off");
}

/* Turns an option on and off again. */
static void turn(struct test *t, int fd)
{
    int level = options[t->chosen[0]].level, option = options[t->chosen[0]].option;
    int result = sk_setsockopt(t->iut, fd, level, option, 1);
    observe_result(result);
    if (result < 0)
        return;
    observe_option(t, fd);
    observe_result(sk_setsockopt(t->iut, fd, level, option, 0));
    observe_option(t, fd);
}

RULE(turns, "options.flag.set",
     .statement = "setsockopt() returns 0 and turns an option on and off, as getsockopt() shows.",
     .level = LEVEL_SHALL, .basic = {OP_SETSOCKOPT}, .basics = 1,
     .sources = {{POSIX_2016, "XSH setsockopt(), DESCRIPTION and RETURN VALUE; 2.10.16"},
                 {"getsockopt(2)", "DESCRIPTION and RETURN VALUE"},
                 {"socket(7)", "Socket options"},
                 {FREEBSD_OPTIONS, "DESCRIPTION and RETURN VALUES"}},
     .outcome = {[BY_POSIX] = {"0 then on then 0 then off"},
                 [BY_LINUX] = {"0 then on then 0 then off"},
                 [BY_BSD] = {"0 then on then 0 then off"}});

CASE(turns, stream, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     OPTIONS(1 << KEEPALIVE | 1 << REUSEADDR | 1 << OOBINLINE))
{
    turn(t, stream_socket(t, iut));
}

CASE(turns, datagram, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     OPTIONS(1 << REUSEADDR))
{
    turn(t, datagram_socket(t, iut));
}

/* POSIX leaves it to the protocol whether there is SO_BROADCAST, to the implementation which
 * protocols have SO_DONTROUTE, and does not require TCP_NODELAY. */
CASE(turns, if_supported, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = TYPE_DATAGRAM, OPTIONS(1 << BROADCAST | 1 << DONTROUTE),
     .outcome = {[BY_POSIX] = {"0 then on then 0 then off || ENOPROTOOPT"}})
{
    turn(t, typed_socket(t, iut));
}

CASE(turns, if_supported_stream, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     OPTIONS(1 << DONTROUTE | 1 << NODELAY),
     .outcome = {[BY_POSIX] = {"0 then on then 0 then off || ENOPROTOOPT"}})
{
    turn(t, stream_socket(t, iut));
}

CASE(turns, ipv6_only, .family = FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     OPTIONS(1 << V6ONLY))
{
    turn(t, typed_socket(t, iut));
}

MUTANT(turns, "setsockopt() gives 0 and sets nothing")
{
    if (call->operation == OP_SETSOCKOPT)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

RULE(nonzero, "options.flag.nonzero",
     .statement = "setsockopt() with any value but 0 turns an option on, a negative one too.",
     .level = LEVEL_SHALL,
     .sources = {{"getsockopt(2)", "DESCRIPTION: nonzero enables a boolean option"},
                 {FREEBSD_OPTIONS, "DESCRIPTION: nonzero enables a boolean option"}},
     .outcome = {[BY_LINUX] = {"0 then on"}, [BY_BSD] = {"0 then on"}});

CASE(nonzero, stream, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .axes = {{"option", {"keepalive", "reuseaddr", "oobinline"}},
              {"value", {"2", "256", "65536", "-1"}}})
{
    static const int values[] = {2, 256, 65536, -1};
    int fd = stream_socket(t, iut);
    observe_result(
        sk_setsockopt(iut, fd, SOL_SOCKET, options[t->chosen[0]].option, values[t->chosen[1]]));
    observe_option(t, fd);
}

MUTANT(nonzero, "setsockopt() looks at the lowest bit only")
{
    int given = call->operation == OP_SETSOCKOPT ? call_option_value(call) : 0;
    if (call->operation == OP_SETSOCKOPT)
        call_set_option_value(call, given & 1);
    mutate(m, call);
    if (call->operation == OP_SETSOCKOPT)
        call_set_option_value(call, given);
}

RULE(off, "options.flag.default",
     .statement = "On a new socket getsockopt() gives SO_KEEPALIVE, SO_OOBINLINE, SO_BROADCAST, "
                  "SO_DEBUG and IPV6_V6ONLY as off.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH 2.10.16, the defaults; 2.10.20.2 IPV6_V6ONLY"},
                 {"ipv6(7)", "IPV6_V6ONLY: bindv6only, 0 by default"}},
     .outcome = {[BY_POSIX] = {"off"}});

CASE(off, stream, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     OPTIONS(1 << KEEPALIVE | 1 << OOBINLINE | 1 << DEBUG))
{
    observe_option(t, stream_socket(t, iut));
}

CASE(off, datagram, .family = FAMILY_IPV4, .network = ON_LOOPBACK, OPTIONS(1 << BROADCAST))
{
    observe_option(t, datagram_socket(t, iut));
}

CASE(off, ipv6_only, .family = FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     OPTIONS(1 << V6ONLY), .outcome = {[BY_LINUX] = {"off"}})
{
    observe_option(t, typed_socket(t, iut));
}

MUTANT(off, "getsockopt() says that an option is on")
{
    mutate(m, call);
    if (call->operation == OP_GETSOCKOPT && call->result == 0)
        call_set_option_value(call, 1);
}
