#include "suites/tcp/reset_connection.h"

#include "suites/suite.h"

/* SO_LINGER with no time makes the close() of a trusted peer a reset. That of others need not be
 * one, so that these cases have no use for the network on which the IUT is its own peer. */
void reset(struct test *t, int fd)
{
    struct linger now = {1, 0};
    must(sk_setsockopt_bytes(t->peer, fd, SOL_SOCKET, SO_LINGER, &now, sizeof now));
    must(sk_close(t->peer, fd));
}

int reset_connection(struct test *t)
{
    struct connection c = connected_pair(t);
    reset(t, c.peer);
    return c.iut;
}

int told_connection(struct test *t)
{
    char byte;
    int fd = reset_connection(t);
    int result = finish(sk_begin(t->iut, call_recv(fd, &byte, 1, 0)));
    require_by("transfer.receive.reset", result == -ECONNRESET, "the first receive gave %s",
               result_name(result));
    return fd;
}

struct connection full_connection(struct test *t)
{
    static const char chunk[1 << 14];
    deliver_from(t, t->iut, NET_DELIVER);
    struct connection c = connected_pair(t);
    deliver_from(t, t->iut, NET_HOLD);
    set_nonblocking(t, t->iut, c.iut, true);
    for (size_t size = sizeof chunk; size > 0; size /= 2)
        while (sk_send(t->iut, c.iut, chunk, size, 0) > 0)
            continue;
    set_nonblocking(t, t->iut, c.iut, false);
    return c;
}
