/* The Unix Socket FAQ. */
#include "documents/document.h"

DOCUMENT(
    faq, .id = "faq",
    .title = "Programming UNIX Sockets in C - Frequently Asked Questions, by Vic Metcalfe, Andrew "
             "Gierth and others",
    .edition = "22 January 1998, as far as stored copies show its sections 2.1, 2.4, 2.5, 2.7, "
               "2.8, 2.10, 2.11, 2.16, 3.3, 4.5, 4.6, 4.7, 4.11 and the one on ICMP errors",
    .where = "http://www.unixguide.net/network/socketfaq/");
