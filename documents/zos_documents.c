/* What IBM's books say of z/OS Communications Server's socket calls. A search showed the openings
 * of the pages only: what they say further down is not in the lists. */
#include "documents/document.h"

DOCUMENT(zos_connect, .id = "zos.connect", .title = "z/OS V2R1 Sockets API Guide, CONNECT",
         .edition = "openings of the pages on connect() and CONNECT, the IMS guide SC27-3653-00's, "
                    "the REXX command's of 2.4.0, and the note swg21385164",
         .where = "https://www.ibm.com/docs/en/SSLTBW_2.1.0/com.ibm.zos.v2r1.hala001/connect.htm");
DOCUMENT(
    zos_bind, .id = "zos.bind", .title = "z/OS V2R1 Sockets API Guide, BIND",
    .edition =
        "openings of the pages on bind() and BIND, the REXX command's, and the note swg21385164",
    .where = "https://www.ibm.com/docs/en/SSLTBW_2.1.0/com.ibm.zos.v2r1.hala001/bind.htm");
DOCUMENT(zos_socket, .id = "zos.socket", .title = "z/OS V2R1 Sockets API Guide, SOCKET",
         .edition =
             "openings of the pages on socket() and SOCKET, the IMS guide SC27-3653-00's, and "
             "the page on error codes",
         .where = "https://www.ibm.com/docs/en/SSLTBW_2.1.0/com.ibm.zos.v2r1.hala001/socket.htm");
DOCUMENT(
    zos_listen, .id = "zos.listen", .title = "z/OS V2R1 Sockets API Guide, LISTEN",
    .edition = "openings of the pages on listen() and LISTEN, and the IMS guide SC27-3653-00's",
    .where = "https://www.ibm.com/docs/en/SSLTBW_2.1.0/com.ibm.zos.v2r1.hala001/listen.htm");
DOCUMENT(zos_accept, .id = "zos.accept", .title = "z/OS V2R1 Sockets API Guide, ACCEPT",
         .edition = "openings of the pages on accept() and ACCEPT",
         .where = "https://www.ibm.com/docs/en/SSLTBW_2.1.0/com.ibm.zos.v2r1.hala001/accept.htm");
DOCUMENT(
    zos_close, .id = "zos.close", .title = "z/OS V2R1 Sockets API Guide, CLOSE",
    .edition =
        "openings of the pages on close() and CLOSE, and the page on the linger option of 2.2.0",
    .where = "https://www.ibm.com/docs/en/SSLTBW_2.1.0/com.ibm.zos.v2r1.hala001/close.htm");
DOCUMENT(zos_shutdown, .id = "zos.shutdown", .title = "z/OS V2R1 Sockets API Guide, SHUTDOWN",
         .edition = "openings of the pages on shutdown() and SHUTDOWN, and the table of the CICS "
                    "guide SC27-3649-00",
         .where = "https://www.ibm.com/docs/en/SSLTBW_2.1.0/com.ibm.zos.v2r1.hala001/shut.htm");
DOCUMENT(zos_getsockname, .id = "zos.getsockname",
         .title = "z/OS V2R1 Sockets API Guide, GETSOCKNAME",
         .edition = "openings of the pages on getsockname() and GETSOCKNAME",
         .where = "https://www.ibm.com/docs/en/SSLTBW_2.1.0/com.ibm.zos.v2r1.hala001/getsn.htm");
DOCUMENT(
    zos_getpeername, .id = "zos.getpeername", .title = "z/OS V2R1 Sockets API Guide, GETPEERNAME",
    .edition = "openings of the pages on getpeername() and GETPEERNAME, and the message EZY4107E",
    .where = "https://www.ibm.com/docs/en/SSLTBW_2.1.0/com.ibm.zos.v2r1.hala001/getpeer.htm");
DOCUMENT(zos_send, .id = "zos.send", .title = "z/OS V2R1 Sockets API Guide, SEND",
         .edition = "openings of the pages on send(), SEND of 2.5.0 and 2.4.0, and SENDTO",
         .where = "https://www.ibm.com/docs/en/SSLTBW_2.1.0/com.ibm.zos.v2r1.hala001/snd.htm");
DOCUMENT(zos_recv, .id = "zos.recv", .title = "z/OS V2R1 Sockets API Guide, RECV",
         .edition =
             "openings of the pages on recv(), recvfrom(), recvmsg(), read(), readv() of 2.2.0, "
             "RECV of 2.2.0, RECVFROM and the CICS guide SC27-3649-00's, and the note swg21385164",
         .where = "https://www.ibm.com/docs/en/SSLTBW_2.1.0/com.ibm.zos.v2r1.hala001/rcv.htm");
DOCUMENT(zos_select, .id = "zos.select", .title = "z/OS V2R1 Sockets API Guide, SELECT",
         .edition = "openings of the pages on select() of 2.4.0, SELECT and SELECTEX, and the IMS "
                    "guide SC27-3653-00's",
         .where = "https://www.ibm.com/docs/en/SSLTBW_2.1.0/com.ibm.zos.v2r1.hala001/select.htm");
DOCUMENT(zos_getsockopt, .id = "zos.getsockopt", .title = "z/OS V2R1 Sockets API Guide, GETSOCKOPT",
         .edition = "openings of the pages on setsockopt() of 2.3.0, GETSOCKOPT and SETSOCKOPT, "
                    "and the CICS guide SC27-3649-00's, and what is quoted of setsockopt() of "
                    "3.1.0 on SO_REUSEADDR",
         .where = "https://www.ibm.com/docs/en/SSLTBW_2.1.0/com.ibm.zos.v2r1.hala001/msetopt.htm");
