/* The numbers in Linux's headers: one requirement a group, since each is a table. Those of the
 * kernel are its promise to programs (uapi); what it takes from programs without a header of its
 * own has the numbers of the C library's. */
#include "documents/document.h"

DOCUMENT(linux_uapi, .id = "linux.uapi", .title = "Linux's headers for programs (include/uapi)",
         .edition = "6.1.187", .where = "Debian package linux-libc-dev 6.1.187-1");
DOCUMENT(linux_glibc, .id = "linux.glibc", .title = "headers of the GNU C Library on Linux",
         .edition = "2.36", .where = "Debian package libc6-dev 2.36-9+deb12u14");

#define ASM_GENERIC "not on alpha, mips, parisc and sparc, which have numbers of their own"

REQUIREMENTS(
    linux_uapi, "linux.uapi",
    {"linux.uapi.errors", "asm-generic/errno-base.h and asm-generic/errno.h", REQ_DOCUMENTED,
     "Errors have the numbers of asm-generic/errno-base.h and asm-generic/errno.h.",
     .when = ASM_GENERIC},
    {"linux.uapi.socket-options", "asm-generic/socket.h", REQ_DOCUMENTED,
     "SOL_SOCKET and its options have the numbers of asm-generic/socket.h.", .when = ASM_GENERIC},
    {"linux.uapi.file-flags", "asm-generic/fcntl.h", REQ_DOCUMENTED,
     "The flags of open files have the numbers of asm-generic/fcntl.h.", .when = ASM_GENERIC},
    {"linux.uapi.events", "asm-generic/poll.h", REQ_DOCUMENTED,
     "The events of poll() have the numbers of asm-generic/poll.h."},
    {"linux.uapi.protocols", "linux/in.h", REQ_DOCUMENTED,
     "Protocols have the numbers of linux/in.h."},
    {"linux.uapi.tcp-options", "linux/tcp.h", REQ_DOCUMENTED,
     "Options of IPPROTO_TCP have the numbers of linux/tcp.h."},
    {"linux.uapi.addresses", "linux/in.h, linux/in6.h and linux/socket.h", REQ_DOCUMENTED,
     "struct sockaddr_in has 16 bytes, struct sockaddr_in6 28, struct sockaddr_storage 128, and "
     "the family 2 of them."});

REQUIREMENTS(linux_glibc, "linux.glibc",
             {"linux.glibc.families", "bits/socket.h", REQ_DOCUMENTED,
              "Address families have the numbers of bits/socket.h."},
             {"linux.glibc.message-flags", "bits/socket.h", REQ_DOCUMENTED,
              "The MSG_ flags have the numbers of bits/socket.h."},
             {"linux.glibc.types", "bits/socket_type.h", REQ_DOCUMENTED,
              "Socket types and their flags have the numbers of bits/socket_type.h.",
              .when = ASM_GENERIC},
             {"linux.glibc.shutdown", "sys/socket.h", REQ_DOCUMENTED,
              "SHUT_RD, SHUT_WR and SHUT_RDWR are 0, 1 and 2."},
             {"linux.glibc.sa-family", "bits/sockaddr.h", REQ_DOCUMENTED,
              "sa_family_t has 16 bits."},
             {"linux.glibc.socklen", "bits/types.h", REQ_DOCUMENTED, "socklen_t has 32 bits."});
