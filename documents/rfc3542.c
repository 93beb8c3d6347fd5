/* RFC 3542, 4.1, 6.2, 6.3, 6.5 and 6.7: what a packet that is sent has of options and control data.
 */
#include "documents/document.h"

DOCUMENT(rfc3542, .id = "rfc3542",
         .title = "RFC 3542, Advanced Sockets Application Program Interface (API) for IPv6",
         .edition = "May 2003, sections 4.1, 6.2, 6.3, 6.5 and 6.7",
         .where = "https://www.rfc-editor.org/rfc/rfc3542");

REQUIREMENTS(
    rfc3542, "rfc3542",
    {"rfc3542.tcp-starts-using", "4.1 TCP Implications", REQ_SHOULD,
     "TCP sends segments by an option of setsockopt() from then on; what it sends again need not "
     "be so."},
    {"rfc3542.source-given", "6.2 Specifying/Receiving Source/Destination Address", REQ_SHALL,
     "A datagram comes from the address of a control message IPV6_PKTINFO, if it is not the "
     "unspecified one."},
    {"rfc3542.source-overrides-bound", "6.2 Specifying/Receiving Source/Destination Address",
     REQ_SHALL,
     "That address takes the place of the one to which the socket is bound, for this datagram."},
    {"rfc3542.source-unspecified", "6.2 Specifying/Receiving Source/Destination Address", REQ_SHALL,
     "A datagram comes from the address to which the socket is bound, or else one that the system "
     "chooses.",
     .when = "a control message IPV6_PKTINFO has the unspecified address"},
    {"rfc3542.hop-limit-received", "6.3 Specifying/Receiving the Hop Limit", REQ_SHALL,
     "A control message IPV6_HOPLIMIT of recvmsg() brings the hop limit of a packet, an int.",
     .when = "IPV6_RECVHOPLIMIT is set, and only then"},
    {"rfc3542.hop-limit-once", "6.3 Specifying/Receiving the Hop Limit", REQ_SHALL,
     "A control message IPV6_HOPLIMIT overrides the hop limit that was set, or the default, for "
     "one datagram."},
    {"rfc3542.hop-limit-value", "6.3 Specifying/Receiving the Hop Limit", REQ_SHALL,
     "The hop limit of a control message is used as it is.", .when = "it is 0 to 255"},
    {"rfc3542.hop-limit-default", "6.3 Specifying/Receiving the Hop Limit", REQ_SHALL,
     "The hop limit is the default.", .when = "the value of the control message is -1"},
    {"rfc3542.hop-limit-einval", "6.3 Specifying/Receiving the Hop Limit", REQ_SHALL,
     "The call fails with EINVAL.",
     .when = "the value of the control message is below -1 or above 255"},
    {"rfc3542.traffic-class-once", "6.5 Specifying/Receiving the Traffic Class value", REQ_SHALL,
     "A control message IPV6_TCLASS overrides the traffic class that was set, or the default, for "
     "one datagram."},
    {"rfc3542.traffic-class-value", "6.5 Specifying/Receiving the Traffic Class value", REQ_SHALL,
     "The traffic class of setsockopt() or a control message is used as it is.",
     .when = "it is 0 to 255"},
    {"rfc3542.traffic-class-default", "6.5 Specifying/Receiving the Traffic Class value", REQ_SHALL,
     "The traffic class is the default.", .when = "the value is -1"},
    {"rfc3542.traffic-class-einval", "6.5 Specifying/Receiving the Traffic Class value", REQ_SHALL,
     "The call fails with EINVAL.", .when = "the value is below -1 or above 255"},
    {"rfc3542.traffic-class-kernels", "6.5 Specifying/Receiving the Traffic Class value",
     REQ_SHOULD, "The system overrides bits of the traffic class.",
     .when = "it has to control them itself, as those of ECN"},
    {"rfc3542.interface-order", "6.7 Summary of Outgoing Interface Selection", REQ_SHALL,
     "A multicast packet leaves by the interface of IPV6_PKTINFO, or else of IPV6_MULTICAST_IF."});
