/* bind() to addresses that a socket cannot have. */
#include "suites/address/bound.h"
#include "suites/suite.h"

#include <linux/capability.h>

RULE(foreign, "address.bind.not-local",
     .statement = "bind() to an address that the host does not have fails with EADDRNOTAVAIL.",
     .outcome = {[BY_POSIX] = {"EADDRNOTAVAIL", {"posix.bind.eaddrnotavail"}},
                 [BY_LINUX] = {"EADDRNOTAVAIL",
                               {"linux.ip.7.eaddrnotavail-source", "posix.bind.eaddrnotavail"}},
                 [BY_BSD] = {"EADDRNOTAVAIL",
                             {"freebsd.bind.2.eaddrnotavail", "freebsd.tcp.4.eaddrnotavail",
                              "freebsd.udp.4.eaddrnotavail"}}});

CASE(foreign, absent, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    struct address name = place_of(t, iut, PLACE_ABSENT, 0);
    observe_result(sk_bind(iut, typed_socket(t, iut), &name));
}

CASE(foreign, of_the_peer, .family = ANY_FAMILY, .network = ON_PAIR, .type = ANY_TYPE)
{
    struct address name = as_written_by(t, iut, place_of(t, peer, PLACE_MAIN, 0));
    observe_result(sk_bind(iut, typed_socket(t, iut), &name));
}

MUTANT_GIVES(foreign, "bind() succeeds for addresses of nobody", OP_BIND, EADDRNOTAVAIL, 0)

RULE(after_failure, "address.bind.after-failure",
     .statement = "A socket whose bind() failed can be bound to another address.",
     .outcome = {
         [BY_POSIX] = {"0", {"posix.bind.assigns-address", "posix.errors.no-error-is-success"}},
         [BY_LINUX] = {"0", {"linux.bind.2.assigns", "linux.bind.2.returns-zero"}},
         [BY_BSD] = {"0", {"freebsd.bind.2.assigns-local-address", "freebsd.bind.2.returns-zero"}},
         [BY_ZOS] = {"0",
                     {"zos.bind.binds-name", "zos.bind.call.system-chooses-port",
                      "zos.socket.return-codes"}}});

CASE(after_failure, not_local, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    int fd = typed_socket(t, iut);
    struct address absent = place_of(t, iut, PLACE_ABSENT, 0),
                   own = place_of(t, iut, PLACE_MAIN, 0);
    require_by("address.bind.not-local", sk_bind(iut, fd, &absent) == -EADDRNOTAVAIL,
               "the first bind() did not fail");
    observe_bound(t, fd, &own, sk_bind(iut, fd, &own));
}

CASE(after_failure, in_use, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    struct endpoint taken = bound_socket(t, iut, type_of(t), PLACE_MAIN);
    struct address own = place_of(t, iut, PLACE_MAIN, 0), name;
    int fd = typed_socket(t, iut);
    require_by(type_of(t) == SOCK_STREAM ? "tcp.bind.in-use" : "udp.bind.in-use",
               sk_bind(iut, fd, &taken.name) == -EADDRINUSE, "the first bind() did not fail");
    int result = sk_bind(iut, fd, &own);
    if (result == 0 && must(sk_getsockname(iut, fd, &name)) == 0 &&
        (!address_same_host(&name, &own) || address_equal(&name, &taken.name)))
        observe("0, and not to another address");
    else
        observe_result(result);
}

MUTANT(after_failure, "bind() can be tried once")
{
    static bool failed;
    if (call->operation == OP_BIND && failed) {
        call_fail(call, EINVAL);
        return;
    }
    mutate(m, call);
    failed |= call->operation == OP_BIND && call->result < 0;
}

/* POSIX and FreeBSD have it for protocols that cannot bind again, and do not say which can. A name
 * that the socket has itself is in use as well. */
RULE(twice, "address.bind.twice",
     .statement =
         "bind() on a socket that is bound fails with EINVAL, if the protocol cannot bind "
         "to a new address; on Linux it always does. To the name that the socket has it may "
         "be EADDRINUSE.",
     .outcome = {[BY_POSIX] = {"0 | EINVAL", {"posix.bind.einval-bound"}},
                 [BY_LINUX] = {"EINVAL", {"linux.bind.2.einval-bound"}},
                 [BY_BSD] = {"0 | EINVAL", {"freebsd.bind.2.einval-already-bound"}}});

CASE(twice, bound, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    struct endpoint own = bound_socket(t, iut, type_of(t), PLACE_MAIN);
    struct address other = place_of(t, iut, PLACE_OTHER, 0);
    observe_bound(t, own.fd, &other, sk_bind(iut, own.fd, &other));
}

CASE(twice, same_name, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .outcome = {[BY_POSIX] = {"0 | EINVAL | EADDRINUSE",
                               {"posix.bind.einval-bound", "posix.bind.eaddrinuse"}},
                 [BY_LINUX] = {"EINVAL | EADDRINUSE",
                               {"linux.bind.2.einval-bound", "linux.bind.2.eaddrinuse"}},
                 [BY_BSD] = {"0 | EINVAL | EADDRINUSE",
                             {"freebsd.bind.2.einval-already-bound", "freebsd.bind.2.eaddrinuse"}}})
{
    struct endpoint own = bound_socket(t, iut, type_of(t), PLACE_MAIN);
    observe_bound(t, own.fd, &own.name, sk_bind(iut, own.fd, &own.name));
}

MUTANT(twice, "a second bind() fails with EISCONN")
{
    mutate(m, call);
    if (call_failed(call, OP_BIND, EINVAL))
        call_fail(call, EISCONN);
}

/* POSIX does not say that port 0 stands for one of the system's choice. */
RULE(wildcard, "address.bind.wildcard-name",
     .statement = "The name of a socket that is bound to the wildcard address is the wildcard with "
                  "the port.",
     .outcome = {
         [BY_POSIX] = {"the wildcard then a port | no port",
                       {"posix.bind.assigns-address", "posix.getsockname.stores-name"}},
         [BY_LINUX] = {"the wildcard then a port",
                       {"linux.bind.2.assigns", "linux.getsockname.2.returns-address",
                        "linux.ip.7.ephemeral-bind", "linux.ipv6.7.like-ipv4"}},
         [BY_BSD] = {"the wildcard then a port",
                     {"freebsd.bind.2.assigns-local-address",
                      "freebsd.getsockname.2.returns-current-name", "freebsd.tcp.4.port-assigned",
                      "freebsd.ip.4.ip-portrange", "freebsd.ip.4.ports-random",
                      "freebsd.ip6.4.ipv6-portrange"}},
         [BY_ZOS] = {"the wildcard then a port",
                     {"zos.bind.call.system-chooses-port", "zos.bind.call.getsockname-tells-port",
                      "zos.getsockname.returns-bound-address"}}});

CASE(wildcard, bound, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    int fd = typed_socket(t, iut);
    struct address any = address_any(t->domain, 0), name;
    must(sk_bind(iut, fd, &any));
    must(sk_getsockname(iut, fd, &name));
    observe("%s", address_same_host(&name, &any) ? "the wildcard" : "another address");
    observe("%s", address_port(&name) ? "a port" : "no port");
}

#define GIVEN_PORT "the wildcard then that port"
CASE(wildcard, given_port, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK,
     .type = ANY_TYPE,
     .outcome = {
         [BY_POSIX] = {GIVEN_PORT, {"posix.bind.assigns-address", "posix.getsockname.stores-name"}},
         [BY_LINUX] = {GIVEN_PORT, {"linux.bind.2.assigns", "linux.getsockname.2.returns-address"}},
         [BY_BSD] = {GIVEN_PORT,
                     {"freebsd.bind.2.assigns-local-address",
                      "freebsd.getsockname.2.returns-current-name"}},
         [BY_ZOS] = {GIVEN_PORT, {"zos.bind.binds-name", "zos.getsockname.returns-bound-address"}}})
{
    struct endpoint probe = bound_socket(t, peer, type_of(t), PLACE_MAIN);
    int fd = typed_socket(t, iut), port = address_port(&probe.name);
    struct address any = address_any(t->domain, port), name;
    must(sk_close(peer, probe.fd));
    must(sk_bind(iut, fd, &any));
    must(sk_getsockname(iut, fd, &name));
    observe("%s", address_same_host(&name, &any) ? "the wildcard" : "another address");
    observe("%s", address_port(&name) == port ? "that port" : "another port");
}

MUTANT(wildcard, "getsockname() gives an address of the host for the wildcard")
{
    mutate(m, call);
    if (call->operation == OP_GETSOCKNAME && call->result == 0) {
        struct address name = call_address(call);
        if (address_is_any(&name)) {
            struct address own = address_of(name.any.sa_family == AF_INET ? "127.0.0.1" : "::1",
                                            address_port(&name));
            call_set_address(call, &own);
        }
    }
}

/* ---- IPV6_V6ONLY ---- */

static void never_only(struct mutation *m, struct call *call)
{
    mutate_without_option(m, call, IPPROTO_IPV6, IPV6_V6ONLY);
}

/* The texts restrict communication, and say nothing of bind(). */
RULE(v6only_bind, "address.bind.v6only-mapped",
     .statement = "With IPV6_V6ONLY on, bind() to an IPv4-mapped address fails with EINVAL on "
                  "Linux.",
     .pinned = {[BY_LINUX] = "EINVAL"});

CASE(v6only_bind, mapped, .family = FAMILY_MAPPED, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    int fd = typed_socket(t, iut);
    struct address name = place_of(t, iut, PLACE_MAIN, 0);
    must(sk_setsockopt(iut, fd, IPPROTO_IPV6, IPV6_V6ONLY, 1));
    observe_result(sk_bind(iut, fd, &name));
}

MUTANT_BY(v6only_bind, "IPV6_V6ONLY is ignored", never_only)

/* No text says by which error, and of a datagram socket, which sends nothing, not even that. */
RULE(v6only_connect, "address.connect.v6only-mapped",
     .statement = "With IPV6_V6ONLY on, connect() to an IPv4-mapped address makes no connection.");

/* Whether a connection came before one that comes now. */
static bool has_connection(struct test *t, const struct endpoint *server)
{
    int witness = must(sk_socket(t->iut, AF_INET, SOCK_STREAM, 0));
    struct address name, first;
    must(sk_connect(t->iut, witness, &server->name));
    must(sk_getsockname(t->iut, witness, &name));
    must(sk_accept(t->peer, server->fd, &first));
    return !address_equal(&first, &name);
}

static void connect_mapped(struct test *t, int type)
{
    struct endpoint server = bound_socket(t, t->peer, type, PLACE_MAIN);
    int fd = must(sk_socket(t->iut, t->domain, type, 0));
    if (type == SOCK_STREAM)
        must(sk_listen(t->peer, server.fd, 2));
    must(sk_setsockopt(t->iut, fd, IPPROTO_IPV6, IPV6_V6ONLY, 1));
    int result = sk_connect(t->iut, fd, &server.address);
    bool connected = result == 0 || (type == SOCK_STREAM && has_connection(t, &server));
    observe("%s", connected ? "connected" : "refused");
    observe_result(result);
}

CASE(v6only_connect, stream, .family = FAMILY_MAPPED, .network = ANY_NETWORK,
     .outcome = {[BY_POSIX] = {"refused then *",
                               {"posix.sockets.ipv6.v6only.ipv6-only",
                                "posix.connect.stream.attempts-connection"}},
                 [BY_LINUX] = {"refused then *", {"linux.ipv6.7.ipv6-v6only"}},
                 [BY_BSD] = {"refused then *",
                             {"posix.sockets.ipv6.v6only.ipv6-only",
                              "posix.connect.stream.attempts-connection"}}})
{
    connect_mapped(t, SOCK_STREAM);
}

CASE(v6only_connect, datagram, .family = FAMILY_MAPPED, .network = ANY_NETWORK,
     .pinned = {[BY_LINUX] = "refused then ENETUNREACH"})
{
    connect_mapped(t, SOCK_DGRAM);
}

MUTANT_BY(v6only_connect, "IPV6_V6ONLY is ignored", never_only)

RULE(v6only_port, "address.bind.v6only-shares-port",
     .statement = "With IPV6_V6ONLY on, an IPv6 and an IPv4 socket can be bound to the wildcard "
                  "addresses with one port, in either order, on Linux.",
     .outcome = {[BY_LINUX] = {"0", {"linux.ipv6.7.ipv6-v6only-both"}}});

/* An IPv6 and an IPv4 socket, one after the other, on the wildcard addresses with one port. */
static void observe_wildcards(struct test *t, int only)
{
    bool ipv4_first = t->chosen[0];
    int ipv6 = typed_socket(t, t->iut), ipv4 = must(sk_socket(t->iut, AF_INET, type_of(t), 0));
    int first = ipv4_first ? ipv4 : ipv6, second = ipv4_first ? ipv6 : ipv4;
    struct address any = address_any(ipv4_first ? AF_INET : AF_INET6, port_for(t, t->iut));
    must(sk_setsockopt(t->iut, ipv6, IPPROTO_IPV6, IPV6_V6ONLY, only));
    must(sk_bind(t->iut, first, &any));
    must(sk_getsockname(t->iut, first, &any));
    any = address_any(ipv4_first ? AF_INET6 : AF_INET, address_port(&any));
    observe_bound(t, second, &any, sk_bind(t->iut, second, &any));
}

#define WHICH_FIRST .axes = {{"first", {"ipv6", "ipv4"}}}

CASE(v6only_port, wildcards, .family = FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     WHICH_FIRST)
{
    observe_wildcards(t, 1);
}

MUTANT_BY(v6only_port, "IPV6_V6ONLY is ignored", never_only)

/* POSIX lets such a socket receive from IPv4, and does not require it. */
RULE(dual_port, "address.bind.dual-takes-port",
     .statement =
         "Without IPV6_V6ONLY an IPv6 socket on the wildcard address has its port for IPv4 "
         "too, and cannot have one that an IPv4 socket has there, on Linux.",
     .outcome = {[BY_LINUX] = {"EADDRINUSE",
                               {"linux.ipv6.7.shared-port-space", "linux.ipv6.7.ipv6-v6only-off",
                                "linux.bind.2.eaddrinuse"}}});

CASE(dual_port, wildcards, .family = FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     WHICH_FIRST)
{
    observe_wildcards(t, 0);
}

MUTANT(dual_port, "IPV6_V6ONLY cannot be turned off")
{
    if (call_is_option(call, OP_SETSOCKOPT, IPPROTO_IPV6, IPV6_V6ONLY))
        call_set_option_value(call, 1);
    mutate(m, call);
}

/* Who is privileged is told by a capability on Linux, and by the user on FreeBSD. */
enum { NOBODY = 65534 };

static const int protected_ports[] = {7, 1023};
#define WHICH_PORT .axes = {{"port", {"7", "1023"}}}

RULE(protected, "address.bind.protected-port",
     .statement = "bind() to a port that only a privileged process may have fails with EACCES in "
                  "one that is none.",
     .outcome = {[BY_POSIX] = {"0 | EACCES", {"posix.bind.eacces"}},
                 [BY_LINUX] = {"EACCES",
                               {"linux.ip.7.eacces-privileged-port", "linux.ip.7.privileged-ports",
                                "linux.bind.2.eacces", "linux.ipv6.7.like-ipv4"}}});

CASE(protected, without_capability, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .needs = "drop_capability", WHICH_PORT)
{
    struct address name = place_of(t, iut, PLACE_MAIN, protected_ports[t->chosen[0]]);
    must(sk_drop_capability(iut, CAP_NET_BIND_SERVICE));
    int fd = typed_socket(t, iut);
    observe_bound(t, fd, &name, sk_bind(iut, fd, &name));
}

CASE(protected, another_user, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE, .needs = "seteuid", WHICH_PORT,
     .outcome = {
         [BY_BSD] = {"EACCES", {"freebsd.bind.2.eacces", "freebsd.ip.4.privileged-ports-default"}}})
{
    struct address name = place_of(t, iut, PLACE_MAIN, protected_ports[t->chosen[0]]);
    int fd = typed_socket(t, iut);
    if (sk_seteuid(iut, NOBODY) < 0)
        skip("its process cannot become another user's");
    observe_bound(t, fd, &name, sk_bind(iut, fd, &name));
}

MUTANT_GIVES(protected, "anybody may have any port", OP_BIND, EACCES, 0)
