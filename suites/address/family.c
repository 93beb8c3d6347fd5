/* Names of a family that a socket does not have. */
#include "suites/suite.h"

/* A name of the family that the IUT's sockets do not have, long enough for both. */
static struct address foreign_name(struct test *t)
{
    struct address name =
        t->domain == AF_INET ? address_of("::1", 7000) : address_of("127.0.0.1", 7000);
    name.length = sizeof name.in6;
    return name;
}

/* A name that is as long as one of the other family, or that has more room than it needs. */
#define BIND_REFUSES                                                                               \
    {                                                                                              \
        [BY_POSIX] = {"EAFNOSUPPORT | EINVAL",                                                     \
                      {"posix.bind.eafnosupport", "posix.bind.einval-length",                      \
                       "posix.errors.any-of-several"}},                                            \
        [BY_LINUX] = {"EAFNOSUPPORT | EINVAL",                                                     \
                      {"posix.bind.eafnosupport", "linux.bind.2.einval-address",                   \
                       "linux.bind.2.einval-length"}},                                             \
        [BY_BSD] = {                                                                               \
            "EAFNOSUPPORT | EINVAL",                                                               \
            {"freebsd.bind.2.eafnosupport", "freebsd.bind.2.einval-addrlen"}                       \
        }                                                                                          \
    }

/* One whose length is that of the socket's names: nothing is wrong with it but the family. */
#define POSIX_REFUSES_FAMILY [BY_POSIX] = {"EAFNOSUPPORT", {"posix.bind.eafnosupport"}}
#define LINUX_REFUSES_FAMILY                                                                       \
    [BY_LINUX] = {"EAFNOSUPPORT | EINVAL",                                                         \
                  {"posix.bind.eafnosupport", "linux.bind.2.einval-address"}}
#define BSD_REFUSES_FAMILY [BY_BSD] = {"EAFNOSUPPORT", {"freebsd.bind.2.eafnosupport"}}

RULE(bind_foreign, "address.family.bind",
     .statement =
         "bind() to a name of another family than the socket's fails with EAFNOSUPPORT; on "
         "Linux, or if the name's length is not right, it may be with EINVAL.",
     .outcome = BIND_REFUSES);

CASE(bind_foreign, other_internet_family, .family = FAMILY_IPV4 | FAMILY_IPV6,
     .network = ON_LOOPBACK, .type = ANY_TYPE)
{
    struct address name = foreign_name(t);
    observe_result(sk_bind(iut, typed_socket(t, iut), &name));
}

CASE(bind_foreign, unix_family, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE, .outcome = {POSIX_REFUSES_FAMILY, LINUX_REFUSES_FAMILY, BSD_REFUSES_FAMILY})
{
    struct address name = place_of(t, iut, PLACE_MAIN, 0);
    name.any.sa_family = AF_UNIX;
    observe_result(sk_bind(iut, typed_socket(t, iut), &name));
}

static void binds_anyway(struct mutation *m, struct call *call)
{
    mutate(m, call);
    if (call_failed(call, OP_BIND, EAFNOSUPPORT) || call_failed(call, OP_BIND, EINVAL))
        call_succeed(call, 0);
}

MUTANT_BY(bind_foreign, "bind() does not look at the family", binds_anyway)

RULE(bind_short, "address.family.bind-short",
     .statement = "bind() of an IPv6 socket to a struct sockaddr_in fails with EAFNOSUPPORT or "
                  "EINVAL: its family and its length are wrong.",
     .outcome = BIND_REFUSES);

CASE(bind_short, ipv4_name, .family = FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE)
{
    struct address name = address_of("127.0.0.1", 0);
    observe_result(sk_bind(iut, typed_socket(t, iut), &name));
}

MUTANT_BY(bind_short, "an IPv6 socket binds to a struct sockaddr_in", binds_anyway)

RULE(connect_foreign, "address.family.connect",
     .statement = "connect() to a name of another family than the socket's fails with "
                  "EAFNOSUPPORT, or by POSIX with EINVAL; on FreeBSD with that if its length is "
                  "not right.",
     .outcome = {
         [BY_POSIX] = {"EAFNOSUPPORT | EINVAL",
                       {"posix.connect.eafnosupport", "posix.connect.einval-family",
                        "posix.connect.einval-length"}},
         [BY_LINUX] = {"EAFNOSUPPORT", {"linux.connect.2.eafnosupport"}},
         [BY_BSD] = {"EAFNOSUPPORT | EINVAL",
                     {"freebsd.connect.2.eafnosupport", "freebsd.connect.2.einval-namelen"}}});

/* The name, as long as the longest, of a listener of that family: where nobody listened, a call
 * could fail by that as well. */
static struct address listening_name(struct test *t, int family)
{
    struct address name = address_of(family == AF_INET ? "127.0.0.1" : "::1", 0);
    int fd = must(sk_socket(t->peer, family, SOCK_STREAM, 0));
    must(sk_bind(t->peer, fd, &name));
    must(sk_listen(t->peer, fd, 1));
    must(sk_getsockname(t->peer, fd, &name));
    name.length = sizeof name.in6;
    return name;
}

CASE(connect_foreign, ipv6_name, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .needs = "ipv6")
{
    struct address name = listening_name(t, AF_INET6);
    observe_result(sk_connect(iut, typed_socket(t, iut), &name));
}

CASE(connect_foreign, unix_family, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE, .outcome = {[BY_BSD] = {"EAFNOSUPPORT", {"freebsd.connect.2.eafnosupport"}}})
{
    struct address name = place_of(t, iut, PLACE_MAIN, 7000);
    name.any.sa_family = AF_UNIX;
    observe_result(sk_connect(iut, typed_socket(t, iut), &name));
}

MUTANT_GIVES(connect_foreign, "connect() does not look at the family", OP_CONNECT, EAFNOSUPPORT, 0)

RULE(connect_ipv4_name, "address.family.connect-ipv4-name",
     .statement =
         "connect() of an AF_INET6 socket to a name of AF_INET fails with EAFNOSUPPORT, "
         "or by POSIX, or on FreeBSD for its length, with EINVAL; Linux takes it on a datagram "
         "socket.",
     .outcome = {
         [BY_POSIX] = {"EAFNOSUPPORT | EINVAL",
                       {"posix.connect.eafnosupport", "posix.connect.einval-family",
                        "posix.connect.einval-length"}},
         [BY_LINUX] = {"EAFNOSUPPORT", {"linux.connect.2.eafnosupport"}},
         [BY_BSD] = {"EAFNOSUPPORT | EINVAL",
                     {"freebsd.connect.2.eafnosupport", "freebsd.connect.2.einval-namelen"}}});

CASE(connect_ipv4_name, stream, .family = FAMILY_IPV6, .network = ON_LOOPBACK)
{
    struct address name = listening_name(t, AF_INET);
    observe_result(sk_connect(iut, stream_socket(t, iut), &name));
}

CASE(connect_ipv4_name, datagram, .family = FAMILY_IPV6, .network = ON_LOOPBACK,
     .deviation = {[BY_LINUX] = {"0",
                                 "Linux 6.18 takes a name of AF_INET for its IPv4-mapped one on an "
                                 "AF_INET6 datagram socket; no page says so"}})
{
    struct address name = address_of("127.0.0.1", 7000);
    observe_result(sk_connect(iut, datagram_socket(t, iut), &name));
}

MUTANT(connect_ipv4_name, "connect() to such a name gives EADDRNOTAVAIL")
{
    mutate(m, call);
    if (call->operation == OP_CONNECT)
        call_fail(call, EADDRNOTAVAIL);
}

/* POSIX has EINVAL for the length of a name, with sendto() alone. */
RULE(
    send_foreign, "address.family.send",
    .statement =
        "A datagram to a name of another family than the socket's is refused with EAFNOSUPPORT; on "
        "Linux, or by sendto() if the name's length is not right, it may be with EINVAL. sendto() "
        "and sendmsg() may take a name of AF_INET on an AF_INET6 socket, and then it goes there.",
    .outcome = {[BY_LINUX] = {"EAFNOSUPPORT | EINVAL",
                              {"posix.sendto.eafnosupport", "posix.sendmsg.eafnosupport",
                               "linux.send.2.einval"}}});

#define SENDTO_REFUSES                                                                             \
    {                                                                                              \
        [BY_POSIX] = {                                                                             \
            "EAFNOSUPPORT | EINVAL",                                                               \
            {"posix.sendto.eafnosupport", "posix.sendto.einval-length"}                            \
        }                                                                                          \
    }
#define SENDTO_REFUSES_FAMILY                                                                      \
    {                                                                                              \
        [BY_POSIX] = { "EAFNOSUPPORT", {"posix.sendto.eafnosupport"} }                             \
    }
#define SENDMSG_REFUSES                                                                            \
    {                                                                                              \
        [BY_POSIX] = { "EAFNOSUPPORT", {"posix.sendmsg.eafnosupport"} }                            \
    }
/* POSIX has the error for families whose addresses cannot be used with the socket, and an
 * implementation may be able to use those of IPv4. */
#define MAY_TAKE_IPV4                                                                              \
    [BY_LINUX] = {"0 | EAFNOSUPPORT | EINVAL",                                                     \
                  {"posix.sendto.eafnosupport", "posix.sendmsg.eafnosupport",                      \
                   "posix.errors.no-error-is-success", "linux.send.2.einval"}}

static void observe_foreign(struct test *t, struct address name)
{
    observe_result(send_by_form(t, t->iut, datagram_socket(t, t->iut), "x", 1, &name));
}

/* What is taken goes to that address. */
static void observe_foreign_ipv4(struct test *t)
{
    struct address name = address_of("127.0.0.1", 0);
    int server = must(sk_socket(t->peer, AF_INET, SOCK_DGRAM, 0));
    must(sk_bind(t->peer, server, &name));
    must(sk_getsockname(t->peer, server, &name));
    name.length = sizeof name.in6;
    int result = send_by_form(t, t->iut, datagram_socket(t, t->iut), "x", 1, &name);
    if (result >= 0 && strcmp(receive_next(t, t->peer, server), "x") != 0)
        observe("0, and not sent there");
    else
        observe_result(result);
}

static struct address unix_name(struct test *t)
{
    struct address name = place_of(t, t->iut, PLACE_MAIN, 7000);
    name.any.sa_family = AF_UNIX;
    return name;
}

CASE(send_foreign, ipv6_name, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .send = WITH_SENDTO,
     .outcome = SENDTO_REFUSES)
{
    observe_foreign(t, foreign_name(t));
}

CASE(send_foreign, ipv6_name_by_sendmsg, .family = FAMILY_IPV4, .network = ON_LOOPBACK,
     .send = WITH_SENDMSG, .outcome = SENDMSG_REFUSES)
{
    observe_foreign(t, foreign_name(t));
}

CASE(send_foreign, ipv4_name, .family = FAMILY_IPV6, .network = ON_LOOPBACK, .send = WITH_SENDTO,
     .outcome = {[BY_POSIX] = {"0 | EAFNOSUPPORT | EINVAL",
                               {"posix.sendto.eafnosupport", "posix.sendto.einval-length",
                                "posix.errors.no-error-is-success"}},
                 MAY_TAKE_IPV4})
{
    observe_foreign_ipv4(t);
}

CASE(send_foreign, ipv4_name_by_sendmsg, .family = FAMILY_IPV6, .network = ON_LOOPBACK,
     .send = WITH_SENDMSG,
     .outcome = {[BY_POSIX] = {"0 | EAFNOSUPPORT",
                               {"posix.sendmsg.eafnosupport", "posix.errors.no-error-is-success"}},
                 MAY_TAKE_IPV4})
{
    observe_foreign_ipv4(t);
}

CASE(send_foreign, unix_family, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .send = WITH_SENDTO, .outcome = SENDTO_REFUSES_FAMILY)
{
    observe_foreign(t, unix_name(t));
}

CASE(send_foreign, unix_family_by_sendmsg, .family = FAMILY_IPV4 | FAMILY_IPV6,
     .network = ON_LOOPBACK, .send = WITH_SENDMSG, .outcome = SENDMSG_REFUSES)
{
    observe_foreign(t, unix_name(t));
}

MUTANT(send_foreign, "sendto() and sendmsg() take a foreign family for a host that is not there")
{
    bool foreign =
        (call->operation == OP_SENDTO || call->operation == OP_SENDMSG) && call_name(call)->bytes;
    mutate(m, call);
    if (foreign)
        call_fail(call, EHOSTUNREACH);
}

/* ---- AF_UNSPEC ---- */

/* FreeBSD has the error for families whose addresses cannot be used with the socket, and this one
 * can be used there. */
RULE(unspec_any, "address.family.bind-unspec-any",
     .statement = "bind() of an AF_INET socket to the wildcard address with AF_UNSPEC fails with "
                  "EAFNOSUPPORT, or by Linux's page with EINVAL; Linux takes it for AF_INET.",
     .outcome = {POSIX_REFUSES_FAMILY, LINUX_REFUSES_FAMILY},
     .deviation = {[BY_LINUX] = {"0", "Linux 6.18 does not look at the family then; ip(7) has "
                                      "AF_INET required"}});

CASE(unspec_any, wildcard, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .type = ANY_TYPE)
{
    struct address name = address_unspec(sizeof(struct sockaddr_in));
    observe_result(sk_bind(iut, typed_socket(t, iut), &name));
}

MUTANT(unspec_any, "bind() takes AF_UNSPEC for an address that is not there")
{
    mutate(m, call);
    if (call->operation == OP_BIND)
        call_fail(call, EADDRNOTAVAIL);
}

RULE(unspec_bind, "address.family.bind-unspec",
     .statement = "bind() to a name of AF_UNSPEC with an address fails with EAFNOSUPPORT, or on "
                  "Linux with EINVAL.",
     .outcome = {POSIX_REFUSES_FAMILY, LINUX_REFUSES_FAMILY, BSD_REFUSES_FAMILY});

CASE(unspec_bind, address, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE)
{
    struct address name = place_of(t, iut, PLACE_MAIN, 0);
    name.any.sa_family = AF_UNSPEC;
    observe_result(sk_bind(iut, typed_socket(t, iut), &name));
}

MUTANT_BY(unspec_bind, "AF_UNSPEC is taken for the socket's family", binds_anyway)

/* ---- socket() ---- */

RULE(unknown, "address.family.socket-unknown",
     .statement =
         "socket() of a family that there is not fails with EAFNOSUPPORT, or by Linux's page "
         "with EINVAL.",
     .outcome = {[BY_LINUX] = {"EAFNOSUPPORT | EINVAL",
                               {"linux.socket.2.eafnosupport", "linux.socket.2.einval-protocol"}},
                 [BY_BSD] = {"EAFNOSUPPORT", {"freebsd.socket.2.eafnosupport"}}});

CASE(unknown, family, .network = ON_LOOPBACK,
     .outcome = {[BY_POSIX] = {"EAFNOSUPPORT", {"posix.socket.eafnosupport"}}})
{
    observe_result(sk_socket(iut, 9999, SOCK_STREAM, 0));
}

/* Which families there are POSIX leaves to the implementation, and one may take this for any; the
 * pages of Linux and FreeBSD list theirs. */
CASE(unknown, unspecified, .network = ON_LOOPBACK)
{
    observe_result(sk_socket(iut, AF_UNSPEC, SOCK_STREAM, 0));
}

MUTANT_GIVES(unknown, "socket() gives EPROTONOSUPPORT for an unknown family", OP_SOCKET,
             EAFNOSUPPORT, EPROTONOSUPPORT)

RULE(protocol, "address.family.socket-protocol",
     .statement = "socket() with a protocol that does not fit the type fails with EPROTOTYPE.",
     .outcome = {[BY_POSIX] = {"EPROTOTYPE", {"posix.socket.eprototype"}},
                 [BY_LINUX] = {"EPROTOTYPE", {"posix.socket.eprototype"}},
                 [BY_BSD] = {"EPROTOTYPE", {"freebsd.socket.2.eprototype"}}},
     .deviation = {
         [BY_LINUX] = {"EPROTONOSUPPORT",
                       "Linux 6.18 gives that for types and protocols that do not fit as well; "
                       "socket(2) follows POSIX and has no EPROTOTYPE"},
         [BY_BSD] = {"EPROTONOSUPPORT",
                     "always: socreate() looks for both together, and has EPROTOTYPE for a type "
                     "without a protocol only"}});

CASE(protocol, mismatch, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .axes = {{"asked", {"stream-udp", "datagram-tcp"}}})
{
    static const int type[] = {SOCK_STREAM, SOCK_DGRAM};
    static const int protocol[] = {IPPROTO_UDP, IPPROTO_TCP};
    observe_result(sk_socket(iut, t->domain, type[t->chosen[0]], protocol[t->chosen[0]]));
}

static void ignores_protocol(struct mutation *m, struct call *call)
{
    if (call->operation == OP_SOCKET)
        call->argument[2] = 0;
    mutate(m, call);
}

MUTANT_BY(protocol, "socket() ignores the protocol", ignores_protocol)

RULE(unknown_protocol, "address.family.socket-protocol-unknown",
     .statement = "socket() with a protocol that there is not fails with EPROTONOSUPPORT, or by "
                  "Linux's page with EINVAL.",
     .outcome = {
         [BY_POSIX] = {"EPROTONOSUPPORT", {"posix.socket.eprotonosupport"}},
         [BY_LINUX] = {"EPROTONOSUPPORT | EINVAL",
                       {"linux.socket.2.eprotonosupport", "linux.socket.2.einval-protocol"}},
         [BY_BSD] = {"EPROTONOSUPPORT", {"freebsd.socket.2.eprotonosupport"}}});

/* 253 is a number for experiments. */
CASE(unknown_protocol, experimental, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE)
{
    observe_result(sk_socket(iut, t->domain, type_of(t), 253));
}

MUTANT_BY(unknown_protocol, "socket() ignores the protocol", ignores_protocol)
