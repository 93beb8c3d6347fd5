/* Names whose length is wrong. */
#include "suites/suite.h"

/* The shortest length that a name of the domain can have on Linux: RFC 2133's sockaddr_in6 had no
 * scope. */
enum { RFC_2133_LENGTH = 24 };
static socklen_t too_short(const struct test *t)
{
    return t->domain == AF_INET6 ? RFC_2133_LENGTH - 1 : sizeof(struct sockaddr_in) - 1;
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

#define LENGTH_SOURCES(page)                                                                       \
    {POSIX_2016, "XSH " page "(), ERRORS EINVAL (may)"},                                           \
    {                                                                                              \
        page "(2)", "ERRORS EINVAL"                                                                \
    }

RULE(bind_short, "address.length.bind-short",
     .statement = "bind() with a name that is too short for its family fails with EINVAL.",
     .level = LEVEL_MAY, .sources = {LENGTH_SOURCES("bind")},
     .outcome = {[BY_POSIX] = {"EINVAL | EAFNOSUPPORT"}, [BY_LINUX] = {"EINVAL"}});

CASE(bind_short, one_byte, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE)
{
    struct address name = place_of(t, iut, PLACE_MAIN, 0);
    name.length = too_short(t);
    observe_result(sk_bind(iut, typed_socket(t, iut), &name));
}

MUTANT_BY(bind_short, "the length of a name is ignored", lengthens)

static void takes_empty(struct mutation *m, struct call *call)
{
    if ((call->operation == OP_BIND || call->operation == OP_CONNECT) && !call_name(call)->length)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

RULE(bind_empty, "address.length.bind-empty",
     .statement = "bind() with a name of length 0 fails with EINVAL.", .level = LEVEL_MAY,
     .sources = {LENGTH_SOURCES("bind")},
     .outcome = {[BY_POSIX] = {"EINVAL | EAFNOSUPPORT"}, [BY_LINUX] = {"EINVAL"}});

CASE(bind_empty, no_bytes, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE)
{
    struct address name = place_of(t, iut, PLACE_MAIN, 0);
    name.length = 0;
    observe_result(sk_bind(iut, typed_socket(t, iut), &name));
}

MUTANT_BY(bind_empty, "an empty name is taken for the wildcard", takes_empty)

RULE(connect_short, "address.length.connect-short",
     .statement = "connect() with a name that is too short for its family fails with EINVAL.",
     .level = LEVEL_MAY,
     .sources = {{POSIX_2016, "XSH connect(), ERRORS EINVAL (may)"},
                 {"Linux 6.18", "observed; connect(2) has no EINVAL"}},
     .outcome = {[BY_POSIX] = {"EINVAL | EAFNOSUPPORT"}, [BY_LINUX] = {"EINVAL"}});

CASE(connect_short, one_byte, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE)
{
    struct address name = place_of(t, iut, PLACE_MAIN, 7000);
    name.length = too_short(t);
    observe_result(sk_connect(iut, typed_socket(t, iut), &name));
}

MUTANT_BY(connect_short, "the length of a name is ignored", lengthens)

RULE(connect_empty, "address.length.connect-empty",
     .statement = "connect() with a name of length 0 fails with EINVAL.", .level = LEVEL_MAY,
     .sources = {{POSIX_2016, "XSH connect(), ERRORS EINVAL (may)"},
                 {"Linux 6.18", "observed; connect(2) has no EINVAL"}},
     .outcome = {[BY_POSIX] = {"EINVAL | EAFNOSUPPORT"}, [BY_LINUX] = {"EINVAL"}});

CASE(connect_empty, no_bytes, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE)
{
    struct address name = place_of(t, iut, PLACE_MAIN, 7000);
    name.length = 0;
    observe_result(sk_connect(iut, typed_socket(t, iut), &name));
}

MUTANT_BY(connect_empty, "an empty name is accepted", takes_empty)

RULE(send_short, "address.length.send-short",
     .statement = "A datagram to a name that is too short for its family is refused with EINVAL.",
     .level = LEVEL_MAY,
     .sources = {{POSIX_2016, "XSH sendto(), ERRORS EINVAL (may)"}, {"send(2)", "ERRORS EINVAL"}},
     .outcome = {[BY_POSIX] = {"EINVAL | EAFNOSUPPORT"}, [BY_LINUX] = {"EINVAL"}});

CASE(send_short, one_byte, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .send = WITH_SENDTO | WITH_SENDMSG)
{
    struct endpoint server = bound_datagram_socket(t, peer);
    server.address.length = too_short(t);
    observe_result(send_by_form(t, iut, datagram_socket(t, iut), "x", 1, &server.address));
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
     .statement = "A name may come with the length of a struct sockaddr_storage.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XBD <sys/socket.h>: sockaddr_storage holds any name"},
                 {"Linux 6.18", "the same"}},
     .outcome = {[BY_LINUX] = {"0 then 0"}});

CASE(longer, storage, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint server = listening_socket(t, peer);
    struct address own = place_of(t, iut, PLACE_MAIN, 0);
    int fd = stream_socket(t, iut);
    own.length = server.address.length = sizeof own.storage;
    observe_result(sk_bind(iut, fd, &own));
    observe_result(sk_connect(iut, fd, &server.address));
}

MUTANT_BY(longer, "names must have exactly the length of their family", exact_only)

RULE(without_scope, "address.length.rfc-2133",
     .statement = "Linux takes a struct sockaddr_in6 without its scope, as RFC 2133 had it.",
     .level = LEVEL_MAY,
     .sources = {{"ipv6(7)", "NOTES: libc5 and glibc 2.0 had no sin6_scope_id"},
                 {"Linux 6.18", "observed"}},
     .outcome = {[BY_LINUX] = {"0 then 0"}});

CASE(without_scope, bind_and_connect, .family = FAMILY_IPV6 | FAMILY_MAPPED, .network = ANY_NETWORK)
{
    struct endpoint server = listening_socket(t, peer);
    struct address own = place_of(t, iut, PLACE_MAIN, 0);
    int fd = stream_socket(t, iut);
    own.length = server.address.length = RFC_2133_LENGTH;
    observe_result(sk_bind(iut, fd, &own));
    observe_result(sk_connect(iut, fd, &server.address));
}

MUTANT_BY(without_scope, "names must have exactly the length of their family", exact_only)
