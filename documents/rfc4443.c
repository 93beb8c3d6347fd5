/* RFC 4443: ICMPv6. What it says of routers and of echoes is left out. */
#include "documents/document.h"

DOCUMENT(rfc4443, .id = "rfc4443",
         .title = "RFC 4443, Internet Control Message Protocol (ICMPv6) for IPv6",
         .edition = "March 2006, sections 2 and 3",
         .where = "https://www.rfc-editor.org/rfc/rfc4443");

REQUIREMENTS(
    rfc4443, "rfc4443",
    {"rfc4443.source-is-destination", "2.2 Message Source Address Determination", REQ_SHALL,
     "The source of a message that answers one to a unicast address of the node is that address."},
    {"rfc4443.unknown-error-passed", "2.4 Message Processing Rules, (a)", REQ_SHALL,
     "An error of an unknown type is passed to whoever sent the packet that caused it.",
     .when = "it can be told who that was"},
    {"rfc4443.unknown-information", "2.4 Message Processing Rules, (b)", REQ_SHALL,
     "An informational message of an unknown type is discarded silently."},
    {"rfc4443.quote", "2.4 Message Processing Rules, (c)", REQ_SHALL,
     "An error has as much of the packet that caused it as fits into the minimum MTU of IPv6, "
     "1280 bytes."},
    {"rfc4443.demultiplexed", "2.4 Message Processing Rules, (d)", REQ_SHALL,
     "The protocol of the packet that an error quotes says who gets the error."},
    {"rfc4443.not-about-error", "2.4 Message Processing Rules, (e.1)", REQ_SHALL,
     "No error is sent about an ICMPv6 error."},
    {"rfc4443.not-about-redirect", "2.4 Message Processing Rules, (e.2)", REQ_SHALL,
     "No error is sent about a redirect."},
    {"rfc4443.not-about-group", "2.4 Message Processing Rules, (e.3)", REQ_SHALL,
     "No error is sent about a packet to a multicast address, apart from Packet Too Big and some "
     "Parameter Problems."},
    {"rfc4443.not-about-link-multicast", "2.4 Message Processing Rules, (e.4)", REQ_SHALL,
     "No error is sent about a packet that came as a multicast of the link, with the same "
     "exceptions."},
    {"rfc4443.not-about-link-broadcast", "2.4 Message Processing Rules, (e.5)", REQ_SHALL,
     "No error is sent about a packet that came as a broadcast of the link, with the same "
     "exceptions."},
    {"rfc4443.not-about-no-node", "2.4 Message Processing Rules, (e.6)", REQ_SHALL,
     "No error is sent about a packet whose source is no single node, such as :: or a multicast "
     "address."},
    {"rfc4443.rate-limited", "2.4 Message Processing Rules, (f)", REQ_SHALL,
     "The rate of errors that a node sends is limited.",
     .untestable = "the networks of cases have no limits, so that cases do not starve each other"},
    {"rfc4443.unreachable-sent", "3.1 Destination Unreachable Message", REQ_SHOULD,
     "Destination Unreachable answers a packet that cannot be delivered for another reason than "
     "congestion.",
     .untestable = "about routers, but for the port"},
    {"rfc4443.port-unreachable", "3.1 Destination Unreachable Message", REQ_SHOULD,
     "Destination Unreachable with code 4 answers a packet that nobody receives.",
     .when = "the transport has no way of its own to say so"},
    {"rfc4443.unreachable-passed", "3.1 Destination Unreachable Message", REQ_SHALL,
     "Destination Unreachable is told to the upper layer.", .when = "it can be told which"},
    {"rfc4443.too-big-code-ignored", "3.2 Packet Too Big Message", REQ_SHALL,
     "The code of Packet Too Big is ignored."},
    {"rfc4443.too-big-passed", "3.2 Packet Too Big Message", REQ_SHALL,
     "Packet Too Big is passed to the upper layer.", .when = "it can be told which"},
    {"rfc4443.time-exceeded-passed", "3.3 Time Exceeded Message", REQ_SHALL,
     "Time Exceeded is passed to the upper layer.", .when = "it can be told which"},
    {"rfc4443.parameter-problem-sent", "3.4 Parameter Problem Message", REQ_SHOULD,
     "A packet with a header that cannot be processed is answered by Parameter Problem, code 1 if "
     "the next header is unknown."},
    {"rfc4443.parameter-problem-discards", "3.4 Parameter Problem Message", REQ_SHALL,
     "A packet with a header that cannot be processed is discarded."},
    {"rfc4443.parameter-problem-passed", "3.4 Parameter Problem Message", REQ_SHALL,
     "Parameter Problem is told to the upper layer.", .when = "it can be told which"});
