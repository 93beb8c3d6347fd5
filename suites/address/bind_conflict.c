/* Two sockets and one port: which second bind() succeeds. */
#include "suites/address/bound.h"
#include "suites/suite.h"

/* The two addresses, first bound first; a case may take a part of them. */
enum { SAME, BOTH_WILDCARD, WILDCARD_FIRST, SPECIFIC_FIRST };
#define ADDRESSES(only_)                                                                           \
    .axes = {{"addresses",                                                                         \
              {"same", "both-wildcard", "wildcard-then-specific", "specific-then-wildcard"},       \
              only_}}
#define WHICH_ADDRESSES ADDRESSES(0)
#define OVERLAPPING     ADDRESSES(1 << WILDCARD_FIRST | 1 << SPECIFIC_FIRST)
#define IDENTICAL       ADDRESSES(1 << SAME | 1 << BOTH_WILDCARD)

enum { NO_OPTION = 0, FIRST = 1, SECOND = 2, BOTH = FIRST | SECOND };

/* So many connections do not all go to one of two listeners that share them, by chance. */
enum { MANY = 32 };

/* Two bound sockets, the way that a variant says. */
struct conflict {
    int first, second;
    struct address name; /* the second's */
    int result;          /* of the second bind() */
};

static struct address address_at(struct test *t, bool wildcard, int port)
{
    struct address specific = place_of(t, t->iut, PLACE_MAIN, port);
    return wildcard ? address_any(t->domain, port) : specific;
}

static struct conflict bind_two(struct test *t, int type, int option, unsigned set_on, bool listens)
{
    unsigned which = t->chosen[0];
    bool first_wild = which == WILDCARD_FIRST || which == BOTH_WILDCARD;
    bool second_wild = which == SPECIFIC_FIRST || which == BOTH_WILDCARD;
    struct host *iut = t->iut;
    struct conflict c = {.first = socket_of(t, iut, type), .second = socket_of(t, iut, type)};
    struct address name = address_at(t, first_wild, port_for(t, iut));
    if (set_on & FIRST)
        must(sk_setsockopt(iut, c.first, SOL_SOCKET, option, 1));
    if (set_on & SECOND)
        must(sk_setsockopt(iut, c.second, SOL_SOCKET, option, 1));
    must(sk_bind(iut, c.first, &name));
    must(sk_getsockname(iut, c.first, &name));
    if (listens)
        must(sk_listen(iut, c.first, MANY));
    c.name = address_at(t, second_wild, address_port(&name));
    c.result = sk_bind(iut, c.second, &c.name);
    return c;
}

static void observe_conflict(struct test *t, const struct conflict *c)
{
    observe_bound(t, c->second, &c->name, c->result);
}

static void shares_secretly(struct mutation *m, struct call *call)
{
    if (call->operation == OP_BIND)
        sk_setsockopt(m->real, (int)call->argument[0], SOL_SOCKET, SO_REUSEPORT, 1);
    mutate(m, call);
}

static void denies_sharing(struct mutation *m, struct call *call)
{
    if (call->operation == OP_SETSOCKOPT &&
        (call_is_option(call, OP_SETSOCKOPT, SOL_SOCKET, SO_REUSEADDR) ||
         call_is_option(call, OP_SETSOCKOPT, SOL_SOCKET, SO_REUSEPORT)))
        call_succeed(call, 0);
    else
        mutate(m, call);
}

/* POSIX speaks of the address that is in use, and not of one that overlaps it. */
RULE(tcp_in_use, "tcp.bind.in-use",
     .statement = "Without an option, bind() of a stream socket to a port that another one has on "
                  "an address that overlaps fails with EADDRINUSE.",
     .outcome = {
         [BY_LINUX] = {"EADDRINUSE",
                       {"linux.bind.2.eaddrinuse", "linux.ip.7.one-socket-per-pair",
                        "linux.ip.7.bind-any-binds-all", "linux.ipv6.7.like-ipv4"}},
         [BY_BSD] = {"EADDRINUSE", {"freebsd.bind.2.eaddrinuse", "freebsd.tcp.4.eaddrinuse"}}});

/* Of the same address. */
#define POSIX_IN_USE                                                                               \
    {                                                                                              \
        [BY_POSIX] = {                                                                             \
            "EADDRINUSE",                                                                          \
            {"posix.bind.eaddrinuse", "posix.sockets.options.reuseaddr.default-no-reuse"}          \
        }                                                                                          \
    }

CASE(tcp_in_use, bound, .family = ANY_FAMILY, .network = ON_LOOPBACK, IDENTICAL,
     .outcome = POSIX_IN_USE)
{
    observe_result(bind_two(t, SOCK_STREAM, SO_REUSEADDR, NO_OPTION, false).result);
}

CASE(tcp_in_use, overlapping, .family = ANY_FAMILY, .network = ON_LOOPBACK, OVERLAPPING)
{
    observe_result(bind_two(t, SOCK_STREAM, SO_REUSEADDR, NO_OPTION, false).result);
}

CASE(tcp_in_use, listening, .family = ANY_FAMILY, .network = ON_LOOPBACK, IDENTICAL,
     .outcome = POSIX_IN_USE)
{
    observe_result(bind_two(t, SOCK_STREAM, SO_REUSEADDR, NO_OPTION, true).result);
}

CASE(tcp_in_use, listening_overlapping, .family = ANY_FAMILY, .network = ON_LOOPBACK, OVERLAPPING)
{
    observe_result(bind_two(t, SOCK_STREAM, SO_REUSEADDR, NO_OPTION, true).result);
}

MUTANT_BY(tcp_in_use, "bind() shares ports secretly", shares_secretly)

RULE(udp_in_use, "udp.bind.in-use",
     .statement =
         "Without an option, bind() of a datagram socket to a port that another one has on "
         "an address that overlaps fails with EADDRINUSE.",
     .outcome = {
         [BY_LINUX] = {"EADDRINUSE",
                       {"linux.bind.2.eaddrinuse", "linux.ip.7.one-socket-per-pair",
                        "linux.ip.7.bind-any-binds-all", "linux.ipv6.7.like-ipv4"}},
         [BY_BSD] = {"EADDRINUSE", {"freebsd.bind.2.eaddrinuse", "freebsd.udp.4.eaddrinuse"}}});

CASE(udp_in_use, bound, .family = ANY_FAMILY, .network = ON_LOOPBACK, IDENTICAL,
     .outcome = POSIX_IN_USE)
{
    observe_result(bind_two(t, SOCK_DGRAM, SO_REUSEADDR, NO_OPTION, false).result);
}

CASE(udp_in_use, overlapping, .family = ANY_FAMILY, .network = ON_LOOPBACK, OVERLAPPING)
{
    observe_result(bind_two(t, SOCK_DGRAM, SO_REUSEADDR, NO_OPTION, false).result);
}

MUTANT_BY(udp_in_use, "bind() shares ports secretly", shares_secretly)

/* FreeBSD's pages have SO_REUSEADDR allow reuse, and say neither which addresses nor which of two
 * sockets; what Linux's socket(7) says of FreeBSD is no word of its own. */
RULE(first_only, "tcp.bind.reuseaddr-first-only",
     .statement = "On Linux SO_REUSEADDR on the first socket alone does not let a second one have "
                  "its port.",
     .outcome = {[BY_LINUX] = {"EADDRINUSE",
                               {"linux.socket.7.reuseaddr-both", "linux.bind.2.eaddrinuse",
                                "linux.ip.7.one-socket-per-pair", "linux.ip.7.bind-any-binds-all",
                                "linux.ipv6.7.like-ipv4"}}});

CASE(first_only, bound, .family = ANY_FAMILY, .network = ON_LOOPBACK, WHICH_ADDRESSES)
{
    observe_result(bind_two(t, SOCK_STREAM, SO_REUSEADDR, FIRST, false).result);
}

MUTANT_BY(first_only, "bind() shares ports secretly", shares_secretly)

RULE(second_only, "tcp.bind.reuseaddr-second-only",
     .statement = "On Linux SO_REUSEADDR on the second socket alone does not let it have the port "
                  "of a bound one.",
     .outcome = {[BY_LINUX] = {"EADDRINUSE",
                               {"linux.socket.7.reuseaddr-both", "linux.bind.2.eaddrinuse",
                                "linux.ip.7.one-socket-per-pair", "linux.ip.7.bind-any-binds-all",
                                "linux.ipv6.7.like-ipv4"}}});

CASE(second_only, bound, .family = ANY_FAMILY, .network = ON_LOOPBACK, WHICH_ADDRESSES)
{
    observe_result(bind_two(t, SOCK_STREAM, SO_REUSEADDR, SECOND, false).result);
}

MUTANT_BY(second_only, "bind() shares ports secretly", shares_secretly)

RULE(both_bound, "tcp.bind.reuseaddr-both-bound",
     .statement =
         "On Linux, with SO_REUSEADDR on both, a stream socket that does not listen shares its "
         "port.",
     .outcome = {[BY_LINUX] = {"0",
                               {"linux.socket.7.so-reuseaddr", "linux.socket.7.reuseaddr-both",
                                "linux.ipv6.7.like-ipv4"}}});

CASE(both_bound, bound, .family = ANY_FAMILY, .network = ON_LOOPBACK, WHICH_ADDRESSES)
{
    struct conflict c = bind_two(t, SOCK_STREAM, SO_REUSEADDR, BOTH, false);
    observe_conflict(t, &c);
}

MUTANT_BY(both_bound, "SO_REUSEADDR and SO_REUSEPORT are ignored", denies_sharing)

RULE(both_listening, "tcp.bind.reuseaddr-listening",
     .statement = "On Linux SO_REUSEADDR on both does not let a socket have the port of a "
                  "listening one.",
     .outcome = {[BY_LINUX] = {"EADDRINUSE",
                               {"linux.socket.7.so-reuseaddr-listening",
                                "linux.socket.7.so-reuseaddr-any", "linux.ip.7.bind-any-binds-all",
                                "linux.bind.2.eaddrinuse", "linux.ipv6.7.like-ipv4"}}});

CASE(both_listening, bound, .family = ANY_FAMILY, .network = ON_LOOPBACK, WHICH_ADDRESSES)
{
    observe_result(bind_two(t, SOCK_STREAM, SO_REUSEADDR, BOTH, true).result);
}

MUTANT_BY(both_listening, "bind() shares ports secretly", shares_secretly)

RULE(second_listen, "tcp.bind.reuseaddr-second-listen",
     .statement = "On Linux only one of two sockets that share a port by SO_REUSEADDR can "
                  "listen: the second listen() fails with EADDRINUSE.",
     .outcome = {[BY_LINUX] = {"0 then EADDRINUSE",
                               {"linux.listen.2.marks-passive", "linux.listen.2.returns-zero",
                                "linux.listen.2.eaddrinuse"}}});

CASE(second_listen, bound, .family = ANY_FAMILY, .network = ON_LOOPBACK, WHICH_ADDRESSES)
{
    struct conflict c = bind_two(t, SOCK_STREAM, SO_REUSEADDR, BOTH, false);
    require_by("tcp.bind.reuseaddr-both-bound", c.result == 0, "the second bind() gave %s",
               result_name(c.result));
    observe_result(sk_listen(iut, c.first, 1));
    observe_result(sk_listen(iut, c.second, 1));
}

MUTANT_BY(second_listen, "bind() shares ports secretly", shares_secretly)

RULE(udp_both, "udp.bind.reuseaddr-both",
     .statement = "On Linux, with SO_REUSEADDR on both, datagram sockets share a port.",
     .outcome = {[BY_LINUX] = {"0",
                               {"linux.socket.7.so-reuseaddr", "linux.socket.7.reuseaddr-both",
                                "linux.ipv6.7.like-ipv4"}}});

CASE(udp_both, bound, .family = ANY_FAMILY, .network = ON_LOOPBACK, WHICH_ADDRESSES)
{
    struct conflict c = bind_two(t, SOCK_DGRAM, SO_REUSEADDR, BOTH, false);
    observe_conflict(t, &c);
}

MUTANT_BY(udp_both, "SO_REUSEADDR and SO_REUSEPORT are ignored", denies_sharing)

/* Of addresses that overlap and are not identical no page speaks. */
RULE(reuseport, "tcp.bind.reuseport-both",
     .statement = "With SO_REUSEPORT on both, sockets of one user share an address and a port, and "
                  "listen there. On Linux both get connections.");

static struct conflict observe_sharing(struct test *t)
{
    struct conflict c = bind_two(t, SOCK_STREAM, SO_REUSEPORT, BOTH, true);
    observe_conflict(t, &c);
    observe_result(sk_listen(t->iut, c.second, MANY));
    return c;
}

static int accept_all(struct test *t, int listener)
{
    int count = 0;
    while (sk_accept(t->iut, listener, NULL) >= 0)
        count++;
    return count;
}

static const char *who_has_connections(struct test *t, const struct conflict *c)
{
    struct address server = place_of(t, t->iut, PLACE_MAIN, address_port(&c->name));
    int first = 0, second = 0;
    server = as_written_by(t, t->peer, server);
    set_nonblocking(t, t->iut, c->first, true);
    set_nonblocking(t, t->iut, c->second, true);
    for (int i = 0; i < MANY; i++) {
        int result = sk_connect(t->peer, stream_socket(t, t->peer), &server);
        if (result < 0)
            return result_name(result);
        first += accept_all(t, c->first);
        second += accept_all(t, c->second);
    }
    struct backoff backoff = backoff_begin(patience);
    while (first + second < MANY && backoff_wait(&backoff)) {
        first += accept_all(t, c->first);
        second += accept_all(t, c->second);
    }
    return first + second < MANY ? "not all" : first && second ? "both" : "one";
}

CASE(reuseport, listening, .family = ANY_FAMILY, .network = ON_LOOPBACK, IDENTICAL,
     .outcome = {[BY_LINUX] = {"0 then 0 then both",
                               {"linux.socket.7.so-reuseport", "linux.socket.7.so-reuseport-all",
                                "linux.socket.7.so-reuseport-tcp-distributes",
                                "linux.listen.2.marks-passive", "linux.listen.2.returns-zero"}},
                 [BY_BSD] = {"0 then 0 then one | both",
                             {"freebsd.getsockopt.2.so-reuseport-duplicates",
                              "freebsd.listen.2.makes-willing-to-accept",
                              "freebsd.listen.2.returns-zero"}}})
{
    struct conflict c = observe_sharing(t);
    observe("%s", who_has_connections(t, &c));
}

CASE(reuseport, overlapping, .family = ANY_FAMILY, .network = ON_LOOPBACK, OVERLAPPING,
     .pinned = {[BY_LINUX] = "0 then 0"})
{
    observe_sharing(t);
}

MUTANT_BY(reuseport, "SO_REUSEADDR and SO_REUSEPORT are ignored", denies_sharing)

RULE(reuseport_one, "tcp.bind.reuseport-one",
     .statement = "SO_REUSEPORT on one of two sockets alone does not let them share a port.",
     .outcome = {[BY_LINUX] = {"EADDRINUSE",
                               {"linux.socket.7.so-reuseport-all", "linux.bind.2.eaddrinuse",
                                "linux.ip.7.one-socket-per-pair", "linux.ip.7.bind-any-binds-all",
                                "linux.ipv6.7.like-ipv4"}}});

#define BSD_NOT_SHARED                                                                             \
    {                                                                                              \
        [BY_BSD] = {                                                                               \
            "EADDRINUSE",                                                                          \
            {"freebsd.getsockopt.2.so-reuseport-duplicates", "freebsd.bind.2.eaddrinuse",          \
             "freebsd.tcp.4.eaddrinuse"}                                                           \
        }                                                                                          \
    }

CASE(reuseport_one, first, .family = ANY_FAMILY, .network = ON_LOOPBACK, WHICH_ADDRESSES,
     .outcome = BSD_NOT_SHARED)
{
    observe_result(bind_two(t, SOCK_STREAM, SO_REUSEPORT, FIRST, false).result);
}

CASE(reuseport_one, second, .family = ANY_FAMILY, .network = ON_LOOPBACK, IDENTICAL,
     .outcome = BSD_NOT_SHARED)
{
    observe_result(bind_two(t, SOCK_STREAM, SO_REUSEPORT, SECOND, false).result);
}

/* FreeBSD's option allows duplicates, and no page says what else the socket that has it may take.
 */
CASE(reuseport_one, second_overlapping, .family = ANY_FAMILY, .network = ON_LOOPBACK, OVERLAPPING)
{
    observe_result(bind_two(t, SOCK_STREAM, SO_REUSEPORT, SECOND, false).result);
}

MUTANT_BY(reuseport_one, "bind() shares ports secretly", shares_secretly)

/* ---- no conflict ---- */

static int bound_ports[16], bound_count;
static void one_socket_a_port(struct mutation *m, struct call *call)
{
    struct address name = call_address(call);
    if (call->operation == OP_BIND && address_port(&name))
        for (int i = 0; i < bound_count; i++)
            if (bound_ports[i] == address_port(&name)) {
                call_fail(call, EADDRINUSE);
                return;
            }
    mutate(m, call);
    if (call->operation == OP_GETSOCKNAME && call->result == 0) {
        name = call_address(call);
        bound_ports[bound_count++ % 16] = address_port(&name);
    }
}

/* FreeBSD's tcp(4) has EADDRINUSE for a port that is taken, on whatever address. */
RULE(apart, "tcp.bind.different-addresses",
     .statement = "Two sockets can have one port on different addresses of the host.",
     .outcome = {[BY_POSIX] = {"0",
                               {"posix.bind.assigns-address", "posix.bind.eaddrinuse",
                                "posix.errors.no-error-is-success"}},
                 [BY_LINUX] = {"0",
                               {"linux.ip.7.one-socket-per-pair", "linux.bind.2.assigns",
                                "linux.bind.2.returns-zero", "linux.ipv6.7.like-ipv4"}}});

CASE(apart, bound, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    struct endpoint first = socket_at_port(t, iut, type_of(t), PLACE_MAIN, port_for(t, iut));
    struct address other = place_of(t, iut, PLACE_OTHER, address_port(&first.name));
    int fd = typed_socket(t, iut);
    observe_bound(t, fd, &other, sk_bind(iut, fd, &other));
}

MUTANT_BY(apart, "a port is taken once and for all addresses", one_socket_a_port)

/* ip(7) has one socket for an address and a port, of whatever protocol, and POSIX tells no ports of
 * protocols. */
RULE(protocols, "tcp.bind.udp-apart",
     .statement = "The ports of TCP and UDP are apart: a stream and a datagram socket can have the "
                  "same one.",
     .outcome = {[BY_BSD] = {"0", {"freebsd.udp.4.ports-apart-from-tcp"}}},
     .pinned = {[BY_LINUX] = "0"});

CASE(protocols, bound, .family = ANY_FAMILY, .network = ON_LOOPBACK,
     .axes = {{"first", {"stream", "datagram"}}})
{
    int type = t->chosen[0] ? SOCK_DGRAM : SOCK_STREAM;
    int fd = socket_of(t, iut, t->chosen[0] ? SOCK_STREAM : SOCK_DGRAM);
    struct endpoint first = socket_at_port(t, iut, type, PLACE_MAIN, port_for(t, iut));
    observe_bound(t, fd, &first.name, sk_bind(iut, fd, &first.name));
}

MUTANT_BY(protocols, "a port is taken for all protocols", one_socket_a_port)

/* ---- the option itself ---- */

RULE(preset, "tcp.bind.reuseaddr-default", .statement = "SO_REUSEADDR is off on a new socket.",
     .outcome = {[BY_POSIX] = {"off", {"posix.sockets.options.reuseaddr.default"}},
                 [BY_LINUX] = {"off", {"posix.sockets.options.reuseaddr.default"}},
                 [BY_BSD] = {"off", {"posix.sockets.options.reuseaddr.default"}}});

CASE(preset, fresh, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE)
{
    int value = -1;
    must(sk_getsockopt(iut, typed_socket(t, iut), SOL_SOCKET, SO_REUSEADDR, &value));
    observe("%s", value ? "on" : "off");
}

MUTANT(preset, "socket() sets SO_REUSEADDR")
{
    mutate(m, call);
    if (call->operation == OP_SOCKET && call->result >= 0)
        sk_setsockopt(m->real, (int)call->result, SOL_SOCKET, SO_REUSEADDR, 1);
}

RULE(inherited, "tcp.bind.reuseaddr-inherited",
     .statement = "On Linux an accepted socket has the SO_REUSEADDR of its listener.",
     .pinned = {[BY_LINUX] = "on"});

CASE(inherited, accepted, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint server = listening_socket(t, iut);
    int client = stream_socket(t, peer), value = -1;
    must(sk_setsockopt(iut, server.fd, SOL_SOCKET, SO_REUSEADDR, 1));
    must(sk_connect(peer, client, &server.address));
    int accepted = must(sk_accept(iut, server.fd, NULL));
    must(sk_getsockopt(iut, accepted, SOL_SOCKET, SO_REUSEADDR, &value));
    observe("%s", value ? "on" : "off");
}

MUTANT(inherited, "accept() turns SO_REUSEADDR off")
{
    mutate(m, call);
    if (call->operation == OP_ACCEPT && call->result >= 0)
        sk_setsockopt(m->real, (int)call->result, SOL_SOCKET, SO_REUSEADDR, 0);
}
