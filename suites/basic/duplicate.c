/* Several descriptors of one socket. */
#include "suites/suite.h"

/* FreeBSD's close(2) says that the connection is no more then, and not how the other side hears. */
RULE(duplicate, "basic.close.duplicate",
     .statement = "close() of one of several descriptors of a connected socket leaves the "
                  "connection open in both directions; close() of the last one ends it.",
     .outcome = {
         [BY_LINUX] = {"0 then to peer then to iut then 0 then end of file",
                       {"linux.close.2.last-descriptor", "linux.close.2.returns-zero",
                        "rfc9293.close-sends-fin", "rfc9293.fin-signalled"}},
         [BY_BSD] = {"0 then to peer then to iut then 0 then end of file | ECONNRESET",
                     {"freebsd.close.2.last-reference-deactivates",
                      "freebsd.close.2.deletes-descriptor", "freebsd.close.2.returns-zero"}}});

/* What is sent on a connection arrives, either way. */
static void observe_open(struct test *t, struct host *host, int fd, int other)
{
    int result = sk_send(host, fd, "to peer", 7, MSG_NOSIGNAL);
    observe("%s", result < 0 ? result_name(result) : receive_next(t, t->peer, other));
    must(sk_send(t->peer, other, "to iut", 6, MSG_NOSIGNAL));
    observe("%s", receive_next(t, host, fd));
}

CASE(duplicate, dup, .family = ANY_FAMILY, .network = ANY_NETWORK, .role = ANY_ROLE, .needs = "dup",
     .axes = {{"closed", {"original", "duplicate"}}})
{
    struct connection c = connected_pair(t);
    int copy = must(sk_dup(iut, c.iut));
    int first = t->chosen[0] == 0 ? c.iut : copy, last = t->chosen[0] == 0 ? copy : c.iut;
    observe_result(sk_close(iut, first));
    observe_open(t, iut, last, c.peer);
    observe_result(sk_close(iut, last));
    observe("%s", receive_next(t, peer, c.peer));
}

/* The connection ends, whoever else has a descriptor of it. */
MUTANT(duplicate, "close() of any descriptor ends the connection")
{
    if (call->operation == OP_CLOSE)
        sk_shutdown(m->real, (int)call->argument[0], SHUT_RDWR);
    mutate(m, call);
}

RULE(child, "basic.close.child",
     .statement = "close() of a connected socket in a process leaves the connection open while "
                  "a child, or the parent, has it as well; the last close() ends it.",
     .outcome = {
         [BY_LINUX] = {"0 then to peer then to iut then 0 then end of file",
                       {"linux.close.2.last-descriptor", "linux.close.2.returns-zero",
                        "rfc9293.close-sends-fin", "rfc9293.fin-signalled"}},
         [BY_BSD] = {"0 then to peer then to iut then 0 then end of file | ECONNRESET",
                     {"freebsd.close.2.last-reference-deactivates",
                      "freebsd.close.2.fork-shares-objects", "freebsd.close.2.returns-zero"}}});

CASE(child, fork, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK, .role = ANY_ROLE,
     .needs = "fork", .axes = {{"first", {"parent", "child"}}})
{
    struct connection c = connected_pair(t);
    struct host child;
    must(sk_fork(iut, &child));
    struct host *first = t->chosen[0] == 0 ? iut : &child, *last = t->chosen[0] == 0 ? &child : iut;
    observe_result(sk_close(first, c.iut));
    observe_open(t, last, c.iut, c.peer);
    observe_result(sk_close(last, c.iut));
    observe("%s", receive_next(t, peer, c.peer));
    host_close(&child);
    must(sk_await_child(iut));
}

MUTANT(child, "close() in any process ends the connection")
{
    if (call->operation == OP_CLOSE)
        sk_shutdown(m->real, (int)call->argument[0], SHUT_RDWR);
    mutate(m, call);
}
