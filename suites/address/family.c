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

RULE(bind_foreign, "address.family.bind",
     .statement = "bind() to a name of another family than the socket's fails with EAFNOSUPPORT.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH bind(), ERRORS EAFNOSUPPORT"},
                 {"ip(7)", "ERRORS; bind(2) leaves families to their pages"}},
     .outcome = {[BY_POSIX] = {"EAFNOSUPPORT"}, [BY_LINUX] = {"EAFNOSUPPORT"}});

CASE(bind_foreign, other_internet_family, .family = FAMILY_IPV4 | FAMILY_IPV6,
     .network = ON_LOOPBACK, .type = ANY_TYPE)
{
    struct address name = foreign_name(t);
    observe_result(sk_bind(iut, typed_socket(t, iut), &name));
}

CASE(bind_foreign, unix_family, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE)
{
    struct address name = place_of(t, iut, PLACE_MAIN, 0);
    name.any.sa_family = AF_UNIX;
    observe_result(sk_bind(iut, typed_socket(t, iut), &name));
}

MUTANT_GIVES(bind_foreign, "bind() gives EINVAL for a foreign family", OP_BIND, EAFNOSUPPORT,
             EINVAL)

RULE(bind_short, "address.family.bind-short",
     .statement = "bind() of an IPv6 socket to a struct sockaddr_in fails with EAFNOSUPPORT; Linux "
                  "looks at the length first and gives EINVAL.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH bind(), ERRORS EAFNOSUPPORT (shall), EINVAL (may)"},
                 {"bind(2)", "ERRORS EINVAL: addrlen is wrong"}},
     .outcome = {[BY_POSIX] = {"EAFNOSUPPORT | EINVAL"}, [BY_LINUX] = {"EINVAL"}});

CASE(bind_short, ipv4_name, .family = FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE)
{
    struct address name = address_of("127.0.0.1", 0);
    observe_result(sk_bind(iut, typed_socket(t, iut), &name));
}

MUTANT(bind_short, "an IPv6 socket binds to a struct sockaddr_in")
{
    struct address name = call_address(call);
    mutate(m, call);
    if (call_failed(call, OP_BIND, EINVAL) && name.any.sa_family == AF_INET)
        call_succeed(call, 0);
}

RULE(
    connect_foreign, "address.family.connect",
    .statement = "connect() to a name of another family than the socket's fails with "
                 "EAFNOSUPPORT.",
    .level = LEVEL_SHALL,
    .sources = {{POSIX_2016, "XSH connect(), ERRORS EAFNOSUPPORT"},
                {"connect(2)", "ERRORS EAFNOSUPPORT"},
                {FREEBSD_CONNECT, "ERRORS EAFNOSUPPORT"}},
    .outcome = {
        [BY_POSIX] = {"EAFNOSUPPORT"}, [BY_LINUX] = {"EAFNOSUPPORT"}, [BY_BSD] = {"EAFNOSUPPORT"}});

CASE(connect_foreign, stream_ipv6_name, .family = FAMILY_IPV4, .network = ON_LOOPBACK)
{
    struct address name = foreign_name(t);
    observe_result(sk_connect(iut, stream_socket(t, iut), &name));
}

CASE(connect_foreign, unix_family, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE)
{
    struct address name = place_of(t, iut, PLACE_MAIN, 7000);
    name.any.sa_family = AF_UNIX;
    observe_result(sk_connect(iut, typed_socket(t, iut), &name));
}

MUTANT_GIVES(connect_foreign, "connect() gives EINVAL for a foreign family", OP_CONNECT,
             EAFNOSUPPORT, EINVAL)

RULE(connect_ipv4_name, "address.family.connect-ipv4-name",
     .statement = "On Linux a stream socket of AF_INET6 takes no struct sockaddr_in, a datagram "
                  "socket does and uses it as IPv4-mapped.",
     .level = LEVEL_MAY,
     .sources = {{POSIX_2016, "XSH connect(), ERRORS EAFNOSUPPORT"}, {"Linux 6.18", "observed"}},
     .outcome = {[BY_POSIX] = {"EAFNOSUPPORT"}});

CASE(connect_ipv4_name, stream, .family = FAMILY_IPV6, .network = ON_LOOPBACK,
     .outcome = {[BY_LINUX] = {"EAFNOSUPPORT"}})
{
    struct address name = address_of("127.0.0.1", 7000);
    name.length = sizeof name.in6;
    observe_result(sk_connect(iut, stream_socket(t, iut), &name));
}

CASE(connect_ipv4_name, datagram, .family = FAMILY_IPV6, .network = ON_LOOPBACK,
     .outcome = {[BY_LINUX] = {"0"}})
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

RULE(send_foreign, "address.family.send",
     .statement = "A datagram to a name of another family than the socket's is refused with "
                  "EAFNOSUPPORT.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH sendto(), sendmsg(), ERRORS EAFNOSUPPORT"},
                 {"Linux 6.18", "the same; sendto(2) has no such error"}},
     .outcome = {[BY_POSIX] = {"EAFNOSUPPORT"}, [BY_LINUX] = {"EAFNOSUPPORT"}});

CASE(send_foreign, ipv6_name, .family = FAMILY_IPV4, .network = ON_LOOPBACK,
     .send = WITH_SENDTO | WITH_SENDMSG)
{
    struct address name = foreign_name(t);
    observe_result(send_by_form(t, iut, datagram_socket(t, iut), "x", 1, &name));
}

CASE(send_foreign, unix_family, .family = FAMILY_IPV4, .network = ON_LOOPBACK,
     .send = WITH_SENDTO | WITH_SENDMSG)
{
    struct address name = place_of(t, iut, PLACE_MAIN, 7000);
    name.any.sa_family = AF_UNIX;
    observe_result(send_by_form(t, iut, datagram_socket(t, iut), "x", 1, &name));
}

MUTANT(send_foreign, "sendto() and sendmsg() give EINVAL for a foreign family")
{
    mutate(m, call);
    if (call_failed(call, OP_SENDTO, EAFNOSUPPORT) || call_failed(call, OP_SENDMSG, EAFNOSUPPORT))
        call_fail(call, EINVAL);
}

/* ---- AF_UNSPEC ---- */

RULE(unspec_any, "address.family.bind-unspec-any",
     .statement = "On Linux an AF_INET socket takes a name of AF_UNSPEC with the wildcard address "
                  "for one of AF_INET.",
     .level = LEVEL_MAY,
     .sources = {{POSIX_2016, "XSH bind(), ERRORS EAFNOSUPPORT"},
                 {"Linux 6.18", "observed; kept for programs that leave the family out"}},
     .outcome = {[BY_POSIX] = {"EAFNOSUPPORT"}, [BY_LINUX] = {"0"}});

CASE(unspec_any, wildcard, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .type = ANY_TYPE)
{
    struct address name = address_unspec(sizeof(struct sockaddr_in));
    observe_result(sk_bind(iut, typed_socket(t, iut), &name));
}

MUTANT_GIVES(unspec_any, "bind() gives EAFNOSUPPORT", OP_BIND, 0, EAFNOSUPPORT)

RULE(unspec_bind, "address.family.bind-unspec",
     .statement = "bind() to a name of AF_UNSPEC with an address fails with EAFNOSUPPORT.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH bind(), ERRORS EAFNOSUPPORT"}, {"Linux 6.18", "the same"}},
     .outcome = {[BY_POSIX] = {"EAFNOSUPPORT"}, [BY_LINUX] = {"EAFNOSUPPORT"}});

CASE(unspec_bind, address, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE)
{
    struct address name = place_of(t, iut, PLACE_MAIN, 0);
    name.any.sa_family = AF_UNSPEC;
    observe_result(sk_bind(iut, typed_socket(t, iut), &name));
}

MUTANT(unspec_bind, "AF_UNSPEC is taken for the socket's family")
{
    struct address name = call_address(call);
    mutate(m, call);
    if (call_failed(call, OP_BIND, EAFNOSUPPORT) && name.any.sa_family == AF_UNSPEC)
        call_succeed(call, 0);
}

/* ---- socket() ---- */

RULE(
    unknown, "address.family.socket-unknown",
    .statement = "socket() of a family that there is not fails with EAFNOSUPPORT.",
    .level = LEVEL_SHALL,
    .sources = {{POSIX_2016, "XSH socket(), ERRORS EAFNOSUPPORT"},
                {"socket(2)", "ERRORS EAFNOSUPPORT"}},
    .outcome = {
        [BY_POSIX] = {"EAFNOSUPPORT"}, [BY_LINUX] = {"EAFNOSUPPORT"}, [BY_BSD] = {"EAFNOSUPPORT"}});

CASE(unknown, family, .network = ON_LOOPBACK, .axes = {{"family", {"unspec", "9999"}}})
{
    observe_result(sk_socket(iut, t->chosen[0] ? 9999 : AF_UNSPEC, SOCK_STREAM, 0));
}

MUTANT_GIVES(unknown, "socket() gives EINVAL for an unknown family", OP_SOCKET, EAFNOSUPPORT,
             EINVAL)

RULE(protocol, "address.family.socket-protocol",
     .statement = "socket() with a protocol that does not fit the type fails with EPROTOTYPE or "
                  "EPROTONOSUPPORT.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH socket(), ERRORS EPROTOTYPE, EPROTONOSUPPORT"},
                 {"socket(2)", "ERRORS EPROTONOSUPPORT"}},
     .outcome = {[BY_POSIX] = {"EPROTOTYPE | EPROTONOSUPPORT"}, [BY_LINUX] = {"EPROTONOSUPPORT"}});

CASE(protocol, mismatch, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .axes = {{"asked", {"stream-udp", "datagram-tcp", "stream-253"}}})
{
    static const int type[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_STREAM};
    static const int protocol[] = {IPPROTO_UDP, IPPROTO_TCP, 253};
    observe_result(sk_socket(iut, t->domain, type[t->chosen[0]], protocol[t->chosen[0]]));
}

MUTANT(protocol, "socket() ignores the protocol")
{
    if (call->operation == OP_SOCKET)
        call->argument[2] = 0;
    mutate(m, call);
}
