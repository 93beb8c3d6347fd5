/* connect() without bind() completes the binding. */
#include "suites/suite.h"

/* In words: whether a socket's name has a port, and which address. */
static void observe_name(struct test *t, int fd)
{
    struct address name, route = place_of(t, t->iut, PLACE_MAIN, 0);
    must(sk_getsockname(t->iut, fd, &name));
    observe("%s and %s",
            address_same_host(&name, &route) ? "the route's address"
            : address_is_any(&name)          ? "no address"
                                             : "another address",
            address_port(&name) ? "a port" : "no port");
}

RULE(unbound, "tcp.connect.before-no-name",
     .statement = "Before bind() or connect() a socket has no name: getsockname() reports the "
                  "wildcard address and port 0.",
     .level = LEVEL_MAY,
     .sources = {{POSIX_2016, "XSH getsockname(), DESCRIPTION: unspecified for an unbound socket"},
                 {"Linux 6.18", "observed; getsockname(2) does not mention unbound sockets"}},
     .outcome = {[BY_POSIX] = {"*"}, [BY_LINUX] = {"no address and no port"}});

CASE(unbound, fresh, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK)
{
    observe_name(t, stream_socket(t, iut));
}

MUTANT(unbound, "socket() binds to a port at once")
{
    mutate(m, call);
    if (call->operation == OP_SOCKET && call->result >= 0) {
        struct address any = address_any((int)call->argument[0], 0);
        sk_bind(m->real, (int)call->result, &any);
    }
}

RULE(port, "tcp.connect.binds",
     .statement = "connect() on a stream socket that is not bound binds it to a free port and to "
                  "the address of the route.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH connect(), DESCRIPTION: an unused local address"},
                 {RFC_9293, "3.9.1.1 MUST-44: the address is asked of the IP layer"},
                 {ZOS_API, "CONNECT: completes the binding of a stream socket"},
                 {"ip(7)", "DESCRIPTION of binding"}},
     .outcome = {[BY_POSIX] = {"the route's address and a port"},
                 [BY_LINUX] = {"the route's address and a port"},
                 [BY_ZOS] = {"the route's address and a port"}});

CASE(port, established, .family = ANY_FAMILY, .network = ANY_NETWORK, .mode = ANY_MODE)
{
    struct endpoint server = listening_socket(t, peer);
    int fd = stream_socket(t, iut);
    set_nonblocking(t, iut, fd, t->mode == MODE_NONBLOCKING);
    int result = sk_connect(iut, fd, &server.address);
    require(result == 0 || result == -EINPROGRESS, "connect() gave %s", result_name(result));
    require(ready(t, iut, fd, POLLOUT, -1), "the connection was not established");
    observe_name(t, fd);
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
                  "it is.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH connect(), DESCRIPTION: binds only what is not bound yet"},
                 {RFC_9293, "3.9.1.1 MUST-43: a local address given by the user is used"}},
     .outcome = {[BY_POSIX] = {"kept"}, [BY_LINUX] = {"kept"}});

CASE(keeps, other_address, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint server = listening_socket(t, peer);
    struct endpoint client = bound_socket(t, iut, SOCK_STREAM, PLACE_OTHER);
    struct address name;
    must(sk_connect(iut, client.fd, &server.address));
    must(sk_getsockname(iut, client.fd, &name));
    observe("%s", address_equal(&name, &client.name) ? "kept" : address_text(&name));
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
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH getsockname() and getpeername(), DESCRIPTION"},
                 {"getpeername(2)", "DESCRIPTION"}},
     .outcome = {[BY_POSIX] = {"the names agree"}, [BY_LINUX] = {"the names agree"}});

CASE(names, both_ends, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE)
{
    struct connection c = connected_pair(t);
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
