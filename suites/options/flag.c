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
    int value = -1, level = options[t->chosen[0]].level, option = options[t->chosen[0]].option;
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
     .statement =
         "setsockopt() returns 0 and turns SO_KEEPALIVE, SO_REUSEADDR and SO_OOBINLINE on and "
         "off, as getsockopt() shows; SO_BROADCAST, SO_DONTROUTE, TCP_NODELAY and "
         "IPV6_V6ONLY too, where they can be set.",
     .basic = {OP_SETSOCKOPT}, .basics = 1,
     .outcome = {
         [BY_POSIX] = {"0 then on then 0 then off",
                       {"posix.setsockopt.sets", "posix.setsockopt.returns-0",
                        "posix.getsockopt.retrieves", "posix.sockets.options.all-get-and-set",
                        "posix.sockets.options.keepalive.type",
                        "posix.sockets.options.reuseaddr.type",
                        "posix.sockets.options.oobinline.type",
                        "posix.sockets.options.oobinline.valid"}},
         [BY_LINUX] = {"0 then on then 0 then off",
                       {"linux.getsockopt.2.boolean-options", "linux.getsockopt.2.returns-zero",
                        "linux.socket.7.option-int", "linux.socket.7.option-level"}},
         [BY_BSD] = {"0 then on then 0 then off",
                     {"freebsd.getsockopt.2.boolean-nonzero-enables",
                      "freebsd.getsockopt.2.boolean-zero-disables",
                      "freebsd.getsockopt.2.get-and-set", "freebsd.getsockopt.2.returns-zero"}}});

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

/* POSIX leaves it to the protocol whether there is SO_BROADCAST, and to the implementation which
 * protocols have SO_DONTROUTE. */
CASE(turns, if_supported, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = TYPE_DATAGRAM, OPTIONS(1 << BROADCAST | 1 << DONTROUTE),
     .outcome = {
         [BY_POSIX] = {"0 then on then 0 then off || ENOPROTOOPT",
                       {"posix.setsockopt.sets", "posix.setsockopt.returns-0",
                        "posix.getsockopt.retrieves", "posix.sockets.options.all-get-and-set",
                        "posix.setsockopt.enoprotoopt", "posix.sockets.options.broadcast.type",
                        "posix.sockets.options.dontroute.type"}}})
{
    turn(t, typed_socket(t, iut));
}

CASE(turns, if_supported_stream, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     OPTIONS(1 << DONTROUTE),
     .outcome = {
         [BY_POSIX] = {"0 then on then 0 then off || ENOPROTOOPT",
                       {"posix.setsockopt.sets", "posix.setsockopt.returns-0",
                        "posix.getsockopt.retrieves", "posix.sockets.options.all-get-and-set",
                        "posix.setsockopt.enoprotoopt", "posix.sockets.options.dontroute.type"}}})
{
    turn(t, stream_socket(t, iut));
}

/* POSIX does not require that it can be set, nor that it can be read. */
CASE(turns, nodelay, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     OPTIONS(1 << NODELAY),
     .outcome = {
         [BY_POSIX] = {"0 then on then 0 then off || 0 then ENOPROTOOPT | EINVAL then 0 then "
                       "ENOPROTOOPT | EINVAL || ENOPROTOOPT | EINVAL",
                       {"posix.netinet-tcp-h.nodelay", "posix.netinet-tcp-h.nodelay-optional",
                        "posix.setsockopt.level-tcp", "posix.setsockopt.sets",
                        "posix.setsockopt.returns-0", "posix.getsockopt.retrieves",
                        "posix.setsockopt.enoprotoopt", "posix.setsockopt.einval-option",
                        "posix.getsockopt.enoprotoopt", "posix.getsockopt.einval-option"}},
         [BY_LINUX] = {"0 then on then 0 then off",
                       {"linux.tcp.7.tcp-nodelay", "linux.getsockopt.2.boolean-options",
                        "linux.getsockopt.2.returns-zero"}},
         [BY_BSD] = {"0 then on then 0 then off",
                     {"freebsd.tcp.4.options-set-and-get", "freebsd.tcp.4.tcp-nodelay-defeats",
                      "freebsd.getsockopt.2.boolean-nonzero-enables",
                      "freebsd.getsockopt.2.boolean-zero-disables",
                      "freebsd.getsockopt.2.returns-zero"}}})
{
    turn(t, stream_socket(t, iut));
}

CASE(turns, ipv6_only, .family = FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     OPTIONS(1 << V6ONLY),
     .outcome = {
         [BY_POSIX] = {"0 then on then 0 then off",
                       {"posix.setsockopt.sets", "posix.setsockopt.returns-0",
                        "posix.getsockopt.retrieves", "posix.sockets.ipv6.v6only.level",
                        "posix.sockets.ipv6.v6only.type", "posix.sockets.ipv6.v6only.ipv6-only"}},
         [BY_LINUX] = {"0 then on then 0 then off",
                       {"linux.ipv6.7.ipv6-v6only", "linux.ipv6.7.ipv6-v6only-off",
                        "linux.ipv6.7.option-level", "linux.getsockopt.2.boolean-options",
                        "linux.getsockopt.2.returns-zero"}},
         [BY_BSD] = {"0 then on then 0 then off",
                     {"freebsd.ip6.4.ipv6-v6only", "freebsd.getsockopt.2.boolean-nonzero-enables",
                      "freebsd.getsockopt.2.boolean-zero-disables",
                      "freebsd.getsockopt.2.returns-zero"}}})
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
     .statement = "setsockopt() with any value but 0, a negative one too, turns SO_KEEPALIVE, "
                  "SO_REUSEADDR and SO_OOBINLINE on, as getsockopt() shows.",
     .outcome = {
         [BY_POSIX] = {"0 then on",
                       {"posix.sockets.options.keepalive.transmits",
                        "posix.sockets.options.reuseaddr.allows",
                        "posix.sockets.options.oobinline.in-line", "posix.setsockopt.sets",
                        "posix.setsockopt.returns-0", "posix.getsockopt.retrieves"}},
         [BY_LINUX] = {"0 then on",
                       {"linux.getsockopt.2.boolean-options", "linux.getsockopt.2.returns-zero"}},
         [BY_BSD] = {"0 then on",
                     {"freebsd.getsockopt.2.boolean-nonzero-enables",
                      "freebsd.getsockopt.2.returns-zero"}}});

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
                  "SO_DEBUG, SO_REUSEADDR and IPV6_V6ONLY as off.",
     .outcome = {[BY_POSIX] = {"off",
                               {"posix.sockets.options.keepalive.default",
                                "posix.sockets.options.oobinline.default",
                                "posix.sockets.options.debug.default",
                                "posix.sockets.options.reuseaddr.default"}},
                 [BY_LINUX] = {"off",
                               {"posix.sockets.options.keepalive.default",
                                "posix.sockets.options.oobinline.default",
                                "posix.sockets.options.debug.default",
                                "posix.sockets.options.reuseaddr.default"}}});

CASE(off, stream, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     OPTIONS(1 << KEEPALIVE | 1 << OOBINLINE | 1 << DEBUG | 1 << REUSEADDR),
     .outcome = {[BY_BSD] = {"off",
                             {"posix.sockets.options.keepalive.default",
                              "posix.sockets.options.oobinline.default",
                              "posix.sockets.options.debug.default",
                              "posix.sockets.options.reuseaddr.default"}}})
{
    observe_option(t, stream_socket(t, iut));
}

CASE(off, reuse_of_datagrams, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     OPTIONS(1 << REUSEADDR),
     .outcome = {[BY_POSIX] = {"off", {"posix.sockets.options.reuseaddr.default"}},
                 [BY_LINUX] = {"off", {"posix.sockets.options.reuseaddr.default"}},
                 [BY_BSD] = {"off", {"posix.sockets.options.reuseaddr.default"}}})
{
    observe_option(t, datagram_socket(t, iut));
}

CASE(off, datagram, .family = FAMILY_IPV4, .network = ON_LOOPBACK, OPTIONS(1 << BROADCAST),
     .outcome = {
         [BY_POSIX] = {"off | ENOPROTOOPT",
                       {"posix.sockets.options.broadcast.default", "posix.getsockopt.enoprotoopt"}},
         [BY_LINUX] = {"off", {"posix.sockets.options.broadcast.default"}},
         [BY_BSD] = {"off", {"posix.sockets.options.broadcast.default"}}})
{
    observe_option(t, datagram_socket(t, iut));
}

CASE(off, ipv6_only, .family = FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     OPTIONS(1 << V6ONLY),
     .outcome = {[BY_POSIX] = {"off", {"posix.sockets.ipv6.v6only.default"}},
                 [BY_LINUX] = {"off", {"linux.ipv6.7.ipv6-v6only-default"}}})
{
    observe_option(t, typed_socket(t, iut));
}

MUTANT(off, "getsockopt() says that an option is on")
{
    mutate(m, call);
    if (call->operation == OP_GETSOCKOPT && call->result == 0)
        call_set_option_value(call, 1);
}
