/* RFC 2018: selective acknowledgments. To use them is an implementation's own choice: what it must
 * do is said of one that does. The examples of section 7 say nothing beside. */
#include "documents/document.h"

DOCUMENT(rfc2018, .id = "rfc2018", .title = "RFC 2018, TCP Selective Acknowledgment Options",
         .edition = "October 1996", .where = "https://www.rfc-editor.org/rfc/rfc2018");

#define FORMAT   "3. Sack Option Format"
#define RECEIVER "4. Generating Sack Options"
#define SENDER   "5. Interpreting the Sack Option"
#define CONTROL  "5.1 Congestion Control Issues"
#define RENEGING "8. Data Receiver Reneging"

#define ALLOWED   "the SYN of the other side had SACK-Permitted"
#define SENT      "a SACK option is sent"
#define TIMEOUT   "a retransmission timeout has passed"
#define DISCARDED "data is discarded that was reported"

REQUIREMENTS(
    rfc2018, "rfc2018",
    {"rfc2018.permitted-in-syn", "2. Sack-Permitted Option", REQ_MAY, "A SYN has SACK-Permitted.",
     .when = "the implementation takes SACK options"},
    {"rfc2018.permitted-only-in-syn", "2. Sack-Permitted Option", REQ_SHALL,
     "No segment without SYN has SACK-Permitted."},
    {"rfc2018.permitted-form", "2. Sack-Permitted Option", REQ_SHALL,
     "SACK-Permitted has kind 4 and length 2."},
    {"rfc2018.reports-queued", FORMAT, REQ_SHALL,
     "The option tells the sender of blocks of data that have come, are not contiguous with what "
     "was acknowledged, and are queued.",
     .when = SENT},
    {"rfc2018.acknowledged-normally", FORMAT, REQ_SHALL,
     "What fills a gap is acknowledged as ever, by the acknowledgment number."},
    {"rfc2018.ack-number", FORMAT, REQ_SHALL,
     "The acknowledgment number means what it means without the option."},
    {"rfc2018.edges", FORMAT, REQ_SHALL,
     "A block is its first number, and the number that follows its last, of 32 bits each.",
     .when = SENT},
    {"rfc2018.isolated", FORMAT, REQ_SHALL,
     "What is just below a block and just above it has not come.", .when = SENT},
    {"rfc2018.length", FORMAT, REQ_SHALL,
     "The option has kind 5, and eight octets for each block beside its first two.", .when = SENT},
    {"rfc2018.at-most-four", FORMAT, REQ_SHALL,
     "There are four blocks at most, and three where there are timestamps.", .when = SENT,
     .untestable = "a header has no room for more"},
    {"rfc2018.advisory", FORMAT, REQ_MAY, "Data that was reported is discarded later."},
    {"rfc2018.generated", RECEIVER, REQ_MAY, "SACK options are sent.", .when = ALLOWED},
    {"rfc2018.generated-always", RECEIVER, REQ_SHOULD,
     "They are sent under all circumstances under which they may be.",
     .when = "any are sent at all"},
    {"rfc2018.not-permitted", RECEIVER, REQ_SHALL, "No SACK option is sent.",
     .when = "the SYN of the other side had no SACK-Permitted"},
    {"rfc2018.every-ack", RECEIVER, REQ_SHOULD,
     "Every ACK that does not acknowledge the highest number in the queue has the option.",
     .when = "any are sent at all"},
    {"rfc2018.ack-of-each", RECEIVER, REQ_SHOULD, "Each valid segment with new data gets an ACK.",
     .when = "there is a gap before queued data"},
    {"rfc2018.each-has-sack", RECEIVER, REQ_SHOULD, "Each of these ACKs has the option.",
     .when = "there is a gap before queued data"},
    {"rfc2018.first-block", RECEIVER, REQ_SHALL,
     "The first block is the contiguous one with the segment that the ACK answers, unless that "
     "segment moved the acknowledgment number.",
     .when = SENT},
    {"rfc2018.many-blocks", RECEIVER, REQ_SHOULD,
     "The option has as many different blocks as there is room for.", .when = SENT},
    {"rfc2018.repeats", RECEIVER, REQ_SHOULD,
     "Behind the first block are those again that were first in the newest options, unless they "
     "are part of another block of the option.",
     .when = SENT},
    {"rfc2018.any-order", RECEIVER, REQ_MAY, "The blocks behind the first have any order.",
     .when = SENT},
    {"rfc2018.newest-reported", RECEIVER, REQ_SHALL,
     "The block with the segment that came last is always reported.", .when = SENT},
    {"rfc2018.recorded", SENDER, REQ_SHOULD,
     "What a SACK option acknowledges is remembered by the sender."},
    {"rfc2018.any-boundaries", SENDER, REQ_MAY,
     "Blocks begin and end elsewhere than the segments that the sender would send again, which "
     "does it no harm."},
    {"rfc2018.sacked-skipped", SENDER, REQ_MAY,
     "Segments that lie wholly in a reported block are marked, and are not sent again with those "
     "before the highest that are not marked.",
     .untestable = "one possible implementation, it says"},
    {"rfc2018.forgotten-after-timeout", SENDER, REQ_SHOULD,
     "No segment counts as reported any more.", .when = TIMEOUT},
    {"rfc2018.left-edge-sent-again", SENDER, REQ_SHALL,
     "The segment at the left edge of the window is sent again, whether it was reported or not.",
     .when = TIMEOUT},
    {"rfc2018.not-dequeued", SENDER, REQ_SHALL,
     "A segment stays in the sender's queue until the left edge of the window is beyond it."},
    {"rfc2018.congestion-control", CONTROL, REQ_SHALL,
     "The algorithms of congestion control stay as they are.",
     .untestable = "refers to what implementations did at that time"},
    {"rfc2018.no-recovery-by-one-ack", CONTROL, REQ_SHALL,
     "One ACK that reports segments out of order does not begin the recovery."},
    {"rfc2018.recovery-limited", CONTROL, REQ_SHALL,
     "How many segments are sent upon an ACK is limited during the recovery.",
     .untestable = "says no number but those of implementations of that time"},
    {"rfc2018.timeouts-unchanged", CONTROL, REQ_SHALL,
     "What is lost is found out by timeouts as it is without the option."},
    {"rfc2018.ignored-after-timeout", CONTROL, REQ_SHALL,
     "What was reported before plays no part in what is sent again.", .when = TIMEOUT},
    {"rfc2018.reneging", RENEGING, REQ_MAY,
     "Data that was not acknowledged is discarded though it was reported; that is discouraged, "
     "and for those who run out of buffers."},
    {"rfc2018.reneging-first-block", RENEGING, REQ_SHALL,
     "The first block is about the newest segment, and has its edges at least.", .when = DISCARDED,
     .untestable = "when a receiver discards is its own choice"},
    {"rfc2018.reneging-held-only", RENEGING, REQ_SHALL,
     "Beside the newest segment no data is reported that is not held any more.", .when = DISCARDED,
     .untestable = "when a receiver discards is its own choice"},
    {"rfc2018.sender-keeps", RENEGING, REQ_SHALL,
     "The sender does not discard data before the acknowledgment number covers it."});
