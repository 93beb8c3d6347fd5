/* What becomes of a server's socket: its ports, its queue, the names of its connections. */
#include "suites/suite.h"

RULE(other_port, "basic.bind.other-port",
     .statement = "bind() to port 0 chooses a port that no other socket of the same type has on "
                  "that address.",
     .outcome = {[BY_LINUX] = {"other ports",
                               {"linux.ip.7.ephemeral-bind", "linux.bind.2.eaddrinuse",
                                "linux.bind.2.eaddrinuse-ephemeral"}},
                 [BY_BSD] = {"other ports",
                             {"freebsd.ip.4.ip-portrange", "freebsd.ip6.4.ipv6-portrange",
                              "freebsd.tcp.4.port-assigned", "freebsd.bind.2.eaddrinuse"}},
                 [BY_ZOS] = {"other ports",
                             {"zos.bind.binds-name", "zos.bind.call.system-chooses-port",
                              "zos.bind.call.getsockname-tells-port"}}});

/* Enough that of the twenty-eight thousand ports that Linux chooses from one that is chosen at
 * random, without a look at who has it, is another one's in every third variant. */
enum { SOCKETS = 150, FEWEST = 12 };

/* An implementation may have no more sockets than some. */
CASE(other_port, same_address, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    struct address asked = place_of(t, iut, PLACE_MAIN, 0), name;
    int port[SOCKETS];
    bool same = false;
    for (int i = 0; i < SOCKETS; i++) {
        int fd = sk_socket(iut, t->domain, type_of(t), 0);
        if (fd < 0 && i >= FEWEST)
            break;
        must(fd);
        if (t->family == FAMILY_MAPPED)
            sk_setsockopt(iut, fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
        must(sk_bind(iut, fd, &asked));
        must(sk_getsockname(iut, fd, &name));
        port[i] = address_port(&name);
        for (int k = 0; k < i; k++)
            same |= port[k] == port[i];
    }
    observe("%s", same ? "the same port twice" : "other ports");
}

/* The ports around one that was chosen are taken: who counts on, without a look, comes to them. */
CASE(other_port, neighbours, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    enum { BESIDE = 4, LATER = 3 };
    struct endpoint first = bound_socket(t, iut, type_of(t), PLACE_MAIN);
    int port[1 + 2 * BESIDE + LATER] = {address_port(&first.name)}, ports = 1;
    bool same = false;
    for (int near = port[0] - BESIDE; near <= port[0] + BESIDE; near++) {
        struct address name = place_of(t, iut, PLACE_MAIN, near);
        if (near > 0 && near < 65536 && near != port[0] &&
            sk_bind(iut, typed_socket(t, iut), &name) == 0)
            port[ports++] = near;
    }
    require(ports > 1, "no port beside %d can be bound to", port[0]);
    for (int i = 0; i < LATER; i++) {
        struct endpoint later = bound_socket(t, iut, type_of(t), PLACE_MAIN);
        for (int k = 0; k < ports; k++)
            same |= port[k] == address_port(&later.name);
        port[ports++] = address_port(&later.name);
    }
    observe("%s", same ? "the same port twice" : "other ports");
}

/* Whoever asks hears of the first port that was chosen. */
MUTANT(other_port, "bind() always chooses the same port")
{
    static struct address first;
    mutate(m, call);
    if (call->operation != OP_GETSOCKNAME || call->error)
        return;
    if (!first.length)
        first = call_address(call);
    call_set_address(call, &first);
}

RULE(again, "basic.listen.again",
     .statement = "listen() on a socket that listens already succeeds, and the connections in its "
                  "queue and new ones can be accepted.",
     .outcome = {
         [BY_POSIX] = {"0 then 0 then 0 then 0",
                       {"posix.listen.marks-accepting", "posix.listen.returns-0",
                        "posix.accept.first-connection", "posix.accept.returns-descriptor"}},
         [BY_LINUX] = {"0 then 0 then 0 then 0",
                       {"linux.listen.2.marks-passive", "linux.listen.2.returns-zero",
                        "linux.accept.2.first-of-queue", "linux.accept.2.returns-descriptor"}},
         [BY_BSD] = {"0 then 0 then 0 then 0",
                     {"freebsd.listen.2.listen-again-changes-limit",
                      "freebsd.listen.2.returns-zero", "freebsd.accept.2.takes-first-connection",
                      "freebsd.accept.2.returns-descriptor"}}});

CASE(again, queued, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .axes = {{"backlog", {"less", "same", "more"}}})
{
    static const int backlog[] = {4, 8, 16};
    struct endpoint server = listening_socket(t, iut);
    int client = stream_socket(t, peer);
    must(sk_connect(peer, client, &server.address));
    await_queued(t, iut, &server, client);
    observe_result(sk_listen(iut, server.fd, backlog[t->chosen[0]]));
    int result = try_connect(t, peer, &server.address);
    observe_result(result);
    if (result < 0)
        return;
    observe_result(finish(sk_begin(iut, call_accept(server.fd, NULL))));
    observe_result(finish(sk_begin(iut, call_accept(server.fd, NULL))));
}

MUTANT(again, "listen() on a listening socket fails with EINVAL")
{
    static bool listens;
    if (call->operation == OP_LISTEN && listens)
        call_fail(call, EINVAL);
    else
        mutate(m, call);
    listens |= call->operation == OP_LISTEN;
}

RULE(accepted, "basic.getsockname.accepted",
     .statement = "getsockname() on a socket from accept() gives the address that the client has "
                  "connected to, whether its listener was bound to that or to any.",
     .outcome = {
         [BY_LINUX] = {"0 then where the client connected",
                       {"linux.getsockname.2.returns-address", "linux.accept.2.connected",
                        "rfc9293.passive-open-on-address", "rfc9293.passive-open-any-address"}},
         [BY_BSD] = {"0 then where the client connected",
                     {"freebsd.getsockname.2.returns-current-name",
                      "freebsd.tcp.4.address-fixed-once-connected",
                      "freebsd.tcp.4.address-is-interface-s"}},
         [BY_ZOS] = {"0 then where the client connected",
                     {"zos.getsockname.stores-name", "zos.getsockname.no-name-before-success"}}});

CASE(accepted, accepted, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .axes = {{"listener", {"specific", "any"}}, {"address", {"main", "other"}}})
{
    int listener = stream_socket(t, iut), client = stream_socket(t, peer);
    enum place place = t->chosen[1] == 0 ? PLACE_MAIN : PLACE_OTHER;
    struct address called = place_of(t, iut, place, 0), name = {.length = 0};
    struct address bound = t->chosen[0] == 0 ? called : address_any(domain_of(t, iut), 0);
    bound_socket(t, iut, SOCK_STREAM, place); /* it has this address, and will answer */
    must(sk_bind(iut, listener, &bound));
    must(sk_getsockname(iut, listener, &bound));
    must(sk_listen(iut, listener, 1));
    called = place_of(t, iut, place, address_port(&bound));
    struct address server = as_written_by(t, peer, called);
    must(sk_connect(peer, client, &server));
    int fd = must(sk_accept(iut, listener, NULL));
    observe_result(sk_getsockname(iut, fd, &name));
    observe("%s", address_equal(&name, &called) ? "where the client connected" : "another address");
}

/* The listener's port as another one. */
MUTANT(accepted, "getsockname() gives another port on a socket from accept()")
{
    static int from_accept = -1;
    mutate(m, call);
    if (call->operation == OP_ACCEPT && !call->error)
        from_accept = (int)call->result;
    if (call->operation == OP_GETSOCKNAME && !call->error &&
        (int)call->argument[0] == from_accept) {
        struct address name = call_address(call);
        name.in.sin_port ^= htons(1);
        call_set_address(call, &name);
    }
}
