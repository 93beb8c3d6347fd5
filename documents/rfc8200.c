/* RFC 8200, of which only what it says of UDP's checksum was read. */
#include "documents/document.h"

DOCUMENT(rfc8200, .id = "rfc8200",
         .title = "RFC 8200, Internet Protocol, Version 6 (IPv6) Specification",
         .edition = "July 2017, section 8.1", .where = "https://www.rfc-editor.org/rfc/rfc8200");

REQUIREMENTS(rfc8200, "rfc8200",
             {"rfc8200.udp-checksum", "8.1 Upper-Layer Checksums", REQ_SHALL,
              "A UDP packet that a node sends has a checksum.",
              .when = "no zero-checksum mode is on for its port"},
             {"rfc8200.udp-checksum-ones", "8.1 Upper-Layer Checksums", REQ_SHALL,
              "A checksum of UDP that comes out as 0 is sent as FFFF."},
             {"rfc8200.udp-no-checksum", "8.1 Upper-Layer Checksums", REQ_SHALL,
              "A UDP packet with a checksum of 0 is discarded.",
              .when = "no zero-checksum mode is on for its port"},
             {"rfc8200.udp-no-checksum-logged", "8.1 Upper-Layer Checksums", REQ_SHOULD,
              "A UDP packet with a checksum of 0 is logged.",
              .untestable = "no call and no packet shows what is logged"});
