/* The operations: what can be asked of an implementation.
 *
 * One row declares one: its name in C, what its result is, its parameters in the order of the C
 * prototype. Printing, sending, checking and the proof that every broken result is seen follow from
 * it. A pointer and the length that goes with it are one parameter. To add an operation: a row
 * here, the code that performs it (perform_NAME in calls/perform_*.c) and a wrapper in
 * hosts/calls.h. */
#ifndef SOCKSPEC_OPERATIONS_H
#define SOCKSPEC_OPERATIONS_H

/* What the result of a call is, if it is no failure. */
enum result_kind {
    R_ZERO,       /* 0 */
    R_DESCRIPTOR, /* a descriptor that was not open before */
    R_DUPLICATE,  /* the descriptor that the last argument names */
    R_SENT,       /* a count, at most what was given */
    R_RECEIVED,   /* a count, at most the room */
    R_READY,      /* how many descriptors, events or messages came back */
    R_FCNTL,      /* what the command gives */
    R_NUMBER,     /* any number that is not negative */
    R_ANY,        /* any number at all, no errno */
    R_FOUND,      /* 1 or 0 */
    R_LOOKUP,     /* 0 or one of EAI_ */
    R_STATE,      /* enum tcp_state */
    R_NOTHING,    /* the function gives nothing back */
    RESULT_KINDS
};

/* What a parameter is; calls/kind.h says what stands behind each. */
enum parameter {
    P_END,
    /* Scalars: call.argument. */
    P_INT,
    P_SIZE,
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
    P_MILLISECONDS,
    P_SIGNAL,
    P_OPEN_FLAGS,
    P_MODE,
    P_WHENCE,
    P_RESOURCE,
    P_REQUEST, /* of ioctl() */
    P_LOOKUP_ERROR,
    P_NAME_FLAGS, /* NI_ */
    P_HANDLE,     /* of what an earlier call gave: see getaddrinfo() */
    P_SPLICE_FLAGS,
    P_CAPABILITY,
    /* Blocks: call.block. */
    P_FIRST_BLOCK,
    P_ADDRESS_IN = P_FIRST_BLOCK,
    P_ADDRESS_OUT,
    P_DATA_IN,
    P_DATA_OUT,
    P_VECTOR_IN, /* several buffers */
    P_VECTOR_OUT,
    P_MESSAGE_IN, /* struct message */
    P_MESSAGE_OUT,
    P_MESSAGES_IN, /* several of them */
    P_MESSAGES_OUT,
    P_VALUE_IN, /* an option's value, by the level and option before it */
    P_VALUE_OUT,
    P_POLLED, /* struct readiness[], in and out */
    P_SET,    /* int[]: a set of select(), in and out */
    P_EVENT,  /* struct event */
    P_EVENTS_OUT,
    P_TIMEVAL, /* struct duration, in and out */
    P_TIMESPEC,
    P_SIGSET, /* int[]: signals */
    P_ACTION, /* struct action */
    P_TEXT_IN,
    P_TEXT_OUT,
    P_FDS_OUT,   /* int[2] */
    P_OFFSET,    /* int64_t, in and out; or null */
    P_IOCTL,     /* what an ioctl() takes or gives, by the request before it */
    P_HINTS,     /* struct hints */
    P_FOUND_OUT, /* struct found[] */
    P_INTERFACES_OUT,
    P_STATUS_OUT, /* struct file_status */
    P_LIMITS_IN,  /* struct limits */
    P_LIMITS_OUT,
    P_BINARY_IN, /* an address without a name's other parts, by the family before it */
    P_BINARY_OUT,
    PARAMETERS
};

#define OPERATIONS(X)                                                                              \
    X(SOCKET, socket, R_DESCRIPTOR, P_FAMILY, P_TYPE, P_PROTOCOL)                                  \
    X(SOCKETPAIR, socketpair, R_ZERO, P_FAMILY, P_TYPE, P_PROTOCOL, P_FDS_OUT)                     \
    X(BIND, bind, R_ZERO, P_FD, P_ADDRESS_IN)                                                      \
    X(LISTEN, listen, R_ZERO, P_FD, P_INT)                                                         \
    X(CONNECT, connect, R_ZERO, P_FD, P_ADDRESS_IN)                                                \
    X(ACCEPT, accept, R_DESCRIPTOR, P_FD, P_ADDRESS_OUT)                                           \
    X(ACCEPT4, accept4, R_DESCRIPTOR, P_FD, P_ADDRESS_OUT, P_SOCKET_FLAGS)                         \
    X(GETSOCKNAME, getsockname, R_ZERO, P_FD, P_ADDRESS_OUT)                                       \
    X(GETPEERNAME, getpeername, R_ZERO, P_FD, P_ADDRESS_OUT)                                       \
    X(SHUTDOWN, shutdown, R_ZERO, P_FD, P_HOW)                                                     \
    X(SOCKATMARK, sockatmark, R_FOUND, P_FD)                                                       \
    X(CLOSE, close, R_ZERO, P_FD)                                                                  \
    X(SEND, send, R_SENT, P_FD, P_DATA_IN, P_MESSAGE_FLAGS)                                        \
    X(SENDTO, sendto, R_SENT, P_FD, P_DATA_IN, P_MESSAGE_FLAGS, P_ADDRESS_IN)                      \
    X(SENDMSG, sendmsg, R_SENT, P_FD, P_MESSAGE_IN, P_MESSAGE_FLAGS)                               \
    X(SENDMMSG, sendmmsg, R_READY, P_FD, P_MESSAGES_IN, P_MESSAGE_FLAGS)                           \
    X(WRITE, write, R_SENT, P_FD, P_DATA_IN)                                                       \
    X(WRITEV, writev, R_SENT, P_FD, P_VECTOR_IN)                                                   \
    X(RECV, recv, R_RECEIVED, P_FD, P_DATA_OUT, P_MESSAGE_FLAGS)                                   \
    X(RECVFROM, recvfrom, R_RECEIVED, P_FD, P_DATA_OUT, P_MESSAGE_FLAGS, P_ADDRESS_OUT)            \
    X(RECVMSG, recvmsg, R_RECEIVED, P_FD, P_MESSAGE_OUT, P_MESSAGE_FLAGS)                          \
    X(RECVMMSG, recvmmsg, R_READY, P_FD, P_MESSAGES_OUT, P_MESSAGE_FLAGS, P_TIMESPEC)              \
    X(READ, read, R_RECEIVED, P_FD, P_DATA_OUT)                                                    \
    X(READV, readv, R_RECEIVED, P_FD, P_VECTOR_OUT)                                                \
    X(GETSOCKOPT, getsockopt, R_ZERO, P_FD, P_LEVEL, P_OPTION, P_VALUE_OUT)                        \
    X(SETSOCKOPT, setsockopt, R_ZERO, P_FD, P_LEVEL, P_OPTION, P_VALUE_IN)                         \
    X(FCNTL, fcntl, R_FCNTL, P_FD, P_FCNTL_COMMAND, P_FCNTL_ARGUMENT)                              \
    X(IOCTL, ioctl, R_NUMBER, P_FD, P_REQUEST, P_IOCTL)                                            \
    X(POLL, poll, R_READY, P_POLLED, P_MILLISECONDS)                                               \
    X(PPOLL, ppoll, R_READY, P_POLLED, P_TIMESPEC, P_SIGSET)                                       \
    X(SELECT, select, R_READY, P_INT, P_SET, P_SET, P_SET, P_TIMEVAL)                              \
    X(PSELECT, pselect, R_READY, P_INT, P_SET, P_SET, P_SET, P_TIMESPEC, P_SIGSET)                 \
    X(EPOLL_CREATE, epoll_create1, R_DESCRIPTOR, P_SOCKET_FLAGS)                                   \
    X(EPOLL_CTL, epoll_ctl, R_ZERO, P_FD, P_EPOLL_OPERATION, P_FD, P_EVENT)                        \
    X(EPOLL_WAIT, epoll_wait, R_READY, P_FD, P_EVENTS_OUT, P_INT, P_MILLISECONDS)                  \
    X(EPOLL_PWAIT, epoll_pwait, R_READY, P_FD, P_EVENTS_OUT, P_INT, P_MILLISECONDS, P_SIGSET)      \
    X(SIGACTION, sigaction, R_ZERO, P_SIGNAL, P_ACTION)                                            \
    X(KILL, kill, R_ZERO, P_SIGNAL)                                                                \
    X(OPEN, open, R_DESCRIPTOR, P_TEXT_IN, P_OPEN_FLAGS, P_MODE)                                   \
    X(PIPE, pipe, R_ZERO, P_FDS_OUT)                                                               \
    X(DUP, dup, R_DESCRIPTOR, P_FD)                                                                \
    X(DUP2, dup2, R_DUPLICATE, P_FD, P_FD)                                                         \
    X(DUP3, dup3, R_DUPLICATE, P_FD, P_FD, P_OPEN_FLAGS)                                           \
    X(FSTAT, fstat, R_ZERO, P_FD, P_STATUS_OUT)                                                    \
    X(STAT, stat, R_ZERO, P_TEXT_IN, P_STATUS_OUT)                                                 \
    X(CHMOD, chmod, R_ZERO, P_TEXT_IN, P_MODE)                                                     \
    X(UNLINK, unlink, R_ZERO, P_TEXT_IN)                                                           \
    X(SYMLINK, symlink, R_ZERO, P_TEXT_IN, P_TEXT_IN)                                              \
    X(MKDIR, mkdir, R_ZERO, P_TEXT_IN, P_MODE)                                                     \
    X(LSEEK, lseek, R_NUMBER, P_FD, P_SIZE, P_WHENCE)                                              \
    X(PREAD, pread, R_RECEIVED, P_FD, P_DATA_OUT, P_SIZE)                                          \
    X(PWRITE, pwrite, R_SENT, P_FD, P_DATA_IN, P_SIZE)                                             \
    X(FTRUNCATE, ftruncate, R_ZERO, P_FD, P_SIZE)                                                  \
    X(FSYNC, fsync, R_ZERO, P_FD)                                                                  \
    X(SPLICE, splice, R_NUMBER, P_FD, P_OFFSET, P_FD, P_OFFSET, P_SIZE, P_SPLICE_FLAGS)            \
    X(SENDFILE, sendfile, R_NUMBER, P_FD, P_FD, P_OFFSET, P_SIZE)                                  \
    X(FORK, fork, R_NUMBER, P_HANDLE)                                                              \
    X(EXEC, exec, R_ZERO, P_END)                                                                   \
    X(GETPID, getpid, R_NUMBER, P_END)                                                             \
    X(SETEUID, seteuid, R_ZERO, P_SIZE)                                                            \
    X(SETEGID, setegid, R_ZERO, P_SIZE)                                                            \
    X(DROP_CAPABILITY, drop_capability, R_ZERO, P_CAPABILITY)                                      \
    X(UMASK, umask, R_NUMBER, P_MODE)                                                              \
    X(GETRLIMIT, getrlimit, R_ZERO, P_RESOURCE, P_LIMITS_OUT)                                      \
    X(SETRLIMIT, setrlimit, R_ZERO, P_RESOURCE, P_LIMITS_IN)                                       \
    X(GETADDRINFO, getaddrinfo, R_LOOKUP, P_TEXT_IN, P_TEXT_IN, P_HINTS, P_FOUND_OUT)              \
    X(FREEADDRINFO, freeaddrinfo, R_NOTHING, P_HANDLE)                                             \
    X(GAI_STRERROR, gai_strerror, R_NOTHING, P_LOOKUP_ERROR, P_TEXT_OUT)                           \
    X(GETNAMEINFO, getnameinfo, R_LOOKUP, P_ADDRESS_IN, P_TEXT_OUT, P_TEXT_OUT, P_NAME_FLAGS)      \
    X(INET_PTON, inet_pton, R_FOUND, P_FAMILY, P_TEXT_IN, P_BINARY_OUT)                            \
    X(INET_NTOP, inet_ntop, R_FOUND, P_FAMILY, P_BINARY_IN, P_TEXT_OUT)                            \
    X(INET_ADDR, inet_addr, R_ANY, P_TEXT_IN)                                                      \
    X(INET_ATON, inet_aton, R_FOUND, P_TEXT_IN, P_BINARY_OUT)                                      \
    X(INET_NTOA, inet_ntoa, R_NOTHING, P_BINARY_IN, P_TEXT_OUT)                                    \
    X(HTONL, htonl, R_ANY, P_SIZE)                                                                 \
    X(HTONS, htons, R_ANY, P_SIZE)                                                                 \
    X(NTOHL, ntohl, R_ANY, P_SIZE)                                                                 \
    X(NTOHS, ntohs, R_ANY, P_SIZE)                                                                 \
    X(IF_NAMETOINDEX, if_nametoindex, R_NUMBER, P_TEXT_IN)                                         \
    X(IF_INDEXTONAME, if_indextoname, R_FOUND, P_SIZE, P_TEXT_OUT)                                 \
    X(IF_NAMEINDEX, if_nameindex, R_FOUND, P_INTERFACES_OUT)                                       \
    /* Questions about the implementation that are no calls of an application. */                  \
    X(CONSTANT, constant, R_ANY, P_TEXT_IN)                                                        \
    X(TCP_STATE, tcp_state, R_STATE, P_ADDRESS_IN, P_ADDRESS_IN)                                   \
    X(SIGNALS, signals_caught, R_NUMBER, P_SIGNAL)                                                 \
    X(SIGNALS_IN_CALL, signals_in_call, R_NUMBER, P_SIGNAL)                                        \
    X(AWAIT_CHILD, await_child, R_NUMBER, P_END)

enum operation {
#define OPERATION_NUMBER(id_, ...) OP_##id_,
    OPERATIONS(OPERATION_NUMBER)
#undef OPERATION_NUMBER
        OPERATIONS_COUNT
};

#endif
