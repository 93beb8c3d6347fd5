/* RFC 6633: nobody sends or heeds Source Quench any more. */
#include "documents/document.h"

DOCUMENT(rfc6633, .id = "rfc6633", .title = "RFC 6633, Deprecation of ICMP Source Quench Messages",
         .edition = "May 2012", .where = "https://www.rfc-editor.org/rfc/rfc6633");

REQUIREMENTS(
    rfc6633, "rfc6633",
    {"rfc6633.not-sent", "3 Updating RFC 1122", REQ_SHALL, "A host sends no Source Quench.",
     .untestable = "nothing that a case does would make a host send one"},
    {"rfc6633.ip-discards", "3 Updating RFC 1122", REQ_MAY,
     "The IP layer discards a Source Quench.", .untestable = "where it is discarded is not seen"},
    {"rfc6633.tcp-discards", "3 Updating RFC 1122", REQ_SHALL,
     "TCP discards a Source Quench silently."},
    {"rfc6633.router-ignores", "4 Updating RFC 1812", REQ_SHALL,
     "A router ignores a Source Quench.", .untestable = "about routers"},
    {"rfc6633.udp-discards", "5 Clarification for UDP, SCTP, and DCCP", REQ_SHALL,
     "UDP discards a Source Quench silently."},
    {"rfc6633.others-ignore", "6 General Advice to Transport Protocols", REQ_SHALL,
     "Any other transport ignores a Source Quench.", .untestable = "only TCP and UDP are tested"},
    {"rfc6633.no-rfc1016", "7 Recommendation Regarding RFC 1016", REQ_SHALL,
     "What RFC 1016 describes is not implemented.",
     .untestable = "it is a reaction to Source Quench, as above"});
