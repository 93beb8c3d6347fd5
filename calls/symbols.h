/* The names of the platform's constants: families, options, flags, errors, TCP states. */
#ifndef SOCKSPEC_SYMBOLS_H
#define SOCKSPEC_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum symbol_group {
    SYMBOLS_FAMILY,
    SYMBOLS_TYPE,
    SYMBOLS_PROTOCOL,
    SYMBOLS_HOW,
    SYMBOLS_LEVEL,
    SYMBOLS_SOL_SOCKET,
    SYMBOLS_IPPROTO_TCP,
    SYMBOLS_IPPROTO_UDP,
    SYMBOLS_IPPROTO_IP,
    SYMBOLS_IPPROTO_IPV6,
    SYMBOLS_MESSAGE_FLAG,
    SYMBOLS_SOCKET_FLAG,
    SYMBOLS_FCNTL,
    SYMBOLS_FILE_FLAG,
    SYMBOLS_EPOLL_OPERATION,
    SYMBOLS_EVENT,
    SYMBOLS_SIGNAL,
    SYMBOLS_ERROR,
    SYMBOLS_OPEN_FLAG,
    SYMBOLS_WHENCE,
    SYMBOLS_RESOURCE,
    SYMBOLS_REQUEST,
    SYMBOLS_LOOKUP_FLAG,
    SYMBOLS_LOOKUP_ERROR,
    SYMBOLS_NAME_FLAG,
    SYMBOLS_EPOLL_EVENT,
    SYMBOLS_SPLICE_FLAG,
    SYMBOLS_CAPABILITY,
    SYMBOLS_CONTROL, /* types of control data at SOL_SOCKET */
    SYMBOLS_SIZE,
    SYMBOL_GROUPS
};

/* The name of a value in a group, or NULL if it has none. Lives forever. */
const char *symbol_name(enum symbol_group group, int64_t value);

/* The value of the constant of this name and length in a group; false if there is none of that
 * name, or this platform does not have it. */
bool symbol_find(enum symbol_group group, const char *name, size_t length, int64_t *value);

/* The constants of a group one by one: the name, NULL after the last, and the value, which is
 * SYMBOL_ABSENT where this platform does not have it. */
const char *symbol_at(enum symbol_group group, size_t index, int64_t *value);

/* The group of the options of a level; SOL_SOCKET's for a level that has none of its own. */
enum symbol_group symbol_options(int level);

/* Looks a name up in all groups; false if there is no such constant on this platform. */
bool symbol_value(const char *name, int64_t *value);

/* The value of a constant that this platform does not have. */
#define SYMBOL_ABSENT INT64_MIN

/* What is no errno value but stands where one does. */
enum {
    NO_ERRNO = 0x10000, /* the call failed without setting errno */
    LACKING,            /* this implementation declared that it does not have what is asked for */
    DEVIATION,          /* the result is nothing that such a call can give */
};

/* The name of an errno value ("EISCONN"), "0" for 0, "no errno" for NO_ERRNO, "lacking" for
 * LACKING, "errno N" for one without a name. The text lives forever, or until the thread's next
 * call for a nameless one. */
const char *error_name(int error);

/* Prints a set of flags as "MSG_PEEK|MSG_OOB", "0" if none; unnamed bits in hexadecimal. */
size_t format_flags(enum symbol_group group, int64_t flags, char *text, size_t size);

/* TCP states, with the numbers that inet_diag uses. */
enum tcp_state {
    STATE_NONE, /* no such connection: CLOSED */
    STATE_ESTABLISHED,
    STATE_SYN_SENT,
    STATE_SYN_RECV,
    STATE_FIN_WAIT_1,
    STATE_FIN_WAIT_2,
    STATE_TIME_WAIT,
    STATE_CLOSE,
    STATE_CLOSE_WAIT,
    STATE_LAST_ACK,
    STATE_LISTEN,
    STATE_CLOSING,
    TCP_STATES
};

/* The RFC's name of a state ("FIN_WAIT_1", "CLOSED" for none). */
const char *tcp_state_name(int state);

#endif
