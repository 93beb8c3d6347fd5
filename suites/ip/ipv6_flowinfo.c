/* sin6_flowinfo: the flow label and traffic class of a name. RFC 3493, 3.3, leaves open what it
 * does, and POSIX says nothing of it; ipv6(7) has it "transparently passed", which says too little.
 * So what Linux does is only kept. */
#include "suites/suite.h"

#include <arpa/inet.h>

static struct address with_flow(struct address address)
{
    address.in6.sin6_flowinfo = htonl(0x12345);
    return address;
}

static void rejects_flow(struct mutation *m, struct call *call)
{
    struct address name = call_address(call);
    if ((call->operation == OP_BIND || call->operation == OP_CONNECT) &&
        name.any.sa_family == AF_INET6 && name.in6.sin6_flowinfo)
        call_fail(call, EINVAL);
    else
        mutate(m, call);
}

RULE(bind_ignores, "ipv6.flowinfo.bind-ignored",
     .statement = "bind() takes a name with flow information, and getsockname() gives it without.",
     .pinned = {[BY_LINUX] = "0 then no flow"});

static void observe_flow(struct test *t, const struct address *name)
{
    observe("%s", name->in6.sin6_flowinfo ? "a flow" : "no flow");
}

CASE(bind_ignores, own_address, .family = FAMILY_IPV6, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    int fd = typed_socket(t, iut);
    struct address name = with_flow(place_of(t, iut, PLACE_MAIN, 0));
    int result = sk_bind(iut, fd, &name);
    observe_result(result);
    if (result < 0)
        return;
    must(sk_getsockname(iut, fd, &name));
    observe_flow(t, &name);
}

MUTANT_BY(bind_ignores, "names with flow information are refused", rejects_flow)

RULE(connect_ignores, "ipv6.flowinfo.connect-ignored",
     .statement = "connect() takes a name with flow information, and getpeername() gives it "
                  "without where IPV6_FLOWINFO_SEND is off.",
     .pinned = {[BY_LINUX] = "0 then no flow"});

CASE(connect_ignores, server, .family = FAMILY_IPV6, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    struct endpoint server = bound_socket(t, peer, type_of(t), PLACE_MAIN);
    int fd = typed_socket(t, iut);
    struct address name = {0}, to = with_flow(server.address);
    if (type_of(t) == SOCK_STREAM)
        must(sk_listen(peer, server.fd, 1));
    int result = sk_connect(iut, fd, &to);
    observe_result(result);
    if (result < 0)
        return;
    must(sk_getpeername(iut, fd, &name));
    observe_flow(t, &name);
}

MUTANT_BY(connect_ignores, "names with flow information are refused", rejects_flow)

RULE(names_zero, "ipv6.flowinfo.names-zero",
     .statement = "The names of clients and senders that accept() and recvfrom() give have no flow "
                  "information where none was asked for.",
     .pinned = {[BY_LINUX] = "no flow"});

CASE(names_zero, accepted, .family = FAMILY_IPV6, .network = ANY_NETWORK)
{
    struct endpoint server = listening_socket(t, iut);
    struct address name;
    must(sk_connect(peer, stream_socket(t, peer), &server.address));
    must(sk_accept(iut, server.fd, &name));
    observe_flow(t, &name);
}

CASE(names_zero, received, .family = FAMILY_IPV6, .network = ANY_NETWORK)
{
    struct endpoint own = bound_datagram_socket(t, iut), far = bound_datagram_socket(t, peer);
    struct address from;
    char byte;
    must(sk_sendto(peer, far.fd, "x", 1, 0, &own.address));
    must(sk_recvfrom(iut, own.fd, &byte, 1, 0, &from));
    observe_flow(t, &from);
}

MUTANT(names_zero, "names carry flow information")
{
    mutate(m, call);
    if (call->error || (call->operation != OP_ACCEPT && call->operation != OP_RECVFROM))
        return;
    struct address name = with_flow(call_address(call));
    call_set_address(call, &name);
}

/* Where an exclusive lease of a flow label lives, and before Linux 5.3 always, connect() refuses a
 * label that the socket has not leased. */
RULE(kept, "ipv6.flowinfo.send-kept",
     .statement =
         "With IPV6_FLOWINFO_SEND on, connect() of Linux since 5.3 takes a flow label that nobody "
         "has leased, and getpeername() gives it back.",
     .pinned = {[BY_LINUX] = "0 then that flow"});

CASE(kept, connect, .family = FAMILY_IPV6, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    struct endpoint server = bound_socket(t, peer, type_of(t), PLACE_MAIN);
    int fd = typed_socket(t, iut);
    struct address name = {0}, to = with_flow(server.address);
    int option = sk_constant(iut, "IPV6_FLOWINFO_SEND");
    if (option < 0)
        skip("this implementation's headers have no IPV6_FLOWINFO_SEND");
    if (type_of(t) == SOCK_STREAM)
        must(sk_listen(peer, server.fd, 1));
    must(sk_setsockopt(iut, fd, IPPROTO_IPV6, option, 1));
    int result = sk_connect(iut, fd, &to);
    observe_result(result);
    if (result < 0)
        return;
    must(sk_getpeername(iut, fd, &name));
    observe("%s", name.in6.sin6_flowinfo == to.in6.sin6_flowinfo ? "that flow"
                  : name.in6.sin6_flowinfo                       ? "another flow"
                                                                 : "no flow");
}

MUTANT(kept, "getpeername() gives no flow information")
{
    mutate(m, call);
    if (call->operation == OP_GETPEERNAME && call->result == 0) {
        struct address name = call_address(call);
        name.in6.sin6_flowinfo = 0;
        call_set_address(call, &name);
    }
}
