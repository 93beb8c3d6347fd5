/* POSIX.1-2017, as it was read: in the HTML of its 2016 edition, on GitHub in
 * JimmySenny/referencedDocument-SUSv4.
 *
 * The lists have what its pages say of sockets; what is of STREAMS or of other files only is left
 * out. "Shall fail if" is REQ_SHALL and "may fail if" is REQ_MAY. A statement of fact without
 * "shall" is REQ_SHALL: the text binds by it too. What the text leaves to the protocol is
 * REQ_UNSPECIFIED, and REQ_IMPL where it says implementation-defined as well. What an informative
 * section says has the keyword that its words amount to, and "(informative)" in its place. A
 * requirement that binds applications only says so in .untestable. */
#include "documents/document.h"

DOCUMENT(posix, .id = "posix", .title = "POSIX.1-2017",
         .edition = "IEEE Std 1003.1, Issue 7, 2016 Edition",
         .where = "https://pubs.opengroup.org/onlinepubs/9699919799.2016edition/");
