/* What is served to whoever connects: sockets of the Internet and what belongs to this process, as
 * far as cases need it. Everything is looked at as the performers pass it on: cut to an int. */
#include "stacks/agent/program/confine.h"

#include "calls/kind.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Beyond these nothing has a number, in the families and in commands, options and levels. */
enum { NO_FAMILY = 256, NOBODYS = 4096 };

static bool confined;

void confine(void)
{
    confined = true;
}

/* Files, other processes and the rights of this one. */
static const enum operation refused[] = {
    OP_OPEN, OP_STAT,    OP_CHMOD,   OP_UNLINK, OP_SYMLINK,         OP_MKDIR,     OP_FORK,
    OP_EXEC, OP_SETEUID, OP_SETEGID, OP_UMASK,  OP_DROP_CAPABILITY, OP_SETRLIMIT, OP_AWAIT_CHILD};

void confine_describe(struct text *lacks)
{
    for (size_t i = 0; confined && i < sizeof refused / sizeof *refused; i++)
        text_add(lacks, "%s ", operation_info(refused[i])->name);
}

/* Whether a number is one of the constants whose names are in a text, blanks around each. */
static bool is_one_of(enum symbol_group group, int64_t number, const char *names)
{
    char name[64];
    const char *found = symbol_name(group, number);
    struct text text = text_in(name, sizeof name);
    text_add(&text, " %s ", found ? found : "");
    return found && strstr(names, name) != NULL;
}

static bool is_nobodys(int number)
{
    return number < 0 || number >= NOBODYS;
}

static bool allows_socket(int family, int type, int protocol)
{
#ifdef SOCK_NONBLOCK
    type &= ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
#endif
    /* 253 and 254 are reserved for experiments: no protocol has them. */
    return (family == AF_UNSPEC || family == AF_INET || family == AF_INET6 || family < 0 ||
            family >= NO_FAMILY) &&
           (type == SOCK_STREAM || type == SOCK_DGRAM) &&
           (protocol == 253 || protocol == 254 ||
            is_one_of(SYMBOLS_PROTOCOL, protocol, " IPPROTO_IP IPPROTO_TCP IPPROTO_UDP "));
}

/* Filters of packets are set by options too: those that have a name here are a socket's own. */
static bool allows_option(int level, int option)
{
    static const char levels[] = " SOL_SOCKET IPPROTO_TCP IPPROTO_UDP IPPROTO_IP IPPROTO_IPV6 ";
    return is_nobodys(level) ||
           (is_one_of(SYMBOLS_LEVEL, level, levels) &&
            (is_nobodys(option) || symbol_name(symbol_options(level), option)));
}

/* Signals go to nobody else, and only those that this process counts. */
static bool is_own(int process)
{
    return process == 0 || process == getpid();
}

static bool allows_fcntl(int command, int argument)
{
    static const char commands[] = " F_GETFD F_SETFD F_GETFL F_SETFL F_GETOWN F_GETSIG F_DUPFD "
                                   "F_DUPFD_CLOEXEC F_GETPIPE_SZ ";
    if (is_one_of(SYMBOLS_FCNTL, command, " F_SETOWN "))
        return is_own(argument);
    if (is_one_of(SYMBOLS_FCNTL, command, " F_SETSIG "))
        return argument == 0 || argument == SIGPIPE || argument == SIGURG || argument == SIGIO ||
               argument == SIGUSR1;
    return is_nobodys(command) || is_one_of(SYMBOLS_FCNTL, command, commands);
}

static bool allows_ioctl(int64_t request, const struct block *value)
{
    int process = 0;
    if (is_one_of(SYMBOLS_REQUEST, request, " SIOCSPGRP FIOSETOWN ")) {
        if (value->bytes && value->length >= sizeof process)
            memcpy(&process, value->bytes, sizeof process);
        return is_own(process);
    }
    return symbol_name(SYMBOLS_REQUEST, request) != NULL;
}

static bool is_refused(enum operation operation)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (refused[i] == operation)
            return true;
    return false;
}

bool confine_allows(const struct call *call)
{
    const int64_t *argument = call->argument;
    if (!confined)
        return true;
    switch (call->operation) {
    case OP_SOCKET:
    case OP_SOCKETPAIR:
        return allows_socket((int)argument[0], (int)argument[1], (int)argument[2]);
    case OP_GETSOCKOPT:
    case OP_SETSOCKOPT:
        return allows_option((int)argument[1], (int)argument[2]);
    case OP_FCNTL:
        return allows_fcntl((int)argument[1], (int)argument[2]);
    case OP_IOCTL:
        return allows_ioctl((int64_t)(unsigned long)argument[1], &call->block[2]);
    default:
        return !is_refused(call->operation);
    }
}
