/* RFC 7323, 3 and 4: the Timestamps option, what it echoes, and what is measured by it. "In use"
 * means that both SYNs had it. */
#include "documents/document.h"

#define IN_USE "timestamps are in use"
#define OPTION "3.2 Timestamps Option"
#define ECHO   "4.3 Which Timestamp to Echo"

REQUIREMENTS(
    rfc7323_timestamps, "rfc7323",
    {"rfc7323.stamp-is-clock", OPTION, REQ_SHALL,
     "The value is what the sender's timestamp clock has when it sends the option."},
    {"rfc7323.echo-zero", OPTION, REQ_SHOULD, "The echo is zero.",
     .when = "the segment that is sent has no ACK"},
    {"rfc7323.echo-recent", OPTION, REQ_SHALL,
     "The echo is a value that was received not long before, chosen by section 4.3.",
     .when = "the segment that is sent has an ACK"},
    {"rfc7323.echo-ignored", OPTION, REQ_SHALL, "The echo is ignored.",
     .when = "the segment that came has no ACK"},
    {"rfc7323.stamp-in-syn", OPTION, REQ_MAY, "A SYN has timestamps.",
     .untestable = "both ways are right"},
    {"rfc7323.stamp-in-syn-ack", OPTION, REQ_MAY, "A SYN with ACK has timestamps.",
     .when = "the SYN had them", .untestable = "both ways are right"},
    {"rfc7323.stamp-answered-only", OPTION, REQ_SHALL,
     "A SYN with ACK has timestamps only if the SYN had them."},
    {"rfc7323.stamp-in-every-segment", OPTION, REQ_SHALL,
     "Every segment has timestamps, RSTs aside.", .when = IN_USE},
    {"rfc7323.stamp-in-rst", OPTION, REQ_SHOULD, "A RST has timestamps.", .when = IN_USE},
    {"rfc7323.stamp-remembered", OPTION, REQ_SHOULD, "A flag remembers that they are in use.",
     .when = IN_USE, .untestable = "says how, and nothing that could be seen"},
    {"rfc7323.stampless-dropped", OPTION, REQ_SHOULD,
     "A segment without timestamps is dropped silently, if it is no RST.", .when = IN_USE},
    {"rfc7323.stampless-no-abort", OPTION, REQ_SHALL,
     "No connection is aborted because a segment is without timestamps."},
    {"rfc7323.stamp-not-in-use-ignored", OPTION, REQ_SHALL,
     "Timestamps in a segment are ignored, and the segment is processed as any other.",
     .when = "timestamps are not in use"},
    {"rfc7323.stamp-crossing-syns", OPTION, REQ_MAY,
     "Both SYNs with ACK have timestamps, if one of two SYNs that cross had them.",
     .untestable = "both ways are right"},
    {"rfc7323.clock-proportional", "4.1 Introduction", REQ_SHALL,
     "The timestamp clock is about proportional to real time."},
    {"rfc7323.rtt-only-from-progress", "4.1 Introduction", REQ_MAY,
     "An echo is used to measure the round-trip time only if its segment acknowledges something "
     "new.",
     .untestable = "what was measured is not seen, and a timeout is rounded up to a second"},
    {"rfc7323.rtt-history", "4.2 Updating the RTO Value", REQ_SHOULD,
     "Several measurements in a round trip weigh no more than the history in RFC 6298 has it.",
     .untestable = "a timeout below a second is rounded up to one"},
    {"rfc7323.echo-one", ECHO, REQ_SHALL,
     "One of the values that came since the last answer is echoed, the others are not."},
    {"rfc7323.echo-delayed-ack", ECHO ", (A)", REQ_SHOULD,
     "The echo is the value of the earliest segment that was not acknowledged.",
     .when = "ACKs are delayed"},
    {"rfc7323.echo-gap", ECHO ", (B)", REQ_SHOULD,
     "The ACK of a segment out of order echoes the value of the newest segment that was in order."},
    {"rfc7323.echo-gap-filled", ECHO ", (C)", REQ_SHALL,
     "The ACK of a segment that fills a gap echoes that segment's value."},
    {"rfc7323.echo-kept", ECHO ", (2)", REQ_SHALL,
     "A value is kept for the echo if it is not less than the one kept, and the segment begins no "
     "later than what was acknowledged last; others are ignored."},
    {"rfc7323.echo-is-kept", ECHO ", (3)", REQ_SHALL, "The echo is the value that is kept."});
