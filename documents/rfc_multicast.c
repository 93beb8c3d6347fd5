/* What RFC 1112, 3376 and 2710 say of hosts that send to groups, join and leave them. */
#include "documents/document.h"

DOCUMENT(rfc1112, .id = "rfc1112", .title = "RFC 1112, Host Extensions for IP Multicasting",
         .edition = "August 1989, sections 6.1 and 6.4 and Appendix I",
         .where = "https://www.rfc-editor.org/rfc/rfc1112");

REQUIREMENTS(rfc1112, "rfc1112",
             {"rfc1112.send-ttl", "6.1 Extensions to the IP Service Interface", REQ_SHOULD,
              "The sender of a datagram to a group can say its time to live."},
             {"rfc1112.send-ttl-default", "6.1 Extensions to the IP Service Interface", REQ_SHOULD,
              "The time to live is 1.", .when = "the sender of a datagram to a group says none"},
             {"rfc1112.send-interface", "6.1 Extensions to the IP Service Interface", REQ_SHOULD,
              "The sender of a datagram to a group can say by which interface it leaves.",
              .when = "the host may be attached to several networks"},
             {"rfc1112.send-loop", "6.1 Extensions to the IP Service Interface", REQ_SHOULD,
              "The sender of a datagram to a group can have no copy of it delivered to its own "
              "host; otherwise one is.",
              .when = "the host is a member of the group"},
             {"rfc1112.ethernet-address", "6.4 Extensions to an Ethernet Local Network Module",
              REQ_SHALL,
              "The Ethernet address of a group is 01-00-5E-00-00-00 with the low 23 bits of the "
              "group's address."},
             {"rfc1112.join-reports", "Appendix I, Informal Protocol Description", REQ_SHOULD,
              "A Report of a group is sent at once.", .when = "a host joins the group"},
             {"rfc1112.report-repeated", "Appendix I, Informal Protocol Description", REQ_SHOULD,
              "The Report is sent once or twice again after short delays.",
              .when = "a host joins a group"});

DOCUMENT(rfc3376, .id = "rfc3376",
         .title = "RFC 3376, Internet Group Management Protocol, Version 3",
         .edition = "October 2002, section 5.1", .where = "https://www.rfc-editor.org/rfc/rfc3376");

REQUIREMENTS(rfc3376, "rfc3376",
             {"rfc3376.change-reported", "5.1 Action on Change of Interface State", REQ_SHALL,
              "A State-Change Report is sent at once.",
              .when = "what an interface receives of a group changes"},
             {"rfc3376.change-record", "5.1 Action on Change of Interface State", REQ_SHALL,
              "The report has a record of the group that says what has changed.",
              .when = "what an interface receives of a group changes"});

DOCUMENT(rfc2710, .id = "rfc2710", .title = "RFC 2710, Multicast Listener Discovery (MLD) for IPv6",
         .edition = "October 1999, sections 4 and 5",
         .where = "https://www.rfc-editor.org/rfc/rfc2710");

REQUIREMENTS(rfc2710, "rfc2710",
             {"rfc2710.start-reports", "4 Protocol Description", REQ_SHOULD,
              "A Report of an address is sent at once.",
              .when = "a node starts to listen to the address on an interface"},
             {"rfc2710.cease-done", "4 Protocol Description", REQ_SHOULD,
              "A Done message with the address is sent.",
              .when = "a node ceases to listen to the address on an interface"},
             {"rfc2710.cease-at-once", "5 Node State Transition Diagram", REQ_SHOULD,
              "The Done message is sent in the transition that ends the listening.",
              .when = "the node sent the last Report of the address"},
             {"rfc2710.cease-nothing", "4 Protocol Description", REQ_MAY,
              "No Done message is sent.", .when = "another node's Report was heard last"});
