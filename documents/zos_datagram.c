/* What z/OS Communications Server's guide says of connect() on datagram sockets, and of the calls
 * for connected ones: pages that were read whole. */
#include "documents/document.h"

DOCUMENT(zos_datagram, .id = "zos.datagram",
         .title = "z/OS V2R1 Sockets API Guide, Transferring data between datagram sockets",
         .edition =
             "the pages on streamlining data transfer, on the call sequence of datagram sessions "
             "and on using socket calls in a network application",
         .where = "https://www.ibm.com/support/knowledgecenter/en/SSLTBW_2.1.0/"
                  "com.ibm.zos.v2r1.hala001/strdgsock.htm");

REQUIREMENTS(
    zos_datagram, "zos.datagram",
    {"zos.datagram.connect-names-remote", "Streamline data transfer using connect call",
     REQ_DOCUMENTED, "connect() on a datagram socket names the remote address for datagrams."},
    {"zos.datagram.sends-without-destination", "Streamline data transfer using connect call",
     REQ_DOCUMENTED, "send() without a destination sends to the address that connect() was given.",
     .when = "the socket is a connected datagram socket"},
    {"zos.datagram.receives-from-peer-only", "Streamline data transfer using connect call",
     REQ_DOCUMENTED,
     "Only datagrams from the address that connect() was given are passed to the program.",
     .when = "the socket is a connected datagram socket"},
    {"zos.datagram.connect-exchanges-nothing", "Streamline data transfer using connect call",
     REQ_DOCUMENTED,
     "connect() on a datagram socket makes no connection, and nothing goes over the network."},
    {"zos.datagram.connect-local", "Streamline data transfer using connect call", REQ_DOCUMENTED,
     "connect() on a datagram socket works locally and returns at once."},
    {"zos.datagram.connected-one-host", "Call sequence in datagram socket sessions", REQ_DOCUMENTED,
     "A connected datagram socket exchanges data with one host only.",
     .untestable = "the page on SENDTO has it send elsewhere"},
    {"zos.datagram.unconnected-any-host", "Call sequence in datagram socket sessions", REQ_MAY,
     "A datagram socket that is not connected can communicate with any host."},
    {"zos.datagram.read-write-connected-only", "Using socket calls in a network application",
     REQ_DOCUMENTED,
     "read(), write(), readv(), writev(), send() and recv() work on connected sockets only."},
    {"zos.datagram.sendto-any-time", "Using socket calls in a network application", REQ_MAY,
     "sendto(), recvfrom(), sendmsg() and recvmsg() can be used at any time."});
