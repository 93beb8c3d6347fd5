/* bind() to addresses that a socket cannot have. */
#include "suites/suite.h"

RULE(foreign, "address.bind.not-local",
     .statement = "bind() to an address that the host does not have fails with EADDRNOTAVAIL.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH bind(), ERRORS EADDRNOTAVAIL"},
                 {"bind(2)", "ERRORS EADDRNOTAVAIL"}},
     .outcome = {[BY_POSIX] = {"EADDRNOTAVAIL"},
                 [BY_LINUX] = {"EADDRNOTAVAIL"},
                 [BY_BSD] = {"EADDRNOTAVAIL"}});

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
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH bind(), ERRORS EINVAL: only if it is bound already"},
                 {"bind(2)", "ERRORS EINVAL: the socket is already bound"}},
     .outcome = {[BY_POSIX] = {"0"}, [BY_LINUX] = {"0"}, [BY_BSD] = {"0"}});

CASE(after_failure, not_local, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    int fd = typed_socket(t, iut);
    struct address absent = place_of(t, iut, PLACE_ABSENT, 0),
                   own = place_of(t, iut, PLACE_MAIN, 0);
    require(sk_bind(iut, fd, &absent) == -EADDRNOTAVAIL, "the first bind() did not fail");
    observe_result(sk_bind(iut, fd, &own));
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

RULE(twice, "address.bind.twice",
     .statement = "bind() on a socket that is bound fails with EINVAL.", .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH bind(), ERRORS EINVAL"}, {"bind(2)", "ERRORS EINVAL"}},
     .outcome = {[BY_POSIX] = {"EINVAL"}, [BY_LINUX] = {"EINVAL"}, [BY_BSD] = {"EINVAL"}});

CASE(twice, bound, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    struct endpoint own = bound_socket(t, iut, type_of(t), PLACE_MAIN);
    struct address other = place_of(t, iut, PLACE_OTHER, 0);
    observe_result(sk_bind(iut, own.fd, &other));
}

CASE(twice, same_name, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    struct endpoint own = bound_socket(t, iut, type_of(t), PLACE_MAIN);
    observe_result(sk_bind(iut, own.fd, &own.name));
}

MUTANT(twice, "a second bind() succeeds")
{
    mutate(m, call);
    if (call_failed(call, OP_BIND, EINVAL))
        call_succeed(call, 0);
}

RULE(wildcard, "address.bind.wildcard-name",
     .statement = "The name of a socket that is bound to the wildcard address is the wildcard with "
                  "the port.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH getsockname(), DESCRIPTION: the locally-bound name"},
                 {"ip(7)", "DESCRIPTION of INADDR_ANY"}},
     .outcome = {
         [BY_POSIX] = {"the wildcard and a port"}, [BY_LINUX] = {"the wildcard and a port"}});

CASE(wildcard, bound, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    int fd = typed_socket(t, iut);
    struct address name = address_any(t->domain, 0);
    must(sk_bind(iut, fd, &name));
    must(sk_getsockname(iut, fd, &name));
    observe("%s and %s", address_is_any(&name) ? "the wildcard" : "an address",
            address_port(&name) ? "a port" : "no port");
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
    if (call_is_option(call, OP_SETSOCKOPT, IPPROTO_IPV6, IPV6_V6ONLY))
        call_succeed(call, 0);
    else
        mutate(m, call);
}

RULE(v6only_bind, "address.bind.v6only-mapped",
     .statement = "With IPV6_V6ONLY on, bind() to an IPv4-mapped address fails; on Linux with "
                  "EINVAL.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH 2.10.20.2 IPV6_V6ONLY: IPv6 communications only"},
                 {"ipv6(7)", "IPV6_V6ONLY"},
                 {"Linux 6.18", "the error is observed"}},
     .outcome = {[BY_POSIX] = {"EINVAL | EADDRNOTAVAIL | EAFNOSUPPORT"}, [BY_LINUX] = {"EINVAL"}});

CASE(v6only_bind, mapped, .family = FAMILY_MAPPED, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    int fd = typed_socket(t, iut);
    struct address name = place_of(t, iut, PLACE_MAIN, 0);
    must(sk_setsockopt(iut, fd, IPPROTO_IPV6, IPV6_V6ONLY, 1));
    observe_result(sk_bind(iut, fd, &name));
}

MUTANT_BY(v6only_bind, "IPV6_V6ONLY is ignored", never_only)

RULE(v6only_connect, "address.connect.v6only-mapped",
     .statement = "With IPV6_V6ONLY on, connect() to an IPv4-mapped address fails; on Linux with "
                  "ENETUNREACH.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH 2.10.20.2 IPV6_V6ONLY: IPv6 communications only"},
                 {"ipv6(7)", "IPV6_V6ONLY"},
                 {"Linux 6.18", "the error is observed"}},
     .outcome = {[BY_POSIX] = {"ENETUNREACH | EINVAL | EADDRNOTAVAIL | EAFNOSUPPORT"},
                 [BY_LINUX] = {"ENETUNREACH"}});

CASE(v6only_connect, mapped, .family = FAMILY_MAPPED, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    int fd = typed_socket(t, iut);
    struct endpoint server = bound_socket(t, peer, type_of(t), PLACE_MAIN);
    if (type_of(t) == SOCK_STREAM)
        must(sk_listen(peer, server.fd, 1));
    must(sk_setsockopt(iut, fd, IPPROTO_IPV6, IPV6_V6ONLY, 1));
    observe_result(sk_connect(iut, fd, &server.address));
}

MUTANT_BY(v6only_connect, "IPV6_V6ONLY is ignored", never_only)

RULE(v6only_port, "address.bind.v6only-shares-port",
     .statement = "With IPV6_V6ONLY on, an IPv6 and an IPv4 socket can be bound to the wildcard "
                  "addresses with one port.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH 2.10.20.2 IPV6_V6ONLY: IPv6 communications only"},
                 {"ipv6(7)", "IPV6_V6ONLY: both can bind to a single port at the same time"}},
     .outcome = {[BY_LINUX] = {"0"}});

CASE(v6only_port, wildcards, .family = FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE)
{
    int fd = typed_socket(t, iut);
    struct address any = address_any(AF_INET6, port_for(t, iut));
    must(sk_setsockopt(iut, fd, IPPROTO_IPV6, IPV6_V6ONLY, 1));
    must(sk_bind(iut, fd, &any));
    must(sk_getsockname(iut, fd, &any));
    any = address_any(AF_INET, address_port(&any));
    observe_result(sk_bind(iut, must(sk_socket(iut, AF_INET, type_of(t), 0)), &any));
}

MUTANT_BY(v6only_port, "IPV6_V6ONLY is ignored", never_only)

RULE(dual_port, "address.bind.dual-takes-port",
     .statement =
         "Without IPV6_V6ONLY an IPv6 socket on the wildcard address has its port for IPv4 "
         "too.",
     .level = LEVEL_SHALL,
     .sources = {{"ipv6(7)", "NOTES: an IPv6 socket on the wildcard takes IPv4 packets as well"},
                 {POSIX_2016, "XSH 2.10.20.1 Compatibility with IPv4"}},
     .outcome = {[BY_LINUX] = {"EADDRINUSE"}});

CASE(dual_port, wildcards, .family = FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE)
{
    int fd = typed_socket(t, iut);
    struct address any = address_any(AF_INET6, port_for(t, iut));
    must(sk_bind(iut, fd, &any));
    must(sk_getsockname(iut, fd, &any));
    any = address_any(AF_INET, address_port(&any));
    observe_result(sk_bind(iut, must(sk_socket(iut, AF_INET, type_of(t), 0)), &any));
}

MUTANT(dual_port, "IPV6_V6ONLY is on for new sockets")
{
    mutate(m, call);
    if (call->operation == OP_SOCKET && call->result >= 0 && call->argument[0] == AF_INET6)
        sk_setsockopt(m->real, (int)call->result, IPPROTO_IPV6, IPV6_V6ONLY, 1);
}
