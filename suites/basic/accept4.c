/* What accept() and accept4() make of the new descriptor. */
#include "suites/basic/accepting.h"
#include "suites/suite.h"

/* A listener with a client of the peer that is in its queue or will be soon. */
struct queue {
    int listener, client;
    struct address name; /* the client's, as the IUT writes it */
};

/* The next client of a listener. */
static struct queue client_of(struct test *t, const struct endpoint *server)
{
    struct queue queue = {.listener = server->fd, .client = stream_socket(t, t->peer)};
    must(sk_connect(t->peer, queue.client, &server->address));
    must(sk_getsockname(t->peer, queue.client, &queue.name));
    queue.name = as_written_by(t, t->iut, queue.name);
    return queue;
}

static struct queue queue_of(struct test *t)
{
    struct endpoint server = listening_socket(t, t->iut);
    return client_of(t, &server);
}

static void observe_mode(struct test *t, int fd)
{
    observe("%s", must(sk_fcntl(t->iut, fd, F_GETFL, 0)) & O_NONBLOCK ? "nonblocking" : "blocking");
}

static void observe_at_exec(struct test *t, int fd)
{
    observe("%s", must(sk_fcntl(t->iut, fd, F_GETFD, 0)) & FD_CLOEXEC ? "closed" : "kept");
}

/* ---- accept() ---- */

RULE(status_flags, "basic.accept.status-flags",
     .statement = "The socket from accept() has O_NONBLOCK as its listener does on FreeBSD, and "
                  "never on Linux.",
     .outcome = {[BY_LINUX] = {"blocking", {"linux.accept.2.flags-not-inherited"}},
                 [BY_BSD] = {"nonblocking", {"freebsd.accept.2.inherits-o-nonblock"}}});

/* Accepts on a nonblocking listener, whose client may still be on its way; by accept4() without
 * flags if so said. */
static int accept_soon(struct test *t, int listener, enum operation by)
{
    struct backoff backoff = backoff_begin(patience);
    int result;
    do
        result = by == OP_ACCEPT4 ? sk_accept4(t->iut, listener, NULL, 0)
                                  : sk_accept(t->iut, listener, NULL);
    while ((result == -EAGAIN || result == -EWOULDBLOCK) && backoff_wait(&backoff));
    return result;
}

CASE(status_flags, nonblocking, .family = ANY_FAMILY, .network = ANY_NETWORK)
{
    struct queue queue = queue_of(t);
    set_nonblocking(t, iut, queue.listener, true);
    observe_mode(t, must(accept_soon(t, queue.listener, OP_ACCEPT)));
}

CASE(status_flags, blocking, .family = ANY_FAMILY, .network = ANY_NETWORK,
     .outcome = {[BY_LINUX] = {"blocking", {"linux.accept.2.flags-not-inherited"}},
                 [BY_BSD] = {"blocking", {"freebsd.accept.2.inherits-o-nonblock"}}})
{
    observe_mode(t, must(sk_accept(iut, queue_of(t).listener, NULL)));
}

MUTANT(status_flags, "accept() gives a nonblocking socket if its listener is a blocking one, and a "
                     "blocking one otherwise")
{
    mutate(m, call);
    if (call->operation != OP_ACCEPT || call->error)
        return;
    int fd = (int)call->result, flags = sk_fcntl(m->real, fd, F_GETFL, 0);
    sk_fcntl(m->real, fd, F_SETFL, flags ^ O_NONBLOCK);
}

/* ---- accept4() ---- */

RULE(accepts, "basic.accept4.first",
     .statement = "accept4() without flags returns a new descriptor of the first connection in the "
                  "queue, and the client's name, as accept() does.",
     .basic = {OP_ACCEPT4}, .basics = 1,
     .outcome = {
         [BY_LINUX] = {"0 then its name then first then 0 then its name then second",
                       {"linux.accept.2.accept4-flags-zero", "linux.accept.2.first-of-queue",
                        "linux.accept.2.new-descriptor", "linux.accept.2.returns-descriptor",
                        "linux.accept.2.peer-address", "linux.accept.2.listener-unaffected"}},
         [BY_BSD] = {"0 then its name then first then 0 then its name then second",
                     {"freebsd.accept.2.accept4.like-accept",
                      "freebsd.accept.2.takes-first-connection",
                      "freebsd.accept.2.makes-new-socket", "freebsd.accept.2.returns-descriptor",
                      "freebsd.accept.2.addr-is-peer", "freebsd.accept.2.original-stays-open"}}});

/* Accepts a connection; whose it is, by the name that comes back and by what is received. */
static void accept_one(struct test *t, const struct queue *expected)
{
    struct address name = {.length = 0};
    int fd = sk_accept4(t->iut, expected->listener, &name, 0);
    observe_result(fd);
    if (fd < 0)
        return;
    observe("%s", address_equal(&name, &expected->name) ? "its name" : "another name");
    observe("%s", receive_next(t, t->iut, fd));
}

CASE(accepts, queued, .family = ANY_FAMILY, .network = ANY_NETWORK, .needs = "accept4")
{
    struct endpoint server = listening_socket(t, iut);
    struct queue first = client_of(t, &server);
    await_queued(t, iut, &server, first.client);
    struct queue second = client_of(t, &server);
    must(sk_send(peer, first.client, "first", 5, 0));
    must(sk_send(peer, second.client, "second", 6, 0));
    accept_one(t, &first);
    accept_one(t, &second);
}

MUTANT(accepts, "accept4() gives the last connection")
{
    static int kept = -1;
    static struct address name;
    if (call->operation != OP_ACCEPT4) {
        mutate(m, call);
    } else if (kept < 0) {
        kept = sk_accept4(m->real, (int)call->argument[0], &name, 0);
        mutate(m, call);
    } else {
        call_succeed(call, kept);
        call_set_address(call, &name);
    }
}

RULE(flags, "basic.accept4.flags",
     .statement = "accept4() sets O_NONBLOCK of the new socket if it is given SOCK_NONBLOCK, and "
                  "FD_CLOEXEC of its descriptor if it is given SOCK_CLOEXEC, and only then.",
     .outcome = {
         [BY_LINUX] = {"blocking then kept",
                       {"linux.accept.2.accept4-flags-zero", "linux.accept.2.flags-not-inherited",
                        "linux.execve.2.descriptors-stay-open"}},
         [BY_BSD] = {"blocking then kept",
                     {"freebsd.accept.2.accept4.nonblock-from-flags",
                      "freebsd.accept.2.accept4.sock-cloexec",
                      "freebsd.close.2.execve-keeps-descriptors"}}});

static void observe_flags(struct test *t, int fd)
{
    observe_mode(t, fd);
    observe_at_exec(t, fd);
}

static void observe_accepted(struct test *t, int flags)
{
    observe_flags(t, must(sk_accept4(t->iut, queue_of(t).listener, NULL, flags)));
}

CASE(flags, none, .family = ANY_FAMILY, .network = ANY_NETWORK, .needs = "accept4")
{
    observe_accepted(t, 0);
}

/* The listener's O_NONBLOCK does not count here, as it does for accept() on FreeBSD. */
CASE(flags, nonblocking_listener, .family = ANY_FAMILY, .network = ANY_NETWORK, .needs = "accept4")
{
    struct queue queue = queue_of(t);
    set_nonblocking(t, iut, queue.listener, true);
    observe_flags(t, must(accept_soon(t, queue.listener, OP_ACCEPT4)));
}

CASE(flags, nonblock, .family = ANY_FAMILY, .network = ANY_NETWORK, .needs = "accept4",
     .outcome = {
         [BY_LINUX] = {"nonblocking then kept",
                       {"linux.accept.2.accept4-nonblock", "linux.execve.2.descriptors-stay-open"}},
         [BY_BSD] = {"nonblocking then kept",
                     {"freebsd.accept.2.accept4.nonblock-from-flags",
                      "freebsd.accept.2.accept4.sock-cloexec",
                      "freebsd.close.2.execve-keeps-descriptors"}}})
{
    observe_accepted(t, SOCK_NONBLOCK);
}

CASE(flags, cloexec, .family = ANY_FAMILY, .network = ANY_NETWORK, .needs = "accept4",
     .outcome = {
         [BY_LINUX] = {"blocking then closed",
                       {"linux.accept.2.accept4-cloexec", "linux.accept.2.flags-not-inherited"}},
         [BY_BSD] = {"blocking then closed",
                     {"freebsd.accept.2.accept4.nonblock-from-flags",
                      "freebsd.accept.2.accept4.sock-cloexec"}}})
{
    observe_accepted(t, SOCK_CLOEXEC);
}

CASE(flags, both, .family = ANY_FAMILY, .network = ANY_NETWORK, .needs = "accept4",
     .outcome = {
         [BY_LINUX] = {"nonblocking then closed",
                       {"linux.accept.2.accept4-nonblock", "linux.accept.2.accept4-cloexec"}},
         [BY_BSD] = {"nonblocking then closed",
                     {"freebsd.accept.2.accept4.nonblock-from-flags",
                      "freebsd.accept.2.accept4.sock-cloexec"}}})
{
    observe_accepted(t, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/* Turns each flag round. */
MUTANT(flags, "accept4() does the opposite of its flags")
{
    if (call->operation == OP_ACCEPT4)
        call->argument[2] ^= SOCK_NONBLOCK | SOCK_CLOEXEC;
    mutate(m, call);
}

RULE(unknown_flags, "basic.accept4.unknown-flags",
     .statement = "accept4() with flags that there are not fails with EINVAL.",
     .outcome = {[BY_LINUX] = {"EINVAL", {"linux.accept.2.einval-flags"}},
                 [BY_BSD] = {"EINVAL", {"freebsd.accept.2.einval-flags"}}});

CASE(unknown_flags, queued, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .needs = "accept4")
{
    /* No system's flag: 1 << 30 is SOCK_CLOFORK on FreeBSD, and SOCK_NONBLOCK in Linux on Alpha. */
    enum { UNKNOWN = 1 << 26 };
    observe_result(sk_accept4(iut, queue_of(t).listener, NULL, UNKNOWN));
}

MUTANT(unknown_flags, "accept4() ignores flags that it does not know")
{
    if (call->operation == OP_ACCEPT4)
        call->argument[2] &= SOCK_NONBLOCK | SOCK_CLOEXEC;
    mutate(m, call);
}

RULE(empty, "basic.accept4.empty-nonblocking",
     .statement = "accept4() on a nonblocking socket without a connection in its queue fails at "
                  "once with EAGAIN or EWOULDBLOCK, whether the new socket is to be nonblocking or "
                  "not.",
     .outcome = {
         [BY_LINUX] = {"EAGAIN | EWOULDBLOCK",
                       {"linux.accept.2.eagain", "linux.accept.2.accept4-flags-zero",
                        "posix.sockets.io-mode.nonblocking-returns-at-once"}},
         [BY_BSD] = {"EAGAIN | EWOULDBLOCK",
                     {"freebsd.accept.2.accept4.like-accept", "freebsd.accept.2.ewouldblock",
                      "freebsd.accept.2.fails-without-connection",
                      "freebsd.socket.2.nonblock.eagain-is-ewouldblock",
                      "posix.sockets.io-mode.nonblocking-returns-at-once"}}});

#define NEW_SOCKET .axes = {{"new", {"blocking", "nonblocking"}}}
static int flags_of(const struct test *t)
{
    return t->chosen[0] == 0 ? 0 : SOCK_NONBLOCK;
}

CASE(empty, listening, .family = ANY_FAMILY, .network = ON_LOOPBACK, .needs = "accept4", NEW_SOCKET)
{
    struct endpoint server = listening_socket(t, iut);
    set_nonblocking(t, iut, server.fd, true);
    observe_empty_queue(
        t, (struct call){.operation = OP_ACCEPT4, .argument = {server.fd, [2] = flags_of(t)}});
}

MUTANT_GIVES(empty, "accept4() without a connection gives ECONNABORTED", OP_ACCEPT4, EAGAIN,
             ECONNABORTED)

RULE(waits, "basic.accept4.waits",
     .statement = "accept4() on a blocking socket waits until there is a connection, whether the "
                  "new socket is to be nonblocking or not, and returns soon after there is.",
     .outcome = {
         [BY_LINUX] = {"waits then 0",
                       {"linux.accept.2.blocks", "linux.accept.2.accept4-flags-zero",
                        "linux.accept.2.accept4-nonblock", "linux.accept.2.returns-descriptor"}},
         [BY_BSD] = {"waits then 0",
                     {"freebsd.accept.2.accept4.like-accept",
                      "freebsd.accept.2.accept4.nonblock-from-flags",
                      "freebsd.accept.2.blocks-without-connection",
                      "freebsd.accept.2.returns-descriptor"}}});

CASE(waits, listening, .family = ANY_FAMILY, .network = ON_LOOPBACK, .needs = "accept4", NEW_SOCKET)
{
    struct endpoint server = listening_socket(t, iut);
    observe_waiting_for_client(
        t, &server,
        (struct call){.operation = OP_ACCEPT4, .argument = {server.fd, [2] = flags_of(t)}});
}

MUTANT(waits, "accept4() does not wait")
{
    if (call->operation == OP_ACCEPT4)
        sk_fcntl(m->real, (int)call->argument[0], F_SETFL, O_RDWR | O_NONBLOCK);
    mutate(m, call);
}

RULE(not_listening, "basic.accept4.not-listening",
     .statement = "accept4() on a stream socket that does not listen fails with EINVAL.",
     .outcome = {[BY_LINUX] = {"EINVAL",
                               {"linux.accept.2.einval-not-listening",
                                "linux.accept.2.accept4-flags-zero"}},
                 [BY_BSD] = {"EINVAL",
                             {"freebsd.accept.2.einval-not-listening",
                              "freebsd.accept.2.accept4.like-accept"}}});

CASE(not_listening, bound, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .needs = "accept4")
{
    observe_result(sk_accept4(iut, bound_socket(t, iut, SOCK_STREAM, PLACE_MAIN).fd, NULL, 0));
}

CASE(not_listening, connected, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .role = ANY_ROLE, .needs = "accept4")
{
    observe_result(sk_accept4(iut, connected_pair(t).iut, NULL, 0));
}

MUTANT_GIVES(not_listening, "accept4() gives ENOTCONN", OP_ACCEPT4, EINVAL, ENOTCONN)
