/* Parameters that are numbers: constants travel by their names. */
#include "calls/kind.h"

#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <sys/socket.h>

/* ---- plain numbers ---- */

static void print_number(struct text *text, const struct call *call, int at, bool finished)
{
    (void)finished;
    text_add(text, "%" PRId64, call->argument[at]);
}

static void put_number(struct frame *frame, const struct call *call, int at)
{
    frame_put_number(frame, call->argument[at]);
}

static void get_number(struct frame *frame, struct call *call, int at)
{
    call->argument[at] = frame_get_number(frame);
}

/* ---- one constant, or a set of flags ---- */

static enum parameter parameter_at(const struct call *call, int at)
{
    return operation_info(call->operation)->parameter[at];
}

/* The group of a constant; an option's depends on the level before it. */
static enum symbol_group group_at(const struct call *call, int at)
{
    static const enum symbol_group groups[P_FIRST_BLOCK] = {
        [P_FAMILY] = SYMBOLS_FAMILY,
        [P_PROTOCOL] = SYMBOLS_PROTOCOL,
        [P_HOW] = SYMBOLS_HOW,
        [P_LEVEL] = SYMBOLS_LEVEL,
        [P_MESSAGE_FLAGS] = SYMBOLS_MESSAGE_FLAG,
        [P_SOCKET_FLAGS] = SYMBOLS_SOCKET_FLAG,
        [P_FCNTL_COMMAND] = SYMBOLS_FCNTL,
        [P_EPOLL_OPERATION] = SYMBOLS_EPOLL_OPERATION,
        [P_SIGNAL] = SYMBOLS_SIGNAL,
        [P_WHENCE] = SYMBOLS_WHENCE,
        [P_RESOURCE] = SYMBOLS_RESOURCE,
        [P_REQUEST] = SYMBOLS_REQUEST,
        [P_LOOKUP_ERROR] = SYMBOLS_LOOKUP_ERROR,
        [P_NAME_FLAGS] = SYMBOLS_NAME_FLAG,
        [P_SPLICE_FLAGS] = SYMBOLS_SPLICE_FLAG,
        [P_CAPABILITY] = SYMBOLS_CAPABILITY,
    };
    if (parameter_at(call, at) == P_OPTION)
        return symbol_options((int)call->argument[at - 1]);
    return groups[parameter_at(call, at)];
}

static void print_symbol(struct text *text, const struct call *call, int at, bool finished)
{
    const char *name = symbol_name(group_at(call, at), call->argument[at]);
    if (name)
        text_add(text, "%s", name);
    else
        print_number(text, call, at, finished);
}

static void put_symbol(struct frame *frame, const struct call *call, int at)
{
    frame_put_symbol(frame, group_at(call, at), call->argument[at]);
}

static void get_symbol(struct frame *frame, struct call *call, int at)
{
    call->argument[at] = frame_get_symbol(frame, group_at(call, at));
}

static void print_set(struct text *text, enum symbol_group group, int64_t flags)
{
    char names[128];
    format_flags(group, flags, names, sizeof names);
    text_add(text, "%s", names);
}

static void print_flags(struct text *text, const struct call *call, int at, bool finished)
{
    (void)finished;
    print_set(text, group_at(call, at), call->argument[at]);
}

static void put_flags(struct frame *frame, const struct call *call, int at)
{
    frame_put_flags(frame, group_at(call, at), call->argument[at]);
}

static void get_flags(struct frame *frame, struct call *call, int at)
{
    call->argument[at] = frame_get_flags(frame, group_at(call, at));
}

/* ---- a socket's type, with flags beside it ---- */

/* The types are small numbers everywhere, the flags beyond them. */
enum { TYPE_MASK = 0xf };

static void print_type(struct text *text, const struct call *call, int at, bool finished)
{
    int64_t type = call->argument[at], flags = type & ~INT64_C(0xf);
    const char *name = symbol_name(SYMBOLS_TYPE, type & TYPE_MASK);
    (void)finished;
    if (!name || type < 0) {
        print_number(text, call, at, finished);
        return;
    }
    text_add(text, flags ? "%s|" : "%s", name);
    if (flags)
        print_set(text, SYMBOLS_SOCKET_FLAG, flags);
}

static void put_type(struct frame *frame, const struct call *call, int at)
{
    int64_t type = call->argument[at];
    bool named = type >= 0 && symbol_name(SYMBOLS_TYPE, type & TYPE_MASK);
    frame_put_symbol(frame, SYMBOLS_TYPE, named ? type & TYPE_MASK : type);
    frame_put_flags(frame, SYMBOLS_SOCKET_FLAG, named ? type & ~INT64_C(0xf) : 0);
}

static void get_type(struct frame *frame, struct call *call, int at)
{
    call->argument[at] = frame_get_symbol(frame, SYMBOLS_TYPE);
    call->argument[at] |= frame_get_flags(frame, SYMBOLS_SOCKET_FLAG);
}

/* ---- what a command of fcntl() takes ---- */

static bool takes_flags(const struct call *call, int at)
{
    return call->argument[at - 1] == F_SETFL;
}

static bool takes_signal(const struct call *call, int at)
{
#ifdef F_SETSIG
    return call->argument[at - 1] == F_SETSIG;
#else
    (void)call;
    (void)at;
    return false;
#endif
}

static void print_fcntl(struct text *text, const struct call *call, int at, bool finished)
{
    if (takes_flags(call, at))
        print_set(text, SYMBOLS_FILE_FLAG, call->argument[at]);
    else if (call->argument[at - 1] == F_SETFD && call->argument[at] == FD_CLOEXEC)
        text_add(text, "FD_CLOEXEC");
    else
        print_number(text, call, at, finished);
}

static void put_fcntl(struct frame *frame, const struct call *call, int at)
{
    if (takes_flags(call, at))
        frame_put_flags(frame, SYMBOLS_FILE_FLAG, call->argument[at]);
    else if (takes_signal(call, at))
        frame_put_symbol(frame, SYMBOLS_SIGNAL, call->argument[at]);
    else
        frame_put_number(frame, call->argument[at]);
}

static void get_fcntl(struct frame *frame, struct call *call, int at)
{
    if (takes_flags(call, at))
        call->argument[at] = frame_get_flags(frame, SYMBOLS_FILE_FLAG);
    else if (takes_signal(call, at))
        call->argument[at] = frame_get_symbol(frame, SYMBOLS_SIGNAL);
    else
        call->argument[at] = frame_get_number(frame);
}

/* ---- flags of open(), with a mode of access that is no flag ---- */

static void print_open(struct text *text, const struct call *call, int at, bool finished)
{
    static const char *const access[] = {"O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"};
    int64_t flags = call->argument[at];
    (void)finished;
    text_add(text, flags & ~INT64_C(3) ? "%s|" : "%s", access[flags & O_ACCMODE & 3]);
    if (flags & ~INT64_C(3))
        print_set(text, SYMBOLS_OPEN_FLAG, flags & ~INT64_C(3));
}

static void put_open(struct frame *frame, const struct call *call, int at)
{
    frame_put_symbol(frame, SYMBOLS_OPEN_FLAG, call->argument[at] & O_ACCMODE);
    frame_put_flags(frame, SYMBOLS_OPEN_FLAG, call->argument[at] & ~(int64_t)O_ACCMODE);
}

static void get_open(struct frame *frame, struct call *call, int at)
{
    call->argument[at] = frame_get_symbol(frame, SYMBOLS_OPEN_FLAG);
    call->argument[at] |= frame_get_flags(frame, SYMBOLS_OPEN_FLAG);
}

static void print_mode(struct text *text, const struct call *call, int at, bool finished)
{
    (void)finished;
    text_add(text, "0%03" PRIo64, (uint64_t)call->argument[at]);
}

#define NUMBER(name_)                                                                              \
    {                                                                                              \
        .name = name_, .print = print_number, .put = put_number, .get = get_number                 \
    }
#define SYMBOL(name_)                                                                              \
    {                                                                                              \
        .name = name_, .print = print_symbol, .put = put_symbol, .get = get_symbol                 \
    }
#define FLAGS(name_)                                                                               \
    {                                                                                              \
        .name = name_, .print = print_flags, .put = put_flags, .get = get_flags                    \
    }

const struct kind scalar_kinds[P_FIRST_BLOCK] = {
    [P_INT] = NUMBER("int"),
    [P_SIZE] = NUMBER("size"),
    [P_FD] = NUMBER("fd"),
    [P_MILLISECONDS] = NUMBER("milliseconds"),
    [P_HANDLE] = NUMBER("handle"),
    [P_FAMILY] = SYMBOL("family"),
    [P_PROTOCOL] = SYMBOL("protocol"),
    [P_HOW] = SYMBOL("how"),
    [P_LEVEL] = SYMBOL("level"),
    [P_OPTION] = SYMBOL("option"),
    [P_FCNTL_COMMAND] = SYMBOL("fcntl"),
    [P_EPOLL_OPERATION] = SYMBOL("epoll"),
    [P_SIGNAL] = SYMBOL("signal"),
    [P_WHENCE] = SYMBOL("whence"),
    [P_RESOURCE] = SYMBOL("resource"),
    [P_REQUEST] = SYMBOL("request"),
    [P_LOOKUP_ERROR] = SYMBOL("lookup-error"),
    [P_CAPABILITY] = SYMBOL("capability"),
    [P_MESSAGE_FLAGS] = FLAGS("message-flags"),
    [P_SOCKET_FLAGS] = FLAGS("socket-flags"),
    [P_NAME_FLAGS] = FLAGS("name-flags"),
    [P_SPLICE_FLAGS] = FLAGS("splice-flags"),
    [P_TYPE] = {.name = "type", .print = print_type, .put = put_type, .get = get_type},
    [P_FCNTL_ARGUMENT] = {.name = "fcntl-argument",
                          .print = print_fcntl,
                          .put = put_fcntl,
                          .get = get_fcntl},
    [P_OPEN_FLAGS] = {.name = "open-flags", .print = print_open, .put = put_open, .get = get_open},
    [P_MODE] = {.name = "mode", .print = print_mode, .put = put_number, .get = get_number},
};
