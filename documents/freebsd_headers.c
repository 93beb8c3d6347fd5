/* The numbers in FreeBSD's headers: one requirement a group, since each is a table. */
#include "documents/document.h"

DOCUMENT(freebsd_headers, .id = "freebsd.headers", .title = "FreeBSD's headers",
         .edition = "on GitHub in freebsd/freebsd-src, sys: sys/errno.h at 01ca612a, sys/socket.h "
                    "at 00b5ffde, sys/fcntl.h at 0069e95e, sys/poll.h at 039ea811, sys/_types.h at "
                    "02a28519, sys/_sockaddr_storage.h at 3af9b944, netinet/in.h at 0148b3e8, "
                    "netinet/tcp.h at 0058d8de, netinet6/in6.h at 027b0363",
         .where = "https://github.com/freebsd/freebsd-src/tree/main/sys");

REQUIREMENTS(
    freebsd_headers, "freebsd.headers",
    {"freebsd.headers.errors", "sys/errno.h", REQ_DOCUMENTED,
     "Errors have the numbers of sys/errno.h."},
    {"freebsd.headers.families", "sys/socket.h", REQ_DOCUMENTED,
     "Address families have the numbers of sys/socket.h."},
    {"freebsd.headers.types", "sys/socket.h", REQ_DOCUMENTED,
     "Socket types and their flags have the numbers of sys/socket.h."},
    {"freebsd.headers.socket-options", "sys/socket.h", REQ_DOCUMENTED,
     "SOL_SOCKET and its options have the numbers of sys/socket.h."},
    {"freebsd.headers.message-flags", "sys/socket.h", REQ_DOCUMENTED,
     "The MSG_ flags have the numbers of sys/socket.h."},
    {"freebsd.headers.shutdown", "sys/socket.h", REQ_DOCUMENTED,
     "SHUT_RD, SHUT_WR and SHUT_RDWR are 0, 1 and 2."},
    {"freebsd.headers.protocols", "netinet/in.h", REQ_DOCUMENTED,
     "Protocols have the numbers of netinet/in.h."},
    {"freebsd.headers.tcp-options", "netinet/tcp.h", REQ_DOCUMENTED,
     "Options of IPPROTO_TCP have the numbers of netinet/tcp.h."},
    {"freebsd.headers.file-flags", "sys/fcntl.h", REQ_DOCUMENTED,
     "The flags of open files have the numbers of sys/fcntl.h."},
    {"freebsd.headers.events", "sys/poll.h", REQ_DOCUMENTED,
     "The events of poll() have the numbers of sys/poll.h."},
    {"freebsd.headers.addresses",
     "netinet/in.h, netinet6/in6.h, sys/_sockaddr_storage.h and "
     "sys/_types.h",
     REQ_DOCUMENTED,
     "struct sockaddr_in has 16 bytes, struct sockaddr_in6 28, struct sockaddr_storage 128, and "
     "the family 1 of them."},
    {"freebsd.headers.socklen", "sys/_types.h", REQ_DOCUMENTED, "socklen_t has 32 bits."});
