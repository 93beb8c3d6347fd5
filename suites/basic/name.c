/* bind(), getsockname() and getpeername(): names are given, and come back. */
#include "suites/suite.h"

/* A name whose port the other host has just chosen, and nobody has any more. The IUT itself is not
 * asked: what it says of ports is judged here. */
static struct address free_name(struct test *t)
{
    struct endpoint probe = bound_socket(t, t->peer, type_of(t), PLACE_MAIN);
    must(sk_close(t->peer, probe.fd));
    return place_of(t, t->iut, PLACE_MAIN, address_port(&probe.name));
}

/* Binds to such a name. In an implementation that lasts for many cases a connection of an earlier
 * one may still have just this port: then another one has to do, and not each is in use. */
static int bind_to_free(struct test *t, int fd, struct address *name)
{
    enum { PORTS = 5 };
    int result, tries = 0;
    do {
        *name = free_name(t);
        result = sk_bind(t->iut, fd, name);
    } while (result == -EADDRINUSE && ++tries < PORTS);
    return result;
}

static socklen_t length_of_names(const struct test *t)
{
    return t->domain == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

/* Whether a name that came back is the one that is right, in words. */
static const char *compared(const struct test *t, const struct address *name,
                            const struct address *right)
{
    if (name->length != length_of_names(t))
        return "a name of another length";
    if (!address_same_host(name, right))
        return "another address";
    return address_port(name) == address_port(right) ? "that name" : "another port";
}

RULE(binds, "basic.bind.names",
     .statement = "bind() returns 0 and gives a socket the local name that getsockname() tells.",
     .basic = {OP_BIND}, .basics = 1,
     .outcome = {[BY_POSIX] = {"0 then that name",
                               {"posix.bind.returns-0", "posix.bind.assigns-address",
                                "posix.bind.getsockname-tells", "posix.getsockname.stores-length"}},
                 [BY_LINUX] = {"0 then that name",
                               {"linux.bind.2.returns-zero", "linux.bind.2.assigns",
                                "linux.getsockname.2.returns-address",
                                "linux.getsockname.2.returns-length"}},
                 [BY_BSD] = {"0 then that name",
                             {"freebsd.bind.2.returns-zero", "freebsd.bind.2.assigns-local-address",
                              "freebsd.getsockname.2.returns-current-name",
                              "freebsd.getsockname.2.namelen-value-result"}},
                 [BY_ZOS] = {"0 then that name",
                             {"zos.bind.binds-name", "zos.getsockname.returns-bound-address",
                              "zos.getsockname.inet-namelen-ignored", "zos.socket.return-codes"}}});

CASE(binds, given_port, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    int fd = typed_socket(t, iut);
    struct address right, name;
    observe_result(bind_to_free(t, fd, &right));
    must(sk_getsockname(iut, fd, &name));
    observe("%s", compared(t, &name, &right));
}

/* Binds to another port than the one that was asked for. */
MUTANT(binds, "bind() takes the next port")
{
    struct address asked = call_address(call);
    if (call->operation == OP_BIND && address_port(&asked)) {
        struct address next = address_with_port(asked, address_port(&asked) + 1);
        call_succeed(call, sk_bind(m->real, (int)call->argument[0], &next));
    } else {
        mutate(m, call);
    }
}

RULE(chooses, "basic.bind.chooses-port",
     .statement =
         "bind() with port 0 gives a socket the address, and a port that the implementation "
         "chooses, as getsockname() tells.",
     .outcome = {
         [BY_LINUX] = {"0 then that address then a port",
                       {"linux.ip.7.ephemeral-bind", "linux.ipv6.7.like-ipv4",
                        "linux.bind.2.returns-zero", "linux.bind.2.assigns",
                        "linux.getsockname.2.returns-address"}},
         [BY_BSD] = {"0 then that address then a port",
                     {"freebsd.ip.4.ip-portrange", "freebsd.ip.4.ports-random",
                      "freebsd.ip6.4.ipv6-portrange", "freebsd.bind.2.returns-zero",
                      "freebsd.bind.2.assigns-local-address",
                      "freebsd.getsockname.2.returns-current-name"}},
         [BY_ZOS] = {"0 then that address then a port",
                     {"zos.bind.call.system-chooses-port", "zos.bind.binds-name",
                      "zos.bind.call.getsockname-tells-port",
                      "zos.getsockname.returns-bound-address", "zos.socket.return-codes"}}});

CASE(chooses, no_port, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    int fd = typed_socket(t, iut);
    struct address asked = place_of(t, iut, PLACE_MAIN, 0), name;
    observe_result(sk_bind(iut, fd, &asked));
    must(sk_getsockname(iut, fd, &name));
    observe("%s", address_same_host(&name, &asked) ? "that address" : "another address");
    observe("%s", address_port(&name) ? "a port" : "no port");
}

MUTANT(chooses, "bind() with port 0 gives 0 and binds nothing")
{
    struct address asked = call_address(call);
    if (call->operation == OP_BIND && !address_port(&asked))
        call_succeed(call, 0);
    else
        mutate(m, call);
}

/* ---- getsockname() ---- */

RULE(
    own, "basic.getsockname.bound",
    .statement = "getsockname() returns 0 and the name that a socket is bound to, with its length.",
    .basic = {OP_GETSOCKNAME}, .basics = 1,
    .outcome = {
        [BY_POSIX] = {"0 then that name",
                      {"posix.getsockname.returns-0", "posix.getsockname.stores-name",
                       "posix.getsockname.stores-length"}},
        [BY_LINUX] = {"0 then that name",
                      {"linux.getsockname.2.returns-zero", "linux.getsockname.2.returns-address",
                       "linux.getsockname.2.returns-length"}},
        [BY_BSD] = {"0 then that name",
                    {"freebsd.getsockname.2.returns-zero",
                     "freebsd.getsockname.2.returns-current-name",
                     "freebsd.getsockname.2.namelen-value-result"}},
        [BY_ZOS] = {"0 then that name",
                    {"zos.getsockname.returns-zero", "zos.getsockname.returns-bound-address",
                     "zos.getsockname.inet-namelen-ignored"}}});

CASE(own, given_port, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    int fd = typed_socket(t, iut);
    struct address right, name = {.length = 0};
    must(bind_to_free(t, fd, &right));
    observe_result(sk_getsockname(iut, fd, &name));
    observe("%s", compared(t, &name, &right));
}

MUTANT(own, "getsockname() gives no port")
{
    mutate(m, call);
    if (call->operation == OP_GETSOCKNAME && call->result == 0) {
        struct address name = address_with_port(call_address(call), 0);
        call_set_address(call, &name);
    }
}

/* ---- getpeername() ---- */

RULE(other, "basic.getpeername.connected",
     .statement =
         "getpeername() returns 0 and the name that a socket is connected to, with its length.",
     .basic = {OP_GETPEERNAME}, .basics = 1,
     .outcome = {
         [BY_POSIX] = {"0 then that name",
                       {"posix.getpeername.returns-0", "posix.getpeername.stores-peer",
                        "posix.getpeername.stores-length"}},
         [BY_LINUX] = {"0 then that name",
                       {"linux.getpeername.2.returns-zero", "linux.getpeername.2.returns-address",
                        "linux.getpeername.2.returns-length"}},
         [BY_BSD] = {"0 then that name",
                     {"freebsd.getpeername.2.returns-zero",
                      "freebsd.getpeername.2.returns-peer-name",
                      "freebsd.getpeername.2.namelen-value-result"}},
         [BY_ZOS] = {"0 then that name",
                     {"zos.getpeername.returns-zero", "zos.getpeername.returns-peer-name",
                      "zos.getpeername.size-in-bytes"}}});

CASE(other, connected, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    struct endpoint server = bound_socket(t, peer, type_of(t), PLACE_MAIN);
    int fd = typed_socket(t, iut);
    struct address name = {.length = 0};
    if (type_of(t) == SOCK_STREAM)
        must(sk_listen(peer, server.fd, 1));
    must(sk_connect(iut, fd, &server.address));
    observe_result(sk_getpeername(iut, fd, &name));
    observe("%s", compared(t, &name, &server.address));
}

CASE(other, accepted, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct endpoint server = listening_socket(t, iut);
    int client = stream_socket(t, peer);
    struct address right, name = {.length = 0};
    must(sk_connect(peer, client, &server.address));
    must(sk_getsockname(peer, client, &right));
    right = as_written_by(t, iut, right);
    observe_result(sk_getpeername(iut, must(sk_accept(iut, server.fd, NULL)), &name));
    observe("%s", compared(t, &name, &right));
}

MUTANT(other, "getpeername() gives the socket's own name")
{
    struct address own;
    mutate(m, call);
    if (call->operation == OP_GETPEERNAME && call->result == 0 &&
        sk_getsockname(m->real, (int)call->argument[0], &own) == 0)
        call_set_address(call, &own);
}
