/* The numbers behind names: a part of a platform's ABI, and one table. It compares headers and no
 * behaviour; a run's summary has it apart, as abi.*.
 *
 * POSIX fixes that AF_UNSPEC is 0, how large socklen_t is at least, and that the numbers of a group
 * differ from each other. All others are the platforms' own. */
#include "suites/suite.h"

static bool asks_for(const struct call *call, const char *name)
{
    return call->operation == OP_CONSTANT && call->block[0].length == strlen(name) &&
           memcmp(name, call->block[0].bytes, call->block[0].length) == 0;
}

/* Passes a call on and, if it asks for this constant, gives another number. */
static void renumber(struct mutation *m, struct call *call, const char *name)
{
    mutate(m, call);
    if (asks_for(call, name))
        call_succeed(call, call->result + 1);
}

/* Some architectures of Linux have other numbers than most. */
static void skip_own_numbers(struct test *t)
{
    if (sk_constant(t->iut, "OWN_NUMBERS") >= 0)
        skip("Linux has other numbers on this architecture");
}

/* Observes the number behind a name; "none" if the platform has no such name. */
static void observe_number(struct test *t, const char *name)
{
    int value = sk_constant(t->iut, name);
    if (value == -ENOPROTOOPT)
        observe("none");
    else
        observe("%d", value);
}

/* The requirements that a group of numbers stands on, and whether an architecture of Linux has
 * others. */
#define ON_LINUX_error    "linux.uapi.errors"
#define ON_LINUX_family   "linux.glibc.families"
#define ON_LINUX_type     "linux.glibc.types"
#define ON_LINUX_protocol "linux.uapi.protocols"
#define ON_LINUX_how      "linux.glibc.shutdown"
#define ON_LINUX_option   "linux.uapi.socket-options"
#define ON_LINUX_tcp      "linux.uapi.tcp-options"
#define ON_LINUX_flag     "linux.glibc.message-flags"
#define ON_LINUX_file     "linux.uapi.file-flags"
#define ON_LINUX_event    "linux.uapi.events"
#define ON_LINUX_address  "linux.uapi.addresses"
#define ON_LINUX_kind     "linux.glibc.sa-family"
#define ON_LINUX_length   "linux.glibc.socklen"

#define ON_BSD_error    "freebsd.headers.errors"
#define ON_BSD_family   "freebsd.headers.families"
#define ON_BSD_type     "freebsd.headers.types"
#define ON_BSD_protocol "freebsd.headers.protocols"
#define ON_BSD_how      "freebsd.headers.shutdown"
#define ON_BSD_option   "freebsd.headers.socket-options"
#define ON_BSD_tcp      "freebsd.headers.tcp-options"
#define ON_BSD_flag     "freebsd.headers.message-flags"
#define ON_BSD_file     "freebsd.headers.file-flags"
#define ON_BSD_event    "freebsd.headers.events"
#define ON_BSD_address  "freebsd.headers.addresses"
#define ON_BSD_kind     "freebsd.headers.addresses"
#define ON_BSD_length   "freebsd.headers.socklen"

enum {
    error_varies = true,
    family_varies = false,
    type_varies = true,
    protocol_varies = false,
    how_varies = false,
    option_varies = true,
    tcp_varies = false,
    flag_varies = false,
    file_varies = true,
    event_varies = false,
    address_varies = false,
    kind_varies = false,
    length_varies = false,
};

/* A row: an identifier here, the rule's id, the C code whose number it is, what that is, its group,
 * and the number on Linux, on FreeBSD, and by other profiles. */
#define ROW(ident_, id_, name_, what_, group_, linux_, bsd_, ...)                                  \
    static void renumbers_##ident_(struct mutation *m, struct call *call)                          \
    {                                                                                              \
        renumber(m, call, name_);                                                                  \
    }                                                                                              \
    RULE(ident_##number, id_, .statement = what_ " is that of the platform.",                      \
         .outcome = {[BY_LINUX] = {#linux_, {ON_LINUX_##group_}},                                  \
                     [BY_BSD] = {#bsd_, {ON_BSD_##group_}},                                        \
                     __VA_ARGS__});                                                                \
    MUTANT_BY(ident_##number, name_ " has another number", renumbers_##ident_)                     \
    CASE(ident_##number, value, .network = ON_LOOPBACK)                                            \
    {                                                                                              \
        if (group_##_varies)                                                                       \
            skip_own_numbers(t);                                                                   \
        observe_number(t, name_);                                                                  \
    }

#define NUMBER(suite_, group_, name_, linux_, bsd_, ...)                                           \
    ROW(name_##_, "abi." #suite_ "." #name_, #name_, "The number of " #name_, group_, linux_,      \
        bsd_, __VA_ARGS__)
#define ERROR(name_, linux_, bsd_)                                                                 \
    ROW(name_##_, "abi.error." #name_, #name_, "The number of " #name_, error, linux_, bsd_, )
#define SIZE(ident_, name_, group_, linux_, bsd_, ...)                                             \
    ROW(ident_##_, "abi.size." #ident_, "sizeof(" name_ ")", "The size of " #ident_, group_,       \
        linux_, bsd_, __VA_ARGS__)

/* clang-format off */
ERROR(EPERM,            1,   1)
ERROR(ENOENT,           2,   2)
ERROR(EINTR,            4,   4)
ERROR(EIO,              5,   5)
ERROR(EBADF,            9,   9)
ERROR(EAGAIN,          11,  35)
ERROR(EWOULDBLOCK,     11,  35)
ERROR(ENOMEM,          12,  12)
ERROR(EACCES,          13,  13)
ERROR(EFAULT,          14,  14)
ERROR(EINVAL,          22,  22)
ERROR(ENFILE,          23,  23)
ERROR(EMFILE,          24,  24)
ERROR(ENOTTY,          25,  25)
ERROR(ESPIPE,          29,  29)
ERROR(EPIPE,           32,  32)
ERROR(EDOM,            33,  33)
ERROR(ENAMETOOLONG,    36,  63)
ERROR(ENOSYS,          38,  78)
ERROR(ENOTSOCK,        88,  38)
ERROR(EDESTADDRREQ,    89,  39)
ERROR(EMSGSIZE,        90,  40)
ERROR(EPROTOTYPE,      91,  41)
ERROR(ENOPROTOOPT,     92,  42)
ERROR(EPROTONOSUPPORT, 93,  43)
ERROR(ESOCKTNOSUPPORT, 94,  44)
ERROR(EOPNOTSUPP,      95,  45)
ERROR(EPFNOSUPPORT,    96,  46)
ERROR(EAFNOSUPPORT,    97,  47)
ERROR(EADDRINUSE,      98,  48)
ERROR(EADDRNOTAVAIL,   99,  49)
ERROR(ENETDOWN,       100,  50)
ERROR(ENETUNREACH,    101,  51)
ERROR(ENETRESET,      102,  52)
ERROR(ECONNABORTED,   103,  53)
ERROR(ECONNRESET,     104,  54)
ERROR(ENOBUFS,        105,  55)
ERROR(EISCONN,        106,  56)
ERROR(ENOTCONN,       107,  57)
ERROR(ESHUTDOWN,      108,  58)
ERROR(ETIMEDOUT,      110,  60)
ERROR(ECONNREFUSED,   111,  61)
ERROR(EHOSTDOWN,      112,  64)
ERROR(EHOSTUNREACH,   113,  65)
ERROR(EALREADY,       114,  37)
NUMBER(error, error, EINPROGRESS, 115, 36, [BY_ZOS] = {"36", {"zos.connect.call.einprogress"}})

NUMBER(family, family, AF_UNSPEC, 0, 0, [BY_POSIX] = {"0", {"posix.sys-socket-h.af-unspec-0"}})
NUMBER(family, family, AF_UNIX,   1,  1, )
NUMBER(family, family, AF_INET,   2,  2, [BY_ZOS] = {"2", {"zos.bind.call.family-numbers"}})
NUMBER(family, family, AF_INET6, 10, 28, [BY_ZOS] = {"19", {"zos.bind.call.family-numbers"}})

NUMBER(type, type, SOCK_STREAM,         1,         1, )
NUMBER(type, type, SOCK_DGRAM,          2,         2, )
NUMBER(type, type, SOCK_RAW,            3,         3, )
NUMBER(type, type, SOCK_SEQPACKET,      5,         5, )
NUMBER(type, type, SOCK_NONBLOCK,    2048, 536870912, )
NUMBER(type, type, SOCK_CLOEXEC,   524288, 268435456, )

NUMBER(protocol, protocol, IPPROTO_IP,    0,  0, )
NUMBER(protocol, protocol, IPPROTO_ICMP,  1,  1, )
NUMBER(protocol, protocol, IPPROTO_TCP,   6,  6, )
NUMBER(protocol, protocol, IPPROTO_UDP,  17, 17, )
NUMBER(protocol, protocol, IPPROTO_IPV6, 41, 41, )

NUMBER(how, how, SHUT_RD,   0, 0, )
NUMBER(how, how, SHUT_WR,   1, 1, )
NUMBER(how, how, SHUT_RDWR, 2, 2, )

NUMBER(option, option, SOL_SOCKET,     1, 65535, )
NUMBER(option, option, SO_DEBUG,       1,     1, )
NUMBER(option, option, SO_REUSEADDR,   2,     4, )
NUMBER(option, option, SO_TYPE,        3,  4104, )
NUMBER(option, option, SO_ERROR,       4,  4103, )
NUMBER(option, option, SO_DONTROUTE,   5,    16, )
NUMBER(option, option, SO_BROADCAST,   6,    32, )
NUMBER(option, option, SO_SNDBUF,      7,  4097, )
NUMBER(option, option, SO_RCVBUF,      8,  4098, )
NUMBER(option, option, SO_KEEPALIVE,   9,     8, )
NUMBER(option, option, SO_OOBINLINE,  10,   256, )
NUMBER(option, option, SO_LINGER,     13,   128, )
NUMBER(option, option, SO_REUSEPORT,  15,   512, )
NUMBER(option, option, SO_ACCEPTCONN, 30,     2, )
NUMBER(option, tcp,    TCP_NODELAY,    1,     1, )

NUMBER(flag, flag, MSG_OOB,           1,      1, )
NUMBER(flag, flag, MSG_PEEK,          2,      2, )
NUMBER(flag, flag, MSG_DONTROUTE,     4,      4, )
NUMBER(flag, flag, MSG_CTRUNC,        8,     32, )
NUMBER(flag, flag, MSG_TRUNC,        32,     16, )
NUMBER(flag, flag, MSG_DONTWAIT,     64,    128, )
NUMBER(flag, flag, MSG_EOR,         128,      8, )
NUMBER(flag, flag, MSG_WAITALL,     256,     64, )
NUMBER(flag, flag, MSG_NOSIGNAL,  16384, 131072, )
NUMBER(flag, file, O_NONBLOCK,     2048,      4, )

NUMBER(event, event, POLLIN,    1,  1, )
NUMBER(event, event, POLLPRI,   2,  2, )
NUMBER(event, event, POLLOUT,   4,  4, )
NUMBER(event, event, POLLERR,   8,  8, )
NUMBER(event, event, POLLHUP,  16, 16, )
NUMBER(event, event, POLLNVAL, 32, 32, )

SIZE(sockaddr_in,      "struct sockaddr_in",      address,  16,  16, )
SIZE(sockaddr_in6,     "struct sockaddr_in6",     address,  28,  28, )
SIZE(sockaddr_storage, "struct sockaddr_storage", address, 128, 128, )
SIZE(sa_family_t,      "sa_family_t",             kind,      2,   1, )
SIZE(socklen_t,        "socklen_t",               length,    4,   4,
     [BY_POSIX] = {"4 | 8", {"posix.sys-socket-h.socklen"}})
/* clang-format on */

/* ---- what differs ---- */

/* Observes whether all of these have numbers of their own; what the platform does not have does not
 * count. */
static void observe_distinct(struct test *t, const char *const *names, size_t count)
{
    int value[64];
    for (size_t i = 0; i < count; i++) {
        value[i] = sk_constant(t->iut, names[i]);
        for (size_t j = 0; j < i; j++)
            if (value[i] == value[j] && value[i] != -ENOPROTOOPT) {
                observe("%s is %s", names[i], names[j]);
                return;
            }
    }
    observe("distinct");
}

#define DISTINCT(group_, what_, on_, ...)                                                          \
    static const char *const group_##_names[] = {__VA_ARGS__};                                     \
    RULE(group_##_distinct, "abi." #group_ ".distinct",                                            \
         .statement = "The " what_ " of POSIX have distinct numbers.",                             \
         .outcome = {[BY_POSIX] = {"distinct", {on_}},                                             \
                     [BY_LINUX] = {"distinct", {on_}},                                             \
                     [BY_BSD] = {"distinct", {on_}}});                                             \
    CASE(group_##_distinct, all, .network = ON_LOOPBACK)                                           \
    {                                                                                              \
        observe_distinct(t, group_##_names, sizeof group_##_names / sizeof *group_##_names);       \
    }                                                                                              \
    MUTANT(group_##_distinct, "two of them have the same number")                                  \
    {                                                                                              \
        mutate(m, call);                                                                           \
        if (asks_for(call, group_##_names[1]))                                                     \
            call_succeed(call, sk_constant(m->real, group_##_names[0]));                           \
    }

/* EWOULDBLOCK may be EAGAIN, and ENOTSUP EOPNOTSUPP. */
DISTINCT(error, "errors", "posix.errno-h.distinct", "EPERM", "ENOENT", "EINTR", "EIO", "EBADF",
         "EAGAIN", "ENOMEM", "EACCES", "EFAULT", "EINVAL", "ENFILE", "EMFILE", "ENOTTY", "ESPIPE",
         "EPIPE", "EDOM", "ENAMETOOLONG", "ENOSYS", "ENOTSOCK", "EDESTADDRREQ", "EMSGSIZE",
         "EPROTOTYPE", "ENOPROTOOPT", "EPROTONOSUPPORT", "EOPNOTSUPP", "EAFNOSUPPORT", "EADDRINUSE",
         "EADDRNOTAVAIL", "ENETDOWN", "ENETUNREACH", "ENETRESET", "ECONNABORTED", "ECONNRESET",
         "ENOBUFS", "EISCONN", "ENOTCONN", "ETIMEDOUT", "ECONNREFUSED", "EHOSTUNREACH", "EALREADY",
         "EINPROGRESS")
DISTINCT(family, "address families", "posix.sys-socket-h.families-distinct", "AF_UNSPEC", "AF_INET",
         "AF_INET6", "AF_UNIX")
DISTINCT(type, "socket types", "posix.sys-socket-h.types-distinct", "SOCK_STREAM", "SOCK_DGRAM",
         "SOCK_RAW", "SOCK_SEQPACKET")
DISTINCT(how, "ways of shutdown()", "posix.sys-socket-h.shut-distinct", "SHUT_RD", "SHUT_WR",
         "SHUT_RDWR")
DISTINCT(option, "options of SOL_SOCKET", "posix.sys-socket-h.options-distinct", "SO_ACCEPTCONN",
         "SO_BROADCAST", "SO_DEBUG", "SO_DONTROUTE", "SO_ERROR", "SO_KEEPALIVE", "SO_LINGER",
         "SO_OOBINLINE", "SO_RCVBUF", "SO_RCVLOWAT", "SO_RCVTIMEO", "SO_REUSEADDR", "SO_SNDBUF",
         "SO_SNDLOWAT", "SO_SNDTIMEO", "SO_TYPE")
DISTINCT(flag, "MSG_ flags", "posix.sys-socket-h.msg-flags-distinct", "MSG_CTRUNC", "MSG_DONTROUTE",
         "MSG_EOR", "MSG_OOB", "MSG_NOSIGNAL", "MSG_PEEK", "MSG_TRUNC", "MSG_WAITALL")
