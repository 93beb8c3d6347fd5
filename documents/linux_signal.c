/* signal(7) of Linux: what signals do to calls on sockets. */
#include "documents/document.h"

DOCUMENT(linux_signal_7, .id = "linux.signal.7", .title = "signal(7) of Linux",
         .edition = "man-pages 6.03, 2023-02-05", .where = "Debian package manpages 6.03-2");

#define INTERRUPTION "Interruption of system calls and library functions by signal handlers"

REQUIREMENTS(
    linux_signal, "linux.signal.7",
    {"linux.signal.7.restarts", INTERRUPTION, REQ_DOCUMENTED,
     "A call on a socket that is blocked goes on after the handler.",
     .when = "the handler was set with SA_RESTART and the socket has no timeout; read(), readv(), "
             "write(), writev(), accept(), connect(), and the recv() and send() families"},
    {"linux.signal.7.eintr", INTERRUPTION, REQ_DOCUMENTED,
     "A call on a socket that is blocked fails with EINTR.",
     .when = "the handler was set without SA_RESTART; the same calls"},
    {"linux.signal.7.partial", INTERRUPTION, REQ_DOCUMENTED,
     "read(), readv(), write() and writev() return how much they had transferred.",
     .when = "a signal interrupts them after some data"},
    {"linux.signal.7.never-restarted-with-timeout", INTERRUPTION, REQ_DOCUMENTED,
     "A call on a socket fails with EINTR whatever SA_RESTART says.",
     .when = "the timeout of its direction is set on the socket"});
