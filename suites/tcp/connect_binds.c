/* connect() without bind() completes the binding. */
#include "suites/suite.h"

/* In words: whether a socket's name has a port, and which address. Both are those that the other
 * end of a connection has seen; but the address may be the wildcard. */
static void observe_name(struct test *t, int fd, const struct address *seen)
{
    struct address name, route = place_of(t, t->iut, PLACE_MAIN, 0);
    must(sk_getsockname(t->iut, fd, &name));
    observe("%s and %s",
            address_is_any(&name)                     ? "no address"
            : seen && !address_same_host(&name, seen) ? "an address that is not its own"
            : address_same_host(&name, &route)        ? "the route's address"
                                                      : "another address",
            address_port(&name) == 0                            ? "no port"
            : seen && address_port(&name) != address_port(seen) ? "a port that is not its own"
                                                                : "a port");
}

RULE(unbound, "tcp.connect.before-no-name",
     .statement =
         "On Linux and z/OS getsockname() reports the wildcard address and port 0 of a socket "
         "before bind() or connect(); POSIX leaves it open.",
     .outcome = {[BY_ZOS] = {"no address and no port",
                             {"zos.getsockname.unbound-family-only",
                              "zos.getsockname.call.unbound-family-only"}}},
     .pinned = {[BY_LINUX] = "no address and no port"});

CASE(unbound, fresh, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK)
{
    observe_name(t, stream_socket(t, iut), NULL);
}

MUTANT(unbound, "socket() binds to a port at once")
{
    mutate(m, call);
    if (call->operation == OP_SOCKET && call->result >= 0) {
        struct address any = address_any((int)call->argument[0], 0);
        sk_bind(m->real, (int)call->result, &any);
    }
}

/* POSIX does not say which local address; its <netinet/in.h> has INADDR_ANY for use as one, and
 * ip(7) has it be that. Nor do others say which. */
#define A_NAME "the route's address and a port | another address and a port | no address and a port"

RULE(port, "tcp.connect.binds",
     .statement =
         "connect() on a stream socket that is not bound binds it to a local address and a "
         "port.",
     .outcome = {
         [BY_POSIX] = {A_NAME,
                       {"posix.connect.binds-unbound-socket",
                        "posix.connect.binds-to-unused-address", "posix.getsockname.stores-name"}},
         [BY_LINUX] = {A_NAME,
                       {"linux.ip.7.connect-binds", "posix.connect.binds-unbound-socket",
                        "linux.getsockname.2.returns-address"}},
         [BY_BSD] = {A_NAME,
                     {"posix.connect.binds-unbound-socket", "posix.connect.binds-to-unused-address",
                      "posix.getsockname.stores-name"}},
         [BY_ZOS] = {A_NAME,
                     {"zos.connect.stream-completes-binding", "zos.connect.call.completes-binding",
                      "zos.connect.rexx.completes-binding", "zos.getsockname.stores-name",
                      "zos.getsockname.tells-implicit-port"}}});

CASE(port, established, .family = ANY_FAMILY, .network = ANY_NETWORK, .mode = ANY_MODE)
{
    struct endpoint server = listening_socket(t, peer);
    struct address seen = {.length = 0};
    int fd = stream_socket(t, iut);
    set_nonblocking(t, iut, fd, t->mode == MODE_NONBLOCKING);
    int result = sk_connect(iut, fd, &server.address);
    require(result == 0 || result == -EINPROGRESS, "connect() gave %s", result_name(result));
    await_peer(t, server.fd);
    must(sk_accept(peer, server.fd, &seen));
    seen = as_written_by(t, iut, seen);
    observe_name(t, fd, &seen);
}

MUTANT(port, "getsockname() reports port 0 after connect()")
{
    mutate(m, call);
    if (call->operation == OP_GETSOCKNAME && call->result == 0) {
        struct address name = address_with_port(call_address(call), 0);
        call_set_address(call, &name);
    }
}

RULE(keeps, "tcp.connect.keeps-binding",
     .statement = "connect() leaves the name of a socket that is bound to an address and a port as "
                  "it is: the other side sees that name.",
     .outcome = {
         [BY_POSIX] = {"kept then seen",
                       {"posix.connect.binds-unbound-socket", "posix.bind.assigns-address",
                        "posix.getsockname.stores-name"}},
         [BY_LINUX] = {"kept then seen",
                       {"linux.bind.2.assigns", "linux.ip.7.connect-binds",
                        "linux.getsockname.2.returns-address"}},
         [BY_BSD] = {"kept then seen",
                     {"posix.connect.binds-unbound-socket", "posix.bind.assigns-address",
                      "posix.getsockname.stores-name"}},
         [BY_ZOS] = {"kept then seen",
                     {"zos.bind.binds-name", "zos.getsockname.returns-bound-address",
                      "zos.connect.stream-completes-binding"}},
         /* No RFC knows getsockname(). */
         [BY_RFC] = {"* then seen",
                     {"rfc9293.must-43", "rfc9293.active-open-from-address", "rfc9293.must-45"}}});

CASE(keeps, other_address, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint server = listening_socket(t, peer);
    struct endpoint client = bound_socket(t, iut, SOCK_STREAM, PLACE_OTHER);
    struct address name, seen;
    must(sk_connect(iut, client.fd, &server.address));
    must(sk_getsockname(iut, client.fd, &name));
    await_peer(t, server.fd);
    must(sk_accept(peer, server.fd, &seen));
    seen = as_written_by(t, iut, seen);
    observe("%s", address_equal(&name, &client.name) ? "kept" : "changed");
    observe("%s", address_equal(&seen, &client.name) ? "seen" : "another one is seen");
}

MUTANT(keeps, "bind() takes the port and ignores the address")
{
    static struct address before;
    if (call->operation == OP_BIND) {
        before = call_address(call);
        struct address any = address_any(before.any.sa_family, address_port(&before));
        call_set_address(call, &any);
    }
    mutate(m, call);
    if (call->operation == OP_BIND)
        call_set_address(call, &before);
}

RULE(names, "tcp.connect.names-agree",
     .statement = "Each end of a connection has the other's name as its peer's name.",
     .outcome = {
         [BY_POSIX] = {"the names agree",
                       {"posix.getpeername.stores-peer", "posix.getsockname.stores-name"}},
         [BY_LINUX] = {"the names agree",
                       {"linux.getpeername.2.returns-address",
                        "linux.getpeername.2.stream-either-end",
                        "linux.getsockname.2.returns-address"}},
         [BY_BSD] = {"the names agree",
                     {"freebsd.getpeername.2.returns-peer-name", "posix.getsockname.stores-name"}},
         [BY_ZOS] = {"the names agree",
                     {"zos.getpeername.returns-peer-name", "zos.getsockname.stores-name"}}});

/* A connection of a socket that was bound to an address before: of one that connect() binds the
 * name may have the wildcard. */
static struct connection bound_connection(struct test *t)
{
    struct endpoint server = listening_socket(t, t->peer);
    struct endpoint own = bound_socket(t, t->iut, SOCK_STREAM, PLACE_MAIN);
    struct connection c = {.iut = own.fd, .listener = server.fd};
    must(sk_connect(t->iut, c.iut, &server.address));
    c.peer = must(sk_accept(t->peer, server.fd, NULL));
    must(sk_getsockname(t->iut, c.iut, &c.iut_name));
    must(sk_getpeername(t->iut, c.iut, &c.peer_name));
    return c;
}

CASE(names, both_ends, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE)
{
    struct connection c = t->role == ROLE_CLIENT ? bound_connection(t) : connected_pair(t);
    struct address own, far;
    must(sk_getsockname(peer, c.peer, &own));
    must(sk_getpeername(peer, c.peer, &far));
    own = as_written_by(t, iut, own);
    far = as_written_by(t, iut, far);
    observe("%s", address_equal(&own, &c.peer_name) && address_equal(&far, &c.iut_name)
                      ? "the names agree"
                      : "the names differ");
}

MUTANT(names, "getpeername() reports a wrong port")
{
    mutate(m, call);
    if (call->operation == OP_GETPEERNAME && call->result == 0) {
        struct address name = call_address(call);
        name = address_with_port(name, address_port(&name) ^ 1);
        call_set_address(call, &name);
    }
}
