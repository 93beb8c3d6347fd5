/* Receiving where there is nothing: waiting, and what ends it. */
#include "suites/transfer/forms.h"

RULE(waits, "transfer.receive.waits",
     .statement = "recv(), recvfrom(), recvmsg(), read() and readv() wait until there is data, and "
                  "give it then, and not a while later.",
     .outcome = {
         [BY_POSIX] = {"waits then hello",
                       {"posix.recv.blocks", "posix.recvfrom.blocks", "posix.recvmsg.blocks",
                        "posix.read.blocks", "posix.readv.like-read",
                        "posix.recv.stream-as-available"}},
         [BY_LINUX] = {"waits then hello",
                       {"linux.recv.2.blocks", "linux.recv.2.returns-what-is-there",
                        "linux.recv.2.recv-is-read", "posix.readv.like-read",
                        "rfc9293.receive-queued", "rfc9293.receive-returns-on-push"}},
         [BY_BSD] = {"waits then hello",
                     {"freebsd.recv.2.waits-for-message", "freebsd.recv.2.returns-what-is-there",
                      "posix.read.blocks", "posix.readv.like-read"}},
         [BY_ZOS] = {"waits then hello",
                     {"zos.recv.blocks-without-data", "zos.recv.recvfrom.blocks",
                      "zos.recv.recvmsg.blocks", "zos.recv.read.blocks", "zos.recv.readv.blocks",
                      "zos.recv.stream-partial"}}});

/* Receives the rest of five bytes that a stream gave a part of, as it may; gives how many came. */
static int receive_rest(struct test *t, int fd, int count, char *data, int flags)
{
    enum { SENT = 5 };
    while (type_of(t) == SOCK_STREAM && count > 0 && count < SENT) {
        int more = receive_as(t, fd, data + count, (size_t)(SENT - count), flags);
        if (more <= 0)
            break;
        count += more;
    }
    return count;
}

typedef struct pending *begins(struct test *t, struct transfer *transfer, int fd, char *data,
                               size_t size);

/* A receive that begins so waits, and gives what comes then at once. A loaded machine is late at
 * times, but not each time. */
static void observe_wait(struct test *t, begins *begin)
{
    struct transfer transfer;
    char data[16];
    const char *waits = "waits";
    int count = 0;
    bool late = true;
    for (int i = 0; i < LATE_TRIES && late; i++) {
        /* Other ones each time: the peer may not send more before the first is acknowledged. */
        struct ends ends = connected_ends(t);
        struct pending *pending = begin(t, &transfer, ends.iut, data, sizeof data);
        if (!sk_waits(pending))
            waits = "returns";
        int64_t since = clock_now();
        must(sk_send(t->peer, ends.peer, "hello", 5, 0));
        count = receive_rest(t, ends.iut, finish(pending), data, 0);
        late = count > 0 && clock_late(since);
    }
    observe("%s", waits);
    if (late)
        observe("what came a while ago");
    else
        observe_came(t, count, data);
}

static struct pending *receive_begun(struct test *t, struct transfer *transfer, int fd, char *data,
                                     size_t size)
{
    return sk_begin(t->iut, receiving(t, transfer, fd, data, size, 0));
}

CASE(waits, arrival, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE, RECEIVING(0))
{
    observe_wait(t, receive_begun);
}

MUTANT(waits, "a receive without data fails with EAGAIN at once")
{
    char byte;
    if (call_receives(call) &&
        sk_recv(m->real, (int)call->argument[0], &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0)
        call_fail(call, EAGAIN);
    else
        mutate(m, call);
}

#define WOULD_BLOCK "EAGAIN | EWOULDBLOCK then hello"

static void claims_end(struct mutation *m, struct call *call)
{
    mutate(m, call);
    if (call_receives(call) && (call->error == EAGAIN || call->error == EWOULDBLOCK))
        call_succeed(call, 0);
}

/* Receives where nothing is, and where something is. */
static void observe_nonblocking(struct test *t, struct ends ends, int flags)
{
    char data[16];
    int result = 0;
    bool late = true;
    for (int i = 0; i < LATE_TRIES && late; i++) {
        int64_t since = clock_now();
        result = receive_as(t, ends.iut, data, sizeof data, flags);
        late = result < 0 && clock_late(since);
    }
    if (late)
        observe("%s after a while", result_name(result));
    else if (result < 0)
        observe_result(result);
    else
        observe("%d bytes", result);
    must(sk_send(t->peer, ends.peer, "hello", 5, 0));
    await_data(t, t->iut, ends.iut);
    result = receive_as(t, ends.iut, data, sizeof data, flags);
    observe_came(t, receive_rest(t, ends.iut, result, data, flags), data);
}

RULE(would_block, "transfer.receive.would-block",
     .statement = "recv(), recvfrom(), recvmsg(), read() and readv() on a nonblocking socket fail "
                  "with EAGAIN at once where there is nothing, and give what is there.",
     .outcome = {
         [BY_POSIX] = {WOULD_BLOCK,
                       {"posix.recv.eagain", "posix.recvfrom.eagain", "posix.recvmsg.eagain",
                        "posix.read.eagain", "posix.read.nonblocking-no-effect-with-data",
                        "posix.readv.like-read", "posix.sockets.io-mode.transfer-at-once",
                        "posix.recv.returns-length"}},
         [BY_LINUX] = {WOULD_BLOCK,
                       {"linux.recv.2.eagain", "linux.recv.2.nonblocking",
                        "linux.recv.2.returns-what-is-there", "linux.recv.2.recv-is-read",
                        "posix.readv.like-read"}},
         [BY_BSD] = {"EAGAIN then hello",
                     {"freebsd.recv.2.eagain-nonblocking", "freebsd.read.2.eagain",
                      "freebsd.socket.2.nonblock.receive-returns-at-once",
                      "freebsd.recv.2.returns-what-is-there"}},
         [BY_ZOS] = {WOULD_BLOCK,
                     {"zos.recv.ewouldblock", "zos.recv.recvfrom.ewouldblock",
                      "zos.recv.recvmsg.ewouldblock", "zos.recv.read.ewouldblock",
                      "zos.recv.readv.ewouldblock", "zos.recv.stream-partial"}}});

CASE(would_block, empty, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     RECEIVING(0))
{
    struct ends ends = connected_ends(t);
    set_nonblocking(t, iut, ends.iut, true);
    observe_nonblocking(t, ends, 0);
}

MUTANT_BY(would_block, "a receive without data returns 0", claims_end)

RULE(dontwait, "transfer.receive.dontwait",
     .statement =
         "recv(), recvfrom() and recvmsg() with MSG_DONTWAIT fail with EAGAIN at once where "
         "there is nothing, on a socket that is blocking, and give what is there.",
     .outcome = {[BY_LINUX] = {WOULD_BLOCK,
                               {"linux.recv.2.msg-dontwait", "linux.recv.2.returns-what-is-there"}},
                 [BY_BSD] = {"EAGAIN then hello",
                             {"freebsd.recv.2.msg-dontwait", "freebsd.recv.2.msg-dontwait-eagain",
                              "freebsd.recv.2.returns-what-is-there"}}});

CASE(dontwait, empty, .family = ANY_FAMILY, .network = ANY_NETWORK, .type = ANY_TYPE,
     RECEIVING(WITH_FLAGS))
{
    observe_nonblocking(t, connected_ends(t), MSG_DONTWAIT);
}

MUTANT_BY(dontwait, "a receive without data returns 0", claims_end)

/* ---- signals ---- */

/* Begins to receive, and interrupts that once it waits. */
static struct pending *interrupted_receive(struct test *t, struct transfer *transfer, int fd,
                                           char *data, size_t size)
{
    struct pending *pending = sk_begin(t->iut, receiving(t, transfer, fd, data, size, 0));
    require_by("transfer.receive.waits", sk_waits(pending), "a receive without data did not wait");
    sk_interrupt(pending);
    return pending;
}

RULE(interrupted, "transfer.receive.interrupted",
     .statement = "recv(), recvfrom(), recvmsg(), read() and readv() that a caught signal "
                  "interrupts before there is data fail with EINTR; what comes later is not lost.",
     .outcome = {[BY_POSIX] = {"EINTR then hello",
                               {"posix.recv.eintr", "posix.recvfrom.eintr", "posix.recvmsg.eintr",
                                "posix.read.eintr", "posix.readv.like-read",
                                "posix.sigaction.no-sa-restart", "posix.recv.returns-length"}},
                 [BY_LINUX] = {"EINTR then hello",
                               {"linux.recv.2.eintr", "linux.signal.7.eintr",
                                "linux.recv.2.returns-what-is-there"}},
                 [BY_BSD] = {"EINTR then hello",
                             {"freebsd.recv.2.eintr", "freebsd.read.2.eintr",
                              "freebsd.recv.2.returns-what-is-there"}}});

CASE(interrupted, no_data, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK,
     .type = ANY_TYPE, .needs = "signals", RECEIVING(0))
{
    struct ends ends = connected_ends(t);
    struct transfer transfer;
    char data[16];
    int result = 0;
    bool late = true;
    for (int i = 0; i < LATE_TRIES && late; i++) {
        struct pending *pending = interrupted_receive(t, &transfer, ends.iut, data, sizeof data);
        int64_t since = clock_now();
        result = finish(pending);
        late = result < 0 && clock_late(since);
    }
    if (late)
        observe("%s after a while", result_name(result));
    else
        observe_result(result);
    must(sk_send(peer, ends.peer, "hello", 5, 0));
    await_data(t, iut, ends.iut);
    result = receive_as(t, ends.iut, data, sizeof data, 0);
    observe_came(t, receive_rest(t, ends.iut, result, data, 0), data);
}

MUTANT(interrupted, "an interrupted receive returns 0")
{
    mutate(m, call);
    if (call_receives(call) && call->error == EINTR)
        call_succeed(call, 0);
}

RULE(restarted, "transfer.receive.restarted",
     .statement = "recv(), recvfrom(), recvmsg(), read() and readv() go on waiting after a signal "
                  "whose handler was set with SA_RESTART, and give data when they come, and not a "
                  "while later.",
     .outcome = {
         [BY_POSIX] = {"waits then hello",
                       {"posix.sigaction.sa-restart", "posix.recv.blocks", "posix.recvfrom.blocks",
                        "posix.recvmsg.blocks", "posix.read.blocks", "posix.readv.like-read"}},
         [BY_LINUX] = {"waits then hello", {"linux.signal.7.restarts", "linux.recv.2.blocks"}},
         [BY_BSD] = {"waits then hello",
                     {"freebsd.sigaction.2.sa-restart", "posix.sigaction.sa-restart",
                      "freebsd.recv.2.waits-for-message"}}});

static struct pending *receive_restarted(struct test *t, struct transfer *transfer, int fd,
                                         char *data, size_t size)
{
    int before = must(sk_signals(t->iut, SIGUSR1));
    struct pending *pending = interrupted_receive(t, transfer, fd, data, size);
    await_caught(t, SIGUSR1, before + 1);
    return pending;
}

CASE(restarted, no_data, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK,
     .type = ANY_TYPE, .needs = "signals", RECEIVING(0))
{
    struct action action = {.does = ACTION_COUNT, .restart = true};
    must(sk_sigaction(iut, SIGUSR1, &action));
    observe_wait(t, receive_restarted);
}

MUTANT(restarted, "SA_RESTART is ignored")
{
    struct action action;
    if (call->operation == OP_SIGACTION && call->block[1].bytes) {
        memcpy(&action, call->block[1].bytes, sizeof action);
        action.restart = false;
        int result = sk_sigaction(m->real, (int)call->argument[0], &action);
        if (result < 0)
            call_fail(call, -result);
        else
            call_succeed(call, 0);
    } else {
        mutate(m, call);
    }
}

/* ---- a time limit ---- */

enum { TIMEOUT = 200 };

#define TIMED_OUT "EAGAIN | EWOULDBLOCK then in time then hello"

RULE(timeout, "transfer.receive.timeout",
     .statement = "recv(), recvfrom(), recvmsg(), read() and readv() that have waited for the time "
                  "of SO_RCVTIMEO without data fail with EAGAIN then, and not before.",
     .outcome = {
         [BY_POSIX] = {TIMED_OUT,
                       {"posix.sockets.options.rcvtimeo.limits",
                        "posix.sockets.options.rcvtimeo.eagain", "posix.recv.returns-length"}},
         [BY_LINUX] = {TIMED_OUT,
                       {"linux.recv.2.eagain-timeout", "linux.socket.7.so-timeo-nothing",
                        "linux.recv.2.returns-what-is-there"}},
         [BY_BSD] = {TIMED_OUT,
                     {"freebsd.recv.2.eagain-timeout",
                      "freebsd.getsockopt.2.so-rcvtimeo-ewouldblock",
                      "freebsd.recv.2.returns-what-is-there"}}});

CASE(timeout, no_data, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE, RECEIVING(0), .tags = TAG_WAITS)
{
    struct ends ends = connected_ends(t);
    struct transfer transfer;
    struct timeval time = {.tv_usec = TIMEOUT * 1000};
    char data[16];
    int set = sk_setsockopt_bytes(iut, ends.iut, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    if (set < 0)
        skip("this implementation does not let SO_RCVTIMEO be set: %s", result_name(set));
    int64_t took = INT64_MAX;
    int result = 0;
    for (int i = 0; i < LATE_TRIES && is_late(took, TIMEOUT); i++) {
        int64_t since = clock_now();
        result = finish(sk_begin(iut, receiving(t, &transfer, ends.iut, data, sizeof data, 0)));
        took = clock_now() - since;
    }
    observe_result(result);
    observe("%s", limit_kept(took, TIMEOUT));
    must(sk_send(peer, ends.peer, "hello", 5, 0));
    await_data(t, iut, ends.iut);
    result = receive_as(t, ends.iut, data, sizeof data, 0);
    observe_came(t, receive_rest(t, ends.iut, result, data, 0), data);
}

MUTANT(timeout, "the time of SO_RCVTIMEO is taken for a whole second")
{
    if (call_is_option(call, OP_SETSOCKOPT, SOL_SOCKET, SO_RCVTIMEO)) {
        struct timeval second = {.tv_sec = 1};
        int result = sk_setsockopt_bytes(m->real, (int)call->argument[0], SOL_SOCKET, SO_RCVTIMEO,
                                         &second, sizeof second);
        if (result < 0)
            call_fail(call, -result);
        else
            call_succeed(call, 0);
    } else {
        mutate(m, call);
    }
}
