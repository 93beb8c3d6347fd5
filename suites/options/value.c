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

RULE(
    buffer, "options.value.buffer",
    .statement = "setsockopt() with SO_SNDBUF and SO_RCVBUF returns 0; on Linux getsockopt() gives "
                 "twice the size that was set.",
    .level = LEVEL_SHALL,
    .sources = {{POSIX_2016, "XSH 2.10.16 SO_SNDBUF, SO_RCVBUF: requests a size"},
                {"socket(7)", "SO_SNDBUF, SO_RCVBUF: the kernel doubles the value"},
                {FREEBSD_OPTIONS, "DESCRIPTION SO_SNDBUF and SO_RCVBUF"}},
    .outcome = {[BY_POSIX] = {"0 then *"}, [BY_LINUX] = {"0 then twice"}, [BY_BSD] = {"0 then *"}});

/* Within what the settings of a Linux host allow. */
enum { BUFFER = 20000 };

CASE(buffer, set, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     .axes = {{"buffer", {"sndbuf", "rcvbuf"}}})
{
    int fd = typed_socket(t, iut), option = t->chosen[0] ? SO_RCVBUF : SO_SNDBUF, value;
    int result = sk_setsockopt(iut, fd, SOL_SOCKET, option, BUFFER);
    observe_result(result);
    if (result < 0)
        return;
    must(sk_getsockopt(iut, fd, SOL_SOCKET, option, &value));
    observe("%s", value == BUFFER       ? "the same"
                  : value == 2 * BUFFER ? "twice"
                  : value < BUFFER      ? "less"
                                        : "more");
}

MUTANT_BY(buffer, "setsockopt() gives 0 and sets nothing", sets_nothing)

RULE(low_water, "options.value.rcvlowat-default",
     .statement = "getsockopt() gives 1 for SO_RCVLOWAT on a new socket.", .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH 2.10.16 SO_RCVLOWAT: the default is 1"},
                 {"socket(7)", "SO_RCVLOWAT: initialized to 1"},
                 {FREEBSD_OPTIONS, "DESCRIPTION SO_RCVLOWAT: the default is 1"}},
     .outcome = {[BY_POSIX] = {"1"}, [BY_LINUX] = {"1"}, [BY_BSD] = {"1"}});

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
     .statement = "setsockopt() with SO_RCVLOWAT returns 0 and sets what getsockopt() gives then.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH 2.10.16 SO_RCVLOWAT: whether it can be set is "
                              "implementation-defined"},
                 {"socket(7)", "SO_RCVLOWAT: changeable since Linux 2.4"},
                 {FREEBSD_OPTIONS, "DESCRIPTION: each option can be got and set"}},
     .outcome = {[BY_POSIX] = {"0 then 7 || ENOPROTOOPT | EINVAL"},
                 [BY_LINUX] = {"0 then 7"},
                 [BY_BSD] = {"0 then 7"}});

CASE(sets_low_water, set, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK)
{
    int fd = stream_socket(t, iut);
    int result = sk_setsockopt(iut, fd, SOL_SOCKET, SO_RCVLOWAT, 7);
    observe_result(result);
    if (result < 0)
        return;
    observe_number(t, fd, SO_RCVLOWAT);
}

MUTANT_BY(sets_low_water, "setsockopt() gives 0 and sets nothing", sets_nothing)

RULE(send_low_water, "options.value.sndlowat",
     .statement = "On Linux SO_SNDLOWAT is 1, and setsockopt() of it fails with ENOPROTOOPT.",
     .level = LEVEL_SHALL,
     .sources = {{"socket(7)", "SO_SNDLOWAT: initialized to 1, not changeable"}},
     .outcome = {[BY_LINUX] = {"1 then ENOPROTOOPT"}});

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
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH 2.10.16 SO_RCVTIMEO, SO_SNDTIMEO: the default is 0"},
                 {"socket(7)", "SO_RCVTIMEO and SO_SNDTIMEO: 0 is the default"}},
     .outcome = {[BY_POSIX] = {"0 then 0 s, 0 us"}, [BY_LINUX] = {"0 then 0 s, 0 us"}});

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
     .statement = "setsockopt() with SO_RCVTIMEO and SO_SNDTIMEO returns 0 and sets the time that "
                  "getsockopt() gives, which may be rounded up.",
     .level = LEVEL_SHALL,
     .sources = {{POSIX_2016, "XSH setsockopt(), DESCRIPTION; 2.10.16 SO_RCVTIMEO, SO_SNDTIMEO: "
                              "whether they can be set is implementation-defined"},
                 {"socket(7)", "SO_RCVTIMEO and SO_SNDTIMEO"},
                 {FREEBSD_OPTIONS, "DESCRIPTION: each option can be got and set"}},
     .outcome = {[BY_POSIX] = {"0 then that time || ENOPROTOOPT | EINVAL"},
                 [BY_LINUX] = {"0 then that time"},
                 [BY_BSD] = {"0 then that time"}});

/* Whether a time is 2.5 s or that rounded up, to whole seconds at most. */
static bool is_right(const struct timeval *time)
{
    return (time->tv_sec == 2 && time->tv_usec >= 500000) ||
           (time->tv_sec == 3 && time->tv_usec == 0);
}

CASE(timeout, set, .family = FAMILY_IPV4 | FAMILY_IPV6, .network = ON_LOOPBACK, .type = ANY_TYPE,
     TIMEOUT)
{
    struct timeval time = {2, 500000};
    socklen_t size = sizeof time;
    int fd = typed_socket(t, iut), option = timeout_of(t);
    int result = sk_setsockopt_bytes(iut, fd, SOL_SOCKET, option, &time, size);
    observe_result(result);
    if (result < 0)
        return;
    memset(&time, 0, sizeof time);
    must(sk_getsockopt_bytes(iut, fd, SOL_SOCKET, option, &time, &size));
    if (size == sizeof time && is_right(&time))
        observe("that time");
    else
        observe("%ld s, %ld us", (long)time.tv_sec, (long)time.tv_usec);
}

MUTANT_BY(timeout, "setsockopt() gives 0 and sets nothing", sets_nothing)
