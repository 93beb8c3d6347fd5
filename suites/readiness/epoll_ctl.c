/* epoll_ctl(): what is registered in an instance. */
#include "suites/readiness/ask.h"

/* An instance, and a socket to which data has come and on which nothing is unsent. */
struct watch {
    int epoll;
    struct ends ends;
};

static struct watch watch_of(struct test *t)
{
    struct watch watch = {must(sk_epoll_create(t->iut)), ends_of(t)};
    must(sk_send(t->peer, watch.ends.peer, "x", 1, 0));
    await_data(t, t->iut, watch.ends.iut);
    return watch;
}

/* What epoll_wait() says now, and the data that came with it. */
static const char *events_of(struct test *t, const struct watch *watch, uint64_t *data)
{
    struct event event = {0};
    int result = sk_epoll_wait(t->iut, watch->epoll, &event, 1, 1, 0);
    if (data)
        *data = event.data;
    return answer_text(result, (int)event.events);
}

/* ---- what is set ---- */

RULE(add, "readiness.epoll.add",
     .statement = "epoll_ctl() with EPOLL_CTL_ADD gives 0, and from then on epoll_wait() reports "
                  "of the descriptor what it was told to.",
     .basic = {OP_EPOLL_CTL}, .basics = 1,
     .outcome = {
         [BY_LINUX] = {"0: nothing then 0 then 1: readable",
                       {"linux.epoll_ctl.2.add", "linux.epoll_ctl.2.returns-zero",
                        "linux.epoll_wait.2.returns-zero", "linux.epoll_wait.2.returns-count",
                        "linux.epoll_ctl.2.epollin", "linux.epoll.7.ready-subset"}}});

CASE(add, ready_already, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .needs = "epoll")
{
    struct watch watch = watch_of(t);
    observe("%s", events_of(t, &watch, NULL));
    observe_result(sk_epoll_ctl(iut, watch.epoll, EPOLL_CTL_ADD, watch.ends.iut, EPOLLIN, 0));
    observe("%s", events_of(t, &watch, NULL));
}

MUTANT(add, "EPOLL_CTL_ADD does not look at what is ready already")
{
    if (call->operation == OP_EPOLL_WAIT)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

RULE(data, "readiness.epoll.user-data",
     .statement = "epoll_wait() gives with an event all 64 bits of the data that epoll_ctl() was "
                  "given for the descriptor.",
     .outcome = {[BY_LINUX] = {"the same",
                               {"linux.epoll_ctl.2.data-returned", "linux.epoll_wait.2.data"}}});

CASE(data, bits, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .needs = "epoll", .axes = {{"data", {"mixed", "all", "highest", "none"}}})
{
    static const uint64_t values[] = {UINT64_C(0x0123456789abcdef), UINT64_MAX, UINT64_C(1) << 63,
                                      0};
    struct watch watch = watch_of(t);
    uint64_t data;
    must(sk_epoll_ctl(iut, watch.epoll, EPOLL_CTL_ADD, watch.ends.iut, EPOLLIN,
                      values[t->chosen[0]]));
    require_by("readiness.epoll.add", events_of(t, &watch, &data)[0] == '1', "no event");
    observe("%s", data == values[t->chosen[0]] ? "the same" : "others");
}

MUTANT(data, "the highest bit of the data is another one")
{
    struct event *event = call->block[1].bytes;
    mutate(m, call);
    if (call->operation == OP_EPOLL_WAIT && call->result > 0)
        event->data ^= UINT64_C(1) << 63;
}

RULE(modify, "readiness.epoll.modify",
     .statement = "epoll_ctl() with EPOLL_CTL_MOD gives 0, and from then on its events and its "
                  "data are those of the descriptor.",
     .outcome = {[BY_LINUX] = {"0 then 1: writable then its data",
                               {"linux.epoll_ctl.2.mod", "linux.epoll_ctl.2.returns-zero",
                                "linux.epoll_ctl.2.epollout", "linux.epoll_wait.2.returns-count",
                                "linux.epoll_wait.2.data", "linux.epoll.7.modify-rereads"}}});

CASE(modify, events_and_data, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .needs = "epoll")
{
    struct watch watch = watch_of(t);
    uint64_t data;
    must(sk_epoll_ctl(iut, watch.epoll, EPOLL_CTL_ADD, watch.ends.iut, EPOLLIN, 1));
    observe_result(sk_epoll_ctl(iut, watch.epoll, EPOLL_CTL_MOD, watch.ends.iut, EPOLLOUT, 2));
    observe("%s", events_of(t, &watch, &data));
    observe("%s", data == 2 ? "its data" : "other data");
}

MUTANT(modify, "EPOLL_CTL_MOD does nothing")
{
    if (call->operation == OP_EPOLL_CTL && call->argument[1] == EPOLL_CTL_MOD)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

RULE(delete, "readiness.epoll.delete",
     .statement = "epoll_ctl() with EPOLL_CTL_DEL gives 0, and from then on epoll_wait() does not "
                  "report the descriptor.",
     .outcome = {
         [BY_LINUX] = {"1: readable then 0 then 0: nothing then 0: nothing",
                       {"linux.epoll_ctl.2.add", "linux.epoll_ctl.2.epollin",
                        "linux.epoll_ctl.2.del", "linux.epoll_ctl.2.returns-zero",
                        "linux.epoll_wait.2.returns-count", "linux.epoll_wait.2.returns-zero"}}});

CASE(delete, ready, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     .needs = "epoll")
{
    struct watch watch = watch_of(t);
    must(sk_epoll_ctl(iut, watch.epoll, EPOLL_CTL_ADD, watch.ends.iut, EPOLLIN, 0));
    observe("%s", events_of(t, &watch, NULL));
    observe_result(sk_epoll_ctl(iut, watch.epoll, EPOLL_CTL_DEL, watch.ends.iut, 0, 0));
    observe("%s", events_of(t, &watch, NULL));
    /* Nor when more data comes. */
    require(strcmp(received(t, iut, watch.ends.iut), "x") == 0, "the data did not come");
    must(sk_send(peer, watch.ends.peer, "y", 1, 0));
    await_data(t, iut, watch.ends.iut);
    observe("%s", events_of(t, &watch, NULL));
}

MUTANT(delete, "EPOLL_CTL_DEL does nothing")
{
    if (call->operation == OP_EPOLL_CTL && call->argument[1] == EPOLL_CTL_DEL)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

RULE(close, "readiness.epoll.close-removes",
     .statement = "close() of the only descriptor of a socket removes it from epoll instances: "
                  "epoll_wait() does not report it any more, nor a new socket for it.",
     .outcome = {
         [BY_LINUX] = {"1: readable then 0: nothing then 0: nothing",
                       {"linux.epoll.7.closed-removed", "linux.epoll.7.key",
                        "linux.epoll.7.ready-subset", "linux.epoll_ctl.2.epollin",
                        "linux.epoll_wait.2.returns-count", "linux.epoll_wait.2.returns-zero"}}});

CASE(close, ready, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE, .needs = "epoll")
{
    struct watch watch = watch_of(t);
    must(sk_epoll_ctl(iut, watch.epoll, EPOLL_CTL_ADD, watch.ends.iut, EPOLLIN, 0));
    observe("%s", events_of(t, &watch, NULL));
    must(sk_close(iut, watch.ends.iut));
    observe("%s", events_of(t, &watch, NULL));
    /* Where the lowest number is given to a new descriptor this one has that of the closed one. */
    struct ends next = ends_of(t);
    must(sk_send(peer, next.peer, "y", 1, 0));
    await_data(t, iut, next.iut);
    observe("%s", events_of(t, &watch, NULL));
}

/* The socket stays open behind its descriptor. */
MUTANT(close, "a socket that is closed is still reported")
{
    if (call->operation == OP_CLOSE)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

/* ---- errors ---- */

RULE(exists, "readiness.epoll.add-again",
     .statement =
         "epoll_ctl() with EPOLL_CTL_ADD fails with EEXIST if the descriptor is registered.",
     .outcome = {
         [BY_LINUX] = {"EEXIST", {"linux.epoll_ctl.2.eexist", "linux.epoll.7.registered-twice"}}});

CASE(exists, again, .family = ANY_FAMILY, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .needs = "epoll")
{
    int epoll = must(sk_epoll_create(iut)), fd = typed_socket(t, iut);
    must(sk_epoll_ctl(iut, epoll, EPOLL_CTL_ADD, fd, EPOLLIN, 0));
    observe_result(sk_epoll_ctl(iut, epoll, EPOLL_CTL_ADD, fd, EPOLLOUT, 0));
}

MUTANT_GIVES(exists, "EPOLL_CTL_ADD of what is registered succeeds", OP_EPOLL_CTL, EEXIST, 0)

RULE(absent, "readiness.epoll.not-registered",
     .statement = "epoll_ctl() with EPOLL_CTL_MOD or EPOLL_CTL_DEL fails with ENOENT if the "
                  "descriptor is not registered in this instance.",
     .outcome = {[BY_LINUX] = {"ENOENT", {"linux.epoll_ctl.2.enoent"}}});

static const int needs_entry[] = {EPOLL_CTL_MOD, EPOLL_CTL_DEL};

CASE(absent, never, .family = ANY_FAMILY, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .needs = "epoll", .axes = {{"operation", {"mod", "del"}}})
{
    int epoll = must(sk_epoll_create(iut)), fd = typed_socket(t, iut);
    observe_result(sk_epoll_ctl(iut, epoll, needs_entry[t->chosen[0]], fd, EPOLLIN, 0));
}

CASE(absent, deleted, .family = ANY_FAMILY, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .needs = "epoll", .axes = {{"operation", {"mod", "del"}}})
{
    int epoll = must(sk_epoll_create(iut)), fd = typed_socket(t, iut);
    must(sk_epoll_ctl(iut, epoll, EPOLL_CTL_ADD, fd, EPOLLIN, 0));
    must(sk_epoll_ctl(iut, epoll, EPOLL_CTL_DEL, fd, 0, 0));
    observe_result(sk_epoll_ctl(iut, epoll, needs_entry[t->chosen[0]], fd, EPOLLIN, 0));
}

CASE(absent, in_another, .family = ANY_FAMILY, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .needs = "epoll", .axes = {{"operation", {"mod", "del"}}})
{
    int epoll = must(sk_epoll_create(iut)), another = must(sk_epoll_create(iut));
    int fd = typed_socket(t, iut);
    must(sk_epoll_ctl(iut, another, EPOLL_CTL_ADD, fd, EPOLLIN, 0));
    observe_result(sk_epoll_ctl(iut, epoll, needs_entry[t->chosen[0]], fd, EPOLLIN, 0));
}

MUTANT_GIVES(absent, "epoll_ctl() of what is not registered succeeds", OP_EPOLL_CTL, ENOENT, 0)

RULE(not_open, "readiness.epoll.not-open",
     .statement =
         "epoll_ctl() fails with EBADF if one of its descriptors is not open; if it is to change "
         "or delete one that is not open in an instance that is, ENOENT is right as well.",
     .outcome = {[BY_LINUX] = {"EBADF", {"linux.epoll_ctl.2.ebadf"}}});

CASE(not_open, instance, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .needs = "epoll", .axes = {{"operation", {"add", "mod", "del"}}})
{
    static const int operations[] = {EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLL_CTL_DEL};
    int epoll = must(sk_epoll_create(iut)), fd = stream_socket(t, iut);
    must(sk_close(iut, epoll));
    observe_result(sk_epoll_ctl(iut, epoll, operations[t->chosen[0]], fd, EPOLLIN, 0));
}

CASE(not_open, socket, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .needs = "epoll")
{
    int epoll = must(sk_epoll_create(iut)), fd = stream_socket(t, iut);
    must(sk_close(iut, fd));
    observe_result(sk_epoll_ctl(iut, epoll, EPOLL_CTL_ADD, fd, EPOLLIN, 0));
}

/* What is not open is not registered either, even if it was before, and no page says which error
 * comes first. */
CASE(not_open, not_registered, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .needs = "epoll",
     .axes = {{"operation", {"mod", "del"}}, {"registered", {"never", "until-closed"}}},
     .outcome = {[BY_LINUX] = {"EBADF | ENOENT",
                               {"linux.epoll_ctl.2.ebadf", "linux.epoll_ctl.2.enoent",
                                "linux.epoll.7.closed-removed"}}})
{
    int epoll = must(sk_epoll_create(iut)), fd = stream_socket(t, iut);
    if (t->chosen[1] == 1)
        must(sk_epoll_ctl(iut, epoll, EPOLL_CTL_ADD, fd, EPOLLIN, 0));
    must(sk_close(iut, fd));
    observe_result(sk_epoll_ctl(iut, epoll, needs_entry[t->chosen[0]], fd, EPOLLIN, 0));
}

MUTANT_GIVES(not_open, "epoll_ctl() of a closed descriptor gives EINVAL", OP_EPOLL_CTL, EBADF,
             EINVAL)

RULE(invalid, "readiness.epoll.invalid",
     .statement = "epoll_ctl() fails with EINVAL if its first descriptor is no epoll instance, if "
                  "both are the same, or if there is no such operation.",
     .outcome = {
         [BY_LINUX] = {"EINVAL",
                       {"linux.epoll_ctl.2.einval-not-epoll", "linux.epoll_ctl.2.einval-itself",
                        "linux.epoll_ctl.2.einval-operation", "linux.epoll.7.own-set"}}});

CASE(invalid, no_instance, .family = ANY_FAMILY, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .needs = "epoll")
{
    int fd = typed_socket(t, iut), other = typed_socket(t, iut);
    observe_result(sk_epoll_ctl(iut, fd, EPOLL_CTL_ADD, other, EPOLLIN, 0));
}

CASE(invalid, itself, .network = ON_LOOPBACK, .needs = "epoll")
{
    int epoll = must(sk_epoll_create(iut));
    observe_result(sk_epoll_ctl(iut, epoll, EPOLL_CTL_ADD, epoll, EPOLLIN, 0));
}

CASE(invalid, operation, .family = FAMILY_IPV4, .network = ON_LOOPBACK, .needs = "epoll")
{
    int epoll = must(sk_epoll_create(iut)), fd = stream_socket(t, iut);
    observe_result(sk_epoll_ctl(iut, epoll, 77, fd, EPOLLIN, 0));
}

MUTANT_GIVES(invalid, "epoll_ctl() succeeds with anything", OP_EPOLL_CTL, EINVAL, 0)

RULE(no_poll, "readiness.epoll.directory",
     .statement = "epoll_ctl() with EPOLL_CTL_ADD fails with EPERM for a directory.",
     .outcome = {[BY_LINUX] = {"EPERM", {"linux.epoll_ctl.2.eperm"}}});

CASE(no_poll, root, .network = ON_LOOPBACK, .needs = "epoll open")
{
    int epoll = must(sk_epoll_create(iut)), fd = must(sk_open(iut, "/", O_RDONLY, 0));
    observe_result(sk_epoll_ctl(iut, epoll, EPOLL_CTL_ADD, fd, EPOLLIN, 0));
}

MUTANT_GIVES(no_poll, "a directory can be registered", OP_EPOLL_CTL, EPERM, 0)
