/* RFC 4007: what the scope of an address means to a host. Forwarding, routing and the textual form
 * are left out. */
#include "documents/document.h"

DOCUMENT(rfc4007, .id = "rfc4007", .title = "RFC 4007, IPv6 Scoped Address Architecture",
         .edition = "March 2005", .where = "https://www.rfc-editor.org/rfc/rfc4007");

REQUIREMENTS(
    rfc4007, "rfc4007",
    {"rfc4007.loopback-is-link-local", "4 Address Scope", REQ_SHALL,
     "::1 has link-local scope, on a link of its own.", .untestable = "::1 needs no index"},
    {"rfc4007.zone-by-context", "5 Scope Zones", REQ_SHALL,
     "The zone of an address that is not global comes from its context, such as the interface that "
     "it was received on."},
    {"rfc4007.same-address-in-two-zones", "5 Scope Zones", REQ_MAY,
     "The same link-local address can be in use on two links."},
    {"rfc4007.zone-indices", "6 Zone Indices", REQ_SHALL,
     "A node tells the zones of a scope apart by indices, and any address can have one with it."},
    {"rfc4007.any-index", "6 Zone Indices", REQ_MAY,
     "Which numbers the indices are is up to the implementation.", .untestable = "any is right"},
    {"rfc4007.link-index-per-interface", "6 Zone Indices", REQ_SHOULD,
     "Every interface has a link index of its own unless somebody says otherwise."},
    {"rfc4007.default-zone", "6 Zone Indices", REQ_SHOULD,
     "An implementation has a default zone for each scope, which it chooses itself, for addresses "
     "without an index.",
     .untestable = "no document says what a call gives for an address of another zone"},
    {"rfc4007.zero-is-default", "6 Zone Indices", REQ_SHOULD, "The index 0 means the default zone.",
     .when = "the implementation has default zones",
     .untestable = "which zone is the default cannot be known"},
    {"rfc4007.sends-to-zone", "7 Sending Packets", REQ_SHALL,
     "Upper layers can give the zone index of a destination that is not global."},
    {"rfc4007.receive-conveys", "8 Receiving Packets", REQ_SHOULD,
     "The upper layer gets the zone indices of the source and the destination of what arrives."});
