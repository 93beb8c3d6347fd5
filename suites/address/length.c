/* Names whose length is wrong. */
#include "suites/address/bound.h"
#include "suites/suite.h"

/* One byte less than a name of the domain has on any system: of a struct sockaddr_in the last byte
 * is of sin_zero, and RFC 2133's struct sockaddr_in6 had no scope. */
enum { RFC_2133_LENGTH = 24 };
static socklen_t too_short(const struct test *t)
{
    return t->domain == AF_INET6 ? RFC_2133_LENGTH - 1 : sizeof(struct sockaddr_in) - 1;
}

/* POSIX lets a call look at the length. If it does not, a name of IPv4 is whole, and of one of IPv6
 * the last byte is anything. */
#define LOOKS_MAYBE "0 | EINVAL"

/* What bind() or connect() of a name gave. What succeeds has given the socket that address, or
 * connected it there. */
static void observe_bind(struct test *t, int fd, const struct address *name)
{
    struct address given;
    int result = sk_bind(t->iut, fd, name);
    if (result == 0 && must(sk_getsockname(t->iut, fd, &given)) == 0 &&
        !address_same_host(&given, name))
        observe("0, and another address");
    else
        observe_result(result);
}

static void observe_connect(struct test *t, int fd, const struct address *name)
{
    struct address given;
    int result = sk_connect(t->iut, fd, name);
    if (result == 0 && (sk_getpeername(t->iut, fd, &given) != 0 || !address_equal(&given, name)))
        observe("0, and not connected there");
    else
        observe_result(result);
}

static bool takes_name(const struct call *call)
{
    return call->operation == OP_BIND || call->operation == OP_CONNECT ||
           call->operation == OP_SENDTO || call->operation == OP_SENDMSG;
}

static void lengthens(struct mutation *m, struct call *call)
{
    struct block *name = call_name(call);
    if (takes_name(call) && name->length && name->length < sizeof(struct sockaddr_in6))
        name->length = sizeof(struct sockaddr_in6);
    mutate(m, call);
}

RULE(bind_short, "address.length.bind-short",
     .statement = "bind() with a name that is too short for its family fails with EINVAL, or by "
                  "POSIX may do so.",
     .outcome = {[BY_LINUX] = {"EINVAL", {"linux.bind.2.einval-length"}},
                 [BY_BSD] = {"EINVAL", {"freebsd.bind.2.einval-addrlen"}}});

static void observe_short_bind(struct test *t)
{
    struct address name = place_of(t, t->iut, PLACE_MAIN, 0);
    name.length = too_short(t);
    observe_bind(t, typed_socket(t, t->iut), &name);
}

CASE(bind_short, one_byte, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .outcome = {[BY_POSIX] = {LOOKS_MAYBE, {"posix.bind.einval-length"}}})
{
    observe_short_bind(t);
}

CASE(bind_short, cut_address, .family = FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE)
{
    observe_short_bind(t);
}

MUTANT_BY(bind_short, "the length of a name is ignored", lengthens)

/* What has no bytes has no family either. */
static void refuses_empty(struct mutation *m, struct call *call)
{
    if ((call->operation == OP_BIND || call->operation == OP_CONNECT) && !call_name(call)->length)
        call_fail(call, EADDRINUSE);
    else
        mutate(m, call);
}

RULE(bind_empty, "address.length.bind-empty",
     .statement = "bind() with a name of length 0 fails with EINVAL, or by POSIX may do so.",
     .outcome = {[BY_POSIX] = {"0 | EINVAL | EAFNOSUPPORT",
                               {"posix.bind.einval-length", "posix.bind.eafnosupport"}},
                 [BY_LINUX] = {"EINVAL", {"linux.bind.2.einval-length"}},
                 [BY_BSD] = {"EINVAL", {"freebsd.bind.2.einval-addrlen"}}});

CASE(bind_empty, no_bytes, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE)
{
    struct address name = place_of(t, iut, PLACE_MAIN, 0);
    name.length = 0;
    observe_result(sk_bind(iut, typed_socket(t, iut), &name));
}

MUTANT_BY(bind_empty, "an empty name is taken for one that is in use", refuses_empty)

RULE(connect_short, "address.length.connect-short",
     .statement = "connect() with a name that is too short for its family may fail with EINVAL, "
                  "and does on FreeBSD and Linux.",
     .outcome = {[BY_BSD] = {"EINVAL", {"freebsd.connect.2.einval-namelen"}}},
     .pinned = {[BY_LINUX] = "EINVAL"});

static struct address serving(struct test *t)
{
    struct endpoint server = bound_socket(t, t->peer, type_of(t), PLACE_MAIN);
    if (type_of(t) == SOCK_STREAM)
        must(sk_listen(t->peer, server.fd, 1));
    return server.address;
}

static void observe_short_connect(struct test *t)
{
    struct address name = serving(t);
    name.length = too_short(t);
    observe_connect(t, typed_socket(t, t->iut), &name);
}

CASE(connect_short, one_byte, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .outcome = {[BY_POSIX] = {LOOKS_MAYBE, {"posix.connect.einval-length"}}})
{
    observe_short_connect(t);
}

CASE(connect_short, cut_address, .family = FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE)
{
    observe_short_connect(t);
}

MUTANT_BY(connect_short, "the length of a name is ignored", lengthens)

RULE(connect_empty, "address.length.connect-empty",
     .statement = "connect() with a name of length 0 may fail with EINVAL, and does on FreeBSD and "
                  "Linux.",
     .outcome = {[BY_POSIX] = {"0 | EINVAL | EAFNOSUPPORT",
                               {"posix.connect.einval-length", "posix.connect.einval-family",
                                "posix.connect.eafnosupport"}},
                 [BY_BSD] = {"EINVAL", {"freebsd.connect.2.einval-namelen"}}},
     .pinned = {[BY_LINUX] = "EINVAL"});

/* A datagram socket may have lost its peer, and a stream socket has one if the call succeeds. */
CASE(connect_empty, no_bytes, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE)
{
    struct address name = serving(t), given;
    int fd = typed_socket(t, iut);
    name.length = 0;
    int result = sk_connect(iut, fd, &name);
    if (result == 0 && type_of(t) == SOCK_STREAM && sk_getpeername(iut, fd, &given) != 0)
        observe("0, and not connected");
    else
        observe_result(result);
}

MUTANT_BY(connect_empty, "an empty name is taken for one that is in use", refuses_empty)

/* send(2) has EINVAL for any argument that is invalid; of POSIX's calls sendto() alone has it for a
 * length, and may. */
RULE(send_short, "address.length.send-short",
     .statement = "A datagram to a name that is too short for its family is refused with EINVAL on "
                  "Linux, and by POSIX may be by sendto().",
     .outcome = {[BY_LINUX] = {"EINVAL", {"linux.send.2.einval"}}});

static void observe_short_send(struct test *t)
{
    struct endpoint server = bound_datagram_socket(t, t->peer);
    server.address.length = too_short(t);
    int result = send_by_form(t, t->iut, datagram_socket(t, t->iut), "x", 1, &server.address);
    if (result >= 0 && strcmp(receive_next(t, t->peer, server.fd), "x") != 0)
        observe("0, and not sent there");
    else
        observe_result(result);
}

CASE(send_short, one_byte, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .send = WITH_SENDTO,
     .outcome = {[BY_POSIX] = {LOOKS_MAYBE, {"posix.sendto.einval-length"}}})
{
    observe_short_send(t);
}

CASE(send_short, one_byte_by_sendmsg, .family = FAMILY_IPV4, .network = ON_LOOPBACK,
     .send = WITH_SENDMSG)
{
    observe_short_send(t);
}

CASE(send_short, cut_address, .family = FAMILY_IPV6, .network = ON_LOOPBACK,
     .send = WITH_SENDTO | WITH_SENDMSG)
{
    observe_short_send(t);
}

MUTANT_BY(send_short, "the length of a name is ignored", lengthens)

static void exact_only(struct mutation *m, struct call *call)
{
    uint32_t length = call_name(call) ? call_name(call)->length : 0;
    if ((call->operation == OP_BIND || call->operation == OP_CONNECT) &&
        length != sizeof(struct sockaddr_in) && length != sizeof(struct sockaddr_in6))
        call_fail(call, EINVAL);
    else
        mutate(m, call);
}

RULE(longer, "address.length.longer",
     .statement = "Linux takes a name with the length of a struct sockaddr_storage; by POSIX and "
                  "on FreeBSD bind() and connect() may fail with EINVAL.",
     .outcome = {[BY_POSIX] = {"0 | EINVAL then 0 | EINVAL",
                               {"posix.bind.einval-length", "posix.connect.einval-length"}},
                 [BY_BSD] = {"0 | EINVAL then 0 | EINVAL",
                             {"freebsd.bind.2.einval-addrlen",
                              "freebsd.connect.2.einval-namelen"}}},
     .pinned = {[BY_LINUX] = "0 then 0"});

CASE(longer, storage, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint server = listening_socket(t, peer);
    struct address own = place_of(t, iut, PLACE_MAIN, 0);
    int fd = stream_socket(t, t->iut);
    own.length = server.address.length = sizeof own.storage;
    observe_bind(t, fd, &own);
    observe_connect(t, fd, &server.address);
}

MUTANT_BY(longer, "names must have exactly the length of their family", exact_only)

RULE(without_scope, "address.length.rfc-2133",
     .statement = "Linux takes a struct sockaddr_in6 without its scope, as RFC 2133 had it.",
     .pinned = {[BY_LINUX] = "0 then 0"});

CASE(without_scope, bind_and_connect, .family = FAMILY_IPV6 | FAMILY_MAPPED, .network = ANY_NETWORK)
{
    struct endpoint server = listening_socket(t, peer);
    struct address own = place_of(t, iut, PLACE_MAIN, 0);
    int fd = stream_socket(t, iut);
    own.length = server.address.length = RFC_2133_LENGTH;
    observe_bind(t, fd, &own);
    observe_connect(t, fd, &server.address);
}

MUTANT_BY(without_scope, "names must have exactly the length of their family", exact_only)
