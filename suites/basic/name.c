/* bind(), getsockname() and getpeername(): names are given, and come back. */
#include "suites/suite.h"

/* A port that nobody else uses. */
enum { GIVEN_PORT = 7007 };

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
     .level = LEVEL_SHALL, .basic = {OP_BIND}, .basics = 1,
     .sources = {{POSIX_2016, "XSH bind(), DESCRIPTION, RETURN VALUE and APPLICATION USAGE"},
                 {"bind(2)", "DESCRIPTION and RETURN VALUE"},
                 {"FreeBSD bind(2)", "DESCRIPTION and RETURN VALUES"},
                 {ZOS_API, "bind(): binds a unique local name to a socket"}},
     .outcome = {[BY_POSIX] = {"0 then that name"},
                 [BY_LINUX] = {"0 then that name"},
                 [BY_BSD] = {"0 then that name"},
                 [BY_ZOS] = {"0 then that name"}});

CASE(binds, given_port, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    int fd = typed_socket(t, iut);
    struct address right = place_of(t, iut, PLACE_MAIN, GIVEN_PORT), name;
    observe_result(sk_bind(iut, fd, &right));
    must(sk_getsockname(iut, fd, &name));
    observe("%s", compared(t, &name, &right));
}

/* Binds to another port than the one that was asked for. */
MUTANT(binds, "bind() takes the next port")
{
    struct address asked = call_address(call);
    if (call->operation == OP_BIND) {
        struct address next = address_with_port(asked, address_port(&asked) + 1);
        call_succeed(call, sk_bind(m->real, (int)call->argument[0], &next));
    } else {
        mutate(m, call);
    }
}

RULE(chooses, "basic.bind.chooses-port",
     .statement = "bind() with port 0 gives a socket a port that the implementation chooses.",
     .level = LEVEL_SHALL,
     .sources = {{"ip(7)", "ip_local_port_range: bind() with port 0 gets an ephemeral port"},
                 {ZOS_API, "BIND: the system assigns the port if it is 0"}},
     .outcome = {[BY_LINUX] = {"0 then that address then a port"},
                 [BY_ZOS] = {"0 then that address then a port"}});

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

RULE(own, "basic.getsockname.bound",
     .statement = "getsockname() returns 0 and the name that a socket is bound to, with its "
                  "length.",
     .level = LEVEL_SHALL, .basic = {OP_GETSOCKNAME}, .basics = 1,
     .sources = {{POSIX_2016, "XSH getsockname(), DESCRIPTION and RETURN VALUE"},
                 {"getsockname(2)", "DESCRIPTION and RETURN VALUE"},
                 {"FreeBSD getsockname(2)", "DESCRIPTION and RETURN VALUES"}},
     .outcome = {[BY_POSIX] = {"0 then that name"},
                 [BY_LINUX] = {"0 then that name"},
                 [BY_BSD] = {"0 then that name"}});

CASE(own, given_port, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE)
{
    int fd = typed_socket(t, iut);
    struct address right = place_of(t, iut, PLACE_MAIN, GIVEN_PORT), name = {.length = 0};
    must(sk_bind(iut, fd, &right));
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
     .statement = "getpeername() returns 0 and the name that a socket is connected to, with its "
                  "length.",
     .level = LEVEL_SHALL, .basic = {OP_GETPEERNAME}, .basics = 1,
     .sources = {{POSIX_2016, "XSH getpeername(), DESCRIPTION and RETURN VALUE"},
                 {"getpeername(2)", "DESCRIPTION and RETURN VALUE"},
                 {"FreeBSD getpeername(2)", "DESCRIPTION and RETURN VALUES"}},
     .outcome = {[BY_POSIX] = {"0 then that name"},
                 [BY_LINUX] = {"0 then that name"},
                 [BY_BSD] = {"0 then that name"}});

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
