/* RFC 6191: a SYN that meets a connection in TIME-WAIT. "Timestamps would be on" means that the SYN
 * has them and the answer would have them too. What is said of a number is said of that of the
 * peer's FIN. */
#include "documents/document.h"

DOCUMENT(rfc6191, .id = "rfc6191",
         .title = "RFC 6191, Reducing the TIME-WAIT State Using TCP Timestamps",
         .edition = "April 2011", .where = "https://www.rfc-editor.org/rfc/rfc6191");

#define PLACE "2 Improved Processing of Incoming Connection Requests"

REQUIREMENTS(
    rfc6191, "rfc6191",
    {"rfc6191.stamp-greater", PLACE, REQ_SHOULD, "The SYN opens a connection.",
     .when = "timestamps were in use and would be on, and that of the SYN is greater than the last "
             "one seen"},
    {"rfc6191.stamp-equal", PLACE, REQ_SHOULD, "The SYN opens a connection.",
     .when = "timestamps were in use and would be on, that of the SYN is equal to the last one "
             "seen, and its number greater than the last one"},
    {"rfc6191.stamp-given-up", PLACE, REQ_SHOULD, "The SYN opens a connection.",
     .when = "timestamps were in use and would not be on, and its number is greater than the last "
             "one"},
    {"rfc6191.stamp-refused", PLACE, REQ_SHOULD,
     "The SYN is dropped silently, and TIME-WAIT goes on.",
     .when = "timestamps were in use, and none of these holds"},
    {"rfc6191.stamp-new", PLACE, REQ_SHOULD, "The SYN opens a connection.",
     .when = "timestamps were not in use and would be on"},
    {"rfc6191.number-greater", PLACE, REQ_SHOULD, "The SYN opens a connection.",
     .when = "timestamps were not in use and would not be on, and its number is greater than the "
             "last one"},
    {"rfc6191.number-refused", PLACE, REQ_SHOULD,
     "The SYN is dropped silently, and TIME-WAIT goes on.",
     .when = "timestamps were not in use, and neither of these holds"});
