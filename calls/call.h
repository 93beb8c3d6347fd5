/* A call as a value.
 *
 * Every call that a case makes, on the implementation under test or on the peer, is a struct call.
 * It holds scalars and blocks, each at the position that its parameter has in the C prototype, so
 * it can be printed, altered, or sent to another machine without knowing what it does. */
#ifndef SOCKSPEC_CALL_H
#define SOCKSPEC_CALL_H

#include "calls/operations.h"
#include "calls/symbols.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CALL_PARAMETERS = 6 };

/* What a pointer of a call points to. */
enum pointer {
    POINTER_GOOD, /* to what the block holds; null if the block has no bytes */
    POINTER_BAD,  /* to where nothing is mapped */
    POINTER_NULL, /* of a length alone: it is null although there are bytes */
};

/* What goes in or comes out by a pointer. What the bytes are depends on the parameter: see
 * calls/kind.h. A block without bytes stands for a null pointer, or for a bad one. */
struct block {
    void *bytes;
    uint32_t capacity; /* of an out block: room in bytes */
    uint32_t length;   /* of an in block: bytes given; of an out block: bytes said to be there */
    enum pointer pointer;
    enum pointer length_pointer; /* of a length that is itself passed by a pointer */
    bool overrun;                /* of an out block: bytes beyond its room were changed */
};

/* What room, and what is beyond it, is filled with before a call, so that it shows what the call
 * has written: zeros would look like a value. */
enum { UNWRITTEN = 0xa5 };

struct call {
    enum operation operation;
    int64_t argument[CALL_PARAMETERS];
    struct block block[CALL_PARAMETERS];
    int64_t result;      /* after it ran: what the function returned */
    int error;           /* errno if it failed, else 0 */
    int64_t nanoseconds; /* how long it took */
    bool total;          /* recvmsg() may give the length of all of a message that it cut */
    char deviation[64];  /* what no such call can give, in words ("1 instead of 0"); else empty */
};

/* ---- what blocks hold ---- */

/* One descriptor of poll(). */
struct readiness {
    int fd;
    short asked;
    short found;
};

/* An event of epoll. */
struct event {
    uint32_t events;
    uint64_t data;
};

/* A time to wait for. */
struct duration {
    int64_t seconds;
    int64_t fraction; /* micro- or nanoseconds, as the parameter has it */
};

enum { MESSAGE_BUFFERS = 8, MESSAGE_CONTROLS = 8, CONTROL_VALUE = 1024 };

/* An element of control data: a header and a value of the type that its level and type have
 * (calls/options.h); descriptors of SCM_RIGHTS are ints. Going in, a length beyond the value's room
 * claims more than there is, and a negative one (as an int32_t) that the header itself is cut. */
struct control {
    int level;
    int type;
    uint32_t length; /* of the value, in bytes, of which at most CONTROL_VALUE are kept */
    _Alignas(8) unsigned char value[CONTROL_VALUE];
};

/* What sendmsg() and recvmsg() take and give. The room for control data that comes out is that of
 * one element with a value of so many bytes and nothing behind it, whatever headers and padding the
 * platform has: room for 4 bytes takes one int, and of two descriptors one; a large one takes
 * several elements. No room is no control data at all: a null pointer and a length of 0. */
struct message {
    struct block name;
    struct block buffer[MESSAGE_BUFFERS];
    size_t buffers;
    uint32_t more_buffers; /* empty ones behind them */
    struct control control[MESSAGE_CONTROLS];
    size_t controls;
    uint32_t control_room; /* receiving; sending without elements: what a bad or null pointer has */
    int flags;             /* msg_flags: as they are given, and receiving as they came back */
    uint32_t count;        /* of several: msg_len */
    enum pointer pointer;  /* to the message itself */
    enum pointer buffers_pointer;
    enum pointer control_pointer; /* null: although there is a length */
};

/* What a signal does from now on. */
struct action {
    enum { ACTION_COUNT, ACTION_IGNORE, ACTION_DEFAULT } does; /* COUNT: a handler that counts it */
    bool restart;                                              /* SA_RESTART */
};

struct hints {
    int flags, family, type, protocol;
    bool odd; /* another field is not zero */
};

enum { CANONICAL_NAME = 128, INTERFACE_NAME = 32 };

/* One of the results of getaddrinfo(). */
struct found {
    int flags, family, type, protocol;
    unsigned char name[128]; /* a struct sockaddr */
    uint32_t name_length;
    char canonical[CANONICAL_NAME];
    bool has_canonical;
    int64_t handle; /* of the list, for freeaddrinfo(); in the first one */
};

struct interface {
    unsigned index;
    char name[INTERFACE_NAME];
};

struct file_status {
    int64_t mode; /* S_IFSOCK and the like, as the platform of the harness has them */
    int64_t size;
    int64_t links, inode;
    int64_t uid, gid;
};

struct limits {
    int64_t soft, hard; /* -1: RLIM_INFINITY */
};

/* ---- what the table says ---- */

struct operation_info {
    char name[16]; /* in place: who looks for one touches few pages */
    enum result_kind result;
    enum parameter parameter[CALL_PARAMETERS];
    bool question; /* asks about the implementation, is no call of an application */
};

/* The description of an operation; lives forever. */
const struct operation_info *operation_info(enum operation operation);

/* The operation of a name; false if there is none. */
bool operation_find(const char *name, enum operation *operation);

/* ---- printing ---- */

/* Prints the call before "=", like strace: "connect(3, 192.0.2.2:7000)". Out blocks are shown once
 * the call has returned, so pass finished accordingly. Returns the length, cut at size - 1. */
size_t call_format(const struct call *call, bool finished, char *text, size_t size);

/* Prints what came back: "0", "-1 EISCONN". Returns the length, cut at size - 1. */
size_t call_format_result(const struct call *call, char *text, size_t size);

/* ---- results ---- */

/* Ends a call as its own implementation would: with a result, or with -1 and an error; one of 0 is
 * NO_ERRNO. */
void call_succeed(struct call *call, int64_t result);
void call_fail(struct call *call, int error);

/* Looks whether what came back is something that such a call can give, and if not, sets
 * call->deviation. Descriptors that are not new are the host's to notice. */
void call_check(struct call *call);

/* How many bytes of data a call gave that receives; those that it says are there, at most its
 * room. */
size_t call_received(const struct call *call, const struct block *block);

/* Releases the blocks of a call that was read from a frame. */
void call_release(struct call *call);

#endif
