/* Options whose value is a number or a time. */
#include "suites/suite.h"

#include <sys/time.h>

static void sets_nothing(struct mutation *m, struct call *call)
{
    if (call->operation == OP_SETSOCKOPT)
        call_succeed(call, 0);
    else
        mutate(m, call);
}

/* Observes the number that an option is, or the error. */
static void observe_number(struct test *t, int fd, int option)
{
    int value, result = sk_getsockopt(t->iut, fd, SOL_SOCKET, option, &value);
    if (result < 0)
        observe_result(result);
    else
        observe("%d", value);
}

/* ---- sizes of buffers and low-water marks ---- */

/* Within what the settings of a Linux host allow. */
enum { BUFFER = 20000 };
#define BUFFERS .axes = {{"buffer", {"sndbuf", "rcvbuf"}}}

static int buffer_of(const struct test *t)
{
    return t->chosen[0] ? SO_RCVBUF : SO_SNDBUF;
}

RULE(buffer, "options.value.buffer",
     .statement =
         "setsockopt() with SO_SNDBUF and SO_RCVBUF returns 0, and getsockopt() gives a size.",
     .outcome = {
         [BY_POSIX] = {"0 then 0 then a size",
                       {"posix.sockets.options.sndbuf.requests-size",
                        "posix.sockets.options.rcvbuf.requests-size",
                        "posix.sockets.options.all-get-and-set", "posix.setsockopt.returns-0",
                        "posix.getsockopt.returns-0"}},
         [BY_LINUX] = {"0 then 0 then a size",
                       {"linux.socket.7.so-sndbuf-doubled", "linux.socket.7.so-rcvbuf-doubled",
                        "linux.getsockopt.2.returns-zero"}},
         [BY_BSD] = {"0 then 0 then a size",
                     {"freebsd.getsockopt.2.so-sndbuf-rcvbuf-adjust",
                      "freebsd.getsockopt.2.get-and-set", "freebsd.getsockopt.2.returns-zero"}}});

CASE(buffer, set, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     BUFFERS)
{
    int fd = typed_socket(t, iut), value = -1;
    observe_result(sk_setsockopt(iut, fd, SOL_SOCKET, buffer_of(t), BUFFER));
    observe_result(sk_getsockopt(iut, fd, SOL_SOCKET, buffer_of(t), &value));
    observe("%s", value > 0 ? "a size" : "no size");
}

MUTANT_GIVES(buffer, "the sizes of buffers cannot be set", OP_SETSOCKOPT, 0, ENOPROTOOPT)

RULE(doubled, "options.value.buffer-doubled",
     .statement = "On Linux setsockopt() with SO_SNDBUF and SO_RCVBUF sets twice the size that it "
                  "is given, as getsockopt() shows.",
     .outcome = {
         [BY_LINUX] = {"0 then twice",
                       {"linux.socket.7.so-sndbuf-doubled", "linux.socket.7.so-rcvbuf-doubled",
                        "linux.getsockopt.2.returns-zero"}}});

CASE(doubled, set, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     BUFFERS)
{
    int fd = typed_socket(t, iut), value;
    int result = sk_setsockopt(iut, fd, SOL_SOCKET, buffer_of(t), BUFFER);
    observe_result(result);
    if (result < 0)
        return;
    result = sk_getsockopt(iut, fd, SOL_SOCKET, buffer_of(t), &value);
    if (result < 0)
        observe_result(result);
    else
        observe("%s", value == BUFFER       ? "the same"
                      : value == 2 * BUFFER ? "twice"
                      : value < BUFFER      ? "less"
                                            : "more");
}

MUTANT_BY(doubled, "setsockopt() gives 0 and sets nothing", sets_nothing)

RULE(low_water, "options.value.rcvlowat-default",
     .statement = "getsockopt() gives 1 for SO_RCVLOWAT on a new socket.",
     .outcome = {[BY_POSIX] = {"1",
                               {"posix.sockets.options.rcvlowat.default",
                                "posix.sockets.options.rcvlowat.type"}},
                 [BY_LINUX] = {"1", {"linux.socket.7.so-lowat-default"}},
                 [BY_BSD] = {"1", {"freebsd.getsockopt.2.so-rcvlowat-default-1"}}});

CASE(low_water, fresh, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE)
{
    observe_number(t, typed_socket(t, iut), SO_RCVLOWAT);
}

MUTANT(low_water, "SO_RCVLOWAT is 0")
{
    mutate(m, call);
    if (call_is_option(call, OP_GETSOCKOPT, SOL_SOCKET, SO_RCVLOWAT) && call->result == 0)
        call_set_option_value(call, 0);
}

RULE(sets_low_water, "options.value.rcvlowat-set",
     .statement = "setsockopt() with SO_RCVLOWAT, where it can be set, returns 0 and sets what "
                  "getsockopt() gives then.",
     .outcome = {
         [BY_POSIX] = {"0 then 7 || ENOPROTOOPT | EINVAL",
                       {"posix.sockets.options.rcvlowat.settable", "posix.setsockopt.sets",
                        "posix.setsockopt.returns-0", "posix.getsockopt.retrieves",
                        "posix.setsockopt.enoprotoopt", "posix.setsockopt.einval-option"}},
         [BY_LINUX] = {"0 then 7",
                       {"linux.socket.7.so-rcvlowat-settable", "linux.getsockopt.2.returns-zero"}},
         [BY_BSD] = {"0 then 7",
                     {"freebsd.getsockopt.2.so-rcvlowat-recognized",
                      "freebsd.getsockopt.2.get-and-set", "freebsd.getsockopt.2.returns-zero"}}});

CASE(sets_low_water, set, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE)
{
    int fd = typed_socket(t, iut);
    int result = sk_setsockopt(iut, fd, SOL_SOCKET, SO_RCVLOWAT, 7);
    observe_result(result);
    if (result < 0)
        return;
    observe_number(t, fd, SO_RCVLOWAT);
}

MUTANT_BY(sets_low_water, "setsockopt() gives 0 and sets nothing", sets_nothing)

RULE(send_low_water, "options.value.sndlowat",
     .statement = "On Linux SO_SNDLOWAT is 1, and setsockopt() of it fails with ENOPROTOOPT.",
     .outcome = {
         [BY_LINUX] = {"1 then ENOPROTOOPT",
                       {"linux.socket.7.so-lowat-default", "linux.socket.7.so-sndlowat-fixed"}}});

CASE(send_low_water, fresh, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE)
{
    int fd = typed_socket(t, iut);
    observe_number(t, fd, SO_SNDLOWAT);
    observe_result(sk_setsockopt(iut, fd, SOL_SOCKET, SO_SNDLOWAT, 2));
}

MUTANT_BY(send_low_water, "setsockopt() gives 0 and sets nothing", sets_nothing)

/* ---- timeouts ---- */

#define TIMEOUT .axes = {{"timeout", {"rcvtimeo", "sndtimeo"}}}

static int timeout_of(const struct test *t)
{
    return t->chosen[0] ? SO_SNDTIMEO : SO_RCVTIMEO;
}

RULE(no_timeout, "options.value.timeout-default",
     .statement = "getsockopt() gives a time of 0 for SO_RCVTIMEO and SO_SNDTIMEO on a new socket.",
     .outcome = {
         [BY_POSIX] = {"0 then 0 s, 0 us",
                       {"posix.sockets.options.rcvtimeo.default",
                        "posix.sockets.options.sndtimeo.default",
                        "posix.sockets.options.rcvtimeo.type",
                        "posix.sockets.options.sndtimeo.type", "posix.getsockopt.returns-0"}},
         [BY_LINUX] = {"0 then 0 s, 0 us",
                       {"linux.socket.7.so-timeo-zero", "linux.socket.7.so-timeo-type",
                        "linux.getsockopt.2.returns-zero"}},
         [BY_BSD] = {"0 then 0 s, 0 us",
                     {"posix.sockets.options.rcvtimeo.default",
                      "posix.sockets.options.sndtimeo.default", "freebsd.getsockopt.2.timeo-struct",
                      "freebsd.getsockopt.2.returns-zero"}}});

CASE(no_timeout, fresh, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK,
     .type = ANY_TYPE, TIMEOUT)
{
    struct timeval time = {-1, -1};
    socklen_t size = sizeof time;
    int result =
        sk_getsockopt_bytes(iut, typed_socket(t, iut), SOL_SOCKET, timeout_of(t), &time, &size);
    observe_result(result);
    if (result == 0 && size == sizeof time)
        observe("%ld s, %ld us", (long)time.tv_sec, (long)time.tv_usec);
    else if (result == 0)
        observe("%u bytes", size);
}

MUTANT(no_timeout, "getsockopt() gives a timeout of 30 seconds")
{
    struct timeval time = {30, 0};
    mutate(m, call);
    if (call->operation == OP_GETSOCKOPT && call->result == 0 &&
        call_value(call)->length == sizeof time)
        memcpy(call_value(call)->bytes, &time, sizeof time);
}

RULE(timeout, "options.value.timeout-set",
     .statement = "setsockopt() with SO_RCVTIMEO and SO_SNDTIMEO, where they can be set, returns 0 "
                  "and sets the time that getsockopt() gives, which may be rounded up to the "
                  "clock's resolution.",
     .outcome = {
         [BY_POSIX] =
             {"0 then that time | rounded up | rounded up by a lot || ENOPROTOOPT | EINVAL",
              {"posix.sockets.options.rcvtimeo.settable", "posix.sockets.options.sndtimeo.settable",
               "posix.setsockopt.sets", "posix.setsockopt.returns-0", "posix.getsockopt.retrieves",
               "posix.setsockopt.enoprotoopt", "posix.setsockopt.einval-option"}},
         [BY_LINUX] = {"0 then that time | rounded up",
                       {"linux.socket.7.so-timeo-type", "linux.socket.7.option-level",
                        "linux.getsockopt.2.returns-zero"}},
         [BY_BSD] = {"0 then that time | rounded up",
                     {"freebsd.getsockopt.2.so-sndtimeo-recognized",
                      "freebsd.getsockopt.2.so-rcvtimeo-recognized",
                      "freebsd.getsockopt.2.timeo-struct", "freebsd.getsockopt.2.get-and-set",
                      "freebsd.getsockopt.2.returns-zero"}}});

/* How a time is later than another: by a tick of a kernel's clock at most, by less than a second,
 * or not so. */
static const char *rounding(const struct timeval *time, const struct timeval *given)
{
    enum { TICK = 50000 };
    bool next = time->tv_sec == given->tv_sec + 1;
    if ((time->tv_sec != given->tv_sec && !next) || time->tv_usec < 0 || time->tv_usec >= 1000000)
        return NULL;
    long more = time->tv_usec - given->tv_usec + (next ? 1000000 : 0);
    return more <= 0 || more >= 1000000 ? NULL : more < TICK ? "rounded up" : "rounded up by a lot";
}

/* The half second is what is lost where only seconds are kept. Whether it is rounded up is left
 * open by POSIX, which the others follow: Linux with 300 or 1024 ticks a second makes a little more
 * of it. Of POSIX's clocks none is coarser than one that counts seconds. */
CASE(timeout, set, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     TIMEOUT)
{
    struct timeval given = {2, 500000}, time = {0};
    socklen_t size = sizeof time;
    int fd = typed_socket(t, iut), option = timeout_of(t);
    int result = sk_setsockopt_bytes(iut, fd, SOL_SOCKET, option, &given, sizeof given);
    observe_result(result);
    if (result < 0)
        return;
    result = sk_getsockopt_bytes(iut, fd, SOL_SOCKET, option, &time, &size);
    if (result < 0)
        observe_result(result);
    else if (time.tv_sec == given.tv_sec && time.tv_usec == given.tv_usec)
        observe("that time");
    else if (rounding(&time, &given))
        observe("%s", rounding(&time, &given));
    else
        observe("%ld s, %ld us", (long)time.tv_sec, (long)time.tv_usec);
}

MUTANT_BY(timeout, "setsockopt() gives 0 and sets nothing", sets_nothing)
