/* The C library's socket calls are lwIP's in what is compiled with this: they are those of a C
 * library under names of their own, and Debian's build of lwIP has the C library's structures and
 * constants too. What is not in this list is not claimed (claims.c), so it is never called. */
#ifndef SOCKSPEC_LWIP_RENAMES_H
#define SOCKSPEC_LWIP_RENAMES_H

#include "stacks/lwip/program/program.h"

#include <fcntl.h>
#include <lwip/sockets.h>
#include <net/if.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define accept         lwip_accept
#define bind           lwip_bind
#define close          lwip_close
#define connect        lwip_connect
#define fcntl          lwip_fcntl
#define getpeername    lwip_getpeername
#define getsockname    lwip_getsockname
#define getsockopt     lwip_getsockopt
#define if_nametoindex attachment_index
#define listen         lwip_listen
#define poll           lwip_poll
#define read           lwip_read
#define recv           lwip_recv
#define recvfrom       lwip_recvfrom
#define recvmsg        lwip_recvmsg
#define send           lwip_send
#define sendmsg        lwip_sendmsg
#define sendto         lwip_sendto
#define setsockopt     lwip_setsockopt
#define shutdown       lwip_shutdown
#define socket         lwip_socket
#define write          lwip_write

#define readv  lwip_readv
#define writev lwip_writev
#if LWIP_SOCKET_SELECT
#define select lwip_select
#endif
#define ioctl lwip_ioctl

#endif
