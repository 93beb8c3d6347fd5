/* The manual pages of Linux, as they were read: in Debian's packages manpages and
 * manpages-dev 6.03-2.
 *
 * A page says what is so (REQ_DOCUMENTED) or can be so (REQ_MAY). Where it leaves something
 * unspecified or undefined itself, the requirement says that instead. */
#include "documents/document.h"

DOCUMENT(linux_tcp_7, .id = "linux.tcp.7", .title = "tcp(7) of Linux",
         .edition = "man-pages 6.03, 2023-02-10", .where = "Debian package manpages 6.03-2");
DOCUMENT(linux_udp_7, .id = "linux.udp.7", .title = "udp(7) of Linux",
         .edition = "man-pages 6.03, 2022-12-04", .where = "Debian package manpages 6.03-2");
DOCUMENT(linux_ip_7, .id = "linux.ip.7", .title = "ip(7) of Linux",
         .edition = "man-pages 6.03, 2023-02-05", .where = "Debian package manpages 6.03-2");
DOCUMENT(linux_ipv6_7, .id = "linux.ipv6.7", .title = "ipv6(7) of Linux",
         .edition = "man-pages 6.03, 2023-02-05", .where = "Debian package manpages 6.03-2");
DOCUMENT(linux_socket_7, .id = "linux.socket.7", .title = "socket(7) of Linux",
         .edition = "man-pages 6.03, 2023-02-05", .where = "Debian package manpages 6.03-2");
DOCUMENT(linux_connect_2, .id = "linux.connect.2", .title = "connect(2) of Linux",
         .edition = "man-pages 6.03, 2022-12-04", .where = "Debian package manpages-dev 6.03-2");
DOCUMENT(linux_bind_2, .id = "linux.bind.2", .title = "bind(2) of Linux",
         .edition = "man-pages 6.03, 2023-02-05", .where = "Debian package manpages-dev 6.03-2");
DOCUMENT(linux_getsockname_2, .id = "linux.getsockname.2", .title = "getsockname(2) of Linux",
         .edition = "man-pages 6.03, 2022-10-30", .where = "Debian package manpages-dev 6.03-2");
DOCUMENT(linux_getpeername_2, .id = "linux.getpeername.2", .title = "getpeername(2) of Linux",
         .edition = "man-pages 6.03, 2022-10-30", .where = "Debian package manpages-dev 6.03-2");
DOCUMENT(linux_listen_2, .id = "linux.listen.2", .title = "listen(2) of Linux",
         .edition = "man-pages 6.03, 2022-12-04", .where = "Debian package manpages-dev 6.03-2");
DOCUMENT(linux_accept_2, .id = "linux.accept.2", .title = "accept(2) of Linux",
         .edition = "man-pages 6.03, 2022-12-04", .where = "Debian package manpages-dev 6.03-2");
DOCUMENT(linux_send_2, .id = "linux.send.2", .title = "send(2) of Linux",
         .edition = "man-pages 6.03, 2022-12-04", .where = "Debian package manpages-dev 6.03-2");
DOCUMENT(linux_recv_2, .id = "linux.recv.2", .title = "recv(2) of Linux",
         .edition = "man-pages 6.03, 2022-12-03", .where = "Debian package manpages-dev 6.03-2");
DOCUMENT(linux_shutdown_2, .id = "linux.shutdown.2", .title = "shutdown(2) of Linux",
         .edition = "man-pages 6.03, 2022-10-30", .where = "Debian package manpages-dev 6.03-2");
DOCUMENT(linux_close_2, .id = "linux.close.2", .title = "close(2) of Linux",
         .edition = "man-pages 6.03, 2022-10-30", .where = "Debian package manpages-dev 6.03-2");
DOCUMENT(linux_getsockopt_2, .id = "linux.getsockopt.2", .title = "getsockopt(2) of Linux",
         .edition = "man-pages 6.03, 2022-11-10", .where = "Debian package manpages-dev 6.03-2");
DOCUMENT(linux_socket_2, .id = "linux.socket.2", .title = "socket(2) of Linux",
         .edition = "man-pages 6.03, 2023-02-05", .where = "Debian package manpages-dev 6.03-2");
DOCUMENT(linux_poll_2, .id = "linux.poll.2", .title = "poll(2) of Linux",
         .edition = "man-pages 6.03, 2023-02-05", .where = "Debian package manpages-dev 6.03-2");
DOCUMENT(linux_select_2, .id = "linux.select.2", .title = "select(2) of Linux",
         .edition = "man-pages 6.03, 2023-02-05", .where = "Debian package manpages-dev 6.03-2");
DOCUMENT(linux_epoll_7, .id = "linux.epoll.7", .title = "epoll(7) of Linux",
         .edition = "man-pages 6.03, 2023-02-05", .where = "Debian package manpages 6.03-2");
DOCUMENT(linux_epoll_ctl_2, .id = "linux.epoll_ctl.2", .title = "epoll_ctl(2) of Linux",
         .edition = "man-pages 6.03, 2022-12-04", .where = "Debian package manpages-dev 6.03-2");
DOCUMENT(linux_epoll_wait_2, .id = "linux.epoll_wait.2", .title = "epoll_wait(2) of Linux",
         .edition = "man-pages 6.03, 2023-02-05", .where = "Debian package manpages-dev 6.03-2");
DOCUMENT(linux_epoll_create_2, .id = "linux.epoll_create.2", .title = "epoll_create(2) of Linux",
         .edition = "man-pages 6.03, 2022-12-04", .where = "Debian package manpages-dev 6.03-2");
DOCUMENT(linux_fcntl_2, .id = "linux.fcntl.2", .title = "fcntl(2) of Linux",
         .edition = "man-pages 6.03, 2023-02-05", .where = "Debian package manpages-dev 6.03-2");
DOCUMENT(linux_execve_2, .id = "linux.execve.2", .title = "execve(2) of Linux",
         .edition = "man-pages 6.03, 2023-02-05", .where = "Debian package manpages-dev 6.03-2");
