/* RFC 9293, as it was read.
 *
 * The lists have every numbered requirement once, its number in lower case as the end of its id; a
 * part of one that can be true or false by itself has an id of words and names the number in its
 * place. Where the table of Appendix B has another keyword than the prose (SHLD-25, MAY-5, MAY-10
 * and MAY-11), the prose counts; it is said in place. MUST-22 is numbered only in the table.
 *
 * Keywords in capitals that have no number, as most of what 3.10.7 says of RFC 5961, count as they
 * stand. Everything else has no keyword, RFC 2119 being for words in capitals, and gets the one
 * that its words amount to: REQ_SHALL what the text says plainly or with "must", REQ_SHOULD and
 * REQ_MAY what it says with "should", or "may" and "can", in small letters. */
#include "documents/document.h"

DOCUMENT(rfc9293, .id = "rfc9293", .title = "RFC 9293, Transmission Control Protocol",
         .edition = "August 2022", .where = "https://www.rfc-editor.org/rfc/rfc9293");
