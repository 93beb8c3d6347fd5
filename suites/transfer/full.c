/* Sending on a connection whose other side does not read. */
#include "suites/transfer/forms.h"

enum { CHUNK = 1 << 16 };

static unsigned char chunk[CHUNK];
static struct transfer under_way;

static bool has_time(int64_t since)
{
    return clock_now() - since < patience * INT64_C(1000000);
}

/* Whether there is time left to fill a connection. What has room without end is no failure. */
static void go_on(struct test *t, int64_t since, size_t taken)
{
    require(has_time(since), "the connection took %zu bytes that nobody read, and was not full",
            taken);
}

/* Sends one chunk after the other until a call waits: that call, to be finished. NULL if one
 * returned something else than that it took it all; then that is in *result. */
static struct pending *fill(struct test *t, int fd, size_t *taken, int *result)
{
    int64_t since = clock_now();
    for (;; *taken += CHUNK) {
        pattern_fill(chunk, *taken, CHUNK);
        struct pending *pending = sk_begin(t->iut, sending(t, &under_way, fd, chunk, CHUNK, 0));
        if (sk_waits(pending))
            return pending;
        *result = finish(pending);
        if (*result != CHUNK)
            return NULL;
        go_on(t, since, *taken);
    }
}

/* Sends chunks until a call does not take all of one: what that returned. */
static int fill_without_waiting(struct test *t, int fd, int flags, size_t *taken)
{
    int64_t since = clock_now();
    for (;; go_on(t, since, *taken)) {
        pattern_fill(chunk, *taken, CHUNK);
        int result = send_as(t, fd, chunk, CHUNK, flags);
        if (result <= 0)
            return result;
        *taken += (size_t)result;
    }
}

/* A fresh connection has room for a byte. Observes that it is taken, and fills the connection. To
 * fill it takes time; to ask again does not. */
static void observe_filling(struct test *t, int fd, int flags, size_t *taken)
{
    pattern_fill(chunk, 0, 1);
    int first = send_as(t, fd, chunk, 1, flags), result = 0;
    bool late = true;
    observe_count(first);
    *taken = first > 0 ? 1 : 0;
    for (int i = 0; i <= LATE_TRIES && late; i++) {
        int64_t since = clock_now();
        result = fill_without_waiting(t, fd, flags, taken);
        late = result < 0 && clock_late(since);
    }
    if (late)
        observe("%s after a while", result_name(result));
    else
        observe_result(result);
}

/* The peer gets what was taken, and no more. */
static void observe_arrival(struct test *t, struct ends ends, size_t taken)
{
    observe("%s", peer_reads_pattern(t, ends.peer, 0, taken));
    must(sk_shutdown(t->iut, ends.iut, SHUT_WR));
    observe("%s", receive_next(t, t->peer, ends.peer));
}

/* What was taken arrives, and no more. */
#define RELIABLE_POSIX "posix.sockets.types.stream.reliable-sequenced"
#define RELIABLE_LINUX                                                                             \
    "linux.socket.2.stream-not-lost", "posix.sockets.types.stream.reliable-sequenced"
#define RELIABLE_BSD "freebsd.socket.2.stream.reliable-sequenced"

RULE(waits, "transfer.send.waits",
     .statement = "send(), sendto(), sendmsg(), write() and writev() on a connection that has no "
                  "room wait until there is some, and then send all of the data.",
     .outcome = {
         [BY_POSIX] = {"waits then 65536 then all then end of file",
                       {"posix.send.blocks", "posix.sendto.blocks", "posix.sendmsg.blocks",
                        "posix.write.blocks", "posix.writev.like-write", "posix.send.returns-count",
                        "posix.sockets.options.sndlowat.general-case", RELIABLE_POSIX}},
         [BY_LINUX] = {"waits then 65536 then all then end of file",
                       {"linux.send.2.blocks", "linux.send.2.returns-count",
                        "linux.send.2.send-is-write", "posix.writev.like-write",
                        "posix.sockets.options.sndlowat.general-case", RELIABLE_LINUX}},
         [BY_BSD] = {"waits then 65536 then all then end of file",
                     {"freebsd.send.2.blocks-without-space", "freebsd.send.2.returns-bytes",
                      "posix.write.blocks", "posix.writev.like-write",
                      "posix.sockets.options.sndlowat.general-case", RELIABLE_BSD}}});

CASE(waits, full, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK, SENDING(0))
{
    struct ends ends = connected_ends(t);
    size_t taken = 0;
    int result = 0;
    struct pending *pending = fill(t, ends.iut, &taken, &result);
    observe("%s", pending ? "waits" : "returns");
    const char *arrived = peer_reads_pattern(t, ends.peer, 0, taken + (pending ? CHUNK : 0));
    observe_count(pending ? finish(pending) : result);
    observe("%s", arrived);
    must(sk_shutdown(iut, ends.iut, SHUT_WR));
    observe("%s", receive_next(t, peer, ends.peer));
}

/* The call takes what there is room for and says that this was all. */
MUTANT(waits, "a blocking send takes only what there is room for")
{
    int fd = (int)call->argument[0], flags = 0;
    if (call_sends(call)) {
        flags = sk_fcntl(m->real, fd, F_GETFL, 0);
        sk_fcntl(m->real, fd, F_SETFL, flags | O_NONBLOCK);
    }
    mutate(m, call);
    if (call_sends(call))
        sk_fcntl(m->real, fd, F_SETFL, flags);
}

#define WOULD_BLOCK "1 then EAGAIN | EWOULDBLOCK then all then end of file"

RULE(would_block, "transfer.send.would-block",
     .statement = "send(), sendto(), sendmsg(), write() and writev() on a nonblocking socket take "
                  "data while there is room, and fail with EAGAIN at once where there is none.",
     .outcome = {
         [BY_POSIX] = {WOULD_BLOCK,
                       {"posix.send.eagain", "posix.sendto.eagain", "posix.sendmsg.eagain",
                        "posix.write.eagain", "posix.write.nonblocking-partial",
                        "posix.writev.like-write", "posix.send.returns-count",
                        "posix.sockets.options.sndlowat.nonblocking-as-much",
                        "posix.sockets.io-mode.transfer-at-once", RELIABLE_POSIX}},
         [BY_LINUX] = {WOULD_BLOCK,
                       {"linux.send.2.eagain", "linux.send.2.nonblocking",
                        "linux.send.2.returns-count", "linux.send.2.send-is-write",
                        "posix.writev.like-write", "posix.sockets.io-mode.transfer-at-once",
                        "rfc9293.send-established-no-room", RELIABLE_LINUX}},
         [BY_BSD] = {"1 then EAGAIN then all then end of file",
                     {"freebsd.send.2.eagain", "freebsd.send.2.returns-bytes",
                      "freebsd.write.2.eagain", "freebsd.write.2.returns-count",
                      "freebsd.write.2.nonblocking-partial", "freebsd.write.2.writev-gathers",
                      "posix.sockets.io-mode.transfer-at-once", RELIABLE_BSD}}});

static void observe_would_block(struct test *t)
{
    struct ends ends = connected_ends(t);
    size_t taken = 0;
    set_nonblocking(t, t->iut, ends.iut, true);
    observe_filling(t, ends.iut, 0, &taken);
    observe_arrival(t, ends, taken);
}

/* z/OS says it of these. */
CASE(would_block, full, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK,
     .outcome = {[BY_ZOS] = {WOULD_BLOCK,
                             {"zos.send.ewouldblock", "zos.send.rexx.tcp-nonblocking-ewouldblock",
                              "zos.send.rexx.tcp-nonblocking-partial",
                              "zos.send.call.no-flag-is-write",
                              "zos.send.sendto.as-send-with-address",
                              "zos.socket.stream-two-way-reliable"}}},
     SENDING(WITH_SEND | WITH_SENDTO | WITH_WRITE))
{
    observe_would_block(t);
}

CASE(would_block, full_vector, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK,
     SENDING(WITH_SENDMSG | WITH_WRITEV))
{
    observe_would_block(t);
}

static void fails_when_full(struct mutation *m, struct call *call)
{
    mutate(m, call);
    if (call_sends(call) && (call->error == EAGAIN || call->error == EWOULDBLOCK))
        call_fail(call, ENOBUFS);
}

MUTANT_BY(would_block, "a full connection gives ENOBUFS", fails_when_full)

RULE(dontwait, "transfer.send.dontwait",
     .statement = "send(), sendto() and sendmsg() with MSG_DONTWAIT, on a socket that is blocking, "
                  "take data while there is room, and fail with EAGAIN at once where there is "
                  "none.",
     .outcome = {
         [BY_LINUX] = {WOULD_BLOCK,
                       {"linux.send.2.msg-dontwait", "linux.send.2.returns-count", RELIABLE_LINUX}},
         [BY_BSD] = {"1 then EAGAIN then all then end of file",
                     {"freebsd.send.2.msg-dontwait", "freebsd.send.2.eagain",
                      "freebsd.send.2.returns-bytes", RELIABLE_BSD}}});

CASE(dontwait, full, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK,
     SENDING(WITH_FLAGS))
{
    struct ends ends = connected_ends(t);
    size_t taken = 0;
    observe_filling(t, ends.iut, MSG_DONTWAIT, &taken);
    observe_arrival(t, ends, taken);
}

MUTANT_BY(dontwait, "a full connection gives ENOBUFS", fails_when_full)

/* ---- ends without room ---- */

/* A call that waits took part of its chunk or nothing, and says so. */
static void observe_part(struct test *t, int result)
{
    if (result == -EINTR || result == -EAGAIN || result == -EWOULDBLOCK)
        observe_result(result);
    else if (result > 0 && result < CHUNK)
        observe("a part");
    else
        observe_count(result);
}

#define INTERRUPTED "EINTR | a part then all then end of file"

RULE(interrupted, "transfer.send.interrupted",
     .statement = "send(), sendto(), sendmsg(), write() and writev() that a caught signal "
                  "interrupts while they wait fail with EINTR, or return how much they had sent, "
                  "and not a while later.",
     .outcome = {[BY_POSIX] = {INTERRUPTED,
                               {"posix.send.eintr", "posix.sendto.eintr", "posix.sendmsg.eintr",
                                "posix.write.eintr", "posix.write.interrupted-after-data",
                                "posix.write.like-send", "posix.writev.like-write",
                                "posix.send.returns-count", "posix.sigaction.no-sa-restart",
                                RELIABLE_POSIX}},
                 [BY_LINUX] = {INTERRUPTED,
                               {"linux.send.2.eintr", "linux.signal.7.eintr",
                                "linux.signal.7.partial", "linux.send.2.send-is-write",
                                "linux.send.2.returns-count", RELIABLE_LINUX}},
                 [BY_BSD] = {INTERRUPTED,
                             {"freebsd.write.2.eintr", "posix.send.eintr", "posix.sendmsg.eintr",
                              "freebsd.sigaction.2.partial", "freebsd.write.2.writev-gathers",
                              RELIABLE_BSD}}});

/* What waits may find room before the signal comes, and then the next one is interrupted; so is the
 * next one of a call that was late. */
CASE(interrupted, full, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ANY_NETWORK,
     .needs = "signals", SENDING(0))
{
    struct ends ends = connected_ends(t);
    size_t taken = 0;
    int result = 0;
    bool late = true;
    int64_t first = clock_now();
    for (int tries = 0; late && tries < LATE_TRIES; tries += result != CHUNK) {
        struct pending *pending = fill(t, ends.iut, &taken, &result);
        require_by("transfer.send.waits", pending, "a send on a full connection gave %s",
                   result < 0 ? result_name(result) : "a part");
        sk_interrupt(pending);
        int64_t since = clock_now();
        result = finish(pending);
        late = result == CHUNK || ((result > 0 || result == -EINTR) && clock_late(since));
        taken += result > 0 ? (size_t)result : 0;
        if (result == CHUNK)
            go_on(t, first, taken);
    }
    if (late)
        observe("%s after a while", result < 0 ? result_name(result) : "a part");
    else
        observe_part(t, result);
    observe_arrival(t, ends, taken);
}

MUTANT(interrupted, "an interrupted send says that it sent all")
{
    mutate(m, call);
    if (call_sends(call) && (call->error == EINTR || call->result < CHUNK))
        call_succeed(call, call_data(call)->length - 1);
}

#define TIMED_OUT "EAGAIN | EWOULDBLOCK | a part then in time then all then end of file"

enum { TIMEOUT = 200 };

RULE(timeout, "transfer.send.timeout",
     .statement = "send(), sendto(), sendmsg(), write() and writev() that have waited for the time "
                  "of SO_SNDTIMEO fail then, and not before, with EAGAIN, or return how much they "
                  "have sent.",
     .outcome = {
         [BY_POSIX] = {TIMED_OUT,
                       {"posix.sockets.options.sndtimeo.limits",
                        "posix.sockets.options.sndtimeo.partial",
                        "posix.sockets.options.sndtimeo.eagain", RELIABLE_POSIX}},
         [BY_LINUX] = {TIMED_OUT,
                       {"linux.socket.7.so-timeo-partial", "linux.socket.7.so-timeo-nothing",
                        "posix.sockets.options.sndtimeo.limits",
                        "posix.sockets.options.sndtimeo.eagain", RELIABLE_LINUX}},
         [BY_BSD] = {TIMED_OUT,
                     {"freebsd.getsockopt.2.so-sndtimeo-partial",
                      "freebsd.getsockopt.2.so-sndtimeo-ewouldblock", RELIABLE_BSD}}});

CASE(timeout, full, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, SENDING(0),
     .tags = TAG_WAITS)
{
    struct ends ends = connected_ends(t);
    struct timeval time = {.tv_usec = TIMEOUT * 1000};
    size_t taken = 0;
    int64_t first = clock_now(), took;
    int result, late = 0;
    int set = sk_setsockopt_bytes(iut, ends.iut, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
    if (set < 0)
        skip("this implementation does not let SO_SNDTIMEO be set: %s", result_name(set));
    for (;;) {
        pattern_fill(chunk, taken, CHUNK);
        int64_t since = clock_now();
        result = finish(sk_begin(iut, sending(t, &under_way, ends.iut, chunk, CHUNK, 0)));
        took = clock_now() - since;
        taken += result > 0 ? (size_t)result : 0;
        if (result != CHUNK &&
            (!is_late(took, TIMEOUT) || ++late == LATE_TRIES || (late > 1 && !has_time(first))))
            break;
        if (result == CHUNK)
            go_on(t, first, taken);
    }
    observe_part(t, result);
    observe("%s", limit_kept(took, TIMEOUT));
    observe_arrival(t, ends, taken);
}

MUTANT(timeout, "half of the time of SO_SNDTIMEO is waited for")
{
    if (call_is_option(call, OP_SETSOCKOPT, SOL_SOCKET, SO_SNDTIMEO)) {
        struct timeval time;
        memcpy(&time, call_value(call)->bytes, sizeof time);
        time.tv_usec /= 2;
        int result = sk_setsockopt_bytes(m->real, (int)call->argument[0], SOL_SOCKET, SO_SNDTIMEO,
                                         &time, sizeof time);
        if (result < 0)
            call_fail(call, -result);
        else
            call_succeed(call, 0);
    } else {
        mutate(m, call);
    }
}
