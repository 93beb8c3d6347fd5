/* FreeBSD's pselect(2), and sockatmark(3) of both. */
#include "documents/document.h"

DOCUMENT(freebsd_pselect_2, .id = "freebsd.pselect.2", .title = "FreeBSD pselect(2)",
         .edition = "16 August 2013, in Debian's package freebsd-manpages 12.2-1",
         .where = "https://man.freebsd.org/cgi/man.cgi?query=pselect&sektion=2");
DOCUMENT(linux_sockatmark_3, .id = "linux.sockatmark.3", .title = "sockatmark(3) of Linux",
         .edition = "man-pages 6.03, 2022-12-15", .where = "Debian package manpages-dev 6.03-2");

DOCUMENT(freebsd_sockatmark_3, .id = "freebsd.sockatmark.3", .title = "FreeBSD sockatmark(3)",
         .edition = "13 October 2002, in freebsd/freebsd-src on GitHub, lib/libc/net at 039ea811",
         .where = "https://man.freebsd.org/cgi/man.cgi?query=sockatmark&sektion=3");

REQUIREMENTS(freebsd_pselect_2, "freebsd.pselect.2",
             {"freebsd.pselect.2.like-select", "DESCRIPTION", REQ_DOCUMENTED,
              "pselect() takes the same limit and sets as select()."},
             {"freebsd.pselect.2.timespec", "DESCRIPTION", REQ_DOCUMENTED,
              "The time of pselect() is a struct timespec that it does not modify."},
             {"freebsd.pselect.2.null-waits", "DESCRIPTION", REQ_DOCUMENTED,
              "pselect() waits without end.", .when = "the time is a null pointer"},
             {"freebsd.pselect.2.sets-mask", "DESCRIPTION", REQ_DOCUMENTED,
              "pselect() sets the signal mask given while it waits."},
             {"freebsd.pselect.2.restores-mask", "DESCRIPTION", REQ_DOCUMENTED,
              "pselect() restores the signal mask when it returns."},
             {"freebsd.pselect.2.returns-as-select", "RETURN VALUES", REQ_DOCUMENTED,
              "pselect() returns what select() returns, under the same conditions."},
             {"freebsd.pselect.2.errors-as-select", "ERRORS", REQ_DOCUMENTED,
              "pselect() fails for the reasons for which select() fails."},
             {"freebsd.pselect.2.conforms-to", "STANDARDS", REQ_DOCUMENTED,
              "pselect() conforms to POSIX.1-2001.",
              .untestable = "a claim about another document"});

REQUIREMENTS(linux_sockatmark_3, "linux.sockatmark.3",
             {"linux.sockatmark.3.at-mark", "DESCRIPTION", REQ_DOCUMENTED,
              "sockatmark() returns 1.", .when = "the socket is at the out-of-band mark"},
             {"linux.sockatmark.3.not-at-mark", "DESCRIPTION", REQ_DOCUMENTED,
              "sockatmark() returns 0.", .when = "the socket is not at the mark"},
             {"linux.sockatmark.3.keeps-mark", "DESCRIPTION", REQ_DOCUMENTED,
              "sockatmark() does not remove the mark."},
             {"linux.sockatmark.3.ebadf", "ERRORS, EBADF", REQ_DOCUMENTED,
              "sockatmark() fails with EBADF.", .when = "the descriptor is not valid"},
             {"linux.sockatmark.3.einval", "ERRORS, EINVAL", REQ_DOCUMENTED,
              "sockatmark() fails with EINVAL.", .when = "it cannot be applied to the descriptor"},
             {"linux.sockatmark.3.conforms-to", "STANDARDS", REQ_DOCUMENTED,
              "sockatmark() conforms to POSIX.1-2001 and POSIX.1-2008.",
              .untestable = "a claim about another document"},
             {"linux.sockatmark.3.by-siocatmark", "NOTES", REQ_DOCUMENTED,
              "sockatmark() is made by the request SIOCATMARK of ioctl().",
              .untestable = "how it is made is not seen"});

REQUIREMENTS(freebsd_sockatmark_3, "freebsd.sockatmark.3",
             {"freebsd.sockatmark.3.data-after-mark", "DESCRIPTION", REQ_DOCUMENTED,
              "The next read gives data from behind the mark.", .when = "sockatmark() returned 1"},
             {"freebsd.sockatmark.3.data-before-mark", "DESCRIPTION", REQ_DOCUMENTED,
              "The next read gives data from before the mark.",
              .when = "sockatmark() returned 0 and out-of-band data has come"},
             {"freebsd.sockatmark.3.at-mark", "RETURN VALUES", REQ_DOCUMENTED,
              "sockatmark() returns 1.",
              .when = "the next byte to be read is at the out-of-band mark"},
             {"freebsd.sockatmark.3.not-at-mark", "RETURN VALUES", REQ_DOCUMENTED,
              "sockatmark() returns 0.", .when = "it is not at the mark"},
             {"freebsd.sockatmark.3.ebadf", "ERRORS, EBADF", REQ_DOCUMENTED,
              "sockatmark() fails with EBADF.", .when = "the descriptor is not valid"},
             {"freebsd.sockatmark.3.enotty", "ERRORS, ENOTTY", REQ_DOCUMENTED,
              "sockatmark() fails with ENOTTY.",
              .when = "the descriptor is of a file that is no socket"},
             {"freebsd.sockatmark.3.history", "HISTORY", REQ_DOCUMENTED,
              "sockatmark() is of POSIX.1-2001, made of the request SIOCATMARK of ioctl().",
              .untestable = "a claim about another document"});
