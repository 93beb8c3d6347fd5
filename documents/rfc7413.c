/* RFC 7413: TCP Fast Open, data that goes with the SYN. To have it is an implementation's own
 * choice: what it must do is said of one that does, and where an application asked for it. Its
 * errata mend the lengths: an option has 2 octets where it asks for a cookie, and 6 to 18 where it
 * has one. Here is the option and the cookie; the protocol is in rfc7413_protocol.c. */
#include "documents/document.h"

DOCUMENT(rfc7413, .id = "rfc7413", .title = "RFC 7413, TCP Fast Open", .edition = "December 2014",
         .where = "https://www.rfc-editor.org/rfc/rfc7413");

#define MAC              "4.1.2 Server Cookie Handling"
#define CLIENT           "4.1.3 Client Cookie Handling"
#define NEGATIVE         "4.1.3.1 Client Caching Negative Responses"
#define SERVERS_OWN      "it is the server's own business, which no packet shows"
#define APPLICATION      "it is about applications"
#define EXCLUDES_NOTHING "excludes nothing"

REQUIREMENTS(
    rfc7413, "rfc7413",
    {"rfc7413.delivered-early", "2 Data in SYN", REQ_MAY,
     "Data of a SYN is delivered before the handshake is complete."},
    {"rfc7413.not-by-default", "2 Data in SYN", REQ_SHALL,
     "Fast Open is not used unless an application has asked for it, for a port of its service."},
    {"rfc7413.evaluated", "2 Data in SYN", REQ_SHALL,
     "An application finds out first whether Fast Open suits it.", .untestable = APPLICATION},
    {"rfc7413.duplicates-accepted", "2.1 Relaxing TCP Semantics on Duplicated SYNs", REQ_MAY,
     "An old SYN with data is accepted once more when its connection is forgotten.",
     .untestable = EXCLUDES_NOTHING},

    {"rfc7413.overview-data-dropped", "3 Protocol Overview, 2 (b)", REQ_SHALL,
     "The data is dropped, and the SYN and ACK acknowledge the SYN alone.",
     .when = "the cookie is not valid"},
    {"rfc7413.overview-response", "3 Protocol Overview, 3", REQ_MAY,
     "The server sends data before the handshake is complete.", .when = "it took the SYN's data"},
    {"rfc7413.overview-response-limit", "3 Protocol Overview, 3", REQ_SHALL,
     "How much that is follows from congestion control."},
    {"rfc7413.overview-ack", "3 Protocol Overview, 4", REQ_SHALL,
     "The client's ACK acknowledges the SYN and the data of the server."},
    {"rfc7413.overview-data-again", "3 Protocol Overview, 4", REQ_SHALL,
     "The client sends the data again, with that ACK.", .when = "the data was not acknowledged",
     .untestable = "4.2.2 says that it should"},
    {"rfc7413.overview-then-normal", "3 Protocol Overview, 5", REQ_SHALL,
     "From then on the connection is as any other."},
    {"rfc7413.overview-many", "3 Protocol Overview, 5", REQ_MAY,
     "A client uses a cookie for many connections, until the server no longer takes it."},

    {"rfc7413.cookie-passed-back", "4.1 Fast Open Cookie", REQ_SHALL,
     "A client passes a cookie back as it was, with later SYNs."},
    {"rfc7413.cookie-expired-any-time", "4.1 Fast Open Cookie", REQ_MAY,
     "The server gives up a cookie at any time.", .untestable = SERVERS_OWN},
    {"rfc7413.option-kind", "4.1.1 Fast Open Option", REQ_SHALL, "The option's kind is 34."},
    {"rfc7413.option-length-even", "4.1.1 Fast Open Option", REQ_SHALL,
     "The option's length is even."},
    {"rfc7413.option-length", "4.1.1 Fast Open Option", REQ_SHALL,
     "A cookie has 4 to 16 octets, and the option 2 more."},
    {"rfc7413.option-asks", "4.1.1 Fast Open Option", REQ_SHALL,
     "A client asks for a cookie by an option without one."},
    {"rfc7413.option-passes", "4.1.1 Fast Open Option", REQ_SHALL,
     "The server gives a cookie, and the client gives it back, by an option that has it."},
    {"rfc7413.option-unaligned", "4.1.1 Fast Open Option", REQ_MAY,
     "A cookie is not aligned to 32 bits."},
    {"rfc7413.option-bad-length", "4.1.1 Fast Open Option", REQ_SHALL,
     "An option whose length cannot be is ignored."},
    {"rfc7413.option-without-syn", "4.1.1 Fast Open Option", REQ_SHALL,
     "An option in a segment without SYN is ignored."},

    {"rfc7413.cookie-mac", MAC, REQ_SHOULD,
     "A cookie is a message authentication code that has the properties that follow.",
     .untestable = "how a cookie is made is not seen; its properties have places of their own"},
    {"rfc7413.cookie-of-address", MAC ", 1", REQ_SHOULD,
     "A cookie is of the address that the SYN comes from, IPv4 or IPv6."},
    {"rfc7413.cookie-made-by-server", MAC ", 2", REQ_SHOULD,
     "Nobody but the server can make a cookie."},
    {"rfc7413.cookie-fast", MAC ", 3", REQ_SHOULD,
     "To make and to look at a cookie is fast beside the rest.",
     .untestable = "how fast an implementation is has no bound"},
    {"rfc7413.cookie-several", MAC ", 4", REQ_MAY,
     "A server takes more than one cookie of a client as valid, which may say other things too.",
     .untestable = EXCLUDES_NOTHING},
    {"rfc7413.cookie-expires", MAC ", 5", REQ_SHOULD, "After some time a cookie is not valid.",
     .untestable = "the time is the server's own"},
    {"rfc7413.cookie-keys", MAC, REQ_MAY, "Keys change by and by.", .untestable = SERVERS_OWN},
    {"rfc7413.cookie-valid", MAC, REQ_SHALL,
     "A cookie is valid that is of the client's address and has not expired."},
    {"rfc7413.cookie-made-again", MAC, REQ_MAY,
     "The server makes the cookie again and compares; and has a valid one to give, then.",
     .untestable = SERVERS_OWN},

    {"rfc7413.client-caches", CLIENT, REQ_SHALL,
     "A client keeps the cookies of servers for later connections."},
    {"rfc7413.client-caches-one", CLIENT, REQ_SHOULD,
     "It keeps one cookie for a client's and a server's address, the one that came last."},
    {"rfc7413.client-caches-mss", CLIENT, REQ_SHOULD,
     "It keeps the maximum segment size that the server told, too."},
    {"rfc7413.client-default-mss", CLIENT, REQ_SHALL,
     "A SYN has at most 536 octets of data over IPv4, and 1220 over IPv6.",
     .when = "the server's maximum segment size is not known"},
    {"rfc7413.client-limits-mss", CLIENT, REQ_MAY,
     "It takes no more than 1460 over IPv4, or 1440 over IPv6, for the maximum segment size that "
     "it keeps.",
     .untestable = EXCLUDES_NOTHING},

    {"rfc7413.negative-cached", NEGATIVE, REQ_SHALL,
     "A client keeps that a server did not acknowledge the SYN's data, that an ICMP error came, or "
     "that nothing did.",
     .untestable = "what is kept is seen only by what the next sentence recommends"},
    {"rfc7413.negative-disables", NEGATIVE, REQ_SHOULD,
     "Fast Open is not used between these addresses and ports, for some time at least.",
     .when = "that was so"},
    {"rfc7413.negative-port", NEGATIVE, REQ_SHOULD, "What is kept of it has the server's port.",
     .untestable = "a server that has Fast Open on one port may be avoided on others: for how long "
                   "is the client's own"});
