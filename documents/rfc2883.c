/* RFC 2883: SACK blocks that report duplicates, D-SACK. To send them is a receiver's own choice. */
#include "documents/document.h"

DOCUMENT(rfc2883, .id = "rfc2883",
         .title = "RFC 2883, An Extension to the Selective Acknowledgement (SACK) Option for TCP",
         .edition = "July 2000", .where = "https://www.rfc-editor.org/rfc/rfc2883");

#define INTRODUCTION "2. Introduction"
#define USE          "4. Use of the SACK option for reporting a duplicate segment"
#define PARTIAL      "4.2 Reporting Partial Duplicate Segments"
#define PAWS         "4.3 Interaction Between D-SACK and PAWS"
#define DETECTION    "5. Detection of Duplicate Packets"

#define USED      "D-SACK is used"
#define CONCLUDES "what a sender makes of it is left to it"

REQUIREMENTS(
    rfc2883, "rfc2883",
    {"rfc2883.ack-unchanged", INTRODUCTION, REQ_SHALL,
     "The acknowledgment number, and when an ACK is sent, are as they are without D-SACK."},
    {"rfc2883.no-negotiation", INTRODUCTION, REQ_SHALL,
     "D-SACK needs no negotiation beside that of SACK."},
    {"rfc2883.discarded", INTRODUCTION, REQ_SHALL,
     "A block that reports a duplicate is discarded, and the others count as ever.",
     .when = "the sender does not know D-SACK"},
    {"rfc2883.first-block", USE, REQ_SHOULD,
     "The first block has the numbers of the duplicate that the ACK answers.", .when = USED},
    {"rfc2883.newest-only", USE ", (1)", REQ_SHALL,
     "Duplicates are reported of the packet that came last only.", .when = USED},
    {"rfc2883.once", USE ", (2)", REQ_SHALL, "A duplicate is reported by one ACK at most.",
     .when = USED},
    {"rfc2883.edges", USE ", (3)", REQ_SHALL,
     "The block is the first number of the duplicate, and the number that follows its last.",
     .when = USED},
    {"rfc2883.second-block", USE ", (4)", REQ_SHOULD,
     "The second block is that of the queued data of which the duplicate is a part.",
     .when = "the duplicate is of data beyond the acknowledgment number"},
    {"rfc2883.more-blocks", USE ", (5)", REQ_MAY,
     "More blocks follow by which RFC 2018 reports other data.", .when = USED},
    {"rfc2883.partial", PARTIAL, REQ_SHALL,
     "Of a segment that has come in part the part is reported that had come.", .when = USED},
    {"rfc2883.first-part", PARTIAL, REQ_SHALL,
     "Of several parts of a segment that had come the first is reported alone.", .when = USED},
    {"rfc2883.paws", PAWS, REQ_MAY,
     "The ACK of a segment that PAWS refuses has a block that reports it as a duplicate."},
    {"rfc2883.former-cycle", PAWS, REQ_SHOULD,
     "A sender reckons with duplicates from a former cycle of numbers.", .untestable = CONCLUDES},
    {"rfc2883.compared-in-packet", DETECTION, REQ_SHOULD,
     "A sender compares the first block with the acknowledgment number of the same packet.",
     .untestable = CONCLUDES},
    {"rfc2883.not-with-state", DETECTION, REQ_SHALL,
     "A sender does not compare the block with what was acknowledged by all packets.",
     .untestable = CONCLUDES},
    {"rfc2883.compared-with-second", DETECTION, REQ_SHALL,
     "A first block beyond the acknowledgment number is compared with the second.",
     .untestable = CONCLUDES});
