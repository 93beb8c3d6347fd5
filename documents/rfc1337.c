/* RFC 1337: how old duplicates end TIME-WAIT too early. It is no standard, and says so: what it
 * proposes is permitted. */
#include "documents/document.h"

DOCUMENT(rfc1337, .id = "rfc1337", .title = "RFC 1337, TIME-WAIT Assassination Hazards in TCP",
         .edition = "May 1992", .where = "https://www.rfc-editor.org/rfc/rfc1337");

REQUIREMENTS(rfc1337, "rfc1337",
             {"rfc1337.rst-ignored", "3 Fixes for TWA Hazards, (F1)", REQ_MAY, "A RST is ignored.",
              .when = "the state is TIME-WAIT"});
