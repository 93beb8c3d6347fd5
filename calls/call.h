/* A socket call as a value.
 *
 * Every call that a case makes, on the implementation under test or on the peer, is a struct call.
 * It holds scalars and blocks of bytes and no other pointers, so it can be printed, altered, or
 * sent to another machine without knowing what it does: the table in call.c says which parameters
 * an operation takes, in the order of its C prototype. */
#ifndef SOCKSPEC_CALL_H
#define SOCKSPEC_CALL_H

#include "calls/symbols.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum operation {
    OP_SOCKET,
    OP_BIND,
    OP_LISTEN,
    OP_CONNECT,
    OP_ACCEPT,
    OP_ACCEPT4,
    OP_GETSOCKNAME,
    OP_GETPEERNAME,
    OP_SEND,
    OP_SENDTO,
    OP_SENDMSG,
    OP_WRITE,
    OP_RECV,
    OP_RECVFROM,
    OP_RECVMSG,
    OP_READ,
    OP_SHUTDOWN,
    OP_CLOSE,
    OP_GETSOCKOPT,
    OP_SETSOCKOPT,
    OP_FCNTL,
    OP_POLL,
    OP_SELECT,
    OP_EPOLL_CREATE,
    OP_EPOLL_CTL,
    OP_EPOLL_WAIT,
    OP_IF_NAMETOINDEX,
    /* Questions about the implementation that are no socket calls. */
    OP_CONSTANT,  /* the value of a constant of its headers, by name */
    OP_TCP_STATE, /* the state of the connection with these two ends */
    OP_SIGNALS,   /* how often a signal was caught since the case began */
    OPERATIONS
};

/* What a parameter is. Scalars are taken from call.argument in turn, blocks from call.block. */
enum parameter {
    P_END,
    P_INT,
    P_FD,
    P_FAMILY,
    P_TYPE,
    P_PROTOCOL,
    P_HOW,
    P_LEVEL,
    P_OPTION, /* named within the level before it */
    P_MESSAGE_FLAGS,
    P_SOCKET_FLAGS,
    P_FCNTL_COMMAND,
    P_FCNTL_ARGUMENT,
    P_EPOLL_OPERATION,
    P_EVENTS,
    P_MILLISECONDS,
    P_SIGNAL,
    P_FIRST_BLOCK,
    P_ADDRESS_IN = P_FIRST_BLOCK,
    P_ADDRESS_OUT, /* capacity is the length passed in, length the one that came back */
    P_DATA_IN,
    P_DATA_OUT,
    P_VALUE_IN, /* an option's value */
    P_VALUE_OUT,
    P_READY, /* struct readiness[], in and out */
    P_NAME,  /* a string */
};

enum { CALL_PARAMETERS = 6, CALL_ARGUMENTS = 4, CALL_BLOCKS = 2 };

/* Bytes that go in or come out. A block with null bytes stands for a null pointer. */
struct block {
    void *bytes;
    uint32_t capacity; /* of an out block: room in bytes */
    uint32_t length;   /* of an in block: bytes given; of an out block: bytes said to be there */
};

/* One descriptor of poll(), select() or epoll_wait(), with POLL* events in both fields. */
struct readiness {
    int fd;
    short asked;
    short found;
};

struct call {
    enum operation operation;
    int64_t argument[CALL_ARGUMENTS];
    struct block block[CALL_BLOCKS];
    int64_t result;      /* after it ran: what the function returned */
    int error;           /* errno if result is -1, else 0 */
    int out_flags;       /* recvmsg: msg_flags */
    int64_t nanoseconds; /* how long it took */
};

/* What the tables say of an operation. */
struct operation_info {
    const char *name;
    enum parameter parameter[CALL_PARAMETERS];
    bool question; /* asks about the implementation, is no socket call */
};

/* The description of an operation; lives forever. */
const struct operation_info *operation_info(enum operation operation);

/* Whether a scalar parameter is one symbol or a set of flags, and of which group. The group of an
 * option depends on the level, which is the argument before. */
bool parameter_symbol(enum parameter parameter, const int64_t *argument, enum symbol_group *group);
bool parameter_flags(enum parameter parameter, enum symbol_group *group);

/* Prints the call before "=", like strace: "connect(3, 192.0.2.2:7000)". Out blocks are shown once
 * the call has returned, so pass finished accordingly. Returns the length, cut at size - 1. */
size_t call_format(const struct call *call, bool finished, char *text, size_t size);

/* Prints what came back: "0", "-1 EISCONN". Returns the length, cut at size - 1. */
size_t call_format_result(const struct call *call, char *text, size_t size);

/* Ends a call as its own implementation would: with a result, or with -1 and an error. */
void call_succeed(struct call *call, int64_t result);
void call_fail(struct call *call, int error);

#endif
