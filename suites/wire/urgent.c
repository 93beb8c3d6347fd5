#include "suites/wire/urgent.h"

#include "calls/clock.h"
#include "hosts/readiness.h"

void own(struct test *t, int fd)
{
    must(sk_fcntl(t->iut, fd, F_SETOWN, must(sk_getpid(t->iut))));
}

int signals_come(struct test *t, int count)
{
    struct backoff backoff = backoff_begin(patience);
    int caught;
    while ((caught = must(sk_signals(t->iut, SIGURG))) < count && backoff_wait(&backoff))
        continue;
    return caught;
}

static bool has_signals(const struct test *t)
{
    return door_has(t->iut->door, "signals");
}

/* A pending error can be an exceptional condition too, and is no urgent data. Not everywhere
 * POLLPRI is about that: there it is select() that tells. */
static bool is_told(struct test *t, int fd)
{
    struct readiness one = {.fd = fd, .asked = POLLPRI};
    if (has_signals(t) && must(sk_signals(t->iut, SIGURG)) > 0)
        return true;
    int events = ready(t, t->iut, fd, POLLPRI, 0);
    if (events & (POLLPRI | POLLERR) || !door_has(t->iut->door, "select"))
        return events & POLLPRI && !(events & POLLERR);
    must(sk_select_ready(t->iut, &one, 1, 0));
    return one.found & POLLPRI;
}

void ask_to_be_told(struct test *t, int fd)
{
    if (has_signals(t))
        own(t, fd);
    require(!is_told(t, fd), "there is an exceptional condition without urgent data");
}

const char *told(struct talk *c)
{
    struct test *t = c->line->t;
    bool is;
    drain(c->line);
    struct backoff backoff = backoff_begin(machine_milliseconds(0.5));
    while (!(is = is_told(t, c->fd)) && backoff_wait(&backoff))
        continue;
    return is ? "told" : "not told";
}

const char *told_now(struct talk *c)
{
    drain(c->line);
    return is_told(c->line->t, c->fd) ? "told" : "not told";
}

const char *stream_to(struct test *t, int fd, char last)
{
    static char text[64];
    size_t used = 0;
    struct backoff backoff = backoff_begin(patience);
    set_nonblocking(t, t->iut, fd, true);
    do {
        int result = sk_recv(t->iut, fd, text + used, sizeof text - used, 0);
        if (result > 0)
            used += (size_t)result;
        else if (result != -EAGAIN && result != -EWOULDBLOCK)
            break;
    } while (used < sizeof text && (!used || text[used - 1] != last) && backoff_wait(&backoff));
    return data_text(text, used);
}

void keep_inline(struct test *t, int fd)
{
    must(sk_setsockopt(t->iut, fd, SOL_SOCKET, SO_OOBINLINE, 1));
}

void ignores_owner(struct mutation *m, struct call *call)
{
    if (call->operation == OP_FCNTL && call->argument[1] == F_SETOWN)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

void ignores_inline(struct mutation *m, struct call *call)
{
    mutate_without_option(m, call, SOL_SOCKET, SO_OOBINLINE);
}
