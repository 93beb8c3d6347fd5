/* FreeBSD's read(2) and write(2), with readv() and writev(): what they say of sockets. */
#include "documents/document.h"

DOCUMENT(freebsd_read_2, .id = "freebsd.read.2", .title = "FreeBSD read(2)",
         .edition = "10 February 2024, in freebsd/freebsd-src on GitHub, lib/libsys at 0448643b",
         .where = "https://man.freebsd.org/cgi/man.cgi?query=read&sektion=2");
DOCUMENT(freebsd_write_2, .id = "freebsd.write.2", .title = "FreeBSD write(2)",
         .edition = "11 February 2021, in freebsd/freebsd-src on GitHub, lib/libsys at 0dcfecbf",
         .where = "https://man.freebsd.org/cgi/man.cgi?query=write&sektion=2");

REQUIREMENTS(
    freebsd_read_2, "freebsd.read.2",
    {"freebsd.read.2.readv-scatters", "DESCRIPTION", REQ_DOCUMENTED,
     "readv() does what read() does, into the buffers of iov in their order."},
    {"freebsd.read.2.readv-fills", "DESCRIPTION", REQ_DOCUMENTED,
     "readv() fills a buffer completely before it goes on to the next."},
    {"freebsd.read.2.returns-count", "RETURN VALUES", REQ_DOCUMENTED,
     "read() and readv() return the number of bytes read."},
    {"freebsd.read.2.returns-zero-at-end", "RETURN VALUES", REQ_DOCUMENTED,
     "read() returns 0 at the end."},
    {"freebsd.read.2.ebadf", "ERRORS, EBADF", REQ_DOCUMENTED,
     "read() fails with EBADF on a descriptor that is not open for reading."},
    {"freebsd.read.2.econnreset", "ERRORS, ECONNRESET", REQ_DOCUMENTED,
     "read() fails with ECONNRESET on a socket whose remote end was closed by force."},
    {"freebsd.read.2.eintr", "ERRORS, EINTR", REQ_DOCUMENTED,
     "read() from what may block without limit fails with EINTR if a signal comes before data."},
    {"freebsd.read.2.eagain", "ERRORS, EAGAIN", REQ_DOCUMENTED,
     "read() fails with EAGAIN if there are no data.", .when = "the file is non-blocking"});

REQUIREMENTS(freebsd_write_2, "freebsd.write.2",
             {"freebsd.write.2.writev-gathers", "DESCRIPTION", REQ_DOCUMENTED,
              "writev() does what write() does, from the buffers of iov in their order."},
             {"freebsd.write.2.writev-whole", "DESCRIPTION", REQ_DOCUMENTED,
              "writev() writes a buffer completely before it goes on to the next."},
             {"freebsd.write.2.nonblocking-partial", "DESCRIPTION", REQ_MAY,
              "write() and writev() can write fewer bytes than asked for.",
              .when = "the file is a non-blocking socket"},
             {"freebsd.write.2.returns-count", "RETURN VALUES", REQ_DOCUMENTED,
              "write() and writev() return the number of bytes written."},
             {"freebsd.write.2.ebadf", "ERRORS, EBADF", REQ_DOCUMENTED,
              "write() and writev() fail with EBADF on a descriptor that is not open for writing."},
             {"freebsd.write.2.epipe-not-connected", "ERRORS, EPIPE", REQ_DOCUMENTED,
              "write() fails with EPIPE on a SOCK_STREAM socket that is not connected to a peer."},
             {"freebsd.write.2.eintr", "ERRORS, EINTR", REQ_DOCUMENTED,
              "write() fails with EINTR if a signal interrupts it before it is completed."},
             {"freebsd.write.2.eagain", "ERRORS, EAGAIN", REQ_DOCUMENTED,
              "write() fails with EAGAIN if nothing can be written at once.",
              .when = "the file is non-blocking"});
