/* The pages of FreeBSD's manual. The edition is the date of the page and where its text was read.
 */
#include "documents/document.h"

DOCUMENT(freebsd_connect_2, .id = "freebsd.connect.2", .title = "FreeBSD connect(2)",
         .edition = "18 August 2016, in Debian's package freebsd-manpages 12.2-1",
         .where = "https://man.freebsd.org/cgi/man.cgi?query=connect&sektion=2");
DOCUMENT(freebsd_bind_2, .id = "freebsd.bind.2", .title = "FreeBSD bind(2)",
         .edition = "30 March 2020, in freebsd/freebsd-src on GitHub, lib/libsys at fcbec341",
         .where = "https://man.freebsd.org/cgi/man.cgi?query=bind&sektion=2");
DOCUMENT(freebsd_listen_2, .id = "freebsd.listen.2", .title = "FreeBSD listen(2)",
         .edition = "30 April 2023, in freebsd/freebsd-src on GitHub, lib/libsys at 77e37979",
         .where = "https://man.freebsd.org/cgi/man.cgi?query=listen&sektion=2");
DOCUMENT(freebsd_accept_2, .id = "freebsd.accept.2", .title = "FreeBSD accept(2)",
         .edition = "9 October 2014, in freebsd/freebsd-src on GitHub, lib/libsys at 77e37979",
         .where = "https://man.freebsd.org/cgi/man.cgi?query=accept&sektion=2");
DOCUMENT(freebsd_close_2, .id = "freebsd.close.2", .title = "FreeBSD close(2)",
         .edition = "18 December 2024, in freebsd/freebsd-src on GitHub, lib/libsys at c58a1a93",
         .where = "https://man.freebsd.org/cgi/man.cgi?query=close&sektion=2");
DOCUMENT(freebsd_shutdown_2, .id = "freebsd.shutdown.2", .title = "FreeBSD shutdown(2)",
         .edition = "27 July 2015, in freebsd/freebsd-src on GitHub, lib/libsys at fcbec341",
         .where = "https://man.freebsd.org/cgi/man.cgi?query=shutdown&sektion=2");
DOCUMENT(freebsd_getsockname_2, .id = "freebsd.getsockname.2", .title = "FreeBSD getsockname(2)",
         .edition = "4 June 1993, in freebsd/freebsd-src on GitHub, lib/libc/sys at 031fb30f",
         .where = "https://man.freebsd.org/cgi/man.cgi?query=getsockname&sektion=2");
DOCUMENT(freebsd_getpeername_2, .id = "freebsd.getpeername.2", .title = "FreeBSD getpeername(2)",
         .edition = "4 June 1993, in freebsd/freebsd-src on GitHub, lib/libc/sys at 031fb30f",
         .where = "https://man.freebsd.org/cgi/man.cgi?query=getpeername&sektion=2");
DOCUMENT(freebsd_socket_2, .id = "freebsd.socket.2", .title = "FreeBSD socket(2)",
         .edition = "1 February 2026, in freebsd/freebsd-src on GitHub, lib/libsys at 13b8077b",
         .where = "https://man.freebsd.org/cgi/man.cgi?query=socket&sektion=2");
DOCUMENT(freebsd_send_2, .id = "freebsd.send.2", .title = "FreeBSD send(2)",
         .edition = "27 April 2020, in freebsd/freebsd-src on GitHub, lib/libsys at 6e225b56",
         .where = "https://man.freebsd.org/cgi/man.cgi?query=send&sektion=2");
DOCUMENT(freebsd_recv_2, .id = "freebsd.recv.2", .title = "FreeBSD recv(2)",
         .edition = "30 July 2022, in freebsd/freebsd-src on GitHub, lib/libsys at 571df2c6",
         .where = "https://man.freebsd.org/cgi/man.cgi?query=recv&sektion=2");
DOCUMENT(freebsd_poll_2, .id = "freebsd.poll.2", .title = "FreeBSD poll(2)",
         .edition = "11 December 2024, in freebsd/freebsd-src on GitHub, lib/libsys at 74ecdf86",
         .where = "https://man.freebsd.org/cgi/man.cgi?query=poll&sektion=2");
DOCUMENT(freebsd_select_2, .id = "freebsd.select.2", .title = "FreeBSD select(2)",
         .edition = "25 June 2020, in Debian's package freebsd-manpages 12.2-1",
         .where = "https://man.freebsd.org/cgi/man.cgi?query=select&sektion=2");
DOCUMENT(freebsd_getsockopt_2, .id = "freebsd.getsockopt.2", .title = "FreeBSD getsockopt(2)",
         .edition = "25 November 2024, in freebsd/freebsd-src on GitHub, lib/libsys at 660438f7",
         .where = "https://man.freebsd.org/cgi/man.cgi?query=getsockopt&sektion=2");
DOCUMENT(freebsd_tcp_4, .id = "freebsd.tcp.4", .title = "FreeBSD tcp(4)",
         .edition = "27 June 2025, in a mirror of it, jakobsen-lrz/pfsense-freebsd-src on GitHub, "
                    "share/man/man4 at 74a16333",
         .where = "https://man.freebsd.org/cgi/man.cgi?query=tcp&sektion=4");
DOCUMENT(freebsd_udp_4, .id = "freebsd.udp.4", .title = "FreeBSD udp(4)",
         .edition = "6 February 2017, in Debian's package freebsd-manpages 12.2-1",
         .where = "https://man.freebsd.org/cgi/man.cgi?query=udp&sektion=4");
DOCUMENT(freebsd_ip_4, .id = "freebsd.ip.4", .title = "FreeBSD ip(4)",
         .edition = "24 May 2020, in Debian's package freebsd-manpages 12.2-1",
         .where = "https://man.freebsd.org/cgi/man.cgi?query=ip&sektion=4");
DOCUMENT(freebsd_inet_4, .id = "freebsd.inet.4", .title = "FreeBSD inet(4)",
         .edition = "14 August 2018, in Debian's package freebsd-manpages 12.2-1",
         .where = "https://man.freebsd.org/cgi/man.cgi?query=inet&sektion=4");
DOCUMENT(
    freebsd_inet6_4, .id = "freebsd.inet6.4", .title = "FreeBSD inet6(4)",
    .edition = "25 November 2020, in freebsd/freebsd-src on GitHub, share/man/man4 at 01f3f354",
    .where = "https://man.freebsd.org/cgi/man.cgi?query=inet6&sektion=4");
DOCUMENT(freebsd_ip6_4, .id = "freebsd.ip6.4", .title = "FreeBSD ip6(4)",
         .edition = "19 August 2018, in Debian's package freebsd-manpages 12.2-1",
         .where = "https://man.freebsd.org/cgi/man.cgi?query=ip6&sektion=4");
DOCUMENT(freebsd_fcntl_2, .id = "freebsd.fcntl.2", .title = "FreeBSD fcntl(2)",
         .edition = "17 May 2025, in freebsd/freebsd-src on GitHub, lib/libsys at 199decc1",
         .where = "https://man.freebsd.org/cgi/man.cgi?query=fcntl&sektion=2");
