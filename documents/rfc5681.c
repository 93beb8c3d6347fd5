/* RFC 5681: slow start, congestion avoidance, fast retransmit, fast recovery, and when
 * acknowledgments are sent. What is measured in windows that nobody sees is left to what follows
 * for packets. */
#include "documents/document.h"

DOCUMENT(rfc5681, .id = "rfc5681", .title = "RFC 5681, TCP Congestion Control",
         .edition = "September 2009, sections 3 and 4",
         .where = "https://www.rfc-editor.org/rfc/rfc5681");

#define INSIDE   "inside the implementation: neither the wire nor the API shows it"
#define START    "3.1 Slow Start and Congestion Avoidance"
#define FAST     "3.2 Fast Retransmit/Fast Recovery"
#define ACKS     "4.2 Generating Acknowledgments"
#define RECOVERY "4.3 Loss Recovery Mechanisms"

REQUIREMENTS(
    rfc5681, "rfc5681",
    {"rfc5681.no-more-aggressive", "3 Congestion Control Algorithms", REQ_SHALL,
     "Nothing is sent that the congestion window of these algorithms has no room for.",
     .untestable = "says nothing beside what the other sentences say"},
    {"rfc5681.more-conservative", "3 Congestion Control Algorithms", REQ_MAY,
     "Less is sent than these algorithms allow.", .untestable = "both ways are right"},
    {"rfc5681.slow-start-used", START, REQ_SHALL,
     "Slow start and congestion avoidance bound what is sent and not yet acknowledged."},
    {"rfc5681.initial-window", START, REQ_SHALL,
     "At first no more than four segments are sent, or three of more than 1095 octets, or two of "
     "more than 2190."},
    {"rfc5681.handshake-opens-nothing", START, REQ_SHALL,
     "The SYN with ACK and its acknowledgment do not make the congestion window larger.",
     .untestable = "a window that is smaller at first is not told from one that has grown"},
    {"rfc5681.window-after-lost-syn", START, REQ_SHALL, "At first one segment is sent.",
     .when = "the SYN, or the SYN with ACK, was lost"},
    {"rfc5681.window-follows-mtu", START, REQ_SHOULD,
     "The congestion window becomes smaller in proportion.",
     .when = "path MTU discovery finds the segments too large"},
    {"rfc5681.threshold-high", START, REQ_SHOULD, "Slow start has no limit at first.",
     .untestable = INSIDE},
    {"rfc5681.slow-start-increment", START, REQ_SHALL,
     "An ACK of something new lets the congestion window grow by one segment at most.",
     .when = "slow start is going on"},
    {"rfc5681.counts-octets", START, REQ_SHOULD,
     "An ACK of something new lets the congestion window grow by no more than it acknowledges.",
     .when = "slow start is going on"},
    {"rfc5681.avoidance-increment", START, REQ_SHALL,
     "In a round trip the congestion window grows by one segment at most.",
     .when = "congestion avoidance is going on"},
    {"rfc5681.threshold-after-timeout", START, REQ_SHALL,
     "Slow start ends at no more than half of what was on its way, or two segments if that is "
     "more.",
     .when = "the timeout of a segment has expired for the first time"},
    {"rfc5681.threshold-held", START, REQ_SHALL, "The limit of slow start stays as it is.",
     .when = "the timeout of a segment expires again"},
    {"rfc5681.loss-window", START, REQ_SHALL,
     "The congestion window becomes one full segment, or less.", .when = "a timeout expires"},
    {"rfc5681.out-of-order-at-once", FAST ", " ACKS, REQ_SHOULD,
     "A segment that is out of order is answered by a duplicate ACK at once."},
    {"rfc5681.gap-filled-at-once", FAST ", " ACKS, REQ_SHOULD,
     "A segment that fills a gap, or a part of one, is acknowledged at once."},
    {"rfc5681.fast-retransmit", FAST, REQ_SHOULD,
     "Three duplicate ACKs have what appears to be lost sent again, without waiting for the "
     "timeout."},
    {"rfc5681.limited-transmit", FAST ", 1", REQ_SHOULD,
     "The first and the second duplicate ACK have a segment of new data sent each.",
     .when = "the window has room for it, and there is new data"},
    {"rfc5681.limited-transmit-no-growth", FAST ", 1", REQ_SHALL,
     "These two segments do not change the congestion window.", .untestable = INSIDE},
    {"rfc5681.threshold-after-duplicates", FAST ", 2", REQ_SHALL,
     "Slow start ends at no more than half of what was on its way, or two segments if that is "
     "more.",
     .when = "the third duplicate ACK has come"},
    {"rfc5681.recovery-begins", FAST ", 3", REQ_SHALL,
     "The segment that begins with the first octet not acknowledged is sent again.",
     .when = "fast retransmit is in use, and the third duplicate ACK has come",
     .untestable = "who sends nothing again then does not use fast retransmit"},
    {"rfc5681.recovery-inflates", FAST ", 4", REQ_SHALL,
     "Each duplicate ACK after the third makes the congestion window larger by one segment."},
    {"rfc5681.recovery-inflation-limited", FAST ", 4", REQ_MAY,
     "It does so no more often than there are segments on their way.",
     .untestable = "both ways are right"},
    {"rfc5681.recovery-sends-new", FAST ", 5", REQ_SHOULD,
     "A segment of new data is sent when both windows have room for it."},
    {"rfc5681.recovery-ends", FAST ", 6", REQ_SHALL,
     "The ACK of something new makes the congestion window that of the third duplicate ACK."},
    {"rfc5681.restarts-slowly", "4.1 Restarting Idle Connections", REQ_SHOULD,
     "No more is sent than at first.",
     .when = "nothing was sent for longer than the retransmission timeout"},
    {"rfc5681.acks-delayed", ACKS, REQ_SHOULD, "ACKs are delayed."},
    {"rfc5681.second-segment", ACKS, REQ_SHOULD,
     "At least every second segment of full size is acknowledged."},
    {"rfc5681.within-500-ms", ACKS, REQ_SHALL,
     "An ACK comes within 500 ms of the first segment that it acknowledges."},
    {"rfc5681.one-ack-a-segment", ACKS, REQ_SHALL,
     "A segment is answered by one ACK at most, but for what tells that the window has opened."},
    {"rfc5681.recovery-halves", RECOVERY, REQ_SHALL,
     "Until all that was lost has been repaired no more than half as many segments are sent in a "
     "round trip as were on their way.",
     .untestable = "a case has no round trips of any length"},
    {"rfc5681.recovery-then-avoidance", RECOVERY, REQ_SHALL,
     "Then the congestion window grows by congestion avoidance alone."},
    {"rfc5681.two-losses-count-twice", RECOVERY, REQ_SHALL,
     "The congestion window is made smaller twice.",
     .when = "there is loss in two windows of data, one after the other, or what was sent again is "
             "lost"},
    {"rfc5681.advanced-recovery", RECOVERY, REQ_SHOULD,
     "An algorithm is in use that can deal with several losses in one window of data.",
     .untestable = "any is right"});
