/* RFC 3493, 3.3 and 3.5: the address structure of IPv6 and the calls that it goes through; and
 * of 5.2 what it says of an option more exactly. What it has beside that is in POSIX, which it
 * names as the official text. */
#include "documents/document.h"

DOCUMENT(rfc3493, .id = "rfc3493", .title = "RFC 3493, Basic Socket Interface Extensions for IPv6",
         .edition = "February 2003", .where = "https://www.rfc-editor.org/rfc/rfc3493");

REQUIREMENTS(
    rfc3493, "rfc3493",
    {"rfc3493.flowinfo-unspecified", "3.3 Socket Address Structure", REQ_UNSPECIFIED,
     "How sin6_flowinfo maps to and from packets is not specified.",
     .untestable = "anything is right"},
    {"rfc3493.flowinfo-zero", "3.3 Socket Address Structure", REQ_SHOULD,
     "Applications give a sin6_flowinfo of 0, and ignore it in names that they get.",
     .untestable = "binds applications, not the implementation"},
    {"rfc3493.scope-id", "3.3 Socket Address Structure", REQ_SHALL,
     "sin6_scope_id stands for interfaces as is appropriate for the scope of sin6_addr."},
    {"rfc3493.scope-id-mapping", "3.3 Socket Address Structure", REQ_IMPL,
     "Which interfaces a sin6_scope_id stands for is left to the implementation.",
     .untestable = "anything is right that is documented"},
    {"rfc3493.calls-take", "3.5 The Socket Functions", REQ_SHALL,
     "bind(), connect(), sendmsg() and sendto() on AF_INET6 sockets take sockaddr_in6."},
    {"rfc3493.calls-return", "3.5 The Socket Functions", REQ_SHALL,
     "accept(), recvfrom(), recvmsg(), getpeername() and getsockname() on AF_INET6 sockets give "
     "sockaddr_in6."},
    {"rfc3493.multicast-hops-einval", "5.2 Sending and Receiving Multicast Packets", REQ_SHALL,
     "Setting IPV6_MULTICAST_HOPS fails with EINVAL for values less than -1 or greater than 255."});
