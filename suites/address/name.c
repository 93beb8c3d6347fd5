/* The names that getsockname(), getpeername() and accept() give, and the room for them. */
#include "suites/suite.h"

static socklen_t full_length(const struct test *t)
{
    return t->domain == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

/* Asks for a name of the IUT's end with a chosen room, by the variant's call. *whole: the name as
 * the client knows it. */
enum { GETSOCKNAME, GETPEERNAME, ACCEPT };
#define CALLS .axes = {{"call", {"getsockname", "getpeername", "accept"}}}
static int name_within(struct test *t, struct address *name, socklen_t room, struct address *whole)
{
    int listener = stream_socket(t, t->iut), client = stream_socket(t, t->peer);
    struct address here = place_of(t, t->iut, PLACE_MAIN, 0), own = {.length = 0}, to;
    must(sk_bind(t->iut, listener, &here));
    must(sk_listen(t->iut, listener, 1));
    /* Names of the IUT are judged here: of this one no more than the port is relied on. */
    sk_getsockname(t->iut, listener, &own);
    to = as_written_by(t, t->peer, place_of(t, t->iut, PLACE_MAIN, address_port(&own)));
    must(sk_connect(t->peer, client, &to));
    must(t->chosen[0] == GETSOCKNAME ? sk_getpeername(t->peer, client, whole)
                                     : sk_getsockname(t->peer, client, whole));
    *whole = as_written_by(t, t->iut, *whole);
    memset(&name->storage, 0x55, sizeof name->storage);
    if (t->chosen[0] == ACCEPT)
        return sk_accept_within(t->iut, listener, name, room);
    int fd = must(sk_accept(t->iut, listener, NULL));
    return t->chosen[0] == GETPEERNAME ? sk_getpeername_within(t->iut, fd, name, room)
                                       : sk_getsockname_within(t->iut, fd, name, room);
}

/* Where an IPv6 socket gives an IPv4 address as such, that is what is wrong, and not its length. */
static void need_mapped(struct test *t, const struct address *name)
{
    require_by("address.name.mapped", t->domain == AF_INET || name->any.sa_family != AF_INET,
               "an IPv6 socket gave a name of AF_INET");
}

/* The same where a name was cut, by its length: a whole one shows the family. */
static void need_mapped_whole(struct test *t, socklen_t length)
{
    struct address name = {.length = 0}, whole;
    if (t->domain == AF_INET6 && length == sizeof(struct sockaddr_in) &&
        name_within(t, &name, sizeof name.storage, &whole) >= 0)
        need_mapped(t, &name);
}

static bool gives_name(const struct call *call)
{
    return call->operation == OP_GETSOCKNAME || call->operation == OP_GETPEERNAME ||
           call->operation == OP_ACCEPT;
}

static void observe_length(struct test *t, socklen_t length, socklen_t room)
{
    observe("%s", length == full_length(t)  ? "the full length"
                  : length == room          ? "the room"
                  : length < full_length(t) ? "a shorter length"
                                            : "a greater length");
}

/* POSIX speaks of the length of the stored address, which is truncated; FreeBSD of the size of the
 * name returned. Both can be read as either. */
RULE(truncated, "address.name.truncated-length",
     .statement = "When a name does not fit into the room given, the length that getsockname(), "
                  "getpeername() and accept() give is that of what was stored or, as on Linux "
                  "always, of the whole name.",
     .outcome = {
         [BY_POSIX] = {"0 then the full length | the room",
                       {"posix.getsockname.stores-length", "posix.getpeername.stores-length",
                        "posix.accept.stores-peer-length", "posix.getsockname.truncates",
                        "posix.getpeername.truncates", "posix.accept.truncates-address"}},
         [BY_LINUX] = {"0 then the full length",
                       {"linux.getsockname.2.truncates", "linux.getsockname.2.returns-length",
                        "linux.getpeername.2.truncates", "linux.getpeername.2.returns-length",
                        "linux.accept.2.truncates", "linux.accept.2.length-returned"}},
         [BY_BSD] = {"0 then the full length | the room",
                     {"freebsd.getsockname.2.namelen-value-result",
                      "freebsd.getpeername.2.namelen-value-result",
                      "freebsd.getpeername.2.truncates-name",
                      "freebsd.accept.2.addrlen-value-result", "posix.getsockname.truncates",
                      "posix.accept.truncates-address"}}});

CASE(truncated, short_room, .family = ANY_FAMILY, .network = ANY_NETWORK, CALLS)
{
    struct address name, whole;
    int result = name_within(t, &name, 6, &whole);
    need_mapped_whole(t, result < 0 ? 0 : name.length);
    observe_result(result < 0 ? result : 0);
    observe_length(t, name.length, 6);
}

CASE(truncated, no_room, .family = ANY_FAMILY, .network = ANY_NETWORK, CALLS)
{
    struct address name, whole;
    int result = name_within(t, &name, 0, &whole);
    need_mapped_whole(t, result < 0 ? 0 : name.length);
    observe_result(result < 0 ? result : 0);
    observe_length(t, name.length, 0);
}

MUTANT(truncated, "the length is one less than the name's")
{
    mutate(m, call);
    if (gives_name(call) && call_name(call)->length > call_name(call)->capacity)
        call_name(call)->length--;
}

RULE(room, "address.name.truncated-room",
     .statement =
         "A name that does not fit is cut: getsockname(), getpeername() and accept() write "
         "it as far as there is room, and nothing beyond.",
     .outcome = {[BY_POSIX] = {"cut",
                               {"posix.getsockname.truncates", "posix.getpeername.truncates",
                                "posix.accept.truncates-address"}},
                 [BY_LINUX] = {"cut",
                               {"linux.getsockname.2.truncates", "linux.getpeername.2.truncates",
                                "linux.accept.2.truncates"}},
                 [BY_BSD] = {"cut",
                             {"posix.getsockname.truncates", "freebsd.getpeername.2.truncates-name",
                              "posix.accept.truncates-address"}}});

/* All of a name but the last byte of its address. */
static socklen_t room_for_most(const struct test *t)
{
    return t->domain == AF_INET6 ? offsetof(struct sockaddr_in6, sin6_addr) + 15
                                 : offsetof(struct sockaddr_in, sin_addr) + 3;
}

/* Whether family, port and address are there as far as there was room; of IPv6 the flow information
 * is between them, which means nothing. */
static bool is_begin_of(const struct test *t, const struct address *name,
                        const struct address *whole)
{
    bool address = t->domain == AF_INET6
                       ? memcmp(&name->in6.sin6_addr, &whole->in6.sin6_addr, 15) == 0
                       : memcmp(&name->in.sin_addr, &whole->in.sin_addr, 3) == 0;
    return name->any.sa_family == whole->any.sa_family && address &&
           address_port(name) == address_port(whole);
}

CASE(room, one_byte_less, .family = ANY_FAMILY, .network = ANY_NETWORK, CALLS)
{
    struct address name, whole;
    socklen_t room = room_for_most(t);
    int result = name_within(t, &name, room, &whole);
    /* That it wrote beyond the room is found where the call is made. */
    if (result < 0) {
        observe_result(result);
        return;
    }
    need_mapped(t, &name);
    const unsigned char *bytes = (const unsigned char *)&name.storage;
    bool cut = true;
    for (size_t i = room; i < sizeof name.storage; i++)
        cut &= bytes[i] == 0x55;
    observe("%s", !cut                            ? "written beyond the room"
                  : is_begin_of(t, &name, &whole) ? "cut"
                                                  : "another name");
}

MUTANT(room, "the name is written beyond the room")
{
    mutate(m, call);
    struct block *room = call_name(call);
    if (gives_name(call) && !call->error && room->bytes &&
        room->capacity < sizeof(struct sockaddr_in6))
        memset((char *)room->bytes + room->capacity, 0, 4);
}

RULE(length, "address.name.length",
     .statement = "With more room than a name needs, the length that getsockname(), getpeername() "
                  "and accept() give is the name's.",
     .outcome = {
         [BY_POSIX] = {"0 then the full length",
                       {"posix.getsockname.stores-length", "posix.getpeername.stores-length",
                        "posix.accept.stores-peer-length"}},
         [BY_LINUX] = {"0 then the full length",
                       {"linux.getsockname.2.returns-length", "linux.getpeername.2.returns-length",
                        "linux.accept.2.length-returned"}},
         [BY_BSD] = {"0 then the full length",
                     {"freebsd.getsockname.2.namelen-value-result",
                      "freebsd.getpeername.2.namelen-value-result",
                      "freebsd.accept.2.addrlen-value-result"}}});

CASE(length, storage, .family = ANY_FAMILY, .network = ANY_NETWORK, CALLS)
{
    struct address name = {.length = 0}, whole;
    int result = name_within(t, &name, sizeof name.storage, &whole);
    need_mapped(t, &name);
    observe_result(result);
    observe_length(t, name.length, sizeof name.storage);
}

MUTANT(length, "the length stays what it was")
{
    mutate(m, call);
    if (gives_name(call) && call->result >= 0 && call_name(call)->bytes)
        call_name(call)->length = call_name(call)->capacity;
}

/* FreeBSD's inet6(4) lets a configuration allow mapped addresses, which it does not by default:
 * then what POSIX says of them holds there too. */
RULE(mapped, "address.name.mapped",
     .statement =
         "An IPv6 socket names IPv4 addresses, its client's and its own, by the IPv4-mapped "
         "address for each.",
     .outcome = {[BY_POSIX] = {"mapped",
                               {"posix.sockets.ipv6.mapped-from-accept",
                                "posix.sockets.ipv6.mapped-from-getpeername",
                                "posix.sockets.ipv6.mapped-from-getsockname"}},
                 [BY_LINUX] = {"mapped",
                               {"linux.ipv6.7.source-address-mapped",
                                "linux.ipv6.7.v4-mapped-connections"}},
                 [BY_BSD] = {"mapped",
                             {"posix.sockets.ipv6.mapped-from-accept",
                              "posix.sockets.ipv6.mapped-from-getpeername",
                              "posix.sockets.ipv6.mapped-from-getsockname"}}});

CASE(mapped, client, .family = FAMILY_MAPPED, .network = ANY_NETWORK, CALLS)
{
    struct address name, whole;
    must(name_within(t, &name, sizeof name.storage, &whole));
    observe("%s", name.any.sa_family != AF_INET6               ? "not of AF_INET6"
                  : !IN6_IS_ADDR_V4MAPPED(&name.in6.sin6_addr) ? "not mapped"
                  : !IN6_ARE_ADDR_EQUAL(&name.in6.sin6_addr, &whole.in6.sin6_addr)
                      ? "another address"
                      : "mapped");
}

MUTANT(mapped, "IPv4 addresses come without the prefix of mapped ones")
{
    mutate(m, call);
    if (gives_name(call) && call->result >= 0 && call_name(call)->bytes) {
        struct address name = call_address(call);
        if (name.any.sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&name.in6.sin6_addr)) {
            name.in6.sin6_addr.s6_addr[10] = name.in6.sin6_addr.s6_addr[11] = 0;
            call_set_address(call, &name);
        }
    }
}

RULE(no_peer, "address.name.getpeername-unconnected",
     .statement = "getpeername() on a socket without a peer fails with ENOTCONN.",
     .outcome = {[BY_POSIX] = {"ENOTCONN", {"posix.getpeername.enotconn"}},
                 [BY_LINUX] = {"ENOTCONN", {"linux.getpeername.2.enotconn"}},
                 [BY_BSD] = {"ENOTCONN", {"freebsd.getpeername.2.enotconn"}}});

CASE(no_peer, fresh, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .outcome = {
         [BY_LINUX] = {"ENOTCONN", {"linux.getpeername.2.enotconn", "rfc9293.status-closed"}}})
{
    struct address name;
    observe_result(sk_getpeername(iut, stream_socket(t, iut), &name));
}

CASE(no_peer, fresh_datagram, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK)
{
    struct address name;
    observe_result(sk_getpeername(iut, datagram_socket(t, iut), &name));
}

CASE(no_peer, bound, .family = ANY_FAMILY, .network = ON_LOOPBACK, .type = ANY_TYPE)
{
    struct endpoint own = bound_socket(t, iut, type_of(t), PLACE_MAIN);
    struct address name;
    observe_result(sk_getpeername(iut, own.fd, &name));
}

CASE(no_peer, listening, .family = ANY_FAMILY, .network = ON_LOOPBACK)
{
    struct address name;
    observe_result(sk_getpeername(iut, listening_socket(t, iut).fd, &name));
}

MUTANT_GIVES(no_peer, "getpeername() succeeds without a peer", OP_GETPEERNAME, ENOTCONN, 0)
