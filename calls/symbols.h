/* The names of the platform's constants: families, options, flags, errors, TCP states. */
#ifndef SOCKSPEC_SYMBOLS_H
#define SOCKSPEC_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>

enum symbol_group {
    SYMBOLS_FAMILY,
    SYMBOLS_TYPE,
    SYMBOLS_PROTOCOL,
    SYMBOLS_HOW,
    SYMBOLS_LEVEL,
    SYMBOLS_SOL_SOCKET,
    SYMBOLS_IPPROTO_TCP,
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
    SYMBOLS_SIZE,
    SYMBOL_GROUPS
};

/* The name of a value in a group, or NULL if it has none. Lives forever. */
const char *symbol_name(enum symbol_group group, long value);

/* The suite's own code of a value, from 1 on, the same on every platform; 0 if it has none. */
unsigned symbol_code(enum symbol_group group, long value);

/* The platform's value for a code; false if there is no such code, or the platform has no such
 * constant. */
bool symbol_decode(enum symbol_group group, unsigned code, long *value);

/* Looks a name up in all groups; false if there is no such constant on this platform. */
bool symbol_value(const char *name, long *value);

/* Stands for the error of a call that failed without setting errno. */
enum { NO_ERRNO = 0x10000 };

/* The name of an errno value ("EISCONN"), "0" for 0, "no errno" for NO_ERRNO, "errno N" for one
 * without a name. The text lives forever, or until the thread's next call for a nameless one. */
const char *error_name(int error);

/* Prints a set of flags as "MSG_PEEK|MSG_OOB", "0" if none; unnamed bits in hexadecimal. */
size_t format_flags(enum symbol_group group, long flags, char *text, size_t size);

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
