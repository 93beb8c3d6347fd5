/* The names of documents that many rules cite, with the editions that were read. */
#ifndef SOCKSPEC_SOURCES_H
#define SOCKSPEC_SOURCES_H

#define POSIX_2016      "POSIX.1-2008, 2016 Edition"
#define RFC_9293        "RFC 9293"
#define FREEBSD_CONNECT "FreeBSD 8.3 connect(2)"
#define FREEBSD_SEND    "FreeBSD send(2), 1995"
#define MAN_UDP         "udp(7)"
#define SOCKET_FAQ      "Unix Socket FAQ"
#define FREEBSD_OPTIONS "FreeBSD getsockopt(2)"
#define FREEBSD_ACCEPT  "FreeBSD accept(2)"
#define ZOS_API         "z/OS V2R1 Communications Server: IP Sockets API Guide, SC27-3660-00"

#endif
