/* FreeBSD's sigaction(2): what signals do to calls on sockets. */
#include "documents/document.h"

DOCUMENT(freebsd_sigaction_2, .id = "freebsd.sigaction.2", .title = "FreeBSD sigaction(2)",
         .edition = "29 June 2020, in Debian's package freebsd-manpages 12.2-1",
         .where = "https://man.freebsd.org/cgi/man.cgi?query=sigaction&sektion=2");

REQUIREMENTS(
    freebsd_sigaction_2, "freebsd.sigaction.2",
    {"freebsd.sigaction.2.interrupts", "DESCRIPTION", REQ_MAY,
     "A call during which a signal is caught fails with EINTR, transfers less than was asked for, "
     "or is restarted.",
     .when = "read(), write(), sendto(), recvfrom(), sendmsg(), recvmsg() and others, on a "
             "communications channel or a slow device"},
    {"freebsd.sigaction.2.sa-restart", "DESCRIPTION, SA_RESTART", REQ_DOCUMENTED,
     "SA_RESTART asks for such a call to be restarted.", .when = "the same calls"},
    {"freebsd.sigaction.2.partial", "DESCRIPTION", REQ_DOCUMENTED,
     "A call is not restarted but returns what was done so far.",
     .when = "it has done a part already; the same calls"},
    {"freebsd.sigaction.2.extension", "STANDARDS", REQ_DOCUMENTED,
     "SA_RESTART is an extension of Berkeley to POSIX.1-1990.",
     .untestable = "a claim about another document"});
