/* RFC 7323: window scaling, timestamps and PAWS. To use them is an implementation's own choice:
 * what it must do is said of one that does. Here is the window scale; timestamps are in
 * rfc7323_timestamps.c, PAWS in rfc7323_paws.c. */
#include "documents/document.h"

DOCUMENT(rfc7323, .id = "rfc7323", .title = "RFC 7323, TCP Extensions for High Performance",
         .edition = "September 2014", .where = "https://www.rfc-editor.org/rfc/rfc7323");

#define BOTH     "both SYNs had the option"
#define NOT_BOTH "a SYN was without the option"

REQUIREMENTS(
    rfc7323, "rfc7323",
    {"rfc7323.scale-answered-only", "1.3 Using TCP options", REQ_SHALL,
     "A SYN with ACK has Window Scale only if the SYN had it."},
    {"rfc7323.turned-off", "1.3 Using TCP options", REQ_MAY,
     "A user or an administrator can turn the options off.",
     .untestable = "there need not be a way to do so"},
    {"rfc7323.scale-only-in-syn", "2.1 Introduction", REQ_SHALL,
     "Window Scale is in SYNs and in no other segment."},
    {"rfc7323.scale-fixed", "2.1 Introduction", REQ_SHALL,
     "The scale of each direction stays what it was when the connection was opened."},
    {"rfc7323.scale-from-buffer", "2.1 Introduction", REQ_SHALL,
     "The scale follows from the most that the receive buffer may have when the connection is "
     "opened.",
     .untestable = "how large a buffer may grow is the implementation's own"},
    {"rfc7323.scale-in-syn", "2.2 Window Scale Option", REQ_MAY, "A SYN has Window Scale.",
     .untestable = "both ways are right"},
    {"rfc7323.scale-offered", "2.2 Window Scale Option", REQ_SHOULD,
     "The option is sent, if only with a shift of 0.",
     .when = "the implementation is prepared to scale windows"},
    {"rfc7323.scale-both-ways", "2.2 Window Scale Option", REQ_SHALL,
     "Windows are scaled in no direction.", .when = NOT_BOTH},
    {"rfc7323.scale-zero", "2.2 Window Scale Option", REQ_MAY, "The shift is 0.",
     .untestable = "both ways are right"},
    {"rfc7323.scale-in-syn-ack", "2.2 Window Scale Option", REQ_MAY,
     "A SYN with ACK has Window Scale.", .when = "the SYN had it",
     .untestable = "both ways are right"},
    {"rfc7323.scale-elsewhere-ignored", "2.2 Window Scale Option", REQ_SHALL,
     "Window Scale in a segment without SYN is ignored."},
    {"rfc7323.syn-window-unscaled", "2.2 Window Scale Option", REQ_SHALL,
     "The window field of a segment with SYN is not scaled."},
    {"rfc7323.scale-answered", "2.3 Using the Window Scale Option", REQ_SHOULD,
     "A SYN with Window Scale is answered by a SYN with ACK that has it, too."},
    {"rfc7323.scale-wanted", "2.3 Using the Window Scale Option", REQ_SHALL,
     "The option has the shift that the implementation wants to use for its receive window.",
     .untestable = "what it wants is not seen but by the option"},
    {"rfc7323.scale-taken", "2.3 Using the Window Scale Option", REQ_SHALL,
     "Windows are scaled by what each side's option says.", .when = BOTH},
    {"rfc7323.scale-not-taken", "2.3 Using the Window Scale Option", REQ_SHALL,
     "Both shifts are 0.", .when = NOT_BOTH},
    {"rfc7323.incoming-window-scaled", "2.3 Using the Window Scale Option", REQ_SHALL,
     "The window field of every segment that comes, but SYNs, is shifted to the left by the "
     "peer's shift before it is used."},
    {"rfc7323.outgoing-window-scaled", "2.3 Using the Window Scale Option", REQ_SHALL,
     "The window field of every segment that is sent, but SYNs, is the window shifted to the "
     "right by the own shift."},
    {"rfc7323.scale-at-most-14", "2.3 Using the Window Scale Option", REQ_SHALL,
     "The shift is 14 at most."},
    {"rfc7323.scale-over-14-logged", "2.3 Using the Window Scale Option", REQ_SHOULD,
     "That is logged as an error.", .when = "the peer's shift is above 14",
     .untestable = "a log is no matter of sockets or packets"},
    {"rfc7323.scale-over-14", "2.3 Using the Window Scale Option", REQ_SHALL,
     "The shift is taken to be 14.", .when = "the peer's shift is above 14"},
    {"rfc7323.shrinking-handled", "2.4 Addressing Window Retraction", REQ_SHALL,
     "A window that shrinks is handled as RFC 1122 says in 4.2.2.16.",
     .untestable = "says nothing beside what the other sentences say"},
    {"rfc7323.offered-is-honored", "2.4 Addressing Window Retraction", REQ_SHALL,
     "A segment counts as in the window if it would have been by any ACK that was sent."},
    {"rfc7323.window-tracked", "2.4 Addressing Window Retraction", REQ_SHOULD,
     "The receiver keeps the highest number that it has ever offered.", .when = BOTH},
    {"rfc7323.first-within-window", "2.4 Addressing Window Retraction", REQ_SHALL,
     "What is sent for the first time is within the window of the newest ACK."},
    {"rfc7323.first-again", "2.4 Addressing Window Retraction", REQ_SHALL,
     "What was within the window when it was sent is sent again whatever the window is then.",
     .when = "it is sent again for the first time, or beyond the window by less than the scale"},
    {"rfc7323.later-again", "2.4 Addressing Window Retraction", REQ_MAY,
     "Later it is sent again if the window of the newest ACK has room for it.",
     .untestable = "both ways are right, and where there is no room RFC 9293 has MAY-7"});
