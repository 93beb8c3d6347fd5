/* sin6_scope_id: which interface a link-local address is meant on. */
#include "lab/link.h"
#include "suites/suite.h"

/* The link-local address of a host as its own sockets write it. */
static struct address own_link_local(struct test *t, struct host *host, int port)
{
    return place_of(t, host, PLACE_LINK_LOCAL, port);
}

/* The other host's, as this one's sockets have to write it. */
static struct address far_link_local(struct test *t, struct host *host, int port)
{
    return as_written_by(t, host, place_of(t, other_host(t, host), PLACE_LINK_LOCAL, port));
}

/* A listening or a datagram socket of a host on its link-local address. */
static struct endpoint link_local_socket(struct test *t, struct host *host, int type)
{
    return bound_socket(t, host, type, PLACE_LINK_LOCAL);
}

enum { NO_SUCH_INTERFACE = 9999 };

/* That an index of an interface is what stands there is ipv6(7)'s word: POSIX and RFC 3493 leave it
 * to the implementation which numbers mean which links, and RFC 4007 says that they are arbitrary.
 * So they have no outcome where a case gives or observes such a number. */
#define OWN_INDEX "the interface's index"

/* An interface of the IUT that is not the one of the link. */
static unsigned another_interface(struct test *t)
{
    struct interface interfaces[64];
    int count = must(sk_if_nameindex(t->iut, interfaces, 64));
    for (int i = 0; i < count && i < 64; i++)
        if (interfaces[i].index != t->net->ifindex[SIDE_IUT])
            return interfaces[i].index;
    skip("the implementation has no other interface");
}

/* The interface of the link: mutants live in networks of our own. */
static unsigned own_interface(struct mutation *m)
{
    return (unsigned)sk_if_nametoindex(m->real, LINK_NAME);
}

/* Guesses an interface where a call gives none. */
static void guesses_scope(struct mutation *m, struct call *call)
{
    if (call->operation == OP_BIND || call->operation == OP_CONNECT ||
        call->operation == OP_SENDTO || call->operation == OP_SENDMSG) {
        struct address name = call_address(call);
        if (name.any.sa_family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&name.in6.sin6_addr) &&
            name.in6.sin6_scope_id == 0) {
            name.in6.sin6_scope_id = own_interface(m);
            call_set_address(call, &name);
        }
    }
    mutate(m, call);
}

RULE(bind_without, "ipv6.scope.bind-required",
     .statement = "bind() to a link-local address without a scope fails with ENODEV, or with "
                  "EADDRNOTAVAIL.",
     .outcome = {[BY_LINUX] = {"ENODEV | EADDRNOTAVAIL",
                               {"linux.ipv6.7.enodev", "linux.ipv6.7.scope-id-link-local",
                                "posix.bind.eaddrnotavail"}}},
     .deviation = {[BY_LINUX] = {"EINVAL", "Linux has ENODEV for the index of an interface that "
                                           "does not exist, and EINVAL for none at all; it always "
                                           "did"}});

/* 0 is the index of no interface, and the page has one error for whatever is none; on none the
 * machine has the address. */
CASE(bind_without, no_scope, .family = FAMILY_IPV6, .network = ON_PAIR, .type = ANY_TYPE)
{
    struct address name = address_with_scope(own_link_local(t, iut, 0), 0);
    observe_result(sk_bind(iut, typed_socket(t, iut), &name));
}

MUTANT_BY(bind_without, "an interface is guessed where a name has no scope", guesses_scope)

RULE(connect_without, "ipv6.scope.connect-required",
     .statement = "connect() to a link-local address without a scope fails with EINVAL.",
     .pinned = {[BY_LINUX] = "EINVAL"});

CASE(connect_without, no_scope, .family = FAMILY_IPV6, .network = ON_PAIR, .type = ANY_TYPE)
{
    struct address name = address_with_scope(far_link_local(t, iut, 7000), 0);
    observe_result(sk_connect(iut, typed_socket(t, iut), &name));
}

MUTANT_BY(connect_without, "an interface is guessed where a name has no scope", guesses_scope)

RULE(send_without, "ipv6.scope.send-without",
     .statement = "On Linux sendto() and sendmsg() of a datagram to a link-local address without a "
                  "scope succeed.",
     .pinned = {[BY_LINUX] = "0"});

CASE(send_without, no_scope, .family = FAMILY_IPV6, .network = ON_PAIR,
     .send = WITH_SENDTO | WITH_SENDMSG)
{
    struct address name = address_with_scope(far_link_local(t, iut, 7000), 0);
    observe_result(send_by_form(t, iut, datagram_socket(t, iut), "x", 1, &name));
}

MUTANT(send_without, "sending to a link-local address without a scope gives EINVAL")
{
    struct address name = call_address(call);
    if ((call->operation == OP_SENDTO || call->operation == OP_SENDMSG) &&
        name.in6.sin6_scope_id == 0)
        call_fail(call, EINVAL);
    else
        mutate(m, call);
}

/* Names come back without their scope. */
static void drops_scope(struct mutation *m, struct call *call)
{
    mutate(m, call);
    if (call->error || (call->operation != OP_GETSOCKNAME && call->operation != OP_GETPEERNAME &&
                        call->operation != OP_RECVFROM && call->operation != OP_RECVMSG &&
                        call->operation != OP_ACCEPT))
        return;
    struct address name = address_with_scope(call_address(call), 0);
    call_set_address(call, &name);
}

RULE(bind_with, "ipv6.scope.bind",
     .statement = "bind() takes a link-local address with the index of its interface, and "
                  "getsockname() gives that index back.",
     .outcome = {
         [BY_LINUX] = {"0 then " OWN_INDEX,
                       {"linux.ipv6.7.scope-id-link-local", "linux.bind.2.assigns",
                        "linux.bind.2.returns-zero", "linux.getsockname.2.returns-address"}}});

static void observe_scope(struct test *t, const struct address *name)
{
    unsigned here = t->net->ifindex[SIDE_IUT];
    observe("%s", !name->in6.sin6_scope_id          ? "no scope"
                  : name->in6.sin6_scope_id == here ? OWN_INDEX
                                                    : "another index");
}

CASE(bind_with, own_address, .family = FAMILY_IPV6, .network = ON_PAIR, .type = ANY_TYPE)
{
    int fd = typed_socket(t, iut);
    struct address name = own_link_local(t, iut, 0);
    int result = sk_bind(iut, fd, &name);
    observe_result(result);
    if (result < 0)
        return;
    must(sk_getsockname(iut, fd, &name));
    observe_scope(t, &name);
}

MUTANT_BY(bind_with, "names have no scope", drops_scope)

RULE(accepted, "ipv6.scope.accept",
     .statement = "On a connection from a link-local address the names of both ends, by accept(), "
                  "getpeername() and getsockname(), have the index of the interface that it came "
                  "over.",
     .outcome = {[BY_LINUX] = {OWN_INDEX " then " OWN_INDEX " then " OWN_INDEX,
                               {"linux.ipv6.7.scope-id-link-local", "linux.accept.2.peer-address",
                                "linux.getpeername.2.returns-address",
                                "linux.getsockname.2.returns-address"}}});

CASE(accepted, both_names, .family = FAMILY_IPV6, .network = ON_PAIR)
{
    struct endpoint server = link_local_socket(t, iut, SOCK_STREAM);
    struct endpoint client = link_local_socket(t, peer, SOCK_STREAM);
    struct address name;
    must(sk_listen(iut, server.fd, 1));
    must(sk_connect(peer, client.fd, &server.address));
    int fd = must(sk_accept(iut, server.fd, &name));
    observe_scope(t, &name);
    must(sk_getpeername(iut, fd, &name));
    observe_scope(t, &name);
    must(sk_getsockname(iut, fd, &name));
    observe_scope(t, &name);
}

MUTANT_BY(accepted, "names have no scope", drops_scope)

RULE(received_from, "ipv6.scope.receive",
     .statement = "The sender's name that recvfrom() and recvmsg() give of a datagram from a "
                  "link-local address has the index of the interface that it came over.",
     .outcome = {[BY_LINUX] = {OWN_INDEX,
                               {"linux.ipv6.7.scope-id-link-local", "linux.recv.2.source-address",
                                "linux.recv.2.msg-name"}}});

CASE(received_from, name, .family = FAMILY_IPV6, .network = ON_PAIR,
     .recv = WITH_RECVFROM | WITH_RECVMSG)
{
    struct endpoint own = link_local_socket(t, iut, SOCK_DGRAM);
    struct endpoint far = link_local_socket(t, peer, SOCK_DGRAM);
    struct address from;
    char byte;
    must(sk_sendto(peer, far.fd, "x", 1, 0, &own.address));
    if (t->recv == WITH_RECVFROM)
        must(sk_recvfrom(iut, own.fd, &byte, 1, 0, &from));
    else
        must(sk_recvmsg(iut, own.fd, &byte, 1, 0, &from, NULL));
    observe_scope(t, &from);
}

MUTANT_BY(received_from, "names have no scope", drops_scope)

RULE(connect_with, "ipv6.scope.connect",
     .statement = "connect() reaches a link-local address with the index of the interface of its "
                  "link, and getpeername() gives that index back.",
     .outcome = {
         [BY_LINUX] = {"0 then " OWN_INDEX " then hello",
                       {"linux.ipv6.7.scope-id-link-local", "linux.connect.2.connects",
                        "linux.connect.2.datagram-default-destination",
                        "linux.connect.2.returns-zero", "linux.getpeername.2.returns-address"}}});

CASE(connect_with, server, .family = FAMILY_IPV6, .network = ON_PAIR, .type = ANY_TYPE)
{
    struct endpoint server = link_local_socket(t, peer, type_of(t));
    struct address name = {0};
    int fd = typed_socket(t, iut);
    bool stream = type_of(t) == SOCK_STREAM;
    if (stream)
        must(sk_listen(peer, server.fd, 1));
    int result = sk_connect(iut, fd, &server.address);
    observe_result(result);
    if (result < 0)
        return;
    must(sk_getpeername(iut, fd, &name));
    observe_scope(t, &name);
    if (stream && !ready(t, peer, server.fd, POLLIN, -1)) {
        observe("nobody");
        return;
    }
    int far = stream ? must(sk_accept(peer, server.fd, NULL)) : server.fd;
    result = sk_send(iut, fd, "hello", 5, MSG_NOSIGNAL);
    observe("%s", result < 0 ? result_name(result) : receive_next(t, peer, far));
}

MUTANT_GIVES(connect_with, "connect() gives ENETUNREACH", OP_CONNECT, 0, ENETUNREACH)

RULE(bound_scope, "ipv6.scope.connect-bound",
     .statement = "connect() of a socket that is bound to a link-local address reaches others on "
                  "that link without a scope.",
     .pinned = {[BY_LINUX] = "0"});

CASE(bound_scope, no_scope, .family = FAMILY_IPV6, .network = ON_PAIR)
{
    struct endpoint server = link_local_socket(t, peer, SOCK_STREAM);
    struct endpoint client = link_local_socket(t, iut, SOCK_STREAM);
    must(sk_listen(peer, server.fd, 1));
    struct address name = address_with_scope(server.address, 0);
    observe_result(sk_connect(iut, client.fd, &name));
}

MUTANT_GIVES(bound_scope, "connect() gives ENETUNREACH", OP_CONNECT, 0, ENETUNREACH)

/* The scope of a name does not count. */
static void ignores_scope(struct mutation *m, struct call *call)
{
    if (call->operation == OP_BIND || call->operation == OP_CONNECT) {
        struct address name = call_address(call);
        name = address_with_scope(name, own_interface(m));
        call_set_address(call, &name);
    }
    mutate(m, call);
}

RULE(wrong_bind, "ipv6.scope.bind-wrong-interface",
     .statement =
         "bind() to a link-local address with the index of an interface that does not have "
         "it fails with EADDRNOTAVAIL.",
     .outcome = {[BY_LINUX] = {"EADDRNOTAVAIL",
                               {"linux.ipv6.7.scope-id-link-local", "posix.bind.eaddrnotavail"}}});

CASE(wrong_bind, another_index, .family = FAMILY_IPV6, .network = ON_PAIR, .type = ANY_TYPE)
{
    struct address name = address_with_scope(own_link_local(t, iut, 0), another_interface(t));
    observe_result(sk_bind(iut, typed_socket(t, iut), &name));
}

MUTANT_BY(wrong_bind, "the scope is ignored", ignores_scope)

RULE(no_interface, "ipv6.scope.bind-no-interface",
     .statement =
         "bind() to a link-local address with the index of an interface that does not exist "
         "fails with ENODEV, or with EADDRNOTAVAIL.",
     .outcome = {[BY_LINUX] = {"ENODEV | EADDRNOTAVAIL",
                               {"linux.ipv6.7.enodev", "linux.ipv6.7.scope-id-link-local",
                                "posix.bind.eaddrnotavail"}}});

CASE(no_interface, bind, .family = FAMILY_IPV6, .network = ON_PAIR, .type = ANY_TYPE)
{
    char known[INTERFACE_NAME];
    if (sk_if_indextoname(iut, NO_SUCH_INTERFACE, known) > 0)
        skip("there is an interface %d", NO_SUCH_INTERFACE);
    struct address name = address_with_scope(own_link_local(t, iut, 0), NO_SUCH_INTERFACE);
    observe_result(sk_bind(iut, typed_socket(t, iut), &name));
}

MUTANT_BY(no_interface, "the scope is ignored", ignores_scope)

RULE(other_scope, "ipv6.scope.connect-other-interface",
     .statement = "connect() of a socket that is bound to a link-local address, to one with the "
                  "index of another interface, fails with EINVAL.",
     .pinned = {[BY_LINUX] = "EINVAL"});

CASE(other_scope, another_index, .family = FAMILY_IPV6, .network = ON_PAIR, .type = ANY_TYPE)
{
    struct endpoint client = link_local_socket(t, iut, type_of(t));
    struct address name = address_with_scope(far_link_local(t, iut, 7000), another_interface(t));
    set_nonblocking(t, iut, client.fd, true); /* nobody might answer there */
    observe_result(sk_connect(iut, client.fd, &name));
}

MUTANT_BY(other_scope, "the scope is ignored", ignores_scope)

RULE(global, "ipv6.scope.global-zero",
     .statement = "getsockname() and getpeername() give names with addresses that are not "
                  "link-local the scope id 0.",
     .pinned = {[BY_LINUX] = "no scope then no scope"});

CASE(global, connected, .family = FAMILY_IPV6, .network = ANY_NETWORK, .role = ANY_ROLE)
{
    struct connection c = connected_pair(t);
    observe_scope(t, &c.iut_name);
    observe_scope(t, &c.peer_name);
}

/* Every name gets a scope. */
MUTANT(global, "names have a scope whatever the address")
{
    mutate(m, call);
    if (call->result == 0 &&
        (call->operation == OP_GETSOCKNAME || call->operation == OP_GETPEERNAME)) {
        struct address name = address_with_scope(call_address(call), 2);
        call_set_address(call, &name);
    }
}

RULE(global_ignored, "ipv6.scope.global-ignored",
     .statement = "bind() and connect() take an address that is not link-local with the index of "
                  "an interface that does not exist.",
     .pinned = {[BY_LINUX] = "0 then 0"});

CASE(global_ignored, server, .family = FAMILY_IPV6, .network = ANY_NETWORK)
{
    struct endpoint server = listening_socket(t, peer);
    struct address own = place_of(t, iut, PLACE_MAIN, 0);
    int fd = stream_socket(t, iut);
    own = address_with_scope(own, NO_SUCH_INTERFACE);
    server.address = address_with_scope(server.address, NO_SUCH_INTERFACE);
    observe_result(sk_bind(iut, fd, &own));
    observe_result(sk_connect(iut, fd, &server.address));
}

MUTANT(global_ignored, "the scope of a global address must exist")
{
    struct address name = call_address(call);
    if ((call->operation == OP_CONNECT || call->operation == OP_BIND) &&
        name.in6.sin6_scope_id == NO_SUCH_INTERFACE)
        call_fail(call, ENODEV);
    else
        mutate(m, call);
}
