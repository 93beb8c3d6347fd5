/* RFC 1191 and RFC 8201: path MTU discovery. Their sections on implementations specify nothing and
 * are left out, as is what routers do. */
#include "documents/document.h"

DOCUMENT(rfc1191, .id = "rfc1191", .title = "RFC 1191, Path MTU Discovery",
         .edition = "November 1990, section 3", .where = "https://www.rfc-editor.org/rfc/rfc1191");
DOCUMENT(rfc8201, .id = "rfc8201", .title = "RFC 8201, Path MTU Discovery for IP version 6",
         .edition = "July 2017, sections 3 and 4",
         .where = "https://www.rfc-editor.org/rfc/rfc8201");

REQUIREMENTS(
    rfc1191, "rfc1191",
    {"rfc1191.reduces", "3 Host specification", REQ_SHALL,
     "Datagram Too Big makes the estimate of the path's MTU smaller, by the MTU that it gives."},
    {"rfc1191.elicits-no-more", "3 Host specification", REQ_SHALL,
     "After Datagram Too Big the host tries not to elicit more of them."},
    {"rfc1191.smaller-or-without-flag", "3 Host specification", REQ_MAY,
     "The host sends smaller datagrams, or sets the don't-fragment flag no more.",
     .untestable = "both ways are right"},
    {"rfc1191.converges", "3 Host specification", REQ_SHALL, "The discovery comes to an end."},
    {"rfc1191.detects-decrease", "3 Host specification", REQ_SHALL,
     "A smaller MTU is detected as fast as possible."},
    {"rfc1191.increase-after-5-minutes", "3 Host specification", REQ_SHALL,
     "A larger datagram is tried no sooner than 5 minutes after Datagram Too Big."},
    {"rfc1191.increase-after-1-minute", "3 Host specification", REQ_SHALL,
     "A larger datagram is tried no sooner than a minute after such a try was successful."},
    {"rfc1191.without-mtu", "3 Host specification", REQ_SHALL,
     "A host can deal with Datagram Too Big that gives no MTU, but 0."},
    {"rfc1191.never-below-68", "3 Host specification", REQ_SHALL,
     "The estimate is never below 68 bytes."},
    {"rfc1191.no-increase", "3 Host specification", REQ_SHALL,
     "Datagram Too Big never makes the estimate larger."},
    {"rfc1191.obeys-mss", "3.1 TCP MSS Option", REQ_SHALL,
     "No segment is larger than the maximum segment size of the peer.",
     .when = "the host discovers the path MTU"},
    {"rfc1191.sends-large-mss", "3.1 TCP MSS Option", REQ_SHOULD,
     "The maximum segment size that is sent is not lowered to 536.",
     .when = "the host discovers the path MTU"});

REQUIREMENTS(
    rfc8201, "rfc8201",
    {"rfc8201.begins-with-link", "3 Protocol Overview", REQ_SHALL,
     "The path's MTU is first taken to be that of the first link."},
    {"rfc8201.validates", "4 Protocol Requirements", REQ_SHOULD,
     "It is checked that Packet Too Big is about something that was sent."},
    {"rfc8201.below-1280-discarded", "4 Protocol Requirements", REQ_SHALL,
     "Packet Too Big that gives less than 1280 bytes is discarded."},
    {"rfc8201.never-below-1280", "4 Protocol Requirements", REQ_SHALL,
     "Packet Too Big never makes the estimate smaller than 1280 bytes."},
    {"rfc8201.reduces", "4 Protocol Requirements", REQ_SHALL,
     "Packet Too Big makes the estimate of the path's MTU smaller, by the MTU that it gives."},
    {"rfc8201.elicits-no-more", "4 Protocol Requirements", REQ_SHALL,
     "After Packet Too Big the node sends smaller packets along the path."},
    {"rfc8201.detects-decrease", "4 Protocol Requirements", REQ_SHALL,
     "A smaller MTU is detected as fast as possible."},
    {"rfc8201.increase-after-5-minutes", "4 Protocol Requirements", REQ_SHALL,
     "A larger packet is tried no sooner than 5 minutes after Packet Too Big."},
    {"rfc8201.no-increase", "4 Protocol Requirements", REQ_SHALL,
     "Packet Too Big never makes the estimate larger."});
